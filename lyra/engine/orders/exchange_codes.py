"""`Exchange`: the venues that order properties and ticks may name (`Common/Exchange.cs`)."""

from __future__ import annotations

from lyra.engine.enums import SecurityType
from lyra.engine.naming import LeanObject

_EQUITY, _OPTION, _INDEX_OPTION = SecurityType.EQUITY, SecurityType.OPTION, SecurityType.INDEX_OPTION
_FUTURE, _FUTURE_OPTION, _INDEX = SecurityType.FUTURE, SecurityType.FUTURE_OPTION, SecurityType.INDEX


class Exchange(LeanObject):
    """A trading venue: `name`, one-letter or short `code`, `market` and the kinds of security it trades. `str()` is the name."""

    name: str
    code: str
    market: str
    description: str
    security_types: list[SecurityType]

    def __init__(self, name: str, code: str, description: str, market: str, *security_types: SecurityType) -> None:
        self.name = name
        self.code = code or name
        self.description = description
        self.market = market
        self.security_types = list(security_types)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def of_code(code: str, market: str) -> Exchange:
        """The venue of an equity by its one-letter code in a market's tick files; `UNKNOWN` for others."""
        for venue in vars(Exchange).values():
            if (
                isinstance(venue, Exchange)
                and venue.code == code
                and venue.market == market
                and SecurityType.EQUITY in venue.security_types
            ):
                return venue
        return Exchange.UNKNOWN  # type: ignore[attr-defined,no-any-return]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return self.name == other
        if other is None:
            return self is Exchange.UNKNOWN  # type: ignore[attr-defined]
        if not isinstance(other, Exchange):
            return NotImplemented
        same_kinds = set(self.security_types) == set(other.security_types)
        return self is other or (self.code == other.code and self.market == other.market and same_kinds)

    def __hash__(self) -> int:
        return hash((self.code, self.market))


# name under Exchange: (name, code, description, market, kinds of security)
_VENUES: dict[str, tuple[str, str, str, str, tuple[SecurityType, ...]]] = {
    "UNKNOWN": ("", "", "UNKNOWN", "", ()),
    "MEMX": ("MEMX", "MM", "The Members Exchange", "usa", (_EQUITY,)),
    "LTSE": ("LTSE", "L", "The Long-Term Stock Exchange", "usa", (_EQUITY,)),
    "NASDAQ": ("NASDAQ", "Q", "National Association of Securities Dealers Automated Quotation", "usa", (_EQUITY,)),
    "NASDAQ_SC": ("NASDAQ_SC", "S", "NASDAQ Small Cap", "usa", (_EQUITY,)),
    "NASDAQ_OPTIONS": ("XNDQ", "XNDQ", "NASDAQ options market", "usa", (_OPTION, _INDEX_OPTION)),
    "BATS": ("BATS", "Z", "Bats Global Markets, Better Alternative Trading System", "usa", (_EQUITY,)),
    "ARCA": ("ARCA", "P", "New York Stock Archipelago Exchange", "usa", (_EQUITY,)),
    "ARCA_OPTIONS": ("ARCX", "ARCX", "NYSE Arca Options", "usa", (_OPTION,)),
    "NYSE": ("NYSE", "N", "New York Stock Exchange", "usa", (_EQUITY,)),
    "SMART": ("SMART", "SMART", "SMART Exchange", "usa", (_EQUITY,)),
    "OTCX": ("OTCX", "OTCX", "Over the Counter Exchange", "usa", (_EQUITY,)),
    "IEX": ("IEX", "IEX", "Investors Exchange", "usa", (_EQUITY,)),
    "NSX": ("NSE", "C", "National Stock Exchange", "usa", (_EQUITY,)),
    "FINRA": ("FINRA", "D", "The Financial Industry Regulatory Authority", "usa", (_EQUITY,)),
    "ISE": ("ISE", "I", "Nasdaq International Securities Exchange", "usa", (_EQUITY,)),
    "CSE": ("CSE", "M", "Chicago Stock Exchange", "usa", (_EQUITY,)),
    "CBOE": ("CBOE", "W", "The Chicago Board Options Exchange", "usa", (_EQUITY, _OPTION, _INDEX_OPTION)),
    "C2": ("C2", "W", "CBOE Options Exchange", "usa", (_OPTION,)),
    "NASDAQ_BX": ("NASDAQ_BX", "B", "National Association of Securities Dealers Automated Quotation BX", "usa", (_EQUITY,)),
    "SIAC": ("SIAC", "SIAC", "The Securities Industry Automation Corporation", "usa", (_EQUITY,)),
    "EDGA": ("EDGA", "J", "CBOE EDGA U.S. equities Exchange", "usa", (_EQUITY,)),
    "EDGX": ("EDGX", "K", "CBOE EDGX U.S. equities Exchange", "usa", (_EQUITY,)),
    "EDGO": ("EDGO", "EDGO", "CBOE EDGX OPTIONS EXCHANGE.", "usa", (_OPTION, _INDEX_OPTION)),
    "NASDAQ_PSX": ("NASDAQ_PSX", "X", "National Association of Securities Dealers Automated Quotation PSX", "usa", (_EQUITY,)),
    "BATS_Y": ("BATS_Y", "Y", "Bats Global Markets, Better Alternative Trading System", "usa", (_EQUITY,)),
    "BOSTON": ("BOSTON", "BB", "The Boston Stock Exchange", "usa", (_EQUITY,)),
    "BOX": ("BOX", "B", "The Boston Option Exchange", "usa", (_OPTION, _INDEX_OPTION)),
    "AMEX": ("AMEX", "A", "The American Stock Exchange", "usa", (_EQUITY,)),
    "BSE": ("BSE", "BSE", "Bombay Stock Exchange", "india", (_EQUITY,)),
    "NSE": ("NSE", "NSE", "National Stock Exchange of India", "india", (_EQUITY,)),
    "AMEX_OPTIONS": ("AMEX", "A", "The American Options Exchange", "usa", (_OPTION,)),
    "OPRA": ("OPRA", "O", "The Options Price Reporting Authority", "usa", (_OPTION,)),
    "MIAX": ("MIAX", "M", "Miami International Securities Options Exchange", "usa", (_OPTION,)),
    "MIAX_PEARL": ("MIAX_PEARL", "MP", "MIAX PEARL", "usa", (_OPTION, _EQUITY)),
    "MIAX_EMERALD": ("MIAX_EMERALD", "ME", "MIAX EMERALD", "usa", (_OPTION,)),
    "MIAX_SAPPHIRE": ("MIAX_SAPPHIRE", "SPHR", "Miax Sapphire, LLC", "usa", (_OPTION, _INDEX_OPTION)),
    "ISE_GEMINI": ("ISE_GEMINI", "H", "International Securities Options Exchange GEMINI", "usa", (_OPTION,)),
    "ISE_MERCURY": ("ISE_MERCURY", "J", "International Securities Options Exchange MERCURY", "usa", (_OPTION,)),
    "CME": ("CME", "CME", "Futures and Options Chicago Mercantile Exchange", "cme", (_FUTURE, _FUTURE_OPTION)),
    "EUREX": ("EUREX", "EUREX", "European Derivatives Exchange", "eurex", (_FUTURE, _INDEX)),
    "CBOT": ("CBOT", "CBOT", " Chicago Board of Trade Commodity Exchange", "cbot", (_FUTURE, _FUTURE_OPTION)),
    "CFE": ("CFE", "CFE", "CFE Futures Exchange", "cfe", (_FUTURE,)),
    "COMEX": ("COMEX", "COMEX", "COMEX Futures Exchange", "comex", (_FUTURE,)),
    "ICE": ("ICE", "ICE", "The Intercontinental Exchange", "ice", (_FUTURE,)),
    "NYMEX": ("NYMEX", "NYMEX", "New York Mercantile Exchange", "nymex", (_FUTURE, _FUTURE_OPTION)),
    "NYSELIFFE": ("NYSELIFFE", "NYSELIFFE", "London International Financial Futures and Options Exchange", "nyseliffe",
                  (_FUTURE, _FUTURE_OPTION)),
    "CSFB": ("CSFB", "CSFB", "Credit Suisse First Boston", "usa", (_EQUITY,)),
    "PHLX": ("PHLX", "X", "NASDAQ OMX PHLX", "usa", (_OPTION, _INDEX_OPTION)),
}  # fmt: skip
_DOT_NET_NAMES = {"NASDAQ_OPTIONS": "NASDAQ_Options", "ARCA_OPTIONS": "ARCA_Options", "AMEX_OPTIONS": "AMEX_Options"}

for _key, (_name, _code, _text, _market, _kinds) in _VENUES.items():
    setattr(Exchange, _key, Exchange(_name, _code, _text, _market, *_kinds))
    if _key in _DOT_NET_NAMES:
        setattr(Exchange, _DOT_NET_NAMES[_key], getattr(Exchange, _key))

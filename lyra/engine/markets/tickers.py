"""Tickers of derivatives: option symbols of the OCC (OSI), futures tickers, and which option belongs to which underlying.

Formats and tables are facts of the markets and of LEAN's files (`SymbolRepresentation`, `FuturesOptionsSymbolMappings`,
`IndexOptionSymbol`, `FuturesExpiryUtilityFunctions`).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple, SupportsInt

from lyra.engine.enums import OptionRight

MONTH_LETTERS = "FGHJKMNQUVXZ"
"""Letter of each month, January first, in the ticker of a futures contract."""

# Futures whose contract month is later than the month in which they expire, by this many months.
MONTHS_AFTER_EXPIRY: dict[str, int] = {
    "AE5": 1, "A9N": 1, "B": 2, "BZ": 2, "CL": 1, "MCL": 1, "RB": 1, "HO": 1, "AYV": 1, "NG": 1, "HH": 1, "HP": 1,
    "HTT": 1, "HCL": 1, "SB": 1, "YO": 1,
}  # fmt: skip

FUTURE_TO_OPTION: dict[str, str] = {
    "EH": "OEH", "KE": "OKE", "TN": "OTN", "UB": "OUB", "YM": "OYM", "ZB": "OZB", "ZC": "OZC", "ZF": "OZF", "ZL": "OZL",
    "ZM": "OZM", "ZN": "OZN", "ZO": "OZO", "ZS": "OZS", "ZT": "OZT", "ZW": "OZW", "RTY": "RTO", "GC": "OG", "HG": "HXE",
    "SI": "SO", "CL": "LO", "HCL": "HCO", "HO": "OH", "NG": "ON", "PA": "PAO", "PL": "PO", "RB": "OB", "YG": "OYG",
    "ZG": "OZG", "ZI": "OZI", "6A": "ADU", "6B": "GBU", "6C": "CAU", "6E": "EUU", "6J": "JPU", "6S": "CHU",
}  # fmt: skip
_OPTION_TO_FUTURE = {option: future for future, option in FUTURE_TO_OPTION.items()}
_OPTION_TO_INDEX = {"RUTW": "RUT", "SPXW": "SPX", "VIXW": "VIX", "NDXP": "NDX", "NQX": "NDX"}

_OSI = re.compile(r"^([^0-9]*)\s*(\d{6})([CPcp])(\d{8})$")


class OptionTicker(NamedTuple):
    """The parts of an option's OSI ticker."""

    root: str
    expiry: datetime
    right: OptionRight
    strike: Decimal


def option_ticker(root: str, right: SupportsInt, strike: Decimal, expiry: date) -> str:
    """The OSI ticker: root padded to 6, yymmdd, C or P, strike x 1000 in 8 digits (`SPY   140621C00192500`)."""
    if len(root) > 5:
        root += " "
    thousandths = int((strike * 1000).quantize(Decimal(1), ROUND_HALF_UP))
    sign = "-" if thousandths < 0 else ""
    return f"{root:<6}{expiry:%y%m%d}{'P' if int(right) else 'C'}{sign}{abs(thousandths):08d}"


def parse_option_ticker(ticker: str) -> OptionTicker | None:
    """The parts of an OSI ticker, None if the text is not one."""
    match = _OSI.match(ticker)
    if match is None:
        return None
    root, day, letter, strike = match.groups()
    right = OptionRight.CALL if letter.upper() == "C" else OptionRight.PUT
    return OptionTicker(root.strip(), datetime.strptime(day, "%y%m%d"), right, Decimal(strike) / 1000)


def future_ticker(root: str, expiry: date) -> str:
    """The ticker of a futures contract: root, day of expiry, month letter, year (`ES20Z13`)."""
    months = expiry.month - 1 + MONTHS_AFTER_EXPIRY.get(root, 0)
    return f"{root}{expiry.day:02d}{MONTH_LETTERS[months % 12]}{expiry.year % 100 + months // 12}"


def option_root_of_future(root: str) -> str:
    """Root of the options on a future: CL gives LO; most bear the future's own root."""
    return FUTURE_TO_OPTION.get(root.upper(), root.upper())


def future_of_option_root(root: str) -> str:
    """The future below options with this root."""
    return _OPTION_TO_FUTURE.get(root.upper(), root.upper())


def index_of_option_root(root: str) -> str:
    """The index below options with this root: SPXW gives SPX."""
    return _OPTION_TO_INDEX.get(root.upper(), root)


def contract_month(root: str, expiry: date) -> date:
    """The first day of the month after which a futures contract is named."""
    months = expiry.year * 12 + expiry.month - 1 + MONTHS_AFTER_EXPIRY.get(root.upper(), 0)
    return date(months // 12, months % 12 + 1, 1)

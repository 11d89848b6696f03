"""`self.universe`: ready-made universes (`Algorithm/UniverseDefinitions.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.enums import SecurityType
from lyra.engine.naming import LeanObject
from lyra.engine.symbols import SecurityIdentifier, Symbol
from lyra.engine.universes.constituents import ETFConstituentsUniverseFactory
from lyra.engine.universes.fundamental import FundamentalUniverseFactory
from lyra.engine.universes.universe import Unchanged, Universe


class UniverseDefinitions(LeanObject):
    """Universes of funds, indices and by traded value; add them with `add_universe`."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm

    @property
    def unchanged(self) -> Unchanged:
        """What a selection function returns to keep the members."""
        return Universe.UNCHANGED

    @property
    def dollar_volume(self) -> UniverseDefinitions:
        """`dollar_volume.top(count)`, the older name of `top`."""
        return self

    def etf(self, symbol: Any = None, *args: Any, **names: Any) -> Universe:
        """`(symbol | ticker, [market,] [settings,] [filter])`: what a fund holds."""
        subject, market, settings, chosen = _arguments(symbol, args, names)
        if not isinstance(subject, Symbol):
            subject = self._equity(subject, market or "usa")
        return ETFConstituentsUniverseFactory(subject, settings or self._algorithm.universe_settings, chosen)

    ETF = etf

    def index(self, symbol: Any = None, *args: Any, **names: Any) -> Universe:
        """`(symbol | ticker, [market,] [settings,] [filter])`: the members of an index."""
        subject, market, settings, chosen = _arguments(symbol, args, names)
        if not isinstance(subject, Symbol):
            subject = Symbol.create(subject, SecurityType.INDEX, market or "usa")
        return ETFConstituentsUniverseFactory(subject, settings or self._algorithm.universe_settings, chosen)

    @property
    def qc_500(self) -> Universe:
        """What SPY holds."""
        return self.etf(Symbol.create("SPY", SecurityType.EQUITY, "usa"))

    QC500 = qc_500

    def top(self, count: int, universe_settings: Any = None) -> Universe:
        """The stocks with the greatest traded value of the day."""

        def select(rows: Any) -> list[Symbol]:
            return [row.symbol for row in sorted(rows, key=lambda row: row.dollar_volume, reverse=True)[:count]]

        return FundamentalUniverseFactory("usa", universe_settings or self._algorithm.universe_settings, select)

    def _equity(self, ticker: str, market: str) -> Symbol:
        sid = SecurityIdentifier.generate_equity(ticker, market)
        return Symbol(sid, ticker)


def _arguments(subject: Any, args: tuple[Any, ...], names: dict[str, Any]) -> tuple[Any, str | None, Any, Any]:
    """(symbol or ticker, market, settings, filter) however they were given."""
    values = [*args, *names.values()]
    if subject is None:
        subject = next(value for value in values if isinstance(value, (str, Symbol)))
        values.remove(subject)
    market = next((value for value in values if isinstance(value, str)), None)
    settings = next((value for value in values if hasattr(value, "minimum_time_in_universe")), None)
    chosen = next((value for value in values if callable(value)), None)
    return subject, market, settings, chosen

"""LEAN's own rows as bars, for custom types that wrap LEAN's files: `TradeBar().get_source(…)`, `TradeBar.parse_equity(…)`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import TradeBar
from lyra.engine.enums import Resolution, SecurityType
from lyra.engine.times import DAY, to_us

_TEN_THOUSANDTH = Decimal("0.0001")
_SCALED = (SecurityType.EQUITY, SecurityType.OPTION, SecurityType.INDEX_OPTION)


def market_source(config: Any, date: datetime) -> Any:
    """Where LEAN's data folder keeps a configuration's data of a date."""
    from lyra.engine.data.custom import SubscriptionDataSource
    from lyra.engine.enums import SubscriptionTransportMedium
    from lyra.engine.feed.marketfiles import data_path

    path = data_path(config.security_type, config.market, config.resolution, config.symbol.value, config.tick_type, date.date())
    return SubscriptionDataSource(path, SubscriptionTransportMedium.LOCAL_FILE)


def trade_bar_of(config: Any, line: str, date: datetime, scaled: bool | None = None) -> TradeBar:
    """The bar of a line; equities write prices times 10,000. Raises ValueError for a line that is none."""
    cells = line.split(",")
    time = _time_of(config, cells[0], date)
    factor = _TEN_THOUSANDTH if (config.security_type in _SCALED if scaled is None else scaled) else Decimal(1)
    try:
        prices = [Decimal(cell) * factor for cell in cells[1:5]]
        volume = Decimal(cells[5]) if len(cells) > 5 and cells[5] else Decimal(0)
    except ArithmeticError as e:
        raise ValueError(f"{line!r} is no line of bars") from e
    open, high, low, close = prices
    return TradeBar._make(config.symbol, time, time + config._length, open, high, low, close, volume)


def _time_of(config: Any, cell: str, date: datetime) -> int:
    """The exchange's wall time of a row's first cell, which is in the data's zone."""
    if config.resolution in (Resolution.DAILY, Resolution.HOUR):
        there = to_us(datetime.strptime(cell, "%Y%m%d %H:%M"))
    else:
        there = to_us(date) // DAY * DAY + int(Decimal(cell) * 1000)
    if config.data_time_zone == config.exchange_time_zone:
        return there
    return config.exchange_time_zone.to_local(config.data_time_zone.to_utc(there))  # type: ignore[no-any-return]

"""Funding rates of perpetual futures from `cryptofuture/<market>/margin_interest/<ticker>.csv`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from lyra.engine.data.events import MarginInterestRate
from lyra.engine.errors import DataError
from lyra.engine.times import to_us


def margin_interest_points(folder: Path, config: Any, start: int, end: int) -> Iterator[tuple[int, MarginInterestRate]]:
    """(UTC moment, rate) within a span of UTC. Raises DataError naming a line that is not `yyyyMMdd HH:mm:ss,rate`."""
    path = folder / "cryptofuture" / config.market / "margin_interest" / f"{config.symbol.id.symbol.lower()}.csv"
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        moment, _, rate = line.partition(",")
        try:
            utc = to_us(datetime.strptime(moment, "%Y%m%d %H:%M:%S"))
            value = Decimal(rate.split(",")[0])
        except (ValueError, InvalidOperation) as e:
            raise DataError(f"{path}, line {number}: {line!r} is not 'yyyyMMdd HH:mm:ss,rate'. Fix or delete the line.") from e
        if start <= utc <= end:
            yield utc, MarginInterestRate(config.symbol, utc, value)

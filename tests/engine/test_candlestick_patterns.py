"""Candlestick patterns on candles drawn by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lyra.engine.data.bars import TradeBar
from lyra.engine.indicators import candlestick_patterns as patterns
from lyra.engine.times import DAY

pytestmark = pytest.mark.usefixtures("decimal_context")
ORDINARY = (100, 102, 99, 101)
"""Open, high, low, close: a body of 1 and a range of 3."""


def last_value(name: str, *candles: tuple[float, float, float, float], before: int = 12) -> float:
    pattern = getattr(patterns, name)()
    for i, prices in enumerate([ORDINARY] * before + list(candles)):
        bar = TradeBar._make("SPY", i * DAY, (i + 1) * DAY, *(Decimal(str(price)) for price in prices), Decimal(1))
        pattern.update(bar)
    assert pattern.is_ready
    return pattern.current.value  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("name", "candles", "value"),
    [
        ("Doji", [(100, 101, 99, 100.1)], 1),
        ("Doji", [(100, 101, 99, 100.4)], 0),
        ("Marubozu", [(100, 103, 100, 103)], 1),
        ("Marubozu", [(103, 103, 100, 100)], -1),
        ("SpinningTop", [(100, 102, 98, 100.5)], 1),
        ("Engulfing", [(101, 101.5, 99.5, 100), (99.9, 102, 99, 101.1)], 1),
        ("Engulfing", [(100, 101.5, 99.5, 101), (101.1, 102, 99, 99.9)], -1),
        ("Harami", [(104, 104, 100, 100), (101, 102, 101, 102)], 1),
        ("Piercing", [(104, 104, 100, 100), (99, 103, 99, 103)], 1),
        ("MorningStar", [(104, 104, 100, 100), (99, 99.5, 98.5, 98.8), (99, 103, 99, 103)], 1),
        ("EveningStar", [(100, 104, 100, 104), (105, 105.5, 104.5, 105.2), (105, 105, 101, 101)], -1),
        ("ThreeOutside", [(101, 101, 100, 100), (99, 102, 99, 102), (102, 103, 102, 103)], 1),
        ("ThreeBlackCrows", [ORDINARY, (101.5, 101.5, 100, 100), (101, 101, 99, 99), (100, 100, 98, 98)], -1),
    ],
)
def test_a_pattern_is_seen(name: str, candles: Any, value: int) -> None:
    assert last_value(name, *candles) == value


def test_a_trap_is_confirmed_within_three_bars() -> None:
    trap = [(100, 104, 98, 101), (100, 102, 99, 101), (100, 101.5, 98.5, 99)]
    assert last_value("Hikkake", *trap) == 1
    assert last_value("Hikkake", *trap, (99, 103, 98, 102.5)) == 2
    assert last_value("Hikkake", *trap, (99, 101, 98, 100)) == 0


def test_names_readiness_and_reset() -> None:
    doji = patterns.Doji()
    assert (doji.name, doji.warm_up_period, doji.period, patterns.Doji("mine").name) == ("DOJI", 11, 11, "mine")
    bars = [TradeBar._make("SPY", i * DAY, (i + 1) * DAY, *map(Decimal, ORDINARY), Decimal(1)) for i in range(11)]
    assert [doji.update(bar) for bar in bars] == [False] * 10 + [True]
    doji.reset()
    assert (doji.is_ready, doji.samples, len(doji._bars)) == (False, 0, 0)


def test_the_door_names_every_pattern() -> None:
    names = [name for name in patterns.__all__ if name != "CandlestickPattern"]
    assert len(names) == 61
    assert all(issubclass(getattr(patterns, name), patterns.CandlestickPattern) for name in names)

"""Indicators: the rules around their values, which `tests/parity/test_indicators.py` compares with LEAN's."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

import lyra.engine.indicators as package
from lyra.engine import exact
from lyra.engine.data.bars import QuoteBar, TradeBar
from lyra.engine.enums import Resolution
from lyra.engine.indicators import (
    AverageTrueRange,
    BollingerBands,
    CompositeIndicator,
    ConstantIndicator,
    ExponentialMovingAverage,
    Field,
    Identity,
    IndicatorDataPoint,
    IndicatorExtensions,
    IndicatorResult,
    Maximum,
    Minimum,
    Momentum,
    MovingAverageConvergenceDivergence,
    OnBalanceVolume,
    PythonIndicator,
    RateOfChange,
    RateOfChangePercent,
    RelativeStrengthIndex,
    SimpleMovingAverage,
    StandardDeviation,
)
from lyra.engine.indicators.base import IndicatorBase
from lyra.engine.indicators.helpers import HELPER_NAMES, bind_helper, create_indicator_name, selected
from lyra.engine.times import DAY

pytestmark = pytest.mark.usefixtures("decimal_context")

START = datetime(2020, 1, 1)


class Ticker(str):
    """A symbol, as far as indicators look at one."""

    @property
    def value(self) -> str:
        return str(self)


# columns -----------------------------------------------------------------------------------------------
def prices() -> list[Decimal]:
    """A walk with flat stretches."""
    seed, price, found = 1, 10000, []
    for i in range(900):
        seed = seed * 1103515245 + 12345 & 0x7FFFFFFF
        price += 0 if 300 <= i < 340 else seed % 11 - 5
        found.append(Decimal(price).scaleb(-2))
    return found


IN_COLUMNS = (
    lambda: Identity("i"),
    lambda: SimpleMovingAverage(20),
    lambda: ExponentialMovingAverage(20),
    lambda: RelativeStrengthIndex(14),
    lambda: Momentum(10),
    lambda: RateOfChange(10),
    lambda: RateOfChangePercent(10),
    lambda: Maximum(20),
    lambda: Minimum(20),
    lambda: StandardDeviation(20),
    lambda: BollingerBands(20, 2),
    lambda: MovingAverageConvergenceDivergence(12, 26, 9),
)


@pytest.mark.parametrize("make", IN_COLUMNS)
def test_a_column_gives_what_single_updates_give(make: Any) -> None:
    values = prices()
    times = [i * DAY for i in range(len(values))]
    one, other = make(), make()
    single = [(one._accept(None, end, value), one._value)[1] for end, value in zip(times, values, strict=True)]
    columns = other._bulk(times[:7], values[:7]) + other._bulk(times[7:500], values[7:500]) + other._bulk(times[500:], values[500:])
    assert columns == single
    assert (one.samples, one.is_ready, list(one._history)) == (other.samples, other.is_ready, list(other._history))


@pytest.mark.parametrize("make", IN_COLUMNS)
def test_a_saved_state_goes_on_as_if_nothing_had_happened(make: Any) -> None:
    values = prices()
    times = [i * DAY for i in range(len(values))]
    indicator = make()
    indicator._bulk(times[:400], values[:400])
    state = indicator._save()
    first = indicator._bulk(times[400:], values[400:])
    indicator._restore(state)
    assert indicator.samples == 400
    assert indicator._bulk(times[400:], values[400:]) == first


@pytest.mark.parametrize("make", IN_COLUMNS)
def test_reset_starts_again(make: Any) -> None:
    values = prices()[:200]
    times = [i * DAY for i in range(len(values))]
    indicator = make()
    first = [exact.to_double(value) for value in indicator._bulk(times, values)]
    indicator.reset()
    assert (indicator.samples, indicator.is_ready, indicator.current.value) == (0, False, 0.0)
    assert [exact.to_double(value) for value in indicator._bulk(times, values)] == pytest.approx(first, rel=1e-13, abs=1e-13)


# inputs ------------------------------------------------------------------------------------------------
def test_time_only_goes_forward() -> None:
    ema = ExponentialMovingAverage(3)
    assert [ema.update(START + timedelta(i), 10.0 + i) for i in range(4)] == [False, False, True, True]
    assert (ema.update(START, 99.0), ema.samples, ema.current.value) == (True, 4, 12.0)
    assert (ema.update(START + timedelta(3), 20.0), ema.samples, ema.current.value) == (True, 5, 16.0)
    point = IndicatorDataPoint(Ticker("SPY"), START + timedelta(5), 30.0)
    ema.update(point)
    ema.update(point)
    assert ema.samples == 6
    ema.update(IndicatorDataPoint(Ticker("AAPL"), START, 5.0))
    assert ema.samples == 7


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), None, True, 1e29])
def test_what_is_no_decimal_is_refused(bad: Any) -> None:
    with pytest.raises(TypeError, match="No method matches given arguments for update"):
        Identity("i").update(START, bad)


def test_bar_indicators_refuse_points() -> None:
    point = IndicatorDataPoint(Ticker("SPY"), START, 1.0)
    quote = QuoteBar._make(
        Ticker("SPY"), 0, DAY, {f"{s}_{p}": Decimal(2) for s in ("bid", "ask") for p in ("open", "high", "low", "close")}
    )
    with pytest.raises(ValueError, match=r"expected to be of type QuantConnect.Data.Market.IBaseDataBar"):
        AverageTrueRange(3).update(point)
    with pytest.raises(ValueError, match=r"expected to be of type QuantConnect.Data.Market.TradeBar"):
        OnBalanceVolume().update(quote)
    assert AverageTrueRange(3).update(quote) is False


def test_a_period_of_nothing_divides_by_zero() -> None:
    with pytest.raises(ZeroDivisionError, match=r"^Attempted to divide by zero\.$"):
        RelativeStrengthIndex(0)


# windows, text, comparison --------------------------------------------------------------------------------
def test_the_window_grows_when_asked() -> None:
    sma = SimpleMovingAverage(3)
    assert (sma.window.size, sma.window.count, sma[0].value, sma[1]) == (2, 1, 0.0, None)
    for i in range(5):
        sma.update(START + timedelta(i), 10.0 + i)
    assert [point.value for point in sma] == [13.0, 12.0]
    assert (sma[4], sma.window.size) == (None, 5)
    for i in range(5, 8):
        sma.update(START + timedelta(i), 10.0 + i)
    assert [point.value for point in sma] == [16.0, 15.0, 14.0, 13.0, 12.0]
    assert sma[-1].value == 12.0
    assert (sma.previous.value, sma.current.value) == (15.0, 16.0)


def test_operators_and_text() -> None:
    one, other = SimpleMovingAverage(1), SimpleMovingAverage(1)
    one.update(START, 5.0)
    other.update(START, 3.123456)
    assert one == 5.0 and one > other
    assert (str(one), str(other)) == ("5.0", "3.12346")
    with pytest.raises(TypeError):
        one > 4  # noqa: B015
    with pytest.raises(TypeError):
        one + other


# events and composition -------------------------------------------------------------------------------------
def test_handlers_come_and_go_and_may_raise() -> None:
    sma, seen = SimpleMovingAverage(2), []
    second = lambda sender, point: seen.append("second")  # noqa: E731
    sma.updated += lambda sender, point: seen.append("first")
    sma.updated += second
    sma.update(START, 1)
    sma.updated -= second
    sma.update(START + timedelta(1), 2)
    assert seen == ["first", "second", "first"]

    def boom(sender: Any, point: Any) -> None:
        raise ValueError("from a handler")

    sma.updated += boom
    with pytest.raises(ValueError, match="from a handler"):
        sma.update(START + timedelta(2), 3)
    assert (sma.samples, sma.current.value) == (3, 2.5)


def test_parts_fire_before_their_owner() -> None:
    bands, seen = BollingerBands(3, 2), []
    bands.updated += lambda sender, point: seen.append("bb")
    for name in ("standard_deviation", "middle_band", "upper_band", "lower_band", "band_width", "percent_b", "price"):
        getattr(bands, name).updated += lambda sender, point, name=name: seen.append(name)
    for i, price in enumerate((10, 11, 12)):
        seen.clear()
        bands.update(START + timedelta(i), price)
    assert seen == ["standard_deviation", "lower_band", "upper_band", "band_width", "middle_band", "percent_b", "price", "bb"]


def test_composition() -> None:
    extensions = IndicatorExtensions
    fast, slow = ExponentialMovingAverage(5), SimpleMovingAverage(8)
    difference = extensions.minus(fast, slow)
    assert difference.name == "COMPOSE(EMA(5),SMA(8))"
    for i in range(12):
        fast.update(START + timedelta(i), 10.0 + i)
    assert (difference.samples, difference.is_ready) == (0, False)
    for i in range(12):
        slow.update(START + timedelta(i), 10.0 + i)
    assert difference.samples == 1
    assert extensions.sma(fast, 8).name == "SMA8_Of_EMA(5)"
    assert extensions.of(slow, fast) is slow
    assert extensions.plus(fast, 2.5).name == "COMPOSE(EMA(5),2.5)"
    assert ConstantIndicator[IndicatorDataPoint]("five", 5).current.value == 5.0
    with pytest.raises(AttributeError):
        fast.plus(slow)


def test_a_composer_gives_an_indicator_result() -> None:
    left, right = Identity("a"), Identity("b")
    product = CompositeIndicator("c", left, right, lambda a, b: IndicatorResult(a.current.value * b.current.value))
    left.update(START, 6)
    right.update(START, 7)
    assert product.current.value == 42.0
    wrong = CompositeIndicator("w", Identity("x"), right, lambda a, b: a.current.value)
    wrong.left.update(START, 1)
    with pytest.raises(TypeError, match="'float' value cannot be converted"):
        right.update(START + timedelta(1), 7)


class MeanOfThree(PythonIndicator):
    def __init__(self) -> None:
        self.name, self.value, self.warm_up_period, self.seen = "mean", 0, 3, []

    def update(self, input: Any) -> bool:
        self.seen = [*self.seen, input.value][-3:]
        self.value = sum(self.seen) / len(self.seen)
        return len(self.seen) == 3


def test_an_indicator_in_python_moves_when_the_engine_updates_it() -> None:
    mean = MeanOfThree()
    bars = [TradeBar._make(Ticker("SPY"), i * DAY, (i + 1) * DAY, *[Decimal(10 + i)] * 4, Decimal(1)) for i in range(4)]
    assert mean.update(bars[0]) is False
    assert (mean.samples, mean.current.value, mean.value) == (0, 0.0, 10.0)
    for bar in bars[1:]:
        mean._update(bar)
    assert (mean.samples, mean.is_ready, mean.current.value) == (3, True, 12.0)
    assert IndicatorExtensions.sma(mean, 3).name == "SMA3_Of_mean"


# catalogue ---------------------------------------------------------------------------------------------------
def test_the_door_names_every_class() -> None:
    found = set()
    for module in pkgutil.iter_modules(package.__path__):
        content = importlib.import_module(f"{package.__name__}.{module.name}")
        found |= {
            name
            for name, value in vars(content).items()
            if isinstance(value, type) and issubclass(value, IndicatorBase) and value.__module__ == content.__name__ and name[0] != "_"
        }
    assert found - set(package.__all__) <= {"DataIndicator", "PairIndicator", "Part"}
    assert all(getattr(package, name) is not None for name in package.__all__)


# helpers -----------------------------------------------------------------------------------------------------
def test_helpers_name_and_select() -> None:
    call = bind_helper("ema", (Ticker("SPY"), 20, Resolution.DAILY), {})
    assert create_indicator_name(call.label, "SPY", call.resolution) == "EMA(20,SPY_day)"
    assert call.make("x").name == "x"
    assert HELPER_NAMES["macd"] == "MACD"
    bar = TradeBar._make(Ticker("SPY"), 0, DAY, Decimal(1), Decimal(4), Decimal("0.5"), Decimal(2), Decimal(9))
    assert [selected(selector, bar) for selector in (Field.OPEN, Field.MEDIAN, Field.VOLUME)] == [Decimal(1), Decimal("2.25"), Decimal(9)]

"""Consolidators: which bars come out and when, against LEAN's records, and the rules one by one."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import lyra.engine.consolidators as consolidators
from lyra.engine.consolidators import (
    Calendar,
    CalendarInfo,
    ClassicRenkoConsolidator,
    DollarVolumeRenkoConsolidator,
    DynamicDataConsolidator,
    FilteredIdentityDataConsolidator,
    IdentityDataConsolidator,
    MarketHourAwareConsolidator,
    PythonConsolidator,
    QuoteBarConsolidator,
    RangeConsolidator,
    RenkoConsolidator,
    SequentialConsolidator,
    TickConsolidator,
    TickQuoteBarConsolidator,
    TradeBarConsolidator,
    VolumeRenkoConsolidator,
)
from lyra.engine.consolidators.base import NEVER
from lyra.engine.consolidators.price_bars import RangeBar, RenkoBar, VolumeRenkoBar
from lyra.engine.consolidators.scanning import ConsolidatorScanner
from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.enums import Resolution, SecurityType, TickType
from lyra.engine.feed.marketfiles import RESOLUTION_US
from lyra.engine.indicators import IndicatorDataPoint
from lyra.engine.markets.exchange_hours import SecurityExchangeHours
from lyra.engine.markets.hours import MarketHoursDatabase
from lyra.engine.symbols import Market, RunSymbols, Symbol
from lyra.engine.times import DAY, HOUR, MINUTE, to_datetime, to_us, zone

pytestmark = pytest.mark.usefixtures("decimal_context")

SHARED = Path(__file__).parents[3] / "shared"
RECORDS, DATA = SHARED / "lean-conformance", SHARED / "lean-data"
NEW_YORK = zone("America/New_York")
TEN_THOUSANDTH = Decimal("0.0001")
START = to_us(datetime(2013, 10, 7, 9, 30))

needs_records = pytest.mark.skipif(not RECORDS.is_dir() or not DATA.is_dir(), reason="LEAN's records are not beside the repository")


def bar(minute: int, price: float = 100, volume: int = 10, length: int = MINUTE) -> TradeBar:
    """A trade bar that begins some minutes after the open."""
    value = Decimal(str(price))
    start = START + minute * MINUTE
    return TradeBar._make("SPY", start, start + length, value, value + 1, value - 1, value, Decimal(volume))


def collect(consolidator: Any) -> list[Any]:
    seen: list[Any] = []
    consolidator.data_consolidated += lambda sender, data: seen.append(data)
    return seen


def spans(bars: list[Any]) -> list[str]:
    return [f"{made.time:%H:%M}-{made.end_time:%H:%M}" for made in bars]


# periods and counts ------------------------------------------------------------------------------------
def test_a_period_ends_with_the_first_data_beyond_it_or_by_a_scan() -> None:
    consolidator = TradeBarConsolidator(timedelta(minutes=5))
    seen = collect(consolidator)
    for minute in range(4):
        consolidator.update(bar(minute, 100 + minute))
    assert (seen, spans([consolidator.working_data]), consolidator.consolidated) == ([], ["09:30-09:35"], None)
    assert consolidator.next_due_us == START + 5 * MINUTE
    consolidator.scan(START + 5 * MINUTE - 1)
    assert not seen
    consolidator.scan(START + 5 * MINUTE)
    assert spans(seen) == ["09:30-09:35"]
    assert (seen[0].open, seen[0].high, seen[0].low, seen[0].close, seen[0].volume) == (100, 104, 99, 103, 40)
    assert (consolidator.working_data, consolidator.consolidated, consolidator.next_due_us) == (None, seen[0], NEVER)


def test_periods_are_aligned_to_the_clock() -> None:
    consolidator = TradeBarConsolidator(timedelta(minutes=50))
    seen = collect(consolidator)
    for minute in range(24 * 60, 25 * 60):
        consolidator.update(bar(minute))
    assert spans(seen) == ["08:50-09:40"]


def test_a_start_time_moves_the_periods() -> None:
    consolidator = TradeBarConsolidator(timedelta(minutes=90), timedelta(hours=10, minutes=10))
    seen = collect(consolidator)
    for minute in range(140):
        consolidator.update(bar(minute))
    assert spans(seen) == ["08:40-10:10", "10:10-11:40"]


def test_a_count_gathers_that_many() -> None:
    consolidator = TradeBarConsolidator(3)
    seen = collect(consolidator)
    for minute in range(7):
        consolidator.update(bar(minute))
    assert spans(seen) == ["09:30-09:33", "09:33-09:36"]
    assert consolidator.next_due_us == NEVER


def test_the_users_own_period() -> None:
    def period(when: datetime) -> CalendarInfo:
        start = when.replace(minute=0 if when.minute < 20 else 20, second=0, microsecond=0)
        return CalendarInfo(start, timedelta(minutes=20 if start.minute == 0 else 40))

    consolidator = TradeBarConsolidator(period)
    seen = collect(consolidator)
    for minute in range(60):
        consolidator.update(bar(minute))
    assert spans(seen) == ["09:20-10:00", "10:00-10:20"]


def test_calendar_weeks_begin_on_monday() -> None:
    info = Calendar.WEEKLY(datetime(2013, 10, 9, 12))
    assert (info.start, info.period) == (datetime(2013, 10, 7), timedelta(7))
    assert Calendar.MONTHLY(datetime(2013, 2, 9)).period == timedelta(28)


def test_reset_forgets_the_working_bar() -> None:
    consolidator = TradeBarConsolidator(timedelta(minutes=5))
    consolidator.update(bar(0))
    consolidator.reset()
    assert (consolidator.working_data, consolidator.consolidated, consolidator.next_due_us) == (None, None, NEVER)


# other kinds ---------------------------------------------------------------------------------------------
def test_one_after_the_other() -> None:
    consolidator = SequentialConsolidator(TradeBarConsolidator(2), TradeBarConsolidator(3))
    seen = collect(consolidator)
    for minute in range(12):
        consolidator.update(bar(minute))
    assert spans(seen) == ["09:30-09:36", "09:36-09:42"]


def test_identity_and_filter() -> None:
    same = IdentityDataConsolidator[TradeBar]()
    seen = collect(same)
    one = bar(0)
    same.update(one)
    assert seen == [one] and same.consolidated is one
    ticks = FilteredIdentityDataConsolidator.for_tick_type(TickType.TRADE)
    passed = collect(ticks)
    for kind in (TickType.TRADE, TickType.QUOTE):
        tick = Tick()
        tick.tick_type = kind
        ticks.update(tick)
    assert len(passed) == 1


def test_input_of_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="Received type of TradeBar but expected QuoteBar"):
        QuoteBarConsolidator(1).update(bar(0))
    assert TickConsolidator(1).output_type is TradeBar
    assert TickQuoteBarConsolidator(1).output_type is QuoteBar
    assert DynamicDataConsolidator(1).output_type is TradeBar


def test_the_engines_handlers_run_before_the_users() -> None:
    consolidator, seen = TradeBarConsolidator(1), []
    consolidator.data_consolidated += lambda sender, data: seen.append("user")
    consolidator._interface += lambda sender, data: seen.append("engine")
    consolidator.update(bar(0))
    assert seen == ["engine", "user"]


class Twice(PythonConsolidator):
    def __init__(self) -> None:
        self.input_type = self.output_type = TradeBar
        self.consolidated = self.working_data = None

    def update(self, data: Any) -> None:
        self.on_data_consolidated(self, data)
        self.on_data_consolidated(self, data)


def test_a_consolidator_in_python() -> None:
    consolidator = Twice()
    seen = collect(consolidator)
    consolidator.update(bar(0))
    assert len(seen) == 2


def test_renko_bricks() -> None:
    renko, classic = RenkoConsolidator(10), ClassicRenkoConsolidator(10)
    bricks, classic_bricks = collect(renko), collect(classic)
    for minute, price in enumerate((100, 104, 109, 111, 119, 145)):
        point = IndicatorDataPoint._of("SPY", START + minute * MINUTE, Decimal(price))
        renko.update(point)
        classic.update(point)
    assert [(brick.open, brick.close) for brick in bricks] == [(100, 110), (110, 120), (120, 130), (130, 140)]
    assert [(brick.open, brick.close) for brick in classic_bricks] == [(100, 110), (110, 120)]
    with pytest.raises(ValueError, match="BarSize must be strictly greater than zero"):
        RenkoConsolidator(0)


@pytest.mark.parametrize("kind", [RenkoBar, VolumeRenkoBar, RangeBar])
def test_a_clone_of_a_brick_has_all_of_it(kind: Any) -> None:
    brick = kind()
    clone = brick.clone()
    assert (clone.is_closed, getattr(clone, "type", None)) == (brick.is_closed, getattr(brick, "type", None))
    assert isinstance(clone, kind)


def test_volume_bricks_and_ranges() -> None:
    volume, ranges = VolumeRenkoConsolidator(25), RangeConsolidator(300)
    bricks, made = collect(volume), collect(ranges)
    with RunSymbols(data_folder=Path(__file__).parents[2] / "data").active():
        spy = symbol("spy")
        for minute in range(6):
            volume.update(bar(minute))
            ranges.update(IndicatorDataPoint._of(spy, START + minute * MINUTE, Decimal(100 + 2 * minute)))
    assert [brick.volume for brick in bricks] == [25, 25]
    assert made and all(one.high - one.low == pytest.approx(3) for one in made)


def test_scans_come_between_the_steps() -> None:
    clock = SimpleNamespace(now=0)
    scanner = ConsolidatorScanner(lambda: clock.now)
    consolidator = TradeBarConsolidator(timedelta(minutes=5))
    at: list[int] = []
    consolidator.data_consolidated += lambda sender, data: at.append(clock.now)
    clock.now = START
    scanner.add(consolidator, MINUTE, zone("UTC"))
    consolidator.update(bar(0))
    clock.now = START + MINUTE
    scanner.scan_past(START + HOUR, lambda utc: setattr(clock, "now", utc))
    assert at == [START + 5 * MINUTE]
    scanner.remove(consolidator)
    scanner.scan_past(START + DAY, lambda utc: setattr(clock, "now", utc))
    assert len(at) == 1


def test_every_name_of_the_door_is_there() -> None:
    assert all(getattr(consolidators, name) is not None for name in consolidators.__all__)


# records: data ----------------------------------------------------------------------------------------------
def lines(path: str) -> Iterator[list[str]]:
    with zipfile.ZipFile(DATA / path) as archive, archive.open(archive.namelist()[0]) as file:
        for line in io.TextIOWrapper(file):
            yield line.strip().split(",")


def factor(ticker: str, day: str) -> Decimal:
    rows = [line.split(",") for line in (DATA / f"equity/usa/factor_files/{ticker}.csv").read_text().split()]
    found = next(row for row in rows if row[0] >= day)
    return Decimal(found[1]) * Decimal(found[2])


def adjusted(text: list[str], scale: Decimal) -> list[Decimal | None]:
    return [Decimal(int(part)) * TEN_THOUSANDTH * scale if part else None for part in text]


def trade_bars(ticker: str, path: str, length: int, at: Callable[[str], int], days: tuple[int, int]) -> list[TradeBar]:
    made = []
    for row in lines(path):
        start = at(row[0])
        if days[0] <= start < days[1]:
            scale = factor(ticker, f"{to_datetime(start):%Y%m%d}")
            volume = Decimal(round(Decimal(int(float(row[5]))) / scale))
            made.append(TradeBar._make(symbol(ticker), start, start + length, *adjusted(row[1:5], scale), volume))
    return made


def quote_bars(ticker: str, path: str, at: Callable[[str], int]) -> list[QuoteBar]:
    made = []
    for row in lines(path):
        start = at(row[0])
        scale = factor(ticker, f"{to_datetime(start):%Y%m%d}")
        names = [f"{side}_{part}" for side in ("bid", "ask") for part in ("open", "high", "low", "close")]
        values = dict(zip(names, adjusted(row[1:5] + row[6:10], scale), strict=True))
        values |= {"last_bid_size": Decimal(row[5] or 0), "last_ask_size": Decimal(row[10] or 0)}
        made.append(QuoteBar._make(symbol(ticker), start, start + MINUTE, values))
    return made


def symbol(ticker: str) -> Symbol:
    return Symbol.create(ticker.upper(), SecurityType.EQUITY, "usa")


def regular(bars: list[Any], hours: SecurityExchangeHours) -> list[Any]:
    return [one for one in bars if hours.is_open_between_us(one._time, one._end, False)]


def filled(bars: list[Any], hours: SecurityExchangeHours, length: int) -> list[Any]:
    """The bars, with a repetition of the last one wherever one is missing in open hours."""
    result: list[Any] = []
    for one in bars:
        while result:
            start = result[-1]._end
            if not hours.is_open_between_us(start, start + length, False):
                start = hours.next_open_us(start, False)
            if start >= one._time:
                break
            result.append(repeated(result[-1], start, start + length))
        result.append(one)
    return result


def repeated(last: TradeBar, start: int, end: int) -> TradeBar:
    return TradeBar._make(last.symbol, start, end, *[last._close] * 4, Decimal(0))


# records: a run ------------------------------------------------------------------------------------------------
class Subscription:
    def __init__(self, owner: Symbol, bars: list[Any], increment: int) -> None:
        self.symbol, self.increment = owner, increment
        self.quotes = bool(bars) and isinstance(bars[0], QuoteBar)
        self.by_end: dict[int, list[Any]] = {}
        for one in bars:
            self.by_end.setdefault(one._end, []).append(one)
        self.consolidators: list[Any] = []


class Recorded:
    """The part of QCAlgorithm that the recorded algorithms use, with a loop over their subscriptions."""

    daily_precise_end_time = True

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now = 0
        self.subscriptions: list[Subscription] = []
        self.scanner = ConsolidatorScanner(lambda: self.now)
        self.subscription_manager = self
        self.settings = SimpleNamespace()
        self.hours = MarketHoursDatabase.from_data_folder().get_exchange_hours("usa", symbol("SPY"), SecurityType.EQUITY)

    # what the algorithm calls
    def set_start_date(self, *date: int) -> None:
        self.start = to_us(datetime(*date))  # type: ignore[arg-type]
        self.now = NEW_YORK.to_utc(self.start)

    def set_end_date(self, *date: int) -> None:
        self.end = to_us(datetime(*date)) + DAY  # type: ignore[arg-type]

    @property
    def time(self) -> datetime:
        return to_datetime(NEW_YORK.to_local(self.now))

    def log(self, text: str) -> None:
        self.lines.append(text)

    def on_data(self, data: Any) -> None: ...

    def add_equity(self, ticker: str, resolution: Any = None) -> Any:
        load = {Resolution.MINUTE: self._minutes, Resolution.HOUR: self._hours_of, Resolution.DAILY: self._days_of}[resolution]
        self.subscriptions += load(ticker.lower())
        return SimpleNamespace(symbol=symbol(ticker))

    def add_consolidator(self, owner: Any, consolidator: Any) -> None:
        subscription = self._subscription(owner, consolidator.input_type is QuoteBar)
        if consolidator not in subscription.consolidators:
            subscription.consolidators.append(consolidator)
            self.scanner.add(consolidator, subscription.increment, NEW_YORK)

    def remove_consolidator(self, owner: Any, consolidator: Any) -> None:
        for subscription in self.subscriptions:
            if consolidator in subscription.consolidators:
                subscription.consolidators.remove(consolidator)
                self.scanner.remove(consolidator)

    def resolve_consolidator(self, owner: Any, period: Any) -> Any:
        return TradeBarConsolidator(timedelta(hours=1))

    @property
    def consolidate(self) -> Any:
        return Consolidate(self, False)

    def _subscription(self, owner: Any, quotes: bool) -> Subscription:
        wanted = symbol(owner) if isinstance(owner, str) else owner
        return next(one for one in self.subscriptions if one.symbol == wanted and one.quotes == quotes)

    # data
    def _minutes(self, ticker: str) -> list[Subscription]:
        trades: list[Any] = []
        quotes: list[Any] = []
        for day in range(self.start, self.end, DAY):
            if self.hours.is_date_open_us(day):
                place = f"equity/usa/minute/{ticker}/{to_datetime(day):%Y%m%d}"
                at = lambda text, day=day: day + int(float(text)) * 1000  # noqa: E731
                trades += trade_bars(ticker, f"{place}_trade.zip", MINUTE, at, (self.start, self.end))
                quotes += quote_bars(ticker, f"{place}_quote.zip", at)
        trades = filled(regular(trades, self.hours), self.hours, MINUTE)
        return [Subscription(symbol(ticker), trades, MINUTE), Subscription(symbol(ticker), regular(quotes, self.hours), MINUTE)]

    def _hours_of(self, ticker: str) -> list[Subscription]:
        at = lambda text: to_us(datetime.strptime(text, "%Y%m%d %H:%M"))  # noqa: E731
        bars = trade_bars(ticker, f"equity/usa/hour/{ticker}.zip", HOUR, at, (self.start, self.end))
        return [Subscription(symbol(ticker), filled(regular(bars, self.hours), self.hours, HOUR), HOUR)]

    def _days_of(self, ticker: str) -> list[Subscription]:
        at = lambda text: to_us(datetime.strptime(text[:8], "%Y%m%d"))  # noqa: E731
        bars = trade_bars(ticker, f"equity/usa/daily/{ticker}.zip", DAY, at, (self.start, self.end))
        if self.daily_precise_end_time:
            bars = [
                TradeBar._make(
                    one.symbol, self.hours.next_open_us(one._time, False), self.hours.next_close_us(one._time, False, True),
                    one._open, one._high, one._low, one._close, one._volume,
                )
                for one in bars
            ]  # fmt: skip
        return [Subscription(symbol(ticker), bars, DAY)]

    def repeat_days(self) -> None:
        """Repeat the daily bars at each step between them, as LEAN does when a finer subscription runs beside."""
        daily = [one for one in self.subscriptions if one.increment == DAY]
        moments = sorted({end for one in self.subscriptions for end in one.by_end})
        for subscription in daily:
            last: Any = None
            for moment in moments:
                if moment in subscription.by_end:
                    last = subscription.by_end[moment][-1]
                elif last is not None:
                    values = last._open, last._high, last._low, last._close
                    subscription.by_end[moment] = [TradeBar._make(last.symbol, last._time, last._end, *values, Decimal(0))]

    # the loop
    def run(self) -> list[str]:
        self.initialize()  # type: ignore[attr-defined]
        self.repeat_days()
        # Finer subscriptions come first.
        order = sorted(self.subscriptions, key=lambda one: one.increment)
        for local in sorted({end for one in order for end in one.by_end}):
            utc = NEW_YORK.to_utc(local)
            self.scanner.scan_past(utc, lambda moment: setattr(self, "now", moment))
            self.now = utc
            for subscription in order:
                for consolidator in list(subscription.consolidators):
                    for one in subscription.by_end.get(local, ()):
                        consolidator.update(one)
                    if local in subscription.by_end:
                        consolidator.scan(local)
            found = {one.symbol: one.by_end[local][-1] for one in order if not one.quotes and local in one.by_end}
            self.on_data(SimpleNamespace(bars=found))
        self.on_end_of_algorithm()  # type: ignore[attr-defined]
        return self.lines


class Consolidate:
    """`self.consolidate(...)` and `self.consolidate[QuoteBar](...)`."""

    def __init__(self, algorithm: Recorded, quotes: bool) -> None:
        self.algorithm, self.quotes = algorithm, quotes

    def __getitem__(self, kind: Any) -> Consolidate:
        return Consolidate(self.algorithm, kind is QuoteBar)

    def __call__(self, owner: Any, period: Any, *rest: Any) -> Any:
        subscription = self.algorithm._subscription(owner, self.quotes or rest[0] == TickType.QUOTE)
        kind = QuoteBarConsolidator if subscription.quotes else TradeBarConsolidator
        made: Any
        if isinstance(period, Resolution):
            made = self._of_resolution(period, subscription, kind)
        elif isinstance(period, timedelta) and period < timedelta(microseconds=subscription.increment):
            raise ValueError(
                "Unable to create SPY consolidator because SPY is registered for Minute data. "
                "Consolidators require higher resolution data to produce lower resolution data."
            )
        else:
            made = kind(period)
        made._interface += lambda sender, data: rest[-1](data)
        self.algorithm.add_consolidator(owner, made)
        return made

    def _of_resolution(self, resolution: Resolution, subscription: Subscription, kind: Any) -> Any:
        if RESOLUTION_US[resolution] == subscription.increment:
            return IdentityDataConsolidator[TradeBar]()
        if resolution == Resolution.DAILY:
            precise = self.algorithm.daily_precise_end_time
            return MarketHourAwareConsolidator(precise, Resolution.DAILY, TradeBar, TickType.TRADE, False)
        return kind(timedelta(microseconds=RESOLUTION_US[resolution]))


def recorded(name: str) -> list[str]:
    with gzip.open(RECORDS / f"{name}.golden.json.gz", "rt") as file:
        log = json.load(file)["log"]
    return [plain(re.sub(r"^\S+ \S+ ", "", line)) for line in log[1:-1]]


def plain(line: str) -> str:
    """A line without the name of the exception's class, which is Python's here."""
    return re.sub(r"raises (Argument\w*Exception|ValueError)", "raises ValueError", line)


@needs_records
@pytest.mark.parametrize("name", ["ConsolidatorTimes", "ConsolidatorPrices", "ConsolidatorCalendar", "ConsolidatorCalendarMidnight"])
def test_bars_come_out_as_in_lean(name: str) -> None:
    source = (RECORDS / f"{name}.py").read_text().replace("from AlgorithmImports import *", "")
    names: dict[str, Any] = {name: getattr(consolidators, name) for name in consolidators.__all__}
    names |= {
        "QCAlgorithm": Recorded, "datetime": datetime, "timedelta": timedelta, "TradeBar": TradeBar, "QuoteBar": QuoteBar, "Tick": Tick,
        "Resolution": Resolution, "TickType": TickType, "Market": Market, "IndicatorDataPoint": IndicatorDataPoint,
        "re": re,
    }  # fmt: skip
    with RunSymbols(data_folder=DATA).active() as run:
        for ticker in ("SPY", "IBM", "AIG"):
            run.tickers.set(ticker, symbol(ticker))
        exec(source, names)
        # AlgorithmImports does not bring it; the recorded algorithm looks for it in its namespace.
        names["DollarVolumeRenkoConsolidator"] = DollarVolumeRenkoConsolidator
        algorithm = names[name]()
        algorithm.daily_precise_end_time = not name.endswith("Midnight")
        mine = [plain(line) for line in algorithm.run()]
    assert sorted(mine) == sorted(recorded(name))

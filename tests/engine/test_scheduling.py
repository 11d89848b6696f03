"""Scheduled events: the dates and times of all rules, and the order in which events fire, against LEAN's records."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lyra.engine.enums import Resolution, SecurityType
from lyra.engine.markets.hours import MarketHoursDatabase
from lyra.engine.markets.local_hours import DayOfWeek
from lyra.engine.scheduling import CompositeTimeRule, DateRules, FuncDateRule, FuncTimeRule, ScheduledEvent, ScheduleManager, TimeRules
from lyra.engine.scheduling.day_end import algorithm_day_end, security_day_end
from lyra.engine.scheduling.event import NEVER
from lyra.engine.scheduling.queue import EventQueue
from lyra.engine.symbols import Market, RunSymbols, Symbol, SymbolCache
from lyra.engine.times import DAY, HOUR, MINUTE, TimeZones, Zone, to_datetime, to_us, zone

SHARED = Path(__file__).parents[3] / "shared"
RECORDS = SHARED / "lean-conformance"
# The records were made with LEAN's own market hours, which may be older or newer than the project's.
DATA = SHARED / "lean-data" if RECORDS.is_dir() else Path(__file__).parents[2] / "data"
NEW_YORK = "America/New_York"

needs_records = pytest.mark.skipif(not RECORDS.is_dir(), reason="LEAN's records are not beside the repository")


class Algorithm:
    """What schedules use of an algorithm."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.time_zone: Zone = zone(NEW_YORK)
        self._utc = self._start = self._end = 0
        self.securities: dict[Any, Any] = {}
        self.schedule = ScheduleManager(self)
        self.date_rules = DateRules(self)
        self.time_rules = TimeRules(self)

    @property
    def time(self) -> datetime:
        return to_datetime(self.time_zone.to_local(self._utc))

    def set_time_zone(self, time_zone: Any) -> None:
        self.time_zone = zone(time_zone)

    def set_start_date(self, *date: int) -> None:
        self._start = to_us(datetime(*date))  # type: ignore[arg-type]
        self._utc = self.time_zone.to_utc(self._start)

    def set_end_date(self, *date: int) -> None:
        self._end = to_us(datetime(*date)) + DAY - 1  # type: ignore[arg-type]

    def set_time(self, utc: int) -> None:
        self._utc = utc

    def log(self, text: str) -> None:
        self.lines.append(text)

    def debug(self, text: str) -> None:
        self.lines.append(text)

    def train(self, *args: Any) -> Any:
        return self.schedule.training(*args)

    def add_equity(self, ticker: str, resolution: Any = None) -> Any:
        return self._add(ticker, SecurityType.EQUITY, "usa")

    def add_forex(self, ticker: str, resolution: Any = None, market: str = "oanda") -> Any:
        return self._add(ticker, SecurityType.FOREX, market)

    def add_crypto(self, ticker: str, resolution: Any = None, market: str = "coinbase") -> Any:
        return self._add(ticker, SecurityType.CRYPTO, market)

    def _add(self, ticker: str, kind: Any, market: str) -> Any:
        symbol = Symbol.create(ticker, kind, market)
        SymbolCache.set(ticker, symbol)
        hours = MarketHoursDatabase.from_data_folder().get_exchange_hours(market, symbol, kind)
        security = SimpleNamespace(symbol=symbol, exchange=SimpleNamespace(hours=hours), is_extended_market_hours=False)
        self.securities[symbol] = security
        return security

    def day_end_events(self, queue: EventQueue) -> None:
        for security in self.securities.values():
            queue.add(security_day_end(self, security, self.on_end_of_day))

    def step(self, queue: EventQueue, utc: int) -> None:
        if queue.next_due_us < utc:
            queue.fire_until(utc, False, self.set_time)
        self._utc = utc
        if queue.next_due_us <= utc:
            queue.fire_until(utc, True, None)

    def on_data(self, data: Any) -> None: ...

    def on_end_of_day(self, symbol: Any) -> None: ...

    def on_end_of_algorithm(self) -> None: ...


@pytest.fixture(autouse=True)
def symbols() -> Iterator[None]:
    with RunSymbols(data_folder=DATA).active():
        yield


@pytest.fixture
def algorithm() -> Algorithm:
    made = Algorithm()
    made.set_start_date(2013, 11, 26)
    made.set_end_date(2013, 12, 2)
    return made


# rules -------------------------------------------------------------------------------------------------
def dates(rule: Any, start: datetime, end: datetime) -> list[str]:
    return [f"{day:%m-%d}" for day in rule.get_dates(start, end)]


def test_edges_of_a_month_skip_closed_days(algorithm: Algorithm) -> None:
    spy, rules = algorithm.add_equity("SPY").symbol, algorithm.date_rules
    span = datetime(2013, 11, 1), datetime(2014, 1, 31)
    assert dates(rules.month_start(), *span) == ["11-01", "12-01", "01-01"]
    assert dates(rules.month_start(spy), *span) == ["11-01", "12-02", "01-02"]
    assert dates(rules.month_end(spy, 1), *span) == ["11-27", "12-30", "01-30"]
    assert dates(rules.month_start(spy, 25), *span) == ["11-29", "12-31", "01-31"]
    assert (rules.month_start(spy, 2).name, rules.month_end(3).name) == ("SPY: MonthStart+2", "MonthEnd-3")


def test_offsets_have_limits(algorithm: Algorithm) -> None:
    spy, rules = algorithm.add_equity("SPY").symbol, algorithm.date_rules
    with pytest.raises(ValueError, match=r"^DateRules\.WeekStart\(\) : Offset must be between 0 and 6 \(Parameter 'daysOffset'\)$"):
        rules.week_start(7)
    with pytest.raises(
        ValueError, match=r"Friday-5 is out of range for SPY's schedule, please use an offset between 0 - 4; Schedule : Mon"
    ):
        rules.week_end(spy, 5)
    with pytest.raises(ValueError, match="between 0 and 30"):
        rules.month_end(spy, 31)
    with pytest.raises(ValueError, match="between 0 and 92"):
        rules.quarter_start(93)
    assert rules.month_start(-1).name == "MonthStart-1"


def test_single_dates_and_weekdays(algorithm: Algorithm) -> None:
    rules, span = algorithm.date_rules, (datetime(2013, 12, 23), datetime(2013, 12, 29))
    assert dates(rules.on(2013, 12, 24), *span) == ["12-24"]
    assert dates(rules.on([datetime(2013, 12, 28), datetime(2014, 1, 1)]), *span) == ["12-28"]
    assert dates(rules.every(DayOfWeek.TUESDAY, DayOfWeek.SUNDAY), *span) == ["12-24", "12-29"]
    assert rules.every([DayOfWeek.MONDAY, DayOfWeek.FRIDAY]).name == "Monday,Friday"


def moments(rule: Any, *days: datetime) -> list[str]:
    return [f"{moment:%m-%d %H:%M:%S}" for moment in rule.create_utc_event_times(days)]


def test_opens_and_closes_without_a_symbol_take_all_markets(algorithm: Algorithm) -> None:
    algorithm.add_forex("EURUSD")
    algorithm.add_crypto("BTCUSD")
    rules, day = algorithm.time_rules, datetime(2013, 11, 27)
    assert moments(rules.after_market_open(0), day) == ["11-27 05:00:00"]
    assert moments(rules.before_market_close(1), day) == ["11-28 04:59:00"]
    assert (rules.after_market_open(5).name, rules.before_market_close(2.5, True).name) == (
        "5 min after MarketOpen",
        "2.5 min before ExtendedMarketClose",
    )


def test_rules_of_functions(algorithm: Algorithm) -> None:
    date_rule = FuncDateRule("third", lambda start, end: [datetime(2013, 12, 3)])
    time_rule = FuncTimeRule("lunch", lambda days: [day + timedelta(hours=17) for day in days])
    both = CompositeTimeRule(time_rule, algorithm.time_rules.at(9, 0), time_rule)
    assert both.name == "lunch,9,lunch"
    assert moments(both, *date_rule.get_dates(datetime(2013, 1, 1), datetime(2014, 1, 1))) == ["12-03 14:00:00", "12-03 17:00:00"]
    with pytest.raises(ValueError, match="Python DateRule provided is not a function"):
        FuncDateRule("x", 5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="can not be zero or less"):
        algorithm.time_rules.every(timedelta(0))


# events ------------------------------------------------------------------------------------------------
def test_an_event_fires_for_all_that_is_due() -> None:
    seen: list[Any] = []
    event = ScheduledEvent("e", [datetime(2020, 1, day) for day in (1, 2, 5)], lambda name, utc: seen.append((name, utc.day)))
    event.event_fired += lambda name, utc: seen.append(utc.day)
    event._scan(to_us(datetime(2020, 1, 3)))
    assert seen == [("e", 1), 1, ("e", 2), 2]
    assert (event.next_event_utc_time.day, event.name, str(event)) == (5, "e", "e")
    event.enabled = False
    event._scan(to_us(datetime(2020, 1, 6)))
    assert len(seen) == 4
    assert (event._due(), event.next_event_utc_time.year) == (NEVER, 9999)


def test_an_event_may_remove_itself(algorithm: Algorithm) -> None:
    seen = []
    queue = algorithm.schedule._start()

    def once() -> None:
        seen.append(algorithm.time)
        algorithm.schedule.remove(event)

    event = algorithm.schedule.on("once", algorithm.date_rules.every_day(), algorithm.time_rules.noon, once)
    for day in range(algorithm._start, algorithm._end, DAY):
        algorithm.step(queue, algorithm.time_zone.to_utc(day + DAY))
    assert seen == [datetime(2013, 11, 26, 12)]
    assert queue.next_due_us == NEVER


def test_events_added_in_the_run_leave_out_the_past(algorithm: Algorithm) -> None:
    queue = algorithm.schedule._start()
    algorithm._utc += 10 * HOUR
    schedule, today = algorithm.schedule, algorithm.date_rules.today
    late = schedule.on(today, algorithm.time_rules.at(9, 0), lambda: None)
    now = schedule.training_now(lambda: None)
    assert (late._due(), now._due()) == (NEVER, algorithm._utc)
    assert (late.name, now.name) == ("TodayOnly: 9", "Training: Now: 2013-11-26T15:00:00.0000000Z")
    assert queue.next_due_us == algorithm._utc


def test_an_error_names_the_event(algorithm: Algorithm) -> None:
    queue = algorithm.schedule._start()
    algorithm.schedule.on("bad", algorithm.date_rules.every_day(), algorithm.time_rules.at(12, 30), lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        queue.fire_until(algorithm._utc + DAY, False, algorithm.set_time)
    assert queue.source() == "Scheduled event: 'bad' at 11/26/2013 17:30:00"
    assert algorithm.time == datetime(2013, 11, 26, 12, 30)


def test_a_market_that_never_closes_has_no_open(algorithm: Algorithm) -> None:
    btc = algorithm.add_crypto("BTCUSD").symbol
    algorithm.schedule.on(algorithm.date_rules.every_day(btc), algorithm.time_rules.after_market_open(btc, 5), lambda: None)
    with pytest.raises(ValueError, match=r"Unable to locate next market open within two weeks\. Market is always open for this asset"):
        algorithm.schedule._start()


def test_the_fluent_form_is_out_of_reach(algorithm: Algorithm) -> None:
    with pytest.raises(AttributeError, match="'FluentScheduledEventBuilder' object has no attribute 'every_day'"):
        algorithm.schedule.event("x").every_day()  # type: ignore[attr-defined]


def test_the_algorithms_day_ends_two_minutes_before_midnight(algorithm: Algorithm) -> None:
    algorithm.add_equity("SPY")
    event = algorithm_day_end(algorithm, lambda: None)
    found = []
    while event._due() != NEVER:
        found.append(f"{to_datetime(algorithm.time_zone.to_local(event._due())):%d %H:%M}")
        event._skip_until(event._due() + 1)
    assert found == ["26 23:58", "27 23:58", "29 23:58", "02 23:58"]


# records -----------------------------------------------------------------------------------------------
def recorded_log(name: str) -> list[str]:
    with gzip.open(RECORDS / f"{name}.golden.json.gz", "rt") as file:
        log: list[str] = json.load(file)["log"]
    return log


def recorded_algorithm(name: str) -> Any:
    source = (RECORDS / f"{name}.py").read_text().replace("from AlgorithmImports import *", "").replace("import pytz", "")
    names: dict[str, Any] = {
        "QCAlgorithm": Algorithm, "Resolution": Resolution, "Market": Market, "DayOfWeek": DayOfWeek, "TimeZones": TimeZones,
        "datetime": datetime, "timedelta": timedelta, "time": time,
    }  # fmt: skip
    exec(source, names)
    return names[name]()


def closes(algorithm: Any) -> list[int]:
    """The moments of SPY's daily bars."""
    hours = next(s.exchange.hours for symbol, s in algorithm.securities.items() if symbol.value == "SPY")
    days = [day for day in range(algorithm._start, algorithm._end, DAY) if hours.is_date_open_us(day)]
    return [hours.time_zone.to_utc(hours.next_close_us(day, False)) for day in days]


def replay(algorithm: Any, steps: list[int]) -> list[str]:
    """Run an algorithm's events through time steps; gives its log."""
    algorithm.initialize()
    queue = algorithm.schedule._start()
    algorithm.day_end_events(queue)
    algorithm.step(queue, algorithm._utc)
    for utc in steps or closes(algorithm):
        algorithm.step(queue, utc)
        algorithm.on_data(None)
    algorithm.on_end_of_algorithm()
    lines: list[str] = algorithm.lines
    return lines


def plain(line: str) -> str:
    return re.sub(r"raises (Argument\w*Exception|ValueError)", "raises ValueError", line)


def differences(name: str, lines: list[str]) -> list[str]:
    """Lines of a record that a run did not log."""
    expected = Counter(plain(re.sub(r"^\S+ \S+ ", "", line)) for line in recorded_log(name)[1:-1])
    return list((expected - Counter(map(plain, lines))).elements())


@needs_records
def test_all_time_rules_fire_when_they_did_in_lean() -> None:
    assert not differences("ScheduleTimes", replay(recorded_algorithm("ScheduleTimes"), []))


@needs_records
def test_all_date_rules_fire_when_they_did_in_lean() -> None:
    algorithm = recorded_algorithm("ScheduleDates")
    # LEAN's run has one step more, on the day after its end.
    days = range(to_us(datetime(2013, 11, 20)), to_us(datetime(2015, 1, 11)), DAY)
    steps = [zone(NEW_YORK).to_utc(day + part * HOUR) for day in days for part in (0, 13, 16)]
    assert not differences("ScheduleDates", replay(algorithm, [utc for utc in steps if utc < to_us(datetime(2015, 1, 10, 19))]))


@needs_records
def test_rules_of_forex_and_crypto_fire_when_they_did_in_lean() -> None:
    algorithm = recorded_algorithm("ScheduleForexCrypto")
    steps = list(range(to_us(datetime(2014, 3, 6, 1)), to_us(datetime(2014, 3, 13)) + 1, HOUR))
    missing = differences("ScheduleForexCrypto", replay(algorithm, steps))
    assert [line for line in missing if not line.startswith("QCAlgorithm.PostInitialize")] == []


def day_ends(name: str) -> list[tuple[str, str]]:
    return [(line[:19], line.split()[-1]) for line in recorded_log(name) if " on_end_of_day | " in line]


class DayEnds(Algorithm):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str]] = []

    def on_end_of_day(self, symbol: Any) -> None:
        self.seen.append((f"{self.time}", symbol.value))


@needs_records
def test_events_of_one_moment_change_places_as_in_lean() -> None:
    algorithm = DayEnds()
    algorithm.set_start_date(2013, 11, 26)
    algorithm.set_end_date(2013, 12, 5)
    for ticker in ("BAC", "IBM", "SPY"):
        algorithm.add_equity(ticker)
    queue = algorithm.schedule._start()
    algorithm.schedule._every_midnight(lambda: None)
    algorithm.day_end_events(queue)
    for day in range(algorithm._start, algorithm._end, DAY):
        for moment in (0, 16 * HOUR):
            algorithm.step(queue, algorithm.time_zone.to_utc(day + moment))
    assert algorithm.seen == day_ends("SliceDailyMidnight")


@needs_records
def test_events_added_in_the_run_take_their_places_as_in_lean() -> None:
    algorithm = DayEnds()
    algorithm.set_start_date(2013, 9, 20)
    algorithm.set_end_date(2013, 10, 9)
    for ticker in ("BAC", "IBM", "SPY"):
        algorithm.add_equity(ticker)
    spy = next(symbol for symbol in algorithm.securities if symbol.value == "SPY")
    every_day = algorithm.date_rules.every_day(spy)
    algorithm.schedule.on(every_day, algorithm.time_rules.at(12, 0), lambda: None)
    algorithm.schedule.on(every_day, algorithm.time_rules.after_market_open(spy, 1), lambda: None)
    queue = algorithm.schedule._start()
    algorithm.schedule._every_midnight(lambda: None)
    algorithm.day_end_events(queue)
    for day in range(algorithm._start, algorithm._end, DAY):
        for moment in (0, *range(9 * HOUR + 31 * MINUTE, 16 * HOUR + 1, MINUTE)):
            algorithm.step(queue, algorithm.time_zone.to_utc(day + moment))
            if algorithm.time == datetime(2013, 9, 20, 10, 1):
                queue.add(security_day_end(algorithm, algorithm.add_equity("AIG"), algorithm.on_end_of_day))
    assert algorithm.seen == day_ends("WarmUp")

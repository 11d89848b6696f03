"""Insights: when they end, what they say, and how the collection keeps them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from lyra.engine.enums import InsightDirection, InsightScoreType, InsightType, Resolution, SecurityType
from lyra.engine.framework.expiry import Expiry
from lyra.engine.framework.insight_collection import InsightCollection, InsightManager
from lyra.engine.framework.insight_json import insights_json
from lyra.engine.framework.insights import Insight
from lyra.engine.framework.slots import SlotDict
from lyra.engine.markets.exchange_hours import SecurityExchangeHours
from lyra.engine.markets.local_hours import LocalMarketHours, MarketHoursSegment, MarketHoursState
from lyra.engine.symbols import Symbol
from lyra.engine.times import span_text, to_us, to_utc_datetime

UP, DOWN = InsightDirection.UP, InsightDirection.DOWN


@pytest.fixture(scope="module")
def spy() -> Symbol:
    return Symbol.create("SPY", SecurityType.EQUITY, "usa")


@pytest.fixture(scope="module")
def nyse() -> SecurityExchangeHours:
    session = MarketHoursSegment(MarketHoursState.MARKET, timedelta(hours=9, minutes=30), timedelta(hours=16))
    week = [LocalMarketHours(day, [session] if 1 <= day <= 5 else []) for day in range(7)]
    return SecurityExchangeHours("America/New_York", (), week)


def made(insight: Insight, hours: SecurityExchangeHours, at: datetime = datetime(2013, 10, 7, 13, 31)) -> Insight:
    insight.generated_time_utc = at
    insight.set_period_and_close_time(hours)
    return insight


@pytest.mark.parametrize(
    ("span", "close"),
    [
        # LEAN's own answers for 2013-10-07 09:31 New York time (record InsightObject).
        ((timedelta(minutes=5),), datetime(2013, 10, 7, 13, 36)),
        ((timedelta(minutes=20),), datetime(2013, 10, 7, 13, 51)),
        ((Resolution.MINUTE, 3), datetime(2013, 10, 7, 13, 34)),
        ((datetime(2013, 10, 8, 12, 0),), datetime(2013, 10, 8, 16, 0)),
        ((Expiry.END_OF_DAY,), datetime(2013, 10, 8, 13, 30)),
        ((Resolution.DAILY, 2), datetime(2013, 10, 9, 13, 31)),
    ],
)
def test_an_insight_ends_by_the_calendar(spy: Symbol, nyse: SecurityExchangeHours, span: tuple[Any, ...], close: datetime) -> None:
    insight = made(Insight.price(spy, *span, UP), nyse)
    assert insight.close_time_utc.replace(tzinfo=None) == close


def test_only_trading_minutes_and_days_count(spy: Symbol, nyse: SecurityExchangeHours) -> None:
    evening = datetime(2013, 9, 3, 20, 0)
    short = made(Insight.price(spy, timedelta(minutes=20), UP), nyse, evening)
    assert short.close_time_utc.replace(tzinfo=None) == datetime(2013, 9, 4, 13, 50)
    long = made(Insight.price(spy, timedelta(days=5), UP), nyse, evening)
    assert long.close_time_utc.replace(tzinfo=None) == datetime(2013, 9, 10, 20, 0)


def test_an_insight_can_not_end_in_the_past(spy: Symbol, nyse: SecurityExchangeHours) -> None:
    with pytest.raises(ValueError, match="must not be in the past"):
        made(Insight.price(spy, datetime(2013, 10, 4, 12, 0), UP), nyse)


def test_what_lean_refuses(spy: Symbol) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1 second"):
        Insight.price(spy, timedelta(0), UP)
    with pytest.raises(ValueError, match="barCount must be greater than zero"):
        Insight.price(spy, Resolution.HOUR, 0, UP)
    with pytest.raises(TypeError):
        Insight(spy, timedelta(hours=2), InsightType.PRICE, UP, weight=0.4)
    with pytest.raises(ValueError, match="GeneratedTimeUtc"):
        Insight.price(spy, timedelta(1), UP).set_period_and_close_time(SecurityExchangeHours.always_open("UTC"))


def test_fields_and_text(spy: Symbol) -> None:
    insight = Insight.price(spy, timedelta(1), UP, 0.01, 0.5, "me", 0.2, "note")
    assert (insight.magnitude, insight.confidence, insight.source_model, insight.weight, insight.Tag) == (0.01, 0.5, "me", 0.2, "note")
    assert str(insight) == f"{insight.id.hex}: {spy} Price Up within 1.00:00:00 by 0.01% with 50% confidence and 20% weight: note"
    assert insight.short_to_string() == "SPY Price Up 1.00:00:00 M:0.01% C:50% W:20%. note"
    assert Insight.price(spy, timedelta(1), UP).generated_time_utc == datetime(1, 1, 1)
    assert Insight(spy, timedelta(hours=2), InsightType.VOLATILITY, UP, 0.1, 0.9).period == timedelta(hours=2)
    assert span_text(-50_000_000) == "-00:00:05"


def test_groups_clones_and_expiry(spy: Symbol) -> None:
    first, second = Insight.price(spy, timedelta(1), UP), Insight.price(spy, timedelta(1), DOWN)
    Insight.group(first, second)
    assert first.group_id == second.group_id is not None
    with pytest.raises(RuntimeError, match="already been assigned to a group"):
        Insight.group(first)
    assert first.clone().id == first.id
    first.generated_time_utc, first.close_time_utc = datetime(2020, 1, 1, 10), datetime(2020, 1, 2)
    first.cancel(datetime(2020, 1, 1, 12))
    assert first.is_expired(datetime(2020, 1, 1, 12))
    assert first.period == timedelta(hours=1, minutes=59, seconds=59)


def test_scores_stay_between_zero_and_one_and_can_be_final(spy: Symbol) -> None:
    score = Insight.price(spy, timedelta(1), UP).score
    score.set_score(InsightScoreType.DIRECTION, 1.4, datetime(2020, 1, 1))
    score.finalize(datetime(2020, 1, 2))
    score.set_score(InsightScoreType.DIRECTION, 0.3, datetime(2020, 1, 3))
    assert (score.direction, str(score), score.is_final_score) == (1.0, "Direction: 100 Magnitude: 0", True)


def test_slots_are_used_again_last_freed_first() -> None:
    table: SlotDict[str, int] = SlotDict()
    for name in ("SPY", "AIG", "BAC"):
        table[name] = 1
    for name in ("SPY", "AIG", "BAC"):
        del table[name]
    for name in ("SPY", "AIG", "BAC"):
        table[name] = 2
    assert list(table) == ["BAC", "AIG", "SPY"]


def test_the_collection(spy: Symbol) -> None:
    other = Symbol.create("IBM", SecurityType.EQUITY, "usa")
    insights = [Insight.price(s, timedelta(1), UP) for s in (spy, other, spy)]
    for hour, insight in enumerate(insights):
        insight.generated_time_utc, insight.close_time_utc = datetime(2020, 1, 1), datetime(2020, 1, 2, hour)
    collection = InsightCollection()
    collection.add_range(insights)
    now = datetime(2020, 1, 2, 1)
    assert [i is insights[0] for i in collection.get_active_insights(now)] == [False, False]
    assert collection.has_active_insights(other, now)
    assert collection.get_next_expiry_time() == to_utc_datetime(to_us(datetime(2020, 1, 2)))
    assert collection.remove_expired_insights(now) == [insights[0]]
    assert (collection.count, collection.total_count) == (2, 3)
    assert collection.contains_key(spy) and spy in collection
    collection.clear([spy])
    assert list(collection) == [insights[1]]
    assert collection.get_insights(lambda i: i.symbol == spy) == [insights[0], insights[2]]
    collection.remove_insights(lambda i: i.symbol == other)
    assert collection.count == 0


def test_the_manager_expires_and_scores(spy: Symbol) -> None:
    manager = InsightManager(SimpleNamespace(_utc=to_us(datetime(2020, 1, 1, 12))))
    insight = Insight.price(spy, timedelta(1), UP)
    insight.generated_time_utc, insight.close_time_utc = datetime(2020, 1, 1), datetime(2020, 1, 2)
    manager.add(insight)
    seen = []
    manager.set_insight_score_function(SimpleNamespace(Score=lambda m, time: seen.append((m, time.hour))))
    manager.step(to_us(datetime(2020, 1, 1, 12)))
    assert seen == [(manager, 12)]
    manager.expire([spy])
    assert insight.close_time_utc.replace(tzinfo=None) == datetime(2020, 1, 1, 11, 59, 59)
    with pytest.raises(NotImplementedError, match=r"IInsightScoreFunction\.Score must be implemented"):
        manager.set_insight_score_function(object())


def test_json(spy: Symbol) -> None:
    insight = Insight.price(spy, timedelta(minutes=5), UP, 0.123456, None, "me", 0.25)
    insight.generated_time_utc, insight.close_time_utc = datetime(2013, 10, 7, 13, 31), datetime(2013, 10, 7, 13, 36)
    insight._reference_value = Decimal("144.77")
    text = insights_json([insight])
    for line in ('"createdTime": 1381152660.0', '"period": 300.0', '"magnitude": "0.1235"', '"confidence": null', '"weight": 0.25',
                 '"direction": "up"', '"type": "price"', '"reference": 144.77', '"estimatedValue": "0"'):  # fmt: skip
        assert line in text

"""What algorithms find at the edges of the API, on the small market; the texts are LEAN's."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from lyra.engine.algorithm.commands import Command, Commands
from lyra.engine.algorithm.trading_calendar import settles_in_the_united_states
from lyra.engine.data.bars import QuoteBar, Tick, TradeBar

Run = Callable[..., Any]
START = """
from AlgorithmImports import *
from datetime import date

class Mine(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 4)
        self.set_cash(100000)
        self.coin = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE)
"""


def lines_of(ran: Any) -> list[str]:
    """The log without times."""
    (file,) = ran.folder.glob("*-log.txt")
    return [line[20:] if line[:2] == "20" else line for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_text_without_a_symbol_can_be_ordered_and_is_refused(backtest: Run) -> None:
    ran = backtest(
        START
        + """
    def on_data(self, data):
        if not self.transactions.orders_count:
            ticket = self.market_order("NOPE", 1)
            self.log(f"{ticket.status} {ticket.submit_request.response.error_code} {ticket.symbol.value} {ticket.symbol.id}")
            self.quit()
"""
    )
    assert "INVALID SECURITY_PRICE_ZERO NOPE NOPE 0" in lines_of(ran)


def test_objects_are_logged_on_a_line_of_their_own(backtest: Run) -> None:
    ran = backtest(
        START
        + """
        self.log(self.coin.symbol)
        self.log([1, None])
"""
    )
    log = lines_of(ran)
    at = log.index("")
    assert log[at : at + 3] == ["", "BTCUSD", "[1, None]"]


def test_a_session_holds_the_days_bars(backtest: Run) -> None:
    """All but the bar that ends at midnight: it comes when the day is over already."""
    ran = backtest(
        START
        + """
        self.coin.session.size = 2
        self.bars, self.before = [], []

    def on_data(self, data):
        bar = data.bars.get(self.coin.symbol)
        if bar is None or bar.end_time.hour == 0:
            return
        if self.bars and bar.time.date() != self.bars[0].time.date():
            self.before, self.bars = self.bars, []
        self.bars.append(bar)
        s, b = self.coin.session, self.bars
        assert (s.open, s.high, s.low, s.close) == (b[0].open, max(x.high for x in b), min(x.low for x in b), bar.close), self.time
        assert abs(s.volume - sum(x.volume for x in b)) < 1e-6
        assert not self.before or s[1].close == self.before[-1].close

    def on_end_of_algorithm(self):
        self.log(f"days {self.coin.session.count}")
"""
    )
    assert "days 2" in lines_of(ran)


def test_a_session_that_nobody_asked_for_is_empty(backtest: Run) -> None:
    ran = backtest(
        START
        + """
    def on_end_of_algorithm(self):
        s = self.coin.session
        self.log(f"{s.size} {s.close} {s.end_time} '{s}'")
"""
    )
    assert "0 0.0 0001-01-01 00:00:00 ''" in lines_of(ran)


def test_members_of_the_algorithm_only_take_what_is_of_their_kind(backtest: Run) -> None:
    ran = backtest("""from AlgorithmImports import *

class Algorithm(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 3)
        self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE)
        for name, value in (("portfolio", 1), ("insights", []), ("alpha", 1), ("benchmark", "SPY"), ("universe", 1), ("start_date", 1), ("Settings", None)):
            try:
                setattr(self, name, value)
            except TypeError as error:
                self.log(f"{name}: {error}")
        self.settings = self.settings
        self.sma = 5

    def on_data(self, data):
        self.status = 5
""")  # fmt: skip
    told = lines_of(ran)
    assert "portfolio: 'int' value cannot be converted to QuantConnect.Securities.SecurityPortfolioManager" in told
    assert "insights: 'list' value cannot be converted to QuantConnect.Algorithm.Framework.Alphas.Analysis.InsightManager" in told
    assert "alpha: 'int' value cannot be converted to QuantConnect.Algorithm.Framework.Alphas.IAlphaModel" in told
    assert "benchmark: 'str' value cannot be converted to QuantConnect.Benchmarks.IBenchmark" in told
    assert "universe: 'int' value cannot be converted to QuantConnect.Algorithm.UniverseDefinitions" in told
    assert "start_date: property is read-only" in told
    assert "Settings: 'NoneType' value cannot be converted to QuantConnect.Interfaces.IAlgorithmSettings" in told
    assert "Algorithm Id:(Algorithm) Deleted by request." in told, "a status other than running ends the run"


def test_an_assignment_that_fails_says_why_and_where(backtest: Run) -> None:
    ran = backtest("""from AlgorithmImports import *

class Algorithm(QCAlgorithm):
    def initialize(self):
        self.securities = {}
""")  # fmt: skip
    assert ran.code != 0
    assert "prefixing private variables with an underscore" in ran.err + ran.out
    assert "line 5" in ran.err + ran.out


def test_what_cannot_be_plotted_makes_no_series(backtest: Run) -> None:
    ran = backtest("""from AlgorithmImports import *

class Algorithm(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 2)
        for values in ((float("nan"),), (float("inf"),), (1, 2, float("nan"), 1), (3,)):
            try:
                self.plot("Mine", f"{values[-1]} of {len(values)}", *values)
            except ArgumentException as error:
                self.log(f"refused {len(values)}")
        self.log(f"series {[x for chart in self.get_chart_updates(False) for x in chart.series.keys()]}")
""")  # fmt: skip
    lines = lines_of(ran)
    assert sum("refused" in line for line in lines) == 3
    assert any(line.endswith("series ['3 of 1']") for line in lines)


def test_bars_are_consolidated_by_type(backtest: Run) -> None:
    ran = backtest(
        START
        + """
        self.kinds = set()
        self.consolidate[TradeBar](self.coin.symbol, timedelta(hours=4), lambda bar: self.kinds.add(type(bar).__name__))

    def on_end_of_algorithm(self):
        self.log(str(self.kinds))
"""
    )
    assert "{'TradeBar'}" in lines_of(ran)


def test_signals_are_only_exported_live(backtest: Run) -> None:
    ran = backtest(
        START
        + """
        self.signal_export.add_signal_export_provider(VBaseSignalExport("key", "name"))
        for _ in range(2):
            assert self.signal_export.set_target_portfolio([PortfolioTarget(self.coin.symbol, 1)])
"""
    )
    assert lines_of(ran).count("Portfolio targets are only sent in live mode") == 1


def test_dot_net_exceptions_are_pythons_too(backtest: Run) -> None:
    ran = backtest(
        START
        + """
        for call in (lambda: self.symbol("NOPE"), lambda: self.securities["NOPE"], lambda: setattr(self, "time", 1),
                     lambda: self.set_tags({"x"}), lambda: self.object_store.save("a:b", "x"), lambda: self.portfolio.cash_book["X"]):
            try:
                call()
            except (RuntimeError, KeyError, TypeError, ValueError) as e:
                self.log(type(e).__name__)
"""
    )
    assert lines_of(ran)[1:7] == [
        "InvalidOperationException", "KeyNotFoundException", "TypeError", "TypeError", "ArgumentException", "KeyNotFoundException",
    ]  # fmt: skip


def test_own_fee_models_are_asked_in_each_step(backtest: Run) -> None:
    ran = backtest(
        START
        + """
        self.asked = 0
        self.coin.set_fee_model(Fees(self))

    def on_data(self, data):
        if not self.portfolio.invested and self.time.day == 2:
            self.market_order(self.coin.symbol, 0.1)
            self.begun = self.asked

    def on_end_of_algorithm(self):
        self.log(f"asked {self.asked - self.begun > 40}")

class Fees(FeeModel):
    def __init__(self, algorithm):
        self.algorithm = algorithm

    def get_order_fee(self, parameters):
        self.algorithm.asked += 1
        return OrderFee(CashAmount(1, "USD"))
"""
    )
    assert "asked True" in lines_of(ran)


def test_leverage_of_securities_stays_when_a_brokerage_is_set(backtest: Run) -> None:
    ran = backtest(
        START
        + """
        eur = self.add_forex("EURUSD", Resolution.HOUR, Market.OANDA, leverage=10)
        self.set_brokerage_model(BrokerageName.OANDA_BROKERAGE)
        self.log(f"leverage {eur.leverage}")
"""
    )
    assert "leverage 10.0" in lines_of(ran)


def test_the_settlement_calendar() -> None:
    """Federal holidays of 2021 and 2022; Christmas 2021 was a Saturday, so Friday had it; New Year's of 2022 went to 2021."""
    from datetime import date

    closed = [(2021, 1, 1), (2021, 1, 18), (2021, 2, 15), (2021, 5, 31), (2021, 7, 5), (2021, 9, 6), (2021, 10, 11), (2021, 11, 11),
              (2021, 11, 25), (2021, 12, 24), (2021, 12, 31), (2022, 12, 26), (2021, 12, 25), (2021, 12, 26)]  # fmt: skip
    assert not [day for day in closed if settles_in_the_united_states(date(*day))]
    assert all(settles_in_the_united_states(date(2021, 12, day)) for day in (20, 21, 22, 23, 27, 28))


class _Buy(Command):
    pass


def test_the_link_of_a_command() -> None:
    class Algorithm(Commands):
        project_id = 7

    command = _Buy()
    command.tickers, command.name = ["A B", "C"], "x"  # type: ignore[attr-defined]
    link = Algorithm().link(command)
    tail = "&command%5bname%5d=x&command%5btickers%5d%5b0%5d=A+B&command%5btickers%5d%5b1%5d=C&command%5b%24type%5d=_Buy"
    assert link.endswith("?projectId=7" + tail)
    assert Algorithm().link({"a": {"b": 1}}).endswith("&command%5ba%5d%5bb%5d=1")


@pytest.mark.parametrize("name", ["MeanReversionPortfolioConstructionModel", "RiskParityPortfolioConstructionModel"])
def test_models_that_only_their_files_give(backtest: Run, name: str) -> None:
    ran = backtest(
        f"from Portfolio.{name} import {name} as Own\n"
        + START
        + f"""
        self.log(f"{{Own.__name__}} {{'{name}' in globals()}}")
"""
    )
    assert f"{name} False" in lines_of(ran)


def test_what_is_settled_at_the_start_cannot_be_changed_later(backtest: Run) -> None:
    ran = backtest(
        START
        + """
    def on_data(self, data):
        for change in (lambda: self.set_start_date(2020, 1, 1), lambda: self.set_end_date(2020, 1, 9), lambda: self.set_cash(5),
                       lambda: self.set_warm_up(3), lambda: self.set_account_currency("EUR"), lambda: self.set_benchmark(self.coin.symbol),
                       lambda: self.set_time_zone("UTC")):
            try:
                change()
            except RuntimeError as e:
                self.log(str(e))
        self.quit()
"""
    )
    assert [line for line in lines_of(ran) if line.startswith("self.")] == [
        "self.set_start_date(): Cannot change start date after algorithm initialized.",
        "self.set_end_date(): Cannot change end date after algorithm initialized.",
        "self.set_cash(): Cannot change cash available after algorithm initialized.",
        "self.set_warmup(): This method cannot be used after algorithm initialized",
        "self.set_account_currency(): Cannot change AccountCurrency after algorithm initialized.",
        "self.set_benchmark(): Cannot change Benchmark after algorithm initialized.",
        "self.set_time_zone(): Cannot change time zone after algorithm running.",
    ]


def test_a_slice_shows_lean_types_and_cannot_be_changed(backtest: Run) -> None:
    ran = backtest(
        START
        + """
    def on_data(self, data):
        def case(name, call):
            try:
                self.log(f"case {name} {call()}")
            except Exception as e:
                self.log(f"case {name} {type(e).__name__} {str(e).splitlines()[0]}")
        symbol = self.coin.symbol
        case("keys", lambda: (type(data.keys()).__name__, data.keys() == data.Keys == data.Keys()))
        case("pair", lambda: [type(pair).__name__ for pair in data])
        case("bars", lambda: [type(pair).__name__ for pair in data.bars])
        case("ticks", lambda: type(data.get(Tick)).__name__)
        case("same", lambda: (data.bars[symbol] == data.bars[symbol], data.bars[symbol] == data.bars[symbol].clone()))
        case("default", lambda: data.bars.get("NOPE", 5))
        case("try", lambda: data.try_get_value(symbol))
        case("try both", lambda: data.try_get_value(symbol, None)[0])
        case("set", lambda: data.__setitem__(symbol, 1))
        case("clear", lambda: data.clear())
        case("pop", lambda: data.pop(symbol))
        case("zones", lambda: [type(zone).__name__ for zone in (self.time_zone, TimeZones.UTC)])
        case("empty", lambda: [str(TradeBar()), str(Tick().symbol)])
        case("parameters", lambda: self.set_parameters({"a": "1"}))
        self.quit()
"""
    )
    assert [line[5:] for line in lines_of(ran) if line.startswith("case ")] == [
        "keys ('list', True)",
        "pair ['KeyValuePair[Symbol,BaseData]']",
        "bars ['KeyValuePair[Symbol,TradeBar]']",
        "ticks DataDictionary[Tick]",
        "same (True, False)",
        "default TypeError No method matches given arguments for get: (<class 'str'>, <class 'int'>). The following overloads are available:",
        "try TypeError No method matches given arguments for try_get_value: (<class 'QuantConnect.Symbol'>). The expected signature is:",
        "try both True",
        "set NotSupportedException The Slice object is read-only. You cannot set data in the slice.",
        "clear InvalidOperationException Clear/clear method call is an invalid operation. Slice is a read-only collection.",
        "pop InvalidOperationException Remove/pop method call is an invalid operation. Slice is a read-only collection.",
        "zones ['CachedDateTimeZone', 'FixedDateTimeZone']",
        "empty [' 0: O: 0 H: 0 L: 0 C: 0 V: 0', ' 0']",
        "parameters TypeError No method matches given arguments for set_parameters: (<class 'dict'>). The expected signature is:",
    ]


def test_a_name_of_the_wrong_case_is_only_likened_to_what_is_similar(backtest: Run) -> None:
    ran = backtest(START + "        self.marketOrder(self.coin.symbol, 1)\n")
    assert "Did you mean: 'market_order', 'market_on_open_order'?" in ran.out + ran.err + "".join(lines_of(ran))


@pytest.mark.parametrize("add", ['self.add_index("SPX", Resolution.HOUR)', 'Symbol.create("SPX", SecurityType.INDEX, Market.USA)'])
def test_an_index_cannot_be_ordered(backtest: Run, add: str) -> None:
    ran = backtest(f"""from AlgorithmImports import *

class Algorithm(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 2)
        self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE)
        self.index = {add}
        self.index = getattr(self.index, "symbol", self.index)

    def on_data(self, data):
        try:
            self.market_order(self.index, 1)
        except InvalidOperationException as error:
            self.quit(str(error))
""")  # fmt: skip
    assert any("cannot be re-added due to it being delisted or no longer tradable" in line for line in lines_of(ran))


@pytest.mark.parametrize(("make", "kinds"), [
    (lambda: TradeBar("2020-01-01", None, 1, 1, 1, 1, 1), "<class 'str'>, <class 'NoneType'>, <class 'int'>, <class 'int'>, <class 'int'>"),
    (lambda: TradeBar(datetime(2020, 1, 1), None, True, 1, 1, 1, 1), "<class 'datetime.datetime'>, <class 'NoneType'>, <class 'bool'>, <class 'int'>"),
    (lambda: QuoteBar(datetime(2020, 1, 1), None, None, 1e40, None, 1), "<class 'datetime.datetime'>, <class 'NoneType'>, <class 'NoneType'>, <class 'float'>"),
    (lambda: Tick(datetime(2020, 1, 1), None, None, 2), "<class 'datetime.datetime'>, <class 'NoneType'>, <class 'NoneType'>, <class 'int'>"),
])  # fmt: skip
def test_constructors_name_the_types_that_they_do_not_take(make: Callable[[], Any], kinds: str) -> None:
    with pytest.raises(TypeError, match=re.escape(f"No method matches given arguments for .ctor: ({kinds}")):
        make()


def test_moments_are_kept_to_the_millisecond() -> None:
    moment, kept = datetime(2020, 1, 1, 10, 0, 0, 123456), datetime(2020, 1, 1, 10, 0, 0, 123000)
    tick = Tick(moment, None, 1, 2)
    tick.end_time = moment
    bar = TradeBar(moment, None, 1, 1, 1, 1, 1)
    assert [tick.time, tick.end_time, bar.time, bar.end_time] == [kept, kept, kept, kept + timedelta(minutes=1)]
    bar.time = moment
    assert bar.time == kept


LEAN_USES = START + '''
        self.set_benchmark_model()
        self.reach = Reach()
        self.average = IndicatorExtensions.sma(self.reach, 3)
        assert Time.multiply(Extensions.to_time_span(Resolution.HOUR), 2.5) == timedelta(minutes=150)
        assert (self.MAX_TAGS_COUNT, self.MAX_NAME_AND_TAGS_LENGTH) == (100, 200)

    def set_benchmark_model(self):
        self.set_brokerage_model(Broker())

    def on_data(self, data):
        self.reach.update(data.bars[self.coin.symbol])

    def on_end_of_algorithm(self):
        assert self.average.is_ready and self.average.samples > 70, self.average.samples


class Broker(DefaultBrokerageModel):
    def get_benchmark(self, securities):
        return EveryOtherDay()


class EveryOtherDay:
    def evaluate(self, time):
        return 1 + time.day % 2


class Reach(PythonIndicator):
    def __init__(self):
        self.name, self.value = "reach", 0.0

    @property
    def is_ready(self):
        return True

    def update(self, bar):
        self.value = bar.high - bar.low
        self.on_updated(IndicatorDataPoint(bar.end_time, self.value))
        return True
'''


def test_what_leans_own_algorithms_use(backtest: Run) -> None:
    ran = backtest(LEAN_USES)
    assert ran.code == 0, ran.err

"""The framework's models by what they answer: weights, stops, sizes, optimizers, and users' own models in either spelling."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import lyra.engine.framework as framework
from lyra.engine.algorithm.framework import Framework
from lyra.engine.enums import InsightDirection, PortfolioBias, Resolution, SecurityType
from lyra.engine.exact import add
from lyra.engine.framework import (
    AccumulativeInsightPortfolioConstructionModel,
    AlphaModel,
    CompositeAlphaModel,
    CompositeRiskManagementModel,
    ConfidenceWeightedPortfolioConstructionModel,
    ConstantAlphaModel,
    EmaCrossAlphaModel,
    EqualWeightingPortfolioConstructionModel,
    Insight,
    InsightWeightingPortfolioConstructionModel,
    MaximumDrawdownPercentPortfolio,
    MeanReversionPortfolioConstructionModel,
    MinimumVariancePortfolioOptimizer,
    NullAlphaModel,
    PortfolioTargetCollection,
    RiskParityPortfolioOptimizer,
    TrailingStopRiskManagementModel,
)
from lyra.engine.framework.order_sizing import adjust_by_lot_size, size_for_percent_volume
from lyra.engine.framework.portfolio.rebalancing import rebalance_rule
from lyra.engine.framework.targets import PortfolioTarget
from lyra.engine.symbols import Symbol
from lyra.engine.times import DAY, to_us

pytestmark = pytest.mark.usefixtures("decimal_context")

UP, FLAT, DOWN = InsightDirection.UP, InsightDirection.FLAT, InsightDirection.DOWN


def symbol(ticker: str) -> Symbol:
    return Symbol.create(ticker, SecurityType.EQUITY, "usa")


def insight(ticker: str, direction: InsightDirection, **fields: Any) -> Insight:
    return Insight.price(symbol(ticker), timedelta(1), direction, **fields)


# construction -------------------------------------------------------------------------------------------
def test_equal_weights_leave_out_flat_and_forbidden_directions() -> None:
    insights = [insight("SPY", UP), insight("AIG", DOWN), insight("BAC", FLAT)]
    assert list(EqualWeightingPortfolioConstructionModel().determine_target_percent(insights).values()) == [0.5, -0.5, 0.0]
    long = EqualWeightingPortfolioConstructionModel(Resolution.DAILY, PortfolioBias.LONG)
    assert list(long.determine_target_percent(insights).values()) == [1.0, 0.0, 0.0]


def test_weights_and_confidences_are_scaled_down_to_one() -> None:
    insights = [insight("SPY", UP, weight=0.5), insight("AIG", DOWN, weight=0.3), insight("BAC", UP, weight=0.4)]
    shares = InsightWeightingPortfolioConstructionModel().determine_target_percent(insights)
    assert list(shares.values()) == pytest.approx([0.5 / 1.2, -0.3 / 1.2, 0.4 / 1.2], rel=1e-15)
    model = ConfidenceWeightedPortfolioConstructionModel()
    assert not model.should_create_target_for_insight(insights[0])
    assert list(model.determine_target_percent([insight("SPY", DOWN, confidence=0.3)]).values()) == [-0.3]


def test_accumulated_steps() -> None:
    model = AccumulativeInsightPortfolioConstructionModel(percent=0.1)
    first = insight("SPY", UP)
    shares = model.determine_target_percent([first, insight("SPY", UP), insight("SPY", FLAT), insight("AIG", DOWN)])
    assert shares[first] == pytest.approx(0.1)
    assert sorted(shares.values())[0] == pytest.approx(-0.1)


def test_rebalancing_rules() -> None:
    now = to_us(datetime(2020, 1, 1, 15))
    assert rebalance_rule(None) is None
    for given in (Resolution.DAILY, timedelta(1), lambda time: time + timedelta(1)):
        rule = rebalance_rule(given)
        assert rule is not None and rule(now) == now + DAY

    class Weekly:
        def GetDates(self, start: datetime, end: datetime) -> Iterator[datetime]:  # noqa: N802
            while start < end:
                yield datetime(start.year, start.month, start.day)
                start += timedelta(7)

    rule = rebalance_rule(Weekly())
    assert rule is not None
    assert [rule(now), rule(now + DAY), rule(now + 7 * DAY)] == [to_us(datetime(2020, 1, d)) for d in (8, 8, 15)]


def test_simplex_projection() -> None:
    weights = MeanReversionPortfolioConstructionModel.simplex_projection([0.9, 0.5, -0.2])
    assert weights == pytest.approx([0.7, 0.3, 0.0])
    with pytest.raises(ValueError, match="Total must be > 0"):
        MeanReversionPortfolioConstructionModel.simplex_projection([1.0], 0)


# optimizers ---------------------------------------------------------------------------------------------
def test_risk_parity_of_independent_assets_is_inverse_volatility() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(np.zeros((2, 3)))
    weights = RiskParityPortfolioOptimizer().optimize(frame, covariance=np.diag([0.04, 0.01, 0.0025]))
    assert weights == pytest.approx(np.array([5.0, 10.0, 20.0]) / 35, rel=1e-5)


def test_minimum_variance_reaches_its_return() -> None:
    pd = pytest.importorskip("pandas")
    generator = np.random.default_rng(1)
    frame = pd.DataFrame(generator.normal([0.01, 0.03], [0.02, 0.05], size=(60, 2)))
    target = float(frame.mean().mean())
    weights = MinimumVariancePortfolioOptimizer(target_return=target).optimize(frame)
    assert float(frame.mean().to_numpy() @ weights) == pytest.approx(target, rel=1e-6)
    assert np.abs(weights).sum() == pytest.approx(1)


# risk ---------------------------------------------------------------------------------------------------
def held(ticker: str, quantity: int, cost: str, value: str) -> Any:
    holdings = SimpleNamespace(invested=quantity != 0, is_long=quantity > 0, _quantity=Decimal(quantity), _holdings_cost=Decimal(cost),
                               _holdings_value=Decimal(value), _unrealized_profit_percent=Decimal(value) / Decimal(cost) - 1)  # fmt: skip
    return SimpleNamespace(symbol=symbol(ticker), holdings=holdings)


def book(value: str, *securities: Any) -> Any:
    cancelled: list[Any] = []
    insights = SimpleNamespace(cancel=cancelled.extend)
    items = {security.symbol: security for security in securities}
    portfolio = SimpleNamespace(_total_portfolio_value=Decimal(value))
    return SimpleNamespace(securities=SimpleNamespace(_items=items), portfolio=portfolio, insights=insights, cancelled=cancelled)


def test_trailing_stop_follows_the_best_value() -> None:
    model = TrailingStopRiskManagementModel(0.05)
    stock = held("SPY", 10, "1000", "1100")
    algorithm = book("10000", stock)
    assert list(model.manage_risk(algorithm, [])) == []
    stock.holdings._holdings_value = Decimal("1046")
    assert list(model.manage_risk(algorithm, [])) == []
    stock.holdings._holdings_value = Decimal("1044")
    assert [(t.symbol, t.quantity) for t in model.manage_risk(algorithm, [])] == [(stock.symbol, 0.0)]
    assert algorithm.cancelled == [stock.symbol]


def test_drawdown_of_the_portfolio_flattens_new_targets_once() -> None:
    model = MaximumDrawdownPercentPortfolio(0.05)
    targets = [PortfolioTarget(symbol("SPY"), 5)]
    assert model.manage_risk(book("100"), targets) == []
    assert model.manage_risk(book("95"), targets) == []
    assert [t.quantity for t in model.manage_risk(book("94.9"), targets)] == [0.0]
    assert model.manage_risk(book("94.9"), targets) == []


def test_later_risk_models_win() -> None:
    class Double:
        def ManageRisk(self, algorithm: Any, targets: list[Any]) -> list[Any]:  # noqa: N802
            return [PortfolioTarget(t.symbol, 2 * t.quantity) for t in targets]

        def OnSecuritiesChanged(self, algorithm: Any, changes: Any) -> None:  # noqa: N802
            pass

    model = CompositeRiskManagementModel(Double(), Double())
    assert [t.quantity for t in model.manage_risk(None, [PortfolioTarget(symbol("SPY"), 5)])] == [20.0]
    with pytest.raises(ValueError, match="at least 1 risk management model"):
        CompositeRiskManagementModel()


# sizes and targets --------------------------------------------------------------------------------------
def test_lots() -> None:
    security = SimpleNamespace(symbol_properties=SimpleNamespace(_lot_size=Decimal("0.1")), volume=1000)
    assert adjust_by_lot_size(security, Decimal("-1.27")) == Decimal("-1.2")
    assert adjust_by_lot_size(security, Decimal("1.29999999999")) == Decimal("1.3")
    assert size_for_percent_volume(security, Decimal("0.01"), Decimal(-40)) == -10


def test_zero_has_the_sign_of_the_left_number() -> None:
    assert str(add(Decimal(-5), Decimal(5))) == "-0"
    assert str(add(Decimal(5), Decimal(-5))) == "0"


def test_the_target_collection_keeps_one_a_symbol() -> None:
    spy = symbol("SPY")
    targets = PortfolioTargetCollection()
    targets.add_range([PortfolioTarget(spy, 1), PortfolioTarget(spy, 2)])
    targets.add(None)
    assert (targets.count, targets[spy].quantity, targets.Contains(PortfolioTarget(spy, 9)), spy in targets) == (1, 2.0, True, True)
    assert not targets.remove(PortfolioTarget(spy, 2))
    assert targets.remove(targets[spy])
    assert targets.is_empty


# names --------------------------------------------------------------------------------------------------
def test_names_of_alpha_models() -> None:
    from lyra.engine.enums import InsightType

    model = ConstantAlphaModel(InsightType.PRICE, DOWN, timedelta(minutes=20), 0.01, 0.6)
    assert model.Name == "ConstantAlphaModel(Price,Down,00:20:00,0.01,0.6)"
    assert EmaCrossAlphaModel(5, 10).name == "EmaCrossAlphaModel(5,10,Daily)"
    assert len(NullAlphaModel().name) == 36


def test_every_name_and_file_of_leans_is_there() -> None:
    for name in framework.__all__:
        assert getattr(framework, name).__name__ == name
    for module, names in framework.MODULES.items():
        for name in names:
            assert framework.from_file(module, name).__name__ == name
    with pytest.raises(AttributeError):
        framework.from_file("Alphas.RsiAlphaModel", "Nothing")


# users' models ------------------------------------------------------------------------------------------
class Algorithm(Framework):
    """What the framework needs of an algorithm."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self._utc = to_us(datetime(2020, 1, 1, 15))
        self.is_warming_up = False
        self._prepare_framework()

    def error(self, text: str) -> None:
        self.errors.append(text)


def test_the_framework_is_idle_until_a_model_is_set() -> None:
    algorithm = Algorithm()
    assert not algorithm._uses_framework()
    algorithm.SetAlpha(ConstantAlphaModel(0, UP, timedelta(1)))
    assert algorithm._uses_framework()
    algorithm.add_alpha(EmaCrossAlphaModel())
    assert isinstance(algorithm.alpha, CompositeAlphaModel)


def test_models_of_users_need_their_methods() -> None:
    with pytest.raises(NotImplementedError, match=r"IAlphaModel\.OnSecuritiesChanged must be implemented"):
        Algorithm().set_alpha(SimpleNamespace(update=lambda a, d: []))
    with pytest.raises(NotImplementedError, match=r"UniverseSelectionModel\.CreateUniverses must be implemented"):
        Algorithm().set_universe_selection(object())


def test_a_pascal_case_override_without_a_constructor() -> None:
    class Mine(AlphaModel):
        def __init__(self) -> None:
            self.calls = 0

        def Update(self, algorithm: Any, data: Any) -> list[Any]:  # noqa: N802
            self.calls += 1
            return [insight("SPY", UP)]

    mine = Mine()
    composite = CompositeAlphaModel(mine)
    mine.name = "mine"
    assert [i.source_model for i in composite.update(None, None)] == ["mine"]
    assert mine.calls == 1


def test_insights_of_the_warm_up_are_ignored_with_one_warning() -> None:
    algorithm = Algorithm()
    algorithm.is_warming_up = True
    algorithm.emit_insights(insight("SPY", UP))
    algorithm.emit_insights([insight("SPY", UP)])
    assert algorithm.errors == ["Warning: insights emitted during algorithm warmup are ignored."]
    assert algorithm.insights.total_count == 0


@pytest.mark.parametrize("name", ["resolution", "time_span", "rebalancing_date_rules", "rebalancing_func"])
def test_when_to_rebalance_by_the_names_of_leans_constructors(name: str) -> None:
    def tomorrow(moment: datetime) -> datetime:
        return moment + timedelta(days=1)

    given = {"resolution": Resolution.HOUR, "time_span": timedelta(hours=1)}.get(name, tomorrow)
    for kind in (EqualWeightingPortfolioConstructionModel, InsightWeightingPortfolioConstructionModel, AccumulativeInsightPortfolioConstructionModel):
        kind(**{name: given})
        with pytest.raises(TypeError, match="no argument 'rebalances'"):
            kind(rebalances=given)

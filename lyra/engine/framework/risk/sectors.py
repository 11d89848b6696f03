"""`MaximumSectorExposureRiskManagementModel`: no sector may have more than a share of the portfolio."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lyra.engine.decimals import ZERO, to_decimal
from lyra.engine.dotnet_errors import ArgumentOutOfRangeException, InvalidOperationException
from lyra.engine.framework.risk.base import RiskManagementModel
from lyra.engine.framework.target_collection import PortfolioTargetCollection
from lyra.engine.framework.targets import PortfolioTarget


class MaximumSectorExposureRiskManagementModel(RiskManagementModel):
    """Shrinks the holdings and targets of a sector that is too large. Needs securities with fundamental data."""

    def __init__(self, maximum_sector_exposure: Any = Decimal("0.2")) -> None:
        self._limit = to_decimal(maximum_sector_exposure)
        if self._limit <= 0:
            raise ArgumentOutOfRangeException(
                "Specified argument was out of the range of valid values. (Parameter 'MaximumSectorExposureRiskManagementModel: the "
                "maximum sector exposure cannot be a non-positive value.')"
            )
        self._targets = PortfolioTargetCollection()

    def manage_risk(self, algorithm: Any, targets: list[Any]) -> Iterator[Any]:
        """Smaller targets for sectors that are too large."""
        most = algorithm.portfolio._total_portfolio_value * self._limit
        self._targets.add_range(targets)
        sectors: dict[Any, list[Any]] = {}
        for security in algorithm.universe_manager.active_securities.values():
            if has_fundamentals(security):
                sectors.setdefault(sector_of(security), []).append(security)
        for securities in sectors.values():
            ratio = sum((self._worth(security) for security in securities), ZERO) / most
            if ratio <= 1:
                continue
            for security in securities:
                quantity = self._quantity(security)
                if quantity != 0:
                    yield PortfolioTarget(security.symbol, quantity / ratio)

    def _quantity(self, security: Any) -> Decimal:
        target = self._targets._targets.get(security.symbol)
        quantity: Decimal = security.holdings._quantity if target is None else target._quantity
        return quantity

    def _worth(self, security: Any) -> Decimal:
        """What is held, or what will be if there is a target."""
        if security.symbol not in self._targets._targets:
            return abs(security.holdings._holdings_value)  # type: ignore[no-any-return]
        multiplier, rate = security.symbol_properties._contract_multiplier, security.quote_currency._conversion_rate
        return security._price * abs(self._quantity(security)) * multiplier * rate  # type: ignore[no-any-return]

    def on_securities_changed(self, algorithm: Any, changes: Any) -> None:
        """Raises RuntimeError if no active security has fundamental data."""
        if not any(has_fundamentals(security) for security in algorithm.active_securities.values()):
            raise InvalidOperationException(
                "MaximumSectorExposureRiskManagementModel.OnSecuritiesChanged: Please select a portfolio selection model that selects "
                "securities with fundamental data."
            )


def has_fundamentals(security: Any) -> bool:
    """Whether a security has fundamental data."""
    data = getattr(security, "fundamentals", None)
    return data is not None and bool(data.has_fundamental_data)


def sector_of(security: Any) -> Any:
    """Morningstar's industry template code of a security, None without data."""
    data = getattr(security, "fundamentals", None)
    return None if data is None else data.company_reference.industry_template_code

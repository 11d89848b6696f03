"""`PortfolioTarget`: how much of a symbol to hold (`Common/Algorithm/Framework/Portfolio/PortfolioTarget.cs`)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal
from typing import Any

from lyra.engine.data.dictionary import find_symbol
from lyra.engine.decimals import decimal_text, double_to_decimal, to_decimal
from lyra.engine.exact import add, divide, multiply
from lyra.engine.framework.interfaces import IPortfolioTarget
from lyra.engine.framework.order_sizing import adjust_by_lot_size
from lyra.engine.orders.fields import money, plain
from lyra.engine.securities.buying_power import zero_price_message
from lyra.engine.securities.margin_parameters import GetMaximumOrderQuantityForTargetBuyingPowerParameters
from lyra.engine.symbols import Symbol, unknown_symbol


class PortfolioTarget(IPortfolioTarget):
    """A symbol and the quantity to hold of it (a share of the portfolio where `set_holdings` takes it)."""

    symbol = plain("_symbol")
    quantity = money("_quantity")
    tag = plain("_tag")

    def __init__(self, symbol: Any, quantity: Any, tag: str = "") -> None:
        self._symbol = find_symbol(symbol) or unknown_symbol(str(symbol))
        self._quantity = to_decimal(quantity)
        self._tag = tag

    @staticmethod
    def percent(algorithm: Any, symbol: Any, percent: Any, *args: Any, return_delta_quantity: bool = False,
                tag: str = "") -> PortfolioTarget | None:  # fmt: skip
        """The target whose value is a share of the portfolio, or None when it can't be computed."""
        exact = return_delta_quantity
        for value in args:
            if isinstance(value, bool):
                return_delta_quantity = value
                exact = True
            else:
                tag = value
        # LEAN has this method for doubles, which are cast, and with the further argument for decimals.
        share = to_decimal(percent) if exact or not isinstance(percent, float) else double_to_decimal(percent)
        return PortfolioTarget._of_percent(algorithm, algorithm._symbol_of(symbol), share, return_delta_quantity, tag)

    @staticmethod
    def _of_percent(algorithm: Any, symbol: Symbol, percent: Decimal, delta: bool, tag: str = "") -> PortfolioTarget | None:
        settings, portfolio = algorithm.settings, algorithm.portfolio
        most, least = settings._max_absolute_portfolio_target_percentage, settings._min_absolute_portfolio_target_percentage
        size = abs(percent)
        if size > most or 0 < size < least:
            algorithm.error(
                f"The portfolio target percent: {decimal_text(percent)}, does not comply with the current "
                f"'self.settings.max_absolute_portfolio_target_percentage': {decimal_text(most)} or "
                f"'self.settings.min_absolute_portfolio_target_percentage': {decimal_text(least)}. Skipping"
            )
            return None
        security = algorithm.securities.get(symbol)
        if security is None:
            algorithm.error(f"{symbol} not found in portfolio. Request this data when initializing the algorithm.")
            return None
        if security._price == 0:
            algorithm.error(zero_price_message(symbol))
            return None
        adjusted = divide(multiply(percent, portfolio._total_portfolio_value_less_free_buffer), portfolio._total_portfolio_value)
        share = divide(adjusted, security._leverage)
        minimum = settings._minimum_order_margin_portfolio_percentage
        asked = GetMaximumOrderQuantityForTargetBuyingPowerParameters(portfolio, security, share, minimum)
        result = security.buying_power_model.get_maximum_order_quantity_for_target_buying_power(asked)
        if result.is_error:
            algorithm.error(f"Unable to compute order quantity of {symbol}. Reason: {result.reason} Returning null.")
            return None
        algorithm._warn_minimum_margin()
        lot = security.symbol_properties._lot_size
        # nothing wanted and nothing held: the holding's negative is a negative zero
        wanted = result._quantity.copy_negate() if share == 0 and result._quantity == 0 else result._quantity
        quantity = (wanted / lot).to_integral_value(rounding=ROUND_DOWN) * lot
        return PortfolioTarget(symbol, quantity if delta else add(quantity, security.holdings._quantity), tag)

    def __str__(self) -> str:
        text = f"{self._symbol}: {decimal_text(self._quantity)}"
        return f"{text} ({self._tag})" if self._tag else text


def order_by_margin_impact(algorithm: Any, targets: Iterable[Any], target_is_delta: bool = False) -> list[Any]:
    """Targets that reduce a position first, then by the value to order; those of less than a lot fall out."""
    if algorithm.is_warming_up:
        return []
    rated = []
    for target in targets:
        security = algorithm.securities[target.symbol]
        lot = security.symbol_properties._lot_size
        wanted = adjust_by_lot_size(security, to_decimal(target._quantity))
        existing = security.holdings._quantity + algorithm.transactions._open_quantity(security.symbol)
        change = wanted if target_is_delta else wanted - existing
        if not security.has_data or not security.is_tradable or abs(change) < lot:
            continue
        after = wanted + existing if target_is_delta else wanted
        reducing = existing != 0 and abs(after) < abs(existing)
        rated.append((not reducing, -abs(change * security._price), target))
    return [target for *_, target in sorted(rated, key=lambda item: item[:2])]

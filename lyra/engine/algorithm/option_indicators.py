"""QCAlgorithm's helpers for options' implied volatility and greeks, and for candlestick patterns.

`self.iv`, `d`, `g`, `v`, `t`, `r` use the model of the option's style where none is given; the Greek letters
use Black and Scholes (`Algorithm/QCAlgorithm.Indicators.cs`). `self.candlestick_patterns.doji(symbol)` makes a pattern that updates
itself (`Algorithm/CandlestickPatterns.cs`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lyra.engine.corporate.dividend_yield import ConstantDividendYieldModel, DividendYieldProvider
from lyra.engine.data.bars import QuoteBar
from lyra.engine.decimals import to_decimal
from lyra.engine.enums import OptionPricingModelType
from lyra.engine.indicators import candlestick_patterns, greeks
from lyra.engine.indicators.arguments import text_of
from lyra.engine.naming import LeanObject, find_method, pascal_case, snake_case
from lyra.engine.results.interest_rate import ConstantRiskFreeRateInterestRateModel, FuncRiskFreeRateInterestRateModel


def option_label(kind: str, option: Any, risk_free_rate: Any, dividend_yield: Any, option_model: Any) -> str:
    """The first part of a helper's default name: `Delta(0.02,0.01,ForwardTree)`."""
    numbers = ("" if value is None else text_of(to_decimal(value)) for value in (risk_free_rate, dividend_yield))
    return f"{kind}({','.join(numbers)},{greeks._model_of(option_model, option).lean_name})"


class OptionIndicatorHelpers(LeanObject):
    """The part of `QCAlgorithm` that makes indicators of options."""

    def _option_indicator(self: Any, kind: str, symbol: Any, mirror_option: Any, risk_free_rate: Any, dividend_yield: Any, option_model: Any,
                          iv_model: Any, resolution: Any) -> Any:  # fmt: skip
        option = self._symbol_of(symbol)
        mirror = None if mirror_option is None else self._symbol_of(mirror_option)
        name = self.create_indicator_name(option, option_label(kind, option, risk_free_rate, dividend_yield, option_model), resolution)
        rates = _later(self) if risk_free_rate is None else ConstantRiskFreeRateInterestRateModel(risk_free_rate)
        if dividend_yield is None:
            yields = DividendYieldProvider.create_for_option(option)
        else:
            yields = ConstantDividendYieldModel(dividend_yield)
        models = (option_model,) if kind == "ImpliedVolatility" else (option_model, iv_model)
        indicator = getattr(greeks, kind)(name, option, rates, yields, mirror, *models)
        symbols = [option, option.underlying, *([] if mirror is None else [mirror])]
        for one in symbols:
            quotes = None if one is option.underlying else QuoteBar
            self.register_indicator(one, indicator, self.resolve_consolidator(one, resolution, quotes))
        if self.settings.automatic_indicator_warm_up:
            self.warm_up_indicator(symbols, indicator, resolution)
        return indicator

    def iv(self: Any, symbol: Any, mirror_option: Any = None, risk_free_rate: Any = None, dividend_yield: Any = None,
           option_model: Any = None, resolution: Any = None) -> Any:  # fmt: skip
        """LEAN's IV helper: an option's implied volatility that updates itself."""
        return self._option_indicator(
            "ImpliedVolatility", symbol, mirror_option, risk_free_rate, dividend_yield, option_model, None, resolution
        )

    IV = iv


def _later(algorithm: Any) -> FuncRiskFreeRateInterestRateModel:
    """The algorithm's rate model as it will be: it may be set after the helper's call."""
    return FuncRiskFreeRateInterestRateModel(lambda date: find_method(algorithm.risk_free_interest_rate_model, "get_interest_rate")(date))


def _helper(name: str, kind: str, default_model: Any) -> Callable[..., Any]:
    def helper(self: Any, symbol: Any, mirror_option: Any = None, risk_free_rate: Any = None, dividend_yield: Any = None,
               option_model: Any = default_model, iv_model: Any = None, resolution: Any = None) -> Any:  # fmt: skip
        return self._option_indicator(kind, symbol, mirror_option, risk_free_rate, dividend_yield, option_model, iv_model, resolution)

    helper.__name__ = name
    helper.__doc__ = f"LEAN's {name} helper: an option's {kind.lower()} that updates itself."
    return helper


_GREEKS = {"d": ("Delta", "Δδ"), "g": ("Gamma", "Γγ"), "t": ("Theta", "Θθ"), "r": ("Rho", "ρ")}

for _name, (_kind, _letters) in _GREEKS.items():
    for _spelling in (_name, _name.upper()):
        setattr(OptionIndicatorHelpers, _spelling, _helper(_name.upper(), _kind, None))
    for _letter in _letters:
        setattr(OptionIndicatorHelpers, _letter, _helper(_letter, _kind, OptionPricingModelType.BLACK_SCHOLES))

vega = _helper("V", "Vega", None)
"""`self.v` of an option; of another symbol and a period it is the variance."""


class CandlestickPatterns(LeanObject):
    """Makes candlestick patterns: `doji(symbol, resolution=None, selector=None)`; some take a `penetration` after the symbol."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm

    def __getattr__(self, name: str) -> Callable[..., Any]:
        kind = _PATTERNS.get(name)
        if kind is None:
            raise AttributeError(f"'CandlestickPatterns' object has no attribute '{name}'")
        made = getattr(candlestick_patterns, kind)

        def helper(symbol: Any, *args: Any, **kwargs: Any) -> Any:
            names = [parameter.name for parameter in made._parameters]
            given = {**dict(zip((*names, "resolution", "selector"), args, strict=False)), **{snake_case(k): v for k, v in kwargs.items()}}
            resolution, selector = given.pop("resolution", None), given.pop("selector", None)
            label = self._algorithm.create_indicator_name(symbol, kind.upper(), resolution)
            pattern = made(label, **given)
            self._algorithm.register_indicator(symbol, pattern, resolution, selector)
            return pattern

        return helper

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_PATTERNS})


_PATTERNS = {spelling: name for name in candlestick_patterns.__all__ if name != "CandlestickPattern"
             for spelling in (name, snake_case(name), pascal_case(snake_case(name)))}  # fmt: skip

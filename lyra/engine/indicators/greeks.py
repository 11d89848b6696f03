"""Implied volatility and greeks of options (`Indicators/OptionIndicatorBase.cs`, `ImpliedVolatility.cs`, `Delta.cs` and so on).

They take data of an option, its underlying and, if given, the mirror option (the put to a call). Each update counts and fires; a
new value comes when all of them have data for the same moment, and is rounded to seven places. Formulas are in `pricing.py`; rates
and yields are fractions a year. Ready after the first such moment. From expiry on the volatility is 0; a greek that cannot be
computed keeps its last value.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from lyra.engine.corporate.dividend_yield import ConstantDividendYieldModel, IDividendYieldModel
from lyra.engine.data.dictionary import find_symbol
from lyra.engine.decimals import ZERO, round_to, to_decimal
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import OptionPricingModelType, OptionRight, OptionStyle, SecurityType
from lyra.engine.exact import from_double, to_double
from lyra.engine.indicators.arguments import Parameter, anything, bind, member, no_match, text_of
from lyra.engine.indicators.base import DataIndicator
from lyra.engine.indicators.composite import Part
from lyra.engine.indicators.extremes import Identity
from lyra.engine.indicators.pairs import _step, exchange_zone
from lyra.engine.indicators.pricing import (
    MODELS,
    STEPS,
    Model,
    Terms,
    black_scholes,
    cox_ross_rubinstein,
    cumulative,
    d1_d2,
    density,
    implied_volatility,
    theoretical_price,
)
from lyra.engine.naming import LeanObject, find_method
from lyra.engine.results.interest_rate import ConstantRiskFreeRateInterestRateModel, IRiskFreeInterestRateModel
from lyra.engine.symbols import OPTION_TYPES
from lyra.engine.times import DAY, HOUR, day_of, to_datetime, to_us

_log = logging.getLogger(__name__)
_PLACES = 7
_LEAST_VOLATILITY = 0.01
"""What gamma and theta divide by at least."""
_PM_SETTLED = ("RUTW", "SPXW", "VIXW", "NDXP", "NQX")


def settlement(option: Any) -> int:
    """When an option settles, exchange time: the last close of its day, for standard index options the open of it."""
    from lyra.engine.markets.hours import MarketHoursDatabase

    hours = MarketHoursDatabase.from_data_folder().get_exchange_hours(option.id.market, option, option.security_type)
    day = to_us(option.id.date)
    trading = day if hours.is_date_open_us(day) else hours.trading_day_us(day, -1)
    expiry = min(hours.next_close_us(trading, False, True), day + DAY)
    if day_of(expiry) != day or option.security_type is not SecurityType.INDEX_OPTION:
        return expiry
    if option.id._symbol.upper() in _PM_SETTLED:
        return day + 15 * HOUR
    return hours.next_open_us(day, False) if _is_standard(option.id.date) else expiry


def _is_standard(date: datetime) -> bool:
    """Whether a date is the third Friday of its month or next to it."""
    first_friday = (4 - date.replace(day=1).weekday()) % 7 + 1
    return abs(date.day - (first_friday + 14)) <= 1


def _model_of(given: OptionPricingModelType | None, option: Any) -> OptionPricingModelType:
    if given is not None:
        return given
    american = option.id.option_style is OptionStyle.AMERICAN
    return OptionPricingModelType.FORWARD_TREE if american else OptionPricingModelType.BLACK_SCHOLES


def _rate_or_model(kind: type) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        return value if isinstance(value, kind) or not isinstance(value, (int, float, str, Decimal)) else to_decimal(value)

    return convert


def _name_of(model: Any) -> str:
    if isinstance(model, Decimal):
        return text_of(model)
    return f"QuantConnect.Data.{type(model).__name__}" if isinstance(model, LeanObject) else str(model)


class OptionIndicatorBase(DataIndicator):
    """Base: brings the prices of option, underlying and mirror option together.

    `Class([name, ]option, risk_free_rate=0.05, dividend_yield=0.0, mirror_option=None, option_model=None)`, where rate and yield
    are numbers or models. Without a model American options are priced by the forward tree, European ones by Black and Scholes.
    """

    _parameters: ClassVar[tuple[Parameter, ...]] = (
        anything("option"),
        Parameter("risk_free_rate", _rate_or_model(IRiskFreeInterestRateModel), Decimal("0.05")),
        Parameter("dividend_yield", _rate_or_model(IDividendYieldModel), Decimal("0.0")),
        anything("mirror_option", None),
        member("option_model", OptionPricingModelType, None),
    )
    _ALSO: ClassVar[dict[str, str]] = {"risk_free_rate_model": "risk_free_rate", "dividend_yield_model": "dividend_yield"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = {self._ALSO.get(key, key): value for key, value in kwargs.items()}
        if args and isinstance(args[0], str) and not isinstance(args[0], LeanObject) and len(args) > 1 and find_symbol(args[1]) is not None:
            given["name"], args = args[0], args[1:]
        name, values = bind(type(self).__name__, self._parameters, args, given)
        option = find_symbol(values["option"])
        if option is None:
            raise no_match(".ctor", args, f"{type(self).__name__}([name, ]option, …)")
        if option.security_type not in OPTION_TYPES:
            self._default_name({**values, "option": option})
            raise ArgumentException("OptionIndicatorBase only support SecurityType.Option.")
        values["option"], values["mirror_option"] = option, find_symbol(values["mirror_option"])
        self.name = self._default_name(values) if name is None else name
        self._setup(**values)

    def _setup(self, option: Any, risk_free_rate: Any, dividend_yield: Any, mirror_option: Any, option_model: Any) -> None:  # type: ignore[override]
        self._option, self._mirror = option, mirror_option
        self._rate_model = ConstantRiskFreeRateInterestRateModel(risk_free_rate) if isinstance(risk_free_rate, Decimal) else risk_free_rate
        self._yield_model = ConstantDividendYieldModel(dividend_yield) if isinstance(dividend_yield, Decimal) else dividend_yield
        self._model: Model = MODELS[_model_of(option_model, option)]
        self._risk_free_rate, self._dividend_yield = Identity(f"{self.name}_RiskFreeRate"), Identity(f"{self.name}_DividendYield")
        self._price, self._underlying_price = Identity(f"{self.name}_Close"), Identity(f"{self.name}_UnderlyingClose")
        self._opposite_price = None if mirror_option is None else Identity(f"{self.name}_OppositeClose")
        symbols = [option, option.underlying, *([] if mirror_option is None else [mirror_option])]
        self._zones = {symbol: exchange_zone(symbol) for symbol in symbols}
        self.warm_up_period = 1 + (len(set(self._zones.values())) > 1)
        self._prices = dict(zip(symbols, (self._price, self._underlying_price, self._opposite_price), strict=False))
        self._start()

    def _start(self) -> None:
        self._inputs: dict[Any, Any] = {}
        self._instants: dict[Any, int] = {}
        self._unit = 0
        self._aligned = False
        self._result = ZERO

    def _next(self, x: Any, symbol: Any, end: int) -> Decimal:
        zone = self._zones.get(symbol)
        if zone is None:
            raise ArgumentException(f"Input symbol {symbol} does not correspond to any of the symbols this indicator works on "
                                    f"({', '.join(map(str, self._zones))})")  # fmt: skip
        first = self.samples == 1
        if first:
            self._unit = _step(end - x._time)
        utc = zone.to_utc(end)
        self._inputs[symbol] = x
        self._instants[symbol] = utc - utc % self._unit if self._unit else utc
        self._prices[symbol]._accept(symbol, end, x._value)  # type: ignore[union-attr]
        if not first and len(self._instants) == len(self._zones) and len(set(self._instants.values())) == 1:
            self._aligned = True
            self._result = self._compute()
        return round_to(self._result, _PLACES)

    def _compute(self) -> Decimal:
        raise NotImplementedError

    def _terms(self, time: int) -> Terms:
        """What the option's price depends on at a moment; rate and yield are updated."""
        moment = to_datetime(time)
        spot = self._underlying_price
        self._risk_free_rate._accept(None, time, to_decimal(find_method(self._rate_model, "get_interest_rate")(moment)))
        self._dividend_yield._accept(None, time, _yield_at(self._yield_model, moment, time, spot._value))
        years = to_double(from_double((self._expiry - time) / DAY / 365))
        return self._terms_in(years)

    def _terms_in(self, years: float) -> Terms:
        rate, dividend = to_double(self._risk_free_rate._value), to_double(self._dividend_yield._value)
        is_call = self._option.id.option_right is OptionRight.CALL
        return Terms(to_double(self._underlying_price._value), to_double(self._option.id._strike_price), years, rate, dividend, is_call)

    @property
    def _expiry(self) -> int:
        if "_settles" not in self.__dict__:
            self._settles = settlement(self._option)
        return self._settles

    def _reset_parts(self) -> None:
        for part in (self._risk_free_rate, self._dividend_yield, self._price, self._underlying_price, self._opposite_price):
            if part is not None:
                part.reset()
        self._start()

    # what is seen --------------------------------------------------------------------------------
    @property
    def is_ready(self) -> bool:
        """Whether all symbols have had data for the same moment."""
        return self._aligned

    @property
    def option_symbol(self) -> Any:
        """The option."""
        return self._option

    @property
    def expiry(self) -> Any:
        """When it settles, exchange time."""
        return to_datetime(self._expiry)

    @property
    def right(self) -> OptionRight:
        """Call or put."""
        return self._option.id.option_right  # type: ignore[no-any-return]

    @property
    def strike(self) -> float:
        """The strike price."""
        return self._option.id.strike_price  # type: ignore[no-any-return]

    @property
    def style(self) -> OptionStyle:
        """American or European."""
        return self._option.id.option_style  # type: ignore[no-any-return]

    @property
    def use_mirror_contract(self) -> bool:
        """Whether there is a mirror option."""
        return self._mirror is not None

    @property
    def risk_free_rate(self) -> Identity:
        """The rate of the last value."""
        return self._risk_free_rate

    @property
    def dividend_yield(self) -> Identity:
        """The yield of the last value."""
        return self._dividend_yield

    @property
    def price(self) -> Identity:
        """The option's price."""
        return self._price

    @property
    def opposite_price(self) -> Identity | None:
        """The mirror option's price; None without one."""
        return self._opposite_price

    @property
    def underlying_price(self) -> Identity:
        """The underlying's price."""
        return self._underlying_price


def _yield_at(model: Any, moment: Any, time: int, price: Decimal) -> Decimal:
    if isinstance(model, IDividendYieldModel):
        return model._yield(time, price)
    return to_decimal(find_method(model, "get_dividend_yield")(moment, to_double(price)))


class ImpliedVolatility(OptionIndicatorBase):
    """The volatility at which the model gives the option's price; 0 where there is none.

    With a mirror option the one that is out of the money counts (or the only one found), unless `set_smoothing_function` says else.
    """

    def _default_name(self, values: dict[str, Any]) -> str:
        mirror = "" if values["mirror_option"] is None else values["mirror_option"]
        numbers = f"{_name_of(values['risk_free_rate'])},{_name_of(values['dividend_yield'])}"
        return f"IV({values['option']},{mirror},{numbers},{text_of(values['option_model'])})"

    def _setup(self, option_model: Any, **values: Any) -> None:  # type: ignore[override]
        super()._setup(option_model=option_model, **values)
        self._smooth: Callable[[float, float], Any] | None = None
        # LEAN hands the model on as it was given here: nothing means Black and Scholes.
        self._shown_model = black_scholes if option_model is None else MODELS[option_model]
        self._theoretical = Part(f"{self.name}_TheoreticalPrice", lambda: self.is_ready)
        self._link(self._on_updated)

    def set_smoothing_function(self, function: Callable[[float, float], Any]) -> None:
        """How the volatilities of option and mirror option make one: `function(option's, mirror's)`."""
        self._smooth = function

    @property
    def theoretical_price(self) -> Part:
        """The price that the volatility gives back."""
        return self._theoretical

    def _on_updated(self, sender: Any, symbol: Any, end: int, value: Decimal) -> None:
        if not self._aligned:
            return
        price = self._theoretical._value
        if value:
            try:
                terms = self._terms_in((self._expiry - end) / DAY / 365)
                price = from_double(theoretical_price(self._shown_model, terms, to_double(value)))
            except (ArithmeticError, ValueError):
                pass
        self._theoretical._show(symbol, end, price)

    def _compute(self) -> Decimal:
        terms = self._terms(self._price._history[0][1])
        own = self._search(terms, self._price)
        if self._opposite_price is None:
            return ZERO if own is None else own
        mirrored = self._search(terms._replace(is_call=not terms.is_call), self._opposite_price)
        if own is None or mirrored is None:
            return (mirrored if own is None else own) or ZERO
        if self._smooth is not None:
            return to_decimal(self._smooth(to_double(own), to_double(mirrored)))
        in_the_money = terms.strike < terms.spot if terms.is_call else terms.strike > terms.spot
        return mirrored if in_the_money else own

    def _search(self, terms: Terms, price: Identity) -> Decimal | None:
        found = implied_volatility(self._model, terms, to_double(price._value))
        if found is None:
            _log.error("ImpliedVolatility.CalculateIV(): Fail to converge, returning 0.")
        return None if found is None else from_double(found)

    def _reset_parts(self) -> None:
        super()._reset_parts()
        self._theoretical.reset()


class OptionGreeksIndicatorBase(OptionIndicatorBase):
    """Base of the greeks: `_of(terms, volatility)` by formula, `_in_tree(...)` by differences of a tree's prices."""

    _parameters = (*OptionIndicatorBase._parameters, member("iv_model", OptionPricingModelType, None))

    def _default_name(self, values: dict[str, Any]) -> str:
        mirror = "" if values["mirror_option"] is None else values["mirror_option"]
        return f"{type(self).__name__}({values['option']},{mirror},{_model_of(values['option_model'], values['option']).lean_name})"

    def _setup(self, iv_model: Any, **values: Any) -> None:  # type: ignore[override]
        super()._setup(**values)
        option = values["option"]
        self._iv = ImpliedVolatility(f"{self.name}_IV", option, values["risk_free_rate"], values["dividend_yield"],
                                     values["mirror_option"], _model_of(iv_model, option))  # fmt: skip
        self._drives_iv = True

    @property
    def implied_volatility(self) -> ImpliedVolatility:
        """The volatility that it is computed with; one that is set must be updated by its owner."""
        return self._iv

    @implied_volatility.setter
    def implied_volatility(self, iv: ImpliedVolatility) -> None:
        self._iv = iv
        self._drives_iv = False

    @property
    def is_ready(self) -> bool:
        """Whether the volatility is ready."""
        return self._iv.is_ready

    def _compute(self) -> Decimal:
        if self._drives_iv:
            for symbol in self._zones:
                self._iv._update(self._inputs[symbol])
        terms = self._terms(self._price._history[0][1])
        if terms.years < 0:
            return ZERO
        volatility = to_double(self._iv._value)
        try:
            model = self._model
            greek = self._of(terms, volatility) if model is black_scholes else self._in_tree(model, terms, volatility)
            return from_double(greek)
        except (ArithmeticError, ValueError):
            return self._result

    def _of(self, terms: Terms, volatility: float) -> float:
        raise NotImplementedError

    def _in_tree(self, model: Model, terms: Terms, volatility: float) -> float:
        raise NotImplementedError

    def _reset_parts(self) -> None:
        self._iv.reset()
        super()._reset_parts()


def _ratio(a: float, b: float) -> float:
    return a / b if b else 0.0


class Delta(OptionGreeksIndicatorBase):
    """Change of an option's price with its underlying's: N(d1) of a call, -N(-d1) of a put, times exp(-yield · years).

    In a tree: the difference of the prices one step up and one down, over that of the underlying."""

    def _of(self, terms: Terms, volatility: float) -> float:
        d1, _ = d1_d2(terms, volatility)
        share = cumulative(d1) if terms.is_call else -cumulative(-d1)
        return share * math.exp(-terms.dividend_yield * terms.years)

    def _in_tree(self, model: Model, terms: Terms, volatility: float) -> float:
        spread = volatility * math.sqrt(terms.years / STEPS)
        if model is cox_ross_rubinstein:
            up = _not_one(math.exp(spread), 1.00001)
            high, low = terms.spot * up, terms.spot / up
        else:
            growth = math.exp((terms.rate - terms.dividend_yield) * terms.years / STEPS)
            high = terms.spot * _not_one(math.exp(spread) * growth, 1.00001)
            low = terms.spot * _not_one(math.exp(-spread) * growth, 0.99999)
        above, below = (model(terms._replace(spot=spot), volatility) for spot in (high, low))
        return _ratio(above - below, high - low)


def _not_one(factor: float, otherwise: float) -> float:
    return otherwise if factor == 1 else factor


class Gamma(OptionGreeksIndicatorBase):
    """Change of delta with the underlying's price: n(d1) / (price · volatility · sqrt(years)).

    In a tree: the second difference over two steps."""

    def _of(self, terms: Terms, volatility: float) -> float:
        d1, _ = d1_d2(terms, volatility)
        return density(-d1) / terms.spot / max(volatility, _LEAST_VOLATILITY) / math.sqrt(terms.years)

    def _in_tree(self, model: Model, terms: Terms, volatility: float) -> float:
        up = _not_one(math.exp(volatility * math.sqrt(terms.years / STEPS)), 1.0001)
        spot = terms.spot
        high, low = spot * up * up, spot / up / up
        above, here, below = (model(terms._replace(spot=at), volatility) for at in (high, spot, low))
        return _ratio(((above - here) / (high - spot) - (here - below) / (spot - low)) * 2, high - low)


class Vega(OptionGreeksIndicatorBase):
    """Change of an option's price with one point of volatility: price · sqrt(years) · n(d1) · exp(-yield · years) / 100."""

    def _of(self, terms: Terms, volatility: float) -> float:
        d1, _ = d1_d2(terms, volatility)
        return terms.spot * math.sqrt(terms.years) * density(d1) * math.exp(-terms.dividend_yield * terms.years) / 100.0

    def _in_tree(self, model: Model, terms: Terms, volatility: float) -> float:
        step = 0.01
        return (model(terms, volatility + step) - model(terms, volatility)) / step / 100.0


class Theta(OptionGreeksIndicatorBase):
    """Change of an option's price with one day; in a tree that of two steps."""

    def _of(self, terms: Terms, volatility: float) -> float:
        d1, d2 = d1_d2(terms, volatility)
        spot, years = terms.spot, terms.years
        discount, carried = math.exp(-terms.rate * years), math.exp(-terms.dividend_yield * years)
        decay = -spot * max(volatility, _LEAST_VOLATILITY) * density(d1) * carried * 0.5 / math.sqrt(years)
        stock, cash = (cumulative(d1), -cumulative(d2)) if terms.is_call else (-cumulative(-d1), cumulative(-d2))
        return (decay + (terms.dividend_yield * spot * stock * carried + terms.rate * terms.strike * discount * cash)) / 365

    def _in_tree(self, model: Model, terms: Terms, volatility: float) -> float:
        step = terms.years / STEPS
        later = model(terms._replace(years=terms.years - 2 * step), volatility)
        return (later - model(terms, volatility)) * 0.5 / step / 365.0


class Rho(OptionGreeksIndicatorBase):
    """Change of an option's price with one point of the interest rate: ±strike · years · exp(-rate · years) · N(±d2) / 100."""

    def _of(self, terms: Terms, volatility: float) -> float:
        _, d2 = d1_d2(terms, volatility)
        sign = 1.0 if terms.is_call else -1.0
        return sign * terms.strike * terms.years * math.exp(-terms.rate * terms.years) * cumulative(sign * d2) / 100.0

    def _in_tree(self, model: Model, terms: Terms, volatility: float) -> float:
        step = 0.0001
        return (model(terms._replace(rate=terms.rate + step), volatility) - model(terms, volatility)) / step / 100.0

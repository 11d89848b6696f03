"""QCAlgorithm's indicator helpers: what a call such as `self.ema(spy, 20, Resolution.DAILY)` means, and `Field`'s selectors.

    call = bind_helper("ema", (spy, 20), {})
    indicator = call.make(create_indicator_name(call.label, symbol, resolution))

The algorithm then registers the indicator for each of `call.symbols` with `call.resolution` (or `call.period`, a timedelta)
and `call.selector`. `HELPER_NAMES` lists the names in LEAN's spelling and in snake case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from lyra.engine.data.bars import QuoteBar, Tick, TradeBar
from lyra.engine.decimals import to_decimal
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import Resolution
from lyra.engine.exact import TWO, add, divide, multiply, share, to_double
from lyra.engine.indicators.arguments import REQUIRED, no_match, text_of
from lyra.engine.indicators.helper_table import HELPERS, NONE, PAIR, SYMBOLS, Helper
from lyra.engine.naming import LeanObject, snake_case

_SHORT = {Resolution.TICK: "tick", Resolution.SECOND: "sec", Resolution.MINUTE: "min", Resolution.HOUR: "hr", Resolution.DAILY: "day"}
_IDENTITIES = ("identity", "filtered_identity")

HELPER_NAMES: dict[str, str] = {
    **{helper.name: helper.lean_name for helper in HELPERS},
    "identity": "Identity",
    "filtered_identity": "FilteredIdentity",
}
"""LEAN's name of each helper by its snake-case name."""

_OVERLOADS: dict[str, tuple[Helper, ...]] = {name: tuple(h for h in HELPERS if h.name == name) for name in HELPER_NAMES}


def create_indicator_name(label: str, symbol: str, resolution: Resolution | None) -> str:
    """LEAN's name: `EMA(20)` on SPY by the day is `EMA(20,SPY_day)`. `symbol` is its text, empty for none."""
    unit = "" if resolution is None else _SHORT[resolution]
    place = f"{symbol}_{unit}" if symbol else unit
    return f"{label}({place})".replace(")(", ",")


@dataclass(frozen=True)
class HelperCall:
    """A helper's call, understood: which indicator to make, of what, how often."""

    indicator: str
    """Name of the class."""
    label: str
    """The first part of the default name, `EMA(20)`."""
    arguments: tuple[Any, ...]
    symbols: tuple[Any, ...]
    """The symbols (or tickers, or securities) as they were given."""
    resolution: Resolution | None = None
    period: timedelta | None = None
    selector: Callable[[Any], Any] | None = None
    selects: str = NONE
    named: bool = True
    needs_rate_model: bool = False
    """Whether the algorithm's risk-free rate model must be given to `make`."""
    several: bool = False
    """Whether the symbols join by `add` and the name bears none of them."""

    def make(self, name: str, rate_model: Any = None) -> Any:
        """The indicator under a name."""
        from lyra.engine import indicators

        arguments = (*self.arguments[:-1], rate_model) if self.needs_rate_model else self.arguments
        if self.needs_rate_model and rate_model is None:
            arguments = self.arguments[:-1]
        made = getattr(indicators, self.indicator)(*((name,) if self.named else ()), *arguments)
        if self.several:
            for symbol in self.symbols:
                made.add(symbol)
        return made


def bind_helper(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> HelperCall:
    """What `self.<name>(*args, **kwargs)` asks for. Raises TypeError if the arguments fit no overload."""
    given = {snake_case(key): value for key, value in kwargs.items()}
    if name in _IDENTITIES:
        return _bind_identity(name, args, given)
    for lenient in (False, True):
        for helper in _OVERLOADS[name]:
            call = _try(helper, args, given, lenient)
            if call is not None:
                return call
    raise no_match(name, args, "\n    ".join(_signature(helper) for helper in _OVERLOADS[name]))


def _signature(helper: Helper) -> str:
    first = {PAIR: "target, reference", SYMBOLS: "symbols"}.get(helper.symbols, "symbol")
    parts = [first, *(p.name if p.default is REQUIRED else f"{p.name}={text_of(p.default)}" for p in helper.parameters)]
    return f"{helper.name}({', '.join(parts)}, resolution=None, selector=None)"


def _as_resolution(value: Any, lenient: bool) -> Resolution | None:
    if value is None or isinstance(value, Resolution):
        return value
    if lenient and isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 4:
        return Resolution(value)
    raise TypeError(f"a resolution is needed, not {value!r}")


def _try(helper: Helper, args: tuple[Any, ...], given: dict[str, Any], lenient: bool) -> HelperCall | None:
    """The call if the arguments fit this overload, else None. `lenient` takes whole numbers for resolutions."""
    first = ("target", "reference") if helper.symbols == PAIR else ("symbols",) if helper.symbols == SYMBOLS else ("symbol",)
    names = [parameter.name for parameter in helper.parameters]
    order = list(names)
    if helper.indicator != "IntradayVwap":
        order.insert(len(order) if helper.resolution_at is None else helper.resolution_at, "resolution")
        order += [] if helper.selects == NONE else ["selector"]
    order = [*first, *order]
    if len(args) > len(order) or not set(given) <= set(order):
        return None
    values = {**given, **dict(zip(order, args, strict=False))}
    if len(values) != len(given) + len(args) or not set(first) <= set(values):
        return None
    try:
        taken = {p.name: _take(p, values) for p in helper.parameters}
        resolution = _as_resolution(values.get("resolution", None if helper.resolution is REQUIRED else helper.resolution), lenient)
    except (TypeError, ValueError):
        return None
    if helper.resolution is REQUIRED and "resolution" not in values:
        raise ArgumentException("Object of type 'System.Int32' cannot be converted to type 'System.Nullable`1[QuantConnect.Resolution]'.")
    symbols = tuple(values["symbols"]) if helper.symbols == SYMBOLS else tuple(values[part] for part in first)
    return _call(helper, taken, symbols, resolution, values.get("selector"))


def _take(parameter: Any, values: dict[str, Any]) -> Any:
    value = values.get(parameter.name, parameter.default)
    if value is REQUIRED:
        raise TypeError(f"{parameter.name} is missing")
    return value if value is parameter.default else parameter.convert(value)


def _call(helper: Helper, taken: dict[str, Any], symbols: tuple[Any, ...], resolution: Resolution | None, selector: Any) -> HelperCall:
    label = helper.label
    missing_rate = helper.rate and taken["risk_free_rate"] is None
    if missing_rate:
        label = label.replace(",{risk_free_rate}", "")
    names = helper.arguments if helper.arguments is not None else tuple(taken)
    arguments = tuple(taken.get(part, part) if isinstance(part, str) else part for part in names)
    if helper.symbols == PAIR:
        arguments = (*symbols, *arguments)
    return HelperCall(
        helper.indicator, label.format(**{key: text_of(value) for key, value in taken.items()}), arguments, symbols, resolution, None,
        selector, helper.selects, helper.named, missing_rate, helper.symbols == SYMBOLS,
    )  # fmt: skip


def _bind_identity(name: str, args: tuple[Any, ...], given: dict[str, Any]) -> HelperCall:
    """`identity(symbol[, resolution][, selector][, field_name])`; `filtered_identity` takes a filter before the field's name."""
    filtered = name == "filtered_identity"
    order = ["symbol", "resolution", "selector", *(["filter"] if filtered else []), "field_name"]
    if len(args) > 1 and (args[1] is None or callable(args[1])) and not isinstance(args[1], Resolution):
        order.remove("resolution")
    values = {**given, **dict(zip(order, args, strict=False))}
    unknown = set(given) - {"symbol", "resolution", "selector", "filter", "field_name"}
    if len(args) > len(order) or unknown or "symbol" not in values:
        raise no_match(name, args, f"{name}({', '.join(order)})")
    resolution = values.get("resolution")
    period = resolution if isinstance(resolution, timedelta) else None
    if filtered and period is not None:
        resolution = period = None  # as LEAN does: the filtered one is updated with each bar of the feed
    label = values.get("field_name") or "close"
    if period is not None:
        label = f"({label},{period_text(period)})"  # the symbol's text goes before it
    return HelperCall(
        HELPER_NAMES[name], label, (values.get("filter"),) if filtered else (), (values["symbol"],),
        None if period is not None else _as_resolution(resolution, True), period, values.get("selector"), "bar" if filtered else "value",
    )  # fmt: skip


def period_text(period: timedelta) -> str:
    """.NET's text of a TimeSpan, `1.02:03:04`."""
    seconds = int(period.total_seconds())
    days, rest = divmod(seconds, 86_400)
    text = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days}.{text}" if days else text


class Selector:
    """A function of a bar or tick that gives a number: floats to the user, decimals (`exact`) to the engine."""

    def __init__(self, name: str, function: Callable[[Any], Decimal]) -> None:
        self.name = name
        self.exact = function

    def __call__(self, data: Any) -> float:
        return to_double(self.exact(data))

    def __repr__(self) -> str:
        return f"Field.{self.name}"


def selected(selector: Callable[[Any], Any] | None, data: Any) -> Decimal:
    """The exact number that a selector (of `Field` or the user's; None is the data's value) takes from data."""
    if selector is None:
        return data._value  # type: ignore[no-any-return]
    return selector.exact(data) if isinstance(selector, Selector) else to_decimal(selector(data))


def _of_bar(function: Callable[[Any], Decimal]) -> Callable[[Any], Decimal]:
    return lambda data: function(data) if isinstance(data, (TradeBar, QuoteBar)) else data._value


def _side(column: str) -> Callable[[Any], Decimal]:
    return lambda data: data._rows.exact(column, data._i) if isinstance(data, QuoteBar) else data._value


def _tick_price(side: str) -> Callable[[Any], Decimal]:
    close = _side(f"{side}_close")
    return lambda data: getattr(data, f"_{side}_price") if isinstance(data, Tick) else close(data)


def _volume(data: Any) -> Decimal:
    if isinstance(data, TradeBar):
        return data._volume  # type: ignore[no-any-return]
    return data._quantity if isinstance(data, Tick) else data._value  # type: ignore[no-any-return]


def _average(bar: Any) -> Decimal:
    return share(add(add(add(bar._open, bar._high), bar._low), bar._close), Decimal(4))


def _typical(bar: Any) -> Decimal:
    return share(add(add(bar._high, bar._low), bar._close), Decimal(3))


def _weighted(bar: Any) -> Decimal:
    return share(add(add(bar._high, bar._low), multiply(TWO, bar._close)), Decimal(4))


def _seven(bar: Any) -> Decimal:
    return share(add(add(add(multiply(TWO, bar._open), bar._high), bar._low), multiply(Decimal(3), bar._close)), Decimal(7))


class _Fields(type):
    """Tells what may have been meant by a selector that there is not."""

    def __getattr__(cls, name: str) -> Any:
        from lyra.engine.faults import similar_names

        close = "" if name[0] == "_" else ", ".join(sorted(repr(found.upper()) for found in similar_names(cls, name)))
        raise AttributeError(
            f"type object 'Field' has no attribute '{name}'" + (f" Did you mean: {close}?" if close else ""), name=name, obj=cls
        )


class Field(LeanObject, metaclass=_Fields):
    """Selectors for helpers and `register_indicator`. Those of quotes give the value of other data."""

    OPEN = Selector("OPEN", _of_bar(lambda bar: bar._open))
    HIGH = Selector("HIGH", _of_bar(lambda bar: bar._high))
    LOW = Selector("LOW", _of_bar(lambda bar: bar._low))
    CLOSE = Selector("CLOSE", lambda data: data._value)
    VOLUME = Selector("VOLUME", _volume)
    AVERAGE = Selector("AVERAGE", _of_bar(_average))
    MEDIAN = Selector("MEDIAN", _of_bar(lambda bar: divide(add(bar._high, bar._low), TWO)))
    TYPICAL = Selector("TYPICAL", _of_bar(_typical))
    WEIGHTED = Selector("WEIGHTED", _of_bar(_weighted))
    SEVEN_BAR = Selector("SEVEN_BAR", _of_bar(_seven))
    BID_OPEN, BID_HIGH, BID_LOW, BID_CLOSE = (Selector(f"BID_{c}", _side(f"bid_{c.lower()}")) for c in ("OPEN", "HIGH", "LOW", "CLOSE"))
    ASK_OPEN, ASK_HIGH, ASK_LOW, ASK_CLOSE = (Selector(f"ASK_{c}", _side(f"ask_{c.lower()}")) for c in ("OPEN", "HIGH", "LOW", "CLOSE"))
    BID_PRICE, ASK_PRICE = Selector("BID_PRICE", _tick_price("bid")), Selector("ASK_PRICE", _tick_price("ask"))


for _name, _selector in list(vars(Field).items()):
    if isinstance(_selector, Selector):
        setattr(Field, "".join(part.capitalize() for part in _name.split("_")), _selector)
        setattr(Field, _name.lower(), _selector)

"""Rows of bars: the columns that `TradeBar` and `QuoteBar` are views of.

Numbers stay integers (mantissa and scale) until somebody asks: floats come a column at a time, decimals one at a time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from lyra.engine.decimals import ONE, ZERO, to_float
from lyra.engine.exact import add, divide
from lyra.engine.feed.csvcolumns import MISSING, Ints

TWO = Decimal(2)
SIZES = frozenset(("volume", "last_bid_size", "last_ask_size"))


class PriceScale:
    """What prices are multiplied with: the price factor, and dividends to add (total return)."""

    __slots__ = ("added", "factor", "volume")
    makes_long: ClassVar[bool] = False
    """Whether prices get so many digits that their middle has to be rounded as .NET does."""

    def __init__(self, factor: Decimal, added: Decimal = ZERO) -> None:
        self.factor = factor
        self.added = added
        self.volume = ONE / factor

    def price(self, value: Decimal) -> Decimal:
        """A price as the algorithm sees it."""
        scaled = value * self.factor
        return scaled if self.added == 0 else scaled + self.added

    def size(self, value: Decimal) -> Decimal:
        """A volume as the algorithm sees it: divided by the factor, rounded half to even."""
        return (value * self.volume).quantize(ONE, rounding=ROUND_HALF_EVEN)


class IntColumn(NamedTuple):
    """A field's numbers as they stand in the file: `mantissas` / 10**`places`, at the `ends` of the rows."""

    ends: np.ndarray
    mantissas: Ints
    places: int

    def decimals(self) -> list[Decimal]:
        """The exact numbers."""
        unit = Decimal(1).scaleb(-self.places)
        return [Decimal(mantissa) * unit for mantissa in self.mantissas.tolist()]


class ColumnRows:
    """A run of bars of one subscription.

    `time`, `end` are wall times of the exchange (us), `emit` the UTC moment at which a bar comes; `filled` marks bars repeated where
    there was none, `repeats` says that such bars may have the times of the one that they repeat, and come later than they end.
    A float column is a list under the field's name, made at first use. `scales_of[i]` indexes `price_scales`.
    """

    def __init__(self, fields: tuple[str, ...], time: Ints, end: Ints, emit: Ints, filled: list[bool], values: Ints,
                 scales: np.ndarray, price_scales: list[PriceScale], scales_of: Ints | None, repeats: bool = False) -> None:  # fmt: skip
        self.fields = fields
        self.repeats = repeats
        self._index = {name: k for k, name in enumerate(fields)}
        self.time: list[int] = time.tolist()
        self.end: list[int] = end.tolist()
        self.emit: list[int] = emit.tolist()
        self.filled = filled
        self._values = values
        self._scales = scales
        self._price_scales = price_scales
        self.is_long = bool(price_scales) and price_scales[0].makes_long
        self._scales_of = scales_of
        self._decimals: dict[str, list[Decimal]] = {}
        self._ints: dict[str, IntColumn | None] = {}
        self._numbers: dict[str, tuple[list[int], int | None]] = {}

    def __len__(self) -> int:
        return len(self.time)

    def exact(self, column: str, i: int) -> Decimal | None:
        """The decimal of a field; None for a side that a quote lacks."""
        known = self._decimals.get(column)
        if known is not None:
            return known[i]
        numbers = self._numbers.get(column)
        if numbers is None:
            if column not in self._index:
                return self._middle(column, i)
            k = self._index[column]
            numbers = self._numbers[column] = self._values[:, k].tolist(), self._exponents[k]
        mantissa, exponent = numbers[0][i], numbers[1]
        if mantissa == MISSING:
            return None
        value = Decimal(mantissa).scaleb(-int(self._scales[i, self._index[column]]) if exponent is None else exponent)
        if not self._price_scales:
            return value
        scale = self._price_scales[0 if self._scales_of is None else self._scales_of[i]]
        return scale.size(value) if column in SIZES else scale.price(value)

    def exact_column(self, column: str) -> list[Decimal]:
        """The decimals of a field that no row lacks."""
        known = self._decimals.get(column)
        if known is None:
            known = self._decimals[column] = self._exact_column(column)
        return known

    def _exact_column(self, column: str) -> list[Decimal]:
        ints = self.int_column(column)
        return [self.exact(column, i) for i in range(len(self))] if ints is None else ints.decimals()  # type: ignore[misc]

    def int_column(self, column: str) -> IntColumn | None:
        """The numbers of a field as integers; None where they are scaled, made of two sides, or differ in their decimal places."""
        if column not in self._ints:
            self._ints[column] = self._int_column(column)
        return self._ints[column]

    def _int_column(self, column: str) -> IntColumn | None:
        k = self._index.get(column)
        if k is None or self._price_scales or len(self) == 0 or bool((self._scales[:, k] != self._scales[0, k]).any()):
            return None
        return IntColumn(np.array(self.end, dtype=np.int64), self._values[:, k].copy(), int(self._scales[0, k]))

    def raw_close(self, i: int) -> Decimal:
        """The close (a quote's middle) before any scale."""
        columns = [self._index[c] for c in ("close", "bid_close", "ask_close") if c in self._index]
        values = [Decimal(int(self._values[i, k])).scaleb(-int(self._scales[i, k])) for k in columns if self._values[i, k] != MISSING]
        return values[0] if len(values) == 1 else (values[0] + values[1]) / 2

    @cached_property
    def _exponents(self) -> list[int | None]:
        """Of each column: the exponent that all its numbers share, None if they differ."""
        first = self._scales[0]
        same = (self._scales == first).all(axis=0).tolist()
        return [-places if one else None for places, one in zip(first.tolist(), same, strict=True)]

    @cached_property
    def close_range(self) -> tuple[float, float]:
        """The lowest and the highest close, as floats."""
        return min(self.close), max(self.close)

    def _middle(self, column: str, i: int) -> Decimal:
        bid, ask = self.exact(f"bid_{column}", i), self.exact(f"ask_{column}", i)
        if bid is not None and ask is not None and bid != 0 and ask != 0:
            return divide(add(bid, ask), TWO) if self.is_long else (bid + ask) / 2
        return bid if bid else (ask or ZERO)

    def __getattr__(self, column: str) -> Any:
        fields = self.__dict__.get("_index")
        if fields is None or column not in fields:
            raise AttributeError(column)
        floats = self._floats(fields[column], column)
        self.__dict__[column] = floats
        return floats

    def _floats(self, k: int, column: str) -> list[float | None]:
        mantissas, scales = self._values[:, k], self._scales[:, k]
        absent = mantissas == MISSING
        if self._price_scales and column in SIZES:
            if (whole := self._whole_sizes(mantissas, scales, absent)) is not None:
                return whole
            return [None if (v := self.exact(column, i)) is None else to_float(v) for i in range(len(self))]
        if self._price_scales:
            if any(scale.added != 0 or len(scale.factor.as_tuple().digits) > 18 for scale in self._price_scales):
                return [None if (v := self.exact(column, i)) is None else to_float(v) for i in range(len(self))]
            return self._scaled_floats(mantissas, scales, absent)
        result = np.where(absent, 0, mantissas) / 10.0 ** scales.astype(np.int64)
        floats: list[float | None] = result.tolist()
        if absent.any():
            for i in np.flatnonzero(absent):
                floats[i] = None
        return floats

    def _whole_sizes(self, mantissas: Ints, scales: np.ndarray, absent: np.ndarray) -> list[float | None] | None:
        """Sizes divided by the factors, for whole ones; one that lies close to a half is rounded exactly. None if any has decimals."""
        if scales.any() or absent.any() or len(mantissas) < 8:
            return None
        factors = np.array([float(scale.volume) for scale in self._price_scales])
        which = np.zeros(len(self), dtype=np.int64) if self._scales_of is None else self._scales_of
        scaled = mantissas * factors[which]
        if float(np.abs(scaled).max()) > 1e11:
            return None
        rounded = np.rint(scaled)
        close = np.abs(np.abs(scaled - rounded) - 0.5) < 1e-3
        sizes: list[float | None] = (rounded + 0.0).tolist()
        for i in np.flatnonzero(close).tolist():
            size = self._price_scales[int(which[i])].size(Decimal(int(mantissas[i])))
            sizes[i] = to_float(size)
        return sizes

    def _scaled_floats(self, mantissas: Ints, scales: np.ndarray, absent: np.ndarray) -> list[float | None]:
        """Digits of price times factor as a double over a power of ten, which is what LEAN's Python sees."""
        parts = [scale.factor.as_tuple() for scale in self._price_scales]
        digits = np.array([int("".join(map(str, p.digits))) for p in parts], dtype=np.int64)
        places = np.array([-int(p.exponent) for p in parts], dtype=np.int64)
        which = np.zeros(len(self), dtype=np.int64) if self._scales_of is None else self._scales_of
        whole = np.where(absent, 0, mantissas)
        top = int(np.abs(whole).max(initial=0)) * int(digits.max())
        if top < 2**63:
            product = (whole * digits[which]).astype(np.float64)
        else:
            exact = whole.astype(object) * digits[which].astype(object)
            # .NET adds the low 64 bits and the high ones as doubles
            product = (exact & (2**64 - 1)).astype(np.float64) + (exact >> 64).astype(np.float64) * 2.0**64
        floats: list[float | None] = (product / 10.0 ** (scales.astype(np.int64) + places[which])).tolist()
        for i in np.flatnonzero(absent):
            floats[i] = None
        return floats

    def _part(self, first: int, last: int) -> ColumnRows:
        if first == 0 and last == len(self):
            return self
        which = None if self._scales_of is None else self._scales_of[first:last]
        return ColumnRows(self.fields, np.array(self.time[first:last], dtype=np.int64), np.array(self.end[first:last], dtype=np.int64),
                          np.array(self.emit[first:last], dtype=np.int64), self.filled[first:last], self._values[first:last],
                          self._scales[first:last], self._price_scales, which, self.repeats)  # fmt: skip

    def after_split(self, i: int, factor: Decimal) -> ColumnRows:
        """One row with its prices multiplied by a split's factor."""
        one = self._part(i, i + 1)
        scale = PriceScale(factor)
        if one._price_scales:
            before = one._price_scales[0 if one._scales_of is None else one._scales_of[0]]
            scale = PriceScale(before.factor * factor, before.added * factor)
        return ColumnRows(
            one.fields, np.array(one.time), np.array(one.end), np.array(one.emit), one.filled, one._values, one._scales, [scale], None
        )

    def up_to(self, utc: int) -> ColumnRows | None:
        """The rows that come at a moment or before."""
        last = bisect_right(self.emit, utc)
        return self._part(0, last) if last else None

    def since(self, utc: int, after: int | None = None) -> ColumnRows | None:
        """The rows that come at a moment or after, and after another one."""
        first = bisect_left(self.emit, utc)
        if after is not None:
            first = max(first, bisect_right(self.emit, after))
        return self._part(first, len(self)) if first < len(self) else None

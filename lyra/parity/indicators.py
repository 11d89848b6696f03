"""The embedded engine's indicators, fed bar by bar with the series that LEAN's were fed with, against what LEAN's showed.

The records are `lean-indicators`: `index.json` names every class's cases, `series/` holds the inputs and `values/` what was
shown after each. A case is equal when name, warm-up period, readiness, value (to the last digit) and parts (within 1e-9) are
those of LEAN at every row, and what came at the end too: samples, texts, silent updates, errors, the state after a reset.

    python -m lyra.parity.indicators [--records FOLDER] [--data-folder FOLDER] [CLASS | Patterns | Helpers | Behaviours | Events | Live ...]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import lyra.engine.indicators as package
from lyra.engine.corporate.map_files import MapFileProvider
from lyra.engine.data.bars import QuoteBar, TradeBar
from lyra.engine.decimals import decimal_text, to_decimal, use_decimal_context
from lyra.engine.enums import (
    CorrelationType,
    MovingAverageType,
    OptionPricingModelType,
    OptionRight,
    OptionStyle,
    SecurityType,
    SwissArmyKnifeTool,
)
from lyra.engine.exact import to_double
from lyra.engine.indicators import IndicatorDataPoint
from lyra.engine.indicators.base import IndicatorBase
from lyra.engine.symbols import RunSymbols, Symbol
from lyra.engine.times import to_datetime, to_us

SHARED = Path(__file__).parents[2].parent / "shared"
RECORDS = SHARED / "lean-indicators"
DATA = SHARED / "lean-data"
GREEKS = ("ImpliedVolatility", "Delta", "Gamma", "Vega", "Theta", "Rho")
_MADE_UP = ("edge", "constant", "zero", "candles")
_REAL_US = ("spy", "aapl", "aig", "pair", "breadth")
_NOT_PARTS = ("case", "i", "symbol", "end_time", "ready", "value")
_LONGEST_REPLAY = 200
_SEARCHED = 1e-7
"""How near numbers must be that come of a search (ARIMA's parameters)."""


@dataclass(frozen=True)
class Verdict:
    """What came of a case; `difference` is empty where it is equal, `ready` tells whether readiness is."""

    name: str
    case: str
    difference: str = ""
    ready: bool = True

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.difference

    def __str__(self) -> str:
        return f"{self.name}:{self.case}"


@dataclass
class Records:
    """LEAN's records, read when they are asked for."""

    folder: Path = RECORDS
    data_folder: Path = DATA
    _symbols: dict[str, Symbol] = field(default_factory=dict)
    _series: dict[str, list[Any]] = field(default_factory=dict)

    @contextmanager
    def active(self) -> Iterator[Records]:
        """A run with LEAN's sample data, for symbols and market hours, and .NET's decimals."""
        use_decimal_context()
        with RunSymbols(self.data_folder, MapFileProvider(self.data_folder)).active() as run:
            for ticker in "SPY AAPL BAC IBM AIG QQQ IWM EEM WM".split():
                self._symbols[ticker] = Symbol.create(ticker, SecurityType.EQUITY, "usa")
            self._symbols["BTCUSD"] = Symbol.create("BTCUSD", SecurityType.CRYPTO, "coinbase")
            self._symbols["EURUSD"] = Symbol.create("EURUSD", SecurityType.FOREX, "oanda")
            for ticker, symbol in self._symbols.items():
                if symbol._value != "WM":
                    run.tickers.set(ticker, symbol)
            for right in (OptionRight.CALL, OptionRight.PUT):
                contract = option_symbol("option_goog", right)
                run.tickers.set(contract.value, contract)
            yield self

    @property
    def classes(self) -> dict[str, Any]:
        """The index by class."""
        return _index(self.folder)["indicators"]  # type: ignore[no-any-return]

    @property
    def patterns(self) -> dict[str, Any]:
        """The index of the candlestick patterns."""
        return _index(self.folder)["patterns"]  # type: ignore[no-any-return]

    @property
    def names(self) -> list[dict[str, str]]:
        """Further calls of helpers, and the names they give."""
        return _index(self.folder)["names"]  # type: ignore[no-any-return]

    def symbol(self, ticker: str) -> Symbol:
        """A symbol of the series."""
        return self._symbols[ticker]

    def values(self, name: str) -> dict[str, list[dict[str, str]]]:
        """A class's rows by case."""
        found: dict[str, list[dict[str, str]]] = defaultdict(list)
        path = self.folder / "values" / f"{name}.csv.gz"
        for row in read_rows(path) if path.is_file() else ():
            found[row["case"]].append(row)
        return found

    def series(self, name: str) -> list[Any]:
        """A series' bars. Their decimals have the digits that LEAN's readers give them, which the text does not always show."""
        if name not in self._series:
            self._series[name] = [self._bar(name, row) for row in read_rows(self.folder / "series" / f"{name}.csv.gz")]
        return self._series[name]

    def _bar(self, name: str, row: dict[str, str]) -> Any:
        if name.startswith("option_"):
            return row
        symbol = self.symbol(row.get("symbol") or ("EURUSD" if name.startswith("eur") else "SPY"))
        start, end = (to_us(datetime.fromisoformat(row[key])) for key in ("time", "end_time"))
        if "bid_open" in row:
            prices_of = [f"{side}_{part}" for side in ("bid", "ask") for part in ("open", "high", "low", "close")]
            sides: dict[str, Decimal | None] = {key: Decimal(row[key]) for key in prices_of}
            sides |= {f"last_{side}_size": Decimal(row[f"{side}_size"]) for side in ("bid", "ask")}
            return QuoteBar._make(symbol, start, end, sides)
        prices = [Decimal(row[part]) for part in ("open", "high", "low", "close")]
        volume = Decimal(row["volume"])
        if name.startswith(_REAL_US):
            prices = [price.quantize(Decimal("0.0001")) for price in prices]
            volume = Decimal(int(volume))
        elif name in _MADE_UP:
            prices = [price or Decimal("0.0") for price in prices]
            volume = Decimal(int(volume)) if volume == int(volume) and volume < 10**8 else volume
        return TradeBar._make(symbol, start, end, prices[0], prices[1], prices[2], prices[3], volume)


@cache
def _index(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "index.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a packed table."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file)


# making and feeding --------------------------------------------------------------------------------
def option_symbol(series: str, right: OptionRight) -> Symbol:
    """The contract of a series of options."""
    if "goog" in series:
        return Symbol.create_option("GOOG", "usa", OptionStyle.AMERICAN, right, 752.5, datetime(2016, 1, 15))
    if "american" in series:
        return Symbol.create_option("SPY", "usa", OptionStyle.AMERICAN, right, 150.0, datetime(2015, 3, 20))
    index = Symbol.create("SPX", SecurityType.INDEX, "usa")
    return Symbol.create_option(index, "usa", OptionStyle.EUROPEAN, right, 1500.0, datetime(2015, 3, 20))


class Fed:
    """An indicator made for a case, and how it is fed with a row of the series."""

    def __init__(self, records: Records, name: str, case: dict[str, Any]) -> None:
        self.records, self.case = records, case
        self.series = records.series(case["series"]) if case["series"] else []
        self.option = self.mirror = None
        kind = getattr(package, name)
        if name in GREEKS:
            right = OptionRight.PUT if case["series"].endswith("put") else OptionRight.CALL
            other = OptionRight.CALL if right is OptionRight.PUT else OptionRight.PUT
            self.option, self.mirror = (option_symbol(case["series"], side) for side in (right, other))
        # The index leaves out the name that FilteredIdentity's third case was given.
        given = case["args"] or (["nofilter", None] if name == "FilteredIdentity" else [])
        arguments = [self._argument(value) for value in given]
        if self.option is not None:
            arguments.insert(0, self.option)
        self.indicator = kind(*arguments)
        if "breadth" in case["series"]:
            names = list(dict.fromkeys(bar.symbol.value for bar in self.series))
            for ticker in names[:6] if case["case"].startswith("changed") else names:
                self.indicator.add(records.symbol(ticker))

    def _argument(self, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        if given.startswith("lambda"):
            return {"lambda x: x.close > x.open": lambda x: x.close > x.open, "lambda x: x.value * 2": lambda x: x.value * 2}.get(
                given, lambda f: f.samples >= 3
            )
        if given == "mirror":
            return self.mirror
        if given in ("target", "reference"):
            return self.records.symbol("SPY" if given == "reference" else "BTCUSD" if "other_clock" in self.case["case"] else "AAPL")
        if given.startswith("tool:"):
            return SwissArmyKnifeTool(given[5:])
        given = given.removeprefix("iv: ")
        kinds: tuple[Any, ...] = (CorrelationType, OptionPricingModelType)
        for kind in kinds:
            if given in kind._members:
                return kind(given)
        averages: Any = MovingAverageType
        return self._model(given) or averages._members.get("T_3" if given == "T3" else given, given)

    def _model(self, given: str) -> Any:
        if not given.startswith(("algorithm.", "Dividend", "ConstantDividend")):
            return None
        from lyra.engine.corporate import dividend_yield
        from lyra.engine.results import interest_rate

        if given.startswith("algorithm."):
            return interest_rate.InterestRateProvider(self.records.data_folder)
        if given.startswith("Dividend"):
            below = self.option.underlying if self.option is not None else None
            return dividend_yield.DividendYieldProvider(below)
        return dividend_yield.ConstantDividendYieldModel(0.0)

    def update(self, i: int) -> None:
        """Feed row `i`."""
        indicator, bar = self.indicator, self.series[i]
        if self.case["case"].startswith("changed") and i in (400, 600):
            indicator.remove(self.records.symbol("BAC")) if i == 400 else indicator.add(self.records.symbol("WM"))
        if self.option is not None:
            parts = [(self.option.underlying, "underlying"), (self.option, "option")]
            parts += [(self.mirror, "mirror")] if self.case["mirror"] else []
            for symbol, column in parts:
                end = to_us(datetime.fromisoformat(bar["time"]))
                indicator.update(IndicatorDataPoint._of(symbol, end, to_decimal(float(bar[column]))))
        elif self.case.get("input") == "IndicatorDataPoint":
            indicator.update(IndicatorDataPoint._of(bar.symbol, bar._end, to_decimal(to_double(bar._close))))
        else:
            indicator.update(bar)


# comparison ----------------------------------------------------------------------------------------
class _Differs(Exception):
    """The first difference of a case."""

    def __init__(self, where: Any, expected: Any, got: Any, of_readiness: bool = False) -> None:
        super().__init__(f"{where}: LEAN {expected}, here {got}")
        self.of_readiness = of_readiness


def _same(where: Any, expected: Any, got: Any, of_readiness: bool = False) -> None:
    if expected != got:
        raise _Differs(where, expected, got, of_readiness)


def near(expected: float, got: float, tolerance: float = 1e-9) -> bool:
    """Whether two numbers are equal but for rounding."""
    return abs(expected - got) <= max(tolerance * abs(expected), 1e-13)


def check_case(records: Records, name: str, case: dict[str, Any], rows: list[dict[str, str]], at_most: int | None = None) -> Verdict:
    """Compare a case, with `at_most` only its first rows."""
    try:
        if "not_built" in case:
            _check_refusal(records, name, case)
        else:
            _check_rows(records, name, case, rows[:at_most], at_most is None)
    except _Differs as difference:
        return Verdict(name, case["case"], str(difference), not difference.of_readiness)
    except Exception as error:
        return Verdict(name, case["case"], f"{type(error).__name__}: {error}", False)
    return Verdict(name, case["case"])


def _check_refusal(records: Records, name: str, case: dict[str, Any]) -> None:
    try:
        Fed(records, name, case)
    except Exception as error:
        _same("refused", case["not_built"].partition(": ")[2].splitlines()[0], str(error))
    else:
        raise _Differs("refused", case["not_built"], "built")


def _check_rows(records: Records, name: str, case: dict[str, Any], rows: list[dict[str, str]], whole: bool) -> None:
    fed = Fed(records, name, case)
    indicator = fed.indicator
    _same("name", case.get("name", indicator.name), indicator.name)
    here = getattr(indicator, "warm_up_period", None)
    _same("warm_up_period", case.get("warm_up_period", here), here)
    tolerance = _SEARCHED if name.startswith("AutoRegressive") else 1e-9
    ready_at: dict[str, int] = {}
    fired: list[int] = []
    silent: list[int] = []
    indicator.updated += lambda sender, point: fired.append(1)
    for row in rows:
        i, before = int(row["i"]), len(fired)
        fed.update(i)
        if len(fired) == before:
            silent.append(i)
        _check_row(indicator, row, tolerance)
        for part in case.get("sub_first_ready") or ():
            if part not in ready_at and getattr(indicator, part).is_ready:
                ready_at[part] = i
    if not whole:
        return
    if "error" in case:
        _check_error(fed, case["error"], len(rows))
        return
    for part, at in (case.get("sub_first_ready") or {}).items():
        _same(f"{part} is ready at", at, ready_at.get(part), True)
    _check_end(fed, case, fired, silent)


def _check_row(indicator: Any, row: dict[str, str], tolerance: float) -> None:
    expected, value = Decimal(row["value"]), indicator._value
    if expected != value and not (tolerance == _SEARCHED and near(to_double(expected), to_double(value), tolerance)):
        raise _Differs(f"row {row['i']}", row["value"], decimal_text(indicator._value))
    _same(f"row {row['i']}, ready", row["ready"] == "1", indicator.is_ready, True)
    end = indicator.current._end
    _same(f"row {row['i']}, end_time", row["end_time"], "" if end < to_us(datetime(2, 1, 1)) else to_datetime(end).isoformat())
    for name, text in row.items():
        if name not in _NOT_PARTS and text:
            _check_part(f"row {row['i']}, {name}", text, getattr(indicator, name), tolerance)


def _check_part(where: str, text: str, part: Any, tolerance: float) -> None:
    shown = part.current.value if isinstance(part, IndicatorBase) else part
    if isinstance(shown, list):
        expected = [float(piece) for piece in text.strip("[]").replace("|", " ").replace(";", " ").replace(",", " ").split()]
        if len(expected) != len(shown) or not all(near(a, b, tolerance) for a, b in zip(expected, shown, strict=True)):
            raise _Differs(where, text, shown)
    elif shown is not None:
        try:
            number = float(text)
        except ValueError:
            if text not in (str(shown), getattr(shown, "lean_name", "")):
                raise _Differs(where, text, shown) from None
        else:
            if not near(number, float(shown), tolerance):
                raise _Differs(where, text, shown)


def _check_error(fed: Fed, expected: dict[str, Any], at: int) -> None:
    try:
        fed.update(at)
    except Exception as error:
        _same(
            f"row {at}, error", f"{expected['type']}: {expected['message']}", f"{type(error).__name__}: {str(error).splitlines()[0]}"[:320]
        )
    else:
        raise _Differs(f"row {at}", expected["message"], "no error")


def _check_end(fed: Fed, case: dict[str, Any], fired: list[int], silent: list[int]) -> None:
    indicator = fed.indicator
    _same("samples", case.get("samples", indicator.samples), indicator.samples)
    _same("str", case.get("str", str(indicator)), str(indicator))
    _same("detailed", case.get("detailed", indicator.to_detailed_string()), indicator.to_detailed_string())
    if "updated_events" in case:
        _same("events", case["updated_events"], len(fired))
    elif "after_reset" in case:
        shown = silent if len(silent) <= 6 else [silent[0], "...", silent[-1], f"{len(silent)} in all"]
        _same("rows without an event", case.get("no_updated_event_at", []), shown)
    if "pivots_at_end" in case:
        arrays = {"high": indicator.get_high_pivot_points_array(), "low": indicator.get_low_pivot_points_array()}
        here = {key: [[point.end_time.isoformat(), point.value] for point in points] for key, points in arrays.items()}
        _same("pivots", case["pivots_at_end"], here)
    if "after_reset" in case:
        _check_reset(fed, case)


def _check_reset(fed: Fed, case: dict[str, Any]) -> None:
    indicator = fed.indicator
    indicator.reset()
    state = {"is_ready": indicator.is_ready, "value": decimal_text(indicator._value), "samples": indicator.samples,
             "window": indicator.window.count}  # fmt: skip
    for key, expected in case["after_reset"].items():
        here = state[key]
        _same(f"after reset, {key}", float(expected) if key == "value" else expected, float(here) if key == "value" else here)
    if "reset_replays" not in case or not case.get("reset_value_replays", case["reset_replays"]):
        return
    fresh = Fed(fed.records, type(indicator).__name__, case)
    for i in range(min(case["rows"], _LONGEST_REPLAY)):
        fed.update(i)
        fresh.update(i)
        if not near(to_double(fresh.indicator._value), to_double(indicator._value)):
            raise _Differs(f"row {i} after a reset", fresh.indicator._value, indicator._value)


def check_class(records: Records, name: str, cases: set[str] | None = None, at_most: int | None = None) -> Iterator[Verdict]:
    """A class's cases (or some of them), compared."""
    rows = records.values(name)
    for case in records.classes[name].get("cases", ()):
        if cases is None or case["case"] in cases:
            yield check_case(records, name, case, rows[case["case"]], at_most)


# candlestick patterns ------------------------------------------------------------------------------
PATTERN_SERIES = ("candles", "spy_long", "aapl_long", "aig_long", "btc_long", "constant")
_CONSTANT_BARS = 60


def check_patterns(records: Records, names: list[str] | None = None, series: tuple[str, ...] = PATTERN_SERIES) -> Iterator[Verdict]:
    """The candlestick patterns on each series."""
    for place in series:
        hits: dict[str, dict[int, str]] = defaultdict(dict)
        for row in read_rows(records.folder / "values" / f"CandlestickPatterns-{place}.csv.gz"):
            hits[row["pattern"]][int(row["i"])] = row["value"]
        bars = records.series(place)
        for name, entry in records.patterns.items():
            for case in entry["cases"] if names is None or name in names else ():
                verdict = ""
                try:
                    indicator = getattr(importlib.import_module("lyra.engine.indicators.candlestick_patterns"), name)(*case["args"])
                    _check_pattern(indicator, case, place, bars[:_CONSTANT_BARS] if place == "constant" else bars, hits[case["pattern"]])
                except _Differs as difference:
                    verdict = str(difference)
                except Exception as error:
                    verdict = f"{type(error).__name__}: {error}"
                yield Verdict(case["pattern"], place, verdict)


def _check_pattern(indicator: Any, case: dict[str, Any], place: str, bars: list[Any], hits: dict[int, str]) -> None:
    _same("name", case["name"], indicator.name)
    _same("warm_up_period", case["warm_up_period"], indicator.warm_up_period)
    ready = None
    for i, bar in enumerate(bars):
        indicator.update(bar)
        _same(f"row {i}", float(hits.get(i, "0")), to_double(indicator._value))
        if ready is None and indicator.is_ready:
            ready = i
    _same("first_ready", case["first_ready"][place], ready, True)


def _questions(kind: str) -> Callable[[Records], Iterator[Verdict]]:
    def check(records: Records) -> Iterator[Verdict]:
        return getattr(importlib.import_module("lyra.parity.indicator_questions"), kind)(records)  # type: ignore[no-any-return]

    return check


_WORDS = {"Patterns": check_patterns, "Helpers": _questions("helpers"), "Behaviours": _questions("behaviours"), "Events": _questions("events"),
          "Live": _questions("live")}  # fmt: skip


# the command ---------------------------------------------------------------------------------------
def main(arguments: list[str] | None = None) -> int:
    """Print what came of the classes; 1 if anything differs."""
    parser = argparse.ArgumentParser(description="Compare the engine's indicators with what LEAN's showed.")
    parser.add_argument("classes", nargs="*", help=f"names of classes, {', '.join(_WORDS)}; all by default")
    parser.add_argument("--records", type=Path, default=RECORDS)
    parser.add_argument("--data-folder", type=Path, default=DATA)
    given = parser.parse_args(arguments)
    with Records(given.records, given.data_folder).active() as records:
        names = given.classes or [*records.classes, *_WORDS]
        classes = [verdict for name in names if name not in _WORDS for verdict in _report(name, list(check_class(records, name)))]
        others = [verdict for word in names if word in _WORDS for verdict in _report(word, list(_WORDS[word](records)))]
    if classes:
        equal, unready = sum(verdict.equal for verdict in classes), sum(not verdict.ready for verdict in classes)
        print(f"{equal} of {len(classes)} cases are equal; readiness differs in {unready}.")
    return 0 if all(verdict.equal for verdict in classes + others) else 1


def _report(name: str, verdicts: list[Verdict]) -> list[Verdict]:
    different = [verdict for verdict in verdicts if not verdict.equal]
    shown = f"; {different[0].case}, {different[0].difference}" if different else ""
    print(f"{name}: {len(verdicts)} cases, {len(verdicts) - len(different)} equal{shown}")
    return verdicts


if __name__ == "__main__":
    sys.exit(main())

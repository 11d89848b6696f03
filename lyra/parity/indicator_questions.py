"""Questions about indicators inside a run, put to the embedded engine and compared with LEAN's answers.

`behaviours` runs the algorithm that asked LEAN (`lean-indicators/produce/Behaviour.py`) and compares its answers one by one, and
`events` what it wrote besides: values of composites, of registered indicators and of their history, and the order of events.
`helpers` calls each of QCAlgorithm's helpers as `index.json` has it and compares names, classes and warm-up periods; `live` lets
minute bars drive what the helpers make and compares their state at seven moments (`values/helpers-live.csv.gz`).
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lyra.engine.algorithm.option_indicators import option_label
from lyra.engine.enums import OptionPricingModelType, OptionRight, Resolution
from lyra.engine.indicators import greeks
from lyra.engine.indicators.helpers import create_indicator_name
from lyra.engine.runner import Backtest, Job
from lyra.parity.indicators import GREEKS, Records, Verdict, near, option_symbol, read_rows

_ASKING = """
from AlgorithmImports import *
import json

class Asking(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2013, 10, 7); self.set_end_date(2013, 10, 7); self.set_cash(100000)
        raw = {"data_normalization_mode": DataNormalizationMode.RAW}
        spy, ibm, bac, aig = (self.add_equity(t, Resolution.MINUTE, **raw).symbol for t in ("SPY", "IBM", "BAC", "AIG"))
        btc = self.add_crypto("BTCUSD", Resolution.DAILY, Market.COINBASE).symbol
        eurusd = self.add_forex("EURUSD", Resolution.HOUR, Market.OANDA).symbol
        aapl_tick = self.add_equity("AAPL", Resolution.TICK).symbol; qqq_second = self.add_equity("QQQ", Resolution.SECOND).symbol
        MINUTE, HOUR, DAILY, security = Resolution.MINUTE, Resolution.HOUR, Resolution.DAILY, self.securities[spy]
        with open(self.get_parameter("questions")) as file: calls = json.load(file)
        answers = []
        for call in calls:
            try:
                made = eval(call, {**globals(), **locals()})
                answers.append({"name": made if isinstance(made, str) else made.name, "class": type(made).__name__,
                                "warm_up_period": getattr(made, "warm_up_period", None)})
            except Exception as error: answers.append({"error": f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"})
        self.remove_security(aapl_tick); self.remove_security(qqq_second)
        with open(self.get_parameter("answers"), "w") as file: json.dump(answers, file)
        self.quit()
"""


_LIVING = """
from AlgorithmImports import *
import json

class Living(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2013, 10, 7); self.set_end_date(2013, 10, 8); self.set_cash(100000)
        raw = {"data_normalization_mode": DataNormalizationMode.RAW}
        spy, ibm, bac, aig = (self.add_equity(t, Resolution.MINUTE, **raw).symbol for t in ("SPY", "IBM", "BAC", "AIG"))
        with open(self.get_parameter("questions")) as file: self.calls, self.moments = json.load(file)
        names = {**globals(), **locals()}
        self.made = [eval(call, names) for call in self.calls]
        self.rows = {}

    def on_data(self, data):
        now = self.time.isoformat()
        for call, made in zip(self.calls, self.made) if now in self.moments else ():
            end, value = made.current.to_string().split(" - ", 1)
            self.rows[f"{now} {call}"] = [str(made.samples), str(int(made.is_ready)), "" if end.startswith("0001") else end, value]

    def on_end_of_algorithm(self):
        with open(self.get_parameter("answers"), "w") as file: json.dump(self.rows, file)
"""


def _run(records: Records, algorithm: Path, parameters: dict[str, str], folder: Path) -> None:
    run = Backtest(Job(algorithm, records.data_folder, parameters, object_store=folder / "store")).run()
    if run.error is not None:
        raise run.error


# behaviours ----------------------------------------------------------------------------------------
def behaviours(records: Records) -> Iterator[Verdict]:
    """LEAN's answers in `behaviour.json` against the engine's."""
    with _behaviour_run(records) as folder:
        record, here = (json.loads((place / "behaviour.json").read_text(encoding="utf-8")) for place in (records.folder, folder))
        yield from _answers(record, here)


def events(records: Records) -> Iterator[Verdict]:
    """What the same run writes beside its answers: the order of events, and the values of three files."""
    with _behaviour_run(records) as folder:
        orders = [
            json.loads((place / "behaviour.json").read_text(encoding="utf-8"))["order_of_events"] for place in (records.folder, folder)
        ]
        yield Verdict("events", "order", _first_difference(*orders))
        for name in ("composites", "registered", "indicator-history"):
            tables = [[list(row.values()) for row in read_rows(place / "values" / f"{name}.csv.gz")] for place in (records.folder, folder)]
            yield Verdict("events", name, _first_difference(*tables))


def _first_difference(expected: list[Any], got: list[Any]) -> str:
    if len(expected) != len(got):
        return f"LEAN {len(expected)} rows, here {len(got)}"
    return next((f"row {i}: LEAN {a}, here {b}" for i, (a, b) in enumerate(zip(expected, got, strict=True)) if a != b), "")


@contextmanager
def _behaviour_run(records: Records) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        _run(records, records.folder / "produce" / "Behaviour.py", {"out": folder}, Path(folder))
        yield Path(folder)


def _answers(record: dict[str, Any], here: dict[str, Any]) -> Iterator[Verdict]:
    answers: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for fact in here["facts"]:
        answers[fact["part"], fact["what"]].append(fact)
    for fact in record["facts"]:
        given = answers[fact["part"], fact["what"]]
        answer = given.pop(0) if given else {}
        expected, got = (one.get("result", one.get("error")) for one in (fact, answer))
        same = ("error" in fact) == ("error" in answer) and _alike(expected, got)
        yield Verdict(fact["part"], fact["what"], "" if same else f"LEAN {expected}, here {got}")


def _alike(expected: Any, got: Any) -> bool:
    if isinstance(expected, float) and isinstance(got, (int, float)):
        return near(expected, got)
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(_alike, expected, got))
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(_alike(value, got[key]) for key, value in expected.items())
    return bool(expected == got)


# helpers -------------------------------------------------------------------------------------------
def helpers(records: Records) -> Iterator[Verdict]:
    """The names that the helpers give, of all classes and candlestick patterns."""
    asked: list[tuple[str, dict[str, Any]]] = []
    for name, entry in records.classes.items():
        calls = [call for helper in entry.get("helpers", ()) for call in helper["calls"]]
        if name in GREEKS:
            yield from (_option_helper(name, call) for call in calls)
        else:
            asked += [(name, call) for call in calls]
    for name, entry in records.patterns.items():
        asked.append((name, {"call": entry["helper"], "name": entry["name"]}))
        asked.append((name, {"call": entry["helper"].replace("(spy", "(spy, resolution=DAILY"), "name": entry["name_daily"]}))
    asked += [("names", call) for call in records.names if "?" not in call["call"]]
    answers = _ask(records, [call["call"] for _, call in asked])
    for (name, call), answer in zip(asked, answers, strict=True):
        expected = {key: value for key, value in call.items() if key != "call"}
        got = {key: answer.get(key) for key in expected}
        yield Verdict(name, call["call"], "" if expected == got else f"LEAN {expected}, here {answer}")


def _ask(records: Records, asked: Any, source: str = _ASKING) -> Any:
    """Run an algorithm that reads questions and writes answers."""
    with tempfile.TemporaryDirectory() as folder:
        algorithm, questions, answers = (Path(folder) / name for name in ("asking.py", "questions.json", "answers.json"))
        algorithm.write_text(source, encoding="utf-8")
        questions.write_text(json.dumps(asked), encoding="utf-8")
        _run(records, algorithm, {"questions": str(questions), "answers": str(answers)}, Path(folder))
        return json.loads(answers.read_text(encoding="utf-8"))


def live(records: Records, every: int = 1) -> Iterator[Verdict]:
    """What bars make of the helpers' indicators; of every nth only."""
    expected: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for row in read_rows(records.folder / "values" / "helpers-live.csv.gz"):
        expected[row["call"]][row["algorithm_time"]] = [row[key] for key in ("samples", "ready", "end_time", "value")]
    calls = list(expected)[::every]
    moments = list(expected[calls[0]])
    got = _ask(records, [calls, moments], _LIVING)
    for call in calls:
        shown = {moment: got.get(f"{moment} {call}") for moment in moments}
        yield Verdict("live", call, "" if shown == expected[call] else f"LEAN {expected[call]}, here {shown}")


_CALL = re.compile(r"self\.(\w+)\(call(?:, (?:put|None))?(?:, ([\d.]+))?(?:, ([\d.]+))?(?:, option_model=OptionPricingModelType\.(\w+))?"
                   r"(?:, resolution=Resolution\.(\w+))?\)")  # fmt: skip


def _option_helper(name: str, call: dict[str, Any]) -> Verdict:
    """The name by itself: a run has no contracts that could be subscribed to."""
    match = _CALL.fullmatch(call["call"])
    if match is None:
        return Verdict(name, call["call"], "the call is of another form")
    helper, rate, dividend, model, resolution = match.groups()
    given = OptionPricingModelType(model or "BLACK_SCHOLES") if model or not helper.isascii() else None
    option = option_symbol("goog", OptionRight.CALL)
    label = option_label(name, option, None if rate is None else float(rate), None if dividend is None else float(dividend), given)
    got = create_indicator_name(label, option.value, Resolution(resolution or "MINUTE"))
    made = getattr(greeks, name)(got, option)
    expected = (call["name"], call["class"], call["warm_up_period"])
    here = (made.name, type(made).__name__, made.warm_up_period)
    return Verdict(name, call["call"], "" if expected == here else f"LEAN {expected}, here {here}")

"""History in all its forms, on the made-up market; the figures are those of the real engine's record where there is one."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lyra.engine.runner import Backtest, Job

Run = Callable[..., list[str]]
SYNTHETIC = Path(__file__).resolve().parents[1] / "synthetic"

HEAD = """
from AlgorithmImports import *

class Case(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2023, 11, 24)
        self.set_end_date(2023, 11, 24)
        self.lya = self.add_equity("LYA", Resolution.MINUTE).symbol
        self.spy = self.add_equity("SPY", Resolution.DAILY).symbol
        self.case()

    def show(self, name, call):
        try:
            self.log(f"{name} | {call()}")
        except Exception as error:
            self.log(f"{name} | {type(error).__name__}: {error}")

    def case(self):
        h, spy, lya, D = self.history, self.spy, self.lya, Resolution.DAILY
"""


@pytest.fixture
def run(synthetic_data: Path, tmp_path: Path) -> Run:
    """The log lines `name | value` of `self.show(name, call)` calls."""

    def run(*lines: str) -> dict[str, str]:  # type: ignore[return]
        file = tmp_path / "case.py"
        file.write_text(HEAD + "".join(f"        {line}\n" for line in lines), encoding="utf-8")
        backtest = Backtest(Job(file, synthetic_data)).run()
        assert backtest.error is None, backtest.error
        found = (line[20:] for line in backtest._log)
        return dict(line.split(" | ", 1) for line in found if " | " in line)

    return run  # type: ignore[return-value]


def test_the_real_engines_record(synthetic_data: Path) -> None:
    backtest = Backtest(Job(SYNTHETIC / "algorithms" / "SynHistory.py", synthetic_data)).run()
    with gzip.open(SYNTHETIC / "golden" / "SynHistory.json.gz", "rt", encoding="utf-8") as stream:
        record = json.load(stream)
    theirs = [line for line in record["log"] if "completed in" not in line]
    assert [line for line in backtest._log if "completed in" not in line] == theirs
    assert backtest.data_points == record["data_points"]


def test_what_each_call_gives(run: Any) -> None:
    found = run(
        "self.show('symbol', lambda: type(h(spy, 3)).__name__)",
        "self.show('list of tickers', lambda: type(h(['SPY'], 3)).__name__)",
        "self.show('ticker', lambda: type(h('SPY', 3)).__name__)",
        "self.show('symbols=', lambda: type(h(symbols=[spy], periods=3)).__name__)",
        "self.show('count alone', lambda: type(h(3, D)).__name__)",
        "self.show('typed', lambda: type(h[TradeBar](spy, 3)).__name__)",
        "self.show('typed list', lambda: type(h[TradeBar]([spy, lya], 3, D)).__name__)",
        "self.show('length', lambda: len(h[TradeBar](spy, 3)))",
        "self.show('index', lambda: h[TradeBar](spy, 3)[0])",
        "self.show('no data type', lambda: h[str](spy, 3))",
        "self.show('unknown ticker in a list', lambda: h(['NOPE'], 3))",
        "self.show('unknown ticker', lambda: list(h('NOPE', 3)))",
        "self.show('wrong type', lambda: h[QuoteBar](spy, 3))",
    )
    assert found["symbol"] == found["list of tickers"] == "DataFrame"
    assert found["ticker"] == found["typed"] == "MemoizingEnumerable[TradeBar]"
    assert found["symbols="] == found["count alone"] == "MemoizingEnumerable[Slice]"
    assert found["typed list"] == "MemoizingEnumerable[DataDictionary[TradeBar]]"
    assert found["length"] == "3"
    assert found["index"] == "TypeError: 'MemoizingEnumerable[TradeBar]' object is not subscriptable"
    assert found["no data type"] == "TypeError: No match found for given type params"
    assert found["unknown ticker in a list"].startswith("Empty DataFrame")
    assert found["unknown ticker"] == "[]"
    assert "No history data could be fetched" in found["wrong type"]


def test_frames_know_symbols_by_ticker_and_identifier(run: Any) -> None:
    found = run(
        "f = h([spy, lya], 3, D)",
        "self.show('loc', lambda: [f.loc[key].shape for key in (spy, 'SPY', str(spy.id))])",
        "self.show('unknown', lambda: f.loc['NOPE'])",
        "self.show('unstack', lambda: (f.close.unstack(0)['SPY'] == f.close.unstack(0)[spy]).all())",
        "self.show('levels', lambda: [str(s) for s in f.index.levels[0]])",
        "self.show('order', lambda: [str(s) for s in f.index.get_level_values('symbol').unique()])",
        "self.show('contains', lambda: (spy in f.index, 'SPY' in f.index, 'NOPE' in f.index))",
        "self.show('tuple', lambda: f.loc[('SPY', f.index[0][1]), 'close'] == f.loc[spy].close.iloc[0])",
        "self.show('columns', lambda: list(f.columns))",
        "self.show('own frame', lambda: list(pd.DataFrame({'SPY': [1, 2], 'x': [3, 4]})['SPY']))",
        "self.show('column is no symbol', lambda: [c == spy for c in f.columns])",
    )
    assert found["loc"] == "[(3, 5), (3, 5), (3, 5)]"
    assert "No key found for either mapped or original key. Mapped Key: ['NOPE']" in found["unknown"]
    assert found["unstack"] == "True"
    assert found["levels"] == "['LYA', 'SPY']"
    assert found["order"] == "['SPY', 'LYA']"
    assert found["contains"] == "(True, True, False)"
    assert found["tuple"] == "True"
    assert found["columns"] == "['close', 'high', 'low', 'open', 'volume']"
    assert found["own frame"] == "[1, 2]"
    assert found["column is no symbol"] == "[False, False, False, False, False]"


def test_pandas_is_as_before_after_a_run(run: Any) -> None:
    import pandas as pd

    before = pd.DataFrame.__getitem__, pd.Index.get_loc, pd.Index.__contains__
    run("self.show('rows', lambda: len(h(spy, 3).loc['SPY']))")
    assert (pd.DataFrame.__getitem__, pd.Index.get_loc, pd.Index.__contains__) == before
    with pytest.raises(KeyError, match=r"^'SPY'$"):
        pd.DataFrame({"a": [1]})["SPY"]


def test_empty_frames_have_no_names(run: Any) -> None:
    found = run(
        "for name, f in dict(none=h(spy, 0), less=h(spy, -1), before=h(spy, datetime(1999, 1, 4), datetime(1999, 2, 1), D),",
        "                    backwards=h(spy, datetime(2023, 11, 1), datetime(2023, 10, 1), D), nothing=h([], 3)).items():",
        "    self.show(name, lambda: (f.shape, list(f.index.names)))",
    )
    assert set(found.values()) == {"((0, 0), [None])"}
    assert len(found) == 5


def test_trades_and_quotes_share_rows(run: Any) -> None:
    found = run(
        "start, end = datetime(2023, 11, 22, 9, 30), datetime(2023, 11, 22, 10, 0)",
        "f, t, q = h(lya, start, end), h(TradeBar, lya, start, end), h(QuoteBar, lya, start, end)",
        "self.show('columns', lambda: list(f.columns))",
        "self.show('trades', lambda: all((f[c].dropna() == t[c]).all() for c in t.columns))",
        "self.show('quotes', lambda: (f['askclose'].dropna() == q['askclose']).all() and len(f) == len(set(t.index) | set(q.index)))",
        "bars = list(h[QuoteBar](lya, start, end))",
        "self.show('middle', lambda: [b.close for b in bars] == list(q.close))",
    )
    assert found["columns"] == (
        "['askclose', 'askhigh', 'asklow', 'askopen', 'asksize', 'bidclose', 'bidhigh', 'bidlow', 'bidopen', 'bidsize', "
        "'close', 'high', 'low', 'open', 'volume']"
    )
    assert found["trades"] == found["quotes"] == found["middle"] == "True"


def test_corporate_events_as_frames(run: Any) -> None:
    found = run(
        "span = (datetime(2023, 1, 1), datetime(2023, 11, 24), D)",
        "for kind in (Dividend, Split):",
        "    f = h(kind, lya, *span)",
        "    self.show(kind.__name__, lambda: (list(f.columns), len(f) == len(list(h[kind](lya, *span))), len(f) > 0))",
    )
    assert found["Dividend"] == "(['distribution', 'referenceprice', 'value'], True, True)"
    assert found["Split"] == "(['referenceprice', 'splitfactor', 'type', 'value'], True, True)"


def test_scaled_raw_ends_at_the_raw_price(run: Any) -> None:
    found = run(
        "span = (lya, datetime(2023, 6, 1), datetime(2023, 11, 22, 16, 0), D)",
        "modes = [getattr(DataNormalizationMode, m) for m in ('RAW', 'SCALED_RAW', 'ADJUSTED')]",
        "raw, scaled, adjusted = (h(*span, data_normalization_mode=m) for m in modes)",
        "self.show('last', lambda: abs(scaled.close.iloc[-1] - raw.close.iloc[-1]) < 1e-9)",
        "ratio = scaled.close / adjusted.close",
        "self.show('same shape', lambda: abs(ratio.max() / ratio.min() - 1) < 1e-9)",
    )
    assert found == {"last": "True", "same shape": "True"}


def test_a_request_for_the_future_ends_now(run: Any) -> None:
    found = run("self.show('last', lambda: h(spy, datetime(2023, 11, 1), datetime(2024, 11, 1), D).index[-1][1] <= self.time)")
    assert found["last"] == "True"


def test_indicator_history_shows_parts_and_settings(run: Any) -> None:
    found = run(
        "r = self.indicator_history(BollingerBands(3, 2), spy, 5, D)",
        "f = r.data_frame",
        "self.show('columns', lambda: list(f.columns))",
        "self.show('type', lambda: f['movingaveragetype'].iloc[0])",
        "self.show('count', lambda: (len(r), r.count, len(f), len(r['upper_band'])))",
        "self.show('points', lambda: [p.value for p in r] == list(f.current))",
        "self.show('index', lambda: r[0])",
        "s = SimpleMovingAverage(3)",
        "closes = [b.close for b in h[TradeBar](spy, 7, D)]",
        "self.show('mean', lambda: abs(self.indicator_history(s, spy, 5, D).data_frame.current.iloc[-1] - sum(closes[-3:]) / 3) < 1e-9)",
        "w = SimpleMovingAverage(3)",
        "self.warm_up_indicator(spy, w, D)",
        "self.show('warm', lambda: (w.is_ready, w.samples, w.current.value == s.current.value))",
    )
    assert found["columns"] == (
        "['bandwidth', 'current', 'lowerband', 'middleband', 'movingaveragetype', 'percentb', 'price', 'standarddeviation', 'upperband']"
    )
    assert found["type"] == "Simple"
    assert found["count"] == "(5, 5, 5, 5)"
    assert found["points"] == found["mean"] == "True"
    assert found["index"].startswith("TypeError: No method matches given arguments for get_item")
    assert found["warm"] == "(True, 3, True)"

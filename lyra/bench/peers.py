"""The same strategy in other backtesters: `python -m lyra.bench.peers NAME FOLDER BARS` runs one and prints a line of JSON.

EMA(20/50) state cross, all cash in or out, 0.1 % fee each way, nothing in the first 500 bars.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

FAST, SLOW, QUIET, FEE, CASH = 20, 50, 500, 0.001, 100_000_000.0
_UNIT = 1e-8


def load(folder: Path, bars: int) -> Any:
    """(bars, 5): open, high, low, close, volume."""
    import numpy as np

    return np.load(folder / "minute.npy")[:bars]


def frame(rows: Any) -> Any:
    """The rows as a DataFrame with a minute index."""
    import pandas as pd

    index = pd.date_range("2024-01-01", periods=len(rows), freq="min")
    return pd.DataFrame(rows, index=index, columns=["Open", "High", "Low", "Close", "Volume"])


def run_backtesting(rows: Any) -> int:
    """backtesting.py with fractional units; completed round trips."""
    import backtesting
    import pandas as pd
    from backtesting.lib import FractionalBacktest

    warnings.filterwarnings("ignore")
    backtesting._tqdm = lambda items, **_: items

    def average(values: Any, span: int) -> Any:
        return pd.Series(values).ewm(span=span, adjust=False).mean().to_numpy()

    class Cross(backtesting.Strategy):  # type: ignore[misc, unused-ignore]
        def init(self) -> None:
            self.fast = self.I(average, self.data.Close, FAST)
            self.slow = self.I(average, self.data.Close, SLOW)

        def next(self) -> None:
            if len(self.data) <= QUIET:
                return
            if self.position:
                if self.fast[-1] < self.slow[-1]:
                    self.position.close()
            elif self.fast[-1] > self.slow[-1]:
                self.buy()

    result = FractionalBacktest(frame(rows), Cross, cash=CASH, commission=FEE, fractional_unit=_UNIT).run()
    return len(result["_trades"])


def run_backtrader(rows: Any) -> int:
    """backtrader with its own averages; completed round trips."""
    import backtrader as bt

    class Cross(bt.Strategy):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            self.fast = bt.indicators.EMA(self.data.close, period=FAST)
            self.slow = bt.indicators.EMA(self.data.close, period=SLOW)
            self.trips = 0

        def notify_trade(self, trade: Any) -> None:
            self.trips += trade.isclosed

        def next(self) -> None:
            if len(self.data) <= QUIET:
                return
            size = self.getposition().size
            if size:
                if self.fast[0] < self.slow[0]:
                    self.sell(size=size)
            elif self.fast[0] > self.slow[0]:
                self.buy(size=self.broker.getcash() / (1 + FEE) / self.data.close[0] * (1 - 1e-12))

    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(bt.feeds.PandasData(dataname=frame(rows), openinterest=None))
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(commission=FEE)
    cerebro.addstrategy(Cross)
    return int(cerebro.run()[0].trips)


class _Bar:
    __slots__ = ("close", "end_time", "high", "low", "open", "volume")

    def __init__(self, end_time: Any, opened: float, high: float, low: float, close: float, volume: float) -> None:
        self.end_time, self.open, self.high, self.low, self.close, self.volume = end_time, opened, high, low, close, volume


class _Ema:
    def __init__(self, period: int) -> None:
        self.k, self.samples, self.value = 2 / (period + 1), 0, 0.0

    def update(self, value: float) -> None:
        self.samples += 1
        self.value = value if self.samples == 1 else self.value + self.k * (value - self.value)


class _Bare:
    """The least that an event-driven engine in Python does: a bar object, a datetime and a call of the strategy per bar."""

    def __init__(self) -> None:
        self.cash, self.quantity, self.trips, self.order = CASH, 0.0, 0, 0.0
        self.fast, self.slow, self.bars = _Ema(FAST), _Ema(SLOW), 0

    def step(self, bar: _Bar) -> None:
        if self.order:
            self.cash -= self.order * bar.open + abs(self.order) * bar.open * FEE
            self.quantity += self.order
            self.trips += self.order < 0
            self.order = 0.0
            if abs(self.quantity) < 1e-12:
                self.quantity = 0.0
        self.fast.update(bar.close)
        self.slow.update(bar.close)
        self.on_data({"BTC": bar})

    def on_data(self, data: dict[str, _Bar]) -> None:
        self.bars += 1
        if self.bars <= QUIET:
            return
        if self.quantity:
            if self.fast.value < self.slow.value:
                self.order = -self.quantity
        elif self.fast.value > self.slow.value:
            self.order = self.cash / (1 + FEE) / data["BTC"].close


def run_bare(rows: Any) -> int:
    """The loop without an engine around it."""
    from datetime import datetime, timedelta

    engine, moment, minute = _Bare(), datetime(2024, 1, 1), timedelta(minutes=1)
    for row in rows.tolist():
        moment += minute
        engine.step(_Bar(moment, *row))
    return engine.trips


PEERS: dict[str, Callable[[Any], int]] = {"backtesting.py": run_backtesting, "backtrader": run_backtrader, "bare loop": run_bare}
MODULES = {"backtesting.py": "backtesting", "backtrader": "backtrader", "bare loop": "numpy"}


def main() -> None:
    """Run one and print its figures."""
    rows = load(Path(sys.argv[2]), int(sys.argv[3]))
    wall, cpu = time.perf_counter(), time.process_time()
    trades = PEERS[sys.argv[1]](rows)
    figures = {"bars": len(rows), "seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "trades": trades}
    print(json.dumps({**figures, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()

"""Makes `goldens/freqtrade.json`: what `technical` gives, whose `technical.qtpylib` is Freqtrade's too. Run where `technical` is installed.

python tests/indicators/make_freqtrade_goldens.py SHARED/exchange-candles
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import math
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from make_goldens import HERE, ROWS, made_up, real

NAMES = ("date", "open", "close", "high", "low", "volume")
MODULES = {
    "qtpylib": ("qtpylib",),
    "technical": ("indicators", "candles", "bouncyhouse", "trendline", "util", "indicator_helpers", "pivots_points"),
}
PRICE: dict[str, list[dict[str, Any]]] = {
    "cci": [{}, {"window": 20}],
    "atr": [{}, {"window": 5, "exp": True}], "awesome_oscillator": [{}, {"weighted": True, "fast": 3, "slow": 8}], "chopiness": [{}, {"window": 9}],
    "heikinashi": [{}], "ibs": [{}], "keltner_channel": [{}, {"window": 7, "atrs": 1.5}], "mid_price": [{}], "pvt": [{}],
    "rolling_vwap": [{}, {"window": 20}, {"window": 20, "min_periods": 1}], "stoch": [{}, {"window": 9, "d": 4, "k": 2}, {"fast": True}],
    "true_range": [{}], "typical_price": [{}], "zscore": [{}, {"window": 9, "stds": 2, "col": "high"}],
}  # fmt: skip
"""Functions of qtpylib that take a frame, and their settings."""
SERIES: dict[str, list[dict[str, Any]]] = {
    "bollinger_bands": [{}, {"window": 7, "stds": 1.5}], "weighted_bollinger_bands": [{}, {"window": 7, "stds": 1.5}],
    "hma": [{}, {"window": 9}, {"window": 16, "min_periods": 1}], "hull_moving_average": [{"window": 20}], "implied_volatility": [{}, {"window": 20}],
    "log_returns": [{}], "returns": [{}], "macd": [{}, {"fast": 12, "slow": 26, "smooth": 9}], "numpy_rolling_mean": [{"window": 9}],
    "numpy_rolling_std": [{"window": 9}, {"window": 9, "as_source": True}], "roc": [{}, {"window": 5}],
    "rolling_max": [{}, {"window": 5}, {"min_periods": 1}], "rolling_min": [{}, {"window": 5}, {"min_periods": 1}],
    "rolling_mean": [{}, {"window": 9}, {"window": 9, "min_periods": 1}], "rolling_std": [{}, {"window": 9}, {"window": 9, "min_periods": 1}],
    "rolling_weighted_mean": [{}, {"window": 9}, {"window": 9, "min_periods": 1}], "rsi": [{}, {"window": 7}], "sma": [{"window": 9}],
    "wma": [{"window": 9}], "tdi": [{}, {"rsi_lookback": 7, "bb_lookback": 20}], "zlma": [{}, {"kind": "hma"}],
    "zlema": [{"window": 9}], "zlhma": [{"window": 16}],
}  # fmt: skip
"""Functions of qtpylib that take a series."""
FRAME: dict[str, list[dict[str, Any]]] = {
    "MADR": [{}, {"length": 9, "stds_dist": 1, "matype": "ema"}], "PMAX": [{"MAtype": n} for n in range(1, 10)] + [{"src": 2}, {"src": 3, "length": 5}],
    "RMI": [{}, {"length": 9, "mom": 3}], "SSLChannels": [{}, {"length": 5, "mode": "ema"}], "TKE": [{}, {"length": 9, "emaperiod": 3}],
    "VIDYA": [{}, {"length": 5, "select": False}], "fibonacci_retracements": [{}, {"window": 30, "field": "high"}, {"window": 0}],
    "ichimoku": [{}, {"conversion_line_period": 5, "base_line_periods": 10, "laggin_span": 20, "displacement": 8}],
    "laguerre": [{}, {"gamma": 0.5, "smooth": 3}], "madrid_sqz": [{}, {"length": 20, "ref": 8, "sqzLen": 4}], "mmar": [{}, {"matype": "SMA"}],
    "osc": [{}, {"periods": 9}], "stc": [{}, {"fast": 10, "slow": 20, "length": 5}],
    "td_sequential": [{}], "tv_alma": [{}, {"length": 9, "offset": 1, "sigma": 6}], "tv_hma": [{}, {"length": 16, "field": "high"}],
    "tv_trama": [{}, {"length": 14}], "tv_wma": [{}, {"length": 5}], "vfi": [{}, {"length": 30, "smoothVFI": True}], "vpci": [{}, {"period_long": 10}],
    "vpcii": [{}, {"hist": 5, "hist_long": 10}], "vwmacd": [{}, {"fastperiod": 5, "slowperiod": 9, "signalperiod": 4}],
    "williams_percent": [{}, {"period": 7}], "bollinger_bands": [{}, {"period": 9, "stdv": 1, "ma_type": "ema"}], "dema": [{"period": 9}],
    "ema": [{"period": 9}], "hull_moving_average": [{"period": 9}, {"period": 16, "field": "low"}], "rma": [{"period": 9}],
    "sma": [{"period": 9}], "tema": [{"period": 9}], "vwma": [{"window": 9}], "zema": [{"period": 9}],
    "supertrend": [{}, {"period": 7, "multiplier": 2}], "atr_percent": [{}, {"period": 7}], "chopiness": [{}, {"period": 7}],
    "chaikin_money_flow": [{}], "cmf": [{}, {"period": 9}], "heikinashi": [{}], "doji": [{}, {"exact": True}], "gentrends": [{}, {"window": 30}],
    "segtrends": [{}, {"segments": 5}], "bounce": [{"level": 100.0}, {"level": 0.03}], "touches": [{"level": 100.0}, {"level": 0.03}],
    "pivots_points": [{}, {"timeperiod": 9, "levels": 5}, {"levels": 1}],
    "resample_to_interval": [{"interval": 60}, {"interval": "1h"}], "compute_interval": [{}, {"exchange_interval": True}],
}  # fmt: skip
"""Functions of `technical` that take a frame."""
HELPERS: dict[str, list[dict[str, Any]]] = {
    "ehlers_super_smoother": [{}, {"smoothing": 9}], "fishers_inverse": [{}, {"smoothing": 3}], "went_down": [{}], "went_up": [{}],
}  # fmt: skip
"""Functions of `technical` that take a series."""
VOTES: dict[str, list[dict[str, Any]]] = {
    "rsi": [{}, {"period": 7, "impact_buy": 2}], "stoch": [{}], "stoch_rsi": [{}, {"period": 9, "smoothk": 4}], "macd_cross_over": [{}], "macd": [{}],
    "hull": [{}, {"period": 5, "field": "open"}], "vwma": [{}], "tema": [{"period": 9}, {"period": 9, "field": "open"}], "ema": [{"period": 21}],
    "sma": [{"period": 21}, {"period": 50, "field": "high"}], "laguerre": [{}], "osc": [{}], "cmf": [{}, {"period": 3}],
    "cci": [{}, {"sell_signal": 50, "buy_signal": -50}], "cmo": [{}, {"period": 5}], "ichimoku": [{}], "ultimate_oscilator": [{}], "williams": [{}],
    "momentum": [{}], "adx": [{}, {"use_di": False}, {"period": 5, "trend_line": 40}], "ao": [{}], "bbp": [{}],
}  # fmt: skip
"""What a consensus evaluates, and its settings."""
TABLES = ("MovingAverageConsensus", "OscillatorConsensus", "SummaryConsensus")
CROSSES: dict[str, list[dict[str, Any]]] = {
    "crossed": [{}, {"direction": "above"}, {"direction": "below"}],
    "crossed_above": [{}],
    "crossed_below": [{}],
}


def cases() -> list[tuple[str, str, tuple[Any, ...], dict[str, Any]]]:
    """Namespace, function, inputs (columns, the frame or a number), settings."""
    groups: list[tuple[str, tuple[Any, ...], dict[str, list[dict[str, Any]]]]] = [
        ("qtpylib", ("frame",), PRICE), ("qtpylib", ("close",), SERIES), ("qtpylib", ("close", "open"), CROSSES), ("qtpylib", ("close", 0.031), CROSSES),
        ("technical", ("frame",), FRAME), ("technical", ("close",), HELPERS),
    ]  # fmt: skip
    return [(space, name, inputs, settings) for space, inputs, names in groups for name, all_of in names.items() for settings in all_of]


def polled(namespace: Any, name: str, candles: pd.DataFrame, settings: dict[str, Any]) -> dict[str, Any]:
    """The score of one indicator's votes; or of a whole table, smoothed, together with two more and with another table."""
    # Where nothing moves, rounding alone decides whether a price lies above its own mean.
    candles = candles[candles["close"].diff() != 0].reset_index(drop=True)
    if name not in TABLES:
        table = namespace.Consensus(candles)
        getattr(table, f"evaluate_{name}")(**settings)
        return table.score()
    table = getattr(namespace, name)(candles)
    table.evaluate_rsi(period=5, impact_buy=3)
    table.evaluate_rsi(period=5, impact_sell=2)
    table.evaluate_consensus(
        namespace.OscillatorConsensus(candles), "other", smooth=2, buy_score=30, sell_score=30, impact_buy=2, average=True
    )
    return table.score(**settings)


def polls() -> list[tuple[str, dict[str, Any]]]:
    """What is polled, and its settings."""
    tables = [(name, settings) for name in TABLES for settings in ({}, {"smooth": 3})]
    return [*((name, settings) for name, all_of in VOTES.items() for settings in all_of), *tables]


def frame(candles: np.ndarray) -> pd.DataFrame:
    """Freqtrade's frame of candles."""
    made = pd.DataFrame(dict(zip(NAMES, candles.T, strict=True)))
    made["date"] = pd.to_datetime(made["date"].astype("int64"), unit="ms", utc=True)
    return made[["date", "open", "high", "low", "close", "volume"]]


def parts(result: Any) -> dict[str, Any]:
    """The columns of what a function gives."""
    if isinstance(result, dict | pd.DataFrame):
        return {str(name): result[name] for name in result}
    if isinstance(result, tuple):
        return {str(number): part for number, part in enumerate(result)}
    return {"value": result}


def shown(values: Any) -> Any:
    """The kept rows of a column, as JSON has them; NaN as None."""
    if isinstance(values, pd.Series | np.ndarray):
        rows = values.iloc if isinstance(values, pd.Series) else values
        return [_plain(rows[row]) for row in ROWS if row < len(values)]
    return _plain(values)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, pd.Timestamp):
        return str(value)
    return float(value) if math.isfinite(value) else None


def main() -> None:
    import technical.qtpylib

    # pivots_points takes Freqtrade's own copy of qtpylib, which is the one that `technical` has too
    for name in ("freqtrade", "freqtrade.vendor", "freqtrade.vendor.qtpylib"):
        sys.modules[name] = ModuleType(name)
    sys.modules["freqtrade.vendor.qtpylib.indicators"] = technical.qtpylib
    sys.modules["freqtrade.vendor.qtpylib"].indicators = technical.qtpylib
    series = {"made_up": frame(made_up()), "real": frame(real(Path(sys.argv[1])))}
    found: list[dict[str, Any]] = []
    for space, name, inputs, settings in cases():
        modules = [importlib.import_module(f"technical.{module}") for module in MODULES[space]]
        function = next(getattr(module, name) for module in modules if hasattr(module, name))
        for key, candles in series.items():
            of = candles.copy()
            given = [of if each == "frame" else of[each] if isinstance(each, str) else each for each in inputs]
            try:
                with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                    warnings.simplefilter("ignore")
                    result = function(*given, **settings)
            except Exception as e:  # what the original itself cannot do is no golden
                print(name, settings, key, type(e).__name__, e)
                continue
            columns = {part: shown(values) for part, values in parts(result).items()}
            case = {"of": space, "name": name, "inputs": inputs, "settings": settings, "series": key, "kind": type(result).__name__}
            found.append({**case, "parts": columns})
    modules = [
        importlib.import_module(f"technical.consensus.{module}") for module in ("consensus", "movingaverage", "oscillator", "summary")
    ]
    originals = SimpleNamespace(**{name: of for module in modules for name, of in vars(module).items() if name.endswith("Consensus")})
    votes: list[dict[str, Any]] = []
    for name, settings in polls():
        for key, candles in series.items():
            scores = polled(originals, name, candles, settings)
            sums = {part: float(values.sum()) for part, values in scores.items()}
            kept = {part: shown(values) for part, values in scores.items()}
            votes.append({"name": name, "settings": settings, "series": key, "sums": sums, "parts": kept})
    whole = {"technical": version("technical"), "rows": ROWS, "goldens": found, "votes": votes}
    (HERE / "goldens" / "freqtrade.json").write_text(json.dumps(whole, separators=(",", ":")) + "\n", encoding="utf-8")
    print(len(found), "goldens of", len({(case["of"], case["name"]) for case in found}), "functions")


if __name__ == "__main__":
    main()

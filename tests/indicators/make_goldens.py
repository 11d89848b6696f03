"""Makes `goldens/jesse.json`: what Jesse's own indicators give. Run in an environment with `jesse` installed; nothing of it is needed after that.

python tests/indicators/make_goldens.py SHARED/exchange-candles
"""

from __future__ import annotations

import contextlib
import inspect
import json
import math
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ROWS = (0, 1, 2, 3, 4, 5, 8, 9, 10, 13, 14, 19, 20, 29, 30, 39, 40, 49, 50, 76, 77, 99, 124, 149, 199, 239, 240, 299, 333, 399)
"""Rows of 400 whose values are kept."""
OTHERS: dict[str, list[dict[str, Any]]] = {
    "ema": [{"period": 21}], "sma": [{"period": 21, "source_type": "hl2"}], "rsi": [{"period": 7}], "supertrend": [{"period": 7, "factor": 2.0}],
    "bollinger_bands": [{"period": 10, "devup": 1.5, "devdn": 2.5}], "macd": [{"fast_period": 5, "slow_period": 13, "signal_period": 4}],
    "gauss": [{"poles": 2}], "t3": [{"vfactor": 0.7}], "chande": [{"direction": "short"}], "devstop": [{"direction": "short"}],
    "kaufmanstop": [{"direction": "short"}], "safezonestop": [{"direction": "short"}], "pivot": [{"mode": m} for m in range(1, 5)],
    "ma": [{"matype": m} for m in range(1, 40)], "hull_suit": [{"mode_switch": "Ehma"}, {"mode_switch": "Thma"}], "vwap": [{"anchor": "h"}],
    "stddev": [{"nbdev": 2}], "zscore": [{"devtype": 1}, {"devtype": 2}], "vidya": [{"fix_cmo": False}, {"select": False}],
    "alma": [{"period": 21, "sigma": 4.0, "distribution_offset": 0.5}], "bandpass": [{"period": 33, "bandwidth": 0.1}],
    "dec_osc": [{"hp_period": 51, "k": 2.5}], "epma": [{"period": 20, "offset": 2}], "frama": [{"window": 16, "FC": 4, "SC": 200}],
    "hma": [{"period": 16}], "hwma": [{"na": 0.3, "nb": 0.2, "nc": 0.05}], "itrend": [{"alpha": 0.2}], "jma": [{"phase": -120, "power": 1}],
    "kama": [{"period": 5, "fast_length": 3, "slow_length": 20}], "maaq": [{"period": 5, "fast_period": 4, "slow_period": 15}],
    "mama": [{"fastlimit": 0.8, "slowlimit": 0.01}], "mcginley_dynamic": [{"period": 20, "k": 1}], "reflex": [{"period": 9}],
    "trendflex": [{"period": 9}], "rsx": [{"period": 4}], "voss": [{"period": 14, "predict": 2, "bandwith": 0.4}],
    "vlma": [{"min_period": 3, "max_period": 20, "matype": 1, "devtype": 1}, {"matype": 24}], "keltner": [{"multiplier": 1.5, "matype": 24}],
    "squeeze_momentum": [{"length": 10, "length_kc": 15, "mult_kc": 1.0}], "apo": [{"matype": 24}], "ppo": [{"matype": 1}],
    "wt": [{"wtchannellen": 5, "wtmalen": 6, "oblevel": 20, "oslevel": -20, "source_type": "close"}], "emd": [{"period": 30, "delta": 0.2}],
    "kst": [{"sma_period1": 4, "sma_period4": 20, "roc_period4": 12, "signal_period": 5}], "tsi": [{"long_period": 10, "short_period": 3}],
    "stiffness": [{"ma_length": 30, "stiff_length": 20, "stiff_smooth": 5}], "ttm_squeeze": [{"length_ttms": 10, "kc_mult_low_ttms": 1.0}],
    "waddah_attar_explosion": [{"fast_length": 5, "slow_length": 9, "channel_length": 7}],
}  # fmt: skip
"""Further settings, beside the defaults."""


def made_up(count: int = 400) -> np.ndarray:
    """Candles of a walk with gaps, a flat stretch and bars without volume; rounded, so that they are the same everywhere."""
    rng = np.random.default_rng(42)
    close = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.01, count))), 2)
    close[150:160] = close[150]
    open_ = np.round(np.concatenate([[close[0]], close[:-1]]) * (1 + rng.normal(0, 0.001, count)), 2)
    high = np.round(np.maximum(open_, close) * (1 + rng.exponential(0.004, count)), 2)
    low = np.round(np.minimum(open_, close) * (1 - rng.exponential(0.004, count)), 2)
    volume = np.round(rng.exponential(1000, count), 1)
    volume[[60, 61, 200]] = 0.0
    time = 1_577_836_800_000 + 900_000 * np.arange(count)
    return np.column_stack([time, open_, close, high, low, volume])


def real(folder: Path, count: int = 400) -> np.ndarray:
    """Candles of ETH/BTC from an exchange."""
    import pandas as pd

    frame = pd.read_feather(folder / "ETH_BTC-5m.feather").iloc[1_000 : 1_000 + count]
    time = frame["date"].astype("int64") // (10**6 if frame["date"].astype("int64").iloc[0] > 10**17 else 1)
    return np.column_stack([time, *(frame[name] for name in ("open", "close", "high", "low", "volume"))]).astype(float)


def golden(function: Any, candles: np.ndarray, settings: dict[str, Any]) -> Any:
    """Values at the rows (NaN as None), of each part where there are several; and the value without `sequential`."""
    found: dict[str, Any] = {"settings": settings}
    with contextlib.suppress(TypeError):
        found["rows"] = _parts(function(candles, sequential=True, **settings), sequence=True)
    arguments = dict(settings)
    if function.__name__ == "squeeze_momentum":
        arguments["sequential"] = False
    found["last"] = _parts(function(candles, **arguments), sequence=False)
    return found


def _parts(result: Any, sequence: bool) -> dict[str, Any]:
    fields = result._asdict() if hasattr(result, "_asdict") else {"value": result}
    if sequence and "momentum_signal" in fields:  # Jesse's list lacks the first row, and has a number also where there is no momentum
        signals = zip(fields["momentum"], [None, *fields["momentum_signal"]], strict=True)
        fields["momentum_signal"] = [signal if math.isfinite(momentum) else None for momentum, signal in signals]
    return {name: [_number(value[row]) for row in ROWS] if sequence else _number(value) for name, value in fields.items()}


def _number(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    value = float(value)
    return value if math.isfinite(value) else None


def main() -> None:
    import jesse.indicators as ta

    series = {"made_up": made_up(), "real": real(Path(sys.argv[1]))}
    goldens: dict[str, Any] = {}
    signatures: dict[str, dict[str, Any]] = {}
    for name in sorted(dir(ta)):
        function = getattr(ta, name)
        if name.startswith("_") or not callable(function) or not getattr(function, "__module__", "").startswith("jesse.indicators"):
            continue
        signatures[name] = {
            parameter.name: plain(parameter.default) for parameter in list(inspect.signature(function).parameters.values())[1:]
        }
        for settings in ({}, *OTHERS.get(name, [])):
            for key, candles in series.items():
                try:
                    if name in ("beta", "rsmk"):
                        other = candles.copy()
                        other[:, 1:5] = candles[::-1, 1:5]
                        found = golden(lambda c, f=function, o=other, **more: f(c, o, **more), candles, settings)
                    else:
                        found = golden(function, candles, settings)
                except Exception as e:  # what Jesse itself cannot do is no golden
                    print(name, settings, key, type(e).__name__, e)
                    continue
                goldens.setdefault(name, []).append({"series": key, **found})
    whole = {"jesse": version("jesse"), "rows": ROWS, "goldens": goldens}
    (HERE / "goldens" / "jesse.json").write_text(json.dumps(whole, separators=(",", ":")) + "\n", encoding="utf-8")
    told = json.dumps({"version": version("jesse"), "signatures": signatures}, separators=(",", ":")) + "\n"
    (HERE / "goldens" / "jesse_signatures.json").write_text(told, encoding="utf-8")
    print(len(goldens), "functions")


def plain(default: Any) -> Any:
    """A default as JSON has it; None where there is none."""
    return None if default is inspect.Parameter.empty else default


if __name__ == "__main__":
    main()

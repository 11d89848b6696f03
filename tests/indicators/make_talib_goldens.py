"""Makes `goldens/talib.json`: what TA-Lib's own functions give. Run in an environment with `TA-Lib` installed; nothing of it is needed after that.

python tests/indicators/make_talib_goldens.py SHARED/exchange-candles
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from make_goldens import ROWS, made_up, real

HERE = Path(__file__).parent
LEFT_OUT = ("Pattern Recognition",)
"""`make_pattern_goldens.py` has those."""
TYPES = range(14)
OTHERS: dict[str, list[dict[str, Any]]] = {
    **{name: [{"timeperiod": 1}, {"timeperiod": 7}, {"timeperiod": 30}] for name in (
        "DEMA", "EMA", "HMA", "KAMA", "RMA", "SMA", "TEMA", "TRIMA", "VWMA", "WMA", "ZLEMA", "PLUS_DM", "MINUS_DM", "PLUS_DI", "MINUS_DI",
        "ATR", "NATR")},
    **{name: [{"timeperiod": 2}, {"timeperiod": 5}, {"timeperiod": 31}] for name in (
        "ADX", "ADXR", "AROON", "AROONOSC", "CCI", "CMO", "DX", "DPO", "ER", "ERI", "IMI", "MFI", "RSI", "VHF", "VORTEX", "WILLR", "MIDPOINT",
        "MIDPRICE", "DONCHIAN", "BETA", "CORREL", "LINEARREG", "LINEARREG_ANGLE", "TSF", "STDDEV", "CMF", "EFI", "RVOL", "AVGDEV",
        "ADR", "PERCENTRANK", "QSTICK", "CMOU", "FOSC", "ACCBANDS")},
    "MA": [{"timeperiod": 10, "matype": m} for m in TYPES], "BBANDS": [{"timeperiod": 10, "nbdevup": 1.5, "matype": m} for m in TYPES],
    "APO": [{"matype": m} for m in TYPES] + [{"fastperiod": 30, "slowperiod": 10}], "PPO": [{"matype": m} for m in TYPES],
    "PVO": [{"matype": 0}, {"fastperiod": 30, "slowperiod": 10}],
    "MACD": [{"fastperiod": 5, "slowperiod": 13, "signalperiod": 4}, {"fastperiod": 20, "slowperiod": 10}, {"signalperiod": 1}],
    "MACDEXT": [{"fastmatype": 1, "slowmatype": 3, "signalmatype": 6}, {"fastmatype": 11, "slowmatype": 2, "signalmatype": 10}],
    "MACDFIX": [{"signalperiod": 5}], "STOCH": [{"fastk_period": 14, "slowk_matype": 1, "slowd_matype": 13, "slowd_period": 5}],
    "STOCHF": [{"fastk_period": 14, "fastd_matype": 3}], "STOCHRSI": [{"timeperiod": 7, "fastk_period": 9, "fastd_matype": 1}],
    "KDJ": [{"fastk_period": 14, "slowk_matype": 0, "slowd_period": 5}], "SMI": [{"timeperiod": 5, "fastperiod": 3, "slowperiod": 10}],
    "TRIX": [{"timeperiod": 5}], "TSI": [{"firstperiod": 10, "secondperiod": 5}], "MOM": [{"timeperiod": 3}], "ROC": [{"timeperiod": 3}],
    "ULTOSC": [{"timeperiod1": 5, "timeperiod2": 20, "timeperiod3": 9}], "MAMA": [{"fastlimit": 0.8, "slowlimit": 0.01}],
    "KC": [{"timeperiod": 7, "atrperiod": 14, "nbdev": 1.5}, {"atrperiod": 40}], "T3": [{"timeperiod": 8, "vfactor": 0.3}],
    "SAR": [{"acceleration": 0.05, "maximum": 0.1}, {"acceleration": 0.3}], "SUPERTREND": [{"timeperiod": 5, "multiplier": 1.5}],
    "SAREXT": [{"startvalue": 90, "offsetonreverse": 0.01}, {"startvalue": -90}, {"accelerationlong": 0.04, "accelerationmaxshort": 0.1}],
    "PERCENTILE": [{"timeperiod": 9, "percentile": 25.0}, {"percentile": 0.0}, {"percentile": 100.0}, {"timeperiod": 20, "percentile": 33.0}],
    "VAR": [{"timeperiod": 20, "nbdev": 2.0}], "RVI": [{"timeperiod": 5, "stddevperiod": 7}], "CVI": [{"timeperiod": 5, "rocperiod": 3}],
    "MASSI": [{"fastperiod": 5, "slowperiod": 10}], "ADOSC": [{"fastperiod": 10, "slowperiod": 3}, {"slowperiod": 20}],
    "AO": [{"fastperiod": 3, "slowperiod": 10}], "AC": [{"signalperiod": 9}], "COPPOCK": [{"wmaperiod": 5, "roc1period": 20, "roc2period": 8}],
    **{name: [{"timeperiod": 2}, {"timeperiod": 7}] for name in (
        "MAX", "MAXINDEX", "MIN", "MININDEX", "MINMAX", "MINMAXINDEX", "SUM")},
    "FRACTAL": [{"leftbars": 3, "rightbars": 1}], "MAVP": [{"minperiod": 5, "maxperiod": 12, "matype": 1}],
}  # fmt: skip
"""Further settings, beside the defaults."""


def inputs(function: Any, candles: np.ndarray) -> list[np.ndarray]:
    """The columns that a function of `talib.abstract` takes, in its order; MAVP's periods go from 0 to 39 over and over."""
    columns = {"open": 1, "close": 2, "high": 3, "low": 4, "volume": 5}
    fields = [field for given in function.input_names.values() for field in ([given] if isinstance(given, str) else given)]
    return [np.arange(len(candles)) % 40.0 if field == "periods" else np.ascontiguousarray(candles[:, columns[field]]) for field in fields]


def main() -> None:
    import talib
    from talib import abstract

    series = {"made_up": made_up(), "real": real(Path(sys.argv[1])), "flat": np.full((400, 6), 5.0), "zero": np.zeros((400, 6))}
    goldens: dict[str, Any] = {}
    for group, names in talib.get_function_groups().items():
        for name in () if group in LEFT_OUT else names:
            function = abstract.Function(name)
            for settings in ({}, *OTHERS.get(name, [])):
                for key, candles in series.items() if settings == {} else list(series.items())[:2]:
                    found = getattr(talib, name)(*inputs(function, candles), **settings)
                    parts = found if isinstance(found, tuple) else (found,)
                    rows = [[float(part[row]) if math.isfinite(part[row]) else None for row in ROWS] for part in parts]
                    unknown = [int((~np.isfinite(part)).sum()) for part in parts]
                    goldens.setdefault(name, []).append({"series": key, "settings": settings, "rows": rows, "unknown": unknown})
    whole = {"talib": talib.__version__, "rows": ROWS, "goldens": goldens}
    (HERE / "goldens" / "talib.json").write_text(json.dumps(whole, separators=(",", ":")) + "\n", encoding="utf-8")
    print(len(goldens), "functions")


if __name__ == "__main__":
    main()

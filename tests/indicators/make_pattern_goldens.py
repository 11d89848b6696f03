"""Makes `goldens/patterns.json`: where TA-Lib's own functions find candlestick patterns. Run in an environment with `TA-Lib` installed.

python tests/indicators/make_pattern_goldens.py SHARED/exchange-candles
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from make_goldens import HERE, real

SEEDS = (49, 43, 93, 286, 11, 27, 218, 1514)
"""Of `wild`, such that every pattern is found at least once."""
DEPTHS = (0.0, 0.1, 0.7)
"""Settings of `penetration`, beside the default."""


def wild(seed: int, count: int = 300) -> tuple[np.ndarray, ...]:
    """Open, high, low and close of a made-up walk in whole cents: runs of a color, equal prices, bodies and shadows of every size."""
    rng = np.random.default_rng(seed)
    span = np.repeat(rng.integers(0, 5, count // 5 + 1), 5)[:count]
    color = np.where(span == 0, rng.choice([-1, 1], count), np.where(span < 3, -1, 1))
    body = rng.choice([0, 1, 2, 6, 10, 15, 30], count) * color
    gap = rng.choice([0, 0, 1, -1, 3, -3, 8, -8, 14, -14], count) + np.where(rng.random(count) < 0.3, -body // 2, 0)
    up = rng.choice([0, 0, 0, 1, 2, 5, 20, 40], count)
    down = rng.choice([0, 0, 0, 1, 2, 5, 20, 40], count)
    close = 10_000 + np.cumsum(gap + body)
    open_ = close - body
    return tuple(prices / 100 for prices in (open_, np.maximum(open_, close) + up, np.minimum(open_, close) - down, close))


def exchange(folder: Path) -> tuple[np.ndarray, ...]:
    """The same of ETH/BTC on an exchange."""
    candles = real(folder, 2_000)
    return tuple(np.ascontiguousarray(candles[:, column]) for column in (1, 3, 4, 2))


def main() -> None:
    import talib
    from talib import abstract

    series = {**{str(seed): wild(seed) for seed in SEEDS}, "real": exchange(Path(sys.argv[1]))}
    goldens: dict[str, Any] = {}
    for name in talib.get_function_groups()["Pattern Recognition"]:
        function = abstract.Function(name)
        settings = [{}, *({"penetration": depth} for depth in DEPTHS if "penetration" in function.parameters)]
        goldens[name] = {"lookback": function.lookback, "cases": []}
        for given in settings:
            for key, columns in series.items():
                found = getattr(talib, name)(*columns, **given)
                rows = np.flatnonzero(found)
                by_value = {str(value): rows[found[rows] == value].tolist() for value in sorted(set(found[rows].tolist()))}
                goldens[name]["cases"].append({"series": key, "settings": given, "found": by_value})
        assert any(case["found"] for case in goldens[name]["cases"] if not case["settings"] and case["series"] != "real"), name
    whole = {"talib": talib.__version__, "goldens": goldens}
    (HERE / "goldens" / "patterns.json").write_text(json.dumps(whole, separators=(",", ":")) + "\n", encoding="utf-8")
    print(len(goldens), "patterns")


if __name__ == "__main__":
    main()

"""Freqtrade's indicator helpers by name: `from lyra_ai.indicators.freqtrade import qtpylib, technical`, then `qtpylib.crossed_above(a, b)`.

`qtpylib` has the functions of `freqtrade.vendor.qtpylib.indicators`, `technical` those of the `technical` package (1.7.0, where the values are
compared with). They take and give pandas' series and frames; a frame has Freqtrade's columns date, open, high, low, close, volume, and is left
as it was. Nothing of either is needed: the formulas are those of the named authors. What looks ahead in the original (it is said where) does so
here too, since a ported strategy must see the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import NAN, whole

Frame = Any
Series = Any
"""pandas' own; pandas is imported where it is used."""


class qtpylib:
    """Ran Aroussi's QTPyLib helpers (Apache-2.0 library, 2016), as Freqtrade has them. Deviations are of the sample (n - 1)."""

    @staticmethod
    def numpy_rolling_window(data: Any, window: int) -> NDArray[np.float64]:
        """Every run of `window` values, shape (n - window + 1, window)."""
        return np.lib.stride_tricks.sliding_window_view(np.asarray(data, dtype=np.float64), window)

    @staticmethod
    def numpy_rolling_series(func: Callable[[Any, int], Any]) -> Callable[..., Any]:
        """Make of `func(data, window)` one that gives as many values as there are rows, and with `as_source` a series like its input."""

        def rolled(data: Any, window: int, as_source: bool = False) -> Any:
            values = np.asarray(data, dtype=np.float64)
            found = np.full(len(values), NAN)
            calculated = func(values, window)
            found[len(found) - len(calculated) :] = calculated
            return _like(data, found) if as_source and hasattr(data, "index") else found

        return rolled

    @staticmethod
    def numpy_rolling_mean(data: Any, window: int, as_source: bool = False) -> Any:
        """Mean of the last `window` values, as an array, or as a series with `as_source`."""
        return qtpylib.numpy_rolling_series(lambda values, n: qtpylib.numpy_rolling_window(values, n).mean(axis=1))(data, window, as_source)

    @staticmethod
    def numpy_rolling_std(data: Any, window: int, as_source: bool = False) -> Any:
        """Deviation of the last `window` values, as an array, or as a series with `as_source`."""
        return qtpylib.numpy_rolling_series(lambda values, n: qtpylib.numpy_rolling_window(values, n).std(axis=1, ddof=1))(
            data, window, as_source
        )

    @staticmethod
    def nans(length: int = 1) -> NDArray[np.float64]:
        """So many NaN."""
        return np.full(length, NAN)

    @staticmethod
    def session(df: Frame, start: str = "17:00", end: str = "16:00") -> Frame:
        """The rows since the session of the last row's day began: at `start` of that day, or of the day before where it ends before it starts.

        The index is of times. `end` says only whether the session goes over midnight.
        """
        if len(df) == 0:
            return df
        day = df.index[-1].normalize()
        hour, minute = (int(part) for part in start.split(":")[:2])
        begin = day.replace(hour=hour, minute=minute)
        if [int(part) for part in end.split(":")[:2]] <= [hour, minute]:
            begin = begin - np.timedelta64(1, "D")
        return df[df.index >= begin].copy()

    @staticmethod
    def heikinashi(bars: Frame) -> Frame:
        """Heikin-Ashi candles: close (o + h + l + c) / 4, open the middle of the candle before (of the bar, at first)."""
        import pandas as pd

        open_, high, low, close = _ohlc(bars)
        made_close = (open_ + high + low + close) / 4
        made_open = np.empty(len(bars))
        value = (open_[0] + close[0]) / 2 if len(bars) else NAN
        for row, last in enumerate(made_close.tolist()):
            made_open[row] = value
            value = (value + last) / 2
        top, bottom = np.maximum(made_open, made_close), np.minimum(made_open, made_close)
        return pd.DataFrame(
            {"open": made_open, "high": np.maximum(high, top), "low": np.minimum(low, bottom), "close": made_close}, index=bars.index
        )

    @staticmethod
    def tdi(
        series: Series,
        rsi_lookback: int = 13,
        rsi_smooth_len: int = 2,
        rsi_signal_len: int = 7,
        bb_lookback: int = 34,
        bb_std: float = 1.6185,
    ) -> Frame:
        """Dean Malone's Traders Dynamic Index: the RSI, two means of it, and its Bollinger bands."""
        import pandas as pd

        rsi = qtpylib.rsi(series, rsi_lookback)
        bands = qtpylib.bollinger_bands(rsi, bb_lookback, bb_std)
        signal, smooth = qtpylib.sma(rsi, rsi_signal_len), qtpylib.sma(rsi, rsi_smooth_len)
        found = {"rsi": rsi, "rsi_signal": signal, "rsi_smooth": smooth}
        found |= {"rsi_bb_upper": bands["upper"], "rsi_bb_lower": bands["lower"], "rsi_bb_mid": bands["mid"]}
        return pd.DataFrame(found, index=series.index)

    @staticmethod
    def awesome_oscillator(df: Frame, weighted: bool = False, fast: int = 5, slow: int = 34) -> Series:
        """Bill Williams's oscillator: a fast mean of the middle price less a slow one; `weighted` by exponential means of centre of mass."""
        middle = (df["high"] + df["low"]) / 2
        if weighted:
            return middle.ewm(com=fast).mean() - middle.ewm(com=slow).mean()
        return qtpylib.rolling_mean(middle, fast) - qtpylib.rolling_mean(middle, slow)

    @staticmethod
    def typical_price(bars: Frame) -> Series:
        """(high + low + close) / 3."""
        return (bars["high"] + bars["low"] + bars["close"]) / 3

    @staticmethod
    def mid_price(bars: Frame) -> Series:
        """(high + low) / 2."""
        return (bars["high"] + bars["low"]) / 2

    @staticmethod
    def ibs(bars: Frame) -> Series:
        """Internal bar strength: where in its range the bar closed, 0 to 1, rounded to two places."""
        return ((bars["close"] - bars["low"]) / (bars["high"] - bars["low"])).round(2)

    @staticmethod
    def true_range(bars: Frame) -> Series:
        """Wilder's true range; the range alone for the first bar."""
        before = bars["close"].shift(1)
        return bars["high"].where(~(before > bars["high"]), before) - bars["low"].where(~(before < bars["low"]), before)

    @staticmethod
    def atr(bars: Frame, window: int = 14, exp: bool = False) -> Series:
        """Mean of the true range, not Wilder's smoothing; an exponential one with `exp`."""
        ranges = qtpylib.true_range(bars)
        return qtpylib.rolling_weighted_mean(ranges, window) if exp else qtpylib.rolling_mean(ranges, window)

    @staticmethod
    def crossed(series1: Series, series2: Any, direction: str | None = None) -> Series:
        """Whether `series1` went from one side of `series2` (a series or a number) to the other in this row; in the `direction` above or below."""
        if direction not in (None, "above", "below"):
            raise SettingError(f"direction is {direction!r}; it must be 'above', 'below' or None.")
        import pandas as pd

        one = series1 if isinstance(series1, pd.Series) else pd.Series(series1)
        other = series2 if isinstance(series2, pd.Series) else pd.Series(series2, index=one.index)
        above = (one > other) & (one.shift(1) <= other.shift(1))
        below = (one < other) & (one.shift(1) >= other.shift(1))
        return above if direction == "above" else below if direction == "below" else above | below

    @staticmethod
    def crossed_above(series1: Series, series2: Any) -> Series:
        """Whether `series1` is above `series2` now and was not in the row before."""
        return qtpylib.crossed(series1, series2, "above")

    @staticmethod
    def crossed_below(series1: Series, series2: Any) -> Series:
        """Whether `series1` is below `series2` now and was not in the row before."""
        return qtpylib.crossed(series1, series2, "below")

    @staticmethod
    def rolling_std(series: Series, window: int = 200, min_periods: int | None = None) -> Series:
        """Deviation of the last `window` values; of at least `min_periods`, all of them unless it is set."""
        return _rolling(series, window, min_periods).std()

    @staticmethod
    def rolling_mean(series: Series, window: int = 200, min_periods: int | None = None) -> Series:
        """Mean of the last `window` values."""
        return _rolling(series, window, min_periods).mean()

    @staticmethod
    def rolling_min(series: Series, window: int = 14, min_periods: int | None = None) -> Series:
        """Least of the last `window` values."""
        return _rolling(series, window, min_periods).min()

    @staticmethod
    def rolling_max(series: Series, window: int = 14, min_periods: int | None = None) -> Series:
        """Greatest of the last `window` values."""
        return _rolling(series, window, min_periods).max()

    @staticmethod
    def rolling_weighted_mean(series: Series, window: float = 200, min_periods: int | None = None) -> Series:
        """Exponential mean with weight 2 / (window + 1), of weights scaled to 1; the name says weighted, it is no linear one."""
        return series.ewm(span=window, min_periods=int(window) if min_periods is None else min_periods).mean()

    @staticmethod
    def hull_moving_average(series: Series, window: int = 200, min_periods: int | None = None) -> Series:
        """Alan Hull's average of exponential means in the place of weighted ones."""
        needed = window if min_periods is None else min_periods
        fast = qtpylib.rolling_weighted_mean(series, window / 2, needed)
        slow = qtpylib.rolling_weighted_mean(series, window, needed)
        return qtpylib.rolling_weighted_mean(2 * fast - slow, math.sqrt(window), needed)

    @staticmethod
    def sma(series: Series, window: int = 200, min_periods: int | None = None) -> Series:
        """`rolling_mean`."""
        return qtpylib.rolling_mean(series, window, min_periods)

    @staticmethod
    def wma(series: Series, window: int = 200, min_periods: int | None = None) -> Series:
        """`rolling_weighted_mean`, an exponential one."""
        return qtpylib.rolling_weighted_mean(series, window, min_periods)

    @staticmethod
    def hma(series: Series, window: int = 200, min_periods: int | None = None) -> Series:
        """`hull_moving_average`."""
        return qtpylib.hull_moving_average(series, window, min_periods)

    @staticmethod
    def vwap(bars: Frame) -> Series:
        """Refused, as in Freqtrade: an average of the whole series looks ahead."""
        raise ValueError("A vwap of the whole series looks ahead; use qtpylib.rolling_vwap, which takes the rows so far.")

    @staticmethod
    def rolling_vwap(bars: Frame, window: int = 200, min_periods: int | None = None) -> Series:
        """Typical price of the last `window` rows, weighted by volume; the value before where there was none."""
        paid = qtpylib.typical_price(bars) * bars["volume"]
        return (_rolling(paid, window, min_periods).sum() / _rolling(bars["volume"], window, min_periods).sum()).ffill()

    @staticmethod
    def rsi(series: Series, window: int = 14) -> Series:
        """Wilder's RSI begun with the first `window` + 1 changes; the first `window` rows have that first value (and so look ahead)."""
        return _like(series, _rsi_seeded(np.asarray(series, dtype=np.float64), window))

    @staticmethod
    def macd(series: Series, fast: int = 3, slow: int = 10, smooth: int = 16) -> Frame:
        """A fast exponential mean less a slow one, the signal and the difference of both; the defaults are not the usual 12, 26, 9."""
        import pandas as pd

        macd = qtpylib.rolling_weighted_mean(series, fast) - qtpylib.rolling_weighted_mean(series, slow)
        signal = qtpylib.rolling_weighted_mean(macd, smooth)
        return pd.DataFrame({"macd": macd, "signal": signal, "histogram": macd - signal}, index=series.index)

    @staticmethod
    def bollinger_bands(series: Series, window: int = 20, stds: float = 2) -> Frame:
        """Mean and bands of the last `window` values, of fewer while there are fewer."""
        import pandas as pd

        middle, width = qtpylib.rolling_mean(series, window, 1), qtpylib.rolling_std(series, window, 1) * stds
        return pd.DataFrame({"upper": middle + width, "mid": middle, "lower": middle - width}, index=series.index)

    @staticmethod
    def weighted_bollinger_bands(series: Series, window: int = 20, stds: float = 2) -> Frame:
        """Bands about the exponential mean, of the deviation of the last `window` values."""
        import pandas as pd

        middle, width = qtpylib.rolling_weighted_mean(series, window), qtpylib.rolling_std(series, window) * stds
        return pd.DataFrame({"upper": middle + width, "mid": middle, "lower": middle - width}, index=series.index)

    @staticmethod
    def returns(series: Series) -> Series:
        """Change by the value before, as a share of it."""
        return (series / series.shift(1) - 1).replace([np.inf, -np.inf], NAN)

    @staticmethod
    def log_returns(series: Series) -> Series:
        """Logarithm of the value by the one before."""
        return np.log(series / series.shift(1)).replace([np.inf, -np.inf], NAN)

    @staticmethod
    def implied_volatility(series: Series, window: int = 252) -> Series:
        """Deviation of the logarithmic returns times the root of `window`: a realised volatility, whatever the name says."""
        return qtpylib.rolling_std(qtpylib.log_returns(series), window) * math.sqrt(window)

    @staticmethod
    def keltner_channel(bars: Frame, window: int = 14, atrs: float = 2) -> Frame:
        """Mean of the typical price, and so many mean true ranges above and below (Chester Keltner, 1960)."""
        import pandas as pd

        middle, width = qtpylib.rolling_mean(qtpylib.typical_price(bars), window), qtpylib.atr(bars, window) * atrs
        return pd.DataFrame({"upper": middle + width, "mid": middle, "lower": middle - width}, index=bars.index)

    @staticmethod
    def roc(series: Series, window: int = 14) -> Series:
        """Change by the value `window` rows ago, as a share of it."""
        return series / series.shift(window) - 1

    @staticmethod
    def cci(series: Frame, window: int = 14) -> Series:
        """Commodity channel index of a frame, but by the deviation of the whole column of means, which looks ahead (Lambert takes the window's)."""
        price = qtpylib.typical_price(series)
        mean = qtpylib.rolling_mean(price, window)
        return (price - mean) / (0.015 * mean.std())

    @staticmethod
    def stoch(df: Frame, window: int = 14, d: int = 3, k: int = 3, fast: bool = False) -> Frame:
        """George Lane's stochastic: where the close is in the range of `window` bars, in percent, smoothed by means of `k` and `d` rows."""
        import pandas as pd

        low, high = qtpylib.rolling_min(df["low"], window), qtpylib.rolling_max(df["high"], window)
        raw = 100 * (df["close"] - low) / (high - low)
        smooth = qtpylib.rolling_mean(raw, d)
        if fast:
            return pd.DataFrame({"fast_k": raw, "fast_d": smooth}, index=df.index)
        slow = qtpylib.rolling_mean(raw, k)
        return pd.DataFrame({"slow_k": slow, "slow_d": qtpylib.rolling_mean(slow, d)}, index=df.index)

    @staticmethod
    def zlma(series: Series, window: int = 20, min_periods: int | None = None, kind: str = "ema") -> Series:
        """John Ehlers's average without lag: of twice the value less the one (window - 1) / 2 rows ago; an ema, hma or sma of so many rows."""
        lag = (window - 1) // 2
        ahead = 2 * series - series.shift(lag)
        needed = window if min_periods is None else min_periods
        if kind in ("ema", "wma"):
            return qtpylib.rolling_weighted_mean(ahead, lag, needed)
        if kind == "hma":
            return qtpylib.hull_moving_average(ahead, lag, needed)
        if kind == "sma":
            return qtpylib.rolling_mean(ahead, lag, min(needed, lag))
        raise SettingError(f"kind is {kind!r}; it must be 'ema', 'wma', 'hma' or 'sma'.")

    @staticmethod
    def zlema(series: Series, window: int, min_periods: int | None = None) -> Series:
        """`zlma` of the kind ema."""
        return qtpylib.zlma(series, window, min_periods, "ema")

    @staticmethod
    def zlsma(series: Series, window: int, min_periods: int | None = None) -> Series:
        """`zlma` of the kind sma; the original asks for more rows than its window has, and fails."""
        return qtpylib.zlma(series, window, min_periods, "sma")

    @staticmethod
    def zlhma(series: Series, window: int, min_periods: int | None = None) -> Series:
        """`zlma` of the kind hma."""
        return qtpylib.zlma(series, window, min_periods, "hma")

    @staticmethod
    def zscore(bars: Frame, window: int = 20, stds: float = 1, col: str = "close") -> Series:
        """How many deviations (times `stds`) the value is from the mean of the last `window`."""
        values = bars[col]
        return (values - qtpylib.rolling_mean(values, window)) / (qtpylib.rolling_std(values, window) * stds)

    @staticmethod
    def pvt(bars: Frame) -> Series:
        """Price volume trend: the sum of the volumes, each times the share by which the close changed."""
        return (bars["volume"] * (bars["close"] / bars["close"].shift(1) - 1)).cumsum()

    @staticmethod
    def chopiness(bars: Frame, window: int = 14) -> Series:
        """E. W. Dreiss's choppiness index, 100 log(sum of true ranges / range of the window) / log(window): 100 sideways, 0 in a trend."""
        travelled = qtpylib.true_range(bars).rolling(window).sum()
        span = qtpylib.rolling_max(bars["high"], window) - qtpylib.rolling_min(bars["low"], window)
        return 100 * np.log10(travelled / span) / math.log10(window)


def _like(series: Any, values: Any) -> Any:
    import pandas as pd

    return pd.Series(values, index=series.index)


def _rolling(series: Any, window: int, min_periods: int | None) -> Any:
    whole(window=window)
    return series.rolling(window, min_periods=window if min_periods is None else min_periods)


def _ohlc(bars: Any) -> tuple[Any, Any, Any, Any]:
    open_, high, low, close = (bars[name].to_numpy(dtype=np.float64) for name in ("open", "high", "low", "close"))
    return open_, high, low, close


def _rsi_seeded(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    whole(window=window)
    found = np.full(len(values), NAN)
    changes = np.diff(values)
    seed = changes[: window + 1]
    up, down = seed[seed > 0].sum() / window, -seed[seed < 0].sum() / window
    found[:window] = _strength(up, down)
    for row in range(window, len(values)):
        change = changes[row - 1]
        up = (up * (window - 1) + max(change, 0.0)) / window
        down = (down * (window - 1) + max(-change, 0.0)) / window
        found[row] = _strength(up, down)
    return found


def _strength(up: float, down: float) -> float:
    return 100 - 100 / (1 + up / down) if down else 100.0 if up else NAN

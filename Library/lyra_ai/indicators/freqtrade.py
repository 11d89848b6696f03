"""Freqtrade's indicator helpers by name: `from lyra_ai.indicators.freqtrade import qtpylib, technical`, then `qtpylib.crossed_above(a, b)`.

`qtpylib` has the functions of `freqtrade.vendor.qtpylib.indicators`, `technical` those of the `technical` package (1.7.0, where the values are
compared with). They take and give pandas' series and frames; a frame has Freqtrade's columns date, open, high, low, close, volume, and is left
as it was. Nothing of either is needed: the formulas are those of the named authors. What looks ahead in the original (it is said where) does so
here too, since a ported strategy must see the same numbers. The kernels at the end stream those that Jesse has not, or has with other values.
"""

# ruff: noqa: N801, N802, N803 - the names are the originals'

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lyra_ai.errors import SettingError
from lyra_ai.indicators import patterns
from lyra_ai.indicators.base import NAN, Kernel, column, kernel, whole
from lyra_ai.indicators.rolling import INFINITE, Deviation, Highest, Lowest, Mean, TrueRange

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
            calculated = func(values, window) if len(values) >= window else found[:0]
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
        if min_periods in (None, window) and len(series) >= window:
            return qtpylib.numpy_rolling_std(series, window, as_source=True)
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

    sma = rolling_mean
    wma = rolling_weighted_mean
    hma = hull_moving_average

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
        return (price - mean) / (0.015 * mean.std(ddof=0))

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


class technical:
    """The indicators of the `technical` package (1.7.0) by name, whichever of its modules they are in; a frame is left as it was."""

    qtpylib = qtpylib
    Consensus, MovingAverageConsensus = patterns.Consensus, patterns.MovingAverageConsensus
    OscillatorConsensus, SummaryConsensus = patterns.OscillatorConsensus, patterns.SummaryConsensus
    pivots_points = staticmethod(patterns.pivots_points)

    @staticmethod
    def sma(dataframe: Frame, period: int, field: str = "close") -> Series:
        """Mean of the last `period` values."""
        return _like(dataframe, _mean(_values(dataframe[field]), period))

    @staticmethod
    def ema(dataframe: Frame, period: int, field: str = "close") -> Series:
        """Exponential average begun with the mean of the first `period` values, as TA-Lib's."""
        return _like(dataframe, _ema(_values(dataframe[field]), period))

    @staticmethod
    def dema(dataframe: Frame, period: int, field: str = "close") -> Series:
        """Patrick Mulloy's double exponential average, of TA-Lib's exponential ones."""
        return _like(dataframe, _dema(_values(dataframe[field]), period))

    zema = dema

    @staticmethod
    def tema(dataframe: Frame, period: int, field: str = "close") -> Series:
        """Patrick Mulloy's triple exponential average, of TA-Lib's exponential ones."""
        return _like(dataframe, _tema(_values(dataframe[field]), period))

    @staticmethod
    def hull_moving_average(dataframe: Frame, period: int, field: str = "close") -> Series:
        """qtpylib's Hull average, of exponential means."""
        return qtpylib.hull_moving_average(dataframe[field], period)

    @staticmethod
    def rma(dataframe: Frame, period: int, field: str = "close") -> Series:
        """Wilder's average begun with the mean of the first `period` values, as TradingView's `ta.rma`."""
        return _like(dataframe, _ema(_values(dataframe[field]), period, 1 / period))

    @staticmethod
    def vwma(df: Frame, window: int, price: str = "close") -> Series:
        """Mean of the last `window` values weighted by volume."""
        return _by_volume(df[price], df["volume"], window)

    @staticmethod
    def bollinger_bands(
        dataframe: Frame, period: int = 21, stdv: float = 2, field: str = "close", colum_prefix: str = "bb", ma_type: str = "sma"
    ) -> Frame:
        """The frame with `bb_lower`, `bb_middle`, `bb_upper` (by prefix): an sma or ema and `stdv` deviations of the sample."""
        prices = dataframe[field]
        middle = _average(prices, period, ma_type)
        width = prices.rolling(period).std(ddof=1) * stdv
        found = {"lower": middle - width, "middle": middle, "upper": middle + width}
        return dataframe.assign(**{f"{colum_prefix}_{name}": values for name, values in found.items()})

    @staticmethod
    def tv_wma(dataframe: Frame, length: int = 9, field: str = "close") -> Series:
        """Weighted mean of the values 1 to `length` - 2 rows ago with weights `length` - 1 to 2; the newest is left out (the original's way)."""
        prices = dataframe[field]
        return _weighted_before(prices, length)

    @staticmethod
    def tv_hma(dataframe: Frame, length: int = 9, field: str = "close") -> Series:
        """Alan Hull's average of `tv_wma`s."""
        prices = dataframe[field]
        ahead = 2 * _weighted_before(prices, length // 2) - _weighted_before(prices, length)
        return _weighted_before(ahead, math.isqrt(length))

    @staticmethod
    def tv_alma(dataframe: Frame, length: int = 8, offset: float = 0, sigma: float = 0, field: str = "close") -> Series:
        """Arnaud Legoux's average: weights of a Gaussian about `offset` (0 the oldest, 1 the newest), `length` / `sigma` wide; 0 for a mean."""
        place = np.arange(length) - offset * (length - 1)
        weights = np.exp(-np.square(place * sigma / length) / 2)
        return _convolved(dataframe[field], weights / weights.sum())

    @staticmethod
    def tv_trama(dataframe: Frame, length: int = 99, field: str = "close") -> Series:
        """LuxAlgo's trend regularity adaptive average: its weight is the square of the share of rows with a new high or low of `length` bars."""
        return _like(dataframe, column(Trama(length), dataframe["high"], dataframe["low"], dataframe[field]))

    @staticmethod
    def VIDYA(dataframe: Frame, length: int = 9, select: bool = True) -> Series:
        """Tushar Chande's average: an exponential one whose weight is scaled by |CMO| / 100 (`select`), else by the deviation; from 0."""
        return _like(dataframe, _vidya(dataframe["close"], length, select))

    @staticmethod
    def supertrend(dataframe: Frame, period: int = 10, multiplier: float = 3) -> tuple[Series, Series]:
        """Olivier Seban's SuperTrend of the mean true range, and its direction "up" or "down"; 0 and None for the first `period` rows."""
        line, side = column(Supertrend(period, multiplier), *(dataframe[name] for name in ("high", "low", "close"))).T
        return _like(dataframe, line), _texts(dataframe, [{1.0: "up", -1.0: "down"}.get(value) for value in side])

    @staticmethod
    def PMAX(dataframe: Frame, period: int = 10, multiplier: float = 3, length: int = 12, MAtype: int = 1, src: int = 1) -> Frame:
        """Kivanc Ozbilgic's Profit Maximizer: the SuperTrend of a moving average, of Wilder's true range.

        `MAtype` 1 ema, 2 dema, 3 t3, 4 sma, 5 vidya, 6 tema, 7 wma, 8 vwma, 9 zema; `src` 1 close, 2 hl2, 3 ohlc4. The frame gets
        `ATR_<period>`, `pm_<settings>` and the direction `pmX_<settings>`.
        """
        prices = _pmax_source(dataframe, src)
        average = _pmax_average(dataframe, prices, length, MAtype)
        ranges = np.nan_to_num(_wilder_range(dataframe, period))
        line = _supertrend(ranges * multiplier, average, average, period)
        shown = ["nan" if value <= 0 else "down" if price < value else "up" for value, price in zip(line, average, strict=True)]
        settings = f"{period}_{multiplier}_{length}_{MAtype}"
        return dataframe.assign(**{f"ATR_{period}": ranges, f"pm_{settings}": line, f"pmX_{settings}": shown})

    @staticmethod
    def SSLChannels(dataframe: Frame, length: int = 10, mode: str = "sma") -> tuple[Series, Series]:
        """Erwin Beckers's channel, down and up line: means of the highs and lows that change places when the close leaves them; sma or ema."""
        high, low = _average(dataframe["high"], length, mode), _average(dataframe["low"], length, mode)
        side = high * NAN
        side = side.mask(dataframe["close"] < low, -1.0).mask(dataframe["close"] > high, 1.0).ffill()
        return high.where(side < 0, low), low.where(side < 0, high)

    @staticmethod
    def MADR(dataframe: Frame, length: int = 21, stds_dist: float = 2, matype: str = "sma") -> Frame:
        """Moving average deviation rate (tarantula3535): the frame with `rate`, the close by its average in percent, its mean and bands."""
        rate = dataframe["close"] / _average(dataframe["close"], length, matype) * 100 - 100
        span = int(length * stds_dist)
        center, width = _average(rate, span, matype), rate.rolling(span).std(ddof=0) * stds_dist
        return dataframe.assign(rate=rate, stdcenter=center, plusdev=center + width, minusdev=center - width)

    @staticmethod
    def RMI(dataframe: Frame, *, length: int = 20, mom: int = 5) -> Series:
        """Roger Altman's relative momentum index: the RSI of changes over `mom` rows, by exponential averages; 0 where nothing fell."""
        return _like(dataframe, column(Rmi(length, mom), dataframe["close"]))

    @staticmethod
    def TKE(dataframe: Frame, *, length: int = 14, emaperiod: int = 5) -> tuple[Series, Series]:
        """Yasar Erdinc's mean of RSI, stochastic, ultimate oscillator, money flow, Williams %R, momentum and CCI, and its exponential average.

        Those not yet known are left out of the mean.
        """
        import pandas as pd

        close = dataframe["close"]
        columns = [
            _rsi(_values(close), length), _values(qtpylib.stoch(dataframe, length, fast=True)["fast_k"]), _ultimate(dataframe),
            _money_flow(dataframe, length), _values(technical.williams_percent(dataframe, length)), _values(close / close.shift(length) * 100),
            _commodity_channel(dataframe, length),
        ]  # fmt: skip
        mean = pd.DataFrame(dict(enumerate(columns)), index=dataframe.index).mean(axis=1)
        return mean, _like(dataframe, _ema(_values(mean), emaperiod))

    @staticmethod
    def vwmacd(dataframe: Frame, *, fastperiod: int = 12, slowperiod: int = 26, signalperiod: int = 9) -> Frame:
        """Buff Dormeier's volume weighted MACD: the frame with `vwmacd`, `signal`, `hist`."""
        kernel = Vwmacd(fastperiod, slowperiod, signalperiod)
        return dataframe.assign(**dict(zip(kernel.parts, column(kernel, dataframe["close"], dataframe["volume"]).T, strict=True)))

    @staticmethod
    def ichimoku(
        dataframe: Frame, conversion_line_period: int = 9, base_line_periods: int = 26, laggin_span: int = 52, displacement: int = 26
    ) -> dict[str, Series]:
        """Goichi Hosoda's cloud by name of its lines; `chikou_span` looks `displacement` - 1 rows ahead and is for the eye only."""

        def middle(period: int) -> Any:
            return (dataframe["high"].rolling(period).max() + dataframe["low"].rolling(period).min()) / 2

        tenkan, kijun = middle(conversion_line_period), middle(base_line_periods)
        leading_a, leading_b = (tenkan + kijun) / 2, middle(laggin_span)
        a, b = leading_a.shift(displacement - 1), leading_b.shift(displacement - 1)
        return {
            "tenkan_sen": tenkan, "kijun_sen": kijun, "senkou_span_a": a, "senkou_span_b": b, "leading_senkou_span_a": leading_a,
            "leading_senkou_span_b": leading_b, "chikou_span": dataframe["close"].shift(1 - displacement), "cloud_green": a > b, "cloud_red": b > a,
        }  # fmt: skip

    @staticmethod
    def laguerre(dataframe: Frame, gamma: float = 0.75, smooth: int = 1, debug: bool = False) -> Series:
        """John Ehlers's RSI of a Laguerre filter, 0 to 1, begun at zeros. `smooth` and `debug` are without effect."""
        return _like(dataframe, column(Laguerre(gamma), dataframe["close"]))

    @staticmethod
    def madrid_sqz(datafame: Frame, length: int = 34, src: str = "close", ref: int = 13, sqzLen: int = 5) -> tuple[Series, Series, Series]:
        """Madrid's trend squeeze: colours of the close, of the `ref` and of the `sqzLen` average, each less the average of `length`."""
        prices = _values(datafame[src])
        base = _ema(prices, length)
        close, middle, fast = prices - base, _ema(prices, ref) - base, _ema(prices, sqzLen) - base
        turning = ((middle >= 0) & (close < middle)) | ((middle < 0) & (close > middle))
        of_close, of_fast = np.where(close >= 0, "aqua", "fuchsia"), np.where(fast >= 0, "lime", "red")
        of_middle = np.where(turning, "yellow", np.where(middle >= 0, "green", "maroon"))
        return _texts(datafame, of_close), _texts(datafame, of_middle), _texts(datafame, of_fast)

    @staticmethod
    def mmar(dataframe: Frame, matype: str = "EMA", src: str = "close", debug: bool = False) -> tuple[Series, ...]:
        """Madrid's ribbon: the colours of the averages of 5, 10, 20 ... 90 rows, by their change and their side of the one of 100; EMA or SMA."""
        prices = dataframe[src]
        reference = _values(_average(prices, 100, matype.lower()))
        found = []
        for period in (5, 10, 20, 30, 40, 50, 60, 70, 80, 90):
            line = _values(_average(prices, period, matype.lower()))
            change = np.diff(line, prepend=NAN)
            above, below = line > reference, line < reference
            chosen = [above & (change >= 0), above & (change < 0), below & (change <= 0), below & (change > 0)]
            found.append(_texts(dataframe, np.select(chosen, ["lime", "maroon", "red", "green"], "grey")))
        return tuple(found)

    @staticmethod
    def osc(dataframe: Frame, periods: int = 14) -> Series:
        """Tom DeMark's oscillator: the mean rise of the highs as a share of it and the mean fall of the lows, 0 to 1."""
        rise = dataframe["high"].diff().clip(lower=0).rolling(periods).mean()
        fall = (-dataframe["low"].diff()).clip(lower=0).rolling(periods).mean()
        return rise / (rise + fall)

    @staticmethod
    def stc(dataframe: Frame, fast: int = 23, slow: int = 50, length: int = 10) -> Series:
        """A trend cycle after Doug Schaff, as the original has it: 100 (m - k m) / (d m - k m) of the MACD m, its stochastic k and the mean d of k.

        It is not held between 0 and 100, and may be infinite.
        """
        close = _values(dataframe["close"])
        macd = _like(dataframe, _ema(close, fast) - _ema(close, slow))
        rolled = macd.rolling(length)
        low = rolled.min()
        k = (macd - low) / (rolled.max() - low) * 100
        d = k.rolling(length).mean()
        return 100 * (macd - k * macd) / (d * macd - k * macd)

    @staticmethod
    def td_sequential(dataframe: Frame) -> Frame:
        """The frame with `TD_count`, Tom DeMark's setup: rows in a row whose close is above (below: negative) the one 4 rows before.

        Counted since the last row on the other side; after 9 it begins anew; a row on neither side, or without volume, keeps the count.
        (The original differs now and then in a run that follows a count of 9 on the other side.)
        """
        return dataframe.assign(TD_count=column(TdSequential(), dataframe["close"], dataframe["volume"]).astype(np.int64))

    @staticmethod
    def vfi(
        dataframe: Frame, length: int = 130, coef: float = 0.2, vcoef: float = 2.5, signalLength: int = 5, smoothVFI: bool = False
    ) -> tuple[Series, Series, Series]:
        """Markos Katsanos's volume flow indicator (2004), its exponential average and the difference."""
        price, volume = qtpylib.typical_price(dataframe), dataframe["volume"]
        cutoff = coef * np.log(price).diff().rolling(30).std(ddof=0) * dataframe["close"]
        usual = volume.rolling(length).mean().shift(1)
        counted = np.minimum(volume, usual * vcoef)
        change = price.diff()
        flow = counted.where(change > cutoff, (-counted).where(change < -cutoff, 0.0))
        found = flow.rolling(length).sum() / usual
        if smoothVFI:
            found = found.rolling(3).mean()
        signal = _like(dataframe, _ema(_values(found), signalLength))
        return found, signal, found - signal

    @staticmethod
    def vpci(dataframe: Frame, period_short: int = 5, period_long: int = 20) -> Series:
        """Buff Dormeier's volume price confirmation (2007): long weighted less plain mean, times the short ratio, times the volumes' ratio."""
        return _like(dataframe, column(Vpci(period_short, period_long), dataframe["close"], dataframe["volume"]))

    @staticmethod
    def vpcii(dataframe: Frame, period_short: int = 5, period_long: int = 20, hist: int = 8, hist_long: int = 30) -> Series:
        """By what share `vpci` less its mean of `hist` rows changed, without sign. `hist_long` is without effect."""
        found = technical.vpci(dataframe, period_short, period_long)
        apart = found - found.rolling(hist).mean()
        return (apart / apart.shift(1) - 1).abs()

    @staticmethod
    def fibonacci_retracements(df: Frame, field: str = "close", window: int = 120) -> Series:
        """The retracement level (0, 0.236, 0.382, 0.5, 0.618, 0.786, 1) that the value reached in the range of `window` rows.

        0 takes the range of the whole column, which looks ahead.
        """
        values = df[field]
        low, high = (values.rolling(window).min(), values.rolling(window).max()) if window else (values.min(), values.max())
        share = (values - low) / (high - low)
        levels = np.array([0, 0.236, 0.382, 0.5, 0.618, 0.786, 1])
        reached = levels[np.searchsorted(levels, np.nan_to_num(_values(share)), side="right") - 1]
        return _like(df, np.where(share.isna(), NAN, reached))

    @staticmethod
    def return_on_investment(dataframe: Frame, decimals: int = 2) -> Frame:
        """The frame with `roi`: the change of the close since the last row whose `buy` is 1, in percent; 0 before there is one."""
        bought = dataframe["close"].where(dataframe["buy"] == 1).ffill()
        return dataframe.assign(roi=((dataframe["close"] / bought - 1) * 100).fillna(0).round(decimals))

    @staticmethod
    def williams_percent(dataframe: Frame, period: int = 14) -> Series:
        """Larry Williams's %R, -100 to 0."""
        high, low = dataframe["high"].rolling(period).max(), dataframe["low"].rolling(period).min()
        return -100 * (high - dataframe["close"]) / (high - low)

    atr = staticmethod(qtpylib.atr)

    @staticmethod
    def atr_percent(dataframe: Frame, period: int = 14) -> Series:
        """Mean true range in percent of the close."""
        return qtpylib.atr(dataframe, period) / dataframe["close"] * 100

    @staticmethod
    def chopiness(dataframe: Frame, period: int = 14) -> Series:
        """E. W. Dreiss's choppiness index; as qtpylib's, but the first bar has no true range."""
        return qtpylib.chopiness(dataframe, period).mask(np.arange(len(dataframe)) < period)

    @staticmethod
    def cmf(dataframe: Frame, period: int = 21) -> Series:
        """Marc Chaikin's money flow: volume times the place of the close in its bar, summed, by the sum of the volume."""
        high, low, close, volume = (dataframe[name] for name in ("high", "low", "close", "volume"))
        flow = ((2 * close - low - high) / (high - low)).fillna(0) * volume
        return flow.rolling(period).sum() / volume.rolling(period).sum()

    chaikin_money_flow = cmf

    @staticmethod
    def heikinashi(bars: Frame) -> Frame:
        """qtpylib's Heikin-Ashi candles, and what they are like.

        `flat_bottom` 1 a rising one without lower wick, `flat_top` -1 a falling one without upper wick, `small_body` one smaller than its wicks,
        `candle` 1 rising or -1 falling, `reversal` the candle's sign where it changed, `lower_wick`, `upper_wick`.
        """
        found = qtpylib.heikinashi(bars)
        open_, high, low, close = _ohlc(found)
        lower, upper = np.minimum(open_, close) - low, high - np.maximum(open_, close)
        candle = np.where(open_ < close, 1, -1)
        turned = np.diff(candle, prepend=candle[:1]) != 0
        small = np.abs(open_ - close) < lower + upper
        return found.assign(
            flat_bottom=np.where((close > open_) & (low == open_), 1, 0), flat_top=np.where((close < open_) & (high == open_), -1, 0),
            small_body=small.astype(np.int64), candle=candle, reversal=np.where(turned, candle, 0), lower_wick=lower, upper_wick=upper,
        )  # fmt: skip

    @staticmethod
    def doji(dataframe: Frame, exact: bool = False) -> Series:
        """1 where the body is at most a tenth of what the high is above the close (0 with `exact`), else 0."""
        body = (dataframe["open"] - dataframe["close"]).abs()
        return ((body == 0) if exact else (body <= 0.1 * (dataframe["high"] - dataframe["close"]))).astype("int64")

    @staticmethod
    def touches(dataframe: Frame, level: float) -> NDArray[np.int64]:
        """Where the bar goes through the level: 1 where it rose, -1 where it did not, else 0."""
        open_, high, low, close = _ohlc(dataframe)
        return np.where((low < level) & (high > level), np.where(close > open_, 1, -1), 0)

    @staticmethod
    def bounce(dataframe: Frame, level: float) -> NDArray[np.int64]:
        """1 where the bar after one that rose through the level opens and closes above it, -1 where below, else 0."""
        open_, _, _, close = _ohlc(dataframe)
        touched = np.concatenate([[False], technical.touches(dataframe, level)[:-1] > 0])
        found = np.where((open_ > level) & (close > level), 1, np.where((open_ < level) & (close < level), -1, 0))
        return np.where(touched, found, 0)

    @staticmethod
    def gentrends(dataframe: Frame, field: str = "close", window: float = 1 / 3, charts: bool = False) -> Frame:
        """Lines through the two greatest and the two least values that are `window` rows (or a share of the rows) apart; they look ahead.

        The frame has `Data`, `Max Line`, `Min Line`. After Daniel Morales's Trendy. No chart is drawn.
        """
        values = _values(dataframe[field])
        apart = int(window * len(values)) if window < 1 else int(window)
        return _trend_frame(values, _far_line(values, apart, later=True), -_far_line(-values, apart, later=False))

    @staticmethod
    def segtrends(dataframe: Frame, field: str = "close", segments: int = 2, charts: bool = False) -> Frame:
        """Lines through the greatest and the least values of the last two of so many equal segments; they look ahead."""
        values = _values(dataframe[field])
        return _trend_frame(values, _segment_line(values, segments), -_segment_line(-values, segments))

    @staticmethod
    def ehlers_super_smoother(series: Series, smoothing: float = 6) -> Series:
        """John Ehlers's two pole filter of a period of `smoothing` rows; the first two values are the series' own."""
        turn = math.exp(-math.sqrt(2) * math.pi / smoothing)
        two, three = 2 * turn * math.cos(math.sqrt(2) * math.pi / smoothing), -turn * turn
        values = _values(series)
        found = values.copy()
        for row in range(2, len(values)):
            found[row] = (1 - two - three) * (values[row] + values[row - 1]) / 2 + two * found[row - 1] + three * found[row - 2]
        return _like(series, found)

    @staticmethod
    def fishers_inverse(series: Series, smoothing: float = 0) -> Any:
        """John Ehlers's inverse Fisher transform of an oscillator of 0 to 100, -1 to 1; with `smoothing`, of its weighted mean, as an array."""
        around = 0.1 * (series - 50)
        if smoothing > 0:
            weights = np.arange(1, int(smoothing) + 1)
            around = _values(_convolved(around, weights / weights.sum()))
        return np.tanh(around)

    @staticmethod
    def went_up(series: Series) -> Series:
        """Whether the value is above the one before."""
        return series > series.shift(1)

    @staticmethod
    def went_down(series: Series) -> Series:
        """Whether the value is below the one before."""
        return series < series.shift(1)

    @staticmethod
    def compute_interval(dataframe: Frame, exchange_interval: bool = False) -> Any:
        """Minutes from row to row (the least), or with `exchange_interval` as exchanges write it: 5m, 1h, 1d."""
        minutes = int(dataframe["date"].diff().min().total_seconds() // 60)
        if not exchange_interval:
            return minutes
        for letter, length in (("d", 1440), ("h", 60)):
            if minutes % length == 0:
                return f"{minutes // length}{letter}"
        return f"{minutes}m"

    @staticmethod
    def resample_to_interval(dataframe: Frame, interval: Any) -> Frame:
        """Candles of so many minutes (or "1h", "1d"), dated by their begin; merge them with `resampled_merge`, or they look ahead."""
        minutes = _minutes(interval) if isinstance(interval, str) else interval
        how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
        return dataframe.set_index("date")[list(how)].resample(f"{minutes}min").agg(how).dropna().reset_index()

    @staticmethod
    def resampled_merge(original: Frame, resampled: Frame, fill_na: bool = True) -> Frame:
        """The original with the resampled columns as `resample_<minutes>_<name>`, from the row on at whose end the longer candle is complete."""
        fine, coarse = technical.compute_interval(original), technical.compute_interval(resampled)
        prefix = f"resample_{coarse}_"
        other = resampled.add_prefix(prefix)
        other["_merge"] = other[f"{prefix}date"] + np.timedelta64(coarse - fine, "m")
        found = original.merge(other, how="left", left_on="date", right_on="_merge").drop(columns="_merge")
        if fill_na:
            found[list(resampled.add_prefix(prefix))] = found[list(resampled.add_prefix(prefix))].ffill()
        return found

    @staticmethod
    def ticker_history_to_dataframe(ticker: list[list[float]]) -> Frame:
        """An exchange's rows (milliseconds, open, high, low, close, volume) as a frame."""
        import pandas as pd

        found = pd.DataFrame(ticker, columns=pd.Index(["date", "open", "high", "low", "close", "volume"]))
        found["date"] = pd.to_datetime(found["date"], unit="ms", utc=True)
        return found


def _values(series: Any) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.array(series, dtype=np.float64)
    return found


def _texts(frame: Any, values: Any) -> Any:
    import pandas as pd

    return pd.Series(values, index=frame.index, dtype=object)


def _mean(values: NDArray[np.float64], period: int) -> Any:
    """TA-Lib's, by a running sum: where the mean stays the same, its rounding decides in which direction it seems to move."""
    found = np.full(len(values), NAN)
    begin = int(np.isnan(values).argmin()) if len(values) else 0
    total = 0.0
    for row, x in enumerate(values[begin:].tolist(), begin):
        total += x
        if row >= begin + period - 1:
            found[row] = total / period
            total -= values[row - period + 1]
    return found


def _ema(values: NDArray[np.float64], period: int, weight: float | None = None) -> NDArray[np.float64]:
    """TA-Lib's: begun with the mean of the first `period` known values."""
    whole(period=period)
    average = SeededEma(period, weight)
    return np.array([average.next(x) for x in values.tolist()], dtype=np.float64)


def _dema(values: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    one = _ema(values, period)
    return 2 * one - _ema(one, period)


def _tema(values: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    one = _ema(values, period)
    two = _ema(one, period)
    return 3 * one - 3 * two + _ema(two, period)


def _t3(values: NDArray[np.float64], period: int, factor: float = 0.7) -> NDArray[np.float64]:
    """Tim Tillson's T3 (1998) of exponential averages begun as TA-Lib's."""
    averages = [values]
    for _ in range(6):
        averages.append(_ema(averages[-1], period))
    square, cube = factor**2, factor**3
    of = (1 + 3 * factor + cube + 3 * square, -6 * square - 3 * factor - 3 * cube, 3 * square + 3 * cube, -cube)
    found: NDArray[np.float64] = sum(weight * average for weight, average in zip(of, averages[3:], strict=True))  # type: ignore[assignment]
    return found


def _average(series: Any, period: int, kind: str) -> Any:
    if kind == "ema":
        return _like(series, _ema(_values(series), period))
    if kind == "sma":
        return _like(series, _mean(_values(series), period))
    raise SettingError(f"The kind of average is {kind!r}; it must be 'sma' or 'ema'.")


def _by_volume(prices: Any, volume: Any, window: int) -> Any:
    return (prices * volume).rolling(window).sum() / volume.rolling(window).sum()


def _convolved(series: Any, weights: Any) -> Any:
    """Sum of the last values by weights, the oldest first."""
    return series.rolling(len(weights)).apply(lambda values: float(np.dot(values, weights)), raw=True)


def _weighted_before(series: Any, length: int) -> Any:
    weights = range(length - 1, 1, -1)
    return sum(series.shift(rows) * weight for rows, weight in enumerate(weights, 1)) / sum(weights) if length > 2 else series * NAN


def _vidya(prices: Any, length: int, select: bool) -> NDArray[np.float64]:
    if select:
        change = prices.diff()
        up, down = change.clip(lower=0).rolling(length).sum(), (-change).clip(lower=0).rolling(length).sum()
        scale = ((up - down) / (up + down)).abs()
    else:
        scale = prices.rolling(length).std(ddof=1)
    weights = np.nan_to_num(_values(scale)) * 2 / (length + 1)
    found = np.zeros(len(prices))
    value = 0.0
    for row, (price, weight) in enumerate(zip(_values(prices).tolist(), weights.tolist(), strict=True)):
        if row >= length:
            found[row] = value = value + weight * (price - value)
    return found


def _supertrend(width: Any, middle: Any, price: Any, period: int) -> NDArray[np.float64]:
    """The line that follows at `width`: the upper band while the price is under it, else the lower; 0 for `period` rows."""
    found = np.zeros(len(price))
    follower = Follower(float(price[period - 1]) if len(price) > period else NAN)
    rows = zip(width.tolist(), middle.tolist(), price.tolist(), strict=True)
    for row, numbers in enumerate(rows):
        if row >= period:
            found[row] = follower.next(*numbers)
    return found


def _pmax_source(frame: Any, number: int) -> Any:
    if number == 1:
        return frame["close"]
    if number == 2:
        return qtpylib.mid_price(frame)
    if number == 3:
        return (frame["open"] + frame["high"] + frame["low"] + frame["close"]) / 4
    raise SettingError(f"src is {number}; it must be 1 (close), 2 (hl2) or 3 (ohlc4).")


def _pmax_average(frame: Any, prices: Any, length: int, number: int) -> NDArray[np.float64]:
    values = _values(prices)
    kinds: dict[int, Callable[[], Any]] = {
        1: lambda: _ema(values, length), 2: lambda: _dema(values, length), 3: lambda: _t3(values, length), 4: lambda: _mean(values, length),
        5: lambda: _vidya(frame["close"], length, True), 6: lambda: _tema(values, length),
        7: lambda: _values(_convolved(prices, np.arange(1, length + 1) * 2 / (length * (length + 1)))),
        8: lambda: _values(_by_volume(prices, frame["volume"], length)), 9: lambda: _dema(values, length),
    }  # fmt: skip
    if number not in kinds:
        raise SettingError(f"MAtype is {number}; it must be 1 to 9.")
    found: NDArray[np.float64] = kinds[number]()
    return found


def _wilder_range(frame: Any, period: int) -> NDArray[np.float64]:
    """TA-Lib's ATR: Wilder's average of the true range, of which the first bar has none."""
    ranges = _values(qtpylib.true_range(frame))
    ranges[0] = NAN
    return _ema(ranges, period, 1 / period)


def _rsi(values: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    """Wilder's RSI, begun with the mean of the first `period` changes."""
    change = np.diff(values, prepend=NAN)
    up, down = _ema(np.maximum(change, 0), period, 1 / period), _ema(np.maximum(-change, 0), period, 1 / period)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(up + down == 0, 0.0, 100 * up / (up + down))


def _ultimate(frame: Any, periods: tuple[int, int, int] = (7, 14, 28)) -> Any:
    """Larry Williams's ultimate oscillator (1976): buying pressure by true range over three periods, weighted 4, 2, 1."""
    before = frame["close"].shift(1)
    low = np.minimum(frame["low"], before)
    ranges = (np.maximum(frame["high"], before) - low).mask(before.isna())
    pressure = (frame["close"] - low).mask(before.isna())
    shares = [pressure.rolling(n).sum() / ranges.rolling(n).sum() for n in periods]
    return _values(100 * (4 * shares[0] + 2 * shares[1] + shares[2]) / 7)


def _money_flow(frame: Any, period: int) -> Any:
    """Gene Quong's and Avrum Soudack's money flow index."""
    price = qtpylib.typical_price(frame)
    paid, change = price * frame["volume"], price.diff()
    up = paid.where(change > 0, 0.0).mask(change.isna()).rolling(period).sum()
    down = paid.where(change < 0, 0.0).mask(change.isna()).rolling(period).sum()
    return _values(100 * up / (up + down))


def _commodity_channel(frame: Any, period: int) -> Any:
    """Donald Lambert's index, by the mean absolute deviation of the window."""
    price = qtpylib.typical_price(frame)
    rolled = price.rolling(period)
    apart = rolled.apply(lambda values: float(np.abs(values - values.mean()).mean()), raw=True)
    return _values((price - rolled.mean()) / (0.015 * apart))


def _trend_frame(values: Any, upper: Any, lower: Any) -> Any:
    import pandas as pd

    return pd.DataFrame({"Data": values, "Max Line": upper, "Min Line": lower})


def _through(values: Any, one: int, other: int) -> Any:
    slope = (values[one] - values[other]) / (one - other)
    begin = values[one] - slope * one
    return np.linspace(begin, begin + slope * len(values), len(values))


def _far_line(values: Any, apart: int, later: bool) -> Any:
    """Through the greatest and the greatest of the rows `apart` from it: of those after it if `later`, where there are any, else before it."""
    one = int(np.argmax(values))
    after = one + apart <= len(values) if later else one - apart < 0
    rest = values[one + apart :] if after else values[: one - apart]
    return _through(values, one, int(np.flatnonzero(values == rest.max())[0]))


def _segment_line(values: Any, segments: int) -> Any:
    whole(2, segments=segments)
    size = len(values) // segments
    greatest = [float(values[part * size : (part + 1) * size].max()) for part in (segments - 2, segments - 1)]
    one, other = (int(np.flatnonzero(values == value)[0]) for value in greatest)
    return _through(values, one, other)


def _minutes(interval: str) -> int:
    try:
        return int(interval[:-1]) * {"m": 1, "h": 60, "d": 1440, "w": 10080}[interval[-1:]]
    except (KeyError, ValueError):
        raise SettingError(f"{interval!r} is no interval; write it as 5m, 1h or 1d.") from None


class SeededEma:
    """Exponential average begun with the mean of the first `period` known values, as TA-Lib's; NaN until then and where the value is NaN."""

    def __init__(self, period: int, weight: float | None = None) -> None:
        whole(period=period)
        self._weight = 2 / (period + 1) if weight is None else weight
        self._begin: Mean | None = Mean(period)
        self._value = NAN

    def next(self, x: float) -> float:
        """The average with the new value."""
        if x != x:
            return NAN
        if self._begin is None:
            self._value += self._weight * (x - self._value)
        else:
            self._value = self._begin.next(x)
            if self._value == self._value:
                self._begin = None
        return self._value


class Follower:
    """SuperTrend's line: the upper band, which only falls, while the price is under it, else the lower one, which only rises."""

    def __init__(self, before: float) -> None:
        self._before = before
        self._upper = self._lower = self._line = 0.0

    def next(self, width: float, middle: float, price: float) -> float:
        """The line with the new row; it is 0 where the price is at neither."""
        top, bottom, upper, lower, before = middle + width, middle - width, self._upper, self._lower, self._before
        top = top if top < upper or before > upper else upper
        bottom = bottom if bottom > lower or before < lower else lower
        if self._line == upper:
            self._line = top if price <= top else bottom if price > top else 0.0
        elif self._line == lower:
            self._line = bottom if price >= bottom else top if price < bottom else 0.0
        else:
            self._line = 0.0
        self._upper, self._lower, self._before = top, bottom, price
        return self._line


@kernel("technical_laguerre")
class Laguerre(Kernel):
    """`technical.laguerre`: John Ehlers's RSI of a Laguerre filter begun at zeros, 0 to 1."""

    def __init__(self, gamma: float = 0.75) -> None:
        if not 0 <= gamma < 1:
            raise SettingError(f"gamma is {gamma}; it must be at least 0 and below 1.")
        self._gamma = gamma
        self._lines = (0.0, 0.0, 0.0, 0.0)

    def next(self, x: float) -> float:
        """The share of the steps from line to line that rise."""
        gamma = self._gamma
        first, second, third, fourth = self._lines
        one = (1 - gamma) * x + gamma * first
        two = -gamma * one + first + gamma * second
        three = -gamma * two + second + gamma * third
        four = -gamma * three + third + gamma * fourth
        self._lines = one, two, three, four
        steps = (one - two, two - three, three - four)
        up, down = sum(step for step in steps if step > 0), -sum(step for step in steps if step < 0)
        return up / (up + down) if up + down else 0.0


@kernel("technical_td_sequential")
class TdSequential(Kernel):
    """`technical.td_sequential`: Tom DeMark's setup count, -9 to 9."""

    needs = "cv"
    period = 5

    def __init__(self) -> None:
        self._closes: deque[float] = deque(maxlen=5)
        self._row = -1
        self._last = {1: 0, -1: 0}
        self._side = self._run = self._kept = 0

    def next(self, close: float, volume: float) -> float:
        """The count."""
        self._closes.append(close)
        self._row = row = self._row + 1
        if len(self._closes) < 5:
            return 0.0
        before = self._closes[0]
        side = 0 if volume == 0 else (close > before) - (close < before)
        if side == 0:
            return self._stay(row)
        self._run = run = self._run + 1 if side == self._side else 1
        self._side = side
        self._last[side] = row
        self._kept = side * ((row - self._last[-side]) % 10)
        return float(side * (run % 9) if run > 9 else self._kept)

    def _stay(self, row: int) -> float:
        """Ten rows after the other side was seen, that side's count is the one that stays."""
        if self._kept:
            side = 1 if self._kept > 0 else -1
            if row - self._last[-side] == 10:
                self._kept = -side * (row - self._last[side])
        self._run = 0
        return float(self._kept)


@kernel("technical_supertrend")
class Supertrend(Kernel):
    """`technical.supertrend`: of the mean true range, not Wilder's. The direction is 1 up, -1 down; 0 for the first `period` rows."""

    needs = "hlc"
    parts = ("trend", "direction")

    def __init__(self, period: int = 10, multiplier: float = 3) -> None:
        whole(period=period)
        self.period = period
        self.rows = period + 1
        self._multiplier = multiplier
        self._range, self._mean = TrueRange(), Mean(period)
        self._count, self._close = 0, NAN
        self._follower: Follower | None = None

    def next(self, high: float, low: float, close: float) -> tuple[float, float]:
        """The line and the direction."""
        width = self._mean.next(self._range.next(high, low, close)) * self._multiplier
        self._count += 1
        line = 0.0
        if self._count > self.period:
            self._follower = self._follower or Follower(self._close)
            line = self._follower.next(width, (high + low) / 2, close)
        self._close = close
        return line, 0.0 if line <= 0 else -1.0 if close < line else 1.0


@kernel("technical_trama")
class Trama(Kernel):
    """`technical.tv_trama`: LuxAlgo's average, faster where highs or lows are new."""

    needs = "hlc"

    def __init__(self, length: int = 99) -> None:
        whole(length=length)
        self.period = length
        self.rows = 2 * length
        self._high, self._low, self._share = Highest(length, -INFINITE), Lowest(length, INFINITE), Mean(length)
        self._count, self._before, self._value = 0, (NAN, NAN), NAN

    def next(self, high: float, low: float, close: float) -> float:
        """The average; the first close until there can be a new extreme."""
        extremes = self._high.next(high), self._low.next(low)
        new = self._count >= self.period and (extremes[0] > self._before[0] or extremes[1] < self._before[1])
        self._before = extremes
        self._count += 1
        share = self._share.next(1.0 if new else 0.0)
        self._value = close if self._value != self._value else self._value
        self._value += (share * share if share == share else 0.0) * (close - self._value)
        return self._value


@kernel("technical_rmi")
class Rmi(Kernel):
    """`technical.RMI`: Roger Altman's relative momentum index, 0 to 100."""

    def __init__(self, length: int = 20, mom: int = 5) -> None:
        whole(length=length, mom=mom)
        self.period = length
        self._prices: deque[float] = deque(maxlen=mom + 1)
        self._up, self._down = SeededEma(length), SeededEma(length)

    def next(self, x: float) -> float:
        """The index; 0 where nothing fell."""
        prices = self._prices
        prices.append(x)
        change = x - prices[0] if len(prices) == prices.maxlen else 0.0
        up, down = self._up.next(max(change, 0.0)), self._down.next(max(-change, 0.0))
        return 0.0 if down == 0 else 100 - 100 / (1 + up / down)


@kernel("technical_ssl_channels")
class SslChannels(Kernel):
    """`technical.SSLChannels` of plain means: Erwin Beckers's channel, down and up line."""

    needs = "hlc"
    parts = ("down", "up")

    def __init__(self, length: int = 10) -> None:
        whole(length=length)
        self.period = length
        self._high, self._low = Mean(length), Mean(length)
        self._under = False

    def next(self, high: float, low: float, close: float) -> tuple[float, float]:
        """The two lines."""
        top, bottom = self._high.next(high), self._low.next(low)
        self._under = False if close > top else True if close < bottom else self._under
        return (top, bottom) if self._under else (bottom, top)


@kernel("technical_vpci")
class Vpci(Kernel):
    """`technical.vpci`: Buff Dormeier's volume price confirmation."""

    needs = "cv"

    def __init__(self, period_short: int = 5, period_long: int = 20) -> None:
        whole(period_short=period_short, period_long=period_long)
        self.period = max(period_short, period_long)
        self._sums = [[Mean(period) for _ in range(3)] for period in (period_short, period_long)]

    def next(self, close: float, volume: float) -> float:
        """The index; NaN where there was no volume."""
        (paid_mean, price_mean, traded_mean), (long_paid_mean, long_price_mean, usual_mean) = self._sums
        money = close * volume
        paid, price, traded = paid_mean.next(money), price_mean.next(close), traded_mean.next(volume)
        long_paid, long_price, usual = long_paid_mean.next(money), long_price_mean.next(close), usual_mean.next(volume)
        if not (traded and usual and price):
            return NAN
        return (long_paid / usual - long_price) * (paid / traded / price) * traded / usual


@kernel("technical_vwmacd")
class Vwmacd(Kernel):
    """`technical.vwmacd`: Buff Dormeier's volume weighted MACD."""

    needs = "cv"
    parts = ("vwmacd", "signal", "hist")

    def __init__(self, fastperiod: int = 12, slowperiod: int = 26, signalperiod: int = 9) -> None:
        self.period = max(fastperiod, slowperiod) + signalperiod - 1
        self._averages = [SeededEma(period) for period in (fastperiod, fastperiod, slowperiod, slowperiod, signalperiod)]

    def next(self, close: float, volume: float) -> tuple[float, float, float]:
        """The difference of the averages, its average, and the difference of both."""
        fast_paid, fast, slow_paid, slow, signal = self._averages
        paid = close * volume
        of_fast, of_slow = (fast_paid.next(paid), fast.next(volume)), (slow_paid.next(paid), slow.next(volume))
        macd = of_fast[0] / of_fast[1] - of_slow[0] / of_slow[1] if of_fast[1] and of_slow[1] else NAN
        line = signal.next(macd)
        return macd, line, macd - line


@kernel("qtpylib_bollinger_bands")
class Bands(Kernel):
    """`qtpylib.bollinger_bands`: deviations of the sample, of fewer values while there are fewer; the bands are NaN for the first."""

    parts = ("upper", "mid", "lower")

    def __init__(self, window: int = 20, stds: float = 2) -> None:
        whole(2, window=window)
        self.period = window
        self._stds, self._count = stds, 0
        self._window = Deviation(window, partial=True)

    def next(self, x: float) -> tuple[float, float, float]:
        """The bands about the mean."""
        mean, variance = self._window.next(x)
        self._count = count = min(self._count + 1, self.period)
        width = self._stds * math.sqrt(variance * count / (count - 1)) if count > 1 else NAN
        return mean + width, mean, mean - width


@kernel("qtpylib_implied_volatility")
class ImpliedVolatility(Kernel):
    """`qtpylib.implied_volatility`: the deviation of the logarithmic returns times the root of `window`; of prices above 0."""

    def __init__(self, window: int = 252) -> None:
        whole(2, window=window)
        self.period = window
        self.rows = window + 1
        self._window, self._before = Deviation(window), NAN

    def next(self, x: float) -> float:
        """The volatility."""
        before, self._before = self._before, x
        if before != before:
            return NAN
        _, variance = self._window.next(math.log(x / before))
        return math.sqrt(variance / (self.period - 1)) * self.period

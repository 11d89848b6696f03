"""Indicators as Jesse, Freqtrade and TA-Lib have them, streaming and in columns, for LEAN algorithms and notebooks.

In an algorithm::

    self.trend = indicator("supertrend", 10, 3.0)
    self.register_indicator(self.btc, self.trend, Resolution.DAILY)      # then self.trend.value, self.trend.changed

On columns, under Jesse's names and with Jesse's values: `from lyra_ai.indicators import jesse as ta`, then
`ta.supertrend(candles, 10, 3, sequential=True)`. Under TA-Lib's: `from lyra_ai.indicators import talib`, then `talib.RSI(close, timeperiod=14)`.
"""

from lyra_ai.indicators.base import Kernel, column
from lyra_ai.indicators.catalogue import find, names
from lyra_ai.indicators.streaming import indicator

__all__ = ["Kernel", "column", "find", "indicator", "names"]

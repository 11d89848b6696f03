"""The moving average that a number chooses, `matype` in Jesse's indicators, and the deviation that `devtype` chooses."""

from __future__ import annotations

from typing import Any, Protocol

from lyra_ai.errors import SettingError
from lyra_ai.indicators.adaptive import Jma, Kama, Maaq
from lyra_ai.indicators.averages import Dema, Ema, Hma, Hwma, Jsa, Mwdx, Sma, Smma, Swma, Tema, Trima, Vwap, Vwma, Wilders, Wma
from lyra_ai.indicators.base import Kernel, kernel
from lyra_ai.indicators.filters import Gauss, HighPass, HighPass2Pole, Reflex, Supersmoother, Supersmoother3Pole, Trendflex
from lyra_ai.indicators.regression import Linearreg
from lyra_ai.indicators.weighted import Alma, Cwma, Edcf, Epma, Fwma, Nma, Pwma, Sinwma, Sqwma, Srwma, Vpwma
from lyra_ai.indicators.windows import MeanAbsoluteDeviation, MedianAbsoluteDeviation, StandardDeviation

MATYPES: dict[int, Any] = {
    0: Sma, 1: Ema, 2: Wma, 3: Dema, 4: Tema, 5: Trima, 6: Kama, 9: Fwma, 10: Hma, 11: Linearreg, 12: Wilders, 13: Sinwma, 14: Supersmoother,
    15: Supersmoother3Pole, 16: Gauss, 17: HighPass, 18: HighPass2Pole, 20: Jma, 21: Reflex, 22: Trendflex, 23: Smma, 24: Vwma, 25: Pwma,
    26: Swma, 27: Alma, 28: Hwma, 29: Vwap, 30: Nma, 31: Edcf, 32: Mwdx, 33: Maaq, 34: Srwma, 35: Sqwma, 36: Vpwma, 37: Cwma, 38: Jsa, 39: Epma,
}  # fmt: skip
"""Jesse's numbers; 7, 8 and 19 are none."""
WITHOUT_PERIOD = (Hwma, Vwap, Mwdx)


def average(matype: int, period: int) -> Kernel:
    """The average of a number, with its own defaults but for the period. Raises SettingError for a number that is none.

    What it needs beside the source (`needs`: volume for 24, volume and time for 29) its user passes on.
    """
    kind = MATYPES.get(matype)
    if kind is None:
        raise SettingError(f"matype is {matype}; there are {', '.join(str(number) for number in MATYPES)}.")
    made: Kernel = kind() if kind in WITHOUT_PERIOD else kind(period)
    return made


def needs_of(*averages: Kernel) -> str:
    """What several averages need together; each takes its first numbers of it."""
    return max((made.needs for made in averages), key=len)


class Deviation(Protocol):
    """How far the last values are from their middle, NaN until that is known."""

    def next(self, x: float) -> float:
        """Take in a value."""
        ...


def deviation(devtype: int, period: int) -> Deviation:
    """0 the standard deviation, 1 the mean, 2 the median absolute deviation. Raises SettingError for another number."""
    kinds: dict[int, Any] = {0: StandardDeviation, 1: MeanAbsoluteDeviation, 2: MedianAbsoluteDeviation}
    if devtype not in kinds:
        raise SettingError(f"devtype is {devtype}; it must be 0 (standard), 1 (mean absolute) or 2 (median absolute).")
    made: Deviation = kinds[devtype](period)
    return made


@kernel("ma")
class Ma(Kernel):
    """The moving average that `matype` chooses, with that average's own defaults but for the period.

    0 sma, 1 ema, 2 wma, 3 dema, 4 tema, 5 trima, 6 kama, 9 fwma, 10 hma, 11 linearreg, 12 wilders, 13 sinwma, 14 supersmoother,
    15 supersmoother_3_pole, 16 gauss, 17 high_pass, 18 high_pass_2_pole, 20 jma, 21 reflex, 22 trendflex, 23 smma, 24 vwma, 25 pwma, 26 swma,
    27 alma, 28 hwma, 29 vwap, 30 nma, 31 edcf, 32 mwdx, 33 maaq, 34 srwma, 35 sqwma, 36 vpwma, 37 cwma, 38 jsa, 39 epma.
    """

    def __init__(self, period: int = 30, matype: int = 0) -> None:
        self.period = period
        self._average = average(matype, period)
        self.needs = self._average.needs
        self.rows = self._average.warm_up

    def next(self, *numbers: float) -> float:
        """The average; known when the chosen one is."""
        found: float = self._average.next(*numbers)
        return found

"""Which indicators there are, in which module each lives, and where else its name is found."""

from __future__ import annotations

import difflib
import importlib

from lyra_ai.errors import SettingError
from lyra_ai.indicators.base import _REGISTRY, Kernel

_FAMILIES: dict[str, str] = {
    "averages": """
        alligator alma cwma dema edcf ema epma frama fwma gatorosc hma hwma jma jsa kama linearreg linearreg_angle
        linearreg_intercept linearreg_slope maaq mama mcginley_dynamic mwdx nma pma pwma rma rsx sinwma sma smma sqwma srwma
        swma t3 tema trima tsf vidya vpwma vwap vwma wilders wma zlema""",
    "filters": """
        bandpass dec_osc decycler emd gauss high_pass high_pass_2_pole itrend reflex roofing supersmoother supersmoother_3_pole
        talib_ht_dcperiod talib_ht_dcphase talib_ht_phasor talib_ht_sine talib_ht_trendline talib_ht_trendmode talib_mama
        trendflex voss""",
    "bands": """
        bollinger_bands bollinger_bands_width keltner ma mab squeeze_momentum stddev stiffness ttm_squeeze var vlma
        waddah_attar_explosion zscore""",
    "oscillators_of_averages": """
        apo cc dti hull_suit kst macd ppo trix tsi vwmacd wt""",
    "momentum": """
        acosc adx adxr ao aroon aroonosc bop cci cfo cg cmo di dm dpo dx er eri fisher fosc ift_rsi kdj lrsi mom pfe qstick roc
        rocp rocr rocr100 rsi rsmk srsi stc stoch stochf ttm_trend ultosc vi willr""",
    "prices": """
        ad adosc avgprice donchian efi emv heikin_ashi_candles ichimoku_cloud ichimoku_cloud_seq kvo marketfi medprice mfi
        midpoint midprice nvi obv pivot pvi talib_acos talib_add talib_asin talib_atan talib_ceil talib_cos talib_cosh talib_div
        talib_exp talib_floor talib_ln talib_log10 talib_mult talib_sin talib_sinh talib_sqrt talib_sub talib_tan talib_tanh
        typprice volume vosc vpci vpt wad wclprice""",
    "volatility": """
        atr chande chop cksp cvi damiani_volatmeter devstop kaufmanstop mass minmax natr rvi safezonestop sar supertrend
        support_resistance_with_breaks trange ui""",
    "window_statistics": """
        beta correl correlation_cycle hurst_exponent kurtosis mean_ad median_ad skew talib_beta talib_correl talib_cumsum
        talib_max talib_maxindex talib_min talib_minindex talib_minmax talib_minmaxindex talib_percentile talib_percentrank
        talib_sum""",
    "talib": """
        talib_ac talib_accbands talib_adosc talib_adr talib_adx talib_adxr talib_ao talib_apo talib_aroon talib_aroonosc talib_atr
        talib_avgdev talib_bbands talib_cmf talib_cmo talib_cmou talib_coppock talib_cvi talib_dema talib_dpo talib_dx talib_efi
        talib_ema talib_er talib_eri talib_fosc talib_fractal talib_ha talib_hma talib_imi talib_kama talib_kc talib_kdj talib_ma
        talib_macd talib_macdext talib_macdfix talib_marketfi talib_massi talib_mavp talib_mfi talib_minus_di talib_minus_dm
        talib_natr talib_plus_di talib_plus_dm talib_ppo talib_pvo talib_pvt talib_qstick talib_roc talib_rocp talib_rocr
        talib_rocr100 talib_rsi talib_rvi talib_rvol talib_sar talib_sarext talib_smi talib_stoch talib_stochf talib_stochrsi
        talib_supertrend talib_t3 talib_tema talib_trange talib_trix talib_tsi talib_ultosc talib_var talib_vhf talib_vortex
        talib_vwap talib_vwma talib_zlema""",
    "freqtrade": """
        qtpylib_bollinger_bands qtpylib_implied_volatility technical_laguerre technical_rmi technical_ssl_channels
        technical_supertrend technical_td_sequential technical_trama technical_vpci technical_vwmacd""",
    "patterns": """
        talib_cdl2crows talib_cdl3blackcrows talib_cdl3inside talib_cdl3linestrike talib_cdl3outside
        talib_cdl3starsinsouth talib_cdl3whitesoldiers talib_cdlabandonedbaby talib_cdladvanceblock talib_cdlbelthold
        talib_cdlbreakaway talib_cdlclosingmarubozu talib_cdlconcealbabyswall talib_cdlcounterattack
        talib_cdldarkcloudcover talib_cdldoji talib_cdldojistar talib_cdldragonflydoji talib_cdlengulfing
        talib_cdleveningdojistar talib_cdleveningstar talib_cdlgapsidesidewhite talib_cdlgravestonedoji talib_cdlhammer
        talib_cdlhangingman talib_cdlharami talib_cdlharamicross talib_cdlhighwave talib_cdlhikkake talib_cdlhikkakemod
        talib_cdlhomingpigeon talib_cdlidentical3crows talib_cdlinneck talib_cdlinvertedhammer talib_cdlkicking
        talib_cdlkickingbylength talib_cdlladderbottom talib_cdllongleggeddoji talib_cdllongline talib_cdlmarubozu
        talib_cdlmatchinglow talib_cdlmathold talib_cdlmorningdojistar talib_cdlmorningstar talib_cdlonneck
        talib_cdlpiercing talib_cdlrickshawman talib_cdlrisefall3methods talib_cdlseparatinglines talib_cdlshootingstar
        talib_cdlshortline talib_cdlspinningtop talib_cdlstalledpattern talib_cdlsticksandwich talib_cdltakuri
        talib_cdltasukigap talib_cdlthrusting talib_cdltristar talib_cdlunique3river talib_cdlupsidegap2crows
        talib_cdlxsidegap3methods""",
}
"""Module by module, the kernels in it. A module is loaded when one of its names is asked for, so that the first costs little."""
FAMILIES = tuple(_FAMILIES)
"""Modules of kernels."""
_HOMES = {name: family for family, names in _FAMILIES.items() for name in names.split()}


def names() -> list[str]:
    """Every indicator's name, sorted."""
    return sorted({*_HOMES, *_REGISTRY.kernels})


def find(name: str) -> type[Kernel]:
    """The kernel of a name. Raises SettingError with near names."""
    if name not in _REGISTRY.kernels and name in _HOMES:
        importlib.import_module(f"lyra_ai.indicators.{_HOMES[name]}")
    try:
        return _REGISTRY.kernels[name]
    except KeyError:
        near = difflib.get_close_matches(name, names(), 3)
        raise SettingError(f"There is no indicator called {name!r}." + (f" Did you mean {', '.join(near)}?" if near else "")) from None


AGREEMENT: dict[str, tuple[str, str]] = {
    "acosc": ("AC =", ""),
    "ad": ("AD =", "AccumulationDistribution ="),
    "adosc": ("ADOSC =", "AccumulationDistributionOscillator ~"),
    "adx": ("ADX ~", "AverageDirectionalIndex ~"),
    "adxr": ("ADXR !=", "AverageDirectionalMovementIndexRating !="),
    "alligator": ("", ""),
    "alma": ("", "ArnaudLegouxMovingAverage !="),
    "ao": ("AO =", "AwesomeOscillator ="),
    "apo": ("APO =", "AbsolutePriceOscillator ="),
    "aroon": ("AROON =", "AroonOscillator.AroonUp/Down ~"),
    "aroonosc": ("AROONOSC !=", "AroonOscillator !="),
    "atr": ("ATR ~", "AverageTrueRange ="),
    "avgprice": ("AVGPRICE =", ""),
    "bandpass": ("", "SwissArmyKnife.BandPass !="),
    "beta": ("BETA !=", "Beta !="),
    "bollinger_bands": ("BBANDS =", "BollingerBands ="),
    "bollinger_bands_width": ("", "BollingerBands.BandWidth (x100) =p"),
    "bop": ("BOP =", "BalanceOfPower ="),
    "cc": ("COPPOCK =", "CoppockCurve ="),
    "cci": ("CCI =", "CommodityChannelIndex ="),
    "cfo": ("", ""),
    "cg": ("", ""),
    "chande": ("", ""),
    "chop": ("", "ChoppinessIndex ="),
    "cksp": ("", "ChandeKrollStop !="),
    "cmo": ("CMO !=", "ChandeMomentumOscillator !="),
    "correl": ("CORREL =", "Correlation !="),
    "correlation_cycle": ("", ""),
    "cvi": ("CVI ~", ""),
    "cwma": ("", ""),
    "damiani_volatmeter": ("", ""),
    "dec_osc": ("", ""),
    "decycler": ("", ""),
    "dema": ("DEMA ~", "DoubleExponentialMovingAverage ="),
    "devstop": ("", ""),
    "di": ("PLUS_DI/MINUS_DI ~", "AverageDirectionalIndex.PositiveDI/NegativeDI ~"),
    "dm": ("PLUS_DM/MINUS_DM ~", ""),
    "donchian": ("DONCHIAN =", "DonchianChannel ="),
    "dpo": ("DPO =", "DetrendedPriceOscillator ="),
    "dti": ("", ""),
    "dx": ("DX !=", "AverageDirectionalIndex ~"),
    "edcf": ("", ""),
    "efi": ("EFI ~", "ForceIndex ~"),
    "ema": ("EMA ~", "ExponentialMovingAverage ~"),
    "emd": ("", ""),
    "emv": ("", "EaseOfMovementValue (period 1) =p"),
    "epma": ("", ""),
    "er": ("ER !=", "KaufmanEfficiencyRatio !="),
    "eri": ("ERI ~", ""),
    "fisher": ("", "FisherTransform ~"),
    "fosc": ("FOSC !=", ""),
    "frama": ("", "FractalAdaptiveMovingAverage !="),
    "fwma": ("", ""),
    "gatorosc": ("", ""),
    "gauss": ("", "SwissArmyKnife.Gauss (poles=2) =p"),
    "heikin_ashi_candles": ("HA !=", "HeikinAshi !="),
    "high_pass": ("", "SwissArmyKnife.HighPass !="),
    "high_pass_2_pole": ("", "SwissArmyKnife.TwoPoleHighPass !="),
    "hma": ("HMA =", "HullMovingAverage ="),
    "hull_suit": ("", ""),
    "hurst_exponent": ("", "HurstExponent ?"),
    "hwma": ("", ""),
    "ichimoku_cloud": ("", "IchimokuKinkoHyo ="),
    "ichimoku_cloud_seq": ("", "IchimokuKinkoHyo ="),
    "ift_rsi": ("", ""),
    "itrend": ("", ""),
    "jma": ("", ""),
    "jsa": ("", ""),
    "kama": ("KAMA =", "KaufmanAdaptiveMovingAverage ="),
    "kaufmanstop": ("", ""),
    "kdj": ("KDJ !=", ""),
    "keltner": ("KC !=", "KeltnerChannels !="),
    "kst": ("", "KnowSureThing ="),
    "kurtosis": ("", ""),
    "kvo": ("", "KlingerVolumeOscillator !="),
    "linearreg": ("LINEARREG =", "LeastSquaresMovingAverage ?"),
    "linearreg_angle": ("LINEARREG_ANGLE =", ""),
    "linearreg_intercept": ("LINEARREG_INTERCEPT =", "LeastSquaresMovingAverage.Intercept ?"),
    "linearreg_slope": ("LINEARREG_SLOPE =", "LeastSquaresMovingAverage.Slope ?"),
    "lrsi": ("", ""),
    "ma": ("MA disp", "MovingAverageType factory (13 of 37 matypes) ?"),
    "maaq": ("", ""),
    "mab": ("", ""),
    "macd": ("MACD ~", "MovingAverageConvergenceDivergence ="),
    "mama": ("MAMA ~", "MesaAdaptiveMovingAverage (hl2) ~"),
    "marketfi": ("MARKETFI =", ""),
    "mass": ("MASSI ~", "MassIndex ="),
    "mcginley_dynamic": ("", "McGinleyDynamic (k=1; Jesse default .6 differs) =p"),
    "mean_ad": ("AVGDEV !=", "MeanAbsoluteDeviation !="),
    "median_ad": ("", ""),
    "medprice": ("MEDPRICE =", ""),
    "mfi": ("MFI =", "MoneyFlowIndex ="),
    "midpoint": ("MIDPOINT =", "MidPoint ="),
    "midprice": ("MIDPRICE =", "MidPrice ="),
    "minmax": ("", ""),
    "mom": ("MOM =", "Momentum ="),
    "mwdx": ("", ""),
    "natr": ("NATR ~", "NormalizedAverageTrueRange ~"),
    "nma": ("", ""),
    "nvi": ("NVI =", ""),
    "obv": ("OBV =", "OnBalanceVolume ="),
    "pfe": ("", ""),
    "pivot": ("", ""),
    "pma": ("", ""),
    "ppo": ("PPO =", "PercentagePriceOscillator ="),
    "pvi": ("PVI =", ""),
    "pwma": ("", ""),
    "qstick": ("QSTICK =", ""),
    "reflex": ("", ""),
    "rma": ("RMA =", "WilderMovingAverage ?"),
    "roc": ("ROC =", "RateOfChangePercent ="),
    "rocp": ("ROCP =", "RateOfChange ?"),
    "rocr": ("ROCR =", "RateOfChangeRatio ="),
    "rocr100": ("ROCR100 =", "RateOfChangeRatio x100 ?"),
    "roofing": ("", ""),
    "rsi": ("RSI =", "RelativeStrengthIndex ="),
    "rsmk": ("", ""),
    "rsx": ("", ""),
    "rvi": ("RVI !=", ""),
    "safezonestop": ("", ""),
    "sar": ("SAR ~", "ParabolicStopAndReverse ?"),
    "sinwma": ("", ""),
    "skew": ("", ""),
    "sma": ("SMA =", "SimpleMovingAverage ="),
    "smma": ("RMA ~", "WilderMovingAverage ?"),
    "squeeze_momentum": ("", "SqueezeMomentum !="),
    "sqwma": ("", ""),
    "srsi": ("STOCHRSI =", "StochasticRelativeStrengthIndex ="),
    "srwma": ("", ""),
    "stc": ("", "SchaffTrendCycle ~"),
    "stddev": ("STDDEV =", "StandardDeviation ?"),
    "stiffness": ("", ""),
    "stoch": ("STOCH =", "Stochastic ="),
    "stochf": ("STOCHF =", "Stochastic.FastStoch ?"),
    "supersmoother": ("", ""),
    "supersmoother_3_pole": ("", ""),
    "supertrend": ("SUPERTREND ~", "SuperTrend ="),
    "support_resistance_with_breaks": ("", ""),
    "swma": ("", ""),
    "t3": ("T3 ~", "T3MovingAverage (vfactor .7) =p"),
    "talib_accbands": ("ACCBANDS =", "AccelerationBands ?"),
    "talib_adr": ("ADR =", "AverageRange ?"),
    "talib_cmf": ("CMF =", "ChaikinMoneyFlow ?"),
    "talib_cmou": ("CMOU =", "ChandeMomentumOscillator ?"),
    "talib_fractal": ("FRACTAL =", "PivotPointsHighLow ?"),
    "talib_ht_phasor": ("HT_PHASOR =", "HilbertTransform ?"),
    "talib_macdext": ("MACDEXT =", "MovingAverageConvergenceDivergence ?"),
    "talib_macdfix": ("MACDFIX =", "MovingAverageConvergenceDivergence ?"),
    "talib_max": ("MAX =", "Maximum ="),
    "talib_min": ("MIN =", "Minimum ="),
    "talib_sarext": ("SAREXT =", "ParabolicStopAndReverseExtended ?"),
    "talib_sum": ("SUM =", "Sum ="),
    "technical_td_sequential": ("", "TomDemarkSequential ?"),
    "tema": ("TEMA ~", "TripleExponentialMovingAverage ="),
    "trange": ("TRANGE =", "TrueRange ="),
    "trendflex": ("", ""),
    "trima": ("TRIMA =", "TriangularMovingAverage ="),
    "trix": ("TRIX !=", "Trix !="),
    "tsf": ("TSF =", "TimeSeriesForecast ="),
    "tsi": ("TSI ~", "TrueStrengthIndex ~"),
    "ttm_squeeze": ("", ""),
    "ttm_trend": ("", ""),
    "typprice": ("TYPPRICE =", ""),
    "ui": ("", ""),
    "ultosc": ("ULTOSC =", "UltimateOscillator ="),
    "var": ("VAR =", "Variance ="),
    "vi": ("VORTEX =", "Vortex ="),
    "vidya": ("", "VariableIndexDynamicAverage !="),
    "vlma": ("", ""),
    "volume": ("", ""),
    "vosc": ("", ""),
    "voss": ("", ""),
    "vpci": ("", ""),
    "vpt": ("PVT !=", ""),
    "vpwma": ("", ""),
    "vwap": ("VWAP !=", "VWAP / IntradayVwap !="),
    "vwma": ("VWMA =", "VolumeWeightedMovingAverage ="),
    "vwmacd": ("", ""),
    "wad": ("WAD =", ""),
    "waddah_attar_explosion": ("", ""),
    "wclprice": ("WCLPRICE =", ""),
    "wilders": ("RMA ~", "WilderMovingAverage ?"),
    "willr": ("WILLR =", "WilliamsPercentR ="),
    "wma": ("WMA =", "LinearWeightedMovingAverage ="),
    "wt": ("", "WaveTrendOscillator ~"),
    "zlema": ("ZLEMA ~", "ZeroLagExponentialMovingAverage ="),
    "zscore": ("", ""),
}
"""By name: TA-Lib's function and LEAN's class, each with its mark; empty where there is none.

`=` the same values, `~` the same once the seeds have faded, `=p` the same with another parameter, `!=` a namesake with other values, `?` not
compared. TA-Lib is 0.8.2, Jesse 3.5.3, LEAN of August 2026; compared by running them on the same bars.
"""

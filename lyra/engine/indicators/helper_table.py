"""The table of QCAlgorithm's indicator helpers: `self.ema(symbol, period, resolution=None, selector=None)` and so on.

Names, order of parameters, defaults and default names as in LEAN (`Algorithm/QCAlgorithm.Indicators.cs`), checked against
`lean-indicators/index.json`. Several rows of one name are its overloads. `helpers.py` says how a row is used.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lyra.engine.enums import CorrelationType, MovingAverageType, Resolution, SwissArmyKnifeTool
from lyra.engine.indicators.arguments import REQUIRED, Parameter, average_type, double, integer, member, number, truth
from lyra.engine.naming import snake_case

SYMBOL, PAIR, SYMBOLS = "symbol", "pair", "symbols"
"""What comes first: one symbol, a target and a reference, or a list."""
VALUE, BAR, TRADE_BAR, NONE = "value", "bar", "trade_bar", "none"
"""What a selector gives: a number, a bar, a trade bar; or that there is none."""


class Helper(NamedTuple):
    """One overload of a helper."""

    name: str
    lean_name: str
    indicator: str
    parameters: tuple[Parameter, ...]
    label: str
    symbols: str = SYMBOL
    selects: str = VALUE
    resolution: Any = None
    """Its default; REQUIRED where LEAN's default cannot be converted, so that leaving it out raises."""
    arguments: tuple[Any, ...] | None = None
    """The constructor's arguments after the name: names of parameters or plain values. None: all parameters in order."""
    rate: bool = False
    """Whether `risk_free_rate` None stands for the algorithm's risk-free rate model."""
    resolution_at: int | None = None
    """How many parameters come before the resolution; None: all."""
    named: bool = True
    """Whether the constructor gets the name."""


def _row(lean_name: str, indicator: str, parameters: tuple[Parameter, ...], label: str, **more: Any) -> Helper:
    return Helper(snake_case(lean_name), lean_name, indicator, parameters, label, **more)


HELPERS: tuple[Helper, ...] = (
    _row(
        "ABANDS",
        "AccelerationBands",
        (integer("period"), number("width", "4"), average_type(MovingAverageType.SIMPLE, "moving_average_type")),
        "ABANDS({period},{width})",
        selects=TRADE_BAR,
    ),
    _row("AD", "AccumulationDistribution", (), "AD", selects=TRADE_BAR),
    _row(
        "ADOSC",
        "AccumulationDistributionOscillator",
        (integer("fast_period"), integer("slow_period")),
        "ADOSC({fast_period},{slow_period})",
        selects=TRADE_BAR,
    ),
    _row(
        "A",
        "Alpha",
        (integer("alpha_period", 1), integer("beta_period", 252), number("risk_free_rate", None)),
        "A({alpha_period},{beta_period},{risk_free_rate})",
        symbols=PAIR,
        selects=BAR,
        rate=True,
        resolution_at=2,
    ),
    _row("AR", "AverageRange", (integer("period"),), "AR({period})", selects=BAR),
    _row(
        "ARIMA",
        "AutoRegressiveIntegratedMovingAverage",
        (integer("ar_order"), integer("diff_order"), integer("ma_order"), integer("period")),
        "ARIMA({ar_order},{diff_order},{ma_order},{period})",
    ),
    _row(
        "ARIMA",
        "AutoRegressiveIntegratedMovingAverage",
        (integer("ar_order"), integer("diff_order"), integer("ma_order"), integer("period"), truth("intercept")),
        "ARIMA({ar_order},{diff_order},{ma_order},{period})",
    ),
    _row("ADX", "AverageDirectionalIndex", (integer("period"),), "ADX({period})", selects=BAR),
    _row(
        "AO",
        "AwesomeOscillator",
        (integer("fast_period"), integer("slow_period"), average_type(REQUIRED, "type")),
        "AO({fast_period},{slow_period},{type})",
        selects=BAR,
    ),
    _row("ADXR", "AverageDirectionalMovementIndexRating", (integer("period"),), "ADXR({period})", selects=BAR),
    _row(
        "ALMA",
        "ArnaudLegouxMovingAverage",
        (integer("period"), integer("sigma", 6), number("offset", "0.85")),
        "ALMA({period},{sigma},{offset})",
    ),
    _row(
        "APO",
        "AbsolutePriceOscillator",
        (integer("fast_period"), integer("slow_period"), average_type(REQUIRED, "moving_average_type")),
        "APO({fast_period},{slow_period})",
    ),
    _row("AROON", "AroonOscillator", (integer("period"),), "AROON({period},{period})", selects=BAR, arguments=("period", "period")),
    _row("AROON", "AroonOscillator", (integer("up_period"), integer("down_period")), "AROON({up_period},{down_period})", selects=BAR),
    _row("ATR", "AverageTrueRange", (integer("period"), average_type(MovingAverageType.SIMPLE, "type")), "ATR({period})", selects=BAR),
    _row("APS", "AugenPriceSpike", (integer("period", 3),), "APS({period})"),
    _row(
        "BB",
        "BollingerBands",
        (integer("period"), number("k"), average_type(MovingAverageType.SIMPLE, "moving_average_type")),
        "BB({period},{k})",
    ),
    _row("B", "Beta", (integer("period"),), "B({period})", symbols=PAIR, selects=BAR),
    _row("BOP", "BalanceOfPower", (), "BOP", selects=BAR),
    _row(
        "CC",
        "CoppockCurve",
        (integer("short_roc_period", 11), integer("long_roc_period", 14), integer("lwma_period", 10)),
        "CC({short_roc_period},{long_roc_period},{lwma_period})",
    ),
    _row(
        "C",
        "Correlation",
        (integer("period"), member("correlation_type", CorrelationType, CorrelationType.PEARSON)),
        "C({period})",
        symbols=PAIR,
        selects=BAR,
    ),
    _row("COV", "Covariance", (integer("period"),), "COV({period})", symbols=PAIR, selects=BAR),
    _row(
        "CCI",
        "CommodityChannelIndex",
        (integer("period"), average_type(MovingAverageType.SIMPLE, "moving_average_type")),
        "CCI({period})",
        selects=BAR,
    ),
    _row("CHOP", "ChoppinessIndex", (integer("period"),), "CHOP({period})", selects=BAR),
    _row(
        "CKS",
        "ChandeKrollStop",
        (integer("atr_period"), number("atr_mult"), integer("period"), average_type(MovingAverageType.WILDERS, "moving_average_type")),
        "CKS({atr_period},{atr_mult},{period})",
        selects=BAR,
    ),
    _row("CMF", "ChaikinMoneyFlow", (integer("period"),), "CMF({period})", selects=TRADE_BAR),
    _row("CO", "ChaikinOscillator", (integer("fast_period"), integer("slow_period")), "CO({fast_period},{slow_period})", selects=TRADE_BAR),
    _row("CMO", "ChandeMomentumOscillator", (integer("period"),), "CMO({period})"),
    _row(
        "CRSI",
        "ConnorsRelativeStrengthIndex",
        (integer("rsi_period"), integer("rsi_period_streak"), integer("look_back_period")),
        "CRSI({rsi_period},{rsi_period_streak},{look_back_period})",
    ),
    _row("DEM", "DeMarkerIndicator", (integer("period"), average_type(REQUIRED, "type")), "DEM({period},{type})", selects=TRADE_BAR),
    _row("DCH", "DonchianChannel", (integer("upper_period"), integer("lower_period")), "DCH({upper_period},{lower_period})", selects=BAR),
    _row("DCH", "DonchianChannel", (integer("period"),), "DCH({period},{period})", selects=BAR),
    _row("DEMA", "DoubleExponentialMovingAverage", (integer("period"),), "DEMA({period})"),
    _row(
        "DO",
        "DerivativeOscillator",
        (integer("rsi_period"), integer("smoothing_rsi_period"), integer("double_smoothing_rsi_period"), integer("signal_line_period")),
        "DO({rsi_period},{smoothing_rsi_period},{double_smoothing_rsi_period},{signal_line_period})",
    ),
    _row("DPO", "DetrendedPriceOscillator", (integer("period"),), "DPO({period})"),
    _row("EMA", "ExponentialMovingAverage", (integer("period"),), "EMA({period})"),
    _row("EMA", "ExponentialMovingAverage", (integer("period"), number("smoothing_factor")), "EMA({period})"),
    _row("EMV", "EaseOfMovementValue", (integer("period", 1), integer("scale", 10000)), "EMV({period}, {scale})", selects=TRADE_BAR),
    _row("FI", "ForceIndex", (integer("period"), average_type(MovingAverageType.EXPONENTIAL, "type")), "FI({period})", selects=TRADE_BAR),
    _row("FISH", "FisherTransform", (integer("period"),), "FISH({period})", selects=TRADE_BAR),
    _row(
        "FRAMA",
        "FractalAdaptiveMovingAverage",
        (integer("period"), integer("long_period", 198)),
        "FRAMA({period},{long_period})",
        selects=BAR,
    ),
    _row("HeikinAshi", "HeikinAshi", (), "HA", selects=TRADE_BAR),
    _row("HE", "HurstExponent", (integer("period"), integer("max_lag", 20)), "HE({period},{max_lag})"),
    _row(
        "HT",
        "HilbertTransform",
        (integer("length"), number("in_phase_multiplication_factor"), number("quadrature_multiplication_factor")),
        "HT({length}, {in_phase_multiplication_factor}, {quadrature_multiplication_factor})",
        named=False,
    ),
    _row("HMA", "HullMovingAverage", (integer("period"),), "HMA({period})"),
    _row("IBS", "InternalBarStrength", (), "IBS", selects=TRADE_BAR),
    _row(
        "ICHIMOKU",
        "IchimokuKinkoHyo",
        (
            integer("tenkan_period"),
            integer("kijun_period"),
            integer("senkou_a_period"),
            integer("senkou_b_period"),
            integer("senkou_a_delay_period"),
            integer("senkou_b_delay_period"),
        ),
        "ICHIMOKU({tenkan_period},{kijun_period},{senkou_a_period},{senkou_b_period},{senkou_a_delay_period},{senkou_b_delay_period})",
        selects=TRADE_BAR,
    ),
    _row("KAMA", "KaufmanAdaptiveMovingAverage", (integer("period"),), "KAMA({period},2,30)"),
    _row(
        "KAMA",
        "KaufmanAdaptiveMovingAverage",
        (integer("period"), integer("fast_ema_period"), integer("slow_ema_period")),
        "KAMA({period},{fast_ema_period},{slow_ema_period})",
    ),
    _row("KER", "KaufmanEfficiencyRatio", (integer("period", 2),), "KER({period})"),
    _row(
        "KCH",
        "KeltnerChannels",
        (integer("period"), number("k"), average_type(MovingAverageType.SIMPLE, "moving_average_type")),
        "KCH({period},{k})",
        selects=BAR,
    ),
    _row(
        "KST",
        "KnowSureThing",
        (
            integer("roc_1_period", 10),
            integer("roc_1_ma_period", 10),
            integer("roc_2_period", 15),
            integer("roc_2_ma_period", 10),
            integer("roc_3_period", 20),
            integer("roc_3_ma_period", 10),
            integer("roc_4_period", 30),
            integer("roc_4_ma_period", 15),
            integer("signal_period", 9),
            average_type(MovingAverageType.SIMPLE, "moving_average_type"),
        ),
        "KST({roc_1_period},{roc_1_ma_period},{roc_2_period},{roc_2_ma_period},{roc_3_period},{roc_3_ma_period},{roc_4_period},{roc_4_ma_period},{signal_period},{moving_average_type})",
    ),
    _row(
        "KVO",
        "KlingerVolumeOscillator",
        (integer("fast_period"), integer("slow_period"), integer("signal_period", 13)),
        "KVO({fast_period},{slow_period},{signal_period})",
        selects=TRADE_BAR,
    ),
    _row("LOGR", "LogReturn", (integer("period"),), "LOGR({period})"),
    _row("LSMA", "LeastSquaresMovingAverage", (integer("period"),), "LSMA({period})"),
    _row("LWMA", "LinearWeightedMovingAverage", (integer("period"),), "LWMA({period})"),
    _row(
        "MACD",
        "MovingAverageConvergenceDivergence",
        (integer("fast_period"), integer("slow_period"), integer("signal_period"), average_type(MovingAverageType.EXPONENTIAL, "type")),
        "MACD({fast_period},{slow_period},{signal_period})",
    ),
    _row("MAD", "MeanAbsoluteDeviation", (integer("period"),), "MAD({period})"),
    _row(
        "MAMA",
        "MesaAdaptiveMovingAverage",
        (number("fast_limit", "0.5"), number("slow_limit", "0.05")),
        "MAMA({fast_limit},{slow_limit})",
        selects=BAR,
    ),
    _row(
        "VP",
        "VolumeProfile",
        (integer("period", 2), number("value_area_volume_percentage", "0.70"), number("price_range_round_off", "0.05")),
        "VP({period},{value_area_volume_percentage},{price_range_round_off})",
        selects=TRADE_BAR,
        resolution=Resolution.DAILY,
    ),
    _row(
        "TP",
        "TimeProfile",
        (integer("period", 2), number("value_area_volume_percentage", "0.70"), number("price_range_round_off", "0.05")),
        "TP({period},{value_area_volume_percentage},{price_range_round_off})",
        selects=TRADE_BAR,
        resolution=Resolution.DAILY,
    ),
    _row("TSF", "TimeSeriesForecast", (integer("period"),), "TSF({period})"),
    _row("MAX", "Maximum", (integer("period"),), "MAX({period})"),
    _row("MFI", "MoneyFlowIndex", (integer("period"),), "MFI({period})", selects=TRADE_BAR),
    _row("MASS", "MassIndex", (integer("ema_period", 9), integer("sum_period", 25)), "MASS({ema_period},{sum_period})", selects=TRADE_BAR),
    _row("MIDPOINT", "MidPoint", (integer("period"),), "MIDPOINT({period})"),
    _row("MIDPRICE", "MidPrice", (integer("period"),), "MIDPRICE({period})", selects=BAR),
    _row("MIN", "Minimum", (integer("period"),), "MIN({period})"),
    _row("MOM", "Momentum", (integer("period"),), "MOM({period})"),
    _row("MOMERSION", "Momersion", (integer("min_period"), integer("full_period")), "MOMERSION({min_period},{full_period})"),
    _row("MOMP", "MomentumPercent", (integer("period"),), "MOMP({period})"),
    _row("NATR", "NormalizedAverageTrueRange", (integer("period"),), "NATR({period})", selects=BAR),
    _row("NHNL", "NewHighsNewLows", (integer("period"),), "NH/NL({period})", symbols=SYMBOLS, selects=BAR),
    _row("NHNLV", "NewHighsNewLowsVolume", (integer("period"),), "NH/NL Volume({period})", symbols=SYMBOLS, selects=TRADE_BAR),
    _row("OBV", "OnBalanceVolume", (), "OBV", selects=TRADE_BAR),
    _row(
        "PPHL",
        "PivotPointsHighLow",
        (integer("length_high"), integer("length_low"), integer("last_stored_values")),
        "PPHL({length_high},{length_low})",
        selects=BAR,
    ),
    _row(
        "PPHL",
        "PivotPointsHighLow",
        (integer("length_high"), integer("length_low"), integer("last_stored_values", 100), truth("strict", True)),
        "PPHL({length_high},{length_low})",
        selects=BAR,
    ),
    _row(
        "PPO",
        "PercentagePriceOscillator",
        (integer("fast_period"), integer("slow_period"), average_type(REQUIRED, "moving_average_type")),
        "PPO({fast_period},{slow_period})",
    ),
    _row(
        "PSAR",
        "ParabolicStopAndReverse",
        (number("af_start", "0.02"), number("af_increment", "0.02"), number("af_max", "0.2")),
        "PSAR({af_start},{af_increment},{af_max})",
        selects=BAR,
    ),
    _row("RC", "RegressionChannel", (integer("period"), number("k")), "RC({period},{k})"),
    _row("RMA", "RelativeMovingAverage", (integer("period"),), "RMA({period})"),
    _row("ROC", "RateOfChange", (integer("period"),), "ROC({period})"),
    _row("ROCP", "RateOfChangePercent", (integer("period"),), "ROCP({period})"),
    _row("ROCR", "RateOfChangeRatio", (integer("period"),), "ROCR({period})"),
    _row(
        "RSI",
        "RelativeStrengthIndex",
        (integer("period"), average_type(MovingAverageType.WILDERS, "moving_average_type")),
        "RSI({period},{moving_average_type})",
    ),
    _row(
        "RVI",
        "RelativeVigorIndex",
        (integer("period"), average_type(MovingAverageType.SIMPLE, "moving_average_type")),
        "RVI({period},{moving_average_type})",
        selects=TRADE_BAR,
    ),
    _row("RDV", "RelativeDailyVolume", (integer("period", 2),), "RDV({period})", selects=TRADE_BAR, resolution=Resolution.DAILY),
    _row(
        "SRSI",
        "StochasticRelativeStrengthIndex",
        (
            integer("rsi_period"),
            integer("stoch_period"),
            integer("k_smoothing_period"),
            integer("d_smoothing_period"),
            average_type(MovingAverageType.SIMPLE, "moving_average_type"),
        ),
        "SRSI({rsi_period},{stoch_period},{k_smoothing_period},{d_smoothing_period})",
    ),
    _row(
        "STR",
        "SuperTrend",
        (integer("period"), number("multiplier"), average_type(MovingAverageType.WILDERS, "moving_average_type")),
        "STR({period},{multiplier})",
        selects=BAR,
    ),
    _row(
        "SR", "SharpeRatio", (integer("sharpe_period"), number("risk_free_rate", None)), "SR({sharpe_period},{risk_free_rate})", rate=True
    ),
    _row(
        "SORTINO",
        "SortinoRatio",
        (integer("sortino_period"), double("minimum_acceptable_return", 0.0)),
        "SORTINO({sortino_period},{minimum_acceptable_return})",
    ),
    _row(
        "SAREXT",
        "ParabolicStopAndReverseExtended",
        (
            number("sar_start", "0.0"),
            number("offset_on_reverse", "0.0"),
            number("af_start_short", "0.02"),
            number("af_increment_short", "0.02"),
            number("af_max_short", "0.2"),
            number("af_start_long", "0.02"),
            number("af_increment_long", "0.02"),
            number("af_max_long", "0.2"),
        ),
        "SAREXT({sar_start},{offset_on_reverse},{af_start_short},{af_increment_short},{af_max_short},{af_start_long},{af_increment_long},{af_max_long})",
        selects=BAR,
    ),
    _row(
        "SM",
        "SqueezeMomentum",
        (
            integer("bollinger_period", 20),
            number("bollinger_multiplier", "2"),
            integer("keltner_period", 20),
            number("keltner_multiplier", "1.5"),
        ),
        "SM({bollinger_period}, {bollinger_multiplier}, {keltner_period}, {keltner_multiplier})",
        selects=BAR,
    ),
    _row("SMA", "SimpleMovingAverage", (integer("period"),), "SMA({period})"),
    _row(
        "STC",
        "SchaffTrendCycle",
        (
            integer("cycle_period"),
            integer("fast_period"),
            integer("slow_period"),
            average_type(MovingAverageType.EXPONENTIAL, "moving_average_type"),
        ),
        "STC({cycle_period},{fast_period},{slow_period})",
    ),
    _row(
        "SOBV",
        "SmoothedOnBalanceVolume",
        (integer("period"), average_type(MovingAverageType.SIMPLE, "type")),
        "SOBV({period})",
        selects=BAR,
    ),
    _row("STD", "StandardDeviation", (integer("period"),), "STD({period})"),
    _row(
        "TDD",
        "TargetDownsideDeviation",
        (integer("period"), double("minimum_acceptable_return", 0.0)),
        "TDD({period},{minimum_acceptable_return})",
    ),
    _row("TDS", "TomDemarkSequential", (), "TDS", selects=BAR),
    _row(
        "STO",
        "Stochastic",
        (integer("period"), integer("k_period"), integer("d_period")),
        "STO({period},{k_period},{d_period})",
        selects=TRADE_BAR,
    ),
    _row("STO", "Stochastic", (integer("period"),), "STO({period},{period},3)", selects=TRADE_BAR, arguments=("period", "period", 3)),
    _row("PSO", "PremierStochasticOscillator", (integer("period"), integer("ema_period")), "PSO({period},{ema_period})", selects=TRADE_BAR),
    _row("SUM", "Sum", (integer("period"),), "SUM({period})"),
    _row(
        "SWISS",
        "SwissArmyKnife",
        (integer("period"), double("delta"), member("tool", SwissArmyKnifeTool)),
        "SWISS({period},{delta},{tool})",
    ),
    _row("T3", "T3MovingAverage", (integer("period"), number("volume_factor", "0.7")), "T3({period},{volume_factor})"),
    _row("TEMA", "TripleExponentialMovingAverage", (integer("period"),), "TEMA({period})"),
    _row(
        "TSI",
        "TrueStrengthIndex",
        (
            integer("long_term_period", 25),
            integer("short_term_period", 13),
            integer("signal_period", 7),
            average_type(MovingAverageType.EXPONENTIAL, "signal_type"),
        ),
        "TSI({long_term_period},{short_term_period},{signal_period})",
    ),
    _row("TR", "TrueRange", (), "TR", selects=BAR),
    _row("TRIMA", "TriangularMovingAverage", (integer("period"),), "TRIMA({period})"),
    _row("TRIX", "Trix", (integer("period"),), "TRIX({period})"),
    _row(
        "ULTOSC",
        "UltimateOscillator",
        (integer("period_1"), integer("period_2"), integer("period_3")),
        "ULTOSC({period_1},{period_2},{period_3})",
        selects=BAR,
    ),
    _row("VIDYA", "VariableIndexDynamicAverage", (integer("period"),), "VIDYA({period})"),
    _row("VAR", "Variance", (integer("period"),), "V({period})"),
    _row("V", "Variance", (integer("period"),), "V({period})"),
    _row("VAR", "ValueAtRisk", (integer("period"), double("confidence_level")), "VAR({period},{confidence_level})"),
    _row("VWAP", "VolumeWeightedAveragePriceIndicator", (integer("period"),), "VWAP({period})", selects=TRADE_BAR),
    _row("VWAP", "IntradayVwap", (), "VWAP", selects=NONE),
    _row("VWMA", "VolumeWeightedMovingAverage", (integer("period"),), "VWMA({period})", selects=TRADE_BAR),
    _row("VTX", "Vortex", (integer("period"),), "VTX({period})", selects=BAR),
    _row("WILR", "WilliamsPercentR", (integer("period"),), "WILR({period})", selects=BAR),
    _row("WWMA", "WilderMovingAverage", (integer("period"),), "WWMA({period})"),
    _row("SI", "WilderSwingIndex", (number("limit_move"),), "SI", selects=TRADE_BAR, resolution=REQUIRED),
    _row("ASI", "WilderAccumulativeSwingIndex", (number("limit_move"),), "ASI", selects=TRADE_BAR, resolution=REQUIRED),
    _row(
        "WTO",
        "WaveTrendOscillator",
        (integer("channel_period"), integer("average_period"), integer("signal_period")),
        "WTO({channel_period},{average_period},{signal_period})",
        selects=BAR,
    ),
    _row("TRIN", "ArmsIndex", (), "TRIN", symbols=SYMBOLS, selects=TRADE_BAR),
    _row("ADR", "AdvanceDeclineRatio", (), "A/D Ratio", symbols=SYMBOLS, selects=TRADE_BAR),
    _row("ADVR", "AdvanceDeclineVolumeRatio", (), "A/D Volume Rate", symbols=SYMBOLS, selects=TRADE_BAR),
    _row("ADDIFF", "AdvanceDeclineDifference", (), "A/D Difference", symbols=SYMBOLS, selects=TRADE_BAR),
    _row("MGD", "McGinleyDynamic", (integer("period"),), "MGD({period})"),
    _row(
        "MOSC",
        "McClellanOscillator",
        (integer("fast_period", 19), integer("slow_period", 39)),
        "MO({fast_period},{slow_period})",
        symbols=SYMBOLS,
        selects=TRADE_BAR,
    ),
    _row(
        "MSI",
        "McClellanSummationIndex",
        (integer("fast_period", 19), integer("slow_period", 39)),
        "MSI({fast_period},{slow_period})",
        symbols=SYMBOLS,
        selects=TRADE_BAR,
    ),
    _row("RSV", "RogersSatchellVolatility", (integer("period"),), "RSV({period})", selects=BAR),
    _row("ZLEMA", "ZeroLagExponentialMovingAverage", (integer("period"),), "ZLEMA({period})"),
    _row(
        "ZZ", "ZigZag", (number("sensitivity", "0.05"), integer("min_trend_length", 1)), "ZZ({sensitivity},{min_trend_length})", selects=BAR
    ),
)

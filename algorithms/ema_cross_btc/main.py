"""Trend following with two moving averages: in Bitcoin while the fast average is above the slow one, in dollars otherwise.

Shows: parameters, automatic indicators, warm-up, orders sized by weight, charts of your own.
Data: hourly BTCUSD of Coinbase; `lyra data sample` fetches it (`lyra demo` does that and runs this very file).
"""

from AlgorithmImports import *


class EmaCrossBtc(QCAlgorithm):

    def initialize(self):
        self.set_start_date(2017, 7, 10)
        self.set_end_date(2019, 10, 16)
        self.set_cash(100_000)
        # Coinbase's fees and order rules. A cash account cannot borrow and cannot be short.
        self.set_brokerage_model(BrokerageName.COINBASE, AccountType.CASH)

        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
        self.set_benchmark(self.btc)

        # Parameters come from config.json, or from the command line: --parameter ema-fast 12
        fast = self.get_parameter("ema-fast", 24)
        slow = self.get_parameter("ema-slow", 120)
        # These indicators are updated by the engine with every hourly close.
        self.fast = self.ema(self.btc, fast, Resolution.HOUR)
        self.slow = self.ema(self.btc, slow, Resolution.HOUR)
        # Warm-up feeds the indicators with the hours before the start, so that the first day can trade.
        self.set_warm_up(slow, Resolution.HOUR)

    def on_data(self, data: Slice):
        if self.is_warming_up or not self.slow.is_ready:
            return
        # A dead band of 0.1 % keeps noise around the crossing from trading back and forth.
        above = self.fast.current.value > self.slow.current.value * 1.001
        below = self.fast.current.value < self.slow.current.value * 0.999
        if above and not self.portfolio.invested:
            self.set_holdings(self.btc, 0.95)  # the rest pays fees
        elif below and self.portfolio.invested:
            self.liquidate(self.btc)

    def on_order_event(self, order_event: OrderEvent):
        if order_event.status == OrderStatus.FILLED:
            self.debug(f"{order_event.direction} {order_event.fill_quantity} at {order_event.fill_price}")

    def on_end_of_day(self, symbol: Symbol):
        # Everything that is plotted lands in the result file, under the chart's name.
        if self.slow.is_ready:
            self.plot("Averages", "Fast", self.fast.current.value)
            self.plot("Averages", "Slow", self.slow.current.value)

"""Breakouts with a bracket: enter above the channel, then let a stop loss and a take profit decide, whichever comes first.

Shows: stop-market and limit orders, order tickets, order events, updating and cancelling orders.
Data: hourly BTCUSD of Coinbase; `lyra data sample` fetches it.
"""

from AlgorithmImports import *


class BracketBreakout(QCAlgorithm):

    RISK = 0.01  # share of the portfolio that a stopped trade may cost

    def initialize(self):
        self.set_start_date(2017, 8, 1)
        self.set_end_date(2019, 10, 16)
        self.set_cash(100_000)
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
        self.set_benchmark(self.btc)
        self.channel = self.dch(self.btc, self.get_parameter("channel", 120))
        self.range = self.atr(self.btc, 24)
        self.set_warm_up(130, Resolution.HOUR)
        self.entry = self.stop_loss = self.take_profit = None

    def on_data(self, data: Slice):
        if self.is_warming_up or self.portfolio.invested or not (self.channel.is_ready and self.range.is_ready):
            return
        price = self.channel.upper_band.current.value
        if self.entry is None:
            # The order rests above the market; it becomes a market order when the price gets there.
            self.entry = self.stop_market_order(self.btc, self.size(price), price, tag="breakout")
        elif self.entry.get(OrderField.STOP_PRICE) != price:
            # The channel moved: move the resting order instead of cancelling it and sending another.
            update = UpdateOrderFields()
            update.stop_price = price
            update.quantity = self.size(price)
            self.entry.update(update)

    def size(self, price: float) -> float:
        """Quantity whose loss at three ranges below the entry is RISK of the portfolio, and that the cash can pay."""
        at_risk = self.portfolio.total_portfolio_value * self.RISK / (3 * self.range.current.value)
        affordable = self.portfolio.cash * 0.9 / price
        return round(min(at_risk, affordable), 4)

    def on_order_event(self, order_event: OrderEvent):
        if order_event.status != OrderStatus.FILLED:
            return
        if self.entry is not None and order_event.order_id == self.entry.order_id:
            price, quantity, width = order_event.fill_price, order_event.fill_quantity, self.range.current.value
            self.entry = None
            self.stop_loss = self.stop_market_order(self.btc, -quantity, round(price - 3 * width, 2), tag="stop loss")
            self.take_profit = self.limit_order(self.btc, -quantity, round(price + 9 * width, 2), tag="take profit")
        elif self.stop_loss is not None and self.take_profit is not None:
            if order_event.order_id == self.stop_loss.order_id:
                self.take_profit.cancel("stopped out")
            elif order_event.order_id == self.take_profit.order_id:
                self.stop_loss.cancel("target reached")

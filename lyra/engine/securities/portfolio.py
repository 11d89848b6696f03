"""`self.portfolio`: holdings, cash and margin of the account, and what a fill does to them."""

from __future__ import annotations

from decimal import Decimal
from operator import is_
from typing import Any

from lyra.engine.data.dictionary import SymbolDictionary, named_pair
from lyra.engine.decimals import ZERO, to_decimal, to_float
from lyra.engine.dotnet_errors import ArgumentException
from lyra.engine.enums import DataNormalizationMode, OrderDirection, SecurityType
from lyra.engine.exact import add, divide, multiply, subtract, total
from lyra.engine.orders.fee import CashAmount
from lyra.engine.orders.fields import money
from lyra.engine.securities.buying_power import is_leans_own, margin_used, position_buying_power
from lyra.engine.securities.cash import CashBook
from lyra.engine.securities.holding import SecurityHolding
from lyra.engine.securities.manager import SecurityManager
from lyra.engine.securities.margin_call import DefaultMarginCallModel
from lyra.engine.securities.margin_parameters import HasSufficientBuyingPowerForOrderParameters, HasSufficientBuyingPowerForOrderResult
from lyra.engine.securities.positions import SecurityPositionGroupModel
from lyra.engine.securities.settlement import ApplyFundsSettlementModelParameters, ImmediateSettlementModel
from lyra.engine.symbols import Symbol

TWO = Decimal(2)
_OUTSIDE_HOLDINGS_VALUE = frozenset(
    (SecurityType.FOREX, SecurityType.CRYPTO, SecurityType.FUTURE, SecurityType.CFD, SecurityType.CRYPTO_FUTURE)
)
_PROFIT_ONLY = frozenset((SecurityType.CFD, SecurityType.CRYPTO_FUTURE))
_PAIRS = frozenset((SecurityType.FOREX, SecurityType.CRYPTO))
_NO_PAYMENT = frozenset((SecurityType.FUTURE, SecurityType.CFD, SecurityType.CRYPTO_FUTURE))


class SecurityPortfolioManager(SymbolDictionary[SecurityHolding]):
    """The account. Reads like a dictionary of holdings by symbol; money is in the account currency."""

    _kind = "SecurityPortfolioManager"

    cash = money("_cash")
    unsettled_cash = money("_unsettled_cash")
    total_portfolio_value = money("_total_portfolio_value")
    total_portfolio_value_less_free_buffer = money("_total_portfolio_value_less_free_buffer")
    total_holdings_value = money("_total_holdings_value")
    total_absolute_holdings_cost = money("_total_absolute_holdings_cost")
    total_unlevered_absolute_holdings_cost = money("_total_unlevered_absolute_holdings_cost")
    total_unrealized_profit = money("_total_unrealized_profit")
    total_unrealised_profit = money("_total_unrealized_profit")
    total_fees = money("_total_fees")
    total_profit = money("_total_profit")
    total_net_profit = money("_total_net_profit")
    total_sale_volume = money("_total_sale_volume")
    total_margin_used = money("_total_margin_used")
    margin_remaining = money("_margin_remaining")

    def __init__(self, algorithm: Any, securities: SecurityManager, transactions: Any) -> None:
        super().__init__()
        self._algorithm = algorithm
        self.securities = securities
        self.transactions = transactions
        self._items = securities._items  # type: ignore[assignment]
        self._value: Decimal | None = None
        self._before_change: Any = None
        """Called before anything that the value depends on changes."""
        self.cash_book = CashBook(changed=self.invalidate_total_portfolio_value)
        self.unsettled_cash_book = _UnsettledCashBook(self.cash_book, self.invalidate_total_portfolio_value)
        self.cash_book["USD"].set_amount(100_000)
        self.margin_call_model: Any = DefaultMarginCallModel(self)
        self.minimum_margin_skipped = False
        self._paid: tuple[Any, ...] = ()
        """Orders that could be paid for, their quantities, and the portfolio's value then."""
        self._fees_are_heard = False
        """Whether a fee model is the user's, who notices how often it is asked."""
        self.set_positions(SecurityPositionGroupModel())
        self._currency_was_set = False

    # a dictionary of holdings -----------------------------------------------------------------------
    def _lookup(self, key: Any) -> SecurityHolding | None:
        security = self.securities._lookup(key)
        return None if security is None else security.holdings

    def _missing(self, key: Any) -> KeyError:
        return self.securities._missing(key)

    @property
    def is_read_only(self) -> bool:
        """Whether the dictionary takes no new entries; it does."""
        return False

    def values(self) -> list[SecurityHolding]:
        """The holdings."""
        return [security.holdings for security in self.securities.values()]

    def items(self) -> list[tuple[Symbol, SecurityHolding]]:
        """(symbol, holding) pairs."""
        return [(symbol, security.holdings) for symbol, security in self.securities.items()]

    def __iter__(self) -> Any:
        pair = named_pair("Symbol", "SecurityHolding")
        return iter([pair(symbol, holding) for symbol, holding in self.items()])

    def __str__(self) -> str:
        return "QuantConnect.Securities.SecurityPortfolioManager"

    def __setitem__(self, key: Any, value: SecurityHolding) -> None:
        self.securities[key].holdings = value

    # exact totals -------------------------------------------------------------------------------------
    def invalidate_total_portfolio_value(self) -> None:
        """Compute the value anew when it is next read."""
        self._value = None
        if self._before_change is not None:
            self._before_change()
            self._algorithm._touched = True

    @property
    def _invested(self) -> list[Any]:
        return [s for s in self.securities._items.values() if s.holdings.invested]

    @property
    def _cash(self) -> Decimal:
        return self.cash_book._total

    @property
    def _unsettled_cash(self) -> Decimal:
        return self.unsettled_cash_book._total

    @property
    def _total_portfolio_value(self) -> Decimal:
        value = self._value
        if value is None:
            value = self.cash_book._total
            if not self.unsettled_cash_book._untouched:
                value = add(value, self.unsettled_cash_book._total)
            held, profits = ZERO, ZERO
            for security in self.securities._items.values():
                holding: Any = security.holdings
                if not holding.invested:
                    continue
                if security.type not in _OUTSIDE_HOLDINGS_VALUE:
                    held = add(held, holding._holdings_value)
                elif security.type in _PROFIT_ONLY:
                    profits = add(profits, holding._unrealized_profit)
                elif security.type is SecurityType.FUTURE:
                    profits = add(profits, holding._unsettled_profit)
            if held is not ZERO:
                value = add(value, held)
            self._value = value = value if profits is ZERO else add(value, profits)
        return value

    @property
    def _total_portfolio_value_less_free_buffer(self) -> Decimal:
        settings = self._algorithm.settings
        value = self._total_portfolio_value
        if settings._free_portfolio_value is not None:
            return subtract(value, settings._free_portfolio_value)
        return subtract(value, multiply(value, settings._free_portfolio_value_percentage))

    @property
    def _total_holdings_value(self) -> Decimal:
        return total(h._holdings_value.copy_abs() for h in self.values())

    @property
    def _total_absolute_holdings_cost(self) -> Decimal:
        return total(h._holdings_cost.copy_abs() for h in self.values())

    @property
    def _total_unlevered_absolute_holdings_cost(self) -> Decimal:
        return total(h._unlevered_holdings_cost.copy_abs() for h in self.values() if h._quantity != 0)

    @property
    def _total_unrealized_profit(self) -> Decimal:
        return total(h._unrealized_profit for h in self.values())

    def _over_all(self, name: str) -> Decimal:
        return total(getattr(security.holdings, name) for security in self.securities.total)

    @property
    def _total_fees(self) -> Decimal:
        return self._over_all("_total_fees")

    @property
    def _total_profit(self) -> Decimal:
        return self._over_all("_profit")

    @property
    def _total_net_profit(self) -> Decimal:
        return self._over_all("_net_profit")

    @property
    def _total_sale_volume(self) -> Decimal:
        return self._over_all("_total_sale_volume")

    @property
    def _total_margin_used(self) -> Decimal:
        return total(margin_used(security) for security in self._positions())

    def _positions(self) -> list[Any]:
        return [s for s in self.securities._items.values() if s.holdings._quantity != 0]

    @property
    def _margin_remaining(self) -> Decimal:
        return self._margin_remaining_of(self._total_portfolio_value)

    def _margin_remaining_of(self, value: Decimal) -> Decimal:
        return subtract(subtract(value, self.unsettled_cash_book._total), self._total_margin_used)

    @property
    def invested(self) -> bool:
        """Whether anything is held."""
        for security in self.securities._items.values():  # noqa: SIM110 (asked at every bar: a generator costs three times as much)
            if security.holdings.invested:
                return True
        return False

    hold_stock = invested

    def _note_fee_model(self, model: Any) -> None:
        self._fees_are_heard = self._fees_are_heard or not type(model).__module__.startswith("lyra.engine.fees")

    def _ask_fees(self) -> Decimal:
        """LEAN computes the unrealized profit, less fees, in each step."""
        return self._total_unrealized_profit

    # asked by users -----------------------------------------------------------------------------------
    def get_margin_remaining(self, symbol: Any = None, direction: OrderDirection = OrderDirection.BUY) -> float:
        """Buying power for a symbol and direction; without a symbol the account's free margin."""
        if symbol is None or isinstance(symbol, (int, float, Decimal)):
            return to_float(self._margin_remaining_of(self._total_portfolio_value if symbol is None else to_decimal(symbol)))
        return to_float(position_buying_power(self, self.securities[symbol], OrderDirection(direction)))

    def get_buying_power(self, symbol: Any, direction: OrderDirection = OrderDirection.BUY) -> float:
        """Buying power for a symbol and direction."""
        return self.get_margin_remaining(symbol, direction)

    def set_margin_call_model(self, model: Any) -> None:
        """Say what happens when margin runs out."""
        from lyra.engine.models.python_models import wrap_model

        self.margin_call_model = wrap_model("margin_call_model", model)

    def set_positions(self, position_group_model: SecurityPositionGroupModel) -> None:
        """Say how holdings are grouped; without options every grouping gives the same."""
        self.positions = position_group_model
        position_group_model._portfolio = self

    def set_cash(self, *args: Any) -> None:
        """`set_cash(amount)` of the account currency, or `set_cash(currency, amount, conversion_rate)`."""
        if len(args) == 1:
            self.cash_book[self.cash_book.account_currency].set_amount(args[0])
            return
        currency, amount, *rate = args
        self.cash_book.add(currency.upper(), amount, rate[0] if rate else 0)

    def set_account_currency(self, account_currency: str, starting_cash: Any = None) -> None:
        """Keep the account in another currency; once, before securities are added."""
        currency = account_currency.upper()
        if self._currency_was_set:
            return
        if len(self.securities):
            raise ArgumentException(
                "SecurityPortfolioManager.SetAccountCurrency(): Cannot change AccountCurrency after adding a Security. Please move "
                "SetAccountCurrency() before AddSecurity()."
            )
        self._currency_was_set = True
        self.cash_book.set_account_currency(currency)
        if starting_cash is not None:
            self.set_cash(starting_cash)

    def _has_sufficient_buying_power(self, orders: list[Any]) -> HasSufficientBuyingPowerForOrderResult:
        """Whether the account can pay for the orders. LEAN asks twice an order; what has not changed in between is not asked again."""
        state = (*orders, *(order._quantity for order in orders), self._value)
        if self._value is not None and len(state) == len(self._paid) and all(map(is_, state, self._paid)):
            return HasSufficientBuyingPowerForOrderResult(True)
        ours = not self._fees_are_heard
        for order in orders:
            security = self.securities[order.symbol]
            parameters = HasSufficientBuyingPowerForOrderParameters(self, security, order)
            model = security.buying_power_model
            result = model.has_sufficient_buying_power_for_order(parameters)
            if not result.is_sufficient:
                return result  # type: ignore[no-any-return]
            ours = ours and is_leans_own(model)
        self._paid = (*state[:-1], self._value) if ours else ()
        return HasSufficientBuyingPowerForOrderResult(True)

    # fills and corporate actions ------------------------------------------------------------------------
    def process_fills(self, fills: list[Any]) -> None:
        """Apply fills to holdings and cash."""
        for fill in fills:
            security = self._algorithm._security_of(fill.symbol)
            security.portfolio_model.process_fill(self, security, fill)
        self.invalidate_total_portfolio_value()

    def apply_dividend(self, dividend: Any, mode: DataNormalizationMode) -> None:
        """Pay a dividend in cash, where prices are not adjusted for it."""
        if mode not in (DataNormalizationMode.RAW, DataNormalizationMode.SPLIT_ADJUSTED):
            return
        security = self.securities[dividend.symbol]
        paid = multiply(multiply(security.holdings._quantity, dividend._distribution), security.quote_currency._conversion_rate)
        self.cash_book[self.cash_book.account_currency]._add(paid)
        security.holdings.add_new_dividend(paid)

    def apply_split(self, split: Any, security: Any, mode: DataNormalizationMode) -> None:
        """Turn a raw-price holding into shares after the split; a fraction is paid in cash."""
        if security.type is not SecurityType.EQUITY or mode != DataNormalizationMode.RAW:
            return
        factor = split._split_factor
        quantity = divide(security.holdings._quantity, factor)
        whole = Decimal(int(quantity))
        rest = subtract(quantity, whole)
        security.holdings.set_holdings(multiply(security.holdings._average_price, factor), whole)
        account = self.cash_book[self.cash_book.account_currency]
        if security.cache.last_data() is None:
            account._add(multiply(multiply(rest, split._reference_price), factor))
            return
        security.cache.apply_split(factor)
        account._add(multiply(rest, security.cache.exact("price")))
        self.invalidate_total_portfolio_value()


class _UnsettledCashBook(CashBook):
    """The same currencies as the cash book; amounts that have not settled, converted at its rates."""

    def __init__(self, settled: CashBook, changed: Any) -> None:
        self._settled = settled
        super().__init__(settled.account_currency, changed)

    def __getitem__(self, symbol: str) -> Any:
        if symbol not in self._currencies and symbol in self._settled:
            self.ensure(symbol)
        return super().__getitem__(symbol)

    @property
    def _untouched(self) -> bool:
        """Whether nothing was ever unsettled: then the sum is a 0 with no more decimal places than the cash book's."""
        return all(cash._amount is ZERO for cash in self._currencies.values())

    @property
    def _total(self) -> Decimal:
        settled = self._settled
        return total(
            cash._worth_at(settled[cash._symbol]._conversion_rate if cash._symbol in settled else ZERO)
            for cash in self._currencies.values()
        )


class SecurityPortfolioModel:
    """What a fill does: cash, fees, holdings, profit (`Common/Securities/SecurityPortfolioModel.cs`)."""

    def process_fill(self, portfolio: Any, security: Any, fill: Any) -> None:
        """Apply one fill."""
        holding = security.holdings
        held, average = holding._quantity, holding._average_price
        quantity, price = fill._fill_quantity, fill._fill_price
        holding.add_new_sale(holding._value_of(quantity.copy_abs(), price))
        fee = ZERO
        charged = fill.order_fee.value
        if charged._amount != 0:
            fee = portfolio.cash_book._to_account(charged._amount, charged.currency)
            holding.add_new_fee(fee)
            fill.order_fee.apply_to_portfolio(portfolio, fill)
        self._pay(portfolio, security, fill)
        if (held > 0 and quantity < 0) or (held < 0 and quantity > 0):
            self._record_profit(portfolio, security, fill, fee)
        now = quantity if held == 0 else add(held, quantity)
        if held == 0:
            average = price
        elif (held > 0) == (quantity > 0):
            average = divide(add(multiply(average, held), multiply(quantity, price)), now)
        elif now == 0:
            average = ZERO
        elif (now > 0) != (held > 0):
            average = price
        holding.set_holdings(average, now)

    @staticmethod
    def _move(portfolio: Any, security: Any, fill: Any, amount: Decimal, currency: str) -> None:
        """Let a fill's money move, as the security's settlement model says."""
        model = security.settlement_model
        if type(model) is ImmediateSettlementModel:
            portfolio.cash_book[currency]._add(amount)
        else:
            cash = CashAmount(amount, currency)
            model.apply_funds(ApplyFundsSettlementModelParameters(portfolio, security, fill._utc_time, cash, fill))

    def _pay(self, portfolio: Any, security: Any, fill: Any) -> None:
        kind = security.type
        if kind in _NO_PAYMENT:
            return
        multiplier = security.symbol_properties._contract_multiplier
        worth = multiply(multiply(fill._fill_quantity.copy_negate(), fill._fill_price), multiplier)
        self._move(portfolio, security, fill, worth, security.quote_currency._symbol)
        if kind in _PAIRS:
            self._move(portfolio, security, fill, fill._fill_quantity, security.base_currency._symbol)

    def _record_profit(self, portfolio: Any, security: Any, fill: Any, fee: Decimal) -> None:
        holding = security.holdings
        closed = min(fill._fill_quantity.copy_abs(), holding._quantity.copy_abs())
        closed = closed if fill._fill_quantity < 0 else -closed
        amount, cash = holding._amount_of(closed, fill._fill_price)
        amount = subtract(amount, holding._amount_of(closed, holding._average_price)[0])
        if security.type in _NO_PAYMENT:
            self._move(portfolio, security, fill, amount, cash._symbol)
        profit = multiply(amount, cash._conversion_rate)
        holding.add_new_profit(profit)
        holding.set_last_trade_profit(profit)
        net = subtract(profit, multiply(TWO, fee))
        portfolio.transactions._add_record(portfolio._algorithm._utc, net, net > 0)

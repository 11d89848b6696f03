"""Adding and removing securities (`Algorithm/QCAlgorithm.cs`)."""

from __future__ import annotations

from typing import Any

from lyra.engine.data.dictionary import find_symbol
from lyra.engine.data.futures_chain import FuturesChain
from lyra.engine.data.slice import FuturesChains
from lyra.engine.dotnet_errors import ArgumentException, ArgumentOutOfRangeException, InvalidOperationException
from lyra.engine.enums import DataNormalizationMode, Resolution, SecurityType
from lyra.engine.errors import NotSupported
from lyra.engine.feed.calendar import start_of_bars
from lyra.engine.markets.futures import Futures
from lyra.engine.naming import LeanObject
from lyra.engine.securities.security import Security
from lyra.engine.symbols import Market, Symbol, is_option
from lyra.engine.times import DAY, day_of, to_datetime, to_us
from lyra.engine.universes.future_chain import FutureUniverse
from lyra.engine.universes.universe import UserDefinedUniverse


class FutureChainProvider(LeanObject):
    """`get_future_contract_list(symbol, date)`: the contracts that were listed on the last day before a date."""

    def __init__(self, algorithm: Any) -> None:
        self._algorithm = algorithm

    def get_future_contract_list(self, symbol: Any, date: Any) -> list[Symbol]:
        """The contracts that have not expired, of the last of the three tradable days before a date that have a file."""
        algorithm = self._algorithm
        canonical = algorithm._symbol_of(symbol).canonical
        hours = algorithm._exchange_hours(canonical)
        moment = to_us(date)
        for count in (1, 2, 3):
            start = start_of_bars(hours, moment, DAY, count, False, hours.time_zone, True)
            found = list(algorithm.history[FutureUniverse](canonical, to_datetime(start), to_datetime(moment), Resolution.DAILY))
            if found:
                return [point.symbol for point in found[0].data if to_us(point.symbol.id.date) >= day_of(moment)]
        return []


_CHAINS = (SecurityType.OPTION, SecurityType.FUTURE, SecurityType.FUTURE_OPTION, SecurityType.INDEX_OPTION)

_INDEX_MARKETS = {"HSI": "hkfe", "KM": "krx", "N225": "ose", "SX5E": "eurex", "DAX": "eurex"}
"""Markets of the indices outside the USA (`Common/Securities/Index/IndexSymbol.cs`)."""


class Adding(LeanObject):
    """The part of `QCAlgorithm` that subscribes to securities."""

    def add_security(self: Any, *args: Any, resolution: Resolution | None = None, market: str | None = None, fill_forward: bool | None = None,
                     leverage: Any = 0, extended_market_hours: bool | None = None, data_mapping_mode: Any = None,
                     data_normalization_mode: DataNormalizationMode | None = None, symbol: Any = None, security_type: Any = None,
                     ticker: str | None = None, contract_depth_offset: int = 0) -> Security:  # fmt: skip
        """`(symbol, …)` or `(security_type, ticker, …)`."""
        rest = list(args)
        if symbol is None and security_type is None:
            first = rest.pop(0)
            if isinstance(first, SecurityType):
                security_type = first
                ticker = rest.pop(0) if ticker is None else ticker
            else:
                symbol = first
        names = ["resolution", "market", "fill_forward", "leverage", "extended_market_hours"]
        if symbol is not None:
            names.remove("market")
        given = {"resolution": resolution, "market": market, "fill_forward": fill_forward, "leverage": leverage,
                 "extended_market_hours": extended_market_hours}  # fmt: skip
        if rest and len(rest) > 1 and isinstance(rest[1], bool) and "market" in names:
            names.remove("market")
        given.update(zip(names, rest, strict=False))
        if symbol is None:
            if security_type == SecurityType.FUTURE:
                return self.add_future(str(ticker), given["resolution"], given["market"], given["fill_forward"], given["leverage"],  # type: ignore[no-any-return]
                                       given["extended_market_hours"], data_mapping_mode, data_normalization_mode, contract_depth_offset)  # fmt: skip
            if security_type in _CHAINS:
                raise NotSupported(f"Adding {security_type.lean_name}s by a ticker")
            symbol = self._symbol_for(security_type, str(ticker), given["market"])
        security: Security = self._add(self._symbol_of(symbol), given["resolution"], given["fill_forward"], given["leverage"],
                                       given["extended_market_hours"], data_normalization_mode, data_mapping_mode,
                                       contract_depth_offset)  # fmt: skip
        return security

    def _symbol_for(self: Any, security_type: SecurityType, ticker: str, market: str | None) -> Symbol:
        if isinstance(ticker, Symbol):
            ticker = ticker.value
        market = self._market_for(security_type, ticker, market)
        known = self._data.symbols.tickers.find(ticker)
        if known is not None and known.security_type == security_type and known.id.market == market:
            return known  # type: ignore[no-any-return]
        return Symbol.create(ticker, security_type, market)

    def _market_for(self: Any, security_type: SecurityType, ticker: str, market: str | None) -> str:
        if market is None:
            default = self.brokerage_model.default_markets.get(security_type)
            if security_type == SecurityType.INDEX:
                default = _INDEX_MARKETS.get(ticker.upper(), default)
            if security_type == SecurityType.FUTURE:
                default = self._data.properties.find_market(ticker, security_type) or default
            if security_type == SecurityType.CRYPTO or default is None:
                listed = self._data.properties.find_market(ticker, security_type) if default is None else None
                default = listed or default
            if default is None:
                raise ArgumentException(f"No default market set for security type: {security_type.lean_name}")
            return str(default)
        name = str(market).lower()
        if Market.encode(name) is None:
            raise ArgumentOutOfRangeException(f"The specified market wasn't found in the markets lookup. Requested: {name}. You can add markets by calling "
                             "QuantConnect.Market.add(string,int) (Parameter 'market')")  # fmt: skip
        return name

    def _add(self: Any, symbol: Symbol, resolution: Resolution | None, fill_forward: bool | None, leverage: Any, extended: bool | None,
             normalization: DataNormalizationMode | None, mapping: Any = None, depth: int = 0) -> Security:  # fmt: skip
        canonical = symbol.is_canonical()
        if canonical and symbol.security_type != SecurityType.FUTURE:
            raise NotSupported(f"Adding chains of {symbol.security_type.lean_name}s")
        settings = self.universe_settings
        if isinstance(resolution, str):
            method = f"add_{symbol.security_type.lean_name.lower()}"
            raise TypeError(f"No method matches given arguments for {method}: (<class 'str'>, <class 'str'>). The expected signature is: {method}(ticker: str, "
                            f"resolution: Optional[Resolution] = None, …). Argument mismatch: argument 2 ('resolution') expected Optional[Resolution], "
                            f"got str.")  # fmt: skip
        resolution = settings.resolution if resolution is None else Resolution(resolution)
        fill_forward = settings.fill_forward if fill_forward is None else fill_forward
        extended = settings.extended_market_hours if extended is None else extended
        mode = settings.data_normalization_mode if normalization is None else DataNormalizationMode(normalization)
        if canonical:
            if abs(depth) > Futures.MAXIMUM_CONTRACT_DEPTH_OFFSET:
                raise ArgumentOutOfRangeException(
                    "'contractDepthOffset' current maximum value is 2. Front month (0) and only 2 back month contracts are currently supported. "
                    "(Parameter 'contractDepthOffset')")  # fmt: skip
            return self._add_future_chain(symbol, resolution, fill_forward, leverage, extended, mapping, normalization, abs(depth))  # type: ignore[no-any-return]
        if is_option(symbol.security_type):
            return self._add_option(symbol, resolution, fill_forward, leverage, extended)  # type: ignore[no-any-return]
        configs = self._subscribe_configs(symbol, resolution, fill_forward, extended, mode)
        security = self._create_security(symbol, configs, leverage)
        for config in configs:
            config._security = security
        self._add_to_user_universe(security, configs)
        return security  # type: ignore[no-any-return]

    def _add_option(self: Any, symbol: Symbol, resolution: Resolution, fill_forward: bool, leverage: Any, extended: bool) -> Security:
        """An option contract, after its underlying, whose prices have to be raw."""
        if symbol.security_type == SecurityType.FUTURE_OPTION:
            raise NotSupported("Adding FutureOptions")
        below = symbol.underlying
        if below is None:
            raise ArgumentException(
                f"Unexpected option symbol {symbol}. Please provide a valid option contract with it's underlying symbol set."
            )
        underlying = self.securities._items.get(below)
        if underlying is None:
            underlying = self._add(below, resolution, fill_forward, leverage, extended, None)
        elif underlying.is_delisted:
            raise ArgumentException(
                f"The underlying {below.security_type.lean_name} asset ({below.value}) is delisted (current time is {self.time})"
            )
        elif (
            symbol.security_type == SecurityType.OPTION and self._locked and underlying.data_normalization_mode != DataNormalizationMode.RAW
        ):
            raise ArgumentException(f"The underlying {below.security_type.lean_name} asset ({below.value}) is set to "
                                    f"{underlying.data_normalization_mode.lean_name}, please change this to DataNormalizationMode.Raw with the "
                                    "SetDataNormalization() method")  # fmt: skip
        configs = self._subscribe_configs(symbol, resolution, fill_forward, extended, DataNormalizationMode.RAW)
        option: Security = self._create_security(symbol, configs, leverage)
        for config in configs:
            config._security = option
        for config in underlying._configs:
            config.data_normalization_mode = DataNormalizationMode.RAW
        self._add_to_contract_universe(option, configs)
        return option

    def _add_for_order(self: Any, symbol: Symbol) -> Security:
        """A security that an order names and that was never added; it is seeded so that the order has a price."""
        security = self._add(symbol, None, None, 0, None, None)
        self._seed_securities([security])
        return security  # type: ignore[no-any-return]

    def add_equity(self: Any, ticker: str, resolution: Resolution | None = None, market: str | None = None, fill_forward: bool | None = None,
                   leverage: Any = 0, extended_market_hours: bool | None = None,
                   data_normalization_mode: DataNormalizationMode | None = None) -> Security:  # fmt: skip
        """Subscribe to an equity; trades, and quotes below hourly resolution."""
        symbol = self._symbol_for(SecurityType.EQUITY, ticker, market)
        return self._add(symbol, resolution, fill_forward, leverage, extended_market_hours, data_normalization_mode)  # type: ignore[no-any-return]

    def add_forex(self: Any, ticker: str, resolution: Resolution | None = None, market: str | None = None, fill_forward: bool | None = None,
                  leverage: Any = 0) -> Security:  # fmt: skip
        """Subscribe to a currency pair; quotes."""
        return self._add(self._symbol_for(SecurityType.FOREX, ticker, market), resolution, fill_forward, leverage, None, None)  # type: ignore[no-any-return]

    def add_cfd(self: Any, ticker: str, resolution: Resolution | None = None, market: str | None = None, fill_forward: bool | None = None,
                leverage: Any = 0) -> Security:  # fmt: skip
        """Subscribe to a contract for difference; quotes."""
        return self._add(self._symbol_for(SecurityType.CFD, ticker, market), resolution, fill_forward, leverage, None, None)  # type: ignore[no-any-return]

    def add_index(self: Any, ticker: str, resolution: Resolution | None = None, market: str | None = None, fill_forward: bool | None = None,
                  extended_market_hours: bool | None = None) -> Security:  # fmt: skip
        """Subscribe to an index; values."""
        return self._add(self._symbol_for(SecurityType.INDEX, ticker, market), resolution, fill_forward, 1, extended_market_hours, None)  # type: ignore[no-any-return]

    def add_crypto(self: Any, ticker: str, resolution: Resolution | None = None, market: str | None = None, fill_forward: bool | None = None,
                   leverage: Any = 0) -> Security:  # fmt: skip
        """Subscribe to a coin; trades and quotes."""
        return self._add(self._symbol_for(SecurityType.CRYPTO, ticker, market), resolution, fill_forward, leverage, None, None)  # type: ignore[no-any-return]

    def add_crypto_future(self: Any, ticker: str, resolution: Resolution | None = None, market: str | None = None, fill_forward: bool | None = None,
                          leverage: Any = 0) -> Security:  # fmt: skip
        """Subscribe to a perpetual future on a coin; trades, quotes and funding rates."""
        return self._add(self._symbol_for(SecurityType.CRYPTO_FUTURE, ticker, market), resolution, fill_forward, leverage, None, None)  # type: ignore[no-any-return]

    def add_option(self: Any, *args: Any, **kwargs: Any) -> Security:
        """Options are not part of the embedded engine."""
        raise NotSupported("QCAlgorithm.add_option")

    def add_option_contract(self: Any, symbol: Symbol, resolution: Resolution | None = None, fill_forward: bool = True, leverage: Any = 0,
                            extended_market_hours: bool = False) -> Security:  # fmt: skip
        """Subscribe to an option contract and, if it is not there, to its underlying. Options cannot be traded in the embedded engine."""
        if not is_option(symbol.security_type):
            raise ArgumentException(
                f"Unexpected option symbol {symbol}. Please provide a valid option contract with it's underlying symbol set."
            )
        return self._add(symbol, resolution, fill_forward, leverage, extended_market_hours, None)  # type: ignore[no-any-return]

    def add_index_option(self: Any, *args: Any, **kwargs: Any) -> Security:
        """Options are not part of the embedded engine."""
        raise NotSupported("QCAlgorithm.add_index_option")

    def add_index_option_contract(self: Any, symbol: Symbol, resolution: Resolution | None = None, fill_forward: bool = True) -> Security:
        """Subscribe to a contract of an option on an index. Options cannot be traded in the embedded engine."""
        if symbol.security_type != SecurityType.INDEX_OPTION or symbol.is_canonical():
            raise ArgumentException("Symbol provided must be non-canonical and of type SecurityType.IndexOption")
        return self._add(symbol, resolution, fill_forward, 0, False, None)  # type: ignore[no-any-return]

    def add_future(self: Any, ticker: str, resolution: Resolution | None = None, market: str | None = None, fill_forward: bool | None = None,
                   leverage: Any = 0, extended_market_hours: bool | None = None, data_mapping_mode: Any = None,
                   data_normalization_mode: Any = None, contract_depth_offset: int = 0) -> Security:  # fmt: skip
        """A continuous future; with a filter (`set_filter`) also contracts of its chain."""
        market = self._market_for(SecurityType.FUTURE, ticker, market)
        symbol = Symbol.create(ticker, SecurityType.FUTURE, market, f"/{ticker}")
        return self._add(symbol, resolution, fill_forward, leverage, extended_market_hours, data_normalization_mode, data_mapping_mode,  # type: ignore[no-any-return]
                         contract_depth_offset)  # fmt: skip

    def add_future_contract(self: Any, symbol: Symbol, resolution: Resolution | None = None, fill_forward: bool = True, leverage: Any = 0,
                            extended_market_hours: bool = False) -> Security:  # fmt: skip
        """Subscribe to a futures contract; trades, quotes and open interest."""
        return self._add(symbol, resolution, fill_forward, leverage, extended_market_hours, None)  # type: ignore[no-any-return]

    def add_future_option(self: Any, *args: Any, **kwargs: Any) -> None:
        """Options are not part of the embedded engine."""
        raise NotSupported("QCAlgorithm.add_future_option")

    def add_future_option_contract(self: Any, *args: Any, **kwargs: Any) -> Security:
        """Options are not part of the embedded engine."""
        raise NotSupported("QCAlgorithm.add_future_option_contract")

    def option_chain(self: Any, *args: Any, **kwargs: Any) -> Any:
        """Options are not part of the embedded engine."""
        raise NotSupported("QCAlgorithm.option_chain")

    def futures_chain(self: Any, symbol: Any, flatten: bool = False) -> Any:
        """The contracts of a future with what they did on the last day that is known of."""
        canonical = self._symbol_of(symbol).canonical
        found = self.futures_chains([canonical], flatten)
        return found[canonical]

    def futures_chains(self: Any, symbols: Any, flatten: bool = False) -> Any:
        """`futures_chain` of several, by the continuous futures' symbols."""
        day = day_of(self._local)
        chains = {}
        for symbol in symbols:
            canonical = self._symbol_of(symbol).canonical
            there = day_of(self._exchange_hours(canonical).time_zone.to_local(self._utc))
            chains[canonical] = FuturesChain(canonical, there, self._chain_points(canonical), flatten)
        return FuturesChains(day, chains)

    future_chain, future_chains = futures_chain, futures_chains

    def _chain_points(self: Any, canonical: Symbol) -> list[Any]:
        """The points of the last of the chain's files, three tradable days back at most."""
        for days in (1, 2, 3):
            collections = list(self.history[FutureUniverse](canonical, days, Resolution.DAILY))
            if collections:
                return list(collections[0].data)
        return []

    @property
    def future_chain_provider(self: Any) -> FutureChainProvider:
        """The contracts of a future on a day."""
        return FutureChainProvider(self)

    def remove_security(self: Any, symbol: Any, tag: str | None = None) -> bool:
        """Cancel a symbol's orders, sell what is held and unsubscribe; whether it was there."""
        found = self._symbol_of(symbol)
        security = self.securities.get(found)
        if security is None:
            return False
        if found.is_canonical():
            raise NotSupported("QCAlgorithm.remove_security of a continuous future")
        if not self.is_warming_up:
            for ticket in self.transactions.get_open_order_tickets(found):
                ticket.cancel(tag or "Removed")
        self._touched = True
        if security.holdings.invested:
            self.liquidate(found, tag=tag or "Removed")
        security.reset()
        self._pending_changes[:] = [change for change in self._pending_changes if change[1].symbol != found]
        for universe in self.universe_manager._items.values():
            if isinstance(universe, UserDefinedUniverse) and found in universe.securities:
                self._pending_changes.append((universe, security, None))
        return True

    def symbol(self: Any, ticker: str) -> Symbol:
        """The symbol of a ticker that was added. Raises InvalidOperationException for others."""
        found = find_symbol(ticker)
        if found is None:
            raise InvalidOperationException(f"We were unable to locate the ticker '{ticker}'.")
        return found

    def ticker(self: Any, symbol: Symbol) -> str:
        """The ticker of a symbol today."""
        return self._data.map_files.ticker_at(symbol, self._local)  # type: ignore[no-any-return]

    # identifiers of the industry ------------------------------------------------------------------------
    def cusip(self: Any, key: Any, trading_date: Any = None) -> Any:
        """The CUSIP of a symbol, or the symbol of a CUSIP at a date; None where the data folder does not list it. So too those below."""
        return self._identifier("cusip", 0, key, trading_date)

    def composite_figi(self: Any, key: Any, trading_date: Any = None) -> Any:
        """Composite FIGI."""
        return self._identifier("composite_figi", 1, key, trading_date)

    def sedol(self: Any, key: Any, trading_date: Any = None) -> Any:
        """SEDOL."""
        return self._identifier("sedol", 2, key, trading_date)

    def isin(self: Any, key: Any, trading_date: Any = None) -> Any:
        """ISIN."""
        return self._identifier("isin", 3, key, trading_date)

    def cik(self: Any, key: Any, trading_date: Any = None) -> Any:
        """The SEC's number of a symbol, or the list of symbols that bear a number."""
        if not isinstance(key, int):
            return self._identifier("cik", 4, key, trading_date)
        return [] if key == 0 else self._defined(4, str(key), trading_date)

    CUSIP, CompositeFIGI, SEDOL, ISIN, CIK = cusip, composite_figi, sedol, isin, cik

    def _identifier(self: Any, name: str, column: int, key: Any, trading_date: Any) -> Any:
        if not isinstance(key, str):
            return getattr(key, name)
        found = self._defined(column, key, trading_date) if key.strip() else []
        return found[0] if found else None

    def _defined(self: Any, column: int, value: str, trading_date: Any) -> list[Symbol]:
        today = day_of(self._local)
        day = today if trading_date is None else day_of(to_us(trading_date))
        if day > today:
            raise ArgumentException(f'The trading date provided: "{to_datetime(day):%Y-%m-%d}" is after the current algorithm\'s trading date: '
                                    f'"{to_datetime(today):%Y-%m-%d}"')  # fmt: skip
        return self._data.symbols.defined(column, value, day)  # type: ignore[no-any-return]

"""The universe of option contracts that the algorithm adds itself (`Algorithm/Selection/OptionContractUniverse.cs`)."""

from __future__ import annotations

from lyra.engine.enums import OptionRight, OptionStyle, SecurityType
from lyra.engine.markets.identifiers import option_sid
from lyra.engine.symbols import SecurityIdentifier, Symbol, is_option
from lyra.engine.universes.universe import UserDefinedUniverse


class OptionContractUniverse(UserDefinedUniverse):
    """Contracts and their underlyings; an underlying leaves with the last contract on it."""

    def remove(self, symbol: Symbol) -> bool:
        """Take a contract out at the next selection; whether it was in."""
        removed = super().remove(symbol)
        if removed and is_option(symbol.security_type):
            below = symbol.underlying
            others = (config.symbol for config in self._configs.values())
            if below is not None and not any(other.underlying == below for other in others if is_option(other.security_type)):
                self.remove(below)
        return removed


def contract_universe_symbol(underlying_type: SecurityType, market: str, name: str) -> Symbol:
    """The symbol of the universe of contracts on a type of underlying."""
    below = Symbol.create(name, underlying_type, market)
    return Symbol(option_sid(SecurityIdentifier.DEFAULT_DATE, below.id, None, market, 0, OptionRight.CALL, OptionStyle.AMERICAN), name)

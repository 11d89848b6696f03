"""Greeks and implied volatility of options: not built; making one says so."""

from __future__ import annotations

from typing import Any

from lyra.engine.errors import NotSupported
from lyra.engine.indicators.base import DataIndicator


class _OptionIndicator(DataIndicator):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise NotSupported(type(self).__name__)


class ImpliedVolatility(_OptionIndicator):
    """Implied volatility of an option."""


class Delta(_OptionIndicator):
    """Change of an option's price with its underlying's."""


class Gamma(_OptionIndicator):
    """Change of delta with the underlying's price."""


class Vega(_OptionIndicator):
    """Change of an option's price with volatility."""


class Theta(_OptionIndicator):
    """Change of an option's price with time."""


class Rho(_OptionIndicator):
    """Change of an option's price with the interest rate."""

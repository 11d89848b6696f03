"""OpenRouter's list of models, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lyra.engine.errors import ConfigError
from lyra_ai.council import Budget, Cassette, Endpoint, Ledger, Mode
from lyra_ai.council.openrouter import ORDERS, PER_MILLION, ModelInfo
from lyra_ai.council.panel import Panel


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which models are shown, in which order."""

    free: bool = False
    structured: bool = False
    min_context: int = 0
    max_price: float | None = None
    authors: tuple[str, ...] = ()
    sort: str = "newest"
    limit: int = 40

    def __post_init__(self) -> None:
        if self.sort not in ORDERS:
            raise ConfigError(f"Models cannot be sorted by {self.sort!r}; by {', '.join(ORDERS)} they can.")

    def shown(self, models: Sequence[ModelInfo]) -> list[ModelInfo]:
        """The models that pass, sorted."""
        return sorted((m for m in models if self._passes(m)), key=ORDERS[self.sort])

    def _passes(self, model: ModelInfo) -> bool:
        return (not self.free or model.free) and model.satisfies(
            structured=self.structured, min_context=self.min_context, max_price=self.max_price, authors=self.authors
        )


def fetch_models(endpoint: Endpoint) -> list[ModelInfo]:
    """The endpoint's list. Raises EndpointError."""
    panel = Panel(cassette=Cassette(), ledger=Ledger(None), budget=Budget(), mode=Mode.LIVE, run="models")
    try:
        return panel.models(endpoint)
    finally:
        panel.close()


def show_models(wanted: Filter) -> None:
    """Print the table. Raises EndpointError."""
    from rich.console import Console
    from rich.table import Table

    found = wanted.shown(fetch_models(Endpoint.openrouter()))
    table = Table("model", "$/M in", "$/M out", "context", "schema", "cutoff", "expires", box=None, pad_edge=False)
    for column in table.columns[1:4]:
        column.justify = "right"
    table.columns[0].overflow = "fold"
    for model in found[: wanted.limit]:
        rates = (
            ("varies",) * 2
            if model.price is None
            else tuple(f"{rate * PER_MILLION:.2f}" for rate in (model.price.prompt, model.price.completion))
        )
        schema = "yes" if "structured_outputs" in model.parameters else ""
        cutoff = str(model.cutoff) if model.cutoff else f"not told, made {model.created:%Y-%m}" if model.created else "not told"
        table.add_row(model.id, *rates, f"{model.context:,}", schema, cutoff, str(model.expires or ""))
    Console().print(table)
    hidden = len(found) - wanted.limit
    print(f"{len(found)} models." + (f" {hidden} more with --limit {len(found)}." if hidden > 0 else ""))

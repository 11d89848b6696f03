"""One decision on the last bars of a symbol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import typer

from lyra.council.places import budget_name, council_folder, data_in
from lyra.engine.enums import Resolution
from lyra.engine.errors import ConfigError
from lyra.marketdata.layout import PERIODS
from lyra.marketdata.reading import read_bars
from lyra_ai.council import Budget, Council, Endpoint, MarketView, Mode, Model, ModelRule, Opinion, experts
from lyra_ai.council.openrouter import KEY_VARIABLE

BARS = 250


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, and of whom."""

    symbol: str
    models: tuple[str, ...] = ()
    free: int = 0
    endpoint: str | None = None
    horizon: int = 1
    hourly: bool = False
    budget: float = 0.0
    deadline: float = 30.0

    def __post_init__(self) -> None:
        if self.horizon < 1 or self.free < 0:
            raise ConfigError(f"A horizon of {self.horizon} bars and {self.free} free models cannot be asked for.")


def ask_council(question: Question, data_folder: Path | None) -> None:
    """Ask the experts, and the models that are named, and print the decision. Raises LyraError and LyraAIError."""
    view = _view(question, data_in(data_folder))
    endpoint = Endpoint.openrouter() if question.endpoint is None else Endpoint.local(question.endpoint)
    asked: list[Opinion | Model | ModelRule] = [Model(id) for id in question.models]
    if question.free:
        asked.append(ModelRule(count=question.free))
    if asked:
        endpoint.headers()  # Without a key every model would abstain: better to say so at once.
    budget = Budget(run=question.budget) if question.budget else Budget()
    folder = council_folder()
    council = Council([*experts(), *asked], endpoint=endpoint, budget=budget, ledger=folder / "ledger.sqlite", cassette=folder / "ask.jsonl" if asked else None,
                      mode=Mode.AUTO if asked else Mode.OFF, deadline=question.deadline, run=budget_name("ask"), backtest=False)  # fmt: skip
    try:
        typer.echo(council.decide(view).explain())
    finally:
        council.close()
    for note in council.notes:
        typer.echo(f"Note: {note}", err=True)
    if not asked:
        typer.echo(f"Only the quantitative experts voted. With {KEY_VARIABLE} set, `--free 3` asks language models too.")


def _view(question: Question, data: Path) -> MarketView:
    resolution = Resolution.HOUR if question.hourly else Resolution.DAILY
    series, frame = read_bars(data, question.symbol, resolution)
    frame = frame.iloc[-BARS:]
    bar = timedelta(microseconds=PERIODS[resolution])
    return MarketView.from_frame(
        series.ticker.upper(), frame, frame.index[-1].to_pydatetime(), bar, question.horizon * bar, asset_class=series.folder
    )

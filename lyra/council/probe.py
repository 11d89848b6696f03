"""What a model remembers: three probes that no honest forecaster passes by accident.

- Recall: a name, a date and no prices. Who is right more often than a coin has seen the outcome.
  (Lookahead propensity: Gao, Jiang and Yan, arXiv 2512.23847.)
- Mask: a masked view, and whether it is of a named asset and of a named year, once with the true one and once with a decoy. Who holds the
  true one likelier more often than a coin sees through the mask.
- Mirror: a view and the same view turned upside down. Who votes for the same side both times does not vote from the prices.
  (Prediction consistency: Li et al., arXiv 2510.07920.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import typer

from lyra.council.places import budget_name, council_folder, data_in
from lyra.engine.enums import Resolution
from lyra.engine.errors import ConfigError
from lyra.marketdata.reading import read_bars
from lyra_ai.council import Budget, Council, Disclosure, Endpoint, Framing, MarketView, Mode, Model
from lyra_ai.council.members import Seat
from lyra_ai.council.panel import Call
from lyra_ai.council.votes import question

BARS = 60
DECOYS = ("BTCUSD", "ETHUSD", "SPY", "GLD", "EURUSD", "AAPL", "XRPUSD", "TLT")
SYSTEM = (
    "Give the probability that the stated event is true. Use everything that you know and everything that is given. 0.5 means that you cannot "
    'tell. Answer with one JSON object and nothing else: {"reasons": [up to 3 short sentences], "probability": number from 0 to 1, "abstain": false}'
)
"""Unlike the council's own it allows what is remembered: that is what is to be found."""
_DAY = timedelta(days=1)
_Z = 1.959964
"""Two-sided 95 %."""


@dataclass(frozen=True)
class Share:
    """How many of so many, with Wilson's 95 % interval (Wilson, 1927)."""

    hits: float
    count: int

    @property
    def rate(self) -> float:
        """The share; 0.5 of nothing."""
        return self.hits / self.count if self.count else 0.5

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound."""
        if not self.count:
            return 0.0, 1.0
        n, p = self.count, self.rate
        middle, spread = p + _Z * _Z / (2 * n), _Z * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        return (middle - spread) / (1 + _Z * _Z / n), (middle + spread) / (1 + _Z * _Z / n)

    @property
    def remembers(self) -> bool:
        """Whether this is more than a coin's."""
        return self.interval[0] > 0.5

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.rate:4.0%} of {self.count:<3} ({low:.0%} to {high:.0%})"


@dataclass(frozen=True)
class Moment:
    """A view out of the past, and whether its horizon closed higher."""

    view: MarketView
    rose: bool


@dataclass(frozen=True)
class Findings:
    """What the probes found of one model. Chance is one half in all but the mirror, where an honest forecaster stays at nothing."""

    model: str
    recall: Share
    asset: Share
    year: Share
    mirror: Share

    @property
    def verdict(self) -> str:
        """One sentence."""
        if not any(share.count for share in (self.recall, self.asset, self.year, self.mirror)):
            return "gave no answer"
        found = [name for name, share in (("outcomes", self.recall), ("assets", self.asset), ("years", self.year)) if share.remembers]
        if found:
            return f"remembers {' and '.join(found)}: its backtests before the cutoff prove nothing"
        return "votes the same upside down: not from the prices" if self.mirror.remembers else "no sign of memory in so many questions"


def moments(symbol: str, folder: Path, samples: int, horizon: int, rng: np.random.Generator) -> list[Moment]:
    """Views of a symbol at random moments, oldest first. Raises ConfigError where there are too few bars."""
    series, frame = read_bars(folder, symbol, Resolution.DAILY)
    last = len(frame) - horizon
    if last - BARS < samples:
        raise ConfigError(
            f"{symbol} has {len(frame)} daily bars; {samples} probes over {horizon} days need at least {BARS + horizon + samples}."
        )
    found = []
    for end in sorted(rng.choice(np.arange(BARS, last), samples, replace=False).tolist()):
        shown = frame.iloc[end - BARS : end]
        view = MarketView.from_frame(
            series.ticker.upper(), shown, shown.index[-1].to_pydatetime(), _DAY, horizon * _DAY, asset_class=series.folder
        )
        found.append(Moment(view, bool(frame["close"].iloc[end - 1 + horizon] > view.price)))
    return found


def probe(seat: Seat, ask: Callable[[Sequence[Call]], list[float | None]], past: Sequence[Moment], rng: np.random.Generator) -> Findings:
    """Put all probes to one model. `ask` gives the probability of each call's event, None for an abstention."""
    calls: list[Call] = []
    for moment in past:
        calls += [_call(seat, moment, text) for text in _questions(moment, rng)]
    answers = ask(calls)
    rows = [answers[i : i + 7] for i in range(0, len(answers), 7)]
    recall = _share(
        [
            (float((row[0] > 0.5) == moment.rose) if row[0] != 0.5 else 0.5)
            for row, moment in zip(rows, past, strict=True)
            if row[0] is not None
        ]
    )
    return Findings(seat.name, recall, _share(_likelier(rows, 1, 2)), _share(_likelier(rows, 3, 4)), _share(_same_side(rows, 5, 6)))


def _questions(moment: Moment, rng: np.random.Generator) -> list[str]:
    """Recall; the true asset and a decoy; the true year and a decoy; the view and its mirror image."""
    view = moment.view
    masked = Disclosure(bars=BARS).describe(view)
    decoy = str(rng.choice([name for name in DECOYS if name != view.symbol]))
    year = view.as_of.year
    other = year + int(rng.choice([-3, -2, 2, 3]))
    days = view.horizon.days
    return [
        f"{view.symbol}. No prices are given. Event: its close {days} days after {view.as_of:%Y-%m-%d} was above its close on that day. "
        "What is its probability?",
        *(f"{masked}Event: the asset is {name}. What is its probability?" for name in (view.symbol, decoy)),
        *(f"{masked}Event: the last bar was in the year {shown}. What is its probability?" for shown in (year, other)),
        *(question(shown, Disclosure(bars=BARS), Framing.RISE)[0] for shown in (view, view.mirrored())),
    ]


def _call(seat: Seat, moment: Moment, text: str) -> Call:
    return Call(seat, text, True, moment.view.as_of.isoformat())


def _share(hits: Sequence[float]) -> Share:
    return Share(sum(hits), len(hits))


def _likelier(rows: Sequence[Sequence[float | None]], true: int, decoy: int) -> list[float]:
    """1 where the true one was held likelier than the decoy, one half where both were held equally likely."""
    pairs = [(row[true], row[decoy]) for row in rows]
    return [0.5 if a == b else float(a > b) for a, b in pairs if a is not None and b is not None]


def _same_side(rows: Sequence[Sequence[float | None]], view: int, mirror: int) -> list[float]:
    """1 where both have the same side; views without a side are left out."""
    pairs = [(row[view], row[mirror]) for row in rows]
    return [float((a > 0.5) == (b > 0.5)) for a, b in pairs if a is not None and b is not None and a != 0.5 and b != 0.5]


def probe_models(ids: Sequence[str], symbols: Sequence[str], endpoint: str | None, budget: float, samples: int, horizon: int,
                 data_folder: Path | None) -> None:  # fmt: skip
    """Probe models and print what was found. Answers are kept, so that a call that ran into a quota goes on later. Raises LyraError and
    LyraAIError."""
    if samples < 1 or horizon < 1:
        raise ConfigError(f"{samples} samples over {horizon} days cannot be asked about.")
    folder = council_folder()
    where = Endpoint.openrouter() if endpoint is None else Endpoint.local(endpoint)
    where.headers()  # Without a key no model would answer: better to say so at once.
    data = data_in(data_folder)
    past = [moment for symbol in symbols for moment in moments(symbol, data, samples, horizon, np.random.default_rng(0))]
    council = Council([Model(id, system=SYSTEM) for id in ids], endpoint=where, budget=Budget(run=budget), ledger=folder / "ledger.sqlite",
                      cassette=folder / "probes.jsonl", mode=Mode.RECORD, run=budget_name("probes"), backtest=False)  # fmt: skip
    typer.echo(f"{len(past)} moments, {7 * len(past)} questions for each model.")
    try:
        for seat in council.seats:
            _print(
                probe(
                    seat,
                    lambda calls: [vote.probability for call in calls for vote in council.panel.ask([call], 0.0)],
                    past,
                    np.random.default_rng(1),
                )
            )
    finally:
        council.close()
    for note in council.notes:
        typer.echo(f"Note: {note}", err=True)


def _print(found: Findings) -> None:
    typer.echo(f"\n{found.model}: {found.verdict}")
    for name, share in (("recall of outcomes (chance 50%)", found.recall), ("asset behind the mask (chance 50%)", found.asset),
                        ("year behind the mask (chance 50%)", found.year), ("same side upside down (honest 0%)", found.mirror)):  # fmt: skip
        typer.echo(f"  {name:<36} {share}")

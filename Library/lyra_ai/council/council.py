"""The council: members vote, the pool decides, what comes of it teaches.

free members vote → pool → if they disagree or are weak, paid members vote → pool → calibrated probability → decision and size

Weights and calibration learn from horizons that have closed, and from nothing else. Every step is kept in the decision, which `explain()`s
itself, and in a journal, from which a report is made and a council that was restarted learns again what it knew.
"""

from __future__ import annotations

import math
import random
import time
import weakref
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from operator import mul
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lyra_ai.council.cassette import Cassette, Mode
from lyra_ai.council.journal import JOURNAL_VERSION, Journal, encoded, number, quoted, stamp
from lyra_ai.council.learning import Closed, ConformalGate, Horizons, LearnedPool, Platt, Stacked, Weighting
from lyra_ai.council.ledger import PICO, Budget, Ledger
from lyra_ai.council.members import Model, ModelRule, Opinion, Seat
from lyra_ai.council.openrouter import Endpoint, ModelInfo
from lyra_ai.council.panel import Call, Panel
from lyra_ai.council.pools import POOLS, clipped_logit, expit, spread
from lyra_ai.council.views import MarketView, spoken
from lyra_ai.council.votes import Source, Vote
from lyra_ai.errors import EndpointError, SettingError

EXPIRY_WARNING = timedelta(days=14)
PRICE_WARNING = 5
"""One part in so many is a change of price that is told."""

Member = Opinion | Model | ModelRule


class State(Enum):
    """What a decision says of the position."""

    LONG = "long"
    SHORT = "short"
    FLAT = "flat"
    """Close the position."""
    ABSTAIN = "abstain"
    """No view: keep what is held."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """When to ask further, when to act, and how much.

    A pool is weak within `band` of one half, and its members disagree when the standard deviation of their logits exceeds `disagreement`;
    then the paid members are asked too, if the money at stake is `worth` times what they may cost. A share `audit` of the other decisions
    asks them as well, so that the first stage is judged on all it does. Weak at the end is no view (`weak="abstain"`) or a reason to close
    (`"flat"`). The size grows from nothing at one half to `size` at `full` from it. With fewer than `quorum` votes the council has failed:
    it keeps what is held (`failure="hold"`) or closes it (`"flat"`).
    """

    band: float = 0.02
    disagreement: float = 0.8
    quorum: int = 1
    audit: float = 0.05
    worth: float = 50.0
    weak: Literal["abstain", "flat"] = "abstain"
    failure: Literal["hold", "flat"] = "hold"
    short: bool = False
    size: float = 1.0
    full: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.band < self.full <= 0.5:
            raise SettingError(f"band {self.band} and full {self.full} must satisfy 0 <= band < full <= 0.5.")
        if self.size <= 0 or self.quorum < 1 or not 0 <= self.audit <= 1 or self.disagreement < 0 or self.worth < 0:
            raise SettingError(f"{self} cannot hold: size above 0, quorum from 1, audit from 0 to 1, disagreement and worth not below 0.")

    def state(self, probability: float) -> State:
        """What a calibrated probability says."""
        if abs(probability - 0.5) < self.band:
            return State.FLAT if self.weak == "flat" else State.ABSTAIN
        if probability > 0.5:
            return State.LONG
        return State.SHORT if self.short else State.FLAT

    def amount(self, probability: float, state: State) -> float:
        """The target as a signed fraction of the portfolio."""
        if state not in (State.LONG, State.SHORT):
            return 0.0
        return math.copysign(self.size * min(abs(probability - 0.5) / self.full, 1.0), probability - 0.5)


class Decision(NamedTuple):
    """What the council decided, and how. `size` is the target as a signed fraction of the portfolio and says nothing for `ABSTAIN`.

    `pooled` is the pool's probability of a rise, `probability` the calibrated one; both None when too few voted. `weights` has the
    coefficient of each member that voted. `cost` is in USD, `seconds` is the time that it took.
    """

    number: int
    symbol: str
    as_of: datetime
    due: datetime
    price: float
    state: State
    size: float
    probability: float | None
    pooled: float | None
    disagreement: float | None
    stages: int
    why: str
    votes: tuple[Vote, ...]
    weights: Mapping[str, float]
    cost: float
    seconds: float

    @property
    def acts(self) -> bool:
        """Whether there is anything to do: not so for an abstention."""
        return self.state is not State.ABSTAIN

    def explain(self) -> str:
        """Every step in words, for people."""
        lines = [f"{self.symbol} at {self.as_of:%Y-%m-%d %H:%M} UTC, horizon {spoken(self.due - self.as_of)}, price {self.price:g}"]
        for stage in range(1, self.stages + 1):
            lines.append(f"{'First' if stage == 1 else 'Second'} stage")
            lines += [self._told(vote) for vote in self.votes if vote.stage == stage]
        if self.pooled is not None and self.probability is not None and self.disagreement is not None:
            lines.append(f"Pool {self.pooled:.3f}, disagreement {self.disagreement:.2f}, calibrated {self.probability:.3f}")
        size = f", target {self.size:+.0%} of the portfolio" if self.state in (State.LONG, State.SHORT) else ""
        lines.append(f"Decision: {self.state.value}{size}. {self.why}")
        if self.cost:
            lines.append(f"Cost {self.cost:.6f} USD")
        return "\n".join(lines)

    def _told(self, vote: Vote) -> str:
        if vote.probability is None:
            return f"  {vote.member:<28} abstains  {vote.why}"
        reasons = "; ".join(vote.reasons)
        return f"  {vote.member:<28} {vote.probability:8.3f}  weight {self.weights.get(vote.member, 0.0):.2f}" + (
            f"  {reasons}" if reasons else ""
        )

    def line(self) -> str:
        """As it stands in the journal: JSON, put together by hand, since a replay spends a sixth of its time on it otherwise."""
        weights, told = self.weights, quoted
        votes = ",".join(
            [
                f"[{told(who)},{number(p)},{weights.get(who, 0.0)!r},{told(why)},{cost!r},{latency!r},{told(source.value)},{stage}]"
                for who, p, why, _, source, stage, cost, latency in self.votes
            ]
        )
        return (
            f'{{"kind":"decision","n":{self.number},"time":"{stamp(self.as_of)}","symbol":{told(self.symbol)},"price":{self.price!r},'
            f'"due":"{stamp(self.due)}","state":"{self.state.value}","p":{number(self.probability)},"pooled":{number(self.pooled)},'
            f'"size":{self.size!r},"disagreement":{number(self.disagreement)},"why":{told(self.why)},"stages":{self.stages},'
            f'"seconds":{self.seconds!r},"cost":{self.cost!r},"votes":[{votes}]}}'
        )


@dataclass
class _Pooled:
    """What a pool of votes came to."""

    votes: list[Vote]
    awake: list[str]
    probabilities: list[float]
    weights: dict[str, float] = field(default_factory=dict)
    pooled: float | None = None
    disagreement: float | None = None


class Council:
    """Members at a table. `decide(view)` asks them; `observe(symbol, time, price)` tells what became of their forecasts.

    `members` vote first, `paid` ones only where they are needed. Without a `ledger` on disk nothing is spent. `cassette` may be a path.
    `misses` says what a replay does without an answer: `abstain`, or `fail` with CassetteMiss. `weighting` and `calibration` learn; the
    default weights are a stacked logistic pool that begins equal. A `gate` turns decisions into abstentions where its outcomes so far allow
    both a rise and a fall. `pool` names one of `POOLS`. Raises SettingError.
    """

    def __init__(self, members: Iterable[Member], *, paid: Iterable[Member] = (), rules: Rules | None = None, budget: Budget | None = None,
                 ledger: Ledger | Path | None = None, cassette: Cassette | Path | None = None, mode: Mode = Mode.AUTO, deadline: float = 20.0,
                 misses: Literal["abstain", "fail"] = "abstain", weighting: Weighting | None = None, calibration: Platt | None = None,
                 gate: ConformalGate | None = None, pool: str = "log", endpoint: Endpoint | None = None,
                 journal: Journal | Path | None = None, run: str = "council", backtest: bool = True, seed: int = 0,
                 clock: Callable[[], float] = time.time) -> None:  # fmt: skip
        if deadline <= 0:
            raise SettingError(f"A deadline of {deadline} seconds leaves no time to vote.")
        if pool not in POOLS:
            raise SettingError(f"There is no pool called {pool!r}; there are {', '.join(POOLS)}.")
        self.rules = rules or Rules()
        self.deadline = deadline
        self.mode = mode
        self.weighting = weighting or Stacked()
        self.calibration = calibration or Platt()
        self.gate = gate
        self._learned = LearnedPool(self.weighting, self.calibration)
        self.journal = journal if isinstance(journal, Journal) else Journal(journal, at_once=mode.asks or not backtest)
        self.number = 0
        self.replays_only = False
        """Whether the network is not to be asked for the time being, as while an algorithm warms up."""
        self._pool = pool
        self._seed = seed
        self._clock = clock
        self._horizons = Horizons()
        cassette = cassette if isinstance(cassette, Cassette) else Cassette(cassette)
        self._owns_ledger = not isinstance(ledger, Ledger)
        ledger = ledger if isinstance(ledger, Ledger) else Ledger(ledger, clock)
        self.panel = Panel(cassette=cassette, ledger=ledger, budget=budget or Budget(), mode=mode, run=run, misses_fail=misses == "fail",
                           chance=random.Random(seed), wall=clock, backtest=backtest)  # fmt: skip
        self._endpoint = endpoint or Endpoint.openrouter()
        self._lists: dict[str, dict[str, ModelInfo]] = {}
        self._stages = [self._table(list(members)), self._table(list(paid))]
        self._check_names()
        if mode.asks and self.seats:
            self.panel.prepare()
            self.panel.ledger.open()
            weakref.finalize(self, self.panel.close)  # for those who forget to: a thread must not outlive its council
        self._header_written = False

    # The table

    def _table(self, members: list[Member]) -> tuple[list[Opinion], list[Seat]]:
        opinions: list[Opinion] = []
        seats: list[Seat] = []
        for member in members:
            if isinstance(member, ModelRule):
                seats += [seat for model in self._chosen(member) for seat in model.seats(self._endpoint)]
            elif isinstance(member, Model):
                seats += member.seats(self._endpoint)
            elif isinstance(member, Opinion):
                opinions.append(member)
            else:
                raise SettingError(
                    f"{type(member).__name__} is no member: a Model, a ModelRule, or an object with `name` and `opinion(view)` is."
                )
        for seat in seats:
            self._introduce(seat)
        return opinions, seats

    def _chosen(self, rule: ModelRule) -> list[Model]:
        """The models of a rule: those recorded, else those that the list offers now."""
        recorded = self.panel.cassette.rule(rule.digest())
        if recorded is None and self.mode.asks:
            infos = rule.choose(list(self._list(self._endpoint).values()), self._today())
            recorded = [info.id for info in infos]
            if recorded:
                self.panel.cassette.put_rule(rule.digest(), recorded)
        if not recorded:
            self.note("No model was found for a rule; those seats stay empty.")
        return [rule.member(id) for id in recorded or ()]

    def _introduce(self, seat: Seat) -> None:
        """Tell a seat what is recorded of its model, and what the list says now."""
        slug = seat.model.id
        about = self.panel.cassette.model(slug)
        live = self._list(seat.endpoint).get(slug) if self.mode.asks and seat.endpoint.routes and seat.endpoint.key is not None else None
        known = None if about is None else ModelInfo.recall(slug, about)
        if live is not None and known is None:
            self.panel.cassette.put_model(slug, live.about())
        elif live is None and known is None and self._lists.get(seat.endpoint.base_url):
            self.note(f"{slug} is not in the list of models of {seat.endpoint.account}; `lyra ai models` shows which are.")
        seat.know(known or live, None if live is None else live.price)
        if live is not None:
            self._warn(live, known)

    def _warn(self, live: ModelInfo, known: ModelInfo | None) -> None:
        if live.expires is not None and live.expires <= self._today() + EXPIRY_WARNING:
            self.note(f"{live.id} may be removed after {live.expires}.")
        if known is None:
            return
        if known.slug != live.slug:
            self.note(f"{live.id} stands for {live.slug} now; the cassette was recorded with {known.slug}.")
        if known.price is not None and live.price is not None:
            then, now = (sum(price.highest, Decimal(0)) for price in (known.price, live.price))
            if now > then + then / PRICE_WARNING:
                self.note(f"{live.id} costs over a fifth more than when it was recorded.")

    def _list(self, endpoint: Endpoint) -> dict[str, ModelInfo]:
        """The endpoint's models by id, asked for once; empty, with a note, where it does not answer."""
        if endpoint.base_url not in self._lists:
            try:
                self._lists[endpoint.base_url] = {info.id: info for info in self.panel.models(endpoint)}
            except EndpointError as e:
                self.note(str(e))
                self._lists[endpoint.base_url] = {}
        return self._lists[endpoint.base_url]

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), UTC).date()

    def _check_names(self) -> None:
        names = [m.name for opinions, _ in self._stages for m in opinions] + [seat.name for _, seats in self._stages for seat in seats]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise SettingError(f"Two members are called {twice[0]!r}; give one of them another name.")
        if not names and not self.notes:
            raise SettingError("A council needs at least one member.")

    @property
    def seats(self) -> list[Seat]:
        """The seats of the language models, stage by stage."""
        return [seat for _, seats in self._stages for seat in seats]

    # Notes

    @property
    def notes(self) -> list[str]:
        """What the user should know, such as a model that will disappear; each sentence once."""
        return self.panel.notes

    def note(self, sentence: str) -> None:
        """Add a note."""
        if sentence not in self.panel.notes:
            self.panel.notes.append(sentence)

    # Deciding

    def decide(self, view: MarketView, notional: float | None = None) -> Decision:
        """Ask the members about a view and decide, in at most the deadline. `notional` is the money at stake in USD, where it is known.

        Raises CassetteMiss and QuotaExhausted as the mode has it, and whatever a user's own function raises.
        """
        started = time.perf_counter()
        closed = self._close_horizons(view.symbol, view.as_of, view.price)
        first = self._vote(view, 1, self.deadline)
        pool = self._pooled(first)
        stages = 1
        if self._asks_further(view, pool, notional):
            left = self.deadline - (time.perf_counter() - started)
            pool = self._pooled(pool.votes + self._vote(view, 2, max(left, 0.0)))
            stages = 2
        return self._decided(view, pool, stages, started, closed)

    def show(self, view: MarketView) -> None:
        """Show the members that compute a view without deciding, so that those that learn from views know again what they knew."""
        for opinions, _ in self._stages:
            for member in opinions:
                member.opinion(view)

    def without_view(self, symbol: str, as_of: datetime, horizon: timedelta, why: str) -> Decision:
        """The abstention where there is nothing to show the members. It is no decision of theirs, and the journal does not have it."""
        return Decision(number=-1, symbol=symbol, as_of=as_of, due=as_of + horizon, price=0.0, state=State.ABSTAIN, size=0.0, probability=None,
                        pooled=None, disagreement=None, stages=0, why=why, votes=(), weights={}, cost=0.0, seconds=0.0)  # fmt: skip

    def _vote(self, view: MarketView, stage: int, seconds: float) -> list[Vote]:
        opinions, seats = self._stages[stage - 1]
        votes = [_computed(member, view, stage) for member in opinions]
        if seats:
            as_of = stamp(view.as_of)
            calls = [Call(seat, *seat.question(view), as_of, stage) for seat in seats]
            asked = self._asked(calls, seconds)
            if all(vote.probability is None for vote in asked):
                causes = sorted({vote.why.split(":")[0] for vote in asked})
                self.note(f"No language model of stage {stage} voted ({', '.join(causes)}); the council goes on without them.")
            votes += asked
        return votes

    def _asked(self, calls: list[Call], seconds: float) -> list[Vote]:
        if not (self.replays_only and self.mode.asks):
            return self.panel.ask(calls, seconds)
        mode, self.panel.mode = self.panel.mode, Mode.REPLAY
        fails, self.panel.misses_fail = self.panel.misses_fail, False
        try:
            return self.panel.ask(calls, seconds)
        finally:
            self.panel.mode, self.panel.misses_fail = mode, fails

    def _pooled(self, votes: list[Vote]) -> _Pooled:
        awake = [vote.member for vote in votes if vote.probability is not None]
        probabilities = [vote.probability for vote in votes if vote.probability is not None]
        found = _Pooled(votes, awake, probabilities)
        if len(awake) < self.rules.quorum:
            return found
        bias, coefficients = self.weighting.coefficients(awake)
        found.weights = dict(zip(awake, map(float, coefficients), strict=True))
        logits = [clipped_logit(p) for p in probabilities]
        if self._pool == "log":
            found.pooled = expit(bias + sum(map(mul, coefficients, logits)))
        else:
            found.pooled = float(POOLS[self._pool](probabilities, coefficients))
        found.disagreement = spread(logits)
        return found

    def _asks_further(self, view: MarketView, pool: _Pooled, notional: float | None) -> bool:
        """Whether the second stage is asked: weak or divided, or the audit's turn; and worth it."""
        opinions, seats = self._stages[1]
        if not opinions and not seats:
            return False
        if pool.pooled is not None and pool.disagreement is not None:
            doubtful = abs(self.calibration(pool.pooled) - 0.5) < self.rules.band or pool.disagreement > self.rules.disagreement
            if not doubtful and not self._audits(view):
                return False
        if notional is None or not seats:
            return True
        most = sum(seat.listed.most(len(seat.question(view)[0].encode()), seat.tokens) for seat in seats if seat.listed is not None)
        return notional * view.move >= self.rules.worth * most / PICO

    def _audits(self, view: MarketView) -> bool:
        """By content, so that a replay audits the same decisions."""
        draw = zlib.crc32(f"{self._seed}|{view.symbol}|{view.as_of.isoformat()}".encode()) / 2**32
        return draw < self.rules.audit

    def _decided(self, view: MarketView, pool: _Pooled, stages: int, started: float, closed: list[str]) -> Decision:
        number, self.number = self.number, self.number + 1
        if pool.pooled is None:
            probability = None
            state = State.FLAT if self.rules.failure == "flat" else State.ABSTAIN
            size = 0.0
            why = f"{len(pool.awake)} of {len(pool.votes)} members voted, the quorum is {self.rules.quorum}."
        else:
            probability = self.calibration(pool.pooled)
            state, why = self._state(probability)
            size = self.rules.amount(probability, state)
            self._horizons.open(
                number, view.symbol, view.due, view.price, dict(zip(pool.awake, pool.probabilities, strict=True)), pool.pooled
            )
        decision = Decision(number=number, symbol=view.symbol, as_of=view.as_of, due=view.due, price=view.price, state=state, size=size,
                            probability=probability, pooled=pool.pooled, disagreement=pool.disagreement, stages=stages, why=why,
                            votes=tuple(pool.votes), weights=pool.weights, cost=sum([vote.cost for vote in pool.votes]),
                            seconds=time.perf_counter() - started)  # fmt: skip
        self._write_header(view)
        self.journal.write(*closed, decision.line())
        return decision

    def _state(self, probability: float) -> tuple[State, str]:
        """What a calibrated probability says of the position, and why nothing where it says nothing."""
        if self.gate is not None and not self.gate.singleton(probability):
            return State.ABSTAIN, "The outcomes so far leave both open."
        state = self.rules.state(probability)
        return state, "Weak: no view." if state is State.ABSTAIN else ""

    # Learning

    def observe(self, symbol: str, time: datetime, price: float) -> None:
        """A price (UTC). Horizons that are due by then close at it, and what they show is learned."""
        self.journal.write(*self._close_horizons(symbol, time, price))

    def _close_horizons(self, symbol: str, time: datetime, price: float) -> list[str]:
        """Learn from what is due; the journal's lines of it."""
        found = self._horizons.observe(symbol, time, price)
        for closed in found:
            self._learn(closed)
        return [
            f'{{"kind":"outcome","n":{one.key},"symbol":{quoted(symbol)},"time":"{stamp(one.closed_at)}","price":{one.end_price!r},'
            f'"rise":{one.outcome!r}}}'
            for one in found
        ]

    def _learn(self, closed: Closed) -> None:
        if self.gate is not None and closed.pooled is not None:
            self.gate.learn(self.calibration(closed.pooled), closed.outcome)
        if self._pool == "log":
            self._learned.learn(closed.probabilities, closed.outcome)
            return
        self.weighting.learn(closed.probabilities, closed.outcome)
        if closed.pooled is not None:
            self.calibration.learn(closed.pooled, closed.outcome)

    def resume(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Learn again what an earlier journal shows, and take up its open horizons; the numbering goes on."""
        for line in lines:
            if line["kind"] == "decision":
                self.number = max(self.number, line["n"] + 1)
                if line["pooled"] is not None:
                    votes = {vote[0]: vote[1] for vote in line["votes"] if vote[1] is not None}
                    due = datetime.fromisoformat(line["due"])
                    self._horizons.open(line["n"], line["symbol"], due, line["price"], votes, line["pooled"])
            elif line["kind"] == "outcome":
                for closed in self._horizons.observe(line["symbol"], datetime.fromisoformat(line["time"]), line["price"]):
                    self._learn(closed)

    # The journal

    def _write_header(self, view: MarketView) -> None:
        if self._header_written:
            return
        self._header_written = True
        members = [entry for stage, (opinions, seats) in enumerate(self._stages, 1) for entry in
                   [*(_opinion_entry(member, stage) for member in opinions), *(_seat_entry(seat, stage) for seat in seats)]]  # fmt: skip
        rules = self.rules
        cassette = self.panel.cassette.path
        settings = {
            "horizon_seconds": view.horizon.total_seconds(), "bar_seconds": view.bar.total_seconds(), "mode": self.mode.value,
            "cassette": None if cassette is None else str(cassette), "deadline": self.deadline, "pool": self._pool,
            "weighting": type(self.weighting).__name__, "band": rules.band, "full": rules.full, "size": rules.size, "short": rules.short,
            "weak": rules.weak, "failure": rules.failure, "quorum": rules.quorum,
        }  # fmt: skip
        began = datetime.fromtimestamp(self._clock(), UTC).replace(tzinfo=None)
        header = {"kind": "council", "version": JOURNAL_VERSION, "time": began.isoformat(timespec="seconds"), "members": members,
                  "settings": settings}  # fmt: skip
        self.journal.write(encoded(header))

    def close(self) -> None:
        """End the thread and close the files. What is under way is given up and counts as spent."""
        self.panel.close()
        self.panel.cassette.close()
        if self._owns_ledger:
            self.panel.ledger.close()
        self.journal.close()


def _computed(member: Opinion, view: MarketView, stage: int) -> Vote:
    """The vote of a member that computes. Raises SettingError if it gives no probability."""
    p = member.opinion(view)
    if p is None:
        return Vote(member=member.name, probability=None, why="has no view of it", stage=stage)
    if not 0 <= p <= 1:  # NaN compares as false.
        raise SettingError(f"The member {member.name!r} gave {p!r}; a vote is a probability from 0 to 1, or None to abstain.")
    return Vote(member=member.name, probability=float(p), source=Source.COMPUTED, stage=stage)


def _opinion_entry(member: Opinion, stage: int) -> dict[str, Any]:
    family = "expert" if type(member).__module__.startswith("lyra_ai.council.experts") else "function"
    return {"name": member.name, "family": family, "model": None, "cutoff": None, "created": None, "paid": False, "stage": stage}


def _seat_entry(seat: Seat, stage: int) -> dict[str, Any]:
    info = seat.info
    cutoff, created = (None, None) if info is None else (info.cutoff, info.created)
    return {"name": seat.name, "family": "model", "model": seat.model.id if info is None else info.slug,
            "cutoff": cutoff and cutoff.isoformat(), "created": created and created.isoformat(),
            "paid": seat.listed is not None and not seat.listed.free, "stage": stage}  # fmt: skip

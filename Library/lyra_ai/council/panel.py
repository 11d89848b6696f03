"""The panel: asks several models at once, within a deadline, a budget and their quotas, from a cassette where it can.

What the cassette holds is answered in the caller's thread, and then no loop, no thread and no socket exists. For the rest one background
thread runs one event loop for the panel's life; the caller waits for it until the deadline and not longer, whatever hangs.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn, TypeVar

from lyra_ai.council.cassette import Cassette, Entry, Mode
from lyra_ai.council.ledger import MINUTE, PICO, Budget, Charge, Ledger, LedgerBusy
from lyra_ai.council.members import Request, Seat
from lyra_ai.council.openrouter import (
    Endpoint,
    Fault,
    ModelInfo,
    Price,
    Reply,
    read_models,
    read_reply,
    redact,
    unsafe_for_backtests,
)
from lyra_ai.council.votes import Ballot, BallotError, Source, Vote
from lyra_ai.errors import CassetteError, CassetteMiss, EndpointError, KeyMissing, LedgerError, LyraAIError, QuotaExhausted

if TYPE_CHECKING:
    import httpx

    from lyra_ai.council.wire import Muzzle

T = TypeVar("T")

ATTEMPTS = 3
LIST_SECONDS = 20.0
GRACE = 0.1
"""Seconds after the deadline in which the loop itself may report; then the caller leaves without it."""
LARGEST = 1_000_000
"""Bytes of an answer that are read, before and after it is unpacked; more is a fault."""
LARGEST_LIST = 50_000_000
"""The same for a list of models."""
RECORD_SECONDS = 180.0
"""What a recording gives one question: nobody waits for it."""
PENDING = "pending"
"""The fault of a question that is left for a batch; it is not recorded."""
_OURS = ("key", "credits", "price", "budget", "quota", "resting", "ledger")
"""Faults that lie with us and may have been mended since."""
_QUIET = ("refused", "quota", "budget", "resting", "key", "unsafe", "price", "ledger")
"""Faults that say nothing about whether the model works."""


@dataclass(slots=True)
class Call:
    """A seat's question about a view. `rise` says whether it asks for a rise or a fall."""

    seat: Seat
    text: str
    rise: bool
    as_of: str
    stage: int = 1
    reply_cost: int = 0
    latency: float = 0.0
    pending: Request | None = None
    lost: int = 0
    """What the tries of the pending question that failed did cost, in picodollars."""

    def vote(self, ballot: Ballot, source: Source) -> Vote:
        """The vote that a ballot makes."""
        p = ballot.probability
        if p is not None and not self.rise:
            p = 1.0 - p
        why = "" if p is not None else "says that it cannot judge"
        return Vote(member=self.seat.name, probability=p, why=why, reasons=ballot.reasons, source=source, stage=self.stage,
                    cost=self.reply_cost / PICO, latency=self.latency)  # fmt: skip

    def abstention(self, why: str, source: Source) -> Vote:
        """The vote of a seat that has none."""
        return Vote(member=self.seat.name, probability=None, why=why, source=source, stage=self.stage, cost=self.reply_cost / PICO,
                    latency=self.latency)  # fmt: skip


def conversation(call: Call) -> Generator[Request, Reply, Ballot]:
    """One question, and one more where the answer cannot be counted. Raises Fault if that cannot be either."""
    request = call.seat.request(call.text)
    reply = yield request
    try:
        return call.seat.read(reply)
    except BallotError as e:
        fault = e
    reply = yield call.seat.second(request, reply.text[:2_000], fault)
    try:
        return call.seat.read(reply)
    except BallotError as e:
        raise Fault("invalid", str(e)) from e


def _read(seat: Seat, reply: Reply) -> Ballot | None:
    """The ballot in a reply, None where there is none that counts."""
    try:
        return seat.read(reply)
    except BallotError:
        return None


class Breaker:
    """Leaves alone for a while what keeps failing: after 5 faults in a row, or more than half of the last 20, 30 seconds, doubled up to 300.

    After the rest one request is let through; its success closes the breaker, its failure opens it again. One that is barred stays open.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recent: deque[bool] = deque(maxlen=20)
        self._row = 0
        self._rest = 30.0
        self._until: float | None = None
        self._trial = False

    def closed(self) -> bool:
        """Whether a request may go out; the first one after a rest takes the trial."""
        if self._until is None:
            return True
        if self._clock() < self._until:
            return False
        self._until = self._clock() + self._rest
        self._trial = True
        return True

    def good(self) -> None:
        """A request succeeded. One that left before the breaker opened says nothing of what opened it."""
        if self._until is not None and not self._trial:
            return
        self._recent.append(True)
        self._row, self._rest, self._until, self._trial = 0, 30.0, None, False

    def bar(self) -> None:
        """Let nothing through any more."""
        self._until, self._trial = math.inf, False

    def bad(self, at_once: bool = False) -> None:
        """A request failed; `at_once` for faults that will not mend by asking."""
        if self._until == math.inf:
            return
        self._recent.append(False)
        self._row += 1
        failed = self._recent.count(False)
        if at_once or self._row >= 5 or (len(self._recent) == 20 and failed > 10) or self._until is not None:
            self._until, self._trial = self._clock() + self._rest, False
            self._rest = min(2 * self._rest, 300.0)


@dataclass(kw_only=True)
class Panel:
    """Asks seats. One per council; `close()` ends its thread."""

    cassette: Cassette
    ledger: Ledger
    budget: Budget
    mode: Mode
    run: str
    misses_fail: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    wall: Callable[[], float] = time.time
    backtest: bool = True
    """Whether the past is being played: then models that look things up may not vote."""
    notes: list[str] = field(default_factory=list)
    """What the user should know, once each."""
    transport: httpx.AsyncBaseTransport | None = None
    """What carries requests in the network's place; None for the network."""
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)
    _transports: dict[str, httpx.AsyncBaseTransport] = field(default_factory=dict, init=False)
    """By the endpoints' addresses."""
    _muzzle: Muzzle | None = field(default=None, init=False, repr=False)
    _breakers: dict[str, Breaker] = field(default_factory=dict, init=False)
    _retries: float = field(default=3.0, init=False)
    _charges: list[tuple[Charge, asyncio.Future[int | str]]] = field(default_factory=list, init=False)
    """What waits for the next transaction of the ledger."""
    _costs: list[tuple[int, int]] = field(default_factory=list, init=False)
    """Reservations and what they did cost, picodollars, that the ledger does not know yet."""
    _clerk: ThreadPoolExecutor | None = field(default=None, init=False)
    """The thread that waits for the ledger's file, so that the loop need not."""

    def ask(self, calls: Sequence[Call], seconds: float) -> list[Vote]:
        """Votes of the calls, in their order, in at most `seconds` and a little: who has not answered by then abstains.

        Raises CassetteMiss where a replay must not miss, QuotaExhausted where a recording has to wait for more than a minute.
        """
        votes: list[Vote | None] = [self._recorded(call) for call in calls] if self.mode.reads else [None] * len(calls)
        open_calls = [i for i, vote in enumerate(votes) if vote is None]
        if open_calls and self.mode.asks:
            limit = RECORD_SECONDS if self.mode.records else seconds
            asked = self._ask_network([calls[i] for i in open_calls], limit)
            for i, vote in zip(open_calls, asked, strict=True):
                votes[i] = vote
        elif open_calls:
            for i in open_calls:
                votes[i] = self._missed(calls[i])
        return [vote for vote in votes if vote is not None]

    # From the cassette

    def _recorded(self, call: Call) -> Vote | None:
        """A vote from the cassette, None where it lacks something."""
        entry = self.cassette.get(call.seat.key(call.text))
        if entry is None:
            return None
        if entry.ballot is not None:
            call.reply_cost, call.latency = round(entry.cost * PICO), entry.latency
            return call.vote(entry.ballot, Source.RECORDED)
        return self._replay(call, entry)

    def _replay(self, call: Call, first: Entry) -> Vote | None:
        talk = conversation(call)
        request = next(talk)
        entry: Entry | None = first
        try:
            while True:
                if entry is None or (entry.reply is None and self._asks_again(entry)):
                    call.reply_cost, call.latency = 0, 0.0
                    return None
                call.reply_cost += round(entry.cost * PICO)
                call.latency += entry.latency
                if entry.reply is None:
                    return call.abstention(f"{entry.fault}: {entry.why}", Source.RECORDED)
                request = talk.send(Reply.of(entry.reply))
                entry = self.cassette.get(request.key)
        except StopIteration as done:
            if entry is first:
                first.ballot = done.value
            return call.vote(done.value, Source.RECORDED)
        except Fault as fault:
            return call.abstention(str(fault), Source.RECORDED)

    def _asks_again(self, entry: Entry) -> bool:
        """Whether a recorded fault is to be tried anew: always when recording, else where it said nothing of the question."""
        return self.mode.records or (self.mode.asks and entry.fault in _OURS)

    def _missed(self, call: Call) -> Vote:
        if self.mode is Mode.OFF:
            return call.abstention("off: language models are switched off", Source.RECORDED)
        if self.misses_fail:
            raise CassetteMiss(
                f"{call.seat.name} was never asked about the view of {call.as_of}; the cassette {self.cassette.path or ''} has {len(self.cassette)} answers. "
                "Record it (`lyra ai record`), or let misses abstain."
            )
        return call.abstention("miss: not in the cassette", Source.RECORDED)

    # Over the network

    def prepare(self) -> None:
        """Load what asking needs and start the thread, so that the first deadline does not pay for it."""
        if self._loop is not None:
            return
        import httpx

        from lyra_ai.council import wire

        self._httpx, self._wire = httpx, wire
        self._muzzle = wire.Muzzle()
        self._muzzle.on()
        self._clerk = ThreadPoolExecutor(1, "lyra-council-ledger")
        loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=_run_loop, args=(loop,), name="lyra-council", daemon=True)
        self._thread.start()
        self._loop = loop

    def close(self) -> None:
        """End the thread, when the ledger has what was settled; requests under way are given up (and count as spent)."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._wind_up(), loop)
        if self._muzzle is not None:
            self._muzzle.off()
        if self._thread is not None:
            self._thread.join(1.0)
        if self._clerk is not None:
            self._clerk.shutdown()

    async def _wind_up(self) -> None:
        """Cancel what is under way, close the connections, stop the loop; in at most a second, whatever hangs."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        tasks |= {asyncio.create_task(transport.aclose()) for transport in self._transports.values()}
        if tasks:
            await asyncio.wait(tasks, timeout=0.8)
        asyncio.get_running_loop().stop()

    def models(self, endpoint: Endpoint) -> list[ModelInfo]:
        """The endpoint's list of models. Raises EndpointError."""
        self.prepare()
        assert self._loop is not None  # prepare() made it.
        future = asyncio.run_coroutine_threadsafe(self._fetch_models(endpoint), self._loop)
        try:
            return future.result(LIST_SECONDS)
        except FutureTimeout:
            future.cancel()
            raise EndpointError(f"{endpoint.account} did not give its list of models within {LIST_SECONDS:.0f} seconds.") from None

    async def _fetch_models(self, endpoint: Endpoint) -> list[ModelInfo]:
        httpx = self._httpx
        headers = {} if endpoint.key is None else {"Authorization": f"Bearer {endpoint.key.reveal()}"}
        try:
            status, _, content = await self._exchange("GET", endpoint, "models", headers, None, LARGEST_LIST)
        except (httpx.HTTPError, httpx.InvalidURL, Fault) as e:
            raise EndpointError(f"{endpoint.account} cannot be reached for its list of models: {type(e).__name__}.") from None
        if status != 200:
            raise EndpointError(f"{endpoint.account} answered with status {status} when asked for its list of models.")
        return read_models(content)

    def _ask_network(self, calls: Sequence[Call], seconds: float) -> list[Vote]:
        started = time.monotonic()
        self.prepare()
        assert self._loop is not None  # prepare() made it.
        desk = _Desk(list(calls))
        future: Future[None] = asyncio.run_coroutine_threadsafe(self._ask_all(desk, started + seconds), self._loop)
        try:
            future.result(max(started + seconds + GRACE - time.monotonic(), 0.0))
        except FutureTimeout:
            future.cancel()
        votes = desk.leave()
        if desk.failure is not None:
            raise desk.failure
        return [self._late(desk, call, seconds) if vote is None else vote for call, vote in zip(calls, votes, strict=True)]

    def _late(self, desk: _Desk, call: Call, seconds: float) -> Vote:
        """The vote of a call that was not laid down in time. Answers that were recorded in time count, as they will in a replay."""
        call.latency = seconds
        call.reply_cost = 0
        fault = Fault("timeout", f"no answer within {seconds:g} seconds")
        talk = conversation(call)
        try:
            request = next(talk)
            while (entry := self._in_time(desk, request)) is not None and entry.reply is not None:
                call.reply_cost += round(entry.cost * PICO)
                request = talk.send(Reply.of(entry.reply))
        except StopIteration as done:
            return call.vote(done.value, Source.ASKED)
        except Fault as e:
            return call.abstention(str(e), Source.ASKED)
        call.pending = request
        self._record_fault(call, fault, 0)
        return call.abstention(str(fault), Source.ASKED)

    def _in_time(self, desk: _Desk, request: Request) -> Entry | None:
        """The recorded answer, where it counts: what was recorded earlier does not where the cassette is not to be read."""
        return self.cassette.get(request.key) if self.mode.reads or request.key in desk.kept else None

    async def _ask_all(self, desk: _Desk, deadline: float) -> None:
        if time.monotonic() >= deadline:
            return  # No money is reserved for what cannot be answered.
        tasks = [asyncio.create_task(self._ask_one(desk, i, deadline)) for i in range(len(desk.calls))]
        try:
            await asyncio.wait(tasks, timeout=deadline - time.monotonic())
        finally:  # Also when the caller left before this loop came to it: nothing is asked or paid for behind his back.
            for task in tasks:
                task.cancel()
            self._settle_all()

    async def _ask_one(self, desk: _Desk, index: int, deadline: float) -> None:
        """Converse until there is a vote. Every cause of having none becomes an abstention: nothing leaves this but a vote."""
        call = desk.calls[index]
        started = time.monotonic()
        talk = conversation(call)
        fault: Fault
        try:
            request = next(talk)
            while True:
                call.pending, call.lost = request, 0
                request = talk.send(await self._answer(desk, call, request, deadline))
        except StopIteration as done:
            call.latency = time.monotonic() - started
            desk.put(index, call.vote(done.value, Source.ASKED))
            return
        except Fault as e:
            fault = e
        except (QuotaExhausted, CassetteError) as e:
            desk.failure = e
            fault = Fault("quota", str(e))
        except LedgerError as e:
            fault = Fault("ledger", str(e))
        except Exception as e:  # Whatever a hostile answer sets off in a parser: one member must not take the others with it.
            fault = Fault("error", f"{type(e).__name__}: {redact(str(e), call.seat.endpoint.key)}"[:200])
        call.latency = time.monotonic() - started
        with desk.in_time() as in_time:
            if in_time:
                if desk.failure is None and fault.kind != PENDING:
                    self._record_fault(call, fault, call.lost)
                desk.votes[index] = call.abstention(str(fault), Source.ASKED)

    async def _answer(self, desk: _Desk, call: Call, request: Request, deadline: float) -> Reply:
        """A reply from the cassette or from the endpoint; seats that ask the very same get one answer, as in a replay. Raises Fault."""
        entry = self.cassette.get(request.key) if self.mode.reads else None
        if entry is not None and entry.reply is not None:
            call.reply_cost += round(entry.cost * PICO)
            return Reply.of(entry.reply)
        self._check_allowed(call.seat)
        if self.mode is Mode.COLLECT and call.seat.endpoint.routes and call.seat.price is not None and not call.seat.price.free:
            self._collect(call, request, call.seat.price)
        async with desk.asking.setdefault(request.key, asyncio.Lock()):
            known = desk.answers.get(request.key)
            if known is None:
                try:
                    known = await self._try(desk, call, request, deadline)
                except Fault as e:
                    known = e
                desk.answers[request.key] = known
        if isinstance(known, Fault):
            raise known
        return known

    def _collect(self, call: Call, request: Request, price: Price) -> NoReturn:
        """Leave a request for a batch. Raises Fault: for now there is no answer."""
        path = self.cassette.path
        if path is None:
            raise Fault(PENDING, "a batch needs a cassette on disk")
        line = {"key": request.key, "as_of": call.as_of, "member": call.seat.name, "body": call.seat.body(request), "run": self.run,
                "most": price.most(request.size, call.seat.tokens), "budget": asdict(self.budget)}  # fmt: skip
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path.with_suffix(".pending.jsonl"), "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as e:
            raise CassetteError(f"What is to be asked in a batch cannot be written beside {path}: {e.strerror}.") from e
        raise Fault(PENDING, "left for a batch")

    async def _try(self, desk: _Desk, call: Call, request: Request, deadline: float) -> Reply:
        """A reply from the endpoint, tried again where that helps. Raises Fault."""
        before = call.reply_cost
        fault: Fault | None = None
        for attempt in range(ATTEMPTS):
            try:
                if fault is not None:
                    await self._pause(fault, attempt, deadline)
                return await self._attempt(desk, call, request, deadline, before)
            except Fault as e:
                # That a breaker opened in between says less than the fault that opened it.
                fault = fault if fault is not None and e.kind == "resting" else e
                call.lost = call.reply_cost - before
                if not e.retry or attempt == ATTEMPTS - 1 or not self._may_retry():
                    raise fault from None
        raise AssertionError("the last attempt returns or raises")

    def _check_allowed(self, seat: Seat) -> None:
        if self.backtest and (reason := unsafe_for_backtests(seat.model.id, seat.settings())):
            raise Fault("unsafe", f"{seat.model.id} may not vote in a backtest: {reason}")
        if seat.price is None:
            raise Fault("price", f"the price of {seat.model.id} is not known, so that no money can be reserved")

    def _may_retry(self) -> bool:
        """A tenth of all requests may be second tries, so that an outage is not met with a storm."""
        if self._retries < 1:
            return False
        self._retries -= 1
        return True

    async def _pause(self, fault: Fault, attempt: int, deadline: float) -> None:
        """Wait as long as was told, else a random while. Raises the fault where the deadline comes first."""
        wait = fault.wait if fault.wait is not None else self.chance.uniform(0, 0.5 * 1.5**attempt)
        if time.monotonic() + wait >= deadline:
            raise fault
        await asyncio.sleep(wait)

    async def _attempt(self, desk: _Desk, call: Call, request: Request, deadline: float, before: int) -> Reply:
        """One request, paid for. `before` is what the call had cost before this question. Raises Fault."""
        seat = call.seat
        breakers = self._closed_breakers(seat)
        reservation = await self._pay(seat, request, deadline)
        self._retries = min(self._retries + 0.1, 10.0)
        started = time.monotonic()
        try:
            reply = await self._send(seat, request)
        except Fault as fault:
            call.reply_cost += self._settle(reservation, seat, request, fault.cost)
            await self._note_fault(seat, fault, breakers)
            raise
        except asyncio.CancelledError:
            breakers[2].bad()
            raise
        cost = reply.cost
        if cost is None and (reply.prompt_tokens or reply.completion_tokens) and seat.price is not None:
            cost = seat.price.cost(reply.prompt_tokens, reply.completion_tokens)
        call.reply_cost += self._settle(reservation, seat, request, cost)
        for breaker in breakers:
            breaker.good()
        entry = Entry(request.key, call.as_of, reply=reply.body, cost=(call.reply_cost - before) / PICO, latency=time.monotonic() - started,
                      recorded=self._now(), generation=reply.generation, ballot=_read(seat, reply))  # fmt: skip
        with desk.in_time() as in_time:
            if in_time:
                self._keep(entry)
                desk.kept.add(request.key)
        return reply

    def _keep(self, entry: Entry) -> None:
        """Record an answer. Where that fails, a recording ends; a council that only votes goes on and says so."""
        try:
            self.cassette.put(entry)
        except CassetteError as e:
            if self.mode.records:
                raise
            self._note(str(e))

    def _closed_breakers(self, seat: Seat) -> list[Breaker]:
        """The breakers that a request of this seat passes. Raises Fault if one is open."""
        paid = "free" if seat.price is not None and seat.price.free else "paid"
        found = []
        for scope in (seat.endpoint.account, f"{seat.endpoint.account} {paid}", f"{seat.endpoint.account} {seat.model.id}"):
            breaker = self._breakers.setdefault(scope, Breaker())
            if not breaker.closed():
                raise Fault("resting", f"{scope} keeps failing and is left alone for a while")
            found.append(breaker)
        return found

    async def _pay(self, seat: Seat, request: Request, deadline: float) -> int | None:
        """Reserve the money, or take a free call; the number of the reservation. Raises Fault, and QuotaExhausted when recording."""
        price = seat.price
        assert price is not None  # _check_allowed asks first.
        if not price.free:
            answer = await self._reserve(Charge(seat.name, price.most(request.size, seat.tokens)))
            if isinstance(answer, str):
                if self.mode.records:
                    raise QuotaExhausted(f"The recording of {self.run} stops: {answer}.")
                raise Fault("budget", answer)
            return answer
        account = seat.endpoint.account
        while seat.endpoint.routes and (wait := await self._ledger(lambda wait: self.ledger.take_free(account, self.budget, wait))) > 0:
            if self.mode.records and wait > 2 * MINUTE:
                again = datetime.fromtimestamp(self.wall() + wait, UTC).replace(tzinfo=None)
                raise QuotaExhausted(f"The free quota of {account} is used up; there is more at {again:%Y-%m-%d %H:%M} UTC.", again)
            if time.monotonic() + wait >= deadline:
                raise Fault("quota", f"the free quota of {account} is used up for {wait:.0f} seconds")
            await asyncio.sleep(wait)
        return None

    async def _reserve(self, charge: Charge) -> int | str:
        """The answer of the ledger; those who ask in one breath share one transaction, whose cost is its way to the disk."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[int | str] = loop.create_future()
        self._charges.append((charge, answer))
        if len(self._charges) == 1:
            await asyncio.sleep(0)
            charges, self._charges = self._charges, []
            try:
                found = await self._ledger(lambda wait: self.ledger.reserve([charge for charge, _ in charges], self.budget, self.run, wait))
            except LedgerError as e:
                for _, waiting in charges[1:]:
                    if not waiting.done():
                        waiting.set_exception(LedgerError(str(e)))
                raise
            for (_, waiting), one in zip(charges, found, strict=True):
                if not waiting.done():
                    waiting.set_result(one)
        return await answer

    async def _ledger(self, ask: Callable[[bool], T]) -> T:
        """Ask the ledger at once; where another process holds the file, in a thread, since the other members are not to wait for that."""
        try:
            return ask(False)
        except LedgerBusy:
            return await asyncio.get_running_loop().run_in_executor(self._clerk, ask, True)

    def _settle(self, reservation: int | None, seat: Seat, request: Request, cost: int | None) -> int:
        """Note the cost; an unknown one stays at what was reserved. Gives what counts as spent."""
        if reservation is None:
            if cost and seat.price is not None and seat.price.free and seat.endpoint.routes:
                self._bar(seat, cost, 0)
            return cost or 0
        assert seat.price is not None  # Only what has a price is reserved.
        most = seat.price.most(request.size, seat.tokens)
        if cost is None:
            return most
        if cost > most:
            self._bar(seat, cost, most)
        self._costs.append((reservation, cost))
        return cost

    def _settle_all(self) -> None:
        """Note the costs in the ledger's own thread: no vote waits for the disk, and until then the reservations stand."""
        costs, self._costs = self._costs, []
        if costs and self._clerk is not None:
            self._clerk.submit(self._write_costs, costs)

    def _write_costs(self, costs: list[tuple[int, int]]) -> None:
        try:
            self.ledger.settle(costs)
        except LedgerError as e:
            self._note(str(e))

    def _bar(self, seat: Seat, cost: int, most: int) -> None:
        """Never ask again who charges more than his price list says."""
        self._note(f"{seat.model.id} charged {cost / PICO:.6f} USD where its price list allows {most / PICO:.6f}; it is left alone.")
        self._breakers[f"{seat.endpoint.account} {seat.model.id}"].bar()

    async def _note_fault(self, seat: Seat, fault: Fault, breakers: list[Breaker]) -> None:
        account, own = breakers[0], breakers[2]
        if fault.scope == "account":
            account.bad(at_once=True)
            self._note(f"{seat.endpoint.account}: {fault.why}")
        elif fault.scope in ("paid", "free") and fault.kind == "credits":
            breakers[1].bad(at_once=True)
            self._note(f"{seat.endpoint.account}: {fault.why}")
        elif fault.scope == "free" and seat.price is not None and seat.price.free:
            until = fault.until if not fault.retry else (fault.until or self.wall() + MINUTE)
            await asyncio.get_running_loop().run_in_executor(self._clerk, self.ledger.exhaust_free, seat.endpoint.account, until)
        elif fault.scope == "model" and not fault.retry:
            own.bad(at_once=True)
        elif fault.kind not in _QUIET:
            own.bad()

    async def _send(self, seat: Seat, request: Request) -> Reply:
        """One HTTP request. Raises Fault for whatever is no answer."""
        httpx = self._httpx
        key = seat.endpoint.key
        try:
            headers = seat.endpoint.headers()
        except KeyMissing as e:
            raise Fault("key", str(e), scope="account", cost=0) from None
        body = json.dumps(seat.body(request), separators=(",", ":")).encode()
        try:
            status, told, content = await self._exchange("POST", seat.endpoint, "chat/completions", headers, body, LARGEST)
            return read_reply(status, told, content, self.wall(), key)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as e:
            raise Fault("network", f"no connection ({type(e).__name__})", retry=True, cost=0) from None
        except httpx.HTTPError as e:
            raise Fault("network", f"the connection broke ({type(e).__name__})", retry=True) from None
        except Fault as fault:
            fault.why = redact(fault.why, key)
            fault.args = (f"{fault.kind}: {fault.why}",)
            raise

    async def _exchange(self, method: str, endpoint: Endpoint, path: str, headers: dict[str, str], body: bytes | None,
                        largest: int) -> tuple[int, httpx.Headers, bytes]:  # fmt: skip
        """One HTTP request to an endpoint: status, headers, body. Raises httpx.HTTPError and Fault."""
        transport = self._transports.get(endpoint.base_url)
        if transport is None:
            transport = self._transports[endpoint.base_url] = self.transport or self._wire.transport_for(endpoint)
        if endpoint.key is not None and self._muzzle is not None and endpoint.key not in self._muzzle.secrets:
            self._muzzle.secrets.append(endpoint.key)
        url = f"{endpoint.base_url.rstrip('/')}/{path}"
        request = self._httpx.Request(method, url, headers={"Accept-Encoding": "gzip", **headers}, content=body)
        return await self._wire.exchange(transport, request, largest)

    def _record_fault(self, call: Call, fault: Fault, cost: int) -> None:
        """Record why the question that is pending has no answer, and what that did cost (picodollars)."""
        if call.pending is None:
            call.pending = call.seat.request(call.text)
        try:
            self.cassette.put(Entry(call.pending.key, call.as_of, fault=fault.kind, why=fault.why, cost=cost / PICO, latency=call.latency,
                                    recorded=self._now()))  # fmt: skip
        except CassetteError as e:
            self._note(str(e))

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def _now(self) -> str:
        return f"{datetime.fromtimestamp(self.wall(), UTC):%Y-%m-%dT%H:%M:%SZ}"


class _Desk:
    """Where votes are laid down until the caller leaves; what comes later is not counted."""

    def __init__(self, calls: list[Call]) -> None:
        self.calls = calls
        self.left = False
        self.failure: LyraAIError | None = None
        """What ends the whole question, not only a vote."""
        self.votes: list[Vote | None] = [None] * len(calls)
        self.asking: dict[str, asyncio.Lock] = {}
        self.answers: dict[str, Reply | Fault] = {}
        """By key of the request."""
        self.kept: set[str] = set()
        """Keys of the answers that were recorded in time."""
        self._lock = threading.Lock()

    @contextmanager
    def in_time(self) -> Iterator[bool]:
        """Whether the caller is still there; within it he does not leave."""
        with self._lock:
            yield not self.left

    def put(self, index: int, vote: Vote) -> None:
        """Lay a vote down if it is in time."""
        with self.in_time() as in_time:
            if in_time:
                self.votes[index] = vote

    def leave(self) -> list[Vote | None]:
        """Take the votes and go."""
        with self._lock:
            self.left = True
            return list(self.votes)


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()

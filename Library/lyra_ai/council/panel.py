"""The panel: asks several models at once, within a deadline, a budget and their quotas, from a cassette where it can.

What the cassette holds is answered in the caller's thread, and then no loop, no thread and no socket exists. For the rest one background
thread runs one event loop for the panel's life; the caller waits for it until the deadline and not longer, whatever hangs.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lyra_ai.council.cassette import Cassette, Entry, Mode
from lyra_ai.council.ledger import MINUTE, PICO, Budget, Charge, Ledger
from lyra_ai.council.members import Request, Seat
from lyra_ai.council.openrouter import Endpoint, Fault, ModelInfo, Reply, join_stream, read_models, read_reply, redact, unsafe_for_backtests
from lyra_ai.council.votes import Ballot, BallotError, Source, Vote
from lyra_ai.errors import CassetteError, CassetteMiss, EndpointError, KeyMissing, LyraAIError, QuotaExhausted

if TYPE_CHECKING:
    import httpx

ATTEMPTS = 3
CONNECT_SECONDS = 5.0
LIST_SECONDS = 20.0
GRACE = 0.1
"""Seconds after the deadline in which the loop itself may report; then the caller leaves without it."""
LARGEST = 1_000_000
"""Bytes of an answer that are read; more is a fault."""
RECORD_SECONDS = 180.0
"""What a recording gives one question: nobody waits for it."""
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
    recorded: str = ""
    """When its answer was put into the cassette."""

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


class Breaker:
    """Leaves alone for a while what keeps failing: after 5 faults in a row, or more than half of the last 20, 30 seconds, doubled up to 300.

    After the rest one request is let through; its success closes the breaker, its failure opens it again.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recent: deque[bool] = deque(maxlen=20)
        self._row = 0
        self._rest = 30.0
        self._until: float | None = None

    def closed(self) -> bool:
        """Whether a request may go out; the first one after a rest takes the trial."""
        if self._until is None:
            return True
        if self._clock() < self._until:
            return False
        self._until = self._clock() + self._rest
        return True

    def good(self) -> None:
        """A request succeeded."""
        self._recent.append(True)
        self._row, self._rest, self._until = 0, 30.0, None

    def bad(self, at_once: bool = False) -> None:
        """A request failed; `at_once` for faults that will not mend by asking."""
        self._recent.append(False)
        self._row += 1
        failed = self._recent.count(False)
        if at_once or self._row >= 5 or (len(self._recent) == 20 and failed > 10) or self._until is not None:
            self._until = self._clock() + self._rest
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
    _loop: asyncio.AbstractEventLoop | None = field(default=None, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)
    _clients: dict[str, httpx.AsyncClient] = field(default_factory=dict, init=False)
    _breakers: dict[str, Breaker] = field(default_factory=dict, init=False)
    _retries: float = field(default=3.0, init=False)
    _failure: LyraAIError | None = field(default=None, init=False)

    def ask(self, calls: Sequence[Call], seconds: float) -> list[Vote]:
        """Votes of the calls, in their order, in at most `seconds` and a little: who has not answered by then abstains.

        Raises CassetteMiss where a replay must not miss, QuotaExhausted where a recording has to wait for more than a minute.
        """
        votes: list[Vote | None] = [self._recorded(call) for call in calls]
        open_calls = [i for i, vote in enumerate(votes) if vote is None]
        if open_calls and self.mode.asks:
            limit = RECORD_SECONDS if self.mode is Mode.RECORD else seconds
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
        if not self.mode.reads:
            return None
        entry = self.cassette.get(call.seat.request(call.text).key)
        if entry is None:
            return None
        if isinstance(entry.read, Ballot):
            call.reply_cost, call.latency = int(entry.cost * PICO), entry.latency
            return call.vote(entry.read, Source.RECORDED)
        return self._replay(call, entry)

    def _replay(self, call: Call, first: Entry) -> Vote | None:
        talk = conversation(call)
        request = next(talk)
        entry: Entry | None = first
        try:
            while True:
                if entry is None or (entry.reply is None and self.mode is Mode.RECORD):
                    call.reply_cost, call.latency = 0, 0.0
                    return None
                call.reply_cost += int(entry.cost * PICO)
                call.latency += entry.latency
                if entry.reply is None:
                    return call.abstention(f"{entry.fault}: {entry.why}", Source.RECORDED)
                request = talk.send(Reply.of(entry.reply))
                entry = self.cassette.get(request.key)
        except StopIteration as done:
            if entry is first:
                first.read = done.value
            return call.vote(done.value, Source.RECORDED)
        except Fault as fault:
            return call.abstention(str(fault), Source.RECORDED)

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

        self._clients = {}
        self._httpx = httpx
        loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=_run_loop, args=(loop,), name="lyra-council", daemon=True)
        self._thread.start()
        self._loop = loop

    def close(self) -> None:
        """End the thread; requests under way are given up (and count as spent)."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._close_clients(), loop).cancelled()
        loop.call_soon_threadsafe(loop.stop)
        if self._thread is not None:
            self._thread.join(1.0)

    async def _close_clients(self) -> None:
        for client in self._clients.values():
            await client.aclose()

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
            response = await self._client(endpoint).get("models", headers=headers)
        except httpx.HTTPError as e:
            raise EndpointError(f"{endpoint.account} cannot be reached for its list of models: {type(e).__name__}.") from None
        if response.status_code != 200:
            raise EndpointError(f"{endpoint.account} answered with status {response.status_code} when asked for its list of models.")
        return read_models(response.content)

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
        if self._failure is not None:
            error, self._failure = self._failure, None
            raise error
        return [self._late(call, seconds) if vote is None else vote for call, vote in zip(calls, votes, strict=True)]

    def _late(self, call: Call, seconds: float) -> Vote:
        """The vote of a call that was not laid down in time. An answer that was recorded in time counts, as it will in a replay."""
        entry = self.cassette.get(call.seat.request(call.text).key)
        if entry is not None and entry.recorded == call.recorded and entry.reply is not None:
            vote = self._replay(call, entry)
            if vote is not None:
                return vote
        call.latency = seconds
        fault = Fault("timeout", f"no answer within {seconds:g} seconds")
        self._record_fault(call, fault)
        return call.abstention(str(fault), Source.ASKED)

    async def _ask_all(self, desk: _Desk, deadline: float) -> None:
        tasks = [asyncio.create_task(self._ask_one(desk, i, deadline)) for i in range(len(desk.calls))]
        try:
            async with asyncio.timeout(max(deadline - time.monotonic(), 0.0)):
                await asyncio.gather(*tasks)
        except TimeoutError:
            for task in tasks:
                task.cancel()

    async def _ask_one(self, desk: _Desk, index: int, deadline: float) -> None:
        """Converse until there is a vote. Every cause of having none becomes an abstention: nothing leaves this but a vote."""
        call = desk.calls[index]
        started = time.monotonic()
        talk = conversation(call)
        try:
            request = next(talk)
            while True:
                call.pending = request
                request = talk.send(await self._answer(desk, call, request, deadline))
        except StopIteration as done:
            call.latency = time.monotonic() - started
            desk.put(index, call.vote(done.value, Source.ASKED))
        except Fault as fault:
            call.latency = time.monotonic() - started
            if desk.put(index, call.abstention(str(fault), Source.ASKED)):
                self._record_fault(call, fault)
        except (QuotaExhausted, CassetteError) as e:
            self._failure = e
            desk.put(index, call.abstention(str(e), Source.ASKED))
        except (LyraAIError, OSError, ValueError, TypeError) as e:
            why = redact(f"{type(e).__name__}: {e}", call.seat.endpoint.key)[:200]
            desk.put(index, call.abstention(f"error: {why}", Source.ASKED))

    async def _answer(self, desk: _Desk, call: Call, request: Request, deadline: float) -> Reply:
        """A reply from the cassette or from the endpoint, tried again where that helps. Raises Fault."""
        entry = self.cassette.get(request.key) if self.mode.reads else None
        if entry is not None and entry.reply is not None:
            call.reply_cost += int(entry.cost * PICO)
            return Reply.of(entry.reply)
        self._check_allowed(call.seat)
        fault: Fault | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                await self._pause(fault, attempt, deadline)
            try:
                return await self._attempt(desk, call, request, deadline)
            except Fault as e:
                fault = e
                if not e.retry or attempt == ATTEMPTS - 1 or not self._may_retry():
                    raise
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

    async def _pause(self, fault: Fault | None, attempt: int, deadline: float) -> None:
        assert fault is not None  # A pause follows a fault.
        wait = fault.wait if fault.wait is not None else self.chance.uniform(0, 0.5 * 1.5**attempt)
        if time.monotonic() + wait >= deadline:
            raise fault
        await asyncio.sleep(wait)

    async def _attempt(self, desk: _Desk, call: Call, request: Request, deadline: float) -> Reply:
        seat = call.seat
        breakers = self._closed_breakers(seat)
        reservation = await self._pay(seat, request, deadline)
        self._retries = min(self._retries + 0.1, 10.0)
        started = time.monotonic()
        try:
            reply = await self._send(seat, request)
        except Fault as fault:
            call.reply_cost += self._settle(reservation, seat, request, fault.cost)
            self._note_fault(seat, fault, breakers)
            raise
        except asyncio.CancelledError:
            for breaker in breakers:
                breaker.bad()
            raise
        cost = reply.cost
        if cost is None and (reply.prompt_tokens or reply.completion_tokens) and seat.price is not None:
            cost = seat.price.cost(reply.prompt_tokens, reply.completion_tokens)
        cost = self._settle(reservation, seat, request, cost)
        call.reply_cost += cost
        for breaker in breakers:
            breaker.good()
        entry = Entry(request.key, call.as_of, reply=reply.body, cost=cost / PICO, latency=time.monotonic() - started,
                      recorded=self._now(), generation=reply.generation)  # fmt: skip
        with desk.in_time() as in_time:
            if in_time:
                call.recorded = entry.recorded
                self.cassette.put(entry)
        return reply

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
            most = price.most(request.size, seat.tokens)
            answer = self.ledger.reserve([Charge(seat.name, most)], self.budget, self.run)[0]
            if isinstance(answer, str):
                if self.mode is Mode.RECORD:
                    raise QuotaExhausted(f"The recording of {self.run} stops: {answer}.")
                raise Fault("budget", answer)
            return answer
        while seat.endpoint.routes and (wait := self.ledger.take_free(seat.endpoint.account, self.budget)) > 0:
            if self.mode is Mode.RECORD and wait > 2 * MINUTE:
                again = datetime.fromtimestamp(self.wall() + wait, UTC).replace(tzinfo=None)
                raise QuotaExhausted(
                    f"The free quota of {seat.endpoint.account} is used up; there is more at {again:%Y-%m-%d %H:%M} UTC.", again
                )
            if time.monotonic() + wait >= deadline:
                raise Fault("quota", f"the free quota of {seat.endpoint.account} is used up for {wait:.0f} seconds")
            await asyncio.sleep(wait)
        return None

    def _settle(self, reservation: int | None, seat: Seat, request: Request, cost: int | None) -> int:
        """Note the cost; an unknown one stays at what was reserved. Gives what counts as spent."""
        if reservation is None:
            return cost or 0
        assert seat.price is not None  # Only what has a price is reserved.
        most = seat.price.most(request.size, seat.tokens)
        if cost is None:
            return most
        self.ledger.settle(reservation, cost)
        if cost > most:
            self._note(f"{seat.model.id} charged {cost / PICO:.6f} USD where its price list allows {most / PICO:.6f}; it is left alone.")
            self._breakers[f"{seat.endpoint.account} {seat.model.id}"].bad(at_once=True)
        return cost

    def _note_fault(self, seat: Seat, fault: Fault, breakers: list[Breaker]) -> None:
        account, own = breakers[0], breakers[2]
        if fault.scope == "account":
            account.bad(at_once=True)
            self._note(f"{seat.endpoint.account}: {fault.why}")
        elif fault.scope in ("paid", "free") and fault.kind == "credits":
            breakers[1].bad(at_once=True)
            self._note(f"{seat.endpoint.account}: {fault.why}")
        elif fault.scope == "free":
            until = fault.until if not fault.retry else (fault.until or self.wall() + MINUTE)
            self.ledger.exhaust_free(seat.endpoint.account, until)
        elif fault.scope == "model":
            own.bad(at_once=True)
        elif fault.kind not in _QUIET:
            own.bad()

    async def _send(self, seat: Seat, request: Request) -> Reply:
        """One HTTP request. Raises Fault for whatever is no answer."""
        httpx = self._httpx
        try:
            headers = seat.endpoint.headers()
        except KeyMissing as e:
            raise Fault("key", str(e), scope="account", cost=0) from None
        body = json.dumps(seat.body(request), separators=(",", ":")).encode()
        try:
            async with self._client(seat.endpoint).stream("POST", "chat/completions", content=body, headers=headers) as response:
                content = await _content(response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as e:
            raise Fault("network", f"no connection ({type(e).__name__})", retry=True, cost=0) from None
        except httpx.HTTPError as e:
            raise Fault("network", f"the connection broke ({type(e).__name__})", retry=True) from None
        if response.status_code == 200 and response.headers.get("content-type", "").startswith("text/event-stream"):
            return Reply.of(join_stream(content.decode("utf-8", "replace").splitlines()), response.headers.get("x-generation-id", ""))
        return read_reply(response.status_code, response.headers, content, self.wall())

    def _client(self, endpoint: Endpoint) -> httpx.AsyncClient:
        client = self._clients.get(endpoint.base_url)
        if client is None:
            timeout = self._httpx.Timeout(None, connect=CONNECT_SECONDS)
            client = self._httpx.AsyncClient(base_url=endpoint.base_url, timeout=timeout, follow_redirects=False)
            self._clients[endpoint.base_url] = client
        return client

    def _record_fault(self, call: Call, fault: Fault) -> None:
        if call.pending is None:
            call.pending = call.seat.request(call.text)
        try:
            self.cassette.put(Entry(call.pending.key, call.as_of, fault=fault.kind, why=redact(fault.why, call.seat.endpoint.key),
                                    cost=call.reply_cost / PICO, latency=call.latency, recorded=self._now()))  # fmt: skip
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
        self._votes: list[Vote | None] = [None] * len(calls)
        self._lock = threading.Lock()

    @contextmanager
    def in_time(self) -> Iterator[bool]:
        """Whether the caller is still there; within it he does not leave."""
        with self._lock:
            yield not self.left

    def put(self, index: int, vote: Vote) -> bool:
        """Lay a vote down; whether it was in time."""
        with self.in_time() as in_time:
            if in_time:
                self._votes[index] = vote
            return in_time

    def leave(self) -> list[Vote | None]:
        """Take the votes and go."""
        with self._lock:
            self.left = True
            return list(self._votes)


async def _content(response: httpx.Response) -> bytes:
    """The body, unless it is too large to be an answer."""
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > LARGEST:
            raise Fault("malformed", f"the answer is larger than {LARGEST:,} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        pending: Iterable[asyncio.Task[Any]] = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

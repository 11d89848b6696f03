"""Money and quotas, on disk before a request leaves.

The ledger is an SQLite file that every process of a workspace shares. A request's highest possible price is reserved in one transaction
that checks all caps; afterwards the reservation is settled at what the endpoint says it cost. What is never settled (a timeout, a crash,
a killed process) stays at the reserved price for good: an unknown outcome counts as spent.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from lyra_ai.errors import LedgerError, SettingError

PICO = 1_000_000_000_000
"""Amounts are whole picodollars: prices of tokens have up to ten decimals, and sums must be exact."""
MINUTE = 61.0
"""Seconds that count as the endpoint's minute: a second more, for the way there."""
_BUSY_SECONDS = 2.0

_TABLES = """
CREATE TABLE IF NOT EXISTS charges (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, day TEXT NOT NULL, member TEXT NOT NULL, reserved INTEGER NOT NULL, settled INTEGER
);
CREATE INDEX IF NOT EXISTS charges_by_day ON charges (day);
CREATE INDEX IF NOT EXISTS charges_by_run ON charges (run);
CREATE TABLE IF NOT EXISTS free_calls (account TEXT NOT NULL, day TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS free_calls_by_time ON free_calls (account, at);
CREATE INDEX IF NOT EXISTS free_calls_by_day ON free_calls (account, day);
CREATE TABLE IF NOT EXISTS exhausted (account TEXT PRIMARY KEY, until REAL NOT NULL);
"""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Caps in USD for a run, a UTC day and a UTC month; None is no cap. Without any figure nothing is spent: free members only.

    `free_per_minute` and `free_per_day` are the quotas of OpenRouter's free models: 20 a minute; 50 a day, or 1000 for accounts that have
    bought 10 credits at some time. (OpenRouter documentation, "Limits".)
    """

    run: float | None = None
    day: float | None = None
    month: float | None = None
    free_per_minute: int = 20
    free_per_day: int = 50

    def __post_init__(self) -> None:
        for name in ("run", "day", "month"):
            cap = getattr(self, name)
            if cap is not None and not 0 <= cap < 1e6:
                raise SettingError(f"The budget's {name} is {cap}; give US dollars from 0 to a million.")
        if self.free_per_minute < 1 or self.free_per_day < 0:
            raise SettingError(f"Free quotas of {self.free_per_minute} a minute and {self.free_per_day} a day cannot hold.")

    @property
    def spends(self) -> bool:
        """Whether anything may be spent at all."""
        caps = [cap for cap in (self.run, self.day, self.month) if cap is not None]
        return bool(caps) and min(caps) > 0


def picodollars(amount: Decimal | float | str) -> int:
    """USD as whole picodollars, rounded up."""
    return int((Decimal(str(amount)) * PICO).to_integral_value(ROUND_CEILING))


@dataclass(frozen=True, slots=True)
class Charge:
    """What a request may cost at most, in picodollars."""

    member: str
    most: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Sums in USD, reservations without an outcome included."""

    run: float
    day: float
    month: float


class LedgerBusy(LedgerError):
    """Somebody else is writing, and the caller did not want to wait."""


class Ledger:
    """Reservations, settlements and the count of free calls in one file. Safe between threads and processes.

    `path` None keeps it in memory, where no paid request is allowed. The file is made when it is needed first, or by `open()`: a council
    that asks nobody leaves none. Raises LedgerError.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def open(self) -> None:
        """Make or open the file. Raises LedgerError."""
        with self._lock:
            self._connection()

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            try:
                if self.path is not None:
                    self.path.parent.mkdir(parents=True, exist_ok=True)
                db = sqlite3.connect(self.path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
                _set_up(db)
            except (OSError, sqlite3.Error) as e:
                raise LedgerError(f"The ledger cannot be opened: {e}. No money is spent without it.") from e
            self._db = db
        return self._db

    @contextmanager
    def _transaction(self, wait: bool = True) -> Iterator[sqlite3.Connection]:
        """`BEGIN IMMEDIATE` to the end: between checking a cap and writing the reservation nobody else writes."""
        if not self._lock.acquire(blocking=wait):
            raise LedgerBusy("The ledger is in use.")
        try:
            db = self._connection()
            try:
                db.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000) if wait else 0}")
                db.execute("BEGIN IMMEDIATE")
                yield db
                db.execute("COMMIT")
            except BaseException as e:
                if db.in_transaction:
                    db.rollback()  # Otherwise the next transaction could not begin.
                if isinstance(e, sqlite3.Error):
                    busy = not wait and getattr(e, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
                    raise (LedgerBusy if busy else LedgerError)(f"The ledger cannot be used: {e}. No money is spent without it.") from e
                raise
        finally:
            self._lock.release()

    @property
    def durable(self) -> bool:
        """Whether it outlives the process."""
        return self.path is not None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            self._db = None

    # Money

    def reserve(self, charges: Sequence[Charge], budget: Budget, run: str, wait: bool = True) -> list[int | str]:
        """For each charge in order the number of its reservation, or a sentence that says which cap it would break.

        Raises LedgerBusy, without `wait`, where another process or thread is writing.
        """
        with self._transaction(wait) as db:
            day = self._day()
            sums = _sums(db, run, day)
            return [self._reserve(db, charge, budget, run, day, sums) for charge in charges]

    def _reserve(self, db: sqlite3.Connection, charge: Charge, budget: Budget, run: str, day: str, sums: dict[str, int]) -> int | str:
        if not self.durable:
            return "a paid member needs a ledger on disk"
        if not budget.spends:
            return "no budget was given for paid members"
        for name, cap in (("run", budget.run), ("day", budget.day), ("month", budget.month)):
            if cap is not None and sums[name] + charge.most > picodollars(cap):
                left, most = max(picodollars(cap) - sums[name], 0) / PICO, charge.most / PICO
                return f"of the {name}'s budget of {cap:g} USD {left:.6f} are left, and this may cost {most:.6f}"
        for name in sums:
            sums[name] += charge.most
        number = db.execute(
            "INSERT INTO charges (run, day, member, reserved) VALUES (?, ?, ?, ?)", (run, day, charge.member, charge.most)
        ).lastrowid
        assert number is not None  # SQLite gives one to every inserted row.
        return number

    def settle(self, costs: Iterable[tuple[int, int]]) -> None:
        """Note what reserved requests did cost: numbers of reservations, and picodollars."""
        with self._transaction() as db:
            db.executemany("UPDATE charges SET settled = ? WHERE id = ? AND settled IS NULL", [(cost, number) for number, cost in costs])

    def spent(self, run: str) -> Spent:
        """What counts as spent in this run, this day and this month (UTC)."""
        with self._transaction() as db:
            sums = _sums(db, run, self._day())
        return Spent(*(sums[name] / PICO for name in ("run", "day", "month")))

    def _day(self) -> str:
        return f"{datetime.fromtimestamp(self._clock(), UTC):%Y-%m-%d}"

    # Free calls

    def take_free(self, account: str, budget: Budget, wait: bool = True) -> float:
        """Count one free call and give 0.0; else the seconds until there is one, and nothing is counted. `wait` is as for `reserve`."""
        with self._transaction(wait) as db:
            now = self._clock()
            seconds = self._free_wait(db, account, budget, now)
            if seconds <= 0:
                db.execute("INSERT INTO free_calls VALUES (?, ?, ?)", (account, self._day(), now))
            return max(seconds, 0.0)

    def _free_wait(self, db: sqlite3.Connection, account: str, budget: Budget, now: float) -> float:
        one = db.execute
        until = one("SELECT until FROM exhausted WHERE account = ?", (account,)).fetchone()
        if until is not None and until[0] > now:
            return float(until[0] - now)
        if (
            one("SELECT COUNT(*) FROM free_calls WHERE account = ? AND day = ?", (account, self._day())).fetchone()[0]
            >= budget.free_per_day
        ):
            return self._next_day(now) - now
        recent = one(
            "SELECT at FROM free_calls WHERE account = ? AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?",
            (account, now - MINUTE, budget.free_per_minute - 1),
        ).fetchone()
        return 0.0 if recent is None else max(float(recent[0]) + MINUTE - now, 0.0)

    def exhaust_free(self, account: str, until: float | None = None) -> None:
        """The endpoint says that the free quota is used up: until a moment (Unix seconds), else until the next UTC day.

        Quotas are of a minute or a UTC day, so a later moment is taken as that day's end; and an earlier one never shortens what was said.
        """
        with self._transaction() as db:
            day = self._next_day(self._clock())
            end = day if until is None else min(until, day + MINUTE)
            db.execute(
                "INSERT INTO exhausted VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET until = MAX(until, excluded.until)", (account, end)
            )

    @staticmethod
    def _next_day(now: float) -> float:
        today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return (today + timedelta(days=1)).timestamp()


def _sums(db: sqlite3.Connection, run: str, day: str) -> dict[str, int]:
    """Picodollars that count as spent."""
    total = "SELECT COALESCE(SUM(COALESCE(settled, reserved)), 0) FROM charges WHERE "
    wheres = {"run": ("run = ?", (run,)), "day": ("day = ?", (day,)), "month": ("day >= ? AND day < ?", (day[:8], day[:8] + "~"))}
    return {name: db.execute(total + where, values).fetchone()[0] for name, (where, values) in wheres.items()}


def _set_up(db: sqlite3.Connection) -> None:
    """Journal and tables. Where several processes begin at once, SQLite may refuse the journal's mode without waiting."""
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
    db.execute("PRAGMA synchronous=FULL")
    db.executescript(f"BEGIN IMMEDIATE;{_TABLES}COMMIT;")

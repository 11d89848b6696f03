"""Money and quotas, on disk before a request leaves.

The ledger is an SQLite file that every process of a workspace shares. A request's highest possible price is reserved in one transaction
that checks all caps; afterwards the reservation is settled at what the endpoint says it cost. What is never settled (a timeout, a crash,
a killed process) stays at the reserved price for good: an unknown outcome counts as spent.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
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


class Ledger:
    """Reservations, settlements and the count of free calls in one file. Safe between threads and processes.

    `path` None keeps it in memory, where no paid request is allowed. Raises LedgerError.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path or ":memory:", timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            self._set_up()
        except (OSError, sqlite3.Error) as e:
            raise LedgerError(f"The ledger at {path} cannot be opened: {e}. No money is spent without it.") from e

    def _set_up(self) -> None:
        """Journal and tables. Where several processes begin at once, SQLite may refuse the journal's mode without waiting."""
        end = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                break
            except sqlite3.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(f"BEGIN IMMEDIATE;{_TABLES}COMMIT;")

    @property
    def durable(self) -> bool:
        """Whether it outlives the process."""
        return self.path is not None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    # Money

    def reserve(self, charges: Sequence[Charge], budget: Budget, run: str) -> list[int | str]:
        """For each charge in order the number of its reservation, or a sentence that says which cap it would break."""
        with self._lock, _transaction(self._db):
            day = self._day()
            sums = self._sums(run, day)
            return [self._reserve(charge, budget, run, day, sums) for charge in charges]

    def _reserve(self, charge: Charge, budget: Budget, run: str, day: str, sums: dict[str, int]) -> int | str:
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
        number = self._db.execute(
            "INSERT INTO charges (run, day, member, reserved) VALUES (?, ?, ?, ?)", (run, day, charge.member, charge.most)
        ).lastrowid
        assert number is not None  # SQLite gives one to every inserted row.
        return number

    def settle(self, number: int, cost: int) -> None:
        """Note what a reserved request did cost, in picodollars."""
        with self._lock, _transaction(self._db):
            self._db.execute("UPDATE charges SET settled = ? WHERE id = ? AND settled IS NULL", (cost, number))

    def spent(self, run: str) -> Spent:
        """What counts as spent in this run, this day and this month (UTC)."""
        with self._lock, _transaction(self._db):
            sums = self._sums(run, self._day())
        return Spent(*(sums[name] / PICO for name in ("run", "day", "month")))

    def _sums(self, run: str, day: str) -> dict[str, int]:
        total = "SELECT COALESCE(SUM(COALESCE(settled, reserved)), 0) FROM charges WHERE "
        one = self._db.execute
        return {
            "run": one(total + "run = ?", (run,)).fetchone()[0],
            "day": one(total + "day = ?", (day,)).fetchone()[0],
            "month": one(total + "day >= ? AND day < ?", (day[:8], day[:8] + "~")).fetchone()[0],
        }

    def _day(self) -> str:
        return f"{datetime.fromtimestamp(self._clock(), UTC):%Y-%m-%d}"

    # Free calls

    def take_free(self, account: str, budget: Budget) -> float:
        """Count one free call and give 0.0; else the seconds until there is one, and nothing is counted."""
        with self._lock, _transaction(self._db):
            now = self._clock()
            wait = self._free_wait(account, budget, now)
            if wait <= 0:
                self._db.execute("INSERT INTO free_calls VALUES (?, ?, ?)", (account, self._day(), now))
            return max(wait, 0.0)

    def _free_wait(self, account: str, budget: Budget, now: float) -> float:
        one = self._db.execute
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
        with self._lock, _transaction(self._db):
            day = self._next_day(self._clock())
            end = day if until is None else min(until, day + MINUTE)
            self._db.execute(
                "INSERT INTO exhausted VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET until = MAX(until, excluded.until)", (account, end)
            )

    @staticmethod
    def _next_day(now: float) -> float:
        today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return (today + timedelta(days=1)).timestamp()


class _transaction:  # noqa: N801
    """`BEGIN IMMEDIATE` to the end: between checking a cap and writing the reservation nobody else writes."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as e:
            raise LedgerError(f"The ledger cannot be read: {e}. No money is spent without it.") from e

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            self._db.execute("COMMIT" if kind is None else "ROLLBACK")
        except sqlite3.Error as e:
            if self._db.in_transaction:
                self._db.rollback()  # Otherwise the next transaction could not begin.
            raise LedgerError(f"The ledger cannot be written: {e}. No money is spent without it.") from e
        if isinstance(error, sqlite3.Error):
            raise LedgerError(f"The ledger cannot be used: {error}. No money is spent without it.") from error

"""An algorithm may call anything of its own what it likes: no name of its own meets the engine's."""

from __future__ import annotations

from pathlib import Path

import pytest

from lyra.engine.private_names import set_apart
from lyra.engine.runner import Backtest, Job

PLAIN = """from AlgorithmImports import *


class Mine(QCAlgorithm):
    def initialize(self):
        self.set_start_date(2020, 1, 2)
        self.set_end_date(2020, 1, 5)
        self.btc = self.add_crypto("BTCUSD", Resolution.HOUR, Market.COINBASE).symbol
        self.average = self.sma(self.btc, 3)
        self.begin()

    def begin(self):
        pass

    def on_data(self, data):
        if not self.portfolio.invested and self.average.is_ready:
            self.set_holdings(self.btc, 0.5)
        elif self.time.hour == 12:
            self.liquidate()
"""


def names_of(ran: Backtest) -> list[str]:
    """Every private name of the engine's that an algorithm's object has."""
    algorithm = ran.algorithm
    return sorted(name for name in {*dir(algorithm), *vars(algorithm)} if name[0] == "_" and name[1] != "_")


def run(folder: Path, market: Path, source: str, **more: str) -> Backtest:
    folder.mkdir(parents=True)
    for name, text in {"main": source, **more}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return Backtest(Job(folder / "main.py", market, {}, object_store=folder / "storage")).run()


def told(ran: Backtest) -> tuple[object, list[str]]:
    assert ran.error is None, ran.error
    return ran.statistics.summary, [
        str(event) for ticket in ran.algorithm.transactions.get_order_tickets() for event in ticket.order_events
    ]


@pytest.mark.parametrize("kind", ["attributes", "methods", "class attributes", "properties"])
def test_every_name_of_the_engines_may_be_the_users(kind: str, market: Path, tmp_path: Path) -> None:
    plain = run(tmp_path / "plain", market, PLAIN)
    names = names_of(plain)
    assert len(names) > 150 and "_data" in names and "_liquidate" in names
    lines = {
        "attributes": ["    def begin(self):", *(f"        self.{name} = 'mine'" for name in names)],
        "methods": [line for name in names for line in (f"    def {name}(self, *args):", "        raise ValueError('not to be called')")],
        "class attributes": [f"    {name} = 'mine'" for name in names],
        "properties": [line for name in names for line in ("    @property", f"    def {name}(self):", "        return 'mine'")],
    }[kind]
    assert told(run(tmp_path / "mine", market, PLAIN + "\n" + "\n".join(lines) + "\n")) == told(plain)


OF_INDICATOR = (
    PLAIN.replace("        self.begin()", "        self.reach = Reach()\n        self.register_indicator(self.btc, self.reach)")
    + """
    def on_end_of_algorithm(self):
        assert self.reach.value == self.reach._window[-1] > 0 and len(self.reach._window) > 48
        assert self.reach._value == "mine" and self.reach.window.count == 2 and self.reach.is_ready


class Reach(PythonIndicator):
    def __init__(self):
        self.name, self.value = "reach", 0.0
        self._window, self._value, self._history = [], "mine", {}

    @property
    def is_ready(self):
        return len(self._window) > 2

    def update(self, bar):
        self._window.append(bar.high - bar.low)
        self.value = self._window[-1]
        return self.is_ready
"""
)


def test_names_of_an_indicator(market: Path, tmp_path: Path) -> None:
    ran = run(tmp_path / "mine", market, OF_INDICATOR)
    assert ran.error is None, ran.error


def test_all_modules_of_a_project_agree(market: Path, tmp_path: Path) -> None:
    main = PLAIN.replace(
        "        pass", "        Book(self).fill()\n        assert self._data == {'a': 1} and self._book._utc == 5 and look(self) == 1"
    )
    books = "from parts import Slots\n\n\nclass Book:\n    def __init__(self, owner):\n        self.owner = owner\n\n    def fill(self):\n"
    books += "        self.owner._data = {'a': 1}\n        setattr(self.owner, '_book', Slots())\n        self.owner._book._utc = 5\n\n\n"
    books += "def look(owner):\n    match owner:\n        case object(_data={'a': found}):\n            return found if getattr(owner, '_data') else None\n"
    parts = "class Slots:\n    __slots__ = ('_utc',)\n"
    ran = run(tmp_path / "mine", market, main.replace("*\n", "*\nfrom books import Book, look\n", 1), books=books, parts=parts)
    assert ran.error is None, ran.error
    assert not list((tmp_path / "mine").rglob("*.pyc")), "compiled with other names, it is not for Python to find"


def test_an_error_is_told_with_the_users_own_line(market: Path, tmp_path: Path) -> None:
    source = PLAIN.replace("        pass", "        self._data = {}\n        self._data['nothing']")
    ran = run(tmp_path / "mine", market, source)
    line = source.splitlines().index("        self._data['nothing']") + 1
    assert ran.fault.place == f"main.py, line {line}" and "self._data['nothing']" in ran.fault.trace


def test_what_meets_nothing_is_run_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "main.py"
    file.write_text(PLAIN.replace("        pass", "        self._mine = 1\n        self.other._data"), encoding="utf-8")
    assert set_apart(file) == {}
    file.write_text(PLAIN.replace("        pass", "        self._data = self._data_ = 1"), encoding="utf-8")
    assert set_apart(file) == {"_data": "_data__"}
    file.write_text("this is no Python", encoding="utf-8")
    assert set_apart(file) == {}

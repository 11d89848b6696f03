"""What LEAN's own tests answer for fundamentals: a stub with a few stocks, read from the clone (`TestFundamentalDataProvider.cs`).

The published figures of LEAN's algorithms on fundamentals come from it; runs of the engine outside its tests have no such values.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lyra.engine.naming import snake_case
from lyra.engine.symbols import Symbol
from lyra.engine.universes.fundamental_data import FundamentalProvider

SOURCE = Path("Tests", "Common", "Data", "Fundamental", "TestFundamentalDataProvider.cs")
_TABLE = re.compile(r"Dictionary<string, \w+> _(\w+) = new\(\)\s*\{(.*?)\n\s*\};", re.S)
_ENTRY = re.compile(r'\{\s*"([^"]+)",\s*([^}]+?)\s*\}')
_CASE = re.compile(r'case "(\w+)":(.*?)(?=case |\n            \}\n)', re.S)
_LOOKED_UP = re.compile(r"_(\w+)\.TryGetValue")
_NAMED = re.compile(r'\.Symbol == "(\w+)"\)\s*\{\s*return ([^;]+);')
_RETURNED = re.compile(r"return ([^;]+);")


class StubFundamentals(FundamentalProvider):
    """Values by field and by identifier or ticker; a field has a default for all other stocks. All stocks have fundamentals."""

    def __init__(self, values: dict[str, dict[str, Any]], defaults: dict[str, Any]) -> None:
        self._values = values
        self._defaults = defaults

    def has_fundamental_data(self, day: int, symbol: Symbol) -> bool:
        """Always."""
        return True

    def value(self, day: int, symbol: Symbol, field: str) -> Any:
        """The stub's value, else what there is without any."""
        if field not in self._defaults:
            return super().value(day, symbol, field)
        known = self._values[field]
        return known.get(str(symbol.id), known.get(symbol.id.symbol, self._defaults[field]))


def read_stub(lean: Path) -> StubFundamentals | None:
    """The stub of a clone; None where the clone has no tests."""
    file = lean / SOURCE
    if not file.is_file():
        return None
    text = file.read_text(encoding="utf-8-sig")
    tables = {name: {key: _literal(value) for key, value in _ENTRY.findall(body)} for name, body in _TABLE.findall(text)}
    values: dict[str, dict[str, Any]] = {}
    defaults: dict[str, Any] = {}
    for name, body in _CASE.findall(text):
        field = ".".join(snake_case(part) for part in name.split("_"))
        table = _LOOKED_UP.search(body)
        values[field] = tables[table.group(1)] if table else {key: _literal(value) for key, value in _NAMED.findall(body)}
        defaults[field] = _literal(_RETURNED.findall(body)[-1])
    return StubFundamentals(values, defaults)


def _literal(text: str) -> Any:
    """A number or text of C#."""
    if text.startswith('"'):
        return text.strip('"')
    if text == "string.Empty":
        return ""
    return float(text[:-1]) if text.endswith("d") else int(text.rstrip("L"))

"""How much of LEAN's Python API the embedded engine has, by the type stubs that QuantConnect publishes of it (package `quantconnect-stubs`).

    python -m lyra.parity.coverage --stubs SITE_PACKAGES [--write docs/coverage.md] [--absent]

Every public member of every class that algorithms can name is looked for in the engine. It is implemented, or not supported (using it raises
`NotSupported`, which names it), or missing (using it raises as a misspelt name does); what is missing is listed, and the command ends with 1.
`--absent` writes the engine's table of members that are not supported anew.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lyra.engine.absent import MEMBERS, absent_members, is_placeholder
from lyra.engine.errors import LyraError
from lyra.engine.indicators import candlestick_patterns
from lyra.engine.namespace import lean_names
from lyra.engine.naming import pascal_case, snake_case
from lyra.engine.universes.fundamental_data import GROUPS

NAMED = ("QCAlgorithm", "Slice", "Security", "Equity", "Crypto", "Forex", "SecurityHolding", "SecurityManager", "SecurityPortfolioManager", "CashBook",
         "Cash", "Order", "OrderTicket", "OrderEvent", "SecurityTransactionManager", "ScheduleManager", "DateRules", "TimeRules", "Symbol",
         "SecurityIdentifier", "TradeBar", "QuoteBar", "Tick", "Universe", "UniverseSettings", "Insight", "QuantBook")  # fmt: skip
"""Classes that the page shows first: what a strategy is written against."""
_OF_NET = frozenset(
    ("equals", "get_hash_code", "get_type", "to_string", "compare_to", "dispose", "get_enumerator", "finalize", "memberwise_clone")
)
"""Members that every .NET object has."""


@dataclass(frozen=True)
class Coverage:
    """One class of LEAN's: its public members, in LEAN's order, by what becomes of them here."""

    name: str
    namespace: str
    implemented: tuple[str, ...]
    not_supported: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def total(self) -> int:
        """Members in LEAN."""
        return len(self.implemented) + len(self.not_supported) + len(self.missing)


def stub_classes(stubs: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Namespace, name and public members of each class in a folder of stubs. Raises LyraError where there are none."""
    files = sorted((stubs / "QuantConnect").rglob("__init__.pyi"))
    if not files:
        raise LyraError(
            f"There are no stubs of LEAN in {stubs}: `pip install quantconnect-stubs` into an environment and name its site-packages."
        )
    for file in files:
        namespace = ".".join(file.parent.relative_to(stubs).parts)
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not _is_interface(node.name):
                yield namespace, node.name, _public(node)


def _is_interface(name: str) -> bool:
    """Whether it is one of .NET's interfaces: its members are those of the classes that have it."""
    return name[0] == "I" and name[1:2].isupper() and name[2:3].islower()


def _public(node: ast.ClassDef) -> list[str]:
    """The members that a user may name, each once: neither protected nor .NET's own."""
    found: dict[str, None] = {}
    for member, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(member, ast.FunctionDef):
            name, text = member.name, ast.get_docstring(member) or ""
        elif isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
            name, text = member.target.id, _text(after)
        else:
            continue
        if not name.startswith("_") and name not in _OF_NET and "is protected." not in text:
            found[name] = None
    return list(found)


def _text(node: ast.stmt | None) -> str:
    return str(node.value.value) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) else ""


@cache
def _instance_attributes(kind: type) -> frozenset[str]:
    """Names that a class's own methods and annotations give to its instances."""
    found = set(vars(kind).get("__annotations__", ()))
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError):
        return frozenset(found)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
        ):
            found.add(node.attr)
    return frozenset(found)


def _answers(name: str, member: str) -> bool:
    """Members that the engine answers to without having them on the class."""
    if name == "CandlestickPatterns":
        return hasattr(candlestick_patterns, pascal_case(member))
    if name == "QCAlgorithm":
        return member in ("on_end_of_day",)  # called where the user has it
    return name == "FineFundamental" and member in GROUPS


def _has(kind: type, member: str) -> bool:
    names = {member, snake_case(member)}
    attributes = frozenset().union(*map(_instance_attributes, kind.__mro__[:-1]))
    return _answers(kind.__name__, member) or any(hasattr(kind, name) or name in attributes for name in names)


def coverage(stubs: Path) -> list[Coverage]:
    """Every class of the stubs that the engine has. Raises LyraError."""
    names = lean_names()
    found = []
    seen = set()
    for namespace, name, members in stub_classes(stubs):
        kind = names.get(name)
        if not isinstance(kind, type) or is_placeholder(kind) or not kind.__module__.startswith("lyra.engine.") or name in seen:
            continue
        seen.add(name)
        absent = set().union(*(absent_members(base.__name__) for base in kind.__mro__))
        sorts: dict[str, list[str]] = {"implemented": [], "not supported": [], "missing": []}
        for member in members:
            sort = "implemented" if _has(kind, member) else "not supported" if {member, snake_case(member)} & absent else "missing"
            sorts[sort].append(member)
        found.append(Coverage(name, namespace, *map(tuple, sorts.values())))
    return found


def types_not_supported() -> list[str]:
    """Types that can be named in hints and raise `NotSupported` when they are used."""
    return sorted(name for name, kind in lean_names().items() if is_placeholder(kind))


def page(classes: list[Coverage], version: str) -> str:
    """The coverage as a page in Markdown."""
    implemented, total = sum(len(c.implemented) for c in classes), sum(c.total for c in classes)
    by_name = {c.name: c for c in classes}
    first = [by_name[name] for name in NAMED if name in by_name]
    rest = sorted((c for c in classes if c.name not in NAMED and c.total), key=lambda c: c.name)
    absent = types_not_supported()
    lines = [
        "# What of LEAN's API the embedded engine has",
        "",
        f"Made by `python -m lyra.parity.coverage`, from QuantConnect's stubs {version}. Of the {len(classes)} classes that both have, "
        f"{implemented:,} of {total:,} public members are implemented ({implemented / total:.0%}). Every other member raises `NotSupported` by "
        "name, and so does the use of a type that is not there; `lyra backtest --engine lean` runs such an algorithm.",
        "",
        "## What a strategy is written against",
        "",
        *_table(first),
        "",
        "## The other classes",
        "",
        *_table(rest),
        "",
        f"## Types that are not there ({len(absent)})",
        "",
        textwrap.fill(", ".join(absent), 160, break_long_words=False, break_on_hyphens=False),
        "",
    ]
    return "\n".join(lines)


def _table(classes: list[Coverage]) -> list[str]:
    head = ["| class | members in LEAN | implemented | | not supported |", "|---|---:|---:|---:|---|"]
    return head + [
        f"| {c.name} | {c.total} | {len(c.implemented)} | {len(c.implemented) / max(c.total, 1):.0%} | "
        f"{', '.join(f'`{m}`' for m in (*c.not_supported, *c.missing))} |"
        for c in classes
    ]


def absent_table(classes: list[Coverage]) -> str:
    """The engine's table of members that are not supported: a class and its members on each line."""
    rows = {c.name: sorted({*absent_members(c.name), *c.not_supported, *c.missing} - set(c.implemented)) for c in classes}
    return "".join(f"{name} {' '.join(members)}\n" for name, members in sorted(rows.items()) if members)


def _version(stubs: Path) -> str:
    return next((path.name.split("-")[1].removesuffix(".dist") for path in stubs.glob("quantconnect_stubs-*")), "of unknown version")


def main(arguments: list[str] | None = None) -> int:
    """The command. 1 where a member is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m lyra.parity.coverage", description="How much of LEAN's Python API the embedded engine has."
    )
    parser.add_argument(
        "--stubs", type=Path, required=True, metavar="SITE_PACKAGES", help="the folder in which quantconnect-stubs is installed"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page there")
    parser.add_argument("--absent", action="store_true", help="write the engine's table of members that are not supported anew")
    given = parser.parse_args(arguments)
    try:
        classes = coverage(given.stubs)
    except LyraError as e:
        print(f"error: {e}", file=sys.stderr)
        return 1
    if given.absent:
        MEMBERS.write_text(absent_table(classes), encoding="utf-8")
    if given.write is not None:
        given.write.write_text(page(classes, _version(given.stubs)), encoding="utf-8")
    implemented, total = sum(len(c.implemented) for c in classes), sum(c.total for c in classes)
    print(f"{len(classes)} classes, {implemented:,} of {total:,} members implemented ({implemented / total:.1%})")
    missing = [c for c in classes if c.missing]
    for c in missing:
        print(f"  {c.name} lacks {', '.join(c.missing)}")
    return 1 if missing and not given.absent else 0


if __name__ == "__main__":
    sys.exit(main())

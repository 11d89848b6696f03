"""The user's private names, kept apart from the engine's.

In LEAN an algorithm may call anything of its own `_data` or `_target`: the engine's own fields are in C#, where no name of Python's reaches. Here
both would be attributes of one object, and a method called `_liquidate` would be run by the engine in the place of its own. So a private name that
the code of a project gives to objects, and that a class of the engine from which it derives uses too, is compiled as another one, in all of the
project's modules alike. Code without such a name is run as it is.
"""

from __future__ import annotations

import ast
import dis
import importlib.machinery
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

MARK = "_"
"""What is put behind a name that is set apart, once or more often until no other name is like it."""
_ATTRIBUTES = ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR")
_LOADS = ("LOAD_FAST", "LOAD_DEREF", "LOAD_CLASSDEREF")
_BY_NAME = frozenset(("getattr", "setattr", "hasattr", "delattr"))


def set_apart(file: Path) -> dict[str, str]:
    """The private names of a project that have to be other ones, and which; `file` is its main file. Empty where none meet the engine's."""
    trees = list(_modules(file))
    given = {name for tree in trees for name in _given(tree)}
    if not given:
        return {}
    clashes = set().union(*(_taken(given, kind) for kind in _bases(trees)))
    used = {word for tree in trees for word in _words(tree)} if clashes else set()
    return {name: _unlike(name, used) for name in sorted(clashes)}


class ApartLoader(importlib.machinery.SourceFileLoader):
    """Compiles a module with names set apart; nothing is kept on disk, where Python would find it in another run."""

    def __init__(self, name: str, path: str, others: dict[str, str]) -> None:
        super().__init__(name, path)
        self._others = others

    def get_code(self, fullname: str) -> CodeType:
        """The module's code."""
        tree = ast.parse(self.get_data(self.path), self.path)
        return compile(ast.fix_missing_locations(_Renamer(self._others).visit(tree)), self.path, "exec")


class ApartFinder(importlib.machinery.PathFinder):
    """Finds the modules of a project's folder, and no others, to be compiled with names set apart."""

    def __init__(self, folder: Path, others: dict[str, str]) -> None:
        self._folder = folder.resolve()
        self._others = others

    def find_spec(  # type: ignore[override]
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A spec for a module of the project's."""
        spec = importlib.machinery.PathFinder.find_spec(fullname, [str(self._folder)] if path is None else path, target)
        if spec is None or spec.origin is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        if not Path(spec.origin).resolve().is_relative_to(self._folder):
            return None
        spec.loader = ApartLoader(fullname, spec.origin, self._others)
        return spec


# What a project consists of --------------------------------------------------------------------
def _modules(file: Path) -> Iterator[ast.Module]:
    """The main file and what it imports of its folder, parsed. Files that Python cannot read are passed over: importing them says why."""
    folder, waiting, seen = file.parent, [file], set()
    while waiting:
        path = waiting.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        try:
            tree = ast.parse(path.read_bytes(), str(path))
        except (SyntaxError, ValueError, OSError):
            continue
        yield tree
        for name in _imported(tree, path.parent.relative_to(folder).parts):
            below = folder.joinpath(*name.split("."))
            waiting += [below.with_suffix(".py"), below / "__init__.py"]


def _imported(tree: ast.Module, package: tuple[str, ...]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            yield from filter(None, [base, *(f"{base}.{alias.name}" if base else alias.name for alias in node.names)])


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def _given(tree: ast.Module) -> Iterator[str]:
    """Private names that the module gives to objects: attributes that it sets, and what stands in the bodies of its classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_private(node.attr):
            yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            yield from (
                a.value for a in node.args[1:2] if isinstance(a, ast.Constant) and isinstance(a.value, str) and _is_private(a.value)
            )
        elif isinstance(node, ast.ClassDef):
            yield from filter(_is_private, _defined(node))


def _defined(node: ast.ClassDef) -> Iterator[str]:
    for member in node.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield member.name
        elif isinstance(member, ast.Assign | ast.AnnAssign):
            targets = member.targets if isinstance(member, ast.Assign) else [member.target]
            yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))


def _words(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


def _unlike(name: str, used: set[str]) -> str:
    other = name + MARK
    while other in used:
        other += MARK
    return other


# What of the engine it meets -------------------------------------------------------------------
def _bases(trees: list[ast.Module]) -> set[type]:
    """Classes of the engine that the project's derive from."""
    from lyra.engine.namespace import lean_names

    known = lean_names()
    written = {_last_word(base) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for base in node.bases}
    found = (known.get(word) for word in written)
    return {kind for kind in found if isinstance(kind, type) and kind.__module__.startswith("lyra.engine.")}


def _last_word(base: ast.expr) -> str:
    if isinstance(base, ast.Subscript):
        base = base.value
    return base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""


def _taken(names: set[str], kind: type) -> set[str]:
    """Which names a class of the engine has, with those above it: on the class, or as their methods ask for them of `self`."""
    found: set[str] = set()
    for above in kind.__mro__:
        found |= names & {*vars(above), *vars(above).get("__annotations__", ())}
        for value in vars(above).values() if above.__module__.startswith("lyra.engine.") else ():
            for function in _functions(value):
                found.update(_asked_of_self(names, function.__code__))
                found |= names.intersection(
                    cell.cell_contents for cell in function.__closure__ or () if isinstance(cell.cell_contents, str)
                )
    return found


def _functions(value: Any) -> Iterator[FunctionType]:
    for part in (value, getattr(value, "__func__", None), getattr(value, "fget", None), getattr(value, "fset", None)):
        if isinstance(part, FunctionType):
            yield part


def _asked_of_self(names: set[str], code: CodeType) -> Iterator[str]:
    """Which names a method reads or sets on `self`, or has as a text, nested functions included."""
    if not names.isdisjoint(code.co_names):
        before: Any = ""
        for step in dis.get_instructions(code):
            if step.opname in _ATTRIBUTES and before == "self" and step.argval in names:
                yield step.argval
            before = step.argval if step.opname.startswith(_LOADS) else ""
            before = before[-1] if isinstance(before, tuple) else before
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _asked_of_self(names, constant)
        elif isinstance(constant, str) and constant in names:
            yield constant


# Compiling -------------------------------------------------------------------------------------
class _Renamer(ast.NodeTransformer):
    """Puts other names in the place of attributes, of what stands in the bodies of classes, and of texts that name an attribute."""

    def __init__(self, others: dict[str, str]) -> None:
        self._others = others
        self._in_class = False

    def _other(self, name: str) -> str:
        return self._others.get(name, name)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.attr = self._other(node.attr)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        if self._in_class:
            node.name = self._other(node.name)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        before, self._in_class = self._in_class, True
        node.body = [self.visit(member) for member in node.body]
        self._in_class = before
        return node

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        if self._in_class:
            node.name = self._other(node.name)
        node.decorator_list = [self.visit(part) for part in node.decorator_list]
        before, self._in_class = self._in_class, False
        node.args = self.visit(node.args)
        node.body = [self.visit(member) for member in node.body]
        self._in_class = before
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _visit_function  # noqa: N815 (the names that ast asks for)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        before, self._in_class = self._in_class, False
        self.generic_visit(node)
        self._in_class = before
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if self._in_class:
            node.id = self._other(node.id)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if self._in_class and any(isinstance(target, ast.Name) and target.id == "__slots__" for target in node.targets):
            for part in ast.walk(node.value):
                self._rename_text(part)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Name) and node.func.id in _BY_NAME:
            for part in node.args[1:2]:
                self._rename_text(part)
        return self.generic_visit(node)

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.AST:
        node.kwd_attrs = [self._other(name) for name in node.kwd_attrs]
        return self.generic_visit(node)

    def _rename_text(self, node: ast.AST) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = self._other(node.value)

"""Codes as the sources make them: read from the syntax, so that a code that is made is a code that is listed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAKERS = ("Flag", "Notice", "Refusal", "Remark")
NEAR = 15
"""A name stands for the text that it was given at most this many lines above."""


@dataclass(frozen=True, order=True)
class Code:
    """A code, the package whose source has it, what makes it, and its message with … for what varies."""

    package: str
    code: str
    maker: str
    message: str = ""


@cache
def scan() -> list[Code]:
    """Find every code that the sources of the hub and the built-in plugins make, with its message."""
    packages = [ROOT / "echub", *sorted((ROOT / "plugins").glob("echub_*"))]
    return sorted({found for package in packages for found in _package(package)})


def _package(folder: Path) -> Iterator[Code]:
    paths = [path for path in sorted(folder.rglob("*.py")) if "synth" not in path.parts]  # generators quote codes
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    passing: dict[str, tuple[int, str]] = {}
    for _ in range(3):  # a function that passes a code on to one that passes it on
        passing |= dict(entry for tree in trees for entry in _passing(tree, passing))
    for path, tree in zip(paths, trees, strict=True):
        package = _owner(path, folder)
        yield from _declared(tree, package)
        assigned = _assigned(tree)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call):
                yield from _made(call, package, passing, assigned)


def _owner(path: Path, folder: Path) -> str:
    """Return the package with the catalogue nearest to a source: a plugin may be a part of another's package."""
    near = next(
        (p for p in path.parents if p != folder and folder in p.parents and (p / "codes.toml").exists()), folder
    )
    return ".".join((folder.name, *near.relative_to(folder).parts))


def _declared(tree: ast.AST, package: str) -> Iterator[Code]:
    """Return the codes of errors that a plugin defines by itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and package != "echub":
            for line in node.body:
                if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "code":
                    said = (ast.get_docstring(node) or "").splitlines()[0]
                    yield from (Code(package, name, "Error", said) for name in _texts(line.value))


def _assigned(tree: ast.AST) -> list[tuple[int, str, list[str]]]:
    """List every text that is given a name, with its line: several where a condition decides."""
    return [
        (node.lineno, target.id, texts)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and (texts := _texts(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


def _passing(tree: ast.AST, known: Mapping[str, tuple[int, str]]) -> Iterator[tuple[str, tuple[int, str]]]:
    """Find functions that pass their parameter `code` on: the position of the code, and what it makes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]
            inner = [
                _name(call) for call in ast.walk(node) if isinstance(call, ast.Call) and _first(call) == "code"
            ]
            makers = [name if name in MAKERS else known[name][1] for name in inner if name in (*MAKERS, *known)]
            if "code" in names and makers:
                yield node.name, (names.index("code"), makers[0])


def _first(call: ast.Call) -> str:
    return call.args[0].id if call.args and isinstance(call.args[0], ast.Name) else ""


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _made(
    call: ast.Call,
    package: str,
    passing: dict[str, tuple[int, str]],
    assigned: Sequence[tuple[int, str, list[str]]],
) -> Iterator[Code]:
    name = _name(call)
    position, maker = (0, name) if name in MAKERS else passing.get(name, (0, ""))
    arguments = call.args[position : position + 2]
    if maker and arguments:
        messages = _texts(arguments[1], assigned) if len(arguments) > 1 else []
        for text in _texts(arguments[0], assigned):
            yield Code(package, text, maker, messages[0] if messages else "")


def _texts(node: ast.expr, assigned: Sequence[tuple[int, str, list[str]]] = ()) -> list[str]:
    """Return the texts that an expression may be, with … for what they fill in.

    Either branch of a choice counts; a name stands for what it was last given in the lines above.
    """
    if isinstance(node, ast.Name):
        above = [texts for line, name, texts in assigned if name == node.id and 0 < node.lineno - line < NEAR]
        return above[-1] if above else []
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []

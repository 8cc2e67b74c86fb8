"""The catalogues of codes: errors, refusals and flags of analyses, notices about files.

Codes of refusals, flags and notices are read from the sources: a code that is raised is listed.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from docs._pages.markdown import code, sections, table, text
from echub import errors

ROOT = Path(__file__).parents[2]
MAKERS = ("Flag", "Notice", "Refusal")


@dataclass(frozen=True, order=True)
class Code:
    """A code, the package whose source has it, what makes it, and its message with … for what varies."""

    package: str
    code: str
    maker: str
    message: str = ""


def errors_page() -> str:
    """Give every exception with its code and exit code."""
    intro = """
Every error bears a stable code in square brackets, says where, what was expected and what was found, and what
helps; with `--json` it is printed as an object with the same fields. In Python they are exceptions of
`echub.errors`, all of them `EchubError`.
"""
    rows = [
        [code(found.code), found.exit_code, code(name), text(inspect.getdoc(found).splitlines()[0])]
        for name, found in raised().items()
    ]
    own = [entry for entry in scan() if entry.maker == "Error"]
    plugins = table(["code", "of", "means"], [[code(e.code), code(e.package), text(e.message)] for e in own])
    tree = inspect.getdoc(errors).split("::\n\n")[1].split("\n\n")[0]
    listed = table(["code", "exit code", "exception", "means"], [[str(cell) for cell in row] for row in rows])
    parts = [("By code", listed), ("Of plugins", plugins), ("The tree", f"```text\n{inspect.cleandoc(tree)}\n```")]
    return sections("Errors", intro, parts)


def raised() -> dict[str, type[errors.EchubError]]:
    """Give every exception class, by name, in the order of its definition."""
    return {
        name: found
        for name, found in vars(errors).items()
        if inspect.isclass(found) and issubclass(found, errors.EchubError)
    }


def refusals_page() -> str:
    """Give the codes with which analyses refuse and flag."""
    intro = """
An analysis that cannot answer refuses with a code; one that answers with a reservation flags. Both stand in the
outcome (`flags`, `--json`) and on the terminal, with the reason and what helps. `…` is what the message fills in.
Codes under *echub* are the hub's own and can come from any analysis: needs that are not met.
"""
    return _page("Refusals and flags", intro, ("Flag", "Refusal"))


def notices_page() -> str:
    """Give the codes with which readers flag what they read."""
    intro = """
A file that was read with a reservation is flagged: `echub convert` prints the notice, and the converted file keeps
it. `…` is what the message fills in.
"""
    return _page("Notices", intro, ("Notice",))


def _page(title: str, intro: str, makers: tuple[str, ...]) -> str:
    found = [entry for entry in scan() if entry.maker in makers]
    packages = sorted({entry.package for entry in found})
    return sections(title, intro, [(package, _listed(found, package)) for package in packages])


def _listed(found: list[Code], package: str) -> str:
    by_code: dict[tuple[str, str], list[str]] = {}
    for entry in found:
        if entry.package == package:
            by_code.setdefault((entry.code, entry.maker.lower()), []).append(entry.message)
    rows = [
        [code(name), maker, "; ".join(text(m) for m in dict.fromkeys(messages) if m)]
        for (name, maker), messages in sorted(by_code.items())
    ]
    return table(["code", "is a", "message"], rows)


def scan() -> list[Code]:
    """Find every code that the sources of the hub and the built-in plugins make, with its message."""
    packages = [ROOT / "echub", *sorted((ROOT / "plugins").glob("echub_*"))]
    return sorted({found for package in packages for found in _package(package)})


def _package(folder: Path) -> Iterator[Code]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py"))]
    passing = dict(entry for tree in trees for entry in _passing(tree))
    for tree in trees:
        yield from _declared(tree, folder.name)
        texts = _assigned(tree)
        for call in ast.walk(tree):
            if isinstance(call, ast.Call):
                yield from _made(call, folder.name, passing, texts)


def _declared(tree: ast.AST, package: str) -> Iterator[Code]:
    """Give the codes of errors that a plugin defines by itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and package != "echub":
            for line in node.body:
                if isinstance(line, ast.Assign) and line.targets[0].id == "code":  # type: ignore[attr-defined]
                    said = (ast.get_docstring(node) or "").splitlines()[0]
                    yield from (Code(package, name, "Error", said) for name in _texts(line.value))


def _assigned(tree: ast.AST) -> list[tuple[int, str, str]]:
    """List every text that is given a name, with its line."""
    return [
        (node.lineno, target.id, _message(node.value))
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and _message(node.value)
    ]


def _passing(tree: ast.AST) -> Iterator[tuple[str, tuple[int, str]]]:
    """Find functions that pass their parameter `code` on: the position of the code, and what it makes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]
            inner = [_name(call) for call in ast.walk(node) if isinstance(call, ast.Call) and _first(call) == "code"]
            makers = [name for name in inner if name in MAKERS]
            if "code" in names and makers:
                yield node.name, (names.index("code"), makers[0])


def _first(call: ast.Call) -> str:
    return call.args[0].id if call.args and isinstance(call.args[0], ast.Name) else ""


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _made(
    call: ast.Call, package: str, passing: dict[str, tuple[int, str]], texts: list[tuple[int, str, str]]
) -> Iterator[Code]:
    name = _name(call)
    position, maker = (0, name) if name in MAKERS else passing.get(name, (0, ""))
    arguments = call.args[position : position + 2]
    if maker and arguments:
        message = _message(arguments[1], texts) if len(arguments) > 1 else ""
        for text_ in _texts(arguments[0]):
            yield Code(package, text_, maker, message)


def _texts(node: ast.expr) -> list[str]:
    """Give the texts that an expression may be: a constant, either branch of a choice, or one with …."""
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return [_filled(node)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _message(node: ast.expr, texts: Sequence[tuple[int, str, str]] = ()) -> str:
    """Give a text with … for what it fills in; for a name, the text that it was last given above."""
    if isinstance(node, ast.Name):
        above = [text_ for line, name, text_ in texts if name == node.id and node.lineno - 15 < line < node.lineno]
        return above[-1] if above else ""
    return next(iter(_texts(node)), "")


def _filled(node: ast.JoinedStr) -> str:
    return "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values)

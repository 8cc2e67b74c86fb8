"""How each remark, refusal and value is made, written down twice: in the code, and in `promised_calls.txt`.

A line has the first literal of a call (a code, a unit), its severity and other literals, and what it says besides:
`where`, `hint`, `note`, `level`. Texts are not here. What is lost from a message is seen by no other test.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__)
PLUGINS = HERE.parents[2] / "plugins"
PROMISED = HERE.with_name("promised_calls.txt")
MAKERS = (
    "Flag", "Refusal", "Notice", "ReadError", "DataError", "PluginError", "UnknownOption", "Measurand",
    "more_than", "less_than", "Interval", "Component", "Condition", "SourceColumn", "UnknownFormat",
)  # fmt: skip
REMARKS = ("Flag", "Refusal", "Notice", "Component", "Interval")
"""Of others a call that says nothing besides is not listed."""
TEXTS = ("message", "hint", "where", "expected", "found", "cause", "note", "method")
"""Of these only that they are there."""


def literal(node: ast.expr) -> str:
    """Return a constant as it is written, and … for what is computed."""
    return repr(node.value) if isinstance(node, ast.Constant) else "…"


def line(name: str, call: ast.Call) -> str:
    """Return a call in one line."""
    first = [literal(argument) for argument in call.args[:1]]
    rest = [literal(argument) for argument in call.args[1:]] if name in ("Flag", "Component", "Interval") else []
    rest = ["text" if len(part) > 25 else part for part in rest]
    named = sorted(
        f"{k.arg}" if k.arg in TEXTS else f"{k.arg}={literal(k.value)}" for k in call.keywords if k.arg is not None
    )
    return " ".join([name, *first, *rest, *named])


def calls(path: Path) -> Iterator[str]:
    """Yield the lines of a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in MAKERS and (node.keywords or name in REMARKS):
                yield line(name, node)


def made() -> dict[str, list[str]]:
    """Return the lines of all files of the plugins."""
    files = (path for path in sorted(PLUGINS.rglob("*.py")) if "template" not in path.parts)
    found = {path.relative_to(PLUGINS).as_posix(): sorted(calls(path)) for path in files}
    return {name: lines for name, lines in found.items() if lines}


def promised() -> dict[str, list[str]]:
    """Return the lines that are written down."""
    blocks = [block.splitlines() for block in PROMISED.read_text("utf-8").strip().split("\n\n")]
    return {block[0]: block[1:] for block in blocks}


MADE = made()


@pytest.mark.parametrize("name", MADE)
def test_what_a_file_says_is_said_with_all_its_parts(name):
    assert MADE[name] == promised().get(name)


def test_nothing_is_promised_that_no_file_says():
    assert sorted(promised()) == sorted(MADE)

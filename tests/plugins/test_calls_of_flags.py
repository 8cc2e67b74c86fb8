"""Every remark is made with its code first and its text second, and says text where it says that it does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*…?\Z")
MAKERS = ("Flag", "Refusal", "Notice")


def calls():
    for path in sorted(PLUGINS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                yield f"{path.relative_to(PLUGINS)}:{node.lineno}", node


CALLS = list(calls())


def plain(node):
    """Return the literal text of a node, with x for values; None for a name or a call."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
    return None


def test_there_are_many():
    assert len(CALLS) > 300


@pytest.mark.parametrize("maker", MAKERS)
def test_the_code_is_first_and_the_text_second(maker):
    wrong = []
    for place, node in CALLS:
        if node.func.id != maker or len(node.args) < 2:
            continue
        code, text = (plain(argument) for argument in node.args[:2])
        if code is not None and not CODE.match(code):
            wrong.append((place, "the code", code))
        if text is not None and "-" in text and CODE.match(text):
            wrong.append((place, "the text", text))
    assert wrong == []


def test_severities_are_words_of_the_field():
    third = [
        (place, plain(node.args[2])) for place, node in CALLS if node.func.id == "Flag" and len(node.args) > 2
    ]
    named = [
        (place, plain(k.value)) for place, node in CALLS if node.func.id == "Flag" for k in node.keywords
        if k.arg == "severity"
    ]  # fmt: skip
    assert {word for _, word in third + named} <= {"info", "warning", "refusal", None}


def test_what_stands_behind_the_place_is_named():
    """The fifth in order is what was expected, not a hint."""
    assert [place for place, node in CALLS if node.func.id in ("Flag", "Notice") and len(node.args) > 4] == []

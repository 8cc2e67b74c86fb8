"""Regular expressions that meet texts of files: none takes time with the square of a long text.

Time is not measured: the forms that are slow are looked for in the patterns themselves, and where a form needs
backtracking, a limit of length stands in front.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from echub_table.headers import split_header

ROOT = Path(__file__).parents[1]
SLOW = {
    "two repeats of one class with an optional mark between: `1111x` is divided everywhere": re.compile(
        r"(\\d|\\w|\\s|\[0-9\])[+*](?:\\?[.,]|\[[^\]]*\])?\?\1[+*](?!\+)|(\\d|\\w|\\s)\*(?:\\?[.,]|\[[^\]]*\])\?\2[+*](?!\+)"
    ),
    "a repeat of anything three times": re.compile(r"\.\*(?:[^.()|]|\\.)*\.\*(?:[^.()|]|\\.)*\.\*"),
}


@cache
def patterns():
    return list(_patterns())


def _patterns():
    for folder in ("echub", "plugins"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
                    text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
                    if "\\" in text or ".*" in text:
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", text


@pytest.mark.parametrize("slow", SLOW.values(), ids=list(SLOW))
def test_no_pattern_has_a_slow_form(slow):
    assert [(where, text) for where, text in patterns() if slow.search(text)] == []


@pytest.mark.parametrize(
    "text", [r"\d+\.?\d*", r"[-+]?\d*\.?\d+", r"(?:\d+[.,]?\d*|[.,]\d+)", r"\((?P<unit>.*\(.*\).*)\)"]
)
def test_what_was_slow_is_found(text):
    assert any(slow.search(text) for slow in SLOW.values())


@pytest.mark.parametrize("unit", ["()", "(", "/", "[a ", ", ", "a in "])
def test_a_header_that_is_no_header_has_one_reading(unit):
    text = f"a({unit * 600}x"
    assert list(split_header(text)) == [(text.strip(), "")]


@pytest.mark.parametrize(
    "header", ["I (a) (b)", "E (V) (vs (Ag))", "R (ohm (at 1 kHz))", "x (a(b)c)", "x (a(b)", "x (a)b(c)"]
)
def test_nested_brackets_are_read_as_before(header):
    """The pattern before it was made fast, as the judge; short texts only."""
    old = re.compile(r"(?P<name>[^()]*\S)\s*\((?P<unit>.*\(.*\).*)\)\s*\Z").match(header)
    wanted = [(old["name"], old["unit"].strip())] if old else []
    found = [pair for pair in split_header(header) if "(" in pair[1] and "/" not in header]
    assert found == wanted

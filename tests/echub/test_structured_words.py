"""What is said of structured text that cannot be read: each part, and each bound just inside and just beyond."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from echub import structured
from echub.errors import EchubError, PluginError
from echub.structured import Shape, _found, _line, parse, parse_written, read_file, shown_path
from tests.messages.parts import said

DEEPEST, BITS, DOTS = 32, 64, 64
"""The bounds as they are promised: levels, bits of a whole number, parts of a key."""
THING = Shape("the thing", dict[str, Any], hint="see the page")
ANY = Shape("the thing", Any)


def told(text, shape=THING, syntax="toml"):
    return said(lambda: parse(text, shape, "a.x", syntax))


@pytest.mark.parametrize(("steps", "shown"), [
    ((), ""), (("a",), "a"), (("a", 2, "b"), "a[2].b"), (("a b", "c-d", "e_1"), '"a b".c-d.e_1'),
    ((0, "a"), "[0].a"), (("µ",), "µ"), (('a"b',), '"a\\"b"'),
])  # fmt: skip
def test_a_place_is_written_as_people_do(steps, shown):
    assert shown_path(steps) == shown


@pytest.mark.parametrize(("value", "shown"), [
    ({}, "a table"), ([1], "a list"), ("x", '"x"'), (True, "true"), (None, "null"), (5, "5"), (2.5, "2.5"),
    ("x" * 58, '"' + "x" * 58 + '"'), ("x" * 59, '"' + "x" * 56 + "..."),
])  # fmt: skip
def test_what_was_found_in_short(value, shown):
    assert _found(value) == shown


def test_an_error_in_one_line():
    assert _line(OSError(2, "No such file")) == "No such file"
    assert _line(OSError("odd")) == "odd"
    assert _line(ValueError("a\nb")) == "a"
    assert _line(ValueError()) == "ValueError"
    assert _line(ValueError("x" * 201)) == "x" * 200


def nested(levels):
    return "[" * levels + "1" + "]" * levels


def test_nesting_up_to_its_bound_is_read_and_beyond_it_is_told():
    assert parse(nested(DEEPEST), ANY, syntax="json")
    assert told(nested(DEEPEST + 1), ANY, "json") == {
        "message": "the thing cannot be read: it is nested too deeply", "path": "a.x",
        "expected": f"at most {DEEPEST} levels", "found": "more than that",
    }  # fmt: skip


@pytest.mark.parametrize("sign", [1, -1])
def test_whole_numbers_up_to_their_bound(sign):
    largest = sign * (2**BITS - 1)
    assert parse(json.dumps({"a": [0, largest]}), THING, syntax="json") == {"a": [0, largest]}
    assert told(json.dumps({"a": [0, sign * 2**BITS]}), syntax="json") == {
        "message": "the thing cannot be read: a whole number is too large", "path": "a.x", "where": "a[1]",
        "expected": f"at most {BITS} bits", "found": "a longer one", "hint": "see the page",
    }  # fmt: skip


def alternating(levels):
    """Return compact JSON of tables and lists in turn, of which one pass takes two levels."""
    whole, rest = divmod(levels, 2)
    return '{"a":[' * whole + '{"a":1}' * rest + "]}" * whole


def test_what_echub_wrote_is_bounded_like_anything_else():
    for text in (nested(DEEPEST), alternating(DEEPEST), alternating(DEEPEST - 1)):
        assert parse_written(text, ANY) == parse(text, ANY, syntax="json")
    for text in (nested(DEEPEST + 1), alternating(DEEPEST + 1)):
        assert said(lambda text=text: parse_written(text, ANY))["expected"] == f"at most {DEEPEST} levels"
    small = Shape("the thing", Any, largest=30)
    assert parse_written('"' + "x" * 28 + '"', small) == "x" * 28
    for text in ('"' + "x" * 29 + '"', b'"' + b"x" * 29 + b'"'):
        assert said(lambda text=text: parse_written(text, small))["expected"] == "at most 30 bytes"


@pytest.mark.parametrize(("syntax", "most"), [("toml", 1 << 20), ("json", 1 << 26)])
def test_a_text_of_the_usual_size(syntax, most):
    """Blanks count too."""
    text = {"toml": "a = 1", "json": '{"a": 1}'}[syntax]
    assert parse(text.ljust(most), THING, syntax=syntax) == {"a": 1}
    assert told(text.ljust(most + 1), syntax=syntax)["expected"] == f"at most {most:,} bytes"


def test_a_file_up_to_its_size_and_its_mark(tmp_path):
    small = Shape("the thing", Any, largest=30)
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbf" + b'"' + b"x" * 25 + b'"')
    assert read_file(tmp_path / "a", small, "json") == "x" * 25
    (tmp_path / "a").write_bytes(b'"' + b"x" * 29 + b'"')
    assert said(lambda: read_file(tmp_path / "a", small, "json"))["found"] == "more than that"


def test_parts_of_a_key_up_to_their_bound():
    assert told("a" + ".a" * (DOTS - 1) + " = 1")["expected"] == f"at most {DEEPEST} levels"
    for key in ("a" + ".a" * DOTS, "'a b'" + ' . "c"\t.\td' * (DOTS // 2)):
        assert told(f"{key} = 1")["expected"] == f"at most {DOTS}"


def test_dots_of_a_key_up_to_their_bound():
    assert told("x = 1\n" + "a" + ".a" * (DOTS + 5) + " = 1") == {
        "message": "the thing cannot be read: a key has too many parts", "path": "a.x",
        "expected": f"at most {DOTS}", "found": "more, before line 3", "hint": "see the page",
    }  # fmt: skip
    many = "\n".join(f"k{n} = 1.5" for n in range(2 * DOTS))
    assert len(parse(many, THING)) == 2 * DOTS


@pytest.mark.parametrize("syntax", ["toml", "json"])
def test_a_text_up_to_its_size(syntax):
    small = Shape("the thing", Any, largest=30)
    text = {"toml": "a = '{}'", "json": '{{"a": "{}"}}'}[syntax]
    filling = 30 - len(text.format(""))
    assert parse(text.format("x" * filling), small, syntax=syntax)
    assert told(text.format("x" * (filling + 1)), small, syntax) == {
        "message": "the thing cannot be read: it is too large", "path": "a.x", "expected": "at most 30 bytes",
        "found": "more than that",
    }  # fmt: skip


@pytest.mark.parametrize(("text", "found"), [
    ('{"a": 1e999}', "1e999 is too large for a number"), ('{"a": Infinity}', "Infinity is not JSON"),
    ('{"a": 1, "b": 2, "b": 3}', "the key 'b' is there twice"), ('{"a": 1e99999999999999999999999}',
     "1e999999999999999999 is too large for a number"),
])  # fmt: skip
def test_what_is_not_json_is_quoted(text, found):
    assert told(text, syntax="json") == {
        "message": "the thing cannot be read: it is not JSON", "path": "a.x", "expected": "JSON in UTF-8",
        "found": found, "hint": "see the page",
    }  # fmt: skip


def test_files_that_are_none_say_why(tmp_path):
    assert said(lambda: read_file(tmp_path, THING))["found"] == "it is a folder"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert said(lambda: read_file(pipe, THING))["found"] == "it is not a regular file"
    assert said(lambda: read_file(tmp_path / "none", THING)) == {
        "message": "the thing cannot be read", "path": str(tmp_path / "none"), "expected": "a file",
        "found": "No such file or directory", "hint": "see the page",
    }  # fmt: skip


def test_an_error_without_a_path_has_none():
    with pytest.raises(EchubError) as caught:
        parse("a =", THING)
    assert not caught.value.path
    assert type(caught.value) is PluginError


def test_modest_texts_are_read_in_one_pass_and_others_are_not():
    assert structured._is_modest(b'{"a":[1,2,{"b":3}]}')
    assert not structured._is_modest(b"[" * 100 + b"]" * 100)
    assert not structured._is_modest(b'{"a":' + b"9" * 19 + b"}")
    assert structured._is_modest(b'{"a":' + b"9" * 18 + b"}")
    assert not structured._is_modest(b'{"a":[-' + b"9" * 19 + b"]}")
    assert not structured._is_modest(b'{"a":"["}')

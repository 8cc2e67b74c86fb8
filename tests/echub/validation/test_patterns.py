"""Patterns of names fit a whole name, whatever is written in them."""

import pytest

from echub.errors import SchemaError
from echub.validation.patterns import LONGEST, matches, require
from tests.messages.parts import said


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        (r"\d{8}_.*", "20240314_a.mpr", True),
        (r"\d{8}", "20240314_a", False),
        (r"a|b", "a", True),
        (r"a|b", "b", True),
        (r"a|b", "ab", False),  # each alternative is a whole name, not its start or its end
        (r"a|b", "xb", False),
        (r"a.*", "a\n", False),
        (r"ü.", "ü\udcff", False),  # an octet without a character stands as four: \xff
    ],
)
def test_a_pattern_fits_a_whole_name(pattern, name, fits):
    assert matches(pattern, name) is fits


def test_a_pattern_may_have_so_many_characters_and_not_one_more():
    require("a" * LONGEST, "files.name")
    with pytest.raises(SchemaError, match="too long") as refused:
        require("a" * (LONGEST + 1), "files.name")
    assert refused.value.found == str(LONGEST + 1)


def test_a_pattern_that_cannot_be_used_is_told_in_full():
    assert said(lambda: require("a" * 501, "files.name")) == {
        "message": "files.name is too long", "where": "files.name", "expected": "at most 500 characters",
        "found": "501",
    }  # fmt: skip
    for pattern in ("(", "(?=a)", r"(a)\1"):
        told = said(lambda pattern=pattern: require(pattern, "files.name"))
        assert told.pop("cause").startswith("error: ")
        assert told == {
            "message": "files.name is not a regular expression", "where": "files.name", "found": pattern,
            "expected": "a regular expression without look-around and back-references",
        }  # fmt: skip

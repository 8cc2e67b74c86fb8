"""Sizes and limits of a figure as they are typed."""

from __future__ import annotations

import pytest

from echub.cli.figure import inches, limits
from echub.errors import UnknownOption


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("8x5", (8, 5)), ("8.5 × 5.25 in", (8.5, 5.25)), (" 254x127mm ", (10, 5)), ("5.08 x 2.54 cm", (2, 1)),
        ("0.5x60", (0.5, 60)), ("60x0.5", (60, 0.5)), (None, None),
    ],
)  # fmt: skip
def test_a_size_is_in_inches_or_in_the_unit_that_it_names(text, size):
    """An inch is 25.4 mm."""
    assert inches(text) == (pytest.approx(size) if size else None)


@pytest.mark.parametrize(
    "text",
    [
        "8", "8x", "x5", "8x5x2", "8x5 m", "8x5 mm cm", "-8x5", "8,5x5", "0.49x5", "5x0.49", "60.1x5", "5x60.1",
        "12x5mm",
    ],
)  # fmt: skip
def test_a_size_that_nobody_can_print_is_refused(text):
    with pytest.raises(UnknownOption) as refused:
        inches(text)
    assert refused.value.as_dict() == {
        "code": "unknown-option", "message": "--size is width x height",
        "expected": "8x5 or 86x60mm, sides of 0.5 to 60 inches", "found": text,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("0:10", (0, 10)), ("-1:1e-3", (-1, 0.001)), (" 0 : 1 ", (0, 1)), (":2", (None, 2)), ("3:", (3, None)),
        ("9:2", (9, 2)), (None, None),
    ],
)  # fmt: skip
def test_limits_are_two_numbers_of_which_one_may_be_left_out(text, ends):
    """From the larger to the smaller turns an axis round."""
    assert limits(text, "--xlim") == ends


@pytest.mark.parametrize(
    "text", [":", " : ", "5", "a:b", "0:b", "0:1:2", "nan:1", "0:inf", "0 V:1 V", "1:1", "1:1.0"]
)
@pytest.mark.parametrize("flag", ["--xlim", "--ylim"])
def test_anything_else_is_no_limits(text, flag):
    with pytest.raises(UnknownOption) as refused:
        limits(text, flag)
    assert refused.value.as_dict() == {
        "code": "unknown-option", "message": f"{flag} takes two numbers", "expected": f"{flag} 0:10",
        "found": text,
    }  # fmt: skip

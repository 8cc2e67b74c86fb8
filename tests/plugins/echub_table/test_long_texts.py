"""What a message shows of a long line, cell or list of names: its beginning, of a fixed length."""

from __future__ import annotations

from string import ascii_lowercase

import pytest

import echub
from echub.errors import ReadError

LONG = "".join(a + b for a in ascii_lowercase for b in ascii_lowercase)
"""A word of which every beginning has its own end, so that its length shows."""
ROWS = [f"{n},{n / 8},{n / 4}" for n in range(300)]
NAMES = "t / s,I / mA,U / V"


def read(*lines, **options):
    return echub.read(("\n".join(lines) + "\n").encode(), reader="table", options=options)


def faults(*lines):
    return read(*lines).settings["unparsable_rows"]


def evidence(what, *lines):
    return next(d["evidence"] for d in read(*lines).settings["decisions"] if d["what"] == what)


def refused(part, *lines, **options):
    with pytest.raises(ReadError) as error:
        read(*lines, **options)
    return getattr(error.value, part)


SHOWN = {
    "a word in place of a number": (
        lambda: faults(NAMES, *ROWS[:100], f"100,{LONG},1", *ROWS[101:]),
        [f"line 102: I / mA is '{LONG[:40]}', no number"],
    ),
    "a row with a field more": (
        lambda: faults(NAMES, *ROWS[:100], f"100,2,1,{LONG}", *ROWS[101:]),
        [f"line 102: 4 fields, not 3: 100,2,1,{LONG[:52]}"],
    ),
    "a first row with a field more": (
        lambda: faults(NAMES, f"0,2,1,{LONG}", *ROWS[1:]),
        [f"line 2: 4 fields, not 3: 0,2,1,{LONG[:54]}"],
    ),
    "a first row of other cells": (
        lambda: faults(NAMES + ",note", f"2024-01-01 00:00:00,3,1,{LONG}", *(f"{row},b" for row in ROWS[1:])),
        [f"line 2: other cells: 2024-01-01 00:00:00,3,1,{LONG[:36]}"],
    ),
    "a line below the rows": (
        lambda: evidence("footer", NAMES, *ROWS, f"end {LONG}"),
        f"no data row: end {LONG[:46]}",
    ),
    "the names": (
        lambda: evidence("header", f"t / s,I / mA,{LONG}", *ROWS),
        f"as many texts as the rows have fields: t / s, I / mA, {LONG[:45]}",
    ),
    "names without rows": (lambda: refused("found", f"time / s,U / V,{LONG}"), f"time / s,U / V,{LONG[:65]}"),
    "prose": (lambda: refused("found", LONG, LONG), f"'{LONG[:79]}"),
    "names of a header of another width": (
        lambda: refused("expected", f"name,{LONG}", *ROWS),
        f"name,{LONG[:75]}",
    ),
    "a row under a header of another width": (
        lambda: refused("found", "some,name", f"1,2,3,{LONG}", *(f"{row},b" for row in ROWS)),
        f"1,2,3,{LONG[:74]}",
    ),
    "a row without names": (
        lambda: refused("found", f"1,2,3,{LONG}", *(f"{row},b" for row in ROWS)),
        f"1 2 3 {LONG[:74]}",
    ),
    "names that nobody knows": (lambda: refused("found", f"a,b,{LONG}", *ROWS), f"a, b, {LONG[:194]}"),
    "names above others": (
        lambda: refused(
            "expected", f"{NAMES},{LONG}", *(f"{row},b" for row in ROWS), "t / s,I / A,U / mV,note", "1,2,3,b"
        ),
        f"{NAMES},{LONG[:61]}",
    ),
    "names below others": (
        lambda: refused(
            "found", f"{NAMES},note", *(f"{row},b" for row in ROWS), f"t / s,I / A,U / mV,{LONG}", "1,2,3,b"
        ),
        f"t / s,I / A,U / mV,{LONG[:61]}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_a_message_shows_the_beginning_of_what_is_long(name):
    found, expected = SHOWN[name]
    assert found() == expected

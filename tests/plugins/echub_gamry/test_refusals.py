"""The whole refusal of each Gamry file that is not read, what is said of rows, and the names of techniques."""

from __future__ import annotations

import pytest

from echub.plugin import Source
from echub_gamry.objects import TITLES
from echub_gamry.options import GamryOptions
from echub_gamry.reader import read
from tests.messages.parts import row, said
from tests.oracles.records.gamry import dta, table

TAKE = "take the file that the Framework wrote"
NAMES, UNITS = "Pt | T | Vf", "# | s | V"
ROWS = "0 | 0.5 | 0.25", "1 | 1.5 | 0.125"


def reading(data, **options):
    """Return a call that reads these bytes."""
    return lambda: read(Source.from_bytes(data, "run.DTA"), GamryOptions(**options))


def rows(*lines, name="CURVE"):
    return dta("CV", table(name, NAMES, UNITS, *lines))


def line_of(data, start):
    """Return the line, from 1, that begins so."""
    return next(n for n, line in enumerate(data.split(b"\r\n"), 1) if line.startswith(start))


WHOLE = rows(*ROWS)
FIRST = line_of(WHOLE, b"\t0\t")
WORD = rows(ROWS[0], "1 | over | 0.125", "2 | 2.5 | 0.25")
SHORT = rows(ROWS[0], "1 | 1.5", "2 | 2.5 | 0.25")
MIXED = rows("0 | 0,5 | 0.25", "1 | 1.5 | 0.125")
BEHIND = WHOLE + b"2 2.5 0.25 9\r\n"
DOUBLE, LINES = WHOLE + WHOLE, WHOLE.count(b"\r\n")


@pytest.mark.parametrize(("function", "parts"), [
    row(reading(b"EXPLAINED by nobody"), "this is not a Gamry data file",
        where="line 1", expected="EXPLAIN, and TAG in the next line", found=repr(b"EXPLAINED by nobody"),
        cause="another program's file, or a beginning that was cut"),
    row(reading(WHOLE.replace(b"\t", b" ")), "the tabs of the file are gone",
        where="line 2", expected="name, type and values between tabs", found=repr(b"EXPLAIN\r\nTAG CV\r"),
        cause="an editor or a mail program turned tabs into blanks", hint=TAKE),
    row(reading(DOUBLE), "the file holds two data files, one after the other",
        where=f"line {LINES + 1}", expected="one line EXPLAIN, the first", found="EXPLAIN",
        cause="two files were joined", hint="split the file there"),
    row(reading(WORD), "a cell of a table is not a number",
        where=f"line {FIRST + 1}, column T of CURVE", expected="a number with the decimal mark '.'",
        found="'over'", cause="the file is damaged, was edited, or has two decimal marks", hint=TAKE),
    row(reading(rows("0 | 0,5 | 0,25", "1 | 1,5 | 1.5"), decimal="comma"), "a cell of a table is not a number",
        where=f"line {FIRST + 1}, column Vf of CURVE", expected="a number with the decimal mark ','",
        found="'1.5'", cause="the file is damaged, was edited, or has two decimal marks", hint=TAKE),
    row(reading(SHORT), "a row does not fit the names of its table",
        where=f"line {FIRST + 1}, in CURVE", expected="3 values: Pt, T, Vf", found="2 values",
        cause="the file was edited, or two tables were mixed", hint=TAKE),
    row(reading(MIXED), "the decimal mark cannot be settled",
        where="in CURVE", expected="numbers with one decimal mark", found="both marks occur: 0.25 and 0,5",
        cause="the file was edited or put together from two",
        hint="--option decimal=comma or --option decimal=point"),
    row(reading(WHOLE.replace(b"\t1\t1.5", b"\t1\t\0\0\0")), "the table holds zero bytes",
        where=f"line {FIRST + 1}, in CURVE", cause="a block of it was never written", hint=TAKE),
])  # fmt: skip
def test_a_file_that_is_not_read_says_all_that_is_known(function, parts):
    assert said(function) == {**parts, "path": "run.DTA"}


@pytest.mark.parametrize(("data", "code", "message"), [
    (rows(ROWS[0], "1 |  | 0.125"), "empty-cells", "1 cell of T in CURVE is empty: missing"),
    (rows("0 |  | 0.25", "1 |  | 0.125"), "empty-cells", "2 cells of T in CURVE are empty: missing"),
    (WHOLE.replace(b"\t1\t1.5\t0.125", b"\t1 1.5 0.125"), "blanks-for-tabs",
     "1 row of CURVE has blanks between their values, not tabs: edited by hand"),
    (WHOLE.rstrip(), "last-row-cut", "the file ends inside the last row of CURVE: its last value may be cut"),
    (WHOLE.rstrip()[:-6], "last-row-cut", "the last row of CURVE is cut and left out: the file was truncated"),
])  # fmt: skip
def test_what_is_odd_in_rows_is_said(data, code, message):
    record = reading(data)()
    assert [notice.message for notice in record.notices if notice.code == code] == [message]
    assert len(record.dropped) == ("left out" in message)


WORDS = {
    "CV": "Cyclic voltammetry", "LSV": "Linear sweep voltammetry", "CHRONOA": "Chronoamperometry",
    "CHRONOP": "Chronopotentiometry", "CHRONOC": "Chronocoulometry", "CORPOT": "Open circuit potential",
    "OCP": "Open circuit potential", "EISPOT": "Potentiostatic impedance spectroscopy",
    "EISGALV": "Galvanostatic impedance spectroscopy", "GALVEIS": "Galvanostatic impedance spectroscopy",
    "EISHYBRID": "Hybrid impedance spectroscopy", "EISMOTT": "Mott-Schottky impedance measurement",
    "EISMON": "Impedance at one frequency",
    "COLLECT": "Collection experiment with a rotating ring-disk electrode",
    "POTENTIODYNAMIC": "Potentiodynamic scan", "POTENTIOSTATIC": "Potentiostatic scan",
    "GALVANODYNAMIC": "Galvanodynamic scan", "GALVANOSTATIC": "Galvanostatic scan",
    "POLRES": "Polarization resistance", "TAFEL": "Tafel scan", "CYCPOL": "Cyclic polarization",
    "SQUARE_WAVE": "Square wave voltammetry", "DPV": "Differential pulse voltammetry",
    "NPV": "Normal pulse voltammetry", "VFP600": "Virtual front panel recording",
    "PWR800_POTENTIOSTATIC": "Potentiostatic charge or discharge",
    "PWR800_GALVANOSTATIC": "Galvanostatic charge or discharge", "PWR800_CHARGE": "Charge",
    "PWR800_DISCHARGE": "Discharge", "PWR800_CHARGEDISCHARGE": "Cyclic charge and discharge",
}  # fmt: skip


def test_each_tag_is_its_technique_in_words():
    assert TITLES == WORDS

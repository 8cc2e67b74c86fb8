"""Limits of the Gamry reader: a row just inside and one just outside, both signs, and what is left out."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub.model.source import Source
from echub_gamry.cells import CellRows, Words, _kind, header_mark, table_mark
from echub_gamry.columns import _fits, _no_sensor, unit_of
from echub_gamry.explain import Explain, ExplainEntry, GamryTable, parse
from echub_gamry.overloads import overload_notice
from echub_gamry.signs import contradiction
from tests.oracles.records.gamry import dta, table

# -- a current against its curve -------------------------------------------------------------------------

CYCLE = [0.0, 1.0, 2.0, 1.0, 0.0, -1.0, -2.0, -1.0, 0.0]
"""A closed sweep, in units of a quarter of its range; its first half is not closed by 8 points."""


def at_angle(correlation):
    """Return a potential, and a current that is correlated with it as stated: a turn in the plane of two waves."""
    e = np.array(CYCLE)
    across = np.array([1.0, 0, -1, 0, 1, 0, -1, 0, 0])  # neither wave is in the other, and the mean of both is 0
    e, across = e / np.linalg.norm(e), across / np.linalg.norm(across)
    assert abs(e @ across) < 1e-15
    return e, correlation * e + np.sqrt(1 - correlation**2) * across


CURVES = {
    "it falls": (CYCLE, [-e for e in CYCLE], "-1.00"),
    "it rises": (CYCLE, CYCLE, None),
    "a little less than half of a line": (*at_angle(-0.49), None),
    "a little more than half of a line": (*at_angle(-0.51), "-0.51"),
    "eight points": ([0.0, 1, 2, 1, 0, -1, -1, 0], [0.0, -1, -2, -1, 0, 1, 1, 0], "-1.00"),
    "seven points": ([0.0, 1, 2, 1, 0, -1, 0], [0.0, -1, -2, -1, 0, 1, 0], None),
    "a range of 20 mV": ([e / 200 for e in CYCLE], [-e for e in CYCLE], None),
    "a range of 21 mV": ([e / 190 for e in CYCLE], [-e for e in CYCLE], "-1.00"),
    "closed within 4.9 %": ([*CYCLE[:-1], 0.196], [-e for e in CYCLE], "-1.00"),
    "closed within 5.1 %": ([*CYCLE[:-1], 0.204], [-e for e in CYCLE], None),
    "closed from below within 5.1 %": ([*CYCLE[:-1], -0.204], [-e for e in CYCLE], None),
    "one current": (CYCLE, [0.25] * 9, None),
}  # fmt: skip


@pytest.mark.parametrize("name", ["Im", "Current"])
@pytest.mark.parametrize("what", CURVES)
def test_a_current_against_its_curve(what, name):
    potential, current, correlation = CURVES[what]
    said = contradiction(Explain(b""), {"Vf": np.array(potential), name: np.array(current)}, ".")
    expected = f"the current falls where the potential rises (correlation {correlation})" if correlation else ""
    assert said == expected


# -- a current against its programme ---------------------------------------------------------------------

PROGRAMMES = {
    "against": ("0.5", "2", [0.0, 1.0, 2.0, 3.0], [9.0, -0.25, -0.25, 9.0], "0.5 and measured with -0.25 A"),
    "against a negative one": ("-0.5", "2", [0.0, 1.0, 2.0], [9.0, 0.25, 0.25], "-0.5 and measured with 0.25 A"),
    "along": ("0.5", "2", [0.0, 1.0, 2.0], [-9.0, 0.25, 0.25], None),
    "along a negative one": ("-0.5", "2", [0.0, 1.0, 2.0], [9.0, -0.25, -0.25], None),
    "the row at its end belongs to it": ("0.5", "2", [2.0, 2.5], [-0.25, 9.0], "0.5 and measured with -0.25 A"),
    "a row at zero does not": ("0.5", "2", [0.0, 2.5], [-0.25, -0.25], None),
    "most rows count": ("0.5", "9", [1.0, 2.0, 3.0], [-7.0, 0.25, 0.25], None),
    "no current": ("0.5", "2", [1.0, 2.0], [0.0, 0.0], None),
    "no programme": ("0", "2", [1.0, 2.0], [-0.25, -0.25], None),
    "no end": ("0.5", "0", [1.0, 2.0], [-0.25, -0.25], None),
    "words": ("fast", "2", [1.0, 2.0], [-0.25, -0.25], None),
    "no rows": ("0.5", "2", [], [], None),
}


@pytest.mark.parametrize("what", PROGRAMMES)
def test_a_current_against_its_programme(what):
    wanted, until, time, current, said = PROGRAMMES[what]
    entries = [ExplainEntry(name, "QUANT", (text,)) for name, text in (("ISTEP1", wanted), ("TSTEP1", until))]
    columns = {"T": np.array(time), "Im": np.array(current)}
    found = contradiction(Explain(b"", entries), columns, ".")
    assert found == (f"step 1 is programmed with {said}" if said else "")
    assert not contradiction(Explain(b"", entries), {"Im": np.array(current)}, ".")  # without times
    assert not contradiction(Explain(b"", entries), {"T": np.array(time)}, ".")  # without currents


# -- a thermometer that is not there ---------------------------------------------------------------------

SENSORS = {
    "as cold as can be": ([-273.15, 20.0], None),
    "colder": ([20.0, -273.16], "reads -273.16 to 20 °C, which no sensor does"),
    "as hot as can be": ([20.0, 1260.0], None),
    "hotter": ([1260.1, 20.0], "reads 20 to 1260.1 °C, which no sensor does"),
    "one such number": ([1480.0, np.nan, 1480.0], "reads 1480 °C throughout, which no sensor does"),
    "near zero": ([np.nan, 0.05, -0.05], "reads 0.05 °C throughout, as without a sensor"),
    "not near zero": ([0.0, 0.051], None),
    "not near zero, below": ([0.0, -0.051], None),
    "no number": ([np.nan, np.inf], None),
    "nothing": ([], None),
}


@pytest.mark.parametrize("what", SENSORS)
def test_a_sensor_that_is_not_there(what):
    values, said = SENSORS[what]
    assert _no_sensor(np.array(values)) == (said or "")


UNITS = {
    ("Vf", "V vs. Ref."): ("V", "Ref."), ("Vf", "V"): ("V", ""), ("Pt", "#"): ("1", ""),
    ("Over", "bits"): (None, ""),
    ("Temp", "deg C"): ("degC", ""), ("Temp", "°C"): ("degC", ""), ("Temp", "?C"): ("degC", ""),
    ("Temp", "\\xb0C"): ("degC", ""), ("Zphz", "?"): ("deg", ""), ("ZphzDrCor", "\\xb0"): ("deg", ""),
    ("ZphzDrCor", "¡"): ("deg", ""), ("Zmod", "ohms"): ("ohm", ""), ("Zmod", "\u03a9"): ("\u03a9", ""),
    ("Vf", ""): (None, ""),
}  # fmt: skip


@pytest.mark.parametrize(("header", "printed"), UNITS)
def test_units_as_they_are_printed(header, printed):
    assert unit_of(header, printed) == UNITS[header, printed]


# -- overloads -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("position", range(13))
def test_each_position_is_a_kind_of_its_own(position):
    letters = "techihssivarq"
    text = "." * position + letters[position] + "." * (12 - position)
    (notice,) = overload_notice("CURVE", Words(np.array([0, 1, 1]), ["." * 13, text]))
    assert notice.message.startswith(
        f"2 of 3 rows of CURVE are overloaded: {letters[position]} at position {position + 1} ("
    )
    assert notice.message.endswith(") in 2")
    assert notice.message.count(" at position ") == 1


def test_what_stands_behind_the_last_position_is_no_overload():
    assert overload_notice("CURVE", Words(np.array([0]), ["." * 13 + "x"])) == []
    assert overload_notice("CURVE", Words(np.array([0, 0]), ["." * 11])) == []


# -- objects and counts ----------------------------------------------------------------------------------


def explained(*lines):
    return parse(Source.from_bytes("\n".join(["EXPLAIN", "TAG\tCV", *lines, ""]).encode(), "a.DTA"))


@pytest.mark.parametrize(
    ("printed", "count"),
    [("0", 0), ("7", 7), (" 7 ", 7), ("9" * 18, int("9" * 18)), ("9" * 19, None), ("-1", None), ("x", None),
     ("", None), ("²", None)],
)  # fmt: skip
def test_how_many_rows_a_table_states(printed, count):
    (block,) = explained(f"CURVE\tTABLE\t{printed}", "\tT\tVf", "\ts\tV", "\t1\t2").blocks
    assert block.declared == count


@pytest.mark.parametrize(
    ("stated", "lines", "notes"),
    [("2", ["\ta", "\tb"], ("a", "b")), ("1", ["\ta", "\tb"], ("a",)), ("3", ["\ta", "\tb"], ("a", "b")),
     ("0", ["\ta"], ()), ("x", ["\ta"], ()), ("2", ["\t\ta", ""], ("\ta", ""))],
)  # fmt: skip
def test_a_note_has_as_many_lines_as_it_states(stated, lines, notes):
    found = explained(f"NOTES\tNOTES\t{stated}\tNotes", *lines, "AREA\tQUANT\t2")
    assert found.first("NOTES").notes == notes
    assert found.text("AREA") == "2"
    left = [line for line in lines if line.strip()][len([note for note in notes if note]) :]
    assert found.stray == left


@pytest.mark.parametrize(("line", "is_row"), [("\t1\t2\t3", True), ("\t1\t2", False), ("\t1\t2\tx", False),
                                              ("\t1,5\t2\t3\tx", True)])  # fmt: skip
def test_three_numbers_behind_a_table_are_a_row_of_it(line, is_row):
    lines = ["CURVE\tTABLE", "\tT\tVf", "\ts\tV", "\t1\t2", "EOC\tQUANT\t1", line]
    if is_row:
        with pytest.raises(ReadError, match="behind its end") as caught:
            explained(*lines)
        assert caught.value.where == "line 8"
    else:
        assert explained(*lines).stray == [line]
    assert explained(line).stray == [line]  # without a table before it, it is none of its rows


def test_a_table_of_names_alone_has_no_rows():
    data = dta("CV", "CURVE\tTABLE\t0", "\tT\tVf\tIm", "\ts\tV")
    record = echub.read(data)
    assert [dataset.rows for dataset in record.datasets.values()] == [0]


# -- the end of a file -----------------------------------------------------------------------------------

ENDS = {
    # a text as long as in the row before cannot be cut, a shorter one can
    "a text as long as before": (("T | Over", "s | bits"), ["0.5 | ...", "1.5 | .e."], 2, None),
    "a shorter text": (("T | Over", "s | bits"), ["0.5 | ...", "1.5 | .e"], 2, "its last value may be cut"),
    "a text as long as one further up": (
        ("T | Over", "s | bits"), ["0.5 | ..", "1 | ...", "1.5 | .."], 3, "its last value may be cut"),
    "a first text": (("T | Over", "s | bits"), ["0.5 | ..."], 1, "its last value may be cut"),
    "a number": (("T | Vf", "s | V"), ["0.5 | 1.25", "1.5 | 2.25"], 2, "its last value may be cut"),
    "an exponent as long as before": (
        ("T | Vf", "s | V"), ["0.5 | 1.25E-001", "1.5 | 2.25E-001"], 2, "its last value may be cut"),
    "a longer exponent": (("T | Vf", "s | V"), ["0.5 | 1.25E-01", "1.5 | 2.25E-001"], 2, "may be cut"),
    "a shorter exponent": (("T | Vf", "s | V"), ["0.5 | 1.25E-001", "1.5 | 2.25E-00"], 1, "is cut and left out"),
    "a shorter exponent than further up": (
        ("T | Vf", "s | V"), ["0 | 1.25E-0001", "0.5 | 1.25E-001", "1.5 | 2.25E-001"], 3, "may be cut"),
    "no number": (("T | Vf", "s | V"), ["0.5 | 1.25", "1.5 | -"], 1, "is cut and left out"),
    "no cell": (("T | Vf", "s | V"), ["0.5 | 1.25", "1.5"], 1, "is cut and left out"),
    "an empty cell": (("T | Vf", "s | V"), ["0.5 | 1.25", "1.5 | "], 2, "its last value may be cut"),
}  # fmt: skip


@pytest.mark.parametrize("what", ENDS)
def test_the_last_row_of_a_file_without_its_end(what):
    heads, lines, rows, said = ENDS[what]
    record = echub.read(dta("CV", table("CURVE", *heads, *lines), end=""))
    assert [dataset.rows for dataset in record.datasets.values()] == [rows]
    found = [notice.message for notice in record.notices if notice.code == "last-row-cut"]
    assert len(found) == (said is not None)
    assert said is None or said in found[0]
    assert len(record.dropped) == len(lines) - rows
    whole = echub.read(dta("CV", table("CURVE", *heads, *lines[:rows])))
    assert "last-row-cut" not in {notice.code for notice in whole.notices}


# -- the decimal mark ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "said"), [(50, "the decimal mark cannot be settled"), (51, "is not a number")])
def test_the_first_fifty_rows_settle_the_decimal_mark(row, said):
    """A comma among points is a second mark there, and a damaged cell behind them."""
    lines = [f"{n}.5 | 1.25" if n != row else f"{n}.5 | 1,25" for n in range(1, 60)]
    with pytest.raises(ReadError, match=said):
        echub.read(dta("CV", table("CURVE", "T | Vf", "s | V", *lines)))


def test_of_two_texts_with_commas_as_marks_each_may_hold_points():
    lines = ["0,5 | .e. | a.b", "1,5 | ... | c.d."]
    record = echub.read(dta("CV", table("CURVE", "T | Over | What", "s | bits | bits", *lines)))
    (series,) = record.datasets.values()
    assert series["time"].tolist() == [0.5, 1.5]
    assert list(series["vendor_what"]) == ["a.b", "c.d."]


def test_a_table_of_texts_has_as_many_rows_as_texts():
    assert CellRows([Words(np.array([0, 1, 0]), ["a", "b"]), np.zeros(3)], [], []).count == 3


@pytest.mark.parametrize(("cells", "mark"), [(["1,234", "2,5"], ","), (["1,234", "2.5"], "."), (["1,234"], None)])
def test_the_header_settles_the_mark_of_rows_that_leave_it_open(cells, mark):
    entries = [ExplainEntry(f"Q{n}", "QUANT", (cell, "text 1")) for n, cell in enumerate(cells[1:])]
    data = b"\t1,234\t5\n"
    block = GamryTable("CURVE", 1, ("T", "Pt"), ("s", "#"), 0, 0, len(data))
    source = Source.from_bytes(data, "a.DTA")
    if mark is None:
        with pytest.raises(ReadError) as caught:
            table_mark(source, Explain(data, entries), block, "auto")
        assert caught.value.found == "1,234 may be a decimal or a group of thousands"
        assert table_mark(source, Explain(data, entries), block, "comma") == (",", "--option decimal")
    else:
        assert table_mark(source, Explain(data, entries), block, "auto") == (
            mark,
            f"{cells[1]} has no other reading",
        )


@pytest.mark.parametrize(("cells", "mark"), [([], "."), (["1,234"], "."), (["1,5"], ","), (["7"], ".")])
def test_a_header_that_does_not_settle_the_mark_has_points(cells, mark):
    entries = [ExplainEntry("Q", "QUANT", (cell,)) for cell in cells]
    assert header_mark(Explain(b"", entries), "auto") == mark
    assert header_mark(Explain(b"", entries), "comma") == ","


def test_what_stands_before_the_first_tab_makes_a_row_one_that_does_not_fit():
    data = dta("CV", table("CURVE", "T | Vf", "s | V", "0.5 | 1.25", "1.5 | 1.5"))
    with pytest.raises(ReadError, match="does not fit") as caught:
        echub.read(data.replace(b"\t1.5\t1.5", b"9\t1.5\t1.5"))
    found = "2 values behind '9', where a row begins with a tab"
    assert (caught.value.expected, caught.value.found) == ("2 values: T, Vf", found)


def test_an_empty_cell_before_a_word_is_not_the_fault():
    data = dta("CV", table("CURVE", "T | Vf | Im", "s | V | A", "0.5 | 1.25 | 1", "1.5 |  | over"))
    with pytest.raises(ReadError) as caught:
        echub.read(data)
    assert caught.value.where.endswith(", column Im of CURVE")
    assert caught.value.found == "'over'"


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        ("-1.#IND000", "float"),
        ("1.#QNAN", "float"),
        ("1.5", "float"),
        ("", "float"),
        ("...", "text"),
        ("x1", "text"),
    ],
)
def test_a_column_without_a_unit_is_of_words_if_it_begins_with_one(first, kind):
    block = GamryTable("CURVE", 1, ("T", "What"), ("s", ""), 0, 0, 0)
    assert _kind(block, 1, first) == kind


def test_a_unit_never_fits_a_quantity_that_has_none():
    given = ("technique", "V"), ("current", "mA"), ("current", "V"), ("current", None)
    assert [_fits(*one) for one in given] == [False, True, False, False]

"""What the objects of a Gamry header say by their type; names of tables; rows that were edited; detection."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub.model.source import Source
from echub_gamry.detection import explain
from echub_gamry.explain import Explain, ExplainEntry
from echub_gamry.objects import _clock, _readings, _typed, describe
from echub_gamry.options import GamryOptions
from tests.oracles.records.gamry import dta, table

TYPED = {
    ("QUANT", "2.5", "A&rea"): {"value": 2.5, "label": "Area"},
    ("QUANT", "2", "Area"): {"value": 2.0, "label": "Area"},
    ("QUANT", "2.5"): {"value": 2.5},
    ("QUANT", "x", "Area"): {"label": "Area"},
    ("IQUANT", "2", "n"): {"value": 2, "label": "n"},
    ("IQUANT", "2.5", "n"): {"value": 2.5, "label": "n"},
    ("SELECTOR", "3", "n"): {"value": 3, "label": "n"},
    ("SELECTOR", "x", "n"): {"label": "n"},
    ("TOGGLE", "T", "on"): {"value": True, "label": "on"},
    ("TOGGLE", "FALSE", "on"): {"value": False, "label": "on"},
    ("TOGGLE", "x", "on"): {"label": "on"},
    ("POTEN", "0.5", "T", "E"): {"value": 0.5, "unit": "V", "against": "open circuit", "label": "E"},
    ("POTEN", "0.5", "F", "E"): {"value": 0.5, "unit": "V", "against": "reference", "label": "E"},
    ("POTEN", "0.5", "x", "E"): {"label": "E"},
    ("POTEN", "x", "T", "E"): {"label": "E"},
    ("POTEN", "0.5"): {},
    ("VARIABLEANDUNITS", "5", "mA", "I"): {"value": 5.0, "unit": "mA", "label": "I"},
    ("VARIABLEANDUNITS", "x", "mA", "I"): {"label": "I"},
    ("VARIABLEANDUNITS", "5"): {},
    ("LABEL", " 5 ", "text"): {"value": "5", "label": "text"},
    ("PSTAT", "IFC", "Pstat"): {"value": "IFC", "label": "Pstat"},
    ("", "CV"): {"value": "CV"},
    ("ONEPARAM", "T", "5", "a"): {"label": "a"},
    ("LABEL",): {},
}


@pytest.mark.parametrize("fields", TYPED)
def test_what_an_object_says_by_its_type(fields):
    found = _typed(ExplainEntry("NAME", fields[0], fields[1:]), ".")
    assert found == TYPED[fields]
    assert [type(found[key]) for key in found] == [type(TYPED[fields][key]) for key in found]


def described(dates="auto", mark=".", **said):
    """Return the metadata of a header without a table, and the codes of what is said about it."""
    entries = [ExplainEntry(name, "" if name == "TAG" else "QUANT", (text,)) for name, text in said.items()]
    notices = []
    found = describe(Explain(b"", entries), mark, dates, notices)
    return {entry.path: entry.value for entry in found.entries if entry.path != "instrument.manufacturer"}, [
        notice.code for notice in notices
    ]


HEADERS = {
    "nothing": ({}, {}, []),
    "a model with its serial": (
        {"PSTATSECTION": "IFC1010-01234", "PSTATSERIALNO": "01234"},
        {"instrument.model": "IFC1010", "instrument.serial": "01234"}, []),
    "a model with dashes": (
        {"PSTATSECTION": "REF-600-01234", "PSTATSERIALNO": "01234"},
        {"instrument.model": "REF-600", "instrument.serial": "01234"}, []),
    "another serial": (
        {"PSTATSECTION": "IFC1010-01234", "PSTATSERIALNO": "9"}, {"instrument.serial": "9"}, []),
    "no dash": ({"PSTATSECTION": "01234", "PSTATSERIALNO": "01234"}, {"instrument.serial": "01234"}, []),
    "no model": ({"PSTATSECTION": "-01234", "PSTATSERIALNO": "01234"}, {"instrument.serial": "01234"}, []),
    "the older name": (
        {"PSTAT": "PC4-7", "PSTATSERIALNO": "7"}, {"instrument.model": "PC4", "instrument.serial": "7"}, []),
    "the newer name first": (
        {"PSTAT": "PC4-7", "PSTATSECTION": "IFC-7", "PSTATSERIALNO": "7"},
        {"instrument.model": "IFC", "instrument.serial": "7"}, []),
    "a current that is scanned": (
        {"TAG": "LSV", "IINIT": "0"}, {"technique.name": "LSV", "technique.title": "Galvanodynamic scan"}, []),
    "a potential that is scanned": (
        {"TAG": "LSV"}, {"technique.name": "LSV", "technique.title": "Linear sweep voltammetry"}, []),
    "a current of another technique": (
        {"TAG": "CV", "IINIT": "0"}, {"technique.name": "CV", "technique.title": "Cyclic voltammetry"}, []),
    "a technique of one's own": ({"TAG": "MINE"}, {"technique.name": "MINE"}, []),
    "sizes, the capacity in Ah as mAh": (
        {"AREA": "2.5", "CAPACITY": "0.5"}, {"cell.area": 2.5, "cell.capacity": 500.0}, []),
    "offered sizes": ({"AREA": "1", "CAPACITY": "1.0"}, {}, ["default-value", "default-value"]),
    "impossible sizes": ({"AREA": "-2.5", "CAPACITY": "-1"}, {}, ["impossible-value", "impossible-value"]),
    "words for sizes": ({"AREA": "x"}, {}, []),
    "a date alone": ({"DATE": "8/25/2021"}, {}, ["no-start"]),
    "a time alone": ({"TIME": "9:05:07"}, {}, ["no-start"]),
}  # fmt: skip


@pytest.mark.parametrize("what", HEADERS)
def test_what_the_header_says(what):
    said, metadata, codes = HEADERS[what]
    assert described(**said) == (metadata, codes)


def test_a_version_in_decimal_commas():
    assert described(mark=",", FRAMEWORKVERSION="7,10,1")[0] == {"instrument.software": "Gamry Framework 7.10.1"}
    assert described(mark=".", FRAMEWORKVERSION="7,10,1")[0] == {"instrument.software": "Gamry Framework 7,10,1"}


DATES = {
    ("8/25/2021", "auto"): ["2021-08-25"], ("25/8/2021", "auto"): ["2021-08-25"],
    ("3/4/2021", "auto"): ["2021-04-03", "2021-03-04"], ("3/4/2021", "dmy"): ["2021-04-03"],
    ("3/4/2021", "mdy"): ["2021-03-04"], ("8/25/2021", "dmy"): ["2021-08-25"],
    ("4/4/2021", "mdy"): ["2021-04-04"],
    ("3.4.2021", "auto"): ["2021-04-03"], ("3.4.2021", "mdy"): ["2021-04-03"],
    ("8.25.2021", "auto"): ["2021-08-25"],
    ("3-4-2021", "auto"): ["2021-04-03", "2021-03-04"], ("2021-3-4", "auto"): ["2021-03-04"],
    ("2021/13/4", "auto"): [], ("3/4/21", "auto"): [], ("3/4.2021", "auto"): [], ("31/2/2021", "auto"): [],
    ("3/4/2021 x", "auto"): [], ("", "auto"): [],
}  # fmt: skip


@pytest.mark.parametrize(("printed", "order"), DATES)
def test_the_days_that_a_date_can_be(printed, order):
    assert [day.isoformat() for day in _readings(printed, order).values()] == DATES[printed, order]


CLOCKS = {
    "9:05:07": "09:05:07", "09:05:07 am": "09:05:07", "9:05:07 PM": "21:05:07", "12:00:00 AM": "00:00:00",
    "12:30:00 PM": "12:30:00", "11:59:59 PM": "23:59:59", "0:00:00": "00:00:00", "9:05:07.5": "09:05:07.500000",
    "9:05:07,25": "09:05:07.250000", "9:05:07.1234567": "09:05:07.123456", "24:00:00": None, "9:60:00": None,
    "9:05": None, "": None, "9:05:07 xx": None, "9:05:07 p.m.": "21:05:07", "12:05:07 a. m.": "00:05:07",
    "下午 9:05:07": "21:05:07", "오전 9:05:07": "09:05:07", "9:05:07\u202fPM": "21:05:07",
}  # fmt: skip


@pytest.mark.parametrize("printed", CLOCKS)
def test_times_of_a_day(printed):
    found = _clock(printed)
    assert (found and found.isoformat()) == CLOCKS[printed]


# -- tables ----------------------------------------------------------------------------------------------


def curves(*names, units="s | V | deg C", row="0.5 | 1 | -327.67"):
    return [table(name, "T | Vf | Temp", units, row) for name in names]


@pytest.mark.parametrize(
    ("names", "labels", "parts"),
    [
        (["CURVE"], ["timeseries"], ["CURVE"]),
        (["A 1", "A 2"], ["timeseries_a_1", "timeseries_a_2"], ["A 1", "A 2"]),
        (["A", "A", "A"], ["timeseries_a", "timeseries_a_2", "timeseries_a_3"], ["A", "A (2)", "A (3)"]),
        (["A-+", "?"], ["timeseries_a", "timeseries_table"], ["A-+", "?"]),
    ],
)
def test_the_names_of_tables(names, labels, parts):
    record = echub.read(dta("CV", *curves(*names)))
    assert list(record) == labels
    assert [dataset.attrs["part"] for dataset in record.datasets.values()] == parts
    said = [notice.message for notice in record.notices if notice.code == "no-temperature-sensor"]
    more = len(names) - 1
    behind = f"; the same in {more} more table{'s' * (more > 1)}" if more else ""
    assert said == [
        f"Temp of {names[0]} reads -327.67 °C throughout, which no sensor does: kept as a vendor column{behind}"
    ]


def test_a_file_without_currents_needs_no_convention():
    data = dta("CV", *curves("CURVE")).replace(b"CONVENTION\tIQUANT\t1", b"CONVENTION\tIQUANT\t0")
    assert "current-convention" not in {notice.code for notice in echub.read(data).notices}


def test_a_table_that_is_cut_behind_its_name():
    record = echub.read(dta("CV", *curves("CURVE"), "CURVE2\tTABLE\t5"))
    (said,) = [notice.message for notice in record.notices if notice.code == "no-columns"]
    assert said == "the table CURVE2 has no column names: the file was cut there"
    assert len(record.datasets) == 1


EDITED = {
    "one row with blanks": (["0.5\t1\t2", "1.5 3  4"], "1 row of CURVE has blanks"),
    "two rows with blanks": (["0.5 1 2", "1.5 3 4"], "2 rows of CURVE have blanks"),
}


@pytest.mark.parametrize("what", EDITED)
def test_blanks_between_the_numbers_of_a_row(what):
    rows, said = EDITED[what]
    lines = ["CURVE\tTABLE", "\tT\tVf\tIm", "\ts\tV\tA", *(f"\t{row}" for row in rows)]
    record = echub.read(dta("CV", "\r\n".join(lines)))
    assert record["timeseries"]["potential_we"].tolist() == [1.0, 3.0]
    (found,) = [notice.message for notice in record.notices if notice.code == "blanks-for-tabs"]
    assert found == f"{said} between their values, not tabs: edited by hand"
    assert found.startswith(said)


STRANGE = {"-1.#IND": np.nan, "1.#QNAN": np.nan, "1.#SNAN": np.nan, "1.#INF": np.inf, "-1.#INF": -np.inf,
           "1,#INF": np.inf, "1.#INF000E+000": np.inf}  # fmt: skip


@pytest.mark.parametrize("printed", STRANGE)
def test_what_windows_prints_for_no_number(printed):
    record = echub.read(dta("CV", table("CURVE", "T | Vf", "s | V", "0.5 | 1.5", f"1.5 | {printed}", "2.5 | 2.5")))
    assert np.array_equal(record["timeseries"]["potential_we"], [1.5, STRANGE[printed], 2.5], equal_nan=True)


def test_a_counter_with_decimals_is_a_number():
    data = dta("CV", table("CURVE", "Pt | T", "# | s", "0 | 0.5", "1.5 | 1.5"))
    assert echub.read(data)["timeseries"]["vendor_pt"].tolist() == [0.0, 1.5]


def test_lines_of_zero_bytes_in_a_table_are_named():
    data = dta("CV", table("CURVE", "T | Vf", "s | V", "0.5 | 1", "1.5 | \0\0", "2.5 | 3"))
    with pytest.raises(ReadError, match="the table holds zero bytes") as caught:
        echub.read(data, reader="gamry-dta")
    line = data.count(b"\n", 0, data.index(b"\0")) + 1
    assert caught.value.where == f"line {line}, in CURVE"
    assert caught.value.cause == "a block of it was never written"


# -- detection -------------------------------------------------------------------------------------------


def decided(data, **options):
    found = explain(Source.from_bytes(data, "a.DTA"), GamryOptions(**options))
    return {one.what: (one.chosen, one.evidence) for one in found}


def test_what_detection_says_of_a_whole_header():
    data = dta("CV", table("CURVE", "T | Im", "s | A", "0.5 | 1.5"))
    found = decided(data)
    assert found["instrument"] == ("IFC1010 01234", "PSTATSECTION and PSTATSERIALNO")
    assert found["software"] == ("Gamry Framework 7.10.1", "FRAMEWORKVERSION")
    assert found["tables"] == ("CURVE", "lines with TABLE")
    assert found["start"] == ("2021-08-25T21:05:07", "DATE 8/25/2021, TIME 9:05:07 PM")
    assert found["positive current"] == ("anodic", "CONVENTION 1")
    assert decided(data, decimal="point")["decimal mark of CURVE"] == (".", "--option decimal")
    assert decided(data, current="cathodic-positive")["positive current"] == ("cathodic", "CONVENTION 1")


def test_what_detection_says_of_an_empty_header():
    found = decided(b"EXPLAIN\nTAG\tCV\n")
    assert {what: chosen for what, (chosen, _) in found.items()} == {
        "instrument": "not stated", "software": "not stated", "tables": "none", "start": "not known",
        "positive current": "not known",
    }  # fmt: skip
    assert found["positive current"][1] == "CONVENTION is not stated"

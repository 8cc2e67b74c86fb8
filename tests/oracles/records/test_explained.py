"""What is said of a file before its rows are read: the decisions, and a first profile of a table."""

from __future__ import annotations

import pytest

from echub.plugin import Source
from echub_gamry.detection import explain as explain_gamry
from echub_gamry.options import GamryOptions
from echub_table.explain import explain, first_profile
from echub_table.options import TableOptions
from tests.oracles.records import gamry, tables

TABLES = [tables.german(), tables.two_spectra(), tables.faulty(), tables.ions(), tables.magnitudes()]
OF_ROWS = ("sign of", "spectra")
"""Decisions that the rows are needed for."""


@pytest.mark.parametrize("world", TABLES, ids=["german", "spectra", "faulty", "ions", "magnitudes"])
def test_decisions_on_a_table_are_those_by_which_it_is_read(world):
    stated = [one for one in world.expected["settings.decisions"] if not one["what"].startswith(OF_ROWS)]
    options = TableOptions(**world.options)
    found = explain(Source.from_bytes(world.data, world.name), options)
    assert [one.as_dict() for one in found] == stated


def test_decisions_on_a_file_of_gamry():
    world = gamry.voltammogram()
    found = explain_gamry(Source.from_bytes(world.data, world.name), GamryOptions())
    assert [(one.what, one.chosen, one.evidence) for one in found] == [
        ("instrument", "IFC1010 01234", "PSTATSECTION and PSTATSERIALNO"),
        ("software", "Gamry Framework 7.10.1", "FRAMEWORKVERSION"),
        ("tables", "OCVCURVE, CURVE1, CURVE2", "lines with TABLE"),
        ("decimal mark of OCVCURVE", ".", "0.5 has no other reading"),
        ("decimal mark of CURVE1", ".", "0.5 has no other reading"),
        ("decimal mark of CURVE2", ".", "2.5 has no other reading"),
        ("start", "2021-08-25T21:05:07", "DATE 8/25/2021, TIME 9:05:07 PM"),
        ("positive current", "anodic", "CONVENTION 1"),
    ]


def test_a_first_profile_says_what_was_inferred():
    world = tables.german()
    told = first_profile(Source.from_bytes(world.data, world.name), TableOptions())
    columns = [
        ("Zeit (min)", "time", "min"), ("U / mV", "voltage", "mV"), ("I [A]", "current", "A"),
        ("T/°C", "temperature", "degC"),
    ]  # fmt: skip
    known = [
        line
        for name, quantity, unit in columns
        for line in (f'[columns."{name}"]', f'quantity = "{quantity}"  # by name and unit',
                     f'unit = "{unit}"  # printed', "")
    ]  # fmt: skip
    unknown = [
        line
        for name in ("Zustand", "Notiz")
        for line in (f'[columns."{name}"]', 'quantity = ""  # the name maps to no quantity: a vendor column', "")
    ]
    assert told.splitlines() == [
        "# A table profile, inferred from run.csv. Lines with (guess) are to be looked at.",
        "[table-profile]", 'title = "run.csv"', 'files = ["*.csv"]  # (guess) the files that it is for', "",
        "[dialect]", 'encoding = "utf-8"  # all of it is valid UTF-8',
        'delimiter = "semicolon"  # 4 of the first 8 lines have 6 fields, 4 of them numbers',
        'decimal = "comma"  # 0,5 has no other reading', "", *known, *unknown,
        "# [sign]  # which current is positive, where charge and state columns do not prove it",
        '# current = "anodic-positive"  # or cathodic-positive, or unsigned for magnitudes', "",
        "# [preamble]  # keys over the table to metadata", '# "Probe" = { path = "extra.probe" }',
        '# "Dicke" = { path = "extra.dicke" }', "", "# [metadata]  # constants", '# "cell.area" = "0.785 cm^2"',
    ]  # fmt: skip

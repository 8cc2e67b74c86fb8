"""The whole refusal of each Cameca export that is not read, and what is said of one that is."""

from __future__ import annotations

import pytest

from echub.plugin import Source
from echub_cameca.profile import read as read_profile
from echub_cameca.sections import Export, describe, parse, polarity
from echub_cameca.spectrum import read as read_spectrum
from tests.messages.parts import row, said

FIRST, START, END = "*** DATA FILES ***", "*** DATA START ***", "*** DATA END ***"
NAMES = ("run.dp", "Na+\tK+", "Time\tDepth[nm]\tI[cnt/s]\tTime\tDepth[nm]\tI[cnt/s]")
ROW = "\t1\t10\t\t2\t20"


def export(*data, end="\n", more=()):
    """Return the bytes of an export with these lines of data."""
    return ("\n".join([FIRST, START, *data, END, *more]) + end).encode()


def profile(*data, **more):
    return lambda: read_profile(Source.from_bytes(export(*data, **more), "run.dp_rpc_asc"), None)


def spectrum(*data):
    return lambda: read_spectrum(Source.from_bytes(export(*data), "run.ms_rpc_asc"), None)


@pytest.mark.parametrize(("function", "parts"), [
    row(lambda: parse(Source.from_bytes(b"\0\1\2" * 20)), "the file is not text",
        found="a NUL byte at offset 0", cause="it is damaged, or no export"),
    row(lambda: parse(Source.from_bytes(b"nothing\n")), "the data of the export are not whole",
        expected="*** DATA START *** and *** DATA END ***", found="no section", cause="the file was cut",
        hint="export it again"),
    row(lambda: parse(Source.from_bytes(f"{FIRST}\n{START}\n1\t2\n".encode())),
        "the data of the export are not whole",
        expected="*** DATA START *** and *** DATA END ***", found="DATA FILES, DATA START",
        cause="the file was cut", hint="export it again"),
    row(profile(*NAMES[:2]), "the data have no header",
        expected="file name, species, column headers", cause="it was cut"),
    row(profile(*NAMES[:2], "Time\tDepth[nm]\tI[cnt/s]\tTime\tDepth[nm]"),
        "the column headers do not fit the species",
        where="line 5", expected="3 for each of Na+, K+", found="5"),
    row(profile(*NAMES[:2], "Time\tDepth[nm]\tI[cnt/s]\tTime\tDepth[nm]\tI[mA]", ROW),
        "a column of the data has an unknown header", found="I[mA]"),
    row(profile(*NAMES, ROW, "\t1\t10\t\t2"), "a row of the data does not fit the species",
        where="line 7", expected="3 cells for each of 2 species", found="5 cells", cause="the file is damaged"),
    row(profile(*NAMES, f"{ROW}\t3"), "a row of the data does not fit the species",
        where="line 6", expected="3 cells for each of 2 species", found="7 cells", cause="the file is damaged"),
    row(profile(*NAMES, "\t1\tx1\t\t2\t20"), "a cell is not a number",
        where="line 6", found="'x1'", cause="the file is damaged"),
    row(profile(*NAMES, "3\t1\t10\t\t2\t20"), "values stand under a name without a unit",
        where="the columns of Na+", expected="Time[s] or Depth[um] over the axis that was exported", found="Time",
        cause="cells of the rows were moved, or it is another version of the export"),
    row(spectrum("run.ms", "1\t2"), "the data have no header",
        expected="Mass[a.m.u] and I[cnt/s]", cause="the file was cut"),
    row(spectrum("Mass[a.m.u]\tI[cnt/s]", "1\t2", "3\tx"), "a row of the spectrum is not a pair of numbers",
        where="line 5", found="3\tx", cause="the file is damaged"),
    row(spectrum("Mass[a.m.u]\tI[cnt/s]", "1\t2\t3"), "a row of the spectrum is not a pair of numbers",
        where="line 4", found="1\t2\t3", cause="the file is damaged"),
])  # fmt: skip
def test_an_export_that_is_not_read_says_all_that_is_known(function, parts):
    assert said(function) == parts


def notices(*data, **more):
    return [(notice.code, notice.message) for notice in profile(*data, **more)().notices]


CONDITIONS = ("*** MEASUREMENT CONDITIONS ***", "Species|Mass (amu)", "Na+|22.99", "K+|{}")


def test_what_does_not_fit_together_is_said():
    """No polarity; potassium at the mass of scandium; two points stated of one; rates too few for a quantum."""
    more = "Impact energy (eV)\thigh", "# of data point/species\t2"
    found = notices(*NAMES, ROW, more=[*more, *CONDITIONS[:3], CONDITIONS[3].format("45.00")])
    assert found[0][0] == "field-unreadable"
    assert found[0][1].startswith("Impact energy (eV) is 'high': ")
    assert found[1:] == [
        ("no-count-quantum", "Na+: no count quantum in the intensities; counts are unknown"),
        ("no-count-quantum", "K+: no count quantum in the intensities; counts are unknown"),
        ("polarity-unknown", "the header does not say the polarity of the detected ions"),
        ("mass-label", "K+ was measured at mass 45.00, which is not its own"),
        ("row-count", "the header says 2 points per species, the data have 1"),
    ]  # fmt: skip


def test_an_export_that_ends_within_a_line_and_before_its_conditions():
    found = notices(*NAMES, ROW, end="", more=["Secondary ion polarity\t-"])
    assert found[0] == (
        "truncated", "the file ends within a line of the section DATA END: what stood behind it is missing",
    )  # fmt: skip
    assert found[-1] == ("no-conditions", "the measurement conditions are missing: the file was cut")
    assert found[-2] == (
        "cations-in-negative", "the header says negative ions, but Na+, K+ form almost none; check the polarity",
    )  # fmt: skip


FIELDS = {
    "Sample ID": "S1", "Raw data file name(s)": "run.dp", "Comments": "wet", "Primary ions": "Cs+",
    "Impact energy (eV)": "500", "Prim beam intensity @t=0 (nA)": "2.5", "Raster size (um)": "250",
    "EM dead time (ns)": "28", "Total depth (nm)": "400", "Analysis date": "3/14/2024", "Analysis time": "09:05",
}  # fmt: skip


def stated(fields):
    from echub.plugin import Metadata

    found = Metadata()
    describe(Export({"A": [(n, f"{name}\t{text}") for n, (name, text) in enumerate(fields.items(), 1)]}), found)
    return {entry.path: (entry.value, entry.unit) for entry in found.entries}


def test_every_field_of_the_header_is_metadata():
    """28 ns are 2.8e-5 ms, 500 eV half a keV, 400 nm 0.4 µm; a path without a value is not set."""
    found = stated(FIELDS)
    dead, _ = found.pop("sims.dead_time")
    assert dead == pytest.approx(2.8e-5)
    assert {path: value for path, (value, _) in found.items()} == {
        "instrument.manufacturer": "Cameca", "sample.id": "S1", "experiment.file_name": "run.dp",
        "experiment.comments": "wet", "sims.primary_ion": "Cs+", "sims.primary_energy": 0.5,
        "sims.primary_current": 2.5, "sims.raster": 250.0, "sims.crater_depth": 0.4,
        "experiment.start": "2024-03-14T09:05:00", "experiment.timezone": "unknown",
    }  # fmt: skip
    assert [found[path][1] for path in (
        "sims.primary_energy", "sims.primary_current", "sims.raster", "sims.crater_depth",
    )] == ["keV", "nA", "um", "um"]  # fmt: skip
    assert stated(dict.fromkeys(FIELDS, "-")) == {"instrument.manufacturer": ("Cameca", None)}


@pytest.mark.parametrize(("printed", "sign"), [("+", 1), ("-", -1), ("", 0), ("both", 0)])
def test_the_polarity_of_the_header(printed, sign):
    assert polarity(Export({"A": [(1, f"Secondary ion polarity\t{printed}")]})) == sign

"""A word of a header that is exchanged is found at its own place of the metadata, and changes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

import echub
from fixtures.ivium.make import idf
from fixtures.sims import cameca_profile, massoft
from fixtures.zahner.make import isw

FIXTURES = Path(__file__).parents[2] / "fixtures"


def fixture(name):
    return (FIXTURES / name).read_bytes()


READERS = {
    "eclab-mpt": fixture("eclab/gcpl.mpt"), "gamry-dta": fixture("gamry/cv.DTA"), "ivium-idf": idf(),
    "zahner-isw": isw(), "cameca-profile": cameca_profile(), "hiden-massoft": massoft(),
}  # fmt: skip
EXCHANGED = [
    # reader, printed, exchanged, what it means
    ("eclab-mpt", "channel : 4 (SN 15300)", "channel : 7 (SN 15300)", {"instrument.channel": 7}),
    ("eclab-mpt", "(SN 15300)", "(SN 15311)", {"instrument.channel_serial": "15311"}),
    ("eclab-mpt", "Device : SP-300", "Device : VMP3", {"instrument.model": "VMP3"}),
    ("eclab-mpt", "(SN 0967)", "(SN 0968)", {"instrument.serial": "0968"}),
    ("eclab-mpt", "SP-300 (SN 0967)", "VMP3", {"instrument.model": "VMP3", "instrument.serial": None}),
    ("eclab-mpt", "192.0.2.20", "192.0.2.21", {"instrument.address": "192.0.2.21"}),
    ("eclab-mpt", "192.0.2.10", "192.0.2.11", {"instrument.host": "192.0.2.11"}),
    ("eclab-mpt", "v11.50 (software)", "v11.33 (software)", {"instrument.software": "11.33"}),
    ("eclab-mpt", "Command interpretor v11.50", "Command interpretor v11.30", {"instrument.firmware": "11.30"}),
    ("eclab-mpt", "Na symmetric cell.mpr", "b.mpr", {"experiment.file_name": "C:\\Data\\b.mpr"}),
    ("eclab-mpt", "09:26:53.250", "09:26:54.500", {"experiment.start": "2024-03-14T09:26:54.500"}),
    ("eclab-mpt", "material : ", "material : Na", {"cell.electrodes.working.material": "Na"}),
    ("eclab-mpt", "Electrolyte : ", "Electrolyte : NZSP", {"cell.electrolyte": "NZSP"}),
    ("eclab-mpt", "Comments : ", "Comments : first\r\nand second", {"experiment.comments": "first\r\nand second"}),
    ("eclab-mpt", "area : 0.001 cm²", "area : 0.785 cm²", {"cell.area": (0.785, "cm^2")}),
    ("eclab-mpt", "area : 0.001 cm²", "area : 50.0 mm²", {"cell.area": (0.5, "cm^2")}),
    ("eclab-mpt", "mass : 4.200 mg", "mass : 2.500 mg", {"cell.characteristic_mass": (2.5, "mg")}),
    ("eclab-mpt", "mass : 4.200 mg", "mass : 0.000 mg", {"cell.characteristic_mass": None}),
    ("eclab-mpt", "Volume (V) : 0.001 cm³", "Volume (V) : 3.000 cm³", {"cell.volume": (3.0, "cm^3")}),
    ("gamry-dta", "TAG\tCV", "TAG\tLSV", {"technique.name": "LSV", "technique.title": "Linear sweep voltammetry"}),
    ("gamry-dta", "TAG\tCV", "TAG\tODD", {"technique.name": "ODD", "technique.title": None}),
    ("gamry-dta", "SERIALNO\tLABEL\t01234", "SERIALNO\tLABEL\t01235",
     {"instrument.serial": "01235", "instrument.model": None}),
    ("gamry-dta", "IFC1010-01234", "IFC5000-01234", {"instrument.model": "IFC5000"}),
    ("gamry-dta", "7.10.0", "7.10.1", {"instrument.software": "Gamry Framework 7.10.1"}),
    ("gamry-dta", "4.71", "4.72", {"instrument.firmware": "4.72"}),
    ("gamry-dta", "second line", "third line", {"experiment.comments": "first line, with 1 2 3\nthird line"}),
    ("gamry-dta", "7.85000E-001", "5.00000E-001", {"cell.area": (0.5, "cm^2")}),
    ("gamry-dta", "9:05:07", "9:05:08.5", {"experiment.start": "2021-08-25T09:05:08.500000"}),
    ("ivium-idf", "A00001", "A00002", {"instrument.serial": "A00002"}),
    ("ivium-idf", "software=4.1", "software=4.2", {"instrument.software": "4.2"}),
    ("ivium-idf", "firmware=500", "firmware=501", {"instrument.firmware": "501"}),
    ("ivium-idf", "Technique=Constant E", "Technique=Constant I", {"technique.title": "Constant I"}),
    ("ivium-idf", "Range=1mA", "Range=10mA", {"instrument.current_range": "10mA"}),
    ("ivium-idf", "Remarks=made", "Remarks=again", {"experiment.comments": "again"}),
    ("ivium-idf", "3.4.2022 14:00:00", "13.4.2022 4:05:06", {"experiment.start": "2022-04-13T04:05:06"}),
    ("ivium-idf", "3.4.2022", "33.4.2022", {"experiment.start": None, "experiment.timezone": None}),
    ("ivium-idf", "14:00:00", "14:60:00", {"experiment.start": None, "experiment.timezone": None}),
    ("zahner-isw", "CP 500mA", "CP 700mA", {"experiment.comments": "cell 3\nCP 700mA"}),
    ("zahner-isw", "mar,07.2024", "dec,17.2023", {"experiment.start": "2023-12-17T09:10:00"}),
    ("zahner-isw", "09:10:00 -", "23:59:58 -", {"experiment.start": "2024-03-07T23:59:58"}),
    ("hiden-massoft", "12:20:01 AM", "12:20:01 PM", {"experiment.start": "2021-06-14T12:20:01"}),
    ("hiden-massoft", "6/14/2021", "6/15/2021", {"experiment.start": "2021-06-15T00:20:01"}),
]  # fmt: skip


def said(record):
    """Return what the metadata say, by path: a value, or a value with its unit."""
    return {entry.path: (entry.value, entry.unit) if entry.unit else entry.value for entry in record.metadata}


def encoded(reader, text):
    return text.encode("cp1252" if reader != "gamry-dta" else "latin-1")


@pytest.mark.parametrize(("reader", "printed", "exchanged", "means"), EXCHANGED, ids=lambda v: str(v)[:40])
def test_a_word_is_at_its_place_and_changes_nothing_else(reader, printed, exchanged, means):
    data = READERS[reader]
    old, new = encoded(reader, printed), encoded(reader, exchanged)
    assert data.count(old) >= 1
    before = said(echub.read(data, reader=reader))
    after = said(echub.read(data.replace(old, new, 1), reader=reader))
    for path, value in means.items():
        if isinstance(value, tuple):
            assert (after[path][0], after[path][1]) == (pytest.approx(value[0]), value[1])
        else:
            assert after.get(path) == value
    others = {path for path in (*before, *after) if path not in means}
    assert {path for path in others if before.get(path) != after.get(path)} == set()


def test_every_reader_has_its_words():
    assert {row[0] for row in EXCHANGED} | {"cameca-profile"} == set(READERS)


FIELDS = {
    "Sample ID": ("sample.id", "S 7"),
    "Raw data file name(s)": ("experiment.file_name", "b.dp"),
    "Comments": ("experiment.comments", "again"),
    "Primary ions": ("sims.primary_ion", "O2+"),
    "Impact energy (eV)": ("sims.primary_energy", 750.0, "eV"),
    "Prim beam intensity @t=0 (nA)": ("sims.primary_current", 12.5, "nA"),
    "Raster size (um)": ("sims.raster", 125.0, "um"),
    "EM dead time (ns)": ("sims.dead_time", 30e-6, "ms"),
    "Total depth (nm)": ("sims.crater_depth", 412.0, "nm"),
}
"""Fields of a Cameca export: dead times are printed in ns and kept in ms."""


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_of_a_cameca_export_is_at_its_place(name):
    path, value, *unit = FIELDS[name]
    text = READERS["cameca-profile"].decode("cp1252")
    printed = f"{value * 1e6:g}" if "(ns)" in name else f"{value:g}" if isinstance(value, float) else value
    lines = [line for line in text.split("\r\n") if not line.startswith(f"{name}\t")]
    at = next(number for number, line in enumerate(lines) if line.startswith("*** MEASUREMENT CONDITIONS"))
    lines.insert(at, f"{name}\t\t{printed}")
    found = echub.read("\r\n".join(lines).encode("cp1252"), reader="cameca-profile").metadata.value(path, *unit)
    assert found == (pytest.approx(value) if isinstance(value, float) else value)

"""How readers and writers call themselves, what they need, which optional functions they have: written twice."""

from __future__ import annotations

import pytest

import echub
from echub.errors import UnknownFormat
from echub.registry.calling import resolve
from echub.registry.registry import registry
from tests.messages.parts import parts_of

READERS = {
    "arbin-res": ("Arbin results file (.res)", "codes"),
    "bdf-csv": ("Battery Data Format, CSV", "codes"),
    "parquet": ("Parquet or Feather: a table that echub wrote, or one of the Battery Data Format", "intact"),
    "cameca-profile": ("Cameca text export of a depth profile", "codes"),
    "cameca-spectrum": ("Cameca text export of a mass spectrum", ""),
    "eclab-mpr": ("EC-Lab / BT-Lab raw data (.mpr)", "codes link"),
    "eclab-mpt": ("EC-Lab / BT-Lab data as text (.mpt, .txt)", "link"),
    "eclab-mps": ("EC-Lab / BT-Lab settings and log files (.mps, .mpl)", ""),
    "galvani-mpr": ("EC-Lab raw data (.mpr) through galvani, as a second opinion", "galvani"),
    "gamry-dta": ("Gamry Framework data (.DTA)", "codes explain"),
    "hiden-massoft": ("Hiden MASsoft text export", "codes"),
    "sims-declared": ("SIMS profiles and maps declared by a sims.toml", "intact"),
    "ivium-idf": ("IviumSoft data file (.idf)", "codes"),
    "native": ("echub's own file: HDF5, also NetCDF-4", "content intact outline"),
    "neware": ("Neware binary record (.nda, .ndax)", "codes fastnda intact"),
    "sims-map-profile": ("Depth profile of a region of interest, from an outcome of sims-map", ""),
    "table": ("delimited table (CSV and its relatives)", "codes explain profile"),
    "excel": ("Excel workbook (.xlsx)", "explain fastexcel intact profile"),
    "zahner-ism": ("Zahner Thales impedance spectrum (.ism)", "codes"),
    "zahner-isw": ("Zahner Thales recording against time (.isw)", "codes"),
}
"""Title; the package that it needs, and what it has beside sniffing and reading."""
WRITERS = {
    "bdf": ("Battery Data Format 1.3.0: CSV or Parquet, with .metadata.json", ""),
    "csv": ("CSV, one file per dataset, units in the header", ""),
    "parquet": ("Parquet (zstd), one file per dataset, units in its metadata", ""),
    "xlsx": (
        "Excel workbook: a sheet per dataset, one each for columns, metadata and warnings", "whole xlsxwriter",
    ),
    "mat": ("MATLAB file (version 5): a struct per dataset, with units", "whole"),
    "zview": ("ZView .z, one file per spectrum: f, Re, Im (capacitive negative), amplitude, bias, time", ""),
    "relaxis": ("RelaxIS spectrum text, one file per spectrum: f, Re, Im (capacitive negative), |Z|, phase", ""),
    "native": ("echub's own file: HDF5, also NetCDF-4; keeps the whole record", "whole"),
}  # fmt: skip
"""Title; the package that it needs, and whether a record becomes one file."""
FUNCTIONS = ("sniff", "read", "explain", "profile", "link", "outline", "content", "intact")


def own(declared):
    names = {
        known.name
        for plugin in registry().plugins
        if plugin.distribution == "echub"
        for known in registry().declared_by(plugin)
    }
    return {name: one for name, one in declared.items() if name in names}


def test_every_reader_is_what_it_says():
    found = {}
    for name, one in own(registry().readers).items():
        has = [part for part in (*FUNCTIONS[2:], "codes") if getattr(one, part)]
        found[name] = (one.title, " ".join(sorted([*has, *filter(None, [one.requires])])))
    assert found == READERS


def test_every_writer_is_what_it_says():
    found = {}
    for name, one in own(registry().writers).items():
        has = ["whole"] * one.whole + [one.requires] * bool(one.requires)
        found[name] = (one.title, " ".join(sorted(has)))
    assert found == WRITERS


@pytest.mark.parametrize("name", [name for name in READERS if name != "galvani-mpr"])
def test_every_function_of_a_reader_is_there(name):
    one = registry().readers[name]
    assert all(callable(resolve(text)) for part in FUNCTIONS if (text := getattr(one, part)))


XML = b"<?xml version='1.0'?><a/>"
NOT_READ = [
    ("a.mgr", XML, "this is an EC-Lab graph layout (XML), which is recognised but not read",
     "it describes how a graph looks and contains no data; convert the .mpr files that it shows"),
    ("a.mgr", b"\xef\xbb\xbf" + XML, "this is an EC-Lab graph layout (XML), which is recognised but not read",
     "it describes how a graph looks and contains no data; convert the .mpr files that it shows"),
    ("a.mpr", XML, "this is a very old EC-Lab file (XML), which is recognised but not read",
     "open it in EC-Lab and export it as text (.mpt)"),
    ("a.mps", b"\xef\xbb\xbf" + XML, "this is a very old EC-Lab file (XML), which is recognised but not read",
     "open it in EC-Lab and export it as text (.mpt)"),
    ("a.ism", bytes(90), "by its suffix this may be a Zahner Thales file of another version, which is not read",
     "in Thales display the measurement and save it as ASCII, then convert that text"),
    ("a.isw", bytes(90), "by its suffix this may be a Zahner Thales file of another version, which is not read",
     "in Thales display the measurement and save it as ASCII, then convert that text"),
    *((f"a{suffix}", bytes(90), "by its suffix this may be a binary Cameca file, which is not read",
       "export depth profiles and spectra as text (*_rpc_asc) from the Cameca software; export images as one "
       "matrix of counts per species and frame, and declare them (`echub plugins show hiden`)")
      for suffix in (".im", ".dp", ".nano", ".ms", ".is", ".im_zip")),
    *((f"a{suffix}", bytes(90), "by its suffix this may be a working file of Hiden MASsoft, which is not read",
       "export the data as CSV from MASsoft, and convert that") for suffix in (".exp", ".scn", ".env", ".ann")),
    ("a.sac", bytes(90), "by its suffix this may be a file of Pfeiffer Quadstar (not of Hiden), which is not read",
     "export it as ASCII from Quadstar"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "message", "hint"), NOT_READ)
def test_a_format_that_is_known_and_not_read_says_what_to_do(tmp_path, name, data, message, hint):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnknownFormat) as caught:
        echub.read(path)
    parts = parts_of(caught.value.remark)
    assert (parts["message"], parts["hint"]) == (message, hint)

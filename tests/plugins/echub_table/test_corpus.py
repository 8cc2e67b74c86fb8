"""The real tables: each is read right or refused right, and every .mpt is understood without its suffix."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import EchubError, ReadError
from echub.model.source import Source
from echub_table.dialect import infer

ROOT = Path(os.environ.get("ECHUB_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
pytestmark = pytest.mark.skipif(
    not ROOT.is_dir(), reason=f"the corpus of real files is not at {ROOT} (set ECHUB_CORPUS)"
)

TABLES = ROOT / "tables"
BIOLOGIC = ROOT / "biologic"
RELAXIS = BIOLOGIC / "hybrid-drt" / "PEIS_LPSCl_IonBlocking_-25C_RelaxIS.txt"

CUSTOM = {"step", "cycle"}
IMPEDANCE = {"frequency", "impedance_real", "impedance_imag", "spectrum"}
EXPECTED = {
    "pyimpspec/data-comma-decimal-separator.csv": ("tab", ",", 2, 29, IMPEDANCE),
    "pyimpspec/data-semicolon.csv": ("semicolon", ".", 2, 29, IMPEDANCE),
    "pyimpspec/data-header-variant-1.csv": ("comma", ".", 2, 29, IMPEDANCE),
    "pyimpspec/data-header-variant-3.csv": ("comma", ".", 2, 29, IMPEDANCE),
    "pyimpspec/case-multiple-spectra.csv": ("comma", ".", 2, 116, IMPEDANCE),
    "pyimpspec/data.z": ("tab", ".", 5, 29, {*IMPEDANCE, "time"}),
    "cellpy/custom_data.csv": ("semicolon", ".", 21, 2442, CUSTOM),
    "cellpy/custom_truncated.csv": ("semicolon", ".", 21, 59, CUSTOM),
    "cellpy/custom_nan_inf.csv": ("semicolon", ".", 21, 60, CUSTOM),
    "cellpy/custom_missing_column.csv": ("semicolon", ".", 21, 60, CUSTOM),
    "cellpy/custom_good_small.csv": ("semicolon", ".", 21, 60, CUSTOM),
    "PyProBE/sample_data_maccor.csv": ("comma", ".", 4, 15, {"cycle", "step", "time", "step_time", "voltage"}),
    "PyProBE/sample_data_novonix.csv": (
        "comma",
        ".",
        22,
        207,
        {"cycle", "step", "time", "step_time", "current", "voltage", "temperature", "power_cell"},
    ),
    "battery-data-format/SINTEF__LiGrR2032__2024-04-30__25degC__Landt.csv": (
        "comma",
        ".",
        8,
        25162,
        {"cycle", "step", "time", "step_time", "current", "voltage"}
        | {"charge_anodic", "charge_cathodic", "temperature", "temperature__2", "temperature__3"},
    ),
    "battery-data-format/SINTEF__LiGrR2032__2024-04-30__25degC__Landt.bdf.csv": (
        "comma",
        ".",
        2,
        25162,
        # Read by the reader of that format, whose `step_index` counts rows of a step and is not a step.
        {"time", "current", "voltage", "charge_anodic", "charge_cathodic", "temperature_ambient"},
    ),
    "battery-data-format/sample.bdf.csv": ("comma", ".", 2, 3, {"time", "voltage", "current"}),
    "impedance.py/exampleData.csv": ("comma", ".", 1, "no line of names", set()),
    "impedance.py/exampleDataZPlot.z": ("tab", ".", 124, 21, {*IMPEDANCE, "time"}),
}
"""By file: delimiter, decimal mark, first data line, rows or a word of the refusal, quantities."""


def test_every_file_is_listed():
    with (TABLES / "MANIFEST.tsv").open(encoding="utf-8") as file:
        assert {row["file"] for row in csv.DictReader(file, delimiter="\t")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_real_table(name, record_property, capsys):
    delimiter, decimal, first, rows, quantities = EXPECTED[name]
    dialect = infer(Source(TABLES / name))
    words = {"\t": "tab", ";": "semicolon", ",": "comma"}
    assert (words[dialect.delimiter], dialect.decimal, dialect.data_line + 1) == (delimiter, decimal, first)
    if isinstance(rows, str):
        with pytest.raises(ReadError, match=rows):
            echub.read(TABLES / name)
        shown = f"refused: {rows}"
    else:
        record = echub.read(TABLES / name)
        (dataset,) = record.datasets.values()
        known = {n for n, c in dataset.columns.items() if c.quantity and n != "row"}
        assert dataset.rows == rows
        assert known == quantities
        shown = f"{dataset.kind}, {rows} rows: {', '.join(sorted(known))}"
    with capsys.disabled():
        print(f"\n  {name}: {delimiter}, decimal {decimal}, data from line {first}; {shown}", end="")


@pytest.mark.parametrize(
    ("name", "column", "at", "value"),
    [
        ("pyimpspec/data-comma-decimal-separator.csv", "impedance_imag", 1, -35.16622560165986),
        ("pyimpspec/data.z", "impedance_real", -1, 645.4787),
        ("impedance.py/exampleDataZPlot.z", "impedance_imag", -1, -137.13),
        ("PyProBE/sample_data_novonix.csv", "current", 1, 499.89602),
        ("PyProBE/sample_data_novonix.csv", "time", 1, 0.0003556 * 3600),
        ("PyProBE/sample_data_novonix.csv", "voltage", -1, 4.12864581),
        ("PyProBE/sample_data_maccor.csv", "time", -1, 13.06),
        ("battery-data-format/SINTEF__LiGrR2032__2024-04-30__25degC__Landt.csv", "current", -1, -0.2),
        ("battery-data-format/SINTEF__LiGrR2032__2024-04-30__25degC__Landt.csv", "time", -1, 262657.764),
        ("battery-data-format/SINTEF__LiGrR2032__2024-04-30__25degC__Landt.bdf.csv", "charge_cathodic", -1, 1.3),
        ("cellpy/custom_data.csv", "vendor_test_time", -1, 142455.05),
    ],
)
def test_value_as_printed(name, column, at, value):
    (dataset,) = echub.read(TABLES / name).datasets.values()
    assert dataset[column][at] == pytest.approx(value, rel=1e-12)


def test_header_variants_agree():
    names = ("data-semicolon", "data-header-variant-1", "data-header-variant-3", "data-comma-decimal-separator")
    spectra = [echub.read(TABLES / "pyimpspec" / f"{name}.csv")["impedance"] for name in names]
    for other in spectra[1:]:
        for name in IMPEDANCE:
            np.testing.assert_array_equal(other[name], spectra[0][name])


def test_relaxis_agrees_with_the_file_that_it_was_made_from():
    relaxis = echub.read(RELAXIS)["impedance"]
    original = echub.read(BIOLOGIC / "hybrid-drt" / "PEIS_LPSCl_IonBlocking_-25C.mpr")["impedance"]
    order = np.argsort(original["frequency"])
    assert relaxis.rows == original.rows
    for name in IMPEDANCE:
        np.testing.assert_allclose(relaxis[name], original[name][order], rtol=1e-6)


def test_prose_is_no_table():
    with pytest.raises(EchubError) as caught:
        echub.read(BIOLOGIC / "hybrid-drt" / "sample_info.txt", reader="table")
    assert caught.value.code == "read-error"


def _mpt_with_rows() -> list[Path]:
    files = sorted(BIOLOGIC.glob("**/*.mpt")) if BIOLOGIC.is_dir() else []
    return [path for path in files if _truth(path) is not None]


def _truth(path: Path) -> tuple[int, str] | None:
    """Return the first data line and the decimal mark as the file itself declares and shows them."""
    lines = path.read_bytes().decode("cp1252", "replace").replace("\r\n", "\n").split("\n")
    declared = re.search(r"Nb header lines\s*:\s*(\d+)", "\n".join(lines[:3]))
    first = int(declared[1]) if declared else 1
    rows = [line for line in lines[first:] if line.strip()]
    if not rows:
        return None
    return first, "," if re.search(r"\d,\d", rows[0]) else "."


def test_forty_eight_of_the_text_exports_have_rows():
    assert len(_mpt_with_rows()) == 48


@pytest.mark.parametrize("path", _mpt_with_rows(), ids=lambda path: path.name)
def test_text_export_without_its_suffix(path):
    dialect = infer(Source.from_bytes(path.read_bytes(), "data"))
    first, decimal = _truth(path)
    assert (dialect.delimiter, dialect.decimal, dialect.data_line) == ("\t", decimal, first)


@pytest.mark.parametrize("name", [name for name, (*_, rows, _q) in EXPECTED.items() if isinstance(rows, int)])
def test_every_number_is_the_one_that_is_printed(name):
    """An independent reading: the rows split by hand, each cell by Python's own `float`."""
    delimiter, decimal, first, rows, _ = EXPECTED[name]
    mark = {"tab": "\t", "semicolon": ";", "comma": ","}[delimiter]
    lines = (TABLES / name).read_text(encoding="utf-8").split("\n")[first - 1 :][:rows]
    cells = [line.split(mark) for line in lines]
    compared = 0
    for (position, header), values in echub.read(TABLES / name).source_table().items():
        printed = [row[position].replace(decimal, ".") for row in cells]
        if values.dtype.kind not in "fiu" or any(
            re.search(r"[a-z:]", text) for text in printed if "inf" not in text
        ):
            continue
        true = np.array([float(text or "nan") for text in printed])
        np.testing.assert_allclose(values.astype(float), true, rtol=1e-15, err_msg=header)
        compared += len(true)
    assert compared >= 3 * rows

"""Inputs rebuilt from public reports, beside the project: each gives what its table says is right."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from echub.errors import UnknownFormat
from echub.files.reading import read

ROOT = Path(__file__).resolve().parents[3]
CASES = Path(os.environ.get("ECHUB_CASES", ROOT.parent / "shared" / "cases"))
WIDTH = 13
"""Columns that most of these texts print."""


def rows():
    path = CASES / "CASES.tsv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [r["input"] for r in csv.DictReader(file, delimiter="\t") if r["input"].endswith((".mpt", ".mpr"))]


def notice(record, code):
    return next(n.message for n in record.notices if n.code == code)


def started(moment):
    def check(record):
        assert record.metadata.value("experiment.start") == moment
        assert len(record.source_table()) == WIDTH

    return check


def whole(rows_expected, code):
    def check(record):
        table = record.source_table()
        assert len(table) == WIDTH
        assert {len(values) for values in table.values()} == {rows_expected}
        assert code in {n.code for n in record.notices}

    return check


def units(record):
    spectrum = record["impedance"]
    expected = {
        "time": [0, 1, 2, 3, 4],
        "potential_we": [3.1, 3.101, 3.102, 3.103, 3.104],
        "current": [1] * 5,
        "current__2": [1] * 5,
        "impedance_real": [50] * 5,
        "impedance_imag": [-20] * 5,
        "charge": [0, 1, 2, 3, 4],
        "charge__2": [0, 1, 2, 3, 4],
    }
    for name, values in expected.items():
        assert np.allclose(spectrum[name], values, rtol=1e-12, atol=1e-12), name
    assert spectrum["frequency"][0] == 1000
    assert spectrum.columns["vendor_capacity_ma_h_g"].unit == "mA.h/g"


def absolute(record):
    started("2023-08-25T23:59:57.000")(record)
    assert record["timeseries"]["time"].tolist() == [1, 2, 3, 4, 5, 6]


def words(record):
    current = record["timeseries"]["current"]
    assert len(current) == 300
    assert np.flatnonzero(np.isnan(current)).tolist() == [100]
    assert "'XXX'" in notice(record, "not-a-number")


def appended(record):
    assert record.metadata.value("technique.name") == "GCPL"
    assert record["timeseries"].rows == 265
    assert record["timeseries_part_2"].attrs["technique"] == "CP"


def zeros(record):
    assert record["timeseries"].rows == 80
    assert any("zero bytes from row 80" in n.message for n in record.notices)


CHECKS = {
    "a/a25_tabs_to_spaces.mpt": whole(9, "separator"),
    "a/a41_excel_comma.mpt": whole(9, "separator"),
    "a/a18_utf16.mpt": whole(9, "encoding"),
    "a/a31_blank_line.mpt": whole(9, "blank-lines"),
    "a/a16_xxx.mpt": words,
    "a/a19_units.mpt": units,
    "a/a02_dots_in_clock.mpt": started("2022-02-01T14:05:33.000"),
    "a/a03_ampm.mpt": started("2022-02-01T14:05:33.000"),
    "a/a05b_dash.mpt": started("2020-01-31T10:32:02.000"),
    "a/a05c_dmy_slash.mpt": started("2022-03-25T14:05:33.000"),
    "a/a10c_abs_time_ampm.mpt": absolute,
    "m/m02_appended_other.mpr": appended,
    "m/m11_onedrive_zeros.mpr": zeros,
}


@pytest.mark.skipif(not rows(), reason=f"no cases under {CASES}; set ECHUB_CASES to have them")
@pytest.mark.parametrize("name", rows() or [""])
def test_a_reported_input_gives_what_is_right(name):
    if name == "m/m12_git_lfs.mpr":
        with pytest.raises(UnknownFormat) as caught:
            read(CASES / name)
        assert caught.value.hint == "git lfs pull"
        return
    CHECKS[name](read(CASES / name))

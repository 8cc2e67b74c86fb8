"""Small inputs rebuilt from public reports: each gives what `CASES.tsv` says is right."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError

CORPUS = Path(os.environ.get("ECHUB_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
ROOT = CORPUS.parent / "cases"
pytestmark = pytest.mark.skipif(not ROOT.is_dir(), reason=f"the cases are not at {ROOT} (set ECHUB_CORPUS)")


def _read(name, **options):
    if name.endswith(".xlsx"):
        pytest.importorskip("fastexcel", reason="the extra `excel` is not installed")
    return echub.read(ROOT / name, options=options)


def _said(record, code):
    return " ".join(notice.message for notice in record.notices if notice.code == code)


def _values(name, column, values, unit=None, kind="timeseries", **options):
    found = _read(name, **options)[kind].column(column)
    np.testing.assert_allclose(np.asarray(found.values[: len(values)], float), values, rtol=1e-6)
    assert unit in (None, found.unit)


def _refused(name, *words):
    with pytest.raises(ReadError) as caught:
        _read(name)
    assert all(word in str(caught.value) for word in words)


def _notice(name, code, *words):
    said = _said(_read(name), code)
    assert said
    assert all(word in said for word in words)


def _start(name, start, **options):
    assert _read(name, **options).metadata.value("experiment.start") == start


def _all(*checks):
    for check, *arguments in checks:
        check(*arguments)


STEPS = [0, 1, 2, 3] * 3
RIGHT = {
    "e/e01_discharge_positive.csv": lambda n: _refused(n, "Discharge capacity", "current=cathodic-positive"),
    "e/e02b_unsigned_steptype.csv": lambda n: np.testing.assert_array_equal(
        _read(n)["timeseries"]["current"],
        [-1000 if "Dis" in word else 1000 for word in _read(n)["timeseries"].column("vendor_step_type").plain()],
    ),
    "e/e03_cap_wrong_unit.csv": lambda n: _notice(n, "scale-contradiction", "1/1000", "Capacity (mAh)"),
    "e/e03c_current_mA_is_A.csv": lambda n: _notice(n, "scale-contradiction", "1000", "Charge Capacity (Ah)"),
    "b/b04_neware_record.csv": lambda n: _all((_values, n, "time", range(12)), (_values, n, "step_time", STEPS)),
    "g/g05_time_step_and_total_s.csv": lambda n: _all(
        (_values, n, "time", range(12)), (_values, n, "step_time", STEPS)
    ),
    "g/g03b_date_time_midnight.csv": lambda n: _all(
        (_values, n, "time", range(6)), (_start, n, "2024-09-27T23:59:57")
    ),
    "b/b22d_spring.csv": lambda n: (
        _values(n, "time", range(4), timezone="Europe/Berlin"),
        _notice(n, "derived-time", "local dates"),
    ),
    "b/b22_dst.csv": lambda n: _values(n, "time", range(6), timezone="Europe/Berlin"),
    "c/c21_maccor_us_no_dpt.csv": lambda n: _start(n, "2024-03-04T15:56:08"),
    "h/h04f.csv": lambda n: (
        _start(n, None),
        _notice(n, "date-order-open", "dates=dmy", "dates=mdy"),
        _start(n, "2021-06-07T16:20:01", dates="day-first"),
        _start(n, "2021-07-06T16:20:01", dates="month-first"),
    ),
    "x/x02b_timedelta.xlsx": lambda n: (
        _values(n, "time", np.arange(72000, 97201, 3600)),
        _is("measured", _read(n)["timeseries"].column("time").origin),
    ),
    "g/g01_all_nan.csv": lambda n: _notice(n, "no-number", "Current (A) holds no number at all"),
    "g/g01d_all_dash.csv": lambda n: _notice(n, "no-number", "Current (A) holds no number at all"),
    "g/g23_unit_row_gamry.txt": lambda n: _all(
        (_values, n, "time", range(10), "s"),
        (_values, n, "potential_we", 0.5 + 0.01 * np.arange(10), "V"),
        (_values, n, "current", [1.0] * 10, "mA"),
        (_values, n, "vendor_over", [0] * 10),
    ),
    "g/g28_vendor_unit_from_row.csv": lambda n: _values(n, "vendor_idc", [1e-6] * 5, "A", "impedance"),
    "c/c05_digatron_de.csv": lambda n: _all(
        (_values, n, "voltage", [3.51], "V"),
        (_values, n, "current", [500], "mA"),
        (_values, n, "vendor_ahaccu", [0.001], "Ah"),
    ),
    "b/b12_savetxt.txt": lambda n: _values(n, "time", range(8), "s"),
    "b/b12b_hash_meta.txt": lambda n: _all(
        (_values, n, "time", range(8), "s"),
        (_values, n, "voltage", [3.0], "V"),
        (_values, n, "current", [0.5], "mA"),
    ),
    "d/d02_short_names.bdf.csv": lambda n: _all(
        (_values, n, "time", range(11), "s"),
        (_values, n, "voltage", [3.5], "V"),
        (_values, n, "current", [500], "mA"),
        (_values, n, "unix_time", [1727429000], "s"),
    ),
    "d/d03_unix_only.bdf.csv": lambda n: (
        _values(n, "time", range(11), "s"),
        _is("derived", _read(n)["timeseries"].column("time").origin),
    ),
    "b/b25_digatron_ms.csv": lambda n: _notice(n, "clocks-differ", "1000", "DateTime", "ms"),
    "e/e17_potential_ref.csv": lambda n: (
        _values(n, "potential_we", [0.5] * 8, "V"),
        _is("RHE", _read(n).metadata.value("cell.reference")),
    ),
    "e/e13_1_density.csv": lambda n: _values(n, "current_density", range(1, 9), "mA/cm^2"),
    "e/e14_0_spec.csv": lambda n: _values(n, "specific_charge", range(1, 9), "mA*h/g"),
    "b/b09e_mHz.csv": lambda n: _all(
        (_values, n, "phase", [np.degrees(-0.099669)], "deg", "impedance"),
        (_values, n, "frequency", [10000], "Hz", "impedance"),
    ),
    "e/e16_6_time.csv": lambda n: _values(n, "time", np.arange(8) * 3600, "s"),
    "e/e08b_area_normalised.csv": lambda n: _all(
        (_values, n, "vendor_z_ohm_cm2", [10.025323881296517], "Ohm cm2", "impedance"),
        (_values, n, "frequency", [10000], "Hz", "impedance"),
    ),
    "b/b20b_midnight_ampm.csv": lambda n: _notice(n, "time-of-day", "midnight"),
    "f/f02_sjis_degree.csv": lambda n: _values(n, "temperature", [25.1], "degC"),
    "b/b05b_neware_chinese_gbk.csv": lambda n: _values(n, "current", [500], "mA"),
    "b/b05_neware_chinese_utf8.csv": lambda n: _all(
        (_values, n, "voltage", [3.5], "V"), (_values, n, "current", [500], "mA"), (_values, n, "time", range(8))
    ),
    "c/c10_zahner.txt": lambda n: _all(
        (_values, n, "impedance_abs", [10.04988], "ohm", "impedance"),
        (_values, n, "phase", [-5.710593], "deg", "impedance"),
    ),
    "c/c08_landt_old.txt": lambda n: (
        _values(n, "voltage", [3.5], "V"),
        _values(n, "time", range(8), "s"),
        _notice(n, "unit-unknown", "Amps"),
    ),
    "b/b02_ezstat.csv": lambda n: _all(
        (_values, n, "impedance_real", [10.0], "ohm", "impedance"),
        (_values, n, "impedance_imag", [-1.0], "ohm", "impedance"),
    ),
    "b/b07_french.csv": lambda n: _all(
        (_values, n, "time", [0.5, 1000.5], "s"), (_values, n, "voltage", [3.5]), (_values, n, "current", [501])
    ),
    "e/e09_numeric_names.csv": lambda n: _all(
        (_values, n, "time", range(20)), *((_values, n, f"vendor_{mass}", []) for mass in (2, 18, 28, 32))
    ),
    "e/e11c_unicode_minus.csv": lambda n: _values(n, "current", [-1.0] * 12, "mA"),
    "e/e04_min_as_s.csv": lambda n: _refused(n, 'unit = "min"'),
    "x/x09_arbin.xlsx": lambda n: _notice(n, "sheet-chosen", "Channel_1-008"),
    "h/h05_utc_column.csv": lambda n: _values(n, "unix_time", [1623684000, 1623684001], "s"),
    "e/e10c_indian.csv": lambda n: _values(n, "time", [0.0, 100000.1, 100000.2]),
}
"""What each case gives, as its row says."""


def _is(wanted, found):
    assert found == wanted


@pytest.mark.parametrize("name", RIGHT)
def test_a_case_is_read_right(name):
    RIGHT[name](name)


def test_every_case_of_a_table_is_checked():
    with (ROOT / "CASES.tsv").open(encoding="utf-8") as file:
        listed = {row["input"] for row in csv.DictReader(file, delimiter="\t")}
    assert {name for name in listed if name[0] in "bcdefghx"} == set(RIGHT)

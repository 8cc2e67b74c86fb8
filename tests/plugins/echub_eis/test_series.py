"""A series of spectra: levels, drift inside a sweep, onset, recovery, labels, cut and reused spectra."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from scipy.optimize import brentq

import echub
from echub.analysis import figures
from echub.analysis.needs import bind
from echub.model.record import Record
from echub.registry.registry import registry
from echub.testing import AnalysisContract
from echub.testing.synth import series as made
from echub.testing.synth.case import Case, Column
from echub.testing.synth.impedance import durations
from echub.testing.synth.series import CELL, SCENARIOS, SeriesPlan, eis_series, interface
from echub_eis.series import SeriesParams
from echub_eis.series.data import load_series
from echub_eis.series.method.onset import onset, staircase
from echub_eis.series.method.recovery import recovery
from echub_eis.series.method.resolve import resolve
from fixtures.operando.make import PLAN, sgeis

CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared" / "corpus"))
CIRCUIT = {"circuit": "LR:hf (RQ):gb (RQ):int", "bootstrap": "100"}
SHORT = tuple(round(0.05 + 0.05 * n, 2) for n in range(20))
REST = SeriesPlan(levels=(0.0,) * 16, relaxation=(2.0, 80.0), noise=2e-3)


def codes(outcome):
    return {flag.code for flag in outcome.flags}


def series(plan, seed=0, **params):
    return echub.analyze("eis-series", eis_series(seed, plan).data(), params={**CIRCUIT, **params})


class TestEisSeries(AnalysisContract):
    analysis = "eis-series"
    generate = staticmethod(lambda seed: eis_series(seed, SeriesPlan(levels=SHORT)))
    params: ClassVar = CIRCUIT
    seeds = 4
    resampling = 0.05
    moves_with_time = ("vanish_time",)


class TestEisSeriesAtRest(AnalysisContract):
    analysis = "eis-series"
    generate = staticmethod(lambda seed: eis_series(seed, REST))
    params: ClassVar = CIRCUIT
    resampling = 0.1
    seeds = 4


def excited(amplitude, plan, seed=3):
    """Return severity and message of the flag of a series excited with an amplitude in mV, or one per spectrum."""
    case = eis_series(seed, plan)
    sizes = np.repeat(np.broadcast_to(amplitude, len(plan.levels)), 62) / 1e3
    outcome = echub.analyze(
        "eis-series", case.with_values("potential_amplitude", sizes, "V").data(), params=CIRCUIT
    )
    flag = next(f for f in outcome.flags if f.code == "amplitude-large")
    return flag.severity, flag.message


def test_a_series_shows_whether_a_large_amplitude_is_linear():
    """Direct current of 2 and 20 mA/cm² through 0.385 cm² and 120 Ω moves the cell by 832 mV."""
    flat = replace(REST, relaxation=(0.0, 1.0))
    severity, text = excited(500.0, replace(flat, levels=(2.0, 20.0) * 4, onset=100.0))
    assert severity == "info"
    assert "moves the cell by 83" in text
    assert excited(500.0, replace(flat, levels=(2.0, 8.0) * 4, onset=100.0))[0] == "warning"  # by 277 mV
    assert excited(500.0, replace(flat, levels=(2.0, 20.0) * 4, onset=1.0))[0] == "warning"  # R is not the same
    assert excited(500.0, replace(flat, levels=(0.0,) * 8))[0] == "warning"
    assert excited([500.0] * 4 + [240.0] * 4, replace(flat, levels=(0.0,) * 8))[0] == "info"
    assert excited([20.0] * 4 + [500.0] * 4, replace(flat, levels=(0.0,) * 8, doubling=8.0))[0] == "warning"


def test_the_condition_mask_tells_each_band_from_the_others():
    plan = SeriesPlan(levels=(0.0,) * 3)
    bands = ({}, {"f_min": "10 Hz"}, {"f_max": "1 MHz"}, {"f_min": "10 Hz", "f_max": "1 MHz"})
    texts = [series(plan, **band).conditions["mask"].value for band in bands]
    assert [text == "all frequencies" for text in texts] == [True, False, False, False]
    assert len(set(texts)) == 4
    assert texts[3] == "10 to 1e+06 Hz"


@pytest.mark.parametrize("times", ["own", "interpolated"])
def test_drift_inside_the_sweep_does_not_bias(times):
    """R doubles in 15 spectra: 2.6 % more than at the start of a sweep, 0.9 % more than at its middle."""
    plan = SeriesPlan(levels=(0.0,) * 12, curvature=0, doubling=15, noise=2e-3)
    case = eis_series(4, plan)
    table = echub.analyze("eis-series", case.data(), params={**CIRCUIT, "times": times}).tables["spectra"]
    t = case.columns["time"].values
    period = float(durations(CELL.frequencies(), np.random.default_rng(0))[-1]) + plan.hold
    true = interface(plan, 0.0, table["time_int"].array() + t[0], period)
    ratio = table["resistance_int"].array() / true
    assert np.mean(ratio) == pytest.approx(1, abs=0.003)


@pytest.mark.parametrize(("name", "level"), SCENARIOS.items())
def test_the_onset_of_both_published_anodes(name, level):
    top = 1.0 if level > 0.5 else 0.55
    levels = tuple(np.round(np.arange(0.05, top, 0.02 if level > 0.5 else 0.01), 3))
    case = eis_series(2, SeriesPlan(levels=levels, onset=level))
    outcome = echub.analyze("eis-series", case.data(), params=CIRCUIT)
    found, bracket = outcome["onset_level"], outcome["onset_bracket"]
    assert found.value == pytest.approx(case.truth["onset_level"], rel=0.03)
    assert bracket.interval.high - bracket.interval.low == pytest.approx(levels[1] - levels[0])
    assert outcome["onset_level_voltage"].value > found.value  # U/j holds the rest of the cell


@pytest.mark.parametrize("noise", [0.003, 0.0076, 0.025])
def test_the_interval_of_an_onset_covers(noise):
    level = np.round(np.arange(0.05, 1.0, 0.01), 3)
    hits, values = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        r = 60 * (1 + 16 * np.maximum(level - 0.6, 0) ** 2) * (1 + noise * rng.standard_normal(len(level)))
        found = onset(staircase(level, r, np.full(len(level), noise)), 0.05, 6, 150, 0.95, seed)
        hits.append(found.low <= 0.6559 <= found.high)
        values.append(found.value)
    assert np.mean(hits) >= 0.86  # 60 of 95 % are fewer than 52 in 1 of 1000
    assert np.std(values) < 0.025 * 0.656


@pytest.mark.parametrize("shape", [lambda e: 16 * e**2, lambda e: 1.5 * e], ids=["quadratic", "linear"])
def test_the_interval_of_an_onset_covers_with_ten_levels_on_the_line(shape):
    level = np.round(np.arange(0.05, 0.55, 0.01), 3)
    true = brentq(lambda x: shape(x - 0.15) - 0.05, 0.15, 0.5)
    values, hits, widths = [], [], []
    for seed in range(80):
        noise = 2e-3 * np.random.default_rng(seed).standard_normal(len(level))
        r = 60 * (1 + shape(np.maximum(level - 0.15, 0))) * (1 + noise)
        found = onset(staircase(level, r, np.full(len(level), 2e-3)), 0.05, 6, 150, 0.95, seed)
        hits.append(found.low <= true <= found.high)
        values.append(found.value)
        widths.append(found.u)
    assert np.mean(hits) >= 0.87  # 80 of 95 % are fewer than 70 in 1 of 1000
    assert np.std(values) < 0.012 * true
    assert np.median(widths) == pytest.approx(np.std(values), rel=0.35)  # neither too wide


def test_a_straight_line_has_no_onset_and_a_bent_one_has_a_bound():
    level = np.arange(0.05, 1, 0.05)
    flat = onset(staircase(level, 60 + 0 * level, 0.01 + 0 * level), 0.05, 6, 50, 0.95, 0)
    assert flat.beyond is None
    bent = onset(staircase(level, 60 * (1 + 3 * level**2), 0.01 + 0 * level), 0.05, 6, 50, 0.95, 0)
    assert bent.value is None or bent.value < 0.4
    assert onset(staircase(level[:5], level[:5], level[:5]), 0.05, 6, 50, 0.95, 0) is None


def test_a_recovery_is_known_or_bounded():
    outcome = series(REST)
    assert outcome["recovery_time"].interval.covers(80)
    assert outcome["recovery_time"].value == pytest.approx(80, rel=0.05)
    slow = series(SeriesPlan(levels=(0.0,) * 12, relaxation=(2.0, 5000.0), noise=2e-3))
    assert slow["recovery_time"].censoring == "right"
    t = np.arange(40.0) * 10
    rng = np.random.default_rng(0)
    value = 60 * (1 + 2 / (1 + t / 40)) * (1 + 1e-3 * rng.standard_normal(40))
    assert recovery(t, value, 0.06 + 0 * t, 0.95).correlation > 0.3


def test_the_last_spectrum_may_be_cut_and_numbers_reused():
    plan = SeriesPlan(levels=SHORT, reused=True, cut=55, beside=True)
    outcome = series(plan)
    assert "spectra-left-out" in codes(outcome)
    table = outcome.tables["spectra"]
    assert len(table["level"]) == len(SHORT)
    assert table["reason"].values[-1] == "too-few-points"
    assert table["level"].array() == pytest.approx(SHORT)
    area_hours = np.trapezoid(SHORT, table["start"].array()) / 3600
    assert table["charge"].array()[-1] == pytest.approx(area_hours, rel=0.1)
    assert "charge-from-own-rows" not in codes(outcome)
    assert set(table["direction"].values) == {"oxidised"}


def test_shared_parts_make_the_rest_more_certain_and_are_tested():
    plan = SeriesPlan(levels=SHORT[:8], noise=5e-3)
    alone, shared = series(plan), series(plan, shared="l,hf,gb")
    u = [np.mean(o.tables["spectra"]["u_int"].array()) for o in (alone, shared)]
    assert u[1] < u[0]
    assert "shared-parts-differ" not in codes(shared)
    grows = SeriesPlan(levels=SHORT, doubling=10)
    assert "shared-parts-differ" in codes(series(grows, shared="int"))
    assert codes(series(plan, shared="nothing")) >= {"unknown-label"}
    assert codes(series(plan, follow="nothing")) >= {"unknown-label"}


def test_arcs_that_cross_keep_their_labels():
    """The interface slows down across a fixed arc: its label follows."""
    slow = replace(made.CELL, arcs=((40, 1e-6, 0.95), (60, 1e-7, 0.95)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(made, "CELL", slow)
        case = eis_series(1, SeriesPlan(levels=(0.0,) * 30, curvature=0, doubling=7, noise=5e-4))
    outcome = echub.analyze(
        "eis-series", case.data(), params={"circuit": "LR:hf (RQ):fast (RQ):slow", "follow": "fast"}
    )
    assert "labels-crossed" in codes(outcome)
    assert outcome["resistance_end"].value > 600  # 60 Ω doubled four times; the other arc stays at 40 Ω


def test_spectra_whose_clocks_each_restart_are_taken_in_the_order_of_their_rows_if_asked(tmp_path):
    resistances = (10.0, 11.0, 12.0)
    frequency = np.logspace(5, 0.2, 25)
    lines = ["time/s,freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm"]
    for r in resistances:
        z = 5 + 20 / (1 + 2j * np.pi * frequency * 0.02) + r / (1 + 2j * np.pi * frequency * r * 1e-5)
        lines += [
            f"{1.5 * n},{f},{one.real},{-one.imag}" for n, (f, one) in enumerate(zip(frequency, z, strict=True))
        ]
    (tmp_path / "s.csv").write_text("\n".join([*lines, ""]))
    (refusal,) = echub.analyze("eis-series", tmp_path / "s.csv").refusals
    assert (refusal.code, refusal.where) == ("clock-restarts", "source row 25")
    assert refusal.hint == '--column t= leaves the times out, --select "row < 25" keeps the part before'
    known = {"params": {"circuit": "R:s (RC):fast (RC):slow", "follow": "fast"}, "columns": {"t": ""}}
    outcome = echub.analyze("eis-series", tmp_path / "s.csv", **known)
    assert "no-time" in codes(outcome)
    assert outcome.tables["spectra"]["resistance_fast"].array() == pytest.approx(resistances, rel=1e-3)


def test_several_files_of_a_cell_are_one_series():
    plan = SeriesPlan(levels=(0.0,) * 3)
    first, second = (
        eis_series(n, plan, cell__id="A", experiment__start=f"2026-01-0{n}T00:00:00").data() for n in (1, 2)
    )
    outcome = echub.analyze("eis-series", [second, first], params=CIRCUIT)
    start = outcome.tables["spectra"]["start"].array()
    assert start[3] - start[0] == pytest.approx(86400, abs=5)
    assert (np.diff(start) > 0).all()
    bare = [eis_series(n, plan).data() for n in (1, 2)]
    assert codes(echub.analyze("eis-series", bare)) == {"cell-not-stated"}
    undated = [eis_series(n, plan, cell__id="A").data() for n in (1, 2)]
    assert codes(echub.analyze("eis-series", undated)) == {"no-order"}
    again = echub.analyze("eis-series", [first, first], params=CIRCUIT)  # one record twice does not make a series
    assert codes(again) == {"no-order"}
    others = [eis_series(n, plan, cell__id=f"{n}").data() for n in (1, 2)]
    assert codes(echub.analyze("eis-series", others)) == {"several-cells"}
    half = [eis_series(1, plan, cell__id="A").data(), eis_series(2, plan).data()]
    assert "cell.id is A and not stated" in echub.analyze("eis-series", half).refusals[0].message


@pytest.mark.parametrize("beside", [(True, True), (True, False), (False, True), (False, False)])
def test_the_charge_is_that_of_time_series_only_if_each_file_has_one(beside):
    files = [
        eis_series(n, SeriesPlan(levels=levels, beside=has), cell__id="A",
                   experiment__start=f"2026-01-0{n}T00:00:00").data()
        for n, levels, has in zip((1, 2), ((0.1, 0.2, 0.3), (0.4, 0.5, 0.6)), beside, strict=True)
    ]  # fmt: skip
    found = codes(echub.analyze("eis-series", files, params=CIRCUIT))
    assert ("charge-from-own-rows" in found) is not all(beside)


def staged(tmp_path, names, seconds):
    """Write a staircase in two halves, each a file of one start; the second runs `seconds` later on that clock."""
    plans = [replace(PLAN, levels=PLAN.levels[:6]), replace(PLAN, levels=PLAN.levels[6:12])]
    for n, (name, plan, later) in enumerate(zip(names, plans, (0.0, seconds), strict=True)):
        case = eis_series(n, plan)
        for columns in (case.columns, case.beside.columns):
            columns["time"] = replace(columns["time"], values=columns["time"].values + later)
        (tmp_path / name).write_bytes(sgeis(case))
    return [tmp_path / name for name in names]


def test_linked_files_named_side_by_side_are_one_series(tmp_path):
    paths = staged(tmp_path, ["c_02_GEIS_C01.mpr", "c_03_GEIS_C01.mpr"], 500.0)
    outcome = echub.analyze("eis-series", paths[::-1], params=CIRCUIT)  # the cell need not be named
    assert outcome.tables["spectra"]["level"].array() == pytest.approx(PLAN.levels[:12])
    start = outcome.tables["spectra"]["start"].array()
    assert start[6] - start[0] == pytest.approx(500, abs=5)
    assert [part["name"] for part in outcome.provenance["inputs"][0]["parts"]] == [p.name for p in paths]
    assert "time-not-recorded" in codes(outcome)
    charge = outcome.tables["spectra"]["charge"].array()
    # Five levels of 15 s, and 10 s of the sixth; the 400 s between the files would add 0.03 mA·h/cm².
    assert charge[5] == pytest.approx((15 * sum(PLAN.levels[:5]) + 10 * PLAN.levels[5]) / 3600, rel=0.05)
    assert charge[6] < charge[5] + 2 * (charge[5] - charge[4])


def test_files_of_one_start_follow_each_other_on_one_clock_or_have_no_order(tmp_path):
    stated = {"cell.id": "A"}
    names = ["first.mpr", "second.mpr"]
    later = staged(tmp_path, names, 500.0)
    assert codes(echub.analyze("eis-series", later)) >= {"cell-not-stated"}  # names that link nothing
    outcome = echub.analyze("eis-series", later[::-1], params=CIRCUIT, metadata=stated)
    assert outcome.tables["spectra"]["level"].array() == pytest.approx(PLAN.levels[:12])
    overlapping = echub.analyze("eis-series", staged(tmp_path, names, 30.0), metadata=stated)
    assert codes(overlapping) == {"no-order"}
    assert "first.mpr and second.mpr state the same start" in overlapping.flags[0].message
    copies = echub.analyze("eis-series", [later[0], later[0]], metadata=stated)
    assert codes(copies) == {"no-order"}


def joined(first, second):
    """Join two records as `convert --join` does: named by part, the second an hour later, an OCV between."""
    whole = [*(replace(d, label=f"{d.name}_01_GEIS") for d in first.datasets.values())]
    for dataset in second.datasets.values():
        time = dataset.columns["time"]
        later = {**dataset.columns, "time": replace(time, values=time.values + 3600.0)}
        whole.insert(0, replace(dataset, label=f"{dataset.name}_03_GEIS", columns=later))
    rest = {"time": replace(time, values=np.arange(1000.0, 3000.0, 100.0), axes=time.axes)}
    return Record(
        [*whole, replace(dataset, label="timeseries_02_OCV", kind="timeseries", columns=rest)],
        metadata=first.metadata,
    )


def test_all_spectra_of_joined_runs_are_one_series_in_order_of_start():
    plan = SeriesPlan(levels=(0.1, 0.2, 0.3), beside=True)
    first, second = (eis_series(n, plan).record() for n in (1, 2))
    record = joined(first, second)
    outcome = echub.analyze("eis-series", record, params=CIRCUIT)
    assert outcome.status != "refused"
    start = outcome.tables["spectra"]["start"].array()
    assert len(start) == 6
    assert (np.diff(start) > 0).all()
    assert start[3] - start[0] == pytest.approx(3600, abs=5)
    alone = echub.analyze("eis-series", first, params=CIRCUIT).tables["spectra"]["charge"].array()
    charge = outcome.tables["spectra"]["charge"].array()
    assert charge[:3] == pytest.approx(alone, rel=1e-6)
    assert charge[3] < 1.5 * alone[-1]  # the open circuit between carries none
    assert not {"charge-from-own-rows", "beside-not-used"} & codes(outcome)
    named = echub.analyze("eis-series", record, params=CIRCUIT, dataset="impedance_03_GEIS")
    assert len(named.tables["spectra"]["start"]) == 3
    assert codes(echub.analyze("eis-fit", record)) == {"several-datasets"}


@pytest.mark.parametrize("having", [0, 1])
def test_a_temperature_that_only_some_of_joined_spectra_record_is_shown_of_these(having):
    records = [eis_series(n, SeriesPlan(levels=(0.1, 0.2))).record() for n in (1, 2)]
    told = records[having].datasets
    for name, dataset in told.items():
        rows = replace(dataset.columns["time"], values=np.full(dataset.rows, 40.0), index=None)
        own = {"temperature": replace(rows, name="temperature", quantity="temperature", unit="degC")}
        told[name] = replace(dataset, columns={**dataset.columns, **own})
    table = echub.analyze("eis-series", joined(*records), params=CIRCUIT).tables["spectra"]
    expected = [40.0, 40.0, np.nan, np.nan]
    np.testing.assert_array_equal(table["temperature"].array(), expected[::-1] if having else expected)


@pytest.mark.parametrize("phase", [1.2, 0.0, -1.2])
def test_a_spectrum_without_the_stated_arc_is_answered_without_its_resistance(phase):
    """|Z| rises with f: the time constant of an arc runs to zero or to infinity."""
    f = np.geomspace(2e5, 500, 16)
    z = 1400 * (f / 2e5) ** 1.1 * np.exp(1j * phase) + 1
    columns = {"frequency": (f, "Hz"), "impedance_real": (z.real, "ohm"), "impedance_imag": (z.imag, "ohm")}
    case = Case({name: Column(*given) for name, given in columns.items()}, {}, {}, "impedance")
    outcome = echub.analyze("eis-series", case.data(), params={"circuit": "R(RQ)"})
    assert outcome.status in ("flagged", "refused")
    assert "not-identified" in codes(outcome)


def test_the_levels_of_files_have_the_unit_of_the_first_that_records_a_current():
    """The one before it, of an open circuit, has none."""
    cases = [eis_series(n, SeriesPlan(levels=(0.1, 0.2), beside=False), cell__id="A",
                        experiment__start=f"2026-01-0{n}T00:00:00") for n in (1, 2)]  # fmt: skip
    rest = replace(
        cases[0], columns={name: one for name, one in cases[0].columns.items() if "current" not in name}
    )
    bound = load_series([bind(registry().analysis("eis-series"), case.record()) for case in (rest, cases[1])])
    assert bound.unit == "mA/cm^2"
    assert bound.column("level") == pytest.approx([np.nan, np.nan, 0.1, 0.2], nan_ok=True)


@pytest.mark.parametrize("share", [1.001, 0.999], ids=["just inside", "just outside"])
def test_a_total_less_certain_than_the_limit_is_withheld_and_says_why(share):
    """The limit is beside the middle one of five relative uncertainties, of about 2 %."""
    case = eis_series(0, SeriesPlan(levels=(0.0,) * 5, noise=0.1))
    whole = echub.analyze("eis-series", case.data(), params=CIRCUIT).tables["spectra"]
    percent = 100 * whole["u_total"].array() / whole["resistance_total"].array()
    limit = share * np.median(percent)
    given = percent <= limit
    assert given.sum() == (3 if share > 1 else 2)
    table = echub.analyze("eis-series", case.data(), params={**CIRCUIT, "identified": limit}).tables["spectra"]
    expected = np.where(given, whole["resistance_total"].array(), np.nan)
    np.testing.assert_allclose(table["resistance_total"].array(), expected, rtol=1e-9)
    assert np.isfinite(table["time_total"].array()).all()
    bound = load_series([bind(registry().analysis("eis-series"), case.record())])
    total = resolve(bound, SeriesParams(circuit=CIRCUIT["circuit"], identified=limit)).total
    assert total.reason == tuple("" if one else "not-identified" for one in given)
    outcome = echub.analyze("eis-series", case.data(), params={**CIRCUIT, "identified": limit})
    (flag,) = [flag for flag in outcome.flags if flag.code == "total-not-given"]
    assert f"in {5 - given.sum()} of 5 spectra: not-identified in {5 - given.sum()}" in flag.message


def test_a_total_with_an_arc_below_the_band_is_withheld_and_says_why():
    """The interface answers at 0.2 Hz, the band ends at 10 Hz; R_hf and the other arc are known all the same."""
    f = np.geomspace(1e6, 10, 41)
    w, rng = 2j * np.pi * f, np.random.default_rng(3)
    noise = 1 + 2e-3 * (rng.normal(size=41) + 1j * rng.normal(size=41))
    z = (20 + 40 / (1 + (w * 1e-5) ** 0.95) + 500 / (1 + (w * 0.8) ** 0.9)) * noise
    columns = {"frequency": (f, "Hz"), "impedance_real": (z.real, "ohm"), "impedance_imag": (z.imag, "ohm")}
    case = Case({name: Column(*given) for name, given in columns.items()}, {}, {}, "impedance")
    outcome = echub.analyze("eis-series", case.data(), params={"circuit": "R:hf (RQ):gb (RQ):int", "follow": "gb"})
    (flag,) = [flag for flag in outcome.flags if flag.code == "total-not-given"]
    assert "arc-outside-window in 1" in flag.message
    assert np.isnan(outcome.tables["spectra"]["resistance_total"].array()).all()


def test_a_loop_in_all_spectra_is_no_fall_of_the_resistance_meanwhile():
    """The loop of 15 Ω at 0.16 Hz is not in the circuit; from spectrum to spectrum nothing falls."""
    f, rng = np.geomspace(1e5, 0.05, 41), np.random.default_rng(4)
    w = 2j * np.pi * f
    z = 20 + 40 / (1 + (w * 1e-5) ** 0.95) + 80 / (1 + (w * 0.01) ** 0.9) - 15 / (1 + w)
    z = np.tile(z, 4) * (1 + 1e-3 * (rng.normal(size=164) + 1j * rng.normal(size=164)))
    columns = {
        "time": Column(np.arange(164.0) * 10, "s"),
        "spectrum": Column(np.repeat(np.arange(4.0), 41), "1"),
        "frequency": Column(np.tile(f, 4), "Hz"),
        "impedance_real": Column(z.real, "ohm"),
        "impedance_imag": Column(z.imag, "ohm"),
    }
    data = Case(columns, {}, {}, "impedance").data()
    outcome = echub.analyze("eis-series", data, params={"circuit": "R:hf (RQ):gb (RQ):int", "follow": "int"})
    (flag,) = [flag for flag in outcome.flags if flag.code == "total-not-given"]
    assert "turns-back in 4" in flag.message
    assert np.isnan(outcome.tables["spectra"]["resistance_int"].array()).all()


def test_a_short_takes_the_arcs_away():
    outcome = series(SeriesPlan(levels=SHORT[:10], curvature=0, shorted=6))
    vanish = outcome["vanish_level"].interval
    assert (vanish.low, vanish.high) == pytest.approx((SHORT[5], SHORT[6]))
    assert "arcs-vanished" in codes(outcome)


@pytest.mark.parametrize(("shorted", "named"), [(4, "4"), (2, "2 of run 2")])
def test_the_first_spectrum_without_arcs_is_named_by_its_number_in_its_run(shorted, named):
    """As in the table, and with the run if both have that number; its position in the joined series would be 7."""
    parts = ((SHORT[:3], None), (SHORT[3:10], shorted))
    runs = (SeriesPlan(levels=levels, curvature=0, shorted=shorted) for levels, shorted in parts)
    outcome = echub.analyze("eis-series", joined(*(eis_series(1, run).record() for run in runs)), params=CIRCUIT)
    assert outcome.tables["spectra"]["spectrum"].values == (0, 1, 2, 0, 1, 2, 3, 4, 5, 6)
    (gone,) = [flag for flag in outcome.flags if flag.code == "arcs-vanished"]
    assert gone.message.startswith(f"from spectrum {named} on")


@pytest.mark.parametrize("plan", [SeriesPlan(levels=SHORT, beside=True), REST], ids=["staircase", "rest"])
def test_a_figure_has_one_axis_of_time(plan):
    figure = figures.draw_outcome(series(plan), registry().analysis("eis-series"))
    figure.savefig(io.BytesIO(), format="png")
    shared = [axis for axis in figure.axes if axis.get_xlim() == figure.axes[0].get_xlim()]
    assert len(shared) >= 3
    assert any("−Im" in axis.get_ylabel() for axis in figure.axes)


@pytest.mark.parametrize(("hold", "constant", "unit"), [(15.0, 200.0, "min"), (900.0, 4000.0, "h")])
def test_the_recovery_is_drawn_in_the_unit_of_its_axis(hold, constant, unit):
    outcome = series(replace(REST, hold=hold, relaxation=(2.0, constant)))
    figure = figures.draw_outcome(outcome, registry().analysis("eis-series"))
    drawn = {line.get_label(): line.get_xdata() for line in figure.axes[0].lines}
    assert f"t / {unit}" in {axis.get_xlabel() for axis in figure.axes}
    assert drawn["recovery"] == pytest.approx(drawn["int"])


@pytest.mark.parametrize("name", ["nomad-chemical-energy/GEIS_nesd.mpr", "yadg/peis.issue_149.mpr"])
def test_a_real_series_is_answered(name):
    path = CORPUS / "biologic" / name
    if not path.is_file():
        pytest.skip("not in this corpus")
    outcome = echub.analyze("eis-series", path)
    assert outcome["resistance_end"].value > 0
    assert len(outcome.tables["spectra"]["level"]) in (12, 4)
    figures.draw_outcome(outcome, registry().analysis("eis-series")).savefig(io.BytesIO(), format="png")

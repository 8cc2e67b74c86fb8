"""Onsets, their companions, and the whole chain from a `.mpr`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import ContactLoss, Instrument, Ramp
from echub_ramp_onset.method.delay import delay_above_transport, detection_delay
from echub_ramp_onset.outcome import ramp_onset

ROOT = Path(__file__).parents[3]
RAMP = ROOT / "fixtures" / "eclab" / "ramp.mpr"
CORPUS = Path(os.environ.get("ECHUB_CORPUS", ROOT.parent / "shared" / "corpus")) / "biologic"


def test_the_fixture_has_its_known_onset_through_the_whole_chain():
    truth = json.loads((RAMP.parent / "truth.json").read_text("utf-8"))["ramp"]["physics"]
    outcome = echub.analyze("ramp-onset", RAMP, metadata={"cell.configuration": "two_electrode"})
    onset = outcome["onset_current_density"]
    assert onset.interval.covers(truth["onset_mA_per_cm2"]["5%"])
    assert onset.value == pytest.approx(0.327, rel=0.005)
    assert outcome["onset_time"].value == pytest.approx(truth["onset_time_s"]["5%"], abs=6)
    assert outcome["asr_cell"].value == pytest.approx(truth["asr_ohm_cm2"], rel=0.005)
    table = outcome.tables["thresholds"]
    expected = [truth["onset_mA_per_cm2"][f"{t:.0f}%"] for t in table["threshold"].values]
    np.testing.assert_allclose(table["onset"].array(), expected, rtol=0.01)


def test_the_command_of_the_documentation_prints_the_outcome():
    words = ["analyze", "ramp-onset", str(RAMP), "--set", 'cell.area="0.785 cm^2"', "--json"]
    code = "from echub.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    printed = json.loads(done.stdout)
    assert {"analysis", "status", "measurands", "flags", "provenance"} <= set(printed)
    onset = printed["measurands"]["onset_current_density"]
    assert {"value", "unit", "uncertainty", "interval"} <= set(onset)
    assert onset["unit"] == "mA/cm^2"


def test_a_native_file_gives_the_same_as_the_raw_one(tmp_path):
    echub.convert(RAMP, tmp_path)
    raw, native = (echub.analyze("ramp-onset", path) for path in (RAMP, tmp_path / "ramp.mpr.h5"))
    assert raw.measurands == native.measurands
    assert raw.provenance["inputs"][0]["sha256"] == native.provenance["inputs"][0]["sha256"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("method", "rate", "every"), [("robust", 1.0, 5.0), ("lowack2026", 10.0, 1.0)])
def test_a_clock_in_unix_seconds_gives_the_same(method, rate, every):
    """A line through 1.7e9 s and a few minutes more is one through a few minutes."""
    case = synth.ramp(1, Ramp(rate=rate, instrument=Instrument(sampling_s=every)))
    params = {"method": method, "bootstrap": 5}
    here, later = (echub.analyze("ramp-onset", c.record(), params=params) for c in (case, case.later(1.7e9)))
    assert [flag.code for flag in here.flags] == [flag.code for flag in later.flags]
    assert list(here.measurands) == list(later.measurands)
    for name in set(here.measurands) - {"onset_time"}:
        assert later[name].value == pytest.approx(here[name].value, rel=1e-5)
        assert later[name].uncertainty == (
            here[name].uncertainty and pytest.approx(here[name].uncertainty, rel=1e-3)
        )
    assert later["onset_time"].value - 1.7e9 == pytest.approx(here["onset_time"].value, abs=1e-3)
    later.figure().canvas.draw()


@pytest.mark.parametrize("method", ["robust", "lowack2026"])
def test_without_an_area_it_is_said(method):
    case = synth.ramp(1)
    found = echub.analyze("ramp-onset", case.without("cell.area").record(), params={"method": method})
    assert [flag.severity for flag in found.flags if flag.code == "no-area"] == ["info"]
    assert "no-area" not in {f.code for f in echub.analyze("ramp-onset", case.record()).flags}


def test_without_an_area_the_onset_is_a_current():
    case = synth.ramp(3)
    outcome = echub.analyze("ramp-onset", case.without("cell.area").record())
    assert outcome["onset_current"].unit == "mA"
    assert outcome["onset_current"].value == pytest.approx(0.327 * 0.785, rel=0.01)
    assert outcome["resistance_cell"].value == pytest.approx(31 / 0.785, rel=0.01)
    assert "detection_delay" not in outcome.measurands


def test_the_paper_s_figures_of_the_detection_delay():
    assert detection_delay(0.1, 1.0, 0.4e-3) == pytest.approx(0.00408, abs=5e-6)
    assert delay_above_transport(1.0, 0.4e-3) == pytest.approx(0.0283, abs=5e-5)
    assert detection_delay(0.02, 1.0, 0.4e-3) is None


def test_the_delay_of_a_slow_onset_is_not_defined():
    cell = ContactLoss(j_crit=0.012, onset_delay=0.003, asr=3000)
    quiet = Instrument(range_ma=0.1, noise_ma=1e-6, quantum_ma=1e-6)
    case = synth.ramp(1, Ramp(cell, quiet, rate=0.1))
    outcome = echub.analyze("ramp-onset", case.data(), params={"vacancy_charge": "2 uA*h/cm^2"})
    assert outcome["onset_current_density"].value == pytest.approx(0.015, rel=0.02)
    assert "detection_delay" not in outcome.measurands


def test_a_thermo_voltage_does_not_move_the_robust_onset():
    still, warm = (
        echub.analyze("ramp-onset", synth.ramp(4, Ramp(offset_v=offset)).data(), params={"bootstrap": 0})
        for offset in (0.0, 2e-3)
    )
    assert warm["onset_current_density"].value == pytest.approx(still["onset_current_density"].value, rel=5e-4)


def test_a_rise_inside_the_fit_is_flagged_and_covered():
    setup = Ramp(ContactLoss(j_crit=0.1, onset_delay=0.2, lost_at=0.9))
    outcome = echub.analyze("ramp-onset", synth.ramp(1, setup).data())
    assert "gradual-onset" in [flag.code for flag in outcome.flags]
    assert outcome["onset_current_density"].interval.covers(0.30)


def test_the_message_of_a_rise_inside_the_fit_states_what_the_sensitivity_lists():
    setup = Ramp(ContactLoss(j_crit=0.1, onset_delay=0.2, lost_at=0.9))
    outcome = echub.analyze("ramp-onset", synth.ramp(1, setup).data(), params={"bootstrap": 0})
    (flag,) = [flag for flag in outcome.flags if flag.code == "gradual-onset"]
    (row,) = [row for row in outcome.sensitivity if row.parameter == "fit_fraction"]
    (told,) = re.findall(r"moves the onset by ([+-][\d.]+) %", flag.message)
    percent = 100 * (row.value / outcome["onset_current_density"].value - 1)
    assert float(told) == float(f"{percent:.2g}")
    assert abs(percent) > 1


def test_a_rise_inside_the_fit_without_another_onset_adds_nothing_to_the_uncertainty(monkeypatch):
    """Neither by half the window nor by a shorter fit is there an onset: the table of settings says so."""
    monkeypatch.setattr(ramp_onset, "_other", lambda *_: None)
    setup = Ramp(ContactLoss(j_crit=0.1, onset_delay=0.2, lost_at=0.9))
    outcome = echub.analyze("ramp-onset", synth.ramp(1, setup).data(), params={"bootstrap": 20})
    onset = outcome["onset_current_density"]
    assert not {"half the window", "window (30 s against 15 s)", "fit that reaches into the rise"} & {
        part.name for part in onset.components
    }
    assert [(row.parameter, row.setting, row.value, row.change) for row in outcome.sensitivity] == [
        ("window", "15 s", None, None),
        ("fit_fraction", "0.5", None, None),
    ]


def test_an_uncertain_area_is_a_correlated_component():
    outcome = echub.analyze("ramp-onset", synth.ramp(1).data(), params={"area_uncertainty": 2})
    parts = {c.name: c for c in outcome["onset_current_density"].components}
    assert parts["area"].group == "area"
    assert parts["area"].uncertainty == pytest.approx(0.02 * 0.327, rel=0.01)


@pytest.mark.parametrize("method", ["robust", "lowack2026"])
def test_it_is_in_the_resistance_times_area_as_well(method):
    def asr(percent):
        params = {"method": method, "area_uncertainty": percent}
        return echub.analyze("ramp-onset", synth.ramp(1).data(), params=params)["asr_cell"]

    plain, stated = asr(0), asr(2)
    assert stated.uncertainty**2 - plain.uncertainty**2 == pytest.approx((0.02 * plain.value) ** 2)
    assert {part.name for part in stated.components} == {"noise", "accuracy of the current range", "area"}


@pytest.mark.parametrize("method", ["robust", "lowack2026"])
def test_without_an_area_it_is_not_in_the_current(method):
    case = synth.ramp(1)
    bare = replace(case, metadata={path: text for path, text in case.metadata.items() if path != "cell.area"})

    def onset(percent):
        params = {"method": method, "area_uncertainty": percent}
        return echub.analyze("ramp-onset", bare.data(), params=params)["onset_current"]

    assert onset(20) == onset(0)


@pytest.mark.parametrize(("count", "by_bootstrap"), [(0, False), (1, False), (2, True)])
def test_an_interval_takes_two_replicates_of_the_residuals(count, by_bootstrap):
    found = echub.analyze("ramp-onset", synth.ramp(1).data(), params={"bootstrap": count})["onset_current_density"]
    assert ("noise (bootstrap)" in [part.name for part in found.components]) == by_bootstrap


def test_the_method_of_the_paper_has_it_too():
    params = {"area_uncertainty": 2, "method": "lowack2026"}
    onset = echub.analyze("ramp-onset", synth.ramp(1).data(), params=params)["onset_current_density"]
    accuracy, area = onset.components
    assert (area.name, area.group) == ("area", "area")
    assert area.uncertainty == pytest.approx(0.02 * 0.327, rel=0.01)
    assert onset.uncertainty == pytest.approx((accuracy.uncertainty**2 + area.uncertainty**2) ** 0.5)


@pytest.mark.parametrize(("rest_s", "per_hour", "like"), [
    (600.0, 5e-3, "+5 mV/h: if it goes on, the ramp cannot tell it from 5 Ω·cm²"), (600.0, 0.0, ""),
    (20.0, 5e-3, ""),
])  # fmt: skip
def test_a_drift_at_rest_is_told_with_the_resistance_that_it_looks_like(rest_s, per_hour, like):
    """5 mV/h at 1 mA/cm²/h are 5 mV per mA/cm². In 20 s nothing is seen."""
    case = synth.ramp(1, Ramp(rest_s=rest_s, instrument=Instrument(noise_v=1e-6, quantum_v=0.0)))
    t = case.columns["time"].values
    case = case.with_values("voltage", case.columns["voltage"].values + per_hour * t / 3600)
    told = [
        flag.message for flag in echub.analyze("ramp-onset", case.data()).flags if flag.code == "drift-at-rest"
    ]
    assert [text.partition("drifts by ")[2] for text in told] == [like] * bool(like)


@pytest.mark.parametrize(("hum_v", "within"), [(5e-6, False), (1e-4, True), (1e-3, True)])
def test_the_method_of_the_paper_says_where_noise_is_its_onset(hum_v, within):
    """After 30 s 31 Ω·cm² and 1 mA/cm²/h make 0.258 mV, 5 % of which are 13 µV.

    A hum of 97 s keeps sin(πf)/(πf) = 0.85 of its amplitude in an average over 30 s, f = 30/97.
    """
    case = synth.ramp(1)
    hum = hum_v * np.sin(2 * np.pi * case.columns["time"].values / 97)
    case = case.with_values("voltage", case.columns["voltage"].values + hum)
    outcome = echub.analyze("ramp-onset", case.data(), params={"method": "lowack2026"})
    onset = outcome["onset_current_density"].value
    assert (onset == pytest.approx(0.327, abs=0.002)) != within
    flags = [flag for flag in outcome.flags if flag.code == "onset-within-fit"]
    assert len(flags) == within
    if within:
        assert onset < 0.01
        assert outcome.status == "flagged"
        assert flags[0].where.startswith("t = 4")  # 30 s after a rest of 10 s the search begins


@pytest.mark.parametrize(("step_v", "refused"), [(1e-5, ""), (1e-3, "0.001"), (1e-2, "0.01")])
def test_the_method_of_the_paper_refuses_an_onset_that_is_a_digit(step_v, refused):
    """A step of 1 mV is more than the 13 µV, one of 10 µV is less: no number where a rounding makes it."""
    case = synth.ramp(1)
    case = case.with_values("voltage", np.round(case.columns["voltage"].values / step_v) * step_v)
    outcome = echub.analyze("ramp-onset", case.data(), params={"method": "lowack2026"})
    assert "onset-within-fit" not in [flag.code for flag in outcome.flags]
    if not refused:
        assert outcome["onset_current_density"].value == pytest.approx(0.327, abs=0.002)
        return
    assert not outcome.measurands
    (refusal,) = outcome.refusals
    assert refusal.code == "unresolved-noise"
    assert refusal.message.startswith(f"U is read in steps of {refused} V, more than the 5 % of ")


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here ($ECHUB_CORPUS)")
def test_no_real_file_without_a_ramp_is_called_an_onset():
    """CP, CA and GCPL files hold no ramp: constant, potential-controlled or in steps, and it says so."""
    reasons = {
        "CP": {"not-a-ramp"},
        "CA": {"not-a-ramp"},
        "GCPL": {"not-a-ramp", "too-few-rows"},
    }
    seen = set()
    for path in sorted(CORPUS.rglob("*.mpr")):
        try:
            record = echub.read(path)
        except echub.EchubError:
            continue
        technique = record.metadata.value("technique.name")
        if technique in reasons:
            outcome = echub.analyze("ramp-onset", record)
            assert outcome.refusals, path
            assert outcome.refusals[0].code in reasons[technique], (path, outcome.refusals)
            seen.add(technique)
    assert seen == set(reasons)


@pytest.mark.parametrize("offset", ["none", "rest"])
def test_the_drawn_deviation_passes_the_threshold_where_the_method_of_the_paper_says(offset):
    """1200 rows, all drawn: R of 200 Ω·cm² doubles from 0.2 mA/cm² on; the cell rests at 5 mV."""
    t = np.arange(1200.0)
    j = np.maximum(t - 20, 0) / 3600
    u = 5e-3 + 0.2 * (j + np.maximum(j - 0.2, 0)) + 2e-5 * np.random.default_rng(1).standard_normal(1200)
    columns = {"time": synth.Column(t, "s"), "current": synth.Column(j, "mA"), "voltage": synth.Column(u, "V")}
    case = synth.Case(columns, {"cell.area": "1 cm^2"})
    params = {"method": "lowack2026", "lowack_curvature": "1e-6 V/s^2", "lowack_offset": offset, "window": "100 s",
              "threshold": "10 %"}  # fmt: skip
    outcome = echub.analyze("ramp-onset", case.record(), params=params)
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    assert shown["t"] == pytest.approx(t[20:-1])  # the rows of the ramp, from that where it starts on
    assert shown["U"] == pytest.approx(u[20:-1])
    judged = shown["t"] >= shown["fit"][0]
    assert shown["t"][judged & (np.abs(shown["deviation"]) > 10)][0] == outcome["onset_time"].value
    zero = 5e-3 if offset == "rest" else 0.0
    of_line = (shown["U_smooth"] - zero) / (shown["U_fit"] - zero) - 1
    assert shown["deviation"][judged] == pytest.approx(100 * of_line[judged], abs=0.3)

"""Capacities, pulse tables, blocks and ways of counting against the formula behind generated series."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import Pulses, Voids
from echub.testing.synth.pulses import QUIET


def ask(setup=None, seed=1, **params):
    case = synth.pulses(seed, setup or Pulses())
    return echub.analyze("pulsed-stripping", case.data(), params=params), case.truth


@pytest.mark.parametrize("charge", ["charge", "charge_increment", ""])
@pytest.mark.parametrize("direction", [1, -1])
def test_the_capacity_on_known_edges_is_exact(charge, direction):
    outcome, truth = ask(Pulses(charge=charge, direction=direction))
    assert outcome["stripping_capacity"].value == pytest.approx(truth["stripping_capacity"], rel=1e-4)
    assert outcome.conditions["direction"].value == ("we_oxidised" if direction > 0 else "we_reduced")
    decides = outcome.tables["charge"]["decides"].values.index(True)
    assert outcome.tables["charge"]["method"].values[decides] == (charge or "commanded level and edges")


def test_a_noisy_series_on_an_offset_range_is_still_cut_at_its_pulses():
    noisy = replace(QUIET, noise_v=1e-3, noise_ma=0.02)
    outcome, truth = ask(Pulses(instrument=noisy, limit_row=True))
    assert outcome["pulses"].value == 59
    assert outcome["stripping_capacity"].interval.covers(truth["stripping_capacity"])


@pytest.mark.parametrize("flows", [True, False])
def test_the_interval_covers_an_offset_that_flows_and_one_that_is_only_read(flows):
    outcome, truth = ask(Pulses(offset=0.03, offset_flows=flows))
    assert outcome["stripping_capacity"].interval.covers(truth["stripping_capacity"])


def test_a_current_at_rest_is_told_with_the_charge_that_it_passes_while_at_rest():
    offset = 0.03  # mA that is read throughout
    outcome, _ = ask(Pulses(offset=offset, offset_flows=False))
    table, pulses = outcome.tables["charge"], outcome.tables["pulses"]
    begun, duration = pulses["start"].array(), pulses["duration"].array()
    rest = begun[-1] + duration[-1] - begun[0] - duration.sum()
    decides = table["decides"].values.index(True)
    assert table["at_rest"].values[decides] == pytest.approx(offset * rest / 3600, rel=0.05)
    assert "offset-current" in {flag.code for flag in outcome.flags}


def test_the_pulse_table():
    outcome, truth = ask(Pulses(instrument=replace(QUIET, sampling_s=0.05)))
    table = outcome.tables["pulses"]
    assert len(table["pulse"]) == outcome["pulses"].value == 59
    assert np.diff(table["start"].array()) == pytest.approx(3.0)
    assert table["duration"].array()[:-1] == pytest.approx(1.0)
    assert table["rest"].array()[:-1] == pytest.approx(2.0)
    assert table["charge"].array()[:-1] == pytest.approx(truth["charge_per_pulse"], rel=1e-4)
    assert table["charge"].array().sum() == pytest.approx(truth["stripping_capacity"], rel=1e-4)
    assert table["relaxation"].values[-1] is None
    assert outcome["relaxation_time"].value == pytest.approx(truth["relaxation_time"], rel=0.02)
    assert outcome["asr_jump"].value == pytest.approx(truth["asr_jump"], rel=0.01)
    assert (table["U_end"].array() > table["U_start"].array()).all()


def test_a_relaxation_longer_than_a_third_of_the_rest_is_not_given():
    outcome, _ = ask(Pulses(Voids(relaxation_s=1.5)))
    assert "relaxation_time" not in outcome.measurands
    assert set(outcome.tables["pulses"]["relaxation"].values) == {None}


def test_the_three_integrations_of_the_literature():
    """Rows just before a pulse, every 0.1 s in it, and 0.04 s after it: 9.9, 10.4 and 9.0 for 10.0."""
    offsets = np.array([-0.04, *(0.001 + 0.1 * np.arange(10)), 1.041])
    begin = 5 + 3.0 * np.arange(30)
    time = np.concatenate([[0.0], (begin[:, None] + offsets).ravel(), [95.0]])
    phase = (time - 5) % 3
    flows = (time > 5) & (phase > 0) & (phase <= 1) & (time < 94)
    case = synth.Case(
        {
            "time": synth.Column(time, "s"),
            "current_density": synth.Column(np.where(flows, 1.0, 0.0), "mA/cm^2"),
            "voltage": synth.Column(np.where(flows, 0.05, 0.0), "V"),
            "charge": synth.Column((np.searchsorted(begin, time) - 1 + np.clip(phase, 0, 1)) / 3600, "mA*h"),
        }
    )
    table = echub.analyze("pulsed-stripping", case.data()).tables["charge"]
    total = dict(zip(table["method"].values, table["charge"].array() * 3600 / 3, strict=True))
    assert total["trapezoid"] == pytest.approx(9.9, abs=0.05)
    assert total["left hold"] == pytest.approx(10.4, abs=0.05)
    assert total["on-samples"] == pytest.approx(9.0, abs=0.05)


@pytest.mark.parametrize("rests", [(0.3, 1.0, 3.0), (3.0, 0.3, 1.0), (1.0, 1.0)])
def test_blocks_with_plating_between_have_their_own_capacities(rests):
    outcome, _ = ask(Pulses(rests_s=rests))
    table = outcome.tables["blocks"]
    expected = [synth.pulses(1, Pulses(rests_s=(rest,))).truth["stripping_capacity"] for rest in rests]
    assert table["capacity"].array() == pytest.approx(expected, rel=1e-3)
    assert table["rest"].array() == pytest.approx(rests)
    assert table["before"].values == ("start", *["plated"] * (len(rests) - 1))
    assert "stripping_capacity" not in outcome.measurands


def test_blocks_without_plating_go_on_stripping_the_same_electrode():
    outcome, _ = ask(Pulses(rests_s=(0.3, 1.0, 3.0), replated=False, limit=10 / 3600))
    assert outcome.tables["blocks"]["before"].values == ("start", "stripped", "stripped")
    assert outcome.tables["blocks"]["pulses"].values == (10, 10, 10)


def test_a_pause_does_not_end_a_block():
    case = synth.pulses(1)
    time = case.columns["time"].values
    outcome = echub.analyze("pulsed-stripping", case.with_values("time", time + 600 * (time > 61.5)).data())
    assert outcome["stripping_capacity"].value == pytest.approx(case.truth["stripping_capacity"], rel=1e-3)


def test_an_uncertain_area_is_a_correlated_component():
    outcome, truth = ask(area_uncertainty=2)
    parts = {c.name: c for c in outcome["stripping_capacity"].components}
    assert parts["area"].group == "area"
    assert parts["area"].uncertainty == pytest.approx(0.02 * truth["stripping_capacity"], rel=1e-3)


@pytest.mark.parametrize("charge", ["charge", "charge_increment"])
def test_sparse_rows_with_the_instruments_charge_give_the_capacity_alone(charge):
    """What was counted up to the first row, in an earlier step, is not of the pulses."""
    case = synth.pulses(1, Pulses(edge_rows=False, instrument=replace(QUIET, sampling_s=1.3), charge=charge))
    outcome = echub.analyze("pulsed-stripping", case.data())
    assert outcome["stripping_capacity"].interval.covers(case.truth["stripping_capacity"])
    assert set(outcome.measurands) == {"stripping_capacity"}
    counted = case.columns[charge].values.copy()
    counted[: 1 if charge == "charge_increment" else None] += 10 * abs(counted).max()
    later = echub.analyze("pulsed-stripping", case.with_values(charge, counted).data())
    assert later["stripping_capacity"].value == pytest.approx(outcome["stripping_capacity"].value, rel=1e-9)


@pytest.mark.parametrize("charge", ["charge", "charge_increment"])
def test_charge_between_a_pulse_s_last_row_and_the_rest_is_the_pulse_s(charge):
    setup = Pulses(edge_rows=False, instrument=replace(QUIET, sampling_s=0.3), charge=charge)
    outcome, truth = ask(setup)
    each = outcome.tables["pulses"]["charge"].array()[:-1]
    assert each == pytest.approx(truth["charge_per_pulse"], rel=1e-3)


# -- readings in coarse digits, and set points of another unit ----------------------------------------


def read_in(column, step, **setup):
    case = synth.pulses(1, Pulses(**setup))
    values = np.round(case.columns[column].values / step) * step
    return echub.analyze("pulsed-stripping", case.with_values(column, values).data()), case.truth


def test_the_digit_of_the_voltage_is_in_what_is_read_from_it():
    """A jump of 40 mV read in digits of 50 mV is one digit: 50 Ω·cm² at 1 mA/cm², ± √2 · 50/√12 = 20."""
    outcome, truth = read_in("voltage", 0.05)
    jump = outcome["asr_jump"]
    assert (jump.value, jump.uncertainty) == pytest.approx((50.0, np.sqrt(2 / 12) * 50), rel=1e-3)
    assert abs(jump.value - truth["asr_jump"]) < jump.uncertainty


def test_the_digit_of_the_voltage_is_in_the_relaxation_time():
    outcome, truth = read_in("voltage", 0.01)
    found = outcome["relaxation_time"]
    assert abs(found.value - truth["relaxation_time"]) < 2 * found.uncertainty


def test_a_voltage_that_does_not_move_has_no_jump():
    case = synth.pulses(1, Pulses())
    still = case.with_values("voltage", np.zeros_like(case.columns["voltage"].values))
    assert "asr_jump" not in echub.analyze("pulsed-stripping", still.data()).measurands


def test_the_digit_of_a_running_charge_is_in_what_is_read_from_it():
    """Two readings of a charge, each within a digit: √(2/12) of it."""
    digit = 3e-5  # mA·h
    outcome, truth = read_in("charge", digit, charge="charge")
    per_area = digit * float(np.sqrt(2 / 12)) / 0.385
    assert outcome["charge_per_pulse"].uncertainty == pytest.approx(per_area, rel=0.02)
    assert abs(outcome["charge_per_pulse"].value - truth["charge_per_pulse"]) < 2 * per_area
    (part,) = [c for c in outcome["stripping_capacity"].components if c.name == "digit of the charge"]
    assert part.uncertainty == pytest.approx(per_area)


@pytest.mark.parametrize("factor", [1000.0, 1e-3, -1.0])
def test_a_set_point_in_another_unit_or_sign_is_left_out(factor):
    case = synth.pulses(1, Pulses(charge=""))
    other = case.with_values("current_setpoint", factor * case.columns["current_setpoint"].values)
    outcome = echub.analyze("pulsed-stripping", other.data())
    (flag,) = [f for f in outcome.flags if f.code == "set-point-contradicted"]
    assert flag.message == f"the current is {1 / factor:.3g} times its set point in the pulses: that is left out"
    assert outcome["pulse_current_density"].value == pytest.approx(1.0, rel=1e-2)
    assert outcome.conditions["charge_by"].value == "measured level and edges"

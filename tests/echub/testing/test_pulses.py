"""The generator of stripping pulses: its capacity is that of the formula, by another way than its own."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from echub.testing import synth
from echub.testing.synth import Instrument, Pulses, Voids, stripped
from echub.testing.synth.pulses import QUIET


def test_without_polarisation_the_crossing_has_a_closed_form():
    """U = j (asr_bulk + asr_contact / (1 - Q/C)) = 3 V solved for Q."""
    cell = Voids(polarisation_v=0.0)
    for rest in (0.1, 1.0, 10.0):
        capacity = 0.005 / (0.2 + 0.8 * math.exp(-rest))
        expected = capacity * (1 - 10 / (3000 - 30))
        truth = synth.pulses(0, Pulses(cell, rests_s=(rest,))).truth
        assert truth["stripping_capacity"] == pytest.approx(expected)


def test_the_charge_column_counts_what_the_pulses_pass():
    case = synth.pulses(0, Pulses(limit=36.4 / 3600))
    counted = case.columns["charge"].values / 0.385 * 3600
    assert counted[-1] == pytest.approx(36.4)
    assert case.truth["passed"] * 3600 == pytest.approx(36.4)
    assert (np.diff(counted) >= -1e-9).all()


def test_the_same_seed_gives_the_same_rows_and_time_never_stands_still():
    setup = Pulses(rests_s=(0.3, 1.0))
    first, again = synth.pulses(3, setup), synth.pulses(3, setup)
    for name, column in first.columns.items():
        assert np.array_equal(column.values, again.columns[name].values)
    assert (np.diff(first.columns["time"].values) > 0).all()


def test_longer_rests_raise_the_capacity_to_the_plateau():
    found = [case.truth["stripping_capacity"] for case in synth.rest_series(rests_s=(0.1, 0.3, 1.0, 3.0))]
    assert found == sorted(found)
    assert found[-1] < synth.pulses().truth["plateau"]


# -- rows by a plain course of the pulses ----------------------------------------------------------------

STILL = Instrument(sampling_s=0.1, noise_v=0.0, quantum_v=0.0, noise_ma=0.0, quantum_ma=0.0, accuracy=0.0)
CELL = Voids(area_cm2=0.5, asr_bulk=20.0, asr_contact=15.0, void_charge=0.002, unhealed=0.4, healing_s=2.0)
SETUP = Pulses(CELL, STILL, (2.0,), j=2.0, pulse_s=1.5, lead_s=4.0)


def course(setup, rest, true=1.0, resting=0.0):
    """Go from pulse to pulse in steps of 0.1 ms: when it ends, the charge then; times, U, charge."""
    cell = setup.cell
    left = cell.unhealed + (1 - cell.unhealed) * math.exp(-rest / cell.healing_s)
    capacity, tau = cell.void_charge / left, cell.relaxation_s
    charge, built, t, u, q = 0.0, 0.0, [], [], []
    for number in range(1000):
        since = np.arange(1, round(setup.pulse_s * 1e4) + 1) / 1e4
        passed = charge + setup.j * true * (1 + resting) * since / 3600
        grown = 1 - (1 - built) * np.exp(-since / tau)
        asr = cell.asr_bulk + cell.asr_contact / np.maximum(1 - passed / capacity, 1e-6)
        volts = setup.j * true * (1 + resting) * asr / 1000 + cell.polarisation_v * grown
        begin = number * (setup.pulse_s + rest)
        t.append(begin + since), u.append(volts), q.append(passed)
        if (volts >= setup.cut_off_v).any():
            at = int(np.argmax(volts >= setup.cut_off_v))
            return begin + since[at], passed[at], (np.concatenate(t), np.concatenate(u), np.concatenate(q))
        charge = passed[-1] + setup.j * true * resting * rest / 3600
        built = grown[-1] * math.exp(-rest / tau)
    raise AssertionError


@pytest.mark.parametrize("rest", [0.5, 4.0])
@pytest.mark.parametrize(
    "how",
    [{}, {"direction": -1}, {"gain": 0.02}, {"offset": 0.05}, {"cut_off_v": 1.0}, {"pulse_s": 0.8, "j": 1.0}],
)
def test_a_series_is_that_of_its_pulses(rest, how):
    setup = replace(SETUP, rests_s=(rest,), **how)
    case = synth.pulses(0, setup)
    c = {name: column.values for name, column in case.columns.items()}
    end, passed, (t, u, q) = course(setup, rest, 1 + setup.gain, setup.offset)
    assert case.truth["stripping_capacity"] == pytest.approx(passed, rel=2e-4)
    assert case.truth[f"capacity_{rest:g}s"] == case.truth["stripping_capacity"]
    assert c["time"][-1] - 4.0 == pytest.approx(end + 2e-4, abs=2e-4)
    way, flows = setup.direction, c["current_setpoint"] != 0
    assert set(c["current_setpoint"][flows]) == {way * setup.j * 0.5}
    assert c["current"] == pytest.approx(way * setup.j * 0.5 * (flows + setup.offset))
    rows = flows & (c["time"] < 4.0 + end - 0.01) & (c["time"] > 4.0)
    found = np.interp(c["time"][rows] - 4.0, t, u)
    assert way * c["voltage"][rows] == pytest.approx(found, rel=1e-3)
    counted = np.interp(c["time"][rows] - 4.0, t, q) / (1 + setup.gain) * 0.5
    assert way * c["charge"][rows] - 0.5 * setup.offset * setup.j * 4 / 3600 == pytest.approx(counted, abs=1e-7)


def test_an_offset_that_is_only_read_takes_nothing():
    read, none = (synth.pulses(0, replace(SETUP, offset=by, offset_flows=False)) for by in (0.05, 0.0))
    assert read.truth == none.truth
    assert read.columns["voltage"].values == pytest.approx(none.columns["voltage"].values)
    assert read.columns["current"].values - none.columns["current"].values == pytest.approx(0.05)
    assert synth.pulses(0, replace(SETUP, offset=0.05)).truth["stripping_capacity"] > 0


def test_what_is_stated_of_a_cell():
    case = synth.pulses(0, replace(SETUP, gain=0.01))
    expected = {
        "charge_per_pulse": 2.0 * 1.5 * 1.01 / 3600,
        "asr_jump": 35.0,
        "relaxation_time": 0.3,
        "plateau": 0.005,
    }
    assert {name: case.truth[name] for name in expected} == pytest.approx(expected)
    assert case.metadata == {"cell.area": "0.5 cm^2", "cell.temperature": "30.0 degC"}
    units = {name: column.unit for name, column in case.columns.items()}
    assert units == {"time": "s", "current": "mA", "current_setpoint": "mA", "voltage": "V", "charge": "mA*h"}


def test_a_limit_ends_a_block_before_its_cut_off():
    """3 mA·s/cm² pass in each pulse of 1.5 s: 7.5 after two pulses and a half, 6.0 at the end of the second."""
    for limit, end in ((7.5, 2 * 3.5 + 0.75), (6.0, 3.5 + 1.5)):
        case = synth.pulses(0, replace(SETUP, limit=limit / 3600))
        assert case.columns["time"].values[-1] - 4.0 == pytest.approx(end)
        assert case.truth["passed"] * 3600 == pytest.approx(limit)
        assert not {"stripping_capacity", "capacity_2s"} & set(case.truth)


@pytest.mark.parametrize("replated", [True, False])
def test_blocks_follow_each_other(replated):
    """Metal that is not plated back is missing: the contact that is left is shared."""
    setup = replace(SETUP, rests_s=(4.0, 1.0), replated=replated, limit=4.5 / 3600 if not replated else None)
    case = synth.pulses(0, setup)
    c = {name: column.values for name, column in case.columns.items()}
    assert (np.diff(c["time"]) > 0).all()
    plating = c["current"] < 0
    assert plating.any() == replated
    charge = c["charge"] / 0.5 * 3600
    if replated:
        alone = [
            synth.pulses(0, replace(SETUP, rests_s=(rest,))).truth["stripping_capacity"] for rest in (4.0, 1.0)
        ]
        assert [case.truth[f"capacity_{rest}s"] for rest in (4, 1)] == pytest.approx(alone)
        assert charge.max() == pytest.approx(3600 * alone[0], rel=1e-3)
        last = np.flatnonzero(plating)[-1]
        assert charge[last] == pytest.approx(0.0, abs=1e-2)
        assert charge[-1] == pytest.approx(3600 * alone[1], rel=1e-3)
        assert c["voltage"][plating] == pytest.approx(-0.1)
        return
    assert charge[-1] == pytest.approx(9.0)
    flows = np.flatnonzero(c["current_setpoint"] > 0)
    capacity = [0.002 / (0.4 + 0.6 * math.exp(-rest / 2)) * 3600 for rest in (4.0, 1.0)]
    left = 1 - 4.5 / capacity[0] - 4.5 / capacity[1]
    ohmic = 2 * (20 + 15 / left) / 1000
    assert ohmic < c["voltage"][flows[-1]] < ohmic + 0.02


def test_rows_at_edges_and_at_the_end():
    """The instrument adds a row before and a tick after each edge; without them there are only regular ones."""
    edges, plain = (synth.pulses(0, replace(SETUP, edge_rows=with_rows)) for with_rows in (True, False))
    t = edges.columns["time"].values - 4.0
    for edge in (1.5, 3.5, 5.0):
        assert np.abs(t - edge).min() < 1e-9
        assert np.abs(t - edge - 2e-4).min() < 1e-9
    t = plain.columns["time"].values - 4.0
    assert t[(t > 1e-3) & (t < t[-1])] == pytest.approx(0.1 * np.arange(1, ((t > 1e-3) & (t < t[-1])).sum() + 1))
    late = synth.pulses(0, replace(SETUP, limit_row=False)).columns["time"].values[-1] - 4.0
    assert late % 3.5 == pytest.approx(1.5 + 1.0)


def test_the_charge_is_counted_as_asked():
    running, grown, none = (
        synth.pulses(0, replace(SETUP, charge=name)) for name in ("charge", "charge_increment", "")
    )
    assert np.cumsum(grown.columns["charge_increment"].values) == pytest.approx(running.columns["charge"].values)
    assert not {"charge", "charge_increment"} & set(none.columns)


def test_a_series_of_rests_is_one_file_each_with_noise_of_its_own():
    made = synth.rest_series(3, replace(SETUP, instrument=QUIET), (0.5, 4.0))
    for seed, (case, rest) in enumerate(zip(made, (0.5, 4.0), strict=True), 3):
        again = synth.pulses(seed, replace(SETUP, instrument=QUIET, rests_s=(rest,)))
        assert np.array_equal(case.columns["voltage"].values, again.columns["voltage"].values)
        assert case.truth == again.truth


def test_outcomes_of_many_cells_are_around_their_capacity():
    case = stripped(2, CELL, scatter=0.05, cells=200)
    assert case.truth["capacity_plateau"] == pytest.approx(0.005)
    rests = [outcome.measurands["rest_duration"].value for outcome in case.outcomes]
    assert sorted(set(rests)) == pytest.approx([0.2, 0.6, 2.0, 6.0, 20.0, 40.0, 80.0])
    for rest in set(rests):
        found = [
            o.measurands["stripping_capacity"] for o, r in zip(case.outcomes, rests, strict=True) if r == rest
        ]
        values = np.array([m.value for m in found]) * (0.4 + 0.6 * math.exp(-rest / 2.0)) / 0.002
        assert (values.mean(), values.std()) == (pytest.approx(1.0, abs=0.012), pytest.approx(0.05, rel=0.2))
        assert [m.uncertainty for m in found] == pytest.approx([0.05 * m.value for m in found])
    first = case.outcomes[0]
    assert (first.label, first.analysis) == ("rest 0.2 s, cell 1", "pulsed-stripping")
    assert {name: (c.value, c.unit) for name, c in first.conditions.items()} == {
        "cut_off": (3.0, "V"), "direction": ("we_oxidised", ""),
    }  # fmt: skip

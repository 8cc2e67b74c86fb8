"""Where staircases fail: every depth of a short at its level, and what is not a short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import Healing, Instrument, Short, Staircase
from tests.plugins.echub_ccd.support import ask, bounds, codes

LEVELS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
STEP = Staircase(levels=LEVELS, fails_above=3.5)
NEVER = Staircase(levels=LEVELS, fails_above=None)
SEEDS = 5


def changed(setup, **changes):
    from dataclasses import replace

    return replace(setup, **changes)


@pytest.mark.parametrize("depth", [0.95, 0.6, 0.4, 0.2])
def test_a_short_of_every_depth_is_found_at_its_level(depth):
    for seed in range(SEEDS):
        outcome = ask(changed(STEP, short=Short(depth)), seed)
        assert bounds(outcome) == (3, 4)
        assert outcome["critical_current_density"].interval.covers(3.5)
        assert outcome["critical_current_density"].censoring == "interval"


@pytest.mark.parametrize(
    ("depth", "criterion", "finds"),
    [
        (0.95, "half_drop", True),
        (0.95, "near_zero", True),
        (0.95, "asymmetry", True),
        (0.6, "half_drop", True),
        (0.6, "near_zero", False),
        (0.4, "half_drop", False),
        (0.4, "asymmetry", True),
        (0.2, "near_zero", False),
        (0.2, "growth", False),
    ],
)
def test_what_each_criterion_finds(depth, criterion, finds):
    """As the published definitions do: a soft short of 40 % passes `half_drop`, one of 60 % `near_zero`."""
    outcome = ask(changed(STEP, short=Short(depth)), criterion=criterion)
    assert bounds(outcome) == ((3, 4) if finds else (6, None))
    assert outcome.conditions["criterion"].value == criterion


def test_growth_without_a_short_fools_half_drop_alone():
    grown = changed(NEVER, growth=4.0)
    assert bounds(ask(grown)) == (6, None)
    assert "growth" in codes(ask(grown), "info")
    assert bounds(ask(grown, criterion="half_drop"))[1] is not None
    assert bounds(ask(grown, criterion="asymmetry")) == (6, None)


def test_a_short_in_a_growing_half_cycle_is_found():
    for seed in range(SEEDS):
        assert bounds(ask(changed(STEP, growth=1.0, short=Short(0.2)), seed)) == (3, 4)


@pytest.mark.parametrize("depth", [0.2, 0.34, 0.6, 0.8])
@pytest.mark.parametrize("span", [0.05, 0.3, 1.0])
def test_healing_is_no_short_where_it_takes_a_twentieth_of_a_half_cycle(depth, span):
    """R that ends below half bounds from below only: a short that grows slowly looks the same (decision 71)."""
    for seed in range(SEEDS):
        outcome = ask(changed(NEVER, healing=Healing(depth, span=span)), seed)
        low, high = bounds(outcome)
        assert high is None
        assert low == 6 or codes(outcome) & {"earlier-fall", "slow-fall"}
        assert low == 6 or depth > 0.5 or span == 1.0


def test_healing_that_is_seen_is_flagged():
    assert "slow-fall" in codes(ask(changed(NEVER, healing=Healing(0.4, begins=4.2, span=0.5))))


def test_healing_at_rest_looks_like_a_short_and_is_flagged_as_such():
    outcome = ask(changed(NEVER, healing=Healing(0.4, begins=5, at_rest=True)))
    assert bounds(outcome)[1] is not None
    assert {"r-drop-alone", "fell-between"} <= codes(outcome)


def test_a_fall_alone_is_flagged_and_the_electrolyte_proves_it():
    soft = changed(STEP, short=Short(0.4))
    assert "r-drop-alone" in codes(ask(soft))
    assert "r-drop-alone" in codes(ask(soft, electrolyte_asr="11 ohm*cm^2"))
    proven = ask(soft, electrolyte_asr="25 ohm*cm^2")
    assert proven.status == "ok"
    assert "yes" in proven.tables["detectors"]["below_bulk"].values


def test_the_electrolyte_s_own_resistance_from_thickness_and_conductivity():
    """0.5 mm at 2 mS/cm are 25 Ω·cm²; (30 - 25)/2 are left for each interface."""
    stated = {"cell.thickness": "500 um", "cell.electrolyte_conductivity": "2 mS/cm", "cell.n_interfaces": "2"}
    outcome = ask(changed(STEP, short=Short(0.4)), metadata=stated)
    assert outcome.status == "ok"
    assert outcome["asr_interface"].value == pytest.approx(2.5, abs=0.02)
    assert outcome["asr_cell"].value == pytest.approx(30, rel=1e-3)


def test_below_bulk_finds_a_short_that_creeps():
    creeping = changed(STEP, short=Short(0.4, fraction=0.2, creep=0.6), fails_in=1)
    assert bounds(ask(creeping)) == (3, None)  # it falls to 60 % in the second half cycle at 4
    assert "slow-fall" in codes(ask(creeping))
    assert bounds(ask(creeping, electrolyte_asr="25 ohm*cm^2")) == (3, 4)
    assert bounds(ask(creeping, r_drop_sharpness=0)) == (3, 4)


def test_a_bridge_that_burns_out_is_no_failure_but_said():
    outcome = ask(changed(STEP, short=Short(0.4, fraction=0.3, recovers=0.2)))
    assert bounds(outcome) == (6, None)
    assert "transient-fall" in codes(outcome)


def test_censored_on_either_side():
    above = ask(NEVER)["critical_current_density"]
    assert (above.censoring, above.interval.low) == ("right", pytest.approx(6, rel=1e-4))
    below = ask(changed(STEP, fails_above=0.5))["critical_current_density"]
    assert (below.censoring, below.interval.high) == ("left", pytest.approx(1, rel=1e-4))


def test_directions_have_names_of_electrodes_only_where_one_is_declared():
    setup = changed(STEP, fails_in=-1)
    plain = ask(setup)["critical_current_density"].note
    assert "we_reduced" in plain
    assert "plate" not in plain
    working = ask(setup, metadata={"cell.electrode_of_interest": "working"})
    assert "we_reduced (plate)" in working["critical_current_density"].note
    counter = ask(setup, metadata={"cell.electrode_of_interest": "counter"})
    assert "we_reduced (strip)" in counter["critical_current_density"].note


def test_only_the_wanted_direction_fails():
    setup = changed(STEP, fails_in=-1, short=Short(0.4, fraction=0.5))
    assert bounds(ask(setup, direction="we_reduced")) == (3, 4)
    assert bounds(ask(setup, direction="we_oxidised")) == (6, None)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "constant charge"),
        ({"charge": None, "time_s": 600.0}, "constant time"),
        ({"times": (30.0, 60.0, 120.0, 300.0, 900.0, 1800.0)}, "formation"),
        ({"times": (300.0, 60.0, 120.0, 600.0, 90.0, 180.0)}, "unequal half cycles"),
        ({"levels": (1.0,), "cycles": 4}, "one level"),
    ],
)
def test_the_protocol_is_recognised(changes, name):
    assert ask(changed(NEVER, **changes)).conditions["protocol"].value == name


def test_one_level_per_file_is_one_experiment_in_any_order():
    tip = Staircase(
        levels=(0.1, 0.02, 0.04, 0.06), charge=None, time_s=600, fails_above=0.05, asr=300, sampling_s=5
    )
    records = [case.record() for case in synth.spots(1, tip)]
    outcome = echub.analyze("ccd", records)
    assert bounds(outcome) == (0.04, 0.06)
    assert outcome.conditions["protocol"].value == "one level per file"
    assert [round(v, 2) for v in outcome.tables["half_cycles"]["level"].values] == [0.02, 0.04, 0.06, 0.1]
    shown = outcome.diagnostics["t"].array()  # the files stand one behind the other, in the order of their levels
    assert (np.diff(shown) >= 0).all()
    begin, end = (outcome.diagnostics[name].array() for name in ("begin", "end"))
    assert (begin < end).all()
    assert (begin[1:] >= end[:-1] - 1e-6).all()
    assert shown[0] <= begin[0] < end[-1] <= shown[-1] + 1e-6


def test_the_figure_keeps_the_clock_of_a_single_file():
    case = synth.staircase(1, STEP)
    times = case.columns["time"].values
    shown = echub.analyze("ccd", case.record()).diagnostics["t"].array()
    assert shown[0] == pytest.approx(times[0])
    assert shown[-1] == pytest.approx(times[-1])


def test_symmetric_cycling_out_of_the_same_table():
    """26 mV at 0.15 mA/cm² are 173 Ω·cm²."""
    setup = Staircase(levels=(0.15,), cycles=6, asr=26 / 0.15, fails_above=None)
    outcome = ask(setup, report="cycles")
    assert outcome["overpotential"].value == pytest.approx(0.026, rel=2e-3)
    assert outcome["asr_cell"].value == pytest.approx(173.3, rel=2e-3)
    assert abs(outcome["asymmetry"].value) < 0.5
    assert "asr_interface" not in outcome.measurands
    assert len(outcome.tables["cycles"]["time"]) == 6
    assert (outcome["overpotential"].n, outcome["asymmetry"].n) == (12, 6)  # half cycles, and cycles


@pytest.mark.parametrize("thermo", [0.0, 2e-3])
def test_the_overpotential_of_a_cycle_is_the_mean_size_of_both_half_cycles(thermo):
    """30 Ω·cm² at 1, 2 and 4 mA/cm²; a thermo-voltage adds to one half cycle what it takes off the other."""
    setup = Staircase(levels=(1.0, 2.0, 4.0), asr=30.0, fails_above=None, thermo_v=thermo)
    table = ask(setup, report="cycles").tables["cycles"]
    assert table["overpotential"].array() == pytest.approx([0.030, 0.060, 0.120], rel=2e-3)


def test_a_fall_and_its_uncertainty_are_in_one_unit():
    """Noise alone makes falls of some of their standard deviations: in another unit, a hundred times as many."""
    noisy = Instrument(range_ma=5.0, noise_v=3e-4, noise_ma=1e-3, accuracy=1e-3)
    table = ask(changed(NEVER, instrument=noisy)).tables["detectors"]
    assert np.median(table["fall"].array() / table["fall_sigma"].array()) == pytest.approx(2, abs=1.9)


def test_formation_cycles_have_their_charge():
    """15 min at 10 mA/cm² are 2.5 mA·h/cm²."""
    setup = Staircase(levels=(1.0, 10.0), times=(30.0, 900.0), fails_above=None)
    charge = ask(setup, report="cycles").tables["cycles"]["charge"].array()
    assert charge == pytest.approx([1 / 120, 2.5], rel=1e-4)


def test_noise_and_offset_current_make_no_short():
    noisy = Instrument(range_ma=5.0, noise_v=3e-4, noise_ma=1e-3, accuracy=1e-3)
    for seed in range(SEEDS):
        assert bounds(ask(changed(NEVER, instrument=noisy, offset_ma=0.004), seed))[1] is None


def test_charge_stands_side_by_side():
    table = ask(changed(STEP, rest_s=0.0)).tables["charge"]
    truth = 0.25 * np.array([1, -1] * len(LEVELS))
    assert table["instrument"].array() == pytest.approx(truth, rel=1e-6)
    assert table["edges"].array() == pytest.approx(truth, rel=1e-3)
    assert np.abs(table["integral_error"].array()).max() < 3


def test_healing_in_growing_half_cycles_is_no_short():
    for seed in range(SEEDS):
        outcome = ask(changed(NEVER, growth=1.0, healing=Healing(0.8, begins=3.4, span=0.1)), seed)
        assert bounds(outcome) == (1, None)  # it begins in the second cycle: 2 mA/cm² may have failed
        assert "slow-fall" in codes(outcome)


@pytest.mark.parametrize("report", ["ccd", "cycles"])
def test_an_uncertain_area_is_in_every_resistance_times_area(report):
    """R·A = 173 Ω·cm², half for each of two interfaces: 2 % are 3.46 and 1.73 Ω·cm²."""
    setup = Staircase(levels=(0.15,), cycles=8, asr=173.0, fails_above=None)
    params = {"report": report, "area_uncertainty": 2.0, "electrolyte_asr": 1.0}
    case = synth.staircase(3, setup)
    stated = replace(case, metadata={**case.metadata, "cell.n_interfaces": "2"})
    outcome = echub.analyze("ccd", stated.data(), params=params)
    for name, expected in (("asr_cell", 3.46), ("asr_interface", 1.73)):
        area = next(part for part in outcome[name].components if part.name == "area")
        assert (area.kind, area.group) == ("B", "area")
        assert area.uncertainty == pytest.approx(expected, rel=2e-3)
        assert outcome[name].uncertainty == pytest.approx(expected, rel=2e-3)


def test_currents_of_a_level_that_differ_are_a_scatter_that_readings_show():
    """Both directions lie 0.4 % beside the level that was asked for, each measured to 0.01 % of it."""
    case = synth.staircase(1, STEP)
    current = case.columns["current"].values
    noise = 1e-4 * np.random.default_rng(1).standard_normal(len(current))
    case = case.with_values("current", current * (1 + 0.004 * np.sign(current) + noise))
    outcome = echub.analyze("ccd", case.record())
    for name, level in (("last_survived", 3.0), ("first_failed", 4.0)):
        (part,) = outcome[name].components
        assert (part.name, part.kind) == ("scatter of the measured current", "A")
        assert part.uncertainty == pytest.approx(0.004 * level, rel=0.01)
        assert outcome[name].uncertainty == part.uncertainty

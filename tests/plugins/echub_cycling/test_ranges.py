"""The accuracy of the current is that of the range in which an answer was measured."""

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.science import RANGE_ACCURACY
from echub.testing import synth
from echub.testing.synth import CyclingSetup, LevelSteps, Programme, Recorder, SymmetricRun

RATES = Programme(rates=(0.1, 0.1, 0.5, 0.5, 0.5))  # of 2 mA·h: 0.2 and 1 mA
QUIET = Recorder(accuracy=0.0, drift=0.0, noise_v=0.0, offset_v=0.0)
CODES = ("several-ranges", "current-range-unknown")
SHOWN = ("charge_capacity", "discharge_capacity", "first_efficiency", "coulombic_efficiency", "retention")


def cycles(seed=0, *, ranges=(), programme=RATES, **recorder):
    return synth.cycles(
        seed, CyclingSetup(programme=programme, recorder=replace(QUIET, ranges=ranges, **recorder))
    )


def ask(case, analysis="cycling", **params):
    return echub.analyze(analysis, case.data(), params=params)


def part(measurand, name=RANGE_ACCURACY):
    return next((one.uncertainty for one in measurand.components if one.name == name), 0.0)


def flags(outcome):
    return [flag.code for flag in outcome.flags if flag.code in CODES]


@pytest.mark.parametrize(("name", "full"), [("1 mA", 1.0), ("10 mA", 10.0), ("1 A", 1000.0)])
def test_a_charge_is_uncertain_by_the_offset_of_its_range_over_its_time_and_by_its_gain(name, full):
    """0.5 C of 2 mA·h without a hold: 1 mA, so that hours are charge over 1 mA."""
    outcome = ask(cycles(ranges=(name,), programme=replace(RATES, hold=0.0)))
    for half in ("charge_capacity", "discharge_capacity"):
        value = outcome[half].value
        expected = 1e-3 * np.hypot(full * value, value) / 3**0.5
        assert part(outcome[half]) == pytest.approx(expected, rel=0.01), half
    assert flags(outcome) == []


def test_in_an_efficiency_the_offset_of_both_directions_adds_and_the_gains_are_their_own():
    for name, full in (("3 mA", 3), ("30 mA", 30)):
        outcome = ask(cycles(ranges=(name,), programme=Programme(rates=(0.5,) * 4, hold=0.0)))  # 1 mA
        value = outcome["coulombic_efficiency"].value
        expected = value * 1e-3 * ((2 * full) ** 2 + 1 + 1) ** 0.5 / 3**0.5
        assert part(outcome["coulombic_efficiency"]) == pytest.approx(expected, rel=0.015), name


def test_what_two_cycles_of_one_range_share_is_not_in_the_retention():
    assert part(ask(cycles(ranges=("100 mA",), programme=replace(RATES, hold=0.0)))["retention"]) < 1e-3
    changed = cycles(ranges=("100 mA",), programme=replace(RATES, hold=0.0))
    place = changed.columns["current_range"]
    names = place.values.astype("U8").copy()
    names[changed.columns["cycle"].values >= 4] = "10 mA"  # the last one
    moved = replace(changed, columns={**changed.columns, "current_range": replace(place, values=names)})
    value = ask(moved)["retention"].value
    offsets, gains = (0.1, 0.01), (1e-3, 1e-3)  # of 1 mA
    expected = value * np.linalg.norm([*offsets, *gains]) / 3**0.5
    assert part(ask(moved)["retention"]) == pytest.approx(expected, rel=0.02)


def test_each_answer_has_the_range_of_its_own_cycle_and_the_ranges_are_said():
    outcome = ask(cycles(ranges=("1 mA", "1 A")), reference=1)
    late = ask(cycles(ranges=("1 mA", "1 A"), programme=Programme(rates=(0.1, 0.1, 2.0, 2.0))))
    assert part(outcome["discharge_capacity"]) / outcome["discharge_capacity"].value < 0.01
    assert part(late["discharge_capacity"]) / late["discharge_capacity"].value > 0.1
    assert flags(outcome) == []
    (flag,) = [flag for flag in late.flags if flag.code == "several-ranges"]
    assert "1 mA (cycle 1 on), 1 A (cycle 3 on)" in flag.message
    assert late.conditions["current_range"].value == "1 mA, 1 A"


def test_a_file_without_ranges_is_as_accurate_as_its_values_and_says_so_in_its_conditions():
    outcome = ask(cycles())
    assert flags(outcome) == []
    assert outcome.conditions["current_range"].value == "not recorded"
    value = outcome["discharge_capacity"]
    assert part(value) == 0
    assert part(value, "accuracy of the current") == pytest.approx(1e-3 * value.value / 3**0.5)
    stated = echub.analyze("cycling", cycles().data(), metadata={"instrument.current_range": "10 mA"})
    assert part(stated["discharge_capacity"]) > 9 * part(value, "accuracy of the current")


def test_an_automatic_range_is_said_if_others_are_known():
    case = cycles(ranges=("1 mA", "1 A"), programme=Programme(rates=(0.1, 0.1, 2.0, 2.0)))
    column = case.columns["current_range"]
    hidden = np.where(column.values == "1 A", "auto", column.values)
    outcome = ask(replace(case, columns={**case.columns, "current_range": replace(column, values=hidden)}))
    (flag,) = [flag for flag in outcome.flags if flag.code == "current-range-unknown"]
    assert "from cycle 3 on" in flag.message
    assert "instrument.current_range" in flag.hint


def _drawn(seed):
    """Draw ranges, rates and the way of counting: the current switches between ranges from rate to rate."""
    rng = np.random.default_rng(500 + seed)
    rates = tuple(rng.choice([0.1, 0.5, 2.0], 2)) + (float(rng.choice([0.2, 1.0])),) * 2
    ranges = (("1 mA", "10 mA"), ("10 mA",), ("1 A",), ("1 mA", "1 A"), ("300 µA", "3 mA", "30 mA"))[
        rng.integers(5)
    ]
    charge = str(rng.choice(["", "charge", "charge_increment"]))
    recorder = Recorder(ranges=ranges, charge=charge, step_s=60.0)
    return synth.cycles(seed, CyclingSetup(programme=Programme(rates=rates), recorder=recorder))


def test_intervals_cover_the_truth_whatever_the_ranges_and_where_they_switch():
    hits = {name: [] for name in SHOWN}
    for seed in range(150):
        case = _drawn(seed)
        outcome = ask(case)
        for name in SHOWN:
            if name in case.truth and name in outcome.measurands:
                hits[name].append(outcome[name].interval.covers(case.truth[name]))
    for name, each in hits.items():
        assert np.mean(each) >= 0.93, (name, np.mean(each))


def test_symmetric_cells_and_staircases_are_uncertain_by_the_ranges_of_their_levels():
    area = 0.785
    for name, full in (("1 mA", 1.0), ("1 A", 1000.0)):
        outcome = ask(synth.symmetric(1, SymmetricRun(ranges=(name,), accuracy=0.0)), "symmetric-cycling")
        for key in ("asr_cell", "half_cycle_charge"):
            expected = outcome[key].value * 1e-3 * np.hypot(full / (0.5 * area), 1) / 3**0.5
            assert part(outcome[key]) == pytest.approx(expected, rel=0.01), key
    steps = LevelSteps(ranges=("100 µA", "10 mA"), accuracy=0.0)  # 0.05 to 0.25 mA/cm² are below 100 µA
    stairs = ask(synth.linear_staircase(1, steps), "staircase-linearity")
    limit = stairs["linear_limit_we_oxidised"].interval
    assert (limit.low, limit.high) == pytest.approx((0.3 - 0.01 / 0.385, 0.4 + 0.01 / 0.385), rel=1e-3)
    assert part(stairs["asr_we_oxidised"]) < 0.01 * stairs["asr_we_oxidised"].value
    assert flags(stairs) == ["several-ranges"]


@pytest.mark.parametrize("ranges", [("1 mA",), ("3 mA",), ("100 µA", "1 mA")])
def test_intervals_of_symmetric_cells_and_staircases_cover(ranges):
    hits = []
    for seed in range(60):
        run = synth.symmetric(seed, SymmetricRun(ranges=ranges, drop_h=None, count=12, step_s=120.0))
        hits.append(ask(run, "symmetric-cycling")["asr_cell"].interval.covers(run.truth["asr_cell"]))
        stairs = synth.linear_staircase(seed, LevelSteps(ranges=ranges, step_s=10.0))
        found = ask(stairs, "staircase-linearity")
        for name in ("asr_we_oxidised", "asr_we_reduced"):
            hits.append(found[name].interval.covers(stairs.truth[name]))
    assert np.mean(hits) >= 0.93

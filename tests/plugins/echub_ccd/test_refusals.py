"""Bad input: refused or flagged with a code, never a bare number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import Staircase
from echub.testing.synth.ccd import Short
from tests.plugins.echub_ccd.support import ask, bounds, codes

LEVELS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
STEP = Staircase(levels=LEVELS, fails_above=3.5)
NEVER = Staircase(levels=LEVELS, fails_above=None)


def case(**changes):
    return synth.staircase(1, replace(NEVER, **changes))


def turned_down(values, factor=0.01):
    return values * factor


def battery():
    plain = case()
    return plain.with_values("voltage", plain.columns["voltage"].values + 3.2)


def against_a_reference():
    """A staircase of one direction on an electrode with a potential of its own."""
    plain = case(one_way=True, rest_s=0.0)
    return plain.with_values("voltage", plain.columns["voltage"].values + 1.7)


@pytest.mark.parametrize("depth", [0.34, 0.6, 0.9, 0.99])
@pytest.mark.parametrize(
    ("levels", "above", "rest", "between"),
    [
        ((1.0, 2.0, 3.0), 2.5, 60.0, (2.0, 3.0)),
        ((1.0, 2.0, 3.0), 2.5, 0.0, (2.0, 3.0)),
        ((1.0, 2.0, 3.0), 1.5, 60.0, (1.0, 2.0)),
        ((1.0, 2.0, 3.0, 4.0), 3.5, 60.0, (3.0, 4.0)),
    ],
)
def test_a_short_in_a_staircase_of_one_direction_is_no_voltage_of_the_cell_s_own(
    levels, above, rest, between, depth
):
    """U rises in proportion up to the level that fails, and is too low there: nothing was added to U, R fell."""
    short = Short(depth=depth, fraction=0.5)
    made = case(levels=levels, one_way=True, fails_above=above, rest_s=rest, short=short)
    outcome = echub.analyze("ccd", made.record())
    name = "critical_current_density" if "critical_current_density" in outcome.measurands else "critical_current"
    interval = outcome[name].interval
    assert (interval.low, interval.high) == pytest.approx(between, rel=1e-3)


@pytest.mark.parametrize("levels", [(1.0, 2.0), (1.0, 2.0, 3.0), (1.0, 2.0, 3.0, 4.0)])
@pytest.mark.parametrize("rest", [0.0, 60.0])
def test_a_voltage_of_the_cell_s_own_is_refused_however_few_levels_there_are(levels, rest):
    plain = case(levels=levels, one_way=True, fails_above=None, rest_s=rest)
    made = plain.with_values("voltage", plain.columns["voltage"].values + 0.5)
    assert [flag.code for flag in echub.analyze("ccd", made.record()).refusals] == ["not-symmetric"]


def held():
    """A potential was set, the current is what came."""
    plain = case()
    set_v = np.where(plain.columns["current"].values > 0, 0.05, -0.05)
    return plain.with_values("potential_setpoint", set_v, "V")


def still():
    plain = case()
    return plain.with_values("current", np.zeros(len(plain.columns["current"].values)))


@pytest.mark.parametrize(
    ("code", "made", "reason"),
    [
        ("no-current", still, "no current flows"),
        ("one-half-cycle", lambda: case(levels=(1.0,), one_way=True), "one half cycle, at 1 mA"),
        ("not-galvanostatic", lambda: synth.ramp(1), "the current has no level"),
        ("not-galvanostatic", held, "a potential was set"),
        ("not-symmetric", battery, "does not follow the sign"),
        ("not-symmetric", against_a_reference, "hardly grows with the current"),
        ("sampled-too-coarsely", lambda: case(least_rows=1, sampling_s=5e3), "fewer than 3 rows"),
        ("nothing-survived", lambda: case(levels=(1.0,), stops=0.5), "no level was completed"),
        ("missing-column", lambda: case().without("current"), "no current_density or current"),
    ],
)
def test_it_refuses_for_the_measured_reason(code, made, reason):
    outcome = echub.analyze("ccd", made().record())
    assert [flag.code for flag in outcome.refusals] == [code], outcome.flags
    assert reason in outcome.refusals[0].message
    assert not outcome.measurands


@pytest.mark.parametrize(("stops", "whole"), [(1.0, True), (0.5, False)])
def test_the_last_half_cycle_alone_at_its_level_is_whole_if_it_passed_the_charge_of_the_one_before(stops, whole):
    """At 6 in place of 5 mA/cm² the same charge takes 17 % less time."""
    table = ask(replace(NEVER, one_way=True, stops=stops)).tables["half_cycles"]
    assert table["complete"].values == (True,) * 5 + (whole,)


def test_a_voltage_limit_that_is_recorded_beside_the_set_current_is_not_a_set_potential():
    made = held()
    both = made.with_values("current_setpoint", made.columns["current"].values, "mA")
    refused = echub.analyze("ccd", both.record()).refusals
    assert not [flag for flag in refused if "a potential was set" in flag.message]


def test_a_cell_declared_asymmetric_is_refused_with_its_tables():
    outcome = ask(NEVER, metadata={"cell.symmetric": "false"})
    assert outcome.refusals[0].code == "not-symmetric"
    assert len(outcome.tables["half_cycles"]["level"]) == 12
    assert len(outcome.diagnostics["U"]) > 100
    assert set(outcome.tables) == {"half_cycles", "charge"}, (
        "no word of what failed, or of what others would report"
    )


def test_an_area_in_the_wrong_unit_is_an_error_of_the_statement():
    with pytest.raises(echub.EchubError, match="cell"):
        ask(NEVER, metadata={"cell.area": "1 cm"})


def test_without_an_area_the_levels_are_currents():
    outcome = echub.analyze("ccd", synth.staircase(1, STEP).without("cell.area").record())
    assert outcome["critical_current"].unit == "mA"
    assert bounds(outcome) == (pytest.approx(3 * 0.785, rel=1e-3), pytest.approx(4 * 0.785, rel=1e-3))
    assert "no-area" in codes(outcome, "info")
    assert "asr_cell" not in outcome.measurands


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("levels-fall", {"levels": (3.0, 1.0, 2.0, 4.0, 5.0)}),
        ("repeated-after-failure", {"levels": (1.0, 2.0, 4.0, 1.0, 2.0, 4.0), "fails_above": 3.5}),
        ("unequal-half-cycles", {"times": (300.0, 60.0, 120.0, 600.0, 90.0, 180.0)}),
        ("sampled-coarsely", {"least_rows": 4, "sampling_s": 600.0}),
        ("not-complete", {"stops": 0.5}),
        ("no-reversal", {"one_way": True}),
        ("one-level", {"levels": (1.0,), "cycles": 4}),
        ("open-circuit", {"opens_above": 4.0}),
        ("not-confirmed", {"levels": (1.0, 2.0, 4.0), "fails_above": 3.5, "fails_in": -1}),
    ],
)
def test_it_flags(code, changes):
    outcome = ask(replace(NEVER, **changes))
    assert code in codes(outcome), outcome.flags
    assert outcome.status == "flagged"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("levels", [4, 9])
@pytest.mark.parametrize("left", [0.0, 1e-5, -1e-5])
@pytest.mark.parametrize("both", [True, False])
def test_a_short_that_leaves_no_voltage_at_all_is_found(both, left, levels):
    """100 Ω at 1 and 2 mA, nothing from 3 mA on, or 10 µV: ten minutes for each level, or each of its directions.

    Of nine levels most are after the short.
    """
    level = np.repeat(np.arange(1.0, levels + 1), 2 if both else 1)
    current = np.repeat(level * (np.resize([1, -1], len(level)) if both else 1), 60)
    columns = {
        "time": synth.Column(10.0 * np.arange(len(current)), "s"), "current": synth.Column(current, "mA"),
        "voltage": synth.Column(np.where(np.abs(current) < 3, 0.1 * current, left), "V"),
    }  # fmt: skip
    outcome = echub.analyze("ccd", synth.Case(columns).record())
    assert bounds(outcome) == (2, 3)
    assert outcome["resistance_cell"].value == pytest.approx(100)


def test_an_open_circuit_is_no_short():
    outcome = ask(replace(NEVER, opens_above=4.0))
    assert bounds(outcome) == (3, None)


def test_a_file_that_ends_inside_a_half_cycle_did_not_survive_that_level():
    assert bounds(ask(replace(NEVER, stops=0.5))) == (5, None)
    assert bounds(ask(NEVER)) == (6, None)


def test_a_lower_level_before_the_failure_is_survived():
    outcome = ask(replace(STEP, levels=(1.0, 3.0, 1.0, 2.0, 2.5, 4.0), fails_above=3.5))
    assert bounds(outcome) == (2.5, 4)


@pytest.mark.parametrize(("first", "said"), [(3.0, True), (2.0, True), (1.5, False)])
def test_a_level_that_fails_after_it_or_a_higher_one_was_survived_is_said(first, said):
    later = synth.staircase(1, replace(STEP, levels=(1.0, first, 1.0, 2.0), fails_above=None))
    voltage = later.columns["voltage"].values.copy()
    voltage[int(0.95 * len(voltage)) :] *= 0.4
    outcome = echub.analyze("ccd", later.with_values("voltage", voltage).record())
    assert bounds(outcome) == (1, 2)
    assert "levels-fall" in codes(outcome)
    assert ("survived-higher-before" in codes(outcome)) == said


def test_no_rests_are_said():
    assert "no-rests" in codes(ask(replace(STEP, rest_s=0.0)), "info")


def test_files_of_two_cells_are_no_experiment():
    records = [c.record() for c in synth.spots(1, Staircase(levels=(1.0, 2.0), fails_above=None))]
    for number, record in enumerate(records):
        record.metadata.set("cell.id", f"cell{number}", source="test")
    refusal = echub.analyze("ccd", records).refusals[0]
    assert refusal.code == "several-cells"
    assert "--by cell.id" in refusal.hint


def test_several_staircases_need_an_order():
    records = [synth.staircase(seed, NEVER).record() for seed in (1, 2)]
    assert echub.analyze("ccd", records).refusals[0].code == "cell-not-stated"
    for record in records:
        record.metadata.set("cell.id", "A", source="test")
    assert echub.analyze("ccd", records).refusals[0].code == "no-order"
    for record, start in zip(records, ("2024-03-14T10:00:00", "2024-03-14T09:00:00"), strict=True):
        record.metadata.set("experiment.start", start, source="test")
    assert bounds(echub.analyze("ccd", records)) == (6, None)


def test_an_area_for_some_files_only_is_refused():
    first, second = synth.spots(1, Staircase(levels=(1.0, 2.0), fails_above=None))
    refusal = echub.analyze("ccd", [first.record(), second.without("cell.area").record()]).refusals[0]
    assert refusal.code in ("several-cells", "mixed-area")

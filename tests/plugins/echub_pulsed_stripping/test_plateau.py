"""Capacity against rest: the plateau, what is left out and why, what is not mixed."""

from __future__ import annotations

import pytest

import echub
from echub.plugin import Measurand, Outcome
from echub.testing import synth
from echub.testing.synth import Pulses


def outcomes(rests, **changes):
    setups = [Pulses(rests_s=(rest,), **changes) for rest in rests]
    found = [echub.analyze("pulsed-stripping", synth.pulses(1, setup).data()) for setup in setups]
    return [o.replace(label=f"rest {rest:g} s") for o, rest in zip(found, rests, strict=True)]


def plateau(given, **params):
    return echub.analyze("pulsed-stripping-plateau", given, params=params)


@pytest.fixture(scope="module")
def healing():
    return outcomes((0.3, 1.0, 3.0, 8.0, 10.0))


def test_the_plateau_is_where_longer_rests_do_not_raise_the_capacity(healing):
    outcome = plateau(healing)
    assert outcome["capacity_plateau"].value == pytest.approx(0.025, rel=0.005)
    assert outcome["capacity_plateau"].n == 2
    bracket = outcome["plateau_from"].interval
    assert (bracket.low, bracket.high) == (pytest.approx(3), pytest.approx(8))
    assert outcome.tables["capacities"]["on_plateau"].values == (False, False, False, True, True)


def test_a_capacity_that_still_rises_is_a_lower_bound(healing):
    outcome = plateau(healing[:3])
    assert outcome["capacity_plateau"].censoring == "right"
    last = healing[2]["stripping_capacity"]
    assert outcome["capacity_plateau"].interval.low == pytest.approx(last.value - 1.959964 * last.uncertainty)
    # The rests of 0.3 s have rows every 0.1 s, which their own outcome is flagged for.
    assert [flag.code for flag in outcome.flags] == ["no-plateau", "flagged-inputs"]
    assert "coarse-rest" in outcome.flags[1].text


def test_a_series_beyond_the_plateau_that_never_ended_makes_it_a_lower_bound(healing):
    beyond = outcomes((12.0,), limit=0.024)[0]
    assert plateau([*healing, beyond])["capacity_plateau"].value is not None  # below: no contradiction
    large = synth.Voids(void_charge=0.02)
    above = outcomes((12.0,), cell=large, limit=0.05)[0]
    outcome = plateau([*healing, above])
    assert outcome["capacity_plateau"].censoring == "right"
    assert outcome["capacity_plateau"].interval.low == pytest.approx(0.05, rel=2e-3)  # less its error


def test_blocks_of_one_file_are_points_and_those_that_were_not_fresh_are_left_out(healing):
    setup = Pulses(rests_s=(0.3, 1.0, 3.0), replated=False, limit=10 / 3600)
    stripped = echub.analyze("pulsed-stripping", synth.pulses(1, setup).data())
    table = plateau([*healing, stripped]).tables["capacities"]
    reasons = dict(zip(table["outcome"].values, table["left_out"].values, strict=True))
    assert reasons["generated block 1"] == ""
    assert reasons["generated block 3"] == "not fresh: stripped before"


def test_the_figure_gets_what_was_used_and_what_was_not(healing):
    shown = plateau(healing, exclude="rest 1 s: leaked").diagnostics
    used = {round(rest, 1): used for rest, used in zip(shown["rest"].values, shown["used"].values, strict=True)}
    assert used == {0.3: True, 1.0: False, 3.0: True, 8.0: True, 10.0: True}
    assert shown["plateau_rests"].array() == pytest.approx([8, 10])


def test_what_is_left_out_by_hand_needs_a_reason(healing):
    outcome = plateau(healing, exclude="rest 0.3 s: leak")
    assert "by hand: leak" in outcome.tables["capacities"]["left_out"].values
    assert plateau(healing, exclude="rest 0.3 s").refusals[0].code == "bad-exclusion"


@pytest.mark.parametrize(
    ("code", "changes"), [("mixed-current", {"j": 2.0}), ("mixed-pulse", {"pulse_s": 0.5}),
                          ("mixed-direction", {"direction": -1})]
)  # fmt: skip
def test_what_was_not_measured_alike_is_not_mixed(healing, code, changes):
    given = [*healing, *outcomes((2.0,), **changes)]
    assert plateau(given).refusals[0].code == code
    assert "mixed" in [flag.code for flag in plateau(given, allow_mixed=True).flags]


def test_charges_are_not_mixed_with_capacities(healing):
    bare = synth.pulses(1, Pulses(rests_s=(2.0,))).without("cell.area")
    assert plateau([*healing, echub.analyze("pulsed-stripping", bare.data())]).refusals[0].code == "mixed-unit"


def test_few_rests_and_refused_series(healing):
    refusal = plateau(healing[:2]).refusals[0]
    assert (refusal.code, refusal.message) == (
        "too-few-rests", "2 rests: a plateau takes at least 3, two on it and one below",
    )  # fmt: skip
    assert plateau(healing[:1]).refusals[0].message.startswith("1 rest: ")
    refused = echub.analyze("pulsed-stripping", synth.pulses(1).without("current").data())
    assert plateau([refused]).refusals[0].where == "generated: refused: missing-column"
    assert plateau([refused]).refusals[0].message == "none of 1 capacity is usable"


def stated(rest, unit="mA*h/cm^2", rest_unit="s"):
    """Return the capacity of another program: 1 at every rest."""
    found = {"stripping_capacity": Measurand(unit, 1.0, 0.02), "rest_duration": Measurand(rest_unit, rest)}
    return Outcome(found, label=f"rest {rest:g} {rest_unit}", analysis="pulsed-stripping")


RESTS = (1.0, 2.0, 4.0, 8.0)


def test_a_capacity_in_a_unit_that_is_not_one_of_capacities_is_refused():
    (refusal,) = plateau([stated(rest, "C/cm^2") for rest in RESTS]).refusals
    wrong = "capacity is in C/cm², not in mA·h/cm² or mA·h"
    assert (refusal.code, refusal.message) == ("no-values", "none of 4 capacities is usable")
    assert refusal.where == "; ".join(f"rest {rest:g} s: {wrong}" for rest in RESTS)


def test_a_rest_in_minutes_is_not_taken_for_seconds():
    outcome = plateau([*(stated(rest) for rest in RESTS), stated(16.0, rest_unit="min")])
    assert outcome["capacity_plateau"].value == pytest.approx(1.0)
    assert [(flag.code, flag.where) for flag in outcome.flags if flag.code == "left-out"] == [
        ("left-out", "rest 16 min: rest_duration is in min, not in s")
    ]


def test_allow_mixed_does_not_mix_charges_with_and_without_an_area():
    (refusal,) = plateau([stated(1.0), stated(2.0), stated(4.0), stated(8.0, "mA*h")], allow_mixed="true").refusals
    assert (refusal.code, refusal.message) == ("mixed-unit", "the capacities are in mA·h and mA·h/cm²")

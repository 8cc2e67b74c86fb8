"""Edges that are not error functions, several steps, dead time that nobody stated, the end of a crater."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth.foreign import profile


def verdicts(shape, seeds):
    cases = [profile.SHAPES[shape](np.random.default_rng(seed)) for seed in seeds]
    return [
        (case.judge(outcome), {f.code for f in outcome.flags}) for case in cases for outcome in [case.answer()]
    ]


def test_two_steps_80_to_250_nm_apart_are_flagged_at_200_counts():
    found = verdicts("two steps, 80 to 250 nm apart, 200 counts", range(25))
    assert all(verdict == "flagged" for verdict, _ in found)
    assert sum("several-steps" in codes for _, codes in found) >= 22


@pytest.mark.parametrize("shape", ["exponential tail: width", "logistic: width", "beam loses 10 to 40 %"])
def test_other_shapes_are_flagged_or_within_a_wider_interval(shape):
    assert "silently wrong" not in [verdict for verdict, _ in verdicts(shape, range(8))]


def test_an_exponential_tail_is_named():
    assert all("edge-shape" in codes or "several-steps" in codes
               for _, codes in verdicts("exponential tail: position", range(5)))  # fmt: skip


def test_an_error_function_is_rarely_flagged():
    found = verdicts("error function: position", range(20))
    assert sum(verdict == "flagged" for verdict, _ in found) <= 4


def test_a_yield_that_changes_within_the_edge_is_flagged_or_within_a_wider_interval():
    """One in a hundred is silently wrong (decision 92); of 40, more than two are with a chance of 1 %."""
    found = verdicts("yield changes at the edge", range(40))
    assert [verdict for verdict, _ in found].count("silently wrong") <= 2
    assert sum("yield-changes" in codes for _, codes in found) >= 32


def test_a_constant_yield_hardly_ever_widens_the_interval():
    """4 of 100 do by chance (decision 108), 25 did; of 40, more than five would with a chance of 1 %."""
    count = 0
    for seed in range(40):
        outcome = profile.SHAPES["error function: position"](np.random.default_rng([5, seed])).answer()
        count += "changing yield" in list(outcome.tables["shapes"]["shape"].values)
    assert count <= 5


def test_the_changed_yield_is_found_and_the_position_without_it():
    """The yield rises by 1.35 behind the edge: the fitted factor and the edge beside it are those drawn."""
    case = profile.SHAPES["yield changes at the edge"](np.random.default_rng(2))
    outcome = case.answer()
    (flag,) = [flag for flag in outcome.flags if flag.code == "yield-changes"]
    shapes = outcome.tables["shapes"]
    beside = dict(zip(shapes["shape"].values, shapes["position"].values, strict=True))["changing yield"]
    plain = outcome["interface_position"]
    assert abs(beside - case.truth) < abs(plain.value - case.truth) / 2
    assert plain.interval.covers(beside)
    assert "matrix" in flag.hint


def test_a_dead_time_that_nobody_states_is_suspected():
    assert all("dead-time-suspected" in codes for _, codes in verdicts("dead time not stated", range(5)))
    assert not any("dead-time-suspected" in codes for _, codes in verdicts("error function: width", range(10)))


def test_enrichment_is_answered_where_the_ion_has_no_edge():
    """Silicon is flat: no interface, but twice as much in the failed region is still 2."""
    ions = (synth.Ion("Si+", 400.0, stop=None), synth.Ion("Zr+", 200.0, stop=None))
    record = synth.layered(3, synth.Layers(ions=ions, factors={"pristine": {}, "failed": {"Si+": 2.0}})).record()
    assert echub.analyze("sims-profile", record, params={"reference": "pristine"}).status == "refused"
    params = {"reference": "pristine", "report": "enrichment"}
    outcome = echub.analyze("sims-profile", record, params=params)
    assert outcome.status != "refused"
    assert outcome["enrichment"].interval.covers(802 / 402)
    assert (
        echub.analyze("sims-profile", record, params={"report": "enrichment"}).refusals[0].code == "no-reference"
    )


@pytest.mark.parametrize(("first", "deepest"), [(0.0, 900.0), (5.0, 950.0), (10.0, 1000.0)])
def test_the_crater_s_depth_is_that_of_the_end_not_of_the_last_point(first, deepest):
    """Ten points every 10 s, stamped at their start, middle or end: sputtering ends at 100 s."""
    from echub.testing.synth.case import Case, Column

    columns = {
        "species": Column(np.repeat(np.array(["Na+"]), 10)),
        "polarity": Column(np.ones(10, dtype=np.int8), "1"),
        "sputter_time": Column(first + 10.0 * np.arange(10), "s"),
        "ion_counts": Column(np.array([400.0] * 5 + [4.0] * 5), "count"),
    }
    case = Case(columns, {"sims.crater_depth": "1 um"}, kind="depth_profile")
    outcome = echub.analyze("sims-profile", case.record())
    assert max(outcome.diagnostics["x"].values) == pytest.approx(deepest)

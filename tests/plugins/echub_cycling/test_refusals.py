"""Every refusal, each for its reason, from generated runs."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.plugin import Flag, Measurand, Outcome
from echub.testing import synth
from echub.testing.synth import CyclingSetup, LevelSteps, Programme, SymmetricRun

CELL = synth.cycles(1, CyclingSetup(programme=Programme(rates=(0.5, 0.5))))


NO_LINE = "2 levels, but no three rising ones in one direction: no line to compare with"
HELD = "the current is not held at levels: it moves all the time, or the potential was controlled"


def code(analysis, case, **params):
    return echub.analyze(analysis, case.data(), params=params).refusals[0].code


def current(values, t=None, u=None):
    n = len(values)
    t = np.arange(float(n)) if t is None else t
    u = np.linspace(3, 3.2, n) if u is None else u
    return synth.Case({"time": synth.Column(t, "s"), "current": synth.Column(values, "mA"),
                       "voltage": synth.Column(u, "V")})  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "case"),
    [
        ("no-current", current(np.zeros(50))),
        ("one-direction", current(np.ones(50))),
        ("no-complete-cycle", current(np.repeat([-1.0, 1.0], 50))),
        ("current-swept", current(np.linspace(-1, 1, 400))),
        ("missing-column", CELL.without("current")),
    ],
)
def test_cycling_refuses(expected, case):
    assert code("cycling", case) == expected


@pytest.mark.parametrize(("charge", "current_"), [("auto", "anodic"), ("cathodic", "cathodic")])
def test_without_a_complete_cycle_the_refusal_names_the_current_that_charges(charge, current_):
    """A discharge and the charge after it, in the direction that is asked for."""
    sign = -1.0 if charge == "auto" else 1.0
    case = current(sign * np.repeat([1.0, -1.0], 50))
    told = synth.Case(case.columns, {"cell.electrodes.working.polarity": "positive"})
    (refusal,) = echub.analyze("cycling", told.data(), params={"charge": charge}).refusals
    how = "the working electrode is the positive one" if charge == "auto" else "charge=cathodic"
    assert (refusal.code, refusal.message, refusal.where) == (
        "no-complete-cycle",
        "2 half cycles, but no charge with a whole discharge after it",
        f"the {current_} current charges: {how}",
    )
    (refusal,) = echub.analyze("cycling", current(sign * np.ones(50)).data()).refusals
    assert (
        refusal.message
        == f"the current is only {'an' if sign > 0 else 'cath'}odic, 0.01361 mA·h: it never reverses"
    )


def test_a_voltammogram_has_no_capacities():
    u = np.abs((np.arange(4000.0) / 1000) % 2 - 1)
    i = np.where(np.arange(4000) // 1000 % 2, -1, 1) * (0.1 + np.exp(-(((u - 0.5) / 0.1) ** 2)))
    assert code("cycling", current(i, u=u)) == "potential-swept"


def test_bad_lists_of_cycles():
    assert code("cycling", CELL, at="all") == "bad-cycles"
    assert code("cycling", CELL, at="1, 7") == "no-such-cycle"


def test_symmetric_cycling_refuses_other_cells():
    assert code("symmetric-cycling", CELL) == "unequal-electrodes"
    run = synth.symmetric(1, SymmetricRun(count=6, drop_h=None))
    assert code("symmetric-cycling", run.without("cell.symmetric").rows(100)) == "one-direction"
    told = synth.Case(run.columns, {**run.metadata, "cell.symmetric": "false"})
    assert code("symmetric-cycling", told) == "unequal-electrodes"


def test_a_symmetric_cell_without_any_voltage_has_no_lifetime():
    """A dead short from the start, or a lead that is not connected: neither has lived until the end."""
    run = synth.symmetric(1, SymmetricRun(count=6, drop_h=None))
    silent = run.with_values("voltage", 0.0 * run.columns["voltage"].values)
    (refusal,) = echub.analyze("symmetric-cycling", silent.data()).refusals
    assert (refusal.code, refusal.message) == (
        "no-voltage",
        "U is 0 V in all 6 half cycles: the cell is shorted from the start, or its voltage is not connected",
    )


def test_lifetimes_need_three_cells_that_were_cycled_alike():
    given = [echub.analyze("symmetric-cycling", synth.symmetric(k, SymmetricRun(count=6, drop_h=None)).data())
             for k in range(3)]  # fmt: skip
    assert echub.analyze("cell-lifetimes", given[:2]).refusals[0].code == "too-few-lifetimes"
    assert echub.analyze("cell-lifetimes", given)["median_lifetime"].censoring == "right"
    other = echub.analyze(
        "symmetric-cycling", synth.symmetric(4, SymmetricRun(j=1.0, count=6, drop_h=None)).data()
    )
    assert echub.analyze("cell-lifetimes", [*given, other]).refusals[0].code == "mixed-level"
    mixed = echub.analyze("cell-lifetimes", [*given, other], params={"allow_mixed": True})
    assert (mixed.status, mixed["cells"].value) == ("ok", 4.0)


@pytest.mark.parametrize("unknown", [Measurand("h"), Measurand.less_than("h", 3.0)])
def test_a_lifetime_without_value_and_lower_bound_is_refused(unknown):
    given = [Outcome({"lifetime": Measurand("h", hours)}, label=f"{hours}") for hours in (1.0, 2.0, 3.0)]
    found = echub.analyze("cell-lifetimes", given)
    assert (found["median_lifetime"].value, found["failed"].value) == (2.0, 3.0)
    (refusal,) = echub.analyze("cell-lifetimes", [*given, Outcome({"lifetime": unknown})]).refusals
    assert (refusal.code, refusal.message) == ("no-values", "a lifetime has neither a value nor a lower bound")
    refused = Outcome({"lifetime": unknown}, flags=(Flag("no-current", "none flows", "refusal"),))
    beside = echub.analyze("cell-lifetimes", [*given, refused])
    assert beside["cells"].value == 3.0
    assert [flag.message for flag in beside.flags if flag.code == "left-out"] == [
        "1 outcome without a lifetime was left out"
    ]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            [np.zeros(20), np.full(2, 1.0), np.zeros(20), np.full(2, 2.0)],
            "0 levels of current, at least 2 are needed",
        ),
        ([np.full(20, 1.0)], "1 level of current, at least 2 are needed"),
        # Two levels of ten rows, and 21 rows of which each has another current; with 20 it is a staircase.
        ([np.full(10, 1.0), np.full(10, 2.0), 3 + np.arange(21) % 7], HELD),
        ([np.full(10, 1.0), np.full(10, 2.0), 3 + np.arange(20) % 7], NO_LINE),
    ],
)
def test_a_current_without_two_levels_for_half_of_the_time_is_no_staircase(parts, message):
    j = np.concatenate(parts)
    found = echub.analyze("staircase-linearity", current(j, u=0.1 * j + 0.001 * np.arange(len(j)) % 3).data())
    assert [(flag.code, flag.message) for flag in found.refusals] == [("no-levels", message)]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("silent", "said"),
    [
        (9.0, ("line-uncertain", "refusal", "no voltage is seen: there is no line to compare with")),
        (1.0, ("line-uncertain", "warning",
               "we_oxidised: no voltage is seen at the lowest level, with which the next one is compared")),
    ],
)  # fmt: skip
def test_a_staircase_shows_no_line_where_it_shows_no_voltage(silent, said):
    """0.1 Ω·level above the levels that are below the digit of the instrument; a short has none at all."""
    j = np.repeat([0.0, 1, 2, 3, 4], 20)
    found = echub.analyze("staircase-linearity", current(j, u=np.where(j <= silent, 0.0, 0.1 * j)).data())
    assert [(f.code, f.severity, f.message) for f in found.flags if f.code != "no-area"] == [said]


def test_staircases_refuse_what_does_not_rise():
    flat = synth.linear_staircase(1, LevelSteps(levels=(0.1,), both=False))
    assert code("staircase-linearity", flat) == "no-levels"
    falling = synth.linear_staircase(1, LevelSteps(levels=(0.4, 0.3, 0.2), kind="none"))
    assert code("staircase-linearity", falling) == "no-levels"
    case = synth.linear_staircase(1, LevelSteps(kind="none"))
    turned = case.with_values("voltage", -case.columns["voltage"].values)
    assert code("staircase-linearity", turned) == "not-resistive"
    one_turned = case.with_values("voltage", np.abs(case.columns["voltage"].values))
    assert code("staircase-linearity", one_turned) == "not-resistive"


def test_a_short_is_below_the_line_and_noise_is_said():
    case = synth.linear_staircase(1, LevelSteps(kind="none"))
    u = case.columns["voltage"].values.copy()
    u[case.columns["time"].values > 9000] *= 0.05
    outcome = echub.analyze("staircase-linearity", case.with_values("voltage", u).data())
    assert "falls-below-line" in [flag.code for flag in outcome.flags]
    noisy = synth.linear_staircase(1, LevelSteps(kind="none", noise_v=0.2, levels=(0.05, 0.1, 0.2)))
    assert code("staircase-linearity", noisy) == "line-uncertain"
    less = synth.linear_staircase(1, LevelSteps(kind="none", noise_v=0.002, levels=(0.05, 0.1, 0.2)))
    assert "line-uncertain" in [f.code for f in echub.analyze("staircase-linearity", less.data()).flags]

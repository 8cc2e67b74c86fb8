"""Flags and refusals for data of a certain kind: each speaks where the data are so, and not of other data.

The data come from the generators, whose settings say what is wrong with them; numbers in the messages follow from
these settings.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.plugin import Interval, Measurand, Outcome
from echub.testing import synth
from echub.testing.synth import CyclingSetup, LevelSteps, Programme, Staircase, SymmetricRun
from echub.testing.synth.voltammogram import Sweeps
from tests.messages.typed_units import typed_units
from tests.plugins.examples import FEW, unrested, without


def changed(case, quantity, function):
    """Return a case of which one column is computed from itself."""
    column = case.columns[quantity]
    return replace(case, columns={**case.columns, quantity: replace(column, values=function(column.values))})


def stairs(**settings):
    return synth.linear_staircase(1, LevelSteps(**settings))


def weibull(*ends):
    """Return outcomes of critical currents between two levels."""
    found = tuple(
        Outcome(
            {"critical_current_density": Measurand("mA/cm^2", interval=Interval(low, high, "bracketing"),
                                                   censoring="interval")} if low else {},
            analysis="ccd", label=f"cell {n}", provenance={"inputs": [{"name": f"{n}", "sha256": f"{n}"}]},
        )
        for n, (low, high) in enumerate(ends)
    )  # fmt: skip
    return synth.Case(outcomes=found)


WIDE = [(1.0, 2.0), (2.0, 3.0), (3.0, 4.0), (4.0, 5.0), (5.0, 6.0), (6.0, 7.0)] * 2


def waved(case):
    t = case.columns["time"].values
    return changed(case, "voltage", lambda u: u * (1 + 0.4 * np.sin(2 * np.pi * t / 41)))


def levels_of(case, factor):
    """Return a run of which the second half flows at another current."""
    n = len(case.columns["time"].values)
    scale = np.where(np.arange(n) < n // 2, 1.0, factor)
    names = [q for q in ("current", "current_density", "voltage") if q in case.columns]
    for name in names:
        case = changed(case, name, lambda v: v * scale)
    return case


def grown(case, factor):
    """Return a run whose voltage is larger in its last third."""
    n = len(case.columns["time"].values)
    return changed(case, "voltage", lambda u: u * np.where(np.arange(n) > 2 * n // 3, factor, 1.0))


def lost(case, name):
    """Return outcomes of which the first lacks a measurand."""
    first, *others = case.outcomes
    kept = {key: m for key, m in first.measurands.items() if key != name}
    return replace(case, outcomes=(replace(first, measurands=kept), *others))


SITUATIONS = {
    "staircase: no rest before": (
        "staircase-linearity",
        lambda: unrested(stairs()),
        lambda: stairs(),
        {},
        "offset-not-measured",
        "",
    ),
    "staircase: an alternating current": (
        "staircase-linearity",
        lambda: waved(stairs()),
        lambda: stairs(),
        {},
        "oscillates",
        "an alternating current",
    ),
    "staircase: only the last level": (
        "staircase-linearity",
        lambda: stairs(levels=(0.05, 0.1, 0.15, 0.2, 0.3, 0.5)),
        lambda: stairs(),
        {},
        "event-not-confirmed",
        "only the last level is beyond the line",
    ),
    "symmetric: two currents": (
        "symmetric-cycling",
        lambda: levels_of(synth.symmetric(1, SymmetricRun(drop_h=None)), 2.0),
        lambda: synth.symmetric(1, SymmetricRun(drop_h=None)),
        {},
        "mixed-levels",
        "2 runs at different currents",
    ),
    "weibull: one without a value": (
        "ccd-weibull",
        lambda: weibull(*WIDE, (0, 0)),
        lambda: weibull(*WIDE),
        {},
        "left-out",
        "1 outcome was left out",
    ),
    "cycling: one cycle": (
        "cycling",
        lambda: synth.cycles(1, CyclingSetup(programme=Programme(rates=(0.5,)))),
        lambda: synth.cycles(1, CyclingSetup(programme=FEW)),
        {},
        "one-cycle",
        "only cycle 1 is complete",
    ),
    "cycling: other rates": (
        "cycling",
        lambda: synth.cycles(1, CyclingSetup(programme=Programme(rates=(0.2, 0.2, 0.5)))),
        lambda: synth.cycles(1, CyclingSetup(programme=Programme(rates=(0.2,) * 3))),
        {"reference": "1"},
        "rates-differ",
        "the reference cycle 1 ran at C/5, the last one at C/2",
    ),
    "ccd: no area": (
        "ccd",
        lambda: without(synth.staircase(1, Staircase(levels=(1.0, 2.0))), "cell.area"),
        lambda: synth.staircase(1, Staircase(levels=(1.0, 2.0))),
        {},
        "no-area",
        "the levels are currents",
    ),
    "ramp: no rest for the offset": (
        "ramp-onset",
        lambda: synth.ramp(1, synth.Ramp(rest_s=0.0)),
        lambda: synth.ramp(1),
        {"method": "lowack2026", "lowack_offset": "rest"},
        "no-rest",
        "no rest before the ramp",
    ),
    "profile: no primary current": (
        "sims-profile",
        lambda: synth.layered(1),
        lambda: replace(synth.layered(1), metadata={**synth.layered(1).metadata, "sims.primary_current": "2 nA"}),
        {"normalise": "primary_current"},
        "no-primary-current",
        "not stated",
    ),
    "symmetric: a contact is lost": (
        "symmetric-cycling",
        lambda: grown(synth.symmetric(1, SymmetricRun(drop_h=None)), 4.0),
        lambda: grown(synth.symmetric(1, SymmetricRun(drop_h=None)), 2.0),
        {},
        "resistance-rises",
        "R rises to more than 3 times the usual",
    ),
    "symmetric: an offset": (
        "symmetric-cycling",
        lambda: synth.symmetric(1, SymmetricRun(offset_v=0.03)),
        lambda: synth.symmetric(1, SymmetricRun()),
        {},
        "offset",
        "an offset of 30",
    ),
    "symmetric: the last half cycle": (
        "symmetric-cycling",
        lambda: synth.symmetric(1, SymmetricRun(drop_h=39.9)),
        lambda: synth.symmetric(1, SymmetricRun()),
        {},
        "event-not-confirmed",
        "no later one confirms it",
    ),
    "plateau: no rest is stated": (
        "pulsed-stripping-plateau",
        lambda: lost(synth.stripped(1), "rest_duration"),
        lambda: synth.stripped(1),
        {},
        "left-out",
        "1 capacity was left out",
    ),
    "plateau: no capacity is stated": (
        "pulsed-stripping-plateau",
        lambda: lost(synth.stripped(1), "stripping_capacity"),
        lambda: synth.stripped(1),
        {},
        "left-out",
        "1 capacity was left out",
    ),
    "window: a threshold within the noise": (
        "stability-window",
        lambda: synth.sweeps(1, Sweeps(noise_ua=50.0)),
        lambda: synth.sweeps(1),
        {},
        "threshold-in-noise",
        "µA/cm²",
    ),
    "ccd: it never turns": (
        "ccd",
        lambda: synth.staircase(1, Staircase(levels=(0.15,) * 4, one_way=True, fails_above=None)),
        lambda: synth.staircase(1, Staircase(levels=(0.15,), cycles=4, fails_above=None)),
        {"report": "cycles"},
        "no-reversal",
        "the current never turns",
    ),
    "weibull: two populations": (
        "ccd-weibull",
        lambda: weibull(*[(1.0, 1.1)] * 10, *[(1.1, 1.2)] * 10, *[(9.0, 9.1)] * 10, *[(9.1, 9.2)] * 10),
        lambda: weibull(*WIDE),
        {},
        "two-populations",
        "the cells fall into two populations (p = ",
    ),
    "profile: sputter time for depth": (
        "sims-profile",
        lambda: without(synth.layered(1), "sims.crater_depth"),
        lambda: synth.layered(1),
        {},
        "depth-uncalibrated",
        "",
    ),
}


def codes(analysis, case, params):
    found = echub.analyze(analysis, case.data(), params=params)
    assert typed_units(found) == []
    return {flag.code: flag.message for flag in found.flags}


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_flag_speaks_of_its_data_and_of_no_others(name):
    analysis, so, other, params, code, words = SITUATIONS[name]
    found = codes(analysis, so(), params)
    assert code in found
    assert words in found[code]
    assert code not in codes(analysis, other(), params)

"""A transference number of a current that still falls is an upper bound; of several jumps the largest is named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing.synth.polarisation import PolarisationPlan, polarisation, symmetric_polarisation

R_0, R_SS, VOLT = 60.0, 65.0, 0.01
"""Of the generator: interfaces before and after, Ω, and the step, V."""


@pytest.fixture(scope="module")
def falling():
    case = symmetric_polarisation(1, tau=400)
    params = {"resistance_before": f"{R_0} ohm", "resistance_after": f"{R_SS} ohm"}
    return case, echub.analyze("transference-number", case.data(), params=params)


def test_the_bound_is_that_of_the_largest_steady_and_the_smallest_initial_current(falling):
    """I_ss at the end of its interval, I_0 less two standard uncertainties."""
    _, outcome = falling
    last = outcome["steady_current"].interval.high * 1e-9
    first = (outcome["initial_current"].value - 2 * outcome["initial_current"].uncertainty) * 1e-9
    expected = last * (VOLT - first * R_0) / (first * (VOLT - last * R_SS))
    found = outcome["transference_number"]
    assert (found.value, found.interval.low, found.censoring) == (None, None, "left")
    assert found.interval.high == pytest.approx(expected, rel=1e-5)
    assert found.note == "the current still falls"
    assert outcome["current_ratio"].interval.high == pytest.approx(last / first, rel=1e-5)


def test_the_truth_is_below_the_bound(falling):
    case, outcome = falling
    assert case.truth["transference_number"] < outcome["transference_number"].interval.high
    assert outcome["transference_number"].interval.high < 1.05 * case.truth["transference_number"]


def test_stated_resistances_are_named_in_the_note():
    case = symmetric_polarisation(1)
    params = {"resistance_before": f"{R_0} ohm", "resistance_after": f"{R_SS} ohm", "resistance_uncertainty": "3"}
    found = echub.analyze("transference-number", case.data(), params=params)["transference_number"]
    assert found.note == "interfaces: stated, stated"
    parts = {part.name: (part.uncertainty, part.kind) for part in found.components}
    step = found.value
    first, last = (case.truth[name] * 1e-9 for name in ("initial_current", "steady_current"))
    # d ln t / dR: -I_0 / (V - I_0 R_0) before, I_ss / (V - I_ss R_ss) after; u = 3 % of each resistance.
    before = step * first / (VOLT - first * R_0) * 0.03 * R_0
    after = step * last / (VOLT - last * R_SS) * 0.03 * R_SS
    assert parts["resistance before"][0] == pytest.approx(before, rel=0.01)
    assert parts["resistance after"][0] == pytest.approx(after, rel=0.01)
    assert {name: kind for name, (_, kind) in parts.items() if name.startswith("resistance")} == {
        "resistance before": "B",
        "resistance after": "B",
    }


@pytest.mark.parametrize(("first", "second"), [(2.0, 5.0), (5.0, 2.0), (-5.0, 2.0), (2.0, -5.0)])
def test_of_two_jumps_the_largest_is_named_with_its_time(first, second):
    """At 2000 and 4000 s after the step, which comes 120 s after the start."""
    case = polarisation(1, PolarisationPlan())
    current = case.columns["current"]
    t = case.columns["time"].values - 120
    values = current.values + first * (t > 2000.5) + second * (t > 4000.5)
    found = replace(case, columns={**case.columns, "current": replace(current, values=values)})
    flags = {flag.code: flag for flag in echub.analyze("dc-polarisation", found.data()).flags}
    size, at = (first, 2001) if abs(first) > abs(second) else (second, 4001)
    assert "jumps 2 times, by " in flags["current-jumps"].message
    said = float(flags["current-jumps"].message.partition("by ")[2].split()[0])
    assert said == pytest.approx(size, abs=0.2)
    assert float(flags["current-jumps"].where.split()[0]) == pytest.approx(at, abs=2)
    assert np.sign(said) == np.sign(size)

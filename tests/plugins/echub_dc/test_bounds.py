"""A transference number of a current that still falls is an upper bound, by the equation of Bruce and Vincent."""

from __future__ import annotations

import pytest

import echub
from echub.testing.synth.polarisation import symmetric_polarisation

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

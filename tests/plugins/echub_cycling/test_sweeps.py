"""Voltammograms of every shape are refused as such; capacitors, whose potential is as even, are answered."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.testing import synth

RATE = 5e-3


def _triangle(scans, low, high, rows=900):
    """Return a potential that goes up and down, V, and the direction of each row."""
    up = np.linspace(low, high, rows, endpoint=False)
    return np.tile(np.concatenate([up, up[::-1]]), scans), np.tile(np.repeat([1.0, -1.0], rows), scans)


def _case(t, current, u):
    rng = np.random.default_rng(3)
    noisy = u + rng.normal(0, 1e-4, len(u))
    return synth.Case({"time": synth.Column(t, "s"), "current": synth.Column(current, "mA"),
                       "voltage": synth.Column(noisy, "V")})  # fmt: skip


def _voltammogram(scans=3, low=0.0, peak=0.5, plating=0.0, noise=0.05, slope=0.0, capacity=0.01):
    u, way = _triangle(scans, low, 4.5)
    flows = capacity * (way + noise * np.random.default_rng(5).normal(size=len(u)) + slope * u)
    flows += peak * np.exp((u - 4.5) / 0.1) - plating * np.exp((low - u) / 0.05)
    return _case(np.arange(len(u)) * (4.5 - low) / 900 / RATE, flows, u)


@pytest.mark.parametrize(
    "case",
    [
        _voltammogram(),
        _voltammogram(peak=0.0),
        _voltammogram(peak=0.05, noise=0.01, slope=0.02),
        _voltammogram(scans=1, low=-0.5, plating=0.3),
        _voltammogram(scans=60, noise=0.02),
    ],
    ids=["oxidation", "double layer", "quiet", "plating", "sixty scans"],
)
@pytest.mark.parametrize("analysis", ["cycling", "symmetric-cycling"])
def test_a_voltammogram_with_a_flat_baseline_has_no_capacities(analysis, case):
    refusal = echub.analyze(analysis, case.data()).refusals[0]
    assert (refusal.code, refusal.hint) == ("potential-swept", "echub analyze stability-window")


@pytest.mark.parametrize("held", [0, 90], ids=["constant current", "held at the top"])
def test_a_capacitor_is_answered_though_its_potential_changes_at_one_rate(held):
    """Ten per cent of the time at the upper limit, as in a charge with constant voltage, are not a sweep."""
    up = np.linspace(0, 2.7, 450)
    u = np.tile(np.concatenate([up, np.full(held, 2.7), up[::-1]]), 5)
    flows = np.tile(np.concatenate([np.ones(450), np.exp(-np.arange(held) / 15), -np.ones(450)]), 5)
    flows += np.random.default_rng(1).normal(0, 1e-3, len(u))
    outcome = echub.analyze("cycling", _case(np.arange(len(u)) * 1.0, flows, u).data())
    assert outcome["cycles"].value == 5
    assert outcome["discharge_capacity"].value == pytest.approx(450 / 3600, rel=5e-3)


def test_a_capacitor_whose_current_is_disturbed_in_one_half_cycle_is_answered():
    up = np.linspace(0, 2.7, 450)
    flows = np.tile(np.repeat([1.0, -1.0], 450), 5) + np.random.default_rng(1).normal(0, 1e-3, 4500)
    flows[450:900] *= 1 + 0.05 * np.sin(np.arange(450) / 5)
    case = _case(np.arange(4500.0), flows, np.tile(np.concatenate([up, up[::-1]]), 5))
    assert echub.analyze("cycling", case.data())["cycles"].value == 5


@pytest.mark.parametrize("analysis", ["cycling", "symmetric-cycling", "staircase-linearity", "dc-polarisation"])
def test_a_rest_is_refused_for_its_missing_current(analysis):
    t = np.arange(0.0, 3600.0, 10.0)
    rest = _case(t, np.zeros(len(t)), 2.5 + 0.01 * np.exp(-t / 600))
    refusal = echub.analyze(analysis, rest.data()).refusals[0]
    assert refusal.code == "no-current"
    assert "echub analyze --list FILE" in refusal.hint


def test_what_is_for_another_analysis_names_it():
    t = np.arange(0.0, 6000.0, 5.0)
    decay = _case(t, 2e-3 * np.exp(-t / 300) + 1e-4, np.full(len(t), 0.3))
    assert "dc-polarisation" in echub.analyze("cycling", decay.data()).refusals[0].hint
    assert "dc-polarisation" in echub.analyze("staircase-linearity", decay.data()).refusals[0].hint
    cycled = echub.analyze("staircase-linearity", synth.cycles(1).data())
    assert "cycling" in cycled.refusals[0].hint

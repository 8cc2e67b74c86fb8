"""A sharp onset, 1/f noise and mains hum: the limit is right, its interval holds it, or it is refused."""

from __future__ import annotations

import pytest

import echub
from tests.plugins import sharp_sweeps

LIMITS = ("anodic_limit", "cathodic_limit")


def ask(seed, **setup):
    data, truth = sharp_sweeps.sweep(seed, **setup)
    return echub.analyze("stability-window", data, params={"plating": "none"}), truth


def test_the_foot_of_a_sharp_onset_does_not_bend_the_baseline():
    for seed in range(60):
        outcome, truth = ask(seed)
        for name in LIMITS:
            assert outcome[name].value == pytest.approx(truth[name], abs=5e-4), (seed, name)
            assert outcome[name].interval.covers(truth[name])


@pytest.mark.parametrize("noise", [{"slow": 0.3}, {"slow": 1.0}, {"hum": 0.5}, {"hum": 2.0}, {"hum": 5.0}])
@pytest.mark.parametrize("sharp", [True, False], ids=["sharp", "exponential"])
def test_slow_noise_is_in_the_interval_or_hides_the_threshold(noise, sharp):
    held, answered, refused = 0, 0, 0
    for seed in range(20):
        outcome, truth = ask(seed, sharp=sharp, **noise)
        refused += "threshold-in-noise" in {refusal.code for refusal in outcome.refusals}
        if outcome.status != "refused":
            answered += 2
            held += sum(outcome[name].interval.covers(truth[name]) for name in LIMITS)
    assert answered == 2 * (20 - refused)
    assert held >= 0.88 * answered  # 95 % of 40 are 35 or less in 1 of 30
    assert (refused > 0) == (noise.get("hum", 0) >= 2)

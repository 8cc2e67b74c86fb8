"""Slow noise by means of equal length: none, 1/f noise, a random walk, drift."""

from __future__ import annotations

import numpy as np
import pytest

from echub.science import Wander, wander

RUNS = 200


def noise(rng, slope, rows):
    """Return noise of a power spectrum 1/f^slope with a density of 1 at 1/row, over many records' length."""
    f = np.fft.rfftfreq(4 * rows)
    f[0] = np.inf
    spectrum = (rng.normal(size=f.size) + 1j * rng.normal(size=f.size)) * f ** (-slope / 2)
    return np.fft.irfft(spectrum, 4 * rows)[:rows]


def stretches(values):
    """Return the means of 10 rows, four to a stretch."""
    return values.reshape(-1, 4, 10).mean(axis=2)


def test_means_that_scatter_as_their_rows_do_are_not_slow():
    rng = np.random.default_rng(1)
    slow = sum(bool(wander(stretches(rng.normal(size=800)), np.full(20, 0.1))) for _ in range(RUNS))
    assert slow <= 6  # 1 % of 200, and its scatter


def test_1_f_noise_is_extrapolated_by_its_logarithm():
    """Means that are m lengths apart differ by (m+1)² ln(m+1) + (m-1)² ln(m-1) - 2 m² ln m: 4 ln 2 at one."""
    found = Wander(flicker=1.0)
    assert found.between(1) == pytest.approx(1)
    assert found.between(2) ** 2 == pytest.approx((9 * np.log(3) - 8 * np.log(2)) / (4 * np.log(2)))
    rng = np.random.default_rng(2)
    said, seen = [], []
    for _ in range(RUNS):
        means = stretches(noise(rng, 1.0, 800))
        said.append(float(wander(means, np.zeros(20)).between(60)))
        seen.append(means[15, 0] - means[0, 0])
    assert np.median(said) == pytest.approx(np.std(seen), rel=0.35)


def test_a_random_walk_grows_with_the_root_of_the_distance_at_least():
    rng = np.random.default_rng(3)
    ratio = []
    for _ in range(RUNS):
        means = stretches(np.cumsum(rng.normal(size=3200)))
        ratio.append(float(wander(means, np.full(80, 0.1)).between(300)) / (np.sqrt(3000)))
    assert 0.6 < np.median(ratio) < 1.6


def test_a_drift_of_one_sign_grows_with_the_distance():
    rng = np.random.default_rng(4)
    means = stretches(np.arange(800) * 0.01 + 0.01 * rng.normal(size=800))
    found = wander(means, np.full(20, 1e-5))
    assert found.drift > 0
    assert found.between(60) == pytest.approx(6.0, rel=0.05)


def test_too_few_stretches_say_nothing():
    assert not wander(np.ones((1, 4)), np.ones(1))
    assert not wander(np.full((5, 4), np.nan), np.ones(5))
    assert Wander().between([1, 100]).tolist() == [0, 0]

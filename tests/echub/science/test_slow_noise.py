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


VARIANCE = 1.4826**2
"""Variance of normal values whose squares have the median 1."""


@pytest.mark.parametrize(("white", "seen"), [(0.0, True), (0.37, True), (0.38, False)])
def test_differences_beyond_three_standard_errors_of_their_variance_are_slow(white, seen):
    """24 differences of ±1; the root of the limit is 1 + 3 · 1.65 · √(2/24) / 2 times that of 2 · white."""
    means = np.tile([[0.0, 1, 0, 1], [1, 0, 1, 0]], (4, 1))
    found = wander(means, np.full(8, white))
    assert found == Wander(pytest.approx(VARIANCE - 2 * white) if seen else 0.0, 0.0, 0.0, 3)
    assert bool(found) is seen


@pytest.mark.parametrize("way", [1, -1])
def test_a_steady_course_is_a_drift_and_no_walk(way):
    """Means that rise by 1 have differences of 3 over three lengths; over six, 6."""
    means = way * np.tile(np.arange(4.0), (5, 1)) + np.arange(5.0)[:, None]
    lost = np.vstack([means, [0.0, np.nan, 2.0, 9.0]])
    found = wander(lost, [*np.zeros(5), 0.0])
    assert found == Wander(pytest.approx(VARIANCE), 0.0, 9.0, 3)
    assert wander(np.vstack([means, means[:1]]), [*np.zeros(5), np.nan]) == found


def test_differences_that_grow_more_than_flicker_are_a_walk():
    """Ends at ±9 of steps of ±3 in turn: their variance beyond the 9 · ratio of flicker, ratio 1.867 at three."""
    rising, falling = [0.0, 3, 6, 9], [9.0, 6, 3, 0]
    found = wander(np.tile([rising, falling], (10, 1)), np.zeros(20))
    ratio = (16 * np.log(4) + 4 * np.log(2) - 18 * np.log(3)) / (4 * np.log(2))
    assert (found.flicker, found.drift) == (pytest.approx(9 * VARIANCE), 0.0)
    assert found.walk == pytest.approx(VARIANCE * (81 - 9 * ratio))


def test_each_part_grows_in_its_own_way_and_is_added():
    walk, drift = Wander(walk=2.0, reach=4), Wander(drift=9.0, reach=3)
    assert walk.between([8.0, 4.0, 0.5]) == pytest.approx(np.sqrt([4.0, 2.0, 0.5]))
    assert drift.between([3.0, 6.0, 1.0, 0.0]) == pytest.approx([3.0, 6.0, 1.0, 1.0])
    assert Wander(flicker=4.0).between([0.2, 1.0]) == pytest.approx([2.0, 2.0])
    assert Wander(4.0, 3.0, 9.0, 3).between(1.0) == pytest.approx(np.sqrt(4 + 1 + 1))
    assert [bool(Wander(*parts)) for parts in ((1.0,), (0.0, 1.0), (0.0, 0.0, 1.0), ())] == [
        True,
        True,
        True,
        False,
    ]

"""The fit of an edge: intervals that cover the truth down to few counts, and what is not an edge."""

import numpy as np
import pytest
from scipy.special import erfc

from echub.plugin import Refusal
from echub_sims_profile.method.decay import decay_length
from echub_sims_profile.method.edge import find_edge

X = np.arange(0, 2000, 10.0)


def expected(level, position=1000.0, sign=1):
    return 0.01 * level + level * 0.5 * erfc(sign * (X - position) / (np.sqrt(2) * 12))


def profile(level, rng, sign=1):
    return rng.poisson(expected(level, sign=sign)).astype(float)


def covers(ends, truth):
    low, high = ends
    return (low is None or low <= truth) and (high is None or truth <= high)


@pytest.mark.parametrize(("level", "spread"), [(2000, 0.7), (200, 2.2), (40, 5.5), (20, 8.0)])
def test_intervals_cover_the_truth_down_to_twenty_counts(level, spread):
    rng, draws = np.random.default_rng(level), 80
    at = 1000 + rng.uniform(-5, 5, draws)
    found = [find_edge(X, rng.poisson(expected(level, p)).astype(float), "either") for p in at]
    # of 80 draws with a coverage of 0.92 or more, 0.86 or more cover with 97 % probability
    assert np.mean([covers(e.position_interval, p) for e, p in zip(found, at, strict=True)]) > 0.86
    assert np.mean([covers(e.sigma_interval, 12) for e in found]) > 0.86
    # widths scatter by `spread` nm; the largest likelihood alone is too small by 1.5 nm at 20 counts
    assert np.mean([2 * e.sigma for e in found]) == pytest.approx(24, abs=2.5 * spread / np.sqrt(draws))


def test_intervals_of_few_counts_are_not_symmetric():
    edge = find_edge(X, profile(20, np.random.default_rng(12)), "either")
    low, high = edge.sigma_interval
    assert high - edge.sigma > 1.2 * (edge.sigma - low)


def test_a_rising_edge_is_found_as_one():
    edge = find_edge(X, profile(300, np.random.default_rng(4), sign=-1), "either")
    assert edge.sign == 1
    assert edge.position == pytest.approx(1000, abs=5)


def test_the_gain_is_part_of_the_likelihood():
    gain = np.linspace(0.2, 1.5, len(X))
    n = np.random.default_rng(5).poisson(gain * expected(500)).astype(float)
    edge = find_edge(X, n, "falling", gain)
    assert edge.high == pytest.approx(500, rel=0.03)
    assert edge.position == pytest.approx(1000, abs=3)


def test_overdispersion_widens_the_intervals():
    rng = np.random.default_rng(5)
    plain = profile(200, rng)
    noisy = plain * rng.gamma(4, 1 / 4, len(X))
    assert find_edge(X, noisy, "either").dispersion > 5
    assert find_edge(X, noisy, "either").position_error > 1.5 * find_edge(X, plain, "either").position_error


@pytest.mark.parametrize(
    ("n", "edge", "code"),
    [
        (np.random.default_rng(6).poisson(50, len(X)).astype(float), "either", "no-interface"),
        (np.zeros(len(X)), "either", "empty-channel"),
        (np.ones(3), "either", "too-few-points"),
        (profile(500, np.random.default_rng(7)), "rising", "no-interface"),
    ],
)
def test_what_is_no_edge_is_refused(n, edge, code):
    with pytest.raises(Refusal) as caught:
        find_edge(X[: len(n)], n, edge)
    assert caught.value.code == code


def test_a_decay_is_measured_on_its_background():
    rng, covered, found = np.random.default_rng(8), [], []
    for _ in range(40):
        tail = np.where(X < 1000, 1.0, 10 ** (-(X - 1000) / 150))
        n = rng.poisson(3000 * tail + 2).astype(float)
        decay, error = decay_length(X, n, find_edge(X, n, "falling"))
        found.append(decay)
        covered.append(abs(decay - 150) < 1.96 * error)
    assert np.mean(found) == pytest.approx(150, rel=0.02)
    assert np.mean(covered) > 0.82


def test_an_edge_without_points_on_it_has_no_decay():
    n = np.where(X < 1000, 500.0, 1.0)
    assert decay_length(X, n, find_edge(X, n, "falling")) is None

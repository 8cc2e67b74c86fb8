"""Half widths of sums of normal and uniform errors: the probability by its own formula, and few integrals."""

import math

import pytest

from echub.science import coverage, coverage_half_width


def probability(half, sigma, limit):
    """Return the probability that a normal and a uniform error together stay within ±half: by its closed form."""

    def integral(z):
        return z * 0.5 * math.erfc(-z / math.sqrt(2)) + math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    def below(x):
        return sigma * (integral((x + limit) / sigma) - integral((x - limit) / sigma)) / (2 * limit)

    return below(half) - below(-half)


@pytest.mark.parametrize("level", [0.68, 0.95, 0.99, 0.999])
@pytest.mark.parametrize("limit", [0.01, 0.5, 1.7, 6.0])
def test_the_interval_covers_with_its_probability(level, limit):
    half = coverage_half_width(1.0, [limit], level)
    assert probability(half, 1.0, limit) == pytest.approx(level, abs=2e-5)


def test_one_uniform_error_is_covered_by_its_part():
    assert coverage_half_width(uniform=[2.0]) == 0.95 * 2.0
    assert coverage_half_width() == 0.0


@pytest.mark.parametrize("level", [0.5, 0.68, 0.9, 0.95])
def test_secants_find_what_bisection_finds_with_a_third_of_the_integrals(level):
    asked = []

    def covered(half):
        asked.append(half)
        return math.erf(half / math.sqrt(2))

    found = coverage._reached(covered, level)
    count = len(asked)
    assert found == coverage._by_halves(covered, level)
    assert count <= 13
    assert len(asked) - count == coverage._HALVINGS


def test_a_level_that_secants_miss_is_found_by_bisection():
    def covered(half):
        return min(half, 1.0) if half < 3 else 1.0 + half - 3

    assert coverage._reached(covered, 1.5) == coverage._by_halves(covered, 1.5)
    assert coverage._reached(covered, 2.0) == coverage._by_halves(covered, 2.0) == pytest.approx(4.0)


@pytest.mark.parametrize("level", [0.68, 0.95])
def test_two_and_three_equal_uniform_errors_are_covered_by_their_own_formulas(level):
    """Their sum is a triangle, with tails of (2 - h)²/8, or made of three parabolas, with (3 - h)³/48 beyond 1."""
    tail = (1 - level) / 2
    assert coverage_half_width(uniform=[1.0, -1.0], level=level) == pytest.approx(2 - (8 * tail) ** 0.5, rel=1e-3)
    assert coverage_half_width(uniform=[2.0] * 3, level=level) == pytest.approx(
        2 * (3 - (48 * tail) ** (1 / 3)), rel=1e-3
    )


def test_a_normal_error_alone_and_a_negative_limit():
    assert coverage_half_width(2.0) == pytest.approx(2 * 1.959964, rel=1e-5)
    assert coverage_half_width(uniform=[-2.0], level=0.5) == 1.0

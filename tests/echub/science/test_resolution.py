"""The digit of a reading, and what it hides."""

import numpy as np
import pytest

from echub.science import digit, digit_error, noise_of_digits


@pytest.mark.parametrize("step", [1e-3, 3e-4, 0.5])
def test_a_coarse_reading_shows_its_digit(step):
    t = np.arange(3000)
    values = 20 * step * np.sin(t / 300) + 0.3 * step * np.random.default_rng(1).normal(size=len(t))
    assert digit(np.round(values / step) * step) == pytest.approx(step)


def test_a_decay_without_noise_shows_its_digit():
    decay = 30 * np.exp(-np.arange(2000) / 300)
    assert digit(np.round(decay / 0.5) * 0.5) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1.0],
        np.ones(50),
        np.random.default_rng(1).normal(size=2000),
        np.repeat([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 20),  # programmed levels, all one way
        np.tile([0.05, -0.05], 200),  # a square wave
    ],
    ids=["nothing", "one", "constant", "noise", "stairs", "square"],
)
def test_what_is_not_coarse_has_none(values):
    assert digit(values) == 0.0


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.3, 0.5, 1.0])
def test_the_error_of_a_mean_is_that_of_rounding(noise):
    """In 200 places of the true value in its digit; the rest of a mean of 400 rows is its noise."""
    rng = np.random.default_rng(3)
    held = 0
    for place in rng.uniform(0, 1, 200):
        values = np.round(place + noise * rng.normal(size=400))
        rest = 2.5 * max(noise, noise_of_digits(values, 1.0)) / 20
        held += abs(values.mean() - place) <= digit_error(values, 1.0) + rest
    assert held >= 180
    assert digit_error(np.zeros(10), 1.0) == 0.5
    assert digit_error([1.0, 2.0], 0.0) == 0.0


def test_noise_of_rows_that_are_mostly_equal():
    values = np.round(0.3 * np.random.default_rng(1).normal(size=5000))
    assert noise_of_digits(values, 1.0) == pytest.approx(np.std(values), rel=0.1)
    assert noise_of_digits([3.0], 1.0) == 0.0


def climbing(*changes):
    """Return values from their changes, in digits."""
    return np.concatenate([[0.0], np.cumsum(changes)])


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ([1, 1, 1, 5, -1, -1, -1], 1.0),  # three steps each way, a range of eight digits
        ([1, 1, 1, 5, -1, -1], 0.0),
        ([1, 1, 5, -1, -1, -1], 0.0),
        ([1, 1, 1, 4, -1, -1, -1], 0.0),  # a range of seven
        ([1, 1, 1, 5.01, -1, -1, -1], 1.0),  # to 2 % of a digit
        ([1, 1, 1, 5.03, -1, -1, -1], 0.0),
        ([1, 0, 0, 1, 1, 5, 1e-9, -1, -1, -1], 1.0),  # rounding of binary numbers changes nothing
        ([1, 1, 1, 5, 1e-6, -1, -1, -1], 0.0),
    ],
)
def test_a_digit_shows_in_steps_both_ways(changes, shown):
    assert digit(climbing(*changes)) == pytest.approx(shown, abs=2e-9)
    assert digit([*climbing(*changes), np.nan]) == pytest.approx(shown, abs=2e-9)


@pytest.mark.parametrize(
    ("held", "shown"),
    [([1] * 5 + [3] * 5, 1.0), ([1] * 5 + [2] * 5, 0.0), ([1] * 4 + [3] * 5, 0.0), ([3] * 10, 0.0)],
)
@pytest.mark.parametrize("way", [1, -1])
def test_a_decay_shows_a_digit_in_ten_steps_that_are_held_unevenly(held, shown, way):
    """A decay is held for ever longer; a programme for equal times."""
    values = way * np.repeat(np.arange(len(held) + 1.0), [*held, 1])
    assert digit(values) == shown


@pytest.mark.parametrize("step", [1.0, 2.0])
def test_the_error_of_a_mean_by_hand(step):
    """Two neighbouring readings: the middle of both against the mean; else the formula with the noise."""
    assert digit_error(step * np.array([3, 3, 3, 4]), step) == pytest.approx(step * 0.25)
    assert digit_error(step * np.array([4, 4, 4, 3]), step) == pytest.approx(step * 0.25)
    assert digit_error(step * np.array([3, 4]), step) == 0
    around = step * np.array([1.0, -1.0] + [0.0] * 13)  # variance 2/15, that of rounding 1/12: 0.05 of a digit²
    assert digit_error(around, step) == pytest.approx(step / 2 * np.exp(-2 * np.pi**2 * 0.05))
    seldom = step * np.array([1.0, -1.0] + [0.0] * 28)  # less than rounding itself
    assert digit_error(seldom, step) == step / 2
    assert digit_error([], step) == 0
    apart = step * np.array([0.0, 1.5])  # by a digit and a half: no neighbours
    assert digit_error(apart, step) == pytest.approx(step / 2 * np.exp(-2 * np.pi**2 * (0.75**2 - 1 / 12)))


def test_changes_of_two_digits_are_noise_and_of_three_are_none():
    assert noise_of_digits([0.0, 1, 0, 2, 0, 3, 3], 1.0) == pytest.approx(np.sqrt((1 + 1 + 4 + 4 + 0) / 5 / 2))
    assert noise_of_digits([0.0, 3.0], 1.0) == 0.0
    assert noise_of_digits([0.0, 2.5, 3.5], 1.0) == pytest.approx(np.sqrt(1 / 2))

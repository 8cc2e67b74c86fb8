"""Where a frequency sweep starts, and the running number of each spectrum."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echub.segments import spectrum_numbers, sweep_starts

DOWN, UP = [1000, 100, 10, 1], [1, 10, 100, 1000]


@pytest.mark.parametrize(
    ("frequency", "starts"),
    [
        ([], []),
        ([10], [0]),
        ([10, 10, 10], [0]),
        ([10, 100], [0]),
        ([1, 10, 100, 1, 0.1, 0.12], [0, 3, 5]),  # a sweep of one step, turned, and then cut
        (DOWN, [0]),
        (UP, [0]),
        (DOWN + DOWN, [0, 4]),
        (UP + UP + UP, [0, 4, 8]),
        ([100, 10, 10, 1, 100, 10, 1], [0, 4]),
        ([1000, 1000, 100, 10, 1000, 1000, 100], [0, 4]),
        (DOWN + UP, [0, 4]),
        (UP + DOWN, [0, 4]),
        ([1000, 100, 10, 1, 10, 100, 1000], [0, 4]),  # the turning point once: it ends the sweep before
        ([1000, 100, 10, 1, 1, 1, 10, 100], [0, 5]),
        ([1000, 100, 10, 1, 1, 1, 1, 10, 100], [0, 5]),
        ([*DOWN, 1000, 100], [0, 4]),  # the last was cut
        ([*DOWN, 1000], [0, 4]),
        ([*UP, 1], [0, 4]),
        ([1000, 100, 1000, 100, 10], [0, 2]),
        ([1000, 100, 10, 10, 100], [0, 3]),  # turned, and then cut
        ([1000, 100, 100, 1], [0]),
        ([1e6, 1e5, 1e4, 20, 1e6, 1e5, 1e4], [0, 4]),  # one more point below is the same sweep
        ([1e6, 1e5, 1e4, 2e4, 1e6, 1e5, 1e4], [0, 3, 4]),  # a single point, and then a whole sweep
        ([1e3, 1e2, 10, 20, 200, 2000], [0, 3]),  # a sweep up from another frequency
        ([1000.0, 100.0, 100.0005, 10.0], [0]),  # a repeated frequency, its last digit aside
    ],
)
def test_sweeps(frequency, starts):
    assert sweep_starts(frequency).tolist() == starts


def test_both_directions_of_an_instrument():
    there = np.logspace(5, 0, 12)
    assert sweep_starts(np.concatenate([there, there[::-1]])).tolist() == [0, 12]


@st.composite
def sweeps(draw):
    """Sweeps of at least two points, up or down, evenly spaced; each starts back from where the last one ended."""
    parts, per_decade = [], draw(st.integers(2, 12))
    for _ in range(draw(st.integers(1, 6))):
        low = draw(st.integers(-3, 2))
        span = np.arange(draw(st.integers(3, 40))) / per_decade
        sweep = 10.0 ** (low + span)
        if draw(st.booleans()):
            sweep = sweep[::-1]
        if draw(st.booleans()):
            sweep = np.repeat(sweep, draw(st.integers(1, 3)))
        if parts and not _shows(parts[-1], sweep):
            sweep = sweep[::-1]
        if not parts or _shows(parts[-1], sweep):
            parts.append(sweep)
    return parts


def _shows(before, after):
    """Return whether the frequencies show where `after` starts: a step against `before`, then on the same way."""
    along = np.sign(before[-1] - before[0])
    return along * (after[0] - before[-1]) < -1e-3 * after[0] and along * (after[-1] - after[0]) > 0


@given(sweeps())
def test_sweeps_one_after_another_are_told_apart_by_the_frequency(parts):
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    assert sweep_starts(np.concatenate(parts)).tolist() == starts.tolist()


@st.composite
def any_sweeps(draw):
    """Monotone sweeps of any length and spacing, one-point ones and repeated frequencies among them."""
    frequency = st.floats(1e-3, 1e7)
    parts = []
    for _ in range(draw(st.integers(1, 6))):
        values = sorted(draw(st.lists(frequency, min_size=1, max_size=20)), reverse=draw(st.booleans()))
        parts.append(values)
    return parts


@given(any_sweeps(), st.sampled_from(["row", "counter", "label", "starts"]))
def test_any_monotone_sweeps_are_recovered_where_something_else_parts_them(parts, how):
    frequency = np.concatenate(parts)
    expected = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    row = np.arange(len(frequency)) + 1000 * expected  # a gap no sweep accounts for
    given_ = {
        "row": {"row": row},
        "counter": {"counters": [expected + 3]},
        "label": {"labels": [expected]},
        "starts": {"starts": np.flatnonzero(np.diff(expected, prepend=-1))},
    }[how]
    assert spectrum_numbers(frequency, **given_).tolist() == expected.tolist()


def test_rows_between_start_a_spectrum_unless_the_sweep_accounts_for_them():
    assert spectrum_numbers([1000, 100, 10, 1], row=[0, 1, 5, 6]).tolist() == [0, 0, 1, 1]
    assert spectrum_numbers([50, 50, 50], row=[0, 2, 4]).tolist() == [0, 1, 2]
    lost = [1000, 100, 1, 0.1]  # one row of the sweep has no frequency
    assert spectrum_numbers(lost, row=[0, 1, 3, 4]).tolist() == [0, 0, 0, 0]
    assert spectrum_numbers(lost, row=[0, 1, 4, 5]).tolist() == [0, 0, 1, 1]


def test_numbers_that_are_used_again_do_not_cut_a_sweep():
    frequency = DOWN * 4
    restarts = [0] * 4 + [1] * 4 + [2] * 2 + [0] * 2 + [1] * 4  # from 2 to 0 inside the third
    assert spectrum_numbers(frequency, labels=[restarts]).tolist() == np.repeat(range(4), 4).tolist()
    assert spectrum_numbers([5.0] * 4, labels=[[0, 1, 0, 1]]).tolist() == [0, 1, 2, 3]


def test_each_of_several_labels_and_counters_parts_spectra():
    first, second = [0, 0, 1, 1, 1, 1], [5, 5, 5, 5, 6, 6]
    frequency = [50.0] * 6
    for pair in ((first, second), (second, first)):
        assert spectrum_numbers(frequency, labels=pair).tolist() == [0, 0, 1, 1, 2, 2]
        assert spectrum_numbers(frequency, counters=pair).tolist() == [0, 0, 1, 1, 2, 2]


def test_missing_counters_are_one_value():
    nan = np.nan
    assert spectrum_numbers(DOWN, counters=[[nan, nan, 1, 1]]).tolist() == [0, 0, 1, 1]


def decades(*exponents):
    return 10.0 ** np.array(exponents)


@pytest.mark.parametrize(
    ("frequency", "starts"),
    [
        # a repeated frequency is equal within 1e-4 of itself, either way
        ([1000, 100, 100 * (1 + 0.9e-4), 10], [0]),
        ([1000, 100, 100 * (1 + 1.1e-4), 10], [0, 2]),
        ([1000, 100, 100 * (1 - 1.1e-4), 100, 10], [0, 3]),
        # equal points at a turn are shared, unless the one step back is 1.5 times as wide: a jump
        (decades(3, 2, 1, 1, 2.49), [0, 3]),
        (decades(3, 2, 1, 1, 2.51), [0, 4]),
        (decades(3, 2, 1, 1, 1, 1, 2.49), [0, 4]),
        (decades(1, 2, 3, 3, 1.51), [0, 3]),
        # the point at a turn belongs to the sweep up if its step from the one down is 1.5 times as wide as others
        (decades(3, 2, 2 - 1.49, 3 - 1.49, 4 - 1.49), [0, 3]),
        (decades(3, 2, 2 - 1.51, 3 - 1.51, 4 - 1.51), [0, 2]),
        (decades(1, 2, 2 + 1.51, 1 + 1.51, 1.51), [0, 2]),
        # ... and if the other one is as uneven, to that down
        (decades(3, 2, 0.4, 2.0, 3.0), [0, 3]),
    ],
)
def test_limits_between_one_sweep_and_the_next(frequency, starts):
    assert sweep_starts(frequency).tolist() == starts


@pytest.mark.parametrize(("step", "goes_on"), [(2.18, True), (2.22, False), (1.82, True), (1.78, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_step_over_missing_rows_goes_on_if_it_is_even_to_a_tenth(step, goes_on, sign):
    """One row of the sweep is missing between the second and the third, so that its step counts for two."""
    places = sign * np.array([3, 2, 2 - step, 1 - step])
    found = spectrum_numbers(10.0**places, row=[0, 1, 3, 4]).tolist()
    assert found == ([0, 0, 0, 0] if goes_on else [0, 0, 1, 1])


def test_a_row_without_a_frequency_has_that_of_the_row_before():
    nan = float("nan")
    assert sweep_starts([1000, nan, 100, 0, -1, 10]).tolist() == [0]
    assert spectrum_numbers([1000, nan, 100, 10]).tolist() == [0, 0, 0, 0]
    assert spectrum_numbers([]).tolist() == []

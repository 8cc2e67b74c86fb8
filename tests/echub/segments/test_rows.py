"""What can be said of runs of rows: the same as a loop over them says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echub.segments import Segments, runs

VALUE = st.one_of(st.just(np.nan), st.integers(-9, 9).map(float))


@st.composite
def series(draw):
    labels = draw(st.lists(st.integers(0, 2), min_size=1, max_size=25))
    values = draw(st.lists(VALUE, min_size=len(labels), max_size=len(labels)))
    found = runs(labels)
    return found.where(draw(st.lists(st.booleans(), min_size=len(found), max_size=len(found)))), np.array(values)


def looped(found, values, function):
    known = [values[a:b][~np.isnan(values[a:b])] for a, b in zip(found.start, found.stop, strict=True)]
    return np.array([function(part) if len(part) else np.nan for part in known])


BY_LOOP = {
    "first": lambda part: part[0],
    "last": lambda part: part[-1],
    "total": np.sum,
    "mean": np.mean,
    "median": np.median,
    "smallest": np.min,
    "largest": np.max,
}


@pytest.mark.parametrize("name", BY_LOOP)
@given(series())
def test_every_reduction_is_that_of_a_loop(name, given_series):
    found, values = given_series
    assert np.allclose(getattr(found, name)(values), looped(found, values, BY_LOOP[name]), equal_nan=True)


@given(series(), st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]))
def test_quantiles_are_numpys(given_series, fraction):
    found, values = given_series
    expected = looped(found, values, lambda part: np.quantile(part, fraction))
    assert np.allclose(found.quantile(values, fraction), expected, equal_nan=True)


@pytest.mark.parametrize("rows", [30, 300])
def test_quantiles_of_short_and_long_segments_are_the_same(rows):
    rng = np.random.default_rng(rows)
    labels = np.repeat(np.arange(5), rows)
    values = np.where(rng.random(5 * rows) < 0.1, np.nan, rng.standard_normal(5 * rows))
    values[labels == 3] = np.nan
    found = runs(labels).where([0, 1, 3, 4])
    expected = looped(found, values, lambda part: np.quantile(part, 0.3))
    assert np.allclose(found.quantile(values, 0.3), expected, equal_nan=True)


@given(st.lists(st.integers(0, 2), max_size=25))
def test_runs_cover_all_rows_once(labels):
    found = runs(labels)
    assert [row for a, b in zip(found.start, found.stop, strict=True) for row in range(a, b)] == list(
        range(len(labels))
    )
    assert all(len(set(labels[a:b])) == 1 for a, b in zip(found.start, found.stop, strict=True))
    assert found.labels(len(labels)).tolist() == np.repeat(np.arange(len(found)), found.rows).tolist()


def test_labels_leave_out_rows_of_no_segment():
    found = Segments(np.array([1, 4]), np.array([3, 5]), np.array([1, -1], np.int8))
    assert found.labels(6).tolist() == [-1, 0, 0, -1, 1, -1]


def test_noise_is_that_of_the_rows_not_of_the_slow_course():
    rng = np.random.default_rng(3)
    slow = np.concatenate([np.linspace(0, 5, 4000) ** 2, 100 - np.linspace(0, 8, 4000)])
    found = runs(np.repeat([0, 1], 4000))
    sigma = np.repeat([0.01, 0.2], 4000)
    assert found.noise(slow + sigma * rng.standard_normal(8000)) == pytest.approx([0.01, 0.2], rel=0.06)
    assert np.isnan(runs([0, 0, 1, 1, 1]).noise(np.arange(5.0))).tolist() == [True, False]


def test_nothing_has_no_segments():
    found = runs([])
    assert len(found) == 0
    assert found.total([]).shape == found.median([]).shape == found.first([]).shape == (0,)


def test_segments_take_in_rows_beside_them():
    found = runs([0, 0, 1, 1, 0]).where([1]).widened(1, [2], 5)
    assert (found.start.tolist(), found.stop.tolist()) == ([1], [5])
    assert runs([0, 1]).widened(3, 3, 2).rows.tolist() == [2, 2]


def test_a_segment_without_rows_gives_no_number():
    found = Segments(np.array([0, 1, 2]), np.array([0, 2, 2]), np.zeros(3, np.int8))
    for name in ("first", "last", "total", "mean", "smallest", "largest", "median"):
        given = getattr(found, name)([5.0, 7.0])
        assert np.isnan(given).tolist() == [True, False, True], name
        assert given[1] == 7


def test_noise_is_the_median_of_second_differences_inside_each_segment():
    """Inside [0, 1, 0, 3] these are 2 and 4, inside [9, 9, 8] one of 1; that across both, of 15, is none."""
    found = runs([0, 0, 0, 0, 1, 1, 1])
    expected = 1.4826 * np.array([3, 1]) / np.sqrt(6)
    assert found.noise([0.0, 1, 0, 3, 9, 9, 8]) == pytest.approx(expected)


def test_the_sign_of_a_run_is_that_of_its_first_row():
    assert runs([0, 0, 1], [1, -1, -1]).sign.tolist() == [1, -1]
    assert runs([0, 0, 1]).sign.tolist() == [0, 0]

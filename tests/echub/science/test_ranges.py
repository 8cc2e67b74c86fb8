import numpy as np
import pytest

from echub.science import CurrentRanges
from echub.science.ranges import range_name

NAN = float("nan")
ROWS = CurrentRanges.of([1.0, 1.0, NAN, 10.0, 10.0, 10.0], 1e-3)


def test_each_row_has_the_error_of_its_own_range():
    assert ROWS.names == ("1 mA", "10 mA")
    assert ROWS.error() == pytest.approx([1e-3, 1e-3, NAN, 1e-2, 1e-2, 1e-2], nan_ok=True)


def test_the_error_of_a_mean_is_that_of_its_own_rows():
    assert ROWS.at(slice(0, 2)).error_of_mean() == pytest.approx(1e-3)
    assert ROWS.at([True, False, True, False, False, True]).error_of_mean() == pytest.approx(5.5e-3)
    assert ROWS.at(slice(2, 3)).error_of_mean() is None


def test_what_is_used_and_unknown_is_that_of_the_rows():
    assert ROWS.used() == ("1 mA", "10 mA")
    assert ROWS.at(slice(2, None)).used() == ("10 mA",)
    assert (ROWS.unknown(), ROWS.at(slice(3, None)).unknown()) == (1, 0)
    assert ROWS.changes().tolist() == [2, 3]


def test_errors_are_in_the_unit_of_the_analysis():
    assert CurrentRanges.of([10.0], 1e-3, 0.5).limit == pytest.approx([0.02])  # per area of 0.5 cm²
    assert CurrentRanges.of([1e-3], 1e-3, 1e-6).limit == pytest.approx([1.0])  # nA


def test_without_an_area_no_range_of_a_density_is_known():
    lost = CurrentRanges.of([10.0, 10.0], 1e-3, NAN)
    assert not lost.any_known
    assert lost.error_of_mean() is None
    assert lost.unknown() == 2


@pytest.mark.parametrize(
    ("size", "name"),
    [(1e3, "1 A"), (10.0, "10 mA"), (0.1, "100 µA"), (1e-6, "1 nA"), (1e-7, "100 pA"), (5e4, "50 A")],
)
def test_a_range_has_the_name_that_instruments_print(size, name):
    assert range_name(size) == name


def test_values_that_change_with_every_row_are_not_ranges():
    assert not CurrentRanges.of(np.linspace(1, 2, 500), 1e-3).any_known


@pytest.mark.parametrize(("count", "known"), [(100, True), (101, False)])
def test_a_hundred_full_scales_are_the_most(count, known):
    assert CurrentRanges.of(np.arange(1.0, count + 1), 1e-3).any_known is known


def test_zero_and_negative_full_scales_are_not_known():
    found = CurrentRanges.of([0.0, -1.0, np.inf, 10.0], 1e-3)
    assert found.names == ("10 mA",)
    assert found.place.tolist() == [-1, -1, -1, 0]
    assert found.gain == found.at([3]).gain == 1e-3
    assert CurrentRanges.of([], 1e-3).used() == ()


@pytest.mark.parametrize(
    ("size", "name"),
    [
        (0.99995, "1 mA"),
        (0.999, "999 µA"),
        (999.95, "1 A"),
        (2.5e-10, "0.25 pA"),
        (0.9999, "999.9 µA"),
        (999.9, "999.9 mA"),
        (0.0009999, "999.9 nA"),
        (1.00004, "1 mA"),
    ],
)
def test_a_full_scale_that_is_rounded_keeps_its_name(size, name):
    assert range_name(size) == name

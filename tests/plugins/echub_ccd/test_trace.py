"""Which rows are half cycles, levels and rests: limits from both sides, values by hand."""

from __future__ import annotations

import numpy as np
import pytest

from echub.segments import Segments, Threshold
from echub_ccd import CcdParams
from echub_ccd.data import trace as t
from tests.messages.saying import Fake

A = np.array
FOUND = Threshold(0.012, 0.01, how="noise")


def plateaus(*levels, rows=40):
    return np.repeat(np.array(levels, float), rows)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("levels", "off"),
    [
        ((0.05, 1.0, 0.05, -1.0), 0.075),
        ((0.15, 1.0, 0.05, -1.0), 0.225),
        ((0.19, 0.6, 1.0, -1.0), 0.285),
        ((0.1, 0.96, 0.13, -0.96, 0.7, -0.7), 0.195),
        # A current of a fifth of the smallest level, or one with a counterpart, is a level.
        ((0.21, 1.0, 0.21, -1.0), None),
        ((0.2, 1.0, 0.2, -1.0), None),
        ((0.05, 1.0, -0.0549, -1.0), None),
        ((0.05, 1.0, -0.06, -1.0), 0.09),
        ((0.05, 1.0, 0.05, 1.0), None),
        ((0.0, 1.0, 0.0, -1.0), None),
    ],
)
def test_an_offset_current_is_a_small_level_without_a_counterpart(levels, off, sign):
    found = t._above_offset(sign * plateaus(*levels), FOUND)
    if off is None:
        assert found is FOUND
        return
    assert (found.on, found.off) == pytest.approx((1.2 * off, off))


def test_levels_of_a_few_rows_on_average_are_noise():
    levels = (0.05, 1.0, 0.05, -1.0)
    assert t._above_offset(plateaus(*levels, rows=19), FOUND) is FOUND
    assert t._above_offset(plateaus(*levels, rows=21), FOUND).off == pytest.approx(0.075)


@pytest.mark.parametrize(
    ("area", "unit", "off"), [(0.5, "mA/cm^2", 0.4), (0.5, "mA", 0.2), (None, "mA/cm^2", 0.2)]
)
def test_a_stated_rest_is_a_current(area, unit, off):
    data = Fake(meta=lambda _: area, unit_of=lambda _: unit)
    found = t._threshold(data, plateaus(0.0, 1.0), CcdParams(rest=0.2))
    assert (found.on, found.off, found.how) == (pytest.approx(1.2 * off), pytest.approx(off), "stated")


def test_a_rest_lasts_from_its_first_row_to_the_half_cycle_and_ends_with_its_last_voltage():
    """The first half cycle starts the file, the second follows a rest, the third follows at once."""
    flows = A([True, True, False, False, False, True, True, True])
    items = {"t": A([0, 1, 3, 5, 7, 9, 10, 12.0]), "U": A([9, 9, 0.3, 0.2, 0.1, 9, 9, 9.0])}
    found = Segments(A([0, 5, 7]), A([2, 7, 8]), A([1, -1, 1]))
    trace = t.CcdTrace(Fake(items=items), found, found, flows, A([]), False, Fake())
    duration, voltage = t.rests_before(trace)
    assert duration == pytest.approx([np.nan, 6.0, np.nan], nan_ok=True)
    assert voltage == pytest.approx([np.nan, 0.1, np.nan], nan_ok=True)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("rest", "opens"), [(0.49, np.inf), (0.5, 4.0), (0.51, 4.0), (0.509, 4.0)])
@pytest.mark.parametrize("usual", [0.09, 0.11])
def test_a_cell_opens_where_it_rests_at_half_a_volt_and_at_five_times_any_voltage_before(rest, opens, usual, sign):
    """A median of five times 0.11 V is 0.55 V."""
    flows = A([True] * 3 + [False] * 3 + [True] * 2)
    u = sign * A([usual, 5.0, usual, 0.0, 0.0, 0.0, 0.1, 0.1])
    u[3:6] = sign * rest
    found = Segments(A([0, 6]), A([3, 8]), A([1, 1]))
    trace = t.CcdTrace(Fake(items={"t": np.arange(1.0, 9.0), "U": u}), found, found, flows, A([]), False, Fake())
    assert t.opens_after(trace) == (opens if usual == 0.09 else np.inf)
    u[[0, 2]] = sign * rest / 5  # and then five times is not more
    assert t.opens_after(trace) == np.inf


def test_a_rest_before_any_current_opens_nothing():
    flows = A([False, False, True, True])
    found = Segments(A([2]), A([4]), A([1]))
    items = {"t": np.arange(4.0), "U": A([9.0, 9.0, 0.1, 0.1])}
    assert t.opens_after(t.CcdTrace(Fake(items=items), found, found, flows, A([]), False, Fake())) == np.inf


def test_long_half_cycles_are_averaged_in_a_thousand_bins_and_short_ones_are_not():
    """2500 rows make bins of two and three in turns, 10 rows as many; a row without a resistance is in none."""
    r = np.r_[np.arange(2501.0), np.arange(10.0)]
    r[7] = np.nan
    found = Segments(A([0, 2501]), A([2501, 2511]), A([1, -1]))
    bins = t.bins_of(t.CcdTrace(Fake(), found, found, r > -1, r, False, Fake()))
    assert bins.rows.tolist() == [2500, 10]
    assert bins.count.tolist() == [2, 3] * 500 + [1] * 10
    assert (bins.found.start.tolist(), bins.found.stop.tolist()) == ([0, 1000], [1000, 1010])
    assert bins.row[[0, 1, 2, 3, 4, -1]].tolist() == [0, 2, 5, 8, 11, 2510]
    means = bins.mean(np.r_[np.arange(2501.0), np.arange(10.0)])
    assert means[[0, 1, 2, 3]] == pytest.approx([0.5, 3.0, 5.5, 9.0])
    assert means[-10:] == pytest.approx(np.arange(10))
    whole, kept = bins.whole()
    assert (whole.start.tolist(), whole.stop.tolist(), len(kept)) == ([0, 2500], [2500, 2510], 2510)

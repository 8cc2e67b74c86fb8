"""Each limit of the method: one row just inside, one just outside; all currents are straight by parts."""

from __future__ import annotations

from dataclasses import replace
from math import exp, sqrt

import numpy as np
import pytest

from echub.plugin import Refusal, UnknownOption
from echub_window import WindowParams
from echub_window.data.sweeps import PotentialSweep, sweeps_of
from echub_window.method.baseline import BaselineFit, _slow, _without_foot, baseline_of
from echub_window.method.crossing import _within_digits, averaged, crossing
from echub_window.method.peaks import CurrentPeak, peaks_of
from echub_window.outcome.window import _larger, _plating, _range, _what
from tests.messages.saying import Fake

MAD = 1.4826
"""Standard deviation of normal scatter over the median of its absolute deviations."""
FLAT = BaselineFit(0.0, 0.0, 0.5, 0.0, 0.2, 0.0, 0.0, 0.0)


def swept(j, way=1, rate=1.0):
    """Return a sweep of 1 V whose rows have these current densities."""
    e = np.linspace(0.0, 1.0, len(j))
    return PotentialSweep(1, way, 1000 * e / rate, e if way > 0 else e[::-1], np.asarray(j, float), rate)


def course(e, j=None, t=None):
    """Return what a record says: a row a second unless stated, and a current that is never constant."""
    e = np.asarray(e, float)
    items = {"E": e, "t": np.arange(len(e)) * 1.0 if t is None else t,
             "j": np.linspace(0.0, 1.0, len(e)) if j is None else j}  # fmt: skip
    return Fake(items=items, clock_step=0.0)


def ways(data):
    return [sweep.direction for sweep in sweeps_of(data, 0.0)]


@pytest.mark.parametrize(("span", "found"), [
    (0.0501, [1]), (0.05, [1]), (0.0499, None), (-0.0501, [-1]), (-0.05, [-1]), (-0.0499, None),
])  # fmt: skip
def test_a_sweep_has_50_millivolts(span, found):
    data = course(np.linspace(0, span, 101))
    if found:
        assert ways(data) == found
        return
    with pytest.raises(Refusal, match=r"the potential spans 49\.9 mV"):
        sweeps_of(data, 0.0)


@pytest.mark.parametrize(("back", "found"), [(0.079, [1]), (0.081, [1, -1, 1])])
@pytest.mark.parametrize("way", [1, -1])
def test_a_turn_is_a_way_back_of_2_percent_of_the_range(back, found, way):
    step = 0.001
    up = np.arange(2000) * step
    down = up[-1] - step * np.arange(1, round(back / step) + 1)
    again = np.arange(down[-1] + step, 4.0 + step / 2, step)
    assert ways(course(way * np.concatenate([up, down, again]))) == [way * one for one in found]


@pytest.mark.parametrize(("share", "held"), [(0.0623, True), (0.0627, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_current_within_5_percent_for_80_percent_of_the_rows_was_controlled(share, held, sign):
    """Of a straight current 80 % of the rows hold 80 % of its change."""
    data = course(np.linspace(1, 2, 1001), sign * 100 * np.linspace(1 - share / 2, 1 + share / 2, 1001))
    if not held:
        assert ways(data) == [1]
        return
    with pytest.raises(Refusal, match="the current is constant while the potential changes"):
        sweeps_of(data, 0.0)


@pytest.mark.parametrize(("faster", "part", "even"), [
    (1.19, 0.3, True), (1.21, 0.3, False), (0.81, 0.3, True), (0.79, 0.3, False),
    (2.0, 0.19, True), (2.0, 0.21, False),
])  # fmt: skip
def test_a_rate_is_even_if_80_percent_of_the_rows_are_within_20_percent_of_its_median(faster, part, even):
    rate = np.where(np.arange(10_000) < 10_000 * part, faster, 1.0)
    data = course(np.append(0, np.cumsum(rate)) / 5000)
    if even:
        assert ways(data) == [1]
        return
    with pytest.raises(Refusal, match="not at one rate"):
        sweeps_of(data, 0.0)


def test_one_uneven_sweep_beside_an_even_one_is_left_out_and_two_are_refused():
    up = np.linspace(0, 1, 1001)
    down = np.where(np.arange(1000) < 500, 1 - np.arange(1000) / 4000, 0.875 - (np.arange(1000) - 500) * 1.75e-3)
    assert ways(course(np.concatenate([up, down[1:], up]))) == [1, 1]
    with pytest.raises(Refusal, match="not at one rate"):
        sweeps_of(course(np.concatenate([up, down[1:]])), 0.0)


def test_an_uneven_sweep_keeps_its_number_and_one_before_all_others_has_none():
    up, uneven = np.linspace(0, 1, 1001), np.where(np.arange(1001) < 500, 0.25, 1.75)
    odd_up = np.append(0, np.cumsum(uneven[:-1])) / (500 * 0.25 + 500 * 1.75)
    even = [up, up[::-1][1:]]
    found = sweeps_of(course(np.concatenate([*even, odd_up[1:], up[::-1][1:], up[1:], up[::-1][1:]])), 0.0)
    assert [(sweep.scan, sweep.direction) for sweep in found] == [(1, 1), (1, -1), (2, -1), (3, 1), (3, -1)]
    found = sweeps_of(course(np.concatenate([odd_up, up[::-1][1:], up[1:], up[::-1][1:]])), 0.0)
    assert [(sweep.scan, sweep.direction) for sweep in found] == [(1, -1), (1, 1), (2, -1)]


def test_rows_without_a_number_are_left_out_and_a_resistance_is_subtracted():
    data = course(np.linspace(0, 1, 101), 1000 * np.linspace(-1, 3, 101))
    data["E"][5], data["j"][7] = np.nan, np.nan
    (sweep,) = sweeps_of(data, 50.0)
    assert len(sweep.e) == 99
    assert sweep.e[[0, -1]] == pytest.approx([0.05, 1 - 0.15])  # -1 and 3 mA/cm² at 50 Ω·cm²
    assert sweep.rate == pytest.approx(1000 * 0.8 / 100)


@pytest.mark.parametrize(("ramp", "flat"), [(0.97, False), (1.03, True)])
def test_a_current_is_as_unquiet_as_a_tenth_of_itself(ramp, flat):
    """Below 0.5 V it changes by the ramp over 90 % of what is searched, about zero; above, it is 10 µA/cm²."""
    e = np.linspace(0, 1, 4001)
    slope = ramp / (0.9 * 0.15)
    j = np.where(e < 0.5, slope * (np.mod(e, 0.15) - 0.075), 10.0)
    base = baseline_of(swept(j), 1e-6, None)
    assert (base.level == pytest.approx(10.0)) == flat


def test_15_percent_of_a_sweep_are_searched():
    """A wave that is straight over 15 % of the range: what is chosen ends there."""
    e = np.linspace(0, 1, 1001)
    j = np.where(e <= 0.1501, 0.0, 5 + 100 * (e - 0.15))
    base = baseline_of(swept(j), 1e-3, None)
    assert (base.low, base.high) == (0.0, pytest.approx(0.15))


@pytest.mark.parametrize(("shelf", "high"), [(0.299, 1.0), (0.3, 0.4), (0.301, 0.4)])
@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_within_3_percent_of_the_threshold_is_of_the_baseline(shelf, high, sign):
    base = baseline_of(swept(np.where(np.linspace(0, 1, 1001) < 0.4005, 0.0, sign * shelf)), 10.0, None)
    assert base.high == pytest.approx(high)


@pytest.mark.parametrize(("gap", "high"), [(2, 1.0), (3, 0.4)])
def test_a_baseline_goes_on_over_a_gap_of_up_to_two_rows(gap, high):
    j = np.zeros(1001)
    j[401 : 401 + gap] = 5.0
    assert baseline_of(swept(j), 10.0, None).high == pytest.approx(high)


@pytest.mark.parametrize(("rows", "found"), [(5, True), (4, False)])
def test_a_stated_baseline_has_five_rows(rows, found):
    base = baseline_of(swept(np.linspace(0, 1, 101) ** 2), 10.0, (0.5 + (rows - 1) / 100 + 1e-9, 0.5 - 1e-9))
    assert (base is not None) == found
    if base is not None:
        assert (base.low, base.high) == pytest.approx((0.5, 0.54))


@pytest.mark.parametrize(("times", "slow"), [(1.99, False), (2.01, True)])
def test_means_of_twelve_parts_that_differ_by_twice_the_noise_are_slow(times, slow):
    """Twelve parts of 100 rows each; half of them are up, half down by `level`, so that this is the deviation."""
    noise, level = 3.0, times * 3.0 / 10 / MAD
    rest = np.repeat(level * np.tile([1.0, -1.0], 6), 100)
    expected = sqrt((times * noise / 10) ** 2 - (noise / 10) ** 2) if slow else 0.0
    assert _slow(rest, noise) == pytest.approx(expected)
    assert _slow(rest[:23], 0.0) == 0.0
    assert _slow(np.repeat([1.0, -1.0], 12), 0.0) == pytest.approx(MAD)


def test_slow_noise_between_the_means_counts_as_a_whole():
    """Each part goes up and down by 5 about its mean of ±1: the rows scatter more than the means say."""
    rest = np.repeat([1.0, -1.0] * 6, 100) + np.tile([5.0, -5.0], 600)
    assert _slow(rest, 2.0) == pytest.approx(sqrt((MAD * 5) ** 2 - 2.0**2))


@pytest.mark.parametrize(("noise", "rows", "count"), [
    (2.0, 1000, 1), (2.01, 1000, 3), (3.46, 1000, 3), (3.47, 1000, 5), (3.46, 150, 3), (3.47, 150, None),
    (0.0, 1000, 1), (2.0, 10, 1), (2.01, 10, None),
])  # fmt: skip
def test_rows_are_averaged_until_the_threshold_is_five_times_the_noise(noise, rows, count):
    """(5 · noise / threshold)² rows, the next odd number, of at most 2 % of the sweep."""
    if count is None:
        with pytest.raises(ValueError, match=f"{noise:.3g} µA/cm² of noise"):
            averaged(noise, 10.0, rows)
    else:
        assert averaged(noise, 10.0, rows) == count


@pytest.mark.parametrize(("slow", "found"), [(2.0, True), (2.01, False)])
def test_the_threshold_is_five_times_the_slow_noise(slow, found):
    base = BaselineFit(0.0, 0.0, 0.5, 0.0, 0.2, 0.0, 0.0, 0.0, slow=slow)
    sweep = swept(100 * np.maximum(np.linspace(0, 1, 1001) - 0.5, 0))
    if found:
        assert crossing(sweep, base, 10.0).potential == pytest.approx(0.6)
    else:
        with pytest.raises(ValueError, match=r"2\.01 µA/cm² of slow noise"):
            crossing(sweep, base, 10.0)


@pytest.mark.parametrize(("place", "rows", "found"), [(400, 2, 0.6), (400, 3, 0.4), (100, 3, 0.6), (999, 2, None)])
@pytest.mark.parametrize("way", [1, -1])
def test_a_crossing_lasts_three_rows_beyond_the_baseline(place, rows, found, way):
    """The baseline ends at 0.2 V from where the sweep starts; at the end what is left is enough."""
    e = np.linspace(0, 1, 1001)
    j = 100 * np.maximum(e - 0.5, 0) if found else np.zeros(1001)
    j[place : place + rows] = 20.0
    base = FLAT if way > 0 else BaselineFit(0.0, 0.0, 0.5, 0.8, 1.0, 0.0, 0.0, 0.0)
    at = crossing(swept(way * j, way), base, 10.0)
    expected = 0.9985 if found is None else found if found == 0.6 else 0.3995
    assert at.potential == pytest.approx(expected if way > 0 else 1 - expected, abs=1e-6)


@pytest.mark.parametrize(("at_the_end", "high", "found"), [
    (20.0, 0.2, (0.201, 0.0)),  # as large at the end of the baseline: at once, and no jump
    (30.0, 0.2, (0.201, 0.0005)),  # it falls there by the threshold: half of the step between two rows
    (20.0, -0.1, None),  # no row before it
])  # fmt: skip
def test_a_current_that_is_beyond_where_the_baseline_ends_leaves_it_there(at_the_end, high, found):
    """Over the whole volt it does not rise: a fifth of the threshold is taken for the slope."""
    base = replace(FLAT, high=high)
    at = crossing(swept(np.where(np.linspace(0, 1, 1001) < 0.2005, at_the_end, 20.0)), base, 10.0)
    if found is None:
        assert at is None
        return
    assert (at.potential, at.between) == pytest.approx(found)
    if at_the_end == 20.0:
        assert at.slope == pytest.approx(0.2 * 10 / 1.0)


@pytest.mark.parametrize(("stated", "at", "level"), [(None, 0.0, 0.0), ((0.4, 0.6), 0.5, 30.0)])
def test_rows_at_one_potential_are_a_baseline_without_a_slope(stated, at, level):
    """Five rows at each of five potentials: fewer would be too few for a part that is searched."""
    e = np.repeat([0, 0.25, 0.5, 0.75, 1], 5)
    base = baseline_of(PotentialSweep(1, 1, e, e, np.repeat([0.0, 10, 30, 50, 70], 5), 1.0), 10.0, stated)
    assert (base.low, base.high, base.middle) == (at, at, at)
    assert (base.level, base.slope, base.inner) == (level, 0.0, (pytest.approx(level), 0.0))
    assert (base.error_at(1.0), base.choice_at(1.0)) == pytest.approx((0.0, 0.0))


def test_a_baseline_is_the_line_of_least_squares_with_its_errors():
    """Nine rows of which neighbours differ by ±d about a slope; the noise is that of the differences."""
    e = np.linspace(2.0, 3.0, 9)
    j = 4.0 + 6.0 * (e - 2.5) + 0.5 * np.tile([1, -1, 0], 3)
    sweep = PotentialSweep(1, 1, 1000 * e, e, j, 1.0)
    base = baseline_of(sweep, 10.0, (2.0, 3.0))
    slope, level = np.polyfit(e - 2.5, j, 1)
    assert (base.low, base.high, base.middle) == (2.0, 3.0, pytest.approx(2.5))
    assert (base.level, base.slope) == pytest.approx((level, slope))
    assert base.noise > 0
    assert base.error == pytest.approx(base.noise / 3)
    assert base.slope_error == pytest.approx(base.noise / np.sqrt(((e - 2.5) ** 2).sum()))
    assert base.error_at(2.75) == pytest.approx(np.hypot(base.error, 0.25 * base.slope_error))
    inner = np.polyfit(e[2:7] - 2.5, j[2:7], 1)
    assert base.inner == pytest.approx((inner[1], inner[0]))
    assert base.choice_at(3.5) == pytest.approx(abs(inner[1] - level + inner[0] - slope))
    assert base.at(np.array([2.0, 3.5])) == pytest.approx([level - slope / 2, level + slope])


def test_a_robust_line_with_fewer_than_five_rows_leaves_none_out():
    """Of five rows the last is off by more than 0.3 µA/cm²: the baseline is that of all, with their mean."""
    base = baseline_of(swept([0, 0, 0, 0, 0.5]), 10.0, None)
    assert (base.low, base.high, base.level) == (0.0, 1.0, pytest.approx(0.1))
    base = baseline_of(swept([0, 0, 0, 0, 0, 0.5]), 10.0, None)
    assert (base.low, base.high, base.level) == (0.0, 0.8, 0.0)


@pytest.mark.parametrize(("off", "left_out"), [(0.3, False), (0.301, True)])
def test_a_row_of_the_quietest_part_may_be_off_by_3_percent_of_the_threshold(off, left_out):
    j = np.where(np.linspace(0, 1, 1001) < 0.15, 0.0, 1000.0)
    j[75] = off
    assert (baseline_of(swept(j), 10.0, None).level == 0.0) == left_out


@pytest.mark.parametrize("off", [0.3, 0.301])
def test_rows_at_one_potential_beside_others_are_judged_by_the_line_too(off):
    """Two rows at each potential: of the pairs of one potential none has a slope."""
    e = np.repeat(np.linspace(0, 1, 501), 2)
    j = np.where(e < 0.15, 0.0, 1000.0)
    j[75] = off
    base = baseline_of(PotentialSweep(1, 1, 1000 * e, e, j, 1.0), 10.0, None)
    assert (base.level == 0.0) == (off > 0.3)


def test_slow_noise_makes_a_line_uncertain_as_two_values_do():
    """Its rows are spread evenly over √12 V, with a deviation of 1 V."""
    base = BaselineFit(0.0, 0.0, 5.0, 5.0 - sqrt(3), 5.0 + sqrt(3), 0.0, 0.3, 0.4, slow=2.0)
    assert base.error_at(5.0) == pytest.approx(np.hypot(0.3, 2 / sqrt(2)))
    for away in (-3.0, 3.0):
        assert base.error_at(5.0 + away) == pytest.approx(np.sqrt(0.3**2 + (3 * 0.4) ** 2 + 4 * (1 + 9) / 2))


@pytest.mark.parametrize(("rows", "slope"), [(7, 0.0), (9, 2.0)])
def test_a_line_by_the_inner_half_of_the_rows_takes_five_of_them(rows, slope):
    """The inner half of seven rows are the middle one and one to each side, of nine rows two to each side."""
    away = np.linspace(-1, 1, rows)
    inner = np.abs(away) <= 0.5
    j = np.where(inner, 2 * away, 0.0)
    base = baseline_of(swept(j), 10.0, (-0.1, 1.1))
    assert base.inner == pytest.approx((0.0, 2 * slope) if slope else (0.0, base.slope))


@pytest.mark.parametrize(("rows", "found"), [(5, None), (6, [1])])
def test_a_rate_needs_five_steps_of_the_clock(rows, found):
    data = course(np.linspace(0, 1, rows))
    if found:
        assert ways(data) == found
        return
    with pytest.raises(Refusal, match="not at one rate"):
        sweeps_of(data, 0.0)


def test_rows_at_one_time_have_no_rate():
    """Every row twice: half of the steps take no time."""
    data = course(np.repeat(np.linspace(0, 1, 20), 2), t=np.repeat(np.arange(20.0), 2))
    assert ways(data) == [1]


@pytest.mark.parametrize(("rise", "slope"), [(2.01, 2.01 / 0.024), (1.99, None)])
def test_a_slope_reaches_until_a_fifth_of_the_threshold_is_risen(rise, slope):
    """Around 0.6 V twelve rows to each side rise so much, beyond 12.5 mV it is 500 µA/cm²/V: reach doubles."""
    away = np.linspace(0, 1, 1001) - 0.6
    near, far = np.clip(away, -0.0125, 0.0125), np.sign(away) * np.maximum(np.abs(away) - 0.0125, 0)
    sweep = swept(np.maximum(10 + 1e-9 + rise / 0.024 * near + 500 * far, 0))
    twice = (2 * 0.0125 * rise / 0.024 + 2 * 0.0115 * 500) / 0.048
    assert crossing(sweep, FLAT, 10.0).slope == pytest.approx(slope or twice)


def test_a_jump_of_a_fifth_of_the_threshold_is_a_slope():
    """From 9 to 11 µA/cm² at one row; three rows to each side are looked at first."""
    found = crossing(swept(np.where(np.arange(1001) < 600, 9.0, 11.0)), FLAT, 10.0)
    assert found.slope == pytest.approx(2.0 / 0.006)


@pytest.mark.parametrize(("height", "noise", "wide", "count"), [
    (10.1, 0.0, 20, 1), (9.9, 0.0, 20, 0), (12.1, 2.0, 20, 1), (11.9, 2.0, 20, 0),
    (50, 0.0, 3.2, 1), (50, 0.0, 2.8, 0),
])  # fmt: skip
@pytest.mark.parametrize("sign", [1, -1])
def test_a_peak_exceeds_threshold_and_six_times_the_noise_and_is_three_rows_wide(height, noise, wide, count, sign):
    """A triangle, as high as stated, and wide at its half."""
    rows = np.arange(1001)
    j = sign * height * np.maximum(1 - np.abs(rows - 500) / wide, 0)
    base = BaselineFit(0.0, 0.0, 0.5, 0.0, 0.2, noise, 0.0, 0.0)
    found = peaks_of(swept(j), base, 10.0)
    assert [(peak.height, peak.potential) for peak in found] == [(sign * height, 0.5)] * count


def test_the_charge_of_a_peak_is_that_above_5_percent_of_its_height():
    """Two tails of 0.01 V each: all but e^-3 of the charge lies above 5 %, and what lies between the rows."""
    rows = np.arange(20_001)
    (peak,) = peaks_of(swept(40 * np.exp(-np.abs(rows - 10_000) / 200), rate=5.0), FLAT, 10.0)
    inside = 2 * 40 * (0.01 / 5e-3) * (1 - 0.05)  # to the row in which 5 % are reached: 1 of 600
    assert peak.charge * 3.6e6 == pytest.approx(inside, rel=1e-3)
    assert exp(-3) == pytest.approx(0.05, rel=5e-3)


@pytest.mark.parametrize(("height", "potential", "plating", "word"), [
    (-1, 0.119, 0.1, "plating of the metal"), (-1, 0.121, 0.1, "reduction"), (1, 0.099, 0.1, "oxidation"),
    (-1, 0.02, 0.0, "reduction"),
    (1, 0.1, 0.1, "stripping of the metal"), (1, 1.099, 0.1, "stripping of the metal"), (1, 1.1, 0.1, "oxidation"),
    (1, 0.5, None, ""), (-1, -0.5, None, ""), (-1, 0.01, 0.0, "plating of the metal"),
])  # fmt: skip
def test_a_peak_is_named_by_where_it_is(height, potential, plating, word):
    assert _what(CurrentPeak(1, 1, potential, float(height), 0.0), plating) == word


@pytest.mark.parametrize(("noise", "threshold"), [(0.199, 1), (0.2, 2), (1.9, 10), (19.9, 100), (20.1, 101)])
def test_the_hint_names_the_next_threshold_above_five_times_the_noise(noise, threshold):
    assert _larger(noise) == threshold


class Stated(dict):
    """Metadata by path."""

    meta = dict.get


@pytest.mark.parametrize(("reference", "configuration", "counter", "choice", "plating"), [
    ("Na+/Na", "", "", "auto", 0.0), ("Na", "", "", "auto", 0.0), ("Na3+", "", "", "auto", 0.0),
    ("Ag/AgCl", "", "", "auto", None), ("Nafion", "", "", "auto", None), ("", "two_electrode", "Li", "auto", 0.0),
    ("", "three_electrode", "Li", "auto", None), ("", "", "Li", "auto", None),
    ("", "two_electrode", "Pt", "auto", None),
    ("Ag/AgCl", "two_electrode", "Li", "auto", None), ("Na", "", "", "none", None), ("", "", "", "0.3 V", 0.3),
    ("Na", "", "", "-0.1", -0.1),
])  # fmt: skip
def test_plating_is_that_of_a_metal_that_is_reference_or_counter_electrode(
    reference, configuration, counter, choice, plating
):
    told = Stated({"cell.reference": reference, "cell.configuration": configuration,
                   "cell.electrodes.counter.material": counter})  # fmt: skip
    assert _plating(told, WindowParams(plating=choice)) == plating


def test_a_range_is_two_potentials():
    assert _range("") is None
    assert _range("1.5 V : 3V") == (1.5, 3.0)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_foot_or_a_spike_to_either_side_stays_out_of_the_baseline(sign):
    """Of 21 rows on a line three stand off by 5; scatter of 0.1 and the least of 0.5 keep the others."""
    j = 2 + np.linspace(0, 1, 21) + 0.1 * np.cos(np.arange(21) * 2.4)
    j[[4, 10, 20]] += 5 * sign
    kept = _without_foot(swept(j), np.ones(21, bool), 0.5)
    assert np.flatnonzero(~kept).tolist() == [4, 10, 20]


@pytest.mark.parametrize("given", ["nan", "inf V", "-inf"])
def test_a_potential_that_is_stated_is_a_number(given):
    with pytest.raises(UnknownOption, match="plating is a potential"):
        _plating(Stated({}), WindowParams(plating=given))
    with pytest.raises(UnknownOption, match="the baseline is a range of potential"):
        _range(f"1.5:{given}")


def test_a_crossing_lies_between_rows_that_are_surely_below_and_surely_above():
    """Readings of 0, 10, 20 … µA/cm², wrong by 7 at most; 12 is surely passed at 20, and surely not yet at 0."""
    e = np.linspace(0.0, 0.8, 9)
    j = np.array([0, 0, 0, 10, 10, 10, 20, 30, 40.0])
    sweep = PotentialSweep(1, 1, 10 * e, e, j, 100.0, read=10.0)
    assert _within_digits(sweep, j, 6, 0.52, 12.0, 7.0) == pytest.approx(0.52 - 0.2)
    assert _within_digits(sweep, j, 6, 0.32, 12.0, 7.0) == pytest.approx(0.6 - 0.32)
    # 14 is surely passed at 30 only: 20 may be 13.
    assert _within_digits(sweep, j, 6, 0.32, 14.0, 7.0) == pytest.approx(0.7 - 0.32)
    assert _within_digits(sweep, j, 6, 0.52, 12.0, 13.0) == pytest.approx(0.52), "nothing is surely below"
    assert _within_digits(sweep, j, 8, 0.7, 39.0, 7.0) == pytest.approx(0.1), "nothing is surely above"


@pytest.mark.parametrize(("clock", "moved"), [(0.0, 0.0), (20.0, 0.04)])
def test_a_coarse_clock_moves_a_crossing_by_what_the_potential_does_in_its_step(clock, moved):
    """2 mV/s for 20 s."""
    e = np.linspace(0.0, 1.0, 501)
    sweep = PotentialSweep(1, 1, 500 * e, e, 100 * np.maximum(e - 0.5, 0.0), 2.0, clock=clock)
    base = BaselineFit(0.0, 0.0, 0.2, 0.0, 0.4, 0.0, 0.0, 0.0)
    assert crossing(sweep, base, 10.0).between == pytest.approx(0.001 * 0.02 + moved, abs=1e-6)


def test_the_digit_of_the_whole_file_counts_where_a_sweep_shows_none():
    assert PotentialSweep(1, 1, np.arange(9.0), np.arange(9.0), np.arange(9.0) ** 2, 1.0, read=0.5).digit == 0.5
    assert PotentialSweep(1, 1, np.arange(9.0), np.arange(9.0), np.arange(9.0) ** 2, 1.0).digit == 0.0


def test_a_baseline_of_few_rows_is_the_flat_part_not_all_of_the_sweep():
    """Of 26 rows 15 % are four, of which no line is made: then five rows are searched, a fifth of the sweep."""
    j = np.where(np.arange(26) < 17, 0.0, 400.0 * (np.arange(26) - 16.0))
    base = baseline_of(swept(j), 10.0, None)
    assert (base.level, base.slope) == pytest.approx((0.0, 0.0), abs=1e-12)
    assert base.high == pytest.approx(16 / 25)


@pytest.mark.parametrize(("dips", "seen"), [(4.0, 4.0), (0.0, 0.0)])
def test_what_lies_on_the_other_side_of_the_line_before_a_limit_is_how_far_it_may_be_off(dips, seen):
    """From 0.2 V on the current dips by so much until 0.3 V, and rises by 100 µA/cm²/V from 0.5 V on."""
    e = np.linspace(0, 1, 1001)
    j = 100 * np.maximum(e - 0.5, 0) - dips * ((e > 0.2) & (e < 0.3))
    found = crossing(swept(j), FLAT, 10.0)
    assert found.potential == pytest.approx(0.6)
    assert found.crossed == pytest.approx(seen)
    assert found.choice == pytest.approx(seen / found.slope)

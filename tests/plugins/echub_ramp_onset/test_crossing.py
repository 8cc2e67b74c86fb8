"""Where a crossing lies, between which rows, and how uncertain it is: a few points, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Refusal
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.method import interval
from echub_ramp_onset.method.bracket import _rows_around, bracketed
from echub_ramp_onset.method.crossing import (
    Deviation,
    Onset,
    crossing,
    deviation_of,
    excursions,
    is_a_step,
    place,
    running_median,
)
from echub_ramp_onset.method.delay import delay_above_transport, detection_delay
from echub_ramp_onset.method.grid import NORMAL_QUARTILE, TimeGrid, _loud, grid_of
from echub_ramp_onset.method.line import OhmicLine
from echub_ramp_onset.method.robust import _require_control

A, NAN, INF = np.array, np.nan, np.inf
PARAMS = RampOnsetParams()


# -- the place of a crossing -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "limit", "half", "at"),
    [
        ([0, 0, 0, 0, 1, 1, 1, 1], 0.25, 0, 3.25),
        ([0, 0, 0, 0, 1, 1, 1, 1], 0.75, 0, 3.75),
        ([0, 0, 1, 1], 0.0, 0, 1.0),  # a value on the limit is below it
        # Three crossings half way: their balance is in the middle of them.
        ([0, 1, 0, 1, 1], 0.5, 0, 1.5),
        ([0, 0, 1, 0, 0, 1], 0.25, 0, 1 + 0.25 + 0.25 + 1 + 0.25),
        # Medians of three are 0, 0, 1, 1, 1 from the second point on.
        ([0, 0, 1, 0, 1, 1, 1], 0.5, 1, 2.5),
        ([0, 0, 0, 1, 1], 0.5, 2, 2.0),  # one median alone
        ([0, 0, NAN, 1, 1], 0.5, 0, NAN),
    ],
)
def test_a_crossing_is_where_the_medians_below_the_limit_end(values, limit, half, at):
    assert place(A([values, values], float), limit, half) == pytest.approx([at, at], nan_ok=True)


@pytest.mark.parametrize(
    ("values", "half", "medians"),
    [
        ([1, 5, 2, 9, 3], 1, [2, 5, 3]),
        ([1, 5, 2, 9, 3], 0, [1, 5, 2, 9, 3]),
        ([1, 5, 2, 9], 2, [3.5]),  # a window of all four points
        ([1, NAN, 2, 9, 3], 1, [NAN, NAN, 3]),
    ],
)
def test_a_running_median_has_as_many_points_on_both_sides(values, half, medians):
    assert running_median(A([values], float), half)[0] == pytest.approx(medians, nan_ok=True)


def deviating(*above, count=200, noise=0.0):
    """Return a deviation of 10 % in these points, 1 s apart, else none; x is twice the time."""
    t = np.arange(float(count))
    value = np.zeros(count)
    for first, last in above:
        value[first:last] = 0.1
    grid = SimpleNamespace(t=t, x=2 * t, step=1.0)
    return SimpleNamespace(grid=grid, line=SimpleNamespace(begin=0.0), value=value, noise=np.full(count, noise))


def test_excursions_are_all_that_last_also_those_that_come_back():
    """For thirty points of a second each."""
    assert excursions(deviating((20, 50), (60, 89), (100, 140)), PARAMS) == [(40.0, 20.0), (200.0, 100.0)]
    assert excursions(deviating((20, 50), noise=0.1), PARAMS) == []


def crossed(value, noise=0.0, lost_at=INF, sustain=30.0):
    """Return the onset of a deviation (n,) in points of 1 s: x is 1 + t, the line U = x, a window of one point."""
    value = A(value, float)
    t = np.arange(float(len(value)))
    held = TimeGrid(t, t + 1, (t + 1) * (1 + value), np.ones(len(t)), 1.0, 0 * t)
    line = OhmicLine(0.0, 1.0, np.zeros((2, 2)), 0.0, 9.0, 0.0, 1.0)
    given = Deviation(held, line, value, noise + 0 * t)
    return crossing(given, RampOnsetParams(window=1.0, sustain=sustain), None, lost_at)


def test_falls_from_the_loss_of_control_on_say_nothing():
    """Above from 30 s to 96 s, and back in three rows; the last of them is the first that is not controlled."""
    value = np.repeat([0.0, 0.1, 0.0], [30, 67, 3])
    assert crossed(value) is None
    assert crossed(value, lost_at=99.0).index == 30
    assert crossed(value, lost_at=99.1) is None


def test_a_crossing_lies_where_the_threshold_is_met_and_those_before_it_came_back():
    """Between 69 and 70 s, half way; two others lasted for 10 s, one for 9 s."""
    value = np.zeros(100)
    for first, last in ((5, 15), (25, 34), (45, 55), (70, 100)):
        value[first:last] = 0.1
    found = crossed(value, sustain=10.0)
    assert (found.index, found.x, found.t) == (70, pytest.approx(70.5), pytest.approx(69.5))
    assert found.recovered == ((6.0, 5.0), (46.0, 45.0))
    assert found.bracket == (found.x, found.x)


@pytest.mark.parametrize(
    ("hidden", "below", "low"), [(2, 0.0, 39.5), (3, 0.0, 36.0), (3, 0.05, 36.0), (3, 0.051, 35.0)]
)
def test_what_noise_hides_before_a_crossing_may_hold_it(hidden, below, low):
    """Resolved again from 39 s on, whose x is 40; so many points before it are hidden by four times 1.25 %."""
    value = np.repeat([0.0, 0.1], [39, 61])
    value[38 - hidden] = below
    noise = np.zeros(100)
    noise[39 - hidden : 39] = 0.0125
    assert crossed(value, noise).bracket == pytest.approx((low, 39.5), abs=0.01)


def stepped(*, slope=1.0, value=0.2, sigma=0.0, count=400, lost_at=INF):
    """Return whether U has gone up by a step in point 50: from 71 to 370 it rises with `slope`, a line with 1."""
    t = np.arange(float(count))
    grid = SimpleNamespace(t=t, x=t, u=5 + slope * t)
    line = SimpleNamespace(slope=1.0, sigma=sigma)
    onset = SimpleNamespace(index=50, deviation=SimpleNamespace(grid=grid, line=line, value=np.full(count, value)))
    onset.deviation.value[[70, 371 if count > 371 else -1]] = -9.0  # neither counts
    return is_a_step(onset, lost_at)


@pytest.mark.parametrize(
    ("given", "step"),
    [
        ({}, True),
        # As before: less steep than half of what R would have risen by, and more than half of the line.
        ({"slope": 1.099}, True),
        ({"slope": 1.101}, False),
        ({"slope": 0.501}, True),
        ({"slope": 0.499}, False),
        # The slope of 300 points over 299 is known to σ · √(12/300) / 299: an eighth of 0.2 is 0.025.
        ({"sigma": 37.3}, True),
        ({"sigma": 37.4}, False),
        # Twenty points at least, before the control is lost.
        ({"lost_at": 91.0}, True),
        ({"lost_at": 90.0}, False),
        ({"value": NAN}, False),
    ],
)
def test_a_step_is_what_rises_as_before_after_it(given, step):
    assert stepped(**given) is step


# -- the rows around it ----------------------------------------------------------------------------


def watched(*, jump=0.0, at=13, gap=0.0, off=0.0, stair=0.0, sigma=0.0, lost_at=INF, x=10.4):
    """Return onset and trace of a ramp of 2 mA/cm² each second, and its bracket; U is 3 V per unit.

    U jumps by a part of its ohmic value before row `at`; before row 11 rows are missing for `gap` s more.
    """
    t = np.arange(40.0)
    t[11:] += gap
    line = 2 * t
    u = 3 * line + np.where(np.arange(40) >= at, jump * 3 * line, 0.0)
    trace = SimpleNamespace(
        t=t, x=line + off, u=u, line=line, usual_step=1.0, steps=np.diff(t), stair_s=stair, rate=2 * 3600.0,
        lost_at=lost_at,
    )  # fmt: skip
    ohmic = OhmicLine(0.0, 3.0, np.zeros((2, 2)), 0.0, 40.0, sigma, 1.0)
    onset = Onset(2 * x, x, 10, SimpleNamespace(line=ohmic), (2 * x, 2 * x))
    return onset, trace


@pytest.mark.parametrize(
    ("given", "row", "jumps"),
    [
        ({}, 10, False),
        ({"x": 10.0}, 9, False),  # between the rows before it
        ({"x": -1.0}, 0, False),
        ({"x": 99.0}, 38, False),
        # A jump by the threshold of 5 % of the ohmic voltage, within half of the window of 30 s.
        ({"jump": 0.051}, 12, True),
        ({"jump": 0.049}, 10, False),
        ({"jump": 0.06, "at": 25}, 24, True),
        ({"jump": 0.06, "at": 27}, 10, False),
        # And by six standard deviations of two rows: of 78 V in row 13 the jump is 0.06.
        ({"jump": 0.06, "sigma": 0.06 * 78 / 6 / 2**0.5 * 0.99}, 12, True),
        ({"jump": 0.06, "sigma": 0.06 * 78 / 6 / 2**0.5 * 1.01}, 10, False),
    ],
)
def test_the_rows_around_a_crossing_are_those_of_a_jump_beside_it(given, row, jumps):
    assert _rows_around(*watched(**given), PARAMS) == (row, jumps)


def test_a_jump_by_the_threshold_itself_is_none():
    """A sixteenth of the ohmic voltage."""
    assert _rows_around(*watched(jump=0.0625), RampOnsetParams(threshold=6.25)) == (10, False)
    assert _rows_around(*watched(jump=0.0625), RampOnsetParams(threshold=6.24)) == (12, True)


@pytest.mark.parametrize(
    ("given", "x", "t", "bracket"),
    [
        # Half of a step of 2 to either side.
        ({}, 20.8, 10.4, (19.8, 21.8)),
        ({"stair": 3.0}, 20.8, 10.4, (17.8, 23.8)),
        ({"stair": 0.5}, 20.8, 10.4, (19.8, 21.8)),
        # A jump puts it in the middle of both rows; what the current is off its course counts.
        ({"jump": 0.06}, 25.0, 12.5, (20.8, 26.0)),
        ({"jump": 0.06, "off": 0.5}, 25.5, 12.5, (20.8, 26.5)),
        ({"jump": 0.06, "off": 0.5, "lost_at": 0.0}, 25.0, 12.5, (20.8, 26.0)),
        # Of two and a half usual steps between rows two are lost; less does not make a gap.
        ({"gap": 1.4}, 20.8, 10.4, (20.8 - 2.4, 20.8 + 2.4)),
        ({"gap": 1.5}, 20.8, 10.4, (20.8 - 2.5, 20.8 + 2.5)),
        ({"gap": 1.6}, 22.6, 11.3, (20.0, 25.2)),
    ],
)
def test_a_crossing_is_bracketed_by_half_a_row_or_a_step(given, x, t, bracket):
    found = bracketed(*watched(**given), PARAMS)
    assert (found.x, found.t) == pytest.approx((x, t))
    assert found.bracket == pytest.approx(bracket)


def test_a_loss_of_control_is_told_by_the_row_in_which_it_is_met():
    """Row 20 is the first that is off: 41 where 40 was due, and the next one as far off, 43 for 42."""
    _, trace = watched(off=1.0, lost_at=20.0)
    trace.limited, trace.unit = False, "mA/cm^2"
    grid = SimpleNamespace(t=trace.t)
    with pytest.raises(Refusal) as refused:
        _require_control(trace, grid, None, RampOnsetParams())
    assert refused.value.code == "current-not-controlled"
    assert "leaves its course at 41 mA/cm², where 40 was due" in refused.value.message
    assert refused.value.where == "t = 20.0 s"


def test_the_current_beside_a_crossing_is_that_of_its_usual_row():
    """Within a window of it; neither a single row nor what is further away counts."""
    onset, trace = watched(jump=0.06, off=0.5)
    trace.x[8] += 9.0
    trace.x[20:] += 5.0
    assert bracketed(onset, trace, RampOnsetParams(window=6.0)).x == pytest.approx(25.5)


def test_what_noise_hides_below_stays_in_the_bracket():
    onset, trace = watched()
    onset = Onset(onset.x, onset.t, 10, onset.deviation, (12.0, onset.x))
    assert bracketed(onset, trace, PARAMS).bracket == pytest.approx((12.0, 21.8))


# -- averages --------------------------------------------------------------------------------------


def test_rows_are_averaged_in_bins_and_empty_ones_interpolated():
    """Of 1 s each; from 3 s on, where the control is lost, the current is that of its course."""
    trace = SimpleNamespace(t=A([10.0, 11, 11.1, 13]), x=A([0.0, 1, 3, 9]), u=A([0.0, 2, 4, 8]), usual_step=1.0,
                            line=A([7.0, 7, 7, 5]), lost_at=13.0)  # fmt: skip
    found = grid_of(trace, 2.0)
    between = (12 - 11.05) / (13 - 11.05)
    assert found.t == pytest.approx([10, 11.05, 12, 13])
    assert found.x == pytest.approx([0, 2, 2 + 3 * between, 5])
    assert found.u == pytest.approx([0, 3, 3 + 5 * between, 8])
    assert found.count.tolist() == [1, 2, 0, 1]
    assert (found.step, found.loud.tolist()) == (1.0, [0] * 4)
    assert grid_of(trace, 120.0).step == 2.0  # sixty points in a window


def test_a_burst_is_loud_and_a_jump_is_not():
    """Rows that rattle by ±1 have second differences of 4, over √6; of nine points three make the quartile."""
    rattle = np.where(np.arange(60) % 2, 1.0, -1.0)
    assert _loud(rattle, 4)[20:40] == pytest.approx(4 / 6**0.5 / NORMAL_QUARTILE)
    assert _loud(rattle, 3).tolist() == [0] * 60
    assert _loud(rattle[:15], 4).tolist() == [0] * 15
    assert _loud(rattle[:16], 4) == pytest.approx(4 / 6**0.5 / NORMAL_QUARTILE)  # four half windows
    assert _loud(np.where(np.arange(60) < 30, 0.0, 9.0), 4).tolist() == [0] * 60
    burst = np.zeros(60)
    burst[30] = 1.0  # second differences of 1, 2 and 1 in three points
    assert _loud(burst, 4)[30] == pytest.approx(1 / 6**0.5 / NORMAL_QUARTILE)
    # Averages reach as far as a window: so does what is loud.
    assert np.flatnonzero(_loud(burst, 4)).tolist() == list(range(23, 38))


def line_of(sigma=0.3, inflation=1.0, covariance=((0, 0), (0, 0))):
    return OhmicLine(1.0, 2.0, A(covariance, float), 0.0, 9.0, sigma, inflation)


def test_a_deviation_is_what_is_above_the_line_over_its_ohmic_part():
    """Averages of three points of 2 s; the line is 1 + 2x."""
    t = 2.0 * np.arange(5)
    x = A([0.0, 1, 2, 3, 4])
    u = 1 + 2 * x + A([0.0, 0.3, 0.6, 0.9, 1.2])
    found = deviation_of(TimeGrid(t, x, u, np.full(5, 4.0), 2.0, 0 * t), line_of(), RampOnsetParams(window=6.0))
    assert found.value == pytest.approx([NAN, 0.3 / 2, 0.6 / 4, 0.9 / 6, 1.2 / 8], nan_ok=True)
    # The noise of a row over the root of 12 rows, of 4 at the ends.
    rows = np.sqrt([4, 12, 12, 12, 4])
    assert found.noise[1:] == pytest.approx((0.3 / rows / (2 * np.maximum(x, 1)))[1:])
    wider = deviation_of(found.grid, line_of(inflation=2.0), RampOnsetParams(window=6.0))
    assert wider.noise[1:] == pytest.approx(2 * found.noise[1:])


@pytest.mark.parametrize(("loud", "counts"), [(0.61, 0.61), (0.6, 0.3), (0.59, 0.3)])
def test_a_burst_counts_from_twice_the_noise_of_the_fit_on(loud, counts):
    t = np.arange(3.0)
    given = TimeGrid(t, t + 1, t, np.ones(3), 1.0, np.full(3, loud))
    assert deviation_of(given, line_of(), RampOnsetParams(window=1.0)).noise[1] == pytest.approx(counts / 4)


def test_the_line_itself_is_uncertain_by_its_covariance():
    """0.01 + 2 · 0.02 x + 0.04 x² at 2 is 0.25."""
    line = line_of(inflation=3.0, covariance=((0.01, 0.02), (0.02, 0.04)))
    assert line.spread(A([0.0, 2.0])) == pytest.approx([0.3, 1.5])


# -- uncertainty -----------------------------------------------------------------------------------


def spread(
    *, replicates=(0.0, 0.0), change=0.0, gradual=0.0, limit=0.0, gain=0.0, known=True, area=0.0, bracket=(5, 5)
):
    """Return the spread of an onset at 5."""
    trace = SimpleNamespace(limit_at=lambda t, window: limit if (t, window) == (7.0, 30.0) else NAN,
                            ranges=SimpleNamespace(gain=gain), range_known=known)  # fmt: skip
    onset = Onset(5.0, 7.0, 0, None, bracket)
    params = RampOnsetParams(area_uncertainty=area)
    with patch.object(interval, "_bootstrap", lambda *_: (A(replicates, float), A([1.0, 3.0]))):
        return interval.spread_of(onset, trace, params, change, gradual, np.random.default_rng(1))


PARTS = ("noise", "window", "gradual", "current", "area", "rows")


@pytest.mark.parametrize(
    ("given", "part", "size", "ends"),
    [
        ({"replicates": (8.0, 9.0, 10.0)}, "noise", 1.0, (-1, 1)),
        # Uniform within ± 0.3: of 95 % of it, 0.285.
        ({"change": 0.3}, "window", 0.3 / 3**0.5, (-0.285, 0.285)),
        ({"change": -0.3}, "window", 0.3 / 3**0.5, (-0.285, 0.285)),
        ({"limit": 0.3}, "current", 0.3 / 3**0.5, (-0.285, 0.285)),
        ({"gain": 0.06}, "current", 0.3 / 3**0.5, (-0.285, 0.285)),
        ({"gain": 0.06, "known": False}, "current", 0.0, (0, 0)),
        # One way only, by up to twice as much; what holds without it stays.
        ({"gradual": 0.3}, "gradual", 0.6 / 3**0.5, (0, 0.585)),
        ({"gradual": -0.3}, "gradual", 0.6 / 3**0.5, (-0.585, 0)),
        ({"area": 4.0}, "area", 0.2, (-0.392, 0.392)),
        ({"bracket": (4.7, 5.1)}, "rows", 0.4 / 12**0.5, (-0.29, 0.09)),
        ({"bracket": (5.1, 5.5)}, "rows", 0.4 / 12**0.5, (0, 0.49)),
    ],
)
def test_each_part_of_an_uncertainty_makes_its_own_interval(given, part, size, ends):
    found = spread(**given)
    assert {name: getattr(found, name) for name in PARTS} == pytest.approx(
        dict.fromkeys(PARTS, 0.0) | {part: size}
    )
    assert found.total == pytest.approx(size)
    assert (found.low - 5, found.high - 5) == pytest.approx(ends, abs=0.02)
    assert found.slope == pytest.approx(2**0.5)


def test_two_accuracies_of_the_current_add_in_squares():
    assert spread(limit=0.3, gain=0.08).current == pytest.approx(0.5 / 3**0.5)


@pytest.mark.parametrize("part", [0.025, 0.5, 0.975])
def test_a_quantile_is_that_of_numpy(part):
    for count in (2, 5, 40):
        values = np.random.default_rng(count).normal(size=count)
        assert interval._quantile(values, part) == pytest.approx(np.quantile(values, part))


def test_a_delay_by_hand():
    """5 mA/cm² at 2 mA/cm²/h: √(25 - 2 · 4 · 2) = 3; below √(2 Q C) it is not defined; √16 above transport."""
    assert detection_delay(5.0, 2.0, 4.0) == 2.0
    assert detection_delay(4.0, 2.0, 4.0) == 4.0
    assert detection_delay(3.9, 2.0, 4.0) is None
    assert delay_above_transport(2.0, 4.0) == 4.0

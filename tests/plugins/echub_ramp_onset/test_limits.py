"""The deciding limits of ramp-onset: a row just inside, one just outside, and both signs, by hand."""

from __future__ import annotations

from math import hypot, inf, nan
from types import SimpleNamespace

import numpy as np
import pytest

from echub.plugin import Component, Flag, Interval, Measurand, Refusal
from echub.science import RANGE_ACCURACY, CurrentRanges
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import (
    RampTrace,
    _bins,
    _control_lost,
    _drive,
    _is_linear,
    _joined,
    _on_a_row,
    _ramp_rows,
    _require_one_current,
    _rising,
    _running_mean,
    _why_none,
    find,
    stair_of,
)
from echub_ramp_onset.electrodes import watch
from echub_ramp_onset.method import lowack, robust
from echub_ramp_onset.method.bracket import _gap_beside
from echub_ramp_onset.method.crossing import _first_lasting, _runs, falls, neighbourhood, states_of
from echub_ramp_onset.method.grid import TimeGrid
from echub_ramp_onset.method.interval import Spread, _resample
from echub_ramp_onset.method.line import (
    OhmicLine,
    _bow,
    _inflation,
    _step,
    _straight,
    _without_excursions,
    fit_line,
    span_of,
)
from echub_ramp_onset.method.lowack import _second_derivative, _smoothed
from echub_ramp_onset.method.other import DeviationAt, _of_place
from echub_ramp_onset.outcome.electrodes import flags_of
from echub_ramp_onset.outcome.ramp_onset import (
    _conditions,
    _disagreement,
    _fit_end,
    _flags,
    _gain,
    _interpolated,
    _is_gradual,
    _lowack_onset,
    _noise_in_x,
    _onset_measurand,
    _other_refused,
    _over_rate,
    _rate_error,
    _time_error,
    _with_interval,
)

PARAMS = RampOnsetParams()


class Rows(dict):
    """Columns of some rows by need, with the units, sources and metadata that are asked of them."""

    def __init__(self, columns, *, units=None, sources=None, meta=None):
        super().__init__({name: np.asarray(values, float) for name, values in columns.items()})
        self.units, self.sources, self.stated = units or {}, sources or {}, meta or {}

    def unit_of(self, need):
        return self.units.get(need, "mA/cm^2")

    def source_of(self, need):
        return self.sources[need]

    def meta(self, path):
        return self.stated.get(path)

    def how(self, need):
        return need

    def __len__(self):
        return len(next(iter(self.values())))


# -- where the ramp is ---------------------------------------------------------------------------------


def climbing(inner):
    """Return rows 1 s apart of a source whose steps last so long, s, between a first and a last one of 10 s."""
    drive = np.repeat(np.arange(len(inner) + 2.0), [10, *inner, 10])
    return np.arange(len(drive)), drive


@pytest.mark.parametrize(
    ("inner", "length"),
    [
        ([10] * 4, 10),  # five changes
        ([10] * 3, 0),  # four
        ([10] * 7 + [14] * 3, 10),
        ([10] * 6 + [14] * 4, 0),  # six in ten are alike
        ([10] * 6 + [12] * 4, 10),  # a fifth longer
        ([10] * 6 + [8] * 4, 10),
        ([10] * 6 + [13] * 4, 0),
        ([2] * 20, 2),
        ([1] * 40, 0),  # it climbs with every row
    ],
)
def test_a_source_climbs_in_steps_that_last_equally_long(inner, length):
    assert stair_of(*climbing(inner)) == length


def test_more_than_six_changes_in_ten_are_those_of_a_source_that_climbs_with_every_row():
    """Steps of one row each after a rest: 6 and 7 of 10 changes."""
    t = np.arange(11.0)
    assert stair_of(t, np.maximum(t - 4, 0)) == 1.0
    assert stair_of(t, np.maximum(t - 3, 0)) == 0.0


@pytest.mark.parametrize(
    ("steps", "bins"),
    [
        ([10] * 9, [4, 36]),  # 109 s over two and a half steps of 10 s; three rows a bin
        ([10] * 6, [26]),  # 79 s: three bins of that length are too few
        ([60] * 12, [4, 246]),
        ([61] * 12, [250]),  # a step of more than a minute is a measurement of its own
        ([1] * 40, [20]),
    ],
)
def test_a_bin_holds_two_steps_first(steps, bins):
    assert _bins(*climbing(steps)) == bins


def test_bins_that_would_be_as_fine_are_tried_once():
    """Five steps of a row each in 12 s: four bins of two and a half steps, and four are the fewest."""
    t = np.arange(13.0)
    assert _bins(t, np.maximum(t - 7, 0)) == [4]


def test_a_short_ramp_whose_rows_look_like_steps_is_found_by_finer_bins():
    """Rows at 10 Hz before it, then 40 rows a second apart: 16 bins of two and a half steps are too few."""
    t = np.concatenate([np.arange(0, 120, 0.1), np.arange(120.0, 160.0)])
    drive = np.maximum(t - 119, 0)
    assert _bins(t, drive) == [63, 400]
    rows = _ramp_rows(t, drive, Rows({"j": drive}))
    assert (t[rows][0], t[rows][-1]) == pytest.approx((119, 159), abs=1)


@pytest.mark.parametrize(("held", "found"), [(29, True), (30, False)])
def test_a_ramp_is_none_where_the_potential_is_controlled_in_half_of_its_rows(held, found):
    t = np.arange(61.0)
    data = Rows({"j": t, "mode": np.where(t < held, 2, 1)})
    if found:
        assert _ramp_rows(t, t, data) == slice(0, 60)  # up to the row that ends it
        return
    with pytest.raises(Refusal) as refused:
        _ramp_rows(t, data["j"], data)
    assert (refused.value.code, refused.value.hint) == ("not-a-ramp", "--time START:STOP chooses the ramp")
    assert refused.value.message == "the current does not rise linearly: it runs from 0 to 60 over 60 s"


@pytest.mark.parametrize(
    ("step", "runs"),
    [(2.9, 2), (3, 2), (3.1, 1), (29, 1), (30, 2), (31, 2), (-10, 2)],
)
def test_a_rise_is_of_like_steps(step, runs):
    level = np.cumsum([0, 10, 10, 10, 10, step, step, step, 10, 10, 10, 10])
    found = _rising(level - level.min())
    assert len(found) == runs
    assert (found[0].start, found[-1].stop) == (0, 12)
    if runs == 2:
        assert (found[0].stop, found[1].start) == (5, 7)


def test_a_level_that_only_drifts_does_not_rise():
    assert _rising(np.full(9, 2.0)) == []
    assert _rising(np.array([5, 5.05, 5.10, 5.05, 5.0])) == []  # a tenth of 5.1 over 5 bins is 0.102
    assert _rising(np.arange(91.0, 101.0)) == []  # of 100 over 10 bins it is 1
    assert _rising(np.arange(90.0, 100.0)) == [slice(0, 10)]


@pytest.mark.parametrize(("start", "count"), [(3, 1), (4, 1), (5, 2)])
def test_runs_with_one_bin_between_are_one(start, count):
    found = _joined([slice(0, 3), slice(start, 9)])
    assert len(found) == count
    assert (found[0].start, found[-1].stop) == (0, 9)


@pytest.mark.parametrize(
    ("t", "off", "linear"),
    [(100, 2.9, True), (100, 3.05, False), (5, 0.0, True), (4, 0.0, False)],
)
def test_a_ramp_is_straight_within_three_hundredths_of_its_rise(t, off, linear):
    """Rows beside it by turns: their root mean square is what they are off, of 99 in all."""
    t = np.arange(float(t))
    for way in (1, -1):
        assert _is_linear(t, way * t + off * np.where(np.arange(len(t)) % 2, 1, -1)) is linear
    assert not _is_linear(np.zeros(9), np.arange(9.0))


def test_averages_over_time_are_shorter_at_the_ends():
    t = np.array([0.0, 1, 2, 3])
    assert _running_mean(t, t, 2.0) == pytest.approx([0.5, 1, 2, 2.5])
    assert _running_mean(np.zeros(2), np.array([3.0, 4.0]), 1.0) == pytest.approx([3, 4])


@pytest.mark.parametrize(
    ("i_set", "unit", "area", "chosen", "scale"),
    [
        (None, "mA/cm^2", 0.5, "j", 1),
        ([1, nan, 3], "mA/cm^2", 0.5, "j", 1),
        ([2, 2, 2], "mA/cm^2", 0.5, "j", 1),
        ([1, 2, 3], "mA", None, "I_set", 1),
        ([1, 2, 3], "mA/cm^2", 0.5, "I_set", 2),
        ([1, 2, 3], "mA/cm^2", None, "j", 1),
    ],
)
def test_the_current_that_was_programmed_comes_first(i_set, unit, area, chosen, scale):
    columns = {"j": [7, 8, 9]} | ({"I_set": i_set} if i_set else {})
    data = Rows(columns, units={"j": unit}, meta={"cell.area": area})
    drive, factor = _drive(data)
    assert drive is data[chosen]
    assert factor == scale


@pytest.mark.parametrize("direction", [1, -1])
def test_the_course_of_a_ramp_is_its_set_point_or_a_straight_line(direction):
    """1 mA/cm² in 100 s on half of a cm²; one set point is 2 % larger, and one with an empty cell is none."""
    t = np.arange(200.0)
    x = np.maximum(t - 50, 0) / 100
    columns = {"t": t, "j": direction * (x + 0.001 * np.where(t % 2, 1, -1)), "U": direction * x}
    point = np.where(t == 120, 0.51, 0.5) * direction * x

    def found(i_set):
        stated = {"cell.area": 0.5}
        return find(
            Rows({**columns, "I_set": i_set}, sources={"j": "current", "U": "voltage"}, meta=stated), PARAMS
        )

    given = found(point)
    assert (given.direction, given.stair_s) == (direction, 0.0)
    assert given.line == pytest.approx(np.where(given.t == 120, 1.02, 1) * (given.t - 50) / 100, abs=5e-4)
    assert given.u == pytest.approx((given.t - 50) / 100)
    line = found(np.where(t == 120, nan, point))
    assert np.diff(line.line) == pytest.approx(0.01, rel=1e-3)
    assert (line.begin, line.rate) == (pytest.approx(50, abs=0.1), pytest.approx(36, rel=1e-3))


@pytest.mark.parametrize(
    ("factor", "source", "ok"),
    [
        (1.019, "current_density", True),
        (0.981, "current_density", True),
        (1.021, "current_density", False),
        (0.979, "current_density", False),
        (2.0, "current", True),  # the density follows from it
    ],
)
def test_one_current_is_the_other_times_the_area_within_a_fiftieth(factor, source, ok):
    j = np.array([1, 1, 1, 1, 10, 20, 30.0])  # the first are a tenth of the largest at most, and offsets
    current = np.where(j > 3, 0.5 * factor * j, 9.0)
    data = Rows({"j": j, "I": current}, sources={"j": source}, meta={"cell.area": 0.5})
    if ok:
        _require_one_current(data)
    else:
        with pytest.raises(Refusal, match=f"an area of {0.5 * factor:.4g} cm², but 0.5 cm² is stated"):
            _require_one_current(data)


def test_a_current_without_an_area_contradicts_nothing():
    data = {"j": [1.0, 2], "I": [9.0, 9]}
    _require_one_current(Rows(data, sources={"j": "current_density"}))
    _require_one_current(Rows({"j": [1.0, 2]}, sources={"j": "current_density"}, meta={"cell.area": 0.5}))
    # Where the density is zero all the time, or no current is known, nothing is implied.
    stated = {"sources": {"j": "current_density"}, "meta": {"cell.area": 0.5}}
    _require_one_current(Rows({**data, "I": [nan, nan]}, **stated))
    with pytest.raises(Refusal, match=r"an area of 4\.5 cm², but 0\.5 cm² is stated"):
        _require_one_current(Rows({**data, "I": [nan, 9.0]}, **stated))
    _require_one_current(Rows({**data, "j": [0.0, 0]}, sources={"j": "current_density"}, meta={"cell.area": 0.5}))


NOT_LINEAR, HELD = "the current does not rise linearly: it runs", "the potential is controlled"


@pytest.mark.parametrize(
    ("drive", "mode", "text"),
    [
        ([100, 104.9, 100], None, "the current is constant: 100 to 104.9 over 2 s"),
        ([100, 106, 100], None, f"{NOT_LINEAR} from 100 to 106 over 2 s, with 2 jumps"),
        ([0, 19, 38, 57, 76, 95, 100], None, f"{NOT_LINEAR} from 0 to 100 over 6 s"),
        ([0, 19, 38, 57, 76, 79, 100], None, f"{NOT_LINEAR} from 0 to 100 over 6 s, with 1 jump"),
        ([1, 2, 3], [2, 2, 1], f"{HELD} in 67% of the rows; the current runs from 1 to 3 over 2 s"),
        ([1, 1, 1, 1], [2, 2, 1, 1], "the current is constant: 1 to 1 over 3 s"),
        ([-100, -10, -0.0], None, f"{NOT_LINEAR} from -100 to 0 over 2 s, with 1 jump"),
        ([-0.0, -0.0, -0.0], None, f"{NOT_LINEAR} from 0 to 0 over 2 s"),
    ],
)
def test_why_there_is_no_ramp(drive, mode, text):
    data = Rows({"j": drive} | ({"mode": mode} if mode else {}))
    assert _why_none(np.arange(float(len(drive))), data["j"], data) == text
    assert "set current" in _why_none(np.arange(float(len(drive))), data["j"].copy(), Rows({"j": drive}))


# -- control -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("off", "count", "error", "step", "lost"),
    [
        (1.6, 6, 0.5, 1.0, True),  # 1 % of 100, and 0.5 of the range; from the first to the last of six rows 5 s
        (-1.6, 6, 0.5, 1.0, True),
        (1.4, 6, 0.5, 1.0, False),
        (1.5, 6, 0.5, 1.0, False),
        (1.6, 5, 0.5, 1.0, False),
        (1.2, 6, nan, 1.0, True),  # 1 %, and a thousandth of the largest
        (1.05, 6, nan, 1.0, False),
        (1.6, 6, 0.5, 2.0, True),
        (1.6, 5, 0.5, 2.0, False),  # five usual steps are 10 s
    ],
)
def test_the_current_is_lost_where_it_stays_off_its_course(off, count, error, step, lost):
    t, line = np.arange(60) * step, np.full(60, 100.0)
    x = line.copy()
    x[5] += 9.0  # a single row does not count
    x[30 : 30 + count] += off
    found = _control_lost(t, x, line, np.full(60, error), PARAMS)
    assert found == (30 * step if lost else inf)


@pytest.mark.parametrize(
    ("rows", "count", "top", "limited"),
    [
        (100, 10, 0.5, True),
        (100, 9, 0.5, False),
        (100, 10, 0.49, False),
        (4000, 20, 5, True),
        (4000, 19, 5, False),
    ],
)
def test_a_voltage_that_rests_at_its_largest_value(rows, count, top, limited):
    u = np.full(rows, 0.9 * top)
    u[:count] = 0.999 * top  # a thousandth below it
    u[0] = top
    u[count:] *= 0.998 / 0.9
    assert RampTrace.limited.fget(SimpleNamespace(u=u)) is limited


def test_the_accuracy_of_a_mean_is_of_the_rows_in_its_window():
    trace = SimpleNamespace(t=np.array([0.0, 1, 2, 10]), limit=np.array([1.0, 2, 4, 8]))
    assert RampTrace.limit_at(trace, 1.0, 2.0) == pytest.approx(7 / 3)
    assert RampTrace.limit_at(trace, 1.0, 1.9) == 2
    assert RampTrace.limit_at(trace, 6.0, 2.0) == pytest.approx(6)  # between two rows


# -- electrodes ----------------------------------------------------------------------------------------

CELL, WE, CE = 0.6, 1.0, 0.4
SEEN = {"voltage": CELL, "potential_we": WE, "potential_ce": CE}


def seen(*names, configuration=None, gaps=()):
    """Return the voltages of a cell of which these are recorded; `gaps` have an empty cell."""
    needs = {"potential_we": "E_we", "potential_ce": "E_ce"}
    columns = {name: [SEEN[name], nan if name in gaps else SEEN[name]] for name in names}
    given = {"U": columns[names[0]]} | {needs[name]: columns[name] for name in names if name in needs}
    return Rows(given, sources={"U": names[0]}, meta={"cell.configuration": configuration})


ALL = ("voltage", "potential_we", "potential_ce")


@pytest.mark.parametrize(
    ("names", "direction", "wanted", "expected"),
    [
        # wanted: what is watched, its value, the other electrode and its value
        (ALL, 1, "auto", ("cell", "voltage", CELL, "counter", -CE)),
        (ALL, -1, "auto", ("cell", "voltage", -CELL, "working", -WE)),
        (ALL, 1, "oxidised", ("working", "potential_we", WE, "counter", -CE)),
        (ALL, -1, "oxidised", ("counter", "potential_ce", CE, "working", -WE)),
        (ALL, 1, "reduced", ("counter", "potential_ce", -CE, "working", WE)),
        (ALL, -1, "reduced", ("working", "potential_we", -WE, "counter", CE)),
        (ALL[:2], 1, "reduced", ("counter", "potential_ce", -CE, "working", WE)),
        (ALL[::2], 1, "oxidised", ("working", "potential_we", WE, "counter", -CE)),
        (ALL[:1], 1, "auto", ("cell", "voltage", CELL, "counter", None)),
        (ALL[1:2], 1, "auto", ("working", "potential_we", WE, "counter", None)),
        (ALL[1:2], -1, "reduced", ("working", "potential_we", -WE, "counter", None)),
    ],
)
def test_whose_voltage_is_watched_and_what_the_other_one_did(names, direction, wanted, expected):
    found = watch(seen(*names), direction, wanted)
    other = None if found.other is None else pytest.approx([expected[4]] * 2)
    assert (found.electrode, found.observed, found.other_electrode) == (expected[0], expected[1], expected[3])
    assert found.u == pytest.approx([expected[2]] * 2)
    assert (found.other is None) is (expected[4] is None)
    assert found.other is None or found.other == other
    assert found.why == ("its potential is not recorded" if other is None else "")


@pytest.mark.parametrize(
    ("data", "direction", "wanted", "code", "text"),
    [
        (seen("potential_we"), 1, "cell", "electrode-not-observed", "the cell voltage is not there"),
        (seen("potential_we"), -1, "auto", "oxidised-electrode-not-observed",
         "the current reduces the working electrode, but only the potential of the working electrode is there"),
        (seen("potential_ce"), 1, "auto", "oxidised-electrode-not-observed",
         "the current oxidises the working electrode, but only the potential of the counter electrode is there"),
        (seen("voltage"), 1, "oxidised", "oxidised-electrode-not-observed",
         "the potential of the working electrode, which the current oxidises, is not there"),
        (seen("voltage"), 1, "reduced", "electrode-not-observed",
         "the potential of the counter electrode, which the current reduces, is not there"),
        (seen(*ALL, configuration="two_electrode"), 1, "oxidised", "oxidised-electrode-not-observed",
         "the potential of the working electrode, which the current oxidises, is not there"),
        (seen(*ALL, gaps=("potential_we",)), 1, "oxidised", "electrode-not-observed",
         "potential_we in 1 of 2 rows is not there"),
    ],
)  # fmt: skip
def test_an_electrode_that_is_not_recorded_is_not_watched(data, direction, wanted, code, text):
    with pytest.raises(Refusal) as caught:
        watch(data, direction, wanted)
    assert (caught.value.code, caught.value.message) == (code, text)


def test_an_empty_cell_of_the_other_electrode_is_said():
    assert watch(seen(*ALL, gaps=("potential_ce",)), 1, "cell").why == "its potential has empty cells"


# -- where the deviation crosses -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("marked", "runs"),
    [("0110", [(1, 3)]), ("1001", [(0, 1), (3, 4)]), ("111", [(0, 3)]), ("000", []), ("0011", [(2, 4)])],
)
def test_runs_of_marked_points(marked, runs):
    assert _runs(np.array([one == "1" for one in marked])) == runs


@pytest.mark.parametrize(
    ("runs", "after", "first"),
    [
        ([(2, 12)], 0, 2),
        ([(2, 11)], 0, None),  # nine points
        ([(2, 12), (20, 40)], 2, 2),
        ([(2, 12), (20, 40)], 3, 20),
        ([(97, 100)], 0, 97),  # three at the end of the ramp
        ([(98, 100)], 0, None),
        ([(96, 99)], 0, None),
    ],
)
def test_the_first_run_that_lasts_ten_points_or_to_the_end(runs, after, first):
    assert _first_lasting(runs, 100, 10, after) == first


def deviating(value, noise=0.0, begin=0.0):
    value = np.asarray(value, float)
    t = np.arange(float(len(value)))
    grid = SimpleNamespace(t=t, x=2 * t, step=1.0)
    return SimpleNamespace(grid=grid, line=SimpleNamespace(begin=begin), value=value, noise=np.full(len(t), noise))


def test_states_are_resolved_above_or_below():
    """A limit of 5 %, and four standard deviations of 1 % as the margin below it."""
    one = deviating([0.051, 0.05, 0.049, 0.011, 0.009, -0.2, nan, 0.2], noise=0.01)
    assert states_of(one, PARAMS, 0.05).tolist() == [1, 0, 0, 0, -1, -1, 0, 1]
    assert states_of(deviating([0.05 - 4 * 0.01], noise=0.01), PARAMS, 0.05).tolist() == [0]
    assert states_of(deviating([0.2] * 3, noise=0.0124), PARAMS, 0.05).tolist() == [1, 1, 1]
    assert states_of(deviating([0.2] * 3, noise=0.0125), PARAMS, 0.05).tolist() == [0, 0, 0]  # 4 × 0.0125 = 5 %
    assert states_of(deviating([0.2] * 3, begin=1.0), PARAMS, 0.05).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("low", "stop", "noise", "lost", "found"),
    [
        (-0.16, 100, 0.0, inf, (60.0, 30.0)),
        (-0.15, 100, 0.0, inf, None),
        (-0.14, 100, 0.0, inf, None),
        (-0.16, 100, 0.0374, inf, (60.0, 30.0)),  # four of them are 14.96 %
        (-0.16, 100, 0.0375, inf, None),
        (-0.16, 97, 0.0, inf, (60.0, 30.0)),  # back for the last three points
        (-0.16, 96, 0.0, inf, None),
        (-0.16, 100, 0.0, 60.0, (60.0, 30.0)),  # thirty points until the control is lost
        (-0.16, 100, 0.0, 59.0, None),
        (-0.16, 70, 0.0, 73.0, (60.0, 30.0)),
        (-0.16, 70, 0.0, 74.0, None),
    ],
)
def test_a_fall_of_the_voltage_that_lasts(low, stop, noise, lost, found):
    value = np.zeros(100)
    value[30:stop] = low
    assert falls(deviating(value, noise), PARAMS, lost) == found


@pytest.mark.parametrize(("index", "ends"), [(50, (33, 68)), (10, (0, 28)), (95, (78, 100))])
def test_a_crossing_is_placed_within_three_half_windows(index, ends):
    assert neighbourhood(index, 5, 100) == ends


@pytest.mark.parametrize(
    ("onset", "found"),
    [
        (100.0, (100.0, 110.0)),
        (90.0, (100.0, 110.0)),  # as far as the gap is long
        (89.9, None),
        (120.0, (100.0, 110.0)),
        (120.1, None),
        (285.0, (300.0, 400.0)),  # or as half of the window of 30 s
        (284.9, None),
        (415.0, (300.0, 400.0)),
        (415.1, None),
    ],
)
def test_a_gap_that_the_average_reaches_into(onset, found):
    trace = SimpleNamespace(t=np.array([99.0, 100.0, 110.0, 300.0, 400.0]))
    assert _gap_beside(SimpleNamespace(t=onset), trace, PARAMS, np.array([1, 3])) == found


def test_of_two_gaps_the_wider_one_counts():
    trace = SimpleNamespace(t=np.array([100.0, 110.0, 113.0, 125.0]))
    assert _gap_beside(SimpleNamespace(t=111.0), trace, PARAMS, np.array([0, 2])) == (113.0, 125.0)


# -- the line ------------------------------------------------------------------------------------------


def test_a_straight_line_and_what_it_leaves():
    fit = _straight(np.array([0.0, 1, 2, 3]), np.array([1.0, 3, 5, 7]))
    assert (fit.offset, fit.slope, fit.mean, fit.spread, fit.step) == pytest.approx((1, 2, 1.5, 5, 2))
    assert fit.rest == pytest.approx(np.zeros(4), abs=1e-12)
    assert _step(np.array([3.0, 1.0, 1.5, 1.5])) == 0.5
    assert _step(np.full(4, 2.0)) == 0.0


def test_a_bow_is_a_parabola_beside_any_line():
    x = np.array([0.0, 1, 2, 4, 7])
    bow = _bow(x)
    assert (bow @ bow, bow @ x, bow.sum()) == pytest.approx((1, 0, 0), abs=1e-12)
    assert bow[0] > 0 > bow[2]
    assert bow[-1] > 0


@pytest.mark.parametrize(("far", "left"), [(30, 70), (31, 100)])
def test_rows_far_from_the_line_are_left_out_if_they_are_few(far, left):
    t = np.arange(100.0)
    u = 2 * t + 1e-3 * np.where(np.arange(100) % 2, 1, -1)
    u[np.arange(far) * 3] += np.where(np.arange(far) % 2, 50, -50)  # to both sides, so that the line stays
    kept, x, fit = _without_excursions(t, t, u)
    assert len(kept) == len(x) == left
    if left < 100:
        assert fit.slope == pytest.approx(2, abs=1e-4)


def test_rows_of_one_current_are_not_left_alone_by_those_far_from_the_line():
    """A fifth of the rows, of another current, are 50 V to either side."""
    x = np.repeat([1.0, 2.0], [80, 20])
    u = x + np.where(x > 1, np.where(np.arange(100) % 2, 50, -50), 0)
    kept, its, _ = _without_excursions(np.arange(100.0), x, u)
    assert (len(kept), its.tolist()) == (100, x.tolist())


@pytest.mark.parametrize(
    ("start", "until", "rows"),
    [
        (2.0, 8.0, (2, 5)),  # 12 s to 14 s: the rows at both ends count
        (2.5, 8.0, (3, 5)),
        (2.0, 7.998, (2, 4)),
        (0.0, 20.0, (0, 11)),
    ],
)
def test_a_row_exactly_at_an_end_of_the_fit_is_in_it(start, until, rows):
    """The ramp begins at 10 s, and the fit ends at half of its length; one row a second."""
    trace = SimpleNamespace(t=np.arange(10.0, 21.0), begin=10.0)
    span = span_of(trace, RampOnsetParams(start=start, fit_fraction=0.5), until)
    assert (span.begin, span.end) == (10 + start, 10 + until / 2)
    assert (span.first, span.stop) == rows


def test_a_line_needs_two_currents():
    t = np.arange(20.0)
    trace = SimpleNamespace(t=t, x=np.full(20, 0.25), u=t, begin=0.0, unit="mA/cm^2")
    with pytest.raises(Refusal) as refused:
        fit_line(trace, None, RampOnsetParams(start=5.0), 20.0)
    text = (
        "the current has one value, 0.25 mA/cm², between 5 s after the start of the ramp and 0.7 of its length: "
        "no line"
    )
    assert (refused.value.code, refused.value.message) == ("too-short", text)


@pytest.mark.parametrize(
    ("curvature", "bent", "maybe"),
    [(3.1, True, True), (3.0, False, True), (1.1, False, True), (1.0, False, False), (-9.0, False, False)],
)
def test_a_fit_is_bent_beyond_three_standard_deviations_and_may_be_beyond_one(curvature, bent, maybe):
    line = OhmicLine(0.0, 1.0, np.zeros((2, 2)), 0.0, 9.0, 1.0, 1.0, curvature)
    assert (line.bent, line.maybe_bent) == (bent, maybe)


@pytest.mark.parametrize(
    ("windows", "size", "ratio"),
    [(10, 2.0, 2.0), (9, 2.0, 1.0), (10, 1.6, 1.6), (10, 1.5, 1.0), (10, 1.4, 1.0)],
)
def test_means_that_scatter_more_than_rows_do(windows, size, ratio):
    """Of four rows that stand together a mean is off by all of it: by √4 / σ times what rows would make it."""
    rest = np.repeat(size / 2 * np.where(np.arange(windows) % 2, 1, -1), 4)
    t = np.arange(4.0 * windows)
    assert _inflation(rest, t, 1.0, 4.0) == pytest.approx(ratio)


def test_windows_of_which_too_few_have_rows_say_nothing_of_the_scatter():
    """Twenty windows of four rows, of which every second one has none, or nine are left out."""
    t = np.concatenate([4.0 * k + np.arange(4.0) for k in range(0, 20, 2)])
    rest = np.repeat(np.where(np.arange(10) % 2, 1.0, -1.0), 4)
    assert _inflation(rest, t, 1.0, 4.0) == pytest.approx(2.0)
    assert _inflation(rest[4:], t[4:], 1.0, 4.0) == 1.0


@pytest.mark.parametrize(("length", "block"), [(7, 3), (9, 3), (4, 1)])
def test_residuals_are_drawn_in_blocks_that_stay_together(length, block):
    drawn = _resample(np.arange(10.0), length, 50, block, np.random.default_rng(1))
    assert drawn.shape == (50, length)
    assert set(drawn.ravel()) == set(range(10))
    steps = np.diff(drawn, axis=1)
    inside = np.arange(1, length) % block > 0
    assert (steps[:, inside] == 1).all()
    assert not (steps[:, ~inside] == 1).all()


# -- averages ------------------------------------------------------------------------------------------


def grid(values, count=None, step=2.0):
    values = np.asarray(values, float)
    t = np.arange(len(values)) * step
    return TimeGrid(t, values, values, np.ones(len(t)) if count is None else np.array(count, float), step, 0 * t)


def test_means_of_a_grid_are_centred_and_shorter_at_the_ends():
    one = grid([0, 1, 4, 9, 16], count=[1, 0, 2, 0, 1])
    assert [one.half(w) for w in (2, 6, 10, 1)] == [0, 1, 2, 0]
    assert one.mean_x(6.0) == pytest.approx([0, 5 / 3, 14 / 3, 29 / 3, 16])
    assert one.mean_x(10.0) == pytest.approx([0, 5 / 3, 6, 29 / 3, 16])
    assert one.rows_in(6.0).tolist() == [1, 3, 2, 3, 1]
    assert grid([1, 2, 3], count=[0, 0, 0]).rows_in(2.0).tolist() == [1, 1, 1]


def test_averages_and_derivatives_of_the_paper():
    u = np.array([0.0, 1, 4, 9, 16, 25])
    smooth, inside = _smoothed(u, 1.0, RampOnsetParams(window=5.0))
    assert smooth == pytest.approx([0, 5 / 3, 6, 11, 50 / 3, 25])
    assert inside.tolist() == [False, False, True, True, False, False]
    assert _smoothed(u, 1.0, RampOnsetParams(window=5.0, lowack_edges="shorter"))[1].all()
    assert _second_derivative(u, 0.5, "three_point") == pytest.approx([nan, 8, 8, 8, 8, nan], nan_ok=True)
    # Of differences 2, 4, 8, 12, 16, 18 V/s, which are one-sided at the ends.
    assert _second_derivative(u, 0.5, "gradient_twice") == pytest.approx([4, 6, 8, 8, 6, 4])


# -- the method of the paper, and what is refused ------------------------------------------------------


def traced(u, **other):
    """Return a trace of 100 rows, 1 s and 2 mA/cm² apart; without a rest, its ramp begins with it."""
    t = np.arange(100.0)
    return SimpleNamespace(t=t, u=u(t), x=2 * t, usual_step=1.0, begin=0.0, rest_v=None, unit="mA/cm^2", **other)


def kinked(*bends):
    """Return a voltage of 1 V/s whose slope grows by so much after each of some times."""
    return lambda t: t + sum(slope * np.maximum(t - at, 0) for at, slope in bends)


HUMP = (4, 0.3), (8, -0.6), (12, 0.3)
FALL = (42, -0.5)


@pytest.mark.parametrize(
    ("bends", "given", "onset"),
    [
        (((60, 1.0),), {}, 64.0),  # 4 / 64 are 6.2 %, 3 / 63 less than 5 %
        (((60, 3.0),), {"lowack_curvature": 0.99}, 62.0),  # 6 / 62; means of 3, 6 and 9 bend by 1 V/s² each
        ((*HUMP, (60, 1.0)), {}, 64.0),
        ((*HUMP, (60, 1.0)), {"lowack_search": "zero"}, 5.0),  # the mean of 0, 0.3 and 0.6 V, of 5 V
        ((FALL, (60, 3.5)), {}, 47.0),  # 2.5 V below 47 V, and 2 V below 46 V
        ((FALL, (60, 3.5)), {"lowack_sign": "positive"}, 65.0),  # 71 V of 65 V, and 67 V of 64 V
    ],
)
def test_the_paper_leaves_open_where_and_to_which_side_the_voltage_deviates(bends, given, onset):
    """A mean of three rows makes a third of each kink: t₁ is 59 s, and the line that of 20 to 41 s, 1 V/s."""
    params = RampOnsetParams(window=3.0, start=20.0, **given)
    found = lowack.find_onset(traced(kinked(*bends)), params)
    assert (found.t, found.x, found.t1) == (onset, 2 * onset, 59.0)
    assert (found.slope, found.begin, found.end) == pytest.approx((1.0, 20.0, 0.7 * 59))


def test_a_bend_of_the_limit_itself_is_no_t1():
    """Means of three rows of a kink by 3 V/s bend by 1 V/s² in three of them, and nowhere by more."""
    with pytest.raises(Refusal) as refused:
        lowack.find_onset(traced(kinked((60, 3.0))), RampOnsetParams(window=3.0, start=20.0, lowack_curvature=1.0))
    assert refused.value.code == "no-t1"
    assert refused.value.message == (
        "the second derivative of the averaged voltage never exceeds 1 V/s²: its largest value is 1 V/s² at a "
        "time step of 1 s. The largest step of U, 4 V, can give 1.33 V/s² after 3 s of averaging"
    )


def test_an_average_longer_than_the_ramp_has_no_second_derivative():
    with pytest.raises(Refusal) as refused:
        lowack.find_onset(traced(kinked((60, 3.0))), RampOnsetParams(window=300.0, start=20.0))
    assert refused.value.code == "no-t1"
    assert refused.value.message == (
        "an average over 300 s does not fit into the ramp, which lasts 99 s: its second derivative is not known"
    )
    assert refused.value.hint == "--param window=…, or --param lowack_edges=shorter"


@pytest.mark.parametrize(("start", "refused"), [(37.0, False), (37.1, True)])
def test_a_line_up_to_seven_tenths_of_t1_has_five_rows(start, refused):
    """0.7 of 59 s are 41.3 s: from 37 s on rows 37 to 41."""
    params = RampOnsetParams(window=3.0, start=start)
    if not refused:
        assert lowack.find_onset(traced(kinked((60, 1.0))), params).t == 64.0
        return
    with pytest.raises(Refusal, match="t1 lies 59 s after the start of the ramp, too early for a fit") as short:
        lowack.find_onset(traced(kinked((60, 1.0))), params)
    assert short.value.code == "too-fast"


@pytest.mark.parametrize(
    ("length", "step", "window", "code"),
    [
        (0.0, 10.0, 30.0, None),  # exactly the least length, and three rows in the window
        (-0.1, 10.0, 30.0, "too-short"),
        (0.0, 10.1, 30.0, "sampled-too-coarsely"),
    ],
)
def test_a_ramp_lasts_for_the_start_and_some_windows_of_three_rows(length, step, window, code):
    params = RampOnsetParams(start=20.0, window=window)
    least = 20.0 + robust.WINDOWS_TO_ONSET * window
    asked = SimpleNamespace(t=np.array([0.0, 5 + least + length]), begin=5.0), SimpleNamespace(step=step), params
    if code is None:
        robust._require_length(*asked)
        return
    with pytest.raises(Refusal) as refused:
        robust._require_length(*asked)
    assert refused.value.code == code


@pytest.mark.parametrize(("at", "code"), [(155.0, None), (154.9, "too-fast")])
def test_an_onset_lies_five_windows_after_the_start_of_the_ramp(at, code, monkeypatch):
    """Of 30 s, after a start at 5 s; a threshold of 5 % is just ten standard deviations of 0.5 %."""
    onset = SimpleNamespace(t=at, index=1)
    deviation = SimpleNamespace(noise=np.array([9.0, 0.005, 9.0]))
    monkeypatch.setattr(robust, "_require_length", lambda *_: None)
    monkeypatch.setattr(robust, "self_consistent", lambda *_: (onset, deviation))
    monkeypatch.setattr(robust, "bracketed", lambda found, *_: found)
    trace = SimpleNamespace(begin=5.0, lost_at=inf)
    if code is None:
        assert robust.find_onset(trace, PARAMS, "grid") is onset
        return
    with pytest.raises(Refusal) as refused:
        robust.find_onset(trace, PARAMS, "grid")
    text = "the onset lies 150 s after the start of the ramp, less than 5 windows of 30 s"
    assert (refused.value.code, refused.value.message) == (code, text)
    assert refused.value.hint == "--param window=15s, or a slower ramp"


def test_a_bend_that_moves_the_voltage_by_less_than_the_threshold_is_no_onset():
    """0.8 V/s more for two seconds: 1.6 V of 63 V."""
    with pytest.raises(Refusal, match=r"^U stays within 2\.54% of the line \[ohmic-to-end\]$") as refused:
        lowack.find_onset(traced(kinked((60, 0.8), (62, -0.8))), RampOnsetParams(window=3.0, start=20.0))
    assert refused.value.code == "ohmic-to-end"


@pytest.mark.parametrize(
    ("unit", "slope", "deviation", "said"),
    [
        ("mA", 1.0, [0.0, 0.03, -0.5], "U stays within 50.00% of the ohmic line up to 2 mA"),
        ("mA/cm^2", 1.0, [0.0, 0.04, -0.03], "U stays within 4.00% of the ohmic line up to 2 mA/cm²"),
        ("mA/cm^2", 1.0, [0.0, 0.03, -0.51], "(slope 1 V per mA/cm², deviation down to -51%)"),
        ("mA/cm^2", 0.0, [0.0, 0.03, -0.02], "(slope 0 V per mA/cm², deviation down to -2%)"),
        ("mA/cm^2", -1.0, [nan, nan, nan], "(slope -1 V per mA/cm²)"),
    ],
)
def test_a_ramp_without_onset_is_ohmic_unless_half_of_the_voltage_is_missing(unit, slope, deviation, said):
    """The last deviation is hidden by noise, the one before it is not known."""
    off = SimpleNamespace(value=np.array([*deviation, nan, 0.9]), noise=np.array([0, 0, 0, 0, 0.0125]),
                          line=SimpleNamespace(slope=slope))  # fmt: skip
    grid = SimpleNamespace(x=np.array([1.0, 2.0]))
    refusal = robust._ohmic_to_end(SimpleNamespace(unit=unit), grid, off, PARAMS)
    if said.startswith("("):
        text = f"the voltage is not proportional to the current after {PARAMS.start:g} s {said}"
        assert (refusal.code, refusal.message, refusal.measurands) == ("no-ohmic-part", text, {})
        return
    assert (refusal.code, refusal.message) == ("ohmic-to-end", f"{said}, where the ramp ends")
    name = {"mA": "onset_current", "mA/cm^2": "onset_current_density"}[unit]
    assert refusal.measurands == {name: Measurand.more_than(unit, 2.0, note="the ramp ended first")}


def test_a_voltage_at_compliance_is_told_from_its_first_row_on():
    """A thousandth below the largest voltage is on it."""
    u = np.array([1.0, 4.9, 5 * 0.999, 4.9, 5.0])
    trace = SimpleNamespace(t=10 + np.arange(5.0), x=np.arange(5.0) / 4, u=u, unit="mA")
    refusal = robust._at_compliance(trace)
    assert (refusal.code, refusal.message, refusal.remark.where, refusal.hint) == (
        "compliance", "the voltage rests at 5 V from 0.5 mA on, before any onset", "t = 12.0 s",
        "--time :12s uses the part before",
    )  # fmt: skip


@pytest.mark.parametrize(("slope", "short"), [(0.8, False), (0.5, True)])
def test_a_fall_that_a_line_through_all_before_it_does_not_show_is_no_soft_short(slope, short):
    """R is 1 Ω·cm² up to 10 mA/cm² and less then: U is 15 % lower from 40, or 14.3, on."""
    t = np.arange(120.0)
    u = np.minimum(t, 10) + slope * np.maximum(t - 10, 0)
    params = RampOnsetParams(start=0.0, window=1.0)
    trace = SimpleNamespace(t=t, x=t, u=u, begin=0.0, unit="mA/cm^2")
    held = TimeGrid(t, t, u, np.ones(120), 1.0, 0 * t)
    at = 2 / 0.05 if slope == 0.8 else 5 / 0.35
    if not short:
        robust._refuse_soft_short(trace, held, params, (at, at), inf)
        return
    with pytest.raises(Refusal) as refused:
        robust._refuse_soft_short(trace, held, params, (at, at), inf)
    assert refused.value.code == "soft-short"


@pytest.mark.parametrize(("unit", "name"), [("mA", "onset_current"), ("mA/cm^2", "onset_current_density")])
def test_a_soft_short_bounds_the_onset_from_below(unit, name):
    refusal = robust._soft_short(SimpleNamespace(unit=unit), (0.25, 90.0))
    assert (refusal.code, refusal.remark.where) == ("soft-short", "t = 90.0 s")
    assert {key: (m.unit, m.interval.low) for key, m in refusal.measurands.items()} == {name: (unit, 0.25)}


@pytest.mark.parametrize(
    ("lost_at", "onset", "limited", "near", "code"),
    [
        (inf, None, True, 99.0, "compliance"),
        (inf, None, False, 99.0, None),
        (inf, 50.0, True, 99.0, None),
        (35.0, 50.0, True, 99.0, None),  # half of the window of 30 s before the onset
        (34.0, 50.0, True, 99.0, "compliance"),
        (34.0, 50.0, False, 99.0, "current-not-controlled"),
        (34.0, 50.0, True, 94.0, "current-not-controlled"),  # its voltage is not that of the limit
        (34.0, 50.0, True, 0.95 * 99.0, "current-not-controlled"),
        (34.0, None, True, 96.0, "compliance"),
    ],
)
def test_an_onset_after_the_current_has_left_its_course_is_none(lost_at, onset, limited, near, code):
    """U rests at 99 V in the last row, and is `near` where the current is lost."""
    trace = traced(lambda t: np.where(t == 34, near, np.where(t == 99, 99.0, 1.0)), lost_at=lost_at,
                   limited=limited, line=3 * np.arange(100.0))  # fmt: skip
    asked = trace, trace, None if onset is None else SimpleNamespace(t=onset), PARAMS
    if code is None:
        robust._require_control(*asked)
        return
    with pytest.raises(Refusal) as refused:
        robust._require_control(*asked)
    assert refused.value.code == code
    if code == "current-not-controlled":
        said = "the current leaves its course at 68 mA/cm², where 102 was due"
        assert (refused.value.message[: len(said)], refused.value.remark.where) == (said, "t = 34.0 s")


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        (Refusal("soft-short", "U falls", where="t = 9 s"), True),
        (Refusal("compliance", "U falls", where="t = 9 s"), True),
        (Refusal("unresolved-noise", "U falls", where="t = 9 s"), False),  # concerns the wish, not the cell
        (SimpleNamespace(code="soft-short"), False),
    ],
)
def test_what_the_robust_method_sees_in_the_cell_is_said_beside_the_answer_of_the_paper(beside, said):
    expected = [Flag("methods-disagree", "the robust method refuses: U falls", where="t = 9 s")]
    assert _other_refused(beside) == (expected if said else [])


# -- the other electrode -------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "resolved"), [(0.041, True), (-0.041, True), (0.04, False), (-0.04, False)])
def test_a_deviation_is_resolved_beyond_what_noise_hides(value, resolved):
    assert DeviationAt(value, 0.01, 1.0, 1.0, 0.04).resolved is resolved


@pytest.mark.parametrize(("before", "said"), [(0.063, True), (-0.063, True), (0.0625, False), (-0.0625, False)])
def test_both_electrodes_deviate_if_the_other_one_was_off_beyond_its_noise(before, said):
    """A threshold of 5 %, and 1.25 % that noise hides."""
    other = SimpleNamespace(before=DeviationAt(before, 0.0025, 0.3, 90.0, 0.0125))
    flags = flags_of(other, SimpleNamespace(other_electrode="counter", unit="mA/cm^2"), PARAMS)
    assert [flag.code for flag in flags] == (["both-electrodes-deviate"] if said else [])
    if said:
        assert flags[0].message.startswith(f"the counter electrode was {before:+.1%} off its own line")
        assert flags[0].where == "t = 90.0 s, 0.3 mA/cm²"


@pytest.mark.parametrize(
    ("other", "electrode", "said"),
    [
        (None, "auto", False),
        (None, "cell", False),
        (None, "oxidised", True),  # it was asked for
        (np.zeros(3), "auto", True),  # it was recorded
    ],
)
def test_why_nothing_is_known_of_the_other_electrode_is_said_if_it_was_recorded_or_asked_for(
    other, electrode, said
):
    trace = SimpleNamespace(other=other, other_electrode="counter")
    text = "nothing is known of the counter electrode: it drifts"
    flag = Flag("other-electrode-unknown", text, "info", hint="record both potentials, or the cell voltage")
    assert flags_of("it drifts", trace, RampOnsetParams(electrode=electrode)) == ([flag] if said else [])


def test_what_an_uncertain_place_and_a_bent_course_add():
    """A window of 30 s reaches one point of 10 s to each side: 0.1, 0.2, 0.6, with a noise of 5 %."""
    bent = SimpleNamespace(
        grid=grid([0] * 5, step=10.0), value=np.array([0, 0.1, 0.2, 0.6, 0]), noise=np.full(5, 0.05)
    )
    rise = (0.5 - 0.1) / 20  # less twice the noise
    bend = (0.1 + 0.6 - 0.4 - 0.1) / 6
    assert _of_place(bent, 2, 3.0, PARAMS) == pytest.approx(hypot(3 * rise, bend))
    # A window of 50 s reaches two points: from 0 to 0 over 40 s, of which the middle is 0.2 off.
    wide = hypot(0, (0.4 - 0.1) / 6)
    assert _of_place(bent, 2, 3.0, RampOnsetParams(window=50.0)) == pytest.approx(wide)
    quiet = SimpleNamespace(grid=bent.grid, value=bent.value / 10, noise=bent.noise)
    assert _of_place(quiet, 2, 3.0, PARAMS) == 0.0


# -- what the outcome says -----------------------------------------------------------------------------


def ranged(x, limit, place=None, gain=0.0, known=True):
    place = np.zeros(len(x), int) if place is None else np.array(place)
    each = np.array(limit, float)
    ranges = SimpleNamespace(place=place, limit=each, gain=gain)
    return SimpleNamespace(x=np.array(x, float), limit=each[place], ranges=ranges, range_known=known)


def test_the_accuracy_of_a_slope_by_its_ranges():
    assert _gain(2.0, ranged([0, 1, 2, 3], [0.1])) == pytest.approx(0.05)
    assert _gain(2.0, ranged([0, 1, 2, 3], [0.1], gain=0.02)) == pytest.approx(hypot(0.05, 0.02))
    assert _gain(2.0, ranged([0, 1, 2, 3], [0.1], gain=0.02, known=False)) == pytest.approx(0.05)
    assert _gain(2.0, ranged([0, 1, 2, 3, 1], [0.1, 0.9], [0, 0, 0, 1, 1])) == pytest.approx(0.05)  # up to there
    # Of -1, 0, 1, whose squares are 2, the first two are of one range and the last of the other.
    tilted = hypot(0.3 / 2, 0.1 * -1 / 2, 0.3 * 1 / 2)
    assert _gain(2.0, ranged([0, 1, 2], [0.1, 0.3], [0, 0, 1])) == pytest.approx(tilted)
    assert _gain(0.0, ranged([0, 1], [0.1])) == 0.0
    assert _gain(2.0, ranged([3, 4], [0.1])) == 0.0


@pytest.mark.parametrize(
    ("gap", "window", "said"),
    [(31.0, 30.0, True), (30.0, 30.0, False), (2.6, 2.0, True), (2.4, 2.0, False)],  # 2.5 usual steps
)
def test_a_gap_as_long_as_the_average_is_said(gap, window, said):
    t = np.cumsum([0, 1, 1, 1, gap, 1, 1, 1.0])
    trace = SimpleNamespace(t=t, steps=np.diff(t), usual_step=1.0)
    flags = _interpolated(trace, RampOnsetParams(window=window))
    assert [(flag.code, flag.where) for flag in flags] == ([("gap-interpolated", "t = 3 s")] if said else [])


def answer(low, high):
    middle = (low + high) / 2
    return Measurand("mA/cm^2", middle, 0.1, Interval(low, high, level=0.95))


@pytest.mark.parametrize(
    ("theirs", "apart"),
    [
        (answer(2.0, 3.0), False),
        (answer(2.01, 3.0), True),
        (answer(0.0, 1.0), False),
        (answer(0.0, 0.99), True),
        (Measurand("mA/cm^2", 2.19, 0.1), False),  # 1.96 × 0.1 below it is 1.994
        (Measurand("mA/cm^2", 2.21, 0.1), True),
        (Measurand("mA/cm^2", 2.01), True),
        (Measurand("mA/cm^2", 2.19, 0.1, Interval(2.1, None)), False),  # an open end says nothing of a width
        (Measurand("mA/cm^2", 2.21, 0.1, Interval(None, 2.3)), True),
        (None, False),
    ],
)
def test_methods_disagree_if_their_intervals_do_not_meet(theirs, apart):
    class Told(dict):
        pass

    trace = SimpleNamespace(unit="mA/cm^2")
    outcome = Told(onset_current_density=answer(1.0, 2.0))
    for method, beside in (("robust", "lowack2026"), ("lowack2026", "robust")):
        flags = _disagreement(outcome, theirs, trace, RampOnsetParams(method=method))
        assert [flag.code for flag in flags] == (["methods-disagree"] if apart else [])
        assert not flags or flags[0].hint == f"--param method={beside} gives the other"
        if theirs is not None and theirs.interval == Interval(2.01, 3.0, level=0.95):
            text = (
                f"{method} and {beside} give [1, 2] and [2.01, 3] mA/cm²: they differ by more than both intervals"
            )
            assert flags[0].message == text


@pytest.mark.parametrize(
    ("observed", "spoken"),
    [
        ("voltage", "the cell voltage"),
        ("potential_we", "the working electrode's potential"),
        ("potential_ce", "the counter electrode's potential"),
    ],
)
def test_an_onset_says_whose_voltage_was_read(observed, spoken):
    trace = SimpleNamespace(observed=observed, unit="mA", rate=1.5)
    found = _onset_measurand(SimpleNamespace(x=2.0), trace, RampOnsetParams(threshold=7.5), None)
    note = f"7.5 % above the ohmic line, from {spoken}"
    assert found == Measurand("mA", 2.0, quantity="critical_current_density", note=note)
    for electrode in ("auto", "reduced"):
        conditions = _conditions(trace, RampOnsetParams(threshold=7.5, electrode=electrode))
        assert {name: (one.value, one.unit) for name, one in conditions.items()} == {
            "method": ("robust", ""), "criterion": ("7.5 % above the ohmic line", ""), "ramp_rate": (1.5, "mA/h"),
            "observed": (observed, ""), **({"electrode": ("reduced", "")} if electrode == "reduced" else {}),
        }  # fmt: skip


@pytest.mark.parametrize("window", [30.0, 20.0])
def test_the_parts_of_an_onset_s_uncertainty_have_their_names(window):
    spread = Spread(
        noise=0.1, window=0.2, gradual=0.0, current=0.4, area=0.5, rows=0.6, low=1.0, high=3.5, slope=0
    )
    trace = SimpleNamespace(observed="voltage", unit="mA/cm^2", rate=1.8)
    found = _onset_measurand(SimpleNamespace(x=2.0), trace, RampOnsetParams(window=window), spread)
    assert found.components == (
        Component("noise (bootstrap)", 0.1),
        Component("window (30 s against 15 s)" if window == 30 else "half the window", 0.2, "B"),
        Component("rows and steps around the crossing", 0.6, "B"),
        Component(RANGE_ACCURACY, 0.4, "B"),
        Component("area", 0.5, "B", "area"),
    )
    assert (found.value, found.uncertainty) == (2.0, pytest.approx(0.82**0.5))
    assert found.interval == Interval(1.0, 3.5, level=0.95, method="residual bootstrap and drawn components")
    assert _over_rate(spread, trace) == pytest.approx(hypot(0.1, 0.2) * 2000)  # 1.8 mA/cm² in 3600 s
    assert _over_rate(None, trace) is None


def steep(x, noise=0.0, bent=False):
    """Return an onset at x whose deviation rises by 0.01 per row, and x by 0.1."""
    count = 101
    held = SimpleNamespace(step=1.0, t=np.arange(float(count)), x=0.1 * np.arange(count))
    deviation = SimpleNamespace(grid=held, value=0.01 * np.arange(count), noise=np.full(count, noise),
                                line=SimpleNamespace(bent=bent))  # fmt: skip
    return SimpleNamespace(x=x, index=50, deviation=deviation)


def test_noise_is_carried_to_the_current_by_the_steepness():
    assert _noise_in_x(steep(5.0, noise=0.003)) == pytest.approx(0.03)
    level = steep(5.0, noise=0.003)
    level.deviation.value[:] = 0.01
    assert _noise_in_x(level) == 0.0
    falling = steep(5.0, noise=0.003)
    falling.deviation.value = -falling.deviation.value
    assert _noise_in_x(falling) == 0.0


def test_the_flags_name_what_was_met_on_the_way():
    """No shorter fit finds an onset; six times U came back, of which five are named."""
    onset = steep(5.0, bent=True)
    onset.t, onset.recovered = 50.0, tuple((k / 4, 10.0 * k) for k in range(1, 7))
    onset.deviation.line.inflation = 2.26
    onset.deviation.grid.u = np.zeros(101)
    onset.deviation.line.slope = onset.deviation.line.sigma = 1.0
    t = np.arange(101.0)
    ranges = CurrentRanges.of(np.full(101, nan), 0.0)
    trace = SimpleNamespace(t=t, x=0.1 * t, begin=0.0, unit="mA", lost_at=inf, stair_s=12.5, is_cell_voltage=False,
                            observed="potential_we", ranges=ranges, range_known=False, rest_drift=-2e-3,
                            rate=0.4)  # fmt: skip
    flags = _flags(onset, None, trace, {}, RampOnsetParams(range_accuracy=0.0))
    assert [(flag.code, flag.message) for flag in flags] == [
        ("no-area", "no area is stated: the onset is a current, and no detection delay follows from it"),
        ("no-set-point", "no set point is recorded: that the current was controlled is judged by its own course"),
        ("correlated-noise", "the voltage drifts: its averages scatter 2.3 times as much as noise"),
        ("gradual-onset", "a fit up to half of the onset finds no onset: the rise begins inside the fit"),
        ("recovered", "U was beyond the threshold before, from 0.25 mA (10 s), 0.5 mA (20 s), 0.75 mA (30 s), "
         "1 mA (40 s), 1.25 mA (50 s) on, and came back: only the last crossing lasts"),
        ("staircase", "the source climbs in steps of 12.5 s"),
        ("drift-at-rest", "before the ramp the voltage drifts by -2 mV/h: if it goes on, the ramp cannot tell it "
         "from 5 Ω"),
        ("one-electrode", "read from potential_we against the reference: the slope is not that of the whole cell"),
    ]  # fmt: skip


def test_what_is_known_exactly_has_no_interval():
    assert _with_interval("ohm", 2.0, (Component("noise", 0.0),)) == Measurand("ohm", 2.0)
    x = np.arange(9.0)
    trace = SimpleNamespace(range_known=False, unit="mA", limit_at=lambda *_: 0.0, observed="voltage", x=x)
    found = _lowack_onset(SimpleNamespace(x=2.0, t=9.0), trace, PARAMS)
    note = "5 % from the line, method of the paper, from the cell voltage"
    assert found == Measurand("mA", 2.0, note=note)


def test_the_onset_of_the_paper_has_the_digit_of_a_ramp_that_is_read_in_steps():
    """Each current stands for four rows: a step of 0.3 mA, in which the onset is anywhere."""
    x = np.repeat(0.3 * np.arange(9), 4)
    trace = SimpleNamespace(range_known=False, unit="mA", limit_at=lambda *_: 0.0, observed="voltage", x=x)
    found = _lowack_onset(SimpleNamespace(x=1.2, t=9.0), trace, PARAMS)
    assert found.components == (Component("digit of the current", pytest.approx(0.3 / 12**0.5), "B"),)
    assert found.uncertainty == pytest.approx(0.3 / 12**0.5)


@pytest.mark.parametrize(("step", "refused"), [(0.0005, False), (0.00051, True), (0.0, False)])
def test_the_paper_finds_no_onset_in_less_than_a_digit(step, refused):
    """5 % of 10 mV are 0.5 mV."""
    if not refused:
        lowack._require_resolved(step, 0.01, PARAMS)
        return
    with pytest.raises(Refusal, match=r"U is read in steps of 0\.00051 V, more than the 5 % of 0\.01 V"):
        lowack._require_resolved(step, 0.01, PARAMS)


def test_a_ramp_that_moves_with_half_of_its_rows_shows_no_digit():
    assert lowack.held_step(np.repeat(0.2 * np.arange(9), 3)) == pytest.approx(0.2)
    assert lowack.held_step(np.repeat(0.2 * np.arange(9), 2)) == pytest.approx(0.2)
    assert lowack.held_step(0.2 * np.arange(9)) == 0
    assert lowack.held_step(np.zeros(9)) == 0


@pytest.mark.parametrize(("found", "clock", "error"), [(3.0, 0.0, 3.0), (3.0, 4 * 3**0.5, 5.0), (None, 4.0, None)])
def test_a_point_in_time_is_as_uncertain_as_the_clock(found, clock, error):
    assert _time_error(found, SimpleNamespace(clock_step=clock)) == (error and pytest.approx(error))


@pytest.mark.parametrize(
    ("lost_at", "error"),
    [
        # Of neighbours 1 and 3 apart by turns: a median of 2, which is √2 times the noise.
        (inf, 3600 * 1.4826 * 2 / 2**0.5 / 10**0.5),  # squares of -2, -1, 0, 1, 2
        (3.0, 3600 * 1.4826 * 2 / 2**0.5 / 2**0.5),
        (1.0, 0.0),  # one row
        (0.0, 0.0),
    ],
)
def test_a_rate_is_as_certain_as_the_rows_that_follow_the_ramp(lost_at, error):
    trace = SimpleNamespace(t=np.arange(5.0), x=np.array([0.0, 1, 4, 5, 8]), lost_at=lost_at)
    assert _rate_error(trace) == pytest.approx(error, rel=1e-4)


def test_the_last_row_of_a_fit_counts():
    held = grid([1.0, 2.0, 3.0], step=1.0)
    line = SimpleNamespace(end=1.0)
    assert _fit_end(SimpleNamespace(deviation=SimpleNamespace(grid=held, line=line))) == 2.0


@pytest.mark.parametrize(
    ("shorter", "noise", "gradual"),
    [
        (5.11, 0.0, True),
        (4.89, 0.0, True),
        (5.09, 0.0, False),  # within 2 %
        (5.11, 0.0025, True),  # three times √2 × 0.025 are 0.106
        (5.11, 0.0027, False),
    ],
)
def test_a_shorter_fit_that_moves_the_onset_shows_a_gradual_rise(shorter, noise, gradual):
    assert bool(_is_gradual(steep(5.0, noise), steep(shorter, noise))) is gradual
    assert not _is_gradual(steep(50.0), steep(51.0))  # 2 %
    assert _is_gradual(steep(5.0, bent=True), steep(5.0))
    assert _is_gradual(steep(5.0, bent=True), None)
    assert not _is_gradual(steep(5.0), None)


@pytest.mark.parametrize(
    ("time", "on"), [(60.00000000000026, 60.0), (59.99999999999974, 60.0), (60.001, 60.001), (-5.0, -5.0)]
)
def test_an_end_that_misses_a_row_by_rounding_is_that_row(time, on):
    """Rows every 0.1 s: a thousandth of a second is more than rounding."""
    assert _on_a_row(time, np.round(np.arange(0, 100, 0.1), 1)) == on

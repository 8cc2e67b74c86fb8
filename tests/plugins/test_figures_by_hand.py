"""Figures of cells where they are not as usual: outcomes of a few rows, written by hand."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from echub.drawing import GREY, RED, tidy
from echub.plugin import Condition, Flag, Interval, Measurand, Outcome, Series
from echub_ccd.figure import ccd, weibull
from echub_cycling.figure import cycling, lifetimes, staircase, symmetric
from echub_dc import figure as polarisation
from echub_timeline import against_figure
from echub_timeline import figure as timeline
from tests.plugins.test_figures import spans_of

NAN = np.nan


def columns(**found):
    """Return columns; a unit is given as `(unit, values)`."""
    pairs = {name: each if isinstance(each, tuple) else ("", each) for name, each in found.items()}
    return {name: Series.of(values, unit) for name, (unit, values) in pairs.items()}


def drawn(module, outcome):
    figure = Figure()
    module.draw(outcome, figure)
    return figure


def data_of(line):
    return np.asarray(line.get_xdata(), float).tolist(), np.asarray(line.get_ydata(), float).tolist()


# -- ccd -------------------------------------------------------------------------------------


def half_cycles(u=(0.0, 0.03), r=(10, 10, 10), failed=(2,), measurands=(), unit="ohm*cm^2"):
    """Three half cycles at 1, 2 and 3, 10 s long; at 3 the cell fails after 25 s."""
    found = columns(
        t=("s", np.linspace(0, 30, len(u))), j=("mA/cm^2", np.ones(len(u))), U=("V", u), begin=[0.0, 10, 20],
        end=[10.0, 20, 30], sign=[1, -1, 1], level=[1.0, 2, 3], R_start=[10.0, 10, 10], R_end=(unit, r),
        failed=list(failed), failed_at=[25.0],
    )  # fmt: skip
    return Outcome(dict(measurands), diagnostics=found, label="x")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Measurand("mA/cm^2", interval=Interval(1.0, 2.0, "bracketing"), note="n"), ["[1, 2) mA/cm²", "n"]),
        (Measurand.more_than("mA/cm^2", 1.0, note="n"), ["> 1 mA/cm²", "n"]),
        (Measurand.less_than("mA", 2.0, note="n"), ["< 2 mA", "n"]),
        (Measurand("mA/cm^2", note="n"), []),
    ],
)
def test_the_heading_is_what_is_known_of_the_critical_current(found, said):
    assert ccd._main(Outcome({"asr": Measurand("ohm", 1.0), "critical_current_density": found})) == said
    assert ccd._main(Outcome({"asr": found})) == []


@pytest.mark.parametrize(("largest", "r", "top"), [
    (0.599, [10.0, 10, 10], None),  # R·level is 30 mV at most: a U beyond 20 times that is an open circuit
    (0.6, [10.0, 10, 10], None),
    (0.601, [10.0, 10, 10], 60),
    (0.401, [10.0, 10, 200], 40),
    (0.401, [10.0, 10, 201], 40),  # the last half cycle is the open circuit, and 20 mV count
    (0.401, [10.0, 10, 199], None),
])  # fmt: skip
def test_an_open_circuit_does_not_hide_the_voltage_before_it(largest, r, top):
    axis = drawn(ccd, half_cycles(u=(0.01, 0.02, largest), r=r)).axes[0]
    if top:
        assert axis.get_ylim() == pytest.approx((-top, top))
    else:
        assert axis.get_ylim()[1] > 1000 * largest


@pytest.mark.parametrize(("r", "top"), [
    ([10.0, 12, 14], 16.1),  # what the largest needs, and 15 %
    ([10.0, 12, 400], 36),  # three times the median
    ([NAN, NAN, NAN], 11.5),  # where nothing is known at the ends
    ([4.0, 4, 4], 11.5),  # where a half cycle starts counts too
])  # fmt: skip
def test_the_axis_of_r_shows_the_median_three_times(r, top):
    assert drawn(ccd, half_cycles(r=r)).axes[1].get_ylim() == pytest.approx((0, top))


def test_the_axis_of_r_ends_at_one_where_nothing_is_known():
    outcome = half_cycles(r=[NAN] * 3)
    nothing = Outcome({}, diagnostics=dict(outcome.diagnostics) | columns(R_start=[NAN] * 3), label="x")
    assert drawn(ccd, nothing).axes[1].get_ylim() == (0, 1)


def test_the_half_cycle_that_failed_is_red_and_the_others_are_not():
    lines = drawn(ccd, half_cycles(failed=(1,))).axes[2].collections
    assert [tuple(one.get_color()[0][:3]) for one in lines] == [to_rgb(c) for c in (GREY, RED, GREY)]


@pytest.mark.parametrize(("unit", "label"), [("ohm*cm^2", "R·A / Ω·cm²"), ("ohm", "R / Ω")])
def test_r_of_a_cell_without_an_area_is_not_times_it(unit, label):
    assert drawn(ccd, half_cycles(unit=unit)).axes[1].get_ylabel() == label


@pytest.mark.parametrize(("ends", "said"), [
    ((2.0, 3.0), "[2, 3) mA"), ((2.0, None), "> 2 mA"), ((None, 3.0), "< 3 mA"), (None, "")
])  # fmt: skip
def test_the_heading_of_a_staircase_is_its_interval(ends, said):
    interval = Interval(*ends, kind="bracketing") if ends else None
    main = Measurand("mA", interval=interval, note="why")
    outcome = half_cycles(measurands={"asr_cell": Measurand("ohm", 7.0), "critical_current": main}.items())
    heading = drawn(ccd, outcome).get_suptitle().splitlines()[0]
    assert heading == (f"x  ·  {said}  ·  why" if said else "x")


# -- ccd-weibull -----------------------------------------------------------------------------


@pytest.mark.parametrize(("ends", "span"), [
    ((2.0, 5.0), (2, 5)), ((NAN, 5.0), (0, 5)), ((2.0, NAN), (2, 8)),
])  # fmt: skip
def test_cells_stand_at_their_rank_and_open_ends_at_the_edge(ends, span):
    found = columns(level=("mA", [1.0, 4, 8]), fraction=[0.1, 0.5, 0.9], low=[3.0, 1, 2, 1], high=[4.0, 2, NAN, 3],
                    median=[3.5], ends=list(ends))  # fmt: skip
    median = Measurand("mA", 3.5, interval=Interval(1.0, 2.0, level=0.9))
    axis = drawn(weibull, Outcome({"median": median}, diagnostics=found, label="x")).axes[0]
    (cells,) = axis.collections
    # Of two equal ones the first stays first; the one that survived ends with the axis of levels.
    ranks = {0.875: (3, 4), 0.125: (1, 2), 0.625: (2, 8), 0.375: (1, 3)}
    assert {one[0][1]: (one[0][0], one[1][0]) for one in cells.get_segments()} == ranks
    assert spans_of(axis) == [span]
    assert "median, 90 %" in [text.get_text() for text in axis.get_legend().get_texts()]


# -- cycling ---------------------------------------------------------------------------------


def cycles(efficiency, complete=(True, True, False), charge=(3.0, 3.0, 9.0), discharge=(2.5, 2.5, 8.0)):
    table = columns(cycle=[1, 2, 3], complete=list(complete), charge=("mA*h", charge),
                    discharge=("mA*h", discharge), efficiency=("%", efficiency))  # fmt: skip
    shown = columns(cycle=[1.0, 1], q=("mA*h", [0.0, 1]), U=("V", [3.0, 4]), d_cycle=[1.0, 1], d_U=[3.0, 4],
                    d_q=("mA*h/V", [1.0, 2]), step=("V", [0.02]))  # fmt: skip
    return Outcome({}, tables={"cycles": table}, diagnostics=shown, label="x",
                   conditions={"reference_cycle": Condition(2)})  # fmt: skip


def test_cycles_that_are_not_complete_are_crosses_and_set_no_scale():
    axes = drawn(cycling, cycles((90.0, 90.0, 50.0))).axes
    (capacities,) = (axis for axis in axes if axis.get_ylabel() == "Q / mA·h" and axis.get_xlabel() == "cycle")
    marks = [(line.get_marker(), *data_of(line)) for line in capacities.lines[:4]]
    assert marks == [("o", [1, 2], [3, 3]), ("x", [3], [9]), ("o", [1, 2], [2.5, 2.5]), ("x", [3], [8])]
    assert capacities.lines[0].get_markerfacecolor() == "none" != capacities.lines[2].get_markerfacecolor()
    assert capacities.get_ylim() == pytest.approx((0, 3.3))
    (efficiencies,) = (axis for axis in axes if axis.get_ylabel() == "CE / %")
    assert [data_of(line) for line in efficiencies.lines] == [([1, 2], [90, 90])]
    assert efficiencies.get_ylim() == (89.5, 90.5)  # at least half a percent either way


@pytest.mark.parametrize(("count", "size"), [(299, 3), (300, 1.2)])
def test_many_cycles_are_small_marks(count, size):
    found = columns(cycle=np.arange(count), complete=np.arange(count) > 0, efficiency=("%", np.full(count, 99.0)),
                    charge=("mA*h", np.ones(count)), discharge=("mA*h", np.ones(count)))  # fmt: skip
    axis = Figure().subplots()
    cycling._capacities(
        axis, Outcome({}, tables={"cycles": found}, conditions={"reference_cycle": Condition(1)}, label="x")
    )
    both = [line for one in axis.figure.axes for line in one.lines if line.get_marker() in "osx"]
    assert [(line.get_marker(), line.get_markersize()) for line in both] == [(m, size) for m in "oxoxs"]


def test_the_axis_of_efficiencies_is_three_central_halves_either_way():
    outcome = cycles((90.0, 94.0, 98.0), complete=(True, True, True))
    (shown,) = (axis for axis in drawn(cycling, outcome).axes if axis.get_ylabel() == "CE / %")
    assert shown.get_ylim() == pytest.approx((94 - 3 * 4, 94 + 3 * 4))


def test_what_has_no_trace_shows_why_it_was_refused():
    outcome = Outcome({}, flags=(Flag("why-not", "the reason", "refusal"),), label="x")
    for module in (cycling, symmetric, lifetimes, polarisation, against_figure, timeline):
        figure = drawn(module, outcome)
        assert not figure.axes
        assert figure.get_suptitle().splitlines()[0] == "x  ·  refused"


# -- cell-lifetimes --------------------------------------------------------------------------


def test_cells_still_alive_lie_on_the_curve_where_they_were_last_seen():
    table = columns(
        time=("h", [10.0, 20]), surviving=("%", [75.0, 25]), low=("%", [50.0, 5]), high=("%", [90.0, 60])
    )
    outcome = Outcome({}, tables={"survival": table}, diagnostics=columns(watched=("h", [5.0, 10, 30])), label="x")
    axis = drawn(lifetimes, outcome).axes[0]
    steps, alive, _ = axis.lines
    assert data_of(steps) == ([0, 10, 20, 30], [100, 75, 25, 25])
    assert data_of(alive) == ([5, 10, 30], [100, 75, 25])
    assert steps.get_drawstyle() == "steps-post"
    corners = {tuple(corner) for corner in axis.collections[0].get_paths()[0].vertices.tolist()}
    assert {(0, 100), (10, 50), (10, 90), (20, 5), (20, 60), (30, 5), (30, 60)} <= corners


@pytest.mark.filterwarnings("error")
def test_cells_that_all_live_have_no_curve():
    """Only the half of them, and the labels of both axes."""
    table = columns(time=("h", []), surviving=("%", []), low=("%", []), high=("%", []))
    outcome = Outcome({}, tables={"survival": table}, diagnostics=columns(watched=("h", [5.0, 10])), label="x")
    axis = drawn(lifetimes, outcome).axes[0]
    assert [data_of(line) for line in axis.lines] == [([0, 1], [50, 50])]
    assert not axis.collections
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_ylim()) == (
        "t / h",
        "cells without a drop / %",
        (0, 105),
    )


# -- staircase-linearity -----------------------------------------------------------------------


def stairs(measurands, directions=("we_oxidised",) * 3, unit="mA"):
    table = columns(direction=list(directions), level=(unit, [1.0, 2, 4]), U=("V", [0.03, -0.05, 0.09]))
    shown = columns(t=("s", [0.0, 1]), U_low=("V", [0.0, 0]), U_high=("V", [0.1, 0.1]), offset=("V", [0.01]))
    return Outcome(
        dict(measurands), tables={"levels": table}, diagnostics=shown, label="x",
        conditions={"criterion": Condition("10 % off")},
    )  # fmt: skip


LINE, LOW = Measurand("ohm", 20.0), Measurand.less_than("mA", 1.5)
BRACKET = Measurand("mA", interval=Interval(2.0, 4.0, "bracketing"), censoring="interval")


@pytest.mark.parametrize(
    ("given", "spans", "top"),
    [
        ({"linear_limit_we_oxidised": BRACKET, "resistance_we_oxidised": LINE}, [(2, 4)], 4 * 20 * 4),
        # One that is linear throughout has no limit, one that never is has it from zero on.
        ({"linear_limit_we_oxidised": Measurand.more_than("mA", 4.0), "resistance_we_oxidised": LINE}, [], None),
        ({"linear_limit_we_oxidised": LOW, "resistance_we_oxidised": LINE}, [(0, 1.5)], 4 * 20 * 1.5),
        ({"linear_limit_we_oxidised": BRACKET}, [(2, 4)], None),
        ({"linear_limit_we_oxidised": BRACKET, "asr_we_oxidised": Measurand("ohm*cm^2", 20.0)}, [(2, 4)], 320),
        ({"linear_limit_we_reduced": BRACKET, "resistance_we_reduced": LINE}, [], None),
        ({"linear_limit_we_oxidised": Measurand("mA"), "resistance_we_oxidised": Measurand("ohm")}, [], None),
    ],
)
def test_a_staircase_in_one_direction_has_its_line_and_its_limit(given, spans, top):
    """|U| of the levels is 20, 60 and 80 mV off that at rest, 10 mV; 20 Ω are a line to 80 mV at 4 mA."""
    _, axis = drawn(staircase, stairs(given)).axes
    dots, *lines = axis.lines
    assert [value for one in data_of(dots) for value in one] == pytest.approx([1, 2, 4, 20, 60, 80])
    line = given.get("resistance_we_oxidised") or given.get("asr_we_oxidised")
    assert [data_of(one) for one in lines] == ([([0, 4], [0, 80])] if line and line.value else [])
    assert spans_of(axis) == spans
    assert axis.get_ylim()[1] == pytest.approx(top if top else axis.dataLim.y1, rel=0.1 if not top else 1e-6)
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["working electrode oxidised"]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("I / mA", "|U| / mV")


def test_a_direction_with_too_few_levels_has_no_line():
    given = {"linear_limit_we_oxidised": BRACKET, "resistance_we_oxidised": LINE}
    _, axis = drawn(staircase, stairs(given, ("we_oxidised", "we_reduced", "we_oxidised"))).axes
    assert [data_of(line)[0] for line in axis.lines] == [[1, 4], [0, 4], [2]]


# -- polarisation ----------------------------------------------------------------------------


def decay(**others):
    found = {"t": ("s", np.arange(6.0)), "I": [50.0, 20, 12, 11, 10, 10], "curve": [50.0, 20, 12, 11, 10, 10],
             "tail": [4.0, 5], "ends": [9.0, 10, 11], "offset": [0.0]} | others  # fmt: skip
    return Outcome({}, diagnostics=columns(**found), label="x")


def test_a_bound_has_no_lower_end_and_a_current_that_changes_sign_no_logarithm():
    upper, lower = drawn(polarisation, decay(ends=[NAN, 10.0, 13.0])).axes
    corners = {tuple(corner) for corner in lower.collections[0].get_paths()[0].vertices.tolist()}
    assert {(4, 10), (5, 10), (4, 13), (5, 13)} <= corners
    assert {y for _, y in corners} == {10, 13}
    assert upper.get_yscale() == "log"
    upper, _ = drawn(polarisation, decay(I=[50.0, 20, 12, 11, 10, 0])).axes
    assert upper.get_yscale() == "linear"


@pytest.mark.parametrize(("measurand", "said"), [
    ({"steady_current": Measurand("nA", 5.0, 0.5)}, "steady current 5.00 ± 0.50 nA"),
    ({"steady_current": Measurand.less_than("nA", 7.0)}, "steady current < 7 nA"),
    ({"steady_current": Measurand("nA", 5.0, 0.5), "electronic_conductivity": Measurand.less_than("S/cm", 2e-9)},
     "electronic conductivity < 2e-09 S/cm"),
    ({"current_ratio": Measurand("1", 0.5)}, ""),
])  # fmt: skip
def test_the_heading_of_a_polarisation_is_its_most_telling_answer(measurand, said):
    outcome = Outcome(measurand, diagnostics=decay().diagnostics, label="x")
    assert drawn(polarisation, outcome).get_suptitle().splitlines()[0] == (f"x  ·  {said}" if said else "x")


# -- against, timeline -----------------------------------------------------------------------


@pytest.mark.parametrize(("x", "scale"), [([1.0, 8.0], "linear"), ([1.0, 8.1], "log"), ([0.0, 8.0], "linear")])
def test_a_setting_over_a_factor_of_eight_is_logarithmic(x, scale):
    found = columns(the_x=("MPa", x), the_y=("ohm", [2.0, 3]), low=[1.5, NAN], high=[4.0, NAN], series=["", ""])
    axis = drawn(against_figure, Outcome({}, diagnostics=found, label="x")).axes[0]
    assert (axis.get_xscale(), axis.get_xlabel(), axis.get_ylabel()) == (scale, "the x / MPa", "the y / Ω")
    assert axis.get_legend() is None
    if scale == "log":
        assert [text.get_text() for text in axis.get_xticklabels()] == ["1", "8.1"]
    bars = axis.containers[0].lines[2][0].get_segments()
    assert [tuple(bar[:, 1]) for bar in bars] == [(1.5, 4), (3, 3)]


def test_a_figure_keeps_the_labels_that_it_chose():
    """As the rests of a plateau are: numbers at each, and nothing between."""
    axis = Figure().subplots()
    axis.plot([1.0, 500.0], [1.0, 2.0])
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter("{x:g} s")
    axis.xaxis.set_minor_formatter("")
    axis.set_xticks([1.0, 7.0, 500.0])
    tidy(axis)
    axis.figure.canvas.draw()
    assert [text.get_text() for text in axis.get_xticklabels()] == ["1 s", "7 s", "500 s"]
    assert {text.get_text() for text in axis.get_xticklabels(minor=True)} == {""}


def runs(*ends, value=1.0):
    """Return an outcome of runs from and to, s, each with two rows."""
    times = [end for pair in ends for end in pair]
    numbers = [n for n in range(len(ends)) for _ in (0, 1)]
    values = np.linspace(1.0, value, len(times))
    found = columns(time=("s", times), run=numbers, analysis=["a"] * len(times), column=["R_end"] * len(times),
                    value_ohm=("ohm", values))  # fmt: skip
    return Outcome({}, diagnostics=found, label="x")


@pytest.mark.parametrize(("ends", "pieces"), [
    ([(0, 11.9), (50, 100)], 2),  # less than 12 % of the whole cannot be read
    ([(0, 12.1), (50, 100)], 1),
    ([(0, 12), (50, 100)], 1),
    ([(0, 5), (13, 100)], 1),
    ([(0, 5), (13.1, 100)], 2),  # a gap of more than 8 %
    ([(0, 5), (12.9, 100)], 1),
    ([(0, 1), (24, 25), (49, 50), (74, 75), (99, 100)], 5),
    ([(0, 1), (20, 21), (40, 41), (60, 61), (80, 81), (99, 100)], 1),  # more than five
    ([(0, 60), (50, 55), (90, 100)], 2),  # a run within another ends nothing
])  # fmt: skip
def test_the_axis_of_time_is_broken_for_short_runs_and_long_gaps(ends, pieces):
    assert len(drawn(timeline, runs(*ends)).axes) == pieces


def test_pieces_are_as_wide_as_their_time_but_not_narrow():
    """Of two equal pieces each would have half; 0.45 of that is the least: 0.225 beside 0.99 of 100 s."""
    spec = drawn(timeline, runs((0, 1), (901, 1000))).axes[0].get_subplotspec().get_gridspec()
    assert list(spec.get_width_ratios()) == pytest.approx([0.225, 0.99])


@pytest.mark.parametrize(("value", "scale"), [(59.0, "linear"), (60.0, "linear"), (61.0, "log")])
def test_values_that_reach_thirty_times_their_median_are_logarithmic(value, scale):
    """Of 2, 2, 2 and another value the median is 2."""
    found = dict(runs((0, 50), (50, 100)).diagnostics)
    found |= columns(value_ohm=("ohm", [2.0, 2.0, 2.0, value]))
    axis = drawn(timeline, Outcome({}, diagnostics=found, label="x")).axes[0]
    assert axis.get_yscale() == scale
    assert axis.get_ylabel() == "$R$ / Ω"
    if scale == "linear":
        assert axis.get_ylim()[0] == 0

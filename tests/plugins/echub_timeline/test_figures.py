"""The figures of `timeline` and `against`: pieces, ticks, colours and legends of a few rows, by hand."""

from __future__ import annotations

import math

import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from echub.drawing import PALETTE
from echub.plugin import Flag, Outcome, Series
from echub_timeline import against_figure, figure

PALETTE = [colour.lower() for colour in PALETTE]
NAN = math.nan


def refusal(code, message):
    return Flag(code, message, "refusal")


def drawn(module, shown, on=None, **rest):
    on = on or Figure()
    module.draw(Outcome({}, diagnostics=shown, label="x", **rest), on)
    return on


def on_time(*runs, what=("R_end",), analysis="a"):
    """Return rows of an outcome with a trace for each run and column: the seconds; values are 1, 2, … Ω."""
    rows = [(t, number, name) for number, times in enumerate(runs) for name in what for t in times]
    return {
        "time": Series.of([t for t, *_ in rows], "s"),
        "run": Series.of([n for _, n, _ in rows]),
        "analysis": Series.of([analysis] * len(rows)),
        "column": Series.of([name for *_, name in rows]),
        "value_ohm": Series.of([1.0 + k for k in range(len(rows))], "ohm"),
    }


# -- the axis of time ----------------------------------------------------------------------------


def ticks(axis):
    formatter = axis.xaxis.get_major_formatter()
    return {float(t): formatter(t) for t in axis.get_xticks()}


def same(numbers, unit=1.0):
    """Return ticks at numbers of a unit of time, labelled as such."""
    return {number * unit: f"{number:g}" for number in numbers}


@pytest.mark.parametrize(
    ("runs", "ends", "labels", "unit"),
    [
        # A twentieth is free at either end; at most seven steps, each of 1, 2 or 5: a seventh of 110 s is 16 s.
        ([(0, 100)], [(-5, 105)], [same(range(0, 101, 20))], "s"),
        ([(0, 600)], [(-30, 630)], [same(range(0, 11, 2), 60)], "min"),
        ([(0, 7200)], [(-360, 7560)], [same([0, 0.5, 1, 1.5, 2], 3600)], "h"),
        # Two equal pieces have half of the ticks each, four: of 5.5 s, 2 s apart.
        ([(0, 5), (95, 100)], [(-0.25, 5.25), (94.75, 100.25)], [same([0, 2, 4]), same([96, 98, 100])], "s"),
        # 0.225 and 0.95 of the width are 0.19 and 0.81 of it: two ticks at least, and six.
        ([(0, 1), (181, 200)], [(-0.05, 1.05), (180.05, 200.95)], [same([0, 1]), same([185, 190, 195, 200])], "s"),
    ],
)  # fmt: skip
def test_each_piece_of_the_axis_has_its_own_ticks_in_one_unit(runs, ends, labels, unit):
    made = drawn(figure, on_time(*runs))
    assert [axis.get_xlim() for axis in made.axes] == [pytest.approx(pair) for pair in ends]
    found = [ticks(axis) for axis in made.axes]
    assert [list(each) for each in found] == [pytest.approx(list(each)) for each in labels]
    assert [list(each.values()) for each in found] == [list(each.values()) for each in labels]
    broken = ", axis broken where nothing was measured" if len(runs) > 1 else ""
    assert made.get_supxlabel() == f"t since the first start / {unit}{broken}"
    assert made.get_suptitle() == "x"


def test_a_run_of_a_single_row_is_as_long_as_a_unit():
    """A second where seconds are shown, else a minute; a twentieth of it is free at either end."""
    assert [axis.get_xlim() for axis in drawn(figure, on_time((0,), (100,))).axes] == [
        pytest.approx((-0.05, 0.05)), pytest.approx((99.95, 100.05)),
    ]  # fmt: skip
    assert [axis.get_xlim() for axis in drawn(figure, on_time((0,), (6000,))).axes] == [
        pytest.approx((-3, 3)), pytest.approx((5997, 6003)),
    ]  # fmt: skip


def strokes(axis):
    """Return the places of the slanted strokes, in parts of the axis: what is drawn in black."""
    return [(*line.get_xdata(), *line.get_ydata()) for line in axis.lines if line.get_color() == "black"]


def test_a_broken_axis_has_one_frame_and_strokes_at_its_breaks():
    """Two units in three pieces: the left edge of the first, strokes only below."""
    shown = on_time((0, 1), (50, 51), (99, 100)) | {"value_V": Series.of([2.0] * 6, "V")}
    axes = drawn(figure, shown).axes
    assert [axis.spines["left"].get_visible() for axis in axes] == [True, False, False] * 2
    for axis, first in zip(axes, [True, False, False] * 2, strict=True):
        for which in ("major", "minor"):
            assert [axis.yaxis.get_tick_params(which)[name] for name in ("left", "labelleft")] == [first] * 2
    assert [strokes(axis) for axis in axes] == [[], [], [], [(1, 0)], [(0, 0), (1, 0)], [(0, 0)]]
    for line in (line for axis in axes for line in axis.lines if line.get_color() == "black"):
        assert line.get_transform() == line.axes.transAxes
        assert not line.get_clip_on()
        assert line.get_linestyle() == "None"
    assert [axis.get_ylabel() for axis in axes] == ["$R$ / Ω", "", "", "$|U|$ / V", "", ""]


@pytest.mark.parametrize(("runs", "narrow"), [([(0, 1), (99, 100)], True), ([(0, 50), (51, 100)], False)])
def test_pieces_of_a_broken_axis_are_close_to_each_other(runs, narrow):
    made = drawn(figure, on_time(*runs), Figure(layout="constrained"))
    assert (made.get_layout_engine().get()["wspace"] == figure.BETWEEN) == narrow


# -- what is drawn -------------------------------------------------------------------------------


def curves(axis):
    return [
        (line.get_label(), to_hex(line.get_color()), [*line.get_xdata()], [*line.get_ydata()])
        for line in axis.lines if line.get_color() != "black"
    ]  # fmt: skip


def test_an_analysis_has_its_colour_in_all_panels_and_columns_of_one_are_told_apart():
    """`a` has one resistance and a voltage, `b` two resistances, one beside `a` and both alone in Ω·cm²."""
    rows = [("a", "R_end", "ohm"), ("a", "U_end", "V"), ("b", "R_end", "ohm"), ("b", "asr_x", "ohm*cm^2"),
            ("b", "asr_y", "ohm*cm^2")]  # fmt: skip
    shown = {
        "time": Series.of([float(k) for k in range(5)], "s"), "run": Series.of([0, 0, 1, 1, 1]),
        "analysis": Series.of([a for a, *_ in rows]), "column": Series.of([c for _, c, _ in rows]),
        **{f"value_{unit}": Series.of([k + 1.0 if one == unit else None for k, (*_, one) in enumerate(rows)], unit)
           for unit in ("ohm", "V", "ohm*cm^2")},
    }  # fmt: skip
    axes = drawn(figure, shown).axes
    assert [curves(axis) for axis in axes] == [
        [("a: R end", PALETTE[0], [0], [1]), ("b: R end", PALETTE[1], [2], [3])],
        [("a: U end", PALETTE[0], [1], [2])],
        [("b: asr x", PALETTE[1], [3], [4]), ("b: asr y", PALETTE[2], [4], [5])],
    ]
    assert [[text.get_text() for text in axis.get_legend().get_texts()] for axis in axes] == [
        ["a: R end", "b: R end"], ["a: U end"], ["b: asr x", "b: asr y"],
    ]  # fmt: skip


def test_nine_columns_begin_with_the_first_colour_again():
    shown = on_time((0, 1), what=[f"resistance_{k}" for k in range(9)])
    assert [colour for _, colour, *_ in curves(drawn(figure, shown).axes[0])] == [*PALETTE, PALETTE[0]]


def test_rows_are_drawn_in_the_piece_that_holds_them_and_the_legend_is_beside_the_last():
    """The ends of a piece belong to it; a row whose time or value is not known is in none."""
    shown = on_time((0, NAN, 1, 1), (99, 100)) | {"value_ohm": Series.of([1.0, 2.0, NAN, 4.0, 5.0, 6.0], "ohm")}
    first, last = drawn(figure, shown).axes
    assert [curves(axis) for axis in (first, last)] == [
        [("a: R end", PALETTE[0], [0, 1], [1, 4])], [("a: R end", PALETTE[0], [99, 100], [5, 6])],
    ]  # fmt: skip
    assert first.get_legend() is None
    assert [text.get_text() for text in last.get_legend().get_texts()] == ["a: R end"]


@pytest.mark.parametrize(("least", "scale"), [(1.0, "log"), (0.0, "linear")])
def test_a_scale_with_zero_is_linear(least, scale):
    shown = on_time((0, 50, 100)) | {"value_ohm": Series.of([least, 1.0, 100.0], "ohm")}
    assert drawn(figure, shown).axes[0].get_yscale() == scale


@pytest.mark.parametrize("module", [figure, against_figure])
def test_a_refused_outcome_says_why(module):
    made = drawn(module, {}, flags=(refusal("nothing-timed", "none of 2 outcomes"),))
    assert made.get_suptitle() == "x  ·  refused\nnothing-timed: none of 2 outcomes"
    assert made.axes == []


# -- a value against a setting -------------------------------------------------------------------


def settings(x, series, y=(4.0, 5.0, 7.0), low=(3.0, None, 6.5), high=(6.0, None, None)):
    named = {"the_x": Series.of(x, "MPa"), "the_y": Series.of(y, "ohm")}
    return named | {"low": Series.of(low), "high": Series.of(high), "series": Series.of(series)}


def test_each_series_has_a_line_with_its_intervals_and_a_name():
    made = drawn(against_figure, settings([1.0, 2.0, 3.0], ["b", "b", "a"]))
    (axis,) = made.axes
    assert [curves(axis)[k][1:] for k in (0, 3)] == [
        (PALETTE[0], [1, 2], [4, 5]), (PALETTE[1], [3], [7]),
    ]  # fmt: skip
    bars = [[tuple(bar[:, 1]) for bar in one.lines[2][0].get_segments()] for one in axis.containers]
    assert bars == [[(3, 6), (5, 5)], [(6.5, 7)]]
    assert [one.get_label() for one in axis.containers] == ["b", "a"]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["b", "a"]
    assert (axis.get_xlabel(), axis.get_ylabel(), made.get_suptitle()) == ("the x / MPa", "the y / Ω", "x")
    lines = [one.lines[0] for one in axis.containers]
    assert [(line.get_marker(), line.get_linestyle()) for line in lines] == [("o", "-")] * 2


def test_nine_series_begin_with_the_first_colour_again():
    shown = settings([1.0] * 9, list("abcdefghi"), [1.0] * 9, [None] * 9, [None] * 9)
    found = [to_hex(one.lines[0].get_color()) for one in drawn(against_figure, shown).axes[0].containers]
    assert found == [*PALETTE, PALETTE[0]]


@pytest.mark.parametrize(
    ("x", "scale", "labels"),
    [
        ([1.0, 9.0, 3.0], "log", ["1", "3", "9"]),
        ([1.0, 9.0, 9.0], "log", ["1", "9"]),
        ([1.0, 8.0, 3.0], "linear", None),
        ([-9.0, -1.0, 3.0], "linear", None),
        ([0.0, 9.0, 1.0], "linear", None),
    ],
)
def test_a_setting_over_more_than_a_factor_of_eight_is_labelled_at_its_values(x, scale, labels):
    axis = drawn(against_figure, settings(x, ["", "", ""])).axes[0]
    assert axis.get_xscale() == scale
    assert axis.get_legend() is None
    if labels:
        assert [text.get_text() for text in axis.get_xticklabels()] == labels
        assert list(axis.get_xticks()) == [float(text) for text in labels]
        assert list(axis.get_xticks(minor=True)) == []

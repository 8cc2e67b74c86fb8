"""Axes, insets, labels and colours of arrays that are stated here: what rules each limit, inside and outside."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from echub.drawing import PALETTE, RED
from echub.plugin import Flag, Interval, Measurand, Outcome, Series
from echub_eis import figure as nyquist
from echub_eis.drt import figure as distribution
from echub_eis.series import figure as series
from tests.messages.saying import Fake
from tests.plugins.examples import drawn, outcome_of


def axes():
    return Figure().subplots()


def with_series(outcome, **values):
    """Return an outcome some of whose drawn series have other values, in the same unit."""
    told = {name: Series.of(list(one), outcome.diagnostics[name].unit) for name, one in values.items()}
    return replace(outcome, diagnostics={**outcome.diagnostics, **told})


# -- one distribution --------------------------------------------------------------------------


@pytest.mark.parametrize(("gamma", "high", "top"), [(4.0, 3.0, 4.0), (4.0, 5.0, 5.0)])
def test_the_axis_of_a_distribution_holds_the_curve_and_its_band(gamma, high, top):
    example = outcome_of("eis-drt")
    shape = np.hanning(len(example.diagnostics["tau"].values))
    outcome = with_series(example, gamma=gamma * shape, high=high * shape, low=0.5 * high * shape)
    assert drawn(outcome).axes[0].get_ylim() == pytest.approx((0, 1.15 * top * shape.max()))


def test_a_distribution_of_nothing_has_an_axis():
    example = outcome_of("eis-drt")
    zero = np.zeros(len(example.diagnostics["tau"].values))
    low, high = drawn(with_series(example, gamma=zero, high=zero, low=zero)).axes[0].get_ylim()
    assert low == 0 < high < 1e-9


@pytest.mark.parametrize(("gamma", "top"), [(np.zeros(6), 1.0), (np.array([0, 0, 2.0, 2.0, 0, 2.0]), 2.0)])
def test_the_colours_of_a_map_of_distributions_end_at_what_is_above_zero(gamma, top):
    shown = {"map_level": np.array([0.0, 1.0]), "map_time": np.array([0.0, 60.0]), "per_decade": [0.0],
             "map_tau": np.array([1e-3, 1e-2, 0.1]), "map_gamma": gamma, "window": [1e-3, 0.1]}  # fmt: skip
    figure = Figure()
    distribution._map(figure, shown, Fake(diagnostics={name: Fake(unit="mA") for name in shown}))
    assert figure.axes[0].collections[0].get_clim() == (0.0, pytest.approx(top))


@pytest.mark.parametrize(
    ("level", "time", "label", "places", "order"),
    [
        ([0.2, 0.1, 0.4], [0.0, 60.0, 120.0], "I / mA", [0.1, 0.2, 0.4], [1, 0, 2]),
        ([0.1, 0.1, 0.4], [7200.0, 0.0, 3600.0], "t / h", [0.0, 1.0, 2.0], [1, 2, 0]),
        ([np.nan, 0.1, 0.4], [0.0, 20.0, 10.0], "t / s", [0.0, 10.0, 20.0], [0, 2, 1]),
        ([0.1, 0.1, 0.4], [0.0, np.nan, 9.0], "number of the spectrum", [0.0, 1.0, 2.0], [0, 1, 2]),
    ],
)
def test_distributions_stand_by_level_by_time_or_by_number(level, time, label, places, order):
    """γ of each of three spectra is one value over τ."""
    shown = {"map_level": np.array(level), "map_time": np.array(time), "per_decade": [1.0],
             "map_tau": np.array([1e-3, 1e-2, 0.1, 1.0]), "map_gamma": np.repeat([1.0, 2.0, 3.0], 4),
             "window": [1e-2, 0.1]}  # fmt: skip
    figure = Figure()
    distribution._map(figure, shown, Fake(diagnostics={name: Fake(unit="mA") for name in shown}))
    axis, bar = figure.axes
    (mesh,) = axis.collections
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_yscale()) == (label, "τ / s", "log")
    assert axis.get_ylim() == (1e-3, 1.0)
    assert mesh.get_array().tolist() == [[k + 1.0 for k in order]] * 4
    edges = mesh.get_coordinates()[0, :, 0]
    assert [np.searchsorted(edges, place) for place in places] == [1, 2, 3]
    assert bar.get_ylabel() == "γ / Ω per decade of τ (root scale; hatched: not measured)"
    shaded = [(patch.get_y(), patch.get_y() + patch.get_height()) for patch in axis.patches]
    assert shaded == [(1e-3, pytest.approx(1e-2)), (0.1, pytest.approx(1.0))]


def test_peaks_with_support_are_full_and_say_it():
    example = outcome_of("eis-drt")
    outcome = with_series(example, peak_tau=[1e-6, 1e-4], peak_support=[0.95, 0.94])
    upper = drawn(outcome).axes[0]
    marks = [line for line in upper.lines if line.get_marker() == "v"]
    assert [to_hex(line.get_color()) for line in marks] == [to_hex(RED)] * 2
    assert [line.get_markerfacecolor() for line in marks] == [RED, "none"]
    assert [(text.get_text(), text.xy[0]) for text in upper.texts] == [("95 %", 1e-6), ("94 %", 1e-4)]
    assert [text.xy[1] for text in upper.texts] == [line.get_ydata()[0] for line in marks]


# -- Nyquist -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("re", "im", "x", "y"),
    [
        # A margin of 0.06 of the larger side below, 0.22 above and 0.08 on each side.
        ((10, 20), (0, 4), (9.2, 20.8), (-0.6, 6.2)),
        # Below the axis as well; of an arc that is flat, a fifth of its width above it.
        ((10, 20), (-2, 1), (9.2, 20.8), (-2.6, 4.2)),
        # A tall one has a width of 1.2 of the height shown, 12.8.
        ((10, 11), (0, 10), (10.5 - 7.68, 10.5 + 7.68), (-0.6, 12.2)),
    ],
)
def test_a_nyquist_plot_has_room_around_the_points_in_use(re, im, x, y):
    axis = axes()
    nyquist._limits(axis, np.array(re, float), np.array(im, float))
    assert axis.get_xlim() == pytest.approx(x)
    assert axis.get_ylim() == pytest.approx(y)


def tail(near=6, far=60.0, wide=20.0):
    """Return a spectrum with points near 2 Ω, up to 3.2, and a tail to -`far`, `wide` apart in Re."""
    re = np.r_[np.linspace(2, 3, near), np.linspace(10, 2 + wide, 5)]
    im = np.r_[np.linspace(0, -1.1, near), np.linspace(-10, -far, 5)]
    return {"re": re, "im": im, "used": np.ones(len(re))}


def flat_end(near, size):
    """Return a spectrum of resistances and one point far up, so large."""
    return {"re": np.array([*near, 7.0]), "im": np.array([*[0.0] * len(near), -np.sqrt(size**2 - 49)]),
            "used": np.ones(len(near) + 1)}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "zoomed"),
    [
        (tail(), True),
        (tail(near=5), False),  # too few points near the origin
        (tail(wide=29.9), True),
        (tail(wide=30.0), True),
        (tail(wide=30.1), False),  # not twice as tall as wide
        (tail(far=34.0, wide=16.0), True),
        (tail(far=20.0, wide=8.0), False),  # 3.2 Ω are more than 0.12 of the largest, 22 Ω
        # Six points from 2 Ω on; of the next ones 8 Ω, four times that, is not near.
        (flat_end([2, 2, 3, 3, 3, 3], 25), True),  # 3 Ω are 0.12 of 25 Ω
        (flat_end([2, 2, 3, 3, 3, 3], 24.9), False),
        (flat_end([2, 2, 2, 2, 2, 8], 1e3), False),
        (flat_end([2, 2, 2, 2, 2, 7.9], 1e3), True),
        ({**tail(), "used": np.zeros(11)}, False),
    ],
)
def test_a_high_frequency_end_is_drawn_again_if_a_tail_leaves_it_no_room(given, zoomed):
    axis = axes()
    nyquist._zoom(axis, given, given["used"].astype(bool))
    assert bool(axis.child_axes) == zoomed


def test_the_inset_is_a_square_around_what_is_near_in_its_own_unit():
    axis, given = axes(), tail()
    milli = {"re": given["re"] / 1e3, "im": given["im"] / 1e3, "used": given["used"]}
    curve = {"curve_re": np.array([2e-3, 3e-3]), "curve_im": np.array([0.0, -1e-3])}
    nyquist._zoom(axis, {**milli, **curve}, milli["used"].astype(bool))
    (inset,) = axis.child_axes
    assert inset.get_title() == "high frequencies, mΩ"
    # Re from 2 to 3, -Im from 0 to 1.1: the larger with a tenth of room on both sides.
    assert inset.get_xlim() == pytest.approx((2.5 - 0.66, 2.5 + 0.66))
    assert inset.get_ylim() == pytest.approx((0.55 - 0.66, 0.55 + 0.66))
    fit, points = inset.lines[:2]
    assert (list(fit.get_xdata()), list(fit.get_ydata())) == ([2.0, 3.0], pytest.approx([0.0, 1.0]))
    assert points.get_xdata() == pytest.approx(given["re"])
    assert points.get_ydata() == pytest.approx(-given["im"])
    assert inset.get_aspect() == 1


def test_decades_are_marked_at_their_nearest_points_and_labelled_where_there_is_room():
    frequency = np.array([900.0, 120.0, 70.0, 9.0, 1.1, 0.5])
    re, im = np.array([0, 2, 4, 6, 10.0, 15]), np.zeros(6)
    axis = axes()
    nyquist._decades(axis, frequency, re, im)
    assert [line.get_xdata()[0] for line in axis.lines] == [10.0, 6.0, 2.0]  # 1, 10 and 100 Hz; 1 kHz is beyond
    assert [(text.get_text(), text.xy[0]) for text in axis.texts] == [("1 Hz", 10), ("10 Hz", 6), ("100 Hz", 2)]
    crowded = axes()
    nyquist._decades(crowded, frequency, np.array([0, 2, 4, 3.4, 3.1, 15]), im)  # 0.3 and 1.4 of 15 apart: no room
    assert [text.get_text() for text in crowded.texts] == ["1 Hz"]
    assert len(crowded.lines) == 3
    for place, labels in ((11.0, ["1 Hz"]), (11.1, ["1 Hz", "10 Hz"])):  # a tenth of the width of 10
        nyquist._decades(close := axes(), np.array([10.0, 1.0, 0.5]), np.array([place, 10.0, 20.0]), np.zeros(3))
        assert [text.get_text() for text in close.texts] == labels
    empty = axes()
    nyquist._decades(empty, np.array([]), np.array([]), np.array([]))
    assert not empty.lines


def test_a_large_impedance_is_drawn_in_a_larger_unit_and_masked_points_are_hollow():
    example = outcome_of("eis-fit")
    names = [name for name in example.diagnostics if name.endswith(("re", "im")) and "residual" not in name]
    used = [k > 1 for k in range(len(example.diagnostics["re"].values))]
    big = {name: 1e3 * example.diagnostics[name].array() for name in names}
    axis = drawn(with_series(example, used=used, **big)).axes[0]
    assert axis.get_xlabel() == "Re $Z$ / kΩ"
    assert axis.get_ylabel() == "−Im $Z$ / kΩ"
    lines = {line.get_label(): line for line in axis.lines}
    re, im = (example.diagnostics[name].array() for name in ("re", "im"))
    for label, rows in (("used", slice(2, None)), ("masked", slice(0, 2))):
        assert lines[label].get_xdata() == pytest.approx(re[rows])
        assert lines[label].get_ydata() == pytest.approx(-im[rows])
    assert lines["fit"].get_ydata() == pytest.approx(-example.diagnostics["curve_im"].array())


def test_a_masked_point_does_not_rule_the_unit():
    example = outcome_of("eis-fit")
    re = example.diagnostics["re"].array()
    far = with_series(example, re=[1e6, *re[1:]], used=[False, *[True] * (len(re) - 1)])
    assert drawn(far).axes[0].get_xlabel() == "Re $Z$ / Ω"


def test_a_part_that_is_not_known_says_so():
    example = outcome_of("eis-fit")
    lost = {**example.measurands, "resistance_2": Measurand("ohm")}
    del lost["resistance_3"]
    labels = [line.get_label() for line in drawn(replace(example, measurands=lost)).axes[0].lines]
    assert {"2: not identified", "3: not identified"} <= set(labels)
    assert any(label.startswith("1: ") and label.endswith(" Ω") for label in labels)


@pytest.mark.parametrize(
    ("largest", "noise", "limit"),
    [(3.0, 1.0, 1.15 * 3.0), (1.0, 1.0, 1.15 * 2.4), (0.0, 0.0, 1.15e-9)],  # ± 2 σ with a fifth more
)
def test_residuals_and_the_band_of_the_noise_rule_their_axis(largest, noise, limit):
    rest = np.array([0.0, 0.1 * largest, -largest, 9.0])
    used = np.array([1.0, 1, 1, 0])
    shown = {"used": used, "frequency": np.array([1.0, 10, 100, 1000]), "residual_re": rest,
             "residual_im": 0 * rest, "noise": np.array([noise, noise, noise, 5 * noise])}  # fmt: skip
    axis = axes()
    nyquist._residuals(axis, shown, "Z − KK")
    assert axis.get_ylim() == pytest.approx((-limit, limit))
    assert [list(line.get_xdata()) for line in axis.lines[:2]] == [[1, 10, 100]] * 2


# -- a series ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "low", "high", "room"),
    [
        ([], 0.0, 1.0, 0.0),
        ([np.nan], 0.0, 1.0, 0.0),
        ([5.0] * 3, 5.0, 5.0, 5.0),
        ([0.0], 0.0, 0.0, 1.0),
        (np.arange(101.0), 1.0, 99.0, 98.0),
        ([*[100.0] * 24, *[101.0] * 24, 0.0], 100.0, 101.0, None),  # of 49 values one is far
        ([*[100.0] * 24, *[101.0] * 25, 0.0], 49.0, 101.0, None),  # of 50 a hundredth is: half of the last step
        # Nine values and one far below: their deviation is 1.4826 times 2, and five of that are 15.
        ([*range(20, 29), -60], 20.0, 28 - 0.09, 7.91),
        ([*range(20, 29), 9], 9 + 0.09 * 11, 28 - 0.09, 17.92),  # 14.5 below the median is not far
        ([*range(20, 29), 90], 20.09, 90 - 0.09 * 62, 90 - 0.09 * 62 - 20.09),  # a rise at the end is not cut
        # Within 2 % of the median nothing is far, however quiet the rest is.
        ([100.0, 100.01, 99.99, 100.02, 98.1], 98.1 + 0.04 * 1.89, 100.02 - 0.04 * 0.01, None),
        ([100.0, 100.01, 99.99, 100.02, 97.9], 99.99, 100.02 - 0.04 * 0.01, None),
    ],
)
def test_limits_hold_all_but_a_few_values(values, low, high, room):
    margin = 0.08 * (high - low if room is None else room)
    assert series.robust(values) == pytest.approx((low - margin, high + margin))


def heights(*sizes):
    """Return spectra of two points each, of which one is so high."""
    return {"z_k": np.repeat(np.arange(len(sizes)), 2), "z_im": np.ravel([[0.0, -one] for one in sizes])}


@pytest.mark.parametrize(
    ("sizes", "top"),
    [
        ((2.0,), 2.0),
        ((2.0, 1.0), 2.5),  # lifted by one and a half each
        ((1.0, 3.0, 1.0), 4.5),
        ((1.0, 4.0, 1.0), 4.5),  # an error: at most three times its neighbours count
        ((4.0, 1.0, 1.0), 4.0),
        ((1.0, 1.0, 4.0), 6.0),  # 3 and two lifts
        ((1.0, 4.0, 4.0), 7.0),
    ],
)
def test_a_curve_far_above_both_neighbours_does_not_rule_a_waterfall(sizes, top):
    found = series._highest(heights(*sizes), np.arange(len(sizes)), 1.5)
    assert found == pytest.approx(1.08 * top)


def outcome_with(**measurands):
    return SimpleNamespace(measurands=measurands, diagnostics={})


@pytest.mark.parametrize(
    ("known", "headline"),
    [
        (
            {"onset_level": Measurand("mA/cm^2", 0.5, 0.01), "recovery_time": Measurand("s", 80.0, 1.0)},
            "onset 0.5",
        ),
        ({"onset_level": Measurand("mA/cm^2"), "recovery_time": Measurand("s", 80.0, 1.0)}, "recovery 80"),
        ({"resistance_end": Measurand("ohm", 60.0, 1.0)}, "at the end 60"),
        ({}, ""),
    ],
)
def test_a_series_is_headed_by_its_first_answer(known, headline):
    found = series._headline(outcome_with(**known))
    assert found.startswith(headline)
    assert bool(found) == bool(headline)


@pytest.mark.parametrize("module", [series, distribution])
def test_what_is_refused_without_anything_measured_shows_why(module):
    figure = Figure()
    refused = Flag("no-order", "several files, and which came first is not stated", "refusal")
    points = {"re": Series.of([1.0, 2.0], "ohm"), "reason": Series.of(["", "outlier"]), "none": Series.of([])}
    for shown in ({}, points):
        module.draw(Outcome({}, flags=(refused,), label="x", diagnostics=shown), figure)
        assert figure.axes == []
        assert "which came first is not stated" in figure.get_suptitle()


def test_a_staircase_without_an_onset_shows_its_levels():
    shown = {"followed": ["int"], "step_level": np.arange(5.0), "step_value": np.arange(10.0, 15.0),
             "step_line": np.full(5, 10.0)}  # fmt: skip
    axis = axes()
    series._staircase(axis, shown, SimpleNamespace(measurands={}, diagnostics={"step_level": Fake(unit="mA")}))
    assert (len(axis.lines), len(axis.patches)) == (2, 0)


def test_a_staircase_shows_its_onset_if_it_has_one():
    shown = {"followed": np.array(["int"]), "step_level": np.arange(5.0), "step_value": np.arange(10.0, 15.0),
             "step_line": np.full(5, 10.0)}  # fmt: skip
    known = Measurand("mA/cm^2", 2.5, 0.1, Interval(2.2, 2.9, level=0.95, method="x"))
    for onset, lines in ((known, 3), (Measurand.more_than("mA/cm^2", 4.0), 2)):
        outcome = SimpleNamespace(measurands={"onset_level": onset},
                                  diagnostics={"step_level": SimpleNamespace(unit="mA/cm^2")})  # fmt: skip
        axis = axes()
        series._staircase(axis, shown, outcome)
        assert len(axis.lines) == lines
        assert len(axis.patches) == lines - 2
        assert axis.get_ylim() == pytest.approx(series.robust(shown["step_value"]))
        if lines == 3:
            assert list(axis.lines[2].get_xdata()) == [2.5, 2.5]
            span = axis.patches[0]
            assert (span.get_x(), span.get_x() + span.get_width()) == pytest.approx((2.2, 2.9))


def times(seconds, unit="s"):
    diagnostics = {"t_int": SimpleNamespace(unit=unit), "level": SimpleNamespace(unit="mA")}
    shown = {"axis_is_level": [False], "followed": ["int"], "level": np.array([0.1, 0.1, 0.2]),
             "t_int": np.array(seconds, float)}  # fmt: skip
    return shown, SimpleNamespace(diagnostics=diagnostics)


def test_spectra_are_coloured_by_level_by_time_or_by_number():
    shown, outcome = times([0, np.nan, 7200])
    values, words = series._axis(shown, outcome)
    assert (list(values), words) == (
        [0.0, 1.0, 2.0],
        "t / h",
    )  # between the known ones
    values, words = series._axis({**shown, "axis_is_level": [True]}, outcome)
    assert (list(values), words) == ([0.1, 0.1, 0.2], "I / mA")
    values, words = series._axis(*times([5, 6, 9], ""))
    assert (list(values), words) == ([0, 1, 2], "number of the spectrum")
    values, words = series._axis(*times([np.nan] * 3))
    assert list(values) == [0, 1, 2]


def three(f=(1.0, 10.0, 100.0)):
    """Return three spectra of three points, −Im of which is 1, 2, 3 times (1, 2, 1) Ω."""
    f, shape = np.array(f), np.array([1.0, 2, 1])
    size = np.repeat([1.0, 2, 3], 3)
    return {"z_k": np.repeat([0.0, 1, 2], 3), "z_f": np.tile(f, 3), "z_im": -size * np.tile(shape, 3),
            "z_fit_im": -size * np.tile(shape, 3)}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "label", "x"),
    [([0.3, 0.1, 0.2], "j", [0.1, 0.2, 0.3]), ([0.2, 0.1, 0.2], "spectra in the order of j", [0, 1, 2])],
)
def test_a_map_has_a_column_for_each_spectrum_in_the_order_of_its_value(values, label, x):
    figure = Figure()
    axis = figure.subplots()
    series._map(figure, axis, three(), (np.array(values), "j"))
    (mesh,) = axis.collections
    assert axis.get_xlabel() == label
    image = np.asarray(mesh.get_array())
    order = np.argsort(values, kind="stable")
    assert image[0] == pytest.approx(np.array([1, 2, 3])[order])
    assert image[-1] == pytest.approx(np.array([1, 2, 3])[order])
    assert image.max(axis=0) == pytest.approx(2 * np.array([1, 2, 3])[order], rel=0.03)  # between two of 90 rows
    corners = np.asarray(mesh.get_coordinates())[0, :, 0]
    assert (corners[1:] + corners[:-1]) / 2 == pytest.approx(x)
    low, high = np.percentile(image, [1, 99])
    assert mesh.get_clim() == pytest.approx((low - 0.08 * (high - low), high + 0.08 * (high - low)))
    assert figure.axes[-1].get_ylabel() == "−Im $Z$ / Ω"


@pytest.mark.parametrize(("raised", "floor"), [(4.0, True), (7.0, False)])
def test_the_colours_of_a_map_begin_at_zero_unless_all_is_inductive(raised, floor):
    """−Im is 1 to 6 Ω less what Im is raised by: from -3 to 2 Ω, or from -6 to -1 Ω."""
    figure = Figure()
    axis = figure.subplots()
    shown = three()
    series._map(figure, axis, {**shown, "z_im": shown["z_im"] + raised}, (np.arange(3.0), "j"))
    (mesh,) = axis.collections
    low, high = series.robust(np.asarray(mesh.get_array()))
    assert mesh.get_clim() == pytest.approx((0.0 if floor else low, high))


def test_one_spectrum_has_no_map_and_no_colours():
    figure = Figure()
    upper, lower = figure.subplots(2, 1)
    alone = {name: values[:3] for name, values in three().items()}
    series._map(figure, lower, alone, (np.array([0.1]), "j"))
    series._waterfall(figure, upper, alone, (np.array([0.1]), "j"))
    assert not lower.collections
    assert len(figure.axes) == 2


@pytest.mark.parametrize(("values", "bars"), [([0.1, 0.2, 0.3], 1), ([0.1, 0.1, 0.1], 0)])
def test_a_waterfall_has_colours_of_values_that_differ(values, bars):
    figure = Figure()
    axis = figure.subplots()
    series._waterfall(figure, axis, three(), (np.array(values), "j"))
    assert len(figure.axes) == 1 + bars
    # The heights are 2, 4 and 6 Ω: each is raised by 0.35 of 4 Ω more than the one before.
    assert [line.get_ydata().max() for line in axis.lines[::2]] == pytest.approx([2, 4 + 1.4, 6 + 2.8])
    assert axis.get_ylim()[1] == pytest.approx(1.08 * 8.8)


def over_time(**more):
    """Return a series of three spectra with two parts, a gap in one, and what is drawn of it."""
    shown = {"followed": np.array(["b"]), "t_a": np.array([0.0, 600, 1200]), "r_a": np.array([10.0, 11, 12]),
             "u_a": np.array([0.5, 0.5, 0.5]), "t_b": np.array([1.0, 601, 1201]), "r_b": np.full(3, np.nan),
             "u_b": np.full(3, np.nan), "t_total": np.array([2.0, 602, 1202]), "r_total": np.array([40.0, 41, 42]),
             "u_total": np.array([1.0, 1, 1]), "U_t": np.array([0.0, 1200]), "U_low": np.array([1.0, 2]),
             "U_high": np.array([3.0, 4]), "I_t": np.array([0.0, 1200]), "I_low": np.array([np.nan, np.nan]),
             "I_high": np.array([np.nan, np.nan]), **more}  # fmt: skip
    units = {"t_b": "s", "I_low": "mA"}
    diagnostics = {name: SimpleNamespace(unit=units.get(name, "")) for name in shown}
    figure = Figure()
    series._over_time(figure, shown, SimpleNamespace(diagnostics=diagnostics))
    return figure.axes


def test_resistances_over_time_have_room_from_zero_up():
    upper, voltage = over_time()
    lines = {line.get_label(): line for line in upper.lines}
    assert set(lines) == {"a", "total", "_child2"}  # a part that no spectrum tells has no name
    assert lines["a"].get_xdata() == pytest.approx([0, 10, 20])
    assert lines["a"].get_marker() == "None"
    assert lines["_child2"].get_marker() == "."
    assert lines["total"].get_color() == series.BLACK
    _, high = series.robust([40, 41, 42])
    assert upper.get_ylim() == pytest.approx((0, 1.08 * high))
    assert (upper.get_ylabel(), voltage.get_ylabel()) == ("$R$ / Ω", "U / V")
    assert voltage.get_xlabel() == "t / min"
    assert voltage.get_ylim() == pytest.approx(series.robust([1, 2, 3, 4]))
    assert list(voltage.lines[0].get_ydata()) == [2, 3]


def test_the_ninth_resistance_has_the_first_colour_again():
    """Beside `a` and `b`, which have the first two, and the total, which is black."""
    more = {f"{name}_{label}": np.array([1.0, 2, 3]) for label in "cdefghi" for name in "tru"}
    lines = {line.get_label(): line for line in over_time(**more)[0].lines}
    # The total stands third in the picture, and counts.
    assert [lines[label].get_color() for label in "acdefghi"] == [PALETTE[k % 8] for k in (0, *range(3, 10))]


def test_a_negative_resistance_is_inside_and_a_current_is_drawn_if_it_is_known():
    flows = {"I_low": np.array([1.0, 2]), "I_high": np.array([1.0, 2])}
    upper, _, current = over_time(r_a=np.array([-10.0, -10, -10]), **flows)
    assert upper.get_ylim()[0] == pytest.approx(-10 * 1.08)
    assert current.get_ylabel() == "I / mA"


def test_a_recovery_is_drawn_where_and_as_large_as_the_resistances():
    kilo = {f"r_{name}": np.array([40e3, 41e3, 42e3]) for name in ("a", "total")}
    upper = over_time(**kilo, recovery_t=np.array([600.0, 1200]), recovery_r=np.array([41e3, 42e3]))[0]
    (line,) = [line for line in upper.lines if line.get_label() == "recovery"]
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([10, 20], pytest.approx([41, 42]))
    assert upper.get_ylabel() == "$R$ / kΩ"

"""Each limit of maps and columns: a row just inside and one just outside; sums by plain loops."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import hypot, inf, nan, pi, sqrt
from types import SimpleNamespace

import numpy as np
import pytest

import echub
from echub.plugin import Refusal
from echub.testing import synth
from echub.testing.synth.cube import MappedIon
from echub_sims_map.data.cube import (
    IonCube,
    MapGrid,
    Maps,
    _depth,
    _told_apart,
    grid_of,
    require_statistics,
    undated,
)
from echub_sims_map.declared import SimsMapParams
from echub_sims_map.method import upright
from echub_sims_map.method import width as of_width
from echub_sims_map.method.colocation import Together, _correlation, together
from echub_sims_map.method.columns import (
    Cluster,
    blank,
    normal_threshold,
    spanning,
    stand_out,
    threshold_of,
)
from echub_sims_map.method.search import Search, _quantile, _require_depth, _require_field, _require_light, search
from echub_sims_map.method.surface import surface
from echub_sims_map.method.upright import Third, _differ, _is_notched, _is_soft, _leans
from echub_sims_map.method.width import Found, Plane, _area, _extent, _half_level, clear_of
from echub_sims_map.outcome.diagnostics import _shrunk, scale_of
from echub_sims_map.outcome.results import flags, width
from echub_sims_map.outcome.tables import _edge, _note

GRID = MapGrid(np.arange(4.0), np.arange(5.0), "um", np.arange(3.0), "1")


def cube(counts, measured=None):
    known = np.ones(np.shape(counts), bool) if measured is None else np.asarray(measured, bool)
    n = np.where(known, np.asarray(counts, float), 0)
    return IonCube("Na+", "r", 1, n, n, known)


def drawn(shape, seed=1, level=20.0, lost=0.2):
    rng = np.random.default_rng(seed)
    return cube(rng.poisson(level, shape), rng.random(shape) > lost)


class Told(dict):
    """Columns by need, and metadata by path."""

    def __init__(self, columns, told=None):
        super().__init__(columns)
        self.told = told or {}

    def meta(self, path):
        return self.told.get(path)


def found(footprint=None, **more):
    """Return a column of ten pixels' area."""
    facts = {"x": 1.0, "y": 1.0, "first": 0, "last": 9, "area": 10.0, "area_error": 1.0, "level": 5.0,
             "background": 1.0, "cut": False, "inside": np.ones((5, 4), bool)}  # fmt: skip
    return Found(**facts | {"footprint": np.ones((5, 4), bool) if footprint is None else footprint} | more)


# -- counts ----------------------------------------------------------------------------------


def test_the_dispersion_is_of_pixels_that_both_frames_measured():
    one = drawn((6, 7, 8))
    shares = []
    for k in range(5):
        both = one.measured[k] & one.measured[k + 1]
        change = (one.counts[k + 1] - one.counts[k])[both]
        shares.append(((change - change.mean()) ** 2).sum() / (one.variance[k] + one.variance[k + 1])[both].sum())
    assert one.dispersion == pytest.approx(np.median(shares))
    assert cube(np.zeros((3, 2, 2))).dispersion == 1.0


@pytest.mark.parametrize(("counts", "scatter", "freedom"), [
    # Changes -2 and 4 around their mean 1: 9 + 9, of half of 18 counts; then none, of half of 20.
    ([[3, 5], [1, 9], [1, 9]], 18 / ((18 + 20) / 2), 2),
    # Changes 1, -1 and 3 around 1, and the same backwards: 0 + 4 + 4, twice, of two thirds of 15 counts.
    ([[1, 2, 3], [2, 1, 6], [1, 2, 3]], 16 / (2 / 3 * 30), 4),
])  # fmt: skip
def test_of_few_pixels_all_pairs_of_frames_are_taken_together(counts, scatter, freedom):
    """A mean is taken off each pair: of n pixels n - 1 are free."""
    one = cube(np.array(counts, float)[:, None, :])
    assert one.dispersion == pytest.approx(scatter)
    assert one.dispersion_error == pytest.approx(np.sqrt(3 / freedom))


def test_a_single_pixel_says_nothing_about_the_scatter():
    """It was called smoothed: from its change its own mean was taken."""
    one = cube(np.array([5.0, 9, 4, 6, 2, 8]).reshape(-1, 1, 1))
    assert (one.dispersion, one.dispersion_error) == (1.0, np.inf)
    assert require_statistics(one) == []


@pytest.mark.parametrize("mean", [0.5, 30])
@pytest.mark.parametrize("shape", [(1, 2), (1, 3), (2, 2), (3, 3)])
def test_counts_of_few_pixels_are_no_smoothed_picture(shape, mean):
    rng = np.random.default_rng(4)
    for _ in range(40):
        require_statistics(cube(rng.poisson(mean, (12, *shape)).astype(float)))


@pytest.mark.parametrize(("scatter", "error", "code"), [
    (0.69, 0.1, "smoothed-image"), (0.69, 0.2, ""), (0.39, 0.2, "smoothed-image"), (0.01, np.inf, ""),
    (1.21, 0.06, "overdispersed"), (1.21, 0.08, ""), (1.61, 0.2, "overdispersed"), (99.0, np.inf, ""),
])  # fmt: skip
def test_chance_is_no_smoothing_and_no_overdispersion(scatter, error, code):
    """Beyond the limit, and by three standard deviations."""
    given = SimpleNamespace(species="Na+", dispersion=scatter, dispersion_error=error, counts=np.array([9.0]))
    try:
        found = [flag.code for flag in require_statistics(given)]
    except Refusal as refusal:
        found = [refusal.code]
    assert found == [code] * bool(code)


@pytest.mark.parametrize(("shape", "refused"), [((3, 3), True), ((1, 1), True), ((1, 4), False), ((4, 2), False)])
def test_a_field_is_larger_than_the_window(shape, refused):
    given = SimpleNamespace(counts=np.zeros((9, *shape)))
    told = (
        "the window of 3 × 3 pixels in which counts are summed covers the whole field "
        f"of {shape[1]} × {shape[0]}: nothing lies beside a column"
    )
    found = None
    try:
        _require_field(given, SimsMapParams(window=3))
    except Refusal as refusal:
        found = refusal.code, refusal.remark.message
    assert found == (("field-too-small", told) if refused else None)


def test_frames_that_are_added_up_drop_what_is_left_over_and_what_was_not_measured():
    one = drawn((8, 3, 4))
    three = one.binned(3)
    for frame, y, x in product(range(2), range(3), range(4)):
        place = slice(3 * frame, 3 * frame + 3), y, x
        whole = one.measured[place].all()
        assert three.measured[frame, y, x] == whole
        assert three.counts[frame, y, x] == (one.counts[place].sum() if whole else 0)
        assert three.variance[frame, y, x] == (one.variance[place].sum() if whole else 0)
    assert len(three.counts) == 2
    assert one.binned(1) is one


@pytest.mark.parametrize(("largest", "scatter", "code"), [
    (255, 2.01, "eight-bit-image"), (255, 1.99, "overdispersed"), (254, 2.01, "overdispersed"),
    (99, 1.21, "overdispersed"),
    (99, 1.19, ""), (99, 0.71, ""), (99, 0.69, "smoothed-image"), (255, 0.69, "smoothed-image"),
])  # fmt: skip
def test_counts_scatter_as_counts_do(largest, scatter, code):
    one = SimpleNamespace(species="Na+", dispersion=scatter, dispersion_error=0.01, counts=np.array([0, largest]))
    if code.endswith("image"):
        with pytest.raises(Refusal, match=f"Na\\+: neighbouring frames scatter {scatter:.2g} times") as refused:
            require_statistics(one)
        assert refused.value.code == code
    else:
        assert [flag.code for flag in require_statistics(one)] == [code] * bool(code)


@pytest.mark.parametrize(
    ("dead", "flagged"), [(0.049, False), (0.05, False), (0.051, True), (0.0999, True), (0.1, None)]
)
def test_a_dead_time_is_large_from_5_percent_on_and_saturates_a_full_detector(dead, flagged):
    """One or ten counts: the largest load is ten times dead time over dwell time, as 0.1 is 1."""
    load = dead / (10 if dead < 0.09 else 1)
    maps = Maps(np.array([[[[1.0, 10.0]]]]), np.ones((1, 1, 1, 2), bool), (("r", "Na+", 1),), load)
    notes = []
    if flagged is None:
        with pytest.raises(Refusal, match=r"counts times dead time over dwell time reach 1\.00") as refused:
            maps.cube("Na+", "r", notes)
        assert refused.value.code == "saturated"
        return
    one = maps.cube("Na+", "r", notes)
    live = 1 - load * np.array([1.0, 10.0])
    assert one.counts.ravel() == pytest.approx(np.array([1.0, 10.0]) / live / (1 + load))
    assert one.variance.ravel() == pytest.approx(one.counts.ravel() / live)
    said = f"Na+: the dead time hides up to {1000 * load:.0f} % of the ions; counts are corrected"
    assert [flag.message for flag in notes] == [said] * flagged


@pytest.mark.parametrize(("x", "y", "uneven"), [
    ([0, 1, 2.0009], [0, 1], ""), ([0, 1, 2.0011], [0, 1], "x"), ([0, 1, 2], [1, 0, 2], "y"),
    ([0, 1, 1], [0, 1], "x"), ([0, 1, 2], [0, 1, 2.1], "y"), ([5], [0, 1], ""),
    ([0, 1000, 1999], [0, 1], ""), ([0, 1000, 1998], [0, 1], "x"),
])  # fmt: skip
def test_pixels_are_even_to_a_thousandth(x, y, uneven):
    data = Told({"n": np.zeros((1, 1, len(y), len(x))), "x": np.array(x, float), "y": np.array(y, float)})
    if uneven:
        with pytest.raises(Refusal, match=f"differ in size along {uneven}"):
            grid_of(data, "")
    else:
        assert grid_of(data, "").pixel[1] == 1.0


@pytest.mark.parametrize("x", [[2, 1, 0], [0, 0, 0], [2, 1, 1]])
def test_pixels_that_fall_are_refused_as_such(x):
    data = Told({"n": np.zeros((1, 1, 2, 3)), "x": np.array(x, float), "y": np.array([0.0, 1.0])})
    with pytest.raises(Refusal) as refused:
        grid_of(data, "")
    assert (refused.value.code, refused.value.message) == (
        "uneven-pixels", "x falls from pixel to pixel; it has to rise",
    )  # fmt: skip


@pytest.mark.parametrize(("columns", "told", "depth", "said"), [
    ({"t": [nan, 5, 10]}, {}, ([0, 1, 2], "1"), ["1 frame has no sputter time: it is not used"]),
    ({"t": [nan, nan, 10]}, {"sims.crater_depth": 6.0}, ([1, 3, 5], "nm"), []),
    ({"z": [1, nan, nan], "t": [0, 5, 10]}, {}, ([0, 5, 10], "s"), ["2 frames have no depth: it is not used"]),
    ({"z": [1, 2, 3], "t": [0, nan, 10]}, {}, ([1, 2, 3], "nm"), []),
    ({"z": [1, 2, nan]}, {"sims.crater_depth": 6.0}, ([1, 3, 5], "nm"), ["1 frame has no depth: it is not used"]),
])  # fmt: skip
def test_a_depth_that_some_frames_lack_is_not_used_and_that_is_said(columns, told, depth, said):
    values = {name: np.array(one, float) for name, one in columns.items()}
    data = Told({"n": np.zeros((1, 3, 2, 2)), **values}, told)
    grid = grid_of(data, "")
    assert (grid.depth.tolist(), grid.depth_unit) == depth
    assert [(flag.code, flag.message) for flag in undated(data, grid)] == [
        ("frames-without-depth", m) for m in said
    ]


def test_ions_of_one_name_are_told_apart():
    """By polarity, which is not told of a single one; by a number where a channel stands twice."""
    names = [
        ("a", "O", 1),
        ("a", "O", -1),
        ("a", "K", 1),
        ("b", "O", 1),
        ("b", "K", 1),
        ("b", "K", 1),
        ("a", "O", 1),
    ]
    assert [name for _, name, _ in _told_apart(names)] == ["O (+)", "O (-)", "K", "O", "K", "K, 2", "O (+), 2"]


@pytest.mark.parametrize(("x", "y", "axis"), [
    ([np.nan] * 3, [0, 1], "x"), ([0, np.nan, 2], [0, 1], "x"), ([0, 1, 2], [0, np.nan], "y"),
])  # fmt: skip
def test_pixels_without_a_place_are_refused(x, y, axis):
    data = Told({"n": np.zeros((1, 1, len(y), len(x))), "x": np.array(x, float), "y": np.array(y, float)})
    with pytest.raises(Refusal) as refused:
        grid_of(data, "")
    text = f"the place of some pixels along {axis} is not known"
    assert (refused.value.code, refused.value.message) == ("uneven-pixels", text)


@pytest.mark.parametrize(("columns", "told", "depth"), [
    ({"z": [3.0, 5.0]}, {"sims.crater_depth": 100.0}, ([3.0, 5.0], "nm")),
    ({"z": [3.0], "t": [1.0, 2.0]}, {}, ([1.0, 2.0], "s")),
    ({"t": [1.0, 2.0]}, {"sims.crater_depth": 100.0}, ([25.0, 75.0], "nm")),
    ({}, {"sims.regions": [{"name": "b", "crater_depth": 9.0}, {"name": "r", "crater_depth": 0.4}]},
     ([100.0, 300.0], "nm")),
    ({}, {"sims.regions": [{"name": "r"}, {"name": "b", "crater_depth": 1}], "sims.crater_depth": 8.0},
     ([2.0, 6.0], "nm")),
    ({}, {}, ([0.0, 1.0], "1")),
])  # fmt: skip
def test_a_depth_is_stored_or_by_the_crater_of_the_region_or_a_time_or_a_number(columns, told, depth):
    """A crater of the region is stated in µm."""
    values, unit = _depth(Told({key: np.array(v) for key, v in columns.items()}, told), "r", 2)
    assert (values.tolist(), unit) == (pytest.approx(depth[0]), depth[1])


# -- columns ---------------------------------------------------------------------------------


def test_a_place_stands_out_of_the_median_of_its_frame_by_what_its_window_measured():
    one, flat = drawn((5, 6, 7), lost=0.6), 1 + np.arange(42).reshape(6, 7) / 100
    expected = np.zeros((5, 6, 7))
    total, count = np.zeros((5, 6, 7)), np.zeros((5, 6, 7))
    for at in product(range(5), range(6), range(7)):
        place = tuple(slice(max(0, k - 1), k + 2) for k in at)
        total[at], count[at] = one.counts[place].sum(), one.measured[place].sum()
    rate = total / np.maximum(count, 1)
    for k in range(5):
        base = np.median((rate[k] / flat)[count[k] >= 27 / 4]) * flat
        most = np.maximum(count[k], 1)
        expected[k] = -2 * np.sqrt(most) * (np.sqrt(rate[k] + 0.375 / most) - np.sqrt(base + 0.375 / most))
    seen = count >= 27 / 4
    assert 0 < seen.sum() < seen.size
    apart = stand_out(one, 3, -1, flat)
    assert apart[seen] == pytest.approx(expected[seen], abs=1e-6)
    assert (apart[~seen] == -inf).all()


def test_what_was_not_measured_is_neither_background_nor_dark():
    """Of 8 pixels across 5 were not measured, and one frame not at all: the rest is as bright as it was."""
    known = np.zeros((7, 8, 8), bool)
    known[1:, :, :3] = True
    one = cube(np.full((7, 8, 8), 4.0), known)
    apart = stand_out(one, 3)
    assert apart[2:, :, :2] == pytest.approx(np.zeros((5, 8, 2)), abs=1e-9)
    assert (apart[2:, :, 4:] == -inf).all()
    _require_light(one, SimsMapParams())
    with pytest.raises(Refusal, match="0 counts per pixel and frame"):
        _require_light(cube(np.full((7, 8, 8), 4.0), np.zeros((7, 8, 8))), SimsMapParams())


def test_maps_without_a_pixel_in_common_have_no_correlation_and_no_chance():
    left, right = np.zeros((6, 4, 4), bool), np.ones((6, 4, 4), bool)
    left[:, :, :2], right[:, :, :2] = True, False
    maps = cube(np.full((6, 4, 4), 5.0), left), cube(np.full((6, 4, 4), 5.0), right)
    assert together(*maps, np.random.default_rng(1)) == Together(None, None, None, None)


def test_a_column_without_a_count_more_than_its_surroundings_lies_in_its_middle():
    half = np.zeros((9, 9), bool)
    half[2:5, 3:8] = True
    found = of_width._measured(cube(np.zeros((6, 9, 9))), of_width.Piece(0, 6, half), ~half, 1)
    assert (found.x, found.y, found.area) == (5.0, 3.0, 0.0)


@pytest.mark.parametrize("shape", [(9, 2, 2), (9, 1, 8), (9, 8, 2), (9, 1, 1)])
def test_a_narrow_field_has_a_surface(shape):
    assert surface(cube(np.full(shape, 50.0))) == pytest.approx(np.ones(shape[1:]))


def test_a_column_over_the_whole_field_has_no_background(monkeypatch):
    monkeypatch.setattr(Search, "background", (0.0, 0.0))
    one = cube(np.random.default_rng(1).poisson(20, (8, 6, 6)))
    with pytest.raises(Refusal) as refused:
        search(one, None, SimsMapParams(), [], np.random.default_rng(1))
    assert (refused.value.code, refused.value.message) == (
        "background-too-low",
        "Na+: nothing was counted outside of the columns: there is no background to compare with",
    )


def test_a_column_that_covers_all_in_the_first_look_leaves_the_whole_to_draw_from():
    one = cube(np.arange(8.0).reshape(2, 2, 2))
    whole = Cluster((slice(0, 2),) * 3, np.ones((2, 2, 2), bool))
    drawn = blank(one, [whole], np.random.default_rng(1)).counts
    assert set(drawn[0].ravel()) <= {0.0, 1.0, 2.0, 3.0}
    assert set(drawn[1].ravel()) <= {4.0, 5.0, 6.0, 7.0}


@pytest.mark.parametrize(("frames", "columns"), [(6, 1), (5, 0)])
def test_a_column_hangs_together_by_corners_and_reaches_over_its_share_of_the_frames(frames, columns):
    apart = np.zeros((10, 12, 12))
    for k in range(frames):
        apart[2 + k, 2 + k, 3 + k] = 3.1
    apart[0, 8, 1] = 3.1
    clusters = spanning(apart, 3.0, 0.6)
    assert [cluster.box for cluster in clusters] == [(slice(2, 8), slice(2, 8), slice(3, 9))] * columns
    assert spanning(apart, 3.1, 0.6) == []


@pytest.mark.parametrize(("often", "pixels"), [((2, 4), [1]), ((1, 1), [0, 1])])
def test_a_footprint_is_where_half_of_the_frames_are(often, pixels):
    """In two of four frames or more; if nowhere, wherever any is."""
    inside = np.zeros((5, 1, 2), bool)
    for x, count in enumerate(often):
        inside[:count, 0, x] = True
    plane = Cluster((slice(0, 5), slice(1, 2), slice(2, 4)), inside).footprint((3, 5))
    assert np.argwhere(plane).tolist() == [[1, 2 + x] for x in pixels]


def test_a_blank_frame_is_filled_with_its_own_pixels_from_outside_the_columns():
    counts = np.arange(3 * 4 * 5).reshape(3, 4, 5)
    one = cube(counts, counts % 7 > 0)
    taken = Cluster((slice(0, 3), slice(0, 2), slice(0, 5)), np.ones((3, 2, 5), bool))
    empty = blank(one, [taken], np.random.default_rng(1))
    for k in range(3):
        assert set(empty.counts[k].ravel()) <= set(one.counts[k, 2:].ravel())
        assert len(set(empty.counts[k].ravel())) > 4
    assert ((empty.counts == 0) == ~empty.measured).all()


def test_a_threshold_is_a_quantile_of_what_is_finite():
    values = np.array([*range(100), -inf, -inf])
    assert [threshold_of(values, q) for q in (0.9, 0.955, 0.999)] == [90, 95, 99]
    assert normal_threshold(0.9772498680518208, 4.0) == pytest.approx(4.0)
    assert normal_threshold(0.9772498680518208, 0.5) == pytest.approx(2.0)


@pytest.mark.parametrize(("frames", "always", "reference", "quantile"), [
    (16, False, "", 0.99), (15, False, "", 0.999), (16, True, "", 0.99999), (15, True, "", 0.999999),
    (16, True, "b", 0.99), (15, True, "b", 0.999),
])  # fmt: skip
def test_chance_makes_the_quantile_stricter(frames, always, reference, quantile):
    """Up to three windows deep it is ten times stricter, and up to three times where the blank has columns."""
    empty = np.zeros((frames, 4, 4))
    empty[:, 1, 1] = inf if always else 0
    params = SimsMapParams(reference=reference)
    assert _quantile(cube(np.ones((frames, 4, 4))), empty, params) == pytest.approx(quantile, abs=1e-10)


@pytest.mark.parametrize(("whole", "added", "code", "hint"), [
    (6, 1, "", ""), (5, 1, "too-few-frames", None), (1, 1, "one-frame", None), (12, 2, "", ""),
    (11, 2, "too-few-frames", "--param frames=1"),
])  # fmt: skip
def test_columns_need_six_frames(whole, added, code, hint):
    one = cube(np.ones((whole, 2, 2)))
    if not code:
        _require_depth(one, one.binned(added))
        return
    many = "1 frame has" if whole == 1 else f"{whole // added} frames have"
    with pytest.raises(Refusal, match=f"{many} hardly a depth; columns need 6") as refused:
        _require_depth(one, one.binned(added))
    assert (refused.value.code, refused.value.remark.hint or None) == (code, hint)


@pytest.mark.parametrize(("level", "window", "added", "frames", "hint"), [
    (1.0, 3, 1, 12, ""), (0.99, 3, 1, 12, "--param frames=2"), (0.99, 3, 1, 11, "count longer"),
    (0.3, 3, 2, 30, "--param frames=8"), (0.3, 3, 2, 23, "count longer"), (0.0, 3, 1, 60, "count longer"),
    (0.217, 5, 1, 12, ""), (0.214, 5, 1, 12, "--param frames=2"), (26.9, 1, 1, 12, "--param frames=2"),
])  # fmt: skip
def test_a_background_has_27_counts_in_a_window(level, window, added, frames, hint):
    """Half of the pixels are brighter by far, a third of the frames was not measured."""
    counts = np.full((frames, 2, 5), level)
    counts[:, :, :2] = 99.0
    one = cube(counts, np.broadcast_to(np.arange(frames)[:, None, None] % 3 > 0, counts.shape))
    params = SimsMapParams(window=window, frames=added)
    if not hint:
        _require_light(one, params)
        return
    with pytest.raises(Refusal) as refused:
        _require_light(one, params)
    said = f"Na+: {level:.2g} counts per pixel and frame; columns are told from {27 / window**3:.2g} on"
    assert (refused.value.message, refused.value.remark.hint) == (said, hint)


def test_a_surface_of_second_order_comes_back_and_never_falls_below_a_fifth_of_its_median():
    y, x = np.meshgrid(np.linspace(-1, 1, 15), np.linspace(-1, 1, 17), indexing="ij")
    shape = 100 * (1 - 0.2 * x + 0.1 * y - 0.15 * x * y - 0.3 * x**2 + 0.05 * y**2)
    counts = np.repeat(shape[None], 8, axis=0)
    assert surface(cube(counts)) == pytest.approx(shape / np.median(shape), rel=1e-6)
    lost = np.ones(counts.shape, bool)
    lost[:5, 3] = False
    assert surface(cube(counts, lost)) == pytest.approx(shape / np.median(shape), rel=1e-6)
    assert surface(cube(np.repeat(100 * (x[None] + 1.0), 8, axis=0))).min() == 0.2
    assert (surface(cube(np.zeros((3, 4, 4)))) == 1).all()


@pytest.mark.parametrize(("rows", "used"), [(5, False), (6, True)])
def test_what_is_clear_sets_the_surface_if_it_is_more_than_half_of_the_field(rows, used):
    """Twice as bright where it is not clear; the surface over the clear pixels alone is even."""
    counts = np.full((4, 10, 6), 50.0)
    counts[:, rows:] = 100.0
    clear = np.zeros((10, 6), bool)
    clear[:rows] = True
    assert (np.ptp(surface(cube(counts), clear)) < 1e-6) == used


@pytest.mark.parametrize("sign", [1, -1])
def test_a_correlation_and_its_ends_are_within_one(sign):
    """Of two maps that go together but for counting the upper end is 1, of a negative the lower is -1."""
    rng = np.random.default_rng(4)
    shape = 100 + 60 * np.sign(np.arange(16) % 4 - 1.5)[None, :] * np.ones((16, 1))
    one, other = (cube(rng.poisson(level, (6, 16, 16))) for level in (shape, shape if sign > 0 else 200 - shape))
    found = together(one, other, np.random.default_rng(1))
    ends = (found.low, found.high) if sign > 0 else (-found.high, -found.low)
    assert ends[1] == 1.0
    assert 0.97 < ends[0] < sign * found.correlation <= 1.0


def test_maps_of_one_frame_go_together_as_well():
    shape = 1000 + 600 * np.sign(np.arange(16) % 4 - 1.5)[None, None, :] * np.ones((1, 16, 1))
    assert together(cube(shape), cube(shape / 2), np.random.default_rng(1)).correlation == pytest.approx(
        1, abs=0.01
    )


def test_what_lies_around_columns_is_two_pixels_off_and_counted_by_frame():
    """A column of one pixel of 9 counts, and a rim of 24 of 7 counts; the others have the frame's number."""
    taken, rim = np.zeros((9, 9), bool), np.zeros((9, 9), bool)
    taken[4, 4] = rim[2:7, 2:7] = True
    counts = np.where(taken, 9, np.where(rim, 7, np.arange(3)[:, None, None]))
    cluster = Cluster((slice(0, 3), slice(4, 5), slice(4, 5)), np.ones((3, 1, 1), bool))
    around = of_width.Surroundings.of(cube(counts), [cluster])
    assert (around.clear == ~rim).all()
    assert around.level.tolist() == [0, 1, 2]


def test_frames_that_are_added_up_may_leave_too_few():
    """Of eleven frames five pairs are left: what is added up has to have a depth."""
    data = synth.cube(1, synth.Cube(16, 11, 1.0, {"Na+": MappedIon(background=20.0)})).record()
    (refusal,) = echub.analyze("sims-map", data, params={"frames": "2"}).refusals
    assert (refusal.code, refusal.hint) == ("too-few-frames", "--param frames=1")
    assert not echub.analyze("sims-map", data).refusals


# -- shapes ----------------------------------------------------------------------------------


def third(width=10.0, error=0.0, x=0.0, y=0.0, centre_error=0.0):
    return Third(0, 1, width, error, x, y, centre_error)


@pytest.mark.parametrize(("apart", "errors", "differ"), [
    (1.21, (0, 0), True), (1.19, (0, 0), False), (-1.21, (0, 0), True), (1.51, (0.3, 0.4), True),
    (1.49, (0.3, 0.4), False),
])  # fmt: skip
def test_widths_differ_by_12_percent_and_three_standard_deviations(apart, errors, differ):
    assert _differ(third(10.0, errors[0]), third(10.0 + apart, errors[1]), 10.0) == differ


def test_what_is_just_as_large_as_chance_or_rounding_is_not_told():
    """12 % of a width of 10; 18 % of 400 pixels; three times 2, half of the root of 16 pixels."""
    assert not _differ(third(0.0), third(1.2), 10.0)
    pixels = np.arange(400).reshape(20, 20)
    assert not _is_soft(found(pixels < 400, area=1.18 * 400, area_error=0), 1.0)
    assert not _is_soft(found(pixels < 16, area=22.0, area_error=0), 1.0)
    assert _is_soft(found(pixels < 16, area=22.1, area_error=0), 1.0)


@pytest.mark.parametrize(("last", "parts"), [
    (5, [(2, 3), (3, 4), (4, 5)]), (4, [(2, 3), (3, 4)]), (3, [(2, 3)]), (8, [(2, 4), (4, 6), (6, 8)]),
])  # fmt: skip
def test_a_third_has_a_frame_at_least(last, parts, monkeypatch):
    """A column of fewer than three frames has fewer parts; it leans by its ends."""
    leans = []
    monkeypatch.setattr(upright, "_part", lambda cube, piece, *_: Third(piece.first, piece.last, 1, 0, 0, 0, 0))
    monkeypatch.setattr(upright, "_leans", lambda top, bottom, _: leans.append((top, bottom)))
    column = found(first=2, last=last)
    shape = upright.uprightness(cube(np.ones((9, 5, 4))), column, column.footprint, 1.0, 1)
    assert [(part.first, part.last) for part in shape.parts] == parts
    assert leans == [(shape.parts[0], shape.parts[-1])]


@pytest.mark.parametrize(("away", "errors", "leans"), [
    ((0.91, 1.2), (0, 0), True), ((0.89, 1.2), (0, 0), False), ((-1.81, -2.4), (0.6, 0.8), True),
    ((1.79, 2.4), (0.6, 0.8), False),
])  # fmt: skip
def test_a_column_leans_by_15_percent_of_its_width_and_three_standard_deviations(away, errors, leans):
    """0.9 and 1.2 are 1.5 together; a lean of 3 is three times an error of 1."""
    bottom = third(x=away[0], y=away[1], centre_error=errors[1])
    assert _leans(third(centre_error=errors[0]), bottom, 10.0) == leans
    assert not _leans(bottom, bottom, 0.0)


BOTH, WIDER = 0.03 * hypot(6, 5), 0.03 * hypot(12, 5)
"""Three standard deviations of 100 pixels over their number: of an error of 6, and of one twice as large."""


@pytest.mark.parametrize(("pixels", "over", "error", "scatter", "soft"), [
    (400, 0.181, 0, 1, True), (400, 0.179, 0, 1, False), (11, 2, 0, 1, False), (12, 2, 0, 1, True),
    (100, BOTH + 0.01, 6, 1, True), (100, BOTH - 0.01, 6, 1, False), (100, WIDER + 0.01, 6, 4, True),
    (100, WIDER - 0.01, 6, 4, False), (100, BOTH + 0.01, 6, 0.2, True), (100, BOTH - 0.01, 6, 0.2, False),
])  # fmt: skip
def test_a_rim_is_soft_by_an_area_18_percent_over_that_above_the_half_level(pixels, over, error, scatter, soft):
    """Pixels at the rim leave half of the root of their number open; columns of fewer than twelve are all rim."""
    column = found(np.arange(400).reshape(20, 20) < pixels, area=(1 + over) * pixels, area_error=error)
    assert _is_soft(column, scatter) == soft


def test_an_outline_of_50_pixels_may_show_a_waist():
    """The ellipse of a rectangle's moments is π/3 of it, 1.047; that of a disc is the disc."""
    plane = np.zeros((30, 30), bool)
    disc = (np.arange(30)[:, None] - 14.6) ** 2 + (np.arange(30)[None] - 14.3) ** 2 < 64
    assert not _is_notched(disc)
    for shape, notched in (((5, 10), True), ((7, 7), False), ((10, 20), True)):
        one = plane.copy()
        one[3 : 3 + shape[0], 4 : 4 + shape[1]] = True
        assert _is_notched(one) == notched
    cross = plane.copy()
    cross[5:20, 10:14] = cross[10:14, 5:20] = True
    rows, columns = np.nonzero(cross)
    inside = 4 * pi * sqrt((rows.var() + 1 / 12) * (columns.var() + 1 / 12)) / cross.sum()
    assert inside > 1.2
    assert _is_notched(cross)


@pytest.mark.parametrize(("core", "measured"), [(4, True), (3, False)])
def test_a_width_needs_a_core_of_four_pixels(core, measured):
    column = found(inside=np.arange(20).reshape(5, 4) < core)
    grid = replace(GRID, x=0.5 * np.arange(4), y=2.0 * np.arange(5))  # a pixel of 1 µm²
    known = width(column, grid, 4.0)
    wide, error = 2 * sqrt(10 / pi), 2 * 1.0 / sqrt(pi * 10)
    if measured:
        assert (known.value, known.uncertainty) == pytest.approx((wide, error))
    else:
        assert (known.value, known.interval.high) == (None, pytest.approx(wide + 1.959964 * error))
    assert _note(column) == ("" if measured else "at most this wide")


def said(**more):
    """Return the codes of what is said of a search."""
    field = np.ones((1, 10, 10))
    facts = {"columns": [], "detectable": 1.1, "false": 0, "flat": np.array([0.9, 1.0]),
             "cube": SimpleNamespace(counts=field), "params": SimsMapParams()}  # fmt: skip
    notes = flags(SimpleNamespace(**facts | more), GRID)
    return {flag.code: (flag.severity, flag.message) for flag in notes if flag.code != "no-reference-region"}


@pytest.mark.parametrize(("low", "severity"), [(0.81, None), (0.79, "info"), (0.61, "info"), (0.59, "warning")])
def test_a_background_is_uneven_by_20_percent_and_very_much_by_40(low, severity):
    notes = said(flat=np.array([[low, 1.0]]))
    assert notes.get("uneven-background", (None,))[0] == severity
    if severity:
        assert f"from {100 * low:.0f} to 100 % of its median" in notes["uneven-background"][1]


def test_a_background_that_varies_by_just_a_fifth_is_even_and_by_two_fifths_is_not_very_uneven():
    assert "uneven-background" not in said(flat=np.array([0.0, 0.2]))
    assert said(flat=np.array([0.0, 0.4]))["uneven-background"] == (
        "info", "the background varies across the field from 0 to 40 % of its median; a smooth surface is taken "
        "for it",
    )  # fmt: skip


def test_a_contrast_over_no_background_has_no_end():
    assert [found(level=3.0, background=b).contrast for b in (2.0, 0.0)] == [2.5, inf]


@pytest.mark.parametrize(("contrast", "detectable", "near"), [
    (1.7, 1.5, False), (1.139, 1.1, True), (1.141, 1.1, False), (0.861, 0.9, True), (0.859, 0.9, False),
])  # fmt: skip
def test_a_column_is_near_the_threshold_up_to_1_4_times_the_least_excess(contrast, detectable, near):
    columns = [found(level=contrast - 1, background=1.0), found(level=9.0)]
    assert ("columns-near-threshold" in said(columns=columns, detectable=detectable)) == near


@pytest.mark.parametrize(("pixels", "fills"), [(26, True), (25, False)])
def test_a_column_fills_a_quarter_of_the_field(pixels, fills):
    column = found(np.arange(100).reshape(10, 10) < pixels)
    assert ("column-fills-field" in said(columns=[found(), column])) == fills


def test_columns_that_are_cut_and_columns_of_a_blank_are_counted():
    assert said(columns=[found(cut=True), found()])["columns-cut"][1].startswith("1 column touches the edge")
    assert said(columns=[found(cut=True)] * 2)["columns-cut"][1].startswith("2 columns touch the edge")
    assert "columns-cut" not in said(columns=[found()])
    assert said(false=2)["columns-in-blank"][1] == "2 columns in a shuffled cube: some may be chance"
    told = said(false=1, params=SimsMapParams(reference="b"))
    assert told == {"reference-has-columns": ("warning", "the reference region has 1 column itself")}


# -- pictures and tables ---------------------------------------------------------------------


def test_a_plane_is_the_mean_of_what_was_measured_and_smooth_over_nine_pixels():
    one = drawn((4, 5, 6), lost=0.7)
    plane = Plane.of(one, 1, 4)
    known = one.measured[1:4].sum(axis=0)
    assert (known == 0).any()
    for y, x in product(range(5), range(6)):
        if known[y, x]:
            assert plane.rate[y, x] == pytest.approx(one.counts[1:4, y, x].sum() / known[y, x])
            assert plane.variance[y, x] == pytest.approx(one.variance[1:4, y, x].sum() / known[y, x] ** 2)
        else:
            assert np.isnan(plane.rate[y, x])
        near = plane.rate[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2]
        known_near = near[np.isfinite(near)]
        expected = known_near.mean() if known_near.size else np.nan
        assert plane.smooth[y, x] == pytest.approx(expected, nan_ok=True)


def test_a_half_level_stands_out_of_the_noise_by_four_standard_deviations():
    """Of a variance of 9 in each of nine pixels it is 1; the plateau of 8 is that of the brightest tenth."""
    smooth = np.zeros((7, 7))
    smooth[2:5, 2:5] = 8.0
    smooth[2, 2:4] = 4.0, 4.5  # a half itself is not above it
    footprint = np.zeros((7, 7), bool)
    footprint[3, 3] = True

    def half(variance, sign=1, level=0.0):
        plane = Plane(np.full((7, 7), level), np.full((7, 7), variance), level + sign * smooth)
        return np.argwhere(_half_level(plane, footprint, np.ones((7, 7), bool), sign)).tolist()

    inside = [[y, x] for y in (2, 3, 4) for x in (2, 3, 4) if (y, x) != (2, 2)]
    assert half(9.0) == half(9.0, -1) == half(9.0, 1, 20.0) == inside
    assert half(9.1) == [[3, 3]]


@pytest.mark.parametrize(("values", "ends"), [
    ([0, 0, 0, 6, 12, 12, 12, 12, 12, 6, 0, 0], (3, 10)),  # means of 6 themselves are not above the half
    ([0] * 12, (1, 1)),
])  # fmt: skip
def test_a_column_begins_and_ends_where_it_is_above_the_half_of_its_level(values, ends):
    """The level is the median of frames 1 to 11: means of three are 0, 0, 2, 6, 10, 12, 12, 12, 10, 6, 2."""
    one = cube(np.array(values, float)[:, None, None] + 5)
    everywhere = np.ones((1, 1), bool)
    assert _extent(one, everywhere, np.full(12, 5.0), slice(1, 12), 1) == ends


def test_what_only_rims_join_are_two_and_one_pixel_is_none(monkeypatch):
    """Of three pieces above the half level one has one pixel, and one reaches over five frames instead of six."""
    half = np.zeros((5, 9), bool)
    half[0, 0:2] = half[2:4, 4] = half[4, 8] = True
    cluster = Cluster((slice(1, 9), slice(0, 5), slice(0, 9)), np.ones((8, 5, 9), bool))
    asked = []
    monkeypatch.setattr(of_width, "_half_level", lambda plane, footprint, *_: asked.append(footprint) or half)
    monkeypatch.setattr(of_width, "_extent", lambda cube, piece, *_: (2, 8) if piece[0, 0] else (2, 7))
    around = SimpleNamespace(clear=np.ones((5, 9), bool), level=None)
    (piece,) = of_width.pieces(cube(np.ones((10, 5, 9))), [cluster], around, 0.6, 1)
    assert (piece.first, piece.last) == (2, 8)
    assert piece.half is half
    assert np.argwhere(asked[-1]).tolist() == [[0, 0], [0, 1]]


@pytest.mark.parametrize("lost", [True, False])
def test_a_part_that_is_nowhere_above_the_half_level_is_measured_where_it_may_lie(lost, monkeypatch):
    near, half = np.ones((5, 4), bool), np.zeros((5, 4), bool)
    half[2, 2] = not lost
    monkeypatch.setattr(of_width, "_half_level", lambda *_: half)
    monkeypatch.setattr(of_width, "_measured", lambda cube, piece, clear, sign: piece)
    piece = of_width.measured_part(cube(np.ones((9, 5, 4))), of_width.Piece(3, 6, near), near, 1)
    assert (piece.first, piece.last, piece.half is (near if lost else half)) == (3, 6, True)


@pytest.mark.parametrize("sign", [1, -1])
def test_an_area_is_the_excess_over_that_of_a_pixel_of_the_core_and_its_variance_is_carried(sign):
    """By small changes of each pixel: of the core, of the rest of the rim, and of the surroundings."""
    rng = np.random.default_rng(2)
    rate = 10 + rng.random(20)
    core, rim, around = np.arange(20) < 4, np.arange(20) < 9, np.arange(20) >= 11
    rate[core] += sign * 6.0
    rate[4:9] += sign * 2.0
    variance = 1 + rng.random(20)
    area, spread = _area(rate, variance, rim, core, around, sign)
    base = rate[around].mean()
    assert area == pytest.approx((rate[rim] - base).sum() / (rate[core].mean() - base))
    changes = []
    for k in range(20):
        moved = [
            _area(rate + d * (np.arange(20) == k), variance, rim, core, around, sign)[0] for d in (-1e-5, 1e-5)
        ]
        changes.append((moved[1] - moved[0]) / 2e-5)
    assert spread == pytest.approx((np.square(changes) * variance).sum(), rel=1e-6)


def test_a_core_that_is_not_brighter_than_its_surroundings_has_no_area():
    flat = np.full(20, 3.0)
    core, rim, around = np.arange(20) < 4, np.arange(20) < 9, np.arange(20) >= 11
    assert _area(flat, flat, rim, core, around, 1) == (0.0, 81.0)
    assert _area(flat + core, flat, rim, core, around, -1) == (0.0, 81.0)


def test_what_is_clear_of_columns_leaves_out_two_pixels_around_them():
    covered = np.zeros((12, 12), bool)
    covered[5, 5] = True
    assert (~clear_of([found()], covered)).sum() == 25
    assert (~clear_of([], covered)).sum() == 1
    nearly = ~covered
    assert clear_of([found()], nearly).tolist() == covered.tolist()


@pytest.mark.parametrize(("size", "step"), [(128, 1), (129, 2), (256, 2), (257, 3)])
def test_a_picture_has_128_pixels_along_an_edge(size, step):
    plane = np.arange(size * 3.0).reshape(size, 3)
    plane[1, 0] = np.nan
    small = _shrunk(plane)
    blocks = [plane[step * k : step * (k + 1)] for k in range(size // step)]
    expected = plane if step == 1 else np.array([np.nanmean(block, axis=0) for block in blocks])
    assert small == pytest.approx(expected, nan_ok=True)
    assert _shrunk(plane.T) == pytest.approx(small.T, nan_ok=True)


def test_the_colours_hold_99_percent_of_an_ion_in_all_regions():
    counts = np.array([np.full((2, 1, 101), 7.0), *[np.tile(np.arange(101.0) + k, (2, 1, 1)) for k in (0, 101)]])
    names = (("a", "K+", 1), ("a", "Na+", 1), ("b", "Na+", 1))
    maps = Maps(counts, np.ones(counts.shape, bool), names, None)
    assert scale_of(maps, "Na+")["scale"].values == pytest.approx((201 * 0.005, 201 * 0.995))
    none = Maps(counts, np.zeros(counts.shape, bool), names, None)
    assert scale_of(none, "Na+")["scale"].values == (0.0, 1.0)


@pytest.mark.parametrize(("species", "region", "chosen"), [
    ("", "", ("K+", "a")), ("Na+", "", ("Na+", "a")), ("", "b", ("Na+", "b")), ("Na+", "b", ("Na+", "b")),
    ("K+", "b", "the region b has no K+, but Na+"), ("Li+", "", "the region a has no Li+, but K+, Na+"),
    ("", "c", "there is no region c, but a, b"),
])  # fmt: skip
def test_the_first_ion_of_the_first_region_is_looked_at_unless_others_are_asked_for(species, region, chosen):
    names = (("a", "K+", 1), ("a", "Na+", 1), ("b", "Na+", 1))
    maps = Maps(np.zeros((3, 1, 1, 1)), np.ones((3, 1, 1, 1), bool), names, None)
    if isinstance(chosen, tuple):
        assert maps.choose(species, region) == chosen
        return
    with pytest.raises(Refusal) as refused:
        maps.choose(species, region)
    assert refused.value.message == chosen


def test_a_window_of_which_a_quarter_was_measured_stands_out_and_one_of_less_does_not():
    """Two and one of eight places of a window of two."""
    measured = np.zeros((6, 6, 6), bool)
    measured[1, 1, 1] = measured[1, 1, 2] = measured[4, 4, 4] = True
    known = np.isfinite(stand_out(cube(np.full((6, 6, 6), 9.0), measured), 2))
    assert np.argwhere(known).tolist() == [[z, y, 2] for z in (1, 2) for y in (1, 2)]


def test_a_map_has_structure_only_beyond_three_standard_deviations():
    """Of 18 values of a noise of 2 it is known to 2 · √(2/18) = 2/3: a variance of 4 is 2 beyond the noise."""
    signs, noise = np.tile([1.0, -1.0], 9), np.full(18, 2.0)
    assert _correlation(2.0 * signs, 9.0 * signs, noise, noise, 1) is None
    assert _correlation(9.0 * signs, 2.0 * signs, noise, noise, 1) is None
    assert _correlation(2.01 * signs, 9.0 * signs, noise, noise, 1) == 1.0


@pytest.mark.parametrize(("frame", "depth"), [(0, 0.375), (1, 3.0), (2, 5.75), (3, 8.625), (4, 8.625)])
def test_a_frame_starts_halfway_to_the_one_before(frame, depth):
    """The middles are at 1.75, 4.25 and 7.25 nm; both ends lie half a mean step of 2.75 nm beyond."""
    grid = replace(GRID, depth=np.array([1.75, 4.25, 7.25]), depth_unit="nm")
    assert _edge(grid, frame) == pytest.approx(depth)

"""Each table and number of a map from columns that are given: every cell follows from them by hand."""

from __future__ import annotations

from math import exp, log, pi, sqrt
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import chi2

from echub.plugin import Series
from echub_sims_map.data.cube import MapGrid
from echub_sims_map.declared import SimsMapParams
from echub_sims_map.method.colocation import Together
from echub_sims_map.method.roi import RoiCounts
from echub_sims_map.method.upright import Third, Uprightness
from echub_sims_map.outcome import tables
from echub_sims_map.outcome.diagnostics import _outlines, pictures
from echub_sims_map.outcome.results import measurands
from echub_sims_map.outcome.tables import (
    _inside_over_outside,
    _profile,
    colocation_by_depth,
    colocation_table,
    column_table,
    depth_table,
    roi_table,
)
from tests.plugins.echub_sims_map.test_limits import cube, found

Z95 = 1.959963984540054
GRID = MapGrid(
    10 + 0.5 * np.arange(12), 20 + 2.0 * np.arange(12), "um", np.array([1.75, 4.25, 7.25]), "nm",
)  # fmt: skip
"""Pixels of 0.5 by 2 µm, 1 µm²; frames start at 0.375, 3, 5.75 and end at 8.625 nm."""
DISC = 4 * pi
"""Pixels of a disc of four pixels' width; an error of 2 of them is one of 1/π of the width."""


def units(table):
    return {name: series.unit for name, series in table.items() if series.unit}


def values(table):
    return {name: series.values for name, series in table.items()}


def test_each_column_has_a_row():
    """Frames were added up two by two; a scatter of 2.25 widens by 1.5."""
    one = found(x=1.0, y=2.0, first=0, last=1, area=DISC, area_error=2.0, level=5.0, background=2.0)
    other = found(x=3.0, y=0.5, first=1, last=2, area=DISC, area_error=4.0, level=-1.0, background=2.0, cut=True)
    table = column_table([one, other], GRID, 2.25, 2)
    assert units(table) == dict.fromkeys(("x", "y", "width", "uncertainty"), "um") | dict.fromkeys(
        ("depth_from", "depth_to"), "nm"
    )
    assert values(table) == {
        "column": (1, 2), "x": (10.5, 11.5), "y": (24.0, 21.0), "width": pytest.approx((4.0, 4.0)),
        "uncertainty": pytest.approx((1.5 / pi, 3 / pi)), "contrast": (3.5, 0.5), "depth_from": (0.375, 5.75),
        "depth_to": (5.75, 8.625), "note": ("", "cut: the width is that of a part"),
    }  # fmt: skip
    assert column_table([one], GRID, 0.25, 1)["uncertainty"].values == pytest.approx((1 / pi,))
    assert column_table([one], GRID, 1.0, 1)["depth_to"].values == (3.0,)


def test_each_third_of_a_column_has_a_row_with_its_lean_from_the_top():
    """Three pixels to the right and one down are 1.5 and 2 µm: 2.5 µm."""
    parts = Third(0, 1, 4.0, 0.25, 1.0, 2.0, 0.1), Third(1, 3, 5.0, 0.5, 4.0, 3.0, 0.1)
    shapes = [Uprightness(parts, False, False, False, False), Uprightness(parts[1:], False, False, False, False)]
    table = depth_table(shapes, GRID, 1)
    assert units(table) == dict.fromkeys(("width", "uncertainty", "x", "y", "lean"), "um") | dict.fromkeys(
        ("depth_from", "depth_to"), "nm"
    )
    assert values(table) == {
        "column": (1, 1, 2), "depth_from": (0.375, 3.0, 3.0), "depth_to": (3.0, 8.625, 8.625),
        "width": (4.0, 5.0, 5.0), "uncertainty": (0.25, 0.5, 0.5), "x": (10.5, 12.0, 12.0),
        "y": (24.0, 26.0, 26.0), "lean": (0.0, 2.5, 0.0),
    }  # fmt: skip


INSIDE = np.zeros((12, 12), bool)
INSIDE[5:7, 5:7] = True
BRIGHT = np.where(INSIDE, 12.0, 3.0) * np.array([1.0, 1, 1, 1, 1, 1])[:, None, None]
"""Six frames: four pixels of twelve counts; beyond two pixels around them are 144 - 36 = 108 of three."""


@pytest.mark.parametrize(("spans", "frames", "deep"), [
    ([(0, 6)], 1, 6), ([(1, 4), (2, 5)], 1, 2), ([(0, 2), (4, 6)], 1, 6), ([(0, 1), (0, 3)], 2, 2),
    ([(0, 3), (3, 6)], 1, 6),
])  # fmt: skip
def test_brightness_in_columns_is_over_the_frames_that_all_of_them_have(spans, frames, deep):
    columns = [found(INSIDE, inside=INSIDE, first=first, last=last) for first, last in spans]
    ratio, low, high = _inside_over_outside(cube(BRIGHT), columns, frames)
    half = Z95 * sqrt(1 / (4 * 12 * deep) + 1 / (108 * 3 * deep))
    assert (ratio, low, high) == pytest.approx((4.0, exp(log(4) - half), exp(log(4) + half)))


def test_brightness_is_unknown_without_columns_counts_or_measured_pixels():
    columns = [found(INSIDE, inside=INSIDE, first=0, last=6)]
    none = (None, None, None)
    assert _inside_over_outside(cube(BRIGHT), [], 1) == none
    assert _inside_over_outside(cube(np.where(INSIDE, 0.0, BRIGHT)), columns, 1) == none
    assert _inside_over_outside(cube(BRIGHT, np.broadcast_to(~INSIDE, BRIGHT.shape)), columns, 1) == none


def test_one_ion_in_a_region_of_interest():
    """Sixteen counts of a variance of 64 spread twice as far as counting; what was not measured is not zero."""
    part = RoiCounts(np.array([16.0, 0.0, 4.0]), np.array([64.0, 0.0, 1.0]), np.array([5, 0, 7]))
    one = cube(np.ones((3, 2, 2)))
    grid = MapGrid(GRID.x, GRID.y, "um", np.array([1.0, 2.0, 3.0]), "s")
    rows = _profile(one, grid, "rim", part)
    low = [chi2.ppf(0.025, 2 * n) / 2 for n in (16, 4)]
    high = [chi2.ppf(0.975, 2 * n + 2) / 2 for n in (16, 4)]
    assert {name: rows[name] for name in rows if name not in ("counts", "low", "high")} == {
        "roi": ["rim"] * 3, "region": ["r"] * 3, "species": ["Na+"] * 3, "polarity": [1] * 3, "frame": [0, 1, 2],
        "sputter_time": [1.0, 2.0, 3.0], "pixels": [5, 0, 7],
    }  # fmt: skip
    assert rows["counts"] == pytest.approx([16, np.nan, 4], nan_ok=True)
    assert rows["low"] == pytest.approx([16 - 2 * (16 - low[0]), np.nan, low[1]], nan_ok=True)
    assert rows["high"] == pytest.approx([16 + 2 * (high[0] - 16), np.nan, high[1]], nan_ok=True)
    numbered = _profile(one, MapGrid(GRID.x, GRID.y, "1", np.arange(3.0), "1"), "rim", part)
    assert set(rows) - set(numbered) == {"sputter_time"}


def test_regions_of_interest_one_after_the_other():
    one, other = cube(np.ones((3, 12, 12))), cube(2 * np.ones((3, 12, 12)))
    table = roi_table([one, other], GRID, INSIDE, "columns; outside")
    assert table["roi"].values == ("columns",) * 6 + ("outside",) * 6
    assert table["counts"].values == (4.0,) * 3 + (8.0,) * 3 + (140.0,) * 3 + (280.0,) * 3
    assert table["pixels"].values == (4,) * 6 + (140,) * 6
    assert units(table) == {"depth": "nm", "counts": "count", "low": "count", "high": "count"}
    assert table["depth"].values == (1.75, 4.25, 7.25) * 4


def test_an_ion_without_company_has_no_table():
    assert colocation_table(cube(BRIGHT), [], [], 1, np.random.default_rng(1)) == {}
    assert colocation_by_depth(cube(BRIGHT), [], GRID, np.random.default_rng(1)) == {}


@pytest.mark.parametrize(("frames", "parts"), [
    (1, [(0, 1)]), (2, [(0, 1), (1, 2)]), (3, [(0, 1), (1, 2), (2, 3)]), (6, [(0, 2), (2, 4), (4, 6)]),
])  # fmt: skip
def test_company_is_told_by_thirds_of_the_depth_that_have_a_frame(frames, parts, monkeypatch):
    """Each frame counts its number; two other ions have their rows one after the other."""
    monkeypatch.setattr(tables, "together", lambda one, other, _: Together(
        float(one.counts[0, 0, 0]), float(one.counts[-1, 0, 0]), float(other.counts[0, 0, 0]), 0.5
    ))  # fmt: skip
    numbers = np.arange(frames)[:, None, None] * np.ones((frames, 1, 1))
    one, other = cube(numbers), cube(numbers + 100)
    grid = MapGrid(GRID.x, GRID.y, "um", np.arange(frames) + 0.5, "s")
    table = colocation_by_depth(one, [other, one], grid, np.random.default_rng(1))
    assert units(table) == dict.fromkeys(("sputter_time_from", "sputter_time_to"), "s")
    first, last = (tuple(float(part[k]) for part in parts) * 2 for k in (0, 1))
    if frames > 1:
        assert (table["sputter_time_from"].values, table["sputter_time_to"].values) == (first, last)
    assert table["with"].values == ("Na+",) * 2 * len(parts)
    assert (table["correlation"].values, table["low"].values) == (first, tuple(b - 1 for b in last))
    assert table["high"].values == tuple(a + 100 for a, _ in parts) + first[: len(parts)]


# -- measurands --------------------------------------------------------------------------------------


def searched(columns, **more):
    """Return a search that finds 4 columns at a stricter threshold, 9 at a laxer, 7 and 5 by other shares."""
    asked = []

    def counts(threshold, spans):
        asked.append((threshold, spans))
        return {0.998: [4], 0.98: [9]}.get(round(threshold, 9), [7, 5])

    facts = {
        "cube": SimpleNamespace(dispersion=2.25, counts=np.ones((4, 10, 10))), "columns": columns,
        "params": SimsMapParams(), "quantile": 0.99, "threshold": 3.0, "false": 1, "background": (8.0, 0.5),
        "counts": counts, "at_quantile": lambda quantile: quantile,
    }  # fmt: skip
    return SimpleNamespace(**facts | more), asked


def ends(measurand):
    return measurand.interval.low, measurand.interval.high


def test_all_numbers_of_a_search():
    """Of 100 pixels the whole columns cover 4π and 16π; the cut one has no width. Scatter widens by 1.5."""
    small, large = found(area=DISC, area_error=2.0), found(area=4 * DISC, area_error=1.5)
    search, asked = searched([large, found(cut=True), small])
    known, sensitivity = measurands(search, GRID, notched=2)
    assert list(known) == ["column_count", "background", "dispersion", "smallest_column_width",
                           "largest_column_width", "column_area"]  # fmt: skip
    count = known["column_count"]
    assert (count.value, count.n, count.note, ends(count)) == (3.0, 3, "1 in a blank cube", (3.0, 9.0))
    assert (count.interval.kind, count.interval.method) == (
        "asymmetric", "other thresholds and shares of the depth",
    )  # fmt: skip
    assert asked == [(3.0, (0.5, 0.7)), (pytest.approx(0.998), (0.6,)), (pytest.approx(0.98), (0.6,))]
    assert [(s.parameter, s.setting, s.value, s.change) for s in sensitivity] == [
        ("quantile", "0.998", 4.0, 1.0), ("quantile", "0.98", 9.0, 6.0), ("span", "50 %", 7.0, 4.0),
        ("span", "70 %", 5.0, 2.0),
    ]  # fmt: skip
    widths = [(4.0, 1.5 / pi), (8.0, 1.5 * 1.5 / (2 * 2 * pi))]
    spread = 1.5 * sqrt(2.0**2 + 1.5**2)
    told = {
        "background": (8.0, 0.5, "count"), "dispersion": (2.25, 2.25 * sqrt(3 / 300), "1"),
        "smallest_column_width": (*widths[0], "um"), "largest_column_width": (*widths[1], "um"),
        "column_area": (5 * DISC, spread, "%"),
    }  # fmt: skip
    for name, (value, error, unit) in told.items():
        one = known[name]
        assert (one.value, one.uncertainty, one.unit) == (pytest.approx(value), pytest.approx(error), unit), name
        assert ends(one) == pytest.approx((value - Z95 * error, value + Z95 * error)), name
        assert (one.interval.level, one.interval.method) == (0.95, "counting statistics")


def test_a_search_that_finds_no_whole_column_has_no_width():
    known, _ = measurands(searched([found(cut=True)])[0], GRID)
    assert list(known) == ["column_count", "background", "dispersion"]
    assert ends(known["column_count"]) == (1.0, 9.0)


@pytest.mark.parametrize(("span", "quantile", "told"), [
    (100.0, 0.9, [("quantile", "0.98"), ("quantile", "0.9"), ("span", "90 %"), ("span", "100 %")]),
    (10.0, 0.99999, [("quantile", "0.999998"), ("quantile", "0.99998"), ("span", "10 %"), ("span", "20 %")]),
])  # fmt: skip
def test_other_choices_stay_within_what_may_be_chosen(span, quantile, told):
    search, _ = searched([], params=SimsMapParams(span=span), quantile=quantile)
    _, sensitivity = measurands(search, GRID)
    assert [(s.parameter, s.setting) for s in sensitivity] == told


# -- pictures ----------------------------------------------------------------------------------------


def test_outlines_go_around_the_pixels_of_each_column():
    """A pixel in row 2 and column 1, with edges at 10.25 and 10.75, 23 and 25 µm; and two beside each other."""
    one, two = np.zeros((12, 12), bool), np.zeros((12, 12), bool)
    one[2, 1] = two[0, 0] = two[0, 1] = True
    shown = {name: series.array() for name, series in _outlines([found(one), found(two)], GRID).items()}
    ends = np.stack([shown[f"outline_{end}"] for end in ("x0", "y0", "x1", "y1")], axis=1)

    def edges(number):
        return sorted(map(tuple, ends[shown["outline_column"] == number].tolist()))

    assert edges(1) == [
        (10.25, 23.0, 10.25, 25.0), (10.25, 23.0, 10.75, 23.0), (10.25, 25.0, 10.75, 25.0),
        (10.75, 23.0, 10.75, 25.0),
    ]  # fmt: skip
    assert edges(2) == [
        (9.75, 19.0, 9.75, 21.0), (9.75, 19.0, 10.25, 19.0), (9.75, 21.0, 10.25, 21.0), (10.25, 19.0, 10.75, 19.0),
        (10.25, 21.0, 10.75, 21.0), (10.75, 19.0, 10.75, 21.0),
    ]  # fmt: skip


def test_pictures_of_a_map_with_two_columns():
    """Forty frames: the middle tenth are 18 to 21; the wide column is cut through a sixth of its width."""
    depth = 2.0 * np.arange(40)
    grid = MapGrid(GRID.x, GRID.y, "um", depth, "nm")
    counts = np.ones((40, 12, 12)) * np.arange(40.0)[:, None, None]
    counts[:, 4] = 100.0
    wide = found(np.ones((12, 12), bool), y=4.2, area=pi * 36, first=2, last=30)
    narrow = found(INSIDE, y=9.0, area=pi / 4, first=3, last=31)
    shown = pictures(cube(counts), grid, [narrow, wide], frames=1)
    told = values(shown)
    assert told["shape"] == told["section_shape"][1:] * 2 == (12, 12)
    assert told["section_shape"] == (40, 12)
    assert told["section_y"] == (28.0, 4.0, 38.0, 0.0)  # rows 4 and 9 of 2 µm; two pixels are 12 / 6
    assert told["field"] == (10.0, 15.5, 20.0, 42.0, 0.5, 2.0)
    assert (told["depth"], told["mid_depth_at"]) == ((0.0, 78.0, 40.0), (36.0, 42.0))
    assert told["column_span"] == (3, 31, 2, 30)
    mean, middle = (np.reshape(told[name], (12, 12)) for name in ("mean", "mid_depth"))
    assert (mean[0, 0], mean[4, 0]) == (19.5, 100.0)
    assert (middle[0, 0], middle[4, 0]) == (19.5, 100.0)
    cuts = np.reshape(told["section"], (2, 40, 12))
    assert cuts[0][:, 0] == pytest.approx((4 * np.arange(40) + 100) / 5)  # rows 2 to 6
    assert cuts[1][:, 0] == pytest.approx(np.arange(40.0))
    assert units(shown) == {
        **dict.fromkeys(("mean", "mid_depth", "section"), "count"), **dict.fromkeys(("section_y", "field"), "um"),
        **dict.fromkeys(("depth", "mid_depth_at"), "nm"), "column_span": "1",
        **dict.fromkeys((f"outline_{end}" for end in ("x0", "y0", "x1", "y1")), "um"),
    }  # fmt: skip
    assert pictures(cube(counts), grid, [wide], frames=2)["column_span"] == Series.of([4, 60], "1")
    # without a column the middle row and its neighbours
    assert values(pictures(cube(counts), grid, []))["section_y"] == (32.0, 2.0)

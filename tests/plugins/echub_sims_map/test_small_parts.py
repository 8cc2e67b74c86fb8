"""Parts of a search whose numbers follow by hand: shown counts, counts of columns, means, correlations, thirds."""

from __future__ import annotations

from math import sqrt
from types import SimpleNamespace

import numpy as np
import pytest

from echub_sims_map.data.cube import Maps
from echub_sims_map.declared import SimsMapParams
from echub_sims_map.method import upright
from echub_sims_map.method.colocation import _correlation
from echub_sims_map.method.roi import _polygon
from echub_sims_map.method.search import Search
from echub_sims_map.method.width import _mean
from tests.plugins.echub_sims_map.test_limits import cube


@pytest.mark.parametrize(("load", "shown"), [
    (None, [4.0, 8.0]), (0.0625, [4 / 0.75 / 1.0625, 8 / 0.5 / 1.0625]),
])  # fmt: skip
def test_counts_are_shown_as_they_are_corrected_and_only_where_they_were_measured(load, shown):
    """Of a load of a quarter three quarters are live, of a half one half."""
    measured = np.array([[[[True, True, False]]]])
    maps = Maps(np.array([[[[4.0, 8.0, 9.0]]]]), measured, (("r", "Na+", 1),), load)
    found = maps.shown(0).ravel()
    assert found[:2] == pytest.approx(shown)
    assert np.isnan(found[2])


class Said(dict):
    """A map that states nothing but its columns."""

    def meta(self, path):
        return None

    def origin_of(self, name):
        return "measured"


@pytest.mark.parametrize("shape", [(5,), (1, 5), (1, 1, 1, 5)])
def test_a_pixel_was_measured_where_it_has_a_count_and_the_mask_says_so(shape):
    """Not where the mask is 0 or unknown, nor where a count is missing, whatever the mask says."""
    counts = np.array([[[[4.0, 8.0, 9.0, np.nan, 0.0]]]])
    mask = np.array([1.0, 0.0, np.nan, 1.0, 1.0]).reshape(shape)
    columns = Said(n=counts, species=["Na+"], polarity=np.array([1.0]))
    assert Maps.of(Said(columns, mask=mask)).measured.ravel().tolist() == [True, False, False, False, True]
    assert Maps.of(columns).measured.ravel().tolist() == [True, True, True, False, True]


@pytest.mark.parametrize("turn", [1, -1])
@pytest.mark.parametrize("first", range(4))
def test_a_row_of_pixels_through_corners_of_a_polygon_is_inside_between_them(first, turn):
    """A diamond holds what is nearer to its centre than 2 in x and y together; its corners lie on pixels."""
    corners = [(2, 0), (4, 2), (2, 4), (0, 2)]
    y, x = np.mgrid[0:5, 0:5].astype(float)
    away = np.abs(x - 2) + np.abs(y - 2)
    inside = _polygon(x, y, *np.ravel([*corners[first:], *corners[:first]][::turn]).astype(float))
    assert inside[away < 2].all()
    assert not inside[away > 2].any()


def test_columns_are_counted_at_each_share_of_the_depth():
    """One column over six of ten frames: it is one for four tenths, and none for eight, whichever comes first."""
    counts = np.full((10, 14, 14), 20.0)
    counts[2:8, 5:9, 5:9] = 80.0
    apart = np.where(counts > 50, 5.0, 0.0)
    ones = np.ones((14, 14))
    search = Search(cube(counts), SimsMapParams(), apart, ones, np.zeros_like(apart), 0.99, 3.0, [])
    assert search.counts(3.0, (0.4, 0.8)) == [1, 0]
    assert search.counts(3.0, (0.8, 0.4)) == [0, 1]
    assert search.counts(6.0, (0.4,)) == [0]


def test_a_mean_is_of_what_was_measured_there():
    rate = np.array([[1.0, 3.0, np.nan, 50.0]])
    assert _mean(rate, np.array([[True, True, True, False]])) == 2.0
    assert _mean(rate, np.array([[False, False, True, False]])) == 0.0


@pytest.mark.parametrize(("by", "known"), [(1.01, True), (0.99, False)])
@pytest.mark.parametrize("weak", ["first", "second"])
def test_a_map_has_structure_by_three_standard_deviations_of_its_noise(by, known, weak):
    """Of 200 values the variance of a noise of 4 is known to 4 · √(2/200) = 0.4: 1.2 beyond it is structure."""
    signs = np.tile([1.0, -1.0], 100)
    noise = np.full(200, 4.0)
    a, b = sqrt(4 + by * 1.2) * signs, sqrt(14.0) * signs
    pair = (a, b) if weak == "first" else (b, a)
    found = _correlation(*pair, noise, noise, 1)
    # the covariance is that of both amplitudes; what lies behind the counts has variances of 1.2 and 10
    assert found == (min(1.0, sqrt(14 * (4 + by * 1.2)) / sqrt(by * 1.2 * 10)) if known else None)
    assert _correlation(a, -b, noise, noise, 1) == (-1.0 if known else None)
    assert _correlation(10 * signs, 10 * signs, noise, noise, 2) == 1.0


def test_the_centre_of_a_third_is_known_by_its_ions_and_those_of_the_background(monkeypatch):
    """Ten pixels of five more counts over nine frames are 450 ions; a background of one adds 2/5 to the noise."""
    part = SimpleNamespace(area=10.0, level=5.0, background=1.0, width=4.0, width_error=0.25, x=2.0, y=3.0)
    monkeypatch.setattr(upright, "measured_part", lambda *_: part)
    found = upright._part(None, SimpleNamespace(first=3, last=12), None, 2.25, 1)
    assert (found.first, found.last, found.width, found.x, found.y) == (3, 12, 4.0, 2.0, 3.0)
    assert found.error == pytest.approx(1.5 * 0.25)  # scatter of 2.25 widens by its root
    assert found.centre_error == pytest.approx(1.5 * 4 / 4 * sqrt(1.4 / 450))
    assert upright._part(None, SimpleNamespace(first=3, last=12), None, 0.5, 1).error == 0.25

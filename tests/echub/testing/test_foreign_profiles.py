"""Foreign depth profiles without counting noise: where the edge is half way, how wide, and what the beam does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from echub.testing.synth.foreign.profile import SHAPES


class Exact:
    """Draws as a generator does, but counts what is expected."""

    def __init__(self, seed):
        self.drawn = np.random.default_rng(seed)

    def __getattr__(self, name):
        return getattr(self.drawn, name)

    def poisson(self, expected):
        return np.asarray(expected)


def edge(name, seed):
    """Return depth, counts and the case."""
    case = SHAPES[name](Exact(seed))
    columns = case.data.columns
    assert [columns[n].unit for n in ("species", "polarity", "depth", "ion_counts")] == [None, "1", "nm", "count"]
    assert set(columns["species"].values) == {"Na+"}
    assert set(columns["polarity"].values) == {1}
    assert (case.analysis, case.data.kind) == ("sims-profile", "depth_profile")
    return columns["depth"].values, columns["ion_counts"].values, case


def depth_of(z, counts, share):
    """Return where the counts have fallen to a share of the way from the last to the first."""
    fine = np.linspace(z[0], z[-1], 20 * len(z))
    smooth = CubicSpline(z, (counts - counts[-1]) / (counts[0] - counts[-1]))(fine)
    return float(fine[np.argmax(smooth <= share)])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "name", [name for name in SHAPES if "position" in name or "width" in name or name == "linear fall"]
)
def test_an_edge_is_half_way_at_its_position_and_falls_within_its_width(name, seed):
    z, counts, case = edge(name, seed)
    step = z[1] - z[0]
    assert len(z) == 160
    assert np.diff(z) == pytest.approx(step)
    assert 6 <= step <= 15
    assert 0 <= z[0] < step
    tailed = "tail" in name  # which has not quite ended where the record does
    if case.measurand == "interface_width":
        found = depth_of(z, counts, 0.15866) - depth_of(z, counts, 0.84134)
        assert case.truth == pytest.approx(found, rel=0.03 if tailed else 0.01, abs=0.1 * step)
        assert "width" in name
    else:
        assert case.measurand == "interface_position"
        assert case.truth == pytest.approx(depth_of(z, counts, 0.5), abs=(0.3 if tailed else 0.1) * step)
    assert case.holds is name.startswith("error function")
    if "20 counts" in name:
        assert counts[0] - counts[-1] == pytest.approx(20.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_beam_that_fades_loses_a_part_evenly(seed):
    z, counts, case = edge("beam loses 10 to 40 %", seed)
    surface = z < case.truth - 250
    slope, start = np.polyfit(z[surface], counts[surface], 1)
    assert 0.1 <= -slope * z[-1] / start <= 0.4
    flat = counts / (1 + slope * z / start)
    assert case.truth == pytest.approx(depth_of(z, flat, 0.5), abs=1.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_beam_that_wanders_and_a_yield_that_changes(seed):
    z, counts, case = edge("beam wanders by 5 %, 1/f", seed)
    plateau = counts[z < case.truth - 250] / counts[z < case.truth - 250].mean()
    assert 0.01 < plateau.std() < 0.07
    z, counts, case = edge("yield changes at the edge", seed)
    at = int(np.argmax(counts[1:] / counts[:-1]))
    assert 1.15 < counts[at + 1] / counts[at] < 1.35
    share = counts - counts[-1]
    assert z[at] < case.truth < z[at] + 100
    assert np.interp(case.truth, z, share) / share[0] == pytest.approx(1.35 / 2, rel=0.06)


@pytest.mark.parametrize("seed", range(3))
def test_two_steps_have_no_single_position(seed):
    z, counts, case = edge("two steps, 80 to 250 nm apart, 200 counts", seed)
    assert math.isnan(case.truth)
    assert (counts[0], counts[-1]) == pytest.approx((201.0, 1.0))
    apart = depth_of(z, counts, 0.1) - depth_of(z, counts, 0.9)
    assert 80 < apart < 310


@pytest.mark.parametrize("seed", range(4))
def test_a_detector_that_misses_and_one_that_rings(seed):
    z, counts, case = edge("dead time not stated", seed)
    dwell = float(case.data.metadata["sims.dwell_time"].removesuffix(" s"))
    arriving = lambda seen: seen / (1 - seen * 30e-9 / dwell)  # noqa: E731
    seen = counts[z < case.truth - 250].mean()
    assert 0.19 < 1 - seen / arriving(seen) < 0.41
    true = arriving(counts)
    assert case.truth == pytest.approx(depth_of(z, np.r_[true[:5].mean(), true[1:]], 0.5), abs=0.6 * (z[1] - z[0]))
    ringing = SHAPES["counts in bunches of four"](np.random.default_rng(seed)).data.columns["ion_counts"].values
    assert (ringing % 4 == 0).all()
    surface = ringing[:40]
    assert surface.var() / surface.mean() == pytest.approx(4.0, rel=0.9)

"""Parts of a profile's way whose numbers follow by hand: totals of regions, checks in words, a moved edge."""

from __future__ import annotations

import numpy as np
import pytest

from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.corrections import normalisation
from echub_sims_profile.method.alternatives import _erf, _half_and_width
from echub_sims_profile.method.decay import _background, decay_length
from echub_sims_profile.method.edge import find_edge
from echub_sims_profile.outcome.checks import checked
from echub_sims_profile.outcome.diagnostics import fitted, series
from tests.plugins.echub_sims_profile.test_limits import Told, edge, profile

Params = SimsProfileParams


def channels(*rows, points=4):
    """Return a profile of channels (region, species, polarity, counts per point)."""
    names = [(region, species, sign) for region, species, sign, _ in rows for _ in range(points)]
    one = profile(
        np.repeat([float(row[3]) for row in rows], points), x=np.tile(np.arange(float(points)), len(rows)),
        species=[species for _, species, _ in names],
    )  # fmt: skip
    one.region[:] = [region for region, _, _ in names]
    one.polarity[:] = [float(sign) for _, _, sign in names]
    return one


def test_a_total_is_of_one_region_and_one_polarity():
    """400 counts of sum are too large by their relative variance of 1/400 as a divisor, 200 by 1/200: one count
    each. Of the positive rows half have 401 and half 201, so that the median is 301; the negative have 51."""
    one = channels(
        ("a", "Na+", 1, 100), ("a", "K+", 1, 300), ("b", "Na+", 1, 150), ("b", "K+", 1, 50), ("a", "O-", -1, 50)
    )
    found = normalisation(one, Told(), Params(normalise="total"))
    assert found.gain == pytest.approx(np.repeat([401, 401, 201, 201, 301], 4) / 301)
    # at a point itself the level's variance is that of the counts: 400 and 200 of them, 50
    assert found.relative == pytest.approx(np.repeat([20 / 400, 20 / 400, *[200**0.5 / 200] * 2, 50**0.5 / 50], 4))


def test_a_matrix_is_of_its_region_and_leaves_the_other_polarity_as_it_is():
    one = channels(
        ("a", "Na+", 1, 30), ("a", "Zr+", 1, 100), ("b", "Na+", 1, 30), ("b", "Zr+", 1, 300), ("a", "O-", -1, 50)
    )
    found = normalisation(one, Told(), Params(normalise="matrix", matrix="Zr+"))
    assert found.gain == pytest.approx(np.repeat([101, 101, 301, 301, 201], 4) / 201)
    (flag,) = found.flags
    text = "Zr+ is of one polarity: the other is not normalised"
    assert (flag.code, flag.message) == ("polarity-not-normalised", text)
    (done,) = found.steps
    assert done.detail == "by Zr+, relative to its median over all regions"


def said(one):
    flags, tables = checked(one)
    return [(flag.code, flag.message, flag.where) for flag in flags], tables


def test_all_checks_of_a_profile_in_words():
    """A spike at 4; five equal counts; a jump by a half at the cup; half of the lithium ⁶Li; PO₂ beside Si."""
    x = np.arange(12.0)
    spike = np.full(12, 50.0)
    spike[4] = 500.0
    equal = 1500.0 + x
    equal[2:7] = 1400.0
    jump = np.where(x < 6, 200.0, 300.0)
    size, names = 12, ("Na+", "K+", "Zr+", "6Li+", "7Li+", "30Si+", "PO2-")
    n = [spike, equal, jump, np.full(12, 100.0), np.full(12, 100.0), np.full(12, 10.0), np.full(12, 10.0)]
    one = profile(np.concatenate(n), x=np.tile(x, 7), species=[name for name in names for _ in range(size)],
                  analogue=range(2 * size + 6, 3 * size))  # fmt: skip
    flags, tables = said(one)
    assert flags == [
        ("spikes", "1 single point stands out; it is kept", "Na+ at 4 nm"),
        ("saturated", "5 or more equal counts follow each other: the detector or its register is full", "K+ r"),
        ("detector-switch-step", "the signal jumps by more than 10 % where the detector is switched",
         "Zr+ r at 5 nm: +50 %"),
        ("isotope-pattern", "isotopes are not in their natural ratio: an overlaid mass, saturation, or an "
         "enriched sample", "6Li r, 7Li r"),
        ("mass-interference", "ions of a silicon-rich matrix lie on others at unit mass resolution",
         "30SiO2H- on PO2-"),
    ]  # fmt: skip
    assert list(tables) == ["spikes", "isotopes"]
    assert {name: (series.values, series.unit) for name, series in tables["spikes"].items()} == {
        "region": (("r",), ""), "species": (("Na+",), ""), "polarity": ((1,), ""), "x": ((4.0,), "nm"),
        "counts": ((500.0,), "count"),
    }  # fmt: skip
    lithium = tables["isotopes"]
    assert [lithium[name].values for name in ("region", "ion", "element", "nuclide", "counts")] == [
        ("r", "r"), ("6Li+", "7Li+"), ("Li", "Li"), (6, 7), (1200.0, 1200.0),
    ]  # fmt: skip
    assert lithium["share"].values == (0.5, 0.5)
    assert lithium["natural"].values == pytest.approx((0.0759, 0.9241), rel=0.05)
    assert said(profile(50.0 + np.arange(9.0))) == ([], {})


@pytest.mark.parametrize("level", [100.0, 3.0])
def test_an_edge_that_is_moved_is_the_same_edge(level):
    """Between two points the likelihood may have no end: then the length of the window counts, not its place."""
    x, n = np.arange(24.0), np.repeat([level, 0.0], 12)
    here, there = find_edge(x, n, "falling"), find_edge(x + 1000, n, "falling")
    assert there.position - 1000 == pytest.approx(here.position, abs=1e-6)
    for name in ("sigma", "position_error", "sigma_error", "dispersion"):
        assert getattr(there, name) == pytest.approx(getattr(here, name), rel=1e-4), name
    assert (there.sign, there.step, there.points) == (here.sign, here.step, here.points) == (-1, 1.0, 24)
    assert there.window == (1000.0, 1023.0)


def test_a_picture_has_every_channel_and_some_four_hundred_points_of_it():
    one = channels(("a", "Na+", 1, 100), ("b", "O-", -1, 25), points=801)
    shown = series(one, 1)
    assert {name: values.unit for name, values in shown.items()} == {
        "x": "nm", "signal": "count", "low": "count", "high": "count", "region": "", "species": "", "polarity": "",
    }  # fmt: skip
    assert shown["x"].values == (*range(0, 801, 2),) * 2
    assert shown["region"].values == ("a",) * 401 + ("b",) * 401
    assert shown["species"].values == ("Na+",) * 401 + ("O-",) * 401
    assert shown["polarity"].values == (1,) * 401 + (-1,) * 401
    assert shown["signal"].values == (100.0,) * 401 + (25.0,) * 401
    assert shown["low"].values == (90.0,) * 401 + (20.0,) * 401
    assert shown["high"].values == (110.0,) * 401 + (30.0,) * 401
    assert series(one, 2)["smooth"].values == shown["signal"].values


@pytest.mark.parametrize(("ends", "shown"), [
    ((49.0, 51.0), (49.0, 51.0)), ((None, 51.0), (10.0, 51.0)), ((49.0, None), (49.0, 90.0)),
])  # fmt: skip
def test_an_interval_without_an_end_is_drawn_to_the_end_of_the_window(ends, shown):
    found = fitted(edge(position_interval=ends), profile(np.ones(3)))
    assert {name: series.unit for name, series in found.items()} == {
        "fit_x": "nm", "fit_signal": "count", "interface": "nm", "interface_window": "nm",
    }  # fmt: skip
    assert found["interface"].values == (50.0, *shown)
    assert found["interface_window"].values == (10.0, 90.0)
    assert found["fit_x"].values == pytest.approx(np.linspace(10, 90, 200))
    assert found["fit_signal"].values[0] == pytest.approx(101.0)
    assert found["fit_signal"].values[-1] == pytest.approx(1.0)


# -- decays ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("low", "background"), [(5.0, 2.0), (1.0, 1.0)])
def test_the_background_of_a_decay_is_that_of_the_far_third_if_it_is_lower(sign, low, background):
    """Nine points on the low side, of which three are far; the others have seven."""
    x = np.arange(12.0) - 2.5
    level = np.where(x > 6, 2.0, 7.0)
    x, level = (x, level) if sign < 0 else (-x[::-1], level[::-1])
    assert _background(x, level, edge(0.0, sign=sign, low=low)) == background


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("gain", [1.0, 4.0])
def test_the_decay_of_an_exponential_on_a_background(sign, gain):
    """A decade in 8: of 1000 counts those between 300 and 10 are read; the error is that of counting."""
    k, low = np.log(10) / 8, 1.0
    x = np.sort(-sign * np.arange(0.5, 60))
    distance = np.abs(x)
    n = gain * (low + 1000 * np.exp(-k * distance))
    found, error = decay_length(x, n, edge(0.0, sign=sign, high=1000.0, low=low), np.full(len(x), gain))
    assert found == pytest.approx(8.0, rel=1e-6)
    mean = low + 1000 * np.exp(-k * distance) * (1 + 2 * np.cosh(k)) / 3
    used = distance[(mean < 300) & (mean >= 10) & (distance > distance.min())]
    signal = gain * 1000 * np.exp(-k * used)
    by = np.stack([signal, -signal * used])
    variance = np.linalg.inv((by / (signal + gain * low)) @ by.T)[1, 1]
    assert error == pytest.approx(np.log(10) * variance**0.5 / k**2, rel=1e-3)


def test_what_does_not_decay_has_no_length():
    x = np.arange(0.5, 12)
    rising = 20.0 + x
    assert decay_length(x, rising, edge(0.0, sign=-1, high=1000.0, low=1.0)) is None
    assert decay_length(x[:2], rising[:2], edge(0.0, sign=-1, high=1000.0, low=1.0)) is None


@pytest.mark.parametrize("sigma", [1.0, 3.0])
def test_the_width_of_a_shape_is_that_from_16_to_84_percent_of_it(sigma):
    """Two standard deviations of a normal distribution, whose middle is its half."""
    theta = np.array([0.0, 1.0, 7.0, np.log(sigma)])
    assert _half_and_width(_erf, theta) == pytest.approx((7.0, 2 * sigma), rel=1e-4)

"""Parts of a profile's way whose numbers follow by hand: totals of regions, checks in words, a moved edge."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.stats import t

from echub.drawing import PALETTE
from echub.plugin import Measurand, Outcome, Refusal, Series
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.corrections import normalisation
from echub_sims_profile.figure import _assigned, draw
from echub_sims_profile.method import enrichment, pairing
from echub_sims_profile.method.alternatives import OUTSIDE, _erf, _further, _half_and_width
from echub_sims_profile.method.decay import _background, decay_length
from echub_sims_profile.method.edge import find_edge
from echub_sims_profile.method.pairing import pivot
from echub_sims_profile.method.regions import Total
from echub_sims_profile.method.species_ratios import species_ratios
from echub_sims_profile.outcome.checks import checked
from echub_sims_profile.outcome.diagnostics import fitted, series
from echub_sims_profile.outcome.sims_profile import _chosen, _compared
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
    assert series(channels(("a", "Na+", 1, 4)), 1)["x"].values == (0, 1, 2, 3)


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


@pytest.mark.parametrize(("points", "found"), [(8, True), (7, False)])
def test_a_further_step_is_sought_in_eight_points(points, found):
    """Four on either side of a step from 100 to 200 counts, behind an edge at 10."""
    behind = 10 + OUTSIDE * 1.0 + 1 + np.arange(float(points))
    x = np.concatenate([np.arange(5.0), behind])
    n = np.concatenate([np.zeros(5), np.where(np.arange(points) < 4, 100.0, 200.0)])
    at = edge(10.0, sigma=1.0, sign=1, high=100.0)
    assert _further(at, x, n, np.ones(len(x)), 1.0) == ((behind[4],) if found else ())


def test_points_of_one_place_keep_the_order_of_the_file():
    one = profile(np.arange(40.0), x=np.tile([2.0, 1.0], 20))
    assert one.ordered("r", "Na+", 1).n.tolist() == [*range(1, 40, 2), *range(0, 40, 2)]


# -- ratios, and two polarities ----------------------------------------------------------------------


def test_a_ratio_of_ions_is_normalised_by_a_third():
    """401 of half the exposure over 100.5; the matrix is neither of them."""
    found = [Total("r", "Na+", 1, "bulk", 400.0, 10.0), Total("r", "K+", 1, "bulk", 100.0, 20.0),
             Total("b", "Na+", 1, "bulk", 9.0, 1.0), Total("r", "Na+", 1, "whole", 9.0, 1.0)]  # fmt: skip
    table = species_ratios(found, Params(ratios="Na+/K+", normalise="matrix", matrix="Zr+"))
    ratio, error = 400.5 / 10 / (100.5 / 20), (1 / 400.5 + 1 / 100.5) ** 0.5
    assert {name: series.values for name, series in table.items()} == {
        "ratio_of": ("Na+/K+",), "region": ("r",), "window": ("bulk",), "ratio": (pytest.approx(ratio),),
        "low": (pytest.approx(ratio * np.exp(-1.959964 * error)),),
        "high": (pytest.approx(ratio * np.exp(1.959964 * error)),), "caveat": (SAID,),
    }  # fmt: skip


@pytest.mark.parametrize("cup", [0, 1])
def test_a_ratio_with_a_faraday_cup_has_no_interval(cup):
    found = [Total("r", name, 1, "bulk", 99.5, 10.0, counted=k != cup) for k, name in enumerate(("Na+", "K+"))]
    table = species_ratios(found, Params(ratios="Na+/K+"))
    assert [table[name].values for name in ("ratio", "low", "high")] == [(1.0,), (None,), (None,)]


@pytest.mark.parametrize("text", ["/K+", "Na+/", "Na+", "/"])
def test_a_ratio_has_two_ions(text):
    found = [Total("r", "Na+", 1, "bulk", 400.0, 10.0), Total("r", "K+", 1, "bulk", 100.0, 20.0)]
    with pytest.raises(Refusal) as refused:
        species_ratios(found, Params(ratios=text))
    assert (refused.value.code, refused.value.message) == ("ratio-unreadable", f"{text!r} is not a ratio")


@pytest.mark.parametrize("apply", [True, False])
def test_a_lag_is_subtracted_from_the_negative_ions_alone(apply, monkeypatch):
    one = channels(("a", "Na+", 1, 4), ("a", "O-", -1, 2), ("a", "total", 0, 6))
    monkeypatch.setattr(pairing, "_lag", lambda *_: Measurand("nm", 2.5))
    params = Params(common="Na+,O-", apply_lag=apply)
    moved, found = pairing.pair(one, Told({}, {"sims.acquisition": "sequential"}), "a", params)
    by = np.repeat([0.0, 2.5 if apply else 0.0, 0.0], 4)
    assert moved.x.tolist() == (one.x - by).tolist()
    assert found == {"polarity_lag": Measurand("nm", 2.5)}
    (done,) = moved.steps
    end = "subtracted from the negative" if apply else "not applied"
    assert (done.step, done.applied, done.detail) == (
        "pairing", apply, f"lag of the negative polarity by Na+,O-: 2.5 nm; {end}"
    )  # fmt: skip


def test_the_first_ion_of_the_first_region_is_looked_at():
    one = channels(("a", "K+", 1, 4), ("a", "Na+", 1, 2), ("b", "Na+", 1, 2), ("b", "K+", 1, 2))
    assert _chosen(one, Params()) == ("a", "K+", 1)
    assert _chosen(one, Params(region="b")) == ("b", "K+", 1)
    assert _chosen(one, Params(species="Na+")) == ("a", "Na+", 1)
    assert _chosen(one, Params(report="enrichment", reference="a")) == ("b", "K+", 1)
    three = channels(*((region, "K+", 1, 4) for region in "abc"))
    assert _chosen(three, Params(report="enrichment", reference="a, b")) == ("c", "K+", 1)


# -- what is drawn -----------------------------------------------------------------------------------


def picture(unit="nm", signal_unit="count", smooth=None, signal=(4.0, 0.0, 9.0)):
    """Return a picture of sodium in two regions and of a phosphate in one."""
    keys = ("a", "Na+", 1), ("b", "Na+", 1), ("a", "PO2-", -1)
    columns = {"x": [0.0, 1.0, 2.0] * 3, "signal": [*signal] * 3, "low": [1.0] * 9, "high": [16.0] * 9}
    columns |= {"smooth": [2.0, 3.0, 0.0] * 3} if smooth else {}
    units = {"x": unit}
    shown = {name: Series.of(values, units.get(name, signal_unit)) for name, values in columns.items()}
    texts = {name: Series.of(np.repeat([key[k] for key in keys], 3)) for k, name in
             enumerate(("region", "species", "polarity"))}  # fmt: skip
    figure = Figure()
    draw(Outcome({}, diagnostics=shown | texts, label="x"), figure)
    return figure.axes


def drawn(axis):
    return [(line.get_label(), line.get_ydata().tolist()) for line in axis.lines]


@pytest.mark.parametrize("smooth", [False, True])
def test_each_region_and_polarity_has_its_channels(smooth):
    """On a logarithmic axis what is not above zero has no place; a smoothed signal is a line among its points."""
    positive, other, negative, none = picture(smooth=smooth)
    points = pytest.approx([4, np.nan, 9], nan_ok=True)
    line = pytest.approx([2, 3, np.nan], nan_ok=True)
    for axis, label in ((positive, "Na+"), (other, "Na+"), (negative, "PO2-")):
        (name, values), *rest = drawn(axis)
        assert (name, values) == (label, line if smooth else points)
        assert [values for _, values in rest] == [points] * smooth
        assert len(axis.collections) == 1
    assert (drawn(none), len(none.collections)) == ([], 0)
    assert [axis.get_title() for axis in (positive, other)] == ["a", "b"]
    labels = [axis.get_ylabel() for axis in (positive, negative)]
    assert labels == ["positive ions / counts", "negative ions / counts"]
    legends = [[text.get_text() for text in axis.get_legend().get_texts()] for axis in (other, none)]
    assert legends == [["Na+"], ["PO2-"]]
    assert positive.get_ylim() == (2.0, 18.0)  # half of the least to twice the largest
    assert [axis.get_xlabel() for axis in (negative, none)] == ["depth / nm"] * 2


def test_the_ninth_channel_of_a_polarity_has_the_first_colour_again():
    species, signs = np.array(["K+", *(f"C{n}-" for n in range(9))]), np.array([1, *[-1] * 9])
    colours = _assigned(species, signs)
    assert colours["K+", 1] == PALETTE[0]
    assert [colours[f"C{n}-", -1] for n in range(9)] == [*PALETTE, PALETTE[0]]


def test_a_picture_over_time_of_a_normalised_signal_says_so():
    axes = picture("s", "count/nA", signal=(0.0, 0.0, -1.0))
    assert axes[2].get_xlabel() == "sputter time / s"
    assert axes[0].get_ylabel() == "positive ions / count/nA"
    assert axes[0].get_ylim() == (0.5, 2.0)  # nothing is above zero


# -- enrichment --------------------------------------------------------------------------------------

SAID = "matrix effect not corrected: yields differ between metal and ceramic"


def rows_of(craters, **counts):
    found = [Total(region, "O-", -1, "whole", n, 10.0) for region, n in counts.items()]
    about = {"a": {"name": "a", "state": "aged"}}
    table = enrichment.table(enrichment.ratios(found, craters), 0.05, about)
    return {name: series.values for name, series in table.items()}


def test_a_ratio_to_one_crater_is_known_by_counting_alone():
    """Half a count is added to each; 400 of 500 in half of the exposure are hardly chance."""
    found = rows_of(["ref"], ref=100.0, a=400.0)
    ratio, error = 400.5 / 100.5, (1 / 400.5 + 1 / 100.5) ** 0.5
    assert found.pop("p")[0] < 1e-30
    assert found == {
        "region": ("a",), "state": ("aged",), "species": ("O-",), "polarity": (-1,), "window": ("whole",),
        "ratio": pytest.approx((ratio,)), "low": pytest.approx((ratio * np.exp(-1.959964 * error),)),
        "high": pytest.approx((ratio * np.exp(1.959964 * error),)), "log_ratio": pytest.approx((np.log(ratio),)),
        "log_error": pytest.approx((error,)), "beyond_counting": (True,), "reference_craters": (1,),
        "verdict": ("counting statistics only, no significance claimed",), "caveat": (SAID,),
    }  # fmt: skip


@pytest.mark.parametrize(("counts", "verdict"), [
    (4e6, "enriched"), (40.0, "depleted"), (12e3, "no difference beyond the spread of the reference craters"),
])  # fmt: skip
def test_a_ratio_to_two_craters_is_known_by_their_spread_as_well(counts, verdict):
    """Their logarithms scatter by ln(3/2) / √2; with the mean of two that is √1.5 times as much."""
    found = rows_of(["ref", "other"], ref=10_000.0, other=15_000.0, a=counts)
    one, two = 10_000.5, 15_000.5
    spread = np.log(two / one) / 2**0.5 * 1.5**0.5
    counting = (1 / (counts + 0.5) + (1 / one + 1 / two) / 4) ** 0.5
    error, log = max(spread, counting), np.log((counts + 0.5) / (one * two) ** 0.5)
    assert found["log_ratio"] == pytest.approx((log,))
    assert found["log_error"] == pytest.approx((error,))
    assert found["high"] == pytest.approx((np.exp(log + t.ppf(0.975, 1) * error),))
    assert found["p"] == pytest.approx((2 * t.sf(abs(log) / error, 1),))
    assert (found["reference_craters"], found["caveat"], found["verdict"]) == ((2,), (SAID,), (verdict,))


def test_columns_of_a_wide_table_are_named_by_their_ion():
    one = channels(("a", "Na+", 1, 4), ("a", "O", -1, 2), ("a", "total", 0, 6), ("b", "Na+", 1, 8))
    found, table = pivot(one, 2.0)
    assert {name: series.unit for name, series in table.items()} == {
        "region": "", "from": "nm", "to": "nm", "Na+": "count", "O (-)": "count", "total": "count",
    }  # fmt: skip
    assert table["region"].values == ("a", "a", "b", "b")
    assert (table["from"].values, table["to"].values) == ((0.0, 2.0) * 2, (2.0, 4.0) * 2)
    # four points at 0 to 3 reach to 3.5 and no higher than the surface
    assert table["Na+"].values == pytest.approx((10.0, 6.0, 20.0, 12.0))
    assert table["O (-)"].values[:2] == pytest.approx((5.0, 3.0))
    assert np.isnan(np.array(table["O (-)"].values[2:], float)).all()
    (done,) = found.steps
    assert (done.step, done.detail) == ("rebinning", "counts shared out to bins of 2 nm")


# -- isotopes ----------------------------------------------------------------------------------------

TITANIUM = {46: 0.0825, 48: 0.7372}


@pytest.mark.parametrize(("ions", "nuclides"), [
    ({"46Ti+": 100, "48Ti+": 300}, (46, 48)),
    ({"46Ti16O+": 100, "48Ti16O+": 300}, (46, 48)),
    ({"18O46Ti+": 100, "18O48Ti+": 300}, (46, 48)),
    ({"46Ti16O+": 100, "48Ti18O+": 300}, None),
    ({"46Ti2+": 100, "48Ti2+": 300}, None),
    ({"46Ti+": 0, "48Ti+": 0}, None),
    ({"1H+": 100, "T+": 300}, None),
    ({"46Ti+": 100, "total": 300, "what is it": 300}, None),
])  # fmt: skip
def test_nuclides_of_one_element_are_compared_in_ions_that_are_otherwise_alike(ions, nuclides):
    """Tritium does not occur in nature; of a total, of other ions and without a count nothing follows."""
    flags, tables = said(channels(*(("a", name, 1, n) for name, n in ions.items())))
    assert [flag for flag, *_ in flags] == ["isotope-pattern"] * (nuclides is not None)
    if nuclides is None:
        assert "isotopes" not in tables
        return
    found = {name: series.values for name, series in tables["isotopes"].items()}
    assert (found["ion"], found["element"], found["nuclide"]) == (tuple(ions), ("Ti", "Ti"), nuclides)
    assert found["share"] == (0.25, 0.75)
    whole = sum(TITANIUM.values())
    assert found["natural"] == pytest.approx(tuple(TITANIUM[n] / whole for n in nuclides), rel=0.01)


def test_without_a_count_nothing_follows_of_a_jump_and_of_two_signals():
    """Three points on each side of the switch are needed, all of them above zero."""
    for first, where in ((0.0, []), (100.0, ["Na+ r at 2 nm: +50 %"])):
        flags, _ = said(profile([first, 100, 100, 150, 150, 150], analogue=(3, 4, 5)))
        assert [flag[2] for flag in flags] == where
    nothing = [Total(region, "O-", -1, "whole", 0.0, 10.0) for region in "ab"]
    assert enrichment.rate_test(*nothing) == 1.0


@pytest.mark.parametrize(("p", "found"), [
    ([0.05], [True]), ([0.06], [False]), ([], []), ([0.05, 0.025], [True, True]), ([0.05, 0.026], [True, True]),
    ([0.051, 0.026], [False, False]), ([0.9, 0.02, 0.03], [False, True, True]),
])  # fmt: skip
def test_a_discovery_is_at_its_share_of_the_rate(p, found):
    """Of 5 %: the smallest of two at half of it, the larger at all of it, which takes the smaller along."""
    assert enrichment.discovered(p, 0.05) == found


@pytest.mark.parametrize(("regions", "code", "text"), [
    ("b", "counting-statistics-only", "one reference crater: counting statistics only, no significance claimed; "),
    ("b, c", "matrix-effect", "2 reference craters: intervals hold their spread; "),
])  # fmt: skip
def test_what_a_comparison_claims_depends_on_its_craters(regions, code, text):
    one = channels(*((name, "Na+", 1, 50) for name in "abc"))
    found = [Total(name, "Na+", 1, "bulk", 200.0, 4.0) for name in "abc"]
    table, flag = _compared(one, found, {}, Params(reference=regions))
    assert (flag.code, flag.message, flag.severity) == (code, text + SAID, "info")
    assert table["region"].values == tuple(sorted(set("abc") - set(regions)))

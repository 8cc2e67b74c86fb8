"""Two polarities: the lag has an interval and is never applied silently; rebinning loses no count."""

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub_sims_profile.method.pairing import rebin

TWO = synth.Layers(
    ions=(synth.Ion("Na+"), synth.Ion("Si+", 100.0, stop=None), synth.Ion("PO2-", 300.0, polarity=-1)),
    factors={"only": {}},
    acquisition="sequential",
    lag=40.0,
    cycles=120,
    rate=2.5,
)


def analyze(layers, seed=1, **params):
    return echub.analyze("sims-profile", synth.layered(seed, layers).record(), params=params)


def mean_edge(outcome, species):
    shown = outcome.diagnostics
    mine = np.array(shown["species"].values) == species
    return shown["x"].array()[mine][shown["signal"].array()[mine] > 150].max()


def test_the_lag_of_two_clocks_is_inside_its_interval():
    lags = [analyze(TWO, seed, common="Na+,PO2-")["polarity_lag"] for seed in range(10)]
    assert sum(lag.interval.covers(100) for lag in lags) >= 8
    assert np.mean([lag.value for lag in lags]) == pytest.approx(100, abs=4)


def test_the_lag_is_applied_only_when_told():
    plain = analyze(TWO, common="Na+,PO2-")
    moved = analyze(TWO, common="Na+,PO2-", apply_lag="true")
    assert mean_edge(plain, "PO2-") - mean_edge(moved, "PO2-") == pytest.approx(moved["polarity_lag"].value)
    assert mean_edge(plain, "Na+") == mean_edge(moved, "Na+")
    details = dict(zip(plain.tables["steps"]["step"].values, plain.tables["steps"]["detail"].values, strict=True))
    assert details["pairing"].endswith("not applied")


def test_two_clocks_without_a_common_feature_are_said():
    assert "lag-unknown" in {flag.code for flag in analyze(TWO).flags}


def test_one_clock_has_no_lag():
    outcome = analyze(replace(TWO, acquisition="simultaneous", lag=0.0), common="Na+,PO2-")
    assert "polarity_lag" not in outcome.measurands
    assert "lag-unknown" not in {flag.code for flag in outcome.flags}


@pytest.mark.parametrize(
    ("common", "code"),
    [
        ("Na+", "common-unreadable"),
        ("Na+,Si+", "no-common-feature"),
        ("Na+,Na+", "common-unreadable"),
        ("Na+,Xx-", "unknown-species"),
    ],
)
def test_what_is_no_common_feature_is_refused(common, code):
    assert analyze(TWO, common=common).refusals[0].code == code


def test_rebinning_conserves_counts():
    rng = np.random.default_rng(3)
    x = np.sort(rng.uniform(50, 900, 80))
    n = rng.poisson(30, 80).astype(float)
    assert np.nansum(rebin(x, n, np.linspace(0, 1000, 13))) == pytest.approx(n.sum())
    assert rebin(np.array([5.0, 15.0]), np.array([10.0, 20.0]), np.array([0.0, 10.0, 20.0])).tolist() == [10, 20]
    # a bin that ends in the middle of a point takes half of it
    assert rebin(np.array([5.0, 15.0]), np.array([10.0, 20.0]), np.array([0.0, 5.0, 20.0])).tolist() == [5, 25]


@pytest.mark.parametrize(("first", "counts"), [(3.0, 104.0), (-3.0, 30.0), (-13.0, 12.0)])
def test_points_that_a_lag_moves_over_the_surface_leave_their_counts_there(first, counts):
    """Points cover 5 nm on either side, the first one below the surface what lies up to it.

    Down to 12 nm are all of the first 100 and four tenths of 10; two tenths of 100, and 10; two tenths of 10,
    and 10.
    """
    x, n = first + 10.0 * np.arange(8), np.array([100.0, *[10.0] * 7])
    assert rebin(x, n, np.array([0.0, 12.0])) == pytest.approx([counts])


def test_a_bin_that_no_point_reaches_has_no_counts_rather_than_zero():
    """Points cover 10 to 30; bins end there, or 5 within."""
    found = rebin(np.array([15.0, 25.0]), np.array([10.0, 20.0]), np.array([0.0, 10.0, 25.0, 30.0, 40.0]))
    assert found == pytest.approx([np.nan, 20.0, 10.0, np.nan], nan_ok=True)
    found = rebin(np.array([15.0, 25.0]), np.array([10.0, 20.0]), np.array([5.0, 15.0, 35.0, 45.0]))
    assert found == pytest.approx([5.0, 25.0, np.nan], nan_ok=True)


def test_a_wide_table_is_asked_for_and_recorded():
    outcome = analyze(TWO, rebin="50")
    table = outcome.tables["rebinned"]
    assert list(table) == ["region", "from", "to", "Na+", "Si+", "PO2-"]
    counts = synth.layered(1, TWO).columns
    sodium = counts["ion_counts"].values[counts["species"].values == "Na+"]
    assert np.nansum(table["Na+"].array()) == pytest.approx(sodium.sum())
    assert "rebinning" in outcome.tables["steps"]["step"].values


def test_bins_finer_than_the_points_are_refused():
    assert analyze(TWO, rebin="1").refusals[0].code == "rebin-too-fine"

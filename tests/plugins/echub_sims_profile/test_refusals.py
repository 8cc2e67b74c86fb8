"""The whole of each refusal: code, message, place and what helps; and what each step of the pipeline says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from echub.plugin import Refusal, Series
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.corrections import background, normalisation
from echub_sims_profile.data.counts import counts
from echub_sims_profile.data.depth import _layers, axis
from echub_sims_profile.data.pipeline import prepare
from echub_sims_profile.method.edge import find_edge
from echub_sims_profile.method.enrichment import craters_of
from echub_sims_profile.method.pairing import pair, pivot
from echub_sims_profile.method.regions import Total
from echub_sims_profile.method.sensitivity import _element_share, _rate, concentrations
from echub_sims_profile.method.species_ratios import species_ratios
from echub_sims_profile.outcome.results import enriched
from echub_sims_profile.outcome.sims_profile import _chosen
from tests.messages.parts import parts_of
from tests.plugins.echub_sims_profile.test_limits import Told, profile

Params = SimsProfileParams
nan = np.nan


class Rows(Told):
    """Columns of equal length."""

    def __len__(self):
        return len(next(iter(self.values())))


def rows(told=None, **columns):
    size = len(next(iter(columns.values())))
    return Rows({"species": ["Na+"] * size, "polarity": [1.0] * size, **columns}, told)


def refused(function):
    with pytest.raises(Refusal) as caught:
        function()
    return {"code": caught.value.code, **parts_of(caught.value.remark)}


FALL = np.repeat([100.0, 1.0], 10)
TWO = profile(np.r_[FALL, FALL], x=np.r_[np.arange(20), np.arange(20)], species=["Na+"] * 20 + ["PO2-"] * 20)
BOTH = profile(TWO.n, x=TWO.x, species=TWO.species, polarity=1)
BOTH.polarity[20:] = -1.0
LEVEL = profile(np.full(40, 50.0), x=TWO.x, species=TWO.species)
LEVEL.polarity[20:] = -1.0
SEQUENTIAL = Told({}, {"sims.acquisition": "sequential"})
TWICE = profile(np.ones(4), species="Na+")
TWICE.polarity[2:] = -1.0
SUMS = [
    Total("r", "Na+", 1, "whole", 100.0, 10.0), Total("r", "Zr+", 1, "whole", 50.0, 10.0),
    Total("r", "O-", -1, "whole", 25.0, 10.0),
]  # fmt: skip
ROW = {"region": "a", "species": "Na+", "polarity": 1, "window": "bulk", "ratio": 2.0, "low": None, "high": None,
       "log_error": None, "verdict": "-"}  # fmt: skip
UNCOUNTED = {name: Series.of([value]) for name, value in ROW.items()}


@pytest.mark.parametrize(("function", "parts"), [
    (lambda: counts(rows(n=[nan, nan])), ("no-values", "no row has counts")),
    (lambda: counts(rows(n=[-1.0, 2.0, -3.0])),
     ("negative-counts", "2 counts are negative: this is not a counting detector")),
    (lambda: counts(rows(n=[-1.0, 2.0])),
     ("negative-counts", "1 count is negative: this is not a counting detector")),
    (lambda: counts(rows(rate=[1.0, 2.0])),
     ("counts-unavailable", "there are rates but no dwell time, and no count quantum: counting statistics are "
      "unavailable", "hint", '--set sims.dwell_time="1 ms"')),
    (lambda: counts(rows({"sims.dwell_time": 1.0}, z=[1.0, 2.0])),
     ("counts-unavailable", "the profile has neither counts nor count rates", "hint", "--column n=NAME")),
    (lambda: axis(profile([1.0, 2.0]), rows(n=[1.0, 2.0]), Params()),
     ("no-axis", "the profile has neither depth nor sputter time")),
    (lambda: axis(profile([1.0, nan]), rows(z=[nan, 5.0]), Params()),
     ("no-values", "no row has both counts and a depth or time")),
    (lambda: _layers([{"rate": "3 nm/s", "from": "9 nm", "to": "9 nm"}]),
     ("layers-unreadable", "a layer has no positive thickness and sputter rate")),
    (lambda: _layers([{"rate": "-3 nm/s"}]),
     ("layers-unreadable", "a layer has no positive thickness and sputter rate")),
    (lambda: _layers([{"rate": "0 nm/s"}, {"rate": "3 nm/s"}]),
     ("layers-unreadable", "a layer has no positive thickness and sputter rate")),
    (lambda: _layers([{"rate": "3 nm per s"}]),
     ("layers-unreadable", "the layer's rate is '3 nm per s'",
      "hint", "a number with a unit: nm/s, nm/min, nm/h, um/min, um/h")),
    (lambda: _layers([{"rate": "3 nm/s", "2nd Interface (mm)": "1", "to": "1"}]),
     ("layers-unreadable", "the layer's to is '1'", "hint", "a number with a unit: nm, um, µm")),
    (lambda: background(profile(np.ones(20), x=np.arange(20.0) + 5), Told(),
                        Params(background_start=5, background_stop=6)),
     ("no-plateau", "the background window holds 2 points of Na+, 3 are needed",
      "hint", "the profile goes from 5 to 24 nm")),
    (lambda: background(profile(np.ones(20)), Told(), Params(background_start=4, background_stop=4)),
     ("no-plateau", "the background window holds 1 point of Na+, 3 are needed",
      "hint", "the profile goes from 0 to 19 nm")),
    (lambda: normalisation(profile(np.ones(4), species=["Na+", "K+"] * 2), Told(),
                           Params(normalise="matrix", matrix="Zr+")),
     ("no-matrix", "there is no matrix species 'Zr+', but Na+, K+", "hint", "--param matrix=…")),
    (lambda: normalisation(profile(np.ones(4)), Told(), Params(normalise="primary_current")),
     ("no-primary-current", "the primary current is not stated", "hint", '--set sims.primary_current="1 nA"')),
    (lambda: normalisation(dataclasses.replace(profile(np.ones(3)), primary=np.array([0.0, nan, -1.0])), Told(),
                           Params(normalise="primary_current")),
     ("no-primary-current", "the primary current, as measured with each point, is nowhere above zero")),
    (lambda: normalisation(profile(np.ones(3)), Told({}, {"sims.primary_current": -2.0}),
                           Params(normalise="primary_current")),
     ("no-primary-current", "the primary current, of -2 nA, is nowhere above zero")),
    (lambda: normalisation(profile(np.r_[np.full(3, 4.0), np.full(9, 1.0)]), Told(),
                           Params(normalise="matrix", matrix="Na+")),
     ("normaliser-weak", "the normalising signal is above its own noise in 0 of 12 points only",
      "hint", "name another matrix species, or a background plateau where it is absent")),
    (lambda: find_edge(np.arange(5.0), np.ones(5), "either"),
     ("too-few-points", "an edge needs 6 points, the profile has 5")),
    (lambda: find_edge(np.full(9, 7.0), np.arange(9.0), "either"),
     ("too-few-points", "an edge needs points at different places, all 9 are at one")),
    (lambda: find_edge(np.arange(6.0), np.zeros(6), "either"),
     ("empty-channel", "all counts of the channel are zero")),
    (lambda: find_edge(np.arange(20.0), np.full(20, 50.0), "either"),
     ("no-interface", "no edge stands out of counting statistics (0.0 < 12)")),
    (lambda: craters_of(["a", "b"], "c, old", {"a": {"state": "new"}}),
     ("no-reference", "there is no region c, old to compare with, but a, b",
      "hint", "--param reference=REGION, several names, or a state")),
    (lambda: pair(BOTH, SEQUENTIAL, "r", Params(common="Na+")),
     ("common-unreadable", "'Na+' does not name two species", "hint", "--param common=Na+,PO2-")),
    (lambda: pair(BOTH, SEQUENTIAL, "r", Params(common="Na+,K+")), ("unknown-species", "the region r has no K+")),
    (lambda: pair(BOTH, SEQUENTIAL, "r", Params(common="Na+,Na+")),
     ("common-unreadable", "Na+,Na+ are not of two polarities")),
    (lambda: pair(LEVEL, SEQUENTIAL, "r", Params(common="PO2-, Na+")),
     ("no-common-feature", "PO2-: no edge stands out of counting statistics (0.0 < 12)")),
    (lambda: pivot(profile(np.ones(50), x=2.0 * np.arange(50)), 1.5),
     ("rebin-too-fine", "bins of 1.5 nm are finer than the points, 2 nm apart", "hint", "--param rebin=4")),
    (lambda: pivot(profile(np.ones(4001), x=0.25 * np.arange(4001)), 0.25),
     ("rebin-too-fine", "bins of 0.25 nm make more than 2000 rows", "hint", "--param rebin=1")),
    (lambda: _rate("Na+", rows(n=[1.0])),
     ("rsf-not-applicable", "the factor of Na+ is per count rate, and no dwell time is stated",
      "hint", '--set sims.dwell_time="1 s"')),
    (lambda: _element_share("Na+", "atom"),
     ("rsf-convention-missing", "the factor of Na+ refers to 'atom': isotope or element")),
    (lambda: species_ratios(SUMS, Params(ratios="Na+/Zr+, Na+/")),
     ("ratio-unreadable", "'Na+/' is not a ratio", "hint", "--param ratios=Na+/ZrO+")),
    (lambda: species_ratios(SUMS, Params(ratios="Na+/Zr+", normalise="matrix", matrix="Zr+")),
     ("normalised-by-itself", "Na+/Zr+ holds Zr+, by which it would be normalised")),
    (lambda: species_ratios(SUMS, Params(ratios="Na+/K+")),
     ("unknown-species", "there is no K+, but Na+, O-, Zr+")),
    (lambda: species_ratios([*SUMS, Total("b", "K+", 1, "whole", 9.0, 1.0)], Params(ratios="Na+/K+")),
     ("unknown-species", "no region has both Na+ and K+ in one window")),
    (lambda: species_ratios(SUMS, Params(ratios="Na+/O-")),
     ("cross-polarity", "Na+ and O- were measured in different polarities: their ratio means little",
      "hint", "--param cross_polarity=true")),
    (lambda: _chosen(TWO, Params(region="q")), ("unknown-region", "there is no region q, but r")),
    (lambda: _chosen(TWO, Params(species="K+")), ("unknown-species", "there is no K+, but Na+, PO2-")),
    (lambda: _chosen(TWO, Params(polarity="-")), ("unknown-species", "the region r has no Na+")),
    (lambda: _chosen(TWICE, Params()),
     ("ambiguous-polarity", "Na+ was measured in both polarities",
      "hint", "--param polarity=+ or --param polarity=-")),
    (lambda: _chosen(TWO, Params(report="enrichment")),
     ("no-reference", "an enrichment needs a reference to compare with",
      "hint", "--param reference=REGION, several names, or a state")),
    (lambda: enriched(UNCOUNTED, ("a", "Na+", 1, "bulk")),
     ("not-counted", "Na+ was not counted: a ratio has no interval")),
    (lambda: enriched(UNCOUNTED, ("a", "Na+", 1, "surface")),
     ("unknown-region", "there is no enrichment of Na+ in a, window surface",
      "hint", "see the table `enrichment`")),
    (lambda: enriched({}, ("", "Na+", 1, "bulk")),
     ("unknown-region", "there is no enrichment of Na+ in the only region, window bulk",
      "hint", "see the table `enrichment`")),
])  # fmt: skip
def test_a_refusal_says_all_that_is_known(function, parts):
    code, message, *rest = parts
    assert refused(function) == {"code": code, "message": message, **dict(zip(rest[::2], rest[1::2], strict=True))}


@pytest.mark.parametrize(("entry", "normalise", "parts"), [
    ({"species": "Na+", "value": 1e20}, "none",
     ("rsf-convention-missing", "the sensitivity factor of Na+ has no convention: per_matrix_ratio or "
      "per_count_rate", "")),
    ({"species": "Na+", "convention": "per_count_rate"}, "none",
     ("rsf-not-applicable", "the sensitivity factor of Na+ has no value", "")),
    ({"species": "Na+", "value": 1e20, "convention": "per_count_rate"}, "total",
     ("rsf-not-applicable", "the factor of Na+ is per count rate, the signal is normalised", "")),
    ({"species": "Na+", "value": 1e20, "convention": "per_count_rate"}, "none",
     ("rsf-not-applicable", "the factor of Na+ is per count rate, and no dwell time is stated",
      '--set sims.dwell_time="1 s"')),
])  # fmt: skip
def test_a_factor_that_cannot_be_used_is_said_and_left_out(entry, normalise, parts):
    table, flags = concentrations(SUMS, Told({}, {"sims.rsf": [entry]}), Params(normalise=normalise))
    assert table is None
    assert [(flag.code, flag.message, flag.hint) for flag in flags] == [parts]


def test_a_factor_of_a_signal_that_is_not_counted_gives_no_interval():
    """A mean of 20 per point, over one of 5 of the matrix, by which it is normalised."""
    found = [dataclasses.replace(SUMS[0], counts=200.0, counted=False), SUMS[1]]
    entry = {"species": "Na+", "value": 3e20, "convention": "per_matrix_ratio", "matrix": "Zr+"}
    table, flags = concentrations(found, Told({}, {"sims.rsf": [entry]}), Params(normalise="total"))
    assert flags == []
    assert [table[name].values for name in ("concentration", "low", "high")] == [(1.2e21,), (None,), (None,)]


def test_a_concentration_is_the_mean_times_the_factor_over_the_rate_or_the_matrix():
    """Means are 10 and 5 per point; a dwell of half a second makes 10 counts 20 per second."""
    told = {
        "sims.dwell_time": 0.5,
        "sims.rsf": [
            {"species": "Na+", "value": 3e20, "convention": "per_count_rate"},
            {"species": "Na+", "value": 3e20, "convention": "per_matrix_ratio", "matrix": "Zr+",
             "refers_to": "element"},
            {"species": "K+", "value": 1.0},
        ],
    }  # fmt: skip
    table, flags = concentrations(SUMS, Told({}, told), Params())
    assert flags == []
    assert list(table) == ["region", "species", "window", "concentration", "low", "high", "rsf", "convention",
                           "refers_to"]  # fmt: skip
    assert table["concentration"].values == pytest.approx((6e21, 6e20))
    low, high = (end / 10 for end in SUMS[0].ends())
    assert [10 * e for e in (low, high)] == pytest.approx(SUMS[0].ends())
    assert table["low"].values == pytest.approx((6e21 * low, 6e20 * low))
    assert table["high"].values == pytest.approx((6e21 * high, 6e20 * high))
    assert {name: series.unit for name, series in table.items() if series.unit} == dict.fromkeys(
        ("concentration", "low", "high"), "1/cm^3"
    )
    texts = {
        name: table[name].values for name in ("region", "species", "window", "rsf", "convention", "refers_to")
    }
    assert texts == {
        "region": ("r", "r"), "species": ("Na+", "Na+"), "window": ("whole", "whole"), "rsf": (3e20, 3e20),
        "convention": ("per_count_rate", "per_matrix_ratio"), "refers_to": ("isotope", "element"),
    }  # fmt: skip


# -- what the steps say ------------------------------------------------------------------------------

STEPS = ("counts", "dead time", "depth", "background", "yield", "normalisation", "smoothing")
SIZE = 10
HALVES = np.repeat([200.0, 100.0], 5)
UNCALIBRATED = "no crater depth and no sputter rate is stated for the file: sputter time is kept"


@pytest.mark.parametrize(("columns", "told", "params", "said"), [
    ({"n": HALVES, "t": np.arange(10.0)}, {}, {}, [
        (True, "as n, measured"), (False, "sims.dwell_time and sims.dead_time not stated"), (False, UNCALIBRATED),
        (False, "no plateau is named (background_start, background_stop)"),
        (False, "100 %: counts are of detected ions"), (False, "none asked for"), (False, "none asked for"),
    ]),
    ({"n": HALVES, "t": np.arange(10.0)},
     {"sims.dwell_time": 0.5, "sims.dead_time": 3e-8, "sims.crater_depth": 100.0, "sims.primary_current": 2.5},
     {"background_start": 60, "background_stop": 100, "detector_yield": 50, "normalise": "primary_current",
      "smooth": 3, "dead_time": "non_paralysable"}, [
        (True, "as n, measured"), (True, "non-paralysable, 30 ns"),
        (True, "time · crater depth / total time, per crater"), (True, "mean from 60 to 100 nm"),
        (True, "divided by 50 %"), (True, "to one nA of primary current, of 2.5 nA"),
        (True, "mean of 3 points, in the figure only"),
    ]),
    ({"rate": HALVES, "z": np.arange(10.0), "primary": np.full(10, 2.0)}, {"sims.dwell_time": 0.5},
     {"normalise": "primary_current", "dead_time": "none", "smooth": 2}, [
        (True, "rate · dwell of 0.5 s"), (False, "switched off"), (True, "as z, measured"),
        (False, "no plateau is named (background_start, background_stop)"),
        (False, "100 %: counts are of detected ions"),
        (True, "to one nA of primary current, as measured with each point"),
        (True, "mean of 2 points, in the figure only"),
    ]),
    ({"n": HALVES, "t": np.arange(10.0)},
     {"sims.dwell_time": 0.5, "sims.depth_calibration": [{"rate": "1 nm/s", "from": "0 nm", "to": "5 nm"},
                                                         {"rate": "2 nm/s"}]}, {"normalise": "total"}, [
        (True, "as n, measured"), (False, "sims.dead_time not stated"), (True, "piecewise by 2 layers"),
        (False, "no plateau is named (background_start, background_stop)"),
        (False, "100 %: counts are of detected ions"),
        (True, "by the total of each polarity, per region, relative to its median over all regions"),
        (False, "none asked for"),
    ]),
    ({"n": HALVES, "t": np.arange(10.0)}, {"sims.dead_time": 3e-8},
     {"normalise": "matrix", "matrix": "Na+", "smooth": 1}, [
        (True, "as n, measured"), (False, "sims.dwell_time not stated"), (False, UNCALIBRATED),
        (False, "no plateau is named (background_start, background_stop)"),
        (False, "100 %: counts are of detected ions"),
        (True, "by Na+, relative to its median over all regions"), (False, "none asked for"),
    ]),
])  # fmt: skip
def test_each_step_says_whether_it_was_applied_and_how(columns, told, params, said):
    found = prepare(rows(told, **columns), Params(**params)).steps
    assert [(done.step, done.applied, done.detail) for done in found] == [
        (step, *one) for step, one in zip(STEPS, said, strict=True)
    ]


def test_all_corrections_of_a_profile_by_hand():
    """200 and 100 counts in half a second, 30 ns dead: 12 and 6 in a million are lost. Half of the ions count, at
    2.5 nA; the lower half is the background, so that 100 counts of 0.5 · 2.5 each are left above it."""
    told = {
        "sims.dwell_time": 0.5,
        "sims.dead_time": 3e-8,
        "sims.crater_depth": 100.0,
        "sims.primary_current": 2.5,
    }
    params = Params(background_start=60, background_stop=100, detector_yield=50, normalise="primary_current")
    one = prepare(rows(told, n=HALVES, t=np.arange(10.0)), params)
    assert one.x == pytest.approx(10 * np.arange(10.0))  # the crater ends a second after the last point began
    assert (one.unit, one.signal_unit) == ("nm", "count/nA")
    live = 1 - HALVES / 0.5 * 3e-8
    assert one.gain == pytest.approx(live * 0.5 * 2.5, rel=1e-12)
    rate = 400 / (4 * live[-1])  # 60 to 90 nm: four points of 100
    assert one.base == pytest.approx(rate * live, rel=1e-12)
    assert one.base_error == pytest.approx(20 / (4 * live[-1]) * live, rel=1e-12)
    assert one.signal == pytest.approx(np.repeat([80.0, 0.0], 5), abs=2e-3)


def test_a_depth_that_is_not_calibrated_is_told_with_the_regions_and_what_to_set():
    one = profile(np.ones(3))
    one.region[:] = ["a", "b", "b"]
    found = axis(one, Told({"t": [0.0, 1.0, 2.0]}, {"sims.regions": [{"name": "a", "crater_depth": 1}]}), Params())
    (flag,) = found.flags
    assert (flag.code, flag.message, flag.hint) == (
        "depth-uncalibrated", "no crater depth and no sputter rate is stated for b: sputter time is kept",
        '--set sims.crater_depth="1 um"',
    )  # fmt: skip
    assert (found.unit, found.x.tolist()) == ("s", [0.0, 1.0, 2.0])


@pytest.mark.parametrize(("told", "params", "said"), [
    ({"sims.acquisition": "simultaneous"}, {}, "one clock for both polarities: no lag is fitted"),
    ({}, {}, "sims.acquisition is not stated: no lag is fitted"),
    ({"sims.acquisition": "sequential"}, {},
     "two polarities one after another, paired on depth by their own starts: their lag is not known"),
    ({"sims.acquisition": "sequential"}, {"common": "Na+,PO2-"},
     "lag of the negative polarity by Na+,PO2-: 0 nm; not applied"),
])  # fmt: skip
def test_a_lag_of_two_polarities_is_fitted_where_it_is_asked_for(told, params, said):
    found, measurands = pair(BOTH, Told({}, told), "r", Params(**params))
    (done,) = found.steps
    assert (done.step, done.applied, done.detail) == ("pairing", False, said)
    assert (found.x == BOTH.x).all()
    hints = [(flag.code, flag.message, flag.severity, flag.hint) for flag in found.flags]
    asked = "sequential" in told.values() and not params
    hint = "--param common=Na+,PO2- names a feature seen in both"
    assert hints == [("lag-unknown", said, "info", hint)] * asked
    assert list(measurands) == ["polarity_lag"] * bool(params)
    for lag in measurands.values():
        assert (lag.unit, lag.value, lag.note) == ("nm", 0.0, "not applied unless --param apply_lag=true")
        assert lag.interval.method == "difference of two interface positions"
        assert (lag.interval.low, lag.interval.high) == pytest.approx(
            (-1.96 * lag.uncertainty, 1.96 * lag.uncertainty)
        )


def test_a_lag_that_is_applied_is_subtracted_from_the_negative_polarity():
    late = profile(TWO.n, x=np.r_[np.arange(20), 3.0 + np.arange(20)], species=TWO.species)
    late.polarity[20:] = -1.0
    found, measurands = pair(late, SEQUENTIAL, "r", Params(common="PO2-,Na+", apply_lag=True))
    (done,) = found.steps
    assert done.detail == "lag of the negative polarity by PO2-,Na+: 3 nm; subtracted from the negative"
    assert done.applied
    assert measurands["polarity_lag"].value == pytest.approx(3.0, abs=1e-6)
    assert found.x == pytest.approx(np.r_[np.arange(20), np.arange(20)], abs=1e-6)
    assert pair(TWO, SEQUENTIAL, "r", Params(common="PO2-,Na+")) == (TWO, {})  # one polarity

"""Each limit of profiles: a row just inside, one just outside; counts are given, not drawn."""

from __future__ import annotations

from dataclasses import replace
from math import hypot, inf, log, sqrt

import numpy as np
import pytest
from scipy.stats import chi2

from echub.plugin import Flag, Interval, Refusal
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.corrections import _interpolated, detector_yield, normalisation
from echub_sims_profile.data.counts import _suspected, _underdispersed, counts, dead_time
from echub_sims_profile.data.depth import _by_craters, _craters, _end, _layers, by_layers
from echub_sims_profile.data.pipeline import prepare, smoothed
from echub_sims_profile.data.poisson import half_widths, interval
from echub_sims_profile.data.profile import CountProfile
from echub_sims_profile.method import alternatives, yields
from echub_sims_profile.method import edge as of_edge
from echub_sims_profile.method.alternatives import Doubts, ShapeFit, _further, _runs, _spreads, doubts
from echub_sims_profile.method.decay import _decaying
from echub_sims_profile.method.edge import Edge, _around, find_edge, find_step
from echub_sims_profile.method.interval import NORMAL_95, _crossing, _minimum
from echub_sims_profile.method.likelihood import usual_step
from echub_sims_profile.method.pairing import pivot
from echub_sims_profile.method.regions import Total, windows
from echub_sims_profile.method.sensitivity import _element_share, _matrix_mean, _rate, limits
from echub_sims_profile.method.yields import YieldChange
from echub_sims_profile.outcome.checks import _isotopes, _jump, _pinned, _switched, spikes
from echub_sims_profile.outcome.results import _axis_step, _bracketed, _measured, doubted, said

PLAIN = SimsProfileParams()


def profile(n, x=None, species="Na+", analogue=(), gain=1.0, base=0.0, region="r", polarity=1):
    """Return a profile of one channel, or of the channels of `species` one after the other."""
    n = np.asarray(n, float)
    size = len(n)
    marks = np.zeros(size, bool)
    marks[list(analogue)] = True
    names = np.array([species] * size if isinstance(species, str) else species, dtype=object)
    full = np.full
    return CountProfile(
        np.arange(size, dtype=float) if x is None else np.asarray(x, float), "nm", n, full(size, gain),
        full(size, base), np.zeros(size), np.zeros(size), names, full(size, region, dtype=object),
        full(size, float(polarity)), marks,
    )  # fmt: skip


class Told(dict):
    """Columns by need, and metadata by path."""

    def __init__(self, columns=(), told=None, origin="measured"):
        super().__init__({key: np.asarray(values) for key, values in dict(columns).items()})
        self.told, self.origin = told or {}, origin

    def __len__(self):
        return len(self["n"]) if "n" in self else 0

    def meta(self, path):
        return self.told.get(path)

    def origin_of(self, need):
        return self.origin

    def how(self, need):
        return f"as {need}"


def edge(position=50.0, sigma=2.0, sign=-1, high=100.0, low=1.0, step=1.0, **more):
    facts = {"position_error": 0.5, "sigma_error": 0.2, "position_interval": (49.0, 51.0),
             "sigma_interval": (1.6, 2.4), "dispersion": 1.0, "points": 40, "window": (10.0, 90.0)}  # fmt: skip
    return Edge(position, sigma, high, low, sign, step=step, **facts | more)


# -- counts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("off", "estimates"), [(0.019, 0), (0.021, 2), (-0.021, 2)])
def test_counts_are_whole_to_two_hundredths(off, estimates):
    n = np.array([5 + off, 7.0, np.nan, 9 + off])
    data = Told({"n": n, "species": ["Na+"] * 4, "polarity": np.ones(4)})
    messages = [flag.message for flag in counts(data).flags]
    are = "is an estimate" if estimates == 1 else "are estimates"
    assert messages == [f"{estimates} of 4 counts {are}: their errors may be too small"] * bool(estimates)


@pytest.mark.parametrize(("lost", "flagged"), [(0.0501, True), (0.0499, False)])
@pytest.mark.parametrize("model", ["non_paralysable", "paralysable"])
def test_a_correction_of_5_percent_is_large(lost, flagged, model):
    """So much of the true rate is not counted: of x per dead time exp(-x) is, where the dead time is prolonged."""
    load = lost if model == "non_paralysable" else -log(1 - lost) * (1 - lost)
    one = profile([0.0, 1e4])
    data = Told({"n": one.n}, {"sims.dwell_time": 1.0, "sims.dead_time": load / 1e4})
    found = dead_time(one, data, SimsProfileParams(dead_time=model))
    assert found.gain == pytest.approx([1.0, 1 - lost])
    assert [flag.code for flag in found.flags] == ["dead-time-large"] * flagged


@pytest.mark.parametrize(("rate", "flagged"), [(1.01e6, True), (0.99e6, False)])
def test_a_rate_of_a_million_counts_a_second_needs_a_dead_time(rate, flagged):
    one, told = profile([0.0, 0.5 * rate, np.nan]), {"sims.dwell_time": 0.5}
    data = Told({"n": one.n}, told)
    flags = _suspected(one, data, PLAIN, 0.5, None)
    assert [flag.where for flag in flags] == [f"Na+: {rate:.2g} counts/s"] * flagged
    assert _suspected(one, data, PLAIN, 0.5, 1e-8) == []
    assert _suspected(one, data, SimsProfileParams(dead_time="none"), 0.5, None) == []
    assert _suspected(one, Told({"n": one.n}, told, "derived"), PLAIN, 0.5, None) == []


@pytest.mark.parametrize("dwell", [None, 1.0])
def test_channels_that_scatter_less_than_counting_are_told(dwell):
    """One of constant counts and one of a high rate, by their names; six are told by the first five."""
    names = np.repeat(["Na+", "K+", "Zr+"], 40)
    n = np.r_[np.full(40, 500.0), 500 + 40 * (-1.0) ** np.arange(40), np.full(40, 3e6)]
    one = profile(n, x=np.tile(np.arange(40.0), 3), species=names)
    (flag,) = _suspected(one, Told({"n": n}), PLAIN, dwell, None)
    high = "3e+06 counts/s" if dwell else "scatter below that of counting"
    text = "no dead time is stated, but the detector may have missed counts"
    where = f"Na+: scatter below that of counting; Zr+: {high}"
    assert (flag.code, flag.message, flag.where) == ("dead-time-suspected", text, where)
    many = profile(np.full(240, 500.0), x=np.tile(np.arange(40.0), 6), species=np.repeat(list("abcdef"), 40))
    (flag,) = _suspected(many, Told({"n": many.n}), PLAIN, dwell, None)
    assert flag.where == "; ".join(f"{name}: scatter below that of counting" for name in "abcde")


@pytest.mark.parametrize(("by", "low"), [(0.99, True), (1.01, False)])
@pytest.mark.parametrize(("points", "level", "enough"), [(16, 101.0, True), (15, 101.0, False), (16, 99.0, False)])
def test_counts_that_scatter_too_little_are_told_from_15_pairs_of_100_counts(by, low, points, level, enough):
    """Neighbours differ by d each: the sum of d² / (2 n) over 15 pairs, with ten degrees of freedom."""
    limit = by * chi2.ppf(0.003, 10) * 1.5 / 15
    d = sqrt(limit * 2 * level)
    n = level + d / 2 * (-1.0) ** np.arange(points)
    assert _underdispersed(n) == (low and enough)


def test_a_saturated_detector_says_how_far():
    """Of three saturated points two are of the asked species: rate times dead time is 1 and 1.5 there."""
    one = profile([1000.0, 500.0, 1500.0, 9000.0], species=["Na+", "Na+", "Na+", "K+"])
    data = Told({"n": one.n}, {"sims.dwell_time": 1.0, "sims.dead_time": 1e-3})
    with pytest.raises(Refusal, match=r"rate times dead time reaches 1\.50: the detector is saturated") as refused:
        dead_time(one, data, PLAIN)
    assert refused.value.remark.where == "2 points of Na+"
    left = dead_time(one, data, SimsProfileParams(species="K+", region="other"))
    (flag,) = [flag for flag in left.flags if flag.code == "saturated-left-out"]
    assert (flag.message, flag.where) == ("3 points are saturated and left out", "K+ r, Na+ r")
    assert np.isnan(left.n).tolist() == [True, False, True, True]


@pytest.mark.parametrize(("percent", "applied"), [(100.0, False), (99.0, True), (50.0, True)])
def test_a_yield_below_100_percent_is_divided_by(percent, applied):
    found = detector_yield(profile([4.0, 8.0], gain=2.0), Told(), SimsProfileParams(detector_yield=percent))
    assert found.gain == pytest.approx([percent / 50] * 2)
    assert [done.applied for done in found.steps] == [applied]


def test_a_normaliser_has_the_error_of_its_background_as_well():
    """Of 100 and 400 counts, 10 of background known to 5, over a gain of 2: half way each has half of both."""
    one = replace(profile([100.0, 400.0], gain=2.0, base=10.0), base_error=np.full(2, 5.0))
    signal, own, level = _interpolated(one, ("r", "Na+", 1), np.array([0.0, 0.5, 1.0]))
    assert signal == pytest.approx([45, 120, 195])
    assert own == pytest.approx([125 / 4, (125 + 425) / 16, 425 / 4])
    assert level == pytest.approx([125 / 4, (125 + 425) / 8, 425 / 4])


def test_points_at_one_place_are_averaged_before_they_normalise():
    """20 of 10 and 30; 40 further on. Its variance is a quarter of the sum of both."""
    one = profile([10.0, 30.0, 40.0, 40.0], x=[1.0, 1.0, 3.0, 3.0])
    found = _interpolated(one, ("r", "Na+", 1), np.array([0.0, 1.0, 2.0, 3.0, 4.0]))
    assert found == pytest.approx(np.array([[20, 20, 30, 40, 40], [10, 10, 7.5, 20, 20], [10, 10, 15, 20, 20]]))
    with pytest.raises(Refusal, match=r"Na\+ has no two points to interpolate between"):
        _interpolated(profile([10.0, 30.0], x=[1.0, 1.0]), ("r", "Na+", 1), np.array([1.0]))


def test_points_without_a_primary_current_are_left_out_and_said():
    """Of 4, 6 and 8 counts those with 2 and 4 nA stay; a stated current has them all."""
    n = np.array([4.0, 6.0, 8.0])
    columns = {"n": n, "species": ["Na+"] * 3, "polarity": np.ones(3), "z": [1.0, 2.0, 3.0]}
    params = SimsProfileParams(normalise="primary_current")
    found = prepare(Told({**columns, "primary": [2.0, 0.0, 4.0]}), params)
    assert (found.x.tolist(), found.signal.tolist(), found.signal_unit) == ([1.0, 3.0], [2.0, 2.0], "count/nA")
    text = "1 point is left out: the primary current is not above zero there"
    assert [(flag.code, flag.message) for flag in found.flags if flag.code != "dead-time-suspected"] == [
        ("normaliser-weak", text)
    ]
    assert found.steps[-2].detail == "to one nA of primary current, as measured with each point"
    lost = {
        **columns,
        "n": [np.nan, *n],
        "z": [0.0, 1.0, 2.0, 3.0],
        "species": ["Na+"] * 4,
        "polarity": np.ones(4),
    }
    again = prepare(Told({**lost, "primary": [8.0, 2.0, 0.0, 4.0]}), params)
    assert (again.x.tolist(), again.signal.tolist()) == ([1.0, 3.0], [2.0, 2.0])
    stated = prepare(Told(columns, {"sims.primary_current": 2.0}), params)
    assert (stated.signal.tolist(), stated.flags) == ([2.0, 3.0, 4.0], ())
    assert stated.steps[-2].detail == "to one nA of primary current, of 2 nA"


@pytest.mark.parametrize(("weak", "refused"), [(2, False), (3, True)])
def test_a_normaliser_stands_out_of_its_noise_in_half_of_the_points(weak, refused):
    """Nine counts of a square root of three are three of its errors, ten are more."""
    one = profile(np.r_[np.full(4 - weak, 10.0), np.full(weak, 9.0)])
    params = SimsProfileParams(normalise="matrix", matrix="Na+")
    if refused:
        with pytest.raises(Refusal, match="above its own noise in 1 of 4 points only"):
            normalisation(one, Told(), params)
        return
    found = normalisation(one, Told(), params)
    assert np.isnan(found.gain).tolist() == [False, False, True, True]
    assert [flag.message for flag in found.flags] == [
        "2 points are left out: the normalising signal is too weak there"
    ]


@pytest.mark.parametrize(("points", "refused"), [(2, False), (1, True)])
def test_a_normaliser_has_two_points(points, refused):
    one = profile(np.full(points, 100.0))
    params = SimsProfileParams(normalise="matrix", matrix="Na+")
    if refused:
        with pytest.raises(Refusal, match=r"Na\+ has no two points to interpolate between"):
            normalisation(one, Told(), params)
    else:
        assert normalisation(one, Told(), params).gain == pytest.approx([1.0, 1.0])


# -- depth -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "at_once", "end"), [
    (0.0, True, 100.0), (5.0, True, 100.0), (5.49, True, 100.49), (5.51, True, 105.51), (4.49, True, 104.49),
    (10.0, True, 100.0), (5.0, False, 105.0), (8.9, True, 108.9), (9.1, True, 99.1),
])  # fmt: skip
def test_sputtering_ends_a_cycle_after_the_last_point_began(first, at_once, end):
    """Ten points, 10 s apart: those of whole cycles end there, those within 5 % of half a cycle are middles."""
    time = first + 10.0 * np.arange(10)
    other = time if at_once else time[:-1]
    species = np.array(["Na+"] * 10 + ["K+"] * len(other))
    assert _end(np.concatenate([time, other]), species) == pytest.approx(end)


@pytest.mark.parametrize(("times", "end"), [
    ({"Na+": [5.0]}, 5.0), ({"Na+": [10.0, 20.0], "K+": [25.0]}, 25.0), ({"Na+": [3.0, 13.0], "K+": [15.0]}, 25.0),
    ({"Na+": [3.0, 13.0], "K+": [np.nan]}, 23.0), ({"Na+": [np.nan]}, 0.0),
])  # fmt: skip
def test_a_channel_of_one_point_or_of_none_has_no_cycle(times, end):
    species = np.array([name for name, at in times.items() for _ in at])
    assert _end(np.concatenate(list(times.values())), species) == end


def test_a_crater_of_one_point_at_the_start_has_no_depth():
    """The other one ends a cycle of 10 s after its last point, 20 s: 100 nm."""
    one = profile(np.ones(4))
    one.region[:] = ["a", "a", "a", "b"]
    time = Told({"t": [0.0, 10.0, 20.0, 0.0]})
    z = _by_craters(one, time, {"a": 100.0, "b": 50.0})
    assert z == pytest.approx([0.0, 100 / 3, 200 / 3, np.nan], nan_ok=True)


def test_craters_of_two_polarities_in_turn_end_each_by_itself():
    """One after the other, after 20 and a cycle of 10 s, and 10 and 5 s; else after 20 and the median of both."""
    one = profile(np.ones(6), species=["Na+"] * 3 + ["O-"] * 3)
    one.polarity[3:] = -1
    time = {"t": [0.0, 10.0, 20.0, 0.0, 5.0, 10.0]}
    for told, ends in (({"sims.acquisition": "sequential"}, (30, 15)), ({}, (27.5, 27.5))):
        z = _by_craters(one, Told(time, told), {"r": 60.0})
        assert z == pytest.approx([0, 600 / ends[0], 1200 / ends[0], 0, 300 / ends[1], 600 / ends[1]])


def test_a_layer_without_an_end_is_the_last_one():
    assert by_layers(np.array([0.0, 10.0, 30.0]), [(inf, 0.5), (10.0, 2.0)]).tolist() == [0.0, 5.0, 15.0]


def test_a_point_without_a_time_or_before_the_start_lies_in_no_layer():
    time = np.array([-1.0, 0.0, np.nan, 30.0])
    assert by_layers(time, [(10.0, 0.5), (10.0, 2.0)]) == pytest.approx([np.nan, 0.0, np.nan, 30.0], nan_ok=True)


def test_a_crater_is_that_of_its_region_in_micrometres_or_of_all():
    one = profile([1.0, 2.0, 3.0])
    one.region[:] = ["a", "b", "c"]
    stated = [{"name": "a", "crater_depth": 1.5}, {"name": "b"}]
    assert _craters(one, Told({}, {"sims.regions": stated})) == ({"a": 1500.0}, ["b", "c"])
    both = {"sims.regions": stated, "sims.crater_depth": 700.0}
    assert _craters(one, Told({}, both)) == ({"a": 1500.0, "b": 700.0, "c": 700.0}, [])


@pytest.mark.parametrize(("rate", "nm_s"), [("3 nm/s", 3.0), ("3 nm/min", 0.05), ("36 nm/h", 0.01),
                                            ("0.6 um/min", 10.0), ("3.6 um/h", 1.0)])  # fmt: skip
def test_layers_have_a_rate_and_two_ends(rate, nm_s):
    table = [{"rate": rate, "from": "0 nm", "to": "0.2 um"}, {"rate": "1 nm/s", "from": "200 nm", "to": "300 nm"},
             {"rate": "2 nm/s"}, {"from": "1 nm"}]  # fmt: skip
    layers = _layers(table)
    assert layers == [(200.0, pytest.approx(nm_s)), (100.0, 1.0), (inf, 2.0)]
    ends = 200 / nm_s, 200 / nm_s + 100
    time = np.array([0.0, ends[0] / 2, ends[0] + 40, ends[1] + 7])
    assert by_layers(time, layers) == pytest.approx([0, 100, 240, 314])
    assert by_layers(time[-1:], layers[:1]) == pytest.approx([time[-1] * nm_s])


@pytest.mark.parametrize("table", [
    [{"rate": "2 nm/s"}, {"rate": "1 nm/s", "from": "100 nm", "to": "250 nm"}, {"rate": "4 nm/s", "to": "100 nm"}],
    [{"rate": "4 nm/s", "to": "100 nm"}, {"rate": "1 nm/s", "to": "250 nm"}, {"rate": "2 nm/s"}],
    [{"rate": "4 nm/s", "from": "0 nm"}, {"rate": "2 nm/s", "from": "0.25 um"},
     {"rate": "1 nm/s", "from": "0.1 um"}],
    [{"rate": "4 nm/s", "to": "99.1 nm"}, {"rate": "1 nm/s", "from": "100 nm", "to": "0.25 um"},
     {"rate": "2 nm/s"}],
])  # fmt: skip
def test_layers_are_those_of_their_depths_in_any_order(table):
    """100 nm at 4 nm/s, to 250 nm at 1 nm/s, the rest at 2 nm/s; printed ends may differ by 1 %."""
    assert _layers(table) == [(pytest.approx(100.0, abs=0.91), 4.0), (150.0, 1.0), (inf, 2.0)]


@pytest.mark.parametrize(("table", "text"), [
    ([{"to": "100 nm"}, {"from": "102 nm"}], "a layer starts at 102 nm, and the one above it ends at 100 nm"),
    ([{"from": "98 nm"}, {"from": "0 nm", "to": "100 nm"}],
     "a layer starts at 98 nm, and the one above it ends at 100 nm"),
    ([{"from": "5 nm"}], "a layer starts at 5 nm, and the one above it ends at 0 nm"),
    ([{"to": "100 nm"}, {}, {}], "two layers have neither a start nor an end"),
])  # fmt: skip
def test_layers_leave_no_gap_and_do_not_lie_on_each_other(table, text):
    with pytest.raises(Refusal) as refused:
        _layers([{"rate": "1 nm/s", **row} for row in table])
    assert (refused.value.code, refused.value.message) == ("layers-unreadable", text)


@pytest.mark.parametrize(("points", "expected"), [
    (1, [3, 0, 6, 9]), (2, [3, 1.5, 3, 7.5]), (3, [1.5, 3, 5, 7.5]), (9, [4.5, 4.5, 4.5, 4.5]),
])  # fmt: skip
def test_a_moving_mean_is_shorter_at_the_ends(points, expected):
    assert smoothed(np.array([3.0, 0.0, 6.0, 9.0]), points) == pytest.approx(expected)


def test_intervals_are_exact_up_to_ten_and_to_a_thousand():
    below, above = half_widths(np.array([0.0, 10.0, 11.0]))
    tail = (1 - 0.682689492137086) / 2
    assert below == pytest.approx([0, 10 - chi2.ppf(tail, 20) / 2, sqrt(11)])
    assert above == pytest.approx([chi2.ppf(1 - tail, 2) / 2, chi2.ppf(1 - tail, 22) / 2 - 10, sqrt(11)])
    assert interval(1000.0) == pytest.approx((chi2.ppf(0.025, 2000) / 2, chi2.ppf(0.975, 2002) / 2))
    assert interval(1001.0) == pytest.approx((1001 - NORMAL_95 * sqrt(1001), 1001 + NORMAL_95 * sqrt(1001)))


# -- checks ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "count", "found"), [
    (15, 1.2 * 15 + 24.0, False), (100, 120 + 6 * sqrt(101) + 1, True), (100, 120 + 6 * sqrt(101) - 1, False),
    (0, 1.2 + 6 * sqrt(2) + 0.1, True), (0, 1.2 + 6 * sqrt(2) - 0.1, False),
])  # fmt: skip
def test_a_spike_is_a_fifth_and_six_sigma_above_its_neighbours(level, count, found):
    """Neighbours without a count are taken for one."""
    n = np.full(9, float(level))
    n[4] = count
    assert spikes(n).tolist() == [k == 4 and found for k in range(9)]
    edges = np.full(9, float(level))
    edges[1] = edges[-2] = 1e4
    assert not spikes(edges).any()
    assert not spikes(n[2:6]).any()
    assert spikes(n[2:7]).tolist() == [False, False, found, False, False]  # five points are enough


@pytest.mark.parametrize(("count", "level", "found"), [(5, 1001.0, True), (4, 1001.0, False), (5, 1000.0, False)])
def test_a_register_is_full_if_five_counts_above_a_thousand_are_equal(count, level, found):
    n = 1500.0 + np.arange(12)
    n[3 : 3 + count] = level
    flags, _ = _pinned(profile(n))
    assert [flag.where for flag in flags] == ["Na+ r"] * found
    assert [flag.where for flag in _pinned(profile(n, region=""))[0]] == ["Na+"] * found


@pytest.mark.parametrize(("jump", "found"), [
    (0.101, True), (0.099, False), (-0.101, True), (-0.099, False), (0.99, True), (1.01, False), (-0.49, True),
    (-0.51, False),
])  # fmt: skip
def test_a_step_at_the_switch_is_of_10_percent_and_less_than_a_factor_of_two(jump, found):
    """Beyond a trend of 5 % per point on both sides."""
    signal = 1000 * 1.05 ** np.arange(8.0) * np.where(np.arange(8) > 3, 1 + jump, 1.0)
    flags, _ = _switched(profile(signal, analogue=range(4, 8)))
    assert _jump(signal, 3) == pytest.approx(jump)
    assert [flag.where for flag in flags] == [f"Na+ r at 3 nm: {100 * jump:+.0f} %"] * found
    assert _jump(signal[2:], 1) == 0.0
    assert _jump(signal[:6], 3) == 0.0


@pytest.mark.parametrize(
    ("total", "off", "odd"), [(1e6, 1.101, True), (1e6, 1.099, False), (26_200, 1.11, True), (24_100, 1.11, False)]
)
def test_isotopes_are_odd_by_ten_percent_and_five_sigma(total, off, odd):
    """The share of ⁶Li is 7.59 %: 11 % more of 25,155 counts are five sigma."""
    share = 0.0759 * off
    one = profile([total * share, total * (1 - share)], x=[0.0, 0.0], species=["6Li+", "7Li+"])
    flags, tables = _isotopes(one)
    sigma = (share - 0.0759) / sqrt(0.0759 * (1 - 0.0759) / total)
    assert tables["isotopes"]["sigma"].values == pytest.approx([sigma, -sigma], rel=0.02)
    assert [flag.where for flag in flags] == ["6Li r"] * odd
    assert (sigma > 5) == (total > 25_155)


def test_isotopes_are_compared_where_all_were_measured_and_by_their_signal():
    """⁷Li is 1.0, ⁶Li a tenth of it: unlike in nature, but the same whether one was measured on, or less long."""
    low, high = [100.0] * 4, [1000.0] * 4
    species = ["6Li+"] * 4 + ["7Li+"] * 4

    def shares(n, x, gain=1.0):
        one = replace(profile(n, x, species=["6Li+"] * (len(n) - 4) + species[4:]), gain=np.full(len(n), gain))
        return _isotopes(one)[1]["isotopes"]

    at = list(range(4))
    plain = shares(low + high, at + at)
    assert plain["share"].values == pytest.approx([1 / 11, 10 / 11])
    longer = shares([*low, 9000.0, 9000.0, *high], [*range(6), *at])
    assert {name: one.values for name, one in longer.items()} == {name: one.values for name, one in plain.items()}
    halved = shares([50.0] * 4 + high, at + at, np.r_[np.full(4, 0.5), np.ones(4)])
    assert halved["share"].values == plain["share"].values
    expected = 0.0759 * 0.5 / (0.0759 * 0.5 + 0.9241)
    error = sqrt(expected * (1 - expected) / 4200)
    assert halved["sigma"].values[0] == pytest.approx((200 / 4200 - expected) / error, rel=0.02)
    apart = profile([5.0, 9.0], x=[0.0, 1.0], species=["6Li+", "7Li+"])
    assert _isotopes(apart) == ([], {})


# -- edges -----------------------------------------------------------------------------------


def test_the_best_split_gains_the_likelihood_of_two_constants():
    n, gain = np.array([9.0, 11, 10, 2, 1, 3]), np.array([1.0, 1, 1, 2, 1, 1])
    k, gained, sign = find_step(n, gain, "either")
    left, right, mean = 30 / 3, 6 / 4, 36 / 7
    assert (k, sign) == (3, -1)
    assert gained == pytest.approx(30 * log(left / mean) + 6 * log(right / mean))
    assert find_step(n[::-1], gain[::-1], "either")[::2] == (3, 1)
    assert find_step(np.array([5.0, 4, 3, 2, 1, 0]), np.ones(6), "rising")[1:] == (0.0, -1)
    both = np.array([1.0, 1, 1, 99, 99, 99, 20, 20, 20])  # the smaller step is the one that is asked for
    assert [find_step(both, np.ones(9), wanted)[::2] for wanted in ("either", "falling")] == [(3, 1), (6, -1)]


def test_a_step_must_gain_twelve_and_an_edge_has_six_points():
    def gained(high):
        total = 20 * (high + 10.0)
        return 20 * high * log(high / (total / 40)) + 200 * log(10.0 / (total / 40))

    for high in np.arange(11.0, 20.0, 0.25):
        n = np.repeat([high, 10.0], 20)
        if gained(high) < 12:
            with pytest.raises(Refusal, match=rf"\({gained(high):.1f} < 12\)"):
                find_edge(np.arange(40.0), n, "either")
        else:
            assert find_edge(np.arange(40.0), n, "either").position == pytest.approx(19.5, abs=1)
    assert gained(14.0) < 12 < gained(16.0)
    x, n = np.arange(6.0), np.array([100.0, 100, 100, 1, 1, 1])
    assert find_edge(x, n, "either").points == 6
    with pytest.raises(Refusal, match="an edge needs 6 points, the profile has 5"):
        find_edge(x[:5], n[:5], "either")


def test_a_parabola_through_three_points_has_its_minimum_and_a_line_its_end():
    at = np.array([0.0, 1.0, 3.0])
    assert _minimum(at, 2 * (at - 1.25) ** 2 + 7) == pytest.approx((1.25, 7.0))
    assert _minimum(at, at) == (0.0, 0.0)
    assert _minimum(at, -at) == (3.0, -3.0)
    assert _minimum(at[:2], at[:2]) == (0.0, 0.0)
    assert _minimum(at, np.full(3, 7.0)) == (1.0, 7.0)  # level: the one in the middle


def test_an_interval_ends_where_the_root_passes_1_96():
    at, root = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 1.5, 2.5, 9.0])
    assert _crossing(at, root) == pytest.approx(1 + (1.959964 - 1.5) / 1.0)
    assert _crossing(-at, root) == pytest.approx(-1 - (1.959964 - 1.5) / 1.0)
    assert _crossing(at, root / 10) is None


@pytest.mark.parametrize("sign", [1, -1])
def test_a_decay_goes_from_three_tenths_to_a_hundredth_or_three_times_the_background(sign):
    """Means of three points decide: of e^-k they are (1 + 2 cosh 1) / 3 of it; at both ends the points do."""
    k = np.arange(12.0)
    x, level = (k + 0.5, 100 * np.exp(-k)) if sign < 0 else (-k[::-1] - 0.5, 100 * np.exp(-k[::-1]))
    mean = 100 * np.exp(-k) * (1 + 2 * np.cosh(1)) / 3
    for low, end in ((0.0, 1.0), (1.0, 3.0)):
        chosen = _decaying(x, level, edge(0.0, sign=sign, high=100.0, low=low))
        expected = [j for j in range(1, 11) if mean[j] < 30 and mean[j] >= end]
        assert sorted(abs(x[chosen]) - 0.5) == pytest.approx(expected)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_decay_begins_behind_the_interface_and_has_three_points(sign):
    """A point at the interface itself is on neither side. Read is from 30 of 100 to three times a count of one."""
    level = np.array([9.0, 25.0, 25.0, 25.0])
    x, n = np.arange(4.0), level
    if sign > 0:
        x, n = -x[::-1], level[::-1]
    at = edge(0.0, sign=sign, high=100.0, low=1.0)
    assert sorted(abs(x[_decaying(x, n, at)])) == [1, 2, 3]
    two = slice(0, 3) if sign < 0 else slice(1, 4)
    assert len(_decaying(x[two], n[two], at)) == 0


def test_a_decay_is_read_below_three_tenths_and_down_to_three_times_the_background():
    """Both limits themselves are outside of it at the start, and inside at the end."""
    x = np.arange(1.0, 10)
    level = np.array([90.0, 30, 30, 30, 24, 24, 24, 3, 3])
    chosen = _decaying(x, level, edge(0.0, sign=-1, high=100.0, low=1.0))
    assert x[chosen].tolist() == [
        4,
        5,
        6,
        7,
        8,
        9,
    ]  # a mean of 28 is the first below 30; that of the last three is 3


def test_the_window_of_a_fit_has_twelve_points_to_either_side_or_all():
    """Eight widths of 2σ are less here; the ends of the window are in it. In a gap the others are too few."""
    x = np.arange(40.0)
    theta = np.array([0.0, 0.0, 20.0, log(0.1)])
    assert np.flatnonzero(_around(theta, x)).tolist() == list(range(8, 33))
    theta[3] = log(1.0)
    assert np.flatnonzero(_around(theta, x)).tolist() == list(range(4, 37))
    gap = np.r_[np.arange(20.0), 60.0, 61.0]
    theta[2:] = 60.0, log(0.1)
    assert _around(theta, gap).all()


def test_places_that_are_rounded_have_the_mean_step():
    """Three points at each of ten places: an edge between the fifth and the sixth."""
    x = np.repeat(np.arange(0.0, 30, 3), 3)
    assert usual_step(x) == 27 / 29
    assert usual_step(np.array([0.0, 1, 1, 4])) == 1.0
    found = find_edge(x, np.repeat([100.0, 1.0], 15), "either")
    assert found.step == pytest.approx(27 / 29, rel=0.05)  # of those near the edge
    assert 12 < found.position < 15


def test_a_width_of_two_steps_is_sampled():
    assert [edge(sigma=2.0, step=step).undersampled for step in (1.9, 2.0, 2.1)] == [False, False, True]


@pytest.mark.parametrize(("gained", "found"), [(12.0, True), (11.9, False)])
def test_a_step_that_gains_just_twelve_is_an_edge(gained, found, monkeypatch):
    monkeypatch.setattr(of_edge, "find_step", lambda *_: (3, gained, -1))
    x, n = np.arange(6.0), np.array([100.0, 100, 100, 1, 1, 1])
    if found:
        assert find_edge(x, n, "either").position == pytest.approx(2.5, abs=0.5)
        return
    with pytest.raises(Refusal, match=r"\(11\.9 < 12\)"):
        find_edge(x, n, "either")


# -- doubts ----------------------------------------------------------------------------------


def shape(name, position=0.0, width=4.0, deviance=0.0, more=0):
    return ShapeFit(name, position, width, deviance, more, np.zeros(4))


def test_shapes_as_likely_count_by_akaike():
    plain = shape("error function", 0.0, 4.0, 10.0, 0)
    others = [plain, shape("a", 1.0, 5.0, 8.0, 1), shape("b", -2.0, 4.5, 30.0, 0)]
    scores = np.array([10 / 2, 8 / 2 + 2, 30 / 2])
    weights = np.exp(-scores / 2) / np.exp(-scores / 2).sum()
    expected = sqrt(weights[1] + 4 * weights[2]), sqrt(weights[1] + 0.25 * weights[2])
    assert _spreads(plain, others, 2.0) == pytest.approx(expected)
    doubts = Doubts(better=(shape("a", deviance=5.0, more=3), shape("b", deviance=9.0, more=0)))
    assert doubts.best.name == "b"


def likely(**deviances):
    """Return shapes by name whose deviances are given; what is not has that of the error function, 20."""
    return lambda shape, *_: ShapeFit(shape.name, 1.0, 5.0, deviances.get(shape.name.split()[0], 20.0), 0, None)


@pytest.mark.parametrize(("deviances", "better"), [
    ({}, []), ({"logistic": 20 - 3.84}, []), ({"logistic": 16.1}, ["logistic"]), ({"tilted": 20 - 6.63}, []),
    ({"tilted": 13.3}, ["tilted plateau"]), ({"two": 6.0}, []), ({"two": 5.9, "logistic": 9.0},
                                                                ["logistic", "two steps"]),
])  # fmt: skip
def test_a_shape_is_better_by_a_gain_of_one_percent_by_chance(deviances, better, monkeypatch):
    """Of 81 points the deviance is less than one for each degree of freedom, so that nothing is widened."""
    monkeypatch.setattr(alternatives, "_fit", likely(**deviances))
    monkeypatch.setattr(alternatives, "_yields", lambda *_: (None, []))
    x = np.arange(100.0)
    found = doubts(edge(), x, np.full(100, 50.0), np.ones(100))
    assert [one.name for one in found.better] == better
    assert [one.name for one in found.shapes] == [
        "error function", "logistic", "exponential tail on the low side", "exponential tail on the high side",
        "tilted plateau", "two steps",
    ]  # fmt: skip


MOVED, FACTOR, SMALL = 5 * 0.5, log(1.5), log(1.1)
"""Five times an error of 0.5, a factor that counts, and one that does only if it is clear."""


@pytest.mark.parametrize(("moves", "gains", "moved", "factor", "gained", "place"), [
    ([0.5, 0.5, -0.5], [9.0, 9.0, 9.0], MOVED, FACTOR, 6.0, None),  # no place moves it by more than its error
    ([0.6, 0.5, -0.7], [9.0, 99.0, 7.1], MOVED, FACTOR, 6.0, 11.5),  # of the likely the one that moves it most
    ([0.6, 0.5, -0.7], [9.0, 99.0, 7.0], MOVED, FACTOR, 6.0, 9.5),  # two less than the best are not as likely
    ([0.6, 0.5, -0.7], [9.0, 99.0, 9.1], MOVED, FACTOR, 6.0, 11.5),
    ([0.6, 0.0, 0.0], [9.0, 9.0, 9.0], -MOVED, -FACTOR, 6.0, 9.5),
    ([0.6, 0.0, 0.0], [9.0, 9.0, 9.0], 2.4, FACTOR, 6.0, None),
    ([0.6, 0.0, 0.0], [9.0, 9.0, 9.0], MOVED, SMALL, 9.5, 9.5),
    ([0.6, 0.0, 0.0], [9.0, 9.0, 9.0], MOVED, SMALL, 9.4, None),
    ([0.6, 0.0, 0.0], [9.0, 9.0, 9.0], MOVED, -SMALL, 9.4, None),
    ([0.6, 0.0, 0.0], [9.0, 9.0, 9.0], MOVED, FACTOR, -1.0, 9.5),  # a fit that gains nothing
])  # fmt: skip
def test_a_change_of_yield_matters_if_it_moves_the_edge_and_is_large_or_clear(
    moves, gains, moved, factor, gained, place, monkeypatch
):
    """Three places, between points at 9, 10, 11 and 12; without a change the deviance is 50."""
    monkeypatch.setattr(yields, "_places", lambda theta, x: np.array([9.5, 10.5, 11.5]))
    monkeypatch.setattr(yields, "_scores", lambda *_: (np.array(gains), np.array(moves)))
    monkeypatch.setattr(yields, "deviance", lambda *_: 50.0)
    asked = []

    def fitted(start, x, n, gain, behind):
        asked.append((start.tolist(), x[behind].tolist()))
        return start + np.array([0, 0, moved, log(3.0), factor]), 50.0 - gained

    monkeypatch.setattr(yields, "_fitted", fitted)
    x = np.arange(9.0, 13)
    found = yields.yield_change(np.array([1.0, 4.0, 10.0, 0.0]), x, np.ones(4), np.ones(4), 0.5)
    if place is None:
        assert found is None
        return
    assert asked == [([1.0, 4.0, 10.0, 0.0, 0.0], x[x > place].tolist())]
    assert (found.place, found.position, found.width) == (place, 10 + moved, pytest.approx(6.0))
    assert (found.factor, found.deviance, found.gained) == (
        pytest.approx(np.exp(factor)), 50.0 - gained, max(gained, 0.0)
    )  # fmt: skip


@pytest.mark.parametrize(("gained", "clear"), [(9.5, False), (9.6, True)])
@pytest.mark.parametrize(("deviance", "told"), [(15.0, False), (14.9, True)])
def test_a_change_of_yield_is_told_from_a_gain_of_five_and_clear_from_one_of_nine_and_a_half(
    gained, clear, deviance, told, monkeypatch
):
    change = YieldChange(1.0, 2.0, 3.0, 4.0, deviance, gained)
    moved = [ShapeFit("changing yield", 9.0, 7.0, deviance, 2, None)]
    alike = []
    monkeypatch.setattr(alternatives, "_fit", likely())
    monkeypatch.setattr(alternatives, "_yields", lambda *_: (change, moved))
    monkeypatch.setattr(alternatives, "_spreads", lambda plain, shapes, _: alike.extend(shapes) or (0.5, 0.25))
    found = doubts(edge(), np.arange(100.0), np.full(100, 50.0), np.ones(100))
    assert (found.yields, found.position, found.width) == (change if clear else None, 0.5, 0.25)
    assert [one.name for one in alike][-1] == ("changing yield" if told else "tilted plateau")
    assert "two steps" not in [one.name for one in alike]
    assert found.shapes[-1].name == "changing yield"


@pytest.mark.parametrize(("height", "found"), [(15.5, (130.0,)), (15.0, ()), (14.5, ())])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_second_step_has_15_percent_of_the_height_of_the_edge(height, found, sign):
    """Behind an edge of 100 counts a step of so many; a gain of two doubles all counts."""
    x = np.arange(160.0)
    signal = np.where(x < 50, 0.0, 100.0) + np.where(x < 130, 0.0, height)
    signal = signal if sign > 0 else 200 - signal
    gain = np.full(160, 2.0)
    at = edge(50.0, sigma=2.0, sign=sign, high=100.0)
    assert _further(at, x, signal * gain, gain, 0.01) == found
    assert _further(at, x, signal * gain, gain, 1e4) == ()
    assert _further(edge(50.0, sigma=30.0, sign=sign, high=100.0), x, signal * gain, gain, 0.01) == ()


def test_too_few_runs_have_their_chance():
    """Ten residuals above and ten below in two runs; the expected are 11 with a variance of 4.74."""
    x = np.arange(20.0)
    plain = edge(1e3, sigma=1.0, sign=-1, high=50.0, low=50.0)
    n = np.where(x < 10, 101.0, 99.0)
    mean, variance = 11.0, 10 * 9 / 19
    from scipy.stats import norm

    assert _runs(plain, x, n, np.ones(20)) == pytest.approx(norm.cdf((2.5 - mean) / sqrt(variance)))
    same = np.where(x < 10, 101.0, 100.0)  # what is met is not above
    assert _runs(plain, x, same, np.ones(20)) == pytest.approx(norm.cdf((2.5 - mean) / sqrt(variance)))
    assert _runs(plain, x, np.where(x < 4, 101.0, 99.0), np.ones(20)) == 1.0
    five = norm.cdf((2.5 - 8.5) / sqrt(7.5 * 6.5 / 19))
    assert _runs(plain, x, np.where(x < 5, 101.0, 99.0), np.ones(20)) == pytest.approx(five)
    assert _runs(plain, x, 0.03 * n, np.full(20, 0.03)) == 1.0  # three counts are expected
    assert _runs(plain, x, 0.031 * n, np.full(20, 0.031)) < 0.01
    assert _runs(plain, x, n / 50, np.full(20, 1 / 50)) == 1.0  # two counts are expected


@pytest.mark.parametrize(("doubts", "codes"), [
    (Doubts(runs=0.0099), ["residuals-not-random"]), (Doubts(runs=0.0101), []),
    (Doubts(steps=(7.0,)), ["several-steps"]),
    (Doubts(better=(shape("two steps", more=3),)), ["several-steps"]),
    (Doubts(better=(shape("logistic"),)), ["edge-shape"]),
])  # fmt: skip
def test_doubts_are_told(doubts, codes):
    assert [flag.code for flag in doubted(edge(), doubts, "nm")] == codes


@pytest.mark.parametrize(("sign", "place", "position"), [(1, "51 nm", "53.5 nm"), (-1, "49 nm", "46.5 nm")])
def test_a_changing_yield_is_told_with_its_place_and_the_edge_beside_it(sign, place, position):
    found = doubted(edge(50.0, sign=sign), Doubts(yields=YieldChange(1.0, 1.5, 3.5, 4.0, 9.0, 12.0)), "nm")
    text = (
        "the edge fits better if the yield changes within it, by a factor of 1.50: the position would then be "
        f"{position}; the interval includes both"
    )
    assert found == [Flag("yield-changes", text, where=place, hint="--param normalise=matrix --param matrix=ION")]


@pytest.mark.parametrize(("more", "codes"), [
    ({"dispersion": 2.01}, ["overdispersed"]), ({"dispersion": 1.99}, []),
    ({"dispersion": 2.0}, []), ({"step": 2.01}, ["interface-undersampled"]),
    ({"step": 1.99}, []), ({"window": (35.0, 60.0)}, ["faraday-cup-in-fit"]), ({"window": (35.0, 59.0)}, []),
    ({"window": (30.0, 55.0)}, ["spikes-in-fit"]), ({"window": (31.0, 55.0)}, []),
    ({"high": 4.01}, []), ({"high": 3.99}, ["few-counts"]),  # and one of the background
])  # fmt: skip
def test_what_limits_a_fit_is_told(more, codes):
    n = np.full(100, 50.0)
    n[30] = 1e4
    facts = {"window": (35.0, 55.0)} | more
    assert [flag.code for flag in said(edge(**facts), profile(n, analogue=[60]))] == codes


def test_uncertainties_of_calibration_and_shape_widen_both_ends():
    found = _measured(-200.0, 3.0, (-206.0, None), "nm", 2.0, 1.5)
    assert found.uncertainty == pytest.approx(hypot(3.0, 1.5, 4.0))
    assert found.interval.low == pytest.approx(-200 - hypot(6.0, 1.959964 * hypot(1.5, 4.0)))
    assert found.interval.high is None
    parts = {part.name: part.uncertainty for part in found.components}
    assert parts == {"counting statistics": 3.0, "shape of the edge": 1.5, "depth calibration": 4.0}


def test_steps_of_the_axis_widen_both_ends():
    found = _measured(200.0, 3.0, (194.0, 206.0), "nm", 0.0, 0.0, 4.0)
    assert found.uncertainty == pytest.approx(5.0)
    half = hypot(6.0, 1.959964 * 4.0)
    assert (found.interval.low, found.interval.high) == pytest.approx((200 - half, 200 + half))
    assert [part.name for part in found.components] == ["counting statistics", "steps of the axis"]


@pytest.mark.parametrize(("x", "step"), [
    ([0, 0, 2, 2, 4, 6.0], 2.0), ([0, 2, 4, 6.0], 0.0), ([1, 1, 1.0], 0.0), ([3.0], 0.0), ([], 0.0),
    ([0, 0, *range(1, 10)], 1.0), ([0, 0, *range(1, 11)], 0.0),
])  # fmt: skip
def test_an_axis_with_a_tenth_of_its_points_at_one_place_is_read_in_steps(x, step):
    """One of ten distances is none; of eleven it is less than a tenth."""
    assert _axis_step(np.array(x, dtype=np.float64)) == step


@pytest.mark.parametrize(("position", "ends", "low", "high"), [
    (50.4, (50.2, 50.6), 49.0, 52.0), (50.4, (48.0, 53.0), 48.0, 53.0), (50.4, (None, None), 49.0, 52.0),
    (0.5, (0.2, 0.8), 0.0, 2.0), (98.5, (98.2, 98.8), 97.0, 99.0),
])  # fmt: skip
def test_an_edge_between_two_points_lies_between_the_next_two(position, ends, low, high):
    one = edge(position, sigma=0.1, position_interval=ends, sigma_interval=(0.0, 1.5), position_error=0.3)
    place, width = _bracketed(one, np.arange(100.0), "nm")
    assert place.interval == Interval(low, high, "bracketing", method="two points on either side")
    assert place.uncertainty == pytest.approx(hypot(0.3, 1 / sqrt(12)))
    assert width.interval.high == 3.0
    wide = edge(position, sigma=0.1, position_interval=ends, sigma_interval=(0.0, 0.5))
    assert _bracketed(wide, np.arange(100.0), "nm")[1].interval.high == 2.0
    open_ = edge(position, sigma=0.1, position_interval=ends, sigma_interval=(0.0, None))
    assert _bracketed(open_, np.arange(100.0), "nm")[1].interval.high == 99.0


# -- windows and factors ---------------------------------------------------------------------


@pytest.mark.parametrize(("step", "refused"), [(0.99, True), (1.0, False)])
def test_bins_are_no_finer_than_the_points(step, refused):
    one = profile(np.ones(50))
    if refused:
        with pytest.raises(Refusal, match=r"bins of 0\.99 nm are finer than the points, 1 nm apart"):
            pivot(one, step)
    else:
        assert sum(pivot(one, step)[1]["Na+"].values) == pytest.approx(50)


def test_a_channel_of_one_point_says_nothing_of_the_bins_and_has_none():
    """Two points are 1 nm apart; the one of potassium is alone."""
    one = profile([4.0, 6.0, 9.0], x=[0.0, 1.0, 0.5], species=["Na+", "Na+", "K+"])
    with pytest.raises(Refusal, match=r"bins of 0\.5 nm are finer than the points, 1 nm apart"):
        pivot(one, 0.5)
    table = pivot(one, 1.0)[1]
    assert (table["Na+"].values, table["K+"].values) == ((pytest.approx(7.0), pytest.approx(3.0)), (None, None))
    alone = pivot(profile([9.0], x=[0.5]), 1.0)[1]
    assert set(alone["Na+"].values) == {None}


def test_a_wide_table_has_two_thousand_rows():
    assert len(pivot(profile(np.ones(2001)), 1.0)[1]["from"].values) == 2001
    with pytest.raises(Refusal):
        pivot(profile(np.ones(2002)), 1.0)


def test_windows_of_a_time_axis_are_the_whole():
    assert windows(PLAIN, "s") == {"whole": (0.0, inf)}
    assert windows(PLAIN, "nm")["bulk"] == (500.0, 2000.0)


def test_a_mean_of_a_faraday_cup_has_no_interval():
    one = Total("r", "Na+", 1, "whole", 400.0, 20.0, 10, 40.0, 5.0, 0.1)
    low, high = chi2.ppf(0.025, 800) / 2, chi2.ppf(0.975, 802) / 2
    rest = 1.96 * hypot(5.0, 0.1 * 400)
    expected = (360 - hypot(400 - low, rest)) / 20, (360 + hypot(high - 400, rest)) / 20
    assert one.mean == 18.0
    assert one.ends() == pytest.approx(expected)
    assert Total("r", "Na+", 1, "whole", 400.0, 20.0, counted=False).ends() is None


def test_a_factor_of_a_rate_takes_one_over_the_quantum_or_the_dwell():
    quantum = {"n": np.zeros(4), "quantum": [0.5, 0.5, np.nan, 9.0], "species": ["Na+", "Na+", "Na+", "K+"]}
    assert _rate("Na+", Told(quantum)) == 2.0
    assert _rate("Li+", Told(quantum, {"sims.dwell_time": 0.25})) == 0.25
    with pytest.raises(Refusal, match=r"the factor of Li\+ is per count rate, and no dwell time is stated"):
        _rate("Li+", Told(quantum))


def test_a_detection_limit_is_that_of_the_points_of_the_plateau():
    """Both ends are in it: of 8, 2 and 2 counts the mean is 4; 2.71 + 3.29 √8 counts over a gain of two."""
    one = profile([90.0, 8.0, 2.0, 2.0, 90.0], gain=2.0)
    table = limits(one, SimsProfileParams(background_start=1.0, background_stop=3.0))
    counted = 2.71 + 3.29 * sqrt(8)
    assert {name: (series.values, series.unit) for name, series in table.items()} == {
        "region": (("r",), ""), "species": (("Na+",), ""), "polarity": ((1,), ""), "background": ((4.0,), "count"),
        "limit_counts": ((pytest.approx(counted),), "count"), "limit": ((pytest.approx(counted / 2),), "count"),
    }  # fmt: skip
    assert limits(one, PLAIN) is None


def test_an_empty_part_of_a_profile_has_the_least_dispersion_of_counting():
    assert profile([]).least_dispersion == 1.0


def test_a_factor_of_an_isotope_is_over_its_abundance():
    assert _element_share("6Li+", "element") == pytest.approx(1 / 0.0759, rel=0.03)
    alone = (("6Li+", "isotope"), ("Li+", "element"), ("x?", "element"))
    assert [_element_share(*one) for one in alone] == [1.0] * 3


@pytest.mark.parametrize(("matrix", "region", "polarity", "mean"), [
    ("Zr+", "r", 1, 5.0), ("Zr+", "b", 1, None), ("Zr+", "r", -1, None), ("K+", "r", 1, None), ("", "r", 1, None),
])  # fmt: skip
def test_a_matrix_is_of_the_same_region_window_and_polarity(matrix, region, polarity, mean):
    found = [Total("r", "Zr+", 1, "bulk", 90.0, 10.0), Total("r", "Zr+", 1, "whole", 50.0, 10.0)]
    one = Total(region, "Na+", polarity, "whole", 1.0, 1.0)
    if mean is not None:
        assert _matrix_mean(one, {"matrix": matrix}, found) == mean
        return
    named = matrix or "a matrix that it does not name"
    with pytest.raises(Refusal) as refused:
        _matrix_mean(one, {"matrix": matrix}, found)
    said = f"the factor of Na+ is per ratio to {named}, which was not measured in that polarity"
    assert (refused.value.code, refused.value.message) == ("rsf-not-applicable", said)


def test_a_matrix_without_a_signal_was_measured_all_the_same():
    found = [Total("r", "Zr+", 1, "whole", 50.0, 10.0, base=50.0)]
    with pytest.raises(Refusal) as refused:
        _matrix_mean(Total("r", "Na+", 1, "whole", 1.0, 1.0), {"matrix": "Zr+"}, found)
    said = "the factor of Na+ is per ratio to Zr+, which has no signal in the window whole"
    assert (refused.value.code, refused.value.message) == ("rsf-not-applicable", said)

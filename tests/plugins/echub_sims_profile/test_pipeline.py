"""The pipeline: its order, each correction on known data, and its uncertainties."""

import itertools
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub_sims_profile.data.depth import _by_craters, by_layers
from echub_sims_profile.data.pipeline import smoothed
from echub_sims_profile.data.poisson import half_widths, interval
from echub_sims_profile.data.profile import CountProfile

LAYERS = synth.Layers(factors={"only": {}})


def analyze(case, **params):
    return echub.analyze("sims-profile", case.record() if hasattr(case, "record") else case, params=params)


def applied(outcome):
    table = outcome.tables["steps"]
    return {s: d for s, a, d in zip(*(table[k].values for k in ("step", "applied", "detail")), strict=True) if a}


def mean_of(outcome, species, window="whole"):
    table = outcome.tables["means"]
    rows = zip(*(table[k].values for k in ("species", "window", "mean", "low", "high")), strict=True)
    return next(row[2:] for row in rows if row[:2] == (species, window))


def codes(outcome):
    return {flag.code for flag in outcome.flags}


def test_poisson_intervals_are_exact_where_counts_are_few():
    below, above = half_widths(np.array([0.0, 3.0, 100.0]))
    # Garwood's limits of 0 and 3 counts at 68.27 %, from his table; √n above 10
    assert (below[0], above[0]) == (0, pytest.approx(1.841, abs=0.001))
    assert (3 - below[1], 3 + above[1]) == (pytest.approx(1.367, abs=0.001), pytest.approx(5.918, abs=0.001))
    assert (below[2], above[2]) == (10, 10)
    assert interval(0)[1] == pytest.approx(3.689, abs=0.001)


def test_the_dead_time_is_corrected_on_the_raw_rate():
    dead = replace(LAYERS, dead_time=3e-4)
    plain, corrected = analyze(synth.layered(2, LAYERS)), analyze(synth.layered(2, dead))
    uncorrected = analyze(synth.layered(2, dead), dead_time="none")
    assert mean_of(corrected, "Na+")[0] == pytest.approx(mean_of(plain, "Na+")[0], rel=0.02)
    assert mean_of(uncorrected, "Na+")[0] < 0.93 * mean_of(plain, "Na+")[0]
    assert "dead-time-large" in codes(corrected)
    assert applied(corrected)["dead time"] == "non-paralysable, 300000 ns"


def test_a_saturated_detector_is_refused_and_another_channels_points_are_left_out():
    case = synth.layered(2, LAYERS)
    case = replace(case, metadata={**case.metadata, "sims.dead_time": "4 ms"})
    assert analyze(case).refusals[0].code == "saturated"
    outcome = analyze(case, species="Si+")
    assert "saturated-left-out" in codes(outcome)


def test_the_background_is_taken_from_a_named_plateau_with_its_uncertainty():
    layers = replace(LAYERS, ions=(synth.Ion("Na+", background=30.0), synth.Ion("Zr+", stop=None)))
    outcome = analyze(synth.layered(3, layers), background_start="1400", background_stop="1700")
    value, low, high = mean_of(outcome, "Na+", "surface")
    assert low < 400 < high
    assert value == pytest.approx(400, rel=0.05)
    limits = outcome.tables["detection_limits"]
    expected = 2.71 + 3.29 * np.sqrt(2 * limits["background"].values[0])
    assert limits["limit"].values[0] == pytest.approx(expected)
    assert limits["background"].values[0] == pytest.approx(30, rel=0.1)


def test_a_plateau_without_points_is_refused():
    outcome = analyze(synth.layered(3, LAYERS), background_start="5000", background_stop="6000")
    assert outcome.refusals[0].code == "no-plateau"


def test_as_many_points_of_a_plateau_are_enough_as_are_said_to_be_needed():
    """The window grows by half a point at a time; a point is 12 nm deep."""
    case = synth.layered(3, LAYERS)
    outcomes = (analyze(case, background_start=1400, background_stop=1400 + 6 * half) for half in range(1, 20))
    refusals = [o.refusals[0].message for o in itertools.takewhile(lambda o: o.status == "refused", outcomes)]
    found = [re.search(r"holds (\d+) points? .*, (\d+) are needed", text) for text in refusals]
    held, needed = zip(*(map(int, numbers.groups()) for numbers in found), strict=True)
    assert max(held) == needed[0] - 1


def drifting(seed=5):
    """A beam that falls to a half: all counts fall with it, the layers do not."""
    layers = replace(LAYERS, ions=(synth.Ion("Na+", 800.0), synth.Ion("Si+", 3000.0, stop=None)))
    case, rng = synth.layered(seed, layers), np.random.default_rng(seed)
    beam = 1 - 0.5 * case.columns["sputter_time"].values / layers.end
    counts = rng.binomial(case.columns["ion_counts"].values.astype(int), beam).astype(float)
    return case.with_values("ion_counts", counts), beam


@pytest.mark.parametrize("normalise", ["matrix", "primary_current", "total"])
def test_normalising_takes_out_what_is_common_to_all(normalise):
    case, beam = drifting()
    if normalise == "primary_current":
        case = case.with_values("primary_current", beam, "nA")
    params = {"species": "Si+" if normalise == "primary_current" else "Na+"}
    outcome = analyze(case, normalise=normalise, matrix="Si+", **params)
    table = outcome.diagnostics
    species, signal = np.array(table["species"].values), table["signal"].array()
    if normalise == "primary_current":
        assert [flag.code for flag in outcome.refusals] == ["no-interface"]  # flat again
    else:
        sodium = signal[species == "Na+"][:60]
        assert sodium[:20].mean() == pytest.approx(sodium[40:].mean(), rel=0.02)
    if normalise == "matrix":  # by the total, sodium itself bends the curve
        assert outcome["interface_position"].value == pytest.approx(1000, abs=4)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"normalise": "matrix", "matrix": "Xx+"}, "no-matrix"),
        ({"normalise": "primary_current"}, "no-primary-current"),
    ],
)
def test_what_normalises_must_be_there(params, code):
    assert analyze(synth.layered(5, LAYERS), **params).refusals[0].code == code


def test_a_normaliser_in_its_own_noise_is_refused_and_weak_points_are_left_out():
    flat = analyze(
        synth.layered(5, LAYERS), normalise="matrix", matrix="Si+", background_start=1400, background_stop=1700
    )
    assert flat.refusals[0].code == "normaliser-weak"
    beneath = analyze(synth.layered(5, LAYERS), normalise="matrix", matrix="Zr+", species="Si+")
    assert beneath.refusals[0].code == "normaliser-weak"  # zirconium begins at 1000 nm
    above = analyze(synth.layered(5, LAYERS), normalise="matrix", matrix="Na+", species="Zr+")
    assert "normaliser-weak" in codes(above)


def test_layers_are_sputtered_one_after_another():
    # 100 nm at 2 nm/s take 50 s; the next layer goes on at 1 nm/s
    time = np.array([0.0, 25.0, 50.0, 60.0, 500.0])
    assert by_layers(time, [(100.0, 2.0), (50.0, 1.0)]).tolist() == [0, 50, 100, 110, 550]


def test_a_table_of_layers_calibrates_a_profile_without_a_crater():
    case = synth.layered(6, LAYERS).without("sims.crater_depth")
    record = case.record()
    layers = [{"rate": "2 nm/s", "from": "0 nm", "to": "0.5 um"}, {"rate": "120 nm/min"}]
    record.metadata.set("sims.depth_calibration", layers, source="test")
    outcome = analyze(record)
    assert outcome["interface_position"].interval.covers(1000)
    assert applied(outcome)["depth"] == "piecewise by 2 layers"


def test_a_layer_without_a_unit_is_refused():
    record = synth.layered(6, LAYERS).without("sims.crater_depth").record()
    record.metadata.set("sims.depth_calibration", [{"rate": "2"}], source="test")
    assert analyze(record).refusals[0].code == "layers-unreadable"


def test_without_a_calibration_depth_is_refused_and_time_kept():
    outcome = analyze(synth.layered(6, LAYERS).without("sims.crater_depth"))
    assert outcome["interface_position"].unit == "s"
    assert outcome["interface_position"].interval.covers(500)
    flag = next(flag for flag in outcome.flags if flag.code == "depth-uncalibrated")
    assert flag.hint == '--set sims.crater_depth="1 um"'


def test_the_uncertainty_of_the_depth_is_a_component():
    plain, scaled = (analyze(synth.layered(7, LAYERS), depth_uncertainty=u) for u in (0, 3))
    one, other = plain["interface_position"], scaled["interface_position"]
    assert other.uncertainty == pytest.approx(np.hypot(one.uncertainty, 0.03 * one.value))
    assert other.interval.high - other.interval.low > one.interval.high - one.interval.low
    assert [(c.name, c.kind) for c in other.components] == [
        ("counting statistics", "A"),
        ("shape of the edge", "B"),
        ("depth calibration", "B"),
    ]


def test_smoothing_changes_the_picture_alone():
    plain, smooth = (analyze(synth.layered(7, LAYERS), smooth=n) for n in (0, 7))
    assert smooth.measurands == plain.measurands
    assert "smooth" in smooth.diagnostics
    assert smoothed(np.array([0.0, 3.0, 0.0, 0.0]), 3).tolist() == [1.5, 1, 1, 0]


def test_counts_of_a_faraday_cup_have_no_root_n():
    size = 4
    one, zero = np.ones(size), np.zeros(size)
    texts = np.full(size, "a", dtype=object)
    analogue = np.array([False, True, False, True])
    low, high = CountProfile(zero, "nm", 100 * one, one, zero, zero, zero, texts, texts, one, analogue).band()
    assert (low[0], high[0]) == (90, 110)
    assert np.isnan(low[analogue]).all()
    assert np.isnan(high[analogue]).all()


def test_rates_without_dwell_have_no_statistics():
    case = synth.layered(8, LAYERS)
    rates = case.with_values("ion_count_rate", case.columns["ion_counts"].values, "count/s").without("ion_counts")
    assert analyze(rates)["interface_position"].value is not None
    assert analyze(rates.without("sims.dwell_time")).refusals[0].code == "counts-unavailable"


def test_negative_counts_are_refused():
    case = synth.layered(8, LAYERS)
    values = case.columns["ion_counts"].values - 100
    assert analyze(case.with_values("ion_counts", values)).refusals[0].code == "negative-counts"


def test_the_band_is_of_the_counts_the_base_and_the_gain():
    """Of 10,000 counts √n is 100; all in units of the signal, in quadrature."""
    n, gain, base = np.array([1e4, 1e4]), np.array([50.0, 50.0]), np.array([5000.0, 5000.0])
    zero, label = np.zeros(2), np.array(["a", "a"])
    known = CountProfile(
        np.arange(2.0), "nm", n, gain, base, zero, zero, label, label, zero + 1, np.array([False, True])
    )
    for base_error, relative, expected in [
        (0.0, 0.0, 100 / 50),
        (75.0, 0.0, np.hypot(100, 75) / 50),
        (0.0, 0.02, np.hypot(100 / 50, 0.02 * 100)),
        (75.0, 0.02, np.sqrt(2.0**2 + 1.5**2 + 2.0**2)),
    ]:
        low, high = replace(known, base_error=zero + base_error, relative=zero + relative).band()
        assert known.signal[0] == 100
        assert 100 - low[0] == pytest.approx(expected, rel=1e-12)
        assert high[0] - 100 == pytest.approx(expected, rel=1e-12)
        assert np.isnan([low[1], high[1]]).all()


@pytest.mark.parametrize(
    ("acquisition", "ends"), [("sequential", (100.0, 50.0)), ("simultaneous", (100.0, 100.0))]
)
def test_polarities_measured_in_turn_have_a_crater_each(acquisition, ends):
    """Points each second, the first at 0 s: a crater ends one cycle after its last point, at its depth."""
    rows = SimpleNamespace(
        region=np.full(150, "only"),
        polarity=np.repeat([1, -1], [100, 50]),
        species=np.repeat(["Na+", "P-"], [100, 50]),
    )
    time = np.concatenate([np.arange(100.0), np.arange(50.0)])
    data = Bound({"t": time}, {"sims.acquisition": acquisition})
    depth = _by_craters(rows, data, {"only": 2000.0})
    assert depth == pytest.approx(2000 * time / np.repeat(ends, [100, 50]))


class Bound(dict):
    """Columns and metadata, as an analysis is given them."""

    def __init__(self, columns, metadata):
        super().__init__(columns)
        self.meta = metadata.get

"""Generated depth profiles hold what they say."""

from dataclasses import replace

import numpy as np
import pytest

from echub.testing import synth

ONE = synth.Layers(ions=(synth.Ion("Na+", 1000.0, 0.0),), factors={"only": {}})


def only(layers, seed=1):
    (channel,) = synth.channels(seed, layers)
    return channel


def test_an_edge_is_half_way_at_its_place_and_as_wide_as_stated():
    ion = synth.Ion("Na+", 1000.0, 0.0, stop=1000.0, width=60.0)
    # from 16 to 84 % within one width
    assert ion.counts(np.array([970.0, 1000.0, 1030.0])) == pytest.approx([841.3, 500, 158.7], abs=0.1)
    buried = synth.Ion("In+", 100.0, 1.0, start=200.0, stop=400.0, width=10.0)
    assert buried.counts(np.array([100.0, 300.0, 500.0])) == pytest.approx([1, 101, 1])


def test_ions_are_counted_one_after_another():
    times = {c.ion.label: c.time[0] for c in synth.channels(1, replace(synth.Layers(), factors={"only": {}}))}
    assert times == pytest.approx({"Na+": 1.2, "Zr+": 2.4, "Si+": 3.6})


def test_the_dead_time_takes_its_share():
    lost = only(replace(ONE, dead_time=5e-4))
    plateau = lost.time < 300
    assert lost.counts[plateau].mean() == pytest.approx(1000 / 1.5, rel=0.02)


def test_spikes_stand_alone():
    spiked = only(replace(ONE, spikes=3))
    assert (spiked.counts > 5000).sum() == 3


def test_the_same_seed_draws_the_same_counts():
    assert np.array_equal(only(ONE, 5).counts, only(ONE, 5).counts)
    assert not np.array_equal(only(ONE, 5).counts, only(ONE, 6).counts)


def test_craters_of_a_region_spread():
    layers = replace(ONE, craters=30, crater_spread=0.2)
    means = [c.counts[c.time < 300].mean() for c in synth.channels(2, layers)]
    assert np.std(np.log(means), ddof=1) == pytest.approx(0.2, rel=0.35)


def test_a_lag_moves_the_negative_polarity_by_its_depth():
    ions = (synth.Ion("Na+"), synth.Ion("P-", polarity=-1))
    case = synth.layered(1, synth.Layers(ions=ions, lag=50.0, rate=2.0))
    assert case.truth["polarity_lag"] == 100
    early, late = synth.channels(1, synth.Layers(ions=ions, factors={"only": {}}, lag=50.0, rate=2.0))
    half = [c.time[np.argmin(np.abs(c.expected - 202))] for c in (early, late)]
    assert half[1] - half[0] == pytest.approx(50, abs=6)


@pytest.mark.parametrize(
    ("start", "stop", "edge"), [(None, 800.0, 800.0), (200.0, None, 200.0), (200.0, 800.0, 800.0)]
)
def test_the_true_interface_is_where_the_first_ion_stops_else_where_it_starts(start, stop, edge):
    case = synth.layered(1, synth.Layers(ions=(synth.Ion("Na+", start=start, stop=stop),)))
    assert case.truth["interface_position"] == edge

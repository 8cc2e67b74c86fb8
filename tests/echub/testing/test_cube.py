"""Generated maps: the share of a pixel, counts that follow their law, and truth beside them."""

from dataclasses import replace

import numpy as np
import pytest

from echub.testing import synth
from echub.testing.synth import Cube, MappedIon, Pillar
from echub.testing.synth.cube import share


def counts(case):
    return case.columns["ion_counts"].values


@pytest.mark.parametrize("pillar", [Pillar(10.3, 12.9, 6), Pillar(16, 16, 12), Pillar(15, 15, 9, stretch=2)])
@pytest.mark.parametrize("pixel_um", [0.5, 1.0, 1.5])
def test_the_shares_of_the_pixels_add_up_to_the_area(pillar, pixel_um):
    pixels = round(32 / pixel_um)
    assert share(pillar, pixels, pixel_um).sum() * pixel_um**2 == pytest.approx(
        np.pi / 4 * pillar.width**2, rel=5e-3
    )


def test_counts_follow_their_law():
    setup = Cube(pixels=32, frames=40, ions={"Na+": MappedIon(background=5, pillars=(), trend=1.0)})
    made = counts(synth.cube(3, setup))[0]
    per_frame = made.mean(axis=(1, 2))
    expected = 5 * (1 + (np.arange(40) + 0.5) / 40)
    # The mean of 1024 pixels is known to sqrt(n/1024): 5 of them are never exceeded.
    assert np.abs(per_frame - expected).max() < 5 * np.sqrt(10 / 1024)
    assert made.var(axis=(1, 2)).mean() == pytest.approx(expected.mean(), rel=0.03)


def test_a_column_has_its_depth_and_brightness():
    pillar = Pillar(30, 30, 20, 3.0, top=0.25, bottom=0.75)
    setup = Cube(frames=20, ions={"Na+": MappedIon(background=50, pillars=(pillar,))})
    core = counts(synth.cube(1, setup))[0, :, 27:34, 27:34].mean(axis=(1, 2))
    assert core[5:15] == pytest.approx(np.full(10, 150), rel=0.05)
    assert core[[0, 4, 15, 19]] == pytest.approx(np.full(4, 50), rel=0.1)


def test_dead_time_hides_what_it_should():
    ions = {"Na+": MappedIon(background=40, pillars=())}
    setup = Cube(pixels=16, frames=10, ions=ions, dead_ns=100, dwell_ms=0.01)
    # 40 ions in 10 µs with 100 ns dead after each: 40/(1 + 0.4).
    assert counts(synth.cube(1, setup)).mean() == pytest.approx(40 / 1.4, rel=0.02)
    assert synth.cube(1, setup).metadata["sims.dead_time"] == "0.0001 ms"


def test_lost_pixels_are_masked():
    case = synth.cube(1, Cube(pixels=32, frames=10, lost=0.25))
    mask = case.columns["mask"].values.astype(bool)
    assert mask.mean() == pytest.approx(0.75, abs=0.02)
    assert not counts(case)[~mask].any()


def test_the_same_seed_gives_the_same_map_and_the_truth():
    one, again, other = (synth.cube(seed, Cube(frames=5)) for seed in (1, 1, 2))
    assert np.array_equal(counts(one), counts(again))
    assert not np.array_equal(counts(one), counts(other))
    assert one.truth["smallest_column_width"] == 6
    assert one.truth["column_area"] == pytest.approx(100 * np.pi / 4 * (36 + 144) / 64**2)
    blank = synth.cube(1, Cube(frames=5, ions={"Na+": MappedIon(pillars=())}))
    assert blank.truth == {"column_count": 0}


def test_a_map_becomes_a_record_over_its_axes():
    record = synth.cube(1, Cube(pixels=8, frames=5, ions={"Na+": MappedIon(), "O-": MappedIon(-1)})).record()
    data = record["ion_map"]
    assert data.column("ion_counts").axes == ("species", "frame", "y", "x")
    assert data["polarity"].tolist() == [1, -1]
    assert data["species"].tolist() == ["Na+", "O-"]


def test_the_first_rows_of_a_map_are_its_first_ions():
    case = synth.cube(1, Cube(pixels=8, frames=5, ions={"Na+": MappedIon(), "O-": MappedIon(-1)})).rows(1)
    assert counts(case).shape == (1, 5, 8, 8)
    assert case.columns["species"].values.tolist() == ["Na+"]
    assert len(case.columns["frame"].values) == 5
    assert replace(case).rows(0).record()["ion_map"].rows == 0

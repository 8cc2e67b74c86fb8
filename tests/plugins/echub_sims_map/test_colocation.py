"""Co-location: the correlation of what lies behind the counts, chance by shifts, refusals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import echub
from echub.testing import synth
from echub.testing.synth import PILLARS, Cube, MappedIon, Pillar
from echub_sims_map.data.cube import IonCube
from echub_sims_map.method.colocation import together

ELSEWHERE = (Pillar(45, 15, 6.0), Pillar(15, 45, 12.0))
IONS = {
    "Na+": MappedIon(background=3.0),
    "K+": MappedIon(background=2.0),
    "Zr+": MappedIon(background=5.0, pillars=tuple(replace(p, contrast=0.5) for p in PILLARS)),
    "Li+": MappedIon(background=3.0, pillars=ELSEWHERE),
    "Si+": MappedIon(background=4.0, pillars=()),
    "O-": MappedIon(-1, background=4.0),
}


@pytest.fixture(scope="module")
def record():
    return synth.cube(2, Cube(frames=24, ions=IONS)).record()


@pytest.fixture(scope="module")
def table(record):
    columns = echub.analyze("sims-map", record).tables["colocation"]
    names = [name for name in columns if name != "with"]
    rows = zip(*(columns[name].values for name in names), strict=True)
    return {ion: dict(zip(names, row, strict=True)) for ion, row in zip(columns["with"].values, rows, strict=True)}


def test_the_noise_of_counting_is_taken_out(table):
    assert table["K+"]["low"] < 1
    assert table["K+"]["correlation"] == pytest.approx(1, abs=0.03)
    assert table["Zr+"]["correlation"] == pytest.approx(-1, abs=0.05)
    assert table["Zr+"]["p_chance"] < 0.01 > table["K+"]["p_chance"]


def test_other_columns_and_no_columns_are_no_company(table):
    assert table["Li+"]["p_chance"] > 0.01
    assert abs(table["Li+"]["correlation"]) < 0.1
    assert table["Si+"]["correlation"] is None
    assert table["Si+"]["p_chance"] > 0.01


def test_brightness_inside_over_outside_covers_the_truth(table):
    for ion, truth in (("K+", 3.0), ("Zr+", 0.5), ("Si+", 1.0)):
        row = table[ion]
        assert row["ratio_low"] * 0.98 < truth < row["ratio_high"] * 1.02
        assert row["inside_over_outside"] == pytest.approx(truth, rel=0.06)


def test_opposite_polarities_are_compared_only_where_asked(record, table):
    assert "O-" not in table
    outcome = echub.analyze("sims-map", record)
    assert "across-polarities" in {flag.code for flag in outcome.flags}
    asked = echub.analyze("sims-map", record, params={"partner": "O-"})
    assert asked.refusals[0].code == "across-polarities"
    assert "across_polarities=true" in asked.refusals[0].hint
    both = echub.analyze("sims-map", record, params={"partner": "O-", "across_polarities": True})
    assert both.tables["colocation"]["polarities"].values == ("+1 -1",)
    assert both.tables["colocation"]["p_chance"].values[0] < 0.01


def test_an_ion_that_is_not_there_is_refused(record):
    outcome = echub.analyze("sims-map", record, params={"partner": "Mg+"})
    assert outcome.refusals[0].code == "unknown-species"


def test_an_empty_channel_is_left_out_and_said():
    case = synth.cube(2, Cube(frames=24, ions=IONS))
    counts = case.columns["ion_counts"].values.copy()
    counts[1] = 0
    outcome = echub.analyze("sims-map", case.with_values("ion_counts", counts).record())
    assert "K+" not in outcome.tables["colocation"]["with"].values
    assert "empty-channel" in {flag.code for flag in outcome.flags}
    assert outcome["column_count"].value == 2


def counts(values, measured=None):
    measured = np.ones(values.shape, bool) if measured is None else measured
    values = np.where(measured, values, 0).astype(float)
    return IonCube("", "", 1, values, values, measured)


def test_chance_is_as_likely_as_it_says():
    rng = np.random.default_rng(5)
    p = []
    for _ in range(200):
        smooth = [gaussian_filter(rng.standard_normal((40, 40)), 1.5)[8:32, 8:32] for _ in range(2)]
        p.append(together(*(counts(rng.poisson(5 * np.exp(4 * r), (4, 24, 24))) for r in smooth), rng).p)
    # 5 % of 200 are 10 ± 3; twice that has a chance of 1 in 1000.
    assert np.mean(np.array(p) < 0.05) < 0.10
    assert np.mean(p) == pytest.approx(0.5, abs=0.08)


def test_intervals_of_the_correlation_cover_it():
    rng = np.random.default_rng(6)
    base, other = (np.kron(rng.gamma(6, 0.5, (8, 8)), np.ones((4, 4))) for _ in range(2))
    mixed = 0.6 * base + 0.4 * other
    truth = np.corrcoef(base.ravel(), mixed.ravel())[0, 1]
    found = [together(*(counts(rng.poisson(m, (6, 32, 32))) for m in (base, mixed)), rng) for _ in range(60)]
    assert np.mean([t.correlation for t in found]) == pytest.approx(truth, abs=0.01)
    # 60 of 95 % cover fewer than 52 with a chance below 1 in 1000.
    assert sum(t.low < truth < t.high for t in found) >= 52


def test_pixels_measured_in_few_frames_have_the_noise_of_few():
    """Counts brought to the mean number of frames: their variance goes with the square of the factor."""
    rng = np.random.default_rng(8)
    rate = 3.0 * np.kron(1 + rng.uniform(-0.55, 0.55, (16, 16)), np.ones((4, 4)))
    frames = np.where(np.arange(64) < 32, 16, 4)
    measured = np.arange(16)[:, None, None] < np.broadcast_to(frames, (64, 64))
    one, other = (counts(rng.poisson(rate, measured.shape), measured) for _ in range(2))
    # Both follow one map: 1. With the factor itself, a third of the noise would stay in both variances: 0.85.
    assert together(one, other, rng).correlation == pytest.approx(1, abs=0.07)


def test_pixels_that_were_not_measured_do_not_make_company():
    rng = np.random.default_rng(7)
    measured = rng.random((10, 32, 32)) > 0.3 * (np.arange(32) < 16)
    one, other = (counts(rng.poisson(5, measured.shape), measured) for _ in range(2))
    found = together(one, other, rng)
    assert found.p > 0.02
    assert found.correlation is None

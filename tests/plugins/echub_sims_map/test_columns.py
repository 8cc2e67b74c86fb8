"""Columns of known place, width and depth: counted and measured, or a refusal with its code."""

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.plugin import Record
from echub.testing import synth
from echub.testing.synth import PILLARS, MappedIon, Pillar
from echub_sims_map.data.cube import Maps
from echub_sims_map.method.columns import detectable_contrast
from echub_sims_map.outcome.diagnostics import scale_of

FRAMES = 24


def Cube(frames=FRAMES, **told):  # noqa: N802
    """Return a setup with fewer frames than the default, to be quick."""
    return synth.Cube(frames=frames, **told)


def ask(setup, seed=0, **params):
    return echub.analyze("sims-map", synth.cube(seed, setup).record(), params=params)


def one(**told):
    return {"Na+": MappedIon(**told)}


def codes(outcome):
    return {flag.code for flag in outcome.flags}


def with_counts(change, setup=None, **params):
    """Ask about a map whose counts were changed after they were made."""
    case = synth.cube(0, setup or Cube(pixels=60))
    column = case.columns["ion_counts"]
    changed = replace(case, columns={**case.columns, "ion_counts": replace(column, values=change(column.values))})
    return echub.analyze("sims-map", changed.record(), params=params)


@pytest.mark.parametrize(
    ("setup", "params"),
    [
        (Cube(ions=one(background=2.0, pillars=tuple(replace(p, contrast=2.0) for p in PILLARS))), {}),
        (Cube(ions=one(), lost=0.2), {}),
        (Cube(ions=one(trend=-0.5, unevenness=0.4)), {}),
        (Cube(ions=one(), dead_ns=100), {}),
        (Cube(ions=one(pillars=tuple(replace(p, contrast=0.4) for p in PILLARS))), {"columns": "darker"}),
        (Cube(ions=one(background=0.5)), {"frames": "2"}),
        (Cube(ions=one(pillars=tuple(replace(p, stretch=1.6) for p in PILLARS))), {}),
        (Cube(ions=one(pillars=(replace(PILLARS[0], bottom=0.7), PILLARS[1]))), {}),
    ],
    ids=["faint", "lost pixels", "uneven", "dead time", "darker", "frames added up", "ellipses", "not to the end"],
)
def test_columns_are_counted_and_their_widths_covered(setup, params):
    inside = []
    for seed in range(3):
        outcome = ask(setup, seed, **params)
        assert outcome["column_count"].value == 2
        for name, width in (("smallest_column_width", 6.0), ("largest_column_width", 12.0)):
            measurand = outcome[name]
            assert measurand.value == pytest.approx(width, rel=0.1)
            inside.append(measurand.interval.covers(width))
    # 6 intervals of 95 % cover fewer than 4 with a chance of 2 in 1000.
    assert sum(inside) >= 4


def test_regions_of_one_file_share_the_range_of_colours():
    """Two regions of 2 and 20 counts per pixel: the range is that of both, not that of the one drawn."""
    counts = np.random.default_rng(4).poisson(np.array([2.0, 20.0])[:, None, None, None], (2, 8, 24, 24))
    names = (("dark", "Na+", 1), ("bright", "Na+", 1))
    maps = Maps(counts.astype(float), np.ones(counts.shape, bool), names, None)
    low, high = scale_of(maps, "Na+")["scale"].array()
    assert 1 < low < 3
    assert 20 < high < 26
    dark = scale_of(replace(maps, counts=maps.counts[:1], names=names[:1]), "Na+")["scale"].array()
    assert dark[1] < 4


def test_blank_cubes_have_no_columns():
    blanks = [ask(Cube(ions=one(background=b, pillars=())), seed) for b in (1.5, 4) for seed in range(4)]
    assert [outcome["column_count"].value for outcome in blanks] == [0] * 8
    assert "smallest_column_width" not in blanks[0].measurands


def test_an_uneven_background_is_no_column():
    outcome = ask(Cube(ions=one(pillars=(), unevenness=0.6)))
    assert outcome["column_count"].value == 0
    assert "uneven-background" in codes(outcome)


def test_two_columns_two_pixels_apart_are_two():
    pair = (Pillar(20, 30, 10), Pillar(32, 30.4, 10))
    assert ask(Cube(ions=one(pillars=pair)))["column_count"].value == 2


def test_a_column_of_too_little_depth_is_none():
    outcome = ask(Cube(ions=one(pillars=(replace(PILLARS[1], top=0.2, bottom=0.7),))))
    assert outcome["column_count"].value == 0
    assert outcome["column_count"].interval.high == 1  # at a span of 50 %
    assert ("span", 1.0) in {(s.parameter, s.value) for s in outcome.sensitivity}
    assert (
        ask(Cube(ions=one(pillars=(replace(PILLARS[1], top=0.2, bottom=0.7),))), span=40)["column_count"].value
        == 1
    )


def test_the_table_says_where_each_column_is():
    table = ask(Cube(ions=one(pillars=(replace(PILLARS[0], top=0.1, bottom=0.8), PILLARS[1])))).tables["columns"]
    assert table["x"].array() == pytest.approx([16.3, 44.6], abs=0.2)
    assert table["y"].array() == pytest.approx([17.1, 40.2], abs=0.2)
    assert table["frame_from"].array() == pytest.approx([1.9, -0.5], abs=1.1)
    assert table["frame_to"].array() == pytest.approx([18.7, 23.5], abs=1.1)
    assert table["contrast"].array() == pytest.approx([3, 3], rel=0.1)


def test_a_column_hardly_wider_than_its_pixels_is_bounded_from_above():
    outcome = ask(Cube(ions=one(pillars=(Pillar(20.2, 20.4, 2.6), PILLARS[1]))))
    smallest = outcome["smallest_column_width"]
    assert (smallest.value, smallest.censoring) == (None, "left")
    assert smallest.interval.covers(2.6)


def test_a_column_at_the_edge_is_counted_and_not_measured():
    outcome = ask(Cube(ions=one(pillars=(Pillar(0, 30, 9), PILLARS[1]))))
    assert outcome["column_count"].value == 2
    assert outcome["smallest_column_width"].value == pytest.approx(12, abs=0.3)
    assert "columns-cut" in codes(outcome)


def test_columns_that_hardly_stand_out_are_said():
    faint = tuple(replace(p, contrast=1.45) for p in PILLARS)
    outcome = ask(Cube(ions=one(background=1.2, pillars=faint)))
    assert "columns-near-threshold" in codes(outcome)
    assert ask(Cube(frames=60, ions=one(background=1.2, pillars=faint)), window=5)["column_count"].value == 2


def test_without_a_pixel_size_widths_are_in_pixels():
    case = synth.cube(0, Cube()).without("x", "y")
    outcome = echub.analyze("sims-map", case.record())
    assert outcome["smallest_column_width"].unit == "1"
    assert outcome["smallest_column_width"].interval.covers(6)
    assert "no-pixel-size" in codes(outcome)


def test_a_crater_depth_gives_depths():
    case = synth.cube(0, Cube())
    deep = replace(case, metadata={**case.metadata, "sims.crater_depth": "2 um"})
    table = echub.analyze("sims-map", deep.record()).tables["columns"]
    assert (table["depth_from"].unit, table["depth_to"].values[1]) == ("nm", pytest.approx(2000))


def test_overdispersed_counts_widen_the_intervals():
    rng = np.random.default_rng(3)
    noisy = with_counts(lambda n: rng.poisson(n * rng.gamma(4, 1 / 4, n.shape)))
    plain = with_counts(lambda n: n)
    assert "overdispersed" in codes(noisy)
    assert noisy["dispersion"].value > 1.5 > 1.1 > plain["dispersion"].value
    widths = noisy["largest_column_width"].uncertainty, plain["largest_column_width"].uncertainty
    assert widths[0] > 1.2 * widths[1]


def blurred(n):
    return np.round((n + np.roll(n, 1, axis=1) + np.roll(n, 2, axis=1)) / 3)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda n: n / n.max(), "normalised-image"),
        (lambda n: np.round(255 * (n / n.max())), "eight-bit-image"),
        (lambda n: n * 1.5, "not-counts"),
        (lambda n: n - 3.0, "negative-counts"),
        (lambda n: 0 * n, "empty-channel"),
        (blurred, "smoothed-image"),
        (lambda n: np.full(n.shape, np.nan), "no-values"),
        (lambda n: np.random.default_rng(1).binomial(n.astype(int), 0.1), "background-too-low"),
    ],
)
def test_what_holds_no_counting_statistics_is_refused(change, code):
    outcome = with_counts(change)
    assert [flag.code for flag in outcome.refusals] == [code]


def test_too_dark_a_map_says_how_many_frames_to_add_up():
    setup = Cube(ions=one(background=0.3))
    outcome = ask(setup)
    assert outcome.refusals[0].hint == "--param frames=4"
    assert "roi_profile" in outcome.tables
    assert ask(setup, frames=4)["column_count"].value == 2


@pytest.mark.parametrize(
    ("setup", "params", "code"),
    [
        (Cube(frames=1), {}, "one-frame"),
        (Cube(frames=4), {}, "too-few-frames"),
        (Cube(frames=29), {"frames": 5}, "too-few-frames"),
        (Cube(), {"species": "K+"}, "unknown-species"),
        (Cube(), {"region": "nowhere"}, "unknown-region"),
        (Cube(), {"reference": "nowhere"}, "no-reference"),
        (Cube(dead_ns=900), {}, "saturated"),
        (Cube(), {"roi": "circle 1 2 3"}, "bad-roi"),
    ],
)
def test_refusals_have_codes(setup, params, code):
    outcome = ask(setup, **params) if code != "saturated" else with_counts(lambda n: n * 0 + 12, setup)
    assert [flag.code for flag in outcome.refusals] == [code]


def test_uneven_pixels_are_refused():
    case = synth.cube(0, Cube(pixels=32, frames=10))
    crooked = case.with_values("x", case.columns["x"].values ** 1.1)
    assert echub.analyze("sims-map", crooked.record()).refusals[0].code == "uneven-pixels"


def two_regions(first, second):
    """Return a record of two regions of the same ion."""
    records = [synth.cube(seed, setup).record()["ion_map"] for seed, setup in enumerate((first, second))]
    counts = np.concatenate([dataset["ion_counts"] for dataset in records])
    case = synth.cube(0, first)
    names = np.array(["failed", "pristine"], dtype=object)
    columns = {
        **case.columns,
        "ion_counts": replace(case.columns["ion_counts"], values=counts),
        "species": replace(case.columns["species"], values=np.array(["Na+", "Na+"], dtype=object)),
        "polarity": replace(case.columns["polarity"], values=np.array([1, 1])),
        "region": synth.Column(names, None, ("species",)),
    }
    return replace(case, columns=columns).record()


def test_a_reference_region_sets_the_threshold():
    record = two_regions(Cube(), Cube(ions=one(pillars=())))
    outcome = echub.analyze("sims-map", record, params={"reference": "pristine"})
    assert outcome.status == "ok"
    assert outcome["column_count"].value == 2
    assert outcome.conditions["reference"].value == "pristine"
    same = echub.analyze("sims-map", record, params={"region": "pristine", "reference": "pristine"})
    assert same.refusals[0].code == "no-reference"


def test_a_reference_that_has_columns_itself_is_said():
    weak = Cube(ions=one(pillars=(Pillar(30, 30, 5, 9.0),)))
    outcome = echub.analyze("sims-map", two_regions(Cube(), weak), params={"reference": "pristine"})
    assert "reference-has-columns" in codes(outcome)


def test_counts_that_are_no_numbers_were_not_measured():
    case = synth.cube(0, Cube())
    record = case.record()
    dataset = record["ion_map"]
    values = dataset["ion_counts"].astype(float)
    values[:, :, 5:9, 5:9] = np.nan
    columns = {**dataset.columns, "ion_counts": replace(dataset.column("ion_counts"), values=values)}
    outcome = echub.analyze("sims-map", Record([replace(dataset, columns=columns)], metadata=record.metadata))
    assert outcome["column_count"].value == 2
    everything = outcome.tables["roi_profile"]["pixels"].array()
    assert everything.reshape(2, -1).sum(axis=0)[0] == 64 * 64 - 16


@pytest.mark.parametrize("sign", [1, -1])
def test_at_the_detectable_contrast_a_window_stands_out_by_the_threshold(sign):
    """2(√(cE + 3/8) - √(E + 3/8)) is the threshold, above or below the background of E counts in a window."""
    expected = 2.0 * 5**3
    contrast = detectable_contrast(2.0, 6.0, 5, sign)
    assert (contrast > 1) == (sign > 0)
    apart = 2 * (np.sqrt(contrast * expected + 0.375) - np.sqrt(expected + 0.375))
    assert apart == pytest.approx(6.0 * sign, rel=1e-12)


def test_nothing_is_dark_enough_to_be_seen_against_few_counts():
    assert detectable_contrast(0.01, 6.0, 3, -1) == 0

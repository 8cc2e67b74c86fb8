"""Regions of interest: shapes, masked pixels, and the way to a depth profile."""

import json
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.special import erfc

import echub
from echub.errors import ReadError
from echub.plugin import Outcome, Series
from echub.testing import synth
from echub.testing.synth import Cube, MappedIon, Pillar
from echub_sims_map.figure import INSIDE, OTHERS, OUTSIDE, _limits, _outline_section, draw
from echub_sims_map.profile import to_profile
from fixtures.sims.maps import FOLDER, counts, maps

AXES = ("species", "frame", "y", "x")
SETUP = Cube(
    pixels=40, frames=16, pixel_um=2.0, ions={"Na+": MappedIon(), "Zr+": MappedIon(background=6, pillars=())}
)


def ask(case, **params):
    return echub.analyze("sims-map", case.record(), params=params)


def rows(outcome, roi, species="Na+"):
    table = outcome.tables["roi_profile"]
    mine = [a == roi and b == species for a, b in zip(table["roi"].values, table["species"].values, strict=True)]
    return {
        name: series.array()[mine] for name, series in table.items() if name not in ("roi", "region", "species")
    }


def test_a_rectangle_adds_up_the_pixels_whose_centre_lies_in_it():
    case = synth.cube(1, SETUP)
    found = rows(ask(case, roi="rectangle 3.9 10 12 20.5"), "rectangle 3.9 10 12 20.5")
    # Pixel n is centred on 2n µm: x from 4 to 12 µm, y from 10 to 20 µm.
    expected = case.columns["ion_counts"].values[0, :, 5:11, 2:7].sum(axis=(1, 2))
    assert np.array_equal(found["counts"], expected)
    assert set(found["pixels"]) == {30}
    assert (found["low"] < expected).all()
    assert (found["high"] > expected).all()


def _write_mask(path, mask):
    if path.suffix == ".npy":
        np.save(path, mask)
    else:
        separator = {".csv": ",", ".txt": " "}[path.suffix]
        path.write_text("\n".join(separator.join(str(int(v)) for v in row) for row in mask), encoding="ascii")


@pytest.mark.parametrize("name", ["cells.npy", "cells.csv", "my cells.txt"])
def test_a_mask_adds_up_the_pixels_that_are_not_zero(tmp_path, name):
    case = synth.cube(1, SETUP)
    mask = np.random.default_rng(5).random((40, 40)) > 0.8
    _write_mask(tmp_path / name, mask)
    outcome = ask(case, roi=f"mask {tmp_path / name}; all")
    roi = next(r for r in outcome.tables["roi_profile"]["roi"].values if r.startswith("mask"))
    assert roi.startswith(f"mask {name} sha256:")
    found = rows(outcome, roi)
    assert np.array_equal(found["counts"], case.columns["ion_counts"].values[0][:, mask].sum(axis=1))
    assert set(found["pixels"]) == {int(mask.sum())}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"1,0\n0,1\n", "2 × 2"),
        (b"1,0\n0\n", "not a matrix"),
        (b"\x93NUMPY", "not a matrix"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused(tmp_path, content, says):
    path = tmp_path / "cells.csv"
    if content is not None:
        path.write_bytes(content)
    refused = ask(synth.cube(1, SETUP), roi=f"mask {path}").refusals[0]
    assert (refused.code, says in refused.message) == ("bad-roi", True)


@pytest.mark.parametrize(
    ("roi", "area"),
    [
        ("ellipse 40 38 20 10", np.pi * 20 * 10),
        ("polygon 10 10 70 10 10 70", 60 * 60 / 2),
        ("polygon 10,10 70,10 70,70 40,30 10,70", 60 * 60 - 60 * 40 / 2),
        ("all", 80 * 80),
    ],
)
def test_shapes_have_their_area(roi, area):
    found = rows(ask(synth.cube(1, SETUP), roi=roi), roi)
    assert 4 * found["pixels"][0] == pytest.approx(area, rel=0.04)


def test_columns_and_outside_are_all_there_is():
    found = [
        rows(ask(synth.cube(1, SETUP), roi="columns; outside; all"), name)
        for name in ("columns", "outside", "all")
    ]
    assert np.array_equal(found[0]["counts"] + found[1]["counts"], found[2]["counts"])


@pytest.mark.parametrize(
    ("roi", "code"),
    [
        ("circle 1 2 3", "bad-roi"),
        (",", "bad-roi"),
        ("rectangle 1 2 3", "bad-roi"),
        ("rectangle a b c d", "bad-roi"),
        ("rectangle nan 0 9 9", "bad-roi"),
        ("ellipse 1 2 inf 4", "bad-roi"),
        ("ellipse 1 2 0 4", "bad-roi"),
        ("polygon 1 2 3 4", "bad-roi"),
        ("rectangle 200 200 300 300", "empty-roi"),
    ],
)
def test_wrong_regions_of_interest_are_refused(roi, code):
    outcome = ask(synth.cube(1, replace(SETUP, frames=6)), roi=roi)
    assert [flag.code for flag in outcome.refusals] == [code]


def masked():
    """Return a map whose frame 3 was not measured at all, and frame 5 in one half only."""
    case = synth.cube(1, SETUP)
    mask = np.ones(case.columns["ion_counts"].values.shape, dtype=np.uint8)
    mask[:, 3] = 0
    mask[:, 5, :20] = 0
    return replace(case, columns={**case.columns, "mask": synth.Column(mask, "1", AXES)})


def test_not_measured_is_not_zero_counts():
    outcome = ask(masked(), roi="all")
    found = rows(outcome, "all")
    assert found["pixels"][[2, 3, 5]].tolist() == [1600, 0, 800]
    assert outcome.tables["roi_profile"]["counts"].values[3] is None
    assert found["counts"][5] == pytest.approx(found["counts"][4] / 2, rel=0.1)


def test_a_profile_is_brought_to_the_same_number_of_pixels():
    record = to_profile(ask(masked(), roi="all"))
    profile = record["depth_profile"]
    assert [notice.code for notice in record.notices] == ["pixels-differ"]
    even = profile["ion_counts"][:16]
    assert np.isnan(even[3])
    assert even[5] == pytest.approx(even[4], rel=0.1)
    assert profile["vendor_counts"][5] == pytest.approx(even[5] / 2)
    assert profile.column("ion_counts").origin == "derived"


def layered():
    """Return a map whose sodium falls at 1200 of 2000 nm, 120 nm wide."""
    depth = (np.arange(50) + 0.5) / 50 * 2000
    level = 0.5 + 2 * 0.5 * erfc((depth - 1200) / (np.sqrt(2) * 60))
    counts = np.random.default_rng(4).poisson(np.broadcast_to(level[:, None, None], (1, 50, 40, 40)))
    case = synth.cube(3, Cube(pixels=40, frames=50, pixel_um=2.0)).with_values("ion_counts", counts)
    return replace(case, metadata={**case.metadata, "sims.crater_depth": "2 um", "sims.dwell_time": "1 ms"})


def test_the_interface_in_a_region_of_interest_is_found(tmp_path):
    outcome = ask(layered(), roi="ellipse 40 40 20 20; all")
    path = tmp_path / "map.outcome.json"
    path.write_text(outcome.to_json(), encoding="utf-8")
    record = echub.read(path)
    assert record["depth_profile"]["region"][0] == "ellipse 40 40 20 20"
    profile = echub.analyze("sims-profile", path, params={"species": "Na+"})
    assert profile["interface_position"].unit == "nm"
    assert profile["interface_position"].value == pytest.approx(1200, abs=10)


def test_a_region_of_interest_is_chosen_by_name_and_the_others_are_named(tmp_path):
    path = tmp_path / "map.outcome.json"
    path.write_text(ask(synth.cube(1, SETUP)).to_json(), encoding="utf-8")
    record = echub.read(path, options={"roi": "outside"})
    assert set(record["depth_profile"]["region"]) == {"outside"}
    assert "the region of interest columns" in {dropped.what for dropped in record.dropped}
    with pytest.raises(ReadError, match="no region of interest 'inside'") as caught:
        echub.read(path, options={"roi": "inside"})
    assert caught.value.expected == "columns or outside"


def test_the_metadata_of_the_map_stay(tmp_path):
    outcome = echub.analyze("sims-map", maps(tmp_path / "maps"), params={"region": "failed"})
    (region,) = [r for r in to_profile(outcome).metadata.value("sims.regions") if r["name"] == "columns"]
    assert (region["map_region"], region["state"], region["crater_depth"]) == ("failed", "failed", 2.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda told: {**told, "tables": {}}, "no regions of interest"),
        (lambda told: {**told, "format": "other"}, "cannot be read"),
        (lambda told: {k: v for k, v in told.items() if k != "tables"}, "damaged"),
        (lambda told: {**told, "tables": {"roi_profile": {"roi": 3}}}, "damaged"),
    ],
)
def test_damaged_outcomes_are_errors(tmp_path, change, message):
    path = tmp_path / "roi.outcome.json"
    told = json.loads((FOLDER / "roi.outcome.json").read_text(encoding="utf-8"))
    path.write_text(json.dumps(change(told)), encoding="utf-8")
    with pytest.raises(ReadError, match=message):
        echub.read(path, reader="sims-map-profile")


def test_the_fixture_holds_what_its_generator_says():
    outcome = Outcome.from_json((FOLDER / "roi.outcome.json").read_text(encoding="utf-8"))
    assert outcome.tables["roi_profile"]["counts"].values[0] == counts("failed")[0, 0, 4:12, 4:12].sum()


def drawn(outcome):
    figure = Figure()
    draw(outcome, figure)
    return figure


@pytest.mark.parametrize(("species", "level"), [("Na+", 4.0), ("K+", 30.0)])
def test_the_figure_of_a_refusal_shows_the_ion_that_was_asked_for(species, level):
    ions = {name: MappedIon(background=n, pillars=()) for name, n in (("Na+", 4.0), ("K+", 30.0))}
    record = synth.cube(1, synth.Cube(pixels=16, frames=5, ions=ions)).record()
    outcome = echub.analyze("sims-map", record, params={"species": species})
    assert [refusal.code for refusal in outcome.refusals] == ["too-few-frames"]
    (profiles,) = [axes for axes in drawn(outcome).axes if axes.get_title().startswith("profiles")]
    assert np.mean(profiles.lines[0].get_ydata()) == pytest.approx(level, rel=0.1)


def test_the_figure_has_scale_bars_outlines_and_sections(tmp_path):
    params = {"region": "failed", "reference": "pristine"}
    figure = drawn(echub.analyze("sims-map", maps(tmp_path / "maps"), params=params))
    titles = [axes.get_title() for axes in figure.axes]
    assert "mean of all frames" in titles
    assert sum(title.startswith("section") for title in titles) == 2
    mean = figure.axes[titles.index("mean of all frames")]
    texts = {text.get_text() for text in mean.texts}
    assert {"1", "2", "10 µm"} <= texts
    (bar,) = mean.lines
    assert np.ptp(bar.get_xdata()) == pytest.approx(10)
    assert len(mean.collections[0].get_segments()) > 20


def test_the_outline_lies_on_the_bright_pixels_of_the_map(tmp_path):
    """As the picture is seen: the row of an image at a height follows from its extent, the first row on top."""
    outcome = echub.analyze("sims-map", maps(tmp_path / "maps"), params={"region": "failed"})
    figure = drawn(outcome)
    (mean,) = [axes for axes in figure.axes if axes.get_title() == "mean of all frames"]
    image = mean.images[0]
    left, right, bottom, top = image.get_extent()
    values, segments = np.asarray(image.get_array()), np.array(mean.collections[0].get_segments())
    numbers = outcome.diagnostics["outline_column"].array()
    for number in np.unique(numbers):
        x, y = segments[numbers == number].mean(axis=(0, 1))
        row = int((y - top) / (bottom - top) * values.shape[0])
        column = int((x - left) / (right - left) * values.shape[1])
        assert values[row, column] > 1.5 * np.median(values)
    assert mean.get_ylim() == (bottom, top)
    assert bottom > top  # y grows downwards, as the rows of the file


def test_a_section_shows_a_box_around_each_column_that_it_cuts_and_no_other():
    """Three columns lie on the section through the widest, one alone on that through the narrowest."""
    together, alone = (Pillar(16, 50, 10), Pillar(40, 50, 16), Pillar(64, 50, 12)), (Pillar(28, 16, 8),)
    ion = MappedIon(background=20, pillars=together + alone)
    figure = drawn(ask(synth.cube(1, replace(SETUP, ions={"Na+": ion}))))
    sections = [axes for axes in figure.axes if axes.get_title().startswith("section")]
    for axes, cut in zip(sections, (together, alone), strict=True):
        boxes = sorted(((*line.get_xdata()[:2],), (*line.get_ydata()[1:3],)) for line in axes.lines)
        edges = [(pillar.x - pillar.width / 2, pillar.x + pillar.width / 2) for pillar in cut]
        assert [x for x, _ in boxes] == [pytest.approx(ends, abs=SETUP.pixel_um) for ends in edges]
        assert [y for _, y in boxes] == [(-0.5, SETUP.frames - 0.5)] * len(cut)


def test_neither_gaps_nor_a_hot_pixel_set_the_colours_of_the_sections(tmp_path):
    outcome = echub.analyze("sims-map", maps(tmp_path / "maps"), params={"region": "failed"})
    section = outcome.diagnostics["section"]
    largest = max(section.values)
    values = [None, 1e3 * largest, *section.values[2:]]
    changed = {**outcome.diagnostics, "section": Series.of(values, section.unit)}
    figure = drawn(outcome.replace(diagnostics=changed))
    sections = [axes for axes in figure.axes if axes.get_title().startswith("section")]
    assert sections
    for low, high in (axes.images[0].get_clim() for axes in sections):
        assert 0 <= low < high <= largest


def test_the_profiles_of_all_regions_of_interest_have_their_colours_and_gaps_where_nothing_was_measured():
    rectangle = "rectangle 0 0 20 20"
    outcome = ask(masked(), roi=f"{rectangle}; outside; all; columns")
    (axes,) = [axes for axes in drawn(outcome).axes if axes.get_title() == "profiles with intervals of 95 %"]
    told = [(line.get_label(), line.get_color()) for line in axes.lines]
    assert told == [(rectangle, OTHERS[0]), ("outside", OUTSIDE), ("all", OTHERS[1]), ("columns", INSIDE)]
    whole = rows(outcome, "all")
    y = axes.lines[2].get_ydata()
    assert np.isnan(y[3])
    assert y[5] == pytest.approx(whole["counts"][5] / 800)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("frame", "counts per pixel and frame")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [name for name, _ in told]


def test_a_map_without_regions_of_interest_has_no_profiles():
    outcome = ask(synth.cube(1, replace(SETUP, ions={"Na+": MappedIon(pillars=())})), roi="columns")
    assert "roi_profile" not in outcome.tables
    assert sum(not axes.axison for axes in drawn(outcome).axes) == 1


def test_one_frame_is_drawn_as_thick_as_one_and_a_map_without_a_scale_in_pixels():
    case = synth.cube(1, replace(SETUP, frames=1))
    columns = {name: c for name, c in case.columns.items() if name not in ("x", "y")}
    outcome = ask(replace(case, columns=columns))
    assert [flag.code for flag in outcome.refusals] == ["one-frame"]
    figure = drawn(outcome)
    (section,) = [axes for axes in figure.axes if axes.get_title().startswith("section")]
    assert section.images[0].get_extent() == [-0.5, 39.5, 0.5, -0.5]
    assert section.get_title() == "section at y = 20 ± 1 pixels"
    assert (section.get_xlabel(), section.get_ylabel()) == ("x / pixels", "frame")
    (mean,) = [axes for axes in figure.axes if axes.get_title() == "mean of all frames"]
    assert "10 pixels" in {text.get_text() for text in mean.texts}


def test_colours_of_nothing_are_from_zero_to_one():
    assert _limits(Series.of([None, None])) == (0.0, 1.0)


@pytest.mark.parametrize(("at", "boxes"), [(2.0, 1), (5.0, 2), (8.0, 1), (1.9, 0), (8.1, 0)])
def test_a_section_cuts_a_column_from_its_first_edge_to_its_last(at, boxes):
    """Upright edges from 2 to 5 and from 5 to 8; a level one at 5 is none that is cut."""
    ends = {"x0": [0, 1, 3, 4, 0], "x1": [0, 1, 3, 4, 1], "y0": [2, 2, 5, 5, 5], "y1": [5, 5, 8, 8, 5]}
    shown = {f"outline_{end}": Series.of(np.array(v, float)) for end, v in ends.items()}
    shown |= {"outline_column": Series.of([1, 1, 2, 2, 1]), "column_span": Series.of([0, 4, 1, 3])}
    axes = Figure().subplots()
    _outline_section(axes, shown, at, (10.0, 2.0))
    assert len(axes.lines) == boxes
    drawn = {line.get_xdata()[0]: ([*line.get_xdata()[:2]], sorted({*line.get_ydata()})) for line in axes.lines}
    expected = {0: ([0, 1], [10, 18]), 3: ([3, 4], [12, 16])}
    assert drawn == {x: expected[x] for x in drawn}
    assert [text.get_text() for text in axes.texts] == [str(int(x > 0) + 1) for x in sorted(drawn)]


def test_a_refused_outcome_shows_its_map_and_the_reason():
    outcome = ask(synth.cube(1, replace(SETUP, ions={"Na+": MappedIon(background=0.2)})))
    assert "background-too-low" in drawn(outcome).get_suptitle()

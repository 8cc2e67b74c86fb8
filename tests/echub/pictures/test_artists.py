"""Every picture there is: its artists are the record's numbers, its labels quantity and unit, its legend files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.drawing import BLUE, PALETTE, RED, shades_of, symbol_text
from echub.errors import DataError, SelectionError, UnitMismatch, UnknownColumn, UnknownOption
from echub.model.build import SourceColumn, build_dataset, build_map
from echub.model.column import Column
from echub.model.record import Provenance, Record
from echub.model.vocabulary import quantities
from echub.pictures import impedance, sheet
from echub.pictures.choice import NAMES, PICTURES
from echub.pictures.curves import Axis, axis_of
from echub.pictures.samples import PANELS
from echub.pictures.sheet import Look, draw
from echub.pictures.shown import Shown

pytest.importorskip("matplotlib")

UNITS = {
    "time": "s", "potential_we": "V", "voltage": "V", "current": "mA", "current_density": "mA/cm^2",
    "charge": "mA*h", "cycle": "1", "frequency": "Hz", "impedance_real": "ohm",
    "impedance_imag": "ohm", "depth": "um",
    "ion_counts": "count", "mass_to_charge": "1", "temperature": "degC", "sputter_time": "s",
}  # fmt: skip


def column(name, values, **more):
    values = np.array(values, object) if isinstance(values[0], str) else np.array(values, float)
    known = name in UNITS or name in ("sample_id", "replicate", "species", "region")
    return SourceColumn(name, values, name if known else None, UNITS.get(name, "1" if not known else None), **more)


def record(kind="timeseries", *, name="a.x", technique="", title="", **columns):
    dataset = build_dataset(kind, [column(n, v, index=i) for i, (n, v) in enumerate(columns.items())])
    made = Record([dataset], provenance=Provenance(source={"name": name}))
    for path, text in (("technique.name", technique), ("technique.title", title)):
        if text:
            made.metadata.set(path, text)
    return made


def curves(axis):
    """Return what is drawn as lines, without rows that only break a line."""
    found = []
    for line in axis.lines:
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        found.append((x[np.isfinite(y)].tolist(), y[np.isfinite(y)].tolist()))
    return found


def labels(figure):
    return [(axis.get_xlabel(), axis.get_ylabel()) for axis in figure.axes]


def legend(axis):
    found = axis.get_legend()
    return [] if found is None else [text.get_text() for text in found.get_texts()]


def colours(axis):
    return [line.get_color() for line in axis.lines]


def of_file(scale, name):
    """Return the records of one file for every picture, all numbers of which `scale` multiplies."""
    on_clock = echub.align(
        [
            record(time=[0, 1, 2], current=[scale, 2 * scale, 3 * scale], name="one"),
            record(time=[0, 1, 2], voltage=[4 * scale, 5 * scale, 6 * scale], name="two"),
        ],
        offsets={"two": (10.0, None)},
    ).record
    counts = SourceColumn(
        "N", np.arange(8.0).reshape(1, 2, 2, 2) * scale, "ion_counts", "count", axes=("species", "frame", "y", "x")
    )
    return {
        "aligned": on_clock,
        "impedance": record(
            "impedance", frequency=[100, 10], impedance_real=[scale, 2 * scale],
            impedance_imag=[-scale, -3 * scale],
        ),
        "voltammogram": record(technique="CV", potential_we=[0, 1], current=[scale, 2 * scale], time=[0, 1]),
        "capacity": record(
            time=[0, 3600, 3600, 7200], voltage=[3, 4, 4, 3.5], current=[scale, scale, -scale, -scale]
        ),
        "time": record(time=[0, 10], voltage=[scale, 2 * scale], current=[3 * scale, 4 * scale]),
        "profile": record("depth_profile", depth=[0, 5], ion_counts=[scale, 2 * scale], species=["Na", "Na"]),
        "mass-spectrum": record("mass_spectrum", mass_to_charge=[1, 2], ion_counts=[scale, 2 * scale]),
        "table": record("table", sample_id=["s", "s"], replicate=[1, 2], y=[scale, 3 * scale]),
        "maps": Record([build_map("ion_map", [counts])], provenance=Provenance(source={"name": name})),
    }  # fmt: skip


SHOWN = {
    "aligned": [
        ("", "$I$ / mA", [([0, 1, 2], [2, 4, 6])]),
        ("$t$ / s, clock of one", "$U$ / V", [([10, 11, 12], [8, 10, 12])]),
    ],
    "impedance": [
        ("Re $Z$ / Ω", "−Im $Z$ / Ω", [([2, 4], [2, 6])]),
        ("", "|$Z$| / Ω", [([100, 10], [8**0.5, 52**0.5])]),
        ("$f$ / Hz", "phase / °", [([100, 10], [-45, np.degrees(np.arctan2(-6, 4))])]),
    ],
    "voltammogram": [("$E_{\\mathrm{we}}$ / V", "$I$ / mA", [([0, 1], [2, 4])])],
    "capacity": [("$Q$ / mA·h", "$U$ / V", [([0, 2], [3, 4]), ([0, 2], [4, 3.5])])],
    "time": [("", "$U$ / V", [([0, 10], [2, 4])]), ("$t$ / s", "$I$ / mA", [([0, 10], [6, 8])])],
    "profile": [("$z$ / µm", "$N$ / count", [([0, 5], [2, 4])])],
    "mass-spectrum": [("m/z", "$N$ / count", [([1, 2], [2, 4])])],
}
"""For each picture: the labels of its axes and its lines, for numbers that are twice those of `of_file`."""


def axes_of(picture, given):
    return [axis for axis in echub.plot(given, picture=picture).axes if axis.get_label() != "<colorbar>"]


@pytest.mark.parametrize("picture", [name for name in NAMES if name in SHOWN])
def test_a_picture_of_one_file_has_its_numbers_in_the_unit_of_its_label(picture):
    axes = axes_of(picture, of_file(2.0, "a")[picture])
    expected = SHOWN[picture]
    assert len(axes) == len(expected)
    for axis, (x, y, lines) in zip(axes, expected, strict=True):
        assert (axis.get_xlabel(), axis.get_ylabel()) == (x, y)
        drawn = curves(axis)
        assert len(drawn) == len(lines)
        for one, other in zip(drawn, lines, strict=True):
            assert one[0] == pytest.approx(other[0])
            assert one[1] == pytest.approx(other[1])


SEVERAL = [name for name in SHOWN if name != "aligned"]


@pytest.mark.parametrize("picture", SEVERAL)
def test_a_picture_of_two_files_has_both_in_a_colour_and_a_name_each(picture):
    files = {f"{n}.x": of_file(n, "")[picture] for n in (2.0, 3.0)}
    figure = draw(files, Look(picture=picture))
    axes = [axis for axis in figure.axes if axis.lines]
    if picture == "profile":  # a panel for each file
        assert [axis.get_title() for axis in axes] == ["2.0.x", "3.0.x"]
        drawn = [line for axis in axes for line in curves(axis)]
        assert [y for _, y in drawn] == [[2, 4], [3, 6]]
        assert [axis.get_ylabel() != "" for axis in axes] == [True, False]
        assert [legend(axis) for axis in axes] == [[], ["Na"]]
        return
    for axis, (_, _, lines) in zip(axes, SHOWN[picture], strict=True):
        drawn = curves(axis)
        assert len(drawn) == 2 * len(lines)
        for n, (x, y) in enumerate(lines):
            own, other = drawn[n], drawn[len(lines) + n]
            assert own[1] == pytest.approx(y)
            ratio = 1.5 if picture != "impedance" or "phase" not in axis.get_ylabel() else 1.0
            changed = [v * ratio for v in (x if picture == "capacity" else y)]
            assert other[0 if picture == "capacity" else 1] == pytest.approx(changed)
        used = colours(axis)
        assert used == [PALETTE[0]] * len(lines) + [PALETTE[1]] * len(lines)
    assert legend(axes[0]) == ["2.0.x", "3.0.x"]
    assert [legend(axis) for axis in axes[1:]] == [[]] * (len(axes) - 1)


def test_every_picture_is_looked_at_here():
    assert {*SHOWN, "table", "maps"} == set(NAMES) == set(of_file(1.0, "a"))
    for picture in PICTURES:
        (dataset,) = list(of_file(1.0, "a")[picture.name].datasets.values())[:1]
        assert picture.kind in ("", dataset.kind)


def test_a_table_shows_replicates_their_mean_and_its_uncertainty_by_sample():
    given = record("table", sample_id=["s", "s", "t"], replicate=[1, 2, 1], y=[2, 6, 9], z=[1, 1, 1])
    first, second = echub.plot(given).axes
    assert [text.get_text() for text in first.get_xticklabels()] == ["s", "t"]
    points = [line for line in first.lines if line.get_marker() == "o" and line.get_alpha()]
    assert [(list(p.get_xdata()), list(p.get_ydata())) for p in points] == [([0, 0], [2, 6]), ([1], [9])]
    bars = first.containers
    assert [(list(bar[0].get_xdata()), list(bar[0].get_ydata())) for bar in bars] == [([0], [4]), ([1], [9])]
    (low, high) = bars[0][2][0].get_segments()[0][:, 1]
    assert (low, high) == pytest.approx((4 - 2, 4 + 2))  # standard deviation 2·√2 over √2
    assert (first.get_ylabel(), second.get_ylabel()) == ("y", "z")
    assert [bar[0].get_color() for bar in bars] == list(PALETTE[:2])


def test_the_ninth_sample_has_the_first_colour_again():
    given = record("table", sample_id=list("abcdefghi"), replicate=[1] * 9, y=[2.0] * 9)
    (axis,) = echub.plot(given).axes
    assert [bar[0].get_color() for bar in axis.containers] == [*PALETTE, PALETTE[0]]


def test_a_table_with_a_dose_is_drawn_against_it_with_both_units():
    columns = [
        column("sample_id", ["s", "s", "s", "s"], index=0),
        SourceColumn("dose / s", np.array([5.0, 5.0, 7.0, 7.0]), None, "s", index=1),
        column("replicate", [1, 2, 1, 2], index=2),
        SourceColumn("y / %", np.array([1.0, 3.0, 5.0, 9.0]), None, "%", index=3),
    ]
    (axis,) = echub.plot(Record([build_dataset("table", columns)])).axes
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("dose / s", "y / %")
    (bar,) = axis.containers
    assert (list(bar[0].get_xdata()), list(bar[0].get_ydata())) == ([5, 7], [2, 7])
    assert legend(axis) == ["s"]


def test_a_table_beside_a_measurement_is_drawn_if_it_is_chosen():
    table = record("table", sample_id=["s", "t"], replicate=[1, 1], hardness=[1, 2])["table"]
    both = Record([record(time=[0, 1], current=[1, 2])["timeseries"], table])
    assert [axis.get_ylabel() for axis in echub.plot(both, picture="table").axes] == ["hardness"]


@pytest.mark.parametrize(("count", "shown"), [(6, 6), (8, 6)])
def test_columns_of_a_table_that_have_no_panel_are_counted(count, shown):
    given = record("table", sample_id=["s", "t"], replicate=[1, 1], **{f"c{n}": [n, n] for n in range(count)})
    figure = echub.plot(given)
    assert [axis.get_ylabel() for axis in figure.axes] == [f"c{n}" for n in range(shown)]
    said = [text.get_text() for text in figure.texts if text.get_text() != "a.x"]
    assert said == ([f"{count - shown} further columns are not shown"] if count > shown else [])


def a_map(sized=True, several=1):
    axes = ("species", "frame", "y", "x")
    counts = np.arange(12.0 * several).reshape(several, 2, 2, 3)
    columns = [SourceColumn("N", counts, "ion_counts", "count", axes=axes)]
    if sized:
        columns += [
            SourceColumn("x", np.array([0.0, 2.0, 4.0]), "x", "um", axes=("x",)),
            SourceColumn("y", np.array([0.0, 1.0]), "y", "um", axes=("y",)),
        ]
    return counts, Record([build_map("ion_map", columns)])


@pytest.mark.parametrize("sized", [True, False])
def test_a_map_is_the_sum_of_its_frames_at_the_place_of_its_pixels(sized):
    counts, given = a_map(sized)
    figure = echub.plot(given)
    axis = figure.axes[0]
    (image,) = axis.images
    assert np.array_equal(image.get_array(), counts[0, 0] + counts[0, 1])
    assert image.origin == "lower"
    assert (axis.get_xlabel(), axis.get_ylabel()) == (("$x$ / µm", "$y$ / µm") if sized else ("pixel", "pixel"))
    # Half a pixel beyond the middle of the first and last one, in each direction by its own size.
    assert image.get_extent() == pytest.approx([-1, 5, -0.5, 1.5] if sized else [-0.5, 2.5, -0.5, 1.5])
    assert axis.get_title() == "species 1"
    assert [bar.get_ylabel() for bar in figure.axes[0].child_axes] == ["counts"]


@pytest.mark.parametrize(
    ("axes", "missing", "image"),
    [
        (
            ("species", "frame", "y", "x"),
            [(0, 0, 0, 0), (0, 1, 0, 0), (0, 1, 1, 2)],
            [[np.nan, 8, 10], [12, 14, 5]],
        ),
        (("y", "x"), [(0, 1)], [[6, np.nan, 10], [12, 14, 16]]),
    ],
)
def test_a_pixel_that_the_mask_leaves_out_is_not_drawn(axes, missing, image):
    """The frames are 0 to 5 and 6 to 11; a pixel that only one frame measured has the counts of that one."""
    counts, given = a_map()
    mask = np.ones(counts.shape[-len(axes) :], np.uint8)
    for place in missing:
        mask[place] = 0
    columns = {**given["ion_map"].columns, "mask": Column("mask", mask, "mask", "1", "derived", axes=axes)}
    (drawn,) = echub.plot(Record([replace(given["ion_map"], columns=columns)])).axes[0].images
    assert np.array_equal(
        np.ma.filled(drawn.get_array().astype(float), np.nan), np.array(image, float), equal_nan=True
    )


@pytest.mark.parametrize("value", [np.inf, -np.inf])
@pytest.mark.parametrize(
    ("kind", "name"),
    [("timeseries", "time"), ("timeseries", "voltage"), ("timeseries", "current"), ("impedance", "frequency"),
     ("impedance", "impedance_real"), ("impedance", "impedance_imag")],
)  # fmt: skip
@pytest.mark.parametrize("rows", [slice(3, 4), slice(None)])
def test_an_infinite_value_is_drawn_as_none(kind, name, value, rows):
    """As NaN is; no warning either, which would be an error here."""
    steps = np.arange(8.0)
    usual = {
        "timeseries": {"time": steps, "voltage": 3 + steps, "current": np.where(steps < 4, 1.0, -1.0)},
        "impedance": {"frequency": 10 ** (4 - steps), "impedance_real": 1 + steps, "impedance_imag": -steps},
    }[kind]
    drawn = []
    for one in (value, np.nan):
        changed = usual[name].copy()
        changed[rows] = one
        try:
            figure = echub.plot(record(kind, **{**usual, name: changed}))
        except DataError as error:
            drawn.append(error.message)
        else:
            figure.canvas.draw()
            drawn.append([repr(curves(axis)) for axis in figure.axes])
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(("count", "shown", "columns"), [(2, 2, 2), (5, 5, 3), (13, 12, 4)])
def test_maps_stand_in_rows_and_only_so_many_are_shown(count, shown, columns):
    _, given = a_map(several=count)
    axes = [axis for axis in echub.plot(given).axes if axis.images]
    assert [axis.get_title() for axis in axes] == [f"species {n + 1}" for n in range(shown)]
    assert [bool(axis.get_ylabel()) for axis in axes] == [n % columns == 0 for n in range(shown)]


# -- regions, scans, cycles, spectra --------------------------------------------------------------


def test_a_profile_has_a_panel_for_each_region_and_a_colour_for_each_species():
    given = record(
        "depth_profile", sputter_time=[0, 600, 0, 600, 0], ion_counts=[1, 2, 3, 4, 5],
        species=["Na", "Na", "O", "O", "Na"], region=["in", "in", "in", "in", "out"],
    )  # fmt: skip
    inside, outside = echub.plot(given).axes
    assert [axis.get_title() for axis in (inside, outside)] == ["in", "out"]
    assert curves(inside) == [([0, 10], [1, 2]), ([0, 10], [3, 4])] or curves(inside) == [
        ([0, 600], [1, 2]), ([0, 600], [3, 4])
    ]  # fmt: skip
    assert curves(outside) == [([0], [5])]
    assert colours(inside) == list(PALETTE[:2])
    assert colours(outside) == [PALETTE[0]]
    assert legend(outside) == ["Na"]
    assert inside.get_yscale() == outside.get_yscale() == "log"


def scans(count):
    return record(
        technique="CV", potential_we=[0, 1] * count, current=list(range(1, 2 * count + 1)),
        cycle=[n + 3 for n in range(count) for _ in "ab"], time=list(range(2 * count)),
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 4, 5])
def test_up_to_four_scans_are_in_the_legend_and_more_have_a_bar(count):
    figure = echub.plot(scans(count))
    axis = figure.axes[0]
    assert [y for _, y in curves(axis)] == [[2 * n + 1, 2 * n + 2] for n in range(count)]
    names = [f"scan {n + 3}" for n in range(count)]
    assert legend(axis) == (names if 1 < count <= 4 else [])
    bars = [other.get_ylabel() for other in figure.axes[1:]]
    assert bars == (["scan"] if count > 4 else [])
    if count > 1:
        expected = shades_of(np.arange(count) + 3.0)
        assert [tuple(c) for c in colours(axis)] == [tuple(c) for c in expected]


@pytest.mark.parametrize(("cycles", "bar"), [(4, False), (5, True)])
def test_up_to_four_cycles_are_in_the_legend_each_once(cycles, bar):
    n = cycles * 4
    current = [1, 1, -1, -1] * cycles
    given = record(
        time=[3600.0 * k for k in range(n)], voltage=[3.0 + k for k in range(n)], current=current,
        charge=[0, 1, 1, 0] * cycles,
    )  # fmt: skip
    figure = echub.plot(given, picture="capacity")
    assert legend(figure.axes[0]) == ([] if bar else [f"cycle {k + 1}" for k in range(cycles)])
    assert [axis.get_ylabel() for axis in figure.axes[1:]] == (["cycle"] if bar else [])
    assert len(figure.axes[0].lines) == 2 * cycles


def spectra(count, **more):
    frequency = [100.0, 10.0] * count
    real = [v for n in range(count) for v in (n + 1.0, n + 2.0)]
    return record(
        "impedance", frequency=frequency, impedance_real=real, impedance_imag=[-1.0, -2.0] * count, **more
    )


@pytest.mark.parametrize("count", [1, 2, 4, 5])
def test_up_to_four_spectra_are_in_the_legend_and_more_have_a_bar_of_their_start(count):
    time = [60.0 * n + s for n in range(count) for s in (0, 1)]
    figure = echub.plot(spectra(count, time=time))
    nyquist = figure.axes[0]
    assert [x for x, _ in curves(nyquist)] == [[n + 1, n + 2] for n in range(count)]
    assert legend(nyquist) == ([f"spectrum {n}" for n in range(count)] if 1 < count <= 4 else [])
    bars = [axis.get_ylabel() for axis in figure.axes[3:]]
    assert bars == (["start of the spectrum, $t$ / s"] if count > 4 else [])
    rings = len(nyquist.collections)
    assert rings == (2 * count if count <= 3 else 2)  # both points are whole decades


def test_colours_of_spectra_are_those_of_the_set_point_if_it_changes():
    column_of = SourceColumn("I0", np.repeat([0.0, 1, 2, 3, 8], 2), "current_setpoint", "mA", index=9)
    given = spectra(5)
    columns = [
        SourceColumn(n, given["impedance"][n], n, UNITS[n], index=i)
        for i, n in enumerate(("frequency", "impedance_real", "impedance_imag"))
    ]
    figure = echub.plot(Record([build_dataset("impedance", [*columns, column_of])]))
    assert figure.axes[3].get_ylabel().endswith(" / mA")
    expected = shades_of(np.array([0.0, 1, 2, 3, 8]))
    assert [tuple(c) for c in colours(figure.axes[0])] == [tuple(c) for c in expected]


@pytest.mark.parametrize(("extent", "said"), [(2.9, 0), (3.0, 0), (4.0, 1)])
def test_a_spectrum_of_unusual_extent_does_not_set_the_limits(extent, said):
    real = [v for n in range(5) for v in (0.0, 1.0 if n else extent)]
    given = record("impedance", frequency=[100.0, 10.0] * 5, impedance_real=real, impedance_imag=[0.0, -0.5] * 5)
    nyquist = echub.plot(given).axes[0]
    texts = [text.get_text() for text in nyquist.texts if "beyond" in text.get_text()]
    assert texts == ["beyond the axes: 1 of 5 spectra"] * said
    assert (nyquist.get_xlim()[1] < extent) == bool(said)


@pytest.mark.parametrize(("unknown", "said"), [(1, "1 of 5"), (2, ""), (6, "")])
def test_spectra_without_numbers_are_not_counted_as_beyond_the_axes(unknown, said):
    """One of six has four times the extent of the others; five must be known to say what is usual."""
    real = np.array([v for extent in (4.0, 1, 1, 1, 1, 1) for v in (0.0, extent)])
    real[12 - 2 * unknown :] = np.nan
    given = record("impedance", frequency=[100.0, 10.0] * 6, impedance_real=real, impedance_imag=[0.0, -0.5] * 6)
    texts = [text.get_text() for text in echub.plot(given).axes[0].texts]
    assert [text for text in texts if "beyond" in text] == ([f"beyond the axes: {said} spectra"] if said else [])


@pytest.mark.parametrize("frequencies", [[0.0, 0.0], [1e8, 1e-4]])
def test_points_at_no_frequency_have_no_ring_and_decades_beyond_the_usual_no_name(frequencies):
    given = record("impedance", frequency=frequencies, impedance_real=[1, 2], impedance_imag=[-1, -2])
    nyquist = echub.plot(given).axes[0]
    assert (len(nyquist.collections), len(nyquist.texts)) == (0 if frequencies[0] == 0 else 2, 0)


def test_a_spectrum_of_one_point_has_its_name_to_the_right_of_it():
    nyquist = echub.plot(record("impedance", frequency=[100], impedance_real=[3], impedance_imag=[-4])).axes[0]
    (name,) = nyquist.texts
    assert (name.get_text(), name.xy, name.get_ha()) == ("100 Hz", (3, 4), "left")


def test_several_spectra_of_a_file_among_others_are_named_once():
    nyquist = draw({"a": spectra(2), "b": spectra(3)}, Look()).axes[0]
    assert legend(nyquist) == ["a", "b"]
    assert colours(nyquist) == [PALETTE[0]] * 2 + [PALETTE[1]] * 3


@pytest.mark.parametrize("stated", [("0.5 cm^2", "0.5 cm^2"), ("0.5 cm^2", "")])
def test_files_share_an_axis_per_area_only_if_all_state_one(stated):
    files = {name: spectra(1) for name in ("a", "b")}
    for one, area in zip(files.values(), stated, strict=True):
        if area:
            one.metadata.set("cell.area", area)
    nyquist, modulus, _ = draw(files, Look()).axes
    factor, z, unit = (0.5, "$Z$·$A$", "Ω·cm²") if all(stated) else (1, "$Z$", "Ω")
    assert (nyquist.get_xlabel(), nyquist.get_ylabel()) == (f"Re {z} / {unit}", f"−Im {z} / {unit}")
    assert modulus.get_ylabel() == f"|{z}| / {unit}"
    assert curves(nyquist) == [([factor, 2 * factor], [factor, 2 * factor])] * 2


# -- the sheet ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "look", "title"),
    [
        ([("a.x", "CV", "")], {}, "a.x  ·  CV"),
        ([("a.x", "CV", "Cyclic voltammetry")], {}, "a.x  ·  Cyclic voltammetry"),
        ([("a.x", "CV", "")], {"title": "mine"}, "mine  ·  CV"),
        ([("a.x", "CV", ""), ("b.x", "CV", "")], {}, "CV"),
        ([("a.x", "CV", ""), ("b.x", "LSV", "")], {}, ""),
        ([("a.x", "CV", ""), ("b.x", "LSV", "")], {"title": "mine"}, "mine"),
    ],
)
def test_the_title_names_the_file_and_the_technique_that_all_share(files, look, title):
    made = {
        name: record(technique=technique, title=words, potential_we=[0, 1], current=[1, 2], time=[0, 1])
        for name, technique, words in files
    }
    assert draw(made, Look(**look)).get_suptitle() == title


def test_what_is_not_drawn_is_named_below_the_title_with_its_rows():
    drawn = record(time=[0, 1], voltage=[1, 2])["timeseries"]
    other = build_dataset("acme_curve", [SourceColumn("f", np.arange(3.0))])
    empty = build_dataset("acme_other", [SourceColumn("g", np.arange(0.0))])
    figure = draw({"a.x": Record([drawn, other, empty])}, Look())
    assert figure.get_suptitle() == "a.x\nnot drawn: acme_curve (3 rows), acme_other (0 rows)"


@pytest.mark.parametrize(("path", "value", "label"), [
    ("sample.group", "x", "x"),
    ("cell.temperature", "25 degC", "25 °C"),
    ("cell.area", "0.5 cm^2", "0.5 cm²"),
    ("cell.stack_pressure", "2 MPa", "2 MPa"),
    ("sample.group", "", "not stated"),
])  # fmt: skip
def test_a_file_is_labelled_by_its_metadata_with_unit(path, value, label):
    one = record(time=[0, 1], voltage=[1, 2])
    one.metadata.set(path, value)
    axis = draw({"a": one, "b": record(time=[0, 1], voltage=[3, 4])}, Look(by=path)).axes[0]
    assert legend(axis) == list(dict.fromkeys([label, "not stated"]))
    assert legend(draw({"a": one}, Look(by=path)).axes[0]) == [label]


def test_a_selection_is_made_in_every_dataset_that_has_its_columns():
    one = record(time=[0, 1, 2], voltage=[1, 2, 3])
    other = record("impedance", frequency=[1.0, 2.0], impedance_real=[1, 2], impedance_imag=[0, 0])
    files = {"a": Record([one["timeseries"], other["impedance"]])}
    axes = draw(files, Look(select="time > 0")).axes
    assert [curves(axis) for axis in axes] == [[([1, 2], [2, 3])]]
    with pytest.raises(UnknownColumn, match="smell"):
        draw(files, Look(select="smell > 0"))
    with pytest.raises(SelectionError):
        draw({"a": one}, Look(select="time >"))


def test_any_columns_are_of_the_first_dataset_of_each_file_that_has_them():
    first, second = (record(time=[0, 1], current=[n, n])["timeseries"] for n in (1.0, 2.0))
    two = Record([first, build_dataset("acme_x", list(sources(second)))])
    figure = draw({"a": two, "b": record(time=[0, 1], current=[3, 3])}, Look(y=("current", "time")))
    upper, lower = figure.axes
    assert curves(upper) == [([0, 1], [1, 1]), ([0, 1], [3, 3])]
    assert curves(lower) == [([0, 1], [0, 1]), ([0, 1], [0, 1])]
    assert (upper.get_ylabel(), lower.get_ylabel(), lower.get_xlabel()) == ("$I$ / mA", "$t$ / s", "$t$ / s")
    assert legend(upper) == ["a", "b"]
    assert legend(lower) == []


def sources(dataset):
    for column_of in dataset.columns.values():
        if column_of.index is not None:
            yield SourceColumn(
                column_of.header, column_of.values, column_of.quantity, column_of.unit, index=column_of.index
            )


def test_panels_of_one_file_have_a_colour_each_and_default_to_time_and_current():
    figure = draw({"a": record(time=[0, 1], current=[1, 2], voltage=[3, 4])}, Look(x="time"))
    assert labels(figure) == [("$t$ / s", "$I$ / mA")]
    figure = draw({"a": record(time=[0, 1], current=[1, 2], voltage=[3, 4])}, Look(y=("voltage", "current")))
    assert [colours(axis) for axis in figure.axes] == [[PALETTE[0]], [PALETTE[1]]]


@pytest.mark.parametrize(
    ("look", "error", "message", "parts"),
    [
        ({"picture": "nyquist"}, UnknownOption, "there is no picture nyquist",
         {"expected": ", ".join(NAMES), "found": "nyquist"}),
        ({"style": "loud"}, UnknownOption, "there is no style loud",
         {"expected": "screen, single-column, slide, origin", "found": "loud"}),
        ({"picture": "profile"}, DataError, "there is nothing to draw", {
            "expected": f"rows for one of the pictures {', '.join(NAMES)}", "found": "timeseries: 2 rows",
            "hint": "--x time --y voltage draws these columns; `echub info FILE` lists all"}),
        ({"y": ("vendor_words",)}, DataError, "the column vendor_words holds words", {"expected": "numbers"}),
    ],
)  # fmt: skip
def test_a_refusal_says_what_there_is(look, error, message, parts):
    words = SourceColumn("words", np.array(["a", "b"], object), None, None, index=2)
    timed = [column("time", [0, 1], index=0), column("voltage", [1, 2], index=1), words]
    one = Record([build_dataset("timeseries", timed)])
    with pytest.raises(error) as refused:
        draw({"a": one}, Look(**look))
    assert refused.value.message == message
    assert {name: getattr(refused.value, name) for name in parts} == parts


@pytest.mark.parametrize(
    ("picture", "kind", "columns", "found"),
    [
        ("capacity", "timeseries", {"voltage": [1, 2, 3, 4], "current": [1, 1, -1, -1]}, "timeseries: 4 rows"),
        ("capacity", "timeseries", {"time": [0, 1], "current": [1, -1]}, "timeseries: 2 rows"),
        ("capacity", "timeseries", {"time": [0, 1], "voltage": [1, 2]}, "timeseries: 2 rows"),
        ("time", "timeseries", {"voltage": [1, 2]}, "timeseries: 2 rows"),
        ("voltammogram", "timeseries", {"time": [0, 1], "current": [1, 2]}, "timeseries: 2 rows"),
        ("voltammogram", "timeseries", {"time": [0, 1], "potential_we": [1, 2]}, "timeseries: 2 rows"),
        ("profile", "depth_profile", {"ion_counts": [1], "species": ["Na"]}, "depth_profile: 1 row"),
        ("profile", "depth_profile", {"depth": [1], "species": ["Na"]}, "depth_profile: 1 row"),
        ("mass-spectrum", "mass_spectrum", {"ion_counts": [1]}, "mass_spectrum: 1 row"),
        ("mass-spectrum", "mass_spectrum", {"mass_to_charge": [1]}, "mass_spectrum: 1 row"),
        ("impedance", "impedance", {"impedance_real": [1], "impedance_imag": [1]}, "impedance: 1 row"),
        ("maps", "ion_map", {"time": [1]}, "ion_map: 1 row"),
        ("maps", "ion_map", {"ion_counts": [1]}, "ion_map: 1 row"),
    ],
)
def test_a_picture_of_which_a_column_is_missing_is_refused(picture, kind, columns, found):
    with pytest.raises(DataError) as refused:
        echub.plot(record(kind, **columns), picture=picture)
    assert (refused.value.message, refused.value.found) == ("there is nothing to draw", found)


def test_a_sweep_whose_current_is_missing_is_drawn_against_time():
    assert labels(echub.plot(record(technique="CV", time=[0, 1], potential_we=[1, 2]))) == [
        ("$t$ / s", "$E_{\\mathrm{we}}$ / V")
    ]


@pytest.mark.parametrize(("look", "whole"), [({}, False), ({"x": "time"}, True), ({"y": ("vendor_a",)}, True)])
def test_only_pictures_of_known_columns_are_of_a_shortened_series(monkeypatch, look, whole):
    """What was asked for may have its extremes elsewhere than potential and current."""
    asked = []
    monkeypatch.setattr(sheet, "shortened", lambda dataset: asked.append(dataset) or dataset)
    columns = [column(name, [1, 2], index=n) for n, name in enumerate(("time", "current"))]
    one = Record(
        [build_dataset("timeseries", [*columns, SourceColumn("a", np.array([3.0, 4.0]), None, "bar", index=2)])]
    )
    draw({"a": one}, Look(**look))
    assert asked == ([] if whole else [one["timeseries"]])


def test_an_aligned_series_is_drawn_whole(monkeypatch):
    asked = []
    monkeypatch.setattr(sheet, "shortened", lambda dataset: asked.append(dataset) or dataset)
    draw({"a": of_file(1.0, "a")["aligned"]}, Look())
    assert asked == []


@pytest.mark.parametrize(
    ("picture", "by", "beside"),
    [
        ("voltammogram", None, False),
        ("capacity", None, True),
        ("capacity", "sample.group", False),  # one name: that of the file
        ("profile", None, True),
    ],
)
def test_a_legend_stands_beside_curves_that_fill_the_axes(picture, by, beside):
    given = {
        "voltammogram": scans(2),
        "capacity": record(
            time=[3600.0 * k for k in range(8)], voltage=[3.0 + k for k in range(8)],
            current=[1, 1, -1, -1] * 2, charge=[0, 1, 1, 0] * 2,
        ),
        "profile": of_file(1.0, "a")["profile"],
    }  # fmt: skip
    figure = echub.plot(given[picture], picture=picture, by=by)
    figure.draw_without_rendering()
    box, axis = figure.axes[0].get_legend().get_window_extent(), figure.axes[0].get_window_extent()
    assert (box.x0 >= axis.x1 - 1) == beside


def test_a_figure_has_three_pictures_and_names_what_has_no_place():
    datasets = [
        record("mass_spectrum", mass_to_charge=[1, 2], ion_counts=[3, 4])["mass_spectrum"],
        record("depth_profile", depth=[0, 5, 6], ion_counts=[1, 2, 3])["depth_profile"],
        record(time=[0, 1], voltage=[1, 2])["timeseries"],
        spectra(1)["impedance"],
    ]
    figure = draw({"a.x": Record(datasets)}, Look())
    assert figure.get_size_inches().tolist() == pytest.approx([8, 3 * 4.2])
    assert [axis.get_xlabel() for axis in figure.axes if axis.get_xlabel()] == [
        "Re $Z$ / Ω", "$f$ / Hz", "$t$ / s", "$z$ / µm"
    ]  # fmt: skip
    assert figure.get_suptitle() == "a.x\nnot drawn: mass_spectrum (2 rows)"


def test_of_one_file_the_upper_panel_is_what_was_measured_in_blue_and_the_lower_one_red():
    upper, lower = echub.plot(record(time=[0, 1], voltage=[1, 2], current=[3, 4])).axes
    assert (colours(upper), colours(lower)) == ([BLUE], [RED])
    assert [line.get_linewidth() for axis in (upper, lower) for line in axis.lines] == [1, 1]


@pytest.mark.parametrize(("count", "size", "width"), [(4, 2.5, 0.8), (5, 1.5, 0.5)])
def test_many_spectra_are_drawn_thin(count, size, width):
    for axis in echub.plot(spectra(count)).axes[:3]:
        found = {(line.get_marker(), line.get_markersize(), line.get_linewidth()) for line in axis.lines}
        assert found == {("o", size, width)}


def frames(**lost):
    """Return a map of two frames of 2 × 3 pixels, of 1 and 2 counts."""
    counts = np.ones((1, 2, 2, 3)) * np.array([1.0, 2.0])[:, None, None]
    for frame, y, x in lost.get("pixels", ()):
        counts[0, frame, y, x] = np.nan
    axes = ("species", "frame", "y", "x")
    made = [
        SourceColumn("n", counts, "ion_counts", "count", axes=axes),
        SourceColumn("species", np.array(["Na+"], object), "species", None, axes=axes[:1]),
        SourceColumn("y", np.arange(2.0), "y", "um", axes=("y",)),
        SourceColumn("x", np.array(lost.get("x", [0.0, 1.0, 2.0])), "x", "um", axes=("x",)),
    ]
    return Record([build_map("ion_map", made)])


def test_a_pixel_that_a_frame_lacks_is_the_sum_of_the_others():
    image = echub.plot(frames(pixels=[(0, 0, 0), (0, 1, 1), (1, 1, 1)])).axes[0].images[0].get_array()
    assert np.ma.filled(image, np.nan) == pytest.approx(np.array([[2, 3, 3], [3, np.nan, 3]]), nan_ok=True)


@pytest.mark.parametrize("x", [[np.nan, 1.0, 2.0], [0.0, np.nan, 2.0], [0.0, 1.0, np.nan], [5.0, 5.0, 5.0]])
def test_a_map_whose_pixels_have_no_place_is_drawn_by_their_numbers(x):
    axis = echub.plot(frames(x=x)).axes[0]
    assert (axis.get_xlabel(), tuple(axis.images[0].get_extent())) == ("pixel", (-0.5, 2.5, -0.5, 1.5))


def test_a_map_of_one_line_of_pixels_has_no_size():
    """Half a pixel beyond the middle of the first and last one is not known in one direction."""
    axes = ("species", "frame", "y", "x")
    columns = [
        SourceColumn("N", np.arange(3.0).reshape(1, 1, 1, 3), "ion_counts", "count", axes=axes),
        SourceColumn("x", np.array([0.0, 2.0, 4.0]), "x", "um", axes=("x",)),
        SourceColumn("y", np.array([0.0]), "y", "um", axes=("y",)),
    ]
    axis = echub.plot(Record([build_map("ion_map", columns)])).axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("pixel", "pixel")


def test_nothing_at_all_is_refused_as_no_dataset():
    with pytest.raises(DataError) as refused:
        draw({"a": Record([])}, Look())
    assert (refused.value.found, refused.value.hint) == ("no dataset", "--x NAME --y NAME draws any columns")
    with pytest.raises(DataError) as refused:
        draw({"a": Record([])}, Look(y=("current",)))
    assert (refused.value.expected, refused.value.found) == ("rows", "no dataset with rows")


@pytest.mark.parametrize("wanted", [(1.0, None), (None, 3.0), (1.0, 3.0)])
@pytest.mark.parametrize("side", ["x", "y"])
def test_limits_change_one_side_of_one_axis(side, wanted):
    one = {"a": record(time=[0, 10], voltage=[0, 10])}
    usual = draw(one, Look()).axes[0]
    axis = draw(one, Look(**{f"{side}lim": wanted})).axes[0]
    before, after = getattr(usual, f"get_{side}lim")(), getattr(axis, f"get_{side}lim")()
    assert after == tuple(b if w is None else w for b, w in zip(before, wanted, strict=True))
    other = "y" if side == "x" else "x"
    assert getattr(axis, f"get_{other}lim")() == getattr(usual, f"get_{other}lim")()


# -- by hand --------------------------------------------------------------------------------------


def test_what_a_picture_needs_and_is_not_there_is_named():
    one = record(time=[0, 1], voltage=[np.nan, np.nan], current=[1, 2])
    shown = Shown(one, one["timeseries"])
    assert shown.needed(("voltage", "current")).name == "current"
    with pytest.raises(DataError) as refused:
        shown.needed(("potential_we", "voltage"))
    assert refused.value.message == "there is no potential_we or voltage to draw"
    assert refused.value.found == "row, time, voltage, current"


@pytest.mark.parametrize(
    ("values", "unit", "factor", "printed"),
    [
        ([0.1, -0.05], "V", 1.0, "V"),
        ([-0.1, np.nan], "V", 1.0, "V"),
        ([0.0999], "V", 1e3, "mV"),
        ([999.0, np.inf], "V", 1.0, "V"),
        ([-1000.0], "V", 1e-3, "kV"),
        ([0.0, np.nan], "V", 1.0, "V"),
        ([], "V", 1.0, "V"),
        ([5e4], "degC", 1.0, "°C"),
    ],
)
def test_a_unit_is_kept_from_a_tenth_to_a_thousand_of_it(values, unit, factor, printed):
    name = "temperature" if unit == "degC" else "voltage"
    axis = axis_of([Column(name, np.array(values, float), name, unit), Column(name, np.zeros(1), name, unit)])
    assert (axis.factor, axis.offset) == (pytest.approx(factor), 0)
    assert axis.words.endswith(f" / {printed}")


def test_the_largest_of_all_files_decides_on_their_common_unit():
    columns = [Column("voltage", np.array([v]), "voltage", "V") for v in (0.001, -0.2, 0.003)]
    assert axis_of(columns).words == "$U$ / V"
    times = [Column("time", np.array(v), "time", "s") for v in ([0.0, 100.0], [200.0, 8000.0])]
    assert axis_of(times).words == "$t$ / h"
    assert axis_of(times[:1]).words == "$t$ / s"
    assert axis_of([Column("x", np.array([1.0]), None, None)]).words == "x"
    assert axis_of([Column("x", np.array([5e4]), None, None)]).words == "x"
    assert axis_of([Column("force", np.array([1.0]), "force", "N")]).words == "force / N"
    assert axis_of([Column("x", np.array([1.0]), None, "bar")], "kPa") == Axis(100.0, "x / kPa", unit="bar")
    with pytest.raises(UnitMismatch, match="'x' has no unit"):
        axis_of([Column("x", np.array([1.0]), None, None)], "V")


def test_files_in_other_units_are_brought_to_that_of_the_first():
    """0.5 mV and 400 V are on one axis in V; 20 °C are 293.15 K."""
    first, other = Column("x", np.array([0.5]), None, "mV"), Column("x", np.array([400.0]), None, "V")
    axis = axis_of([first, other])
    assert axis.words == "x / V"
    assert [axis.of(first)[0], axis.of(other)[0]] == pytest.approx([5e-4, 400.0])
    axis = axis_of([first, other], "kV")
    assert [axis.of(first)[0], axis.of(other)[0]] == pytest.approx([5e-7, 0.4])
    kelvin, celsius = (
        Column("temperature", np.array([v]), "temperature", u) for v, u in ((300.0, "K"), (20.0, "degC"))
    )
    assert axis_of([kelvin, celsius]).of(celsius)[0] == pytest.approx(293.15)


@pytest.mark.parametrize(("unit", "found"), [("mA/cm^2", "j in mA/cm^2"), (None, "j in no unit")])
def test_files_of_another_dimension_share_no_axis(unit, found):
    columns = Column("i", np.array([0.5]), None, "mA"), Column("j", np.array([0.5]), None, unit)
    for wanted in (None, "A"):
        with pytest.raises(UnitMismatch) as refused:
            axis_of(columns, wanted).of(columns[1])
        assert (refused.value.message, refused.value.expected, refused.value.found) == (
            "the files share no axis", "mA", found,
        )  # fmt: skip


def test_voltammograms_share_a_potential_and_a_current_that_both_hold():
    steps = {"time": [0, 1, 2], "voltage": [0, 1, 2]}
    one = record(technique="CV", **steps, potential_we=[5, 6, 7], current=[1, 2, 3])
    other = record(technique="CV", **steps, current=[4, 5, 6], current_density=[7, 8, 9])
    (axis,) = draw({"a": one, "b": other}).axes
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("$U$ / V", "$I$ / mA")
    assert curves(axis) == [([0, 1, 2], [1, 2, 3]), ([0, 1, 2], [4, 5, 6])]
    alone = record(technique="CV", time=[0, 1, 2], potential_we=[5, 6, 7], current=[1, 2, 3])
    (axis,) = draw({"a": alone, "b": other}).axes
    assert axis.get_xlabel() == "$E_{\\mathrm{we}}$, $U$ / V"
    dense = record(technique="CV", **steps, current_density=[7, 8, 9])
    with pytest.raises(UnitMismatch, match="the files share no axis"):
        draw({"a": alone, "b": dense})


def test_series_show_the_potential_that_most_of_them_hold():
    time = {"time": [0, 1, 2]}
    both, voltage = record(**time, potential_we=[5, 6, 7], voltage=[1, 2, 3]), record(**time, voltage=[4, 5, 6])
    for files in ({"a": both, "b": voltage}, {"b": voltage, "a": both}):
        (axis,) = draw(files).axes
        assert (axis.get_ylabel(), len(axis.lines)) == ("$U$ / V", 2)


def test_panels_of_several_profiles_share_one_prefix():
    """5 A and 5000 A are drawn as 0.005 and 5 kA on the common axis."""

    def profile(current):
        made = [SourceColumn("depth", np.arange(2.0), "depth", "nm"),
                SourceColumn("i", np.array([1.0, current]), "ion_current", "A")]  # fmt: skip
        return Record([build_dataset("depth_profile", made)])

    axes = draw({"a": profile(5.0), "b": profile(5000.0)}).axes
    assert axes[0].get_ylabel() == "$I_{\\mathrm{i}}$ / kA"
    assert [axis.lines[0].get_ydata()[-1] for axis in axes] == pytest.approx([0.005, 5.0])


@pytest.mark.parametrize(("kind", "across"), [("depth_profile", "depth"), ("mass_spectrum", "mass_to_charge")])
@pytest.mark.parametrize(("counts", "scale"), [([0, 0, 1], "log"), ([0, 0, 0], "linear")])
def test_an_axis_without_a_count_is_linear(kind, across, counts, scale):
    (axis,) = draw({"a": record(kind, **{across: [1, 2, 3], "ion_counts": counts})}).axes
    assert axis.get_yscale() == scale


@pytest.mark.parametrize(("off", "rings"), [(0.12, 1), (-0.12, 1), (0.14, 0), (-0.14, 0)])
def test_a_point_is_marked_within_an_eighth_of_a_decade(off, rings):
    """The second point lies in the middle between two decades."""
    given = record(
        "impedance", frequency=[10 ** (2 + off), 10**0.5], impedance_real=[1, 2], impedance_imag=[-1, -2]
    )
    axis = echub.plot(given).axes[0]
    assert len(axis.collections) == rings
    assert [text.get_text() for text in axis.texts] == ["100 Hz"] * rings
    if rings:
        assert axis.collections[0].get_offsets().tolist() == [[1, 1]]
        assert tuple(axis.texts[0].xy) == (1, 1)


def test_decades_are_called_from_1_millihertz_to_10_megahertz():
    assert impedance._NAMES == {
        -3: "1 mHz", -2: "10 mHz", -1: "100 mHz", 0: "1 Hz", 1: "10 Hz", 2: "100 Hz", 3: "1 kHz", 4: "10 kHz",
        5: "100 kHz", 6: "1 MHz", 7: "10 MHz",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("part", "side"),
    [(0.0, "left"), (0.33, "left"), (0.34, "center"), (0.66, "center"), (0.67, "right"), (1.0, "right")],
)
def test_a_name_stands_on_the_inner_side_of_an_arc(part, side):
    assert impedance._side(part)["ha"] == side


@pytest.mark.parametrize(
    ("more", "words", "values"),
    [
        ({"potential_setpoint": [0, 1, 2, 3, 4]}, " / V", [0, 1, 2, 3, 4]),
        (
            {"potential_setpoint": [1, 1, 1, 1, 1], "time": [0, 100, 200, 300, 400]},
            "$t$ / min",
            [0, 5 / 3, 10 / 3, 5, 20 / 3],
        ),
        ({"potential_setpoint": [0, 1, np.nan, 3, 4], "time": [0, 5, 4, 6, 7]}, "spectrum", [0, 1, 2, 3, 4]),
        ({"time": [0, 1, 1, 2, 3]}, "spectrum", [0, 1, 2, 3, 4]),
        ({"time": [0, 1, np.nan, 2, 3]}, "spectrum", [0, 1, 2, 3, 4]),
        ({}, "spectrum", [0, 1, 2, 3, 4]),
    ],
)
def test_spectra_are_coloured_by_what_tells_them_apart(more, words, values):
    base = {"frequency": [100, 10] * 5, "impedance_real": [1, 2] * 5, "impedance_imag": [-1, -2] * 5}
    units = {**UNITS, "potential_setpoint": "V"}
    built = [
        SourceColumn(name, np.array(v, float), name, units[name], index=n)
        for n, (name, v) in enumerate({**base, **{k: np.repeat(v, 2) for k, v in more.items()}}.items())
    ]
    figure = echub.plot(Record([build_dataset("impedance", built)]))
    assert figure.axes[3].get_ylabel().endswith(words)
    bar = figure.axes[3]._colorbar
    assert (bar.norm.vmin, bar.norm.vmax) == pytest.approx((values[0], values[-1]))
    expected = shades_of(np.array(values, float))
    assert np.array(colours(figure.axes[0])) == pytest.approx(np.array(expected))


def test_files_of_another_potential_are_not_drawn_on_its_axis():
    files = {
        "a": record(time=[0, 1], potential_we=[1, 2], current=[1, 1]),
        "b": record(time=[0, 1], voltage=[3, 4], current=[2, 2]),
        "c": record(time=[0, 1], potential_we=[5, 6]),
    }
    upper, lower = draw(files, Look()).axes
    assert [y for _, y in curves(upper)] == [[1, 2], [5, 6]]
    assert [y for _, y in curves(lower)] == [[1, 1], [2, 2]]
    assert colours(upper) == [PALETTE[0], PALETTE[2]]
    assert legend(upper) == ["a", "c"]


DETECTED = ["ion_counts", "ion_count_rate", "partial_pressure", "ion_current"]
FIRST = {
    "time": {
        0: ["potential_we", "voltage", "potential_ce", *DETECTED],
        1: ["current", "current_density", "charge", "temperature"],
    },
    "profile": {0: ["ion_counts", "ion_count_rate", "ion_current", "atomic_concentration", "partial_pressure"]},
    "mass-spectrum": {
        0: ["ion_counts", "ion_count_rate", "ion_current", "atomic_concentration", "partial_pressure"]
    },
}
"""For each picture and panel: the quantities that it shows, the first of which is drawn if there are several."""
ACROSS = {"time": "time", "profile": "depth", "mass-spectrum": "mass_to_charge"}
KINDS = {"time": "timeseries", "profile": "depth_profile", "mass-spectrum": "mass_spectrum"}


def in_canonical_units(kind, stated):
    built = [
        SourceColumn(name, np.array(values), name, quantities()[name].unit, index=n)
        for n, (name, values) in enumerate(stated.items())
    ]
    return Record([build_dataset(kind, built)])


@pytest.mark.parametrize(
    ("picture", "panel", "names"),
    [(p, n, names[k:]) for p, panels in FIRST.items() for n, names in panels.items() for k in range(len(names))],
)
def test_of_several_quantities_the_first_that_is_there_is_drawn(picture, panel, names):
    """The file has them in the opposite order; the last has the values 1 and 2, the one before 2 and 3 …"""
    values = {name: [k + 1.0, k + 2.0] for k, name in enumerate(names[::-1])}
    above = {"voltage": [7.0, 8.0]} if panel else {}
    given = in_canonical_units(KINDS[picture], {ACROSS[picture]: [0.0, 5.0], **above, **values})
    assert curves(echub.plot(given, picture=picture).axes[panel]) == [([0, 5], values[names[0]])]


@pytest.mark.parametrize("n", range(3))
def test_a_profile_is_against_depth_or_else_what_was_sputtered(n):
    depths = ["depth", "sputter_time", "ion_dose"][n:]
    values = {name: [k, k + 1.0] for k, name in enumerate(depths[::-1])}
    (axis,) = echub.plot(in_canonical_units("depth_profile", {**values, "ion_counts": [3.0, 4.0]})).axes
    ((x, y),) = curves(axis)
    assert (np.diff(x) > 0, y) == (True, [3, 4])
    assert symbol_text(quantities()[depths[0]].symbol) in axis.get_xlabel()


def test_what_describes_samples_stands_below_them_if_it_differs():
    columns = [
        column("sample_id", ["s", "s", "t"], index=0),
        SourceColumn("phase", np.array(["new", "old", "new"], object), None, None, index=1),
        SourceColumn("gas", np.array(["Ar", "Ar", "Ar"], object), None, None, index=2),
        column("replicate", [1, 1, 1], index=3),
        SourceColumn("y", np.array([1.0, 2.0, 3.0]), None, "V", index=4),
    ]
    (axis,) = echub.plot(Record([build_dataset("table", columns)])).axes
    assert [text.get_text() for text in axis.get_xticklabels()] == ["s new", "s old", "t new"]
    columns.insert(2, SourceColumn("site", np.array(["A", "A", "B"], object), None, None, index=5))
    (both,) = echub.plot(Record([build_dataset("table", columns)])).axes
    assert [text.get_text() for text in both.get_xticklabels()] == ["s new A", "s old A", "t new B"]
    assert [list(bar[0].get_xdata()) for bar in axis.containers] == [[0, 1], [2]]
    assert [list(bar[0].get_ydata()) for bar in axis.containers] == [[1, 2], [3]]


def test_a_table_over_time_has_a_line_for_each_sample_in_a_readable_unit():
    given = record(
        "table", sample_id=["s", "t", "s", "t"], time=[0, 0, 7200, 7200], replicate=[1, 1, 1, 1], y=[1, 2, 3, 4]
    )
    (axis,) = echub.plot(given).axes
    assert axis.get_xlabel() == "$t$ / h"
    assert [(list(bar[0].get_xdata()), list(bar[0].get_ydata())) for bar in axis.containers] == [
        ([0, 2], [1, 3]), ([0, 2], [2, 4])
    ]  # fmt: skip
    assert legend(axis) == ["s", "t"]


@pytest.mark.parametrize(
    ("column_of", "label", "ticks"),
    [
        (SourceColumn("dose", np.array([5.0, 5.0]), None, "s", index=1), "", ["s", "t"]),  # the same for all
        (SourceColumn("dose", np.array([5.0, 7.0]), None, "s", index=1), "dose / s", None),
        (SourceColumn("phase", np.array(["a", "b"], object), None, None, index=1), "", ["s a", "t b"]),
    ],
)
def test_a_table_is_drawn_against_a_number_that_differs(column_of, label, ticks):
    columns = [
        column("sample_id", ["s", "t"], index=0),
        column_of,
        column("replicate", [1, 1], index=2),
        SourceColumn("y", np.array([1.0, 2.0]), None, None, index=3),
        SourceColumn("never measured", np.array([np.nan, np.nan]), None, "V", index=4),
    ]
    (axis,) = echub.plot(Record([build_dataset("table", columns)])).axes
    assert (axis.get_xlabel(), axis.get_ylabel()) == (label, "y")
    assert ticks is None or [text.get_text() for text in axis.get_xticklabels()] == ticks


@pytest.mark.parametrize(
    ("count", "shown"), [(1, 1), (3, 3), (4, 4), (5, 5), (PANELS, PANELS), (PANELS + 2, PANELS)]
)
def test_each_measured_column_has_a_panel_and_no_place_is_empty(count, shown):
    columns = [
        column("sample_id", ["s", "t"], index=0), column("replicate", [1, 1], index=1),
        *(SourceColumn(f"y{n}", np.array([1.0, 2.0]), None, "V", index=2 + n) for n in range(count)),
    ]  # fmt: skip
    figure = echub.plot(Record([build_dataset("table", columns)]))
    assert [axis.get_ylabel() for axis in figure.axes] == [f"y{n} / V" for n in range(shown)]
    rest = [f"{count - PANELS} further columns are not shown"] * (count > PANELS)
    assert [text.get_text() for text in figure.texts] == rest


def test_maps_of_several_files_stand_side_by_side_and_no_place_is_empty():
    def of(first, count):
        axes = ("species", "frame", "y", "x")
        counts = first + np.arange(float(count)).reshape(count, 1, 1, 1) * np.ones((1, 2, 2, 2))
        column = SourceColumn("N", counts, "ion_counts", "count", axes=axes)
        return Record([build_map("ion_map", [column])])

    figure = draw({"a": of(1, 3), "b": of(10, 4)}, Look())
    maps = [axis for axis in figure.axes if axis.images and axis.get_visible()]
    assert [float(axis.images[0].get_array()[0, 0]) for axis in maps] == [2, 4, 6, 20, 22, 24, 26]  # two frames
    assert [axis.get_title() for axis in maps[2:4]] == ["a  ·  species 3", "b  ·  species 1"]
    assert [axis.get_ylabel() for axis in maps] == ["pixel", "", "", "pixel", "", "", "pixel"]
    assert sum(not axis.get_visible() for axis in figure.axes) == 2


def test_a_table_without_a_measured_number_is_refused():
    with pytest.raises(DataError) as refused:
        echub.plot(record("table", sample_id=["s"], replicate=[1], y=[np.nan]))
    assert refused.value.message == "the table contains no measured number"
    assert refused.value.found == "row, sample_id, replicate, vendor_y"


# -- what an eye would miss -------------------------------------------------------------------


def dots(axis):
    """Return the points of the lines that have a marker."""
    return [
        (float(line.get_xdata()[n]), float(line.get_ydata()[n]))
        for line in axis.lines
        for n in line.get_markevery() or ()
    ]


def test_a_value_without_a_neighbour_is_a_dot():
    """No line goes through it: the only row, and one between two that are missing."""
    (one,) = draw({"a": record(time=[5.0], voltage=[1.5])}).axes
    assert dots(one) == [(5, 1.5)]
    gaps = record(time=[0, 1, 2, 3, 4, 5], voltage=[1, np.nan, 2, np.nan, 3, 4])
    (axis,) = draw({"a": gaps}).axes
    assert dots(axis) == [(0, 1), (2, 2)]
    (whole,) = draw({"a": record(time=[0, 1], voltage=[1, 2])}).axes
    assert [line.get_marker() for line in whole.lines] == ["None"]


def test_the_halves_of_one_cycle_are_named_by_the_sign_of_their_current():
    given = record(time=[0, 3600, 3600, 7200], voltage=[3, 4, 4, 3.5], current=[-1, -1, 1, 1])
    axis = echub.plot(given, picture="capacity").axes[0]
    assert list(zip(legend(axis), colours(axis), strict=True)) == [
        ("$I$ < 0", PALETTE[0]), ("$I$ > 0", PALETTE[1])
    ]  # fmt: skip


def test_scans_of_a_mass_spectrum_are_not_joined_and_each_quantity_has_its_panel():
    pressure = SourceColumn("p", np.array([1.0, 2, 3, 4]), "partial_pressure", "torr", index=1)
    first = build_dataset("mass_spectrum", [column("mass_to_charge", [10, 11, 10, 11], index=0), pressure])
    counts = [column("mass_to_charge", [28, 29], index=0), column("ion_counts", [50, 60], index=1)]
    figure = draw({"a": Record([first]), "b": Record([build_dataset("mass_spectrum", counts)])})
    upper, lower = figure.axes
    assert upper.get_ylabel().endswith(" / torr")
    assert labels(figure) == [("", upper.get_ylabel()), ("m/z", "$N$ / count")]
    assert [legend(axis) for axis in figure.axes] == [["a"], ["b"]]
    x = np.asarray(upper.lines[0].get_xdata())
    assert np.isnan(x).tolist() == [False, False, True, False, False]
    assert curves(lower) == [([28, 29], [50, 60])]


@pytest.mark.parametrize(
    ("size", "unit", "factor"),
    [(9999.0, "Ω", 1), (10_000.0, "kΩ", 1e-3), (0.1, "Ω", 1), (0.099, "mΩ", 1e3), (2e6, "MΩ", 1e-6)],
)
def test_a_nyquist_plot_has_short_numbers_and_bode_keeps_the_ohm(size, unit, factor):
    given = record("impedance", frequency=[100, 10], impedance_real=[size, size], impedance_imag=[0, 0])
    nyquist, modulus, _ = draw({"a": given}).axes
    assert (nyquist.get_xlabel(), nyquist.get_ylabel()) == (f"Re $Z$ / {unit}", f"−Im $Z$ / {unit}")
    assert nyquist.lines[0].get_xdata() == pytest.approx([size * factor] * 2)
    assert modulus.get_ylabel() == "|$Z$| / Ω"
    assert modulus.lines[0].get_ydata() == pytest.approx([size] * 2)


def test_long_names_of_files_are_shortened_and_told_apart():
    long = "x" * 30
    names = [f"{long}a{long}", f"{long}b{long}", "short"]
    (axis,) = draw({name: record(time=[0, 1], voltage=[1, 2]) for name in names}).axes
    short = "x" * 19 + "…" + "x" * 20  # 40 letters
    assert legend(axis) == [f"{short} (1)", f"{short} (2)", "short"]
    assert draw({"y" * 80: record(time=[0, 1], voltage=[1, 2])}).get_suptitle() == "y" * 31 + "…" + "y" * 32


def test_of_many_files_without_a_place_the_first_are_named():
    other = build_dataset("acme_curve", [SourceColumn("f", np.arange(3.0))])
    drawn = record(time=[0, 1], voltage=[1, 2])
    few = draw({"a": drawn, **{f"f{n}": Record([other]) for n in range(5)}}).get_suptitle()
    assert few == "not drawn: " + ", ".join(f"f{n} (3 rows)" for n in range(5))
    many = draw({"a": drawn, **{f"f{n}": Record([other]) for n in range(6)}}).get_suptitle()
    assert many == "not drawn: f0 (3 rows), f1 (3 rows), f2 (3 rows), f3 (3 rows), 2 more"

"""A region of interest as a depth profile: the whole record is what the table of the outcome says, and no more."""

from __future__ import annotations

import numpy as np
import pytest

from echub.plugin import Condition, Flag, Measurand, Outcome, ReadError, Series
from echub_sims_map.profile import _uneven, to_profile

FRAMES = (5.0, 15.0, 25.0)
IONS = (("Na+", 1, (100.0, 110.0, 120.0)), ("PO2-", -1, (200.0, 210.0, 220.0)))
PIXELS = {"columns": (40, 40, 40), "outside": (40, 30, 19)}
"""Measured pixels by frame; with fewer than half of the most a frame is left out."""
STATED = {
    "cell.id": {"value": "A", "source": "user"},
    "sims.dwell_time": {"value": 1e-3, "unit": "s", "source": "file"},
    "sims.regions": {"value": [{"name": "a", "state": "aged"}, {"name": "b", "state": "new"}], "source": "file"},
}


def outcome(axis="depth"):
    """Return an outcome of a map with two regions of interest, of which the second has more counts."""
    rows = [
        {"roi": roi, "region": "a", "species": ion, "polarity": sign, "frame": k, axis: FRAMES[k],
         "counts": counts[k] + 1000 * (roi == "outside"), "low": counts[k] - 9, "high": counts[k] + 9,
         "pixels": PIXELS[roi][k]}
        for roi in PIXELS for ion, sign, counts in IONS for k in range(3)
    ]  # fmt: skip
    units = {"depth": "nm", "sputter_time": "s", "counts": "count", "low": "count", "high": "count"}
    table = {name: Series.of([row[name] for row in rows], units.get(name, "")) for name in rows[0]}
    return Outcome(
        {"column_count": Measurand("1", 2.0)},
        (Flag("columns-cut", "one of two"),),
        {"roi_profile": table, "columns": {"column": Series.of([1])}},
        diagnostics={"mean": Series.of([1.0], "count")},
        conditions={"species": Condition("Na+")},
        metadata=STATED,
        analysis="sims-map",
        label="m",
    )


def told(record):
    """Return every column of the only dataset: header, quantity, unit, origin, values."""
    (data,) = record.datasets.values()
    assert (data.name, data.kind) == ("depth_profile", "depth_profile")
    found = {}
    for name, column in data.columns.items():
        values = [column.labels[int(k)] for k in column.values] if column.labels else column.values
        found[name] = (column.header, column.quantity, column.unit, column.origin, values)
    return found


@pytest.mark.parametrize("roi", ["", "columns"])
def test_the_first_region_of_interest_is_read_as_it_is(roi):
    record = to_profile(outcome(), roi)
    found = {name: column[:4] for name, column in told(record).items()}
    assert found == {
        "row": ("", "record", "1", "reported"),
        "region": ("roi", "region", None, "reported"),
        "vendor_region": ("region", None, "1", "reported"),
        "species": ("species", "species", None, "reported"),
        "polarity": ("polarity", "polarity", "1", "reported"),
        "frame": ("frame", "frame", "1", "reported"),
        "depth": ("depth", "depth", "um", "reported"),
        "ion_counts": ("counts", "ion_counts", "count", "reported"),
        "vendor_low": ("low", None, "count", "reported"),
        "vendor_high": ("high", None, "count", "reported"),
        "vendor_pixels": ("pixels", None, "1", "reported"),
    }
    values = {name: list(column[4]) for name, column in told(record).items()}
    counts = [n for _, _, three in IONS for n in three]
    assert values["ion_counts"] == counts
    assert values["vendor_low"] == [n - 9 for n in counts]
    assert values["vendor_high"] == [n + 9 for n in counts]
    assert values["vendor_pixels"] == [40] * 6
    assert values["depth"] == pytest.approx([z / 1000 for z in FRAMES] * 2)
    assert values["frame"] == [0, 1, 2] * 2
    assert values["polarity"] == [1] * 3 + [-1] * 3
    assert values["species"] == ["Na+"] * 3 + ["PO2-"] * 3
    assert (values["region"], values["vendor_region"]) == (["columns"] * 6, ["a"] * 6)
    assert record.notices == []


def test_counts_of_frames_with_fewer_pixels_are_brought_to_the_most_and_kept_beside():
    record = to_profile(outcome("sputter_time"), "outside")
    columns = told(record)
    counts = np.array([n + 1000 for _, _, three in IONS for n in three])
    assert columns["vendor_counts"][:4] == ("counts", None, "count", "reported")
    assert list(columns["vendor_counts"][4]) == list(counts)
    assert columns["ion_counts"][:4] == ("even counts", "ion_counts", "count", "derived")
    factor = [1, 40 / 30, np.nan] * 2
    np.testing.assert_allclose(columns["ion_counts"][4], counts * factor)
    assert columns["sputter_time"][:3] == ("sputter_time", "sputter_time", "s")
    (data,) = record.datasets.values()
    recipe = "counts * most pixels of the region of interest / pixels of the frame"
    assert data.columns["ion_counts"].attrs["recipe"] == recipe
    (notice,) = record.notices
    text = "frames differ in measured pixels: counts are brought to the same number of pixels"
    assert (notice.code, notice.message) == ("pixels-differ", text)


@pytest.mark.parametrize(("roi", "other"), [("columns", "outside"), ("outside", "columns")])
def test_what_else_the_outcome_holds_is_kept_or_named(roi, other):
    record = to_profile(outcome(), roi)
    assert [(d.where, d.message) for d in record.dropped] == [
        ("the table columns", "it is not a profile"),
        (f"the region of interest {other}", f'--option roi="{other}" reads it'),
        ("the diagnostics", "they are pictures"),
    ]
    stated = {entry.path: (entry.value, entry.unit, entry.source) for entry in record.metadata.entries}
    assert stated == {
        "cell.id": ("A", None, "user"),
        "sims.dwell_time": (1.0, "ms", "file"),
        "sims.regions": ([{"name": roi, "state": "aged", "map_region": "a"}], None, "outcome"),
    }
    settings = record.settings
    assert set(settings) == {"analysis", "label", "measurands", "flags", "conditions", "provenance"}
    assert (settings["analysis"], settings["label"]) == ("sims-map", "m")
    assert settings["flags"][0]["message"] == "one of two"


def test_frames_are_brought_to_the_most_pixels_of_their_own_ion():
    """Potassium was measured in half of the pixels throughout; sodium in fewer in its second frame."""
    table = {"pixels": [40, 30, 20, 20], "counts": [100.0, 90.0, 7.0, 8.0], "species": ["Na+", "Na+", "K+", "K+"]}
    columns = {name: Series.of(values) for name, values in table.items()}
    assert _uneven(columns).tolist() == [100, 120, 7, 8]
    columns["pixels"] = Series.of([40, 40, 20, 20])
    assert _uneven(columns) is None


def test_every_other_region_of_interest_is_named():
    given = outcome()
    table = given.tables["roi_profile"]
    more = {name: Series((*series.values, *series.values[:6]), series.unit) for name, series in table.items()}
    more["roi"] = Series((*table["roi"].values, *["all"] * 6), "")
    record = to_profile(given.replace(tables={"roi_profile": more}, diagnostics={}), "outside")
    assert [(d.where, d.message) for d in record.dropped] == [
        ("the region of interest columns", '--option roi="columns" reads it'),
        ("the region of interest all", '--option roi="all" reads it'),
    ]
    with pytest.raises(ReadError) as caught:
        to_profile(given.replace(tables={"roi_profile": more}), "rim")
    assert (caught.value.expected, caught.value.found) == ("columns or outside or all", "rim")

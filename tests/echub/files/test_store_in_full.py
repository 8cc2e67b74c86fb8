"""All that a native file says beside its values, key by key: what another program or a later echub finds there."""

import json
from fractions import Fraction

import h5py
import numpy as np
import pytest

import echub_schemas
from echub.files import store
from echub.files.content import column_digest, content_hash
from echub.files.layout import text_hash
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset, Omitted
from echub.model.metadata import Entry, Metadata
from echub.model.record import Provenance, Record
from echub.model.units import Scale
from echub.remark import Dropped, Notice

ROW = Column("row", np.array([0, 1], np.uint8), "record", "1", "reported", attrs={"description": "of the source"})
CURRENT = Column(
    "current", np.array([1.5, -2.0], np.float32), "current", "mA", header="I/A", index=0, sign="anodic_positive",
    averaged=True, scale=Scale(Fraction(1000)), source_dtype="<f4", uncertainty="u_current",
)  # fmt: skip
BITS = (
    Bits("mode", "Mode", 0b110, "control_mode", {0: "off", 1: "at rest", 2: "on"}),
    Bits("error", "Error", 0b1000),
)
FLAGS = Column("flags", np.array([2, 12], np.uint8), "flags", "1", "reported", "Flags", 1, bits=BITS)
WORDS = Column("vendor_note", np.array([0, 1], np.uint8), header="note", index=2, labels={0: "a b", 1: ""})
ODD = Column("vendor_odd", np.array([7.0, 8.0]), unit="V/mA", header="odd_thing", index=3)
TABLE = Dataset(
    "timeseries", {c.name: c for c in (CURRENT, FLAGS, WORDS, ODD, ROW)}, (Omitted("Re", 4, "<f4", "00000000"),),
    ("query row < 2",), {"clock_restarts": "1"}, "timeseries_1",
)  # fmt: skip
RECORD = Record(
    [TABLE, Dataset("impedance", {})],
    metadata=Metadata([Entry("cell.area", 1.5, "cm^2", "file"), Entry("sample.id", "one", None, "--set")]),
    settings={"Device": "x"},
    notices=[Notice("truncated", "cut", hint="again")],
    dropped=[Dropped("line 9", "no number")],
    provenance=Provenance({"name": "a.mpr", "size": 3}, {"name": "r"}, {"echub": "1"}, ("a.mps",), ("joined",)),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("full") / "a.h5"
    store.write(RECORD, path)
    with h5py.File(path) as opened:
        yield opened


def plain(attributes):
    """Return attributes as Python's own types; references to axes are left out: h5py and netCDF make them."""
    found = {}
    for name, value in attributes.items():
        if name not in ("DIMENSION_LIST", "REFERENCE_LIST", "CLASS", "NAME"):
            value = value.decode() if isinstance(value, bytes) else value
            found[name] = value.tolist() if isinstance(value, np.ndarray) else value
    return found


def said(column, **more):
    """Return a description in which only what is not as usual stands."""
    form = {"dtype": column.values.dtype.str, "shape": [2], "hash": column_digest(column.values)}
    return {"name": column.name, "origin": "measured", "scale": "1", "axes": ["row"], **more, **form}


SAID = {
    "current": said(
        CURRENT, quantity="current", unit="mA", header="I/A", index=0, sign="anodic_positive", averaged=True,
        scale="1000", source_dtype="<f4", uncertainty="u_current",
    ),
    "flags": said(FLAGS, quantity="flags", unit="1", origin="reported", header="Flags", index=1, bits=[
        {"name": "mode", "header": "Mode", "mask": 6, "quantity": "control_mode",
         "meanings": {"0": "off", "1": "at rest", "2": "on"}},
        {"name": "error", "header": "Error", "mask": 8, "quantity": None, "meanings": {}},
    ]),
    "vendor_note": said(WORDS, header="note", index=2, labels={"0": "a b", "1": ""}),
    "vendor_odd": said(ODD, unit="V/mA", header="odd_thing", index=3),
    "row": said(ROW, quantity="record", unit="1", origin="reported", attrs={"description": "of the source"}),
}  # fmt: skip


def test_each_column_has_the_conventional_attributes_and_its_own_description(file):
    found = {name: plain(array.attrs) for name, array in file["timeseries_1"].items()}
    assert {name: json.loads(one.pop("echub")) for name, one in found.items()} == SAID
    assert found == {
        "row": {"units": "1", "long_name": "record"},
        "current": {"units": "mA", "long_name": "current"},
        "flags": {
            "units": "1", "long_name": "flags", "flag_masks": [6, 6, 8], "flag_values": [2, 4, 8],
            "flag_meanings": "mode:at_rest mode:on error:set",
        },
        "vendor_note": {"long_name": "note", "flag_values": [0, 1], "flag_meanings": "a_b _"},
        "vendor_odd": {"printed_units": "V/mA", "long_name": "odd thing"},
    }  # fmt: skip
    for name in ("flag_masks", "flag_values"):
        assert file["timeseries_1/flags"].attrs[name].dtype == np.uint8


def test_columns_stand_after_their_axis_and_are_attached_to_it(file):
    assert list(file["timeseries_1"]) == ["row", "current", "flags", "vendor_note", "vendor_odd"]
    assert file["timeseries_1/row"].is_scale
    assert all(file["timeseries_1"][name].dims[0].keys() == ["row"] for name in SAID if name != "row")


def test_a_dataset_says_all_of_itself_and_of_its_columns(file):
    assert json.loads(file["timeseries_1"].attrs["echub"]) == {
        "described": [SAID[name] for name in TABLE.columns], "columns": list(TABLE.columns),
        "label": "timeseries_1", "kind": "timeseries", "history": ["query row < 2"],
        "omitted": [["Re", 4, "<f4", "00000000"]], "attrs": {"clock_restarts": "1"},
    }  # fmt: skip
    assert json.loads(file["impedance"].attrs["echub"]) == {
        "described": [], "columns": [], "kind": "impedance", "history": [], "omitted": [], "attrs": {}
    }  # fmt: skip


def test_metadata_settings_and_provenance_are_texts(file):
    texts = {name: json.loads(file[name][()]) for name in ("metadata", "settings", "provenance")}
    assert texts == {
        "metadata": {
            "tree": RECORD.metadata.tree(),
            "entries": [["cell.area", 1.5, "cm^2", "file"], ["sample.id", "one", None, "--set"]],
        },
        "settings": {"Device": "x"},
        "provenance": {
            "source": {"name": "a.mpr", "size": 3}, "reader": {"name": "r"}, "software": {"echub": "1"},
            "siblings": ["a.mps"], "operations": ["joined"],
            "notices": [{"code": "truncated", "message": "cut", "severity": "warning", "hint": "again"}],
            "dropped": [{"what": "line 9", "why": "no number"}],
        },
    }  # fmt: skip
    assert list(file) == sorted(["impedance", "metadata", "provenance", "settings", "timeseries_1"])


def test_the_file_states_its_format_its_source_and_the_hash_of_each_text(file):
    found = plain(file.attrs)
    of_texts = {name: text_hash(file[name][()]) for name in ("metadata", "settings", "provenance")}
    of_groups = {name: text_hash(file[name].attrs["echub"]) for name in ("timeseries_1", "impedance")}
    assert json.loads(found.pop("hashes")) == {**of_groups, **of_texts}
    assert found == {
        "format": "echub", "schema_version": echub_schemas.VERSION, "source_name": "a.mpr",
        "content_hash": content_hash(RECORD), "provenance_hash": of_texts["provenance"],
        "datasets": '["timeseries_1","impedance"]',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "filters"),
    [(1024, (None, False, True)), (1025, ("gzip", True, False)), (0, (None, False, False))],
)
def test_columns_of_more_than_8192_bytes_are_compressed_and_others_have_a_checksum(tmp_path, rows, filters):
    values = np.arange(rows, dtype=np.float64)
    store.write(Record([Dataset("k", {"a": Column("a", values)})]), tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as opened:
        array = opened["k/a"]
        assert (array.compression, array.shuffle, array.fletcher32) == filters
        assert array.chunks == ((rows,) if rows else None)
        assert opened["k/row"][()].tolist() == list(range(rows))  # an axis without a column of its own


@pytest.mark.parametrize(("labels", "shown"), [(1, True), (256, True), (257, False)])
def test_more_labels_than_256_are_in_the_description_alone(tmp_path, labels, shown):
    words = {n: f"w{n}" for n in range(labels)}
    store.write(
        Record([Dataset("k", {"a": Column("a", np.zeros(1, np.uint16), labels=words)})]), tmp_path / "a.h5"
    )
    with h5py.File(tmp_path / "a.h5") as opened:
        attributes = opened["k/a"].attrs
        assert ("flag_values" in attributes, "flag_meanings" in attributes) == (shown, shown)
        assert json.loads(attributes["echub"])["labels"] == {str(n): word for n, word in words.items()}


def test_a_zero_in_a_text_does_not_end_it(tmp_path):
    odd = Column("vendor_a", np.zeros(1), header="a\0b", unit="c\0d")
    store.write(Record([Dataset("k", {"vendor_a": odd})], settings={"x": "e\0f"}), tmp_path / "a.h5")
    with h5py.File(tmp_path / "a.h5") as opened:
        assert opened["k/vendor_a"].attrs["long_name"] == "a\\0b"
        assert opened["k/vendor_a"].attrs["printed_units"] == "c\\0d"
        assert json.loads(opened["settings"][()]) == {"x": "e\0f"}  # JSON has a word of its own for it

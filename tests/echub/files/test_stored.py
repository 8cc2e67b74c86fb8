"""Native files read back: only what is in the file counts, and large columns are read when they are used."""

import h5py
import numpy as np
import pytest

from echub.errors import ChangedContent, ReadError, SourceChanged
from echub.files import store
from echub.files.content import BLOCK
from echub.model.build import SourceColumn, build_dataset
from echub.model.deferred import Deferred, held
from echub.model.metadata import Entry, Metadata
from echub.model.record import Provenance, Record

ROWS = 3 * BLOCK + 7


@pytest.fixture
def record():
    time = SourceColumn("time/s", np.arange(ROWS) * 0.5, "time", "s", index=0)
    current = SourceColumn("I/mA", np.sin(np.arange(ROWS)).astype(np.float32), "current", "mA", index=1)
    return Record(
        [build_dataset("timeseries", [time, current])],
        metadata=Metadata([Entry("sample.id", "one", None, "x")]),
        settings={"note": "one"},
        provenance=Provenance(source={"name": "one"}),
    )


@pytest.fixture
def native(record, tmp_path):
    store.write(record, tmp_path / "run.h5")
    return tmp_path / "run.h5"


def elsewhere(path):
    """Another file with an array of the same name, type and shape."""
    other = path.with_name("other.h5")
    with h5py.File(other, "w") as file:
        file["timeseries/current"] = np.zeros(ROWS, np.float32)
    return other


def external_link(file, path):
    del file["timeseries/current"]
    file["timeseries/current"] = h5py.ExternalLink(elsewhere(path).name, "/timeseries/current")


def external_group(file, path):
    del file["timeseries"]
    file["timeseries"] = h5py.ExternalLink(elsewhere(path).name, "/timeseries")


def soft_link(file, _path):
    del file["timeseries/current"]
    file["timeseries/current"] = h5py.SoftLink("/timeseries/time")


def virtual(file, path):
    layout = h5py.VirtualLayout((ROWS,), np.float32)
    layout[:] = h5py.VirtualSource(elsewhere(path), "timeseries/current", (ROWS,))
    attributes = dict(file["timeseries/current"].attrs)
    del file["timeseries/current"]
    file["timeseries"].create_virtual_dataset("current", layout).attrs["echub"] = attributes["echub"]


def external_storage(file, path):
    raw = path.with_name("raw.bin")
    raw.write_bytes(bytes(4 * ROWS))
    attributes = dict(file["timeseries/current"].attrs)
    del file["timeseries/current"]
    array = file["timeseries"].create_dataset(
        "current", (ROWS,), np.float32, external=[(str(raw), 0, h5py.h5f.UNLIMITED)]
    )
    array.attrs["echub"] = attributes["echub"]


@pytest.mark.parametrize("change", [external_link, external_group, soft_link, virtual, external_storage])
def test_data_that_are_elsewhere_are_refused(native, change):
    with h5py.File(native, "r+") as file:
        change(file, native)
    with pytest.raises(ReadError) as refused:
        store.read(native)
    assert any(word in refused.value.found for word in ("link to another place", "in another file"))


def test_a_flipped_bit_in_a_chunk_is_an_error_with_the_column(native):
    with h5py.File(native) as file:
        place = file["timeseries/current"].id.get_chunk_info(2)
    data = bytearray(native.read_bytes())
    data[place.byte_offset + place.size // 2] ^= 4
    native.write_bytes(data)
    series = store.read(native)["timeseries"]
    assert series["time"][-1] == (ROWS - 1) * 0.5
    with pytest.raises(ReadError, match="the column current of the native file is damaged") as refused:
        series["current"]
    assert refused.value.column == "current"


@pytest.mark.parametrize("name", ["metadata", "settings", "provenance"])
def test_a_changed_text_is_an_error(native, name):
    with h5py.File(native, "r+") as file:
        file[name][()] = file[name][()].replace(b'"one"', b'"two"')
    with pytest.raises(ChangedContent, match="are not those that were written"):
        store.read(native)


def test_a_changed_description_of_a_column_is_an_error(native):
    with h5py.File(native, "r+") as file:
        attributes = file["timeseries/current"].attrs
        attributes["echub"] = attributes["echub"].replace(b'"mA"', b'"A"')
    with pytest.raises(ChangedContent) as refused:
        store.read(native)
    assert refused.value.expected.startswith("blake3:")


SHAPES = [
    ("timeseries/current", b'"index":1', b'"index":[', "the description of the column current", None),
    ("timeseries/current", b'"index":1', b'"index":""', "the description of the column current", "index"),
    ("timeseries/current", b'"axes":["row"]', b'"axes":"rowrow"', "the description of the column current", "axes"),
    ("timeseries", b'"history":[]', b'"history":{}', "the description of the dataset timeseries", "history"),
    ("timeseries", b'"kind":"', b'"kinds":"', "the description of the dataset timeseries", None),
    ("/", b'["timeseries"]', b'[{"a":"bcdef"}]', "the datasets of the native file", "[0]"),
]


@pytest.mark.parametrize(("place", "old", "new", "what", "where"), SHAPES)
def test_a_description_of_another_shape_is_an_error_with_its_place(native, place, old, new, what, where):
    with h5py.File(native, "r+") as file:
        attributes = file[place].attrs
        name = "datasets" if place == "/" else "echub"
        assert old in attributes[name]
        attributes[name] = attributes[name].replace(old, new)
    with pytest.raises(ReadError) as refused:
        store.read(native)
    assert refused.value.message.startswith(what)
    assert (refused.value.path, refused.value.where) == (str(native), where)


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("metadata", '{"entries":[["a",1,null]]}', "entries[0]"),
        ("metadata", '{"entries":[["a",1,null,2]]}', "entries[0][3]"),
        ("settings", '{"a":' + "[" * 40 + "]" * 40 + "}", None),
        ("settings", '{"a":' + "9" * 30 + "}", "a"),
        ("settings", "[1]", None),
        ("provenance", '{"source":{}}', None),
    ],
)
def test_texts_of_another_shape_are_errors_with_their_place(native, name, text, where):
    with h5py.File(native, "r+") as file:
        del file[name]
        file[name] = np.bytes_(text)
    with pytest.raises(ReadError, match=f"the {name} of the native file") as refused:
        store.read(native)
    assert refused.value.where == where


def test_large_columns_are_read_when_they_are_used(native, record):
    column = store.read(native)["timeseries"].columns["current"]
    assert isinstance(held(column), Deferred)
    assert (column.dtype, column.shape) == (np.float32, (ROWS,))
    assert np.array_equal(
        held(column).part(BLOCK - 3, 2 * BLOCK + 1), record["timeseries"]["current"][BLOCK - 3 : 2 * BLOCK + 1]
    )
    assert np.array_equal(column.values, record["timeseries"]["current"])
    assert column.values is column.values


def test_a_file_that_changed_before_its_column_was_used_is_said_so(native):
    series = store.read(native)["timeseries"]
    native.write_bytes(native.read_bytes() + b"\0")
    with pytest.raises(SourceChanged):
        series["current"]


@pytest.mark.parametrize("packing", [{}, {"compression": "lzf"}, {"chunks": (1000,), "compression": "gzip"}])
def test_columns_that_other_software_packed_again_are_read(native, record, packing):
    with h5py.File(native, "r+") as file:
        values, attributes = file["timeseries/current"][()], dict(file["timeseries/current"].attrs)
        del file["timeseries/current"]
        file["timeseries"].create_dataset("current", data=values, **packing).attrs["echub"] = attributes["echub"]
    column = store.read(native)["timeseries"].columns["current"]
    expected = record["timeseries"]["current"]
    assert np.array_equal(np.concatenate([part for _, part in held(column).stream()]), expected)
    assert np.array_equal(column.values, expected)

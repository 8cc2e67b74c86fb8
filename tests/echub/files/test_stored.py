"""Native files read back: only what is in the file counts, and large columns are read when they are used."""

import json
import pickle
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest

import echub
from echub.errors import ChangedContent, InconsistentFile, MetadataError, ReadError, SourceChanged
from echub.files import hdf5, store, stored, stored_column
from echub.files.content import BLOCK
from echub.files.layout import text_hash
from echub.model.build import SourceColumn, build_dataset
from echub.model.deferred import Deferred, Passed, extremes, held, passed, shuffled
from echub.model.metadata import Entry, Metadata
from echub.model.record import Provenance, Record
from echub.model.source import Source

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
        stored.read(native)
    assert any(word in refused.value.found for word in ("link to another place", "in another file"))


def test_a_flipped_bit_in_a_chunk_is_an_error_with_the_column(native):
    with h5py.File(native) as file:
        place = file["timeseries/current"].id.get_chunk_info(2)
    data = bytearray(native.read_bytes())
    data[place.byte_offset + place.size // 2] ^= 4
    native.write_bytes(data)
    series = stored.read(native)["timeseries"]
    assert series["time"][-1] == (ROWS - 1) * 0.5
    with pytest.raises(ReadError, match="the column current of the native file is damaged") as refused:
        series["current"]
    assert refused.value.column == "current"


def test_a_flipped_bit_in_a_small_column_is_an_error(eclab, tmp_path):
    """It is not compressed: its own checksum is behind it."""
    native = Path(echub.convert(eclab / "gcpl.mpr", tmp_path).outputs[0])
    values = stored.read(native)["timeseries"].columns["potential_we"].values
    data = native.read_bytes()
    assert data.count(values.tobytes()) == 1
    at = data.index(values.tobytes()) + values.nbytes // 2
    native.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
    with pytest.raises(ReadError):
        np.asarray(stored.read(native)["timeseries"]["potential_we"])


def test_no_column_has_a_layout_that_netcdf_programs_do_not_know(eclab, tmp_path):
    """R's ncdf4 1.21 opens no file with compact storage, whichever variable is asked for."""
    native = Path(echub.convert(eclab / "gcpl.mpr", tmp_path).outputs[0])
    with h5py.File(native) as file:
        layouts = {data.id.get_create_plist().get_layout() for data in file["timeseries"].values()}
    assert layouts <= {h5py.h5d.CHUNKED, h5py.h5d.CONTIGUOUS}


@pytest.mark.parametrize("name", ["metadata", "settings", "provenance"])
def test_a_changed_text_is_an_error(native, name):
    with h5py.File(native, "r+") as file:
        file[name][()] = file[name][()].replace(b'"one"', b'"two"')
    with pytest.raises(ChangedContent, match="are not those that were written"):
        stored.read(native)


def test_a_changed_description_of_a_column_is_an_error(native):
    with h5py.File(native, "r+") as file:
        attributes = file["timeseries/current"].attrs
        attributes["echub"] = attributes["echub"].replace(b'"mA"', b'"A"')
    with pytest.raises(ChangedContent) as refused:
        stored.read(native)
    assert refused.value.expected.startswith("blake3:")


def test_descriptions_that_changed_places_are_an_error(native):
    with h5py.File(native, "r+") as file:
        time, current = (file[f"timeseries/{name}"].attrs for name in ("time", "current"))
        time["echub"], current["echub"] = current["echub"], time["echub"]
    with pytest.raises(ChangedContent) as refused:
        stored.read(native)
    assert (refused.value.message, refused.value.column) == (
        "the descriptions of columns are not those that were written",
        "time",
    )


def test_a_description_that_other_software_wrote_again_is_the_same(native, record):
    with h5py.File(native, "r+") as file:
        attributes = file["timeseries/current"].attrs
        said = json.loads(attributes["echub"])
        attributes["echub"] = np.bytes_(json.dumps(dict(reversed(said.items())), indent=1))
    assert stored.read(native).same_as(record)


SHAPES = [
    ("timeseries/current", b'"index":1', b'"index":[', "the description of the column current", None),
    ("timeseries/current", b'"index":1', b'"index":""', "the description of the column current", "index"),
    ("timeseries/current", b'"axes":["row"]', b'"axes":"rowrow"', "the description of the column current", "axes"),
    ("timeseries", b'"history":[]', b'"history":{}', "the description of the dataset timeseries", "history"),
    ("timeseries", b'"kind":"', b'"kinds":"', "the description of the dataset timeseries", None),
    ("/", b'["timeseries"]', b'[{"a":"bcdef"}]', "the datasets of the native file", "[0]"),
]


def state_hash(file, name, text):
    """State the hash of a text that another writer wrote, as it would."""
    hashes = json.loads(file.attrs["hashes"]) | {name: text_hash(text)}
    file.attrs["hashes"] = np.bytes_(json.dumps(hashes))


@pytest.mark.parametrize(("place", "old", "new", "what", "where"), SHAPES)
def test_a_description_of_another_shape_is_an_error_with_its_place(native, place, old, new, what, where):
    with h5py.File(native, "r+") as file:
        attributes = file[place].attrs
        name = "datasets" if place == "/" else "echub"
        assert old in attributes[name]
        attributes[name] = attributes[name].replace(old, new)
        if place == "timeseries":
            state_hash(file, place, attributes[name])
    with pytest.raises(ReadError) as refused:
        stored.read(native)
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
        state_hash(file, name, text.encode())
    with pytest.raises(ReadError, match=f"the {name} of the native file") as refused:
        stored.read(native)
    assert refused.value.where == where


def test_large_columns_are_read_when_they_are_used(native, record):
    column = stored.read(native)["timeseries"].columns["current"]
    assert isinstance(held(column), Deferred)
    assert (column.dtype, column.shape) == (np.float32, (ROWS,))
    assert np.array_equal(
        held(column).part(BLOCK - 3, 2 * BLOCK + 1), record["timeseries"]["current"][BLOCK - 3 : 2 * BLOCK + 1]
    )
    assert np.array_equal(column.values, record["timeseries"]["current"])
    assert column.values is column.values


PLACES = [(0, BLOCK), (0, 2 * BLOCK), (BLOCK, 2 * BLOCK + 5), (0, ROWS), (3, 9), (BLOCK - 1, BLOCK + 1), (7, ROWS)]


@pytest.mark.parametrize("name", ["time", "current"])
def test_any_rows_of_a_large_column_are_read(native, record, name):
    values, expected = held(stored.read(native)["timeseries"].columns[name]), record["timeseries"][name]
    for first, last in PLACES:
        assert np.array_equal(values.part(first, last), expected[first:last])
        planes = shuffled(np.ascontiguousarray(expected[first:last]).view(np.uint8).reshape(last - first, -1))
        assert np.array_equal(values.planes(first, last), planes)


@pytest.mark.parametrize("more", [{"fletcher32": True}, {"shuffle": True, "fletcher32": True}, {"shuffle": True}])
def test_chunks_of_other_filters_are_left_to_hdf5(tmp_path, more):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        ours = more == {"shuffle": True}
        made = file.create_dataset("x", data=np.arange(9.0), chunks=(9,), compression="gzip", **more)
        assert hdf5.our_chunk(made.id) == (9 if ours else 0)


def test_a_chunk_that_skips_its_filters_is_refused():
    """No values of ours are stored so; reading them as if they were deflated would give others."""
    array = SimpleNamespace(read_direct_chunk=lambda at: (2, b"octets"))
    with pytest.raises(ValueError, match="a chunk without its filters"):
        hdf5.chunk_at(array, 0)
    array.read_direct_chunk = lambda at: (0, memoryview(b"octets of %d" % at))
    assert hdf5.chunk_at(array, 9) == b"octets of 9"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.bytes_(b"abc"), b"abc"), ("äb", "äb".encode()), (np.array([b"a", b"b"]), None), (3, None),
        (np.array(["a", "b"], h5py.string_dtype()), None),
    ],
)  # fmt: skip
def test_only_one_text_is_a_text(tmp_path, value, text):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.attrs["said"] = value
        root = hdf5.h5g.open(file.id, b"/")
        if text is not None:
            assert hdf5.text_attribute(root, "said") == text
            return
        with pytest.raises(ValueError, match="the attribute said is not a text"):
            hdf5.text_attribute(root, "said")


def test_files_stay_open_until_the_last_one_who_wants_it_has_ended(native):
    values = [held(stored.read(native)["timeseries"].columns[name]) for name in ("time", "current")]
    files = {part._part.__self__.file for part in values}
    with hdf5.files_stay_open():
        with hdf5.files_stay_open():
            values[0].part(0, 2)
            assert any(file.stays_open for file in files)
        assert any(file.stays_open for file in files)
        values[1].part(0, 2)
    assert not any(file.stays_open for file in files)


def test_a_file_that_changed_before_its_column_was_used_is_said_so(native):
    series = stored.read(native)["timeseries"]
    native.write_bytes(native.read_bytes() + b"\0")
    with pytest.raises(SourceChanged):
        series["current"]


@pytest.mark.parametrize("packing", [{}, {"compression": "lzf"}, {"chunks": (1000,), "compression": "gzip"}])
def test_columns_that_other_software_packed_again_are_read(native, record, packing):
    with h5py.File(native, "r+") as file:
        values, attributes = file["timeseries/current"][()], dict(file["timeseries/current"].attrs)
        del file["timeseries/current"]
        file["timeseries"].create_dataset("current", data=values, **packing).attrs["echub"] = attributes["echub"]
    column = stored.read(native)["timeseries"].columns["current"]
    expected = record["timeseries"]["current"]
    assert np.array_equal(np.concatenate([part for _, part in held(column).stream()]), expected)
    assert np.array_equal(column.values, expected)


@pytest.mark.parametrize("run", [1, 2, 8])
def test_threads_that_read_several_chunks_see_every_row_in_order(native, record, monkeypatch, run):
    monkeypatch.setattr(stored_column, "_RUN", run)
    time, current = (stored.read(native)["timeseries"].columns[name] for name in ("time", "current"))
    expected = record["timeseries"]["current"]
    parts = [expected[first : first + BLOCK] for first in range(0, ROWS, BLOCK)]
    assert list(held(current).each(lambda part: (len(part), part.sum()))) == [(len(p), p.sum()) for p in parts]
    assert extremes(held(current)) == (expected.min(), expected.max())
    assert passed(held(current)) == Passed(expected.min(), expected.max(), rises=False, falls=True)
    assert passed(held(time)) == Passed(0.0, (ROWS - 1) * 0.5, rises=True, falls=False)
    assert np.array_equal(current.values, expected)


# -- what is used is read, and what is read is checked --------------------------------------------


@pytest.fixture
def opened(monkeypatch):
    """The names of the arrays that are opened."""
    names = []

    def noted(group, name, local_array=hdf5.local_array):
        names.append(name)
        return local_array(group, name)

    monkeypatch.setattr(hdf5, "local_array", noted)
    return names


def test_only_what_is_used_is_read(native, record, opened):
    read = echub.read(native)
    assert opened == []
    series = read["timeseries"]
    assert (series.rows, list(series.columns), "current" in series.columns) == (
        ROWS,
        ["row", "time", "current"],
        True,
    )
    assert (series.columns["current"].unit, series.columns["current"].dtype) == ("mA", np.float32)
    assert opened == []
    assert np.array_equal(series["current"], record["timeseries"]["current"])
    assert opened == ["current"]
    assert read.metadata.value("sample.id") == "one"
    assert opened == ["current", "metadata", "settings", "provenance"]


def test_a_small_file_opens_and_reads_each_column_once_however_often_it_is_used(tmp_path, opened, monkeypatch):
    currents = SourceColumn("I/mA", np.arange(5.0), "current", "mA", index=0)
    store.write(Record([build_dataset("timeseries", [currents])]), tmp_path / "small.h5")
    read, array = [], stored_column.StoredColumn._array
    monkeypatch.setattr(stored_column.StoredColumn, "_array", lambda self: read.append(self.name) or array(self))
    assert echub.validate(tmp_path / "small.h5").files
    assert {"current", "row"} <= set(opened)
    assert "current" in read
    assert sorted(set(opened)) == sorted(opened)
    assert sorted(set(read)) == sorted(read)


@pytest.mark.parametrize("name", ["metadata", "settings", "provenance"])
def test_a_changed_text_is_an_error_when_it_is_used(native, record, name):
    with h5py.File(native, "r+") as file:
        file[name][()] = file[name][()].replace(b'"one"', b'"two"')
    read = echub.read(native)
    assert np.array_equal(read["timeseries"]["current"], record["timeseries"]["current"])
    for part in ("metadata", "settings", "notices", "dropped", "provenance"):
        with pytest.raises(ChangedContent, match=f"the {name} are not those that were written"):
            getattr(read, part)


def test_a_changed_description_is_an_error_before_any_value_is_seen(native):
    with h5py.File(native, "r+") as file:
        attributes = file["timeseries"].attrs
        attributes["echub"] = attributes["echub"].replace(b'"mA"', b'"kA"')
    read = echub.read(native)
    assert read.metadata.value("sample.id") == "one"
    with pytest.raises(ChangedContent, match="descriptions of the columns of timeseries"):
        read["timeseries"]


@pytest.mark.parametrize("change", [external_link, external_group, soft_link, virtual, external_storage])
def test_data_that_are_elsewhere_are_refused_when_they_are_used(native, change):
    with h5py.File(native, "r+") as file:
        change(file, native)
    read = echub.read(native)
    with pytest.raises(ReadError) as refused:
        read["timeseries"]["current"]
    assert any(word in refused.value.found for word in ("link to another place", "in another file"))


@pytest.mark.parametrize(("values", "error"), [(np.zeros(ROWS), ReadError), (np.zeros(5, "f4"), InconsistentFile)])
def test_an_array_of_another_type_or_length_is_refused(native, values, error):
    with h5py.File(native, "r+") as file:
        del file["timeseries/current"]
        file["timeseries/current"] = values
    with pytest.raises(error):
        echub.read(native)["timeseries"]["current"]


def test_wrong_metadata_beside_a_file_are_an_error_at_once(native):
    native.with_name("run.h5.echub.toml").write_text("[cell]\narea = 3\n")
    with pytest.raises(MetadataError):
        echub.read(native)


def test_a_record_travels_to_another_process_whole(native, record):
    travelled = pickle.loads(pickle.dumps(echub.read(native)))
    native.unlink()
    assert travelled.same_as(record)


def test_a_file_of_schema_1_1_is_checked_as_a_whole(native, record):
    with h5py.File(native, "r+") as file:
        del file.attrs["hashes"]
    assert echub.read(native).same_as(record)
    with h5py.File(native, "r+") as file:
        attributes = file["timeseries/current"].attrs
        attributes["echub"] = attributes["echub"].replace(b'"mA"', b'"kA"')
    with pytest.raises(ChangedContent):
        echub.read(native)["timeseries"]


PIECES = """
import random, sys, pathlib
import numpy as np
from echub.errors import EchubError
from echub.files.stored import read_later
from echub.model.source import Source
path = pathlib.Path(sys.argv[1])
whole, choose = path.read_bytes(), random.Random(3)
pieces = {
    "time": lambda record: record["timeseries"]["time"].tobytes(),
    "current": lambda record: record["timeseries"]["current"].tobytes(),
    "unit": lambda record: record["timeseries"].columns["current"].unit,
    "settings": lambda record: record.settings,
    "metadata": lambda record: record.metadata.entries,
}
expected = {name: piece(read_later(Source(path))) for name, piece in pieces.items()}
outcomes = {"equal": 0, "refused": 0, "another": 0}
for _ in range(150):
    data = bytearray(whole)
    for _ in range(choose.choice((1, 1, 8))):
        data[choose.randrange(len(data))] ^= 1 << choose.randrange(8)
    path.write_bytes(data)
    for name, piece in pieces.items():
        try:
            outcomes["equal" if piece(read_later(Source(path))) == expected[name] else "another"] += 1
        except EchubError:
            outcomes["refused"] += 1
print(outcomes)
"""


@pytest.mark.parametrize("rows", [300, 4000])
def test_a_flipped_bit_gives_no_other_piece(tmp_path, rows):
    """Each piece is read alone, from a file opened for it: nothing else that is read can have noticed."""
    time = SourceColumn("time/s", np.arange(rows) * 0.5, "time", "s", index=0)
    current = SourceColumn("I/mA", np.sin(np.arange(rows)).astype(np.float32), "current", "mA", index=1)
    metadata = Metadata([Entry("sample.id", "one", None, "x")])
    record = Record([build_dataset("timeseries", [time, current])], metadata=metadata, settings={"a": "b" * 500})
    store.write(record, tmp_path / "flipped.h5")
    command = [sys.executable, "-c", PIECES, str(tmp_path / "flipped.h5")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "'refused': 0" not in done.stdout
    assert "'another': 0" in done.stdout


def test_bytes_in_memory_are_read_in_the_same_way(native, record):
    assert stored.read(Source.from_bytes(native.read_bytes())).same_as(record)

"""The native file is recognised by its head alone, whatever is in it, and comes back as it was written."""

import shutil
import struct
from pathlib import Path

import h5py
import numpy as np
import pytest

import echub
from echub.errors import ReadError, UnknownFormat
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Record
from echub.model.source import HEAD, Source
from echub.plugin import Confidence, native_content, read_native, write_native
from echub.registry.registry import registry
from echub_native.sniffing import _OF_A_DATASET, _OF_THE_FILE, SIGNATURE, is_intact, sniff


@pytest.fixture
def cp(tmp_path):
    return Path(shutil.copy(Path(__file__).parents[3] / "fixtures" / "eclab" / "cp.mpr", tmp_path))


def series(label, rows, columns=3):
    made = [SourceColumn(f"c{n}", np.random.default_rng(n).normal(size=rows)) for n in range(columns)]
    dataset = build_dataset("timeseries", made)
    return type(dataset)(dataset.kind, dataset.columns, dataset.omitted, dataset.history, dataset.attrs, label)


RECORDS = {
    "nothing": [],
    "no rows": [series("a", 0)],
    "small": [series("a", 10)],
    "one large": [series("a", 200_000)],
    "many columns": [series("a", 900, 120)],
    "many datasets, the last names far behind": [series(f"part_{n:02}", 30_000) for n in range(12)],
}


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_is_certain_by_its_head_under_any_name(tmp_path, name):
    record = Record(RECORDS[name])
    content = write_native(record, tmp_path / "x.h5")
    shutil.copy(tmp_path / "x.h5", tmp_path / "renamed.bin")
    for path in (tmp_path / "x.h5", tmp_path / "renamed.bin"):
        assert sniff(Source(path)) == Confidence.CERTAIN
        assert echub.read(path).same_as(read_native(Source(path)))
    data = (tmp_path / "x.h5").read_bytes()
    assert sniff(Source.from_bytes(data[:HEAD], "bytes")) == Confidence.CERTAIN
    assert native_content(Source(tmp_path / "x.h5")) == content


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_another_programs_hdf5_is_nobodys(tmp_path, libver):
    for name in ("other.h5", "other.nc"):
        with h5py.File(tmp_path / name, "w", libver=libver) as file:
            file["kind"] = [1, 2]
            file["metadata"] = np.arange(10_000)
        assert sniff(Source(tmp_path / name)) == Confidence.NO
        with pytest.raises(UnknownFormat):
            echub.read(tmp_path / name)


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_hdf5_cut_short_is_damage_if_it_is_called_so(tmp_path, libver):
    with h5py.File(tmp_path / "other.h5", "w", libver=libver) as file:
        file["values"] = np.arange(10_000)
    data = (tmp_path / "other.h5").read_bytes()[:-1000]
    assert sniff(Source.from_bytes(data, "cut.h5")) == Confidence.MAYBE
    assert sniff(Source.from_bytes(data, "cut.nc")) == Confidence.NO
    (tmp_path / "cut.h5").write_bytes(data)
    with pytest.raises(ReadError, match="the native file is damaged"):
        echub.read(tmp_path / "cut.h5")


def test_the_length_is_read_where_each_version_of_the_superblock_has_it(tmp_path):
    for libver in ("earliest", "latest"):
        path = tmp_path / f"{libver}.h5"
        with h5py.File(path, "w", libver=libver) as file:
            file["values"] = np.arange(10)
        head, size = path.read_bytes(), path.stat().st_size
        assert struct.pack("<Q", size) in (head[40:48], head[28:36])


def test_reading_adds_nothing_of_its_own(tmp_path, cp):
    written = echub.convert(cp)
    again = echub.read(written.outputs[0])
    assert again.provenance.as_dict() == written.record.provenance.as_dict()
    assert again.provenance.reader["name"] == "eclab-mpr"
    assert again.same_as(written.record)


def test_it_may_be_asked_for_by_name(cp):
    written = echub.convert(cp).outputs[0]
    assert echub.read(written, reader="native").same_as(echub.read(written))
    with pytest.raises(ReadError):
        echub.read(cp, reader="native")


def test_without_the_plugin_the_hub_knows_no_native_file(cp, monkeypatch):
    written = echub.convert(cp).outputs[0]
    monkeypatch.setenv("ECHUB_PLUGINS", "-native")
    registry.cache_clear()
    try:
        with pytest.raises(UnknownFormat):
            echub.read(written)
    finally:
        registry.cache_clear()


def superblock(version, length, size):
    """Return the head of a file of so many bytes whose superblock says that it has `length`."""
    at = {0: 40, 1: 44, 2: 28, 3: 28}.get(version, 28)  # HDF5 File Format Specification 3.0, II.A
    head = bytearray(SIGNATURE + bytes([version]) + b"\xff" * (size - 9))
    head[at : at + 8] = struct.pack("<Q", length)[: max(size - at, 0)]
    return bytes(head[:size])


@pytest.mark.parametrize(
    ("version", "length", "size", "damaged"),
    [
        *((version, 60, 60, False) for version in range(4)),
        *((version, 61, 60, True) for version in range(4)),
        *((version, 59, 60, False) for version in range(4)),  # something was appended
        (4, 60, 60, True),  # of no version there is
        (0, 40, 47, True),  # cut within the number
        (0, 40, 48, False),
        (1, 40, 51, True),
        (1, 40, 52, False),
        (2, 30, 35, True),
        (3, 30, 36, False),
        (0, 0, 8, True),
    ],
)
def test_damage_is_what_the_superblock_says(version, length, size, damaged):
    head = superblock(version, length, size)
    assert sniff(Source.from_bytes(head, "x.h5")) == (Confidence.MAYBE if damaged else Confidence.NO)
    assert sniff(Source.from_bytes(head, "x.nc")) == Confidence.NO
    assert is_intact(Source.from_bytes(head, "x.h5")) is (version in (2, 3) and not damaged)


@pytest.mark.parametrize(
    ("names", "confidence"),
    [
        (_OF_THE_FILE, Confidence.CERTAIN),
        (_OF_THE_FILE[1:], Confidence.CERTAIN),  # three of four
        (_OF_THE_FILE[:3], Confidence.CERTAIN),
        (_OF_THE_FILE[2:], Confidence.NO),
        (_OF_A_DATASET, Confidence.CERTAIN),
        (_OF_A_DATASET[1:], Confidence.NO),
        (_OF_A_DATASET[:-1], Confidence.NO),
    ],
)
def test_names_that_only_our_files_have(names, confidence):
    head = superblock(2, 60, 60) + b"..".join(names)
    assert sniff(Source.from_bytes(head, "x.h5")) == confidence
    assert sniff(Source.from_bytes(b"\0" + head, "x.h5")) == Confidence.NO

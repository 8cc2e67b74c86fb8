"""The budgets of the design, by what can be counted: memory, bytes read, modules, threads.

Times are measured by hand with ``python -m tests.benchmarks``; here nothing depends on the machine.
"""

import tracemalloc
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest

import echub
from echub.files import hdf5, reading, store, stored
from echub.files.steady import DeferredErrorFile
from echub.model import workers
from echub.model.source import HEAD, Source
from echub_eclab import records as blocks
from fixtures.eclab import byte_map, write_large
from fixtures.eclab.columns import record_dtype
from tests.test_startup import by_command

MEGABYTES = 12
HEAVY = ("pandas", "pandera", "pint", "polars", "scipy", "matplotlib", "xarray", "uncertainties", "molmass")
GROWTH = 1.1
"""Memory for a file of twice the size, at most: lists of blocks are longer. What grew with the file would double.

It is measured with one block in flight: which buffers of several threads meet is chance.
"""


@pytest.fixture(scope="module", params=["CP", "GCPL"])
def large(request, tmp_path_factory):
    """A file of several blocks of rows: CP needs no derived columns, GCPL gets three."""
    path = tmp_path_factory.mktemp("large") / f"{request.param}.mpr"
    return path, write_large(path, MEGABYTES, request.param)


@pytest.fixture(scope="module")
def read(large):
    return echub.read(large[0])


def records(path, facts):
    """The records of a file, straight from its bytes."""
    data = path.read_bytes()
    start = byte_map(data)["VMP data"].inside.records
    return np.frombuffer(data, record_dtype(facts["ids"], {}), facts["rows"], start)


def test_columns_are_whole_across_the_seams_of_blocks(large, read):
    expected = records(*large)
    assert len(expected) > 2 * 65_536
    table = list(read.source_table().values())
    assert len(table) == len(expected.dtype.names)
    for values, name in zip(table, expected.dtype.names, strict=True):
        assert values.dtype == expected.dtype[name]
        assert np.array_equal(values, expected[name]), name


def test_derived_current_is_whole_across_the_seams_of_blocks(tmp_path):
    path = tmp_path / "GCPL.mpr"
    rows = records(path, write_large(path, MEGABYTES, "GCPL"))
    assert len(rows) > 2 * 65_536
    expected = rows["7"][1:] * 3600.0 / np.diff(rows["4"])
    current = echub.read(path)["timeseries"].columns["current"].values
    assert np.isnan(current[0])
    assert np.array_equal(current[1:], expected)


def test_reading_takes_the_memory_of_the_columns(large, eclab):
    path, facts = large
    echub.read(eclab / "gcpl.mpr")  # modules and tables that load once are not part of it
    tracemalloc.start()
    record = echub.read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    derived = sum(c.values.nbytes for c in record["timeseries"].columns.values() if c.origin == "derived")
    # The file, the row numbers, what is derived, and integers while they are narrowed make 1.12 to 1.16
    # by platform and version of NumPy; one more copy of the columns would make 2.
    assert peak < 1.3 * path.stat().st_size + derived
    assert record["timeseries"].rows == facts["rows"]


def peak_of(work):
    """Return the most bytes that some work holds at once, NumPy's included."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


NOT_KEPT = ((reading, "_KEPT"), (blocks, "KEPT"))
"""Clocks and codes are kept up to 64 MiB; those of a large file are not."""


def one_in_flight(monkeypatch):
    monkeypatch.setattr(workers, "WORKERS", 1)
    monkeypatch.setattr(workers, "_AHEAD", 1)


def test_converting_takes_the_memory_of_some_blocks_whatever_the_size(tmp_path, eclab, monkeypatch):
    """What does not grow from 20 to 40 MB does not at 4 GB: blocks in flight, and 64 MiB of a clock."""
    one_in_flight(monkeypatch)
    for kept in NOT_KEPT:
        monkeypatch.setattr(*kept, 0)
    echub.convert(eclab / "gcpl.mpr", tmp_path)  # modules and tables that load once are not part of it
    peaks = []
    for megabytes in (20, 40):
        path = tmp_path / f"{megabytes}.mpr"
        write_large(path, megabytes, "GCPL")
        peaks.append(peak_of(lambda path=path: echub.convert(path, tmp_path)))
    assert peaks[1] < GROWTH * peaks[0]
    monkeypatch.setattr(workers, "WORKERS", 2)
    monkeypatch.setattr(workers, "_AHEAD", 2)
    assert peak_of(lambda: echub.convert(path, tmp_path, force=True)) < 64e6


def test_checking_a_native_file_takes_the_memory_of_some_blocks_whatever_its_size(tmp_path, monkeypatch):
    one_in_flight(monkeypatch)
    for kept in NOT_KEPT:
        monkeypatch.setattr(*kept, 0)
    checks = {"values": partial(echub.validate, level=1), "source": echub.verify}
    write_large(tmp_path / "first.mpr", 4, "GCPL")
    first = echub.convert(tmp_path / "first.mpr", tmp_path).outputs[0]
    for check in checks.values():
        check(first)  # modules and tables that load once are not part of it
    peaks = {name: [] for name in checks}
    for megabytes in (12, 24):
        write_large(tmp_path / f"{megabytes}.mpr", megabytes, "GCPL")
        native = echub.convert(tmp_path / f"{megabytes}.mpr", tmp_path).outputs[0]
        for name, check in checks.items():
            peaks[name].append(peak_of(partial(check, native)))
    for name, (smaller, larger) in peaks.items():
        assert larger < GROWTH * smaller, name
        assert larger < 24e6, name


def test_reading_looks_at_the_source_once_for_its_codes_and_its_clock(large, monkeypatch):
    path, _ = large
    counted = []
    real = Source.open

    def counting(self):
        manager = real(self)
        return _Counting(manager, counted)

    monkeypatch.setattr(Source, "open", counting)
    echub.read(path)
    assert sum(counted) < path.stat().st_size + 32 * HEAD  # and some first rows


class _Counting:
    """A context manager of a file that notes how many bytes are read from it."""

    def __init__(self, manager, counted):
        self.manager, self.counted = manager, counted

    def __enter__(self):
        self.file = self.manager.__enter__()
        return self

    def __exit__(self, *error):
        return self.manager.__exit__(*error)

    def __getattr__(self, name):
        return getattr(self.file, name)

    def read(self, length=-1):
        data = self.file.read(length)
        self.counted.append(len(data))
        return data

    def readinto(self, buffer):
        count = self.file.readinto(buffer)
        self.counted.append(count)
        return count


def test_bytes_and_content_hash_do_not_depend_on_threads(read, tmp_path, monkeypatch):
    made = []
    for count in (1, 4):
        monkeypatch.setattr(workers, "WORKERS", count)
        content = store.write(read, tmp_path / f"{count}.h5")
        made.append((content, (tmp_path / f"{count}.h5").read_bytes()))
    assert made[0] == made[1]


def test_stock_filters_and_half_the_size(large, read, tmp_path):
    path, _ = large
    store.write(read, tmp_path / "run.h5")
    derived = sum(c.values.nbytes for c in read["timeseries"].columns.values() if c.origin == "derived")
    assert (tmp_path / "run.h5").stat().st_size < (path.stat().st_size + derived) / 2
    with h5py.File(tmp_path / "run.h5") as file:
        for name, column in read["timeseries"].columns.items():
            array = file["timeseries"][name]
            assert (array.compression, array.shuffle) == ("gzip", True)
            assert np.array_equal(array[()], column.values, equal_nan=column.values.dtype.kind == "f")
    assert stored.read(tmp_path / "run.h5").same_as(read)


def counted(monkeypatch, place, name, note):
    """Note something about each call of a function or method; give the notes."""
    notes, real = [], getattr(place, name)

    def noted(*given, **named):
        notes.append(note(*given))
        return real(*given, **named)

    monkeypatch.setattr(place, name, noted)
    return notes


def test_a_small_file_is_written_in_one_piece(tmp_path, eclab, monkeypatch):
    pieces = counted(monkeypatch, DeferredErrorFile, "write", lambda _, data: len(data))
    (written,) = echub.convert(eclab / "cp.mpr", tmp_path).outputs
    assert pieces == [Path(written).stat().st_size]


def test_a_small_source_is_read_once(tmp_path, eclab, monkeypatch):
    opened = counted(monkeypatch, Path, "open", lambda path, *_: path.name)
    echub.convert(eclab / "cp.mpr", tmp_path)
    assert opened.count("cp.mpr") == 1


def test_checking_a_native_file_makes_each_column_and_reads_each_text_once(tmp_path, eclab, monkeypatch):
    (native,) = echub.convert(eclab / "cp.mpr", tmp_path).outputs
    with h5py.File(native) as file:
        columns = list(file["timeseries"])
    made = counted(monkeypatch, stored, "restore_column", lambda said, _: said["name"])
    texts = counted(monkeypatch, hdf5.OpenFile, "told", lambda _, what, *__: what)
    assert echub.validate(native, level=0).problems == []
    assert sorted(made) == sorted(columns)
    assert sorted(texts) == ["dataset", "datasets", "hashes", "metadata", "provenance", "settings"]


def test_convert_imports_nothing_heavy(tmp_path):
    packages = by_command("convert", "fixtures/eclab/gcpl.mpr", "-o", str(tmp_path))
    assert "h5py" in packages
    assert not packages & set(HEAVY)

"""Reading one source whole: the reader, its faults, provenance, structure."""

import hashlib
import io
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.declare import Confidence, Reader
from echub.errors import (
    PluginError,
    ReadError,
    SourceChanged,
    SourceNotFound,
    UnknownFormat,
    UnknownOption,
    UnknownReader,
)
from echub.files import reading
from echub.files.annotations import Annotations
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.deferred import parts
from echub.model.record import Record
from echub.model.source import Source
from echub.registry.registry import Registry
from echub.remark import Notice


def series(times=(0.0, 1.0), **others):
    columns = [
        SourceColumn("time/s", times, "time", "s", index=0),
        SourceColumn("I", times, "current", "mA", index=1),
    ]
    return Record([build_dataset("timeseries", columns)], **others)


@pytest.fixture
def acme(monkeypatch):
    """Let one reader `acme` answer, that does what a test gives it."""

    def answer(read):
        found = Registry([])
        declared = Reader("acme", "ACME files", (".acme",), sniff="sniff", read="read", version="7")
        plugin = reading.registry().plugins[0]
        found.readers["acme"] = declared
        found._owner[Reader, "acme"] = plugin
        functions = {
            "sniff": lambda source: Confidence(3 * bool(source.suffix)),
            "read": lambda source, options: read(source),
        }
        monkeypatch.setattr(reading, "registry", lambda: found)
        monkeypatch.setattr("echub.registry.calling.resolve", functions.__getitem__)
        return Source.from_bytes(b"ACME", "run.acme")

    return answer


# -- ways in -------------------------------------------------------------------------------------


def test_path_bytes_and_open_file_give_the_same_columns(cp):
    from_path = echub.read(cp)
    with cp.open("rb") as file:
        others = [
            echub.read(str(cp)),
            echub.read(cp.read_bytes()),
            echub.read(io.BytesIO(cp.read_bytes())),
            echub.read(file),
        ]
    for other in others:
        assert other["timeseries"].same_as(from_path["timeseries"])
        assert other.metadata == from_path.metadata
        assert other.provenance.source["sha256"] == from_path.provenance.source["sha256"]


def test_raw_and_converted_read_alike(cp):
    written = echub.convert(cp)
    assert echub.read(written.outputs[0]).same_as(written.record)


def test_a_converted_file_takes_statements_and_columns_to_derive(cp):
    written = echub.convert(cp).outputs[0]
    assert echub.read(written).metadata.value("cell.area") == 0.785  # what the instrument's file says
    values = Annotations.of(values={"cell.area": "0.5 cm^2"})
    assert echub.read(written, annotations=values).metadata.value("cell.area") == 0.5
    table = cp.with_name("cells.csv")
    table.write_text("file,cell.area\ncp.mpr.h5,0.25 cm^2\n")
    tables = Annotations.of([table])
    assert echub.read(written, annotations=tables).metadata.value("cell.area") == 0.25
    derived = echub.read(written, annotations=values, derive=["current_density"])["timeseries"]
    np.testing.assert_allclose(derived["current_density"], derived["current"] / 0.5)
    both = echub.read(written, derive=["current_density", "areal_charge"])["timeseries"]
    assert [name for name in both.columns if name in ("areal_charge", "current_density")] == [
        "current_density", "areal_charge"
    ]  # fmt: skip
    own = echub.read(written, derive=["current_density"])["timeseries"]
    np.testing.assert_allclose(own["current_density"], own["current"] / 0.785)


def test_a_converted_file_takes_no_reader_options(cp):
    written = echub.convert(cp)
    with pytest.raises(UnknownOption, match="the reader native has no option 'derived'"):
        echub.read(written.outputs[0], options={"derived": "none"})


def test_another_programs_hdf5_goes_to_the_readers(tmp_path):
    import h5py

    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["a"] = 1
    with pytest.raises(UnknownFormat, match="no reader recognises this file") as refused:
        echub.read(tmp_path / "other.h5")
    assert "HDF" in refused.value.found


def test_a_truncated_native_file_is_damaged(cp, tmp_path):
    native = echub.convert(cp).outputs[0]
    data = Path(native).read_bytes()
    with pytest.raises(ReadError, match="the native file is damaged"):
        echub.read(data[:3000])


def test_a_named_reader_is_not_asked_to_sniff(cp):
    renamed = shutil.move(cp, cp.with_name("run.dat"))
    assert echub.read(renamed, reader="eclab-mpr")["timeseries"].rows
    with pytest.raises(UnknownReader):
        echub.read(renamed, reader="eclab")
    with pytest.raises(ReadError):
        echub.read(b"no such thing", reader="eclab-mpr")


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("nothing.mpr", SourceNotFound),
        (os.curdir, SourceNotFound),
        (b"", UnknownFormat),
        (b"<html>", UnknownFormat),
    ],
)
def test_what_is_no_instrument_file(what, error):
    with pytest.raises(error):
        echub.read(what)


# -- what a reader does --------------------------------------------------------------------------


def test_provenance_says_who_read_what(acme):
    source = acme(lambda source: series())
    known = echub.files.reading.read(source).provenance.as_dict()
    assert known["source"] == {"name": "run.acme", "size": 4, "sha256": hashlib.sha256(b"ACME").hexdigest()}
    assert known["reader"]["name"] == "acme"
    assert known["reader"]["version"] == "7"
    assert known["reader"]["options"] == {}
    assert known["software"] == {"echub": echub.__version__, "schema": "1.2.0"}


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (ValueError("bad"), "ValueError: bad"),
        (KeyError("k"), "KeyError: 'k'"),
        (SystemExit(3), "SystemExit: 3"),
        (RecursionError("deep"), "RecursionError: deep"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_what_a_reader_raises_by_mistake_is_the_plugins_fault(acme, error, found):
    def read(source):
        raise error

    with pytest.raises(PluginError, match="the reader acme failed") as refused:
        echub.files.reading.read(acme(read))
    assert refused.value.found == found
    assert refused.value.path == "run.acme"
    assert refused.value.cause == "a mistake in a plugin that is not installed"
    assert refused.value.exit_code == 4


def test_what_a_reader_raises_on_purpose_gets_the_path(acme):
    def read(source):
        raise ReadError("the header is short", where="offset 7")

    with pytest.raises(ReadError, match=r"run\.acme: the header is short"):
        echub.files.reading.read(acme(read))


def test_no_memory_is_an_error_of_ours(acme):
    def read(source):
        raise MemoryError

    with pytest.raises(ReadError, match="not enough memory"):
        echub.files.reading.read(acme(read))


def test_an_interruption_is_not_swallowed(acme):
    def read(source):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        echub.files.reading.read(acme(read))


@pytest.mark.parametrize("given", [None, {}, "text"])
def test_a_reader_must_give_a_record(acme, given):
    with pytest.raises(PluginError) as refused:
        echub.files.reading.read(acme(lambda source: given))
    assert refused.value.found == f"it gave a {type(given).__name__}, not a Record"


# -- structure -----------------------------------------------------------------------------------


def codes(record):
    return [notice.code for notice in record.notices]


def test_a_sound_record_has_no_notices(acme):
    assert codes(echub.files.reading.read(acme(lambda source: series()))) == []


def test_a_restart_of_the_clock_is_listed_and_time_left_alone(acme):
    record = echub.files.reading.read(acme(lambda source: series([0.0, 5.0, 1.0, 2.0, 0.5])))
    assert codes(record) == ["clock-restarts"]
    assert record.notices[0].message == "time goes back 2 times, at the rows 2, 4"
    assert record["timeseries"].attrs["clock_restarts"] == "2 4"
    assert record["timeseries"]["time"].tolist() == [0.0, 5.0, 1.0, 2.0, 0.5]


def test_one_restart_is_said_of_its_row(acme):
    record = echub.files.reading.read(acme(lambda source: series([0.0, 5.0, 1.0, 2.0])))
    assert [notice.message for notice in record.notices] == ["time goes back 1 time, at the row 2"]


def test_many_restarts_are_all_kept_and_five_shown(acme):
    record = echub.files.reading.read(acme(lambda source: series(np.tile([1.0, 0.0], 20))))
    assert record.notices[0].message == "time goes back 20 times, at the rows 1, 3, 5, 7, 9 …"
    assert len(record["timeseries"].attrs["clock_restarts"].split()) == 20


@pytest.mark.parametrize("step", [3, 100])
@pytest.mark.parametrize("kept", [0, 1 << 20])
def test_a_clock_restarts_where_it_is_earlier_than_the_last_known_time(acme, monkeypatch, step, kept):
    """Whether it is read in blocks or not, and whatever lies between them."""
    monkeypatch.setattr(reading, "parts", lambda values, own=0: parts(values, own or step))
    monkeypatch.setattr(reading, "_KEPT", kept)
    nan = np.nan
    record = reading.read(acme(lambda source: series([nan, 1, 2, nan, nan, 1, 5, 6, nan, 4, 5, 5, 0])))
    assert record["timeseries"].attrs["clock_restarts"] == "5 9 12"


EMPTY = np.full(4, np.nan)


@pytest.mark.parametrize(("columns", "said"), [
    ({"U/V": EMPTY, "I/A": [np.nan, np.nan, np.nan, 0.0]}, ("U/V", "U/V holds no number at all")),
    ({"U": EMPTY, "T": EMPTY, "I": [0.0, np.nan, np.nan, np.nan]}, ("", "2 columns hold no number at all: U, T")),
    ({"U/V": EMPTY, "told": EMPTY}, ("U/V", "U/V holds no number at all")),
    ({"i": EMPTY, "named": EMPTY}, ("i", "i holds no number at all")),  # another remark has the letter in a word
    ({"told": EMPTY, "named": EMPTY, "n": [1, 2, 3, 4], "word": ["a", "b", "c", "d"]}, None),
])  # fmt: skip
@pytest.mark.parametrize("step", [2, 100])
def test_columns_without_a_number_are_told_once_unless_the_reader_did(acme, monkeypatch, columns, said, step):
    monkeypatch.setattr(reading, "parts", lambda values, own=0: parts(values, own or step))
    made = [SourceColumn("t", np.arange(4.0), "time", "s", index=0)]
    made += [SourceColumn(name, np.array(values), index=n) for n, (name, values) in enumerate(columns.items(), 1)]
    told = [Notice("a", "it is off", column="told"), Notice("b", "nothing in named is a number")]
    record = reading.read(acme(lambda source: Record([build_dataset("timeseries", made)], notices=list(told))))
    found = [(n.column, n.message) for n in record.notices if n.code == "no-number"]
    assert found == ([said] if said else [])


@pytest.mark.parametrize(("known", "said"), [(np.nan, ["counts holds no number at all"]), (3.0, [])])
def test_a_map_without_a_number_is_told(acme, known, said):
    values = np.full((2, 3), np.nan)
    values[1, 2] = known
    column = Column("vendor_counts", values, None, "1", header="counts", index=0, axes=("y", "x"))
    made = Record([Dataset("ion_map", {"vendor_counts": column})])
    record = reading.read(acme(lambda source: made))
    assert [n.message for n in record.notices if n.code == "no-number"] == said


def test_what_a_kind_lacks_is_flagged(acme):
    def read(source):
        return Record([build_dataset("timeseries", [SourceColumn("I", [1.0], "current", "mA")])])

    record = echub.files.reading.read(acme(read))
    assert codes(record) == ["incomplete"]
    assert record.notices[0].message == "the timeseries dataset has no time"


def test_an_unknown_kind_is_flagged(acme):
    record = echub.files.reading.read(acme(lambda source: Record([build_dataset("acme_curve", [])])))
    assert codes(record) == ["unknown-kind"]


@pytest.mark.parametrize(
    ("zone", "first"), [(None, None), ("unknown", None), ("UTC", 1719835200.0), ("Europe/Berlin", 1719828000.0)]
)
def test_a_zone_that_is_stated_makes_dates_instants(tmp_path, zone, first):
    """Noon of 1 July 2024; Berlin is two hours ahead."""
    path = tmp_path / "run.csv"
    rows = "".join(f"2024-07-01 12:00:{n:02},{n},{1 + n / 100}\n" for n in range(12))
    path.write_text(f"Date,t / s,U / V\n{rows}")
    stated = Annotations(values={"experiment.timezone": zone}) if zone else None
    series = echub.read(path, annotations=stated)["timeseries"]
    assert ("unix_time" in series) == (first is not None)
    assert first is None or series["unix_time"][0] == first


def test_annotations_are_added_last(cp):
    (cp.parent / "echub.toml").write_text('[cell]\narea = "1 cm^2"\n')
    record = echub.read(cp, annotations=Annotations.of(values={"cell.area": "2 cm^2"}))
    assert record.metadata.value("cell.area") == 2.0
    assert "metadata-contradiction" in codes(record)


def test_provenance_names_the_library_that_a_reader_reads_through(monkeypatch):
    import importlib.metadata

    from echub.declare import Reader
    from echub.files.reading import _library

    through = Reader("a", "a", (".a",), "a:s", "a:r", requires="numpy")
    assert _library(through) == {"numpy": importlib.metadata.version("numpy")}
    assert _library(replace(through, requires="")) == {}
    assert _library(replace(through, requires="no_such_thing")) == {"no_such_thing": "of unknown version"}


@pytest.mark.parametrize("grown", [False, True])
def test_a_file_that_changes_while_it_is_read_is_not_read_halfway(acme, tmp_path, grown):
    path = tmp_path / "run.acme"
    path.write_bytes(b"ACME")

    def read_slowly(source):
        found = series()
        if grown:
            path.write_bytes(b"ACME and more")
        return found

    acme(read_slowly)
    if grown:
        with pytest.raises(SourceChanged):
            reading.read(path)
    else:
        assert reading.read(path)["timeseries"].rows == 2


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (["0", "0", "0"], "frequency/Hz is not above 0 in 3 rows with impedance"),
        (["", "nan", ""], "frequency/Hz has no value in 3 rows with impedance"),
        (["100", "10", ""], "frequency/Hz has no value in 1 row with impedance"),
        (["100", "10", "1"], None),
    ],
)
def test_impedance_without_a_frequency_is_told(cells, text):
    rows = "".join(f"{n},{cell},{n + 1},{n + 2}\n" for n, cell in enumerate(cells))
    record = echub.read(f"time/s,frequency/Hz,Z'/Ohm,-Z''/Ohm\n{rows}".encode())
    told = [notice.message for notice in record.notices if notice.code == "no-frequency"]
    assert told == ([f"{text}: such rows stay in the time series, and are in no spectrum"] if text else [])

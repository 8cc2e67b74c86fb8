"""How many rows are read when the file says two things, and how records become columns."""

import math
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from echub.plugin import ReadError, Source
from echub_eclab import decode, records
from echub_eclab.container import walk
from echub_eclab.decode import is_clock
from echub_eclab.header import read_header
from echub_eclab.layout import DataHeader, record_layout
from echub_eclab.records import Records
from echub_eclab.table import locate
from fixtures.eclab import (
    append_garbage,
    byte_map,
    drop_module,
    replace,
    set_module_length,
    set_n_points,
    truncate,
)
from tests.plugins.echub_eclab.support import TRUTH, codes, fixture, message, read, refusal, scenario

CP = fixture("cp")
PLACE = byte_map(CP)["VMP data"]
RECORDS, SIZE, ROWS = PLACE.inside.records, TRUTH["cp"]["record_size"], TRUTH["cp"]["rows"]


def table_of(data):
    source = Source.from_bytes(data, "run.mpr")
    return locate(source, walk(source).first("VMP data"))


def same_rows(record, rows):
    """Compare with the intact file: the first rows, every column, bit for bit."""
    whole = read(CP).source_table()
    part = record.source_table()
    return list(whole) == list(part) and all(np.array_equal(part[k], whole[k][:rows]) for k in whole)


def test_a_sound_file_gives_its_rows_without_a_word():
    found = table_of(CP).extent
    assert (found.rows, found.end, found.notices, found.dropped) == (ROWS, PLACE.end, (), ())


@pytest.mark.parametrize("rows", [1, 37, 99])
@pytest.mark.parametrize("extra", [0, 1, SIZE - 1])
def test_a_truncated_file_gives_its_whole_rows(rows, extra):
    record = read(truncate(CP, RECORDS + rows * SIZE + extra))
    assert same_rows(record, rows)
    end = RECORDS + rows * SIZE + extra
    text = f"the file ends at offset {end}, inside its data: {rows} of {ROWS} rows were recovered"
    assert message(record, "truncated") == text
    what = f"{extra} {'byte' if extra == 1 else 'bytes'} of the incomplete row {rows}"
    lost = [(d.what, d.why) for d in record.dropped]
    assert lost == ([(what, "the file ends inside it")] if extra else [])


@pytest.mark.parametrize("extra", [0, SIZE - 1])
def test_a_file_cut_before_its_second_row_gives_none_or_nothing(extra):
    record = read(truncate(CP, RECORDS + extra))
    assert record["timeseries"].rows == 0
    assert "truncated" in codes(record)


@pytest.mark.parametrize("length", [0xFFFFFFFF, 5_000_000, 1007 + ROWS * SIZE + 1, 1007 + ROWS * SIZE - 1, 1007])
def test_a_wrong_length_is_mended_where_the_rows_end_at_a_module(length):
    record = read(set_module_length(CP, "VMP data", length))
    assert same_rows(record, ROWS)
    assert codes(record) == ["module-length"]
    text = f"the module VMP data states {length - 1007} bytes of rows, its 100 rows are 4500"
    assert message(record, "module-length") == text
    assert record.metadata.value("experiment.start") == TRUTH["cp"]["start"]
    assert not record.dropped


def test_a_wrong_length_is_mended_where_the_rows_end_with_the_file():
    record = read(set_module_length(drop_module(CP, "VMP LOG"), "VMP data", 0xFFFFFFFF))
    assert same_rows(record, ROWS)
    assert codes(record) == ["no-log", "module-length"]


@pytest.mark.parametrize("points", [0, 1, 99, 101, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_wrong_number_of_rows_is_mended_by_the_length(points):
    record = read(set_n_points(CP, points))
    assert same_rows(record, ROWS)
    text = f"the header counts {points:,} {'row' if points == 1 else 'rows'}, the data hold 100; all were read"
    assert message(record, "row-count") == text


@pytest.mark.parametrize("points", [0, 0xFFFFFFFF])
def test_a_wrong_number_of_rows_in_a_cut_file_is_mended_by_what_is_there(points):
    record = read(truncate(set_n_points(CP, points), RECORDS + 10 * SIZE + 3))
    assert same_rows(record, 10)
    assert message(record, "truncated").endswith(f"10 of {points} rows were recovered")


@pytest.mark.parametrize(("counted", "extra", "lost", "why"), [
    (7, 0, f"{3 * SIZE} bytes behind 7 rows", "the header counts no more rows"),
    (9, 0, f"{SIZE} bytes behind 9 rows", "the header counts no more rows"),
    (10, SIZE - 1, f"{SIZE - 1} bytes of the incomplete row 10", "the file ends inside it"),
    (1, 0, f"{9 * SIZE} bytes behind 1 row", "the header counts no more rows"),
])  # fmt: skip
def test_bytes_beyond_the_counted_rows_of_a_cut_file_are_listed(counted, extra, lost, why):
    record = read(truncate(set_n_points(CP, counted), RECORDS + 10 * SIZE + extra))
    assert same_rows(record, counted)
    assert [(d.what, d.why) for d in record.dropped] == [(lost, why)]


@pytest.mark.parametrize("chunk", [7, 512, 1 << 19])
@pytest.mark.parametrize(("last", "start", "kept"), [
    (0, 0, 0), (1, 0, 1), (504, 0, 63), (505, 0, 64), (511, 0, 64), (512, 0, 64), (513, 0, 65),
    (5, 500, 1), (9, 500, 1), (12, 500, 1), (13, 500, 2), (0, 500, 0), (556, 0, 70), (553, 0, 70),
])  # fmt: skip
def test_a_row_that_ends_in_zeros_from_the_edge_of_a_sector_on_was_never_written_whole(
    last, start, kept, chunk, monkeypatch
):
    """Rows of 8 bytes, `last` of all their bytes are written; sectors of 512 bytes begin at the file's start."""
    monkeypatch.setattr(decode, "CHUNK", chunk)
    rows = 70
    data = bytes(start) + b"\1" * last + bytes(8 * rows - last)
    found = decode.without_zero_tail(
        Source.from_bytes(data, "run.mpr"), DataHeader(rows, (6,), start, 8 * rows, 8 * rows),
        SimpleNamespace(size=8), decode.Extent(rows, len(data)),
    )  # fmt: skip
    assert found.rows == kept
    if kept < rows:
        (notice,), (dropped,) = found.notices, found.dropped
        gone = f"{rows - kept} rows"
        end = f"(offset {start + 8 * kept}) to the end of the data: {gone} are not data"
        assert (notice.code, notice.message) == ("zero-tail", f"zero bytes from row {kept} {end}")
        assert dropped.what == f"{gone} of zero bytes from row {kept}"


def test_rows_that_fit_neither_statement_are_refused():
    data = set_module_length(set_n_points(CP, 50), "VMP data", 1007 + ROWS * SIZE + 9)
    error = refusal(append_garbage(data, b"x" * 9))
    assert error.message == "the size of the records does not fit the size of the data"
    assert error.where == f"offset {RECORDS}"
    assert error.expected == "50 rows of 45 bytes, 2,250 in all"
    assert error.found == "4,509 bytes"
    assert error.cause == "a damaged header, or a column of another size than known here"


def test_rows_in_doubt_are_refused_where_their_times_are_none():
    # 45 rows of 49 bytes are as long as 49 rows of 45: only the clock tells that the last id is missing
    columns = {i: values[:45] for i, values in scenario("cp").arrays.items()} | {9: np.ones(45, "f4")}
    data = scenario("cp", columns=columns, flags=5).to_bytes()
    inside = byte_map(data)["VMP data"].inside
    count = len(TRUTH["cp"]["ids"])
    data = replace(data, inside.n_columns, bytes([count]))
    error = refusal(replace(data, inside.ids + 2 * count, bytes(2)))
    assert error.message == "the size of the records does not fit the size of the data"
    assert error.expected == "45 rows of 45 bytes, 2,025 in all"
    assert error.found == "2,205 bytes"


def test_rows_in_doubt_are_refused_where_there_is_no_clock():
    data = scenario("cp", columns={6: np.zeros(10, "f4")}, flags=5).to_bytes()
    assert refusal(set_n_points(data, 9)).expected == "9 rows of 5 bytes, 45 in all"


def test_a_wrong_number_of_rows_is_not_taken_up_by_an_unknown_id():
    # 4900 bytes are 100 rows with an unknown id of 4 bytes, or 98 with one of 5
    error = refusal(set_n_points(fixture("unknown_id"), 98))
    assert error.message == "the size of the records does not fit the size of the data"
    assert error.expected == "98 rows of 50 bytes, 4,900 in all"


def test_an_unknown_id_needs_no_clock():
    file = scenario("cp", columns={6: np.zeros(10, "f4"), 9001: np.ones(10, "<u4")}, flags=5)
    assert read(file)["timeseries"].rows == 10


def test_a_file_that_waits_has_no_rows_and_no_notice():
    record = read(fixture("wait"))
    assert (record["timeseries"].rows, record.notices, record.dropped) == (0, [], [])


@pytest.mark.parametrize("chunk", [1, SIZE, SIZE * 7 + 3, 1 << 22])
def test_fields_are_the_same_however_much_is_read_at_once(chunk, monkeypatch):
    monkeypatch.setattr(decode, "CHUNK", chunk)
    assert same_rows(read(CP), ROWS)


def test_fields_are_contiguous_arrays_that_share_no_number():
    source, table = Source.from_bytes(CP), table_of(CP)
    arrays = Records(source, table.header.start, table.layout.dtype, ROWS).columns()
    assert len(arrays) == len(table.layout.fields)
    assert all(a.flags.c_contiguous and a.flags.writeable for a in arrays)
    assert not any(np.may_share_memory(a, b) for a, b in combinations(arrays, 2))


def records_of(rows=50):
    """Return the truth, and the columns of records of codes, counters and a clock, in blocks of three."""
    dtype = np.dtype([("a", "<u4"), ("c", "u1"), ("t", "<f8"), ("b", "<u4"), ("d", "<u2")])
    truth = np.zeros(rows, dtype)
    truth["a"], truth["b"] = 1000 + (7 * np.arange(rows)) % 40, 70_000 - np.arange(rows)
    truth["c"], truth["d"] = np.arange(rows) % 3 * 5, 300 + np.arange(rows) // 20
    truth["t"] = np.arange(rows) / 2
    source = Source.from_bytes(bytes(9) + truth.tobytes(), "run.mpr")
    return truth, dict(zip(dtype.names, Records(source, 9, dtype, rows, "t").columns(), strict=True))


@pytest.mark.parametrize("before", [(), ("t",), ("c",), ("t", "c", "a"), ("a", "b"), ("d", "t")])
@pytest.mark.parametrize(("kept", "large", "look"), [
    (1 << 26, 1 << 22, 1 << 18), (0, 1, 10), (550, 100, 50), (549, 200, 7), (1 << 26, 150, 1),
])  # fmt: skip
def test_whole_columns_and_what_occurs_in_them_are_those_of_the_file(before, kept, large, look, monkeypatch):
    """In any order of asking, and however much is kept, looked at together, or large enough for its own memory."""
    for name, value in {"CHUNK": 60, "KEPT": kept, "_LARGE": large, "_LOOK": look}.items():
        monkeypatch.setattr(records, name, value)
    truth, columns = records_of()
    for name in before:
        assert np.array_equal(columns[name].load(), truth[name])
    assert columns["c"].distinct().tolist() == [0, 5, 10]
    assert columns["d"].distinct().tolist() == [300, 301, 302]
    assert [int(end) for end in columns["a"].ends()] == [1000, 1039]
    assert [int(end) for end in columns["b"].ends()] == [69_951, 70_000]
    for name, column in columns.items():
        assert np.array_equal(column.load(), truth[name])
        assert column.part(0, 0).dtype == truth.dtype[name]


@pytest.mark.parametrize("order", ["first", "last"])
def test_no_row_at_all_can_be_asked_for(order, monkeypatch):
    monkeypatch.setattr(records, "CHUNK", 60)
    truth, columns = records_of()
    if order == "last":
        assert columns["a"].part(3, 5).tolist() == truth["a"][3:5].tolist()
    assert columns["a"].part(0, 0).tolist() == []
    assert columns["t"].part(40, 42).tolist() == [20.0, 20.5]


@pytest.mark.parametrize(("chunk", "at_once"), [(ROWS * SIZE, True), (ROWS * SIZE - 1, False)])
def test_a_file_of_one_block_is_read_at_once(chunk, at_once, monkeypatch):
    monkeypatch.setattr(records, "CHUNK", chunk)
    source, table = Source.from_bytes(CP), table_of(CP)
    columns = Records(source, table.header.start, table.layout.dtype, ROWS).columns()
    assert {isinstance(column, np.ndarray) for column in columns} == {at_once}


def test_a_clock_in_doubt_is_looked_at_in_a_large_file_too(monkeypatch):
    monkeypatch.setattr(records, "CHUNK", 3 * SIZE)
    assert same_rows(read(set_n_points(CP, 99)), ROWS)


def test_looking_at_the_codes_does_not_change_what_was_read_before(monkeypatch):
    """Both pass through one buffer: a block that is still there when the codes are looked at is read again."""
    monkeypatch.setattr(records, "CHUNK", 3 * SIZE)
    source, table = Source.from_bytes(CP), table_of(CP)
    columns = Records(source, table.header.start, table.layout.dtype, ROWS).columns()
    clock = next(c for c, place in zip(columns, table.layout.fields, strict=True) if place.id == decode.TIME)
    before = clock.part(0, 3)
    next(column for column in columns if column.distinct).distinct()
    assert np.array_equal(clock.part(0, 3), before)


LOOKS = [
    # blocks whose bytes are asked for one after the other, and the rows that are then looked at
    ([(0, 40), (40, 80)], (39, 80)),
    ([(0, 40), (40, 80)], (45, 50)),
    ([(0, 40), (40, 80)], (38, 80)),
    ([(40, 80), (0, 40)], (0, 40)),
    ([(1, 2), (90, 100)], (89, 91)),
    ([(0, 0), (60, 61)], (59, 61)),
    ([(40, 80), (40, 60)], (39, 60)),
    ([(40, 60), (40, 80)], (39, 80)),
    ([(40, 80), (60, 80)], (59, 80)),
    ([(0, 40)], (20, 60)),  # beyond the end of the block
    ([(20, 60)], (10, 40)),  # before its beginning
]


@pytest.mark.parametrize(("blocks", "rows"), LOOKS)
def test_the_record_before_a_block_is_that_of_the_file(blocks, rows, monkeypatch):
    """What is derived looks one row back, beside the bytes of the block, which pass through one buffer."""
    monkeypatch.setattr(records, "CHUNK", 3 * SIZE)
    source, table = Source.from_bytes(CP), table_of(CP)
    place = (source, table.header.start, table.layout.dtype, ROWS)
    truth = np.frombuffer(CP, table.layout.dtype, ROWS, table.header.start)
    for name, column in zip(table.layout.dtype.names, Records(*place).columns(), strict=True):
        for first, last in blocks:
            planes = column.planes(first, last)
            assert planes.T.tobytes() == truth[name][first:last].tobytes()
        assert np.array_equal(column.part(*rows), truth[name][slice(*rows)])


def test_a_file_that_shrinks_while_it_is_read_is_said_so(tmp_path):
    path = tmp_path / "live.mpr"
    path.write_bytes(CP)
    source = Source(path)
    header = read_header(source, walk(source).first("VMP data"))
    layout = record_layout(header)
    path.write_bytes(CP[:-4000])
    with pytest.raises(ReadError, match="shrank while it was read"):
        Records(source, header.start, layout.dtype, ROWS).columns()


@pytest.mark.parametrize(
    ("times", "sound"),
    [
        ([], True),
        ([0.0], True),
        ([0.0, 0.0, 1.0, 2.0], True),
        ([7200.4, 7201.4], True),
        ([*range(20), 0, *range(1, 20)], True),
        ([0.0, math.nan], False),
        ([0.0, math.inf], False),
        ([0.0, 1e11], False),
        ([0.0, 1e-200], False),
        ([4.0, 3.0, 2.0, 1.0], False),
    ],
)
def test_a_clock_is_finite_moderate_and_rarely_goes_back(times, sound):
    assert is_clock(np.array(times, dtype=float)) is sound

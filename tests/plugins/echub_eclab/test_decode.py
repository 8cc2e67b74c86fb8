"""How many rows are read when the file says two things, and how records become columns."""

import math
from itertools import combinations

import numpy as np
import pytest

from echub.plugin import ReadError, Source
from echub_eclab import decode, records
from echub_eclab.container import walk
from echub_eclab.decode import is_clock
from echub_eclab.header import read_header
from echub_eclab.layout import record_layout
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


def test_bytes_beyond_the_counted_rows_of_a_cut_file_are_listed():
    record = read(truncate(set_n_points(CP, 7), RECORDS + 10 * SIZE))
    assert same_rows(record, 7)
    assert [d.what for d in record.dropped] == [f"{3 * SIZE} bytes behind 7 rows"]


def test_rows_that_fit_neither_statement_are_refused():
    data = set_module_length(set_n_points(CP, 50), "VMP data", 1007 + ROWS * SIZE + 9)
    error = refusal(append_garbage(data, b"x" * 9))
    assert error.message == "the size of the records does not fit the size of the data"
    assert error.where == f"offset {RECORDS}"
    assert error.expected == "50 rows of 45 bytes, 2250 in all"
    assert error.found == "4509 bytes"
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
    assert error.expected == "45 rows of 45 bytes, 2025 in all"
    assert error.found == "2205 bytes"


def test_rows_in_doubt_are_refused_where_there_is_no_clock():
    data = scenario("cp", columns={6: np.zeros(10, "f4")}, flags=5).to_bytes()
    assert refusal(set_n_points(data, 9)).expected == "9 rows of 5 bytes, 45 in all"


def test_a_wrong_number_of_rows_is_not_taken_up_by_an_unknown_id():
    # 4900 bytes are 100 rows with an unknown id of 4 bytes, or 98 with one of 5
    error = refusal(set_n_points(fixture("unknown_id"), 98))
    assert error.message == "the size of the records does not fit the size of the data"
    assert error.expected == "98 rows of 50 bytes, 4900 in all"


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

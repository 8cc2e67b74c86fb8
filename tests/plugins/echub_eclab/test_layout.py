"""Data headers of every version, and records whose ids are known, unknown, unproven or repeated."""

import struct

import numpy as np
import pytest

from echub.plugin import ReadError, Source
from echub_eclab.container import walk
from echub_eclab.layout import HEADERS, DataHeader, Field, read_header, record_layout
from fixtures.eclab import byte_map, replace, set_module_length, set_n_points, truncate
from fixtures.eclab.mpr import MAGIC, encode_module
from tests.plugins.echub_eclab.support import FLAG_IDS, NAMES, TRUTH, fixture, refusal, scenario


def header_of(data):
    source = Source.from_bytes(data, "run.mpr")
    return read_header(source, walk(source).first("VMP data"))


def header(ids, points, size, held=None):
    """Make a header of `points` records of `size` bytes."""
    stated = points * size
    return DataHeader(points, tuple(ids), 1000, stated if held is None else held, stated)


def places(layout):
    return [(field.id, field.type, field.offset) for field in layout.fields]


def with_version(data, version):
    """Write another version into the header of the data module."""
    place = byte_map(data)["VMP data"]
    return replace(
        data, place.length_field + (8 if place.header_version == "v2" else 4), struct.pack("<I", version)
    )


# -- header ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_fixture_header_is_read_as_it_was_written(name):
    truth, place = TRUTH[name], byte_map(fixture(name))["VMP data"]
    found = header_of(fixture(name))
    assert (found.points, list(found.ids)) == (truth["rows"], truth["ids"])
    assert found.start == place.inside.records
    assert found.stated == found.held == truth["rows"] * truth["record_size"]
    assert not any(found.rest[:-1])
    assert not found.assumed


def test_the_fixtures_hold_every_known_version():
    seen = {(int(t["data_header"][1]), t["data_version"]) for t in TRUTH.values()}
    assert seen == set(HEADERS)


ROOM = {"oldest_unverified": 95, "cv": 200, "ocv": 200, "cp": 500}
"""Ids for which there is room before the first record."""


@pytest.mark.parametrize(
    ("name", "code", "count"),
    [
        *[(name, "<H" if name == "cp" else "<B", 0) for name in ROOM],
        ("oldest_unverified", "<B", 96),
        ("cv", "<B", 201),
        ("ocv", "<B", 255),
        ("cp", "<H", 501),
        ("cp", "<H", 65535),
    ],
)
def test_an_impossible_number_of_columns_is_refused(name, code, count):
    place = byte_map(fixture(name))["VMP data"]
    error = refusal(replace(fixture(name), place.inside.n_columns, struct.pack(code, count)))
    assert error.message == f"the data header names {count} columns"
    assert error.where == f"offset {place.inside.n_columns}"
    assert error.found == str(count)
    assert error.expected == f"1 to {ROOM[name]}"


@pytest.mark.parametrize(("name", "by"), [("cp", 1), ("cp", -1), ("cv", 3), ("peis", -2), ("unknown_id", -1)])
def test_a_count_that_is_not_the_length_of_the_list_is_refused(name, by):
    data, place = fixture(name), byte_map(fixture(name))["VMP data"]
    count = len(TRUTH[name]["ids"]) + by
    code = "<H" if TRUTH[name]["data_version"] == 11 else "<B"
    error = refusal(replace(data, place.inside.n_columns, struct.pack(code, count)))
    assert error.message == f"the data header names {count} columns"
    assert error.expected == "as many as it lists"


def test_bytes_behind_the_ids_are_kept_and_cost_nothing():
    data, place = fixture("cp"), byte_map(fixture("cp"))["VMP data"]
    assert header_of(replace(data, place.inside.records - 40, b"new")).rest[-40:-37] == b"new"


@pytest.mark.parametrize("version", [1, 4, 12, 0xFFFFFFFF])
@pytest.mark.parametrize("name", ["ocv", "cv", "cp"])
def test_an_unknown_version_is_read_like_the_one_its_sizes_prove(name, version):
    found = header_of(with_version(fixture(name), version))
    truth = TRUTH[name]
    assert found.assumed == f"{truth['data_header']}/{truth['data_version']}"
    assert list(found.ids) == truth["ids"]


def test_an_unknown_version_without_proof_is_refused():
    error = refusal(with_version(fixture("unknown_id"), 12))
    assert error.message == "data of the unknown version v2/12"
    assert error.expected == "one of v1/0, v1/2, v1/3, v2/11"
    assert error.found == "v2/12"
    assert error.where == f"offset {byte_map(fixture('unknown_id'))['VMP data'].data}"


def test_an_unknown_version_is_no_proof_where_the_rows_do_not_fill_the_module():
    assert (
        refusal(with_version(set_n_points(fixture("cp"), 99), 12)).message == "data of the unknown version v2/12"
    )


def test_an_unknown_version_is_no_proof_where_something_new_stands_behind_the_ids():
    data = replace(fixture("cp"), byte_map(fixture("cp"))["VMP data"].inside.records - 40, b"new")
    assert refusal(with_version(data, 12)).message == "data of the unknown version v2/12"


@pytest.mark.parametrize("held", [0, 1, 405, 1006])
def test_a_file_cut_inside_the_data_header_is_refused(held):
    place = byte_map(fixture("cp"))["VMP data"]
    error = refusal(truncate(fixture("cp"), place.data + held))
    assert error.message == "the file ends before its first record"
    assert error.where == f"offset {place.data + held}"
    assert error.expected == f"records from offset {place.data + 1007}"
    assert error.found == f"{held} bytes of data"


def test_a_data_module_shorter_than_its_header_is_refused_as_that():
    data = MAGIC + encode_module("VMP data", b"", "v2", 11, "03/14/24")
    error = refusal(data)
    assert error.message == "the data module has no room for its header"
    assert error.found == "0 bytes of data"


# -- record ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in NAMES if not n.endswith(("unknown_id", "unknown_ids"))])
def test_records_have_the_size_and_order_of_the_truth(name):
    truth = TRUTH[name]
    layout = record_layout(header_of(fixture(name)))
    assert layout.size == truth["record_size"]
    stored = [column["id"] for column in truth["columns"]]
    assert [field.id for field in layout.fields if field.id not in FLAG_IDS] == stored
    assert not layout.raw


def test_flags_share_one_byte_at_the_place_of_the_first():
    layout = record_layout(header_of(fixture("awkward")))
    assert places(layout) == [(4, "<f8", 0), (3, "|u1", 8), (6, "<f4", 9)]


@pytest.mark.parametrize("width", [1, 2, 4, 8])
def test_the_size_of_one_unknown_id_follows(width):
    layout = record_layout(header([1, 4, 9001, 6, 3], 7, 13 + width))
    assert places(layout) == [(1, "|u1", 0), (4, "<f8", 1), (None, f"<u{width}", 9), (6, "<f4", 9 + width)]
    assert layout.raw == (9001,)


@pytest.mark.parametrize("where", [0, 3])
def test_an_unknown_id_may_stand_first_or_last(where):
    ids = [4, 6, 8]
    ids.insert(where, 9001)
    layout = record_layout(header(ids, 5, 18))
    offsets = {field.id: field.offset for field in layout.fields}
    assert offsets == ({None: 0, 4: 2, 6: 10, 8: 14} if where == 0 else {4: 0, 6: 8, 8: 12, None: 16})


@pytest.mark.parametrize("width", [3, 5, 12, 16])
def test_an_unknown_id_of_an_odd_size_is_kept_byte_by_byte(width):
    layout = record_layout(header([4, 9001], 7, 8 + width))
    assert places(layout)[1:] == [(None, "|u1", 8 + n) for n in range(width)]


def test_several_unknown_ids_leave_one_run_with_what_lies_between():
    layout = record_layout(header([1, 4, 9001, 131, 9002, 6, 8], 3, 1 + 8 + 4 + 2 + 8 + 4 + 4))
    assert layout.raw == (9001, 131, 9002)
    assert places(layout)[:2] == [(1, "|u1", 0), (4, "<f8", 1)]
    assert places(layout)[2:-2] == [(None, "|u1", 9 + n) for n in range(14)]
    assert places(layout)[-2:] == [(6, "<f4", 23), (8, "<f4", 27)]


def test_a_flag_inside_the_raw_run_leaves_no_byte_for_those_behind_it():
    layout = record_layout(header([9001, 1, 9002, 3, 6], 3, 4 + 1 + 4 + 4))
    assert places(layout) == [*((None, "|u1", n) for n in range(9)), (6, "<f4", 9)]


def test_unknown_ids_need_no_size_where_there_is_no_row():
    layout = record_layout(header([4, 9001, 9002], 0, 0))
    assert layout.raw == (9001, 9002)
    assert layout.fields[0] == Field(4, "<f8", 0)


@pytest.mark.parametrize(
    ("ids", "points", "stated"),
    [
        ((4, 9001), 7, 7 * 12 + 1),
        ((4, 9001), 7, 7 * 8),
        ((4, 9001), 7, 7 * 6),
        ((4, 9001), 7, 7 * 25),
        ((9001,), 0, 5),
    ],
    ids=["no whole size", "no room", "less than no room", "more than an id can take", "bytes without rows"],
)
def test_a_size_that_cannot_be_leaves_the_layout_open(ids, points, stated):
    assert record_layout(DataHeader(points, ids, 1000, stated, stated)) is None


def test_an_unproven_id_of_another_size_counts_as_unknown():
    assert places(record_layout(header([4, 26, 6], 9, 16)))[1] == (26, "<f4", 8)
    wider = record_layout(header([4, 26, 6], 9, 20))
    assert places(wider) == [(4, "<f8", 0), (None, "<u8", 8), (6, "<f4", 16)]
    assert wider.raw == (26,)


def test_a_proven_id_keeps_its_type_whatever_the_sizes_say():
    assert places(record_layout(header([4, 6], 9, 16))) == [(4, "<f8", 0), (6, "<f4", 8)]


def test_a_truncated_file_still_tells_the_size_of_an_unknown_id():
    layout = record_layout(header([4, 9001], 7, 12, held=30))
    assert layout.size == 12


def test_ids_are_not_modulo_256():
    assert 260 % 256 == 4
    layout = record_layout(header([260, 4], 3, 10))
    assert places(layout) == [(None, "<u2", 0), (4, "<f8", 2)]


def test_a_repeated_id_takes_its_place_twice():
    assert places(record_layout(header([4, 6, 6], 3, 16)))[1:] == [(6, "<f4", 8), (6, "<f4", 12)]


def test_the_dtype_of_a_record_has_its_offsets():
    dtype = record_layout(header([1, 4, 9001, 6], 7, 17)).dtype
    assert dtype.itemsize == 17
    assert [dtype.fields[name][1] for name in dtype.names] == [0, 1, 9, 13]
    assert [dtype[name] for name in dtype.names] == [np.dtype(t) for t in ("u1", "<f8", "<u4", "<f4")]


def test_the_error_for_an_unknown_size_names_the_ids():
    data = set_module_length(fixture("unknown_id"), "VMP data", 1007 + 4901)
    error = refusal(data)
    assert error.message == "unknown column ids 9001, and the data do not tell their size"
    assert error.expected == "100 rows in 4901 bytes"
    assert error.found == "4901 bytes"
    assert "newer" in error.cause


def test_a_generated_file_may_have_an_unknown_id_of_eight_bytes():
    columns = {**scenario("cp").columns, 9001: np.arange(100, dtype="<u8") * 2**40}
    found = header_of(scenario("cp", columns=columns).to_bytes())
    assert places(record_layout(found))[-1][:2] == (None, "<u8")


def test_read_header_names_the_file(tmp_path):
    path = tmp_path / "cut.mpr"
    path.write_bytes(truncate(fixture("cp"), byte_map(fixture("cp"))["VMP data"].data + 5))
    source = Source(path)
    with pytest.raises(ReadError) as caught:
        read_header(source, walk(source).first("VMP data"))
    assert caught.value.path == str(path)

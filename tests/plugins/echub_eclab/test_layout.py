"""Records whose ids are known, unknown, unproven or repeated."""

import numpy as np
import pytest

from echub_eclab.layout import DataHeader, Field, record_layout
from fixtures.eclab import set_module_length
from tests.plugins.echub_eclab.support import FLAG_IDS, NAMES, TRUTH, fixture, header_of, refusal, scenario


def header(ids, points, size, held=None):
    """Make a header of `points` records of `size` bytes."""
    stated = points * size
    return DataHeader(points, tuple(ids), 1000, stated if held is None else held, stated)


def places(layout):
    return [(field.id, field.type, field.offset) for field in layout.fields]


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


@pytest.mark.parametrize("ids", [(1, 2, 66, 4, 6), (1, 2, 4, 6, 66), (1, 66, 67, 4, 6)])
def test_unknown_ids_without_bytes_share_the_byte_of_the_flags(ids):
    """Of 13 bytes the flags take 1, the time 8, the potential 4: none is left for the unknown ids."""
    layout = record_layout(header(ids, 3, 13))
    assert places(layout) == [(1, "|u1", 0), (4, "<f8", 1), (6, "<f4", 9)]
    assert layout.raw == tuple(i for i in ids if i in (66, 67))


def test_unknown_ids_without_bytes_before_any_flag_leave_the_layout_open():
    assert record_layout(header((66, 4, 6), 3, 12)) is None


@pytest.mark.parametrize(("ids", "size"), [((66, 1, 67), 0), ((66, 1), 1), ((66, 4, 1, 67, 6), 12)])
def test_a_run_has_the_bytes_of_the_known_ids_in_it_at_least(ids, size):
    """What is known of a run tells how many bytes it has at least: flags among the unknown ids need one."""
    assert record_layout(header(ids, 3, size)) is None


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
    assert error.expected == "100 rows in 4,901 bytes"
    assert error.found == "4,901 bytes"
    assert "newer" in error.cause


def test_a_generated_file_may_have_an_unknown_id_of_eight_bytes():
    columns = {**scenario("cp").columns, 9001: np.arange(100, dtype="<u8") * 2**40}
    found = header_of(scenario("cp", columns=columns).to_bytes())
    assert places(record_layout(found))[-1][:2] == (None, "<u8")

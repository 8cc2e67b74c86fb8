"""Damaged bytes: only a record or a `ReadError` comes out, with the place, in little memory and time.

`REFUSED` holds one broken file for each error, with its whole text. The flips, cuts and lengths
after it look for anything else that might come out.
"""

import random
import struct
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echub.plugin import ReadError, Source
from echub_eclab.mpr import read as read_mpr
from echub_eclab.options import MprOptions
from fixtures.eclab import (
    append_garbage,
    byte_map,
    drop_module,
    flip_bit,
    old_xml,
    rename_module,
    replace,
    set_module_length,
    set_n_points,
    truncate,
)
from fixtures.eclab.mpr import MAGIC, encode_module
from tests.plugins.echub_eclab.support import NAMES, TRUTH, codes, fixture, read, scenario

CP = fixture("cp")
PLACES = byte_map(CP)
DATA = PLACES["VMP data"]
NOTICES = {
    "assumed-version",
    "damaged-container",
    "impossible-value",
    "module-length",
    "module-too-large",
    "no-log",
    "no-settings",
    "no-start",
    "repeated-column",
    "row-count",
    "appended-data",
    "no-data",
    "settings-without-data",
    "unread-data",
    "truncated",
    "unconfirmed-start",
    "unknown-column",
    "unknown-module",
    "unknown-technique",
    "unknown-parameters",
    "unknown-setting-code",
    "unknown-unit-code",
    "unverified-version",
    "zero-tail",
}
"""Every notice of the reader; a test that ends with another one has found something new."""


def outcome(data: bytes) -> str:
    """Read damaged bytes; give the message of the error, or `record`."""
    try:
        record = read_mpr(Source.from_bytes(data, "run.mpr"), MprOptions())
    except ReadError as error:
        refused = error
        record = None
    if record is None:
        assert refused.path == "run.mpr"
        assert all((refused.where, refused.expected, refused.found))
        return refused.message
    assert set(codes(record)) <= NOTICES
    lengths = {kind: {len(c.values) for c in d.columns.values()} for kind, d in record.datasets.items()}
    assert all(len(found) == 1 for found in lengths.values())
    return "record"


# -- one broken file for each error ----------------------------------------------------------

REFUSED = {
    "empty": (
        b"",
        """run.mpr: this is not an EC-Lab raw data file [read-error]
  where: offset 0
  expected: b'BIO-LOGIC MODULAR FILE\\x1a'
  found: b''
  hint: echub detect run.mpr""",
    ),
    "old XML": (
        old_xml(),
        """run.mpr: this is not an EC-Lab raw data file [read-error]
  where: offset 0
  expected: b'BIO-LOGIC MODULAR FILE\\x1a'
  found: b'<?xml version="1.0" enc'
  hint: echub detect run.mpr""",
    ),
    "text": (
        b"EC-Lab ASCII FILE\r\nNb header lines : 3\r\n",
        """run.mpr: this is not an EC-Lab raw data file [read-error]
  where: offset 0
  expected: b'BIO-LOGIC MODULAR FILE\\x1a'
  found: b'EC-Lab ASCII FILE\\r\\nNb h'
  hint: echub detect run.mpr""",
    ),
    "only the magic": (
        MAGIC,
        """run.mpr: the file contains no module [read-error]
  where: offset 52
  expected: MODULE and a module header
  found: the end of the file
  cause: the file was truncated or overwritten; copy it again from the instrument's computer""",
    ),
    "only settings": (
        truncate(CP, DATA.start),
        f"""run.mpr: the file contains no data module [read-error]
  where: offset {DATA.start}
  expected: VMP data
  found: VMP Set
  cause: the technique never recorded a row, or the file was cut there""",
    ),
    "cut settings": (
        truncate(CP, DATA.start - 1),
        f"""run.mpr: the file contains no data module [read-error]
  where: offset {DATA.start - 1}
  expected: VMP data
  found: VMP Set
  cause: the file ends inside the module VMP Set""",
    ),
    "wrong length of the settings": (
        set_module_length(CP, "VMP Set", 0xFFFFFFF0),
        f"""run.mpr: the file contains no data module [read-error]
  where: offset {len(CP)}
  expected: VMP data
  found: VMP Set
  cause: the file ends inside the module VMP Set""",
    ),
    "cut data header": (
        truncate(CP, DATA.inside.records - 1),
        f"""run.mpr: the file ends before its first record [read-error]
  where: offset {DATA.inside.records - 1}
  expected: records from offset {DATA.inside.records}
  found: 1,006 bytes of data
  cause: the file was truncated while it was copied or recorded""",
    ),
    "data without room": (
        MAGIC + encode_module("VMP data", bytes(10), "v1", 3, "03/14/24"),
        """run.mpr: the data module has no room for its header [read-error]
  where: offset 119
  expected: records from offset 515
  found: 10 bytes of data
  cause: the file is damaged""",
    ),
    "unknown version": (
        replace(fixture("unknown_id"), DATA.length_field + 8, struct.pack("<I", 12)),
        f"""run.mpr: data of the unknown version v2/12 [read-error]
  where: offset {DATA.data}
  expected: one of v1/0, v1/2, v1/3, v2/11
  found: v2/12
  cause: an EC-Lab newer than those known here, or a damaged header
  hint: export the file as text (.mpt) in EC-Lab""",
    ),
    "too many columns": (
        replace(CP, DATA.inside.n_columns, struct.pack("<H", 501)),
        f"""run.mpr: the data header names 501 columns [read-error]
  where: offset {DATA.inside.n_columns}
  expected: 1 to 500
  found: 501
  cause: the file is damaged
  hint: copy the file again from the instrument's computer, or export it as text (.mpt) in EC-Lab""",
    ),
    "one column too few": (
        replace(CP, DATA.inside.n_columns, struct.pack("<H", 15)),
        f"""run.mpr: the data header names 15 columns [read-error]
  where: offset {DATA.inside.n_columns}
  expected: as many as it lists
  found: 15
  cause: the file is damaged
  hint: copy the file again from the instrument's computer, or export it as text (.mpt) in EC-Lab""",
    ),
    "unknown id of no size": (
        set_n_points(fixture("unknown_id"), 99),
        f"""run.mpr: unknown column ids 9001, and the data do not tell their size [read-error]
  where: offset {DATA.data}
  expected: 99 rows in 4,900 bytes
  found: 4,900 bytes
  cause: a truncated or damaged file of an EC-Lab newer than those known here
  hint: export the file as text (.mpt) in EC-Lab""",
    ),
    "a column of another size": (
        replace(CP, DATA.inside.ids + 2 * TRUTH["cp"]["ids"].index(8), struct.pack("<H", 13)),
        f"""run.mpr: the size of the records does not fit the size of the data [read-error]
  where: offset {DATA.inside.records}
  expected: 100 rows of 49 bytes, 4,900 in all
  found: 4,500 bytes
  cause: a damaged header, or a column of another size than known here
  hint: export the file as text (.mpt) in EC-Lab""",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_an_error_says_where_what_was_expected_what_was_found_and_what_helps(kind):
    data, text = REFUSED[kind]
    with pytest.raises(ReadError) as caught:
        read(data)
    assert str(caught.value) == text


# -- saved with a notice ---------------------------------------------------------------------

SAVED = {
    "2^32 - 1 rows": (set_n_points(CP, 0xFFFFFFFF), 100, ["row-count"]),
    "no rows": (set_n_points(CP, 0), 100, ["row-count"]),
    "2^32 - 1 bytes of data": (set_module_length(CP, "VMP data", 0xFFFFFFFF), 100, ["module-length"]),
    "2^32 - 1 bytes of v1 data": (
        set_module_length(fixture("ocv"), "VMP data", 0xFFFFFFFF),
        120,
        ["module-length"],
    ),
    "2^32 - 1 bytes of log": (set_module_length(CP, "VMP LOG", 0xFFFFFFFF), 100, ["damaged-container"]),
    "2^32 - 1 bytes of v1 log": (
        set_module_length(fixture("ocv"), "VMP LOG", 0xFFFFFFFF),
        120,
        ["damaged-container"],
    ),
    "log of no bytes": (set_module_length(CP, "VMP LOG", 0), 100, ["no-start", "damaged-container"]),
    "garbage behind": (append_garbage(CP), 100, ["damaged-container"]),
    "cut rows": (truncate(CP, DATA.end - 1), 99, ["no-log", "truncated"]),
    "cut log": (truncate(CP, len(CP) - 1), 100, ["damaged-container"]),
    "no log": (drop_module(CP, "VMP LOG"), 100, ["no-log"]),
    "no settings": (drop_module(CP, "VMP Set"), 100, ["no-settings"]),
    "neither": (drop_module(drop_module(CP, "VMP Set"), "VMP LOG"), 100, ["no-settings", "no-log"]),
    "unknown log": (rename_module(CP, "VMP LOG", "VMP L0G"), 100, ["unknown-module", "no-log"]),
    "unknown technique": (
        replace(CP, PLACES["VMP Set"].data, b"\xe7"),
        100,
        ["unknown-technique", "unknown-parameters"],
    ),
    "unknown 8-byte id": (
        scenario("cp", columns={**scenario("cp").columns, 9001: np.zeros(100)}).to_bytes(),
        100,
        ["unknown-column"],
    ),
    "modules without data": (
        CP + encode_module("VMP LOG", b"", "v2", 10, "03/14/24") * 3,
        100,
        ["no-start"] * 3,
    ),
}


@pytest.mark.parametrize("kind", SAVED)
def test_what_can_be_saved_is_saved_and_said(kind):
    data, rows, expected = SAVED[kind]
    record = read(data)
    assert (record["timeseries"].rows, codes(record)) == (rows, expected)


# -- cuts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_at_or_beside_any_boundary_gives_rows_or_an_error(name):
    data = fixture(name)
    places = byte_map(data)
    inside = places["VMP data"].inside
    edges = {52, inside.n_columns, inside.ids, inside.records, len(data)}
    edges |= {at for place in places.values() for at in (place.start, place.length_field, place.data, place.end)}
    whole = TRUTH[name]["rows"]
    for edge in sorted(edges):
        for at in (edge - 1, edge, edge + 1):
            _check_cut(truncate(data, at), min(at, len(data)), inside.records, TRUTH[name]["record_size"], whole)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_anywhere_gives_rows_or_an_error(name):
    data, rng = fixture(name), random.Random(name)
    records, size = byte_map(data)["VMP data"].inside.records, TRUTH[name]["record_size"]
    for at in sorted(rng.randrange(len(data)) for _ in range(60)):
        _check_cut(truncate(data, at), at, records, size, TRUTH[name]["rows"])


def _check_cut(data: bytes, at: int, records: int, size: int, whole: int) -> None:
    """A cut before the records is an error, one behind them costs none of them."""
    if at < records:
        assert outcome(data) != "record"
        return
    record = read(data)
    assert sum(d.rows for d in record.datasets.values()) == min(whole, (at - records) // size)
    assert ("truncated" in codes(record)) == (at < records + whole * size)


# -- flips -----------------------------------------------------------------------------------

FLIPPED = ("cp", "gcpl", "peis", "external_device_v1", "two_unknown_ids", "oldest_unverified", "awkward")


@pytest.mark.parametrize("name", FLIPPED)
def test_a_flipped_bit_gives_a_record_or_an_error(name):
    """600 bits of each file: half anywhere, half where the numbers are that steer the reader."""
    data, rng = fixture(name), random.Random(name)
    place = byte_map(data)["VMP data"]
    steering = [*range(52, 120), *range(place.start, place.inside.ids + 64)]
    bits = [8 * rng.choice(steering) + rng.randrange(8) for _ in range(300)]
    bits += [rng.randrange(8 * len(data)) for _ in range(300)]
    found = Counter(outcome(flip_bit(data, bit)) for bit in bits)
    assert found["record"] > 200
    assert len(found) > 3


@given(st.sampled_from(NAMES), st.data())
def test_several_changed_bytes_give_a_record_or_an_error(name, draw):
    data = fixture(name)
    for _ in range(draw.draw(st.integers(1, 6))):
        new = draw.draw(st.binary(min_size=1, max_size=8))
        data = replace(data, draw.draw(st.integers(0, len(data) - len(new))), new)
    assert outcome(data)


@given(st.binary(max_size=3000))
def test_any_bytes_behind_the_magic_give_a_record_or_an_error(tail):
    assert outcome(MAGIC + tail) != "record"


@given(
    st.sampled_from([("v1", 0), ("v1", 2), ("v1", 3), ("v2", 11)]),
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(0, 600), max_size=12),
    st.binary(max_size=400),
)
def test_any_data_header_gives_a_record_or_an_error(version, points, ids, records):
    header, number = version
    code, start, ids_at = {0: ("B", 100, 5), 2: ("H", 405, 5), 3: ("H", 406, 5), 11: ("H", 1007, 6)}[number]
    ids = [i % 256 for i in ids] if number == 0 else ids
    front = bytearray(start)
    struct.pack_into("<IB", front, 0, points, len(ids))
    struct.pack_into(f"<{len(ids)}{code}", front, ids_at, *ids)
    assert outcome(MAGIC + encode_module("VMP data", bytes(front) + records, header, number, "03/14/24"))


# -- memory ----------------------------------------------------------------------------------

GREEDY = {
    "rows": set_n_points(CP, 0xFFFFFFFF),
    "bytes of data": set_module_length(CP, "VMP data", 0xFFFFFFFF),
    "both": set_module_length(set_n_points(CP, 0xFFFFFFFF), "VMP data", 0xFFFFFFFF),
    "bytes of settings": set_module_length(CP, "VMP Set", 0xFFFFFFFF),
    "bytes of log": set_module_length(CP, "VMP LOG", 0xFFFFFFFF),
    "loops": scenario("cp", extra=[("VMP loop", struct.pack("<I", 0xFFFFFFFF))]).to_bytes(),
}


@pytest.mark.parametrize("kind", GREEDY)
def test_a_number_in_a_file_asks_for_no_memory_that_the_file_does_not_fill(kind):
    outcome(CP)  # tables and modules are loaded once
    tracemalloc.start()
    try:
        outcome(GREEDY[kind])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(CP)


def test_a_data_module_under_a_wrong_name_is_not_read_into_memory():
    rows = 400_000
    large = scenario("cp", columns={4: np.arange(rows, dtype=float)}, flags=5).to_bytes()
    broken = rename_module(large, "VMP data", "VMP dat4")
    tracemalloc.start()
    try:
        assert outcome(broken) == "the file contains no data module"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * len(large)  # the bytes in memory are one copy of the file


def test_a_file_of_nothing_but_modules_ends():
    empty = encode_module("VMP", b"", "v1", 0, "03/14/24")
    assert outcome(MAGIC + empty * 20_000) == "the file contains no data module"

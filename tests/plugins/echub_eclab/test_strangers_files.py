"""Raw files that another builder wrote from the facts of the format: every layout, any columns, any damage.

The builder below knows nothing of `fixtures.eclab` and of the reader: bytes by `struct`, rows by NumPy.
"""

from __future__ import annotations

import datetime as dt
import struct

import numpy as np
import pytest

import echub
from echub.errors import ReadError

ROWS = 40
START = dt.datetime(2024, 3, 14, 9, 26, 53, 250_000)
LAYOUTS = {(1, 0): ("B", 5, "u1", 100), (1, 2): ("B", 5, "<u2", 405), (1, 3): ("B", 5, "<u2", 406),
           (2, 11): ("<H", 6, "<u2", 1007)}  # fmt: skip
"""Header and version of a data module: count of columns, place and type of their ids, first record."""
FLAGS = (1, 2, 3, 21, 31, 65)
IDS = {
    4: ("<f8", "time/s"), 6: ("<f4", "Ewe/V"), 7: ("<f8", "dq/mA.h"), 8: ("<f4", "I/mA"), 9: ("<f4", "Ece/V"),
    13: ("<f8", "(Q-Qo)/mA.h"), 19: ("<f4", "control/V"), 20: ("<f4", "control/mA"), 23: ("<f8", "dQ/mA.h"),
    39: ("<u2", "I Range"), 70: ("<f4", "P/W"), 74: ("<f8", "|Energy|/W.h"), 131: ("<u2", "Ns"),
    434: ("<f4", "(Q-Qo)/C"), 468: ("<u4", "half cycle"), 467: ("<f8", "Q charge/discharge/mA.h"),
}  # fmt: skip
TRUTH = {"time": 4, "potential_we": 6, "current": 8, "charge": 13}


def module(name, data, header, version):
    lengths = struct.pack("<II", len(data), version)
    if header == 2:
        lengths = b"\xff" * 4 + struct.pack("<III", len(data), 0, version)
    return b"MODULE" + name.encode().ljust(10) + name.encode().ljust(25) + lengths + b"03/14/24" + data


def pascal(buffer, at, text):
    raw = text.encode("cp1252")
    buffer[at : at + 1 + len(raw)] = bytes([len(raw)]) + raw


def settings(header, comment="", technique=0x04):
    buffer = bytearray(0x1846)
    buffer[0] = technique
    pascal(buffer, 0x007, comment)
    pascal(buffer, 0x11E, "Na µ-ü")
    pascal(buffer, 0x1C0, "1 M NaClO4 in PC")
    struct.pack_into("<f", buffer, 0x211, 78.5)
    buffer[0x250] = 3  # mm²
    table = struct.pack("<HH6f", 1, 6, 60, 0, 0, 1, -5, 5)
    return module("VMP Set", bytes(buffer) + table + bytes(410), header, 10 if header == 2 else 5)


def log(header):
    buffer = bytearray(0x930)
    buffer[0x009] = 3
    struct.pack_into("<d", buffer, 0x249, (START - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1))
    pascal(buffer, 0x3B7, "11.61")
    return module("VMP LOG", bytes(buffer), header, 10 if header == 2 else 3)


def values(seed):
    """Return the columns of a run by id, and its status byte."""
    rng, n = np.random.default_rng(seed), np.arange(ROWS)
    columns = {i: rng.normal(size=ROWS).astype(kind) for i, (kind, _) in IDS.items() if "f" in kind}
    columns |= {4: 0.1 + 0.7 * n, 131: n // 10, 468: n // 10 + 4_294_967_000, 39: np.full(ROWS, 40)}
    mode = np.where(n < 10, 3, np.where(n < 30, 1, 2))
    return columns, (mode + 4 * (columns[8] > 0) + 8 * (n == 7) + 0x20 * (n % 10 == 0)).astype("u1")


def data(ids, columns, status, layout, points=ROWS):
    count, at, kind, start = LAYOUTS[layout]
    head = bytearray(start)
    struct.pack_into("<I", head, 0, points)
    struct.pack_into(count, head, 4, len(ids))
    listed = np.array(ids, kind).tobytes()
    head[at : at + len(listed)] = listed
    head[-1] = start in (406, 1007)
    first = next((i for i in ids if i in FLAGS), None)
    kept = [i for i in ids if i not in FLAGS or i == first]
    rows = np.zeros(ROWS, [(str(i), "u1" if i in FLAGS else IDS[i][0]) for i in kept])
    for i in kept:
        rows[str(i)] = status if i in FLAGS else columns[i]
    return module("VMP data", bytes(head) + rows.tobytes(), *layout)


def file(*modules):
    return b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + bytes(4) + b"".join(modules)


def drawn(seed, layout):
    """Return ids in any order, as many as their layout has numbers for."""
    rng = np.random.default_rng(seed)
    known = [i for i in IDS if i < 256 or layout != (1, 0)]
    chosen = [4, *rng.choice(known[1:], rng.integers(3, len(known) - 1), replace=False).tolist()]
    return rng.permutation([*chosen, *rng.permutation(FLAGS)[: rng.integers(1, 7)]]).tolist()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(6))
def test_any_columns_in_any_order_keep_every_bit(layout, seed):
    ids = drawn([seed, layout[1]], layout)
    columns, status = values(seed)
    record = echub.read(file(settings(layout[0]), data(ids, columns, status, layout), log(layout[0])))
    series = record["timeseries"]
    found = {column.header: column for column in series.columns.values() if column.index is not None}
    assert set(found) == {"flags", *(IDS[i][1] for i in ids if i not in FLAGS)}
    for i in set(ids) - set(FLAGS):
        assert np.array_equal(found[IDS[i][1]].source_values(), columns[i].astype(IDS[i][0])), IDS[i][1]
    for flag, name, mask in ((1, "control_mode", 3), (2, "oxidation_flag", 4), (3, "error_flag", 8)):
        if flag in ids:
            assert np.array_equal(series[name], (status & mask) >> (mask.bit_length() - 1 - (mask == 3)))
    assert record.metadata.value("experiment.start") == "2024-03-14T09:26:53.250"
    assert record.metadata.value("cell.area", "cm^2") == pytest.approx(0.785, rel=1e-7)
    assert record.metadata.value("cell.electrodes.working.material") == "Na µ-ü"


@pytest.mark.parametrize("first", [1, 2])
def test_headers_of_both_versions_in_one_file_and_a_comment_with_module(first):
    columns, status = values(1)
    comment = "MODULEVMP data\r\nzweite Zeile µ"
    parts = [settings(first, comment), data([1, 4, 6, 8, 13], columns, status, (2, 11)), log(3 - first)]
    record = echub.read(file(*parts))
    assert record.metadata.value("experiment.comments") == comment
    assert np.array_equal(record["timeseries"]["time"], columns[4])


def told(whole):
    """Read a damaged file: an error, or the first rows of the truth with a notice if they are fewer."""
    columns, _ = values(2)
    try:
        record = echub.read(whole)
    except ReadError as error:
        return error.code
    for dataset in record.datasets.values():
        for name, column in TRUTH.items():
            # A damaged id is another column, or an unknown one, which the columns beside it may become as well.
            if name in dataset.columns and dataset.columns[name].attrs.get("source_id") == str(column):
                true = columns[column].astype(IDS[column][0])[: dataset.rows]
                assert np.array_equal(dataset[name], true), name
        assert dataset.rows == ROWS or record.notices
    return "read"


def intact():
    columns, status = values(2)
    return file(settings(2), data([1, 2, 3, 131, 4, 6, 8, 39, 13], columns, status, (2, 11)), log(2))


def test_a_cut_anywhere_gives_rows_of_the_truth_or_an_error():
    whole = intact()
    assert {told(whole[:end]) for end in range(60, len(whole), 61)} == {"read", "read-error"}


@pytest.mark.parametrize("bits", [0x01, 0xFF])
def test_no_damaged_byte_of_a_header_moves_a_number(bits):
    whole = intact()
    begin = whole.index(b"MODULEVMP data")
    for at in (*range(52, 117), *range(begin, begin + 95)):
        damaged = bytearray(whole)
        damaged[at] ^= bits
        told(bytes(damaged))


@pytest.mark.parametrize("points", [0, 1, 39, 41, 2**32 - 1])
def test_a_wrong_count_of_rows_is_told(points):
    columns, status = values(2)
    parts = [settings(2), data([1, 4, 6, 8, 13], columns, status, (2, 11), points), log(2)]
    try:
        record = echub.read(file(*parts))
    except ReadError as error:
        assert error.found  # noqa: PT017  either way is right
        return
    assert "row-count" in {notice.code for notice in record.notices}
    assert np.array_equal(record["timeseries"]["time"], columns[4])

"""Texts that end in zero bytes, which a full disk or a synchronising folder leaves: read up to where they end."""

from __future__ import annotations

import codecs

import numpy as np
import pytest

import echub
from echub.model.source import Source
from echub.plugin import without_zero_tail
from echub.text import encoding_of
from tests.contract.test_readers import FIXTURES

TEXTS = {
    "eclab-mpt": FIXTURES / "eclab" / "gcpl.mpt",
    "table": FIXTURES / "tables" / "nasty" / "files" / "german-thousands.csv",
    "hiden-massoft": FIXTURES / "sims" / "trend.csv",
    "gamry-dta": FIXTURES / "gamry" / "cv.DTA",
    "bdf-csv": FIXTURES / "bdf" / "names.bdf.csv",
    "cameca-profile": FIXTURES / "sims" / "profile.dp_rpc_asc",
}


@pytest.mark.parametrize("zeros", [4, 4096, 200_000])
@pytest.mark.parametrize("reader", TEXTS)
def test_a_whole_text_loses_nothing_by_a_tail_of_zero_bytes(tmp_path, reader, zeros):
    plain = TEXTS[reader]
    (tmp_path / plain.name).write_bytes(plain.read_bytes() + bytes(zeros))
    expected, record = echub.read(plain), echub.read(tmp_path / plain.name)
    assert record.provenance.reader["name"] == reader
    assert record.provenance.source["size"] == plain.stat().st_size + zeros
    assert list(record) == list(expected)
    for name in expected:
        for column in expected[name].columns:
            np.testing.assert_array_equal(record[name][column], expected[name][column])
    assert f"{zeros} zero bytes" in next(n.message for n in record.notices if n.code == "zero-tail")


@pytest.mark.parametrize("reader", [name for name in TEXTS if name != "cameca-profile"])
def test_a_text_whose_last_row_was_cut_by_zero_bytes_keeps_the_rows_before(tmp_path, reader):
    plain = TEXTS[reader]
    (tmp_path / plain.name).write_bytes(plain.read_bytes()[:-5] + bytes(4096))
    expected, record = echub.read(plain), echub.read(tmp_path / plain.name)
    codes = {notice.code for notice in record.notices}
    assert "zero-tail" in codes
    last = list(expected)[-1]
    rows = record[last].rows
    assert expected[last].rows - 1 <= rows <= expected[last].rows
    assert record.dropped or codes & {"truncated", "last-row-cut", "no-line-end", "no-last-line-end"}
    for column in set(expected[last].columns) & set(record[last].columns):
        np.testing.assert_array_equal(record[last][column][: rows - 1], expected[last][column][: rows - 1])


def test_zero_bytes_of_utf_16_stay():
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        data = mark + "t;U\n1;2\n".encode(codec)
        assert without_zero_tail(Source.from_bytes(data))[1] == []
        source, (notice,) = without_zero_tail(Source.from_bytes(data + bytes(1000)))
        assert (source.read(), notice.code) == (data, "zero-tail")


@pytest.mark.parametrize("data", [b"", b"t", b"t;U", b"\0\0\0", b"t;U\n\0\0\0"])
def test_files_of_a_few_bytes_and_a_few_zero_bytes_stay(tmp_path, data):
    (tmp_path / "a.csv").write_bytes(data)
    source = Source(tmp_path / "a.csv")
    assert without_zero_tail(source) == (source, [])


def test_a_head_that_ends_in_zero_bytes_has_the_encoding_of_what_stands_before():
    assert encoding_of("t / s;I / µA\n".encode() + bytes(50)).value == "utf-8"
    assert encoding_of("t / s;I / µA\n".encode("cp1252") + bytes(50)).value == "cp1252"
    assert encoding_of(b"t;\0\0\0\0;U\n").value is None
    assert encoding_of("t;U\n".encode("utf-16-le")).value == "utf-16-le"

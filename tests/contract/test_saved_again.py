"""Texts that another program saved again, in UTF-16 or with other line ends: all that was in them is read."""

from __future__ import annotations

import codecs

import numpy as np
import pytest

import echub
from echub.model.source import Source
from echub.plugin import plain_text
from echub.text import encoding_of, plain_bytes, single_ends
from tests.contract.test_readers import FIXTURES

TEXTS = {
    "eclab-mpt": FIXTURES / "eclab" / "gcpl.mpt",
    "eclab-mps": FIXTURES / "eclab" / "linked.mps",
    "table": FIXTURES / "tables" / "nasty" / "files" / "german-thousands.csv",
    "hiden-massoft": FIXTURES / "sims" / "trend.csv",
    "gamry-dta": FIXTURES / "gamry" / "cv.DTA",
    "bdf-csv": FIXTURES / "bdf" / "names.bdf.csv",
    "cameca-profile": FIXTURES / "sims" / "profile.dp_rpc_asc",
    "cameca-spectrum": FIXTURES / "sims" / "spectrum.ms_rpc_asc",
}
ENCODED = {
    "utf-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "utf-16": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16, big end first": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-le"),
    "utf-16 without a mark, big end first": lambda text: text.encode("utf-16-be"),
}
ENDED = {
    "LF": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "CRCRLF": lambda text: text.replace("\n", "\r\r\n"),
    "the end mark of DOS": lambda text: text + "\x1a",
    "no end of the last line, and the end mark of DOS": lambda text: text + "\x1a",
}


def text_of(path):
    data = path.read_bytes()
    return data.decode(encoding_of(data, whole=True).value).replace("\r\n", "\n").removeprefix("\ufeff")


def same(record, expected, reader):
    assert record.provenance.reader["name"] == reader
    assert list(record) == list(expected)
    for name in expected:
        assert list(record[name].columns) == list(expected[name].columns)
        for column in expected[name].columns.values():
            np.testing.assert_array_equal(record[name].column(column.name).plain(), column.plain())
    stated = [{e.path: (e.value, e.unit) for e in one.metadata} for one in (record, expected)]
    assert stated[0] == stated[1]


@pytest.mark.parametrize("how", ENCODED)
@pytest.mark.parametrize("reader", TEXTS)
def test_a_text_in_another_encoding_is_the_same(tmp_path, reader, how):
    plain = TEXTS[reader]
    (tmp_path / plain.name).write_bytes(ENCODED[how](text_of(plain).replace("\n", "\r\n")))
    same(echub.read(tmp_path / plain.name), echub.read(plain), reader)


@pytest.mark.parametrize("how", ENDED)
@pytest.mark.parametrize("reader", TEXTS)
def test_a_text_with_other_line_ends_is_the_same(tmp_path, reader, how):
    plain = TEXTS[reader]
    text = text_of(plain).rstrip("\n") if how.startswith("no end") else text_of(plain)
    (tmp_path / plain.name).write_bytes(ENDED[how](text).encode())
    (tmp_path / "expected").mkdir()
    (tmp_path / "expected" / plain.name).write_bytes(text.removesuffix("\x1a").encode())
    same(echub.read(tmp_path / plain.name), echub.read(tmp_path / "expected" / plain.name), reader)


def test_zero_bytes_behind_utf_16_without_a_mark_leave_its_last_letter_whole():
    data = "t;U\n1;2\n".encode("utf-16-le")
    source, notices = plain_text(Source.from_bytes(data + bytes(37)))
    assert (source.read(), [n.code for n in notices]) == (b"t;U\n1;2\n", ["zero-tail"])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_the_end_mark_of_dos_is_left_out_of_utf_16_too(encoding):
    data = "t;U\n1;2\n\x1a".encode(encoding)
    assert plain_text(Source.from_bytes(data))[0].read() == b"t;U\n1;2\n"


def test_an_ordinary_text_stays_as_it_is(tmp_path):
    for data in (b"", b"a\tb\r\n1\t2\r\n", b"a\tb\n1\t2", "a°\tb\n1\t2\n".encode("cp1252")):
        (tmp_path / "a.txt").write_bytes(data)
        source = Source(tmp_path / "a.txt")
        assert plain_text(source) == (source, [])


def test_line_ends_are_mended_only_where_all_of_them_are_alike():
    assert single_ends(b"a\r\r\nb\r\r\n", b"a\r\r\nb\r\r\n") == b"a\r\nb\r\n"
    assert single_ends(b"a\r\r\nb\r\n", b"a\r\r\nb\r\n") == b"a\r\r\nb\r\n"  # a comment of two lines
    assert single_ends(b"a\rb\r", b"a\rb\r") == b"a\nb\n"
    assert single_ends(b"a\rb\n", b"a\rb\n") == b"a\rb\n"


def test_a_letter_that_ends_in_the_byte_of_the_end_mark_stays():
    data = codecs.BOM_UTF16_BE + "t;‚".encode("utf-16-be")  # U+201A
    assert data.endswith(b"\x1a")
    assert plain_text(Source.from_bytes(data))[0].read().decode() == "t;‚"


def test_the_first_bytes_of_a_text_are_plain_where_they_are_cut():
    text = "EXPLAIN\r\nTAG\tµ"
    assert plain_bytes(text.encode("utf-16-le")[:-1]).startswith(b"EXPLAIN\r\nTAG\t")
    assert plain_bytes(b"\xef\xbb\xbfa\rb") == b"a\nb"

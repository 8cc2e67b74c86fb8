"""Files that go by the name of a table without being one: known by their first bytes, answered with what to do."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pytest

import echub
from echub.errors import UnknownFormat
from tests.messages.parts import parts_of

PAGE = "a web page saved under the name of a table", "open it in a browser or a spreadsheet and save it as CSV"
PACKED = "a compressed file under the name of a table", "unpack it: gunzip, bunzip2 or unxz"
ARCHIVE = (
    "an archive or an Office document under the name of a table",
    "if it is a workbook, rename it to .xlsx; else unpack it",
)
UTF_32 = "a text in UTF-32", "save it as UTF-8, or: iconv -f UTF-32 -t UTF-8 FILE > new.csv"
OLD = "an Excel 97 workbook (.xls)", "save it as .xlsx or CSV"
ROWS = b"t / s,U / V\n0,1\n1,2\n2,3\n"
TAGS = b"<table><tr><td>t / s</td><td>U / V</td></tr></table>"


@pytest.mark.parametrize(("name", "data", "told"), [
    ("a.csv", TAGS, PAGE), ("a.tsv", b"<html>" + TAGS, PAGE), ("a.txt", b"<HTML>" + TAGS, PAGE),
    ("a.xls", b"<!DOCTYPE html>" + TAGS, PAGE), ("a.xlsx", b"<!doctype html>" + TAGS, PAGE),
    ("a.xls", b"\xef\xbb\xbf<html>" + TAGS, PAGE),
    ("a.dat", b"PK\x03\x04" + bytes(40), ARCHIVE), ("a.csv", b"PK\x03\x04" + bytes(40), ARCHIVE),
    ("a.csv", gzip.compress(ROWS, mtime=0), PACKED), ("a.z", bz2.compress(ROWS), PACKED),
    ("a.prn", lzma.compress(ROWS), PACKED),
    ("a.tab", ROWS.decode().encode("utf-32-le").join([b"\xff\xfe\0\0", b""]), UTF_32),
    ("a.asc", ROWS.decode().encode("utf-32-be").join([b"\0\0\xfe\xff", b""]), UTF_32),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), OLD),
])  # fmt: skip
def test_what_is_no_table_says_what_it_is(tmp_path, name, data, told):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnknownFormat) as caught:
        echub.read(path)
    parts = parts_of(caught.value.remark)
    assert (parts["message"], parts["hint"]) == (f"this is {told[0]}, which is recognised but not read", told[1])

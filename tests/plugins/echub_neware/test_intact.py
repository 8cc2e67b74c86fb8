"""A record with its checksums, or of one plain block, is decoded here; any other where a crash is survived."""

import struct
import zlib

import pytest

import echub
from echub.model.source import Source
from echub_neware.intact import is_intact
from fixtures.neware import HERE as FOLDER


@pytest.mark.parametrize("name", ["cell.nda", "cell.ndax"])
def test_a_whole_record_is_intact(name):
    assert is_intact(Source(FOLDER / name))


def block_beyond_the_end(data):
    return data[:28] + struct.pack("<L", len(data)) + data[32:]


def chained(data):
    return data[:14] + bytes([130]) + data[15:]


def cut(data):
    return data[:20]


@pytest.mark.parametrize("damage", [block_beyond_the_end, chained, cut])
def test_a_doubtful_block_is_not(damage):
    assert not is_intact(Source.from_bytes(damage((FOLDER / "cell.nda").read_bytes()), "cell.nda"))


def test_reading_one_leaves_zlib_as_it_was():
    echub.read(FOLDER / "cell.ndax")
    assert zlib.decompress.__module__ == zlib.decompressobj.__module__ == "zlib"


def test_an_archive_without_its_checksums_is_not():
    data = bytearray((FOLDER / "cell.ndax").read_bytes())
    data[len(data) // 2] ^= 0xFF
    assert not is_intact(Source.from_bytes(bytes(data), "cell.ndax"))

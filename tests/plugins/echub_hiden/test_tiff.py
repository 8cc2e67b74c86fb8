"""A TIFF without compression whose parts lie in the file is decoded here; any other where a crash is survived."""

import io
import struct

import numpy as np
import pytest

import echub
from echub.files import rehearsal
from echub_hiden.tiff import is_plain
from tests.plugins.echub_hiden.test_images import tiff

Image = pytest.importorskip("PIL.Image")

COMPRESSION = struct.pack("<HHLH", 259, 3, 1, 1)
"""The entry of a directory that says: not compressed; below, the one that says: five rows."""
ROWS = struct.pack("<HHLL", 257, 4, 1, 5)


def made(dtype=np.uint16, pages=2, size=(5, 7), **how):
    images = [Image.fromarray(np.full(size, n, dtype)) for n in range(pages)]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], **how)
    return out.getvalue()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float32])
def test_a_tiff_without_compression_is_plain(dtype):
    assert is_plain(made(dtype))


@pytest.mark.parametrize("how", ["tiff_lzw", "tiff_deflate", "packbits"])
def test_a_compressed_one_is_not(how):
    assert not is_plain(made(np.uint8, compression=how))


def strips(lengths=(3, 3), start=100):
    """Return a page of two strips: rows of 3 bytes, and the entries of their places and lengths."""
    packed = sum(length << 16 * at for at, length in enumerate(lengths))
    entries = [
        (256, 3, 1, 3), (257, 3, 1, 2), (258, 3, 1, 8), (259, 3, 1, 1), (273, 3, 2, start | start + 3 << 16),
        (279, 3, len(lengths), packed),
    ]  # fmt: skip
    page = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHLL", *entry) for entry in entries)
    return (b"II*\0" + struct.pack("<L", 8) + page + bytes(4)).ljust(106, b"\1")


@pytest.mark.parametrize(("how", "plain"), [
    ({}, True), ({"lengths": (3, 2)}, False), ({"lengths": (2, 4)}, False), ({"lengths": (4, 3)}, True),
    ({"lengths": (6,)}, False), ({"start": 101}, False),
])  # fmt: skip
def test_every_strip_counts(how, plain):
    """Two strips of 3 bytes hold 3 × 2 pixels of a byte; the second ends where the file does."""
    assert is_plain(strips(**how)) is plain


def test_three_values_of_a_pixel_have_three_numbers_of_bits():
    """The 24 bits of 5 × 7 pixels are 105 bytes; the three numbers lie elsewhere than in their entry."""
    data = made(np.uint8, pages=1, size=(5, 7, 3))
    assert is_plain(data)
    assert not is_plain(data.replace(struct.pack("<HHLL", 279, 4, 1, 105), struct.pack("<HHLL", 279, 4, 1, 104)))


def endless():
    """Return a TIFF whose second page is followed by the first."""
    data = bytearray(made())
    (first,) = struct.unpack_from("<L", data, 4)
    (entries,) = struct.unpack_from("<H", data, first)
    data[first + 2 + 12 * entries : first + 6 + 12 * entries] = struct.pack("<L", first)
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II*\0",
        made()[:-60],
        made().replace(COMPRESSION, COMPRESSION[:-2] + b"\5\0"),
        made().replace(ROWS, ROWS[:-4] + b"\6\0\0\0"),
        made().replace(COMPRESSION, struct.pack("<HHLH", 259, 12, 1, 1)),
        endless(),
    ],
    ids=["empty", "cut", "no-end", "compressed", "more-rows", "odd-type", "endless"],
)
def test_a_damaged_one_is_not(data):
    assert not is_plain(data)


@pytest.mark.parametrize(("how", "asked"), [({}, 0), ({"compression": "tiff_deflate"}, 1)])
def test_only_compressed_images_are_rehearsed(tmp_path, monkeypatch, how, asked):
    seen = []
    ask = rehearsal._Worker.ask
    monkeypatch.setattr(
        rehearsal._Worker, "ask", lambda self, request, source: (seen.append(request), ask(self, request, source))
    )
    manifest = tiff(tmp_path, [np.ones((4, 5), "u2"), np.ones((4, 5), "u2")], **how)
    record = echub.read(manifest)
    assert len(seen) == asked
    assert record["ion_map"].rows
    assert record.provenance.siblings == ("map_Na.tif",)
    size = (tmp_path / "map_Na.tif").stat().st_size
    assert all(request["size"] == manifest.stat().st_size + size for request in seen)

"""Deflated, byte-shuffled HDF5 chunks, made and opened outside of HDF5.

For any reader the result is standard gzip + shuffle. HDF5's own filter pipeline runs in one thread
and with a slower deflate; here NumPy shuffles, ISA-L deflates, and chunks are written and read directly.
A chunk ends with the Adler-32 checksum of its bytes, which every reader checks, HDF5 included.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from isal import igzip_lib, isal_zlib
from numpy.typing import NDArray

from echub.model.deferred import unshuffled

LEVEL = 1
"""Level of ISA-L deflate, 0 to 3: the fast one, since shuffling has done most of the work."""


_NOISE = 0.95
"""Share of its bytes that is left of a plane above which it is stored as it is: reading it is then a copy."""
_PIECES, _PIECE, _START = 32, 128, 8
"""Pieces of a plane, and bytes of each, deflated to see whether it is noise; bytes that noise never repeats.

To deflate the plane itself, and store it if it did not shrink, would take as long again as all the rest.
"""
_HEAD, _END = b"\x78\x01", b"\x03\x00"
"""Of a zlib stream: a window of 32 KiB and the fastest level; and a last block with nothing in it."""
_STORED = 65_535
"""Most bytes of a stored block of deflate."""


def pack(planes: NDArray[np.uint8], size: int) -> bytes:
    """Return the chunk of a block that is shuffled, (itemsize, values), padded to `size` values with zeros.

    The lowest bytes of measured numbers are noise: planes of them are stored, all others deflated.
    """
    if planes.shape[1] < size:
        padded = np.zeros((len(planes), size), np.uint8)
        padded[:, : planes.shape[1]] = planes
        planes = padded
    noise = next((number for number, plane in enumerate(planes) if not _is_noise(plane)), len(planes))
    if not noise:
        return isal_zlib.compress(planes.data, LEVEL)
    rest = isal_zlib.compress(planes[noise:].data, LEVEL, -isal_zlib.MAX_WBITS) if noise < len(planes) else _END
    check = isal_zlib.adler32(planes.data).to_bytes(4, "big")
    return b"".join([_HEAD, *_stored(planes[:noise].reshape(-1).data), rest, check])


def _is_noise(plane: NDArray[np.uint8]) -> bool:
    """Return whether deflating would not pay: by pieces from everywhere, and if the start never comes again."""
    width = len(plane) // _PIECES
    if width < _PIECE:
        return False
    sample = plane[: _PIECES * width].reshape(_PIECES, width)[:, :_PIECE].tobytes()
    if len(isal_zlib.compress(sample, LEVEL)) <= _NOISE * len(sample):
        return False
    octets = plane.tobytes()  # what repeats itself over more than a piece shrinks as well
    return octets.rfind(octets[:_START], _START) < 0  # from the end: half the time of `find` in noise


def _stored(octets: memoryview) -> Iterator[bytes | memoryview]:
    """Yield stored blocks of deflate: a byte, the length, its complement, and the bytes as they are."""
    for first in range(0, len(octets), _STORED):
        part = octets[first : first + _STORED]
        yield struct.pack("<BHH", 0, len(part), len(part) ^ 0xFFFF)
        yield part


def unpack(chunk: bytes, dtype: np.dtype[Any], size: int) -> NDArray[Any]:
    """Return the `size` values of a chunk; `ValueError` for damage: a wrong checksum, or another length."""
    return unshuffled(inflate(chunk, dtype.itemsize, size)).reshape(-1).view(dtype)


def inflate(chunk: bytes, itemsize: int, size: int) -> NDArray[np.uint8]:
    """Return the bytes of a chunk as they are stored, shuffled: (itemsize, size); raise what `unpack` raises."""
    length = itemsize * size
    # Its memory is as large as asked for at once; that of `isal_zlib.decompressobj` grows step by step.
    inflating = igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_ZLIB)
    try:
        octets = inflating.decompress(chunk, length + 1)
    except igzip_lib.error as error:  # type: ignore[misc]
        raise ValueError(f"a chunk is damaged: {error}") from None
    if len(octets) != length or not inflating.eof:
        raise ValueError(f"a chunk holds {len(octets)} bytes, not {length}")
    return np.frombuffer(octets, np.uint8).reshape(itemsize, size)

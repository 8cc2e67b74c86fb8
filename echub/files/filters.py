"""Deflated, byte-shuffled HDF5 chunks, made and opened outside of HDF5.

For any reader the result is standard gzip + shuffle. HDF5's own filter pipeline runs in one thread
and with a slower deflate; here NumPy shuffles, ISA-L deflates, and chunks are written and read directly.
A chunk ends with the Adler-32 checksum of its bytes, which every reader checks, HDF5 included.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

LEVEL = 1
"""Level of ISA-L deflate, 0 to 3: the fast one, since shuffling has done most of the work."""


def pack(planes: NDArray[np.uint8], size: int) -> bytes:
    """Return the chunk of a block that is shuffled, (itemsize, values), padded to `size` values with zeros."""
    if planes.shape[1] < size:
        padded = np.zeros((len(planes), size), np.uint8)
        padded[:, : planes.shape[1]] = planes
        planes = padded
    return isal_zlib.compress(planes.data, LEVEL)


def unpack(chunk: bytes, dtype: np.dtype[Any], size: int) -> NDArray[Any]:
    """Return the `size` values of a chunk; `ValueError` for damage: a wrong checksum, or another length."""
    length = dtype.itemsize * size
    inflating = isal_zlib.decompressobj()
    try:
        octets = inflating.decompress(chunk, length + 1)
    except isal_zlib.error as error:  # type: ignore[misc]
        raise ValueError(f"a chunk is damaged: {error}") from None
    if len(octets) != length or not inflating.eof:
        raise ValueError(f"a chunk holds {len(octets)} bytes, not {length}")
    planes = np.frombuffer(octets, np.uint8).reshape(dtype.itemsize, size)
    values = np.empty((size, dtype.itemsize), np.uint8)
    for number, plane in enumerate(planes):  # two to four times as fast as assigning the transposed array
        values[:, number] = plane
    return values.reshape(-1).view(dtype)

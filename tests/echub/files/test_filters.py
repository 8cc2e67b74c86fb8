"""Chunks: any shape, any type, as HDF5's own gzip and shuffle would have made them."""

import zlib

import h5py
import numpy as np
import pytest

from echub.files import filters, store
from echub.files.content import BLOCK, block_shape
from echub.model import workers
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.deferred import unshuffled
from echub.model.record import Record


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((BLOCK,), "<f8"),
        ((BLOCK + 1,), "<f4"),
        ((3 * BLOCK - 1,), "<u1"),
        ((20_000,), ">f8"),
        ((1000, 70), "<f4"),
        ((3, 300, 100), "<u2"),
        ((2, 300, 300), "<f4"),
        ((2, 37, 64, 64), "<u2"),
        ((3, 5, 300, 300), "<u4"),
        ((40, 3, 32, 32), "<u2"),
    ],
)
def test_hdf5_reads_what_was_packed(tmp_path, shape, dtype):
    values = np.random.default_rng(1).integers(0, 251, shape).astype(dtype)
    axes = tuple(f"axis_{number}" for number in range(len(shape)))
    record = Record([Dataset("map", {"values": Column("values", values, axes=axes)})])
    store.write(record, tmp_path / "map.h5")
    with h5py.File(tmp_path / "map.h5") as file:
        array = file["map/values"]
        assert array.chunks == block_shape(shape)
        assert np.array_equal(array[()], values)


@pytest.mark.parametrize(
    ("shape", "block"),
    [
        ((10**6,), (65_536,)),
        ((1000, 70), (936, 70)),
        ((3, 200_000), (1, 65_536)),
        ((8, 60, 64, 64), (1, 16, 64, 64)),
        ((8, 10, 64, 64), (1, 10, 64, 64)),
        ((8, 60, 512, 512), (1, 1, 128, 512)),
        ((40, 3, 32, 32), (21, 3, 32, 32)),
    ],
)
def test_a_block_is_whole_rows_or_planes_as_far_as_they_fit(shape, block):
    assert block_shape(shape) == block


@pytest.mark.parametrize("lost", [0, 1, 4, 6])
def test_a_chunk_whose_end_is_missing_is_damaged(lost):
    """Zlib ends with a checksum of four bytes: all values are there without it, and none is checked."""
    whole = zlib.compress(bytes(range(200)))
    chunk = whole[: len(whole) - lost]
    if not lost:
        assert filters.inflate(chunk, 4, 50).tobytes() == bytes(range(200))
        return
    with pytest.raises(ValueError, match="a chunk"):
        filters.inflate(chunk, 4, 50)


def test_order_is_kept_with_a_bounded_number_in_flight(monkeypatch):
    monkeypatch.setattr(workers, "_AHEAD", 3)
    monkeypatch.setattr(workers, "WORKERS", 1)
    taken = []

    def items():
        for number in range(20):
            taken.append(number)
            yield number

    for done, result in enumerate(workers.in_order(lambda number: number * number, items())):
        assert result == done * done
        assert len(taken) <= done + 3
    assert len(taken) == 20


def _planes(*planes):
    return np.array([np.resize(plane, BLOCK) for plane in planes], np.uint8)


_RNG = np.random.default_rng(7)
_NOISE = _RNG.integers(0, 256, BLOCK, np.uint8)
_EVEN = np.zeros(BLOCK, np.uint8)


@pytest.mark.parametrize(
    ("planes", "least", "most"),
    [
        (_planes(_NOISE), 1, 1.001),
        (_planes(_NOISE, _EVEN), 0.5, 0.51),
        (_planes(_NOISE, _NOISE[::-1], _EVEN, _EVEN), 0.5, 0.51),
        (_planes(_EVEN, _NOISE), 0.49, 0.51),
        (_planes(np.arange(256), _EVEN), 0, 0.02),  # every byte as often as any other
        (_planes(_NOISE[:3000], _EVEN), 0, 0.1),  # noise that comes again
        (_planes(np.where(np.arange(BLOCK) % 1000 < 700, _NOISE, 0), _EVEN), 0, 0.4),
        (_planes(_NOISE, _EVEN)[:, :300].copy(), 0, 1),  # too few to tell
    ],
)
def test_only_noise_is_stored_as_it_is_and_any_zlib_reads_it(planes, least, most):
    chunk = filters.pack(planes, planes.shape[1])
    assert least * planes.size <= len(chunk) <= most * planes.size
    assert zlib.decompress(chunk) == planes.tobytes()
    dtype = np.dtype(f"<u{len(planes)}")
    assert np.array_equal(
        filters.unpack(chunk, dtype, planes.shape[1]), unshuffled(planes).reshape(-1).view(dtype)
    )


def test_stored_noise_is_checked_too():
    chunk = bytearray(filters.pack(_planes(_NOISE, _EVEN), BLOCK))
    chunk[1000] ^= 1
    with pytest.raises(ValueError, match="damaged"):
        filters.unpack(bytes(chunk), np.dtype("<u2"), BLOCK)

"""The content of a record as one hash: the same for equal content on every platform.

Columns are hashed in blocks of `BLOCK` values, so that hashing runs parallel to compression; the record's
hash is over the headers and digests of all columns, the metadata and the settings. Provenance is
not part of it: the same file read by a later version has the same content.

A hash states its scheme, ``blake3:…``. Files of schema 1.0 have SHA-256, which takes ten times as long
on a processor without instructions for it; `content_hash(record, "sha256")` recomputes it.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray

from echub.model.deferred import Deferred, held, held_or_loaded, shuffled
from echub.model.json_text import plain, to_json
from echub.model.workers import in_order

if TYPE_CHECKING:
    from echub.model.column import Column
    from echub.model.dataset import Dataset
    from echub.model.record import Record

BLOCK = 65_536
"""Most values that are hashed, shuffled and compressed together."""


def block_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of the largest contiguous block of at most `BLOCK` values: 1 … 1, n, whole axes."""
    block: list[int] = []
    room = BLOCK
    for length in reversed(shape):
        block.insert(0, max(1, min(length, room)))
        room //= block[0]
    return tuple(block)


def starts(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the index of the first value of each block of an array, in order."""
    steps = block_shape(shape)
    return itertools.product(*(range(0, length, step) for length, step in zip(shape, steps, strict=True)))


def block_at(values: NDArray[Any] | Deferred, first: tuple[int, ...]) -> NDArray[Any]:
    """Return the contiguous little-endian block that starts at an index."""
    steps = block_shape(values.shape)
    if isinstance(values, Deferred) and values.ndim == 1:
        found = values.part(first[0], min(first[0] + steps[0], len(values)))
    else:
        inside = tuple(slice(start, start + step) for start, step in zip(first, steps, strict=True))
        found = held_or_loaded(values)[inside]
    return np.ascontiguousarray(found, values.dtype.newbyteorder("<"))


def blocks(values: NDArray[Any] | Deferred) -> Iterator[NDArray[Any]]:
    """Cut an array of any shape into contiguous little-endian blocks, in order."""
    return (block_at(values, first) for first in starts(values.shape))


def planes(block: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the bytes of a contiguous block, shuffled as HDF5 does: (itemsize, values)."""
    return shuffled(block.reshape(-1).view(np.uint8).reshape(block.size, block.itemsize))


def planes_at(values: NDArray[Any] | Deferred, first: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the shuffled bytes of the block that starts at an index."""
    if isinstance(values, Deferred) and values.planes is not None:
        return values.planes(first[0], min(first[0] + block_shape(values.shape)[0], len(values)))
    return planes(block_at(values, first))


class Scheme(NamedTuple):
    """How content is hashed: the function, the key of a column's hash, and the bytes of a block.

    A block is hashed as it is stored, shuffled, so that writing needs the values in no other order.
    """

    new: Callable[..., Any]
    key: str
    octets: Callable[[NDArray[Any] | Deferred, tuple[int, ...]], NDArray[Any]]

    def digest(self, octets: NDArray[Any]) -> bytes:
        """Return the digest of the bytes of a block."""
        found: bytes = self.new(octets.data).digest()
        return found

    def column(self, dtype: np.dtype[Any], shape: tuple[int, ...], digests: Iterable[bytes]) -> str:
        """Return the hash of a column from the digests of its blocks."""
        whole = self.new(f"{dtype.newbyteorder('<').str} {shape}".encode())
        for digest in digests:
            whole.update(digest)
        return str(whole.hexdigest())


BLAKE3 = "blake3"
SCHEMES = {
    BLAKE3: Scheme(blake3, "hash", planes_at),
    "sha256": Scheme(hashlib.sha256, "sha256", block_at),
}
"""By the name that stands before a hash; the second one is that of schema 1.0."""


def column_digest(values: NDArray[Any] | Deferred, scheme: str = BLAKE3) -> str:
    """Return the hash of a column of any shape, block by block."""
    how = SCHEMES[scheme]
    if 0 < math.prod(values.shape) <= BLOCK:
        digests: Iterable[bytes] = [how.digest(how.octets(values, (0,) * values.ndim))]
    else:
        digests = in_order(lambda first: how.digest(how.octets(values, first)), starts(values.shape))
    return how.column(values.dtype, values.shape, digests)


def describe_column(column: Column) -> dict[str, Any]:
    """Return everything of a column but its values, as plain JSON types."""
    return {
        "name": column.name,
        "quantity": column.quantity,
        "unit": column.unit,
        "origin": column.origin,
        "header": column.header,
        "index": column.index,
        "sign": column.sign,
        "averaged": column.averaged,
        "scale": str(column.scale),
        "source_dtype": column.source_dtype,
        "labels": {str(code): label for code, label in column.labels.items()},
        "bits": [
            {
                "name": bits.name,
                "header": bits.header,
                "mask": bits.mask,
                "quantity": bits.quantity,
                "meanings": {str(value): word for value, word in bits.meanings.items()},
            }
            for bits in column.bits
        ],
        "uncertainty": column.uncertainty,
        "attrs": {str(key): text for key, text in column.attrs.items()},
        "axes": list(column.axes),
    }


def describe_dataset(dataset: Dataset) -> dict[str, Any]:
    """Return everything of a dataset but its columns."""
    return {
        **({"label": dataset.label} if dataset.label else {}),
        "kind": dataset.kind,
        "history": list(dataset.history),
        "omitted": [[o.header, o.index, o.dtype, o.fill] for o in dataset.omitted],
        "attrs": {str(key): text for key, text in dataset.attrs.items()},
    }


def content_hash(
    record: Record,
    scheme: str = BLAKE3,
    digests: Mapping[tuple[str, str], str] | None = None,
    said: Mapping[tuple[str, str], Mapping[str, Any]] | None = None,
    settings: str = "",
) -> str:
    """Hash the content of a record; `digests` by (dataset, column) avoid hashing columns again.

    `said`: descriptions of a file of a later version, by (dataset, column), or (dataset, empty).
    `settings`: those of the record, if they were already written as JSON.
    """
    how, said = SCHEMES[scheme], said or {}
    datasets = [
        {
            **describe_dataset(dataset),
            **said.get((dataset.name, ""), {}),
            "columns": [
                {
                    **describe_column(column),
                    **said.get((dataset.name, name), {}),
                    how.key: digests[dataset.name, name] if digests else column_digest(held(column), scheme),
                }
                for name, column in dataset.columns.items()
            ],
        }
        for dataset in record.datasets.values()
    ]
    entries = [[e.path, e.value, e.unit, e.source] for e in record.metadata.entries]
    settings = settings or to_json(plain(record.settings))
    whole = f"""{{"datasets":{to_json(datasets)},"metadata":{to_json(plain(entries))},"settings":{settings}}}"""
    return f"{scheme}:{how.new(whole.encode()).hexdigest()}"

"""The content of a record as one hash: the same for equal content on every platform.

Columns are hashed in blocks of `BLOCK` values, so that hashing runs parallel to compression; the record's
hash is over the headers and digests of all columns, the metadata and the settings. Provenance is
not part of it: the same file read by a later version has the same content.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.model.json_text import plain, to_json

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


def blocks(values: NDArray[Any]) -> Iterator[tuple[tuple[int, ...], NDArray[Any]]]:
    """Cut an array of any shape into contiguous little-endian blocks, in order, with the start index of each."""
    steps = block_shape(values.shape)
    firsts = (range(0, length, step) for length, step in zip(values.shape, steps, strict=True))
    for first in itertools.product(*firsts):
        inside = tuple(slice(start, start + step) for start, step in zip(first, steps, strict=True))
        yield first, np.ascontiguousarray(values[inside], values.dtype.newbyteorder("<"))


def block_digest(block: NDArray[Any]) -> bytes:
    """Return the SHA-256 digest of one block."""
    return hashlib.sha256(block.data).digest()


def column_digest(values: NDArray[Any], digests: Iterable[bytes] | None = None) -> str:
    """Return the hash of a column (any shape) from the digests of its blocks."""
    whole = hashlib.sha256(f"{values.dtype.newbyteorder('<').str} {values.shape}".encode())
    for digest in digests if digests is not None else (block_digest(block) for _, block in blocks(values)):
        whole.update(digest)
    return whole.hexdigest()


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
        "attrs": dict(column.attrs),
        "axes": list(column.axes),
    }


def describe_dataset(dataset: Dataset) -> dict[str, Any]:
    """Return everything of a dataset but its columns."""
    return {
        **({"label": dataset.label} if dataset.label else {}),
        "kind": dataset.kind,
        "history": list(dataset.history),
        "omitted": [[o.header, o.index, o.dtype, o.fill] for o in dataset.omitted],
        "attrs": dict(dataset.attrs),
    }


def content_sha256(record: Record, digests: Mapping[tuple[str, str], str] | None = None) -> str:
    """Hash the content of a record; `digests` by (kind, column) avoid hashing columns again."""
    datasets = [
        {
            **describe_dataset(dataset),
            "columns": [
                {
                    **describe_column(column),
                    "sha256": digests[dataset.name, name] if digests else column_digest(column.values),
                }
                for name, column in dataset.columns.items()
            ],
        }
        for dataset in record.datasets.values()
    ]
    entries = [[e.path, e.value, e.unit, e.source] for e in record.metadata.entries]
    whole = {"datasets": datasets, "metadata": entries, "settings": record.settings}
    return hashlib.sha256(to_json(plain(whole)).encode()).hexdigest()

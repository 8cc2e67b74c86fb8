"""What a record says, as one hash: the same for equal content on every platform.

Columns are hashed in blocks of about `BLOCK` values (whole rows of tables, whole planes of maps), so
that hashing runs beside compression; the record's hash is over the headers and digests of all columns,
the metadata and the settings. Provenance is not part of it: the same file read by a later version
has the same content.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from echub.column import Column
    from echub.dataset import Dataset
    from echub.record import Record

BLOCK = 65_536
"""Values that are hashed, shuffled and compressed together."""

_PLAIN = frozenset((str, int, bool, type(None)))


def to_json(value: Any) -> str:  # noqa: ANN401
    """Write JSON that is the same everywhere: sorted, compact, without NaN."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def plain(value: Any) -> Any:  # noqa: ANN401
    """Turn a value into plain JSON types; NaN and infinities become the texts NaN, Infinity, -Infinity."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else f"{'-' if value < 0 else ''}Infinity"
    return value


def block_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Give the shape of a block: as many whole rows, or planes of a map, as `BLOCK` values hold.

    The last axis of a table and the last two of a map (its y and x) are never cut, however long
    they are; of the axes before at most one is cut, and those before that have the length 1.
    """
    whole = min(2, len(shape) - 1)
    sizes = list(shape[len(shape) - whole :])
    for length in reversed(shape[: len(shape) - whole]):
        fitting = max(1, BLOCK // max(1, math.prod(sizes)))
        sizes.insert(0, fitting if len(shape) == 1 else min(max(1, length), fitting))
    return tuple(sizes)


def block_corners(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Give the first index of every block, in the order of the array."""
    steps = block_shape(shape)
    return itertools.product(*(range(0, length, max(1, step)) for length, step in zip(shape, steps, strict=True)))


def blocks(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Cut an array into blocks of contiguous little-endian values; the last along an axis may be smaller."""
    steps = block_shape(values.shape)
    for corner in block_corners(values.shape):
        part = tuple(slice(first, first + step) for first, step in zip(corner, steps, strict=True))
        yield np.ascontiguousarray(values[part], values.dtype.newbyteorder("<"))


def block_digest(block: NDArray[Any]) -> bytes:
    """Hash one block."""
    return hashlib.sha256(block.data).digest()


def column_digest(values: NDArray[Any], digests: Iterable[bytes] | None = None) -> str:
    """Hash a column from the digests of its blocks."""
    whole = hashlib.sha256(f"{values.dtype.newbyteorder('<').str} {values.shape}".encode())
    for digest in digests if digests is not None else map(block_digest, blocks(values)):
        whole.update(digest)
    return whole.hexdigest()


def describe_column(column: Column) -> dict[str, Any]:
    """Give everything of a column but its values, as plain JSON types."""
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
    """Give everything of a dataset but its columns."""
    return {
        "kind": dataset.kind,
        "history": list(dataset.history),
        "omitted": [[o.header, o.index, o.dtype, o.fill] for o in dataset.omitted],
        "attrs": dict(dataset.attrs),
    }


def content_sha256(record: Record, digests: Mapping[tuple[str, str], str] | None = None) -> str:
    """Hash the content of a record; `digests` by (kind, column) spare hashing columns again."""
    datasets = [
        {
            **describe_dataset(dataset),
            "columns": [
                {
                    **describe_column(column),
                    "sha256": digests[dataset.kind, name] if digests else column_digest(column.values),
                }
                for name, column in dataset.columns.items()
            ],
        }
        for dataset in record.datasets.values()
    ]
    entries = [[e.path, e.value, e.unit, e.source] for e in record.metadata.entries]
    whole = {"datasets": datasets, "metadata": entries, "settings": record.settings}
    return hashlib.sha256(to_json(plain(whole)).encode()).hexdigest()

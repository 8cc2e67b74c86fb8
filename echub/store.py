"""The native file: a record as HDF5 that is also NetCDF-4, written and read back whole.

One group per dataset, a dimension scale per axis, units that pint and UDUNITS parse, and only
filters that every HDF5 build reads. Metadata, settings and provenance are one JSON text each.
Equal records give equal bytes for equal versions of echub and its compressor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

import echub_schemas
from echub import filters, units
from echub.column import Bits, Column
from echub.content import (
    BLOCK,
    blocks,
    column_digest,
    content_sha256,
    describe_column,
    describe_dataset,
    plain,
    to_json,
)
from echub.dataset import Dataset, Omitted
from echub.errors import ReadError
from echub.metadata import Entry, Metadata
from echub.notice import Notice
from echub.record import Dropped, Provenance, Record
from echub.units import Scale

SUFFIX = ".h5"
FORMAT = "echub"
_SMALL = 8192
"""Columns of fewer bytes are stored plain: a chunk index would be larger than what it saves."""

_TEXT = h5py.string_dtype()


# -- writing ---------------------------------------------------------------------------------


def write(record: Record, path: Path) -> str:
    """Write a record to a new file; give its `content_sha256`."""
    with h5py.File(path, "w", libver=("earliest", "v110")) as file:
        digests: dict[tuple[str, str], str] = {}
        for dataset in record.datasets.values():
            group = _ordered_group(file, dataset.kind)
            for name, digest in _write_dataset(group, dataset):
                digests[dataset.kind, name] = digest
        content = content_sha256(record, digests)
        _write_texts(file, record)
        for key, value in _root_attributes(record, content).items():
            file.attrs[key] = value
    return content


def _root_attributes(record: Record, content: str) -> dict[str, str]:
    return {
        "format": FORMAT,
        "schema_version": echub_schemas.VERSION,
        "source_name": str(record.provenance.source.get("name", "")),
        "content_sha256": content,
        "datasets": to_json(list(record.datasets)),
    }


def _write_texts(file: h5py.File, record: Record) -> None:
    texts = {
        "metadata": {"tree": record.metadata.tree(), "entries": _entries(record.metadata)},
        "settings": record.settings,
        "provenance": {
            **record.provenance.as_dict(),
            "notices": [notice.as_dict() for notice in record.notices],
            "dropped": [dropped.as_dict() for dropped in record.dropped],
        },
    }
    for name, value in texts.items():
        file.create_dataset(name, data=to_json(plain(value)), dtype=_TEXT, track_times=False)


def _entries(metadata: Metadata) -> list[list[Any]]:
    return [[e.path, e.value, e.unit, e.source] for e in metadata.entries]


def _ordered_group(file: h5py.File, name: str) -> h5py.Group:
    """Create a group that lists its members in the order they were made."""
    order = h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED
    plist = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
    plist.set_link_creation_order(order)
    return h5py.Group(h5py.h5g.create(file.id, name.encode(), gcpl=plist))


def _write_dataset(group: h5py.Group, dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Write all columns of a dataset; give the digest of each."""
    described = describe_dataset(dataset) | {"columns": list(dataset.columns)}
    for key, value in described.items():
        group.attrs[key] = value if isinstance(value, str) else to_json(plain(value))
    scales: dict[str, h5py.Dataset] = {}
    columns = sorted(dataset.columns.values(), key=lambda c: c.axes != (c.name,))
    arrays = {column.name: _create(group, column) for column in columns}
    for column in columns:
        array = arrays[column.name]
        if column.axes == (column.name,):
            array.make_scale(column.name)
            scales[column.name] = array
        else:
            _attach(array, column, scales, group)
        for key, value in _attributes(column).items():
            array.attrs[key] = value
    yield from _fill(dataset, arrays)


def _create(group: h5py.Group, column: Column) -> h5py.Dataset:
    values = column.values
    little = values.dtype.newbyteorder("<")
    if values.nbytes <= _SMALL or values.ndim == 0:
        return group.create_dataset(column.name, data=values.astype(little, copy=False), track_times=False)
    return group.create_dataset(
        column.name,
        shape=values.shape,
        dtype=little,
        chunks=(BLOCK, *values.shape[1:]),
        maxshape=(None, *values.shape[1:]),
        shuffle=True,
        compression="gzip",
        compression_opts=filters.LEVEL,
        track_times=False,
    )


def _attach(array: h5py.Dataset, column: Column, scales: dict[str, h5py.Dataset], group: h5py.Group) -> None:
    for number, axis in enumerate(column.axes):
        if axis not in scales:
            scales[axis] = group.create_dataset(axis, data=np.arange(array.shape[number]), track_times=False)
            scales[axis].make_scale(axis)
        array.dims[number].attach_scale(scales[axis])


def _fill(dataset: Dataset, arrays: dict[str, h5py.Dataset]) -> Iterator[tuple[str, str]]:
    """Write the chunks that the threads make, in order; give the digest of each column."""
    large = [c for c in dataset.columns.values() if arrays[c.name].chunks is not None]
    pieces = ((column.name, block) for column in large for block in blocks(column.values))
    digests: dict[str, list[bytes]] = {column.name: [] for column in large}
    for name, digest, chunk in filters.in_order(lambda piece: (piece[0], *filters.pack(piece[1])), pieces):
        first = len(digests[name]) * BLOCK
        arrays[name].id.write_direct_chunk((first, *[0] * (arrays[name].ndim - 1)), chunk)
        digests[name].append(digest)
    for name, column in dataset.columns.items():
        yield name, column_digest(column.values, digests.get(name))


def _attributes(column: Column) -> dict[str, Any]:
    """Give the attributes of a column: conventional ones for every reader, one JSON for our own."""
    described = describe_column(column)
    known = units.table().find(column.unit) if column.unit else None
    shown = {
        "units": known.in_file if known else column.unit,
        "long_name": (column.quantity or column.header).replace("_", " "),
        "quantity": column.quantity,
        "origin": column.origin,
        "sign": column.sign,
        "source_header": column.header,
        "recipe": column.attrs.get("recipe"),
    }
    attributes: dict[str, Any] = {key: value for key, value in shown.items() if value}
    if column.bits:
        attributes |= _flag_attributes(column.bits, column.values.dtype)
    if column.labels:
        attributes["flag_values"] = np.array(list(column.labels), dtype=column.values.dtype)
        attributes["flag_meanings"] = " ".join(label.replace(" ", "_") for label in column.labels.values())
    attributes["echub"] = to_json({key: value for key, value in described.items() if _says(value)})
    return attributes


def _says(value: Any) -> bool:  # noqa: ANN401
    """Tell whether a value says more than its default; position 0 does."""
    return value not in (None, "", [], {}) and value is not False


def _flag_attributes(fields: tuple[Bits, ...], dtype: np.dtype[Any]) -> dict[str, Any]:
    """Describe packed bits as the CF conventions do: one mask, value and word for each state."""
    states = [
        (bits, value, word) for bits in fields for value, word in (bits.meanings or {1: "set"}).items() if value
    ]
    shifts = {bits.name: (bits.mask & -bits.mask).bit_length() - 1 for bits in fields}
    return {
        "flag_masks": np.array([bits.mask for bits, _, _ in states], dtype=dtype),
        "flag_values": np.array([value << shifts[bits.name] for bits, value, _ in states], dtype=dtype),
        "flag_meanings": " ".join(f"{bits.name}:{word}".replace(" ", "_") for bits, _, word in states),
    }


# -- reading ---------------------------------------------------------------------------------


def is_native(head: bytes) -> bool:
    """Tell whether bytes begin like HDF5."""
    return head.startswith(b"\x89HDF\r\n\x1a\n")


def read(path: Path) -> Record:
    """Read a native file back to the record that was written.

    Raises `ReadError` for HDF5 that is none of ours, for a newer major schema, and for damage.
    """
    try:
        with h5py.File(path, "r") as file:
            _require_ours(file, path)
            return _read(file)
    except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise ReadError(
            "the native file is damaged",
            path=str(path),
            found=str(error).splitlines()[0] if str(error) else type(error).__name__,
            cause="it was truncated or changed after it was written",
            hint="convert the source again with --force",
        ) from None


def _require_ours(file: h5py.File, path: Path) -> None:
    if file.attrs.get("format") != FORMAT:
        raise ReadError(
            "this HDF5 file was not written by echub",
            path=str(path),
            expected=f"the attribute format = {FORMAT}",
            found=f"the attributes {', '.join(file.attrs) or 'none'}",
        )
    version = str(file.attrs["schema_version"])
    if int(version.split(".")[0]) > int(echub_schemas.VERSION.split(".")[0]):
        raise ReadError(
            f"the file has the schema {version}, newer than this echub reads",
            path=str(path),
            expected=f"{echub_schemas.VERSION.split('.')[0]}.x",
            found=version,
            hint="pip install --upgrade echub",
        )


def _read(file: h5py.File) -> Record:
    texts = {name: json.loads(file[name][()]) for name in ("metadata", "settings", "provenance")}
    provenance = texts["provenance"]
    return Record(
        [_read_dataset(file[kind]) for kind in json.loads(file.attrs["datasets"])],
        metadata=Metadata(Entry(*entry) for entry in texts["metadata"]["entries"]),
        settings=texts["settings"],
        notices=[Notice(**notice) for notice in provenance.pop("notices")],
        dropped=[Dropped(**dropped) for dropped in provenance.pop("dropped")],
        provenance=Provenance.from_dict(provenance),
    )


def _read_dataset(group: h5py.Group) -> Dataset:
    columns = [_read_column(group[name]) for name in json.loads(group.attrs["columns"])]
    return Dataset(
        str(group.attrs["kind"]),
        {column.name: column for column in columns},
        tuple(Omitted(*omitted) for omitted in json.loads(group.attrs["omitted"])),
        tuple(json.loads(group.attrs["history"])),
        json.loads(group.attrs["attrs"]),
    )


def _read_column(array: h5py.Dataset) -> Column:
    known = json.loads(array.attrs["echub"])
    bits = tuple(
        Bits(
            b["name"],
            b["header"],
            b["mask"],
            b["quantity"],
            {int(value): word for value, word in b["meanings"].items()},
        )
        for b in known.pop("bits", ())
    )
    labels = {int(code): label for code, label in known.pop("labels", {}).items()}
    scale = Scale.parse(known.pop("scale"))
    axes = tuple(known.pop("axes"))
    values: NDArray[Any] = array[()]
    return Column(values=values, bits=bits, labels=labels, scale=scale, axes=axes, **known)

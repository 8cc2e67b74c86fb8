"""The native file: a record as HDF5 that is also NetCDF-4, written and read back completely.

One group per dataset, a dimension scale per axis, units that pint and UDUNITS parse, and only
filters that every HDF5 build reads. Metadata, settings and provenance are one JSON text each.
Equal records give equal bytes for equal versions of echub and its compressor.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np
from h5py import h5a, h5d, h5ds, h5g, h5p, h5s, h5t
from numpy.typing import NDArray

import echub_schemas
from echub.errors import InconsistentFile, NewerSchema, PluginError, ReadError
from echub.files import filters
from echub.files.content import (
    block_shape,
    blocks,
    column_digest,
    content_sha256,
    describe_column,
    describe_dataset,
)
from echub.files.description import restore_column
from echub.files.steady import DeferredErrorFile
from echub.model import units
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset, Omitted
from echub.model.json_text import encodable, plain, to_json
from echub.model.metadata import Entry, Metadata
from echub.model.record import Provenance, Record
from echub.model.source import Source
from echub.remark import Dropped, Remark

FORMAT = "echub"
_SMALL = 8192
"""Columns with fewer bytes are stored uncompressed: a chunk index would be larger than the saving."""

# h5py's own `attrs` and `create_dataset` take three times as long as the calls beneath them, and a
# small file consists of little else; what all calls share is therefore made once.
_TEXT = h5py.string_dtype()
_TEXT_TYPE = h5t.py_create(_TEXT, logical=True)
_SCALAR = h5s.create(h5s.SCALAR)
_PLAIN = h5p.create(h5p.DATASET_CREATE)
_PLAIN.set_obj_track_times(False)


@cache
def _type(dtype: np.dtype[Any]) -> h5t.TypeID:
    return h5t.py_create(dtype, logical=True)


_FEW_LABELS = 256
"""More labels than this are not written as CF flags: no other program would show them."""


# -- writing ---------------------------------------------------------------------------------


def write(record: Record, target: Path | BinaryIO) -> str:
    """Write a record to a new file, or to one that is open for writing; return its `content_sha256`."""
    with (
        DeferredErrorFile(target if isinstance(target, Path) else target.fileno()) as steady,
        h5py.File(steady, "w", libver=("earliest", "v110")) as file,
    ):
        root = h5g.open(file.id, b"/")
        digests: dict[tuple[str, str], str] = {}
        for dataset in record.datasets.values():
            group = _ordered_group(root, dataset.name)
            for name, digest in _write_dataset(group, dataset):
                digests[dataset.name, name] = digest
        content = content_sha256(record, digests)
        _write_texts(root, record)
        _set_attributes(root, _root_attributes(record, content))
    return content


def _root_attributes(record: Record, content: str) -> dict[str, str]:
    return {
        "format": FORMAT,
        "schema_version": echub_schemas.VERSION,
        "source_name": str(record.provenance.source.get("name", "")),
        "content_sha256": content,
        "datasets": to_json(list(record.datasets)),
    }


def _write_texts(root: h5g.GroupID, record: Record) -> None:
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
        _new_array(root, name, np.array(to_json(plain(value)), dtype=_TEXT))


def _entries(metadata: Metadata) -> list[list[Any]]:
    return [[e.path, e.value, e.unit, e.source] for e in metadata.entries]


def _ordered_group(root: h5g.GroupID, name: str) -> h5g.GroupID:
    """Create a group that lists its members in the order they were made."""
    plist = h5p.create(h5p.GROUP_CREATE)
    plist.set_link_creation_order(h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED)
    return h5g.create(root, name.encode(), gcpl=plist)


def _set_attributes(target: h5g.GroupID | h5d.DatasetID, attributes: Mapping[str, Any]) -> None:
    """Set the attributes of a new object: texts, or arrays of numbers."""
    for name, value in attributes.items():
        if isinstance(value, str):
            data, kind, space = _text(value), _TEXT_TYPE, _SCALAR
        else:
            data = np.asarray(value)
            kind, space = _type(data.dtype), h5s.create_simple(data.shape)
        h5a.create(target, name.encode(), kind, space).write(data)


# Bounded, and more than the units, quantities and headers of many formats.
@lru_cache(4096)
def _text(value: str) -> NDArray[Any]:
    """Return a text as HDF5 takes it; cached, because units, quantities and headers repeat from file to file."""
    return np.array(encodable(value.replace("\0", "\\0")), dtype=_TEXT)  # HDF5 ends a text at its first zero


def _write_dataset(group: h5g.GroupID, dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Write all columns of a dataset; return the digest of each."""
    described = describe_dataset(dataset) | {"columns": list(dataset.columns)}
    _set_attributes(group, {k: v if isinstance(v, str) else to_json(plain(v)) for k, v in described.items()})
    scales: dict[str, h5d.DatasetID] = {}
    columns = sorted(dataset.columns.values(), key=lambda c: c.axes != (c.name,))
    arrays = {column.name: _create(group, column) for column in columns}
    for column in columns:
        array = arrays[column.name]
        if column.axes == (column.name,):
            h5ds.set_scale(array, column.name.encode())
            scales[column.name] = array
        else:
            _attach(array, column, scales, group)
        _set_attributes(array, _attributes(column))
    yield from _fill(dataset, arrays)


def _is_chunked(column: Column) -> bool:
    return column.values.nbytes > _SMALL and column.values.ndim > 0


def _create(group: h5g.GroupID, column: Column) -> h5d.DatasetID:
    """Create the array of a column: small ones are written at once, the chunks of others later."""
    values = column.values
    if not _is_chunked(column):
        return _new_array(group, column.name, values)
    plist = _PLAIN.copy()
    plist.set_chunk(block_shape(values.shape))
    plist.set_shuffle()
    plist.set_deflate(filters.LEVEL)
    space = h5s.create_simple(values.shape)
    return h5d.create(group, column.name.encode(), _type(values.dtype.newbyteorder("<")), space, plist)


def _new_array(group: h5g.GroupID, name: str, values: NDArray[Any]) -> h5d.DatasetID:
    """Write an array plainly, little-endian."""
    little = np.asarray(values, values.dtype.newbyteorder("<"), order="C")
    space = h5s.create_simple(little.shape) if little.ndim else _SCALAR
    array = h5d.create(group, name.encode(), _type(little.dtype), space, _PLAIN)
    array.write(h5s.ALL, h5s.ALL, little)
    return array


def _attach(array: h5d.DatasetID, column: Column, scales: dict[str, h5d.DatasetID], group: h5g.GroupID) -> None:
    for number, (axis, length) in enumerate(zip(column.axes, column.values.shape, strict=True)):
        if axis not in scales:
            scales[axis] = _new_array(group, axis, np.arange(length))
            h5ds.set_scale(scales[axis], axis.encode())
        h5ds.attach_scale(array, scales[axis], number)


def _fill(dataset: Dataset, arrays: dict[str, h5d.DatasetID]) -> Iterator[tuple[str, str]]:
    """Write the chunks that the threads make, in order; return the digest of each column."""
    large = [column for column in dataset.columns.values() if _is_chunked(column)]
    pieces = ((column.name, *block) for column in large for block in blocks(column.values))
    sizes = {column.name: math.prod(block_shape(column.values.shape)) for column in large}
    digests: dict[str, list[bytes]] = {column.name: [] for column in large}

    def packed(piece: tuple[str, tuple[int, ...], NDArray[Any]]) -> tuple[str, tuple[int, ...], bytes, bytes]:
        name, first, block = piece
        return name, first, *filters.pack(block, sizes[name])

    for name, first, digest, chunk in filters.in_order(packed, pieces):
        arrays[name].write_direct_chunk(first, chunk)
        digests[name].append(digest)
    for name, column in dataset.columns.items():
        yield name, column_digest(column.values, digests.get(name))


def _attributes(column: Column) -> dict[str, Any]:
    """Return the attributes of a column: conventional ones for any program, one JSON text for echub."""
    described = describe_column(column)
    known = units.table().find(column.unit) if column.unit else None
    shown = {
        "units": known.in_file if known else None,  # a text outside the table would be misread: V/mA
        "printed_units": None if known else column.unit,
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
    if 0 < len(column.labels) <= _FEW_LABELS:
        attributes["flag_values"] = np.array(list(column.labels)).astype(column.values.dtype)
        attributes["flag_meanings"] = " ".join(map(_word, column.labels.values()))
    attributes["echub"] = to_json(plain({key: value for key, value in described.items() if _says(value)}))
    return attributes


def _says(value: Any) -> bool:  # noqa: ANN401
    """Return whether a value differs from its default; position 0 does."""
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
        "flag_meanings": " ".join(_word(f"{bits.name}:{word}") for bits, _, word in states),
    }


def _word(text: str) -> str:
    """Turn a text into one word, as CF lists of meanings require."""
    return "_".join(text.split()) or "_"


# -- reading ---------------------------------------------------------------------------------


_DAMAGE = (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError)
"""Exceptions that h5py, and decoding what it reads, raise for a damaged file."""


def _open(source: Source) -> h5py.File:
    return h5py.File(source.path if source.path is not None else io.BytesIO(source.read()), "r")


def read(what: Source | Path, *, values: bool = True) -> Record:
    """Read a native file back to the record that was written.

    Without `values`, no data is read: each column then holds zeros of its type and shape that take
    no memory. Raises `ReadError` for HDF5 not written by echub and for damage, `NewerSchema` for a
    newer major schema.
    """
    source = Source.of(what)
    path = source.shown
    try:
        with _open(source) as file:
            _require_ours(file, path)
            return _read(file, values)
    except PluginError as error:
        raise InconsistentFile(
            "the columns of the native file do not fit together",
            path=path,
            expected="columns of one length along each axis",
            found=f"{error.message}: {error.found}",
            cause="the file was changed by other software after it was written",
            hint="convert the source again with --force",
        ) from None
    except _DAMAGE as error:
        raise ReadError(
            "the native file is damaged",
            path=path,
            found=str(error).splitlines()[0] if str(error) else type(error).__name__,
            cause="it was truncated or changed after it was written",
            hint="convert the source again with --force",
        ) from None


def stated_content(source: Source) -> str:
    """Return the `content_sha256` that was written with a native file."""
    with _open(source) as file:
        return str(file.attrs.get("content_sha256", ""))


def _require_ours(file: h5py.File, path: str) -> None:
    if file.attrs.get("format") != FORMAT:
        raise ReadError(
            "this HDF5 file was not written by echub",
            path=path,
            expected=f"the attribute format = {FORMAT}",
            found=f"the attributes {', '.join(file.attrs) or 'none'}",
        )
    version = str(file.attrs["schema_version"])
    if int(version.split(".")[0]) > int(echub_schemas.VERSION.split(".")[0]):
        raise NewerSchema(
            f"the file has the schema {version}, newer than this echub reads",
            path=path,
            expected=f"{echub_schemas.VERSION.split('.')[0]}.x",
            found=version,
            hint="pip install --upgrade echub",
        )


def _read(file: h5py.File, values: bool) -> Record:
    texts = {name: json.loads(file[name][()]) for name in ("metadata", "settings", "provenance")}
    provenance = texts["provenance"]
    return Record(
        [_read_dataset(file[kind], values) for kind in json.loads(file.attrs["datasets"])],
        metadata=Metadata(Entry(*entry) for entry in texts["metadata"]["entries"]),
        settings=texts["settings"],
        notices=[Remark.from_dict(notice) for notice in provenance.pop("notices")],
        dropped=[Dropped(**dropped) for dropped in provenance.pop("dropped")],
        provenance=Provenance.from_dict(provenance),
    )


def _read_dataset(group: h5py.Group, values: bool) -> Dataset:
    columns = [_read_column(group[name], values) for name in json.loads(group.attrs["columns"])]
    return Dataset(
        str(group.attrs["kind"]),
        {column.name: column for column in columns},
        tuple(Omitted(*omitted) for omitted in json.loads(group.attrs["omitted"])),
        tuple(json.loads(group.attrs["history"])),
        json.loads(group.attrs["attrs"]),
        str(group.attrs.get("label", "")),
    )


def _read_column(array: h5py.Dataset, load: bool) -> Column:
    values = array[()] if load else np.broadcast_to(np.zeros((), array.dtype), array.shape)
    return restore_column(json.loads(array.attrs["echub"]), values)


read_native, write_native, native_content = read, write, stated_content
"""The names by which plugins import them from `echub.plugin`."""

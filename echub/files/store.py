"""The native file: a record as HDF5 that is also NetCDF-4, written; `stored` reads it back completely.

One group per dataset, a dimension scale per axis, units that pint and UDUNITS parse, and only
filters that every HDF5 build reads. Metadata, settings and provenance are one JSON text each.
Equal records give equal bytes for equal versions of echub and its compressor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np
from h5py import h5a, h5d, h5ds, h5f, h5fd, h5g, h5p, h5s, h5t
from numpy.typing import NDArray

import echub_schemas
from echub.files import filters
from echub.files.content import (
    BLAKE3,
    SCHEMES,
    block_shape,
    column_digest,
    content_hash,
    describe_column,
    describe_dataset,
    planes_at,
    starts,
)
from echub.files.layout import CONTENT_HASH, DESCRIBED, FORMAT, HASHES, OWN, PROVENANCE_HASH, text_hash
from echub.files.steady import DeferredErrorFile
from echub.files.stored_texts import TEXTS
from echub.model import units
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset
from echub.model.deferred import held
from echub.model.json_text import plain, to_json
from echub.model.metadata import Metadata
from echub.model.record import Record
from echub.model.workers import in_order
from echub.text import encodable

_SMALL = 8192
"""Columns of fewer bytes are one chunk with a checksum, not compressed: deflate takes more time than it saves."""
_IN_MEMORY = 1 << 20
"""Bytes of columns up to which a file is made in memory, and written at once."""

# h5py's own `attrs` and `create_dataset` take three times as long as the calls beneath them, and a
# small file consists of little else; what all calls share is therefore made once.
_TEXT = h5py.string_dtype()
_TEXT_TYPE = h5t.py_create(_TEXT, logical=True)
_TEXT_IN_MEMORY = h5t.py_create(_TEXT)  # Python's texts, not the pointers of C that the type in the file means
_SCALAR = h5s.create(h5s.SCALAR)
_PLAIN = h5p.create(h5p.DATASET_CREATE)
_PLAIN.set_obj_track_times(False)
_ACCESS = h5p.create(h5p.FILE_ACCESS)
_ACCESS.set_fclose_degree(h5f.CLOSE_STRONG)
_ACCESS.set_libver_bounds(h5f.LIBVER_V110, h5f.LIBVER_V110)
_ACCESS.set_cache(0, 1, 1 << 16, 0.75)  # one chunk is written at a time: HDF5 clears a table of 521 for each array
_NEW = h5p.create(h5p.FILE_CREATE)
_NEW.set_obj_track_times(False)


@lru_cache(64)
def _space(shape: tuple[int, ...]) -> h5s.SpaceID:
    return h5s.create_simple(shape)


@lru_cache(256)
def _type(dtype: np.dtype[Any]) -> h5t.TypeID:
    """Return the type of values, in memory as in the file: h5py would make it again at each call."""
    if dtype.kind != "S":
        return h5t.py_create(dtype, logical=True)
    text = h5t.C_S1.copy()
    text.set_size(dtype.itemsize)
    text.set_strpad(h5t.STR_NULLPAD)
    text.set_cset(h5t.CSET_UTF8)
    return text


_FEW_LABELS = 256
"""More labels than this are not written as CF flags: no other program would show them."""


def write(record: Record, target: Path | BinaryIO) -> str:
    """Write a record to a new file, or to one that is open for writing; return its content hash.

    Large columns are read, hashed and compressed block by block, in threads: none is held as a whole. A small
    file is made in memory, since HDF5 writes its hundred pieces one by one.
    """
    with DeferredErrorFile(target if isinstance(target, Path) else target.fileno()) as steady:
        if sum(held(c).nbytes for d in record.datasets.values() for c in d.columns.values()) > _IN_MEMORY:
            return _write(record, steady)
        made = BytesIO()
        content = _write(record, made)
        steady.seek(0)
        steady.write(made.getbuffer())
        steady.truncate()
    return content


def _write(record: Record, file: DeferredErrorFile | BytesIO) -> str:
    """Write a record to a file; return its content hash."""
    with _new_file(file) as root:
        _set_attributes(root, {name: _own_text(text) for name, text in _root_attributes(record).items()})
        digests: dict[tuple[str, str], str] = {}
        hashes: dict[str, str] = {}
        for dataset in record.datasets.values():
            own, hashes[dataset.name] = _write_dataset(_ordered_group(root, dataset.name), dataset)
            digests |= {(dataset.name, name): digest for name, digest in own.items()}
        texts = _texts(record)
        hashes |= _write_texts(root, texts)
        content = content_hash(record, digests=digests, settings=texts["settings"])
        stated = {CONTENT_HASH: content, PROVENANCE_HASH: hashes["provenance"], HASHES: to_json(hashes)}
        for name, text in stated.items():
            data = _own_text(text)
            h5a.open(root, name.encode()).write(data, _type(data.dtype))
    return content


@contextmanager
def _new_file(target: DeferredErrorFile | BytesIO) -> Iterator[h5g.GroupID]:
    """Create a file as `h5py.File` does, which takes twice as long; yield its root."""
    access = _ACCESS.copy()
    access.set_fileobj_driver(h5fd.fileobj_driver, target)
    file = h5f.create(repr(target).encode("ascii", "replace"), h5f.ACC_TRUNC, fapl=access, fcpl=_NEW)
    try:
        yield h5g.open(file, b"/")
    finally:
        file.close()


def _root_attributes(record: Record) -> dict[str, str]:
    """Return the attributes of the file, made before anything else: its head is recognised by their names.

    The hashes, of which only the length is known, are written when all else is.
    """
    return {
        "format": FORMAT,
        "schema_version": echub_schemas.VERSION,
        "source_name": str(record.provenance.source.get("name", "")),
        CONTENT_HASH: text_hash(""),
        PROVENANCE_HASH: text_hash(""),
        HASHES: to_json(dict.fromkeys((*record.datasets, *TEXTS), text_hash(""))),
        "datasets": to_json(list(record.datasets)),
    }


def _texts(record: Record) -> dict[str, str]:
    """Return metadata, settings and provenance as JSON."""
    texts = {
        "metadata": {"tree": record.metadata.tree(), "entries": _entries(record.metadata)},
        "settings": record.settings,
        "provenance": {
            **record.provenance.as_dict(),
            "notices": [notice.as_dict() for notice in record.notices],
            "dropped": [dropped.as_dict() for dropped in record.dropped],
        },
    }
    return {name: to_json(plain(value)) for name, value in texts.items()}


def _write_texts(root: h5g.GroupID, texts: Mapping[str, str]) -> dict[str, str]:
    """Write texts; return the hash of each."""
    written = {name: _own_text(text) for name, text in texts.items()}
    for name, text in written.items():
        _new_array(root, name, text)
    return {name: text_hash(text.tobytes()) for name, text in written.items()}


def _entries(metadata: Metadata) -> list[list[Any]]:
    return [[e.path, e.value, e.unit, e.source] for e in metadata.entries]


def _ordered_group(root: h5g.GroupID, name: str) -> h5g.GroupID:
    """Create a group that lists its members in the order they were made."""
    plist = h5p.create(h5p.GROUP_CREATE)
    plist.set_obj_track_times(False)
    plist.set_link_creation_order(h5p.CRT_ORDER_TRACKED | h5p.CRT_ORDER_INDEXED)
    return h5g.create(root, name.encode(), gcpl=plist)


def _set_attributes(target: h5g.GroupID | h5d.DatasetID, attributes: Mapping[str, Any]) -> None:
    """Set the attributes of a new object: texts, or arrays of numbers."""
    for name, value in attributes.items():
        if isinstance(value, str):
            h5a.create(target, name.encode(), _TEXT_TYPE, _SCALAR).write(_text(value), _TEXT_IN_MEMORY)
            continue
        data = np.asarray(value)
        kind, space = _type(data.dtype), _space(data.shape) if data.ndim else _SCALAR
        h5a.create(target, name.encode(), kind, space).write(data, kind)


def _own_text(text: str) -> NDArray[Any]:
    """Return a text that echub itself reads: of fixed length, in one piece where checksums of HDF5 cover it.

    Texts of variable length lie in a heap without one, and a flipped bit there can stall the HDF5 library.
    """
    octets = encodable(text.replace("\0", "\\0")).encode()
    return np.array(octets, f"S{max(1, len(octets))}")


# Bounded, and more than the units, quantities and headers of many formats.
@lru_cache(4096)
def _text(value: str) -> NDArray[Any]:
    """Return a text as HDF5 takes it; cached, because units, quantities and headers repeat from file to file."""
    return np.array(encodable(value.replace("\0", "\\0")), dtype=_TEXT)  # HDF5 ends a text at its first zero


def _write_dataset(group: h5g.GroupID, dataset: Dataset) -> tuple[dict[str, str], str]:
    """Write all columns of a dataset; return the digest of each, and the hash of the descriptions of all."""
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
    digests = dict(_fill(dataset, arrays))
    texts = {name: _described(dataset.columns[name], digest) for name, digest in digests.items()}
    for name, text in texts.items():
        _set_attributes(arrays[name], _attributes(dataset.columns[name], text))
    said = to_json(describe_dataset(dataset) | {"columns": list(dataset.columns)})
    whole = _own_text(f'{{"{DESCRIBED}":[{",".join(texts[name] for name in dataset.columns)}],{said[1:]}')
    _set_attributes(group, {OWN: whole})
    return digests, text_hash(whole.tobytes())


def _is_large(column: Column) -> bool:
    values = held(column)
    return values.nbytes > _SMALL and values.ndim > 0


def _create(group: h5g.GroupID, column: Column) -> h5d.DatasetID:
    """Create the array of a column: small ones are written at once, the chunks of others later."""
    if not _is_large(column):
        return _new_array(group, column.name, column.values, checked=True)
    plist = _PLAIN.copy()
    plist.set_chunk(block_shape(column.shape))
    plist.set_shuffle()
    plist.set_deflate(filters.LEVEL)
    space = _space(column.shape)
    return h5d.create(group, column.name.encode(), _type(column.dtype.newbyteorder("<")), space, plist)


def _new_array(group: h5g.GroupID, name: str, values: NDArray[Any], *, checked: bool = False) -> h5d.DatasetID:
    """Write an array plainly, little-endian; `checked`: as a chunk with a checksum.

    Compact storage would take 0.9 of the time, but R's ncdf4 does not open a file with it.
    """
    little = np.asarray(values, values.dtype.newbyteorder("<"), order="C")
    space = _space(little.shape) if little.ndim else _SCALAR
    plist = _one_chunk(little.shape) if checked and little.ndim and little.size else _PLAIN
    kind = _type(little.dtype)
    array = h5d.create(group, name.encode(), kind, space, plist)
    array.write(h5s.ALL, h5s.ALL, little, kind)
    return array


@lru_cache(64)
def _one_chunk(shape: tuple[int, ...]) -> h5p.PropDCID:
    """Return how a small array is written: as one chunk with a checksum."""
    plist = _PLAIN.copy()
    plist.set_chunk(shape)
    plist.set_fletcher32()
    return plist


def _attach(array: h5d.DatasetID, column: Column, scales: dict[str, h5d.DatasetID], group: h5g.GroupID) -> None:
    for number, (axis, length) in enumerate(zip(column.axes, column.shape, strict=True)):
        if axis not in scales:
            scales[axis] = _new_array(group, axis, np.arange(length))
            h5ds.set_scale(scales[axis], axis.encode())
        h5ds.attach_scale(array, scales[axis], number)


def _fill(dataset: Dataset, arrays: dict[str, h5d.DatasetID]) -> Iterator[tuple[str, str]]:
    """Write the chunks that the threads make, in order; return the digest of each column."""
    how, digests = SCHEMES[BLAKE3], dict[str, list[bytes]]()
    for packed in in_order(partial(_packed, dataset), _jobs(dataset)):
        for name, first, digest, chunk in packed:
            arrays[name].write_direct_chunk(first, chunk)
            digests.setdefault(name, []).append(digest)
    for name, column in dataset.columns.items():
        known = digests.get(name)
        whole = column_digest(column.values) if known is None else how.column(column.dtype, column.shape, known)
        yield name, whole


def _jobs(dataset: Dataset) -> Iterator[tuple[list[str], tuple[int, ...]]]:
    """Yield columns and the start of a block: columns of one shape together, since their source may be shared."""
    by_shape: dict[tuple[int, ...], list[str]] = {}
    for column in dataset.columns.values():
        if _is_large(column):
            by_shape.setdefault(column.shape, []).append(column.name)
    return ((names, first) for shape, names in by_shape.items() for first in starts(shape))


def _packed(
    dataset: Dataset, job: tuple[list[str], tuple[int, ...]]
) -> list[tuple[str, tuple[int, ...], bytes, bytes]]:
    """Return the digest and the chunk of one block of several columns."""
    names, first = job
    made = []
    for name in names:
        values = held(dataset.columns[name])
        planes = planes_at(values, first)
        chunk = filters.pack(planes, math.prod(block_shape(values.shape)))
        made.append((name, first, SCHEMES[BLAKE3].digest(planes), chunk))
    return made


def _described(column: Column, digest: str) -> str:
    """Return all that is known of a column, as JSON; parts that are as they are by default are left out."""
    known = {key: value for key, value in describe_column(column).items() if _says(value)}
    form = {"dtype": column.dtype.newbyteorder("<").str, "shape": list(column.shape), SCHEMES[BLAKE3].key: digest}
    return to_json({**known, **form})


def _attributes(column: Column, described: str) -> dict[str, Any]:
    """Return the attributes of a column: conventional ones for any program, one JSON text for all the rest."""
    known = units.table().find(column.unit) if column.unit else None
    shown = {
        "units": known.in_file if known else None,  # a text outside the table would be misread: V/mA
        "printed_units": None if known else column.unit,
        "long_name": (column.quantity or column.header).replace("_", " "),
    }
    attributes: dict[str, Any] = {key: value for key, value in shown.items() if value}
    if column.bits:
        attributes |= _flag_attributes(column.bits, column.dtype)
    if 0 < len(column.labels) <= _FEW_LABELS:
        attributes["flag_values"] = np.array(list(column.labels)).astype(column.dtype)
        attributes["flag_meanings"] = " ".join(map(_word, column.labels.values()))
    attributes[OWN] = _own_text(described)
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
        "flag_masks": np.array([bits.mask for bits, _, _ in states], np.uint64).astype(dtype),
        "flag_values": np.array([value << shifts[bits.name] for bits, value, _ in states], np.uint64).astype(
            dtype
        ),
        "flag_meanings": " ".join(_word(f"{bits.name}:{word}") for bits, _, word in states),
    }


def _word(text: str) -> str:
    """Turn a text into one word, as CF lists of meanings require."""
    return "_".join(text.split()) or "_"


write_native = write
"""The name by which plugins import it from `echub.plugin`."""

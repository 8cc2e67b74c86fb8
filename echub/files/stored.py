"""Native files read back: the whole record, its large columns when they are used.

Opening a file checks its texts against the hash that was written with it. Every chunk has a checksum, which
is checked when its values are read. Only data in the file itself count: what links to other files, or is
computed from them, is refused.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5d, h5l
from numpy.typing import NDArray

import echub_schemas
from echub.errors import ChangedContent, EchubError, InconsistentFile, NewerSchema, PluginError, ReadError
from echub.files import filters
from echub.files.content import BLAKE3, SCHEMES, content_hash
from echub.files.description import restore_column
from echub.files.layout import CONTENT_HASH, FORMAT, OLD_CONTENT_HASH, OWN, PROVENANCE_HASH, text_hash, text_of
from echub.files.texts import told
from echub.model.column import Column
from echub.model.dataset import Dataset, Omitted
from echub.model.deferred import STEP, Deferred, unread
from echub.model.json_text import to_json
from echub.model.metadata import Entry, Metadata
from echub.model.record import Provenance, Record
from echub.model.source import Source
from echub.model.workers import in_order
from echub.remark import Dropped, Remark

_DAMAGE = (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError)
"""Exceptions that h5py, and decoding what it reads, raise for a damaged file."""
_AT_ONCE = 1 << 16
"""Bytes of a column that are read when the file is opened: opening it again would take longer."""


def read(what: Source | Path, *, values: bool = True) -> Record:
    """Read a native file back to the record that was written; large columns are read when they are used.

    Without `values`, no data is read: each column then holds zeros of its type and shape that take
    no memory. Raises `ReadError` for HDF5 not written by echub and for damage, `ChangedContent` for texts
    that are not those that were written, `NewerSchema` for a newer major schema.
    """
    source = Source.of(what)
    with _damage_of(source), _open(source) as file:
        _require_ours(file, source.shown)
        return _OpenFile(source, file, values).record()


def stated_content(source: Source) -> str:
    """Return the content hash that was written with a native file: ``blake3:…``, or plain SHA-256 before 1.1."""
    with _open(source) as file:
        return text_of(file.attrs.get(CONTENT_HASH, file.attrs.get(OLD_CONTENT_HASH, "")))


def _open(source: Source) -> h5py.File:
    return h5py.File(source.path if source.path is not None else io.BytesIO(source.read()), "r")


@contextmanager
def _damage_of(source: Source, column: str = "") -> Iterator[None]:
    """Turn what a damaged file makes h5py raise into one error, with the column that is read."""
    try:
        yield
    except PluginError as error:
        raise InconsistentFile(
            "the columns of the native file do not fit together",
            path=source.shown,
            expected="columns of one length along each axis",
            found=f"{error.message}: {error.found}",
            cause="the file was changed by other software after it was written",
            hint="convert the source again with --force",
        ) from None
    except EchubError:
        raise
    except _DAMAGE as error:
        raise ReadError(
            f"the column {column} of the native file is damaged" if column else "the native file is damaged",
            path=source.shown,
            column=column or None,
            found=str(error).splitlines()[0] if str(error) else type(error).__name__,
            cause="it was truncated or changed after it was written",
            hint="convert the source again with --force",
        ) from None


def _require_ours(file: h5py.File, path: str) -> None:
    if text_of(file.attrs.get("format")) != FORMAT:
        raise ReadError(
            "this HDF5 file was not written by echub",
            path=path,
            expected=f"the attribute format = {FORMAT}",
            found=f"the attributes {', '.join(file.attrs) or 'none'}",
        )
    version = text_of(file.attrs["schema_version"])
    if int(version.split(".")[0]) > int(echub_schemas.VERSION.split(".")[0]):
        raise NewerSchema(
            f"the file has the schema {version}, newer than this echub reads",
            path=path,
            expected=f"{echub_schemas.VERSION.split('.')[0]}.x",
            found=version,
            hint="pip install --upgrade echub",
        )


def _local(group: h5py.Group, name: str) -> h5d.DatasetID | h5py.h5g.GroupID:
    """Open a member of a group whose data are in this file; `ValueError` for one that is elsewhere."""
    key = name.encode()
    if group.id.links.get_info(key).type != h5l.TYPE_HARD:
        raise ValueError(f"{name} is a link to another place")
    return h5py.h5o.open(group.id, key)


def _local_array(group: h5py.Group, name: str) -> h5py.Dataset:
    array = _local(group, name)
    if not isinstance(array, h5d.DatasetID):
        raise ValueError(f"{name} is not an array")
    plist = array.get_create_plist()
    if plist.get_layout() == h5d.VIRTUAL or plist.get_external_count():
        raise ValueError(f"the values of {name} are in another file")
    return h5py.Dataset(array)


class _OpenFile:
    """One native file that is open, and what its columns need when it is no longer."""

    def __init__(self, source: Source, file: h5py.File, values: bool) -> None:
        self.source, self.file, self.values = source, file, values
        self.digests: dict[tuple[str, str], str] = {}
        self.stated = text_of(file.attrs.get(CONTENT_HASH, ""))

    def record(self) -> Record:
        """Return the record, with its texts checked; files before schema 1.1 have no hash for that."""
        texts = {name: _local_array(self.file, name)[()] for name in ("metadata", "settings", "provenance")}
        said = {name: told(name, text, self.source.shown) for name, text in texts.items()}
        provenance = said["provenance"]
        record = Record(
            [self._dataset(name) for name in told("datasets", self.file.attrs["datasets"], self.source.shown)],
            metadata=Metadata(Entry(*entry) for entry in said["metadata"]["entries"]),
            settings=said["settings"],
            notices=[Remark.from_dict(notice) for notice in provenance.pop("notices")],
            dropped=[Dropped(**dropped) for dropped in provenance.pop("dropped")],
            provenance=Provenance.from_dict(provenance),
        )
        if self.stated:
            self._require_unchanged(record, texts["provenance"].decode())
        return record

    def _require_unchanged(self, record: Record, provenance: str) -> None:
        content = content_hash(record, digests=self.digests)
        stated = text_of(self.file.attrs[PROVENANCE_HASH])
        for what, found, expected in (
            ("metadata, settings or descriptions of columns", content, self.stated),
            ("provenance", text_hash(provenance), stated),
        ):
            if found != expected:
                raise ChangedContent(
                    f"the {what} are not those that were written",
                    path=self.source.shown,
                    expected=expected,
                    found=found,
                    cause="the file was damaged, or changed by other software after it was written",
                    hint="convert the source again with --force; --set and sidecars add metadata",
                )

    def _dataset(self, name: str) -> Dataset:
        group = h5py.Group(_local(self.file, name))
        text = group.attrs[OWN] if OWN in group.attrs else _described_by_attributes(group)
        said = told("dataset", text, self.source.shown, name)
        columns = [self._column(name, group, column) for column in said["columns"]]
        return Dataset(
            said["kind"],
            {column.name: column for column in columns},
            tuple(Omitted(*omitted) for omitted in said["omitted"]),
            tuple(said["history"]),
            said["attrs"],
            said.get("label", ""),
        )

    def _column(self, dataset: str, group: h5py.Group, name: str) -> Column:
        with _damage_of(self.source, name):
            array = _local_array(group, name)
            said = told("column", array.attrs[OWN], self.source.shown, name)
            self.digests[dataset, name] = said.get(SCHEMES[BLAKE3].key, "")
            if not self.values:
                return restore_column(said, np.broadcast_to(np.zeros((), array.dtype), array.shape))
            if array.ndim != 1 or array.nbytes <= _AT_ONCE:
                return restore_column(said, array[()])
            place = _StoredColumn(self.source, dataset, name)
            values = Deferred(array.dtype, array.shape, place.part, place.whole, stream=place.stream)
            return restore_column(said, unread(values))


def _described_by_attributes(group: h5py.Group) -> str:
    """Return the description of a dataset as one text; schema 1.0 wrote an attribute for each part."""
    parts = {name: group.attrs[name] for name in ("columns", "omitted", "history", "attrs")}
    parts |= {name: to_json(str(group.attrs.get(name, ""))) for name in ("kind", "label")}
    return "{" + ",".join(f'"{name}":{text}' for name, text in parts.items()) + "}"


# -- columns that are read later --------------------------------------------------------------------


@dataclass(frozen=True)
class _StoredColumn:
    """A column of one axis in a file that is opened again for each part of it."""

    source: Source
    dataset: str
    column: str

    def part(self, first: int, last: int) -> NDArray[Any]:
        """Read rows first to last."""
        with self._array() as array:
            if first % STEP or array.chunks != (STEP,) or not _is_ours(array):
                return np.asarray(array[first:last])
            found = [_values(array, start, min(STEP, last - start)) for start in range(first, last, STEP)]
            return found[0] if len(found) == 1 else np.concatenate(found)

    def whole(self) -> NDArray[Any]:
        """Read all values, inflated in threads."""
        with self._array() as array:
            if not _is_ours(array):
                return np.asarray(array[()])
            values = np.empty(array.shape, array.dtype)
            for first, part in _inflated(array):
                values[first : first + len(part)] = part
            return values

    def stream(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield all rows in order, without keeping them; the file stays open meanwhile."""
        with self._array() as array:
            if _is_ours(array) and array.chunks == (STEP,):
                yield from _inflated(array)
            else:
                yield from ((first, array[first : first + STEP]) for first in range(0, len(array), STEP))

    @contextmanager
    def _array(self) -> Iterator[h5py.Dataset]:
        with _damage_of(self.source, self.column), _open(self.source) as file:
            self.source.require_unchanged()
            yield _local_array(h5py.Group(_local(file, self.dataset)), self.column)


def _is_ours(array: h5py.Dataset) -> bool:
    """Return whether the chunks are as echub writes them; other software may have packed the file again."""
    found = array.chunks is not None and array.shuffle and array.compression == "gzip" and not array.fletcher32
    return found and array.dtype.byteorder in "<|="


def _inflated(array: h5py.Dataset) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield the rows chunk by chunk: read one after the other, inflated in threads."""
    (size,), rows, dtype = array.chunks, len(array), array.dtype
    chunks = ((first, _chunk(array, first)) for first in range(0, rows, size))
    return in_order(
        lambda chunk: (chunk[0], filters.unpack(chunk[1], dtype, size)[: rows - chunk[0]]),
        chunks,
    )


def _chunk(array: h5py.Dataset, first: int) -> bytes:
    mask, chunk = array.id.read_direct_chunk((first,))
    if mask:
        raise ValueError("a chunk without its filters")
    return bytes(chunk)


def _values(array: h5py.Dataset, first: int, count: int) -> NDArray[Any]:
    return filters.unpack(_chunk(array, first), array.dtype, array.chunks[0])[:count]

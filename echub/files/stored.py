"""Native files read back: what is used is read, and what is read is checked.

Opening a file looks at nothing but its schema. The texts beside the data, and the descriptions of the columns of
a dataset, are read when they are used, and checked against the hash that was written with them. Every chunk has
a checksum, which is checked when its values are read. Only data in the file itself count: what links to other
files, or is computed from them, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np

import echub_schemas
from echub.errors import NewerSchema, ReadError
from echub.files.damage import damage_of, require_same
from echub.files.description import TOLD, restore_column
from echub.files.hdf5 import (
    OpenFile,
    Place,
    attribute_names,
    has_text,
    local_group,
    text_array,
    text_attribute,
)
from echub.files.layout import CONTENT_HASH, DESCRIBED, FORMAT, HASHES, OLD_CONTENT_HASH, OWN, text_hash
from echub.files.stored_column import StoredColumn
from echub.files.stored_later import Descriptions, counted, is_later, notice, unknown
from echub.files.stored_old import OldContents
from echub.files.stored_texts import TEXTS, dataset_of, texts_of
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.deferred import unread
from echub.model.json_text import to_json
from echub.model.later import LaterColumns, LaterRecord, Outline, require_whole
from echub.model.record import Record
from echub.model.source import Source
from echub.remark import Remark
from echub.structured import pieces_of


def read(what: Source | Path, *, values: bool = True) -> Record:
    """Read a native file back to the record that was written, and check all of it but the values.

    Columns are read when they are used. Without `values`, no data is read: each column then holds zeros of its
    type and shape that take no memory. Raises `ReadError` for HDF5 not written by echub and for damage,
    `ChangedContent` for texts that are not those that were written, `NewerSchema` for a newer major schema.
    """
    record = read_later(Source.of(what), values=values)
    require_whole(record)
    return record


def read_later(source: Source, *, values: bool = True) -> Record:
    """Open a native file; its texts, descriptions and columns are read, and checked, when they are used.

    Without `values`, all is checked at once: no column will be read that could be found to be another one.
    Raises what `read` raises, now or when the record is used.
    """
    file = OpenFile(source)
    with damage_of(source), file.opened() as root:
        version = _version(root, source.shown)
        current = has_text(root, HASHES)
        later = version if is_later(version) else ""
    contents: _Contents = _Current(file, values, later) if current else OldContents(file, values)
    record = LaterRecord(contents.datasets, contents.texts, contents.check, contents.said)
    if not values:
        require_whole(record)
    return record


def stated_content(source: Source) -> str:
    """Return the content hash that was written with a native file: ``blake3:…``, or plain SHA-256 before 1.1."""
    with OpenFile(source).opened() as root:
        names = (name for name in (CONTENT_HASH, OLD_CONTENT_HASH) if has_text(root, name))
        return next((text_attribute(root, name).decode() for name in names), "")


def _version(root: Place, path: str) -> str:
    """Return the version of the schema; raise for what echub did not write, and for a later major one."""
    if not has_text(root, "format") or text_attribute(root, "format") != FORMAT.encode():
        raise ReadError(
            "this HDF5 file was not written by echub",
            path=path,
            expected=f"the attribute format = {FORMAT}",
            found=f"the attributes {', '.join(attribute_names(root)) or 'none'}",
        )
    version = text_attribute(root, "schema_version").decode()
    if int(version.split(".")[0]) > int(echub_schemas.VERSION.split(".")[0]):
        raise NewerSchema(
            f"the file has the schema {version}, newer than this echub reads",
            path=path,
            expected=f"{echub_schemas.VERSION.split('.')[0]}.x",
            found=version,
            hint="pip install --upgrade echub",
        )
    return version


class _Contents(Protocol):
    """What a file holds, in whichever version of the schema."""

    def datasets(self) -> Mapping[str, Dataset]:
        """Return the datasets, whose columns are read when they are used."""

    def texts(self) -> Mapping[str, Any]:
        """Return metadata, settings, notices, dropped and provenance."""

    def check(self) -> None:
        """Raise what is wrong with parts that nothing above looks at."""

    def said(self) -> Descriptions:
        """Return the descriptions of a later version as they stand in the file."""


class _Current:
    """A file of schema 1.2 or later, where every text has a hash of its own."""

    def __init__(self, file: OpenFile, values: bool, later: str = "") -> None:
        self._file, self._values, self._later = file, values, later
        self._described: dict[str, dict[str, Mapping[str, Any]]] = {}
        self._written: dict[str, dict[str, bytes]] = {}

    def datasets(self) -> dict[str, Dataset]:
        return self._datasets

    @cached_property
    def _datasets(self) -> dict[str, Dataset]:
        with damage_of(self._file.source), self._file.opened() as root:
            names = self._file.told("datasets", text_attribute(root, "datasets"))
            return {name: self._dataset(root, name) for name in names}

    def texts(self) -> dict[str, Any]:
        with damage_of(self._file.source), self._file.opened() as root:
            texts = {name: self._checked(name, text_array(root, name), name) for name in TEXTS}
            found = texts_of({name: self._file.told(name, text) for name, text in texts.items()})
            if self._later:
                found["notices"] += self._not_read(texts)
            return found

    def check(self) -> None:
        """Check that every column is there, and that what it says of itself is what its dataset says of it."""
        with damage_of(self._file.source), self._file.opened() as root:
            for name in self._datasets:
                for column in self._described[name]:
                    with damage_of(self._file.source, column):
                        self._check_column(root, name, column)

    @cached_property
    def _hashes(self) -> Mapping[str, str]:
        with self._file.opened() as root:
            found: dict[str, str] = self._file.told("hashes", text_attribute(root, HASHES))
            return found

    def _checked(self, name: str, text: bytes, what: str) -> bytes:
        require_same(what, text_hash(text), self._hashes[name], self._file.source)
        return text

    def _dataset(self, root: Place, name: str) -> Dataset:
        text = text_attribute(local_group(root, name), OWN)
        text = self._checked(name, text, f"descriptions of the columns of {name}")
        said = self._file.told("dataset", text, name)
        described = self._described[name] = {one["name"]: one for one in said[DESCRIBED]}
        if list(described) != said["columns"]:
            raise ValueError(f"{name} describes other columns than it has")
        self._written[name] = dict(zip(described, pieces_of(text, DESCRIBED), strict=False))
        outlines = {key: Outline(key, tuple(one.get("axes", ())), _shape(one)) for key, one in described.items()}
        return dataset_of(said, LaterColumns(outlines, partial(self._column, name)))

    def _column(self, dataset: str, name: str) -> Column:
        with damage_of(self._file.source, name):
            said = self._described[dataset][name]
            dtype, shape = np.dtype(said["dtype"]), _shape(said)
            if not self._values:
                return restore_column(said, np.broadcast_to(np.zeros((), dtype), shape))
            stored = StoredColumn(self._file, dataset, name, dtype, shape)
            return restore_column(said, unread(stored.deferred()))

    # -- of a later version ------------------------------------------------------------------

    def said(self) -> Descriptions:
        """Return nothing for a version that is known here: every key is in the record."""
        return {place: counted(one) for place, one in self._trees.items()} if self._later else {}

    @cached_property
    def _trees(self) -> Descriptions:
        """Return the descriptions of datasets and columns with all of their keys."""
        found: dict[tuple[str, str], Mapping[str, Any]] = {}
        with damage_of(self._file.source), self._file.opened() as root:
            for name in self._file.told("datasets", text_attribute(root, "datasets")):
                tree = self._file.told("whole text", text_attribute(local_group(root, name), OWN))
                found |= {(name, ""): tree} | {(name, one["name"]): one for one in tree[DESCRIBED]}
        return found

    def _not_read(self, texts: Mapping[str, bytes]) -> list[Remark]:
        """Return a notice if the file has keys that are not known here."""
        names = [
            key
            for (dataset, column), tree in self._trees.items()
            for key in unknown("column" if column else "dataset", tree, column or dataset)
        ]
        for what in ("metadata", "provenance"):
            names += unknown(what, self._file.told("whole text", texts[what]))
        return [notice(self._later, names)] if names else []

    def _check_column(self, root: Place, dataset: str, name: str) -> None:
        described = self._described[dataset][name]
        array = self._file.array(root, dataset, name, np.dtype(described["dtype"]), _shape(described))
        text = text_attribute(array, OWN)
        if text == self._written[dataset].get(name):
            return  # as echub writes it; other software may have written the same in another way
        if self._later:
            keys, described = set(self._trees[dataset, name]), self._trees[dataset, name]
            own = self._file.told("whole text", text)
        else:
            keys, own = TOLD, self._file.told("column", text, name)
        found, stated = (
            text_hash(to_json({key: one.get(key) for key in sorted(keys)})) for one in (own, described)
        )
        require_same("descriptions of columns", found, stated, self._file.source, name)


def _shape(described: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(described.get("shape", ()))


read_native, native_content = read_later, stated_content
"""The names by which plugins import them from `echub.plugin`."""

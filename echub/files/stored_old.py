"""Native files of schema 1.0 and 1.1: each column describes itself, and one hash is for all texts together.

What is said about one column can therefore be checked only with all that is said in the file.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from echub.files.content import BLAKE3, SCHEMES, content_hash
from echub.files.damage import damage_of, require_same
from echub.files.description import restore_column
from echub.files.hdf5 import (
    OpenFile,
    Place,
    Stored,
    has_text,
    local_array,
    local_group,
    text_array,
    text_attribute,
)
from echub.files.layout import CONTENT_HASH, OWN, PROVENANCE_HASH, text_hash
from echub.files.stored_column import StoredColumn
from echub.files.stored_later import Descriptions
from echub.files.stored_texts import TEXTS, dataset_of, texts_of
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.deferred import unread
from echub.model.json_text import to_json
from echub.model.record import Record


class OldContents:
    """What such a file holds; all texts are read, and checked, when the first part is used."""

    def __init__(self, file: OpenFile, values: bool) -> None:
        self._file, self._values = file, values
        self._digests: dict[tuple[str, str], str] = {}

    def datasets(self) -> dict[str, Dataset]:
        """Return the datasets, whose columns are read when they are used."""
        return self._record.datasets

    def texts(self) -> dict[str, Any]:
        """Return metadata, settings, notices, dropped and provenance."""
        return {
            name: getattr(self._record, name)
            for name in ("metadata", "settings", "notices", "dropped", "provenance")
        }

    def check(self) -> None:
        """Do nothing: using any part has checked all."""

    def said(self) -> Descriptions:
        """Return nothing: no later version is like these."""
        return {}

    @cached_property
    def _record(self) -> Record:
        with damage_of(self._file.source), self._file.opened() as root:
            texts = {name: text_array(root, name) for name in TEXTS}
            said = {name: self._file.told(name, text) for name, text in texts.items()}
            names = self._file.told("datasets", text_attribute(root, "datasets"))
            record = Record([self._dataset(root, name) for name in names], **texts_of(said))
            if has_text(root, CONTENT_HASH):  # schema 1.0 has none for this
                self._require_unchanged(root, record, texts["provenance"])
            return record

    def _require_unchanged(self, root: Place, record: Record, provenance: bytes) -> None:
        stated = {name: text_attribute(root, name).decode() for name in (CONTENT_HASH, PROVENANCE_HASH)}
        content, source = content_hash(record, digests=self._digests), self._file.source
        require_same("metadata, settings or descriptions of columns", content, stated[CONTENT_HASH], source)
        require_same("provenance", text_hash(provenance), stated[PROVENANCE_HASH], source)

    def _dataset(self, root: Place, name: str) -> Dataset:
        group = local_group(root, name)
        text = text_attribute(group, OWN) if has_text(group, OWN) else _described_by_attributes(group)
        said = self._file.told("dataset", text, name)
        columns = [self._column(name, group, column) for column in said["columns"]]
        return dataset_of(said, {column.name: column for column in columns})

    def _column(self, dataset: str, group: Place, name: str) -> Column:
        with damage_of(self._file.source, name):
            array = local_array(group, name)
            said = self._file.told("column", text_attribute(array, OWN), name)
            self._digests[dataset, name] = said.get(SCHEMES[BLAKE3].key, "")
            if not self._values:
                return restore_column(said, np.broadcast_to(np.zeros((), array.dtype), array.shape))
            return restore_column(said, unread(self._stored(dataset, name, array).deferred()))

    def _stored(self, dataset: str, name: str, array: Stored) -> StoredColumn:
        return StoredColumn(self._file, dataset, name, array.dtype, array.shape)


def _described_by_attributes(group: Place) -> bytes:
    """Return the description of a dataset as one text; schema 1.0 wrote an attribute for each part."""
    parts = {name: text_attribute(group, name) for name in ("columns", "omitted", "history", "attrs")}
    label = text_attribute(group, "label") if has_text(group, "label") else b""
    plain = {"kind": text_attribute(group, "kind"), "label": label}
    parts |= {name: to_json(text.decode()).encode() for name, text in plain.items()}
    return b"{%s}" % b",".join(b'"%s":%s' % (name.encode(), text) for name, text in parts.items())

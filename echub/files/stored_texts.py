"""The texts of a native file, of every version of its schema, as parts of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from echub.model.column import Column
from echub.model.dataset import Dataset, Omitted
from echub.model.metadata import Entry, Metadata
from echub.model.record import Provenance
from echub.remark import Dropped, Remark

TEXTS = ("metadata", "settings", "provenance")
"""The arrays that hold one text each."""


def texts_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a record that its three texts say."""
    provenance = said["provenance"]
    return {
        "metadata": Metadata(Entry(*entry) for entry in said["metadata"]["entries"]),
        "settings": said["settings"],
        "notices": [Remark.from_dict(notice) for notice in provenance.pop("notices")],
        "dropped": [Dropped(**dropped) for dropped in provenance.pop("dropped")],
        "provenance": Provenance.from_dict(provenance),
    }


def dataset_of(said: Mapping[str, Any], columns: Mapping[str, Column]) -> Dataset:
    """Return a dataset from its description and its columns."""
    return Dataset(
        said["kind"],
        columns,
        tuple(Omitted(*omitted) for omitted in said["omitted"]),
        tuple(said["history"]),
        said["attrs"],
        said.get("label", ""),
    )

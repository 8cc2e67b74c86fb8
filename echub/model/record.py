"""A record: the content of one source, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import PluginError, UnknownColumn
from echub.model.channels import source_pieces
from echub.model.dataset import Dataset
from echub.model.json_text import plain
from echub.model.metadata import Metadata
from echub.remark import Dropped, Remark
from echub.text import nearest, rows_by_columns, several


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a record comes from and how it was processed.

    `source`: name, size, sha256; `reader`: name, version, distribution, options; `software`:
    versions of echub and its schema; `siblings`: further files that were read; `operations`:
    what was done later, in order.
    """

    source: Mapping[str, Any] = field(default_factory=dict)
    reader: Mapping[str, Any] = field(default_factory=dict)
    software: Mapping[str, str] = field(default_factory=dict)
    siblings: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain JSON types."""
        return {
            "source": dict(self.source),
            "reader": dict(self.reader),
            "software": dict(self.software),
            "siblings": list(self.siblings),
            "operations": list(self.operations),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Provenance:
        """Read the result of `as_dict`."""
        return cls(
            data.get("source", {}),
            data.get("reader", {}),
            data.get("software", {}),
            tuple(data.get("siblings", ())),
            tuple(data.get("operations", ())),
        )


class Record:
    """Datasets with their metadata, verbatim vendor settings, provenance and warnings.

    ``record["timeseries"]`` is a dataset. `settings` holds the source's parameters in its own words,
    as plain JSON types. `notices` are warnings, `dropped` what could not be kept.
    """

    def __init__(
        self,
        datasets: Iterable[Dataset],
        *,
        metadata: Metadata | None = None,
        settings: Mapping[str, Any] | None = None,
        notices: Iterable[Remark] = (),
        dropped: Iterable[Dropped] = (),
        provenance: Provenance | None = None,
    ) -> None:
        self.datasets: dict[str, Dataset] = {}
        for dataset in datasets:
            if self.datasets.setdefault(dataset.name, dataset) is not dataset:
                raise PluginError(f"a record has two {dataset.name} datasets")
        self.metadata = metadata if metadata is not None else Metadata()
        self.settings: dict[str, Any] = plain(settings or {})
        self.notices = list(notices)
        self.dropped = list(dropped)
        self.provenance = provenance if provenance is not None else Provenance()

    def __getitem__(self, kind: str) -> Dataset:
        """Return a dataset; `UnknownColumn` lists those that are there."""
        if kind in self.datasets:
            return self.datasets[kind]
        raise UnknownColumn(
            f"the record has no {kind} dataset",
            found=", ".join(self.datasets) or "no dataset",
            hint=nearest(str(kind), self.datasets),
        )

    def __contains__(self, kind: object) -> bool:
        return kind in self.datasets

    def _ipython_key_completions_(self) -> list[str]:
        """Return what a notebook completes after ``record["``."""
        return list(self.datasets)

    def __iter__(self) -> Iterator[str]:
        return iter(self.datasets)

    def __bool__(self) -> bool:
        """Return True: a record without datasets is there all the same, with its metadata and notices."""
        return True

    def __len__(self) -> int:
        return len(self.datasets)

    def __repr__(self) -> str:
        name = self.provenance.source.get("name", "record")
        parts = ", ".join(f"{d.name} ({rows_by_columns(d.rows, len(d.columns))})" for d in self.datasets.values())
        return f"<Record {name}: {parts or 'no data'}>"

    def remarks(self) -> list[tuple[str, str]]:
        """Return code and text of each warning, then of what was left out, for tables."""
        said = [(notice.code, notice.text) for notice in self.notices]
        return said + [("dropped", f"{dropped.what}: {dropped.why}") for dropped in self.dropped]

    def _repr_html_(self) -> str:
        """Return what a notebook shows: what `echub info` prints, folded."""
        from echub.model.notebook import folded, heading, table

        source = self.provenance.source.get("name", "record")
        technique = self.metadata.value("technique.title") or self.metadata.value("technique.name") or ""
        remarks = self.remarks()
        parts = [heading(str(source), str(technique))]
        for number, dataset in enumerate(self.datasets.values()):
            parts.append(folded(repr(dataset)[1:-1], dataset._repr_html_(), is_open=number == 0))
        if remarks:
            parts.append(folded(several(len(remarks), "warning"), table(("code", ""), remarks), is_open=True))
        parts.append(
            folded(
                f"metadata: {several(len({entry.path for entry in self.metadata}), 'value')}",
                self.metadata._repr_html_(),
            )
        )
        return "".join(parts)

    def source_table(self) -> dict[tuple[int, str], NDArray[Any]]:
        """Rebuild the source's table: its columns by (position, header), its rows in their order.

        Signs and scales are undone and types restored. In a joined record, each part has a table of
        its own; the name of the part then precedes the header.
        """
        pieces: dict[tuple[int, str], list[tuple[NDArray[Any], NDArray[Any]]]] = {}
        for dataset in self.datasets.values():
            if "row" not in dataset.columns:
                continue
            row = dataset["row"]
            part = f"{dataset.attrs['part']}: " if dataset.label else ""
            for column in dataset.columns.values():
                if column.index is not None:
                    pieces.setdefault((column.index, part + column.header), []).append(
                        (row, column.source_values())
                    )
            for key, piece in source_pieces(dataset):
                pieces.setdefault(key, []).append(piece)
            for omitted in dataset.omitted:
                pieces.setdefault((omitted.index, part + omitted.header), []).append(
                    (row, omitted.values(len(row)))
                )
        return {key: _interleave(parts) for key, parts in sorted(pieces.items(), key=lambda item: item[0])}

    def same_as(self, other: Record) -> bool:
        """Compare everything; NaN equals NaN."""
        return (
            list(self.datasets) == list(other.datasets)
            and self.metadata == other.metadata
            and self.settings == other.settings
            and self.notices == other.notices
            and self.dropped == other.dropped
            and self.provenance.as_dict() == other.provenance.as_dict()
            and all(d.same_as(other.datasets[kind]) for kind, d in self.datasets.items())
        )


def _interleave(parts: list[tuple[NDArray[Any], NDArray[Any]]]) -> NDArray[Any]:
    rows = np.concatenate([row for row, _ in parts])
    values = np.concatenate([values for _, values in parts])
    return values[np.argsort(rows, kind="stable")]

"""Rows of a table of samples as outcomes: one per value, the replicates of a value as its uncertainty.

Replicates of one sample are not independent cells: what is compared between samples are their means.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from echub.analysis.area import with_basis
from echub.analysis.outcome import Condition, Measurand, Outcome
from echub.analysis.stating import state
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Record
from echub.model.samples import TABLE, Replicates, groups, is_path, mean_of, parts, short_name
from echub.model.units import parse_unit


def outcomes_of(record: Record) -> list[Outcome]:
    """Return one outcome per value of a table of samples, labelled by the sample and what describes it."""
    dataset = record[TABLE]
    source = record.provenance.source
    name = str(source.get("name", "table"))
    return [_outcome(dataset, group, name, str(source.get("sha256", ""))) for group in groups(dataset)]


def _outcome(dataset: Dataset, group: Replicates, name: str, sha256: str) -> Outcome:
    described, measured = parts(dataset)
    metadata, conditions, shown = Metadata(), {}, [group.sample]
    row = int(group.rows[0])
    state(metadata, "sample.id", group.sample, "", f"{name} row {row + 1}")
    for column, value in zip((dataset.columns[n] for n in described), group.described, strict=True):
        path = column.header.partition("/")[0].strip()
        if is_path(column.header):
            state(metadata, path, str(value), column.unit or "", f"{name} row {row + 1}")
        else:
            conditions[short_name(column)] = Condition(_scalar(value), _unit(column) if not column.labels else "")
            shown.append(f"{value:g} {column.unit or ''}".strip() if not column.labels else str(value))
    values = {short_name(dataset.columns[n]): _measurand(dataset, n, group) for n in measured}
    entries = {e.path: {"value": e.value, "unit": e.unit, "source": e.source} for e in metadata}
    provenance: dict[str, Any] = {"inputs": [{"name": name, "sha256": sha256, "row": row + 1}]}
    label = f"{name} {' '.join(shown)}"
    return with_basis(Outcome(values, conditions=conditions, metadata=entries, provenance=provenance, label=label))


def _measurand(dataset: Dataset, name: str, group: Replicates) -> Measurand:
    column = dataset.columns[name]
    mean, u, n = mean_of(dataset[name][group.rows])
    note = "mean of the replicates" if n > 1 else "" if n else "no value"
    return Measurand(_unit(column), mean if n else None, u, n=n, quantity=column.quantity or "", note=note)


def _unit(column: Column) -> str:
    return str(parse_unit(column.unit or "1"))


def _scalar(value: Any) -> float | int | str:  # noqa: ANN401
    return value.item() if isinstance(value, np.generic) else value  # type: ignore[no-any-return]

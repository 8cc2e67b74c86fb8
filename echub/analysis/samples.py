"""Rows of a table of samples as outcomes: one per value, the replicates of a value as its uncertainty.

Replicates of one sample are not independent cells: what is compared between samples are their means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from echub.analysis.area import with_basis
from echub.analysis.outcome import Component, Condition, Measurand, Outcome
from echub.analysis.stating import state
from echub.drawing import unit_text
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Record
from echub.model.replicates import Mean, Readings, mean_of_readings
from echub.model.samples import (
    TABLE,
    TEMPERATURE,
    Replicates,
    groups,
    is_path,
    parts,
    readings,
    short_name,
    unit_of,
)
from echub.model.units import is_made_of_units, is_unit, parse_unit
from echub.remark import Flag


def outcomes_of(record: Record) -> list[Outcome]:
    """Return one outcome per value of a table of samples, labelled by the sample and what describes it.

    What the reader notices of the table holds for each of them.
    """
    dataset = record[TABLE]
    source = record.provenance.source
    name = str(source.get("name", "table"))
    read = {column: readings(dataset, column) for column in parts(dataset)[1]}
    noticed = tuple(notice for notice in record.notices if notice.severity in ("warning", "error"))
    made = [_outcome(dataset, read, g, name, str(source.get("sha256", "")), noticed) for g in groups(dataset)]
    return _told_apart(made)


def _told_apart(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return outcomes of which each has a label of its own: with its temperature, else with its row."""
    for more in (_celsius, _row):
        counts = Counter(one.label for one in outcomes)
        outcomes = [one.replace(label=one.label + more(one)) if counts[one.label] > 1 else one for one in outcomes]
    return list(outcomes)


def _celsius(outcome: Outcome) -> str:
    celsius = outcome.meta("cell.temperature")
    return "" if celsius is None else f" {celsius:.6g} °C"


def _row(outcome: Outcome) -> str:
    return f" row {outcome.provenance['inputs'][0]['row']}"


def _outcome(
    dataset: Dataset,
    read: Mapping[str, Readings],
    group: Replicates,
    name: str,
    sha256: str,
    noticed: tuple[Flag, ...],
) -> Outcome:
    described, _ = parts(dataset)
    metadata, conditions, shown = Metadata(), {}, [group.sample]
    row = int(group.rows[0])
    state(metadata, "sample.id", group.sample, "", f"{name} row {row + 1}")
    for column, value in zip((dataset.columns[n] for n in described), group.described, strict=True):
        path = column.header.partition("/")[0].strip()
        if value == "" or value != value:  # an empty cell states nothing
            continue
        if is_path(column.header):
            state(metadata, path, str(value), column.unit or "", f"{name} row {row + 1}")
        elif column.quantity == TEMPERATURE:
            state(metadata, "cell.temperature", str(value), column.unit or "", f"{name} row {row + 1}")
        else:
            conditions[short_name(column)] = Condition(_scalar(value), _unit(column) if not column.labels else "")
            shown.append(f"{value:g} {unit_text(column.unit or '1')}".strip() if not column.labels else str(value))
    means = {column: mean_of_readings(read[column], group.rows) for column in read}
    values = {
        short_name(dataset.columns[n]): measurand_of(
            _unit(dataset.columns[n]), mean, dataset.columns[n].quantity or ""
        )
        for n, mean in means.items()
    }
    entries = {e.path: {"value": e.value, "unit": e.unit, "source": e.source} for e in metadata}
    provenance: dict[str, Any] = {"inputs": [{"name": name, "sha256": sha256, "row": row + 1}]}
    label = f"{name} {' '.join(shown)}"
    scattering = [short_name(dataset.columns[n]) for n, mean in means.items() if mean.scatters]
    flags = (*noticed, *_scatter_flags(scattering, label))
    return with_basis(
        Outcome(values, flags, conditions=conditions, metadata=entries, provenance=provenance, label=label)
    )


def _scatter_flags(names: Sequence[str], label: str) -> list[Flag]:
    """Tell replicates that scatter by more than they state: their mean is as certain as they scatter."""
    if not names:
        return []
    text = f"replicates of {', '.join(names)} scatter by more than they state: their scatter counts"
    return [Flag("replicates-scatter", text, where=label)]


def measurand_of(unit: str, mean: Mean, quantity: str = "") -> Measurand:
    """Return a mean of replicates, or one value of a table, as a measurand."""
    if mean.below and not mean.n and np.isfinite(mean.limit):
        return Measurand.less_than(unit, mean.limit, n=0, quantity=quantity, note="below its limit")
    if mean.below or not mean.n:
        told = (
            f"{mean.below} of {mean.below + mean.n} replicates below their limit: the mean of the rest is too high"
        )
        return Measurand(unit, n=mean.n, quantity=quantity, note=told if mean.below and mean.n else "no value")
    note = "mean of the replicates" if mean.n > 1 else ""
    seen = mean.n > 1 and (mean.chance is None or mean.scatters)
    own = (Component("replicates" if seen else "stated", mean.u),) if mean.u else ()
    shared = (Component("shared", mean.shared, "B", group="shared by the table"),) if mean.shared else ()
    u = float(np.hypot(mean.u or 0.0, mean.shared)) if shared else mean.u
    return Measurand(unit, mean.value, u, n=mean.n, quantity=quantity, note=note, components=(*own, *shared))


def _unit(column: Column) -> str:
    """Return the unit of a column; one that is not known, such as counts, as printed."""
    unit = unit_of(column) or "1"
    return str(parse_unit(unit)) if is_unit(unit) or is_made_of_units(unit) else unit


def _scalar(value: Any) -> float | int | str:  # noqa: ANN401
    return value.item() if isinstance(value, np.generic) else value  # type: ignore[no-any-return]

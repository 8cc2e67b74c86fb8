"""One experiment that was stopped and started again: its parts as one dataset, on one clock.

Only the clock and the source rows are renumbered: the gap stays a gap, and charges
and cycles continue or restart as in the files, and the dataset says which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.dates import instants
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.missing import MISSING
from echub.model.record import Record
from echub.model.units import Scale

OVERLAP_S = 1.0
"""Seconds by which a part may seem to start before the last one ends: some files round starts to the second."""
_CONTINUES = 0.01
"""A charge that starts within this fraction of its range from where it ended continues; any other starts again."""


def shifts(records: Sequence[Record]) -> list[float]:
    """Return the seconds from the first record's start to that of each; empty if the starts cannot be compared."""
    stated = ([r.metadata.value(path) for r in records] for path in ("experiment.start_utc", "experiment.start"))
    moments = instants(*stated) or []
    return [(moment - moments[0]).total_seconds() for moment in moments]


def why_not_resumed(records: Sequence[Record]) -> str:
    """Say why records are not the parts of one experiment in this order; empty if they are."""
    techniques = {str(record.metadata.value("technique.name")) for record in records}
    if len(techniques) > 1:
        return f"the parts are of different techniques: {', '.join(sorted(techniques))}"
    if not (known := shifts(records)):
        return "the starts of the parts cannot be compared: some state a zone, others none"
    end = -np.inf
    for number, (record, shift) in enumerate(zip(records, known, strict=True), 1):
        times = [d["time"] + shift for d in record.datasets.values() if "time" in d.columns]
        clocks = [time[np.isfinite(time)] for time in times if np.isfinite(time).any()]
        if clocks and min(clock.min() for clock in clocks) < end - OVERLAP_S:
            return f"part {number} starts before part {number - 1} ends"
        end = max([end, *(float(clock.max()) for clock in clocks)])
    return ""


def resume(datasets: Sequence[Dataset], shifts: Sequence[float]) -> Dataset:
    """Join datasets of one kind, one after the other.

    `shifts` are the seconds from the zero of the first clock to that of each. A column that only some
    parts have is NaN in the others. `attrs` hold the first row of each later part (`run_starts`), the
    seconds without data before it (`gaps_s`), and whether its charge continues (`charge_at_run_starts`).
    """
    bases = _bases(datasets)
    names = dict.fromkeys(name for dataset in datasets for name in dataset.columns)
    columns = {name: _column(name, datasets, shifts, bases) for name in names}
    starts = np.cumsum([dataset.rows for dataset in datasets])[:-1].tolist()
    attrs = {**datasets[0].attrs, "run_starts": " ".join(map(str, starts))}
    attrs |= dict(_statements(columns, starts))
    if restarts := _restarts(datasets):
        attrs["clock_restarts"] = restarts
    omitted = tuple(o for o in datasets[0].omitted if all(o in d.omitted for d in datasets))
    return replace(datasets[0], columns=columns, attrs=attrs, omitted=omitted)


def _bases(datasets: Sequence[Dataset]) -> list[int]:
    """Return the offset of the source rows of each part: the rows of the sources before it."""
    bases = [0]
    for dataset in datasets[:-1]:
        last = int(dataset["row"].max()) if dataset.rows and "row" in dataset.columns else dataset.rows - 1
        bases.append(bases[-1] + last + 1)
    return bases


def _column(name: str, datasets: Sequence[Dataset], shifts: Sequence[float], bases: Sequence[int]) -> Column:
    given = [dataset.columns.get(name) for dataset in datasets]
    there = [column for column in given if column is not None]
    if labelled := [column for column in there if column.labels]:  # words of no rows have no code
        return _labelled(labelled[0], given, datasets)
    first = there[0]
    pieces = [
        _missing(first, dataset) if column is None else _moved(_in_unit_of(first, column), shift, base)
        for column, dataset, shift, base in zip(given, datasets, shifts, bases, strict=True)
    ]
    one_scale = len({(column.scale, column.unit) for column in there}) == 1
    kept = {} if one_scale and None not in given else {"scale": Scale(), "source_dtype": ""}
    return replace(first, values=np.concatenate(pieces), **kept)  # type: ignore[arg-type]


def _in_unit_of(first: Column, column: Column) -> Column:
    """Return a column in the unit of the first part, where vendor columns were printed in two."""
    return column if column.unit == first.unit else replace(column, values=column.to(first.unit or "1"))


def _moved(column: Column, shift: float, base: int) -> NDArray[Any]:
    if column.quantity == "time":
        return np.asarray(column.values, dtype=np.float64) + shift
    if column.name == "row":
        return column.values.astype(np.int64) + base
    return column.values


def _missing(column: Column, dataset: Dataset) -> NDArray[Any]:
    """Return the values of a part for a column that it left out: its one value, or missing."""
    left_out = next((o for o in dataset.omitted if o.header == column.header), None)
    return np.full(dataset.rows, MISSING) if left_out is None else left_out.values(dataset.rows)


def _labelled(first: Column, given: Sequence[Column | None], datasets: Sequence[Dataset]) -> Column:
    """Join codes with labels: the parts may use different codes for one word, and words for a bare code."""
    labels = dict(first.labels)
    named = {code for column in given if column is not None for code in column.labels}
    pieces = []
    for column, dataset in zip(given, datasets, strict=True):
        words = dict(column.labels) if column is not None else {0: ""}
        codes = column.values if column is not None else np.zeros(dataset.rows, np.uint8)
        present = {int(code) for code in np.unique(codes) if np.isfinite(code)}
        words |= {code: str(code) for code in sorted((present & named) - words.keys())}
        new = {code: _code_of(word, code, labels) for code, word in words.items()}
        kind = np.int64 if np.isfinite(codes).all() else np.float64  # some are missing
        pieces.append(np.array([new.get(code, code) for code in codes.tolist()], dtype=kind))
    values = np.concatenate(pieces)
    is_whole = values.dtype.kind in "iu" and len(values) and values.min() >= 0
    whole = values.astype(np.min_scalar_type(int(values.max()))) if is_whole else values
    return replace(first, values=whole, labels=labels)


def _code_of(word: str, code: int, labels: dict[int, str]) -> int:
    """Return the code of a word among labels: its own if that has this word, or is free and the word is new."""
    if labels.get(code) == word:
        return code
    known = next((c for c, w in labels.items() if w == word), None)
    if known is None:
        known = code if code not in labels else max(labels) + 1
        labels[known] = word
    return known


def _restarts(datasets: Sequence[Dataset]) -> str:
    """Shift the rows at which a clock restarts within a part."""
    first, rows = 0, []
    for dataset in datasets:
        rows += [first + int(row) for row in dataset.attrs.get("clock_restarts", "").split()]
        first += dataset.rows
    return " ".join(map(str, rows))


def _statements(columns: dict[str, Column], starts: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Describe the joints: how long the gap is, and whether the charge continues."""
    joints = [row for row in starts if row > 0]
    if time := columns.get("time"):
        joints = [row for row in joints if row < len(time.values)]
        gaps = [float(time.values[row] - time.values[row - 1]) for row in joints]
        yield "gaps_s", " ".join(f"{gap:.6g}" if np.isfinite(gap) else "unknown" for gap in gaps)
    if charge := columns.get("charge"):
        known = charge.values[np.isfinite(charge.values)]
        span = float(np.ptp(known)) if len(known) else 0.0
        steps = [abs(float(charge.values[row] - charge.values[row - 1])) for row in joints]
        yield "charge_at_run_starts", " ".join(_goes_on(step, span) for step in steps)


def _goes_on(step: float, span: float) -> str:
    """Return whether a charge continues across a joint with this step; a part may have none."""
    if np.isnan(step):
        return "unknown"
    return "continued" if step <= _CONTINUES * span else "restarted"

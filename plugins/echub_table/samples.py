"""Tables of measured samples: what their columns lack, and what their rows contradict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from echub.plugin import SourceColumn
from echub_table.columns import Findings
from echub_table.headers import key_of

SAMPLE, REPLICATE = "sample_id", "replicate"
AXES = {"time", "step_time", "unix_time", "frequency", "mass_to_charge"}
PARTS = {
    **dict.fromkeys(("%", "percent", "at%", "wt%", "mol%", "vol%", "at.%", "wt.%", "mol.%", "vol.%"), 100.0),
    "1": 1.0,
}
"""Units of fractions, and what all parts of a whole add up to."""
CLOSED = 0.02
"""A sum that is this close to the whole is meant to be it: rounding of the parts gives less than 1 %, and a set
of columns that is not closed misses by more than half."""
MEANT = 0.5
"""Largest distance of the middle sum from the whole, as a part of it, at which columns in % are meant to close.
Pure numbers need not be fractions: for them the middle sum has to close."""
_CALLED = frozenset(
    map(
        key_of,
        (
            *(
                "sample",
                "samples",
                "sample id",
                "sample name",
                "sample no",
                "sample nr",
                "sample number",
                "sampleid",
            ),
            *("specimen", "specimen id", "Probe", "Probe Nr", "Probenname", "Proben-Nr", "échantillon", "muestra"),
            *("campione", "amostra", "próbka", "样品", "样品编号", "試料", "試料名", "시료"),
        ),
    )
)
"""What people write over the names of their samples."""
_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?")
_MEASURED = re.compile(rf"[<>~≤≥]?\s*{_NUMBER.pattern}\s*(±|\+/-|\(\d+\)|[a-zA-Zµ°%]+(/\S+)?\s*$)|[<>≤≥]\s*\d")
"""A number with an uncertainty or a unit in its cell, or a limit of detection."""
_PATH = re.compile(r"[a-z_]+(\.[a-z_]+)+\b")
"""Metadata, such as ``cell.temperature / K``."""
_UNCERTAINTY = re.compile(r"[uU]\((.+)\)|[uU]_(.+)")


def is_of_samples(columns: Sequence[SourceColumn]) -> bool:
    """Return whether the rows are samples: one column names them, and none is the axis of a measurement."""
    known = {c.quantity for c in columns}
    return SAMPLE in known and not known & AXES


def named_otherwise(columns: Sequence[SourceColumn]) -> str:
    """Return the header over texts that seem to name samples, if there is neither `sample.id` nor an axis."""
    known = {c.quantity for c in columns}
    if SAMPLE in known or known & AXES:
        return ""
    return next((c.header for c in columns if c.labels and key_of(c.header.strip(" .:#")) in _CALLED), "")


def with_units(columns: Sequence[SourceColumn]) -> list[SourceColumn]:
    """Return the columns with what stands behind the first ` / ` as their unit: `R1 / 1/s` is in 1/s.

    Texts and the columns that name samples and replicates stay; a name of the alias list keeps its quantity.
    """
    return [_with_unit(c) if c.quantity is None and not c.labels else c for c in columns]


def _with_unit(column: SourceColumn) -> SourceColumn:
    name, slash, unit = column.header.partition(" / ")
    return replace(column, unit=unit.strip()) if slash and name.strip() else column


def check(columns: Sequence[SourceColumn], found: Findings) -> None:
    """Report numbers without a unit, cells without a value, replicates that differ, sums that do not close."""
    numbers = [c for c in columns if c.values.dtype.kind in "fiu" and not c.labels]
    numbers = [c for c in numbers if c.quantity not in (SAMPLE, REPLICATE)]
    if bare := [c.header for c in numbers if c.unit is None and c.quantity is None]:
        text = f"no unit is printed: {', '.join(bare)}; write `name / unit`, or `name / 1` for a pure number"
        found.note("table-no-unit", text)
    for column in numbers:
        if column.values.dtype.kind == "f" and (gaps := int(np.isnan(column.values).sum())):
            found.note("table-gaps", f"{column.header} has no value in {gaps} of {len(column.values)} rows")
    _texts(columns, found)
    _stated(numbers, found)
    _samples(columns, found)
    _replicates(columns, found)
    _closure([c for c in numbers if not _of_another(c, numbers)], found)


def _texts(columns: Sequence[SourceColumn], found: Findings) -> None:
    """Report columns of numbers that are text because of some cells: none of their values is used."""
    replicate = next((c.index or 0 for c in columns if c.quantity == REPLICATE), -1)
    for column in columns:
        if not column.labels or column.quantity or _PATH.match(column.header) or (column.index or 0) < replicate:
            continue
        shown = [column.labels.get(int(code), "").strip() for code in column.values.tolist()]
        odd = [row for row, text in enumerate(shown) if text and not _NUMBER.fullmatch(text)]
        if not any(_NUMBER.fullmatch(text) or _MEASURED.match(text) for text in shown):
            continue  # remarks
        if odd:
            row = odd[0]
            text = f"{column.header} holds {shown[row]!r} in row {row + 1}: the whole column is text"
            found.note("table-text", f"{text}, and none of its {len(shown)} values is used")


def _stated(numbers: Sequence[SourceColumn], found: Findings) -> None:
    """Report columns that state the uncertainty of another: what counts is the scatter of the replicates."""
    if stated := [c.header for c in numbers if _of_another(c, numbers)]:
        text = f"{', '.join(stated)}: kept as a column of its own, and not used as the uncertainty of the other"
        found.note("table-uncertainty", text)


def _of_another(column: SourceColumn, numbers: Sequence[SourceColumn]) -> bool:
    """Return whether a column is ``u(NAME)`` or ``u_NAME`` of another."""
    match = _UNCERTAINTY.fullmatch(_name(column))
    return match is not None and (match[1] or match[2]) in {_name(c) for c in numbers}


def _name(column: SourceColumn) -> str:
    return column.header.partition(" / ")[0].strip()


def _samples(columns: Sequence[SourceColumn], found: Findings) -> None:
    """Report samples whose names differ only by case and blanks."""
    sample = next(c for c in columns if c.quantity == SAMPLE)
    names = dict.fromkeys(sample.labels.get(int(code), str(code)) for code in sample.values.tolist())
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault("".join(name.split()).casefold(), []).append(name)
    if several := ["/".join(same) for same in alike.values() if len(same) > 1]:
        text = f"{', '.join(several)} differ only by case or blanks, and count as different samples"
        found.note("similar-samples", text)


def _replicates(columns: Sequence[SourceColumn], found: Findings) -> None:
    by_quantity = {c.quantity: c for c in columns if c.quantity}
    replicate, sample = by_quantity.get(REPLICATE), by_quantity[SAMPLE]
    if replicate is None:
        text = "there is no column `replicate`: each row counts as a value of its own, without an uncertainty"
        found.note("no-replicates", text)
        return
    left = [c for c in columns if c.index is not None and c.index < (replicate.index or 0)]
    keys = [tuple(str(c.values[row]) for c in left) for row in range(len(replicate.values))]
    named = [(*key, str(value)) for key, value in zip(keys, replicate.values, strict=True)]
    if twice := [key for key, count in Counter(named).items() if count > 1]:
        text = f"{len(twice)} rows have the same replicate as another row that is described equally"
        found.note("repeated-replicate", f"{text}: a column to the left of `replicate` should part them")
    counts = Counter(keys)
    most = max(counts.values(), default=0)
    few = [row for row, key in enumerate(keys) if counts[key] < most]
    if few:
        names = dict.fromkeys(sample.labels.get(int(sample.values[row]), "") for row in few)
        found.note("replicates-differ", f"up to {most} replicates, fewer for {', '.join(names)}")


def _closure(numbers: Sequence[SourceColumn], found: Findings) -> None:
    """Compare the sum of all fractions of a row with the whole, if they are meant to be all of it."""
    for whole in dict.fromkeys(PARTS.values()):
        _closure_to(whole, [c for c in numbers if PARTS.get(c.unit or "") == whole], found)


def _closure_to(whole: float, parts: Sequence[SourceColumn], found: Findings) -> None:
    if len(parts) < 2:
        return
    total = np.sum([np.asarray(c.values, dtype=float) for c in parts], axis=0)
    off = np.abs(total / whole - 1)
    meant = False
    if np.isfinite(off).any():
        meant = bool(np.nanquantile(off, 0.5, method="lower") < (MEANT if whole > 1 else CLOSED))
    if meant and (rows := np.flatnonzero(off > CLOSED)).size:
        worst = int(rows[np.argmax(off[rows])])
        text = (
            f"{', '.join(c.header for c in parts)} add up to {total[worst]:.4g} in row {worst + 1}, not {whole:g}"
        )
        found.note("no-closure", f"{text}; {rows.size} of {len(total)} rows are off by more than {CLOSED:.0%}")

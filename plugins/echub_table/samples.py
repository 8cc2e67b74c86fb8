"""Tables of measured samples: what their columns lack, and what their rows contradict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from echub.plugin import SourceColumn, StatedSpread, cell_readings, named, spreads_of
from echub.text import several, some_of
from echub_table.columns import Findings
from echub_table.headers import Meaning, key_of

SAMPLE, REPLICATE = "sample_id", "replicate"
SPECTRA = {"frequency", "mass_to_charge"}
CLOCKS = {"time", "step_time", "unix_time"}
SIGNALS = (
    "current",
    "potential",
    "voltage",
    "charge",
    "energy",
    "power",
    "ion_count",
    "ion_current",
    "partial_pressure",
)
"""Beginnings of quantities that an instrument records over time; beside a clock they make a time series, whereas
volumes of a tomogram or masses of a sample at several times are a table."""
PARTS = {
    **dict.fromkeys(("%", "percent", "at%", "wt%", "mol%", "vol%", "mass%"), 100.0),
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
_BLANKS = re.compile(r"[ .-]")
_QUALITY = re.compile(r"(?i)R_?(wp|exp|bragg|p|f|b)|gof|chi2|χ2|χ²|porosity|density|coverage")
"""Names of what is in % and not a part of the sample."""
_PATH = re.compile(r"[a-z_]+(\.[a-z_]+)+\b")
"""Metadata, such as ``cell.temperature / K``."""
_SERIAL = re.compile(r"(?P<name>.*?\w)(?P<gap>[ _#.-]*)\(?(?P<number>\d+)\)?")
_REPEATS = re.compile(r"(?i)(rep(licate)?|spot|indent|run|meas(urement)?|scan|point|messung|wdh)s?")
"""Names of columns of which one measurement fills several."""
SEVERAL = 3
"""Columns `H 1`, `H 2`, `H 3` are replicates side by side; two may be two things, such as lines of a spectrum."""
_SAID = {
    "assumed": "taken as one standard uncertainty",
    "sd": "taken as the uncertainty of one value, as the number of values is not stated",
    "expanded": "not used: an expanded uncertainty, whose factor is not stated",
}


def is_of_samples(columns: Sequence[SourceColumn]) -> bool:
    """Return whether the rows are samples: one column names them, and none is the axis of a measurement.

    A time is the axis of what an instrument records over it, unless the rows have replicates.
    """
    known = {c.quantity for c in columns if c.quantity}
    if SAMPLE not in known or known & SPECTRA:
        return False
    return REPLICATE in known or not (known & CLOCKS and any(q.startswith(SIGNALS) for q in known))


def named_otherwise(columns: Sequence[SourceColumn]) -> str:
    """Return the header over texts that seem to name samples, if there is neither `sample.id` nor an axis."""
    known = {c.quantity for c in columns}
    if SAMPLE in known or known & (SPECTRA | CLOCKS):
        return ""
    return next((c.header for c in columns if c.labels and key_of(c.header.strip(" .:#")) in _CALLED), "")


def with_units(columns: Sequence[SourceColumn], meant: Sequence[Meaning]) -> list[SourceColumn]:
    """Return the columns with what stands behind the first ` / ` as their unit: `R1 / 1/s` is in 1/s.

    The columns that name samples and replicates stay, and a name of the alias list keeps its quantity. A text
    keeps the unit of a row of units, as some of its cells may be numbers.
    """
    spreads = spreads_of([c.header for c in columns])
    whose = [_own_unit(c) if place in spreads else c for place, c in enumerate(columns)]
    return [_with_unit(c, meant) if c.quantity is None else c for c in whose]


def _own_unit(column: SourceColumn) -> SourceColumn:
    """Return a column without a unit that its header does not print: `n(H)` is not in henry, nor `u(m)` in m."""
    inside = column.header.rpartition("(")[2].partition(")")[0].strip()
    return replace(column, unit=None) if column.unit == inside and named(column.header)[1] is None else column


def _has_two_units(column: SourceColumn, meant: Sequence[Meaning]) -> bool:
    return column.index is not None and column.quantity is None and meant[column.index].two_units


def _with_unit(column: SourceColumn, meant: Sequence[Meaning]) -> SourceColumn:
    if _has_two_units(column, meant):
        return column
    if column.labels:
        unit = meant[column.index].unit if column.index is not None else None
        return replace(column, attrs={**column.attrs, "printed_unit": unit}) if unit else column
    name, slash, unit = column.header.partition(" / ")
    return replace(column, unit=unit.strip()) if slash and name.strip() else column


def check(columns: Sequence[SourceColumn], meant: Sequence[Meaning], found: Findings) -> None:
    """Report numbers without a unit, cells without a value, replicates that differ, sums that do not close."""
    for column in (c for c in columns if _has_two_units(c, meant)):
        kept = "the header counts" if column.labels else "kept without a unit"
        found.note("unit-mismatch", f"{meant[column.index or 0].problem}; {kept}")
    numbers = [c for c in columns if c.values.dtype.kind in "fiu" and not c.labels]
    numbers = [c for c in numbers if c.quantity not in (SAMPLE, REPLICATE)]
    spreads = _spreads(columns)
    measured = [c for c in numbers if c.index not in spreads]
    without = [c for c in measured if c.unit is None and c.quantity is None]
    if bare := [c.header for c in without if not _has_two_units(c, meant)]:
        text = f"no unit is printed: {', '.join(bare)}; write `name / unit`, or `name / 1` for a pure number"
        found.note("table-no-unit", text)
    for column in measured:
        if column.values.dtype.kind == "f" and (gaps := int(np.isnan(column.values).sum())):
            found.note("table-gaps", f"{column.header} has no value in {gaps} of {len(column.values)} rows")
    _texts(columns, found)
    _stated(columns, spreads, found)
    _impossible(columns, spreads, found)
    _side_by_side(measured, found)
    _samples(columns, found)
    _replicates(columns, any(s.kind not in ("n", "expanded") for _, s in spreads.values()), found)
    _closure(measured, found)


def _spreads(columns: Sequence[SourceColumn]) -> dict[int | None, tuple[SourceColumn, StatedSpread]]:
    """Return the columns that state how well another is known, by their index, with that one."""
    found = spreads_of([c.header for c in columns])
    return {columns[place].index: (columns[spread.of], spread) for place, spread in found.items()}


def _texts(columns: Sequence[SourceColumn], found: Findings) -> None:
    """Report columns of numbers that are text because of some cells, and how those are read."""
    replicate = next((c.index or 0 for c in columns if c.quantity == REPLICATE), -1)
    for column in columns:
        if not column.labels or column.quantity or _PATH.match(column.header) or (column.index or 0) < replicate:
            continue
        shown = [column.labels.get(int(code), "").strip() for code in column.values.tolist()]
        read, _ = cell_readings(shown, column.attrs.get("printed_unit") or named(column.header)[1])
        if not any(one is not None and one.says_something for one in read):
            continue  # remarks
        odd = [row for row, text in enumerate(shown) if text and not _NUMBER.fullmatch(text)]
        if odd:
            numbers = sum(one is not None and not np.isnan(one.value) for one in read)
            limits = sum(one is not None and not np.isnan(one.limit) for one in read)
            lost = [shown[row] for row in odd if read[row] is None]
            text = f"{column.header} holds {shown[odd[0]]!r} in row {odd[0] + 1}: the column is text, of which "
            text += some_of(numbers, len(shown), "cell", "counts as a number", "count as numbers")
            text += f", {limits} as below a limit"
            found.note(
                "table-text",
                text
                + (f", {len(lost)} {'is' if len(lost) == 1 else 'are'} not used: {lost[0]!r}" if lost else ""),
            )


def _stated(
    columns: Sequence[SourceColumn],
    spreads: Mapping[int | None, tuple[SourceColumn, StatedSpread]],
    found: Findings,
) -> None:
    """Report what is assumed of columns that state how well another is known."""
    counted = {id(of) for of, spread in spreads.values() if spread.kind == "n"}
    by_index = {c.index: c for c in columns}
    for index, (of, spread) in spreads.items():
        if spread.kind in _SAID and not (spread.kind == "sd" and id(of) in counted):
            text = f"{by_index[index].header}, the spread of {of.header}: {_SAID[spread.kind]}"
            found.note("table-uncertainty", text)


def _impossible(
    columns: Sequence[SourceColumn],
    spreads: Mapping[int | None, tuple[SourceColumn, StatedSpread]],
    found: Findings,
) -> None:
    """Report spreads that no value can have, and values beside which they are missing."""
    for column in columns:
        of, spread = spreads.get(column.index, (column, None))
        if spread is None or column.labels or of.labels:
            continue
        said, there = np.asarray(column.values, float), np.isfinite(np.asarray(of.values, float))
        wrong = {f"below {spread.least:g}": said < spread.least, "missing": np.isnan(said) & there}
        for what, rows in wrong.items():
            if count := int(rows.sum()):
                text = f"{column.header}, the spread of {of.header}, is {what} in"
                found.note("table-spread", f"{text} {count} of {several(len(said), 'row')}, and not used there")


def _side_by_side(numbers: Sequence[SourceColumn], found: Findings) -> None:
    """Report replicates in columns: each is taken as a value of its own."""
    alike: dict[tuple[str, str | None], list[SourceColumn]] = {}
    for column in numbers:
        match = _SERIAL.fullmatch(named(column.header)[0])
        if match and (match["gap"] or _REPEATS.fullmatch(match["name"])):
            alike.setdefault((match["name"], column.unit), []).append(column)
    for same in alike.values():
        if len(same) >= SEVERAL:
            text = f"{', '.join(c.header for c in same)} seem to be replicates side by side"
            found.note("replicates-in-columns", f"{text}: each is taken as a value of its own")


def _samples(columns: Sequence[SourceColumn], found: Findings) -> None:
    """Report rows without the name of a sample, and samples whose names differ only by case and blanks."""
    sample = next(c for c in columns if c.quantity == SAMPLE)
    names = Counter(sample.labels.get(int(code), str(code)) for code in sample.values.tolist())
    if bare := sum(count for name, count in names.items() if not name.strip()):
        rows = several(bare, "row has", "rows have")
        text = f"{rows} no sample name; all such rows are one sample: a merged cell names its first row"
        found.note("unnamed-samples", text)
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault("".join(name.split()).casefold(), []).append(name)
    if doubles := ["/".join(same) for same in alike.values() if len(same) > 1]:
        text = f"{', '.join(doubles)} differ only by case or blanks, and count as different samples"
        found.note("similar-samples", text)


def _replicates(columns: Sequence[SourceColumn], stated: bool, found: Findings) -> None:
    by_quantity = {c.quantity: c for c in columns if c.quantity}
    replicate, sample = by_quantity.get(REPLICATE), by_quantity[SAMPLE]
    if replicate is None:
        if not stated:
            text = "there is no column `replicate`: each row counts as a value of its own, without an uncertainty"
            found.note("no-replicates", text)
        return
    left = [c for c in columns if c.index is not None and c.index < (replicate.index or 0)]
    keys = [tuple(str(c.values[row]) for c in left) for row in range(len(replicate.values))]
    named = [(*key, str(value)) for key, value in zip(keys, replicate.values, strict=True)]
    if twice := [key for key, count in Counter(named).items() if count > 1]:
        rows = several(len(twice), "row has", "rows have")
        text = f"{rows} the same replicate as another row that is described equally"
        found.note("repeated-replicate", f"{text}: a column to the left of `replicate` should part them")
    counts = Counter(keys)
    most = max(counts.values(), default=0)
    few = [row for row, key in enumerate(keys) if counts[key] < most]
    if few:
        names = dict.fromkeys(sample.labels.get(int(sample.values[row]), "") for row in few)
        found.note("replicates-differ", f"up to {most} replicates, fewer for {', '.join(names)}")


def _closure(numbers: Sequence[SourceColumn], found: Findings) -> None:
    """Compare the sum of all fractions of a row with the whole, if they are meant to be all of it."""
    alike: dict[str, list[SourceColumn]] = {}
    for column in numbers:
        if (unit := _BLANKS.sub("", column.unit or "")) in PARTS and not _QUALITY.fullmatch(
            named(column.header)[0]
        ):
            alike.setdefault(unit, []).append(column)
    for unit, same in alike.items():
        _closure_to(PARTS[unit], same, found)


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
        are = some_of(rows.size, len(total), "row", "is", "are")
        found.note("no-closure", f"{text}; {are} off by more than {CLOSED:.0%}")

"""Level 1: values column by column, and counters and clocks down the rows.

A valid column needs one pass for its extremes, which become NaN if any value is; masks are built only
if the extremes show that something is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.deferred import Deferred, extremes, held, in_pairs
from echub.model.missing import is_missing
from echub.model.spectra import numbered
from echub.model.vocabulary import Quantity, kinds, quantities
from echub.remark import Remark
from echub.segments import clock_restarts, clock_segments, runs
from echub.validation.group import Group
from echub.validation.limits import Limits, column_limits
from echub.validation.problem import places

_STATED = ("measured", "reported")
"""Origins whose gaps are legitimate: a set point or a derived number may be absent in a row."""


def check_dataset(dataset: Dataset, group: Group) -> Iterator[Remark]:
    """Check the values of every column, then clocks and counters."""
    needed = _needed(dataset.kind)
    for column in dataset.columns.values():
        if column.dtype.kind not in "iuf" or 0 in column.shape:
            continue
        known = quantities().get(column.quantity or "")
        yield from _column(column, known, group, required=column.quantity in needed)
    for check in _ROW_CHECKS:
        yield from check(dataset)


def _needed(kind: str) -> set[str | None]:
    known = kinds().get(kind)
    if known is None:
        return set()
    return {*known.required, *(name for part in known.any_of for entry in part for name in entry.split("+"))}


def _column(column: Column, known: Quantity | None, group: Group, *, required: bool) -> Iterator[Remark]:
    low, high = _ends(held(column))
    if low != low or high in (np.inf, -np.inf) or low in (np.inf, -np.inf):
        yield from _not_finite(column, column.values, required=required)
        finite = column.values[np.isfinite(column.values)]
        if not finite.size:
            return
        low, high = _ends(finite)
    if known is None:
        return
    yield from _ranges(column, known, group, low, high)
    if known.is_integer and column.dtype.kind == "f":
        yield from _integral(column)
    if column.labels:
        yield from _labelled(column)


def _ends(values: NDArray[Any] | Deferred) -> tuple[float, float]:
    """Return the smallest and the largest value as numbers, block by block; both are NaN if any value is."""
    with np.errstate(invalid="ignore"):
        low, high = extremes(values)
    return float(low), float(high)


def _not_finite(column: Column, values: NDArray[Any], *, required: bool) -> Iterator[Remark]:
    infinite = np.isinf(values)
    if infinite.any():
        # Vendor columns that an instrument computes may divide by zero: worth a warning, not an error.
        yield _masked(
            "missing-values" if column.is_vendor else "not-finite", f"{column.name} is infinite", column, infinite
        )
    lost = np.isnan(values)
    if not lost.any() or column.origin not in _STATED:
        return
    if lost.all():
        code = "not-finite" if required else "empty-column"
        yield _masked(code, f"{column.name} holds no number at all", column, lost)
        return
    missing = is_missing(values)
    for found, word in ((missing, "missing"), (lost & ~missing, "not a number (NaN)")):
        if found.any():
            code = "not-finite" if required else "missing-values"
            yield _masked(code, f"{column.name} is {word}", column, found)


def _ranges(column: Column, known: Quantity, group: Group, low: float, high: float) -> Iterator[Remark]:
    own = group.ranges.get(known.name)
    for limits in (column_limits(known.name), own):
        if limits is not None and _beyond(limits, low, high):
            yield _outside("out-of-range", column, limits, group.name if limits is own else "the vocabulary")
            return
    if known.plausible is not None:
        limits = Limits(*known.plausible, known.unit)
        if _beyond(limits, low, high):
            yield _outside("implausible", column, limits, "the vocabulary")


def _beyond(limits: Limits, low: float, high: float) -> bool:
    return (limits.low is not None and low < limits.low) or (limits.high is not None and high > limits.high)


def _outside(code: str, column: Column, limits: Limits, whose: str) -> Remark:
    values = column.values
    bad = np.zeros(values.shape, bool)
    if limits.low is not None:
        bad |= values < limits.low
    if limits.high is not None:
        bad |= values > limits.high
    word = {"out-of-range": "out of range", "implausible": "implausible"}[code]
    return _masked(code, f"{column.name} is {word}", column, bad, expected=f"{limits}, by {whose}")


def _integral(column: Column) -> Iterator[Remark]:
    with np.errstate(invalid="ignore"):
        bad = (column.values != np.floor(column.values)) & np.isfinite(column.values)
    if bad.any():
        yield _masked("not-integral", f"{column.name} is not a whole number", column, bad)


def _labelled(column: Column) -> Iterator[Remark]:
    bad = ~np.isin(column.values, np.array(list(column.labels), dtype=column.values.dtype))
    if bad.any():
        expected = f"a code of its table ({len(column.labels)} labels)"
        yield _masked("unknown-code", f"{column.name} has a code without a label", column, bad, expected=expected)


def _masked(code: str, message: str, column: Column, bad: NDArray[np.bool_], expected: str = "") -> Remark:
    """Build a finding from a mask: for a table with its rows, for a map only with their number."""
    flat: NDArray[np.bool_] = np.any(bad.reshape(len(bad), -1), axis=1) if bad.ndim > 1 else bad
    rows, count = places(flat)
    unit = f" {column.unit}" if column.unit and column.unit != "1" else ""
    found = ", ".join(f"{value:.7g}" for value in column.values[bad][:3].tolist()) if bad.any() else ""
    more = ", …" if count > 3 else ""
    return Remark(
        code,
        message,
        column=column.name,
        rows=rows,
        count=count,
        expected=expected,
        found=f"{found}{more}{unit}" if found else "",
    )


# -- down the rows -----------------------------------------------------------------------------


def _rows_increase(dataset: Dataset) -> Iterator[Remark]:
    column = dataset.columns.get("row")
    if column is None or column.shape[0] < 2 or all(bool((p[1:] > p[:-1]).all()) for p in in_pairs(held(column))):
        return
    bad = np.concatenate([[False], column.values[1:] <= column.values[:-1]])
    species = dataset.columns.get("species")
    if species is not None and len(species.values) == len(bad):
        # Channels are stacked: each starts counting the rows of the source again.
        bad[1:] &= species.values[1:] == species.values[:-1]
    if bad.any():
        yield _masked("rows-not-increasing", "the source rows do not increase", column, bad)


def _clock(dataset: Dataset) -> Iterator[Remark]:
    """Find rows at which time decreases without a listed restart, and restarts that step back into the run."""
    column = dataset.columns.get("time")
    if column is None or not _falls(held(column)):
        return
    restarts = clock_restarts(column.values)
    listed = {int(row) for row in dataset.attrs.get("clock_restarts", "").split()}
    unlisted = np.isin(restarts, list(listed), invert=True)
    if unlisted.any():
        yield _at("time-not-monotonic", "time falls", column, restarts[unlisted])
    back = _steps_back(column.values, restarts)
    if len(back):
        yield _at("time-out-of-order", "time steps back into the run", column, back)


def _falls(values: NDArray[Any] | Deferred) -> bool:
    """Return whether a clock decreases anywhere; one with NaN is examined in full."""
    return not all(bool((part[1:] >= part[:-1]).all()) for part in in_pairs(values))


def _steps_back(time: NDArray[Any], restarts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Find restarts later than a tenth of the segment before: a new run starts near zero."""
    starts = np.concatenate([[0], restarts[:-1]]).astype(np.intp) if len(restarts) else restarts
    begin, end = time[starts], time[restarts - 1]
    with np.errstate(invalid="ignore"):
        # A new run may start a little after zero; a tenth of the run before is more than a first time step.
        back: NDArray[np.bool_] = time[restarts] - begin > 0.1 * (end - begin)
    return restarts[back]


def _at(code: str, message: str, column: Column, rows: NDArray[np.intp]) -> Remark:
    bad = np.zeros(len(column.values), bool)
    bad[rows] = True
    return _masked(code, message, column, bad)


def _frequencies(dataset: Dataset) -> Iterator[Remark]:
    column = dataset.columns.get("frequency")
    if dataset.kind != "impedance" or column is None or not column.values.size:
        return
    bad = column.values <= 0
    if bad.any():
        yield _masked("frequency-not-positive", "the frequency is not above zero", column, bad, expected="> 0 Hz")
    again = _repeated(dataset, column.values)
    if again.any():
        yield _masked(
            "frequency-repeated", "a frequency stands twice in a spectrum", column, again, expected="each once"
        )


def _repeated(dataset: Dataset, frequency: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a spectrum repeats a frequency; one with a single frequency is a measurement against time."""
    numbers = numbered(dataset).columns.get("spectrum")
    spectrum = np.zeros(len(frequency)) if numbers is None else numbers.values
    order = np.lexsort((frequency, spectrum))  # stable: among equal ones the first stays first
    again: NDArray[np.bool_] = np.zeros(len(frequency), dtype=bool)
    again[order[1:]] = (np.diff(spectrum[order].astype(np.int64)) == 0) & (np.diff(frequency[order]) == 0)
    parts = runs(spectrum)
    varied = parts.smallest(frequency) != parts.largest(frequency)
    again &= np.repeat(varied, parts.rows)
    return again


def _counters(dataset: Dataset) -> Iterator[Remark]:
    """Check running numbers within each segment of the clock."""
    for column in dataset.columns.values():
        known = quantities().get(column.quantity or "")
        if known is None or known.type != "count" or known.monotonic is None or column.name == "row":
            continue
        if _falls(held(column)):
            bad = np.concatenate([[False], column.values[1:] < column.values[:-1]])
            if "time" in dataset.columns:
                for segment in clock_segments(dataset.columns["time"].values):
                    bad[segment.start] = False
            for row in dataset.attrs.get("run_starts", "").split():  # counters may restart with the run
                bad[int(row)] = False
            if bad.any():
                yield _masked("counter-falls", f"{column.name} falls", column, bad)


_ROW_CHECKS: tuple[Callable[[Dataset], Iterator[Remark]], ...] = (
    _rows_increase,
    _clock,
    _frequencies,
    _counters,
)

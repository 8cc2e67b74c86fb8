"""Level 1: values column by column, and counters and clocks down the rows.

A valid column needs one pass for its extremes, which become NaN if any value is; masks are built only
if the extremes show that something is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.deferred import extremes, held, parts, passed
from echub.model.missing import is_missing
from echub.model.spectra import numbered
from echub.model.vocabulary import Quantity, kinds, quantities
from echub.remark import Remark
from echub.segments import clock_restarts, clock_segments, runs
from echub.validation.group import Group
from echub.validation.limits import Limits, column_limits
from echub.validation.problem import SHOWN, places

Mask = NDArray[np.bool_]
SHOWN_VALUES = 3
"""Bad values that a message repeats."""
_STATED = ("measured", "reported")
"""Origins whose gaps are legitimate: a set point or a derived number may be absent in a row."""


def check_dataset(dataset: Dataset, group: Group) -> Iterator[Remark]:
    """Check the values of every column, then clocks and counters."""
    needed = _needed(dataset.kind)
    falls: dict[str, bool] = {}
    for column in dataset.columns.values():
        if column.dtype.kind not in "iuf" or 0 in column.shape:
            continue
        known = quantities().get(column.quantity or "")
        low, high, falls[column.name] = _pass(column)
        yield from _column(column, known, group, (low, high), required=column.quantity in needed)
    for check in _ROW_CHECKS:
        with np.errstate(invalid="ignore"):  # infinite values have no difference
            found = list(check(dataset, falls))
        yield from found


def _needed(kind: str) -> set[str | None]:
    known = kinds().get(kind)
    if known is None:
        return set()
    return {*known.required, *(name for part in known.any_of for entry in part for name in entry.split("+"))}


def _pass(column: Column) -> tuple[float, float, bool]:
    """Return the smallest and largest value as numbers, both NaN if any is, and whether a clock or counter falls.

    Row numbers fall if they do not rise. A column is read once for all of this.
    """
    with np.errstate(invalid="ignore"):
        if len(column.shape) != 1:
            return *_ends(column.values), False
        if not _has_order(column):
            ends = extremes(held(column))
            return float(ends[0]), float(ends[1]), False
        found = passed(held(column))
    return float(found.low), float(found.high), not found.rises if column.name == "row" else found.falls


def _has_order(column: Column) -> bool:
    """Return whether a check looks at how a column runs down the rows."""
    return column.name in ("row", "time") or _is_counter(column)


def _is_counter(column: Column) -> bool:
    known = quantities().get(column.quantity or "")
    return known is not None and known.type == "count" and known.monotonic is not None and column.name != "row"


def _column(
    column: Column, known: Quantity | None, group: Group, ends: tuple[float, float], *, required: bool
) -> Iterator[Remark]:
    low, high = ends
    if low != low or high in (np.inf, -np.inf) or low in (np.inf, -np.inf):
        yield from _not_finite(column, required=required)
        finite = [_ends(part[is_finite]) for _, part in _parts(column) if (is_finite := np.isfinite(part)).any()]
        if not finite:
            return
        low, high = min(ends[0] for ends in finite), max(ends[1] for ends in finite)
    if known is None:
        return
    yield from _ranges(column, known, group, low, high)
    if known.is_integer and column.dtype.kind == "f":
        yield from _integral(column)
    if column.labels:
        yield from _labelled(column)


def _ends(values: NDArray[Any]) -> tuple[float, float]:
    """Return the smallest and the largest value as numbers; both are NaN if any value is."""
    with np.errstate(invalid="ignore"):
        return float(values.min()), float(values.max())


def _not_finite(column: Column, *, required: bool) -> Iterator[Remark]:
    # Vendor columns that an instrument computes may divide by zero: worth a warning, not an error.
    code = "missing-values" if column.is_vendor else "not-finite"
    yield from _found(code, f"{column.name} is infinite", column, np.isinf)
    if column.origin not in _STATED:
        return
    if all(bool(np.isnan(part).all()) for _, part in _parts(column)):
        code = "not-finite" if required else "empty-column"
        yield from _found(code, f"{column.name} holds no number at all", column, np.isnan)
    else:
        code = "not-finite" if required else "missing-values"
        yield from _found(code, f"{column.name} is missing", column, is_missing)
        yield from _found(code, f"{column.name} is not a number (NaN)", column, _is_other_nan)


def _is_other_nan(values: NDArray[Any]) -> Mask:
    """Return where a value is NaN without being marked as missing."""
    return np.asarray(np.isnan(values) & ~is_missing(values))


def _ranges(column: Column, known: Quantity, group: Group, low: float, high: float) -> Iterator[Remark]:
    own = group.ranges.get(known.name)
    for limits in (column_limits(known.name), own):
        if limits is not None and _beyond(limits, low, high):
            yield from _outside("out-of-range", column, limits, group.name if limits is own else "the vocabulary")
            return
    if known.plausible is not None:
        limits = Limits(*known.plausible, known.unit)
        if _beyond(limits, low, high):
            yield from _outside("implausible", column, limits, "the vocabulary")


def _beyond(limits: Limits, low: float, high: float) -> bool:
    return (limits.low is not None and low < limits.low) or (limits.high is not None and high > limits.high)


def _outside(code: str, column: Column, limits: Limits, whose: str) -> Iterator[Remark]:
    def bad(values: NDArray[Any]) -> Mask:
        low = np.zeros(values.shape, bool) if limits.low is None else values < limits.low
        return low if limits.high is None else np.asarray(low | (values > limits.high))

    word = {"out-of-range": "out of range", "implausible": "implausible"}[code]
    yield from _found(code, f"{column.name} is {word}", column, bad, expected=f"{limits}, by {whose}")


def _integral(column: Column) -> Iterator[Remark]:
    def bad(values: NDArray[Any]) -> Mask:
        return np.asarray((values != np.floor(values)) & np.isfinite(values))

    yield from _found("not-integral", f"{column.name} is not a whole number", column, bad)


def _labelled(column: Column) -> Iterator[Remark]:
    def bad(values: NDArray[Any]) -> Mask:
        known = np.isin(values, np.array(list(column.labels), dtype=values.dtype))
        return np.asarray(~known & np.isfinite(values))

    expected = f"a code of its table ({len(column.labels)} labels)"
    yield from _found("unknown-code", f"{column.name} has a code without a label", column, bad, expected=expected)


def _parts(column: Column) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield a table's column block by block, and that of a map as a whole."""
    return parts(held(column)) if len(column.shape) == 1 else iter([(0, column.values)])


def _found(
    code: str, message: str, column: Column, bad: Callable[[NDArray[Any]], Mask], expected: str = ""
) -> Iterator[Remark]:
    """Build a finding if there are bad values, in one pass over the column."""
    rows: list[int] = []
    values: list[Any] = []
    count = 0
    with np.errstate(invalid="ignore"):
        for first, part in _parts(column):
            mask = bad(part)
            own, number = places(_by_row(mask))
            rows += [first + row for row in own[: SHOWN - len(rows)]]
            values += part[mask][: SHOWN_VALUES - len(values)].tolist()
            count += number
    if count:
        yield _remark(code, message, column, tuple(rows), count, values, expected)


def _masked(code: str, message: str, column: Column, bad: Mask, expected: str = "") -> Remark:
    """Build a finding from a mask: for a table with its rows, for a map only with their number."""
    rows, count = places(_by_row(bad))
    values = column.values[bad][:SHOWN_VALUES].tolist()
    return _remark(code, message, column, rows, count, values, expected)


def _by_row(bad: Mask) -> Mask:
    return np.any(bad.reshape(len(bad), -1), axis=1) if bad.ndim > 1 else bad


def _remark(
    code: str,
    message: str,
    column: Column,
    rows: tuple[int, ...],
    count: int,
    values: Sequence[Any],
    expected: str,
) -> Remark:
    unit = f" {column.unit}" if column.unit and column.unit != "1" else ""
    shown = ", ".join(f"{value:.7g}" for value in values)
    more = ", …" if count > SHOWN_VALUES else ""
    return Remark(
        code,
        message,
        column=column.name,
        rows=rows,
        count=count,
        expected=expected,
        found=f"{shown}{more}{unit}",
    )


# -- down the rows -----------------------------------------------------------------------------


def _rows_increase(dataset: Dataset, falls: Mapping[str, bool]) -> Iterator[Remark]:
    column = dataset.columns.get("row")
    if column is None or not falls.get("row"):
        return
    bad = np.concatenate([[False], column.values[1:] <= column.values[:-1]])
    species = dataset.columns.get("species")
    if species is not None and len(species.values) == len(bad):
        # Channels are stacked: each starts counting the rows of the source again.
        bad[1:] &= species.values[1:] == species.values[:-1]
    if bad.any():
        yield _masked("rows-not-increasing", "the source rows do not increase", column, bad)


def _clock(dataset: Dataset, falls: Mapping[str, bool]) -> Iterator[Remark]:
    """Find rows at which time decreases without a listed restart, and restarts that step back into the run.

    A clock with NaN is examined in full.
    """
    column = dataset.columns.get("time")
    if column is None or not falls.get("time"):
        return
    restarts = clock_restarts(column.values)
    listed = {int(row) for row in dataset.attrs.get("clock_restarts", "").split()}
    unlisted = np.isin(restarts, list(listed), invert=True)
    if unlisted.any():
        yield _at("time-not-monotonic", "time falls", column, restarts[unlisted])
    back = _steps_back(column.values, restarts)
    if len(back):
        yield _at("time-out-of-order", "time steps back into the run", column, back)


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


def _frequencies(dataset: Dataset, _falls: Mapping[str, bool]) -> Iterator[Remark]:
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


def _counters(dataset: Dataset, falls: Mapping[str, bool]) -> Iterator[Remark]:
    """Check running numbers within each segment of the clock."""
    for column in dataset.columns.values():
        if _is_counter(column) and falls.get(column.name):
            bad = np.concatenate([[False], column.values[1:] < column.values[:-1]])
            if "time" in dataset.columns:
                for segment in clock_segments(dataset.columns["time"].values):
                    bad[segment.start] = False
            for row in dataset.attrs.get("run_starts", "").split():  # counters may restart with the run
                bad[int(row)] = False
            if bad.any():
                yield _masked("counter-falls", f"{column.name} falls", column, bad)


_ROW_CHECKS: tuple[Callable[[Dataset, Mapping[str, bool]], Iterator[Remark]], ...] = (
    _rows_increase,
    _clock,
    _frequencies,
    _counters,
)

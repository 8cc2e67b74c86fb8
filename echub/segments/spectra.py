"""Where one frequency sweep ends and the next starts, and the running number of each spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

SAME = 1e-4
"""Frequencies that differ by less than this ratio are the same one, printed twice: 23 times less than a step of a
sweep of 1000 points per decade, and more than the last digit of a frequency printed with five."""
EVEN = 0.1
"""How far, as a ratio, a step over missing rows may be from neighbouring steps and still continue the sweep:
instruments round frequencies by a few percent; one row more or less changes the step by 100 % or 33 %."""

WIDE = 1.5
"""The ratio of neighbouring steps in ln f above which a point at a turn belongs to the other sweep: even steps
have 1, uneven ones rarely more than this; a jump from one end of a spectrum to the other is 10 to 100 steps."""

Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]


def sweep_starts(frequency: ArrayLike) -> Rows:
    """Find the rows at which a frequency sweep starts: where the frequency reverses or jumps back.

    frequency: (n,), Hz, > 0. The first row starts one. Each sweep has its own direction, that of its first
    step; a repeated frequency continues it. If the frequency reverses, the point at the turn ends the
    previous sweep, unless its step to that sweep is wide (`WIDE`); equal points at a turn are shared equally.
    """
    logs = _logs(frequency)
    if len(logs) < 2:
        return np.arange(len(logs), dtype=np.intp)
    steps = np.where(np.abs(np.diff(logs)) > SAME, np.diff(logs), 0.0)
    moving = {sign: np.flatnonzero(np.sign(steps) == sign) for sign in (-1, 1)}
    moves = np.flatnonzero(steps)
    starts, first = [0], 0
    while direction := _direction(steps, moves, first):
        against = _next(moving[-direction], first)
        if against is None:
            break
        first = _edge(steps, moves, first, against)
        starts.append(first)
    return np.array(starts, dtype=np.intp)


def spectrum_numbers(
    frequency: ArrayLike,
    *,
    row: ArrayLike | None = None,
    counters: Sequence[ArrayLike] = (),
    labels: Sequence[ArrayLike] = (),
    starts: ArrayLike = (),
) -> Rows:
    """Number the spectra of an impedance dataset from 0, in the order of its rows.

    frequency: (n,), Hz, > 0. A new spectrum starts where a sweep does (`sweep_starts`), where one of the
    `counters` changes (step, cycle; each (n,)), at the places `starts`, and where rows lie between two
    neighbours of `row` ((n,), source rows), unless the sweep's own steps account for the missing rows.
    `labels` ((n,) each) are an instrument's own numbers, which it may reuse: a change starts a spectrum,
    but a reused number does not start one in the middle of a sweep.
    """
    logs = _logs(frequency)
    if not len(logs):
        return np.zeros(0, np.intp)
    steps = np.where(np.abs(np.diff(logs)) > SAME, np.diff(logs), 0.0)
    cut = np.zeros(len(logs), dtype=bool)
    cut[np.asarray(starts, dtype=np.intp)] = True
    for counter in counters:
        cut[1:] |= _changes(counter)
    for label in labels:
        changed = _changes(label)
        cut[1:] |= changed & ~(_goes_on(steps) & _is_reused(label, changed))
    if row is not None:
        source = np.asarray(row).astype(np.int64)
        cut[1:] |= _gaps(steps, source[1:] - source[:-1])
    cut[0] = True
    edges = np.append(np.flatnonzero(cut), len(logs))
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if last - first > 2:  # two points are one sweep, in either direction
            cut[first + sweep_starts(np.exp(logs[first:last]))] = True
    return np.cumsum(cut) - 1


def _logs(frequency: ArrayLike) -> NDArray[np.float64]:
    """Return ln f; for a frequency that is not above zero, that of the row before, or of the first that is."""
    values = np.asarray(frequency, dtype=np.float64)
    known = np.isfinite(values) & (values > 0)
    if not known.any():
        return np.zeros(len(values))
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), int(np.argmax(known))))
    return np.log(np.where(known, values, 1.0))[last]


def _direction(steps: NDArray[np.float64], moves: Rows, first: int) -> int:
    """Return the sign of the first step after a row; 0 if none follows."""
    place = _next(moves, first)
    return 0 if place is None else int(np.sign(steps[place]))


def _next(places: Rows, first: int) -> int | None:
    index = int(np.searchsorted(places, first))
    return int(places[index]) if index < len(places) else None


def _edge(steps: NDArray[np.float64], moves: Rows, first: int, against: int) -> int:
    """Return the row at which the sweep after `first` starts; `against` is the first step the other way."""
    place = int(np.searchsorted(moves, against))
    before, at = steps[moves[place - 1]], steps[against]
    after = steps[moves[place + 1]] if place + 1 < len(moves) else 0.0
    is_end = not after and abs(at / before) < WIDE  # a single step back is a turn, a wide one a truncated sweep
    if after * at < 0 or not (after or is_end):
        return against + 1  # a jump back, then on in the same direction
    equal = against - 1 - int(moves[place - 1])
    if equal:
        return against + 1 - (equal + 1) // 2
    return against if _is_apart(steps, moves, first, place) else against + 1


def _is_apart(steps: NDArray[np.float64], moves: Rows, first: int, place: int) -> bool:
    """Return whether the point at a turn is farther from its sweep than from the next, in units of their steps."""
    around = [float(abs(steps[k])) for k in moves[max(place - 2, 0) : place + 2]]
    if place < 2 or moves[place - 2] < first:  # the only step of the sweep is the one to this point
        around = [around[-1], *around[-3:]] if place + 1 < len(moves) else around
    if len(around) < 4:
        return False
    own, into, out, other = around
    return bool(abs(np.log(into / own)) > abs(np.log(out / other)) + np.log(WIDE))


def _changes(values: ArrayLike) -> Flags:
    given: NDArray[Any] = np.asarray(values)
    differ: Flags = given[1:] != given[:-1]
    if given.dtype.kind == "f":
        differ &= ~(np.isnan(given[1:]) & np.isnan(given[:-1]))
    return differ


def _goes_on(steps: NDArray[np.float64]) -> Flags:
    """Return for each step whether it has the direction of a neighbouring step, and neither is a turn."""
    sign = np.sign(steps)
    before, after = np.append(0.0, sign[:-1]), np.append(sign[1:], 0.0)
    found: Flags = (sign != 0) & (sign * before >= 0) & (sign * after >= 0) & ((before != 0) | (after != 0))
    return found


def _is_reused(labels: ArrayLike, changed: Flags) -> bool:
    """Return whether a number is reused after another one."""
    return int(changed.sum()) + 1 > len(np.unique(np.asarray(labels)))


def _gaps(steps: NDArray[np.float64], apart: NDArray[np.int64]) -> Flags:
    """Return where rows are missing in between, except for those that the sweep's steps account for."""
    gap: Flags = apart != 1
    if not gap.any():
        return gap
    inside = np.where(gap, np.nan, steps)
    own = steps / np.maximum(apart, 1)
    found = np.zeros(len(steps), dtype=bool)
    for beside in (np.append(np.nan, inside[:-1]), np.append(inside[1:], np.nan)):
        with np.errstate(divide="ignore", invalid="ignore"):
            found |= np.abs(own / beside - 1) < EVEN
    return gap & ~found

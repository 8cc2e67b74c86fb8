"""When the resistance of a symmetric cell drops suddenly: the half cycle, and the rows around the fall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from echub_cycling.data.charge import Floats
from echub_cycling.data.polarised import Polarised

BEFORE = 5
"""Half cycles of the same direction whose median is what is expected: more would follow a slow change too late."""

SAME_LEVEL = 0.1
"""Currents of half cycles within this part of each other are one level: their accuracy is far better."""
BACK = 4
"""Half cycles in a row, two cycles, in which R is back: what is dead flickers for one or two."""
SOFT = 0.2
"""A fall by more than this part that lasts is reported, if it is not the drop: the softest short that `ccd` tells
from noise and kinetics."""


@dataclass(frozen=True)
class Event:
    """A sudden change: half cycle, last time before, first time after, s; R there over the expected one.

    confirmed: the next half cycle shows it too.
    """

    half: int
    before: float
    after: float
    share: float
    confirmed: bool


def expected(cell: Polarised) -> Floats:
    """Return the resistance (m,) that each half cycle should have: the median of up to five before it."""
    found = np.full(len(cell.halves), np.nan)
    for sign in (1, -1):
        places = np.flatnonzero(cell.halves.sign == sign)
        values = cell.resistance[places]
        for k in range(1, len(places)):
            found[places[k]] = np.median(values[max(k - BEFORE, 0) : k])
    return found


def sudden_drop(cell: Polarised, drop: float) -> Event | None:
    """Return the first drop of the resistance by the part `drop`, that lasts: the next half cycle has it too.

    R is not back later for `BACK` half cycles in a row. One that heals is not the end of a life: see `healed`.
    """
    return next((event for event, lasts in _drops(cell, drop) if lasts), None)


def healed(cell: Polarised, drop: float) -> list[Event]:
    """Return the drops of two half cycles or more after which the resistance came back."""
    return [event for event, lasts in _drops(cell, drop) if not lasts]


def _drops(cell: Polarised, drop: float) -> Iterator[tuple[Event, bool]]:
    """Yield the drops that the next half cycle has too, up to the first that lasts, and whether it does."""
    usual = expected(cell)
    low = cell.resistance < (1 - drop) * usual
    until = 0
    for half in np.flatnonzero(low).tolist():
        limit = (1 - drop) * float(usual[half])
        stays = cell.resistance[half + 1 :] < limit
        confirmed = bool(len(stays) and np.all(stays[:2]))
        if half < until or not (confirmed or not len(stays)):
            continue
        event = Event(half, *_bracket(cell, half, limit), float(cell.resistance[half] / usual[half]), confirmed)
        back = np.convolve(~stays, np.ones(BACK), "valid") == BACK if len(stays) >= BACK else np.zeros(1, bool)
        yield event, not back.any()
        if not back.any():
            return
        until = half + 1 + int(np.argmax(back))  # what is low before belongs to the same drop


def soft_drop(cell: Polarised, until: int) -> Event | None:
    """Return the first fall by `SOFT` that is sudden and lasts, among the half cycles before the drop.

    Sudden: the half cycle before it, of the same direction, was as usual; a contact that improves falls from each
    to the next. Half cycles of another current are not compared.
    """
    level = cell.level[:until]
    if until < 3 or float(np.ptp(level)) > SAME_LEVEL * float(np.median(level)):
        return None
    found = sudden_drop(cell, SOFT)
    if found is None or not found.confirmed or not 2 <= found.half < until - 1:
        return None
    before = cell.resistance[found.half - 2] / float(expected(cell)[found.half])
    return found if before > 1 - SOFT / 2 else None


def _bracket(cell: Polarised, half: int, limit: float) -> tuple[float, float]:
    """Return the times of the last row above and the first below a limit, in this half cycle or the one before."""
    rows = cell.halves.rows
    first = int(rows.start[half - 1 if half else 0])
    chosen = first + np.flatnonzero(cell.trace.state[first : rows.stop[half]] != 0)
    current = np.abs(cell.trace.current[chosen]) / cell.scale
    r = 1000 * cell.trace.u[chosen] * np.sign(cell.trace.current[chosen]) / current
    above = np.flatnonzero(r > limit)
    last = int(above[-1]) if len(above) else 0
    return float(cell.trace.t[chosen[last]]), float(cell.trace.t[chosen[min(last + 1, len(chosen) - 1)]])


def rises(cell: Polarised, rise: float) -> int | None:
    """Return the first half cycle whose resistance is so many times the expected one, None without any."""
    found = np.flatnonzero(cell.resistance > rise * expected(cell))
    return int(found[0]) if len(found) else None

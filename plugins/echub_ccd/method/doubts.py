"""Falls of R that no criterion decides, but that last: from there on it is not known whether a level is survived.

A short that grows slowly and a contact that heals look the same. Neither is called a failure; if R ends deeper
than contacts are known to heal, the lower end of the interval is the last level before the fall (decision 104).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub_ccd.data.table import HalfCycleTable
from echub_ccd.method.detectors import MAYBE, Context, Floats, deep_and_sharp, fell_between, slow_fall
from echub_ccd.method.losses import bends, lost_within, uncertain

Marks = NDArray[np.bool_]
LATER = 3
"""Half cycles after a fall in which R must stay low: one and a half cycles, so that both directions count."""
CREEPS = 0.02
"""A fall that goes on in the next half cycle began in this one if R is lower by 2 % at its end; one that ends
below half begins where R is lower by three times that. By eye."""
HALF = 0.5
"""R that ends below half of what it was, however slowly, is as suspicious as one that falls to half at once."""
LEFT, SOON = 0.65, 3
"""R that falls to 65 % for good within three cycles is as suspicious: the deepest published healing leaves 66 % of
R·A (12 of 24 Ω·cm² of the contacts are lost on a pellet of 11), and a short whose time constant is a half cycle is
complete by then. What falls as far over a whole experiment is drift. Meanwhile R may rise, by half of the fall."""
CYCLE = 2
"""Half cycles of one direction that R must stay low: the time between is a cycle. What R does later, as where a
contact is lost after a short, says nothing of the fall."""
IN_TIME = 0.25
"""Part of such a fall that must happen under current: R of a cell that is not ohmic falls where the level changes,
and in time not at all. A quarter, since a fall may start in a rest. By eye."""
PART = 0.5
"""A fall half as deep as `r_drop`, at once and for good, may be the first stage of a later one."""


def doubts(table: HalfCycleTable, context: Context, fails: Marks) -> Marks:
    """Mark the half cycles (m,) in which R starts to fall for good, slowly or by too little to decide.

    What fell where the level changed counts too: the bound below it holds, whatever the fall was.
    fails: (m,), those that a criterion decides: what they explain is no doubt, and a small fall at once is one
    only before them.
    """
    later = np.append(np.cumsum(fails[::-1])[::-1][1:] > 0, False)
    found = crept(table, fails) | unfinished(table, context) | (first_stages(table, context) & later)
    found |= fell_between(table, context, changed=1.0)  # too small to decide, but as deep as `r_drop`
    return np.asarray(found & ~fails)


def unfinished(table: HalfCycleTable, context: Context) -> Marks:
    """Mark where the slow fall starts that the last half cycle is still in: how deep it ends is not known."""
    slow = slow_fall(table, context)
    lost = lost_within(table, ever=True)  # a long fall is not the growth that is usual
    falls = (lost > CREEPS) & (lost > uncertain(table))
    marked = np.zeros(len(table), bool)
    if len(table) < LATER or not falls[-1] or not (slow[-LATER:].any() or _ends_lower(table, context)):
        return marked
    first = len(table) - 1
    while first > 0 and falls[first - 1] and table.file[first - 1] == table.file[first]:
        first -= 1
    marked[max(first, len(table) - LATER)] = True
    return marked


def _ends_lower(table: HalfCycleTable, context: Context) -> bool:
    """Return whether R ends lower by `r_drop` than a cycle before, in this direction, and started lower too."""
    alike = (table.sign == table.sign[-1]) & (table.file == table.file[-1])
    ends, starts = table.r_end[alike], table.r_start[alike]
    if len(ends) < 2 or starts[-1] > (1 - CREEPS) * starts[-2]:
        return False
    return bool(ends[-1] + MAYBE * table.slow[-1] <= (1 - context.params.r_drop / 100) * ends[-2])


def first_stages(table: HalfCycleTable, context: Context) -> Marks:
    """Mark falls (m,) at once and for good that are half as deep as `r_drop` or deeper."""
    return lasting(table, deep_and_sharp(table, context, PART * context.params.r_drop / 100), table.fall)


def crept(table: HalfCycleTable, fails: Marks) -> Marks:
    """Mark where R starts to fall for good: to half over any time, or to `LEFT` soon and under current."""
    marked = np.zeros(len(table), bool)
    begins: list[int] = []
    by_level = bends(table)
    for sign in (1.0, -1.0):
        places = np.flatnonzero((table.sign == sign) & np.isfinite(table.r_start))
        if len(places) < LATER or len(np.unique(table.file[places])) > 1:
            continue
        last = np.fmin(*(values[places[-1]] for values in (table.r_start, table.r_end)))  # pores may have grown
        level = np.exp(-np.cumsum(by_level[places]))
        r = np.append(table.r_start[places] * level, last * level[-1])
        maybe = MAYBE * np.append(table.slow[places] * level, table.slow[places[-1]] * level[-1])
        for found in (_halved(r[:-1], maybe[:-1]), _fell_soon(r, maybe, table, places)):
            if found is not None:
                first, at = found
                until = places[min(at + 1, len(places) - 1)]
                if not fails[places[at] : until + 1].any():
                    begins.append(int(places[first]))
    marked[_narrowed(table, begins)] = True
    return marked


def _narrowed(table: HalfCycleTable, begins: list[int]) -> list[int]:
    """Leave out a half cycle (of those in which a fall may begin) if the next begins with R as it was.

    Each direction shows a fall from one of its half cycles to its next: where both show it, it begins after the
    later of the two.
    """
    kept = []
    for k in begins:
        later = k + 1 in begins and k > 0 and table.sign[k + 1] == table.sign[k - 1]
        if not (later and table.r_start[k + 1] >= (1 - CREEPS) * table.r_start[k - 1]):
            kept.append(k)
    return kept


def _halved(r: Floats, maybe: Floats) -> tuple[int, int] | None:
    """Return the last values before R (n,) starts to fall, and before it is below half, for good.

    maybe: (n,), by how much slow noise may have moved each: a fall that it may be does not count.
    """
    future, sure = _highest_later(r), np.maximum.accumulate(r - maybe)[:-1]
    if not (halved := _highest_later(r + maybe) <= HALF * sure).any():
        return None
    # Drift is left out where a fall starts: what R was shortly before counts, if the fall is as quick as that.
    past = np.array([r[max(k - SOON + 1, 0) : k + 1].max() for k in range(len(future))])
    return int(np.argmax(future <= (1 - CREEPS * LATER) * past)), int(np.argmax(halved))


def _fell_soon(
    r: Floats, maybe: Floats, table: HalfCycleTable, places: NDArray[np.intp]
) -> tuple[int, int] | None:
    """Return the same for falls to `LEFT` within `SOON` cycles, of which enough happens under current.

    r: (n + 1,), R at the start of each half cycle of one direction, and at the end of the last if lower.
    maybe: (n + 1,), as above. places: (n,), the numbers of these half cycles.
    """
    for start in range(len(r) - 1):
        near = r[start : start + SOON + 1]
        usual = float(np.median(r[max(start - SOON + 1, 0) : start + 1]))  # what only heals does not fall
        future = _highest_later(near)
        unsure = maybe[start : start + SOON + 1]
        low = np.flatnonzero(_highest_later(near + unsure) <= LEFT * (usual - unsure[0]))
        if not len(low) or r[start + low[0] + 1 :][:CYCLE].max() > (1 + LEFT) / 2 * usual:
            continue
        part = places[start : start + SOON]
        if _under_current(table, int(part[0]), int(part[-1])) >= IN_TIME:
            begins = np.argmax(future <= (1 - CREEPS * LATER) * np.maximum.accumulate(near)[:-1])
            return start + int(begins), start + int(low[0])
    return None


def _under_current(table: HalfCycleTable, first: int, last: int) -> float:
    """Return the fall of ln R within half cycles from the first to the last, over that of a fall to `LEFT`.

    What R does in every half cycle, as where pores grow and heal, is left out.
    """
    lost = -np.log1p(-np.minimum(lost_within(table), 0.99))
    return float((lost[first : last + 1] - max(float(np.median(lost)), 0.0)).sum() / -np.log(LEFT))


def _highest_later(r: Floats) -> Floats:
    """Return the highest value (n - 1,) after each of r (n,) but the last."""
    return np.asarray(np.maximum.accumulate(r[::-1])[::-1][1:])


def lasting(table: HalfCycleTable, falls: Marks, depth: Floats) -> Marks:
    """Return those falls (m,) after which R starts lower than before, by half of the depth, in both directions."""
    kept = falls.copy()
    for k in np.flatnonzero(falls).tolist():
        later = [m for m in range(k + 1, min(k + 1 + LATER, len(table))) if table.file[m] == table.file[k]]
        kept[k] = all(table.r_start[m] <= (1 - depth[k] / 2) * _reference(table, k, m) for m in later)
    return kept


def _reference(table: HalfCycleTable, k: int, m: int) -> float:
    """Return R at the start of the last half cycle up to k with the direction of m; inf if there is none."""
    alike = np.flatnonzero((table.sign[: k + 1] == table.sign[m]) & (table.file[: k + 1] == table.file[k]))
    return float(table.r_start[alike[-1]]) if len(alike) else np.inf

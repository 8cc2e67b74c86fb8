"""Falls of R that no criterion decides, but that last: from there on it is not known whether a level is survived.

A short that grows slowly and a contact that heals look the same. Neither is called a failure; if R ends below
half of what it was, the lower end of the interval is the last level before the fall (decision 71).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub_ccd.data.table import HalfCycleTable
from echub_ccd.method.detectors import Context, Floats, deep_and_sharp, fell_between, slow_fall

Marks = NDArray[np.bool_]
LATER = 3
"""Half cycles after a fall in which R must stay low: one and a half cycles, so that both directions count."""
CREEPS = 0.02
"""A fall that goes on in the next half cycle began in this one if R is lower by 2 % at its end; one that ends
below half begins where R is lower by three times that. By eye."""
HALF = 0.5
"""R that ends below half of what it was, however slowly, is as suspicious as one that falls to half at once."""
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
    falls = (_fell_within(table) > CREEPS) & (_fell_within(table) > _noise(table))
    marked = np.zeros(len(table), bool)
    if len(table) < LATER or not falls[-1] or not slow[-LATER:].any():
        return marked
    first = len(table) - 1
    while first > 0 and falls[first - 1] and table.file[first - 1] == table.file[first]:
        first -= 1
    marked[max(first, len(table) - LATER)] = True
    return marked


def first_stages(table: HalfCycleTable, context: Context) -> Marks:
    """Mark falls (m,) at once and for good that are half as deep as `r_drop` or deeper."""
    return lasting(table, deep_and_sharp(table, context, PART * context.params.r_drop / 100), table.fall)


def crept(table: HalfCycleTable, fails: Marks) -> Marks:
    """Mark where R starts to fall to less than half for good, over any number of half cycles of one direction."""
    marked = np.zeros(len(table), bool)
    for sign in (1.0, -1.0):
        places = np.flatnonzero((table.sign == sign) & np.isfinite(table.r_start))
        r = table.r_start[places]
        if len(r) < LATER or len(np.unique(table.file[places])) > 1:
            continue
        past = np.maximum.accumulate(r)[:-1]
        future = np.maximum.accumulate(r[::-1])[::-1][1:]
        if (halved := future <= HALF * past).any():
            at = int(np.argmax(halved))
            first = int(np.argmax(future <= (1 - CREEPS * LATER) * past))
            marked[places[first]] = not fails[places[at] : places[at + 1] + 1].any()
    return marked


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


def _fell_within(table: HalfCycleTable) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(1 - table.r_end / table.r_start)


def _noise(table: HalfCycleTable) -> Floats:
    """Return five standard deviations of the fall of R within a half cycle, relative."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(5 * table.noise / np.sqrt(np.maximum(0.05 * table.rows, 3)) / table.r_start)

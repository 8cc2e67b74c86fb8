"""C-rates: a current over the capacity, with the name that a programme would have for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from echub_cycling.data.charge import Floats

SAME = 0.05
"""Relative difference up to which two currents are one rate: neighbouring programmed rates differ by 20 % or
more."""
_SLOW = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 25, 30, 40, 50, 100)
_FAST = (1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50)
_NAMES = {"3C/4": 0.75, **{f"C/{n}" if n > 1 else "1C": 1 / n for n in _SLOW}, **{f"{n:g}C": n for n in _FAST}}
_NEAR_STATED, _NEAR_FOUND = 0.03, 0.12
"""How far a rate may be from a name: a little if the capacity is stated, a usual deviation of a delivered
capacity from
the nominal one if it is not. Beyond, the number is given."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """Runs of cycles with one current: first and last place, level (in the trace's unit)."""

    first: np.ndarray
    last: np.ndarray
    level: Floats


def rate_names(rates: Floats, *, stated: bool) -> list[str]:
    """Return the names of rates (k,) in 1/h: 0.1 is C/10; of one that is not near a usual one the number."""
    names, values = list(_NAMES), np.array(list(_NAMES.values()))
    known = np.where(np.isfinite(rates) & (rates > 0), rates, np.nan)
    place = np.argmin(np.abs(np.nan_to_num(np.log(values[None, :] / known[:, None]))), axis=1)
    near = np.abs(known / values[place] - 1) <= (_NEAR_STATED if stated else _NEAR_FOUND)
    found = zip(known.tolist(), place.tolist(), near.tolist(), strict=True)
    return ["" if rate != rate else names[k] if close else f"{rate:.2g}C" for rate, k, close in found]


def blocks_of(level: Floats) -> Blocks:
    """Cut cycles (k,) into runs of one current: levels within 5 % of the first of a run that is known."""
    known = np.flatnonzero(np.isfinite(level)).tolist()
    first, start = [0], known[0] if known else 0
    for place in known:
        if abs(level[place] / level[start] - 1) > SAME:
            first.append(place)
            start = place
    starts = np.array(first, dtype=np.intp)
    lasts = np.append(starts[1:] - 1, len(level) - 1)
    return Blocks(
        starts, lasts, np.array([np.nanmedian(level[a : b + 1]) for a, b in zip(starts, lasts, strict=True)])
    )

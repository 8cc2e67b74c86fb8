"""Blocks of one file: pulses of one level with one rest between them, and what was done before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub_pulsed_stripping.data.electrode import Floats
from echub_pulsed_stripping.data.train import LEAST_LIMIT_V, PulseTrain

SAME_REST = 0.25
SAME_LEVEL = 0.05
"""Rests and levels that differ by a smaller fraction are one. Rests of a study differ by factors (0.1 to 10 s),
and are known to the rows at their edges only. By eye."""
UNEVEN, LEAST_UNEVEN = 0.1, 3
"""Blocks of a study have many pulses each: rests that change before more than every tenth pulse, and three times
at least, do not make blocks. By eye."""
ALL_BACK = 0.9
"""Plating back this much of what was stripped makes the electrode fresh again (decision 41). By eye."""


@dataclass(frozen=True)
class PulseBlock:
    """Pulses `first` … `last` (inclusive), and what precedes them: start, plated, partly plated, stripped."""

    number: int
    first: int
    last: int
    rest_s: float | None
    before: str

    @property
    def fresh(self) -> bool:
        """Return whether nothing had been stripped when it began, or all was plated back."""
        return self.before in ("start", "plated")


def blocks_of(train: PulseTrain) -> list[PulseBlock]:
    """Cut a train where metal is plated back, or where the rest or the level changes for good.

    Rests that change from pulse to pulse (`uneven_rests`) are one block: there is no rest for each.
    """
    first = np.flatnonzero(_begins(train))
    last = np.append(first[1:], len(train.pulses)) - 1
    return [
        PulseBlock(number, a, b, _typical(train.rest[a : max(b, a + 1)]), _before(train, first[: number - 1], a))
        for number, (a, b) in enumerate(zip(first.tolist(), last.tolist(), strict=True), 1)
    ]


def uneven_rests(train: PulseTrain) -> bool:
    """Return whether the rests change from pulse to pulse, so that no block has one of its own."""
    changed = int(_changed_rests(train).sum())
    return changed >= LEAST_UNEVEN and changed > UNEVEN * len(train.pulses)


def _changed_rests(train: PulseTrain) -> NDArray[np.bool_]:
    """Mark the pulses, from the second on, before which the rest is another; a single one is a pause."""
    rest = train.rest[:-1]
    within = train.edges.begin_within[1:] + train.edges.end_within[:-1]
    unlike = np.abs(np.diff(rest)) > SAME_REST * rest[:-1] + within[1:]
    lone = np.append(False, unlike[:-1] & unlike[1:]) if len(unlike) > 1 else np.zeros(len(unlike), bool)
    alone = np.append(lone, False)
    cleared = rest.copy()
    cleared[:-1] = np.where(alone[:-1], rest[1:], rest[:-1])
    return np.append(False, np.abs(np.diff(cleared)) > SAME_REST * cleared[:-1] + within[1:])


def _begins(train: PulseTrain) -> NDArray[np.bool_]:
    """Mark the pulses that begin a block."""
    level, plated = train.level, np.isnan(train.rest[:-1])  # a pulse goes with the rest before it
    changed = _changed_rests(train) & (not uneven_rests(train))
    other = np.abs(np.diff(level)) > SAME_LEVEL * level[:-1]
    if train.set_point is None and train.top >= LEAST_LIMIT_V:
        # At the instrument's limit the current falls by itself: no other level was meant.
        other &= (train.pulses.largest(train.u) < 0.99 * train.top)[1:]  # on it within 1 %
    return np.append(True, changed | other | plated)


def _before(train: PulseTrain, earlier: NDArray[np.intp], first: int) -> str:
    """Say what precedes a block, from all that was stripped and plated back until then."""
    if not len(earlier):
        return "start"
    if not np.isnan(train.rest[first - 1]):
        return "stripped"
    stripped = float((train.level * train.edges.duration)[:first].sum()) / 3600
    return "plated" if float(train.plated[:first].sum()) > ALL_BACK * stripped else "partly plated"


def _typical(rest: Floats) -> float | None:
    known = rest[np.isfinite(rest)]
    return float(np.median(known)) if len(known) else None

"""From marked half cycles to the interval: the last level survived, the first level failed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Interval, Measurand, Refusal
from echub_ccd.data.protocol import Protocol

DIRECTIONS = {1: "we_oxidised", -1: "we_reduced"}
ONE_LEVEL = 0.02
"""Levels within 2 % are one: a setting and its reading differ by less, steps of a programme by more."""


@dataclass(frozen=True)
class CcdVerdict:
    """The half cycle that failed (None: none did), and the levels around it.

    survived: highest complete level below; None: it failed at the first. opened: half cycles before the
    circuit opened. higher: a level at or above the failed one that was survived in an earlier run. doubted: the
    lowest level, below the failure, at which R fell for good by no criterion: what is survived ends below it.
    """

    half_cycle: int | None
    failed: float | None
    survived: float | None
    opened: int | None = None
    higher: float | None = None
    doubted: float | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """Return the levels between which it fails, 0 and inf where none is known."""
        return self.survived or 0.0, np.inf if self.failed is None else self.failed

    def measurand(self, unit: str, note: str, within: tuple[float, float] = (0.0, 0.0)) -> Measurand:
        """Return the interval, or the bound; `within`: how far its ends, as levels, may be off, in `unit`."""
        quantity = "critical_current_density" if unit == "mA/cm^2" else ""
        low, high = max(self.ends[0] - within[0], 0.0), self.ends[1] + within[1]
        if self.failed is None:
            return Measurand.more_than(unit, low, quantity=quantity, note=note)
        if self.survived is None:
            return Measurand.less_than(unit, high, quantity=quantity, note=note)
        how = "levels and their uncertainty" if any(within) else "levels"
        between = Interval(low, high, "bracketing", includes_high=False, method=how)
        return Measurand(unit, interval=between, censoring="interval", quantity=quantity, note=note)


def judge(
    protocol: Protocol,
    fails: NDArray[np.bool_],
    opened: int | None,
    spots: bool,
    doubts: NDArray[np.bool_] | None = None,
) -> CcdVerdict:
    """Find the first failure in the order of the experiment, and the levels around it.

    fails: (m,), marked half cycles; doubts: (m,), those from which R is lower for good.
    opened: after so many the circuit was open, and nothing is survived.
    Raises `Refusal` where nothing was survived and nothing failed.
    """
    order = np.argsort(protocol.level, kind="stable") if spots else np.arange(len(fails))
    failing = int(np.argmax(fails[order])) if fails.any() else len(order)
    opening = len(order) if opened is None else opened
    first = int(order[failing]) if failing < len(order) and failing < opening else None
    end = min(failing, opening)
    earlier = order[:end]
    decisive = int(protocol.run[first]) if first is not None else _highest_run(protocol, earlier)
    level = float(protocol.level[first]) if first is not None else np.inf
    below = [v for v in _survived(protocol, earlier[protocol.run[earlier] == decisive]) if v < level]
    if first is None and not below:
        steady = float(np.ptp(protocol.level)) <= ONE_LEVEL * float(np.max(protocol.level))
        longer = "a level counts if its half cycles are as long as the others"
        raise Refusal(
            "nothing-survived",
            "no level was completed, and none failed",
            hint="echub analyze symmetric-cycling" if steady else longer,
        )
    same = earlier[protocol.run[earlier] == decisive]
    doubted = None
    if doubts is not None and not spots and doubts[same].any():
        doubted = float(protocol.level[same[doubts[same]]].min())
        below = [v for v in below if v < doubted]
    before = earlier[protocol.run[earlier] < decisive]
    higher = [float(value) for value in protocol.level[before] if first is not None and value >= level]
    return CcdVerdict(
        first,
        None if first is None else level,
        max(below) if below else None,
        opened if first is None else None,
        max(higher) if higher else None,
        doubted if doubted is not None and doubted < level else None,
    )


def _highest_run(protocol: Protocol, earlier: NDArray[np.intp]) -> int:
    return int(protocol.run[earlier[np.argmax(protocol.level[earlier])]]) if len(earlier) else 0


def _survived(protocol: Protocol, earlier: NDArray[np.intp]) -> list[float]:
    """Return the levels whose half cycles are complete, and as many as the levels below have."""
    levels, counts = np.unique(protocol.level[earlier], return_counts=True)
    usual = np.median(counts[:-1]) if len(counts) > 1 else 1
    lived = []
    for value, count in zip(levels, counts, strict=True):
        last = value == levels[-1]
        if protocol.complete[earlier[protocol.level[earlier] == value]].all() and (not last or count >= usual):
            lived.append(float(value))
    return lived

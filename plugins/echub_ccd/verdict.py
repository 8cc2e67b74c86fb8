"""From marked half cycles to the interval: the last level survived, the first level failed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Measurand, Refusal
from echub.plugin import Interval as Range
from echub_ccd.protocol import Protocol

DIRECTIONS = {1: "we_oxidised", -1: "we_reduced"}


@dataclass(frozen=True)
class Verdict:
    """The half cycle that failed (None: none did), the levels around it, and where the cell opened.

    survived: highest complete level below; None: it failed at the first. higher: a level above the failed
    one that was survived in an earlier run, None where there is none.
    """

    half_cycle: int | None
    failed: float | None
    survived: float | None
    opened: int | None = None
    higher: float | None = None

    def measurand(self, unit: str, note: str) -> Measurand:
        """Give the interval, or the bound."""
        quantity = "critical_current_density" if unit == "mA/cm^2" else ""
        if self.failed is None:
            return Measurand.more_than(unit, self.survived or 0.0, quantity=quantity, note=note)
        if self.survived is None:
            return Measurand.less_than(unit, self.failed, quantity=quantity, note=note)
        between = Range(self.survived, self.failed, "bracketing", includes_high=False, method="levels")
        return Measurand(unit, interval=between, censoring="interval", quantity=quantity, note=note)


def judge(
    protocol: Protocol, fails: NDArray[np.bool_], sign: NDArray[np.float64], opens: NDArray[np.bool_], spots: bool
) -> Verdict:
    """Find the first failure in the order of the experiment, and the levels around it.

    fails, opens: (m,), marked half cycles. An open circuit ends what can be survived. Raises `Refusal`
    where nothing was survived and nothing failed.
    """
    order = np.argsort(protocol.level, kind="stable") if spots else np.arange(len(fails))
    failing = order[fails[order]]
    opening = order[opens[order]]
    at = {int(k): place for place, k in enumerate(order)}
    first = int(failing[0]) if len(failing) else None
    opened = int(opening[0]) if len(opening) else None
    if first is not None and opened is not None and at[opened] < at[first]:
        first = None
    end = first if first is not None else opened
    earlier = order if end is None else order[: at[end]]
    decisive = protocol.run[end] if end is not None else _highest_run(protocol)
    level = protocol.level[end] if end is not None else np.inf
    lived = _survived(protocol, earlier[protocol.run[earlier] == decisive])
    below = [value for value in lived if value < level]
    if first is None and not below:
        raise Refusal(
            "nothing_survived",
            "no level was completed, and none failed",
            hint="a level counts where its half cycles are as long as the others",
        )
    before = earlier[protocol.run[earlier] < decisive]
    higher = [value for value in protocol.level[before] if first is not None and value >= level]
    return Verdict(
        first,
        None if first is None else float(level),
        max(below) if below else None,
        None if first is not None else opened,
        max(higher) if higher else None,
    )


def _highest_run(protocol: Protocol) -> int:
    return int(protocol.run[int(np.argmax(protocol.level))])


def _survived(protocol: Protocol, earlier: NDArray[np.intp]) -> list[float]:
    """Give the levels whose half cycles are complete, and as many as the levels below have."""
    levels, counts = np.unique(protocol.level[earlier], return_counts=True)
    usual = np.median(counts[:-1]) if len(counts) > 1 else 1
    lived = []
    for value, count in zip(levels, counts, strict=True):
        last = value == levels[-1]
        if protocol.complete[earlier[protocol.level[earlier] == value]].all() and (not last or count >= usual):
            lived.append(float(value))
    return lived

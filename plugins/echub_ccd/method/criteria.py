"""What each lasting criterion says, and whether they disagree with the one that decides."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Refusal, Series
from echub_ccd.data.experiment import Experiment
from echub_ccd.data.protocol import Protocol
from echub_ccd.method.detectors import Floats
from echub_ccd.method.doubts import lasting
from echub_ccd.method.verdict import CcdVerdict, judge

LASTING = ("r_drop", "below_bulk", "half_drop", "near_zero")
"""Criteria that say that R is low from here on: the others fire at sound cells, and say nothing of a short."""


def verdicts_of(marks: Mapping[str, Floats], experiment: Experiment, protocol: Protocol) -> dict[str, CcdVerdict]:
    """Return the verdict of each lasting criterion that can be evaluated; R must stay low after it fires."""
    found = {}
    table = experiment.table
    for name in LASTING:
        if not np.isfinite(marks[name]).any():
            continue
        fires = marks[name] == 1
        if name in ("half_drop", "near_zero") and not experiment.spots:
            fires = lasting(table, fires, np.full(len(table), 0.5))
        try:
            found[name] = judge(protocol, fires, experiment.opened, experiment.spots)
        except Refusal:
            continue
    return found


def disagreeing(found: Mapping[str, CcdVerdict], verdict: CcdVerdict) -> dict[str, CcdVerdict]:
    """Return the criteria that find a failure at another level than the verdict."""
    return {name: v for name, v in found.items() if v.failed is not None and v.failed != verdict.failed}


def table_of_criteria(found: Mapping[str, CcdVerdict], unit: str) -> dict[str, Series]:
    """Return the interval of each lasting criterion, in `unit`; None where it is open."""
    return {
        "criterion": Series.of(list(found)),
        "last_survived": Series.of([v.survived for v in found.values()], unit),
        "first_failed": Series.of([v.failed for v in found.values()], unit),
    }


def spoken(verdict: CcdVerdict, unit: str) -> str:
    """Say an interval in words."""
    if verdict.failed is None:
        return f"> {verdict.survived or 0:.4g} {unit_text(unit)}"
    if verdict.survived is None:
        return f"< {verdict.failed:.4g} {unit_text(unit)}"
    return f"[{verdict.survived:.4g}, {verdict.failed:.4g}) {unit_text(unit)}"

"""The accuracy of a current by its range, the same for every analysis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from echub.analysis.needs import Inputs
from echub.declare_analysis import CURRENT_RANGE
from echub.model.units import scale_between, unit
from echub.remark import Flag
from echub.science.ranges import CurrentRanges

_DENSITY = "mA/cm^2"


def current_ranges(
    data: Inputs, accuracy: float, unit_of_current: str, need: str = CURRENT_RANGE.name
) -> CurrentRanges:
    """Return the ranges of the current of every row of the inputs; none is known if nothing records them.

    accuracy: of the range, %. unit_of_current: in which the errors are wanted, of a current or, if the area is
    stated, of a current density.
    """
    if need not in data:
        return CurrentRanges.of(np.full(len(data), np.nan), accuracy / 100)
    return CurrentRanges.of(data[need], accuracy / 100, _divisor(data, unit_of_current))


def _divisor(data: Inputs, wanted: str) -> float:
    """Return what a current in mA is divided by for one in another unit, or a density; NaN without an area."""
    if unit(wanted).dimension == "current^1":
        return float(scale_between(wanted, "mA").factor)
    area = data.metadata.value("cell.area", "cm^2")
    is_density = unit(wanted).dimension == unit(_DENSITY).dimension
    return float(area * scale_between(wanted, _DENSITY).factor) if area and is_density else float("nan")


def several_ranges(used: Mapping[str, str]) -> tuple[Flag, ...]:
    """Return the flag that one answer was measured in several ranges, each with where it was used first."""
    if len(used) < 2:
        return ()
    named = ", ".join(f"{name} ({where})" if where else name for name, where in used.items())
    text = f"the current was measured in {len(used)} ranges: {named}; the intervals hold the accuracy of each"
    return (Flag("several-ranges", text, "info"),)


def range_unknown(where: str, instead: str) -> Flag:
    """Return the flag that a current range is not known, and what counts instead."""
    text = f"the current range is not known{where}: {instead}"
    return Flag(
        "current-range-unknown", text, "info", hint='--set instrument.current_range="10 mA", if it was fixed'
    )


def current_still(current: str, rows: int, where: str, *, effect: str = "", also: str = "") -> Flag:
    """Return the flag that a current stands still where others move; current: with its unit, such as 5 nA.

    effect: what follows for this analysis; also: what helps beside a larger range.
    """
    text = f"the current stands still at {current} in {rows} rows: it is beyond its range, or not measured{effect}"
    return Flag("current-stands-still", text, where=where, hint=f"measure in a larger range{also}")

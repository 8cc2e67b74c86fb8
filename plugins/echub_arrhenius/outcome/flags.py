"""What is flagged about an activation energy: the set of values, their uncertainties, single points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from echub.plugin import Flag
from echub.science import ZERO_CELSIUS
from echub.text import percent
from echub_arrhenius import ArrheniusParams
from echub_arrhenius.data import CellValue
from echub_arrhenius.method import ArrheniusLine, Fitted
from echub_arrhenius.method_budget import UNLIKELY, Budget

FEW = 4
"""Temperatures below which a fit is flagged: three leave one degree of freedom (t = 12.7)."""
UNCERTAIN, UNCERTAIN_SCATTER = 0.2, 3.0
"""A point is uncertain from 20 % on, or from three times the scatter about the line. By eye."""
LEAST = 0.02
"""A line without scatter does not make a point of 2 % uncertain. By eye."""
LEAST_TEMPERATURES = 3
"""Temperatures that a cell needs for a line of its own."""
ROUNDING = 1e-9
"""Energies up to this, eV, are rounding: values that are all equal have none."""
SPANNED = 2 / 3
"""Part of the range of 1/T that one cell must span, so that the cells' differences are not part of the slope. By
eye."""

MANY_TIMES = 1000.0
"""A Birge ratio beyond which its digits are those of stated uncertainties that cannot be meant."""

Lack = tuple[float, int, int, float]


def own(points: Sequence[CellValue], y: float) -> float:
    """Return the relative uncertainty that the value nearest to y states, without what points share; 0 if none."""
    return min(points, key=lambda p: abs(p.y - y)).relative


def repeated(points: Sequence[CellValue]) -> list[list[CellValue]]:
    """Gather the cells that were measured at three temperatures or more."""
    return [c for c in _by_cell(points) if len({round(p.kelvin, 6) for p in c}) >= LEAST_TEMPERATURES]


def _by_cell(points: Sequence[CellValue]) -> list[list[CellValue]]:
    cells: dict[str, list[CellValue]] = {}
    for point in points:
        if point.cell:
            cells.setdefault(point.cell, []).append(point)
    return list(cells.values())


def freedom_text(count: float) -> str:
    """Return degrees of freedom, which need not be whole, in words."""
    return f"{count:g} degree{'' if count == 1 else 's'} of freedom"


def set_flags(
    temperatures: Sequence[Sequence[CellValue]], line: ArrheniusLine, lack: Lack | None, params: ArrheniusParams
) -> list[Flag]:
    """Report what the numbers of temperatures and of cells do to the answer."""
    flags = []
    if len(temperatures) < FEW:
        text = f"{len(temperatures)} temperatures leave {freedom_text(line.dof)}: the interval is wide"
        flags.append(Flag("few-temperatures", text))
    counts = [len(points) for points in temperatures]
    if params.replicates == "max" and max(counts) > 1:
        text = (
            "the best of the cells is unbiased in E_A only while the relative loss does not depend on temperature"
        )
        flags.append(Flag("best-of-replicates", text, "info"))
        if min(counts) != max(counts):
            text = f"{min(counts)} to {max(counts)} cells per temperature: the best of more is higher"
            flags.append(Flag("unequal-replicates", text, hint="--param replicates=mean, or equal numbers"))
    if lack and lack[3] < UNLIKELY:
        text = (
            f"the cells scatter less than the temperatures leave the line (F = {lack[0]:.2g}, p = {lack[3]:.2g})"
        )
        flags.append(Flag("lack-of-fit", text))
    if params.allow_mixed:
        flags.append(Flag("mixed", "values that are not comparable were allowed"))
    return flags


def _times(ratio: float) -> str:
    """Return a ratio as a sentence tells it."""
    return f"{ratio:.1f}" if ratio < MANY_TIMES else f"more than {MANY_TIMES:g}"


def budget_flags(parts: Budget, lack: Lack | None, points: Sequence[CellValue]) -> list[Flag]:
    """Report where the tests of the uncertainties speak against one straight line."""
    flags = []
    if parts.birge is not None and parts.birge.exceeds:
        text = f"the values scatter {_times(parts.birge.ratio)} times as much as they state (Birge ratio)"
        flags.append(Flag("scatter-exceeds-stated", text))
    if parts.birge is not None and parts.birge.falls_short:
        text = (
            f"the values scatter {parts.birge.ratio:.2g} times as much as they state: part of that may be common"
        )
        flags.append(Flag("scatter-below-stated", text, "info"))
    if parts.cells is not None and parts.cells.differ:
        text = f"{parts.cells.count} cells have energies of their own, {parts.cells.mean:.3g} eV in the mean"
        flags.append(Flag("cells-differ", text))
    if parts.turn is not None:
        at = f"{parts.turn.kelvin - ZERO_CELSIUS:.4g} °C"
        text = (
            f"ln y passes a {parts.turn.kind} near {at}: the slope changes its sign, so that one "
            "line describes neither side"
        )
        flags.append(Flag("slope-turns", text, hint="--param exclude='LABEL: other flank' leaves one of them out"))
    elif parts.curved and lack is None:  # replicates test the line better
        flags.append(Flag("curved", "ln y against 1/T is curved: there is no single activation energy"))
    if _changing(points):
        flags.append(Flag("cells-change", "no cell spans the series: how the cells differ is part of the slope"))
    return flags


def _changing(points: Sequence[CellValue]) -> bool:
    """Return whether cells were repeated, but none over most of the range of 1/T."""
    cells = _by_cell(points)
    spans = [float(np.ptp([1 / p.kelvin for p in cell])) for cell in cells]
    whole = float(np.ptp([1 / p.kelvin for p in points]))
    return bool(spans) and 0 < max(spans) < SPANNED * whole


def point_flags(fitted: Fitted, line: ArrheniusLine, form: str) -> list[Flag]:
    """Report points that are less certain than they scatter, and an energy below zero."""
    made = []
    limit = min(UNCERTAIN, max(UNCERTAIN_SCATTER * line.scatter, LEAST))
    # A point that has its weight does no harm.
    equal = zip(fitted.points, fitted.y, strict=True) if fitted.weights is None else ()
    for points, y in equal:
        if (stated := own(points, float(y))) > limit:
            nearest = min(points, key=lambda p: abs(p.y - float(y)))
            text = f"the value at {nearest.kelvin - ZERO_CELSIUS:g} °C is certain to {percent(stated)} only"
            made.append(Flag("uncertain-point", text, where=nearest.outcome.label, hint="--param weights=own"))
    if line.energy < -ROUNDING:
        text = f"the activation energy of {form} is negative, {line.energy:.3g} eV"
        made.append(Flag("negative-activation-energy", text))
    return made

"""Many cells: a Weibull distribution of their critical current densities, each known as an interval only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from echub.drawing import unit_text
from echub.plugin import (
    Condition,
    Flag,
    Interval,
    Measurand,
    Outcome,
    Refusal,
    Series,
    input_flags,
    require_comparable,
    require_distinct,
    require_one_basis,
    wrong_unit,
)
from echub.text import several, with_article
from echub_ccd import WeibullParams
from echub_ccd.method.goodness import Goodness, goodness
from echub_ccd.method.likelihood import SHAPES, CellIntervals, Fit, fit, median_interval

if TYPE_CHECKING:
    from echub.plugin import InputSet

CANDIDATES = ("critical_current_density", "critical_current")
UNITS = ("mA/cm^2", "mA")
LEAST_CELLS = 3
"""Median and shape are two parameters: from two cells they are only computed."""
COMPARED = ("cell.temperature", "cell.area_basis", "cell.electrolyte", "cell.stack_pressure", "sample.group")
SAME = 0.05
"""Conditions that are numbers are the same within this fraction, as levels and charges are."""

UNLIKELY = 0.05
"""Level of both tests: one good batch in twenty is flagged by each."""


def run(data: InputSet[Outcome], params: WeibullParams) -> Outcome:
    """Fit the distribution and give its median with an interval."""
    name = _measurand(data, params)
    used, left_out = _usable(data, name)
    table = _table(used, left_out, name)
    try:
        require_distinct(used)
        _require_enough(used, left_out)
        _require_comparable(used, name, params)
        cells = _cells(used, name)
        _require_spread(cells, used[0][name].unit)
    except Refusal as refusal:
        refusal.tables["cells"] = table
        raise
    found = fit(cells)
    tested = goodness(cells, found, data.rng())
    unit = used[0][name].unit
    low, high = median_interval(cells, found, params.level / 100)
    return Outcome(
        _measurands(found, cells, unit, params, (low, high)),
        (*_flags(used, left_out, found, params), *_misfits(tested)),
        {"cells": table, "readings": _readings(cells, found, unit), **_tests(tested)},
        diagnostics=_diagnostics(cells, found, unit, (low, high)),
        conditions=_shared_conditions(used),
    )


def _measurand(data: Sequence[Outcome], params: WeibullParams) -> str:
    present = {name for outcome in data for name in outcome.measurands}
    wanted = (params.measurand,) if params.measurand else CANDIDATES
    found = next((name for name in wanted if name in present), None)
    if found is None:
        held = ", ".join(sorted(present)) or "nothing"
        raise Refusal("no-such-measurand", f"no outcome has {with_article(' or '.join(wanted))}: they hold {held}",
                      hint="echub analyze ccd FILE -o FOLDER makes such outcomes")  # fmt: skip
    return found


def _usable(data: Sequence[Outcome], name: str) -> tuple[list[Outcome], list[tuple[str, str]]]:
    """Part the outcomes into those with a value or interval, and the others with the reason."""
    used, left_out = [], []
    for outcome in data:
        measurand = outcome.measurands.get(name)
        if outcome.refusals:
            left_out.append((outcome.label, f"refused: {outcome.refusals[0].code}"))
        elif measurand is None or (measurand.value is None and measurand.interval is None):
            left_out.append((outcome.label, f"has no {name}"))
        elif wrong := wrong_unit(name, measurand.unit, UNITS):
            left_out.append((outcome.label, wrong))
        elif not _bounds(measurand)[1] > 0:
            left_out.append((outcome.label, f"{name} is not above 0"))
        else:
            used.append(outcome)
    used.sort(key=lambda outcome: (_bounds(outcome[name]), outcome.label))
    return used, left_out


def _bounds(measurand: Measurand) -> tuple[float, float]:
    """Return what is known of one cell: it fails above the first and not above the second."""
    if measurand.value is not None:
        return measurand.value, measurand.value
    low, high = (measurand.interval.low, measurand.interval.high) if measurand.interval else (None, None)
    return max(low or 0.0, 0.0), np.inf if high is None else high


def _cells(used: Sequence[Outcome], name: str) -> CellIntervals:
    """Return the cells; a bare value counts as an interval of a ten-thousandth around it."""
    bounds = np.array([_bounds(outcome[name]) for outcome in used], dtype=np.float64).reshape(-1, 2)
    exact = bounds[:, 0] == bounds[:, 1]
    return CellIntervals(
        np.where(exact, bounds[:, 0] * (1 - 5e-5), bounds[:, 0]),
        np.where(exact, bounds[:, 1] * (1 + 5e-5), bounds[:, 1]),
    )


# -- what can be fitted ------------------------------------------------------------------------


def _require_enough(used: Sequence[Outcome], left_out: Sequence[tuple[str, str]]) -> None:
    if len(used) < LEAST_CELLS:
        text = f"{several(len(used), 'cell')} can be used; at least {LEAST_CELLS} are needed"
        raise Refusal("too-few-cells", text, where=_reasons(left_out) or None)


def _reasons(left_out: Sequence[tuple[str, str]]) -> str:
    return "; ".join(f"{label}: {reason}" for label, reason in left_out[:10])


def _require_comparable(used: Sequence[Outcome], name: str, params: WeibullParams) -> None:
    units = sorted({outcome[name].unit for outcome in used})
    if len(units) > 1:
        raise Refusal("mixed-unit", f"the values are in {' and '.join(map(unit_text, units))}",
                      hint='--set cell.area="…" where it is missing')  # fmt: skip
    require_one_basis([(outcome.label, outcome[name]) for outcome in used])  # whatever else may be mixed
    if not params.allow_mixed:
        require_comparable(used, COMPARED, within=SAME)


def _require_spread(cells: CellIntervals, unit: str) -> None:
    """Refuse what has no median: no cell failed, all failed at the first level, or all within one step."""
    if np.isinf(cells.high).all():
        raise Refusal(
            "none-failed",
            f"no cell failed: all that is known is that each is above {cells.low.min():.4g} {unit_text(unit)}",
        )
    if (cells.low == 0).all():
        raise Refusal("all-failed-first", "every cell failed at its first level: nothing is known below it")
    if cells.low.max() < cells.high.min():
        raise Refusal(
            "no-spread",
            f"every cell can have failed between {cells.low.max():.4g} and "
            f"{cells.high.min():.4g} {unit_text(unit)}: the steps are too coarse to say how the cells differ",
            hint="smaller steps of the current",
        )


# -- what is given -----------------------------------------------------------------------------


def _measurands(
    found: Fit, cells: CellIntervals, unit: str, params: WeibullParams, ends: tuple[float | None, float | None]
) -> dict[str, Measurand]:
    interval = Interval(*ends, level=params.level / 100, method="profile likelihood, F(1, n)")
    known = [end for end in ends if end is not None]
    widths = 2 * float(ndtri(0.5 + params.level / 200))  # standard deviations between the ends
    error = abs(known[-1] - known[0]) / widths if len(known) == 2 else None
    censored = int((np.isinf(cells.high) | (cells.low == 0)).sum())
    note = (
        f"{several(len(cells), 'cell')}, {censored} of them censored" if censored else several(len(cells), "cell")
    )
    return {
        "median": Measurand(unit, found.median, error, interval, n=len(cells), note=note),
        "scale": Measurand(unit, found.scale, n=len(cells)),
        "shape": Measurand("1", found.shape, n=len(cells), note="biased high with few cells"),
    }


def _flags(
    used: Sequence[Outcome],
    left_out: Sequence[tuple[str, str]],
    found: Fit,
    params: WeibullParams,
) -> list[Flag]:
    flags = []
    if left_out:
        text = several(len(left_out), "outcome was left out", "outcomes were left out")
        flags.append(Flag("left-out", text, where=_reasons(left_out)))
    flags += input_flags(used)
    if params.allow_mixed:
        flags.append(Flag("mixed", "values that are not comparable were allowed"))
    if found.shape >= 0.99 * SHAPES[1]:  # at the limit, to the tolerance of the fit
        flags.append(Flag("narrow", "the distribution is narrower than the steps: its shape is a lower bound"))
    if found.shape <= 1.01 * SHAPES[0]:
        text = (
            f"the cells differ by more than a distribution of the smallest shape, {SHAPES[0]:g}, does: "
            "its shape is an upper bound, and the median is hardly known"
        )
        flags.append(Flag("wide", text))
    return flags


def _misfits(tested: Goodness | None) -> list[Flag]:
    flags = []
    if tested is not None and tested.two < UNLIKELY:
        text = f"the cells fall into two populations (p = {tested.two:.2g}): the median describes neither of them"
        flags.append(Flag("two-populations", text))
    if tested is not None and tested.fit < UNLIKELY:
        text = f"the cells do not follow one Weibull distribution (p = {tested.fit:.2g})"
        flags.append(Flag("poor-fit", text))
    return flags


def _tests(tested: Goodness | None) -> dict[str, dict[str, Series]]:
    if tested is None:
        return {}
    names = ("goodness of fit (Anderson, Darling)", "division into two")
    return {"tests": {"test": Series.of(names), "p": Series.of((tested.fit, tested.two))}}


def _table(used: Sequence[Outcome], left_out: Sequence[tuple[str, str]], name: str) -> dict[str, Series]:
    rows: list[tuple[str, float | None, float | None, str, str]]
    rows = [(o.label, *_finite(_bounds(o[name])), o.status, "") for o in used]
    rows += [(label, None, None, "", reason) for label, reason in left_out]
    columns = zip(*rows, strict=True)
    unit = used[0][name].unit if used else ""
    names = ("outcome", "last_survived", "first_failed", "status", "left_out")
    return {n: Series.of(c, unit if n in names[1:3] else "") for n, c in zip(names, columns, strict=True)}


def _finite(bounds: tuple[float, float]) -> tuple[float | None, float | None]:
    return bounds[0] or None, bounds[1] if np.isfinite(bounds[1]) else None


def _readings(cells: CellIntervals, found: Fit, unit: str) -> dict[str, Series]:
    """Return what averaging one end of the intervals would read instead: both are biased."""
    lows, highs = cells.low[cells.low > 0], cells.high[np.isfinite(cells.high)]
    named = {
        "median of the distribution": found.median,
        "mean of last survived": float(lows.mean()) if len(lows) else None,
        "mean of first failed": float(highs.mean()) if len(highs) else None,
    }
    return {"reading": Series.of(named), "value": Series.of(named.values(), unit)}


def _shared_conditions(used: Sequence[Outcome]) -> dict[str, Condition]:
    """Keep the conditions that all outcomes share."""
    first = used[0].conditions
    return {k: c for k, c in first.items() if all(o.conditions.get(k) == c for o in used)}


def _diagnostics(
    cells: CellIntervals, found: Fit, unit: str, ends: tuple[float | None, float | None]
) -> dict[str, Series]:
    # The picture alone: the curve goes on a little beyond the last cell.
    top = 1.3 * max(cells.low.max(), cells.high[np.isfinite(cells.high)].max())
    grid = np.linspace(0, top, 200)
    fails = -np.expm1(-np.log(2.0) * (grid / found.median) ** found.shape)
    return {
        "low": Series.of(cells.low, unit),
        "high": Series.of(cells.high, unit),
        "level": Series.of(grid, unit),
        "fraction": Series.of(fails),
        "median": Series.of([found.median], unit),
        "ends": Series.of(list(ends), unit),
    }

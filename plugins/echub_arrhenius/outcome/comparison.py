"""Two groups at equal temperatures: an exact permutation of cells."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from echub.plugin import Condition, Flag, InputSet, Interval, Measurand, Outcome, Refusal, UnknownOption
from echub.science import ZERO_CELSIUS
from echub.text import several
from echub_arrhenius import CompareParams
from echub_arrhenius.data import CellValue, Chosen, by_temperature, choose
from echub_arrhenius.method_exchange import LEVEL, Exchange, Exchangeable, classes, difference_error, exchange
from echub_arrhenius.method_interaction import interaction_p
from echub_arrhenius.outcome.comparison_tables import celsius, curves, table_of_temperatures

Floats = NDArray[np.float64]
SIGNIFICANT = 0.05
"""The level that is usual; a test that cannot reach it is said to be unable to."""
CHANGES = 0.01
"""Level of the test of equal ratios: 1 of 100 comparisons of groups with one ratio is flagged."""


def run(data: InputSet[Outcome], params: CompareParams) -> Outcome:
    """Test whether one group's values are higher, temperature by temperature."""
    chosen = choose(data, params)
    groups = sorted({p.group for p in chosen.points})
    if len(groups) != 2:
        raise Refusal(
            "not-two-groups",
            f"{several(len(groups), 'group')} by {params.group_by}: {', '.join(map(_said, groups))}",
            hint="--param group_by=… parts the outcomes in two",
        )
    strata = _strata(chosen, params)
    high = params.higher or max(groups, key=lambda g: _mean_log(strata, g))
    if high not in groups:
        raise Refusal(
            "no-such-group",
            f"no group is called {high!r}: {', '.join(map(_said, groups))}",
            hint=f"--param higher={next(filter(None, groups))}",
        )
    low = next(g for g in groups if g != high)
    sides = [(_logs(points, high), _logs(points, low)) for points in strata]
    parts = _exchangeable(strata, high)
    found = exchange(parts, two_sided=not params.higher)
    said = _said(high), _said(low)
    return Outcome(
        _measurands(found, parts, sides, params, *said),
        (
            *chosen.flags,
            *_flags(params, strata, found, parts),
            *_absent(params, strata),
            *_changing(strata, sides, high),
        ),
        {"values": chosen.table(), "temperatures": table_of_temperatures(strata, sides, *said)},
        diagnostics=curves(chosen, strata, high),
        conditions={
            "higher": Condition(said[0]),
            "lower": Condition(said[1]),
            "measurand": Condition(chosen.name),
        },
        label=f"{said[0]} against {said[1]}",
    )


def _said(group: str) -> str:
    """Return what a group is called: outcomes that state none are one too."""
    return group or "(not stated)"


def _exchangeable(strata: list[list[CellValue]], high: str) -> list[Exchangeable]:
    """Gather the values by cell."""
    return classes(*_by_cell(strata, high))


def _by_cell(strata: list[list[CellValue]], high: str) -> tuple[list[Hashable], list[int], Floats, list[bool]]:
    """Return cell, temperature's number, logarithm and group of each value; without a name it is its own cell."""
    values = [(k, point) for k, points in enumerate(strata) for point in points]
    return (
        [point.cell or number for number, (_, point) in enumerate(values)],
        [k for k, _ in values],
        np.log([point.value for _, point in values]),
        [point.group == high for _, point in values],
    )


def _measurands(
    found: Exchange,
    parts: list[Exchangeable],
    sides: list[tuple[Floats, Floats]],
    params: CompareParams,
    high: str,
    low: str,
) -> dict[str, Measurand]:
    tails, words = (1, "one-sided") if params.higher else (2, "two-sided")
    cells = sum(len(part.members) for part in parts)
    at = several(len(sides), "temperature")
    how = f"{words}; {found.relabelings} relabelings of {cells} cells at {at}"
    pairs, wins = _pairs(sides)
    sign = min(1.0, tails * float(special.bdtrc(wins - 1, pairs, 0.5)))
    return {
        "p_permutation": Measurand("1", found.p, n=cells, note=how),
        "p_least": Measurand("1", found.least, n=cells, note="the least that so many cells can give"),
        "p_sign": Measurand(
            "1", sign, n=pairs, note=f"{wins} of {several(pairs, 'ordered pair')}; takes them as independent"
        ),
        "ratio": _ratio(parts, len(sides), f"{high} over {low}"),
    }


def _ratio(parts: list[Exchangeable], temperatures: int, note: str) -> Measurand:
    """Return the geometric mean of the ratio, with the interval that the scatter of cells gives."""
    log = sum(part.observed for part in parts) / temperatures
    ratio = float(np.exp(log))
    error = difference_error(parts)
    if error is None:
        return Measurand("1", ratio, n=temperatures, note=note)
    spread, half = (value / temperatures for value in error)
    ends = Interval(float(np.exp(log - half)), float(np.exp(log + half)), level=LEVEL, method="t of ln ratio")
    return Measurand("1", ratio, ratio * spread, ends, n=temperatures, note=note)


def _strata(chosen: Chosen, params: CompareParams) -> list[list[CellValue]]:
    """Gather the points by temperature, as far as both groups are there."""
    gathered = by_temperature(chosen.points, params.temperature_step)
    shared = [points for points in gathered if len({p.group for p in points}) == 2]
    if not shared:
        raise Refusal("no-shared-temperature", "the groups share no temperature")
    if not params.temperatures:
        return shared
    wanted = _wanted(params)
    compared = [s for s in shared if any(_is_at(s, w, params) for w in wanted)]
    if not compared:
        has = ", ".join(f"{celsius(points):.4g}" for points in shared)
        raise Refusal(
            "no-shared-temperature",
            f"the groups share {has} °C, and none of {_in_celsius(params)} °C is among them",
        )
    return compared


def _is_at(points: list[CellValue], kelvin: float, params: CompareParams) -> bool:
    return abs(points[0].kelvin - kelvin) <= params.temperature_step


def _wanted(params: CompareParams) -> list[float]:
    """Return the temperatures that were chosen, K."""
    try:
        found = [float(text) + ZERO_CELSIUS for text in _in_celsius(params).split(",")]
    except ValueError:
        found = []
    if not found or not np.isfinite(found).all():
        raise UnknownOption("temperatures are numbers in °C", expected="30, 60, 90", found=params.temperatures)
    return found


def _in_celsius(params: CompareParams) -> str:
    return params.temperatures.replace("°C", "").strip()


def _logs(points: list[CellValue], group: str) -> Floats:
    return np.log([p.value for p in points if p.group == group])


def _mean_log(strata: list[list[CellValue]], group: str) -> float:
    return float(np.mean([_logs(points, group).mean() for points in strata]))


def permutation_p(sides: list[tuple[Floats, Floats]]) -> tuple[float, int]:
    """Return the exact one-sided p of the summed difference of means, and the number of relabelings.

    sides: (values of the group expected higher, values of the other) per temperature, each (cells,), every value
    of a cell of its own.
    """
    parts = [
        Exchangeable(both / len(a), both / len(b), np.arange(len(both)) < len(a))
        for a, b in sides
        for both in [np.concatenate([a, b])]
    ]
    found = exchange(parts)
    return found.p, found.relabelings


def _pairs(sides: list[tuple[Floats, Floats]]) -> tuple[int, int]:
    """Pair best with best, second with second …; count pairs, and those in which the first is higher."""
    pairs = wins = 0
    for a, b in sides:
        for x, y in zip(np.sort(a)[::-1], np.sort(b)[::-1], strict=False):
            pairs += 1
            wins += bool(x > y)
    return pairs, wins


def _flags(
    params: CompareParams, strata: list[list[CellValue]], found: Exchange, parts: list[Exchangeable]
) -> list[Flag]:
    flags = []
    if params.temperatures:
        compared = several(len(strata), "temperature was", "temperatures were")
        text = f"only {compared} compared ({_in_celsius(params)} °C), chosen by hand"
        flags.append(Flag("subset-chosen", f"{text}: if after seeing the data, p is too small"))
    if not params.higher:
        text = "no direction was given beforehand: p is two-sided"
        flags.append(Flag("direction-from-data", text, "info", hint="--param higher=NAME"))
    if found.least >= SIGNIFICANT:
        text = f"no arrangement of these cells gives a p below {found.least:.3g}"
        flags.append(Flag("p-unreachable", text, hint="measure more cells of each group"))
    unnamed = sum(not point.cell for points in strata for point in points)
    if unnamed and len(strata) > 1:
        text = f"{several(unnamed, 'value names', 'values name')} no cell"
        text += ": if one was measured at several temperatures, p is too small"
        flags.append(Flag("cells-not-named", text, hint="state cell.id"))
    if difference_error(parts) is None:
        flags.append(Flag("wide-ratio", "the ratio has no interval: no two cells were measured alike"))
    return flags


def _absent(params: CompareParams, strata: list[list[CellValue]]) -> list[Flag]:
    """Flag temperatures that were asked for, at which the groups do not both have values."""
    wanted = _wanted(params) if params.temperatures else []
    absent = [kelvin for kelvin in wanted if not any(_is_at(points, kelvin, params) for points in strata)]
    if not absent:
        return []
    listed = ", ".join(f"{kelvin - ZERO_CELSIUS:.4g}" for kelvin in absent)
    return [Flag("temperature-absent", f"at {listed} °C the groups do not both have values: not compared")]


def _changing(strata: list[list[CellValue]], sides: list[tuple[Floats, Floats]], high: str) -> list[Flag]:
    """Flag ratios that differ from temperature to temperature by more than the scatter of the cells."""
    p = interaction_p(*_by_cell(strata, high))
    if p is None or p >= CHANGES:
        return []
    ratios = [float(np.exp(a.mean() - b.mean())) for a, b in sides]
    said = ", ".join(f"{r:.3g} at {celsius(points):.4g} °C" for r, points in zip(ratios, strata, strict=True))
    text = f"the ratio changes with temperature (p = {p:.2g}), {said}: their mean is that of these temperatures"
    return [
        Flag(
            "ratio-changes",
            text,
            hint="compare the activation energies by arrhenius, or one temperature: --param temperatures=30",
        )
    ]


def verdict(outcome: Outcome) -> str:
    """Return the answer in words."""
    p, least = outcome["p_permutation"], outcome["p_least"]
    said = f"p = {p.value:.2g}, {p.note.partition(';')[0]}"
    if (least.value or 0.0) >= SIGNIFICANT:
        return f"too few cells to tell ({said})"
    if (p.value or 0.0) < SIGNIFICANT:
        return f"{outcome.conditions['higher'].value} is higher ({said})"
    return f"no difference shown ({said})"

"""Two groups at equal temperatures: an exact permutation within each temperature."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from echub.plugin import Condition, Flag, InputSet, Measurand, Outcome, Refusal, Series
from echub_arrhenius import CompareParams
from echub_arrhenius.data import KELVIN, CellValue, Chosen, by_temperature, choose

Floats = NDArray[np.float64]
LARGEST_HALF = 5_000_000
"""Relabelings that are counted at once; twice as many strata cost only twice as much."""


def run(data: InputSet[Outcome], params: CompareParams) -> Outcome:
    """Test whether one group's values are higher, temperature by temperature."""
    chosen = choose(data, params)
    groups = sorted({p.group for p in chosen.points})
    if len(groups) != 2:
        raise Refusal(
            "not-two-groups",
            f"{len(groups)} groups by {params.group_by}: {', '.join(groups)}",
            hint="--param group_by=… parts the outcomes in two",
        )
    strata = _strata(chosen, params)
    high = params.higher or max(groups, key=lambda g: _mean_log(strata, g))
    if high not in groups:
        raise Refusal(
            "no-such-group",
            f"no group is called {high!r}: {', '.join(groups)}",
            hint=f"--param higher={groups[0]}",
        )
    low = next(g for g in groups if g != high)
    sides = [(_logs(points, high), _logs(points, low)) for points in strata]
    p, relabelings = permutation_p(sides)
    pairs, wins = _pairs(sides)
    difference = float(np.mean([a.mean() - b.mean() for a, b in sides]))
    sign = float(stats.binom.sf(wins - 1, pairs, 0.5))
    measurands = {
        "p_permutation": Measurand(
            "1", p, n=len(sides), note=f"{relabelings} relabelings within {len(sides)} temperatures"
        ),
        "p_sign": Measurand(
            "1", sign, n=pairs, note=f"{wins} of {pairs} ordered pairs; takes them as independent"
        ),
        "ratio": Measurand("1", float(np.exp(difference)), n=len(sides), note=f"{high} over {low}"),
    }
    return Outcome(
        measurands,
        (*chosen.flags, *_flags(params, strata)),
        {"values": chosen.table(), "temperatures": _table(strata, sides, high, low)},
        conditions={"higher": Condition(high), "lower": Condition(low), "measurand": Condition(chosen.name)},
        label=f"{high} against {low}",
    )


def _strata(chosen: Chosen, params: CompareParams) -> list[list[CellValue]]:
    """Gather the points by temperature, as far as both groups are there."""
    gathered = by_temperature(chosen.points, params.temperature_step)
    if params.temperatures:
        wanted = [float(text) for text in params.temperatures.replace("°C", "").split(",")]
        gathered = [
            s for s in gathered if any(abs(s[0].kelvin - KELVIN - w) <= params.temperature_step for w in wanted)
        ]
    shared = [points for points in gathered if len({p.group for p in points}) == 2]
    if not shared:
        raise Refusal("no-shared-temperature", "the groups share no temperature")
    return shared


def _logs(points: list[CellValue], group: str) -> Floats:
    return np.log([p.y for p in points if p.group == group])


def _mean_log(strata: list[list[CellValue]], group: str) -> float:
    return float(np.mean([_logs(points, group).mean() for points in strata]))


def permutation_p(sides: list[tuple[Floats, Floats]]) -> tuple[float, int]:
    """Return the exact one-sided p of the summed difference of means, and the number of relabelings.

    sides: (values of the group expected higher, values of the other) per temperature, each (cells,). Relabelings
    within each temperature are equally likely if the groups do not differ. The sums of all
    relabelings are counted in two halves, one sorted, so that many temperatures stay exact.
    """
    observed = sum(float(a.mean() - b.mean()) for a, b in sides)
    each = [_relabelled(a, b) for a, b in sides]
    half = [each[0::2], each[1::2]]
    first, second = (_all_sums(part) for part in half)
    tolerance = 1e-9 * max(1.0, abs(observed))  # rounding must not part equal sums
    ordered = np.sort(second)
    reached = len(ordered) - np.searchsorted(ordered, observed - tolerance - first, side="left")
    total = len(first) * len(second)
    return float(reached.sum() / total), total


def _relabelled(a: Floats, b: Floats) -> Floats:
    """Return the difference of means for every choice of which values belong to the first group."""
    pooled = np.concatenate([a, b])
    picked = np.array([pooled[list(choice)].sum() for choice in combinations(range(len(pooled)), len(a))])
    return np.asarray(picked / len(a) - (pooled.sum() - picked) / len(b))


def _all_sums(parts: list[Floats]) -> Floats:
    sums = np.zeros(1)
    for part in parts:
        if len(sums) * len(part) > LARGEST_HALF:
            raise Refusal(
                "too-many-relabelings",
                f"more than {LARGEST_HALF:,} relabelings on one side",
                hint="--param temperatures='…' chooses some, and says so",
            )
        sums = (sums[:, None] + part[None, :]).ravel()
    return sums


def _pairs(sides: list[tuple[Floats, Floats]]) -> tuple[int, int]:
    """Pair best with best, second with second …; count pairs, and those in which the first is higher."""
    pairs = wins = 0
    for a, b in sides:
        for x, y in zip(np.sort(a)[::-1], np.sort(b)[::-1], strict=False):
            pairs += 1
            wins += bool(x > y)
    return pairs, wins


def _flags(params: CompareParams, strata: list[list[CellValue]]) -> list[Flag]:
    flags = []
    if params.temperatures:
        text = f"only {len(strata)} temperatures were compared ({params.temperatures} °C), chosen by hand"
        flags.append(Flag("subset-chosen", f"{text}: if after seeing the data, p is too small"))
    if not params.higher:
        text = "which group is higher was taken from the data: double p for a question without direction"
        flags.append(Flag("direction-from-data", text, hint="--param higher=NAME"))
    return flags


def _celsius(points: list[CellValue]) -> float:
    """Return the mean temperature; the digits that °C loses by way of kelvin are none."""
    return round(float(np.mean([p.kelvin for p in points])) - KELVIN, 9)


def _table(
    strata: list[list[CellValue]], sides: list[tuple[Floats, Floats]], high: str, low: str
) -> dict[str, Any]:
    return {
        "temperature": Series.of([_celsius(points) for points in strata], "degC"),
        f"cells {high}": Series.of([len(a) for a, _ in sides]),
        f"cells {low}": Series.of([len(b) for _, b in sides]),
        "ratio": Series.of([float(np.exp(a.mean() - b.mean())) for a, b in sides]),
        "all_above_all": Series.of([bool(a.min() > b.max()) for a, b in sides]),
    }

"""The temperatures of a comparison of two groups as a table, and what the figure shows of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from echub.plugin import Series
from echub.science import ZERO_CELSIUS
from echub_arrhenius.data import CellValue, Chosen
from echub_arrhenius.method_exchange import LEVEL

Floats = NDArray[np.float64]


def celsius(points: list[CellValue]) -> float:
    """Return the mean temperature; the digits that °C loses by way of kelvin are none."""
    return round(float(np.mean([p.kelvin for p in points])) - ZERO_CELSIUS, 9)


def table_of_temperatures(
    strata: list[list[CellValue]], sides: list[tuple[Floats, Floats]], high: str, low: str
) -> dict[str, Any]:
    """Return how many cells of each group there are, and the ratio of the groups, by temperature."""
    return {
        "temperature": Series.of([celsius(points) for points in strata], "degC"),
        f"cells {high}": Series.of([len(a) for a, _ in sides]),
        f"cells {low}": Series.of([len(b) for _, b in sides]),
        "ratio": Series.of([float(np.exp(a.mean() - b.mean())) for a, b in sides]),
        "all_above_all": Series.of([bool(a.min() > b.max()) for a, b in sides]),
    }


def curves(chosen: Chosen, strata: list[list[CellValue]], high: str) -> dict[str, Series]:
    """Return what the figure needs: cells and geometric means with their ends, by number of the temperature.

    side: 1 of the group expected higher, else -1.
    """
    cells = [
        (k, 1 if p.group == high else -1, p.value, *p.ends) for k, points in enumerate(strata) for p in points
    ]
    means = [
        (k, side, *_mean([c[2] for c in cells if c[:2] == (k, side)]))
        for k in range(len(strata))
        for side in (-1, 1)
    ]
    names, units = ("_place", "_side", "", "_low", "_high"), ("", "", *[chosen.unit] * 3)
    return {
        f"{of}{name}": Series.of(column, unit)
        for of, rows in (("cell", cells), ("mean", means))
        for name, unit, column in zip(names, units, zip(*rows, strict=True), strict=True)
    } | {"name": Series.of([chosen.name])}


def _mean(values: Sequence[float]) -> tuple[float, float | None, float | None]:
    """Return the geometric mean with its interval of 95 %, by t of the logarithms; of one value only itself."""
    logs = np.log(values)
    mean, n = float(logs.mean()), len(logs)
    if n < 2:
        return float(np.exp(mean)), None, None
    half = float(special.stdtrit(n - 1, (1 + LEVEL) / 2) * logs.std(ddof=1) / np.sqrt(n))
    return float(np.exp(mean)), float(np.exp(mean - half)), float(np.exp(mean + half))

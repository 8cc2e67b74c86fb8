"""One answer per part of a dataset, such as a spectrum: which parts there are, and what describes each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.analysis.outcome import Condition, Refusal
from echub.declare_analysis import Analysis
from echub.errors import DataError
from echub.model.dataset import Dataset
from echub.model.spectra import numbered

_ABOUT: tuple[tuple[str, tuple[str, ...], Callable[[Any], Any]], ...] = (
    ("start", ("time",), lambda values: values[0]),
    ("potential", ("potential_we", "voltage"), np.mean),
    ("current", ("current", "current_density"), np.mean),
    ("level", ("current_setpoint", "potential_setpoint"), np.median),
    ("temperature", ("temperature",), np.mean),
)
"""What an outcome says about its part: the end of the condition's name, the columns it comes from, and how."""


@dataclass(frozen=True)
class Part:
    """Which part of its source a dataset is: in words (empty for all of it), and the conditions of its outcome."""

    name: str = ""
    conditions: dict[str, Condition] = field(default_factory=dict)
    temperature: float | None = None

    def temperature_entry(self) -> dict[str, Any]:
        """Return the measured temperature as metadata of the outcome, if no other is stated."""
        return {"value": self.temperature, "unit": "degC", "source": "the column temperature, mean"}


def values_of(each: str, data: Dataset) -> list[Any]:
    """List the values of a counter, code or text column, in the order of their appearance.

    Raises `UnknownColumn`, and `DataError` if the column cannot divide the rows: real numbers, or gaps.
    """
    column: NDArray[Any] = data[each]
    if column.dtype.kind == "f":
        raise DataError(
            f"the column {each} does not part the rows",
            expected="a counter, a code or a text in every row",
            found="rows without a value" if np.isnan(column).any() else "real numbers",
        )
    return list(dict.fromkeys(column.tolist()))


def condition_on(each: str, value: Any) -> str:  # noqa: ANN401
    """Return the expression that selects one part."""
    return f"{each} == {value!r}"


def require_one(analysis: Analysis, each: str, data: Dataset) -> None:
    """Raise `Refusal` (several-spectra) if an analysis of one part at a time is given several."""
    if not analysis.each or analysis.each != each or each not in data:
        return
    found = values_of(each, data)
    if len(found) < 2:
        return
    named = "spectra" if each == "spectrum" else f"values of {each}"
    raise Refusal(
        "several-spectra" if each == "spectrum" else "several-parts",
        f"there are {len(found)} {named}, {found[0]} to {found[-1]}, and {analysis.name} answers for one",
        where=f"column {each}",
        hint=f'--select "{condition_on(each, found[0])}" takes one, --each {each} analyses each',
    )


def part_of(each: str, data: Dataset, whole: Dataset | None) -> Part:
    """Say which part of `whole` the rows of `data` are; nothing if they are not one value of `each`."""
    if not each or each not in data or not data.rows:
        return Part()
    found = values_of(each, data)
    if len(found) != 1:
        return Part()
    conditions = {each: Condition(found[0], compared=False)}
    for ending, quantities, statistic in _ABOUT:
        column = next((data.columns[q] for q in quantities if q in data.columns), None)
        values = np.asarray([]) if column is None else column.values[np.isfinite(column.values)]
        if column is not None and len(values):
            value = float(statistic(values.astype(np.float64)))
            conditions[f"{each}_{ending}"] = Condition(value, column.unit or "", compared=False)
    whole = None if whole is None else numbered(whole)
    several = whole is not None and each in whole and len(values_of(each, whole)) > 1
    temperature = conditions.get(f"{each}_temperature")
    return Part(
        f"{each} {found[0]}" if several else "",
        conditions,
        None if temperature is None else float(temperature.value or 0.0),
    )

"""The running number of each spectrum in an impedance dataset, assigned in the same way for every reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.segments import spectrum_numbers

IMPEDANCE, SPECTRUM, LABEL = "impedance", "spectrum", "spectrum_label"
COUNTERS = ("step_execution", "step", "cycle", "technique")
"""Counters that are constant in a spectrum; not half cycles, which some instruments count by the current."""


def numbered(dataset: Dataset, starts: Sequence[int] = ()) -> Dataset:
    """Return an impedance dataset with its spectra numbered from 0; any other, or a numbered one, unchanged.

    `starts` are source rows at which the source itself starts a spectrum. The numbers are `derived`; what a
    source calls the number of a spectrum is a `spectrum_label`, which may repeat.
    """
    frequency = next((c for c in dataset.columns.values() if c.quantity == "frequency"), None)
    given = dataset.columns.get(SPECTRUM)
    if dataset.kind != IMPEDANCE or frequency is None or frequency.axes != ("row",):
        return dataset
    if given is not None and given.origin == "derived":
        return dataset
    columns = _relabelled(dataset.columns)
    used = {name: c for name, c in columns.items() if c.quantity in COUNTERS and c.axes == ("row",)}
    labels = [c.values for c in columns.values() if c.quantity == LABEL]
    row = dataset["row"].astype(np.int64) if "row" in columns else np.arange(dataset.rows)
    places = np.searchsorted(row, np.asarray(starts, dtype=np.int64))
    places = places[places < len(row)]
    numbers = spectrum_numbers(
        frequency.values, row=row, counters=[c.values for c in used.values()], labels=labels, starts=places
    )
    rule = ["the frequency turns or jumps back", "rows are missing", *(f"{name} changes" for name in used)]
    rule += ["the source's own number changes"] * bool(labels) + ["the source starts one"] * bool(len(places))
    number = Column(
        SPECTRUM,
        numbers.astype(np.min_scalar_type(int(numbers.max(initial=0)))),
        SPECTRUM,
        "1",
        "derived",
        header=SPECTRUM,
        attrs={"recipe": f"counted from 0 over the rows; a new one where {', or '.join(rule)}"},
    )
    return replace(dataset, columns={**columns, SPECTRUM: number})


def _relabelled(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Rename a source's own numbers of spectra to labels, also in files of earlier versions."""
    found: dict[str, Column] = {}
    for name, column in columns.items():
        named = name.replace(SPECTRUM, LABEL, 1) if column.quantity == SPECTRUM else name
        found[named] = replace(column, name=named, quantity=LABEL) if named != name else column
    return found

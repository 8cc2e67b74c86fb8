"""One file, or several as one experiment: a half-cycle table in the order in which things happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.dates import instants
from echub.plugin import Inputs, Refusal, Series
from echub.segments import agreement, runs
from echub_ccd import CcdParams
from echub_ccd.data.table import HalfCycleTable, joined, table_of
from echub_ccd.data.trace import CcdTrace, opens_after, trace_of

ONE_CELL = ("cell.id", "cell.temperature", "cell.area", "cell.area_basis", "cell.electrolyte", "sample.group")
"""Metadata that files of one experiment share; a fresh spot may have its own sample.id."""


@dataclass(frozen=True, eq=False)
class Experiment:
    """The files' traces and their table; `spots`: one level per file, each on a fresh spot.

    opened: the number of half cycles before the circuit opened for good, None where it did not.
    """

    traces: tuple[CcdTrace, ...]
    table: HalfCycleTable
    spots: bool
    opened: int | None = None

    @property
    def first(self) -> Inputs:
        """Return the data of the first file: the metadata that all share is there."""
        return self.traces[0].data

    @property
    def unit(self) -> str:
        """Return the unit of the levels."""
        return self.first.unit_of("j")

    @property
    def per_area(self) -> bool:
        """Return whether the levels are current densities."""
        return self.unit == "mA/cm^2"

    def opening(self, limited: NDArray[np.bool_]) -> Experiment:
        """Return it with the circuit open from the first half cycle at the limit on, where that is earlier."""
        found = np.flatnonzero(limited)
        if self.spots or not len(found) or (self.opened is not None and self.opened <= found[0]):
            return self
        return replace(self, opened=int(found[0]))

    def meta(self, path: str) -> Any:  # noqa: ANN401
        """Return what all files say of a path, None where they say nothing."""
        return self.first.meta(path)


def gather(files: Sequence[Inputs], params: CcdParams) -> Experiment:
    """Cut every file into half cycles and put them in order.

    Files of one level each are spots, in the order of their levels; others go on from each other, in the
    order of their start. Raises `Refusal` where they are no one experiment.
    """
    _require_one_cell(files)
    traces = tuple(trace_of(data, params) for data in files)
    if len({trace.data.unit_of("j") for trace in traces}) > 1:
        bare = [trace.data.name for trace in traces if not trace.per_area]
        raise Refusal(
            "mixed-area", f"{', '.join(bare)} states no area, others do", hint='--set cell.area="0.785 cm^2"'
        )
    spots = len(traces) > 1 and all(len(trace.found) == 1 for trace in traces)
    tables = [table_of(trace, number) for number, trace in enumerate(traces)]
    order = range(len(traces)) if spots else _by_start(files)
    table = joined([tables[number] for number in order])
    if spots:
        table = table.where(np.argsort(table.level, kind="stable"))
    return Experiment(traces, table, spots, None if spots else _opened(traces, table))


def _opened(traces: Sequence[CcdTrace], table: HalfCycleTable) -> int | None:
    times = np.array([opens_after(trace) for trace in traces])
    later = np.flatnonzero(table.begin >= times[table.file])
    if len(later):
        return int(later[0])
    return len(table) if np.isfinite(times[table.file[-1]]) else None


def _require_one_cell(files: Sequence[Inputs]) -> None:
    for path in ONE_CELL:
        values = {data.metadata.shown(path) for data in files}
        if len(values) > 1:
            raise Refusal(
                "several-cells",
                f"the files do not form one experiment: {path} is {' and '.join(sorted(values))}",
                hint="--by cell.id answers each cell by itself; ccd-weibull then takes their outcomes",
            )


def _by_start(files: Sequence[Inputs]) -> list[int]:
    if len(files) == 1:
        return [0]
    if any(data.metadata.value("cell.id") is None for data in files):
        raise Refusal(
            "cell-not-stated",
            f"{len(files)} files with several half cycles each: that they are of one cell is not stated",
            hint='--set cell.id="NAME" where they are, --by file where not',
        )
    ways = [[data.metadata.value(path) for data in files] for path in ("experiment.start_utc", "experiment.start")]
    starts = instants(*ways)
    if starts is None and None not in ways[1]:
        raise Refusal(
            "no-order",
            "some starts state their zone and others do not: which came first is not known",
            hint="--set experiment.timezone=Europe/Berlin, the zone of those without one",
        )
    if starts is None or len(set(starts)) < len(starts):
        why = "is not stated" if starts is None else "is not known, as two of them state the same start"
        raise Refusal(
            "no-order",
            f"several files with several half cycles each: which came first {why}",
            hint="name each file once; a column experiment.start in --meta",
        )
    return sorted(range(len(files)), key=starts.__getitem__)


# -- the instrument's own count ----------------------------------------------------------------


def counted(trace: CcdTrace) -> dict[str, Series] | None:
    """Tabulate the instrument's half cycles: its charge against the sum of its increments.

    Both count the rests that the counter puts into a half cycle; the half cycles found from the current do
    not, so `in_half_cycles` is the charge of the rows of current alone, and `outside` the relative difference.
    None where it has no counter.
    """
    if "counter" not in trace.data or "q_half" not in trace.data:
        return None
    theirs = runs(trace.data["counter"])
    own = theirs.last(trace["q_half"])
    increments = _increments(trace)
    summed = theirs.total(increments)
    # A half cycle belongs to the count that holds its middle: the counter may turn a row later.
    of = theirs.labels(len(increments))[(trace.found.start + trace.found.stop) // 2]
    inside = np.bincount(of, trace.found.total(increments), minlength=len(theirs)).astype(np.float64)
    ours = np.bincount(of, minlength=len(theirs))
    unit = trace.data.unit_of("q_half")
    return {
        "counter": Series.of(theirs.first(trace.data["counter"]).astype(int)),
        "half_cycles": Series.of(ours),
        "own_charge": Series.of(own, unit),
        "sum_of_increments": Series.of(summed, unit),
        "difference": Series.of(_relative(summed, own), "1"),
        "in_half_cycles": Series.of(inside, unit),
        "outside": Series.of(_relative(inside, own), "1"),
    }


def _increments(trace: CcdTrace) -> NDArray[np.float64]:
    if "dq" in trace.data:
        return np.nan_to_num(trace["dq"])
    running = trace["q"] if "q" in trace.data else np.full(len(trace.data), np.nan)
    return np.diff(running, prepend=running[:1])


def _relative(value: NDArray[np.float64], reference: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((value - reference) / np.abs(reference))


def counter_text(trace: CcdTrace) -> str:
    """Say whether the instrument counts as the current does; "" where it does, or has no counter."""
    if "counter" not in trace.data:
        return ""
    compared = agreement(trace.turns, trace.data["counter"])
    return "" if compared.holds else str(compared)

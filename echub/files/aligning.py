"""Put records of several instruments on the clock of the first: by a common event, absolute clocks, or an offset.

Each record keeps its rows and its own time; a column `time_aligned` is added, whose recipe states the offset, its
interval and how it was found. Nothing is aligned silently: without an event, a zone or an offset it is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import AmbiguousOffset, NoCommonClock, UnknownOption
from echub.files.naming import names_of
from echub.files.reading import Readable, record_of
from echub.model.clock import START, START_UTC, ZONE
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.given import SOURCES, takes
from echub.model.record import Provenance, Record
from echub.remark import Notice, Remark
from echub.science.events import Brackets, Offset, match_steps
from echub.segments import clock_restarts, steps
from echub.text import nearest, several, some_of

ALIGNED = "time_aligned"
STEPPED = ("current", "current_density", "current_setpoint")
RESPONDS = ("ion_counts", "ion_count_rate", "ion_current", *STEPPED, "voltage", "potential_we", "partial_pressure")
COUNTED = ("ion_counts", "ion_count_rate")
STEP_SHARE = 0.1
"""Part of the range of a signal that a change must have to be a step of it: ripple and drift are below."""


@dataclass(frozen=True)
class Alignment:
    """How one source was put on the first clock: t = (1 + drift) t_own + offset, in s; `found` says by what."""

    name: str
    found: str
    offset: float
    uncertainty: float | None
    low: float | None
    high: float | None
    drift: float = 0.0
    event: Offset | None = None

    @property
    def words(self) -> str:
        """Say it as the recipe of the column."""
        around = f" [{self.low:.6g}, {self.high:.6g}] s" if self.low is not None else ""
        rate = f" (1 {self.drift:+.3g})" if self.drift else ""
        return f"time{rate} {self.offset:+.6g} s{around}, by {self.found}"

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for `--json`."""
        names = ("name", "found", "offset", "uncertainty", "low", "high", "drift")
        tested = {} if self.event is None else {
            "steps": self.event.steps,
            "steps_inside": self.event.inside,
            "drift_found": self.event.drift,
            "drift_uncertainty": self.event.drift_uncertainty,
        }  # fmt: skip
        return {**{name: getattr(self, name) for name in names}, **tested}


@dataclass(frozen=True)
class Aligned:
    """The record on one clock, and how each source got there."""

    record: Record
    alignments: tuple[Alignment, ...]


@dataclass(frozen=True)
class How:
    """What the user says: event columns, uncertainty of absolute clocks (s), offsets, their ranges, drift."""

    event: tuple[str, str] | None = None
    clock: float | None = None
    offsets: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)
    near: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    correct_drift: bool = False


@takes(SOURCES)
def align(
    sources: Sequence[Readable | Record],
    *,
    event: str | None = None,
    clock_uncertainty: float | None = None,
    offsets: Mapping[str, tuple[float, float | None]] | None = None,
    near: Mapping[str, tuple[float, float]] | None = None,
    correct_drift: bool = False,
) -> Aligned:
    """Put several records on the clock of the first.

    event: ``"current=ion_counts"``, the column with steps in the first and the one that responds, or ``"auto"``.
    clock_uncertainty: s, of each absolute clock, whose use it allows. offsets: s and standard uncertainty (None:
    not known) by name of the file, added to its time. near: range of an offset, s, if several fit.
    Raises `NoCommonClock` or `AmbiguousOffset`, both with what would help.
    """
    if isinstance(sources, (str, os.PathLike, Record)):
        sources = [sources]
    records = [record_of(source) for source in sources]
    if len(records) < 2:
        raise UnknownOption("there is nothing to align", expected="two files or more", found=str(len(records)))
    _require_numbers(clock_uncertainty, offsets or {})
    pair = _pair(event) if event else None
    how = How(pair, clock_uncertainty, offsets or {}, near or {}, correct_drift)
    names = names_of(records)
    strange = [name for name in (*how.offsets, *how.near) if name not in names]
    if strange:
        raise UnknownOption(
            f"no file is called {strange[0]}",
            expected=", ".join(names),
            found=strange[0],
            hint=nearest(strange[0], names),
        )
    if names[0] in how.offsets or names[0] in how.near:
        raise UnknownOption(
            f"{names[0]} is the first file: all others are put on its clock",
            expected=f"an offset of {' or '.join(names[1:])}", found=names[0],
        )  # fmt: skip
    first = Alignment(names[0], "its own clock", 0.0, 0.0, None, None)
    notices: list[Remark] = []
    others = zip(records[1:], names[1:], strict=True)
    alignments = (first, *(_found(records[0], other, name, how, notices) for other, name in others))
    return Aligned(_joined(records, alignments, notices), alignments)


def _require_numbers(clock: float | None, offsets: Mapping[str, tuple[float, float | None]]) -> None:
    """Refuse an offset that is not a number of seconds, and an uncertainty that is not, or is negative."""
    for name, offset in offsets.items():
        if not isinstance(offset, tuple) or len(offset) != 2:
            raise UnknownOption(
                f"the offset of {name} cannot be {offset!r}",
                expected="seconds and their standard uncertainty, which may be None: (12.5, 0.5)",
            )
    uncertain = {
        "clock_uncertainty": clock,
        **{f"the uncertainty of {name}": u for name, (_, u) in offsets.items()},
    }
    for what, u in uncertain.items():
        if u is not None and not 0 <= u < np.inf:
            raise UnknownOption(f"{what} cannot be {u:g} s", expected="seconds, from 0", found=f"{u:g}")
    for name, (value, _) in offsets.items():
        if not np.isfinite(value):
            raise UnknownOption(
                f"the offset of {name} cannot be {value:g} s", expected="seconds", found=f"{value:g}"
            )


def _pair(event: str) -> tuple[str, str]:
    left, equals, right = (part.strip() for part in event.partition("="))
    if event == "auto":
        return "", ""
    if not equals or not left or not right:
        raise UnknownOption(
            "--event takes COLUMN=COLUMN", expected="--event current=ion_counts, or --event auto", found=event
        )
    return left, right


# -- the offset ------------------------------------------------------------------------------


def _found(first: Record, other: Record, name: str, how: How, notices: list[Remark]) -> Alignment:
    """Find the offset of one record: as stated, by the event, or by the absolute clocks."""
    if name in how.offsets:
        value, u = how.offsets[name]
        notices.append(Notice("drift-not-tested", f"{name}: the offset is stated, and a drift was not tested"))
        ends = (None, None) if u is None else (value - 1.96 * u, value + 1.96 * u)
        return Alignment(name, "statement", value, u, *ends)
    by_clock = _by_clock(first, other, name, how.clock)
    if how.event is None:
        if by_clock is None:
            raise _no_clock(first, other, name)
        notices.append(Notice("drift-not-tested", f"{name}: by absolute clocks, a drift was not tested"))
        return by_clock
    found = _by_event(first, other, name, how)
    _report(found, by_clock, notices)
    return found


def _by_clock(first: Record, other: Record, name: str, uncertainty: float | None) -> Alignment | None:
    one, two = _zero(first), _zero(other)
    if uncertainty is None or one is None or two is None:
        return None
    value, u = two - one, float(np.hypot(uncertainty, uncertainty))
    return Alignment(name, "absolute clocks", value, u, value - 1.96 * u, value + 1.96 * u)


def _zero(record: Record) -> float | None:
    """Return the instant of time zero, POSIX s: of the stated start, or of rows that have both clocks."""
    start = record.metadata.value(START_UTC)
    if start is not None:
        told = dt.datetime.fromisoformat(str(start))
        return (told if told.tzinfo else told.replace(tzinfo=dt.UTC)).timestamp()
    for dataset in record.datasets.values():
        if {"unix_time", "time"} <= dataset.columns.keys():
            zeros = dataset.to("unix_time", "s") - _clock(dataset)
            if np.isfinite(zeros).any():
                return float(np.nanmedian(zeros))
    return None


def _no_clock(first: Record, other: Record, name: str) -> NoCommonClock:
    said = [
        "an absolute clock"
        if _zero(r) is not None
        else f"start {r.metadata.value(START)}, zone {r.metadata.value(ZONE)}"
        for r in (first, other)
    ]
    return NoCommonClock(
        f"{name} cannot be put on the clock of the first file",
        expected="a common event, the absolute clocks of both with their uncertainty, or an offset",
        found="; ".join(said),
        hint=_clock_option((first, other)) + f'--offset "{name}=12.5s±0.5s"',
    )


def _clock_option(records: Sequence[Record]) -> str:
    """Return the options that put stated starts on absolute clocks, else all that may help."""
    lacking = [record for record in records if _zero(record) is None]
    if not lacking:
        return "--clock-uncertainty 1s, --event current=ion_counts, or "
    if all(record.metadata.value(START) is not None for record in lacking):
        return "--clock-uncertainty 1s --timezone Europe/Berlin (the zone of starts without one), or "
    return "--event current=ion_counts, --clock-uncertainty 1s with --timezone, or "


def _by_event(first: Record, other: Record, name: str, how: How) -> Alignment:
    stepped, responds = how.event or ("", "")
    source, steps_at = _steps_of(first, stepped)
    dataset, column = _column_of(other, responds, RESPONDS, name)
    counts = column.quantity in COUNTED
    time, values = _series(dataset, column, name)
    averaged = True if column.averaged else None
    found = match_steps(steps_at, time, values, counts=counts, averaged=averaged, near=how.near.get(name))
    how_found = f"steps of {source} and {column.name}"
    if found is None:
        raise NoCommonClock(
            f"no step of {source} is seen in {column.name} of {name}",
            expected="a change of the second signal by five standard deviations at a step of the first",
            found=f"{several(len(steps_at), 'step')} of {source}",
            hint="--event COLUMN=COLUMN names signals that change together",
        )
    if found.rivals:
        listed = ", ".join(f"{value:.6g} s" for value in (found.value, *found.rivals))
        raise AmbiguousOffset(
            f"several offsets of {name} fit the steps of {source}: {listed}",
            expected="steps at irregular times, or a range of the offset",
            found=f"{found.steps} of {len(steps_at)} steps seen",
            hint=f'--near "{name}={found.value - 30:.0f}:{found.value + 30:.0f}" takes the first of them',
        )
    return _with_drift(name, how_found, found, how.correct_drift)


def _with_drift(name: str, how_found: str, found: Offset, correct: bool) -> Alignment:
    """Take the drift into account on request: the offset holds at the middle of the steps."""
    drift = float(found.drift or 0.0) if correct else 0.0
    shift = -drift * found.middle
    ends = (found.low + shift, found.high + shift)
    return Alignment(name, how_found, found.value + shift, found.uncertainty, *ends, drift, found)


def _report(found: Alignment, by_clock: Alignment | None, notices: list[Remark]) -> None:
    event = found.event
    if event is None:
        return
    if event.drift is None:
        notices.append(
            Notice("drift-not-tested", f"{found.name}: {event.steps} common steps, a drift needs three")
        )
    elif event.drifts:
        rate = f"{1e6 * event.drift:+.0f} ± {1e6 * float(event.drift_uncertainty or 0):.0f} ppm"
        kept = f"not corrected: the offset holds at {event.middle:.0f} s of its own time"
        done = "corrected" if found.drift else kept
        notices.append(Notice("clock-drift", f"{found.name}: its clock drifts by {rate}, {done}"))
    if event.steps < event.inside:
        text = f"{found.name}: {some_of(event.steps, event.inside, 'step', 'is', 'are')} seen in its signal"
        notices.append(Notice("steps-not-seen", text))
    if by_clock is not None:
        apart = abs(found.offset + found.drift * event.middle - by_clock.offset)
        allowed = 3 * float(np.hypot(by_clock.uncertainty or 0, event.uncertainty))
        if apart > allowed:
            text = f"{found.name}: the event says {found.offset:.6g} s, the clocks {by_clock.offset:.6g} s"
            notices.append(Notice("clocks-disagree", f"{text}, {apart:.3g} s apart"))


def _steps_of(record: Record, wanted: str) -> tuple[str, Brackets]:
    """Return the steps of a signal, each between the row before and the row after it."""
    name = str(record.provenance.source.get("name", "the first file"))
    dataset, column = _column_of(record, wanted, STEPPED, name)
    time, values = _series(dataset, column, name)
    if not len(values):
        return column.name, Brackets(time, time)
    starts = np.asarray(steps(values).start)[1:]
    levels = np.array([np.median(part) for part in np.split(values, starts)])
    large = np.abs(np.diff(levels)) > STEP_SHARE * float(np.ptp(values))
    starts = starts[large]
    return column.name, Brackets(time[starts - 1], time[starts])


def _series(dataset: Dataset, column: Column, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return time, s, and values of the rows that have both; raise `NoCommonClock` where the clock restarts."""
    values, time = np.asarray(column.values, dtype=np.float64), _clock(dataset)
    known = np.isfinite(values) & np.isfinite(time)
    restarts = len(clock_restarts(time[known]))
    if restarts:
        raise NoCommonClock(
            f"the clock of {name} restarts, so that a step has no single time on it",
            expected="one clock over the whole file",
            found=several(restarts, "restart"),
            hint="cut the file at its restarts",
        )
    return time[known], values[known]


def _clock(dataset: Dataset) -> NDArray[np.float64]:
    """Return the clock of a dataset with a time, s: that of its record, if it was put on one before."""
    return dataset.to(ALIGNED if ALIGNED in dataset.columns else "time", "s")


def _column_of(record: Record, wanted: str, usual: Sequence[str], name: str) -> tuple[Dataset, Column]:
    """Return the named column, or the first of the usual ones, in a dataset that has a time."""
    timed = [dataset for dataset in record.datasets.values() if "time" in dataset.columns]
    for candidate in (wanted,) if wanted else usual:
        for dataset in timed:
            if candidate in dataset.columns:
                return dataset, dataset.columns[candidate]
    listed = ", ".join(dict.fromkeys(column for dataset in timed for column in dataset.columns)) or "no time"
    raise NoCommonClock(
        f"{name} has no {wanted or 'signal with steps'} over time",
        expected=wanted or " or ".join(usual),
        found=listed,
        hint="--event COLUMN=COLUMN names the columns",
    )


# -- the record ------------------------------------------------------------------------------


def _joined(records: Sequence[Record], alignments: Sequence[Alignment], notices: Sequence[Remark]) -> Record:
    """Join the records: their datasets with the aligned time, named after their sources; the rest by source."""
    from echub.files.joining import texts_of_parts

    datasets: list[Dataset] = []
    for number, (record, how) in enumerate(zip(records, alignments, strict=True), 1):
        datasets += [_on_clock(dataset, how, number) for dataset in record.datasets.values()]
    said = texts_of_parts(records, [how.name for how in alignments])
    said["notices"] += notices
    return Record(datasets, **said, provenance=_provenance(records, alignments))


def _on_clock(dataset: Dataset, how: Alignment, number: int) -> Dataset:
    attrs = {**dataset.attrs, "part": how.name}
    label = f"{dataset.name}_{number}"
    if "time" not in dataset.columns:
        return replace(dataset, label=label, attrs=attrs)
    values = _clock(dataset) * (1 + how.drift) + how.offset
    before = dataset.columns[ALIGNED].attrs.get("recipe", "") if ALIGNED in dataset.columns else ""
    recipe = f"{before}; then {how.words}" if before else how.words
    column = Column(ALIGNED, values, ALIGNED, "s", "derived", "aligned time", attrs={"recipe": recipe})
    return replace(dataset, columns={**dataset.columns, ALIGNED: column}, label=label, attrs=attrs)


def _provenance(records: Sequence[Record], alignments: Sequence[Alignment]) -> Provenance:
    operations = tuple(f"aligned {how.name}: {how.words}" for how in alignments[1:])
    return provenance_of_parts(records, [how.name for how in alignments], operations)


def provenance_of_parts(
    records: Sequence[Record], names: Sequence[str], operations: tuple[str, ...]
) -> Provenance:
    """Return where a record comes from that several sources were put into: all of them, and a hash of theirs."""
    parts = [dict(record.provenance.source) for record in records]
    whole = hashlib.sha256("".join(str(part.get("sha256", "")) for part in parts).encode()).hexdigest()
    size = sum(int(part.get("size", 0)) for part in parts)
    return Provenance(
        source={"name": f"{names[0]} and {len(names) - 1} more", "size": size, "sha256": whole, "parts": parts},
        reader=records[0].provenance.reader,
        software=records[0].provenance.software,
        siblings=tuple(dict.fromkeys(name for record in records for name in record.provenance.siblings)),
        operations=operations,
    )

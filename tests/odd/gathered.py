"""What is handed over beside a measurement: several with an odd one, records of two series, odd metadata."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from echub.analysis.outcome import Measurand, Outcome
from echub.declare_analysis import NeedMeta
from echub.model.build import ROWS
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata, leaf_of
from echub.model.record import Provenance, Record
from echub.testing.synth import Case
from tests.odd.outcomes import ODD_OUTCOMES
from tests.odd.question import Question
from tests.odd.subjects import Subject

OTHER = Outcome({"mass_of_the_moon": Measurand("kg", 7.3e22, 1e18)}, analysis="astronomy", label="the moon")
"""What an analysis that nobody combines with anything may have answered."""
STATED = ("cell.area", "cell.active_mass", "cell.temperature", "cell.thickness")
"""Paths that are stated at their limits for every analysis, asked for or not."""
EXTREMES = (1e-300, 1e-30, 1e-12, 1e12, 1e30, 1e300)
"""Sizes of an area, a mass, a length in the unit of the schema."""
TEMPERATURES_K = (0.0, 1e-6, 1.0, 1e6)
ZERO_CELSIUS = -273.15
START, LATER = "2024-05-01T08:00:00", "2024-05-03T08:00:00"
"""When the files of a set were started, unless one is of a later day."""


def sets(subject: Subject) -> Iterator[Question]:
    """Yield sets of inputs with one odd member, and in another order."""
    case = subject.case
    if case.outcomes:
        yield from _sets_of_outcomes(case)
    elif subject.analysis.consumes == "datasets":
        yield from _sets_of_records(case)


def series(subject: Subject) -> Iterator[Question]:
    """Yield records that hold a second dataset: the same, a part or none of it, or one of another kind."""
    if subject.case.outcomes:
        return
    record = subject.case.record()
    (own,) = record.datasets.values()
    few = _first_rows(subject.case, 2)
    yield Question("two series", subject.case, given=_with(record, replace(own, label="second")))
    if few is not None:
        yield Question("a second series of two rows", subject.case, given=_with(record, replace(few, label="b")))
    if (none := _first_rows(subject.case, 0)) is not None:
        empty = _with(record, replace(none, label="b"))
        yield Question("a second series without rows", subject.case, same=True, given=empty)
    stranger = _stranger().datasets["stranger"]
    yield Question("a series of another kind", subject.case, same=True, given=_with(record, stranger))
    yield Question(
        "a series of another kind alone", subject.case, given=_with(_without_datasets(record), stranger)
    )
    yield Question("a record of nothing", subject.case, given=_without_datasets(record))


def unsorted(subject: Subject) -> Iterator[Question]:
    """Yield rows out of order, with their times: two exchanged, halves exchanged, shuffled, woven."""
    case = subject.case
    if case.outcomes or any(column.axes != ROWS for column in case.columns.values()):
        return
    rows = len(next(iter(case.columns.values())).values)
    at = np.arange(rows)
    two = at.copy()
    two[[rows // 3, rows // 3 + 1]] = two[[rows // 3 + 1, rows // 3]]
    woven = np.concatenate([at[::2], at[1::2]])
    orders = {
        "two rows exchanged": two,
        "halves exchanged": np.roll(at, rows // 2),
        "rows shuffled": np.random.default_rng(0).permutation(rows),
        "even rows before odd ones": woven,
        "the last row first": np.roll(at, 1),
    }
    for what, order in orders.items():
        yield Question(what, _taken(case, order))


def stated(subject: Subject) -> Iterator[Question]:
    """Yield areas, masses, lengths at their limits, temperatures from 0 to 1e6 K, and what is said twice."""
    case = subject.case
    for path in _numbers(subject):
        leaf = leaf_of(path)
        sizes = [k + ZERO_CELSIUS for k in TEMPERATURES_K] if leaf.unit == "degC" else EXTREMES
        for size in sizes:
            entry = {"value": size, "unit": leaf.unit, "source": "user"}
            if case.outcomes:
                told = tuple(replace(o, metadata={**o.metadata, path: entry}) for o in case.outcomes)
                yield Question(f"{path}={size:g}", replace(case, outcomes=told))
            else:
                record = case.record()
                record.metadata.set(path, size, leaf.unit, source="user")
                yield Question(f"{path}={size:g}", case, given=record)
        if not case.outcomes and path in case.metadata:
            yield Question(f"{path} twice", case, same=True, given=_said_before(case, path))


# -- sets ----------------------------------------------------------------------------------------


def _sets_of_outcomes(case: Case) -> Iterator[Question]:
    given = case.outcomes
    places = {"first": 0, "middle": len(given) // 2, "last": len(given) - 1}
    for where, at in places.items():
        one = given[at]
        odd: dict[str, Outcome] = {
            "empty": Outcome(),
            "of another analysis": OTHER,
            "in another unit": _in_another_unit(one),
            "labelled as its neighbour": replace(one, label=given[at - 1].label),
            **{what: change((one,))[0] for what, change in ODD_OUTCOMES.items() if where != "first"},
        }
        for what, member in odd.items():
            yield Question(f"the {where} {what}", replace(case, outcomes=_put(given, at, member)))
        yield Question(f"the {where} twice", replace(case, outcomes=(*given, one)))
        yield Question(f"without the {where}", replace(case, outcomes=(*given[:at], *given[at + 1 :])))
        further = replace(case, outcomes=(*given, OTHER))
    yield Question("one of another analysis beside them", further)
    yield Question("an empty one beside them", replace(case, outcomes=(*given, Outcome())))
    yield Question("in reverse order", replace(case, outcomes=given[::-1]), same=True)
    turned = (*given[len(given) // 2 :], *given[: len(given) // 2])
    yield Question("halves exchanged", replace(case, outcomes=turned), same=True)


def _put(given: Sequence[Outcome], at: int, member: Outcome) -> tuple[Outcome, ...]:
    return (*given[:at], member, *given[at + 1 :])


def _in_another_unit(one: Outcome) -> Outcome:
    """Return it with its values in volts, whatever they were."""
    return replace(one, measurands={name: replace(m, unit="V") for name, m in one.measurands.items()})


def _sets_of_records(case: Case) -> Iterator[Question]:
    rows = len(next(iter(case.columns.values())).values)
    parts = [_taken(case, part) for part in np.array_split(np.arange(rows), 2)]
    first, second = (_named(part.record(), name) for part, name in zip(parts, "ab", strict=True))
    later = _named(parts[1].record(), "b", start=LATER)
    whole = _named(case.record(), "whole")
    yield Question("in two files", case, given=[first, second])
    yield Question("in two files, the later first", case, given=[second, first])
    yield Question("in two files, of a day", case, given=[first, later])
    yield Question("in two files of a day, the later first", case, given=[later, first])
    yield Question("twice", case, given=[whole, whole])
    yield Question("twice, by another name", case, given=[whole, _named(case.record(), "copy")])
    yield Question("twice, on two days", case, given=[whole, _named(case.record(), "copy", start=LATER)])
    yield Question("with a half of it again", case, given=[whole, second])
    yield Question("with a file without rows", case, given=[whole, _named(case.rows(0).record(), "none")])
    yield Question("with a file of nothing", case, given=[whole, _without_datasets(whole)])
    yield Question("with a file of another kind", case, given=[whole, _stranger()])
    for name, column in case.columns.items():
        without = case.without(name)
        if column.values.dtype.kind == "f" and without.columns:
            yield Question(f"with a file without {name}", case, given=[first, _named(without.record(), "b")])
    for path in case.metadata:
        yield Question(
            f"the second without {path}", case, given=[first, _named(parts[1].without(path).record(), "b", LATER)]
        )


# -- records ---------------------------------------------------------------------------------------


def _taken(case: Case, rows: Any) -> Case:
    return replace(case, columns={n: replace(c, values=c.values[rows].copy()) for n, c in case.columns.items()})


def _first_rows(case: Case, count: int) -> Dataset | None:
    """Return the first rows as a dataset; None of a map."""
    if any(column.axes != ROWS for column in case.columns.values()):
        return None
    (found,) = case.rows(count).record().datasets.values()
    return found


def _rebuilt(record: Record, datasets: Sequence[Dataset], provenance: Provenance | None = None) -> Record:
    return Record(datasets, metadata=record.metadata, provenance=provenance or record.provenance)


def _with(record: Record, more: Dataset) -> Record:
    return _rebuilt(record, [*record.datasets.values(), more])


def _without_datasets(record: Record) -> Record:
    """Return the record without its datasets."""
    return _rebuilt(record, [])


def _named(record: Record, name: str, start: str = START) -> Record:
    """Return the record of a file of its own, of the cell of all others."""
    source = {"name": name, "size": 0, "sha256": (name.encode().hex() * 64)[:64]}
    record.metadata.set("cell.id", "one", source="generator")
    record.metadata.set("experiment.start", start, source="generator")
    return _rebuilt(record, list(record.datasets.values()), Provenance(source, record.provenance.reader))


def _stranger() -> Record:
    columns = {"time": np.arange(5.0)}
    case = Case({}, kind="stranger")
    for name, values in columns.items():
        case = case.with_values(name, values, "s")
    return _named(case.record(), "stranger")


def _numbers(subject: Subject) -> list[str]:
    """List the paths of numbers with a unit that are stated, asked for, or usual."""
    asked = [need.path for need in subject.analysis.needs if isinstance(need, NeedMeta)]
    paths = dict.fromkeys([*STATED, *asked, *subject.case.metadata])
    return [path for path in paths if leaf_of(path).type == "number" and leaf_of(path).unit]


def _said_before(case: Case, path: str) -> Record:
    """Return the record with the path said twice: another value first, which does not count."""
    record, before = case.record(), Metadata()
    entry = record.metadata.get(path)
    before.set(path, 2.0 * float(entry.value), entry.unit, source="an earlier section")
    record.metadata.entries[:0] = before.entries
    return record

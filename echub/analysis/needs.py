"""From a record to the inputs of an analysis: its needs checked, found, and converted to their units.

Everything here is decided by the declaration alone; the analysis's own code is not loaded.
Raises `Refusal` with the flag that would supply what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.analysis.datasets import chosen_dataset, chosen_datasets
from echub.analysis.full_scales import QUANTITY as RANGE
from echub.analysis.full_scales import STATED, full_scales, stated_full_scale
from echub.analysis.one_cell import require_one_cell
from echub.analysis.outcome import Refusal
from echub.analysis.parts import Part, part_of, require_one
from echub.analysis.possible import why_impossible
from echub.declare_analysis import Analysis, Need, NeedMeta, Sampling
from echub.errors import UnitMismatch, UnknownUnit
from echub.model.build import ROWS
from echub.model.column import TEXT, Column
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata, leaf_of
from echub.model.polar import converted, lacking
from echub.model.record import Record
from echub.model.spectra import numbered
from echub.model.units import Scale, parse_unit, scale_between
from echub.model.vocabulary import quantities
from echub.registry.calling import failed
from echub.remark import Remark
from echub.segments import Stamps, clock_restarts, rest_threshold, stamps, states
from echub.text import several, some_of, with_article

AREA = "cell.area"
AXES = {
    "impedance": ("frequency",),
    "depth_profile": ("depth", "sputter_time"),
    "recovery": ("recovery_delay",),
}
"""Kinds, apart from time series, in which a row equal to the one before measures nothing new: their axes."""
_PER_AREA = {"current^1": "current^1 length^-2", "current^1 time^1": "current^1 length^-2 time^1"}
"""Dimensions, each with the density that follows from it by a stated area."""

CURRENTS = {"current", "current_density"}
"""Quantities that show where a half cycle or a rest starts."""
INCREMENTS = {"charge_increment"}
"""Quantities that count since the row before: rows of one time are added."""
RUNNING = re.compile("charge|energy|specific_charge|areal_charge|step_time")
"""Quantities, by the start of their name, that count on: rows of one time keep the last value."""


@dataclass(frozen=True)
class Answer:
    """What met a need: the values, their unit, and in words where they come from."""

    values: NDArray[Any]
    unit: str
    quantity: str
    how: str
    origin: str
    averaged: bool = False


@dataclass(frozen=True)
class Inputs:
    """The data of one source as an analysis sees them: ``data["t"]`` is a float64 array.

    `data.source_of("U")` is the quantity that met the need, `data.unit_of` its unit; a need that is
    optional may be absent (``"U" in data``). `data.meta("cell.area")` is in the need's unit, or
    None. `data.row` is the source rows, `data.rng()` a generator from the run's seed. The values of a
    need of another `kind` have their own rows, `data.row_of("E")`, and so may have another length.
    `data.clock_step` is the step of a clock that is coarser than the rows, in the unit of the time, 0 if it is
    not: by so much any edge may lie elsewhere.
    """

    name: str
    answers: Mapping[str, Answer]
    units: Mapping[str, str]
    metadata: Metadata
    row: NDArray[Any]
    seed: int = 0
    flags: tuple[Remark, ...] = ()
    origin: Mapping[str, Any] = field(default_factory=dict)
    rows: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    part: Part = Part()
    clock_step: float = 0.0

    def __getitem__(self, need: str) -> NDArray[Any]:
        return self.answers[need].values

    def __contains__(self, need: object) -> bool:
        return need in self.answers

    def __len__(self) -> int:
        return len(self.row)

    def row_of(self, need: str) -> NDArray[Any]:
        """Return the source rows (n,) of the values of a need: `row`, except for a need of another kind."""
        return self.rows.get(need, self.row)

    def source_of(self, need: str) -> str:
        """Return the quantity that met a need."""
        return self.answers[need].quantity

    def how(self, need: str) -> str:
        """Say in words where the values of a need come from."""
        return self.answers[need].how

    def unit_of(self, need: str) -> str:
        """Return the unit in which the values of a need arrived."""
        return self.answers[need].unit

    def origin_of(self, need: str) -> str:
        """Return whether the values were measured, programmed, reported or derived."""
        return self.answers[need].origin

    def is_averaged(self, need: str) -> bool:
        """Return whether each value is an average since the row before."""
        return self.answers[need].averaged

    def meta(self, path: str) -> Any:  # noqa: ANN401
        """Return a metadata value in the unit of its need (else the schema's), or None."""
        return self.metadata.value(path, self.units.get(path))

    def rng(self) -> np.random.Generator:
        """Return a fresh random generator; each call restarts the same sequence."""
        return np.random.default_rng(self.seed)


def bind(
    analysis: Analysis,
    record: Record,
    *,
    dataset: Dataset | None = None,
    columns: Mapping[str, str] | None = None,
    seed: int = 0,
    each: str | None = None,
) -> Inputs:
    """Check the needs of an analysis against a record and return the data it asked for.

    `dataset` is the selected part of the record's dataset, `columns` names a column for a need
    that several could meet. `each` is the column that has one value in the selected part, by
    default that of the analysis.
    """
    each = analysis.each if each is None else each
    data = numbered(dataset if dataset is not None else chosen_dataset(record, analysis))
    _require_rows(data)
    require_one(analysis, each, data)
    require_one_cell(data)
    _check_metadata(analysis, record.metadata)
    others = _others(analysis, record, columns, seed)
    analysis = replace(analysis, needs=tuple(n for n in analysis.needs if not _is_of_another(n, analysis)))
    found = {
        need.name: _answered(analysis, need, data, record.metadata, columns or {}) for need in analysis.columns
    }
    answers = {name: answer for name, answer in found.items() if answer is not None}
    row = data["row"] if "row" in data.columns else np.arange(data.rows)
    flags: tuple[Remark, ...] = ()
    clock_step = 0.0
    if all(column.axes == ROWS for column in data.columns.values()):
        answers, row, flags = _without_gaps(analysis, answers, row)
        answers, row, clock_step, merged = _each_time_once(analysis, answers, row)
        answers, row, doubled = _each_row_once(analysis, answers, row)
        flags = (*flags, *merged, *doubled)
    else:  # a map has no rows to leave out
        _require_numbers(analysis, answers)
    _check_clock(analysis, answers, row)
    _check_sampling(analysis, answers, len(row))
    units = {need.path: need.unit for need in analysis.metadata if need.unit}
    origin = {**record.provenance.as_dict(), "selection": list(data.history)}
    name = str(record.provenance.source.get("name", "record"))
    for other in others:
        answers |= other.answers
        flags = (*flags, *other.flags)
    rows = {need: other.row for other in others for need in other.answers}
    part = part_of(each, data, record.datasets.get(analysis.kind))
    return Inputs(name, answers, units, record.metadata, row, seed, flags, origin, rows, part, clock_step)


def _is_of_another(need: Need | NeedMeta, analysis: Analysis) -> bool:
    return isinstance(need, Need) and need.kind not in ("", analysis.kind)


def _others(analysis: Analysis, record: Record, columns: Mapping[str, str] | None, seed: int) -> list[Inputs]:
    """Bind the needs of each other kind of dataset separately, with all their rows."""
    asked = [need for need in analysis.columns if _is_of_another(need, analysis)]
    found = []
    for kind in dict.fromkeys(need.kind for need in asked):
        mine = tuple(need for need in asked if need.kind == kind)
        there = any(dataset.kind == kind for dataset in record.datasets.values())
        if there or not all(need.optional for need in mine):
            other = replace(analysis, kind=kind, needs=mine, sampling=Sampling(), each="")
            try:
                parts = chosen_datasets(record, replace(other, every_dataset=True))
                bound = [bind(other, record, dataset=part, columns=columns, seed=seed) for part in parts]
                found.append(_in_a_row(mine, bound))
            except Refusal as refusal:
                if not all(need.optional for need in mine):
                    raise
                found.append(_unused(kind, refusal, record))
    return found


def _in_a_row(asked: Sequence[Need], parts: Sequence[Inputs]) -> Inputs:
    """Put the rows of several datasets behind one another; a need that one of them cannot meet is NaN there."""
    if len(parts) == 1:
        return parts[0]
    answers, left_out = {}, []
    for need in asked:
        given = [part.answers.get(need.name) for part in parts]
        known = [answer for answer in given if answer is not None]
        if not known:
            continue
        if len(known) < len(given) and not need.gaps:
            left_out.append(_in_some(need, len(known), len(given)))
            continue
        units = list(dict.fromkeys(answer.unit or "no unit" for answer in known))
        if len(units) > 1:
            left_out.append(_in_units(need, units))
            continue
        values = [
            np.full(len(part), np.nan) if answer is None else answer.values
            for part, answer in zip(parts, given, strict=True)
        ]
        if need.quantities == ("spectrum",):  # counted in each dataset by itself
            firsts = np.cumsum([0, *(1 + int(np.max(one)) for one in values[:-1])])
            values = [one + first for one, first in zip(values, firsts.tolist(), strict=True)]
        answers[need.name] = replace(known[0], values=np.concatenate(values))
    flags = (*(flag for part in parts for flag in part.flags), *left_out)
    return replace(parts[0], answers=answers, row=np.concatenate([part.row for part in parts]), flags=flags)


def _in_some(need: Need, known: int, parts: int) -> Remark:
    """Return the remark on a need without gaps that only some of several datasets can meet."""
    what = f"the {' or '.join(need.quantities)} of the {need.kind} data beside"
    have = some_of(known, parts, "part", "has", "have")
    return Remark("beside-not-used", f"{what} is not used: {have} it, and it may have no gaps", "info")


def _in_units(need: Need, units: Sequence[str]) -> Remark:
    """Return the remark on a need that several datasets meet in different units; refuse if it has to be met."""
    what, stand = f"the {' or '.join(need.quantities)} of the {need.kind} data beside", " and ".join(units)
    hint = flag_for(AREA) if need.without_area in units else None
    if not need.optional:
        raise Refusal("mixed-unit", f"{what} is in {stand}", hint=hint)
    return Remark("beside-not-used", f"{what} is not used: it is in {stand}", "info", hint=hint or "")


def _unused(kind: str, refusal: Refusal, record: Record) -> Inputs:
    """Return nothing but the remark why data that would only be useful are left out."""
    text = f"the {kind} data beside are not used: {refusal.message}"
    remark = Remark("beside-not-used", text, "info", hint=refusal.remark.hint)
    return Inputs("", {}, {}, record.metadata, np.zeros(0, dtype=np.int64), flags=(remark,))


def _require_rows(data: Dataset) -> None:
    if not data.rows:
        how = f" after {'; '.join(data.history)}" if data.history else ""
        raise Refusal("empty", f"the {data.kind} dataset has no rows{how}")


def _require_unit(column: Column) -> None:
    if column.unit is None:
        raise Refusal("no-unit", f"the column {column.name} has no unit", column=column.header)


# -- metadata --------------------------------------------------------------------------------


def _check_metadata(analysis: Analysis, metadata: Metadata) -> None:
    for need in analysis.metadata:
        if not need.optional and need.path not in metadata:
            raise missing_metadata(need.path, need.help)
        if why := why_impossible(need.path, metadata.value(need.path)):
            raise Refusal("impossible-metadata", why, hint=flag_for(need.path))


def missing_metadata(path: str, why: str = "") -> Refusal:
    """Return the refusal for a missing path, with the flag that supplies it."""
    code = "missing-area" if path == AREA else "missing-metadata"
    return Refusal(code, f"{path} is not stated{f': {why}' if why else ''}", hint=flag_for(path))


def flag_for(path: str) -> str:
    """Return the command-line flag that states a metadata path."""
    leaf = leaf_of(path)
    examples = {AREA: "0.785 cm^2", "cell.temperature": "30 degC"}
    other = "|".join(leaf.choices) if leaf.choices else f"1 {leaf.unit}" if leaf.unit else "..."
    return f'--set {path}="{examples.get(path, other)}"'


# -- columns ---------------------------------------------------------------------------------


def _answered(
    analysis: Analysis, need: Need, data: Dataset, metadata: Metadata, columns: Mapping[str, str]
) -> Answer | None:
    """Answer a need; a unit that its quantity cannot have is the analysis's mistake, unless the user chose."""
    try:
        return _answer(need, data, metadata, columns)
    except (UnitMismatch, UnknownUnit) as error:
        if need.name in columns:
            raise
        found = f"its need {need.name} is declared in {need.unit}: {error.message}"
        raise failed(analysis, found, analysis.run) from None


def _answer(need: Need, data: Dataset, metadata: Metadata, chosen: Mapping[str, str]) -> Answer | None:
    """Find what answers a need; None if nothing does and nothing must, or if no column is to (`--column t=`)."""
    if need.optional and chosen.get(need.name) == "":
        return None
    if need.name in chosen:
        return _in_unit(need, data.column(chosen[need.name]), metadata)
    for quantity in need.quantities:
        if column := _find(need, quantity, data):
            return _in_unit(need, column, metadata)
        if quantity == "voltage" and (answer := _cell_voltage(need, data, metadata)):
            return answer
        if derived := converted(quantity, data):
            return _converted(need, quantity, *derived)
    if need.optional:
        return _stated_range(need, data, metadata)
    half = next(filter(None, (lacking(quantity, data.columns) for quantity in need.quantities)), "")
    raise Refusal(
        "missing-column",
        ": ".join(filter(None, (f"there is no {' or '.join(need.quantities)}", half))),
        where=f"columns {', '.join(data.columns)}",
        hint=f"--column {need.name}=NAME names a column that answers"
        + (
            "; --set cell.configuration=two_electrode where the potential is the cell voltage"
            * _hides_voltage(need, data)
        ),
    )


def _hides_voltage(need: Need, data: Dataset) -> bool:
    return "voltage" in need.quantities and "potential_we" in data.quantities


def _find(need: Need, quantity: str, data: Dataset) -> Column | None:
    """Find the column of a quantity: the one with its name, else the only one."""
    if quantity in data.columns:
        return data.columns[quantity]
    if bits := next((bits for _, bits in data.bit_fields() if bits.quantity == quantity), None):
        return Column(bits.name, data[bits.name], quantity, "1", "reported", bits.header)
    found = [column for column in data.columns.values() if column.quantity == quantity]
    if len(found) > 1:
        names = ", ".join(column.name for column in found)
        raise Refusal(
            "ambiguous-column",
            f"{len(found)} columns are {with_article(quantity)}: {names}",
            hint=f"--column {need.name}={found[0].name}",
        )
    return found[0] if found else None


def _in_unit(need: Need, column: Column, metadata: Metadata) -> Answer:
    """Convert a column to the unit of a need; a density is computed only from a stated area."""
    quantity = column.quantity or column.name
    if not need.unit:
        return Answer(column.plain(), column.unit or "", quantity, column.name, column.origin, column.averaged)
    if quantity == RANGE:
        return _range(need, full_scales(column), column.name, metadata)
    if column.source_dtype == TEXT:
        raise Refusal("no-values", f"the column {column.name} holds texts, not numbers", column=column.header)
    _require_unit(column)
    have, want = parse_unit(column.unit or need.unit), parse_unit(need.unit)
    if _PER_AREA.get(have.dimension) == want.dimension:
        return _per_area(need, column, metadata)
    known = quantities().get(column.quantity or "")
    scale = scale_between(have, want, point=known is not None and known.point)
    return Answer(scale.apply(column.values), need.unit, quantity, column.name, column.origin, column.averaged)


def _range(need: Need, sizes: NDArray[np.float64], how: str, metadata: Metadata) -> Answer:
    """Return the full scales of the ranges; where the file does not say, the one that the metadata state."""
    stated = stated_full_scale(metadata)
    if stated is not None:
        sizes = np.where(np.isnan(sizes), stated, sizes)
    return Answer(scale_between("mA", need.unit).apply(sizes), need.unit, RANGE, how, "reported")


def _stated_range(need: Need, data: Dataset, metadata: Metadata) -> Answer | None:
    """Return the range that the metadata state for all rows, if that is asked for and stated."""
    if RANGE not in need.quantities or not need.unit or stated_full_scale(metadata) is None:
        return None
    return _range(need, np.full(data.rows, np.nan), STATED, metadata)


def _per_area(need: Need, column: Column, metadata: Metadata) -> Answer:
    quantity = column.quantity or column.name
    area = metadata.get(AREA)
    if area is None and need.without_area is None:
        raise missing_metadata(AREA, f"{column.name} becomes {need.quantities[0]} by it")
    if area is None or area.unit is None:
        unit = need.without_area or ""
        how = f"{column.name}; no area is stated"
        return Answer(column.to(unit), unit, quantity, how, column.origin, column.averaged)
    per_area = parse_unit(f"{column.unit}/{area.unit}")
    scale = Scale(scale_between(per_area, need.unit).factor)
    how = f"{column.name} / {area.value:g} {area.unit} (cell.area by {area.source})"
    values = scale.apply(column.to(column.unit or "") / area.value)
    return Answer(values, need.unit, quantity, how, "derived", column.averaged)


def _cell_voltage(need: Need, data: Dataset, metadata: Metadata) -> Answer | None:
    """Return the cell voltage from potentials, if their reference electrodes are stated."""
    working = data.columns.get("potential_we")
    counter = data.columns.get("potential_ce")
    if working is None:
        return None
    if metadata.value("cell.configuration") == "two_electrode":
        how = "potential_we of a cell declared two-electrode"
        return Answer(working.to(need.unit), need.unit, "voltage", how, working.origin, working.averaged)
    if counter is not None:
        values = working.to(need.unit) - counter.to(need.unit)
        averaged = working.averaged or counter.averaged
        return Answer(values, need.unit, "voltage", "potential_we - potential_ce", "derived", averaged)
    return None


def _converted(need: Need, quantity: str, values: NDArray[Any], unit: str, formula: str) -> Answer:
    """Return an impedance quantity that follows from the other pair, in the unit of a need."""
    scale = scale_between(parse_unit(unit), parse_unit(need.unit or unit))
    return Answer(scale.apply(values), need.unit or unit, quantity, formula, "derived")


# -- rows ------------------------------------------------------------------------------------


def _require_numbers(analysis: Analysis, answers: Mapping[str, Answer]) -> None:
    for need in analysis.columns:
        answer = None if need.optional else answers.get(need.name)
        if answer is not None and answer.values.dtype.kind == "f" and not np.isfinite(answer.values).any():
            raise Refusal("no-values", f"the column {answer.how} holds no number")


def _without_gaps(
    analysis: Analysis, answers: dict[str, Answer], row: NDArray[Any]
) -> tuple[dict[str, Answer], NDArray[Any], tuple[Remark, ...]]:
    """Leave out rows in which a required column has no value, and say how many."""
    _require_numbers(analysis, answers)
    whole = np.ones(len(row), dtype=bool)
    for need in analysis.columns:
        values = answers[need.name].values if need.name in answers else None
        if need.optional or need.gaps or values is None or values.dtype.kind != "f":
            continue
        whole &= np.isfinite(values)
    if whole.all():
        return answers, row, ()
    if not whole.any():
        raise Refusal("no-values", "no row has a value in all the columns that are needed")
    kept = {n: replace(a, values=a.values[whole]) for n, a in answers.items()}
    lost = int((~whole).sum())
    flag = Remark(
        "rows-without-values",
        f"{some_of(lost, len(row), 'row', 'lacks', 'lack')} a value and {_were(lost)} left out",
    )
    return kept, row[whole], (flag,)


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _each_time_once(
    analysis: Analysis, answers: dict[str, Answer], row: NDArray[Any]
) -> tuple[dict[str, Answer], NDArray[Any], float, tuple[Remark, ...]]:
    """Merge the rows of equal time of a time series, and say so: measured values by their mean, sums by addition.

    Rows that repeat the one before are left out; counters, codes and running charges keep their last value.
    The third value is the step of a clock that is coarser than the rows, 0 if it is not.
    """
    clock = next((n for n in analysis.columns if n.quantities == ("time",) and n.name in answers), None)
    if analysis.kind != "timeseries" or clock is None or clock.optional or clock.restarts:
        return answers, row, 0.0, ()
    time = answers[clock.name]
    if not (time.values[1:] == time.values[:-1]).any():
        return answers, row, 0.0, ()
    found = stamps(time.values, [a.values for n, a in answers.items() if n != clock.name], _sign(answers))
    if found is None:
        return answers, row, 0.0, ()
    kept = {name: replace(a, values=_merged(a, found)) for name, a in answers.items()}
    kept[clock.name] = replace(time, values=found.time)
    have = some_of(found.merged, len(row), "row", "has", "have")
    text = f"{have} the time of the row before and {_were(found.merged)} merged with it"
    where = f"source row {row[_first_merged(found)]}"
    if found.step:
        text = f"{text}: the clock moves in steps of {found.step:.3g} {time.unit}"
        flag = Remark("coarse-clock", text, where=where)
    else:
        repeated = found.repeated == found.merged
        cause = (
            "the rows are duplicated"
            if repeated
            else "rows are written where the current or the programme changes"
        )
        flag = Remark("equal-times", text, "info", where=where, cause=cause)
    return kept, row[found.first], found.step, (flag,)


def _sign(answers: Mapping[str, Answer]) -> NDArray[np.int8] | None:
    """Return the sign of the current of each row, 0 at rest; None if no current is among the answers."""
    current = next((a.values for a in answers.values() if a.quantity in CURRENTS), None)
    if current is None:
        return None
    known = np.nan_to_num(current)
    return states(known, rest_threshold(known))


def _each_row_once(
    analysis: Analysis, answers: dict[str, Answer], row: NDArray[Any]
) -> tuple[dict[str, Answer], NDArray[Any], tuple[Remark, ...]]:
    """Leave out rows of a spectrum or profile that repeat the one before in all that is needed, and say so."""
    if analysis.kind not in AXES or len(row) < 2:
        return answers, row, ()
    repeats = np.ones(len(row), dtype=bool)
    repeats[0] = False
    for answer in answers.values():
        repeats[1:] &= _equal(answer.values[1:], answer.values[:-1])
    if not repeats.any() or not any(answer.quantity in AXES[analysis.kind] for answer in answers.values()):
        return answers, row, ()
    kept = {name: replace(a, values=a.values[~repeats]) for name, a in answers.items()}
    count = int(repeats.sum())
    text = f"{some_of(count, len(row), 'row', 'repeats', 'repeat')} the row before and {_were(count)} left out"
    where = f"source row {row[np.argmax(repeats)]}"
    return kept, row[~repeats], (Remark("repeated-rows", text, "info", where=where),)


def _equal(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    same = one == other
    return np.asarray(same | ((one != one) & (other != other)) if one.dtype.kind == "f" else same, dtype=bool)


def _first_merged(found: Stamps) -> int:
    return int(found.first[np.argmax(found.groups.rows > 1)]) + 1


def _merged(answer: Answer, found: Stamps) -> NDArray[Any]:
    if answer.quantity in INCREMENTS:
        return found.total(answer.values)
    last = answer.origin == "programmed" or answer.quantity == RANGE or RUNNING.match(answer.quantity)
    if answer.values.dtype.kind != "f" or last:
        return found.last(answer.values)
    return found.mean(answer.values)


def _check_clock(analysis: Analysis, answers: Mapping[str, Answer], row: NDArray[Any]) -> None:
    for need in analysis.columns:
        if need.restarts or need.name not in answers or answers[need.name].quantity != "time":
            continue
        restarts = clock_restarts(answers[need.name].values)
        if len(restarts):
            without = f"--column {need.name}= leaves the times out, " if need.optional and not need.kind else ""
            raise Refusal(
                "clock-restarts",
                f"time goes back {several(len(restarts), 'time')}",
                where=f"source row {row[restarts[0]]}",
                hint=f'{without}--select "row < {row[restarts[0]]}" keeps the part before',
            )


def _check_sampling(analysis: Analysis, answers: Mapping[str, Answer], rows: int) -> None:
    limits = analysis.sampling
    if rows < limits.rows:
        raise Refusal("too-few-rows", f"{several(rows, 'row')}, at least {limits.rows} are needed")
    clock = next(
        (answers[n.name] for n in analysis.columns if n.quantities == ("time",) and n.name in answers), None
    )
    if clock is None or rows < 2 or clock.unit != "s":
        return
    span, step = float(np.ptp(clock.values)), float(np.median(np.diff(clock.values)))
    if span < limits.span_s:
        raise Refusal("too-short", f"the data span {span:g} s, at least {limits.span_s:g} s are needed")
    if limits.step_s is not None and step > limits.step_s:
        raise Refusal("sampled-too-coarsely", f"a row every {step:g} s, at most {limits.step_s:g} s are needed")


def describe(need: Need | NeedMeta) -> tuple[str, str, str]:
    """Return the name and unit of a need and what meets it, for help pages."""
    if isinstance(need, NeedMeta):
        return need.path, need.unit or leaf_of(need.path).unit or "", need.help or leaf_of(need.path).description
    unit = need.unit + (f" ({need.without_area} without an area)" if need.without_area else "")
    what = " or ".join(need.quantities) + (f" of the {need.kind}" if need.kind else "")
    return need.name, unit, what + (f"; {need.help}" if need.help else "")

"""Run an analysis: select it, check its needs, pass arrays in its units, attach provenance."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

import echub_schemas
from echub import __version__
from echub.analysis import needs
from echub.analysis.area import on_basis, with_basis
from echub.analysis.certainty import without_certainty
from echub.analysis.datasets import chosen_dataset, chosen_datasets
from echub.analysis.needs import Inputs
from echub.analysis.outcome import Outcome, Refusal
from echub.analysis.parts import Part, condition_on, values_of
from echub.analysis.points import load_outcomes, with_values
from echub.analysis.reasons import first_reason, stating
from echub.analysis.runs import joined_runs
from echub.declare_analysis import Analysis
from echub.errors import PluginError, UnknownOption
from echub.files.annotations import Annotations
from echub.files.reading import Readable, read
from echub.model.dataset import Dataset
from echub.model.given import ANALYSIS, takes
from echub.model.json_text import plain
from echub.model.record import Record
from echub.model.spectra import numbered
from echub.registry.calling import call, failed
from echub.registry.options import as_dict, parse_options
from echub.registry.registry import registry
from echub.text import nearest

Analysable = Readable | Record | Outcome
Item = TypeVar("Item")
GROUPING = ("cell.", "sample.", "experiment.", "sims.")
"""Metadata that an outcome carries, so that later analyses can group and compare by it."""


@dataclass(frozen=True)
class InputSet(Sequence[Item], Generic[Item]):
    """What an analysis of many inputs receives: `Inputs` of several files, or outcomes; and the run's seed."""

    items: tuple[Item, ...]
    seed: int = 0

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def rng(self) -> np.random.Generator:
        """Return a fresh random generator; each call restarts the same sequence."""
        return np.random.default_rng(self.seed)


def handed(analysis: Analysis, inputs: Sequence[Any], seed: int = 0) -> Any:  # noqa: ANN401
    """Return what the functions of an analysis get: the one input, or a set of all."""
    return inputs[0] if analysis.consumes == "dataset" else InputSet(tuple(inputs), seed)


@dataclass(frozen=True)
class Choice:
    """What was selected: an expression, a range of time in seconds, columns by need, a dataset by its name."""

    select: str | None = None
    time: tuple[float | None, float | None] | None = None
    columns: Mapping[str, str] | None = None
    part: str | None = None
    dataset: str | None = None

    def apply(self, dataset: Dataset) -> Dataset:
        """Return the chosen rows; spectra are numbered first."""
        chosen = numbered(dataset)
        chosen = chosen.query(self.select) if self.select else chosen
        chosen = chosen.time_slice(*self.time) if self.time else chosen
        return chosen.query(self.part) if self.part else chosen


@takes(ANALYSIS)
def analyze(
    name: str | Analysis,
    what: Analysable | Sequence[Analysable],
    *,
    params: Mapping[str, Any] | None = None,
    profile: str | None = None,
    metadata: Mapping[str, str] | None = None,
    annotations: Annotations | None = None,
    select: str | None = None,
    time: tuple[float | None, float | None] | None = None,
    columns: Mapping[str, str] | None = None,
    dataset: str | None = None,
    reader: str | None = None,
    options: Mapping[str, str] | None = None,
    seed: int = 0,
    area_basis: str | None = None,
) -> Outcome:
    """Ask one question of a file, a record, several files, or earlier outcomes.

    `name` is an installed analysis; a declaration that is not installed also runs.
    `params` are the analysis's parameters (numbers in their declared unit, or texts such as
    ``"30 s"``) and override those of `profile`. `metadata` (path to text) is added to what the source
    says, and so is `annotations` when files are read. `dataset` names the one to take if a joined or
    appended record has several of the analysis's kind. `area_basis` puts areal values, those of earlier
    outcomes first, on another area (``"island"``), if both are stated. A question that the analysis cannot answer
    is a refused outcome, never an exception; raises what `read` raises, `CommandError` for a wrong
    name, parameter or profile, and `PluginError` if the analysis fails.
    """
    choice = Choice(select, time, columns, dataset=dataset)
    added = _added(annotations, metadata)
    run, given = _prepared(name, what, choice, params or {}, profile, added, reader, options, seed)
    if run.analysis.consumes == "dataset" and len(given) != 1:
        raise UnknownOption(
            f"{run.analysis.name} takes one file at a time", expected="one file", found=f"{len(given)}"
        )
    return _on_area(run, given, area_basis) if area_basis else run.on(given)


def _on_area(run: _Run, given: Sequence[Any], basis: str) -> Outcome:
    """Run with areal values on another area: those of the inputs if they are outcomes, else the result's."""
    try:
        given = [on_basis(item, basis) if isinstance(item, Outcome) else item for item in given]
        outcome = run.on(given)
        return outcome if run.analysis.consumes == "outcomes" else on_basis(outcome, basis)
    except Refusal as refusal:
        bare: dict[str, Any] = {"measurands": {}, "tables": {}, "diagnostics": {}, "sensitivity": ()}
        return run.on(given).replace(flags=(refusal.remark,), **bare)


@takes(ANALYSIS)
def analyze_each(
    name: str | Analysis,
    what: Analysable | Sequence[Analysable],
    *,
    each: str | None = None,
    params: Mapping[str, Any] | None = None,
    profile: str | None = None,
    metadata: Mapping[str, str] | None = None,
    annotations: Annotations | None = None,
    select: str | None = None,
    time: tuple[float | None, float | None] | None = None,
    columns: Mapping[str, str] | None = None,
    dataset: str | None = None,
    reader: str | None = None,
    options: Mapping[str, str] | None = None,
    seed: int = 0,
) -> list[Outcome]:
    """Ask one question of each part of one or several files: of each spectrum, or each value of a column.

    `each` names the column, by default the one that the analysis declares; all else is as for
    `analyze`. Returns one outcome per file and value, in the order of the rows; each says in its
    conditions which part it is: for ``spectrum`` its number and, if known, `spectrum_start`,
    `spectrum_potential`, `spectrum_current`, `spectrum_level`, `spectrum_temperature`. A file without
    rows to divide has one outcome, refused. Raises what `analyze` raises, and `DataError` for a column
    that is missing or cannot divide the rows.
    """
    choice = Choice(select, time, columns, dataset=dataset)
    added = _added(annotations, metadata)
    run, given = _prepared(name, what, choice, params or {}, profile, added, reader, options, seed)
    column = each or run.analysis.each
    if run.analysis.consumes != "dataset" or not column:
        raise UnknownOption(
            f"{run.analysis.name} does not say of what it answers for each",
            expected='a column, such as each="spectrum", and an analysis of one dataset',
            found=f"each={column!r}, an analysis of {run.analysis.consumes}",
        )
    return [outcome for record in given for outcome in run.on_each(record, column)]


def _added(annotations: Annotations | None, metadata: Mapping[str, str] | None) -> Annotations:
    if annotations is None:
        return Annotations(values=dict(metadata or {}))
    return Annotations(list(annotations.tables), {**annotations.values, **(metadata or {})})


def _prepared(
    name: str | Analysis,
    what: Any,  # noqa: ANN401
    choice: Choice,
    params: Mapping[str, Any],
    profile: str | None,
    added: Annotations,
    reader: str | None,
    options: Mapping[str, str] | None,
    seed: int,
) -> tuple[_Run, list[Any]]:
    """Return the requested run, and the records or outcomes it applies to."""
    declared = name if isinstance(name, Analysis) else registry().analysis(name)
    chosen = parameters(declared, params, profile)
    _require_needs(declared, choice.columns or {})
    many = _listed(what)
    if declared.consumes == "outcomes":
        given: Any = with_values([one for item in many for one in _outcomes(item, reader, options)], added.values)
    else:
        given = [_record(item, reader, options, added) for item in many]
        if declared.every_dataset and len(given) > 1:
            given = joined_runs(many, given, reader)
    return _Run(declared, chosen, params, profile, seed, choice, declared.each), given


def _require_needs(analysis: Analysis, columns: Mapping[str, str]) -> None:
    """Refuse a column for a need that the analysis does not have: it would answer nothing."""
    needs = [need.name for need in analysis.columns]
    if strange := [name for name in columns if name not in needs]:
        expected = " or ".join(needs) or "no column at all"
        raise UnknownOption(
            f"{analysis.name} needs nothing called {strange[0]!r}",
            expected=expected,
            found=strange[0],
            hint=nearest(strange[0], needs),
        )


def parameters(analysis: Analysis, given: Mapping[str, Any], profile: str | None) -> Any:  # noqa: ANN401
    """Return the parameters: the defaults, overridden by a profile, overridden by those given."""
    base: Mapping[str, Any] = {}
    if profile is not None:
        if profile not in analysis.profiles:
            raise UnknownOption(
                f"{analysis.name} has no profile {profile!r}",
                expected=" or ".join(analysis.profiles) or "no profile at all",
                found=profile,
                hint=nearest(profile, analysis.profiles),
            )
        base = analysis.profiles[profile]
    texts = {**base, **{key.replace("-", "_"): value for key, value in given.items()}}
    return parse_options(analysis.params, texts, f"the analysis {analysis.name}")


def _listed(what: Any) -> list[Any]:  # noqa: ANN401
    return list(what) if isinstance(what, (list, tuple)) else [what]


def _record(item: Any, reader: str | None, options: Mapping[str, str] | None, added: Annotations) -> Record:  # noqa: ANN401
    if not isinstance(item, Record):
        return read(item, reader=reader, options=options, annotations=added)
    return stating(item, added.values) if added.values else item


def _outcomes(item: Any, reader: str | None, options: Mapping[str, str] | None) -> list[Outcome]:  # noqa: ANN401
    if isinstance(item, Outcome):
        return [item]
    if isinstance(item, (str, os.PathLike)):
        return load_outcomes(Path(item), reader=reader, options=options)
    raise UnknownOption(
        "this analysis takes outcomes or a table",
        expected="an .outcome.json or a CSV table",
        found=type(item).__name__,
    )


@dataclass(frozen=True)
class _Run:
    """One run of an analysis, with everything that its provenance names."""

    analysis: Analysis
    params: Any
    given: Mapping[str, Any]
    profile: str | None
    seed: int
    choice: Choice
    each: str

    def on_each(self, record: Record, each: str) -> list[Outcome]:
        """Answer for each value of a column; one refused outcome if there is no value."""
        try:
            dataset = chosen_dataset(record, self.analysis, self.choice.dataset)
        except Refusal:  # reported by the one refused outcome
            return [dataclasses.replace(self, each=each).on([record])]
        found = values_of(each, self.choice.apply(dataset))
        choices = [dataclasses.replace(self.choice, part=condition_on(each, value)) for value in found]
        return [dataclasses.replace(self, choice=c, each=each).on([record]) for c in choices or [self.choice]]

    def on(self, items: Sequence[Any]) -> Outcome:
        """Check the needs, run, and attach provenance; a refusal becomes the outcome."""
        metadata = _shared([_metadata_of(item) for item in items])
        inputs: Sequence[Any] = ()
        try:
            inputs = [part for item in items for part in self._bound_of(item, len(items))]
            if not inputs:
                raise Refusal("empty", "there is nothing to analyse")
            outcome = self._call(inputs)
        except Refusal as refusal:
            outcome = Outcome.refused(self._first_reason(refusal, items))
        flags = [flag for data in inputs if isinstance(data, Inputs) for flag in data.flags]
        part = inputs[0].part if inputs and isinstance(inputs[0], Inputs) else Part()
        if part.temperature is not None:
            metadata = {"cell.temperature": part.temperature_entry(), **metadata}
        stated = outcome.replace(
            analysis=self.analysis.name,
            label=outcome.label or ", ".join(filter(None, (_label(items), part.name))),
            conditions={**part.conditions, **outcome.conditions},
            flags=(*outcome.flags, *flags),
            metadata=metadata,
            provenance=plain(self._provenance(items, inputs)),
        )
        return with_basis(stated)

    def _bound_of(self, item: Record | Outcome, count: int) -> list[Inputs | Outcome]:
        """Return what `_bound` does; of several items, a refusal says which of them it is about."""
        try:
            return self._bound(item)
        except Refusal as refusal:
            if count > 1:
                place = f", {refusal.where}" if refusal.where else ""
                refusal.where = f"{_label([item])}{place}"
            raise

    def _bound(self, item: Record | Outcome) -> list[Inputs | Outcome]:
        """Return an outcome as it is, and a record as the inputs that its datasets make."""
        if isinstance(item, Outcome):
            return [item]
        chosen = chosen_datasets(item, self.analysis, self.choice.dataset)
        return [
            needs.bind(
                self.analysis,
                item,
                dataset=self.choice.apply(one),
                columns=self.choice.columns,
                seed=self.seed,
                each=self.each,
            )
            for one in chosen
        ]

    def _first_reason(self, refusal: Refusal, items: Sequence[Any]) -> Refusal:
        """Return why the items do not suit at all, if they lack an area and do not."""

        def looked(values: Mapping[str, str]) -> Any:  # noqa: ANN401
            stated = [stating(item, values) if isinstance(item, Record) else item for item in items]
            return handed(self.analysis, [part for item in stated for part in self._bound(item)], self.seed)

        return first_reason(refusal, self.analysis, self.params, looked)

    def _call(self, inputs: Sequence[Any]) -> Outcome:
        """Run the plugin's code, and check that it returns what it declares."""
        data = handed(self.analysis, inputs, self.seed)
        outcome: Outcome = call(self.analysis, self.analysis.run, data, self.params, returns=Outcome)
        self._check_gives(outcome)
        return without_certainty(outcome)

    def _check_gives(self, outcome: Outcome) -> None:
        if wrong := outcome.misplaced():
            raise self._failed(f"it gave {wrong}")
        declared = {gives.name: gives for gives in self.analysis.outputs}
        patterns = [gives for gives in self.analysis.outputs if gives.name.endswith("*")]
        for name, measurand in outcome.measurands.items():
            if measurand.is_outside:
                value, unit, interval = measurand.value, measurand.unit, measurand.interval
                raise self._failed(f"it gave {name} = {value:g} {unit}, outside its own interval {interval}")
            gives = declared.get(name) or next((g for g in patterns if name.startswith(g.name[:-1])), None)
            if gives is None:
                raise self._failed(f"it gave the measurand {name}, which it does not declare")
            if not gives.unit_from and measurand.unit not in gives.units:
                raise self._failed(
                    f"it gave {name} in {measurand.unit!r}, declared is {' or '.join(gives.units)!r}"
                )

    def _failed(self, found: str) -> PluginError:
        return failed(self.analysis, found, self.analysis.run)

    def _provenance(self, items: Sequence[Any], inputs: Sequence[Any]) -> dict[str, Any]:
        return {
            "inputs": [_origin(item) for item in items],
            "columns": [{n: a.how for n, a in d.answers.items()} for d in inputs if isinstance(d, Inputs)],
            "selection": [list(d.origin["selection"]) for d in inputs if isinstance(d, Inputs)],
            "analysis": {
                "name": self.analysis.name,
                "version": self.analysis.version,
                "distribution": _distribution(self.analysis),
                "reference": self.analysis.reference,
            },
            "parameters": self._parameters(),
            "profile": self.profile,
            "software": _versions(),
            "seed": self.seed,
        }

    def _parameters(self) -> dict[str, Any]:
        """Return every parameter with its unit and whether it is the default."""
        defaults = as_dict(self.analysis.params())
        units = {
            field.name: field.metadata.get("unit") or "" for field in dataclasses.fields(self.analysis.params)
        }
        return {
            name: {"value": value, "unit": units[name], "default": value == defaults[name]}
            for name, value in as_dict(self.params).items()
        }


def _distribution(analysis: Analysis) -> str:
    """Name the distribution that registered an analysis; "not installed" for any other."""
    if registry().analyses.get(analysis.name) != analysis:
        return "not installed"
    owner = registry().owner(analysis)
    return f"{owner.distribution} {owner.version}"


def _label(items: Sequence[Any]) -> str:
    names = [i.label if isinstance(i, Outcome) else str(i.provenance.source.get("name", "record")) for i in items]
    return names[0] if len(names) == 1 else f"{len(names)} inputs"


def _origin(item: Record | Outcome) -> dict[str, Any]:
    """Identify an input by content: a source by its sha256, an outcome with the sources behind it."""
    if isinstance(item, Record):
        origin = item.provenance.as_dict()
        return {**origin["source"], "reader": origin["reader"], "siblings": origin["siblings"]}
    return {"outcome": item.label, "analysis": item.analysis, "inputs": list(item.provenance.get("inputs", ()))}


def _metadata_of(item: Record | Outcome) -> dict[str, Any]:
    if isinstance(item, Outcome):
        return dict(item.metadata)
    entries = [entry for entry in item.metadata if entry.path.startswith(GROUPING)]
    return {e.path: plain({"value": e.value, "unit": e.unit, "source": e.source}) for e in entries}


def _shared(trees: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Keep what is the same in all inputs."""
    first, *others = trees or [{}]
    return {p: e for p, e in first.items() if all(p in t and t[p]["value"] == e["value"] for t in others)}


@cache
def _versions() -> dict[str, str]:
    named = {name: importlib.metadata.version(name) for name in ("numpy", "scipy")}
    return {"echub": __version__, "schema": echub_schemas.VERSION, **named}

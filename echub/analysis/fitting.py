"""Which analyses suit a file: their needs, then each plugin's own first look at the data; the best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from echub.analysis.analysis import Choice, handed, parameters
from echub.analysis.datasets import chosen_datasets
from echub.analysis.needs import Inputs, bind
from echub.analysis.outcome import Refusal
from echub.analysis.parts import condition_on, require_one, values_of
from echub.analysis.reasons import first_reason, stating
from echub.declare_analysis import Analysis
from echub.errors import EchubError, UnknownOption
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.model.spectra import numbered
from echub.registry.calling import call
from echub.registry.registry import registry
from echub.remark import Remark
from echub.text import nearest

LOOKED = 200_000
"""Rows that a first look gets: a longer run is thinned evenly, so that ten looks take about a second."""
STATEMENTS = ("missing-area", "missing-metadata")
"""Codes of the hub for what the file cannot say and a person can."""
CHOICES = ("several-datasets", "several-cells")
"""Codes of the hub for a file of which one part suits, and a person can say which."""


class Standing(IntEnum):
    """How well an analysis suits a file; the smaller the better."""

    SUITS = 0
    ASKS = 1
    """It lacks a statement, such as the area, or which of several parts is meant."""
    UNSUITED = 2
    """The data are of another kind of measurement, or a column is missing."""
    ELSEWHERE = 3
    """It takes other data: another kind of dataset, or outcomes of other analyses."""


@dataclass(frozen=True)
class Suitability:
    """An analysis, how well it suits a file, the share of its needs that is met, and unless it suits, why not."""

    analysis: Analysis
    standing: Standing
    why: Remark | None = None
    met: float = 0.0
    choose: str = ""
    """What names one of several parts, each of which suits."""

    @property
    def reason(self) -> str:
        """Return why it does not suit, in one line; empty if it does."""
        return self.why.message if self.why else ""

    @property
    def advice(self) -> str:
        """Return what helps if a person can help: the statement that is missing, or what names one part."""
        return self.why.hint if self.why and self.standing is Standing.ASKS else self.choose

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for `--json`."""
        why = self.why.as_dict() if self.why else None
        told = {"name": self.analysis.name, "title": self.analysis.title, "standing": self.standing.name.lower()}
        return {**told, "why": why, **({"choose": self.choose} if self.choose else {})}


def fitting(
    record: Record, choice: Choice | None = None, params: Mapping[str, Any] | None = None
) -> list[Suitability]:
    """Return all installed analyses, those that suit a record first, with the reason why the others do not.

    Nothing is analysed. Among those that suit, the one with the largest share of its needs met is first: it
    was made for such a file. The order is a proposal, and a reason that of the first obstacle.

    choice: a part of the record, as for `analyze`. params: parameters for those analyses that have them. Raises
    `UnknownOption` for a dataset that is not there or a parameter that no analysis has, and what `Dataset.query`
    raises if the choice fits no dataset.
    """
    choice = choice or Choice()
    short = Record(
        [_shortened(dataset) for dataset in _chosen(record, choice)],
        metadata=record.metadata,
        provenance=record.provenance,
    )
    analyses = registry().analyses.values()
    own = {analysis.name: _own(analysis, params or {}) for analysis in analyses}
    if unknown := [name for name in params or {} if not any(name in mine for mine in own.values())]:
        raise UnknownOption("no analysis has this parameter", found=unknown[0], hint="echub analyze NAME --help")
    found = [fit_of(analysis, short, own[analysis.name], choice.columns) for analysis in analyses]
    return sorted(found, key=lambda fit: (fit.standing, -fit.met, fit.analysis.name))


def _own(analysis: Analysis, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return those parameters that an analysis has."""
    known = getattr(analysis.params, "__dataclass_fields__", {})
    return {name: value for name, value in params.items() if name.replace("-", "_") in known}


def _chosen(record: Record, choice: Choice) -> list[Dataset]:
    """Return the chosen part of each dataset, or of the named one, without those that the choice does not fit."""
    if choice.dataset is not None and choice.dataset not in record.datasets:
        raise UnknownOption(
            f"the record has no dataset {choice.dataset!r}",
            expected=", ".join(record) or "a record with datasets",
            found=choice.dataset,
            hint=nearest(choice.dataset, record),
        )
    found, errors = [], []
    for name, dataset in record.datasets.items():
        if choice.dataset in (None, name):
            try:
                found.append(choice.apply(dataset))
            except EchubError as error:
                errors.append(error)
    if errors and not found:
        raise errors[0]
    return found


def _shortened(dataset: Dataset) -> Dataset:
    """Thin a long table; a map, or rows with curves, is looked at whole."""
    is_table = all(column.axes == ("row",) for column in dataset.columns.values())
    return dataset.every(-(-dataset.rows // LOOKED)) if is_table and dataset.rows > LOOKED else dataset


def fit_of(
    analysis: Analysis,
    record: Record,
    params: Mapping[str, Any] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Suitability:
    """Return how well an analysis suits a record of moderate length, with these parameters and columns by need."""
    if analysis.consumes == "outcomes":
        return Suitability(
            analysis, Standing.ELSEWHERE, Remark("takes-outcomes", "it takes outcomes of other analyses")
        )
    try:
        whole = [numbered(one) for one in chosen_datasets(record, analysis)]
        given = [_first_part(analysis, one) for one in whole]
    except Refusal as refusal:
        kinds = {dataset.kind for dataset in record.datasets.values()}
        standing = Standing.UNSUITED if analysis.kind in kinds else Standing.ELSEWHERE
        return Suitability(analysis, Standing.ASKS if _asks(refusal) else standing, refusal.remark)
    except EchubError as error:
        return Suitability(analysis, Standing.UNSUITED, error.remark)
    needed = {need.name for need in analysis.columns}
    named = {need: column for need, column in (columns or {}).items() if need in needed}
    found = _looked(analysis, record, given, params or {}, named)
    return replace(found, choose=_one_of(analysis, whole)) if found.standing is Standing.SUITS else found


def _asks(refusal: Refusal) -> bool:
    """Return whether a person can say what is missing."""
    return refusal.remark.code in (*STATEMENTS, *CHOICES)


def _one_of(analysis: Analysis, whole: Iterable[Dataset]) -> str:
    """Return what names one part, if an analysis that answers for one at a time is given several."""
    try:
        for data in whole:
            require_one(analysis, analysis.each, data)
    except Refusal as refusal:
        return refusal.remark.hint
    return ""


def _first_part(analysis: Analysis, data: Dataset) -> Dataset:
    """Return the first spectrum for an analysis that answers for one at a time: it suits if it suits that."""
    if not analysis.each or analysis.each not in data or not data.rows:
        return data
    return data.query(condition_on(analysis.each, values_of(analysis.each, data)[0]))


def _looked(
    analysis: Analysis, record: Record, given: list[Dataset], params: Mapping[str, Any], columns: Mapping[str, str]
) -> Suitability:
    """Check the needs, then let the plugin look."""

    def bound(values: Mapping[str, str]) -> Any:  # noqa: ANN401
        stated = stating(record, values) if values else record
        return handed(analysis, [bind(analysis, stated, dataset=dataset, columns=columns) for dataset in given])

    try:
        chosen = parameters(analysis, params, None)
        data = bound({})
    except Refusal as refusal:
        reason = first_reason(refusal, analysis, chosen, bound)
        standing = Standing.ASKS if _asks(reason) else Standing.UNSUITED
        return Suitability(analysis, standing, reason.remark)
    except EchubError as error:
        return Suitability(analysis, Standing.UNSUITED, error.remark)
    try:
        if analysis.look:
            call(analysis, analysis.look, data, chosen)
    except EchubError as error:  # a refusal, or a fault of the plugin: the others are shown all the same
        return Suitability(analysis, Standing.UNSUITED, error.remark)
    met = _met(analysis, data if isinstance(data, Inputs) else data[0], record)
    return Suitability(analysis, Standing.SUITS, met=met)


def _met(analysis: Analysis, data: Inputs, record: Record) -> float:
    found = len(data.answers) + sum(need.path in record.metadata for need in analysis.metadata)
    return found / len(analysis.needs) if analysis.needs else 0.0

"""What the JSON of an outcome must look like before any of it is used."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from echub.errors import DataError
from echub.remark import RemarkShape
from echub.structured import Number, Scalar, Shape, Table

FORMAT = "echub-outcome 1"


class IntervalShape(TypedDict):
    """A range of values."""

    low: Number | None
    high: Number | None
    kind: NotRequired[Literal["coverage", "bracketing", "asymmetric"]]
    level: NotRequired[Number | None]
    includes_low: NotRequired[bool]
    includes_high: NotRequired[bool]
    method: NotRequired[str]


class ComponentShape(TypedDict):
    """One part of a standard uncertainty."""

    name: str
    uncertainty: Number
    kind: NotRequired[Literal["A", "B"]]
    group: NotRequired[str]


class MeasurandShape(TypedDict):
    """One result."""

    unit: str
    value: NotRequired[Number | None]
    uncertainty: NotRequired[Number | None]
    interval: NotRequired[IntervalShape | None]
    censoring: NotRequired[Literal["none", "left", "right", "interval"]]
    n: NotRequired[int | None]
    quantity: NotRequired[str]
    components: NotRequired[list[ComponentShape]]
    note: NotRequired[str]
    area_basis: NotRequired[str]


class ConditionShape(TypedDict):
    """What outcomes must share to be compared."""

    value: Scalar
    unit: NotRequired[str]
    compared: NotRequired[bool]


class SensitivityShape(TypedDict):
    """One other choice of a parameter."""

    parameter: str
    setting: str
    measurand: str
    value: Number | None
    change: NotRequired[Number | None]


class SeriesShape(TypedDict):
    """One column of a table."""

    unit: str
    values: list[Scalar]


class EntryShape(TypedDict):
    """One value of the metadata."""

    value: Any
    unit: NotRequired[str | None]
    source: NotRequired[str]


class OutcomeShape(TypedDict):
    """An outcome."""

    format: str
    analysis: str
    label: str
    status: NotRequired[Literal["ok", "flagged", "refused"]]
    measurands: dict[str, MeasurandShape]
    flags: list[RemarkShape]
    conditions: dict[str, ConditionShape]
    sensitivity: list[SensitivityShape]
    tables: dict[str, dict[str, SeriesShape]]
    metadata: dict[str, EntryShape]
    provenance: Table
    diagnostics: dict[str, SeriesShape]


OUTCOME = Shape(
    "the outcome",
    OutcomeShape,
    DataError,
    "`echub analyze` writes outcomes; one that was edited by hand is better made again",
    version=("format", 1, 0),
)

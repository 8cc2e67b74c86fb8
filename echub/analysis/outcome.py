"""What an analysis answers: measurands with uncertainty, flags, tables, provenance.

An `Outcome` is stored as JSON exactly: reading it back gives an equal one. No number in it is
NaN or infinite; an unknown value is None, and so is an open end of an interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

from echub.analysis.outcome_shape import FORMAT, OUTCOME
from echub.errors import DataError, EchubError, PluginError
from echub.files.results import OUTCOME_SUFFIX
from echub.model.json_text import written_json
from echub.remark import Remark
from echub.structured import Shape, checked, parse

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIX = OUTCOME_SUFFIX
_FAMILY = FORMAT.partition(" ")[0] + " "
_ANY = Shape("the outcome", Any, DataError, OUTCOME.hint)
"""Any JSON: whether it is an outcome is asked next, so that another file is called what it is."""

Status = Literal["ok", "flagged", "refused"]
_NO_PLACE = {"code": "", "message": "", "severity": "", "where": "", "hint": ""}
"""Keys that the object of a flag in the file always has, in this order."""
_NAMED = 3
"""Measurands in the short text of an outcome; a notebook's table has all."""
Censoring = Literal["none", "left", "right", "interval"]
Scalar = float | int | str | bool | None


_ROUNDING = 1e-9
"""Relative difference of value and end of an interval that float64 arithmetic explains, as in the contract."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of a measurand's values, in its unit.

    `low` or `high` None: open on that side. `kind`: ``coverage`` (with `level`, 0.95),
    ``bracketing`` (the value lies between two observations), ``asymmetric`` (a range by a named
    rule, without a stated coverage). `method` says how it was found.
    """

    low: float | None
    high: float | None
    kind: Literal["coverage", "bracketing", "asymmetric"] = "coverage"
    level: float | None = None
    includes_low: bool = True
    includes_high: bool = True
    method: str = ""

    def __post_init__(self) -> None:
        _require_finite("the interval", self.low, self.high, self.level)
        if self.low is not None and self.high is not None and self.low > self.high:
            raise PluginError("an interval has its ends exchanged", found=f"{self.low} … {self.high}")

    def __str__(self) -> str:
        if self.high is None and self.low is not None:
            return f"{'≥' if self.includes_low else '>'} {self.low:.5g}"
        if self.low is None and self.high is not None:
            return f"{'≤' if self.includes_high else '<'} {self.high:.5g}"
        low, high = ("?" if end is None else f"{end:.5g}" for end in (self.low, self.high))
        return f"{'(['[self.includes_low]}{low}, {high}{')]'[self.includes_high]}"

    @property
    def coverage(self) -> str:
        """Return the coverage that is stated, `95%`, or the kind of interval."""
        return f"{100 * self.level:g}%" if self.level else self.kind

    def covers(self, value: float) -> bool:
        """Return whether a value, in the unit of the measurand, lies inside."""
        above = self.low is None or value > self.low or (self.includes_low and value == self.low)
        below = self.high is None or value < self.high or (self.includes_high and value == self.high)
        return above and below


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a standard uncertainty, in the measurand's unit.

    `kind` as in the GUM: A from statistics, B from anything else. Components with the same `group` are
    fully correlated between the outcomes that share it (the area of a sample), "" is independent.
    """

    name: str
    uncertainty: float
    kind: Literal["A", "B"] = "A"
    group: str = ""

    def __post_init__(self) -> None:
        _require_finite(f"the component {self.name}", self.uncertainty)


@dataclass(frozen=True, slots=True)
class Measurand:
    """A result: value (or None), unit, standard uncertainty, interval, censoring, sample size.

    A censored measurand has no value but an interval: ``right`` is "more than `interval.low`".
    `unit` is one of the unit table or an expression of its units. `area_basis` is the area that a value per area
    or times area refers to, as stated (`cell.area_basis`); empty if it was not, or if no area is in the unit.
    """

    unit: str
    value: float | None = None
    uncertainty: float | None = None
    interval: Interval | None = None
    censoring: Censoring = "none"
    n: int | None = None
    quantity: str = ""
    components: tuple[Component, ...] = ()
    note: str = ""
    area_basis: str = ""

    def __post_init__(self) -> None:
        _require_finite("the measurand", self.value, self.uncertainty)
        if self.uncertainty is not None and self.uncertainty < 0:
            raise PluginError("an uncertainty is negative", expected="0 or more", found=str(self.uncertainty))
        if self.censoring != "none" and (self.value is not None or self.interval is None):
            raise PluginError("a censored measurand has an interval and no value", found=f"value {self.value}")

    @property
    def is_outside(self) -> bool:
        """Return whether the value lies outside its own interval, by more than rounding."""
        if self.value is None or self.interval is None:
            return False
        low = -math.inf if self.interval.low is None else self.interval.low
        high = math.inf if self.interval.high is None else self.interval.high
        slack = _ROUNDING * max(abs(end) for end in (self.value, low, high) if math.isfinite(end))
        return not low - slack <= self.value <= high + slack

    @classmethod
    def more_than(cls, unit: str, low: float, **rest: Any) -> Measurand:  # noqa: ANN401
        """Return a right-censored measurand, known only to be above `low` (in `unit`)."""
        interval = Interval(low, None, "bracketing", includes_low=False)
        return cls(unit, interval=interval, censoring="right", **rest)

    @classmethod
    def less_than(cls, unit: str, high: float, **rest: Any) -> Measurand:  # noqa: ANN401
        """Return a left-censored measurand, known only to be below `high` (in `unit`)."""
        interval = Interval(None, high, "bracketing", includes_high=False)
        return cls(unit, interval=interval, censoring="left", **rest)

    def __str__(self) -> str:
        from echub.drawing import unit_text, value_text

        unit = f" {unit_text(self.unit)}" if unit_text(self.unit) else ""
        if self.value is None and self.interval is not None:
            return f"{self.interval}{unit}"
        return f"{value_text(self.value, self.uncertainty)}{unit}"

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain JSON types."""
        return {
            **_fields(self),
            "interval": _fields(self.interval),
            "components": [_fields(c) for c in self.components],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Measurand:
        """Read the result of `as_dict`."""
        interval = Interval(**data["interval"]) if data.get("interval") else None
        parts = tuple(Component(**part) for part in data.get("components", ()))
        return cls(**{**data, "interval": interval, "components": parts})


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The value of a measurand with another choice of one parameter."""

    parameter: str
    setting: str
    measurand: str
    value: float | None
    change: float | None = None

    def __post_init__(self) -> None:
        _require_finite("the sensitivity", self.value, self.change)


@dataclass(frozen=True, slots=True)
class Condition:
    """What outcomes must share to be compared: ramp rate, criterion, method, area basis …

    Not `compared`: it says which part of the data this is (the spectrum, its start), which always differs.
    """

    value: Scalar
    unit: str = ""
    compared: bool = True

    def __post_init__(self) -> None:
        _require_finite("the condition", self.value)


@dataclass(frozen=True, slots=True)
class Series:
    """A column of a table or of diagnostics: numbers, texts or None if unknown; NaN and infinities become None."""

    values: tuple[Scalar, ...]
    unit: str = ""

    def __post_init__(self) -> None:
        """Replace what JSON cannot hold, so that a stored outcome is read back as equal to this one."""
        if not _surely_finite(self.values) and any(map(_is_lost, self.values)):
            object.__setattr__(self, "values", tuple(None if _is_lost(v) else v for v in self.values))

    @classmethod
    def of(cls, values: Any, unit: str = "") -> Series:  # noqa: ANN401
        """Build a series from an array or a list (n,)."""
        return cls(tuple(values.tolist() if hasattr(values, "tolist") else values), unit)

    def array(self) -> Any:  # noqa: ANN401
        """Return a float64 array (n,), NaN for None."""
        import numpy as np

        return np.array([math.nan if v is None else v for v in self.values], dtype=np.float64)

    def __len__(self) -> int:
        return len(self.values)


Table = Mapping[str, Series]
"""Columns of equal length, by name."""


class Refusal(DataError):
    """Raised by an analysis that cannot answer: a stable code, the reason with its numbers, what helps.

    `tables`, `diagnostics` and `measurands` (such as a bound) go into the refused outcome.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        column: str | None = None,
        measurands: Mapping[str, Measurand] | None = None,
        tables: Mapping[str, Table] | None = None,
        diagnostics: Table | None = None,
    ) -> None:
        super().__init__(message, where=where, hint=hint, column=column)
        self.code = code  # type: ignore[misc]
        self.remark = replace(self.remark, code=code, severity="refusal")
        self.measurands = dict(measurands or {})
        self.tables = dict(tables or {})
        self.diagnostics = dict(diagnostics or {})

    def __reduce__(self) -> tuple[object, ...]:
        return (Refusal, (self.code, self.message), self.__dict__.copy())


@dataclass(frozen=True)
class Outcome:
    """The answer of one analysis to one question.

    The status follows from the flags: one `refusal` refuses, one `warning` flags. `metadata`
    (path to value, unit, source) and `conditions` are what later analyses group and compare by.
    `diagnostics` are what the figure needs. The hub fills in analysis, metadata and provenance.
    """

    measurands: Mapping[str, Measurand] = field(default_factory=dict)
    flags: tuple[Remark, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    sensitivity: tuple[Sensitivity, ...] = ()
    diagnostics: Table = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    analysis: str = ""
    label: str = ""

    @property
    def status(self) -> Status:
        """Return the status: `refused`, `flagged` or `ok`."""
        severities = {flag.severity for flag in self.flags}
        return "refused" if "refusal" in severities else "flagged" if "warning" in severities else "ok"

    def misplaced(self) -> str:
        """Name the first part of the wrong class, such as an array instead of a `Series`; else empty."""
        wholes: tuple[tuple[str, object, type | tuple[type, ...], str], ...] = (
            ("measurands", self.measurands, Mapping, "a dictionary"),
            ("flags", self.flags, (tuple, list), "a tuple"),
            ("tables", self.tables, Mapping, "a dictionary"),
            *((f"table {name}", table, Mapping, "a dictionary") for name, table in _items(self.tables)),
            ("diagnostics", self.diagnostics, Mapping, "a dictionary"),
            ("conditions", self.conditions, Mapping, "a dictionary"),
        )
        for name, whole, kinds, wanted in wholes:
            if not isinstance(whole, kinds):
                return f"{name}: {type(whole).__name__}, not {wanted}"
        series = {f"table {t}, {c}": s for t, table in self.tables.items() for c, s in table.items()}
        series |= {f"diagnostic {name}": column for name, column in self.diagnostics.items()}
        flags = {f"flag {number}": flag for number, flag in enumerate(self.flags)}
        parts: tuple[tuple[Mapping[str, Any], type], ...] = (
            (self.measurands, Measurand),
            (flags, Remark),
            (series, Series),
            (self.conditions, Condition),
        )
        for named, kind in parts:
            for name, part in named.items():
                if not isinstance(part, kind):
                    return f"{name}: {type(part).__name__}, not {kind.__name__}"
        for name, measurand in self.measurands.items():
            for number in (measurand.value, measurand.uncertainty):
                if number is not None and not isinstance(number, Real):
                    return f"{name}: the {type(number).__name__} {number!r}, not a number"
        return ""

    @property
    def refusals(self) -> list[Remark]:
        """Return the flags that refuse."""
        return [flag for flag in self.flags if flag.severity == "refusal"]

    @classmethod
    def refused(cls, refusal: Refusal) -> Outcome:
        """Build the outcome of a refusal."""
        return cls(refusal.measurands, (refusal.remark,), refusal.tables, diagnostics=refusal.diagnostics)

    def __getitem__(self, name: str) -> Measurand:
        """Return a measurand; KeyError names those that are there."""
        if name in self.measurands:
            return self.measurands[name]
        raise KeyError(f"the outcome has no measurand {name!r}, but {', '.join(self.measurands) or 'none at all'}")

    def __contains__(self, name: object) -> bool:
        """Return whether there is a measurand of this name."""
        return name in self.measurands

    def __repr__(self) -> str:
        parts = [f"{name} = {measurand}" for name, measurand in self.measurands.items()]
        parts += [f"{flag.code}: {flag.message}" for flag in self.refusals]
        return f"<Outcome {self.analysis or 'of an analysis'}: {'; '.join((self.status, *parts[:_NAMED]))}>"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: what `echub analyze` prints, and the figure if matplotlib is there."""
        from echub.model.notebook import folded, heading, table

        parts = [heading(f"{self.analysis}: {self.label}", self.status)]
        if self.flags:
            remarks = [(flag.severity, flag.code, flag.text, flag.hint or "") for flag in self.flags]
            parts.append(table(("", "code", "", "what helps"), remarks))
        answers = [(name, str(m), str(m.interval or ""), m.note) for name, m in self.measurands.items()]
        parts.append(table(("measurand", "value", "interval", ""), answers))
        for name, columns in self.tables.items():
            parts.append(folded(name.replace("_", " "), table(*rows_of(columns))))
        return "".join(parts) + self._drawn()

    def _drawn(self) -> str:
        """Return the figure as SVG in a folded section; nothing if it cannot be drawn here."""
        from echub.drawing import svg
        from echub.model.notebook import folded

        try:
            return folded("figure", svg(self.figure()), is_open=True)
        except EchubError:
            return ""

    def figure(self) -> Figure:
        """Draw the figure of the analysis, as ``--plot`` does; `figure.savefig` writes it.

        Raises `DataError` if there is nothing to show, `PluginError` without matplotlib or the analysis's plugin.
        """
        from echub.analysis.figures import draw_outcome
        from echub.registry.registry import registry

        return draw_outcome(self, registry().analysis(self.analysis))

    def meta(self, path: str) -> Any:  # noqa: ANN401
        """Return the value of a metadata path, in the schema's unit, or None."""
        entry = self.metadata.get(path)
        return entry["value"] if entry else None

    def replace(self, **changes: Any) -> Outcome:  # noqa: ANN401
        """Return a copy with other fields."""
        return replace(self, **changes)

    # -- JSON ------------------------------------------------------------------------------

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain JSON types."""
        return {
            "format": FORMAT,
            "analysis": self.analysis,
            "label": self.label,
            "status": self.status,
            "measurands": {name: m.as_dict() for name, m in self.measurands.items()},
            "flags": [_NO_PLACE | flag.as_dict() for flag in self.flags],
            "conditions": {name: _fields(c) for name, c in self.conditions.items()},
            "sensitivity": [_fields(s) for s in self.sensitivity],
            "tables": {name: _table(table) for name, table in self.tables.items()},
            "metadata": {path: dict(entry) for path, entry in self.metadata.items()},
            "provenance": dict(self.provenance),
            "diagnostics": _table(self.diagnostics),
        }

    def to_json(self, *, indent: int | None = 1) -> str:
        """Write exact JSON; `from_json` gives an equal outcome."""
        return written_json(self.as_dict(), indent)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], path: str = "") -> Outcome:
        """Read the result of `as_dict`; raise `DataError` for anything else, with the place."""
        if not isinstance(data, Mapping) or not str(data.get("format", "")).startswith(_FAMILY):
            found = data.get("format") if isinstance(data, Mapping) else type(data).__name__
            raise DataError("this is not an outcome of an analysis", expected=FORMAT, found=str(found))
        return cls.from_checked(checked(dict(data), OUTCOME, path), path)

    @classmethod
    def from_checked(cls, data: Mapping[str, Any], path: str = "") -> Outcome:
        """Read the result of `as_dict` whose shape is checked; `DataError` for columns of different lengths."""
        _require_rows(data["tables"], path)
        return cls(
            {name: Measurand.from_dict(m) for name, m in data["measurands"].items()},
            tuple(Remark.from_dict(flag) for flag in data["flags"]),
            {name: _columns(table) for name, table in data["tables"].items()},
            tuple(Sensitivity(**s) for s in data["sensitivity"]),
            _columns(data["diagnostics"]),
            {name: Condition(**c) for name, c in data["conditions"].items()},
            data["metadata"],
            data["provenance"],
            data["analysis"],
            data["label"],
        )

    @classmethod
    def from_json(cls, text: str | bytes, path: str = "") -> Outcome:
        """Read the result of `to_json`; raise `DataError` for anything else, with the place."""
        return cls.from_dict(parse(text, _ANY, path, "json"), path)


def _fields(thing: Any) -> Any:  # noqa: ANN401
    return None if thing is None else {name: getattr(thing, name) for name in type(thing).__dataclass_fields__}


def rows_of(columns: Table) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return the headers of a table, with units as papers print them, and its rows."""
    from echub.drawing import axis_label

    headers = tuple(axis_label(name, series.unit) for name, series in columns.items())
    return headers, list(zip(*(series.values for series in columns.values()), strict=True))


def _table(table: Table) -> dict[str, Any]:
    return {name: {"unit": series.unit, "values": list(series.values)} for name, series in table.items()}


def _columns(table: Mapping[str, Any]) -> dict[str, Series]:
    return {name: Series(tuple(series["values"]), series["unit"]) for name, series in table.items()}


def _surely_finite(values: Sequence[Scalar]) -> bool:
    """Return whether all values are finite numbers, by one sum of them; False if each must be looked at."""
    try:
        return math.isfinite(sum(values))  # type: ignore[arg-type]
    except (TypeError, OverflowError):  # a text or None; an integer beyond all floats
        return False


def _is_lost(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _items(named: object) -> Iterable[tuple[str, object]]:
    return named.items() if isinstance(named, Mapping) else ()


def _require_finite(what: str, *numbers: object) -> None:
    for number in numbers:
        if _is_lost(number):
            raise PluginError(f"{what} is {number}", expected="a finite number, or None where it is not known")


def _require_rows(tables: Mapping[str, Mapping[str, Any]], path: str) -> None:
    """Refuse a stored table whose columns differ in length: nobody knows which values belong together."""
    for name, table in tables.items():
        lengths = {column: len(series["values"]) for column, series in table.items()}
        if len(set(lengths.values())) > 1:
            raise DataError(
                "a table of this outcome has columns of different lengths",
                path=path or None,
                where=f"tables.{name}",
                expected="one length",
                found=", ".join(f"{column}: {length}" for column, length in lengths.items())[:200],
                cause="the file was changed after it was written",
            )

"""Compare two records that should hold the same data, column by column, to the printed precision.

Columns are paired by the header in their source, else by quantity. Each pair gets one verdict; if two
files differ in a way that is known (an export that prints 0 for a potential, or -1 for a point
that is masked) the verdict names it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.errors import UnitMismatch, UnknownUnit
from echub.model.column import TEXT, Column
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.model.units import Scale, scale_between, unit
from echub.model.vocabulary import quantities
from echub.text import several

DERIVED_TOLERANCE = 2e-6
"""Relative difference up to which a computed column agrees: a few roundings of float32 inputs."""
SINGLE_TOLERANCE = 6e-8
"""Half a unit in the last place of float32: two readers may store one number in two precisions."""
CLOCK_STEP = 2e-6
"""Seconds by which a printed absolute time may miss a rounding tie: programs store clocks as days since 1899 in
float64, with steps of 0.6 µs, and subtract two of them."""
POTENTIALS = ("potential_we", "potential_ce", "voltage")

SAME = "same"
NO_VALUE = "no-value-as-zero"
ZEROED = "zeroed-potential"
MASKED = "masked"
DIFFERS = "differs"
AGREEING = (SAME, NO_VALUE)
_ZERO_ROWS = "zero-rows"
_PRINTED_DIGITS = 1e-6
"""Relative difference of two settings of which one is printed with six digits."""
_HALF_DECIMAL = 5.1e-4
"""Half of the third decimal, and a little more."""
_LEAST_PRINTED = 1e-3
"""Relative difference up to which three decimals, fewer than six digits, may tell of one number. By eye."""
_SHOWN = 60
"""Characters of a setting that are shown."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the comparison of one pair of columns found.

    `rows` of `compared` differ; `first` is the first source row that does, `a` and `b` its numbers. Values of a
    map lie in no row: each counts as one, and `first` stays -1.
    """

    dataset: str
    a_header: str
    b_header: str
    verdict: str
    compared: int = 0
    rows: int = 0
    first: int = -1
    a: float | None = None
    b: float | None = None

    @property
    def agrees(self) -> bool:
        """Return whether both agree to the precision that both have."""
        return self.verdict in AGREEING

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass
class Comparison:
    """All verdicts, columns that only one side has, and differences in rows or metadata."""

    verdicts: list[Verdict] = field(default_factory=list)
    only_a: list[str] = field(default_factory=list)
    only_b: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Return whether all data that both sides have agree; metadata are reported, not judged."""
        return not self.differences and all(verdict.agrees for verdict in self.verdicts)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for `--json`."""
        return {
            "agrees": self.agrees,
            "columns": [verdict.as_dict() for verdict in self.verdicts],
            "only_a": self.only_a,
            "only_b": self.only_b,
            "differences": self.differences,
            "metadata": self.metadata,
        }


@dataclass(frozen=True, eq=False)
class _Side:
    """One column as it is compared: bit fields count as columns."""

    header: str
    quantity: str | None
    averaged: bool
    column: Column
    values: NDArray[Any]
    of_source: bool


def compare(a: Record, b: Record) -> Comparison:
    """Compare two records."""
    result = Comparison()
    for kind in dict.fromkeys([*a.datasets, *b.datasets]):
        if kind in a.datasets and kind in b.datasets:
            _compare_datasets(a[kind], b[kind], result)
        else:
            side, alone = ("the first", a[kind]) if kind in a.datasets else ("the second", b[kind])
            if alone.rows:
                result.differences.append(f"only {side} has {_content(alone)}")
    result.verdicts = _resolve_zero_rows(result.verdicts)
    result.metadata = _metadata(a, b)
    return result


def _content(dataset: Dataset) -> str:
    """Say how much a dataset holds: rows, or the lengths of the axes of a map."""
    if _rows(dataset):
        return f"{dataset.name} rows ({dataset.rows})"
    axes = {
        axis: n for column in dataset.columns.values() for axis, n in zip(column.axes, column.shape, strict=True)
    }
    return f"{dataset.name} ({', '.join(f'{n} along {axis}' for axis, n in axes.items())})"


def _compare_datasets(a: Dataset, b: Dataset, result: Comparison) -> None:
    at_a, at_b = _common_rows(a, b)
    rows, others = _rows(a), _rows(b)
    if rows != others or len(at_a) != rows:
        result.differences.append(f"{a.name}: {several(rows, 'row')} against {others}, {len(at_a)} in common")
    left, right = list(_sides(a)), list(_sides(b))
    pairs = _pairs(left, right)
    for one, other in pairs:
        if not _meet(one, other):
            result.differences.append(f"{a.name}: {one.header} has {_extent(one)} against {_extent(other)}")
        elif _scale(one, other) is None:
            units = f"{one.column.unit} against {other.column.unit}"
            result.differences.append(f"{a.name}: {one.header} is in {units}")
        else:
            result.verdicts.append(_judge(a, one, other, at_a, at_b))
    paired = {id(side) for pair in pairs for side in pair}
    result.only_a += [f"{a.name}: {s.header}" for s in left if id(s) not in paired]
    result.only_b += [f"{a.name}: {s.header}" for s in right if id(s) not in paired]


def _rows(dataset: Dataset) -> int:
    """Count the rows; a map has none."""
    return next((len(column.values) for column in dataset.columns.values() if column.axes[:1] == ("row",)), 0)


def _common_rows(a: Dataset, b: Dataset) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of the source rows that both have."""
    if "row" not in a.columns or "row" not in b.columns:
        count = min(_rows(a), _rows(b))
        return np.arange(count), np.arange(count)
    _, at_a, at_b = np.intersect1d(a["row"], b["row"], return_indices=True)
    return at_a, at_b


def _sides(dataset: Dataset) -> Iterator[_Side]:
    for column in dataset.columns.values():
        if column.name == "row":
            continue
        if column.bits:
            for bits in column.bits:
                yield _Side(bits.header, bits.quantity, False, column, bits.extract(column.values), False)
        else:
            yield _Side(column.header, column.quantity, column.averaged, column, column.values, True)


def _pairs(left: Iterable[_Side], right: Iterable[_Side]) -> list[tuple[_Side, _Side]]:
    """Pair columns: by header, the first with the first; then by quantity, averaged with averaged."""
    open_a, open_b = list(left), list(right)
    pairs: list[tuple[_Side, _Side]] = []
    for same in (_same_header, _same_meaning):
        for one in list(open_a):
            other = next((o for o in open_b if same(one, o)), None)
            if other is not None:
                pairs.append((one, other))
                open_a.remove(one)
                open_b.remove(other)
    return pairs


def _same_header(one: _Side, other: _Side) -> bool:
    return one.header == other.header


def _same_meaning(one: _Side, other: _Side) -> bool:
    return one.quantity is not None and (one.quantity, one.averaged) == (other.quantity, other.averaged)


def _meet(one: _Side, other: _Side) -> bool:
    """Return whether the values of two columns lie side by side, as far as they have the same rows."""
    axes = one.column.axes
    by_row = axes[:1] == ("row",)
    return axes == other.column.axes and one.values.shape[by_row:] == other.values.shape[by_row:]


def _scale(one: _Side, other: _Side) -> Scale | None:
    """Return the map from the unit of the other column to that of the first; None if there is none.

    A unit that only one side states is taken for that of both.
    """
    to, of = one.column.unit, other.column.unit
    if to == of or not (to and of and one.of_source and other.of_source) or _are_words(one, other):
        return Scale()
    known = quantities().get(one.quantity or other.quantity or "")
    try:
        return scale_between(unit(of), unit(to), point=known is not None and known.point)
    except (UnitMismatch, UnknownUnit):
        return None


def _extent(side: _Side) -> str:
    return ", ".join(f"{n} along {axis}" for axis, n in zip(side.column.axes, side.values.shape, strict=True))


# -- judging ---------------------------------------------------------------------------------


def _judge(dataset: Dataset, one: _Side, other: _Side, at_a: NDArray[np.intp], at_b: NDArray[np.intp]) -> Verdict:
    are_words = _are_words(one, other)
    a, b = (_words(one), _words(other)) if are_words else _numbers(one, other)
    by_row = one.column.axes == ("row",)
    if one.column.axes[:1] == ("row",):
        a, b = a[at_a], b[at_b]
    a, b = a.ravel(), b.ravel()
    equal = a == b if are_words else _close(a, b, _tolerance(a, b, one, other))
    wrong = np.flatnonzero(~equal)
    found = Verdict(dataset.name, one.header, other.header, SAME, len(a))
    if not len(wrong):
        return found
    at = wrong[0]
    rows = dataset["row"] if "row" in dataset.columns else np.arange(_rows(dataset))
    found = replace(found, verdict=DIFFERS, rows=len(wrong), first=int(rows[at_a[at]]) if by_row else -1)
    if are_words:
        return found
    return replace(found, verdict=_name(a[wrong], b[wrong], one, other), a=_plain(a[at]), b=_plain(b[at]))


def _plain(value: Any) -> float | None:  # noqa: ANN401
    return float(value) if np.isfinite(value) else None


def _words(side: _Side) -> NDArray[Any]:
    return side.column.plain() if side.of_source else side.values


def _are_words(one: _Side, other: _Side) -> bool:
    """Return whether two columns are compared as texts: a code is a number only next to one without a label."""
    labelled = [side for side in (one, other) if side.of_source and side.column.labels]
    return len(labelled) == 2 or any(s.column.source_dtype == TEXT for s in labelled)


def _numbers(one: _Side, other: _Side) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return both columns as float64: as in the source if both are of one unit, else in the unit of the first."""
    scale = _scale(one, other) or Scale()
    in_source = one.of_source and other.of_source and scale.is_identity and one.column.scale == other.column.scale
    first, second = (
        np.asarray(side.column.source_values() if in_source else side.values, dtype=np.float64)
        for side in (one, other)
    )
    return first, second if scale.is_identity else scale.apply(second)


def _tolerance(a: NDArray[Any], b: NDArray[Any], one: _Side, other: _Side) -> NDArray[Any]:
    """Return how far two numbers may differ: half a printed digit, a rounding, or the tolerance of a recipe."""
    size = np.maximum(np.abs(np.nan_to_num(a)), np.abs(np.nan_to_num(b)))
    relative = 0.0
    if "derived" in (one.column.origin, other.column.origin):
        relative = DERIVED_TOLERANCE
    elif "f" in (one.values.dtype.kind, other.values.dtype.kind):
        single = any(s.values.dtype == np.float32 for s in (one, other))
        # 1e-15: a few roundings of float64 (1.1e-16 each), as from scaling.
        relative = SINGLE_TOLERANCE if single else 1e-15
    tolerance = relative * size
    for side, values in ((one, a), (other, b)):
        digits = int(side.column.attrs.get("printed_digits", 0))
        if digits:
            tolerance = np.maximum(tolerance, _half_digit(values, digits))
        if resolution := float(side.column.attrs.get("printed_resolution", 0)):
            tolerance = np.maximum(tolerance, 0.5 * resolution + CLOCK_STEP)
    return np.asarray(tolerance)


def _half_digit(values: NDArray[Any], digits: int) -> NDArray[Any]:
    """Return half a unit in the last printed place, with the rounding of a float64."""
    size = np.abs(np.nan_to_num(values))
    with np.errstate(divide="ignore"):
        exponent = np.where(size > 0, np.floor(np.log10(np.where(size > 0, size, 1.0))), -300)
    # A little more than one half, so that a tie that was rounded the other way still agrees.
    return np.asarray(0.5000001 * 10.0 ** (exponent - digits + 1) + 1e-15 * size)


def _close(a: NDArray[Any], b: NDArray[Any], tolerance: NDArray[Any]) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        close = np.abs(a - b) <= tolerance
    return np.asarray(close | (a == b) | (np.isnan(a) & np.isnan(b)))


def _name(a: NDArray[Any], b: NDArray[Any], one: _Side, other: _Side) -> str:
    """Return what the rows that differ have in common, as a known anomaly."""
    for values, against, side in ((a, b, one), (b, a, other)):
        if np.isnan(values).all() and (against == 0).all() and side.column.origin == "derived":
            return NO_VALUE
    for values, side in ((b, other), (a, one)):
        if (values == 0).all():
            return ZEROED if side.quantity in POTENTIALS else _ZERO_ROWS
        if (values == -1).all():
            return MASKED
    return DIFFERS


def _resolve_zero_rows(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Name rows of zeros after a known anomaly that starts at the same row and has as many rows."""
    anomalies = [v for v in verdicts if v.verdict in (MASKED, ZEROED) and v.first >= 0]
    named = {(v.dataset, v.first, v.rows): v.verdict for v in anomalies}
    return [
        replace(v, verdict=named.get((v.dataset, v.first, v.rows), DIFFERS)) if v.verdict == _ZERO_ROWS else v
        for v in verdicts
    ]


def _metadata(a: Record, b: Record) -> list[str]:
    """List the paths that both have, with different values."""
    lines = []
    for entry in a.metadata:
        other = b.metadata.get(entry.path)
        if other is not None and not _agree(entry.value, other.value):
            lines.append(f"{entry.path}: {shortened(entry.value)} against {shortened(other.value)}")
    return lines


def _agree(a: Any, b: Any) -> bool:  # noqa: ANN401
    if isinstance(a, float) or isinstance(b, float):
        return _agree_as_printed(a, b)
    if isinstance(a, dict) and isinstance(b, dict):
        return all(_agree(a[key], b[key]) for key in a.keys() & b.keys())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_agree(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


def _agree_as_printed(a: Any, b: Any) -> bool:  # noqa: ANN401
    """Return whether two settings are one number; exports print it with six digits or with three decimals.

    Three decimals of a small number hold too few digits to prove anything: 0.0001 and 0.0005 are two numbers.
    """
    if not (isinstance(a, (int, float)) and isinstance(b, (int, float))):
        return False
    if math.isclose(a, b, rel_tol=_PRINTED_DIGITS):
        return True
    has_three_decimals = any(round(value, 3) == value for value in (a, b))
    return has_three_decimals and abs(a - b) <= _HALF_DECIMAL and math.isclose(a, b, rel_tol=_LEAST_PRINTED)


def shortened(value: Any) -> str:  # noqa: ANN401
    """Return a value of the metadata as text in one line, cut after 60 characters."""
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"

"""Ranges of a group's schema: read with units, and only ever narrower than the core's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from echub.errors import EchubError, SchemaError
from echub.model.metadata import leaf_of
from echub.model.units import parse_value, scale_between
from echub.model.vocabulary import quantities

_NUMBERS = ("number", "integer", "any")
"""Types of metadata that a range can be given for."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The range of a quantity or a metadata path, in its canonical unit; None means no limit.

    `whose` names the schema that set it.
    """

    low: float | None = None
    high: float | None = None
    unit: str | None = None
    point: bool = False
    whose: str = "core"

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit and self.unit != "1" else ""
        if self.low is None and self.high is None:
            return "no limits"
        if self.low is None:
            return f"at most {self.high:g}{unit}"
        if self.high is None:
            return f"at least {self.low:g}{unit}"
        return f"{self.low:g} to {self.high:g}{unit}"

    def holds(self, value: object) -> bool:
        """Return whether a value is a number in the range."""
        if not isinstance(value, (int, float)):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def within(self, outer: Limits) -> bool:
        """Return whether this range lies inside the outer one."""
        low = outer.low is None or (self.low is not None and self.low >= outer.low)
        return low and (outer.high is None or (self.high is not None and self.high <= outer.high))

    def narrowed_to(self, other: Limits) -> Limits:
        """Return the range that both leave, in the words of the other."""
        lows, highs = (
            [end for end in ends if end is not None] for ends in ((self.low, other.low), (self.high, other.high))
        )
        return replace(other, low=max(lows, default=None), high=min(highs, default=None))

    @property
    def is_empty(self) -> bool:
        """Return whether no value lies in the range."""
        return self.low is not None and self.high is not None and self.low > self.high


def column_limits(name: str) -> Limits:
    """Return the core's range of a quantity."""
    known = quantities().get(name)
    if known is None:
        raise SchemaError(
            f"a range is given for the unknown quantity {name!r}",
            where=f"range.{name}",
            expected="a quantity of the vocabulary, or one that this schema defines",
            found=name,
            hint="`echub schema show quantities` lists them",
        )
    return Limits(known.min, known.max, known.unit, known.point)


def metadata_limits(path: str) -> Limits:
    """Return the core's range of a metadata path; `SchemaError` for one that holds no number."""
    leaf = leaf_of(path)
    if leaf.type not in _NUMBERS:
        raise SchemaError(
            f"a range is given for {path!r}, which holds no number",
            where=f"range.{path}",
            expected="a path with a number, or extra.<name>",
            found=leaf.type,
            hint="`echub schema show metadata` lists all paths",
        )
    low = leaf.minimum if leaf.minimum is not None else leaf.exclusive_minimum
    return Limits(low, None, leaf.unit, leaf.unit == "degC")


def narrowed(
    given: Mapping[str, Any], core: Callable[[str], Limits], parents: Mapping[str, Limits], what: str
) -> dict[str, Limits]:
    """Read the ranges of one schema, an open end from the parents or the core; `SchemaError` if one is wider."""
    ranges = {}
    for name, ends in given.items():
        base = core(name)
        own, outer = _read(name, ends, base), parents.get(name, base)
        filled = replace(
            own,
            low=outer.low if own.low is None else own.low,
            high=outer.high if own.high is None else own.high,
        )
        if filled.is_empty or not filled.within(outer):
            fault = "leaves nothing of" if filled.is_empty else "is looser than"
            raise SchemaError(
                f"the range of the {what} {name!r} {fault} the one it builds on",
                where=f"range.{name}",
                expected=f"{outer.whose}: {outer}",
                found=f"group: {filled}",
                hint="a group's schema may narrow a range, never widen it",
            )
        ranges[name] = filled
    return ranges


def _read(name: str, ends: Sequence[float | str], base: Limits) -> Limits:
    if len(ends) != 2:
        raise SchemaError(
            f"the range of {name!r} is not a pair",
            where=f"range.{name}",
            expected='[low, high], such as ["-50 mA", "50 mA"]; "" leaves an end open',
            found=repr(ends),
        )
    low, high = (_end(name, end, base) for end in ends)
    own = Limits(low, high, base.unit, base.point, "group")
    if own.is_empty:
        raise SchemaError(f"the range of {name!r} is empty", where=f"range.{name}", found=repr(list(ends)))
    return own


def _end(name: str, end: float | str, base: Limits) -> float | None:
    if end == "":
        return None
    if isinstance(end, (int, float)):
        if base.unit in (None, "1"):
            return float(end)
        raise SchemaError(
            f"the range of {name!r} has no unit",
            where=f"range.{name}",
            expected=f'a text with a unit, such as "{end} {base.unit}"',
            found=repr(end),
        )
    try:
        number, unit = parse_value(end)
        return float(scale_between(unit or "1", base.unit or "1", point=base.point).apply(number))
    except EchubError as error:
        raise SchemaError(
            f"the range of {name!r} cannot be {end!r}",
            where=f"range.{name}",
            expected=f"a unit of the dimension of {base.unit or '1'}",
            found=str(end),
            cause=error.message,
            hint=error.hint,
        ) from None

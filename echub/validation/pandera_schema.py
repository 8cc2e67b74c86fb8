"""The schema as pandera schemas (polars backend): for pipelines that check tables of their own.

`echub validate` itself checks arrays in NumPy, which is faster and keeps row numbers; both are built
from the same tables, and a test keeps them consistent. Validate eagerly: a LazyFrame would pass
violations silently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.polars as pa
import polars as pl

from echub.errors import UnknownColumn
from echub.model.vocabulary import Kind, Quantity, kinds, quantities
from echub.text import nearest
from echub.validation.group import CORE, Group
from echub.validation.limits import Limits, column_limits

if TYPE_CHECKING:
    from pandera.api.polars.types import PolarsData

_REQUIRED_BY_NAME = "has {}"


def table_schema(kind: str, group: Group = CORE) -> pa.DataFrameSchema:
    """Return the schema of a table of one kind, with columns in canonical units under canonical names.

    Another column of a quantity (``current__2``) is checked like the first. Units are in the
    `metadata` of each column. Raises `UnknownColumn` for an unknown kind.
    """
    if kind not in kinds():
        raise UnknownColumn(
            f"no kind is called {kind!r}", expected=", ".join(kinds()), found=kind, hint=nearest(kind, kinds())
        )
    known = kinds()[kind]
    required = {*known.required, *group.columns.get(kind, ())}
    finite = required | {name for part in known.any_of for entry in part for name in entry.split("+")}
    columns = {
        f"^{name}(__.+)?$": _column(quantity, group, required=name in required, finite=name in finite)
        for name, quantity in quantities().items()
        if quantity.type != "text"
    }
    return pa.DataFrameSchema(columns, checks=_one_of(known), name=f"{group.name} {kind}", strict=False)


def _column(quantity: Quantity, group: Group, *, required: bool, finite: bool) -> pa.Column:
    checks = [_within(limits, "possible") for limits in (column_limits(quantity.name),) if _closed(limits)]
    if quantity.name in group.ranges:
        checks.append(_within(group.ranges[quantity.name], f"range of {group.name}"))
    if quantity.plausible is not None:
        checks.append(_within(Limits(*quantity.plausible, quantity.unit), "plausible"))
    if quantity.name == "frequency":
        checks.append(pa.Check(lambda data: _select(data, pl.col(data.key) > 0), name="above zero"))
    if quantity.is_integer:
        checks.append(pa.Check(lambda data: _select(data, pl.col(data.key) % 1 == 0), name="whole numbers"))
    if finite:
        checks.append(pa.Check(lambda data: _select(data, pl.col(data.key).is_finite()), name="finite"))
    return pa.Column(
        None,
        checks=checks,
        required=required,
        nullable=not finite,
        regex=True,
        description=quantity.definition,
        metadata={"unit": quantity.unit, "quantity": quantity.name},
    )


def _closed(limits: Limits) -> bool:
    return limits.low is not None or limits.high is not None


def _within(limits: Limits, name: str) -> pa.Check:
    """Check a range; NaN is judged by `finite` alone, and never counts as a large number here."""

    def inside(data: PolarsData) -> pl.LazyFrame:
        value = pl.col(data.key)
        good = pl.lit(True)
        if limits.low is not None:
            good &= value >= limits.low
        if limits.high is not None:
            good &= value <= limits.high
        return _select(data, good | ~value.is_finite())

    return pa.Check(inside, name=name, error=f"{name}: {limits}")


def _select(data: PolarsData, good: pl.Expr) -> pl.LazyFrame:
    return data.lazyframe.select(good)


def _one_of(known: Kind) -> list[pa.Check]:
    """Require one entry of each group of columns that a kind needs."""
    return [
        pa.Check(
            lambda data, part=part: _has(data.lazyframe.collect_schema().names(), part),
            name=_REQUIRED_BY_NAME.format(" or ".join(part)),
        )
        for part in known.any_of
    ]


def _has(names: list[str], part: tuple[str, ...]) -> bool:
    return any(set(names).issuperset(entry.split("+")) for entry in part)

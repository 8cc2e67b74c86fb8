"""Quantities and dataset kinds, read from the schema files.

The core vocabulary is fixed; plugins add quantities under their own prefix (`install`). A file
with quantities of a plugin that is not installed can still be opened: reading never asks this module.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, TypedDict

import echub_schemas
from echub.declare import Vocabulary
from echub.errors import PluginError
from echub.model import units


class Quantity(NamedTuple):
    """One entry of the vocabulary.

    `type` is `float`, `count`, `code`, `flag` or `text`; `unit` the canonical unit (None for
    text); `point` marks points on an offset scale; `sign` and `needs` as in the schema file. Beyond
    `min` and `max` a value is impossible, beyond `plausible` no instrument produces it.
    """

    name: str
    definition: str
    unit: str | None = None
    dimension: str = "1"
    type: str = "float"
    symbol: str = ""
    sign: str | None = None
    point: bool = False
    min: float | None = None
    max: float | None = None
    plausible: tuple[float, float] | None = None
    monotonic: str | None = None
    needs: str | None = None
    bdf: str | None = None
    iri: str | None = None

    @property
    def is_integer(self) -> bool:
        """Return whether values are counted or coded, not measured."""
        return self.type != "float"


class QuantityShape(TypedDict, total=False):
    """One quantity as TOML; `definition` is demanded by `Quantity` itself, a range of the core's needs none."""

    definition: str
    unit: str | None
    dimension: str
    type: Literal["float", "count", "code", "flag", "text"]
    symbol: str
    sign: str | None
    point: bool
    min: float | int | None
    max: float | int | None
    plausible: list[float | int] | None
    monotonic: str | None
    needs: str | None
    bdf: str | None
    iri: str | None


class UnitShape(TypedDict, total=False):
    """One unit as TOML; its texts are read by the unit table."""

    of: str
    factor: str | float | int
    offset: str | float | int
    text: list[str]
    file: str


class Kind(NamedTuple):
    """A dataset kind: its axes, and the columns that its rules require.

    Each group of `any_of` is met by one of its entries; an entry `a+b` needs both columns. `own`
    are quantities that have a meaning only in rows of this kind.
    """

    name: str
    axes: tuple[str, ...]
    required: tuple[str, ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    recommended: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    def missing(self, present: set[str]) -> list[str]:
        """List what a dataset with these quantities lacks, in words."""
        lacks = [name for name in self.required if name not in present]
        for group in self.any_of:
            if not any(present.issuperset(entry.split("+")) for entry in group):
                lacks.append("one of " + ", ".join(group))
        return lacks


@cache
def quantities() -> dict[str, Quantity]:
    """Return all quantities: the core's, and those that `install` added."""
    return dict(core())


@cache
def core() -> dict[str, Quantity]:
    """Load the quantities of the core alone; nothing is ever added to them."""
    return {name: quantity_of(name, entry) for name, entry in _load("quantities.toml").items()}


@cache
def kinds() -> dict[str, Kind]:
    """Load the dataset kinds."""
    return {name: Kind(name, **_tuples(entry)) for name, entry in _load("kinds.toml").items()}


def install(addition: Vocabulary) -> None:
    """Add a plugin's quantities and units; refuse a name outside its prefix or one that is taken."""
    if foreign := [n for n in addition.quantities if not n.startswith(f"{addition.prefix}_")]:
        raise PluginError(
            f"the vocabulary {addition.prefix!r} may not define {', '.join(foreign)}",
            expected=f"names that begin with {addition.prefix}_",
            found=foreign[0],
        )
    added = {name: quantity_of(name, entry) for name, entry in addition.quantities.items()}
    for name, quantity in added.items():
        if quantities().get(name, quantity) != quantity:
            raise PluginError(f"the quantity {name!r} is defined twice and differently")
    units.table().add(addition.units)
    for quantity in added.values():
        if quantity.unit is None:
            continue
        has = units.unit(quantity.unit).dimension
        if "dimension" in addition.quantities[quantity.name] and _powers(quantity.dimension) != _powers(has):
            raise PluginError(
                f"the quantity {quantity.name!r} has the dimension {quantity.dimension!r}, "
                f"and its unit {quantity.unit} has {has!r}",
                expected=has,
                found=quantity.dimension,
            )
    quantities().update(added)


def _powers(dimension: str) -> set[str]:
    return {part if "^" in part else f"{part}^1" for part in dimension.split() if part != "1"}


def quantity_of(name: str, entry: Mapping[str, Any]) -> Quantity:
    """Read one quantity from its table; `PluginError` for a field that is missing or misspelt."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    known = Quantity._fields[1:]
    if odd := [field for field in values if field not in known]:
        raise PluginError(
            f"the quantity {name!r} has no field {odd[0]!r}", expected=", ".join(known), found=str(entry)
        )
    if "definition" not in values:
        raise PluginError(f"the quantity {name!r} has no definition", found=str(entry))
    return Quantity(name, **values)


def _load(name: str) -> dict[str, dict[str, Any]]:
    with echub_schemas.path(name).open("rb") as file:
        return tomllib.load(file)


def _tuples(entry: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Turn the lists of a kind into tuples, one or two levels deep."""
    return {
        key: tuple(tuple(item) if isinstance(item, list) else item for item in value)
        for key, value in entry.items()
    }

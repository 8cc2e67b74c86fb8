"""What stands beside the numbers of an outcome, by path: units, kinds of intervals, severities, hints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from echub.plugin import Outcome, Remark
from tests.oracles import usual

if TYPE_CHECKING:
    from tests.oracles.told import World

FACTS = ("unit(", "interval(", "basis(", "part(", "compared(", "severity(", "hint(", "expected(", "found(",
         "cause(", "column(", "rows(", "count(")  # fmt: skip
"""How the paths begin. A world states those that are not as usual."""
NOTHING = ("", None)


def flags(outcome: Outcome) -> Iterator[tuple[str, Remark]]:
    said = [flag.code for flag in outcome.flags]
    for at, flag in enumerate(outcome.flags):
        again = said[:at].count(flag.code)
        yield f"!{flag.code}{f' {again + 1}' if again else ''}", flag


def facts(outcome: Outcome) -> dict[str, Any]:
    """Return what stands beside the numbers: `unit(value)`, `unit(table.column)`, `severity(!flag)` and so on.

    `interval(value)` is its kind and level, or what is known of a value that is not; `basis(value)` the area that
    is meant; `part(value: part)` kind and group of a part; `compared(=condition)` whether outcomes must share it.
    """
    return {path: value for path, value in _facts(outcome) if value not in NOTHING}


def _facts(outcome: Outcome) -> Iterator[tuple[str, Any]]:
    for path, unit in _units(outcome).items():
        yield f"unit({path})", "" if unit == "1" else unit
    for name, m in outcome.measurands.items():
        yield f"interval({name})", usual.kind_of(m)
        yield f"basis({name})", m.area_basis
        for part in m.components:
            yield f"part({name}: {part.name})", (part.kind, part.group)
    for name, condition in outcome.conditions.items():
        yield f"compared(={name})", condition.compared
    for path, flag in flags(outcome):
        for name, value in usual.details(flag):
            yield f"{name}({path})", value


def _units(outcome: Outcome) -> dict[str, str]:
    units = {name: m.unit for name, m in outcome.measurands.items()}
    units |= {
        f"{title}.{name}": one.unit for title, table in outcome.tables.items() for name, one in table.items()
    }
    units |= {f"~{name}": series.unit for name, series in outcome.diagnostics.items()}
    units |= {f"={name}": condition.unit for name, condition in outcome.conditions.items()}
    return units


def usual_facts(world: World, outcome: Outcome) -> dict[str, Any]:
    """Return the facts as they usually are, with the units of this world."""
    return {path: value for path, value in _usual_facts(world, outcome) if value not in NOTHING}


def _usual_facts(world: World, outcome: Outcome) -> Iterator[tuple[str, Any]]:
    name_of = world.analysis
    per_area, basis = world.per_area(), world.stated("cell.area_basis")
    level = float(str(world.params.get("level", "95 %")).removesuffix("%")) / 100
    for path in _units(outcome):
        yield f"unit({path})", usual.unit(name_of, path, per_area=per_area, instead=world.units)
    for name, m in outcome.measurands.items():
        yield f"interval({name})", usual.interval(name_of, name, m, level)
        area = "cm^2" in usual.unit(name_of, name, per_area=per_area, instead=world.units)
        yield f"basis({name})", basis if area else ""
        for part in m.components:
            yield f"part({name}: {part.name})", usual.part(name_of, part.name)
    for name in outcome.conditions:
        yield f"compared(={name})", usual.compared(name_of, name)
    for path, flag in flags(outcome):
        yield f"severity({path})", usual.severity(name_of, flag.code)
        yield f"hint({path})", usual.hint(name_of, flag.code)


def unlike(found: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what differs, is missing, or is there without being expected: found, expected."""
    pairs = {path: (found.get(path), expected.get(path)) for path in {**expected, **found}}
    return {path: pair for path, pair in pairs.items() if pair[0] != pair[1] and {*pair} - {*NOTHING}}

"""Columns that follow from others by a stated area, mass or material: ``--derive "thickness: material=Na, …"``.

Each is a derivation by name; it names the columns it may start from, the parameters it needs, and the formula
that is kept with the column. No property of a material has a default. What a file does not allow is a notice
(`not-derived`), because the file itself converts all the same; a wrong parameter is an error before any file
is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub import species
from echub.errors import DataError, UnknownOption, UnknownSpecies
from echub.model.build import SourceColumn, build_dataset
from echub.model.dataset import Dataset
from echub.model.metadata import Entry, Metadata
from echub.model.record import Record
from echub.model.units import convert, parse_unit, parse_value
from echub.remark import Remark
from echub.science import layers, thickness, thickness_rate
from echub.text import nearest

Values = NDArray[np.float64]
_CHARGES = ("charge", "charge_half_cycle", "charge_step", "charge_increment", "charge_anodic", "charge_cathodic")
_UNITS = {"density": "g/cm^3", "molar_mass": "g/mol", "spacing": "nm"}
_ALKALI = ("Li", "Na", "K", "Rb", "Cs")
"""Metals that oxidise by one electron and no other number."""


@dataclass(frozen=True)
class _Kind:
    """One derivation: quantity and unit of its result, where it may start, what it divides by, what it needs."""

    quantity: str
    unit: str
    sources: tuple[str, ...]
    source_unit: str
    per: str
    per_unit: str
    formula: str
    compute: Callable[[Values, Mapping[str, float]], Values]
    needs: tuple[str, ...] = ()
    divided: str = ""


_MATERIAL = ("molar_mass", "density", "electrons")


def _chosen(given: Mapping[str, float]) -> dict[str, Any]:
    return {name: given[name] for name in _MATERIAL}


def _thickness(charge: Values, given: Mapping[str, float]) -> Values:
    return thickness(charge, **_chosen(given))


def _rate(density: Values, given: Mapping[str, float]) -> Values:
    return thickness_rate(density, **_chosen(given))


def _layers(charge: Values, given: Mapping[str, float]) -> Values:
    return layers(_thickness(charge, given), given["spacing"])


def _same(values: Values, given: Mapping[str, float]) -> Values:
    return values


_AREA: dict[str, Any] = {"per": "cell.area", "per_unit": "cm^2"}
_BY_CHARGE: dict[str, Any] = {
    "sources": _CHARGES,
    "source_unit": "mA*h",
    "divided": "areal_charge",
    **_AREA,
}
KINDS: Mapping[str, _Kind] = {
    "current_density": _Kind(
        "current_density", "mA/cm^2", ("current",), "mA", formula="I / A", compute=_same, **_AREA
    ),
    "areal_charge": _Kind(
        "areal_charge", "mA*h/cm^2", _CHARGES, "mA*h", formula="Q / A", compute=_same, **_AREA
    ),
    "specific_charge": _Kind(
        "specific_charge", "mA*h/g", _CHARGES, "mA*h", "cell.active_mass", "g", "Q / m", _same
    ),
    "thickness": _Kind(
        "layer_thickness", "um", formula="Q M / (z F rho A)", compute=_thickness, needs=_MATERIAL, **_BY_CHARGE
    ),
    "thickness_rate": _Kind(
        "layer_rate", "nm/s", ("current",), "mA", formula="I M / (z F rho A)", compute=_rate,
        needs=_MATERIAL, divided="current_density", **_AREA,
    ),
    "layers": _Kind(
        "layer_count", "1", formula="Q M / (z F rho A d)", compute=_layers,
        needs=(*_MATERIAL, "spacing"), **_BY_CHARGE,
    ),
}  # fmt: skip
"""Every derivation by its name."""


@dataclass(frozen=True)
class Derivation:
    """One derivation as it was asked for: its text, its name, where it starts, and its parameters as numbers."""

    text: str
    name: str
    start: str = ""
    given: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Derivation:
        """Read ``thickness: material=Na, density=0.968 g/cm^3``; `UnknownOption` says what is wrong or missing."""
        name, _, rest = (part.strip() for part in text.partition(":"))
        if name not in KINDS:
            raise UnknownOption(
                f"there is no derivation {name!r}",
                expected=", ".join(KINDS),
                found=text,
                hint=nearest(name, KINDS),
            )
        words: dict[str, str] = {}
        for key, value in (_pair(part, text) for part in rest.split(",") if part.strip()):
            if key in words:
                raise UnknownOption(f"--derive names {key} twice", expected="each parameter once", found=text)
            words[key] = value
        start, kind = words.pop("from", ""), KINDS[name]
        if start and start not in (*kind.sources, kind.divided):
            raise UnknownOption(
                f"{name} does not start from {start}", expected=", ".join(kind.sources), found=text
            )
        return cls(text, name, start, _parameters(kind, words, text))


def _pair(part: str, text: str) -> tuple[str, str]:
    key, equals, value = (piece.strip() for piece in part.partition("="))
    if not equals or not value:
        raise UnknownOption(
            "--derive takes NAME: key=value, key=value",
            expected='--derive "thickness: material=Na, density=0.968 g/cm^3"',
            found=text,
        )
    return key, value


def _parameters(kind: _Kind, words: Mapping[str, str], text: str) -> dict[str, float]:
    """Return the parameters as numbers in the units of the formulas; every one that is needed must be stated."""
    known = {*kind.needs, "material"} if kind.needs else set()
    if strange := [key for key in words if key not in known]:
        takes = ["from", *sorted(known)]
        raise UnknownOption(
            f"unknown parameter {strange[0]!r} of --derive",
            expected=", ".join(takes),
            found=text,
            hint=nearest(strange[0], takes),
        )
    given = _of_material(words.get("material", ""), text) if kind.needs else {}
    given |= {key: _number(key, value, text) for key, value in words.items() if key != "material"}
    if missing := [key for key in kind.needs if key not in given]:
        example = {"density": "density=0.968 g/cm^3", "spacing": "spacing=0.304 nm", "electrons": "electrons=2"}
        helps = example.get(missing[0], "material=Na")
        raise UnknownOption(
            f"--derive needs {' and '.join(missing)}", expected=helps, found=text, hint=f"add {helps}"
        )
    return given


def _of_material(formula: str, text: str) -> dict[str, float]:
    """Return molar mass, and the electrons of an alkali metal, from a formula; nothing without one."""
    if not formula:
        return {}
    try:
        mass = species.molar_mass(formula)
    except UnknownSpecies as error:
        raise UnknownOption(
            str(error.message), expected="a formula, such as Na", found=text, hint=error.hint
        ) from None
    return {"molar_mass": mass, **({"electrons": 1.0} if formula in _ALKALI else {})}


def _number(key: str, value: str, text: str) -> float:
    unit = _UNITS.get(key, "")
    try:
        number, given = parse_value(value)
        if unit and not given:
            raise UnknownOption(f"{key} has no unit", expected=f"{key}={value} {unit}", found=text)
        if given and not unit:
            raise UnknownOption(f"{key} is a pure number", expected=f"{key}={number:g}", found=text)
        number = float(convert(number, str(parse_unit(given)), unit)) if unit else number
    except DataError as error:
        expected = f"a number with a unit, such as {key}=1 {unit}" if unit else f"a number, such as {key}=1"
        raise UnknownOption(
            f"{key} cannot be {value}", expected=expected, found=text, cause=error.message
        ) from None
    if not number > 0:
        raise UnknownOption(f"{key} is positive", expected="a number above zero", found=text)
    return number


# -- applying --------------------------------------------------------------------------------


def derive(record: Record, asked: tuple[Derivation, ...]) -> None:
    """Add the columns to the tables of a record, and a notice for each that it does not allow."""
    has_series = any(dataset.kind == "timeseries" for dataset in record.datasets.values())
    for derivation in asked:
        if not has_series:
            why = f"{derivation.name}: there is no time series, to which alone columns are added"
            record.notices.append(Remark("not-derived", why))
        done = [name for name in list(record.datasets) if _add(record, name, derivation)]
        if done:
            operation = f"derived {derivation.text}"
            old = record.provenance
            record.provenance = replace(old, operations=(*old.operations, operation))


def _add(record: Record, name: str, derivation: Derivation) -> bool:
    dataset, kind = record.datasets[name], KINDS[derivation.name]
    if dataset.kind != "timeseries":
        return False
    try:
        column = _derived(dataset, kind, derivation, record.metadata)
    except _NotDerived as why:
        record.notices.append(Remark("not-derived", f"{derivation.name}: {why}", hint=why.hint))
        return False
    built = build_dataset(dataset.kind, [column]).columns
    added = next(c for c in built.values() if c.name != "row")
    free = next(n for n in _names(added.name) if n not in dataset.columns)
    record.datasets[name] = replace(dataset, columns={**dataset.columns, free: replace(added, name=free)})
    return True


def _names(name: str) -> list[str]:
    return [name, *(f"{name}__{number}" for number in range(2, 100))]


class _NotDerived(Exception):
    """A file does not allow a derivation; `hint` is what would."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.hint = hint


def _derived(dataset: Dataset, kind: _Kind, asked: Derivation, metadata: Metadata) -> SourceColumn:
    """Compute one column from the first that answers: the quotient where the file has it, else by area or mass."""
    if asked.start in ("", kind.divided) and kind.divided and kind.divided in dataset.columns:
        start, values, by = kind.divided, dataset[kind.divided].astype(np.float64), ""
    else:
        start = _start(dataset, kind, asked)
        entry = _stated(kind, metadata)
        values = dataset.to(start, kind.source_unit) / float(metadata.value(kind.per, kind.per_unit))
        by = f"; {kind.per} {entry.value:g} {entry.unit} by {entry.source}"
    parameters = ", ".join(f"{key} {value:g}" for key, value in asked.given.items())
    recipe = f"{kind.formula} from {start}{by}{f'; {parameters}' if parameters else ''}"
    basis = metadata.value("cell.area_basis") if kind.per == "cell.area" else None
    attrs = {"recipe": recipe, **({"area_basis": str(basis)} if basis else {})}
    computed = kind.compute(values, asked.given)
    averaged = dataset.column(start).averaged
    header = f"{asked.name} from {start}"
    return SourceColumn(header, computed, kind.quantity, kind.unit, "derived", averaged=averaged, attrs=attrs)


def _start(dataset: Dataset, kind: _Kind, asked: Derivation) -> str:
    wanted = (asked.start,) if asked.start else kind.sources
    for name in wanted:
        if name in dataset.columns:
            return name
    raise _NotDerived(
        f"the {dataset.name} dataset has no {' or '.join(wanted)}", "from=COLUMN names another start"
    )


def _stated(kind: _Kind, metadata: Metadata) -> Entry:
    entry = metadata.get(kind.per)
    if entry is None:
        example = "0.785 cm^2" if kind.per == "cell.area" else "1.2 mg"
        raise _NotDerived(f"{kind.per} is not stated", f'--set {kind.per}="{example}"')
    return entry

"""What a column of a MASsoft export measures: from the scan's input or the printed header, never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from echub.plugin import Notice, SourceColumn, UnknownSpecies, UnknownUnit, parse_unit
from echub.species import fits_mass, parse_species
from echub.text import several
from echub_hiden.header import Header, Scan
from echub_hiden.options import MassoftOptions

_OF_UNIT = {"torr": "partial_pressure", "mbar": "partial_pressure", "Pa": "partial_pressure", "A": "ion_current"}
_OF_UNIT |= {"count/s": "ion_count_rate", "count": "ion_counts", "degC": "temperature", "K": "temperature"}
_SCAN_COLUMNS = {"cycle": ("cycle", "1"), "mass amu": ("mass_to_charge", "1"), "mass": ("mass_to_charge", "1")}


def scan_meaning(
    header: Header, name: str, values: NDArray[Any], at: int, options: MassoftOptions
) -> SourceColumn:
    """Return a column (rows,) of the scan layout: its unit ends its header (`SEM c/s`), or an option states it."""
    if name.lower() in _SCAN_COLUMNS:
        return SourceColumn(name, values, *_SCAN_COLUMNS[name.lower()], index=at)
    unit, source = _unit(name, options)
    attrs = {"detector": name.rpartition(" ")[0] or name}
    if unit is None:
        _unknown(header, name)
        return SourceColumn(name, values, None, None, index=at, attrs=attrs)
    stated = {"unit_from": source} if source.startswith("--option") else {}
    return SourceColumn(name, values, _quantity(unit), unit, index=at, attrs={**attrs, **stated})


def scans_of_legends(header: Header, legends: Sequence[int]) -> dict[int, Scan]:
    """Return the header's scan of each legend by column: all scans in order, or those of a single mass.

    None if neither has as many as there are legends: a unit must not come from another channel.
    """
    for scans in (header.scans, [scan for scan in header.scans if not scan.is_ranged]):
        if len(scans) == len(legends):
            return dict(zip(legends, scans, strict=True))
    if header.scans:
        listed, there = several(len(header.scans), "scan"), several(len(legends), "channel")
        text = f"the header lists {listed}, the rows have {there}; none is matched"
        header.notices.append(Notice("scan-count", text))
    return {}


def trend_meaning(
    header: Header, scan: Scan | None, name: str, values: NDArray[Any], at: int, options: MassoftOptions
) -> SourceColumn:
    """Return a column (rows,) of a trend, in the unit of its input if that says one, else in the stated one.

    `scan`: what the header says of this channel, if it can be told.
    """
    given = scan.input if scan else ""
    unit, source = _unit(given, options)
    attrs = {"legend": name, "input": given} | ({"scan": scan.name} if scan else {})
    if scan and not name.isdigit() and scan.fields.get("Start"):
        attrs["mass"] = scan.fields["Start"]
        _check_mass(header, name, attrs["mass"])
    if unit is None:
        _unknown(header, given)
        return SourceColumn(name, values, None, None, index=at, attrs=attrs)
    quantity = "ambient_pressure" if given.lower() == "vacuum" else _quantity(unit)
    return SourceColumn(name, values, quantity, unit, index=at, attrs={**attrs, "unit_from": source})


def _check_mass(header: Header, name: str, mass: str) -> None:
    """Say where a legend that is an ion's or a gas's formula was measured at another mass."""
    try:
        species = parse_species(name)
        wrong = not fits_mass(species, float(mass))
    except (UnknownSpecies, ValueError):
        return
    if wrong:
        header.notices.append(Notice("mass-label", f"{name} was measured at mass {mass}, which is not its own"))


def _unit(given: str, options: MassoftOptions) -> tuple[str | None, str]:
    """Find the unit of an input: printed behind its name (`SEM c/s`), or stated by an option."""
    detector, _, printed = given.rpartition(" ")
    if detector and _quantity(printed):
        return printed, "the scan's input"
    stated = {"faraday": options.faraday, "sem": options.sem, "temperature": options.temperature}
    stated["vacuum"] = options.vacuum
    unit = stated.get(given.lower(), "unknown")
    return (None, "") if unit == "unknown" else (unit, f"--option {given.lower()}={unit}")


def _quantity(printed: str) -> str | None:
    try:
        return _OF_UNIT.get(parse_unit(printed).symbol)
    except UnknownUnit:
        return None


def _unknown(header: Header, given: str) -> None:
    known = given.lower() in ("faraday", "sem", "temperature", "vacuum")
    how = f"; state it: --option {given.lower()}=UNIT" if known else ""
    message = f"the file prints no unit for the input {given or '(none)'}{how}"
    if not any(notice.message == message for notice in header.notices):
        header.notices.append(Notice("unit-unknown", message))

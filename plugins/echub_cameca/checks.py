"""What in an export does not fit together: polarity, masses, number of points."""

from __future__ import annotations

import re

from echub.plugin import Notice, UnknownSpecies
from echub.species import fits_mass, is_unlikely, parse_species
from echub.text import several
from echub_cameca.sections import Export, conditions, is_number


def without_blanks(label: str) -> str:
    """Return a label as `parse_species` reads it: the export may print blanks between nuclides, `23Na 16O`."""
    return "".join(label.split())


def check_polarity(labels: list[str], sign: int, notices: list[Notice]) -> None:
    """Say where the header's polarity does not fit the species."""
    if sign == 0:
        notices.append(Notice("polarity-unknown", "the header does not say the polarity of the detected ions"))
    if sign >= 0:
        return
    doubtful = []
    for label in labels:
        try:
            if is_unlikely(parse_species(without_blanks(label)), sign):
                doubtful.append(label)
        except UnknownSpecies:
            continue
    if doubtful:
        text = f"the header says negative ions, but {', '.join(doubtful)} form almost none; check the polarity"
        notices.append(Notice("cations-in-negative", text))


def check_masses(export: Export, notices: list[Notice]) -> None:
    """Say where a species was measured at a mass that is not its own."""
    for row in conditions(export):
        label, mass = row.get("Species", ""), row.get("Mass (amu)", "")
        try:
            wrong = is_number(mass) and not fits_mass(parse_species(without_blanks(label)), float(mass))
        except UnknownSpecies:
            continue
        if wrong:
            notices.append(Notice("mass-label", f"{label} was measured at mass {mass}, which is not its own"))


def check_points(export: Export, rows: int, notices: list[Notice]) -> None:
    """Say where the header counts other points, or the measurement conditions are missing."""
    stated = export.fields().get("# of data point/species", "")
    if re.fullmatch(r"[0-9]{1,9}", stated) and int(stated) != rows:
        notices.append(
            Notice(
                "row-count", f"the header says {several(int(stated), 'point')} per species, the data have {rows}"
            )
        )
    if not conditions(export):
        notices.append(Notice("no-conditions", "the measurement conditions are missing: the file was cut"))

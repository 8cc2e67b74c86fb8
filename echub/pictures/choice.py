"""The pictures there are, and which of them a dataset gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echub.errors import UnknownOption
from echub.pictures.aligned import draw_stacked, is_aligned
from echub.pictures.capacity import draw_capacity, has_charge, is_cycling
from echub.pictures.impedance import draw_spectra, is_impedance
from echub.pictures.samples import draw_table, is_table
from echub.pictures.shown import Shown
from echub.pictures.sims import (
    draw_maps,
    draw_mass_spectrum,
    draw_profile,
    is_map,
    is_mass_spectrum,
    is_profile,
)
from echub.pictures.time import draw_time, is_series
from echub.pictures.voltammogram import draw_voltammogram, has_both, is_voltammogram
from echub.text import nearest

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase


@dataclass(frozen=True)
class Picture:
    """One way to draw datasets of a kind, or of any kind for an empty `kind`.

    `suits`: whether a dataset gets it unasked. `can`: whether it can be asked for. `beside`: the pictures that
    are drawn with it unasked.
    """

    name: str
    kind: str
    suits: Callable[[Shown], bool]
    can: Callable[[Shown], bool]
    draw: Callable[[FigureBase, Sequence[Shown]], None]
    beside: tuple[str, ...] = ()

    def takes(self, shown: Shown, *, asked: bool = False) -> bool:
        """Return whether a dataset gets this picture."""
        return self.kind in ("", shown.dataset.kind) and (self.can if asked else self.suits)(shown)


PICTURES = (
    Picture("aligned", "", is_aligned, is_aligned, draw_stacked),
    Picture("impedance", "impedance", is_impedance, is_impedance, draw_spectra),
    Picture("voltammogram", "timeseries", is_voltammogram, has_both, draw_voltammogram),
    Picture("capacity", "timeseries", is_cycling, has_charge, draw_capacity, ("time",)),
    Picture("time", "timeseries", is_series, is_series, draw_time),
    Picture("profile", "depth_profile", is_profile, is_profile, draw_profile),
    Picture("mass-spectrum", "mass_spectrum", is_mass_spectrum, is_mass_spectrum, draw_mass_spectrum),
    Picture("table", "table", is_table, is_table, draw_table),
    Picture("maps", "ion_map", is_map, is_map, draw_maps),
)
"""In the order in which they are asked and stand in a figure."""
NAMES = tuple(picture.name for picture in PICTURES)


def pictures_of(shown: Shown, name: str | None = None) -> list[Picture]:
    """Return the pictures that a dataset gets: the one asked for, or the first that suits, and those beside it."""
    if name is not None:
        return [picture for picture in PICTURES if picture.name == name and picture.takes(shown, asked=True)]
    first = next((picture for picture in PICTURES if picture.takes(shown)), None)
    return [p for p in PICTURES if first is not None and (p is first or p.name in first.beside)]


def require_picture(name: str) -> None:
    """Raise `UnknownOption` for a name that is not a picture."""
    if name not in NAMES:
        raise UnknownOption(
            f"there is no picture {name}", expected=", ".join(NAMES), found=name, hint=nearest(name, NAMES)
        )

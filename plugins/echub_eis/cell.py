"""What is stated of the cell."""

from __future__ import annotations

from dataclasses import dataclass

from echub_eis import ResistanceParams


@dataclass(frozen=True)
class Cell:
    """Area cm², thickness cm, number of interfaces, if they are stated; relative standard uncertainties."""

    area: float | None
    thickness: float | None
    interfaces: int | None
    u_area: float
    u_thickness: float


def is_interface(label: str, params: ResistanceParams) -> bool:
    """Return whether a label is one of the interfaces."""
    return any(label.startswith(name.strip()) for name in params.interfaces.split(",") if name.strip())

"""From an analysis's inputs to one spectrum, and what is stated of the cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs, Refusal, Series
from echub.text import several
from echub_eis.declared import ResistanceParams

Floats = NDArray[np.float64]
Complex = NDArray[Any]
"""complex128."""


@dataclass(frozen=True)
class Trace:
    """One spectrum as measured, from high to low frequency; `reason` is "" where a point is used."""

    frequency: Floats
    z: Complex
    row: NDArray[np.int64]
    reason: NDArray[np.str_]
    extras: Mapping[str, Floats]

    @property
    def used(self) -> NDArray[np.bool_]:
        """Return which points are used."""
        return np.asarray(self.reason == "")

    def mask(self, where: NDArray[np.bool_], reason: str) -> Trace:
        """Leave out points, where (n,), that are still in use."""
        return replace(self, reason=np.where(where & self.used, reason, self.reason))

    def table(self) -> dict[str, Series]:
        """Tabulate all points, with the reason of each that is not used."""
        return {
            "row": Series.of(self.row),
            "frequency": Series.of(self.frequency, "Hz"),
            "re": Series.of(self.z.real, "ohm"),
            "im": Series.of(self.z.imag, "ohm"),
            "used": Series.of(self.used),
            "reason": Series.of(self.reason),
        }


def band_of(f_min: float, f_max: float) -> str:
    """Return the band that is used in words; 0 stands for an open end. f_min, f_max: Hz."""
    if f_min and f_max:
        return f"{f_min:g} to {f_max:g} Hz"
    ends = [f"{word} {end:g} Hz" for word, end in (("from", f_min), ("up to", f_max)) if end]
    return ends[0] if ends else "all frequencies"


def load(data: Inputs) -> Trace:
    """Take the spectrum of the inputs; refuse frequencies that are none."""
    frequency = data["f"]
    if not np.all(frequency > 0):
        at = int(np.flatnonzero(~(frequency > 0))[0])
        raise Refusal(
            "frequency-not-positive",
            f"{several(int((~(frequency > 0)).sum()), 'frequency is', 'frequencies are')} not above zero",
            where=f"source row {data.row[at]}",
            hint='--select "frequency > 0"',
        )
    order = np.argsort(-frequency, kind="stable")
    extras = {name: data[name][order] for name in ("E_ac", "thd_E", "thd_I") if name in data}
    z = (data["re"] + 1j * data["im"])[order]
    reason = np.full(len(z), "", dtype="U24")
    return Trace(frequency[order], z, np.asarray(data.row)[order], reason, extras)


@dataclass(frozen=True)
class StatedCell:
    """Area cm², thickness cm, number of interfaces, if they are stated; relative standard uncertainties."""

    area: float | None
    thickness: float | None
    interfaces: int | None
    u_area: float
    u_thickness: float


def cell_of(data: Inputs, params: ResistanceParams) -> StatedCell:
    """Take what is stated of the cell."""
    number = data.meta("cell.n_interfaces")
    return StatedCell(
        data.meta("cell.area"),
        data.meta("cell.thickness"),
        None if number is None else int(number),
        params.area_uncertainty / 100,
        params.thickness_uncertainty / 100,
    )


def is_interface(label: str, params: ResistanceParams) -> bool:
    """Return whether a label is one of the interfaces."""
    return any(label.startswith(name.strip()) for name in params.interfaces.split(",") if name.strip())


def study_steps() -> str:
    """Return the steps of a study of spectra over temperature."""
    return resources.files("echub_eis").joinpath("study.toml").read_text(encoding="utf-8")

"""Whose voltage is watched, the cell's or one electrode's against the reference, and what the other one did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Inputs, Refusal
from echub.science import oxidised_electrode, oxidised_voltage

Floats = NDArray[np.float64]

POTENTIALS = {"working": "potential_we", "counter": "potential_ce"}
OTHER = {"working": "counter", "counter": "working"}


@dataclass(frozen=True)
class Watched:
    """The voltage that is watched and the potential of the other electrode, both counted positive, V, (n,).

    observed: its quantity. electrode: `cell`, `working` or `counter`. other_electrode: the electrode that is not
    watched, of a cell voltage the reduced one; other: None if it is not known, and `why`.
    """

    u: Floats
    observed: str
    electrode: str
    other_electrode: str
    other: Floats | None
    why: str = ""


def watch(data: Inputs, direction: int, wanted: str) -> Watched:
    """Return what `electrode` asks for: the cell voltage before the oxidised electrode's potential if `auto`.

    direction: +1 where the current oxidises the working electrode. A potential that is not recorded follows from
    the cell voltage and the other one. Raises `Refusal`: `oxidised-electrode-not-observed`,
    `electrode-not-observed`.
    """
    oxidised = oxidised_electrode(direction)
    known = _known(data)
    if wanted in ("auto", "cell") and "voltage" in known:
        return _watched("cell", OTHER[oxidised], known["voltage"] * direction, "voltage", known, oxidised)
    if wanted == "cell":
        raise _unseen("electrode-not-observed", "the cell voltage", known)
    electrode = OTHER[oxidised] if wanted == "reduced" else oxidised
    if wanted == "auto" and oxidised_voltage(direction, known) is None:
        raise _other_only(direction, known)
    quantity = POTENTIALS[electrode]
    if quantity not in known:
        what = f"the potential of the {electrode} electrode, which the current {_does(wanted)},"
        code = "electrode-not-observed" if wanted == "reduced" else "oxidised-electrode-not-observed"
        raise _unseen(code, what, known)
    u = known[quantity] * (1 if electrode == oxidised else -1)
    if not np.isfinite(u).all():
        missing = f"{quantity} in {int((~np.isfinite(u)).sum())} of {len(u)} rows"
        raise _unseen("electrode-not-observed", missing, known)
    return _watched(electrode, OTHER[electrode], u, quantity, known, oxidised)


def _known(data: Inputs) -> dict[str, Floats]:
    """Return the voltages by quantity, with the potential that follows from the two others."""
    known = {data.source_of("U"): data["U"]}
    if data.meta("cell.configuration") == "two_electrode":
        return known  # against the other electrode: neither potential is that of one
    known |= {quantity: data[name] for name, quantity in (("E_we", "potential_we"), ("E_ce", "potential_ce"))
              if name in data}  # fmt: skip
    if "voltage" in known and "potential_we" in known:
        known.setdefault("potential_ce", known["potential_we"] - known["voltage"])
    elif "voltage" in known and "potential_ce" in known:
        known["potential_we"] = known["voltage"] + known["potential_ce"]
    return known


def _watched(
    electrode: str, other: str, u: Floats, observed: str, known: dict[str, Floats], oxidised: str
) -> Watched:
    potential = known.get(POTENTIALS[other])
    if potential is None:
        return Watched(u, observed, electrode, other, None, "its potential is not recorded")
    if not np.isfinite(potential).all():
        return Watched(u, observed, electrode, other, None, "its potential has empty cells")
    return Watched(u, observed, electrode, other, potential * (1 if other == oxidised else -1))


def _does(wanted: str) -> str:
    return "reduces" if wanted == "reduced" else "oxidises"


def _other_only(direction: int, known: dict[str, Floats]) -> Refusal:
    watched = "working" if "potential_we" in known else "counter"
    return Refusal(
        "oxidised-electrode-not-observed",
        f"the current {'oxidises' if direction > 0 else 'reduces'} the working electrode, but only the potential "
        f"of the {watched} electrode is there",
        hint="--set cell.configuration=two_electrode, where that potential is the cell voltage; "
        "--param electrode=reduced asks for the electrode that is there",
    )


def _unseen(code: str, what: str, known: dict[str, Floats]) -> Refusal:
    return Refusal(
        code,
        f"{what} is not there",
        where=f"columns {', '.join(known)}",
        hint="--param electrode=auto takes what is there",
    )

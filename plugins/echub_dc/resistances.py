"""The resistances of the interfaces before and after a polarisation: stated, of an outcome, or of a spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

import echub
from echub.drawing import unit_text
from echub.plugin import (
    DataError,
    Flag,
    Inputs,
    Measurand,
    Outcome,
    Record,
    Refusal,
    SourceColumn,
    build_tables,
)
from echub_dc import TransferenceParams
from echub_dc.data import Decay

INTERFACES = ("resistance_int", "resistance_ct")
"""Beginnings of the names under which the impedance analyses give the resistance of an interface."""
SPECTRUM = (("z_f", "frequency", "Hz"), ("z_re", "impedance_real", "ohm"), ("z_im", "impedance_imag", "ohm"))


@dataclass(frozen=True)
class InterfaceResistance:
    """The resistance of the interfaces at one time, its standard uncertainty, Ω; where it comes from."""

    value: float
    u: float
    how: str
    flags: tuple[Flag, ...] = ()


Pair = tuple[InterfaceResistance, InterfaceResistance]


def resistances_of(data: Inputs, decay: Decay, params: TransferenceParams) -> Pair | None:
    """Return both resistances; None if neither is known in any way, a refusal if only one is."""
    found = [
        _stated(params.resistance_before, params) or _of_outcome(params.before, params),
        _stated(params.resistance_after, params) or _of_outcome(params.after, params),
    ]
    if None in found and params.circuit and "z_f" in data:
        beside = _spectra_beside(data, decay)
        found = [one or _of_spectrum(data, rows, params) for one, rows in zip(found, beside, strict=True)]
    before, after = found
    return None if before is None or after is None else (before, after)


def _stated(value: float, params: TransferenceParams) -> InterfaceResistance | None:
    if not value:
        return None
    return InterfaceResistance(value, params.resistance_uncertainty / 100 * value, "stated")


# -- of an outcome -----------------------------------------------------------------------------


def _of_outcome(text: str, params: TransferenceParams) -> InterfaceResistance | None:
    """Take the measurand of a file of an outcome, written as FILE or FILE:MEASURAND."""
    if not text:
        return None
    path, _, name = text.partition(".json:")
    path = path if path.endswith(".json") else f"{path}.json"
    try:
        outcome = Outcome.from_json(Path(path).read_bytes(), path)
    except OSError as error:
        raise Refusal(
            "no-outcome", f"{path} cannot be read: {error.strerror}", hint="-o FOLDER of eis-resistance writes it"
        ) from error
    except DataError as error:
        raise Refusal("no-outcome", f"{path} is not an outcome: {error}") from error
    return _of_measurand(outcome, name, Path(path).name, params)


def _of_measurand(outcome: Outcome, name: str, source: str, params: TransferenceParams) -> InterfaceResistance:
    name = name or params.measurand
    ohms = [one for one, known in outcome.measurands.items() if known.unit == "ohm"]
    fitting = [one for one in ohms if one == name or (not name and one.startswith(INTERFACES))]
    if len(fitting) != 1:
        resistances = ", ".join(one for one in ohms if one.startswith("resistance"))
        raise Refusal(
            "which-resistance",
            f"{source} does not say which resistance is that of the interfaces: it has {resistances or 'none'}",
            hint="--param measurand=resistance_2, or a circuit with (RQ):int",
        )
    known = outcome.measurands[fitting[0]]
    if known.value is None:
        raise Refusal("resistance-not-known", f"{fitting[0]} of {source} has no value: {_bound(known)}")
    codes = ", ".join(sorted({flag.code for flag in outcome.flags if flag.severity != "info"}))
    text = f"{fitting[0]} of {source} is flagged: {codes}"
    flags = (Flag("resistance-flagged", text),) if codes else ()
    u = max(known.uncertainty or 0.0, params.resistance_uncertainty / 100 * known.value)
    return InterfaceResistance(known.value, u, f"{fitting[0]} of {source}", flags)


def _bound(known: Measurand) -> str:
    interval = known.interval
    return (
        "it is not identified"
        if interval is None
        else f"{interval.low} to {interval.high} {unit_text(known.unit)}"
    )


# -- of spectra in the same record -------------------------------------------------------------

Rows = np.ndarray[tuple[int], np.dtype[np.intp]] | None


def _spectra_beside(data: Inputs, decay: Decay) -> tuple[Rows, Rows]:
    """Return the rows of the last spectrum that ends before the step, and of the first after the last row."""
    if "z_t" not in data:
        return None, None
    place = {row: at for at, row in enumerate(data.row.tolist())}
    first, last = (float(data["t"][place[int(decay.row[at])]]) for at in (0, -1))
    time, number = data["z_t"], data["z_n"]
    groups = [np.flatnonzero(number == one) for one in dict.fromkeys(number.tolist())]
    earlier = [rows for rows in groups if time[rows].max() <= first]
    later = [rows for rows in groups if time[rows].min() >= last]
    return (
        max(earlier, key=lambda rows: float(time[rows].max()), default=None),
        min(later, key=lambda rows: float(time[rows].min()), default=None),
    )


def _of_spectrum(data: Inputs, rows: Rows, params: TransferenceParams) -> InterfaceResistance | None:
    if rows is None:
        return None
    columns = [
        SourceColumn(quantity, data[need][rows], quantity, unit, index=at)
        for at, (need, quantity, unit) in enumerate(SPECTRUM)
    ]
    fitted = echub.analyze(
        "eis-fit", Record(build_tables(columns)), params={"circuit": params.circuit, "sensitivity": False}
    )
    where = f"the spectrum at {float(data['z_t'][rows].min()):.6g} s"
    if fitted.status == "refused":
        raise Refusal("resistance-not-known", f"{where} is not fitted: {fitted.flags[0].message}")
    return _of_measurand(fitted, "", where, params)

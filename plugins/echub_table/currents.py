"""The sign and the scale of a current, checked against the charge, energy and state columns of its own table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Decision, ReadError, SourceColumn, UnknownUnit, unit
from echub.segments import (
    Counter,
    SignCheck,
    direction_of,
    named_factor,
    scale_ratio,
    sign_by_charge,
    sign_by_state,
)
from echub_table.headers import key_of

if TYPE_CHECKING:
    from echub.segments.consistency import Sense
    from echub_table.columns import Findings
    from echub_table.headers import Meaning

_SENSES: dict[str, Sense] = {
    "charge": "net",
    "charge_step": "net",
    "charge_half_cycle": "net",
    "charge_anodic": "anodic",
    "charge_cathodic": "cathodic",
    "capacity": "magnitude",
}
_CHARGE, _ENERGY = unit("A*h").dimension, unit("W*h").dimension
_STATE_NAMES = frozenset(
    map(
        key_of,
        "state status md mode type es 工步类型 工步状态 状态 状態 모드 Zustand Status Modus Etat État estado stato".split()
        + ["step type", "step mode", "step name", "chg state", "charge state", "work mode", "cycle state", "Step State"],
    )
)
"""Names of columns of states, in which single letters are words too."""
_STATES_SHARE = 0.8
"""Share of the rows whose word must be known, where the name of the column is not that of a state."""
_FEWEST = 5
"""Intervals from which a factor between two columns is believed."""


class OpenSign(ReadError):
    """A current whose sign the table contradicts; the hint names the option that decides."""

    code = "current-sign"


@dataclass(frozen=True)
class _Evidence:
    """What a table says of its current: a time (n,), s; counters of charge and energy; directions by state."""

    time: NDArray[np.float64]
    charges: tuple[Counter, ...]
    energies: tuple[Counter, ...]
    states: tuple[tuple[str, NDArray[np.int8]], ...]


def settle_currents(
    columns: Sequence[SourceColumn], meant: Sequence[Meaning], said: str, found: Findings
) -> tuple[list[SourceColumn], list[Decision]]:
    """Take the sign of each current from what proves it, else from what is said; `OpenSign` where both fail.

    `said`: `anodic-positive`, `cathodic-positive`, `unsigned`, or nothing.
    """
    settled = _ions(columns, found)
    currents = [c for c in settled if c.quantity in ("current", "current_density") and c.index is not None]
    if not currents:
        return settled, []
    evidence = _evidence(settled)
    decisions: list[Decision] = []
    for column in currents:
        at = settled.index(column)
        signed, decision = _signed(column, evidence, said, found)
        settled[at : at + 1] = signed
        decisions.append(decision)
    _report_scales(settled, evidence, found)
    return settled, decisions


def _ions(columns: Sequence[SourceColumn], found: Findings) -> list[SourceColumn]:
    """Take a current beside a mass for an ion current: no cell has a mass to charge ratio."""
    if not any(c.quantity == "mass_to_charge" for c in columns):
        return list(columns)
    names = [c.header for c in columns if c.quantity == "current"]
    if names:
        found.note("ion-current", f"{', '.join(names)} stands beside a mass to charge ratio: an ion current")
    return [replace(c, quantity="ion_current") if c.quantity == "current" else c for c in columns]


# -- sign --------------------------------------------------------------------------------------


def _signed(
    column: SourceColumn, evidence: _Evidence, said: str, found: Findings
) -> tuple[list[SourceColumn], Decision]:
    """Settle one current: as it is, turned, or its magnitude beside a signed one."""
    what = f"sign of {column.header}"
    values = _base(column)
    state, check = _check(values, evidence)
    if said:
        return _as_said(column, evidence, said, check, found)
    if check.verdict == "agrees":
        return [_noted(column, "proven")], Decision(what, "anodic positive", f"proven {check}")
    if not check.verdict:
        if np.nanmax(np.abs(values), initial=0.0) > 0:
            found.note(
                "sign-assumed",
                f"nothing in the table proves the sign of {column.header}: taken as anodic positive; "
                "--option current=cathodic-positive or current=unsigned says otherwise",
            )
        return [_noted(column, "assumed")], Decision(what, "anodic positive", "assumed: nothing to check against")
    if state is not None and check.verdict == "opposite":
        found.note("sign-by-state", f"{column.header} is turned round: {check}")
        return [_noted(replace(column, negate=not column.negate), "proven")], Decision(what, "negated", str(check))
    if state is not None and check.verdict == "unsigned":
        found.note("sign-by-state", f"{column.header} has no sign and takes that of {check.by[0]}: {check}")
        return _magnitude(column, state, check.by[0]), Decision(what, "by state", str(check))
    raise _open_sign(column, check)


def _check(values: NDArray[np.float64], evidence: _Evidence) -> tuple[NDArray[np.int8] | None, SignCheck]:
    """Check against the states first, as they are words, then against the charges."""
    for name, direction in evidence.states:
        check = sign_by_state(values, direction, name)
        if check.verdict:
            return direction, check
    check = sign_by_charge(evidence.time, values, evidence.charges)
    if not check.verdict:
        check = sign_by_charge(evidence.time, values, evidence.energies)
    return None, check


def _as_said(
    column: SourceColumn, evidence: _Evidence, said: str, check: SignCheck, found: Findings
) -> tuple[list[SourceColumn], Decision]:
    """Do what the user or a profile says, and say where the table contradicts it."""
    decision = Decision(f"sign of {column.header}", said, "said by the user or a profile")
    if said == "unsigned":
        direction, name = _direction(evidence)
        if direction is None:
            found.note(
                "unsigned-current",
                f"{column.header} is a magnitude, and no state or charge column has its sign: kept as a vendor column",
            )
            return [replace(column, quantity=None)], decision
        found.note("sign-by-state", f"{column.header} has no sign and takes that of {name}")
        return _magnitude(column, direction, name), decision
    turned = said == "cathodic-positive"
    good = "opposite" if turned else "agrees"
    if check.verdict not in ("", good):
        found.note("sign-contradiction", f"{column.header} was said to be {said}, which the table contradicts: {check}")
    return [_noted(replace(column, negate=column.negate is not turned), "said")], decision


def _direction(evidence: _Evidence) -> tuple[NDArray[np.int8] | None, str]:
    """Return the direction of each row by state, else by the charge that grows in it; None without either."""
    if evidence.states:
        name, direction = evidence.states[0]
        return direction, name
    counters = [c for c in (*evidence.charges, *evidence.energies) if c.sense in ("anodic", "cathodic")]
    if not counters:
        return None, ""
    direction = np.zeros(len(evidence.time), np.int8)
    for counter in counters:
        grows = np.diff(counter.values, prepend=counter.values[:1]) > 0
        grows[:1] = grows[1:2]
        direction[grows] = 1 if counter.sense == "anodic" else -1
    return direction, " and ".join(counter.name for counter in counters)


def _magnitude(column: SourceColumn, direction: NDArray[np.int8], name: str) -> list[SourceColumn]:
    """Keep the magnitude as printed, and derive the current; NaN where a current flows in no known direction."""
    size = np.abs(np.asarray(column.values, dtype=np.float64))
    values = np.where((direction == 0) & (size > 0), np.nan, size * direction + 0.0)
    recipe = f"|{column.header}| with the sign of {name}: charging anodic, discharging cathodic"
    signed = SourceColumn(
        f"{column.header}, signed",
        values,
        column.quantity,
        column.unit,
        origin="derived",
        attrs={"recipe": recipe, "sign_evidence": "proven"},
    )
    return [replace(column, quantity=None, negate=False), signed]


def _noted(column: SourceColumn, evidence: str) -> SourceColumn:
    return replace(column, attrs={**column.attrs, "sign_evidence": evidence})


def _open_sign(column: SourceColumn, check: SignCheck) -> OpenSign:
    only = "the current has one sign only: its magnitude, or " if check.one_sided else ""
    return OpenSign(
        f"the sign of {column.header} contradicts the table",
        where=f"column {column.header}",
        expected="a positive current where charging is counted, a negative one where discharging is",
        found=str(check),
        cause=f"{only}a cathodic current printed as positive",
        hint="`--option current=cathodic-positive`, `--option current=unsigned` (magnitudes), or "
        '`--option current=anodic-positive` if the header of the charge is wrong; in a profile: [sign] current = "…"',
    )


# -- evidence ----------------------------------------------------------------------------------


def _evidence(columns: Sequence[SourceColumn]) -> _Evidence:
    rows = len(columns[0].values)
    time = next((c for c in columns if c.quantity == "time" and c.unit), None)
    # Without a time rows count as equally long, which is enough for a sign.
    seconds = _base(time) if time is not None else np.arange(rows, dtype=np.float64)
    return _Evidence(
        seconds,
        tuple(_counters(columns, _CHARGE, 1 / 3.6)),
        tuple(_counters(columns, _ENERGY, 1 / 3600)),
        tuple(_states(columns)),
    )


def _counters(columns: Sequence[SourceColumn], dimension: str, factor: float) -> Iterator[Counter]:
    """Return the columns that count charge (mA·h) or energy (W·h), and how each grows."""
    for column in columns:
        if column.index is None or column.labels or column.unit is None or column.quantity == "charge_increment":
            continue
        try:
            fits = unit(column.unit).dimension == dimension
        except UnknownUnit:
            continue
        if fits:
            yield Counter(column.header, _base(column) * factor, _sense(column))


def _sense(column: SourceColumn) -> Sense:
    if column.quantity in _SENSES:
        return _SENSES[column.quantity]
    direction = direction_of(column.header)
    return "anodic" if direction == 1 else "cathodic" if direction == -1 else "magnitude"


def _states(columns: Sequence[SourceColumn]) -> Iterator[tuple[str, NDArray[np.int8]]]:
    """Return the columns of words for charging, discharging and rest: +1, -1 and 0 per row."""
    for column in columns:
        if not column.labels or len(column.labels) > 1000:
            continue
        is_state = key_of(column.header) in _STATE_NAMES
        words = {code: direction_of(text, letters=is_state) for code, text in column.labels.items()}
        if not any(words.values()):
            continue
        table = np.array([words.get(code) or 0 for code in range(max(words) + 1)], dtype=np.int8)
        known = np.array([words.get(code) is not None for code in range(max(words) + 1)])
        codes = np.asarray(column.values).astype(np.intp)
        if is_state or known[codes].mean() >= _STATES_SHARE:
            yield column.header, table[codes]


def _base(column: SourceColumn) -> NDArray[np.float64]:
    """Return the values of a column in base units, with the sign of its quantity."""
    factor = float(unit(column.unit).factor) if column.unit else 1.0
    return np.asarray(column.values, dtype=np.float64) * (-factor if column.negate else factor)


# -- scale -------------------------------------------------------------------------------------


def _report_scales(columns: Sequence[SourceColumn], evidence: _Evidence, found: Findings) -> None:
    """Say where a charge, an energy or a power differs from what current and voltage give by the factor of a unit."""
    current = next((c for c in columns if c.quantity == "current"), None)
    if current is None or not any(c.quantity == "time" for c in columns):
        return
    milliamperes = _base(current) * 1000
    pairs = [(counter, milliamperes, current.header) for counter in evidence.charges]
    volts = next((c for c in columns if c.quantity in ("voltage", "potential_we")), None)
    if volts is not None:
        watts = milliamperes * _base(volts) / 1000
        pairs += [(counter, watts, f"{current.header} times {volts.header}") for counter in evidence.energies]
        _report_power(columns, watts, f"{current.header} times {volts.header}", found)
    for counter, rate, name in pairs:
        ratio, count = scale_ratio(evidence.time, rate, counter)
        if count >= _FEWEST and (factor := named_factor(ratio)) is not None:
            found.note("scale-contradiction", _off(counter.name, f"the integral of {name}", factor))


def _report_power(columns: Sequence[SourceColumn], watts: NDArray[np.float64], name: str, found: Findings) -> None:
    for column in columns:
        if column.quantity != "power_cell":
            continue
        printed = np.abs(_base(column))
        with np.errstate(invalid="ignore", divide="ignore"):
            sizeable = np.abs(watts) > 0.05 * np.nanmax(np.abs(watts), initial=0.0)
            ratios = printed[sizeable] / np.abs(watts[sizeable])
        finite = ratios[np.isfinite(ratios) & (ratios > 0)]
        if len(finite) >= _FEWEST and (factor := named_factor(float(np.median(finite)))) is not None:
            found.note("scale-contradiction", _off(column.header, name, factor))


def _off(name: str, other: str, factor: float) -> str:
    size = f"{factor:g}" if factor >= 1 else f"1/{1 / factor:g}"
    return f"{name} is {size} of {other}: a unit of one of them, or of the time, is not what its header says"

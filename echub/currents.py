"""The sign and scale of a current, checked against the charge, energy and state columns of the same table.

Readers of tables call it before a current's meaning is fixed; the check itself is `echub.segments.consistency`,
which `echub validate` uses too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from echub.declare import Decision
from echub.errors import OpenSign
from echub.model.build import SourceColumn
from echub.model.units import find_unit, unit
from echub.segments import (
    Counter,
    SignCheck,
    direction_of,
    named_factor,
    scale_ratio,
    sign_by_charge,
    sign_by_state,
)
from echub.segments.consistency import SENSES, Sense
from echub.text import several

Rows = slice | NDArray[np.intp]
Note = Callable[[str, str], None]
"""A function that takes the code and the text of a notice."""
CHOICES = ("auto", "anodic-positive", "cathodic-positive", "unsigned")
"""Values of the option `current` of a reader."""

_CHARGE, _ENERGY = unit("A*h").dimension, unit("W*h").dimension
_STATE_NAMES = frozenset(
    [
        *("state", "status", "md", "mode", "type", "es", "zustand", "modus", "etat", "état", "estado", "stato"),
        *("c/d", "d/c", "chg/dchg", "charge/discharge", "ch/dis"),
        *("工步类型", "工步状态", "状态", "状態", "모드", "充放电", "充放电状态", "充/放电", "充放電"),
        *(
            "step type",
            "step mode",
            "step name",
            "step state",
            "chg state",
            "charge state",
            "work mode",
            "cycle state",
        ),
    ]
)
"""Headers of state columns, in which single letters also count as words."""
_STATES_SHARE = 0.8
"""Share of the rows whose word must be known if the header does not name states: remarks rarely reach it."""
_WORDS = 1000
"""Distinct words beyond which a column holds remarks, not states."""
_BLOCK, _BLOCKS = 5000, 40
"""Rows per block, and blocks, by which a long table is checked: 200,000 rows cost little time and memory."""
_FEWEST = 5
"""Fewest intervals from which a factor between two columns is accepted: fewer may agree by chance."""

_RANGE = re.compile(r"(?:±|\+/-)?\s*(?P<number>\d+(?:[.,]\d+)?(?:[eE][-+]?\d{1,2})?)\s*(?P<unit>[^\W\d]+)")
"""A current range as programs print it: a number and a unit, and nothing else."""


@dataclass(frozen=True)
class _Evidence:
    """What a table says about its current, in the `rows` that are examined.

    A time (n,), s; counters of charge and energy; directions by state, of all rows of the table.
    """

    rows: Rows
    time: NDArray[np.float64]
    charges: tuple[Counter, ...]
    energies: tuple[Counter, ...]
    states: tuple[tuple[str, NDArray[np.int8]], ...]


def settle_currents(
    columns: Sequence[SourceColumn], said: str, note: Note, *, defined: str = "", charging: int = 1
) -> tuple[list[SourceColumn], list[Decision]]:
    """Take the sign of each current from the evidence, else from what is stated; `OpenSign` if both fail.

    `said`: `anodic-positive`, `cathodic-positive`, `unsigned`, or nothing. `defined`: the format that fixes the
    sign, if one does: then nothing is assumed. `charging`: -1 if the working electrode is reduced on
    charge.
    """
    settled = _ions(columns, note)
    currents = [c for c in settled if c.quantity in ("current", "current_density") and c.index is not None]
    if not currents:
        return settled, []
    evidence = _evidence(settled, charging)
    case = _Case(evidence, "" if said == "auto" else said, note, defined, tuple(settled), charging)
    decisions: list[Decision] = []
    for column in currents:
        at = settled.index(column)
        signed, decision = _signed(column, case)
        settled[at : at + 1] = signed
        decisions.append(decision)
    _report_scales(settled, evidence, note)
    return settled, decisions


@dataclass(frozen=True)
class _Case:
    """What decides the sign of the currents of one table."""

    evidence: _Evidence
    said: str
    note: Note
    defined: str
    columns: Sequence[SourceColumn]
    charging: int


def _ions(columns: Sequence[SourceColumn], note: Note) -> list[SourceColumn]:
    """Treat a current next to a mass as an ion current: cell data have no mass-to-charge ratio."""
    if not any(c.quantity == "mass_to_charge" for c in columns):
        return list(columns)
    names = [c.header for c in columns if c.quantity == "current"]
    if names:
        note("ion-current", f"{', '.join(names)} stands beside a mass to charge ratio: an ion current")
    return [replace(c, quantity="ion_current") if c.quantity == "current" else c for c in columns]


# -- sign --------------------------------------------------------------------------------------


def _signed(column: SourceColumn, case: _Case) -> tuple[list[SourceColumn], Decision]:
    """Settle one current: unchanged, inverted, or its magnitude next to a signed one."""
    what = f"sign of {column.header}"
    values = _base(column, case.evidence.rows)
    state, check = _check(values, case.evidence)
    if case.said:
        return _as_said(column, state, check, case)
    if check.verdict == "agrees":
        return [_noted(column, "proven")], Decision(what, "anodic positive", f"proven {check}")
    if not check.verdict:
        return _unproven(column, values, case)
    if state is not None and check.verdict == "opposite":
        case.note("sign-by-state", f"{column.header} is inverted: {check}")
        return [_noted(replace(column, negate=not column.negate), "proven")], Decision(what, "negated", str(check))
    if state is not None and check.verdict == "unsigned":
        lost = _undirected(column, state)
        case.note("sign-by-state", f"{column.header} has no sign and takes that of {check.by[0]}: {check}{lost}")
        return _magnitude(column, state, check.by[0]), Decision(what, "by state", str(check))
    raise _open_sign(column, check)


def _unproven(
    column: SourceColumn, values: NDArray[np.float64], case: _Case
) -> tuple[list[SourceColumn], Decision]:
    """Take a current as its format defines it, else as anodic positive, and report that."""
    what = f"sign of {column.header}"
    if case.defined:
        return [_noted(column, "defined")], Decision(what, "as defined", case.defined)
    if np.nanmax(np.abs(values), initial=0.0) > 0:
        case.note(
            "sign-assumed",
            f"the table does not show the sign of {column.header}: taken as anodic positive; "
            "--option current=cathodic-positive or current=unsigned says otherwise",
        )
    return [_noted(column, "assumed")], Decision(what, "anodic positive", "assumed: nothing to check against")


def _check(values: NDArray[np.float64], evidence: _Evidence) -> tuple[NDArray[np.int8] | None, SignCheck]:
    """Check against the states first, because they are explicit, then against the charges."""
    for name, direction in evidence.states:
        check = sign_by_state(values, direction[evidence.rows], name)
        if check.verdict:
            return direction, check
    check = sign_by_charge(evidence.time, values, evidence.charges)
    if not check.verdict:
        check = sign_by_charge(evidence.time, values, evidence.energies)
    return None, check


def _as_said(
    column: SourceColumn, state: NDArray[np.int8] | None, check: SignCheck, case: _Case
) -> tuple[list[SourceColumn], Decision]:
    """Follow the user or a profile, and report if the table contradicts it."""
    decision = Decision(f"sign of {column.header}", case.said, "said by the user or a profile")
    if case.said == "unsigned":
        direction, name = (state, check.by[0]) if state is not None else _direction(case)
        if direction is None:
            case.note(
                "unsigned-current",
                f"{column.header} is a magnitude, and no state or charge column has its sign: "
                "kept as a vendor column",
            )
            return [replace(column, quantity=None)], decision
        lost = _undirected(column, direction)
        case.note("sign-by-state", f"{column.header} has no sign and takes that of {name}{lost}")
        return _magnitude(column, direction, name), decision
    turned = case.said == "cathodic-positive"
    if check.verdict not in ("", "opposite" if turned else "agrees"):
        case.note(
            "sign-contradiction",
            f"{column.header} was said to be {case.said}, which the table contradicts: {check}",
        )
    return [_noted(replace(column, negate=column.negate is not turned), "said")], decision


def _direction(case: _Case) -> tuple[NDArray[np.int8] | None, str]:
    """Return the direction of each row (n,) by state, else by the charge that grows in it; None without either."""
    if case.evidence.states:
        name, direction = case.evidence.states[0]
        return direction, name
    evidence = _evidence(case.columns, case.charging, slice(None))
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
    """Keep the magnitude as printed, and derive the current; NaN if a current flows in no known direction."""
    size = np.abs(np.asarray(column.values, dtype=np.float64))
    values = np.where(_is_undirected(size, direction), np.nan, size * direction + 0.0)
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


def _is_undirected(size: NDArray[np.float64], direction: NDArray[np.int8]) -> NDArray[np.bool_]:
    undirected: NDArray[np.bool_] = (direction == 0) & (size > 0)
    return undirected


def _undirected(column: SourceColumn, direction: NDArray[np.int8]) -> str:
    """Say in how many rows a current flows in no known direction; nothing where in none."""
    size = np.abs(np.asarray(column.values, dtype=np.float64))
    count = int(_is_undirected(size, direction).sum())
    return f"; in {several(count, 'row')} it flows in no known direction, and is missing" if count else ""


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
        "`--option current=anodic-positive` if the header of the charge is wrong; "
        'in a profile: [sign] current = "…"',
    )


# -- evidence ----------------------------------------------------------------------------------


def _evidence(columns: Sequence[SourceColumn], charging: int, rows: Rows | None = None) -> _Evidence:
    count = len(columns[0].values)
    rows = _blocks(count) if rows is None else rows
    time = next((c for c in columns if c.quantity == "time" and c.unit), None)
    # Without a time all rows count as equally long, which is enough for a sign.
    seconds = _base(time, rows) if time is not None else np.arange(count, dtype=np.float64)[rows]
    return _Evidence(
        rows,
        seconds,
        tuple(_counters(columns, _CHARGE, 1 / 3.6, charging, rows)),
        tuple(_counters(columns, _ENERGY, 1 / 3600, charging, rows)),
        tuple(_states(columns, charging)),
    )


def _blocks(count: int) -> Rows:
    """Return the rows to examine: all, or blocks spread evenly over a long table, between which time jumps."""
    if count <= _BLOCK * _BLOCKS:
        return slice(None)
    starts = np.linspace(0, count - _BLOCK, _BLOCKS).astype(np.intp)
    return np.asarray((starts[:, None] + np.arange(_BLOCK)).ravel())


def _counters(
    columns: Sequence[SourceColumn], dimension: str, factor: float, charging: int, rows: Rows
) -> Iterator[Counter]:
    """Return the columns that count charge (mA·h) or energy (W·h), and how each grows."""
    for column in columns:
        if column.index is None or column.labels or column.unit is None or column.quantity == "charge_increment":
            continue
        known = find_unit(column.unit)
        if known is not None and known.dimension == dimension:
            yield Counter(column.header, _base(column, rows) * factor, _sense(column, charging))


def _sense(column: SourceColumn, charging: int) -> Sense:
    if column.quantity in SENSES:
        return SENSES[column.quantity]
    direction = (direction_of(column.header) or 0) * charging
    return "anodic" if direction == 1 else "cathodic" if direction == -1 else "magnitude"


def _states(columns: Sequence[SourceColumn], charging: int) -> Iterator[tuple[str, NDArray[np.int8]]]:
    """Return the columns with words for charging, discharging and rest: +1 anodic, -1 cathodic, 0 per row."""
    for column in columns:
        labels, codes = _coded(column)
        if not labels or len(labels) > _WORDS:
            continue
        is_state = re.sub(r"[\s_]+", " ", column.header).strip().lower() in _STATE_NAMES
        words = [direction_of(text, letters=is_state) for text in labels]
        if not any(words):
            continue
        table = np.array([word or 0 for word in words], dtype=np.int8)
        known = np.array([word is not None for word in words])
        if is_state or known[codes].mean() >= _STATES_SHARE:
            yield column.header, table[codes] * np.int8(charging)


def _coded(column: SourceColumn) -> tuple[list[str], NDArray[np.intp]]:
    """Return the distinct texts of a column and the index of each row's text; nothing for numbers."""
    if column.labels:
        texts = [column.labels.get(code, "") for code in range(max(column.labels) + 1)]
        return texts, np.asarray(column.values).astype(np.intp)
    if column.values.dtype.kind not in "OUT":
        return [], np.empty(0, np.intp)
    codes = {text: number for number, text in enumerate(dict.fromkeys(map(str, column.values)))}
    return list(codes), np.array([codes[str(text)] for text in column.values], dtype=np.intp)


def _base(column: SourceColumn, rows: Rows) -> NDArray[np.float64]:
    """Return the values of a column in base units, with the sign of its quantity."""
    factor = float(unit(column.unit).factor) if column.unit else 1.0
    return np.asarray(column.values[rows], dtype=np.float64) * (-factor if column.negate else factor)


# -- scale -------------------------------------------------------------------------------------


def _report_scales(columns: Sequence[SourceColumn], evidence: _Evidence, note: Note) -> None:
    """Report a charge, energy or power that differs from current and voltage by a factor between units."""
    current = next((c for c in columns if c.quantity == "current"), None)
    if current is None or not any(c.quantity == "time" for c in columns):
        return
    milliamperes = _base(current, evidence.rows) * 1000
    pairs = [(counter, milliamperes, current.header) for counter in evidence.charges]
    volts = next((c for c in columns if c.quantity in ("voltage", "potential_we")), None)
    if volts is not None:
        watts = _product(milliamperes, _base(volts, evidence.rows) / 1000)
        pairs += [(counter, watts, f"{current.header} times {volts.header}") for counter in evidence.energies]
        _report_power(columns, evidence.rows, watts, f"{current.header} times {volts.header}", note)
    for counter, rate, name in pairs:
        ratio, count = scale_ratio(evidence.time, rate, counter)
        if count >= _FEWEST and (factor := named_factor(ratio)) is not None:
            note("scale-contradiction", _off(counter.name, f"the integral of {name}", factor))


def _product(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply; a reading beyond the range is printed as infinite, and a power of it is not known."""
    with np.errstate(invalid="ignore", over="ignore"):
        product = one * other
    return np.where(np.isfinite(product), product, np.nan)


def _report_power(
    columns: Sequence[SourceColumn], rows: Rows, watts: NDArray[np.float64], name: str, note: Note
) -> None:
    for column in columns:
        if column.quantity != "power_cell":
            continue
        printed = np.abs(_base(column, rows))
        with np.errstate(invalid="ignore", divide="ignore"):
            # Below a twentieth of the largest power, rounding and offsets dominate the ratio.
            sizeable = np.abs(watts) > 0.05 * np.nanmax(np.abs(watts), initial=0.0)
            ratios = printed[sizeable] / np.abs(watts[sizeable])
        finite = ratios[np.isfinite(ratios) & (ratios > 0)]
        if len(finite) >= _FEWEST and (factor := named_factor(float(np.median(finite)))) is not None:
            note("scale-contradiction", _off(column.header, name, factor))


def _off(name: str, other: str, factor: float) -> str:
    size = f"{factor:g}" if factor >= 1 else f"1/{1 / factor:g}"
    return f"{name} is {size} of {other}: a unit of one of them, or of the time, is not what its header says"


def full_scale(label: str) -> float | None:
    """Return the full scale of a range printed as `10 mA` or `100uA`, in mA; None for `auto` and the like."""
    match = _RANGE.fullmatch(label.strip())
    known = find_unit(match["unit"]) if match else None
    if match is None or known is None or known.dimension != "current^1":
        return None
    return float(match["number"].replace(",", ".")) * float(known.factor) * 1000 or None

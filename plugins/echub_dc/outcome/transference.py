"""`transference-number`: by Bruce and Vincent, or a bound, or the reason why there is none."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from echub.plugin import Component, Flag, Inputs, Interval, Measurand, Outcome, Refusal
from echub_dc import TransferenceParams
from echub_dc.data import decay_of
from echub_dc.method.initial import Initial, initial
from echub_dc.outcome.steady import Steady, diagnostics, steady
from echub_dc.resistances import InterfaceResistance, Pair, resistances_of

NANO = 1e-9
STEP = 1e-6
"""Relative step of a difference quotient."""
NONE = (InterfaceResistance(0.0, 0.0, "none"), InterfaceResistance(0.0, 0.0, "none"))
"""Without interfaces the number is the ratio of the currents."""


def run(data: Inputs, params: TransferenceParams) -> Outcome:
    """Answer for one polarisation."""
    found = steady(decay_of(data, params), params)
    start = initial(found.decay, found.tail.mean)
    made = {
        "potential_step": Measurand("V", found.decay.step, found.decay.u_step or None),
        "steady_current": found.measurand,
        "initial_current": _initial(start),
    }
    pair = resistances_of(data, found.decay, params)
    _require_early(start, found, pair, made)
    made["current_ratio"] = _number(found, start, params, *NONE)
    if pair is None:
        raise Refusal(
            "no-resistances",
            "both resistances of the interfaces are not stated: I_ss/I_0 takes their share for a concentration's",
            hint=_hint(data),
            measurands=made,
            diagnostics=diagnostics(found),
        )
    made["transference_number"] = _number(found, start, params, *pair)
    flags = (*found.flags, *_above_one(made["transference_number"]), *(f for one in pair for f in one.flags))
    return Outcome(made, flags, diagnostics=diagnostics(found))


def _above_one(number: Measurand) -> tuple[Flag, ...]:
    """Flag a number that no cell has, whose interval is above one."""
    low = None if number.interval is None else number.interval.low
    if low is None or low <= 1:
        return ()
    text = f"the transference number is {number.value:.3g}: none is above one"
    hint = "the first rows may be beyond the range, the resistances of another cell, or the cell changes"
    return (Flag("number-above-one", text, hint=hint),)


def _hint(data: Inputs) -> str:
    """Return what supplies the resistances: a circuit for the spectra of the record, else outcomes."""
    if "z_f" in data:
        return "--param circuit='R:hf (RQ):int' fits the spectra before the step and after the last row"
    return "--param before=FILE.outcome.json --param after=…, of eis-resistance; or resistance_before='60 ohm', …"


def _initial(start: Initial) -> Measurand:
    if not start.early:
        return Measurand.more_than("nA", start.first, note="the first row; the step was before it")
    return Measurand("nA", start.value, start.u, components=(Component("extrapolation", start.u),))


def _require_early(start: Initial, found: Steady, pair: Pair | None, made: dict[str, Measurand]) -> None:
    """Refuse if the first row says too little of the current at the step; a bound follows from it."""
    if start.early:
        return
    if pair is not None and found.measurand.interval is not None:
        bound = bruce_vincent(found.tail.high, start.first, found.decay.step, *(one.value for one in pair))
        if np.isfinite(bound) and bound > 0:
            made["transference_number"] = Measurand.less_than("1", bound, note="the initial current was larger")
    raise Refusal(
        "initial-current-late",
        f"the first row is {start.first_time:.3g} s after the step, and the excess falls to half in "
        f"{start.half_time:.3g} s: the current at the step is not known",
        where=f"source row {found.decay.row[0]}",
        hint="sample at least ten times in the time in which the excess falls to half",
        measurands=made,
        diagnostics=diagnostics(found),
    )


def bruce_vincent(steady_na: float, initial_na: float, volts: float, before: float, after: float) -> float:
    """Return I_ss (ΔV - I_0 R_0)/(I_0 (ΔV - I_ss R_ss)); currents in nA, resistances in Ω.

    P. G. Bruce and C. A. Vincent, J. Electroanal. Chem. 225 (1987) 1.
    """
    i_ss, i_0 = steady_na * NANO, initial_na * NANO
    left, right = volts - i_0 * before, volts - i_ss * after
    return i_ss * left / (i_0 * right) if i_0 and right else float("nan")


def _number(
    found: Steady,
    start: Initial,
    params: TransferenceParams,
    first: InterfaceResistance,
    last: InterfaceResistance,
) -> Measurand:
    """Propagate currents, potential and resistances; a bound of the steady current gives one of the number."""
    decay, m, before, after = found.decay, found.measurand, first.value, last.value
    values = np.array([found.tail.mean, start.value, decay.step, before, after])
    if before and (values[1] * NANO * before >= decay.step or values[0] * NANO * after >= decay.step):
        raise Refusal(
            "potential-in-interfaces",
            f"I_0 R_0 is {values[1] * NANO * before:.3g} V of {decay.step:.3g} V: "
            "the resistances are not of this cell",
            diagnostics=diagnostics(found),
        )
    number = bruce_vincent(*values.tolist())
    if m.value is None:
        if m.interval is None or m.interval.high is None:
            return Measurand("1", note=m.note)
        values[0], values[1] = m.interval.high, start.value - 2 * start.u
        return Measurand.less_than("1", bruce_vincent(*values.tolist()), note="the current still falls")
    spreads = {
        "steady current": m.uncertainty or 0.0,
        "initial current": start.u,
        "potential": decay.u_step,
        "resistance before": first.u,
        "resistance after": last.u,
    }
    parts = []
    for place, (name, u) in enumerate(spreads.items()):
        moved = values.copy()
        moved[place] += STEP * (values[place] or 1.0)
        slope = (bruce_vincent(*moved.tolist()) - number) / (moved[place] - values[place])
        parts.append(Component(name, abs(slope) * u, "B" if place > 2 else "A"))
    u = float(np.sqrt(sum(part.uncertainty**2 for part in parts)))
    z = float(ndtri(0.5 + params.level / 200))
    interval = Interval(number - z * u, number + z * u, level=params.level / 100, method="propagated")
    note = f"interfaces: {first.how}, {last.how}" if before else ""
    used = tuple(part for part in parts if part.uncertainty)
    return Measurand("1", number, u, interval, components=used, note=note)

"""Rows sparser than the pulses: the instrument's own charge still knows what was stripped."""

from __future__ import annotations

import numpy as np

from echub.plugin import Flag, Inputs, Outcome, Refusal
from echub_pulsed_stripping import PulsedStrippingParams
from echub_pulsed_stripping.data.accuracy import accuracy_of
from echub_pulsed_stripping.data.electrode import Floats, stripped_voltage
from echub_pulsed_stripping.data.train import PulseTrain
from echub_pulsed_stripping.method.capacity import CHARGE_UNITS, CHARGES, is_counted
from echub_pulsed_stripping.outcome.diagnostics import trace
from echub_pulsed_stripping.outcome.results import capacity, conditions, name_of

ON_CUT_OFF = 1.01
"""A row up to 1 % above the cut-off stands on it: 30 mV of 3 V, more than any noise. By eye."""

FLOWS = 0.5
"""Rows with more than half of the largest current are of pulses."""


def is_coarse(train: PulseTrain) -> bool:
    """Return whether pulses have a single row, so that some may have none."""
    return float(np.median(train.pulses.rows)) < 2


def run(data: Inputs, params: PulsedStrippingParams) -> Outcome:
    """Return the charge that the instrument counted up to the row that shows the cut-off crossed."""
    step = float(np.median(np.diff(data["t"])))
    running = _running(data)
    if running is None:
        raise Refusal(
            "pulse-unresolved",
            f"a row every {step:.3g} s is sparser than the pulses, and no charge column counts what lies between",
            where=data.how("t"),
            hint="record two rows in each pulse, or the instrument's charge",
        )
    by, passed = running
    sign = 1 if passed[-1] >= 0 else -1
    u, observed = stripped_voltage(data, sign)
    beyond = np.flatnonzero(u >= params.cut_off)
    at = int(beyond[0]) if len(beyond) else len(u) - 1
    low, high = float(passed[max(at - 1, 0)] * sign), float(passed[at] * sign)
    if high <= 0:
        raise Refusal("no-pulses", f"the instrument counted no charge of one sign (by {by})", where=data.how("j"))
    text = f"a row every {step:.3g} s is sparser than the pulses: neither pulses nor the crossing can be resolved"
    flags = [Flag("pulses-not-resolved", text)]
    if not len(beyond):
        flags.append(Flag("right-censored", f"U stays below {params.cut_off:g} V in the rows there are"))
    unit = CHARGE_UNITS[data.unit_of("j")]
    # A row that stands on the cut-off is where it was reached; one far beyond it came at some time after.
    on_it = not len(beyond) or u[at] < ON_CUT_OFF * params.cut_off
    value = high if on_it else (low + high) / 2
    parts = {"rows around the crossing": (high - low) / np.sqrt(12)} if len(beyond) else {}
    size = np.abs(data["j"])
    accuracy = accuracy_of(data, size, (size > FLOWS * size.max()) & (np.arange(len(size)) <= at), params)
    note = f"by {by}, rests included"
    found = capacity(unit, value, parts, params, accuracy, reached=bool(len(beyond)), note=note)
    return Outcome(
        {name_of(unit): found},
        (*flags, *accuracy.flags()),
        diagnostics=trace(data["t"], u, data["j"] * sign, data.unit_of("j")),
        conditions=conditions(data, params, sign, observed, by),
    )


def _running(data: Inputs) -> tuple[str, Floats] | None:
    """Return the running charge since the first row, by the instrument."""
    unit = CHARGE_UNITS[data.unit_of("j")]
    for name, need in CHARGES.items():
        if is_counted(data, need, unit):
            values = data[need]
            return name, np.cumsum(values) - values[0] if name == "charge_increment" else values - values[0]
    return None

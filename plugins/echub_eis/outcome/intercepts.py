"""Where a spectrum meets the real axis, under the names of what that is; none of them is R at high frequency."""

from __future__ import annotations

import numpy as np

from echub.plugin import Measurand
from echub_eis.data import Trace
from echub_eis.method.elements import Complex, Floats

FLAT_DEG = 30.0
"""A smallest |phase| above this is not a plateau, and a tail ends at twice of it or more. By eye."""


def intercepts(trace: Trace) -> dict[str, Measurand]:
    """Return Re at the crossing of the real axis, and at the smallest |phase| of a blocking spectrum."""
    frequency, z = trace.frequency[trace.used], trace.z[trace.used]
    return {**_crossing(trace), **_plateau(frequency, z)}


def _crossing(trace: Trace) -> dict[str, Measurand]:
    """Interpolate Re where the inductive part at the highest frequencies ends."""
    keep = ~np.isin(trace.reason, ("outlier", "zero"))  # a band that is left out may hold it
    frequency, z = trace.frequency[keep], trace.z[keep]
    turns = np.flatnonzero((z.imag[:-1] > 0) & (z.imag[1:] <= 0))
    if not len(turns) or not (z.imag[: turns[0] + 1] > 0).all():
        return {}
    at = int(turns[0])
    share = z.imag[at] / (z.imag[at] - z.imag[at + 1])
    value = float(z.real[at] + share * (z.real[at + 1] - z.real[at]))
    where = float(frequency[at] * (frequency[at + 1] / frequency[at]) ** share)
    half = abs(float(z.real[at + 1] - z.real[at])) / 2
    note = "interpolated; includes what arcs contribute there"
    return {
        # uniform between the two points: a/√3
        "re_at_crossing": Measurand("ohm", value, half / np.sqrt(3), note=note),
        "frequency_at_crossing": Measurand("Hz", where),
    }


def _plateau(frequency: Floats, z: Complex) -> dict[str, Measurand]:
    """Return Re at the smallest |phase| between a tail at low frequency and what lies above."""
    phase = np.abs(np.degrees(np.angle(z)))
    inner = np.flatnonzero((phase[1:-1] <= phase[:-2]) & (phase[1:-1] < phase[2:])) + 1
    inner = inner[(z.imag[inner] < 0) & (phase[inner] < FLAT_DEG)]
    if not len(inner) or phase[-1] < 2 * FLAT_DEG:
        return {}
    at = int(inner[-1])
    spread = abs(float(z.real[at + 1] - z.real[at - 1])) / 4  # half of what Re changes from point to point there
    note = f"at {frequency[at]:.3g} Hz"
    return {"re_at_phase_minimum": Measurand("ohm", float(z.real[at]), max(spread, 1e-12), note=note)}

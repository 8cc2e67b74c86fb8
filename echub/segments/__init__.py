"""Segments of a time series: clock restarts, sweeps and spectra, steps, half cycles, pulses and rests.

Everything here is plain NumPy over arrays of rows, for the hub and for any analysis:

>>> import numpy as np
>>> from echub.segments import half_cycles, steps
>>> current = np.array([0.0, 0.0, 1.0, 1.0, 0.0, -1.0, -1.0, -2.0])
>>> found = steps(current)
>>> found.sign.tolist(), found.start.tolist()
([0, 1, 0, -1, -1], [0, 2, 4, 5, 7])
>>> half_cycles(found).sign.tolist()
[1, -1]

A segment is a run of rows; a row belongs to one. A *step* ends where the current starts, stops,
reverses or changes its set point; a *half cycle* is all steps between two reversals, without rests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echub.lazy import names_of

if TYPE_CHECKING:
    from echub.segments.charge import Edges, by_edges, by_increments, by_integration, by_running_charge, edges
    from echub.segments.clock import clock_restarts, clock_segments
    from echub.segments.consistency import (
        Counter,
        SignCheck,
        charge_ratio,
        direction_of,
        named_factor,
        scale_ratio,
        sign_by_charge,
        sign_by_state,
    )
    from echub.segments.current import Threshold, pulse_threshold, rest_threshold, stated_rest, states
    from echub.segments.rows import Segments, runs
    from echub.segments.spectra import spectrum_numbers, sweep_starts
    from echub.segments.stamping import Stamps, stamps
    from echub.segments.stepping import Agreement, HalfCycles, agreement, half_cycles, steps

_LAZY = {
    "Agreement": ".stepping",
    "Counter": ".consistency",
    "Edges": ".charge",
    "HalfCycles": ".stepping",
    "Segments": ".rows",
    "SignCheck": ".consistency",
    "Stamps": ".stamping",
    "Threshold": ".current",
    "agreement": ".stepping",
    "by_edges": ".charge",
    "by_increments": ".charge",
    "by_integration": ".charge",
    "by_running_charge": ".charge",
    "charge_ratio": ".consistency",
    "clock_restarts": ".clock",
    "clock_segments": ".clock",
    "direction_of": ".consistency",
    "edges": ".charge",
    "half_cycles": ".stepping",
    "named_factor": ".consistency",
    "pulse_threshold": ".current",
    "rest_threshold": ".current",
    "runs": ".rows",
    "scale_ratio": ".consistency",
    "sign_by_charge": ".consistency",
    "sign_by_state": ".consistency",
    "spectrum_numbers": ".spectra",
    "stamps": ".stamping",
    "stated_rest": ".current",
    "states": ".current",
    "steps": ".stepping",
    "sweep_starts": ".spectra",
}

__all__ = [
    "Agreement",
    "Counter",
    "Edges",
    "HalfCycles",
    "Segments",
    "SignCheck",
    "Stamps",
    "Threshold",
    "agreement",
    "by_edges",
    "by_increments",
    "by_integration",
    "by_running_charge",
    "charge_ratio",
    "clock_restarts",
    "clock_segments",
    "direction_of",
    "edges",
    "half_cycles",
    "named_factor",
    "pulse_threshold",
    "rest_threshold",
    "runs",
    "scale_ratio",
    "sign_by_charge",
    "sign_by_state",
    "spectrum_numbers",
    "stamps",
    "stated_rest",
    "states",
    "steps",
    "sweep_starts",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = names_of(__name__, _LAZY)

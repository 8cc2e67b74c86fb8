"""What the figure needs: the trace thinned to what a pixel can show, and one pulse with all its rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from echub.drawing import envelope
from echub.plugin import Inputs, Series
from echub_pulsed_stripping import PulsedStrippingParams
from echub_pulsed_stripping.data.blocks import PulseBlock
from echub_pulsed_stripping.data.electrode import Floats
from echub_pulsed_stripping.data.train import PulseTrain
from echub_pulsed_stripping.method.capacity import Rows

PIECES = 1200
"""Pieces of a trace: of each its smallest and largest value are shown."""
PULSE_ROWS = 2000
"""Rows of the one pulse that is shown: more than the figure has pixels."""


def trace(t: Floats, u: Floats, j: Floats, unit: str) -> dict[str, Series]:
    """Return the envelope of a trace: begin of each piece, smallest and largest voltage, largest current.

    t, u, j: (n,), in s, V and `unit`.
    """
    begin, u_low, u_high = envelope(t, u, PIECES)
    _, j_low, j_high = envelope(t, j, PIECES)
    shown = {
        "t": (begin, "s"),
        "U_low": (u_low, "V"),
        "U_high": (u_high, "V"),
        "j_low": (j_low, unit),
        "j_high": (j_high, unit),
    }
    return {name: Series.of(values, unit) for name, (values, unit) in shown.items()}


def rows_only(data: Inputs) -> dict[str, Series]:
    """Return the trace of a file that is refused."""
    return trace(data["t"], data["U"], data["j"], data.unit_of("j"))


def picture(
    train: PulseTrain, block: PulseBlock, rows: Rows, params: PulsedStrippingParams, blocks: Mapping[str, Series]
) -> dict[str, Series]:
    """Return trace, one pulse in the middle of the block, and the end of each pulse against the charge."""
    middle = block.first + (len(rows.pulses) - 1) // 2
    begin, end = float(train.edges.begin[middle]), float(train.edges.end[middle])
    rest = float(train.rest[middle]) if np.isfinite(train.rest[middle]) else end - begin
    # The picture alone: a little before the pulse, and up to five pulses of the rest.
    shown = (train.t > begin - 0.3 * (end - begin)) & (train.t < end + min(rest, 5 * (end - begin)))
    inside = np.flatnonzero(shown)
    inside = inside[:: max(1, len(inside) // PULSE_ROWS)]
    pulses = slice(block.first, block.first + len(rows.pulses))
    per_pulse = train.level[pulses] * train.edges.duration[pulses] / 3600
    some = slice(None, None, max(1, len(per_pulse) // PIECES))
    ends = train.pulses.last(train.u)[pulses]
    return {
        **trace(train.t, train.u, train.j, train.unit),
        "pulse_t": Series.of(train.t[inside] - begin, "s"),
        "pulse_U": Series.of(train.u[inside], "V"),
        "pulse_number": Series.of([middle + 1]),
        "charge": Series.of(np.cumsum(per_pulse)[some], blocks["capacity"].unit),
        "U_end": Series.of(ends[some], "V"),
        "cut_off": Series.of([params.cut_off], "V"),
        "end": Series.of([float(rows.t[-1])], "s"),
    }

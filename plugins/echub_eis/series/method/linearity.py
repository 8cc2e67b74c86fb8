"""Whether a series shows that its response is linear, though the excitation is large."""

from __future__ import annotations

import numpy as np

from echub_eis.method.examine import amplitude_of
from echub_eis.series.method.resolve import SeriesResult

SAME = 0.1
"""Spread of the resistance up to which it is the same: where a Butler-Volmer barrier is 10 % too small at an
amplitude, direct current of that size makes it 30 % smaller."""
HALF = 0.5
"""Two amplitudes of which one is half of the other tell: what is not linear grows with the square."""


def linear(result: SeriesResult) -> str:
    """Return what shows that the response is linear, empty if nothing does.

    The same resistance at direct currents that move the cell by more than the amplitude, or at two amplitudes.
    """
    r = result.total.resistance
    amplitude = np.array([amplitude_of(one.trace) for one in result.series.spectra])
    known = np.isfinite(r) & np.isfinite(amplitude)
    if known.sum() < 2 or np.ptp(r[known]) > SAME * np.median(r[known]):
        return ""
    same = f"but the resistance is the same within {100 * np.ptp(r[known]) / np.median(r[known]):.2g} % "
    area = result.series.first.meta("cell.area") if result.series.unit != "mA" else 1.0
    level = result.series.column("level")[known]
    moved = float(np.ptp(level) * float(area or np.nan) * np.median(r[known]))  # mA times Ω is mV
    if moved >= amplitude[known].max():
        return f"{same}while direct current moves the cell by {moved:.3g} mV"
    if amplitude[known].min() <= HALF * amplitude[known].max():
        return f"{same}at amplitudes from {amplitude[known].min():.3g} mV on"
    return ""

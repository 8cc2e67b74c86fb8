"""Whether all arcs of a spectrum are gone: a wire across the cell leaves one small resistance.

No circuit is fitted: arcs that are not there have no parameters. What all arcs together span on the real axis,
largest less smallest Re Z of the points used, is their sum; if it is below a third of the electrolyte's
resistance, so is each of them.
"""

from __future__ import annotations

import numpy as np

from echub_eis.data import Trace
from echub_eis.method.elements import Floats

SAME_BAND = 0.9
"""Frequencies that differ by less are one; neighbours differ by more up to twenty points per decade."""
SUSTAINED = 2
"""Spectra without arcs one after another: one may be disturbed."""


def extents(traces: list[Trace]) -> Floats:
    """Return what the arcs of every spectrum span on the real axis (k,), Ω; NaN without points."""
    found = []
    for trace in traces:
        re = trace.z.real[trace.used & (trace.z.real > 0)]  # the leads are not part of any arc
        found.append(float(np.ptp(re)) if len(re) > 1 else np.nan)
    return np.array(found)


def comparable(traces: list[Trace], least: float) -> Floats:
    """Return the extents (k,), Ω, NaN of spectra whose band is too short to show arcs.

    A spectrum that was ended early has points at high frequency only, where arcs span nothing: it says nothing if
    the first spectrum that spans `least`, Ω, does not span it in the same band.
    """
    found = extents(traces)
    had = np.flatnonzero(found >= least)
    for k in np.flatnonzero(found < least) if len(had) else ():
        whole, lowest = traces[had[0]], float(traces[k].frequency[traces[k].used].min())
        part = whole.mask(whole.frequency < SAME_BAND * lowest, "below the band")
        if not extents([part])[0] >= least:
            found[k] = np.nan
    return found


def vanished(extent: Floats, electrolyte: float, factor: float) -> int | None:
    """Return the first spectrum without arcs after one that had them; extent: (k,), electrolyte in Ω."""
    gone = extent < electrolyte / factor
    had = np.flatnonzero(extent >= electrolyte / factor)
    if not len(had):
        return None
    for first in np.flatnonzero(gone[had[0] :]) + had[0]:
        here = gone[first : first + SUSTAINED]
        if here.all():
            return int(first)
    return None

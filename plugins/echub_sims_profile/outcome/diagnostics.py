"""What the figure draws: profiles with their bands, thinned, and the fitted interface."""

from __future__ import annotations

import numpy as np

from echub.plugin import Series
from echub_sims_profile.data.pipeline import smoothed
from echub_sims_profile.data.profile import CountProfile
from echub_sims_profile.method.edge import Edge

PICTURE_POINTS = 400
"""Points of one channel in the figure, about."""


def series(profile: CountProfile, smooth: int) -> dict[str, Series]:
    """Return all channels: x, signal, band, and the smoothed signal where that was asked for."""
    columns: dict[str, list[object]] = {n: [] for n in ("x", "signal", "low", "high", "smooth")}
    texts: dict[str, list[object]] = {n: [] for n in ("region", "species", "polarity")}
    for key in profile.channels():
        one = profile.ordered(*key)
        every = max(1, len(one.x) // PICTURE_POINTS)
        low, high = one.band()
        drawn = (one.x, one.signal, low, high, smoothed(one.signal, smooth))
        for name, values in zip(columns, drawn, strict=True):
            columns[name] += values[::every].tolist()
        for name, text in zip(texts, key, strict=True):
            texts[name] += [text] * len(one.x[::every])
    if smooth < 2:
        del columns["smooth"]
    units = {"x": profile.unit}
    found = {name: Series.of(values, units.get(name, profile.signal_unit)) for name, values in columns.items()}
    return found | {name: Series.of(values) for name, values in texts.items()}


def fitted(edge: Edge, one: CountProfile) -> dict[str, Series]:
    """Return the fitted curve, and the interface with the ends of its interval."""
    fine = np.linspace(*edge.window, 200)
    low, high = edge.position_interval
    ends = [low if low is not None else edge.window[0], high if high is not None else edge.window[1]]
    return {
        "fit_x": Series.of(fine, one.unit),
        "fit_signal": Series.of(edge.model(fine), one.signal_unit),
        "interface": Series.of([edge.position, *ends], one.unit),
        "interface_window": Series.of(edge.window, one.unit),
    }

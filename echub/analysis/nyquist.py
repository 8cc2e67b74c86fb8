"""The picture of impedance spectra: Nyquist with equal axes, and Bode next to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.analysis.labels import label
from echub.drawing import colour_bar, shades_of, tidy, time_unit
from echub.model.dataset import Dataset
from echub.model.polar import impedance_parts
from echub.model.spectra import numbered
from echub.segments import Segments, runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]

LEGEND = 4
"""Up to this many spectra each gets an entry in the legend (more would hide the curves); then a colour bar."""
NEAR = 0.13
"""Decades that a marked point may be off a whole decade: half a step of the coarsest sweeps, 4 per decade."""
MARKED = 3
"""Up to this many spectra have their decades marked; with more, where marks would hide points, only the first."""
BEYOND = 3.0
"""A spectrum that extends more than this many times the median extent does not set the limits of the axes:
an arc that grows threefold in a series is common and is shown, a loose contact is 10 to 1000 times."""
ROBUST = 5
"""Fewest spectra of which a median says what is usual."""
_THICK, _THIN = {"markersize": 2.5, "linewidth": 0.8}, {"markersize": 1.5, "linewidth": 0.5}
_NAMES = {-3: "1 mHz", 0: "1 Hz", 3: "1 kHz", 6: "1 MHz"}


@dataclass(frozen=True)
class _Scale:
    """What the colours stand for: one value per spectrum, and the label of the colour bar."""

    values: Floats
    words: str


def draw_spectra(dataset: Dataset, figure: Figure) -> None:
    """Draw one line per spectrum; many are coloured by set point, else by time, and a bad one is cut off."""
    dataset = numbered(dataset)
    frequency, (real, imag) = dataset["frequency"], impedance_parts(dataset)
    spectra = runs(dataset["spectrum"])
    grid = figure.add_gridspec(2, 2, width_ratios=(1.2, 1))
    nyquist = figure.add_subplot(grid[:, 0])
    modulus, phase = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    scale = _scale(dataset, spectra)
    colours = shades_of(scale.values)
    for n, number in enumerate(dataset["spectrum"][spectra.start].tolist()):
        part = slice(int(spectra.start[n]), int(spectra.stop[n]))
        style = {"color": colours[n], "marker": "o", **(_THIN if len(spectra) > LEGEND else _THICK)}
        style |= {"label": f"spectrum {number}"} if 1 < len(spectra) <= LEGEND else {}
        nyquist.plot(real[part], -imag[part], **style)
        modulus.loglog(frequency[part], np.hypot(real[part], imag[part]), **style)
        phase.semilogx(frequency[part], np.degrees(np.arctan2(imag[part], real[part])), **style)
        if n == 0 or len(spectra) <= MARKED:
            _mark_decades(nyquist, frequency[part], real[part], imag[part], colours[n], named=n == 0)
    nyquist.set_aspect("equal", adjustable="datalim")
    nyquist.set(xlabel="Re $Z$ / Ω", ylabel="−Im $Z$ / Ω")
    nyquist.locator_params(axis="x", nbins=5)  # more than this and numbers of five digits overlap
    _limit(nyquist, spectra, real, -imag)
    modulus.set(ylabel="|$Z$| / Ω")
    phase.set(xlabel="$f$ / Hz", ylabel="phase / °")
    if 1 < len(spectra) <= LEGEND:
        nyquist.legend(frameon=False, fontsize=8)
    elif len(spectra) > LEGEND:
        colour_bar(figure, [modulus, phase], scale.values, scale.words)
    for axis in (nyquist, modulus, phase):
        tidy(axis)


def _scale(dataset: Dataset, spectra: Segments) -> _Scale:
    """Choose what distinguishes the spectra: a set point that changes, else the start, else the number."""
    for name in ("current_setpoint", "potential_setpoint"):
        if name in dataset.columns:
            level = spectra.median(dataset.columns[name].values)
            if np.isfinite(level).all() and len(set(level.tolist())) > 1:
                return _Scale(level, label(dataset.columns[name]))
    if "time" in dataset.columns:
        start = spectra.first(dataset["time"])
        if np.isfinite(start).all() and (np.diff(start) > 0).all():
            factor, unit = time_unit(start)
            return _Scale(start / factor, f"start of the spectrum, $t$ / {unit}")
    return _Scale(dataset["spectrum"][spectra.start].astype(np.float64), "spectrum")


def _mark_decades(
    axis: Axes, frequency: Floats, real: Floats, imag: Floats, colour: object, *, named: bool
) -> None:
    """Ring the points nearest to whole decades of frequency, and label those with a common name, such as 1 kHz."""
    positive = frequency > 0
    if not positive.any():
        return
    logs, real, imag = np.log10(frequency[positive]), real[positive], imag[positive]
    for decade in range(int(np.ceil(logs.min() - NEAR)), int(np.floor(logs.max() + NEAR)) + 1):
        place = int(np.argmin(np.abs(logs - decade)))
        if abs(logs[place] - decade) > NEAR:
            continue
        at = (float(real[place]), -float(imag[place]))
        axis.scatter(*at, s=28, facecolors="none", edgecolors=[colour], linewidths=1.0, zorder=3)
        if named and decade in _NAMES:
            style: dict[str, Any] = {
                "fontsize": 7,
                "ha": "center",
                "va": "top",
            }  # below the point: an arc bends downwards at its ends
            axis.annotate(_NAMES[decade], at, (0, -6), textcoords="offset points", **style)


def _limit(axis: Axes, spectra: Segments, x: Floats, y: Floats) -> None:
    """Keep spectra of unusual extent from setting the limits, and say how many go beyond."""
    if len(spectra) < ROBUST:
        return
    usual = np.ones(len(spectra), dtype=bool)
    edges = [(spectra.smallest(values), spectra.largest(values)) for values in (x, y)]
    for low, high in edges:
        reach = np.maximum(np.abs(low), np.abs(high))
        usual &= reach <= BEYOND * np.nanmedian(reach)
    if usual.all() or not usual.any():
        return
    corners = [(float(low[usual].min()), float(high[usual].max())) for low, high in edges]
    # The limits of the data, not of the axes: with equal axes one of the axes' limits must stay adjustable.
    axis.dataLim.update_from_data_xy(np.array(corners).T, ignore=True)
    axis.autoscale_view()
    beyond = int((~usual).sum())
    text = f"beyond the axes: {beyond} of {len(spectra)} spectra"
    axis.text(0.98, 0.98, text, transform=axis.transAxes, ha="right", va="top", fontsize=7)

"""The picture of impedance spectra: Nyquist with equal axes, and Bode next to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from echub.drawing import axis_label, colour_bar, equal_upwards, prefixed, shades_of, tidy, time_unit
from echub.model.dataset import Dataset
from echub.model.polar import impedance_parts
from echub.model.spectra import numbered
from echub.pictures.labels import label
from echub.pictures.shown import Shown
from echub.segments import Segments, runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

Floats = NDArray[np.float64]

LEGEND = 4
"""Up to this many spectra each gets an entry in the legend (more would hide the curves); then a colour bar."""
NEAR = 0.13
"""Decades that a marked point may be off a whole decade: half a step of the coarsest sweeps, 4 per decade."""
SHORT = (0.1, 1e4)
"""Impedances that a Nyquist plot shows in Ω: 8000 Ω are read, 80000 Ω and 0.02 Ω are kΩ and mΩ."""
MARKED = 3
"""Up to this many spectra have their decades marked; with more, where marks would hide points, only the first."""
LETTER, LINE = 0.6, 1.3
"""Width of a letter and height of a line of the names of decades, in parts of their size, by eye."""
SHRUNK = 0.7
"""Part of the panel that is left when its labels have got their place, by eye: that is settled only on drawing."""
_LEFT: dict[str, Any] = {"xytext": (5, 2), "ha": "left", "va": "top"}
_UNDER: dict[str, Any] = {"xytext": (0, -6), "ha": "center", "va": "top"}
_RIGHT: dict[str, Any] = {"xytext": (-5, -2), "ha": "right", "va": "top"}
"""Where a name stands by its point, in points: an arc bends downwards at its ends."""
BEYOND = 3.0
"""A spectrum that extends more than this many times the median extent does not set the limits of the axes:
an arc that grows threefold in a series is common and is shown, a loose contact is 10 to 1000 times."""
ROBUST = 5
"""Fewest spectra of which a median says what is usual."""
_THICK, _THIN = {"markersize": 2.5, "linewidth": 0.8}, {"markersize": 1.5, "linewidth": 0.5}
_UNITS = ("mHz", "Hz", "kHz", "MHz")
_NAMES = {n: f"{10 ** (n % 3)} {_UNITS[n // 3 + 1]}" for n in range(-3, 8)}
"""What decades of frequency are called: 1 mHz to 10 MHz."""


@dataclass(frozen=True)
class _Scale:
    """What the colours stand for: one value per spectrum, and the label of the colour bar."""

    values: Floats
    words: str


def is_impedance(shown: Shown) -> bool:
    """Return whether there are points at frequencies."""
    return "frequency" in shown.dataset.columns


def draw_spectra(figure: FigureBase, shown: Sequence[Shown]) -> None:
    """Draw Nyquist and Bode, one line per spectrum, as Z·A if the area of every file is stated.

    The spectra of one file are coloured by set point, else by time, and a bad one is cut off; several files have
    a colour each.
    """
    area = _areas(shown)
    files = [_spectra_of(one, factor) for one, factor in zip(shown, area or [1.0] * len(shown), strict=True)]
    plane, unit = _readable(files, "ohm" if area is None else "ohm*cm^2")
    grid = figure.add_gridspec(2, 2, width_ratios=(1.2, 1))
    nyquist = figure.add_subplot(grid[:, 0])
    modulus, phase = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    count = sum(len(file.spectra) for file in files)
    for one, file in zip(shown, files, strict=True):
        scale = _scale(file.dataset, file.spectra)
        colours = [one.colour] * len(file.spectra) if one.colour else shades_of(scale.values)
        for n, part in enumerate(file.parts()):
            style: dict[str, Any] = {"color": colours[n], "marker": "o", **(_THIN if count > LEGEND else _THICK)}
            style |= {"label": _label(one, file, n, count)}
            f, real, imag = file.frequency[part], file.real[part], file.imag[part]
            nyquist.plot(real * plane, -imag * plane, **style)
            modulus.loglog(f, np.hypot(real, imag), **style)
            phase.semilogx(f, np.degrees(np.arctan2(imag, real)), **style)
            if n == 0 or count <= MARKED:
                _mark_decades(
                    nyquist, f, real * plane, imag * plane, colours[n], named=n == 0 and file is files[0]
                )
    _finish((nyquist, modulus, phase), unit, per_area=area is not None)
    _limit(nyquist, files, plane)
    if nyquist.get_legend_handles_labels()[1]:
        nyquist.legend(frameon=False, fontsize="small")
    elif count > LEGEND:
        scale = _scale(files[0].dataset, files[0].spectra)
        colour_bar(figure, [modulus, phase], scale.values, scale.words)


@dataclass(frozen=True, eq=False)
class _File:
    """The spectra of one file, Re and Im in Ω or Ω·cm²."""

    dataset: Dataset
    spectra: Segments
    frequency: Floats
    real: Floats
    imag: Floats

    def parts(self) -> list[slice]:
        """Return the rows of each spectrum."""
        return [slice(int(a), int(b)) for a, b in zip(self.spectra.start, self.spectra.stop, strict=True)]


def _areas(shown: Sequence[Shown]) -> list[float] | None:
    """Return the areas in cm², or None if one file does not state it: ohms and Ω·cm² do not share an axis."""
    known = [one.area for one in shown]
    return [a for a in known if a is not None] if None not in known else None


def _spectra_of(one: Shown, factor: float) -> _File:
    dataset = numbered(one.dataset)
    real, imag = impedance_parts(dataset)
    return _File(dataset, runs(dataset["spectrum"]), dataset["frequency"], real * factor, imag * factor)


def _label(one: Shown, file: _File, n: int, count: int) -> str:
    if one.label:
        return one.label if n == 0 else ""
    number = file.dataset["spectrum"][file.spectra.start[n]]
    return f"spectrum {number}" if 1 < count <= LEGEND else ""


def _readable(files: Sequence[_File], unit: str) -> tuple[float, str]:
    """Return the factor and unit of the Nyquist plot, kΩ or mΩ where its numbers would be long, by usual spectra.

    The modulus keeps its unit: the ticks of its logarithmic axis are powers of ten, as long in any.
    """
    each = np.concatenate([file.spectra.largest(np.hypot(file.real, file.imag)) for file in files])
    finite = each[np.isfinite(each)]
    usual = float(np.median(finite)) if len(finite) >= ROBUST else float(np.max(finite, initial=0.0))
    return (1.0, unit) if SHORT[0] <= usual < SHORT[1] else prefixed(usual, unit)


def _finish(axes: tuple[Axes, Axes, Axes], unit: str, *, per_area: bool) -> None:
    nyquist, modulus, phase = axes
    z, unprefixed = ("$Z$·$A$", "ohm*cm^2") if per_area else ("$Z$", "ohm")
    equal_upwards(nyquist)
    _leave_readable(nyquist)
    nyquist.set(xlabel=axis_label(f"Re {z}", unit), ylabel=axis_label(f"−Im {z}", unit))
    nyquist.locator_params(axis="x", nbins=5)  # more than this and numbers of four digits overlap
    modulus.set(ylabel=axis_label(f"|{z}|", unprefixed))
    phase.set(xlabel="$f$ / Hz", ylabel="phase / °")
    tidy(*axes)


def _scale(dataset: Dataset, spectra: Segments) -> _Scale:
    """Choose what distinguishes the spectra: a set point that changes, else the start, else the number."""
    for name in ("current_setpoint", "potential_setpoint"):
        if name in dataset.columns:
            level = spectra.median(dataset.columns[name].values)
            if np.isfinite(level).all() and len(set(level.tolist())) > 1:
                return _Scale(level, label(dataset.columns[name]))
    if "time" in dataset.columns:
        start = spectra.first(dataset["time"])
        if (np.diff(start) > 0).all():
            factor, unit = time_unit(start)
            return _Scale(start / factor, f"start of the spectrum, $t$ / {unit}")
    return _Scale(dataset["spectrum"][spectra.start].astype(np.float64), "spectrum")


def _mark_decades(
    axis: Axes, frequency: Floats, real: Floats, imag: Floats, colour: object, *, named: bool
) -> None:
    """Ring the points nearest to whole decades of frequency, and label them: 1 kHz."""
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
            side = _side((at[0] - float(real.min())) / (float(np.ptp(real)) or 1.0))
            axis.annotate(_NAMES[decade], at, textcoords="offset points", fontsize="x-small", **side)


def _side(part: float) -> dict[str, Any]:
    """Return where the name of a point stands, by the part of the extent at which that is: on the inner side."""
    return _LEFT if part < 1 / 3 else _RIGHT if part > 2 / 3 else _UNDER


def _leave_readable(axis: Axes) -> None:
    """Take away names of decades that would be written over others, 10 and 100 before 1; their rings stay."""
    box, inch = axis.get_window_extent(), axis.get_figure(root=True).dpi  # type: ignore[union-attr]
    extent = max(axis.dataLim.width / box.width, axis.dataLim.height / box.height) or 1.0
    points = SHRUNK * 72 / inch / extent  # per unit of both axes
    kept: list[Any] = []
    for text in sorted(axis.texts, key=lambda text: len(text.get_text().partition(" ")[0])):
        if any(_collide(text, other, points) for other in kept):
            text.remove()
        else:
            kept.append(text)


def _collide(one: Any, other: Any, points: float) -> bool:  # noqa: ANN401
    (left, low), (right, high) = (_middle(text, points) for text in (one, other))
    size = one.get_fontsize()
    letters = (len(one.get_text()) + len(other.get_text())) / 2
    return bool(abs(left - right) < LETTER * size * letters and abs(low - high) < LINE * size)


def _middle(text: Any, points: float) -> tuple[float, float]:  # noqa: ANN401
    """Return the middle of a name, in points from the origin."""
    half = LETTER * text.get_fontsize() * len(text.get_text()) / 2
    towards = {"left": half, "center": 0.0, "right": -half}[text.get_ha()]
    return text.xy[0] * points + text.xyann[0] + towards, text.xy[1] * points + text.xyann[1]


def _limit(axis: Axes, files: Sequence[_File], plane: float) -> None:
    """Keep spectra of unusual extent from setting the limits, and say how many go beyond."""
    edges = np.array(
        [
            [
                np.concatenate([end(file.spectra, sign * plane * getattr(file, name)) for file in files])
                for end in (Segments.smallest, Segments.largest)
            ]
            for name, sign in (("real", 1), ("imag", -1))
        ]
    )
    edges = edges[..., np.isfinite(edges).all(axis=(0, 1))]
    count = edges.shape[-1]
    if count < ROBUST:
        return
    reach = np.abs(edges).max(axis=1)
    usual = (reach <= BEYOND * np.median(reach, axis=1, keepdims=True)).all(axis=0)
    if usual.all():
        return
    corners = [(float(low[usual].min()), float(high[usual].max())) for low, high in edges]
    # The limits of the data, not of the axes: with equal axes one of the axes' limits must stay adjustable.
    axis.dataLim.update_from_data_xy(np.array(corners).T, ignore=True)
    axis.autoscale_view()
    beyond = int((~usual).sum())
    text = f"beyond the axes: {beyond} of {count} spectra"
    axis.text(0.98, 0.98, text, transform=axis.transAxes, ha="right", va="top", fontsize=7)

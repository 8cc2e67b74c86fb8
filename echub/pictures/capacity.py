"""The picture of charge and discharge: potential against the charge passed in each half cycle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from echub.drawing import PALETTE, axis_label, colour_bar, prefixed, shades_of
from echub.pictures.curves import axis_of, curve, finish
from echub.pictures.long import running_charge
from echub.pictures.shown import POTENTIALS, Floats, Shown, alike
from echub.segments import HalfCycles, half_cycles, steps

if TYPE_CHECKING:
    from matplotlib.figure import FigureBase

SIGNS = {1: (PALETTE[1], "$I$ > 0"), -1: (PALETTE[0], "$I$ < 0")}
"""Colour and name of the halves of a single cycle, by the sign of their current: a file names no charge."""
LEGEND = 4
"""Up to this many cycles each gets an entry in the legend; then a colour bar."""


def is_cycling(shown: Shown) -> bool:
    """Return whether a cell was charged and discharged: both signs of current flow, in a sweep or not."""
    if not has_charge(shown):
        return False
    current = np.asarray(shown.dataset["current"], np.float64)
    return bool(np.nanmax(current) > 0 > np.nanmin(current)) and len(half_cycles(steps(current))) > 1


def has_charge(shown: Shown) -> bool:
    """Return whether there is a potential, a current and a time."""
    names = shown.dataset.columns
    return shown.first(POTENTIALS) is not None and shown.first(("current",)) is not None and "time" in names


def draw_capacity(figure: FigureBase, shown: Sequence[Shown]) -> None:
    """Draw potential against charge, each half cycle from zero; cycles in shades, files in a colour each."""
    axis = figure.subplots()
    potentials = alike(shown, POTENTIALS)
    up = axis_of(potentials)
    passed = [_charge(one) for one in shown]
    cut = [_halves(one) for one in shown]
    most = max(_most(halves, charge) for halves, charge in zip(cut, passed, strict=True))
    factor, unit = prefixed(most, "A*h") if most else (1.0, "A*h")
    for one, column, charge, halves in zip(shown, potentials, passed, cut, strict=True):
        values = up.of(column)
        number = _cycle_of(one, halves)
        several = not one.colour and number[-1:].tolist() != number[:1].tolist()
        colours = shades_of(number) if several else [one.colour or None] * len(halves)
        for n in range(len(halves)):
            rows = slice(int(halves.start[n]), int(halves.stop[n]))
            x = np.abs(charge[rows] - charge[rows][0]) * factor
            colour, label = colours[n], _label(one, number, n, several=several)
            if not several and not one.colour:  # one cycle of one file: its halves are told apart
                colour, label = SIGNS[int(halves.sign[n])]
            curve(axis, x, values[rows], color=colour, label=label)
        if several and not _few(number):
            colour_bar(figure, [axis], number, "cycle")
    named = len(axis.get_legend_handles_labels()[1])
    # Curves of several cycles fill the axes: among them there is no free place.
    finish(axis, axis_label("$Q$", unit), up.words, legend=named > 0, beside=named > 1)


def _label(one: Shown, number: Floats, n: int, *, several: bool) -> str:
    """Label each cycle once, if there are few; a file once."""
    if not several:
        return one.label if n == 0 else ""
    return f"cycle {number[n]:g}" if _few(number) and number[n] not in number[:n] else ""


def _few(number: Floats) -> bool:
    return len(np.unique(number)) <= LEGEND


def _halves(one: Shown) -> HalfCycles:
    return half_cycles(steps(np.asarray(one.dataset["current"], np.float64)))


def _cycle_of(one: Shown, halves: HalfCycles) -> Floats:
    """Number the cycle of each half cycle: as the instrument does if it counts, else two halves are one."""
    if "cycle" in one.dataset.columns:
        counted: Floats = np.asarray(one.dataset["cycle"], np.float64)[halves.start]
        if len(np.unique(counted)) > 1 and np.isfinite(counted).all():
            return counted
    return np.arange(len(halves), dtype=np.float64) // 2 + 1


def _charge(one: Shown) -> Floats:
    """Return the running charge in A·h: the instrument's counter, else the current times the time of its row."""
    if "charge" in one.dataset.columns:
        return np.asarray(one.dataset.to("charge", "A*h"), np.float64)
    return running_charge(one.dataset)


def _most(halves: HalfCycles, charge: Floats) -> float:
    spans = np.abs(charge[halves.stop - 1] - charge[halves.start])
    return float(np.nanmax(spans, initial=0.0))

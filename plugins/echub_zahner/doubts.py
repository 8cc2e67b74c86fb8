"""Numbers that do not fit those beside them: a file of Thales has no checksum that would show a flipped bit.

A flipped bit of an exponent multiplies or divides by 2, 4, 16, 256 and so on. The limits let through what a cell
does, and catch factors from 16 on; each number is compared with its neighbours in the order of the file.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Notice

Numbers = NDArray[np.float64]

_STEEPER = 8.0
"""How much more than the frequency |Z| may change from point to point: a capacitor and an inductor change as it
does, so that 8 leaves room for a resonance, and for points less than a factor of 2 apart catches 16."""
_DECADES, _STEPS = 0.9, 2.0
"""A step of frequency is at most this, or as many times the median one if that is more: 16 is 1.2 decades."""
_TURN = 2 * np.pi
"""rad: no phase is more than a whole turn."""
_YEAR = 366 * 86_400.0
"""s: no point of a spectrum takes longer; the slowest is one of some months."""
_OUTSIDE = 1000.0
"""A potential or current is at most as many times larger than any other of a recording: a spike of charging a
double layer is some ten to hundred times the current behind it."""
_NOTHING = 1e-100
"""Nothing measured is so small without being 0; the highest bit of an exponent makes it of any number near 1."""
_LONGER = 2.0
"""A step of time in a recording is at most as many times longer than all others together: one that doubles with
each row is as long as these."""


def of_spectrum(frequency: Numbers, modulus: Numbers, phase: Numbers, clock: Numbers) -> list[Notice]:
    """Report points of a spectrum (points,) in Hz, ohm, rad and s that do not fit those beside them."""
    with np.errstate(all="ignore"):
        decades = np.diff(np.log10(frequency))
        slope = np.diff(np.log10(modulus))
        widest = max(_DECADES, _STEPS * float(np.median(np.abs(decades))))
        room = np.abs(decades) + np.log10(_STEEPER)
        seconds = np.diff(clock)
        found = {
            "frequency": (_behind(np.abs(decades) <= widest), frequency, "Hz"),
            "|Z|": (_alone(slope, room, modulus), modulus, "ohm"),
            "phase": (~(np.abs(phase) <= _TURN) | _is_nothing(phase), phase, "rad"),
            "clock": (_behind((seconds >= 0) & (seconds <= _YEAR)), clock, "s"),
        }
    return [_notice(name, *one) for name, one in found.items() if one[0].any()]


def of_recording(potential: Numbers, current: Numbers, time: Numbers) -> list[Notice]:
    """Report rows of a recording (rows,) in mV, mA and ms that do not fit the others."""
    with np.errstate(all="ignore"):
        found = {
            "potential": (_outside(potential), potential, "mV"),
            "current": (_outside(current), current, "mA"),
            "time": (_behind(_steady(np.diff(time))), time, "ms"),
        }
    return [_notice(name, *one) for name, one in found.items() if one[0].any()]


def _behind(good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the point behind each step that is not good."""
    return np.concatenate([[False], ~good])


def _alone(slope: Numbers, room: Numbers, modulus: Numbers) -> NDArray[np.bool_]:
    """Mark points that lie above, or below, the points on both sides by more than there is room for.

    A cell that changed for good, as when a contact breaks, lies so to one side only. The first and last have one.
    """
    far, up = np.abs(slope) > room, slope > 0
    odd = np.concatenate([far[:1], far[:-1] & far[1:] & (up[:-1] != up[1:]), far[-1:]])
    odd[0] &= not odd[1]  # else it is the second that lies alone
    odd[-1] &= not odd[-2]
    return odd | ~((modulus > 0) & np.isfinite(modulus))


def _outside(values: Numbers) -> NDArray[np.bool_]:
    """Mark a number that is far larger than all others; among fewer than three, none is."""
    size = np.abs(values)
    impossible = ~np.isfinite(size) | _is_nothing(values)
    if len(size) < 3:
        return impossible
    others = float(np.sort(size)[-2])
    return impossible | ((size > _OUTSIDE * others) & (others > 0))


def _is_nothing(values: Numbers) -> NDArray[np.bool_]:
    nothing: NDArray[np.bool_] = (values != 0) & (np.abs(values) < _NOTHING)
    return nothing


def _steady(steps: Numbers) -> NDArray[np.bool_]:
    """Say which steps of time are none back, and not far longer than all others together."""
    forward = np.fmax(steps, 0.0)
    others = forward.sum() - forward
    steady: NDArray[np.bool_] = (steps >= 0) & ((steps <= _LONGER * others) | (others <= 0))
    return steady


def in_words(value: float, unit: str) -> str:
    """Return a value with its unit, or in words that the file holds none."""
    if np.isnan(value):
        return "not a number"
    return f"{value:.6g} {unit}" if np.isfinite(value) else "infinite"


def _notice(name: str, odd: NDArray[np.bool_], values: Numbers, unit: str) -> Notice:
    at = int(np.flatnonzero(odd)[0])
    near_by = [n for n in (at - 1, at + 1) if 0 <= n < len(values) and np.isfinite(values[n])]
    beside = " and ".join(f"{values[n]:.6g}" for n in near_by)
    more = f", as {int(odd.sum()) - 1} more" if odd.sum() > 1 else ""
    near = f" beside {beside}" if beside else ""
    text = f"{name} of row {at} is {in_words(float(values[at]), unit)}{near}{more}: the file may be damaged"
    return Notice("unlikely-number", text)

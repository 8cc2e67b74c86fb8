"""The pulses of a file: found in the current with hysteresis, against the level at rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from echub.plugin import Inputs, Refusal
from echub.science import digit
from echub.segments import Edges, Segments, Threshold, edges, pulse_threshold, runs, states
from echub_pulsed_stripping import PulsedStrippingParams
from echub_pulsed_stripping.data.electrode import Floats, direction_of, stripped_voltage

LEAST_HEIGHT = 0.05
"""Pulses lower than this fraction of the largest current are noise, or another story. By eye."""
POTENTIAL_CONTROLLED = 2
OFFSET = 0.5
"""With more than this of the pulse flowing at rest, there is no rest: most of the current never stops."""
LEAST_LIMIT_V = 0.5
"""Limits of a potentiostat are volts."""
SOME = 500
"""Rests from which the noise is taken: more of them would cost time and tell nothing more."""
OTHER_SCALE = 2.0
"""Pulses above twice their set point, or below half of it, were not set so: another unit or sign. By eye."""
PLATED = 0.5
"""Current of the other sign that passes more than this of a pulse between two of them plates back; less is what a
reversal or an offset leaves. By eye."""


@dataclass(frozen=True, eq=False)
class PulseTrain:
    """All pulses of a file. t: s; j and u counted so that stripping is positive; `sign` turns them back.

    rests: the rows from each pulse to the next, or to the end or the plating; `plated`: charge of
    the other sign between a pulse and the next one, in the unit of `j` times hours.
    """

    data: Inputs
    t: Floats
    j: Floats
    u: Floats
    sign: int
    observed: str
    threshold: Threshold
    pulses: Segments

    @property
    def unit(self) -> str:
        """Return the unit of the current."""
        return self.data.unit_of("j")

    @property
    def height(self) -> float:
        """Return the amplitude of the pulses above the level at rest."""
        return self.threshold.on / 0.6  # `pulse_threshold` sets `on` at 0.6 of the height

    @cached_property
    def edges(self) -> Edges:
        """Bracket where the pulses begin and end."""
        return edges(self.t, self.pulses, averaged=self.data.is_averaged("j"), clock=self.data.clock_step)

    @cached_property
    def set_point(self) -> Floats | None:
        """Return the commanded current, where it is there and is that of the measured one."""
        factor = self.times_set_point
        if factor is None or not 1 / OTHER_SCALE <= factor <= OTHER_SCALE:
            return None
        return np.asarray(self.data["j_set"] * self.sign)

    @cached_property
    def times_set_point(self) -> float | None:
        """Return the current of the pulses over their set point; None where they cannot be compared."""
        if "j_set" not in self.data or self.data.unit_of("j_set") != self.unit:
            return None
        commanded = self.pulses.median(np.asarray(self.data["j_set"] * self.sign))
        known = np.isfinite(commanded) & (commanded != 0)
        return float(np.median(self.pulses.median(self.j)[known] / commanded[known])) if known.any() else None

    @cached_property
    def noise(self) -> float:
        """Return the standard deviation of a row of the voltage, V: from the first rests, or by its digit."""
        each = self.rests.where(np.arange(min(SOME, len(self.rests)))).noise(self.u)
        seen = float(np.nanmedian(each)) if np.isfinite(each).any() else 0.0
        return max(seen, self.digit / float(np.sqrt(12)))  # uniform within the digit

    @cached_property
    def digit(self) -> float:
        """Return the step in which the voltage is read, V; 0 if it shows none."""
        return digit(self.u)

    @cached_property
    def top(self) -> float:
        """Return the largest voltage of all pulses, V."""
        return float(self.pulses.largest(self.u).max())

    @cached_property
    def level(self) -> Floats:
        """Return the current of each pulse: as commanded, else as measured."""
        if self.set_point is None:
            return self.pulses.median(self.j)
        commanded = self.pulses.median(self.set_point)
        known = commanded > 0
        return commanded if known.all() else np.where(known, commanded, self.pulses.median(self.j))

    @cached_property
    def rests(self) -> Segments:
        """Return the rows without pulse after each pulse."""
        start = self.pulses.stop
        stop = np.append(self.pulses.start[1:], len(self.t))
        other = np.flatnonzero(self._other)
        first = np.append(other, len(self.t))[np.searchsorted(other, start)]
        return Segments(start, np.maximum(np.minimum(stop, first), start), np.zeros(len(start), np.int8))

    @cached_property
    def rest_steps(self) -> Floats:
        """Return the widest gap between rows of each rest, s."""
        return self.rests.largest(np.diff(self.t, prepend=self.t[0]))

    @cached_property
    def plated(self) -> Floats:
        """Return the charge of the other sign before the next pulse."""
        passed = np.where(self._other, -self.j * np.diff(self.t, prepend=self.t[0]), 0.0) / 3600
        total = np.append(0.0, np.cumsum(passed))
        return np.asarray(total[np.append(self.pulses.start[1:], len(self.t))] - total[self.pulses.stop])

    @cached_property
    def rest(self) -> Floats:
        """Return the rest after each pulse, s; NaN where no pulse, or plating, follows."""
        found = np.append(self.edges.begin[1:] - self.edges.end[:-1], np.nan)
        each = self.level * self.edges.duration / 3600
        return np.where(self.plated > PLATED * np.median(each), np.nan, found)

    @property
    def _other(self) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        return np.asarray(self.j - self.threshold.level * self.sign < -LEAST_HEIGHT * self.height)


def find(data: Inputs, params: PulsedStrippingParams) -> PulseTrain:
    """Find the pulses; refuse where there are none, or where they turn."""
    j = data["j"]
    if not np.abs(j).max():
        raise Refusal("no-current", "the current is zero throughout", where=data.how("j"))
    found = {sign: _pulses(j, sign) for sign in (1, -1)}
    sign = _sign(found, params)
    threshold, pulses = found[sign]
    if len(pulses) < 2:
        raise _none(data, pulses)
    _require_current_control(data, pulses)
    u, observed = stripped_voltage(data, sign)
    return PulseTrain(data, data["t"], j * sign, u, sign, observed, threshold, pulses)


def _require_current_control(data: Inputs, pulses: Segments) -> None:
    """Refuse currents that the cell decides: steps of potential, voltammetry."""
    if "mode" in data and float(np.median(pulses.mean(data["mode"] == POTENTIAL_CONTROLLED))) > OFFSET:
        text = "the current flows under control of the potential: no pulses were commanded"
        raise Refusal("not-galvanostatic", text, where=data.how("mode"))


def _pulses(j: Floats, sign: int) -> tuple[Threshold, Segments]:
    """Find the pulses of one sign; none where its current has one level, or hardly any rest."""
    threshold = pulse_threshold(j, sign)
    state = states(j, threshold)
    found = runs(state, state)
    height = threshold.on / 0.6  # as `pulse_threshold` sets it
    sound = height > LEAST_HEIGHT * np.abs(j).max() and abs(threshold.level) < OFFSET * height
    return threshold, found.where(found.sign == sign if sound else np.zeros(len(found), bool))


def _sign(found: dict[int, tuple[Threshold, Segments]], params: PulsedStrippingParams) -> int:
    """Decide which current strips; as many pulses of one sign as of the other are not stripping alone."""
    if params.direction != "auto":
        return 1 if params.direction == direction_of(1) else -1
    few, many = sorted((1, -1), key=lambda sign: len(found[sign][1]))
    count, other = len(found[many][1]), len(found[few][1])
    if other > 1 and other >= count / 2:  # one, or a few, plate back between blocks
        raise Refusal(
            "direction-reverses",
            f"there are {len(found[1][1])} anodic and {len(found[-1][1])} cathodic pulses",
            hint="--param direction=we_oxidised counts the anodic ones alone; --time START:STOP one train",
        )
    return many


def _none(data: Inputs, pulses: Segments) -> Refusal:
    j = data["j"]
    flowing = float((np.abs(j) > OFFSET * np.abs(j).max()).mean())
    if len(pulses):
        t = data["t"]
        text = f"the current flows once, for {t[pulses.stop[0] - 1] - t[pulses.start[0]]:.4g} s"
        return Refusal("no-rests", f"{text}: stripping without rests is not pulsed")
    if flowing > OFFSET:
        text = f"{flowing:.0%} of the rows carry more than half of the largest current, and no rest stands out"
        return Refusal("no-rests", text)
    return Refusal("no-pulses", f"no pulses stand out of the current (largest {np.abs(j).max():.4g})")

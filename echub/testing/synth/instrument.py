"""The effect of an instrument on a true signal: rows, noise, quantisation, drop-outs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from echub.currents import full_scale

Floats = NDArray[np.floating[Any]]

CONTROL_TICK_S = 2e-4
"""Time after a row at which an instrument adds another one when its control changes, s."""


@dataclass(frozen=True)
class Instrument:
    """How a potentiostat records, in the units of the columns.

    sampling_s: time step. noise_v, noise_ma: standard deviations. quantum_v, quantum_ma: steps of
    the converters. range_ma: full scale; accuracy: of the range, a constant offset of the current
    drawn uniformly within ± this value. dropped: fraction of rows lost. control_rows: rows added a tick
    after another one. compliance_v: largest voltage.
    """

    sampling_s: float = 0.5
    noise_v: float = 50e-6
    quantum_v: float = 1.907e-5
    noise_ma: float = 1.5e-4
    quantum_ma: float = 3.18e-5
    range_ma: float = 1.0
    accuracy: float = 1e-3
    dropped: float = 0.0
    control_rows: int = 8
    compliance_v: float = 10.0

    def times(self, duration_s: float, rng: np.random.Generator) -> Floats:
        """Return the times of the rows (n,), s, from 0 to `duration_s`."""
        regular = np.arange(0.0, duration_s + self.sampling_s / 2, self.sampling_s)
        if self.dropped:
            keep = rng.random(len(regular)) >= self.dropped
            keep[[0, -1]] = True
            regular = regular[keep]
        extra = rng.choice(regular[1:-1], min(self.control_rows, len(regular) - 2), replace=False) + CONTROL_TICK_S
        return np.sort(np.concatenate([regular, extra]))

    def potential(self, true_v: Floats, rng: np.random.Generator) -> Floats:
        """Return a measured voltage (n,), V: compliance, noise, quantisation."""
        limited = np.clip(true_v, -self.compliance_v, self.compliance_v)
        return quantise(limited + self.noise_v * rng.standard_normal(len(true_v)), self.quantum_v)

    def current(self, true_ma: Floats, rng: np.random.Generator) -> Floats:
        """Return a measured current (n,), mA: an offset within the accuracy of the range, noise, quantisation."""
        offset = self.accuracy * self.range_ma * rng.uniform(-1, 1)
        return quantise(true_ma + offset + self.noise_ma * rng.standard_normal(len(true_ma)), self.quantum_ma)


@dataclass(frozen=True, eq=False)
class Ammeter:
    """An automatic current range: full scales mA (k,), ascending; an offset mA and a relative gain error of each.

    A current is read in the smallest range that holds it; none is read while none flows.
    """

    full: Floats
    offset: Floats
    gain: Floats

    @classmethod
    def drawn(cls, names: Sequence[str], accuracy: float, rng: np.random.Generator) -> Ammeter:
        """Draw offset and gain of each range uniformly within ± accuracy; names such as `10 mA`, ascending."""
        full = np.array([full_scale(name) for name in names], dtype=np.float64)
        return cls(full, accuracy * full * rng.uniform(-1, 1, len(full)), accuracy * rng.uniform(-1, 1, len(full)))

    def range_of(self, current: Floats) -> NDArray[np.intp]:
        """Return the number of the range of each current (n,), mA."""
        return np.minimum(np.searchsorted(self.full, np.abs(current)), len(self.full) - 1)

    def error(self, current: Floats) -> Floats:
        """Return what is read beside each true current (n,), mA."""
        place = self.range_of(current)
        return np.where(current != 0, self.gain[place] * current + self.offset[place], 0.0)

    def charge_error(self, t: Floats, current: Floats, ends: Floats) -> Floats:
        """Return what is counted beside the charge until each of `ends`, mA·h, of a current mA at fine times s."""
        read = self.error(current)
        passed = np.append(0.0, np.cumsum((read[1:] + read[:-1]) / 2 * np.diff(t))) / 3600
        return np.interp(ends, t, passed)


def quantise(values: Floats, quantum: float) -> Floats:
    """Round values (any shape) to multiples of `quantum`, in the same unit; 0 leaves them unchanged."""
    return np.round(values / quantum) * quantum if quantum else values

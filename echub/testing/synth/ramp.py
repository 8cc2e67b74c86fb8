"""A linear current ramp with a known onset.

Loss of contact. Up to `j_crit`, transport refills what stripping removes and the cell is ohmic.
Beyond it the excess current leaves vacancies, Q = (j - j_crit)² / 2C, and the contact area decays
exponentially with them, θ = exp(-Q/Q₀), so that

    U = ASR · j · exp((j - j_crit)² / (2 C Q₀)).

The voltage is p above the ohmic line at j_crit + √(2 C Q₀ ln(1 + p)): with the default
Q₀ = 7.47 µA·h/cm² at C = 1 mA cm⁻² h⁻¹ the 5 % point lies 0.027 mA/cm² above any
j_crit (0.30 → 0.327, 0.10 → 0.127). `onset_delay` gives this distance instead of Q₀.
At `lost_at` the contact breaks: the voltage goes to compliance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from echub.testing.synth.case import Case, Column
from echub.testing.synth.instrument import Floats, Instrument

THRESHOLDS = (0.02, 0.05, 0.10, 0.20, 0.50, 1.00)


@dataclass(frozen=True)
class ContactLoss:
    """A cell that loses contact: area cm², asr Ω·cm²; j_crit, onset_delay, lost_at mA/cm².

    lost_at None is 1.4 j_crit, inf is never.
    """

    area_cm2: float = 0.785
    asr: float = 31.0
    j_crit: float = 0.30
    onset_delay: float = 0.027
    lost_at: float | None = None

    @property
    def break_at(self) -> float:
        """Return the current density at which the contact breaks, mA/cm²."""
        return 1.4 * self.j_crit if self.lost_at is None else self.lost_at

    def excess(self, j: Floats) -> Floats:
        """Return U/U_ohmic - 1 at current densities `j`, (n,), mA/cm², before the contact breaks."""
        beyond = np.maximum(j - self.j_crit, 0) / self.onset_delay
        return np.asarray(np.expm1(beyond**2 * math.log(1.05)))

    def onset(self, threshold: float) -> float:
        """Return the current density at which U is `threshold` above the ohmic line, mA/cm²."""
        smooth = self.j_crit + self.onset_delay * math.sqrt(math.log1p(threshold) / math.log(1.05))
        return min(smooth, self.break_at)

    def voltage(self, j: Floats, limit_v: float) -> tuple[Floats, Floats]:
        """Return the voltage, V, at rising `j`, (n,), mA/cm², and whether the contact is permanently lost."""
        lost = np.maximum.accumulate(j >= self.break_at)
        smooth = np.where(lost, 0.0, j)
        return np.where(lost, limit_v, self.asr * smooth * (1 + self.excess(smooth)) / 1000), lost


@dataclass(frozen=True)
class Ramp:
    """A ramp on a cell: rate mA cm⁻² h⁻¹, rest before it, thermo-voltage, direction of the current.

    direction: +1 oxidises the working electrode, -1 the counter electrode. other: the reduced electrode of a
    three-electrode record, whose oxidised one is `cell`; its columns are then the two potentials.
    duration_s None: up to 1.5 times the 5 % point.
    """

    cell: ContactLoss = ContactLoss()
    instrument: Instrument = Instrument()
    rate: float = 1.0
    rest_s: float = 10.0
    duration_s: float | None = None
    offset_v: float = 0.0
    direction: int = 1
    other: ContactLoss | None = None

    @property
    def length_s(self) -> float:
        """Return the duration of the ramp, s."""
        return self.duration_s or 1.5 * self.cell.onset(0.05) / self.rate * 3600


def ramp(seed: int = 0, setup: Ramp | None = None) -> Case:
    """Record a ramp; the same seed and setup give the same rows.

    The truth holds the onset at 5 % of the true (not the read) current density, `j_crit`, the
    onset at every threshold (`onset_2%` …) and the area-specific resistance.
    """
    setup = setup or Ramp()
    cell, rng = setup.cell, np.random.default_rng(seed)
    time = setup.instrument.times(setup.rest_s + setup.length_s, rng)
    j = setup.rate * np.maximum(time - setup.rest_s, 0) / 3600
    voltage, lost = cell.voltage(j, setup.instrument.compliance_v)
    true_ma = np.where(lost, 1e-3 * setup.instrument.compliance_v, j * cell.area_cm2)
    current = setup.instrument.current(true_ma * setup.direction, rng)
    current[j == 0] = 0.0
    columns = {
        "time": Column(time, "s"),
        "current": Column(current, "mA"),
        "current_setpoint": Column(j * cell.area_cm2 * setup.direction, "mA"),
        "voltage": Column(setup.instrument.potential((voltage + setup.offset_v) * setup.direction, rng), "V"),
        "current_range": Column(np.full(len(time), f"{setup.instrument.range_ma:g} mA")),
    }
    if setup.other is not None:
        reduced = -setup.other.voltage(j, setup.instrument.compliance_v)[0]
        columns |= _potentials(setup, columns.pop("voltage"), reduced, rng)
    metadata = {"cell.area": f"{cell.area_cm2!r} cm^2", "cell.temperature": "30.0 degC"}
    onset = cell.onset(0.05)
    truth = {
        "onset_current_density": onset,
        "onset_time": setup.rest_s + onset / setup.rate * 3600,
        "asr_cell": cell.asr,
        "ramp_rate": setup.rate,
        "j_crit": cell.j_crit,
        **{f"onset_{threshold:.0%}": cell.onset(threshold) for threshold in THRESHOLDS},
    }
    if setup.other is not None:
        truth["asr_to_reference"] = truth.pop("asr_cell")
        truth["other_deviation_at_onset"] = 100 * float(setup.other.excess(np.array([onset]))[0])
    return Case(columns, metadata, truth)


def _potentials(setup: Ramp, oxidised: Column, reduced: Floats, rng: np.random.Generator) -> dict[str, Column]:
    """Return both potentials against the reference: that of the reduced electrode falls as the current rises."""
    columns = {
        "oxidised": Column(np.asarray(oxidised.values) * setup.direction, "V"),
        "reduced": Column(setup.instrument.potential(reduced, rng), "V"),
    }
    names = ("potential_we", "potential_ce") if setup.direction > 0 else ("potential_ce", "potential_we")
    return dict(zip(names, columns.values(), strict=True))

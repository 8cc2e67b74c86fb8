"""Ramp onset: |bias| < 0.5 %, sd < 1 %, 90 to 99 % of the intervals cover, or a refusal."""

from __future__ import annotations

from collections import Counter

import numpy as np

import echub
from echub.testing import synth
from echub.testing.synth import ContactLoss, Instrument, Ramp

RAMPS = 40
SETUPS = {
    "j_crit 0.30": Ramp(),
    "j_crit 0.10": Ramp(ContactLoss(j_crit=0.10)),
    "noise 300 µV": Ramp(instrument=Instrument(noise_v=300e-6)),
    "noise 100 µV, j_crit 0.10": Ramp(ContactLoss(j_crit=0.10), Instrument(noise_v=100e-6)),
    "noise 1 mV": Ramp(instrument=Instrument(noise_v=1e-3)),
    "10 Hz": Ramp(instrument=Instrument(sampling_s=0.1)),
    "a row every 5 s": Ramp(instrument=Instrument(sampling_s=5)),
    "30 % of the rows lost": Ramp(instrument=Instrument(dropped=0.3)),
    "thermo-voltage 2 mV": Ramp(offset_v=2e-3),
    "contact breaks at once": Ramp(ContactLoss(lost_at=0.30)),
    "3 mA/cm²/h": Ramp(rate=3.0),
    "counter electrode oxidised": Ramp(direction=-1),
    "gradual from 0.10 to 0.30": Ramp(ContactLoss(j_crit=0.1, onset_delay=0.2, lost_at=0.9)),
}


def run() -> None:
    """Print bias, scatter, stated uncertainty, coverage and refusals by setup."""
    heads = f"{'bias':>8s} {'sd':>7s} {'stated':>7s} {'covered':>8s}"
    print(f"{'ramp onset':28s} {'sigmas':>7s} {'answered':>9s} {heads}")
    for name, setup in SETUPS.items():
        _line(name, setup)


def _line(name: str, setup: Ramp) -> None:
    errors, stated, covered, codes = [], [], [], Counter()
    for seed in range(RAMPS):
        case = synth.ramp(seed + 1000, setup)
        outcome = echub.analyze("ramp-onset", case.data(), seed=seed)
        codes.update(flag.code for flag in outcome.flags if flag.severity != "info")
        if outcome.status == "refused":
            continue
        onset, truth = outcome["onset_current_density"], case.truth["onset_current_density"]
        errors.append(100 * (onset.value / truth - 1))
        stated.append(100 * onset.uncertainty / truth)
        covered.append(onset.interval.covers(truth))
    values = (
        f"{np.mean(errors):+7.2f}% {np.std(errors):6.2f}% {np.mean(stated):6.2f}% {np.mean(covered):7.0%} "
        if errors
        else ""
    )
    flags = ", ".join(f"{code} {count}" for code, count in codes.items())
    print(f"{name:28s} {_sigmas(setup):7.0f} {len(errors):5d}/{RAMPS} {values} {flags}")


def _sigmas(setup: Ramp) -> float:
    """Return 5 % of U at the onset in units of σ/√n of a 30 s window."""
    cell, instrument = setup.cell, setup.instrument
    noise = np.hypot(instrument.noise_v, instrument.quantum_v / np.sqrt(12))
    return float(0.05 * cell.asr * cell.onset(0.05) / 1000 / (noise / np.sqrt(30 / instrument.sampling_s)))

"""Pulsed stripping: < 0.1 % on known edges, intervals that cover, 50 000 pulses in 1 M rows in < 1 s."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

import echub
from echub.testing import synth
from echub.testing.synth import Pulses, Voids
from echub.testing.synth.pulses import QUIET

SERIES = 40
ACCURACY = 1e-3
"""Half-width of the true current over the read one: what `current_accuracy` states."""
NOISY = replace(QUIET, noise_v=1e-3, noise_ma=0.01)
FREE = Pulses(edge_rows=False, limit_row=False)
SETUPS = {
    "edges known, running charge": Pulses(),
    "edges known, increments": Pulses(charge="charge_increment"),
    "edges known, no charge": Pulses(charge=""),
    "noise 1 mV, 2.6 % of the current": Pulses(instrument=NOISY),
    "pulse run to its end": Pulses(limit_row=False),
    "rows every 0.1 s, charge": FREE,
    "rows every 0.1 s, no charge": replace(FREE, charge=""),
    "rows every 0.3 s, no charge": replace(FREE, charge="", instrument=replace(QUIET, sampling_s=0.3)),
    "rows every 1.3 s, charge": replace(FREE, limit_row=True, instrument=replace(QUIET, sampling_s=1.3)),
    "offset of 3 %, flowing": Pulses(offset=0.03),
    "offset of 3 %, only read": Pulses(offset=0.03, offset_flows=False),
    "counter electrode stripped": Pulses(direction=-1),
}
SAMPLED = {
    "just before, 0.1 s, just after": (-0.04, 1.04),
    "0.1 s throughout": (-0.05, 1.05),
    "sparse at rest": (-0.5, 1.5),
}


def run() -> None:
    """Print bias, scatter, stated uncertainty and coverage by setup, the ways of counting, the time."""
    print(f"\n{'pulsed stripping':34s} {'answered':>9s} {'bias':>9s} {'sd':>8s} {'stated':>8s} {'covered':>8s}")
    for name, setup in SETUPS.items():
        _line(name, setup)
    _integrations()
    _speed()


def _line(name: str, setup: Pulses) -> None:
    errors, stated, covered = [], [], []
    for seed in range(SERIES):
        rng = np.random.default_rng(1000 + seed)
        drawn = replace(setup, gain=ACCURACY * rng.uniform(-1, 1), lead_s=5 + rng.uniform(0, 3))
        drawn = replace(drawn, rests_s=(2 + rng.uniform(-0.05, 0.05),))
        case = synth.pulses(seed, drawn)
        found = echub.analyze("pulsed-stripping", case.data()).measurands.get("stripping_capacity")
        if found is not None and found.value is not None:
            truth = case.truth["stripping_capacity"]
            errors.append(100 * (found.value / truth - 1))
            stated.append(100 * found.uncertainty / truth)
            covered.append(found.interval.covers(truth))
    values = f"{np.mean(errors):+8.3f}% {np.std(errors):7.3f}% {np.mean(stated):7.3f}% {np.mean(covered):7.0%}"
    print(f"{name:34s} {len(errors):6d}/{SERIES} {values}")


def _integrations() -> None:
    """Print what each way makes of 36 pulses of 1 s at 1 mA/cm², true charge 10 µAh/cm²."""
    print(f"\n{'rows':34s} {'trapezoid':>10s} {'left hold':>10s} {'on-samples':>11s}  for 10.0 µA·h/cm²")
    for name, (before, after) in SAMPLED.items():
        offsets = np.array([before, *(0.1 * np.arange(10) + (0.05 if before == -0.05 else 0.0)), after])
        begin = 5 + 3.0 * np.arange(36)
        rows = np.concatenate([[0.0], (begin[:, None] + offsets).ravel()])
        on = np.append(False, np.tile([False, *[True] * 10, False], 36))
        case = synth.Case(
            {
                "time": synth.Column(rows, "s"),
                "current_density": synth.Column(on * 1.0, "mA/cm^2"),
                "voltage": synth.Column(on * 0.05, "V"),
            }
        )
        table = echub.analyze("pulsed-stripping", case.data()).tables["charge"]
        total = dict(zip(table["method"].values, 1000 * table["charge"].array(), strict=True))
        print(f"{name:34s} {total['trapezoid']:10.2f} {total['left hold']:10.2f} {total['on-samples']:11.2f}")


def _speed() -> None:
    cell = Voids(void_charge=2.0, unhealed=1 / 7)
    setup = Pulses(cell, replace(QUIET, sampling_s=0.7), rests_s=(10.0,))
    case = synth.pulses(1, setup)
    record = case.record()
    taken = []
    for _ in range(4):
        begin = time.process_time()
        outcome = echub.analyze("pulsed-stripping", record)
        taken.append(time.process_time() - begin)
    found = outcome["stripping_capacity"]
    error = found.value / case.truth["stripping_capacity"] - 1
    count, rows = outcome["pulses"].value, record["timeseries"].rows
    print(f"\n  {count:.0f} pulses in {rows / 1e6:.2f} M rows: {min(taken):.2f} s of CPU, error {error:+.1e}")

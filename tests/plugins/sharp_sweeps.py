"""Sweeps whose reactions start sharply, in white or 1/f noise or mains hum; written from physics alone."""

from __future__ import annotations

import numpy as np

from echub.testing import synth
from tests.plugins.slow_noise import flicker


def sweep(seed, *, steep=800.0, leak=0.07, white=0.01, slow=0.0, hum=0.0, step=2e-3, sharp=True):
    """Return a cyclic sweep of 1 mV/s from 2.5 to 4.5, to -0.2 and back to 2.5 V, and both limits at 10 µA/cm².

    steep: µA/cm²/V beyond the onset; not sharp: an exponential of 60 mV per decade. slow: rms of 1/f noise; hum:
    amplitude at 50 Hz, sampled, µA/cm².
    """
    rng = np.random.default_rng([33, seed])
    low, high = 0.9 + rng.uniform(-0.05, 0.05), 3.9 + rng.uniform(-0.2, 0.2)
    ways = (np.arange(2.5, 4.5, step), np.arange(4.5, -0.2, -step), np.arange(-0.2, 2.5, step))
    e = np.concatenate(ways) + rng.uniform(0, step)
    t = np.arange(e.size) * step / 1e-3
    if sharp:
        truth = {"anodic_limit": high + 10 / steep, "cathodic_limit": low - 10 / steep}
        beyond = steep * (np.maximum(e - high, 0) - np.maximum(low - e, 0))
    else:
        truth = {"anodic_limit": high, "cathodic_limit": low}
        beyond = 10 * (10 ** ((e - high) / 0.06).clip(-12, 2) - 10 ** ((low - e) / 0.06).clip(-12, 2))
    j = beyond + leak * (e - 2) + 0.5 * np.sign(np.gradient(e)) + white * rng.normal(size=e.size)
    j += flicker(rng, e.size, slow) if slow else 0.0
    j += hum * np.sin(2 * np.pi * 50.003 * t * (1 + 1e-6 * rng.normal()) + rng.uniform(0, 6.28))
    columns = {"time": (t, "s"), "current": (j * 1e-3, "mA"), "potential_we": (e, "V")}
    columns = {name: synth.Column(values, unit) for name, (values, unit) in columns.items()}
    return synth.Case(columns, {"cell.area": "1 cm^2"}).data(), truth

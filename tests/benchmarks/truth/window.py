"""Stability window: 94 to 100 % of the intervals cover, for exponential and for foreign currents."""

from __future__ import annotations

from functools import partial

from echub.testing import synth
from echub.testing.synth import Sweeps
from tests.benchmarks.truth.cycling import lines

SETUPS = {
    "exponential, 120 mV per decade": Sweeps(),
    "exponential, 30 mV per decade": Sweeps(tafel=0.03),
    "foreign: power 2.5 from a foot": Sweeps(power=2.5),
    "foreign: power 1.5": Sweeps(power=1.5),
    "noise 0.5 µA/cm²": Sweeps(noise_ua=0.5),
    "rows every 10 mV": Sweeps(step_v=0.01),
    "leak of 0.5 µA/cm²/V": Sweeps(leak=0.5),
    "on sodium, to -0.5 V": Sweeps(low=-0.5, cathodic=None, metal=2.0),
}


def run() -> None:
    """Print bias, scatter, stated uncertainty and coverage by setup."""
    heads = f"{'n':>4s} {'bias':>10s} {'scatter':>9s} {'stated':>9s} {'covered':>8s}"
    print(f"\n{'stability window':36s} {'measurand':24s} {heads}")
    for name, setup in SETUPS.items():
        lines(name, partial(_made, setup), ("anodic_limit", "cathodic_limit", "window"), "stability-window", {})


def _made(setup: Sweeps, seed: int) -> synth.Case:
    return synth.sweeps(seed, setup)

"""Relaxation: 93 to 97 % of the intervals of times, rates and shares cover, for each form of the recovery."""

from __future__ import annotations

from functools import partial

from echub.testing import synth
from echub.testing.synth.recovery import Recovering
from tests.benchmarks.truth.cycling import lines

SINGLE = Recovering(times_s=(5e-3,), shares=(1.0,))
SETUPS = {
    "two times, a factor of 40": (Recovering(), "double"),
    "two times, a factor of 10": (Recovering(times_s=(2e-3, 20e-3)), "double"),
    "two times, noise 2 %": (Recovering(noise=0.02), "double"),
    "one time": (SINGLE, "single"),
    "one time, 12 delays": (Recovering(times_s=(5e-3,), shares=(1.0,), points=12), "single"),
    "stretched, 0.6": (Recovering(times_s=(5e-3,), shares=(1.0,), beta=0.6), "stretched"),
}
SHOWN = ("T1", "T1_fast", "T1_slow", "share_fast", "beta")


def run() -> None:
    """Print bias, scatter, stated uncertainty and coverage by setup."""
    heads = f"{'n':>4s} {'bias':>10s} {'scatter':>9s} {'stated':>9s} {'covered':>8s}"
    print(f"\n{'relaxation':36s} {'measurand':24s} {heads}")
    for name, (setup, form) in SETUPS.items():
        lines(name, partial(_made, setup), SHOWN, "relaxation", {"form": form})


def _made(setup: Recovering, seed: int) -> synth.Case:
    return synth.recovery(seed, setup)

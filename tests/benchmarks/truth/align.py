"""Two clocks: 93 to 97 % of the intervals of the offset cover, and how often a shared event is refused."""

from __future__ import annotations

import numpy as np

from echub.science.events import Brackets, Offset, match_steps
from echub.testing.synth.operando import Operando, operando

RUNS = 200
SETUPS = {
    "rows at the steps, counts of 5 s": Operando(),
    "samples, not counts over a row": Operando(averaged=False),
    "current every 10 s": Operando(logged=False, row_s=10.0),
    "one pulse": Operando(levels_ma=(0.0, 1.0, 0.0)),
    "40 counts": Operando(counts=40.0),
    "counts grow by half": Operando(trend=0.5),
    "clocks drift by 1 %": Operando(drift=0.01),
}


def offset_of(seed: int, setup: Operando) -> tuple[Offset | None, float]:
    """Return the offset of a generated set, and its truth at the middle of the steps."""
    first, second = operando(seed, setup)
    time, current = first.columns["time"].values, first.columns["current"].values
    at = np.flatnonzero(np.abs(np.diff(current)) > 0.5)
    counts = second.columns["ion_counts"].values
    found = match_steps(Brackets(time[at], time[at + 1]), second.columns["time"].values, counts, counts=True)
    truth = second.truth["offset"]
    return found, truth if found is None else truth + setup.drift * found.middle


def run() -> None:
    """Print bias, scatter, half width and coverage by setup, in s."""
    print(f"\n{'align':36s} {'n':>4s} {'bias':>8s} {'scatter':>8s} {'half':>8s} {'covered':>8s}")
    for name, setup in SETUPS.items():
        pairs = [offset_of(seed, setup) for seed in range(RUNS)]
        rows = [(f.value - t, (f.high - f.low) / 2, f.low <= t <= f.high) for f, t in pairs if f is not None]
        error, half, covered = np.array(rows, dtype=np.float64).T
        numbers = f"{error.mean():+8.3f} {error.std():8.3f} {half.mean():8.3f} {covered.mean():8.1%}"
        print(f"{name:36s} {len(rows):4d} {numbers}")

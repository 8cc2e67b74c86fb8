"""Interfaces of known position and width: 92-98 % coverage from 2000 to 20 counts, < 10 ms per profile."""

from __future__ import annotations

import time

import numpy as np
from scipy.special import erfc

from echub_sims_profile.edge import NORMAL_95, find_edge

POSITION, WIDTH, STEP, DRAWS = 1000.0, 24.0, 10.0, 500


def run() -> None:
    """Print the coverage of position and width, the spread of the width, and the time."""
    print("\nsims_profile: a falling edge, 24 nm wide, points 10 nm apart, background 1 %")
    x = np.arange(0, 2000, STEP)
    shape = 0.01 + 0.5 * erfc((x - POSITION) / (np.sqrt(2) * WIDTH / 2))
    for level in (2000, 200, 40, 20):
        rng = np.random.default_rng(level)
        began = time.perf_counter()
        edges = [find_edge(x, rng.poisson(level * shape).astype(float), "either") for _ in range(DRAWS)]
        taken = (time.perf_counter() - began) / DRAWS
        position = np.mean([abs(e.position - POSITION) < NORMAL_95 * e.position_error for e in edges])
        width = np.mean([abs(2 * e.sigma - WIDTH) < NORMAL_95 * 2 * e.sigma_error for e in edges])
        widths = np.array([2 * e.sigma for e in edges])
        print(
            f"  {level:5d} counts: position covered {100 * position:.0f} %, width {100 * width:.0f} %, "
            f"width {widths.mean():.1f} ± {widths.std():.1f} nm, {1000 * taken:.1f} ms"
        )

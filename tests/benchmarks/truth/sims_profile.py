"""Interfaces of known position and width: 92-98 % coverage from 2000 to 20 counts, < 10 ms per profile."""

from __future__ import annotations

import time

import numpy as np
from scipy.special import ndtr

import echub
from echub.testing import synth
from echub_sims_profile.method.edge import find_edge

POSITION, WIDTH, STEP, DRAWS = 1000.0, 24.0, 10.0, 500
LEVELS = (2000, 200, 40, 20)
REGIONS, OUTCOMES = synth.Layers(cycles=90), 20


def run() -> None:
    """Print coverage, bias and CPU time of edges; coverage of enrichment, and of a lag of two clocks."""
    _edges()
    _enrichment()
    _lags()


def _edges() -> None:
    print(
        "\nsims_profile: a falling edge, 24 nm wide, points 10 nm apart, background 1 %, anywhere between points"
    )
    x = np.arange(0, 2000, STEP)
    for level in LEVELS:
        rng = np.random.default_rng(level)
        places = POSITION + rng.uniform(-STEP / 2, STEP / 2, DRAWS)
        draws = [rng.poisson(level * (0.01 + ndtr((p - x) / (WIDTH / 2)))).astype(float) for p in places]
        began = time.process_time()
        edges = [find_edge(x, n, "either") for n in draws]
        taken = (time.process_time() - began) / DRAWS
        position = np.mean([_covers(e.position_interval, p) for e, p in zip(edges, places, strict=True)])
        width = np.mean([_covers(e.sigma_interval, WIDTH / 2) for e in edges])
        widths = np.array([2 * e.sigma for e in edges])
        print(
            f"  {level:5d} counts: position covered {100 * position:.1f} %, width {100 * width:.1f} %, "
            f"width {widths.mean():.1f} ± {widths.std():.1f} nm, {1000 * taken:.1f} ms of CPU"
        )


def _covers(ends: tuple[float | None, float | None], truth: float) -> bool:
    low, high = ends
    return (low is None or low <= truth) and (high is None or truth <= high)


def _enrichment() -> None:
    covered, tests, claimed = [], 0, 0
    for seed in range(OUTCOMES):
        record = synth.layered(seed, REGIONS).record()
        table = echub.analyze("sims-profile", record, params={"reference": "pristine"}).tables["enrichment"]
        rows = zip(
            *(table[k].values for k in ("species", "window", "low", "high", "beyond_counting")), strict=True
        )
        for species, window, low, high, beyond in rows:
            if window == "near_surface" and species != "Zr+":
                covered.append(low <= (802 / 402 if species == "Na+" else 1.0) <= high)
            if species != "Na+":
                tests, claimed = tests + 1, claimed + beyond
    print(
        f"  enrichment covered {100 * np.mean(covered):.0f} % of {len(covered)}; "
        f"{claimed} of {tests} equal windows called different"
    )


def _lags() -> None:
    ions = (synth.Ion("Na+"), synth.Ion("PO2-", polarity=-1))
    layers = synth.Layers(ions=ions, factors={"only": {}}, acquisition="sequential", lag=40.0)
    lags = []
    for seed in range(3 * OUTCOMES):
        record = synth.layered(seed, layers).record()
        lags.append(echub.analyze("sims-profile", record, params={"common": "Na+,PO2-"})["polarity_lag"])
    mean = np.mean([lag.value for lag in lags])
    covered = np.mean([lag.interval.covers(80.0) for lag in lags])
    print(f"  a lag of 80 nm covered {100 * covered:.0f} % of {len(lags)}, mean {mean:.1f} nm")

"""Shorts at their level in >= 95 %, <= 1 % false; healing; the median of many cells; a million rows in < 1 s."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

import echub
from echub.testing import synth
from echub.testing.synth import CellBatch, Healing, Instrument, Short, Staircase
from echub_ccd import DETECTORS

STAIRCASES, BATCHES = 100, 200
NEVER = Staircase(fails_above=None)
SHORTS = {f"short of {depth:.0%}": Staircase(short=Short(depth)) for depth in (0.95, 0.6, 0.4, 0.3, 0.2)} | {
    "short of 20 %, R grows to 2": Staircase(short=Short(0.2), growth=1.0),
    "short of 20 %, R grows to 5": Staircase(short=Short(0.2), growth=4.0),
    "short of 20 %, to 5, 600 rows": Staircase(short=Short(0.2), growth=4.0, least_rows=600),
    "short of 20 %, noise 300 µV": Staircase(short=Short(0.2), instrument=Instrument(range_ma=20, noise_v=3e-4)),
    "short of 40 %, 5 rows": Staircase(short=Short(0.4), least_rows=4, sampling_s=600),
    "short of 40 %, creeps for 0.1": Staircase(short=Short(0.4, creep=0.1)),
    "short of 40 %, creeps for 0.3": Staircase(short=Short(0.4, creep=0.3)),
}
NO_SHORTS = {
    "nothing": NEVER,
    "noise 1 mV, offset 8 µA": replace(
        NEVER, offset_ma=0.008, instrument=Instrument(range_ma=8, noise_v=1e-3, noise_ma=1e-3)
    ),
    "R grows to 2": replace(NEVER, growth=1.0),
    "R grows to 5": replace(NEVER, growth=4.0),
} | {
    f"healing of {depth:.0%} in {span:g}": replace(NEVER, healing=Healing(depth, span=span))
    for depth in (0.2, 0.34, 0.6, 0.8)
    for span in (0.03, 0.05, 0.1, 0.3, 1.0)
}
NO_SHORTS["healing of 80% in 0.1, R grows to 2"] = replace(NEVER, growth=1.0, healing=Healing(0.8, span=0.1))
NO_SHORTS["healing of 34% at rest"] = replace(NEVER, healing=Healing(0.34, at_rest=True))


def run() -> None:
    """Print how often each detector is right, the median of batches of cells, and the speed."""
    print(
        f"\n{'ccd: found at its level, %':34s} "
        + " ".join(f"{name:>10s}" for name in DETECTORS if name != "below_bulk")
    )
    for name, setup in SHORTS.items():
        _line(name, setup, right=True)
    print("false, %")
    for name, setup in NO_SHORTS.items():
        _line(name, setup, right=False)
    _weibull()
    _speed()


def _line(name: str, setup: Staircase, *, right: bool) -> None:
    names = [n for n in DETECTORS if n != "below_bulk"]
    hits = dict.fromkeys(names, 0)
    for seed in range(STAIRCASES):
        case = synth.staircase(seed, setup)
        outcome = echub.analyze("ccd", case.record())
        table = outcome.tables["detectors"]
        for detector in names:
            marked = [
                level
                for level, said in zip(table["level"].values, table[detector].values, strict=True)
                if said == "yes"
            ]
            found = bool(marked) and (not right or abs(marked[0] / case.truth["failed_level"] - 1) < 0.01)
            hits[detector] += found
    print(f"{name:34s} " + " ".join(f"{100 * hits[n] / STAIRCASES:10.0f}" for n in names))


def _weibull() -> None:
    print(
        f"{'ccd-weibull, truth 7.30':34s} {'median':>14s} {'covered':>8s} {'survived':>9s} {'failed':>7s} refused"
    )
    for cells in (5, 20):
        outcomes = [
            echub.analyze("ccd-weibull", synth.cell_batch(seed, CellBatch(cells=cells)).data())
            for seed in range(BATCHES)
        ]
        answered = [o for o in outcomes if o.status != "refused"]
        medians = np.array([o["median"].value for o in answered])
        covered = np.mean([o["median"].interval.covers(7.3) for o in answered])
        readings = np.mean([o.tables["readings"]["value"].array() for o in answered], axis=0)
        print(
            f"  {cells:2d} cells {'':23s} {medians.mean():6.2f} ± {medians.std():.2f}  {covered:7.1%} "
            f"{readings[1]:9.2f} {readings[2]:7.2f} {len(outcomes) - len(answered)}"
        )


def _speed() -> None:
    """Print the time for a million rows, beside that of sorting as many numbers on the same machine."""
    record = synth.staircase(
        1, Staircase(levels=(1.0, 2.0, 3.0, 4.0), sampling_s=0.0042, fails_above=2.5)
    ).record()
    rows = len(record["timeseries"]["time"])
    echub.analyze("ccd", record)
    begin = time.perf_counter()
    echub.analyze("ccd", record)
    taken = time.perf_counter() - begin
    numbers = np.random.default_rng(0).random(rows)
    begin = time.perf_counter()
    np.sort(numbers)
    print(f"  {rows} rows: {taken:.2f} s (sorting as many numbers {time.perf_counter() - begin:.2f} s)")

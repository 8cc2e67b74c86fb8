"""Cycling: 93 to 97 % of the intervals cover, by any way of counting; 5 M rows and 4000 cycles in < 1 s."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

import numpy as np

import echub
from echub.testing import synth
from echub.testing.synth import Case, CyclingSetup, LevelSteps, Programme, Recorder, SymmetricRun

RUNS = 100
SETUPS: dict[str, CyclingSetup | Recorder] = {
    "sampled current, rows at the edges": CyclingSetup(),
    "rows every 60 s, no edges": CyclingSetup(recorder=Recorder(step_s=60, edges=False)),
    "averaged current, no edges": CyclingSetup(recorder=Recorder(step_s=60, edges=False, averaged=True)),
    "the instrument's charge": CyclingSetup(recorder=Recorder(charge="charge")),
    "its increments, no edges": CyclingSetup(recorder=Recorder(charge="charge_increment", edges=False)),
    "its two counters, that restart": CyclingSetup(recorder=Recorder(charge="both")),
    "cut in the last discharge": CyclingSetup(programme=Programme(cut=0.4)),
    "cathodic charge, no rests": CyclingSetup(programme=Programme(sign=-1, rest_s=0.0)),
    "foreign: pulses, steps, wobble": Recorder(),
    "foreign, averaged": Recorder(averaged=True),
    "foreign, no edges, 20 s": Recorder(step_s=20, edges=False),
}
SYMMETRIC = {
    "symmetric, flat": SymmetricRun(),
    "symmetric, arches": SymmetricRun(shape="arch"),
    "symmetric, growing within half cycles": SymmetricRun(shape="grows"),
    "symmetric, offset 10 mV, no drop": SymmetricRun(offset_v=0.01, drop_h=None),
}
STAIRS = {
    "staircase": LevelSteps(),
    "staircase, sudden": LevelSteps(kind="sudden"),
    "staircase, noise 0.5 mV": LevelSteps(noise_v=5e-4),
    "staircase, alternating current of 10 %": LevelSteps(wave=0.1),
}
SHOWN = ("discharge_capacity", "coulombic_efficiency", "first_efficiency", "retention", "mean_discharge_voltage")


def run() -> None:
    """Print bias, scatter, stated uncertainty and coverage by setup, and the time of a long run."""
    print(
        f"\n{'cycling':36s} {'measurand':24s} {'n':>4s} {'bias':>10s} {'scatter':>9s} {'stated':>9s} "
        f"{'covered':>8s}"
    )
    for name, setup in SETUPS.items():
        lines(name, _made(setup), SHOWN, "cycling", {"reference": 1} if isinstance(setup, Recorder) else {})
    drawn = (*SHOWN, "charge_capacity", "energy_efficiency")
    for name, rests in (("rows and programme drawn, rests", True), ("rows and programme drawn, no rests", False)):
        lines(name, partial(_drawn, rests), drawn, "cycling", {}, 2 * RUNS)
    for name, run_ in SYMMETRIC.items():
        make = partial(_symmetric, run_)
        lines(name, make, ("lifetime", "asr_cell", "overpotential"), "symmetric-cycling", {})
    for name, steps in STAIRS.items():
        shown = ("linear_limit_we_oxidised", "asr_we_oxidised", "asr_we_reduced")
        lines(name, partial(_staircase, steps), shown, "staircase-linearity", {})
    _speed()


def _drawn(rests: bool, seed: int) -> Case:
    """Draw rate, cycles, rests and the interval of the rows: edges lie anywhere between two rows."""
    drawn = np.random.default_rng(1000 + seed)
    step, rate, count = float(drawn.uniform(40, 160)), float(drawn.uniform(0.3, 0.7)), int(drawn.integers(2, 9))
    rest_s = float(drawn.uniform(500, 700)) if rests else 0.0
    hold, sign = float(drawn.choice([0, 0.1])), int(drawn.choice([1, -1]))
    programme = Programme(rates=(0.1, *(rate,) * count), rest_s=rest_s, hold=hold, sign=sign)
    return synth.cycles(seed, CyclingSetup(programme=programme, recorder=Recorder(step_s=step, edges=False)))


def _symmetric(run_: SymmetricRun, seed: int) -> Case:
    drop = float(np.random.default_rng(seed).uniform(6, 36)) if run_.drop_h else None
    return synth.symmetric(seed, replace(run_, drop_h=drop))


def _staircase(steps: LevelSteps, seed: int) -> Case:
    limit = float(np.random.default_rng(seed).uniform(0.21, 0.7))
    return synth.linear_staircase(seed, replace(steps, limit=limit))


def _made(setup: CyclingSetup | Recorder) -> Callable[[int], Case]:
    if isinstance(setup, Recorder):
        return lambda seed: synth.foreign_cycles(seed, setup)
    return lambda seed: synth.cycles(seed, _varied(setup, seed))


def _varied(setup: CyclingSetup, seed: int) -> CyclingSetup:
    """Draw the rest, so that rows fall elsewhere."""
    rest = setup.programme.rest_s and float(np.random.default_rng(seed).uniform(500, 700))
    return replace(setup, programme=replace(setup.programme, rest_s=rest))


def lines(
    name: str, make: Callable[[int], Case], shown: Iterable[str], analysis: str, params: dict[str, object],
    runs: int = RUNS,
) -> None:  # fmt: skip
    """Print one line per measurand."""
    found: dict[str, list[tuple[float, float, bool]]] = {}
    for seed in range(runs):
        case = make(seed)
        outcome = echub.analyze(analysis, case.data(), params=params)
        for key in shown:
            got, truth = outcome.measurands.get(key), case.truth.get(key)
            if got is not None and got.interval is not None and truth is not None:
                value = truth if got.value is None else got.value
                row = (value / truth - 1, (got.uncertainty or 0) / abs(truth), got.interval.covers(truth))
                found.setdefault(key, []).append(row)
    for key, rows in found.items():
        error, stated, covered = np.array(rows, dtype=np.float64).T
        values = (
            f"{100 * error.mean():+9.4f}% {100 * error.std():8.4f}% {100 * stated.mean():8.4f}% "
            f"{covered.mean():7.1%}"
        )
        print(f"{name:36s} {key:24s} {len(rows):4d} {values}")


def _speed() -> None:
    case = long_run(4000, 5_000_000)
    record = case.record()
    start = time.perf_counter()
    outcome = echub.analyze("cycling", record)
    rows = record["timeseries"].rows
    print(
        f"\n  {outcome['cycles'].value:.0f} cycles in {rows / 1e6:.2f} M rows: {time.perf_counter() - start:.2f} s"
    )


def long_run(cycles: int, rows: int) -> Case:
    """Return a long run of constant currents, made quickly: its charge is level times time."""
    each = rows // (2 * cycles)
    t = np.arange(2 * cycles * each, dtype=np.float64)
    half = np.arange(len(t)) // each
    inside = (np.arange(len(t)) % each) / each
    sign = 1 - 2 * (half % 2)
    u = 3.6 + 0.5 * sign * (inside - 0.5) + 0.02 * sign
    columns = {
        "time": synth.Column(t, "s"),
        "current": synth.Column(sign * 2.0, "mA"),
        "voltage": synth.Column(u, "V"),
        "cycle": synth.Column(half // 2),
    }
    return Case(columns, {"cell.electrodes.working.polarity": "positive"})

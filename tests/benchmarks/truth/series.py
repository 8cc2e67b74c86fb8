"""Impedance in time: bias 0.3 % under drift, onset covered by 92-98 % with 2.5 %, DRT peaks 75 and 10 %, λ 3 ms.

DC polarisation: of five decays no interval excludes the truth.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import numpy as np

import echub
from echub.testing import synth
from echub.testing.synth.impedance import CASES, Sweep, durations
from echub.testing.synth.polarisation import DECAYS, STEADY_NA, PolarisationPlan, polarisation
from echub.testing.synth.series import CELL, SeriesPlan, eis_series, interface
from echub_eis.drt import DrtParams
from echub_eis.drt.method.kernel import kernel, stacked
from echub_eis.drt.method.solve import evidence

CIRCUIT: Mapping[str, str] = {"circuit": "LR:hf (RQ):gb (RQ):int", "bootstrap": "200"}
PEAKED = ("two_arcs", "na_sym", "three_arcs", "one_arc")


def drift(times: str, seeds: Iterable[int]) -> tuple[float, float]:
    """Return mean and scatter of R over its truth, less 1, while R doubles in 15 spectra."""
    plan = SeriesPlan(levels=(0.0,) * 15, curvature=0, doubling=15, noise=2e-3)
    period = float(durations(CELL.frequencies(), np.random.default_rng(0))[-1]) + plan.hold
    off = []
    for seed in seeds:
        case = eis_series(seed, plan)
        table = echub.analyze("eis-series", case.data(), params={**CIRCUIT, "times": times}).tables["spectra"]
        t = table["time_int"].array() + case.columns["time"].values[0]
        off.append(table["resistance_int"].array() / interface(plan, 0.0, t, period) - 1)
    return float(np.mean(off)), float(np.std(off))


def onsets(noise: float, seeds: Iterable[int]) -> tuple[float, float, float]:
    """Return coverage, bias and scatter, relative, of the onset of 96 levels."""
    hits, values, truth = [], [], 1.0
    for seed in seeds:
        case = eis_series(seed, SeriesPlan(noise=noise))
        truth = case.truth["onset_level"]
        m = echub.analyze("eis-series", case.data(), params=CIRCUIT)["onset_level"]
        hits.append(m.interval.covers(truth))
        values.append(np.nan if m.value is None else m.value)
    return float(np.mean(hits)), float(np.nanmean(values) / truth - 1), float(np.nanstd(values) / truth)


def peaks(name: str, noise: float, seeds: Iterable[int]) -> tuple[int, int, int, int]:
    """Return true peaks kept and all true ones, false peaks kept and all false ones."""
    true = np.log10([(r * q) ** (1 / n) for r, q, n in CASES[name].arcs])
    kept = all_true = false = all_false = 0
    for seed in seeds:
        table = echub.analyze("eis-drt", synth.impedance(seed, name, Sweep(noise)).data()).tables["peaks"]
        tau, sure = np.log10(table["tau"].array()), np.array(table["kept"].values, dtype=bool)
        away = np.abs(tau[:, None] - true)
        kept += int((away[sure] < 0.15).any(axis=0).sum()) if sure.any() else 0
        all_true += len(true)
        wrong = away.min(axis=1) >= 0.15
        false, all_false = false + int((sure & wrong).sum()), all_false + int(wrong.sum())
    return kept, all_true, false, all_false


def path_ms(repeats: int = 20) -> float:
    """Return the CPU time of the evidence of every λ of one spectrum, ms, the median."""
    columns = synth.impedance(0).columns
    z = columns["impedance_real"].values + 1j * columns["impedance_imag"].values
    sigma = 2e-3 * np.abs(z)
    model = kernel(columns["frequency"].values, sigma, DrtParams())
    taken = []
    for _ in range(repeats):
        begin = time.process_time()
        evidence(model, stacked(z, sigma))
        taken.append(1000 * (time.process_time() - begin))
    return float(np.median(taken))


def run() -> None:
    """Print all figures."""
    print("\nimpedance in time")
    for times in ("own", "interpolated"):
        mean, scatter = drift(times, range(15))
        print(f"  R doubling in 15 spectra, {times:12s} bias {mean:+.2%} sd {scatter:.2%}")
    for noise in (3e-3, 1e-2):
        coverage, bias, scatter = onsets(noise, range(40))
        print(f"  onset at {noise:.1%} noise: coverage {coverage:.3f} bias {bias:+.2%} sd {scatter:.2%}")
    counts = np.sum([peaks(n, noise, range(12)) for n in PEAKED for noise in (1e-3, 2e-3, 1e-2)], axis=0)
    print(f"  DRT peaks: true kept {counts[0]} of {counts[1]}, false kept {counts[2]} of {counts[3]}")
    print(f"  path of λ {path_ms():.1f} ms CPU")
    for decay in DECAYS:
        found = [
            echub.analyze("dc-polarisation", polarisation(seed, PolarisationPlan(decay)).data())
            for seed in range(20)
        ]
        steady = [outcome["steady_current"] for outcome in found]
        print(
            f"  {decay:16s} covers {np.mean([m.interval.covers(STEADY_NA) for m in steady]):.2f}"
            f" values {sum(m.value is not None for m in steady)} of {len(steady)}"
        )

"""Cells as cyclers count their charge: counters that run, restart or jump, with and without rows at the edges.

Written from physics alone: the current is constant, then falls at the limit, and its charge is an integral that is
known. Each run draws rate, rows, rests and the gain of the instrument.
"""

from __future__ import annotations

import numpy as np

from echub.testing import synth

KINDS = (
    "net, running",
    "net, by half cycle",
    "net, by cycle",
    "increments",
    "both, running",
    "both, by cycle",
    "both, by half cycle",
    "step",
    "step, without sign",
)
CAPACITY = 2.0


def run(seed, kind, *, edges="none", jumps=0):
    """Return columns, and the charges of a cell of 2 mA·h that loses charge, at C/5 to 2C, rows of 10 to 60 s.

    edges: none, end (the last row of each phase), both. jumps: rows from which on the counter is off by itself.
    """
    rng = np.random.default_rng([77, seed])
    current = CAPACITY * float(np.exp(rng.uniform(np.log(0.2), np.log(2.0))))
    step, rest = float(rng.uniform(10, 60)), float(rng.choice([0.0, 617.3]))
    tail, cycles = float(rng.choice([0.0, 300.0])), int(rng.integers(3, 6))
    capacity = CAPACITY * (1 - 0.02 * np.arange(cycles) + rng.normal(0, 2e-3, cycles))
    charges = [(1, q) for q in capacity / 0.995], [(-1, q) for q in capacity]
    phases = []  # sign, hours at the current, time constant of the fall after it
    for pair in zip(*charges, strict=True):
        for sign, charge in pair:
            fall = current * tail / 3600 * (1 - np.exp(-2)) if sign > 0 else 0.0
            phases.append((sign, (charge - fall) / current * 3600, tail if sign > 0 else 0.0))
            phases += [(0, rest, 0.0)] * bool(rest)
    return _recorded(rng, phases, current, step, kind, edges, jumps), {
        "charge_capacity": capacity[0] / 0.995,
        "discharge_capacity": capacity[0],
        "first_efficiency": 99.5,
        "coulombic_efficiency": 99.5,
        "retention": 100 * capacity[-1] / capacity[0],
    }


def _recorded(rng, phases, current, step, kind, edges, jumps):
    lasts = np.array([flat + 2 * tail for _, flat, tail in phases])
    start = np.append(0.0, np.cumsum(lasts))
    grid = np.arange(rng.uniform(0.05, 0.95) * step, start[-1], step)
    t, of = grid, np.searchsorted(start[1:], grid)
    every = np.arange(len(phases))
    if edges != "none":
        t, of = np.append(t, start[1:]), np.append(of, every)
    if edges == "both":
        t, of = np.append(t, start[:-1] + 1e-3), np.append(of, every)
    order = np.lexsort((t, of))
    t, of = t[order], of[order]
    sign, flat, tail = (np.array(part)[of] for part in zip(*phases, strict=True))
    inside = t - start[of]
    over = np.maximum(inside - flat, 0.0)
    fall = np.where(tail > 0, np.exp(-over / np.maximum(tail, 1.0)), 1.0)
    counted = current * (np.minimum(inside, flat) + np.where(tail > 0, tail * (1 - fall), 0.0)) / 3600
    whole = current * np.array([f + k * (1 - np.exp(-2)) for _, f, k in phases]) / 3600
    gain = 1 + 1e-3 * rng.uniform(-1, 1)
    i = sign * current * fall
    net = np.append(0.0, np.cumsum(whole * [s for s, *_ in phases]))[of] + sign * counted
    u = 3.6 + 0.4 * net / CAPACITY + 0.05 * np.sign(sign) * fall + 2e-4 * rng.normal(size=t.size)
    noise = 1 + 1e-4 * rng.normal(size=t.size)
    columns = {"time": (t, "s"), "current": (gain * i * noise, "mA"), "voltage": (u, "V")}
    counters = _counters(kind, phases, of, sign, counted, whole)
    for _ in range(jumps):
        place = rng.integers(t.size // 10, t.size)
        until = {"running": t.size, "increments": place + 1}.get(kind.split(", ")[-1], 0)
        until = until or place + int(np.argmax(np.append(of[place:], -1) != of[place]))
        for values in counters.values():
            values[place:until] += CAPACITY * rng.uniform(0.1, 0.5) * rng.choice([-1, 1])
    columns |= {name: (gain * values, "mA*h") for name, values in counters.items()}
    columns = {name: synth.Column(np.asarray(values), unit) for name, (values, unit) in columns.items()}
    metadata = {"cell.electrodes.working.polarity": "positive"}
    return synth.Case(columns, metadata).data()


def _counters(kind, phases, of, sign, counted, whole):
    """Return what the instrument shows: passed until the phase, since its last restart, and in the phase."""
    signs = np.array([s for s, *_ in phases])
    starts = {"running": signs * 0 > 1, "cycle": signs > 0, "half cycle": signs != 0}
    starts = starts[kind.split(" by ")[1]] if " by " in kind else starts["running"]

    def since(values):
        passed, total = np.zeros(len(values)), 0.0
        for k, value in enumerate(values):
            total = 0.0 if starts[k] else total
            passed[k], total = total, total + value
        return passed[of]

    if kind.startswith("step"):
        return {"charge_step": np.abs(sign) * counted * (1 if "without" in kind else np.sign(sign))}
    if kind.startswith("both"):
        ways = {"charge_anodic": 1, "charge_cathodic": -1}
        return {n: since(whole * (signs == w)) + counted * (sign == w) for n, w in ways.items()}
    net = since(whole * signs) + sign * counted
    if kind == "increments":
        return {"charge_increment": np.diff(net, prepend=0.0)}
    return {"charge": net}

"""Cells as instruments record them: 1/f noise, drift, telegraph noise, spikes, soft shorts that heal.

Written from physics alone, without the code of an analysis: a cell has one resistance, the instrument adds what
wanders. Each builder returns columns and the truth.
"""

from __future__ import annotations

import numpy as np

from echub.testing import synth


def case(t, current, voltage, **more):
    """Return columns in s, mA and V; more: further columns by quantity, with their unit."""
    columns = {"time": (t, "s"), "current": (current, "mA"), "voltage": (voltage, "V")} | more
    return synth.Case(
        {name: synth.Column(np.asarray(values), unit) for name, (values, unit) in columns.items()}
    ).data()


def flicker(rng, rows, rms, slope=1.0):
    """Return noise of a power spectrum 1/f^slope, rms over the record."""
    f = np.fft.rfftfreq(rows)
    f[0] = np.inf
    spectrum = (rng.normal(size=f.size) + 1j * rng.normal(size=f.size)) * f ** (-slope / 2)
    noise = np.fft.irfft(spectrum, rows)
    return rms * (noise - noise.mean()) / noise.std()


def telegraph(rng, t, height, on, off):
    """Return 0 and `height`, for mean times `off` and `on`, s."""
    edges = np.cumsum(np.ravel(np.column_stack([rng.exponential(off, 500), rng.exponential(on, 500)])))
    return height * (np.searchsorted(edges, t) % 2)


def levels(rng, *, left=1.0, slow=0.0, slope=1.0, jumps=0.0, lasts=100.0, resistance=60.0):
    """Return 15 levels of 0.1 to 1.5 mA/cm², two cycles of half an hour each, and where R falls to a part `left`.

    slow: rms of 1/f^slope noise, V; jumps: height of telegraph noise, V, on for `lasts` s. The truth is the last
    level before the fall and that of the fall, infinite without one.
    """
    t = np.arange(6.3, 108_000, 10.0)
    number = (t // 1800).astype(int)
    level = 0.1 * (1 + number // 4)
    j = level * np.where(number % 2, -1.0, 1.0)
    falls = 43_200 + rng.uniform(200, 1000)  # in the first half cycle of 0.7 mA/cm²
    r = resistance * np.where(t > falls, left, 1.0)
    u = j * r / 1000 + 1e-4 * rng.normal(size=t.size)
    u += flicker(rng, t.size, slow, slope) if slow else 0.0
    u += telegraph(rng, t, jumps, lasts, 4000.0) if jumps else 0.0
    truth = (1.5, np.inf) if left == 1.0 else (0.6, 0.7)
    return case(t, j + 1e-5 * rng.normal(size=t.size), u), truth


def stairs(rng, *, slow=0.0, slope=1.0, drift=0.0, bends=0.37):
    """Return levels of 0.05 to 0.8 mA/cm², 120 s each after 120 s of rest, at 80 Ω·cm², 10 % more at `bends`.

    drift: V/h. The truth: R·A, and the levels around `bends`, which may be infinite.
    """
    programme = np.concatenate([[0.0], np.arange(0.05, 0.83, 0.05)])
    t = np.arange(1.0, 120 * len(programme), 1.0)
    j = programme[(t // 120).astype(int)]
    u = j * 0.08 * (1 + 0.1 * (j / bends) ** 6) + drift * t / 3600 + 5e-5 * rng.normal(size=t.size)
    u += flicker(rng, t.size, slow, slope) if slow else 0.0
    below, above = programme[programme < bends][-1], np.append(programme[programme >= bends], np.inf)[0]
    return case(t, j + 1e-5 * rng.normal(size=t.size), u), {"asr": 80.0, "limit": (below, above)}


def alive(rng, *, heals=0, dies=False):
    """Return 60 half cycles of 1 h at 0.5 mA/cm² with soft shorts that heal, and the life in h."""
    t = np.arange(60.0, 216_001, 60.0)
    half = ((t - 1e-6) // 3600).astype(int)
    r = np.full(t.size, 0.12)
    for begin in rng.choice(np.arange(8, 30, 11), heals, replace=False):
        inside = (half >= begin) & (half < begin + 5) & (t > 3600 * begin + 900)
        r[inside] *= 0.3
    end = 3600 * rng.uniform(45, 55) if dies else np.inf
    r[t > end] *= 0.05
    u = np.where(half % 2, -0.5, 0.5) * r + 1e-4 * rng.normal(size=t.size)
    return case(t, np.where(half % 2, -0.5, 0.5), u), min(end, t[-1]) / 3600


def pulses(rng, *, spikes=0):
    """Return pulses of 1 s at 1 mA/cm² until U passes 3 V, rows above it by a relay, and the charge, mA·h/cm²."""
    every = np.concatenate([np.arange(0.001, 1.0, 0.1), [0.999], np.arange(1.001, 2.0, 0.1), [1.999]])
    t = np.concatenate([[0.5, 1.0, 1.5], *(2 * k + every for k in range(1, 60))])
    on = (t % 2 < 1) & (t > 2)
    passed = np.where(t > 2, np.floor(t / 2) - 1 + np.minimum(t % 2, 1), 0.0)
    u = np.where(on, 0.04 + 0.05 * (passed / 40) ** 2 / np.maximum(1 - passed / 40, 1e-3), 0.0)
    crosses = np.flatnonzero(on & (u >= 3))[0]
    t, on, u, passed = (values[: crosses + 1] for values in (t, on, u, passed))
    u = u + 2e-4 * rng.normal(size=u.size)
    u[rng.choice(np.flatnonzero(on)[: int(0.8 * on.sum())], spikes, replace=False)] = 4.5
    grid = np.linspace(38, 40, 200_001)[:-1]
    truth = grid[np.argmax(0.04 + 0.05 * (grid / 40) ** 2 / np.maximum(1 - grid / 40, 1e-3) >= 3)] / 3600
    return case(t, on.astype(float), u, charge=(passed / 3600, "mA*h")), truth


def polarised(rng, *, slow=0.0, pickup=0.0, period=5000.0):
    """Return 2 h of a current that falls to 2 nA, after 300 s of rest; pickup: a slow sine, nA, and its period."""
    t = np.arange(0, 7500, 2.0)
    on = t >= 300
    i = 0.3 + np.where(on, 2 + 20 * np.exp(-(t - 300).clip(0) / 100), 0.0) + 0.02 * rng.normal(size=t.size)
    i += flicker(rng, t.size, slow) if slow else 0.0
    i += pickup * np.sin(2 * np.pi * t / period + rng.uniform(0, 2 * np.pi))
    return case(t, i * 1e-6, np.where(on, 0.2, 0.0) + 1e-6 * rng.normal(size=t.size)), 2.0


def swept(rng, *, couple=30.0):
    """Return a sweep from 2.5 to 4.6 V and to 0.2 V with a redox couple at 3.2 V, in mA at 1 cm²."""
    e = np.concatenate([np.arange(2.5, 4.6, 5e-3), np.arange(4.6, 0.2, -5e-3), np.arange(0.2, 2.5, 5e-3)])
    way = np.sign(np.gradient(e))
    j = 2 * way + 10 * 10 ** ((e - 4.2) / 0.12).clip(-9, 9) - 10 * 10 ** ((0.6 - e) / 0.12).clip(-9, 9)
    j += couple * way * np.exp(-(((e - 3.2) / 0.08) ** 2)) + 0.2 * rng.normal(size=e.size)
    return case(np.arange(e.size, dtype=float), j / 1000, e)


def recovering(rng, *, saturated=1.0):
    """Return a recovery with 0.5 and 20 ms after an incomplete saturation, 0.5 % of noise."""
    t = np.geomspace(5e-5, 0.2, 32)
    signal = 100 * (1 - saturated * (0.4 * np.exp(-t / 5e-4) + 0.6 * np.exp(-t / 0.02))) + 0.5 * rng.normal(
        size=32
    )
    columns = {"recovery_delay": synth.Column(t, "s"), "magnetisation": synth.Column(signal, "1")}
    return synth.Case(columns, {}, {}, "recovery").data()


def looped(rng, *, loop=15.0):
    """Return a spectrum of 20, 40 and 80 Ω in series with an inductive loop of -`loop` Ω at 0.16 Hz."""
    f = np.geomspace(1e6, 0.1, 57)
    w = 2j * np.pi * f
    z = 20 + 40 / (1 + (w * 1e-5) ** 0.95) + 80 / (1 + (w * 0.01) ** 0.9) - loop / (1 + w)
    z = z * (1 + 2e-3 * rng.normal(size=f.size)) + 2e-3j * np.abs(z) * rng.normal(size=f.size)
    parts = {"frequency": (f, "Hz"), "impedance_real": (z.real, "ohm"), "impedance_imag": (z.imag, "ohm")}
    return synth.Case({name: synth.Column(*given) for name, given in parts.items()}, {}, {}, "impedance").data()

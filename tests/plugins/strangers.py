"""Raw data as another laboratory records it: rows that miss the edges, coarse digits, exchanged signs, no rest.

Each builder draws a cell whose truth it returns, without any code of the analyses or of `echub.testing.synth` but
the container of columns.
"""

from __future__ import annotations

import numpy as np

import echub
from echub.testing import synth

AREA = {"cell.area": "1 cm^2"}


def case(t, current, voltage):
    """Return columns in s, mA and V."""
    return synth.Case(
        {
            "time": synth.Column(t, "s"),
            "current": synth.Column(current, "mA"),
            "voltage": synth.Column(voltage, "V"),
        }
    ).data()


def coarse(values, digit):
    """Return values as a converter reads them, 0 for none."""
    return np.round(values / digit) * digit if digit else values


def rows(rng, duration, step, jitter=0.0):
    """Return times that start anywhere within a step."""
    t = np.arange(rng.uniform(0, step), duration, step)
    return np.sort(t + jitter * step * rng.uniform(-1, 1, len(t)))


def symmetric(rng, *, left=0.15, digit=0.0, noise=1e-4, offset=0.0, step=30.0, jitter=0.0, sign=1):
    """Return a cell of 30 half cycles of 1 h at 0.5 mA/cm² that drops to a part `left`, its R·A and life in h."""
    resistance, dies = 100 * (1 + 0.1 * rng.normal()), rng.uniform(0.35, 0.85) * 108_000
    t = rows(rng, 108_000, step, jitter)
    flows = 0.5 * np.where((t // 3600) % 2 == 0, 1, -1)
    u = flows * np.where(t > dies, left, 1) * resistance / 1000 + offset + noise * rng.normal(size=len(t))
    gain = 1 + rng.uniform(-1e-3, 1e-3)
    return case(t, sign * gain * flows, coarse(u, digit)), {"asr_cell": resistance, "lifetime": dies / 3600}


def stairs(rng, *, digit=0.0, noise=5e-5, step=1.0, settles=0.0, drift=0.0):
    """Return levels of 0.05 to 0.6 mA/cm², each both ways for 120 s, their R·A and the current of 10 % excess.

    settles: time constant in s of half of the voltage. drift: of the voltage, until the end, V.
    """
    resistance, bends = 60 * (1 + 0.1 * rng.normal()), rng.uniform(0.25, 0.45)
    programme = np.concatenate([[0.0], np.repeat(np.arange(0.05, 0.65, 0.05), 2) * np.tile([1, -1], 12)])
    edges = np.concatenate([[0.0], 60 + 120 * np.arange(25)])
    t = rows(rng, edges[-1], step)
    level = np.clip(np.searchsorted(edges, t, side="right") - 1, 0, 24)
    j = programme[level]
    u = j * resistance / 1000 * (1 + 2 * np.maximum(np.abs(j) - bends, 0) / bends)
    if settles:
        u = u - 0.5 * j * resistance / 1000 * np.exp(-(t - edges[level]) / settles)
    u = u + drift * t / t[-1] + noise * rng.normal(size=len(t))
    current = j * (1 + rng.uniform(-1e-3, 1e-3)) + 1e-6 * rng.normal(size=len(t))
    return case(t, current, coarse(u, digit)), {"asr": resistance, "limit": 1.05 * bends}


def cycled(rng, *, step=30.0, offset=0.0, cycles=6):
    """Return a cell of about 1 mA·h at C/2 with rests of 10 min, its truth; offset: of the current read, mA."""
    charged = (1 - 0.005) ** np.arange(cycles) / 0.995
    passed = np.ravel(np.column_stack([charged, -0.995 * charged]))
    spans = np.ravel(np.column_stack([np.full(2 * cycles, 600.0), np.abs(passed) / 0.5 * 3600]))
    programme = np.ravel(np.column_stack([np.zeros(2 * cycles), 0.5 * np.sign(passed)]))
    edges = np.concatenate([[0.0], np.cumsum(spans), [spans.sum() + 600]])
    programme = np.append(programme, 0.0)
    t = rows(rng, edges[-1], step)
    flows = programme[np.searchsorted(edges, t, side="right") - 1]
    charge = np.interp(t, edges, np.concatenate([[0.0], np.cumsum(np.diff(edges) * programme) / 3600]))
    u = 3.2 + 0.4 * charge + 0.06 * flows + 2e-4 * rng.normal(size=len(t))
    gains = 1 + rng.uniform(-1e-3, 1e-3, 2)
    read = np.where(flows > 0, gains[0], gains[1]) * flows + offset + 1e-5 * rng.normal(size=len(t))
    truth = {"discharge_capacity": 0.995 * charged[0], "coulombic_efficiency": 99.5}
    return case(t, read, u), truth


def swept(rng, *, noise=0.05, digit=0.0, rate=1e-3):
    """Return a sweep from 2.8 to 4.8 V and to 1 V, 1 cm², in mA, and the potentials of 10 µA/cm²."""
    oxidises, reduces = 4.3 + 0.05 * rng.normal(), 1.5 + 0.05 * rng.normal()
    up, down = np.arange(2.8, 4.8, 2e-3), np.arange(4.8, 1.0, -2e-3)
    e, way = np.concatenate([up, down]), np.repeat([1.0, -1.0], [len(up), len(down)])
    j = way + 10 * 10 ** ((e - oxidises) / 0.08) - 10 * 10 ** ((reduces - e) / 0.08) * (e < 2.5)
    j = coarse(j + noise * rng.normal(size=len(e)), digit)
    return case(np.arange(len(e)) * 2e-3 / rate, j / 1000, e), {
        "anodic_limit": oxidises,
        "cathodic_limit": reduces,
    }


def double_layer(*, noise=0.0, rates=(5.0,), resistance=0.0):
    """Return an ideal double layer of 0.1 F·10⁻³ that is swept between 0 and 1 V, in mV/s, without a set point."""
    leg = np.linspace(0, 1, 300)
    e = np.tile(np.concatenate([leg, leg[::-1]]), 3 * len(rates))
    flows = 0.1 * np.repeat(rates, 1800) * np.tile(np.repeat([1, -1], 300), 3 * len(rates))
    t = np.cumsum(np.repeat(1000 / np.asarray(rates) / 299, 1800))
    rng = np.random.default_rng(1)
    return case(t, flows + noise * rng.normal(size=len(e)), e + resistance * flows)


def polarised(rng, digit):
    """Return a current that falls to some nA within 10 min, after a rest; and what it falls to, nA."""
    steady = 2 * np.exp(0.2 * rng.normal())
    t = np.arange(-1200, 21_600, 10.0) + rng.uniform(0, 10)
    flows = np.where(t > 0, steady + 30 * np.exp(-np.clip(t, 0, None) / 600), 0.0) + 0.3 * rng.normal()
    read = coarse(flows + 0.02 * rng.normal(size=len(t)), digit)
    return case(t - t[0], read * 1e-6, np.where(t > 0, 0.5, 0.0) + 1e-5 * rng.normal(size=len(t))), steady


def ramped(rng):
    """Return a ramp of 1 mA/cm²/h whose current is read up to 0.1 % off, and its truth."""
    resistance, bends = 40 * (1 + 0.1 * rng.normal()), rng.uniform(0.2, 0.45)
    t = np.arange(0, 2460, 0.5)
    j = np.maximum(t - 60, 0) / 3600
    u = j * resistance / 1000 * (1 + 6 * np.maximum(j - bends, 0) / bends) + 5e-5 * rng.normal(size=len(t))
    read = j * (1 + rng.uniform(-1e-3, 1e-3)) + 2e-5 * rng.normal(size=len(t))
    truth = {"ramp_rate": 1.0, "asr_cell": resistance, "onset_current_density": bends * (1 + 0.05 / 6)}
    return case(t, read, u), truth


def climbing(rng, *, digit):
    """Return steps of 0.1 to 1.2 mA/cm², each both ways for half an hour, on a cell that stays ohmic."""
    t = rows(rng, 43_200, 10.0)
    j = (0.1 + 0.1 * np.floor(t / 3600)) * np.where((t // 1800) % 2 == 0, 1, -1)
    u = j * 50 * (1 + 0.1 * rng.normal()) / 1000 + 2e-4 * rng.normal(size=len(t))
    return case(t, j * (1 + rng.uniform(-1e-3, 1e-3)), coarse(u, digit))


def exponential_onset(rng, levels=16):
    """Return spectra under 0.05 to 0.8 mA whose interface rises exponentially, and the current of 5 %."""
    bends = rng.uniform(0.3, 0.5)
    f = np.geomspace(1e5, 0.1, 40)
    w, t, parts = 2 * np.pi * f, 0.0, []
    for j in np.linspace(0.05, 0.8, levels):
        r = 100 * (1 + 0.02 * np.expm1(max(j - bends, 0) / 0.07))
        z = 20 + 30 / (1 + (3e-7j * w) ** 0.95) + r / (1 + (2e-5j * r * w) ** 0.9)
        z = z * (1 + 0.003 * (rng.normal(size=40) + 1j * rng.normal(size=40)))
        times = t + np.cumsum(3 * np.maximum(1 / f, 0.1))
        t = times[-1] + 30
        parts.append(np.column_stack([times, f, z.real, -z.imag, np.full(40, j)]))
    head = "time/s,freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm,I/mA\n"
    text = head + "\n".join(",".join(f"{v:.9g}" for v in row) for row in np.concatenate(parts)) + "\n"
    record = echub.read(text.encode(), options={"current": "anodic-positive"})
    return record, bends + 0.07 * np.log(3.5)

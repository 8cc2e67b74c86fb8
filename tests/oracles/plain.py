"""Slow and plain statistics: of lines, of products and of sums of errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.signal import fftconvolve

NORMAL_95 = 1.959964


def line(x: np.ndarray, y: np.ndarray, w: np.ndarray | None = None) -> tuple[float, float, float, float]:
    """Return intercept, slope, and their standard errors by the scatter, of a weighted line."""
    w = np.ones(len(x)) if w is None else w
    total, mx, my = w.sum(), (w * x).sum() / w.sum(), (w * y).sum() / w.sum()
    spread = (w * (x - mx) ** 2).sum()
    slope = (w * (x - mx) * (y - my)).sum() / spread
    scatter = (w * (y - my - slope * (x - mx)) ** 2).sum() / max(len(x) - 2, 1)
    return my - slope * mx, slope, np.sqrt(scatter * (1 / total + mx**2 / spread)), np.sqrt(scatter / spread)


def half_width(normal: float, uniform: Sequence[float], level: float = 0.95) -> float:
    """Return what covers a sum of one normal and some uniform errors, by convolving their densities."""
    reach = 6 * normal + sum(uniform)
    step = 2 * reach / 20_000
    x = (np.arange(20_001) - 10_000) * step
    density = np.where(np.abs(x) < step / 2, 1.0, 0.0)
    for limit in uniform:
        box = np.ones(max(round(2 * limit / step), 1))
        density = fftconvolve(density, box / box.sum(), "same")
    if normal:
        bell = np.exp(-0.5 * (x / normal) ** 2)
        density = fftconvolve(density, bell / bell.sum(), "same")
    inside = np.cumsum(density) / density.sum()
    return float(np.interp((1 + level) / 2, inside, x) - np.interp((1 - level) / 2, inside, x)) / 2


def propagated(function: Callable[..., float], values: Sequence[float], errors: Sequence[float]) -> list[float]:
    """Return what the error of each value does to a function, by a symmetric difference."""
    moved = []
    for k, (value, error) in enumerate(zip(values, errors, strict=True)):
        by = 1e-4 * (value or 1.0)
        up, down = (function(*values[:k], value + s * by, *values[k + 1 :]) for s in (1, -1))
        moved.append(abs(up - down) / abs(2 * by) * error)
    return moved


def course(steps: np.ndarray, rows: int, rests: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return times, s, the half cycle of each row (-1: rest), its number in it, and when each half cycle starts.

    steps: between the rows of each. An edge lies in the middle between two rows; a rest comes before each, and
    after the last.
    """
    begins = np.cumsum(steps * (rows + rests)) - rows * steps
    ends = np.r_[0.0, begins + rows * steps]
    before, after = np.r_[steps[0], steps], np.r_[steps, steps[-1]]
    starts = np.r_[begins, ends[-1] + rests * steps[-1]]
    t, half, row = [], [], []
    for k in range(len(steps) + 1):
        t.append(np.linspace(ends[k] + before[k] / 2, starts[k] - after[k] / 2, rests))
        half.append(np.full(rests, -1))
        row.append(np.arange(rests))
        if k < len(steps):
            t.append(begins[k] + steps[k] * (np.arange(rows) + 0.5))
            half.append(np.full(rows, k))
            row.append(np.arange(rows))
    return np.concatenate(t), np.concatenate(half), np.concatenate(row), begins


def drawn(t: np.ndarray, **columns: np.ndarray) -> dict[str, np.ndarray]:
    """Return what a figure has of a long record: the first time, the least and the largest of every few rows."""
    every = -(-len(t) // 1200)
    parts = [slice(k, k + every) for k in range(0, len(t), every)]
    found = {"~t": t[::every]}
    for name, values in columns.items():
        found |= {f"~{name}_low": np.array([values[part].min() for part in parts]),
                  f"~{name}_high": np.array([values[part].max() for part in parts])}  # fmt: skip
    return found

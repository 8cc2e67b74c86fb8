"""Maps of ions: sums over rectangles, and correlations by loops over all shifts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np

from echub.testing import synth
from echub.testing.synth.cube import MappedIon, Pillar
from tests.oracles.told import World

PIXELS, FRAMES = 32, 24
NEAR = Pillar(9.0, 10.0, 7.0, 4.0)
FAR = Pillar(22.0, 20.0, 9.0, 3.0)


@dataclass(frozen=True)
class Maps:
    """Three ions, one of another polarity. pixel, rectangle: µm. lost: share without a measurement."""

    pixel: float = 0.5
    rectangle: tuple[float, float, float, float] = (1.0, 2.0, 9.6, 11.2)
    lost: float = 0.0
    seed: int = 2

    def case(self) -> synth.Case:
        """Return the counts of every ion, frame and pixel."""
        scale = self.pixel

        def placed(*pillars: Pillar) -> tuple[Pillar, ...]:
            return tuple(Pillar(p.x * scale, p.y * scale, p.width * scale, p.contrast) for p in pillars)

        ions = {"Na+": MappedIon(pillars=placed(NEAR, FAR)),
                "K+": MappedIon(background=3.0, pillars=placed(NEAR)),
                "PO2-": MappedIon(polarity=-1, pillars=())}  # fmt: skip
        return synth.cube(self.seed, synth.Cube(PIXELS, FRAMES, self.pixel, ions, lost=self.lost))

    def world(self) -> World:
        """Return it with its outcome."""
        text = " ".join(f"{v:g}" for v in self.rectangle)
        params = {"roi": f"rectangle {text}; all"}
        silent = ("~", "note(", "u(", "n(", "low(", "high(", "!", "=", "columns.", "background",
                  "dispersion", "smallest", "largest", "column_area", "colocation.low", "colocation.high",
                  "colocation.inside", "colocation.ratio", "colocation_by_depth.low", "colocation_by_depth.high",
                  "roi_profile.low", "roi_profile.high", "columns_by_depth.", "column_")  # fmt: skip
        case = self.case()
        return World("sims-map", case.record(), self.expected(case), params, within=1e-6, silent=silent)

    def expected(self, case: synth.Case) -> dict[str, Any]:
        """Return what was counted where, and how the two positive ions go together."""
        counts = np.asarray(case.columns["ion_counts"].values, float)
        known = np.asarray(case.columns["mask"].values, bool) if self.lost else np.ones(counts.shape, bool)
        at = self.pixel * np.arange(PIXELS)
        x0, y0, x1, y1 = self.rectangle
        inside = ((at >= y0) & (at <= y1))[:, None] & ((at >= x0) & (at <= x1))[None, :]
        rows: dict[str, list[Any]] = {n: [] for n in ("roi", "species", "polarity", "frame", "counts", "pixels")}
        for name, where in ((f"rectangle {x0:g} {y0:g} {x1:g} {y1:g}", inside), ("all", np.ones_like(inside))):
            for ion, (species, sign) in enumerate((("Na+", 1), ("K+", 1), ("PO2-", -1))):
                for frame in range(FRAMES):
                    seen = known[ion, frame] & where
                    values = (name, species, sign, frame, counts[ion, frame][seen].sum(), seen.sum())
                    for key, value in zip(rows, values, strict=True):
                        rows[key].append(value)
        found = {f"roi_profile.{name}": values for name, values in rows.items()}
        found["roi_profile.region"] = None
        edges = [0, FRAMES // 3, 2 * FRAMES // 3, FRAMES]
        thirds = [slice(a, b) for a, b in pairwise(edges)]
        together = [correlated(counts[:2, third], known[:2, third])[0] for third in thirds]
        whole, chance = correlated(counts[:2], known[:2])
        return found | {
            "colocation.species": ["Na+"], "colocation.with": ["K+"], "colocation.polarities": ["+1 +1"],
            "colocation.correlation": [whole], "colocation.p_chance": [chance],
            "colocation_by_depth.with": ["K+"] * 3, "colocation_by_depth.correlation": together,
            # Depths are those of the middles of frames.
            "colocation_by_depth.frame_from": np.array(edges[:3]) - 0.5,
            "colocation_by_depth.frame_to": np.array(edges[1:]) - 0.5,
        }  # fmt: skip


def correlated(
    counts: np.ndarray, known: np.ndarray, variance: np.ndarray | None = None
) -> tuple[float | None, float]:
    """Return the correlation of two maps without the noise of counting, and how often shifts do as well.

    variance: of each count; by default the counts.
    """
    both = known[0] & known[1]
    often = both.sum(axis=0)
    seen = often > 0
    scale = np.where(seen, often[seen].mean() / np.maximum(often, 1), 0)
    a, b = ((one * both).sum(axis=0) * scale for one in counts)
    noise = [
        ((one * both).sum(axis=0) * scale**2)[seen].mean() for one in (counts if variance is None else variance)
    ]
    real = [one[seen].var() - n for one, n in zip((a, b), noise, strict=True)]
    least = 3 * sqrt(2 / seen.sum())
    if any(one <= least * n for one, n in zip(real, noise, strict=True)):
        correlation = None  # a map without structure beyond that noise
    else:
        u, v = (one[seen] - one[seen].mean() for one in (a, b))
        correlation = float((u * v).mean() / sqrt(real[0] * real[1]))
    return correlation, _by_chance(a, b, seen)


def _by_chance(a: np.ndarray, b: np.ndarray, seen: np.ndarray) -> float:
    """Return the share of shifts around the edges, by more than two pixels, with as large a product."""
    u, v = (np.where(seen, one - one[seen].mean(), 0.0) for one in (a, b))
    rows, columns = seen.shape
    score = {}
    for dy in range(rows):
        for dx in range(columns):
            pairs = (seen & np.roll(seen, (dy, dx), (0, 1))).sum()
            if pairs > seen.sum() / 2:
                score[dy, dx] = abs((np.roll(u, (dy, dx), (0, 1)) * v).sum() / pairs)
    far = [s for (dy, dx), s in score.items() if max(min(dy, rows - dy), min(dx, columns - dx)) > 2]
    return (1 + sum(s >= score[0, 0] * (1 - 1e-12) for s in far)) / (1 + len(far))


MAPS = {"whole": Maps(), "a tenth is lost": Maps(lost=0.1, pixel=1.0, rectangle=(4.0, 5.0, 20.0, 12.0), seed=3)}
WORLDS = {f"map: {name}": maps.world for name, maps in MAPS.items()}

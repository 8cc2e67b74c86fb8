"""Maps with square columns of whole pixels: what covers them, what lies around, and what is counted there."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, log, pi, sqrt
from typing import Any

import numpy as np
from scipy.stats import chi2

from echub.testing import synth
from tests.oracles.ion_maps import correlated
from tests.oracles.plain import NORMAL_95
from tests.oracles.told import World

ROWS, COLUMNS, FRAMES = 44, 60, 30
DX, DY, X0, Y0 = 0.5, 0.8, 10.0, 20.0
"""Edges of a pixel and the middle of the first, µm."""
SQUARES = ((40, 8, 7), (11, 7, 9), (24, 29, 11))
"""Left and upper pixel of each column, and how many it is wide; in no order."""
ORDER = (1, 0, 2)
"""By their middles, from top to bottom, then from left to right."""
IONS = (("Na+", 1, (0, 1, 2)), ("K+", 1, (0, 2)), ("PO2-", -1, ()))
"""Each ion, and the columns in which it is as well."""


def square(at: int, grown: int = 0) -> np.ndarray:
    """Return the pixels of a column, or of one that is so many pixels larger on each side."""
    x, y, wide = SQUARES[at]
    found = np.zeros((ROWS, COLUMNS), bool)
    found[max(y - grown, 0) : y + wide + grown, max(x - grown, 0) : x + wide + grown] = True
    return found


def above_half(at: int) -> np.ndarray:
    """Return where the mean of nine pixels is above the half: at a side it is 6/9, at a corner 4/9."""
    x, y, wide = SQUARES[at]
    found = square(at)
    found[[y, y, y + wide - 1, y + wide - 1], [x, x + wide - 1, x, x + wide - 1]] = False
    return found


def core(at: int) -> np.ndarray:
    """Return the pixels more than one and a half away from all others: the second ring without its corners."""
    x, y, wide = SQUARES[at]
    found = square(at, -1)
    found[[y + 1, y + 1, y + wide - 2, y + wide - 2], [x + 1, x + wide - 2, x + 1, x + wide - 2]] = False
    return found


def near(found: np.ndarray, by: int) -> np.ndarray:
    """Return pixels and their neighbours, so many times."""
    for _ in range(by):
        padded = np.pad(found, 1)
        found = np.any([padded[1 + i : ROWS + 1 + i, 1 + j : COLUMNS + 1 + j]
                        for i in (-1, 0, 1) for j in (-1, 0, 1)], axis=0)  # fmt: skip
    return found


@dataclass(frozen=True)
class Pillars:
    """Columns from frame `first` up to `last`; counts of each ion per pixel and frame, and in columns over that.

    depth: what is known of it, with the edges of a frame. dead: dead time over dwell time. sides: regions; the
    second has no columns and sets the threshold.
    """

    first: int = 4
    last: int = 25
    background: float = 50.0
    contrast: float = 5.0
    depth: str = ""
    dead: float = 0.0
    sides: bool = False
    sized: bool = True
    params: dict[str, str] = field(default_factory=dict)
    seed: int = 1

    def counts(self) -> np.ndarray:
        """Return what is counted: (ion, frame, y, x)."""
        rng, made = np.random.default_rng(self.seed), []
        for region in range(1 + self.sides):
            for _, _, columns in IONS:
                mean = np.full((FRAMES, ROWS, COLUMNS), self.background)
                for at in columns if not region else ():
                    mean[self.first : self.last, square(at)] *= self.contrast
                true = rng.poisson(mean).astype(float)
                made.append(np.round(true / (1 + true * self.dead)))
        return np.array(made)

    def record(self) -> Any:
        """Return the record."""
        axes = ("species", "frame", "y", "x")
        regions = 1 + self.sides
        columns = {
            "ion_counts": synth.Column(self.counts(), "count", axes),
            "species": synth.Column(np.array([ion for ion, _, _ in IONS] * regions), "", ("species",)),
            "polarity": synth.Column(
                np.array([sign for _, sign, _ in IONS] * regions, np.int8), "1", ("species",)
            ),
            "region": synth.Column(np.repeat(["a", "b"][:regions], len(IONS)), "", ("species",)),
        }
        if self.sized:
            columns["x"] = synth.Column(X0 + DX * np.arange(COLUMNS), "um", ("x",))
            columns["y"] = synth.Column(Y0 + DY * np.arange(ROWS), "um", ("y",))
        stated = {"sims.dwell_time": "1 ms", "sims.dead_time": f"{self.dead} ms"} if self.dead else {}
        if self.depth == "depth":
            columns["depth"] = synth.Column(12.0 * np.arange(FRAMES) + 6, "nm", ("frame",))
        elif self.depth == "sputter_time":
            columns["sputter_time"] = synth.Column(4.0 * np.arange(FRAMES) + 2, "s", ("frame",))
        elif self.depth == "crater":
            columns["sputter_time"] = synth.Column(4.0 * np.arange(FRAMES) + 2, "s", ("frame",))
            stated["sims.crater_depth"] = "0.9 um"
        return synth.Case(columns, stated, kind="ion_map").record()

    @property
    def frame(self) -> tuple[str, float]:
        """Return the name of the depth, and what a frame is of it."""
        name, step = {"": ("frame", 1.0), "crater": ("depth", 900 / FRAMES), "depth": ("depth", 12.0),
                      "sputter_time": ("sputter_time", 4.0)}[self.depth]  # fmt: skip
        return name, step

    def edge(self, frame: float) -> float:
        """Return the depth at the start of a frame; without one the middles of frames are their numbers."""
        name, step = self.frame
        return step * frame - (0.5 if name == "frame" else 0)

    def world(self) -> World:
        """Return it with its outcome."""
        params = {"roi": "columns; outside", **({"reference": "b"} if self.sides else {}), **self.params}
        silent = ("=threshold", "colocation.low", "colocation.high", "colocation_by_depth.low",
                  "colocation_by_depth.high", "columns_by_depth.uncertainty")  # fmt: skip
        return World("sims-map", self.record(), lambda found: Counted(self, found).expected(), params, within=1e-6,
                     silent=silent, loose=self.loose(), units=self.units())  # fmt: skip

    def units(self) -> dict[str, str]:
        """Return the unit of a depth, and that of a place: a pixel, if its size is not stated."""
        depth = {"depth": "nm", "crater": "nm", "sputter_time": "s"}.get(self.depth, "")
        return {"layer": depth, **({} if self.sized else {"place": ""})}

    @staticmethod
    def loose() -> dict[str, float]:
        """Return what is known by counts of a column: 10⁵ to 10⁶, to a few tenths of a percent."""
        widths = [
            f"{where}{size}_column_width" for where in ("", "low(", "high(") for size in ("smallest", "largest")
        ]
        found = {name + ")" * ("(" in name): 6e-3 for name in [*widths, "column_area", "columns.width"]}
        found |= {"columns.contrast": 1e-2, "columns_by_depth.width": 1e-2, "low(column_area)": 6e-3,
                  "high(column_area)": 6e-3}  # fmt: skip
        found |= {f"{table}.{axis}": 2e-3 for table in ("columns", "columns_by_depth") for axis in "xy"}
        errors = ("u(smallest_column_width)", "u(largest_column_width)", "u(column_area)", "columns.uncertainty")
        return found | dict.fromkeys(errors, 4e-2)


class Counted:
    """Sums over pixels of the ions of the first region; `bins`: frames added up."""

    def __init__(self, given: Pillars, found: dict[str, Any]) -> None:
        self.given, self.found = given, found
        self.bins = int(given.params.get("frames", 1))
        measured = given.counts()
        load = measured * given.dead
        # The correction bends upwards: scattered counts come out too high by dead time over dwell time.
        self.all = measured / (1 - load) / (1 + given.dead)
        self.variance = self.all / (1 - load)
        self.load = load
        self.sodium = self._binned(self.all[0])
        self.scatter = self._scatter(self.sodium, self._binned(self.variance[0]))
        self.columns = [above_half(at) for at in ORDER]
        self.covered = np.any(self.columns, axis=0)
        self.outside = ~near(self.covered, 2)

    def _binned(self, values: np.ndarray) -> np.ndarray:
        whole = FRAMES // self.bins * self.bins
        return values[:whole].reshape(-1, self.bins, ROWS, COLUMNS).sum(axis=1)

    @staticmethod
    def _scatter(n: np.ndarray, variance: np.ndarray) -> float:
        """Return the scatter from frame to frame over that of counting."""
        shares = []
        for (a, u), (b, v) in pairwise(zip(n, variance, strict=True)):
            change = b - a
            shares.append(((change - change.mean()) ** 2).sum() / (u + v).sum())
        return float(np.median(shares))

    def expected(self) -> dict[str, Any]:
        """Return the outcome."""
        return {
            **self._sizes(), **self._columns(), **self._thirds(), **self._company(), **self._rois(),
            **self._pictures(), **self._outlines(), **self._said(),
        }  # fmt: skip

    # -- columns --

    @property
    def edge(self) -> float:
        """Return the edge of a square pixel of the same area."""
        return sqrt(DX * DY) if self.given.sized else 1.0

    @property
    def wide(self) -> np.ndarray:
        """Return the diameters of circles of the same areas."""
        return np.array([2 * sqrt(SQUARES[at][2] ** 2 / pi) * self.edge for at in ORDER])

    def _areas(self) -> np.ndarray:
        """Return the errors of the areas, in pixels: of E / c by the counts of core, rim and what lies around."""
        frames = (self.given.last - self.given.first) / self.bins
        low = self.given.background * self.bins
        high = low * self.given.contrast
        level, errors = high - low, []
        for at, half in zip(ORDER, self.columns, strict=True):
            area, many = SQUARES[at][2] ** 2, core(at).sum()
            rim = near(half, 2)
            clear = ~np.any([square(k, 4) for k in range(3)], axis=0)
            around = clear & ~rim & near(rim, 5 + int(sqrt(half.sum())))
            bright, dim = (square(at) & rim & ~core(at)).sum(), (rim & ~square(at)).sum()
            of_core = (1 - area / many) / level
            of_around = (area - rim.sum()) / level
            live = 1 + self.given.dead * np.array([low, high])
            variance = (of_core**2 * many * high * live[1]
                        + (bright * high * live[1] + dim * low * live[0]) / level**2
                        + of_around**2 * low * live[0] / around.sum()) / frames  # fmt: skip
            errors.append(sqrt(variance))
        return np.array(errors) * sqrt(max(1.0, self.scatter))

    def _sizes(self) -> dict[str, Any]:
        counts, variance = self.sodium[:, self.outside], self._binned(self.variance[0])[:, self.outside]
        made: dict[str, Any] = {"column_count": 3, "n(column_count)": 3, "low(column_count)": 3,
                                "high(column_count)": 3, "note(column_count)": "0 in a blank cube"}  # fmt: skip
        pairs = (len(self.sodium) - 1) * ROWS * COLUMNS
        areas = np.array([SQUARES[at][2] ** 2 for at in ORDER])
        errors = self._areas()
        widths = errors / areas * self.wide / 2
        smallest, largest = int(np.argmin(areas)), int(np.argmax(areas))
        share = 100 / ROWS / COLUMNS
        for name, value, u in (
            ("background", counts.mean(), sqrt(variance.sum() * max(1.0, self.scatter)) / counts.size),
            ("dispersion", self.scatter, self.scatter * sqrt(3 / pairs)),
            ("smallest_column_width", self.wide[smallest], widths[smallest]),
            ("largest_column_width", self.wide[largest], widths[largest]),
            ("column_area", share * areas.sum(), share * sqrt((errors**2).sum())),
        ):
            made |= {name: value, f"u({name})": u, f"low({name})": value - NORMAL_95 * u,
                     f"high({name})": value + NORMAL_95 * u}  # fmt: skip
        return made | {"columns.uncertainty": widths}

    def _middles(self) -> tuple[list[float], list[float]]:
        x, y = ([SQUARES[at][k] + (SQUARES[at][2] - 1) / 2 for at in ORDER] for k in (0, 1))
        if not self.given.sized:
            return x, y
        return [X0 + DX * one for one in x], [Y0 + DY * one for one in y]

    def _frames(self) -> tuple[int, int]:
        """Return the first frame of the columns, and the one after their last, in whole bins."""
        return self.given.first // self.bins * self.bins, self.given.last // self.bins * self.bins

    def _columns(self) -> dict[str, Any]:
        (x, y), (name, _), (first, last) = self._middles(), self.given.frame, self._frames()
        return {
            "columns.column": [1, 2, 3], "columns.x": x, "columns.y": y, "columns.width": self.wide,
            "columns.contrast": [self.given.contrast] * 3, "columns.note": [""] * 3,
            f"columns.{name}_from": [self.given.edge(first)] * 3,
            f"columns.{name}_to": [self.given.edge(last)] * 3,
        }  # fmt: skip

    def _thirds(self) -> dict[str, Any]:
        (x, y), (name, _) = self._middles(), self.given.frame
        first, last = (one // self.bins for one in self._frames())
        edges = [self.given.edge(self.bins * round(first + k * (last - first) / 3)) for k in range(4)]
        found = {"column": np.repeat([1, 2, 3], 3), f"{name}_from": edges[:3] * 3, f"{name}_to": edges[1:] * 3,
                 "width": np.repeat(self.wide, 3), "x": np.repeat(x, 3), "y": np.repeat(y, 3)}  # fmt: skip
        lean = np.array(self.found["columns_by_depth.lean"])
        apart = [np.array(self.found[f"columns_by_depth.{axis}"]).reshape(3, 3) for axis in "xy"]
        found["lean"] = np.hypot(*(one - one[:, :1] for one in apart)).ravel()
        assert (lean < 0.1 * self.edge).all()
        return {f"columns_by_depth.{key}": values for key, values in found.items()}

    # -- other ions, regions of interest --

    def _company(self) -> dict[str, Any]:
        asked = self.given.params.get("across_polarities") == "true"
        made: dict[str, list[Any]] = {}
        deep: dict[str, list[Any]] = {}
        inside = np.any([core(at) for at in ORDER], axis=0)
        first, last = self._frames()
        for k, (ion, sign, _) in enumerate(IONS[1 : 3 if asked else 2], 1):
            pair, variance = self.all[[0, k]], self.variance[[0, k]]
            measured = np.ones_like(pair, bool)
            whole, chance = correlated(pair, measured, variance)
            part = slice(first, last)
            n, of, more = ([one[part, where].sum() for where in (inside, self.outside)]
                           for one in (self.all[k], np.ones_like(self.all[k]), self.variance[k]))  # fmt: skip
            ratio = n[0] / of[0] / (n[1] / of[1])
            scatter = max(1.0, self._scatter(self.all[k], self.variance[k]))
            reach = NORMAL_95 * sqrt(scatter * (more[0] / n[0] ** 2 + more[1] / n[1] ** 2))
            row = {"species": "Na+", "with": ion, "polarities": f"+1 {sign:+d}", "correlation": whole,
                   "p_chance": chance, "inside_over_outside": ratio, "ratio_low": exp(log(ratio) - reach),
                   "ratio_high": exp(log(ratio) + reach)}  # fmt: skip
            for key, value in row.items():
                made.setdefault(f"colocation.{key}", []).append(value)
            thirds = [round(FRAMES * j / 3) for j in range(4)]
            for a, b in pairwise(thirds):
                row = {"with": ion, f"{self.given.frame[0]}_from": self.given.edge(a),
                       f"{self.given.frame[0]}_to": self.given.edge(b),
                       "correlation": correlated(pair[:, a:b], measured[:, a:b], variance[:, a:b])[0]}  # fmt: skip
                for key, value in row.items():
                    deep.setdefault(f"colocation_by_depth.{key}", []).append(value)
        return made | deep

    def _rois(self) -> dict[str, Any]:
        name, step = self.given.frame
        rows: dict[str, list[Any]] = {}
        for roi, where in (("columns", self.covered), ("outside", ~self.covered)):
            for k, (ion, sign, _) in enumerate(IONS):
                scatter = max(1.0, self._scatter(self.all[k], self.variance[k]))
                for frame in range(FRAMES):
                    n, more = (one[k, frame, where].sum() for one in (self.all, self.variance))
                    wider = max(1.0, sqrt(scatter * more / n))
                    low, high = chi2.ppf(0.025, 2 * n) / 2, chi2.ppf(0.975, 2 * n + 2) / 2
                    row = {"roi": roi, "region": "a", "species": ion, "polarity": sign,
                           "frame": frame, "counts": n, "low": n - wider * (n - low),
                           "high": n + wider * (high - n),
                           "pixels": int(where.sum())}  # fmt: skip
                    if name != "frame":
                        row[name] = step * (frame + 0.5)
                    for key, value in row.items():
                        rows.setdefault(f"roi_profile.{key}", []).append(value)
        return rows

    # -- pictures --

    def _pictures(self) -> dict[str, Any]:
        dx, dy, x0, y0 = (DX, DY, X0, Y0) if self.given.sized else (1.0, 1.0, 0.0, 0.0)
        # The widest and the narrowest column are cut through their middles, over a third of their widths.
        cuts = [
            (SQUARES[at][1] + SQUARES[at][2] // 2, round(2 * sqrt(SQUARES[at][2] ** 2 / pi) / 6)) for at in (2, 0)
        ]
        name, step = self.given.frame
        middle = 0.5 * step if name != "frame" else 0.0
        planes = [self.all[k] for k in range(0, len(self.all), len(IONS))]
        means = np.concatenate([one.mean(axis=0).ravel() for one in planes])
        return {
            "~mean": self.all[0].mean(axis=0).ravel(),
            "~mid_depth": self.all[0][FRAMES // 2 - 1 : FRAMES // 2 + 1].mean(axis=0).ravel(),
            "~shape": [ROWS, COLUMNS], "~section_shape": [FRAMES, COLUMNS],
            "~section": np.concatenate([self.all[0][:, y - d : y + d + 1].mean(axis=1).ravel() for y, d in cuts]),
            "~section_y": [v for y, d in cuts for v in (y0 + dy * y, dy * d)],
            "~field": [x0, x0 + dx * (COLUMNS - 1), y0, y0 + dy * (ROWS - 1), dx, dy],
            "~depth": [middle, middle + step * (FRAMES - 1), FRAMES],
            "~mid_depth_at": [middle + step * (FRAMES // 2 - 1), middle + step * (FRAMES // 2)],
            "~column_span": [*self._frames()] * 3, "~scale": np.percentile(means, [0.5, 99.5]),
        }  # fmt: skip

    def _outlines(self) -> dict[str, Any]:
        """Return the sides between pixels of a column and others: those along x first, then those along y."""
        dx, dy, x0, y0 = (DX, DY, X0, Y0) if self.given.sized else (1.0, 1.0, 0.0, 0.0)
        sides: list[tuple[int, float, float, float, float]] = []
        for number, inside in enumerate(self.columns, 1):
            along = [(number, x - 0.5, y - 0.5, x + 0.5, y - 0.5) for y in range(1, ROWS) for x in range(COLUMNS)
                     if inside[y, x] != inside[y - 1, x]]  # fmt: skip
            across = [(number, x - 0.5, y - 0.5, x - 0.5, y + 0.5) for y in range(ROWS) for x in range(1, COLUMNS)
                      if inside[y, x] != inside[y, x - 1]]  # fmt: skip
            sides += [*along, *across]
        made = {"~outline_column": [side[0] for side in sides]}
        for k, (name, start, step) in enumerate(
            (("x0", x0, dx), ("y0", y0, dy), ("x1", x0, dx), ("y1", y0, dy)), 1
        ):
            made[f"~outline_{name}"] = [start + step * side[k] for side in sides]
        return made

    # -- words --

    def _said(self) -> dict[str, Any]:
        given = self.given
        b, size, apart = self.found["background"], 27, self.found["=threshold"]
        # A place stands out by 2 √27 (√(c b + 3/8/27) - √(b + 3/8/27)): F. J. Anscombe.
        more = 0.375 / size
        sign = -1 if given.contrast < 1 else 1
        detectable = ((sqrt(b + more) + sign * apart / 2 / sqrt(size)) ** 2 - more) / b
        # Of so few frames noise spans 60 % more often: a tenth as many places lie above the threshold.
        quantile = 0.99 if self.bins == 1 else 0.999
        made: dict[str, Any] = {
            "=species": "Na+", "=region": "a", "=quantile": quantile, "=columns_in_blank": 0,
            "=reference": "b" if given.sides else "the map itself, shuffled", "=detectable_contrast": detectable,
        }  # fmt: skip
        if not given.sides:
            text = "no reference region: the threshold is from the map itself, its columns left out, shuffled"
            made["!no-reference-region"] = (text, "")
        if given.params.get("across_polarities") != "true":
            made["!across-polarities"] = ("not compared with Na+, being of opposite polarity: PO2-", "")
        if not given.sized:
            made["!no-pixel-size"] = ("no pixel size is stated: widths are in pixels", "")
        for k, (ion, _, _) in enumerate(IONS if given.dead else ()):
            if (largest := self.load[k].max()) > 0.05:
                again = " 2" if "!dead-time-large" in made else ""
                text = f"{ion}: the dead time hides up to {100 * largest:.0f} % of the ions; counts are corrected"
                made[f"!dead-time-large{again}"] = (text, "")
        return made


PILLARS = {
    "frames": Pillars(),
    "depths": Pillars(depth="depth", sides=True, seed=2),
    "times": Pillars(depth="sputter_time", sized=False, params={"across_polarities": "true"}, seed=3),
    "a crater": Pillars(depth="crater", first=0, last=FRAMES, seed=4),
    "darker": Pillars(background=300.0, contrast=0.25, params={"columns": "darker"}, seed=5),
    "dead time": Pillars(dead=4e-4, seed=6),
    "frames added up": Pillars(first=4, last=26, params={"frames": "2"}, seed=7),
}
WORLDS = {f"columns: {name}": pillars.world for name, pillars in PILLARS.items()}

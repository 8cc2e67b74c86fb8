"""Counts on their way to a signal: detector, depth, background, yield, normalisation, concentrations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp, hypot, inf, log, sqrt
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2

from echub.testing import synth
from tests.oracles.plain import NORMAL_95
from tests.oracles.told import World

Key = tuple[str, str, int]
CAVEAT = "matrix effect not corrected: yields differ between metal and ceramic"
ONE_SIGMA = 0.682689492137086
POINTS = 60
CYCLE = 5.0
"""From a point of a channel to its next, s."""
RATES = {"old": 4.0, "new": 3.0}
"""Sputter rates of both craters, nm/s."""
IONS = (("Na+", 1, 90.0), ("30Si+", 1, 260.0), ("Al+", 1, 12.0), ("PO2-", -1, 45.0), ("O-", -1, 400.0))
ABUNDANCE = 0.03092
"""Of the silicon whose nucleus has thirty nucleons (IUPAC)."""


@dataclass(frozen=True)
class Treated:
    """Two craters, five ions one after another in each cycle; params: what is done to their counts.

    stated: metadata. late: counts from 200 s on, of those before. rsf: sensitivity factors. full: counts of a
    register that is full, in three points of Al+. weak: points in which silicon is gone. beam: the primary
    current is measured with each point, and falls. backwards: the rows of each channel come from below up.
    """

    params: dict[str, str] = field(default_factory=dict)
    stated: dict[str, Any] = field(default_factory=dict)
    late: float = 0.5
    rates: bool = False
    full: float = 0.0
    weak: int = 0
    beam: bool = False
    cup: tuple[str, ...] = ()
    backwards: bool = False
    seed: int = 1

    def channels(self) -> dict[Key, tuple[np.ndarray, np.ndarray]]:
        """Return time, s, and counts of each channel."""
        rng, found = np.random.default_rng(self.seed), {}
        for region, more in (("old", 1.0), ("new", 1.5)):
            for at, (ion, sign, level) in enumerate(IONS):
                t = CYCLE * np.arange(POINTS) + 0.8 * at + 0.2
                n = rng.poisson(level * (more if ion == "Na+" else 1) * np.where(t < 200, 1, self.late)).astype(
                    float
                )
                if ion == "Al+" and self.full:
                    n[[4, 9, 30]] = self.full + np.arange(3)
                if ion == "30Si+" and self.weak:
                    n[20 : 20 + self.weak] = 0
                found[region, ion, sign] = t, n
        return found

    def current(self, t: np.ndarray) -> np.ndarray:
        """Return the primary current, nA."""
        return 2.0 - t / 400

    def analogue(self, key: Key) -> np.ndarray:
        """Return which points are of the Faraday cup: the first ten of O- in some craters."""
        return (np.arange(POINTS) < 10) & (key[1] == "O-") & (key[0] in self.cup)

    def record(self) -> Any:
        """Return the record."""
        drawn = self.channels()
        t, n = (np.concatenate([one[k] for one in drawn.values()]) for k in (0, 1))
        each = np.repeat(np.arange(len(drawn)), POINTS)
        keys = list(drawn)
        columns = {
            "species": synth.Column(np.array([keys[k][1] for k in each])),
            "polarity": synth.Column(np.array([keys[k][2] for k in each], np.int8), "1"),
            "region": synth.Column(np.array([keys[k][0] for k in each])),
            "sputter_time": synth.Column(t, "s"),
        }
        if self.rates:
            columns["ion_count_rate"] = synth.Column(n / self.stated["sims.dwell_time"], "count/s")
        else:
            columns["ion_counts"] = synth.Column(n, "count")
        if self.beam:
            columns["primary_current"] = synth.Column(self.current(t), "nA")
        if self.cup:
            cup = np.concatenate([self.analogue(key) for key in drawn])
            columns["faraday_cup"] = synth.Column(cup.astype(np.int8), "1")
        if self.backwards:  # the rows of each channel from the deepest up
            rows = np.arange(len(t)).reshape(-1, POINTS)[:, ::-1].ravel()
            columns = {name: synth.Column(one.values[rows], one.unit) for name, one in columns.items()}
        record = synth.Case(columns, {}, kind="depth_profile").record()
        units = {
            "sims.dwell_time": "s",
            "sims.dead_time": "s",
            "sims.primary_current": "nA",
            "sims.crater_depth": "nm",
        }
        for path, value in self.stated.items():
            record.metadata.set(path, value, units.get(path), source="test")
        return record

    def world(self) -> World:
        """Return it with its outcome."""
        params = {
            "report": "enrichment",
            "reference": "old",
            "species": "Na+",
            "window": "near_surface",
            **self.params,
        }
        silent = ("note(", "isotopes.", "!counting-statistics-only")
        signals = Signals(self)
        signal = "count/nA" if params.get("normalise") == "primary_current" else "count"
        return World("sims-profile", self.record(), signals.expected(), params, silent=silent, within=1e-6,
                     units={"depth": signals.unit, "signal": signal})  # fmt: skip


@dataclass(frozen=True)
class Summed:
    """A channel in a window: counts, mean signal, counts of one unit of it, errors of background and gain."""

    key: Key
    window: str
    points: int
    counts: float
    mean: float
    exposure: float
    u_base: float
    relative: float
    cup: bool

    @property
    def net(self) -> float:
        """Return the counts above the background, and half of one."""
        return max(self.mean * self.exposure, 0.0) + 0.5

    @property
    def error(self) -> float:
        """Return the error of the logarithm of the signal."""
        return hypot(sqrt(self.counts + 0.5 + self.u_base**2) / self.net, self.relative)


class Signals:
    """All channels, each with what one unit of its signal counts, and what the errors of that are."""

    def __init__(self, given: Treated) -> None:
        self.given, self.drawn = given, given.channels()
        self.gain = {key: np.ones(POINTS) for key in self.drawn}
        self.relative = {key: np.zeros(POINTS) for key in self.drawn}
        self.base = dict.fromkeys(self.drawn, (0.0, 0.0))
        self.unit, self.x = self._depths()
        self.steps: list[tuple[str, bool, str]] = []
        self.flags: dict[str, Any] = {}
        for step in (self._counted, self._dead, self._placed, self._background, self._yield, self._divided):
            step()
        points = int(given.params.get("smooth", 0))
        self.steps.append(
            (
                "smoothing",
                points > 1,
                f"mean of {points} points, in the figure only" if points > 1 else "none asked for",
            )
        )
        self._paired()
        self._looked_at()

    # -- step by step --

    def _counted(self) -> None:
        dwell = self.given.stated.get("sims.dwell_time")
        self.steps.append(
            ("counts", True, f"rate · dwell of {dwell:g} s" if self.given.rates else "ion_counts, measured")
        )

    def _dead(self) -> None:
        dwell, dead = (self.given.stated.get(f"sims.{name}_time") for name in ("dwell", "dead"))
        model = self.given.params.get("dead_time", "non_paralysable")
        if model == "none" or not (dwell and dead):
            missing = [f"sims.{name}_time" for name, value in (("dwell", dwell), ("dead", dead)) if not value]
            why = "switched off" if model == "none" else f"{' and '.join(missing)} not stated"
            self.steps.append(("dead time", False, why))
            return
        most, lost = 0.0, 0
        for key, (_, n) in self.drawn.items():
            load = np.where(self.given.analogue(key), 0, n / dwell * dead)
            good = load < (1 if model == "non_paralysable" else exp(-1))
            live = np.array([_live(one, model) for one in load[good]])
            self.gain[key][good] *= live
            most, lost = max(most, (1 - live).max()), lost + int((~good).sum())
            self._keep(key, good)
        self.steps.append(("dead time", True, f"{model.replace('_', '-')}, {1e9 * dead:g} ns"))
        if most > 0.05:
            self.flags["!dead-time-large"] = (f"the dead-time correction reaches {100 * most:.0f} %", "")
        if lost:
            self.flags["!saturated-left-out"] = (f"{lost} points are saturated and left out", "Al+ new, Al+ old")

    def _keep(self, key: Key, good: np.ndarray) -> None:
        self.drawn[key] = tuple(one[good] for one in self.drawn[key])
        self.x[key], self.gain[key], self.relative[key] = (
            one[key][good] for one in (self.x, self.gain, self.relative)
        )

    def _depths(self) -> tuple[str, dict[Key, np.ndarray]]:
        """Return the unit of the axis, and where each point is."""
        depths, stated = {}, self.given.stated
        told = {one["name"]: 1000 * one["crater_depth"] for one in stated.get("sims.regions", [])}
        for key, (t, _) in self.drawn.items():
            # The crater is measured after the last cycle; polarities one after another have one each.
            in_turn = stated.get("sims.acquisition") == "sequential"
            alike = [k for k in self.drawn if k[0] == key[0] and (k[2] == key[2] or not in_turn)]
            end = max(self.drawn[k][0][-1] for k in alike) + CYCLE
            crater = told.get(key[0], stated.get("sims.crater_depth"))
            if crater:
                depths[key] = t * crater / end
            elif "sims.depth_calibration" in stated:  # 300 nm at 4 nm/s take 75 s; then 120 nm/min
                depths[key] = np.where(t < 75, 4 * t, 300 + 2 * (t - 75))
        return ("nm", depths) if depths else ("s", {key: t.copy() for key, (t, _) in self.drawn.items()})

    def _placed(self) -> None:
        if "sims.depth_calibration" in self.given.stated:
            self.steps.append(("depth", True, "piecewise by 2 layers"))
        elif self.unit == "nm":
            self.steps.append(("depth", True, "time · crater depth / total time, per crater"))
        else:
            text = "no crater depth and no sputter rate is stated for old, new: sputter time is kept"
            self.steps.append(("depth", False, text))
            self.flags["!depth-uncalibrated"] = (text, "")

    def _background(self) -> None:
        low, high = (float(self.given.params.get(f"background_{end}", 0)) for end in ("start", "stop"))
        if not high:
            self.steps.append(("background", False, "no plateau is named (background_start, background_stop)"))
            return
        for key, (_, n) in self.drawn.items():
            late = (self.x[key] >= low) & (self.x[key] <= high)
            exposed = self.gain[key][late].sum()
            self.base[key] = n[late].sum() / exposed, sqrt(n[late].sum()) / exposed
        self.steps.append(("background", True, f"mean from {low:g} to {high:g} {self.unit}"))

    def _yield(self) -> None:
        percent = float(self.given.params.get("detector_yield", "100").split()[0])
        # The background is subtracted first: it was counted with that yield too.
        self.scale = percent / 100
        done = percent != 100
        self.steps.append(
            ("yield", done, f"divided by {percent:g} %" if done else "100 %: counts are of detected ions")
        )

    def signal(self, key: Key) -> np.ndarray:
        """Return the signal as it is before it is divided by another."""
        return (self.drawn[key][1] / self.gain[key] - self.base[key][0]) / self.scale

    def _divided(self) -> None:
        how = self.given.params.get("normalise", "none")
        if how == "none":
            self.steps.append(("normalisation", False, "none asked for"))
        elif how == "primary_current":
            self._by_current()
        else:
            self._by_ions(how)

    def _by_current(self) -> None:
        stated = self.given.stated.get("sims.primary_current")
        said = "as measured with each point" if self.given.beam else f"of {stated:g} nA"
        self.steps.append(("normalisation", True, f"to one nA of primary current, {said}"))
        self.by = {key: self.given.current(t) if self.given.beam else np.full(len(t), stated)
                   for key, (t, _) in self.drawn.items()}  # fmt: skip

    def _by_ions(self, how: str) -> None:
        """Divide by one ion, or by all of a polarity, each between its own points, over the median."""
        matrix = self.given.params.get("matrix", "")
        self.by, lost = {}, 0
        whole: dict[int, list[np.ndarray]] = {}
        for key in self.drawn:
            ions = [
                k for k in self.drawn if k[0] == key[0] and k[2] == key[2] and (how == "total" or k[1] == matrix)
            ]
            if not ions:
                continue
            by, own, level = np.sum([self._between(ion, self.x[key]) for ion in ions], axis=0)
            by = np.where(by > 3 * np.sqrt(own), by, np.nan)
            self.relative[key] = np.sqrt(level) / by
            self.by[key] = by + own / by
            whole.setdefault(key[2], []).append(self.by[key])
            lost += int(np.isnan(by).sum())
        self.by = {key: by / np.nanmedian(np.concatenate(whole[key[2]])) for key, by in self.by.items()}
        said = f"by {matrix}" if matrix else "by the total of each polarity, per region"
        self.steps.append(("normalisation", True, f"{said}, relative to its median over all regions"))
        if len(self.by) < len(self.drawn):
            text = f"{matrix} is of one polarity: the other is not normalised"
            self.flags["!polarity-not-normalised"] = (text, "")
        if lost:
            text = f"{lost} points are left out: the normalising signal is too weak there"
            self.flags["!normaliser-weak"] = (text, "")
        for key in list(self.by):
            good = np.isfinite(self.by[key])
            self._keep(key, good)
            self.by[key] = self.by[key][good]

    def _between(self, ion: Key, x: np.ndarray) -> np.ndarray:
        """Return the signal of an ion between two of its points, its variance there, and that of its points."""
        own, n = self.x[ion], self.drawn[ion][1]
        variance = (np.maximum(n, 1) / self.gain[ion] ** 2 + self.base[ion][1] ** 2) / self.scale**2
        signal = self.signal(ion)
        k = np.clip([int((own < one).sum()) for one in x], 1, len(own) - 1)
        share = np.clip((x - own[k - 1]) / (own[k] - own[k - 1]), 0, 1)
        return np.array([(1 - share) * signal[k - 1] + share * signal[k],
                         (1 - share) ** 2 * variance[k - 1] + share**2 * variance[k],
                         (1 - share) * variance[k - 1] + share * variance[k]])  # fmt: skip

    def _paired(self) -> None:
        how = self.given.stated.get("sims.acquisition")
        if how == "sequential":
            text = "two polarities one after another, paired on depth by their own starts: their lag is not known"
            self.steps.append(("pairing", False, text))
            self.flags["!lag-unknown"] = (text, "")
            return
        known = "one clock for both polarities" if how else "sims.acquisition is not stated"
        self.steps.append(("pairing", False, f"{known}: no lag is fitted"))

    def _looked_at(self) -> None:
        """Say what the counts are not to blame for: a mass that another ion shares, a step of detectors."""
        text = "ions of a silicon-rich matrix lie on others at unit mass resolution"
        self.flags["!mass-interference"] = (text, "30SiO2H- on PO2-")
        where = []
        for key in self.drawn:
            if not self.given.analogue(key).any():
                continue
            signal, x = self.divided(key), self.x[key]
            trend = np.log(signal[9] / signal[7]) / 4 + np.log(signal[12] / signal[10]) / 4
            step = signal[10] / signal[9] / np.exp(trend) - 1
            if abs(step) > 0.1:
                where.append(f"O- {key[0]} at {x[9]:.4g} nm: {100 * step:+.0f} %")
        if where:
            text = "the signal jumps by more than 10 % where the detector is switched"
            self.flags["!detector-switch-step"] = (text, "; ".join(where))
        if self.unit == "s":  # all windows of an enrichment are depths
            window = self.given.params["window"]
            self.flags["!unknown-region"] = (f"there is no enrichment of Na+ in new, window {window}", "")
            self.flags["severity(!unknown-region)"] = "refusal"
            self.flags["hint(!unknown-region)"] = "see the table `enrichment`"

    # -- what is said of them --

    def divided(self, key: Key) -> np.ndarray:
        """Return the signal of the outcome."""
        by = getattr(self, "by", {})
        return self.signal(key) / by[key] if key in by else self.signal(key)

    def errors(self, key: Key) -> tuple[np.ndarray, float | np.ndarray]:
        """Return the counts of one unit of the signal, and the error of the background in its unit."""
        by = getattr(self, "by", {}).get(key, np.ones(len(self.x[key])))
        return self.gain[key] * self.scale * by, self.base[key][1] / self.scale / by

    def expected(self) -> dict[str, Any]:
        """Return the outcome."""
        applied = "; ".join(f"{step}: {detail}" for step, done, detail in self.steps if done)
        steps = {name: [row[k] for row in self.steps] for k, name in enumerate(("step", "applied", "detail"))}
        return {
            **{f"steps.{name}": values for name, values in steps.items()}, "=steps": applied, **self.flags,
            **self._means(), **self._points(), **self._concentrations(), **self._limits(),
            **self._enriched(), "=region": "new", "=species": "Na+", "=polarity": "+",
        }  # fmt: skip

    def _limits(self) -> dict[str, Any]:
        """Return what is told from a background by Currie's limits, where points of it are left."""
        low, high = (float(self.given.params.get(f"background_{end}", 0)) for end in ("start", "stop"))
        rows = []
        for key, x in self.x.items():
            late = (x >= low) & (x <= high)
            if not high or not late.any():
                continue
            level = self.drawn[key][1][late].mean()
            limit = 2.71 + 3.29 * sqrt(2 * level)
            rows.append((*key, level, limit, limit / np.median(self.errors(key)[0])))
        names = ("region", "species", "polarity", "background", "limit_counts", "limit")
        return (
            {f"detection_limits.{name}": [row[k] for row in rows] for k, name in enumerate(names)} if rows else {}
        )

    def _points(self) -> dict[str, Any]:
        rows: list[tuple[Any, ...]] = []
        for key in self.drawn:
            n, signal = self.drawn[key][1], self.divided(key)
            gain, base = self.errors(key)
            tail = (1 - ONE_SIGMA) / 2
            below = np.where(n <= 10, n - np.nan_to_num(chi2.ppf(tail, 2 * n)) / 2, np.sqrt(n))
            above = np.where(n <= 10, chi2.ppf(1 - tail, 2 * n + 2) / 2 - n, np.sqrt(n))
            rest = np.hypot(base, self.relative[key] * signal)
            low, high = signal - np.hypot(below / gain, rest), signal + np.hypot(above / gain, rest)
            cup = self.given.analogue(key)[: len(n)]
            low, high = (np.where(cup, np.nan, one) for one in (low, high))
            points = int(self.given.params.get("smooth", 0))
            half = points // 2
            mean = [signal[max(k - half, 0) : k + half + 1].mean() for k in range(len(n))]
            rows += [(*one, *key) for one in zip(self.x[key], signal, low, high, mean, strict=True)]
        names = ("x", "signal", "low", "high", "smooth", "region", "species", "polarity")
        found = {f"~{name}": [_none(row[k]) for row in rows] for k, name in enumerate(names)}
        return found if "smooth" in self.given.params else found | {"~smooth": None}

    def windows(self) -> dict[str, tuple[float, float | None]]:
        """Return the windows; on a clock there is one."""
        if self.unit == "s":
            return {"whole": (0.0, None)}
        return {"surface": (0, 100), "near_surface": (0, 500), "bulk": (500, 2000), "whole": (0, 2000)}

    def summed(self) -> Iterator[Summed]:
        """Yield what was counted of each channel in each window."""
        for key in self.drawn:
            gain, base = (np.broadcast_to(one, len(self.x[key])) for one in self.errors(key))
            for name, (start, stop) in self.windows().items():
                inside = (self.x[key] >= start) & (self.x[key] < (stop or inf))
                if not inside.any():
                    continue
                n, signal = self.drawn[key][1][inside], self.divided(key)[inside]
                exposure = n.sum() * len(n) / (n / gain[inside]).sum()
                relative = sqrt(((self.relative[key][inside] * n) ** 2).sum()) / n.sum()
                cup = bool(self.given.analogue(key)[: len(inside)][inside].any())
                u_base = exposure * base[inside].mean()
                yield Summed(key, name, len(n), n.sum(), signal.mean(), exposure, u_base, relative, cup)

    def sums(self) -> list[tuple[Any, ...]]:
        """Return region, ion, polarity, window, points, counts, mean, low, high."""
        rows: list[tuple[Any, ...]] = []
        for one in self.summed():
            n = one.counts
            low, high = chi2.ppf(0.025, 2 * n) / 2, chi2.ppf(0.975, 2 * n + 2) / 2
            if n > 1000:
                low, high = n - NORMAL_95 * sqrt(n), n + NORMAL_95 * sqrt(n)
            rest = 1.96 * hypot(one.u_base, one.relative * n)
            ends = one.mean - hypot(n - low, rest) / one.exposure, one.mean + hypot(high - n, rest) / one.exposure
            rows.append((*one.key, one.window, one.points, n, one.mean, *((None, None) if one.cup else ends)))
        return rows

    def _enriched(self) -> dict[str, Any]:
        """Return the signals of the new crater over those of the old, by counting; what the matrix is has none."""
        found: dict[str, list[Any]] = {}
        sums = list(self.summed())
        matrix = self.given.params.get("matrix") if self.given.params.get("normalise") == "matrix" else ""
        for one in (one for one in sums if one.key[0] == "new" and one.key[1] != matrix):
            others = [other for other in sums if other.key == ("old", *one.key[1:]) and other.window == one.window]
            for other in others:
                ratio, u = log(one.net / other.net * other.exposure / one.exposure), hypot(one.error, other.error)
                counted = not (one.cup or other.cup)
                row = {"region": "new", "species": one.key[1], "polarity": one.key[2], "window": one.window,
                       "ratio": exp(ratio), "log_ratio": ratio, "log_error": u if counted else None,
                       "low": exp(ratio - NORMAL_95 * u) if counted else None,
                       "high": exp(ratio + NORMAL_95 * u) if counted else None, "reference_craters": 1,
                       "p": ... if counted else None, "beyond_counting": ..., "caveat": CAVEAT,
                       "verdict": "counting statistics only, no significance claimed"}  # fmt: skip
                for name, value in row.items():
                    found.setdefault(f"enrichment.{name}", []).append(value)
        told = {one["name"]: one for one in self.given.stated.get("sims.regions", []) if "state" in one}
        if told:
            found["enrichment.state"] = [told["new"]["state"]] * len(found["enrichment.region"])
        rows = zip(found["enrichment.species"], found["enrichment.window"], strict=True)
        asked = ("Na+", self.given.params.get("window", "near_surface"))
        at = next((k for k, row in enumerate(rows) if row == asked), None)
        if at is None:
            return found
        ratio, u = found["enrichment.ratio"][at], found["enrichment.log_error"][at]
        return found | {"enrichment": ratio, "u(enrichment)": ratio * u,
                        "low(enrichment)": found["enrichment.low"][at],
                        "high(enrichment)": found["enrichment.high"][at]}  # fmt: skip

    def _means(self) -> dict[str, Any]:
        names = ("region", "species", "polarity", "window", "points", "counts", "mean", "low", "high")
        rows = self.sums()
        found = {f"means.{name}": [row[k] for row in rows] for k, name in enumerate(names)}
        ends = [self.windows()[row[3]] for row in rows]
        return found | {"means.from": [a for a, _ in ends], "means.to": [b for _, b in ends]} | self._told(rows)

    def _told(self, rows: list[tuple[Any, ...]]) -> dict[str, Any]:
        told = {one["name"]: one for one in self.given.stated.get("sims.regions", []) if "state" in one}
        if not told:
            return {}
        named = ["old", "new"]  # in the order of the file
        return {"means.state": [told[row[0]]["state"] for row in rows], "regions.region": named,
                "regions.state": [told[name]["state"] for name in named],
                "regions.test": [told[name]["test"] for name in named],
                "regions.test_sha256": [None, None]}  # fmt: skip

    def _concentrations(self) -> dict[str, Any]:
        factors, rows, sums = self.given.stated.get("sims.rsf", []), [], self.sums()
        for one in factors:
            for region, ion, sign, window, _, _, *values in sums:
                if ion != one["species"]:
                    continue
                by = self.given.stated.get("sims.dwell_time")
                if one["convention"] == "per_matrix_ratio":
                    by = next(row[6] for row in sums if row[:4] == (region, one["matrix"], sign, window))
                scale = one["value"] / (ABUNDANCE if one["refers_to"] == "element" else 1)
                rows.append((region, ion, window, *(scale * max(v, 0) / by for v in values), one["value"],
                             one["convention"], one["refers_to"]))  # fmt: skip
        names = ("region", "species", "window", "concentration", "low", "high", "rsf", "convention", "refers_to")
        return {f"concentrations.{name}": [row[k] for row in rows] for k, name in enumerate(names)} if rows else {}


def _live(load: float, model: str) -> float:
    """Return the share of ions that are counted: the detector is dead after each count, or after each ion."""
    if model == "non_paralysable" or not load:
        return 1 - load
    true = brentq(lambda rate: rate * exp(-rate) - load, 0, 1, xtol=1e-14)
    return load / true


def _none(value: Any) -> Any:
    return None if isinstance(value, float) and np.isnan(value) else value


BOTH = {"sims.regions": [{"name": "new", "crater_depth": 0.9, "state": "aged", "test": "b.mpr"},
                         {"name": "old", "crater_depth": 1.2, "state": "pristine", "test": "a.mpr"}]}  # fmt: skip
FACTORS = [
    {"species": "Na+", "value": 2e18, "convention": "per_count_rate", "refers_to": "isotope"},
    {"species": "30Si+", "value": 3e20, "convention": "per_matrix_ratio", "matrix": "Al+", "refers_to": "element"},
]
STATED_BEAM = {**BOTH, "sims.primary_current": 7.0}
TREATED = {
    "two craters": Treated(stated=BOTH),
    "one depth": Treated(stated={"sims.crater_depth": 1500.0, "sims.acquisition": "simultaneous"}, seed=2),
    "in turn": Treated(stated={**BOTH, "sims.acquisition": "sequential"}, params={"smooth": "5"}, seed=3),
    "layers": Treated(
        stated={"sims.depth_calibration": [{"rate": "4 nm/s", "from": "0 nm", "to": "0.3 um"},
                                           {"Mean SR (nm/min)": "120"}]}, seed=4),
    "a clock": Treated(params={"window": "surface"}, seed=5),
    "dead time": Treated(stated={**BOTH, "sims.dwell_time": 1e-3, "sims.dead_time": 2e-7}, full=6000.0, seed=6),
    "dead after each ion": Treated(params={"dead_time": "paralysable"}, full=2500.0, seed=7, cup=("old", "new"),
                                   stated={**BOTH, "sims.dwell_time": 1e-3, "sims.dead_time": 2e-7}),
    "backwards": Treated(stated=BOTH, backwards=True, beam=True, seed=15, params={
        "normalise": "primary_current", "background_start": "810", "background_stop": "1100", "smooth": "3"}),
    "a cup in the old crater": Treated(stated=BOTH, cup=("old",), seed=14),
    "rates": Treated(rates=True, params={"dead_time": "none"}, seed=8,
                     stated={**BOTH, "sims.dwell_time": 0.5, "sims.dead_time": 1e-6, "sims.rsf": FACTORS}),
    "background": Treated(params={"background_start": "810", "background_stop": "1100", "detector_yield": "40 %"},
                          stated=BOTH, seed=9, late=0.2),
    "silicon": Treated(params={"normalise": "matrix", "matrix": "30Si+"}, stated=BOTH, weak=3, seed=10),
    "all ions": Treated(params={"normalise": "total", "background_start": "810", "background_stop": "1100"},
                        stated=BOTH, late=0.1, seed=11),
    "a beam": Treated(params={"normalise": "primary_current"}, stated=STATED_BEAM, beam=True, seed=12),
    "a stated beam": Treated(params={"normalise": "primary_current"}, stated=STATED_BEAM, seed=13),
}  # fmt: skip
WORLDS = {f"counts: {name}": one.world for name, one in TREATED.items()}

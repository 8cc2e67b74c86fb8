"""Interfaces in depth profiles: edges whose likelihood is maximised again by plain means, and exact decays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import exp, hypot, log, sqrt
from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.stats import exponnorm, norm

from echub.testing import synth
from tests.oracles.plain import NORMAL_95
from tests.oracles.told import World

SHAPES = ("error function", "logistic", "exponential tail on the low side", "exponential tail on the high side",
          "tilted plateau", "two steps", "changing yield")  # fmt: skip
COUNTED = ("means.", "steps.", "note(")
"""What is the same for any profile, and stated by other worlds."""


def counted(x: np.ndarray, n: np.ndarray, **columns: synth.Column) -> dict[str, synth.Column]:
    """Return the columns of one ion, counted along a depth in nm."""
    return {
        "species": synth.Column(np.repeat("Na+", len(x))),
        "polarity": synth.Column(np.ones(len(x), np.int8), "1"),
        "region": synth.Column(np.repeat("only", len(x))),
        "ion_counts": synth.Column(n, "count"),
        **(columns or {"depth": synth.Column(x, "nm")}),
    }


def expected_counts(p: Any, x: np.ndarray, sign: int) -> np.ndarray:
    """Return the counts of an error function; p: plateau above the background, background, position, σ."""
    return p[1] + p[0] * norm.cdf(sign * (x - p[2]) / p[3])


def deviance(n: np.ndarray, mu: np.ndarray) -> float:
    """Return twice the loss of log-likelihood against a model that meets every point."""
    return 2 * float((mu - n + np.where(n > 0, n * np.log(np.where(n > 0, n, 1) / mu), 0)).sum())


@dataclass(frozen=True)
class Interface:
    """One ion that ends, or begins, at 400 nm; all 80 points lie within eight widths of the edge.

    percent: uncertainty of the depth. shared: percent of ions that are counted. clock: nm/s, where only the time
    is known; crater: whether its depth is stated. second: a second edge that is left out, at 900 nm.
    """

    sign: int = -1
    high: float = 500.0
    low: float = 20.0
    sigma: float = 30.0
    percent: float = 0.0
    shared: float = 100.0
    clock: float = 0.0
    crater: bool = False
    second: bool = False
    seed: int = 1

    def drawn(self) -> tuple[np.ndarray, np.ndarray]:
        """Return depth and counts."""
        x = 10.0 * np.arange(130 if self.second else 80)
        mu = expected_counts((self.high, self.low, 400.0, self.sigma), x, self.sign)
        if self.second:  # a layer: the signal comes back, to three times the plateau
            mu = mu + 3 * self.high * norm.cdf(-self.sign * (x - 900) / self.sigma)
        return x, np.random.default_rng(self.seed).poisson(mu).astype(float)

    @property
    def unit(self) -> float:
        """Return what of a nm one unit of the axis is: a second, if the depth is not known."""
        return 1 / self.clock if self.clock and not self.crater else 1.0

    def world(self) -> World:
        """Return it with its outcome."""
        x, n = self.drawn()
        params = {"depth_uncertainty": f"{self.percent} %", "detector_yield": f"{self.shared} %"}
        if self.second:
            params |= {"start": "0", "stop": "790", "edge": "falling" if self.sign < 0 else "rising"}
        columns = counted(x, n)
        stated = {}
        if self.clock:
            columns = counted(x, n, sputter_time=synth.Column(x / self.clock, "s"))
            if self.crater:  # the last of the points begins at the start of the last step
                stated = {"sims.crater_depth": f"{x[-1] + 10} nm"}
        data = synth.Case(columns, stated, kind="depth_profile").record()
        decays = tuple(f"{part}{name}" for name in ("leading_decay", "trailing_decay")
                       for part in ("", "u(", "low(", "high("))  # fmt: skip
        return World("sims-profile", data, self.expected, params, within=2e-4,
                     silent=(*COUNTED, *decays, "=steps"), loose=self.loose(),
                     units={"depth": "s"} if self.clock and not self.crater else {})  # fmt: skip

    def loose(self) -> dict[str, float]:
        """Return tolerances: an interval's end is interpolated between points of the profile of the likelihood."""
        ends = ("interface_position", "interface_width")
        found = {f"{part}({name})": 5e-3 for name in ends for part in ("u", "low", "high")}
        found |= {f"{name}: counting statistics": 2e-2 for name in ends}
        # The least of the profile is that of a parabola through points a standard deviation apart.
        found |= dict.fromkeys(("interface_width", "interface_width: depth calibration"), 1e-3)
        # A shape has arrived when a step gains less than 0.01 of deviance.
        return found | {"shapes.deviance": 5e-4, "shapes.position": 2e-3, "shapes.width": 5e-2}

    def expected(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return the outcome."""
        x, n = self.drawn()
        kept = x <= 790
        fit = Likeliest(x[kept], n[kept], self.sign)
        at, sigma = fit.p[2], fit.sigma
        gain, unit = self.shared / 100, self.unit
        spreads = self._spreads(found, fit)
        made: dict[str, Any] = {"dispersion": fit.dispersion, "u(dispersion)": sqrt(2 / 76), "n(dispersion)": 80}
        for name, value, ends, more in (
            ("interface_position", at, fit.ends(2), spreads[0]),
            ("interface_width", 2 * sigma, [2 * end for end in fit.ends(3)], spreads[1]),
        ):
            made |= self._sized(name, unit * value, [unit * end for end in ends], more)
        signal = np.linspace(x[0], 790, 200)
        curve = expected_counts((*fit.p[:3], sigma), signal, self.sign) / gain
        made |= {
            "~fit_x": unit * signal, "~fit_signal": curve, "~interface_window": [unit * x[0], unit * 790],
            "~interface": [unit * at, *(unit * end for end in fit.ends(2))],
            "~x": unit * x, "~signal": n / gain, "~low": ..., "~high": ..., "~region": ["only"] * len(x),
            "~species": ["Na+"] * len(x), "~polarity": [1] * len(x),
            "=species": "Na+", "=polarity": "+", "=region": "only",
        }  # fmt: skip
        return made | self._shapes(found, fit) | self._said()

    def _said(self) -> dict[str, Any]:
        if not self.clock or self.crater:
            return {}
        text = "no crater depth and no sputter rate is stated for only: sputter time is kept"
        return {"!depth-uncalibrated": (text, "")}

    def _sized(self, name: str, value: float, ends: list[float], shape: float) -> dict[str, float]:
        """Return a measurand: its parts add in quadrature, and so do they to each end."""
        scale = value * self.percent / 100
        counting = (ends[1] - ends[0]) / 2 / NORMAL_95
        more = NORMAL_95 * hypot(scale, shape)
        found = {name: value, f"u({name})": hypot(counting, shape, scale),
                 f"{name}: counting statistics": counting,
                 f"low({name})": value - hypot(value - ends[0], more),
                 f"high({name})": value + hypot(ends[1] - value, more)}  # fmt: skip
        if shape:
            found[f"{name}: shape of the edge"] = shape
        if scale:
            found[f"{name}: depth calibration"] = scale
        return found

    def _spreads(self, found: dict[str, Any], fit: Likeliest) -> list[float]:
        """Return how far shapes that are as likely lie about the error function, by Akaike's weights."""
        names = found["shapes.shape"]
        rows = [k for k, name in enumerate(names) if name not in ("two steps", "changing yield")]
        losses, more = (np.array(found[f"shapes.{name}"], float) for name in ("deviance", "parameters"))
        scores = losses + 2 * (more - 4)
        scatter = max(1.0, (losses[np.argmin(scores)]) / (80 - more[np.argmin(scores)]))
        weights = np.exp(-(losses[rows] / scatter + 2 * more[rows]) / 2)
        weights /= weights.sum()
        away = [np.array(found[f"shapes.{name}"], float)[rows] for name in ("position", "width")]
        return [float(np.sqrt((weights * (one - one[0]) ** 2).sum())) for one in away]

    def _shapes(self, found: dict[str, Any], fit: Likeliest) -> dict[str, Any]:
        """Return the shapes; of the ones with a tail and on a tilt the deviance only, which settles the fit."""
        names = found["shapes.shape"]
        assert tuple(names) in (SHAPES, SHAPES[:-1])
        losses = [fit.loss, *(fit.other(shape) for shape in (_logistic, _low_tail, _high_tail, _tilted))]
        rest = [...] * (len(names) - 5)
        logistic = fit.best_of(_logistic)
        # 84 % of a logistic distribution whose scale is 1/1.7
        width = 2 * logistic[3] / 1.7 * log(norm.cdf(1) / norm.cdf(-1))
        gain = self.unit
        return {
            "shapes.shape": names, "shapes.parameters": [4, 4, 5, 5, 5, 7, 6][: len(names)],
            "shapes.deviance": [*losses, *rest],
            "shapes.position": [gain * fit.p[2], gain * logistic[2], ..., ..., ..., *rest],
            "shapes.width": [gain * 2 * fit.p[3], gain * width, ..., ..., ..., *rest],
        }  # fmt: skip


def _logistic(u: np.ndarray, more: Any) -> np.ndarray:
    return 1 / (1 + np.exp(-1.7 * u))


def _high_tail(u: np.ndarray, more: Any) -> np.ndarray:
    return np.asarray(exponnorm.cdf(u, exp(more[0])))


def _low_tail(u: np.ndarray, more: Any) -> np.ndarray:
    return 1 - np.asarray(exponnorm.cdf(-u, exp(more[0])))


def _tilted(u: np.ndarray, more: Any) -> np.ndarray:
    return np.asarray(norm.cdf(u) * (1 + more[0] * u / 10))


class Likeliest:
    """An error function by the largest likelihood of its counts; p: plateau, background, position, σ."""

    def __init__(self, x: np.ndarray, n: np.ndarray, sign: int) -> None:
        self.x, self.n, self.sign = x, n, sign
        start = [log(n.max()), log(max(n.min(), 1.0)), 4.0, 3.4]
        found = self._lowest(lambda q: deviance(n, expected_counts(_natural(q), x, sign)), start)
        self.q, self.p, self.loss = found.x, _natural(found.x), float(found.fun)
        mu = expected_counts(self.p, x, sign)
        self.dispersion = float(((n - mu) ** 2 / np.maximum(mu, 1)).sum()) / (len(x) - 4)

    @staticmethod
    def _lowest(function: Any, start: Any) -> Any:
        return minimize(function, start, method="BFGS", options={"gtol": 1e-5})

    def best_of(self, share: Any) -> np.ndarray:
        """Return plateau, background, position, σ of another shape without further parameters."""
        return np.asarray(_natural(self._other(share, 0).x))

    def other(self, share: Any) -> float:
        """Return the deviance of another shape."""
        return float(self._other(share, 0 if share is _logistic else 1).fun)

    def _other(self, share: Any, more: int) -> Any:
        def loss(q: np.ndarray) -> float:
            p = _natural(q)
            mu = p[1] + p[0] * share(self.sign * (self.x - p[2]) / p[3], q[4:])
            return deviance(self.n, np.maximum(mu, 1e-9))

        return self._lowest(loss, [*self.q, *[0.0] * more])

    def held(self, at: int, value: float) -> float:
        """Return the deviance with one parameter held, in what is fitted: ln, and the position over 100."""
        free = [k for k in range(4) if k != at]

        def loss(q: np.ndarray) -> float:
            whole = np.empty(4)
            whole[free], whole[at] = q, value
            return deviance(self.n, expected_counts(_natural(whole), self.x, self.sign))

        return float(self._lowest(loss, self.q[free]).fun)

    def profile(self, at: int, value: float) -> float:
        """Return what is lost; of the width with the information on the position, which falls as one over it."""
        return self.held(at, value) / max(1.0, self.dispersion) - (value if at == 3 else 0.0)

    @property
    def sigma(self) -> float:
        """Return σ at the least of its profile."""
        return exp(self._least(3)[0])

    @cache  # noqa: B019
    def _least(self, at: int) -> tuple[float, float]:
        if at == 2:
            return float(self.q[2]), self.loss / max(1.0, self.dispersion)
        places = self.q[3] + np.linspace(-0.06, 0.1, 7)
        bow = np.polynomial.Polynomial.fit(places, [self.profile(3, one) for one in places], 4)
        best = minimize_scalar(bow, bounds=(places[0], places[-1]), method="bounded", options={"xatol": 1e-8}).x
        return float(best), float(bow(best))

    @cache  # noqa: B019
    def ends(self, at: int) -> list[float]:
        """Return where the profile has lost 1.96², in nm."""
        best, least = self._least(at)

        def lost(value: float) -> float:
            return self.profile(at, value) - least - NORMAL_95**2

        found = [brentq(lost, best, best + s * (0.2 if at == 2 else 0.6), xtol=1e-5) for s in (-1, 1)]
        return [100 * one if at == 2 else exp(one) for one in found]


def _natural(q: Any) -> tuple[float, float, float, float]:
    return exp(q[0]), exp(q[1]), 100 * q[2], exp(q[3])


EDGES = {
    "falls": Interface(),
    "rises": Interface(sign=1, high=900.0, low=4.0, percent=2.0, seed=2),
    "half of the ions": Interface(shared=50.0, sigma=25.0, seed=3),
    "time": Interface(clock=2.0, percent=3.0, seed=4),
    "a crater": Interface(clock=2.0, crater=True, sign=1, seed=5),
    "one of two": Interface(second=True, low=5.0, seed=6),
}
WORLDS = {f"interface: {name}": edge.world for name, edge in EDGES.items()}


def layer(percent: float = 0.0) -> World:
    """Return a layer whose signal rises by a decade in 60 nm and falls by one in 150 nm, without noise."""
    x = 10.0 * np.arange(300)
    plateau = (x >= 900) & (x <= 1200)
    n = np.round(1e6 * np.where(x < 900, 10 ** ((x - 900) / 60), np.where(plateau, 1, 10 ** ((1200 - x) / 150))))
    text = "5 or more equal counts follow each other: the detector or its register is full"

    def expected(found: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"!saturated": (text, "Na+ only")}
        for side, decay, of in (("leading", 60.0, x < 900), ("trailing", 150.0, x > 1200)):
            name = f"{side}_decay_length"
            counting, scale = found[f"{name}: counting statistics"], decay * percent / 100
            read = of & (n < 3e5) & (n > 1e4)
            weight = n[read] / n[read].sum()
            spread = n[read].sum() * (weight @ x[read] ** 2 - (weight @ x[read]) ** 2)
            # Of all points; the fit may end earlier, at its own background.
            assert 0.9 < counting / (decay**2 / log(10) / sqrt(spread)) < 2
            u = hypot(counting, scale)
            made |= {name: decay, f"u({name})": u, f"low({name})": decay - NORMAL_95 * u,
                     f"high({name})": decay + NORMAL_95 * u, f"{name}: counting statistics": counting,
                     f"{name}: depth calibration": scale or None}  # fmt: skip
        return made

    silent = (*COUNTED, "~", "=", "interface", "u(interface", "low(interface", "high(interface", "shapes.",
              "dispersion", "u(dispersion", "n(", "!edge-shape", "!several-steps", "!residuals", "!overdispersed",
              "!yield")  # fmt: skip
    data = synth.Case(counted(x, n), {}, kind="depth_profile").record()
    return World("sims-profile", data, expected, {"depth_uncertainty": f"{percent} %"}, within=1e-3, silent=silent)


def between_points(cup: bool = False) -> World:
    """Return an edge between 400 and 410 nm, whose width no point shows: two points on either side hold it."""
    x = 10.0 * np.arange(80)
    rng = np.random.default_rng(3)
    n = np.where(x < 405, rng.poisson(1000, 80), rng.poisson(3, 80)).astype(float)
    columns = counted(x, n)
    text = "the width is below two steps of 10: the edge is only bracketed by its points"
    expected: dict[str, Any] = {"interface_position": 405.0, "low(interface_position)": 390.0,
                                "high(interface_position)": 420.0, "high(interface_width)": 20.0,
                                "interval(interface_position)": "bracketing []",
                                "!interface-undersampled": (text, "")}  # fmt: skip
    if cup:
        columns["faraday_cup"] = synth.Column((x < 300).astype(np.int8), "1")
        text = "the fit includes points of the Faraday cup, whose scatter is not that of counting"
        expected["!faraday-cup-in-fit"] = (text, "")
    data = synth.Case(columns, {}, kind="depth_profile").record()
    return World("sims-profile", data, expected, silent=(*COUNTED, "~", "=", "dispersion", "u(", "n("),
                 loose={"interface_position": 5 / 405})  # fmt: skip


WORLDS |= {
    "interface: a layer": layer,
    "interface: a layer, its depth uncertain": lambda: layer(4.0),
    "interface: between points": between_points,
    "interface: a cup": lambda: between_points(cup=True),
}


def lagging(applied: bool, names: str = "Na+,PO2-") -> World:
    """Return an edge that both polarities show, one after the other: the negative one 35 nm deeper."""
    x = 10.0 * np.arange(80)
    rng = np.random.default_rng(21)
    counts = [rng.poisson(expected_counts((600, 10, at, 30), x, -1)).astype(float) for at in (380.0, 415.0)]
    columns = {
        "species": synth.Column(np.repeat(["Na+", "PO2-"], 80)),
        "polarity": synth.Column(np.repeat(np.array([1, -1], np.int8), 80), "1"),
        "region": synth.Column(np.repeat("only", 160)),
        "depth": synth.Column(np.tile(x, 2), "nm"),
        "ion_counts": synth.Column(np.concatenate(counts), "count"),
    }
    record = synth.Case(columns, {}, kind="depth_profile").record()
    record.metadata.set("sims.acquisition", "sequential", source="test")
    early, late = (Likeliest(x, n, -1) for n in counts)
    lag = late.p[2] - early.p[2]
    u = hypot(*((high - low) / 2 / NORMAL_95 for low, high in (early.ends(2), late.ends(2))))

    def expected(found: dict[str, Any]) -> dict[str, Any]:
        detail = f"lag of the negative polarity by {names}: {found['polarity_lag']:.4g} nm"
        detail += "; subtracted from the negative" if applied else "; not applied"
        moved = x - found["polarity_lag"] if applied else x
        return {
            "polarity_lag": lag, "u(polarity_lag)": u, "low(polarity_lag)": lag - 1.96 * u,
            "high(polarity_lag)": lag + 1.96 * u, "interface_position": early.p[2],
            "note(polarity_lag)": "not applied unless --param apply_lag=true", "~x": [*x, *moved],
            "steps.step": [..., ..., ..., ..., ..., ..., ..., "pairing"],
            "steps.applied": [..., ..., ..., ..., ..., ..., ..., applied],
            "steps.detail": [..., ..., ..., ..., ..., ..., ..., detail],
            "~species": ..., "~signal": ..., "~region": ...,
            "~polarity": [1] * 80 + [-1] * 80,
        }  # fmt: skip

    silent = ("means.", "=", "~low", "~high", "~fit", "~interface", "shapes.", "dispersion", "interface_",
              "u(interface", "low(interface", "high(interface", "u(dispersion", "n(", "trailing",
              "u(trailing", "low(trailing",
              "high(trailing", "leading", "u(leading", "low(leading", "high(leading")  # fmt: skip
    loose = {"polarity_lag": 2e-3, "u(polarity_lag)": 5e-3, "low(polarity_lag)": 4e-3, "high(polarity_lag)": 4e-3,
             "interface_position": 2e-4}  # fmt: skip
    params = {"common": names, "apply_lag": str(applied).lower(), "species": "Na+"}
    return World("sims-profile", record, expected, params, silent=silent, loose=loose)


WORLDS |= {
    "interface: a lag": lambda: lagging(applied=False),
    "interface: a lag, subtracted": lambda: lagging(applied=True, names="PO2-, Na+"),
}

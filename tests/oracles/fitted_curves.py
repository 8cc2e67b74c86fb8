"""Curves that are fitted: recoveries by least squares of all parameters, failing cells by a search for the top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, hypot, lgamma, log, sqrt
from typing import Any

import numpy as np
from scipy.optimize import brentq, curve_fit, minimize
from scipy.stats import f as fisher
from scipy.stats import norm
from scipy.stats import t as student

from echub.plugin import Condition, Interval, Measurand, Outcome
from echub.testing import synth
from tests.oracles.told import World

FORMS: dict[str, tuple[Callable[..., Any], list[float], tuple[str, ...]]] = {
    "single": (lambda t, one, a: a * (1 - np.exp(-t / np.exp(one))), [log(4e-3), 900.0], ("",)),
    "double": (
        lambda t, one, two, a, b: a * (1 - np.exp(-t / np.exp(one))) + b * (1 - np.exp(-t / np.exp(two))),
        [log(5e-4), log(2e-2), 400.0, 600.0],
        ("_fast", "_slow"),
    ),
    "stretched": (
        lambda t, one, beta, a: a * (1 - np.exp(-((t / np.exp(one)) ** beta))),
        [log(4e-3), 0.7, 900.0],
        ("",),
    ),
}


@dataclass(frozen=True)
class Recovery:
    """A recovery with two times, or a distribution of them; `form` is what is fitted, and is asked for or found.

    first, last: delays, s. level: of the intervals, %. noise: over the plateau. left: part of the signal at zero
    delay, else a twentieth if it is fitted.
    """

    form: str
    offset: bool = False
    beta: float = 1.0
    times: tuple[float, ...] = (5e-4, 2e-2)
    seed: int = 1
    asked: bool = True
    first: float = 5e-5
    last: float = 0.2
    level: float = 95.0
    noise: float = 0.004
    left: float | None = None

    def world(self) -> World:
        """Return it with its outcome."""
        shares = (0.4, 0.6)[: len(self.times)]
        left = 0.05 * self.offset if self.left is None else self.left
        setup = synth.Recovering(times_s=self.times, shares=shares, beta=self.beta, noise=self.noise,
                                 unsaturated=left, first_s=self.first, last_s=self.last)  # fmt: skip
        case = synth.recovery(self.seed, setup)
        t, m = case.columns["recovery_delay"].values, case.columns["magnetisation"].values
        shuffled = np.random.default_rng(1).permutation(len(t))  # rows come in any order
        for name in ("recovery_delay", "magnetisation"):
            case = case.with_values(name, case.columns[name].values[shuffled])
        params = {"form": self.form if self.asked else "auto", "offset": str(self.offset).lower(),
                  "level": f"{self.level} %"}  # fmt: skip
        return World("relaxation", case.record(), self.expected(t, m), params, within=1e-4,
                     loose={"~residual": 1e-3})  # fmt: skip

    def fitted(
        self, form: str, t: np.ndarray, m: np.ndarray, *, offset: bool | None = None
    ) -> tuple[np.ndarray, np.ndarray, Any]:
        """Return the parameters, their covariance, and the curve."""
        offset = self.offset if offset is None else offset
        function, start, _ = FORMS[form]
        count = len(start)

        def curve(t: np.ndarray, *p: float) -> np.ndarray:
            return function(t, *p[:count]) + (p[-1] if offset else 0.0)

        start = [*start, 0.0] if offset else start
        found, cov = curve_fit(
            curve, t, m, start, method="trf", jac="3-point", x_scale="jac", xtol=1e-13, ftol=1e-13, gtol=1e-13
        )
        return found, cov, lambda t: curve(t, *found)

    def expected(self, t: np.ndarray, m: np.ndarray) -> dict[str, Any]:
        """Return the whole outcome."""
        p, _, curve = self.fitted(self.form, t, m)
        names = FORMS[self.form][2]
        found: dict[str, Any] = {"=form": self.form, "=offset": self.offset}
        for k, name in enumerate(names):
            for kind, sign in (("T1", 1), ("R1", -1)):
                found |= self._known(f"{kind}{name}", t, m, k, sign)
        if self.form == "stretched":
            found |= self._known("beta", t, m, 1)
            found |= self._known("T1_mean", t, m, lambda p: p[0] + lgamma(1 / p[1]) - log(p[1]), 1)
            found |= {"note(T1_mean)": "of the distribution of times"}
        if self.form == "double":
            found |= self._known("share_fast", t, m, lambda p: p[2] / (p[2] + p[3]))
        line = np.geomspace(t[0] / 2, t[-1] * 1.2, 200)
        times = np.exp(p[: len(names)])
        return found | self._forms(t, m) | self._flags(t, m, times) | {
            "~delay": t, "~signal": m, "~residual": m - curve(t), "~line_delay": line, "~line": curve(line),
            "~time": times,
        }  # fmt: skip

    def _known(self, name: str, t: np.ndarray, m: np.ndarray, of: Any, sign: int = 0) -> dict[str, float]:
        """Return a number of the fit; its interval reaches to that with a signal at zero delay too.

        of: the number of a parameter, or a function of all. sign: of a logarithm, 0 for none.
        """
        told = of if callable(of) else lambda p: p[of]
        asked = not self.offset and not (self.form == "single" and len(self.times) > 1)
        values, noises, ends = [], [], []
        for offset in (self.offset, True) if asked else (self.offset,):
            p, cov, curve = self.fitted(self.form, t, m, offset=offset)
            cov = cov * shared(m - curve(t))
            steps = np.diag(1e-6 * np.maximum(np.abs(p), 1e-3))
            slope = np.array([(told(p + h) - told(p - h)) / (2 * h.sum()) for h in steps])
            value, u = told(p), sqrt(slope @ cov @ slope)
            reach = student.ppf((1 + self.level / 100) / 2, len(t) - len(p))
            values.append(value)
            noises.append(u)
            ends += [value - reach * u, value + reach * u]
        moved = abs(values[-1] - values[0])
        told_as = (lambda x: exp(sign * x)) if sign else (lambda x: x)
        scale = told_as(values[0]) if sign else 1.0
        low, high = sorted((told_as(min(ends)), told_as(max(ends))))
        found = _with(name, told_as(values[0]), scale * hypot(noises[0], moved), len(t), [low, high])
        parts = {"noise": noises[0], "signal at zero delay": moved} if asked else {}
        return found | {f"{name}: {part}": scale * u for part, u in parts.items()}

    def _aicc(self, form: str, t: np.ndarray, m: np.ndarray) -> float:
        """Return Akaike's criterion for few points; noise is a parameter too."""
        p, _, curve = self.fitted(form, t, m)
        n, k = len(t), len(p) + 1
        return n * log(((m - curve(t)) ** 2).sum() / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)

    def _forms(self, t: np.ndarray, m: np.ndarray) -> dict[str, Any]:
        """Return a row for each form that is fitted."""
        forms = [self.form] if self.asked else list(FORMS)
        fits = {form: self.fitted(form, t, m) for form in forms}
        times = {form: np.exp(p[: len(FORMS[form][2])]) for form, (p, _, _) in fits.items()}
        return {
            "forms.form": forms, "forms.T1_first": [one[0] for one in times.values()],
            "forms.T1_second": [one[1] if len(one) > 1 else None for one in times.values()],
            "forms.beta": [p[1] if form == "stretched" else None for form, (p, _, _) in fits.items()],
            "forms.rms": [sqrt(((m - curve(t)) ** 2).mean()) for _, _, curve in fits.values()],
            "forms.AICc": [self._aicc(form, t, m) for form in forms], "forms.resolved": [True] * len(forms),
        }  # fmt: skip

    def _flags(self, t: np.ndarray, m: np.ndarray, times: np.ndarray) -> dict[str, Any]:
        found = {}
        if t[-1] < 3 * times[-1]:
            text = f"the longest delay is {t[-1] / times[-1]:.1f} times the slowest time"
            found["!plateau-not-reached"] = (text, "")
        if t[0] > times[0]:
            text = f"the shortest delay is {t[0]:.3g} s, the fastest time {times[0]:.3g} s"
            found["!starts-too-late"] = (text, "")
        if self.form == "single" and len(self.times) > 1:
            text = "neighbouring residuals of the single form have the same sign too often"
            found["!form-does-not-fit"] = (text, "")
        other = {"double": "stretched", "stretched": "double"}.get(self.form, "")
        apart = abs(self._aicc(other, t, m) - self._aicc(self.form, t, m)) if other and not self.asked else 9.0
        if apart < 6:
            text = f"the {self.form} and the {other} form differ by {apart:.1f} in AICc"
            found["!form-undecided"] = (text, "")
        fits = "!form-does-not-fit" not in found
        return found | (self._saturation(t, m) if fits and not self.offset else {})

    def _saturation(self, t: np.ndarray, m: np.ndarray) -> dict[str, Any]:
        """Return the flag of each time that a signal at zero delay would move beyond its interval."""
        (p, cov, curve), (free, _, moved) = (self.fitted(self.form, t, m, offset=one) for one in (False, True))
        rss, left = (((m - fitted(t)) ** 2).sum() for fitted in (curve, moved))
        freedom = len(t) - len(free)
        chance = fisher.sf((rss - left) / (left / freedom), 1, freedom)
        reach = student.ppf((1 + self.level / 100) / 2, len(t) - len(p))
        found, names = {}, FORMS[self.form][2]
        for k, name in enumerate(names):
            if abs(free[k] - p[k]) > reach * sqrt(cov[k, k] * shared(m - curve(t))):
                shown = f"{free[-1] / moved(t[-1]):.1%} of it"
                text = (f"with the signal at zero delay fitted too ({shown}), T1{name} is {exp(free[k]):.3g} s, "
                        f"beyond what noise alone explains (p = {chance:.1g} that it is zero)")  # fmt: skip
                found["!saturation-open"] = (text, "")
        return found


def shared(rest: np.ndarray) -> float:
    """Return by how much neighbours that are alike widen a variance: (1 + ρ)/(1 - ρ), if by chance p < 5 %."""
    n, total = len(rest), float((rest**2).sum())
    ratio = float((np.diff(rest) ** 2).sum()) / total
    rho = float((rest[1:] * rest[:-1]).sum()) / total
    alike = norm.cdf((ratio - 2) / sqrt(4 * (n - 2) / (n**2 - 1))) < 0.05 and rho > 0
    return (1 + rho) / (1 - rho) if alike else 1.0


def _with(name: str, value: float, u: float, n: int, ends: list[float]) -> dict[str, float]:
    return {name: value, f"u({name})": u, f"n({name})": n, f"low({name})": ends[0], f"high({name})": ends[1]}


CELLS = (
    (1.0, 2.0),
    (2.0, 3.0),
    (3.0, 4.0),
    (3.0, 4.0),
    (4.0, 5.0),
    (5.0, None),
    (None, 1.0),
    (6.0, 7.0),
    (2.0, 2.5),
)


def batch(level: float = 95.0) -> World:
    """Return cells of which each is known to fail between two levels; one has no value."""
    outcomes = [
        Outcome({"critical_current_density": Measurand("mA/cm^2", interval=Interval(low, high, "bracketing"),
                 censoring="interval" if low and high else "right" if low else "left")},
                analysis="ccd", label=f"cell {n}", provenance={"inputs": [{"name": f"{n}", "sha256": f"{n}"}]},
                conditions={"protocol": Condition("one")})
        for n, (low, high) in enumerate(CELLS)
    ] + [Outcome({}, analysis="ccd", label="none")]  # fmt: skip
    low, high = (np.array([one[k] if one[k] else (0.0, np.inf)[k] for one in CELLS]) for k in (0, 1))
    order = sorted(range(len(CELLS)), key=lambda k: (low[k], high[k]))
    low, high = low[order], high[order]

    def survives(x: np.ndarray, median: float, shape: float) -> np.ndarray:
        return 0.5 ** ((x / median) ** shape)

    def loss(p: np.ndarray) -> float:
        return -float(np.log(survives(low, *np.exp(p)) - survives(high, *np.exp(p))).sum())

    best = minimize(loss, np.log([3.0, 2.0]), method="BFGS", options={"gtol": 1e-9})
    median, shape = np.exp(best.x)
    allowed = best.fun + fisher.ppf(level / 100, 1, len(CELLS)) / 2

    def beyond(x: float) -> float:
        return minimize(lambda s: loss(np.array([x, s[0]])), [best.x[1]], method="BFGS").fun - allowed

    ends = [exp(brentq(beyond, best.x[0], best.x[0] + s)) for s in (-1.0, 1.0)]
    shown = np.linspace(0, 1.3 * 7.0, 200)
    known = [(a or None, b if np.isfinite(b) else None) for a, b in zip(low, high, strict=True)]
    expected = {
        "median": median, "low(median)": ends[0], "high(median)": ends[1],
        "u(median)": (ends[1] - ends[0]) / 2 / norm.ppf(0.5 + level / 200),
        "scale": median / log(2) ** (1 / shape), "shape": shape,
        **{f"n({name})": len(CELLS) for name in ("median", "scale", "shape")},
        "cells.outcome": [f"cell {k}" for k in order] + ["none"],
        "cells.last_survived": [a for a, _ in known] + [None],
        "cells.first_failed": [b for _, b in known] + [None],
        "cells.status": ["ok"] * len(CELLS) + [""],
        "cells.left_out": [""] * len(CELLS) + ["has no critical_current_density"],
        "readings.reading": ["median of the distribution", "mean of last survived", "mean of first failed"],
        "readings.value": [median, low[low > 0].mean(), high[np.isfinite(high)].mean()],
        "note(median)": "9 cells, 2 of them censored", "note(shape)": "biased high with few cells",
        "tests.test": ["goodness of fit (Anderson, Darling)", "division into two"],
        "~low": low, "~high": [b for _, b in known], "~level": shown,
        "~fraction": 1 - survives(shown, median, shape),
        "~median": [median], "~ends": ends, "=protocol": "one",
        "!left-out": ("1 outcome was left out", "none: has no critical_current_density"),
    }  # fmt: skip
    return World("ccd-weibull", outcomes, expected, {"level": f"{level} %"}, within=1e-3, silent=("tests.p",))


RECOVERIES = {
    "double": Recovery("double"),
    "double, offset": Recovery("double", offset=True, seed=2),
    "single": Recovery("single", times=(4e-3,)),
    "stretched": Recovery("stretched", times=(4e-3,), beta=0.7),
    "double, found": Recovery("double", asked=False, level=80.0),
    "double, hardly told": Recovery("double", asked=False, times=(2e-3, 1e-2), seed=2, noise=0.02),
    "single, of two": Recovery("single"),
    "too short": Recovery("single", times=(4e-3,), last=8e-3, seed=2),
    "too late": Recovery("stretched", times=(4e-3,), beta=0.7, first=5e-3, seed=2),
    "a signal that noise hides": Recovery("double", noise=0.02, left=0.03),
    "a signal that noise turns round": Recovery("double", noise=0.02, left=0.015, seed=8),
    "stretched, offset": Recovery("stretched", times=(4e-3,), beta=0.6, offset=True, seed=4),
}
WORLDS = {f"recovery: {name}": one.world for name, one in RECOVERIES.items()} | {
    "weibull": batch, "weibull: 80 %": lambda: batch(80.0)}  # fmt: skip

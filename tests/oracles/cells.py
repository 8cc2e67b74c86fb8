"""Values of cells at several temperatures, and a line through them by plain sums; groups of cells by counting."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from math import comb, exp, hypot, sqrt
from typing import Any

import numpy as np
from scipy.stats import chi2
from scipy.stats import f as fisher
from scipy.stats import t as student

from echub.plugin import Condition, Measurand, Outcome
from tests.oracles.plain import line
from tests.oracles.told import World

K_EV, ZERO, ROOM, MOLAR = 8.617333262e-5, 273.15, 296.15, 96.48533212
CELSIUS = (-20.0, 5.0, 30.0, 55.0, 80.0)
SPREAD = ((1.0, 0.82, 0.91), (0.96, 1.02, 0.9), (0.93, 0.88, 1.04), (1.0, 1.03, 0.95), (1.01, 0.9, 0.97))


def outcome(celsius: float, value: float, number: int, group: str, unit: str, u: float | None = None) -> Outcome:
    """Return the outcome of one cell."""
    stated = {"cell.temperature": (celsius, "degC"), "cell.id": (f"{group}{celsius:g}-{number}", None),
              "sample.group": (group, None)}  # fmt: skip
    name = "resistance" if "ohm" in unit else "onset_current_density"
    return Outcome(
        {name: Measurand(unit, value, u)},
        conditions={"ramp_rate": Condition(2.0, "mA/cm^2/h")},
        metadata={path: {"value": v, "unit": x, "source": "built"} for path, (v, x) in stated.items()},
        label=f"{group}{celsius:g}-{number}",
    )


@dataclass(frozen=True)
class Series:
    """Three cells at each of five temperatures around one line; a resistance is fitted as its inverse.

    relative: uncertainty that each value states. bent: curvature of ln y in (1/kT)², eV². thermometer: its offset,
    K, and scale, %. level: of the intervals, %.
    """

    form: str = "ln_y"
    replicates: str = "max"
    weights: str = "none"
    unit: str = "mA/cm^2"
    relative: float = 0.0
    energy: float = 0.21
    bars: str = "eq12"
    bent: float = 0.0
    thermometer: tuple[float, float] = (1.0, 1.0)
    level: float = 95.0
    celsius: tuple[float, ...] = CELSIUS

    @property
    def inverse(self) -> bool:
        """Return whether the values are resistances."""
        return "ohm" in self.unit

    def values(self) -> np.ndarray:
        """Return what is fitted, of each temperature and cell."""
        at = np.array(self.celsius)[:, None] + ZERO
        x = (1 / at - 1 / 300) / K_EV
        return 40 * np.exp(-self.energy * x + self.bent * x**2) * np.array(SPREAD[: len(self.celsius)])

    def world(self) -> World:
        """Return it with its outcome."""
        outcomes = [
            outcome(c, 1 / y if self.inverse else y, n, "b", self.unit,
                    self.relative * (1 / y if self.inverse else y) or None)
            for c, row in zip(self.celsius, self.values(), strict=True)
            for n, y in enumerate(row)
        ]  # fmt: skip
        params = {"form": self.form, "replicates": self.replicates, "weights": self.weights,
                  "error_bars": self.bars, "level": f"{self.level} %",
                  "temperature_offset": f"{self.thermometer[0]}",
                  "temperature_scale": f"{self.thermometer[1]} %"}  # fmt: skip
        fitted = ("K*" if self.form == "ln_yT" else "") + ("S/cm^2" if self.inverse else self.unit)
        return World("arrhenius", outcomes, Fit(self).expected(), params, units={"fitted": fitted})


RULES = {"max": np.max, "mean": np.mean, "median": np.median}


class Fit:
    """The line of a series, in the form that is reported first."""

    def __init__(self, given: Series) -> None:
        self.given, values = given, given.values()
        kelvin = np.array(given.celsius) + ZERO
        rule = RULES.get(given.replicates)
        self.y = rule(values, axis=1) if rule else values.ravel()
        self.kelvin = kelvin if rule else np.repeat(kelvin, 3)
        self.upper = np.zeros(len(self.y))
        if given.replicates == "max" and given.bars != "none":
            self.upper = self.y - np.sort(values, axis=1)[:, :2].mean(axis=1)
        elif rule and given.replicates != "max":
            self.upper = values.std(axis=1, ddof=1) / sqrt(3)
        self.lower = self.upper / (2 if given.replicates == "max" else 1)
        stated = np.full(len(self.y), given.relative)
        if given.replicates == "mean":
            stated = given.relative * np.sqrt((values**2).sum(axis=1)) / values.sum(axis=1)
        self.stated = stated if given.relative else None
        bars = (self.upper + self.lower) / 2 / self.y
        chosen = {"none": None, "eq12": bars, "own": np.full(len(self.y), given.relative)}[given.weights]
        self.w = None if chosen is None else 1 / chosen**2

    def logs(self, form: str) -> np.ndarray:
        """Return what stands on the ordinate."""
        return np.log(self.y * self.kelvin) if form == "ln_yT" else np.log(self.y)

    def energy(self, kelvin: np.ndarray, logs: np.ndarray, w: np.ndarray | None) -> float:
        """Return the slope against -1/kT, eV."""
        return float(line(-1 / (K_EV * kelvin), logs, w)[1])

    def judged(self, form: str) -> dict[str, float]:
        """Return energy, intercept, their errors and the other numbers of one form."""
        x, y, w = -1 / (K_EV * self.kelvin), self.logs(form), self.w
        at, energy, u_at, scatter = line(x, y, w)
        shift, scale = self.given.thermometer[0], self.given.thermometer[1] / 100
        moved = [
            self.energy(k, y, w) - energy
            for k in (self.kelvin + shift, self.kelvin + scale * (self.kelvin - ROOM))
        ]
        temperature, freedom, part = hypot(*moved), len(x) - 2, scatter
        birge = None
        if self.stated is not None:
            pooled, pooled_freedom, birge = self._pooled(x, y, w, freedom)
            if not self.exceeds:
                part, freedom = pooled, pooled_freedom
        total = hypot(part, temperature)
        eased = freedom * (total / part) ** 4
        end = (1 + self.given.level / 100) / 2
        half = max(student.ppf(end, eased) * total, student.ppf(end, freedom) * part)
        weights = np.ones(len(x)) if w is None else w
        mean = (weights * y).sum() / weights.sum()
        left = (weights * (y - at - energy * x) ** 2).sum()
        mx = (weights * x).sum() / weights.sum()
        tilt = (1 / (K_EV * self.kelvin)).mean() * sqrt(max(total**2 - scatter**2, 0.0))
        return {
            "E": energy, "at": at, "part": part, "temperature": temperature, "total": total, "half": half,
            "r2": 1 - left / (weights * (y - mean) ** 2).sum(), "u_at": hypot(u_at, tilt),
            "scatter": sqrt(left / (len(x) - 2) * len(x) / weights.sum()),
            "birge": birge, "correlation": -mx / sqrt((weights * x**2).sum() / weights.sum()),
        }  # fmt: skip

    @property
    def exceeds(self) -> bool:
        """Return whether the values scatter by more than they state, by the test of their sum of squares."""
        y, x, freedom = self.logs(self.first), -1 / (K_EV * self.kelvin), len(self.y) - 2
        birge = self._pooled(x, y, self.w, freedom)[-1]
        return bool(chi2.sf(birge**2 * freedom, freedom) < 0.05)

    @property
    def first(self) -> str:
        """Return the form that is reported first."""
        return "ln_y" if self.given.form == "both" else self.given.form

    def _pooled(self, x: np.ndarray, y: np.ndarray, w: np.ndarray | None, freedom: int) -> tuple[float, ...]:
        """Return the stated uncertainty of the slope, pooled with the scatter, its freedom, and Birge's ratio."""
        weights = np.ones(len(x)) if w is None else w
        away = weights * (x - (weights * x).sum() / weights.sum())
        stated = sqrt(((away * self.stated) ** 2).sum()) / abs((away * x).sum())
        at, slope, *_ = line(x, y, 1 / self.stated**2)
        birge = sqrt((((y - at - slope * x) / self.stated) ** 2).sum() / freedom)
        pooled = sqrt((8 + freedom * birge**2) / (8 + freedom))
        return stated * max(1.0, pooled), 8 + freedom, birge

    def expected(self) -> dict[str, Any]:
        """Return the whole outcome."""
        given, printed = self.given, {"ln_y": "ln_1_over_y", "ln_yT": "ln_T_over_y"}
        known = {form: self.judged(form) for form in ("ln_y", "ln_yT")}
        called = {form: printed[form] if given.inverse else form for form in known}
        wanted = list(known) if given.form == "both" else [given.form]
        found: dict[str, Any] = {}
        word = "scatter" if self.stated is None or self.exceeds else "stated and scatter"
        for form in wanted:
            one, name = known[form], f"activation_energy_{called[form]}"
            found |= {
                name: one["E"], f"u({name})": one["total"], f"low({name})": one["E"] - one["half"],
                f"high({name})": one["E"] + one["half"], f"n({name})": len(self.y),
                f"{name}: {word}": one["part"], f"{name}: temperature": one["temperature"],
                f"ln_prefactor_{called[form]}": one["at"], f"u(ln_prefactor_{called[form]})": one["u_at"],
                f"n(ln_prefactor_{called[form]})": len(self.y),
            }  # fmt: skip
        rows = {"forms.E_A": "E", "forms.u": "total", "forms.half_width": "half", "forms.R2": "r2",
                "forms.correlation": "correlation"}  # fmt: skip
        found |= {path: [one[key] for one in known.values()] for path, key in rows.items()}
        found |= {"forms.form": list(called.values()),
                  "forms.E_A_molar": [MOLAR * one["E"] for one in known.values()],
                  "forms.u_molar": [MOLAR * one["total"] for one in known.values()]}  # fmt: skip
        first = wanted[0]
        found |= self._tables(first, called[first], known[first], word) | self._series(first)
        return found | self._notes(called, wanted) | self._rules(called[first]) | self._flags(called[first])

    def _notes(self, called: dict[str, str], wanted: list[str]) -> dict[str, str]:
        name, unit = ("resistance", "S/cm²") if self.given.inverse else ("onset_current_density", "mA/cm²")
        over = f"1/{name}" if self.given.inverse else name
        spoken = {"ln_y": f"ln({over})", "ln_yT": f"ln(T/{name})" if self.given.inverse else f"ln({name} T)"}
        units = {"ln_y": unit, "ln_yT": f"K·{unit}"}
        of = f"against 1/T, {self.given.replicates} of the cells"
        found = {f"note(activation_energy_{called[form]})": f"{spoken[form]} {of}" for form in wanted}
        return found | {f"note(ln_prefactor_{called[form]})": f"ln(A / ({units[form]}))" for form in wanted}

    def _rules(self, name: str) -> dict[str, float]:
        """Return what the other rules for cells, and equal weights, make of the energy."""
        values, kelvin = self.given.values(), np.array(self.given.celsius) + ZERO
        known = self.energy(self.kelvin, self.logs(self.first), self.w)
        sets = {rule: (kelvin, function(values, axis=1)) for rule, function in RULES.items()}
        sets["all"] = (np.repeat(kelvin, 3), values.ravel())
        del sets[self.given.replicates]
        found = {}
        paths = {f"?replicates {rule}: activation_energy_{name}": one for rule, one in sets.items()}
        if self.w is not None and np.ptp(self.w) > 1e-6 * self.w.max():
            paths[f"?weights none: activation_energy_{name}"] = (self.kelvin, self.y)
        for path, (at, y) in paths.items():
            energy = self.energy(at, np.log(y * at if self.first == "ln_yT" else y), None)
            found |= {path: energy, f"{path} (change)": energy - known}
        return found

    def _flags(self, name: str) -> dict[str, Any]:
        found, (ratio, p) = {}, self.lack()
        if self.given.replicates == "max":
            text = ("the best of the cells is unbiased in E_A only while the relative loss does not depend on "
                    "temperature")  # fmt: skip
            found["!best-of-replicates"] = (text, "")
        if len(self.given.celsius) < 4:
            free = len(self.y) - 2
            left = f"{free} degree{'' if free == 1 else 's'} of freedom"
            text = f"{len(self.given.celsius)} temperatures leave {left}: the interval is wide"
            found["!few-temperatures"] = (text, "")
        if p < 0.05:
            text = f"the cells scatter less than the temperatures leave the line (F = {ratio:.2g}, p = {p:.2g})"
            found["!lack-of-fit"] = (text, "")
        one = self.judged(self.first)
        if one["E"] < 0:
            text = f"the activation energy of {name} is negative, {one['E']:.3g} eV"
            found["!negative-activation-energy"] = (text, "")
        if self.stated is None:
            return found
        freedom = len(self.y) - 2
        if self.exceeds:
            text = f"the values scatter {one['birge']:.1f} times as much as they state (Birge ratio)"
            found["!scatter-exceeds-stated"] = (text, "")
        if chi2.cdf(one["birge"] ** 2 * freedom, freedom) < 0.05:
            text = f"the values scatter {one['birge']:.2g} times as much as they state: part of that may be common"
            found["!scatter-below-stated"] = (text, "")
        if self.given.weights == "none" and self.given.relative > min(0.2, max(3 * one["scatter"], 0.02)):
            best = np.abs(self.given.values() - self.y[:, None]).argmin(axis=1)
            for n, (celsius, cell) in enumerate(zip(self.given.celsius, best, strict=True)):
                text = f"the value at {celsius:g} °C is certain to {self.given.relative:.0%} only"
                found[f"!uncertain-point{f' {n + 1}' if n else ''}"] = (text, f"b{celsius:g}-{cell}")
        return found

    def _tables(self, form: str, name: str, one: dict[str, float], word: str) -> dict[str, Any]:
        given, temperatures = self.given, np.array(self.given.celsius) + ZERO
        kept = [np.abs(self.kelvin - t) > 0.1 for t in temperatures]
        without = [self.energy(self.kelvin[k], self.logs(form)[k], None if self.w is None else self.w[k])
                   for k in kept]  # fmt: skip
        fit = {"points": len(self.y), "degrees_of_freedom": len(self.y) - 2, "scatter_ln_y": one["scatter"]}
        fit |= dict(zip(("lack_of_fit_F", "lack_of_fit_p"), self.lack(), strict=True))
        if self.stated is not None:
            freedom = len(self.y) - 2
            fit |= {"birge_ratio": one["birge"], "birge_p": chi2.sf(one["birge"] ** 2 * freedom, freedom)}
        fit |= {f"u_{word.replace(' ', '_')}_eV": one["part"], "u_temperature_eV": one["temperature"]}
        values = given.values().ravel()
        name_of = "resistance" if given.inverse else "onset_current_density"
        known = 1 / values if given.inverse else values
        return {
            "leave_one_out.without": given.celsius, f"leave_one_out.activation_energy_{name}": without,
            "fit.quantity": list(fit), "fit.value": list(fit.values()),
            "values.outcome": [f"b{c:g}-{n}" for c in given.celsius for n in range(3)],
            "values.group": ["b"] * len(values), "values.temperature": np.repeat(given.celsius, 3),
            f"values.{name_of}": known,
            f"values.u_{name_of}": given.relative * known if given.relative else None,
            "values.left_out": [""] * len(values),
            "=ramp_rate": 2.0, "=form": name, "=replicates": given.replicates, "=group": "b",
            "=measurand": "resistance" if given.inverse else "onset_current_density",
        }  # fmt: skip

    def lack(self) -> tuple[float, float]:
        """Return F and p of the line against the scatter of cells."""
        logs = np.log(self.given.values())
        x = np.repeat(1 / (np.array(self.given.celsius) + ZERO), 3)
        at, slope, *_ = line(x, logs.ravel())
        rest = ((logs.ravel() - at - slope * x) ** 2).sum()
        pure = ((logs - logs.mean(axis=1, keepdims=True)) ** 2).sum()
        free, within = len(logs) - 2, 2 * len(logs)
        ratio = (rest - pure) / free / (pure / within)
        return ratio, float(fisher.sf(ratio, free, within))

    def _series(self, form: str) -> dict[str, Any]:
        times = self.kelvin if form == "ln_yT" else np.ones(len(self.y))
        cells = self.given.values().ravel()
        at = np.repeat(np.array(self.given.celsius) + ZERO, 3)
        x, y = 1 / self.kelvin, self.logs(form)
        w = np.ones(len(x)) if self.w is None else self.w / self.w.mean()
        a, slope, *_ = line(x, y, w)
        scatter = sqrt((w * (y - a - slope * x) ** 2).sum() / (len(x) - 2))
        mean, margin = (w * x).sum() / w.sum(), 0.04 * np.ptp(x)
        grid = np.linspace(x.min() - margin, x.max() + margin, 80)
        half = student.ppf((1 + self.given.level / 100) / 2, len(x) - 2) * scatter * np.sqrt(
            1 / len(x) + (grid - mean) ** 2 / (w * (x - mean) ** 2).sum())  # fmt: skip
        name = "resistance" if self.given.inverse else "onset_current_density"
        return {
            "~T": self.kelvin, "~y": self.y * times, "~lower": self.lower * times, "~upper": self.upper * times,
            "~cell_T": at, "~cell_y": cells * (at if form == "ln_yT" else 1), "~line_T": 1 / grid,
            "~line": np.exp(a + slope * grid), "~band_low": np.exp(a + slope * grid - half),
            "~band_high": np.exp(a + slope * grid + half),
            "~name": [f"1 / {name}" if self.given.inverse else name],
        }  # fmt: skip


SERIES = {
    "best": Series(),
    "best, with T, by bars": Series(form="ln_yT", weights="eq12"),
    "mean, both": Series(form="both", replicates="mean", weights="eq12"),
    "median": Series(replicates="median"),
    "all": Series(replicates="all", energy=0.4),
    "a resistance": Series(unit="ohm*cm^2", replicates="mean", form="both"),
    "stated, by far too little": Series(relative=0.005, replicates="mean", thermometer=(2.0, 0.5)),
    "stated, too much": Series(relative=0.3, level=90.0),
    "stated, too much, weighted": Series(relative=0.3, weights="own", replicates="median"),
    "three temperatures": Series(celsius=CELSIUS[:3], energy=0.3),
    "three temperatures, all cells": Series(celsius=CELSIUS[:3], replicates="all"),
    "falls": Series(energy=-0.12, thermometer=(0.5, 3.0)),
    "bent": Series(bent=0.02, replicates="mean", level=68.0),
    "stated": Series(relative=0.04, replicates="mean"),
    "stated, weighted": Series(relative=0.08, replicates="median", weights="own", form="ln_yT"),
    "generalised": Series(bars="generalised"),
    "no bars": Series(bars="none"),
}

Groups = tuple[tuple[float, ...], ...]
HIGH = ((5.2, 4.9), (8.8, 9.4, 9.0), (15.0, 13.5))
LOW = ((4.1, 3.8, 5.0), (7.5, 7.0), (11.0, 12.2))
AT = (0.0, 30.0, 60.0)


def _compared(higher: str) -> World:
    """Return two groups of fresh cells: all relabellings within each temperature are counted one by one."""
    outcomes = [
        outcome(c, y, n, group, "mA/cm^2", 0.1 if group == "x" else None)
        for group, sides in (("x", HIGH), ("y", LOW))
        for c, values in zip(AT, sides, strict=True)
        for n, y in enumerate(values)
    ]
    above, below = (LOW, HIGH) if higher == "y" else (HIGH, LOW)
    names = "yx" if higher == "y" else "xy"
    logs = [(np.log(a), np.log(b)) for a, b in zip(above, below, strict=True)]
    observed = sum(a.mean() - b.mean() for a, b in logs)
    sums = np.array([sum(one) for one in product(*(list(_relabelled(a, b)) for a, b in logs))])
    extreme = np.abs(sums) if not higher else sums
    pairs = [x > y for a, b in zip(above, below, strict=True)
             for x, y in zip(sorted(a)[::-1], sorted(b)[::-1], strict=False)]  # fmt: skip
    sign = sum(comb(len(pairs), k) for k in range(sum(pairs), len(pairs) + 1)) / 2 ** len(pairs)
    total, half = _welch(logs)
    ratio, count = exp(observed / 3), len(outcomes)
    ratios = [exp(a.mean() - b.mean()) for a, b in logs]
    expected = {
        "p_permutation": (extreme >= observed - 1e-9).mean(), "n(p_permutation)": count,
        "p_least": (extreme >= extreme.max() - 1e-9).mean(), "n(p_least)": count,
        "p_sign": min(1.0, sign * (1 if higher else 2)), "n(p_sign)": len(pairs),
        "ratio": ratio, "u(ratio)": ratio * total / 3, "n(ratio)": 3,
        "low(ratio)": exp((observed - half) / 3), "high(ratio)": exp((observed + half) / 3),
        "note(p_permutation)": f"{'one' if higher else 'two'}-sided; {len(sums)} relabelings of {count} cells "
                               "at 3 temperatures",
        "note(p_least)": "the least that so many cells can give",
        "note(p_sign)": f"{sum(pairs)} of {len(pairs)} ordered pairs; takes them as independent",
        "note(ratio)": f"{names[0]} over {names[1]}",
        "values.outcome": [one.label for one in outcomes], "values.group": ["x"] * 7 + ["y"] * 7,
        "values.temperature": [c for sides in (HIGH, LOW) for c, one in zip(AT, sides, strict=True) for _ in one],
        "values.onset_current_density": [y for sides in (HIGH, LOW) for one in sides for y in one],
        "values.left_out": [""] * count, "values.u_onset_current_density": [0.1] * 7 + [None] * 7,
        "temperatures.temperature": AT, "temperatures.cells x": [2, 3, 2], "temperatures.cells y": [3, 2, 2],
        "temperatures.ratio": ratios,
        "temperatures.all_above_all": [min(a) > max(b) for a, b in zip(above, below, strict=True)],
        "=higher": names[0], "=lower": names[1],
        "=measurand": "onset_current_density", **_drawn(above, below, names),
    }  # fmt: skip
    if not higher:
        expected["!direction-from-data"] = ("no direction was given beforehand: p is two-sided", "")
    return World("compare-groups", outcomes, expected, {"higher": higher})


def _drawn(above: Groups, below: Groups, names: str) -> dict[str, Any]:
    """Return what the figure shows: cells, those of x ± 0.1 mA/cm², and means by Student's t of logarithms."""
    of_x = 1 if names[0] == "x" else -1
    cells = [(k, side, y) for k, pair in enumerate(zip(HIGH, LOW, strict=True))
             for side, values in zip((of_x, -of_x), pair, strict=True) for y in values]  # fmt: skip
    place, side, y = np.array(cells).T
    u = np.where(side == of_x, 0.1, np.nan)
    logs = [np.log(values) for pair in zip(below, above, strict=True) for values in pair]
    mean = np.array([one.mean() for one in logs])
    half = np.array([student.ppf(0.975, len(one) - 1) * one.std(ddof=1) / sqrt(len(one)) for one in logs])
    return {
        "~cell_place": place, "~cell_side": side, "~cell": y, "~cell_low": y - u, "~cell_high": y + u,
        "~mean_place": [0, 0, 1, 1, 2, 2], "~mean_side": [-1, 1] * 3, "~mean": np.exp(mean),
        "~mean_low": np.exp(mean - half), "~mean_high": np.exp(mean + half), "~name": ["onset_current_density"],
    }  # fmt: skip


def _relabelled(a: np.ndarray, b: np.ndarray):
    both = np.r_[a, b]
    for chosen in combinations(range(len(both)), len(a)):
        picked = np.isin(np.arange(len(both)), chosen)
        yield both[picked].mean() - both[~picked].mean()


def _welch(logs: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Return the standard error of the summed difference and its half width, by Welch and Satterthwaite."""
    parts = [(side.var(ddof=1) / len(side), len(side) - 1) for pair in logs for side in pair]
    total = sum(v for v, _ in parts)
    freedom = total**2 / sum(v**2 / f for v, f in parts)
    return sqrt(total), student.ppf(0.975, freedom) * sqrt(total)


WORLDS = {
    **{f"arrhenius: {name}": series.world for name, series in SERIES.items()},
    "groups: no direction": lambda: _compared(""),
    "groups: a direction": lambda: _compared("x"),
    "groups: the other direction": lambda: _compared("y"),
}

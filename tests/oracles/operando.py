"""Series of spectra of a cell whose interface does one thing: leave a line, recover, drift, vanish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import hypot, log, sqrt
from typing import Any

import numpy as np
from scipy.optimize import brentq, curve_fit, least_squares
from scipy.stats import t as student

import echub
from echub.testing import synth
from tests.oracles.plain import half_width
from tests.oracles.refitted import coordinates, impedance, natural
from tests.oracles.told import World

F = np.geomspace(1e6, 10, 41)
EVERY, SWEEP = 30.0, 20.0
"""From one spectrum to the next, and what of it a sweep takes, s; before it a current is on."""
CIRCUIT = "R:hf (RQ):gb (RQ):int"
HF, GB, INT = 20.0, (40.0, 3e-6, 0.95), (60.0, 1e-3, 0.9)
AREA = 0.5
STAIRS = tuple(0.1 * n for n in range(1, 21))
FITTED = ("spectra.", "~", "lack", "n(", "note(lack")
"""What other worlds state of any series."""


@dataclass(frozen=True)
class Sweeps:
    """Spectra one after another, at levels in mA/cm²; resistance: of the interface, Ω, by level and time.

    more: percent of uncertainty of the area. accuracy: of the current, percent. odd: spectra whose
    interface is a fifth larger. shorted: the first with a wire of 1 Ω across the cell. ranges: of the
    current, mA; the smallest that holds a level is used, and of the first level it is not recorded. upward:
    sweeps go from low to high frequency. warm: °C, a value for each spectrum.
    """

    levels: tuple[float, ...] = STAIRS
    resistance: Callable[[float, Any], Any] = lambda level, t: 60.0 + 0 * t
    noise: float = 1e-4
    area: bool = True
    more: float = 0.0
    accuracy: float = 0.1
    coverage: float = 95.0
    odd: tuple[int, ...] = ()
    shorted: int | None = None
    ranges: tuple[float, ...] = ()
    upward: bool = False
    warm: tuple[float, ...] = ()
    params: dict[str, str] = field(default_factory=dict)
    seed: int = 1

    @property
    def starts(self) -> np.ndarray:
        """Return when each sweep starts, s."""
        return 5.0 + EVERY * np.arange(len(self.levels))

    def case(self, **stated: str) -> synth.Case:
        """Return the spectra; the potential is that of the sum of the resistances, without noise."""
        rng, rows = np.random.default_rng(self.seed), []
        f = F[::-1] if self.upward else F
        for k, (level, start) in enumerate(zip(self.levels, self.starts, strict=True)):
            t = start + np.linspace(0, SWEEP, len(F))
            r = self.resistance(level, t) * (1.2 if k in self.odd else 1.0)
            s = 2j * np.pi * f
            z = HF + GB[0] / (1 + (s * GB[1]) ** GB[2]) + r / (1 + (s * INT[1]) ** INT[2])
            total = HF + GB[0] + r
            if self.shorted is not None and k >= self.shorted:
                z, total = 1 / (1 / z + 1), 1 / (1 / total + 1)
            z = z + self.noise * np.abs(z) * (rng.normal(size=len(F)) + 1j * rng.normal(size=len(F)))
            current = np.full(len(F), level * AREA)
            rows.append((t, f, z.real, z.imag, current, 1e-3 * current * total, np.full(len(F), k)))
        names = ("time", "frequency", "impedance_real", "impedance_imag", "current", "voltage")
        units = ("s", "Hz", "ohm", "ohm", "mA", "V")
        joined = [np.concatenate(column) for column in zip(*rows, strict=True)]
        columns = {
            name: synth.Column(values, unit) for name, unit, values in zip(names, units, joined[:6], strict=True)
        }
        columns["spectrum"] = synth.Column(joined[6].astype(np.int64), "1")
        if self.ranges:
            names = [f"{self.range_of(level):g} mA" for level in self.levels]
            columns["current_range"] = synth.Column(np.repeat(["auto", *names[1:]], len(F)))
        if self.warm:
            columns["temperature"] = synth.Column(np.repeat(self.warm, len(F)), "degC")
        return synth.Case(
            columns, {**({"cell.area": f"{AREA} cm^2"} if self.area else {}), **stated}, kind="impedance"
        )

    def range_of(self, level: float) -> float:
        """Return the range in which a level is measured, mA."""
        return min(one for one in self.ranges if one >= abs(level) * AREA)

    @property
    def unit(self) -> float:
        """Return what a level is of one in mA/cm²: with an area the same, else that current in mA."""
        return 1.0 if self.area else AREA

    def world(self, expected: Any, *silent: str, **loose: float) -> World:
        """Return it with what is expected; the ends of the series are those of any other."""
        params = {
            "circuit": CIRCUIT,
            "bootstrap": "50",
            "area_uncertainty": f"{self.more} %",
            "current_accuracy": f"{self.accuracy} %",
            "level": f"{self.coverage} %",
            **self.params,
        }
        ends = tuple(
            f"{where}{name}"
            for name in ("resistance_start", "resistance_end", "resistance_max", "asr_")
            for where in ("", "u(", "low(", "high(", "note(")
        )
        told = (
            "=circuit",
            "=mask",
            "=followed",
            "=times",
            "=threshold",
            "=zero",
            "!amplitude",
            "!charge-from-own",
        )
        return World(
            "eis-series",
            self.case().record(),
            expected,
            params,
            within=1e-5,
            loose=loose,
            silent=(*ends, *told, *FITTED, *silent),
        )


# -- an onset ----------------------------------------------------------------------------------

ONSET = 1.0
"""Level from which on the interface grows, or shrinks, with the square of the excess."""


def bent(curvature: float) -> Callable[[float, Any], Any]:
    """Return the resistance of an interface that leaves its line."""
    return lambda level, t: INT[0] * (1 + curvature * max(abs(level) - ONSET, 0.0) ** 2) + 0 * t


def onset(given: Sweeps, curvature: float) -> World:
    """State where 5 % are reached: of the interface at x, of U/j where its share of the whole is that much."""
    at = ONSET + sqrt(0.05 / abs(curvature))
    of_whole = ONSET + sqrt(0.05 / abs(curvature) * (HF + GB[0] + INT[0]) / INT[0])
    levels = np.abs(given.levels)

    def expected(found: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        r = np.array(found["spectra.resistance_int"])
        kept = [k for k in range(len(levels)) if k not in given.odd]
        tables = {
            "": (r, INT[0], at, "resistance_int"),
            "_voltage": (
                AREA
                / given.unit
                * 1e-3
                * (
                    HF
                    + GB[0]
                    + given.resistance(1, np.array([0.0]))[0] * 0
                    + np.array(
                        [given.resistance(v, 0.0) * (1.2 if k in given.odd else 1) for k, v in enumerate(levels)]
                    )
                ),
                AREA / given.unit * 1e-3 * (HF + GB[0] + INT[0]),
                of_whole,
                "U/j",
            ),
        }
        for suffix, (values, line, crossing, what) in tables.items():
            below, above = (
                given.unit * f([v for v in levels if (v < crossing) == (f is max)]) for f in (max, min)
            )
            name, table = f"onset_level{suffix}", f"levels{suffix}"
            made |= {
                name: given.unit * crossing,
                f"low(onset_bracket{suffix})": below,
                f"high(onset_bracket{suffix})": above,
                f"note(onset_bracket{suffix})": what,
                f"note({name})": f"{what} {'rises' if curvature > 0 else 'falls'} 5 % off its line",
                f"{table}.level": given.unit * levels,
                f"{table}.value": values,
                f"{table}.line": [line] * len(levels),
                f"{table}.deviation": 100 * (values / line - 1),
            }
            made |= _scale(given, found, name)
        if given.odd:
            shown = ", ".join(f"{given.unit * levels[k]:.4g}" for k in given.odd)
            unit = "mA/cm²" if given.area else "mA"
            text = (
                f"resistance_int at {shown} {unit} lies far off that of the levels before and after: "
                "the onset is found without"
            )
            made["!level-stands-out"] = (text, "")
        if given.ranges:
            used = [given.range_of(level) for level in given.levels]
            turn = next(k for k, one in enumerate(used) if one > used[0])
            first, second = (f"{1e3 * one:g} µA" if one < 1 else f"{one:g} mA" for one in given.ranges)
            text = (
                f"the current was measured in 2 ranges: {first} (from spectrum 1 on), {second} (from spectrum "
                f"{turn} on); the intervals hold the accuracy of each"
            )
            made["!several-ranges"] = (text, "")
            text = "the current range is not known in spectrum 0: there the accuracy is that of the value"
            made["!current-range-unknown"] = (text, "")
        assert kept
        return made

    rough = {f"levels{s}.{name}": 1e-3 for s in ("", "_voltage") for name in ("line", "deviation")}
    rough |= {
        "onset_level": 2e-3,
        "onset_level_voltage": 1e-4,
        "low(onset_level_voltage)": 1e-4,
        "high(onset_level_voltage)": 1e-4,
    }
    silent = (
        "low(onset_level)",
        "high(onset_level)",
        "!scatter",
        "!not-identified",
        "!onset-shape",
    )  # U/j has no noise: its residuals are those of rounding, which remember each other
    return given.world(expected, *silent, **rough)


def _scale(given: Sweeps, found: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what the accuracy of the current, of its value, and the area add to the scatter."""
    value, scatter = found[name], found[f"{name}: scatter"]
    gain, area = value * given.accuracy / 100, value * given.more / 100 * given.area
    widths, part = [gain], "accuracy of the current"
    if given.ranges:  # ± a part of the range in which the nearest level was measured, beside that of the value
        nearest = min(given.levels, key=lambda level: abs(abs(level) * given.unit - value))
        widths.append(given.range_of(nearest) * given.accuracy / 100 * given.unit / AREA)
        part = "accuracy of the current range"
    limit = hypot(*widths) / sqrt(3)
    made = {
        f"{name}: scatter": scatter,
        f"{name}: {part}": limit or None,
        f"{name}: area": area or None,
        f"u({name})": hypot(scatter, limit, area),
    }
    if name.endswith("voltage"):  # its scatter is that of rounding
        reach = half_width(area, widths, given.coverage / 100)
        made |= {f"low({name})": value - reach, f"high({name})": value + reach}
    return made


def straight(given: Sweeps) -> World:
    """State that nothing leaves its line up to the largest level."""
    largest = given.unit * max(map(abs, given.levels))
    r = np.full(len(given.levels), INT[0])
    made: dict[str, Any] = {}
    whole = (HF + GB[0] + INT[0]) * 1e-3 * AREA / given.unit
    for suffix, what, line in (("", "resistance_int", r), ("_voltage", "U/j", whole + 0 * r)):
        made |= {
            f"low(onset_level{suffix})": largest,
            f"note(onset_level{suffix})": f"{what} stays on its line",
            f"levels{suffix}.level": given.unit * np.abs(given.levels),
            f"levels{suffix}.value": line,
            f"levels{suffix}.line": line,
            f"levels{suffix}.deviation": ...,
        }
    return given.world(made, "!scatter", **{"levels.value": 1e-3, "levels.line": 1e-3})


# -- at rest -----------------------------------------------------------------------------------


def relaxing(size: float, constant: float) -> Callable[[float, Any], Any]:
    """Return the resistance of an interface whose excess falls; constant within a sweep."""
    return lambda level, t: INT[0] + size * np.exp(-np.floor(t / EVERY) * EVERY / constant)


def recovery(given: Sweeps, constant: float) -> World:
    """Fit one exponential to the resistances at rest, with the profile of its time constant."""
    rest = [k for k, level in enumerate(given.levels) if not level]
    first = max(np.split(rest, np.flatnonzero(np.diff(rest) > 1) + 1), key=len)

    def expected(found: dict[str, Any]) -> dict[str, Any]:
        t, r, u = (
            np.array(found[f"spectra.{name}"], float)[first] for name in ("time_int", "resistance_int", "u_int")
        )
        late = t - t[0]

        def curve(t: Any, end: float, size: float, time: float) -> Any:
            return end + size * np.exp(-t / time)

        best, cov = curve_fit(curve, late, r, (r[-1], r[0] - r[-1], constant), u)
        least = (((r - curve(late, *best)) / u) ** 2).sum()
        freedom = len(late) - 3
        limit = least * (1 + student.ppf(0.5 + given.coverage / 200, freedom) ** 2 / freedom)

        def beyond(tau: float) -> float:
            columns = np.stack([np.ones(len(late)), np.exp(-late / tau)], axis=1) / u[:, None]
            return float(np.linalg.lstsq(columns, r / u)[1][0] - limit)

        low = brentq(beyond, best[2] / 30, best[2])
        made: dict[str, Any] = {"low(recovery_time)": low}
        if best[2] > np.ptp(t) / 2:
            return made | {"note(recovery_time)": "the rest is too short for the end", "~recovery_t": t}
        high = brentq(beyond, best[2], 30 * best[2])
        q = student.ppf(0.5 + given.coverage / 200, freedom)
        u_time = best[2] * log(high / low) / 2 / q
        return made | {
            "recovery_time": best[2],
            "u(recovery_time)": u_time,
            "high(recovery_time)": high,
            "recovery_time: fit": u_time,
            "resistance_recovered": best[0],
            "u(resistance_recovered)": sqrt(cov[0, 0]),
            "resistance_recovered: fit": sqrt(cov[0, 0]),
            "~recovery_t": t,
            "~recovery_r": curve(late, *best),
        }

    silent = ("onset", "low(onset", "note(onset", "levels", "!scatter")
    return given.world(
        expected,
        *silent,
        **dict.fromkeys(
            (
                "u(resistance_recovered)",
                "resistance_recovered: fit",
                "low(recovery_time)",
                "high(recovery_time)",
                "u(recovery_time)",
                "recovery_time: fit",
            ),
            0.001,
        ),
    )


def heated(levels: tuple[float, ...], energy: float, *, warned: bool) -> World:
    """State that a resistance at rest that follows the temperature from 25 °C up is not taken for a recovery."""
    warm = tuple(25.0 + max(k - sum(map(bool, levels)), 0) for k in range(len(levels)))

    def resistance(level: float, t: Any) -> Any:
        kelvin = 273.15 + np.array(warm)[np.floor(t / EVERY).astype(int)]
        return INT[0] * np.exp(energy / 8.617e-5 * (1 / kelvin - 1 / 298.15))

    text = (
        f"at rest the temperature lies between 25 and {max(warm):.4g} °C, and an activation energy of 0.5 eV "
        "alone would move the resistance by that: no recovery time is given"
    )
    made = {
        "note(recovery_time)": "the temperature moved: see the flag",
        "!temperature-moves": (text, ""),
        "severity(!temperature-moves)": "warning" if warned else "info",
        "hint(!temperature-moves)": "hold the temperature after the current",
    }
    silent = ("onset", "low(onset", "note(onset", "levels", "!scatter")
    return Sweeps(levels, resistance, noise=1e-3, warm=warm, seed=13).world(made, *silent)


# -- within a sweep, together, and no more ------------------------------------------------------


def drifting(times: str, upward: bool = False) -> World:
    """State an interface that grows by 0.05 Ω/s, evenly: at its own time, or in the middle of each sweep."""
    given = Sweeps(
        (0.0,) * 7, lambda level, t: INT[0] + 0.05 * t, noise=1e-5, params={"times": times}, upward=upward
    )
    middle = given.starts + SWEEP / 2

    def expected(found: dict[str, Any]) -> dict[str, Any]:
        when = np.array(found["spectra.time_int"]) + given.starts[0]
        made: dict[str, Any] = {
            "spectra.resistance_int": INT[0] + 0.05 * when,
            "=times": times,
            "spectra.resistance_gb": [GB[0]] * 7,
        }
        made["spectra.resistance_total"] = (
            HF + GB[0] + INT[0] + 0.05 * (np.array(found["spectra.time_total"]) + given.starts[0])
        )
        if times == "interpolated":
            made |= {"spectra.time_int": middle - given.starts[0], "spectra.time_hf": middle - given.starts[0]}
        else:
            assert ((when < middle) == upward).all()  # the interface answers at low frequencies
            made |= {
                "spectra.start": given.starts - given.starts[0],
                "=zero": given.starts[0],
                "spectra.end": given.starts - given.starts[0] + SWEEP,
            }
        return made

    return given.world(
        expected,
        "recovery",
        "low(recovery",
        "u(recovery",
        "note(recovery",
        "high(recovery",
        "!",
        "resistance_recovered",
        "u(resistance_recovered",
        **{f"spectra.resistance_{name}": 3e-4 for name in ("int", "gb", "total")},
    )


def together() -> World:
    """Fit four spectra at once, with the electrolyte that they share."""
    given = Sweeps(
        (0.0,) * 4, lambda level, t: INT[0] + np.floor(t / EVERY), noise=3e-3, params={"shared": "hf, gb"}
    )
    case = given.case()
    z = (case.columns["impedance_real"].values + 1j * case.columns["impedance_imag"].values).reshape(4, -1)
    noises = []
    for rows in np.split(np.arange(4 * len(F)), 4):
        one = synth.Case(
            {n: synth.Column(c.values[rows], c.unit) for n, c in case.columns.items()}, {}, kind="impedance"
        )
        noise = echub.analyze("eis-check", one.record())
        noises.append((noise["noise_proportional"].value / 100, noise["noise_additive"].value))
    relative, additive = np.median(noises, axis=0)
    sigma = np.hypot(relative * np.abs(z), additive)
    start = coordinates(np.array([1e-12, HF, *GB, *INT]))

    def spread(x: np.ndarray) -> np.ndarray:
        """Return the coordinates of each spectrum: the inductance is none, the electrolyte is the same."""
        return np.array([[start[0], *x[:4], *x[4 + 3 * k : 7 + 3 * k]] for k in range(4)])

    def rest(x: np.ndarray) -> np.ndarray:
        made = (np.array([impedance(one, F) for one in spread(x)]) - z) / sigma
        return np.concatenate([made.real.ravel(), made.imag.ravel()])

    found = least_squares(rest, [*start[1:5], *np.tile(start[5:], 4)], xtol=1e-12, ftol=1e-12, jac="3-point")
    cov = np.linalg.inv(found.jac.T @ found.jac) * (found.fun**2).sum() / (found.fun.size - len(found.x))
    p = np.array([natural(one) for one in spread(found.x)])
    made: dict[str, Any] = {}
    for name, at, places in (("hf", 1, [0] * 4), ("gb", 2, [1] * 4), ("int", 5, [4, 7, 10, 13])):
        made |= {
            f"spectra.resistance_{name}": p[:, at],
            f"spectra.u_{name}": p[:, at] * np.sqrt(np.diag(cov)[places]),
        }
    whole = []
    for k in range(4):
        at, r = [0, 1, 4 + 3 * k], p[k, [1, 2, 5]]
        whole.append(sqrt(r @ cov[np.ix_(at, at)] @ r))
    made |= {"spectra.resistance_total": p[:, [1, 2, 5]].sum(axis=1), "spectra.u_total": whole}
    return given.world(made, "!scatter", **dict.fromkeys(made, 1e-4))


def vanishing(given: Sweeps) -> World:
    """State between which spectra a wire takes all arcs away."""
    k = given.shorted or 0
    before, first = (given.unit * abs(given.levels[n]) for n in (k - 1, k))
    middles = given.starts - given.starts[0] + SWEEP / 2
    made = {
        "low(vanish_level)": before,
        "high(vanish_level)": first,
        "low(vanish_time)": middles[k - 1],
        "high(vanish_time)": middles[k],
        "!arcs-vanished": (f"from spectrum {k} on all arcs are gone: electrons flow through the cell", ""),
    }
    silent = (
        "onset",
        "low(onset",
        "high(onset",
        "note(onset",
        "levels",
        "!not-identified",
        "!total",
        "!spectra-left",
        "!circuit",
        "!kk",
        "!scatter",
        "!restarted",
        "!labels",
        "u(onset",
        "!n-at",
        "!negative",
        "!outliers",
        "!turns",
    )
    return given.world(made, *silent)


def files() -> World:
    """Return two files of one cell, the later first; the second has its own clock, and began 25 hours after."""
    given = Sweeps((0.0, 0.1, 0.2), noise=2e-4)
    stated = {"cell.id": "A"}
    first, second = (
        replace(given, seed=n).case(**stated, **{"experiment.start": f"2026-03-0{n}T0{n}:00:00"}) for n in (1, 2)
    )
    first = replace(first, metadata={**first.metadata, "cell.temperature": "40 degC"})
    warm = np.repeat([58.0, 60.0, 64.0], len(F))
    warm[::7] += 20  # the median of a sweep counts, and what is measured before what is stated
    second = replace(second.with_values("temperature", warm, "degC"), metadata=first.metadata | second.metadata)
    later = 25 * 3600.0
    at = given.starts - given.starts[0]
    made = {
        "spectra.start": [*at, *(at + later)],
        "spectra.end": [*(at + SWEEP), *(at + SWEEP + later)],
        "=zero": given.starts[0],
        "spectra.spectrum": [0, 1, 2] * 2,
        "spectra.level": [0.0, 0.1, 0.2] * 2,
        "spectra.temperature": [40.0] * 3 + [58.0, 60.0, 64.0],
        "note(resistance_start)": "int of spectrum 0 of run 1",
        "note(resistance_end)": "int of spectrum 2 of run 2",
        "!time-not-recorded": (
            f"nothing is recorded for {later - 2 * EVERY - SWEEP:.3g} s between the spectra: "
            "no charge is counted there",
            f"from {2 * EVERY + SWEEP:.4g} s",
        ),
    }
    world = given.world(made, "!scatter")
    return replace(world, data=[second.record(), first.record()])


# -- what does not hold ------------------------------------------------------------------------


def misfitting() -> World:
    """State that one arc does not describe two: in the flag, and beside each number."""
    given = Sweeps((0.0,) * 5, noise=2e-3, params={"circuit": "R:hf (RQ):int"})

    def expected(found: dict[str, Any]) -> dict[str, Any]:
        text = (
            f"the residuals are {found['lack_of_fit']:.1f} times the noise (median): R:hf (RQ):int does not "
            "describe the spectra, and the intervals hold only if it does"
        )
        made: dict[str, Any] = {"!circuit-does-not-fit": (text, "")}
        made["lack_of_fit"] = np.median(found["spectra.lack_of_fit"])
        for name, k in (("start", 0), ("end", 4)):
            made[f"note(resistance_{name})"] = f"int of spectrum {k}, if the circuit holds"
        return made

    return given.world(expected, "!scatter", "recovery", "note(recovery", "!not-identified")


def scattering() -> World:
    """Return a contact that comes and goes by 5 %: more than noise makes."""
    moves = 1 + 0.05 * np.array([0, 1, -1, 0.5, -0.2, -1, 0.8, 0.1, -0.6, 0.9, -0.4, 0.3])
    given = Sweeps((0.0,) * 12, lambda level, t: INT[0] * moves[(t // EVERY).astype(int)], noise=3e-3)

    def expected(found: dict[str, Any]) -> dict[str, Any]:
        r, u = (np.array(found[f"spectra.{name}_int"]) for name in ("resistance", "u"))
        second = np.diff(np.log(r), 2)
        # Of a normal distribution half lie within 0.6745 σ; a second difference holds 1 + 4 + 1 variances.
        scatter = np.median(np.abs(second - np.median(second))) / 0.67449 / sqrt(6)
        text = (
            "resistance_int scatters from spectrum to spectrum by "
            f"{scatter / np.median(u / r):.1f} times its uncertainty"
        )
        return {"!scatter-exceeds-uncertainty": (text, "")}

    return given.world(expected, "recovery", "low(recovery", "note(recovery", "!recovery")


def incomplete() -> World:
    """Return spectra of which two have three points: nothing is said of them, and the others are as they were."""
    given = Sweeps((0.0, 0.1, 0.2, 0.3, 0.4, 0.5))
    case = given.case()
    number = case.columns["spectrum"].values
    place = np.tile(np.arange(len(F)), 6)
    kept = ~np.isin(number, (2, 4)) | (place < 3)
    short = synth.Case({name: synth.Column(one.values[kept], one.unit) for name, one in case.columns.items()},
                       dict(case.metadata), kind="impedance")  # fmt: skip
    whole = echub.analyze("eis-series", case.record(), params={"circuit": CIRCUIT}).tables["spectra"]
    gone = np.isin(np.arange(6), (2, 4))
    same = {f"spectra.{name}": [None if k else value for k, value in zip(gone, whole[name].values, strict=True)]
            for name in ("resistance_hf", "resistance_int", "resistance_total", "tau_gb")}  # fmt: skip
    text = "2 of 6 spectra are left out (too-few-points): 2, 4"
    made = {"!spectra-left-out": (text, ""), "spectra.reason": ["too-few-points" if k else "" for k in gone],
            "spectra.points": [0 if k else len(F) for k in gone], **same,
            "n(lack_of_fit)": 4, "note(resistance_end)": "int of spectrum 5"}  # fmt: skip
    return replace(given.world(made, "!scatter", **dict.fromkeys(same, 1e-3)), data=short.record())


def without_clock() -> World:
    """Return spectra without times: their axis is their number, and nothing is said of charge or recovery."""
    given = Sweeps((0.0, 0.1, 0.2))
    case = given.case().without("time")
    made: dict[str, Any] = {
        "!no-time": ("the points have no time: the axis is the number of the spectrum", ""),
        "spectra.start": None, "spectra.charge": None, "spectra.level": [0.0, 0.1, 0.2],
    }  # fmt: skip
    made |= {f"~t_{name}": [0, 1, 2] for name in ("hf", "gb", "int", "total")}
    return replace(given.world(made, "!scatter"), data=case.record(), units={"clock": ""})


def refused(code: str, text: str, hint: str, cases: Callable[[], list[synth.Case]]) -> World:
    """Return files that do not make a series, and why not."""
    expected = {f"!{code}": (text, ""), f"severity(!{code})": "refusal", f"hint(!{code})": hint}
    return World("eis-series", [case.record() for case in cases()], expected)


def starting(*stated: dict[str, str]) -> list[synth.Case]:
    """Return a series per set of metadata."""
    return [replace(Sweeps((0.0, 0.1)), seed=n).case(**one) for n, one in enumerate(stated)]


BOTH = tuple(-level for level in STAIRS)
WORLDS = {
    "onset: rises": lambda: onset(Sweeps(resistance=bent(0.8)), 0.8),
    "onset: falls": lambda: onset(Sweeps(BOTH, bent(-0.5), more=2.0, coverage=90.0, accuracy=0.0, seed=2), -0.5),
    "onset: no area": lambda: onset(Sweeps(resistance=bent(0.8), area=False, more=2.0, accuracy=0.5, seed=3), 0.8),
    "onset: a level stands out": lambda: onset(Sweeps(resistance=bent(0.8), odd=(3,), seed=4), 0.8),
    "onset: two ranges": lambda: onset(
        Sweeps(resistance=bent(0.8), ranges=(0.5, 10.0), accuracy=0.3, more=1.0, seed=11), 0.8
    ),
    "onset: two ranges, in mA": lambda: onset(
        Sweeps(resistance=bent(0.8), ranges=(0.2, 1.0), accuracy=0.3, area=False, seed=12), 0.8
    ),
    "onset: none": lambda: straight(Sweeps(seed=5)),
    "onset: none, in mA": lambda: straight(Sweeps(BOTH, area=False, seed=6)),
    "recovery": lambda: recovery(
        Sweeps((0.5, 0.5, 0.5, *(0.0,) * 20), relaxing(30, 120), noise=1e-3, seed=7), 120.0
    ),
    "recovery: the longer rest": lambda: recovery(
        Sweeps((*(0.0,) * 9, 0.5, *(0.0,) * 18), relaxing(-20, 90), noise=1e-3, coverage=90.0, seed=10), 90.0
    ),
    "recovery: open": lambda: recovery(Sweeps((0.5, *(0.0,) * 12), relaxing(30, 800), noise=1e-3, seed=9), 800.0),
    "recovery: as warm as before": lambda: recovery(
        Sweeps((0.5, *(0.0,) * 20), relaxing(30, 120), noise=1e-3, seed=15, warm=(25.0, *(25.0, 25.5) * 10)), 120.0
    ),
    "recovery: heated": lambda: heated((-0.5, *(0.0,) * 20), 0.5, warned=True),
    "recovery: heated, no current": lambda: heated((0.0,) * 20, 0.3, warned=False),
    "drift: own times": lambda: drifting("own"),
    "drift: sweeps upwards": lambda: drifting("own", upward=True),
    "drift: sweeps upwards, interpolated": lambda: drifting("interpolated", upward=True),
    "drift: interpolated": lambda: drifting("interpolated"),
    "spectra: fitted together": together,
    "spectra: a wire": lambda: vanishing(Sweeps(STAIRS[:10], shorted=6, noise=1e-3)),
    "spectra: a wire, in mA": lambda: vanishing(Sweeps(BOTH[:9], shorted=4, noise=1e-3, area=False)),
    "spectra: two ranges, no onset": lambda: Sweeps((0.1, 0.2, 0.3), ranges=(0.1, 10.0)).world({}, "!scatter"),
    "spectra: two files": files,
    "spectra: one arc for two": misfitting,
    "spectra: a loose contact": scattering,
    "spectra: two are cut": incomplete,
    "spectra: no clock": without_clock,
    "spectra: two cells": lambda: refused(
        "several-cells",
        "the files are not of one series: cell.id is A and B",
        "--by cell.id answers each cell by itself",
        lambda: starting({"cell.id": "B"}, {"cell.id": "A"}),
    ),
    "spectra: no cell": lambda: refused(
        "cell-not-stated",
        "2 files: that they are of one cell is not stated",
        '--set cell.id="NAME" if they are, --by file if not',
        lambda: starting({}, {}),
    ),
    "spectra: no order": lambda: refused(
        "no-order",
        "several files, and which came first is not stated",
        "a column experiment.start in --meta",
        lambda: starting({"cell.id": "A"}, {"cell.id": "A"}),
    ),
}

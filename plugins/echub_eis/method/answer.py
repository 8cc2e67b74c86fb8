"""From one examined spectrum to a fitted circuit whose parts have names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from echub.plugin import Flag, Refusal
from echub.text import percent, several
from echub_eis.declared import PRESETS, FitParams
from echub_eis.method.choose import POINTS_PER_PARAMETER, RatedCircuit, candidates, choose, settled, texts
from echub_eis.method.circuit import canonical
from echub_eis.method.elements import Floats
from echub_eis.method.examine import Examined
from echub_eis.method.fit import N_NEAR_ONE, CircuitFit
from echub_eis.method.identify import Known, resistance
from echub_eis.method.model import Model, ModelElement
from echub_eis.method.parse import parse
from echub_eis.method.step import gain_step
from echub_eis.method.turn import turns_back

SERIES_NAMES = {"R": "hf", "Ws": "ws", "Wo": "wo", "G": "g", "Q": "tail", "C": "c", "W": "w", "La": "la", "L": "l"}
NESTED_NAMES = {**SERIES_NAMES, "R": "ct", "Q": "q"}
"""Labels of parts that the circuit does not name; arcs are numbered by their time constants."""
CONDUCTING = ("R", "Z", "Ws", "G")
"""Elements whose resistance counts into the sum: current flows through them at zero frequency."""
END = 10.0
"""An apex closer than this factor to the lowest frequency: the arc is seen in part only, for below its apex it
takes a decade to come back to the real axis (-Im of an ideal one is then a fifth of what it was)."""
FAR = 1000.0
"""Times beyond the band from which on an apex is only told to be far: its place moves by decades with noise."""
HALF = 0.5
"""A deviation below half of an uncertainty adds an eighth to it."""
MISFIT = 2.0
"""Residuals this many times the noise say that the circuit does not fit; of 66 real spectra 9 fit within it."""


@dataclass(frozen=True)
class FittedSpectrum:
    """A fitted circuit: what is known of every resistance, by label, and which arcs leave the band."""

    examined: Examined
    rated: tuple[RatedCircuit, ...]
    chosen: RatedCircuit
    fitted: CircuitFit
    covariance: Floats
    labels: Mapping[int, str]
    known: Mapping[str, Known]
    outside: Mapping[str, str]
    sums: dict[tuple[str, ...], Known] = field(default_factory=dict, compare=False)
    """Sums that were profiled already."""

    @property
    def model(self) -> Model:
        """Return the circuit."""
        return self.fitted.model

    @property
    def lack_of_fit(self) -> float:
        """Return the rms of the residuals over the noise that Kramers-Kronig left."""
        return self.fitted.rms_over(self.examined.noise)

    @property
    def turned(self) -> str:
        """Return the label of the slowest arc if the spectrum turns back after it, not the circuit; else ""."""
        examined = self.examined
        if self.lack_of_fit <= MISFIT or turns_back(examined.spectrum, examined.noise) is None:
            return ""
        arcs = [label for label in self.conducting if self.leaf(label).symbol == "Z"]
        return max(arcs, key=lambda label: self.values(label)["tau"], default="")

    def leaf(self, label: str) -> ModelElement:
        """Return an element by its label."""
        return self.model.leaves[self.number(label)]

    def number(self, label: str) -> int:
        """Return the number of an element by its label."""
        return next(number for number, name in self.labels.items() if name == label)

    def values(self, label: str) -> dict[str, float]:
        """Return the parameters of an element by name."""
        number = self.number(label)
        names = [p.name for p in self.model.leaves[number].kind.parameters]
        return dict(zip(names, self.model.values(number, self.fitted.natural), strict=True))

    @property
    def conducting(self) -> list[str]:
        """Return the labels whose resistances add to the sum."""
        return [label for number, label in self.labels.items() if self.model.leaves[number].symbol in CONDUCTING]


def answer(examined: Examined, params: FitParams) -> FittedSpectrum:
    """Fit the circuit, or as many arcs as the spectrum shows."""
    circuits = _circuits(params, examined)
    rated = candidates(circuits, examined.spectrum, examined.noise)
    if not rated:
        least = POINTS_PER_PARAMETER * len(Model(parse(circuits[0])))
        raise Refusal(
            "too-few-points",
            f"{several(len(examined.spectrum.z), 'point')} for "
            f"{several(least // POINTS_PER_PARAMETER, 'parameter')} of {circuits[0]}: "
            f"at least {least} are needed",
            hint="--param circuit='R(RC)'",
            diagnostics=examined.trace.table(),
        )
    chosen = choose(rated)
    fitted = settled(chosen.fitted)
    covariance = fitted.covariance_over_noises()
    labels = labels_of(fitted.model)
    outside = {label: where for number, label in labels.items() if (where := _outside(fitted, number))}
    known = {
        label: resistance(fitted, at, covariance, params.level / 100, label in outside)
        for number, label in labels.items()
        if (at := fitted.model.at(number, "R")) is not None
    }
    return FittedSpectrum(examined, tuple(rated), chosen, fitted, covariance, labels, known, outside)


def _circuits(params: FitParams, examined: Examined) -> list[str]:
    if params.circuit == "arcs":
        return texts(examined.spectrum, params.max_arcs)
    return [canonical(parse(PRESETS.get(params.circuit, params.circuit)))]


def labels_of(model: Model) -> dict[int, str]:
    """Name every element: its label, the number of an arc, or what its kind is called; none twice."""
    labels: dict[int, str] = {}
    arc = 0
    for tree in model.terms:
        nested = not isinstance(tree, int)
        for number in model.leaves_of(tree):
            leaf = model.leaves[number]
            if leaf.symbol == "Z" and not leaf.label:
                arc += 1
            own = leaf.label if not nested or leaf.symbol == "R" else ""
            name = own or (
                str(arc) if leaf.symbol == "Z" else (NESTED_NAMES if nested else SERIES_NAMES)[leaf.symbol]
            )
            labels[number] = _unique(name, set(labels.values()))
    return labels


def _unique(name: str, taken: set[str]) -> str:
    return next(n for n in (name, *(f"{name}_{i}" for i in range(2, 100))) if n not in taken)


def _outside(fitted: CircuitFit, number: int) -> str:
    """Say on which side the apex of an arc leaves the band: "low", "high" or "" (inside)."""
    if fitted.model.leaves[number].symbol != "Z":
        return ""
    tau = fitted.model.values(number, fitted.natural)[1]
    apex, frequency = 1 / (2 * np.pi * tau), fitted.spectrum.frequency
    if apex < frequency.min():
        return "low"
    if apex > frequency.max():
        return "high"
    return ""


# -- flags -----------------------------------------------------------------------------------


def flags(found: FittedSpectrum, params: FitParams) -> tuple[Flag, ...]:
    """Say what the fit cannot tell."""
    return (*found.examined.flags, *_fit_flags(found, params), *_arc_flags(found, params))


def _fit_flags(found: FittedSpectrum, params: FitParams) -> list[Flag]:
    return [*_tail_flags(found, params), *_kk_flags(found, params), *_misfit_flags(found), *_step_flags(found)]


def _tail_flags(found: FittedSpectrum, params: FitParams) -> list[Flag]:
    """Say that a tail was chosen, not stated: an arc that has not ended looks the same."""
    if params.circuit != "arcs" or not found.chosen.text.endswith("Q"):
        return []
    text = "−Im still rises at the lowest frequency: taken as a tail; the sum holds what lies before it"
    return [Flag("tail-chosen", text, hint=f"--param circuit='{found.chosen.text}' states that it is one")]


def _kk_flags(found: FittedSpectrum, params: FitParams) -> list[Flag]:
    """Compare what Kramers-Kronig leaves beyond noise with the smallest uncertainty that is stated."""
    check, modulus = found.examined.check, found.examined.spectrum.modulus
    stated = [k.relative for k in found.known.values() if is_identified(k, params)]
    if check.p is None or check.p >= params.kk_p or not stated:
        return []
    noise = 2 * float(np.mean(np.square(check.noise.sigma(modulus) / modulus)))
    beyond = float(np.sqrt(max(float(np.mean((np.abs(check.residual) / modulus) ** 2)) - noise, 0.0)))
    if beyond < HALF * min(stated):
        return []
    text = (
        f"the spectrum deviates from Kramers-Kronig (p = {check.p:.1g}), by little, yet more than the "
        f"{min(stated):.2%} that the noise leaves of a resistance: the intervals are of the noise only"
    )
    return [Flag("kk-limits-uncertainty", text)]


def _misfit_flags(found: FittedSpectrum) -> list[Flag]:
    if found.examined.check.p is None or found.lack_of_fit <= MISFIT:
        return []
    text = (
        f"the residuals are {found.lack_of_fit:.1f} times the noise: {canonical(found.model.circuit)} does not "
        "describe all of the spectrum, and the intervals hold only if it does"
    )
    return [Flag("circuit-does-not-fit", text, hint="--param circuit=…, or f_min and f_max leave a part out")]


def _step_flags(found: FittedSpectrum) -> list[Flag]:
    """Report a step of |Z| at one frequency; if the circuit does not fit at all, that is said, and no more."""
    if found.lack_of_fit > MISFIT or (step := gain_step(found.fitted)) is None:
        return []
    text = (
        f"|Z| steps by {step.size:+.2%} below {step.frequency:.3g} Hz, as when the instrument changes its range: "
        "what lies on one side of it is off by that much, and no interval contains this"
    )
    hint = "--param f_max=… or f_min=… leaves one side out"
    return [Flag("range-step", text, where=f"{step.frequency:.4g} Hz", hint=hint)]


def _arc_flags(found: FittedSpectrum, params: FitParams) -> list[Flag]:
    made = []
    lowest = float(found.examined.spectrum.frequency.min())
    for label, known in found.known.items():
        where = f"resistance_{label}"
        if side := found.outside.get(label):
            made.append(_outside_flag(found, label, side, where))
        elif not is_identified(known, params):
            text = f"the resistance {label} is not identified: {vagueness(known.relative)}"
            made.append(Flag("not-identified", text, where=where))
        elif found.leaf(label).symbol == "Z" and (apex := _apex(found, label)) < END * lowest:
            text = (
                f"the arc {label} has its apex at {apex:.3g} Hz and is seen in part only: {where} is extrapolated"
            )
            made.append(Flag("arc-reaches-window-end", text, where=where))
        if "correlated" in known.reasons and is_identified(known, params):
            text = f"{where} is correlated with another parameter; its interval is the profile of the likelihood"
            made.append(Flag("correlated", text, "info", where))
    return made + _exponent_flags(found)


def _outside_flag(found: FittedSpectrum, label: str, side: str, where: str) -> Flag:
    apex, frequency = _apex(found, label), found.examined.spectrum.frequency
    lowest = int(np.argmin(frequency))
    z = found.examined.spectrum.z[lowest]
    # At the lowest frequency -Im is more than half of Re: the phase is beyond -27°, not that of a closing arc.
    if side == "low" and -z.imag > 0.5 * abs(z.real):
        text = (
            f"what was fitted as the arc {label} is a tail: its apex would lie {apex_text(apex, frequency, '.2g')}"
        )
        return Flag("tail-taken-for-arc", text, where=where, hint="--param circuit='LR(RQ)Q'")
    text = f"the arc {label} has its apex {apex_text(apex, frequency)}, outside of what was measured"
    return Flag("arc-outside-window", text, where=where)


def _exponent_flags(found: FittedSpectrum) -> list[Flag]:
    made = []
    for number, label in found.labels.items():
        at = found.model.at(number, "n")
        if at is None:
            continue
        n = found.fitted.natural[at]
        if n > N_NEAR_ONE:
            made.append(Flag("n-at-limit", f"the exponent of {label} is at its limit, 1", "info", f"n_{label}"))
        elif n < 0.5 and found.model.leaves[number].symbol == "Z":
            text = f"the exponent of the arc {label} is {n:.2f}: below one half it is not the arc of an interface"
            made.append(Flag("n-below-half", text, where=f"n_{label}"))
    return made


def apex_text(apex: float, frequency: Floats, spec: str = ".3g") -> str:
    """Say where an arc lies that was not measured; far off, only how far, for no data hold its place there."""
    low, high = frequency.min() / FAR, frequency.max() * FAR
    if apex < low:
        return f"below {low:{spec}} Hz"
    return f"above {high:{spec}} Hz" if apex > high else f"at {apex:{spec}} Hz"


def _apex(found: FittedSpectrum, label: str) -> float:
    return float(1 / (2 * np.pi * found.values(label)["tau"]))


def vagueness(relative: float) -> str:
    """Say how uncertain a value is; an infinite uncertainty is not a number."""
    return (
        f"relative uncertainty {percent(relative, '.0f')}" if np.isfinite(relative) else "any value fits as well"
    )


def is_identified(known: Known, params: FitParams) -> bool:
    """Return whether a resistance has both ends and an uncertainty below the limit."""
    return known.closed and 100 * known.relative <= params.identified

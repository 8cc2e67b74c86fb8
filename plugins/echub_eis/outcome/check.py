"""`eis-check`: the noise, the points that are used, and whether Kramers and Kronig agree."""

from __future__ import annotations

import numpy as np

from echub.plugin import Inputs, Measurand, Outcome, Series
from echub_eis.data import load
from echub_eis.declared import CheckParams
from echub_eis.method.examine import Examined, examine


def run(data: Inputs, params: CheckParams) -> Outcome:
    """Check one spectrum."""
    found = examine(load(data), params)
    return Outcome(
        measurands(found), found.flags, {"points": points(found)}, diagnostics={**points(found), **noise_of(found)}
    )


def measurands(found: Examined) -> dict[str, Measurand]:
    """Return noise, p and largest residual."""
    noise, modulus = found.noise, found.spectrum.modulus
    result = {"points_used": Measurand("1", float(len(modulus)))}
    if found.check.p is None:
        return result
    return {
        "noise_proportional": _size("%", 100 * noise.proportional, 100 * noise.u_proportional),
        "noise_additive": _size("ohm", noise.additive, noise.u_additive),
        "kk_probability": Measurand("1", found.check.p, note="closed-form F test"),
        "kk_residual": Measurand("%", 100 * found.check.largest(modulus)),
        **result,
    }


def _size(unit: str, value: float, uncertainty: float) -> Measurand:
    """Return a noise; a part that is not needed is below what the other hides."""
    if value == 0:
        return Measurand(unit, 0.0, note="not needed beside the other part")
    return Measurand(unit, value, uncertainty)


def points(found: Examined) -> dict[str, Series]:
    """Tabulate all points with what Kramers-Kronig leaves of each, relative to |Z|."""
    trace = found.trace
    rest = np.full(len(trace.z), np.nan, dtype=np.complex128)
    rest[trace.used] = 100 * found.check.residual / found.spectrum.modulus
    return {
        **trace.table(),
        "residual_re": Series.of(rest.real, "%"),
        "residual_im": Series.of(rest.imag, "%"),
    }


def noise_of(found: Examined) -> dict[str, Series]:
    """Return the noise of every point over |Z|, for the figure."""
    trace = found.trace
    modulus = np.abs(trace.z)
    return {"noise": Series.of(100 * found.noise.sigma(modulus) / np.maximum(modulus, 1e-300), "%")}

"""What remains beyond a fit of the high frequencies, by plain least squares of the same points."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.stats import t as student

import echub
from echub.testing import synth

F = np.geomspace(4e6, 7.0, 62)
AREA, MANY = 0.5, 2
FARAD = 0.7e-6 * AREA / MANY
"""What 0.7 µF/cm² of each of two interfaces in series make."""


def lead(p, f):
    """Return an inductance, a resistance and an arc; p: L, R, and R, τ, n of the arc."""
    s = 2j * np.pi * f
    return s * p[0] + p[1] + p[2] / (1 + (s * p[3]) ** p[4])


def measured(z, seed=1):
    """Return a spectrum with noise of 0.1 %, and its record."""
    rng = np.random.default_rng(seed)
    z = z * (1 + 1e-3 * (rng.normal(size=len(F)) + 1j * rng.normal(size=len(F))))
    columns = {"frequency": synth.Column(F, "Hz"), "impedance_real": synth.Column(z.real, "ohm"),
               "impedance_imag": synth.Column(z.imag, "ohm")}  # fmt: skip
    stated = {"cell.area": f"{AREA} cm^2", "cell.n_interfaces": str(MANY)}
    return z, synth.Case(columns, stated, kind="impedance").record()


def fitted(function, start, f, z):
    """Return parameters in ln, their covariance, and the degrees of freedom, with weights by |Z|."""

    def rest(x):
        found = (function(np.exp(x), f) - z) / np.abs(z)
        return np.concatenate([found.real, found.imag])

    found = least_squares(rest, np.log(start), xtol=1e-12, ftol=1e-12, jac="3-point")
    freedom = 2 * len(f) - len(start)
    return found.x, np.linalg.inv(found.jac.T @ found.jac) * (found.fun**2).sum() / freedom, freedom


ARC = (1e-7, 20.0, 40.0, 7e-7, 0.92)


@pytest.mark.parametrize(("least", "slow"), [("20 kHz", 3e-4), ("5 kHz", 3e-3)])
def test_the_excess_is_the_mean_of_the_lowest_decade_less_the_fit(least, slow):
    z, record = measured(lead(ARC, F) + 5 / (1 + 2j * np.pi * F * slow))
    params = {"circuit": "LR(RQ)(RQ)", "excess": "below", "excess_from": least, "sensitivity": "false"}
    found = echub.analyze("eis-resistance", record, params=params)["excess_resistance_below"]
    hertz = float(least.split()[0]) * 1e3
    above = hertz <= F
    x, cov, freedom = fitted(lead, ARC, F[above], z[above])
    low = 10 * F.min() >= F

    def mean(x):
        return float(np.mean(z[low].real - lead(np.exp(x), F[low]).real))

    steps = 1e-5 * np.eye(5)
    slope = np.array([(mean(x + d) - mean(x - d)) / 2e-5 for d in steps])
    own = 1e-3 * np.sqrt(np.mean(np.abs(z[low]) ** 2) / low.sum())
    u = np.hypot(np.sqrt(slope @ cov @ slope), own)
    assert found.value == pytest.approx(mean(x), abs=u / 10)
    assert found.uncertainty == pytest.approx(u, rel=0.15)  # the noise is known from so many points
    reach = student.ppf(0.975, freedom) * found.uncertainty
    assert (found.interval.low, found.interval.high) == pytest.approx((found.value - reach, found.value + reach))
    assert found.note == f"mean of the lowest decade less the fit of LR(RQ) above {hertz:g} Hz"


def beside(capacitance):
    """Return the arc of an interface with its capacitance beside the others."""
    return lambda p, f: lead(p[:5], f) + p[5] / (1 + 2j * np.pi * f * p[5] * capacitance)


@pytest.mark.parametrize("r", [40.0, 0.01])
def test_a_resistance_by_a_stated_capacitance_holds_half_and_twice_of_it(r):
    z, record = measured(lead(ARC, F) + r / (1 + 2j * np.pi * F * r * FARAD), seed=2)
    params = {
        "circuit": "LR(RQ)",
        "excess": "below",
        "interface_capacitance": "0.7 uF/cm^2",
        "sensitivity": "false",
    }
    found = echub.analyze("eis-resistance", record, params=params)["interface_resistance"]
    assert found.note == "with a stated 0.7 µF/cm²"
    # The arc of the electrolyte can be taken for two: of a small resistance 4 Ω are as likely as none.
    start = (*ARC, r if r > 1 else 4.0)
    fits = [fitted(beside(FARAD * factor), start, F, z) for factor in (1.0, 0.5, 2.0)]
    value, half, twice = (np.exp(x[5]) for x, _, _ in fits)
    scale = AREA / MANY
    fit = value * np.sqrt(fits[0][1][5, 5]) * scale
    assumed = abs(twice - half) / 2 / np.sqrt(3) * scale  # evenly spread in ln between half and twice
    total = np.hypot(fit, assumed)
    if r < 1:  # it is bounded from above only
        assert (found.value, found.censoring) == (None, "left")
        assert found.interval.high == pytest.approx(value * scale + 2 * total, rel=0.1)
        return
    assert found.value == pytest.approx(value * scale, abs=total / 10)
    assert found.uncertainty == pytest.approx(total, rel=0.05)
    parts = {part.name: (part.uncertainty, part.kind) for part in found.components}
    assert parts["fit"] == (pytest.approx(fit, rel=0.15), "A")
    assert parts["assumed capacitance"] == (pytest.approx(assumed, rel=0.05), "B")
    ends = found.value - 2 * found.uncertainty, found.value + 2 * found.uncertainty
    assert (found.interval.low, found.interval.high) == pytest.approx(ends)

"""A resistance that depends on the end of the band: Hausman's test, and a cell in a lossy holder."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth.impedance import CASES, Sweep
from echub_eis.declared import FitParams
from echub_eis.method.identify import Known
from echub_eis.outcome import fitting

ALL = 0.03**2
"""Variance of ln R from all points."""


def fit(ln_r, variance, chi2=10.0):
    return SimpleNamespace(x=np.array([ln_r]), covariance=lambda: np.array([[variance]]), chi2=chi2, freedom=10)


def flagged(monkeypatch, without, *, relative=0.03, reasons=()):
    """Return the flags when all points give ln R = 4, and those without an end what is given by side."""

    def masked(_, params):
        assert (params.f_max, params.f_min) in ((3e5, 0), (0, 30.0))
        return without.get("above" if params.f_max else "below")

    monkeypatch.setattr(fitting, "_masked", masked)
    model = SimpleNamespace(at=lambda number, name: 0)
    found = SimpleNamespace(
        examined=SimpleNamespace(spectrum=SimpleNamespace(frequency=np.geomspace(9e5, 10, 30))),
        fitted=fit(4.0, ALL),
        known={"int": Known(np.exp(4.0), relative, None, None, reasons)},
        model=model,
        number=lambda label: 0,
    )
    return [flag.message for flag in fitting._band_flags(found, FitParams())]


@pytest.mark.parametrize(
    ("change", "sigma", "seen"),
    [
        # The difference of the variances is 0.05² - 0.03² = 0.04²; 3.5 of 0.04 are 0.14.
        (0.145, 0.05, True),
        (-0.145, 0.05, True),
        (0.135, 0.05, False),
        (-0.135, 0.05, False),
        # Fewer points that tell more, or as much, or next to nothing: nothing follows.
        (0.145, 0.02, False),
        (0.145, 0.03, False),
        (9.0, 2.0, False),
    ],
)
def test_a_change_is_weighed_by_the_difference_of_the_variances(monkeypatch, change, sigma, seen):
    assert bool(flagged(monkeypatch, {"above": fit(4.0 + change, sigma**2)})) == seen


def test_a_bad_end_does_not_hide_itself_in_the_scatter_of_all_points(monkeypatch):
    # Without the end χ² is a quarter: all points at that scatter have 0.015², and 0.03² - 0.015² = 0.026².
    quiet = fit(4.0 + 0.1, 0.03**2, chi2=2.5)
    assert len(flagged(monkeypatch, {"above": quiet})) == 1
    assert flagged(monkeypatch, {"above": fit(4.0 + 0.08, 0.03**2, chi2=2.5)}) == []


def test_a_change_within_the_uncertainty_is_not_one(monkeypatch):
    other = {"below": fit(4.1, ALL + 0.01**2)}
    assert flagged(monkeypatch, other, relative=0.11) == []
    assert len(flagged(monkeypatch, other, relative=0.09)) == 1


def test_what_is_vague_anyway_does_not_depend_on_the_band(monkeypatch):
    assert flagged(monkeypatch, {"below": fit(4.5, 0.05**2)}, reasons=("vague",)) == []


def test_the_change_and_the_end_are_said(monkeypatch):
    sides = {"above": fit(4.0 + np.log(1.25), 0.05**2), "below": fit(4.0 + np.log(0.8), 0.05**2)}
    assert flagged(monkeypatch, sides) == [
        "resistance_int changes by +25.0% without the points above 3e+05 Hz",
        "resistance_int changes by -20.0% without the points below 30 Hz",
    ]


def test_a_lossy_holder_is_told_by_the_upper_end():
    """The inductance is not ideal at 13 MHz: R at high frequency takes what the circuit lacks."""
    lossy = synth.impedance(1, "na_sym", Sweep(1e-3, lossy=4e-6)).data()
    params = {"circuit": CASES["na_sym"].circuit}
    with_all = echub.analyze("eis-fit", lossy, params=params)
    without = echub.analyze("eis-fit", lossy, params={**params, "f_max": "4.333 MHz"})
    messages = {f.where: f.message for f in with_all.flags if f.code == "depends-on-band"}
    assert set(messages) == {"resistance_hf", "resistance_1", "resistance_2"}
    for name, message in messages.items():
        percent = float(message.split("by ")[1].split("%")[0])
        expected = 100 * (without[name].value / with_all[name].value - 1)
        assert percent == pytest.approx(expected, abs=0.2), name
        assert message.endswith("above 4.33e+06 Hz")
    ideal = echub.analyze("eis-fit", synth.impedance(1, "na_sym", Sweep(1e-3)).data(), params=params)
    assert "depends-on-band" not in {flag.code for flag in ideal.flags}

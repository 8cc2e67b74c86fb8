"""What other choices would have given is what the analysis gives if it is asked for them."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.testing import synth
from tests.oracles.consistency import Linear
from tests.oracles.refitted import Refitted

F = np.geomspace(2e6, 1.3, 57)
W = 2j * np.pi * F
OWN = "LR(RQ)(RQ)"


def measured(additive=0.0):
    """Return two arcs with a relative noise, and one in Ω."""
    rng = np.random.default_rng(4)
    z = 2e-7 * W + 20 + 80 / (1 + (W * 3e-6) ** 0.92) + 40 / (1 + (W * 2e-3) ** 0.8)
    z = z + np.hypot(2e-3 * np.abs(z), additive) * (rng.normal(size=57) + 1j * rng.normal(size=57))
    names = ("impedance_real", "impedance_imag")
    columns = {name: synth.Column(part, "ohm") for name, part in zip(names, (z.real, z.imag), strict=True)}
    return synth.Case({"frequency": synth.Column(F, "Hz"), **columns}, {}, kind="impedance").record()


@pytest.fixture(scope="module")
def spectrum():
    return measured()


@pytest.fixture(scope="module")
def outcome(spectrum):
    return echub.analyze("eis-fit", spectrum, params={"circuit": OWN})


def rows(outcome, parameter, setting):
    """Return the values and changes of all resistances under another setting."""
    found = [s for s in outcome.sensitivity if (s.parameter, s.setting) == (parameter, setting)]
    return {s.measurand: (s.value, s.change) for s in found}


def test_the_other_choices_are_a_decade_less_other_weights_and_neighbouring_circuits(outcome):
    settings = list(dict.fromkeys((s.parameter, s.setting) for s in outcome.sensitivity))
    assert settings == [
        ("f_max", "2e+05 Hz"), ("f_min", "13 Hz"), ("weights", "1/|Z|"), ("circuit", "La{n=0.95f}R(RQ)(RQ)"),
        ("circuit", "LR(RQ)(RC)"),
    ]  # fmt: skip
    for setting in settings:
        assert list(rows(outcome, *setting)) == ["resistance_hf", "resistance_1", "resistance_2"]


def plainly(outcome, where):
    """Fit the points that are in a band, weighted by the modulus of the fit of all."""
    points = {name: series.array()[where] for name, series in outcome.tables["points"].items() if series.unit}
    z, fit = (points[f"{of}re"] + 1j * points[f"{of}im"] for of in ("", "fit_"))
    start = (2e-7, 20, 80, 3e-6, 0.92, 40, 2e-3, 0.8)
    return Refitted(points["frequency"], z, np.abs(fit), start).p[[1, 2, 5]]


@pytest.mark.parametrize(("parameter", "setting"), [("f_max", "2e+05 Hz"), ("f_min", "13 Hz")])
def test_each_band_gives_what_plain_least_squares_give(outcome, parameter, setting):
    """But for an additive part of the noise, of which this one has none: a twentieth of an uncertainty."""
    f = outcome.tables["points"]["frequency"].array()
    found = rows(outcome, parameter, setting)
    plain = plainly(outcome, f < 2e5 if parameter == "f_max" else f > 13)
    for label, value in zip(("hf", "1", "2"), plain, strict=True):
        name = f"resistance_{label}"
        assert found[name][0] == pytest.approx(value, abs=outcome[name].uncertainty / 20), name
        assert found[name][1] == pytest.approx(found[name][0] - outcome[name].value)


def test_weights_by_the_modulus_are_those_of_plain_least_squares():
    """Beside the noise in Ω, which weighs the points otherwise."""
    outcome = echub.analyze("eis-fit", measured(0.3), params={"circuit": OWN})
    found = rows(outcome, "weights", "1/|Z|")
    for label, value in zip(("hf", "1", "2"), plainly(outcome, slice(None)), strict=True):
        assert found[f"resistance_{label}"][0] == pytest.approx(value, rel=1e-5)
        assert abs(found[f"resistance_{label}"][1]) > 1e-3


@pytest.mark.parametrize("circuit", ["La{n=0.95f}R(RQ)(RQ)", "LR(RQ)(RC)"])
def test_each_circuit_gives_what_it_gives_if_it_is_asked_for(spectrum, outcome, circuit):
    again = echub.analyze("eis-fit", spectrum, params={"sensitivity": "false", "circuit": circuit})
    for name, (value, change) in rows(outcome, "circuit", circuit).items():
        assert value == pytest.approx(again[name].value, rel=1e-5), name
        assert change == pytest.approx(value - outcome[name].value)


def test_a_tail_may_be_a_warburg_element(spectrum):
    frequency, z = F, 20 + 80 / (1 + (W * 3e-6) ** 0.92) + 1 / (2e-3 * W**0.7)
    columns = {"frequency": synth.Column(frequency, "Hz"), "impedance_real": synth.Column(z.real, "ohm"),
               "impedance_imag": synth.Column(z.imag, "ohm")}  # fmt: skip
    data = synth.Case(columns, {}, kind="impedance").record()
    found = echub.analyze("eis-fit", data, params={"circuit": "R(RQ)Q"}).sensitivity
    assert {s.setting for s in found if s.parameter == "circuit"} == {"R(RC)Q", "R(RQ)W"}


def test_circuits_that_were_compared_are_other_choices(spectrum):
    found = echub.analyze("eis-fit", spectrum)
    models = found.tables["models"]
    (chosen,) = [c for c, is_it in zip(models["circuit"].values, models["chosen"].values, strict=True) if is_it]
    others = {c for c in models["circuit"].values if c != chosen}
    settings = {s.setting for s in found.sensitivity if s.parameter == "circuit"}
    assert others <= settings
    assert chosen not in settings


def test_circuits_are_compared_by_their_misfit_and_their_number_of_parameters(spectrum):
    """χ² over that of the best fit, or over the noise if that is more, and ln 2n for each parameter."""
    models = echub.analyze("eis-fit", spectrum, params={"sensitivity": "false"}).tables["models"]
    count, rms = models["parameters"].array(), models["rms_over_noise"].array()
    assert dict(zip(models["circuit"].values, count, strict=True)) == {"LR(RQ)": 5, "LR(RQ)(RQ)": 8}
    points = 2 * len(F)
    chi2 = rms**2 * (points - count)
    bic = chi2 / max((rms**2).min(), 1.0) + count * np.log(points)
    assert models["bic_above_best"].array() == pytest.approx(bic - bic.min())
    assert models["chosen"].values == (False, True)


def test_the_misfit_is_that_of_plain_least_squares_over_the_noise(spectrum):
    outcome = echub.analyze("eis-fit", spectrum, params={"circuit": OWN, "sensitivity": "false"})
    points = {name: series.array() for name, series in outcome.tables["points"].items() if name != "reason"}
    z = points["re"] + 1j * points["im"]
    noise = Linear(points["frequency"], z)
    sigma = np.hypot(noise.relative * np.abs(z), noise.additive)
    plain = Refitted(points["frequency"], z, sigma, (2e-7, 20, 80, 3e-6, 0.92, 40, 2e-3, 0.8))
    rms = np.sqrt(plain.chi2 / plain.freedom)
    assert outcome.tables["models"]["rms_over_noise"].array() == pytest.approx([rms], rel=1e-4)
    assert outcome["lack_of_fit"].value == pytest.approx(rms, rel=2e-3)  # refitted with the noise of its residuals
    assert outcome["lack_of_fit"].uncertainty == pytest.approx(rms / np.sqrt(2 * plain.freedom), rel=2e-3)

"""What is said of a fitted circuit, its sums, rivals and uncertainties, on fits that are stated here."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from scipy.stats import t as student

from echub.plugin import Interval, Measurand, Refusal
from echub_eis.data import StatedCell, Trace, is_interface, load
from echub_eis.declared import FitParams, ResistanceParams
from echub_eis.method import answer, examine, kk
from echub_eis.method.elements import Grid
from echub_eis.method.fit import CircuitFit, Spectrum
from echub_eis.method.identify import Known, resistance, total
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise, over_noises
from echub_eis.method.parse import parse
from echub_eis.outcome import check, excess, fitting, parts
from echub_eis.outcome import resistance as sizes
from echub_eis.series.method.follow import variance_of
from tests.messages.saying import Fake

GRID = Grid.of(np.geomspace(1e6, 0.1, 43))


def fitted(circuit, *natural, noise=1e-3, seed=1):
    """Return a fit at the optimum: its residuals are what derivatives do not explain of noise."""
    model = Model(parse(circuit))
    x = model.coordinates(natural)
    z, jacobian = model.evaluate(x, GRID)
    sigma = noise * np.abs(z)
    rng = np.random.default_rng(seed)
    scatter = rng.standard_normal(2 * len(z))
    rows = np.concatenate([(jacobian / sigma).real, (jacobian / sigma).imag], axis=1).T
    q, _ = np.linalg.qr(rows / np.maximum(np.linalg.norm(rows, axis=0), 1e-300))
    rest = scatter - q @ (q.T @ scatter)
    measured = z + sigma * (rest[: len(z)] + 1j * rest[len(z) :])
    fit = CircuitFit(model, Spectrum(GRID, measured, np.abs(z)), x, z, jacobian, Noise(noise, 0.0, 50.0),
                     float(rest @ rest))  # fmt: skip
    return fit, rows


def test_the_covariance_is_that_of_least_squares_with_the_scatter_of_the_residuals():
    fit, rows = fitted("LR(RQ)", 1e-7, 20, 50, 1e-3, 0.85)
    rest = np.concatenate([(fit.residual / fit.noise.sigma(fit.spectrum.modulus)).real,
                           (fit.residual / fit.noise.sigma(fit.spectrum.modulus)).imag])  # fmt: skip
    expected = np.linalg.inv(rows.T @ rows) * (rest @ rest) / (2 * 43 - 5)
    assert fit.freedom == 81
    assert fit.covariance() == pytest.approx(expected, rel=1e-6)
    assert fit.rms_over(fit.noise) == pytest.approx(np.sqrt(rest @ rest / 81))


def test_the_variances_that_labels_are_judged_by_are_those_of_the_fit():
    fit, _ = fitted("LR(RQ)", 1e-7, 20, 50, 1e-3, 0.85)
    assert variance_of(fit) == pytest.approx(np.diag(fit.covariance()), rel=1e-4)
    lost = variance_of(fitted("LR(RQ)", 1e-19, 20, 50, 1e-3, 0.85)[0])
    assert lost[0] == np.inf
    assert np.isfinite(lost[1:]).all()


@pytest.mark.parametrize("method", ["covariance", "covariance_over_noises"])
def test_what_no_point_tells_has_an_infinite_variance_and_moves_nothing_else(method):
    plain = getattr(fitted("R(RQ)", 20, 50, 1e-3, 0.85)[0], method)()
    fit = fitted("LR(RQ)", 1e-19, 20, 50, 1e-3, 0.85)[0]
    found = getattr(fit, method)()
    assert found[0, 0] == np.inf
    assert not found[0, 1:].any()
    assert np.sqrt(np.diag(found)[1:]) == pytest.approx(np.sqrt(np.diag(plain)), rel=0.15)
    seen = getattr(fitted("LR(RQ)", 1e-12, 20, 50, 1e-3, 0.85)[0], method)()
    assert np.isfinite(seen).all()


def test_an_exponent_at_its_limit_is_not_known_and_is_not_taken_for_known():
    """Beside n = 1 the arc is as uncertain as with a free n, and more than with a fixed one."""
    arc = lambda n, text: fitted(text, 20, 50, 1e-3, *n)[0].covariance()  # noqa: E731
    limit, free, fixed = arc((0.99999,), "R(RQ)"), arc((0.9985,), "R(RQ)"), arc((), "R(RC)")
    assert limit[3, 3] == np.inf
    assert limit[1, 1] == pytest.approx(free[1, 1], rel=0.05)
    assert limit[1, 1] > 1.1 * fixed[1, 1]


def test_a_resistance_is_known_by_a_parabola_or_by_the_profile():
    """The profile of a sum of well-known parts is the parabola of that sum."""
    fit, _ = fitted("R(RQ)(RQ)", 20, 50, 1e-5, 0.9, 80, 1e-2, 0.9)
    cov = fit.covariance()
    known = resistance(fit, 1, cov, 0.9, False)
    t, u = student.ppf(0.95, fit.freedom), np.sqrt(cov[1, 1])
    assert (known.value, known.relative, known.reasons) == (pytest.approx(50), pytest.approx(u), ())
    assert (known.low, known.high) == pytest.approx((50 * np.exp(-t * u), 50 * np.exp(t * u)))
    beyond = resistance(fit, 1, cov, 0.9, True)
    assert beyond.reasons == ("outside",)
    assert (beyond.low, beyond.high) == pytest.approx((known.low, known.high), rel=0.1 * t * u)
    assert beyond.relative == pytest.approx(u, rel=0.05)
    wide = resistance(fit, 1, 4 * cov, 0.9, True)  # twice as uncertain, with what is not known of the noise
    assert np.log(wide.high / wide.low) == pytest.approx(4 * t * u, rel=0.05)
    at = np.array([1, 4])
    share = np.array([50, 80]) / 130
    of_sum = np.sqrt(share @ cov[np.ix_(at, at)] @ share)
    both = total(fit, list(at), of_sum, cov, 0.9)
    assert both.value == pytest.approx(130)
    assert np.log(both.high / both.low) == pytest.approx(2 * t * of_sum, rel=0.05)
    assert both.relative == pytest.approx(of_sum, rel=0.05)


# -- sums --------------------------------------------------------------------------------------

MODEL = Model(parse("R:hf (RQ):a (RQ):b (R{R=10f}Q):c"))
NATURAL = [20.0, 50.0, 1e-5, 0.9, 80.0, 1e-2, 0.9, 1.0, 0.9]
PLAIN = ResistanceParams()


def found(covariance=None, reasons=(), outside=(), freedom=10, p=0.5, misfit=1.0):
    covariance = np.eye(len(MODEL)) * 1e-4 if covariance is None else covariance
    known = {"hf": Known(20.0, 0.01, 19.0, 21.0, tuple(reasons)), "a": Known(50.0, 0.01, 49.0, 51.0),
             "b": Known(80.0, 0.01, 79.0, 81.0)}  # fmt: skip
    labels = answer.labels_of(MODEL)
    examined = Fake(check=Fake(p=p), noise=Noise(0.01, 0.0, 0.0), spectrum=None)
    own = Fake(model=MODEL, natural=NATURAL, x=MODEL.coordinates(NATURAL), freedom=freedom,
               rms_over=lambda _: misfit)  # fmt: skip
    return answer.FittedSpectrum(examined, (), None, own, covariance, labels, known, dict(outside))


def test_a_sum_of_known_parts_has_their_shared_uncertainty():
    covariance = np.eye(len(MODEL)) * 1e-4
    covariance[1, 4] = covariance[4, 1] = -0.5e-4
    made = parts.sum_of(["a", "b"], found(covariance), PLAIN)
    u = np.sqrt(1e-4 * (50**2 + 80**2) - 2 * 0.5e-4 * 50 * 80) / 130
    reach = student.ppf(0.975, 10) * u
    assert (made.value, made.relative) == (130.0, pytest.approx(u))
    assert (made.low, made.high) == pytest.approx((130 * np.exp(-reach), 130 * np.exp(reach)))
    with_fixed = parts.sum_of(["a", "c"], found(covariance), PLAIN)  # the fixed one is in the sum without error
    assert (with_fixed.value, with_fixed.relative) == (60.0, pytest.approx(1e-2 * 50 / 60))
    lost = covariance.copy()
    lost[1, 1] = np.inf
    assert parts.sum_of(["a", "b"], found(lost), PLAIN) == Known(130.0, np.inf, None, None)


@pytest.mark.parametrize(
    ("labels", "reasons", "scale", "profiled"),
    [
        (["hf", "a"], ["vague"], 1e-4, True),
        (["a", "b"], ["vague"], 1e-4, False),  # another part is vague
        (["hf", "a"], [], 1e-4, False),
        (["hf", "c"], ["vague"], 1e-4, False),  # a fixed part
        (["hf", "a"], ["vague"], 1e-13, False),  # exact
    ],
)
def test_a_sum_with_a_vague_part_is_judged_by_its_profile_once(labels, reasons, scale, profiled):
    calls = []
    own = found(np.eye(len(MODEL)) * scale, reasons)
    with patch.object(parts, "profile_of_sum", lambda *given: (calls.append(given), "profile")[1]):
        for _ in range(2):
            assert (parts.sum_of(labels, own, PLAIN) == "profile") == profiled
    assert len(calls) == profiled
    if profiled:
        _, at, relative, _, level = calls[0]
        assert (list(at), level) == ([0, 1], 0.95)
        assert relative == pytest.approx(1e-2 * np.hypot(20, 50) / 70)


def test_the_sum_that_turns_is_not_given_nor_its_slowest_arc():
    own = found(misfit=3.0)
    with patch.object(answer, "turns_back", lambda *_: True):
        assert own.turned == "c"  # its τ of 1 s is the largest
        given = parts.circuit_measurands(own, PLAIN)
    for name in ("resistance_c", "resistance_total"):
        assert (given[name].value, given[name].note) == (None, parts.TURNED)
    assert given["resistance_b"].value == 80.0
    with patch.object(answer, "turns_back", lambda *_: None):
        assert own.turned == ""
    with patch.object(answer, "turns_back", lambda *_: True):
        assert found(misfit=2.0).turned == ""


@pytest.mark.parametrize(
    ("misfit", "p", "note"), [(2.01, 0.5, "if the circuit holds"), (2.0, 0.5, ""), (2.01, None, "")]
)
def test_numbers_of_a_circuit_that_does_not_fit_say_so(misfit, p, note):
    assert parts.note_of(found(misfit=misfit, p=p)) == note
    assert parts.measurand("F", 1.0, 0.1, found(misfit=misfit, p=p), PLAIN).note == note
    given = parts.circuit_measurands(found(misfit=misfit, p=p), PLAIN)
    assert ("lack_of_fit" in given) == (p is not None)
    if p is not None:
        assert given["lack_of_fit"].value == misfit
        assert given["lack_of_fit"].uncertainty == pytest.approx(misfit / np.sqrt(20))


def test_covariances_are_of_what_has_an_uncertainty_and_no_profile():
    own = found()
    names = {"resistance_hf", "resistance_a", "tau_a", "resistance_total"}
    values = {name: Measurand("ohm", 1.0, 0.1) for name in names} | {"n_a": Measurand("1")}
    made = parts.covariance(own, values)["covariance"]
    assert set(made["measurand"].values) == names
    profiled = parts.covariance(found(reasons=["vague"]), values)["covariance"]
    assert set(profiled["measurand"].values) == {"resistance_a", "tau_a"}
    assert parts.covariance(own, {}) == {}
    # The total has correlation r/√Σr² with each free resistance that is as uncertain.
    of_total = np.array(made["resistance_total"].values)
    at = list(made["measurand"].values)
    assert of_total[at.index("resistance_a")] == pytest.approx(0.01 * 50 / np.sqrt(20**2 + 50**2 + 80**2))
    assert of_total[at.index("tau_a")] == pytest.approx(0, abs=1e-12)


def test_the_parts_that_are_drawn_stand_side_by_side_and_those_inside_others_are_not_drawn():
    """Two series resistances of 20 Ω in all; then an arc of 50 Ω, and from its end on a diffusion of 30 Ω."""
    model = Model(parse("R:hf (RQ):a (C[RWs]) Ws:w R{R=8f}:lead"))
    natural = [12.0, 50.0, 1e-3, 0.9, 1e-9, 40.0, 7.0, 1e-3, 30.0, 1e-2]
    x = model.coordinates(natural)
    frequency = np.array([1e6, 1e3, 0.1])
    own = replace(found(), labels=answer.labels_of(model), known={},
                  examined=Fake(trace=Fake(frequency=frequency)),
                  fitted=Fake(model=model, natural=natural, x=x))  # fmt: skip
    with (
        patch.object(parts, "_points", lambda _: {"z": 1}),
        patch.object(check, "noise_of", lambda _: {"noise": 2}),
    ):
        shown = parts.diagnostics(own)
    assert set(shown) == {"z", "noise", "curve_frequency", *(
        f"{name}_{part}" for name in ("curve", "part_a", "part_w") for part in ("re", "im"))}  # fmt: skip
    drawn = shown["curve_frequency"].array()
    assert (len(drawn), drawn[0], drawn[-1]) == (140, pytest.approx(1e6), pytest.approx(0.1))  # 20 per decade
    whole = model.impedance(x, Grid.of(drawn))
    assert (shown["curve_re"].array(), shown["curve_im"].array()) == (
        pytest.approx(whole.real), pytest.approx(whole.imag)
    )  # fmt: skip
    for label, start, r in (("a", 20.0, 50.0), ("w", 70.0, 30.0)):
        re, im = shown[f"part_{label}_re"].array(), shown[f"part_{label}_im"].array()
        assert (re[0], re[-1]) == (pytest.approx(start, abs=0.2), pytest.approx(start + r, rel=1e-3))
        assert im.max() <= 0
    assert {one.unit for name, one in shown.items() if name.endswith(("re", "im"))} == {"ohm"}


def test_a_circuit_without_a_resistance_has_no_total():
    model = Model(parse("LQ"))
    natural = [1e-6, 1e-5, 0.9]
    own = replace(found(), labels=answer.labels_of(model), known={}, covariance=np.eye(3) * 1e-4,
                  fitted=Fake(model=model, natural=natural, x=model.coordinates(natural), freedom=10,
                              rms_over=lambda _: 1.0))  # fmt: skip
    given = parts.circuit_measurands(own, PLAIN)
    assert {name for name in given if name.startswith("resistance")} == set()
    assert given["inductance"].value == pytest.approx(1e-6)
    values = {"n_tail": Measurand("1", 0.9, 0.01), "resistance_total": Measurand("ohm", 1.0, 0.1)}
    assert parts.covariance(own, values)["covariance"]["measurand"].values == ("n_tail",)


@pytest.mark.parametrize(("made", "said"), [
    (Measurand("S/cm", 0.02, 1e-3, Interval(0.0101, 0.03, level=0.95)), True),
    (Measurand("S/cm", 0.02, 1e-3, Interval(0.01, 0.03, level=0.95)), False),  # its lower end is the bulk's
    (Measurand("S/cm", interval=Interval(0.0101, 0.03, "coverage", 0.95), censoring="interval"), False),
    (Measurand("S/cm", 0.02, 1e-3), False), (Measurand.less_than("S/cm", 0.02), False), (Measurand("S/cm"), False),
])  # fmt: skip
def test_a_conductivity_is_above_the_bulk_if_its_interval_is(made, said):
    params = ResistanceParams(bulk_conductivity=10.0)
    assert bool(sizes._above_bulk({"conductivity_gb": made}, params)) == said
    assert sizes._above_bulk({"asr_gb": made}, params) == []


@pytest.mark.parametrize(("names", "known", "given"), [
    ((), Known(50.0, 0.01, 49.0, 51.0), True), (("hf", "a", "b", "c"), Known(50.0, 0.01, 49.0, 51.0), False),
    ((), Known(50.0, 0.6, 20.0, 90.0), False), ((), Known(50.0, 0.1, 20.0, None), False),
])  # fmt: skip
def test_a_conductivity_is_that_of_what_is_no_interface_if_its_sum_is_known(names, known, given):
    """0.1 cm over 0.5 cm² and 50 Ω: 4 mS/cm."""
    with (
        patch.object(sizes, "is_interface", lambda label, _: label in names),
        patch.object(sizes, "_has_ended", lambda *_: True),
        patch.object(sizes, "sum_of", lambda *_: known),
    ):
        made = sizes._derived(found(), StatedCell(0.5, 0.1, 2, 0.0, 0.0), PLAIN)
    assert ("conductivity" in made) == given
    if given:
        assert made["conductivity"].value == pytest.approx(0.004)


@pytest.mark.parametrize(("stated", "number"), [(None, 1), (1, 1), (2, 2)])
def test_an_interface_is_one_unless_their_number_is_stated(stated, number):
    asked = []
    at = (np.array([5 + 0j]), np.array([[0j]]))
    spectrum = Fake(frequency=np.array([1.0]), z=np.array([9 + 0j]), modulus=np.ones(1))
    own = Fake(trace=None, spectrum=spectrum, noise=Fake(sigma=lambda modulus: modulus))
    fit = Fake(x=[], covariance=lambda: np.eye(1), freedom=7)
    stubs = {"examine": lambda *_: Fake(spectrum=None), "affordable": lambda *_: True, "fit": lambda *_: fit,
             "settled": lambda one: one, "Model": lambda _: Fake(evaluate=lambda *_: at),
             "_with_capacitance": lambda *given: asked.append(given[1:3])}  # fmt: skip
    with patch.multiple(excess, **stubs):
        excess.excess(own, StatedCell(0.5, None, stated, 0.0, 0.0), ResistanceParams(interface_capacitance=40.0))
    assert asked == [(0.5, number)]


# -- rivals and sizes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameter", "bic", "value", "relative", "said"),
    [
        ("circuit", 6.0, 99.0, 0.01, True),
        ("circuit", 6.1, 99.0, 0.01, False),
        ("circuit", -9.0, 99.0, 0.01, True),
        ("f_max", 0.0, 99.0, 0.01, False),
        ("circuit", 0.0, 52.9, 0.01, False),
        ("circuit", 0.0, 99.0, 0.51, False),  # its own is not identified
    ],
)
def test_a_rival_fits_as_well_and_gives_another_resistance(parameter, bic, value, relative, said):
    own = Fake(fitted="own", known={"gb": Known(1.0, 0.01, 0.9, 1.1), "a": Known(50.0, relative, 49.0, 51.0)})
    others = [("circuit", "none", None), (parameter, "R(RC)", "other")]
    with (
        patch.object(fitting, "_bic", {"own": 0.0, "other": bic}.get),
        patch.object(fitting, "_resistances", lambda _: {"resistance_a": value, "resistance_x": 7.0}),
    ):
        for circuit, severity in (("arcs", "warning"), ("R(RQ)", "info")):
            flags = list(fitting._rival_flags(own, others, FitParams(circuit=circuit)))
            assert [(flag.code, flag.severity) for flag in flags] == [("circuit-ambiguous", severity)] * said
            if said:
                assert flags[0].message == "R(RC) fits as well, and gives resistance_a 99 Ω"


def test_circuits_are_compared_with_the_noise_that_belongs_to_each():
    """χ² and 4 ln σ of each point, and ln 2n for each parameter."""
    fit, _ = fitted("R(RQ)", 20, 50, 1e-3, 0.85)
    sigma = 1e-3 * fit.spectrum.modulus
    expected = fit.chi2 + 4 * np.log(sigma).sum() + 4 * np.log(86)
    assert fitting._bic(fit) == pytest.approx(expected)


@pytest.mark.parametrize(("label", "outside", "ended"), [
    ("a", {}, True), ("a", {"a": "high"}, True), ("a", {"a": "low"}, False), ("c", {}, False),
])  # fmt: skip
def test_a_part_counts_for_a_conductivity_if_it_has_ended(label, outside, ended):
    assert sizes._has_ended(label, found(outside=outside)) == ended


@pytest.mark.parametrize(("gain", "told"), [(3.98, False), (4.02, True)])
def test_an_interface_is_told_if_chance_does_not_make_its_gain(gain, told):
    """t of 1000 degrees of freedom is 1.962: χ² must fall by 3.85 times what the fit leaves, here 1.0."""
    own = SimpleNamespace(chi2=1000.0, freedom=1000)
    with patch.object(excess, "fit", lambda *_: SimpleNamespace(chi2=1000 + 3.85 * gain / 4)):
        assert excess._is_told(Fake(spectrum=None, noise=None), own) == told


def test_the_resistance_of_an_interface_is_that_of_the_last_arc():
    fit, _ = fitted("LR(RQ)(RC{C=1e-6f})", 1e-7, 20, 50, 1e-3, 0.85, 7)
    r, u = excess._resistance(fit)
    assert (r, u) == pytest.approx((7.0, 7 * np.sqrt(fit.covariance()[5, 5])))


def test_what_is_computed_of_an_arc_whose_apex_is_not_seen_is_not_given():
    cell = StatedCell(0.5, 0.1, 2, 0.0, 0.0)
    with patch.object(sizes, "_capacitances", lambda labels, *_: {"labels": labels}):
        for outside, usable in (({}, ["hf", "a", "b"]), ({"a": "high"}, ["hf", "b"])):
            given = sizes._derived(found(outside=outside), cell, PLAIN)
            assert given["labels"] == usable
            assert {f"asr_{name}" for name in usable} == {name for name in given if name.startswith("asr")}
    assert set(given) >= {"conductivity_hf"}
    assert "conductivity" not in given  # a part has a fixed resistance, of which nothing is known


def test_residuals_are_in_units_of_their_own_deviation():
    """A point that the fit follows by three quarters keeps half of its noise; a twentieth is kept at least."""
    leverage = np.array([[0.75, 0.0], [0.0, 0.99]])
    check = kk.KramersKronig(Noise(0.01, 0.0, 9.0), np.array([1 + 4j, 2 - 8j]), leverage, 0.5)
    left = check.standardised(np.array([100.0, 200.0]))
    assert left == pytest.approx(np.array([[1 / 0.5, 2 / 2], [4 / 1, -8 / 2 / np.sqrt(0.05)]]))
    assert check.largest(np.array([100.0, 200.0])) == pytest.approx(np.hypot(1, 4) / 100)


# -- which points are used ---------------------------------------------------------------------


def noisy(bad, count=60, size=0.2):
    """Return a spectrum of a resistance with noise of 0.1 %, and some points that are off."""
    f, rng = np.geomspace(1e5, 1, count), np.random.default_rng(2)
    z = 50 + 30 / (1 + 2j * np.pi * f * 1e-3)
    z = z * (1 + 1e-3 * (rng.standard_normal(count) + 1j * rng.standard_normal(count)))
    z[list(bad)] *= 1 + size * np.array([1, -1, 0.05, 1, -1, 1, -1])[: len(bad)]
    return Trace(f, z, np.arange(count), np.full(count, "", dtype="U24"), {})


@pytest.mark.parametrize(
    ("bad", "left_out"),
    [
        ((), ()),
        ((20,), (20,)),
        ((20, 40, 30), (20, 40, 30)),  # the smaller one is seen once the large ones are gone
        ((5, 15, 25, 35, 45, 50, 55), ()),  # a tenth of 60 are six: more are not outliers
    ],
)
def test_outliers_are_few_and_stand_out_of_the_rest(bad, left_out):
    used = examine.examine(noisy(bad), FitParams())
    assert set(np.flatnonzero(used.trace.reason == "outlier")) == set(left_out)
    assert len(used.spectrum.z) == 60 - len(left_out)
    every = examine.examine(noisy(bad), FitParams(outliers=0.0))
    assert every.trace.used.all()


@pytest.mark.parametrize(("count", "enough"), [(5, True), (4, False)])
def test_five_points_are_looked_at(count, enough):
    if enough:
        assert examine.examine(noisy((), count), FitParams()).check.p is None
        return
    with pytest.raises(Exception, match="4 points are left, at least 5 are needed: none is masked"):
        examine.examine(noisy((), count), FitParams())


def test_the_band_holds_its_ends():
    trace = noisy(())
    low, high = float(trace.frequency[50]), float(trace.frequency[3])
    used = examine.examine(trace, FitParams(f_min=low, f_max=high, outliers=0.0)).trace
    assert list(np.flatnonzero(used.used)) == list(range(3, 51))
    assert set(used.reason[:3]) == {"above f_max"}
    assert set(used.reason[51:]) == {"below f_min"}


@pytest.mark.parametrize("additive", [0.0, 0.03, 3.0])
def test_a_covariance_over_noises_is_the_average_over_all_ratios_with_their_likelihoods(additive):
    """By plain least squares for each ratio of both noises: the law of total variance of the estimates."""
    fit, _ = fitted("R(RQ)", 20, 50, 1e-3, 0.85)
    rng = np.random.default_rng(4)
    modulus, residual = fit.spectrum.modulus, fit.residual + additive * (
        rng.standard_normal(43) + 1j * rng.standard_normal(43))  # fmt: skip
    columns = np.concatenate([fit.jacobian.real, fit.jacobian.imag], axis=1).T
    y = np.concatenate([residual.real, residual.imag])
    logs, shifts, covariances = [], [], []
    for ratio in (0.0, *np.geomspace(1e-3, 1e3, 13)):
        shape = np.tile(np.hypot(modulus, ratio * np.median(modulus)), 2)
        rows, values = columns / shape[:, None], y / shape
        shift = np.linalg.lstsq(rows, values, rcond=None)[0]
        squares, normal = ((values - rows @ shift) ** 2).sum(), rows.T @ rows
        logs.append(-np.log(shape).sum() - np.linalg.slogdet(normal)[1] / 2 - (86 - 4) / 2 * np.log(squares))
        shifts.append(shift)
        covariances.append(np.linalg.inv(normal) * squares / (86 - 4))
    share = np.exp(np.array(logs) - max(logs))
    share = np.where(share < 1e-3 * share.sum(), 0, share)
    share /= share.sum()
    mean = share @ np.array(shifts)
    expected = sum(p * (cov + np.outer(s - mean, s - mean))
                   for p, cov, s in zip(share, covariances, shifts, strict=True))  # fmt: skip
    found = over_noises(residual, fit.jacobian, modulus)
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6 * expected.max())


def test_labels_of_interfaces_begin_with_one_of_their_names():
    params = ResistanceParams(interfaces=" int, ct ,")
    told = [label for label in ("int", "int_2", "ct", "gb", "hint", "") if is_interface(label, params)]
    assert told == ["int", "int_2", "ct"]


def test_a_spectrum_is_taken_from_high_to_low_frequency_with_its_rows():
    columns = {"f": np.array([1.0, 100, 10, 100]), "re": np.arange(4.0), "im": -np.arange(4.0),
               "E_ac": np.array([5.0, 6, 7, 8])}  # fmt: skip
    data = Fake(items=columns, row=[10, 11, 12, 13])
    trace = load(data)
    assert list(trace.frequency) == [100, 100, 10, 1]
    assert list(trace.z) == [1 - 1j, 3 - 3j, 2 - 2j, 0]  # two of one frequency as they stand in the file
    assert list(trace.row) == [11, 13, 12, 10]
    assert list(trace.extras["E_ac"]) == [6, 8, 7, 5]
    assert set(trace.extras) == {"E_ac"}
    columns["f"][[1, 3]] = [0.0, np.nan]
    with pytest.raises(Refusal, match="2 frequencies are not above zero") as caught:
        load(data)
    assert caught.value.where == "source row 11"


def test_masked_points_keep_their_first_reason():
    trace = noisy((), 5).mask(np.array([1, 1, 0, 0, 0], bool), "a").mask(np.array([0, 1, 1, 0, 0], bool), "b")
    assert list(trace.reason) == ["a", "a", "b", "", ""]
    assert list(trace.used) == [False, False, False, True, True]


@pytest.mark.parametrize(
    ("reason", "code", "one", "two"),
    [
        ("copy", "copied-points", "1 point repeats another to the last digit, and is left out",
         "2 points repeat another to the last digit, and are left out"),
        ("negative real part", "negative-real-part", "1 point has a negative real part, 10 Hz: left out",
         "2 points have a negative real part, 10 to 100 Hz: left out"),
        ("outlier", "outliers", "1 point stands out of Kramers-Kronig, left out",
         "2 points stand out of Kramers-Kronig, left out"),
    ],
)  # fmt: skip
def test_one_point_and_two_that_are_left_out_are_said(reason, code, one, two):
    for count, text in ((1, one), (2, two)):
        reasons = np.array([reason] * count + [""] * (4 - count), dtype="U24")
        trace = Trace(np.array([10.0, 100, 1, 2]), np.ones(4, complex), np.arange(4) + 7, reasons, {})
        (flag,) = [flag for flag in examine._mask_flags(trace) if flag.code == code]
        assert flag.message == text
        if code == "outliers":
            assert flag.where == f"source rows {', '.join(['7', '8'][:count])}"


@pytest.mark.parametrize(
    ("frequency", "text"),
    [
        ([1, 1, 2], "1 frequency occurs twice; both points count"),
        ([1, 1, 2, 2], "2 frequencies occur twice; both points count"),
        ([1, 1, 1, 2], "4 points have 2 frequencies; all count"),
        ([1, 1, 1], "3 points have 1 frequency; all count"),
    ],
)
def test_frequencies_that_occur_twice_are_counted(frequency, text):
    count = len(frequency)
    trace = Trace(np.array(frequency, float), np.ones(count, complex), np.arange(count), np.full(count, ""), {})
    (flag,) = examine._mask_flags(trace)
    assert flag.message == text


@pytest.mark.parametrize("size", [1.0, 10.0])
def test_a_large_outlier_takes_no_neighbour_with_it(size):
    left_out = examine.examine(noisy((20,), size=size), FitParams()).trace.reason == "outlier"
    assert list(np.flatnonzero(left_out)) == [20]

"""Refusals and flags of spectra and their series as a whole: code, words, severity, place and what helps."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from scipy.stats import t as student

from echub.plugin import Flag, Interval, Measurand, Refusal
from echub_eis.data import StatedCell, Trace, load
from echub_eis.declared import FitParams, ResistanceParams
from echub_eis.method import answer, examine, identify
from echub_eis.method.elements import Grid
from echub_eis.method.fit import Spectrum
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise
from echub_eis.method.parse import parse
from echub_eis.method.turn import TurningPoint
from echub_eis.outcome import excess, fitting
from echub_eis.outcome import resistance as sizes
from echub_eis.series import SeriesParams
from echub_eis.series import data as series
from echub_eis.series.method import follow, resolve, shared
from echub_eis.series.method.resolve import PartOverTime
from echub_eis.series.outcome import flags as of_series
from tests.messages.saying import Fake
from tests.plugins.remarks import info, refusal, warning, whole

A, NAN = np.array, np.nan


def trace(count, reasons=()):
    """Return points from 10 kHz down, the first ones left out for these reasons."""
    reason = np.array([*reasons, *[""] * (count - len(reasons))], dtype="U24")
    return Trace(np.geomspace(1e4, 1, count), np.full(count, 10 - 1j), np.arange(count), reason, {})


def monitored(count):
    """Return seven points at so many frequencies, and one more that is left out."""
    frequency = np.append(np.resize(np.geomspace(1e4, 1, count), 7), 99.0)
    return Trace(frequency, np.full(8, 10 - 1j), np.arange(8), np.array([*[""] * 7, "a"]), {})


def few_of(circuit, count):
    """Ask for a circuit of which so many points cannot tell all."""
    spectrum = Spectrum(Grid.of(np.geomspace(1e4, 1, count)), np.full(count, 10 - 1j))
    found = examine.Examined(trace(count), spectrum, Fake(noise=Noise(0.01, 0.0, 0.0)), ())
    return lambda: answer.answer(found, FitParams(circuit=circuit))


def above(count):
    """Fit the points above 2 kHz, of which there are so many."""
    spectrum = SimpleNamespace(z=np.zeros(count))
    with patch.object(excess, "examine", lambda *_: SimpleNamespace(spectrum=spectrum)):
        excess.excess(Fake(trace=None), CELL, ResistanceParams(excess_from=2e3))


CELL = StatedCell(0.5, 0.1, 2, 0.0, 0.0)
HF = Fake(known={"hf": Fake(value=12.0)}, labels={0: "l", 1: "hf"})
BULK = ResistanceParams(bulk_conductivity=10.0, align_to_bulk=True)


def aligned(found=HF, params=BULK, **cell):
    return lambda: sizes._alignment(found, replace(CELL, **cell), params)


ALL = "--param f_max=0 --param f_min=0 --param negative_real=keep"
REFUSED = {
    "a frequency": (lambda: load(Fake(items={"f": A([5.0, 0.0, 1.0])}, row=[7, 8, 9])),
                    refusal("frequency-not-positive", "1 frequency is not above zero", where="source row 8",
                            hint='--select "frequency > 0"')),
    "none is left": (lambda: examine._require_points(trace(4, ["b", "a", "b", "b"])),
                     refusal("all-points-masked", "none of 4 points is left: 1 a, 3 b", hint=ALL)),
    "one is left": (lambda: examine._require_points(trace(4, ["a"] * 3)),
                    refusal("too-few-points", "1 point is left, at least 5 are needed: 3 a")),
    "four are left": (lambda: examine._require_points(trace(4)),
                      refusal("too-few-points", "4 points are left, at least 5 are needed: none is masked")),
    "one frequency": (lambda: examine._require_points(monitored(1)),
                      refusal("too-few-points", "7 points are left, at 1 frequency; at least 5 are needed")),
    "four frequencies": (
        lambda: examine._require_points(monitored(4)),
        refusal("too-few-points", "7 points are left, at 4 frequencies; at least 5 are needed")),
    "few for a circuit": (
        few_of("LR(RQ)(RQ)", 13),
        refusal("too-few-points", "13 points for 8 parameters of LR(RQ)(RQ): at least 16 are needed",
                hint="--param circuit='R(RC)'")),
    "few for any circuit": (
        few_of("arcs", 9), refusal("too-few-points", "9 points for 5 parameters of LR(RQ): at least 10 are needed",
                                   hint="--param circuit='R(RC)'")),
    "few above": (lambda: above(9), refusal("too-few-points", "9 points above 2000 Hz for 5 parameters",
                                            hint="--param excess_from=1kHz")),
    "no bulk": (aligned(params=ResistanceParams()),
                refusal("no-bulk-conductivity",
                        "the high-frequency end is aligned to a conductivity that is not stated",
                        hint="--param bulk_conductivity='15 mS/cm'")),
    "no hf": (aligned(Fake(known={}, labels={0: "l", 1: "gb"})),
              refusal("nothing-to-align",
                      "the circuit has no free resistance hf that could be aligned, but l, gb",
                      hint="--param circuit='LR:hf (RQ)'")),
}  # fmt: skip


def test_five_different_frequencies_are_enough():
    examine._require_points(monitored(5))


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_says_what_was_measured_and_what_helps(case):
    call, expected = REFUSED[case]
    assert whole(call) == expected


@pytest.mark.parametrize("what", ["area", "thickness"])
def test_an_alignment_needs_the_sizes_of_the_cell(what):
    with pytest.raises(Refusal) as caught:
        aligned(**{what: None})()
    assert caught.value.remark.code == {"area": "missing-area", "thickness": "missing-metadata"}[what]
    assert f"cell.{what}" in caught.value.remark.message + caught.value.remark.hint
    assert "the high-frequency end is aligned to L/(σ A)" in caught.value.remark.message


def test_an_alignment_shifts_to_what_the_bulk_has():
    """0.1 cm of 10 mS/cm over 0.5 cm² are 20 Ω, 8 Ω more than the fit says."""
    shift, (flag,) = aligned()()
    assert shift == pytest.approx(8.0)
    assert flag.as_dict() == warning("aligned", "Re is shifted by +8 Ω so that its high-frequency end is 20 Ω, by "
                                     "a stated conductivity of 10 mS/cm: this is an input, no result")  # fmt: skip


def test_what_an_alignment_has_made_an_input_is_withheld_and_the_sum_is_shifted():
    kept = {name: Measurand("ohm", 5.0, 0.1) for name in ("resistance_1", "capacitance_peak_1", "asr_1")}
    inputs = (
        "resistance_hf",
        "asr_hf",
        "conductivity_hf",
        "conductivity",
        "re_at_crossing",
        "re_at_phase_minimum",
    )
    made = {name: Measurand("x", 5.0, 0.1) for name in inputs}
    total = Measurand("ohm", 50.0, 2.0, Interval(46.0, None, "coverage", 0.9, method="m"))
    found = sizes._aligned({**kept, **made, "resistance_total": total}, -8.0)
    assert {name: found[name] for name in kept} == kept
    assert {name: found[name] for name in made} == dict.fromkeys(
        made, Measurand("x", note="an input of the alignment")
    )
    shifted = found["resistance_total"]
    assert (shifted.value, shifted.uncertainty, shifted.note) == (42.0, 2.0, "aligned")
    assert shifted.interval == Interval(38.0, None, "coverage", 0.9, method="m")
    unknown = Measurand("ohm", note="not identified")
    assert sizes._aligned({"resistance_total": unknown}, 1.0) == {"resistance_total": unknown}
    assert sizes._aligned(kept, 1.0) == kept


# -- flags of a spectrum -----------------------------------------------------------------------


def arc(apex=1e3, relative=0.1, symbol="Z", side="", reasons=(), z=10 - 1j):
    """Return the flags of a resistance, in a band down to 1 Hz."""
    spectrum = Fake(frequency=A([1e5, 1.0]), z=A([1 + 0j, z]))
    known = {"gb": identify.Known(5.0, relative, 4.0, 6.0, tuple(reasons))}
    found = Fake(examined=Fake(spectrum=spectrum), known=known, outside={"gb": side} if side else {}, labels={},
                 leaf=lambda _: Fake(symbol=symbol), values=lambda _: {"tau": 1 / (2 * np.pi * apex)})  # fmt: skip
    return lambda: answer._arc_flags(found, FitParams())


def exponent(n, circuit="R(RQ):gb"):
    model = Model(parse(circuit))
    natural = [n if free.is_exponent else 1.0 for free in model.free]
    return lambda: answer._exponent_flags(
        Fake(model=model, fitted=Fake(natural=natural), labels=answer.labels_of(model))
    )


def beyond():
    """Kramers-Kronig leaves 1 % of |Z| more than noise, of resistances that are known to 3 and 1.2 %."""
    check = Fake(p=2e-5, residual=np.full(4, 1 + 0j), noise=Noise(0.0, 0, 9))
    known = {"hf": Fake(relative=0.03, closed=True), "gb": Fake(relative=0.012, closed=True)}
    spectrum = Fake(modulus=np.full(4, 100.0))
    return answer._kk_flags(Fake(examined=Fake(check=check, spectrum=spectrum), known=known), FitParams())


def misfit():
    return answer._misfit_flags(
        Fake(examined=Fake(check=Fake(p=0.5)), lack_of_fit=2.345, model=Model(parse("R(RQ)")))
    )


def stepped():
    with patch.object(answer, "gain_step", lambda _: Fake(size=-0.0123, frequency=4567.0)):
        return answer._step_flags(Fake(lack_of_fit=1.5, fitted=None))


def turned():
    with patch.object(examine, "turns_back", lambda *_: TurningPoint(0.45678, 3.0)):
        return examine._turn_flags(None, None)


def looked_at(p=0.5, largest=0.001, noise=1e-3, frequency=(1e4, 1e3, 123.45, 10.0)):
    """Return the flags of four points of which the third deviates most, by this part of |Z|."""
    spectrum = Spectrum(Grid.of(A(frequency)), np.full(4, 100 + 0j))
    check = Fake(p=p, residual=100 * largest * A([0.1, -0.2, 1.0, 0.5]), largest=lambda _: largest,
                 noise=Noise(noise, 0.0, 9.0))  # fmt: skip

    def call():
        with patch.object(examine, "_linearity", lambda *_: []):
            return examine._flags(trace(4), spectrum, check, FitParams(kk_residual=1.0, kk_p=1e-3))

    return call


def excited(params=None, **extras):
    def of(name, size):
        return np.full(5, size) if size is not None else np.full(5, NAN)

    given = {name: of(name, size) for name, size in extras.items()}
    return lambda: examine._linearity(replace(trace(5), extras=given), params or FitParams())


def above_bulk():
    """Both are above 10 mS/cm, one of them for certain."""
    made = {name: Measurand("S/cm", 0.02345, 1e-3, Interval(low, 0.04, level=0.95))
            for name, low in (("conductivity_gb", 0.011), ("conductivity_hf", 0.009))}  # fmt: skip
    return sizes._above_bulk(made, ResistanceParams(bulk_conductivity=10.0))


def rival(circuit):
    own = Fake(fitted="own", known={"a": identify.Known(50.0, 0.01, 49.0, 51.0),
                                    "b": identify.Known(5.0, 0.01, 4.9, 5.1)})  # fmt: skip
    values = {"resistance_a": 98.7654, "resistance_b": 3.21}
    with patch.object(fitting, "_bic", lambda _: 0.0), patch.object(fitting, "_resistances", lambda _: values):
        return list(fitting._rival_flags(own, [("circuit", "R(RC)(RC)", "other")], FitParams(circuit=circuit)))


def band():
    """Without the points above 300 Hz, a third of the highest frequency, ln R is larger by ln 1.25."""
    made = [Fake(x=A([one]), covariance=lambda u=u: A([[u**2]]), chi2=10.0, freedom=10)
            for one, u in ((4.0, 0.03), (4.0 + np.log(1.25), 0.05))]  # fmt: skip
    known = {"gb": identify.Known(np.exp(4.0), 0.03, None, None)}
    found = Fake(examined=Fake(spectrum=Fake(frequency=A([900.0, 10.0]))), fitted=made[0], known=known,
                 number=lambda _: 0, model=Fake(at=lambda *_: 0))  # fmt: skip
    with patch.object(fitting, "_masked", lambda _, params: made[1] if params.f_max else None):
        return list(fitting._band_flags(found, FitParams()))


LEAVES = "--param f_max=… leaves a part out"
NO_LIMIT = ("the excitation reaches 123 mV, and nothing shows that the response is linear: across two interfaces "
            "with one electron each, 95 mV make a resistance 10 % too small")  # fmt: skip
TWICE = "measure with two amplitudes, or record the harmonics; --param amplitude=… if it is known to be linear"
FLAGGED = {
    "vague": (arc(relative=0.6), warning("not-identified", "the resistance gb is not identified: relative "
                                         "uncertainty 60 %", where="resistance_gb")),
    "any value": (arc(relative=np.inf), warning("not-identified", "the resistance gb is not identified: any value "
                                                "fits as well", where="resistance_gb")),
    "cut": (arc(apex=4.56), warning("arc-reaches-window-end", "the arc gb has its apex at 4.56 Hz and is seen in "
                                    "part only: resistance_gb is extrapolated", where="resistance_gb")),
    "correlated": (arc(reasons=["correlated"]),
                   info("correlated", "resistance_gb is correlated with another parameter; its interval is the "
                        "profile of the likelihood", where="resistance_gb")),
    "outside": (arc(apex=2.5e6, side="high"),
                warning("arc-outside-window", "the arc gb has its apex at 2.5e+06 Hz, outside of what was "
                        "measured", where="resistance_gb")),
    "far outside": (arc(apex=2.5e107, side="high"),
                    warning("arc-outside-window", "the arc gb has its apex above 1e+08 Hz, outside of what was "
                            "measured", where="resistance_gb")),
    "a tail far outside": (arc(apex=1e-30, side="low", z=10 - 6j),
                           warning("tail-taken-for-arc", "what was fitted as the arc gb is a tail: its apex would "
                                   "lie below 0.001 Hz", where="resistance_gb",
                                   hint="--param circuit='LR(RQ)Q'")),
    "hardly any value": (arc(relative=5e10), warning("not-identified", "the resistance gb is not identified: "
                                                     "relative uncertainty more than 1000 %",
                                                     where="resistance_gb")),
    "a tail": (arc(apex=0.0123, side="low", z=10 - 6j),
               warning("tail-taken-for-arc", "what was fitted as the arc gb is a tail: its apex would lie at "
                       "0.012 Hz", where="resistance_gb", hint="--param circuit='LR(RQ)Q'")),
    "n of 1": (exponent(0.9995), info("n-at-limit", "the exponent of gb is at its limit, 1", where="n_gb")),
    "n below a half": (exponent(0.432),
                       warning("n-below-half", "the exponent of the arc gb is 0.43: below one half it is not the "
                               "arc of an interface", where="n_gb")),
    "a tail was chosen": (
        lambda: answer._tail_flags(Fake(chosen=Fake(text="LR(RQ)Q")), FitParams()),
        warning("tail-chosen", "−Im still rises at the lowest frequency: taken as a tail; the sum holds what lies "
                "before it", hint="--param circuit='LR(RQ)Q' states that it is one")),
    "beyond": (beyond, warning("kk-limits-uncertainty", "the spectrum deviates from Kramers-Kronig (p = 2e-05), "
                               "by little, yet more than the 1.20% that the noise leaves of a resistance: the "
                               "intervals are of the noise only")),
    "misfit": (misfit, warning("circuit-does-not-fit", "the residuals are 2.3 times the noise: R(RQ) does not "
                               "describe all of the spectrum, and the intervals hold only if it does",
                               hint="--param circuit=…, or f_min and f_max leave a part out")),
    "a step": (stepped, warning("range-step", "|Z| steps by -1.23% below 4.57e+03 Hz, as when the instrument "
                                "changes its range: what lies on one side of it is off by that much, and no "
                                "interval contains this", where="4567 Hz",
                                hint="--param f_max=… or f_min=… leaves one side out")),
    "it turns": (turned, warning("turns-back", "Re falls again below 0.457 Hz: an inductive loop, or a resistance "
                                 "that fell meanwhile", where="0.4568 Hz", hint="--param f_min=… leaves it out; "
                                 "the resistance at direct current is then not known")),
    "too few": (looked_at(p=None), info("kk-not-assessed", "4 points are too few to test Kramers-Kronig and to "
                                        "know the noise")),
    "too few frequencies": (
        looked_at(p=None, frequency=(1e4, 10.0, 1e4, 10.0)),
        info("kk-not-assessed", "4 points at 2 frequencies are too few frequencies to test Kramers-Kronig and to "
             "know the noise")),
    "noisy": (looked_at(noise=0.0612), warning("noisy", "the noise is 6.1% of |Z|: there is hardly a spectrum")),
    "inconsistent": (
        looked_at(p=2e-4, largest=0.0345),
        warning("kk-inconsistent", "the spectrum is not consistent with Kramers-Kronig: up to 3.5% of |Z|, p = "
                "0.0002: the cell drifted, the response is not linear, or the instrument errs", where="123.5 Hz",
                hint=LEAVES)),
    "a little": (looked_at(p=2e-4, largest=0.00456),
                 info("kk-deviation-small", "the spectrum deviates from Kramers-Kronig (p = 0.0002) by at most "
                      "0.46 % of |Z|: good instruments show this; so does a resistance that drifts by tens of "
                      "percent")),
    "no amplitude": (excited(), info("amplitude-unknown", "the amplitude of the potential is not recorded")),
    "large": (excited(E_ac=94.6), info("amplitude-large", "the excitation reaches 94.6 mV: above 10 mV an arc "
                                       "need not be linear")),
    "just not too large": (excited(E_ac=95.0), info("amplitude-large", "the excitation reaches 95 mV: above 10 mV "
                                                    "an arc need not be linear")),
    "too large, harmonics of 3 %": (excited(E_ac=123.0, thd_E=1.0, thd_I=3.0),
                                    warning("amplitude-large", NO_LIMIT, hint=TWICE)),
    "too large": (excited(E_ac=123.0), warning("amplitude-large", NO_LIMIT, hint=TWICE)),
    "too large, one is known": (excited(E_ac=123.0, thd_E=1.0), warning("amplitude-large", NO_LIMIT, hint=TWICE)),
    "large, and linear": (
        excited(E_ac=123.0, thd_E=1.234, thd_I=2.345),
        info("amplitude-large", "the excitation reaches 123 mV: above 10 mV an arc need not be linear; this one "
             "is, for the harmonic distortion is at most 2.3 %")),
    "harmonics": (excited(E_ac=9.0, thd_I=5.678),
                  warning("nonlinear", "total harmonic distortion of the current reaches 5.68 %")),
    "harmonics of U": (excited(E_ac=9.0, thd_E=6.0),
                       warning("nonlinear", "total harmonic distortion of the potential reaches 6 %")),
    "no area": (lambda: sizes._cell_flags(replace(CELL, area=None, thickness=None)),
                info("no-area", "no area is stated: resistances are in Ω, and there is no conductivity",
                     hint='--set cell.area="0.785 cm^2"')),
    "no thickness": (lambda: sizes._cell_flags(replace(CELL, thickness=None)),
                     info("no-thickness", "no thickness is stated: there is no conductivity",
                          hint='--set cell.thickness="1 mm"')),
    "above the bulk": (
        above_bulk,
        warning("conductivity-above-bulk", "conductivity_gb is 23.4 mS/cm, above the bulk's 10: area or thickness "
                "are those of another path", where="conductivity_gb")),
    "a rival": (lambda: rival("arcs"),
                warning("circuit-ambiguous", "R(RC)(RC) fits as well, and gives resistance_a 98.77 Ω, "
                        "resistance_b 3.21 Ω")),
    "a rival that was ruled out": (lambda: rival("R(RQ)(RQ)"),
                                   info("circuit-ambiguous", "R(RC)(RC) fits as well, and gives resistance_a "
                                        "98.77 Ω, resistance_b 3.21 Ω")),
    "an end": (
        band, warning("depends-on-band", "resistance_gb changes by +25.0% without the points above 300 Hz",
                      where="resistance_gb", hint="the circuit does not describe this end of the spectrum")),
}  # fmt: skip


@pytest.mark.parametrize("case", FLAGGED)
def test_a_flag_says_what_doubts_a_spectrum(case):
    call, expected = FLAGGED[case]
    assert whole(call) == expected


@pytest.mark.parametrize(("given", "codes"), [
    ({"p": 1e-3, "largest": 0.0345}, []), ({"p": 9.9e-4, "largest": 0.0345}, ["kk-inconsistent"]),
    ({"p": 9.9e-4, "largest": 0.01}, ["kk-deviation-small"]),
    ({"p": 9.9e-4, "largest": 0.0101}, ["kk-inconsistent"]),
    ({"noise": 0.05}, []), ({"noise": 0.0501}, ["noisy"]),
    ({"noise": 0.0501, "p": None}, ["kk-not-assessed"]),  # the noise is not known
    ({"noise": 0.0501, "p": 1e-4}, ["noisy", "kk-deviation-small"]),
])  # fmt: skip
def test_a_spectrum_is_doubted_beyond_its_limits(given, codes):
    assert [flag.code for flag in looked_at(**given)()] == codes


def test_a_cell_that_is_stated_is_not_asked_for():
    assert sizes._cell_flags(CELL) == []


# -- a series ----------------------------------------------------------------------------------


class Stated:
    """Metadata by path."""

    def __init__(self, **known):
        self.known = {path.replace("__", "."): value for path, value in known.items()}

    def value(self, path):
        return self.known.get(path)

    def shown(self, path):
        return str(self.known.get(path, "not stated"))


def file(name, **stated):
    return Fake(items={}, name=name, origin={"source": name}, metadata=Stated(**stated))


CLOCK = {"experiment__start": "2026-01-01T00:00:00"}
ORDER = "a column experiment.start in --meta"
FILES = {
    "two cells": (
        lambda: series._require_one_series([file("a", cell__id="2"), file("b", cell__id="1")]),
        refusal("several-cells", "the files are not of one series: cell.id is 1 and 2",
                hint="--by cell.id answers each cell by itself")),
    "no cell": (lambda: series._require_one_series([file("a"), file("b"), file("c")]),
                refusal("cell-not-stated", "3 files: that they are of one cell is not stated",
                        hint='--set cell.id="NAME" if they are, --by file if not')),
    "no start": (lambda: series._offsets([file("a", **CLOCK), file("b")]),
                 refusal("no-order", "several files, and which came first is not stated", hint=ORDER)),
    "one start": (
        lambda: series._offsets([file("a", **CLOCK), file("b", **CLOCK)]),
        refusal("no-order", "a and b state the same start, 2026-01-01T00:00:00, and their times overlap: which "
                "came first is not known", hint=f"name each file once; {ORDER}")),
    "a zone": (
        lambda: series._offsets([file("a", **CLOCK), file("b", experiment__start="2026-01-01T00:00:00+01:00",
                                                          experiment__start_utc="2025-12-31T23:00:00Z")]),
        refusal("no-order", "some starts state their zone and others do not: which came first is not known",
                hint="--set experiment.timezone=Europe/Berlin, the zone of those without one")),
    "no spectrum": (
        lambda: follow.follow([(None, "too-few-points"), (None, "all-points-masked"), (None, "too-few-points")],
                              SeriesParams()),
        refusal("no-spectrum", "none of 3 spectra can be used: all-points-masked, too-few-points")),
    "another label": (
        lambda: resolve._chosen(Fake(labels={}), {"hf": None, "gb": None}, SeriesParams(follow="int")),
        refusal("unknown-label", "no resistance is called int, but hf, gb", where="follow",
                hint="--param follow=hf")),
    "another shared label": (
        lambda: shared.shared_coordinates(Fake(labels={0: "hf", 1: "gb"}), SeriesParams(shared="gb, x")),
        refusal("unknown-label", "no part of the circuit is called x, but hf, gb", where="shared")),
    "no resistance": (
        lambda: resolve._require_resistance(Fake(resistances={})),
        refusal("no-resistance", "the circuit has no free resistance to follow", hint="--param circuit='LR(RQ)'")),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_files_that_are_no_series_are_refused(case):
    call, expected = FILES[case]
    assert whole(call) == expected


def short(count, circuit):
    """Follow two spectra of so many points."""
    spectrum = Spectrum(Grid.of(np.geomspace(1e4, 1, count)), np.full(count, 10 - 1j))
    one = SimpleNamespace(spectrum=spectrum, noise=Noise(0.01, 0.0, 9.0))
    return lambda: follow.follow([(one, ""), (one, "")], SeriesParams(circuit=circuit))


def test_a_series_of_short_spectra_is_refused():
    few = "no spectrum has points enough for the 5 parameters of LR(RQ)"
    assert whole(short(9, "LR(RQ)")) == refusal("too-few-points", few, hint="--param circuit='R(RC)'")
    one = "no spectrum has points enough for the 1 parameter of R"
    assert whole(short(1, "R")) == refusal("too-few-points", one, hint="--param circuit='R(RC)'")

    def refuse(*_):
        raise Refusal("too-few-points", "m")

    with patch.object(follow, "answer", refuse):
        assert whole(short(9, "arcs")) == refusal(
            "too-few-points", "no spectrum has points enough to choose a circuit", hint="--param circuit=…"
        )


def spectra(count):
    parts = tuple(series.SeriesSpectrum(0, k + 1, None, np.zeros(1)) for k in range(count))
    return series.SpectrumSeries(parts, None, "mA", ("a",), None, ())


def fits(**more):
    """Return the flags of five spectra that are fitted with one circuit."""
    given = {"texts": ["R(RQ)"], "restarted": (0,), "misfit": [NAN] * 5, "p_shared": 0.5, "swaps": []} | more
    followed = Fake(model=Fake(circuit=parse("LR(RQ)")), texts=given["texts"],
                    fits=[Fake(restarted=k in given["restarted"]) for k in range(5)])  # fmt: skip
    result = Fake(followed=followed, series=spectra(5), misfit=A(given["misfit"]), params=Fake(shared="hf,gb"),
                  together=None if given["p_shared"] is None else Fake(p_shared=given["p_shared"]))  # fmt: skip
    with patch.object(of_series, "crossed", lambda _: given["swaps"]):
        return [flag.as_dict() for flag in of_series._of_fits(result)]


MISFIT = ("the residuals are 2.3 times the noise (median): LR(RQ) does not describe the spectra, and the "
          "intervals hold only if it does")  # fmt: skip
FITS = {
    "nothing": ({}, None),
    "nothing is shared": ({"p_shared": None}, None),
    "circuits": ({"texts": ["R(RQ)", "R(RC)"]},
                 warning("circuits-differ", "the spectra asked show R(RQ) and R(RC); all are fitted with LR(RQ)",
                         hint="--param circuit=… states one")),
    "crossed": ({"swaps": [1, 4]}, warning("labels-crossed", "time constants cross at spectra 2, 5: labels follow "
                                           "(ln τ, ln R)")),
    "again": ({"restarted": (0, 3)}, info("restarted", "1 spectrum was fitted from new starting values, which was "
                                          "better: 4")),
    "twice again": ({"restarted": (0, 2, 3)}, info("restarted", "2 spectra were fitted from new starting values, "
                                                   "which was better: 3, 4")),
    "misfit": ({"misfit": [2.34, NAN, 2.34, 9.0, 1.0]},
               warning("circuit-does-not-fit", MISFIT,
                       hint="--param circuit=…, or f_min and f_max leave a part out")),
    "no misfit": ({"misfit": [2.0, NAN, 2.0, 9.0, 1.0]}, None),
    "not shared": ({"p_shared": 9.9e-4},
                   warning("shared-parts-differ", "the spectra do not share hf,gb (p = 0.001): what changes in it "
                           "is taken for a change of the rest", hint="--param shared=''")),
    "shared": ({"p_shared": 1e-3}, None),
}  # fmt: skip


@pytest.mark.parametrize("case", FITS)
def test_a_flag_says_what_doubts_the_fits_of_a_series(case):
    given, expected = FITS[case]
    assert fits(**given) == ([] if expected is None else [expected])


def of_examined(*codes, count=4, left=()):
    """Return the flags of a series whose spectra have these flags, and of which some are left out."""
    examined = [None if k in left else Fake(flags=codes[k] if k < len(codes) else ()) for k in range(count)]
    reasons = dict(zip(left, ("too-few-points", "all-points-masked"), strict=False))
    done = [Fake(fitted=None if k in left else 1, reason=reasons.get(k, "")) for k in range(count)]
    result = Fake(series=spectra(count), followed=Fake(examined=examined, fits=done))
    with patch.object(of_series, "linear", lambda _: "but it is linear"):
        return [flag.as_dict() for flag in of_series._of_spectra(result)]


NOISY, SMALL = Flag("noisy", "noise, much", hint="h"), Flag("noisy", "a little", "info")


@pytest.mark.parametrize(("given", "left", "expected"), [
    ([[], [NOISY]], (), [warning("noisy", "noise, much", where="spectrum 2", hint="h")]),
    ([[NOISY], [], [NOISY]], (), [warning("noisy", "in 2 of 4 spectra, first: noise, much", where="spectrum 1",
                                          hint="h")]),
    ([[], [SMALL], [NOISY]], (), [warning("noisy", "in 2 of 4 spectra, first: noise, much", where="spectrum 2",
                                          hint="h")]),  # a warning is kept before an info
    ([[], [NOISY], [SMALL]], (), [warning("noisy", "in 2 of 4 spectra, first: noise, much", where="spectrum 2",
                                          hint="h")]),
    ([[Flag("amplitude-large", "it is large, and not linear", hint="h")]], (),
     [info("amplitude-large", "it is large; but it is linear", where="spectrum 1")]),
    ([], (1,), [warning("spectra-left-out", "1 of 4 spectra is left out (too-few-points): 2")]),
    ([], (1, 3), [warning("spectra-left-out", "2 of 4 spectra are left out (all-points-masked, too-few-points): "
                          "2, 4")]),
])  # fmt: skip
def test_what_single_spectra_show_is_said_once_for_the_series(given, left, expected):
    assert of_examined(*given, left=left) == expected


def part(label, *reasons):
    none = np.full(len(reasons), NAN)
    return PartOverTime(label, none, none, none, none, reasons)


def lost(parts, main, total=("", "", ""), fitted=(1, 1, 1)):
    done = Fake(fits=[Fake(fitted=one or None) for one in fitted])
    result = Fake(parts={one.label: one for one in parts}, main=main, total=part("total", *total),
                  series=spectra(3), followed=done)  # fmt: skip
    found = [*of_series._of_lost_parts(result), *of_series._of_the_total(result)]
    return [flag.as_dict() for flag in found]


def test_parts_that_some_spectra_do_not_tell_are_named_with_the_reasons():
    gb, film = part("gb", "not-identified", "", "turns-back"), part("film", "", "not-identified", "")
    text = "resistance_{} is not given in {} of 3 spectra ({})"
    of_gb = ("not-identified", text.format("gb", 2, "not-identified, turns-back"))
    of_film = ("not-identified", text.format("film", 1, "not-identified"))
    assert lost([gb, film, part("hf", "", "", "")], gb) == [
        warning(*of_gb, where="1, 3"), info(*of_film, where="2")]  # fmt: skip
    assert lost([gb, film], film) == [info(*of_gb, where="1, 3"), warning(*of_film, where="2")]
    assert (
        lost([part("gb", "too-few-points", "", "")], None, fitted=(0, 1, 1)) == []
    )  # said of the spectra already


@pytest.mark.parametrize(("reasons", "text", "where", "hint"), [
    (("not-identified", "", "not-identified"), "2 of 3 spectra: not-identified in 2", "1, 3",
     "--param identified=… allows a larger uncertainty"),
    (("arc-outside-window", "", ""), "1 of 3 spectra: arc-outside-window in 1", "1",
     "a lower f_min, or a circuit without this arc"),
    (("not-identified", "arc-outside-window", "arc-outside-window"),
     "3 of 3 spectra: arc-outside-window in 2, not-identified in 1", "1, 2, 3",
     "a lower f_min, or a circuit without this arc"),
])  # fmt: skip
def test_a_sum_that_is_withheld_says_why_and_what_helps(reasons, text, where, hint):
    said = info("total-not-given", f"resistance_total is not given in {text}", where=where, hint=hint)
    assert lost([], None, reasons) == [said]


def test_a_sum_of_a_spectrum_that_is_left_out_is_not_missed():
    assert lost([], None, ("too-few-points", "", ""), fitted=(0, 1, 1)) == []


def answered(level=(0.0, 0.5), timed=True, scatter=0.0, kept=(), memory=(0.0, 0.0), **found):
    """Return the flags of a series by its levels, by which of 1, 2 … mA are sound, and by what is found."""
    one = Fake(label="gb")
    known = SimpleNamespace(timed=timed, unit="mA", called=lambda k: str(k + 1), column=lambda _: A(level))
    result = Fake(main=one, parts={}, chosen="gb", series=known)
    told = {"gone": None, "warmed": None, "recovered": None, "levels": None} | found
    if kept:
        told["levels"] = Fake(level=np.arange(1.0, 1 + len(kept)))
    onset, voltage = (Fake(memory=size) if size else None for size in memory)
    with (
        patch.object(of_series, "_scatter", lambda _: scatter),
        patch.object(of_series, "sound", lambda _: A(kept, bool)),
    ):
        flags = of_series._of_answers(result, Fake(onset=onset, onset_voltage=voltage, **told))
        return [flag.as_dict() for flag in flags]


WARMED = ("at rest the temperature lies between 24.12 and 26.35 °C, and an activation energy of 0.5 eV alone "
          "would move the resistance by that: no recovery time is given")  # fmt: skip
SHAPE = ("{} does not leave its line as a power of what exceeds the onset: its residuals correlate by 2.3 "
         "standard deviations, and the interval holds only for such a shape")  # fmt: skip
ODD = "the recovery is not one exponential: residuals correlate by 0.41"
HOLD, ANY = "hold the temperature after the current", "the bracket of neighbouring levels holds for any shape"
STANDS = "resistance_gb at {} mA lies far off that of the levels before and after: the onset is found without"
LOOK = "look at these spectra: the contact moved, or the instrument erred"
ANSWERED = {
    "nothing": ({}, []),
    "scatter": ({"scatter": 2.34},
                [warning("scatter-exceeds-uncertainty", "resistance_gb scatters from spectrum to spectrum by 2.3 "
                         "times its uncertainty", hint="a circuit that holds, or a narrower band")]),
    "as it states": ({"scatter": 2.0}, []),
    "no time": ({"timed": False},
                [info("no-time", "the points have no time: the axis is the number of the spectrum")]),
    "a wire": ({"gone": 3}, [warning("arcs-vanished", "from spectrum 4 on all arcs are gone: electrons flow "
                                     "through the cell")]),
    "warmed": ({"warmed": (24.123, 26.349)}, [warning("temperature-moves", WARMED, hint=HOLD)]),
    "warmed without a current": ({"warmed": (24.123, 26.349), "level": (0.0, NAN)},
                                 [info("temperature-moves", WARMED, hint=HOLD)]),
    "two times": ({"recovered": Fake(correlation=0.412), "level": (0.0, -0.5)},
                  [warning("recovery-not-exponential", ODD)]),
    "two times without a current": ({"recovered": Fake(correlation=0.412), "level": (0.0, 0.0)},
                                    [info("recovery-not-exponential", ODD)]),
    "a level": ({"kept": (1, 1, 0, 1)}, [warning("level-stands-out", STANDS.format("3"), hint=LOOK)]),
    "many levels": ({"kept": (0,) * 7 + (1,)},
                    [warning("level-stands-out", STANDS.format("1, 2, 3, 4, 5, 6"), hint=LOOK)]),
    "all levels": ({"kept": (1, 1, 1)}, []),
    "a shape": ({"memory": (2.34, 0.0)}, [warning("onset-shape", SHAPE.format("resistance_gb"), hint=ANY)]),
    "a shape of U/j": ({"memory": (1.6, 2.34)}, [warning("onset-shape", SHAPE.format("U/j"), hint=ANY)]),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERED)
def test_a_flag_says_what_doubts_the_answers_of_a_series(case):
    given, expected = ANSWERED[case]
    assert answered(**given) == expected


# -- what lies beyond a fit --------------------------------------------------------------------


def test_an_excess_is_the_mean_of_the_lowest_decade_less_the_fit():
    """10, 8 and 15 Ω at 1, 5 and 10 Hz, where the fit has 5 Ω; beyond nothing counts. Noise: 0.2 Ω of each."""
    spectrum = Fake(
        frequency=A([1.0, 5.0, 10.0, 10.1]), z=A([10 + 0j, 8 + 0j, 15 + 0j, 1 + 0j]), modulus=np.ones(4)
    )
    found = Fake(trace=None, spectrum=spectrum, noise=Fake(sigma=lambda modulus: 0.2 * modulus))
    fitted = Fake(x=[], covariance=lambda: np.diag([0.1**2, np.inf]), freedom=7)
    at = (np.full(3, 5 + 0j), A([[2, 4, 6], [9, 9, 9]]) + 0j)  # of the second parameter nothing is known
    stubs = {"examine": lambda *_: Fake(spectrum=None), "affordable": lambda *_: True, "fit": lambda *_: fitted,
             "settled": lambda one: one, "Model": lambda _: Fake(evaluate=lambda *_: at)}  # fmt: skip
    with patch.multiple(excess, **stubs):
        made = excess.excess(found, replace(CELL, area=None), ResistanceParams(interface_capacitance=1.0))
        assert list(excess.excess(found, CELL, ResistanceParams())) == list(made) == ["excess_resistance_below"]
    below = made["excess_resistance_below"]
    u = np.hypot(4 * 0.1, 0.2 / np.sqrt(3))
    assert (below.unit, below.value, below.uncertainty) == ("ohm", 6.0, pytest.approx(u))
    assert below.note == "mean of the lowest decade less the fit of LR(RQ) above 20000 Hz"
    reach = student.ppf(0.975, 7) * u
    assert (below.interval.low, below.interval.high) == pytest.approx((6 - reach, 6 + reach))
    assert (below.interval.level, below.interval.method) == (0.95, "propagated")


def with_interface(r, u, half, twice, told=True):
    """Return one of 2 interfaces of 0.5 cm², by R of fits with its capacitance, with half and with twice of it."""
    asked, values = [], iter([(r, u), (half, 0.0), (twice, 0.0)])
    stubs = {"_arc": lambda _, capacitance: asked.append(capacitance), "_resistance": lambda _: next(values),
             "_is_told": lambda *_: told}  # fmt: skip
    with patch.multiple(excess, **stubs):
        found = excess._with_capacitance(None, 0.5, 2, ResistanceParams(interface_capacitance=40.0))
    assert asked == pytest.approx([1e-5, 5e-6, 2e-5])  # 40 µF/cm² of 0.5 cm², two in series
    return found


def test_an_interface_by_a_stated_capacitance_has_what_a_factor_of_two_does_to_it():
    """8 ± 0.3 Ω; 8.7 and 6.6 Ω with half and twice: 2.1/(2 √3) Ω for a factor of two, uniform in ln."""
    found = with_interface(8.0, 0.3, 8.7, 6.6)
    stated = 2.1 / (2 * np.sqrt(3))
    total = np.hypot(0.3, stated)
    assert (found.unit, found.value, found.uncertainty) == ("ohm*cm^2", 2.0, pytest.approx(total / 4))
    assert found.note == "with a stated 40 µF/cm²"
    assert [(part.name, part.uncertainty, part.kind) for part in found.components] == [
        ("fit", pytest.approx(0.3 / 4), "A"), ("assumed capacitance", pytest.approx(stated / 4), "B")]  # fmt: skip
    ends = ((8 - 2 * total) / 4, (8 + 2 * total) / 4)
    assert (found.interval.low, found.interval.high) == pytest.approx(ends)
    assert (found.interval.level, found.interval.method) == (0.95, "propagated")


@pytest.mark.parametrize(
    ("u", "told", "bound"),
    [(3.99, True, None), (4.0, True, 16 / 4), (4.01, True, 16.02 / 4), (1.0, False, 10 / 4)],
)
def test_an_interface_within_two_deviations_of_none_or_that_is_not_told_is_bounded(u, told, bound):
    found = with_interface(8.0, u, 8.0, 8.0, told)
    assert found.censoring == ("none" if bound is None else "left")
    if bound is None:
        assert found.interval.low == pytest.approx(0.02 / 4)
    else:
        assert (found.interval.high, found.note) == (pytest.approx(bound), "with a stated 40 µF/cm²")

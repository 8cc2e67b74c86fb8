"""What cannot be answered is refused, or withheld, with a code and what helps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth.impedance import CASES, Sweep
from echub_eis.method.examine import LINEAR_THD, TOO_LARGE

GOOD = synth.impedance(1)


def kept(case, rows):
    return replace(case, columns={n: replace(c, values=c.values[rows]) for n, c in case.columns.items()})


def codes(outcome):
    return {flag.code for flag in outcome.flags}


def refused(case, code, analysis="eis-fit", **params):
    outcome = echub.analyze(analysis, case.data(), params=params)
    assert outcome.status == "refused"
    assert outcome.refusals[0].code == code
    return outcome.refusals[0]


@pytest.mark.parametrize("analysis", ["eis-check", "eis-fit", "eis-resistance"])
def test_one_point(analysis):
    refused(kept(GOOD, slice(1)), "too-few-points", analysis)


def test_fewer_than_two_points_per_parameter():
    flag = refused(kept(GOOD, slice(0, 62, 5)), "too-few-points", circuit="LR(RQ)(RQ)")
    assert "13 points for 8 parameters" in flag.message
    assert "at least 16" in flag.message


def test_rows_in_no_order_are_several_spectra():
    order = np.random.default_rng(0).permutation(62)
    assert "--each spectrum" in refused(kept(GOOD, order), "several-spectra").hint


def test_several_spectra():
    twice = kept(GOOD, np.r_[0:62, 0:62])
    refused(twice, "several-spectra")
    assert echub.analyze("eis-fit", twice.data(), select="spectrum == 1").status != "refused"
    assert len(echub.analyze_each("eis-fit", twice.data())) == 2


def test_a_doubled_frequency_counts_twice_and_is_named():
    case = kept(GOOD, np.r_[0:30, 29, 30:62])
    case.columns["impedance_real"].values[30] += 0.01  # measured again: not a copy
    outcome = echub.analyze("eis-check", case.data())
    assert "copied-points" not in codes(outcome)
    assert "doubled-frequencies" in codes(outcome)
    assert outcome["points_used"].value == 63


def test_a_frequency_of_zero():
    frequency = GOOD.columns["frequency"].values.copy()
    frequency[-1] = 0.0
    outcome = echub.analyze("eis-check", GOOD.with_values("frequency", frequency).data())
    assert outcome.refusals[0].code == "frequency-not-positive"
    assert outcome.refusals[0].where == "source row 61"


def test_only_the_modulus():
    case = GOOD.without("impedance_real", "impedance_imag").with_values(
        "impedance_abs", np.hypot(GOOD.columns["impedance_real"].values, 1.0), "ohm"
    )
    refusal = refused(case, "missing-column")
    assert refusal.message == "there is no impedance_real: impedance_abs alone does not give it: phase is missing"


def test_a_negative_real_part_is_left_out_and_can_be_kept():
    real = GOOD.columns["impedance_real"].values.copy()
    real[:2] = -5.0
    case = GOOD.with_values("impedance_real", real)
    outcome = echub.analyze("eis-check", case.data())
    assert "negative-real-part" in codes(outcome)
    assert outcome.tables["points"]["reason"].values[:3] == ("negative real part", "negative real part", "")
    everything = echub.analyze("eis-check", case.data(), params={"negative_real": "keep", "outliers": "0"})
    assert everything["points_used"].value == 62


def test_all_points_masked():
    flag = refused(GOOD, "all-points-masked", "eis-check", f_min="10 MHz")
    assert "62 below f_min" in flag.message


def test_a_circuit_that_cannot_be_read():
    flag = refused(GOOD, "circuit-syntax", circuit="LR(RQ")
    assert flag.where == "character 6"


def test_the_amplitude_is_not_known_or_large():
    assert "amplitude-unknown" in codes(echub.analyze("eis-check", GOOD.data()))
    large = GOOD.with_values("potential_amplitude", np.full(62, 0.05), "V")
    found = echub.analyze("eis-check", large.data())
    assert "50 mV" in next(f.message for f in found.flags if f.code == "amplitude-large")


def excited(case, amplitude, **harmonics):
    case = case.with_values("potential_amplitude", np.full(62, amplitude / 1e3), "V")
    for name, percent in harmonics.items():
        case = case.with_values(name, np.full(62, percent), "%")
    outcome = echub.analyze("eis-check", case.data())
    return next((f.severity for f in outcome.flags if f.code == "amplitude-large"), None), outcome.status


def test_an_amplitude_that_two_barriers_do_not_answer_linearly_is_a_warning():
    """At the limit, the first harmonic of a Butler-Volmer barrier with half of the amplitude is 10 % too large."""
    assert excited(GOOD, TOO_LARGE - 1) == ("info", "ok")
    assert excited(GOOD, TOO_LARGE + 1) == ("warning", "flagged")
    wave, size = np.linspace(0, 2 * np.pi, 2000, endpoint=False), TOO_LARGE / 2
    current = np.sinh(size * np.sin(wave) / (2 * 25.69))
    first, third = (2 * np.mean(current * np.sin(n * wave)) for n in (1, 3))
    assert size / (2 * 25.69) / first == pytest.approx(0.9, abs=0.003)
    assert abs(third / first) == pytest.approx(LINEAR_THD / 100, rel=0.15)


def test_a_large_amplitude_with_small_harmonics_is_linear():
    assert excited(GOOD, 300.0, thd_potential=1.0, thd_current=2.0) == ("info", "ok")
    assert excited(GOOD, 300.0, thd_potential=1.0, thd_current=4.0) == ("warning", "flagged")
    assert excited(GOOD, 300.0, thd_potential=1.0) == ("warning", "flagged")  # that of the current is not known
    stated = GOOD.with_values("potential_amplitude", np.full(62, 0.3), "V")
    assert "amplitude-large" not in codes(
        echub.analyze("eis-check", stated.data(), params={"amplitude": "400 mV"})
    )


def test_harmonics_are_not_linear():
    case = GOOD.with_values("thd_potential", np.linspace(0, 8, 62), "%")
    assert "nonlinear" in codes(echub.analyze("eis-check", case.data()))


def test_noise_alone():
    case = synth.impedance(1, "two_arcs", Sweep(0.3))
    assert "noisy" in codes(echub.analyze("eis-check", case.data()))


# -- what is not stated ------------------------------------------------------------------------


def test_no_area_no_density_and_no_conductivity():
    outcome = echub.analyze("eis-resistance", GOOD.data(), params={"circuit": "LR(RQ)(RQ)"})
    assert "no-area" in codes(outcome)
    assert not [name for name in outcome.measurands if name.startswith(("asr", "conductivity"))]


def test_no_thickness_no_conductivity():
    case = synth.impedance(1, cell__area="0.5 cm^2")
    outcome = echub.analyze("eis-resistance", case.data(), params={"circuit": "LR(RQ)(RQ)"})
    assert "no-thickness" in codes(outcome)
    assert "asr_hf" in outcome.measurands
    assert not [name for name in outcome.measurands if name.startswith("conductivity")]


# -- what the spectrum cannot tell -------------------------------------------------------------


def test_an_arc_that_leaves_the_band_has_no_value():
    cell = replace(CASES["two_arcs"], arcs=((100, 3e-9, 0.95), (600, 1e-3, 0.9)))
    outcome = echub.analyze("eis-resistance", synth.impedance(1, cell).data(), params={"circuit": "LR(RQ)(RQ)"})
    assert codes(outcome) & {"arc-outside-window", "tail-taken-for-arc"}
    assert outcome["resistance_2"].value is None
    assert outcome["resistance_total"].value is None
    assert outcome["resistance_1"].interval.covers(100)


def test_a_tail_is_not_an_arc():
    case = synth.impedance(1, "blocking")
    forced = echub.analyze("eis-fit", case.data(), params={"circuit": "LR(RQ)(RQ)"})
    assert "tail-taken-for-arc" in codes(forced)
    assert forced["resistance_2"].value is None
    chosen = echub.analyze("eis-fit", case.data())
    assert chosen.conditions["circuit"].value == "LR(RQ)Q"
    assert "tail-chosen" in codes(chosen)


def test_an_arc_seen_in_part_is_named():
    outcome = echub.analyze("eis-fit", synth.impedance(1, "short_band").data(), params={"circuit": "LR(RQ)(RQ)"})
    assert "arc-reaches-window-end" in codes(outcome)


def test_a_tiny_interface_is_not_found():
    outcome = echub.analyze("eis-fit", synth.impedance(1, "na_tiny").data(), params={"circuit": "LR(RQ)(RQ)"})
    small = [m for name, m in outcome.measurands.items() if name in ("resistance_1", "resistance_2")]
    assert any(m.value is None for m in small)
    assert outcome["resistance_total"].interval.covers(60.353)


def test_a_wrong_circuit_does_not_fit():
    outcome = echub.analyze("eis-fit", GOOD.data(), params={"circuit": "LR(RQ)"})
    assert "circuit-does-not-fit" in codes(outcome)
    assert outcome["resistance_1"].note == "if the circuit holds"


def test_a_drift_is_inconsistent():
    strong = synth.impedance(1, "na_sym", Sweep(1e-3, drift=0.5))
    assert "kk-inconsistent" in codes(echub.analyze("eis-check", strong.data()))
    small = synth.impedance(1, "two_arcs", Sweep(1e-3, drift=0.3)).data()
    assert "kk-deviation-small" in codes(echub.analyze("eis-check", small))
    assert "kk-limits-uncertainty" in codes(echub.analyze("eis-fit", small))


def test_copies_of_points_do_not_count_twice():
    case = synth.impedance(4, "two_arcs", Sweep(2e-3))
    columns = {n: type(c)(np.repeat(c.values, 2), c.unit, c.axes) for n, c in case.columns.items()}
    twice = replace(case, columns=columns)
    one, other = (echub.analyze("eis-fit", c.data(), params={"sensitivity": "false"}) for c in (case, twice))
    assert "repeated-rows" in codes(other)
    assert other["resistance_2"].uncertainty == pytest.approx(one["resistance_2"].uncertainty, rel=1e-6)


@pytest.mark.parametrize("analysis", ["eis-check", "eis-fit", "eis-resistance", "eis-drt"])
@pytest.mark.parametrize(("distinct", "said"), [(1, "at 1 frequency"), (4, "at 4 frequencies")])
def test_fewer_than_five_frequencies_make_no_spectrum(analysis, distinct, said):
    """Z against time at one frequency has points enough."""
    at = 1000.0 / 2.0 ** np.sort(np.arange(62) % distinct)
    columns = {**GOOD.columns, "frequency": replace(GOOD.columns["frequency"], values=at)}
    message = refused(replace(GOOD, columns=columns), "too-few-points", analysis).message
    assert message == f"62 points are left, {said}; at least 5 are needed"


def mirrored(case):
    imag = case.columns["impedance_imag"]
    return replace(case, columns={**case.columns, "impedance_imag": replace(imag, values=-imag.values)})


@pytest.mark.parametrize("cell", ["two_arcs", "blocking", "randles", "one_arc"])
def test_an_imaginary_part_of_the_opposite_sign_is_named(cell):
    for case in (synth.impedance(1, cell), synth.impedance(2, cell, Sweep(drift=0.3))):
        assert "imaginary-turned" not in codes(echub.analyze("eis-check", case.data()))
    assert "imaginary-turned" in codes(echub.analyze("eis-check", mirrored(synth.impedance(1, cell)).data()))


def test_the_points_that_a_distribution_leaves_out_are_said():
    case = synth.impedance(1)
    spiked = case.columns["impedance_imag"].values.copy()
    spiked[20] *= 2
    frequency = case.columns["frequency"].values.copy()
    frequency[40] = 0.0
    columns = {
        **case.columns,
        "impedance_imag": replace(case.columns["impedance_imag"], values=spiked),
        "frequency": replace(case.columns["frequency"], values=frequency),
    }
    asked = {"bootstrap": 0, "f_min": 20.0}
    flags = {
        f.code: f for f in echub.analyze("eis-drt", replace(case, columns=columns).data(), params=asked).flags
    }
    assert flags["points-left-out"].message == (
        "2 points are left out of 1 spectrum: 1 frequency not positive, 1 outlier"
    )
    assert "points-left-out" not in codes(echub.analyze("eis-drt", case.data(), params=asked))


@pytest.mark.parametrize("missing", [np.nan, 0.0])
def test_a_first_row_without_a_frequency_starts_no_spectrum_of_its_own(missing):
    frequency = GOOD.columns["frequency"].values.copy()
    frequency[0] = missing
    case = replace(
        GOOD, columns={**GOOD.columns, "frequency": replace(GOOD.columns["frequency"], values=frequency)}
    )
    assert set(case.data()["impedance"]["spectrum"].tolist()) == {0}

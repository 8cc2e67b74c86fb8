"""What follows from R: area, thickness, capacitances, bounds, alignment, the bulk's conductivity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth.impedance import CASES, Sweep

NA = {"cell__area": "0.5675 cm^2", "cell__thickness": "1.7 mm", "cell__n_interfaces": "2"}
PLAIN = {"sensitivity": "false"}
LABELLED = {**PLAIN, "circuit": "LR:hf (RQ):gb (RQ):int"}


def ask(case, **params):
    return echub.analyze("eis-resistance", case.data(), params={**LABELLED, **params})


@pytest.fixture(scope="module")
def sodium():
    return ask(synth.impedance(1, "na_sym", Sweep(1e-3), **NA))


def test_labels_name_the_outputs(sodium):
    assert sodium["resistance_gb"].interval.covers(40)
    assert sodium["resistance_int"].interval.covers(85.4)


def test_per_area_and_per_interface(sodium):
    r = sodium["resistance_int"].value
    assert sodium["asr_int"].value == pytest.approx(r * 0.5675, rel=1e-12)
    assert sodium["asr_interface_int"].value == pytest.approx(r * 0.5675 / 2, rel=1e-12)
    assert sodium["asr_interface_int"].value == pytest.approx(24.2, rel=0.005)  # as published


def test_conductivities_leave_interfaces_out(sodium):
    total = sodium["resistance_hf"].value + sodium["resistance_gb"].value
    assert sodium["conductivity"].value == pytest.approx(0.17 / 0.5675 / total, rel=1e-9)
    assert "conductivity_int" not in sodium.measurands


def test_both_capacitances_have_their_formulas(sodium):
    r, tau, n = (sodium[f"{name}_int"].value for name in ("resistance", "tau", "n"))
    q, hf = tau**n / r, sodium["resistance_hf"].value
    assert sodium["capacitance_peak_int"].value == pytest.approx(q ** (1 / n) * r ** (1 / n - 1), rel=1e-9)
    brug = q ** (1 / n) * (1 / hf + 1 / r) ** ((n - 1) / n)
    assert sodium["capacitance_brug_int"].value == pytest.approx(brug, rel=1e-9)
    two = 2 * sodium["capacitance_peak_int"].value / 0.5675 * 1e6
    assert sodium["capacitance_interface_int"].value == pytest.approx(two, rel=1e-9)


def test_brug_is_a_quarter_lower_at_n_of_0_85():
    cell = replace(CASES["na_sym"], arcs=((85.3, 1e-6, 0.85),))
    found = ask(synth.impedance(1, cell, Sweep(1e-4), **NA), circuit="LR(RQ)")
    ratio = found["capacitance_brug_1"].value / found["capacitance_peak_1"].value
    assert ratio == pytest.approx((1 + 85.3 / 20) ** (-0.15 / 0.85), rel=2e-3)
    assert 1 - ratio == pytest.approx(0.25, abs=0.01)


def test_area_and_thickness_are_shared_components():
    case = synth.impedance(1, "na_sym", Sweep(1e-3), **NA)
    sigma = ask(case, area_uncertainty="3 %", thickness_uncertainty="1 %")["conductivity"]
    parts = {part.name: part for part in sigma.components}
    assert parts["area"].group == "area"
    assert parts["area"].uncertainty == pytest.approx(0.03 * sigma.value)
    assert parts["thickness"].uncertainty == pytest.approx(0.01 * sigma.value)
    assert sigma.uncertainty == pytest.approx(np.sqrt(sum(p.uncertainty**2 for p in parts.values())))


def test_a_conductivity_above_the_bulk_is_another_path():
    flags = ask(synth.impedance(1, "na_sym", **NA), bulk_conductivity="5 mS/cm").flags
    assert [f.where for f in flags if f.code == "conductivity-above-bulk"] == [
        "conductivity_hf",
        "conductivity_gb",
    ]
    found = ask(synth.impedance(1, "na_sym", **NA))["conductivity_hf"].value
    assert flags[-2].message.startswith(f"conductivity_hf is {1000 * found:.3g} mS/cm, above the bulk's 5: ")
    assert not [
        f for f in ask(synth.impedance(1, "na_sym", **NA), bulk_conductivity="20 mS/cm").flags if "bulk" in f.code
    ]


def test_an_alignment_is_an_input():
    cell = replace(CASES["na_sym"], resistance=23.0)
    found = ask(synth.impedance(1, cell, **NA), bulk_conductivity="15 mS/cm", align_to_bulk="true")
    assert "aligned" in {f.code for f in found.flags}
    assert found["resistance_hf"].value is None
    assert found["conductivity"].value is None
    total = found["resistance_total"]
    assert total.value == pytest.approx(0.17 / 0.015 / 0.5675 + 40 + 85.4, rel=2e-3)
    assert total.note == "aligned"
    plain = ask(synth.impedance(1, cell, **NA))["resistance_total"]
    shift = 0.17 / 0.015 / 0.5675 - ask(synth.impedance(1, cell, **NA))["resistance_hf"].value
    ends = plain.value + shift, plain.interval.low + shift, plain.interval.high + shift
    assert (total.value, total.interval.low, total.interval.high) == pytest.approx(ends)
    assert found["resistance_gb"].interval.covers(40)
    refused = ask(synth.impedance(1, cell, **NA), align_to_bulk="true")
    assert refused.refusals[0].code == "no-bulk-conductivity"
    unnamed = ask(synth.impedance(1, cell, **NA), bulk_conductivity="15 mS/cm", align_to_bulk="true",
                  circuit="LR{R=23f}(RQ):gb (RQ):int")  # fmt: skip
    assert unnamed.refusals[0].code == "nothing-to-align"
    assert unnamed.refusals[0].message.endswith("hf that could be aligned, but l, hf, gb, int")
    bare = ask(synth.impedance(1, cell), bulk_conductivity="15 mS/cm", align_to_bulk="true")
    assert bare.refusals[0].code == "missing-area"


# -- intercepts --------------------------------------------------------------------------------


def test_the_crossing_is_not_the_resistance_at_high_frequency(sodium):
    crossing = sodium["re_at_crossing"]
    assert crossing.value == pytest.approx(20 * 1.154, rel=0.02)  # the page: 15.4 % above, at 6.5 MHz
    assert sodium["frequency_at_crossing"].value == pytest.approx(6.5e6, rel=0.1)
    assert sodium["resistance_hf"].interval.covers(20)


def test_a_plateau_of_a_blocking_cell():
    found = ask(synth.impedance(1, "blocking", **NA), circuit="LR(RQ)Q")
    assert found["re_at_phase_minimum"].value == pytest.approx(
        60, rel=0.05
    )  # R_hf + R_gb, of which the tail takes some
    assert "re_at_phase_minimum" not in ask(synth.impedance(1, "two_arcs", **NA), circuit="LR(RQ)(RQ)").measurands


# -- no visible arc ----------------------------------------------------------------------------


@pytest.mark.parametrize("per_interface", [0.1, 0.2])
def test_an_interface_that_answers_within_the_fit_is_not_in_the_excess(per_interface):
    """At 0.7 µF/cm² nothing at low frequency tells of it, so no resistance of an interface is given."""
    cell = replace(CASES["na_tiny"], arcs=((40.0, 1.6e-8, 0.9), (2 * per_interface / 0.5675, 9e-7, 0.98)))
    found = ask(synth.impedance(1, cell, Sweep(1e-3), **NA), circuit="LR(RQ)", excess="below")
    excess = found["excess_resistance_below"]
    assert abs(excess.value) < 0.25 * 2 * per_interface / 0.5675
    assert "interface_resistance" not in found.measurands


def test_a_large_capacitance_shows_the_resistance_below():
    cell = replace(CASES["na_tiny"], arcs=((40.0, 1.6e-8, 0.9), (2 * 1.0 / 0.5675, 3e-4, 0.95)))
    found = ask(synth.impedance(1, cell, Sweep(1e-3), **NA), circuit="LR(RQ)(RQ)", excess="below")
    assert found["excess_resistance_below"].value == pytest.approx(2 / 0.5675, rel=0.1)


def test_a_stated_capacitance_gives_a_value_with_its_own_component():
    cell = replace(CASES["na_tiny"], arcs=((40.0, 1.6e-8, 0.9), (2 * 1.0 / 0.5675, 2e-7, 1.0)))
    found = ask(
        synth.impedance(1, cell, Sweep(1e-3), **NA),
        circuit="LR(RQ)",
        excess="below",
        interface_capacitance="0.7 uF/cm^2",
    )
    value = found["interface_resistance"]
    assert {part.name for part in value.components} == {"fit", "assumed capacitance"}
    assert value.interval.covers(1.0)


def by_hand(re, im):
    """Return the outcome of a spectrum of points from 10⁵ Hz down, four per decade, and its frequencies."""
    f = 1e5 * 10 ** (-np.arange(len(re)) / 4)
    columns = {"frequency": synth.Column(f, "Hz"), "impedance_real": synth.Column(np.array(re, float), "ohm"),
               "impedance_imag": synth.Column(np.array(im, float), "ohm")}  # fmt: skip
    data = synth.Case(columns, {}, kind="impedance").record()
    return echub.analyze("eis-resistance", data, params={**PLAIN, "circuit": "LR(RQ)", "outliers": "0"}), f


def test_a_crossing_lies_on_the_chord_of_its_two_points():
    """Im goes from 3 to -1: three quarters of the way, in Re as in ln f; Re moves by 2 Ω, ±1 at most."""
    re = [10, 10.2, 11, 13, 16, 20, 26, 34, 42, 48, 52, 54, 55, 55.5, 55.7, 55.8, 55.9]
    im = [9, 6, 3, -1, -4, -7, -11, -13, -12, -9, -6, -4, -2.5, -1.5, -1, -0.6, -0.4]
    outcome, f = by_hand(re, im)
    assert outcome["re_at_crossing"].value == pytest.approx(12.5)
    assert outcome["re_at_crossing"].uncertainty == pytest.approx(1 / np.sqrt(3))
    assert outcome["re_at_crossing"].note == "interpolated; includes what arcs contribute there"
    assert outcome["frequency_at_crossing"].value == pytest.approx(f[2] ** 0.25 * f[3] ** 0.75)
    assert "re_at_phase_minimum" not in outcome.measurands


def test_no_crossing_is_given_where_the_spectrum_does_not_begin_above_the_axis():
    re = [10, 10.2, 11, 13, 16, 20, 26, 34, 42, 48, 52, 54, 55, 55.5, 55.7, 55.8, 55.9]
    im = [-2, 6, 3, -1, -4, -7, -11, -13, -12, -9, -6, -4, -2.5, -1.5, -1, -0.6, -0.4]
    assert "re_at_crossing" not in by_hand(re, im)[0].measurands


def test_a_plateau_is_the_point_of_the_smallest_phase_before_a_tail():
    re = [10, 12, 16, 22, 30, 38, 44, 48, 50, 51, 51.6, 52.4, 53, 54, 56, 60]
    im = [-9, -14, -18, -21, -20, -16, -11, -7, -4, -2.5, -3.5, -7, -13, -25, -50, -130]
    outcome, f = by_hand(re, im)
    found = outcome["re_at_phase_minimum"]
    assert (found.value, found.uncertainty) == pytest.approx((51, 1.6 / 4))
    assert found.note == f"at {f[9]:.3g} Hz"


@pytest.mark.parametrize(
    ("circuit", "start"), [("LR{R=23f}(RQ)(RQ)", 23.0), ("LR{R=13f}R(RQ)(RQ)", 23.0), ("LR(RQ)(RQ)", 23.0)]
)
def test_each_part_is_drawn_from_the_end_of_those_before(circuit, start):
    """At the highest frequencies a part is at the resistances before it, and at the lowest at its own beyond."""
    cell = replace(CASES["na_sym"], resistance=23.0)
    outcome = ask(synth.impedance(1, cell, Sweep(1e-4)), circuit=circuit)
    first, second = (outcome.diagnostics[f"part_{n}_re"].array() for n in (1, 2))
    assert second[0] == pytest.approx(start + 40, rel=0.02)
    assert second[-1] == pytest.approx(start + 40 + 85.4, rel=0.02)
    assert first[-1] == pytest.approx(start + 40, rel=0.02)

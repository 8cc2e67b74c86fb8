"""Generated spectra are those of their circuits, and their noise, drift and faults are as large as stated."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from echub.testing.synth.impedance import (
    CASES,
    FOREIGN,
    CircuitCell,
    Sweep,
    arc,
    conductors,
    faradaic,
    gerischer,
    impedance,
    inductor,
    scatter,
    tail,
    warburg,
    warburg_open,
    warburg_short,
)

OMEGA = np.array([1e-7, 1e7])
"""So slow and so fast that only the first term is left of a diffusion with τ = 2 s."""
LOW, HIGH = 0, 1
DIAGONAL = (1 - 1j) / math.sqrt(2)
CELL = CircuitCell("LR(RQ)(RQ)", 3e-7, 15, ((80, 2e-8, 0.9), (50, 1e-5, 0.8)), top_hz=1e6, bottom_hz=10.0)
STILL = Sweep(0.0)


def plain(f, arcs=CELL.arcs, inductance=CELL.inductance, resistance=CELL.resistance):
    """Return Z, Ω, by admittances."""
    jw = 2j * math.pi * f
    return resistance + jw * inductance + sum(1 / (1 / r + q * jw**n) for r, q, n in arcs)


def measured(case):
    """Return time, frequency and Z of a case."""
    columns = {name: case.columns[name].values for name in case.columns}
    z = columns["impedance_real"] + 1j * columns["impedance_imag"]
    return columns["time"], columns["frequency"], z


def off(sweep, cell=CELL, seed=3):
    """Return frequency, and Z over that of the circuit."""
    _, f, z = measured(impedance(seed, cell, sweep))
    return f, z / plain(f, cell.arcs, cell.inductance, cell.resistance)


# -- elements ------------------------------------------------------------------------------------------


def test_diffusion_at_its_ends():
    """A short one ends as R, an open one as R/3 and a capacitance τ/R; fast, all are √: R/√(ωτ) at -45°."""
    short, opened, reacting = (f(30.0, 2.0, OMEGA) for f in (warburg_short, warburg_open, gerischer))
    assert short[LOW] == pytest.approx(30.0)
    assert opened[LOW].real == pytest.approx(10.0, rel=1e-3)
    assert opened[LOW].imag == pytest.approx(-30.0 / 2e-7)
    assert reacting[LOW] == pytest.approx(30.0)
    for z in (short, opened, reacting):
        assert z[HIGH] == pytest.approx(30 / math.sqrt(2e7) * DIAGONAL, rel=1e-5)
    assert warburg(0.02, np.array([4.0]))[0] == pytest.approx(25 * DIAGONAL)


def test_a_gerischer_impedance_at_its_time():
    assert abs(gerischer(30.0, 2.0, np.array([0.5]))[0]) == pytest.approx(30 / 2**0.25)


@pytest.mark.parametrize("n", [0.7, 1.0])
def test_a_constant_phase_element_and_an_arc(n):
    z = tail(0.01, n, np.array([1.0, 10.0]))
    assert np.abs(z) == pytest.approx([100.0, 100 / 10**n])
    assert np.degrees(np.angle(z)) == pytest.approx(-90 * n)
    tau = (40 * 1e-3) ** (1 / n)
    top = arc(40.0, 1e-3, n, np.array([1 / tau]))[0]
    assert top == pytest.approx(20 - 20j * math.tan(n * math.pi / 4))


def test_an_electrode_with_diffusion_is_q_beside_a_sum():
    omega = np.array([2.0, 5.0])
    found = faradaic(30.0, 1e-2, 1.0, np.array([10.0, 20.0]), omega)
    assert 1 / found == pytest.approx(1 / np.array([40.0, 50.0]) + 1j * omega * 1e-2)


def test_an_inductor_leads():
    assert inductor(2e-6, np.array([1e6])) == pytest.approx(2j)


# -- cells ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("per_decade", "count"), [(10, 51), (4, 21)])
def test_a_cell_is_measured_from_high_to_low(per_decade, count):
    f = replace(CELL, per_decade=per_decade).frequencies()
    assert len(f) == count
    assert (f[0], f[-1]) == (pytest.approx(1e6), pytest.approx(10.0))
    assert f[:-1] / f[1:] == pytest.approx(10 ** (1 / per_decade))


def test_without_noise_a_spectrum_is_its_circuit():
    time, f, z = measured(impedance(1, CELL, STILL))
    assert z == pytest.approx(plain(f))
    assert (np.diff(f) < 0).all()
    pauses = np.diff(time, prepend=0.0) - np.maximum(3 / f, 0.02)
    assert 0.1 <= pauses.min() < 0.12
    assert 0.28 < pauses.max() <= 0.3


def test_what_is_true_of_a_cell_is_in_the_order_of_its_times():
    """The apex of an arc, where its real part is half of R, is at 1/τ; C = τ/R there."""
    turned = replace(CELL, arcs=CELL.arcs[::-1])
    truth = turned.expected()
    assert (truth["resistance_hf"], truth["resistance_1"], truth["resistance_2"]) == (15, 80, 50)
    assert truth["resistance_total"] == 145
    assert (truth["n_1"], truth["n_2"]) == (0.9, 0.8)
    for number, (r, q, n) in enumerate(CELL.arcs, 1):
        z = 1 / (1 / r + q * (1j / truth[f"tau_{number}"]) ** n)
        assert z.real == pytest.approx(r / 2)
        assert truth[f"capacitance_peak_{number}"] * r == pytest.approx(truth[f"tau_{number}"])
    assert replace(CELL, truth={"resistance_total": 1.0, "a": 2.0}).expected() == {
        **CELL.expected(), "resistance_total": 1.0, "a": 2.0,
    }  # fmt: skip


RESISTANCES = {
    "two_arcs": (20, 100, 60), "overlap": (20, 100, 60), "tip": (50, 3188, 25135), "na_sym": (20, 40, 85.4),
    "na_tiny": (20, 0.353, 40), "blocking": (20, 40), "randles": (10, 100), "ws": (10, 100, 80),
    "wo": (10, 100), "gerischer": (5, 10, 20), "short_band": (20, 100, 60), "one_arc": (20, 100),
    "three_arcs": (20, 100, 60, 40),
}  # fmt: skip
"""Ω: at high frequencies, and of what each cell has in series with it."""
ENDLESS = {"blocking", "randles", "wo"}
"""At low frequencies these have no resistance: a blocking electrode, a diffusion without a far end."""


@pytest.mark.parametrize("name", CASES)
def test_a_case_has_the_resistances_that_are_listed(name):
    cell, truth = CASES[name], CASES[name].expected()
    named = [value for key, value in truth.items() if key.startswith("resistance_") and "total" not in key]
    assert sorted(named) == sorted(RESISTANCES[name])
    assert truth["resistance_total"] == pytest.approx(sum(RESISTANCES[name]))
    slow = cell.impedance(np.array([1e-9]))[0]
    assert bool(abs(slow.real / truth["resistance_total"] - 1) < 1e-3) is (name not in ENDLESS)
    fast = cell.impedance(np.array([1e14]))[0]
    assert fast.real == pytest.approx(truth["resistance_hf"], rel=2e-3)
    assert (cell.inductance > 0) is cell.circuit.startswith("L")
    assert cell.circuit.count("(") == len(cell.arcs) + (name in {"randles", "ws", "wo"})


def test_one_case_cannot_be_identified():
    assert [name for name, cell in CASES.items() if not cell.identifiable] == ["na_tiny"]


def test_a_blocking_tail_has_its_exponent():
    z = CASES["blocking"].impedance(np.array([1e-6, 1e-7]))
    assert math.log10(abs(z[1] / z[0])) == pytest.approx(CASES["blocking"].expected()["n_tail"], abs=1e-4)


# -- sweeps --------------------------------------------------------------------------------------------

BLOCK = 40_000
EACH = np.repeat([3 + 4j, 0.6 - 0.8j, 3 + 4j], BLOCK)
"""|Z| of 5, 1 and 5: the median is 5."""
SQRT2 = math.sqrt(2)
SPREADS = {
    "proportional": ((5, 5), (1, 1)),
    "additive": ((5, 5), (5, 5)),
    "mixed": ((5, 5), (math.sqrt(13), math.sqrt(13))),
    "components": ((3, 4), (0.6, 0.8)),
    "pink": ((5, 5), (1, 1)),
    "shared": ((3 * SQRT2, 4 * SQRT2), (0.6 * SQRT2, 0.8 * SQRT2)),
}


@pytest.mark.parametrize("kind", SPREADS)
def test_noise_is_as_large_as_stated(kind):
    drawn = scatter(EACH, Sweep(0.01, kind), np.random.default_rng(5)).reshape(3, BLOCK)
    for block, (real, imag) in zip(drawn, SPREADS[kind], strict=False):
        assert (block.real.std(), block.imag.std()) == pytest.approx((0.01 * real, 0.01 * imag), rel=0.03)
        neighbours = np.corrcoef(block.real[1:], block.real[:-1])[0, 1]
        assert neighbours == pytest.approx(0.7 if kind == "pink" else 0.0, abs=0.02)
        together = np.corrcoef(block.real, block.imag)[0, 1]
        assert abs(together) == pytest.approx(1.0 if kind == "shared" else 0.0, abs=0.02)


def test_heavy_tails_have_the_same_variance():
    """Half of Student's t with three degrees of freedom lies within 0.765, and 98 % within 4.541."""
    drawn = scatter(EACH, Sweep(0.01, "student"), np.random.default_rng(5))[:BLOCK]
    for part in (drawn.real, drawn.imag):
        size = np.abs(part) / (0.05 / math.sqrt(3))
        assert np.percentile(size, [50, 98]) == pytest.approx([0.7649, 4.541], rel=0.05)


def test_only_proportional_noise_is_stated_as_such():
    assert impedance(1, CELL, Sweep(3e-3)).truth["noise_proportional"] == pytest.approx(0.3)
    assert "noise_proportional" not in impedance(1, CELL, Sweep(3e-3, "additive")).truth


@pytest.mark.parametrize("drift", [0.2, -0.1])
def test_the_last_resistance_drifts_with_time(drift):
    time, f, z = measured(impedance(1, CELL, Sweep(0.0, drift=drift)))
    first, (r, q, n) = CELL.arcs
    grown = r * (1 + drift * time / time[-1])
    assert z == pytest.approx(plain(f, (first,)) + plain(f, ((grown, q, n),), 0.0, 0.0))


@pytest.mark.parametrize(("step", "hz"), [(0.02, 1e3), (-0.01, 1e5)])
def test_a_range_switch_is_below_its_frequency(step, hz):
    f, ratio = off(Sweep(0.0, step=step, step_hz=hz))
    assert ratio == pytest.approx(np.where(f < hz, 1 + step, 1.0))


def test_that_many_points_are_off_by_a_twentieth():
    for spikes in (3, 12):
        _, ratio = off(Sweep(0.0, spikes=spikes))
        apart = np.abs(ratio - 1)
        assert apart[apart > 1e-6] == pytest.approx(np.full(spikes, 0.05))


def test_upwards_every_third_point_and_a_lossy_inductance():
    _, up, z = measured(impedance(1, CELL, replace(STILL, upward=True, every=3)))
    assert up[::-1] == pytest.approx(CELL.frequencies()[::3])
    assert z == pytest.approx(plain(up))
    _, f, z = measured(impedance(1, CELL, replace(STILL, lossy=5e-6)))
    more = z - plain(f)
    assert np.degrees(np.angle(more[0])) == pytest.approx(72.0)
    assert abs(more[0]) == pytest.approx(5e-6 * (2 * math.pi * 1e6) ** 0.8)


def test_metadata_and_units_are_those_that_were_stated():
    case = impedance(1, "one_arc", None, cell__area="0.5 cm^2", sample__id="B")
    assert case.metadata == {"cell.area": "0.5 cm^2", "sample.id": "B"}
    assert [column.unit for column in case.columns.values()] == ["s", "Hz", "ohm", "ohm"]
    assert case.kind == "impedance"


def test_another_seed_gives_other_noise():
    one, same, other = (measured(impedance(seed, CELL))[2] for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.isclose(one, other, rtol=1e-9).any()


# -- the foreign set -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "points"), [
    ("five points per decade", 5), ("three points per decade", 20 / 6), ("13 points", 2), ("upwards", 10),
])  # fmt: skip
def test_foreign_spectra_have_the_points_of_their_names(name, points):
    cell, sweep = FOREIGN[name]
    _, f, _ = measured(impedance(1, cell, sweep))
    apart = abs(math.log10(f[0] / f[1]))
    assert 1 / apart == pytest.approx(points, rel=0.02)
    assert bool(f[0] < f[1]) is (name == "upwards")
    assert len(f) == 13 or name != "13 points"


@pytest.mark.parametrize(("name", "below_hz", "step"), [
    ("range switch 0.5 %", 1e3, 5e-3), ("range switch 2 %", 1e3, 2e-2), ("range switch at 100 kHz", 1e5, 1e-2),
])  # fmt: skip
def test_foreign_range_switches(name, below_hz, step):
    cell, sweep = FOREIGN[name]
    f, ratio = off(replace(sweep, noise=0.0), cell)
    assert ratio == pytest.approx(np.where(f < below_hz, 1 + step, 1.0))


@pytest.mark.parametrize(("name", "share"), [
    ("drift of 10 %", 0.1), ("drift of 3 %, upwards", 0.03), ("drift of 30 % in much noise", 0.3),
])  # fmt: skip
def test_foreign_drifts_are_those_of_the_interface(name, share):
    cell, sweep = FOREIGN[name]
    time, f, z = measured(impedance(1, cell, replace(sweep, noise=0.0)))
    first, (r, q, n) = cell.arcs
    at = int(np.argmax(time))
    ended = plain(f[at], (first, (r * (1 + share), q, n)), cell.inductance, cell.resistance)
    assert z[at] == pytest.approx(ended)


@pytest.mark.parametrize(("name", "ratio"), [("arcs 1:3 in tau", 3.35), ("arcs 1:2, flat", 1.81)])
def test_foreign_arcs_are_that_close(name, ratio):
    truth = FOREIGN[name][0].expected()
    assert truth["tau_2"] / truth["tau_1"] == pytest.approx(ratio, abs=0.01)


# -- conductors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("energy", "sigma"), [(0.15, 2.9e-3), (0.4, 1e-5)])
def test_conductors_are_activated_from_their_first_temperature(energy, sigma):
    """σ = d / (R A), with 0.1 cm and 1.131 cm²; ln σ falls with E/k over 1/T."""
    made = conductors(
        2, energy_ev=energy, conductivity=sigma, temperatures_c=(20.0, 40.0, 80.0), scatter_of_cell=0.0
    )
    assert list(made) == [20.0, 40.0, 80.0]
    for celsius, case in made.items():
        truth = case.truth
        expected = sigma * math.exp(-energy / 8.617333e-5 * (1 / (celsius + 273.15) - 1 / 293.15))
        assert truth["conductivity"] == pytest.approx(expected)
        assert 0.1 / 1.131 / truth["resistance_total"] == pytest.approx(expected)
        assert truth["resistance_hf"] == pytest.approx(truth["resistance_total"] / 3)
        assert case.metadata == {
            "cell.temperature": f"{celsius} degC", "cell.area": "1.131 cm^2", "cell.thickness": "1 mm",
        }  # fmt: skip


def test_every_mounting_scatters():
    same = dict.fromkeys(range(200), None)
    made = [conductors(seed, temperatures_c=(25.0,), scatter_of_cell=0.05)[25.0] for seed in same]
    found = np.array([case.truth["conductivity"] for case in made]) / 2.9e-3
    assert (found.mean(), found.std()) == (pytest.approx(1.0, abs=0.012), pytest.approx(0.05, rel=0.2))

"""The kernel against generated truth: optimum, noise, Kramers-Kronig, number of arcs; a small benchmark."""

from __future__ import annotations

import json

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth.impedance import CASES, FOREIGN, Sweep
from echub_eis.data import band_of
from echub_eis.method import kk
from echub_eis.method.elements import Grid
from echub_eis.method.fit import Spectrum, fit, refit
from echub_eis.method.model import Model
from echub_eis.method.parse import parse
from tests.benchmarks.truth import impedance as truth


@pytest.mark.parametrize("name", truth.IDENTIFIABLE)
def test_a_fit_from_nothing_reaches_the_optimum(name):
    assert max(truth.optimum(name, range(3))) <= 1.001


def test_there_are_twelve_identifiable_cases():
    assert len(truth.IDENTIFIABLE) == 12


@pytest.mark.parametrize(
    ("kind", "a", "b"), [("proportional", 2e-3, 0), ("additive", 0, 2e-3), ("mixed", 1.414e-3, 1.414e-3)]
)
def test_the_noise_is_told_apart(kind, a, b):
    found = []
    for seed in range(12):
        f, z = spectrum("na_sym", Sweep(2e-3, kind), seed)
        noise = kk.check(f, z).noise
        found.append((noise.proportional, noise.additive / np.median(np.abs(z))))
    np.testing.assert_allclose(np.mean(found, axis=0), (a, b), atol=2.5e-4)


@pytest.mark.parametrize("name", ["two_arcs", "blocking", "ws", "gerischer"])
@pytest.mark.parametrize("kind", truth.KINDS)
def test_kramers_and_kronig_do_not_condemn_what_is_valid(name, kind):
    assert truth.alarms(name, Sweep(2e-3, kind), range(10)) <= 0.1


def test_kramers_and_kronig_see_a_drift():
    assert truth.alarms("two_arcs", Sweep(1e-3, drift=0.1), range(6)) == 1
    assert truth.alarms("na_sym", Sweep(1e-3, drift=0.1), range(4)) == 1


@pytest.mark.parametrize(("name", "true"), truth.ARCS.items())
def test_as_many_arcs_as_there_are(name, true):
    kinds = ("proportional", "additive")
    numbers = [n for kind in kinds for n in truth.counted(name, Sweep(2e-3, kind), range(3))]
    assert numbers == [true] * len(numbers)


@pytest.mark.parametrize("what", [what for what in FOREIGN if what != "upwards"])
def test_nothing_foreign_is_silently_wrong(what):
    assert not [said for said in truth.wrong(what, range(100, 101)) if said.startswith("silently")]


def fitted(name, sweep, seed):
    case = synth.impedance(seed, name, sweep)
    return echub.analyze("eis-fit", case.data(), params={**truth.PLAIN, "circuit": CASES[name].circuit})


@pytest.mark.parametrize(("step", "hertz"), [(5e-3, 1e3), (-1e-2, 1e5)])
def test_a_step_of_the_modulus_is_found_with_its_size_and_place(step, hertz):
    outcome = fitted("na_sym", Sweep(5e-4, step=step, step_hz=hertz), 3)
    (flag,) = [flag for flag in outcome.flags if flag.code in ("range-step", "circuit-does-not-fit")]
    if flag.code == "range-step":
        assert float(flag.where.split()[0]) == pytest.approx(hertz, rel=0.3)
        assert f"{step:+.1%}"[:3] in flag.message


def test_noise_makes_no_step():
    kinds = ("proportional", "additive", "student", "components")
    outcomes = [fitted("two_arcs", Sweep(3e-3, kind), seed) for kind in kinds for seed in range(3)]
    found = [flag.code for outcome in outcomes for flag in outcome.flags]
    assert "range-step" not in found


def test_both_ends_of_a_profile_are_on_their_side_of_the_value():
    """Of 25 blocking cells with much additive noise five had an interval that ended at the value."""
    for seed in range(5000, 5006):
        outcome = fitted("blocking", Sweep(1e-2, "additive"), seed)
        known = outcome["resistance_hf"]
        if known.value is not None:
            assert known.interval.low < 0.98 * known.value < 1.02 * known.value < known.interval.high


def test_a_noise_model_that_is_not_known_makes_an_interval_wider():
    """With few points at small |Z|, additive noise is hardly told from proportional noise."""
    found = []
    for seed in range(5000, 5012):
        f, z = spectrum("one_arc", Sweep(1e-2, "additive"), seed)
        data = Spectrum(Grid.of(f), z)
        model = Model(parse("LR(RQ)"))
        last = refit(fit(model, data, kk.check(f, z).noise))
        at = next(i for i, free in enumerate(model.free) if free.name == "R")
        found.append(np.sqrt(last.covariance_over_noises()[at, at] / last.covariance()[at, at]))
    assert 0.9 < min(found) < 1.02  # where the points tell the noise, nothing changes
    assert max(found) > 1.1


def test_a_sweep_upwards_is_the_same_spectrum():
    down = synth.impedance(3)
    columns = {name: type(c)(c.values[::-1], c.unit, c.axes) for name, c in down.columns.items()}
    up = type(down)(columns, down.metadata, down.truth, down.kind)
    one, other = (echub.analyze("eis-fit", c.data(), params=truth.PLAIN) for c in (down, up))
    assert other["resistance_2"].value == pytest.approx(one["resistance_2"].value, rel=1e-9)


def test_a_part_of_the_noise_is_known_as_badly_as_the_other_beside_it():
    """Two standard uncertainties cover a proportional noise of 0.2 %, although an additive one is often found too.

    What ν residuals tell of one noise alone is known to 1/√(2 ν): never better than that.
    """
    cases = [synth.impedance(seed, "one_arc", Sweep(2e-3)).record() for seed in range(40)]
    found = [echub.analyze("eis-check", case)["noise_proportional"] for case in cases]
    assert sum(abs(noise.value - 0.2) < 2 * noise.uncertainty for noise in found) >= 36  # 96 % of 80
    assert all(noise.uncertainty > 0.999 * noise.value / (2 * 2 * 62) ** 0.5 for noise in found if noise.value)


def test_spikes_are_left_out_and_named():
    frequency, z = spectrum("two_arcs", Sweep(1e-3, spikes=3), 2)
    true = np.flatnonzero(np.abs(z / CASES["two_arcs"].impedance(frequency) - 1) > 0.02)
    outcome = echub.analyze("eis-check", synth.impedance(2, "two_arcs", Sweep(1e-3, spikes=3)).data())
    left_out = np.flatnonzero(np.array(outcome.tables["points"]["reason"].values) == "outlier")
    assert len(true) == 3
    assert set(true) <= set(left_out)
    assert len(left_out) <= 4


def test_an_interval_covers_as_often_as_it_says():
    sweep = Sweep(5e-3, "mixed")
    found = [
        inside
        for name in ("two_arcs", "tip")
        for each in truth.covered(name, sweep, range(12)).values()
        for inside in each
    ]
    assert 0.88 <= np.mean(found) <= 1  # 96 correlated draws: the benchmark has more


def test_overlapping_arcs_are_vague_and_their_sum_is_not():
    outcome = echub.analyze(
        "eis-fit", synth.impedance(1, "overlap", Sweep(1e-2)).data(), params={"circuit": "LR(RQ)(RQ)"}
    )
    total = outcome["resistance_total"]
    assert total.interval.covers(180)
    assert total.uncertainty / total.value < 0.02
    parts = [outcome[f"resistance_{n}"] for n in (1, 2)]
    assert all(p.value is None or p.uncertainty / p.value > 0.1 for p in parts)


def test_correlations_have_one_on_their_diagonal():
    table = echub.analyze("eis-fit", synth.impedance(1).data(), params=truth.PLAIN).tables["correlation"]
    names = table["parameter"].values
    matrix = np.array([table[name].array() for name in names])
    np.testing.assert_allclose(np.diag(matrix), 1)
    assert np.abs(matrix - np.diag(np.diag(matrix))).max() < 1


def spectrum(name, sweep, seed):
    columns = synth.impedance(seed, name, sweep).columns
    z = columns["impedance_real"].values + 1j * columns["impedance_imag"].values
    return columns["frequency"].values, z


def test_the_generator_is_what_its_circuit_says():
    for name, cell in CASES.items():
        if name in truth.IDENTIFIABLE:
            model = Model(parse(cell.circuit))
            frequency = cell.frequencies()
            z = model.impedance(truth.coordinates(name, model), Grid.of(frequency))
            np.testing.assert_allclose(z, cell.impedance(frequency), rtol=1e-9)


@pytest.mark.parametrize(
    ("fast", "slow"),
    [
        ("(R{R=100}Q)", "(R{R=60}Q)"),
        ("(RQ{Q=3e-9})", "(RQ{Q=2e-6})"),
        ("(RQ{n=0.95})", "(RQ{n=0.85})"),
        ("(RC{C=3e-9})", "(RC{C=2e-6})"),
        ("(RQ)", "(RQ{Q=2e-6})"),
        ("(RQ{Q=3e-9})", "(RQ)"),
        ("(R{R=120/90/150}Q)", "(R{R=50/30/80}Q)"),
        ("Z{tau=1e-7}", "Z{tau=2e-5}"),
    ],
)
def test_like_arcs_that_exchange_their_start_values_exchange_what_is_found(fast, slow):
    """The arc of 100 Ω is the fast one, that of 60 Ω the slow one: both within a tenth, also as R‖C."""
    case = synth.impedance(1, "two_arcs", Sweep(1e-3))
    for circuit, names in ((f"LR{fast}:a {slow}:b", "ab"), (f"LR{slow}:a {fast}:b", "ba")):
        outcome = echub.analyze("eis-fit", case.data(), params={**truth.PLAIN, "circuit": circuit})
        found = [outcome[f"resistance_{name}"].value for name in names]
        assert found == pytest.approx([100, 60], rel=0.1), circuit
        assert outcome[f"tau_{names[0]}"].value < outcome[f"tau_{names[1]}"].value


@pytest.mark.parametrize(
    ("arc", "value"),
    [("(RQ{Q=3.5e-6/3e-6/4e-6})", 3e-6), ("(RQ{Q=1e-6/5e-7/1.5e-6})", 1.5e-6), ("(RQ{Q=3e-6f})", 3e-6)],
)
def test_the_limits_of_the_q_of_an_arc_hold(arc, value):
    """The spectrum's own is 2e-6: outside of the limits, so that the fit ends at the nearer one."""
    case = synth.impedance(1, "two_arcs", Sweep(1e-3))
    outcome = echub.analyze("eis-fit", case.data(), params={**truth.PLAIN, "circuit": f"LR(RQ):a {arc}:b"})
    values = json.loads(outcome.tables["circuit"]["values"].values[-1])
    assert values[-2] == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(
    ("f_min", "f_max", "told"),
    [(0, 0, "all frequencies"), (10, 0, "from 10 Hz"), (0, 1e6, "up to 1e+06 Hz"), (10, 1e6, "10 to 1e+06 Hz")],
)
def test_a_band_is_told_by_the_ends_it_has(f_min, f_max, told):
    assert band_of(f_min, f_max) == told

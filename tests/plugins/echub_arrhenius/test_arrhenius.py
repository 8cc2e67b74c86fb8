"""Activation energies: forms, replicates, intervals, guards, comparison of groups."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import echub
from echub.analysis.outcome import Component, Condition, Measurand, Outcome
from echub.remark import Flag
from echub.science import BOLTZMANN_EV
from echub.testing import synth
from echub.testing.synth import Cells
from echub_arrhenius.method import KJ_PER_MOL, eq12, fit
from echub_arrhenius.outcome.comparison import permutation_p

CERTAIN = {"temperature_offset": "0", "temperature_scale": "0"}
EXACT = Cells(worst_loss=0.0, scatter=0.0)


def ask(outcomes, **params):
    return echub.analyze("arrhenius", list(outcomes), params=params)


def values(pairs, unit="mA/cm^2", **rest):
    """Outcomes of (celsius, value)."""
    return [
        Outcome(
            {"onset_current_density": Measurand(unit, y)},
            metadata={"cell.temperature": {"value": t, "unit": "degC", "source": "test"}},
            label=f"{n}",
            **rest,
        )
        for n, (t, y) in enumerate(pairs)
    ]


def uncertain(pairs, relative):
    """Outcomes of (celsius, value), each with its relative standard uncertainty."""
    return [
        outcome.replace(measurands={name: replace(known, uncertainty=u * known.value)})
        for outcome, u in zip(values(pairs), relative, strict=True)
        for name, known in outcome.measurands.items()
    ]


def exact(energy, temperatures, times_t=0):
    return [
        (t, 3.0 * math.exp(-energy / (BOLTZMANN_EV * (t + 273.15))) * (t + 273.15) ** times_t)
        for t in temperatures
    ]


def test_an_exact_line_comes_back():
    outcome = ask(synth.activated(0, EXACT).outcomes)
    assert outcome["activation_energy_ln_y"].value == pytest.approx(0.13, abs=1e-12)


def test_the_form_is_part_of_the_name_and_matters():
    """ln(jT) instead of ln j makes 0.155 eV of 0.13."""
    outcome = ask(synth.activated(0, EXACT).outcomes, form="both")
    assert outcome["activation_energy_ln_y"].value == pytest.approx(0.13, abs=1e-9)
    assert outcome["activation_energy_ln_yT"].value == pytest.approx(0.155, abs=1.5e-3)
    assert "activation_energy_ln_yT" not in ask(synth.activated(0, EXACT).outcomes).measurands


def test_the_same_for_a_conductivity():
    """0.15 eV of σ over 25 to 175 °C are 0.181 eV of σT."""
    points = exact(0.15, (25, 75, 125, 175))
    assert ask(values(points), form="ln_yT")["activation_energy_ln_yT"].value == pytest.approx(0.181, abs=1.5e-3)


def test_kilojoules():
    for energy, molar in ((0.13, 12.54), (0.15, 14.47), (0.10, 9.65), (0.053, 5.11)):
        assert energy * KJ_PER_MOL == pytest.approx(molar, abs=5e-3)


def test_the_interval_is_by_t():
    """Five temperatures leave three degrees of freedom: 3.18, not 1.96."""
    energy = ask(synth.activated(3).outcomes, **CERTAIN)["activation_energy_ln_y"]
    assert (energy.interval.high - energy.value) / energy.uncertainty == pytest.approx(3.182446, abs=1e-5)
    assert energy.n == 5


def test_a_value_counts_by_the_uncertainty_that_it_states():
    """The last point is a third too high, and says that it is good for half of itself only."""
    points = exact(0.15, (25, 50, 75, 100, 125))
    points[-1] = (125, 1.33 * points[-1][1])
    stated = uncertain(points, [0.01] * 4 + [0.5])
    celsius, value = np.array(points).T
    kelvin = celsius + 273.15
    slope, _ = np.polyfit(1 / kelvin, np.log(value), 1, w=1 / np.array([0.01] * 4 + [0.5]))
    energy = ask(stated, weights="own")["activation_energy_ln_y"].value
    assert energy == pytest.approx(-slope * BOLTZMANN_EV, rel=1e-9)
    assert energy == pytest.approx(0.15, abs=1e-3)
    assert ask(stated)["activation_energy_ln_y"].value == pytest.approx(energy, abs=1e-3)
    assert ask(stated, weights="none")["activation_energy_ln_y"].value > 0.17


def test_the_r_squared_of_unequal_weights_is_the_square_of_their_weighted_correlation():
    relative = np.array([0.01, 0.02, 0.01, 0.05, 0.5])
    factors = (1.0, 1.1, 0.9, 1.2, 2.0)
    points = [(t, y * by) for (t, y), by in zip(exact(0.15, (25, 50, 75, 100, 125)), factors, strict=True)]
    table = ask(uncertain(points, relative), weights="own").tables["forms"]
    celsius, value = np.array(points).T
    kelvin = celsius + 273.15
    for form, fitted, found in zip(("ln_y", "ln_yT"), (value, value * kelvin), table["R2"].values, strict=True):
        covariance = np.cov(1 / kelvin, np.log(fitted), aweights=relative**-2)
        expected = covariance[0, 1] ** 2 / (covariance[0, 0] * covariance[1, 1])
        assert found == pytest.approx(expected, rel=1e-9), form


def test_least_squares_agree_with_scipy():
    from scipy.stats import linregress

    rng = np.random.default_rng(1)
    kelvin = np.array([243.15, 273.15, 303.15, 333.15, 363.15])
    log_y = 2 - 0.13 / (BOLTZMANN_EV * kelvin) + 0.1 * rng.standard_normal(5)
    ours, theirs = fit(kelvin, log_y), linregress(-1 / (BOLTZMANN_EV * kelvin), log_y)
    assert ours.energy == pytest.approx(theirs.slope, rel=1e-10)
    assert ours.se_energy == pytest.approx(theirs.stderr, rel=1e-8)
    assert ours.intercept == pytest.approx(theirs.intercept, rel=1e-10)
    assert ours.se_intercept == pytest.approx(theirs.intercept_stderr, rel=1e-8)
    assert ours.r_squared == pytest.approx(theirs.rvalue**2, rel=1e-10)


def test_equation_12():
    assert eq12([1.0, 2.0, 4.0]) == (1.25, 2.5)  # ((4-1) + (4-2)) / 2, and half of it


def test_the_best_of_one_value_differs_from_none():
    assert eq12([3.0]) == (0.0, 0.0)


def test_a_value_that_does_not_change_is_a_line_of_its_own():
    found = fit(np.array([250.0, 300.0, 350.0]), np.zeros(3))
    assert (found.energy, found.intercept, found.se_energy, found.r_squared) == (0.0, 0.0, 0.0, 1.0)


def test_a_component_common_to_all_shifts_a_and_not_the_energy():
    case = synth.activated(0, replace(EXACT, scatter=0.02))

    def with_area(groups):
        return [
            o.replace(measurands={"onset_current_density": replace(
                o["onset_current_density"],
                components=(Component("area", 0.05 * o["onset_current_density"].value, "B", g),))})
            for o, g in zip(case.outcomes, groups, strict=True)
        ]  # fmt: skip

    plain, common = ask(case.outcomes), ask(with_area(["die"] * 15))
    own = ask(with_area([str(o.meta("cell.temperature")) for o in case.outcomes]))
    assert common["activation_energy_ln_y"].uncertainty == pytest.approx(
        plain["activation_energy_ln_y"].uncertainty
    )
    assert common["ln_prefactor_ln_y"].uncertainty > plain["ln_prefactor_ln_y"].uncertainty
    assert own["activation_energy_ln_y"].uncertainty > 1.5 * plain["activation_energy_ln_y"].uncertainty


def test_leave_one_out_has_one_fit_per_temperature():
    outcome = ask(synth.activated(3).outcomes)
    table = outcome.tables["leave_one_out"]
    assert table["without"].values == pytest.approx((-30, 0, 30, 60, 90))
    whole = outcome["activation_energy_ln_y"].value
    energies = table["activation_energy_ln_y"].array()
    assert energies.min() < whole < energies.max()


def test_the_loss_that_grows_in_the_cold_biases_and_is_said():
    sets = [synth.activated(seed, Cells(loss_in_cold=0.5)).outcomes for seed in range(40)]

    def bias(rule):
        return np.mean([ask(cells, replicates=rule)["activation_energy_ln_y"].value for cells in sets]) - 0.13

    assert 0 < bias("max") < bias("mean")
    assert "best-of-replicates" in [f.code for f in ask(synth.activated(0).outcomes).flags]


def under(**conditions):
    """Five outcomes whose conditions differ."""
    return [
        o.replace(conditions={name: Condition(v[n]) for name, v in conditions.items()})
        for n, o in enumerate(values(FIVE))
    ]


def stating(path, texts):
    """Five outcomes whose metadata differ; None states nothing."""
    added = [{} if text is None else {path: {"value": text}} for text in texts]
    return [o.replace(metadata={**o.metadata, **more}) for o, more in zip(values(FIVE), added, strict=True)]


FIVE = exact(0.13, (-30, 0, 30, 60, 90))


@pytest.mark.parametrize(
    ("code", "outcomes", "params"),
    [
        ("too-few-temperatures", values(FIVE[:2]), {}),
        ("celsius-as-kelvin", values([(t - 273.15, y) for t, y in FIVE]), {}),
        ("missing-temperature", [o.replace(metadata={}) for o in values(FIVE)], {}),
        ("mixed-ramp-rate", under(ramp_rate=(1.0, 1.0, 1.0, 1.0, 2.0)), {}),
        ("mixed-criterion", under(criterion="aaaab"), {}),
        ("mixed-method", under(method="aaaab"), {}),
        ("mixed-area-basis", stating("cell.area_basis", ("tip", "tip", "tip", "tip", "geometric")), {}),
        ("mixed-electrolyte", stating("cell.electrolyte", ("NZSP", "NZSP", "NZSP", "NZSP", None)), {}),
        ("mixed-unit", values(FIVE[:3]) + values(FIVE[3:], unit="mA"), {}),
        ("replicate-count", values(FIVE + FIVE), {}),
        ("several-groups", synth.activated(0).outcomes + synth.activated(0, Cells(group="Sn")).outcomes, {}),
        ("no-reason", values(FIVE), {"exclude": "1"}),
        ("unknown-exclusion", values(FIVE), {"exclude": "nobody: why"}),
        ("no-values", [Outcome({"onset_current_density": Measurand("mA/cm^2", -1.0)})], {}),
        ("no-such-measurand", values(FIVE), {"measurand": "conductivity"}),
        ("no-weights", values(FIVE), {"weights": "eq12"}),
        ("empty", [], {}),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(code, outcomes, params):
    assert [flag.code for flag in ask(outcomes, **params).refusals] == [code]


def test_what_may_be_mixed_on_purpose_is_flagged():
    mixed = [o.replace(conditions={"ramp_rate": Condition(1.0 + n)}) for n, o in enumerate(values(FIVE))]
    outcome = ask(mixed, allow_mixed=True)
    assert outcome.status == "flagged"
    assert "mixed" in [flag.code for flag in outcome.flags]


def test_ramp_rates_that_scatter_by_a_per_mille_are_the_same():
    rates = [o.replace(conditions={"ramp_rate": Condition(1 + 1e-3 * n)}) for n, o in enumerate(values(FIVE))]
    assert ask(rates).status == "ok"


def test_kelvin_stated_as_celsius_and_few_temperatures_are_flagged():
    warm = ask(values([(t + 273.15 + 10, y) for t, y in FIVE[1:]]))
    assert {"kelvin-as-celsius"} <= {flag.code for flag in warm.flags}
    assert {"few-temperatures"} == {flag.code for flag in ask(values(FIVE[:3])).flags}


def test_what_is_left_out_is_stored_with_its_reason():
    bad = Outcome(flags=(Flag("ohmic-to-end", "m", "refusal"),), label="bad")
    censored = Outcome({"onset_current_density": Measurand.more_than("mA/cm^2", 1.0)}, label="more")
    outcome = ask([*values(FIVE), bad, censored], exclude="2: it leaked")
    rows = dict(
        zip(outcome.tables["values"]["outcome"].values, outcome.tables["values"]["left_out"].values, strict=True)
    )
    assert rows["bad"] == "refused: ohmic-to-end"
    assert rows["more"] == "right-censored"
    assert rows["2"] == "by hand: it leaked"
    assert outcome["activation_energy_ln_y"].n == 4
    assert outcome.status == "flagged"


def test_a_table_is_enough(tmp_path):
    path = tmp_path / "sigma.csv"
    rows = [f"{t},{y!r},NSP" for t, y in exact(0.15, (25, 75, 125, 175))]
    path.write_text("\n".join(["cell.temperature / degC, conductivity / S/cm, sample.group", *rows]), "utf-8")
    outcome = echub.analyze("arrhenius", path)
    assert outcome["activation_energy_ln_y"].value == pytest.approx(0.15, abs=1e-9)
    assert outcome.provenance["inputs"][0]["inputs"][0]["name"] == "sigma.csv"


def test_celsius_in_a_table_of_kelvin_is_refused(tmp_path):
    path = tmp_path / "j.csv"
    path.write_text("\n".join(["cell.temperature / K, onset / mA/cm^2", *(f"{t},{y}" for t, y in FIVE)]), "utf-8")
    assert echub.analyze("arrhenius", path).refusals[0].code == "celsius-as-kelvin"


# -- comparing groups ------------------------------------------------------------------------


def groups(high=2.0, temperatures=(30, 60, 90)):
    bare = synth.activated(1, Cells(temperatures_c=temperatures))
    coated = synth.activated(2, Cells(temperatures_c=temperatures, group="Sn", value=0.3 * high))
    return [*bare.outcomes, *coated.outcomes]


def test_all_above_all_at_three_temperatures():
    """Exactly (1/20)³; nine pairs taken as independent would say (1/2)⁹."""
    outcome = echub.analyze("compare-groups", groups(), params={"higher": "Sn"})
    assert outcome["p_permutation"].value == pytest.approx(1.25e-4, rel=1e-12)
    assert outcome["p_sign"].value == pytest.approx(1 / 512, rel=1e-12)
    assert outcome["ratio"].value == pytest.approx(2.0, rel=0.2)


@pytest.mark.parametrize("high", [0.02, 2.0, 200.0])
def test_the_uncertainty_of_a_ratio_is_in_units_of_the_ratio(high):
    """That of the logarithm, from the same cells, does not depend on how far the groups are apart."""
    ratio = echub.analyze("compare-groups", groups(high), params={"higher": "Sn"})["ratio"]
    alike = echub.analyze("compare-groups", groups(1.0), params={"higher": "Sn"})["ratio"]
    assert ratio.value == pytest.approx(high * alike.value, rel=1e-9)
    assert ratio.uncertainty == pytest.approx(high * alike.uncertainty, rel=1e-9)
    half = np.log(ratio.interval.high / ratio.interval.low) / 2
    assert 1.96 < half / (ratio.uncertainty / ratio.value) < 3.2  # normal to three degrees of freedom


def test_zero_degrees_are_zero():
    """273.15 K taken three times and averaged is not 273.15 K to the last bit."""
    table = echub.analyze("compare-groups", groups(temperatures=(0, 30, 60))).tables["temperatures"]
    assert table["temperature"].values == (0, 30, 60)


def test_a_chosen_subset_is_named():
    outcome = echub.analyze(
        "compare-groups", groups(temperatures=(0, 30, 60, 90)), params={"temperatures": "30, 60, 90"}
    )
    assert {"subset-chosen", "direction-from-data"} <= {flag.code for flag in outcome.flags}
    assert outcome.tables["temperatures"]["temperature"].values == pytest.approx((30, 60, 90))


def test_counting_in_halves_agrees_with_counting_everything():
    from itertools import combinations, product

    rng = np.random.default_rng(3)
    sides = [(rng.standard_normal(2) + 0.5, rng.standard_normal(3)) for _ in range(3)]
    observed = sum(a.mean() - b.mean() for a, b in sides)
    every = []
    for a, b in sides:
        pooled = np.concatenate([a, b])
        every.append(
            [pooled[list(c)].mean() - np.delete(pooled, list(c)).mean() for c in combinations(range(5), 2)]
        )
    brute = np.mean([sum(choice) >= observed - 1e-12 for choice in product(*every)])
    assert permutation_p(sides) == (pytest.approx(brute, abs=1e-15), 1000)


def test_p_is_uniform_where_the_groups_do_not_differ():
    rng = np.random.default_rng(4)
    found = [
        permutation_p([(rng.standard_normal(3), rng.standard_normal(3)) for _ in range(2)])[0] for _ in range(400)
    ]
    assert np.mean(np.array(found) <= 0.1) == pytest.approx(0.1, abs=0.045)


@pytest.mark.parametrize(
    ("code", "outcomes", "params"),
    [
        ("not-two-groups", synth.activated(0).outcomes, {}),
        ("no-such-group", groups(), {"higher": "Ag"}),
        ("no-shared-temperature", groups(), {"temperatures": "-70"}),
    ],
)
def test_comparisons_that_cannot_be(code, outcomes, params):
    outcome = echub.analyze("compare-groups", list(outcomes), params=params)
    assert [flag.code for flag in outcome.refusals] == [code]


def test_the_band_of_the_line_is_that_of_its_covariance():
    """Against NumPy's covariance of slope and intercept: at the mean of 1/T it is that of a mean."""
    kelvin = np.array([280.0, 300.0, 320.0, 350.0])
    log_y = np.array([-3.0, -2.1, -1.4, -0.1])
    x = 1 / kelvin
    covariance = np.polyfit(x, log_y, 1, cov=True)[1]
    at = np.array([x.mean(), 1 / 280, 1 / 400])
    terms = np.column_stack([at, np.ones(3)])
    by_hand = stats.t.ppf(0.975, 2) * np.sqrt(np.einsum("ni,ij,nj->n", terms, covariance, terms))
    line = fit(kelvin, log_y)
    found = line.band(at, float(x.mean()), float(((x - x.mean()) ** 2).sum()), 4, 0.95)
    assert found == pytest.approx(by_hand, rel=1e-6)
    assert found[0] == pytest.approx(stats.t.ppf(0.975, 2) * line.scatter / 2, rel=1e-9)

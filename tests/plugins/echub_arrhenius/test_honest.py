"""What an activation energy or a comparison must not hide: item by item, on data that other generators made."""

from __future__ import annotations

import math

import numpy as np
import pytest

import echub
from echub.remark import Flag
from echub.testing.synth.foreign import arrhenius, groups
from echub.testing.synth.foreign.arrhenius import StatedEnergy, law, outcomes
from echub_arrhenius.method_exchange import classes, exchange

FIVE = (-30.0, 0.0, 30.0, 60.0, 90.0)
CERTAIN = {"temperature_offset": 0, "temperature_scale": 0}


def ask(values, **params):
    return echub.analyze("arrhenius", outcomes(values), params=params)


def line(energy=0.2, scatter=0.0, **stated):
    rng = np.random.default_rng(1)
    return [StatedEnergy(t, law(energy, t) * math.exp(scatter * rng.standard_normal()), **stated) for t in FIVE]


def codes(outcome):
    return {flag.code for flag in outcome.flags}


@pytest.mark.parametrize("shape", sorted(set(arrhenius.SHAPES) - {"scatter", "resistances"}))
def test_no_answer_is_silently_wrong(shape):
    cases = [arrhenius.SHAPES[shape](np.random.default_rng(seed)) for seed in range(8)]
    assert "silently wrong" not in [case.judge(case.answer()) for case in cases]


def test_flags_of_the_inputs_travel():
    flagged = [Flag("slow-fall", "R falls slowly")]
    values = line()
    values[2] = StatedEnergy(30.0, law(0.2, 30.0), flags=tuple(flagged))
    outcome = ask(values)
    assert outcome.status == "flagged"
    assert "slow-fall" in next(f.message for f in outcome.flags if f.code == "flagged-inputs")


def test_stated_uncertainties_count_where_values_hardly_scatter():
    """A slope of five points, each known to 10 %: 0.1 · k / sqrt(sum of squares of 1/T)."""
    energy = ask(line(uncertainty=0.1), **CERTAIN)["activation_energy_ln_y"]
    inverse = 1 / (np.array(FIVE) + 273.15)
    expected = 0.1 * 8.617333e-5 / np.sqrt(((inverse - inverse.mean()) ** 2).sum())
    assert energy.uncertainty == pytest.approx(expected, rel=1e-3)


def energy_of(values, **params):
    return ask(values, **CERTAIN, **params)["activation_energy_ln_y"]


def uneven(scatter=0.0):
    """Values of which the hottest is off by a factor of two and says so, the others are known to 2 %."""
    noise = np.random.default_rng(3).standard_normal(len(FIVE))
    made = [
        StatedEnergy(t, law(0.2, t) * math.exp(scatter * z), uncertainty=0.02)
        for t, z in zip(FIVE, noise, strict=True)
    ]
    return [*made[:-1], StatedEnergy(90.0, 2 * law(0.2, 90.0), uncertainty=1.0)]


def test_values_are_weighted_by_what_they_state():
    assert energy_of(uneven()).value == pytest.approx(0.2, abs=1e-3)
    assert energy_of(uneven(), weights="none").value > 0.23
    assert {s.parameter for s in ask(uneven()).sensitivity} == {"weights"}


def test_scatter_beyond_what_is_stated_counts_in_the_weights():
    """One value states a tenth of what the others do, and all scatter tenfold: it must not decide alone."""
    values = line(scatter=0.1, uncertainty=0.01)
    trusted = [StatedEnergy(-30.0, values[0].y, uncertainty=1e-3), *values[1:]]
    auto, own, none = (energy_of(trusted, weights=w).value for w in ("auto", "own", "none"))
    assert abs(auto - none) < 0.25 * abs(own - none)


def test_excess_scatter_makes_chi2_the_degrees_of_freedom():
    from echub_arrhenius.method import fit
    from echub_arrhenius.method_budget import beyond_stated

    kelvin = np.array(FIVE) + 273.15
    log_y = np.log([law(0.2, t) for t in FIVE]) + np.array([0.1, -0.2, 0.15, 0.1, -0.1])
    relative = np.array([0.01, 0.02, 0.05, 0.02, 0.01])
    total = relative**2 + beyond_stated(kelvin, log_y, relative) ** 2
    found = fit(kelvin, log_y, 1 / total)
    rest = log_y - found.intercept + found.energy / (8.617333262e-5 * kelvin)
    assert (rest**2 / total).sum() == pytest.approx(3)
    assert beyond_stated(kelvin, log_y, relative + 1) == 0


def test_the_figure_shows_what_single_values_state():
    shown = ask(line(uncertainty=0.1)).diagnostics
    assert shown["lower"].array() == pytest.approx(0.1 * shown["y"].array())


def test_less_scatter_than_stated_is_told():
    outcome = ask(line(uncertainty=0.1))
    assert "scatter-below-stated" in codes(outcome)
    assert outcome.status == "ok"  # the uncertain points have their weights
    assert "scatter-below-stated" not in codes(ask(line(scatter=0.1, uncertainty=0.1)))


def test_means_of_few_replicates_are_weighted_equally(tmp_path):
    rows = [
        f"a,{t},{k},{law(0.2, t) * (1 + d):.6g}\n"
        for t, spread in zip(FIVE, (0.001, 0.05, 0.05, 0.05, 0.001), strict=True)
        for k, d in enumerate((-spread, 0.0, spread))
    ]
    file = tmp_path / "few.csv"
    file.write_text("sample.id,cell.temperature / degC,replicate,s / S/cm\n" + "".join(rows), "utf-8")
    given = {"measurand": "s", **CERTAIN}
    auto, equal = (echub.analyze("arrhenius", file, params={**given, "weights": w}) for w in ("auto", "none"))
    assert auto["activation_energy_ln_y"] == equal["activation_energy_ln_y"]


def test_the_birge_ratio_is_told_and_a_large_one_flagged():
    outcome = ask(line(scatter=0.1, uncertainty=0.01))
    table = dict(zip(*(outcome.tables["fit"][c].values for c in ("quantity", "value")), strict=True))
    assert table["birge_ratio"] > 3
    assert "scatter-exceeds-stated" in codes(outcome)
    assert "scatter-exceeds-stated" not in codes(ask(line(scatter=0.01, uncertainty=0.01)))


def test_the_same_outcome_twice_is_refused():
    values = outcomes(line())
    again = echub.analyze("arrhenius", [*values, values[2].replace(label="a copy")])
    assert [flag.code for flag in again.refusals] == ["same-outcome-twice"]
    assert echub.analyze("arrhenius", values).status == "ok"


def test_unequal_numbers_of_cells_are_flagged_under_max_only():
    values = [*line(), StatedEnergy(30.0, 0.9 * law(0.2, 30.0))]
    assert "unequal-replicates" in codes(ask(values, error_bars="generalised"))
    assert "unequal-replicates" not in codes(ask(values, replicates="mean"))


def test_the_thermometer_is_part_of_the_uncertainty():
    """An offset of 1 K changes the slope by about 2/T; a scale of 2 % about as much as 1 K in 50."""
    offset = ask(line(), temperature_offset=1, temperature_scale=0)["activation_energy_ln_y"].uncertainty
    assert offset == pytest.approx(0.2 * 2 / 298, rel=0.1)
    scale = ask(line(), temperature_offset=0, temperature_scale=2)["activation_energy_ln_y"].uncertainty
    assert 0.015 * 0.2 < scale < 0.025 * 0.2


@pytest.mark.parametrize(("start", "flagged"), [(-60.0, True), (-59.0, True), (25.0, True), (300.0, False)])
def test_kelvin_as_celsius_is_caught_from_minus_60_on(start, flagged):
    """True values of 300 to 400 °C would be kelvin of 27 to 127 °C: flagged unless they are insisted on."""
    shift = 273.15 if flagged else 0.0
    values = [StatedEnergy(start + 25 * k + shift, law(0.2, start + 25 * k)) for k in range(5)]
    assert "kelvin-as-celsius" in codes(ask(values))
    assert "kelvin-as-celsius" not in codes(ask(values, trust_temperatures=True))


def test_cryogenic_data_can_be_insisted_on():
    values = [StatedEnergy(t, law(0.01, t)) for t in (-250.0, -220.0, -190.0, -160.0)]
    assert ask(values).refusals[0].code == "celsius-as-kelvin"
    found = ask(values, trust_temperatures=True)["activation_energy_ln_y"]
    assert found.value == pytest.approx(0.01, abs=1e-6)


def test_a_resistance_is_fitted_as_its_inverse_and_the_name_says_so():
    values = [StatedEnergy(t, 1 / law(0.3, t), name="resistance", unit="ohm") for t in FIVE]
    outcome = ask(values, form="both")
    assert outcome["activation_energy_ln_1_over_y"].value == pytest.approx(0.3, abs=1e-6)
    assert set(outcome.measurands) >= {"activation_energy_ln_T_over_y", "ln_prefactor_ln_1_over_y"}
    assert "negative-activation-energy" not in codes(outcome)


def test_coverage_where_the_model_holds():
    cases = [arrhenius.SHAPES["scatter"](np.random.default_rng(seed)) for seed in range(120)]
    covered = [case.covered(case.answer()[case.measurand]) for case in cases]
    assert sum(covered) >= 107  # of 120, less is 1 in 1000 at 95 %


# -- groups ----------------------------------------------------------------------------------


def compared(cells, **params):
    return echub.analyze("compare-groups", cells, params=params)


def test_a_cell_that_repeats_counts_once():
    """Three cells against three, each at four temperatures: at best 1 of 20 ways, one-sided, and 2 of 20."""
    values = [
        StatedEnergy(t, by * (1 + 0.01 * k) * law(0.1, t), str(k), group=group)
        for group, by in (("a", 1.0), ("b", 3.0))
        for k in range(3)
        for t in (0.0, 30.0, 60.0, 90.0)
    ]
    one = compared(outcomes(values), higher="b")
    assert one["p_permutation"].value == pytest.approx(1 / 20)
    assert one["p_least"].value == pytest.approx(1 / 20)
    assert "p-unreachable" in codes(one)
    assert compared(outcomes(values))["p_permutation"].value == pytest.approx(2 / 20)
    assert one["ratio"].value == pytest.approx(3.0, rel=1e-9)
    assert one["ratio"].interval.covers(3.0)


@pytest.mark.parametrize("fresh", [False, True])
def test_under_the_null_p_is_below_005_in_at_most_5_percent(fresh):
    """Exact: of 600 groups that do not differ at most 47 (1 in 1000 has more at 5 %)."""
    rng = np.random.default_rng(8)
    below = 0
    for _ in range(600):
        cells, strata, y, high = [], [], [], []
        for up in (True, False):
            for k in range(4):
                level = rng.standard_normal()
                for t in range(2):
                    cells.append((k, t) if fresh else k)
                    strata.append(t)
                    high.append(up)
                    y.append((rng.standard_normal() if fresh else level) + 0.1 * rng.standard_normal())
        below += exchange(classes(cells, strata, np.array(y), high), two_sided=True).p < 0.05
    assert below <= 47


def test_cells_without_a_name_are_flagged():
    case = groups.SHAPES["the same cells, not named"](np.random.default_rng(0))
    assert "cells-not-named" in codes(case.answer())


def test_a_ratio_that_changes_with_temperature_is_said():
    drawn = groups.SHAPES["another activation energy"](np.random.default_rng(1)).answer()
    (flag,) = [flag for flag in drawn.flags if flag.code == "ratio-changes"]
    assert "at 0 °C" in flag.message
    assert "at 90 °C" in flag.message


@pytest.mark.parametrize("shape", ["twice as high", "twice as high, fresh cells", "a third of the values missing"])
def test_one_ratio_at_all_temperatures_is_hardly_ever_said_to_change(shape):
    """The level is 1 %: of 30, more than two would be with a chance of 0.3 %."""
    drawn = [groups.SHAPES[shape](np.random.default_rng([2, seed])).answer() for seed in range(30)]
    assert sum("ratio-changes" in codes(outcome) for outcome in drawn) <= 2

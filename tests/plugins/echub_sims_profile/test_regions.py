"""Means, enrichment and ratios: intervals that hold the truth, and claims that need craters."""

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub_sims_profile.method.enrichment import COUNTING_ONLY, craters_of, discovered, rate_test, ratios
from echub_sims_profile.method.regions import Total

LAYERS = synth.Layers(cycles=90)


def analyze(layers, seed=1, **params):
    return echub.analyze("sims-profile", synth.layered(seed, layers).record(), params=params)


def rows(outcome, table, *names):
    return list(zip(*(outcome.tables[table][name].values for name in names), strict=True))


def test_windows_are_surface_near_surface_bulk_and_whole():
    found = dict.fromkeys(rows(analyze(LAYERS), "means", "window", "from", "to"))
    assert list(found) == [
        ("surface", 0, 100), ("near_surface", 0, 500), ("bulk", 500, 2000), ("whole", 0, 2000),
    ]  # fmt: skip


def test_means_have_poisson_intervals_and_name_no_test_where_none_is_stated():
    outcome = analyze(LAYERS)
    (found,) = [r[3:] for r in rows(outcome, "means", "region", "window", "species", "low", "high", "points")
                if r[:3] == ("pristine", "surface", "Na+")]  # fmt: skip
    low, high, points = found
    assert low < 402 < high
    assert (high - low) / 2 == pytest.approx(1.96 * np.sqrt(402 / points), rel=0.05)
    assert "regions" not in outcome.tables
    assert "current_density" not in outcome.tables["means"]


def test_enrichment_compares_within_one_polarity_only():
    found = [
        Total("ref", "O", -1, "whole", 1000, 10),
        Total("a", "O", -1, "whole", 2000, 10),
        Total("a", "O", 1, "whole", 9000, 10),
    ]
    (row,) = ratios(found, ["ref"])
    assert row.ends[0] < 2 < row.ends[1]
    assert row.p < 1e-10


def test_the_background_is_taken_off_before_the_ratio():
    one = Total("a", "O", -1, "whole", 1000, 10, base=500)
    (row,) = ratios([one, Total("ref", "O", -1, "whole", 750, 10, base=500)], ["ref"])
    assert row.ends[0] < 2 < row.ends[1]


def test_the_rate_test_is_the_conditional_binomial():
    # 8 of 10 counts in half of the exposure: 2 · (45 + 10 + 1) / 1024
    one, other = (Total("a", "O", -1, "whole", n, 5) for n in (8, 2))
    assert rate_test(one, other) == pytest.approx(2 * 56 / 1024)
    assert rate_test(replace(one, counted=False), other) is None


def test_equal_regions_are_different_as_rarely_as_stated():
    found = []
    for seed in range(6):
        outcome = analyze(replace(LAYERS, factors={"pristine": {}, "other": {}}), seed, reference="pristine")
        found += rows(outcome, "enrichment", "beyond_counting")
    # 72 tests at a false-discovery rate of 5 %: any at all in 5 % of the six outcomes
    assert sum(flag for (flag,) in found) <= 2


def test_one_reference_crater_claims_nothing():
    outcome = analyze(LAYERS, reference="pristine")
    assert set(rows(outcome, "enrichment", "verdict")) == {(COUNTING_ONLY,)}
    assert all("matrix effect" in caveat for (caveat,) in rows(outcome, "enrichment", "caveat"))
    flag = next(flag for flag in outcome.flags if flag.code == "counting_statistics_only")
    assert "no significance claimed" in flag.message


def test_the_spread_of_several_craters_is_in_the_interval():
    layers = replace(LAYERS, craters=4, crater_spread=0.3)
    covered, claimed = [], []
    for seed in range(8):
        outcome = analyze(layers, seed, reference=", ".join(f"pristine {k}" for k in range(1, 5)))
        for species, window, low, high, verdict, n in rows(
            outcome, "enrichment", "species", "window", "low", "high", "verdict", "reference_craters"
        ):
            assert n == 4
            if (species, window) == ("Si+", "near_surface"):
                covered.append(low < 1 < high)
                claimed.append(verdict in ("enriched", "depleted"))
    # by counting alone (3 % per crater) a spread of 30 % would be left out of nearly all
    assert np.mean(covered) > 0.8
    assert np.mean(claimed) < 0.2


def test_a_state_names_its_craters():
    about = {"a": {"state": "pristine"}, "b": {"state": "pristine"}, "c": {"state": "failed"}}
    assert craters_of(["a", "b", "c"], "pristine", about) == ["a", "b"]
    assert craters_of(["a", "b", "c"], "c, a", about) == ["a", "c"]


def test_false_discovery_is_controlled_over_all_tests():
    assert discovered([0.001, 0.04, 0.5, 0.9], 0.05) == [True, False, False, False]
    assert discovered([0.01, 0.02, 0.03, 0.04], 0.05) == [True] * 4
    assert discovered([], 0.05) == []


def test_a_matrix_ion_takes_out_what_one_crater_sees_less_of_all():
    dim = {ion.label: 0.5 for ion in LAYERS.ions}
    layers = replace(LAYERS, factors={"pristine": {}, "dim": dim})
    # the backgrounds of two counts are not dimmed
    for params, truth in (({}, 202 / 402), ({"normalise": "matrix", "matrix": "Si+"}, (202 / 402) / (27 / 52))):
        outcome = analyze(layers, reference="pristine", **params)
        found = {r[:2]: r[2:] for r in rows(outcome, "enrichment", "species", "window", "low", "high")}
        low, high = found["Na+", "near_surface"]
        assert low < truth < high
        assert high / low < 1.25


def test_the_species_of_the_normalisation_has_no_ratio():
    outcome = analyze(LAYERS, reference="pristine", normalise="matrix", matrix="Si+")
    assert {s for (s,) in rows(outcome, "enrichment", "species")} == {"Na+", "Zr+"}


TWO = synth.Layers(
    ions=(synth.Ion("Na+"), synth.Ion("Si+", 100.0, stop=None), synth.Ion("P-", 50.0, polarity=-1)), cycles=90
)


def test_a_ratio_of_species_holds_the_truth():
    outcome = analyze(TWO, ratios="Na+/Si+")
    (found,) = [r[2:] for r in rows(outcome, "ratios", "region", "window", "low", "high")
                if r[:2] == ("pristine", "near_surface")]  # fmt: skip
    assert found[0] < 402 / 102 < found[1]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"ratios": "Na+/P-"}, "cross_polarity"),
        ({"ratios": "Na+"}, "ratio_unreadable"),
        ({"ratios": "Na+/Xx+"}, "unknown_species"),
        ({"ratios": "Na+/Si+", "normalise": "matrix", "matrix": "Si+"}, "normalised_by_itself"),
    ],
)
def test_ratios_that_mean_nothing_are_refused(params, code):
    assert analyze(TWO, **params).refusals[0].code == code


def test_a_ratio_across_polarities_is_given_where_asked_for_and_says_so():
    outcome = analyze(TWO, ratios="Na+/P-", cross_polarity="true")
    assert all(c.startswith("across polarities") for (c,) in rows(outcome, "ratios", "caveat"))

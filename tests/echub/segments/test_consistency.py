"""The one check of a current's sign and scale: what speaks for it, what against, and what says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from echub.segments import (
    Counter,
    charge_ratio,
    direction_of,
    named_factor,
    scale_ratio,
    sign_by_charge,
    sign_by_state,
)
from echub.segments.consistency import _median_ratio

TIME = np.arange(40.0)
ANODIC = np.arange(40) < 20
SIGNED = np.where(ANODIC, 2.0, -2.0)


def _counter(sense, current=SIGNED, factor=1.0, name="q"):
    """Integrate a current step by step as an ideal instrument does."""
    flows = {"net": current, "anodic": np.maximum(current, 0), "cathodic": np.maximum(-current, 0)}
    rate = flows.get(sense, np.abs(current))
    return Counter(name, factor * np.concatenate([[0], np.cumsum(rate[1:])]) / 3600, sense)


@pytest.mark.parametrize("sense", ["net", "anodic", "cathodic"])
def test_a_counter_speaks_for_the_sign_that_it_was_made_with(sense):
    counter = _counter(sense)
    assert sign_by_charge(TIME, SIGNED, [counter]).verdict == "agrees"
    assert sign_by_charge(TIME, -SIGNED, [counter]).verdict == "opposite"


def test_a_magnitude_speaks_for_no_sign():
    assert sign_by_charge(TIME, SIGNED, [_counter("magnitude")]).verdict == ""


def test_a_magnitude_called_a_net_charge_says_nothing():
    named = Counter("q", _counter("magnitude").values, "net")
    assert sign_by_charge(TIME, SIGNED, [named]).verdict == ""


def test_two_counters_under_one_sign_show_that_it_is_missing():
    check = sign_by_charge(TIME, np.abs(SIGNED), [_counter("anodic"), _counter("cathodic")])
    assert (check.verdict, check.up, check.down, check.one_sided) == ("unsigned", 1.0, 0.0, True)
    for current, share in ((SIGNED, 1.0), (-SIGNED, 0.0)):  # though each counter sees one half, of one sign
        check = sign_by_charge(TIME, current, [_counter("anodic"), _counter("cathodic")])
        assert (check.up, check.down, check.one_sided) == (share, share, False)


def test_counters_of_one_direction_that_contradict_each_other_are_mixed():
    found = [_counter("anodic"), Counter("other", _counter("cathodic").values, "anodic")]
    check = sign_by_charge(TIME, SIGNED, found)
    assert (check.verdict, check.up, check.one_sided) == ("mixed", 0.5, False)


@pytest.mark.parametrize("factor", [1e-6, 1e3])
def test_a_wrong_unit_does_not_hide_a_wrong_sign(factor):
    assert sign_by_charge(TIME, -SIGNED, [_counter("anodic", factor=factor)]).verdict == "opposite"


def test_resets_rounding_and_gaps_do_not_alarm():
    values = np.round(np.tile(np.arange(20) * 2 / 3600, 2), 4)  # set back to zero after half of it
    assert sign_by_charge(TIME, np.full(40, 2.0), [Counter("q", values, "anodic")]).verdict == "agrees"
    jumped = np.where(TIME >= 20, TIME + 1e5, TIME)
    charge = _counter("anodic", np.full(40, 2.0)).values + np.where(TIME >= 20, 55.0, 0.0)
    assert sign_by_charge(jumped, np.full(40, 2.0), [Counter("q", charge, "anodic")]).verdict == "agrees"


def test_noise_counts_nothing():
    chance = np.random.default_rng(3)
    noise = Counter("q", chance.random(5000), "anodic")
    assert sign_by_charge(np.arange(5000.0), chance.normal(size=5000), [noise]).verdict == ""
    assert scale_ratio(np.arange(5000.0), np.ones(5000), noise) == (1.0, 0)


def test_too_few_rows_prove_nothing():
    assert sign_by_charge(TIME[:3], SIGNED[:3], [_counter("cathodic", SIGNED[:3])]).verdict == ""
    assert sign_by_state([1.0, -1.0], [1, 1], "s").verdict == ""


def test_states():
    direction = np.where(ANODIC, 1, -1)
    assert sign_by_state(SIGNED, direction, "s").verdict == "agrees"
    assert sign_by_state(-SIGNED, direction, "s").verdict == "opposite"
    assert sign_by_state(np.abs(SIGNED), direction, "s").verdict == "unsigned"
    half = np.where(np.arange(40) % 2, SIGNED, -SIGNED)
    assert sign_by_state(half, direction, "s").verdict == "mixed"
    assert sign_by_state(SIGNED, np.zeros(40), "s").verdict == ""


@pytest.mark.parametrize("factor", [1000.0, 1 / 3600, 3.6, 60.0])
@pytest.mark.parametrize("sense", ["net", "anodic", "cathodic", "magnitude"])
def test_a_scale_is_found_for_every_counter(sense, factor):
    ratio, count = scale_ratio(TIME, SIGNED, _counter(sense, factor=factor))
    assert ratio == pytest.approx(factor, rel=1e-9)
    assert count >= 19
    assert named_factor(ratio) == pytest.approx(factor)


def test_a_coarsely_printed_counter_is_compared_as_a_whole():
    printed = np.round(_counter("anodic", np.full(40, 2.0)).values, 2)  # grows in every ninth row
    ratio, _ = scale_ratio(TIME, np.full(40, 2.0), Counter("q", printed, "anodic"))
    assert ratio == pytest.approx(1, abs=0.15)
    assert named_factor(ratio) is None


@pytest.mark.parametrize(
    ("ratio", "factor"), [(1.0, None), (2.0, None), (980, 1e3), (1100, None), (1 / 60, 1 / 60)]
)
def test_only_factors_between_units_have_a_name(ratio, factor):
    assert named_factor(ratio) == factor


def test_the_ratio_of_a_net_charge_keeps_its_sign():
    assert charge_ratio(TIME, SIGNED, -_counter("net").values)[0] == pytest.approx(-1)


WORDS = {
    1: ["CC Charge", "CCCV Chg", "CC_Chg", "CHA", "Laden", "恒流充电", "充電", "충전", "carga", "Charge"],
    -1: [
        "CC Discharge",
        "CP DChg",
        "DCH",
        "Disch.",
        "Entladen",
        "恒流放电",
        "放電",
        "방전",
        "descarga",
        "Décharge",
    ],
    0: ["Rest", "PAU", "OCV", "Ruhe", "静置", "休止", "Repos"],
    None: ["CV", "Channel 3", "", "x", "GITT", "C", "D"],
}


@pytest.mark.parametrize(("direction", "word"), [(d, w) for d, words in WORDS.items() for w in words])
def test_words_for_directions(direction, word):
    assert direction_of(word) == direction


def test_letters_only_in_columns_of_states():
    assert [direction_of(letter, letters=True) for letter in "CDRP"] == [1, -1, 0, 0]


@pytest.mark.parametrize("rows", [1, 2, 1025, 5001])
@pytest.mark.parametrize("decimals", [0, 1, 12])
def test_the_median_of_many_ratios_is_the_one_that_sorting_finds(rows, decimals):
    chance = np.random.default_rng(rows)
    integral = chance.integers(1, 9, rows) * np.where(chance.random(rows) < 0.5, -1.0, 1.0)
    passed = np.round(chance.normal(1, 2, rows), decimals) * integral
    ratios, weights = passed / integral, np.abs(integral)
    order = np.argsort(ratios, kind="stable")
    # Whole weights: sums are exact, in whatever order they are made.
    expected = ratios[order][np.flatnonzero(2 * np.cumsum(weights[order]) >= weights.sum())[0]]
    assert _median_ratio(passed, integral) == (expected, rows)

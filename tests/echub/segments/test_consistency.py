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
    for current, verdict, share in ((SIGNED, "agrees", 1.0), (-SIGNED, "opposite", 0.0)):
        check = sign_by_charge(TIME, current, [counter])
        assert check.verdict == verdict
        known = {"net": [share, share], "anodic": [share, np.nan], "cathodic": [np.nan, share]}[sense]
        assert [check.up, check.down] == pytest.approx(known, nan_ok=True)
        assert check.count == (38 if sense == "net" else 19)  # without the interval in which the sign changes


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


def test_a_counter_that_grows_under_both_signs_of_the_current_is_mixed():
    current = np.where(np.arange(40) < 10, 2.0, -2.0)
    check = sign_by_charge(TIME, current, [_counter("anodic")])
    assert (check.verdict, check.one_sided, check.count) == ("mixed", False, 18)
    assert check.up == pytest.approx(9 / 18)  # without the interval in which the current changes its sign
    net = Counter("q", np.abs(_counter("anodic").values), "net")
    assert sign_by_charge(TIME, current, [net]).verdict == ""


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


@pytest.mark.parametrize(("rows", "last", "at"), [(2048, 1, 1023), (2049, 2, 1024), (1025, 1, 512)])
def test_the_median_is_the_smallest_value_up_to_which_just_half_of_the_weight_lies(rows, last, at):
    """All weights are one, but that of the largest value."""
    weights = np.append(np.ones(rows - 1), last)
    assert _median_ratio(np.arange(rows) * weights, weights) == (at, rows)


# -- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("positive", "verdict"), [(20, "agrees"), (16, "agrees"), (15, "mixed"), (5, "mixed"), (4, "opposite")]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_four_fifths_of_the_evidence_confirm_a_sign_and_one_fifth_refutes_it(positive, verdict, sign):
    check = sign_by_state(sign * np.where(np.arange(20) < positive, 1.0, -1.0), np.full(20, sign), "s")
    assert (check.verdict, check.count, check.by) == (verdict, 20, ("s",))
    told, silent = (check.up, check.down) if sign > 0 else (check.down, check.up)
    assert told == positive / 20
    assert np.isnan(silent)


@pytest.mark.parametrize(("others", "verdict"), [(1, "unsigned"), (2, "mixed")])
@pytest.mark.parametrize("sign", [1, -1])
def test_one_row_of_a_hundred_may_have_the_other_sign(others, verdict, sign):
    current = np.where(np.arange(100) < others, -sign, sign)
    check = sign_by_state(current, np.where(np.arange(100) < 50, sign, -sign), "s")
    assert (check.verdict, check.one_sided) == (verdict, others == 1)


@pytest.mark.parametrize(("small", "count", "verdict"), [(-1.0, 3, "agrees"), (-1.01, 13, "mixed")])
def test_a_twentieth_of_the_largest_current_says_nothing(small, count, verdict):
    check = sign_by_state([20.0] * 3 + [small] * 10, np.ones(13), "s")
    assert (check.count, check.verdict) == (count, verdict)


@pytest.mark.parametrize(("rows", "verdict"), [(2, ""), (3, "agrees")])
def test_three_pieces_of_evidence_are_the_fewest(rows, verdict):
    assert sign_by_state(np.ones(rows), np.ones(rows), "s").verdict == verdict
    counter = Counter("q", np.arange(rows + 1.0), "net")
    assert sign_by_charge(np.arange(rows + 1.0), np.ones(rows + 1), [counter]).verdict == verdict


def test_evidence_weighs_by_its_charge():
    """Four intervals of 2 s with 2 mA agree, four of 1 s with -1 mA do not: 16 of 20 mA·s."""
    time = np.concatenate([[0.0, 2, 4, 6, 8], [9.0, 10, 11, 12, 13]])
    current = np.repeat([2.0, -1.0], 5)
    check = sign_by_charge(time, current, [Counter("q", np.arange(10.0), "anodic")])
    assert (check.up, check.count, check.verdict, check.by) == (0.8, 8, "agrees", ("q",))


@pytest.mark.parametrize(("falls", "verdict"), [(2, "agrees"), (3, "")])
def test_a_counter_may_fall_in_a_fifth_of_its_changes(falls, verdict):
    """Ten changes, as resets; a counter that falls more often counts something else."""
    change = np.where(np.arange(10) < falls, -1.0, 1.0)
    counter = Counter("q", np.concatenate([[0.0], np.cumsum(change)]), "anodic")
    assert sign_by_charge(np.arange(11.0), np.ones(11), [counter]).verdict == verdict
    assert scale_ratio(np.arange(11.0), np.full(11, 3600.0), counter) == (
        (1.0, 10 - falls) if verdict else (1.0, 0)
    )


@pytest.mark.parametrize(("change", "counted"), [(1.0, 0), (1.1, 1), (10.0, 1), (99.0, 1), (100.0, 0), (-20.0, 0)])
def test_changes_of_a_tenth_are_rounding_and_of_tenfold_resets(change, counted):
    values = np.cumsum([0.0] + [10.0] * 10 + [change])
    ratio, count = scale_ratio(np.arange(12.0), np.full(12, 36_000.0), Counter("q", values, "anodic"))
    assert (ratio, count) == (pytest.approx(1), 10 + counted)


@pytest.mark.parametrize(("last", "counted"), [(0.0, 0), (-1.0, 0), (0.5, 1), (5.0, 1), (5.1, 0)])
def test_an_interval_five_times_the_usual_is_a_gap_and_one_without_time_is_none(last, counted):
    time = np.append(np.arange(10.0), 9 + last)
    charge = np.append(np.arange(10.0), 9 + last)
    assert charge_ratio(time, np.full(11, 3600.0), charge) == (pytest.approx(1), 9 + counted)


def test_rows_of_one_time_do_not_make_the_others_unusually_long():
    time = np.array([0.0, 1, 2, 3, 3, 3, 3, 3, 8])
    charge = np.array([0.0, 1, 2, 3, 3, 3, 3, 3, 8])
    assert charge_ratio(time, np.full(9, 3600.0), charge) == (pytest.approx(1), 4)
    assert sign_by_charge(time, np.ones(9), [Counter("q", charge, "net")]).count == 4


@pytest.mark.parametrize(("last", "counted"), [(20.0, 1), (19.0, 1), (18.9, 0), (21.0, 1), (21.1, 0), (-20.0, 0)])
def test_a_current_that_changes_by_a_twentieth_is_steady(last, counted):
    """The integral between two rows is that of their mean."""
    current = np.append(np.full(10, 20.0), last) * 3600
    charge = np.append(20 * np.arange(10.0), 180 + (20 + last) / 2)
    assert charge_ratio(np.arange(11.0), current, charge) == (pytest.approx(1), 9 + counted)


@pytest.mark.parametrize(("small", "counted"), [(1.0, 0), (1.1, 4), (-1.1, 4)])
def test_a_hundredth_of_the_largest_current_has_no_scale(small, counted):
    current = np.repeat([100.0, small], 5) * 3600
    charge = np.concatenate([100 * np.arange(5.0), 400 + small * np.arange(5)])
    assert charge_ratio(np.arange(10.0), current, charge) == (pytest.approx(1), 4 + counted)


@pytest.mark.parametrize(("before", "count"), [(999.0, 3), (1001.0, 0)])
def test_charge_near_the_resolution_of_its_counter_says_nothing(before, count):
    """0.01 mA·h in each interval; a float of 1000 mA·h is stored to a part of 10⁵."""
    charge = before - 0.03 + 0.01 * np.arange(4)
    assert charge_ratio(36.0 * np.arange(4), np.ones(4), charge) == (pytest.approx(1), count)


@pytest.mark.parametrize(("unchanged", "ratio"), [(3, 1.0), (4, 10 / 14)])
def test_a_counter_that_rests_in_three_of_ten_intervals_is_compared_as_a_whole(unchanged, ratio):
    values = np.cumsum([0.0] + [1.0, 0.0] * unchanged + [1.0] * (10 - unchanged))
    rows = len(values)
    for sense in ("net", "anodic", "cathodic", "magnitude"):
        found = scale_ratio(np.arange(float(rows)), np.full(rows, 3600.0), Counter("q", values, sense))
        assert found == (pytest.approx(ratio), 10)


def test_missing_rows_leave_the_scale_of_the_others():
    time, current, charge = np.arange(8.0), np.full(8, 7200.0), 2.0 * np.arange(8)
    for column in (current, charge):
        lost = column.copy()
        lost[3] = np.nan
        given = {"current": current, "charge": charge} | (
            {"current": lost} if column is current else {"charge": lost}
        )
        assert charge_ratio(time, given["current"], given["charge"]) == (pytest.approx(1), 5)
        counter = Counter("q", given["charge"], "magnitude")
        assert scale_ratio(time, given["current"], counter) == (pytest.approx(1), 5)
        assert sign_by_charge(time, given["current"], [Counter("q", given["charge"], "net")]).count == 5


def test_no_current_and_no_rows_have_no_scale():
    assert charge_ratio([0.0, 1.0], [0.0, 0.0], [0.0, 1.0]) == (1.0, 0)
    assert charge_ratio([], [], []) == (1.0, 0)
    assert scale_ratio([0.0, 1.0], [np.nan, np.nan], Counter("q", np.array([0.0, 1.0]), "net")) == (1.0, 0)


@pytest.mark.parametrize("factor", [1000.0, 3600.0, 60.0, 3.6, 1e6])
def test_each_factor_has_its_name_and_its_inverse_within_a_twentieth(factor):
    for named in (factor, 1 / factor):
        for part, found in ((0.949, None), (0.951, named), (1.0, named), (1.049, named), (1.051, None)):
            assert named_factor(part * named) == found


def test_evidence_is_told_in_words():
    both = sign_by_charge(TIME, SIGNED, [_counter("anodic", name="a"), _counter("cathodic", name="c")])
    assert (both.by, both.count) == (("a", "c"), 19 + 19)
    assert str(both) == (
        "by a, c: 100% of the anodic part has a positive current"
        " and 100% of the cathodic part has a negative current"
    )
    one = sign_by_charge(TIME, -SIGNED, [_counter("cathodic", name="c")])
    assert str(one) == "by c: 0% of the cathodic part has a negative current"
    assert str(sign_by_state([1.0], [1], "s")) == "nothing to check against"


def test_states_of_one_letter_and_spaces_around_a_word():
    assert [direction_of(letter, letters=True) for letter in "OS"] == [0, 0]
    assert [direction_of(f" {word} ", letters=True) for word in ("c", "Chg", "rest", "x")] == [1, 1, 0, None]

"""Which form is taken, and which recovery is refused: both sides of each limit, values by hand."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from scipy import stats

from echub.plugin import Refusal
from echub_relaxation import method, outcome
from echub_relaxation.data import Recovery, recovery_of
from echub_relaxation.method import FittedRecovery
from tests.messages.saying import Fake

A, NAN = np.array, np.nan


def fitted(form="double", *, apart=9.0, small=0.4, u=0.1, rss=1.0, n=32, parameters=4):
    """Return a fit of two times that lie `apart`, of which the first has a part `small`, in n residuals."""
    return FittedRecovery(
        form, np.log(A([1.0, apart])), NAN, 1000 * A([small, 1 - small]), 0.0, np.diag([0.01, u**2, 0, 0]),
        np.full(n, np.sqrt(rss / n)), parameters,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "resolved"),
    [
        ({}, True),
        ({"apart": 3.01}, True),
        ({"apart": 3.0}, True),
        ({"apart": 2.99}, False),
        ({"u": 0.49}, True),
        ({"u": 0.5}, False),
        ({"u": 0.51}, False),
        ({"small": 0.031}, True),
        ({"small": 0.03}, True),
        ({"small": 0.029}, False),
        ({"small": 0.971}, False),
        ({"form": "stretched", "apart": 1.0, "u": 9.0}, True),
    ],
)
def test_two_components_differ_by_three_are_known_and_are_no_trifle(given, resolved):
    assert fitted(**given).resolved == resolved


def test_a_fit_by_its_sums():
    """32 residuals with a sum of squares of 8, and five parameters with the noise."""
    found = fitted(rss=8.0)
    assert found.rss == pytest.approx(8.0)
    assert found.freedom == 28
    assert found.aicc == pytest.approx(32 * np.log(8 / 32) + 10 + 2 * 5 * 6 / 26)
    assert (found.uncertainty(0), found.uncertainty(1)) == (pytest.approx(0.1), pytest.approx(0.1))
    # 1 - 1/e of the fast part, and of the slow one what passes in a ninth of its time.
    assert found.curve(A([1.0])) == pytest.approx(400 * (1 - np.exp(-1)) + 600 * (1 - np.exp(-1 / 9)))
    assert replace(found, offset=7.0).curve(A([0.0])) == pytest.approx(7.0)
    stretched = replace(found, log_times=A([0.0]), beta=0.5, amplitudes=A([1000.0]))
    assert stretched.curve(A([4.0])) == pytest.approx(1000 * (1 - np.exp(-2)))


def test_a_larger_form_is_significant_by_an_f_test():
    """From 14 to 7 by two parameters, of which 28 degrees are left: 3.5 over 0.25."""
    small, large = fitted(rss=14.0, parameters=2), fitted(rss=7.0)
    assert method.f_test(small, large) == pytest.approx(stats.f.sf(14.0, 2, 28))
    assert method.f_test(fitted(rss=1.0, parameters=2), fitted(rss=2.0)) == 1.0
    assert method.f_test(fitted(n=5, parameters=2, rss=14.0), fitted(n=5, rss=7.0)) < 1.0


@pytest.mark.parametrize(
    ("residuals", "ratio"), [([1, 1, 1, -1, -1, -1], 4 / 6), ([1, -1, 1, -1, 1, -1], 20 / 6), ([0, 0, 3, 0], 2.0)]
)
def test_neighbouring_residuals_of_one_sign_are_not_random(residuals, ratio):
    """Von Neumann's ratio is 2 ± √(4 (n - 2)/(n² - 1)) of independent ones."""
    n = len(residuals)
    expected = stats.norm.cdf((ratio - 2) / np.sqrt(4 * (n - 2) / (n**2 - 1)))
    assert method.runs_p(A(residuals, float)) == pytest.approx(expected)


def test_no_residuals_are_random():
    assert method.runs_p(np.zeros(5)) == 1.0


@pytest.mark.parametrize(
    ("double", "stretched", "p", "form"),
    [
        ({"rss": 1.0}, {"rss": 1.1}, 0.009, "double"),
        ({"rss": 1.0}, {"rss": 1.1}, 0.01, "single"),
        ({"rss": 1.0}, {"rss": 1.1}, 0.011, "single"),
        ({"rss": 1.0, "apart": 2.0}, {"rss": 1.1}, 0.009, "stretched"),
        ({"rss": 1.0}, {"rss": 0.9}, 0.009, "stretched"),
    ],
)
def test_the_smaller_criterion_of_those_that_are_significant_and_resolved_decides(double, stretched, p, form):
    made = {"single": fitted("single", parameters=2), "double": fitted(**double),
            "stretched": fitted("stretched", **stretched, parameters=4)}  # fmt: skip
    asked = []
    with (
        patch.object(method, "fit", lambda recovery, form, offset: asked.append((form, offset)) or made[form]),
        patch.object(method, "f_test", lambda small, large: p if small is made["single"] else None),
    ):
        assert method.chosen(Fake(), offset=True) == (form, made)
    assert asked == [(one, True) for one in ("single", "double", "stretched")]


# -- what is refused ---------------------------------------------------------------------------


def code_of(function, *given):
    try:
        function(*given)
    except Refusal as refusal:
        return refusal.code
    return None


def recovery(first=1.0, last=100.0):
    return Recovery(A([0.0, first, last]), A([0.0, 1.0, 2.0]))


@pytest.mark.parametrize(("noise", "code"), [(1.99, None), (2.0, None), (2.01, "no-recovery")])
def test_the_signal_rises_by_five_times_its_noise(noise, code):
    """From 1 to 11, by noise of 25 residuals with 21 degrees of freedom."""
    best = Fake(rss=21 * noise**2, freedom=21, curve=lambda delay: A([1.0, 6.0, 11.0]))
    assert code_of(outcome._require_signal, recovery(), best, Fake(offset=False)) == code
    for last, message in ((0.9, "the signal falls"), (1.0, "the signal rises by 0.0 times its noise")):
        other = Fake(rss=21 * noise**2, freedom=21, curve=lambda delay, last=last: A([1.0, 1.5, last]))
        with pytest.raises(Refusal) as caught:
            outcome._require_signal(recovery(), other, Fake(offset=False))
        assert (caught.value.remark.code, caught.value.remark.message) == ("no-recovery", message)


@pytest.mark.parametrize(("offset", "helps"), [
    (False, "--param offset=true if the saturation was not complete; else measure shorter delays"),
    (True, "measure shorter delays"),
])  # fmt: skip
def test_a_signal_in_the_noise_is_refused_by_its_rise(offset, helps):
    """From 1 to 2 by noise of 0.4."""
    best = Fake(rss=21 * 0.4**2, freedom=21, curve=lambda delay: A([1.0, 1.5, 2.0]))
    with pytest.raises(Refusal) as caught:
        outcome._require_signal(recovery(), best, Fake(offset=offset))
    said = caught.value.remark
    assert (said.message, said.hint) == ("the signal rises by 2.5 times its noise", helps)


@pytest.mark.parametrize(("slow", "code"), [(0.99, None), (1.0, None), (1.01, "plateau-not-reached")])
def test_the_longest_delay_is_the_slowest_time_at_least(slow, code):
    assert code_of(outcome._require_plateau, recovery(0.5, 1.0), Fake(log_times=np.log([0.1, slow]))) == code


@pytest.mark.parametrize(
    ("fast", "beta", "code"),
    [
        (1.01, NAN, None),
        (1.0, NAN, "starts-too-late"),
        (0.99, NAN, "starts-too-late"),
        (0.201, 0.5, None),
        (0.199, 0.5, "starts-too-late"),
    ],
)
def test_the_shortest_delay_above_zero_is_five_fast_times_at_most(fast, beta, code):
    """Of a stretched one the root of 25: what is left to be seen is the same."""
    best = Fake(log_times=np.log([fast, 50.0]), beta=beta)
    assert code_of(outcome._require_start, recovery(5.0), best, Fake(offset=False)) == code


@pytest.mark.parametrize(("p", "code"), [(0.0099, "not-saturated"), (0.01, None), (0.0101, None)])
def test_a_signal_at_zero_delay_is_refused_by_its_probability(p, code):
    free = Fake(offset=0.5, curve=lambda delay: A([0.5, 2.0]))
    with patch.object(outcome, "f_test", lambda *_: p):
        assert code_of(outcome._require_saturated, recovery(), Fake(form="single"), free) == code
        assert code_of(outcome._require_saturated, recovery(), Fake(form="single"), None) is None
    assert outcome._left(recovery(), free) == 0.25


@pytest.mark.parametrize(("p", "known"), [(0.00101, True), (0.001, True), (0.00099, False)])
def test_an_offset_of_a_form_that_does_not_fit_shows_nothing(p, known):
    free = Fake(residuals=A([1.0]))
    with patch.object(outcome, "runs_p", lambda _: p):
        assert outcome._informative(free) is (free if known else None)


@pytest.mark.parametrize(
    ("delays", "code"),
    [
        (np.arange(8.0), None),
        (np.arange(7.0), "too-few-points"),
        (np.full(8, 3.0), "not-delays"),
        (np.arange(8.0) - 0.001, "not-delays"),
    ],
)
def test_eight_delays_of_which_none_is_negative_are_a_recovery(delays, code):
    data = {"t": delays[::-1], "m": 10 + delays[::-1]}
    assert code_of(recovery_of, data) == code
    if code is None:
        found = recovery_of(data)
        assert found.delay.tolist() == delays.tolist()
        assert (found.signal - 10).tolist() == delays.tolist()
        assert found.scale == 7.0


def test_the_search_starts_between_the_delays_and_goes_a_hundred_times_beyond():
    given = Recovery(A([0.0, 1.0, np.e**6]), A([0.0, 1.0, 2.0]))
    assert [one.tolist() for one in method._starts(given, "single")] == [[0], [2], [4], [6]]
    assert [one.tolist() for one in method._starts(given, "double")] == [
        [0, 2],
        [0, 4],
        [0, 6],
        [2, 4],
        [2, 6],
        [4, 6],
    ]
    stretched = [one.tolist() for one in method._starts(given, "stretched")]
    assert stretched == [[time, beta] for time in (1, 3, 5) for beta in (0.9, 0.6)]
    low, high = method._bounds(given, "double")
    assert (low, high) == (pytest.approx([np.log(0.01)] * 2), pytest.approx([6 + np.log(100)] * 2))
    assert len(method._bounds(given, "single")[0]) == 1
    low, high = method._bounds(given, "stretched")
    assert (low[1], high[1]) == (0.2, pytest.approx(1.0))


# -- delays that stand out -----------------------------------------------------------------------


def around_a_line(*spikes):
    """Return the residuals of values 1, -1, 1, -1 … with spikes from a mean that is fitted, and its derivative."""
    values = np.where(np.arange(12) % 2, -1.0, 1.0)
    for at, size in spikes:
        values[at] = size
    return np.ones((12, 1)), values - values.mean()


@pytest.mark.parametrize(
    ("spikes", "found"), [([], []), ([(4, 30.0)], [4]), ([(4, 30.0), (9, -60.0)], [9, 4]), ([(4, 3.0)], [])]
)
def test_a_delay_stands_out_of_the_noise_of_the_others(spikes, found):
    assert [one.at for one in method.standing_out(*around_a_line(*spikes), 0.0)] == found


def test_how_far_a_delay_stands_out_is_told_in_noises_of_the_others():
    """Of eleven others six are -1 and five 1: mean -1/11, sum of squares 11 - 1/11; 30 is 30 + 1/11 off."""
    (one,) = method.standing_out(*around_a_line((4, 30.0)), 0.0)
    noise = np.sqrt((11 - 1 / 11) / 10)
    assert one.noises == pytest.approx((30 + 1 / 11) / (noise * np.sqrt(1 + 1 / 11)))


def test_residuals_of_rounding_have_no_spike():
    jacobian, residuals = around_a_line((4, 30.0))
    assert method.standing_out(jacobian, 1e-12 * residuals, 1e-9) == []


def test_residuals_that_are_like_their_neighbours_count_for_fewer():
    """Ten of +1 and ten of -1: 18 of 19 products of neighbours are 1 and one is -1, so that ρ is 17/20."""
    halves = np.repeat([1.0, -1.0], 10)
    assert method.slowness(halves) == pytest.approx(np.sqrt(1.85 / 0.15))
    assert method.slowness(np.tile([1.0, -1.0], 10)) == 1.0
    assert method.slowness(np.zeros(20)) == 1.0

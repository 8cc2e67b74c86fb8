"""Each refusal and each flag of a recovery as a whole, with numbers that all differ."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from scipy.stats import t as student

from echub_relaxation import RelaxationParams, outcome
from echub_relaxation.data import Recovery, recovery_of
from tests.messages.saying import Fake
from tests.plugins.remarks import refusal, warning, whole

A, NAN = np.array, np.nan
LONGER = "measure up to five times the relaxation time"
EARLIER = "--param offset=true if the saturation was not complete; else measure shorter delays"
SHORTER = "measure shorter delays"
STATED = "--param offset=true fits it; or measure shorter delays"
GIVEN = Recovery(A([0.0, 0.02, 3.0]), A([0.0, 1.0, 2.0]))
"""The shortest delay above zero is 0.02 s, the longest 3 s."""


def fit(*times, form="double", beta=NAN, **more):
    return Fake(form=form, log_times=np.log(times), beta=beta, **more)


def unsaturated():
    """The offset is 0.5 of a signal that ends at 2; the chance that it is none is 0.4 %."""
    free = Fake(offset=0.5, curve=lambda _: A([0.5, 2.0]))
    with patch.object(outcome, "f_test", lambda *_: 0.004):
        outcome._require_saturated(GIVEN, fit(0.1, form="stretched"), free)


def params(offset=False):
    return Fake(offset=offset)


REFUSED = {
    "delays": (lambda: recovery_of({"t": np.arange(7.0), "m": np.arange(7.0)}),
               refusal("too-few-points", "7 delays; at least 8 are needed")),
    "before zero": (lambda: recovery_of({"t": np.arange(8.0) - 0.5, "m": np.arange(8.0)}),
                    refusal("not-delays", "the delays run from -0.5 to 6.5 s")),
    "constant": (lambda: outcome.run({"t": np.arange(8.0), "m": np.full(8, 2.0)}, RelaxationParams()),
                 refusal("no-recovery", "the signal is constant")),
    "no plateau": (lambda: outcome._require_plateau(GIVEN, fit(0.2, 4.0)),
                   refusal("plateau-not-reached", "the longest delay is 3 s, the slowest time 4 s", hint=LONGER)),
    "late": (lambda: outcome._require_start(GIVEN, fit(0.003, 0.5), params()),
             refusal("starts-too-late", "at the shortest delay, 0.02 s, the component of 0.003 s is over",
                     hint=EARLIER)),
    "late, with an offset": (
        lambda: outcome._require_start(GIVEN, fit(0.003, 0.5), params(True)),
        refusal("starts-too-late", "at the shortest delay, 0.02 s, the component of 0.003 s is over",
                hint=SHORTER)),
    "not saturated": (
        unsaturated,
        refusal("not-saturated", "at zero delay 25.0% of the signal is left by the stretched form "
                "(p = 0.004 that it is zero)", hint=STATED)),
    "not resolved": (
        lambda: outcome._require_resolved(fit(0.05, 0.12, resolved=False)),
        refusal("not-resolved", "the two components, 0.05 s and 0.12 s, cannot be told apart",
                hint="--param form=single, or --param form=stretched")),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_says_what_was_measured_and_what_helps(case):
    call, expected = REFUSED[case]
    assert whole(call) == expected


def flags(*times, form="double", p=1.0, other=None, offset=False):
    """Return the flags of a form with AICc 10, beside another form: whether it is resolved, and its AICc."""
    fits = {} if other is None else {other[0]: Fake(resolved=other[1], aicc=other[2])}
    with patch.object(outcome, "runs_p", lambda _: p):
        return list(outcome._flags(GIVEN, fit(*times, form=form, residuals=None, aicc=10.0), fits, params(offset)))


UNDECIDED = "the {} and the {} form differ by 5.2 in AICc"
FLAGGED = {
    "plateau": (lambda: flags(0.1, 1.2),
                warning("plateau-not-reached", "the longest delay is 2.5 times the slowest time", hint=LONGER)),
    "late": (lambda: flags(0.01, 0.5),
             warning("starts-too-late", "the shortest delay is 0.02 s, the fastest time 0.01 s", hint=EARLIER)),
    "late, with an offset": (
        lambda: flags(0.01, 0.5, offset=True),
        warning("starts-too-late", "the shortest delay is 0.02 s, the fastest time 0.01 s", hint=SHORTER)),
    "not random": (
        lambda: flags(0.1, form="single", p=0.0009),
        warning("form-does-not-fit", "neighbouring residuals of the single form have the same sign too often")),
    "a stretched form": (
        lambda: flags(0.1, 0.5, other=("stretched", True, 4.8)),
        warning("form-undecided", UNDECIDED.format("double", "stretched"), hint="--param form=stretched")),
    "two times": (
        lambda: flags(0.1, form="stretched", other=("double", True, 15.2)),
        warning("form-undecided", UNDECIDED.format("stretched", "double"), hint="--param form=double")),
}  # fmt: skip


@pytest.mark.parametrize("case", FLAGGED)
def test_a_flag_says_what_doubts_the_times(case):
    call, expected = FLAGGED[case]
    assert whole(call) == expected


@pytest.mark.parametrize(("times", "p", "codes"), [
    ((1.0,), 1.0, []), ((1.01,), 1.0, ["plateau-not-reached"]),  # the longest delay is three times the time
    ((1.0,), 0.001, []), ((1.0,), 0.0009, ["form-does-not-fit"]),
])  # fmt: skip
def test_a_flag_is_beyond_its_limit(times, p, codes):
    assert [flag.code for flag in flags(*times, form="single", p=p)] == codes


@pytest.mark.parametrize(("fast", "codes"), [(1.0, []), (0.99, ["starts-too-late"])])
def test_the_shortest_delay_may_be_the_fastest_time(fast, codes):
    best = fit(fast, form="single", residuals=None, aicc=10.0)
    with patch.object(outcome, "runs_p", lambda _: 1.0):
        found = list(outcome._flags(Recovery(A([0.0, 1.0, 9.0]), A([0.0, 1.0, 2.0])), best, {}, params()))
    assert [flag.code for flag in found] == codes


@pytest.mark.parametrize(("moved", "open_"), [(0.25, False), (-0.25, False), (0.251, True), (-0.251, True)])
def test_an_offset_may_move_a_time_within_its_interval(moved, open_):
    """Known to 1/8, times 2 for the interval."""
    best, free = fit(1.0, form="single", uncertainty=lambda _: 0.125), Fake(log_times=A([moved]))
    with (
        patch.object(outcome, "_half", lambda *_: 2.0),
        patch.object(outcome, "f_test", lambda *_: 0.3),
        patch.object(outcome, "_left", lambda *_: 0.1),
    ):
        assert bool(list(outcome._open(GIVEN, best, free, 0.95))) == open_


@pytest.mark.parametrize(("aicc", "said"), [(15.99, True), (16.0, False), (4.01, True), (4.0, False)])
def test_forms_that_differ_by_six_are_decided(aicc, said):
    codes = [flag.code for flag in flags(0.1, 0.5, other=("stretched", True, aicc))]
    assert codes == ["form-undecided"] * said
    assert flags(0.1, 0.5, other=("stretched", False, aicc)) == []


def test_a_single_form_is_not_compared_with_others():
    assert flags(0.1, form="single", other=("double", True, 10.1)) == []


def test_each_time_that_an_offset_moves_out_of_its_interval_is_named():
    """Both are known to 0.1, times 2 for the interval; the fast one moves by 0.25, the slow one down by 0.3."""
    best = fit(0.1, 0.5, uncertainty=lambda _: 0.1)
    free = Fake(log_times=np.log([0.1, 0.5]) + A([0.25, -0.3]), offset=0.02, curve=lambda _: A([0.02, 2.0]))
    with patch.object(outcome, "_half", lambda *_: 2.0), patch.object(outcome, "f_test", lambda *_: 0.3):
        found = [flag.as_dict() for flag in outcome._open(GIVEN, best, free, 0.95)]
        assert list(outcome._open(GIVEN, best, None, 0.95)) == []
    said = "with the signal at zero delay fitted too (1.0% of it), T1{} is {} s, beyond what noise alone " \
           "explains (p = 0.3 that it is zero)"  # fmt: skip
    assert found == [
        warning("saturation-open", said.format(name, time), hint=STATED)
        for name, time in (("_fast", f"{0.1 * np.exp(0.25):.3g}"), ("_slow", f"{0.5 * np.exp(-0.3):.3g}"))
    ]


def test_a_form_that_is_not_resolved_is_in_the_table_of_forms():
    """Of 8 residuals with a sum of squares of 2."""
    rows = [Fake(form="single", log_times=np.log([0.1]), beta=NAN, rss=2.0, residuals=range(8), aicc=3.0,
                 resolved=True),
            Fake(form="double", log_times=np.log([0.1, 0.2]), beta=NAN, rss=2.0, residuals=range(8), aicc=4.0,
                 resolved=False),
            Fake(form="stretched", log_times=np.log([0.3]), beta=0.7, rss=8.0, residuals=range(8), aicc=5.0,
                 resolved=True)]  # fmt: skip
    table = outcome._table({row.form: row for row in rows})
    assert {name: (one.unit, [round(v, 9) if isinstance(v, float) else v for v in one.values])
            for name, one in table.items()} == {
        "form": ("", ["single", "double", "stretched"]), "T1_first": ("s", [0.1, 0.1, 0.3]),
        "T1_second": ("s", [None, 0.2, None]), "beta": ("", [None, None, 0.7]), "rms": ("", [0.5, 0.5, 1.0]),
        "AICc": ("", [3.0, 4.0, 5.0]), "resolved": ("", [True, False, True]),
    }  # fmt: skip


# -- results -----------------------------------------------------------------------------------


def stated(measurand):
    """Return value, uncertainty, ends, level, how it was found, the number of delays, unit and note."""
    found = measurand.interval
    ends = None if found is None else (round(found.low, 9), round(found.high, 9), found.level, found.method)
    value, u = (None if x is None else round(x, 9) for x in (measurand.value, measurand.uncertainty))
    return value, u, ends, measurand.n, measurand.unit, measurand.note


LOGS, PLAIN = "least squares in ln T1, Student's t", "least squares, Student's t"


def test_times_and_rates_have_intervals_by_their_logarithms_and_shares_by_their_amplitudes():
    """Two times, 0.1 and 0.5 s, known to 1 and 2 %; of 32 delays 28 degrees of freedom are left."""
    covariance = np.diag([0.01**2, 0.02**2, 0.3**2, 0.4**2])
    covariance[2, 3] = covariance[3, 2] = -0.05
    best = Fake(form="double", log_times=np.log([0.1, 0.5]), uncertainty=lambda k: (0.01, 0.02)[k], freedom=28,
                residuals=range(32), amplitudes=A([2.0, 6.0]), covariance=covariance)  # fmt: skip
    found = {name: stated(one) for name, one in outcome._measurands(best, 0.9)}
    t = student.ppf(0.95, 28)

    def of_log(value, u, unit):
        ends = (round(value * np.exp(-t * u), 9), round(value * np.exp(t * u), 9), 0.9, LOGS)
        return round(value, 9), round(value * u, 9), ends, 32, unit, ""

    slope = A([6.0, -2.0]) / 64
    u = np.sqrt(slope @ covariance[2:, 2:] @ slope)
    share = (round(0.25 - t * u, 9), round(0.25 + t * u, 9), 0.9, PLAIN)
    assert found == {
        "T1_fast": of_log(0.1, 0.01, "s"), "R1_fast": of_log(10.0, 0.01, "1/s"), "T1_slow": of_log(0.5, 0.02, "s"),
        "R1_slow": of_log(2.0, 0.02, "1/s"), "share_fast": (0.25, round(u, 9), share, 32, "1", ""),
    }  # fmt: skip


def test_a_stretched_recovery_has_an_exponent_and_a_mean_time():
    """T1 Γ(1/β)/β of 0.1 s and one half: Γ(2) is 1, so that the mean is twice the time.

    By β its logarithm changes by -(ψ(2)/β + 1)/β, and ψ(2) is 1 less Euler's constant.
    """
    best = Fake(form="stretched", log_times=np.log([0.1]), beta=0.5, uncertainty=lambda k: (0.01, 0.02)[k],
                freedom=29, residuals=range(32), covariance=A([[0.01**2, 5e-5], [5e-5, 0.02**2]]))  # fmt: skip
    found = {name: stated(one) for name, one in outcome._measurands(best, 0.95)}
    t = student.ppf(0.975, 29)
    half = t * 0.02
    assert list(found) == ["T1", "R1", "beta", "T1_mean"]
    assert found["beta"] == (0.5, 0.02, (round(0.5 - half, 9), round(0.5 + half, 9), 0.95, PLAIN), 32, "1", "")
    slope = -((1 - np.euler_gamma) / 0.5 + 1) / 0.5
    u = np.sqrt(0.01**2 + 2 * slope * 5e-5 + slope**2 * 0.02**2)
    ends = (round(0.2 * np.exp(-t * u), 9), round(0.2 * np.exp(t * u), 9), 0.95, LOGS)
    assert found["T1_mean"] == (0.2, round(0.2 * u, 9), ends, 32, "s", "of the distribution of times")


def test_an_interval_reaches_to_that_of_the_fit_with_a_signal_at_zero_delay():
    """Without it ln T1 is 0 ± 0.1, with it 0.3 ± 0.2, of 6 and 5 degrees of freedom."""
    best, free = (Fake(form="single", log_times=A([log]), beta=NAN, uncertainty=lambda _, u=u: u, freedom=freedom,
                       residuals=range(8)) for log, u, freedom in ((0.0, 0.1, 6), (0.3, 0.2, 5)))  # fmt: skip
    found = dict(outcome._measurands(best, 0.95, free))["T1"]
    few, fewer = (student.ppf(0.975, freedom) for freedom in (6, 5))
    assert (found.value, found.uncertainty) == pytest.approx((1.0, np.hypot(0.1, 0.3)))
    low, high = np.log([found.interval.low, found.interval.high])
    assert (low, high) == pytest.approx((min(-few * 0.1, 0.3 - fewer * 0.2), 0.3 + fewer * 0.2))
    assert [(part.name, part.uncertainty) for part in found.components] == [
        ("noise", pytest.approx(0.1)), ("signal at zero delay", pytest.approx(0.3))]  # fmt: skip

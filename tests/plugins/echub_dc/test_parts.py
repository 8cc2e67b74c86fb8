"""Jumps, the spectra beside a decay, bounds and their inverses: limits from both sides, values by hand."""

from __future__ import annotations

import numpy as np
import pytest

from echub.plugin import Interval, Measurand, Refusal
from echub.science import CurrentRanges
from echub_dc import resistances
from echub_dc.figure import _headline
from echub_dc.method import decay
from echub_dc.method import initial as initial_module
from echub_dc.method.initial import initial
from echub_dc.method.jumps import jumps
from echub_dc.outcome import polarisation, steady, transference
from echub_dc.resistances import InterfaceResistance
from tests.messages.saying import Fake

A = np.array


# -- jumps -----------------------------------------------------------------------------------


def stepped(size, at=20, rows=40, beside=0.0):
    """Return a current that jumps after row `at` for good, and three rows before by another amount, and back."""
    current = np.where(np.arange(rows) > at, size, 0.0)
    current[at - 3] += beside
    return current


def fading(before):
    """Return a jump by 20, of which six rows have 10.25 in their median; those before lie higher, but the last."""
    current = np.zeros(40)
    current[15:20] = before
    current[21:27] = [20, 16.1, 12.2, 8.3, 4.4, 0.5]
    return current


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("current", "noise", "found"),
    [
        (stepped(11.4), 1.0, [20]),
        (stepped(11.2), 1.0, []),
        (stepped(8 * np.sqrt(2)), 1.0, []),
        (stepped(11.4), 0.0, [20]),
        (fading(0.2), 1.0, [20]),
        (fading(0.3), 1.0, []),
        (fading(0.25), 1.0, []),
        (stepped(50.0, beside=9.9), 1.0, [20]),
        (stepped(50.0, beside=10.1), 1.0, []),
        (stepped(50.0, beside=10.0), 1.0, []),
        (stepped(50.0, at=12), 1.0, [12]),
        (stepped(50.0, at=11), 1.0, []),
        (stepped(50.0, at=32), 1.0, [32]),
        (stepped(50.0, at=33), 1.0, []),
        (np.zeros(40), 0.0, []),
    ],
)
def test_a_jump_is_beyond_noise_and_what_is_beside_it_and_half_of_it_lasts(current, noise, found, sign):
    """8 √2 is 11.31, and a fifth of 50 is 10; twelve rows after the step and six at the end are left out."""
    assert jumps(sign * current, noise).tolist() == found


# -- the fit -------------------------------------------------------------------------------------


@pytest.mark.parametrize("tau", [10.0, 100.0])
def test_the_best_of_the_starts_counts(tau, monkeypatch):
    """From 1 s to ten times the span of 100 s the starts are 10 and 100 s; neither is moved."""
    monkeypatch.setattr(decay, "least_squares", lambda _, logs, bounds: Fake(x=logs))
    t = np.arange(1.0, 101.0)
    taus, found, chi2 = decay._fitted(t, 5 + 3 * np.exp(-t / tau), np.ones(100), 100.0, 1)
    assert taus == pytest.approx([tau])
    assert found == pytest.approx([5, 3])
    assert chi2 == pytest.approx(0, abs=1e-18)


def fitted(correlation=0.0, taus=(1.0,)):
    return decay.Exponentials(1.0, 0.1, taus, correlation, A([]))


@pytest.mark.parametrize(("correlation", "white"), [(0.0, True), (0.149, True), (0.15, False), (0.16, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_residuals_are_white_below_a_correlation_of_fifteen_percent(correlation, white, sign):
    assert fitted(sign * correlation).white() == white


@pytest.mark.parametrize(("slowest", "seen"), [(19.9, True), (20.0, False), (20.1, False)])
def test_the_slowest_exponential_ends_within_a_fifth_of_the_run(slowest, seen):
    assert fitted(taus=(slowest, 3.0)).seen(100.0) == fitted(taus=(3.0, slowest)).seen(100.0) == seen


@pytest.mark.parametrize(("chi2", "count"), [(30.0, 1), (30.1, 2)])
def test_a_second_exponential_counts_if_it_gains_by_more_than_a_factor_of_ten(chi2, count, monkeypatch):
    """Of 15 rows five are parameters: 10 of ten are one each, and 30 less 10 of two parameters ten."""
    found = {1: (A([20.0]), A([5.0, 3.0]), chi2), 2: (A([40.0, 4.0]), A([5.0, 2.0, 1.0]), 10.0)}
    monkeypatch.setattr(decay, "_fitted", lambda t, current, weight, span, n: found[n] if span == 15 else None)
    t = np.arange(1.0, 16.0)
    got = decay.exponentials(Fake(time=t, current=5 + 3 * np.exp(-t / 20), span=15.0))
    assert got.taus == ((20.0,) if count == 1 else (4.0, 40.0))
    curve = 5 + 3 * np.exp(-t / 20) if count == 1 else 5 + 2 * np.exp(-t / 40) + np.exp(-t / 4)
    assert got.constant == 5.0
    assert got.curve == pytest.approx(curve)


@pytest.mark.parametrize("rows", [250, 251])
def test_a_decay_of_more_than_250_rows_is_averaged_evenly_in_ln_t(rows):
    """Each average stands for its rows; one at the time of the step is in none."""
    t = np.arange(float(rows))
    time, current, weight = decay._averaged(Fake(time=t, current=3 * t))
    if rows == 250:
        assert (time.tolist(), current.tolist(), weight.tolist()) == (t.tolist(), (3 * t).tolist(), [1.0] * 250)
        return
    assert (time[0], len(time) < rows) == (1.0, True)
    assert np.sum(weight**2) == pytest.approx(250)
    assert np.sum(weight**2 * time) == pytest.approx(t.sum())
    assert current == pytest.approx(3 * time)


# -- the current at the step -------------------------------------------------------------------


def course(t, excess=100.0, tau=10.0):
    t = A(t, float)
    return Fake(
        time=t, current=5.0 + excess * np.exp(-t / tau), interval=0.0, unexplained=0.0, limits=lambda *_: ()
    )


def test_an_exponential_is_carried_back_to_the_step():
    found = initial(course(np.arange(1.0, 60.0)), 5.0)
    assert found.early
    assert found.value == pytest.approx(105.0)
    assert found.first == pytest.approx(5 + 100 * np.exp(-0.1))
    assert (found.half_time, found.first_time) == (7.0, 1.0)
    # When exactly the step came is known to an interval, in which the excess falls by ln 2 of a half time.
    data = course(np.arange(1.0, 60.0))
    data.interval = 1.0
    assert initial(data, 5.0).u == pytest.approx(100 * np.log(2) / 7 / 12**0.5, rel=1e-6)
    data.interval, data.limits = 0.0, lambda rows, current: (0.3, 0.4 * (rows == slice(0, 7)) * (current > 104.9))
    assert initial(data, 5.0).u == pytest.approx(0.5 / 3**0.5, rel=1e-6)


@pytest.mark.parametrize(
    ("t", "early"),
    [
        # Half of the first excess is left after 6.93 s: the fifth row before that, or the fourth.
        (1 + 1.6 * np.arange(40), True),
        (1 + 1.8 * np.arange(40), False),
        # The half is seen in the ninth row, 8 s after the first, of which 0.15 are 1.2 s.
        (1.19 + np.arange(40), False),
        (1.04 + np.arange(40), True),
        (1.06 + np.arange(40), False),
    ],
)
def test_the_first_rows_tell_the_current_at_the_step_if_they_are_five_and_early(t, early):
    """The excess is below half of what the first row shows from 7 s after it on: 0.15 of that are 1.05 s."""
    found = initial(course(t), 5.0)
    assert found.early == early
    if not early:
        assert (found.value, found.u) == (found.first, np.inf)


def test_an_excess_that_never_falls_to_half_has_no_half_time():
    found = initial(course(np.arange(1.0, 6.0)), 5.0)
    assert (found.early, found.half_time, found.first_time, found.u) == (False, 0.0, 1.0, np.inf)


def test_rows_are_early_down_to_half_of_the_first_excess():
    """It is half in the sixth row, below it in the seventh, 6 s after the first; one that is none has no half."""
    data = course(1 + np.arange(8.0))
    data.current = 5.0 + A([100.0, 90, 80, 70, 60, 50, 40, 30])
    assert initial(data, 5.0).half_time == 6.0
    data.current = 5.0 - np.arange(8.0)
    found = initial(data, 5.0)
    assert (found.half_time, found.early, found.value) == (0.0, False, 5.0)


@pytest.mark.parametrize(("first", "early"), [(3.0, True), (3.01, False)])
def test_a_first_row_at_fifteen_percent_of_the_half_time_is_early(first, early):
    """20 s."""
    data = course(first + np.arange(30.0))
    data.current = 5.0 + np.where(np.arange(30) < 20, 100.0, 40.0)
    assert initial(data, 5.0).early == early


def test_a_line_and_a_parabola_are_carried_back_with_their_scatter():
    """2, 2 and 4 at 1, 2 and 3 s are 2/3 + t with squares of 2/3 in all, or t² - 3 t + 4, which leaves nothing."""
    found = initial_module._at_zero(A([1.0, 2, 3]), A([2.0, 2, 4]), 1)
    # Of three rows less two parameters; of the value at 0 (JᵀJ)⁻¹ is 14/(3 · 14 - 36).
    assert found == pytest.approx((2 / 3, (2 / 3 * 14 / 6) ** 0.5))
    assert initial_module._at_zero(A([1.0, 2, 3]), A([2.0, 2, 4]), 2) == pytest.approx((4.0, 0.0), abs=1e-9)


def test_a_current_that_rises_tells_none_at_the_step():
    assert not initial(course(np.arange(1.0, 60.0), excess=-3.0), 5.0).early


# -- the spectra of the record -----------------------------------------------------------------


def beside(*times):
    """Return which spectra, of three points in these seconds each, stand beside a decay from 100 to 200 s."""
    t = np.concatenate([A(one, float) for one in times])
    number = np.repeat(np.arange(len(times)), 3)
    data = Fake(items={"t": np.arange(0.0, 300.0), "z_t": t, "z_n": number}, row=1000 + np.arange(300))
    found = resistances._spectra_beside(data, Fake(row=1000 + np.arange(100, 201)))
    return [None if rows is None else int(rows[0]) // 3 for rows in found]


def test_the_nearest_spectra_that_do_not_overlap_the_decay_count():
    early, nearer, over, during = (10, 20, 30), (80, 90, 100), (90, 100, 101), (120, 130, 140)
    late, later = (200, 210, 220), (230, 240, 250)
    assert beside(early, nearer, over, during, late, later) == [1, 4]
    assert beside(later, (199, 210, 220), late, over, nearer, early) == [4, 2]
    assert beside(over, during, (199, 205, 210)) == [None, None]
    data = Fake(items={"t": A([0.0])}, row=[0])
    assert resistances._spectra_beside(data, Fake(row=[0])) == (None, None)


OHMS = {"resistance_int": Measurand("ohm", 50.0, 1.0), "resistance_hf": Measurand("ohm", 9.0, 0.1)}


@pytest.mark.parametrize(("stated", "u"), [(1.9, 1.0), (2.1, 1.05), (0.0, 1.0)])
def test_a_resistance_is_as_uncertain_as_is_stated_at_least(stated, u):
    outcome = Fake(measurands=OHMS, flags=[])
    found = resistances._of_measurand(outcome, "", "a.json", Fake(measurand="", resistance_uncertainty=stated))
    assert (found.value, found.u, found.how) == (50.0, pytest.approx(u), "resistance_int of a.json")
    named = resistances._of_measurand(
        outcome, "", "a.json", Fake(measurand="resistance_hf", resistance_uncertainty=0)
    )
    assert named.value == 9.0
    assert resistances._of_measurand(outcome, "resistance_hf", "a.json", Fake(
        measurand="resistance_int", resistance_uncertainty=0)).value == 9.0  # fmt: skip


@pytest.mark.parametrize(("name", "found"), [("resistance_ct_2", True), ("no_resistance_ct", False)])
def test_the_name_of_a_resistance_of_an_interface_begins_as_that(name, found):
    outcome = Fake(
        measurands={name: Measurand("ohm", 7.0), "resistance_int": Measurand("ohm*cm^2", 5.0)}, flags=[]
    )
    asked = Fake(measurand="", resistance_uncertainty=0)
    if found:
        assert resistances._of_measurand(outcome, "", "a.json", asked).value == 7.0
        return
    with pytest.raises(Refusal, match="it has none"):
        resistances._of_measurand(outcome, "", "a.json", asked)


def test_two_resistances_of_interfaces_have_to_be_told_apart():
    both = Fake(measurands=OHMS | {"resistance_ct": Measurand("ohm", 7.0)}, flags=[])
    with pytest.raises(Refusal, match="it has resistance_int, resistance_hf, resistance_ct"):
        resistances._of_measurand(both, "", "a.json", Fake(measurand="", resistance_uncertainty=0))
    with pytest.raises(Refusal, match="it has none"):
        resistances._of_measurand(Fake(measurands={}), "", "a.json", Fake(measurand="", resistance_uncertainty=0))


# -- what follows from a current ---------------------------------------------------------------

KNOWN = Measurand("nA", 2.0, 0.5, Interval(1.0, 4.0, level=0.9, method="m"), note="n")


def test_a_resistance_is_a_factor_over_the_current_with_its_ends_turned_round():
    found = polarisation._inverse(KNOWN, 8.0, "ohm")
    assert (found.value, found.uncertainty, found.unit, found.note) == (4.0, 1.0, "ohm", "n")
    assert (found.interval.low, found.interval.high, found.interval.level) == (2.0, 8.0, 0.9)
    for low in (-1.0, 0.0):
        open_ended = Measurand("nA", 2.0, 0.5, Interval(low, 4.0, level=0.9))
        assert polarisation._inverse(open_ended, 8.0, "ohm").interval.high is None
    bound = polarisation._inverse(Measurand.less_than("nA", 4.0, note="n"), 8.0, "ohm")
    assert (bound.censoring, bound.interval.low, bound.note) == ("right", 2.0, "n")
    nothing = polarisation._inverse(Measurand("nA", note="n"), 8.0, "ohm")
    assert (nothing.value, nothing.interval, nothing.unit, nothing.note) == (None, None, "ohm", "n")


def test_a_conductivity_is_the_current_times_a_factor():
    found = polarisation._scaled(KNOWN, 8.0, "S/cm")
    assert (found.value, found.uncertainty, found.unit, found.note) == (16.0, 4.0, "S/cm", "n")
    assert (found.interval.low, found.interval.high, found.interval.level) == (8.0, 32.0, 0.9)
    bound = polarisation._scaled(Measurand.less_than("nA", 4.0, note="n"), 8.0, "S/cm")
    assert (bound.censoring, bound.interval.high, bound.note) == ("left", 32.0, "n")
    nothing = polarisation._scaled(Measurand("nA", note="n"), 8.0, "S/cm")
    assert (nothing.value, nothing.interval, nothing.unit, nothing.note) == (None, None, "S/cm", "n")


@pytest.mark.parametrize("interval", [None, Interval(1.0, None, level=0.9)])
def test_a_current_without_an_upper_end_tells_nothing(interval):
    for value in (2.0, None):
        known = Measurand("nA", value, 0.5, interval, note="n")
        assert polarisation._inverse(known, 8.0, "ohm") == Measurand("ohm", note="n")
        assert polarisation._scaled(known, 8.0, "S/cm") == Measurand("S/cm", note="n")


def test_a_current_without_a_lower_end_leaves_the_resistance_open_above():
    known = Measurand("nA", 2.0, None, Interval(None, 4.0, level=0.9))
    assert polarisation._inverse(known, 8.0, "ohm") == Measurand("ohm", 4.0, 0.0, Interval(2.0, None, level=0.9))
    assert polarisation._scaled(known, 8.0, "S/cm") == Measurand("S/cm")


@pytest.mark.parametrize("known", [Measurand("nA", note="n"), Measurand.more_than("nA", 4.0, note="n")])
def test_a_current_without_value_and_upper_bound_gives_no_transference_number(known):
    found = Fake(decay=Fake(step=0.1), tail=Fake(mean=10.0), measurand=known)
    none = InterfaceResistance(0.0, 0.0, "none")
    assert transference._number(found, Fake(value=20.0, u=0.0), Fake(level=95.0), none, none) == Measurand(
        "1", note="n"
    )


@pytest.mark.parametrize(
    ("first", "high", "bound"),
    [
        (20.0, 10.0, 0.5),
        (20.0, 0.0, None),
        (20.0, -1.0, None),
        (0.0, 10.0, None),  # over no current at the step nothing follows
    ],
)
def test_a_late_first_row_leaves_an_upper_bound_that_is_above_zero(first, high, bound, monkeypatch):
    """10 and 20 nA at 0.1 V, of which the interfaces take 0.02 V both times: 10 · 0.08 / (20 · 0.08)."""
    start = Fake(early=False, first=first, first_time=9.0, half_time=4.0)
    found = Fake(decay=Fake(step=0.1, row=[7]), tail=Fake(high=high), measurand=KNOWN)
    pair = (InterfaceResistance(1e6, 0.0, "stated"), InterfaceResistance(2e6, 0.0, "stated"))
    made = {}
    monkeypatch.setattr(transference, "diagnostics", lambda _: {})
    with pytest.raises(Refusal, match="the first row is 9 s after") as late:
        transference._require_early(start, found, pair, made)
    assert (late.value.code, late.value.remark.where) == ("initial-current-late", "source row 7")
    expected = Measurand.less_than("1", pytest.approx(bound), note="the initial current was larger")
    assert made == ({} if bound is None else {"transference_number": expected})


@pytest.mark.parametrize(
    ("place", "accuracy", "where"),
    [
        ([-1, -1, 0, 0, 0], 0.1, None),  # only in the rows of the tail
        ([0, 0, -1, 0, 0], 0.1, " in 1 of 3 rows of the tail"),
        ([0, 0, -1, -1, -1], 0.1, ""),
        ([0, 0, -1, -1, -1], 0.0, None),  # no accuracy was asked for
    ],
)
def test_a_range_that_is_not_known_in_the_tail_is_said(place, accuracy, where):
    ranges = CurrentRanges(("10 nA",), A([0.01]), A(place, np.int8))
    decay = Fake(ranges=ranges, time=A([0.0, 1, 2, 3, 4]), span=4.0)
    flags = list(steady._ranges(Fake(decay=decay, tail=Fake(part=0.5)), Fake(range_accuracy=accuracy)))
    said = f"the current range is not known{where}: its accuracy is not in the interval"
    assert [flag.message for flag in flags] == ([] if where is None else [said])


@pytest.mark.parametrize(
    ("measurands", "text"),
    [
        ({"steady_current": Measurand("nA", 2.0, 0.5)}, "steady current 2.00 ± 0.50 nA"),
        ({"steady_current": Measurand.less_than("nA", 4.0)}, "steady current < 4 nA"),
        ({"steady_current": Measurand.more_than("nA", 4.0)}, ""),
        ({"steady_current": Measurand("nA")}, ""),
        (
            {"steady_current": Measurand("nA", 2.0, 0.5), "transference_number": Measurand.less_than("1", 0.25)},
            "transference number < 0.25 ",
        ),
    ],
)
def test_the_headline_is_what_is_known_best(measurands, text):
    assert _headline(Fake(measurands=measurands)) == text


def test_a_transference_number_by_hand():
    """10 and 20 nA at 0.1 V; 1 MΩ before takes 0.02 V, 2 MΩ after 0.02 V: 10 · 0.08 / (20 · 0.08)."""
    assert transference.bruce_vincent(10.0, 20.0, 0.1, 1e6, 2e6) == pytest.approx(0.5)
    assert transference.bruce_vincent(10.0, 20.0, 0.1, 2e6, 1e6) == pytest.approx(0.5 * 0.06 / 0.09)
    assert np.isnan(transference.bruce_vincent(10.0, 0.0, 0.1, 1e6, 1e6))
    assert np.isnan(transference.bruce_vincent(10.0, 20.0, 0.125, 1e6, 0.125 / (10 * 1e-9)))


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [(4.9e6, 1e6, False), (5.1e6, 1e6, True), (1e6, 9.9e6, False), (1e6, 10.1e6, True)],
)
def test_resistances_that_take_the_whole_potential_are_not_of_this_cell(before, after, refused):
    """0.1 V over 20 nA at first, and 10 nA in the end."""
    decay = Fake(step=0.1, u_step=0.0, time=A([0.0]))
    found = Fake(decay=decay, tail=Fake(mean=10.0), measurand=Measurand("nA", 10.0, 0.1))
    start = Fake(value=20.0, u=0.0)
    pair = (InterfaceResistance(before, 0.0, "stated"), InterfaceResistance(after, 0.0, "stated"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(transference, "diagnostics", lambda _: {})
        limit = Fake(step=20.0 * 1e-9 * before, u_step=0.0, time=A([0.0]))  # no potential is left at all
        with pytest.raises(Refusal, match="the resistances are not of this cell"):
            transference._number(Fake(**{**vars(found), "decay": limit}), start, Fake(level=95.0), *pair)
        limit.step = 10.0 * 1e-9 * after
        with pytest.raises(Refusal, match="the resistances are not of this cell"):
            transference._number(Fake(**{**vars(found), "decay": limit}), start, Fake(level=95.0), *pair)
        if not refused:
            made = transference._number(found, start, Fake(level=95.0), *pair)
            assert made.note == "interfaces: stated, stated"
            return
        with pytest.raises(Refusal) as caught:
            transference._number(found, start, Fake(level=95.0), *pair)
    assert caught.value.code == "potential-in-interfaces"

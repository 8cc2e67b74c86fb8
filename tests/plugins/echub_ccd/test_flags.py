"""Each flag of a critical current density just inside its condition and just outside, and what it names."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub.science import CurrentRanges
from echub_ccd.method.verdict import CcdVerdict
from echub_ccd.outcome import flags as f
from tests.messages.saying import Fake
from tests.plugins.echub_ccd.support import context, halves

A, NAN = np.array, np.nan
NO, N = np.zeros(4, bool), 4


def verdict(k=None, **other):
    return CcdVerdict(k, other.pop("failed", None if k is None else 2.0), other.pop("survived", 1.0), **other)


def findings(*, spots=False, per_area=True, marks=None, doubts=NO, name="constant time", run=(0, 0, 0, 0),
             complete=(True,) * 4, bulk=NAN, params=None, traces=(), opened=None, **table):  # fmt: skip
    usual = {"fall": [0.0] * N, "fall_sigma": [0.0] * N, "fall_sharp": [1.0] * N, "fall_before": [100.0] * N,
             "fall_held": [0.0] * N, "charge_lost": [0] * N, "q": [1.0] * N, "q_integral": [1.0] * N,
             "rest": [NAN] * N, "jump": [0.0] * N}  # fmt: skip
    made = halves(table.pop("r_end", [100.0] * N), **{**usual, **table})
    made.charge_lost = made.charge_lost.astype(bool)
    experiment = Fake(table=made, spots=spots, per_area=per_area, unit="mA/cm^2", traces=traces, opened=opened)
    protocol = Fake(level=A([1.0, 1.0, 2.0, 2.0]), name=name, run=A(run), complete=A(complete))
    given = {"r_drop": np.zeros(N), "below_bulk": np.zeros(N), "growth": np.zeros(N)} | (marks or {})
    return Fake(experiment=experiment, protocol=protocol, marks=given, context=context(bulk, **(params or {})),
                doubts=A(doubts), fails=NO, criteria={})  # fmt: skip


def said(function, found, judged):
    return [(flag.code, flag.where) for flag in function(found, judged)]


def only(*places):
    return np.isin(np.arange(N), places)


FAILED = {"r_drop": A([0.0, 0, 1, 0])}
HERE = "half cycle 3 (2 mA/cm²)"


@pytest.mark.parametrize(
    ("given", "k", "alone"),
    [
        ({"marks": FAILED}, 2, True),
        ({"marks": FAILED}, 1, False),
        ({"marks": FAILED}, None, False),
        ({"marks": FAILED, "params": {"criterion": "r_drop"}}, 2, True),
        ({"marks": FAILED, "params": {"criterion": "half_drop"}}, 2, False),
        ({"marks": FAILED | {"below_bulk": A([0.0, 0, 1, 0])}}, 2, False),
        ({"marks": FAILED | {"below_bulk": A([0.0, 1, 0, 0])}}, 2, True),
        # Below a tenth of what it was, at the start or before the fall, nothing but a short is left.
        ({"marks": FAILED, "r_end": [100, 100, 10.1, 10]}, 2, True),
        ({"marks": FAILED, "r_end": [100, 100, 9.9, 10]}, 2, False),
        ({"marks": FAILED, "r_end": [100, 100, 10, 10]}, 2, True),
        ({"marks": FAILED, "r_end": [100, 100, 12, 12], "r_start": [100, 100, 121, 10]}, 2, False),
        ({"marks": FAILED, "r_end": [100, 100, 12, 12], "fall_before": [100, 100, 121, 100]}, 2, False),
    ],
)
def test_a_fall_of_r_alone_shows_no_short(given, k, alone):
    given = {"r_end": [100.0, 100, 60, 60], "r_start": [100.0, 100, 100, 60], **given}
    assert said(f._r_drop_alone, findings(**given), verdict(k)) == ([("r-drop-alone", HERE)] if alone else [])


@pytest.mark.parametrize(("fall", "bulk"), [(0.4, NAN), (0.0, 11.0)])
def test_how_r_fell_and_what_would_decide_is_said(fall, bulk):
    found = findings(
        marks=FAILED, r_end=[100, 100, 60, 60], fall=[0, 0, fall, 0], fall_sharp=[1, 1, 0.9, 1], bulk=bulk
    )
    (flag,) = f._r_drop_alone(found, verdict(2))
    assert ("90 % of the fall happens at once" if fall else "the fall itself was not seen") in flag.message
    known = "R·A stays at 60, not below the electrolyte's 11 Ω·cm²" if bulk == 11 else "electrolyte is not known"
    assert known in flag.message
    assert bool(flag.hint) == (bulk != 11)


@pytest.mark.parametrize(
    ("between", "inside", "k", "code"),
    [(only(2), NO, 2, 1), (only(2), only(2), 2, 0), (NO, NO, 2, 0), (only(2), NO, 1, 0), (only(2), NO, None, 0)],
)
def test_a_fall_at_rest_may_be_of_the_level_before(between, inside, k, code):
    with patch.object(f, "fell_between", lambda *_: between), patch.object(f, "sharp_fall", lambda *_: inside):
        found = said(f._fell_at_rest, findings(marks=FAILED), verdict(k))
    assert found == ([("fell-between", HERE)] if code else [])


@pytest.mark.parametrize(
    ("given", "k", "named"),
    [
        ({}, None, "half cycle 2 (1 mA/cm²), 4 (2 mA/cm²)"),
        ({}, 3, "half cycle 2 (1 mA/cm²)"),
        ({"marks": {"r_drop": A([0.0, 1, 0, 0])}}, None, "half cycle 4 (2 mA/cm²)"),
        ({"spots": True}, None, ""),
        ({}, 1, ""),
    ],
)
def test_small_falls_at_a_change_of_level_before_the_failure_are_named(given, k, named):
    asked = []
    with patch.object(f, "fell_between", lambda *_, changed: asked.append(changed) or only(1, 3)):
        found = said(f._fell_a_little_at_rest, findings(**given), verdict(k))
    assert found == ([("fell-with-level", named)] if named else [])
    assert asked == [1.0]


@pytest.mark.parametrize(
    ("doubted", "failed", "slow", "code"),
    [
        (2.0, None, NO, 1),
        (2.0, None, only(3), 0),
        (2.0, 2.0, only(3), 1),
        (2.0, None, only(1), 1),
        (None, None, NO, 0),
    ],
)
def test_an_earlier_fall_ends_what_is_survived_unless_a_slow_one_says_so(doubted, failed, slow, code):
    with patch.object(f, "slow_fall", lambda *_: slow):
        judged = verdict(None, failed=failed, doubted=doubted)
        found = said(f._doubted, findings(doubts=only(0, 3)), judged)
    assert found == ([("earlier-fall", "half cycle 4 (2 mA/cm²)")] if code else [])


@pytest.mark.parametrize(
    ("given", "k", "code"),
    [({}, None, 1), ({}, 3, 0), ({"spots": True}, None, 0), ({"marks": {"r_drop": A([0.0, 1, 0, 0])}}, None, 0)],
)
def test_a_small_fall_is_told_where_nothing_fails(given, k, code):
    with patch.object(f, "first_stages", lambda *_: only(1)):
        assert said(f._small_fall, findings(**given), verdict(k)) == (
            [("small-fall", "half cycle 2 (1 mA/cm²)")] if code else []
        )


@pytest.mark.parametrize(
    ("k", "file", "spots", "code"),
    [(3, [0, 0, 0, 0], False, 1), (2, [0, 0, 0, 0], False, 0), (2, [0, 0, 0, 1], False, 1), (3, [0] * 4, True, 0)],
)
def test_a_failure_that_the_file_ends_with_is_not_confirmed(k, file, spots, code):
    found = said(f._not_confirmed, findings(file=file, spots=spots), verdict(k))
    assert [one for one, _ in found] == ["not-confirmed"] * code


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, "half cycle 2 (1 mA/cm²)"),
        ({"k": 1}, ""),
        ({"k": 2}, "half cycle 2 (1 mA/cm²)"),
        ({"spots": True}, ""),
        ({"once": only(1), "back": only(1)}, ""),
        ({"once": only(1), "back": NO}, "half cycle 2 (1 mA/cm²)"),
    ],
)
def test_a_slow_fall_before_the_failure_that_does_not_come_back(given, named):
    with (
        patch.object(f, "slow_fall", lambda *_: only(1)),
        patch.object(f, "_at_once", lambda _: given.get("once", NO)),
        patch.object(f, "_comes_back", lambda _: given.get("back", NO)),
    ):
        found = said(f._slow_fall, findings(spots=given.get("spots", False)), verdict(given.get("k")))
        for doubted, failed, more in ((2.0, None, True), (2.0, 2.0, False), (None, None, False)):
            told = [x.message for x in f._slow_fall(findings(), verdict(None, failed=failed, doubted=doubted))]
            assert [text.endswith("heal so far") for text in told] == ([more] if told else [])
    assert found == ([("slow-fall", named)] if named else [])


@pytest.mark.parametrize(
    ("slow", "once", "back", "code"), [(0, 1, 0, 1), (1, 1, 1, 1), (1, 1, 0, 0), (0, 0, 1, 0), (1, 0, 1, 0)]
)
def test_a_fall_that_comes_back_is_a_transient(slow, once, back, code):
    mask = {True: only(1), False: NO}
    with (
        patch.object(f, "slow_fall", lambda *_: mask[bool(slow)]),
        patch.object(f, "_at_once", lambda _: mask[bool(once)]),
        patch.object(f, "_comes_back", lambda _: mask[bool(back)]),
    ):
        found = said(f._transient, findings(), verdict())
    assert found == ([("transient-fall", "half cycle 2 (1 mA/cm²)")] if code else [])


@pytest.mark.parametrize(
    ("given", "marked"),
    [
        ({}, True),
        ({"fall": [0, 0.149, 0, 0]}, False),
        ({"fall": [0, 0.15, 0, 0]}, False),
        ({"fall_sigma": [0, 0.04, 0, 0]}, False),
        ({"fall_sharp": [1, 0.7, 1, 1]}, True),
        ({"fall_held": [0, 0.15, 0, 0]}, False),
        ({"fall_sigma": [0, 0.041, 0, 0]}, False),
        ({"fall_sharp": [1, 0.69, 1, 1]}, False),
        ({"fall_sharp": [1, 0.71, 1, 1]}, True),
        ({"fall_held": [0, 0.149, 0, 0]}, False),
        ({"fall_held": [0, 0.151, 0, 0]}, True),
        ({"marks": {"r_drop": A([0.0, 1, 0, 0])}}, False),
        ({"marks": {"r_drop": A([0.0, NAN, 0, 0])}}, False),
        ({"jump": [0.02, 0.02, 0, 0]}, False),
    ],
)
def test_a_deep_fall_at_once_that_does_not_decide(given, marked):
    usual = {"fall": [0, 0.2, 0, 0], "fall_held": [0, 0.2, 0, 0]}
    assert f._at_once(findings(**{**usual, **given})).tolist() == [False, marked, False, False]


@pytest.mark.parametrize(("start", "back"), [(91.0, True), (89.0, False)])
def test_r_comes_back_by_half_of_its_fall(start, back):
    found = findings(fall=[0, 0.2, 0, 0], r_start=[100, 100, start, 100])
    assert f._comes_back(found)[1] == back


@pytest.mark.parametrize(
    ("given", "k", "code"),
    [
        ({}, None, 1),
        ({"fall_sigma": [0, 0.059, 0, 0]}, None, 0),
        ({"fall_sigma": [0, 0.06, 0, 0]}, None, 0),
        ({"slow": [0, 0.9, 0, 0]}, None, 0),
        ({"slow": [0, 1.1, 0, 0]}, None, 1),
        ({"spots": True}, None, 0),
        ({}, 1, 0),
        ({}, 2, 1),
    ],
)
def test_slow_noise_hides_falls_twice_as_deep_as_those_that_count(given, k, code):
    """Five standard deviations of 6 % are 30 %. Of noise of 2 in 80 rows the narrow window, four, leaves 1."""
    usual = {"fall_sigma": [0, 0.061, 0, 0], "slow": [0, 3.0, 0, 0], "noise": [2.0] * N, "rows": [80] * N}
    found = said(f._hidden, findings(**{**usual, **given}), verdict(k))
    assert found == ([("falls-hidden", "half cycle 2 (1 mA/cm²)")] if code else [])


def test_what_noise_hides_is_named_by_the_median_of_u_and_the_largest_share():
    found = findings(fall_sigma=[0.1, 0.061, 0, 0.3], slow=[3.0, 3, 3, 3], noise=[0.0] * N, level=[1, 1, 2, 3.0])
    (flag,) = f._hidden(found, verdict(3))
    assert flag.message.startswith("U wanders by 4.5 mV: at these levels R may fall by up to 50 % unseen")
    (flag,) = f._hidden(found, verdict())
    assert "up to 100 % unseen" in flag.message


@pytest.mark.parametrize(
    ("step", "k", "named"),
    [
        (0.0151, None, "half cycle 2 (1 mA/cm²), 4 (2 mA/cm²)"),
        (0.0151, 3, "half cycle 2 (1 mA/cm²)"),
        (0.0149, None, ""),
        (0.0, None, ""),
    ],
)
def test_a_digit_of_three_tenths_of_u_hides_falls(step, k, named):
    """U is 50 mV in the second and fourth half cycle, and 1 V in the others: twice 15 % of it are 15 mV."""
    found = findings(digit_u=[step] * N, u_median=[1.0, -0.05, 1.0, 0.05])
    assert said(f._hidden, found, verdict(k)) == ([("falls-hidden", named)] if named else [])


def test_what_a_digit_hides_is_said_with_the_digit_and_the_largest_share():
    found = findings(digit_u=[0.02] * N, u_median=[0.08, 0.05, 0.08, 1.0])
    (flag,) = f._hidden(found, verdict())
    assert flag.message.startswith("U is read in steps of 20 mV: at these levels R may fall by up to 40 % unseen")


@pytest.mark.parametrize(
    ("run", "opened", "higher", "codes"),
    [
        ([0, 0, 0, 0], None, None, []),
        ([0, 0, 1, 1], None, None, ["levels-fall"]),
        ([0, 0, 0, 1], 3, None, []),
        ([0, 0, 0, 0], None, 3.0, ["survived-higher-before"]),
    ],
)
def test_levels_that_fall_make_several_runs(run, opened, higher, codes):
    found = list(f._levels_fall(findings(run=run, opened=opened), verdict(1, higher=higher)))
    assert [flag.code for flag in found] == codes
    assert ["2 rising runs" in flag.message or "3 mA/cm²" in flag.message for flag in found] == [True] * len(codes)


@pytest.mark.parametrize(
    ("run", "k", "spots", "named"),
    [
        ([0, 0, 1, 1], 1, False, "half cycle 3 (2 mA/cm²), 4 (2 mA/cm²)"),
        ([0, 0, 1, 1], 2, False, ""),
        ([0, 0, 1, 1], 1, True, ""),
        ([0, 0, 0, 0], 1, False, ""),
        ([0, 0, 1, 1], None, False, ""),
    ],
)
def test_levels_after_a_failure_are_of_another_cell(run, k, spots, named):
    found = said(f._repeated, findings(run=run, spots=spots), verdict(k))
    assert found == ([("repeated-after-failure", named)] if named else [])


@pytest.mark.parametrize(
    ("complete", "k", "named"),
    [
        ([True, False, True, False], None, "half cycle 2 (1 mA/cm²), 4 (2 mA/cm²)"),
        ([True, False, True, False], 3, "half cycle 2 (1 mA/cm²)"),
        ([True, True, True, False], 3, ""),
        ([True] * 4, None, ""),
    ],
)
def test_half_cycles_that_end_early_before_the_failure(complete, k, named):
    found = said(f._incomplete, findings(complete=complete), verdict(k))
    assert found == ([("not-complete", named)] if named else [])


@pytest.mark.parametrize(("rows", "named"), [([9, 10, 60, 60], "half cycle 1 (1 mA/cm²)"), ([10] * 4, "")])
def test_few_rows_are_sampled_coarsely(rows, named):
    found = said(f._coarse, findings(rows=rows), verdict())
    assert found == ([("sampled-coarsely", named)] if named else [])


@pytest.mark.parametrize(
    ("integral", "lost", "code"),
    [
        ([1, 1.009, 1, 1], [0] * 4, 0),
        ([1, 1.011, 1, 1], [0] * 4, 1),
        ([1, 0.989, 1, 1], [0] * 4, 1),
        ([1, 1.5, 1, 1], [0, 1, 0, 0], 0),
        ([NAN] * 4, [0] * 4, 0),
        (
            [1, 1.011, 0, 1],
            [0] * 4,
            1,
        ),  # a counter that stands still, where nothing flows and where something does
        ([1, 1, 1, 1], [0] * 4, 0),
    ],
)
def test_an_integral_is_off_by_a_percent(integral, lost, code):
    found = list(f._integral(findings(q_integral=integral, charge_lost=lost, q=[1.0, 1, 0, 1]), verdict()))
    assert [flag.code for flag in found] == ["integral-off"] * code
    assert all("by up to 1.1 %" in flag.message for flag in found)


def test_what_concerns_the_whole_file():
    """Each of these has a condition of its own, and says nothing without it."""
    rested = findings(rest=[NAN, 1.0, NAN, NAN])
    assert said(f._no_rests, findings(), verdict()) == [("no-rests", "")]
    assert said(f._no_rests, rested, verdict()) == []
    assert said(f._unequal, findings(name="unequal half cycles"), verdict()) == [("unequal-half-cycles", "")]
    assert said(f._one_level, findings(name="one level"), verdict()) == [("one-level", "")]
    assert said(f._no_area, findings(per_area=False), verdict()) == [("no-area", "")]
    for function in (
        f._unequal,
        f._one_level,
        f._no_area,
        f._charge_lost,
        f._growth,
        f._open_circuit,
        f._criteria,
    ):
        assert said(function, findings(), verdict()) == []
    turning, one_way = (Fake(by_level=False),), (Fake(by_level=False), Fake(by_level=True))
    assert said(f._no_reversal, findings(traces=one_way), verdict()) == [("no-reversal", "")]
    assert said(f._no_reversal, findings(traces=turning), verdict()) == []
    assert said(f._no_reversal, findings(traces=one_way, spots=True), verdict()) == []
    grown = findings(marks={"growth": A([0, 1.0, NAN, 0])}, charge_lost=[0, 0, 1, 0])
    assert said(f._growth, grown, verdict()) == [("growth", "half cycle 2 (1 mA/cm²)")]
    assert said(f._charge_lost, grown, verdict()) == [("charge-lost", HERE)]
    for opened, text in ((1, "after 1 half cycle"), (2, "after 2 half cycles")):
        assert said(f._open_circuit, grown, verdict(opened=opened)) == [("open-circuit", text)]


def test_five_half_cycles_are_named_and_the_rest_counted():
    found = Fake(protocol=Fake(level=np.ones(7)), experiment=Fake(unit="mA"))
    assert f._half_cycles(np.arange(7) < 5, found).endswith("4 (1 mA), 5 (1 mA)")
    assert f._half_cycles(np.arange(7) > 0, found).endswith("5 (1 mA), 6 (1 mA) and 1 more")


@pytest.mark.parametrize(
    ("known", "accuracy", "where"),
    [
        ([], 0.1, ""),
        ([1.0], 0.1, " at 2 mA/cm²"),
        ([2.0], 0.1, " at 1 mA/cm²"),
        ([1.0, 2.0], 0.1, None),
        ([], 0.0, None),  # no accuracy was asked for
    ],
)
def test_a_range_that_is_not_known_is_said_of_the_levels_of_the_answer(known, accuracy, where):
    with (
        patch.object(f, "range_error", lambda _found, _protocol, level: 0.1 if level in known else None),
        patch.object(f, "_ranges_of", lambda *_: {}),
    ):
        flags = list(f._no_range(findings(params={"range_accuracy": accuracy}), verdict(2)))
    text = f"the current range is not known{where}: its accuracy is not in the interval"
    assert [flag.message for flag in flags] == ([] if where is None else [text])


def test_half_cycles_of_a_level_in_several_ranges_have_them_all():
    """The second file is at 2 mA/cm² in both ranges, with a rest in a third; the first at 1 mA/cm² in one."""

    class Trace(Fake):
        def __getitem__(self, name):
            return {"t": np.arange(6.0)}[name]

    names = ("1 mA", "10 mA", "1 A")
    traces = [
        Trace(flows=A([True, True, True, True, True, False]),
              ranges=CurrentRanges(names, A([0.1, 1.0, 100.0]), A(place, np.int8)))
        for place in ([0] * 6, [1, 0, 0, 1, 1, 2])
    ]  # fmt: skip
    found = findings(traces=traces, begin=[0.0, 3, 0, 3], end=[2.0, 5, 2, 6])
    found.experiment.table.file = A([0, 0, 1, 1])
    assert f._ranges_of(found, verdict(2), [2.0, 1.0]) == {"1 mA": "at 1 mA/cm²", "10 mA": "at 2 mA/cm²"}
    assert f._ranges_of(found, verdict(2), [2.0]) == {"10 mA": "at 2 mA/cm²", "1 mA": "at 2 mA/cm²"}

"""From marked half cycles to the levels around a failure, and what is refused before; values by hand."""

from __future__ import annotations

import numpy as np
import pytest

from echub.plugin import Refusal
from echub_ccd.method import answerable, criteria, verdict
from tests.messages.saying import Fake
from tests.plugins.echub_ccd.support import context, halves

A, NAN = np.array, np.nan
LEVELS = [1, 1, 2, 2, 3, 3]


def judged(fails=(), *, level=LEVELS, run=None, complete=None, opened=None, spots=False, doubts=None):
    n = len(level)
    protocol = Fake(level=A(level, float), run=A(run or [0] * n), complete=A(complete or [True] * n))
    doubts = None if doubts is None else np.isin(np.arange(n), doubts)
    return verdict.judge(protocol, np.isin(np.arange(n), fails), opened, spots, doubts)


def around(found):
    return found.half_cycle, found.failed, found.survived


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"fails": [4]}, (4, 3, 2)),
        ({"fails": [4, 5]}, (4, 3, 2)),
        ({"fails": [5]}, (5, 3, 2)),
        ({"fails": [0]}, (0, 1, None)),
        ({"fails": []}, (None, None, 3)),
        # A level counts if all its half cycles are complete, and the last as often as the others.
        ({"fails": [4], "complete": [1, 1, 1, 0, 1, 1]}, (4, 3, 1)),
        ({"fails": [], "level": [1, 1, 2, 2, 3]}, (None, None, 2)),
        ({"fails": [], "level": [1, 1, 2, 3, 3]}, (None, None, 3)),
        # After the circuit opened nothing is survived, and nothing fails.
        ({"fails": [], "opened": 4}, (None, None, 2)),
        ({"fails": [5], "opened": 4}, (None, None, 2)),
        ({"fails": [4], "opened": 4}, (None, None, 2)),
        ({"fails": [3], "opened": 4}, (3, 2, 1)),
        # Only the run of the failure counts, or that of the highest level.
        ({"fails": [5], "level": [1, 2, 5, 1, 2, 3], "run": [0, 0, 0, 1, 1, 1]}, (5, 3, 2)),
        ({"fails": [], "level": [1, 2, 5, 1, 2, 3], "run": [0, 0, 0, 1, 1, 1]}, (None, None, 5)),
        # What is doubted below the failure ends what is survived.
        ({"fails": [4], "doubts": [2]}, (4, 3, 1)),
        ({"fails": [4], "doubts": [2], "spots": True}, (4, 3, 2)),
        ({"fails": [], "doubts": [5]}, (None, None, 2)),
        ({"fails": [2], "doubts": [5]}, (2, 2, 1)),
        # Spots are put in the order of their levels.
        ({"fails": [0, 1], "level": [3, 2, 1], "spots": True}, (1, 2, 1)),
    ],
)
def test_the_levels_around_the_first_failure(given, found):
    assert around(judged(**given)) == found


def test_a_higher_level_that_was_survived_before_is_told():
    run = {"level": [1, 4, 3, 1, 2, 3], "run": [0, 0, 0, 1, 1, 1]}
    assert judged([5], **run).higher == 4
    assert judged([5], **{**run, "level": [1, 3, 2, 1, 2, 3]}).higher == 3
    assert judged([5], **{**run, "level": [1, 2.9, 2, 1, 2, 3]}).higher is None
    assert judged([], **run).higher is None


@pytest.mark.parametrize(
    ("fails", "doubts", "doubted"),
    [([4], [2], 2), ([4], [2, 1], 1), ([2], [3], None), ([], [4], 3), ([4], [], None)],
)
def test_the_lowest_doubted_level_below_the_failure_is_told(fails, doubts, doubted):
    assert judged(fails, doubts=doubts).doubted == doubted


def test_open_circuits_are_told_unless_something_failed_before():
    assert judged([], opened=4).opened == 4
    assert judged([1], opened=4).opened is None


@pytest.mark.parametrize(
    ("level", "hint"),
    [
        ([1, 1.019], "symmetric-cycling"),
        ([49, 50], "symmetric-cycling"),
        ([1, 1.021], "as long as the others"),
    ],
)
def test_nothing_that_is_complete_and_nothing_that_fails_is_no_answer(level, hint):
    with pytest.raises(Refusal) as refused:
        judged([], level=level, complete=[False, False])
    assert refused.value.code == "nothing-survived"
    assert hint in refused.value.remark.hint


@pytest.mark.parametrize(
    ("failed", "survived", "within", "ends", "kind"),
    [
        (3.0, 2.0, (0.1, 0.2), (1.9, 3.2), "interval"),
        (3.0, 2.0, (2.1, 0.0), (0.0, 3.0), "interval"),
        (None, 2.0, (0.1, 0.2), (1.9, None), "right"),
        (None, 2.0, (2.1, 0.0), (0.0, None), "right"),
        (3.0, None, (0.1, 0.2), (None, 3.2), "left"),
    ],
)
def test_the_interval_is_as_much_wider_as_levels_are_off(failed, survived, within, ends, kind):
    found = verdict.CcdVerdict(0, failed, survived).measurand("mA/cm^2", "n", within)
    assert (found.interval.low or None, found.interval.high) == (ends[0] or None, ends[1])
    assert (found.censoring, found.note) == (kind, "n")
    if kind == "interval":
        assert found.interval.method == "levels and their uncertainty"
        assert verdict.CcdVerdict(0, 3.0, 2.0).measurand("mA", "").interval.method == "levels"


@pytest.mark.parametrize(
    ("failed", "survived", "text"),
    [
        (3.0, 2.0, "[2, 3) mA/cm²"),
        (None, 2.0, "> 2 mA/cm²"),
        (None, None, "> 0 mA/cm²"),
        (3.0, None, "< 3 mA/cm²"),
    ],
)
def test_an_interval_in_words(failed, survived, text):
    assert criteria.spoken(verdict.CcdVerdict(0, failed, survived), "mA/cm^2") == text


# -- what is refused ---------------------------------------------------------------------------


def code_of(function, *given):
    try:
        function(*given)
    except Refusal as refusal:
        return refusal.code
    return None


def experiment(*, symmetric=None, traces=(), unit="mA/cm^2", **table):
    n = len(table.get("level", [1] * 4))
    usual = {"steady": [1] * n, "u_median": [0.1, -0.1] * (n // 2) + [0.1] * (n % 2), "u_rest": [0.0] * n}
    given = {**usual, "u_start": table.get("u_median", usual["u_median"]), **table}
    made = halves([100.0] * n, **given)
    made.steady = made.steady.astype(bool)
    return Fake(table=made, meta=lambda _: symmetric, traces=traces, unit=unit)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, None),
        ({"symmetric": False}, "not-symmetric"),
        ({"symmetric": True}, None),
        ({"steady": [1, 1, 0, 0]}, None),
        ({"steady": [1, 0, 0, 0]}, "not-galvanostatic"),
        ({"level": [1]}, "one-half-cycle"),
        ({"rows": [2, 2, 3, 3]}, "sampled-too-coarsely"),
        ({"rows": [2, 3, 3, 3]}, None),
        # U follows the sign of the current in the median of each direction, in the middle and at the start.
        ({"u_median": [0.1, 0.1, 0.1, 0.1]}, "not-symmetric"),
        ({"u_median": [-0.1, -0.1, -0.1, -0.1]}, "not-symmetric"),
        ({"u_start": [0.1, 0.1, 0.1, 0.1]}, "not-symmetric"),
        ({"u_median": [0.0, -0.1, 0.0, -0.1]}, "not-symmetric"),
        ({"u_median": [0.1, 0.0, 0.1, 0.0]}, "not-symmetric"),
        ({"u_median": [0.1, -0.1, 0.1, -0.1], "u_start": [0.1, NAN, 0.1, -0.1]}, None),
        # After a dead short, before the middle of a run, what is left is none, or an offset of either sign.
        ({"level": [1] * 6, "u_median": [0.1, -0.1, 0.0, 0.0, 0.0, 0.0]}, None),
        ({"level": [1] * 6, "u_median": [0.1, -0.1, *[1e-3] * 4], "u_rest": [1e-3] * 6}, None),
        ({"level": [1] * 6, "u_median": [0.1, -0.1, *[-1e-3] * 4], "u_rest": [1e-3] * 6}, None),
        ({"level": [1] * 6, "u_median": [0.1, -0.1, *[1.1e-3] * 4]}, "not-symmetric"),
        ({"level": [1] * 6, "u_median": [-0.1, 0.1, 0.0, 0.0, 0.0, 0.0]}, "not-symmetric"),
        ({"u_median": [0.0] * 4}, "no-voltage"),
        ({"sign": [1] * 4, "level": [1, 2, 3, 4], "u_median": [0.1, 0.2, 1e-3, 1e-3]}, None),
        # At rest it is at most half of that under current.
        ({"u_rest": [0.051, -0.051, 0.051, 0.051]}, "not-symmetric"),
        ({"u_rest": [0.049, 0.049, 0.049, -0.049]}, None),
        ({"u_rest": [0.05, 0.05, 0.05, -0.05]}, None),
        ({"u_rest": [NAN, NAN, NAN, NAN]}, None),
        # In one direction only: 0.1 V at 1 and 0.15 V at 2 point to 0.05 V, half of 0.1, without current.
        ({"sign": [1, 1], "level": [1, 2], "u_median": [0.1, 0.149]}, "not-symmetric"),
        ({"sign": [1, 1], "level": [1, 2], "u_median": [0.1, 0.151]}, None),
        ({"sign": [1, 1], "level": [1, 2], "u_median": [1.0, 1.5]}, None),
        ({"sign": [1, 1], "level": [1, 1.04], "u_median": [0.1, 0.1]}, None),
        ({"sign": [1, 1], "level": [19, 20], "u_median": [0.1, 0.1]}, None),
        ({"sign": [1, 1], "level": [1, 1.06], "u_median": [0.1, 0.1]}, "not-symmetric"),
        ({"sign": [1, -1], "level": [1, 2], "u_median": [0.1, -0.1]}, None),
        # After a short without any voltage nothing is left: of pairs 0.08/0.1, 0.36/0.12 and 0, or 0, 0, 4 and 0.
        ({"sign": [1] * 4, "level": [1, 2, 3, 4], "u_median": [0.1, 0.12, 0.0, 0.0]}, "not-symmetric"),
        ({"sign": [1] * 5, "level": [1, 2, 3, 4, 5], "u_median": [0.1, 0.2, 0.3, 0.0, 0.0]}, None),
    ],
)
@pytest.mark.filterwarnings("error")
def test_what_is_no_staircase_on_a_symmetric_cell_is_refused(given, code):
    assert code_of(answerable.require_answerable, experiment(**given)) == code


@pytest.mark.parametrize(
    ("potential", "current", "refused"),
    [
        ([0.1] * 3 + [NAN] * 2, None, True),
        ([0.1] * 2 + [NAN] * 3, None, False),
        ([0.1] * 2 + [NAN] * 2, None, False),
        ([0.1] * 5, [1.0] * 3 + [NAN] * 2, False),
        ([0.1] * 5, [1.0] * 2 + [NAN] * 3, True),
        (None, [1.0] * 5, False),
    ],
)
def test_a_potential_that_was_set_in_most_rows_with_current_is_refused(potential, current, refused):
    """And no current was; the row at rest does not count."""
    items = {name: A([*values, 0.0]) for name, values in (("U_set", potential), ("j_set", current)) if values}

    class Trace(Fake):
        def __getitem__(self, name):
            return self.data[name]

    trace = Trace(data=Fake(items=items), flows=A([True] * len(potential or current) + [False]))
    found = code_of(answerable.require_answerable, experiment(traces=(trace,)))
    assert found == ("not-galvanostatic" if refused else None)


@pytest.mark.parametrize(
    ("start", "end", "noise", "refused"),
    [
        (94, 94, 0, True),
        (96, 94, 0, False),
        (94, 96, 0, False),
        (91, 91, 1.2, True),
        (91, 91, 1.4, False),
        (95, 94, 0, False),
        (94, 95, 0, False),
    ],
)
def test_an_electrolyte_above_the_whole_cell_is_contradicted(start, end, noise, refused):
    """By more than 5 % of 100 Ω·cm², beyond three standard deviations of a row."""
    table = halves([end, 10.0], r_start=[start, 10.0], noise=[noise, 0.0])
    code = code_of(answerable.require_consistent_electrolyte, Fake(table=table), context(100.0))
    assert code == ("electrolyte-contradicted" if refused else None)
    assert code_of(answerable.require_consistent_electrolyte, Fake(table=table), context()) is None


@pytest.mark.parametrize(("slow", "refused"), [(19.9, False), (20.0, False), (20.1, True)])
def test_slow_noise_of_a_fifth_of_r_at_the_highest_level_hides_a_short(slow, refused):
    """Half cycles within 2 % of that level count."""
    table = halves([1e6, 100, 100, 1e6], level=[1, 2, 2.03, 3], slow=[0, slow, slow, 0])
    at = Fake(table=table, unit="mA/cm^2")
    assert code_of(answerable.require_visible, at, 2.0) == ("noise-hides-shorts" if refused else None)
    assert code_of(answerable.require_visible, at, None) is None
    assert code_of(answerable.require_visible, at, 3.0) is None

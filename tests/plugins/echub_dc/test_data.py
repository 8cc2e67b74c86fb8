"""The step, the offset and the decay behind it: limits from both sides and both signs, values by hand."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Refusal
from echub_dc import data as dc
from tests.messages.saying import Fake

A = np.array
PARAMS = Fake(offset=0.0, offset_uncertainty=0.0, range_accuracy=0.1)


def polarised(sign=1, rests=12, rows=60, *, rest=0.5, lead=10.0):
    """Return rests at 0 V, then rows at 0.3 V every 10 s, of which the first comes `lead` s after the last rest.

    The current falls by 1/8 nA from row to row, from 100 nA; at rest it is `rest` in all rows. In rows of a file.
    """
    t = np.r_[np.arange(rests) * 10.0, (rests - 1) * 10.0 + lead + np.arange(rows) * 10.0]
    current = np.r_[np.full(rests, rest), sign * (100.0 - np.arange(rows) / 8)]
    u = np.r_[np.zeros(rests), np.full(rows, sign * 0.3)]
    return Fake(items={"t": t, "I": current, "U": u}, row=7 + 2 * np.arange(rests + rows), name="run")


def decay(data, params=PARAMS):
    with patch.object(dc, "current_ranges", lambda *_: Fake(at=lambda rows: rows)):
        return dc.decay_of(data, params)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("lead", "after"), [(10.0, 10.0), (2.0, 2.0), (300.0, 10.0)])
def test_a_decay_starts_an_interval_before_its_first_row_or_with_the_last_rest(sign, lead, after):
    found = decay(polarised(sign, lead=lead))
    assert found.time == pytest.approx(after + 10.0 * np.arange(60))
    assert found.current == pytest.approx(100.0 - np.arange(60) / 8 - sign * 0.5)
    assert (found.step, found.u_step, found.sign, found.offset) == pytest.approx((0.3, 0.0, sign, sign * 0.5))
    assert (found.interval, found.how) == (10.0, "12 rows at rest before the step")
    assert found.row.tolist() == [7 + 2 * (12 + k) for k in range(60)]
    assert np.flatnonzero(found.ranges).tolist() == list(range(12, 72))
    assert found.lost == 0


@pytest.mark.parametrize(("lead", "open_"), [(20.9, 0.0), (21.1, 1.1), (300.0, 280.0)])
def test_a_gap_beyond_the_intervals_around_it_leaves_the_step_open(lead, open_):
    """Ten seconds at rest and ten in the decay explain 20 s, and 5 % more are jitter."""
    assert decay(polarised(lead=lead)).unexplained == pytest.approx(open_)
    for rests in (0, 1):  # no interval of a rest is known
        case = polarised(rests=rests, lead=300.0)
        assert decay(case, Fake(**{**vars(PARAMS), "offset_uncertainty": 1.0})).unexplained == 0.0


def test_a_decay_without_a_rest_starts_an_interval_before_its_first_row():
    found = decay(polarised(rests=0), Fake(**{**vars(PARAMS), "offset": 4.0, "offset_uncertainty": 1.0}))
    assert found.time[0] == 10.0
    assert found.current[0] == 96.0
    assert (found.how, found.offset) == ("stated", 4.0)


def test_the_scatter_of_the_step_is_that_of_a_mean():
    data = polarised()
    data.items["U"][12:] += 0.001 * (-1.0) ** np.arange(60)
    assert decay(data).u_step == pytest.approx(0.001 / 60**0.5)


def test_a_digit_is_in_the_noise_of_a_row_and_in_the_offset():
    """Half of it in the noise; its errors of two means are uniform, each with 1/√3."""
    asked = []
    with (
        patch.object(dc, "digit", lambda _: 0.125),
        patch.object(dc, "digit_error", lambda rows, step: asked.append((len(rows), step)) or 0.3),
    ):
        found = decay(polarised())
    assert found.noise == 1 / 16
    assert found.u_offset == pytest.approx(0.3 * (2 / 3) ** 0.5)
    assert asked == [(30, 0.125)], "the later half of the decay"


def test_the_noise_of_a_row_is_that_of_second_differences_in_the_later_half():
    """Rows that rattle by 1 nA have second differences of ±4 nA; their robust scatter is 4/0.6745, over √6."""
    data = polarised()
    data.items["I"][12 + 30 :] += (-1.0) ** np.arange(30)
    assert decay(data).noise == pytest.approx(4 / 0.67449 / 6**0.5, rel=1e-4)


@pytest.mark.parametrize(("rows", "enough"), [(50, True), (49, False)])
def test_a_decay_has_fifty_rows(rows, enough):
    if enough:
        assert dc.stepped(polarised(rows=rows)) == (12, 0.3)
        return
    with pytest.raises(Refusal) as refused:
        dc.stepped(polarised(rows=rows))
    assert refused.value.code == "too-few-rows-after-step"
    assert refused.value.remark.where == "source row 31"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("other", "first"), [(1.019, 0), (1.021, 1), (0.981, 0), (0.979, 1), (-1.0, 1)])
def test_the_step_begins_where_the_potential_is_within_two_percent_of_its_last_tenth(sign, other, first):
    """The last row alone is another potential: the median of the last ten rows of a hundred counts."""
    u = sign * np.r_[0.3 * other, np.full(98, 0.3), 0.301]
    assert dc._step(u, Fake(name="run")) == (first, pytest.approx(sign * 0.3))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("other", "first"), [(49.0, 0), (51.0, 0), (48.9, 1), (51.1, 1)])
def test_a_potential_two_percent_off_its_last_value_is_applied(sign, other, first):
    """1 V of 50 V."""
    assert dc._step(sign * np.r_[other, np.full(99, 50.0)], Fake(name="run")) == (first, sign * 50.0)


@pytest.mark.parametrize(
    "u", [np.zeros(100), np.r_[np.full(97, 0.3), np.full(3, 0.4)], np.r_[np.full(40, 0.3), np.zeros(60)]]
)
def test_what_does_not_end_in_a_constant_potential_is_no_step(u):
    with pytest.raises(Refusal) as refused:
        dc._step(u, Fake(name="run"))
    assert refused.value.code == "no-step"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("before", "controlled"), [(9.9, False), (10.0, False), (10.1, True)])
def test_a_current_that_was_larger_before_was_controlled(sign, before, controlled):
    """10 nA after the step, in one row, and of either sign."""
    current = A([0.0, sign * before, 1.0, -sign * 10.0, 2.0])
    if not controlled:
        dc._require_response(current, 2, Fake(row=range(5)))
        dc._require_response(current, 0, Fake(row=range(5)))
        return
    with pytest.raises(Refusal) as refused:
        dc._require_response(current, 2, Fake(row=range(5)))
    assert refused.value.code == "no-step"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("u", "rests"), [(0.0059, True), (-0.0059, True), (0.006, False), (-0.006, False), (0.0061, False)]
)
def test_a_row_rests_below_two_percent_of_the_step(sign, u, rests):
    before = A([1.0] * 5 + [3.0] * 5)
    if not rests:
        with pytest.raises(Refusal, match="no rest at 0 V"):
            dc._offset(before, np.full(10, u), sign * 0.3, PARAMS, Fake(name="run"))
        return
    found = dc._offset(before, np.full(10, u), sign * 0.3, PARAMS, Fake(name="run"))
    # The mean of 1 and 3; their scatter is 1, of ten rows; and both halves lie 2 apart.
    assert found == (2.0, pytest.approx(np.hypot(1 / 10**0.5, 2.0)), "10 rows at rest before the step")


def test_nine_rests_tell_no_offset():
    with pytest.raises(Refusal) as refused:
        dc._offset(np.ones(9), np.zeros(9), 0.3, PARAMS, Fake(name="run"))
    assert refused.value.code == "no-offset"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("first", "decays"), [(1.051, True), (1.05, False), (1.049, False)])
def test_a_first_look_takes_what_decays_by_a_twentieth_without_its_offset(sign, first, decays):
    """The median of the first ten of sixty rows, over that of the last ten; no row rests."""
    data = polarised(rests=0)
    data.items["I"] = sign * np.r_[np.full(10, first), np.full(49, 1.0), 1.04]
    if decays:
        dc.look(data, PARAMS)
        return
    with pytest.raises(Refusal) as refused:
        dc.look(data, PARAMS)
    assert refused.value.code == "no-offset"


def test_a_first_look_refuses_what_has_no_step():
    data = polarised()
    data.items["U"][:] = 0.0
    with pytest.raises(Refusal) as refused:
        dc.look(data, PARAMS)
    assert refused.value.code == "no-step"

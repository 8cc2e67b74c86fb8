"""The deciding limits of pulsed-stripping and of its plateau: a row just inside, one just outside, by hand."""

from __future__ import annotations

from dataclasses import replace
from math import e, hypot, sqrt
from types import SimpleNamespace

import numpy as np
import pytest

import echub
from echub.plugin import Component, Flag, Interval, Measurand, Outcome, Refusal, Series
from echub.science import CurrentRanges
from echub.segments import Edges, Segments
from echub_pulsed_stripping import PlateauParams, PulsedStrippingParams
from echub_pulsed_stripping.data import accuracy
from echub_pulsed_stripping.data import train as of_train
from echub_pulsed_stripping.data.accuracy import CurrentAccuracy
from echub_pulsed_stripping.data.blocks import blocks_of, uneven_rests
from echub_pulsed_stripping.data.points import RestPoint, levels_of, points_of, require_comparable
from echub_pulsed_stripping.data.sound import require_sound_voltage
from echub_pulsed_stripping.data.train import PulseTrain, _none, _require_current_control, _sign
from echub_pulsed_stripping.method import rise
from echub_pulsed_stripping.method.capacity import (
    CountedCharge,
    Rows,
    _are_marked,
    _crossing,
    _phase_slips,
    _place,
    charge_needs,
    disagreement,
    rows_of,
    spikes,
)
from echub_pulsed_stripping.method.rise import is_flat, lower_bound, slope_before, slope_of
from echub_pulsed_stripping.outcome import coarse
from echub_pulsed_stripping.outcome.flags import (
    _at_rest,
    _charges,
    _ending,
    _missing_rows,
    gathered,
    require_resolved_rests,
)
from echub_pulsed_stripping.outcome.plateau import _on_plateau
from echub_pulsed_stripping.outcome.pulsed_stripping import _chosen, _require_something, _ways

NAN = np.nan

# -- blocks --------------------------------------------------------------------------------------------


def train(rests, *, level=1.0, plated=(), within=0.0, largest=0.1, top=0.1, commanded=True):
    """Return pulses of 1 s with the rests between them, s; `level`, `largest`, `plated` of each, or of all."""
    count = len(rests) + 1

    def each(one):
        return np.broadcast_to(np.asarray(one, dtype=float), (count,))

    return SimpleNamespace(
        rest=np.array([*rests, NAN]),
        level=each(level),
        edges=SimpleNamespace(begin_within=each(within), end_within=each(within), duration=each(1.0)),
        plated=each([*plated, 0.0] if plated else 0.0),
        pulses=Counted(lambda u: each(largest), count),
        set_point=each(level) if commanded else None,
        top=top,
        u=None,
    )


class Counted:
    """So many pulses, each with a largest voltage."""

    def __init__(self, largest, count):
        self.largest, self.count = largest, count

    def __len__(self):
        return self.count


def firsts(one):
    return [block.first for block in blocks_of(one)]


@pytest.mark.parametrize(
    ("rests", "within", "first"),
    [
        ([4, 4, 4, 5, 5, 5], 0.0, [0]),  # a quarter more
        ([4, 4, 4, 5.01, 5.01, 5.01], 0.0, [0, 4]),  # the pulse after the first of the longer rests
        ([5.01, 5.01, 4, 4], 0.0, [0]),  # a fifth less
        ([5.5, 5.5, 4, 4], 0.0, [0, 3]),
        ([4, 4, 5.19, 5.19], 0.1, [0]),  # the rows leave 0.2 s open
        ([4, 4, 5.21, 5.21], 0.1, [0, 3]),
        ([4, 4, 9, 4, 4], 0.0, [0]),  # one pause
        ([0.1, 0.1, 0.5, 0.1, 0.1], 0.0, [0]),
        ([4, 4, 9, 9, 4, 4], 0.0, [0, 3, 5]),
        ([4, NAN, 4], 0.0, [0, 2]),  # plating between
    ],
)
def test_rests_that_change_for_good_part_blocks(rests, within, first):
    assert firsts(train(rests, within=within)) == first


@pytest.mark.parametrize(
    ("rests", "uneven"),
    [
        ([1, 1, 2, 2, 1, 1, 2, 2], True),  # three changes
        ([1, 1, 2, 2, 1, 1], False),  # two
        ([1] * 7 + [2] * 7 + [1] * 7 + [2] * 7, True),  # three in 29 pulses
        ([1] * 7 + [2] * 7 + [1] * 7 + [2] * 8, False),  # in 30: every tenth
    ],
)
def test_rests_that_change_all_the_time_are_no_blocks(rests, uneven):
    assert uneven_rests(train(rests)) is uneven
    assert (len(blocks_of(train(rests))) == 1) is uneven


@pytest.mark.parametrize(
    ("level", "how", "first"),
    [
        ([100, 100, 105, 105], {}, [0]),
        ([100, 100, 105.1, 105.1], {}, [0, 2]),
        ([100, 100, 94.9, 94.9], {}, [0, 2]),
        ([100, 100, 80, 80], {"commanded": False, "top": 1.0, "largest": [0.2, 0.2, 0.98, 0.98]}, [0, 2]),
        ([100, 100, 80, 80], {"commanded": False, "top": 1.0, "largest": [0.2, 0.2, 0.99, 0.99]}, [0]),
        ([100, 100, 80, 80], {"commanded": True, "top": 1.0, "largest": [0.2, 0.2, 1.0, 1.0]}, [0, 2]),
        ([100, 100, 80, 80], {"commanded": False, "top": 0.5, "largest": [0.2, 0.2, 0.5, 0.5]}, [0]),
        ([100, 100, 80, 80], {"commanded": False, "top": 0.49, "largest": [0.2, 0.2, 0.49, 0.49]}, [0, 2]),
    ],
)
def test_another_level_parts_blocks_unless_the_instrument_is_at_its_limit(level, how, first):
    assert firsts(train([4, 4, 4], level=level, **how)) == first


@pytest.mark.parametrize(("back", "before", "fresh"), [(2.71, "plated", True), (2.7, "partly plated", False)])
def test_an_electrode_is_fresh_again_if_nine_tenths_are_plated_back(back, before, fresh):
    one, two = blocks_of(train([4, 5, NAN, 8, 9], level=3600, plated=[0, 0, back, 0, 0]))
    assert (one.number, one.first, one.last, one.rest_s, one.before, one.fresh) == (1, 0, 2, 4.5, "start", True)
    assert (two.number, two.first, two.last, two.rest_s, two.before, two.fresh) == (2, 3, 5, 8.5, before, fresh)


def test_a_block_after_a_rest_is_stripped_and_one_without_a_rest_has_none():
    assert [(b.rest_s, b.before) for b in blocks_of(train([4, 4, 8, 8]))] == [(4, "start"), (8, "stripped")]
    assert [b.rest_s for b in blocks_of(train([NAN]))] == [None, None]


# -- which current strips, and how large it was commanded --------------------------------------------------


@pytest.mark.parametrize(
    ("anodic", "cathodic", "direction", "sign"),
    [
        (3, 9, "we_oxidised", 1),
        (9, 3, "we_reduced", -1),
        (5, 2, "auto", 1),
        (2, 5, "auto", -1),
        (4, 2, "auto", None),  # half as many
        (2, 4, "auto", None),
    ],
)
def test_the_current_with_more_pulses_strips_unless_it_is_stated(anodic, cathodic, direction, sign):
    found = {1: (None, [None] * anodic), -1: (None, [None] * cathodic)}
    params = PulsedStrippingParams(direction=direction)
    if sign is not None:
        assert _sign(found, params) == sign
        return
    with pytest.raises(Refusal, match=f"there are {anodic} anodic and {cathodic} cathodic pulses"):
        _sign(found, params)


@pytest.mark.parametrize(
    ("unit", "commanded", "level"),
    [
        ("mA/cm^2", [-2.0, -3.0], [2.0, 3.0]),
        ("mA/cm^2", [-2.0, 0.0], [2.0, 3.1]),  # one that commands nothing is as measured
        ("mA", [-2.0, -3.0], [2.1, 3.1]),  # and one that cannot be compared
        (None, [-2.0, -3.0], [2.1, 3.1]),
    ],
)
def test_a_pulse_is_as_large_as_it_was_commanded(unit, commanded, level):
    """Two pulses of a row each, that strip by a cathodic current."""
    data = Columns({} if unit is None else {"j_set": np.array(commanded)})
    data.unit_of = {"j": "mA/cm^2", "j_set": unit}.get
    pulses = Segments(np.array([0, 1]), np.array([1, 2]), np.ones(2, np.int8))
    one = PulseTrain(data, None, np.array([2.1, 3.1]), None, -1, "voltage", None, pulses)
    assert one.level.tolist() == level


class Columns(dict):
    """Columns by need that can be asked for more."""


def test_less_than_half_of_a_pulse_of_the_other_sign_leaves_a_rest():
    """Pulses of 2 mA for 1 h, and half of one, a little more, and nothing plated back."""
    one = SimpleNamespace(edges=SimpleNamespace(begin=np.array([0.0, 5, 9]), end=np.array([1.0, 6, 10]),
                                                duration=np.full(3, 3600.0)),
                          level=np.full(3, 2.0), plated=np.array([1.0, 1.1, 0.0]))  # fmt: skip
    assert PulseTrain.rest.func(one) == pytest.approx([4.0, NAN, NAN], nan_ok=True)


def test_a_current_of_the_other_sign_is_more_than_a_twentieth_of_the_pulses():
    """Below a level at rest of 0.25, which the file has with the other sign."""
    one = SimpleNamespace(j=0.25 - np.array([-1.0, 0.0, 0.125, 0.126]), sign=-1, height=2.5,
                          threshold=SimpleNamespace(level=-0.25))  # fmt: skip
    assert PulseTrain._other.fget(one).tolist() == [False, False, False, True]


@pytest.mark.parametrize(("mode", "refused"), [([1, 2, 1, 2], False), ([2, 2, 1, 2], True), (None, False)])
def test_pulses_of_which_more_than_half_is_under_control_of_the_potential_were_not_commanded(mode, refused):
    """Two pulses of two rows; of the second half at least is."""
    data = Columns({} if mode is None else {"mode": np.array(mode)})
    data.how = lambda need: need
    pulses = Segments(np.array([0, 2]), np.array([2, 4]), np.ones(2, np.int8))
    if not refused:
        _require_current_control(data, pulses)
        return
    with pytest.raises(Refusal) as caught:
        _require_current_control(data, pulses)
    assert (caught.value.code, caught.value.remark.where) == ("not-galvanostatic", "mode")
    assert caught.value.message == "the current flows under control of the potential: no pulses were commanded"


@pytest.mark.parametrize(
    ("j", "code", "text"),
    [
        (
            [2, 2, 2, 1],
            "no-rests",
            "75% of the rows carry more than half of the largest current, and no rest stands out",
        ),
        (
            [2, 2, 1, 1],
            "no-pulses",
            "no pulses stand out of the current (largest 2)",
        ),  # half of the rows, and of it
    ],
)
def test_a_current_without_pulses_flows_all_the_time_or_hardly(j, code, text):
    refusal = _none(Columns({"j": -np.array(j, float)}), [])
    assert (refusal.code, refusal.message) == (code, text)


def test_charges_are_cut_and_counted_positive_as_the_current_is():
    """Both columns of the instrument are there; the block is the second pulse, with its rest but the last row."""
    t = np.arange(8.0)
    data = Columns({"dq": -t, "Q": -10 * t, "j": -t})
    data.unit_of = {"j": "mA/cm^2", "dq": "mA*h/cm^2", "Q": "mA*h/cm^2"}.get
    pulses, rests = (
        Segments(np.array(a), np.array(b), np.ones(2, np.int8)) for a, b in (([1, 5], [2, 6]), ([2, 6], [5, 7]))
    )
    one = SimpleNamespace(data=data, t=t, j=t, u=t / 10, sign=-1, unit="mA/cm^2", pulses=pulses, rests=rests,
                          rest=np.array([3.0, 1.0]), set_point=None, level=np.ones(2), height=1.0)  # fmt: skip
    assert list(charge_needs(one).items()) == [("charge_increment", "dq"), ("charge", "Q")]
    found = rows_of(one, SimpleNamespace(first=1, last=1), 9.0)
    assert {name: values.tolist() for name, values in found.charges.items()} == {
        "charge_increment": [4, 5, 6], "charge": [40, 50, 60],
    }  # fmt: skip
    assert (found.t.tolist(), found.u.tolist(), found.j.tolist()) == ([4, 5, 6], [0.4, 0.5, 0.6], [4, 5, 6])
    assert (found.pulses.start.tolist(), found.pulses.stop.tolist()) == ([1], [2])
    assert (found.offset, found.end, found.spread) == (4, "next", 0.0)
    data.unit_of = {"j": "mA/cm^2", "dq": "mA*h", "Q": "mA*h/cm^2"}.get
    assert charge_needs(one) == {"charge": "Q"}
    assert coarse._running(data)[0] == "charge"
    data["Q"][3] = NAN  # a column with an empty cell counts nothing
    assert charge_needs(one) == {}
    assert coarse._running(data) is None
    data["Q"][3] = -30.0
    data.unit_of = {"j": "mA/cm^2", "dq": "mA*h", "Q": "mA*h"}.get
    assert coarse._running(data) is None


@pytest.mark.parametrize("j", [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
def test_rows_without_a_current_have_the_accuracy_of_their_value(j, monkeypatch):
    ranges = CurrentRanges.of(np.ones(3), 0.001)
    monkeypatch.setattr(accuracy, "current_ranges", lambda *_: ranges)
    data = Columns()
    data.unit_of = {"j": "mA"}.get
    rows = np.full(3, not any(j))
    found = accuracy.accuracy_of(data, np.array(j), rows, PulsedStrippingParams(current_accuracy=0.3))
    assert found == CurrentAccuracy(0.003)
    flowing = accuracy.accuracy_of(data, np.full(3, -0.25), ~np.zeros(3, bool), PulsedStrippingParams())
    assert flowing == CurrentAccuracy(pytest.approx(hypot(0.001 / 0.25, 0.001)), ("1 mA",), 0)


@pytest.mark.parametrize(
    ("u", "value", "spread", "at"),
    [
        ([1.0, 2.0, 3.0, 9.0], 2.0, 1 / sqrt(12), 2),  # on it; what passed since the row before is its uncertainty
        ([1.0, 2.0, 3.02, 9.0], 2.0, 1 / sqrt(12), 2),
        ([1.0, 2.0, 1.01 * 3.0, 9.0], 1.5, 1 / sqrt(12), 2),  # some time before the row
        ([1.0, 2.0, 2.9, 2.9], None, 0.0, 3),
    ],
)
def test_sparse_rows_say_what_had_passed_where_the_cut_off_was_crossed(u, value, spread, at, monkeypatch):
    """1 mA·h each between rows; of currents of 4, 2, 3 and 4 mA those above half of the largest are of pulses."""
    data = Columns({"t": 60 * np.arange(4.0), "j": -np.array([4.0, 2.0, 3.0, 4.0])})
    data.unit_of = {"j": "mA"}.get
    seen = {}

    def accurate(data, size, rows, params):
        seen["rows"] = np.flatnonzero(rows).tolist()
        return CurrentAccuracy(0.0)

    monkeypatch.setattr(coarse, "_running", lambda _: ("charge", -np.arange(4.0)))
    monkeypatch.setattr(coarse, "stripped_voltage", lambda _, sign: (np.array(u), "voltage"))
    monkeypatch.setattr(coarse, "accuracy_of", accurate)
    outcome = coarse.run(data, PulsedStrippingParams(cut_off=3.0))
    found = outcome["stripping_charge"]
    assert (found.value, found.uncertainty) == (value, pytest.approx(spread))
    assert seen["rows"] == [row for row in (0, 2, 3) if row <= at]
    text = "a row every 60 s is sparser than the pulses: neither pulses nor the crossing can be resolved"
    flags = [("pulses-not-resolved", text)]
    if value is None:
        assert found.interval.low == 3.0
        flags.append(("right-censored", "U stays below 3 V in the rows there are"))
    assert [(flag.code, flag.message) for flag in outcome.flags] == flags
    assert {name: c.value for name, c in outcome.conditions.items()} == {
        "cut_off": 3.0, "cut_off_against": "across the cell", "direction": "we_reduced", "charge_by": "charge",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("used", "unknown", "codes", "text"),
    [
        ((), 3, [], ""),
        (("1 mA",), 0, [], ""),
        (("1 mA",), 1, ["current-range-unknown"], " in 1 row of the pulses"),
        (("1 mA", "10 mA"), 2, ["several-ranges", "current-range-unknown"], " in 2 rows of the pulses"),
    ],
)
def test_rows_whose_range_is_not_known_are_said_if_that_of_others_is(used, unknown, codes, text):
    flags = CurrentAccuracy(0.1, used, unknown).flags()
    assert [flag.code for flag in flags] == codes
    said = f"the current range is not known{text}: there the accuracy is that of the ranges that are"
    assert [flag.message for flag in flags[len(codes) - 1 :]] == ([said] if text else [])


@pytest.mark.parametrize(
    ("u", "end", "pulses", "refused"),
    [
        (3.0, "cut_off", 1, True),  # the cut-off itself is beyond
        (2.9, "cut_off", 1, False),
        (3.0, "limit", 1, False),
        (3.0, "cut_off", 2, False),
    ],
)
def test_a_first_pulse_that_begins_beyond_the_cut_off_stripped_nothing(u, end, pulses, refused):
    """2 mA/cm² for 9 s are 5 µA·h/cm²."""
    one = SimpleNamespace(t=np.array([7.0]), u=np.array([u]), unit="mA/cm^2", level=np.array([2.0]),
                          edges=SimpleNamespace(duration=np.array([9.0])),
                          pulses=SimpleNamespace(start=[0]))  # fmt: skip
    asked = one, SimpleNamespace(first=0), SimpleNamespace(end=end, pulses=[None] * pulses)
    if not refused:
        _require_something(*asked, PulsedStrippingParams(cut_off=3.0))
        return
    with pytest.raises(Refusal) as caught:
        _require_something(*asked, PulsedStrippingParams(cut_off=3.0))
    assert (caught.value.code, caught.value.remark.where) == ("beyond-cut-off-at-once", "t = 7 s")
    assert caught.value.message == "U is 3 V where the first pulse begins, beyond the cut-off of 3 V"
    bound = Measurand.less_than("mA*h/cm^2", 0.005, note="less than one pulse")
    assert caught.value.measurands == {"stripping_capacity": bound}


@pytest.mark.parametrize("charge", [[5.0, 5.0, 5.0], [0.0, 1.0, -1.0]])
def test_sparse_rows_whose_counter_passes_nothing_show_no_pulses(charge, monkeypatch):
    """The counter stands, or has come back further than it went when the cut-off is crossed."""
    data = Columns({"t": np.array([0.0, 60.0, 120.0]), "q": np.array(charge)})
    monkeypatch.setattr(coarse, "_running", lambda _: ("charge", data["q"] - data["q"][0]))
    monkeypatch.setattr(coarse, "stripped_voltage", lambda _, sign: (np.array([0.0, 5.0, 0.0]), "voltage"))
    data.how = lambda need: need
    with pytest.raises(Refusal) as caught:
        coarse.run(data, PulsedStrippingParams(cut_off=3.0))
    assert (caught.value.code, caught.value.remark.where) == ("no-pulses", "j")
    assert caught.value.message == "the instrument counted no charge of one sign (by charge)"


# -- what is refused of a voltage ------------------------------------------------------------------------


def voltages(under, still, *, noise=0.0, sign=1, observed="voltage"):
    """Return a train whose pulses and rests have these voltages, V."""

    def of(values):
        return Sliced(lambda u: np.array(values, float), len(values))

    data = SimpleNamespace(how=lambda name: name)
    return SimpleNamespace(pulses=of(under), rests=of(still), u=None, noise=noise, sign=sign, observed=observed,
                           data=data)  # fmt: skip


class Sliced(Counted):
    """Medians of some segments."""

    def __init__(self, median, count):
        self.median, self.count = median, count

    def where(self, some):
        return Sliced(lambda u: self.median(u)[some], len(some))


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (voltages([0.1] * 4, [0.0] * 4), None),
        (voltages([-0.1] * 4, [0.0] * 4), "voltage-falls"),
        (voltages([-0.1] * 4, [0.0] * 4, noise=0.0199), "voltage-falls"),
        (voltages([-0.1] * 4, [0.0] * 4, noise=0.0201), None),
        (voltages([0.0] * 4, [0.0] * 4), None),
        (voltages([NAN] * 4, [NAN] * 4), None),
        (voltages([0.7] * 8, [0.5, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]), None),  # of the first quarter
        (voltages([0.7] * 8, [0.51, 0.51, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]), "voltage-at-rest"),
        (voltages([0.1] * 4, [-0.51] * 4), "voltage-at-rest"),
        (voltages([0.7] * 4, [0.6] * 4, observed="potential_we"), None),
    ],
)
def test_a_voltage_that_cannot_be_that_of_a_stripped_electrode(one, code):
    try:
        require_sound_voltage(one)
        found = None
    except Refusal as refusal:
        found = refusal.code
    assert found == code


@pytest.mark.parametrize(("sign", "said"), [(1, "has 0.6 V at rest"), (-1, "has -0.6 V at rest")])
def test_the_voltage_at_rest_is_said_as_the_file_has_it(sign, said):
    with pytest.raises(Refusal, match=said):
        require_sound_voltage(voltages([0.7] * 4, [0.6] * 4, sign=sign))


# -- where the cut-off is crossed ------------------------------------------------------------------------


def rows(u, *, end="file", pulses=((1, None),), step=1.0):
    """Return rows 1 s apart; the pulses are of rows from … to (exclusive)."""
    start = np.array([a for a, _ in pulses])
    stop = np.array([len(u) if b is None else b for _, b in pulses])
    t = np.arange(len(u)) * step
    return Rows(
        t, np.ones(len(u)), np.array(u, float), {}, Segments(start, stop, np.ones(len(start), np.int8)), 0, end
    )


@pytest.mark.parametrize(
    ("one", "at", "stray"),
    [
        (rows([0, 1, 2, 3]), 3, []),
        (rows([0, 1, 2, 2.998]), 3, []),  # a file that ends on it, within a thousandth
        (rows([0, 1, 2, 0.999 * 3.0]), 3, []),
        (rows([0, 1, 2, 2.996]), None, []),
        (rows([0, 1, 2, 2.998], end="next"), None, []),
        (rows([0, 1, 3, 3, 1]), 2, []),  # half of what follows stays
        (rows([0, 1, 3, 3, 1, 1]), None, [2, 3]),  # a third
        (rows([0, 1, 3, 1, 1], pulses=((1, 3), (4, None))), None, [2]),  # back in the next pulse
        (rows([0, 1, 3, 1, 3], pulses=((1, 3), (4, None))), 2, []),
        (rows([0, 1, 1, 1, 1, 3], pulses=((1, 3),)), None, []),  # between pulses
    ],
)
def test_the_first_row_from_which_the_voltage_stays_beyond_the_cut_off(one, at, stray):
    assert _crossing(one, 3.0) == at
    if at is None:
        assert spikes(one, 3.0).tolist() == stray


@pytest.mark.parametrize(
    ("u", "bracket"),
    [
        ([0, 1, 2, 3.0], (1.0, 1.0)),  # on it
        ([0, 0, 1, 5.0], (0.5, 1.0)),  # ever faster: after the chord
        ([0, 0, 2, 4.0], (0.5, 1.0)),  # as fast as before
        ([0, 0, 2.5, 3.5], (0.0, 0.5)),  # ever more slowly: before it
        ([0, 0.5, 4.0], (0.0, 1.0)),  # the second row of a pulse
    ],
)
def test_the_crossing_is_bracketed_by_how_the_voltage_bends(u, bracket):
    assert _place(rows(u), len(u) - 1, 3.0) == pytest.approx(bracket)


def edges_at(begin, within):
    count = len(begin)
    return Edges(
        np.array(begin, float), np.array(begin, float) + 1, np.full(count, within), np.full(count, within)
    )


@pytest.mark.parametrize(
    ("begin", "slips"),
    [
        ([0, 3, 6, 9], 0),
        ([0, 3, 6, 9.09], 0),  # within half of the brackets of two edges, 0.1 s
        ([0, 3, 6, 9.11], 1),
        ([0, 3, 6.2, 9.2, 12.2, 15], 2),
        ([0, 3.5], 0),  # one period
        ([0, 3, 6.22], 2),  # both are off by 0.11 s
        ([0, 3, 6.18], 0),
    ],
)
def test_rows_that_slip_against_the_pulses_are_counted(begin, slips):
    assert _phase_slips(edges_at(begin, 0.1)) == slips


def test_rows_that_slip_by_just_what_the_edges_leave_open_do_not():
    assert _phase_slips(edges_at([0, 3, 6, 9.125], 0.125)) == 0


@pytest.mark.parametrize(("within", "marked"), [(0.24, True), (0.25, False)])
def test_rows_closer_than_half_of_the_usual_step_mark_the_edges(within, marked):
    assert _are_marked(edges_at([0, 3, 6], within), np.arange(10.0)) is marked


# -- ways of counting ------------------------------------------------------------------------------------


def ways(total, *, own=0.0, name="charge", at_rest=0.0, complete=True):
    """Return the instrument's charge beside 100 by level and edges."""
    mine = CountedCharge(name, np.array([total]), at_rest, 0.0, complete)
    return [mine, CountedCharge("commanded level and edges", np.array([60.0, 40.0]), 0.0, own)]


@pytest.mark.parametrize(
    ("total", "own", "apart", "said"),
    [
        (100.9, 0.0, 0.0, []),
        (101.0, 0.0, 0.0, []),
        (101.5, 0.5, 0.0, []),
        (101.1, 0.0, 1.1, ["charge counts +1.1% against commanded level and edges"]),
        (98.9, 0.0, 1.1, ["charge counts -1.1% against commanded level and edges"]),
        (102.0, 0.66, 2.0, ["charge counts +2.0% against commanded level and edges"]),  # 3 × 0.66 = 1.98
        (102.0, 0.67, 0.0, []),
    ],
)
def test_ways_disagree_by_a_hundredth_and_three_standard_uncertainties(total, own, apart, said):
    both = ways(total, own=own)
    assert disagreement(both) == pytest.approx(apart)
    assert [flag.message for flag in _charges(both, both[0])] == said


@pytest.mark.parametrize(("total", "how"), [(0.0, "stands still"), (-100.0, "counts the other way")])
@pytest.mark.parametrize("name", ["charge", "charge_increment"])
def test_a_counter_of_something_else_is_said(total, how, name):
    both = ways(total, own=0.1, name=name, complete=False)
    (flag,) = _charges(both, both[1])
    assert (flag.code, flag.message, flag.where) == (
        "charges-disagree", f"{name} {how} while current flows; counted by commanded level and edges",
        "table charge",
    )  # fmt: skip


@pytest.mark.parametrize(("own", "codes"), [(0.5, []), (0.51, ["edges-uncertain"])])
def test_edges_that_leave_a_two_hundredth_open_are_said(own, codes):
    both = ways(90.0, own=own, name="charge_increment", complete=False)
    flags = _charges(both, both[1])
    assert [flag.code for flag in flags] == ["increments-incomplete", *codes]
    if codes:
        assert flags[1].message == "rows leave the edges open by 0.5% of the charge"


@pytest.mark.parametrize(
    ("at_rest", "level", "codes"),
    [
        (0.1, 0.01, ["offset-current"]),
        (-0.1, -0.01, ["offset-current"]),
        (0.09, 0.01, []),
        (0.1, 0.001, ["offset-current"]),
        (0.1, 0.0009, []),
    ],
)
def test_a_current_at_rest_is_said_from_a_thousandth_on(at_rest, level, codes):
    one = SimpleNamespace(threshold=SimpleNamespace(level=level), sign=-1, height=1.0, unit="mA/cm^2")
    flags = _at_rest(one, ways(100.0, at_rest=at_rest)[0])
    assert [flag.code for flag in flags] == codes
    if codes:
        assert flags[0].message == (
            f"a current of {-level:g} mA/cm² at rest passes 0.1% of the capacity: it is not counted, but stands "
            "in the uncertainty, since it may be an offset of the reading"
        )


def test_a_counter_that_stands_has_no_share_at_rest():
    one = SimpleNamespace(threshold=SimpleNamespace(level=0.1), sign=1, height=1.0, unit="mA/cm^2")
    assert _at_rest(one, ways(0.0, at_rest=0.0)[0]) == []
    answer = SimpleNamespace(deciding=ways(0.0)[0], ways=ways(0.0))
    table = {name: (column.values, column.unit) for name, column in _ways(answer, "mA").items()}
    assert table == {
        "method": (("charge", "commanded level and edges"), ""), "charge": ((0.0, 100.0), "mA*h"),
        "difference": ((0.0, 100.0), "mA*h"), "relative": ((None, None), "%"), "at_rest": ((0.0, 0.0), "mA*h"),
        "decides": ((False, False), ""),
    }  # fmt: skip
    full = SimpleNamespace(ways=ways(80.0, at_rest=0.5))
    full.deciding = full.ways[0]
    table = {name: column.values for name, column in _ways(full, "mA/cm^2").items()}
    assert (table["difference"], table["relative"]) == ((0.0, 20.0), (0.0, 25.0))
    assert (table["at_rest"], table["decides"]) == ((0.5, 0.0), (True, False))


@pytest.mark.parametrize(
    ("t", "text"),
    [
        ([0, 1, 2, 3, 5.7], None),  # nine tenths of a pulse and its rest are 2.7 s
        ([0, 1, 2, 3, 5.8], "1 gap between rows, of up to 2.8 s, may hide pulses of 3 s each"),
        ([0, 1, 2, 4.8, 8], "2 gaps between rows, of up to 3.2 s, may hide pulses of 3 s each"),
        ([-9, 1, 2, 3, 4], None),  # before the first pulse
    ],
)
def test_gaps_that_may_hide_pulses(t, text):
    one = rows([0.0] * 5, pulses=((2, None),))
    one = Rows(np.array(t, float), one.j, one.u, {}, one.pulses, 0, "file")
    each = SimpleNamespace(edges=SimpleNamespace(duration=np.array([1.0, 1.0])))
    by_edges, block = ways(100.0)[1:], SimpleNamespace(rest_s=2.0)
    assert [flag.message for flag in _missing_rows(each, block, one, by_edges)] == ([text] if text else [])
    assert _missing_rows(each, block, one, ways(100.0)) == []  # the instrument counted


def test_a_gap_as_long_as_a_pulse_may_hide_one_where_no_rest_is_known():
    one = rows([0.0] * 5, pulses=((1, None),), step=1.5)
    each = SimpleNamespace(edges=SimpleNamespace(duration=np.array([1.0, 1.0])))
    (flag,) = _missing_rows(each, SimpleNamespace(rest_s=None), one, ways(100.0)[1:])
    assert flag.message == "4 gaps between rows, of up to 1.5 s, may hide pulses of 1 s each"
    assert (flag.where, flag.hint) == ("t = 0 s", "record the instrument's charge")


@pytest.mark.parametrize(
    ("last", "within", "said"),
    [
        (0.94, (0, 0), ["the file ends 0.94 s into a pulse of 1 s"]),  # the usual one, not the longest
        (0.95, (0, 0), []),
        (0.89, (0.02, 0.03), ["the file ends 0.89 s into a pulse of 1 s"]),  # 0.05 s are open at its edges
        (0.91, (0.02, 0.03), []),
    ],
)
def test_a_last_pulse_that_is_shorter_than_the_usual_one_was_cut(last, within, said):
    one = rows([0.1] * 6, pulses=((1, 2), (3, 4), (4, 5), (5, None)))
    each = SimpleNamespace(
        pulses=Counted(lambda u: np.array([0.05, 0.1, 0.08, 0.02]), 4),
        u=None,
        edges=SimpleNamespace(
            duration=np.array([1.0, 1.0, 3.0, last]),
            begin_within=np.array([9, 9, 9, within[0]]),
            end_within=np.array([9, 9, 9, within[1]]),
        ),
    )
    flags = _ending(each, SimpleNamespace(first=0), one, SimpleNamespace(cut_off=3.0))
    assert [flag.message for flag in flags if flag.code == "ends-mid-pulse"] == said
    assert flags[0].message == "U stays below 3 V (largest 0.1 V) until the file ends: a lower bound"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([2, 2, 1, 0], None),  # the last one, at the end of the file, does not count
        ([2, 1, 0], "the rests of 4 s have 1.5 rows, at least 2 are needed (a row every 2 s)"),
        ([1, 1, 9], "the rests of 4 s have 1 row, at least 2 are needed (a row every 2 s)"),
    ],
)
def test_rests_have_two_rows(rows, said):
    one = SimpleNamespace(rests=SimpleNamespace(rows=np.array(rows)), t=2 * np.arange(9.0), pulses=rows,
                          rest=np.array([4.0] * (len(rows) - 1) + [NAN]),
                          data=SimpleNamespace(how=lambda need: f"as {need}"))  # fmt: skip
    if said is None:
        require_resolved_rests(one)
        return
    with pytest.raises(Refusal) as caught:
        require_resolved_rests(one)
    assert (caught.value.code, caught.value.message, caught.value.remark.where) == (
        "rest-unresolved",
        said,
        "as t",
    )
    assert caught.value.hint == "record a row every 0.8 s, or rows at the edges of the pulses"


@pytest.mark.parametrize(("block", "chosen"), [(0, None), (1, "a"), (2, "b"), (3, "no-such-block")])
def test_a_block_is_chosen_by_its_number(block, chosen):
    params = PulsedStrippingParams(block=block)
    if block < 3:
        assert _chosen(["a", "b"], params) == chosen
        return
    with pytest.raises(Refusal) as caught:
        _chosen(["a", "b"], params)
    assert (caught.value.code, caught.value.hint) == (chosen, "--param block=2")
    assert caught.value.message == "the file has 2 blocks, block 3 is asked for"
    assert _chosen(["a"], PulsedStrippingParams()) == "a"


@pytest.mark.parametrize(
    ("largest", "level", "sound"), [(19.9, 0.49, True), (20.0, 0.49, False), (19.9, -0.5, False)]
)
def test_pulses_are_a_twentieth_of_the_largest_current_and_twice_what_flows_at_rest(
    largest, level, sound, monkeypatch
):
    """Their height of 1 is that of the upper threshold over 0.6."""
    pulses = Segments(np.array([0, 2]), np.array([1, 3]), np.array([1, -1], np.int8))
    monkeypatch.setattr(of_train, "pulse_threshold", lambda *_: SimpleNamespace(on=0.6, level=level))
    monkeypatch.setattr(of_train, "states", lambda *_: None)
    monkeypatch.setattr(of_train, "runs", lambda *_: pulses)
    found = [of_train._pulses(np.array([1.0, -largest]), sign)[1].start.tolist() for sign in (1, -1)]
    assert found == ([[0], [2]] if sound else [[], []])


def test_what_several_blocks_have_in_common_is_said_once():
    one, two = Flag("a", "first"), Flag("b", "other")
    assert [f.message for f in gathered([[one], [one, two], [one]])] == ["first (and 2 blocks more)", "other"]


# -- the plateau -----------------------------------------------------------------------------------------


def points(*values, rests=(1.0, e, e * e), u=0.0, shared=0.0, bounds=()):
    parts = (Component("area", shared, "B", "area"), Component("noise", u)) if shared else ()
    return [
        RestPoint(Outcome(), f"{n}", rest, value, hypot(u, shared), n in bounds, "mA*h/cm^2", components=parts)
        for n, (value, rest) in enumerate(zip(values, rests, strict=False))
    ]


def test_a_slope_is_that_of_a_line_by_hand():
    """x = 0, 1, 2 in ln(rest): the spread is 2."""
    known = slope_of(points(1, 2, 3, u=0.1, shared=5.0))
    assert (known.value, known.error) == pytest.approx((1.0, 0.1 / sqrt(2)))
    assert (known.low, known.high) == pytest.approx((1 - 1.959964 * known.error, 1 + 1.959964 * known.error))
    scattered = slope_of(points(1, 3, 2, u=0.1))  # ½, and -½, 1, -½ beside it: √1.5 of one degree of freedom
    assert (scattered.value, scattered.error) == pytest.approx((0.5, sqrt(1.5) / sqrt(2)))
    assert scattered.high == pytest.approx(0.5 + 12.7062047 * scattered.error)
    two = slope_of(points(1, 2, 90, u=0.1, bounds=(2,)))
    assert (two.value, two.error) == pytest.approx((1.0, 0.1 / sqrt(0.5)))


def test_how_steeply_capacities_rise_before():
    on, below = points(4, 6, 9, rests=(e, e**3, e**4), bounds=(2,)), points(1, 3, 7, rests=(1, 1, 1), bounds=(2,))
    assert slope_before(on, below) == pytest.approx((5 - 2) / 2)
    three = points(1, 3, 8, rests=(1, 1, 1))  # their mean is 4, not the one in the middle
    assert slope_before(on, three) == pytest.approx((5 - 4) / 2)
    assert slope_before(three, points(1, rests=(e**-2,))) == pytest.approx((4 - 1) / 2)


HALF = sqrt(0.5)
"""The uncertainty of each of two values at ln(rest) = 0, 1 whose slope has an error of 1."""


@pytest.mark.parametrize(
    ("rise", "error", "before", "flat"),
    [
        (1.9, 0.0, None, True),  # a fifth of the tolerance of 10 % of 100
        (2.1, 0.0, None, False),
        (2.4, 1.0, None, True),  # less than 2.5 errors
        (2.6, 1.0, None, False),
        (4.0, 3.0, None, True),  # up to 4 + 1.96 × 3 = 9.88
        (4.2, 3.0, None, False),  # 10.08
        (-5.0, 1.0, None, True),
        (1.0, 0.0, 1.85, True),  # 0.55 × 1.85 = 1.02
        (1.0, 0.0, 1.78, False),  # 0.98
    ],
)
def test_capacities_are_flat_within_the_tolerance(rise, error, before, flat):
    two = points(100 - rise / 2, 100 + rise / 2, u=error * HALF)
    # The middle of the two is at ln(rest) = ½, one below at -½.
    below = points(100 - before, rests=(e**-0.5,)) if before else []
    assert is_flat(two, below, 0.1) is flat


@pytest.mark.parametrize(
    ("value", "error", "high", "before", "flat"),
    [
        (2.5, 1.0, 9.0, None, True),  # two and a half errors are not certain yet
        (2.6, 1.0, 9.0, None, False),
        (2.6, 1.0, 0.2 * 0.1 * 100, None, True),  # certain, and a fifth of the tolerance of 10 % of 100
        (2.6, 1.0, 2.1, None, False),
        (0.0, 1.0, 10.0, None, True),
        (0.0, 1.0, 10.1, None, False),
        (0.0, 1.0, 0.55 * 4, 4, True),  # 55 % of what comes before it
        (0.0, 1.0, 0.56 * 4, 4, False),
    ],
)
def test_a_rise_that_is_just_as_large_as_allowed_is_flat(value, error, high, before, flat, monkeypatch):
    monkeypatch.setattr(rise, "slope_of", lambda _: rise.Slope(value, error, -99.0, high))
    monkeypatch.setattr(rise, "slope_before", lambda *_: before)
    below = points(90, rests=(0.1,)) if before else []
    assert is_flat(points(100, 100), below, 0.1) is flat


@pytest.mark.parametrize(("other", "u", "on"), [(90, 0.0, 2), (89, 0.0, 1), (89, 5.5 / sqrt(2), 2), (110, 0.0, 2)])
def test_capacities_agree_within_the_tolerance_or_twice_their_uncertainty(other, u, on):
    """Of 100 the tolerance is 10; twice √2 × 5.5 / √2 is 11."""
    levels = [points(50), points(other, u=u), points(100, u=u)]
    assert _on_plateau(levels, PlateauParams(tolerance=10.0)) == on


def test_one_rest_is_no_plateau():
    assert not is_flat(points(100, 100, rests=(1, 1)), [], 0.1)
    assert not is_flat(points(100, 100, bounds=(1,)), [], 0.1)


def test_a_lower_bound_is_below_the_mean_by_what_it_may_be_too_high():
    level = points(10, 12, rests=(5, 5), u=0.3, shared=0.4)
    mean, half = lower_bound(level, [])
    assert (mean, half) == pytest.approx((11, 1.959964 * hypot(0.3 / sqrt(2), 0.4)))
    others = [level, points(1, 3, rests=(1, 1))]  # each scatters by √2: four squares of 1 over two
    assert lower_bound(level, others)[1] == pytest.approx(
        hypot(4.30265273 * sqrt(2) / sqrt(2), 1.959964 * 0.4), rel=1e-8
    )


@pytest.mark.parametrize(
    ("rests", "sizes"), [((1, 1.05, 2), [2, 1]), ((1, 1.06, 2), [1, 1, 1]), ((1, 1.04, 1.08), [2, 1])]
)
def test_rests_within_a_twentieth_of_the_first_are_one_level(rests, sizes):
    assert [len(level) for level in levels_of(points(1, 1, 1, rests=rests))] == sizes


def found(value=1.0, rest=2.0, *, name="stripping_capacity", label="a", **more):
    measurands = {name: value if isinstance(value, Measurand) else Measurand("mA*h/cm^2", value, 0.1)}
    if rest is not None:
        measurands["rest_duration"] = Measurand("s", rest)
    for other, (unit, size) in more.items():
        measurands[other] = Measurand(unit, size)
    return Outcome(measurands, label=label)


BOUND = Measurand.more_than("mA*h/cm^2", 0.7, uncertainty=0.05)
LESS = Measurand.less_than("mA*h/cm^2", 0.7)
ABOVE_0 = "a capacity and its rest have to be above 0"


@pytest.mark.parametrize(
    ("one", "value", "bound", "reason"),
    [
        (found(), 1.0, False, ""),
        (found(BOUND), 0.7, True, ""),
        (found(LESS), NAN, False, "neither a value nor a lower bound"),
        # An upper bound is none below, although it says that nothing is less than zero.
        (found(replace(LESS, interval=Interval(0.0, 0.7))), NAN, False, "neither a value nor a lower bound"),
        (found(Measurand("mA*h/cm^2")), NAN, False, "neither a value nor a lower bound"),
        (found(rest=None), NAN, False, "has no stripping_capacity with a rest_duration"),
        (found(0.0), NAN, False, ABOVE_0),
        (found(-0.1), NAN, False, ABOVE_0),
        (found(rest=0.0), NAN, False, ABOVE_0),
        (found(rest=-1.0), NAN, False, ABOVE_0),
        (found(Measurand.more_than("mA*h/cm^2", 0.0)), 0.0, True, ""),
        (found(Measurand.more_than("mA*h/cm^2", -0.1)), NAN, False, ABOVE_0),
        (found(name="another"), NAN, False, "has no stripping_capacity with a rest_duration"),
        (found(name="stripping_charge"), 1.0, False, ""),
    ],
)
def test_a_capacity_that_is_stated_by_its_measurands(one, value, bound, reason):
    (point,) = points_of([one], PlateauParams())
    assert (point.value, point.bound, point.reason) == (pytest.approx(value, nan_ok=True), bound, reason)


def blocks(*rests):
    """Return an outcome with a block for each rest, and 2 mA·h/cm² beside its table."""
    n = len(rests)
    table = {"block": range(1, n + 1), "before": ["start"] * n, "rest": rests, "j": [1.0] * n, "pulse": [5.0] * n,
             "capacity": [0.5] * n, "uncertainty": [0.1] * n, "more_than": [None] * n}  # fmt: skip
    columns = {name: Series.of(list(v), "mA*h/cm^2" if name == "capacity" else "") for name, v in table.items()}
    return found(2.0).replace(tables={"blocks": columns})


def test_the_one_block_of_an_outcome_is_its_capacity_and_one_without_rests_is_left_out():
    one, none = points_of([blocks(3.0)], PlateauParams())[0], points_of([blocks(None)], PlateauParams())[0]
    assert (one.label, one.rest_s, one.value, one.reason) == ("a", 3.0, 2.0, "")
    assert (none.label, none.unit, none.reason) == ("a", "mA*h/cm^2", "no rest between pulses")
    alone = blocks(3.0)
    del alone.measurands["stripping_capacity"]
    assert points_of([alone], PlateauParams())[0].value == 0.5
    both = points_of([blocks(3.0, None)], PlateauParams())
    assert [(p.label, p.value, p.reason) for p in both] == [
        ("a block 1", 0.5, ""), ("a block 2", pytest.approx(NAN, nan_ok=True), "no rest between pulses"),
    ]  # fmt: skip


def test_what_is_left_out_comes_last_and_shorter_rests_first():
    given = [found(rest=3.0, label="c"), found(rest=1.0, label="b"), found(rest=0.5, label="x")]
    ordered = points_of(given, PlateauParams(exclude="x: leaked"))
    assert [(p.label, p.reason) for p in ordered] == [("b", ""), ("c", ""), ("x", "by hand: leaked")]


@pytest.mark.parametrize(
    ("exclude", "ok"),
    [("a: leaked", True), ("a:", False), ("a", False), ("b: leaked", False), (" ; a : wet ;", True)],
)
def test_an_exclusion_names_a_capacity_and_why(exclude, ok):
    if ok:
        (point,) = points_of([found()], PlateauParams(exclude=exclude))
        assert point.reason.startswith("by hand: ")
    else:
        with pytest.raises(Refusal) as caught:
            points_of([found()], PlateauParams(exclude=exclude))
        assert caught.value.code == "bad-exclusion"
        assert caught.value.message.endswith("there are a")


def test_each_exclusion_has_its_own_reason():
    """Of two for one capacity the last one holds; a reason may hold a colon only before the last one."""
    given = [found(label=label, rest=rest) for label, rest in (("a", 1.0), ("b", 2.0), ("c", 3.0))]
    ordered = points_of(given, PlateauParams(exclude="b: leaked; a: wet; b: short"))
    assert [(p.label, p.reason) for p in ordered] == [("c", ""), ("a", "by hand: wet"), ("b", "by hand: short")]
    with pytest.raises(Refusal) as caught:
        points_of(given, PlateauParams(exclude="b: leaked; d: wet"))
    assert caught.value.message == "'d: wet' names no capacity with a reason: there are a, b, c"


@pytest.mark.parametrize(
    ("name", "unit", "values", "code"),
    [
        ("pulse_current_density", "mA/cm^2", (1.0, 1.02), None),
        ("pulse_current_density", "mA/cm^2", (1.0, 1.03), "mixed-current"),
        ("pulse_current_density", "mA/cm^2", (-1.0, -1.03), "mixed-current"),
        ("pulse_current_density", "mA/cm^2", (-49.0, -50.0), None),
        ("pulse_duration", "s", (5.0, 5.09), None),
        ("pulse_duration", "s", (5.0, 5.2), "mixed-pulse"),
    ],
)
def test_conditions_within_two_hundredths_are_one(name, unit, values, code):
    given = [found(label=f"{n}", **{name: (unit, value)}) for n, value in enumerate(values)]
    both = points_of(given, PlateauParams())
    if code is None:
        require_comparable(both)
        return
    with pytest.raises(Refusal) as caught:
        require_comparable(both)
    assert caught.value.code == code
    assert caught.value.message.endswith(f": {values[0]:g}, {values[1]:g}")


def test_what_one_outcome_does_not_state_is_not_alike():
    both = points_of([found(pulse_duration=("s", 5.0)), found(label="b")], PlateauParams())
    with pytest.raises(Refusal, match="not the same: 5, not stated"):
        require_comparable(both)


def test_what_all_points_share_is_not_their_own():
    (point,) = points(1.0, u=0.3, shared=0.4)
    assert (point.uncertainty, point.independent) == (pytest.approx(0.5), pytest.approx(0.3))


def more(value, u):
    return Measurand.more_than("mA*h/cm^2", value, uncertainty=u)


@pytest.mark.parametrize(("bound", "counts"), [(0.5, False), (1.0, False), (1.01, True)])
def test_a_lower_bound_at_a_rest_of_the_plateau_counts_only_if_it_is_above_it(bound, counts):
    """Two cells at each rest, of which one stops early: the plateau is the mean of the four values, 1."""
    exact = Measurand("mA*h/cm^2", 1.0, 1e-4)
    given = [found(0.1, 1.0, label="a"), found(exact, 8.0, label="b"), found(exact, 8.0, label="c"),
             found(exact, 10.0, label="d"), found(exact, 10.0, label="e"),
             found(more(bound, 0.0), 10.0, label="f"), found(more(0.05, 0.0), 12.0, label="g")]  # fmt: skip
    outcome = echub.analyze("pulsed-stripping-plateau", given)
    plateau = outcome["capacity_plateau"]
    if counts:
        assert plateau.censoring == "right"
        text = "f passed more than 1.01 mA·h/cm² without reaching the cut-off: a lower bound"
        assert [flag.message for flag in outcome.flags if flag.code == "no-plateau"] == [text]
        return
    # 1e-4 of each: their standard error is 5e-5, and t of three degrees of freedom 3.1824.
    assert (plateau.value, plateau.uncertainty, plateau.n) == (1.0, pytest.approx(5e-5), 4)
    assert plateau.interval.high - 1 == pytest.approx(3.18244631 * 5e-5)
    assert (outcome["plateau_from"].value, outcome["plateau_from"].interval.low) == (8.0, 1.0)
    table = outcome.tables["capacities"]
    assert table["more_than"].values == (None, None, None, None, None, bound, 0.05)
    assert table["on_plateau"].values == (False, True, True, True, True, True, False)


def test_a_plateau_has_what_its_points_share_and_no_lower_end_where_no_rest_was_too_short():
    """Three capacities of 1; 3 % of their area and 4, 4 and 2 % of the current do not average out."""

    def one(rest, current, label):
        parts = (
            Component("range", current, "B", "current"),
            Component("size", 0.03, "B", "area"),
            Component("own", 0),
        )
        return found(Measurand("mA*h/cm^2", 1.0, hypot(current, 0.03), components=parts), rest, label=label)

    given = [one(1.0, 0.04, "a"), one(2.0, 0.04, "b"), one(4.0, 0.02, "c"), found(LESS, 8.0, label="d"),
             found(rest=None, label="e")]  # fmt: skip
    outcome = echub.analyze("pulsed-stripping-plateau", given)
    plateau, start = outcome["capacity_plateau"], outcome["plateau_from"]
    assert (plateau.components[0].name, plateau.components[0].uncertainty) == (
        "scatter",
        pytest.approx(0, abs=1e-8),
    )
    assert plateau.components[1:] == (
        Component("area", 0.03, "B", "area"),
        Component("current", 0.04, "B", "current"),
    )
    assert (plateau.value, plateau.uncertainty, plateau.n) == (1.0, pytest.approx(0.05), 3)
    assert plateau.interval.high == pytest.approx(1 + 1.959964 * 0.05)
    assert plateau.note == "mean of the capacities at rests from 1 s"
    assert (start.value, start.n) == (1.0, 3)
    assert start.interval == Interval(0.0, 1.0, "bracketing", includes_low=False, method="rests that were tried")
    assert [(flag.code, flag.message, flag.where) for flag in outcome.flags] == [
        ("plateau-throughout", "no rest was so short that it lowers the capacity: where the plateau begins is not "
         "bracketed", ""),
        ("left-out", "2 capacities were left out",
         "d: neither a value nor a lower bound; e: has no stripping_capacity with a rest_duration"),
    ]  # fmt: skip
    assert outcome.diagnostics["rest"].values == (1.0, 2.0, 4.0)  # what has no value is not drawn
    assert {outcome.tables["capacities"][name].unit for name in ("capacity", "uncertainty", "more_than")} == {
        "mA*h/cm^2"
    }


def test_series_of_which_none_reached_the_cut_off_give_the_highest_bound():
    given = [found(more(size, 0.0), rest, label=f"{rest}") for size, rest in ((0.1, 1.0), (0.3, 2.0), (0.2, 4.0))]
    outcome = echub.analyze("pulsed-stripping-plateau", given)
    assert list(outcome.measurands) == ["capacity_plateau"]
    assert (outcome["capacity_plateau"].censoring, outcome["capacity_plateau"].interval.low) == ("right", 0.3)
    (flag,) = [flag for flag in outcome.flags if flag.code == "no-plateau"]
    assert flag.message == "1.0 passed more than 0.1 mA·h/cm² without reaching the cut-off: a lower bound"


@pytest.mark.parametrize(
    ("at_8_s", "at_10_s", "rest", "low"),
    [
        (more(0.7, 0.01), more(0.7, 0.01), 8, 0.7 - 0.01 * 1.959964),  # two that say the same
        (more(0.7, 0.001), more(0.71, 0.1), 8, 0.7 - 0.001 * 1.959964),
        (more(0.7, 0.1), more(0.69, 0.001), 10, 0.69 - 0.001 * 1.959964),
    ],
)
def test_of_several_lower_bounds_the_highest_is_given(at_8_s, at_10_s, rest, low):
    given = [found(0.1, 1.0, label="a"), found(0.2, 2.0, label="b"), found(at_8_s, 8.0, label="c"),
             found(at_10_s, 10.0, label="d")]  # fmt: skip
    outcome = echub.analyze("pulsed-stripping-plateau", given)
    plateau = outcome["capacity_plateau"]
    assert (plateau.value, plateau.censoring) == (None, "right")
    assert outcome.diagnostics["plateau"].values == outcome.diagnostics["plateau_rests"].values == ()
    assert plateau.interval.low == pytest.approx(low)
    assert plateau.note.startswith(f"mean at a rest of {rest} s")

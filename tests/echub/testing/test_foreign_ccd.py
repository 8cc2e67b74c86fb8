"""Foreign staircases: the programme, the fate of R, and what befalls the record are what the names say."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from echub.testing.synth.foreign import ccd
from echub.testing.synth.foreign.ccd import SHAPES, Climb, climb

PLAN = Climb((1.0, 2.0, 4.0), hold_s=100.0, rest_s=50.0, step_s=5.0, area=0.5, noise_v=0.0, noise_j=0.0)
"""Six half cycles of 100 s, each after 50 s of rest."""


def rng(seed=1):
    return np.random.default_rng(seed)


def columns(drawn):
    return {name: column.values for name, column in drawn.data.columns.items()}


def flowing(drawn, plan=PLAN):
    """Return of the rows under current: time, j, R·A over that at the start."""
    c = columns(drawn)
    on = c["current"] != 0
    j, r = c["current"][on] / plan.area, c["voltage"][on] / c["current"][on]
    return c["time"][on], j, r / r[0]


def changed(change, plan=PLAN, seed=1):
    """Return time and j, and R over that of a cell without the change."""
    (t, j, r), (_, _, sound) = (
        (c["time"], c["current"] / plan.area, c["voltage"])
        for c in (columns(climb(plan, None, rng(seed), change=how)) for how in (change, None))
    )
    on = j != 0
    return t[on], j[on], r[on] / sound[on]


# -- the programme ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_levels_alternate_and_rise(turns):
    c = columns(climb(replace(PLAN, turns=turns), None, rng()))
    number = np.minimum((c["time"] // 150).astype(int), 3 * turns - 1)
    expected = np.repeat([1.0, 2.0, 4.0], turns) * (1 - 2 * (np.arange(3 * turns) % 2))
    inside = c["time"] - 150 * number
    on = inside > 50
    assert c["current"][on] == pytest.approx(0.5 * expected[number[on]])
    assert (c["current"][~on] == 0).all()
    assert c["time"][:3] == pytest.approx([0.001, 1.251, 2.501])  # a rest has forty rows at least
    assert np.diff(c["time"][number == 0][-10:]) == pytest.approx(2.5)


def test_half_cycles_last_by_charge_or_by_several_durations():
    """0.1 mA·h/cm² at 2 mA/cm² are three minutes."""
    by_charge = columns(climb(replace(PLAN, charge=0.1, rest_s=0.0), None, rng()))
    lengths = np.diff(by_charge["time"][np.append(0, np.flatnonzero(np.diff(by_charge["current"])) + 1)])
    assert lengths == pytest.approx([360.0, 360.0, 180.0, 180.0, 90.0])
    formed = columns(climb(replace(PLAN, holds=(60.0, 300.0), rest_s=0.0), None, rng()))
    lengths = np.diff(formed["time"][np.append(0, np.flatnonzero(np.diff(formed["current"])) + 1)])
    assert lengths == pytest.approx([60.0, 60.0, 300.0, 300.0] * 2 + [60.0, 60.0, 300.0])


def test_both_directions_have_their_resistance():
    _, j, r = flowing(climb(replace(PLAN, asr=(24.0, 36.0)), None, rng()))
    assert r == pytest.approx(np.where(j > 0, 1.0, 1.5))


def test_cells_differ_by_a_factor():
    plan = replace(PLAN, levels=(1.0,))
    first = np.array([1000 * c["voltage"][-1] / c["current"][-1] * 0.5 for c in
                      (columns(climb(plan, None, rng(seed))) for seed in range(60))])  # fmt: skip
    assert 21.0 <= first.min() < 23.0
    assert 40.0 < first.max() <= 42.0


def test_noise_is_as_stated_and_a_rest_reads_nothing():
    c = columns(climb(replace(PLAN, hold_s=5e3, step_s=1.0, noise_v=1e-3, noise_j=0.02), None, rng()))
    rest = c["current"] == 0
    assert c["voltage"][rest].std() == pytest.approx(1e-3, rel=0.2)
    level = c["current"][(c["current"] > 0.3) & (c["current"] < 0.7)] / 0.5
    assert (level.mean(), level.std()) == (pytest.approx(1.0, abs=2e-3), pytest.approx(0.02, rel=0.05))


def test_what_an_inaccurate_source_reads():
    """One offset for all rows, up to ± what is stated; the set point has none of it; the range is told."""
    offsets = []
    for seed in range(40):
        case = climb(replace(PLAN, reach=0.02, set_point=True), None, rng(seed))
        c = columns(case)
        off = c["current"] - c["current_setpoint"]
        on = c["current_setpoint"] != 0
        assert off[on] == pytest.approx(off[on][0])
        assert (off[~on] == 0).all()
        offsets.append(off[on][0])
        assert set(c["current_range"]) == {"20 mA"}
    assert 0.015 < np.abs(offsets).max() <= 0.02
    assert min(offsets) < 0 < max(offsets)
    assert not {"current_range", "current_setpoint"} & set(columns(climb(PLAN, None, rng())))


def test_units_and_metadata():
    case = climb(replace(PLAN, reach=0.01, set_point=True), None, rng())
    units = {name: column.unit for name, column in case.data.columns.items()}
    assert units == {"time": "s", "current": "mA", "voltage": "V", "current_range": None, "current_setpoint": "mA"}
    assert case.data.metadata == {"cell.area": "0.5 cm^2", "cell.symmetric": "true"}
    assert (case.analysis, case.measurand) == ("ccd", "critical_current_density")


# -- failures --------------------------------------------------------------------------------------------


def test_a_cell_fails_in_the_first_level_at_or_above_its_truth():
    """In its first half cycle of two, between a tenth and six tenths of it."""
    critical, places = [], []
    for seed in range(60):
        drawn = climb(PLAN, ccd.step(0.9), rng(seed))
        t, j, r = flowing(drawn)
        at = int(np.argmax(r < 0.5))
        assert r == pytest.approx(np.where(np.arange(len(r)) >= at, 0.1, 1.0))
        level = abs(j[at])
        assert level == min(x for x in PLAN.levels if x >= drawn.truth)
        places.append((t[at] - 350 if level == 2 else t[at] - 650) / 100)
        critical.append(drawn.truth)
    assert 1.0 <= min(critical) < 1.3
    assert 3.6 < max(critical) <= 4.0
    assert 0.1 <= min(places) < 0.15
    assert 0.55 < max(places) <= 0.6 + 0.025


def test_a_stated_truth_is_kept_and_three_half_cycles_may_fail_but_the_last():
    seen = set()
    for seed in range(40):
        drawn = climb(replace(PLAN, turns=3), ccd.step(0.9), rng(seed), critical=2.0, holds=True, params={"a": 1})
        assert (drawn.truth, drawn.holds, drawn.params) == (2.0, True, {"a": 1})
        t, _, r = flowing(drawn)
        seen.add(int(t[np.argmax(r < 0.5)] // 150))
    assert seen == {3, 4}


def test_at_rest_it_fails_before_the_level_starts():
    _, j, r = flowing(climb(PLAN, ccd.step(0.9), rng(), at_rest=True, critical=1.5))
    assert r == pytest.approx(np.where(np.abs(j) >= 2, 0.1, 1.0))


def test_what_never_fails_has_no_truth_below_infinity():
    drawn = climb(PLAN, None, rng())
    assert (drawn.truth, drawn.holds, drawn.params) == (math.inf, False, {})
    assert flowing(drawn)[2] == pytest.approx(1.0)


COURSES = {
    "step": (ccd.step(0.6), {0.0: 0.4, 5.0: 0.4}),
    "relaxing": (ccd.relaxing(0.6, 0.5), {0.0: 1.0, 0.5: 1 - 0.6 * (1 - 1 / math.e), 50.0: 0.4}),
    "logistic": (ccd.logistic(0.6, 0.2), {0.6: 0.7, 0.0: 1 - 0.6 / (1 + math.e**3), 50.0: 0.4}),
    "power law": (ccd.power_law(0.8, 0.5), {0.0: 1.0, 0.3: 0.6, 0.8: 1 - 0.8 * 2 / 3}),
    "two stages": (ccd.two_stage(0.15, 0.9, 3.0), {0.0: 0.85, 2.99: 0.85, 3.0: 0.1}),
    "flickering": (ccd.flickering(0.8, 0.5), {0.0: 0.2, 0.32: 0.2, 0.35: 0.8, 0.49: 0.8, 0.51: 0.2}),
    "contact": (ccd._loses_contact(ccd.step(0.6), 2.0, 3.0), {0.0: 0.4, 2.9: 0.4, 3.0: 0.8, 9.0: 0.8}),
}


@pytest.mark.parametrize("name", COURSES)
def test_courses_of_a_failure(name):
    course, points = COURSES[name]
    assert course(np.array(list(points))) == pytest.approx(list(points.values()))


# -- changes ---------------------------------------------------------------------------------------------


def test_a_drift_takes_a_quarter():
    t, _, r = changed(ccd._drift)
    assert r == pytest.approx(1 - 0.25 * t / 900, abs=2e-3)


def test_one_over_f_noise_of_three_percent():
    plan = replace(PLAN, levels=(1.0,) * 4, hold_s=2000.0, rest_s=0.0, step_s=1.0)
    _, _, r = changed(ccd._pink, plan)
    assert ((r - 1).mean(), (r - 1).std()) == (pytest.approx(0, abs=1e-12), pytest.approx(0.03))
    power = np.abs(np.fft.rfft(r - 1)) ** 2
    bands = [np.log(power[a:b]).mean() for a, b in ((10, 100), (1000, 8000))]
    middle = [np.log(np.arange(a, b)).mean() for a, b in ((10, 100), (1000, 8000))]
    assert np.diff(bands) / np.diff(middle) == pytest.approx(-1.0, abs=0.1)


def test_jumps_bursts_and_growth():
    _, _, jumped = changed(ccd._rises)
    assert sorted(set(np.round(jumped, 6))) == pytest.approx(1.1 ** np.arange(4))
    assert (np.diff(jumped) >= -1e-9).all()
    t, _, rattling = changed(ccd._bursts, replace(PLAN, hold_s=2000.0, rest_s=0.0), 3)
    shaken = t[np.abs(rattling - 1) > 1e-9]
    assert len(shaken) == 3 * 12  # a row every 5 s
    assert np.log(rattling[np.abs(rattling - 1) > 1e-9]).std() == pytest.approx(0.4, rel=0.4)
    t, j, grown = changed(ccd._growth)
    inside = (t - 50) % 150 / 100
    assert grown == pytest.approx(1 + 0.6 * inside**2, abs=1e-4)
    _, _, even = changed(ccd._growing(0.6))
    assert even == pytest.approx(1 + 0.6 * inside, abs=1e-4)
    _, _, with_j = changed(ccd._growing(0.6, 0.2))
    assert with_j == pytest.approx(1 + 0.6 * (1 + 0.2 * np.abs(j)) * inside, abs=1e-4)


def test_a_resistance_falls_with_the_current():
    _, j, r = changed(ccd._non_ohmic)
    assert r == pytest.approx(8 / (8 + np.abs(j)))


@pytest.mark.parametrize(("exchange", "symmetry"), [(0.3, 0.5), (0.3, 0.3), (2.0, 0.7)])
def test_charge_transfer_obeys_butler_and_volmer(exchange, symmetry):
    """Nine tenths of R is eta/j: the overpotential in kT/e solves j = j0 (exp(a x) - exp(-(1 - a) x))."""
    _, j, r = changed(ccd._charge_transfer(exchange, symmetry))
    for level in (1.0, -1.0, 2.0, -2.0, 4.0, -4.0):
        (left,) = set(np.round((r[np.isclose(j, level)] - 0.1) / 0.9, 9))
        x = left * abs(level) / exchange
        a = symmetry if level > 0 else 1 - symmetry
        assert exchange * (math.exp(a * x) - math.exp(-(1 - a) * x)) == pytest.approx(abs(level), rel=1e-4)


# -- the shapes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_what_its_name_says(name):
    drawn = SHAPES[name](rng(3))
    c = columns(drawn)
    set_point = c["current_setpoint"] if "current_setpoint" in c else c["current"]
    levels = np.unique(np.round(np.abs(set_point[set_point != 0]) / 0.785, 2))
    assert ("no short" in name) is (drawn.truth == math.inf)
    assert math.isnan(drawn.truth) is (name == "electrolyte stated too high")
    if found := re.search(r"steps of (0\.\d+)", name):
        step = float(found[1])
        assert np.percentile(np.diff(levels[levels > 0.1]), 50) == pytest.approx(step, rel=0.3)
    assert ("current_range" in c) is ("inaccurate" in name)
    assert ("electrolyte_asr" in drawn.params) is ("electrolyte" in name)
    assert bool((set_point[:20] == 0).all()) is ("no rests" not in name)
    if drawn.holds:
        unusual = "no short|drift|grows|gaps|doubled|jitter|tau 0|formation"
        assert not re.search(unusual, name.replace("60 %, tau 0.02 to 1", ""))


def test_an_electrolyte_is_below_the_sound_cell_or_above_it():
    """Of 30 Ω·cm² that are drawn between 0.7 and 1.4 times as large, 55 % are the electrolyte's at the least."""
    for name, stated in (
        ("known electrolyte, short of 60 %", 30 * 0.55 * 0.7),
        ("electrolyte stated too high", 60.0),
    ):
        drawn = SHAPES[name](rng(3))
        assert drawn.params == {"electrolyte_asr": pytest.approx(stated)}
        _, _, r = flowing(drawn, Climb())
        first = 1000 * columns(drawn)["voltage"][columns(drawn)["current"] != 0][:20] * 0.785
        cell = np.median(first / columns(drawn)["current"][columns(drawn)["current"] != 0][:20])
        assert bool(stated < cell) is (name != "electrolyte stated too high")
        assert r.min() * cell < stated


def test_gaps_are_five_stretches_of_five_minutes():
    """Rows come at least every 10 s; two that overlap are one."""
    for seed in range(5):
        whole = columns(climb(Climb(), None, rng()))["time"]
        t = columns(ccd._gaps(climb(Climb(), None, rng()), rng(seed)))["time"]
        gone = np.setdiff1d(whole, t)
        stretches = np.split(gone, np.flatnonzero(np.diff(gone) > 20) + 1)
        lengths = [stretch[-1] - stretch[0] for stretch in stretches]
        assert len(stretches) <= 5
        assert 1400 < sum(lengths) <= 1500 or len(stretches) < 5
        assert min(lengths) == pytest.approx(295, abs=6)

"""Refusals, flags, bounds and the table of thresholds as a whole; currents are straight by parts."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub.drawing import RED
from echub.plugin import Flag, Measurand, Outcome
from echub_window import WindowParams, figure
from echub_window.data.sweeps import PotentialSweep, sweeps_of
from echub_window.method.baseline import BaselineFit
from echub_window.method.crossing import Crossing, crossing
from echub_window.outcome import window
from echub_window.outcome.window import Judged
from tests.messages.saying import Fake
from tests.plugins.remarks import info, refusal, warning, whole
from tests.plugins.test_figures_by_hand import drawn

E = np.linspace(0.0, 1.0, 1001)
RISES = 100 * np.maximum(E - 0.5, 0)
"""From 0.5 V on 100 µA/cm²/V: 10 µA/cm² at 0.6 V."""
OTHERS = "`echub analyze --list FILE` shows what suits it"


def line(low=0.0, high=0.2, level=0.0, **more):
    """Return a flat baseline; `low` to `high` are the potentials of its rows."""
    return BaselineFit(level, 0.0, (low + high) / 2, low, high, more.pop("noise", 0.0), 0.0, 0.0, **more)


def judged(j=RISES, way=1, base=None, scan=1):
    """Return a sweep from 0 to 1 V, or back, with these currents in its order, and its baseline at its start."""
    at = base or (line() if way > 0 else line(0.8, 1.0))
    return Judged(PotentialSweep(scan, way, 1000 * E, E[::way], np.asarray(j, float), 1.0), at)


def course(e, j=None):
    e = np.asarray(e, float)
    j = np.linspace(0, 1, len(e)) if j is None else j
    return Fake(items={"E": e, "t": np.arange(len(e)) * 1.0, "j": j}, clock_step=0.0)


STEPS = np.repeat([0.0, 0.5, 1.0], 100)
REFUSED = {
    "nothing is known": (lambda: sweeps_of(course([np.nan, 1.0]), 0.0), "the potential spans 0 mV"),
    "nothing is there": (lambda: sweeps_of(course([np.nan, np.nan]), 0.0), "the potential spans 0 mV"),
    "a rest": (lambda: sweeps_of(course(np.linspace(3, 3.0123, 50)), 0.0), "the potential spans 12.3 mV"),
    "steps": (lambda: sweeps_of(course(STEPS), 0.0),
              "the potential moves, but not at one rate: steps, or a current that was controlled"),
    "a held current": (lambda: sweeps_of(course(E, np.full(1001, -7.0)), 0.0),
                       "the current is constant while the potential changes: the current was controlled"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_data_without_sweeps_are_refused_with_what_they_are(case):
    call, message = REFUSED[case]
    assert whole(call) == refusal("no-sweep", message, hint=OTHERS)


def test_a_current_of_zero_is_none():
    assert whole(lambda: sweeps_of(course(E, np.zeros(1001)), 0.0)) == refusal(
        "no-current", "the current is zero throughout", hint=OTHERS
    )


@pytest.mark.parametrize(("held", "refused"), [((False, True), False), ((True, False, True), True)])
def test_more_than_half_of_the_sweeps_at_one_current_were_controlled(held, refused):
    e = np.concatenate([E[:: 1 if k % 2 == 0 else -1][bool(k) :] for k in range(len(held))])
    j = np.concatenate([np.full(1001, 50.0) if one else 50 * E for one in held])[: len(e)]
    if refused:
        assert "the current was controlled" in whole(lambda: sweeps_of(course(e, j), 0.0))["message"]
    else:
        assert [sweep.direction for sweep in sweeps_of(course(e, j), 0.0)] == [1, -1]


def asked_for(scan):
    with patch.object(
        window, "sweeps_of", lambda *_: [judged().sweep, judged(way=-1).sweep, judged(scan=2).sweep]
    ):
        window.run(Fake(meta=lambda _: None), WindowParams(scan=scan))


@pytest.mark.parametrize(("call", "expected"), [
    (lambda: asked_for(3), refusal("no-such-scan", "scan 3 is asked for, the record has 2",
                                   hint="--param scan=1")),
    (lambda: window._limit(Judged(judged().sweep, None), None, WindowParams()),
     refusal("no-baseline", "fewer than five rows of the sweep lie in the stated range of the baseline")),
    (lambda: window._limit(judged(base=line(noise=9.0)), None, WindowParams()),
     refusal("threshold-in-noise", "9 µA/cm² of noise, the threshold is 10 µA/cm²",
             hint="--param threshold=50")),
    (lambda: window._limit(judged(base=line(slow=2.1)), None, WindowParams()),
     refusal("threshold-in-noise", "2.1 µA/cm² of slow noise (1/f, mains), the threshold is 10 µA/cm²",
             hint="--param threshold=20")),
])  # fmt: skip
def test_what_has_no_limit_is_refused(call, expected):
    assert whole(call) == expected


@pytest.mark.parametrize(("call", "message", "expected", "found"), [
    (lambda: window._range("1.5"), "the baseline is a range of potential", "1.5:3", "1.5"),
    (lambda: window._range("1:2:3"), "the baseline is a range of potential", "1.5:3", "1:2:3"),
    (lambda: window._plating(Fake(), WindowParams(plating="Na")), "plating is a potential", "0 V, none, auto",
     "Na"),
])  # fmt: skip
def test_an_option_that_cannot_be_read_says_how_it_is_written(call, message, expected, found):
    told = whole(call)
    assert (told["code"], told["message"]) == ("unknown-option", message)
    assert (told["expected"], told["found"]) == (expected, found)


NOTE = "10 µA/cm² beyond the baseline, scan 1"


@pytest.mark.parametrize(("way", "plating", "bound", "note"), [
    (1, None, Measurand.more_than("V", 1.0, note=NOTE), NOTE),
    (1, 0.5, Measurand.more_than("V", 1.0, note=NOTE), NOTE),
    (-1, None, Measurand.less_than("V", 0.0, note=NOTE), NOTE),
    (-1, -0.021, Measurand.less_than("V", 0.0, note=NOTE), NOTE),
    (-1, -0.02, Measurand.less_than("V", 0.0, note=NOTE), NOTE),  # the sweep ends where plating begins
    (-1, -0.019, Measurand.less_than("V", 0.001, note=NOTE), f"{NOTE}; below it the metal itself is plated"),
    (-1, 0.3, Measurand.less_than("V", 0.32, note=NOTE), f"{NOTE}; below it the metal itself is plated"),
])  # fmt: skip
def test_a_limit_that_is_not_reached_is_bounded_by_the_end_or_by_the_metal(way, plating, bound, note):
    """A metal is plated up to 20 mV above its potential."""
    found = window._limit(judged(np.zeros(1001), way), plating, WindowParams())
    assert (found.censoring, found.note) == (bound.censoring, note)
    for end in ("low", "high"):
        assert getattr(found.interval, end) == pytest.approx(getattr(bound.interval, end))


@pytest.mark.parametrize(("way", "until", "found"), [(1, 0.61, True), (1, 0.59, False), (-1, 0.39, True),
                                                     (-1, 0.41, False)])  # fmt: skip
def test_a_crossing_is_looked_for_until_a_potential(way, until, found):
    one = judged(way * RISES, way)
    at = crossing(one.sweep, one.base, 10.0, until)
    assert (at is not None) == found
    if at is not None:
        assert at.potential == pytest.approx(0.6 if way > 0 else 0.4)


def test_the_table_of_thresholds_has_the_own_one_in_its_place_and_says_why_there_is_no_limit():
    """With noise of 1 µA/cm² a threshold of 1 needs 25 rows, of 1001 at most 20 are averaged."""
    several = [judged(base=line(noise=1.0)), Judged(judged().sweep, None), judged(-RISES, -1, scan=2)]
    table = {
        name: series.values for name, series in window._limits(several, None, WindowParams(threshold=7)).items()
    }
    rows = list(zip(*(table[name] for name in ("scan", "limit", "threshold", "why_not")), strict=True))
    levels = (1.0, 2.0, 5.0, 7.0, 10.0, 20.0, 50.0, 100.0)
    why = {1.0: "within the noise", 50.0: "not exceeded", 100.0: "not exceeded"}
    assert rows == [(1, "anodic", x, why.get(x, "")) for x in levels] + [
        (2, "cathodic", x, why.get(x, "") if x > 1 else "") for x in levels
    ]
    at = [None, 0.52, 0.55, 0.57, 0.6, 0.7, None, None, 0.49, 0.48, 0.45, 0.43, 0.4, 0.3, None, None]
    for found, expected in zip(table["potential"], at, strict=True):
        assert found == (None if expected is None else pytest.approx(expected))


STATED = info("threshold-stated", "a limit is one at 10 µA/cm²; the table `limits` has others")


@pytest.mark.parametrize(("up", "down", "said"), [
    (True, False, [info("window-not-left", "anodic limit: the threshold is not exceeded until 1 V"),
                   info("one-sweep", "scan 1 has no downward sweep: no cathodic limit")]),
    (False, True, [info("one-sweep", "scan 1 has no upward sweep: no anodic limit"),
                   info("window-not-left", "cathodic limit: the threshold is not exceeded until 0 V")]),
])  # fmt: skip
def test_a_sweep_that_is_not_there_or_shows_no_limit_is_told(up, down, said):
    above, below = judged(np.zeros(1001)) if up else None, judged(np.zeros(1001), -1) if down else None
    limits = {"anodic_limit": Measurand.more_than("V", 1.0), "cathodic_limit": Measurand.less_than("V", 0.0)}
    some = [one for one in (above, below) if one]
    found = window._flags(some, above, below, None, limits, WindowParams())
    assert [flag.as_dict() for flag in found] == [*said, STATED]


@pytest.mark.parametrize(("lowest", "plating", "told"), [
    (-0.1, None, info("plating-unknown", "the sweep goes to -0.1 V; that no metal is plated there is assumed",
                      hint='--set cell.reference="Na+/Na", or --param plating="0 V"')),
    (0.0, None, None), (0.0, 0.0, None),
    (-0.1, -0.05, info("metal-plated", "below -0.05 V the metal itself is plated: what flows there is named in "
                       "the table `peaks`, not counted")),
    (-0.1, -0.2, None),
])  # fmt: skip
def test_what_lies_below_a_metal_is_told(lowest, plating, told):
    sweep = PotentialSweep(1, -1, 1000 * E, (lowest + E)[::-1], np.zeros(1001), 1.0)
    limits = {"cathodic_limit": Measurand("V", 0.1), "anodic_limit": Measurand("V", 0.9)}
    one = Judged(sweep, line())
    found = [flag.as_dict() for flag in window._flags([one], one, one, plating, limits, WindowParams())]
    assert found == ([told] if told else []) + [STATED]


def peak(height, at, wide=0.02):
    return height * np.maximum(1 - np.abs(E - at) / wide, 0)


@pytest.mark.parametrize(("way", "j", "plating", "told"), [
    (1, peak(30, 0.4) + peak(50, 0.7), None, ("+50", "0.7")),
    (1, peak(50, 0.4) + peak(30, 0.7), None, ("+50", "0.4")),
    (1, peak(-50, 0.4), None, None),  # not of the sweep's own sign
    (-1, peak(-30, 0.4) + peak(-50, 0.7) + peak(60, 0.2), None, ("-50", "0.3")),  # mirrored: a sweep down
    (-1, peak(-50, 0.7), 0.29, None),  # the plating of the metal
    (1, peak(50, 0.7), 0.29, None),  # its stripping
])  # fmt: skip
def test_the_largest_current_that_comes_back_is_named(way, j, plating, told):
    found = window._inside(judged(j, way), plating, WindowParams())
    if told is None:
        assert found == []
        return
    height, at = told
    text = (f"{height} µA/cm² at {at} V comes back: a couple, an impurity, or a layer that forms; which of them "
            "is the limit is not told by one threshold")  # fmt: skip
    hint = "a larger --param threshold=… passes over it, if it is not the limit; the table `peaks` has all"
    assert whole(lambda: found) == warning("peak-comes-back", text, where=f"scan 1, {at} V", hint=hint)


def test_the_table_of_peaks_has_all_peaks_of_all_sweeps():
    """Per sweep those above the baseline first; a triangle of 50 µA/cm² and 40 s has 1 mC/cm² between its feet."""
    up = judged(peak(50, 0.4) + peak(-20, 0.55) + peak(30, 0.7), scan=2)
    down = judged(peak(-50, 0.4) + peak(-30, 0.7), -1, scan=3)  # its potential goes down: 0.6 V, then 0.3 V
    found = window._peaks([up, down], 0.59, WindowParams())
    assert {name: series.unit for name, series in found.items()} == {
        "scan": "", "direction": "", "potential": "V", "height": "uA/cm^2", "charge": "mA*h/cm^2", "what": "",
    }  # fmt: skip
    rows = list(zip(*(series.values for series in found.values()), strict=True))
    assert rows == [
        (scan, way, pytest.approx(at), pytest.approx(height), pytest.approx(height * 20 / 3.6e6, rel=3e-3), what)
        for scan, way, at, height, what in (
            (2, "up", 0.4, 50, "oxidation"), (2, "up", 0.7, 30, "stripping of the metal"),
            (2, "up", 0.55, -20, "plating of the metal"), (3, "down", 0.6, -50, "plating of the metal"),
            (3, "down", 0.3, -30, "plating of the metal"),
        )
    ]  # fmt: skip


def test_the_table_of_sweeps_says_where_each_goes_and_what_flows():
    """In a triangle of 40 s at 50 µA/cm² flow 1 mC/cm²."""
    base = line(0.1, 0.3, 2.0, noise=0.4)
    up = judged(2.0 + peak(50, 0.4) + peak(-20, 0.6), scan=2, base=base)
    found = window._sweeps([up, Judged(judged(scan=2).sweep, None), judged(peak(-30, 0.4), -1)])
    assert {name: (series.unit, series.values) for name, series in found.items()} == {
        "scan": ("", (2, 1)), "direction": ("", ("up", "down")),
        "from": ("V", (0.0, 1.0)), "to": ("V", (1.0, 0.0)),
        "rate": ("mV/s", (1.0, 1.0)), "baseline_low": ("V", (0.1, 0.8)), "baseline_high": ("V", (0.3, 1.0)),
        "baseline": ("uA/cm^2", (2.0, 0.0)), "noise": ("uA/cm^2", (0.4, 0.0)),
        "charge_above": ("mA*h/cm^2", pytest.approx((1000 / 3.6e6, 0.0))),
        "charge_below": ("mA*h/cm^2", pytest.approx((-400 / 3.6e6, -600 / 3.6e6))),
    }  # fmt: skip


def test_a_sweep_without_a_baseline_has_no_peaks():
    assert window._inside(Judged(judged().sweep, None), None, WindowParams()) == []


@pytest.mark.parametrize(("up", "down", "at", "value"), [
    (line(0.0, 1.0, 0.3), line(0.4, 2.0, -0.1), "0.7", 100.0),  # half of 0.4 µA/cm² at 2 mV/s
    (line(0.0, 1.0, 0.3), line(1.0, 2.0, -0.1), "1", 100.0),
    (line(0.0, 0.99, 0.3), line(1.0, 2.0, -0.1), None, None),  # no potential has both
    (line(1.01, 2.0, 0.3), line(0.0, 1.0, -0.1), None, None),
    (line(0.0, 1.0, 0.1), line(0.0, 1.0, 0.1), None, None),
    (line(0.0, 1.0, 0.0), line(0.0, 1.0, 0.1), None, None),  # below the one back
])  # fmt: skip
def test_a_capacitance_is_that_of_both_baselines_where_both_are(up, down, at, value):
    found = window._capacitance(up, down, 2.0, WindowParams())
    if value is None:
        assert found is None
        return
    assert (found.unit, found.note) == ("uF/cm^2", f"at {at} V")
    assert found.value == pytest.approx(value)


@pytest.mark.parametrize(("area", "u"), [(0.0, None), (3.0, 3.0)])
def test_a_capacitance_without_any_error_states_none(area, u):
    params = WindowParams(current_accuracy=0.0, area_uncertainty=area)
    found = window._capacitance(
        line(0.0, 1.0, 0.3, inner=(0.3, 0.0)), line(0.0, 1.0, -0.1, inner=(-0.1, 0.0)), 2.0, params
    )
    assert (found.value, found.uncertainty) == (pytest.approx(100.0), u and pytest.approx(u))


def test_a_scan_outside_of_the_stated_baseline_is_drawn_and_in_no_table():
    both = [judged(scan=1), Judged(judged(scan=2).sweep, None)]
    params = WindowParams()
    assert window._sweeps(both)["scan"].values == (1,)
    assert set(window._limits(both, None, params)["scan"].values) == {1}
    assert window._peaks([Judged(judged(peak(50, 0.7)).sweep, None)], None, params)["scan"].values == ()
    curves = window._curves(both)
    base, scan = curves["base"].array(), curves["scan"].array()
    assert np.isfinite(base[scan == 1]).all()
    assert np.isnan(base[scan == 2]).all()


def test_a_limit_without_any_error_has_no_parts():
    params = WindowParams(current_accuracy=0.0, area_uncertainty=0.0, voltage_accuracy=0.0)
    found = window._with_budget(Crossing(4.0, 0.0, 0.0, 0.0, 1000.0), params, "note")
    assert (found.uncertainty, found.components, found.interval.low, found.interval.high) == (0.0, (), 4.0, 4.0)


def outcome_of(j, way=1, **params):
    """Return the answer to one sweep."""
    one = judged(j, way).sweep
    data = Fake(items={"E": one.e, "t": one.t, "j": one.j}, meta=lambda path: None, source_of=lambda name: "E",
                clock_step=0.0)  # fmt: skip
    return window.run(data, WindowParams(plating="none", **params))


@pytest.mark.parametrize(("way", "name", "missing"), [
    (1, "anodic_limit", "upward"), (-1, "cathodic_limit", "downward")])  # fmt: skip
def test_one_sweep_has_the_limit_of_its_direction(way, name, missing):
    found = outcome_of(way * RISES, way)
    assert set(found.measurands) == {name, "scan_rate"}
    assert found[name].value == pytest.approx(0.6 if way > 0 else 0.4, abs=2e-3)


def test_the_scan_rate_is_the_median_of_the_sweeps():
    """Up at 1 mV/s, down at 2, up at 4 mV/s."""
    e = np.concatenate([E, E[::-1][1:], E[1:]])
    t = np.cumsum(np.concatenate([np.full(1001, 1.0), np.full(1000, 0.5), np.full(1000, 0.25)]))
    data = Fake(items={"E": e, "t": t, "j": 100 * np.maximum(e - 0.5, 0)}, meta=lambda path: None,
                source_of=lambda name: "potential_we", clock_step=0.0)  # fmt: skip
    found = window.run(data, WindowParams(plating="none"))
    assert (found["scan_rate"].unit, found["scan_rate"].value) == ("mV/s", pytest.approx(2.0))
    assert {name: (one.value, one.unit) for name, one in found.conditions.items()} == {
        "threshold": (10.0, "uA/cm^2"), "scan": (1, ""), "scan_rate": (2.0, "mV/s"),
        "observed": ("potential_we", ""),
    }  # fmt: skip


@pytest.mark.parametrize(("j", "lines"), [(RISES, [0.6]), (np.zeros(1001), [])])
def test_the_figure_marks_a_limit_that_is_reached(j, lines):
    shown = outcome_of(np.where(E < 1e-9, 1e-3, j))
    axis = drawn(figure, shown).axes[1]
    found = [line.get_xdata()[0] for line in axis.lines if line.get_color() == RED]
    assert found == pytest.approx(lines, abs=2e-3)
    middle = np.nanmedian(shown.diagnostics["base"].array())
    assert axis.get_ylim() == pytest.approx((middle - 50, middle + 50))  # five thresholds


def test_the_figure_of_what_was_not_swept_says_why():
    shown = drawn(figure, Outcome({}, flags=(Flag("no-sweep", "the potential spans 0 mV", "refusal"),), label="x"))
    assert shown.axes == []


def test_a_limit_and_a_window_say_how_their_intervals_were_found():
    """10 µA/cm² at 1000 µA/cm²/V: 2 % of it are 0.2 mV; the area's 3 % are 0.3 mV, normal."""
    params = WindowParams(current_accuracy=2.0, area_uncertainty=3.0, voltage_accuracy=1e-3)
    found = window._with_budget(Crossing(4.0, 4e-4, 5e-4, 6e-4, 1000.0), params, "note")
    parts = {
        "noise and baseline": (4e-4, "A", ""), "area": (3e-4, "B", "area"),
        **{name: (size / np.sqrt(3), "B", "") for name, size in (
            ("accuracy of the potential", 1e-3), ("accuracy of the current", 2e-4), ("between rows", 5e-4),
            ("choice of the baseline", 6e-4))},
    }  # fmt: skip
    assert {one.name: (pytest.approx(one.uncertainty), one.kind, one.group) for one in found.components} == parts
    assert (found.unit, found.value, found.note) == ("V", 4.0, "note")
    assert found.uncertainty == pytest.approx(np.sqrt(sum(u**2 for u, *_ in parts.values())))
    assert (found.interval.level, found.interval.method) == (0.95, "normal and uniform parts")
    assert 4.0 - found.interval.low == pytest.approx(found.interval.high - 4.0)
    both = window._difference(found, found)
    shared = [2 * parts[name][0] for name in ("choice of the baseline", "accuracy of the current", "area")]
    own = [parts[name][0] for name in ("noise and baseline", "between rows")] * 2
    u = np.sqrt(sum(one**2 for one in (*shared, *own)))
    assert (both.unit, both.value, both.uncertainty) == ("V", 0.0, pytest.approx(u))
    assert (both.interval.low, both.interval.high) == pytest.approx((-1.96 * u, 1.96 * u))
    assert (both.interval.level, both.interval.method) == (0.95, "normal")

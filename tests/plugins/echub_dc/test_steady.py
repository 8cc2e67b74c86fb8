"""What a tail allows to say, and where the resistances of the interfaces come from: values by hand."""

from __future__ import annotations

from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Component, Condition, Interval, Measurand, Outcome, Refusal
from echub.science import RANGE_ACCURACY, coverage_half_width
from echub_dc import TransferenceParams, resistances
from echub_dc.method import tail as t
from echub_dc.outcome import polarisation, steady, transference
from echub_dc.resistances import InterfaceResistance
from tests.messages.saying import Fake

A = np.array
Z = 1.959963984540054
"""Standard deviations to either side that hold 95 %."""
PARAMS = Fake(level=95.0, flat=3.0, slowest=0.5, range_accuracy=0.1)


# -- tails ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rest", "rho"),
    [([1, -1, 1, -1], -0.75), ([1, 1, -1, -1], 0.25), ([3, 3, 1, 1], 0.25), ([5, 5, 5], 0.0), ([0.0], 0.0)],
)
def test_neighbours_that_are_alike_widen_the_uncertainty_of_a_mean(rest, rho):
    """Products of neighbours over all squares, of what is beyond the mean; √((1 + ρ)/(1 - ρ)), at least 1."""
    assert t.lag_one(A(rest, float)) == pytest.approx(rho)
    assert t.correlation_factor(A(rest, float)) == pytest.approx(((1 + rho) / (1 - rho)) ** 0.5 if rho > 0 else 1)


def test_a_bend_is_the_quadratic_part_of_what_a_line_leaves():
    """x² less its mean is 1/3, -2/3, 1/3, whose squares add up to 2/3."""
    x = A([-1.0, 0, 1])
    assert t._bend(x, -3 * (x**2 - 2 / 3)) == pytest.approx((-3.0, 1.5**0.5))
    for sign in (1, -1):
        assert t._bent(x, sign * 3 * (x**2 - 2 / 3), 0.99 / 1.5**0.5, 3.0)
        assert not t._bent(x, sign * 3 * (x**2 - 2 / 3), 1.01 / 1.5**0.5, 3.0)


def decay(current, limits=(), u_offset=0.25):
    """Return a decay with a row each second."""
    time = np.arange(float(len(current)))
    return Fake(time=time, current=A(current, float), span=time[-1], u_offset=u_offset, limits=lambda *_: limits)


@pytest.mark.parametrize(
    ("slope", "limits"), [(-0.1, ()), (0.1, ()), (0.0, ()), (-0.1, (0.3, 0.4)), (0.0, (0.3, 0.4))]
)
def test_a_tail_without_noise_by_hand(slope, limits):
    """Rows from 90 to 99 s: the mean is that at 94.5 s; a decay t^-0.5 with this slope has twice s·t to go."""
    row = np.arange(100.0)
    found = t._tail(decay(20 + slope * row, limits), 0.1, PARAMS)
    reach = coverage_half_width(0.25, limits, 0.95) if limits else Z * 0.25
    mean, hidden = 20 + slope * 94.5, max(-slope, 0) * 94.5 / 0.5
    assert (found.mean, found.slope, found.part) == pytest.approx((mean, slope, 0.1))
    assert (found.low, found.high) == pytest.approx((mean - hidden - reach, mean + reach), rel=1e-6)
    assert found.u == pytest.approx(np.linalg.norm([0.25, *(A(limits) / 3**0.5)]))
    assert found.limits == limits
    assert found.falls == (slope < 0)
    assert found.u_range == pytest.approx((0.5 if limits else 0.0) / 3**0.5)


def test_a_tail_is_as_uncertain_as_its_rows_are_alike():
    """1, 1, -1, -1, -1, -1, 1, 1 beside 10: ρ is 3/8, so that the variance is 1.375/0.625 times 8/6."""
    current = np.full(80, 10.0)
    current[72:] += [1, 1, -1, -1, -1, -1, 1, 1]
    found = t._tail(decay(current), 0.1, PARAMS)
    variance = 8 / 6 * 2.2
    assert (found.mean, found.slope) == pytest.approx((10.0, 0.0))
    assert found.u == pytest.approx(np.hypot((variance / 8) ** 0.5, 0.25))
    assert found.u_slope == pytest.approx((variance / 42) ** 0.5)  # squares of 0.5, 1.5, 2.5 and 3.5 s, twice


@dataclass(frozen=True)
class Told:
    """What is known of slow noise: it tells how far apart the tail and the rest before it are."""

    walk: float = 1.0
    drift: float = 1.0

    def between(self, distance):
        return distance if (self.walk, self.drift) == (0, 0) else np.nan


@pytest.mark.parametrize("first", [0, 100])
def test_slow_noise_is_that_of_sixteenths_of_a_tail(first):
    """Of 40 rows a second apart the last 32, two in each; from the step to their middle in lengths of 31/16 s."""
    asked = []
    times = first + np.arange(40.0)
    with patch.object(t, "wander", lambda means, variance: asked.append((means, variance)) or Told()):
        assert t._slow(times, np.arange(40.0), 0.3) == pytest.approx((first + 19.5) / (31 / 16))
        assert t._slow(times[:31], np.arange(31.0), 0.3) == 0.0
    ((means, variance),) = asked
    assert means == pytest.approx(8.5 + 2 * np.arange(16.0).reshape(4, 4))
    assert variance == pytest.approx([0.09 / 2] * 4)


@pytest.mark.parametrize(
    ("slope", "flat", "falls"), [(-0.1, False, True), (0.0, False, False), (-0.1, True, False)]
)
def test_a_tail_falls_that_is_not_flat_and_goes_down(slope, flat, falls):
    assert t.Tail(1.0, 0.1, slope, 0.01, 0.1, 0.0, 2.0, flat).falls == falls


def test_the_slow_noise_of_a_tail_is_asked_of_its_own_rows():
    """3 and 4 nA together are 5; asked with the rows of the last tenth, and how they scatter side by side."""
    asked = []
    with (
        patch.object(t, "_slow", lambda *given: asked.append(given) or 4.0),
        patch.object(t, "difference_noise", lambda rows: len(rows)),
    ):
        found = t._tail(decay(np.full(100, 7.0), u_offset=3.0), 0.1, PARAMS)
    ((times, current, noise),) = asked
    assert (times.tolist(), current.tolist(), noise) == ([*range(90, 100)], [7.0] * 10, 10)
    assert found.u == pytest.approx(5.0)


def test_a_tail_has_five_rows():
    few = t._tail(decay(np.ones(40)), 0.1, PARAMS)
    assert (few.mean, few.flat, few.u, few.low, few.high) == (1.0, False, np.inf, -np.inf, np.inf)
    assert t._tail(decay(np.ones(50)), 0.1, PARAMS).flat


@pytest.mark.parametrize(("rows", "sinks"), [(8, False), (9, True)])
def test_five_rows_of_the_last_half_tell_whether_it_sinks(rows, sinks):
    """Of 0 to 7 s the rows from 3.5 s on are four, of 0 to 8 s those from 4 s on five."""
    assert t._sinks(decay(20 - np.arange(float(rows)) ** 2), PARAMS) == sinks


@pytest.mark.parametrize(
    ("flat", "part"),
    [({0.5, 0.1}, 0.5), ({0.4, 0.2}, 0.4), ({0.3}, 0.3), ({0.2, 0.1}, 0.2), ({0.1}, 0.1), (set(), 0.1)],
)
def test_the_longest_flat_part_of_a_run_is_its_tail(flat, part):
    """If none is flat, the last tenth, and whether the run sinks is asked."""
    with (
        patch.object(t, "_tail", lambda _, part, __: t.Tail(0, 0, 0, 0, part, 0, 0, part in flat)),
        patch.object(t, "_sinks", lambda *_: True),
    ):
        found = t.tail(decay([1.0]), PARAMS)
    assert (found.part, found.flat, found.sinks) == (part, bool(flat), not flat)


@pytest.mark.parametrize(("sign", "sinks"), [(1, False), (-1, True), (0, False)])
def test_a_current_that_falls_ever_faster_sinks(sign, sinks):
    """A decay bends up, whatever it is made of; a line does not bend."""
    x = np.arange(100) / 99
    noise = 1e-3 * np.random.default_rng(0).normal(size=100)
    found = t.tail(decay(20 - 5 * x + sign * x**2 + noise), PARAMS)
    assert (found.flat, found.part, found.sinks) == (False, 0.1, sinks)
    assert not t._sinks(decay([9.0, 8, 7, 6, 4, 1, -5, -20]), PARAMS)


# -- the steady current ----------------------------------------------------------------------------


def judged(*, mean=10.0, slope=0.0, flat=True, low=6.0, high=12.0, limits=(), sinks=False):
    """Return what is said of a tail of scatter 1.2 nA; the offset is 0.5 ± 0.25 nA, the run of 100 s."""
    u = float(np.linalg.norm([1.2, 0.25, *(A(limits) / 3**0.5)]))
    tail = t.Tail(mean, u, slope, 0.01, 0.3, low, high, flat, limits, sinks)
    given = Fake(offset=0.5, u_offset=0.25, how="stated", span=100.0)
    with (
        patch.object(steady, "tail", lambda *asked: tail if asked == (given, PARAMS) else None),
        patch.object(steady, "exponentials", lambda asked: "fitted" if asked is given else None),
    ):
        found = steady._judged(given, PARAMS)
    assert (found.decay, found.tail, found.fitted) == (given, tail, "fitted")
    assert found.known == (found.measurand.value is not None)
    return found


@pytest.mark.parametrize("limits", [(), (0.3, 0.4)])
def test_a_flat_tail_gives_its_mean_with_what_a_slow_decay_may_hide(limits):
    """Below it the interval reaches 4 nA, above 2 nA: what is hidden makes 2 nA, at 1.96 standard deviations."""
    found = judged(slope=0.5, limits=limits).measurand
    hidden, u_range = 2 / Z, 0.5 / 3**0.5
    parts = [Component("scatter", 1.2), Component("offset", 0.25, "B")]
    parts += [Component(RANGE_ACCURACY, u_range, "B")] if limits else []
    parts += [Component("hidden decay", hidden, "B")]
    assert [(one.name, one.kind) for one in found.components] == [(one.name, one.kind) for one in parts]
    expected = [one.uncertainty for one in parts]
    assert [one.uncertainty for one in found.components] == pytest.approx(expected)
    assert (found.unit, found.value, found.uncertainty) == ("nA", 10.0, pytest.approx(np.linalg.norm(expected)))
    assert found.interval == Interval(6.0, 12.0, level=0.95, method="flat tail, and a hidden decay t^-0.5")
    assert found.note == "mean of the last 30%, offset 0.5 ± 0.25 nA (stated)"
    assert judged(low=9.0).measurand.components[-1].uncertainty == 0.0


NOTE = "offset 0.5 ± 0.25 nA (stated)"


@pytest.mark.parametrize(
    ("given", "code", "message", "bound"),
    [
        ({"flat": False, "slope": 0.02}, "tail-rises",
         "the current rises by 2 nA per run: there is no steady state", None),
        ({"flat": False, "slope": -0.02}, "tail-still-falls",
         "the current falls by 20% per run at its end: 10 nA is an upper bound", 12.0),
        ({"flat": False, "slope": -0.02, "sinks": True}, "tail-sinks",
         "the current falls ever faster, which no decay does: it may rise again, and bounds nothing", None),
        # Twice the offset's uncertainty, and the accuracy of the range: 0.5 nA, or 0.8 nA.
        ({"mean": 0.4, "high": 0.6}, "below-offset", "0.4 nA is not above what the offset may be, ± 0.5 nA", 0.6),
        ({"mean": 0.4, "high": 0.4}, "below-offset", "0.4 nA is not above what the offset may be, ± 0.5 nA", 0.5),
        ({"mean": 0.79, "high": 0.9, "limits": (0.3, 0.4)}, "below-offset",
         "0.79 nA is not above what the offset, and the accuracy of the current range may be, ± 0.8 nA", 0.9),
        ({"mean": -3.0, "high": -1.0, "flat": False, "slope": -0.02, "sinks": True}, "below-offset",
         "-3 nA is not above what the offset may be, ± 0.5 nA", 0.5),
    ],
)  # fmt: skip
def test_what_is_not_flat_or_not_above_the_offset_is_no_value(given, code, message, bound):
    found = judged(**given)
    (flag,) = found.flags
    assert (flag.code, flag.message, flag.severity) == (code, message, "warning")
    assert flag.hint == ("measure longer" if code == "tail-still-falls" else "")
    nothing = Measurand("nA", note="no steady state")
    assert found.measurand == (nothing if bound is None else Measurand.less_than("nA", bound, note=NOTE))


def test_a_current_just_above_its_offset_has_a_value():
    assert judged(mean=0.51).flags == judged(mean=0.81, limits=(0.3, 0.4)).flags == judged(mean=0.5).flags == ()


@pytest.mark.parametrize("limits", [(), (0.3, 0.4)])
def test_exponentials_give_their_constant_with_the_offset(limits):
    """0.3 and 0.4 nA are 0.5 nA together."""
    fitted = Fake(taus=(3.0, 40.0), white=lambda: True, seen=lambda span: span == 100.0, constant=8.0, u=0.3)
    tail = t.Tail(0, 0, 0, 0, 0.3, 0, 0, True, limits)
    found, flags = steady.extrapolated(
        Fake(fitted=fitted, decay=Fake(span=100.0, u_offset=0.4), tail=tail), PARAMS
    )
    reach = coverage_half_width(0.5, limits, 0.95) if limits else Z * 0.5
    assert flags == ()
    assert (found.unit, found.value, found.uncertainty) == (
        "nA", 8.0, pytest.approx(np.hypot(0.5, 0.5 / 3**0.5) if limits else 0.5),
    )  # fmt: skip
    assert (found.interval.low, found.interval.high) == pytest.approx((8 - reach, 8 + reach))
    assert (found.interval.level, found.interval.method) == (0.95, "propagated")
    assert found.note == "if the decay is exponential: 3 s and 40 s"


@pytest.mark.parametrize(
    ("white", "seen", "note", "code"),
    [(False, False, "not exponential", "not-exponential"), (True, False, "too slow a decay", "slow-decay")],
)
def test_what_is_not_exponential_or_too_slow_has_no_constant(white, seen, note, code):
    fitted = Fake(taus=(3.0,), white=lambda: white, seen=lambda _: seen, correlation=0.5)
    found, (flag,) = steady.extrapolated(Fake(fitted=fitted, decay=Fake(span=10.0)), PARAMS)
    assert (found, flag.code, flag.severity) == (Measurand("nA", note=note), code, "info")


@pytest.mark.parametrize(("flat", "low"), [(True, 6.0), (False, None)])
@pytest.mark.parametrize(("rows", "shown"), [(599, 599), (1199, 1199), (1200, 600), (1800, 600)])
def test_the_figure_has_six_hundred_points_or_somewhat_more(rows, shown, flat, low):
    given = Fake(time=np.arange(1.0, rows + 1), current=np.arange(rows) + 0.5, span=200.0, u_offset=0.25)
    tail = t.Tail(10, 0, 0, 0, 0.3, 6.0, 12.0, flat)
    found = steady.diagnostics(Fake(decay=given, tail=tail, fitted=Fake(curve=np.arange(rows) + 0.25)))
    step = rows // shown
    expected = {
        "t": (tuple(range(1, rows + 1, step)), "s"),
        "I": (tuple(k + 0.5 for k in range(0, rows, step)), "nA"),
        "curve": (tuple(k + 0.25 for k in range(0, rows, step)), "nA"),
        "tail": ((140.0, 200.0), "s"),
        "ends": ((low, 10, 12.0), "nA"),
        "offset": ((0.25,), "nA"),
    }
    assert {name: (series.values, series.unit) for name, series in found.items()} == expected


@pytest.mark.parametrize(
    ("area", "thickness", "flag"),
    [
        (2.0, 0.1, None),
        (None, 0.1, ("no-area", "cell.area", "0.785 cm^2")),
        (None, None, ("no-area", "cell.area", "0.785 cm^2")),
        (2.0, None, ("no-thickness", "cell.thickness", "1 mm")),
    ],
)
def test_a_conductivity_needs_area_and_thickness(area, thickness, flag):
    """8 nA at 0.4 V: 50 MΩ; through 0.1 cm of 2 cm² that is 1e-9 S/cm."""
    current = Measurand("nA", 8.0, 0.8, Interval(6.0, 10.0, level=0.95))
    tail = t.Tail(1.0, 2.0, 3.0, 4.0, 0.3, 0.0, 0.0, True)
    found = Fake(measurand=current, decay=Fake(step=0.4, u_step=0.0, sign=-1.0), flags=("a",), tail=tail)
    with (
        patch.object(polarisation, "decay_of", lambda _, params: params),
        patch.object(polarisation, "steady", lambda decay, params: found if decay is params is PARAMS else None),
        patch.object(polarisation, "extrapolated", lambda *_: (Measurand("nA", 7.0), ("b",))),
        patch.object(polarisation, "diagnostics", lambda _: {}),
    ):
        outcome = polarisation.run(Fake(meta={"cell.area": area, "cell.thickness": thickness}.get), PARAMS)
    values = {name: (one.value, one.unit) for name, one in outcome.measurands.items()}
    expected = {
        "steady_current": (8.0, "nA"), "extrapolated_current": (7.0, "nA"), "potential_step": (0.4, "V"),
        "electronic_resistance": (pytest.approx(5e7), "ohm"),
    }  # fmt: skip
    expected |= {} if flag else {"electronic_conductivity": (pytest.approx(1e-9), "S/cm")}
    assert values == expected
    assert outcome["potential_step"].uncertainty is None
    assert outcome.flags[:2] == ("a", "b")
    said = [(f.code, f.message, f.hint, f.severity) for f in outcome.flags[2:]]
    code, path, example = flag or ("", "", "")
    text = f"{path} is not stated: there is no conductivity"
    assert said == ([(code, text, f'--set {path}="{example}"', "info")] if flag else [])
    assert outcome.conditions["potential"] == Condition(-0.4, "V", compared=False)
    table = {name: (series.values, series.unit) for name, series in outcome.tables["tail"].items()}
    assert table == {
        "part": ((0.3,), "1"), "mean": ((1.0,), "nA"), "u": ((2.0,), "nA"), "slope": ((3.0,), "nA/s"),
        "u_slope": ((4.0,), "nA/s"), "flat": ((True,), ""),
    }  # fmt: skip


# -- transference --------------------------------------------------------------------------------

PAIR = (InterfaceResistance(1e6, 0.0, "stated"), InterfaceResistance(2e6, 0.0, "stated"))


@pytest.mark.parametrize(
    ("pair", "interval", "bound"),
    [
        # 10 and 20 nA at 0.1 V less 0.02 V either way.
        (PAIR, Interval(8.0, 10.0), 0.5),
        (None, Interval(8.0, 10.0), None),
        (PAIR, None, None),
        # The interfaces would take more than the step: no bound.
        ((InterfaceResistance(6e6, 0.0, "s"), PAIR[1]), Interval(8.0, 10.0), None),
    ],
)
def test_a_first_row_that_is_late_leaves_a_bound(pair, interval, bound):
    start = Fake(early=False, first=20.0, first_time=2.5, half_time=0.75)
    found = Fake(decay=Fake(step=0.1, row=[41]), tail=Fake(high=10.0), measurand=Fake(interval=interval))
    made = {"x": Measurand("1", 1.0)}
    with patch.object(transference, "diagnostics", lambda _: {}), pytest.raises(Refusal) as refused:
        transference._require_early(start, found, pair, made)
    assert (refused.value.code, refused.value.remark.where) == ("initial-current-late", "source row 41")
    assert refused.value.remark.hint == "sample at least ten times in the time in which the excess falls to half"
    expected = Measurand.less_than("1", bound, note="the initial current was larger") if bound else None
    assert refused.value.measurands.get("transference_number") == expected
    transference._require_early(Fake(early=True), found, pair, made)


def test_an_initial_current_is_extrapolated_or_more_than_the_first_row():
    late = transference._initial(Fake(early=False, first=20.0))
    assert late == Measurand.more_than("nA", 20.0, note="the first row; the step was before it")
    early = transference._initial(Fake(early=True, value=25.0, u=0.5))
    assert early == Measurand("nA", 25.0, 0.5, components=(Component("extrapolation", 0.5),))


@pytest.mark.parametrize(
    ("spectra", "hint"),
    [(True, "--param circuit='R:hf (RQ):int' fits the spectra before the step and after the last row"),
     (False, "--param before=FILE.outcome.json --param after=…, of eis-resistance; "
      "or resistance_before='60 ohm', …")],
)  # fmt: skip
def test_what_supplies_the_resistances_is_said(spectra, hint):
    assert transference._hint(Fake(items=["z_f"] if spectra else [])) == hint


def one(value, how):
    return InterfaceResistance(value, 0.0, how)


def asked(**given):
    return TransferenceParams(**given)


@pytest.mark.parametrize(
    ("given", "spectra", "found"),
    [
        ({}, True, None),
        ({"resistance_before": 60.0, "resistance_after": 65.0}, True, ("60 ± 1.2 stated", "65 ± 1.3 stated")),
        ({"resistance_before": 60.0}, True, None),
        ({"resistance_after": 65.0}, True, None),
        ({"before": "b", "after": "a"}, True, ("1 ± 0 b", "1 ± 0 a")),
        ({"resistance_before": 60.0, "before": "b", "after": "a"}, True, ("60 ± 1.2 stated", "1 ± 0 a")),
        ({"circuit": "R"}, True, ("2 ± 0 rows 1", "2 ± 0 rows 2")),
        ({"circuit": "R"}, False, None),
        ({"circuit": "R", "resistance_after": 65.0}, True, ("2 ± 0 rows 1", "65 ± 1.3 stated")),
        ({"circuit": "R", "before": "b"}, True, ("1 ± 0 b", "2 ± 0 rows 2")),
    ],
)
def test_resistances_are_stated_or_of_an_outcome_or_of_a_spectrum_beside(given, spectra, found):
    with (
        patch.object(resistances, "_of_outcome", lambda text, _: one(1.0, text) if text else None),
        patch.object(resistances, "_spectra_beside", lambda *_: (1, 2)),
        patch.object(resistances, "_of_spectrum", lambda _, rows, __: one(2.0, f"rows {rows}")),
    ):
        params = asked(resistance_uncertainty=2.0, **given)
        got = resistances.resistances_of(Fake(items=["z_f"] if spectra else []), None, params)
    assert (got and tuple(f"{r.value:g} ± {r.u:g} {r.how}" for r in got)) == found


def test_an_outcome_is_named_by_its_file_and_a_resistance_in_it(tmp_path):
    path = tmp_path / "run.outcome.json"
    held = {"resistance_int": Measurand("ohm", 50.0, 1.0), "resistance_2": Measurand("ohm", 7.0, 0.1)}
    path.write_text(Outcome(held, label="x").to_json(), encoding="utf-8")
    for text, value, how in (
        (str(path), 50.0, "resistance_int of run.outcome.json"),
        (f"{path}:resistance_2", 7.0, "resistance_2 of run.outcome.json"),
    ):
        found = resistances._of_outcome(text, asked())
        assert (found.value, found.how) == (value, how)
    assert resistances._of_outcome("", asked()) is None
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    for name, message, hint in (
        ("none.json", "none.json cannot be read: ", "-o FOLDER of eis-resistance writes it"),
        ("bad.json", "bad.json is not an outcome: ", ""),
    ):
        with pytest.raises(Refusal) as refused:
            resistances._of_outcome(f"{tmp_path / name}:resistance_2", asked())
        assert (refused.value.code, refused.value.remark.hint) == ("no-outcome", hint)
        assert refused.value.message.startswith(f"{tmp_path / name}"[: -len(name)] + message)


@pytest.mark.parametrize(
    ("known", "text"),
    [(Measurand("ohm"), "it is not identified"), (Measurand.more_than("ohm", 7.0), "7.0 to None Ω"),
     (Measurand("ohm", interval=Interval(2.0, 3.0)), "2.0 to 3.0 Ω")],
)  # fmt: skip
def test_a_bound_is_said(known, text):
    assert resistances._bound(known) == text


NAMES = ("frequency", "impedance_real", "impedance_imag")


def test_a_spectrum_of_the_record_is_fitted_with_the_stated_circuit():
    columns = {"z_f": [1.0, 2, 3], "z_re": [4.0, 5, 6], "z_im": [7.0, 8, 9], "z_t": [30.0, 20, 10]}
    data = Fake(items={name: A(values) for name, values in columns.items()})
    calls = []

    def analyze(name, record, params):
        (table,) = record.datasets.values()
        calls.append((name, [table[column].tolist() for column in NAMES], params))
        return answer

    answer = Outcome({"resistance_int": Measurand("ohm", 50.0, 1.0)})
    with patch.object(resistances.echub, "analyze", analyze):
        found = resistances._of_spectrum(data, A([0, 1]), asked(circuit="R:hf (RQ):int"))
        assert (found.value, found.how) == (50.0, "resistance_int of the spectrum at 20 s")
        assert calls == [("eis-fit", [[1, 2], [4, 5], [7, 8]],
                          {"circuit": "R:hf (RQ):int", "sensitivity": False})]  # fmt: skip
        answer = Outcome.refused(Refusal("noisy", "too noisy"))
        with pytest.raises(Refusal, match="the spectrum at 20 s is not fitted: too noisy") as refused:
            resistances._of_spectrum(data, A([0, 1]), asked(circuit="R"))
    assert refused.value.code == "resistance-not-known"
    assert resistances._of_spectrum(data, None, asked()) is None

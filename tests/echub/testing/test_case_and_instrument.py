"""A generated case in other forms, what an instrument makes of a signal, and how an answer is judged."""

from __future__ import annotations

import math

import numpy as np
import pytest

from echub.analysis.outcome import Interval, Measurand, Outcome
from echub.remark import Remark
from echub.testing.synth import Ammeter, Case, Column, Instrument, Operando, operando, quantise
from echub.testing.synth.foreign.case import ForeignCase

CASE = Case(
    {"time": Column(np.arange(6.0), "s"), "voltage": Column(np.arange(6.0) / 10, "V"),
     "temperature": Column(np.full(6, 25.0), "degC", averaged=True)},
    {"cell.area": "2.0 cm^2", "cell.temperature": "25.0 degC"},
    {"x": 1.0},
)  # fmt: skip


def rng(seed=1):
    return np.random.default_rng(seed)


# -- a case ------------------------------------------------------------------------------------------------


def test_a_case_in_other_units():
    found = CASE.in_units({"voltage": "mV", "temperature": "K", "cell.area": "mm^2", "cell.temperature": "K"})
    assert found.columns["voltage"].values == pytest.approx(100 * np.arange(6.0))
    assert found.columns["temperature"].values == pytest.approx(298.15)
    assert [found.columns[name].unit for name in ("time", "voltage", "temperature")] == ["s", "mV", "K"]
    assert found.columns["temperature"].averaged
    assert [float(text.split()[0]) for text in found.metadata.values()] == pytest.approx([200.0, 298.15])
    assert [text.split()[1] for text in found.metadata.values()] == ["mm^2", "K"]
    assert found.truth == {"x": 1.0}
    back = found.in_units({"temperature": "degC", "cell.temperature": "degC"})
    assert back.columns["temperature"].values == pytest.approx(25.0)
    assert float(back.metadata["cell.temperature"].split()[0]) == pytest.approx(25.0)


def test_rows_columns_and_metadata_of_a_case():
    assert CASE.later(50.0).columns["time"].values.tolist() == [50, 51, 52, 53, 54, 55]
    assert CASE.every(2).columns["time"].values.tolist() == [0, 2, 4]
    assert CASE.rows(2).columns["voltage"].values.tolist() == [0.0, 0.1]
    assert len(CASE.rows(99).columns["voltage"].values) == 6
    left = CASE.without("voltage", "cell.area")
    assert (set(left.columns), set(left.metadata)) == ({"time", "temperature"}, {"cell.temperature"})
    assert np.isnan(CASE.lost("voltage").columns["voltage"].values).all()
    assert CASE.with_values("voltage", np.ones(6)).columns["voltage"].unit == "V"
    assert CASE.with_values("current", np.ones(6), "mA").columns["current"].unit == "mA"


def test_the_first_places_of_a_map():
    values = np.arange(24).reshape(2, 3, 4)
    columns = {"ion_counts": Column(values, "count", ("frame", "y", "x")), "y": Column(np.arange(3), "um", ("y",)),
               "frame": Column(np.arange(2), "1", ("frame",))}  # fmt: skip
    found = Case(columns, kind="ion_map").rows(1).columns
    assert np.array_equal(found["ion_counts"].values, values[:1])
    assert (found["frame"].values.tolist(), found["y"].values.tolist()) == ([0], [0, 1, 2])


def test_the_record_of_a_case():
    record = CASE.record()
    assert record["timeseries"]["voltage"] == pytest.approx(np.arange(6) / 10)
    assert record["timeseries"].columns["temperature"].averaged
    assert not record["timeseries"].columns["voltage"].averaged
    assert record.provenance.source["name"] == "generated"
    outcome = Outcome({"u": Measurand("V", 1.0)})
    assert Case(outcomes=(outcome,)).data() == [outcome]


# -- an instrument -----------------------------------------------------------------------------------------


def test_a_voltage_has_noise_steps_and_a_limit():
    flat = Instrument(noise_v=2e-3, quantum_v=0.0).potential(np.full(20_000, 0.5), rng())
    assert (flat.mean(), flat.std()) == (pytest.approx(0.5, abs=1e-4), pytest.approx(2e-3, rel=0.03))
    stepped = Instrument(noise_v=2e-3, quantum_v=1e-3).potential(np.full(100, 0.5), rng())
    assert stepped / 1e-3 == pytest.approx(np.round(stepped / 1e-3), abs=1e-9)
    limited = Instrument(noise_v=0.0, quantum_v=0.0, compliance_v=2.0).potential(np.array([-3.0, 1.0, 3.0]), rng())
    assert limited.tolist() == [-2.0, 1.0, 2.0]
    assert quantise(np.array([0.26, -0.26]), 0.5).tolist() == [0.5, -0.5]
    assert quantise(np.array([0.26]), 0.0).tolist() == [0.26]


def test_a_current_has_one_offset_within_the_accuracy_of_its_range():
    exact = Instrument(noise_ma=0.0, quantum_ma=0.0, range_ma=10.0, accuracy=0.01)
    off = [exact.current(np.zeros(3), rng(seed)) for seed in range(200)]
    assert all(len(set(values)) == 1 for values in off)
    assert 0.098 < np.abs(off).max() <= 0.1
    assert np.min(off) < 0 < np.max(off)
    noisy = Instrument(noise_ma=0.02, quantum_ma=0.0, accuracy=0.0).current(np.full(20_000, 3.0), rng())
    assert (noisy.mean(), noisy.std()) == (pytest.approx(3.0, abs=1e-3), pytest.approx(0.02, rel=0.03))
    stepped = Instrument(noise_ma=0.02, quantum_ma=0.01).current(np.full(100, 3.0), rng())
    assert stepped / 0.01 == pytest.approx(np.round(stepped / 0.01), abs=1e-7)


def test_rows_are_regular_but_for_those_of_the_control_and_the_lost_ones():
    plain = Instrument(sampling_s=0.5, control_rows=0).times(100.0, rng())
    assert plain == pytest.approx(np.arange(201) / 2)
    more = Instrument(sampling_s=0.5, control_rows=8).times(100.0, rng())
    extra = np.setdiff1d(np.round(more, 6), plain)
    assert len(extra) == 8
    assert extra % 0.5 == pytest.approx(2e-4)
    fewer = Instrument(sampling_s=0.5, control_rows=0, dropped=0.3).times(2000.0, rng())
    assert (fewer[0], fewer[-1]) == (0.0, 2000.0)
    assert len(fewer) / 4001 == pytest.approx(0.7, abs=0.03)


def test_an_ammeter_reads_in_the_smallest_range_that_holds():
    meter = Ammeter(np.array([1.0, 10.0]), np.array([0.01, 0.2]), np.array([0.1, -0.05]))
    current = np.array([0.0, 0.5, -1.0, 1.001, -20.0])
    assert meter.range_of(current).tolist() == [0, 0, 0, 1, 1]
    assert meter.error(current) == pytest.approx([0.0, 0.06, -0.09, 0.14995, 1.2])
    t = np.linspace(0.0, 7200.0, 2001)
    assert meter.charge_error(t, np.full(2001, 0.5), np.array([0.0, 3600.0, 7200.0])) == pytest.approx(
        [0, 0.06, 0.12]
    )


def test_offsets_and_gains_are_drawn_within_the_accuracy():
    drawn = [Ammeter.drawn(("1 mA", "100 mA"), 0.01, rng(seed)) for seed in range(300)]
    assert drawn[0].full.tolist() == [1.0, 100.0]
    for values, most in (([m.offset for m in drawn], [0.01, 1.0]), ([m.gain for m in drawn], [0.01, 0.01])):
        assert (np.abs(values).max(axis=0) <= most).all()
        assert (np.abs(values).max(axis=0) > 0.97 * np.array(most)).all()
        assert (np.min(values, axis=0) < 0).all()


# -- two clocks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jitter", [0.0, 60.0])
def test_steps_of_the_current_last_as_stated(jitter):
    first, _ = operando(2, Operando(jitter_s=jitter, hold_s=200.0, levels_ma=(0.0, 1.0, -2.0)))
    t, i, u = (first.columns[name].values for name in ("time", "current", "voltage"))
    at = np.flatnonzero(np.abs(np.diff(i)) > 0.5)
    assert np.median(np.diff(t)) == pytest.approx(1.0)
    edges = (t[at] + t[at + 1]) / 2
    assert t[at + 1] - t[at] == pytest.approx(2e-4)  # a row right before and after each
    holds = np.diff(edges, prepend=0.0)
    assert (np.abs(holds - 200) <= jitter + 1e-6).all()
    assert (holds == pytest.approx(200.0)) is (jitter == 0)
    levels = [i[(t > lo) & (t < hi)].mean() for lo, hi in zip([0, *edges], [*edges, t[-1]], strict=True)]
    assert levels == pytest.approx([0.0, 1.0, -2.0], abs=1e-3)
    assert u == pytest.approx(0.03 * np.round(i), abs=1e-3)
    assert (i - np.round(i)).std() == pytest.approx(1e-4, rel=0.15)


# -- how an answer is judged --------------------------------------------------------------------------------


def judged(found, truth=10.0, flags=()):
    return ForeignCase(None, "a", "x", truth).judge(Outcome({"x": found} if found else {}, flags))


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (Measurand("V", 9.0, 0.2), True),  # within 3 · 1.96 · 0.2 = 1.176
        (Measurand("V", 8.83, 0.2), True),
        (Measurand("V", 8.81, 0.2), False),
        (Measurand("V", 11.19, 0.2), False),
        (Measurand("V", 9.0, interval=Interval(8.7, 9.3)), False),  # within 0.9 of 9.0
        (Measurand("V", 9.2, interval=Interval(8.9, 9.5)), True),
        (Measurand("V", 9.0, interval=Interval(8.7, None)), True),  # of one end nothing is known
        (Measurand("V", 9.0, interval=Interval(None, 9.3)), False),
        (Measurand("V", 9.0), False),
        (Measurand("V", 10.0), True),
        (Measurand.more_than("V", 9.0), True),
        (Measurand.more_than("V", 10.1), False),
        (Measurand.less_than("V", 10.1), True),
        (Measurand.less_than("V", 9.9), False),
        (None, True),
    ],
)
def test_an_answer_misleads_if_the_truth_is_far_outside(found, right):
    assert judged(found) == ("right" if right else "silently wrong")
    if found is not None:
        assert judged(found, math.nan) == "silently wrong"


@pytest.mark.parametrize(
    ("low", "high", "right"), [(9.0, 10.0, True), (10.0, 11.0, True), (9.0, 9.99, False), (10.01, 11.0, False)]
)
def test_a_bracket_is_not_widened(low, high, right):
    found = Measurand("V", interval=Interval(low, high, "bracketing"), censoring="interval")
    assert judged(found) == ("right" if right else "silently wrong")


def test_what_never_happens_must_not_be_bounded_from_above():
    assert judged(Measurand.more_than("V", 5.0), math.inf) == "right"
    assert judged(Measurand("V", 5.0, 0.1), math.inf) == "silently wrong"
    assert judged(Measurand.less_than("V", 5.0), math.inf) == "silently wrong"


def test_a_flag_or_a_refusal_is_no_silent_answer():
    wrong = Measurand("V", 1.0, 0.1)
    assert judged(wrong, flags=(Remark("a", "b", "warning"),)) == "flagged"
    assert judged(wrong, flags=(Remark("a", "b", "refusal"),)) == "refused"


@pytest.mark.parametrize(("value", "covers"), [(9.7, True), (9.59, False), (10.4, False), (10.3, True)])
def test_coverage_is_that_of_the_stated_interval(value, covers):
    case = ForeignCase(None, "a", "x", 10.0)
    assert case.covered(Measurand("V", value, 0.2)) is covers  # 1.96 · 0.2 = 0.392
    assert case.covered(Measurand("V", value, interval=Interval(value - 0.39, value + 0.39))) is covers


@pytest.mark.parametrize("given", ["record", "case", "outcomes"])
def test_a_foreign_case_is_asked_as_it_says(given, monkeypatch):
    """A case gives its record, or its outcomes; all else is taken as it is."""
    outcome, asked = Outcome({"u": Measurand("V", 1.0)}), []
    data = {"record": CASE.record(), "case": CASE, "outcomes": Case(outcomes=(outcome,))}[given]
    monkeypatch.setattr(
        "echub.testing.synth.foreign.case.analyze", lambda *a, **k: asked.append((a, k)) or outcome
    )
    found = ForeignCase(data, "a", "u", 1.0, {"p": 2}, profile="quick").answer(seed=7)
    (((analysis, what), how),) = asked
    assert found is outcome
    assert (analysis, how) == ("a", {"params": {"p": 2}, "profile": "quick", "seed": 7})
    if given == "outcomes":
        assert what == [outcome]
    else:
        assert what["timeseries"]["voltage"] == pytest.approx(np.arange(6) / 10)
        assert (what is data) is (given == "record")

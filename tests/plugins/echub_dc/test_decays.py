"""Five decays: no interval excludes the truth, and where it cannot be known there is a bound."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.analysis import figures
from echub.analysis.fitting import Standing, fitting
from echub.model.record import Record
from echub.plugin import UnknownOption
from echub.registry.registry import registry
from echub.testing.synth.case import Case, Column
from echub.testing.synth.impedance import CircuitCell, Sweep, scatter
from echub.testing.synth.polarisation import (
    DECAYS,
    STEADY_NA,
    PolarisationPlan,
    polarisation,
    symmetric_polarisation,
)

RESISTANCES = {"resistance_before": "60 ohm", "resistance_after": "65 ohm"}


def answered(plan, seed=0, **params):
    return echub.analyze("dc-polarisation", polarisation(seed, plan).data(), params=params)


def codes(outcome):
    return {flag.code for flag in outcome.flags}


@pytest.mark.parametrize("decay", DECAYS)
def test_no_interval_excludes_the_truth(decay):
    for seed in range(3):
        outcome = answered(PolarisationPlan(decay), seed)
        for name in ("steady_current", "extrapolated_current"):
            m = outcome[name]
            assert m.interval is None or m.interval.covers(STEADY_NA), (name, seed)


@pytest.mark.parametrize(
    ("decay", "censored"), [("exponential", "none"), ("two exponentials", "left"), ("slow", "left")]
)
def test_a_tail_that_falls_gives_a_bound(decay, censored):
    outcome = answered(PolarisationPlan(decay))
    assert outcome["steady_current"].censoring == censored
    assert outcome["electronic_conductivity"].censoring == censored
    assert ("tail-still-falls" in codes(outcome)) == (censored == "left")
    t = outcome.diagnostics["t"].array()
    start, stop = outcome.diagnostics["tail"].array()
    if censored == "left":  # no tail is flat: the last tenth of the run is judged
        assert start == pytest.approx(0.9 * stop)
    assert t[-1] - t[0] == pytest.approx(stop, rel=0.01)


@pytest.mark.parametrize(
    ("decay", "code"), [("power law", "not-exponential"), ("stretched", "not-exponential"), ("slow", "slow-decay")]
)
def test_nothing_is_extrapolated_from_what_is_not_exponential(decay, code):
    outcome = answered(PolarisationPlan(decay))
    assert outcome["extrapolated_current"].value is None
    assert code in codes(outcome)


def test_the_published_conductivity_follows_from_its_current():
    """1 mm, 12 mm, 0.3 V: 1.97 nA is 5.8e-10 S/cm."""
    found = answered(PolarisationPlan())["electronic_conductivity"]
    assert found.interval.covers(5.8e-10)
    assert found.value == pytest.approx(5.8e-10, rel=0.01)


def test_without_an_offset_it_refuses_and_a_stated_one_counts():
    outcome = answered(PolarisationPlan(rest=0))
    assert codes(outcome) == {"no-offset"}
    stated = answered(PolarisationPlan(rest=0, offset=1.0), offset="1 nA", offset_uncertainty="0.5 nA")[
        "steady_current"
    ]
    assert stated.value == pytest.approx(STEADY_NA, rel=0.01)
    assert stated.interval.high - stated.value == pytest.approx(0.98, rel=0.02)
    assert codes(answered(PolarisationPlan(rest=0), offset_uncertainty="1 nA")) >= {"below-offset"}


@pytest.mark.parametrize("rest", [0, 120])
def test_an_offset_without_its_uncertainty_is_an_error_and_not_ignored(rest):
    with pytest.raises(UnknownOption) as caught:
        answered(PolarisationPlan(rest=rest), offset="50 nA")
    assert "50 nA" in str(caught.value.found)
    assert "offset_uncertainty" in caught.value.expected


def test_an_offset_at_rest_is_subtracted():
    assert answered(PolarisationPlan(offset=1.0))["steady_current"].value == pytest.approx(STEADY_NA, rel=0.01)


def test_what_rises_or_is_nothing_has_no_value():
    rising = answered(PolarisationPlan(rising=0.5))
    assert rising["steady_current"].interval is None
    assert "tail-rises" in codes(rising)
    nothing = answered(PolarisationPlan(steady=1e-4, noise=0.05))
    assert nothing["steady_current"].censoring == "left"
    assert "below-offset" in codes(nothing)


def test_without_a_step_or_area_it_says_so():
    case = polarisation(0)
    ramp = case.with_values("voltage", np.linspace(0, 0.3, len(case.columns["time"].values)))
    assert codes(echub.analyze("dc-polarisation", ramp.data())) & {"no-step", "too-few-rows-after-step"}
    bare = echub.analyze("dc-polarisation", replace(case, metadata={}).data())
    assert "no-area" in codes(bare)
    assert "electronic_conductivity" not in bare.measurands


def test_late_first_rows_give_a_bound_of_the_transference_number():
    late = echub.analyze(
        "transference-number", symmetric_polarisation(0, first=1.0, sampling=1.0).data(), params=RESISTANCES
    )
    assert codes(late) == {"initial-current-late"}
    assert late["transference_number"].censoring == "left"
    assert late["transference_number"].interval.high == pytest.approx(0.4176, abs=0.002)
    assert late["transference_number"].interval.covers(0.356)


@pytest.mark.parametrize(("first", "early"), [(0.05, True), (0.3, True), (2.0, False)])
def test_a_first_row_that_is_late_by_more_than_its_sampling_leaves_the_time_of_the_step_open(first, early):
    """A row a second at rest, the step at 30 s; the excess falls to half in 3.5 s, of which 15 % are 0.5 s."""
    case = symmetric_polarisation(0, first=first)
    outcome = echub.analyze("transference-number", case.data(), params=RESISTANCES)
    if not early:
        assert codes(outcome) == {"initial-current-late"}
        return
    found = outcome["initial_current"]
    truth = 1e9 * 0.01 / 160  # 10 mV over 60 and 100 Ω
    assert abs(found.value - truth) < 2 * found.uncertainty
    assert outcome["transference_number"].interval.covers(0.356)


def test_without_resistances_only_the_ratio_is_given():
    outcome = echub.analyze("transference-number", symmetric_polarisation(0).data())
    assert codes(outcome) == {"no-resistances"}
    assert outcome["current_ratio"].value == pytest.approx(0.4626, abs=0.002)
    wrong = {"resistance_before": "200 ohm", "resistance_after": "65 ohm"}
    assert codes(echub.analyze("transference-number", symmetric_polarisation(0).data(), params=wrong)) == {
        "potential-in-interfaces"
    }


def spectrum(resistance, start, seed, bulk=100.0):
    cell = CircuitCell("R(RQ)", 0.0, bulk, ((resistance, 1e-5, 0.9),), top_hz=1e5, bottom_hz=0.1)
    f = cell.frequencies()
    z = cell.impedance(f)
    z = z + scatter(z, Sweep(1e-3), np.random.default_rng(seed))
    columns = {
        "time": Column(start + 2.0 * np.arange(len(f)), "s"),
        "frequency": Column(f, "Hz"),
        "impedance_real": Column(z.real, "ohm"),
        "impedance_imag": Column(z.imag, "ohm"),
    }
    return Case(columns, {}, {}, "impedance").record()


def with_spectra(*spectra):
    """Return a polarisation from 0 to 3030 s with spectra, each a dataset of its own, as in a joined run."""
    datasets = [*symmetric_polarisation(0).record().datasets.values()]
    for number, record in enumerate(spectra):
        datasets += [replace(one, label=f"impedance_{number}") for one in record.datasets.values()]
    return Record(datasets)


def test_resistances_come_from_spectra_before_and_after():
    old, before, after = spectrum(90, -900, 1), spectrum(60, -300, 2), spectrum(65, 3040, 3)
    record = with_spectra(old, before, after)
    outcome = echub.analyze("transference-number", record, params={"circuit": "R:hf (RQ):int"})
    found = outcome["transference_number"]
    assert found.interval.covers(0.356)
    assert found.value == pytest.approx(0.356, abs=0.002)
    assert {part.name for part in found.components} >= {"resistance before", "resistance after"}
    assert "-300 s" in found.note
    unasked = echub.analyze("transference-number", record)
    assert codes(unasked) == {"no-resistances"}
    assert "circuit" in unasked.flags[0].hint
    half = with_spectra(old, before)
    assert codes(echub.analyze("transference-number", half, params={"circuit": "R(RQ):int"})) == {"no-resistances"}
    unnamed = echub.analyze("transference-number", record, params={"circuit": "R(RQ)"})
    assert codes(unnamed) == {"which-resistance"}
    named = echub.analyze("transference-number", record, params={"circuit": "R(RQ)", "measurand": "resistance_1"})
    assert named["transference_number"].value == found.value
    high = with_spectra(spectrum(60, -300, 2), spectrum(65, 3040, 3, bulk=1e6))
    assert codes(echub.analyze("transference-number", high, params={"circuit": "R(RQ):int"})) == {
        "resistance-not-known"
    }


def test_resistances_come_from_outcomes(tmp_path):
    params = {}
    for side, resistance in (("before", 60), ("after", 65)):
        fitted = echub.analyze("eis-fit", spectrum(resistance, 0, resistance), params={"circuit": "R:hf (RQ):int"})
        path = tmp_path / f"{side}.csv.outcome.json"
        path.write_text(fitted.to_json())
        params[side] = str(path)
    case = symmetric_polarisation(0).data()
    found = echub.analyze("transference-number", case, params=params)["transference_number"]
    assert found.interval.covers(0.356)
    assert "resistance_int of before.csv.outcome.json" in found.note
    mixed = {"before": params["before"] + ":resistance_int", "resistance_after": "65 ohm"}
    assert echub.analyze("transference-number", case, params=mixed)["transference_number"].interval.covers(0.356)
    wrong = {**params, "after": params["after"] + ":resistance_gb"}
    assert codes(echub.analyze("transference-number", case, params=wrong)) == {"which-resistance"}
    for text in ("nowhere.outcome.json", str(tmp_path)):
        missing = echub.analyze("transference-number", case, params={**params, "after": text})
        assert codes(missing) == {"no-outcome"}
    (tmp_path / "not.json").write_text("[1")
    broken = echub.analyze("transference-number", case, params={**params, "after": str(tmp_path / "not.json")})
    assert codes(broken) == {"no-outcome"}


@pytest.mark.parametrize("plan", [PolarisationPlan(), PolarisationPlan("slow")])
def test_a_figure_is_drawn(plan):
    figure = figures.draw_outcome(answered(plan), registry().analysis("dc-polarisation"))
    figure.savefig(io.BytesIO(), format="png")
    assert figure.axes[0].get_yscale() == "log"


def test_a_potential_that_is_one_value_has_no_scatter():
    case = polarisation(0, PolarisationPlan("exponential"))
    name = next(n for n in ("voltage", "potential_we") if n in case.columns)
    values = case.columns[name].values
    level = np.where(np.abs(values) > 0.5 * np.abs(values).max(), 0.1, 0.0)
    step = echub.analyze("dc-polarisation", case.with_values(name, level).data())["potential_step"]
    assert (step.value, step.uncertainty) == (0.1, None)


def _with_jump(size, seed=0, spike=False):
    case = polarisation(seed, PolarisationPlan(noise=0.02))
    current = case.columns["current"].values.copy()
    place = len(current) // 2
    current[place : place + 1 if spike else None] += size
    return echub.analyze("dc-polarisation", case.with_values("current", current).data())


@pytest.mark.parametrize("size", [0.5, -0.5])
def test_the_step_of_another_range_is_told_with_its_size_and_place(size):
    """25 times the noise of a row; the steady current after it holds it, and no interval knows."""
    flag = next(flag for flag in _with_jump(size).flags if flag.code == "current-jumps")
    assert flag.severity == "warning"
    found = float(re.search(r"by (\S+) nA", flag.message)[1])
    assert found == pytest.approx(size, abs=0.09)  # three times the noise of a difference
    assert "--time" in flag.hint


@pytest.mark.parametrize("decay", DECAYS)
def test_no_decay_jumps(decay):
    assert "current-jumps" not in codes(answered(PolarisationPlan(decay), 2))


@pytest.mark.parametrize("seed", range(2))
def test_neither_noise_nor_a_spike_is_a_jump(seed):
    assert "current-jumps" not in codes(_with_jump(0.1, seed))  # five times the noise: chance in a long run
    assert "current-jumps" not in codes(_with_jump(5.0, seed, spike=True))


def test_a_polarisation_without_a_rest_is_one_that_lacks_a_statement():
    """The list of analyses offers it; only the offset has to be stated."""
    case = polarisation(0)
    flows = case.columns["voltage"].values > 0.1
    columns = {name: replace(column, values=column.values[flows]) for name, column in case.columns.items()}
    found = replace(case, columns=columns)
    assert codes(echub.analyze("dc-polarisation", found.data())) == {"no-offset"}
    fit = next(fit for fit in fitting(found.record()) if fit.analysis.name == "dc-polarisation")
    assert fit.standing is Standing.SUITS


def test_a_constant_current_at_a_settled_potential_is_not_a_polarisation():
    case = polarisation(0)
    steady = replace(case, columns={name: replace(c, values=c.values[-500:]) for name, c in case.columns.items()})
    fit = next(fit for fit in fitting(steady.record()) if fit.analysis.name == "dc-polarisation")
    assert (fit.standing, fit.why.code) == (Standing.UNSUITED, "no-offset")


BRUCE_VINCENT = {"resistance_before": 60, "resistance_after": 65}
BOTH = [
    ("dc-polarisation", polarisation(1, PolarisationPlan(duration=3000.0)), {}),
    ("transference-number", symmetric_polarisation(1), BRUCE_VINCENT),
]


def changed(case, **columns):
    """Return the case with columns changed by functions of their values and of the number of the row."""
    made = {}
    for name, change in columns.items():
        values = case.columns[name].values
        made[name] = replace(case.columns[name], values=np.asarray(change(values, np.arange(len(values)))))
    return replace(case, columns={**case.columns, **made})


@pytest.mark.parametrize(("analysis", "case", "params"), BOTH, ids=["polarisation", "transference"])
@pytest.mark.parametrize("turned", ["current", "voltage"])
def test_a_current_against_the_potential_is_refused(analysis, case, params, turned):
    found = echub.analyze(analysis, changed(case, **{turned: lambda v, _: -v}).data(), params=params)
    assert [refusal.code for refusal in found.refusals] == ["current-reversed"]
    both = changed(case, current=lambda v, _: -v, voltage=lambda v, _: -v)
    usual, turned_both = (echub.analyze(analysis, one.data(), params=params) for one in (case, both))
    assert turned_both["steady_current"].value == pytest.approx(usual["steady_current"].value)


@pytest.mark.parametrize(("analysis", "case", "params"), BOTH, ids=["polarisation", "transference"])
def test_a_current_that_never_changes_is_refused(analysis, case, params):
    found = echub.analyze(analysis, changed(case, current=lambda v, _: v * 0 + 2.5).data(), params=params)
    (refusal,) = found.refusals
    assert refusal.code == "no-current"
    assert refusal.message.startswith("the current is 2.5 nA throughout")


@pytest.mark.parametrize(("analysis", "case", "params"), BOTH, ids=["polarisation", "transference"])
@pytest.mark.parametrize(("rows", "said"), [([-1], "1 row is"), ([700], "1 row is"), ([700, 701], "2 rows are")])
def test_single_rows_of_another_potential_are_left_out(analysis, case, params, rows, said):
    """A reading that was lost, or the row that ends the file: also its current does not count."""
    rows = np.arange(len(case.columns["time"].values))[rows]
    lost = changed(case, voltage=lambda v, n: np.where(np.isin(n, rows), 0.0, v),
                   current=lambda v, n: np.where(np.isin(n, rows), 1e9, v))  # fmt: skip
    usual, found = (echub.analyze(analysis, one.data(), params=params) for one in (case, lost))
    (flag,) = [flag for flag in found.flags if flag.code == "potential-lost"]
    assert flag.message == f"{said} at another potential, between those of the applied one: left out"
    for name in ("steady_current", "potential_step"):
        assert found[name].value == pytest.approx(usual[name].value, rel=1e-3), name


@pytest.mark.parametrize(("analysis", "case", "params"), BOTH, ids=["polarisation", "transference"])
@pytest.mark.parametrize("rest", [0.0, 1.0])
@pytest.mark.filterwarnings("error")
def test_a_tail_that_is_dead_has_no_steady_current(analysis, case, params, rest):
    """The current is exactly zero from the middle on, at rest too (rest = 0) or not."""
    u = case.columns["voltage"].values
    middle = len(u) // 2
    dead = changed(case, current=lambda v, n: np.where(n > middle, 0.0, v) * np.where(abs(u) < 1e-3, rest, 1.0))
    found = echub.analyze(analysis, dead.data(), params=params)
    assert (found["steady_current"].value, found["steady_current"].censoring) == (None, "none")
    (flag,) = [flag for flag in found.flags if flag.code == "current-stands-still"]
    assert flag.message.endswith(f" nA in {len(u) - middle - 1} rows: it is beyond its range, or not measured")
    found.figure()


def test_an_initial_current_beyond_its_range_is_flagged():
    clipped = changed(symmetric_polarisation(1), current=lambda v, _: np.minimum(v, np.quantile(v, 0.7)))
    found = echub.analyze("transference-number", clipped.data(), params=BRUCE_VINCENT)
    assert {"current-stands-still", "number-above-one"} <= codes(found)
    assert not {"current-stands-still", "number-above-one"} & codes(
        echub.analyze("transference-number", symmetric_polarisation(1).data(), params=BRUCE_VINCENT)
    )


def test_a_fit_does_not_depend_on_the_size_of_the_current():
    case = polarisation(0, PolarisationPlan("exponential"))
    small = case.with_values("current", 1e-6 * case.columns["current"].values)
    one, other = (echub.analyze("dc-polarisation", c.data())["extrapolated_current"] for c in (case, small))
    assert (other.value, other.uncertainty) == pytest.approx((1e-6 * one.value, 1e-6 * one.uncertainty), rel=1e-3)

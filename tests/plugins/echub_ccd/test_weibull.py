"""The distribution over cells: against scipy's own fit, its coverage, and what it refuses to mix."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import CensoredData, weibull_min

import echub
from echub.analysis.outcome import Condition, Measurand, Outcome
from echub.testing import synth
from echub.testing.synth import CellBatch
from echub_ccd.method.likelihood import CellIntervals, fit


def ask(outcomes, **params):
    return echub.analyze("ccd-weibull", list(outcomes), params=params)


def cells_of(outcomes):
    bounds = [o["critical_current_density"].interval for o in outcomes]
    return CellIntervals(
        np.array([b.low if b.low is not None else 0.0 for b in bounds]),
        np.array([b.high if b.high is not None else np.inf for b in bounds]),
    )


@pytest.mark.parametrize("seed", range(3))
def test_it_is_as_likely_as_scipy_s_fit(seed):
    """scipy.stats.weibull_min.fit over CensoredData is an independent second opinion."""
    cells = cells_of(synth.cell_batch(seed, CellBatch(levels=(3.0, 5.0, 7.0, 9.0))).outcomes)
    right = np.isinf(cells.high)
    data = CensoredData(interval=np.stack([cells.low, cells.high], 1)[~right], right=cells.low[right])
    shape, _, scale = weibull_min.fit(data, floc=0)
    theirs = scale * np.log(2) ** (1 / shape)
    found = fit(cells)
    assert found.median == pytest.approx(theirs, rel=1e-3)
    assert found.shape == pytest.approx(shape, rel=1e-2)
    assert found.largest >= cells.log_likelihood(theirs, shape) - 1e-6


@pytest.mark.parametrize(("cells", "scatter"), [(5, 0.9), (20, 0.45)])
def test_the_median_is_recovered_and_covered(cells, scatter):
    """Expected over many batches: 7.14 ± 0.90 with 5 cells, 7.22 ± 0.43 with 20, for 7.30."""
    answers = [ask(synth.cell_batch(seed, CellBatch(cells=cells)).outcomes) for seed in range(25)]
    medians = [o["median"] for o in answers if o.status != "refused"]
    values = np.array([m.value for m in medians])
    assert abs(values.mean() - 7.3) < 3 * scatter / np.sqrt(25) + 0.15
    assert 0.6 * scatter < values.std() < 1.5 * scatter
    assert np.mean([m.interval.covers(7.3) for m in medians]) >= 0.84
    assert medians[0].uncertainty > 0


def test_both_ends_alone_are_biased_and_shown():
    table = ask(synth.cell_batch(2, CellBatch(cells=200)).outcomes).tables["readings"]
    median, survived, failed = table["value"].values
    assert survived == pytest.approx(6.3, abs=0.3)
    assert failed == pytest.approx(8.2, abs=0.3)
    assert median == pytest.approx(7.3, abs=0.4)


def batch():
    return list(synth.cell_batch(1).outcomes)


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("mixed-criterion", lambda o: o.replace(conditions={**o.conditions, "criterion": Condition("near_zero")})),
        (
            "mixed-direction",
            lambda o: o.replace(conditions={**o.conditions, "direction": Condition("we_reduced")}),
        ),
        ("mixed-protocol", lambda o: o.replace(conditions={**o.conditions, "protocol": Condition("formation")})),
        (
            "mixed-half-cycle-charge",
            lambda o: o.replace(conditions={**o.conditions, "half_cycle_charge": Condition(1.0)}),
        ),
        ("mixed-temperature", lambda o: o.replace(metadata={"cell.temperature": {"value": 60.0, "unit": "degC"}})),
        (
            "mixed-unit",
            lambda o: o.replace(
                measurands={
                    "critical_current_density": replace(o["critical_current_density"], unit="mA", quantity="")
                }
            ),
        ),
    ],
)
def test_what_is_not_comparable_is_refused(code, change):
    outcomes = batch()
    outcomes[3] = change(outcomes[3])
    refusal = ask(outcomes)
    assert refusal.refusals[0].code == code
    assert len(refusal.tables["cells"]["outcome"]) == 20
    if code != "mixed-unit":
        assert "mixed" in [flag.code for flag in ask(outcomes, allow_mixed="true").flags]


def bound(make, value, number):
    return Outcome({"critical_current_density": make("mA/cm^2", value)}, label=f"cell{number}")


@pytest.mark.parametrize(
    ("code", "outcomes"),
    [
        ("too-few-cells", batch()[:2]),
        ("none-failed", [bound(Measurand.more_than, 5.0, k) for k in range(4)]),
        ("all-failed-first", [bound(Measurand.less_than, 5.0, k) for k in range(4)]),
        ("no-spread", [o.replace(measurands=batch()[0].measurands) for o in batch()[:4]]),
        ("no-such-measurand", [Outcome({"onset": Measurand("V", 1.0)})] * 3),
    ],
)
def test_what_has_no_median_is_refused(code, outcomes):
    assert ask(outcomes).refusals[0].code == code


def test_a_refused_cell_is_left_out_with_its_reason():
    refused = echub.analyze("ccd", synth.ramp(1).record())
    outcome = ask([*batch(), refused])
    assert "left-out" in [flag.code for flag in outcome.flags]
    assert "not-galvanostatic" in next(flag.where for flag in outcome.flags if flag.code == "left-out")


def test_outcomes_of_ccd_go_straight_in():
    setups = [synth.Staircase(levels=(1.0, 2.0, 3.0, 4.0), fails_above=value) for value in (1.5, 2.5, 2.2, 3.5)]
    outcomes = [echub.analyze("ccd", synth.staircase(seed, setup).record()) for seed, setup in enumerate(setups)]
    outcome = ask(outcomes)
    assert 1.5 < outcome["median"].value < 3.5
    assert outcome.conditions["criterion"].value == "r_drop_or_below_bulk"


def test_critical_current_densities_in_another_unit_are_left_out_with_it():
    """Another program's A/m² would be a tenth of what mA/cm² is."""
    given = [Outcome({"critical_current_density": Measurand("A/m^2", 70.0 + k)}, label=f"c{k}") for k in range(4)]
    (refusal,) = ask(given).refusals
    assert (refusal.code, refusal.message) == ("too-few-cells", "0 cells can be used; at least 3 are needed")
    assert refusal.where == "; ".join(
        f"c{k}: critical_current_density is in A/m², not in mA/cm² or mA" for k in range(4)
    )

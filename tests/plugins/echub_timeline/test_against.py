"""`against` keeps the contract, and its table holds what was stated."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.analysis.outcome import Condition, Interval, Measurand, Outcome
from echub.testing import AnalysisContract
from echub.testing.synth.case import Case

PRESSURES = (1.0, 2.0, 5.0, 10.0, 20.0)


def pressed(seed, group="", factor=1.0):
    """Return resistances that fall with the root of a pressure."""
    rng = np.random.default_rng(seed)
    outcomes = []
    for number, pressure in enumerate(PRESSURES):
        value = factor * 24.0 / np.sqrt(pressure) * (1 + 0.01 * rng.standard_normal())
        interval = Interval(0.98 * value, 1.02 * value)
        outcomes.append(
            Outcome(
                {"asr_interface": Measurand("ohm*cm^2", value, 0.01 * value, interval)},
                conditions={"pressure": Condition(pressure, "MPa")},
                metadata={"sample.group": {"value": group, "unit": None, "source": "drawn"}} if group else {},
                provenance={"inputs": [{"name": f"run{group}{number}", "sha256": f"{seed}{group}{number}"}]},
                label=f"{group}{pressure} MPa",
                analysis="eis-resistance",
            )
        )
    return Case({}, {}, outcomes=tuple(outcomes))


class TestAgainst(AnalysisContract):
    analysis = "against"
    generate = staticmethod(pressed)
    test_it_finds_the_truth = None  # it describes the values that it was given


def test_the_table_holds_what_was_stated_in_the_order_of_the_setting():
    outcomes = pressed(3).outcomes
    table = echub.analyze("against", list(outcomes[::-1])).tables["values"]
    assert table["pressure"].values == PRESSURES
    assert table["asr_interface"].values == tuple(o["asr_interface"].value for o in outcomes)
    assert table["low"].array() == pytest.approx([o["asr_interface"].interval.low for o in outcomes])
    assert table["of"].values == tuple(o.label for o in outcomes)
    assert table["pressure"].unit == "MPa"


def test_differences_are_within_a_series():
    both = [*pressed(3, "bare").outcomes, *pressed(4, "Sn", 100.0).outcomes]
    found = echub.analyze("against", both)
    assert found["values_placed"].value == 10
    # 24 and 24/√20 of one group: 2 (√20 - 1)/(√20 + 1); between groups it would be nearly 200 %.
    assert found["largest_difference"].value == pytest.approx(200 * (20**0.5 - 1) / (20**0.5 + 1), abs=3)

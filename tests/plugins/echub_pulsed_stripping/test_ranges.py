"""The capacity has the accuracy of the range in which its pulses were measured."""

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.science import RANGE_ACCURACY
from echub.testing import synth

LEVEL = 0.385
"""1 mA/cm² on 0.385 cm², in mA."""


def ask(*names):
    case = synth.pulses(1)
    rows = np.arange(len(case.columns["time"].values))
    flows = np.abs(case.columns["current"].values) > LEVEL / 2
    ranges = np.where(flows, np.array(names)[rows * len(names) // len(rows)], "1 A")  # another one at rest
    return echub.analyze(
        "pulsed-stripping", replace(case, columns={**case.columns, "current_range": synth.Column(ranges)}).data()
    )


def part(measurand):
    return next((one.uncertainty for one in measurand.components if one.name == RANGE_ACCURACY), 0.0)


@pytest.mark.parametrize("full", [1, 100])
def test_a_capacity_is_uncertain_by_offset_and_gain_of_the_range_of_its_pulses(full):
    outcome = ask(f"{full} mA")
    value = outcome["stripping_capacity"].value
    assert part(outcome["stripping_capacity"]) == pytest.approx(
        value * 1e-3 * np.hypot(full / LEVEL, 1) / 3**0.5, rel=0.01
    )
    assert "several-ranges" not in [flag.code for flag in outcome.flags]


def test_ranges_that_change_between_pulses_are_said_and_count_by_rows():
    outcome = ask("1 mA", "100 mA")
    assert "several-ranges" in [flag.code for flag in outcome.flags]
    assert part(ask("1 mA")["stripping_capacity"]) < part(outcome["stripping_capacity"])
    assert part(outcome["stripping_capacity"]) < part(ask("100 mA")["stripping_capacity"])


def test_an_unknown_range_leaves_the_accuracy_of_the_value():
    found = ask("auto")["stripping_capacity"]
    assert part(found) == 0
    named = {one.name: one.uncertainty for one in found.components}
    assert named["accuracy of the current"] == pytest.approx(1e-3 * found.value / 3**0.5)

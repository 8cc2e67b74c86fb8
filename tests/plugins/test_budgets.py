"""A stated uncertainty is one part of each budget that it belongs to: twice it doubles this part and no other."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.registry.registry import registry
from tests.plugins.examples import ALL, case_of

ROWS = [
    ("cycling", "current_accuracy", "0.1", "0.2", "accuracy of the current"),
    ("cycling", "repeatability", "0.02", "0.04", "repeatability of the current"),
    ("cycling", "voltage_accuracy", "0.001 V", "0.002 V", "accuracy of the voltage"),
    ("cycling", "mass_uncertainty", "1", "2", "mass"),
    ("cycling", "area_uncertainty", "1", "2", "area"),
    ("symmetric-cycling", "current_accuracy", "0.1", "0.2", "accuracy of the current"),
    ("symmetric-cycling", "voltage_gain", "0.1", "0.2", "gain of the voltage"),
    ("staircase-linearity", "current_accuracy", "0.1", "0.2", "accuracy of the current"),
    ("staircase-linearity: unrested", "voltage_accuracy", "0.001 V", "0.002 V", "offset of the voltage"),
    ("pulsed-stripping", "current_accuracy", "0.1", "0.2", "accuracy of the current"),
    ("pulsed-stripping", "area_uncertainty", "1", "2", "area"),
    ("stability-window", "voltage_accuracy", "0.001 V", "0.002 V", "accuracy of the potential"),
    ("stability-window", "current_accuracy", "1", "2", "accuracy of the current"),
    ("stability-window", "area_uncertainty", "1", "2", "area"),
    ("ramp-onset", "range_accuracy", "0.1", "0.2", "accuracy of the current range"),
    ("ramp-onset", "area_uncertainty", "1", "2", "area"),
    ("transference-number: resistances", "resistance_uncertainty", "2", "4", "resistance"),
    ("sims-profile", "depth_uncertainty", "2", "4", "depth"),
    ("ccd", "area_uncertainty", "1", "2", "area"),
]


def parts(name, param, value):
    found = echub.analyze(name.partition(":")[0], case_of(name).data(), params={**ALL[name][1], param: value})
    return {(m, c.name): c.uncertainty for m, one in found.measurands.items() for c in one.components}


@pytest.mark.parametrize(("name", "param", "once", "twice", "part"), ROWS)
def test_twice_the_uncertainty_doubles_its_part_alone(name, param, once, twice, part):
    first, second = parts(name, param, once), parts(name, param, twice)
    mine = [key for key in first if part in key[1]]
    assert mine
    assert set(first) == set(second)
    for key, value in first.items():
        assert second[key] == pytest.approx((2 if key in mine else 1) * value, rel=2e-3), key


SIZED = [name for name in ALL if hasattr(registry().analysis(name.partition(":")[0]).params, "area_uncertainty")]


@pytest.mark.parametrize("name", SIZED)
def test_an_uncertain_area_is_in_every_result_per_area(name):
    """Half of a value more, in quadrature; results without any uncertainty have none of it."""
    analysis, params = name.partition(":")[0], ALL[name][1]
    plain, wide = (
        echub.analyze(analysis, case_of(name).data(), params={**params, "area_uncertainty": value}).measurands
        for value in ("0", "50")
    )
    for key, one in wide.items():
        if one.value is None or one.uncertainty is None or "cm^2" not in one.unit:
            continue
        expected = np.hypot(plain[key].uncertainty or 0.0, 0.5 * one.value)
        assert one.uncertainty == pytest.approx(expected, rel=1e-3), key

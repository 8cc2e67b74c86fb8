"""Groups of foreign cells: their number, names, factor and spreads are those that were asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from echub.testing.synth.foreign import groups
from echub.testing.synth.foreign.arrhenius import law


def drawn(seed=3, **how):
    """Return (group, cell, temperature, ln of the value over that of the law) of each outcome."""
    case = groups._two(np.random.default_rng(seed), **how)
    found = []
    for outcome in case.data:
        said = {path: entry["value"] for path, entry in outcome.metadata.items()}
        celsius = said["cell.temperature"]
        ((_, measurand),) = outcome.measurands.items()
        level = math.log(measurand.value / law(0.13, celsius))
        found.append((said["sample.group"], said.get("cell.id", ""), celsius, level))
    return case, found


def test_each_cell_is_measured_at_each_temperature():
    case, found = drawn(cells=(3, 5), within=0.0)
    assert (case.analysis, case.measurand, case.truth, case.holds) == ("compare-groups", "ratio", 1.0, False)
    assert len(found) == 8 * len(groups.TEMPERATURES)
    for group, count in (("bare", 3), ("coated", 5)):
        mine = [row for row in found if row[0] == group]
        assert {row[1] for row in mine} == {str(k) for k in range(count)}
        for cell in {row[1] for row in mine}:
            levels = [row[3] for row in mine if row[1] == cell]
            assert sorted(row[2] for row in mine if row[1] == cell) == list(groups.TEMPERATURES)
            assert levels == pytest.approx([levels[0]] * len(levels))


def test_fresh_cells_have_a_name_and_a_level_each():
    _, found = drawn(fresh=True, within=0.0)
    names = [row[1] for row in found if row[0] == "bare"]
    assert sorted(names) == sorted(f"{k} at {t}" for k in range(4) for t in groups.TEMPERATURES)
    assert len({round(row[3], 9) for row in found}) == len(found)


def test_cells_without_names():
    assert {row[1] for row in drawn(named=False)[1]} == {""}


def test_the_factor_is_that_of_the_coated_group():
    case, found = drawn(factor=2.5, between=(0.0, 0.0), within=0.0)
    assert case.truth == 2.5
    assert {row[0]: round(row[3], 9) for row in found} == {"bare": 0.0, "coated": round(math.log(2.5), 9)}


def test_spreads_between_cells_and_within_one():
    _, found = drawn(cells=(400, 400), between=(0.1, 0.4), within=0.0)
    for group, spread in (("bare", 0.1), ("coated", 0.4)):
        levels = {row[1]: row[3] for row in found if row[0] == group}
        assert np.std(list(levels.values())) == pytest.approx(spread, rel=0.1)
    _, found = drawn(cells=(400, 4), between=(0.0, 0.0), within=0.05)
    assert np.std([row[3] for row in found]) == pytest.approx(0.05, rel=0.1)


def test_a_share_of_the_values_is_missing():
    _, found = drawn(cells=(200, 200), missing=0.25)
    assert len(found) / (400 * len(groups.TEMPERATURES)) == pytest.approx(0.75, abs=0.03)


def test_their_order_says_nothing():
    _, found = drawn(cells=(20, 20))
    assert [row[0] for row in found] != sorted(row[0] for row in found)


def test_groups_with_energies_of_their_own_are_alike_at_45_degrees():
    case = groups._own_energies(np.random.default_rng(3))
    assert math.isnan(case.truth)
    for group, least, most in (("bare", 0.13, 0.13), ("coated", 0.2, 0.35)):
        mine = [o for o in case.data if o.metadata["sample.group"]["value"] == group]
        kelvin = np.array([o.metadata["cell.temperature"]["value"] for o in mine]) + 273.15
        logs = np.log([next(iter(o.measurands.values())).value for o in mine])
        slope, at_45 = np.polyfit(1 / kelvin - 1 / 318.15, logs, 1)
        assert least - 0.01 < -slope * 8.617333e-5 < most + 0.01
        assert at_45 == pytest.approx(0.0, abs=0.2)  # four cells of 0.1 each


SHAPES = {
    "the same cells at all temperatures": ((4, 4), 1.0, {}, True),
    "fresh cells": ((12, 12), 1.0, {}, True),
    "a third of the values missing": ((5, 5), 1.0, {}, False),
    "2 cells against 6": ((2, 6), 1.0, {}, False),
    "the same cells, not named": ((1, 1), 1.0, {"higher": "coated"}, False),
    "a direction given beforehand": ((4, 4), 1.0, {"higher": "coated"}, False),
    "one group scatters four times as much": ((5, 5), 1.0, {}, False),
    "another activation energy": ((4, 4), math.nan, {}, False),
    "twice as high": ((4, 4), 2.0, {}, True),
    "twice as high, fresh cells": ((16, 16), 2.0, {}, True),
}
"""Names of cells in each group, factor, parameters, and whether the model holds. A fresh cell has one value."""


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_has_the_cells_and_the_factor_that_its_name_says(name):
    case = groups.SHAPES[name](np.random.default_rng(5))
    said = [{path: entry["value"] for path, entry in outcome.metadata.items()} for outcome in case.data]
    cells = [
        {row.get("cell.id", "") for row in said if row["sample.group"] == group} for group in ("bare", "coated")
    ]
    count, factor, params, holds = SHAPES[name]
    assert (tuple(map(len, cells)), case.params, case.holds) == (count, params, holds)
    assert case.truth == pytest.approx(factor, nan_ok=True)


def test_shapes_are_those_that_are_known_and_nulls_differ_by_nothing():
    assert list(groups.SHAPES) == list(SHAPES)
    assert list(groups.NULLS) == list(SHAPES)[:6]


def test_a_third_is_missing_and_one_group_scatters_four_times_as_much():
    g = np.random.default_rng(6)
    drawn_ = [groups.SHAPES["a third of the values missing"](g) for _ in range(50)]
    assert sum(len(case.data) for case in drawn_) / (50 * 40) == pytest.approx(0.67, abs=0.03)
    spreads = {"bare": [], "coated": []}
    for _ in range(50):
        for outcome in groups.SHAPES["one group scatters four times as much"](g).data:
            ((_, measurand),) = outcome.measurands.items()
            celsius = outcome.metadata["cell.temperature"]["value"]
            spreads[outcome.metadata["sample.group"]["value"]].append(
                math.log(measurand.value / law(0.13, celsius))
            )
    assert [np.std(spreads[group]) for group in spreads] == pytest.approx([0.1, 0.4], rel=0.2)

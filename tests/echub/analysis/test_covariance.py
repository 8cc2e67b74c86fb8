"""The covariance of measurands: written, read back, and checked against their uncertainties."""

import numpy as np
import pytest

from echub.analysis.covariance import covariance_of, covariance_problem, covariance_table
from echub.errors import PluginError
from echub.plugin import Measurand, Outcome, Series

GIVEN = {"r": Measurand("ohm", 100.0, 2.0), "c": Measurand("uF", 3.0, 0.5), "n": Measurand("1", 0.9)}
NAMES = ["r", "c"]
GOOD = np.array([[4.0, -0.6], [-0.6, 0.25]])


def outcome(table):
    return Outcome(GIVEN, tables={"covariance": table})


def test_a_table_has_names_and_one_column_each_in_its_unit():
    table = covariance_table(GIVEN, NAMES, GOOD)
    assert {name: (series.values, series.unit) for name, series in table.items()} == {
        "measurand": (("r", "c"), ""),
        "r": ((4.0, -0.6), "ohm"),
        "c": ((-0.6, 0.25), "uF"),
    }
    stored = Outcome.from_json(outcome(table).to_json())
    names, matrix = covariance_of(stored)
    assert names == NAMES
    np.testing.assert_array_equal(matrix, GOOD)
    assert covariance_problem(stored) == ""
    assert covariance_of(Outcome(GIVEN)) is None
    assert covariance_problem(Outcome(GIVEN)) == ""


@pytest.mark.parametrize(
    ("names", "matrix", "problem"),
    [
        (NAMES, [[4.0, -0.6], [0.6, 0.25]], "not symmetric"),
        (NAMES, [[4.0, -0.6], [-0.6, 0.5]], r"the diagonal makes u\(c\) 0.707107, stated is 0.5"),
        (NAMES, [[4.0, -1.001], [-1.001, 0.25]], "a correlation is larger than 1"),
        (NAMES, [[4.0, np.nan], [np.nan, 0.25]], "no finite square matrix"),
        (NAMES, [[4.0, -0.6]], r"shape \(1, 2\)"),
        (["r", "n"], GOOD, "no measurand with an uncertainty.*n"),
        (["r", "other"], GOOD, "no measurand with an uncertainty.*other"),
        (["r", "r"], GOOD, "twice the same"),
    ],
)
def test_what_does_not_fit_is_refused(names, matrix, problem):
    with pytest.raises(PluginError) as caught:
        covariance_table(GIVEN, names, matrix)
    import re

    assert re.search(problem, caught.value.found)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"c": Series((-0.6, 0.25), "F")}, "another unit than its measurand: c"),
        ({"c": Series((-0.6,), "uF")}, "equal length"),
        ({"other": Series((0.0, 0.0))}, "which are not measurand and one"),
        ({"measurand": Series(("c", "r"))}, "not symmetric"),
        ({"r": Series((4.0, -0.6), "F"), "c": Series((-0.6, 0.25), "F")}, "another unit than its measurand: r, c"),
        ({"measurand": Series(("r", "x")), "x": Series((1.0, 1.0))}, "which are not measurand and one"),
    ],
)
def test_a_table_by_hand_is_checked_too(change, problem):
    table = {**covariance_table(GIVEN, NAMES, GOOD), **change}
    assert problem in covariance_problem(outcome(table))


def test_a_name_of_a_covariance_that_is_none_of_the_measurands_is_told():
    table = {"measurand": Series(("r", "x")), "r": Series((4.0, 0.0), "ohm"), "x": Series((0.0, 1.0), "V")}
    assert covariance_problem(outcome(table)) == "no measurand with an uncertainty, or twice the same: x"


def test_rounding_is_no_contradiction():
    covariance_table(GIVEN, NAMES, GOOD * (1 + 1e-8) + [[0, 1e-9], [0, 0]])


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ([[0, 0], [0, 0]], ""),
        ([[0, 0.5e-6], [0, 0]], ""),
        ([[0, 2e-6], [0, 0]], "not symmetric"),
        ([[0.5e-6, 0], [0, 0]], ""),
        ([[2e-6, 0], [0, 0]], "the diagonal"),
        ([[0, -0.4], [-0.4, 0]], ""),
        ([[0, -0.400002], [-0.400002, 0]], "a correlation"),
    ],
)
def test_what_agrees_does_not_depend_on_the_unit(unit, change, problem):
    given = {name: Measurand("1", 1.0, unit) for name in NAMES}
    table = covariance_table(given, NAMES, unit**2 * np.array([[1, -0.6], [-0.6, 1]]))
    matrix = unit**2 * (np.array([[1, -0.6], [-0.6, 1]]) + change)
    table |= {name: Series.of(matrix[:, k], "1") for k, name in enumerate(NAMES)}
    found = covariance_problem(Outcome(given, tables={"covariance": table}))
    assert problem in found
    assert bool(problem) == bool(found)


@pytest.mark.parametrize(("off", "fits"), [(0.9e-6, True), (1.1e-6, False)])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("place", ["symmetry", "diagonal", "correlation"])
def test_numbers_of_one_calculation_agree_to_a_millionth(place, off, fits, sign):
    """Of the product of both uncertainties, 1.0; of a variance; of a correlation of one."""
    matrix = np.array([[4.0, -0.6], [-0.6, 0.25]])
    if place == "symmetry":
        matrix[0, 1] += sign * off * 1.0
    elif place == "diagonal":
        matrix[1, 1] *= 1 + sign * off
    else:
        matrix[[0, 1], [1, 0]] = sign * (1.0 + off)
    if fits:
        assert list(covariance_table(GIVEN, NAMES, matrix)) == ["measurand", "r", "c"]
    else:
        with pytest.raises(PluginError):
            covariance_table(GIVEN, NAMES, matrix)


@pytest.mark.parametrize(
    "columns",
    [
        {"r": Series((4.0,), "ohm")}, {"measurand": Series(()), "r": Series((4.0,), "ohm")},
        {"measurand": Series(("r",)), "c": Series((4.0,), "ohm")},
        {"measurand": Series(("r",)), "r": Series((4.0, 1.0), "ohm")},
        {"measurand": Series(("r",)), "r": Series((4.0,), "ohm"), "c": Series((4.0,), "uF")},
    ],
)  # fmt: skip
def test_a_table_of_other_columns_is_none_of_covariances(columns):
    assert covariance_problem(outcome(columns)) == (
        f"columns {', '.join(columns)}, which are not measurand and one of equal length per name"
    )

"""Cells of measured columns, and means of replicates that state uncertainties or lie below a limit."""

import math
from dataclasses import replace

import numpy as np
import pytest

from echub.errors import DataError
from echub.model.cell_text import cell_reading, cell_readings
from echub.model.replicates import Readings, mean_of_readings
from echub.model.stated_spread import in_unit_of, standard

NAN = np.nan


@pytest.mark.parametrize(
    ("cell", "value", "u", "limit"),
    [
        ("1.2", 1.2, NAN, NAN),
        ("1,2", 1.2, NAN, NAN),
        ("1.2 ± 0.1", 1.2, 0.1, NAN),
        ("1.2+/-0.1", 1.2, 0.1, NAN),
        ("1.20(5)", 1.2, 0.05, NAN),
        ("12(3)", 12, 3, NAN),
        ("1.20(15)e-3", NAN, NAN, None),
        ("1300 MPa", 1.3, NAN, NAN),
        ("<0.5", NAN, NAN, 0.5),
        ("≤ 0,5", NAN, NAN, 0.5),
        ("n.d.", NAN, NAN, np.inf),
        ("<LOD", NAN, NAN, np.inf),
        ("", NAN, NAN, NAN),
        ("-", NAN, NAN, NAN),
        ("1,234", NAN, NAN, None),
        ("5 s", NAN, NAN, None),
        ("cracked", NAN, NAN, None),
        ("2024-01-01", NAN, NAN, None),
    ],
)
def test_a_cell(cell, value, u, limit):
    read = cell_reading(cell, "GPa")
    if limit is None:
        assert read is None
    else:
        assert [read.value, read.u, read.limit] == pytest.approx([value, u, limit], nan_ok=True)


def mean(values, u=None, limits=None):
    values = np.array(values, dtype=float)
    nothing = np.full(len(values), NAN)
    given = [nothing if part is None else np.array(part, dtype=float) for part in (u, limits)]
    return mean_of_readings(Readings(values, *given, nothing), np.arange(len(values)))


@pytest.mark.parametrize(
    ("values", "expected", "u", "n"),
    [([1, 3], 2, 1, 2), ([1, 2, 3], 2, 1 / np.sqrt(3), 3), ([4, NAN], 4, None, 1)],
)
def test_a_mean_and_its_uncertainty_by_hand(values, expected, u, n):
    found = mean(values)
    assert (found.value, found.n) == (expected, n)
    assert found.u == (u if u is None else pytest.approx(u))


def test_no_replicate_has_no_mean():
    found = mean([NAN])
    assert np.isnan(found.value)
    assert (found.u, found.n) == (None, 0)


def test_one_value_has_what_it_states():
    assert mean([4.0], [0.2]).u == 0.2


def test_stated_uncertainties_of_independent_replicates_shrink_with_their_number():
    found = mean([1.0, 1.1, 0.9, 1.0], [0.1] * 4)  # chi2 = 2 of 3 degrees of freedom
    assert found.u == pytest.approx(0.05)
    assert not found.scatters


def test_more_scatter_than_stated_counts_and_is_told():
    found = mean([1.0, 2.0, 3.0], [0.1] * 3)
    assert found.u == pytest.approx(1 / np.sqrt(3))
    assert found.scatters


def test_what_replicates_share_does_not_shrink():
    assert mean([1.0, 1.001, 1.0], [0.1] * 3).u == pytest.approx(0.1)


def test_a_replicate_below_a_limit_leaves_no_mean():
    found = mean([1.0, NAN, 1.2], limits=[NAN, 0.5, NAN])
    assert np.isnan(found.value)
    assert (found.n, found.below) == (2, 1)
    assert mean([NAN, NAN], limits=[0.5, 0.4]).limit == 0.5


@pytest.mark.parametrize(
    ("own", "unit", "expected"),
    [(None, "GPa", 0.1), ("GPa", "GPa", 0.1), ("MPa", "GPa", 1e-4), ("%", "GPa", 2e-3)],
)
def test_a_spread_in_the_unit_of_its_values(own, unit, expected):
    assert in_unit_of(np.array([0.1]), own, np.array([-2.0]), unit, "u(H)") == pytest.approx([expected])


def test_percent_of_percent_is_no_part_of_it():
    assert in_unit_of(np.array([0.1]), "%", np.array([2.0]), "%", "u(Si)") == [0.1]


def test_a_spread_in_another_dimension_is_refused():
    with pytest.raises(DataError, match=r"u\(H\) is not in the unit"):
        in_unit_of(np.array([0.1]), "s", np.array([2.0]), "GPa", "u(H)")


def test_a_standard_deviation_of_so_many_values():
    sd, n = np.array([0.3]), np.array([9.0])
    nothing = np.array([NAN])
    assert standard({"sd": sd, "n": n}, nothing) == pytest.approx([0.1])
    assert standard({"sd": sd, "n": nothing}, nothing) == pytest.approx([0.3])
    assert standard({"sd": sd}, nothing) == pytest.approx([0.3])
    assert np.isnan(standard({"expanded": sd}, nothing)).all()
    assert standard({"u": nothing}, sd) == pytest.approx([0.3])


@pytest.mark.parametrize(
    ("cell", "value", "u", "limit"),
    [
        ("1.20(15)", 1.2, 0.15, NAN),
        ("-1,5(2)", -1.5, 0.2, NAN),
        ("1.2e3(1)", 1200, 100, NAN),
        ("−3", -3, NAN, NAN),
        ("−3e−2", -0.03, NAN, NAN),
        ("2.5 ± -0.5", 2.5, 0.5, NAN),
        ("1300 MPa ± 5", NAN, NAN, None),
        ("1300 ± 100 MPa", 1.3, 0.1, NAN),
        ("<500 MPa", NAN, NAN, 0.5),
        ("1234", 1234, NAN, NAN),
        ("0,123", 0.123, NAN, NAN),
        ("12,345", NAN, NAN, None),
        (".5", 0.5, NAN, NAN),
        (" N/A ", NAN, NAN, NAN),
        ("below detection limit", NAN, NAN, np.inf),
        ("5 GPa", 5, NAN, NAN),
        ("5 nonsense", NAN, NAN, None),
    ],
)
def test_further_cells(cell, value, u, limit):
    test_a_cell(cell, value, u, limit)


def test_a_unit_in_a_cell_is_none_of_a_column_without_one():
    assert cell_reading("5 MPa") is None
    assert cell_reading("5").value == 5
    assert cell_readings(["a", "<2", "3 kPa", "4 GPa"]) == (
        [None, cell_reading("<2"), cell_reading("3 kPa", "kPa"), cell_reading("4 GPa", "kPa")], "kPa"
    )  # fmt: skip
    assert cell_readings(["1 lot", "2"])[1] is None


@pytest.mark.parametrize(
    ("stated", "u"), [([0.1, 0.1], 0.1), ([0.3, 0.4], np.sqrt(0.125)), ([0.1, NAN], 0.0), ([0.1, 0.0], 0.0)]
)
def test_equal_replicates_have_what_all_of_them_state(stated, u):
    """Two equal values scatter far less than any statement: it may be common to them, and counts as one."""
    found = mean([2.0, 2.0], stated)
    assert (found.value, found.u, found.n) == (2.0, pytest.approx(u), 2)


def test_one_value_that_states_none_or_zero_has_none():
    assert mean([4.0, NAN], [NAN, 0.2]).u is None
    assert mean([4.0], [0.0]).u is None


def test_the_mean_of_scattering_replicates_is_unweighted_and_told():
    """chi² about the weighted mean (4·1 + 3)/5 = 1.4: (0.4/0.5)² + (1.6/1)² = 3.2 for one degree of freedom."""
    found = mean([1.0, 3.0], [0.5, 1.0])
    assert (found.value, found.n) == (2.0, 2)
    assert found.u == pytest.approx(1.0)
    assert found.chance == pytest.approx(math.erfc(math.sqrt(3.2 / 2)))
    assert not found.scatters


def test_limits_of_replicates_give_the_largest():
    found = mean([NAN, NAN, NAN], limits=[0.5, 0.9, NAN])
    assert (found.limit, found.below, found.n) == (0.9, 2, 0)
    assert np.isnan(mean([1.0]).limit)


def test_the_largest_shared_part_of_the_rows_counts():
    values, nothing = np.array([1.0, 1.0, 5.0]), np.full(3, NAN)
    read = Readings(values, nothing, nothing, np.array([0.1, 0.3, 9.0]))
    assert mean_of_readings(read, np.array([0, 1])).shared == 0.3
    assert mean_of_readings(replace(read, shared=nothing), np.array([0, 1])).shared == 0.0


def test_which_statement_of_several_counts():
    """A standard uncertainty before one without coverage, that before a deviation; cells fill the gaps."""
    one, two, three = (np.array([value]) for value in (1.0, 2.0, 3.0))
    assert standard({"sd": three, "assumed": two, "u": one}, np.array([9.0])) == [1]
    assert standard({"sd": three, "assumed": two}, np.array([9.0])) == [2]
    assert standard({"u": one, "n": np.array([4.0])}, np.array([9.0])) == [1]  # is one of a mean already
    assert standard({"n": three}, np.array([9.0])) == [9]


@pytest.mark.parametrize(("own", "unit"), [("s", None), ("nonsense", "GPa"), ("s", "nonsense")])
def test_a_spread_that_does_not_fit_says_what_does(own, unit):
    with pytest.raises(DataError) as refused:
        in_unit_of(np.array([0.1]), own, np.array([2.0]), unit, "u(H)")
    assert refused.value.expected == f"a unit of the dimension of {unit or '1'}, or % of the value"
    assert refused.value.found == own

"""Limits of the count quantum: a row just inside and one just outside."""

from __future__ import annotations

import numpy as np
import pytest

from echub_cameca.quantum import counts_of, find_quantum, fits


@pytest.mark.parametrize(("values", "quantum"), [
    ([1, 2, 3, 4.019], (1 + 4 + 9 + 4 * 4.019) / 30), ([1, 2, 3, 4.021], None), ([1, 2, 3], None),
    ([12, 13, 14, 17], 1.0), ([13, 14, 15, 17], None), ([1, 2, 3, 4, 199.5], 0.5),
    ([1, 2, 3, 4, 200.5], (30 + 200 * 200.5) / (30 + 200**2)), ([1, 2, 3, 4, 400.5], 1.0),
    ([0, -1, 2, 3, 5, 7], 1.0), ([1, 2, 3, 200], None), ([1, 2, 3, 199], 1.0),
    ([1000, 1001, 1005, 1010, 1019], None), ([1, 1.01, 2, 3], None), ([1, 1.01, 2, 3, 4], 31.01 / 31),
])  # fmt: skip
def test_a_quantum_fits_four_low_rates_to_two_hundredths(values, quantum):
    """The least may be twelve counts; rates below 200 counts have to fit, and those below 400 refine it."""
    found = find_quantum(np.array(values, float))
    assert found == (None if quantum is None else pytest.approx(quantum))


def test_a_steady_rate_is_not_one_count():
    """Counts of the matrix vary by less than two hundredths: each would be a multiple of their common rate."""
    assert find_quantum(2.5 * (100_000 + 100 * np.arange(10))) is None


@pytest.mark.parametrize(("values", "fitting"), [
    ([1, 2, 3, 4.059], True), ([1, 2, 3, 4.061], False), ([1, 2, 3], False), ([1, 2, 3, 4, 899.5], False),
    ([1, 2, 3, 4, 900.5], True), ([0.0005, 1, 2, 3, np.nan], False),
    ([0.0008, 1, 2, 3], False), ([0.0009, 1, 2, 3], True), ([1, 2, 3, 900], False), ([1, 2, 3, 899], True),
    ([0.06, 1, 2, 3], False), ([0.059, 1, 2, 3], True),
])  # fmt: skip
def test_a_quantum_of_another_species_fits_rates_below_900_counts(values, fitting):
    assert fits(2.5 * np.array(values), 2.5) == fitting


def test_counts_are_whole_to_a_tenth_and_up_to_nine_hundred():
    rates = np.array([0.001, 2.0, 2.18, 2.4, 899.9, 1800.0, 1802.0, 1802.6, np.nan, np.inf])
    found = counts_of(rates, 2.0, rates < 1)
    assert found.quantum == 2.0
    expected = [0, 1, 1, 1.2, 450, 900, 901, 901.3, np.nan, np.inf]
    assert found.values == pytest.approx(expected, nan_ok=True)
    assert found.not_recoverable.tolist() == [False, False, False, True, False, False, True, True, False, False]
    tenth = counts_of(np.array([0.1, 0.11]), 1.0, np.array([False, False]))
    assert (tenth.values.tolist(), tenth.not_recoverable.tolist()) == ([0, 0.11], [False, True])

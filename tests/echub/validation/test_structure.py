"""The unit of a column against that of its quantity."""

import numpy as np
import pytest

from echub.model.column import Column
from echub.model.vocabulary import quantities
from echub.validation.structure import _unit


@pytest.mark.parametrize(
    ("quantity", "unit", "codes"),
    [
        ("voltage", "V", []),
        ("voltage", "mV", ["not-canonical"]),
        ("voltage", "A", ["unit-mismatch"]),
        ("voltage", None, ["unknown-unit"]),
        ("voltage", "furlong", ["unknown-unit"]),
        ("cycle", "1", []),
        ("cycle", None, []),
        ("cycle", "V", ["unit-mismatch"]),
    ],
)
def test_only_a_pure_number_needs_no_unit(quantity, unit, codes):
    column = Column(quantity, np.arange(3.0), quantity=quantity, unit=unit)
    remarks = list(_unit(column, quantities()[quantity]))
    assert [remark.code for remark in remarks] == codes
    assert all(remark.column == quantity for remark in remarks)
    assert all(remark.expected != remark.found for remark in remarks)

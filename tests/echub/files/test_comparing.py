"""Two files are compared in the order in which they are given: what only one of them has is said of that one."""

import numpy as np
import pytest

import echub
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Provenance, Record


def record(name, **columns):
    made = [
        SourceColumn(header, np.array(v, float), None, "1", index=n)
        for n, (header, v) in enumerate(columns.items())
    ]
    return Record([build_dataset("timeseries", made)], provenance=Provenance({"name": name}))


ONE, OTHER = record("a.x", same=[1, 2], mine=[1, 2]), record("b.x", same=[1, 3], yours=[1, 2])


@pytest.mark.parametrize(("first", "second"), [(ONE, OTHER), (OTHER, ONE)])
def test_each_side_is_that_of_its_file(first, second):
    found = echub.compare(first, second)
    own = {id(ONE): "timeseries: mine", id(OTHER): "timeseries: yours"}
    assert (found.only_a, found.only_b) == ([own[id(first)]], [own[id(second)]])
    (verdict,) = found.verdicts
    assert (verdict.a, verdict.b) == (
        first["timeseries"]["vendor_same"][1],
        second["timeseries"]["vendor_same"][1],
    )
    assert (verdict.rows, verdict.compared, verdict.first) == (1, 2, 1)
    assert not found.agrees

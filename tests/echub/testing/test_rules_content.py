"""The rows of a dataset, as the contract of readers wants them: whole numbers, rising, each once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from echub.model.build import SourceColumn, build_dataset
from echub.testing.base import RuleViolation
from echub.testing.rules_content import _check_rows


def numbered(rows):
    column = SourceColumn("t", np.arange(float(len(rows))), "time", "s")
    dataset = build_dataset("timeseries", [column])
    own = replace(dataset.columns["row"], values=np.array(rows))
    return replace(dataset, columns={**dataset.columns, "row": own})


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([0, 1, 2], None),
        ([0, 4, 7], None),  # rows between may be in another dataset
        ([0, 1, 1], "out of order or twice"),
        ([0, 2, 1], "out of order or twice"),
        ([0.0, 1.0], "none in timeseries"),
    ],
)
def test_rows_stand_in_their_order_once_each(rows, found):
    dataset = numbered(rows)
    if found is None:
        _check_rows(dataset)
        return
    with pytest.raises(RuleViolation) as broken:
        _check_rows(dataset)
    assert found in broken.value.found

"""Every nasty table gives its truth or its refusal: a wrong value is worse than none."""

from __future__ import annotations

import difflib

import numpy as np
import pytest

import echub
from echub.errors import EchubError
from fixtures.tables.nasty import CASES
from fixtures.tables.nasty.make import FILES

READ = [case for case in CASES.values() if case.columns is not None]
REFUSED = [case for case in CASES.values() if case.refusal]


def test_there_are_all_kinds():
    assert len(CASES) >= 24
    assert all(case.columns is not None or case.refusal for case in CASES.values())


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_table_is_read_with_its_true_values(case):
    record = echub.read(FILES / case.name, options=dict(case.options))
    dataset = record[case.kind]
    for name, values in case.columns.items():
        np.testing.assert_array_equal(dataset[name], np.array(values, dtype=float), err_msg=name)
    assert set(case.notices) <= {notice.code for notice in record.notices}


def test_a_table_that_reads_is_not_compared_with_similar_units(monkeypatch):
    """The most expensive step of a small file, for a hint that nobody sees."""
    monkeypatch.setattr(difflib, "get_close_matches", lambda *given: pytest.fail(f"compared: {given[0]}"))
    for case in READ:
        echub.read(FILES / case.name, options=dict(case.options))


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_table_is_refused_with_what_helps(case):
    with pytest.raises(EchubError) as caught:
        echub.read(FILES / case.name)
    assert caught.value.code == case.refusal
    assert case.says in str(caught.value)
    assert case.name in str(caught.value)

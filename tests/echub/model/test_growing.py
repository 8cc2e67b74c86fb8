"""Columns that grow block by block in one array."""

import numpy as np
import polars as pl
import pytest

from echub.plugin import Growing


@pytest.mark.parametrize("expected", [0, 3, 100], ids=["no room", "too little room", "room enough"])
def test_blocks_become_whole_columns_in_order(expected):
    growing = Growing(2)
    blocks = [pl.DataFrame({"a": [1.0, 2.0], "b": [5.0, None]}), pl.DataFrame({"a": [3.0], "b": [7.0]})] * 2
    for block in blocks:
        growing.add(block.get_columns(), expected)
    first, second = growing.joined()
    assert first.tolist() == [1, 2, 3] * 2
    np.testing.assert_array_equal(second, [5, np.nan, 7] * 2)
    assert first.flags.c_contiguous
    assert first.flags.writeable


def test_a_series_of_several_chunks_is_taken_whole():
    growing = Growing(1, "<i8")
    growing.add([pl.concat([pl.Series([1, 2**62]), pl.Series([3])], rechunk=False)])
    (whole,) = growing.joined()
    assert whole.dtype == np.int64
    assert whole.tolist() == [1, 2**62, 3]


def test_without_a_block_there_are_no_rows():
    assert [column.shape for column in Growing(2).joined()] == [(0,), (0,)]
    assert Growing(0).joined() == []

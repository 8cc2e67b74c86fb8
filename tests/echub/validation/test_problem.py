"""Where a rule is broken: the first rows of a mask, whichever block they are in, and how many there are."""

import numpy as np

from echub.files.content import BLOCK
from echub.validation.problem import SHOWN, places


def test_rows_beyond_the_first_block_are_named_as_they_are():
    bad = np.zeros(2 * BLOCK + 10, dtype=bool)
    bad[[3, BLOCK - 1, BLOCK, 2 * BLOCK + 7]] = True
    assert places(bad) == ((3, BLOCK - 1, BLOCK, 2 * BLOCK + 7), 4)


def test_only_the_first_rows_are_named_and_all_are_counted():
    bad = np.ones(BLOCK + SHOWN, dtype=bool)
    assert places(bad) == (tuple(range(SHOWN)), BLOCK + SHOWN)


def test_a_mask_without_a_true_row_names_none():
    assert places(np.zeros(BLOCK + 1, dtype=bool)) == ((), 0)

"""The full scale of each row, mA, from the labels of its range."""

import numpy as np
import pytest

from echub.analysis.full_scales import WIDEST, full_scales, stated_full_scale
from echub.model.column import Column
from echub.model.metadata import Metadata

NAN = np.nan


def column(values, labels=None, header="I Range"):
    return Column("current_range", np.asarray(values), "current_range", None, labels=labels or {}, header=header)


@pytest.mark.parametrize("first", [0, 1, -3, 200])
def test_each_code_has_the_full_scale_of_its_label(first):
    labels = {first: "10 mA", first + 1: "100 µA", first + 3: "auto", first + 4: "1 A"}
    codes = np.array([first + 1, first, first + 4, first + 3, first + 2, first])
    expected = [0.1, 10.0, 1000.0, NAN, NAN, 10.0]  # the third code is not explained
    assert full_scales(column(codes, labels)) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("apart", [WIDEST - 1, WIDEST, WIDEST + 1])
def test_codes_that_are_far_apart_are_found_as_well(apart):
    labels = {5: "1 mA", 5 + apart: "10 mA"}
    assert full_scales(column([5, 5 + apart, 5], labels)).tolist() == [1, 10, 1]


@pytest.mark.parametrize(
    ("header", "sizes"),
    [
        ("I Range (mA)", [10, 0.5]),
        ("I Range / uA", [0.01, 0.0005]),
        ("Range [A]", [1e4, 500]),
        ("I Range", [NAN, NAN]),
    ],
)
def test_a_bare_number_has_the_unit_of_the_header(header, sizes):
    assert full_scales(column([0, 1], {0: "10", 1: "0.5"}, header)) == pytest.approx(sizes, nan_ok=True)


def test_texts_and_nothing():
    words = column(np.array(["10 mA", "1 mA", "10 mA"], object))
    assert full_scales(words).tolist() == [10, 1, 10]
    assert full_scales(column(np.zeros(0, int))).shape == (0,)


@pytest.mark.parametrize(("text", "size"), [("10 mA", 10.0), ("1 A", 1000.0), ("auto", None), (None, None)])
def test_the_range_that_the_metadata_state(text, size):
    metadata = Metadata()
    if text:
        metadata.set("instrument.current_range", text)
    assert stated_full_scale(metadata) == size

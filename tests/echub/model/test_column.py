"""A column converts by its unit and gives the source's values back."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from echub.errors import UnitMismatch, UnknownUnit
from echub.model.column import TEXT, Bits, Column, same_values
from echub.model.units import Scale


def column(values, **known):
    return Column("x", np.asarray(values), **known)


# -- units ---------------------------------------------------------------------------------------


def test_values_in_another_unit_are_float64():
    converted = column(np.array([1.5, -2], np.float32), unit="mA").to("A")
    assert converted.dtype == np.float64
    assert converted.tolist() == [0.0015, -0.002]


def test_temperature_converts_as_point_or_difference():
    celsius = column([0.0, 25.0], unit="degC")
    assert celsius.to("K", point=True).tolist() == [273.15, 298.15]
    assert celsius.to("K").tolist() == [0.0, 25.0]


def test_a_printed_unit_is_never_parsed():
    with pytest.raises(UnknownUnit):
        column([1.0], unit="V/mA").to("ohm")
    with pytest.raises(UnknownUnit):
        column([1.0], unit="a.u.").to("kg*s")


def test_without_a_unit_nothing_converts():
    with pytest.raises(UnitMismatch, match="has no unit"):
        column([1.0]).to("V")


def test_another_dimension_is_refused():
    with pytest.raises(UnitMismatch, match="mA cannot become V"):
        column([1.0], unit="mA").to("V")


# -- the source's values -------------------------------------------------------------------------


@given(hnp.arrays(np.float32, st.integers(0, 20), elements=st.floats(width=32, allow_subnormal=False)))
def test_negated_floats_come_back_bit_for_bit(values):
    stored = column(-values, scale=Scale(Fraction(-1)))
    assert stored.source_values().tobytes() == values.tobytes()


@example(np.arange(2000, dtype=np.int32), Fraction(1, 1000))  # 1001 / 1000 * 1000 is less than 1001
@given(
    hnp.arrays(np.int32, st.integers(0, 20)),
    st.sampled_from([Fraction(1, 1000), Fraction(18, 5), Fraction(60), Fraction(-1, 3)]),
)
def test_scaled_whole_numbers_come_back_exactly(values, factor):
    scale = Scale(factor)
    stored = column(scale.apply(values), scale=scale, source_dtype="<i4")
    assert same_values(stored.source_values(), values)


@given(
    hnp.arrays(np.float32, st.integers(0, 20), elements=st.floats(-(2.0**90), 2.0**90, width=32)),
    st.sampled_from([Fraction(1, 1000), Fraction(18, 5), Fraction(1, 60)]),
)
def test_scaled_float32_come_back_bit_for_bit(values, factor):
    scale = Scale(factor)
    stored = column(scale.apply(values), scale=scale, source_dtype="<f4")
    assert stored.source_values().tobytes() == values.tobytes()


def test_text_comes_back_as_text():
    stored = column([0, 1, 0], labels={0: "CC", 1: "rest"}, source_dtype=TEXT)
    assert stored.source_values().tolist() == ["CC", "rest", "CC"]


def test_codes_with_labels_come_back_as_codes():
    stored = column(np.array([9, 12], np.uint8), labels={9: "1 A"}, source_dtype="<u2")
    assert stored.source_values().tolist() == [9, 12]
    assert stored.source_values().dtype == "<u2"
    assert stored.plain().tolist() == ["1 A", "12"]


# -- bits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mask", "expected"), [(0x03, [3, 0, 1]), (0x04, [1, 0, 0]), (0x80, [1, 0, 1])])
def test_bits_are_masked_and_shifted_down(mask, expected):
    packed = np.array([0b1000_0111, 0, 0b1000_0001], np.uint8)
    field = Bits("mode", "mode", mask)
    assert field.extract(packed).tolist() == expected
    assert field.extract(packed).dtype == np.uint8


# -- comparing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), True),
        (np.array([1.0]), np.array([1.0], np.float32), False),
        (np.array([1]), np.array([1, 1]), False),
        (np.array([1, 2]), np.array([1, 3]), False),
        (np.array([], np.uint8), np.array([], np.uint8), True),
    ],
)
def test_same_values(a, b, same):
    assert same_values(a, b) is same


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "A"},
        {"quantity": "current"},
        {"origin": "derived"},
        {"header": "I/mA"},
        {"index": 3},
        {"averaged": True},
        {"scale": Scale(Fraction(2))},
        {"labels": {1: "a"}},
        {"bits": (Bits("a", "a", 1),)},
        {"attrs": {"a": "b"}},
        {"sign": "anodic_positive"},
        {"source_dtype": "<f4"},
        {"uncertainty": "y"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_same_as_sees_every_difference(change):
    assert column([1.0]).same_as(column([1.0]))
    assert not column([1.0]).same_as(column([1.0], **change))

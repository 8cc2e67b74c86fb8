"""JSON that is the same everywhere and loses nothing that it takes."""

import datetime
import json
import math
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echub.model.json_text import plain, to_json, written_json
from echub.text import encodable


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [1, 2.5, None, True, "Ω"]}, '{"a":[1,2.5,null,true,"Ω"],"b":1}'),
        ("caf\udce9 µ", '"caf\\udce9 µ"'),
        ("a\nb\0", '"a\\nb\\u0000"'),
    ],
)
def test_text_is_sorted_compact_and_can_be_encoded(value, expected):
    assert to_json(value) == expected
    assert json.loads(to_json(value).encode()) == value


# Half characters as Python decodes file names that are not UTF-8: never the first half of a pair.
HALVES = st.integers(0xDC80, 0xDCFF).map(chr)


@given(st.text(st.characters(exclude_categories=["Cs"]) | HALVES))
def test_any_text_comes_back(text):
    assert json.loads(to_json(text).encode()) == text
    assert encodable(text).encode().decode() == encodable(text)


def test_nan_is_never_written_but_as_a_text():
    assert to_json(float("nan")) == '"NaN"'
    assert to_json({"b": [np.nan, -np.inf], "a": 1}) == '{"a":1,"b":["NaN","-Infinity"]}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array([[1, 2]]), [[1, 2]]),
        (np.array([np.nan, np.inf]), ["NaN", "Infinity"]),
        (np.array(None), None),
        (
            MappingProxyType({1: MappingProxyType({"x": np.int8(2), 3: (4,)}), "b": 5}),
            {"1": {"x": 2, "3": [4]}, "b": 5},
        ),
        (-np.inf, "-Infinity"),
        ((1, (2, "a")), [1, [2, "a"]]),
        ({1: {"x": None}}, {"1": {"x": None}}),
        (b"\x00\xff", "00ff"),
        (datetime.datetime(2024, 3, 14, 9, 26, 53), "2024-03-14T09:26:53"),
        (datetime.time(9, 26), "09:26:00"),
    ],
)
def test_plain(value, expected):
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("value", [1j, {1, 2}, object(), [object()], {"a": {1}}])
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(TypeError, match="which JSON cannot hold"):
        plain(value)


@pytest.mark.parametrize("indent", [None, 1])
def test_large_texts_are_written_in_order_and_read_back(indent):
    value = {"b": [1.5, None, -0.0, 1e-300, np.float64(2.5)], "a": {"µ": "é", "n": 3}, "e": []}
    text = written_json(value, indent)
    assert json.loads(text) == value
    assert list(json.loads(text)) == ["b", "a", "e"]
    assert ("\n" in text) == (indent is not None)


def test_lone_surrogates_are_written_and_other_types_are_not():
    assert json.loads(written_json(["a\udcff", {"µ": math.nan}])) == ["a\udcff", {"µ": None}]
    with pytest.raises(TypeError, match="int64"):
        written_json([np.int64(1)])

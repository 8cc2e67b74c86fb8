"""Two columns agree just within their tolerance, and differ just beyond it; the verdict has their numbers."""

from __future__ import annotations

import numpy as np
import pytest

from echub.model.build import SourceColumn, build_dataset, build_map
from echub.model.comparison import (
    CLOCK_STEP,
    DERIVED_TOLERANCE,
    SINGLE_TOLERANCE,
    Comparison,
    Verdict,
    _agree,
    _resolve_zero_rows,
    compare,
    shortened,
)
from echub.model.record import Record

A = np.array


def record(values, *, header="U/V", quantity="voltage", unit="V", row=None, kind="timeseries", **more):
    columns = [SourceColumn(header, A(values), quantity, unit, index=0, **more)]
    dataset = build_dataset(kind, columns)
    if row is not None:
        dataset = build_dataset(kind, columns, row=A(row))
    return Record([dataset])


def verdict(a, b):
    (found,) = compare(a, b).verdicts
    return found


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(
    ("more", "dtype", "size"),
    [
        ({"attrs": {"printed_digits": 4}}, float, 0.5),  # of 1234.0: half of the last digit
        ({"attrs": {"printed_resolution": 0.25}}, float, 0.125 + CLOCK_STEP),
        ({"origin": "derived"}, float, 1234.0 * DERIVED_TOLERANCE),
        ({}, np.float32, 1234.0 * SINGLE_TOLERANCE * 1.0),
    ],
    ids=["digits", "resolution", "derived", "single"],
)
@pytest.mark.parametrize("side", [0, 1])
def test_a_tolerance_holds_on_either_side(more, dtype, size, sign, side):
    def judged(by):
        pair = [record([1234.0], **more), record([1234.0 + sign * by])]
        if dtype is np.float32:
            pair = [record(A([1234.0], dtype=np.float32)), record([1234.0 + sign * by])]
        return verdict(*(pair[::-1] if side else pair)).agrees

    assert judged(0.99 * size)
    assert not judged(1.05 * size)


def test_a_verdict_has_the_rows_and_the_numbers_of_each_side():
    found = verdict(record([1.0, 2.0, 3.0, 4.0]), record([1.0, 2.5, 3.0, 4.5], header="Ewe"))
    assert found == Verdict("timeseries", "U/V", "Ewe", "differs", 4, 2, 1, 2.0, 2.5)


def test_a_missing_value_against_a_number_has_no_number():
    found = verdict(record([1.0, np.nan]), record([1.0, 2.5]))
    assert (found.rows, found.first, found.a, found.b) == (1, 1, None, 2.5)


def test_words_that_differ_are_counted_and_the_first_is_named():
    one = record(A(["x", "y", "z"]), header="note", quantity=None, unit=None)
    other = record(A(["x", "w", "v"]), header="note", quantity=None, unit=None)
    assert verdict(one, other) == Verdict("timeseries", "note", "note", "differs", 3, 2, 1)
    assert verdict(one, one) == Verdict("timeseries", "note", "note", "same", 3, 0, -1)


@pytest.mark.parametrize(("rows_a", "rows_b"), [(3, 2), (2, 3), (1, 2)])
def test_rows_of_each_side_are_counted(rows_a, rows_b):
    result = compare(record(np.zeros(rows_a)), record(np.zeros(rows_b)))
    word = "row" if rows_a == 1 else "rows"
    assert result.differences == [f"timeseries: {rows_a} {word} against {rows_b}, {min(rows_a, rows_b)} in common"]
    assert not result.agrees


@pytest.mark.parametrize("side", [0, 1])
def test_a_dataset_of_one_side_is_named_with_its_rows(side):
    both = Record([*record([1.0]).datasets.values(), *record([1.0, 2.0], kind="table").datasets.values()])
    pair = [both, record([1.0])]
    result = compare(*(pair[::-1] if side else pair))
    assert result.differences == [f"only {'the second' if side else 'the first'} has table rows (2)"]


@pytest.mark.parametrize("side", [0, 1])
def test_a_map_of_one_side_is_named_with_its_axes(side):
    counts = SourceColumn("C", np.ones((2, 3)), unit="1", axes=("y", "x"))
    place = SourceColumn("x", np.arange(3.0), unit="um", axes=("x",))
    both = Record([*record([1.0]).datasets.values(), build_map("ion_map", [place, counts])])
    pair = [both, record([1.0])]
    result = compare(*(pair[::-1] if side else pair))
    where = "the second" if side else "the first"
    assert result.differences == [f"only {where} has ion_map (3 along x, 2 along y)"]


def printed(values, unit, quantity=None):
    return record(values, header="P", quantity=quantity, unit=unit)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        (printed([1000.0], "mbar"), printed([1.0], "bar"), True),
        (printed([1.0], "mbar"), printed([1.0], "bar"), False),
        (printed([298.15], "K", "temperature"), printed([25.0], "degC"), True),
        (printed([1000.0], "mbar"), printed([1000.0], None), True),  # no unit contradicts no unit
        (printed([1000.0], "arb"), printed([1000.0], "arb"), True),
    ],
)
def test_vendor_columns_are_compared_in_one_unit(one, other, agree):
    for pair in ((one, other), (other, one)):
        result = compare(*pair)
        assert (result.agrees, len(result.verdicts), result.differences) == (agree, 1, [])


@pytest.mark.parametrize("unit", ["V", "arb"])
def test_units_that_do_not_become_each_other_are_a_difference(unit):
    result = compare(printed([1.0], "mbar"), printed([1.0], unit))
    assert (result.verdicts, result.differences) == ([], [f"timeseries: P is in mbar against {unit}"])


def test_a_verdict_has_the_numbers_in_the_unit_of_the_first():
    found = verdict(printed([1000.0, 1.0], "mbar"), printed([1.0, 2.0], "bar"))
    assert (found.rows, found.first, found.a, found.b) == (1, 1, 1.0, 2000.0)


def test_a_dataset_without_rows_is_no_difference():
    none = Record([*record([1.0]).datasets.values(), *record([], kind="table").datasets.values()])
    assert compare(none, record([1.0])).differences == []
    assert compare(record([1.0]), none).agrees


def test_columns_of_one_side_are_named_by_their_header():
    one, other = record([1.0]), record([1.0], header="I/mA", quantity="current", unit="mA")
    result = compare(one, other)
    assert (result.only_a, result.only_b, result.verdicts) == (["timeseries: U/V"], ["timeseries: I/mA"], [])
    assert result.agrees


@pytest.mark.parametrize(("dataset", "first", "rows", "name"), [
    ("a", 3, 2, "masked"), ("b", 3, 2, "differs"), ("a", 4, 2, "differs"), ("a", 3, 1, "differs"),
    ("map", -1, 2, "differs"),
])  # fmt: skip
def test_zeros_are_named_after_an_anomaly_of_the_same_rows_alone(dataset, first, rows, name):
    masked = Verdict("a", "x", "x", "masked", 9, 2, 3)
    zeros = Verdict(dataset, "y", "y", "zero-rows", 9, rows, first)
    in_a_map = Verdict("map", "x", "x", "masked", 9, 2, -1)
    found = _resolve_zero_rows([zeros, masked, in_a_map])
    assert [one.verdict for one in found] == [name, "masked", "masked"]


def test_agreement_needs_all_verdicts_and_no_difference():
    same, zero, masked = (Verdict("a", "x", "x", name) for name in ("same", "no-value-as-zero", "masked"))
    assert Comparison([same, zero]).agrees
    assert Comparison([same], metadata=["x: 1 against 2"], only_a=["y"]).agrees
    assert not Comparison([same, masked]).agrees
    assert not Comparison([same], differences=["x"]).agrees


@pytest.mark.parametrize(("a", "b", "same"), [
    (1.0, 1.0005, True), (1.0, 1.0006, False), (1e6, 1e6 + 0.9, True), (1e6, 1e6 + 1.1, False), (True, 1, True),
    (True, 2, False), ([1, 2], [1, 2.0001], True), ([1, 2], [1], False), ([1, 2], [1, 3], False),
    ({"a": 1, "b": 2}, {"a": 1, "c": 3}, True), ({"a": 1}, {"a": 2}, False), ("x", "x", True), ("x", "y", False),
    (1, "1", False),
])  # fmt: skip
def test_metadata_agree_to_what_exports_print(a, b, same):
    assert _agree(a, b) is same


@pytest.mark.parametrize(("length", "shown"), [(60, "x" * 60), (61, "x" * 59 + "…")])
def test_a_long_value_is_cut(length, shown):
    assert shortened("x" * length) == shown
    assert shortened("a \n b") == "a b"

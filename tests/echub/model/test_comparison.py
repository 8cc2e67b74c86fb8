"""Comparison: columns meet, numbers agree to printed precision, known anomalies have names."""

from dataclasses import replace

import numpy as np
import pytest

from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Bits, Column
from echub.model.comparison import Verdict, compare
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Record
from echub.plugin import build_map

TRUE = np.array([1.23456789, -2.5, 3.75, 4.125])


def record(*columns, kind="timeseries", row=None, **metadata):
    stated = Metadata()
    for path, value in metadata.items():
        stated.set(path.replace("__", "."), value)
    return Record([build_dataset(kind, columns, row=row)], metadata=stated)


def column(header="Ewe/V", values=TRUE, quantity="potential_we", unit="V", index=0, **more):
    return SourceColumn(header, np.asarray(values), quantity, unit, index=index, **more)


def only(a, b):
    (verdict,) = compare(record(a), record(b)).verdicts
    return verdict


def test_the_same_is_the_same():
    assert only(column(), column()).agrees
    assert compare(record(column()), record(column())).agrees


def test_printed_digits_are_the_tolerance():
    printed = {"printed_digits": "5"}
    assert only(column(), column(values=[1.2346, -2.5, 3.75, 4.125], attrs=printed)).agrees
    wrong = only(column(), column(values=[1.2347, -2.5, 3.75, 4.125], attrs=printed))
    assert (wrong.verdict, wrong.rows, wrong.first, wrong.a, wrong.b) == ("differs", 1, 0, 1.23456789, 1.2347)


def test_without_printed_digits_a_float64_must_be_the_same():
    assert not only(column(), column(values=TRUE + np.array([1e-12, 0, 0, 0]))).agrees


def test_single_and_double_precision_of_one_number_agree():
    assert only(column(values=TRUE.astype("f4")), column()).agrees
    assert not only(column(values=TRUE.astype("f4")), column(values=TRUE * 1.000001)).agrees


def test_a_scaled_column_is_compared_in_the_numbers_of_its_source():
    printed = {"printed_digits": "5"}
    a = column("dQ/C", [3.6, 7.2], "charge_step", "C")
    b = column("dQ/C", [3.6000, 7.2001], "charge_step", "C", attrs=printed)
    assert only(a, a).agrees
    assert only(a, b).rows == 1


def test_columns_meet_by_header_then_by_quantity():
    a = record(column("P/W", [1.0], "power_we", "W"), column("<I>/mA", [2.0], "current", "mA", 1, averaged=True))
    b = record(
        column("<I>/mA", [2.0], "current", "mA", 0, averaged=True), column("Pwe/W", [1.0], "power_we", "W", 1)
    )
    result = compare(a, b)
    assert {(v.a_header, v.b_header) for v in result.verdicts} == {("P/W", "Pwe/W"), ("<I>/mA", "<I>/mA")}
    assert result.agrees
    assert result.only_a == result.only_b == []


def test_an_instantaneous_and_an_averaged_column_are_not_one():
    a = record(column("I/mA", [2.0], "current", "mA"))
    b = record(column("<I>/mA", [2.0], "current", "mA", averaged=True))
    result = compare(a, b)
    assert result.verdicts == []
    assert (result.only_a, result.only_b) == (["timeseries: I/mA"], ["timeseries: <I>/mA"])


def test_zeros_in_a_potential_have_a_name():
    zeroed = only(column(), column(values=[TRUE[0], 0, 0, 0]))
    assert (zeroed.verdict, zeroed.rows, zeroed.first) == ("zeroed-potential", 3, 1)
    assert not zeroed.agrees


def test_minus_one_is_masking_and_so_are_the_zeros_of_the_same_rows():
    a = record(column("THD Ewe/%", [0.5, 0.6], None, "%"), column("|Ewe h2|/V", [0.1, 0.2], None, "V", 1))
    b = record(column("THD Ewe/%", [-1.0, 0.6], None, "%"), column("|Ewe h2|/V", [0.0, 0.2], None, "V", 1))
    assert [v.verdict for v in compare(a, b).verdicts] == ["masked", "masked"]


def test_zeros_alone_in_another_column_differ():
    assert only(
        column("I/mA", TRUE, "current", "mA"), column("I/mA", [0, *TRUE[1:]], "current", "mA")
    ).verdict == ("differs")


def test_zero_for_no_value_agrees_only_with_a_derived_column():
    derived = column("R/Ohm", [np.nan, 5.0], "resistance_we", "ohm", None, origin="derived")
    measured = column("R/Ohm", [np.nan, 5.0], "resistance_we", "ohm")
    printed = column("R/Ohm", [0.0, 5.0], "resistance_we", "ohm")
    assert only(derived, printed).verdict == "no-value-as-zero"
    assert only(measured, printed).verdict == "differs"
    assert only(printed, derived).agrees


def test_nan_agrees_with_nan_and_with_nothing_else():
    assert only(column(values=[np.nan]), column(values=[np.nan])).agrees
    assert not only(column(values=[np.nan]), column(values=[1.0])).agrees


def test_rows_meet_by_their_number_in_the_source():
    a = record(column(values=[1.0, 2.0, 3.0]))
    b = record(column(values=[1.0, 3.0]), row=np.array([0, 2]))
    result = compare(a, b)
    assert [v.agrees for v in result.verdicts] == [True]
    assert result.differences == ["timeseries: 3 rows against 2, 2 in common"]
    assert not result.agrees


def test_a_dataset_that_one_lacks_is_a_difference():
    impedance = record(column("freq/Hz", [1.0, 2.0], "frequency", "Hz"), kind="impedance")
    assert compare(record(column()), impedance).differences == [
        "only the first has timeseries rows (4)",
        "only the second has impedance rows (2)",
    ]


def test_text_columns_are_compared_as_words():
    a, b = column("note", ["x", "y"], None, None), column("note", ["y", "y"], None, None)
    assert only(a, a).agrees
    assert (only(a, b).verdict, only(a, b).rows) == ("differs", 1)


WORDS = ["CC", "CV", "CC"]
LABELS = {0: "CC", 1: "CV"}


@pytest.mark.parametrize("quantity", ["technique", None])
@pytest.mark.parametrize(
    ("one", "other", "rows"),
    [
        ((WORDS, {}), (WORDS, {}), 0),
        ((WORDS, {}), (["CV", "CC", "CV"], {}), 3),  # the same codes in order of appearance, of other words
        (([0, 1, 0], LABELS), (WORDS, {}), 0),
        (([0, 1, 0], LABELS), ([1, 0, 0], {1: "CC", 0: "CV"}), 1),
        ((WORDS, {}), ([0, 1, 0], {}), 3),
    ],
)
def test_words_are_compared_as_words_whatever_their_codes_and_their_quantity(quantity, one, other, rows):
    first, second = (column("mode", v, quantity, None, labels=labels) for v, labels in (one, other))
    for pair in ((first, second), (second, first)):
        found = only(*pair)
        assert (found.verdict, found.rows, found.compared) == ("differs" if rows else "same", rows, 3)


def test_a_code_agrees_with_its_number():
    for quantity in (None, "technique"):
        named, bare = ([column("mode", [0, 1], quantity, None, labels=known)] for known in (LABELS, {}))
        assert only(*named, *bare).agrees
        assert only(*bare, *named).agrees
    fields = (Bits("mode", "mode", 0x06, "technique"), Bits("flag", "flag", 0x01))
    packed = record(column("flags", np.array([1, 2], np.uint8), "flags", None, bits=fields))
    for pair in ((record(*bare), packed), (packed, record(*bare))):
        (found,) = compare(*pair).verdicts  # the bits 0b001 and 0b010 hold the modes 0 and 1
        assert (found.a_header, found.agrees, found.compared) == ("mode", True, 2)


COUNTS = np.arange(24).reshape(2, 3, 4)


def ion_map(counts=COUNTS, x=4, axes=("species", "y", "x")):
    return Record(
        [
            build_map(
                "ion_map",
                [
                    SourceColumn("x/µm", 0.5 * np.arange(x), "x", "um", axes=("x",)),
                    SourceColumn("counts", counts, "ion_counts", "count", axes=axes),
                    SourceColumn("ions", ["Na+", "O-"], "species", axes=("species",)),
                ],
            )
        ]
    )


def test_maps_are_compared_value_by_value():
    same = compare(ion_map(), ion_map())
    assert same.agrees
    assert [(v.a_header, v.compared) for v in same.verdicts] == [("x/µm", 4), ("counts", 24), ("ions", 2)]
    changed = COUNTS.copy()
    changed[0, 2, 1], changed[1, 0, 0] = 50, 60
    found = compare(ion_map(), ion_map(changed))
    assert not found.agrees
    assert found.verdicts[1] == Verdict("ion_map", "counts", "counts", "differs", 24, 2, -1, 9.0, 50.0)
    assert [v.verdict for v in found.verdicts] == ["same", "differs", "same"]
    assert found.differences == []


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (ion_map(COUNTS[:, :, :3], 3), ["x/µm has 4 along x against 3 along x", "3 along y, 3 along x"]),
        (ion_map(COUNTS[:, :2]), ["2 along y, 4 along x"]),
        (ion_map(COUNTS, axes=("species", "frame", "x")), ["3 along frame, 4 along x"]),
    ],
)
def test_maps_of_other_sizes_or_axes_do_not_agree(other, said):
    whole = "counts has 2 along species, 3 along y, 4 along x against 2 along species, "
    result = compare(ion_map(), other)
    assert result.differences == [f"ion_map: {text if 'has' in text else whole + text}" for text in said]
    assert not result.agrees
    assert "ions" in [v.a_header for v in result.verdicts]


def test_rows_of_several_values_meet_by_their_number():
    def spectra(values, rows):
        wide = Column("signal", np.array(values), None, "V", axes=("row", "energy"), header="signal")
        return Record([Dataset("table", {"row": Column("row", np.array(rows)), "signal": wide})])

    found = compare(spectra([[1, 2], [3, 4], [5, 6]], [0, 1, 2]), spectra([[3, 4], [5, 7]], [1, 2]))
    assert found.differences == ["table: 3 rows against 2, 2 in common"]
    assert found.verdicts == [Verdict("table", "signal", "signal", "differs", 4, 1, -1, 6.0, 7.0)]


def test_datasets_of_one_kind_are_told_apart_by_their_labels():
    def pair(second):
        made = [build_dataset("table", [column(values=values)]) for values in ([1.0], second)]
        return Record([replace(one, label=label) for one, label in zip(made, ("left", "right"), strict=True)])

    found = compare(pair([1.0]), pair([2.0, 3.0]))
    assert [(v.dataset, v.verdict) for v in found.verdicts] == [("left", "same"), ("right", "differs")]
    assert found.differences == ["right: 1 row against 2, 1 in common"]


def test_metadata_that_contradict_are_listed_and_judge_nothing():
    a = record(column(), cell__electrolyte="NaPF6", technique__name="CP")
    b = record(column(), cell__electrolyte="LiPF6")
    result = compare(a, b)
    assert result.metadata == ["cell.electrolyte: NaPF6 against LiPF6"]
    assert result.agrees


def test_as_dict_for_machines():
    told = compare(record(column()), record(column(), column("x", [1.0] * 4, None, "V", 1))).as_dict()
    assert told == {
        "agrees": True,
        "columns": [
            {
                "dataset": "timeseries", "a_header": "Ewe/V", "b_header": "Ewe/V", "verdict": "same",
                "compared": 4, "rows": 0, "first": -1, "a": None, "b": None,
            }
        ],
        "only_a": [], "only_b": ["timeseries: x"], "differences": [], "metadata": [],
    }  # fmt: skip


@pytest.mark.parametrize(("off", "agrees"), [(0.5, True), (0.5 + 1e-6, True), (0.51, False), (1.0, False)])
def test_a_rounding_tie_of_an_absolute_time_agrees(off, agrees):
    """An absolute time is the difference of two clocks in days, which miss a tie by their last bit."""
    seconds = np.array([1234567.5, 1234568.5])
    shown = {"printed_resolution": "1"}
    printed = column("time/s", seconds + off, "time", "s", attrs=shown)
    assert only(column("time/s", seconds, "time", "s"), printed).agrees == agrees


NUMBERS = [column("n", [1.0, 2, 3, 4], None, "V"), column("n", [1.0, 5, 6, 4], None, "V")]
TEXTS = [column("n", list("abcd"), None, None), column("n", list("axyd"), None, None)]


@pytest.mark.parametrize(("one", "other"), [NUMBERS, TEXTS])
def test_the_first_row_that_differs_is_that_of_the_source(one, other):
    """The rows are 10, 20, 30 and 40 of their file; those from 20 on are common, 20 and 30 differ."""
    a, b = record(one, row=np.array([10, 20, 30, 40])), record(other, row=np.array([11, 20, 30, 40]))
    result = compare(a, b)
    (found,) = result.verdicts
    assert (found.verdict, found.compared, found.rows, found.first) == ("differs", 3, 2, 20)
    assert (found.a, found.b) == ((2.0, 5.0) if one is NUMBERS[0] else (None, None))
    assert result.differences == ["timeseries: 4 rows against 4, 3 in common"]


@pytest.mark.parametrize(("rows_a", "rows_b"), [(3, 2), (2, 3)])
def test_tables_of_other_lengths_without_row_numbers_meet_as_far_as_both_go(rows_a, rows_b):
    made = [Dataset("table", {"y": Column("y", np.arange(float(n)), header="y")}) for n in (rows_a, rows_b)]
    found = compare(*(Record([one]) for one in made))
    assert found.verdicts == [Verdict("table", "y", "y", "same", 2)]
    assert found.differences == [f"table: {rows_a} rows against {rows_b}, 2 in common"]


@pytest.mark.parametrize("without", ["a", "b", "ab"])
def test_rows_without_numbers_meet_in_their_order(without):
    """The second has its rows from 5 on: one without row numbers cannot say so."""
    made = [record(column()), record(column(), row=np.array([5, 6, 7, 8]))]
    for place, name in enumerate("ab"):
        if name in without:
            data = made[place]["timeseries"]
            made[place] = Record(
                [data.__class__(data.kind, {n: c for n, c in data.columns.items() if n != "row"})]
            )
    result = compare(*made)
    assert (result.agrees, result.verdicts[0].compared) == (True, 4)
    changed = record(column(values=[*TRUE[:3], 9.0]), row=np.array([5, 6, 7, 8]))
    data = changed["timeseries"]
    bare = Record([data.__class__(data.kind, {n: c for n, c in data.columns.items() if n != "row"})])
    assert compare(bare, made[0]).verdicts[0].first == 3


def test_values_that_are_partly_zero_or_missing_have_no_name():
    derived = column("R/Ohm", [np.nan, 5.0, 6.0], "resistance_we", "ohm", None, origin="derived")
    for printed in ([0.0, 7.0, 6.0], [1.0, 0.0, 6.0]):
        assert only(derived, column("R/Ohm", printed, "resistance_we", "ohm")).verdict == "differs"
    assert only(column(), column(values=[0.0, 0.0, -1.0, TRUE[3]])).verdict == "differs"
    assert only(column(values=[0, *TRUE[1:]]), column()).verdict == "zeroed-potential"
    assert only(column(values=[-1, -1, *TRUE[2:]]), column()).verdict == "masked"


def test_zeros_are_those_of_a_masked_column_only_in_its_rows():
    first = [column("a", [0.5, 0.6, 0.7], None, "V"), column("b", [0.1, 0.2, 0.3], None, "V", 1)]
    masked = column("a", [-1.0, -1.0, 0.7], None, "V")
    for zeros, verdict in (([0, 0, 0.3], "masked"), ([0, 0.2, 0.3], "differs"), ([0.1, 0, 0], "differs")):
        result = compare(record(*first), record(masked, column("b", [float(z) for z in zeros], None, "V", 1)))
        assert [v.verdict for v in result.verdicts] == ["masked", verdict]


@pytest.mark.parametrize(
    ("one", "other", "agrees"),
    [
        (1.0, 1.0005, True),
        (1.0, 1.0006, False),
        (2e6, 2e6 + 1, True),
        (2e6, 2e6 + 3, False),
        (2000001, 2000002, False),  # counts and serial numbers are not rounded
        (2e6, 2000001, True),
        (1e-4, 5e-4, False),
        (0.0, 5e-4, False),
        (0.001, 0.0005, False),
        (1.0001, 1.0004, False),  # neither has three decimals
        (0.567, 0.56744, True),
        (1.0, "1.0 V", False),
        ([1e-4], [5e-4], False),
        ({"x": 1e-4}, {"x": 5e-4}, False),
        ([1.0, 2.0], [1.0, 2.0], True),
        ([1.0, 2.0], [1.0, 2.1], False),
        ([1.0], [1.0, 2.0], False),
        ("a", ["a"], False),
        (["a"], "a", False),
        ({"x": 1.0, "y": 2.0}, {"x": 1.0, "z": 3.0}, True),
        ({"x": 1.0}, {"x": 2.0}, False),
        ({"x": 1.0}, [1.0], False),
        (True, False, False),
        ("x y", "x  y", False),
    ],
)
def test_settings_agree_to_the_digits_that_exports_print(one, other, agrees):
    a, b = record(column()), record(column())
    a.metadata.set("extra.setting", one)
    b.metadata.set("extra.setting", other)
    lines = compare(a, b).metadata
    said = [" ".join(str(value).split()) for value in (one, other)]
    assert lines == ([] if agrees else [f"extra.setting: {said[0]} against {said[1]}"])


def test_long_settings_are_cut():
    a, b = record(column()), record(column())
    a.metadata.set("extra.setting", "a" * 60)
    b.metadata.set("extra.setting", "b" * 61)
    assert compare(a, b).metadata == [f"extra.setting: {'a' * 60} against {'b' * 59}…"]

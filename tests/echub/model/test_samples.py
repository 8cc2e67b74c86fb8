"""Tables of samples: replicates, what describes a row, means by hand, joining."""

from dataclasses import replace

import numpy as np
import pytest

from echub.errors import DataError
from echub.model.build import SourceColumn, build_dataset
from echub.model.samples import averaged, groups, join_samples, parts, readings, unit_of


def table_of(**columns):
    """Build a table; the order of the columns is that of the arguments."""
    made = []
    for index, (header, values) in enumerate(columns.items()):
        quantity = header if header in ("sample_id", "replicate") else None
        unit = None if quantity == "sample_id" or isinstance(values[0], str) else "1"
        made.append(SourceColumn(header, np.array(values), quantity, unit, index=index))
    return build_dataset("table", made)


SPOTS = table_of(
    sample_id=["a", "a", "a", "b", "b"], dose=[1.0, 1, 2, 1, 1], replicate=[1, 2, 1, 1, 2], y=[1.0, 3, 9, 5, 5.0]
)


def test_what_stands_left_of_the_replicate_describes_the_row():
    assert parts(SPOTS) == (["vendor_dose"], ["vendor_y"])
    assert [(g.sample, g.described, g.rows.tolist()) for g in groups(SPOTS)] == [
        ("a", (1.0,), [0, 1]),
        ("a", (2.0,), [2]),
        ("b", (1.0,), [3, 4]),
    ]


def test_without_replicates_each_row_is_a_value():
    alone = table_of(sample_id=["a", "a"], y=[1.0, 1.0])
    assert parts(alone) == ([], ["vendor_y"])
    assert [g.rows.tolist() for g in groups(alone)] == [[0], [1]]


def test_a_text_describes_wherever_it_stands():
    assert parts(table_of(sample_id=["a"], replicate=[1], phase=["cubic"], y=[1.0]))[0] == ["vendor_phase"]


@pytest.mark.parametrize(("header", "cells"), [("seen", ["cracked", ""]), ("comment", ["first", "second"])])
def test_a_remark_does_not_part_replicates(header, cells):
    table = table_of(**{"sample_id": ["a", "a"], "replicate": [1, 2], "y": [1.0, 3.0], header: cells})
    assert [g.rows.tolist() for g in groups(table)] == [[0, 1]]
    assert parts(table) == ([], ["vendor_y"])


def test_a_text_that_holds_values_was_measured():
    table = table_of(sample_id=["a", "a"], replicate=[1, 2], y=["1.2 ± 0.1", "<0.5"])
    assert parts(table) == ([], ["vendor_y"])
    assert readings(table, "vendor_y").values.tolist() == pytest.approx([1.2, np.nan], nan_ok=True)


def test_a_remark_among_values_has_no_value():
    table = table_of(sample_id=["a", "a", "a"], replicate=[1, 2, 3], y=["1.2", "cracked", "3.4"])
    assert readings(table, "vendor_y").values.tolist() == pytest.approx([1.2, np.nan, 3.4], nan_ok=True)
    assert averaged(table)["vendor_y"].tolist() == pytest.approx([2.3])
    assert averaged(table)["n_vendor_y"].tolist() == [2]


def test_names_that_look_like_numbers_describe_the_row():
    columns = [
        SourceColumn("sample_id", np.array(["a", "a"]), "sample_id", None, index=0),
        SourceColumn("replicate", np.array([1, 2]), "replicate", "1", index=1),
        SourceColumn("method", np.array(["1", "2"]), "technique", None, index=2),
        SourceColumn("y", np.array([1.0, 2.0]), None, "V", index=3),
    ]
    assert parts(build_dataset("table", columns)) == (["technique"], ["vendor_y"])


def test_an_uncertainty_is_not_a_measured_column_of_its_own():
    table = table_of(**{"sample_id": ["a", "b"], "y": [1.0, 2.0], "u(y)": [0.1, 0.2]})
    assert parts(table) == ([], ["vendor_y"])
    means = averaged(table)
    assert means["u_vendor_y"].tolist() == [0.1, 0.2]
    assert list(means.columns) == ["sample_id", "vendor_y", "u_vendor_y", "n_vendor_y"]


def test_a_standard_deviation_of_so_many_values_is_that_of_their_mean():
    columns = [
        SourceColumn("sample_id", np.array(["a", "b"]), "sample_id", index=0),
        SourceColumn("H / GPa", np.array([2.0, 3.0]), None, "GPa", index=1),
        SourceColumn("SD(H) / MPa", np.array([300.0, 400.0]), None, "MPa", index=2),
        SourceColumn("n(H)", np.array([9, 4]), None, "1", index=3),  # a number, whatever the unit of H
    ]
    table = build_dataset("table", columns)
    described, measured = parts(table)
    assert described == []
    assert readings(table, measured[0]).u.tolist() == pytest.approx([0.1, 0.2])


def test_uncertainties_that_are_text_have_the_unit_of_their_own_cells():
    table = table_of(**{"sample_id": ["a", "b"], "y": ["1.00 V", "2.00 V"], "u(y)": ["10 mV", "20 mV"]})
    found = readings(table, "vendor_y")
    assert found.values.tolist() == [1, 2]
    assert found.u.tolist() == pytest.approx([0.01, 0.02])


def test_averaged_names_its_uncertainty():
    means = averaged(SPOTS)
    assert means["vendor_y"].tolist() == [2, 9, 5]
    assert means.column("vendor_y").uncertainty == "u_vendor_y"
    assert means["u_vendor_y"].tolist() == pytest.approx([1, np.nan, 0], nan_ok=True)
    assert means["n_vendor_y"].tolist() == [2, 1, 2]
    assert means.column("vendor_y").origin == "derived"


def test_tables_join_by_sample_and_say_who_was_left_out():
    right = table_of(sample_id=["c", "b"], y=[7.0, 8.0])
    joined = join_samples(SPOTS, right)
    assert joined["sample_id"].tolist() == ["b"]
    assert (joined["vendor_y"].tolist(), joined["vendor_y__2"].tolist()) == ([5], [8])
    assert joined.column("vendor_y__2").uncertainty == "u_vendor_y__2"
    assert joined.history[-1] == "joined by sample_id; left out: a, c"


def test_several_values_per_sample_are_refused():
    with pytest.raises(DataError, match="several values for a sample: a"):
        join_samples(SPOTS, SPOTS)


def test_no_common_sample_is_refused():
    with pytest.raises(DataError, match="no sample in common"):
        join_samples(SPOTS, table_of(sample_id=["A"], y=[1.0]))


def test_other_datasets_are_refused():
    with pytest.raises(DataError, match="does not name its samples"):
        groups(build_dataset("table", [SourceColumn("y", np.ones(2))]))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("cell.temperature / degC", [25.0, 40.0]),
        ("extra.dose", [1.0, 2.0]),
        ("extra.note", ["<0.5", "1.2 ± 0.1"]),
        ("sample.group", ["1", "2"]),
        ("phase", ["cubic", "cubic"]),
    ],
)
def test_metadata_describe_a_row_on_either_side_of_the_replicate(header, cells):
    table = table_of(**{"sample_id": ["a", "a"], "replicate": [1, 2], "y": [1.0, 3.0], header: cells})
    (described,) = parts(table)[0]
    assert table.columns[described].header == header
    assert parts(table)[1] == ["vendor_y"]
    differ = len(set(cells)) > 1
    assert [g.rows.tolist() for g in groups(table)] == ([[0], [1]] if differ else [[0, 1]])


def test_time_and_temperature_describe_a_row_on_either_side_of_the_replicate():
    columns = [
        SourceColumn("sample_id", np.array(["a", "a"]), "sample_id", None, index=0),
        SourceColumn("replicate", np.array([1, 2]), "replicate", "1", index=1),
        SourceColumn("T", np.array([20.0, 30.0]), "temperature", "degC", index=2),
        SourceColumn("t", np.array([5.0, 6.0]), "time", "s", index=3),
        SourceColumn("y", np.array([1.0, 2.0]), None, "V", index=4),
    ]
    assert parts(build_dataset("table", columns)) == (["temperature", "time"], ["vendor_y"])


@pytest.mark.parametrize(
    ("header", "cells", "attrs", "unit"),
    [
        ("y", [1.0], {}, "1"),
        ("y / GPa", ["<2"], {}, "GPa"),
        ("y", ["<2"], {"printed_unit": "MPa"}, "MPa"),
        ("y", ["<2", "3 kPa"], {}, "kPa"),
        ("y", ["<2"], {}, None),
    ],
)
def test_the_unit_of_a_column_is_that_of_its_values_its_header_or_its_cells(header, cells, attrs, unit):
    given = "1" if isinstance(cells[0], float) else None
    made = build_dataset("table", [SourceColumn(header, np.array(cells), None, given, attrs=attrs)])
    assert unit_of(made.column("vendor_y" if header == "y" else "vendor_y_gpa")) == unit


def test_three_tables_join_in_the_order_of_the_first_by_their_names():
    left = table_of(sample_id=["c", "a", "d", "b"], y=[3.0, 1.0, 4.0, 2.0])
    second = table_of(sample_id=["b", "c", "x", "a"], y=[20.0, 30.0, 0.0, 10.0])
    third = table_of(sample_id=["a", "b", "c", "y"], y=[100.0, 200.0, 300.0, 0.0], z=[7.0, 8.0, 9.0, 0.0])
    joined = join_samples(left, replace(second, history=("query q > 0",)), third)
    assert joined["sample_id"].tolist() == ["c", "a", "b"]
    for name, values in {
        "vendor_y": [3, 1, 2], "vendor_y__2": [30, 10, 20], "vendor_y__3": [300, 100, 200], "vendor_z": [9, 7, 8],
        "n_vendor_y__2": [1, 1, 1],
    }.items():  # fmt: skip
        assert joined[name].tolist() == values, name
    assert joined.column("vendor_y__3").uncertainty == "u_vendor_y__3"
    assert joined.column("vendor_z").uncertainty == "u_vendor_z"
    assert joined.history == (
        "mean of the replicates",
        "query q > 0",
        "joined by sample_id; left out: d, x",
        "joined by sample_id; left out: y",
    )


def test_all_samples_joined_leave_out_none():
    assert join_samples(SPOTS, table_of(sample_id=["b", "a"], y=[1.0, 2.0])).history[-1].endswith("left out: none")


def test_refusals_of_joining_name_samples_and_what_parts_them():
    with pytest.raises(DataError) as refused:
        join_samples(SPOTS, SPOTS)
    assert refused.value.expected == "one row per sample after averaging; it is described by vendor_dose"
    other = table_of(sample_id=[*"aabbccddeeffg"], y=[1.0] * 13)
    with pytest.raises(DataError) as refused:
        join_samples(SPOTS, other)
    assert refused.value.message.endswith("several values for a sample: a, b, c, d, e")
    assert refused.value.expected.endswith("described by no column")
    with pytest.raises(DataError) as refused:
        join_samples(SPOTS, table_of(sample_id=["A", "B"], y=[1.0, 2.0]))
    assert (refused.value.expected, refused.value.found) == ("a, b", "A, B")


def test_a_mean_says_how_it_was_made():
    stated = table_of(**{"sample_id": ["a", "a"], "replicate": [1, 2], "y (GPa)": [1.0, 3.0], "u(y)": [0.1, 0.1]})
    alone = table_of(sample_id=["a"], replicate=[1], y=[1.0])
    one, other = averaged(stated), averaged(alone)
    u = one.column("u_vendor_y_gpa")
    assert u.attrs["recipe"] == "standard deviation of the replicates / sqrt(n), or as stated if larger"
    assert other.column("u_vendor_y").attrs["recipe"] == "standard deviation of the replicates / sqrt(n)"
    assert (u.header, other.column("u_vendor_y").header) == ("u(y) / GPa", "u(y)")
    assert one.column("n_vendor_y_gpa").header == "n(y)"
    assert one.column("vendor_y_gpa").attrs["recipe"] == "mean of the replicates"
    assert one["u_vendor_y_gpa"].tolist() == [1.0]


def test_the_mean_of_a_derived_column_keeps_its_recipe():
    column = SourceColumn("y", np.array([1.0]), None, "1", index=1, attrs={"recipe": "x - y"})
    sample = SourceColumn("sample_id", np.array(["a"]), "sample_id", None, index=0)
    assert averaged(build_dataset("table", [sample, column])).column("vendor_y").attrs["recipe"] == (
        "mean of the replicates; x - y"
    )


def test_a_shared_uncertainty_is_added_to_that_of_the_mean():
    table = table_of(**{"sample_id": ["a", "a"], "replicate": [1, 2], "y": [1.0, 7.0], "u_shared(y)": [4.0, 4.0]})
    assert averaged(table)["u_vendor_y"].tolist() == [5.0]  # of 3 by scatter, and 4

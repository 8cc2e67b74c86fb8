"""Tables of samples: replicates, what describes a row, means by hand, joining."""

import numpy as np
import pytest

from echub.errors import DataError
from echub.model.build import SourceColumn, build_dataset
from echub.model.samples import averaged, groups, join_samples, parts, readings


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


def test_an_uncertainty_is_not_a_measured_column_of_its_own():
    table = table_of(**{"sample_id": ["a", "b"], "y": [1.0, 2.0], "u(y)": [0.1, 0.2]})
    assert parts(table) == ([], ["vendor_y"])
    means = averaged(table)
    assert means["u_vendor_y"].tolist() == [0.1, 0.2]
    assert list(means.columns) == ["sample_id", "vendor_y", "u_vendor_y", "n_vendor_y"]


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

"""Rows of a table of samples as outcomes: means, bounds and what they say of themselves."""

import numpy as np
import pytest

from echub.analysis.outcome import Component, Condition
from echub.analysis.samples import measurand_of, outcomes_of
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Provenance, Record
from echub.model.replicates import Mean
from echub.remark import Notice

NAN = np.nan


def test_a_mean_below_its_limit_is_a_bound():
    found = measurand_of("GPa", Mean(NAN, None, 0, below=2, limit=0.5), "x")
    assert (str(found), found.n, found.censoring, found.note, found.quantity) == (
        "< 0.5 GPa", 0, "left", "below its limit", "x"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("mean", "note"),
    [
        (
            Mean(NAN, None, 2, below=1, limit=0.5),
            "1 of 3 replicates below their limit: the mean of the rest is too high",
        ),
        (Mean(NAN, None, 0, below=1, limit=np.inf), "no value"),
        (Mean(NAN, None, 0), "no value"),
    ],
)
def test_replicates_without_a_mean_have_no_value(mean, note):
    found = measurand_of("GPa", mean)
    assert (found.value, found.interval, found.n, found.note) == (None, None, mean.n, note)


@pytest.mark.parametrize(
    ("mean", "name", "note"),
    [
        (Mean(2.0, 0.3, 3), "replicates", "mean of the replicates"),  # they state nothing
        (Mean(2.0, 0.3, 3, chance=0.04), "replicates", "mean of the replicates"),  # they scatter by more
        (Mean(2.0, 0.3, 3, chance=0.05), "stated", "mean of the replicates"),
        (Mean(2.0, 0.3, 1), "stated", ""),
        (Mean(2.0, None, 1), None, ""),
    ],
)
def test_the_uncertainty_of_a_mean_says_where_it_comes_from(mean, name, note):
    found = measurand_of("V", mean)
    assert (found.value, found.uncertainty, found.n, found.note) == (2.0, mean.u, mean.n, note)
    assert found.components == ((Component(name, 0.3),) if name else ())


def test_numbers_without_a_unit_and_units_that_are_not_known_are_as_printed():
    (one,) = outcomes_of(
        table(
            ("sample_id", ["a"], "sample_id", None),
            ("dose", [5], None, None),
            ("replicate", [1], "replicate", "1"),
            ("y", [2], None, "points"),
            ("z", [3], None, "Ah/V"),
        )
    )
    assert (one.label, one.conditions["dose"]) == ("t.csv a 5", Condition(5.0, "1"))
    assert {name: (m.value, m.unit) for name, m in one.measurands.items()} == {
        "y": (2.0, "points"), "z": (3.0, "Ah/V")
    }  # fmt: skip


def test_what_all_rows_share_is_a_component_of_its_own():
    found = measurand_of("V", Mean(2.0, 0.3, 1, shared=0.4))
    assert found.uncertainty == pytest.approx(0.5)
    assert found.components == (Component("stated", 0.3), Component("shared", 0.4, "B", "shared by the table"))
    assert measurand_of("V", Mean(2.0, None, 1, shared=0.4)).uncertainty == pytest.approx(0.4)


def table(*columns):
    built = [SourceColumn(h, np.array(v, object) if isinstance(v[0], str) else np.array(v, float), q, u, index=n)
             for n, (h, v, q, u) in enumerate(columns)]  # fmt: skip
    provenance = Provenance(source={"name": "t.csv", "sha256": "aa"})
    notices = [Notice("odd", "it is odd", "warning"), Notice("so", "so", "info")]
    return Record([build_dataset("table", built)], provenance=provenance, notices=notices)


def test_each_value_has_a_label_its_conditions_and_its_row():
    found = outcomes_of(
        table(
            ("sample_id", ["a", "a", "b"], "sample_id", None),
            ("dose / s", [5, 5, 7], None, "s"),
            ("phase", ["new", "new", "old"], None, None),
            ("cell.temperature / degC", [25, 25, 0], None, "degC"),
            ("replicate", [1, 2, 1], "replicate", "1"),
            ("H / GPa", [1, 3, 5], None, "GPa"),
        )
    )
    assert [one.label for one in found] == ["t.csv a 5 s new", "t.csv b 7 s old"]
    assert [one["H"].value for one in found] == [2.0, 5.0]
    assert found[0]["H"].unit == "GPa"
    assert [one.meta("cell.temperature") for one in found] == [25.0, 0.0]
    assert [one.meta("sample.id") for one in found] == ["a", "b"]
    assert {name: (c.value, c.unit) for name, c in found[0].conditions.items()} == {
        "dose": (5.0, "s"), "phase": ("new", "")
    }  # fmt: skip
    assert [one.provenance["inputs"] for one in found] == [
        [{"name": "t.csv", "sha256": "aa", "row": row}] for row in (1, 3)
    ]
    assert [[flag.code for flag in one.flags] for one in found] == [["odd"], ["odd"]]


def test_equal_labels_are_told_apart_by_temperature_and_else_by_row():
    found = outcomes_of(
        table(
            ("sample_id", ["a", "a", "b", "b"], "sample_id", None),
            ("cell.temperature / degC", [25, 40, 25, 25], None, "degC"),
            ("y", [1, 2, 3, 4], None, "V"),
        )
    )
    assert [one.label for one in found] == [
        "t.csv a 25 °C", "t.csv a 40 °C", "t.csv b 25 °C row 3", "t.csv b 25 °C row 4"
    ]  # fmt: skip
    found = outcomes_of(table(("sample_id", ["a", "a", "b"], "sample_id", None), ("y", [1, 2, 3], None, "V")))
    assert [one.label for one in found] == ["t.csv a row 1", "t.csv a row 2", "t.csv b"]


def test_replicates_that_scatter_by_more_than_they_state_are_told():
    (one,) = outcomes_of(
        table(
            ("sample_id", ["a", "a"], "sample_id", None),
            ("replicate", [1, 2], "replicate", "1"),
            ("y", [1, 5], None, "V"),
            ("u(y)", [0.1, 0.1], None, "V"),
        )
    )
    assert [flag.code for flag in one.flags] == ["odd", "replicates-scatter"]
    assert one.flags[1].message == "replicates of y scatter by more than they state: their scatter counts"
    assert one["y"].uncertainty == pytest.approx(2.0)

"""The unit of a column against that of its quantity."""

import numpy as np
import pytest

from echub.model.column import Column
from echub.model.metadata import Entry, Metadata
from echub.model.record import Record
from echub.model.vocabulary import kinds, quantities
from echub.validation.group import Group
from echub.validation.limits import Limits
from echub.validation.structure import _type, _unit, check_dataset, check_metadata
from fixtures.broken import sound
from fixtures.broken.base import column, with_columns, with_metadata, without


@pytest.mark.parametrize(
    ("quantity", "unit", "codes"),
    [
        ("voltage", "V", []),
        ("voltage", "mV", ["not-canonical"]),
        ("voltage", "A", ["unit-mismatch"]),
        ("voltage", None, ["unknown-unit"]),
        ("voltage", "furlong", ["unknown-unit"]),
        ("cycle", "1", []),
        ("cycle", None, []),
        ("cycle", "V", ["unit-mismatch"]),
    ],
)
def test_only_a_pure_number_needs_no_unit(quantity, unit, codes):
    column = Column(quantity, np.arange(3.0), quantity=quantity, unit=unit)
    remarks = list(_unit(column, quantities()[quantity]))
    assert [remark.code for remark in remarks] == codes
    assert all(remark.column == quantity for remark in remarks)
    assert all(remark.expected != remark.found for remark in remarks)


@pytest.mark.parametrize(
    ("values", "labels", "codes"),
    [([1, 2], {1: "CC", 2: "CV"}, []), ([1, 2], {}, ["wrong-type"]), ([], {}, [])],  # without rows it has no words
)
def test_a_text_has_a_table_of_labels(values, labels, codes):
    column = Column("technique", np.array(values, np.int8), "technique", labels=labels)
    assert [remark.code for remark in _type(column, quantities()["technique"])] == codes


@pytest.mark.parametrize(
    ("path", "given", "limits", "found"),
    [
        ("cell.temperature", "20 degC", Limits(20, 30, "degC"), None),
        ("cell.temperature", "30 degC", Limits(20, 30, "degC"), None),
        ("cell.temperature", "19.5 degC", Limits(20, 30, "degC"), ("is 19.5 degC", "20 to 30 degC", "19.5")),
        ("cell.temperature", "30.5 degC", Limits(20, 30, "degC"), ("is 30.5 degC", "20 to 30 degC", "30.5")),
        ("cell.temperature", "19.5 degC", Limits(None, 30, "degC"), None),
        ("cell.temperature", "30.5 degC", Limits(20, None, "degC"), None),
        ("cell.temperature", "30.5 degC", Limits(None, 30, "degC"), ("is 30.5 degC", "at most 30 degC", "30.5")),
        ("cell.temperature", None, Limits(20, 30, "degC"), None),
        ("cell.n_interfaces", "3", Limits(1, 2), ("is 3", "1 to 2", "3")),
        ("extra.run", "two", Limits(1, 2), ("is two", "1 to 2", "two")),
    ],
)
def test_metadata_are_inside_the_range_of_a_group_with_its_ends(path, given, limits, found):
    record = with_metadata(sound(), {path: given}) if given is not None else sound()
    remarks = check_metadata(record, Group("lab", metadata_ranges={path: limits}))
    said = [(r.message, r.column, r.expected, r.found) for r in remarks if r.code == "metadata-out-of-range"]
    assert said == ([(f"{path} {found[0]}", path, f"{found[1]} by lab", found[2])] if found else [])


def test_each_range_of_a_group_is_checked():
    record = with_metadata(sound(), {"cell.temperature": "19 degC", "cell.area": "6 cm^2"})
    limits = {"cell.temperature": Limits(20, 30, "degC"), "cell.area": Limits(None, 5, "cm^2")}
    said = [r.message for r in check_metadata(record, Group("lab", metadata_ranges=limits))]
    assert said == ["cell.temperature is 19 degC", "cell.area is 6 cm^2"]


def test_each_column_that_a_kind_lacks_is_named():
    """A time series has a time, and one of current and the potentials."""
    (table,) = without(sound(), "time", "current", "potential_we").datasets.values()
    known = kinds()["timeseries"]
    lacks = ["time", f"one of {', '.join(known.any_of[0])}"]
    remarks = [r for r in check_dataset(table, Group()) if r.code == "missing-column"]
    assert [(r.message, r.expected, r.found) for r in remarks] == [
        (f"there is no {lack}", lack, "record") for lack in lacks
    ]


def test_each_entry_that_a_quantity_needs_is_asked_for():
    """The conductivity follows from a resistance with the cell's area and thickness."""
    record = with_columns(sound(), column("conductivity", np.ones(60), "S/cm", origin="derived"))

    def asked(given):
        remarks = check_metadata(with_metadata(record, given), Group())
        return [(r.message, r.column, r.expected) for r in remarks if r.code == "missing-context"]

    needs = {
        path: (f"conductivity needs {path}", "conductivity", path) for path in ("cell.thickness", "cell.area")
    }
    assert asked({}) == list(needs.values())
    assert asked({"cell.thickness": "10 um"}) == [needs["cell.area"]]


def test_an_entry_that_the_schema_refuses_is_shown_with_its_unit():
    entries = [
        Entry("cell.area", 2.0, "kg", "a.h5"),
        Entry("cell.id", 5, None, "b.h5"),
        Entry("cell.aera", 1, None, "c.h5"),
    ]
    remarks = check_metadata(Record([], metadata=Metadata(entries)), Group())
    assert [(r.message, r.column, r.expected, r.found) for r in remarks] == [
        ("cell.area cannot be 2.0 kg (a.h5)", "cell.area", "a number above 0 with a unit, such as cm^2", "2.0 kg"),
        ("cell.id cannot be 5 (b.h5)", "cell.id", "a text", "5"),
        ("unknown metadata path 'cell.aera' (c.h5)", "cell.aera",
         "a path of the metadata schema, or extra.<name> for your own", "1"),
    ]  # fmt: skip

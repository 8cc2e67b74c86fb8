"""The unit of a column against that of its quantity."""

import numpy as np
import pytest

from echub.model.column import Column
from echub.model.vocabulary import quantities
from echub.validation.group import Group
from echub.validation.limits import Limits
from echub.validation.structure import _type, _unit, check_metadata
from fixtures.broken import sound
from fixtures.broken.base import with_metadata


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
    ],
)
def test_metadata_are_inside_the_range_of_a_group_with_its_ends(path, given, limits, found):
    record = with_metadata(sound(), {path: given}) if given is not None else sound()
    remarks = check_metadata(record, Group("lab", metadata_ranges={path: limits}))
    said = [(r.message, r.column, r.expected, r.found) for r in remarks if r.code == "metadata-out-of-range"]
    assert said == ([(f"{path} {found[0]}", path, f"{found[1]} by lab", found[2])] if found else [])

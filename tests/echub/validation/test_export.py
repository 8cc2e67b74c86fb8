"""JSON Schema and the reference page, made from the schema files."""

import json

import pytest

import echub
from echub.model.metadata import leaves
from echub.model.vocabulary import kinds, quantities
from echub.validation.export import json_schema, metadata_schema, records_schema, reference
from echub.validation.group import Group
from echub.validation.limits import Limits
from echub.validation.rules import rules
from fixtures.eclab.make import FOLDER

GROUP = Group(
    "lab",
    required_metadata=("cell.area",),
    metadata_ranges={"cell.temperature": Limits(0, 50, "degC")},
    ranges={"current": Limits(-1, 1, "mA")},
    columns={"timeseries": ("temperature",)},
)


@pytest.fixture
def jsonschema():
    return pytest.importorskip("jsonschema")


@pytest.mark.parametrize("group", [Group(), GROUP], ids=["core", "group"])
def test_it_is_json_schema_2020_12(jsonschema, group):
    whole = json.loads(json_schema(group))
    for schema in (whole, *whole["$defs"].values()):
        jsonschema.Draft202012Validator.check_schema(schema)
    assert set(whole["$defs"]) == {"metadata", *kinds()} - {"ion_map"}


def test_the_metadata_of_a_file_fit(jsonschema):
    tree = echub.read(FOLDER / "peis.mpr").metadata.tree()
    assert tree
    jsonschema.Draft202012Validator(metadata_schema()).validate(tree)


def test_a_group_requires_and_narrows(jsonschema):
    checker = jsonschema.Draft202012Validator(metadata_schema(GROUP))
    area = {"value": 1.0, "unit": "cm^2", "source": "x"}
    warm = {"value": 60.0, "unit": "degC", "source": "x"}
    assert checker.is_valid({"cell": {"area": area}})
    assert not checker.is_valid({})
    assert not checker.is_valid({"cell": {}})
    assert not checker.is_valid({"cell": {"area": area, "temperature": warm}})


def test_rows_of_a_table(jsonschema):
    checker = jsonschema.Draft202012Validator(records_schema("timeseries", GROUP))
    row = {"time": 0.0, "current": 0.5, "temperature": 25.0}
    assert checker.is_valid([row])
    assert not checker.is_valid([row | {"time": -5.0}])
    assert not checker.is_valid([row | {"current": 2.0}])
    assert not checker.is_valid([{"time": 0.0, "temperature": 25.0}])
    assert not checker.is_valid([row | {"cycle": 1.5}])


def test_the_reference_page_lists_everything():
    page = reference()
    for name in (*quantities(), *leaves()):
        assert f"`{name}`" in page
    for rule in rules():
        assert rule in page


def test_the_reference_page_of_a_group_says_what_it_changes():
    assert "- quantity current: -1 to 1 mA (core: no limits)" in reference(GROUP)

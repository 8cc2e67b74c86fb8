"""The metadata schema, and the list of statements it checks."""

import datetime
import json

import jsonschema
import numpy as np
import pytest

import echub_schemas
from echub.errors import MetadataError
from echub.model import units
from echub.model.metadata import Entry, Metadata, leaf_of, leaves

SCHEMA = json.loads(echub_schemas.path("metadata.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


# -- the schema ----------------------------------------------------------------------------------


def test_schema_is_json_schema_2020_12():
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    VALIDATOR.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted(leaves()))
def test_leaf_is_described_and_its_unit_in_the_table(path):
    leaf = leaves()[path]
    assert leaf.description
    assert leaf.type in ("text", "number", "integer", "boolean", "list")
    assert (leaf.unit is not None) == (leaf.type == "number")
    if leaf.unit is not None:
        assert units.unit(leaf.unit).symbol == leaf.unit


def test_a_full_tree_validates_against_the_schema():
    metadata = Metadata()
    values = {"integer": 2, "boolean": True, "list": [{"name": "a", "value": 1.5}], "text": "Na"}
    for path, leaf in leaves().items():
        value = leaf.choices[0] if leaf.choices else values.get(leaf.type, 1.5)
        metadata.set(path, value, leaf.unit, source="test")
    metadata.set("extra.humidity", 0.3, source="test")
    tree = json.loads(json.dumps(metadata.tree()))
    VALIDATOR.validate(tree)
    assert tree["cell"]["electrodes"]["working"]["material"] == {"value": "Na", "source": "test"}
    assert tree["cell"]["area"] == {"value": 1.5, "unit": "cm^2", "source": "test"}


def test_the_schema_refuses_a_tree_with_a_foreign_leaf():
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({"cell": {"colour": {"value": "red", "source": "x"}}})
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({"cell": {"area": {"value": 1.0, "source": "x"}}})  # no unit


# -- setting -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "unit", "expected"),
    [
        ("cell.area", "0.785 cm^2", None, 0.785),
        ("cell.area", "78.5 mm^2", None, 0.785),
        ("cell.area", "78.5mm²", None, 0.785),
        ("cell.area", "0.785", "cm^2", 0.785),
        ("cell.area", "78.5 mm^2", "cm^2", 0.785),
        ("sims.dead_time", "35 ns", None, 3.5e-5),  # ms
        ("cell.area", 2, "cm^2", 2.0),
        ("cell.area", np.float32(0.5), "cm^2", 0.5),
        ("cell.temperature", "25 °C", None, 25.0),
        ("cell.temperature", 298.15, "K", 25.0),
        ("cell.n_interfaces", "2", None, 2),
        ("cell.n_interfaces", np.int64(2), None, 2),
        ("cell.symmetric", "yes", None, True),
        ("cell.symmetric", False, None, False),
        ("cell.configuration", "two_electrode", None, "two_electrode"),
        ("technique.steps", '[{"a": 1}]', None, [{"a": 1}]),
        ("experiment.date", datetime.date(2024, 3, 14), None, "2024-03-14"),
        ("extra.anything.deep", [1, 2], None, [1, 2]),
        ("extra.when", datetime.datetime(2024, 3, 14, 9, 26), None, "2024-03-14T09:26:00"),
    ],
)
def test_value_arrives_in_the_schemas_type_and_unit(path, value, unit, expected):
    metadata = Metadata()
    metadata.set(path, value, unit, source="x")
    found = metadata.get(path)
    assert found.value == pytest.approx(expected, rel=1e-15) if isinstance(expected, float) else True
    assert type(found.value) is type(expected)
    assert found.value == expected or isinstance(expected, float)
    assert found.unit == leaf_of(path).unit
    assert found.source == "x"


@pytest.mark.parametrize(
    ("path", "value", "unit", "cause"),
    [
        ("cell.area", "0.785", None, "it needs a unit"),
        ("cell.area", "0.785 cm", None, "cm cannot become cm^2"),
        ("cell.area", "0.785 acres", None, "unknown unit 'acres'"),
        ("cell.area", "large", None, "is not a number"),
        ("cell.area", "0 cm^2", None, "it must be above 0 cm^2"),
        ("cell.area", "-1 cm^2", None, "it must be above 0 cm^2"),
        ("cell.area", float("nan"), "cm^2", "it must be a finite number"),
        ("cell.area", "1e999 cm^2", None, "finite"),
        ("cell.area", True, "cm^2", "it must be"),
        ("cell.temperature", "-1 K", None, "it must not be below -273.15 degC"),
        ("cell.n_interfaces", 0, None, "it must not be below 1"),
        ("cell.n_interfaces", "2.5", None, "it must be a whole number"),
        ("cell.n_interfaces", "2 V", None, "it has no unit, not V"),
        ("cell.symmetric", "perhaps", None, "it must be true or false"),
        ("cell.configuration", "one_electrode", None, "it must be one of two_electrode, three_electrode"),
        ("cell.id", 7, None, "it must be a text"),
        ("cell.id", "7", "V", "it has no unit, not V"),
        ("technique.steps", "{}", None, "it must be a list"),
        ("technique.steps", "[", None, "Expecting value"),
        ("extra.object", object(), None, "JSON cannot hold"),
    ],
)
def test_wrong_value_is_refused_with_its_cause(path, value, unit, cause):
    metadata = Metadata()
    with pytest.raises(MetadataError) as refused:
        metadata.set(path, value, unit)
    assert cause in refused.value.cause
    assert refused.value.where == path
    assert refused.value.hint.startswith(f"--set {path}=")
    assert not metadata.entries


@pytest.mark.parametrize(
    ("path", "near"),
    [("cell.aera", "cell.area"), ("area", "cell.area"), ("sample.grup", "sample.group")],
)
def test_unknown_path_is_refused_with_near_names(path, near):
    with pytest.raises(MetadataError, match="unknown metadata path") as refused:
        Metadata().set(path, "1 cm^2")
    assert near in refused.value.hint


@pytest.mark.parametrize(("length", "shown"), [(200, "V" * 200), (201, "V" * 197 + "...")])
def test_a_long_value_is_shown_in_part(length, shown):
    with pytest.raises(MetadataError) as refused:
        Metadata().set("cell.symmetric", "V" * length)
    assert refused.value.found == shown


@pytest.mark.parametrize("path", ["extra", "extra.", "extra..a", "", "cell"])
def test_a_path_without_a_name_is_refused(path):
    with pytest.raises(MetadataError):
        Metadata().set(path, "x")


# -- asking --------------------------------------------------------------------------------------


def test_the_last_statement_counts_and_all_are_kept():
    metadata = Metadata()
    metadata.set("cell.area", "1 cm^2", source="file")
    metadata.set("sample.id", "S1", source="file")
    metadata.set("cell.area", "2 cm^2", source="--set")
    assert metadata.value("cell.area") == 2.0
    assert len(metadata.entries) == 3
    assert [e.path for e in metadata] == ["cell.area", "sample.id"]
    assert metadata.tree()["cell"]["area"]["source"] == "--set"
    assert "cell.area" in metadata
    assert "cell.id" not in metadata
    assert metadata.get("cell.id") is None
    assert metadata.value("cell.id", "V") is None


def test_value_in_another_unit():
    metadata = Metadata([Entry("cell.area", 0.785, "cm^2", "x"), Entry("cell.temperature", 25.0, "degC", "x")])
    assert metadata.value("cell.area", "mm^2") == pytest.approx(78.5, rel=1e-15)
    assert metadata.value("cell.temperature", "K") == 298.15
    assert Metadata([Entry("cell.n_interfaces", 2, None, "x")]).value("cell.n_interfaces", "mm") == 2


# -- contradictions ------------------------------------------------------------------------------


def statements(*values):
    return Metadata(Entry("cell.area", value, "cm^2", source) for source, value in values)


def test_a_contradiction_names_both_sides_and_what_counts():
    (notice,) = statements(("file", 1.0), ("--set", 2.0)).contradictions()
    assert notice.code == "metadata-contradiction"
    assert notice.message == "cell.area is 2.0 cm^2 by --set but 1.0 cm^2 by file; 2.0 cm^2 counts"


def test_what_counts_is_the_last_statement_of_all():
    (notice,) = statements(("file", 1.0), ("echub.toml", 2.0), ("--set", 1.0)).contradictions()
    assert notice.message.endswith("; 1.0 cm^2 counts")


def test_equal_statements_do_not_contradict():
    assert not statements(("file", 1.0), ("--set", 1.0 + 0.9e-6)).contradictions()
    assert not Metadata([Entry("sample.id", "a", None, "x"), Entry("sample.id", "a", None, "y")]).contradictions()


def test_statements_that_differ_beyond_rounding_contradict():
    """A part in a million is what six printed digits leave open; a part in a thousand is another value."""
    assert statements(("file", 1.0), ("--set", 1.0 + 1.1e-6)).contradictions()
    assert statements(("file", 0.785), ("--set", 0.7857)).contradictions()


def test_a_number_contradicts_a_text():
    given = Metadata([Entry("extra.x", 1.5, None, "file"), Entry("extra.x", "1.5", None, "--set")])
    (notice,) = given.contradictions()
    assert notice.message == "extra.x is 1.5 by --set but 1.5 by file; 1.5 counts"


def test_metadata_are_named_by_their_paths():
    assert repr(statements(("file", 1.0), ("--set", 2.0))) == "<Metadata: cell.area>"
    assert repr(Metadata()) == "<Metadata: nothing>"
    assert Metadata() != []


def test_metadata_are_equal_by_their_statements():
    assert statements(("file", 1.0)) == statements(("file", 1.0))
    assert statements(("file", 1.0)) != statements(("--set", 1.0))


@pytest.mark.parametrize("ask", [Metadata.get, Metadata.value])
def test_a_misspelt_path_is_not_taken_for_one_that_is_not_stated(ask):
    assert ask(Metadata(), "cell.area") is None
    assert ask(Metadata(), "extra.note") is None
    with pytest.raises(MetadataError, match=r"unknown metadata path 'cell\.aera'"):
        ask(Metadata(), "cell.aera")

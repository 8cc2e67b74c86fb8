"""Every entry of the schema's files is in each form that is written of it, with all that it says."""

from __future__ import annotations

import json
import tomllib

import pytest

import echub_schemas
from echub.model.metadata import leaves
from echub.model.vocabulary import core, kinds
from echub.validation.export import _table, json_schema, metadata_schema, records_schema, reference
from echub.validation.group import CORE, Group
from echub.validation.limits import Limits
from echub.validation.rules import LEVELS, rules


def stored(name):
    return tomllib.loads(echub_schemas.path(name).read_text("utf-8"))


QUANTITIES, KINDS = stored("quantities.toml"), stored("kinds.toml")
TYPES = {"float": "number", "text": "string"}
GROUP = Group(
    "lab", version="3", required_metadata=("cell.area", "cell.id"),
    metadata_ranges={"cell.area": Limits(0.1, 5, "cm^2")},
    ranges={"current": Limits(-1, 1, "mA")}, columns={"impedance": ("temperature",)},
)  # fmt: skip


@pytest.mark.parametrize("name", QUANTITIES)
def test_a_quantity_has_all_that_its_entry_says(name):
    entry, made = QUANTITIES[name], core()[name]
    default = {
        "unit": None, "dimension": "1", "type": "float", "symbol": "", "sign": None, "point": False, "min": None,
        "max": None, "plausible": None, "monotonic": None, "needs": None, "bdf": None, "iri": None,
    }  # fmt: skip
    told = {**default, **entry, "name": name}
    told["plausible"] = None if told["plausible"] is None else tuple(told["plausible"])
    assert made._asdict() == told
    assert made.is_integer == (told["type"] in ("count", "code", "flag", "text"))


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_all_that_its_entry_says(name):
    made, entry = kinds()[name], KINDS[name]
    for key in ("axes", "required", "recommended", "optional", "own", "rules"):
        assert list(getattr(made, key)) == entry.get(key, [])
    assert [list(group) for group in made.any_of] == entry.get("any_of", [])
    assert set(entry) <= {"axes", "required", "any_of", "recommended", "optional", "own", "rules"}


@pytest.mark.parametrize("name", KINDS)
def test_rows_of_a_kind_are_described_by_its_entry(name):
    schema = records_schema(name)
    kind = KINDS[name]
    assert schema["title"] == f"core {name}"
    assert schema["$id"] == f"urn:echub:schema:{name}:{echub_schemas.VERSION.split('.')[0]}"
    assert schema["type"] == "array"
    assert schema["items"]["required"] == kind.get("required", [])
    groups = [{"anyOf": [{"required": one.split("+")} for one in group]} for group in kind.get("any_of", [])]
    assert schema["items"].get("allOf", []) == groups
    assert ("allOf" in schema["items"]) == bool(groups)
    for quantity, entry in QUANTITIES.items():
        expected = {"type": TYPES.get(entry.get("type", "float"), "integer"), "description": entry["definition"]}
        expected |= {"x-unit": entry["unit"]} if entry.get("unit") else {}
        expected |= {to: entry[key] for key, to in (("min", "minimum"), ("max", "maximum")) if key in entry}
        assert schema["items"]["properties"][quantity] == expected


def test_a_group_narrows_the_rows_of_its_kind_alone():
    assert records_schema("impedance", GROUP)["items"]["required"] == [
        *KINDS["impedance"]["required"],
        "temperature",
    ]
    assert records_schema("table", GROUP)["items"]["required"] == KINDS["table"]["required"]
    assert records_schema("table", GROUP)["title"] == "lab table"
    current = records_schema("table", GROUP)["items"]["properties"]["current"]
    assert (current["minimum"], current["maximum"]) == (-1, 1)


def test_a_group_adds_what_it_requires_to_what_was_required():
    core_tree, tree = metadata_schema(), metadata_schema(GROUP)
    assert tree["required"] == sorted({*core_tree.get("required", []), "cell"})
    cell, before = tree["properties"]["cell"], core_tree["properties"]["cell"]
    assert cell["required"] == sorted({*before.get("required", []), "area", "id"})
    assert cell["properties"]["area"]["properties"]["value"] == {"minimum": 0.1, "maximum": 5}
    assert cell["properties"]["temperature"] == before["properties"]["temperature"]


def test_one_document_has_the_metadata_and_each_table():
    whole = json.loads(json_schema())
    assert whole["title"] == f"echub schema {echub_schemas.VERSION}"
    assert whole["$defs"]["metadata"] == metadata_schema()
    for name, kind in KINDS.items():
        assert whole["$defs"].get(name) == (records_schema(name) if kind["axes"] == ["row"] else None)
    assert json.loads(json_schema(GROUP))["title"] == f"echub schema {echub_schemas.VERSION} with lab"


def rows_of(page, title):
    """Return the cells of the table below a title of the reference page, header first."""
    text = page.split(f"## {title}\n\n")[1].split("\n\n")[0].split("\n## ")[0]
    return [[cell.replace("\\|", "|") for cell in row[2:-2].split(" | ")] for row in text.strip().split("\n")]


def without_rule(rows):
    assert set(rows[1]) == {"---"}
    return [rows[0], *rows[2:]]


def test_the_page_has_a_row_for_each_kind():
    assert without_rule(rows_of(reference(), "Dataset kinds")) == [
        ["kind", "axes", "required", "one of"],
        *(
            [name, ", ".join(kind["axes"]), ", ".join(kind.get("required", [])),
             "; ".join(" or ".join(group) for group in kind.get("any_of", []))]
            for name, kind in KINDS.items()
        ),
    ]  # fmt: skip


def ends(entry):
    unit = f" {entry['unit']}" if entry.get("unit", "1") != "1" else ""
    low, high = entry.get("min"), entry.get("max")
    if low is None:
        return "" if high is None else f"at most {high:g}{unit}"
    return f"at least {low:g}{unit}" if high is None else f"{low:g} to {high:g}{unit}"


def test_the_page_has_a_row_for_each_quantity():
    header, *rows = without_rule(rows_of(reference(), "Quantities"))
    assert header == ["quantity", "unit", "range", "sign", "meaning"]
    found = {row[0]: row[1:] for row in rows}
    for name, entry in QUANTITIES.items():
        unit = entry.get("unit") or entry.get("type", "float")
        assert found[f"`{name}`"] == [unit, ends(entry), entry.get("sign", ""), entry["definition"]]


def test_the_page_shows_the_range_of_the_group():
    ranges = {"current": Limits(None, 5, "mA"), "voltage": Limits(-1, None, "V"), "phase": Limits(unit="deg")}
    rows = without_rule(rows_of(reference(Group("lab", ranges=ranges)), "Quantities"))
    shown = {row[0]: row[2] for row in rows}
    assert [shown[f"`{name}`"] for name in ranges] == ["at most 5 mA", "at least -1 V", ""]


def test_the_page_has_a_row_for_each_path_and_each_rule():
    page = reference(GROUP)
    assert without_rule(rows_of(page, "Metadata")) == [
        ["path", "type", "unit", "meaning"],
        *([f"`{leaf.path}`", leaf.type, leaf.unit or "", leaf.description] for leaf in leaves().values()),
    ]
    assert without_rule(rows_of(page, "Rules")) == [
        ["rule", "level", "severity", "what holds in a valid file"],
        *([f"{r.id} `{r.name}`", f"{r.level} {LEVELS[r.level]}", r.severity, r.rule] for r in rules().values()),
    ]
    assert page.startswith(f"# Schema {echub_schemas.VERSION}\n")
    assert "## What lab 3 changes" in page
    assert "## What" not in reference(CORE)


def test_the_page_has_its_parts_in_this_order_each_above_a_table():
    parts = ["## Dataset kinds", "## Quantities", "## Metadata", "## Rules"]
    changed = f"# Schema {echub_schemas.VERSION}", "## What lab 3 changes"
    for group, expected in ((CORE, [changed[0], *parts]), (GROUP, [*changed, *parts])):
        lines = reference(group).splitlines()
        assert [line for line in lines if line.startswith("#")] == expected
        assert all(lines[lines.index(part) + 1] == "" and lines[lines.index(part) + 2][0] == "|" for part in parts)


def test_a_bar_in_a_cell_does_not_end_it():
    made = _table(("a", "b"), [("|Z|", "ohm")])
    assert made == "| a | b |\n| --- | --- |\n| \\|Z\\| | ohm |\n"

"""No sentence of an analysis prints a unit as it is typed; situations and worlds ask this of theirs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.messages.typed_units import typed, typed_units
from tests.plugins.examples import ALL, outcome_of

ROOT = Path(__file__).parents[2]
ANALYSES = [ROOT / "echub" / "science", *(path.parent for path in (ROOT / "plugins").glob("echub_*/outcome*"))]
"""Folders of plugins that answer questions, and of what they share."""


@pytest.mark.parametrize("name", ALL)
def test_an_outcome_prints_units_as_papers_do(name):
    assert typed_units(outcome_of(name)) == []


@pytest.mark.parametrize(
    ("sentence", "units"),
    [
        ("the ramp ends at 1.2 mA/cm^2, before any onset", ["mA/cm^2"]),
        ("between [0.3, 0.4] uA (half cycle 3)", ["uA"]),
        ("0.02 V per ohm*cm^2.", ["ohm*cm^2"]),
        ("at 1.2 mA/cm² and 3 Ω·cm², of 5 µA, 25 °C", []),
        ("ohm and deg are words where no number precedes them", []),
        ('--set cell.area="0.785 cm^2"', []),
    ],
)
def test_units_as_typed_are_found(sentence, units):
    assert list(typed(sentence)) == units


def raw_units(path: Path) -> Iterator[str]:
    """Yield the places of a source where an attribute `….unit` is put after a number into a sentence as it is."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for before, value in (
            zip(node.values, node.values[1:], strict=False) if isinstance(node, ast.JoinedStr) else ()
        ):
            spaced = isinstance(before, ast.Constant) and str(before.value).endswith(" ")
            if spaced and isinstance(value, ast.FormattedValue) and is_unit_name(value.value):
                yield f"{path.relative_to(ROOT)}:{value.lineno}"


def is_unit_name(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name == "unit" or name.endswith("_unit")


def test_sentences_of_analyses_take_units_from_one_function():
    files = [file for folder in ANALYSES for file in folder.rglob("*.py")]
    assert len(files) > 100
    assert sorted(place for file in files for place in raw_units(file)) == []

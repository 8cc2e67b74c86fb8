"""Five published protocols, each read by its own authors' definition and by the others': the table of the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

import echub
from echub.testing import synth

PAGE = Path(__file__).parents[3] / "docs" / "analyses" / "ccd.md"
SOURCES = ("tip2025", "querel2021", "nak2025", "sun2023", "lowack2026")
# What the publications report of their own cells; 0.04 µA on 1 µm² is 4000 mA/cm².
OWN = {"tip2025": 4000, "querel2021": 10, "nak2025": 0.4, "sun2023": 1.4, "lowack2026": 0.327}


def documented():
    text = PAGE.read_text("utf-8").partition("<!-- definitions")[2].partition("\n\n")[2]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")][2:7]
    return {row[0]: dict(zip(SOURCES, (cell.strip("*") for cell in row[1:]), strict=True)) for row in rows}


def told(source):
    """Ask ccd, which tabulates four definitions, and ramp-onset, which is the fifth."""
    cases = [synth.ramp(1)] if source == "lowack2026" else synth.published(source)
    records = [case.record() for case in cases]
    onset = echub.analyze("ramp-onset", records[0], params={"bootstrap": 0})
    ramp = (
        "no ramp"
        if onset.refusals and onset.refusals[0].code == "not-a-ramp"
        else f"{onset['onset_current_density'].value:.3f}"
    )
    outcome = echub.analyze("ccd", records)
    if outcome.refusals and outcome.refusals[0].code == "not-galvanostatic":
        return dict.fromkeys(SOURCES[:-1], "no levels") | {SOURCES[-1]: ramp}
    table = outcome.tables["definitions"]
    cells = {
        name: f"{relation} {value:.4g}".removeprefix("= ")
        for name, relation, value in zip(
            table["source"].values[:4], table["relation"].values, table["value"].values, strict=False
        )
    }
    return cells | {SOURCES[-1]: ramp}


@pytest.mark.parametrize("source", SOURCES)
def test_the_documented_table_is_what_is_told(source):
    row, outcome = documented()[source], told(source)
    for name in SOURCES:
        if row[name].strip("> ").replace(".", "").isdigit():
            relation, number = outcome[name][:1] == ">", float(outcome[name].strip("> "))
            assert relation == (row[name][:1] == ">"), name
            assert number == pytest.approx(float(row[name].strip("> ")), rel=5e-3), name
        else:
            assert outcome[name] == row[name]


@pytest.mark.parametrize("source", SOURCES)
def test_each_is_reported_as_its_own_authors_do(source):
    assert float(told(source)[source]) == pytest.approx(OWN[source], rel=5e-3)


def test_the_profiles_decide_by_the_authors_criteria():
    outcome = echub.analyze("ccd", [c.record() for c in synth.published("nak2025")], profile="nak2025")
    assert outcome.conditions["criterion"].value == "near_zero"
    assert outcome["first_failed"].value == pytest.approx(0.4, rel=1e-3)

"""`echub schema` shows the vocabulary, whole and entry by entry."""

import pytest

from echub.model.metadata import leaves
from echub.model.units import table
from echub.model.vocabulary import kinds, quantities


def test_the_parts_with_their_numbers(echub):
    said = echub("schema", "list", "--json").json
    assert said["version"] == "1.2.0"
    assert said["parts"]["units"] == len(table().units)
    assert said["parts"]["kinds"] == len(kinds())
    assert said["parts"]["metadata"] == len(leaves())
    head, names, *rows = echub("schema", "list").out.splitlines()
    assert (head, names.split()) == ("schema 1.2.0", ["part", "entries", "says"])
    assert [(part, int(count), " ".join(says)) for part, count, *says in map(str.split, rows)] == [
        (part, said["parts"][part], says)
        for part, says in {
            "quantities": "what a column can be", "units": "which unit texts are understood",
            "kinds": "what a dataset can be", "metadata": "what is known besides the columns",
            "rules": "what `echub validate` checks",
            "codes": "what codes of errors, notices, flags and refusals mean",
        }.items()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "key", "entries"),
    [("quantities", "name", quantities), ("kinds", "name", kinds), ("metadata", "path", leaves)],
)
def test_a_whole_part(echub, part, key, entries):
    said = echub("schema", "show", part, "--json").json
    assert set(entries()) <= {entry[key] for entry in said}
    lines = echub("schema", "show", part).out.splitlines()
    assert len(lines) == len(said) + 1


def test_every_entry_of_the_units_is_plain(echub):
    said = {entry["symbol"]: entry for entry in echub("schema", "show", "units", "--json").json}
    assert said["mA*h"]["factor"] == "18/5"


@pytest.mark.parametrize("name", ["current", "mA/cm^2", "impedance", "cell.area"])
def test_one_entry(echub, name):
    done = echub("schema", "show", name)
    assert done.code == 0
    assert done.out.splitlines()[0] == name
    said = echub("schema", "show", name, "--json").json
    assert name in said.values()


def test_an_unknown_entry_is_refused_with_near_names(echub):
    done = echub("schema", "show", "curent")
    assert done.code == 2
    assert "did you mean current" in done.err


def test_a_name_like_no_other_is_refused_without_a_proposal(echub):
    done = echub("schema", "show", "zzzzzzzz")
    assert (done.code, done.err.splitlines()[0]) == (2, "the schema has no 'zzzzzzzz' [unknown-option]")
    assert "hint" not in done.err


def test_a_code_that_is_one_of_a_pattern_is_told(echub):
    """`mixed-…` is catalogued once; what the files have mixed stands in its place."""
    assert echub("schema", "show", "mixed-pulse").out.splitlines()[:3] == [
        "mixed-pulse", "  code          mixed-…", "  kind          refusal"
    ]  # fmt: skip

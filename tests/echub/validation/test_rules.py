"""The rule catalogue: complete, stable, and each rule found in its broken file."""

import pytest

from echub.errors import UnknownOption
from echub.validation.rules import LEVELS, matching, rules
from fixtures.broken import CASES

IDS = [
    *(f"ECH00{number}" for number in range(1, 5)),
    *(f"ECH1{number:02}" for number in range(1, 17)),
    *(f"ECH2{number:02}" for number in range(1, 14)),
    *(f"ECH3{number:02}" for number in range(1, 12)),
]


def test_ids_are_stable():
    """An id that was published never goes and never changes its name; new ones are added here."""
    assert list(rules()) == IDS
    assert rules()["ECH101"].name == "unit-mismatch"


def test_names_are_unique_and_levels_known():
    names = [rule.name for rule in rules().values()]
    assert len(set(names)) == len(names)
    assert {rule.level for rule in rules().values()} == set(LEVELS)
    assert {rule.severity for rule in rules().values()} == {"error", "warning", "note"}


@pytest.mark.parametrize("rule", rules().values(), ids=str)
def test_a_rule_says_everything(rule):
    assert rule.rule
    assert rule.cause
    assert rule.hint


def test_every_rule_has_a_broken_file():
    assert {case.rule for case in CASES} == set(rules())


@pytest.mark.parametrize(
    ("text", "ids"),
    [("ECH101", {"ECH101"}), ("unit-mismatch", {"ECH101"}), ("ech00", {"ECH001", "ECH002", "ECH003", "ECH004"})],
)
def test_rules_are_chosen_by_id_prefix_or_name(text, ids):
    assert matching([text], "--select") == ids


def test_several_rules_in_one_text():
    assert matching(["ECH101, ECH302"], "--select") == {"ECH101", "ECH302"}


def test_an_unknown_rule_names_near_ones():
    with pytest.raises(UnknownOption, match="unit-mismatch") as error:
        matching(["unit-mismach"], "--ignore")
    assert error.value.exit_code == 2

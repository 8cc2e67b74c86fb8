"""The rule catalogue: complete, stable, and each rule found in its broken file."""

import pytest

from echub.errors import UnknownOption
from echub.rules import LEVELS, matching, rules
from fixtures.broken import CASES

IDS = (
    "ECH001 ECH002 ECH003 ECH004 "
    "ECH101 ECH102 ECH103 ECH104 ECH105 ECH106 ECH107 ECH108 ECH109 ECH110 ECH111 ECH112 ECH113 ECH114 ECH115 ECH116 "
    "ECH201 ECH202 ECH203 ECH204 ECH205 ECH206 ECH207 ECH208 ECH209 ECH210 ECH211 ECH212 "
    "ECH301 ECH302 ECH303 ECH304 ECH305 ECH306 ECH307 ECH308 ECH309 ECH310"
).split()


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

"""What the figure of a comparison says in words."""

from __future__ import annotations

import pytest

from echub.plugin import Condition, Measurand, Outcome
from echub_arrhenius.outcome.comparison import verdict


@pytest.mark.parametrize(
    ("p", "least", "words"),
    [
        (0.049, 0.01, "Sn is higher (p = 0.049, one-sided)"),
        (0.05, 0.01, "no difference shown (p = 0.05, one-sided)"),
        (0.3, 0.049, "no difference shown (p = 0.3, one-sided)"),
        (0.05, 0.05, "too few cells to tell (p = 0.05, one-sided)"),
    ],
)
def test_an_answer_in_words(p, least, words):
    note = "one-sided; 20 relabelings of 6 cells at 4 temperatures"
    measurands = {"p_permutation": Measurand("1", p, note=note), "p_least": Measurand("1", least)}
    assert verdict(Outcome(measurands, conditions={"higher": Condition("Sn")})) == words

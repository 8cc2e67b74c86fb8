"""Outcomes are put together only where conditions and metadata are the same."""

import pytest

from echub.analysis.comparable import input_flags, require_comparable
from echub.analysis.outcome import Condition, Outcome, Refusal
from echub.remark import Flag


def outcome(rate=1.0, criterion="a", **stated):
    conditions = {"ramp_rate": Condition(rate), "criterion": Condition(criterion)}
    metadata = {f"cell.{name}": {"value": value, "unit": None} for name, value in stated.items()}
    return Outcome(conditions=conditions, metadata=metadata)


def test_a_number_may_scatter_a_little():
    require_comparable([outcome(1.0), outcome(1.015)], ())
    require_comparable([], ("cell.electrolyte",))


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (outcome(1.03), "mixed-ramp-rate"),
        (outcome(criterion="b"), "mixed-criterion"),
        (Outcome(conditions={"criterion": Condition("a")}), "mixed-ramp-rate"),
        (outcome(electrolyte="NZSP"), "mixed-electrolyte"),
    ],
)
def test_what_differs_or_is_not_stated_is_refused(other, code):
    with pytest.raises(Refusal) as refused:
        require_comparable([outcome(), other], ("cell.electrolyte",))
    assert refused.value.code == code


def test_a_remark_that_all_inputs_carry_is_repeated_and_others_are_counted():
    table, own = Flag("table-text", "H holds '<1' in row 2"), Flag("slow-fall", "R falls slowly")
    both = [Outcome({}, (table,), label="a"), Outcome({}, (table, own), label="b")]
    assert input_flags([both[0], both[0].replace(label="c")]) == [table]
    first, second = input_flags(both)
    assert (first, second.code, second.where) == (table, "flagged-inputs", "b")
    assert "1 of 2" in second.message
    assert second.message.endswith("slow-fall")
    assert [flag.code for flag in input_flags(both[:1])] == ["flagged-inputs"]

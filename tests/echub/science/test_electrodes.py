"""Which voltage reports on the oxidised electrode: never that of the other one."""

import pytest

from echub.science import oxidised_electrode, oxidised_voltage


@pytest.mark.parametrize(
    ("direction", "available", "found"),
    [
        (1, ["voltage"], ("voltage", 1)),
        (-1, ["voltage"], ("voltage", -1)),
        (1, ["potential_we"], ("potential_we", 1)),
        (-1, ["potential_we"], None),
        (-1, ["potential_we", "potential_ce"], ("potential_ce", 1)),
        (1, ["potential_ce"], None),
        (1, ["potential_ce", "potential_we"], ("potential_we", 1)),
        (1, ["potential_we", "voltage"], ("potential_we", 1)),
        (-1, ["potential_we", "voltage"], ("voltage", -1)),
        (1, ["current"], None),
        (1, [], None),
    ],
)
def test_the_first_that_reports_is_chosen(direction, available, found):
    assert oxidised_voltage(direction, available) == found


def test_an_anodic_current_oxidises_the_working_electrode():
    assert [oxidised_electrode(direction) for direction in (1, -1)] == ["working", "counter"]

"""What the rules accept, and what they report: a file that breaks none, and files that break one each."""

from collections.abc import Callable
from pathlib import Path

import pytest

import echub

Broken = Callable[..., list[str]]

GROUP = '[schema]\nname = "a-group"\nextends = ["plugin:acme"]\n'
TABLE = "time / s,voltage / V\n0,{volts}\n10,3.4\n"
AREA = '[cell]\narea = "{area}"\n'


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    """Return what names the rules that a file breaks, in a group that has the rules of this plugin."""
    (tmp_path / ".echub.toml").write_text(GROUP, encoding="utf-8")

    def found(area: str, volts: float = 3.4) -> list[str]:
        (tmp_path / "rest.csv").write_text(TABLE.format(volts=volts), encoding="utf-8")
        if area:
            (tmp_path / "rest.csv.echub.toml").write_text(AREA.format(area=area), encoding="utf-8")
        return [problem.rule.name for problem in echub.validate(tmp_path).problems if problem.severity == "error"]

    return found


def test_a_file_of_the_group_breaks_none(broken: Broken) -> None:
    """Its area and its voltage are those of our cells."""
    assert broken("0.785 cm^2") == []


def test_the_area_is_required(broken: Broken) -> None:
    """Without an area a current density cannot be computed."""
    assert broken("") == ["missing-metadata"]


def test_the_area_is_one_of_our_cells(broken: Broken) -> None:
    """The limit itself is allowed."""
    assert broken("0.1 cm^2") == []
    assert broken("0.099 cm^2") == ["metadata-out-of-range"]


def test_the_voltage_is_one_of_our_cells(broken: Broken) -> None:
    """The limit itself is allowed."""
    assert broken("0.785 cm^2", volts=5) == []
    assert broken("0.785 cm^2", volts=5.01) == ["out-of-range"]

"""What no cell can have: sizes beyond 1e-30 to 1e30 of the schema's unit, temperatures outside 0 K to 5000 °C."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.analysis.possible import why_impossible
from echub.declare_analysis import NeedMeta
from echub.testing.synth import Case
from echub.testing.synth.case import Column
from tests.echub.toy_analysis import TOY


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("cell.area", 1e-30, ""),
        ("cell.area", 0.99e-30, "cell.area is 9.9e-31 cm²: nothing in a laboratory is below 1e-30 cm²"),
        ("cell.area", 1e30, ""),
        ("cell.area", 1.01e30, "cell.area is 1.01e+30 cm²: nothing in a laboratory is above 1e+30 cm²"),
        ("sims.dead_time", 0.0, ""),
        ("cell.temperature", -273.15, "cell.temperature is -273.15 °C: a cell is warmer than absolute zero"),
        ("cell.temperature", -273.14, ""),
        ("cell.temperature", 0.0, ""),
        ("cell.temperature", 5000.0, ""),
        ("cell.temperature", 5001.0, "cell.temperature is 5001 °C: nothing is solid above 5000 °C"),
        ("cell.id", "1e300", ""),
        ("cell.symmetric", True, ""),
    ],
)
def test_what_a_cell_can_have(path, value, why):
    assert why_impossible(path, value) == why


def test_an_analysis_refuses_what_it_asks_for_and_no_cell_has():
    columns = {"time": Column(np.arange(3.0), "s"), "voltage": Column(np.ones(3), "V")}
    asking = replace(TOY, needs=(*TOY.needs, NeedMeta("cell.thickness", "cm", optional=True)))
    for size, codes in ((1e-200, ["impossible-metadata"]), (0.1, [])):
        record = Case(columns, {"cell.area": "1 cm^2"}).record()
        record.metadata.set("cell.thickness", size, "cm", source="user")
        outcome = echub.analyze(asking, record)
        assert [flag.code for flag in outcome.refusals] == codes
        assert echub.analyze(TOY, record).refusals == []  # it does not ask for it

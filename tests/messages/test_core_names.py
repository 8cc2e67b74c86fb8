"""Further messages of the hub that name two things: which is which."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from echub.analysis import needs
from echub.model import dataset, energies, units
from echub.plugin import SourceColumn, option
from echub.registry import calling, options
from echub.text import parse_number
from echub.validation import rules, structure
from tests.messages.saying import Fake, said

A = np.array


@dataclasses.dataclass
class Checks:
    low: float = option(1.0, "a number")
    high: float = option(2.0, "another")

    def __post_init__(self):
        if self.low > self.high:
            raise ValueError(f"{self.low:g} is above {self.high:g}")


@dataclasses.dataclass
class Demands:
    name: str


@dataclasses.dataclass
class Odd:
    numbers: list[int] = dataclasses.field(default_factory=list)


ROWS = {
    "options: do not fit": (
        lambda _: options.parse_options(Checks, {"low": "3"}, "the reader x"),
        "the options of the reader x do not fit: 3 is above 2"),
    "options: demanded": (
        lambda _: options.parse_options(Demands, {}, "the reader x"),
        "the reader x declares options that cannot be left out: Demands.__init__() missing 1 required positional "
        "argument: 'name'"),
    "options: type": (
        lambda _: options.parse_options(Odd, {}, "the reader x"),
        "the reader x declares the option 'numbers' with a type that no text can be"),
    "options: value": (
        lambda _: options.parse_options(Checks, {"low": "much"}, "the reader x"),
        "the option low of the reader x cannot be 'much'"),
    "options: name": (
        lambda _: options.parse_options(Checks, {"lou": "1"}, "the reader x"), "the reader x has no option 'lou'"),
    "calling: module": (
        lambda _: calling.resolve("no_such_module:f"),
        "no_such_module:f cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'"),
    "text: number": (
        lambda _: parse_number("1.5", ","), "'1.5' is not a number with the decimal mark ','"),
    "rules: word": (lambda _: rules._unknown("ECH999", "--ignore", [], None), "--ignore names no rule: 'ECH999'"),
    "structure: demanded": (
        lambda _: list(structure._required(
            Fake(quantities={"time"}, kind="timeseries"), Fake(missing=lambda _: []),
            Fake(columns={"timeseries": ("temperature",)}, name="lab"))),
        "temperature, required by lab"),
    "units: two meanings": (
        lambda _: units.table().add({"xx_v": {"of": "length^1", "factor": "1", "text": ["mV"]}}),
        "the unit text 'mV' already means mV, it cannot mean xx_v too"),
    "needs: beside": (
        lambda _: needs._unused(
            "impedance", Fake(message="there are none", remark=Fake(hint="")), Fake(metadata={})).flags,
        "the impedance data beside are not used: there are none"),
    "dataset: column": (
        lambda _: dataset.Dataset("timeseries", {"a": Fake(name="b", axes=("row",), shape=(1,))}),
        "the timeseries dataset cannot hold the column 'a'"),
    "energies: none": (
        lambda _: energies._line([], "C 1s"), "there is no energy of a line C 1s"),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_a_message_names_each_thing_in_its_place(row):
    function, expected = ROWS[row]
    assert expected in said(function)


def test_a_current_per_area_says_by_which_area():
    from echub.model.metadata import Metadata
    from echub.plugin import Need, build_dataset

    column = build_dataset("timeseries", [SourceColumn("I", A([4.0]), "current", "mA", index=0)]).columns[
        "current"
    ]
    metadata = Metadata()
    metadata.set("cell.area", "2 cm^2", source="sidecar")
    answer = needs._per_area(Need("j", "current_density", "mA/cm^2"), column, metadata)
    assert answer.how == "current / 2 cm^2 (cell.area by sidecar)"
    assert answer.values.tolist() == [2.0]

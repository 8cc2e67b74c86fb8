"""Conditions that no test has seen both ways, and limits that none has met."""

import builtins
import json

import numpy as np
import pytest

from scripts.conditions import Record, modules, noted, open_places

SOURCE = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import nothing

def kind(x, y, *, high: bool = 1 < 2):
    if x > 3 and not y:
        return "high" if high else "low"
    while x < 0:
        x += 1
    return [v for v in (x, 9) if v >= 5]
"""


@pytest.fixture
def used(tmp_path, monkeypatch):
    """Return a function that calls `kind` with arguments, and says what is open afterwards."""
    code, places = noted(SOURCE, "cell", "cell.py", 1)
    (tmp_path / "first.json").write_text(json.dumps({"cell": 1}), encoding="utf-8")
    (tmp_path / "seen").write_bytes(bytes(len(places) + 2))
    record = Record(tmp_path)
    monkeypatch.setattr(builtins, "_noted_condition", record.condition, raising=False)
    monkeypatch.setattr(builtins, "_noted_limit", record.limit, raising=False)
    module: dict = {}
    exec(code, module)

    def calling(*given, **more):
        result = module["kind"](*given, **more)
        lines = open_places(places, (tmp_path / "seen").read_bytes()[1:])
        return result, [line.removeprefix("cell:") for line in lines]

    return calling


def test_what_was_not_seen_is_told_until_it_is(used):
    assert used(1, None) == ([9], [
        "7: never met: x > 3", "7: never true: x > 3", "7: never asked: y", "8: never asked: high",
        "9: never met: x < 0", "9: never true: x < 0", "11: never met: v >= 5",
    ])  # fmt: skip
    assert used(3, None)[1] == [
        "7: never true: x > 3", "7: never asked: y", "8: never asked: high",
        "9: never met: x < 0", "9: never true: x < 0", "11: never met: v >= 5",
    ]  # fmt: skip
    assert used(4, "") == ("high", [
        "7: never true: y", "8: never false: high", "9: never met: x < 0", "9: never true: x < 0",
        "11: never met: v >= 5",
    ])  # fmt: skip
    assert used(5, "yes", high=False) == ([5, 9], [
        "8: never false: high", "9: never met: x < 0", "9: never true: x < 0",
    ])  # fmt: skip
    assert used(-2, "") == ([9], ["8: never false: high"])
    assert used(4, 0, high=False) == ("low", [])


def test_the_last_of_what_a_value_falls_back_to_decides_nothing():
    for source in ("x = a or b or {}", "x = a and b and c", "if a or not b: pass"):
        assert [place.text for place in noted(source, "cell", "cell.py")[1]] == ["a", "b"]


def test_an_array_meets_a_limit_in_one_of_its_values(tmp_path):
    (tmp_path / "first.json").write_text("{}", encoding="utf-8")
    (tmp_path / "seen").write_bytes(bytes(3))
    record = Record(tmp_path)
    assert record.limit(0, "lt", np.array([1.0, 2.0]), 3).tolist() == [True, True]
    assert record.limit(1, "le", np.array([1.0, np.nan, 3.0]), 3).tolist() == [True, False, True]
    assert record.limit(2, "gt", 1, 2) is False
    assert [bits & 4 for bits in bytes(record.seen)] == [0, 4, 0]


def test_every_room_and_plugin_is_noted():
    names = [name for name, _ in modules()]
    assert {"echub", "echub.model.units", "echub_eclab", "echub_eis.method.fit", "echub_schemas",
            "fixtures.eclab.mpr"} <= set(names)  # fmt: skip
    assert len(names) == len(set(names))

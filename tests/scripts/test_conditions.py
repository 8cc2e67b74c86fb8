"""Conditions that no test has seen both ways, limits that none has met, loops without two, defaults."""

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
def use(tmp_path, monkeypatch):
    """Return a function that compiles `kind`, calls it with arguments, and says what is open afterwards."""

    def using(source, *given, **more):
        code, places = noted(source, "cell", "cell.py", 1)
        (tmp_path / "first.json").write_text(json.dumps({"cell": 1}), encoding="utf-8")
        if not (tmp_path / "seen").exists():
            (tmp_path / "seen").write_bytes(bytes(len(places) + 2))
        record = Record(tmp_path)
        for note in ("condition", "limit", "loop", "default"):
            monkeypatch.setattr(builtins, f"_noted_{note}", getattr(record, note), raising=False)
        module: dict = {}
        exec(code, module)
        result = module["kind"](*given, **more)
        lines = open_places(places, (tmp_path / "seen").read_bytes()[1:])
        return result, [line.removeprefix("cell:") for line in lines]

    return using


@pytest.fixture
def used(use):
    """Return a function that calls `kind` of the common source."""
    return lambda *given, **more: use(SOURCE, *given, **more)


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


def test_a_loop_is_open_until_it_had_two_items(use):
    lines = (
        "def kind(them):",
        "    x = 0",
        "    for one in them:",
        "        x += sum(two for two in one)",
        "    return x",
    )
    totals = "\n".join(lines)
    assert use(totals, []) == (0, ["3: never two: them"])
    assert use(totals, [()]) == (0, ["3: never two: them", "4: never two: one"])
    assert use(totals, [(4,)]) == (4, ["3: never two: them", "4: never two: one"])
    assert use(totals, [(4,), (5,)]) == (9, ["4: never two: one"])
    assert use(totals, [(4, 5, 6)]) == (15, [])


def test_a_loop_that_is_left_early_has_had_what_it_took(use):
    first = "def kind(them):\n    for one in them:\n        if one:\n            return one"
    assert use(first, [3, 5]) == (3, ["2: never two: them", "3: never false: one"])
    assert use(first, [0, 5]) == (5, [])


def test_a_default_is_open_until_it_was_used_and_left(use):
    rate = 'def kind(x, unit="mV/s", *, sign=1, more=[]):\n    """Say a rate."""\n    return x * sign, unit'
    assert use(rate, 2) == ((2, "mV/s"), ["1: never another: kind(unit='mV/s')", "1: never another: kind(sign=1)"])
    assert use(rate, 2, "V/s", sign=True)[1] == []
    (unit, sign) = noted(rate, "cell", "cell.py")[1]
    assert list(open_places([unit, sign], bytes([2, 3]))) == ["cell:1: never the default: kind(unit='mV/s')"]


def test_each_limit_of_a_range_is_one(use):
    inside = "def kind(x):\n    return 0 <= x < 5"
    assert use(inside, 3) == (True, [
        "2: never met: 0 <= x", "2: never false: 0 <= x", "2: never met: x < 5"])  # fmt: skip
    assert use(inside, 5) == (False, ["2: never met: 0 <= x", "2: never false: 0 <= x"])
    assert use(inside, -1)[0] is False
    assert use(inside, 0) == (True, [])


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

"""How files are damaged for the rules, what counts as invented in a cut one, and how records are compared."""

from __future__ import annotations

import random
import re
import sys
from ast import literal_eval
from dataclasses import replace

import numpy as np
import pytest

from echub.errors import ReadError
from echub.plugin import Dropped, Metadata, Notice, Record, SourceColumn, build_tables
from echub.testing import guard, texts
from echub.testing.base import differences
from echub.testing.damage import BUDGET, _lies, _places, cases, changed_texts, is_typed
from echub.testing.tables import same_numbers

TEXT = b"I=12;5\nU=3.5;-7\nname;here\nlast;99\n"


def test_places_lie_densely_at_both_ends_and_evenly_between():
    # 1000^(0, 1/4, 1/2, 3/4) less 1; quarters; the last four
    assert _places(1000, 12) == [0, 5, 31, 177, 250, 500, 750, 996, 997, 998, 999]
    assert _places(3, 12) == [0, 1, 2]
    assert _places(1, 3) == [0]


def test_places_by_chance_are_half_in_the_header():
    found = _places(100_000, 400, random.Random(1))
    assert len(found) == 400
    assert all(at < 512 for at in found[:200])
    assert sum(at < 512 for at in found[200:]) < 20
    assert all(at < 5 for at in _places(5, 40, random.Random(1)))


def test_each_damage_is_what_it_says():
    found = list(cases(TEXT, 12))
    cuts = [case for case in found if case.is_cut]
    assert [case.data for case in cuts] == [TEXT[:at] for at in _places(len(TEXT), 12)]
    assert cuts[1].what == f"cut after {len(cuts[1].data)} of {len(TEXT)} bytes"
    flips = [case for case in found if "flipped" in case.what]
    assert len(flips) == 12
    for case in flips:
        bit, at = map(int, re.findall(r"\d+", case.what))
        assert case.data == TEXT[:at] + bytes([TEXT[at] ^ 1 << bit]) + TEXT[at + 1 :]
    written = [case for case in found if "written at" in case.what]
    assert len(written) == 12
    assert {case.what.partition(" written")[0] for case in written} == {
        repr(pattern) for pattern in (b"\xff" * 8, bytes(8), b"9" * 8, b"\n\n")
    }
    for case in written:
        pattern, at = re.fullmatch(r"(b'.*') written at byte (\d+)", case.what).groups()
        pattern, at = literal_eval(pattern), int(at)
        assert case.data == (TEXT[:at] + pattern + TEXT[at + len(pattern) :])[: len(TEXT)]
    inflated = [case for case in found if " made " in case.what]
    assert [case.data for case in inflated] == [
        TEXT[: spot.start()] + b"99999999" + TEXT[spot.end() :] for spot in list(re.finditer(rb"\d+", TEXT))[:6]
    ]
    assert len(found) == len(cuts) + len(flips) + len(written) + len(inflated)
    assert not any(case.is_cut for case in found[len(cuts) :])


@pytest.mark.parametrize(
    ("size", "asked", "many"),
    [(10, 32, 32), (BUDGET // 60, 32, 20), (BUDGET // 60, 15, 15), (BUDGET // 3, 32, 12), (10, 5, 5)],
)
def test_a_large_file_is_damaged_less_often(size, asked, many):
    data = b"7\n" * (size // 2)
    assert sum("flipped" in case.what for case in cases(data, asked)) == many
    assert sum(1 for _ in changed_texts(data, asked)) == many


def test_only_a_text_is_changed_as_one():
    assert not list(changed_texts(b"a\n\0", 12))
    assert not list(changed_texts(b"a", 12))
    assert list(cases(b"a", 12))
    found = [texts.is_text(data) for data in (b"a\n", b"\n", b"a", b"a\n\0", b"")]
    assert found == [True, True, False, False, False]


SAID = {
    r"without line (\d+)": lambda lines, n: lines[: n - 1] + lines[n:],
    r"another line (\d+): .*": lambda lines, n: [*lines[: n - 1], None, *lines[n:]],
    r"another cell in line (\d+)": lambda lines, n: [*lines[: n - 1], None, *lines[n:]],
    r"b'.*' for b'.*' in line (\d+)": lambda lines, n: [*lines[: n - 1], None, *lines[n:]],
    r"a line from elsewhere before line (\d+)": lambda lines, n: [*lines[: n - 1], None, *lines[n - 1 :]],
}
"""What was done, and the lines behind it; None stands for one that may be any."""


def test_each_change_of_a_text_is_what_it_says():
    seen, lines = set(), TEXT.split(b"\n")
    for seed in range(400):
        what, data = texts.changed(TEXT, random.Random(seed))
        if match := re.fullmatch(r"cut after (\d+) bytes", what):
            assert data == TEXT[: int(match[1])]
            seen.add("cut")
        elif match := re.fullmatch(r"(b'.*') for (b'.*') at byte (\d+)", what):
            new, old, at = literal_eval(match[1]), literal_eval(match[2]), int(match[3])
            assert TEXT[at : at + len(old)] == old
            assert data == TEXT[:at] + new + TEXT[at + len(old) :]
            assert new in texts.NUMBERS
            seen.add("number")
        else:
            pattern, match = next((p, m) for p in SAID if (m := re.fullmatch(p, what, re.DOTALL)))
            expected = SAID[pattern](lines, int(match[1]))
            wild = b"\n".join(b".*" if line is None else re.escape(line) for line in expected)
            assert re.fullmatch(wild, data, re.DOTALL), what
            if pattern.startswith("a line from"):
                assert data.split(b"\n")[int(match[1]) - 1] in lines
            seen.add(pattern)
    assert seen == {"cut", "number", *SAID}


def test_a_text_without_numbers_keeps_them():
    found = {texts.changed(b"a;b\nc;d\n", random.Random(seed)) for seed in range(80)}
    assert ("unchanged", b"a;b\nc;d\n") in found


# -- what is invented --------------------------------------------------------------------------------------


def record(current=(1.0, 2.0, 3.0), time=(0.0, 1.0, 2.0), *, header="I/uA", notices=(), dropped=(), index=1):
    """Return a record of two columns."""
    columns = [SourceColumn("t/s", np.array(time), "time", "s", index=0),
               SourceColumn(header, np.array(current), "current", "µA", index=index)]  # fmt: skip
    said = [Notice("truncated", text) for text in notices]
    return Record(build_tables(columns), notices=said, dropped=[Dropped(text, "it is cut") for text in dropped])


WHOLE = record(notices=("whole",))
CUTS = {
    "the same": (record(), ""),
    "fewer rows": (record((1.0, 2.0), (0.0, 1.0)), ""),
    "none": (record((), ()), ""),
    "more rows": (record((1.0, 2.0, 3.0, 4.0), (0.0, 1.0, 2.0, 3.0)), "4 rows, more than the 3 of the whole file"),
    "half a number": (
        record((1.0, 0.5), (0.0, 1.0)), "row 1 of the column 'I/uA' is 0.5, in the whole file 2.0"),
    "half a number that is said": (record((1.0, 0.5), (0.0, 1.0), notices=("cut",)), ""),
    "half a number that is dropped": (record((1.0, 0.5), (0.0, 1.0), dropped=("a row",)), ""),
    "half a number, and what is said of the whole": (
        record((1.0, 0.5), (0.0, 1.0), notices=("whole",)),
        "row 1 of the column 'I/uA' is 0.5, in the whole file 2.0"),
    "another number above the last": (
        record((0.5, 2.0), (0.0, 1.0), notices=("cut",)),
        "row 0 of the column 'I/uA' is 0.5, in the whole file 1.0"),
    "half a header": (record(header="I/u"), "a column 'I/u' that the whole file does not have"),
    "half a header that is said": (record(header="I/u", notices=("cut",)), ""),
    "another position": (record(index=2, notices=("cut",)), "a column 'I/uA' that the whole file does not have"),
}  # fmt: skip


@pytest.mark.parametrize("what", CUTS)
def test_what_a_cut_file_may_not_say(what):
    cut, lie = CUTS[what]
    assert _lies(cut, WHOLE, WHOLE.source_table()) == lie


def test_what_is_missing_in_both_is_the_same():
    whole = record((np.nan, 2.0, 3.0))
    assert _lies(record((np.nan, 2.0), (0.0, 1.0)), whole, whole.source_table()) == ""
    assert "is nan" in _lies(record((np.nan, np.nan), (0.0, 1.0)), whole, whole.source_table())


@pytest.mark.parametrize(
    ("error", "typed"),
    [(None, True), (ReadError("no"), True), (guard.Endless("more"), True), (ValueError("no"), False)],
)
def test_an_error_of_the_hub_or_none(error, typed):
    assert is_typed(error, (ReadError,)) is typed


# -- comparisons -------------------------------------------------------------------------------------------


def with_column(**changes):
    (data,) = record().datasets.values()
    columns = {**data.columns, "time": replace(data.columns["time"], **changes)}
    return Record([replace(data, columns=columns)])


def named(metadata=None):
    found = Metadata()
    for path, value in (metadata or {}).items():
        found.set(path, value)
    return found


(NAME,) = record().datasets
DATASETS = list(record().datasets.values())
DIFFERENT = {
    "a dataset": (Record([]), f"datasets ['{NAME}'] and []"),
    "a header": (record(header="x"), f"{NAME}: current"),
    "a number": (record((1.0, 2.0, 3.5)), f"{NAME}: current"),
    "an attribute of a column": (with_column(attrs={"made": "by hand"}), f"{NAME}: time"),
    "metadata": (Record(DATASETS, metadata=named({"cell.id": "C7"})), "metadata"),
    "settings": (Record(DATASETS, settings={"a": 1}), "settings"),
    "a notice and a loss": (record(notices=("cut",), dropped=("a row",)), "notices, dropped"),
}  # fmt: skip


@pytest.mark.parametrize("what", DIFFERENT)
def test_where_records_differ(what):
    other, said = DIFFERENT[what]
    assert differences(record(), other) == said
    assert differences(other, other) == ""


NUMBERS = {
    "equal": ([1, 2], [1.0, 2.0], 0.0, True), "other": ([1, 2], [1, 3], 0.0, False),
    "missing in both": ([np.nan], [np.nan], 0.0, True), "missing in one": ([np.nan], [1.0], 0.0, False),
    "another length": ([1], [1, 1], 0.0, False), "another shape": ([[1, 1]], [[1]], 0.0, False),
    "within": ([1.0], [1.09], 0.1, True),
    "not within": ([1.0], [1.12], 0.1, False), "rounding counts": ([1.0], [1.0 + 1e-12], 0.0, False),
    "near zero": ([0.0], [1e-12], 0.1, False), "texts": (["a"], ["a"], 0.0, True),
    "other texts": (["a"], ["b"], 0.0, False), "a text and a number": (["1.0"], [1], 0.0, False),
}  # fmt: skip


@pytest.mark.parametrize("what", NUMBERS)
def test_numbers_are_the_same(what):
    one, other, tolerance, same = NUMBERS[what]
    assert same_numbers(np.array(one), np.array(other), tolerance=tolerance) is same


# -- the lines of a watched call ---------------------------------------------------------------------------


def events(call):
    """Count what a tracer is told of a call: each function, line and return."""
    count = 0

    def trace(_frame, _event, _argument):
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def test_a_watched_call_may_run_as_many_lines_as_its_limit(monkeypatch):
    assert (guard.line_limit(0), guard.line_limit(1000)) == (500_000, 600_000)
    assert (guard.memory_limit(0), guard.memory_limit(1000)) == (16 << 20, (16 << 20) + 64_000)

    def three():
        one = 1
        two = one + 1
        return two + 1

    monkeypatch.setattr(guard, "LINES_PER_BYTE", 0)
    monkeypatch.setattr(guard, "LINES", events(three))
    assert guard.run(three, 1).result == 3
    monkeypatch.setattr(guard, "LINES", events(three) - 1)
    assert isinstance(guard.run(three, 1).error, guard.Endless)

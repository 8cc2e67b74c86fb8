"""What the rules of damage say of a damaged copy that breaks them: the whole answer."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from echub.errors import DataError, ReadError
from echub.testing import damage, guard, rules_damage
from echub.testing.damage import DamageOutcome
from tests.echub.testing.standing import Standing, changed, record, said

MANY = guard.memory_limit(1000)
EXPLAINED = ReadError("it ends", expected="9 bytes", found="8")
MORE = "an error with at least one of where, expected, found, cause, hint"
LIES = "a ReadError, or the rows before the cut with their values"
WHOLE_ROWS = "read whole rows only; report a last row that may be cut with a Notice or as Dropped"
USED = "check what the file says before it is used, and raise ReadError where it cannot be"
SAYS = 'ReadError("the file ends in its header", expected="512 bytes", found="80", cause="...")'
QUIET = "with numpy.errstate(...) where a NaN or an overflow is not a surprise; else a Notice"
ENDS = "let every loop end with the file, whatever a count or a length in it says"
SIZED = "compare a count or a length with the size of the file before memory is taken for it"
LINES = "check each line before it is used: how many cells it has, and what is in them"
BOUND = "bound each loop and each array by the size of the file"


def damaged(**changes):
    """Return the outcome of a copy of 1000 bytes that reads to a record, or what else."""
    usual = {"case": "cut", "is_cut": False, "size": 1000, "peak": 0, "error": None, "lies": "", "warning": ""}
    return DamageOutcome(**{**usual, **changes})


DAMAGE = {
    "test_cut_files_invent_nothing": [
        (damaged(is_cut=True), ""), (damaged(lies="a column"), (LIES, "cut: a column", WHOLE_ROWS)),
    ],
    "test_damage_gives_typed_errors": [
        (damaged(error=EXPLAINED), ""), (damaged(error=EXPLAINED, is_cut=True), ""),
        (damaged(error=DataError("odd")), ""), (damaged(error=guard.Endless("more")), ""),
        (damaged(error=DataError("odd"), is_cut=True),
         ("SourceError, or a record", "cut: DataError: odd [data]", USED)),
        (damaged(error=KeyError("x")), ("SourceError or DataError, or a record", "cut: KeyError: 'x'", USED)),
    ],
    "test_errors_explain_themselves": [
        (damaged(error=EXPLAINED), ""), (damaged(error=KeyError("x")), ""), (damaged(), ""),
        (damaged(error=ReadError("it ends")),
         (MORE, "cut: ReadError: it ends [read-error]", SAYS)),
        (damaged(error=ReadError("", found="8")),
         (MORE, "cut: ReadError:  [read-error] (8)", SAYS)),
    ],
    "test_damage_raises_no_warnings": [
        (damaged(), ""), (damaged(warning="RuntimeWarning: x"), ("no warning", "cut: RuntimeWarning: x", QUIET)),
    ],
    "test_damage_never_hangs": [
        (damaged(error=EXPLAINED), ""),
        (damaged(error=guard.Endless("more")),
         ("at most 600000 lines of Python for 1000 bytes", "cut: more", ENDS)),
    ],
    "test_damage_takes_bounded_memory": [
        (damaged(peak=MANY), ""), (damaged(peak=MANY, error=EXPLAINED), ""),
        (damaged(peak=MANY + 1), ("at most 16 MiB for 1000 bytes", "cut: 16 MiB", SIZED)),
        (damaged(peak=99 << 20), ("at most 16 MiB for 1000 bytes", "cut: 99 MiB", SIZED)),
        (damaged(error=MemoryError()), ("at most 16 MiB for 1000 bytes", "cut: 0 MiB", SIZED)),
    ],
    "test_changed_texts_give_typed_errors": [
        (damaged(peak=MANY), ""), (damaged(error=EXPLAINED), ""), (damaged(error=DataError("odd")), ""),
        (damaged(error=KeyError("x")), ("SourceError or DataError, or a record", "cut: KeyError: 'x'", LINES)),
        (damaged(peak=MANY + 1), ("at most 600000 lines of Python and 16 MiB for 1000 bytes", "cut: more", BOUND)),
        (damaged(error=guard.Endless("x")),
         ("at most 600000 lines of Python and 16 MiB for 1000 bytes", "cut: more", BOUND)),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "outcome", "expected"), [(r, *row) for r, rows in DAMAGE.items() for row in rows]
)
def test_an_outcome_of_damage_keeps_a_rule_or_the_rule_says_what_is_wrong(
    rule, outcome, expected, tmp_path, monkeypatch
):
    (tmp_path / "run.acm").write_bytes(b"1;2\n")
    contract = Standing()
    contract._kept = {}
    monkeypatch.setattr(rules_damage, "outcomes", lambda *_: [damaged(), outcome, damaged()])
    assert said(contract, rule, path=tmp_path / "run.acm") == expected


def test_damaged_copies_are_read_once_for_all_rules_and_texts_apart(tmp_path, monkeypatch):
    path, asked = tmp_path / "run.acm", []
    path.write_bytes(b"1;2\n")
    contract = Standing()
    contract._kept, contract.record, contract.damages = {}, record(), 9

    def outcomes(given, sample, whole, copies):
        asked.append((given is contract, sample, whole is contract.record, [c.data for c in copies]))
        return []

    monkeypatch.setattr(rules_damage, "outcomes", outcomes)
    for rule in DAMAGE:
        said(contract, rule, path=path)
    ways = (damage.cases, damage.changed_texts)
    assert asked == [(True, path, True, [c.data for c in way(b"1;2\n", 9)]) for way in ways]
    path.write_bytes(b"\0")
    assert said(contract, "test_changed_texts_give_typed_errors", path=path) == "the sample is not a text"


def test_each_damaged_copy_is_read_under_the_name_of_the_sample_until_one_does_not_end(monkeypatch):
    monkeypatch.setattr(guard, "LINES", 20_000)
    names = set()

    class Reading:
        """Reads what the copy says: another number, a warning, an error, or without an end."""

        def _read(self, path):
            names.add(path.name)
            what = path.read_bytes()
            if what == b"two warnings":
                warnings.warn("overflow", RuntimeWarning, stacklevel=1)
                warnings.warn("again", UserWarning, stacklevel=1)
            elif what == b"refused":
                raise ReadError("no")
            while what == b"endless":
                pass
            return changed("current", values=np.array([1e-3, 2e-3, 9e-3]))

    told = ((b"cut", True), (b"flipped", False), (b"two warnings", False), (b"refused", True), (b"endless", False))
    copies = [damage.DamageCase(data.decode(), data, is_cut) for data, is_cut in (*told, (b"never", False))]
    found = damage.outcomes(Reading(), Path("/samples/run.acm"), record(), copies)
    lie = "row 2 of the column 'I/uA' is 9.0, in the whole file 3.0"
    assert names == {"run.acm"}
    assert [(o.case, o.is_cut, o.size, type(o.error).__name__, o.lies, o.warning) for o in found] == [
        ("cut", True, 3, "NoneType", lie, ""), ("flipped", False, 7, "NoneType", "", ""),
        ("two warnings", False, 12, "NoneType", "", "RuntimeWarning: overflow"),
        ("refused", True, 7, "ReadError", "", ""), ("endless", False, 7, "Endless", "", ""),
    ]  # fmt: skip
    assert all(o.error is None or o.error.__traceback__ is None for o in found)
    assert all(0 < o.peak < 16 << 20 for o in found)

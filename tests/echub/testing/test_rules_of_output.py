"""What the rules of output say of a native file and of a CSV file that lack something: the whole answer."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from echub.errors import ReadError
from echub.plugin import Record, SourceColumn
from echub.registry.registry import registry
from echub.testing import rules_output
from tests.echub.testing.standing import KNOB, PATH, Standing, changed, record, said

NOTE = SourceColumn("note", np.array(["rest", "1", "rest"], dtype=object), index=3)
GAPS = SourceColumn("gap", np.array([1.5, np.nan, 2.5]), index=4)
MADE = record(KNOB, NOTE, GAPS)
CSV = (
    "row,time,current,vendor_knob,vendor_note,vendor_gap\n"
    "0,0.0,0.001,7,rest,1.5\n"
    "1,1.0,0.002,8,1,\n"
    "2,2.0,0.003,9,rest,2.5\n"
)
OTHER = ("other values", "use numbers and texts as values")
SHAPE = ("6 columns and 3 rows of timeseries", "give each column one value per row")
TABLES = {
    "as it is": (("", ""), ""),
    "a number in another form": ((",0.002,", ",2e-3,"), ""),
    "another digit": ((",0.002,", ",0.0021,"), ("the values of current", *OTHER)),
    "another whole number": ((",8,", ",18,"), ("the values of vendor_knob", *OTHER)),
    "another text": ((",1,\n", ",1.0,\n"), ("the values of vendor_note", *OTHER)),
    "a number where none is": ((",1,\n", ",1,0\n"), ("the values of vendor_gap", *OTHER)),
    "none where one is": ((",2.5\n", ",\n"), ("the values of vendor_gap", *OTHER)),
    "a row less": (("1,1.0,0.002,8,1,\n", ""), (SHAPE[0], "6 and 2", SHAPE[1])),
    "a column less": ((",vendor_gap\n", "\n"), (SHAPE[0], "5 and 3", SHAPE[1])),
}


def converted(monkeypatch, tmp_path, text):
    """Let a conversion write this text."""
    (tmp_path / "out.csv").write_text(text, encoding="utf-8")
    asked = []

    def convert(path, folder, **how):
        asked.append((path, folder, how))
        if isinstance(text, Exception):
            raise text
        return SimpleNamespace(outputs=[str(tmp_path / "out.csv")], record=MADE)

    monkeypatch.setattr(rules_output, "convert", convert)
    contract = Standing()
    contract.record = MADE
    return contract, asked


@pytest.mark.parametrize("what", TABLES)
def test_a_csv_file_holds_the_table_or_the_rule_says_what_it_lacks(what, monkeypatch, tmp_path):
    (old, new), expected = TABLES[what]
    contract, asked = converted(monkeypatch, tmp_path, CSV.replace(old, new, 1) if old else CSV)
    assert said(contract, "test_csv_holds_all_numbers", path=PATH, tmp_path=tmp_path) == expected
    assert asked == [(PATH, tmp_path, {"to": "csv", "reader": "acme-acm"})]


def test_what_is_no_table_or_cannot_be_written_to_csv(monkeypatch, tmp_path):
    contract, _ = converted(monkeypatch, tmp_path, "")
    given = {"path": PATH, "tmp_path": tmp_path}
    frames = SourceColumn("n", np.zeros((2, 3)), axes=("frame", "x"))
    contract.record = SimpleNamespace(datasets={"map": SimpleNamespace(columns={"n": frames})})
    assert said(contract, "test_csv_holds_all_numbers", **given) == "the record holds more than tables"
    contract.record = MADE
    monkeypatch.setattr(rules_output, "convert", lambda *_, **__: (_ for _ in ()).throw(ReadError("no")))
    assert said(contract, "test_csv_holds_all_numbers", **given) == (
        "a CSV file", "ReadError: no [read-error]", "use numbers and texts as values")  # fmt: skip
    monkeypatch.delitem(registry().writers, "csv")
    assert said(contract, "test_csv_holds_all_numbers", **given) == "no CSV writer is installed"


PLAIN = "use plain types in attrs and settings: texts, numbers, lists, dictionaries with text keys"


def sourced(base, name):
    """Return the record with another source."""
    return Record(base.datasets.values(), provenance=type(base.provenance)({"name": name}))


@pytest.mark.parametrize(("made", "again", "expected"), [
    (record(), record(), ""),
    (record(), changed("time", unit="h"), ("an equal record", "it differs: timeseries: time", PLAIN)),
    (sourced(record(), "a"), sourced(record(), "b"), ("an equal record", "it differs: the provenance", PLAIN)),
    (None, record(KNOB), ("an equal record", "it differs: timeseries: columns ['row', 'time', 'current', "
                          "'vendor_knob'] and ['row', 'time', 'current']", PLAIN)),
    (record(), TypeError("a set"), ("a native file", "TypeError: a set", PLAIN)),
    (record(), ReadError("no"), ("a native file", "ReadError: no [read-error]", PLAIN)),
])  # fmt: skip
def test_a_record_comes_back_from_its_native_file(made, again, expected, monkeypatch, tmp_path):
    def read(path):
        assert path == tmp_path / "out.h5"
        if isinstance(again, Exception):
            raise again
        return again

    asked = []
    done = SimpleNamespace(outputs=[str(tmp_path / "out.h5")], record=made)
    monkeypatch.setattr(rules_output, "convert", lambda *given, **how: asked.append((given, how)) or done)
    monkeypatch.setattr(rules_output.stored, "read", read)
    contract = Standing()
    contract.record = record()
    assert said(contract, "test_native_file_holds_all", path=PATH, tmp_path=tmp_path) == expected
    assert asked == [((PATH, tmp_path), {"reader": "acme-acm"})]

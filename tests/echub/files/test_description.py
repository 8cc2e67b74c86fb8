"""What is written beside a table that cannot say it: key by key, and joined with the table again."""

import dataclasses
import json

import numpy as np
import pytest
from blake3 import blake3

from echub.errors import ReadError
from echub.files.content import column_digest
from echub.files.description import describe, plain_types, restore, restored
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.missing import MISSING
from echub.model.record import Record
from echub.model.source import Source
from echub.remark import Dropped
from tests.echub.files.test_store_in_full import CURRENT, FLAGS, ODD, RECORD, ROW, TABLE, WORDS
from tests.messages.parts import said

SAID = json.loads(json.dumps(describe(RECORD, "timeseries_1")))
PLAIN = TABLE.plain()


def whole(column, **more):
    """Return the description of a column with every key."""
    usual = {
        "quantity": None, "unit": None, "origin": "measured", "index": None, "sign": None, "averaged": False,
        "scale": "1", "source_dtype": "", "labels": {}, "bits": [], "uncertainty": None, "attrs": {},
        "axes": ["row"],
    }  # fmt: skip
    return {"name": column.name, "header": column.header, **usual, "dtype": column.values.dtype.str, **more}


def test_a_description_has_all_that_a_table_cannot_say():
    expected = {
        "format": "echub table 1", "label": "timeseries_1", "kind": "timeseries", "history": ["query row < 2"],
        "omitted": [["Re", 4, "<f4", "00000000"]], "attrs": {"clock_restarts": "1"}, "rows": 2,
        "columns": [
            whole(CURRENT, quantity="current", unit="mA", index=0, sign="anodic_positive", averaged=True,
                  scale="1000", source_dtype="<f4", uncertainty="u_current"),
            whole(FLAGS, quantity="flags", unit="1", origin="reported", index=1, bits=[
                {"name": "mode", "header": "Mode", "mask": 6, "quantity": "control_mode",
                 "meanings": {"0": "off", "1": "at rest", "2": "on"}},
                {"name": "error", "header": "Error", "mask": 8, "quantity": None, "meanings": {}},
            ]),
            whole(WORDS, index=2, labels={"0": "a b", "1": ""}),
            whole(ODD, unit="V/mA", index=3),
            whole(ROW, quantity="record", unit="1", origin="reported", attrs={"description": "of the source"}),
        ],
        "digests": {
            "current": column_digest(CURRENT.values), "vendor_odd": column_digest(ODD.values),
            "vendor_note": blake3(b"a b\0").hexdigest(), "row": column_digest(ROW.values),
            "mode": column_digest(np.array([1, 2], np.uint8)), "error": column_digest(np.array([0, 1], np.uint8)),
        },
        "metadata": [["cell.area", 1.5, "cm^2", "file"], ["sample.id", "one", None, "--set"]],
        "settings": {"Device": "x"},
        "notices": [{"code": "truncated", "message": "cut", "severity": "warning", "hint": "again"}],
        "dropped": [{"what": "line 9", "why": "no number"}],
        "provenance": {
            "source": {"name": "a.mpr", "size": 3}, "reader": {"name": "r"}, "software": {"echub": "1"},
            "siblings": ["a.mps"], "operations": ["joined"],
        },
    }  # fmt: skip
    assert expected == SAID


def test_bits_stand_in_the_table_in_place_of_the_packed_column():
    assert plain_types(SAID) == {
        "current": "<f4", "vendor_note": "O", "vendor_odd": "<f8", "row": "|u1", "mode": "|u1", "error": "|u1"
    }  # fmt: skip
    assert list(plain_types(SAID)) == list(PLAIN)


def test_description_and_table_are_the_record_again():
    expected = Record(
        [TABLE], metadata=RECORD.metadata, settings=RECORD.settings, notices=RECORD.notices, dropped=RECORD.dropped
    )
    assert restore(SAID, PLAIN).same_as(expected)
    wider = {name: v if v.dtype == object else v.astype(np.float64) for name, v in PLAIN.items()}
    assert restore(SAID, wider).same_as(expected)  # as a text gives its numbers
    back = restored(Source.from_bytes(b"", "t.csv"), SAID, PLAIN, hint="")
    assert (back.notices[-1].code, back.notices[-1].message) == (
        "read-back", "this table was written by echub from a.mpr"
    )  # fmt: skip


def test_everything_that_was_left_out_is_told_again():
    more = [{"what": "line 9", "why": "no number"}, {"what": "line 12", "why": "cut"}]
    assert restore({**SAID, "dropped": more}, PLAIN).dropped == [
        Dropped("line 9", "no number"), Dropped("line 12", "cut")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"current": None}, "2 rows, 5 columns: vendor_note, vendor_odd, row, mode, error"),
        ({"more": np.zeros(2)}, "2 rows, 7 columns: current, vendor_note, vendor_odd, row, mode, error, more"),
        ({"mode": np.array([1, 1], np.uint8)}, "other values in 1 column: mode"),
        ({"vendor_note": np.array(["a b", "x"], object), "row": np.array([1, 1], np.uint8)},
         "other values in 2 columns: vendor_note, row"),
        ({"vendor_odd": np.array([7.0, 8.0000001])}, "other values in 1 column: vendor_odd"),
    ],
)  # fmt: skip
def test_a_table_that_was_changed_says_how_it_differs(change, found):
    values = {name: v for name, v in {**PLAIN, **change}.items() if v is not None}
    told = said(lambda: restored(Source.from_bytes(b"", "t.csv"), SAID, values, hint="take it away"))
    assert (told["expected"], told["found"]) == ("2 rows, 6 columns", found)


def test_one_nan_stands_for_all_and_an_older_description_has_no_digests():
    given = np.array([np.nan, 1.0])
    other = given.copy()
    other.view(np.uint64)[0] ^= 5  # another NaN, which a text has no word for
    odd = dataclasses.replace(ODD, values=given)
    described = describe(
        Record([dataclasses.replace(TABLE, columns={**TABLE.columns, "vendor_odd": odd})]), TABLE.name
    )
    source = Source.from_bytes(b"", "t.csv")
    assert restored(source, described, {**PLAIN, "vendor_odd": other}, hint="")[TABLE.name].rows == 2
    changed = {**PLAIN, "vendor_odd": np.array([1.0, 2.0])}
    assert said(lambda: restored(source, described, changed, hint=""))["found"] == (
        "other values in 1 column: vendor_odd"
    )  # fmt: skip
    del described["digests"]
    assert restored(source, described, changed, hint="")[TABLE.name]["vendor_odd"].tolist() == [1, 2]


def test_a_word_that_the_table_of_labels_has_not_does_not_fit():
    with pytest.raises(ReadError, match="does not fit it") as refused:
        restore(SAID, {**PLAIN, "vendor_note": np.array(["a b", "new"], object)})
    assert refused.value.found == "KeyError: 'new'"


MISSED = np.array([1.0, MISSING, MISSING])


@pytest.mark.parametrize(
    ("values", "labels", "words", "runs"),
    [
        (
            np.array([1, 3, 3, 2]),
            {1: "CC", 2: "CV", 3: "CC"},
            ["CC", "CC", "CC", "CV"],
            [("1", 1), ("3", 2), ("2", 1)],
        ),
        (np.array([0, 2]), {0: "2"}, ["2", "2"], [("0", 1), ("2", 1)]),  # the label of 0 is the number of another
        (MISSED, {1: ""}, ["", "", ""], [("1.0", 1), ("", 2)]),
        (MISSED, {1: "CC"}, ["CC", "", ""], None),
        (np.array([1.0, np.nan, MISSING]), {1: "CC"}, ["CC", "", ""], [("1.0", 1), ("nan", 1), ("", 1)]),
        (np.array([0, 1, 0]), {0: "a\0", 1: "a"}, ["a\0", "a", "a\0"], None),
        (np.array([1, 7, 2]), {1: "CC", 2: "CV"}, ["CC", "7", "CV"], None),
    ],
)
def test_codes_that_their_words_do_not_tell_stand_in_the_description(values, labels, words, runs):
    column = Column("mode", values, labels=labels)
    dataset = Dataset("table", {"row": Column("row", np.arange(len(values))), "mode": column})
    described = json.loads(json.dumps(describe(Record([dataset]), "table")))
    assert dataset.plain()["mode"].tolist() == words
    assert described.get("codes") == (runs and {"mode": [list(run) for run in runs]})
    assert restore(described, dataset.plain()).same_as(Record([dataset]))

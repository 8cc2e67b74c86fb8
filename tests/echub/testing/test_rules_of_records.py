"""What the rules of content and of sniffing say of a record or a sniffer that breaks them: the whole answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from echub.declare import Confidence
from echub.errors import EchubError, ReadError
from echub.files.detect import Match
from echub.model.channels import Channel, build_long
from echub.model.column import Bits
from echub.model.source import HEAD
from echub.plugin import Dropped, Record, SourceColumn, build_dataset, build_tables
from echub.testing import rules_sniffing
from echub.testing.strangers import strangers
from tests.echub.testing.standing import KNOB, PATH, Standing, changed, record, said

LOST = [Dropped("knob", "nobody turns it")]


def without(*names):
    (data,) = record().datasets.values()
    return Record([replace(data, columns={n: c for n, c in data.columns.items() if n not in names})])


def long(rows):
    """Return a long table: two channels of two rows, under these numbers of rows."""

    def channel(name, row, at):
        counts = SourceColumn(f"{name}/c", np.array([5, 6]), "ion_counts", "count", index=at)
        return Channel(name, [counts], 1, row=np.array(row))

    return Record([build_long("depth_profile", [channel("Na+", rows[0], 0), channel("Zr+", rows[1], 1)])])


QUANTITY = "a quantity of the vocabulary in its unit, or a name vendor_..."
BUILD = "build datasets with echub.plugin.build_tables or build_dataset: they see to it"
ORIGINS = "measured, programmed, reported, derived, assumed"
TABLES = "build tables with echub.plugin.build_tables or build_dataset"
POSITIONS = (
    "one column for each position from 0",
    "keep every column (without a quantity it is a vendor column), or report it as Dropped",
)
RENAME = "rename all but one of them"
ONE_OF_THESE = "give SourceColumn one of these origins"
NO_ROW = ("a column `row` of whole numbers", "none in timeseries", TABLES)
TWICE = ("rows in the source's order, once each", "timeseries: out of order or twice", TABLES)
ONCE = "the rows 0 to 2, once each"
ROWS = "give build_dataset the 0-based source rows, or use build_tables"


TIME = SourceColumn("t/s", np.array([0.0, 1.0, 2.0]), "time", "s", index=0)
ANGLE = SourceColumn("phi/deg", np.array([5.0, 6.0, 7.0]), "phase", "deg", index=1)
LAST = replace(ANGLE, values=np.array([8.0]))
LATER = (
    "4 values in each source column", "{'t/s': 3}",
    "keep a column in every dataset of its rows; build_tables notes what it leaves out",
)  # fmt: skip


def no_rows():
    (data,) = record().datasets.values()
    return Record([replace(data, columns={n: replace(c, values=c.values[:0]) for n, c in data.columns.items()})])


def flags(**changes):
    return {"bits": (Bits("vendor_on", "on", 1), Bits(**{"name": "cut", "header": "cut", "mask": 2, **changes}))}


CONTENT = {
    "test_columns_have_known_quantities": [
        (record(KNOB), ""),
        (changed("current", quantity=None), (QUANTITY, "timeseries: current has no quantity", BUILD)),
        (changed("current", quantity="curent"),
         (QUANTITY, "timeseries: current is the unknown quantity curent", BUILD)),
        (changed("current", unit="A"), (QUANTITY, "timeseries: current is in A, canonical is mA", BUILD)),
        (changed("row", **flags(quantity="cycle")), ""),
        (changed("row", **flags(name="vendor_cut")), ""),
        (changed("row", **flags()), (QUANTITY, "timeseries: the bits cut of row have no quantity", BUILD)),
        (changed("row", **flags(quantity="charm")),
         (QUANTITY, "timeseries: the bits cut of row have no quantity", BUILD)),
    ],
    "test_names_are_unique": [
        (record(KNOB), ""),
        (changed("current", name="Current"), ("one name each", "timeseries: Current", RENAME)),
        (changed("current", name="2nd"), ("one name each", "timeseries: 2nd", RENAME)),
        (changed("current", name="current__2"), ""),
        (changed("row", **flags(name="time")), ("one name each", "timeseries: time", RENAME)),
    ],
    "test_origins_are_stated": [
        (record(KNOB), ""),
        (changed("time", origin="guessed"), (ORIGINS, "timeseries, time: 'guessed'", ONE_OF_THESE)),
        (changed("time", origin="derived", index=None),
         (ORIGINS, "timeseries, time: derived without a recipe", 'attrs={"recipe": "dq/mA.h * 3600 / dt"}')),
        (changed("time", origin="derived", attrs={"recipe": "n * dt"}),
         (ORIGINS, "timeseries, time: derived, with a position in the source", "leave index=None")),
        (changed("time", origin="derived", attrs={"recipe": "n * dt"}, index=None), ""),
        (changed("time", origin="assumed"), ""),
    ],
    "test_every_source_row_is_in_one_dataset": [
        (record(), ""),
        (without("row"), NO_ROW),
        (changed("row", values=np.array([0.0, 1.0, 2.0])), NO_ROW),
        (changed("row", values=np.array([0, 2, 1])), TWICE),
        (changed("row", values=np.array([0, 1, 1])), TWICE),
        (changed("row", values=np.array([0, 1, 3])), (ONCE, "3 among them, out of place", ROWS)),
        (changed("row", values=np.array([1, 2, 3])), (ONCE, "1 among them, out of place", ROWS)),
        (long(([0, 1], [0, 1])), ""),
        (long(([0, 1], [1, 0])), (TWICE[0], "depth_profile: out of order or twice", TABLES)),
    ],
    "test_source_table_is_complete": [
        (record(KNOB), ""),
        (record(replace(KNOB, index=3)), (POSITIONS[0], "none at [2]", POSITIONS[1])),
        (record(replace(KNOB, index=3), dropped=LOST), ""),
        (record(replace(KNOB, index=1)), (POSITIONS[0], "several at [1]", POSITIONS[1])),
        (record(replace(KNOB, index=1), dropped=LOST), (POSITIONS[0], "several at [1]", POSITIONS[1])),
        (record(replace(KNOB, index=4)), (POSITIONS[0], "none at [2, 3]", POSITIONS[1])),
        (changed("time", index=None), (POSITIONS[0], "none at [0]", POSITIONS[1])),
        (changed("time", changed("current", index=None), index=None),
         ("columns with their position", "none has one", "give SourceColumn its index")),
        (Record([]), ""),
        (changed("time", changed("current", no_rows(), index=None), index=None), ""),
        (Record([*build_tables([TIME, ANGLE]), build_dataset("impedance", [LAST], row=np.array([3]))]), LATER),
    ],
    "test_source_numbers_come_back": [
        (record(KNOB), ""),
        (changed("current", source_dtype="<i2"), ""),
        (changed("current", values=np.array([1e-3, 2e-3, 2.6e-3]), source_dtype="<i2"),
         ("current to come back from int16 and the scale SCALE", "other numbers",
          "let build_dataset scale: give it the source's own array and printed unit")),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("rule", "made", "expected"), [(r, *row) for r, rows in CONTENT.items() for row in rows])
def test_a_record_keeps_a_rule_or_the_rule_says_what_is_wrong(rule, made, expected):
    contract = Standing()
    contract.record = made
    found = said(contract, rule, path=PATH)
    scale = str(record()["timeseries"].columns["current"].scale)
    assert found == (expected and tuple(text.replace("SCALE", scale) for text in expected))


OPINION = {
    "none is given": (None, "the test gives no source_table(path)"),
    "the same": ({(1, "I/uA"): [1.0, 2.0, 3.0]}, ""),
    "within rounding": ({(1, "I/uA"): [1.0 + 2**-51, 2.0, 3.0]}, ""),
    "what is printed": ({(1, "I/uA"): ["1.0", "2.0", "3.0"]}, ""),
    "another print": (
        {(1, "I/uA"): ["1", "2", "3"]},
        ("I/uA: 3 values, 1, 2, 3 ...", "3 values, 1.0, 2.0, 3.0 ...",
         "compare dtype, scale and sign of the column"),
    ),
    "another digit": (
        {(0, "t/s"): [0, 1, 2], (1, "I/uA"): [1.0, 2.0, 3.5, 4.0]},
        ("I/uA: 4 values, 1.0, 2.0, 3.5 ...", "3 values, 1.0, 2.0, 3.0 ...",
         "compare dtype, scale and sign of the column"),
    ),
    "a column that is not there": (
        {(2, "I/uA"): [1.0, 2.0, 3.0]},
        ("the column 'I/uA' at position 2", "only [(0, 't/s'), (1, 'I/uA')]", "keep it"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", OPINION)
def test_a_record_beside_an_independent_reading(what, monkeypatch):
    opinion, expected = OPINION[what]
    contract = Standing()
    contract.record = record()
    monkeypatch.setattr(Standing, "source_table", lambda self, path: opinion)
    assert said(contract, "test_agrees_with_an_independent_reading", path=PATH) == expected


def test_the_whole_failure_names_reader_sample_rule_and_what_to_do():
    contract = Standing()
    contract.record = without("row")
    with pytest.raises(pytest.fail.Exception) as failure:
        contract.test_every_source_row_is_in_one_dataset(path=PATH)
    assert str(failure.value).splitlines() == [
        "acme-acm, run.acm: Every source row is in exactly one dataset, under its 0-based number, in its order.",
        "  expected: a column `row` of whole numbers",
        "  found: none in timeseries",
        f"  to do: {TABLES}",
    ]


# -- sniffing --------------------------------------------------------------------------------------------

YES, LIKELY, MAYBE, NO = Confidence.CERTAIN, Confidence.LIKELY, Confidence.MAYBE, Confidence.NO
SIGNATURE = "ask for more of the format's signature"
HINT = "look in source.head for what only this format has; the name is a hint at most"


def sniffing(answer, **declared):
    """Return a contract whose sniffer answers by head and name; a text is a problem."""
    contract = Standing()
    contract.declared = replace(Standing.declared, **declared)

    def sniff(data, name):
        found = answer(data, name)
        return Match(contract.declared, NO, found) if isinstance(found, str) else Match(contract.declared, found)

    contract._sniff = sniff
    return contract


@pytest.mark.parametrize(("answer", "expected"), [
    (lambda _, name: YES, ""),
    (lambda _, name: LIKELY, ""),
    (lambda _, name: MAYBE, ("LIKELY or CERTAIN under the name run.acm", "MAYBE", HINT)),
    (lambda _, name: YES if name == "run.acm" else NO,
     ("LIKELY or CERTAIN under the name sample.bin", "NO", HINT)),
    (lambda data, _: YES if data == bytes(HEAD) else NO, ""),
    (lambda _, name: "KeyError: 'x'", ("LIKELY or CERTAIN under the name run.acm", "KeyError: 'x'", HINT)),
])  # fmt: skip
def test_a_sniffer_knows_its_files_by_their_head(answer, expected, tmp_path):
    (tmp_path / "run.acm").write_bytes(bytes(HEAD + 1))
    assert said(sniffing(answer), "test_recognises_its_files_by_content", path=tmp_path / "run.acm") == expected


@pytest.mark.parametrize(("rule", "answer", "expected"), [
    ("test_suffix_alone_is_maybe_at_most", lambda data, name: MAYBE, ""),
    ("test_suffix_alone_is_maybe_at_most", lambda data, name: YES if name == "sample.bin" else NO, ""),
    ("test_suffix_alone_is_maybe_at_most",
     lambda data, name: LIKELY if name == "sample.ac2" and b"PNG" in data else NO,
     ("NO or MAYBE", "a PNG picture called sample.ac2 is LIKELY",
      "answer LIKELY or CERTAIN only where source.head shows the format")),
    ("test_rejects_strangers", lambda data, name: NO if name == "sample.bin" else YES, ""),
    ("test_rejects_strangers", lambda data, name: NO if data else MAYBE,
     ("NO", "an empty file is MAYBE", SIGNATURE)),
    ("test_rejects_files_of_others", lambda data, name: MAYBE if name == "other.xyz" else NO, ""),
    ("test_rejects_files_of_others", lambda data, name: LIKELY if name == "other.xyz" else NO,
     ("MAYBE", "other.xyz as other.xyz is LIKELY", SIGNATURE)),
    ("test_rejects_files_of_others", lambda data, name: MAYBE,
     ("NO", "other.xyz as sample.bin is MAYBE", SIGNATURE)),
])  # fmt: skip
def test_a_sniffer_knows_what_is_not_its_own(rule, answer, expected, tmp_path):
    (tmp_path / "other.xyz").write_bytes(b"OTHER")
    contract = sniffing(answer, suffixes=(".acm", ".ac2"))
    contract.foreign = (tmp_path / "other.xyz",)
    assert said(contract, rule) == expected
    contract.foreign = ()
    if rule == "test_rejects_files_of_others":
        assert said(contract, rule) == "no samples of other readers were given (`foreign`)"


HEADS = [*range(65), 100, 1000, 4095]
"""Lengths to which the head of a sample is cut before a sniffer sees it."""


def test_a_sniffer_is_asked_for_every_short_head_and_every_stranger_under_three_names(tmp_path):
    path = tmp_path / "run.acm"
    path.write_bytes(bytes(range(256)) * 20)
    asked = []
    assert said(sniffing(lambda *given: asked.append(given) or NO), "test_sniff_always_answers", path=path) == ""
    contents = [path.read_bytes()[:n] for n in HEADS] + list(strangers().values())
    assert asked == [(data, name) for data in contents for name in ("run.acm", "sample.bin", "no_suffix")]
    wrong = sniffing(lambda data, name: "IndexError" if len(data) == 64 and name == "no_suffix" else NO)
    assert said(wrong, "test_sniff_always_answers", path=path) == (
        "a Confidence",
        "the first 64 bytes of run.acm, called no_suffix: IndexError",
        "compare with startswith or `in`, which short heads cannot break",
    )


@pytest.mark.parametrize("flag", ["fallback", "explicit_only"])
def test_a_reader_that_is_used_on_request_or_at_last_recognises_nothing_by_itself(flag, tmp_path, monkeypatch):
    path = tmp_path / "run.acm"
    path.write_bytes(b"ACME")
    contract = Standing()
    assert not contract._is_exempt
    contract.declared = replace(Standing.declared, **{flag: True})
    reason = "acme-acm is a fallback or explicit_only reader: "
    assert (
        said(contract, "test_recognises_its_files_by_content", path=path)
        == f"{reason}it recognises nothing by itself"
    )
    assert said(contract, "test_is_chosen_for_its_files", path=path) == f"{reason}others come first"


@pytest.mark.parametrize(("chosen", "expected"), [
    ("acme-acm", ""),
    ("zenith", ("acme-acm", "zenith", "make the sniffers of both readers ask for what only theirs has")),
    (ReadError("no reader"), ("acme-acm", "no reader [read-error]",
                              "make the sniffers of both readers ask for what only theirs has")),
])  # fmt: skip
def test_the_hub_picks_the_reader_of_a_sample(chosen, expected, monkeypatch, tmp_path):
    (tmp_path / "run.acm").write_bytes(b"ACME")

    def choose(source, registry):
        assert source.path == tmp_path / "run.acm"
        if isinstance(chosen, EchubError):
            raise chosen
        return replace(Standing.declared, name=chosen)

    monkeypatch.setattr(rules_sniffing, "choose", choose)
    assert said(Standing(), "test_is_chosen_for_its_files", path=tmp_path / "run.acm") == expected

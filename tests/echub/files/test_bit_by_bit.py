"""Source tables compared block by block say what a comparison of whole tables says."""

from dataclasses import replace

import numpy as np
import pytest

from echub.files import bit_by_bit
from echub.files.bit_by_bit import compare_tables
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Column
from echub.model.dataset import Dataset, Omitted
from echub.model.deferred import STEP
from echub.model.missing import MISSING
from echub.model.record import Record

ROWS = 2 * STEP + 9


def made(**changed):
    values = {
        "time": np.arange(ROWS, dtype=np.float64),
        "current": np.linspace(-1, 1, ROWS, dtype=np.float32),
        "state": np.array(["rest", "charge"])[(np.arange(ROWS) // 1000) % 2],
    } | changed
    columns = [
        SourceColumn("time/s", values["time"], "time", "s", index=0),
        SourceColumn("I/A", values["current"], "current", "A", index=1),
        SourceColumn("state", values["state"], index=2),
    ]
    return Record([build_dataset("timeseries", columns)])


def with_value(at, value):
    current = np.linspace(-1, 1, ROWS, dtype=np.float32)
    current[at] = value
    return made(current=current)


def whole(monkeypatch, one, other):
    monkeypatch.setattr(bit_by_bit, "_table", lambda _: None)
    return compare_tables(one, other)


def test_equal_tables_have_an_empty_word_for_each_column():
    assert compare_tables(made(), made()) == {(0, "time/s"): "", (1, "I/A"): "", (2, "state"): ""}


def test_nan_equals_nan():
    assert not any(compare_tables(with_value(7, np.nan), with_value(7, np.nan)).values())


@pytest.mark.parametrize(("written", "now"), [("nan", "missing"), ("missing", "nan"), ("missing", "5.0")])
def test_what_is_missing_is_no_number_of_the_source_and_no_nan(written, now, monkeypatch):
    values = {"nan": np.nan, "missing": MISSING, "5.0": 5.0}
    one, other = (
        made(time=np.where(np.arange(ROWS) == STEP + 2, values[v], np.arange(ROWS))) for v in (written, now)
    )
    said = f"1 of {ROWS} rows differs, first row {STEP + 2}: {written} against {now}"
    assert compare_tables(one, other)[0, "time/s"] == said
    assert compare_tables(one, one)[0, "time/s"] == ""
    assert whole(monkeypatch, one, other)[0, "time/s"] == said


@pytest.mark.parametrize("at", [0, STEP - 1, STEP, ROWS - 1, [5, STEP + 5]])
def test_a_difference_in_any_block_is_counted_and_placed(at, monkeypatch):
    found = compare_tables(with_value(at, 5), made())
    first = np.atleast_1d(at)
    differ = "differs" if len(first) == 1 else "differ"
    assert found[1, "I/A"].startswith(f"{len(first)} of {ROWS} rows {differ}, first row {first[0]}: 5.0 against ")
    assert not found[0, "time/s"]
    assert whole(monkeypatch, with_value(at, 5), made()) == found


def test_a_column_of_another_type_differs(monkeypatch):
    other = made(time=np.arange(ROWS, dtype=np.float32))
    found = compare_tables(made(), other)
    assert "float64" in found[0, "time/s"]
    assert list(whole(monkeypatch, made(), other)) == list(found)


@pytest.mark.parametrize(("written", "now"), [(3, 2), (2, 3), (1, 0)])
def test_another_number_of_rows_is_told(written, now):
    one, other = (
        Record([build_dataset("timeseries", [SourceColumn("t/s", np.arange(float(n)), "time", "s", index=0)])])
        for n in (written, now)
    )
    assert compare_tables(one, other) == {(0, "t/s"): f"float64 ({written},) against float64 ({now},)"}


def test_a_table_beside_the_rows_of_the_source_is_not_compared():
    """Its rows are not those of the source, and do not count as such."""
    beside = Dataset("table", {"x": Column("x", np.arange(2.0 * ROWS), None, "1")})
    one, other = made(), with_value(ROWS - 1, 5)
    one.datasets["table"] = beside
    found = compare_tables(one, other)
    assert found[1, "I/A"].startswith(f"1 of {ROWS} rows differs, first row {ROWS - 1}: ")
    assert not found[0, "time/s"]


@pytest.mark.parametrize("in_blocks", [True, False])
def test_a_column_that_only_one_has_is_said_so(in_blocks, monkeypatch):
    if not in_blocks:
        monkeypatch.setattr(bit_by_bit, "_table", lambda _: None)
    record = made()
    series = record["timeseries"]
    kept = {name: column for name, column in series.columns.items() if column.header != "state"}
    less = Record([replace(series, columns=kept)])
    assert compare_tables(less, record)[2, "state"] == "only in the source"
    assert compare_tables(record, less) == {
        (0, "time/s"): "", (1, "I/A"): "", (2, "state"): "only in the converted file"
    }  # fmt: skip


def test_a_column_that_was_left_out_equals_its_zeros():
    zeros = Omitted("freq/Hz", 3, "<f4", "00000000")
    column = SourceColumn("freq/Hz", np.zeros(ROWS, np.float32), "frequency", "Hz", index=3)
    record = made()
    series = record["timeseries"]
    without = Record([replace(series, omitted=(zeros,))])
    full = build_dataset("timeseries", [column])
    named = {**series.columns, **{n: c for n, c in full.columns.items() if n != "row"}}
    with_zeros = Record([replace(series, columns=named)])
    assert not any(compare_tables(without, with_zeros).values())
    assert not any(compare_tables(with_zeros, without).values())
    ones = Omitted("freq/Hz", 3, "<f4", np.float32(1).tobytes().hex())
    found = compare_tables(with_zeros, Record([replace(series, omitted=(ones,))]))
    assert found[3, "freq/Hz"] == f"{ROWS} of {ROWS} rows differ, first row 0: 0.0 against 1.0"


def test_rows_of_another_order_are_put_in_order_first(monkeypatch):
    """Rows that do not rise are compared as whole tables."""
    record = made()
    turned = {name: replace(c, values=c.values[::-1]) for name, c in record["timeseries"].columns.items()}
    assert not any(compare_tables(Record([replace(record["timeseries"], columns=turned)]), record).values())

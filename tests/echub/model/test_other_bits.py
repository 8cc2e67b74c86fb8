"""Bits of the status byte that no id of the header names: kept where the fields stand for the byte."""

from __future__ import annotations

import numpy as np
import pytest

import echub
from echub.model.column import Column
from echub.model.missing import MISSING
from echub.plugin import Bits, SourceColumn, build_dataset


def _dataset(codes):
    bits = (Bits("oxidation_flag", "ox/red", 0x04, "oxidation_flag"), Bits("vendor_loop_end", "loop end", 0x40))
    time = SourceColumn("time/s", np.arange(float(len(codes))), "time", "s", index=0)
    flags = SourceColumn("flags", np.array(codes, np.uint8), "flags", origin="reported", index=1, bits=bits)
    return build_dataset("timeseries", [time, flags])


def test_bits_that_belong_to_no_field_are_a_field_of_their_own():
    data = _dataset([0x04, 0x84, 0x41])
    assert data["vendor_other_flags"].tolist() == [0, 0x80, 0x01]
    assert data["oxidation_flag"].tolist() == [1, 1, 0]
    assert list(data.to_pandas()["vendor_other_flags"]) == [0, 0x80, 0x01]


def test_there_is_no_such_field_if_none_is_set():
    assert "vendor_other_flags" not in _dataset([0x04, 0x44, 0]).names


def test_csv_gives_every_bit_back(tmp_path):
    record = echub.Record([_dataset([0x04, 0x84, 0x41, 0xFF])])
    echub.convert(record, path=tmp_path / "a.csv", to="csv")
    back = echub.read(tmp_path / "a.csv")["timeseries"]
    assert back.columns["flags"].values.tolist() == [0x04, 0x84, 0x41, 0xFF]


MODE = Bits("mode", "mode", 0b110)
WORDS = {-1: "rest", 300: "pulse"}
CODES = np.array([-1, 300, 7, -1])
ODD = {
    "flags without a sign": ((np.array([6, 2**63, 1, 2**64 - 1], np.uint64), MODE), [3, 0, 0, 3]),
    "flags with a sign": ((np.array([6, -128, 1, -1], np.int8), MODE), [3, 0, 0, 3]),
    "long flags with a sign": ((np.array([6, -(2**63), 1, -1]), MODE), [3, 0, 0, 3]),
    "flags that are missing": ((np.ma.array(np.uint8([6, 2, 1, 5]), mask=[0, 1, 0, 0]), MODE), [3, MISSING, 0, 2]),
    "flags as short floats": ((np.array([6, MISSING, 9, 5], np.float32), MODE), [3, MISSING, 0, 2]),
    "a code without a word": ((CODES, WORDS), ["rest", "pulse", "7", "rest"]),
    "a code that is missing": ((np.ma.array(CODES, mask=[0, 0, 0, 1]), WORDS), ["rest", "pulse", "7.0", ""]),
    "half floats": (
        (np.array([1.5, -0.0, np.inf, 6e-8], np.float16), None),
        [1.5, -0.0, np.inf, np.float16(6e-8)],
    ),
}


@pytest.mark.parametrize(("column", "plain"), ODD.values(), ids=ODD)
@pytest.mark.parametrize("to", ["native", "csv", "parquet"])
def test_odd_columns_are_the_same_in_every_format_that_reads_back(column, plain, to, tmp_path):
    values, more = column
    how = {"bits": (more,)} if isinstance(more, Bits) else {"labels": more} if more else {}
    time = SourceColumn("t", np.arange(4.0), "time", "s", index=0)
    data = build_dataset("timeseries", [time, SourceColumn("x", values, index=1, **how)])
    name = "mode" if isinstance(more, Bits) else "vendor_x"
    assert Column("x", np.asarray(data[name])).same_as(Column("x", np.array(plain, data[name].dtype)))
    (written,) = echub.convert(echub.Record([data]), tmp_path, to=to).outputs
    assert echub.read(written)["timeseries"].same_as(data)

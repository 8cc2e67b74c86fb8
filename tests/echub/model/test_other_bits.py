"""Bits of the status byte that no id of the header names: kept where the fields stand for the byte."""

from __future__ import annotations

import numpy as np

import echub
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

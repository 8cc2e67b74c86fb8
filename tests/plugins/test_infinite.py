"""An infinite value is told by the hub, whichever reader let it pass: a parser makes one of the text `1e999`."""

import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import echub
from fixtures.eclab import MprFile

FIXTURES = Path(__file__).parents[2] / "fixtures"


def last(name: str, old: bytes, new: bytes) -> bytes:
    """Return a fixture in which the last occurrence of some bytes is replaced by others."""
    head, found, tail = (FIXTURES / name).read_bytes().rpartition(old)
    assert found
    return head + new + tail


def parquet() -> bytes:
    out = io.BytesIO()
    voltages = [3.0, float("inf"), float("-inf")]
    columns = {"Test Time / s": [0.0, 1.0, 2.0], "Voltage / V": voltages, "Current / A": [0.0, 0.0, 0.0]}
    pl.DataFrame(columns).write_parquet(out)
    return out.getvalue()


def potential() -> bytes:
    """Return the last potential of ramp.mpr as it is stored: float32."""
    return np.float32(echub.read(FIXTURES / "eclab/ramp.mpr")["timeseries"]["potential_we"][-1]).tobytes()


def large() -> bytes:
    """Return a file of several blocks: its reader looks for what is infinite as it passes over them."""
    potential = np.zeros(120_000)
    potential[[60_001, 119_999]] = np.inf, -np.inf
    return MprFile("OCV", {4: np.arange(120_000.0), 6: potential}).to_bytes()


CASES = {
    "table": (b"t / s,U / V\n0,1.5\n1,1e999\n2,1.5\n3,1e999\n", "U / V", 2, 1),
    "bdf": (last("bdf/names.bdf.csv", b",3.74375,", b",1e999,"), "voltage_volt", 1, 39),
    "mpt": (last("eclab/gcpl.mpt", b"3.6299937E+000", b"1e999"), "Ewe/V", 1, 23),
    "mpr": (last("eclab/ramp.mpr", potential(), np.float32("inf").tobytes()), "Ewe/V", 1, 1820),
    "mpr of several blocks": (large(), "Ewe/V", 2, 60_001),
    "gamry": (last("gamry/cv.DTA", b"2.53300E+001", b"1e999"), "Temp", 1, 16),
    "parquet": (parquet(), "Voltage / V", 2, 1),
}
"""File, header of the column, infinite values in it, and the row of the first one."""


@pytest.mark.parametrize(("data", "header", "count", "row"), CASES.values(), ids=CASES)
def test_infinite_values_are_told(data, header, count, row):
    told = [notice for notice in echub.read(data).notices if notice.code == "non-finite"]
    word = "1 infinite value" if count == 1 else f"{count} infinite values"
    assert [(n.message, n.column, n.count) for n in told] == [
        (f"{header} has {word}, the first in row {row}", header, count)
    ]


def test_a_native_file_keeps_what_was_told(tmp_path):
    source = tmp_path / "table.csv"
    source.write_bytes(CASES["table"][0])
    told = [n.message for n in echub.read(echub.convert(source, tmp_path / "out").outputs[0]).notices]
    assert told == ["U / V has 2 infinite values, the first in row 1"]

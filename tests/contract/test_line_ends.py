"""Texts whose lines end as another system ends them: the same record, or a refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import ReadError
from echub.model.source import Source
from tests.contract.test_readers import READERS

NO_TEXT = {"sims-declared"}
"""A manifest beside its tables, which are read by others."""
WITH_CR = {"table", "eclab-mpt", "eclab-mps", "gamry-dta", "sims-map-profile"}
WITH_CR |= {"hiden-massoft", "cameca-profile", "cameca-spectrum", "bdf-csv"}
"""Readers that also take the carriage return alone, which spreadsheets of old Macs wrote."""


def texts():
    for reader, row in READERS.items():
        for path in row.files:
            if reader not in NO_TEXT and b"\0" not in path.read_bytes():
                yield pytest.param(reader, path, id=path.name)


def with_ends(path: Path, end: bytes) -> Source:
    plain = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return Source.from_bytes(plain.replace(b"\n", end), path.name)


def known(record):
    """Return all that a record says, apart from the line ends themselves."""
    settings = dict(record.settings)
    if "dialect" in settings:
        settings["dialect"] = {k: v for k, v in settings["dialect"].items() if k != "newline"}
        settings["decisions"] = [d for d in settings["decisions"] if d["what"] != "line ends"]
    notices = [(n.code, n.message) for n in record.notices]
    return settings, notices, record.dropped, list(record.metadata)


def read(reader, path, end):
    return echub.read(with_ends(path, end), reader=reader)


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
@pytest.mark.parametrize(("reader", "path"), [*texts()])
def test_the_line_ends_change_nothing(reader, path, end):
    expected = read(reader, path, b"\n")
    if end == b"\r" and reader not in WITH_CR:
        with pytest.raises(ReadError):
            read(reader, path, end)
        return
    record = read(reader, path, end)
    assert known(record) == known(expected)
    assert list(record) == list(expected)
    for name in expected:
        assert list(record[name].columns) == list(expected[name].columns)
        for column in expected[name].columns:
            np.testing.assert_array_equal(record[name][column], expected[name][column])


def test_every_text_format_is_among_them():
    found = {param.values[0] for param in texts()}
    assert found >= WITH_CR

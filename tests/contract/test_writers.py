"""The contract, run on every built-in writer; a new writer needs nothing here."""

from __future__ import annotations

import csv

import pytest

from echub.registry.registry import registry
from echub.testing import WriterContract

WRITERS = sorted(registry().writers)


def read_csv(paths):
    """Read the first table as a spreadsheet does: names with their units in the first line."""
    with paths[0].open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    names = [name.partition(" / ")[0] for name in head]
    wanted = [name for name in ("time", "current", "potential_we", "frequency", "impedance_imag") if name in names]
    return {name: [float(row[names.index(name)] or "nan") for row in rows] for name in wanted}


def contract_of(name):
    if name == "csv":
        return {"writer": name, "read_back": lambda self, paths: read_csv(paths)}
    return {"writer": name}


for _name in WRITERS:
    globals()[f"Test{_name.title()}"] = type(f"Test{_name.title()}", (WriterContract,), contract_of(_name))


def test_every_writer_is_looked_at():
    assert {"csv", "parquet", "xlsx", "mat", "native", "bdf", "zview", "relaxis"} <= set(WRITERS)
    assert all(f"Test{name.title()}" in globals() for name in WRITERS)
    assert pytest.importorskip("echub_export")

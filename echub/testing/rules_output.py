"""Rules about writing: what was read is in the native file and in the tables, whole."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echub.errors import EchubError
from echub.files import stored
from echub.files.conversion import convert
from echub.model.dataset import Dataset
from echub.registry.registry import registry
from echub.testing.base import Contract, RuleViolation, differences, one_line, rule, skip
from echub.testing.tables import is_table, same_numbers

CSV = "csv"


class OutputRules(Contract):
    """What converting a sample must produce."""

    @rule
    def test_native_file_holds_all(self, path: Path, tmp_path: Path) -> None:
        """The record comes back from the native file equal to the last bit."""
        expected = self._record(path)
        advice = "use plain types in attrs and settings: texts, numbers, lists, dictionaries with text keys"
        try:
            done = convert(path, tmp_path, reader=self._usable.name)
            again = stored.read(Path(done.outputs[0]))
        except (EchubError, TypeError, ValueError) as error:
            raise RuleViolation("a native file", one_line(error), advice) from None
        if done.record is None or not again.same_as(done.record):
            where = differences(again, done.record or expected) or "the provenance"
            raise RuleViolation("an equal record", f"it differs: {where}", advice)

    @rule
    def test_csv_holds_all_numbers(self, path: Path, tmp_path: Path) -> None:
        """Every table writes to CSV: all columns, all rows, numbers that read back exactly."""
        record = self._record(path)
        if CSV not in registry().writers:
            skip("no CSV writer is installed")
        if not all(is_table(dataset) for dataset in record.datasets.values()):
            skip("the record holds more than tables")
        try:
            done = convert(path, tmp_path, to=CSV, reader=self._usable.name)
        except EchubError as error:
            raise RuleViolation("a CSV file", one_line(error), "use numbers and texts as values") from None
        for output, dataset in zip(done.outputs, record.datasets.values(), strict=True):
            _compare_csv(Path(output), dataset)


def _compare_csv(path: Path, dataset: Dataset) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    expected = dataset.plain()
    if len(header) != len(expected) or len(rows) != dataset.rows:
        raise RuleViolation(
            f"{len(expected)} columns and {dataset.rows} rows of {dataset.kind}",
            f"{len(header)} and {len(rows)}",
            "give each column one value per row",
        )
    for number, (name, values) in enumerate(expected.items()):
        if not _same_cells([row[number] for row in rows], values):
            raise RuleViolation(f"the values of {name}", "other values", "use numbers and texts as values")


def _same_cells(cells: list[str], values: NDArray[np.generic]) -> bool:
    """Compare the cells of one column with its values; an empty cell is NaN."""
    if values.dtype.kind not in "fiu":
        return cells == [str(value) for value in values]
    numbers = [cell or "nan" for cell in cells] if values.dtype.kind == "f" else [int(cell) for cell in cells]
    return same_numbers(np.array(numbers, dtype=values.dtype), values)

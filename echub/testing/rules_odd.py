"""Rules about tables as laboratories write them: with an empty cell, a dead column, a row too many."""

from __future__ import annotations

from pathlib import Path

from echub.errors import DataError, EchubError, SourceError
from echub.testing import guard
from echub.testing.base import Contract, RuleViolation, one_line, rule, skip
from echub.testing.damage import is_typed
from echub.testing.odd_readings import OddReading, readings


class OddTableRules(Contract):
    """What a reader makes of a text whose table is odd."""

    def _odd(self, path: Path) -> list[OddReading]:
        """Read a sample with odd tables, once for both rules; skip where there is no table."""
        self._record(path)
        key = ("odd", path)
        if key not in self._kept:
            try:
                self._kept[key] = readings(self, path)
            except EchubError:
                self._kept[key] = "the sample cannot be read without the files beside it"
        found: list[OddReading] | str = self._kept[key]
        if isinstance(found, str):
            skip(found)
        return found or skip("the sample holds no table of numbers in lines of text")

    @rule
    def test_odd_tables_are_read_or_refused(self, path: Path) -> None:
        """A table with odd cells, rows or columns gives a sound record or an error of the hub's."""
        for reading in self._odd(path):
            if isinstance(reading.error, guard.Endless):
                raise RuleViolation(
                    "an end, within a number of steps that the size allows",
                    f"{reading.what}: none",
                    "let every loop end with the file, whatever a count or a length in it says",
                )
            if not is_typed(reading.error, (SourceError, DataError)):
                raise RuleViolation(
                    "SourceError or DataError, or a record",
                    f"{reading.what}: {one_line(reading.error)}",
                    "check what is in a cell before it is used; a cell without a number is NaN",
                )
            if reading.warning or reading.unsound:
                raise RuleViolation(
                    "no warning, a number in each sentence, no infinite value",
                    f"{reading.what}: {reading.warning or reading.unsound}",
                    "compute from the numbers that are there, and say how many are missing",
                )

    @rule
    def test_a_changed_cell_changes_only_itself(self, path: Path) -> None:
        """What changes in a table changes in the record, there and nowhere else, and no row is lost silently."""
        for reading in self._odd(path):
            if reading.strange:
                raise RuleViolation(
                    "that change and no other, or an error, or a Notice or Dropped for each lost row",
                    f"{reading.what}: {reading.strange}",
                    "place each cell by its column and line; a cell without a number is NaN",
                )

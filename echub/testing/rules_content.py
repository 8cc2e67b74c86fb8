"""Rules about what is in a record: units, names, origins, rows, and the source's table."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import get_args

import numpy as np

from echub.model.channels import CHANNEL, is_long
from echub.model.column import Column, Origin
from echub.model.dataset import Dataset
from echub.model.vocabulary import quantities
from echub.testing.base import Contract, RuleViolation, rule, skip
from echub.testing.tables import parts, same_numbers

ROUNDING = 2.0**-50
"""Relative error allowed for scaling a float64 there and back: a few roundings."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class ContentRules(Contract):
    """What the data model requires of every dataset and column."""

    @rule
    def test_columns_have_known_quantities(self, path: Path) -> None:
        """Every column is a quantity of the vocabulary in its canonical unit, or a vendor column."""
        for dataset in self._record(path).datasets.values():
            for column in dataset.columns.values():
                if problem := _quantity_problem(column):
                    raise RuleViolation(
                        "a quantity of the vocabulary in its unit, or a name vendor_...",
                        f"{dataset.kind}: {problem}",
                        "build datasets with echub.plugin.build_tables or build_dataset: they see to it",
                    )

    @rule
    def test_names_are_unique(self, path: Path) -> None:
        """Every name answers for one column or bit field, and is lower case with underscores."""
        for dataset in self._record(path).datasets.values():
            names = Counter(dataset.names)
            wrong = [name for name in names if not _NAME.fullmatch(name)]
            wrong += [name for name, count in names.items() if count > 1]
            if wrong:
                raise RuleViolation(
                    "one name each", f"{dataset.kind}: {', '.join(wrong)}", "rename all but one of them"
                )

    @rule
    def test_origins_are_stated(self, path: Path) -> None:
        """Every column says who made its numbers; a derived one says how (attrs["recipe"])."""
        for dataset in self._record(path).datasets.values():
            for column in dataset.columns.values():
                if column.origin not in get_args(Origin):
                    found, advice = repr(column.origin), "give SourceColumn one of these origins"
                elif column.origin == "derived" and not column.attrs.get("recipe"):
                    found, advice = "derived without a recipe", 'attrs={"recipe": "dq/mA.h * 3600 / dt"}'
                elif column.origin == "derived" and column.index is not None:
                    found, advice = "derived, with a position in the source", "leave index=None"
                else:
                    continue
                raise RuleViolation(", ".join(get_args(Origin)), f"{dataset.kind}, {column.name}: {found}", advice)

    @rule
    def test_every_source_row_is_in_one_dataset(self, path: Path) -> None:
        """Every source row is in exactly one dataset, under its 0-based number, in its order."""
        for found in parts(self._record(path)).values():
            for dataset in found:
                _check_rows(dataset)
            together = np.sort(np.concatenate([np.unique(dataset["row"]) for dataset in found]))
            if not np.array_equal(together, np.arange(len(together))):
                odd = together[together != np.arange(len(together))]
                raise RuleViolation(
                    f"the rows 0 to {len(together) - 1}, once each",
                    f"{odd[0]} among them, out of place",
                    "give build_dataset the 0-based source rows, or use build_tables",
                )

    @rule
    def test_source_table_is_complete(self, path: Path) -> None:
        """The source's table can be rebuilt: positions without a gap, one header each, all rows."""
        record = self._record(path)
        table = record.source_table()
        for part, datasets in parts(record).items():
            own = {key: values for key, values in table.items() if key[1].startswith(part)}
            _check_positions(own, may_have_gaps=bool(record.dropped))
            if not own and any(dataset.rows for dataset in datasets):
                raise RuleViolation("columns with their position", "none has one", "give SourceColumn its index")
            _check_lengths(own, datasets)

    @rule
    def test_source_numbers_come_back(self, path: Path) -> None:
        """Undoing a column's scale and type gives numbers that scale to the same values again."""
        for dataset in self._record(path).datasets.values():
            for column in dataset.columns.values():
                if column.values.dtype.kind not in "fiu":
                    continue
                source = column.source_values()
                if source.dtype.kind not in "fiu":
                    continue
                again = source if column.scale.is_identity else column.scale.apply(source)
                if not same_numbers(again, column.values, tolerance=ROUNDING):
                    raise RuleViolation(
                        f"{column.name} to come back from {source.dtype} and the scale {column.scale}",
                        "other numbers",
                        "let build_dataset scale: give it the source's own array and printed unit",
                    )

    @rule
    def test_agrees_with_an_independent_reading(self, path: Path) -> None:
        """The rebuilt table holds what `source_table(path)` says, where the subclass gives it."""
        opinion = self.source_table(path)
        if opinion is None:
            skip("the test gives no source_table(path)")
        table = self._record(path).source_table()
        for key, given in opinion.items():
            expected = np.asarray(given)
            if key not in table:
                raise RuleViolation(
                    f"the column {key[1]!r} at position {key[0]}", f"only {list(table)}", "keep it"
                )
            if not same_numbers(table[key], expected, tolerance=ROUNDING):
                raise RuleViolation(
                    f"{key[1]}: {_shown(expected)}",
                    _shown(table[key]),
                    "compare dtype, scale and sign of the column",
                )


def _quantity_problem(column: Column) -> str:
    known = quantities().get(column.quantity or "")
    if column.quantity is None:
        return "" if column.name.startswith("vendor_") else f"{column.name} has no quantity"
    if known is None:
        return f"{column.name} is the unknown quantity {column.quantity}"
    if column.unit != known.unit:
        return f"{column.name} is in {column.unit}, canonical is {known.unit}"
    for bits in column.bits:
        if (bits.quantity or "") not in quantities() and not bits.name.startswith("vendor_"):
            return f"the bits {bits.name} of {column.name} have no quantity"
    return ""


def _check_rows(dataset: Dataset) -> None:
    advice = "build tables with echub.plugin.build_tables or build_dataset"
    if "row" not in dataset.columns or dataset["row"].dtype.kind not in "ui":
        raise RuleViolation("a column `row` of whole numbers", f"none in {dataset.kind}", advice)
    steps = np.diff(dataset["row"].astype(np.int64))
    if is_long(dataset):  # one source row gives a row for each channel
        steps = steps[np.diff(dataset[CHANNEL].astype(np.int64)) == 0]
    if (steps <= 0).any():
        raise RuleViolation(
            "rows in the source's order, once each", f"{dataset.kind}: out of order or twice", advice
        )


def _check_positions(table: dict[tuple[int, str], np.ndarray], *, may_have_gaps: bool) -> None:
    positions = Counter(position for position, _ in table)
    doubtful = [position for position, count in positions.items() if count > 1]
    gaps = sorted(set(range(max(positions, default=-1) + 1)) - set(positions))
    if (gaps and not may_have_gaps) or doubtful:
        raise RuleViolation(
            "one column for each position from 0",
            f"none at {gaps}" if gaps else f"several at {doubtful}",
            "keep every column (without a quantity it is a vendor column), or report it as Dropped",
        )


def _check_lengths(table: dict[tuple[int, str], np.ndarray], datasets: list[Dataset]) -> None:
    if any(is_long(dataset) for dataset in datasets):
        return  # the columns of a source may differ in length there
    rows = sum(dataset.rows for dataset in datasets)
    short = {header: len(values) for (_, header), values in table.items() if len(values) != rows}
    if short:
        raise RuleViolation(
            f"{rows} values in each source column",
            str(short),
            "keep a column in every dataset of its rows; build_tables notes what it leaves out",
        )


def _shown(values: np.ndarray) -> str:
    return f"{len(values)} values, {', '.join(map(str, values[:3]))} ..."

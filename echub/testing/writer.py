"""The contract that every writer keeps, as a pytest class.

A plugin's whole test is::

    from echub.testing import WriterContract

    class TestAcmePlot(WriterContract):
        writer = "acme-plot"

and ``pytest`` runs each rule on records of every kind that a reader may return. One rule is one method; the
first line of its docstring is the rule. A failure states the rule, the record, what was expected, what was found
and what to do.

The plugin is called through its entry point: install it first (``pip install -e .``).
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.declare import Writer
from echub.errors import EchubError, PluginError
from echub.files.conversion import Conversion, convert
from echub.registry.calling import options_of
from echub.registry.registry import registry
from echub.testing.base import RuleViolation, differences, found_or_skipped, one_line, rule, skip
from echub.testing.odd_records import RECORDS
from echub.testing.rules_declaration import DeclarationRules
from echub.testing.tables import same_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from echub.model.record import Record


def _floats(values: ArrayLike) -> NDArray[np.floating]:
    """Return values as floats, singles as singles: 0.1 tells a single from all others, but is read as a double."""
    given = np.asarray(values)
    return given if given.dtype.kind == "f" else given.astype(float)


class WriterContract(DeclarationRules):
    """Check a writer by all rules of the hub: subclass it, and give `writer`.

    `records` are what it is tried on, by name: functions that make a record, each time anew (none: those of the
    hub). Optional: `read_back(paths)`, an independent reading of what was written.
    """

    word: ClassVar[str] = "writer"
    functions: ClassVar[Sequence[str]] = ("write",)
    writer: ClassVar[str] = ""
    records: ClassVar[Mapping[str, Callable[[], Record]]] = RECORDS

    @property
    def subject(self) -> str:
        """Return the name of what is tested."""
        return self.writer

    def read_back(self, paths: Sequence[Path]) -> Mapping[str, ArrayLike] | None:
        """Return columns of the first dataset by name, as another program reads them from the files.

        Optional. Numbers in the units of the record, NaN for a missing value; some of the columns are enough.
        """
        return None

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run every rule with an argument `made` on each record."""
        if "made" in metafunc.fixturenames:
            metafunc.parametrize("made", list(self.records), ids=list(self.records))

    # -- rules -----------------------------------------------------------------------------

    @rule
    def test_it_writes_or_refuses(self, made: str, tmp_path: Path) -> None:
        """A record is written whole, or refused with the reason and what helps, and then no file is there."""
        try:
            done = self._written(made, tmp_path)
        except PluginError as error:
            raise RuleViolation(
                "files, or an EchubError", one_line(error), "raise DataError for what the format cannot hold"
            ) from None
        except EchubError as error:
            self._check_refusal(error, tmp_path)
            return
        missing = [path for path in done.outputs if not Path(path).is_file()]
        if missing or not (done.outputs or not self.records[made]().datasets):
            found = f"no {', '.join(missing)}" if missing else "no output"
            raise RuleViolation("a file, or an error", found, "raise DataError for a record that gives no file")

    @staticmethod
    def _check_refusal(error: EchubError, folder: Path) -> None:
        if left := sorted(os.listdir(folder)):
            raise RuleViolation("no file", ", ".join(left), "write to the file that you are given, to no other")
        if not error.hint:
            raise RuleViolation(
                "a hint", one_line(error), 'say what helps: DataError(…, hint="--to native keeps it")'
            )

    @rule
    def test_it_writes_something(self, tmp_path: Path) -> None:
        """At least one of the records is written."""
        told = []
        for number, made in enumerate(self.records):
            try:
                self._written(made, tmp_path / str(number))
            except EchubError as error:
                told.append(f"{made}: {one_line(error)}")
            else:
                return
        raise RuleViolation("one that is written", "; ".join(told), "add to `records` one that it can write")

    @rule
    def test_twice_the_same_bytes(self, made: str, tmp_path: Path) -> None:
        """The same record gives the same bytes: no clock, no order of a set, no name of a temporary file."""
        one, two = (self._contents(made, tmp_path / name) for name in ("one", "two"))
        if different := sorted(name for name in {**one, **two} if one.get(name) != two.get(name)):
            raise RuleViolation("equal files", f"other bytes in {', '.join(different)}", "leave out today's date")

    @rule
    def test_the_record_stays(self, made: str, tmp_path: Path) -> None:
        """Writing changes nothing in the record but its notices: it may be written again, to another format."""
        record, fresh = self.records[made](), self.records[made]()
        try:
            convert(record, tmp_path, to=self._stated.name)
        except EchubError:
            skip("the record is refused")
        record.notices[:] = fresh.notices  # a writer may tell what its format cannot hold
        if not record.same_as(fresh):
            where = differences(record, fresh) or "the provenance"
            raise RuleViolation("the record as it was", f"another: {where}", "change a copy")

    @rule
    def test_its_names_are_as_declared(self, made: str, tmp_path: Path) -> None:
        """An output ends with one of the declared suffixes, and is the only one if the writer is `whole`."""
        declared = self._stated
        outputs = [Path(path).name for path in self._done(made, tmp_path).outputs]
        if not outputs:
            skip("the record gives no output")
        if declared.suffixes and not any(name.endswith(tuple(declared.suffixes)) for name in outputs):
            raise RuleViolation(
                f"a name that ends with {' or '.join(declared.suffixes)}", ", ".join(outputs), "declare its suffix"
            )
        if declared.whole and len(outputs) != 1:
            raise RuleViolation("one output", ", ".join(outputs), "leave out `whole`, or write one file")

    @rule
    def test_every_choice_of_an_option_works(self, made: str, tmp_path: Path) -> None:
        """Every choice of every option writes, or is refused with the reason."""
        self._done(made, tmp_path / "default")
        for number, (name, choice) in enumerate(self._choices()):
            try:
                convert(
                    self.records[made](),
                    tmp_path / str(number),
                    to=self._stated.name,
                    writer_options={name: choice},
                )
            except PluginError as error:
                raise RuleViolation(
                    f"files, or an EchubError, with {name}={choice}", one_line(error), "try each of the choices"
                ) from None
            except EchubError:
                continue

    @rule
    def test_the_numbers_come_back(self, made: str, tmp_path: Path) -> None:
        """What another program reads from the files are the numbers of the record."""
        done = self._done(made, tmp_path)
        datasets = self.records[made]().datasets
        if not (done.outputs and datasets):
            skip("the record gives no numbers")
        found = self.read_back([Path(path) for path in done.outputs])
        if found is None:
            skip("the test gives no read_back(paths)")
        dataset = next(iter(datasets.values()))
        for name, values in found.items():
            if name not in dataset.names:
                raise RuleViolation("columns of the record", name, "read_back returns them by their names")
            expected = _floats(dataset[name])
            with np.errstate(over="ignore"):  # 1e39 is an infinite single
                read = np.asarray(values, float).astype(expected.dtype)
            if not same_numbers(read, expected):
                raise RuleViolation(
                    f"the values of {name}: {expected.tolist()}",
                    f"{np.asarray(values).tolist()}",
                    "print as many digits as it takes to read the number back",
                )

    # -- writing ---------------------------------------------------------------------------

    @property
    def _stated(self) -> Writer:
        """Return the declaration; skip if there is none, which another rule reports."""
        return found_or_skipped(self._known, self.writer, self.word)

    @property
    def _known(self) -> Mapping[str, Writer]:
        return registry().writers

    def _written(self, made: str, folder: Path) -> Conversion:
        return convert(self.records[made](), folder, to=self._stated.name)

    def _done(self, made: str, folder: Path) -> Conversion:
        """Write a record; skip if it is refused."""
        try:
            return self._written(made, folder)
        except EchubError:
            skip("the record is refused")

    def _contents(self, made: str, folder: Path) -> dict[str, bytes]:
        done = self._done(made, folder)
        return {Path(path).name: Path(path).read_bytes() for path in (*done.outputs, *done.companions)}

    def _choices(self) -> Iterator[tuple[str, str]]:
        """Iterate over (option, choice) of the options that are a choice, or yes and no."""
        for field in dataclasses.fields(options_of(self._stated)):
            choices = field.metadata.get("choices") or (
                ("true", "false") if isinstance(field.default, bool) else ()
            )
            yield from ((field.name, str(choice)) for choice in choices)

"""Rules about damaged files: cut anywhere, bits flipped, bytes overwritten."""

from __future__ import annotations

from pathlib import Path

from echub.errors import DataError, EchubError, SourceError
from echub.testing import guard
from echub.testing.base import Contract, RuleViolation, one_line, rule, skip
from echub.testing.damage import DamageOutcome, cases, changed_texts, is_typed, outcomes


class DamageRules(Contract):
    """How a reader handles files that a copy, a disk or a crash has damaged."""

    def _outcomes(self, path: Path) -> list[DamageOutcome]:
        """Read the damaged copies of a sample, once for all rules."""
        key = ("damaged", path)
        if key not in self._kept:
            damaged = cases(path.read_bytes(), self.damages)
            self._kept[key] = outcomes(self, path, self._record(path), damaged)
        found: list[DamageOutcome] = self._kept[key]
        return found

    @rule
    def test_cut_files_invent_nothing(self, path: Path) -> None:
        """A file cut anywhere gives an error, or rows that the whole file has too."""
        for outcome in self._outcomes(path):
            if outcome.lies:
                raise RuleViolation(
                    "a ReadError, or the rows before the cut with their values",
                    f"{outcome.case}: {outcome.lies}",
                    "read whole rows only; report a last row that may be cut with a Notice or as Dropped",
                )

    @rule
    def test_damage_gives_typed_errors(self, path: Path) -> None:
        """A damaged file gives a record or an error of the hub's, a cut one a ReadError."""
        for outcome in self._outcomes(path):
            allowed = (SourceError,) if outcome.is_cut else (SourceError, DataError)
            if not is_typed(outcome.error, allowed):
                raise RuleViolation(
                    " or ".join(kind.__name__ for kind in allowed) + ", or a record",
                    f"{outcome.case}: {one_line(outcome.error)}",
                    "check what the file says before it is used, and raise ReadError where it cannot be",
                )

    @rule
    def test_errors_explain_themselves(self, path: Path) -> None:
        """An error says more than its message: where, expected, found, cause or hint."""
        for outcome in self._outcomes(path):
            error = outcome.error
            if isinstance(error, EchubError) and not (error.message and error.details()):
                raise RuleViolation(
                    "an error with at least one of where, expected, found, cause, hint",
                    f"{outcome.case}: {one_line(error)}",
                    'ReadError("the file ends in its header", expected="512 bytes", found="80", cause="...")',
                )

    @rule
    def test_damage_raises_no_warnings(self, path: Path) -> None:
        """A damaged file issues no Python warning: what users must know is a Notice."""
        for outcome in self._outcomes(path):
            if outcome.warning:
                raise RuleViolation(
                    "no warning",
                    f"{outcome.case}: {outcome.warning}",
                    "with numpy.errstate(...) where a NaN or an overflow is not a surprise; else a Notice",
                )

    @rule
    def test_damage_never_hangs(self, path: Path) -> None:
        """A damaged file ends, within a number of steps that its size allows."""
        for outcome in self._outcomes(path):
            if isinstance(outcome.error, guard.Endless):
                raise RuleViolation(
                    f"at most {guard.line_limit(outcome.size)} lines of Python for {outcome.size} bytes",
                    f"{outcome.case}: more",
                    "let every loop end with the file, whatever a count or a length in it says",
                )

    @rule
    def test_damage_takes_bounded_memory(self, path: Path) -> None:
        """A damaged file takes no more memory than its size allows, whatever its header claims."""
        for outcome in self._outcomes(path):
            if outcome.peak > guard.memory_limit(outcome.size) or isinstance(outcome.error, MemoryError):
                raise RuleViolation(
                    f"at most {guard.memory_limit(outcome.size) >> 20} MiB for {outcome.size} bytes",
                    f"{outcome.case}: {outcome.peak >> 20} MiB",
                    "compare a count or a length with the size of the file before memory is taken for it",
                )

    @rule
    def test_changed_texts_give_typed_errors(self, path: Path) -> None:
        """A text with other numbers, cells, lines or delimiters gives a record or an error of the hub's."""
        damaged = list(changed_texts(path.read_bytes(), self.damages))
        if not damaged:
            skip("the sample is not a text")
        for outcome in outcomes(self, path, self._record(path), damaged):
            if not is_typed(outcome.error, (SourceError, DataError)):
                raise RuleViolation(
                    "SourceError or DataError, or a record",
                    f"{outcome.case}: {one_line(outcome.error)}",
                    "check each line before it is used: how many cells it has, and what is in them",
                )
            if isinstance(outcome.error, guard.Endless) or outcome.peak > guard.memory_limit(outcome.size):
                raise RuleViolation(
                    f"at most {guard.line_limit(outcome.size)} lines of Python and "
                    f"{guard.memory_limit(outcome.size) >> 20} MiB for {outcome.size} bytes",
                    f"{outcome.case}: more",
                    "bound each loop and each array by the size of the file",
                )

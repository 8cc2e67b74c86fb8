"""Every error the hub and its plugins raise on purpose.

::

    EchubError                      exit code
    ├── CommandError                2   the command line is at fault
    │   ├── UnknownReader               no reader (or writer) of that name
    │   ├── InvalidName                 a new plugin cannot be called so
    │   ├── NameTaken                   a new plugin would hide what is installed
    │   ├── UnknownOption               --option names nothing, or its value does not parse
    │   ├── TargetExists                the output is there already
    │   ├── TargetClash                 two sources would become one file
    │   ├── TargetNotWritable           the output cannot be written (disk full, no permission)
    │   ├── TargetBusy                  another run writes to the same place
    │   └── EngineError                 the workers of `--on` cannot be used
    ├── SourceError                 3   a file could not be read
    │   ├── SourceNotFound              no such file, a directory, no permission
    │   ├── UnknownFormat               no reader knows it
    │   ├── AmbiguousFormat             several readers claim it equally
    │   ├── ReaderNotInstalled          the format is known, its package is missing
    │   ├── SourceChanged               it changed while it was read
    │   ├── WorkerDied                  the process that converted it died
    │   └── ReadError                   the format is known, the file is damaged or unsupported
    │       ├── Ambiguous                   a text with two readings: an option decides
    │       ├── OpenSign                    a current whose sign its table contradicts: an option decides
    │       ├── NewerSchema                 a native file of a newer major schema
    │       ├── InconsistentFile            a native file whose columns do not fit together
    │       └── ChangedContent              a native file whose texts are not those that were written
    ├── DataError                   1   the data or its metadata are at fault
    │   ├── UnknownUnit                 not in the unit table
    │   ├── UnitMismatch                a unit of another dimension than the quantity's
    │   ├── UnknownColumn               no such column, quantity or dataset
    │   ├── AmbiguousColumn             several columns answer one quantity
    │   ├── UnknownSpecies              an ion label that cannot be read
    │   ├── MetadataError               a path or value that the metadata schema refuses
    │   ├── NoCommonClock               two records cannot be put on one clock
    │   ├── AmbiguousOffset             several offsets between two clocks fit equally well
    │   └── SelectionError              an expression of `query` that cannot be evaluated
    └── PluginError                 4   a plugin, schema or configuration is at fault
        ├── PluginDied                  the process died while it ran a function of a plugin
        └── SchemaError                 a group's schema contradicts the core, itself or its parents

Each carries a `Remark` with a stable ``code`` that says where, what was expected, what was found, the likely
cause and what helps; `str` prints them over several lines, `as_dict` gives them to ``--json``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, ClassVar

from echub.remark import Remark
from echub.text import printable


class _Detail:
    """A detail of an error's remark, as an attribute of the error; None if it is not given."""

    def __set_name__(self, owner: type[EchubError], name: str) -> None:
        self.name = name

    def __get__(self, error: EchubError, owner: type[EchubError]) -> str | None:
        return getattr(error.remark, self.name) or None

    def __set__(self, error: EchubError, value: str | None) -> None:
        changed: dict[str, Any] = {self.name: value or ""}
        error.remark = replace(error.remark, **changed)


class _Place(_Detail):
    """The place in words, with the column: ``row 3, column Ewe/V``."""

    def __get__(self, error: EchubError, owner: type[EchubError]) -> str | None:
        where, column = error.remark.where, error.remark.column
        named = f"column {column}" if column and column not in where else ""
        return ", ".join(part for part in (where, named) if part) or None


class EchubError(Exception):
    """An error with what went wrong, where, and what helps: an exception that carries a `remark`.

    Every detail is optional and keyword-only; `path` is the file as the user named it, `where` a
    place inside it (`offset 1007`, `line 12`), `column` the column meant. `guessed`: the error comes from a
    reader that was tried only because no other knew the file.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    where = _Place()
    expected = _Detail()
    found = _Detail()
    cause = _Detail()
    hint = _Detail()
    column = _Detail()

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        where: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        cause: str | None = None,
        hint: str | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        given: dict[str, Any] = {
            "where": where,
            "expected": expected,
            "found": found,
            "cause": cause,
            "hint": hint,
            "column": column,
        }
        self.remark = Remark(self.code, message, "error", **{name: text for name, text in given.items() if text})
        self.path = path or None
        self.guessed = False

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions are pickled between processes in batch work; the default loses the keywords.
        return (_rebuild, (type(self), self.message, self.__dict__.copy()))

    @property
    def message(self) -> str:
        """Return what went wrong, in one line."""
        return self.remark.message

    def details(self) -> list[tuple[str, str]]:
        """Return the details that are set, in printing order; a column is a place."""
        return replace(self.remark, where=self.where or "").details()

    def as_dict(self) -> dict[str, Any]:
        """Return code, message and the details that are set, for `--json`."""
        named = {"path": self.path} if self.path else {}
        column = {"column": self.column} if self.column else {}
        return {"code": self.code, "message": self.message, **named, **dict(self.details()), **column}

    def __str__(self) -> str:
        head = f"{self.path}: {self.message}" if self.path else self.message
        lines = [_IS_NEW.sub(r"\\n", printable(f"  {k}: {v}", keep="\n")) for k, v in self.details()]
        return "\n".join([printable(f"{head} [{self.code}]"), *lines])


_IS_NEW = re.compile(r"\n(?! {4,}(?!::|##))")
"""A line break that does not continue an indented list of ours: behind it, a file could write its own line."""


def _rebuild(kind: type[EchubError], message: str, state: dict[str, object]) -> EchubError:
    error = kind(message)
    error.__dict__.update(state)
    return error


class CommandError(EchubError):
    """The command line asks for something impossible."""

    code = "command"
    exit_code = 2


class UnknownReader(CommandError):
    """No installed plugin has a reader or writer of that name."""

    code = "unknown-reader"


class UnknownOption(CommandError):
    """An option is not one of the reader's, or its value does not parse."""

    code = "unknown-option"


class InvalidName(CommandError):
    """A new plugin cannot have this name."""

    code = "invalid-name"


class NameTaken(CommandError):
    """The name of a new plugin belongs to something that is installed."""

    code = "name-taken"


class TargetExists(CommandError):
    """The output file is there already and `--force` was not given."""

    code = "target-exists"


class TargetClash(CommandError):
    """Two sources would be written to one output."""

    code = "target-clash"


class TargetNotWritable(CommandError):
    """The output cannot be written: disk full, no permission, no such device."""

    code = "target-not-writable"


class TargetBusy(CommandError):
    """Another run is writing to the same place."""

    code = "target-busy"


class EngineError(CommandError):
    """The workers that `--on` names cannot be reached, or would give other results."""

    code = "engine"


class SourceError(EchubError):
    """A source could not be read."""

    code = "source"
    exit_code = 3


class SourceNotFound(SourceError):
    """The path is not a readable file."""

    code = "source-not-found"


class UnknownFormat(SourceError):
    """No reader recognises the content."""

    code = "unknown-format"


class AmbiguousFormat(SourceError):
    """Several readers recognise the content equally well."""

    code = "ambiguous-format"


class ReaderNotInstalled(SourceError):
    """The format is known, but the package that reads it is not installed."""

    code = "reader-not-installed"


class SourceChanged(SourceError):
    """A file changed while it was read."""

    code = "source-changed"


class WorkerDied(SourceError):
    """The process that worked on a source died: a library crashed, or it was killed for using too much memory."""

    code = "worker-died"


class ReadError(SourceError):
    """The format is known, but the file is damaged, unsupported or not what it claims."""

    code = "read-error"


class Ambiguous(ReadError):
    """A text allows two readings; the hint names the option that decides."""

    code = "ambiguous-dialect"


class OpenSign(ReadError):
    """The table contradicts the sign of its current; the hint names the option that decides."""

    code = "current-sign"


class NewerSchema(ReadError):
    """A native file was written with a newer major version of the schema."""

    code = "newer-schema"


class InconsistentFile(ReadError):
    """The columns of a native file do not fit together."""

    code = "inconsistent-file"


class ChangedContent(ReadError):
    """The texts of a native file are not those that were written with it."""

    code = "changed-content"


class DataError(EchubError):
    """The data or its metadata do not allow what was asked."""

    code = "data"
    exit_code = 1


class UnknownUnit(DataError):
    """A unit text is not in the closed table."""

    code = "unknown-unit"


class UnitMismatch(DataError):
    """A unit has the wrong dimension."""

    code = "unit-mismatch"


class UnknownColumn(DataError):
    """No such column, quantity or dataset."""

    code = "unknown-column"


class AmbiguousColumn(DataError):
    """Several columns could hold one quantity."""

    code = "ambiguous-column"


class UnknownSpecies(DataError):
    """An ion label that cannot be read, or can be read in two ways."""

    code = "unknown-species"


class MetadataError(DataError):
    """A metadata path or value that the schema refuses."""

    code = "metadata"


class NoCommonClock(DataError):
    """Two records cannot be put on one clock."""

    code = "no-common-clock"


class AmbiguousOffset(DataError):
    """Several offsets between two clocks fit equally well."""

    code = "ambiguous-offset"


class SelectionError(DataError):
    """A selection that cannot be evaluated."""

    code = "selection"


class PluginError(EchubError):
    """A plugin, a schema or a configuration file is at fault."""

    code = "plugin"
    exit_code = 4


class PluginDied(PluginError):
    """The process died while it ran a function of a plugin; the message names both."""

    code = "plugin-died"


class SchemaError(PluginError):
    """A group's schema redefines or loosens the core, or contradicts itself."""

    code = "schema"


def of_code(code: str) -> type[EchubError]:
    """Return the class of the errors with a code; `ReadError` for one of a plugin's own."""
    known = [kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, EchubError)]
    return next((kind for kind in known if kind.code == code), ReadError)

"""The basis of all rules of a contract: the decorator, the samples, and cached reads."""

from __future__ import annotations

import functools
import inspect
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn, TypeVar

import pytest
from numpy.typing import ArrayLike

from echub.declare import Reader, Writer
from echub.errors import EchubError, PluginError
from echub.files.reading import read
from echub.model.record import Record
from echub.registry.calling import require_callable
from echub.registry.installed import samples_of
from echub.registry.registry import is_installed, registry

Rule = TypeVar("Rule", bound=Callable[..., None])
Declared = TypeVar("Declared", Reader, Writer)

NO_NUMBER = re.compile(r"(?<![\w.])(?:nan|inf|None)(?![\w.])")
"""What stands in a sentence where a number could not be computed."""


class RuleViolation(Exception):
    """A rule is broken: what was expected and found, and what the plugin's author can do."""

    def __init__(self, expected: str, found: str, advice: str) -> None:
        super().__init__(found)
        self.expected, self.found, self.advice = expected, found, advice


def rule(test: Rule) -> Rule:
    """Mark a method as a rule; its `RuleViolation` becomes a test failure with rule, file and advice."""

    @functools.wraps(test)
    def checked(self: Contract, *args: object, **kwargs: object) -> None:
        broken = None
        try:
            test(self, *args, **kwargs)
        except RuleViolation as raised:
            broken = raised
        if broken is not None:  # outside the handler, so that the report shows only the message
            text = (inspect.getdoc(test) or test.__name__).partition("\n")[0]
            path = kwargs.get("path")
            what = path.name if isinstance(path, Path) else kwargs.get("made")
            about = f"{self.subject}, {what}" if what else self.subject
            lines = (f"expected: {broken.expected}", f"found: {broken.found}", f"to do: {broken.advice}")
            failure = pytest.fail.Exception("\n  ".join((f"{about}: {text}", *lines)), pytrace=False)
            failure.broken = broken  # type: ignore[attr-defined]
            raise failure

    checked.is_rule = True  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


class Contract:
    """The attributes that a subclass sets, and access to the reader and its records."""

    reader: ClassVar[str] = ""
    files: ClassVar[Sequence[str | os.PathLike[str]]] = ()
    foreign: ClassVar[Sequence[str | os.PathLike[str]]] = ()
    damages: ClassVar[int] = 32
    _kept: ClassVar[dict[Any, Any]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls._kept = {}

    @property
    def subject(self) -> str:
        """Return the name of what is tested."""
        return self.reader

    @classmethod
    def rules(cls) -> dict[str, str]:
        """Return every rule: the name of its method, and the rule in one line."""
        methods = inspect.getmembers(cls, inspect.isfunction)
        return {name: (inspect.getdoc(m) or "").partition("\n")[0] for name, m in methods if hasattr(m, "is_rule")}

    def source_table(self, path: Path) -> Mapping[tuple[int, str], ArrayLike] | None:
        """Return the source's columns by (position, header), read independently of the plugin.

        Optional. The positions may cover only part of the table; numbers as in the source.
        """
        return None

    # -- samples ---------------------------------------------------------------------------

    @classmethod
    def paths(cls) -> list[Path]:
        """Return the sample files as absolute paths: `files`, else those that the reader declares."""
        declared = None if cls.files else registry().readers.get(cls.reader)
        try:
            return samples_of(declared) if declared else cls._absolute(cls.files)
        except PluginError:
            return []  # test_samples_hold_data reports that there are none

    @classmethod
    def _absolute(cls, files: Sequence[str | os.PathLike[str]]) -> list[Path]:
        """Resolve paths relative to the folder of the file that defines the subclass."""
        try:
            here = Path(inspect.getfile(cls)).parent
        except (TypeError, OSError):  # a class defined in an interpreter
            here = Path.cwd()
        return [here / Path(file) for file in files]

    def _isolated(self, path: Path, folder: Path) -> Path:
        """Copy a sample to an empty folder, so that it has no siblings."""
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / path.name
        shutil.copyfile(path, copy)
        return copy

    # -- the reader ------------------------------------------------------------------------

    @property
    def _declared(self) -> Reader:
        """Return the declaration; skip if there is none, which another rule reports."""
        return found_or_skipped(registry().readers, self.reader, "reader")

    @property
    def _usable(self) -> Reader:
        """Return the declaration of a reader whose functions load; skip if they do not."""
        declared = self._declared
        try:
            require_callable(declared.sniff)
            require_callable(declared.read)
        except PluginError as error:
            pytest.skip(f"{error.message}: test_its_functions_load says why")
        return declared

    @property
    def _is_exempt(self) -> bool:
        """Return whether the reader is a fallback, or is used only on request."""
        return self._usable.fallback or self._usable.explicit_only

    def _record(self, path: Path) -> Record:
        """Read a sample, once for all rules; skip if it cannot be read."""
        if path not in self._kept:
            try:
                self._kept[path] = self._read(path)
            except EchubError as error:
                self._kept[path] = error
        found = self._kept[path]
        if isinstance(found, Record):
            return found
        pytest.skip("the sample cannot be read: test_reads_its_files says why")

    def _read(self, what: Any, **options: str) -> Record:  # noqa: ANN401
        return read(what, reader=self._usable.name, options=options)


def skip(reason: str) -> NoReturn:
    """Skip a rule, with the reason."""
    pytest.skip(reason)


def differences(one: Record, other: Record) -> str:
    """Say in a few words where two records differ; empty if they do not.

    Provenance is not compared, because it names the file.
    """
    if list(one.datasets) != list(other.datasets):
        return f"datasets {list(one.datasets)} and {list(other.datasets)}"
    for kind, dataset in one.datasets.items():
        twin = other.datasets[kind]
        if list(dataset.columns) != list(twin.columns):
            return f"{kind}: columns {list(dataset.columns)} and {list(twin.columns)}"
        different = [n for n, column in dataset.columns.items() if not column.same_as(twin.columns[n])]
        if different or not dataset.same_as(twin):
            return f"{kind}: {', '.join(different) or 'attributes, history or omitted columns'}"
    parts = ("metadata", "settings", "notices", "dropped")
    return ", ".join(part for part in parts if getattr(one, part) != getattr(other, part))


def one_line(error: BaseException | None) -> str:
    """Return the class of an error and its first line, with the plugin's own exception if there is one."""
    if error is None:
        return "no error"
    found = getattr(error, "found", None)
    return f"{type(error).__name__}: {str(error).splitlines()[0]}" + (f" ({found})" if found else "")


def found_or_skipped(known: Mapping[str, Declared], name: str, word: str) -> Declared:
    """Return a declaration; skip the rule if there is none, or if it needs a package that is not installed."""
    found = known.get(name)
    if found is None:
        pytest.skip(f"no {word} {name!r}: test_is_registered says why")
    if not is_installed(found):
        pytest.skip(f"{name} needs the package {found.requires}, which is not installed")
    return found

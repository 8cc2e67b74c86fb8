"""Rules about reading: every way in gives the same, and leaves no trace."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

from echub.errors import DataError, EchubError, SourceError, UnknownOption
from echub.files.content import content_hash
from echub.files.conversion import convert
from echub.model.source import Source
from echub.registry.calling import options_of
from echub.testing.base import Contract, RuleViolation, differences, one_line, rule, skip
from echub.testing.processes import content_elsewhere
from echub.testing.strangers import strangers
from echub.testing.tables import rows_of

ELSEWHERE = (
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "C.UTF-8"},
)
MEMORY, MEMORY_PER_BYTE = 300 << 20, 20
"""Bytes that reading may take in all, for the libraries of a format, and for each byte of the file."""
_NO_OPTION = "no-such-option"


class ReadingRules(Contract):
    """What reading a valid file must return, and what it must not change."""

    @rule
    def test_samples_hold_data(self) -> None:
        """There are sample files, each has content, and at least one of them gives rows."""
        paths = self.paths()
        missing = [str(path) for path in paths if not path.is_file() or not path.stat().st_size]
        if not paths or missing:
            raise RuleViolation(
                "paths of sample files in `files`",
                f"no file, or an empty one, at {', '.join(missing)}" if missing else "none",
                'files = sorted(Path(__file__).parent.glob("data/*.acm"))',
            )
        if not any(rows_of(self._record(path)) for path in paths):
            raise RuleViolation(
                "rows in one of the samples", "none in any", "add a sample with data: the rules need it"
            )

    @rule
    def test_reads_its_files(self, path: Path) -> None:
        """Every sample file is read to a record."""
        try:
            self._read(path)
        except EchubError as error:
            raise RuleViolation("a record", str(error), "read the file, or take it out of `files`") from None

    @rule
    def test_reads_path_bytes_and_stream_alike(self, path: Path, tmp_path: Path) -> None:
        """A path, an open file, a stream and bytes of one content give one record."""
        copy = self._isolated(path, tmp_path)
        data = copy.read_bytes()
        stream = io.BytesIO(data)
        stream.name = copy.name
        with copy.open("rb") as file:
            ways = {"an open file": file, "a stream": stream, "named bytes": Source.from_bytes(data, copy.name)}
            self._compare_ways(copy, {**ways, "bytes without a name": data})

    def _compare_ways(self, copy: Path, ways: dict[str, Any]) -> None:
        try:
            expected = self._read(copy)
        except EchubError:
            skip("the sample cannot be read without the files beside it")
        for what, way in ways.items():
            try:
                found = differences(expected, self._read(way))
            except EchubError as error:
                found = one_line(error)
            if found:
                raise RuleViolation(
                    f"the record of the path from {what} too",
                    f"it differs: {found}",
                    "take all bytes from source.open(), source.read() or source.head, none from source.path",
                )

    @rule
    def test_refuses_strangers(self, tmp_path: Path) -> None:
        """Content of another kind is refused with a ReadError, never read to a record."""
        suffix = self._usable.suffixes[0] if self._usable.suffixes else ""
        for what, data in strangers().items():
            path = tmp_path / f"sample{suffix}"
            path.write_bytes(data)
            try:
                found = repr(self._read(path))
            except EchubError as error:
                found = "" if isinstance(error, SourceError) else one_line(error)
                if self._is_exempt and isinstance(error, DataError):
                    found = ""
            else:
                found = "" if self._is_exempt else found
            if found:
                raise RuleViolation(
                    "ReadError", f"{what} gave {found}", "look for the signature before anything is read"
                )

    @rule
    def test_unknown_options_are_refused(self, path: Path) -> None:
        """An option that the reader does not have is refused, not ignored."""
        try:
            self._read(path, **{_NO_OPTION: "1"})
        except UnknownOption:
            return
        except EchubError as error:
            raise RuleViolation(
                "UnknownOption", one_line(error), "leave options to the declared dataclass"
            ) from None
        raise RuleViolation("UnknownOption", "a record", "leave options to the declared dataclass")

    @rule
    def test_every_choice_reads(self, path: Path) -> None:
        """Each choice of each option reads the samples, to a record or a typed error."""
        self._record(path)
        for name, value in _choices(options_of(self._usable)):
            try:
                self._read(path, **{name: value})
            except (SourceError, DataError):
                continue
            except EchubError as error:
                raise RuleViolation(
                    "a record, or an error that explains",
                    f"--option {name}={value}: {one_line(error)}",
                    "handle every choice that is declared",
                ) from None

    @rule
    def test_leaves_files_alone(self, path: Path, tmp_path: Path) -> None:
        """Reading changes nothing on disk: not the file, not its times, nothing beside it."""
        copy = self._isolated(path, tmp_path)
        os.utime(copy, (1_000_000_000, 1_000_000_000))
        before = _state(tmp_path)
        with contextlib.suppress(EchubError):
            self._read(copy)
        after = _state(tmp_path)
        changed = sorted(str(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        if changed:
            raise RuleViolation(
                "the folder as it was", f"changed: {', '.join(changed)}", "read only; keep no cache file"
            )

    @rule
    def test_says_nothing(self, path: Path) -> None:
        """Reading prints nothing and issues no Python warning: what users must know is a Notice."""
        self._record(path)
        out, err = io.StringIO(), io.StringIO()
        with warnings.catch_warnings(record=True) as issued:
            warnings.simplefilter("always")
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                self._read(path)
        said = [*(out.getvalue() + err.getvalue()).splitlines(), *(str(warning.message) for warning in issued)]
        if said:
            raise RuleViolation("silence", repr(said[0]), "Record(..., notices=[Notice(code, message)])")

    @rule
    def test_same_each_time(self, path: Path, tmp_path: Path) -> None:
        """Read again, after other files, the record is the same; converted twice, the bytes are."""
        self._record(path)
        copy = self._isolated(path, tmp_path / "same")
        try:
            first = convert(copy, tmp_path / "first", reader=self._usable.name)
        except EchubError:
            skip("the sample cannot be read without the files beside it")
        for other in self.paths():
            if other != path:
                with contextlib.suppress(EchubError):
                    self._read(other)
        second = convert(copy, tmp_path / "second", reader=self._usable.name)
        if first.record is None or second.record is None:
            skip("nothing was read: test_reads_its_files says why")
        found = differences(first.record, second.record)
        one, two = (hashlib.sha256(Path(c.outputs[0]).read_bytes()).hexdigest() for c in (first, second))
        if found or one != two or first.content_hash != second.content_hash:
            raise RuleViolation(
                "equal records, equal bytes",
                f"they differ: {found or 'the bytes of the native file'}",
                "keep no state between files; use no clock, no counter and no random number",
            )

    @rule
    def test_same_everywhere(self, tmp_path: Path) -> None:
        """Another hash seed, time zone, language and folder give the same content."""
        here, elsewhere = self._elsewhere(tmp_path)
        for environment, read in zip(ELSEWHERE, elsewhere, strict=True):
            found = [content for _, content in read or ()]
            if found == list(here.values()):
                continue
            shown = " ".join(f"{name}={value}" for name, value in environment.items())
            names = [copy.name for copy, other in zip(here, found, strict=False) if here[copy] != other]
            raise RuleViolation(
                f"equal content_hash with {shown}",
                f"another one for {', '.join(names)}" if found else "the files could not be read there",
                "sort what comes from a set; keep local time as it stands; name the encoding; store no folder",
            )

    @rule
    def test_memory_follows_the_size(self, tmp_path: Path) -> None:
        """Reading takes at most 20 times the size of a file and 300 MB, imports included."""
        _, elsewhere = self._elsewhere(tmp_path)
        largest = 0
        for number, (copy, size) in enumerate(self._kept["sizes"].items()):
            largest = max(largest, size)  # the process read the files before this one too
            taken = max((read[number][0] for read in elsewhere if read), default=0)
            if taken > MEMORY + MEMORY_PER_BYTE * largest:
                raise RuleViolation(
                    f"at most {(MEMORY + MEMORY_PER_BYTE * largest) >> 20} MiB for {size} bytes",
                    f"{copy.name}: {taken >> 20} MiB",
                    "read a large file in parts; give columns as arrays, not as Python lists",
                )

    def _elsewhere(self, folder: Path) -> tuple[dict[Path, str], list[list[tuple[int, str]] | None]]:
        """Read isolated copies of the samples here and in other environments, once for all rules."""
        if "elsewhere" not in self._kept:
            here = {}
            for number, path in enumerate(self.paths()):
                copy = self._isolated(path, folder / str(number))
                with contextlib.suppress(EchubError):
                    here[copy] = content_hash(self._read(copy))
            moved = [self._isolated(copy, folder / "elsewhere" / copy.parent.name) for copy in here]
            self._kept["sizes"] = {copy: copy.stat().st_size for copy in here}
            found = [content_elsewhere(self._usable.name, moved, there) for there in ELSEWHERE] if here else []
            self._kept["elsewhere"] = here, found
        here, found = self._kept["elsewhere"]
        if not here:
            skip("no sample can be read by itself: test_reads_its_files says why")
        return here, found


def _state(folder: Path) -> dict[Path, tuple[object, ...]]:
    """Record the state of a folder: contents, times, permissions."""
    found: dict[Path, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        status = path.stat()
        found[path.relative_to(folder)] = (
            status.st_mode,
            path.is_file() and (status.st_mtime_ns, path.read_bytes()),
        )
    return found


def _choices(options: type) -> Iterator[tuple[str, str]]:
    """Iterate over the values of options with few: choices, and yes or no."""
    kinds = get_type_hints(options)
    for field in dataclasses.fields(options):
        values = field.metadata.get("choices") or (("true", "false") if kinds[field.name] is bool else ())
        yield from ((field.name, value) for value in values)

"""A file as readers see it: name, size, head, bytes, siblings, hash."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

from echub.errors import ReadError, SourceChanged, SourceNotFound
from echub.model.folders import matching
from echub.remark import Notice
from echub.text import Finding, encoding_of, plain_bytes, single_ends

HEAD = 65_536
"""Bytes of a file that every sniffer may look at: 64 KiB, one read, and more than the headers of known formats."""

_ZEROS = 4
"""Zero bytes at the end that no text has: UTF-16 ends in one, UTF-32 in three."""


_END_MARK = b"\x1a"
"""Ctrl-Z, with which programs of DOS and its BASIC end their texts."""


class Source:
    """One file or bytes in memory; the same to every reader.

    `path` is None for bytes. `used` lists the siblings that a reader opened, for provenance; `asked`
    the names and patterns of those it looked for, found or not: what is read depends on them.
    Raises `SourceNotFound` for anything but a readable file.
    """

    def __init__(self, path: str | os.PathLike[str], *, siblings: bool = True) -> None:
        self.path: Path | None = Path(path)
        self.name = self.path.name
        self.used: list[str] = []
        self.asked: list[str] = []
        self._data: bytes | None = None
        self._siblings = siblings
        self.size = _size(self.path)
        self._written = _last_written(self.path)

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "data") -> Source:
        """Wrap bytes in memory."""
        source = cls.__new__(cls)
        source.path, source.name, source.used, source.asked, source._siblings = None, name, [], [], False
        source._data, source.size = bytes(data), len(data)
        return source

    @classmethod
    def of(cls, what: str | os.PathLike[str] | bytes | BinaryIO | Source, *, siblings: bool = True) -> Source:
        """Wrap a path, bytes or an open binary file; without `siblings` no other file is opened.

        Raises `SourceNotFound` for anything else.
        """
        if isinstance(what, Source):
            return what
        if isinstance(what, (bytes, bytearray, memoryview)):
            return cls.from_bytes(bytes(what))
        if isinstance(what, (str, os.PathLike)):
            return cls(what, siblings=siblings)
        data = what.read() if hasattr(what, "read") else None
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise _no_source(what, data)
        name = getattr(what, "name", "data")
        return cls.from_bytes(bytes(data), Path(name).name if isinstance(name, str) else "data")

    @property
    def shown(self) -> str:
        """Return the path as the user named it, or the name of bytes in memory."""
        return str(self.path) if self.path is not None else self.name

    @property
    def suffix(self) -> str:
        """Return the last suffix, in lower case."""
        return Path(self.name).suffix.lower()

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open for reading, from the first byte; an operating-system error becomes a `ReadError`.

        A file of which the head is all is not opened again: on the disk of another computer that takes long.
        """
        held = self._held
        if self.path is None or held is not None:
            yield io.BytesIO(held or b"")
            return
        try:
            with self.path.open("rb") as file:
                yield file
        except OSError as error:
            raise ReadError(f"the file cannot be read: {error.strerror or error}", path=self.shown) from error

    @property
    def _held(self) -> bytes | None:
        """Return all bytes, if they are in memory already."""
        head: bytes = vars(self).get("head", b"")
        return head if self._data is None and 0 < len(head) == self.size < HEAD else self._data

    @contextmanager
    def on_disk(self, suffix: str = "") -> Iterator[Path]:
        """Return a path for a library that opens files itself and may depend on the suffix.

        The path of this source if it has the suffix; else a copy, which exists as long as the context.
        """
        if self.path is not None and suffix in ("", self.suffix):
            yield self.path.resolve()
            return
        import tempfile

        with tempfile.TemporaryDirectory(prefix="echub-") as folder:
            copy = Path(folder) / f"copy{suffix}"
            copy.write_bytes(self.read())
            yield copy

    @cached_property
    def head(self) -> bytes:
        """Return the first 64 KiB, read once."""
        return self.read(0, HEAD)

    def read(self, offset: int = 0, length: int = -1) -> bytes:
        """Read bytes; fewer than requested at the end of the file."""
        with self.open() as file:
            file.seek(offset)
            return file.read(length)

    def sibling(self, suffix: str) -> Source | None:
        """Open the file next to this one that differs only in the suffix, if there is one."""
        if self.path is None or not self._siblings:
            return None
        path = self.path.with_suffix(suffix)
        if path == self.path:
            return None
        self.asked.append(path.name)
        if not os.path.isfile(path):  # False, not an error, for a name too long
            return None
        self.used.append(path.name)
        found = Source(path)
        found.asked = self.asked  # files that a sibling depends on, this file depends on
        return found

    def beside(self, pattern: str) -> list[Source]:
        """Open the files of the same folder whose names match a glob, by name; empty for bytes.

        They count as used only if the reader says so: ``source.used.append(name)``.
        """
        if self.path is None or not self._siblings:
            return []
        self.asked.append(pattern)
        try:
            found = [path for path in matching(self.path.parent, pattern) if path != self.path]
        except OSError:  # a name that is too long for the file system
            return []
        return [Source(path, siblings=False) for path in found if path.is_file()]

    def sha256(self) -> str:
        """Hash the whole file."""
        with self.open() as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]

    @cached_property
    def digest(self) -> str:
        """Return the hash of what was read, computed once; raise `SourceChanged` if the file has changed since."""
        found = self.sha256()
        self.require_unchanged()
        return found

    def require_unchanged(self) -> None:
        """Raise `SourceChanged` if the file has changed since this source was made."""
        if self.path is not None and _last_written(self.path) != self._written:
            raise SourceChanged(
                "the file changed while it was read",
                path=self.shown,
                cause="its measurement is still running, or it is being copied",
                hint="convert it again when it is complete",
            )


def without_zero_tail(source: Source) -> tuple[Source, list[Notice]]:
    """Return a text without the zero bytes at its end, and the notice of them; any other source as it is.

    A full disk or a synchronising folder reserves space that is never written; what stands before it may be cut
    within a line. Of UTF-16 as much is left as makes its last character whole. The end mark of DOS goes as well.
    """
    if source.size < _ZEROS or source.read(source.size - _ZEROS) != bytes(_ZEROS):
        return _without_end_mark(source), []
    data = source.read()
    kept = len(data.rstrip(b"\0"))
    kept += kept % 2 if _is_utf16(_encoding(source)) else 0
    text = f"the file ends in {len(data) - kept} zero bytes from offset {kept}: they are not data"
    return _without_end_mark(_with_bytes(source, data[:kept])), [Notice("zero-tail", text)]


def plain_text(source: Source) -> tuple[Source, list[Notice]]:
    """Return a text as its own program writes it, and the notice of zero bytes behind it.

    UTF-16 becomes UTF-8; line ends become single ones (`echub.text.single_ends`); zero bytes and the end mark of
    DOS behind the text are left out. Any other source is returned as it is, and little of it is read.
    """
    source, notices = without_zero_tail(source)
    if _is_utf16(_encoding(source)):
        source = _with_bytes(source, plain_bytes(source.read(), whole=True))
    elif single_ends(source.head, source.head) != source.head:
        source = _with_bytes(source, single_ends(source.read(), source.head))
    return _without_end_mark(source), notices


def _without_end_mark(source: Source) -> Source:
    """Return a text without a Ctrl-Z at its end; in UTF-16 the byte may be half of a letter."""
    if not source.size or source.read(source.size - 1) != _END_MARK or _is_utf16(_encoding(source)):
        return source
    return _with_bytes(source, source.read().rstrip(_END_MARK))


def _encoding(source: Source) -> Finding:
    return encoding_of(source.head, whole=source.size <= len(source.head))


def _is_utf16(encoding: Finding) -> bool:
    return (encoding.value or "").startswith("utf-16")


def _with_bytes(source: Source, data: bytes) -> Source:
    """Return a source with other bytes; its path and name, and what was opened for it, stay."""
    plain = Source.from_bytes(data, source.name)
    vars(plain).update(
        {name: value for name, value in vars(source).items() if name not in ("_data", "size", "head")}
    )
    return plain


class SourceFacts(Mapping[str, Any]):
    """Name, size and sha256 of a source; the file is hashed when somebody first asks for the hash.

    Raises `SourceChanged` if it has changed since it was read. Threads may ask at the same time.
    """

    def __init__(self, source: Source) -> None:
        self._known: dict[str, Any] = {"name": source.name, "size": source.size}
        self._source = source
        self._hashing = Lock()

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401
        if key == "sha256":
            with self._hashing:
                return self._source.digest
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(("name", "size", "sha256"))

    def __len__(self) -> int:
        return 3

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._known})"

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (dict(self),)  # another process may not see the file


def _last_written(path: Path) -> tuple[int, int] | None:
    """Return size and time of the last change, as the system reports them."""
    try:
        stated = os.stat(path)
    except OSError:
        return None
    return stated.st_size, stated.st_mtime_ns


def _size(path: Path) -> int:
    """Return the size of a readable file, or raise an error that says why it cannot be read."""
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode) and not os.access(path, os.R_OK | os.X_OK):
            raise SourceNotFound("this folder may not be listed", path=str(path), hint=f"chmod +rx {path.name}")
        if stat.S_ISDIR(mode):
            raise SourceNotFound(
                "this is a directory",
                path=str(path),
                expected="a file",
                hint="`echub convert` walks directories",
            )
        if not stat.S_ISREG(mode):  # opening a pipe would wait forever
            raise SourceNotFound("this is not a regular file", path=str(path), expected="a file", found="a device")
        with open(path, "rb", buffering=0) as file:
            return file.seek(0, os.SEEK_END)
    except FileNotFoundError:
        raise SourceNotFound(
            "no such file", path=str(path), cause="the name is misspelt, or the file moved"
        ) from None
    except PermissionError:
        raise SourceNotFound("permission denied", path=str(path), hint=f"chmod +r {path.name}") from None
    except (OSError, ValueError) as error:
        raise SourceNotFound(f"the file cannot be opened: {error}", path=str(path)) from None


def _no_source(what: object, data: object) -> SourceNotFound:
    """Say that what is to be read cannot be: what a notebook hands over by mistake."""
    hint = None
    if isinstance(data, str):
        hint = 'open(path, "rb") opens a file as it is'
    elif isinstance(what, (list, tuple, set)):
        hint = "read one file at a time; echub.convert_many, echub.stack and echub.align take several"
    elif type(what).__module__.startswith("echub."):
        hint = "it is read already"
    return SourceNotFound(
        "this cannot be read as a file",
        expected="a path, bytes, or a file opened as binary",
        found="a file opened as text" if isinstance(data, str) else type(what).__name__,
        hint=hint,
    )

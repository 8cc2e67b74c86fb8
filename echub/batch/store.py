"""A folder of an object store, or a local one: listed, read by ranges, written whole, past passing failures."""

from __future__ import annotations

import posixpath
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from echub.errors import EchubError, PluginError, SourceChanged, SourceNotFound, TargetNotWritable, UnknownOption

Value = TypeVar("Value")

RANGE = 8 << 20
"""Bytes of one read: large against the cost of a request, small enough to be read again if it breaks."""
TRIES = 5
"""Attempts of a request that failed or came back short; 0.1 s after the first, twice as long after each."""
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+):/+(?P<rest>.*)", re.DOTALL)
_HOSTLESS = {"file", "local"}
_WHOLE = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss"}
"""Stores where an object appears only when all of it is there; elsewhere a temporary name is renamed."""


def url_of(path: Path | str | None) -> str | None:
    """Return the address that a path stands for, or None; `UnknownOption` if it holds a password.

    A `Path` has one slash where the address had two or three: `file` has no host, what follows is a whole path.
    """
    found = _URL.fullmatch(str(path)) if path is not None else None
    if found is None:
        return None
    if "@" in found["rest"].split("/", 1)[0] and ":" in found["rest"].split("@", 1)[0]:
        raise UnknownOption(
            "an address must not hold a password: it would be in ledgers and logs",
            found=f"{found['scheme']}://…@…",
            hint="use the environment, a profile or a role, as the packages of the store describe",
        )
    host = "/" if found["scheme"] in _HOSTLESS else ""
    return f"{found['scheme']}://{host}{found['rest'].rstrip('/')}"


@dataclass(frozen=True, slots=True)
class Object:
    """One file of a store: its path in the tree, its key, size, and the mark that changes with its content."""

    name: str
    key: str
    size: int
    mark: str


class Store:
    """A folder of a store, or a local one; every request is repeated if it fails for a passing reason."""

    def __init__(self, where: str, *, target: bool = False) -> None:
        self.where = where
        self._error: type[EchubError] = TargetNotWritable if target else SourceNotFound
        try:
            import fsspec
        except ImportError as error:
            raise PluginError("fsspec is not installed", hint="pip install 'echub[remote]'") from error
        try:
            self.files, self.root = fsspec.core.url_to_fs(where, use_listings_cache=False)
        except ImportError as error:
            raise PluginError(f"a package for {where.split(':')[0]} is missing", hint=str(error)) from None
        except ValueError as error:
            raise UnknownOption("an address of an unknown kind", found=where, cause=str(error)) from None
        self.root = self.root.rstrip("/")
        self.scheme = where.split(":", 1)[0]

    def list(self, folder: str | None = None) -> dict[str, Object]:
        """List all files below the folder, by their paths in it; or those in one folder of it, and none below."""
        root, depth = (self.root, None) if folder is None else (posixpath.join(self.root, folder).rstrip("/"), 1)
        found = self._tried(lambda: self.files.find(root, maxdepth=depth, detail=True), "list", may_lack=True)
        objects = {}
        for key, told in found.items():
            name = key.removeprefix(self.root).lstrip("/")
            if name and told.get("type") == "file" and not name.endswith("/"):
                objects[name] = Object(name, key, int(told["size"]), _mark(told))
        return objects

    def fetch(self, held: Object, target: Path) -> None:
        """Read an object by ranges to a file; a range that came back short is read again.

        Raises `SourceChanged` if the object is gone, or was replaced between two ranges.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with target.open("wb") as file:
                for start in range(0, held.size, RANGE):
                    end = min(held.size, start + RANGE)
                    file.write(self._tried(lambda s=start, e=end: self._range(held, s, e), "read", may_lack=True))  # type: ignore[misc]
            if held.size > RANGE:  # one range is of one version
                told = self._tried(lambda: self.files.info(held.key), "read", may_lack=True)
                if (told["size"], _mark(told)) != (held.size, held.mark):
                    raise self._changed(held, "another version is there now")
        except FileNotFoundError:
            raise self._changed(held, "it is not there any more") from None

    def _changed(self, held: Object, found: str) -> SourceChanged:
        return SourceChanged(
            "the object changed after it was listed",
            path=f"{self.where}/{held.name}",
            found=found,
            cause="somebody replaced or deleted it meanwhile",
            hint="repeat the command when nobody writes there",
        )

    def _range(self, held: Object, start: int, end: int) -> bytes:
        data: bytes = self.files.cat_file(held.key, start=start, end=end)
        if len(data) != end - start:
            raise ConnectionError(f"{len(data)} of {end - start} bytes came")
        return data

    def read(self, name: str) -> bytes | None:
        """Read a small object, or None if it is not there."""
        try:
            return bytes(self._tried(lambda: self.files.cat_file(f"{self.root}/{name}"), "read", may_lack=True))
        except FileNotFoundError:
            return None

    def put(self, source: Path, name: str) -> str:
        """Write a file whole: nobody sees a part of it. Return its mark."""
        key = f"{self.root}/{name}"
        return self._tried(lambda: self._put(source, key), "write")

    def _put(self, source: Path, key: str) -> str:
        if self.scheme in _WHOLE:
            self.files.put_file(str(source), key)
        else:
            aside = posixpath.join(posixpath.dirname(key), f".echub-{posixpath.basename(key)}.part")
            self.files.makedirs(posixpath.dirname(key), exist_ok=True)
            self.files.put_file(str(source), aside)
            self.files.mv(aside, key)
        told = self.files.info(key)
        if told["size"] != source.stat().st_size:
            raise ConnectionError(f"{told['size']} bytes are there instead of {source.stat().st_size}")
        return _mark(told)

    def _tried(self, ask: Callable[[], Value], what: str, *, may_lack: bool = False) -> Value:
        """Ask again after a passing failure; what stays becomes an error of echub."""
        for attempt in range(TRIES):
            try:
                return ask()
            except FileNotFoundError as error:
                if may_lack:
                    raise
                raise self._refused(error, what) from None
            except Exception as error:  # every store has errors of its own
                lasts = isinstance(error, PermissionError) or _reason(error).lasts
                if lasts or attempt == TRIES - 1:
                    raise self._refused(error, what) from None
                time.sleep(0.1 * 2**attempt)
        raise AssertionError

    def _refused(self, error: Exception, what: str) -> EchubError:
        reason = _reason(error)
        return self._error(
            f"the store does not {what} it",
            path=self.where,
            expected=f"credentials with the right to {what}" if reason.said == _RIGHTS else None,
            found=_words(error)[:200],
            cause=reason.cause,
            hint=reason.hint,
        )


@dataclass(frozen=True)
class _Reason:
    """Why a store refuses, by what it says; `lasts` if asking again does not help."""

    said: str
    cause: str
    hint: str
    lasts: bool = True


_RIGHTS = "denied|forbidden|403|unauthori[sz]ed|permission"
_REASONS = (
    _Reason(
        "skewed|difference between the request time|time too",
        "the clock of this computer is wrong: a store takes requests of the last minutes only",
        "set the clock by the network's time, and repeat the command",
    ),
    _Reason(
        "locate credentials|access key id|invalidaccesskey|signature|expired|token|anonymous",
        "the credentials are missing, wrong or expired",
        "log in again, or choose the profile, as the packages of the store describe (AWS_PROFILE for s3)",
    ),
    _Reason(
        _RIGHTS,
        "these credentials have no rights for that here",
        "ask the owner of the bucket for the rights to list and read the source, and to list, read and write -o",
    ),
    _Reason(
        "connect|resolve|endpoint|timed? ?out|unreachable",
        "the store does not answer: no network, a firewall, or another address",
        "check the network and the address of the store (AWS_ENDPOINT_URL for s3 that is not Amazon's)",
        lasts=False,
    ),
    _Reason(
        "bucket|not exist|no such file|not found",
        "there is no such bucket",
        "check the name, or make the bucket with the tool of the store, such as `aws s3 mb`",
        lasts=False,
    ),
    _Reason(
        "",
        "the store is out of order",
        "try the same with the tool of the store, such as `aws s3 ls`, and repeat the command",
        lasts=False,
    ),
)
"""The first whose words are found counts."""


def _words(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _reason(error: Exception) -> _Reason:
    text = f"{type(error).__name__} {_words(error)}".lower()
    return next(reason for reason in _REASONS if re.search(reason.said, text))


def _mark(told: Mapping[str, Any]) -> str:
    """Return what a store changes with the content of an object: its ETag, else the time of the last change."""
    found = (told.get(name) for name in ("ETag", "etag", "mtime", "LastModified", "created"))
    return str(next((value for value in found if value), "")).strip('"')

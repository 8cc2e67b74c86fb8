"""What a damaged native file makes the libraries raise, as one error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from echub.errors import ChangedContent, EchubError, InconsistentFile, PluginError, ReadError
from echub.model.source import Source

_DAMAGE = (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError)
"""Exceptions that h5py, and decoding what it reads, raise for a damaged file."""


@contextmanager
def damage_of(source: Source, column: str = "") -> Iterator[None]:
    """Turn what a damaged file makes h5py raise into one error, with the column that is read."""
    try:
        yield
    except PluginError as error:
        raise InconsistentFile(
            "the columns of the native file do not fit together",
            path=source.shown,
            expected="columns of one length along each axis",
            found=f"{error.message}: {error.found}",
            cause="the file was changed by other software after it was written",
            hint="convert the source again with --force",
        ) from None
    except EchubError:
        raise
    except _DAMAGE as error:
        raise ReadError(
            f"the column {column} of the native file is damaged" if column else "the native file is damaged",
            path=source.shown,
            column=column,
            found=str(error).splitlines()[0] if str(error) else type(error).__name__,
            cause="it was truncated or changed after it was written",
            hint="convert the source again with --force",
        ) from None


def require_same(what: str, found: str, stated: str, source: Source, column: str = "") -> None:
    """Raise `ChangedContent` unless the hash of a text is the one that was written with it."""
    if found != stated:
        raise ChangedContent(
            f"the {what} are not those that were written",
            path=source.shown,
            column=column,
            expected=stated,
            found=found,
            cause="the file was damaged, or changed by other software after it was written",
            hint="convert the source again with --force; --set and sidecars add metadata",
        )

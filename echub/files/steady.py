"""A file that HDF5 can always close."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any


class DeferredErrorFile(io.FileIO):
    """A file that holds back the first system error until HDF5 has closed it.

    HDF5 crashes the whole process at exit if it could not flush a file: a full disk must
    not do that. After an error nothing more is written, and leaving the context raises it.
    """

    def __init__(self, target: Path | int) -> None:
        """Open a new file, or a file descriptor, which stays open."""
        is_open = isinstance(target, int)
        super().__init__(target, "r+" if is_open else "w+", closefd=not is_open)
        self.error: OSError | None = None

    def write(self, data: Any) -> int:  # noqa: ANN401  any buffer
        """Write all of it, or keep the error."""
        rest = memoryview(data)
        try:
            while rest and self.error is None:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self.error = error
        return len(data)

    def truncate(self, size: int | None = None) -> int:
        """Truncate or extend, by default to the position, or keep the error."""
        size = self.tell() if size is None else size
        try:
            if self.error is None:
                super().truncate(size)
        except OSError as error:
            self.error = error
        return size

    def __exit__(self, *raised: object) -> None:
        self.close()
        if self.error is not None:
            raise self.error

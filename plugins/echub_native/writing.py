"""Write native files through the hub's own storage layer; reading them takes other modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from echub.plugin import NoOptions, Record, write_native
from echub_native import SUFFIX


def write(record: Record, _options: NoOptions) -> Iterator[tuple[str, Callable[[BinaryIO], str]]]:
    """Return one part: the whole record. Writing it returns the content hash."""
    yield SUFFIX, partial(write_native, record)

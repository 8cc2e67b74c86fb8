"""What a function says, whatever it does with it: raise, return, yield, or append to a list that it was given."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from echub.errors import EchubError

PARTS = ("message", "where", "expected", "found", "cause", "hint", "note", "evidence", "what", "why", "how")


class Fake(SimpleNamespace):
    """An object with the attributes that a message needs; `items` are what `[…]`, `in` and `len` see."""

    items: Any = ()

    def __getitem__(self, key: Any) -> Any:
        return self.items[key]

    def __contains__(self, key: Any) -> bool:
        return key in self.items

    def __len__(self) -> int:
        return len(self.items)


class Noting(Fake):
    """Findings with `note(code, message, …)`; the messages end up in `said`."""

    def note(self, code: str, message: str, **more: object) -> None:
        """Keep a message."""
        self.said.append(message)


def texts_of(thing: object) -> Iterator[str]:
    """Yield the texts of remarks, errors, decisions, measurands, and of lists of them."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, EchubError):
        for part in PARTS:
            yield from texts_of(getattr(thing, part, None))
        yield from texts_of(getattr(thing, "remark", None))
    elif isinstance(thing, Exception):
        yield str(thing)
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from texts_of(value)
    elif any(hasattr(thing, part) for part in PARTS):
        for part in PARTS:
            yield from texts_of(getattr(thing, part, None))
    elif dataclasses.is_dataclass(thing):
        yield from ()
    elif isinstance(thing, Iterable) and not hasattr(thing, "dtype"):
        for one in thing:
            yield from texts_of(one)


def said(function: Callable[[list[Any]], object]) -> list[str]:
    """Call a function with a list for its remarks, and return everything that it says."""
    notices: list[Any] = []
    try:
        returned = list(texts_of(function(notices)))
    except (EchubError, ValueError) as error:
        returned = list(texts_of(error))
    return [*returned, *texts_of(notices)]

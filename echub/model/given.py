"""What the public functions are given: another thing than they take is refused before anything is done with it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from echub.errors import UnknownOption
from echub.text import several, with_article

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Kind(NamedTuple):
    """What an argument may be, in words; what makes one of something else; and whether a value is one."""

    words: str
    hint: str
    holds: Callable[[Any], bool]


def _is_named(value: Any, *names: str) -> bool:  # noqa: ANN401
    """Return whether a value is of a class of these names; the classes are in modules above this one."""
    return any(f"{kind.__module__}.{kind.__qualname__}" in names for kind in type(value).__mro__)


def _is_record(value: Any) -> bool:  # noqa: ANN401
    return _is_named(value, "echub.model.record.Record")


def _is_dataset(value: Any) -> bool:  # noqa: ANN401
    return _is_named(value, "echub.model.dataset.Dataset")


def _is_path(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, (str, os.PathLike)) and isinstance(os.fspath(value), str)


def _is_several(value: Any) -> bool:  # noqa: ANN401
    """Return whether a value is a series of things; a record, a mapping and bytes are one thing."""
    one = isinstance(value, (str, bytes, bytearray, Mapping)) or _is_record(value) or _is_dataset(value)
    return isinstance(value, Iterable) and not one


def _is_paths(value: Any) -> bool:  # noqa: ANN401
    if not _is_several(value) or hasattr(value, "columns"):  # a data frame iterates over the names of its columns
        return _is_path(value)
    return isinstance(value, Iterator) or all(map(_is_path, value))


def _is_sources(value: Any) -> bool:  # noqa: ANN401
    is_source = _is_named(value, "echub.model.source.Source") or hasattr(type(value), "read")
    return _is_path(value) or _is_several(value) or _is_record(value) or is_source


RECORD = Kind("a record", 'echub.read("FILE") reads one', _is_record)
DATASET = Kind("a dataset", 'record["timeseries"] is one; several are several arguments', _is_dataset)
PATH = Kind("the path of a file or folder", "several paths are several arguments, validate(*paths)", _is_path)
FILE = Kind("the path of a file that echub wrote", 'echub.convert(record, "FOLDER").outputs are such', _is_path)
PATHS = Kind("a path or a list of paths", 'echub.convert(record, "FOLDER") converts a record', _is_paths)
SOURCES = Kind("a list of files or records", 'echub.read("FILE") reads a record', _is_sources)
ANALYSIS = Kind(
    "the name of an analysis",
    "`echub plugins` lists them; the name comes first, then the file",
    lambda value: isinstance(value, str) or _is_named(value, "echub.declare_analysis.Analysis"),
)
XARRAY = Kind(
    "a dataset of xarray",
    'record["timeseries"].to_xarray() makes one',
    lambda value: _is_named(value, "xarray.core.dataset.Dataset"),
)


def takes(kind: Kind, *, every: bool = False) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer]]:
    """Refuse another first argument than one of a kind, `every`: any positional one, with `UnknownOption`.

    The message says what was expected and found, where Python would name an attribute that a text does not have.
    """

    def checking(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
        @wraps(function)
        def checked(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
            for value in args if every else args[:1]:
                if not kind.holds(value):
                    raise UnknownOption(
                        f"{function.__name__} takes {kind.words}",
                        expected=kind.words,
                        found=_said(value),
                        hint=kind.hint,
                    )
            return function(*args, **kwargs)

        return checked

    return checking


def _said(value: Any) -> str:  # noqa: ANN401
    """Say what a value is: its type, with the number of its items or the text itself."""
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    kind = with_article(type(value).__name__)
    if isinstance(value, str):
        return f"the text {value[:60]!r}"
    return f"{kind} of {several(len(value), 'item')}" if isinstance(value, (list, tuple, set, dict)) else kind

"""What the public functions are given: another thing than they take is refused before anything is done with it."""

from __future__ import annotations

import builtins
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial, wraps
from numbers import Integral, Real
from types import SimpleNamespace, UnionType
from typing import Any, NamedTuple, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from echub.errors import UnknownOption
from echub.text import several, with_article

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Wanted(NamedTuple):
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


RECORD = Wanted("a record", 'echub.read("FILE") reads one', _is_record)
DATASET = Wanted("a dataset", 'record["timeseries"] is one; several are several arguments', _is_dataset)
PATH = Wanted("the path of a file or folder", "several paths are several arguments, validate(*paths)", _is_path)
FILE = Wanted("the path of a file that echub wrote", 'echub.convert(record, "FOLDER").outputs are such', _is_path)
PATHS = Wanted("a path or a list of paths", 'echub.convert(record, "FOLDER") converts a record', _is_paths)
SOURCES = Wanted("a list of files or records", 'echub.read("FILE") reads a record', _is_sources)
ANALYSIS = Wanted(
    "the name of an analysis",
    "`echub analyze --list` lists them; the name comes first, then the file",
    lambda value: isinstance(value, str) or _is_named(value, "echub.declare_analysis.Analysis"),
)
XARRAY = Wanted(
    "a dataset of xarray",
    'record["timeseries"].to_xarray() makes one',
    lambda value: _is_named(value, "xarray.core.dataset.Dataset"),
)


def takes(
    kind: Wanted | None = None, *, every: bool = False
) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer]]:
    """Refuse another first argument than one of a kind, `every`: any positional one, with `UnknownOption`.

    The other arguments have to be what their annotations say. The message says what was expected and found, where
    Python would name an attribute that a text does not have.
    """

    def checking(function: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
        others = cache(partial(_annotated, function))

        @wraps(function)
        def checked(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
            if kind is not None:
                for value in args[: None if every else 1]:
                    require(kind, value, function.__name__)
            given = dict(zip(() if every else list(others())[1:], args[1:], strict=False)) | kwargs
            for name, value in given.items():
                if name in list(others())[1:] and not _fits(value, others()[name]):
                    words = _words(others()[name])
                    raise _refused(f"{function.__name__} takes {words} as {name}", words, value)
            return function(*args, **kwargs)

        return checked

    return checking


def require(kind: Wanted, value: object, function: str) -> None:
    """Raise `UnknownOption` unless the argument of a function is of a kind."""
    if not kind.holds(value):
        raise _refused(f"{function} takes {kind.words}", kind.words, value, kind.hint)


def _refused(message: str, words: str, value: object, hint: str | None = None) -> UnknownOption:
    return UnknownOption(message, expected=words, found=_said(value), hint=hint)


class _Names(dict[str, Any]):
    """The names of a module; what only a type checker imports may be anything."""

    def __missing__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(builtins, name, Any)


def _annotated(function: Callable[..., Any]) -> dict[str, Any]:
    """Return what each argument of a function may be, in order."""
    here = _Names(vars(sys.modules[function.__module__]))
    return {name: _evaluated(one.annotation, here) for name, one in inspect.signature(function).parameters.items()}


def _evaluated(annotation: Any, here: _Names) -> Any:  # noqa: ANN401
    """Return what an annotation names; `xarray.Dataset` may be anything where xarray is not imported."""
    try:
        return get_type_hints(SimpleNamespace(__annotations__={"it": annotation}), localns=here)["it"]
    except AttributeError:
        return Any


_TYPES: dict[Any, tuple[Any, str]] = {
    str: (str, "a text"),
    int: (Integral, "a whole number"),
    float: (Real, "a number"),
    bool: (Integral, "True or False"),
    type(None): (type(None), "None"),
    os.PathLike: (os.PathLike, "a path"),
    Mapping: (Mapping, "a mapping"),
    Sequence: (Iterable, "a list"),
    Iterable: (Iterable, "a list"),
    tuple: (Iterable, "a pair"),
}
"""Which values count as one of a type, and its words."""


def _fits(value: Any, wanted: Any) -> bool:  # noqa: ANN401
    """Return whether a value is what an annotation says, as far as this module knows its types."""
    if type(wanted) is UnionType or get_origin(wanted) is Union:
        return any(_fits(value, one) for one in get_args(wanted))
    base, inner = get_origin(wanted) or wanted, get_args(wanted)
    if base not in _TYPES:
        ours = isinstance(base, type) and base.__module__.startswith("echub.")
        return not ours or isinstance(value, base)
    if base in (Sequence, Iterable, tuple):
        return _is_several(value) and (isinstance(value, Iterator) or _are(list(value), base, inner))
    if base is Mapping and isinstance(value, Mapping) and inner:
        checked = inner[1:] != (str,)  # an option may be a number; whoever parses it says so
        return _are(list(value), base, inner) and (not checked or _are(list(value.values()), base, inner[1:]))
    return isinstance(value, _TYPES[base][0]) or (base is bool and _is_named(value, "numpy.bool", "numpy.bool_"))


def _are(values: Sequence[Any], base: Any, inner: Sequence[Any]) -> bool:  # noqa: ANN401
    """Return whether the items of a list are what the annotation of the list says."""
    if base is tuple and inner[-1:] != (...,):
        return len(values) == len(inner) and all(map(_fits, values, inner))
    return not inner or all(_fits(one, inner[0]) for one in values)


def _words(wanted: Any) -> str:  # noqa: ANN401
    """Return what an annotation says in words."""
    if type(wanted) is UnionType or get_origin(wanted) is Union:
        return " or ".join(dict.fromkeys(map(_words, get_args(wanted))))
    base, inner = get_origin(wanted) or wanted, get_args(wanted)
    words = _TYPES[base][1] if base in _TYPES else with_article(getattr(base, "__name__", str(base)))
    if base is Mapping and inner and inner[1] is not Any:
        return f"{words} of names to {_words(inner[1])}"
    return f"{words} of texts" if base in (Sequence, Iterable) and inner[:1] == (str,) else words


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

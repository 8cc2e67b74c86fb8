"""Structured text from outside: every TOML and JSON passes a declared shape before any code sees it.

A `Shape` names a kind of text and the tree that it must hold, as a `TypedDict` over plain types. What
comes back has exactly those types and no key beside the declared ones, so that no code has to look again.
A mistake is an `EchubError` that says the file, the path inside it (``step[2].params.window``, lists
counted from 0), what was expected and what was found. A file that states a later minor version may hold
keys that are not known here: they are left out, with a warning. Size and nesting are bounded before
anything is built from the tree.
"""

from __future__ import annotations

import json
import math
import os
import re
import stat
import warnings
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Literal, get_args, get_origin, get_type_hints

from echub.errors import EchubError, PluginError
from echub.text import nearest

Number = float | int
"""A number as it is written: `5` stays an integer, so that writing it again gives the same text."""
Scalar = str | bool | float | int | None
Table = dict[str, Any]
"""A table whose content another check answers for, such as the parameters of an analysis."""

_LARGEST = {"toml": 1 << 20, "json": 1 << 26}
"""Bytes: people write kilobytes of TOML; an outcome with diagnostics of 10⁵ points has some megabytes."""
_DEEPEST = 32
"""Levels of tables and lists: the deepest of ours, a column of a joined run, has 9."""
_DOTS = 64
"""Parts of one dotted key; `tomllib` takes the square of their number in time."""
_BITS = 64
"""Bits of a whole number: more fits into no column, and its text takes the square of its length in time."""

_WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "a table",
    "array": "a list",
    "null": "nothing",
}


class LaterVersion(UserWarning):
    """A file states a later minor version and holds keys that this version does not know."""


@dataclass(frozen=True)
class Shape:
    """A kind of structured text: its name in messages, its tree, and how a mistake in it is reported.

    `version`: the key of the text that states the version of the format (``"echub-outcome 1.2"``), dotted if
    it lies deeper, and the major and minor version that are known here. `unknown`: what happens to keys that
    the tree does not declare: people's misspelt ones are refused, what programs add is left out; `keep`
    leaves them to a check that lists all mistakes at once.
    """

    name: str
    tree: Any
    error: type[EchubError] = PluginError
    hint: str = ""
    version: tuple[str, int, int] | None = None
    unknown: Literal["refuse", "drop", "keep"] = "refuse"
    largest: int = 0


Syntax = Literal["toml", "json"]


def read_file(path: str | os.PathLike[str], shape: Shape, syntax: Syntax = "toml") -> Any:  # noqa: ANN401
    """Read a file of one shape; raise the shape's error for anything else, with the place."""
    shown = os.fspath(path)
    try:
        with open(path, "rb", opener=_open_regular) as file:
            data = file.read(_most(shape, syntax) + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise shape.error(
            f"{shape.name} cannot be read",
            path=shown,
            expected="a file",
            found=_line(error),
            hint=shape.hint,
        ) from None
    return parse(data, shape, shown, syntax)


def parse(text: bytes | str, shape: Shape, path: str = "", syntax: Syntax = "toml") -> Any:  # noqa: ANN401
    """Read a text of one shape; `path` is the file that it came from, for messages."""
    return checked(_tree(text, shape, path, syntax), shape, path)


def parse_written(text: bytes | str, shape: Shape, path: str = "") -> Any:  # noqa: ANN401
    """Read a JSON text that echub wrote: as `parse`, but in one pass if nothing is wrong with it.

    Keys that the shape does not declare are left out, and a key that is there twice counts once.
    """
    import msgspec

    octets = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else bytes(text)
    if len(octets) <= _most(shape, "json") and _is_modest(octets):
        with suppress(msgspec.MsgspecError, RecursionError, UnicodeError):
            return _decoder(shape.tree).decode(octets)
    return parse(octets, shape, path, "json")  # which says what is wrong


def pieces_of(text: bytes, key: str) -> list[bytes]:
    """Return the items of a list in a JSON text as they are written there; none if they cannot be cut out."""
    import msgspec

    with suppress(msgspec.MsgspecError, RecursionError, UnicodeError):
        written = _decoder(dict[str, msgspec.Raw]).decode(text)[key]
        return [bytes(piece) for piece in _decoder(list[msgspec.Raw]).decode(written)]
    return []


def checked(tree: Any, shape: Shape, path: str = "") -> Any:  # noqa: ANN401
    """Check a tree that is already parsed; return it with the declared types and keys only."""
    import msgspec

    later = _is_later(tree, shape, path)
    _check_bounds(tree, shape, path)
    try:
        known = msgspec.convert(tree, shape.tree)
    except msgspec.ValidationError as error:
        raise _mistake(tree, str(error), shape, path) from None
    if shape.unknown == "keep":
        return tree
    for place, names, where in _unknown(tree, known, shape.tree, ()) if shape.unknown == "refuse" else ():
        if not later:
            raise _not_a_key(place, names, where, shape, path)
        text = f"{shape.name} is of a later version than this echub: {shown_path((*where, place))} is not read"
        warnings.warn(LaterVersion(f"{path}: {text}" if path else text), stacklevel=2)
    return known


def shown_path(steps: tuple[str | int, ...]) -> str:
    """Return a place inside a tree as people write it: ``step[2].params.window``."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            part = step if re.fullmatch(r"[\w-]+", step) else json.dumps(step, ensure_ascii=True)
            text += f".{part}" if text else part
    return text


# -- from text to tree -------------------------------------------------------------------------


def _open_regular(path: str, flags: int) -> int:
    """Open a file unless it is a pipe or a device, which would never end."""
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        raise OSError("it is a folder" if stat.S_ISDIR(mode) else "it is not a regular file")
    return os.open(path, flags)


def _most(shape: Shape, syntax: str) -> int:
    return shape.largest or _LARGEST[syntax]


def _tree(text: bytes | str, shape: Shape, path: str, syntax: str) -> Any:  # noqa: ANN401
    if len(text) > _most(shape, syntax):
        raise _bad(shape, path, "it is too large", f"at most {_most(shape, syntax):,} bytes", "more than that")
    try:
        written = text if isinstance(text, str) else text.decode("utf-8-sig")
        return _toml(written) if syntax == "toml" else _json(written)
    except RecursionError:
        raise _too_deep(shape, path) from None
    except _TooManyParts as error:
        raise _bad(shape, path, "a key has too many parts", f"at most {_DOTS}", str(error)) from None
    except ValueError as error:  # of tomllib, json, the encoding, or a number of thousands of digits
        raise shape.error(
            f"{shape.name} cannot be read: it is not {syntax.upper()}",
            path=path,
            expected=f"{syntax.upper()} in UTF-8",
            found=_line(error),
            hint=shape.hint,
        ) from None


class _TooManyParts(Exception):
    """A dotted key that would keep `tomllib` busy."""


_PART = re.compile(r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+(\.[ \t]*+)?""")


def _toml(text: str) -> Any:  # noqa: ANN401
    import tomllib

    if text.count(".") >= _DOTS:
        parts, end = 0, -1
        for found in _PART.finditer(text):
            parts = parts + 1 if found.start() == end else 1
            end = found.end() if found[1] else -1
            if parts > _DOTS:
                raise _TooManyParts(f"more, before line {text.count(chr(10), 0, found.start()) + 2}")
    return tomllib.loads(text)


def _json(text: str) -> Any:  # noqa: ANN401
    return json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_without_doubles)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is too large for a number")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        seen: set[str] = set()
        raise ValueError(f"the key {next(k for k, _ in pairs if k in seen or seen.add(k))!r} is there twice")  # type: ignore[func-returns-value]
    return table


@cache
def _decoder(tree: Any) -> Any:  # noqa: ANN401
    import msgspec

    return msgspec.json.Decoder(tree)


_NO_BRACKETS = bytes(octet for octet in range(256) if octet not in b"[]{}")
_LONG_NUMBER = re.compile(rb"[\[:,]-?\d{19}")


def _is_modest(text: bytes) -> bool:
    """Return whether compact JSON is certainly within the bounds of nesting and of whole numbers.

    Each round takes the innermost brackets away, one level or two. Brackets inside texts count too: they can
    answer False, never True.
    """
    brackets = text.translate(None, _NO_BRACKETS)
    for _ in range(_DEEPEST // 2):
        if not brackets:
            return _LONG_NUMBER.search(text) is None
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return False


def _line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


# -- bounds and versions -----------------------------------------------------------------------


def _check_bounds(tree: Any, shape: Shape, path: str) -> None:  # noqa: ANN401
    """Refuse nesting, whole numbers and non-finite numbers that no code here expects; level by level."""
    level: list[Any] = [[tree]]
    for _ in range(_DEEPEST + 1):
        below: list[Any] = []
        for node in level:
            below += node.values() if isinstance(node, dict) else node
        for value in below:
            if type(value) is int and value.bit_length() > _BITS:
                where = shown_path(next(_places(tree, value)))
                raise _bad(
                    shape, path, "a whole number is too large", f"at most {_BITS} bits", "a longer one", where
                )
        level = [value for value in below if isinstance(value, (dict, list))]
        if not level:
            return
    raise _too_deep(shape, path)


def _places(tree: Any, wanted: Any, steps: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401
    if tree is wanted:
        yield steps
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, value in pairs:
        yield from _places(value, wanted, (*steps, step))


def _too_deep(shape: Shape, path: str) -> EchubError:
    return _bad(shape, path, "it is nested too deeply", f"at most {_DEEPEST} levels", "more than that")


def _is_later(tree: Any, shape: Shape, path: str) -> bool:  # noqa: ANN401
    """Return whether a text states a later minor version; raise for a later major one."""
    if shape.version is None:
        return False
    key, major, minor = shape.version
    stated = tree
    for part in key.split("."):
        stated = stated.get(part) if isinstance(stated, dict) else None
    found = (
        re.search(r"(?:\A| )(\d{1,6})(?:\.(\d{1,6}))?(?:\.\d+)*\Z", stated) if isinstance(stated, str) else None
    )
    if found is None:
        return False
    if int(found[1]) > major:
        wanted = f"version {major}.{minor} or earlier"
        raise _bad(
            shape, path, "it is of a later version", wanted, str(stated), key, "pip install --upgrade echub"
        )
    return int(found[1]) == major and int(found[2] or 0) > minor


# -- mistakes ----------------------------------------------------------------------------------


def _bad(
    shape: Shape, path: str, what: str, expected: str, found: str, where: str = "", hint: str = ""
) -> EchubError:
    return shape.error(
        f"{shape.name} cannot be read: {what}",
        path=path,
        where=where,
        expected=expected,
        found=found,
        hint=hint or shape.hint,
    )


def _mistake(tree: Any, said: str, shape: Shape, path: str) -> EchubError:  # noqa: ANN401
    """Build the error for what msgspec found: its path is completed with the names of keys."""
    steps = _named(tree, said, shape)
    value = _at(tree, steps)
    if missing := re.match(r"Object missing required field `(.*?)`", said):
        what = f"{missing[1]} is missing"
        return _bad(shape, path, what, missing[1], ", ".join(map(str, value)) or "nothing", shown_path(steps))
    wanted = _expected(said, _type_at(shape.tree, steps))
    where = shown_path(steps)
    return _bad(shape, path, f"{where or 'the whole'} is not {wanted}", wanted, _found(value), where)


def _expected(said: str, declared: Any) -> str:  # noqa: ANN401
    choices = [
        choice
        for part in (declared, *get_args(declared))
        if get_origin(part) is Literal
        for choice in get_args(part)
    ]
    if choices:
        return "one of " + ", ".join(map(str, choices))
    words = re.match(r"Expected `(.*?)`", said)
    if words is None:
        return said.partition(" - at")[0].removeprefix("Expected ").lower()
    kinds = [kind for kind in words[1].split(" | ") if kind != "int" or "float" not in words[1]]
    return " or ".join(_WORDS.get(kind, kind) for kind in kinds)


def _found(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=True) if isinstance(value, (str, bool, type(None))) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _not_a_key(place: str, names: list[str], where: tuple[str | int, ...], shape: Shape, path: str) -> EchubError:
    inside = f"{shown_path(where)} has" if where else f"{shape.name} has"
    return shape.error(
        f"{inside} no {_found(place)[1:-1]}",
        path=path,
        where=shown_path((*where, place)),
        expected=", ".join(names),
        found=_found(place)[1:-1],
        hint=nearest(place, names, 1, 0.6) or shape.hint,
    )


_STEP = re.compile(r"\.([^.\[\]`]+)|\[(\d+|\.\.\.)\]")


def _named(tree: Any, said: str, shape: Shape) -> tuple[str | int, ...]:  # noqa: ANN401
    """Complete a path of msgspec, which writes ``[...]`` for a key of a table without declared keys.

    The key is the last of the shortest beginning of the table that still fails in the same way.
    """
    import msgspec

    def fails(cut: Any) -> bool:  # noqa: ANN401
        try:
            msgspec.convert(cut, shape.tree)
        except msgspec.ValidationError as error:
            return str(error) == said
        return False

    steps: tuple[str | int, ...] = ()
    _, _, after = said.partition(" - at `$")
    for name, number in _STEP.findall(after):
        if number == "...":
            items = list(_at(tree, steps).items())
            cut = partial(_cut, tree, steps)
            last = bisect_left(range(1, len(items)), True, key=lambda count: fails(cut(count)))
            tree, steps = cut(last + 1), (*steps, items[last][0])
        else:
            steps = (*steps, name or int(number))
    return steps


def _at(tree: Any, steps: tuple[str | int, ...]) -> Any:  # noqa: ANN401
    for step in steps:
        tree = tree[step]
    return tree


def _with(tree: Any, steps: tuple[str | int, ...], new: Any) -> Any:  # noqa: ANN401
    """Return a copy of a tree with another part at one place."""
    if not steps:
        return new
    copy: Any = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[steps[0]] = _with(tree[steps[0]], steps[1:], new)
    return copy


def _cut(tree: Any, steps: tuple[str | int, ...], count: int) -> Any:  # noqa: ANN401
    """Return a copy of a tree with only the first keys of the table at one place."""
    return _with(tree, steps, dict(list(_at(tree, steps).items())[:count]))


# -- declared types ----------------------------------------------------------------------------


@cache
def _hints(declared: Any) -> Mapping[str, Any]:  # noqa: ANN401
    """Return the keys of a `TypedDict` with their types; empty for any other type."""
    return get_type_hints(declared) if hasattr(declared, "__total__") else {}


@cache
def _declares_keys(declared: Any) -> bool:  # noqa: ANN401
    """Return whether a type has declared keys at any depth: a column of 10⁵ numbers has none to look for."""
    return bool(_hints(declared)) or any(_declares_keys(part) for part in get_args(declared))


def _type_at(declared: Any, steps: tuple[str | int, ...]) -> Any:  # noqa: ANN401
    for step in steps:
        declared = _below(declared, step)
    return declared


def _below(declared: Any, step: str | int) -> Any:  # noqa: ANN401
    """Return the type of what lies at one step below a type."""
    for kind in (declared, *get_args(declared)):
        if step in _hints(kind):
            return _hints(kind)[str(step)]
        wanted = list if isinstance(step, int) else dict
        if get_origin(kind) is wanted:
            return get_args(kind)[-1]
    return Any


def _unknown(
    tree: Any,  # noqa: ANN401
    known: Any,  # noqa: ANN401
    declared: Any,  # noqa: ANN401
    steps: tuple[str | int, ...],
) -> Iterator[tuple[str, list[str], tuple[str | int, ...]]]:
    """Find the keys that the shape does not declare: key, the declared ones, where."""
    if tree is known or not isinstance(tree, (dict, list)) or not _declares_keys(declared):
        return
    if isinstance(tree, list):
        for number, (part, kept) in enumerate(zip(tree, known, strict=True)):
            yield from _unknown(part, kept, _below(declared, number), (*steps, number))
        return
    for key, part in tree.items():
        if key in known:
            yield from _unknown(part, known[key], _below(declared, key), (*steps, key))
        else:
            kinds = (declared, *get_args(declared))
            yield key, sorted(name for kind in kinds for name in _hints(kind)), steps

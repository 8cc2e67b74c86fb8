"""Values as JSON that is the same on every platform."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from typing import Any

from echub.text import encodable, with_article

_PLAIN = frozenset((str, int, bool, type(None)))


def to_json(value: Any) -> str:  # noqa: ANN401
    """Write JSON that is the same everywhere: sorted, compact, without NaN.

    The keys must be texts; values that JSON does not have are written as `plain` makes them. Lone surrogates
    (from file names that are not UTF-8) become JSON escapes, so that the text can be encoded and restores them.
    """
    try:
        text = _ENCODER.encode(value)
    except ValueError:  # NaN or infinity
        text = _ENCODER.encode(plain(value))
    return text if text.isascii() else encodable(text)


def written_json(value: Any, indent: int | None = None) -> str:  # noqa: ANN401
    """Write JSON in the given order, compact or indented: what `to_json` is for hashes, this is for large files.

    A tenth of the time of `json`. Only plain types; a number that is not finite becomes null.
    """
    import msgspec

    try:
        octets = msgspec.json.encode(value, enc_hook=_own_type)
    except UnicodeEncodeError:  # lone surrogates, which `json` writes; it has no null for NaN
        return encodable(json.dumps(with_null(value), ensure_ascii=False, allow_nan=False, indent=indent))
    return (octets if indent is None else msgspec.json.format(octets, indent=indent)).decode()


def with_null(value: Any) -> Any:  # noqa: ANN401
    """Return a value of plain JSON types with null in place of numbers that are not finite."""
    if isinstance(value, dict):
        return {key: with_null(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_null(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _own_type(value: Any) -> Any:  # noqa: ANN401
    """Return a NumPy scalar that is a float or a text as one; `TypeError` for anything that JSON does not have."""
    for kind in (float, str):
        if isinstance(value, kind):
            return kind(value)
    raise TypeError(f"{value!r} is {with_article(type(value).__name__)}, which JSON cannot hold")


def plain(value: Any) -> Any:  # noqa: ANN401
    """Turn a value into plain JSON types; `TypeError` if that would lose something.

    NaN and infinities become the texts NaN, Infinity, -Infinity, dates ISO 8601, bytes hexadecimal.
    """
    kind = type(value)  # the most frequent types come first: a small file has thousands of values
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {str(key): item if type(item) in _PLAIN else plain(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [item if type(item) in _PLAIN else plain(item) for item in value]
    if kind is float and math.isfinite(value):
        return value
    if hasattr(value, "tolist"):  # NumPy's arrays and scalars, without importing it
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else f"{'-' if value < 0 else ''}Infinity"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"{value!r} is {with_article(type(value).__name__)}, which JSON cannot hold")


_ENCODER = json.JSONEncoder(
    sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=plain
)

"""Everything that a record says of a file, by path, to be compared with what the file was built to say.

A *file world* is a small file, built by plain means from what a format is, and the whole record that follows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import echub
from echub import Record
from echub.plugin import ReadError

SIGNS = {"current": "anodic_positive", "current_density": "anodic_positive", "current_setpoint": "anodic_positive",
         "charge": "anodic_positive", "charge_step": "anodic_positive", "charge_increment": "anodic_positive",
         "charge_half_cycle": "anodic_positive", "impedance_imag": "capacitive_negative",
         "impedance_ce_imag": "capacitive_negative", "impedance_wece_imag": "capacitive_negative"}  # fmt: skip
"""Signs that the vocabulary fixes; every other quantity has none."""
_DEFAULT = {"quantity": None, "unit": None, "origin": "measured", "header": "", "index": None, "sign": None,
            "averaged": False, "factor": 1.0, "offset": 0.0, "source_dtype": "", "bits": [], "uncertainty": None,
            "attrs": {}, "axes": ["row"], "dtype": "float64", "labels": {}}  # fmt: skip
_REMARK = ("where", "expected", "found", "cause", "hint", "column", "rows", "count")


@dataclass(frozen=True)
class Single:
    """Numbers that the file has in single precision, whose last digits do not count."""

    values: Sequence[float]


@dataclass(frozen=True)
class Listed:
    """A text of parts; `...` stands for any part."""

    parts: Sequence[Any]
    between: str


@dataclass(frozen=True)
class FileWorld:
    """A file, and its whole record: columns by `table.name`, all else by the paths of `told`.

    others: files beside it, by name. silent: beginnings of paths of which the world says nothing.
    """

    name: str
    data: bytes
    expected: Mapping[str, Any]
    reader: str
    options: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, bytes] = field(default_factory=dict)
    silent: tuple[str, ...] = ()

    def record(self, folder: Path) -> Record:
        """Write the files and read the main one with the reader that recognises it."""
        for name, data in {**self.others, self.name: self.data}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return echub.read(folder / self.name, options=dict(self.options))


@dataclass(frozen=True)
class Refused:
    """A file that is refused, and every part of the error."""

    name: str
    data: bytes
    reader: str
    says: Mapping[str, str]
    options: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, bytes] = field(default_factory=dict)

    def said(self, folder: Path) -> dict[str, str]:
        """Return code (of a special error), message and details, the path left out."""
        for name, data in {**self.others, self.name: self.data}.items():
            (folder / name).write_bytes(data)
        try:
            echub.read(folder / self.name, reader=self.reader, options=dict(self.options))
        except ReadError as error:
            remark = error.remark
            code = {} if remark.code == "read-error" else {"code": remark.code}
            return {**code, "message": remark.message, **dict(remark.details())}
        raise AssertionError(f"{self.name} was read")


def column(
    header: str, values: Sequence[Any], quantity: str | None = None, unit: str | None = None,
    index: int | None = None, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """Return what a column is to be; whole numbers are kept as the smallest integers, texts as codes.

    factor: from the number in the file to that of the record.
    """
    whole = all(isinstance(v, int) for v in values) and len(values) > 0
    text = all(isinstance(v, str) for v in values) and len(values) > 0
    count = len(set(values)) - 1 if text else max(values) if whole else 0
    told = {"header": header, "values": list(values), "quantity": quantity, "unit": unit, "index": index}
    if quantity in SIGNS:
        told["sign"] = SIGNS[quantity]
    if text:
        told |= {"source_dtype": "text", "labels": dict(enumerate(dict.fromkeys(values)))}
    if text or whole:
        told["dtype"] = np.min_scalar_type(count).name
    if (text or whole) and index is None:
        told["source_dtype"] = ""
    return _DEFAULT | told | more


def rows(count: int, *, of: Sequence[int] | None = None) -> dict[str, Any]:
    """Return the column that numbers the rows of the source."""
    numbers = list(range(count)) if of is None else list(of)
    said = {"description": "0-based row of the source"}
    return column("", numbers, "record", "1", None, origin="reported", attrs=said)


def spectra(numbers: Sequence[int]) -> dict[str, Any]:
    """Return the column that numbers the spectra."""
    return column("spectrum", numbers, "spectrum", "1", None, origin="derived", attrs=...)


def told(record: Record) -> dict[str, Any]:
    """Return all that a record says: `table`, `table.column`, `@metadata`, `settings.key`, `!notice`, `-loss`."""
    return dict(_told(record))


def _told(record: Record) -> Iterator[tuple[str, Any]]:
    for name, dataset in record.datasets.items():
        omitted = [(o.header, o.index, o.dtype, o.fill) for o in dataset.omitted]
        said = {"kind": dataset.kind, "omitted": omitted, "history": list(dataset.history), **dataset.attrs}
        yield name, {key: value for key, value in said.items() if value}
        yield f"{name} columns", list(dataset.columns)
        for own, one in dataset.columns.items():
            yield f"{name}.{own}", _facts(one)
    for path, value in _leaves(record.settings):
        yield f"settings{path}", value
    for entry in record.metadata.entries:
        said = (entry.value, entry.unit, *([entry.source] if entry.source != "file" else []))
        yield f"@{entry.path}", said[0] if said[1:] == (None,) else said
    yield from _numbered("!", [(n.code, _remark(n)) for n in record.notices])
    yield from _numbered("-", [(d.what, d.why) for d in record.dropped])
    if record.provenance.siblings:
        yield "siblings", list(record.provenance.siblings)
    yield "reader", record.provenance.reader["name"]


def _facts(one: Any) -> dict[str, Any]:
    values = [_plain(v) for v in one.plain().ravel()] if one.labels else _numbers(one)
    if len(one.shape) > 1:
        values = np.array(values, dtype=object).reshape(one.shape).tolist()
    bits = [(b.name, b.header, b.mask, b.quantity, dict(b.meanings)) for b in one.bits]
    facts = {"labels": dict(one.labels), "values": values, "dtype": one.dtype.name,
             "factor": float(one.scale.factor),
             "offset": float(one.scale.offset), "bits": bits, "attrs": dict(one.attrs),
             "axes": list(one.axes)}  # fmt: skip
    plain = ("quantity", "unit", "origin", "header", "index", "sign", "averaged", "source_dtype", "uncertainty")
    return facts | {name: getattr(one, name) for name in plain}


def _numbers(one: Any) -> list[Any]:
    pairs = zip(one.values.ravel(), one.missing.ravel(), strict=True)
    return [None if missing else _plain(value) for value, missing in pairs]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _remark(remark: Any) -> Any:
    details = {name: value for name in _REMARK if (value := getattr(remark, name))}
    if remark.severity != "warning":
        details["severity"] = remark.severity
    return (remark.message, details) if details else remark.message


def _numbered(mark: str, said: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    codes = [code for code, _ in said]
    for at, (code, text) in enumerate(said):
        again = codes[:at].count(code)
        yield f"{mark}{code}{f' {again + 1}' if again else ''}", text


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping) and (tree or not path):
        for key, value in tree.items():
            yield from _leaves(value, f"{path}.{key}")
    else:
        yield path, tree


def require(world: FileWorld, folder: Path) -> None:
    """Fail for anything that the record says otherwise, does not say, or says without being stated."""
    found = told(world.record(folder))
    expected = dict(world.expected) | {"reader": world.reader}
    for name in [name for name in expected if "." not in name and isinstance(expected[name], dict)]:
        own = [path.partition(".")[2] for path in expected if path.startswith(f"{name}.")]
        expected[f"{name} columns"] = own
    problems = []
    for path, value in expected.items():
        problems += apart(found.get(path), value, path)
    more = [path for path in found if path not in expected and not path.startswith(world.silent or ("\0",))]
    problems += [f"{path} is there without being stated: {found[path]!r}" for path in more]
    assert not problems, "\n".join(problems)


def apart(found: Any, expected: Any, path: str) -> list[str]:
    """Return where in a tree something differs."""
    if same(found, expected):
        return []
    if isinstance(found, dict) and isinstance(expected, dict):
        keys = {**expected, **found}
        return [one for key in keys for one in apart(found.get(key), expected.get(key), f"{path}: {key}")]
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        pairs = enumerate(zip(found, expected, strict=True))
        return [one for n, (a, b) in pairs for one in apart(a, b, f"{path}[{n}]")]
    return [f"{path} is {found!r}, not {expected!r}"]


def same(found: Any, expected: Any) -> bool:
    """Compare exactly, but the last digits of numbers; `...` is anything, NaN equals NaN."""
    if expected is ...:
        return True
    if isinstance(expected, Listed):
        return same(found.split(expected.between), expected.parts)
    if isinstance(expected, Single):
        return len(found) == len(expected.values) and np.allclose(found, expected.values, rtol=1e-6, atol=0)
    if isinstance(expected, (list, tuple)) and isinstance(found, (list, tuple)):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return set(found) == set(expected) and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, float) and isinstance(found, (int, float)):
        return bool(np.isclose(found, expected, rtol=1e-13, atol=0, equal_nan=True)) and (
            math.copysign(1, found) == math.copysign(1, expected) or expected != expected
        )
    return type(found) is type(expected) and bool(found == expected)

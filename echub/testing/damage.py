"""Damage a file in many ways, and record how a reader handles each copy."""

from __future__ import annotations

import itertools
import random
import re
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from echub.errors import EchubError
from echub.model.record import Record
from echub.model.units import parse_unit
from echub.testing import guard, texts
from echub.testing.base import Contract
from echub.testing.tables import Table, parts, rows_of

BUDGET = 8 << 20
"""Bytes read in all damaged copies of a sample together: large samples get fewer copies, to limit the time."""

_DIGITS = re.compile(rb"[0-9]+")
_HUGE = b"99999999"
_PATTERNS = (b"\xff" * 8, bytes(8), b"9" * 8, b"\n" * 2)


@dataclass(frozen=True)
class DamageCase:
    """One damaged copy: the damage, and the bytes."""

    what: str
    data: bytes
    is_cut: bool


@dataclass(frozen=True)
class DamageOutcome:
    """Result of reading a damaged copy.

    `lies` says what was invented, `warning` what Python warned about (empty: nothing).
    """

    case: str
    is_cut: bool
    size: int
    peak: int
    error: BaseException | None
    lies: str
    warning: str


def cases(data: bytes, damages: int) -> Iterator[DamageCase]:
    """Cut a file in many places, flip bits, overwrite bytes, inflate numbers; reproducibly."""
    # Each place is damaged in three ways; at least 12, so that large files are tested at all.
    many = min(damages, max(12, BUDGET // (3 * max(1, len(data)))))
    for at in _places(len(data), many):
        yield DamageCase(f"cut after {at} of {len(data)} bytes", data[:at], True)
    chance = random.Random(len(data))
    for at in _places(len(data), many, chance):
        bit = chance.randrange(8)
        flipped = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        yield DamageCase(f"bit {bit} of byte {at} flipped", flipped, False)
    for number, at in enumerate(_places(len(data), many, chance)):
        pattern = _PATTERNS[number % len(_PATTERNS)]
        written = data[:at] + pattern + data[at + len(pattern) :]
        yield DamageCase(f"{pattern!r} written at byte {at}", written[: len(data)], False)
    for digits in itertools.islice(_DIGITS.finditer(data), many // 2):
        written = data[: digits.start()] + _HUGE + data[digits.end() :]
        yield DamageCase(f"the number {digits.group()!r} at byte {digits.start()} made {_HUGE!r}", written, False)


def changed_texts(data: bytes, damages: int) -> Iterator[DamageCase]:
    """Change a text in many ways, reproducibly; nothing for a file that is not text."""
    many = min(damages, max(12, BUDGET // (3 * max(1, len(data)))))
    chance = random.Random(len(data))
    for _ in range(many if texts.is_text(data) else 0):
        what, written = texts.changed(data, chance)
        yield DamageCase(what, written, False)


def _places(size: int, many: int, chance: random.Random | None = None) -> list[int]:
    """Choose offsets below `size`: densely in headers, and everywhere else; at random if requested."""
    if chance is not None:
        half = many // 2
        # Headers with sizes and types, where damage has the worst effects, are mostly in the first 512 bytes.
        near = [chance.randrange(min(size, 512)) for _ in range(half)]
        return near + [chance.randrange(size) for _ in range(many - half)]
    third = many // 3
    early = [round(size ** (i / third)) - 1 for i in range(third)]
    even = [size * i // third for i in range(third)]
    late = [size - 1 - i for i in range(third)]
    return sorted({at for at in (*early, *even, *late) if 0 <= at < size})


def outcomes(contract: Contract, path: Path, whole: Record, damaged: Iterable[DamageCase]) -> list[DamageOutcome]:
    """Read every damaged copy of a sample under its own name."""
    parse_unit("V*V")  # what the hub loads once to read a unit outside its table does not count
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        table = whole.source_table()
        found = []
        for case in damaged:
            found.append(_outcome(contract, copy, case, whole, table))
            if isinstance(found[-1].error, guard.Endless):
                break  # one is enough, and each is slow
        return found


def _outcome(contract: Contract, copy: Path, case: DamageCase, whole: Record, table: Table) -> DamageOutcome:
    copy.write_bytes(case.data)
    with warnings.catch_warnings(record=True) as issued:
        warnings.simplefilter("always")
        done = guard.run(_reading(contract, copy), len(case.data))
    lies = _lies(done.result, whole, table) if done.result is not None and case.is_cut else ""
    error = done.error.with_traceback(None) if done.error is not None else None
    return DamageOutcome(case.what, case.is_cut, len(case.data), done.peak, error, lies, _first(issued))


def _first(issued: list[warnings.WarningMessage]) -> str:
    return f"{issued[0].category.__name__}: {issued[0].message}" if issued else ""


def _reading(contract: Contract, path: Path) -> Callable[[], Record]:
    return lambda: contract._read(path)


def _lies(cut: Record, whole: Record, table: Table) -> str:
    """Say which data of a cut file are not in the whole file.

    Its last row may differ (half a number of a text file), and a column may have another header
    (the part that names it is cut off), if a notice or loss is reported that the whole file does not have.
    """
    rows = rows_of(cut)
    if rows > rows_of(whole):
        return f"{rows} rows, more than the {rows_of(whole)} of the whole file"
    reported = any(n not in whole.notices for n in cut.notices) or len(cut.dropped) > len(whole.dropped)
    prefixes = [part for part in parts(whole) if part]
    by_position = {(position, _part(header, prefixes)): values for (position, header), values in table.items()}
    for (position, header), values in cut.source_table().items():
        key = (position, _part(header, prefixes))
        if key not in by_position or ((position, header) not in table and not reported):
            return f"a column {header!r} that the whole file does not have"
        true = by_position[key]
        wrong = _first_difference(values, true)
        if wrong is not None and not (reported and wrong == len(values) - 1):
            return f"row {wrong} of the column {header!r} is {values[wrong]}, in the whole file {true[wrong]}"
    return ""


def _part(header: str, prefixes: list[str]) -> str:
    """Return the part of the source that a header belongs to; of a cut file's only part, the first."""
    return next((part for part in prefixes if header.startswith(part)), prefixes[0] if prefixes else "")


def _first_difference(cut: NDArray[np.generic], whole: NDArray[np.generic]) -> int | None:
    """Find the first row that differs from the whole file's; NaN equals NaN."""
    whole = whole[: len(cut)]
    differ = np.asarray(cut != whole) & ~(np.asarray(cut != cut) & np.asarray(whole != whole))
    found = np.flatnonzero(differ)
    return int(found[0]) if len(found) else None


def is_typed(error: BaseException | None, allowed: tuple[type[EchubError], ...]) -> bool:
    """Return whether a read ended as it may: with a record, or with an error of the allowed kinds."""
    return error is None or isinstance(error, (*allowed, guard.Endless))

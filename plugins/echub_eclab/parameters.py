"""The parameter table of a Set module: rows of bytes to the words that the text export prints.

Layouts (``parameters.tsv``) and code words (``codes.tsv``) are data. A code without a proven word
stays a number and is reported; a technique without a layout gives its raw rows.
"""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from echub.plugin import Notice
from echub.text import several
from echub_eclab.sequences import Parameters, unique_names
from echub_eclab.settings import shortest

STARTS = (0x572, 0x1845, 0x1846, 0x1847)
"""The offsets at which the table has been found, in all versions."""
TAIL = 410
"""Bytes of a Set module behind its last row, in 101 of 101 files."""
MOST_SEQUENCES = 99
"""With this bound, and four bytes at most for a parameter, one offset of the four fits in each of 101 files."""
PASS = b"\xff\xff\xff\xff"

_TYPES = {"u1": "B", "u2": "H", "u4": "I", "f4": "f"}
_ALIKE = {
    "I Range": r"I Range( min| max| init)?",
    "unit Is": r"unit +(Is\d?|Im|dI|Imax|Imin|Ia)",
    "unit dQ": r"unit (dQ|dq|dQM)",
    "unit fi": r"unit (fi|ff|f)",
    "vs.": r"vs\.|EM\d vs\.|ctrl\d_val_vs",
    "Set I/C": r"Set I/C|Apply I/C(_1)?",
    "I sign": r"I\d? sign",
    "charge/discharge": r"charge/discharge(_1)?",
    "ctrl2_val_unit": r"ctrl[23]_val_unit",
}
_NUMBERED = re.compile(r"(lim|rec)(\d)_(\w+)")
_USED = {"Rest": "", "Loop": "", "CC": "1", "PEIS": "123", "GEIS": "123"}
"""The numbers of the ctrl values that a control type uses; the bytes of the others are stale."""
_PRINTED = {
    "val": {**_USED, "Loop": "1"},
    "unit": _USED,
    "vs": {**_USED, "PEIS": "1", "GEIS": "1"},
}
"""What the export prints of them: a Loop's value, though without a unit it means nothing."""


class ParameterPlace(NamedTuple):
    """One parameter of a row: offset, type, name as printed (empty: EC-Lab never prints it)."""

    offset: int
    type: str
    name: str


class WordTable(NamedTuple):
    """Words by code, and the (parameter, word) without which they do not hold, if there is one."""

    needs: tuple[str, str] | None
    words: dict[int, str]


class RawTable(NamedTuple):
    """Where a parameter table lies, and its rows."""

    offset: int
    sequences: int
    parameters: int
    stride: int
    rows: tuple[bytes, ...]


@cache
def layout(technique: str, header: int, parameters: int, stride: int) -> tuple[ParameterPlace, ...]:
    """Return where the parameters of a row lie; empty if no layout is known.

    Only its own lines are taken apart: the table has a thousand, and most processes read files of one technique.
    """
    key = "".join(f"{part}\t" for part in (technique, header, parameters, stride))
    rows = [line.removeprefix(key).split("\t") for line in _lines("parameters.tsv") if line.startswith(key)]
    return tuple(
        ParameterPlace(int(offset), type_, "" if name.startswith("(not printed)") else name)
        for _, offset, type_, name, _ in rows
    )


@cache
def _words() -> dict[tuple[str, str, str], dict[int, str]]:
    """Load the code words by (technique or *, field, condition)."""
    found: dict[tuple[str, str, str], dict[int, str]] = {}
    for row in _rows("codes.tsv"):
        for technique in row["techniques"].split():
            found.setdefault((technique, row["field"], row["when"]), {})[int(row["code"])] = row["word"]
    return found


def _lines(name: str) -> list[str]:
    return (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()


def _rows(name: str) -> list[dict[str, str]]:
    lines = _lines(name)
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]]


# -- finding ---------------------------------------------------------------------------------


def find_table(data: bytes) -> RawTable | None:
    """Find the parameter table of a Set module: the one offset at which its numbers agree.

    Needs no version, so that the rows of an unknown technique are found too; None where no
    offset or more than one fits.
    """
    fitting = [table for start in STARTS if (table := _table_at(data, start)) is not None]
    return fitting[0] if len(fitting) == 1 else None


def _table_at(data: bytes, start: int) -> RawTable | None:
    if start + 4 > len(data):
        return None
    sequences, parameters = struct.unpack_from("<HH", data, start)
    size = len(data) - start - 4 - TAIL
    if not 1 <= sequences <= MOST_SEQUENCES or size <= 0 or size % sequences:
        return None
    stride = size // sequences
    if not parameters <= stride <= 4 * parameters:
        return None
    first = start + 4
    rows = tuple(data[first + n * stride : first + (n + 1) * stride] for n in range(sequences))
    return RawTable(start, sequences, parameters, stride, rows)


# -- reading ---------------------------------------------------------------------------------


def read_parameters(data: bytes, technique: str | None, header: int) -> tuple[dict[str, Any], list[Notice]]:
    """Read the parameters of a Set module, one mapping per sequence, as EC-Lab prints them.

    Gives what goes into the settings: `parameters`, or the raw rows where no layout is known.
    """
    table = find_table(data)
    if table is None:
        text = "the parameter table was not found; its bytes are kept raw"
        return {}, [Notice("unknown-parameters", text)]
    places = layout(technique or "", header, table.parameters, table.stride)
    if not places:
        text = (
            f"no layout is known for {several(table.parameters, 'parameter')} in {several(table.stride, 'byte')}"
            f" of {technique or 'this technique'}: {several(table.sequences, 'row is', 'rows are')} kept raw"
        )
        return {"parameter_rows": [row.hex() for row in table.rows]}, [Notice("unknown-parameters", text)]
    read, unknown = _sequences(table.rows, places, technique or "")
    sequences = [dict(sequence) for sequence in read]
    if not unknown:
        return {"parameters": sequences}, []
    text = f"no meaning is known for these codes of settings, so they stay numbers: {unknown}"
    return {"parameters": sequences}, [Notice("unknown-setting-code", text)]


@lru_cache(64)  # of a few thousand numbers each; the files of a campaign have one programme, or a few
def _sequences(
    rows: tuple[bytes, ...], places: tuple[ParameterPlace, ...], technique: str
) -> tuple[list[Parameters], str]:
    """Read all rows, and name the codes without a word; remembered, for the files of a campaign are alike."""
    unknown: dict[str, set[int]] = {}
    sequences = [_sequence(row, places, technique, unknown) for row in rows]
    if len(rows) > 1:
        sequences = [{"Ns": number, **sequence} for number, sequence in enumerate(sequences)]
    if technique == "MB":
        _as_printed(sequences)
    return sequences, ", ".join(f"{name} = {' '.join(map(str, sorted(codes)))}" for name, codes in unknown.items())


def _sequence(
    row: bytes, places: tuple[ParameterPlace, ...], technique: str, unknown: dict[str, set[int]]
) -> Parameters:
    """Read one row; codes become words once all numbers are there, for some depend on others."""
    named = [place for place in places if place.name]
    names = unique_names(place.name for place in named)
    words: Parameters = {name: _value(row, place) for name, place in zip(names, named, strict=True)}
    for name, value in words.items():  # a word takes the place of its number: no name is added
        if isinstance(value, int) and (tables := _conditions(name, technique)):
            words[name] = _word(name, value, tables, words, unknown)
    return words


def _value(row: bytes, place: ParameterPlace) -> Any:  # noqa: ANN401
    if place.type == "f4" and row[place.offset : place.offset + 4] == PASS:
        return "pass"
    value = struct.unpack_from(f"<{_TYPES[place.type]}", row, place.offset)[0]
    if place.name == "date (m/d/y)" and 0 < value < 99_999:
        return (dt.date(1899, 12, 30) + dt.timedelta(days=int(value))).isoformat()
    if place.name == "date (h:m:s)":
        return round(value * 86_400, 1)  # stored as a fraction of a day, float32
    return shortest(value) if place.type == "f4" else value


def _word(
    name: str, code: int, tables: tuple[WordTable, ...], row: Mapping[str, Any], unknown: dict[str, set[int]]
) -> int | str:
    """Return the word of a code; an unknown one stays a number, and is noted if the row uses the field."""
    for needs, words in tables:
        if code in words and (needs is None or row.get(needs[0]) == needs[1]):
            return words[code]
    if _is_used(name, row):
        unknown.setdefault(name, set()).add(code)
    return code


@lru_cache(4096)  # more than the parameters of all techniques; a file asks for each of them in every sequence
def _conditions(name: str, technique: str) -> tuple[WordTable, ...]:
    """Return the tables of words that a parameter may use, each with the (parameter, word) it needs, if any."""
    field, number = _field_of(name)
    return tuple(
        WordTable(_condition(when, number), words)
        for (of, known, when), words in _words().items()
        if of in ("*", technique) and known == field
    )


def _condition(when: str, number: str) -> tuple[str, str] | None:
    name, _, word = when.partition("=")
    return (name.replace("_", f"{number}_", 1) if number else name, word) if when else None


def _field_of(name: str) -> tuple[str, str]:
    """Return the field whose words a parameter uses, and the number of its limit or record block."""
    plain = name.split(" [")[0]
    if match := _NUMBERED.fullmatch(plain):
        return f"{match[1]}_{match[3]}", match[2]
    return next((field for field, pattern in _ALIKE.items() if re.fullmatch(pattern, plain)), plain), ""


def _is_used(name: str, row: Mapping[str, Any]) -> bool:
    """Return whether a field means anything in this row: its block, its control, or the number of its unit."""
    if (match := _NUMBERED.fullmatch(name)) and int(match[2]) > int(row.get(f"{match[1]}_nb", 0)):
        return False
    if (match := re.fullmatch(r"ctrl(\d)_val.*", name)) and match[1] not in _USED.get(
        str(row.get("ctrl_type")), "12345"
    ):
        return False
    return row.get(_measured_by(name), 1) not in (0, "pass")


def _measured_by(name: str) -> str:
    """Return the parameter that a unit field belongs to; the name itself for any other field."""
    match = re.fullmatch(r"d?unit +(.+)|(.+?)[ _]unit", name)
    return (match[1] or match[2]) if match else ""


# -- Modulo Bat ------------------------------------------------------------------------------


def _as_printed(sequences: list[Parameters]) -> None:
    """Blank what the control type does not use, and leave out the blocks that no sequence uses."""
    most = {block: max([1, *(int(s.get(f"{block}_nb", 0)) for s in sequences)]) for block in ("lim", "rec")}
    for sequence in sequences:
        for name in list(sequence):
            if (match := _NUMBERED.fullmatch(name)) and int(match[2]) > most[match[1]]:
                del sequence[name]
            elif re.fullmatch(r"ctrl\d_val.*", name) and not _is_printed(name, sequence["ctrl_type"]):
                sequence[name] = None


def _is_printed(name: str, control: Any) -> bool:  # noqa: ANN401
    return name[4] in _PRINTED[name.rsplit("_", 1)[1]].get(str(control), "12345")

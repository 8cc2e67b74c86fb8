"""Nothing above a table is lost: every word of a text's head is somewhere in the record."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import echub
from echub.text import decode, encoding_of
from tests.contract.test_readers import READERS

WORD = re.compile(r"[^\W\d_]{4,}")
NUMBERS = re.compile(r"[-+\d.,;:/eE\s\t\"]+\Z")
OF_FORMAT = {"START", "EXPLAIN", "Objects", "primary", "Infinity"}
"""Marks of a format, that say nothing of a measurement: of Cameca's sections, Gamry, Ivium; and a number."""
TEXTS = sorted(
    (name, path)
    for name, row in READERS.items()
    for path in row.files
    if path.suffix in (".csv", ".mpt", ".mps", ".mpl", ".DTA", ".idf", ".dp_rpc_asc", ".ms_rpc_asc")
)


def head_of(path: Path) -> str:
    """Return the lines before the first three lines in a row that hold nothing but numbers."""
    data = path.read_bytes()
    lines = decode(data, encoding_of(data, whole=True).value or "utf-8").splitlines()
    numeric = [bool(line.strip()) and NUMBERS.match(line) is not None for line in lines]
    ends = (n for n in range(len(lines)) if all(numeric[n : n + 3]))
    return "\n".join(lines[: next(ends, len(lines))])


def kept_in(record: echub.Record) -> str:
    """Return all texts of a record: settings, metadata, headers, remarks, what was dropped."""
    columns = [c for dataset in record.datasets.values() for c in dataset.columns.values()]
    bits = [field.header for column in columns for field in column.bits]
    texts = [json.dumps(record.settings, ensure_ascii=False)]
    texts += [f"{entry.value} {entry.source}" for entry in record.metadata]
    texts += [f"{c.header} {c.attrs} {c.labels}" for c in columns] + bits
    texts += [dataset.attrs.get("part", "") for dataset in record.datasets.values()]
    texts += [remark.message for remark in record.notices] + [f"{d.what} {d.why}" for d in record.dropped]
    return " ".join(map(str, texts))


@pytest.mark.parametrize(("reader", "path"), TEXTS, ids=[f"{name}-{path.name}" for name, path in TEXTS])
def test_every_word_above_the_table_is_in_the_record(reader, path):
    kept = kept_in(echub.read(path, reader=reader)).lower()
    lost = {word for word in WORD.findall(head_of(path)) if word.lower() not in kept}
    assert not lost - OF_FORMAT

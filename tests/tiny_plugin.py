"""A stranger's plugin in two small modules, installed for a test; every bad plugin is one edit of it."""

from __future__ import annotations

import csv
import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from echub.registry.registry import registry

ENTRY = """
from dataclasses import dataclass

from echub.plugin import Confidence, Reader, hookimpl, option

MAGIC = b"TINY 1 "


@dataclass(frozen=True)
class TinyOptions:
    notes: str = option("keep", "what becomes of the notes", choices=("keep", "skip"))


@hookimpl
def echub_readers():
    return (
        Reader(
            "tiny", "A tiny potentiostat (.tiny)", (".tiny",),
            sniff="tiny:sniff", read="tiny_decode:read", options=TinyOptions,
        ),
    )


def sniff(source):
    return Confidence.CERTAIN if source.head.startswith(MAGIC) else Confidence.NO
"""

DECODE = """
import re
from dataclasses import replace

import numpy as np

from echub.plugin import Bits, Dropped, Metadata, Notice, ReadError, Record, SourceColumn, build_tables

MEANINGS = {
    "time/s": ("time", "s", False),
    "Ewe/V": ("potential_we", "V", False),
    "I/uA": ("current", "uA", False),
    "freq/Hz": ("frequency", "Hz", False),
    "Re(Z)/Ohm": ("impedance_real", "Ohm", False),
    "-Im(Z)/Ohm": ("impedance_imag", "Ohm", True),
}


def read(source, options):
    data = source.read()
    lines = data.decode("utf-8", "backslashreplace").split("\\n")
    stated = re.fullmatch(r"TINY 1 rows=(\\d{1,9})", lines[0])
    if stated is None or len(lines) < 4:
        raise ReadError("not a tiny file", path=source.shown, expected="TINY 1 rows=N", found=lines[0][:40])
    rows, notices, dropped = body(lines[3:], int(stated[1]))
    headers = lines[2].split(";")
    if any(len(row) != len(headers) for row in rows):
        raise ReadError("a row is damaged", expected=f"{len(headers)} cells")
    columns = [column(n, header, [row[n] for row in rows]) for n, header in enumerate(headers)]
    columns += power(columns)
    if options.notes == "skip":
        columns = [c for c in columns if c.header != "note"]
        dropped = [*dropped, Dropped("note", "--option notes=skip")]
    metadata = Metadata()
    metadata.set("experiment.comments", lines[1])
    words = sorted(set(lines[1].split()))
    datasets = build_tables(columns)
    return Record(
        datasets, metadata=metadata, settings={"words": words}, notices=notices, dropped=dropped
    )


def body(lines, count):
    rows = [line.split(";") for line in lines[:-1][:count]]
    if len(lines) > count + 1:
        raise ReadError("the file has more rows than it states", expected=f"{count} rows")
    if len(rows) == count:
        return rows, [], []
    notice = Notice("truncated", f"{len(rows)} of {count} rows")
    return rows, [notice], [Dropped(lines[-1], "a row that is cut")] if lines[-1] else []


def column(number, header, cells):
    quantity, unit, negate = MEANINGS.get(header, (None, None, False))
    if header == "note":
        values = np.array(cells, dtype=object)
    else:
        values = np.array([cell_value(cell) for cell in cells])
    return SourceColumn(header, values, quantity, unit, negate=negate, index=number)


def cell_value(cell):
    try:
        return float(cell)
    except ValueError:
        raise ReadError("a cell is damaged", expected="a number", found=cell[:40]) from None


def power(columns):
    found = {c.quantity: c.values for c in columns}
    if "potential_we" not in found or "current" not in found:
        return []
    recipe = {"recipe": "Ewe/V * I/uA"}
    return [SourceColumn("P/uW", found["potential_we"] * found["current"], origin="derived", attrs=recipe)]
"""

HEADERS = ("time/s", "Ewe/V", "I/uA", "freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "note", "knob")


def tiny_bytes(rows: int) -> bytes:
    """Write a tiny file: a rest, then a spectrum from row 4 on."""
    table = []
    for n in range(rows):
        steady = (f"{0.1 * n:.2f}", f"{3.1 + 0.0137 * n:.5f}", f"{10.3 * n:.4f}")
        spectrum = (f"{1000 / (n + 1):.4f}", f"{30 + n}", f"{0.7 * n:.3f}") if n >= 4 else ("0", "0", "0")
        note = "rest" if n < 2 else ("sweep" if n >= 4 else "hold")
        table.append((*steady, *spectrum, note, f"{n % 3}.25"))
    lines = [f"TINY 1 rows={rows}", "one cell of many that rest at 25 °C", ";".join(HEADERS)]
    return "\n".join([*lines, *(";".join(row) for row in table), ""]).encode()


def tiny_table(path: Path) -> dict[tuple[int, str], np.ndarray]:
    """Read a tiny file by other means than the plugin's."""
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()[3:], delimiter=";"))
    columns = zip(*rows, strict=True) if rows else [()] * len(HEADERS)
    return {
        (number, header): np.array(cells if header == "note" else [float(cell) for cell in cells])
        for number, (header, cells) in enumerate(zip(HEADERS, columns, strict=True))
    }


def edited(edits: Mapping[str, str]) -> tuple[str, str]:
    """Return both modules with texts replaced; each must stand in them exactly once."""
    modules = [ENTRY, DECODE]
    for old, new in edits.items():
        places = [n for n, text in enumerate(modules) for _ in range(text.count(old))]
        if len(places) != 1:
            raise ValueError(f"{old!r} stands {len(places)} times in the plugin")
        modules[places[0]] = modules[places[0]].replace(old, new)
    return modules[0], modules[1]


def write_plugin(folder: Path, edits: Mapping[str, str]) -> Path:
    """Write the plugin as an installed distribution: two modules and their metadata."""
    entry, decode = edited(edits)
    info = folder / "tiny_plugin-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "tiny.py").write_text(entry, encoding="utf-8")
    (folder / "tiny_decode.py").write_text(decode, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-plugin\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[echub]\ntiny = tiny\n", encoding="utf-8")
    return folder


@contextmanager
def installed(folder: Path, edits: Mapping[str, str]) -> Iterator[None]:
    """Have the plugin in this environment for a while."""
    sys.path.insert(0, str(write_plugin(folder, edits)))
    _forget()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        _forget()


def _forget() -> None:
    importlib.invalidate_caches()
    registry.cache_clear()
    for name in ("tiny", "tiny_decode"):
        sys.modules.pop(name, None)

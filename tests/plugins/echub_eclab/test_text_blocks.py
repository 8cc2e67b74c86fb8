"""A large text is read block by block: the same record as from one piece, and never the whole text in memory."""

import re
import tracemalloc

import numpy as np
import pytest

from echub.errors import ReadError
from echub.plugin import Source
from echub_eclab import asciiblocks, asciitable
from echub_eclab.mpt import read
from echub_eclab.options import MptOptions
from fixtures.eclab import SCENARIOS
from fixtures.eclab.ascii import Dialect, export
from fixtures.eclab.texts import GCPL
from tests.plugins.echub_eclab.text_support import read_mpt

FILE = SCENARIOS["gcpl"]().file
ROWS = 60
WHOLE = export(FILE, Dialect(last_newline=True), GCPL, ROWS)
START = WHOLE.index(b"mode\t")
LINES = WHOLE[START:].split(b"\r\n")
BODY = WHOLE[START:].partition(b"\r\n")[2]

DIALECTS = [
    Dialect(decimal=decimal, newline=newline, extra_tab=tab, last_newline=last)
    for decimal in ".,"
    for newline in ("\n", "\r\n", "\r")
    for tab in (False, True)
    for last in (False, True)
]


@pytest.fixture
def in_blocks(monkeypatch):
    """Read in blocks of three rows or so; return whether the last table was read that way."""
    taken = []

    def regular(*arguments):
        found = by_blocks(*arguments)
        taken.append(found is not None)
        return found

    by_blocks = asciitable._regular_table
    monkeypatch.setattr(asciitable, "_regular_table", regular)
    monkeypatch.setattr(asciiblocks, "_LEAST_LAST", 100)
    monkeypatch.setattr(asciiblocks, "BLOCK", 400)
    return lambda: taken.pop()


def outcome(data):
    """Return all that is read, or the error."""
    try:
        record = read_mpt(data)
    except ReadError as error:
        return str(error)
    columns = [c for d in record.datasets.values() for c in d.columns.values()]
    values = [(c.name, c.unit, c.source_dtype, c.attrs, c.values.dtype.str, c.values.tobytes()) for c in columns]
    return values, record.notices, record.dropped, record.settings, record.metadata


@pytest.mark.parametrize("dialect", DIALECTS, ids=str)
def test_a_regular_table_is_read_by_blocks_to_the_same_record(dialect, in_blocks, monkeypatch):
    data = export(FILE, dialect, GCPL, ROWS)
    found = outcome(data)
    assert in_blocks()
    monkeypatch.setattr(asciiblocks, "BLOCK", len(data))
    assert found == outcome(data)


NOTES = "".join(f"{n}.5\t{'go' if n % 3 else 'rest'}\t{n}\tnote {n}, x\t\t\r\n" for n in range(ROWS))
WORDS = f"EC-Lab ASCII FILE\r\nNb header lines : 3\r\ntime/s\tone\tNs\tother\t\t\r\n{NOTES}".encode()


def test_words_and_cells_beyond_the_names_are_read_by_blocks(in_blocks, monkeypatch):
    data = read_mpt(WORDS, derived="none")["timeseries"]
    assert in_blocks()
    assert data["time"].tolist() == [n + 0.5 for n in range(ROWS)]
    assert data["step"].tolist() == list(range(ROWS))
    assert data["vendor_one"].tolist() == ["go" if n % 3 else "rest" for n in range(ROWS)]
    assert data["vendor_other"].tolist() == [f"note {n}, x" for n in range(ROWS)]
    found = outcome(WORDS)
    assert in_blocks()
    monkeypatch.setattr(asciiblocks, "BLOCK", len(WORDS))
    assert found == outcome(WORDS)


@pytest.mark.parametrize("end", [b"\t1\t\r\n", b"\t\t1\r\n"])
def test_a_value_beyond_the_names_is_told_in_a_late_block_too(in_blocks, end):
    data = WORDS.removesuffix(b"\t\t\r\n") + end
    with pytest.raises(ReadError, match="does not fit the others") as caught:
        read_mpt(data)
    assert not in_blocks()
    assert caught.value.where == f"line {ROWS + 3}"
    assert caught.value.found == f"b'1' in column {6 - (end[1:2] == b'1')}, which has no name"


@pytest.mark.parametrize(("more", "asked"), [(0, 0), (-1, 1)])
def test_a_table_larger_than_a_block_is_read_by_blocks(in_blocks, monkeypatch, more, asked):
    monkeypatch.setattr(asciiblocks, "BLOCK", len(BODY) + more)
    read_mpt(WHOLE)
    assert sum(in_blocks() for _ in range(asked)) == asked
    with pytest.raises(IndexError):
        in_blocks()


def test_a_last_number_that_may_lack_digits_is_told(in_blocks, monkeypatch):
    data = export(FILE, Dialect(), GCPL, 78)  # the half cycle is 1 in the last row alone
    found = outcome(data)
    assert in_blocks()
    assert "unterminated" in {notice.code for notice in found[1]}
    monkeypatch.setattr(asciiblocks, "BLOCK", len(data))
    assert found == outcome(data)


def with_line(change, row=40):
    """Change a row in a late block."""
    lines = list(LINES)
    lines[row] = change(lines[row])
    return WHOLE[:START] + b"\r\n".join(lines)


def with_cell(text, column=7):
    def changed(line):
        cells = line.split(b"\t")
        return b"\t".join([*cells[:column], text, *cells[column + 1 :]])

    return with_line(changed)


def with_point_among_commas():
    data = export(FILE, Dialect(decimal=","), GCPL, ROWS)
    at = data.rindex(b",")
    return data[:at] + b"." + data[at + 1 :]


ONE_NAME = b"EC-Lab ASCII FILE\nNb header lines : 3\nEwe/V\n"

IRREGULAR = {
    "a single name": ONE_NAME + b"1.5\n2.5\n" * 100,
    "semicolons": WHOLE[:START] + WHOLE[START:].replace(b"\t", b";"),
    "many blank lines first": WHOLE[:START] + LINES[0] + b"\r\n" * 300 + BODY,
    "a blank line": with_line(lambda line: b"\r\n" + line),
    "a line of tabs": with_line(lambda line: re.sub(rb"[^\t]", b"", line) + b"\r\n" + line),
    "an empty cell": with_cell(b""),
    "an empty last cell": with_line(lambda line: line.rpartition(b"\t")[0] + b"\t"),
    "a word": with_cell(b"overload"),
    "no number": with_cell(b"-1.#IND0000E+000"),
    "a comma among points": with_cell(b"1,5"),
    "a point among commas": with_point_among_commas(),
    "a short row": with_line(lambda line: line.rpartition(b"\t")[0]),
    "a long row": with_line(lambda line: line + b"\t1"),
    "a block never written": WHOLE + BODY * 12 + b"\0" * 100 + BODY,  # behind the head that every reader looks at
    "a whole number that is none later": with_cell(b"1.5", column=0),
    "a last row cut in a number": export(FILE, Dialect(), GCPL, ROWS)[:-40],
    "a first row without a cell": with_line(lambda line: b"\r\n" + line, row=1),
}


@pytest.mark.parametrize("what", IRREGULAR)
def test_whatever_is_amiss_is_told_as_if_the_text_were_read_in_one_piece(what, in_blocks, monkeypatch):
    data = IRREGULAR[what]
    found = outcome(data)
    assert not in_blocks()
    monkeypatch.setattr(asciiblocks, "BLOCK", len(data))
    assert found == outcome(data)


def test_the_text_itself_is_never_held(tmp_path):
    path = tmp_path / "long.mpt"
    path.write_bytes(WHOLE + BODY * (16_000_000 // len(BODY)))
    source = Source(path)
    tracemalloc.start()  # counts NumPy's memory and that of the text, not that of polars
    try:
        record = read(source, MptOptions(derived="none"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    held = sum(8 * dataset.rows * len(dataset.columns) for dataset in record.datasets.values())
    in_flight = 4 * asciiblocks.BLOCK  # two blocks ahead, the one that is parsed, and what is read
    assert peak < held + in_flight < held + path.stat().st_size * 1.2
    assert np.isfinite(record["timeseries"]["time"]).all()

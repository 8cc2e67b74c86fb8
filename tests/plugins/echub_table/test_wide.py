"""5,000 columns read as well as three: as text, as a workbook, and as a native file."""

import zipfile

import numpy as np
import polars as pl
import pytest

import echub
from echub.errors import ReadError
from echub.files import store
from echub.plugin import Source, is_missing
from echub_table import excel_numbers
from echub_table.dialect import looks_like_table

WIDE, ROWS = 5000, 4


def names():
    return ["time / s", *(f"cell {n} / V" for n in range(1, WIDE))]


def values():
    return np.round(np.arange(ROWS)[:, None] + np.arange(WIDE) / 7, 3)


def text(mark=","):
    return "\n".join(mark.join(row) for row in [names(), *(map(repr, row) for row in values().tolist())]) + "\n"


def check(record):
    data = record["timeseries"]
    read = [c for c in data.columns.values() if c.index is not None]
    assert [c.header for c in read] == names()
    assert np.array_equal(np.stack([c.values for c in read], axis=1), values())


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    path = tmp_path_factory.mktemp("wide") / "wide.csv"
    path.write_text(text())
    return echub.read(path)


def test_a_table_of_5000_columns_is_read(record):
    check(record)


@pytest.mark.parametrize("rows", [1, 0])
def test_names_alone_fill_the_head(tmp_path, rows):
    path = tmp_path / "wide.csv"
    long = ["time / s", *(f"cell {n}{' with a name' * 6} / V" for n in range(1000))]
    lines = [",".join(long), *([",".join("1" for _ in long)] * rows * 3)]
    path.write_text("\n".join(lines) + "\n")
    assert len(lines[0]) > 1 << 16
    if rows:
        assert len(echub.read(path)["timeseries"].columns) == len(long) + 1
    else:
        with pytest.raises(ReadError, match="no block of lines holds numbers"):
            echub.read(path)


def test_its_native_file_holds_them_all(record, tmp_path):
    store.write(record, tmp_path / "wide.h5")
    check(echub.read(tmp_path / "wide.h5"))


def _letters(number):
    text = ""
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(65 + digit) + text
    return text


def _sheet(rows):
    cells = []
    for r, row in enumerate(rows, 1):
        cells.append(f'<row r="{r}">')
        for c, value in enumerate(row, 1):
            place = f"{_letters(c)}{r}"
            told = f' t="inlineStr"><is><t>{value}</t></is>' if isinstance(value, str) else f"><v>{value!r}</v>"
            cells.append(f'<c r="{place}"{told}</c>')
        cells.append("</row>")
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return f"<worksheet {space}><sheetData>{''.join(cells)}</sheetData></worksheet>"


def _workbook(path, rows):
    pytest.importorskip("fastexcel")
    from fixtures.tables import workbook

    with zipfile.ZipFile(workbook.FILE) as given, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in given.namelist():
            out.writestr(name, _sheet(rows) if name == "xl/worksheets/sheet1.xml" else given.read(name))
    return path


def test_a_workbook_of_5000_columns_is_read_as_one_table(tmp_path, monkeypatch):
    calls = []
    for name in ("select", "select_seq"):  # every method of a column of polars ends in one of them
        whole = getattr(pl.DataFrame, name)

        def counted(frame, *given, name=name, whole=whole, **named):
            calls.append(name)
            return whole(frame, *given, **named)

        monkeypatch.setattr(pl.DataFrame, name, counted)
    check(echub.read(_workbook(tmp_path / "wide.xlsx", [names(), *values().tolist()])))
    assert 0 < len(calls) < WIDE / 10


def test_gaps_and_numbers_as_text_are_found_in_every_block_of_columns(tmp_path, monkeypatch):
    monkeypatch.setattr(excel_numbers, "_BLOCK", 3 * ROWS)
    few = [row[:10] for row in values().tolist()]
    few[1][2], few[2][4], few[3][8], few[0][9] = "", "n/a", "2,5", "-"
    record = echub.read(_workbook(tmp_path / "gaps.xlsx", [names()[:10], *few]))
    read = [c.values for c in record["timeseries"].columns.values() if c.index is not None]
    true = values()[:, :10]
    true[3, 8] = 2.5
    for row, column in ((1, 2), (2, 4), (0, 9)):
        assert is_missing(read[column]).tolist() == [n == row for n in range(ROWS)]
        true[row, column] = np.nan
    np.testing.assert_array_equal(np.stack(read, axis=1), true)
    assert [n.message for n in record.notices if n.code == "numbers-as-text"] == [
        "cell 8 / V: 1 cell holds a number as text, read as such"
    ]


def _head(fields, rows, letters):
    """Return the first lines of a table of wide cells, longer than the head that is looked at."""
    names = ",".join(f"cell{n}".ljust(letters, "x") for n in range(fields))
    row = ",".join(f"{n:0{letters}}" for n in range(fields))
    return "\n".join([names, *[row] * rows]).encode()


@pytest.mark.parametrize(
    ("fields", "rows", "letters", "name", "confidence"),
    [
        (400, 0, 320, "a.csv", "MAYBE"),  # the names alone fill the head
        (400, 0, 320, "a", "NO"),
        (400, 0, 326, "a.csv", "MAYBE"),  # 200 whole names in the head
        (400, 0, 327, "a.csv", "NO"),  # 199
        (400, 9, 90, "a.csv", "MAYBE"),  # one line of names, and the beginning of a row
        (400, 9, 90, "a", "MAYBE"),
        (400, 9, 60, "a", "MAYBE"),  # two lines, and the beginning of a third
        (400, 9, 30, "a", "LIKELY"),  # four rows
    ],
)
def test_a_head_of_long_lines_is_judged_by_its_fields(fields, rows, letters, name, confidence):
    source = Source.from_bytes(_head(fields, rows, letters), name)
    assert len(source.head) < source.size
    assert looks_like_table(source).name == confidence


@pytest.mark.parametrize("blank", ["\n", " \n"])
def test_blank_lines_of_a_head_of_long_lines_do_not_count(blank):
    names, row = _head(400, 1, 90).decode().split("\n")
    assert looks_like_table(Source.from_bytes((names + "\n" + blank + row).encode(), "a.csv")).name == "MAYBE"


def test_words_of_which_most_of_a_head_consists_are_no_table():
    words = ",".join(["what one says"] * 9000).encode()
    assert looks_like_table(Source.from_bytes(words[:30_000] + b"\n" + words, "a.csv")).name == "NO"

"""Workbooks as programs write them are read here, and all others in a process that may die first.

What is refused here is only looked at by our check: nothing of it reaches the library.
"""

import datetime as dt
import io
import zipfile

import pytest

from echub.model.source import Source
from echub_table import ordinary
from echub_table.excel import is_intact
from echub_table.ordinary import ArchiveLimits
from fixtures.tables import workbook

SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(name, data)
    return Source.from_bytes(out.getvalue(), "a.xlsx")


def parts():
    with zipfile.ZipFile(workbook.FILE) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def changed(name, old, new):
    given = parts()
    assert old in given[name]
    given[name] = given[name].replace(old, new, 1)
    return packed(given.items())


def test_the_fixture_is_ordinary():
    assert is_intact(Source(workbook.FILE))


def test_a_sheet_with_a_chart_formats_formulas_and_rich_text_is_ordinary(tmp_path):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, bold = book.add_worksheet("a"), book.add_format({"bold": True})
        sheet.write_row(0, 0, ["t / s", " padded ", "a & b <c>"], bold)
        for n in range(1, 60):
            sheet.write_row(n, 0, [n, n / 7, -n])
        sheet.write_datetime("D2", dt.datetime(2024, 2, 29), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_formula("D3", "=SUM(A2:A9)")
        sheet.write_rich_string("D4", "a", bold, "b")
        sheet.write_blank("D5", None, bold)
        sheet.conditional_format("A2:A9", {"type": "data_bar"})
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=a!$B$2:$B$50"})
        sheet.insert_chart("F2", chart)
        sheet.write_comment("A1", "a note")
        book.add_worksheet("empty")
    assert is_intact(Source(path))


def test_a_book_of_openpyxl_is_ordinary(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["t / s", "U / V", None], *([n, n / 7, True] for n in range(30))):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert is_intact(Source(tmp_path / "a.xlsx"))


def test_names_with_the_prefix_of_some_programs_are_ordinary():
    given = parts()
    sheet = given[SHEET].replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
    given[SHEET] = sheet.replace("xmlns=", "xmlns:x=")
    assert is_intact(packed(given.items()))
    given[SHEET] = given[SHEET].replace("<x:c ", "<c ", 1)
    assert not is_intact(packed(given.items()))


ROW = '<row r="4"><c r="A4">'
TEXTS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="{}"><si>{}</si></sst>'


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (SHEET, ROW, '<row><c r="A4">'),  # where it is follows from what stands before it
        (SHEET, ROW, '<row r="4"><c>'),
        (SHEET, ROW, '<row r="4"><c r="A5">'),
        (SHEET, ROW, '<row r="4"><c r="AAAA4">'),
        (SHEET, ROW, '<row r="4"><c r="XFE4">'),
        (SHEET, ROW, '<row r="99999999"><c r="A99999999">'),
        (SHEET, ROW, '<row r="1048577"><c r="A1048577">'),
        (SHEET, ROW, '<row r="4"><c r="A4"><c r="A4">'),
        (SHEET, ROW, '<row r="4"><!-- --><c r="A4">'),
        (SHEET, "<v>3.7</v>", "<v>1e300</v>"),
        (SHEET, "<v>3.7</v>", "<v>-99999999999</v>"),
        (SHEET, "</row>", ""),
        (SHEET, "</sheetData>", ""),
        (SHEET, "</worksheet>", ""),
        (SHEET, "</worksheet>", '<sheetData><row r="1"/></sheetData></worksheet>'),
        (SHEET, "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>'),
        (SHEET, "<sheetData>", '<dimension ref="A1:A1048577"/><sheetData>'),
        (SHEET, "<sheetData>", '<dimension ref="A1:XFE1"/><sheetData>'),
        (SHEET, "<sheetData>", '<dimension ref="A0"/><sheetData>'),
        (SHEET, "<sheetData>", "<a>" * 30 + "</a>" * 30 + "<sheetData>"),
        (SHEET, "<worksheet", "<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet"),
        (BOOK, "<sheets>", '<sheets count="9999999999">'),
        (BOOK, "<sheets>", "<sheets><si/>"),
        (BOOK, "</sheets>", ""),
        ("_rels/.rels", "<Relationship ", "<Relationship x"),
    ],
)
def test_what_is_not_proved_is_not_ordinary(name, old, new):
    source = changed(name, old, new)
    if new.startswith("<Relationship"):
        source = changed(name, old, "<Relationship <")
    assert not is_intact(source)


@pytest.mark.parametrize(
    ("count", "texts", "ordinary"),
    [
        (2, "<t>a</t>", True),
        (2, '<r><rPr><b/><sz val="11"/></rPr><t xml:space="preserve">a </t></r><r><t>b</t></r>', True),
        (10**9, "<t>a</t>", False),
        ("x", "<t>a</t>", False),
        (2, "<r>" * 50 + "<t>a</t>" + "</r>" * 50, False),
        (2, "<t>a", False),
    ],
)
def test_texts_beside_the_cells(count, texts, ordinary):
    given = parts() | {"xl/sharedStrings.xml": TEXTS.format(count, texts)}
    assert is_intact(packed(given.items())) == ordinary


def test_other_parts_are_no_sheets_and_names_stand_once():
    given = list(parts().items())
    assert is_intact(packed([*given, ("xl/media/a.png", b"\x89PNG\0")]))
    assert not is_intact(packed([*given, ("xl/media/a.png", given[-1][1].encode())]))
    with pytest.warns(UserWarning, match="Duplicate"):
        assert not is_intact(packed([*given, given[-1]]))
    assert not is_intact(packed([(name, data) for name, data in given if name != BOOK]))


def test_cells_that_fill_little_of_their_rectangle_are_not():
    far = '<row r="1000000"><c r="ZZ1000000"><v>1</v></c></row></sheetData>'
    assert not is_intact(changed(SHEET, "</sheetData>", far))
    near = '<row r="1000"><c r="ZZ1000"><v>1</v></c></row></sheetData>'
    assert is_intact(changed(SHEET, "</sheetData>", near))


LIMITS = ArchiveLimits(unpacked=200, area=280, spread=10)


@pytest.mark.parametrize(
    ("cells", "near"),
    [
        ([(10, "AB")], True),  # 10 rows of 28 columns
        ([(11, "AB")], False),
        ([(10, "AB"), (1, "AA")], True),
        ([(1, "AA"), (10, "AC")], False),
        ([(11, "AA"), (1, "AC")], False),  # the last row and the last column, whichever cell has them
        ([(10, "B")], True),  # 26 columns at least
        ([(11, "B")], False),
        ([(n, "B") for n in range(1, 40)], False),
        ([(15, "Z")] * 39, True),  # ten times as many places as cells
        ([(16, "Z")] * 39, False),
    ],
)
def test_cells_are_near_within_the_area_and_the_spread(cells, near):
    sheet = "".join(f'<row r="{row}"><c r="{letters}{row}"/></row>' for row, letters in cells).encode()
    assert ordinary._are_near(sheet, LIMITS) is near


@pytest.mark.parametrize(
    ("place", "near"),
    [("A1048576", True), ("A1048577", False), ("XFD1", True), ("XFE1", False), ("XFD1048576", True)],
)
def test_no_sheet_has_a_place_beyond_its_last(place, near):
    row = place.strip("ADEFX")
    wide = ArchiveLimits(0, 16_384 * 1_048_576, 0)
    assert ordinary._are_near(f'<row r="{row}"><c r="{place}"/></row>'.encode(), wide) is near
    assert ordinary._is_modest(f"A1:{place}", wide) is near
    assert ordinary._is_modest(place, wide) is near


@pytest.mark.parametrize(("dimension", "modest"), [("A1:J28", True), ("B2:J28", True), ("A1:J29", False)])
def test_a_stated_dimension_is_within_the_area(dimension, modest):
    assert ordinary._is_modest(dimension, LIMITS) is modest


@pytest.mark.parametrize(
    ("count", "small"),
    [("200", True), ("201", False), ("000000200", True), ("0000000200", False), ("", False), ("-1", False)],
)
@pytest.mark.parametrize("name", ["count", "uniqueCount"])
def test_a_count_has_nine_digits_and_fits_the_file(name, count, small):
    assert ordinary._is_small(f'<a><b c="9999" {name}="{count}"/></a>'.encode(), LIMITS) is small


@pytest.mark.parametrize(("size", "small"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_a_part_of_a_megabyte_is_walked(size, small):
    assert ordinary._is_small(b"<a>" + b" " * (size - 7) + b"</a>", LIMITS) is small


@pytest.mark.parametrize(("levels", "small"), [(24, True), (25, False)])
def test_elements_are_nested_up_to_24_levels(levels, small):
    assert ordinary._is_small(b"<a>" * levels + b"</a>" * levels, LIMITS) is small


@pytest.mark.parametrize("less", [0, 1])
def test_an_archive_may_unpack_to_its_limit(less):
    source, whole = Source(workbook.FILE), sum(len(text.encode()) for text in parts().values())
    limits = ArchiveLimits(whole - less, 10_000_000, 20)
    assert ordinary.is_ordinary(source, limits) is not bool(less)

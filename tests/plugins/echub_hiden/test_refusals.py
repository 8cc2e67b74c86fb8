"""The whole refusal of each export and manifest that is not read, and what is said of one that is."""

from __future__ import annotations

import hashlib
import io

import numpy as np
import pytest

from echub.model.channels import source_pieces
from echub.plugin import Confidence, Metadata, ReadError, Source
from echub_hiden import images, manifest, sniff_massoft, tables
from echub_hiden.columns import _clock
from echub_hiden.declared import DeclaredPart, parse
from echub_hiden.header import Header, Scan, cells, describe
from echub_hiden.header import parse as parse_header
from echub_hiden.images import read_stack
from echub_hiden.massoft import read as read_massoft
from echub_hiden.options import MassoftOptions
from echub_hiden.scans import groups, reject_other_scans, scan_of_sweeps, sweeps
from fixtures.sims import massoft
from tests.messages.parts import parts_of, row, said

AGAIN = "export it again from MASsoft"


def export(data, **options):
    """Return a call that reads an export."""
    return lambda: read_massoft(Source.from_bytes(data, "trend.csv"), MassoftOptions(**options))


TREND = massoft()
LINES = TREND.split(b"\r\n")
FIRST = next(n for n, line in enumerate(LINES) if line.startswith(b"00:00:00"))
"""The 0-based line of the first row."""
LENGTH = len(LINES[FIRST]) + 2


def changed(place, line):
    return b"\r\n".join([*LINES[:place], line, *LINES[place + 1 :]])


NAMES = "Time, ms, H2, 28, CO2, T"


@pytest.mark.parametrize(("function", "parts"), [
    row(export(b"\x00\x01\x02" * 20), "the file is not text",
        found="a NUL byte at offset 0", cause="it is damaged, or no export"),
    row(export(b"time,what\r\n"), "the first line is not that of a MASsoft export",
        where="line 1", expected="rows,scans,…"),
    row(export(b"\r\n".join(line for line in LINES if not line.startswith(b'"Data",'))),
        "the header has no line Data",
        where="line 2", expected=f'"Data" in line {FIRST - 1}', cause="the file was cut, or edited", hint=AGAIN),
    row(export(b"\r\n".join([LINES[0], LINES[2]])), "the header has no line Data",
        where="line 2", expected="the number of header lines", cause="the file was cut, or edited", hint=AGAIN),
    row(export(changed(1, b'"header",0,"lines"').replace(b'"Data",4\r\n', b"")), "the header has no line Data",
        where="line 2", expected='"Data" in line 1', cause="the file was cut, or edited", hint=AGAIN),
    row(export(changed(FIRST - 1, b"  ")), "the line of the column names is empty",
        where=f"line {FIRST}", cause="the file was damaged or edited by hand", hint=AGAIN),
    row(export(massoft(delimiter=";").replace(b"26.5000;", b"26;5000;")), "a row does not fit the column names",
        where=f"line {FIRST + 1}", expected=f"6 cells: {NAMES}", found="7 cells", cause="the file is damaged"),
    row(export(b"\r\n".join(LINES[: FIRST - 1])), "the file ends before the column names",
        where=f"line {FIRST}", cause="the file was cut"),
    row(export(changed(FIRST + 2, LINES[FIRST + 2].replace(b",", b", ", 1))),
        "a row has another length than line 1 says",
        where=f"line {FIRST + 3}", expected=f"{LENGTH} bytes with the line's end",
        found=f"{LENGTH + 1} bytes: {LINES[FIRST + 2].replace(b',', b', ', 1).decode()[:60]}",
        cause="the file was damaged or edited by hand", hint=AGAIN),
    row(export(changed(FIRST + 3, LINES[0])), "the file holds two exports, one after the other",
        where=f"line {FIRST + 4}", expected="rows of numbers to the end", found=LINES[0].decode()[:60],
        hint="split the file there"),
    row(export(changed(FIRST + 2, LINES[FIRST + 2].replace(b"e-09", b"e-x9", 1))), "a cell is not a number",
        where=f"line {FIRST + 3}", column="H2", found=repr("2.30000e-x9"),
        cause="the file is damaged, or two files were joined"),
    row(export(b"\r\n".join([*LINES[:FIRST], *(line.replace(b".", b",") for line in LINES[FIRST:])])),
        "a row does not fit the column names",
        where=f"line {FIRST + 1}", expected=f"6 cells: {NAMES}", found="10 cells",
        cause="decimal commas between commas, which cannot be told apart",
        hint="export it from MASsoft with another list separator"),
    row(export(changed(FIRST + 2, LINES[FIRST + 2][:9] + b" " + LINES[FIRST + 2][10:].replace(b",", b" ", 1))),
        "a row does not fit the column names",
        where=f"line {FIRST + 3}", expected=f"6 cells: {NAMES}", found="5 cells", cause="the file is damaged"),
    row(export(massoft(delimiter=";").replace(b"4.30000e-09", b"4,300e-0009").replace(b"26.5000", b"26.500 ")),
        "the decimal mark is not clear",
        expected="points or commas", found="both marks occur: 3.30000e-09 and 4,300e-0009"),
])  # fmt: skip
def test_an_export_that_is_not_read_says_all_that_is_known(function, parts):
    found = said(function)
    found.pop("path", None)
    assert found == parts


# -- what is said of an export -----------------------------------------------------------------------


def notices(data, **options):
    return [(notice.code, notice.message, notice.column) for notice in export(data, **options)().notices]


STATED = {"faraday": "torr", "sem": "c/s", "temperature": "degC"}


def test_an_export_that_is_whole_and_whose_units_are_stated_has_nothing_to_say():
    assert notices(TREND, **STATED) == []


@pytest.mark.parametrize("place", [0, 2, 11])
@pytest.mark.parametrize("name", ["vendor_h2", "vendor_t"])
def test_a_blank_cell_is_missing_and_the_others_stay_where_they_are(name, place):
    """Blanks as long as the number: the length of the row still is that of line 1."""
    plain, line = export(TREND)()["timeseries"], LINES[FIRST + place]
    cell = line.split(b",")[{"vendor_h2": 2, "vendor_t": 5}[name]]
    found = export(changed(FIRST + place, line.replace(cell + b",", b" " * len(cell) + b",")))()["timeseries"]
    for other in plain.names:
        expected = plain[other].tolist()
        if other == name:
            expected[place] = float("nan")
        assert str(found[other].tolist()) == str(expected)


@pytest.mark.parametrize("data", [TREND.replace(b"\r\n", b"\r"), TREND.replace(b",", b"\t")], ids=["CR", "tabs"])
def test_other_line_ends_and_tabs_give_the_same_numbers(data):
    assert sniff_massoft(Source.from_bytes(data, "trend.txt")) is Confidence.CERTAIN
    plain, found = export(TREND)()["timeseries"], export(data)()["timeseries"]
    assert {name: found[name].tolist() for name in found.names} == {
        name: plain[name].tolist() for name in plain.names
    }


def test_inputs_without_a_unit_are_named_once_each():
    texts = [(code, text) for code, text, _ in notices(TREND)]
    assert texts == [
        ("unit-unknown", f"the file prints no unit for the input {name}; state it: --option {name.lower()}=UNIT")
        for name in ("Faraday", "SEM", "Temperature")
    ]


@pytest.mark.parametrize(("data", "code", "message"), [
    (b"\r\n".join(LINES[:-2]) + b"\r\n", "row-count", "line 1 says 12 rows, the file has 11: it was truncated or "
     "edited"),
    (b"\r\n".join(LINES[:FIRST]) + b"\r\n", "no-rows", "the export has no rows of data"),
    (TREND.replace(b"%010d" % LENGTH, b"%010d" % (LENGTH + 3)), "row-length",
     f"line 1 says {LENGTH + 3} bytes per row, the rows have {LENGTH}"),
    (TREND[:-20], "last-row-cut", "the last row is cut and left out: the file was truncated"),
    (TREND.replace(LINES[1], b'"header",0000000099,"lines"'), "header-lines",
     f'line 2 says that 99 lines precede "Data", but {FIRST - 2} do; {FIRST - 2} counts'),
    (changed(1, b'"header",0,"lines"'), "header-lines",
     f'line 2 says that 0 lines precede "Data", but {FIRST - 2} do; {FIRST - 2} counts'),
    (changed(1, b"no such line"), "header-lines",
     f'line 2 does not say how many lines precede "Data", but {FIRST - 2} do; {FIRST - 2} counts'),
    (TREND.replace(b'"', b"").replace(b"0000000012,scans", b"12,scans"), "resaved",
     "the file was saved again by another program: its row lengths cannot be checked"),
    (TREND.replace(b'"Date",6/14/2021', b'"Date",6/14/2001'), "clock-never-set",
     "the instrument's clock says 2001-06-14T00:20:01: it was never set"),
    (TREND.replace(b'"Date",6/14/2021', b'"Date",14/2021/6'), "start-unreadable",
     "the start '14/2021/6 Time 12:20:01 AM' cannot be read"),
    (TREND.replace(b'"Date",6/14/2021', b'"Date",2/30/2021'), "start-unreadable",
     "the start '2/30/2021 Time 12:20:01 AM' cannot be read"),
    (TREND.replace(b'"Date",6/14/2021,"Time",12:20:01 AM', b'"Date",'), "start-unreadable",
     "the start '' cannot be read"),
    (TREND.replace(b"12:20:01 AM", b"noon"), "start-unreadable",
     "the time of the start, 'noon', cannot be read: only its date is taken"),
    (TREND.replace(b"  4.30000e-09", b" " * 13), "empty-cells", "1 cell is empty: the values are missing"),
    (TREND.replace(b"   26.5000,", b" " * 10 + b",").replace(b"   26.6000,", b" " * 10 + b","), "empty-cells",
     "2 cells are empty: the values are missing"),
    (TREND.replace(b"  4.30000e-09", b" 1.#QNAN00000"), "not-a-number", "1.#QNAN00000 is kept as NaN or infinity"),
    (TREND.replace(b"\n00:01:10", b"\n00:01:20"), "clock-disagrees",
     "Time says 00:01:20 where ms says 70363; ms counts"),
    (TREND.replace(b"\n00:01:10", b"\n00:01:xx"), "clock-unreadable",
     "the column Time cannot be read, ms is used: '00:01:xx' is not an elapsed time h:m:s"),
    (TREND.replace(b'"mass",44.00', b'"mass",32.00'), "mass-label",
     "CO2 was measured at mass 32.00, which is not its own"),
    (TREND.replace(LINES[FIRST - 6], b'"none"'), "scan-count",
     "the header lists 3 scans, the rows have 4 channels; none is matched"),
])  # fmt: skip
def test_what_is_odd_in_an_export_is_said(data, code, message):
    found = [text.strip() for one, text, _ in notices(data, **STATED) if one == code]
    assert found == [message]


def test_a_date_of_two_readings_is_not_taken():
    found = Header(0, 0, ",", 0, [], ['"Date",1/2/2021,"Time",13:20:01'], False)
    metadata = Metadata()
    describe(found, metadata)
    (notice,) = found.notices
    assert notice.code == "date-order-open"
    assert notice.message.startswith("the start '1/2/2021 Time 13:20:01' has two readings and is not taken: ")
    assert "experiment.start" not in metadata
    describe(found, metadata, "day-first")
    assert metadata.value("experiment.start") == "2021-02-01T13:20:01"


@pytest.mark.parametrize(("clock", "start"), [
    ("12:20:01 AM", "2021-06-14T00:20:01"), ("1:20:01 PM", "2021-06-14T13:20:01"),
    ("12:20:01 PM", "2021-06-14T12:20:01"), ("23:20:01", "2021-06-14T23:20:01"),
    ("1:20:01 p.m.", "2021-06-14T13:20:01"), ("23.20.01", "2021-06-14T23:20:01"),
])  # fmt: skip
def test_the_start_by_the_clock_of_the_instrument(clock, start):
    lines = ['"1",scans,"20"', '"header",5', f'"Date",6/14/2021,"Time",{clock}', '"ID","RGA 201"', '"Data",1',
             '"Time","ms"']  # fmt: skip
    header, metadata = parse_header(lines), Metadata()
    settings = describe(header, metadata)
    stated = {entry.path: entry.value for entry in metadata.entries}
    assert stated == {
        "instrument.manufacturer": "Hiden Analytical", "instrument.model": "RGA 201", "experiment.start": start,
        "experiment.timezone": "unknown",
    }  # fmt: skip
    assert settings == {"header": lines, "environment": {}, "scans": []}


@pytest.mark.parametrize(("printed", "stated"), [
    ('"Date",6/14/2021,"Time",', {"experiment.date": "2021-06-14", "experiment.timezone": "unknown"}),
    ('"Date",6/14/2021', {"experiment.date": "2021-06-14", "experiment.timezone": "unknown"}),
    ('"Date",6/14/2021,"Time",soon', {"experiment.date": "2021-06-14", "experiment.timezone": "unknown"}),
    ('"ID",', {}), ('"ID","","Version"', {}), ('"ID","RGA"', {"instrument.model": "RGA"}),
])  # fmt: skip
def test_what_a_line_of_the_header_leaves_out_is_not_stated(printed, stated):
    metadata = Metadata()
    describe(Header(0, 0, ",", 0, [], [printed, "", '"Environment",', '"alone"', '"a",1,"V"'], False), metadata)
    found = {entry.path: entry.value for entry in metadata.entries}
    assert found == {"instrument.manufacturer": "Hiden Analytical", **stated}


def test_the_environment_is_what_stands_between_its_line_and_the_data():
    lines = ["x,0", '"Environment",', '"alone"', '"a",1,"V"', '"b","c, d"', '"Data",1', '"e",2']
    settings = describe(Header(0, 0, ",", 0, [], lines, False), Metadata())
    assert settings == {"header": lines, "environment": {"a": ["1", "V"], "b": ["c, d"]}, "scans": []}


# -- declared tables and images ----------------------------------------------------------------------


def declared(**told):
    return DeclaredPart("r", "region r, profile 1", told)


def bytes_of_shape(shape):
    """Return a NumPy file whose header has a shape of doubles, and 8 bytes behind it."""
    head = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\1\0" + len(head).to_bytes(2, "little") + head + bytes(8)


@pytest.fixture
def folder(tmp_path):
    """Return a manifest, and files beside it."""
    files = {
        "odd.csv": "t,Na,t\n1,2,1\n", "one.csv": "t\n1\n2\n", "none.csv": "t,Na\n", "short.csv": "t,Na\n1,2\n1\n",
        "word.csv": "t,Na\n1,2\n3,x\n", "a_1.txt": "1 2\n3 4\n", "a_2.txt": "1 2 3\n3 4 5\n", "b_1.txt": "  \n",
        "c_1.txt": "1 x\n", "d_1.txt": "1 2\n", "d_4.txt": "1 2\n", "sims.toml": 'format = "sims"\n',
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "binary.csv").write_bytes(b"\0\1\2" * 20)
    np.save(tmp_path / "cube.npy", np.zeros((2, 3, 4, 5)))
    np.save(tmp_path / "words.npy", np.array(["a", "b"]))
    np.save(tmp_path / "line.npy", np.zeros((1, 3)))
    np.save(tmp_path / "e_1.npy", np.zeros(3))
    np.save(tmp_path / "g_1.npy", np.zeros((0, 3)))
    (tmp_path / "h_1.txt").write_bytes(b"\0\1\xff" * 20)
    with (tmp_path / "third.npy").open("wb") as file:
        np.lib.format.write_array(file, np.zeros((1, 1, 1, 1)), version=(3, 0))
    (tmp_path / "less.npy").write_bytes(bytes_of_shape("(-2, 1)"))
    (tmp_path / "more.npy").write_bytes(bytes_of_shape("(2, 1)"))
    (tmp_path / "text.npy").write_bytes(b"no array")
    (tmp_path / "text.tif").write_bytes(b"no image")
    return Source(tmp_path / "sims.toml")


WRONGLY = "the layout, the separator or the decimal mark is declared wrongly, or the file is damaged"


@pytest.mark.parametrize(("told", "parts"), [
    ({"file": "odd.csv", "layout": "pairs"}, {
        "message": "pairs need an even number of columns", "found": "3: t, Na, t", "cause": WRONGLY}),
    ({"file": "one.csv", "layout": "table"}, {
        "message": "the file has no two columns", "found": "t", "cause": WRONGLY}),
    ({"file": "none.csv", "layout": "table"}, {
        "message": "the file has no rows", "found": "1 line", "cause": WRONGLY}),
    ({"file": "short.csv", "layout": "table"}, {
        "message": "row 3 does not fit the headers", "found": "1 cell, not 2", "cause": WRONGLY}),
    ({"file": "word.csv", "layout": "table"}, {
        "message": "row 3 of Na is not a number", "found": "'x' is not a number with the decimal mark '.'",
        "cause": WRONGLY}),
    ({"file": "word.csv", "layout": "table", "separator": ";"}, {
        "message": "the file has no two columns", "found": "t,Na", "cause": WRONGLY}),
    ({"file": "word.csv", "layout": "table", "species": {"na": "Na+", "Na": "Na+"}}, {
        "message": "region r, profile 1: species names headers that the file does not have", "expected": "t, Na",
        "found": "na", "cause": "a header is spelt in another way, or another separator was used"}),
    ({"file": "binary.csv", "layout": "table"}, {
        "message": "the file is not text", "found": "a NUL byte at offset 0"}),
])  # fmt: skip
def test_a_declared_table_that_is_not_read(folder, told, parts):
    expected = {**parts, "path": str(folder.path.with_name(told["file"]))}
    assert said(lambda: list(tables.read_table(declared(**told), folder))) == expected


@pytest.mark.parametrize(("layout", "text", "channels"), [
    ("table", "t,Na,K\n1,2,3\n\n ,,\n,5,\n",
     [("t", "Na", 0, 1, [1, None], [2, 5]), ("t", "K", 0, 2, [1, None], [3, None])]),
    ("pairs", "t;Na;u;K\n1;2;3;4\n;;5;6\n;7;;\n",
     [("t", "Na", 0, 1, [1, None], [2, 7]), ("u", "K", 2, 3, [3, 5], [4, 6])]),
    ("pairs", "t\tNa\tu\tK\n1\t2\t3\t4\n5\t6\t\t\n",
     [("t", "Na", 0, 1, [1, 5], [2, 6]), ("u", "K", 2, 3, [3], [4])]),
    ("table", "t;Na\n1,5;2\n", [("t", "Na", 0, 1, [1.5], [2])]),
    ("table", "t,Na,\n1,2,\n3,4,\n", [("t", "Na", 0, 1, [1, 3], [2, 4])]),
])  # fmt: skip
def test_channels_of_a_declared_table(folder, layout, text, channels):
    """A row without a number is none; a pair ends where both of its cells are empty, one alone is missing."""
    folder.path.with_name("p.csv").write_text(text)
    part = declared(
        file="p.csv", layout=layout, decimal="," if "," in text.partition("\n")[2] and ";" in text else "."
    )
    found = [
        (
            place.x,
            place.y,
            place.x_index,
            place.y_index,
            *([None if v != v else v for v in c.tolist()] for c in (x, y)),
        )
        for place, x, y in tables.read_table(part, folder)
    ]
    assert found == channels


def test_a_declared_file_that_is_not_there(folder):
    for name in "sub", "a":
        (folder.path.parent / name).mkdir()
    for name in ("sub/odd.csv", r"a\odd.csv"):
        (folder.path.parent / name).write_text("t,Na\n1,2\n")
    for name in ("nothing.csv", "../odd.csv", "sub/odd.csv", r"a\odd.csv"):
        assert said(lambda name=name: list(tables.read_table(declared(file=name), folder))) == {
            "message": f"the file {name} is not beside the manifest", "path": str(folder.path),
            "expected": "a file of the same folder",
        }  # fmt: skip


@pytest.mark.parametrize(("pattern", "species", "parts", "named"), [
    ("cube.npy", ["Na+"], {
        "message": "the array does not hold the declared species", "expected": "the shape (1, frames, y, x)",
        "found": "(2, 3, 4, 5)"}, "pattern"),
    ("line.npy", ["Na+"], {
        "message": "the array does not hold the declared species", "expected": "the shape (1, frames, y, x)",
        "found": "(1, 3)"}, "pattern"),
    ("{species}_line.npy", ["Na+"], {
        "message": "there are no images of Na+", "expected": "Na+_line.npy",
        "found": "23 files beside the manifest, none of that name"}, ""),
    ("{species}_{frame}_{frame}.txt", ["a"], {
        "message": "a pattern has one {frame}", "expected": "{species}_{frame}.txt",
        "found": "{species}_{frame}_{frame}.txt"}, ""),
    ("{species}_{frame}.txt", ["a"], {
        "message": "the images of a differ in size", "found": "(2, 2), (2, 3)"}, ""),
    ("{species}_{frame}.txt", ["b"], {
        "message": "the image is not a matrix: the file is empty", "expected": "(y, x)"}, "b_1.txt"),
    ("{species}_{frame}.txt", ["d"], {
        "message": "images of d are missing", "expected": "the frames 1 to 4", "found": "none for 2, 3"}, ""),
    ("{species}_{frame}.npy", ["e"], {
        "message": "the image is not a matrix", "expected": "(y, x)", "found": "(3,)"}, "e_1.npy"),
    ("{species}_{frame}.npy", ["g"], {
        "message": "the image is not a matrix", "expected": "(y, x)", "found": "(0, 3)"}, "g_1.npy"),
    ("third.npy", ["Na+"], {
        "message": "the file is not a NumPy array of numbers", "found": "version (3, 0) of the format"},
        "third.npy"),
    ("less.npy", ["Na+"], {"message": "the file is not a NumPy array of numbers",
        "found": "its header says -16 bytes, and 8 are there"}, "less.npy"),
    ("more.npy", ["Na+"], {"message": "the file is not a NumPy array of numbers",
        "found": "its header says 16 bytes, and 8 are there"}, "more.npy"),
    ("words.npy", ["Na+"], {"message": "the array contains no numbers", "found": "<U1"}, "words.npy"),
    ("li{species}.npy", ["ne"], {
        "message": "the images of ne are not a stack", "expected": "(frame, y, x)", "found": "(1, 3)"}, "pattern"),
])  # fmt: skip
def test_declared_images_that_are_not_read(folder, pattern, species, parts, named):
    part = DeclaredPart("r", "region r, images 1", {"pattern": pattern, "species": species, "polarity": "+"})
    place = {"path": pattern if named == "pattern" else str(folder.path.with_name(named))} if named else {}
    assert said(lambda: list(read_stack(part, folder))) == {**parts, **place}


@pytest.mark.parametrize(("pattern", "message"), [
    ("c_{frame}.txt", "the image is not a matrix of numbers"),
    ("h_{frame}.txt", "the image is not a matrix of numbers"),
    ("text.npy", "the file is not a NumPy array of numbers"),
    ("text.tif", "the file is not a TIFF that can be read"),
])  # fmt: skip
def test_images_of_which_a_library_says_what_is_wrong(folder, pattern, message):
    part = DeclaredPart("r", "region r, images 1", {"pattern": pattern, "species": ["Na+"], "polarity": "+"})
    found = said(lambda: list(read_stack(part, folder)))
    assert found.pop("found")
    assert found == {"message": message, "path": str(folder.path.with_name(pattern.replace("{frame}", "1")))}


def tiff(path, *pages):
    image = pytest.importorskip("PIL.Image", reason="the extra `plot` brings Pillow")
    first, *more = [image.fromarray(page) for page in pages]
    data = io.BytesIO()
    first.save(data, "TIFF", save_all=True, append_images=more)
    path.write_bytes(data.getvalue())


GREY, COLOUR = np.zeros((2, 3), "u1"), np.zeros((2, 3, 3), "u1")


@pytest.mark.parametrize(("pattern", "pages", "parts"), [
    ("f_{frame}.tif", [GREY, GREY], {
        "message": "an image of one frame has several pages", "found": "2 pages",
        "expected": "one page per file, as {frame} in the pattern says",
        "hint": 'pattern = "…_{species}.tif" reads all pages of a file as frames'}),
    ("f_1.tif", [GREY, COLOUR], {
        "message": "a page is a picture, not counts", "expected": "one number per pixel", "found": "the mode RGB",
        "hint": "export raw counts per pixel and frame, not the colours of the screen"}),
    ("f_1.tif", [GREY, GREY.T.copy()], {"message": "the pages differ in size", "found": "(2, 3), (3, 2)"}),
])  # fmt: skip
def test_pages_that_are_no_counts(folder, pattern, pages, parts):
    path = folder.path.with_name("f_1.tif")
    tiff(path, *pages)
    part = DeclaredPart("r", "region r, images 1", {"pattern": pattern, "species": ["Na+"], "polarity": "+"})
    assert said(lambda: list(read_stack(part, folder))) == {**parts, "path": str(path)}


@pytest.mark.parametrize(("text", "missing"), [
    ("", ["[[region]]: at least one"]),
    ('[[region]]\nname = "a"', ["[[region.profile]] or [[region.images]]: at least one"]),
    ('x = 1\n[[region]]\n[[region.profile]]\n', [
        "region: name", "region region 1, profile 1: file", "region region 1, profile 1: layout",
        "region region 1, profile 1: x", "region region 1, profile 1: y",
        'region region 1, profile 1: polarity, "+" or "-"',
        "the manifest: x is not a key here; known are format, sims, region, instrument, sample"]),
    ('[[region]]\nname = "a"\ncolour = 1\n[[region.images]]\nframe_time = "3 m"\nspecies = ["Na+", "K+", "Na+"]\n'
     '[[region.profile]]\nfile = "f"\nlayout = "rows"\nx = "depth"\ny = "sum"\npolarity = "-"\n', [
        "sims.pixel_size, for maps",
        "region: colour is not a key here; known are name, state, current_density, test, test_sha256, "
        "crater_depth, profile, images",
        "region a, profile 1: layout is 'rows', not table or pairs",
        "region a, profile 1: y is 'sum', not counts or rate",
        "region a, profile 1: x_unit, the unit of depth",
        "region a, images 1: pattern",
        "region a, images 1: Na+ is named twice",
        "region a, images 1: frame_time is '3 m', not a time such as \"10 s\""]),
    ('[[region]]\nname = "a"\n[[region.profile]]\nfile = "f"\nlayout = "table"\nx = "cycle"\ny = "rate"\n'
     'polarity = "-"\n[[region.profile]]\nfile = "g"\nlayout = "pairs"\nx = "time"\nx_unit = "s"\ny = "counts"\n'
     'polarity = "positive"\n', ["sims.acquisition: simultaneous or sequential, for two polarities"]),
])  # fmt: skip
def test_all_that_a_manifest_leaves_open_is_listed(text, missing):
    source = Source.from_bytes(f'format = "sims"\n{text}'.encode(), "sims.toml")
    with pytest.raises(ReadError) as caught:
        parse(source)
    assert (caught.value.code, parts_of(caught.value.remark)) == ("sims-undeclared", {
        "message": "the manifest leaves open what the files do not say",
        "expected": "\n            ".join(missing), "found": f"{len(missing)} missing or unknown",
        "hint": "echub plugins show hiden  prints a template",
    })  # fmt: skip


MAPS = """format = "sims"
[sims]
pixel_size = "1 um"
[[region]]
name = "a"
[[region.images]]
pattern = "p.npy"
species = ["Na+"]
{}
[[region.images]]
pattern = "q.npy"
species = ["K+"]
{}
"""


@pytest.mark.parametrize(("shapes", "times", "parts"), [
    (((2, 3, 4), (2, 4, 3)), ("", ""), {
        "message": "the maps differ in size", "expected": "the same frames, y and x for all species and regions",
        "found": "a Na+: (2, 3, 4), a K+: (2, 4, 3)", "hint": "write one manifest for each size"}),
    (((2, 3, 4), (2, 3, 4)), ('frame_time = "2 s"', 'frame_time = "10 s"'), {
        "message": "the images have no common time of a frame", "found": "10 s, 2 s",
        "expected": "one frame_time for all images of the manifest", "hint": "write one manifest for each"}),
    (((2, 3, 4), (2, 3, 4)), ('frame_time = "2 s"', ""), {
        "message": "the images have no common time of a frame", "found": "2 s",
        "expected": "one frame_time for all images of the manifest", "hint": "write one manifest for each"}),
])  # fmt: skip
def test_maps_that_do_not_fit_each_other(tmp_path, shapes, times, parts):
    for name, shape in zip("pq", shapes, strict=True):
        np.save(tmp_path / f"{name}.npy", np.ones((1, *shape)))
    (tmp_path / "sims.toml").write_text(MAPS.format(*times))
    assert said(lambda: manifest.read(Source(tmp_path / "sims.toml"), None)) == parts


def test_what_is_odd_in_maps_is_said(tmp_path):
    """A scaled picture of bytes, and one with a negative pixel and two that are not measured."""
    one = np.tile(np.array([0, 255], "u1"), (1, 2, 2, 2))
    other = np.full((1, 2, 2, 4), 2.5)
    other[0, 0, 0, :3] = -1.0, np.nan, np.nan
    np.save(tmp_path / "p.npy", one)
    np.save(tmp_path / "q.npy", other)
    (tmp_path / "sims.toml").write_text(MAPS.format("", ""))
    record = manifest.read(Source(tmp_path / "sims.toml"), None)
    assert [(notice.code, notice.message) for notice in record.notices] == [
        ("eight-bit-image", "a, Na+: 8-bit pixels up to 255 look like a scaled picture"),
        ("negative-counts", "a, K+: there are negative pixels"),
        ("nan-pixels", "2 pixels are not numbers: masked as not measured"),
    ]  # fmt: skip


@pytest.mark.parametrize(("most", "pages"), [(12, 2), (11, None)])
def test_pixels_of_all_pages_count(folder, monkeypatch, most, pages):
    monkeypatch.setattr(images, "_PIXELS", most)
    tiff(folder.path.with_name("f.tif"), GREY, GREY)
    part = DeclaredPart("r", "region r, images 1", {"pattern": "f.tif", "species": ["Na+"], "polarity": "+"})
    if pages:
        assert [stack.counts.shape for stack in read_stack(part, folder)] == [(pages, 2, 3)]
        return
    assert said(lambda: list(read_stack(part, folder))) == {
        "message": "the file is not a TIFF that can be read", "path": str(folder.path.with_name("f.tif")),
        "found": "2 pages of 3 × 2 are more than 11 pixels",
    }  # fmt: skip


PROFILES = """format = "sims"
[sims]
acquisition = "simultaneous"
[[region]]
name = "a"
test = "run.mpr"
[[region.profile]]
file = "a.csv"
layout = "table"
x = "cycle"
y = "counts"
species = {Na = "Na+", SE = "SE", O = "O-"}
polarity = "+"
[[region]]
name = "b"
test = "gone.mpr"
[[region.profile]]
file = "b.csv"
layout = "table"
x = "depth"
x_unit = "nm"
y = "rate"
species = {"K+" = "K+", Cl = "Cl-"}
[[region]]
name = "c"
test = "run.mpr"
test_sha256 = "00"
"""


def test_profiles_of_two_regions_and_what_is_said_of_them(tmp_path):
    """Empty cells are not numbers, neither zero nor fractions; a label with its sign needs no polarity."""
    for name, text in {
        "run.mpr": "x", "a.csv": "n,Na,SE,O\n1,0.5,7,\n2,-2,8,\n", "b.csv": "z,K+,Cl\n1,0,0.25\n2,0,\n3,0,\n",
        "sims.toml": PROFILES,
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    record = manifest.read(Source(tmp_path / "sims.toml"), None)
    digest = hashlib.sha256(b"x").hexdigest()
    assert [(notice.code, notice.message) for notice in record.notices] == [
        ("test-missing", "region b: the test gone.mpr is not beside the manifest"),
        ("test-changed", f"region c: the test run.mpr has the sha256 {digest}, declared is 00"),
        ("negative-counts", "region a, profile 1, Na+: there are negative values"),
        ("not-counts", "region a, profile 1, Na+: values are not whole counts; Poisson statistics do not hold"),
        ("polarity-mismatch", "region a, profile 1: O- cannot come from the declared polarity"),
        ("not-finite", "region a, profile 1, O-: 2 are not numbers"),
        ("all-zero", "region b, profile 1, K+: all values are zero"),
        ("not-finite", "region b, profile 1, Cl-: 2 are not numbers"),
    ]  # fmt: skip
    assert record.metadata.value("sims.regions") == [
        {"name": "a", "test": "run.mpr", "test_sha256": digest},
        {"name": "b", "test": "gone.mpr", "test_sha256": None},
        {"name": "c", "test": "run.mpr", "test_sha256": digest},
    ]  # fmt: skip
    table = record["depth_profile"]
    assert table["species"].tolist() == ["Na+"] * 2 + ["SE"] * 2 + ["O-"] * 2 + ["K+"] * 3 + ["Cl-"] * 3
    assert table["polarity"].tolist() == [1] * 6 + [1] * 3 + [-1] * 3
    assert table["region"].tolist() == ["a"] * 6 + ["b"] * 6
    found = {place: str(values.tolist()) for place, (_, values) in source_pieces(table)}
    n, z = "[1.0, 2.0]", "[1.0, 2.0, 3.0]"
    assert found == {
        (0, "n"): n, (1, "Na"): "[0.5, -2.0]", (2, "n"): n, (3, "SE"): "[7.0, 8.0]", (4, "n"): n,
        (5, "O"): "[nan, nan]", (6, "z"): z, (7, "K+"): "[0.0, 0.0, 0.0]", (8, "z"): z,
        (9, "Cl"): "[0.25, nan, nan]",
    }  # fmt: skip


def test_a_scan_over_something_else_than_masses():
    header = Header(0, 0, ",", 9, ["cycle", "ms", "energy eV"], [], False)
    assert said(lambda: reject_other_scans(header)) == {
        "message": "this is a scan over something other than mass, which is not read yet", "where": "line 9",
        "expected": "a column `mass amu`, or a trend: Time, ms and the legends", "found": "cycle, ms, energy eV",
        "hint": "keep the file; the columns can be read as a table after the header is cut off",
    }  # fmt: skip
    for names in (["Cycle", "MASS amu"], ["Time", "ms", "H2"]):
        assert reject_other_scans(Header(0, 0, ",", 9, names, [], False)) is None


def test_a_line_with_a_cell_beyond_any_table():
    found = said(lambda: cells('"' + "x" * 200_000, ","))
    assert found.pop("cause")
    assert found == {"message": "a line cannot be split into cells", "found": '"' + "x" * 59}


@pytest.mark.parametrize(("line", "split"), [
    ('"a, b", c ,', ["a, b", "c"]), ("a,,b", ["a", "", "b"]), ("a,,,", ["a"]), (",", [""]), ("a", ["a"]),
])  # fmt: skip
def test_a_line_is_cut_at_its_delimiters_and_one_may_end_it(line, split):
    assert cells(line, ",") == split


SCAN = {"Start": "10", "Stop": "14", "Increment": "0,5"}


@pytest.mark.parametrize(("masses", "how", "holds"), [
    ([10, 12, 14], {}, True), ([10.25, 13.75], {}, True), ([10.26, 14], {}, False), ([10, 13.74], {}, False),
    ([9.75, 14.25], {}, True), ([9.74, 14], {}, False), ([10, 14.26], {}, False),
    ([10, 11], {"cut": True}, True), ([10, 14.26], {"cut": True}, False), ([11, 12], {"cut": True}, False),
    ([11, 12], {"within": True}, True), ([9.74, 12], {"within": True}, False),
    ([11, 14.26], {"within": True}, False), ([9.75, 14.25], {"within": True}, True),
    ([10, 14.25], {"cut": True}, True),
])  # fmt: skip
def test_a_sweep_is_of_a_scan_by_its_ends_to_half_a_step(masses, how, holds):
    scan = Scan("Scan 1", "SEM", SCAN)
    assert (scan.increment, scan.half, scan.is_ranged) == (0.5, 0.25, True)
    assert scan.holds(np.array(masses, float), **how) is holds


def test_a_scan_without_an_increment_or_a_range():
    scan = Scan("Scan 1", "SEM", {"Start": "44.00", "Stop": "44.00", "Increment": "none"})
    assert (scan.increment, scan.half, scan.is_ranged, scan.parts) == (0.0, 0.005, False, (scan,))
    assert np.isnan(scan.number("Dwell"))


@pytest.mark.parametrize(("names", "found"), [
    (["cycle", "ms", "mass amu", "SEM c/s"], [[0, 1, 2, 3]]), (["ms", "H2"], []),
    (["ms", "mass", "a", "mass", "b"], [[0, 1, 2], [0, 3, 4]]),  # one clock for both
    (["ms", "mass", "a", "ms", "mass", "b"], [[0, 1, 2], [3, 4, 5]]),  # each its own
    (["mass", "a", "b"], [[0, 1, 2]]),
])  # fmt: skip
def test_columns_of_scans_side_by_side(names, found):
    assert groups(names) == found


def test_sweeps_begin_where_the_mass_falls_or_another_scan_starts():
    low, high = Scan("1", "a", {"Start": "1", "Stop": "3"}), Scan("2", "b", {"Start": "10", "Stop": "12"})
    mass = np.array([1, 2, 3, 10, 11, 12, 1, 2, 3], float)
    assert sweeps(mass, (low, high)).tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert sweeps(mass, ()).tolist() == [0, 0, 0, 0, 0, 0, 1, 1, 1]
    assert sweeps(np.array([1.0, 1.0, 2.0]), ()).tolist() == [0, 1, 1]
    assert sweeps(mass[:0], ()).tolist() == []
    assert scan_of_sweeps((low, high), mass[:0], sweeps(mass[:0], (low, high))) == []


@pytest.mark.parametrize(("clock", "seconds"), [
    ("12:00:01 AM", 1), ("12:00:01 PM", 43_201), ("1:02:03 pm", 46_923), ("100:00:01", 360_001),
])  # fmt: skip
def test_clocks_as_spreadsheets_write_them(clock, seconds):
    assert _clock(clock) == seconds

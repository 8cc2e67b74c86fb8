"""Metadata that people add: which wins, what contradicts, what met nothing."""

import tomllib
import zipfile
from datetime import datetime

import pytest

import echub
from echub.errors import DataError, EchubError, MetadataError, PluginError
from echub.files import cells
from echub.files.annotations import Annotations, MetaTable, is_about_files, sidecar_text
from echub.files.cells import with_points
from echub.files.output import plan
from echub.model.metadata import Metadata
from echub.model.source import Source
from tests.messages.parts import said


@pytest.fixture
def run(tmp_path):
    path = tmp_path / "day 1" / "run[1].mpr"
    path.parent.mkdir()
    path.write_bytes(b"data")
    return path


def table(tmp_path, text, name="cells.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def sidecars(run, folder="", file=""):
    if folder:
        (run.parent / "echub.toml").write_text(folder)
    if file:
        run.with_name(run.name + ".echub.toml").write_text(file)


def apply(run, tables=(), values=None, said=None):
    metadata = Metadata()
    if said:
        metadata.set("cell.area", said, source="file")
    notices = Annotations.of(tables, values).apply(Source(run), metadata)
    return metadata, notices


# -- precedence ----------------------------------------------------------------------------------

ORDER = ("file", "echub.toml", "run[1].mpr.echub.toml", "cells.csv row 2", "--set")


@pytest.mark.parametrize("last", range(5))
def test_the_later_source_wins(tmp_path, run, last):
    area = [f"{number + 1} cm^2" for number in range(5)]
    toml = [f'[cell]\narea = "{text}"\n' for text in area]
    sidecars(run, toml[1] if last >= 1 else "", toml[2] if last >= 2 else "")
    tables = [table(tmp_path, f"file,cell.area\n*,{area[3]}\n")] if last >= 3 else []
    metadata, notices = apply(run, tables, {"cell.area": area[4]} if last >= 4 else None, said=area[0])
    assert metadata.get("cell.area").value == last + 1
    assert [entry.source for entry in metadata.entries] == list(ORDER[: last + 1])
    contradictions = [n for n in notices if n.code == "metadata-contradiction"]
    assert len(contradictions) == last
    assert all(n.message.endswith(f"; {last + 1}.0 cm^2 counts") for n in contradictions)


def test_the_later_table_wins(tmp_path, run):
    first = table(tmp_path, "file,sample.id\n*,one\n")
    second = table(tmp_path, "file,sample.id\n*,two\n", "more.csv")
    assert apply(run, [first, second])[0].value("sample.id") == "two"


def test_every_table_says_what_its_rows_met(tmp_path, run):
    tables = [
        table(tmp_path, "file,sample.id\nother.mpr,one\n"),
        table(tmp_path, "file,sample.id\n*,two\nno.mpr,none\n*,three\n", "more.csv"),
        table(tmp_path, "file,cell.id\nthird.mpr,c\n", "last.csv"),
    ]
    metadata, notices = apply(run, tables)
    assert [(n.code, n.message) for n in notices if n.code == "no-metadata-row"] == [
        ("no-metadata-row", f"no row of {name} is for this file") for name in ("cells.csv", "last.csv")
    ]
    assert [(entry.value, entry.source) for entry in metadata.entries] == [
        ("two", "more.csv row 2"), ("three", "more.csv row 4")
    ]  # fmt: skip
    part = Annotations.of(tables, {"cell.id": "x"}).for_files([run, run.with_name("third.mpr")])
    assert [(one.name, {n: row["file"] for n, row in one.rows.items()}) for one in part.tables] == [
        ("cells.csv", {}), ("more.csv", {2: "*", 4: "*"}), ("last.csv", {2: "third.mpr"})
    ]  # fmt: skip
    assert part.values == {"cell.id": "x"}


def test_bytes_in_memory_have_the_rows_of_their_name(tmp_path):
    cells = table(tmp_path, "file,sample.id\nrun.mpr,S1\n")
    metadata = Metadata()
    Annotations.of([cells]).apply(Source.from_bytes(b"x", "run.mpr"), metadata)
    assert metadata.value("sample.id") == "S1"


def test_a_native_file_keeps_what_outranked_the_sidecar(cp):
    (cp.parent / "echub.toml").write_text('[cell]\narea = "1 cm^2"\n')
    added = Annotations.of(values={"cell.area": "2 cm^2"})
    written = echub.convert(cp, annotations=added)
    back = echub.read(written.outputs[0])
    assert back.metadata.value("cell.area") == 2.0
    assert back.same_as(written.record)
    (cp.parent / "echub.toml").write_text('[cell]\narea = "3 cm^2"\n')
    assert echub.read(written.outputs[0]).metadata.value("cell.area") == 3.0


# -- sidecars ------------------------------------------------------------------------------------


def test_toml_types_and_nested_paths(run):
    cell = '[cell]\nn_interfaces = 2\nsymmetric = true\n[cell.electrodes.working]\nmaterial = "Na"\n'
    sidecars(run, f"experiment.date = 2024-03-14\n{cell}")
    metadata, notices = apply(run)
    assert notices == []
    assert {e.path: e.value for e in metadata} == {
        "experiment.date": "2024-03-14",
        "cell.n_interfaces": 2,
        "cell.symmetric": True,
        "cell.electrodes.working.material": "Na",
    }


@pytest.mark.parametrize("text", ["not toml", "[cell", 'a = "\\z"', "\udc00".encode("utf-8", "surrogatepass")])
def test_a_sidecar_that_is_no_toml_is_named(run, text):
    (run.parent / "echub.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PluginError, match="the sidecar cannot be read") as refused:
        apply(run)
    assert refused.value.path == str(run.parent / "echub.toml")


@pytest.mark.parametrize("text", ['[cell]\naera = "1 cm^2"', "[cell]\narea = 1.0", "[cell]\narea = 1979-05-27"])
def test_a_wrong_statement_names_its_sidecar(run, text):
    sidecars(run, file=text)
    with pytest.raises(MetadataError) as refused:
        apply(run)
    assert refused.value.path == "run[1].mpr.echub.toml"
    assert refused.value.where.startswith("cell.a")


def test_bytes_in_memory_have_no_sidecar(run, monkeypatch):
    sidecars(run, '[sample]\nid = "a"')
    monkeypatch.chdir(run.parent)
    metadata = Metadata()
    Annotations().apply(Source.from_bytes(b"x", run.name), metadata)
    assert not metadata.entries


def test_a_name_as_long_as_may_be_has_no_sidecar(tmp_path):
    run = tmp_path / ("n" * 250 + ".mpr")
    run.write_bytes(b"x")
    assert apply(run) == (Metadata(), [])


# -- tables --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    ["run[1].mpr", "*.mpr", "day 1/run[1].mpr", "day 1/*", "day*/*.mpr", "*", "run?1?.mpr"],
)
def test_a_row_is_for_a_name_a_path_end_or_a_glob(tmp_path, run, pattern):
    metadata, notices = apply(run, [table(tmp_path, f"file,sample.id\n{pattern},S1\n")])
    assert metadata.value("sample.id") == "S1"
    assert notices == []


@pytest.mark.parametrize(
    "pattern", ["un[1].mpr", "1/run[1].mpr", "run1.mpr", "*.txt", "RUN[1].mpr", "other/run[1].mpr"]
)
def test_a_row_for_another_file_says_nothing(tmp_path, run, pattern):
    metadata, notices = apply(run, [table(tmp_path, f"file,sample.id\n{pattern},S1\n")])
    assert not metadata.entries
    assert [n.code for n in notices] == ["no-metadata-row"]
    assert notices[0].message == "no row of cells.csv is for this file"


def test_a_file_of_the_same_name_in_another_folder_is_another(tmp_path):
    rows = "file,cell.id\nday 1/cp.mpr,one\nday 2/cp.mpr,two\ncp.mpr,\n"
    tables = [MetaTable.load(table(tmp_path, rows))]
    for day, wanted in (("day 1", ["one"]), ("day 2", ["two"]), ("day 3", [])):
        path = tmp_path / day / "cp.mpr"
        path.parent.mkdir()
        path.write_bytes(b"data")
        metadata = Metadata()
        assert Annotations(tables).apply(Source(path), metadata) == []
        assert [entry.value for entry in metadata.entries] == wanted


def test_a_relative_path_meets_the_row_that_meta_init_wrote(tmp_path, run, monkeypatch):
    cells = table(tmp_path, "file,sample.id\nday 1/run[1].mpr,S1\n")
    monkeypatch.chdir(tmp_path)
    metadata = Metadata()
    Annotations.of([cells]).apply(Source("day 1/run[1].mpr"), metadata)
    assert metadata.value("sample.id") == "S1"


def test_unmatched_rows_are_known_after_all_files(tmp_path, run):
    added = Annotations.of([table(tmp_path, "file,sample.id\n*.mpr,a\n\nno.mpr,b\nnever.mpr,\n")])
    added.apply(Source(run), Metadata())
    assert added.tables[0].unmatched() == ["no.mpr", "never.mpr"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_units_in_the_header_or_the_cell(tmp_path, run, mark):
    text = "file;cell.area / cm^2;cell.temperature/degC;sample.id;cell.thickness\n*;0.5;25;;0.1 mm\n"
    metadata, _ = apply(run, [table(tmp_path, text.replace(";", mark))])
    assert {e.path: e.value for e in metadata} == {
        "cell.area": 0.5,
        "cell.temperature": 25.0,
        "cell.thickness": 100.0,
    }
    assert metadata.get("cell.area").source == "cells.csv row 2"


def test_row_numbers_are_those_of_the_table(tmp_path, run):
    metadata, _ = apply(run, [table(tmp_path, 'file,sample.id\nx,"two\nlines"\n\n*,S4\n')])
    assert metadata.get("sample.id").source == "cells.csv row 4"


def test_byte_order_mark_quotes_and_line_breaks_in_a_name(tmp_path):
    run = tmp_path / 'a,"b"\nc.mpr'
    run.write_bytes(b"x")
    cells = table(tmp_path, '\ufefffile,sample.id\r\n"a,""b""\nc.mpr",S1\r\n')
    assert apply(run, [cells])[0].value("sample.id") == "S1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column `file`"),
        ("name,sample.id\na,b\n", "no column `file`"),
        ("file,sample.idd\na,b\n", "unknown metadata path 'sample.idd'"),
        ("file,cell.area / V\na,1\n", "V cannot become cm"),
        ("file,cell.area / acre\na,1\n", "unknown unit 'acre'"),
        ("file,cell.n_interfaces / V\na,1\n", "V cannot become 1"),
        ("file,cell.area / cm^2\na,0,785\n", "more cells than its header"),
        ("file,cell.area / cm^2,cell.area / cm^2\na,1,2\n", r"two columns 'cell\.area / cm\^2'"),
        ("file,sample.id,file\na,1,b\n", "two columns 'file'"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_before_any_file(tmp_path, text, message):
    with pytest.raises(EchubError, match=message) as refused:
        MetaTable.load(table(tmp_path, text))
    assert refused.value.path == str(tmp_path / "cells.csv")
    assert refused.value.exit_code == 1


@pytest.mark.parametrize(
    ("header", "units", "cell", "area"),
    [
        ("cell.area / cm^2", "cm²", "3", 3.0),
        ("cell.area", "mm^2", "3", 0.03),
        ("cell.area / mm^2", "", "3", 0.03),
        ("cell.area", "mm^2", "3 cm^2", 3.0),
    ],
)
def test_a_row_of_units_below_the_header_is_none_of_a_file(tmp_path, run, header, units, cell, area):
    path = table(
        tmp_path, f"file,{header},cell.active_mass\n,{units},mg\n{run.name.replace('[1]', '*')},{cell},2\n"
    )
    found = MetaTable.load(path)
    metadata = Metadata()
    assert found.apply(Source(run), metadata) == []
    assert [(e.path, e.value, e.unit, e.source) for e in metadata.entries] == [
        ("cell.area", pytest.approx(area), "cm^2", "cells.csv row 3"),
        ("cell.active_mass", 2.0, "mg", "cells.csv row 3"),
    ]
    assert found.unmatched() == []


def test_a_row_of_units_that_contradicts_the_header_is_refused(tmp_path):
    path = table(tmp_path, "file,cell.area / cm^2,cell.active_mass\n,mm^2,mg\na.mpr,3,1\n")
    assert said(lambda: MetaTable.load(path)) == {
        "message": "the header of cell.area says cm^2, and the row of units says mm^2", "path": str(path),
        "where": "row 2", "expected": "one unit", "found": "cm^2 and mm^2",
        "hint": "write it once, in the header: cell.area / mm^2",
    }  # fmt: skip


def test_a_decimal_comma_in_a_comma_table_is_no_silent_guess(tmp_path):
    with pytest.raises(MetadataError) as refused:
        MetaTable.load(table(tmp_path, "file,cell.area / cm^2\na.mpr,0,785\n"))
    assert refused.value.where == "row 2"
    assert "decimal comma" in refused.value.cause


GERMAN = "file;cell.area / cm^2;cell.thickness;sample.group\n*;0,785;1,25 mm;blöd, sehr\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_of_a_german_excel_is_understood(tmp_path, run, encoding):
    """Semicolons, decimal commas also before a unit, and the encoding of its Windows, which is said."""
    path = tmp_path / "cells.csv"
    path.write_bytes(GERMAN.replace("\n", "\r\n").encode(encoding))
    metadata, _ = apply(run, [path])
    assert metadata.value("cell.area", "cm^2") == 0.785
    assert metadata.value("cell.thickness", "mm") == 1.25
    group = metadata.get("sample.group")
    assert (group.value, group.source) == (
        "blöd, sehr",
        "cells.csv (as cp1252) row 2" if encoding == "cp1252" else "cells.csv row 2",
    )


@pytest.mark.parametrize("numbers", ["1,234", "0,785;25.5"])
def test_decimal_commas_with_two_readings_are_refused(tmp_path, numbers):
    with pytest.raises(MetadataError, match="decimal mark") as refused:
        MetaTable.load(table(tmp_path, f"file;cell.area / cm^2;cell.temperature / degC\n*;{numbers}\n"))
    assert refused.value.path == str(tmp_path / "cells.csv")


def test_a_group_of_thousands_is_not_a_decimal_point(tmp_path, run):
    with pytest.raises(MetadataError, match=r"cell\.area cannot be"):
        apply(run, [table(tmp_path, "file;cell.area / cm^2\n*;1.234,5\n")])


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        ([["a,b", "1,5"], ["c", "2,25 V", "3,5"]], [["a,b", "1.5"], ["c", "2.25 V", "3,5"]]),
        ([["a", "1,5"], ["b", "1,234"]], [["a", "1.5"], ["b", "1.234"]]),
        ([["a", "1,234.5"], ["b", "2.5"]], None),
        ([["a,b", "1.5"], ["c", "2.5"]], None),
        ([["a"], ["c", ""]], None),
    ],
)
def test_only_columns_of_numbers_lose_their_decimal_commas(rows, read):
    assert with_points(rows, [False, True]) == (rows if read is None else read)


def test_the_first_sheet_with_the_column_is_read(tmp_path, run):
    pytest.importorskip("fastexcel")
    path = workbook(tmp_path / "cells.xlsx", [["file", "sample.id"], ["*", "S1"], ["x", "S2"]], "notes", None)
    rows, _ = cells.rows_of(path, "file")
    assert rows == [["file", "sample.id"], ["*", "S1"], ["x", "S2"]]
    assert cells.rows_of(path, "nothing")[0] == [[]]


def test_a_workbook_may_unpack_to_so_much_and_no_more(tmp_path, monkeypatch):
    pytest.importorskip("fastexcel")
    path = workbook(tmp_path / "cells.xlsx", [["file", "sample.id"], ["*", "S1"]])
    with zipfile.ZipFile(path) as parts:
        size = sum(part.file_size for part in parts.infolist())
    monkeypatch.setattr(cells, "LARGEST", size)
    assert cells.rows_of(path, "file")[0] == [["file", "sample.id"], ["*", "S1"]]
    monkeypatch.setattr(cells, "LARGEST", size - 1)
    with pytest.raises(DataError, match="the workbook is too large"):
        cells.rows_of(path, "file")


STUDY = 'title = "all"\nfiles = ["a.mpr"]\n\n# [[step]]\n# name = "cycling"\n'


@pytest.mark.parametrize(
    ("name", "text", "about"),
    [
        ("cells.csv", "file,cell.area / cm^2\na.mpr,1\n", True),
        ("zellen.csv", '\ufeff"file";"sample.id"\na.mpr;S1\n', True),
        ("study.toml", STUDY, True),
        ("run.mpr.echub.toml", "", True),
        ("run.csv", "time / s,current / mA\n0,1\n", False),
        ("list.csv", "file,size\na.mpr,1\n", False),
        ("other.csv", "filex,sample.id\na.mpr,1\n", False),
        ("sims.toml", 'files = ["a.csv"]\n', False),
        ("run.mpr", "file,cell.area\n", False),
    ],
)
def test_what_is_about_files_is_no_measurement_of_a_folder(tmp_path, name, text, about):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert is_about_files(path) == about
    assert [job.source for job in plan([tmp_path], None)] == ([] if about else [path])


def workbook(path, rows, *before):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for name in before:
        sheet = book.create_sheet(name, 0)  # an empty one without a name
        if name:
            sheet.append(["something", "else"])
    for row in rows:
        book["Sheet"].append(row)
    book.save(path)
    return path


def test_a_workbook_is_a_table_with_the_numbers_that_it_holds(tmp_path, run):
    pytest.importorskip("fastexcel")
    header = ["file", "cell.area / cm²", "cell.thickness / um", "sample.id", "sample.replicate"]
    path = workbook(tmp_path / "cells.xlsx", [header, ["*", 0.1 + 0.2, 1e-10, "S1", 3], ["other"]], "notes")
    metadata, _ = apply(run, [path])
    values = [metadata.value(name) for name in ("cell.area", "cell.thickness", "sample.id", "sample.replicate")]
    assert values == [0.3, 1e-10, "S1", 3]
    assert metadata.get("sample.id").source == "cells.xlsx row 2"


def test_cells_of_a_workbook_are_texts_as_they_would_be_typed(tmp_path, run):
    pytest.importorskip("fastexcel")
    header = ["file", "cell.symmetric", "experiment.date", "cell.area / cm^2", "cell.n_interfaces"]
    path = workbook(tmp_path / "cells.xlsx", [header, ["*", True, datetime(2024, 3, 14, 9, 26, 53), "0,5", 2]])
    metadata, _ = apply(run, [path])
    assert {entry.path: entry.value for entry in metadata.entries} == {
        "cell.symmetric": True, "experiment.date": "2024-03-14T09:26:53", "cell.area": 0.5, "cell.n_interfaces": 2,
    }  # fmt: skip


@pytest.mark.parametrize("damage", ["cut", "no file column"])
def test_a_workbook_that_is_not_such_a_table_is_refused(tmp_path, damage):
    pytest.importorskip("fastexcel")
    path = workbook(tmp_path / "cells.xlsx", [["name"], ["x"]])
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(MetadataError, match="metadata table") as refused:
        MetaTable.load(path)
    assert refused.value.path == str(path)


def test_a_short_row_is_a_row_without_the_rest(tmp_path, run):
    metadata, _ = apply(run, [table(tmp_path, "sample.id,file,cell.id\nS0\nS1,*\n")])
    assert [e.value for e in metadata] == ["S1"]


@pytest.mark.parametrize("content", [b"file,sample.id\n\x00\x00\x01,x\n", None])
def test_a_table_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "cells.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MetadataError, match="the metadata table cannot be read: ") as refused:
        MetaTable.load(path)
    assert refused.value.path == str(path)


def test_what_is_wrong_with_a_table_is_told_whole(tmp_path):
    path = table(tmp_path, "file;cell.area / cm^2;cell.temperature / degC\n*;0,785;25.5\n")
    told = said(lambda: MetaTable.load(path))
    assert told.pop("found")
    assert told == {
        "message": "the metadata table cannot be read: the decimal mark of its numbers is open", "path": str(path),
        "expected": "decimal points, or decimal commas of which one has not exactly three digits behind it",
    }  # fmt: skip
    path.write_text("name,sample.id\na,b\n", encoding="utf-8")
    assert said(lambda: MetaTable.load(path)) == {
        "message": "the metadata table has no column `file`", "path": str(path), "where": "line 1",
        "expected": "file, then paths with units, such as cell.area / cm^2", "found": "name, sample.id",
        "hint": "`echub meta init FOLDER` writes such a table",
    }  # fmt: skip
    path.write_text("file,sample.id,sample.id\na,b,c\n", encoding="utf-8")
    assert said(lambda: MetaTable.load(path)) == {
        "message": "the metadata table has two columns 'sample.id'", "path": str(path), "where": "line 1",
        "expected": "each column once", "found": "file, sample.id, sample.id",
    }  # fmt: skip


def test_a_wrong_cell_names_its_row(tmp_path, run):
    with pytest.raises(MetadataError, match=r"cell\.area cannot be '-1'") as refused:
        apply(run, [table(tmp_path, "file,cell.area / cm^2\nx,1\n*,-1\n")])
    assert refused.value.path == "cells.csv row 3"


# -- values on the command line ------------------------------------------------------------------


@pytest.mark.parametrize("values", [{"cell.aera": "1 cm^2"}, {"cell.area": "1"}, {"cell.area": "large"}])
def test_a_wrong_value_is_refused_before_any_file(values):
    with pytest.raises(MetadataError):
        Annotations.of(values=values)


def test_a_sidecar_is_written_from_what_was_said(run):
    """What it states is what the command line would have stated."""
    said = {
        "sample.id": 'a "b" µ', "cell.area": "0.785 cm^2", "cell.n_interfaces": " 2", "cell.symmetric": "Yes",
        "sample.group": "7",
    }  # fmt: skip
    text = sidecar_text(said)
    assert sidecar_text({"cell.n_interfaces": "2.5", "sample.id": "2"}) == (
        'cell.n_interfaces = "2.5"\nsample.id = "2"\n'
    )
    assert text == (
        'cell.area = "0.785 cm^2"\ncell.n_interfaces = 2\ncell.symmetric = true\nsample.group = "7"\n'
        'sample.id = "a \\"b\\" µ"\n'
    )
    run.with_name(run.name + ".echub.toml").write_text(text, encoding="utf-8")
    stated, _ = apply(run)
    other = run.with_name("other.mpr")
    other.write_bytes(b"data")
    by_hand, _ = apply(other, values=said)
    assert {e.path: e.value for e in stated} == {e.path: e.value for e in by_hand}
    assert sidecar_text({"cell.symmetric": "no"}) == "cell.symmetric = false\n"


@pytest.mark.parametrize("said", ["true", " True ", "yes", "1 ", "false", " no", "0"])
def test_a_sidecar_says_yes_and_no_as_the_metadata_understand_them(said):
    metadata = Metadata()
    metadata.set("cell.symmetric", said)
    assert (
        sidecar_text({"cell.symmetric": said})
        == f"cell.symmetric = {str(metadata.value('cell.symmetric')).lower()}\n"
    )


def test_a_sidecar_to_which_values_are_added_keeps_what_it_states(tmp_path):
    """Values of every kind of TOML, keys that need quotes, and lines of comment, one of them within a table."""
    path = tmp_path / "a.mpr.echub.toml"
    path.write_text(
        "# by hand\nsample.group = 'old'\n[cell]\n  # the area is that of the mask\narea = '2 cm^2'\n"
        "symmetric = true  # both alike\nn_interfaces = 2\n[extra]\n'two words' = 1.5e-7\nday = 2024-03-14\n"
        "parts = [1, 'a\\b', [false], {a = 'x'}]\n[[technique.steps]]\nname = \"a \\u007f\"\n",
        "utf-8",
    )
    before = tomllib.loads(path.read_text("utf-8"))
    text = sidecar_text({"sample.group": "new", "cell.id": "A7"}, path)
    after = tomllib.loads(text)
    assert text.splitlines()[:2] == ["# by hand", "# the area is that of the mask"]
    assert after.pop("sample") == {"group": "new"}
    assert after["cell"].pop("id") == "A7"
    del before["sample"]
    assert after == before
    assert sidecar_text({"cell.id": "A7"}, tmp_path / "none.toml") == 'cell.id = "A7"\n'


def test_values_as_pairs_are_refused_since_one_of_two_would_count_unseen():
    with pytest.raises(MetadataError, match="values of metadata are a mapping by path") as refused:
        Annotations.of(values=[("cell.id", "a"), ("cell.id", "b")])
    assert refused.value.found == "a list"


def test_one_table_needs_no_list(tmp_path):
    table = tmp_path / "cells.csv"
    table.write_text("file,cell.id\nrun.mpr,C7\n")
    metadata = Metadata()
    Annotations.of(table).apply(Source.from_bytes(b"x", "run.mpr"), metadata)
    Annotations.of(str(table)).apply(Source.from_bytes(b"x", "run.mpr"), metadata)
    assert metadata.value("cell.id") == "C7"


@pytest.mark.parametrize(("stated", "fits"), [
    ("{folder}/deep/run.mpr", True),
    ("{folder}/deep/*.mpr", True),
    ("{folder}/run.mpr", False),
    ("/deep/run.mpr", False),  # another file: this path begins at the root
    ("deep/run.mpr", True),
])  # fmt: skip
def test_an_absolute_path_is_that_of_a_file_named_by_a_relative_one(tmp_path, monkeypatch, stated, fits):
    monkeypatch.chdir(tmp_path)
    cells = table(tmp_path, f"file,sample.id\n{stated.format(folder=tmp_path.as_posix())},S1\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "run.mpr").write_bytes(b"x")
    metadata = Metadata()
    Annotations.of([cells]).apply(Source("deep/run.mpr"), metadata)
    assert metadata.value("sample.id") == ("S1" if fits else None)


def test_a_copy_of_a_local_file_has_the_rows_of_its_absolute_path(tmp_path):
    """A store's sources are copied below another folder, under their whole paths."""
    copy = tmp_path / "copies" / "data" / "raw" / "run.mpr"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"x")
    added = Annotations.of([table(tmp_path, "file,sample.id\n/data/raw/run.mpr,S1\n/raw/run.mpr,S2\n")])
    metadata = Metadata()
    added.for_copies().apply(Source(copy), metadata)
    assert [entry.value for entry in metadata.entries] == ["S1"]  # /raw is another folder
    assert added.tables[0].unmatched() == ["/raw/run.mpr"]

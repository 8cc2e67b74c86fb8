"""What was written is read again by another program, and is the whole of what the record had to say."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import echub
from tests.oracles.records import bdf, gamry, hiden, ivium
from tests.oracles.records.told import FileWorld, same, told

RECORDS = {"overloads": gamry.voltammogram, "spectra": ivium.two_scans, "infinite": hiden.trend}
WORLDS = pytest.mark.parametrize("world", [one() for one in RECORDS.values()], ids=list(RECORDS))


def written(world: FileWorld, folder: Any, to: str, **options: str) -> dict[str, Any]:
    """Write the record of a world; return its files by what is added to the name of the source."""
    found = echub.convert(world.record(folder), folder / to, to=to, writer_options=options)
    files = [*found.outputs, *found.companions]
    assert sorted(files) == sorted(str(path) for path in (folder / to).iterdir())
    return {path.rpartition(world.name)[2]: path for path in files}


def tables(world: FileWorld) -> list[str]:
    """Return the names of the datasets."""
    return [path for path, value in world.expected.items() if isinstance(value, dict) and "kind" in value]


def columns(world: FileWorld, name: str) -> dict[str, dict[str, Any]]:
    """Return the columns of a dataset as stated."""
    start = f"{name}."
    return {path.removeprefix(start): facts for path, facts in world.expected.items() if path.startswith(start)}


def plain(world: FileWorld, name: str) -> dict[str, tuple[str, str, list[Any]]]:
    """Return name, unit, header and values of a table for people: fields of bits in place of the packed column."""
    found, behind = {}, {}
    for own, facts in columns(world, name).items():
        unit = "" if facts["unit"] in (None, "1") else facts["unit"]
        if not facts["bits"]:
            found[own] = (unit, facts["header"], facts["values"])
        for field, _, mask, _, _ in facts["bits"]:
            behind[field] = ("", "", [int(value & mask != 0) for value in facts["values"]])
    return found | behind


def cell(value: Any) -> str | float:
    """Return a number of a text as a number, anything else as it is."""
    try:
        return float(value)
    except ValueError:
        return str(value)


def as_cells(values: list[Any]) -> list[Any]:
    """Return values as a table of texts has them: nothing for a missing one."""
    return [
        "" if value is None else float(value) if isinstance(value, (int, float)) else value for value in values
    ]


def metadata(world: FileWorld) -> dict[str, Any]:
    """Return the stated metadata: path to value, unit, source."""
    found = {}
    for path, value in world.expected.items():
        if path.startswith("@"):
            told = (*(value if isinstance(value, tuple) else (value, None)), "file")
            found[path[1:]] = told[:3]
    return found


def remarks(world: FileWorld) -> list[tuple[str, str]]:
    """Return code and text of the notices, then what was dropped."""
    found = []
    for path, value in world.expected.items():
        if path.startswith("!"):
            text, more = value if isinstance(value, tuple) else (value, {})
            where = more.get("column", "")
            found.append((path[1:].partition(" ")[0], text if where in text else f"{where}: {text}"))
    return found + [
        ("dropped", f"{path[1:]}: {value}") for path, value in world.expected.items() if path[0] == "-"
    ]


def tree(world: FileWorld) -> dict[str, Any]:
    """Return the metadata as a tree of value, unit and source."""
    root: dict[str, Any] = {}
    for path, (value, unit, source) in metadata(world).items():
        *above, last = path.split(".")
        node = root
        for part in above:
            node = node.setdefault(part, {})
        node[last] = {"value": value, "source": source} | ({"unit": unit} if unit else {})
    return root


# -- texts -----------------------------------------------------------------------------------


@WORLDS
@pytest.mark.parametrize(
    ("delimiter", "decimal", "bom"), [(",", ".", "false"), (";", ",", "true"), ("tab", ".", "false")]
)
def test_csv(world, delimiter, decimal, bom, tmp_path):
    files = written(world, tmp_path, "csv", delimiter=delimiter, decimal=decimal, bom=bom)
    assert set(files) == {f".{name}.csv{more}" for name in tables(world) for more in ("", "-metadata.json")}
    mark = "\t" if delimiter == "tab" else delimiter
    for name in tables(world):
        raw = Path(files[f".{name}.csv"]).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") == (bom == "true")
        head, *body = csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=mark)
        stated = plain(world, name)
        assert head == [f"{own} / {unit}" if unit else own for own, (unit, _, _) in stated.items()]
        found = [
            [cell(text.replace(decimal, ".") if decimal == "," else text) for text in texts]
            for texts in zip(*body, strict=True)
        ]
        assert same(found, [as_cells(values) for _, _, values in stated.values()])
        described = json.loads(Path(files[f".{name}.csv-metadata.json"]).read_text("utf-8"))
        assert described["dialect"] == {
            "delimiter": mark,
            "header": True,
            "headerRowCount": 1,
            "encoding": "utf-8",
        }
        assert described["tableSchema"]["columns"] == [
            {"name": own, "datatype": datatype(values, decimal)} | ({"unit": unit} if unit else {})
            for own, (unit, _, values) in stated.items()
        ]


def datatype(values: list[Any], decimal: str) -> Any:
    """Return the type of a column in the words of CSV on the Web."""
    if isinstance(values[0], str):
        return "string"
    if all(isinstance(value, int) for value in values):
        return "integer"
    return "double" if decimal == "." else {"base": "double", "format": {"decimalChar": ","}}


@WORLDS
def test_csv_for_origin(world, tmp_path):
    files = written(world, tmp_path, "csv", style="origin")
    for name in tables(world):
        names, units, comments, *body = rows_of(files[f".{name}.csv"])
        stated = plain(world, name)
        assert names == [own.replace("_", " ") for own in stated]
        assert units == [unit for unit, _, _ in stated.values()]
        assert comments == [header for _, header, _ in stated.values()]
        found = [[cell(text) for text in texts] for texts in zip(*body, strict=True)]
        assert same(found, [as_cells(values) for _, _, values in stated.values()])


def test_some_columns_in_other_units(tmp_path):
    world = gamry.voltammogram()
    files = written(
        world, tmp_path, "csv", columns="current,time,vendor_over_02_e", units="current=A/m^2,time=min"
    )
    assert set(files) == {f".{name}.csv" for name in tables(world)}  # nothing beside a table of some columns
    head, *body = rows_of(files[".timeseries_curve1.csv"])
    density = [10 * current / 0.785 for current in (2.0, -4.0, 500.0, 250.0)]  # 1 mA/cm² is 10 A/m²
    assert head[:2] == ["current_density / A/m^2", "time / min"]
    assert [float(row[0]) for row in body] == pytest.approx(density, rel=1e-14)
    assert [float(row[1]) for row in body] == pytest.approx([0.5 / 60, 1 / 60, 1.5 / 60, 2 / 60], rel=1e-14)
    assert [int(row[head.index("vendor_over_02_e")]) for row in body] == [0, 0, 1, 1]
    assert rows_of(files[".timeseries_ocvcurve.csv"])[0] == ["time / min"]


def rows_of(path: str) -> list[list[str]]:
    """Return all rows of a CSV between commas."""
    return list(csv.reader(Path(path).read_text("utf-8").splitlines()))


@pytest.mark.parametrize("world", [ivium.two_scans(), gamry.spectrum()], ids=["two", "one"])
def test_spectra_for_zview_and_relaxis(world, tmp_path):
    names = tables(world)
    several = len(names) > 1
    for name in names:
        own, start = columns(world, name), f".{name}" if several else ""
        f, real, imag = (own[key]["values"] for key in ("frequency", "impedance_real", "impedance_imag"))
        zero = [0.0] * len(f)
        bias, time = (own[key]["values"] if key in own else zero for key in ("potential_we", "time"))
        raw = Path(written(world, tmp_path / name, "zview")[f"{start}.z"]).read_bytes()
        assert raw.count(b"\r\n") == raw.count(b"\n")
        first, _, heads, end, *rows = raw.decode().splitlines()
        assert (first, heads.split(), end) == ("ZPLOT2 ASCII",
                                               ["Freq(Hz)", "Ampl", "Bias", "Time(Sec)", "Z'(a)", "Z''(b)",
                                                                "GD", "Err", "Range"], "End Comments")  # fmt: skip
        found = np.array([[float(text) for text in row.split("\t")] for row in rows])
        assert found.T.tolist() == [f, zero, bias, time, real, imag, zero, zero, zero]
        text = Path(written(world, tmp_path / name, "relaxis")[f"{start}.relaxis.txt"]).read_text("utf-8")
        _, _, heads, title, *rows = text.splitlines()
        assert heads.split("\t") == ["Data: Frequency", "Data: Z'", "Data: Z''", "Data: |Z|", "Data: Theta (Z)"]
        assert title.split("\t") == ["", "Model: Unassigned Spectra", f"{world.name}{start}", "", ""]
        size = [math.sqrt(a * a + b * b) for a, b in zip(real, imag, strict=True)]
        angle = [math.atan2(b, a) * 180 / math.pi for a, b in zip(real, imag, strict=True)]
        found = np.array([[float(text) for text in row.split("\t")] for row in rows]).T
        assert found == pytest.approx(np.array([f, real, imag, size, angle]), rel=1e-14)


# -- binary files ----------------------------------------------------------------------------


@WORLDS
def test_parquet(world, tmp_path):
    import pyarrow.parquet as pq

    files = written(world, tmp_path, "parquet")
    assert set(files) == {f".{name}.parquet" for name in tables(world)}
    for name in tables(world):
        table = pq.read_table(files[f".{name}.parquet"])
        stated, facts = plain(world, name), columns(world, name)
        found = {own: table[own].to_pylist() for own in table.column_names}
        assert same(found, {own: values for own, (_, _, values) in stated.items()})
        stored = pq.ParquetFile(files[f".{name}.parquet"]).metadata.metadata
        keys = {key.decode(): value for key, value in stored.items()}
        units = {own: one["unit"] for own, one in facts.items() if one["unit"] and not one["bits"]}
        assert json.loads(keys["units"]) == units
        fields = {field.name: field.metadata or {} for field in table.schema}
        assert {own: told[b"units"].decode() for own, told in fields.items() if b"units" in told} == units
        assert keys["kind"].decode() == world.expected[name]["kind"]
        assert json.loads(keys["columns"]) == {
            own: {
                "quantity": one["quantity"],
                "origin": one["origin"],
                "sign": one["sign"],
                "source_header": one["header"],
            }
            for own, one in facts.items()
        }
        assert same(json.loads(keys["metadata"]), tree(world))
        assert json.loads(keys["provenance"])["source"]["name"] == world.name


@WORLDS
def test_excel(world, tmp_path):
    import openpyxl

    book = openpyxl.load_workbook(written(world, tmp_path, "xlsx")[".xlsx"])
    assert book.sheetnames == [*tables(world), "columns", "metadata", "warnings"]
    sheets = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    described = []
    for name in tables(world):
        names, units, *body = sheets[name]
        stated = plain(world, name)
        assert names == list(stated)
        assert units == [unit or None for unit, _, _ in stated.values()]
        shown = [["inf" if value == math.inf else value for value in values] for _, _, values in stated.values()]
        assert same([list(values) for values in zip(*body, strict=True)],
                    [[float(v) if isinstance(v, float) else v for v in values]
                                                             for values in shown])  # fmt: skip
        described += [[name, own, one["quantity"], one["unit"], one["origin"], one["header"] or None]
                      for own, one in columns(world, name).items()]  # fmt: skip
    assert sheets["columns"] == [["dataset", "column", "quantity", "unit", "origin", "source"], *described]
    entries = [[path, *told] for path, told in metadata(world).items()]
    assert sheets["metadata"][0] == ["path", "value", "unit", "source"]
    assert sorted(sheets["metadata"][1:]) == sorted(entries)
    assert sheets["warnings"][0] == ["code", "text"]
    assert sorted(sheets["warnings"][1:]) == sorted(map(list, remarks(world)))


@WORLDS
def test_matlab(world, tmp_path):
    from scipy.io import loadmat

    found = loadmat(written(world, tmp_path, "mat")[".mat"], simplify_cells=True)
    assert {name for name in found if not name.startswith("__")} == {*tables(world), "echub"}
    for name in tables(world):
        stated = plain(world, name)
        struct = found[name]
        assert list(struct) == [*stated, "units", "names"]
        for own, (_, _, values) in stated.items():
            numbers = [math.nan if value is None else value for value in values]
            assert same(np.ravel(struct[own]).tolist(), numbers), own
        assert {own: text if len(text) else "" for own, text in struct["units"].items()} == {
            own: unit for own, (unit, _, _) in stated.items()}  # fmt: skip
        assert {own: text if len(text) else "" for own, text in struct["names"].items()} == {
            own: header for own, (_, header, _) in stated.items()}  # fmt: skip
    assert same(json.loads(found["echub"]["metadata"]), tree(world))
    assert json.loads(found["echub"]["provenance"])["source"]["name"] == world.name
    texts = [text for code, text in remarks(world) if code != "dropped"]
    assert sorted(np.ravel(found["echub"]["warnings"]).tolist()) == sorted(texts)


@pytest.mark.parametrize("world", [one() for one in (*RECORDS.values(), hiden.declared)], ids=[*RECORDS, "maps"])
def test_native(world, tmp_path):
    import h5py
    import netCDF4

    path = written(world, tmp_path, "native")[".h5"]
    with h5py.File(path) as file:
        assert json.loads(file.attrs["datasets"]) == tables(world)
        assert set(file) == {*tables(world), "metadata", "provenance", "settings"}
        assert file.attrs["source_name"].decode() == world.name
        for name in tables(world):
            facts = columns(world, name)
            assert set(file[name]) >= set(facts)
            for own, one in facts.items():
                data = file[name][own]
                labels = (
                    str(data.attrs.get("flag_meanings", "")).split(" ") if isinstance(flat(one)[0], str) else []
                )
                values = [labels[code] for code in data[...].ravel()] if labels else data[...].ravel().tolist()
                stated = [math.nan if value is None else value for value in flat(one)]
                assert same(values, [text.replace(" ", "_") for text in stated] if labels else stated), own
                assert data.dtype.name == one["dtype"]
                said = data.attrs.get("units", data.attrs.get("printed_units"))
                assert said == (one["unit"] or None), own
        entries = {path: tuple(told) for path, *told in json.loads(file["metadata"][()])["entries"]}
        assert same(entries, metadata(world))
        assert same(json.loads(file["metadata"][()])["tree"], tree(world))
    with netCDF4.Dataset(path) as file:
        assert set(file.groups) == set(tables(world))
        for name in tables(world):
            for own, one in columns(world, name).items():
                assert list(file[name][own].dimensions) == one["axes"]


def flat(one: dict[str, Any]) -> list[Any]:
    """Return the values of a column of any number of axes one after another."""
    return list(np.array(one["values"], dtype=object).ravel())


@pytest.mark.parametrize("to", ["native", "csv", "parquet"])
@WORLDS
def test_what_was_written_is_read_back_as_the_record_that_was_stated(world, to, tmp_path):
    first = told(world.record(tmp_path))
    files = {ending: path for ending, path in written(world, tmp_path, to).items() if "metadata" not in ending}
    for ending, path in files.items():
        again = told(echub.read(path))
        names = tables(world) if to == "native" else [ending[1:].rpartition(".")[0]]
        kept = [
            path for path in first if path[0] in "@!-" or path.startswith(("settings", *names)) or path == "reader"
        ]
        same_as = {path: first[path] for path in kept}
        more = {path: value for path, value in again.items() if path not in same_as and path != "siblings"}
        other = [path for path in same_as if not same(again.get(path), same_as[path])]
        assert other == ([] if to == "native" else ["reader"])
        assert list(more) == ([] if to == "native" else ["!read-back"])


# -- the battery data format -----------------------------------------------------------------


def test_bdf_gives_the_table_back(tmp_path):
    world = bdf.labels()
    files = written(world, tmp_path, "bdf")
    assert set(files) == {".bdf.csv", ".bdf.metadata.json"}
    head, *body = rows_of(files[".bdf.csv"])
    names, *cells = csv.reader(world.data.decode().splitlines())
    own = {"Step Index / 1", "Cumulative Capacity / Ah", "Net Energy / Wh", "Internal Resistance / ohm"}
    assert head == [name for name in names if name not in own]
    source = [[cell(text) for text, name in zip(row, names, strict=True) if name not in own] for row in cells]
    source = [[float(n) if name == "Record Index / 1" else value for value, name in zip(row, head, strict=True)]
              for n, row in enumerate(source)]  # fmt: skip
    assert same([[cell(text) for text in row] for row in body], source)
    beside = json.loads(Path(files[".bdf.metadata.json"]).read_text("utf-8"))
    assert [entry["label"] for entry in beside["tables"][".bdf.csv"]] == head
    assert {entry["source_header"] for entry in beside["not_exported"]} == own | {"Record Index / 1"}
    assert (beside["bdf_version"], beside["generator"], beside["working_electrode"]) == (
        "1.3.0",
        "echub",
        "positive",
    )
    assert same(beside["metadata"], tree(world))

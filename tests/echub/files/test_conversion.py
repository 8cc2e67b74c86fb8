"""One source converted: outputs, refusals before any work, and what is reported."""

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.declare import Writer
from echub.errors import (
    PluginError,
    ReadError,
    TargetClash,
    TargetExists,
    TargetNotWritable,
    UnknownFormat,
    UnknownOption,
    UnknownReader,
)
from echub.files.annotations import Annotations
from echub.files.conversion import Conversion, summary
from echub.files.output import PreviousOutputs
from echub.model.record import Record
from echub.registry import calling
from echub.registry.registry import registry
from echub.remark import Dropped, Notice


def test_the_output_lies_beside_the_source_under_its_whole_name(cp):
    result = echub.convert(cp)
    assert result.outputs == [str(cp) + ".h5"]
    assert echub.read(result.outputs[0]).same_as(result.record)


def test_the_output_may_go_to_another_folder(cp, tmp_path):
    result = echub.convert(cp, tmp_path / "new" / "folder")
    assert result.outputs == [str(tmp_path / "new" / "folder" / "cp.mpr.h5")]


@pytest.mark.parametrize("name", ["result.h5", "result", "result.nc"])
def test_a_path_is_exactly_the_file(cp, tmp_path, name):
    result = echub.convert(cp, path=tmp_path / "new" / name)
    assert result.outputs == [str(tmp_path / "new" / name)]
    assert echub.read(tmp_path / "new" / name).same_as(result.record)
    with pytest.raises(TargetExists):
        echub.convert(cp, path=tmp_path / "new" / name)


def test_a_path_names_the_companion_too(cp, tmp_path):
    result = echub.convert(cp, path=tmp_path / "result.csv", to="csv")
    assert (result.outputs, result.companions) == (
        [str(tmp_path / "result.csv")],
        [str(tmp_path / "result.csv-metadata.json")],
    )
    assert echub.read(tmp_path / "result.csv").datasets["timeseries"].same_as(result.record["timeseries"])


def test_a_path_for_several_files_is_refused(eclab, tmp_path):
    with pytest.raises(TargetClash, match="the output is several files") as refused:
        echub.convert(eclab / "geis_with_dc.mpr", path=tmp_path / "x.csv", to="csv")
    assert refused.value.found == ".timeseries.csv, .impedance.csv"
    assert list(tmp_path.iterdir()) == []


def test_a_path_and_a_folder_are_one_too_many(cp, tmp_path):
    with pytest.raises(UnknownOption):
        echub.convert(cp, tmp_path, path=tmp_path / "x.h5")


def test_a_record_converts_to_the_same_file(cp, tmp_path):
    record = echub.read(cp)
    one, other = echub.convert(cp, tmp_path / "a"), echub.convert(record, tmp_path / "b")
    assert other.outputs == [str(tmp_path / "b" / "cp.mpr.h5")]
    assert (tmp_path / "a" / "cp.mpr.h5").read_bytes() == (tmp_path / "b" / "cp.mpr.h5").read_bytes()
    assert one.content_hash == other.content_hash
    given = (
        {"reader": "eclab-mpr"},
        {"options": {"a": "b"}},
        {"annotations": Annotations(values={"cell.id": "x"})},
    )
    for more in given:
        with pytest.raises(UnknownOption):
            echub.convert(record, tmp_path / "c", **more)


def test_bytes_go_where_they_are_told(cp, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert echub.convert(cp.read_bytes(), tmp_path / "x").outputs == [str(tmp_path / "x" / "data.h5")]


@pytest.mark.parametrize("to", ["native", "csv"])
def test_an_existing_output_is_kept_without_force(cp, to):
    first = echub.convert(cp, to=to)
    before = [Path(output).read_bytes() for output in first.outputs]
    with pytest.raises(TargetExists):
        echub.convert(cp, to=to)
    again = echub.convert(cp, to=to, force=True)
    assert again.outputs == first.outputs
    assert [Path(output).read_bytes() for output in again.outputs] == before


def test_an_existing_output_is_refused_before_reading(cp):
    cp.with_name("cp.mpr.h5").write_bytes(b"mine")
    cp.write_bytes(b"not an instrument file")
    with pytest.raises(TargetExists):
        echub.convert(cp)


def test_nothing_is_written_for_what_cannot_be_read(cp):
    cp.write_bytes(cp.read_bytes()[:200])
    with pytest.raises(ReadError):
        echub.convert(cp)
    assert [p.name for p in cp.parent.iterdir()] == ["cp.mpr"]


def test_a_folder_in_the_way_is_refused(cp):
    cp.with_name("cp.mpr.h5").mkdir()
    with pytest.raises(TargetNotWritable, match="cannot be written"):
        echub.convert(cp, force=True)


@pytest.mark.parametrize("to", ["natiev", "cvs"])
def test_an_unknown_format_is_refused_with_near_names(cp, to):
    with pytest.raises(UnknownReader, match=f"no writer is called '{to}'"):
        echub.convert(cp, to=to)


@pytest.mark.parametrize("to", ["native", "csv"])
def test_an_unknown_writer_option_is_refused(cp, to):
    with pytest.raises(UnknownOption, match="has no option 'colour'"):
        echub.convert(cp, to=to, writer_options={"colour": "red"})


# -- csv -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cp", "geis_with_dc", "gcpl", "external_device_v1"])
def test_csv_values_read_back_exactly(eclab, tmp_path, name):
    result = echub.convert(eclab / f"{name}.mpr", tmp_path / "x", to="csv")
    made = [p.removeprefix(str(tmp_path)) for p in result.outputs]
    assert made == [f"/x/{name}.mpr.{kind}.csv" for kind in result.record]
    for dataset, output in zip(result.record.datasets.values(), result.outputs, strict=True):
        with open(output, newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        assert len(rows) == dataset.rows
        assert len(header) == len(dataset.plain())
        for cells, title, (known, values) in zip(
            zip(*rows, strict=True), header, dataset.plain().items(), strict=True
        ):
            assert title.split(" / ")[0] == known
            if values.dtype == object:
                assert list(cells) == values.tolist()
                continue
            read = np.array([cell or "nan" for cell in cells], dtype=values.dtype)
            assert np.array_equal(read, values, equal_nan=values.dtype.kind == "f")


# -- writers of strangers ------------------------------------------------------------------------


@pytest.fixture
def writer(monkeypatch):
    def declare(write):
        found = registry()
        declared = Writer("acme", "ACME", write="acme:write")
        monkeypatch.setitem(found.writers, "acme", declared)
        monkeypatch.setitem(found._owner, (Writer, "acme"), found.plugins[0])
        others = calling.resolve
        monkeypatch.setattr(calling, "resolve", lambda target: write if target == "acme:write" else others(target))

    return declare


def failing_part(record, options):
    yield ".one", lambda file: file.write(b"1")

    def fail(file):
        file.write(b"half")
        raise ValueError("broken")

    yield ".two", fail


def failing_list(record, options):
    yield ".one", lambda file: file.write(b"1")
    raise KeyError("broken")


def leaving(record, options):
    raise SystemExit(0)


@pytest.mark.parametrize("write", [failing_part, failing_list, leaving, lambda record, options: None])
def test_a_writer_that_fails_leaves_nothing_and_is_named(cp, writer, write):
    writer(write)
    with pytest.raises(PluginError, match="the writer acme failed") as refused:
        echub.convert(cp, to="acme")
    assert "a mistake in the plugin" in refused.value.cause
    assert [p.name for p in cp.parent.iterdir()] == ["cp.mpr"]


@pytest.mark.parametrize(
    "part", [(".a",), (".a", print, 3), (None, print), (".a", "no function")], ids=["one", "three", "name", "text"]
)
def test_a_writer_must_give_suffixes_and_functions(cp, writer, part):
    writer(lambda record, options: [(".fine", lambda file: file.write(b"x")), part])
    with pytest.raises(PluginError) as refused:
        echub.convert(cp, to="acme")
    assert refused.value.message == "the writer acme failed"
    assert refused.value.found == f"it gave {part!r}, not (suffix, function)"
    assert [p.name for p in cp.parent.iterdir()] == ["cp.mpr"]


def test_an_output_of_an_earlier_run_may_be_replaced_and_no_other(cp):
    made = Path(echub.convert(cp).outputs[0])
    sha256 = hashlib.sha256(made.read_bytes()).hexdigest()
    stated = Annotations.of(values={"cell.area": "2 cm^2"})
    known = PreviousOutputs({str(made): frozenset({sha256})})
    with pytest.raises(TargetExists):
        echub.convert(cp, earlier=PreviousOutputs(), annotations=stated)
    echub.convert(cp, earlier=known, annotations=stated)
    assert echub.read(made).metadata.value("cell.area") == 2.0


def test_a_page_names_every_file_that_was_written():
    html = Conversion("a.mpr", outputs=["a.csv", "b.csv"], companions=["a.csv.json", "b.csv.json"])._repr_html_()
    order = [
        html.index(name) for name in ("a.mpr", "ok", "a.csv<", "b.csv<", "with a.csv.json", "with b.csv.json")
    ]
    assert order == sorted(order)


def test_a_writer_of_several_parts(cp, writer):
    writer(lambda record, options: [(f".{kind}.txt", lambda file: file.write(b"x")) for kind in ("a", "b")])
    assert echub.convert(cp, to="acme").outputs == [f"{cp}.a.txt", f"{cp}.b.txt"]


@pytest.mark.parametrize("mine", ["a", "b"])
def test_any_part_that_exists_already_keeps_all_from_being_written(cp, writer, mine):
    writer(lambda record, options: [(f".{kind}.txt", lambda file: file.write(b"x")) for kind in ("a", "b")])
    place = cp.with_name(f"cp.mpr.{mine}.txt")
    place.write_bytes(b"mine")
    with pytest.raises(TargetExists):
        echub.convert(cp, to="acme")
    assert sorted(p.name for p in cp.parent.iterdir()) == ["cp.mpr", place.name]
    assert place.read_bytes() == b"mine"


# -- what is reported ----------------------------------------------------------------------------


@pytest.mark.parametrize("suffixes", [(".a", ".a"), (".a", ".A"), (".é", ".e\u0301")])
def test_two_parts_that_would_be_one_file_are_refused(cp, writer, suffixes):
    writer(lambda record, options: [(suffix, lambda file: file.write(b"x")) for suffix in suffixes])
    with pytest.raises(TargetClash, match="two parts of the output would be one file"):
        echub.convert(cp, to="acme")
    assert [p.name for p in cp.parent.iterdir()] == ["cp.mpr"]


@pytest.mark.parametrize("suffix", ["/../../x", "/x", "\0"])
def test_a_writer_stays_in_the_folder_of_its_output(cp, writer, suffix):
    writer(lambda record, options: [(suffix, lambda file: file.write(b"x"))])
    with pytest.raises(PluginError, match="the writer acme failed"):
        echub.convert(cp, to="acme")


@pytest.mark.parametrize("name", ["../evil", "..", ".", "a\0b", "\ud800", "C:\\x", "/evil", "a\nb"])
def test_the_name_that_a_record_states_never_leaves_the_folder(cp, tmp_path, monkeypatch, name):
    record = echub.read(cp)
    record.provenance = replace(record.provenance, source={"name": name})
    inside = tmp_path / "in" / "side"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    (output,) = echub.convert(record).outputs
    assert Path(output).resolve().parent == inside


def test_the_object_for_machines(cp):
    result = echub.convert(cp)
    said = result.as_dict()
    assert list(said) == [
        "source",
        "output",
        "status",
        "reader",
        "datasets",
        "dropped",
        "warnings",
        "seconds",
        "siblings",
        "content_hash",
    ]
    assert said["source"] == str(cp)
    assert said["output"] == f"{cp}.h5"
    assert said["reader"] == "eclab-mpr"
    assert [(d["name"], d["kind"]) for d in said["datasets"]] == [("timeseries", "timeseries")]
    assert said["datasets"][0]["rows"] == result.record["timeseries"].rows
    assert said["datasets"][0] == summary(result.record["timeseries"])
    assert said["seconds"] >= 0
    assert json.loads(json.dumps(said, allow_nan=False)) == said


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (Conversion("a", record=Record([])), "ok"),
        (Conversion("a", record=Record([], notices=[Notice("n", "m")])), "flagged"),
        (Conversion("a", record=Record([], dropped=[Dropped("w", "y")])), "flagged"),
        (Conversion("a", error=ReadError("no")), "failed"),
        (Conversion("a", error=UnknownFormat("no")), "unknown"),
    ],
)
def test_status(result, status):
    assert result.status == status
    assert result.as_dict()["status"] == status


def test_a_failure_carries_its_error_and_nothing_else():
    said = Conversion("a", error=ReadError("no", where="offset 3")).as_dict()
    assert said["error"] == {"code": "read-error", "message": "no", "where": "offset 3"}
    assert (said["output"], said["reader"], said["datasets"]) == (None, None, [])


def test_several_outputs_are_a_list(eclab, tmp_path):
    said = echub.convert(eclab / "geis_with_dc.mpr", tmp_path / "x", to="csv").as_dict()
    assert said["output"] == [f"{tmp_path}/x/geis_with_dc.mpr.{kind}.csv" for kind in ("timeseries", "impedance")]
    assert "content_hash" not in said

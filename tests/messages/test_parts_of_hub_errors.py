"""The parts of errors of the hub's rooms, each from the smallest input that leads to it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path

import h5py
import numpy as np
import polars as pl
import pytest
from h5py import h5g

from echub import dates, species
from echub.analysis import covariance, figures, fitting, outcome, points
from echub.analysis.outcome import Component, Condition, Interval, Measurand, Outcome, Refusal, Sensitivity
from echub.declare import Vocabulary, option
from echub.declare_analysis import Analysis
from echub.errors import (
    AmbiguousFormat,
    ChangedContent,
    InconsistentFile,
    MetadataError,
    NewerSchema,
    PluginError,
    ReaderNotInstalled,
    ReadError,
    SchemaError,
    SourceNotFound,
    UnitMismatch,
    UnknownFormat,
    UnknownUnit,
)
from echub.files import (
    aligning,
    cells,
    conversion,
    deriving,
    description,
    detect,
    filters,
    hdf5,
    joining,
    reading,
    rehearsal,
    threads,
)
from echub.files.annotations import Annotations, MetaTable
from echub.files.deriving import Derivation
from echub.model import clock, dataset, metadata, missing, polar, selection, units, vocabulary
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Record
from echub.model.source import Source
from echub.plugin import KnownFormat, Reader, SourceColumn, build_dataset
from echub.registry import options
from echub.remark import Dropped, Remark
from echub.science import areas, dead_time, diffusion, faraday
from echub.text import parse_clock
from echub.validation import baseline, group, rules, structure, validation
from echub.validation.group import CORE, Group
from echub.validation.limits import Limits
from tests.messages.parts import row, said
from tests.messages.saying import Fake

A = np.array
PAIR = {"r": Measurand("ohm", 100.0, 2.0), "c": Measurand("uF", 3.0, 0.5), "n": Measurand("1", 0.9)}
UNKNOWN_NUMBER = "a finite number, or None where it is not known"
NAN = float("nan")


def table(*columns, **more):
    """Return a dataset of a vendor column `a`, and columns beside it."""
    return Dataset("timeseries", {c.name: c for c in (Column("a", A([1.0, 2.0])), *columns)}, **more)


def covered(names, matrix):
    return lambda: covariance.covariance_table(PAIR, names, matrix)


def selected(expression):
    return lambda: selection.evaluate(expression, {"a": A([1.0, 2.0]), "w": A(["x", "y"])}.__getitem__, 2)


CONDITION = {"expected": "a condition on columns, such as `cycle == 3 and current > 0`"}
SPECIES = {"expected": "the symbol of an element"}
ROWS = [
    # -- analyses
    row(covered(["r", "c"], [[4.0, -0.6], [0.6, 0.25]]), "a covariance does not fit its measurands",
        found="it is not symmetric"),
    row(covered(["r", "n"], np.eye(2)), "a covariance does not fit its measurands",
        found="no measurand with an uncertainty, or twice the same: n"),
    row(covered(["r", "r"], np.eye(2)), "a covariance does not fit its measurands",
        found="no measurand with an uncertainty, or twice the same: r, r"),
    row(covered(["r", "c"], np.eye(3)), "a covariance does not fit its measurands",
        found="no finite square matrix for 2 names: shape (3, 3)"),
    row(lambda: figures.draw_outcome(
            Outcome(flags=(Refusal("a", "no area").remark, Refusal("b", "no rows").remark)),
            Analysis("toy", "T", "m:r", figure="m:f")),
        "the toy outcome has no picture", cause="no area; no rows"),
    row(lambda: fitting.fit_of(Analysis("toy", "T", "m:r", consumes="outcomes"), Record([])).why,
        "it takes outcomes of other analyses"),
    row(lambda: Interval(2.0, 1.0), "an interval has its ends exchanged", found="2.0 … 1.0"),
    row(lambda: Interval(NAN, 1.0), "the interval is nan", expected=UNKNOWN_NUMBER),
    row(lambda: Component("scatter", float("inf")), "the component scatter is inf", expected=UNKNOWN_NUMBER),
    row(lambda: Measurand("V", 1.0, NAN), "the measurand is nan", expected=UNKNOWN_NUMBER),
    row(lambda: Condition(NAN), "the condition is nan", expected=UNKNOWN_NUMBER),
    row(lambda: Sensitivity("p", "s", "m", 1.0, NAN), "the sensitivity is nan", expected=UNKNOWN_NUMBER),
    row(lambda: Measurand("V", 1.0, -0.1), "an uncertainty is negative", expected="0 or more", found="-0.1"),
    row(lambda: Measurand("V", 1.0, interval=Interval(0.0, None), censoring="right"),
        "a censored measurand has an interval and no value", found="value 1.0"),
    row(lambda: outcome._require_rows({"t": {"a": {"values": [1, 2]}, "b": {"values": []}}}, "o.json"),
        "a table of this outcome has columns of different lengths", path="o.json", where="tables.t",
        expected="one length", found="a: 2, b: 0", cause="the file was changed after it was written"),
    row(lambda: points.load_outcomes(Path("no such place/o.json")),
        "the outcome cannot be read: [Errno 2] No such file or directory: 'no such place/o.json'",
        path="no such place/o.json"),
    # -- files
    row(lambda: conversion._parts(
            Fake(), Fake(name="w", write="m:w"), Fake(), [(".csv", print), ("/x.csv", print)]),
        "the fake w failed", where="m:w", cause="a mistake in a plugin that is not installed",
        found="it gave ('/x.csv', <built-in function print>), not (suffix, function)",
        hint="report it to the plugin's author, with the file if you can"),
    row(lambda: Derivation.parse("layers: electrons=many, material=Na"), "electrons cannot be many",
        expected="a number, such as electrons=1", found="layers: electrons=many, material=Na",
        cause="'many' is not a number with a unit"),
    row(lambda: Derivation.parse("layers: spacing=1 s, material=Na"), "spacing cannot be 1 s",
        expected="a number with a unit, such as spacing=1 nm", found="layers: spacing=1 s, material=Na",
        cause="s cannot become nm"),
    row(lambda: Derivation.parse("thickness: density=0 g/cm^3, material=Na"), "density is positive",
        expected="a number above zero", found="thickness: density=0 g/cm^3, material=Na"),
    row(lambda: description.restored(
            Source.from_bytes(b"", "t.csv"), DESCRIBED, {"a": A([1.0])}, hint="take it away"),
        "the table is no longer the one that its description was written for", path="t.csv",
        expected="2 rows, 1 column", found="1 row, 1 column: a",
        cause="it was changed after echub wrote it, and the description was kept", hint="take it away"),
    row(lambda: description.restored(
            Source.from_bytes(b"", "t.csv"), DESCRIBED, {"a": A([1.0, 3.0])}, hint="take it away"),
        "the table is no longer the one that its description was written for", path="t.csv",
        expected="2 rows, 1 column", found="other values in 1 column: a",
        cause="it was changed after echub wrote it, and the description was kept", hint="take it away"),
    row(lambda: description.restored(
            Source.from_bytes(b"", "t.csv"), DESCRIBED, {"a": A([1.0, 2.0])}, hint="").notices[-1],
        "this table was written by echub from another source"),
    row(lambda: description.restore(DESCRIBED, {"b": A([1.0, 2.0])}),
        "the description beside the table does not fit it", found="KeyError: 'a'",
        hint="move the description away to read the table by its headers"),
    row(lambda: detect._unknown(Source.from_bytes(b"K1", "a.k"), FORMATS),
        "this is the K format, which is recognised but not read", path="a.k", found="b'K1'", hint="export it"),
    row(lambda: detect._unknown(Source.from_bytes(b"x" * 25, "a.q"), FORMATS),
        "by its suffix this may be the Q format, which is not read", path="a.q", found=f"b'{'x' * 24}'…",
        hint="print it"),
    row(lambda: detect._unknown(Source.from_bytes(b"x" * 24, "a.r"), FORMATS),
        "no reader recognises this file", path="a.r", expected="for .r: r, s", found=f"b'{'x' * 24}'",
        cause="the suffix is right but the content is not",
        hint="`echub plugins list` shows the formats; `--reader NAME` insists on one"),
    row(lambda: detect._unknown(Source.from_bytes(b"x", "a.z"), FORMATS),
        "no reader recognises this file", path="a.z", found="b'x'", cause="no plugin reads this format",
        hint="`echub plugins list` shows the formats; `--reader NAME` insists on one"),
    row(lambda: detect._unknown(Source.from_bytes(b"", "a.k"), FORMATS),
        "the file is empty", path="a.k", cause="the recording never started, or the copy failed"),
    row(lambda: reading._missing_columns(dataclasses.replace(table(), kind="acme_curve")),
        "the dataset kind 'acme_curve' is not in the vocabulary"),
    row(lambda: reading._without_numbers(numberless("x", "y"), []),
        "2 columns hold no number at all: x, y"),
    row(lambda: reading._without_numbers(numberless("x"), []), "x holds no number at all", column="x"),
    # -- records
    row(lambda: Record([table(), table()]), "a record has two timeseries datasets"),
    row(lambda: Record([table()])["impedance"], "the record has no impedance dataset", found="timeseries"),
    row(lambda: Record([])["impedance"], "the record has no impedance dataset", found="no dataset"),
    row(lambda: Dataset("timeseries", {"b": Column("a", A([1.0]))}),
        "the timeseries dataset cannot hold the column 'b'", found="a column that calls itself 'a'"),
    row(lambda: Dataset("timeseries", {"a/b": Column("a/b", A([1.0]))}),
        "the timeseries dataset cannot hold the column 'a/b'", found="a name that no file format can hold"),
    row(lambda: Dataset("timeseries", {"a": Column("a", A([1.0]), axes=("y", "x"))}),
        "the timeseries dataset cannot hold the column 'a'", found="1 dimensions, but the axes y, x"),
    row(lambda: table(Column("b", A([1.0, 2.0, 3.0]))),
        "the timeseries dataset cannot hold the column 'b'",
        found="3 values along row, where other columns have 2"),
    row(lambda: Dataset("a/b", {}), "a dataset cannot have the kind 'a/b'", expected="a name without slashes"),
    row(lambda: Dataset("a", {}, label=".."), "a dataset cannot have the label '..'",
        expected="a name without slashes"),
    row(lambda: packed().column("mode"), "mode is a bit of the column flags, and no column of its own",
        hint='dataset["mode"] gives its values, dataset.column("flags") the column that holds it'),
    row(lambda: packed().column("mod"), "the timeseries dataset has no column 'mod'", found="flags, mode",
        hint="did you mean mode?"),
    row(lambda: table(Column("b", A([1.0, 2.0]), "current"), Column("c", A([1.0, 2.0]), "current")).quantity(
            "current"),
        "2 columns are a current", found="b, c", hint="ask for one of them by its name"),
    row(lambda: table()._keep(A([True]), "x"), "a selection must give one truth value per row", found="(1,)"),
    row(selected("a + 1"), "cannot select by 'a + 1'", cause="it is not a condition on the rows", **CONDITION),
    row(selected("3 > 2"), "cannot select by '3 > 2'", cause="it is not a condition on the rows", **CONDITION),
    row(selected("'x' * 3 == w"), "cannot select by \"'x' * 3 == w\"",
        cause="only numbers and columns can be computed with", **CONDITION),
    row(selected("abs(a) > 1"), "cannot select by 'abs(a) > 1'", cause="abs(a) is not understood here",
        **CONDITION),
    row(selected("a > 1 " + "or a > 1 " * 250), f"cannot select by {('a > 1 ' + 'or a > 1 ' * 6)[:60] + '...'!r}",
        cause="it is longer than 2000 characters", **CONDITION),
    row(lambda: Metadata().set("cell.area", "[", "cm^2"),
        "cell.area cannot be '[' cm^2", where="cell.area", expected="a number above 0 with a unit, such as cm^2",
        found="[", cause="'[' is not a number with a unit", hint='--set cell.area="1 cm^2"'),
    row(lambda: polar.impedance_parts(table()),
        "the impedance dataset holds neither Re and Im nor |Z| and phase"),
    row(lambda: vocabulary.quantity_of("x", {"colour": "red", "definition": "d"}),
        "the quantity 'x' has no field 'colour'", expected=", ".join(vocabulary.Quantity._fields[1:]),
        found="{'colour': 'red', 'definition': 'd'}"),
    row(lambda: vocabulary.quantity_of("x", {"unit": "1"}), "the quantity 'x' has no definition",
        found="{'unit': '1'}"),
    row(lambda: vocabulary.install(Vocabulary("acme", {"b_x": {}, "acme_y": {}, "z": {}})),
        "the vocabulary 'acme' may not define b_x, z", expected="names that begin with acme_", found="b_x"),
    row(lambda: units.scale_between("s", "V"), "s cannot become V", found="s (time^1)",
        expected="V (current^-1 length^2 mass^1 time^-3)"),
    row(lambda: Column("b", A([1.0])).to("V"), "the column 'b' has no unit", expected="V", found="no unit"),
    # -- options, dates, species
    row(lambda: options.parse_options(Lists, {}, "the reader r"),
        "the reader r declares the option 'items' with a type that no text can be",
        expected="str, int, float or bool", found="list[str]"),
    row(lambda: dates.wall_clock(pl.Series(["noon", "x"]), "when"), "these are not dates", where="column when",
        found="noon"),
    row(lambda: dates.wall_clock(pl.Series(["1/2/2024", "3/4/2024"]), "when"),
        "the order of day, month and year is not settled", where="column when", found="1/2/2024",
        expected="a date with a day beyond 12, or a year of four digits", cause="dmy and mdy are possible",
        hint="`--option dates=dmy` or `--option dates=mdy` says which"),
    row(lambda: dates.wall_clock(pl.Series(["13/2/2024", "3/14/2024"]), "when"),
        "no order makes all of these dates", where="column when", found="13/2/2024",
        expected="a date with a day beyond 12, or a year of four digits", cause="the column mixes two orders",
        hint="`--option dates=dmy` or `--option dates=mdy` says which"),
    row(lambda: species.parse_species("total").mz, "'total' is not an ion and has no m/z", expected="an ion",
        found="total"),
    row(lambda: species.parse_species("+"), "the ion label '+' cannot be read", where="position 1",
        expected="an ion label such as Na+, ZrO2-, [18O]-", found="no atoms"),
    row(lambda: species.parse_species("Na+-"), "the ion label 'Na+-' cannot be read", where="position 3",
        expected="a charge of one sign", found="'+-'"),
    row(lambda: species.parse_species("NaXx"), "the ion label 'NaXx' cannot be read", where="position 3",
        found="'Xx'", **SPECIES),
    row(lambda: species.abundances("Xx"), "the ion label 'Xx' cannot be read", where="position 1", found="'Xx'",
        **SPECIES),
    row(lambda: species.parse_species("[25Na]+"), "the ion label '[25Na]+' cannot be read", where="position 1",
        expected="a nuclide of Na: 23", found="25Na"),
    row(lambda: species.parse_species("Na^10+"), "the ion label 'Na^10+' cannot be read", where="position 3",
        expected="1 to 9 charges", found="10 charges"),
    row(lambda: species.parse_species("O201"), "the ion label 'O201' cannot be read", where="position 1",
        expected="at most 200 atoms", found="more atoms"),
    row(lambda: species.parse_species("O0"), "the ion label 'O0' cannot be read", where="position 2",
        expected="a count of at least 1", found="the count 0"),
    row(lambda: species.molar_mass("Na+"), "'Na+' is not a neutral formula",
        expected="a formula such as Na3V2P3O12", found="Na+"),
    row(lambda: species.molar_mass("NVP"),
        "'NVP' is the short name of a substance, which reads as the formula of another",
        expected="a formula such as Na3V2P3O12", found="NVP", hint="write Na3V2P3O12"),
    row(lambda: species.molar_mass("LiPON"),
        "'LiPON' is the short name of a substance, which reads as the formula of another",
        expected="a formula such as Na3V2P3O12", found="LiPON",
        hint="its formula varies: write yours, or state molar_mass=… g/mol instead"),
    # -- validation
    row(lambda: group._plugin_tables("no_such"), "no installed plugin offers the vocabulary 'no_such'",
        where="schema.extends", found="no_such", expected="no plugin offers one",
        hint="install the group's plugin; `echub plugins list` shows what there is"),
    row(lambda: group._in_both({"current": Limits(0, 1, "mA")}, {"current": Limits(2, 3, "mA")}),
        "the schemas that this one extends leave no value of 'current'", where="schema.extends",
        expected="0 to 1 mA", found="2 to 3 mA", hint="extend one of them"),
    row(lambda: group._columns("timeserie", []), "a group's schema has no 'columns.timeserie'",
        where="columns.timeserie", found="columns.timeserie", hint="did you mean columns.timeseries?",
        expected=", ".join(f"columns.{name}" for name in vocabulary.kinds())),
    row(lambda: group._ignored(["ECH001"], CORE),
        "the group's schema ignores ECH001 unreadable, an error of the core", where="schema.ignore",
        expected="core: error: the file can be read whole", found="group: ignore ECH001",
        hint="`# echub: ignore ECH001` in a file's sidecar, or --baseline for files of before"),
    row(lambda: group._ignored(["ECH"], CORE),  # the first of them is named
        "the group's schema ignores ECH001 unreadable, an error of the core", where="schema.ignore",
        expected="core: error: the file can be read whole", found="group: ignore ECH001",
        hint="`# echub: ignore ECH001` in a file's sidecar, or --baseline for files of before"),
    row(lambda: group._ignored(["ECH203"], Group("lab", severity={"ECH203": "error"})),
        f"the group's schema ignores {rules.rule_of('ECH203')}, an error of the lab", where="schema.ignore",
        expected=f"lab: error: {rules.rule_of('ECH203').rule}", found="group: ignore ECH203",
        hint="`# echub: ignore ECH203` in a file's sidecar, or --baseline for files of before"),
    row(lambda: group._raised({"ECH001": "note"}, CORE),
        "the group's schema lowers ECH001 unreadable from error to note", where="severity.ECH001",
        expected="error or heavier", found="note",
        hint='schema.ignore leaves out warnings and notes: ignore = ["ECH203"]'),
    row(lambda: group._raised({"ECH001": "fatal"}, CORE), "'fatal' is not a severity", where="severity.ECH001",
        expected="note, warning, error", found="fatal"),
    row(lambda: rules.matching(["which-setting"], "ignore"), "ignore names no rule: 'which-setting'",
        expected="an id such as ECH101, the start of one such as ECH1, a name such as unit-mismatch, or the code "
        "of a notice such as truncated",
        found="which-setting", cause="an analysis says this, and `echub validate` runs none",
        hint="`echub schema show rules` lists them"),
    row(lambda: structure.check_dataset(
            Dataset("timeseries", {
                "time": Column("time", A([1.0]), "time", "s"),
                "current": Column("current", A([1.0]), "current", "mA", sign="anodic_positive"),
            }), CORE),
        "there is no column `row`", found="time, current"),
]  # fmt: skip


DESCRIBED = description.describe(Record([table()]), "timeseries")
FORMATS = Fake(
    known_formats={
        "k": KnownFormat("k", "the K format", (".k",), "export it", (b"K0", b"K1")),
        "q": KnownFormat("q", "the Q format", (".q",), "print it"),
    },
    readers={name: Reader(name, "", (".r",), "", "") for name in "rs"},
)


def numberless(*headers):
    made = [SourceColumn(h, A([NAN, NAN]), index=n) for n, h in enumerate((*headers,))]
    return build_dataset("timeseries", [*made, SourceColumn("z", A([NAN, 1.0]), index=9)])


def packed():
    return Dataset(
        "timeseries", {"flags": Column("flags", A([1], np.uint8), bits=(dataset.Bits("mode", "Mode", 1),))}
    )


@dataclasses.dataclass
class Lists:
    """An option that no text can be."""

    items: list[str] = option(None, "several")


@pytest.mark.parametrize(("function", "parts"), ROWS)
def test_an_error_says_all_that_it_knows(function, parts):
    assert said(function) == parts


VALUES = [
    (lambda: areas.mask_area(np.zeros((2, 2)), 1.0), "the mask covers nothing"),
    (lambda: areas.mask_area([True], 1.0), "the mask covers nothing"),
    (lambda: areas.mask_area([[True]], 0.0), "pixel is positive, not 0.0"),
    (lambda: dead_time.saturation("other"), "a detector is non_paralysable or paralysable, not other"),
    (lambda: diffusion.diffusivity(0.0, 1.0, 300.0), "prefactor is positive, not 0.0"),
    (lambda: diffusion.diffusivity(1.0, 1.0, [300.0, 0.0]), "a temperature in kelvin is positive"),
    (lambda: diffusion.diffusion_time(1.0, [1.0, 0.0]), "diffusivity and factor are positive"),
    (lambda: diffusion.diffusion_time(1.0, 1.0, 0.0), "diffusivity and factor are positive"),
    (lambda: faraday.inventory(1.0, density=1.0, mass_fraction=1.1, molar_mass=1.0, area=1.0),
     "mass_fraction is at most 1, not 1.1"),
    (lambda: faraday.amount(1.0, 0), "electrons is positive, not 0"),
    (lambda: missing.filled(A(["a"]), A([True])), "<U1 has no mark for missing values"),
    (lambda: units.rational("1e100"),
     "'1e100' is not a rational number such as 1/3600, 0.001 or 1e-9"),
    (lambda: parse_clock("noon"), "'noon' is not an elapsed time h:m:s"),
    (lambda: filters.inflate(b"no stream", 8, 1), "a chunk is damaged: "),
]  # fmt: skip


@pytest.mark.parametrize(("function", "text"), VALUES, ids=[text[:30] for _, text in VALUES])
def test_a_value_that_cannot_be_is_named(function, text):
    with pytest.raises((ValueError, TypeError)) as refused:
        function()
    assert str(refused.value).startswith(text)
    assert text.endswith(" ") or str(refused.value) == text


def test_a_measurand_that_is_not_there_names_those_that_are():
    with pytest.raises(KeyError, match="the outcome has no measurand 'x', but r, c, n"):
        Outcome(PAIR)["x"]
    with pytest.raises(KeyError, match="the outcome has no measurand 'x', but none at all"):
        Outcome()["x"]


def test_parts_of_a_native_file_that_are_something_else(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["array"], file["number"] = np.zeros(2), np.float64(1)
        file["link"] = h5py.SoftLink("/array")
        file.create_group("group")
        file.attrs["n"] = 3
        root = h5g.open(file.id, b"/")
        for function, text in (
            (lambda: hdf5.local_group(root, "array"), "array is not a group"),
            (lambda: hdf5.local_array(root, "group"), "group is not an array"),
            (lambda: hdf5.local(root, "link"), "link is a link to another place"),
            (lambda: hdf5.text_attribute(root, "n"), "the attribute n is not a text"),
            (lambda: hdf5.text_array(root, "number"), "number is not a text"),
            (lambda: hdf5.require_form(hdf5.local_array(root, "array"), np.dtype("<f4"), (2,)),
             "it holds float64, where float32 was described"),
        ):  # fmt: skip
            with pytest.raises(ValueError) as refused:  # noqa: PT011  the whole text is compared
                function()
            assert str(refused.value) == text
        array = hdf5.local_array(root, "array")
        assert said(lambda: hdf5.require_form(array, np.dtype("<f8"), (3,))) == {
            "message": "/array is not as long as its description says", "found": "(2,)"
        }  # fmt: skip


def test_tables_of_people_that_cannot_be_read(tmp_path, monkeypatch):
    path = tmp_path / "t.csv"
    for data, parts in (
        (b"file\0a\0", {"message": "it is not a text", "expected": "CSV, or a workbook (.xlsx)",
                        "found": "a NUL byte at offset 4"}),
        (b'file,a\n"' + b"x" * 140_000, {
            "message": "it is not a CSV: field larger than field limit (131072)"
        }),
    ):  # fmt: skip
        path.write_bytes(data)
        assert said(lambda: cells.rows_of(path, "file")) == parts
    book = tmp_path / "t.xlsx"
    book.write_bytes(b"no workbook")
    assert said(lambda: cells.rows_of(book, "file")) == {
        "message": "the workbook is damaged: File is not a zip file"
    }  # fmt: skip
    monkeypatch.setitem(__import__("sys").modules, "fastexcel", None)
    assert said(lambda: cells.rows_of(book, "file")) == {
        "message": "a workbook needs fastexcel", "hint": "pip install 'echub[excel]'"
    }  # fmt: skip


def test_why_files_are_not_one_run():
    def started(*starts):
        found = []
        for start in starts:
            one = Record([])
            if start:
                one.metadata.set("experiment.start", dt.datetime(2024, 1, start).isoformat())
            found.append(one)
        return found

    why = joining.why_not_one_run
    assert why(started(1, None)) == "at least one file does not state the start of its run"
    assert why(started(2, 1, 2)) == (
        "the files state different starts: 2024-01-01T00:00:00, 2024-01-02T00:00:00"
    )  # fmt: skip
    links = [joining.Link("r", 1, "01_A"), joining.Link("r", 2, "02_B")]
    assert why(started(1, 1), links) == ""


def test_a_baseline_that_cannot_be_read_says_how_to_write_one(tmp_path):
    path = tmp_path / "known.json"
    path.write_text('{"problems": 3}')
    told = said(lambda: baseline.Baseline.load(path))
    assert (told["path"], told["hint"]) == (str(path), "--update-baseline writes one from what is found now")


def test_a_list_of_metadata_that_is_too_deep_is_refused():
    leaf = next(path for path, leaf in metadata.leaves().items() if leaf.type == "list")
    assert said(lambda: Metadata().set(leaf, "[" * 100_000))["cause"] == "the list is nested too deeply"


def test_a_material_is_derived_with_its_own_formula():
    formulas = {name: kind.formula for name, kind in deriving.KINDS.items()}
    assert formulas == {
        "current_density": "I / A", "areal_charge": "Q / A", "specific_charge": "Q / m",
        "thickness": "Q M / (z F rho A)", "thickness_rate": "I M / (z F rho A)",
        "layers": "Q M / (z F rho A d)",
    }  # fmt: skip


LOST = "copy it again from the instrument's computer, or convert its source again"


@pytest.mark.parametrize(
    ("limit", "parts"),
    [
        (None, {
            "message": "reading this file ended the process of the library that reads it",
            "expected": "an intact file",
        }),
        (12.6, {"message": "reading this file took too long", "expected": "at most 13 s"}),
    ],
)  # fmt: skip
def test_a_file_that_was_lost_in_the_worker_is_told(limit, parts):
    assert said(lambda: rehearsal._lost(Source.from_bytes(b"", "a.h5"), limit)) == {
        **parts, "path": "a.h5", "hint": LOST,
        "cause": "the file is damaged in a way that the library does not notice",
    }  # fmt: skip


def started(start=None, zone=None, **instants):
    record = Record([])
    if start:
        record.metadata.set("experiment.start", start)
    if zone:
        record.metadata.set("experiment.timezone", zone)
    if instants:
        columns = [SourceColumn(q, A(v, float), q, "s", index=n) for n, (q, v) in enumerate(instants.items())]
        record.datasets["timeseries"] = build_dataset("timeseries", columns)
    return record


@pytest.mark.parametrize(
    ("first", "second", "found", "hint"),
    [
        (started(time=[0.0], unix_time=[5.0]), started(time=[0.0], unix_time=[5.0]),
         "an absolute clock; an absolute clock", "--clock-uncertainty 1s, --event current=ion_counts, or "),
        (started("2024-01-01T00:00:00"), started(time=[0.0], unix_time=[5.0]),
         "start 2024-01-01T00:00:00, zone None; an absolute clock",
         "--clock-uncertainty 1s --timezone Europe/Berlin (the zone of starts without one), or "),
        (started("2024-01-01T00:00:00"), started(zone="Europe/Berlin"),
         "start 2024-01-01T00:00:00, zone None; start None, zone Europe/Berlin",
         "--event current=ion_counts, --clock-uncertainty 1s with --timezone, or "),
    ],
)  # fmt: skip
def test_what_puts_two_clocks_on_one_depends_on_what_they_state(first, second, found, hint):
    assert said(lambda: aligning._no_clock(first, second, "b.x")) == {
        "message": "b.x cannot be put on the clock of the first file", "found": found,
        "expected": "a common event, the absolute clocks of both with their uncertainty, or an offset",
        "hint": f'{hint}--offset "b.x=12.5s±0.5s"',
    }  # fmt: skip


def test_an_offset_by_clocks_or_by_statement_says_that_no_drift_was_tested():
    one, two = (started(time=[0.0, 1.0], unix_time=[z, z + 1.0]) for z in (100.0, 130.5))
    for how, text, found in (
        (aligning.How(clock=0.5), "b.x: by absolute clocks, a drift was not tested", (30.5, 0.5 * 2**0.5)),
        (aligning.How(offsets={"b.x": (2.0, 0.5)}), "b.x: the offset is stated, and a drift was not tested",
         (2.0, 0.5)),
        (aligning.How(offsets={"b.x": (2.0, None)}), "b.x: the offset is stated, and a drift was not tested",
         (2.0, None)),
    ):  # fmt: skip
        notices = []
        made = aligning._found(one, two, "b.x", how, notices)
        assert [(n.code, n.message) for n in notices] == [("drift-not-tested", text)]
        value, u = found
        assert (made.offset, made.uncertainty) == (value, None if u is None else pytest.approx(u))
        ends = (None, None) if u is None else (value - 1.96 * u, value + 1.96 * u)
        assert (made.low, made.high) == (ends if u is None else pytest.approx(ends))


@pytest.mark.parametrize(
    ("text", "columns", "parts"),
    [
        ("file,cell.area / s\na,1\n", "row 1, column 'cell.area / s'", {"message": "s cannot become cm^2"}),
        ("file,cell.aera\na,1\n", "row 1, column 'cell.aera'", {"message": "unknown metadata path 'cell.aera'"}),
        ("name,cell.area\na,1\n", "line 1", {
            "message": "the metadata table has no column `file`", "found": "name, cell.area",
            "expected": "file, then paths with units, such as cell.area / cm^2",
            "hint": "`echub meta init FOLDER` writes such a table",
        }),
        ("", "line 1", {"message": "the metadata table has no column `file`", "found": "an empty file"}),
        ("file,cell.area / cm^2\na,1,5\n", "row 2", {
            "message": "a row of the metadata table has more cells than its header", "expected": "2 cells",
            "found": "3 cells", "cause": "a decimal comma, or a text with the separator in it that is not quoted",
        }),
    ],
)  # fmt: skip
def test_a_table_of_metadata_that_cannot_be_used_says_where(tmp_path, text, columns, parts):
    path = tmp_path / "cells.csv"
    path.write_text(text, "utf-8")
    told = said(lambda: MetaTable.load(path))
    assert {name: told[name] for name in parts} == parts
    assert (told["path"], told["where"]) == (str(path), columns)


def test_a_sidecar_that_is_no_toml_says_what_one_is(tmp_path):
    (tmp_path / "a.x").touch()
    (tmp_path / "a.x.echub.toml").write_text("cell.area = ")
    told = said(lambda: Annotations().apply(Source(tmp_path / "a.x"), Metadata()))
    assert (told["path"], told["hint"]) == (
        str(tmp_path / "a.x.echub.toml"), 'it is TOML, such as [cell] area = "0.785 cm^2"'
    )  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "others", "evidence", "order"),
    [
        (["03/03/2024", "4/4/2024"], [], "day and month are the same number in every date", "dmy"),
        (["13/3/2024"], [], "every date is one in this order only", "dmy"),
        (["3 Mar 2024"], [], "the month is a word", "dmy"),
        (["1/2/2024"], ["1/14/2024"], "1/14/2024 in the same file is a date in this order only", "mdy"),
    ],
)
def test_the_order_of_a_date_has_its_evidence(texts, others, evidence, order):
    given = [pl.Series([text]) for text in others]
    clock = dates.wall_clock(pl.Series(texts), "when", "", given)
    assert (clock.evidence, clock.order) == (evidence, order)


def test_an_unknown_zone_is_named():
    assert said(lambda: dates.to_utc(A([0.0]), "Mars/Base")) == {
        "message": "there is no time zone of this name", "expected": "a name such as Europe/Berlin or UTC",
        "found": "Mars/Base",
    }  # fmt: skip


def test_parts_of_an_output_that_would_be_one_file():
    assert said(lambda: conversion._require_different([Path("o/a.csv"), Path("o/b.csv"), Path("o/A.csv")])) == {
        "message": "two parts of the output would be one file", "path": "o/A.csv", "found": "a.csv and A.csv",
        "cause": "names that differ only in case, or in how an accent is written",
        "hint": "--to native keeps all in one file",
    }  # fmt: skip
    twice = [Path("o/a.csv"), Path("o/a.csv")]
    assert said(lambda: conversion._require_different(twice))["found"] == "a.csv"
    conversion._require_different([])


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "<Conversion a.x: ok: nothing written>"),
        ({"outputs": ["o/a.h5", "o/b.h5"]}, "<Conversion a.x: ok: o/a.h5, o/b.h5>"),
        ({"error": SourceNotFound("it is gone")}, "<Conversion a.x: failed: it is gone [source-not-found]>"),
        (
            {"error": UnknownFormat("nobody knows it")},
            "<Conversion a.x: unknown: nobody knows it [unknown-format]>",
        ),
        ({"record": Record([], notices=[Remark("x", "y")])}, "<Conversion a.x: flagged: nothing written>"),
        ({"record": Record([], dropped=[Dropped("x", "y")])}, "<Conversion a.x: flagged: nothing written>"),
        ({"record": Record([])}, "<Conversion a.x: ok: nothing written>"),
    ],
)
def test_a_conversion_in_one_line(given, text):
    assert repr(conversion.Conversion("d/a.x", **given)) == text


def test_a_link_that_is_none_is_the_plugins_fault(monkeypatch):
    reader = Reader("r", "R", (".x",), "m:s", "m:r", link="m:l")
    for gives, told in (
        (("run", 1), "('run', 1)"), (("run", "1", "a"), "('run', '1', 'a')"),
        (("run", 1, "a", 2, 3), "('run', 1, 'a', 2, 3)"),
    ):  # fmt: skip
        monkeypatch.setattr(joining, "registry", lambda: Fake(reader=lambda name: reader))
        monkeypatch.setattr(joining, "call", lambda *_, gives=gives, **__: gives)
        found = said(lambda: joining.link_of(Source.from_bytes(b"", "a.x"), "r"))
        assert (found["message"], found["where"]) == ("the reader r failed", "m:l")
        assert found["found"] == f"it gave {told}, not (run, number, part) or (run, number, part, resumed)"
    monkeypatch.setattr(joining, "call", lambda *_, **__: ("run", 1, "a"))
    assert joining.link_of(Source.from_bytes(b"", "a.x"), "r") == joining.Link("run", 1, "a", 1)
    monkeypatch.setattr(joining, "call", lambda *_, **__: None)
    assert joining.link_of(Source.from_bytes(b"", "a.x"), "r") is None


def timed(part, *times):
    columns = [SourceColumn("t", A(times, float), "time", "s", index=0)]
    return dataclasses.replace(build_dataset("timeseries", columns), label=part, attrs={"part": part})


def test_parts_of_a_run_that_run_at_once_are_told_with_their_spans():
    (notice,) = joining._overlaps([timed("01_A", 0, 2, 4, 6, 8), timed("02_B", 1, 3, 5, 7, 9)])
    assert (notice.code, notice.message) == (
        "overlapping-clocks",
        "parts of the run do not follow each other: 01_A from 0 to 8 s, 02_B from 1 to 9 s",
    )  # fmt: skip
    (notice,) = joining._overlaps([timed("01_A", 5, 6), timed("02_B", 1, 2), timed("03_C", 3, 4)])
    assert notice.message.endswith("01_A from 5 to 6 s, 02_B from 1 to 2 s")
    assert joining._overlaps([timed("01_A", 0, 1, NAN), timed("02_B"), timed("03_C", 1, 2)]) == []


@pytest.mark.parametrize(
    ("one", "other", "at_once"),
    [
        ([0, 2, 4, 6], [1, 3, 5, 7], True),  # three of each lie in gaps of their own
        ([0, 2, 4], [1, 3, 5], False),  # two alternate
        ([0, 1, 2, 10, 11, 12], [3, 4, 5, 6, 13, 14], False),  # a loop: visits of several rows
        ([1, 2], [0, 3], True),
        ([0, 1], [0, 1], False),
    ],
)
def test_rows_that_alternate_are_of_parts_that_run_at_once(one, other, at_once):
    assert joining._at_once(A(one, float), A(other, float)) is at_once


def test_zones_and_starts_that_make_no_instant():
    stated = Metadata()
    stated.set("experiment.start", "2024-07-01T12:00:00")
    stated.set("experiment.timezone", "Mars/Base")
    (remark,) = clock.set_absolute_start(stated)
    assert (remark.code, remark.message) == (
        "unknown-zone", "2024-07-01T12:00:00 in the zone 'Mars/Base' cannot be read: no absolute time was made"
    )  # fmt: skip
    assert said(lambda: clock.absolute_time(Record([], metadata=stated))) == {
        "message": "the absolute time is not known", "where": "experiment.timezone",
        "expected": "a start and the zone of the instrument's clock",
        "found": "start 2024-07-01T12:00:00, zone Mars/Base",
        "hint": "--timezone Europe/Berlin, or experiment.timezone in echub.toml",
    }  # fmt: skip
    assert said(lambda: clock.require_zone("Mars/Base")) == {
        "message": "there is no time zone 'Mars/Base'", "found": "Mars/Base",
        "expected": "an IANA zone, such as Europe/Berlin, America/New_York or UTC",
        "cause": "the name is misspelt, or the system has no zone data (pip install tzdata)",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "by"), [(None, "zone by --set"), (1729988999.6, "zone by --set, pass by the order of rows")]
)
def test_an_instant_says_who_stated_the_zone(first, by):
    stated = Metadata()
    stated.set("experiment.start", "2024-10-27T02:30:00" if first else "2024-07-01T12:00:00")
    stated.set("experiment.timezone", "Europe/Berlin", source="--set")
    data = [build_dataset("timeseries", [SourceColumn("d", A([first]), "unix_time", "s")])] if first else []
    (remarks, entry) = clock.set_absolute_start(stated, lambda: data), stated.get("experiment.start_utc")
    assert (remarks, entry.source) == ([], by)


def test_a_file_that_vanishes_and_a_folder_that_may_not_be_listed(tmp_path, monkeypatch):
    path = tmp_path / "a.x"
    path.touch()
    opened = Source(path)
    path.unlink()
    assert said(opened.read) == {
        "message": "the file cannot be read: No such file or directory", "path": str(path)
    }  # fmt: skip
    monkeypatch.setattr("os.access", lambda *_: False)
    assert said(lambda: Source(tmp_path)) == {
        "message": "this folder may not be listed", "path": str(tmp_path), "hint": f"chmod +rx {tmp_path.name}"
    }  # fmt: skip


@pytest.mark.parametrize(("largest", "is_read"), [(1 << 20, True), (1, False)])
def test_a_workbook_that_unpacks_to_too_much_is_not_read(tmp_path, monkeypatch, largest, is_read):
    pytest.importorskip("fastexcel")
    book = tmp_path / "t.xlsx"
    pl.DataFrame({"file": ["a.x"]}).write_excel(book)
    monkeypatch.setattr(cells, "LARGEST", largest)
    if is_read:
        assert cells.rows_of(book, "file") == ([["file"], ["a.x"]], "")
    else:
        assert said(lambda: cells.rows_of(book, "file")) == {
            "message": "the workbook is too large", "expected": "at most 0 MB unpacked"
        }  # fmt: skip


@pytest.mark.parametrize(
    ("error", "rule"),
    [
        (NewerSchema("x"), "newer-schema"), (InconsistentFile("x"), "length-mismatch"),
        (UnknownFormat("x"), "unknown-format"), (AmbiguousFormat("x"), "unknown-format"),
        (ReaderNotInstalled("x"), "unknown-format"), (UnitMismatch("x"), "unit-mismatch"),
        (UnknownUnit("x"), "unknown-unit"), (ReadError("x"), "unreadable"), (SourceNotFound("x"), "unreadable"),
        (PluginError("x"), "unreadable"), (MetadataError("x"), "invalid-metadata"),
        (PluginError("x", path="a.x.echub.toml"), "invalid-metadata"),
        (PluginError("x", path="d/echub.toml"), "invalid-metadata"),
    ],
    ids=lambda one: getattr(one, "code", one),
)  # fmt: skip
def test_an_error_of_reading_breaks_the_rule_of_its_kind(error, rule):
    problem = validation._of_error(error, Path("a.x"))
    assert (problem.rule.name, problem.path, problem.message) == (rule, "a.x", "x")
    assert problem.severity == problem.rule.severity
    assert problem.exit_code == (1 if rule == "invalid-metadata" else error.exit_code)


def test_an_error_of_a_reader_that_guessed_is_an_unknown_format_and_one_of_the_group_is_raised():
    guessed = ReadError("x")
    guessed.guessed = True
    assert validation._of_error(guessed, Path("a.x")).rule.name == "unknown-format"
    damaged = ChangedContent("x")
    damaged.guessed = True
    assert validation._of_error(damaged, Path("a.x")).rule.name == "unreadable"
    for path, shown in ((None, "a.x"), ("g/.echub.toml", "g/.echub.toml")):
        with pytest.raises(SchemaError) as raised:
            validation._of_error(SchemaError("x", path=path), Path("a.x"))
        assert raised.value.path == shown
    at = MetadataError("x", where="column cell.area")
    problem = validation._of_error(at, Path("a.x"))
    assert (problem.column, problem.remark.where) == ("cell.area", "")


def test_every_library_of_linear_algebra_is_told_to_use_one_thread(monkeypatch):
    names = [f"{library}_NUM_THREADS" for library in ("OPENBLAS", "MKL", "BLIS", "OMP")] + [
        "VECLIB_MAXIMUM_THREADS"
    ]
    for name in names:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with threads.one_thread():
        assert {name: os.environ.get(name) for name in names} == dict.fromkeys(names, "1") | {
            "OMP_NUM_THREADS": "3"
        }
    assert [name for name in names if name in os.environ] == ["OMP_NUM_THREADS"]

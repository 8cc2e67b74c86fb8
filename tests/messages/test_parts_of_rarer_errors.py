"""The parts of errors that are seldom met: another program in the way, a cluster, a store, a changed file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import echub_schemas
from echub.analysis import (
    analysis,
    comparable,
    fitting,
    needs,
    one_cell,
    outcome,
    parts,
    study,
    study_draft,
)
from echub.analysis.outcome import Outcome
from echub.batch import engines, remote, store, workers
from echub.batch.lake import gathering, places
from echub.cli import analyze as cli_analyze
from echub.cli.page.bench import Bench
from echub.errors import PluginError
from echub.files import (
    cells,
    conversion,
    damage,
    deriving,
    output,
    rehearsal,
    stacking,
)
from echub.model import build, clock, samples, selection, source, stated_spread, vocabulary
from echub.model.record import Record
from echub.model.source import Source
from echub.pictures import samples as pictures_samples
from echub.plugin import SourceColumn, build_dataset
from echub.registry import boundary, codes, installed, scaffold
from echub.structured import Shape, parse
from echub.validation import group, physics
from tests.messages.parts import row, said
from tests.messages.saying import Fake

A = np.array
TOY = Fake(name="toy", profiles={}, each="")
LETTERS = f"at most {scaffold._LONGEST} letters, digits, hyphens, dots and underscores, no mark at either end"
CORE = echub_schemas.VERSION.split(".")[0]
"""Version of the schemas that these errors compare with."""


def rows_of(kind="timeseries", **columns):
    known = {"time": "s", "current": "mA", "frequency": "Hz", "unix_time": "s", "energy": "eV"}
    made = [
        SourceColumn(n, A(v), n if n in known and n != "energy" else None, known.get(n, "1"), index=i)
        for i, (n, v) in enumerate(columns.items())
    ]
    return build_dataset(kind, made)


def raises(error):
    def function(*given, **named):
        raise error

    return function


def in_damage(error, column=""):
    with damage.damage_of(Fake(shown="x.h5"), column):
        raise error


ANALYSIS = [
    row(
        lambda: analysis.parameters(TOY, {}, "c"), "toy has no profile 'c'",
        expected="no profile at all", found="c",
    ),
    row(
        lambda: analysis._outcomes(7, None, None), "this analysis takes outcomes or a table",
        expected="an .outcome.json or a CSV table", found="int",
    ),
    row(
        lambda: comparable._require_same("area_basis", ["x", None], 0.0),
        "the area basis is not the same: not stated, x",
        hint="--param allow_mixed=true takes them all the same",
    ),
    row(
        lambda: comparable._require_same("cell_area", [1.0, 1.25], 0.1),
        "the cell area is not the same: 1, 1.25", hint="--param allow_mixed=true takes them all the same",
    ),
    row(
        lambda: comparable.require_distinct([Outcome(analysis="toy", label="a") for _ in range(2)]),
        "a: one result was given twice, and would count twice", where="a", hint="give each result once",
    ),
    row(
        lambda: fitting._chosen(Record([]), Fake(dataset="x")), "the record has no dataset 'x'",
        expected="a record with datasets", found="x",
    ),
    row(
        lambda: fitting._chosen(Record([rows_of(time=[1.0])]), Fake(dataset="x")), "the record has no dataset 'x'",
        expected="timeseries", found="x",
    ),
    row(
        lambda: needs._check_clock(
            Fake(columns=[Fake(restarts=False, name="t", optional=False)]),
            {"t": Fake(quantity="time", values=A([0.0, 2.0, 1.0, 3.0, 2.0]))}, A([10, 20, 30, 40, 50])),
        "time goes back 2 times", where="source row 30", hint='--select "row < 30" keeps the part before',
    ),
    row(
        lambda: one_cell._refusal("cell", [1, 2], each=True),
        "the rows are of 2 cells or channels: cell is 1, 2", where="column cell",
        hint='--select "cell == 1" takes one, --each cell analyses each',
    ),
    row(
        lambda: one_cell._refusal("cell", list(range(one_cell.SHOWN + 1)), each=False),
        f"the rows are of {one_cell.SHOWN + 1} cells or channels: cell is "
        f"{', '.join(map(str, range(one_cell.SHOWN)))}, …",
        where="column cell", hint='--select "cell == 0" takes one',
    ),
    row(
        lambda: outcome._require_finite("the value of u", 1.0, float("nan")), "the value of u is nan",
        expected="a finite number, or None where it is not known",
    ),
    row(
        lambda: outcome._require_rows({"t": {"a": {"values": [1]}, "b": {"values": [1, 2]}}}, "x.json"),
        "a table of this outcome has columns of different lengths", path="x.json", where="tables.t",
        expected="one length", found="a: 1, b: 2", cause="the file was changed after it was written",
    ),
    row(
        lambda: parts.values_of("current", rows_of(current=[1.0, 2.0])),
        "the column current does not part the rows",
        expected="a counter, a code or a text in every row", found="real numbers",
    ),
    row(
        lambda: parts.values_of("current", rows_of(current=[1.0, np.nan])),
        "the column current does not part the rows",
        expected="a counter, a code or a text in every row", found="rows without a value",
    ),
    row(
        lambda: parts.require_one(Fake(name="toy", each="vendor_n"), "vendor_n", rows_of(n=[3, 4, 9])),
        "there are 3 values of vendor_n, 3 to 9, and toy answers for one", where="column vendor_n",
        hint='--select "vendor_n == 3" takes one, --each vendor_n analyses each',
    ),
    row(
        lambda: study._step({"analysis": "a", "name": "one"}, 2, [Fake(name="one")], Path("s.toml")),
        "two steps are called one", path="s.toml", where="step 2",
    ),
    row(
        lambda: study._step({"analysis": "a", "from": "b"}, 2, [Fake(name="c"), Fake(name="d")], Path("s.toml")),
        "step 2 takes from 'b', which is not an earlier step", path="s.toml", expected="c, d",
    ),
    row(
        lambda: study._step({"analysis": "a", "from": ["b"]}, 1, [], Path("s.toml")),
        "step 1 takes from 'b', which is not an earlier step", path="s.toml", expected="no earlier step",
    ),
    row(
        lambda: study._step({"analysis": "a", "time": [1.0]}, 3, [], Path("s.toml")),
        "step 3 has a time that is not a pair of a start and a later stop", path="s.toml", where="step[2].time",
        expected="[start, stop] in seconds", found="[1.0]",
    ),
    row(
        lambda: study._step({"analysis": "a", "time": [300.0, 60.0]}, 1, [], Path("s.toml")),
        "step 1 has a time that is not a pair of a start and a later stop", path="s.toml", where="step[0].time",
        expected="[start, stop] in seconds", found="[300.0, 60.0]",
    ),
    row(
        lambda: study_draft.draft([], Path("d/s.toml")), "there is no file that can be read",
        path="d", hint="echub info FILE shows the kinds",
    ),
]  # fmt: skip

BATCH = [
    row(
        lambda: engines.DaskWorkers("tcp://x:1", 2)._start(None), "--on names an engine",
        expected="dask, dask://host:port or slurm", found="tcp://x:1",
    ),
    row(
        lambda: engines.DaskWorkers("dask://x:y", 2)._start(None), "--on names an engine",
        expected="dask, dask://host:port or slurm", found="dask://x:y",
    ),
    row(
        lambda: engines.DaskWorkers("dask://:80", 2)._start(None), "--on names an engine",
        expected="dask, dask://host:port or slurm", found="dask://:80",
    ),
    row(
        lambda: engines._differs("w1", "numpy 1, not 2"), "a worker would give other results than this computer",
        path="w1", found="numpy 1, not 2", expected="the same versions of echub and its plugins everywhere",
        hint="install the same environment for the workers, and start them again",
    ),
    row(
        lambda: gathering._not_as_written(Path("o/a.h5")), "the output is not what the ledger says was written",
        path=str(Path("o/a.h5")), cause="it was changed or deleted after the conversion",
        hint="repeat echub convert, with --force if you want its result",
    ),
    row(
        lambda: remote._no_room(Path("t/x"), "3 bytes", "the disk is full"),
        "a folder of the store cannot be copied to this computer; nothing of it was written to the store",
        path="t", expected="room for the sources of one folder and their outputs", found="3 bytes",
        cause="the disk is full",
        hint="free some space, or name another disk in the variable TMPDIR, and repeat the command",
    ),
    row(
        lambda: remote._Folder._exists(Fake(how=Fake(target="s3://b/k")), Fake(name="a.h5")),
        "the output exists already, and it is not what a run that ended has written", path="s3://b/k/a.h5",
        cause="another program changed it, or a run with other versions or sources was killed or is at work",
        hint="if it is not needed, --force replaces it; -o writes elsewhere",
    ),
    row(
        lambda: store.url_of("s3://me:secret@host/k"),
        "an address must not hold a password: it would be in ledgers and logs", found="s3://…@…",
        hint="use the environment, a profile or a role, as the packages of the store describe",
    ),
    row(
        lambda: store.Store._changed(Fake(where="s3://b/k"), Fake(name="a.mpr"), "7 bytes"),
        "the object changed after it was listed", path="s3://b/k/a.mpr", found="7 bytes",
        cause="somebody replaced or deleted it meanwhile", hint="repeat the command when nobody writes there",
    ),
    row(
        lambda: list(workers.each(str, [1], executor=Fake(submit=raises(workers.BrokenExecutor())))),
        "the workers of the executor died", hint="repeat the command: what is done stays done",
    ),
    row(
        lambda: cli_analyze._questions(Fake(name="toy", consumes="dataset"), [], "sample.id", {}),
        "toy has no --by", expected="an analysis of several files", found="--by sample.id",
    ),
    row(
        lambda: cli_analyze._targets(
            Fake(name="toy"), [Fake(stem="a", value=""), Fake(stem="a", value="")], Path("o"), None, force=False),
        "two files of the same name would have one output", hint="analyse them one folder at a time",
    ),
]  # fmt: skip

FILES = [
    row(
        lambda: cells._of_workbook(b"", "file"),
        "the workbook is damaged: File is not a zip file",
    ),
    row(
        lambda: conversion._require_different([Path("o/a.csv"), Path("o/A.csv")]),
        "two parts of the output would be one file", path=str(Path("o/A.csv")), found="a.csv and A.csv",
        cause="names that differ only in case, or in how an accent is written",
        hint="--to native keeps all in one file",
    ),
    row(
        lambda: in_damage(PluginError("lengths differ", found="a: 1, b: 2")),
        "the columns of the native file do not fit together", path="x.h5",
        expected="columns of one length along each axis", found="lengths differ: a: 1, b: 2",
        cause="the file was changed by other software after it was written",
        hint="convert the source again with --force",
    ),
    row(
        lambda: in_damage(OSError("bad checksum\nmore"), "voltage"),
        "the column voltage of the native file is damaged", path="x.h5", column="voltage", found="bad checksum",
        cause="it was truncated or changed after it was written", hint="convert the source again with --force",
    ),
    row(
        lambda: in_damage(OSError()), "the native file is damaged", path="x.h5", found="OSError",
        cause="it was truncated or changed after it was written", hint="convert the source again with --force",
    ),
    row(
        lambda: deriving._of_material("Na+", "material=Na+"), "'Na+' is not a neutral formula",
        expected="a formula, such as Na", found="material=Na+",
    ),
    row(
        lambda: rehearsal._lost(Fake(shown="a.mpr"), 4.6), "reading this file took too long", path="a.mpr",
        expected="at most 5 s", cause="the file is damaged in a way that the library does not notice",
        hint=rehearsal._HINT,
    ),
    row(
        lambda: rehearsal._lost(Fake(shown="a.mpr"), None),
        "reading this file ended the process of the library that reads it", path="a.mpr",
        expected="an intact file", cause="the file is damaged in a way that the library does not notice",
        hint=rehearsal._HINT,
    ),
    row(
        lambda: stacking._attrs(
            "current", [Fake(columns={"current": Fake(unit=unit)}) for unit in ("mA", "A", "mA")]
        ),
        "the files have 'current' in different units", column="current", expected="one unit", found="A, mA",
        hint="select other columns before stacking",
    ),
]  # fmt: skip

MAP = build.build_map("ion_map", [SourceColumn("n", np.ones((2, 2)), "ion_counts", "count", axes=("y", "x"))])


def samples_of(*names, dose=(1.0, 2.0, 3.0)):
    made = [
        SourceColumn("sample_id", A(names), "sample_id", index=0),
        SourceColumn("dose", A(dose[: len(names)]), unit="1", index=1),
        SourceColumn("replicate", np.ones(len(names), int), "replicate", index=2),
        SourceColumn("y", A([1.0] * len(names)), unit="1", index=3),
    ]
    return build_dataset("table", made)


MODEL = [
    row(
        lambda: stated_spread.in_unit_of(A([1.0]), "V", A([2.0]), "mA", "u(I) / V"),
        "u(I) / V is not in the unit of its values",
        expected="a unit of the dimension of mA, or % of the value", found="V",
    ),
    row(
        lambda: stated_spread.in_unit_of(A([1.0]), "V", A([2.0]), None, "u(n) / V"),
        "u(n) / V is not in the unit of its values",
        expected="a unit of the dimension of 1, or % of the value", found="V",
    ),
    row(
        lambda: samples.join_samples(samples_of("a", "b"), samples_of("c", "d")),
        "the tables have no sample in common", expected="a, b", found="c, d",
        cause="the samples have other names in the other table: case and blanks count",
    ),
    row(
        lambda: samples.join_samples(samples_of("a", "b"), samples_of("a", "b", "a")),
        "a table that is joined to the first has several values for a sample: a",
        expected="one row per sample after averaging; it is described by vendor_dose",
        hint="select one first: --where FILE='vendor_dose == 1.6e15', or table.query(…) in Python",
    ),
    row(lambda: MAP.every(2), "an ion_map dataset is not a table of rows", hint="use .to_xarray()"),
    *(
        row(lambda n=n: rows_of(time=[1.0]).every(n), f"every {n} rows cannot be kept",
            expected="a whole number from 1")
        for n in (0, -1, 1.5)
    ),
    row(lambda: MAP.to_polars(), "an ion_map dataset is not a table", hint="use .to_xarray()"),
    row(
        lambda: build._unmasked("n", np.ma.array(A([2**60 + 1, 1]), mask=[0, 1])),
        "the column 'n' has masked values that cannot be kept",
        expected="floats, whole numbers up to 2^53, or texts", hint="give such numbers as texts",
        found="a whole number beyond 2^53 beside missing values",
    ),
    row(
        lambda: clock.absolute_time(Record([rows_of(time=[0.0])])), "the absolute time is not known",
        where="experiment.timezone", expected="a start and the zone of the instrument's clock",
        found="start None, zone None", hint="--timezone Europe/Berlin, or experiment.timezone in echub.toml",
    ),
    row(
        lambda: selection._refusal("a ?", "no operator"), "cannot select by 'a ?'",
        expected="a condition on columns, such as `cycle == 3 and current > 0`", cause="no operator",
    ),
    row(
        lambda: source._size(Path(__file__).parent), "this is a directory", path=str(Path(__file__).parent),
        expected="a file", hint="`echub convert` walks directories",
    ),
    row(
        lambda: source._size(Path("/dev/null")), "this is not a regular file", path="/dev/null",
        expected="a file", found="a device",
    ),
    row(
        lambda: source._size(Path("nowhere.x")), "no such file", path="nowhere.x",
        cause="the name is misspelt, or the file moved",
    ),
    row(
        lambda: vocabulary.install(Fake(prefix="nagr", quantities={"nagr_x": {}, "other_x": {}}, units={})),
        "the vocabulary 'nagr' may not define other_x", expected="names that begin with nagr_", found="other_x",
    ),
    row(
        lambda: vocabulary.quantity_of("x", {}), "the quantity 'x' has no definition", found="{}",
    ),
    row(
        lambda: pictures_samples.draw_table(None, [1, 2]), "tables of several files do not share a figure",
        hint="draw the files one by one",
    ),
]  # fmt: skip

REGISTRY = [
    row(
        lambda: boundary.fault("the reader x", "echub-x 1", "KeyError: 3", "read"), "the reader x failed",
        where="read", found="KeyError: 3", cause="a mistake in echub-x 1",
        hint="report it to the plugin's author, with the file if you can",
    ),
    row(
        lambda: codes._entry("a-b", {"says": "x", "smell": 1}, "me"),
        "the entry 'a-b' is not one of a catalogue of codes",
        expected=f"a kebab-case name with says, and of {', '.join(sorted(codes._KEYS))}", found="says, smell",
    ),
    row(
        lambda: installed.samples_of(Fake(name="x", samples="echub:nowhere/*.x")),
        "the reader x has no sample files", expected="files at echub:nowhere/*.x",
        found="the package echub without any",
        hint='write samples="package:folder/*.suffix", and see that the wheel holds the files',
    ),
    row(
        lambda: installed.samples_of(Fake(name="x", samples="no_such_package:*.x")),
        "the reader x has no sample files", expected="files at no_such_package:*.x",
        found="no package no_such_package",
        hint='write samples="package:folder/*.suffix", and see that the wheel holds the files',
    ),
    row(
        lambda: scaffold.check_name("-x"), "'-x' cannot be the name of a distribution",
        expected=LETTERS,
        hint="echub plugins new echub-acme",
    ),
    row(
        lambda: scaffold.check_name("a" * (scaffold._LONGEST + 1)),
        f"'{'a' * (scaffold._LONGEST + 1)}' cannot be the name of a distribution",
        expected=LETTERS,
        hint="echub plugins new echub-acme",
    ),
    row(
        lambda: scaffold.write("echub-acme", Path(__file__), ["reader"]),
        "there is something of that name already", path=__file__,
        hint="choose another name, or move it away: nothing is replaced",
    ),
    row(
        lambda: parse(b"\xff", Shape("the thing", dict, hint="look"), "t.toml"),
        "the thing cannot be read: it is not TOML", path="t.toml", expected="TOML in UTF-8", hint="look",
        found="'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
]  # fmt: skip

VALIDATION = [
    row(
        lambda: group._load("a.toml", ("z.toml", "a.toml", "b.toml")),
        "group schemas extend each other in a circle", path="b.toml", where="schema.extends",
        found="a.toml extends b.toml extends a.toml", hint="take one of these `extends` out",
    ),
    row(
        lambda: group._check_core({"core": str(int(CORE) - 1)}),
        f"the group's schema is written for version {int(CORE) - 1} of the core schema", where="schema.core",
        expected=f'core = "{CORE}"', found=str(int(CORE) - 1), hint="bring the group's schema up to date",
    ),
    row(
        lambda: group._ignored(["ECH999"], group.CORE), "schema.ignore names no rule: 'ECH999'",
        expected="an id such as ECH101, the start of one such as ECH1, a name such as unit-mismatch, or the code "
        "of a notice such as truncated", found="ECH999", hint="`echub schema show rules` lists them",
    ),
    row(
        lambda: group._install("", {"units": {"x": {}}}),
        "a schema that adds quantities or units needs a prefix of its own", where="schema.prefix",
        expected='prefix = "nagr", lower-case letters and digits', found="no prefix",
    ),
    row(
        lambda: group._install("1x", {"quantities": {"nagr_y": {}}}),
        "a schema that adds quantities or units needs a prefix of its own", where="schema.prefix",
        expected='prefix = "nagr", lower-case letters and digits', found="1x",
    ),
    row(
        lambda: group._check_redefinition("voltage", {"unit": "mV", "min": 1}),
        "the group's schema redefines the core quantity 'voltage'", where="quantities.voltage",
        expected="core: unit = 'V'", found="group: unit = 'mV'",
        hint="give the quantity a name of your own, with the group's prefix",
    ),
    row(
        lambda: physics._wall_clock(rows_of(time=[0.0, 1e4], unix_time=[0.0, 10.0])),
        "elapsed time advances by 10000 s, the clock by 10 s: "
        "a factor of 1000, as between milliseconds and seconds",
        column="time", expected="equal to 1 %", found="a ratio of 1000",
    ),
    row(
        lambda: physics._wall_clock(rows_of(time=[0.0, 100.0], unix_time=[0.0, 80.0])),
        "elapsed time advances by 100 s, the clock by 80 s", column="time", expected="equal to 1 %",
        found="a ratio of 1.25",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("function", "expected"), [*ANALYSIS, *BATCH, *FILES, *MODEL, *REGISTRY, *VALIDATION])
def test_a_rarer_error_has_these_parts_and_no_others(function, expected):
    assert said(function) == expected


def test_a_lake_says_whose_it_is_and_who_made_it(tmp_path):
    lake = tmp_path / "lake"
    places.claim(lake, "archive")
    places.claim(lake, "archive")
    assert said(lambda: places.claim(lake, "other")) == {
        "message": "this lake was gathered from another archive", "path": str(lake), "expected": "archive",
        "found": "other", "hint": "name another folder with --to",
    }  # fmt: skip
    newer = f"{places.FORMAT.split()[0]} {int(places.FORMAT.split()[1]) + 1}"
    (lake / places.MARK).write_text(json.dumps({"format": newer}))
    assert said(lambda: places.told(lake)) == {
        "message": f"{lake} was made by a newer echub", "expected": places.FORMAT, "found": newer,
        "hint": "update echub",
    }  # fmt: skip
    assert said(lambda: places.claim(tmp_path, "archive")) == {
        "message": "the folder holds something else than a lake", "path": str(tmp_path),
        "expected": "no such folder, an empty one, or a lake", "hint": "name another folder with --to",
    }  # fmt: skip


def test_an_output_that_is_not_ours_is_named(tmp_path):
    made, there = tmp_path / "made", tmp_path / "there"
    made.write_text("new")
    there.write_text("old")
    assert said(lambda: output._settled(made, there, output.PreviousOutputs())) == {
        "message": "the output exists already, and is not what echub wrote there", "path": str(there),
        "cause": "it was changed, or made from another source or by another run without a ledger",
        "hint": "--force replaces it, -o writes elsewhere",
    }  # fmt: skip


def test_a_source_that_changes_says_so(tmp_path):
    path = tmp_path / "a.x"
    path.write_text("1")
    opened = Source(path)
    path.write_text("12")
    assert said(opened.require_unchanged) == {
        "message": "the file changed while it was read", "path": str(path),
        "cause": "its measurement is still running, or it is being copied",
        "hint": "convert it again when it is complete",
    }  # fmt: skip


def test_the_page_says_what_is_missing(tmp_path):
    bench = Bench(tmp_path)
    nothing = {"message": "no file is open", "hint": "drop a file, or choose one on the left"}
    assert said(bench.opened) == said(bench._source_path) == nothing
    bench.file = tmp_path / "a.x"
    assert said(bench.save_sidecar) == {"message": "nothing was typed in", "hint": "fill in a value first"}

"""Every option of every command reaches the function that it is for, by its name, with its value as stated."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

import click
import pytest

from echub.analysis.outcome import Outcome
from echub.batch.ledger import Shard
from echub.cli.commands import COMMANDS, command
from echub.errors import CommandError
from echub.files.aligning import Aligned
from echub.files.annotations import Annotations
from echub.files.conversion import Writing
from echub.files.deriving import Derivation
from echub.files.output import Target
from echub.files.reading import Reading
from echub.validation.rules import matching
from echub.validation.validation import Checks

NONE: dict[str, str] = {}
META = "file,cell.area / cm^2\na.mpr,2\n"


def plain(value: Any) -> Any:
    """Return what can be compared: a declared value by its fields, metadata of the user by what they are."""
    if isinstance(value, Annotations):
        return {"values": dict(value.values), "tables": [table.name for table in value.tables]}
    if isinstance(value, Reading):
        return {name: plain(part) for name, part in vars(value).items()}
    if isinstance(value, (list, tuple)) and not isinstance(value, (Shard, Target)):
        return [plain(one) for one in value]
    return value


class Called(CommandError):
    """The function was reached, and nothing more is to happen."""


@pytest.fixture
def call(echub, monkeypatch, tmp_path):
    """Run a command until a function of the hub is called; return its arguments by name."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.mpr", "b.mpr"):
        Path(name).write_bytes(b"")
    Path("m.csv").write_text(META, "utf-8")
    Path("folder").mkdir()

    def run(target, arguments, **before):
        for place, made in before.items():
            monkeypatch.setattr(place.replace("__", "."), made)
        module, _, name = target.rpartition(".")
        owner = importlib.import_module(module) if module.islower() else None
        if owner is None:
            outer, _, cls = module.rpartition(".")
            owner = getattr(importlib.import_module(outer), cls)
        signature, seen = inspect.signature(getattr(owner, name)), []

        def note(*given, **named):
            bound = signature.bind(*given, **named)
            bound.apply_defaults()
            seen.append({key: plain(value) for key, value in bound.arguments.items() if key != "self"})
            raise Called("reached")

        monkeypatch.setattr(owner, name, note)
        done = echub(*arguments)
        assert seen, done
        return seen[0]

    return run


USER = {"values": {}, "tables": []}
SET = {"values": {"sample.id": "x"}, "tables": []}
ZONE = {"values": {"experiment.timezone": "Europe/Berlin"}, "tables": []}
TABLE = {"values": {}, "tables": ["m.csv"]}
READ_BY = {
    "--reader": (["--reader", "csv"], {"reader": "csv"}),
    "--option": (["--option", "a=1", "--option", "b=2"], {"options": {"a": "1", "b": "2"}}),
    "--meta": (["--meta", "m.csv"], {"annotations": TABLE}),
    "--set": (["--set", "sample.id=x"], {"annotations": SET}),
}
PROFILE = {"--table-profile": (["--table-profile", "p.toml"], {"options": {"profile": "p.toml"}})}
TIMEZONE = {"--timezone": (["--timezone", "Europe/Berlin"], {"annotations": ZONE})}
ALONE = {"--no-siblings": (["--no-siblings"], {"siblings": False})}
READ = "echub.files.reading.read"
READ_USUAL = {"reader": None, "options": NONE, "annotations": USER, "siblings": True}

ANALYZE = {
    "name": "ccd", "what": [Path("a.mpr")], "params": NONE, "profile": None, "metadata": None, "annotations": USER,
    "select": None, "time": None, "columns": NONE, "dataset": None, "reader": None, "options": NONE, "seed": 0,
}  # fmt: skip
PART = {
    "--select": (["--select", "cycle == 1"], {"select": "cycle == 1"}),
    "--time": (["--time", "1:2min"], {"time": [60.0, 120.0]}),
    "--column": (["--column", "U=Ewe"], {"columns": {"U": "Ewe"}}),
    "--dataset": (["--dataset", "d"], {"dataset": "d"}),
}
CHOSEN = {
    **READ_BY,
    **PART,
    "--param": (["--param", "x=1"], {"params": {"x": "1"}}),
    "--profile": (["--profile", "lowack2026"], {"profile": "lowack2026"}),
    "--seed": (["--seed", "7"], {"seed": 7}),
}
WRITING = Writing("native", NONE, False)
READING = plain(Reading())
CONVERT_READ = {
    "--reader": (["--reader", "csv"], {"reader": "csv"}),
    "--option": (["--option", "a=1"], {"options": {"a": "1"}}),
    "--table-profile": (["--table-profile", "p"], {"options": {"profile": "p"}}),
    "--meta": (["--meta", "m.csv"], {"annotations": TABLE}),
    "--set": (["--set", "sample.id=x"], {"annotations": SET}),
    "--timezone": (["--timezone", "Europe/Berlin"], {"annotations": ZONE}),
    "--no-siblings": (["--no-siblings"], {"siblings": False}),
    "--derive": (
        ["--derive", "current_density", "--derive", "thickness: material=Na, density=1 g/cm^3"],
        {
            "derive": [
                Derivation.parse("current_density"),
                Derivation.parse("thickness: material=Na, density=1 g/cm^3"),
            ]
        },
    ),
}
CONVERT_READ = {key: (words, {"reading": {**READING, **change}}) for key, (words, change) in CONVERT_READ.items()}
CONVERT_WRITE = {
    "--to": (["--to", "csv"], {"writing": Writing("csv", NONE, False)}),
    "--force": (["--force"], {"writing": Writing("native", NONE, True)}),
    "--writer-option": (["--writer-option", "a=1"], {"writing": Writing("native", {"a": "1"}, False)}),
    "--csv-style": (["--csv-style", "plain"], {"writing": Writing("native", {"style": "plain"}, False)}),
    "--delimiter": (["--delimiter", ";"], {"writing": Writing("native", {"delimiter": ";"}, False)}),
    "--decimal": (["--decimal", ","], {"writing": Writing("native", {"decimal": ","}, False)}),
    "--columns": (["--columns", "time"], {"writing": Writing("native", {"columns": "time"}, False)}),
    "--units": (["--units", "time=h"], {"writing": Writing("native", {"units": "time=h"}, False)}),
    "--for": (["--for", "excel"], {"writing": Writing("native", {"bom": "true"}, False)}),
}
BATCH = {
    "paths": [Path("folder")], "out": None, "reading": READING, "writing": WRITING, "join": False, "shard": None,
    "exact": None, "whole": False,
}  # fmt: skip


def reads(record="record"):
    return {"echub__files__reading__read": lambda *_, **__: record}


FIGURE = {**reads(), "echub__analysis__figures__plot": lambda *_, **__: "figure"}
PLOT = {
    "what": ["record"], "select": None, "picture": None, "x": None, "y": [], "by": None, "xlim": None,
    "ylim": None,
    "size": None, "style": "screen", "title": "a.mpr",
}  # fmt: skip
COMPARED = {"a": "record", "b": "record"}
LOADED = {"echub__analysis__study__load_study": lambda file: f"study {file}"}
ANSWERED = {**LOADED, "echub__analysis__study__run_study": lambda *_, **__: []}
READABLE = {"echub__files__readable__readable": lambda *_: []}

NAMED = {"echub__files__naming__names_of": lambda records: ["a.mpr", "b.mpr"][: len(records)]}
ALIGNED = {**reads(), **NAMED, "echub__files__aligning__align": lambda *_, **__: Aligned("aligned", ())}  # type: ignore[arg-type]

ROWS: dict[str, list[tuple[Any, ...]]] = {
    "convert": [
        ("echub.files.conversion.convert_sources", ["convert", "a.mpr"], {
            "links": [], "target": Target(Path("a.mpr")), "reading": READING, "writing": WRITING,
        }, {
            **CONVERT_READ, **CONVERT_WRITE,
            "--output": (["-o", "x"], {"target": Target(Path("x/a.mpr"))}),
            "a named file": (["-o", "x.h5"], {"target": Target(Path("x.h5"), exact=True)}),
        }, {}),
        ("echub.batch.batch.Batch.__init__", ["convert", "folder"], BATCH, {
            **CONVERT_READ, **CONVERT_WRITE,
            "--output": (["-o", "x"], {"out": Path("x")}),
            "--join": (["--join"], {"join": True}),
            "--shard": (["--shard", "2/3"], {"shard": Shard.parse("2/3")}),
            "a named file": (["-o", "x.h5"], {"exact": Path("x.h5")}),
            "--json": (["--json"], {"whole": True}),
        }, {}),
        ("echub.batch.batch.Batch.run", ["convert", "folder", "-j", "3"], {"jobs": None, "cluster": None}, {}, {}),
        ("echub.batch.batch.Batch.run", ["convert", "a.mpr", "b.mpr"], {"jobs": 1, "cluster": None}, {
            "--jobs": (["-j", "3"], {"jobs": 3}),
        }, {}),
        ("echub.batch.watching.Watch.__init__", ["convert", "folder", "-o", "x", "--watch"], {
            "folders": [Path("folder")], "still": 60.0, "poll": None,
        }, {
            "--watch": ([], {}),
            "--still": (["--still", "5"], {"still": 5.0}),
            "--poll": (["--poll"], {"poll": True}),
            "no --poll": (["--no-poll"], {"poll": False}),
        }, {}),
        ("echub.batch.engines.DaskWorkers.__init__", ["convert", "folder", "--on", "dask"], {
            "address": "dask", "jobs": 1,
        }, {"--on": (["-j", "4"], {"jobs": 4})}, {}),
    ],
    "info": [
        (READ, ["info", "a.mpr"], READ_USUAL, {**READ_BY, **PROFILE, **TIMEZONE, **ALONE}, {}),
    ],
    "plot": [
        (READ, ["plot", "a.mpr"], READ_USUAL, READ_BY, {}),
        ("echub.analysis.figures.plot", ["plot", "a.mpr"], PLOT, {
            "--select": (["--select", "cycle == 1"], {"select": "cycle == 1"}),
            "--as": (["--as", "time"], {"picture": "time"}),
            "--x": (["--x", "time/h"], {"x": "time/h"}),
            "--y": (["--y", "current", "--y", "charge"], {"y": ["current", "charge"]}),
            "--by": (["--by", "sample.group"], {"by": "sample.group"}),
            "--xlim": (["--xlim", "0:1"], {"xlim": [0.0, 1.0]}),
            "--ylim": (["--ylim", ":2"], {"ylim": [None, 2.0]}),
            "--size": (["--size", "254x127mm"], {"size": [10.0, 5.0]}),
            "--style": (["--style", "slide"], {"style": "slide"}),
        }, reads()),
        ("echub.analysis.figures.plot", ["plot", "a.mpr", "b.mpr"], {
            **PLOT, "what": ["record", "record"], "title": "",
        }, {}, reads()),
        ("echub.drawing.save", ["plot", "a.mpr"], {"figure": "figure", "form": "png", "dpi": 150}, {
            "--dpi": (["--dpi", "90"], {"dpi": 90}),
            "--output": (["-o", "x.SVG"], {"form": "svg"}),
        }, FIGURE),
    ],
    "align": [
        (READ, ["align", "a.mpr", "b.mpr"], {"annotations": USER}, {
            key: value for key, value in {**READ_BY, **TIMEZONE}.items() if key not in ("--reader", "--option")
        }, {}),
        ("echub.files.aligning.align", ["align", "a.mpr", "b.mpr"], {
            "sources": ["record", "record"], "event": None, "clock_uncertainty": None, "offsets": {}, "near": {},
            "correct_drift": False,
        }, {
            "--event": (["--event", "auto"], {"event": "auto"}),
            "--clock-uncertainty": (["--clock-uncertainty", "2 min"], {"clock_uncertainty": 120.0}),
            "--offset": (["--offset", "b.mpr=1min±2s", "--offset", "c=-3"], {
                "offsets": {"b.mpr": (60.0, 2.0), "c": (-3.0, None)}}),
            "--near": (["--near", "b.mpr=1:2min", "--near", "c=-3:5"], {
                "near": {"b.mpr": (60.0, 120.0), "c": (-3.0, 5.0)}}),
            "--correct-drift": (["--correct-drift"], {"correct_drift": True}),
        }, {**reads(), **NAMED}),
        ("echub.files.conversion.convert", ["align", "a.mpr", "b.mpr", "-o", "x.h5"], {
            "what": "aligned", "path": Path("x.h5"), "to": "native", "force": False,
        }, {"--force": (["--force"], {"force": True})}, ALIGNED),
        ("echub.analysis.figures.plot", ["align", "a.mpr", "b.mpr", "--plot", "x.svg"], {
            "what": "aligned",
        }, {}, ALIGNED),
        ("echub.drawing.save", ["align", "a.mpr", "b.mpr", "--plot", "x.svg"], {
            "figure": "figure", "form": "svg",
        }, {
            "--plot": (["--plot", "y.PDF"], {"form": "pdf"}),
        }, {**ALIGNED, **FIGURE}),
    ],
    "samples": [
        ("echub.files.sample_tables.sample_table", ["samples", "a.csv"], {
            "files": [Path("a.csv")], "where": {}, "reference": None, "closures": {},
        }, {
            "--where": (["--where", "a.csv=x > 1", "--where", "b.csv=y == 2"], {
                "where": {"a.csv": "x > 1", "b.csv": "y == 2"}}),
            "--reference": (["--reference", "C 1s=284.8±0.1 eV"], {
                "reference": ["C 1s", pytest.approx(284.8), pytest.approx(0.1)]}),
            "--closure": (["--reference", "C 1s=284.8", "--closure", "Zr=182±1", "--closure", "O 1s=0.53 keV"], {
                "reference": ["C 1s", 284.8, None], "closures": {"Zr": 182.0, "O 1s": 530.0}}),
        }, {}),
        ("echub.files.conversion.convert", ["samples", "a.csv", "-o", "x.csv"], {
            "what": "table", "path": Path("x.csv"), "to": "csv", "force": False,
        }, {
            "--output": (["-o", "y.h5"], {"path": Path("y.h5"), "to": "native"}),
            "--force": (["--force"], {"force": True}),
        }, {"echub__files__sample_tables__sample_table": lambda *_, **__: "table"}),
    ],
    "gather": [
        ("echub.batch.lake.gathering.gather", ["gather", "folder", "--to", "lake"], {
            "archive": Path("folder"), "lake": Path("lake"), "outcomes": [], "kinds": [], "jobs": None,
        }, {
            "--to": (["--to", "other"], {"lake": Path("other")}),
            "--kinds": (["--kinds", "timeseries, ,impedance,"], {"kinds": ["timeseries", "impedance"]}),
            "--outcomes": (["--outcomes", "x", "--outcomes", "y"], {"outcomes": [Path("x"), Path("y")]}),
            "--jobs": (["-j", "2"], {"jobs": 2}),
        }, {}),
    ],
    "query": [
        ("echub.batch.lake.query.Lake.__init__", ["query", "SELECT 1", "lake"], {"folder": Path("lake")}, {}, {}),
    ],
    "compare": [
        (READ, ["compare", "a.mpr", "b.mpr"], {"reader": None}, {
            "--reader-a": (["--reader-a", "csv"], {"reader": "csv"}),
        }, {}),
        ("echub.model.comparison.compare", ["compare", "a.mpr", "b.mpr"], {
            "a": ["a.mpr", None], "b": ["b.mpr", None],
        }, {
            "--reader-a": (["--reader-a", "csv"], {"a": ["a.mpr", "csv"]}),
            "--reader-b": (["--reader-b", "csv"], {"b": ["b.mpr", "csv"]}),
        }, {"echub__files__reading__read": lambda what, reader=None: (str(what), reader)}),
        ("echub.model.comparison.compare", ["compare", "a.mpr", "--reader-a", "x", "--reader-b", "y"], {
            "a": ["a.mpr", "x"], "b": ["a.mpr", "y"],
        }, {}, {"echub__files__reading__read": lambda what, reader=None: (str(what), reader)}),
    ],
    "verify": [
        ("echub.files.verification.verify", ["verify", "a.h5"], {"source": None}, {
            "--source": (["--source", "a.mpr"], {"source": Path("a.mpr")}),
        }, {}),
    ],
    "validate": [
        ("echub.validation.validation.run", ["validate", "a.mpr"], {"checks": Checks(), "jobs": 1}, {
            "--level": (["--level", "1"], {"checks": Checks(1)}),
            "--select": (["--select", "ECH101"], {"checks": Checks(select=matching(["ECH101"], "--select"))}),
            "--ignore": (["--ignore", "ECH102"], {"checks": Checks(ignore=matching(["ECH102"], "--ignore"))}),
            "--schema": (["--schema", "g.toml"], {"checks": Checks(schema="g.toml")}),
            "--skip-unknown": (["--skip-unknown"], {"checks": Checks(skip_unknown=True)}),
            "--jobs": (["-j", "3"], {"jobs": 3}),
        }, {"echub__validation__validation__find_files": lambda _: []}),
    ],
    "analyze": [
        ("echub.analysis.analysis.analyze", ["analyze", "ccd", "a.mpr"], {**ANALYZE, "area_basis": None}, {
            **CHOSEN, "--area-basis": (["--area-basis", "geometric"], {"area_basis": "geometric"}),
        }, {}),
        ("echub.drawing.save", ["analyze", "ccd", "a.mpr", "--plot", "x.svg"], {
            "figure": "figure", "form": "svg",
        }, {
            "--plot": (["--plot", "y.PNG"], {"form": "png"}),
        }, {
            "echub__analysis__analysis__analyze": lambda *_, **__: Outcome(),
            "echub__analysis__figures__draw_outcome": lambda *_: "figure",
        }),
        ("echub.cli.show.outcome.show", ["analyze", "ccd", "a.mpr"], {
            "source": "a.mpr", "written": [], "verbose": False,
        }, {"--verbose": (["-v"], {"verbose": True})}, {
            "echub__analysis__analysis__analyze": lambda *_, **__: Outcome(),
        }),
        ("echub.analysis.analysis.analyze_each", ["analyze", "ccd", "a.mpr", "--each", "cycle"], {
            **ANALYZE, "each": "cycle",
        }, {**CHOSEN, "--each": (["--each", "step"], {"each": "step"})}, {}),
        (READ, ["analyze", "--list", "a.mpr"], READ_USUAL, READ_BY, {}),
        (READ, ["analyze", "eis-drt", "a.mpr", "--by", "sample.group"], READ_USUAL, {
            **READ_BY, "--by": (["--by", "sample.id"], {}),
        }, {}),
    ],
    "study init": [
        ("echub.analysis.study_draft.draft", ["study", "init", "folder"], {
            "found": [], "target": Path("folder/study.toml"), "steps": None, "table": Path("folder/cells.csv"),
        }, {
            "--output": (["-o", "x.toml"], {"target": Path("x.toml")}),
            "--steps": (["--steps", "eis"], {"steps": "eis"}),
            "--eis": (["--eis"], {"steps": "eis"}),
        }, READABLE),
    ],
    "study run": [
        ("echub.analysis.study.run_study", ["study", "run", "s.toml"], {
            "study": "study s.toml", "output": Path("s_results"), "workers": None,
        }, {
            "--output": (["-o", "x"], {"output": Path("x")}),
            "--workers": (["-j", "2"], {"workers": 2}),
            "--quiet": (["-q"], {"progress": None}),
            "--json": (["--json"], {"progress": None}),
        }, LOADED),
        ("echub.analysis.study_report.write_results", ["study", "run", "s.toml"], {
            "study": "study s.toml", "answers": [], "output": Path("s_results"),
        }, {"--output": (["-o", "x"], {"output": Path("x")})}, ANSWERED),
    ],
    "app": [
        ("echub.cli.page.server.bound", ["app", "folder"], {"port": 0}, {
            "--port": (["--port", "8000"], {"port": 8000}),
        }, {}),
    ],
    "plugins check": [
        ("echub.cli.show.plugin.show_verdicts", ["plugins", "check", "bdf"], {"subjects": [], "verbose": False}, {
            "--verbose": (["-v"], {"verbose": True}),
        }, {"echub__testing__checking__check": lambda _: []}),
    ],
    "plugins new": [
        ("echub.registry.scaffold.write", ["plugins", "new", "echub-x", "--reader"], {
            "distribution": "echub-x", "folder": Path("echub-x"), "parts": ["reader"],
        }, {
            "--reader": ([], {}), "--writer": (["--writer"], {"parts": ["reader", "writer"]}),
            "--analysis": (["--analysis"], {"parts": ["reader", "analysis"]}),
            "--rules": (["--rules"], {"parts": ["reader", "rules"]}),
        }, {}),
        ("echub.registry.scaffold.write", ["plugins", "new", "echub-x", "--analysis"], {
            "parts": ["analysis"],
        }, {}, {}),
    ],
}  # fmt: skip
"""For each command: a function that it calls, the command, the arguments that it then gives, and for each option
what to type and how the arguments change; last, what stands in place of functions that are called before."""

OUTPUT = {"--json", "--quiet", "--output", "--force", "--verbose", "--name", "--help"}
"""What is printed and written, and standard input: the tests of the outputs, and of `-`, look at these."""
ELSEWHERE = {
    "analyze": {"--list"},
    "app": {"--browser"},
    "detect": {"--write-profile", "--reader", "--option", "--table-profile"},
    "query": {"--csv"},
    "schema export": {"--to", "--schema"},
    "schema init": {"--prefix"},
    "validate": {"--baseline", "--update-baseline", "--strict", "--format", "--annotate"},
}
"""Options that are not an argument of one function: the commands' own tests look at what they do."""

CASES = [
    pytest.param(
        target, [*base, *words], {**usual, **change}, before, id=f"{name}, {target.rpartition('.')[2]}: {key}"
    )
    for name, rows in ROWS.items()
    for target, base, usual, options, before in rows
    for key, (words, change) in {"nothing": ([], {}), **options}.items()
]


@pytest.mark.parametrize(("target", "words", "expected", "before"), CASES)
def test_an_option_is_an_argument_of_the_function_that_it_is_for(call, target, words, expected, before):
    given = call(target, words, **before)
    assert {name: given[name] for name in expected} == expected


def options_of(built: click.Command, name: str) -> dict[str, set[str]]:
    if isinstance(built, click.Group):
        found: dict[str, set[str]] = {}
        for sub in built.list_commands(click.Context(built)):
            found |= options_of(built.get_command(click.Context(built), sub), f"{name} {sub}")
        return found
    own = [p for p in built.params if p.param_type_name == "option"]
    return {name: {max(p.opts, key=len) for p in own} - {"--help"}}


def test_every_option_of_every_command_is_looked_at():
    there = {}
    for name in COMMANDS:
        there |= options_of(command(name), name)
    missing = {}
    for name, options in there.items():
        seen = {key for _, _, _, changed, _ in ROWS.get(name, ()) for key in changed}
        if left := options - seen - OUTPUT - ELSEWHERE.get(name, set()):
            missing[name] = left
    assert missing == {}

"""A stranger's plugin whose files state everything that a record and an outcome hold, for tests of whole screens.

A file is JSON: columns of tables, metadata, remarks, what was dropped. So each line that a command prints about it
follows from what a test wrote into it.
"""

import json

from tests.echub import strangers

CODE = """
import json
from dataclasses import dataclass

import numpy as np

from echub.plugin import (
    Analysis, Confidence, Dropped, Flag, Measurand, Need, NeedMeta, Notice, Outcome, Output, Reader,
    Record, Refusal, Sampling, Series, SourceColumn, Template, build_dataset, hookimpl, option,
)

MAGIC = b'{"tables": '
QUANTITIES = {
    "t": ("time", "s"), "U": ("voltage", "V"), "I": ("current", "mA"), "n": ("cycle", "#"),
    "f": ("frequency", "Hz"), "R": ("impedance_real", "Ohm"), "X": ("impedance_imag", "Ohm"),
}


@dataclass(frozen=True)
class AcmeOptions:
    notes: str = option("keep", "what becomes of notes", choices=("keep", "skip"))


@dataclass(frozen=True)
class Params:
    above: float = option(0.0, "use rows above this voltage", unit="V", minimum=-10, maximum=10)
    how: str = option("mean", "statistic", choices=("mean", "max"))


@hookimpl
def echub_readers():
    return [
        Reader("acme", "Acme file", (".acme",), "echub_acme:sniff", "echub_acme:read", options=AcmeOptions),
        Reader("acme-too", "Acme file, otherwise", (".acme", ".ac2"), "echub_acme:maybe", "echub_acme:read"),
        Template("acme-form", "a form to fill in", "echub_acme:text"),
    ]


@hookimpl
def echub_analyses():
    return [
        Analysis(
            "acme-level", "Level of a voltage", "echub_acme:run",
            needs=(
                Need("t", "time", "s"), Need("U", "voltage", "V"), Need("I", "current", "mA", optional=True),
                NeedMeta("cell.area", "cm^2", optional=True),
            ),
            sampling=Sampling(rows=2, span_s=5), params=Params, each="cycle",
            profiles={"top": {"how": "max", "above": 1.5}, "low": {"above": -2.0}},
            outputs=(Output("level", "V", "the voltage"), Output("charge", "mA*h", "what flowed")),
            reference="doi:10.1000/acme", figure="echub_acme:figure",
        ),
        Analysis(
            "acme-count", "Number of files", "echub_acme:count", consumes="datasets",
            needs=(Need("U", "voltage", "V"),), outputs=(Output("files", "1"), Output("sum", "V")),
            figure="echub_acme:figure",
        ),
    ]


def sniff(source):
    return Confidence.CERTAIN if source.head.startswith(MAGIC) and source.suffix == ".acme" else Confidence.NO


def maybe(source):
    return Confidence.MAYBE if source.head.startswith(MAGIC) else Confidence.NO


def read(source, options):
    said = json.loads(source.read())
    tables = []
    for kind, columns in said["tables"].items():
        made = [
            SourceColumn(header, np.asarray(values, float), *QUANTITIES.get(header, (None, None)), index=n)
            for n, (header, values) in enumerate(columns.items())
        ]
        tables.append(build_dataset(kind, made))
    record = Record(
        tables, settings=said.get("settings", {}),
        notices=[Notice(code, text) for code, text in said.get("notices", ())],
        dropped=[Dropped(what, why) for what, why in said.get("dropped", ())],
    )
    for path, (value, unit) in said.get("metadata", {}).items():
        record.metadata.set(path, value, unit, source="its head")
    return record


def text():
    return "# a form\\nname = 1\\n"


def run(data, params):
    kept = data["U"] > params.above
    if not kept.any():
        raise Refusal("never-above", f"U is at most {data['U'].max():g} V", hint="--param above=0V")
    level = data["U"][kept].mean() if params.how == "mean" else data["U"][kept].max()
    measurands = {"level": Measurand("V", float(level), 0.25, n=int(kept.sum()))}
    if "I" in data:
        hours = np.diff(data["t"]) / 3600
        measurands["charge"] = Measurand("mA*h", float((hours * data["I"][1:]).sum()))
    flags = [Flag("rows-left-out", f"{(~kept).sum()} of {len(kept)} rows are left out", "info")]
    if not kept.all():
        flags.append(Flag("partly", f"only {kept.sum()} rows", where="above", hint="--param above=-10V"))
    drawn = {"U": Series.of(data["U"], "V")}
    tables = {"rows_used": {"t": Series.of(data["t"][kept], "s"), "U": Series.of(data["U"][kept], "V")}}
    return Outcome(measurands, tuple(flags), tables, diagnostics=drawn)


def count(data, params):
    total = sum(float(one["U"].sum()) for one in data)
    measurands = {"files": Measurand("1", float(len(data))), "sum": Measurand("V", total)}
    return Outcome(measurands, diagnostics={"U": Series.of(data[0]["U"], "V")})


def figure(outcome, figure):
    figure.subplots().set_title(outcome.analysis)
"""
A = {
    "tables": {
        "timeseries": {
            "t": [0, 1800, 3600, 7200], "U": [1, 2, 4, 3], "I": [2, 2, -4, 1.5], "n": [1, 1, 2, 2],
            "knob": [7, 5, 7, 7],
        },
        "impedance": {"f": [100, 10], "R": [3, 5], "X": [-1, -2]},
    },
    "metadata": {
        "cell.id": ["A7", None], "cell.area": [2.0, "cm^2"], "technique.name": ["CP", None],
        "technique.title": ["Constant current", None], "experiment.start": ["2024-03-14T10:00:00", None],
    },
    "notices": [["truncated", "it was cut"], ["late", "it began late"]],
    "dropped": [["3 bytes", "no column"], ["a note", "no text"]],
    "settings": {"range": "10 mA", "filter": 5},
}  # fmt: skip
B = {
    "tables": {"timeseries": {"t": [0, 10, 20], "U": [1, 2, 6], "I": [2, 2, -4]}},
    "metadata": {"cell.id": ["B8", None]},
}
TEXTS = {
    "group/.echub.toml": """\
[schema]
name = "Lab"
prefix = "lab"
version = "2.1.0"
core = "1"
[severity]
truncated = "error"
[metadata]
required = ["cell.id", "sample.id"]
[range]
voltage = ["0 V", "3 V"]
[columns]
timeseries = ["current", "cycle"]
[files]
name = '[ab]\\.acme'
example = "a.acme"
""",
    "group/echub.toml": "# echub: ignore ECH111: it is entered at the end\n",
    "s1.csv": "sample.id,thickness / um,note\nS1,10,red\nS2,30,blue\nS3,7,blue\n",
    "s2.csv": "sample.id,voltage / V\nS1,1.5\nS2,2\nS9,4\n",
    "cells.csv": "file,cell.area / cm^2,sample.group\na.acme,2,one\nb.acme,4,two\nc.acme,5,three\n",
    "study.toml": """\
files = ["*.acme"]
title = "two cells"
[[step]]
name = "early"
analysis = "acme-level"
params.above = 1.5
select = "time < 3600"
[[step]]
name = "sum"
analysis = "acme-count"
""",
}
"""Files beside A and B."""

MODULES = ("echub_acme", "echub_zinc")
"""Modules that tests install."""
METADATA = "License-Expression: MIT\nRequires-Dist: echub>=0.1\n"


def install(site, monkeypatch):
    """Install the plugin for a test."""
    site.mkdir(exist_ok=True)
    monkeypatch.syspath_prepend(str(site))
    strangers.install(site, "echub-acme", CODE, entry="acme", metadata=METADATA, version="2.5")


def write(path, tables, **more):
    """Write a file of the plugin: tables of columns, and metadata, notices, what was dropped, settings."""
    path.write_text(json.dumps({"tables": tables, **more}), "utf-8")


def write_all(folder):
    """Write A and B as a.acme and b.acme, a group's folder with both, and the texts."""
    for name, text in TEXTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    for name, said in {"a.acme": A, "b.acme": B, "group/a.acme": A, "group/c.acme": B}.items():
        write(folder / name, **said)

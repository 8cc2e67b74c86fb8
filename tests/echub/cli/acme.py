"""A stranger's plugin whose files state everything that a record and an outcome hold, for tests of whole screens.

A file is JSON: columns of tables, metadata, remarks, what was dropped. So each line that a command prints about it
follows from what a test wrote into it.
"""

import json

from tests.echub import strangers

CODE = '''
import json
from dataclasses import dataclass

import numpy as np

from echub.plugin import (
    Analysis, Confidence, Dropped, Flag, Measurand, Need, NeedMeta, Notice, Outcome, Output, Reader,
    Record, Refusal, Sampling, Series, SourceColumn, Template, build_dataset, hookimpl, option,
)

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
            reference="doi:10.1000/acme",
        ),
        Analysis(
            "acme-count", "Number of files", "echub_acme:count", consumes="datasets",
            needs=(Need("U", "voltage", "V"),), outputs=(Output("files", "1"), Output("sum", "V")),
        ),
    ]


def sniff(source):
    return Confidence.CERTAIN if source.head.startswith(b"{") and source.suffix == ".acme" else Confidence.NO


def maybe(source):
    return Confidence.MAYBE if source.head.startswith(b"{") else Confidence.NO


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
    tables = {"rows_used": {"t": Series.of(data["t"][kept], "s"), "U": Series.of(data["U"][kept], "V")}}
    return Outcome(measurands, tuple(flags), tables)


def count(data, params):
    total = sum(float(one["U"].sum()) for one in data)
    return Outcome({"files": Measurand("1", float(len(data))), "sum": Measurand("V", total)})
'''
METADATA = "License-Expression: MIT\nRequires-Dist: echub>=0.1\n"


def install(site, monkeypatch):
    """Install the plugin for a test."""
    site.mkdir(exist_ok=True)
    monkeypatch.syspath_prepend(str(site))
    strangers.install(site, "echub-acme", CODE, entry="acme", metadata=METADATA, version="2.5")


def write(path, tables, **more):
    """Write a file of the plugin: tables of columns, metadata as (value, unit), notices, what was dropped, settings."""
    path.write_text(json.dumps({"tables": tables, **more}), "utf-8")

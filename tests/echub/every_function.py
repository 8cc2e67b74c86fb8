"""A stranger's plugin with one function of every kind, one of which makes a mistake."""

import textwrap

CODE = '''
import os
import sys

import numpy as np

from echub.plugin import (
    Analysis, Confidence, Decision, Measurand, Metadata, Need, Outcome, Output, Reader, Record, Series,
    SourceColumn, Template, Writer, build_dataset, hookimpl,
)


class Odd(BaseException):
    """What no `except Exception` catches."""


def mistake(name, number=1):
    """Make the mistake, in what belongs to file 1 only."""
    if name == {function!r} and int(number) == 1:
        print("noise")
        {mistake}
    return None


@hookimpl
def echub_readers():
    return [
        Reader("acme", "Acme files", (".acme",), "{module}:sniff", "{module}:read", explain="{module}:explain",
               profile="{module}:profile", link="{module}:link", outline="{module}:outline"),
        Template("acme", "a form", "{module}:text"),
    ]


@hookimpl
def echub_writers():
    return [Writer("acme", "Acme output", "{module}:write", suffixes=(".out",))]


@hookimpl
def echub_analyses():
    return [Analysis("acme", "Mean", "{module}:run", needs=(Need("U", "voltage", "V"),),
                     outputs=(Output("level", "V"),), figure="{module}:figure")]


def sniff(source):
    if not source.head.startswith(b"ACME"):
        return Confidence.NO
    made = mistake("sniff", source.name[0])
    return Confidence.CERTAIN if made is None else made


def read(source, options):
    made = mistake("read", source.name[0])
    if made is not None:
        return made
    voltage = np.full(3, float(source.head[5:6]))
    columns = [
        SourceColumn("time/s", np.arange(3.0), "time", "s"), SourceColumn("U/V", voltage, "voltage", "V"),
    ]
    record = Record([build_dataset("timeseries", columns)])
    record.metadata.set("experiment.start", "2024-01-01T00:00:00", source="file")
    return record


def outline(source, options):
    made = mistake("outline", source.name[0])
    return read(source, options) if made is None else made


def explain(source, options):
    yield Decision("what", "this", "that")
    made = mistake("explain", source.name[0])
    if made is not None:
        yield made


def profile(source, options):
    made = mistake("profile", source.name[0])
    return "a = 1\\n" if made is None else made


def link(name):
    made = mistake("link", name[0])
    return ("run.acme", int(name[0]), f"part{{name[0]}}") if made is None else made


def text():
    made = mistake("text")
    return "a form" if made is None else made


def write(record, options):
    first = next(iter(record.datasets.values()))
    number = first["voltage"][0] if "voltage" in first.columns else 0
    made = mistake("write", number)
    if made is not None:
        yield made

    def part(file):
        mistake("part", number)
        file.write(b"made")

    yield ".out", part


def run(data, params):
    made = mistake("run", data["U"][0])
    if made is not None:
        return made
    level = Measurand("V", float(data["U"].mean()))
    return Outcome({{"level": level}}, diagnostics={{"U": Series.of(data["U"], "V")}})


def figure(outcome, figure):
    mistake("figure", outcome.measurands["level"].value)
    figure.subplots()
'''
MISTAKES = {
    "exception": "raise ValueError('oops')",
    "exit": "sys.exit(0)",
    "base exception": "raise Odd('oops')",
    "wrong type": "return 7",
    "death": "os._exit(0)",
}


def code(module, function="", mistake="pass"):
    """Return the source of the plugin, in which one function makes a mistake."""
    return textwrap.dedent(CODE).format(module=module, function=function, mistake=mistake)

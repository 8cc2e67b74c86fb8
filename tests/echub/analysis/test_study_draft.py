"""The first study of a folder, line by line."""

from pathlib import Path

import pytest

from echub.analysis.study_draft import draft
from echub.declare import Template
from echub.declare_analysis import Analysis
from echub.files.readable import Readable
from echub.model.metadata import Metadata
from echub.registry.registry import registry
from tests.messages.parts import said

TARGET = Path("/data/Na cells/study.toml")


def readable(name, *kinds, **stated):
    metadata = Metadata()
    for path, text in stated.items():
        metadata.set(path.replace("__", "."), text)
    return Readable(TARGET.parent / name, name, metadata, frozenset(kinds))


FILES = [
    readable("sub/a[1].mpr", "timeseries", cell__area="2 cm^2", cell__temperature="30 degC"),
    readable("../b.mpr", "impedance", "timeseries", cell__temperature="300 K"),
    readable("cells.csv", "table"),
]
HEAD = """\
title = "Na cells"
files = [  # patterns are possible too; paths are relative to this file
    "sub/a[[]1].mpr",
    "../b.mpr",
]
"""
STATED = """
[set]  # of all files; what differs from file to file belongs in the table
# cell.area = "… cm^2"  # stated by 1 of 2 files
# cell.thickness = "… mm"  # stated by 0 of 2 files
# cell.n_interfaces = "…"  # stated by 0 of 2 files

"""


@pytest.fixture
def few(monkeypatch):
    """Leave a few analyses and templates of a stranger."""
    assert registry().analyses  # all are loaded now, and come back after the test
    kinds = {"b-one": "timeseries", "a-each": "impedance", "other": "ion_map", "after": "timeseries"}
    analyses = {
        name: Analysis(
            name, f"Title of {name}", "m:r", kind=kind, each="spectrum" * (name == "a-each"),
            consumes="outcomes" if name == "after" else "dataset",
        )
        for name, kind in kinds.items()
    }  # fmt: skip
    templates = {
        name: Template(name, "T", f"{__name__}:{text}")
        for name, text in (("study-map", "of_maps"), ("study-eis", "eis"), ("manifest", "eis"))
    }
    monkeypatch.setattr(registry(), "_analyses", analyses)
    monkeypatch.setattr(registry(), "templates", templates)


def eis():
    return '\n\n[[step]]\nanalysis = "a-each"\n[[step]]\nanalysis = "after"\nfrom = "a-each"\n\n'


def of_maps():
    return '[[step]]\nanalysis = "other"\n'


@pytest.mark.usefixtures("few")
def test_a_draft_proposes_what_fits_the_files_as_comments():
    assert draft(FILES, TARGET, table=TARGET.parent / "cells.csv") == (
        HEAD + 'meta = ["cells.csv"]  # metadata of each file\n' + STATED
        + "# Steps: take the # away from those that are wanted; `echub plugins show NAME` shows parameters.\n\n"
        '# [[step]]\n# name = "a-each"\n# analysis = "a-each"  # Title of a-each\n# each = "spectrum"\n\n'
        '# [[step]]\n# name = "b-one"\n# analysis = "b-one"  # Title of b-one\n'
    )  # fmt: skip


@pytest.mark.usefixtures("few")
def test_steps_of_a_template_take_the_files_of_their_kinds():
    text = draft(FILES, TARGET, "eis")
    lines = text.splitlines()
    assert lines[:5] == [*HEAD.splitlines()[:2], '    "../b.mpr",', "]", "# meta = []"]
    assert '# cell.area = "… cm^2"  # stated by 0 of 1 files' in lines
    assert text.endswith(f"  # stated by 0 of 1 files\n\n{eis().strip()}\n")


@pytest.mark.usefixtures("few")
def test_what_cannot_be_drafted_says_what_there_is(monkeypatch):
    hint = {"hint": "echub info FILE shows the kinds"}
    where = {"path": "/data/Na cells", **hint}
    assert said(lambda: draft([], TARGET)) == {"message": "there is no file that can be read", **where}
    assert said(lambda: draft(FILES, TARGET, "map")) == {
        "message": "there is no file with data of the kind ion_map", **where
    }  # fmt: skip
    assert said(lambda: draft(FILES, TARGET, "manifest")) == {
        "message": "there are no steps 'manifest'", "expected": "eis, map"
    }  # fmt: skip
    monkeypatch.setattr(registry(), "templates", {})
    assert said(lambda: draft(FILES, TARGET, "eis")) == {
        "message": "there are no steps 'eis'", "expected": "no plugin has any"
    }  # fmt: skip

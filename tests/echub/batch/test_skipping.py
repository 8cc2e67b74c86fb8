"""What a conversion depends on: whatever changes its result changes its mark, and nothing else does."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

import echub
from echub.batch import skipping
from echub.batch.ledger import Entry
from echub.batch.skipping import beside, fingerprint, replaceable, settings_of, sha256_of, still_there
from echub.files.conversion import Writing
from echub.files.deriving import Derivation
from echub.files.output import Written
from echub.files.reading import Reading
from tests.messages.saying import Fake

THICKNESS = Derivation.parse("thickness: material=Na, density=1 g/cm^3")
ASKED = {
    "nothing": ({}, {}),
    "another reader": ({"reader": "eclab-mpr"}, {}),
    "an option": ({"options": {"a": "1"}}, {}),
    "another value": ({"options": {"a": "2"}}, {}),
    "no siblings": ({"siblings": False}, {}),
    "a derived column": ({"derive": (Derivation.parse("current_density"),)}, {}),
    "another one": ({"derive": (THICKNESS,)}, {}),
    "two of them": ({"derive": (Derivation.parse("current_density"), THICKNESS)}, {}),
    "another format": ({}, {"to": "csv"}),
    "an option of the writer": ({}, {"options": {"a": "1"}}),
}


def test_everything_that_is_asked_for_is_in_the_mark():
    marks = [fingerprint(Reading(**reading), Writing(**writing)) for reading, writing in ASKED.values()]
    assert len(set(marks)) == len(ASKED)
    assert marks[0] == fingerprint(Reading(), Writing(force=True))  # how, not what
    assert {len(mark) for mark in marks} == {16}


def test_the_content_of_a_file_that_an_option_names_is_in_the_mark(tmp_path):
    path = tmp_path / "profile.toml"
    marks = []
    for text in ("a = 1", "a = 2", "a = 1 "):
        path.write_text(text)
        marks.append(fingerprint(Reading(options={"profile": str(path)}), Writing()))
    assert len(set(marks)) == 3
    other = tmp_path / "other.toml"
    for text, named in (("a = 1", str(other)), ("a = 2", str(other)), ("a = 2", "not a file")):
        other.write_text(text)
        marks.append(fingerprint(Reading(options={"profile": str(path), "other": named}), Writing()))
    assert len(set(marks)) == 6


PLUGIN = Fake(name="acme", distribution="echub-acme", version="1", state="ok")
READER = Fake(name="acme-x", version="1")


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("plugins", {"name": "other"}), ("plugins", {"distribution": "other"}), ("plugins", {"version": "2"}),
        ("plugins", {"state": "blocked"}), ("readers", {"name": "other"}), ("readers", {"version": "2"}),
        ("__version__", "99"), ("VERSION", "99"), ("RESULT", 99),
    ],
)  # fmt: skip
def test_every_version_is_in_the_mark(monkeypatch, kind, change):
    def mark():
        return fingerprint(Reading(), Writing())

    known = {"plugins": PLUGIN, "readers": READER}
    monkeypatch.setattr(skipping, "registry", lambda: Fake(plugins=[PLUGIN], readers={"acme-x": READER}))
    before = mark()
    assert mark() == before
    if kind in known:
        other = {**known, kind: Fake(**{**vars(known[kind]), **change})}
        now = Fake(plugins=[other["plugins"]], readers={"acme-x": other["readers"]})
        monkeypatch.setattr(skipping, "registry", lambda: now)
    else:
        monkeypatch.setattr(skipping.echub_schemas if kind == "VERSION" else skipping, kind, change)
    assert mark() != before


def test_added_metadata_are_in_the_mark_of_the_sources_that_they_are_for(tmp_path):
    table = tmp_path / "cells.csv"
    table.write_text("file,sample.id\na.mpr,S1\n")
    a, b = tmp_path / "a.mpr", tmp_path / "b.mpr"
    a.touch()
    b.touch()
    plain, of_table = echub.Annotations(), echub.Annotations.of((table,), {})
    said = [echub.Annotations.of((), {"cell.area": area}) for area in ("1 cm^2", "2 cm^2")]
    marks = {
        settings_of("x", [a], plain), settings_of("y", [a], plain), settings_of("x", [a, b], plain),
        settings_of("x", [a], of_table), *(settings_of("x", [a], one) for one in said),
    }  # fmt: skip
    assert len(marks) == 6
    assert settings_of("x", [b], plain) == settings_of("x", [a], plain)


# -- what is there ---------------------------------------------------------------------------------


@pytest.fixture
def entry(tmp_path):
    """An entry whose two outputs, and the file beside its source, are there."""
    (tmp_path / "a.mps").write_bytes(b"beside")
    written = []
    for name in ("a.h5", "b.h5"):
        (tmp_path / name).write_bytes(name.encode())
        written.append(Written(name, 4, hashlib.sha256(name.encode()).hexdigest()))
    return Entry(
        "a.mpr", "../a.mpr", 7, "ab", "ok", tuple(written), settings="s", beside=beside(tmp_path, ["a.mps"])
    )


@pytest.mark.parametrize(
    ("change", "known"),
    [
        ({}, True), ({"status": "flagged"}, True), ({"status": "failed"}, False), ({"status": "unknown"}, False),
        ({"sha256": "cd"}, False), ({"settings": "t"}, False), ({"beside": {"a.mps": "other"}}, False),
        ({"beside": {"a.mps": ""}}, False), ({"beside": {}}, True), ({"output": ()}, True),
    ],
)  # fmt: skip
def test_a_conversion_is_repeated_unless_all_is_the_same(tmp_path, entry, change, known):
    other = replace(entry, sha256="of an earlier content")
    given = replace(entry, **change)
    assert still_there([other, given], "ab", "s", tmp_path, tmp_path) == (given if known else None)


@pytest.mark.parametrize("name", ["a.h5", "b.h5"])
@pytest.mark.parametrize("how", ["gone", "changed"])
def test_every_output_has_to_be_whole(tmp_path, entry, name, how):
    (tmp_path / name).unlink()
    if how == "changed":
        (tmp_path / name).write_bytes(b"mine")
    assert still_there([entry], "ab", "s", tmp_path, tmp_path) is None


def test_what_may_be_replaced_was_written_for_this_path_or_this_content():
    def one(path, sha256, **outputs):
        written = tuple(Written(f"{name}.h5", 1, hashed) for name, hashed in outputs.items())
        return Entry("a", path, 1, sha256, "ok", written)

    entries = [
        one("../a", "old", x="1"), one("../a", "new", x="2", z="5"), one("../moved", "now", y="3"),
        one("../b", "other", x="4"),
    ]  # fmt: skip
    assert replaceable(entries, "../a", "now", Path("out")) == {
        "out/x.h5": frozenset("12"),
        "out/y.h5": frozenset("3"),
        "out/z.h5": frozenset("5"),
    }


def test_the_hash_of_several_sources_is_of_all_in_their_order():
    assert sha256_of(["ab"]) == "ab"
    assert sha256_of(["ab", "cd"]) == hashlib.sha256(b"abcd").hexdigest()


def test_what_lies_beside_a_source_is_marked_by_name_or_pattern(tmp_path):
    def now(*asked):
        return beside(tmp_path, asked)

    assert now("b", "a", "b") == {"a": "", "b": ""}
    (tmp_path / "a").write_bytes(b"1")
    assert now("a") == {"a": hashlib.sha256(b"1").hexdigest()[:16]}
    assert now("*.mps", "\0") == {"*.mps": "", "\0": ""}
    marks = [now("x*")["x*"]]
    for name, content in (("x.h5", b"1"), ("x.jsonl", b"1"), ("x.mps", b"1"), ("x.mps", b"22"), ("xy.mps", b"1")):
        (tmp_path / name).write_bytes(content)
        marks.append(now("x*")["x*"])
    (tmp_path / "x-folder").mkdir()
    marks.append(now("x*")["x*"])
    none, native, ledger, one, changed, two, folder = marks
    assert none == native == ledger == ""  # what is written here is beside no source
    assert len({"", one, changed, two}) == 4
    assert folder == two

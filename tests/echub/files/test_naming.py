"""File names made from texts inside files: portable, unique, never a path."""

import hashlib
from pathlib import PurePosixPath, PureWindowsPath

import pytest

from echub.files.naming import file_name, file_names, folded, names_of, plain_name
from echub.model.record import Provenance, Record

HOSTILE = ["../x", "..", ".", "", "/etc/passwd", "C:\\x", "a/b", "a\\b", "a\0b", "a\nb", "CON", "nul.txt"]
HOSTILE += ["\udcff", "é" * 300, ".hidden"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_is_one_component_that_every_system_takes(text):
    name = file_name(text)
    assert name
    assert PurePosixPath("f", name).parts == ("f", name)
    assert PureWindowsPath("f", name).parts == ("f", name)
    assert not name.startswith(".")
    assert name.isprintable()
    assert len(name.encode()) <= 121
    assert name.split(".")[0].casefold() not in ("con", "nul")


def test_a_harmless_name_stays():
    assert file_name("cell 2 (-30 °C).mpr") == "cell_2_-30_C_.mpr"
    assert file_names([("a.mpr",), ("b.mpr",)]) == ["a.mpr", "b.mpr"]


def test_what_only_a_file_name_cannot_tell_apart_gets_names_of_its_own():
    keys = [("a/b",), ("a?b",), ("a_b",), ("A_B",), ("c",)]
    names = file_names(keys)
    assert len({name.casefold() for name in names}) == 5
    assert names[4] == "c"
    assert dict(zip(keys[::-1], file_names(keys[::-1]), strict=True)) == dict(zip(keys, names, strict=True))


def test_one_text_from_two_files_gets_two_names():
    first, second = file_names([("run.mpr", "day1/run.mpr"), ("run.mpr", "day2/run.mpr")])
    assert first != second
    assert first.startswith("run.mpr-")


def test_names_that_another_file_system_takes_for_one_are_told_apart():
    composed, decomposed, capital = file_names([("é",), ("e\u0301",), ("É",)])
    assert len({folded(name) for name in (composed, decomposed, capital)}) == 3


@pytest.mark.parametrize("text", [*HOSTILE[:-1], ". ", "a. ", "C:evil", "\ud800x"])
def test_the_name_of_a_record_is_no_path(text):
    name = plain_name(text)
    assert PurePosixPath("f", name).parts == ("f", name)
    assert PureWindowsPath("f", name).parts == ("f", name)
    assert name.isprintable()


@pytest.mark.parametrize("text", ["cell 2 (-30 °C).mpr", ".hidden", "温度.mpr", "a" * 255])
def test_a_name_that_is_one_stays(text):
    assert plain_name(text) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a b/c", "a_b_c"),
        ("..a..", "a"),
        ("a" * 121, "a" * 120),
        ("é" * 61, "é" * 60),  # 120 bytes
        ("aé" * 60, "aé" * 40),
        ("con", "_con"),
        ("CON.txt", "_CON.txt"),
        ("com1", "_com1"),
        ("com12", "com12"),
        ("lpt9.x", "_lpt9.x"),
        ("conx", "conx"),
        ("", "_"),
        ("a\u202eb é", "a_b_"),  # beside marks that are not printed, ASCII alone stays
    ],
)
def test_a_text_as_a_name(text, name):
    assert file_name(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a" * 255, "a" * 255),
        ("a" * 256, "a" * 120),
        ("nul", "_nul"),
        ("a.", "a"),
        ("é" * 127, "é" * 127),
        ("", "_"),
    ],
)
def test_a_name_of_a_record_stays_up_to_what_file_systems_take(text, name):
    assert plain_name(text) == name


def test_equal_keys_share_a_name_and_a_hash_tells_others_apart():
    one, same, other, free = file_names([("a b", "x"), ("a b", "x"), ("A/b", "x"), ("c",)])
    assert one == same == f"a_b-{hashlib.sha256(b'a b' + bytes(1) + b'x').hexdigest()[:12]}"
    assert other == f"A_b-{hashlib.sha256(b'A/b' + bytes(1) + b'x').hexdigest()[:12]}"
    assert free == "c"


def test_records_of_one_name_are_numbered_by_their_place():
    records = [Record([], provenance=Provenance(source)) for source in ({"name": "a"}, {}, {"name": "a"}, {})]
    assert names_of(records) == ["a", "record 2", "a (3)", "record 4"]

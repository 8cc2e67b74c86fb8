"""How the page looks: names of its icon buttons, and classes and properties that somebody knows."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest

from echub.cli.page import looks
from echub.cli.page.looks import NAMES

nicegui = pytest.importorskip("nicegui")
STATIC = Path(nicegui.__file__).parent / "static"
QUASAR = STATIC / "quasar.umd.js"


def test_each_button_of_an_upload_has_a_name_of_its_own():
    """The icons are those that the library draws at the head of its uploader."""
    source = QUASAR.read_text("utf-8")
    icons = dict(re.findall(r'(\w+): "(\w+)"', re.findall(r"uploader: \{(.*?)\}", source, re.DOTALL)[0]))
    head = re.findall(r'getBtn\d*\([^"\n]*"(\w+)"', source.partition("q-uploader__header-content")[2][:2000])
    assert head
    names = dict(re.findall(r'(\w+): "([^"]+)"', NAMES))
    assert names.keys() == {icons[one] for one in head}
    assert names[icons["removeUploaded"]] == "Clear the list"
    assert names[icons["removeQueue"]] == "Leave out what is not uploaded"
    assert names[icons["add"]] == "Choose files"
    assert names[icons["upload"]] == "Upload the files"
    assert names[icons["clear"]] == "Cancel the upload"  # while one is under way


def given(method):
    """Return every word that the page gives to a method of its elements, such as `classes`."""
    texts = [
        part.value
        for path in Path(looks.__file__).parent.glob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == method
        for argument in call.args
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return {word for text in texts for word in shlex.split(text)}


def classes_of(style):
    return set(re.findall(r"\.([a-z][\w-]*)", style))


def test_every_class_is_one_of_the_page_or_of_its_library():
    """Tailwind, which has a class for everything, is not there."""
    styles = "".join((STATIC / f"quasar.{part}important.css").read_text("utf-8") for part in ("", "un"))
    ours = classes_of(looks.CLASSES) | classes_of(looks.CONTRAST)
    used = given("classes")
    assert len(used) > 30
    assert used - ours - classes_of(styles) <= {"q-list"}  # which has a style only together with others
    library = {name for name in ours if name.startswith(("q-", "nicegui-", "body--"))}
    assert ours - library - used == {"text-primary", "lines"}  # of the library, and of a message


def test_every_property_is_one_that_its_library_or_the_browser_knows():
    source = QUASAR.read_text("utf-8")
    names = {word.partition("=")[0] for word in given("props")}
    assert len(names) > 20
    ours = {name for name in names if not name.startswith("aria-")} - {"role", "tabindex"}
    assert {name for name in ours if f"{re.sub('-(.)', lambda m: m[1].upper(), name)}:" not in source} == set()

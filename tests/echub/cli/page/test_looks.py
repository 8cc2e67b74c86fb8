"""What a screen reader says of the buttons that have an icon and no word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from echub.cli.page.looks import NAMES

nicegui = pytest.importorskip("nicegui")
QUASAR = Path(nicegui.__file__).parent / "static" / "quasar.umd.js"


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

"""Licences of the dependencies: what is installed here fits, and one that does not is seen."""

from email.message import Message

import pytest

from scripts import check_licences


class Fake:
    version = "1"

    def __init__(self, text):
        self.metadata = Message()
        self.metadata["Name"] = "fake"
        self.metadata["License-Expression"] = text


def test_what_is_installed_fits():
    assert list(check_licences.faults()) == []


def test_dependencies_of_dependencies_are_found():
    names = {found.metadata["Name"].lower() for found in check_licences.needed("echub", check_licences.EXTRAS)}
    assert {"numpy", "polars", "markdown-it-py"} <= names  # the last is needed by rich only


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0", False),
        ("", False),
        ("Apache-2.0 OR BSD-3-Clause", True),
    ],
)
def test_a_licence_is_judged(monkeypatch, text, fits):
    monkeypatch.setattr(check_licences, "needed", lambda *_: iter([Fake(text)]))
    assert (list(check_licences.faults()) == []) is fits

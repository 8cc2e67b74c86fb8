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


class Installed(Fake):
    def __init__(self, name, requires, version="1"):
        super().__init__("MIT")
        self.metadata.replace_header("Name", name)
        self.requires, self.version = requires, version


def test_only_what_users_need_is_followed(monkeypatch):
    """Extras of the project that are asked for, and nothing that only an extra of a dependency needs."""
    known = {
        "echub": ["NumPy>=2", "zope.interface ; python_version > '3'", 'plotlib; extra == "plot"', "gone",
                  "pytest; extra == 'test'", "numpy"],
        "numpy": ["deep_one", "docs-only; extra == 'plot'"], "zope-interface": None, "plotlib": [],
        "deep-one": ["numpy"], "docs-only": [], "pytest": [],
    }  # fmt: skip

    def distribution(name):
        if name not in known:
            raise check_licences.PackageNotFoundError(name)
        return Installed(name, known[name])

    monkeypatch.setattr(check_licences, "distribution", distribution)
    found = [one.metadata["Name"] for one in check_licences.needed("echub", ("plot",))]
    assert found == ["numpy", "deep-one", "zope-interface", "plotlib"]
    assert list(check_licences.needed("gone")) == []


def test_all_that_is_stated_is_looked_at():
    stated = Fake("MIT")
    stated.metadata["License"] = f" first {'x' * 200}\nsecond"
    stated.metadata["Classifier"] = "License :: OSI Approved :: BSD License"
    stated.metadata["Classifier"] = "Topic :: Software"
    first = f"first {'x' * 94}"
    assert check_licences.licence(stated) == f"MIT; {first}; License :: OSI Approved :: BSD License"
    assert check_licences.licence(Fake("")) == ""


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        ([Fake("MIT")], 0, "every licence fits"), ([Fake("")], 1, "fake 1: no licence stated"),
        ([Fake("GPL-2.0"), Fake("MIT"), Fake("SSPL")], 1, "fake 1: GPL-2.0\nfake 1: SSPL"),
        ([Fake("LGPL-3.0"), Fake("MIT OR LGPL-3.0")], 1, "fake 1: LGPL-3.0"),
        ([Installed("galvani", [])], 0, "every licence fits"),
    ],
)  # fmt: skip
def test_the_faults_are_printed(monkeypatch, capsys, found, code, said):
    monkeypatch.setattr(check_licences, "needed", lambda *_: iter(found))
    assert check_licences.main() == code
    assert capsys.readouterr().out == f"{said}\n"


def test_a_package_that_users_install_themselves_may_have_another_licence(monkeypatch):
    other = Installed("Galvani", [])
    other.metadata.replace_header("License-Expression", "GPL-3.0")
    monkeypatch.setattr(check_licences, "needed", lambda *_: iter([other]))
    assert list(check_licences.faults()) == []

"""What a distribution states of itself, and whether this hub is new enough for it."""

from types import SimpleNamespace

import pytest

from echub.declare import Reader
from echub.errors import PluginError
from echub.registry.installed import Stated, release, samples_of, stated
from echub.registry.registry import Registry
from tests.echub import strangers


def entry_point(folder, metadata):
    strangers.install(folder, "acme", "raise SystemExit('imported')", metadata=metadata)
    (found,) = strangers.entry_points(folder)
    return found


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: MIT\n", "MIT"),
        ("License: BSD, see LICENSE\n", "BSD, see LICENSE"),
        ("License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n", "MIT License"),
        ("License:\nClassifier: License :: OSI Approved :: MIT License\n", "MIT License"),
        ("License: \nClassifier: License :: OSI Approved :: MIT License\n", "MIT License"),
        ("License: BSD 3-Clause\n        Redistribution and use in source\n", "BSD 3-Clause"),
        ("\nLicense-Expression: in the README\n", ""),
        ("", ""),
    ],
)
def test_the_licence_as_stated(tmp_path, metadata, licence):
    assert stated(entry_point(tmp_path, metadata).dist) == Stated("acme", "1.0", licence)


@pytest.mark.parametrize("name", ["METADATA", "PKG-INFO"], ids=["a wheel", "an egg-info of older tools"])
def test_the_metadata_of_a_wheel_or_of_an_older_tool(name):
    texts = {name: "Name: acme\nVersion: 2.1\nLicense: MIT\nRequires-Dist: echub>=0.9\n\nVersion: of the README\n"}
    assert stated(SimpleNamespace(read_text=texts.get)) == Stated("acme", "2.1", "MIT", "0.9")
    assert stated(SimpleNamespace(read_text={}.get)).name == "unknown"


@pytest.mark.parametrize(
    ("requirement", "needs"),
    [
        ("echub>=0.9", "0.9"),
        ("echub (>=0.9)", "0.9"),
        ("Echub[plot] >= 0.9, <2", "0.9"),
        ("echub~=0.9.1", "0.9.1"),
        ("echub>=0.9,>=0.10", "0.10"),
        ("echub>=0.9; python_version > '3.8'", "0.9"),
        ("echub>=0.9; extra == 'new'", ""),
        ("echub", ""),
        ("echub<2,!=1.1", ""),
        ("echub-acme>=5", ""),
        ("numpy>=5", ""),
    ],
)
def test_the_least_hub_that_it_needs(tmp_path, requirement, needs):
    assert stated(entry_point(tmp_path, f"Requires-Dist: {requirement}\n").dist).needs_hub == needs


def test_versions_compare_as_numbers():
    assert release("0.10") > release("0.9.9")
    assert release("1.0") == release("1")
    assert release("0.2.dev3") == release("0.2")
    assert release("") == release("0")
    assert release("0.2.1") > release("0.2")
    assert release("0.2.0.1") > release("0.2.0")
    assert release("1.2.10") > release("1.2.9")


def test_a_plugin_for_a_newer_hub_is_not_imported_and_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("echub.registry.registry.__version__", "0.8.1")
    found = entry_point(tmp_path, "Requires-Dist: echub>=0.9\n")
    (plugin,) = Registry([found]).plugins
    assert plugin.state == "failed"
    assert plugin.problems == ["it needs echub 0.9, this is 0.8.1: pip install --upgrade 'echub>=0.9'"]


def test_a_plugin_for_this_hub_loads(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("echub.registry.registry.__version__", "0.9.0")
    (plugin,) = Registry([entry_point(tmp_path, "Requires-Dist: echub>=0.9\n")]).plugins
    assert plugin.problems == ["SystemExit: imported"]


# -- samples -------------------------------------------------------------------------------------


def reader(samples):
    return Reader("acme", "A", (".acme",), "m:s", "m:r", samples=samples)


def test_samples_are_found_in_the_package_by_name(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "acme_package" / "samples"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise SystemExit('imported')")
    for name in ("b.acme", "a.acme", "c.txt"):
        (folder / name).touch()
    (folder / "d.acme").mkdir()
    assert [p.name for p in samples_of(reader("acme_package:samples/*.acme"))] == ["a.acme", "b.acme"]
    assert samples_of(reader("")) == []


def test_samples_of_a_package_in_two_places_are_all_found(tmp_path, monkeypatch):
    """A namespace package has no `__init__.py`, and may lie in several folders of the path."""
    for folder, names in (("one", "ca"), ("two", "b")):
        (tmp_path / folder / "acme_space" / "samples").mkdir(parents=True)
        for name in names:
            (tmp_path / folder / "acme_space" / "samples" / f"{name}.acme").touch()
        monkeypatch.syspath_prepend(tmp_path / folder)
    found = samples_of(reader("acme_space:samples/*.acme"))
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        f"{folder}/acme_space/samples/{name}.acme" for folder, name in (("one", "a"), ("one", "c"), ("two", "b"))
    ]


@pytest.mark.parametrize(
    ("samples", "found"),
    [
        ("echub:nowhere/*.acme", "the package echub without any"),
        ("not_there:*.acme", "no package not_there"),
        ("not_there.inner:*.acme", "no package not_there.inner"),
        ("json.decoder:*", "no package json.decoder"),
    ],
)
def test_samples_that_are_not_there_are_the_plugins_fault(samples, found):
    with pytest.raises(PluginError, match="has no sample files") as refused:
        samples_of(reader(samples))
    assert refused.value.found == found

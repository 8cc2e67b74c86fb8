"""Entry points are those that `importlib.metadata` finds, wherever distributions lie."""

import importlib.metadata
import sys
import zipfile

import pytest

from echub.registry import discovery
from tests.echub import strangers


def as_the_library_finds(group="echub"):
    return sorted((p.name, p.value) for p in importlib.metadata.entry_points(group=group))


def found(group="echub"):
    return sorted((p.name, p.value) for p in discovery.entry_points(group))


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Return two folders at the head of the path."""
    folders = tmp_path / "first", tmp_path / "second"
    for folder in reversed(folders):
        folder.mkdir()
        monkeypatch.syspath_prepend(folder)
    return folders


def test_of_this_environment():
    assert found() == as_the_library_finds() != []
    assert found("console_scripts") == as_the_library_finds("console_scripts") != []


def test_of_distributions_with_one_name_the_first_on_the_path_counts(path):
    strangers.install(path[0], "Acme.Files", "", module="one", version="1")
    strangers.install(path[1], "acme_files", "", module="two", version="2")
    ours = [point for point in discovery.entry_points("echub") if point.name in ("one", "two")]
    assert [(point.value, point.dist.read_text("METADATA").split()[-1]) for point in ours] == [("one", "1")]
    assert found() == as_the_library_finds()


def test_what_a_text_may_hold(path):
    info = path[0] / "acme.egg-info"
    info.mkdir()
    (info / "entry_points.txt").write_text(
        "[other]\nno = no\n\n[echub]\n# a comment\n  a = acme:inner.plugin [extra]\nb=json\n\n[last]\nz = z\n"
    )
    (path[0] / "old-1.0.egg-info").write_text("a file, as distutils wrote")
    (path[0] / "empty-1.0.dist-info").mkdir()
    assert {("a", "acme:inner.plugin [extra]"), ("b", "json")} <= set(found())
    assert found() == as_the_library_finds()


@pytest.fixture
def folders_alone(monkeypatch):
    """Leave only the finder of Python: without another one, folders are looked through without its library."""
    monkeypatch.setattr(sys, "meta_path", [sys.modules["importlib.machinery"].PathFinder])
    monkeypatch.setattr(discovery, "_anywhere", lambda *_: [discovery.EntryPoint("echub", "elsewhere", "x", None)])


def test_in_folders_alone_the_first_of_a_name_counts_and_comments_are_none(path, folders_alone):
    for folder, name, value in ((path[0], "Acme.Files-1.0", "one"), (path[1], "acme_files-2.0", "two"),
                                (path[1], "other-1.0", "three")):  # fmt: skip
        info = folder / f"{name}.dist-info"
        info.mkdir()
        text = f"[other]\nno = no\n[echub]\n# {value} = a:comment\n\n{value} = {value}.a:b\n z = z\n"
        (info / "entry_points.txt").write_text(text)
    ours = discovery.entry_points("echub", path=[str(folder) for folder in (*path, path[0] / "gone")])
    assert [(point.group, point.name, point.value) for point in ours] == [
        ("echub", "one", "one.a:b"), ("echub", "z", "z"), ("echub", "three", "three.a:b"), ("echub", "z", "z")
    ]  # fmt: skip


@pytest.mark.parametrize(("place", "elsewhere"), [("acme.egg", True), ("packed.zip", True), ("plain", False)])
def test_an_egg_or_a_file_on_the_path_is_left_to_the_library(path, folders_alone, place, elsewhere):
    (path[0] / "acme.egg").mkdir()
    (path[0] / "plain").mkdir()
    (path[0] / "packed.zip").touch()
    found = discovery.entry_points("echub", path=[str(path[1]), str(path[0] / place)])
    assert [point.name for point in found] == ["elsewhere"] * elsewhere


def test_of_an_archive_on_the_path(path, monkeypatch):
    with zipfile.ZipFile(path[0] / "packed.zip", "w") as archive:
        archive.writestr("acme-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
        archive.writestr("acme-1.0.dist-info/entry_points.txt", "[echub]\npacked = acme\n")
    assert ("packed", "acme") not in found()
    monkeypatch.syspath_prepend(path[0] / "packed.zip")
    assert ("packed", "acme") in found()
    (point,) = (point for point in discovery.entry_points("echub") if point.name == "packed")
    assert "Name: acme" in point.dist.read_text("METADATA")


def test_of_a_finder_of_its_own(tmp_path, monkeypatch):
    strangers.install(tmp_path, "elsewhere", "")

    class Finder:
        find_spec = staticmethod(lambda *_: None)

        @staticmethod
        def find_distributions(_):
            here = importlib.metadata.DistributionFinder.Context(path=[str(tmp_path)])
            return importlib.metadata.MetadataPathFinder.find_distributions(here)

    assert ("elsewhere", "elsewhere") not in found()
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    assert ("elsewhere", "elsewhere") in found()


class Passing:
    """A finder that looks where it is told, as the package importlib_metadata adds one when it is imported."""

    find_spec = staticmethod(lambda *_: None)
    find_distributions = staticmethod(importlib.metadata.MetadataPathFinder.find_distributions)


def test_beside_another_finder_the_same_is_found_once(path, monkeypatch):
    strangers.install(path[0], "Acme.Files", "", module="one", version="1")
    strangers.install(path[1], "acme_files", "", module="two", version="2")
    before = found()
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Passing])
    assert found() == before
    assert [point.value for point in discovery.entry_points("echub", path=[str(path[1])])] == ["two"]


def test_of_older_tools_with_one_name_the_first_on_the_path_counts_beside_another_finder(path, monkeypatch):
    for folder, spelling, value in zip(path, ("Acme.Files", "acme_files"), ("one", "two"), strict=True):
        info = folder / f"{spelling}.egg-info"
        info.mkdir()
        (info / "PKG-INFO").write_text(f"Metadata-Version: 1.0\nName: {spelling}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[echub]\n{value} = {value}\n")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Passing])
    assert [name for name, _ in found() if name in ("one", "two")] == ["one"]


def test_loading_gives_the_module_or_what_is_named_in_it():
    folder = discovery.Folder("nowhere")
    assert discovery.EntryPoint("echub", "a", "json.decoder", folder).load() is importlib.import_module(
        "json.decoder"
    )
    assert (
        discovery.EntryPoint("echub", "a", "json.decoder:JSONDecoder.decode [x]", folder).load().__name__
        == "decode"
    )
    assert folder.read_text("METADATA") is None

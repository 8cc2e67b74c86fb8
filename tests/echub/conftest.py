"""What the tests of the hub share: fixture files, and a clean vocabulary."""

import shutil
import sys
from pathlib import Path

import pytest

from echub.model import units, vocabulary
from echub.registry.registry import registry
from tests.echub.cli import acme
from tests.echub.folders import mixed

FIXTURES = Path(__file__).parents[2] / "fixtures" / "eclab"


@pytest.fixture
def eclab():
    """Return the folder of generated `.mpr` files."""
    return FIXTURES


@pytest.fixture
def cp(tmp_path):
    """Return a small constant-current file in a folder of its own."""
    return Path(shutil.copy(FIXTURES / "cp.mpr", tmp_path / "cp.mpr"))


@pytest.fixture
def folder(tmp_path, eclab):
    """Return a folder of good and bad files in two levels."""
    return mixed(tmp_path / "data", eclab)


@pytest.fixture
def out(tmp_path):
    """Return a folder for results that is not there yet."""
    return tmp_path / "out"


@pytest.fixture
def fresh_vocabulary():
    """Load units and quantities anew, before and after a test that adds to them."""
    caches = (units.table, units._registry, vocabulary.quantities)
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.fixture
def acme_files(tmp_path, monkeypatch):
    """Stand in a folder with the files of `acme`, whose plugin is installed; without defaults of a person."""
    acme.install(tmp_path / "site", monkeypatch)
    folder = tmp_path / "here"
    acme.write_all(folder)
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ECHUB_CONFIG", "")
    registry.cache_clear()
    yield folder
    registry.cache_clear()
    for module in acme.MODULES:
        sys.modules.pop(module, None)

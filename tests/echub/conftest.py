"""What the tests of the hub share: fixture files, and a clean vocabulary."""

import shutil
from pathlib import Path

import pytest

from echub.model import units, vocabulary
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

"""Each number, word and flag of an outcome is what follows by hand from how its input was built."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.oracles.told import require

MODULES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("test_"))
WORLDS = {
    name: world
    for module in MODULES
    for name, world in getattr(import_module(f"tests.oracles.{module}"), "WORLDS", {}).items()
}  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
def test_an_outcome_says_what_was_built_and_nothing_else(name):
    require(WORLDS[name]())

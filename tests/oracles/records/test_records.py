"""Each word, number and notice of a record is what the file was built to say, and nothing else is there."""

from __future__ import annotations

from importlib import import_module

import pytest

from tests.oracles.records.told import Refused, require, same

MODULES = ("bdf", "cameca", "cyclers", "eclab_binary", "eclab_text", "gamry", "hiden", "ivium", "tables", "zahner")
WORLDS = {
    name: world
    for module in MODULES
    for name, world in import_module(f"tests.oracles.records.{module}").WORLDS.items()
}  # fmt: skip


@pytest.mark.parametrize("name", WORLDS)
def test_a_record_says_what_the_file_says_and_nothing_else(name, tmp_path):
    world = WORLDS[name]()
    if isinstance(world, Refused):
        said = world.said(tmp_path)
        assert same(said, world.says), said
    else:
        require(world, tmp_path)

"""The facade gives plugins the hub's own objects, and loads them when they are used."""

import importlib

import pytest

import echub.plugin


@pytest.mark.parametrize("name", sorted(echub.plugin._LAZY))
def test_a_name_is_the_hubs_own(name):
    module = importlib.import_module(echub.plugin._LAZY[name])
    assert getattr(echub.plugin, name) is getattr(module, name)

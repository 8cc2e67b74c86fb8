"""Every hook is on one page and says when it is called."""

import inspect

import pytest

from echub.registry import hookspecs

HOOKS = {name: value for name, value in vars(hookspecs).items() if name.startswith("echub_")}


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_hook_is_documented_with_when_it_is_called(name):
    assert "Called" in inspect.getdoc(HOOKS[name])


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_a_hook_collects(name):
    options = HOOKS[name].echub_spec
    assert not options["firstresult"]
    assert not options["historic"]

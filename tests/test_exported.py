"""The public surface is a sorted list, complete, and documented in one line each."""

import ast
import importlib
import importlib.util
import inspect
from pathlib import Path

import pytest

import echub
import echub.drawing
import echub.plugin
import echub.science
import echub.segments
import echub.testing

SURFACES = {"echub": echub, "echub.plugin": echub.plugin}
LAZY = [echub, echub.plugin, echub.drawing, echub.science, echub.segments, echub.testing]


def sources(module):
    """Return what the file imports for typing, and what it imports at once, apart from machinery."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    typed, at_once = {}, {}
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            typed |= {a.name: n.module for n in node.body if isinstance(n, ast.ImportFrom) for a in n.names}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module.startswith("echub.") and node.module != "echub.lazy":
            at_once |= {a.name: node.module for a in node.names}
    return {n: m for n, m in typed.items() if m.startswith("echub")}, at_once


PUBLIC = [
    pytest.param(module, name, id=f"{surface}.{name}")
    for surface, module in SURFACES.items()
    for name in module.__all__
]


@pytest.mark.parametrize("name", sorted(SURFACES))
def test_the_list_is_sorted_and_without_repeats(name):
    listed = SURFACES[name].__all__
    assert len(set(listed)) == len(listed)
    # As ruff's RUF022 sorts: constants, classes, functions.
    assert listed == sorted(listed, key=lambda n: (not n.isupper(), n[0].islower(), n))


@pytest.mark.parametrize("module", LAZY, ids=lambda module: module.__name__)
def test_the_list_the_lazy_table_and_the_types_agree(module):
    typed, at_once = sources(module)
    table = {name: importlib.util.resolve_name(place, module.__name__) for name, place in module._LAZY.items()}
    assert typed == table
    assert set(module.__all__) == set(table) | set(at_once)
    assert dir(module) == sorted(module.__all__)


@pytest.mark.parametrize("module", LAZY, ids=lambda module: module.__name__)
def test_a_lazy_name_is_that_of_its_module_and_no_other_is_there(module):
    for name, place in module._LAZY.items():
        assert getattr(module, name) is getattr(importlib.import_module(place, module.__name__), name)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = module.nonsense


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_public_name_is_documented_in_one_imperative_line(module, name):
    found = getattr(module, name)
    if name == "hookimpl":
        return  # pluggy's marker
    lines = inspect.getdoc(found).splitlines()
    assert lines[0].endswith((".", "…", ":", "?")) or lines[0].endswith("``."), lines[0]
    assert len(lines) == 1 or not lines[1]
    assert not inspect.getdoc(found).startswith(f"{name}(")  # what a dataclass writes by itself


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_public_functions_and_methods_are_annotated(module, name):
    found = getattr(module, name)
    functions = [found] if inspect.isfunction(found) else []
    if inspect.isclass(found):
        functions = [f for n, f in vars(found).items() if inspect.isfunction(f) and not n.startswith("_")]
    for function in functions:
        signature = inspect.signature(function)
        assert signature.return_annotation is not inspect.Signature.empty, function
        for parameter in list(signature.parameters.values())[inspect.isclass(found) :]:
            assert parameter.annotation is not inspect.Parameter.empty, (function, parameter)


@pytest.mark.parametrize("module", [m for m in LAZY if m is not echub.plugin], ids=lambda module: module.__name__)
def test_a_name_is_never_hidden_by_a_module(module):
    for public_name in module.__all__:
        assert importlib.util.find_spec(f"{module.__name__}.{public_name}") is None

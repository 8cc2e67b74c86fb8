"""What is true of a spectrum comes from its generator; no program that is wrong or does not run is asked."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NO_ORACLES = ("impedance.validation", "pyimpspec.analysis.drt")
"""impedance.py 1.7.1's linear Kramers-Kronig test stops with NumPy 2; R_p of pyimpspec's DRT methods includes the
series resistance or is twice too large."""


def imported(path):
    """Return the modules that a file imports, with what it takes from them."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{name.name}" for name in node.names))


@pytest.mark.parametrize("folder", ["tests", "plugins", "echub", "fixtures"])
def test_programs_that_mislead_are_not_asked(folder):
    files = [path for path in sorted((ROOT / folder).rglob("*.py")) if "adapter_" not in str(path)]
    assert files
    for path in files:
        assert not [name for name in imported(path) if name.startswith(NO_ORACLES)], path


def test_an_import_of_one_is_seen(tmp_path):
    path = tmp_path / "truth.py"
    path.write_text("def f():\n    from impedance.validation import linKK\n    return linKK\n")
    assert [name for name in imported(path) if name.startswith(NO_ORACLES)]

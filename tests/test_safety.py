"""Nothing from a file acts: the code is read for what would let it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = sorted(p for folder in ("echub", "plugins", "schemas") for p in (ROOT / folder).rglob("*.py"))
CALLS = {"eval", "exec", "compile", "os.system", "os.popen", "marshal.loads", "shelve.open"}
CALLS |= {"yaml.load", "yaml.unsafe_load"}
MODULES = {"pickle", "cPickle", "dill", "marshal", "shelve", "yaml", "ctypes", "xml.sax", "xml.dom", "telnetlib"}
PARSERS = {"tomllib.load", "tomllib.loads", "json.load", "json.loads"}
OURS = {
    "echub/structured.py",
    "echub/model/units.py",
    "echub/model/vocabulary.py",
    "echub/model/metadata.py",
    "echub/model/channels.py",
    "echub/registry/codes.py",
    "echub/validation/export.py",
    "echub/testing/processes.py",
    "echub/files/rehearsal.py",
    "echub/files/store.py",
    "echub/batch/lake/places.py",
    "echub/batch/lake/rows.py",
    "echub/batch/lake/tables.py",
    "echub/batch/remote.py",
    "plugins/echub_table/headers.py",
    "plugins/echub_table/profile.py",
}
"""Who parses TOML or JSON by itself: what the package ships, what its own processes say, and single values.
A text from outside passes `echub.structured`."""


def nodes(path):
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def called(path):
    return [(ast.unparse(n.func), n) for n in nodes(path) if isinstance(n, ast.Call)]


@pytest.mark.parametrize("path", CODE, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_code_comes_from_data(path):
    for name, node in called(path):
        assert name not in CALLS, f"{path}:{node.lineno}: {name}"
        for word in node.keywords:
            text = ast.unparse(word.value)
            assert (word.arg, text) not in (("shell", "True"), ("allow_pickle", "True")), f"{path}:{node.lineno}"
        if name.endswith(("np.load", "numpy.load")):
            assert any(word.arg == "allow_pickle" for word in node.keywords), f"{path}:{node.lineno}"
    for node in nodes(path):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) else []
        assert not MODULES & set(names), f"{path}:{node.lineno}: {names}"


@pytest.mark.parametrize("path", CODE, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_structured_text_is_read_in_one_place(path):
    own = path.relative_to(ROOT).as_posix()
    found = [f"{name}, line {node.lineno}" for name, node in called(path) if name in PARSERS]
    assert not found or own in OURS, f"{own}: {found}: use echub.structured"


def test_the_rules_see_what_they_forbid(tmp_path):
    bad = tmp_path / "bad.py"
    for text in ("eval('1')", "import pickle", "import subprocess\nsubprocess.run('x', shell=True)", "np.load(f)"):
        bad.write_text(text)
        with pytest.raises(AssertionError):
            test_no_code_comes_from_data(bad)


def test_regular_expressions_of_people_are_not_run_by_re():
    text = (ROOT / "echub" / "validation" / "structure.py").read_text("utf-8")
    assert not re.search(r"\bre\.", text)

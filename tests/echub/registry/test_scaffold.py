"""What `echub plugins new` writes: the template, its halves, and nothing where a name or a place is taken."""

import ast
import os
import tomllib

import pytest

import echub
from echub.errors import InvalidName, NameTaken, TargetExists, TargetNotWritable
from echub.registry import scaffold
from echub.registry.scaffold import Names, check_name, render, write
from tests.kit.conftest import TEMPLATE
from tests.messages.parts import said

MARKS = {"reader": "-log", "writer": "-plot", "analysis": "-drift", "rules": "RULES"}
"""What only the files of one part hold."""
SOME = [[part] for part in MARKS] + [["reader", "rules"], ["writer", "rules"], ["reader", "writer", "analysis"]]


def test_the_template_is_what_new_writes():
    """Mend the texts in echub/templates/plugin, then write it anew with the name below."""
    written = render("echub-acme", scaffold.PARTS)
    caches = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
    found = {
        path.relative_to(TEMPLATE).as_posix(): path.read_text(encoding="utf-8")
        for path in TEMPLATE.rglob("*")
        if path.is_file() and not caches & set(path.parts)
    }
    assert found == written


def test_every_text_of_the_package_becomes_a_file():
    folder = TEMPLATE.parents[1] / "echub" / "templates" / "plugin"
    texts = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert texts == {template for template, _, _ in scaffold.FILES}


@pytest.mark.parametrize("parts", SOME, ids="-".join)
@pytest.mark.parametrize("name", ["acme", "echub-acme", "My.Lab_2", "x1"])
def test_any_parts_are_whole_code_that_names_nothing_of_the_others(name, parts):
    files = render(name, parts)
    names = Names(name)
    assert f"{names.module}/__init__.py" in files
    for path, text in files.items():
        assert "{{" not in text
        assert "#: " not in text
        if path.endswith(".py"):
            ast.parse(text)
    project = tomllib.loads(files["pyproject.toml"])
    assert project["project"]["name"] == name
    assert project["project"]["entry-points"]["echub"] == {names.plugin: names.module}
    for part, mark in MARKS.items():
        mark = mark if part == "rules" else f"{names.plugin}{mark}"
        assert (part in parts) == any(mark in text for text in files.values())
        assert (part in parts) == (f"tests/test_{part}.py" in files)


@pytest.mark.parametrize("parts", SOME, ids="-".join)
def test_every_name_that_is_imported_is_used(parts):
    """So the list of names is right for every choice of parts."""
    text = render("echub-acme", parts)["echub_acme/__init__.py"]
    tree = ast.parse(text)
    imported = {a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported - {"annotations"} <= used
    assert {"Reader", "Writer", "Analysis", "Vocabulary", "option", "dataclass"} & used <= imported


@pytest.mark.parametrize(
    ("name", "module", "plugin"),
    [
        ("acme", "acme", "acme"),
        ("echub-acme", "echub_acme", "acme"),
        ("Echub.ACME", "echub_acme", "acme"),
        ("my-lab.files_2", "my_lab_files_2", "my-lab-files-2"),
    ],
)
def test_what_is_called_after_a_distribution(name, module, plugin):
    assert (Names(name).module, Names(name).plugin) == (module, plugin)


@pytest.mark.parametrize(
    "name",
    ["", " ", "-a", "a-", "a b", "a/b", "../a", "é", "a" * 61, "1a", "class", "echub-", "echub-1", "a\n"],
)
def test_a_name_that_cannot_be(name):
    with pytest.raises(InvalidName) as refused:
        check_name(name)
    assert refused.value.code == "invalid-name"
    assert refused.value.exit_code == 2


def test_a_name_that_cannot_be_says_what_can():
    hint = {"hint": "echub plugins new echub-acme"}
    letters = "at most 60 letters, digits, hyphens, dots and underscores, no mark at either end"
    assert said(lambda: check_name("a-")) == {
        "message": "'a-' cannot be the name of a distribution", "expected": letters, **hint
    }  # fmt: skip
    for name, module in (("1a", "1a"), ("Class", "class"), ("echub-1", "echub_1")):
        assert said(lambda name=name: check_name(name)) == {
            "message": f"{name!r} gives no Python module", "found": module, **hint,
            "expected": "a name that begins with a letter and is not a word of Python",
        }  # fmt: skip
    for name in ("a" * 60, "a1", "b", "echub-a1"):
        check_name(name)


def test_what_stands_for_a_name_in_the_texts():
    assert Names("Echub.My-lab").words() == {
        "name": "Echub.My-lab", "module": "echub_my_lab", "plugin": "my-lab", "prefix": "my_lab",
        "TITLE": "MY-LAB", "Class": "MyLab", "hub": ".".join(echub.__version__.split(".")[:2]),
    }  # fmt: skip


def test_a_vocabulary_takes_a_name_too(monkeypatch):
    monkeypatch.setitem(scaffold.registry().vocabularies, "my_lab", None)
    assert said(lambda: check_name("my-lab")) == {
        "message": "the name 'my-lab' is taken", "found": "a vocabulary my_lab", "hint": "choose another name"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("echub-export", "the plugin export of echub"),
        ("Export", "the plugin export of echub"),
        ("eclab", "the plugin eclab"),
        ("echub", "the plugin arbin of echub"),
        ("numpy", "the distribution numpy"),
        ("json", "the Python module json"),
        ("ramp", "ramp-onset is there already"),
        ("galvani", "galvani-mpr is there already"),
    ],
)
def test_a_name_that_is_taken(name, found):
    with pytest.raises(NameTaken) as refused:
        check_name(name)
    assert refused.value.found.startswith(found)
    assert refused.value.exit_code == 2


def test_whatever_stands_there_is_left_alone(tmp_path):
    for place in ("folder", "file", "link"):
        target = tmp_path / place
        {"folder": target.mkdir, "file": target.touch, "link": lambda t=target: t.symlink_to("nowhere")}[place]()
        with pytest.raises(TargetExists):
            write("acme-x", target, ["reader"])
        assert said(lambda t=target: write("acme-x", t, ["reader"])) == {
            "message": "there is something of that name already", "path": str(target),
            "hint": "choose another name, or move it away: nothing is replaced",
        }  # fmt: skip
    assert sorted(os.listdir(tmp_path)) == ["file", "folder", "link"]
    assert not os.listdir(tmp_path / "folder")


def test_a_failure_leaves_nothing(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    assert said(lambda: write("acme-x", tmp_path / "acme-x", ["reader", "analysis"])) == {
        "message": "the plugin cannot be written: No space left on device", "path": str(tmp_path / "acme-x")
    }  # fmt: skip
    assert not os.listdir(tmp_path)


def test_no_such_folder_is_said(tmp_path):
    with pytest.raises(TargetNotWritable, match="No such file"):
        write("acme-x", tmp_path / "nowhere" / "acme-x", ["reader", "analysis"])

"""A wheel with a test, a stranger or a missing plugin is refused."""

import zipfile

import pytest

from scripts import check_wheel
from scripts.check_wheel import faults

PROJECT = {
    "project": {"entry-points": {"echub": {"acme": "echub_acme"}}},
    "tool": {"hatch": {"build": {"targets": {"wheel": {"packages": ["echub", "plugins/echub_acme"]}}}}},
}
SOUND = ["echub/__init__.py", "echub/testing/base.py", "echub_acme/__init__.py", "echub-1.dist-info/RECORD"]


def test_a_sound_wheel_has_no_fault():
    assert list(faults(SOUND, PROJECT)) == []


@pytest.mark.parametrize(
    ("more", "fewer", "fault"),
    [
        ("tests/echub/test_record.py", "", "tests is in the wheel and no package"),
        ("template/pyproject.toml", "", "template is in the wheel and no package"),
        ("echub_acme/test_decode.py", "", "echub_acme/test_decode.py is a test"),
        ("echub/conftest.py", "", "echub/conftest.py is a test"),
        ("", "echub_acme/__init__.py", "the entry point acme names echub_acme, which is not in the wheel"),
        ("", "echub_acme/__init__.py", "echub_acme is a package of pyproject.toml and not in the wheel"),
    ],
)
def test_a_fault_is_named(more, fewer, fault):
    names = [name for name in [*SOUND, more] if name and name != fewer]
    assert any(said.startswith(fault) for said in faults(names, PROJECT))


@pytest.mark.parametrize("missing", ["", "echub_acme/__init__.py"])
def test_the_wheel_of_a_folder_is_looked_at(tmp_path, monkeypatch, capsys, missing):
    (tmp_path / "pyproject.toml").write_text(
        '[project.entry-points.echub]\nacme = "echub_acme"\n'
        '[tool.hatch.build.targets.wheel]\npackages = ["echub", "plugins/echub_acme"]\n'
    )
    monkeypatch.setattr(check_wheel, "ROOT", tmp_path)
    with zipfile.ZipFile(tmp_path / "echub-1.whl", "w") as wheel:
        for name in SOUND:
            if name != missing:
                wheel.writestr(name, "")
    if not missing:
        check_wheel.main(tmp_path)
        assert capsys.readouterr().out == "echub-1.whl: the packages of pyproject.toml and nothing else\n"
        return
    with pytest.raises(SystemExit) as ended:
        check_wheel.main(tmp_path)
    assert str(ended.value).splitlines() == [
        "echub-1.whl: echub_acme is a package of pyproject.toml and not in the wheel",
        "echub-1.whl: the entry point acme names echub_acme, which is not in the wheel",
    ]


def test_a_module_of_one_file_may_be_an_entry_point():
    files = [name for name in SOUND if name != "echub_acme/__init__.py"] + [
        "echub_acme/a.py",
        "echub_acme/b/__init__.py",
    ]
    for module, found in (("echub_acme.a", True), ("echub_acme.b", True), ("echub_acme.c", False)):
        points = {"project": {"entry-points": {"echub": {"acme": module}}}}
        assert (list(faults(files, {**PROJECT, **points})) == []) is found

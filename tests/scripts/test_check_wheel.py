"""A wheel with a test, a stranger or a missing plugin is refused."""

import pytest

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

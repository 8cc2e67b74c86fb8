"""docs/write-a-plugin.md holds the template's files as they are, and every hook, declaration and field."""

import dataclasses
import inspect
import re

import pytest

from echub import declare, declare_analysis
from echub.registry import hookspecs
from echub.testing import AnalysisContract, ReaderContract, WriterContract
from echub.testing.analysis import TOLERANCES
from tests.kit.conftest import ROOT, TEMPLATE

PAGE = (ROOT / "docs" / "write-a-plugin.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r'```python title="([^"]+)"\n(.*?)```', PAGE, re.DOTALL))
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE))
DECLARATIONS = [
    kind
    for module in (declare, declare_analysis)
    for name, kind in vars(module).items()
    if inspect.isclass(kind) and kind.__module__ == module.__name__ and not name.startswith("_")
]


@pytest.mark.parametrize(
    "path",
    sorted(p.relative_to(TEMPLATE).as_posix() for p in TEMPLATE.rglob("*.py") if "__pycache__" not in p.parts),
)
def test_every_module_of_the_template_stands_in_the_page(path):
    assert FILES[path] == (TEMPLATE / path).read_text(encoding="utf-8")


def test_the_catalogue_of_the_template_stands_in_the_page():
    text = (TEMPLATE / "echub_acme" / "codes.toml").read_text(encoding="utf-8")
    assert f'```toml title="echub_acme/codes.toml"\n{text}```' in PAGE


def test_the_page_shows_no_other_files():
    assert all((TEMPLATE / path).is_file() for path in FILES)


def test_every_hook_is_documented_with_its_arguments():
    hooks = [(name, hook) for name, hook in vars(hookspecs).items() if name.startswith("echub_")]
    assert hooks
    for name, hook in hooks:
        assert f"| `{name}({', '.join(inspect.signature(hook).parameters)})` |" in PAGE


@pytest.mark.parametrize("kind", DECLARATIONS, ids=lambda kind: kind.__name__)
def test_every_declaration_and_each_of_its_fields_is_documented(kind):
    section = SECTIONS[kind.__name__]
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind)]
    else:
        names = getattr(kind, "_fields", None) or list(kind.__members__)
    for name in names:
        assert f"`{name}`" in section, name


def test_every_argument_of_option_and_every_tolerance_is_documented():
    assert all(f"`{name}`" in SECTIONS["NoOptions"] for name in inspect.signature(declare.option).parameters)
    assert all(f"`{name}`" in SECTIONS["Analysis"] for name in TOLERANCES)


def test_no_section_is_left_over():
    assert set(SECTIONS) == {kind.__name__ for kind in DECLARATIONS}


def test_the_number_of_rules_is_right():
    assert 35 <= len(ReaderContract.rules()) <= 45  # "some forty"
    assert len(AnalysisContract.rules()) == 27
    assert "twenty-seven" in PAGE
    assert len(WriterContract.rules()) == 12
    assert "twelve" in PAGE

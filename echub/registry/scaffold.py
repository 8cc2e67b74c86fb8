"""Write the distribution of a new plugin from the templates that come with the hub.

The templates in ``templates/plugin`` are the only source: ``plugins/template`` is generated from them for
the name of its distribution, and a test compares the two.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import keyword
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from echub import __version__
from echub.errors import InvalidName, NameTaken, TargetExists, TargetNotWritable
from echub.registry.registry import registry

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_LONGEST = 60
"""Letters of a name: paths in a distribution contain it several times and must stay below 260 on Windows."""
_IF = re.compile(r"#: if (.+)")
_END = "#: end"
_WORD = re.compile(r"\{\{(\w+)\}\}")
PARTS = ("reader", "writer", "analysis", "rules")
"""What a plugin can offer; each is a flag of `echub plugins new`."""
FILES = (
    ("pyproject.toml.txt", "pyproject.toml", ""),
    ("README.md.txt", "README.md", ""),
    ("MODULE/__init__.py.txt", "{{module}}/__init__.py", ""),
    ("MODULE/decode.py.txt", "{{module}}/decode.py", "reader"),
    ("MODULE/samples/rest.txt", "{{module}}/samples/rest.{{plugin}}", "reader"),
    ("MODULE/samples/cut.txt", "{{module}}/samples/cut.{{plugin}}", "reader"),
    ("MODULE/encode.py.txt", "{{module}}/encode.py", "writer"),
    ("MODULE/data.py.txt", "{{module}}/data.py", "analysis"),
    ("MODULE/method.py.txt", "{{module}}/method.py", "analysis"),
    ("MODULE/outcome.py.txt", "{{module}}/outcome.py", "analysis"),
    ("MODULE/figure.py.txt", "{{module}}/figure.py", "analysis"),
    ("MODULE/example.py.txt", "{{module}}/example.py", "analysis"),
    ("MODULE/codes.toml.txt", "{{module}}/codes.toml", "analysis"),
    ("tests/test_reader.py.txt", "tests/test_reader.py", "reader"),
    ("tests/test_writer.py.txt", "tests/test_writer.py", "writer"),
    ("tests/test_analysis.py.txt", "tests/test_analysis.py", "analysis"),
    ("tests/test_rules.py.txt", "tests/test_rules.py", "rules"),
)
"""Every template, the file that it becomes, and the part that it belongs to (none: always there)."""


@dataclass(frozen=True)
class Names:
    """The name of a distribution, and the names derived from it.

    `plugin` is the entry point and the prefix of the names of its reader, writer and analysis; a distribution
    may be called ``echub-acme`` so that people find it; its plugin is still ``acme``.
    """

    distribution: str

    @property
    def module(self) -> str:
        """Return the name of the importable package."""
        return re.sub(r"[-_.]+", "_", self.distribution).lower()

    @property
    def plugin(self) -> str:
        """Return the name of the entry point."""
        return self.module.removeprefix("echub_").replace("_", "-")

    def words(self) -> dict[str, str]:
        """Return the replacement for each placeholder of a template."""
        return {
            "name": self.distribution,
            "module": self.module,
            "plugin": self.plugin,
            "prefix": self.plugin.replace("-", "_"),
            "TITLE": self.plugin.upper(),
            "Class": self.plugin.title().replace("-", ""),
            "hub": ".".join(__version__.split(".")[:2]),
        }


def render(distribution: str, parts: Collection[str]) -> dict[str, str]:
    """Return the text of every file of a new distribution with these of the `PARTS`, by its path."""
    words = Names(distribution).words()
    folder = resources.files("echub").joinpath("templates", "plugin")
    rendered = {}
    for template, target, condition in FILES:
        if _holds(condition, parts):
            text = folder.joinpath(*template.split("/")).read_text(encoding="utf-8")
            kept = "".join(_kept(text, parts))
            rendered[_filled(target, words)] = _filled(kept, words)
    return rendered


def _holds(condition: str, parts: Collection[str]) -> bool:
    """Return whether one of the parts that a condition names (`reader or rules`) is chosen."""
    return not condition or any(part in parts for part in condition.split(" or "))


def _kept(text: str, parts: Collection[str]) -> Iterator[str]:
    """Iterate over the lines whose conditions hold; a condition ends where the next one begins."""
    keep = True
    for line in text.splitlines(keepends=True):
        if match := _IF.fullmatch(line.strip()):
            keep = _holds(match[1], parts)
        elif line.strip() == _END:
            keep = True
        elif keep:
            yield line


def _filled(text: str, words: Mapping[str, str]) -> str:
    return _WORD.sub(lambda match: words[match[1]], text)


# -- names -----------------------------------------------------------------------------------


def check_name(distribution: str) -> None:
    """Refuse a name that no distribution can have (`InvalidName`), or that is taken (`NameTaken`)."""
    names = Names(distribution)
    if len(distribution) > _LONGEST or not _NAME.fullmatch(distribution):
        raise InvalidName(
            f"{distribution!r} cannot be the name of a distribution",
            expected=f"at most {_LONGEST} letters, digits, hyphens, dots and underscores, no mark at either end",
            hint="echub plugins new echub-acme",
        )
    if not names.module.isidentifier() or keyword.iskeyword(names.module) or not names.plugin[:1].isalpha():
        raise InvalidName(
            f"{distribution!r} gives no Python module",
            expected="a name that begins with a letter and is not a word of Python",
            found=names.module,
            hint="echub plugins new echub-acme",
        )
    if taken := next(_takers(names), None):
        raise NameTaken(f"the name {distribution!r} is taken", found=taken, hint="choose another name")


def _takers(names: Names) -> Iterator[str]:
    """Iterate over everything that already has one of the names."""
    for plugin in registry().plugins:
        same_distribution = Names(plugin.distribution).module == names.module
        if plugin.name == names.plugin or same_distribution:
            yield f"the plugin {plugin.name} of {plugin.distribution} {plugin.version}"
    for known in (registry().readers, registry().writers, registry().analyses):
        yield from (f"{name} is there already" for name in known if name.startswith(f"{names.plugin}-"))
    if names.plugin.replace("-", "_") in registry().vocabularies:
        yield f"a vocabulary {names.plugin.replace('-', '_')}"
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        yield f"the distribution {names.distribution} {importlib.metadata.version(names.distribution)}"
    if importlib.util.find_spec(names.module) is not None:
        yield f"the Python module {names.module}"


# -- writing ---------------------------------------------------------------------------------


def write(distribution: str, folder: Path, parts: Collection[str]) -> list[str]:
    """Write a new distribution into `folder`, completely or not at all; return the paths of its files.

    Raises `InvalidName`, `NameTaken`, `TargetExists`, and `TargetNotWritable`.
    """
    check_name(distribution)
    if os.path.lexists(folder):
        raise TargetExists(
            "there is something of that name already",
            path=str(folder),
            hint="choose another name, or move it away: nothing is replaced",
        )
    files = render(distribution, parts)
    draft = None
    try:
        draft = Path(tempfile.mkdtemp(prefix=".echub-", dir=folder.absolute().parent))
        for name, text in files.items():
            path = draft / "new" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        (draft / "new").rename(folder)
    except OSError as error:
        raise TargetNotWritable(f"the plugin cannot be written: {error.strerror}", path=str(folder)) from error
    finally:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
    return list(files)

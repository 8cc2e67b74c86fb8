"""A first study file of a folder: its files, its metadata, and steps from a plugin's template.

A plugin offers steps as a `Template` named ``study-…``, whose text is the part of a study that begins with
``[[step]]``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from glob import escape
from pathlib import Path

from echub.analysis.study import STUDY
from echub.declare import Template
from echub.declare_analysis import Analysis
from echub.errors import DataError, UnknownOption
from echub.files.readable import Readable
from echub.registry.calling import call
from echub.registry.registry import registry
from echub.structured import parse

PREFIX = "study-"
"""What the name of a template of steps begins with."""
STATED = (
    ("cell.area", "cm^2"),
    ("cell.thickness", "mm"),
    ("cell.n_interfaces", ""),
    ("cell.temperature", "degC"),
)
"""What many analyses need of a cell; a draft shows what files do not state as comments."""


def draft(found: Sequence[Readable], target: Path, steps: str | None = None, table: Path | None = None) -> str:
    """Return the text of a study, to be written to `target`, of the files of a folder.

    `steps` names a template, ``eis`` for ``study-eis``; without one all analyses that fit the files are there as
    comments. `table`: a table of metadata that the study names, which is not one of its files. Raises
    `DataError` if no file has what the steps need.
    """
    template = None if steps is None else _template(steps)
    text = "" if template is None else call(template, template.text, returns=str)
    wanted = _kinds(text) if text else set()
    files = [file for file in found if file.path != table and (not wanted or file.kinds & wanted)]
    if not files:
        what = f"with data of the kind {' or '.join(sorted(wanted))}" if wanted else "that can be read"
        raise DataError(
            f"there is no file {what}", path=str(target.parent), hint="echub info FILE shows the kinds"
        )
    return "\n".join([*_head(files, target, table), (text or _proposed(files)).strip(), ""])


def _template(steps: str) -> Template:
    offered = {name.removeprefix(PREFIX): t for name, t in registry().templates.items() if name.startswith(PREFIX)}
    if steps not in offered:
        raise UnknownOption(
            f"there are no steps {steps!r}", expected=", ".join(sorted(offered)) or "no plugin has any"
        )
    return offered[steps]


def _kinds(text: str) -> set[str]:
    """Return the kinds of data that the steps of a template take."""
    names = [str(step["analysis"]) for step in parse(text, STUDY).get("step", [])]
    return {declared.kind for name in names if (declared := registry().analysis(name)).consumes != "outcomes"}


def _head(files: Sequence[Readable], target: Path, table: Path | None) -> list[str]:
    """Return the lines before the steps."""
    meta = f"meta = [{_text(_from(target, table))}]  # metadata of each file" if table else "# meta = []"
    return [
        f"title = {_text(target.resolve().parent.name)}",
        "files = [  # patterns are possible too; paths are relative to this file",
        *(f"    {_text(escape(_from(target, file.path)))}," for file in files),
        "]",
        meta,
        "",
        "[set]  # of all files; what differs from file to file belongs in the table",
        *_statements(files),
        "",
    ]


def _from(target: Path, path: Path) -> str:
    """Return a path as the study names it."""
    return Path(os.path.relpath(path, target.parent)).as_posix()


def _statements(files: Sequence[Readable]) -> Iterable[str]:
    """Yield a comment for what is missing in files, and how many state it."""
    for path, unit in STATED:
        stated = sum(file.metadata.value(path, unit or None) is not None for file in files)
        if stated < len(files):
            example = f"… {unit}".strip()
            yield f"# {path} = {_text(example)}  # stated by {stated} of {len(files)} files"


def _proposed(files: Sequence[Readable]) -> str:
    """Return all analyses of files that fit the kinds of data, as comments: none is chosen unasked."""
    kinds = {kind for file in files for kind in file.kinds}
    fitting = [a for a in registry().analyses.values() if a.consumes == "dataset" and a.kind in kinds]
    lines = ["# Steps: take the # away from those that are wanted; `echub plugins show NAME` shows parameters."]
    for declared in sorted(fitting, key=lambda a: a.name):
        lines += ["", *_step(declared)]
    return "\n".join(lines)


def _step(declared: Analysis) -> list[str]:
    lines = [
        "# [[step]]",
        f"# name = {_text(declared.name)}",
        f"# analysis = {_text(declared.name)}  # {declared.title}",
    ]
    return [*lines, f"# each = {_text(declared.each)}"] if declared.each else lines


def _text(value: str) -> str:
    """Return a TOML string."""
    return json.dumps(value, ensure_ascii=False)

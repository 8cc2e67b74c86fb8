"""What the plugins promise to their users, written down twice: in their declarations, and in `promised.txt`.

Names, suffixes, columns and metadata that are needed and their units, options with defaults, units, choices and
limits, measurands with units, version and source of the method: whoever changes one of them breaks somebody's
script, and says so in both places.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from echub.declare_analysis import Analysis, NeedMeta
from echub.plugin import Reader, Writer
from echub.registry.calling import resolve
from echub.registry.registry import registry

PROMISED = Path(__file__).with_name("promised.txt")


def option_line(field):
    said = field.metadata
    parts = [f"option {field.name} = {field.default!r}", said.get("unit") or ""]
    parts += [f"of {' '.join(said['choices'])}"] if said.get("choices") else []
    parts += [
        f"{word} {said[key]:g}"
        for key, word in (("minimum", "from"), ("maximum", "to"))
        if said.get(key) is not None
    ]
    return " ".join(part for part in parts if part)


def need_line(need):
    if isinstance(need, NeedMeta):
        return f"needs {need.path} in {need.unit or 'words'}{' if known' if need.optional else ''}"
    parts = [f"needs {need.name}: {' or '.join(need.quantities)} in {need.unit or 'as it is'}"]
    parts += [f"without area {need.without_area}"] if need.without_area else []
    parts += [f"of {need.kind}"] if need.kind else []
    parts += [word for word in ("optional", "restarts", "gaps") if getattr(need, word)]
    return ", ".join(parts)


def output_line(output):
    unit = f"of {output.unit_from}" if output.unit_from else " or ".join(unit or "1" for unit in output.units)
    return f"gives {output.name} in {unit}"


def analysis_lines(declared: Analysis):
    yield f"analysis {declared.name} of {declared.consumes} of {declared.kind}" + (
        f", each {declared.each}" if declared.each else ""
    )
    sampling = declared.sampling
    yield f"at least {sampling.rows} rows, {sampling.span_s:g} s, steps of {sampling.step_s}"
    yield f"every dataset: {declared.every_dataset}; extra: {declared.extra or 'none'}"
    yield f"version {declared.version} of {declared.reference or 'the hub'}; example: {declared.example or 'none'}"
    yield f"looks: {declared.look or 'at all data'}; draws: {declared.figure or 'nothing'}"
    yield from (need_line(need) for need in declared.needs)
    yield from (option_line(field) for field in dataclasses.fields(declared.params))
    yield from (f"profile {name}: {dict(values)}" for name, values in declared.profiles.items())
    yield from (output_line(output) for output in declared.outputs)


def file_lines(kind, declared):
    yield f"{kind} {declared.name} for {' '.join(declared.suffixes)}; extra: {declared.extra or 'none'}"
    if isinstance(declared, Reader):
        words = ("explicit_only", "fallback")
        yield f"can: {' '.join(word for word in words if getattr(declared, word)) or 'be detected'}"
    options = declared.options
    options = resolve(options) if isinstance(options, str) else options
    yield from (option_line(field) for field in dataclasses.fields(options))


def declared_blocks():
    """Return the text of each declaration of the plugins in this repository, by its first words."""
    known = registry()
    mine = [one for plugin in known.plugins if plugin.distribution == "echub" for one in known.declared_by(plugin)]
    blocks = [list(file_lines("reader", one)) for one in mine if isinstance(one, Reader)]
    blocks += [list(file_lines("writer", one)) for one in mine if isinstance(one, Writer)]
    blocks += [list(analysis_lines(one)) for one in mine if isinstance(one, Analysis)]
    return {" ".join(lines[0].split()[:2]): lines for lines in blocks}


def promised_blocks():
    blocks = [block.splitlines() for block in PROMISED.read_text("utf-8").strip().split("\n\n")]
    return {" ".join(lines[0].split()[:2]): lines for lines in blocks}


DECLARED = declared_blocks()


@pytest.mark.parametrize("name", DECLARED)
def test_a_declaration_keeps_its_promise(name):
    assert DECLARED[name] == promised_blocks().get(name)


def test_nothing_is_promised_that_is_not_there():
    assert sorted(promised_blocks()) == sorted(DECLARED)

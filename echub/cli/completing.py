"""How a word on the command line can go on: names of readers, formats, analyses, quantities, metadata …

Shells ask at each press of the Tab key, so that only declarations are looked at, and nothing is computed.
Files are completed by the shell itself.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from echub.registry.registry import Registry

Words = list[tuple[str, str]]
"""Each word, and what it means."""
SCHEMA = ("quantities", "units", "kinds", "metadata", "rules", "codes")
"""The parts that `echub schema show` knows."""

NO_BLANK = "[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace"
"""For bash, which would otherwise put a blank between ``cell.area=`` and its value."""


def without_blanks() -> None:
    """Let the script for bash that typer hands out end a word with an equals sign without a blank."""
    from typer import _completion_classes, _completion_shared

    end = "    return 0\n}"
    script = _completion_shared.COMPLETION_SCRIPT_BASH.replace(end, f"    {NO_BLANK}\n{end}")
    _completion_shared._completion_scripts["bash"] = script
    _completion_classes.BashComplete.source_template = script


def _registry() -> Registry:
    from echub.registry.registry import registry

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a broken plugin is told by every command, not by the Tab key
        found = registry()
        _ = found.plugins  # also those that are loaded later
        return found


def choices(*words: str) -> Callable[[], Words]:
    """Return a completion for a fixed choice."""
    return lambda: [(word, "") for word in words]


def readers() -> Words:
    """Return the readers."""
    return [(reader.name, reader.title) for reader in _registry().readers.values()]


def formats() -> Words:
    """Return the formats that there is a writer for."""
    return [(writer.name, writer.title) for writer in _registry().writers.values()]


def analyses() -> Words:
    """Return the analyses."""
    return [(analysis.name, analysis.title) for analysis in _registry().analyses.values()]


def plugins() -> Words:
    """Return the plugins and their distributions."""
    found = _registry().plugins
    return [(p.name, p.distribution) for p in found] + [(d, "") for d in sorted({p.distribution for p in found})]


def profiles(ctx: typer.Context) -> Words:
    """Return the profiles of the analysis that is named."""
    asked = _analysis(ctx)
    return [(name, "") for name in asked.profiles] if asked else []


def parameters(ctx: typer.Context) -> Words:
    """Return the parameters of the analysis that is named, each with its equals sign."""
    asked = _analysis(ctx)
    return _options(asked.params) if asked else []


def _analysis(ctx: typer.Context) -> Any:  # noqa: ANN401
    """Return the analysis that is named; while an option is typed, its name is still among the other words."""
    named = [ctx.params.get("name"), *ctx.args]
    return next((found for word in named if (found := _registry().analyses.get(str(word)))), None)


def reader_options(ctx: typer.Context) -> Words:
    """Return the options of the reader that is named, or of all readers."""
    from echub.registry.calling import options_of

    known = _registry().readers
    asked = known.get(str(ctx.params.get("reader")))
    return [word for reader in ([asked] if asked else known.values()) for word in _options(options_of(reader))]


def writer_options(ctx: typer.Context) -> Words:
    """Return the options of the format that is named."""
    from echub.registry.calling import options_of

    asked = _registry().writers.get(str(ctx.params.get("to")))
    return _options(options_of(asked)) if asked else []


def _options(declared: type) -> Words:
    fields: Iterable[Any] = dataclasses.fields(declared)
    return [(f"{field.name}=", field.metadata.get("help", "")) for field in fields]


def quantities(incomplete: str) -> Words:
    """Return the quantities; after a comma, the list goes on."""
    from echub.model.vocabulary import quantities as known

    _registry()  # plugins may add some
    before, comma, _ = incomplete.rpartition(",")
    return [(f"{before}{comma}{name}", quantity.definition) for name, quantity in known().items()]


def metadata() -> Words:
    """Return the paths of the metadata."""
    from echub.model.metadata import leaves

    return [(path, leaf.description) for path, leaf in leaves().items()]


def statements() -> Words:
    """Return the paths of the metadata, each with its equals sign."""
    return [(f"{path}=", meaning) for path, meaning in metadata()]


def entries(incomplete: str) -> Words:
    """Return the parts of the schema, its quantities and its metadata paths."""
    return [(part, "") for part in SCHEMA] + quantities(incomplete) + metadata()

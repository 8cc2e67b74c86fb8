"""How a word on the command line can go on: names of readers, formats, analyses, quantities, metadata …

Shells ask at each press of the Tab key, so that only declarations are looked at, and nothing is computed.
Files are completed by the shell itself.
"""

from __future__ import annotations

import dataclasses
import textwrap
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
MEANING = 70
"""Characters of what a word means: in fish and zsh, a line that wraps would be taken for another word."""


def suit_shells() -> None:
    """Change three habits of typer's completion.

    bash and zsh put no blank behind an equals sign (fish never does). What a word means stays on one line, and is
    plain text: typer would take brackets for markup.
    """
    from typer import _completion_classes, _completion_shared

    end = "    return 0\n}"
    script = _completion_shared.COMPLETION_SCRIPT_BASH.replace(end, f"    {NO_BLANK}\n{end}")
    _completion_shared._completion_scripts["bash"] = script
    _completion_classes.BashComplete.source_template = script
    _completion_classes._sanitize_help_text = one_line
    zsh = _completion_classes.ZshComplete
    with_blank = zsh.complete

    def complete(asked: Any) -> str:  # noqa: ANN401
        found = asked.get_completions(*asked.get_completion_args())
        if not found or not all(item.value.endswith("=") for item in found):
            return str(with_blank(asked))
        words = " ".join(asked.format_completion(item).replace('":"', ":") for item in found)
        return f"local -a hub_words; hub_words=({words}); _describe -t words word hub_words -S ''"

    zsh.complete = complete  # type: ignore[method-assign, assignment]


def one_line(text: str) -> str:
    """Return what a word means, shortened to one line."""
    return textwrap.shorten(text, MEANING, placeholder=" …")


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


def units(incomplete: str) -> Words:
    """Return what has a unit, each with its equals sign; behind it, the units in which it can be written."""
    from echub.model.units import table
    from echub.model.vocabulary import quantities as known

    _registry()  # plugins may add some
    before, comma, last = incomplete.rpartition(",")
    name, equals, _ = last.partition("=")
    named = {key: found for key, found in known().items() if found.unit not in (None, "1")}
    if not equals:
        return [(f"{before}{comma}{key}=", quantity.definition) for key, quantity in named.items()]
    there = table().units
    canonical = there.get(str(named[name].unit)) if name in named else None
    fitting = [symbol for symbol, unit in there.items() if canonical and unit.dimension == canonical.dimension]
    areal = [f"{symbol}/cm^2" for symbol in fitting if f"{symbol}/cm^2" in there]
    return [(f"{before}{comma}{name}={symbol}", "") for symbol in dict.fromkeys([*fitting, *areal])]


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

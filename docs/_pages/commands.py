"""The reference of the command line, from the typer app itself."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer.main

from docs._pages.markdown import code, sections, table, text
from echub.cli import app

INTRO = """
Every command, argument and option, as `echub COMMAND --help` shows them. What readers, writers and analyses
take as `--option`, `--writer-option` and `--param` is on [its own page](options.md).

Exit codes of all commands: 0 done (what is flagged included), 1 the data or their metadata are at fault,
2 the command line or the target is, 3 a file could not be read, 4 a plugin, schema or configuration is at
fault.
"""


def page() -> str:
    """Return the page of all commands."""
    return sections("Commands", INTRO, [(name, _body(command, context)) for name, command, context in commands()])


def commands() -> Iterator[tuple[str, Any, Any]]:
    """Return every command that can be run, with its full name and a context to ask it in."""
    root = typer.main.get_command(app)
    yield from _walk(root, root.make_context("echub", [], resilient_parsing=True))


def _walk(command: Any, context: Any) -> Iterator[tuple[str, Any, Any]]:  # noqa: ANN401
    names = command.list_commands(context) if hasattr(command, "list_commands") else []
    if not names or context.parent is None:
        yield context.command_path, command, context
    for name in names:
        _, found, _ = command.resolve_command(context, [name])
        inner = type(context)(found, parent=context, info_name=name, resilient_parsing=True)
        yield from _walk(found, inner)


def _body(command: Any, context: Any) -> str:  # noqa: ANN401
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    records = [record for p in command.get_params(context) if (record := p.get_help_record(context))]
    rows = [[code(name), text(help_)] for name, help_ in records]
    return "\n\n".join(
        [f"```text\n{usage}\n```", text_of(command), table(["argument or option", "says"], rows) if rows else ""]
    )


def text_of(command: Any) -> str:  # noqa: ANN401
    """Return the help of a command as paragraphs."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return "\n\n".join(text(paragraph) for paragraph in paragraphs)

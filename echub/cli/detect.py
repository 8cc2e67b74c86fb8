"""`echub detect`: which reader a file belongs to, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from echub.cli import new_app
from echub.cli.common import File, Json, print_json

if TYPE_CHECKING:
    from echub.source import Source

app = new_app()


@app.command()
def detect(
    file: File,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show every reader's answer.")] = False,
    as_json: Json = False,
) -> None:
    """Show the readers that recognise a file, best first, without reading it."""
    from echub.cli.terminal import heading, table
    from echub.detect import choose, rank
    from echub.registry import registry
    from echub.source import Source

    source = Source(file)
    matches = rank(source, registry())
    if as_json:
        print_json(
            [{"reader": m.reader.name, "confidence": m.confidence.name, "problem": m.problem} for m in matches]
        )
        raise typer.Exit(_exit_code(source))
    shown = [m for m in matches if verbose or m.confidence or m.problem]
    heading(str(file))
    rows = [(m.confidence.name, m.reader.name, m.reader.title, m.problem or _remark(m.reader)) for m in shown]
    table(("confidence", "reader", "format", ""), rows)
    typer.echo(f"  echub convert would use {choose(source, registry()).name}")


def _exit_code(source: Source) -> int:
    from echub.detect import choose
    from echub.errors import EchubError
    from echub.registry import registry

    try:
        choose(source, registry())
    except EchubError as error:
        return error.exit_code
    return 0


def _remark(reader: object) -> str:
    if getattr(reader, "explicit_only", False):
        return "only with --reader"
    return "asked only when no other reader knows the file" if getattr(reader, "fallback", False) else ""

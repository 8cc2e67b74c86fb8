"""`echub detect`: which reader a file belongs to, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from echub.cli import new_app
from echub.cli.common import File, Json, ReaderName, ReaderOptions, TableProfile, print_json, reader_options
from echub.cli.streams import Name, sources

if TYPE_CHECKING:
    from echub.declare import Decision, Reader
    from echub.model.source import Source

app = new_app()


@app.command()
def detect(
    file: File,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Show every reader's answer, and what the chosen one inferred.")
    ] = False,
    write_profile: Annotated[
        Path | None, typer.Option("--write-profile", help="Write the inferred settings as a first profile.")
    ] = None,
    reader: ReaderName = None,
    option: ReaderOptions = None,
    table_profile: TableProfile = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing profile.")] = False,
    name: Name = None,
    as_json: Json = False,
) -> None:
    """Show the readers that recognise a file, best first, without reading it."""
    from echub.files.detect import choose, rank
    from echub.model.source import Source
    from echub.registry.registry import registry

    source = Source.of(sources([file], name)[0])
    options = reader_options(option, table_profile)
    if write_profile is not None:
        chosen = registry().reader(reader) if reader else choose(source, registry())
        _write_profile(chosen, source, options, write_profile, force=force)
        return
    matches = rank(source, registry())
    if as_json:
        print_json(
            [{"reader": m.reader.name, "confidence": m.confidence.name, "problem": m.problem} for m in matches]
        )
        raise typer.Exit(_exit_code(source))
    _show(source.shown, [m for m in matches if verbose or m.confidence or m.problem])
    chosen = registry().reader(reader) if reader else choose(source, registry())
    typer.echo(f"  echub convert would use {chosen.name}")
    if verbose and chosen.explain:
        from echub.declare import Decision

        _show_decisions(_ask(chosen, chosen.explain, source, options, items=Decision))


def _show(file: str, shown: list[Any]) -> None:
    from echub.cli.show.terminal import heading, table

    heading(file)
    rows = [(m.confidence.name, m.reader.name, m.reader.title, m.problem or _remark(m.reader)) for m in shown]
    table(("confidence", "reader", "format", ""), rows)


def _show_decisions(decisions: list[Decision]) -> None:
    from echub.cli.show.terminal import table

    typer.echo("")
    table(("what", "chosen", "evidence", "rival"), [(d.what, d.chosen, d.evidence, d.rival) for d in decisions])


def _ask(chosen: Reader, target: str, source: Source, options: dict[str, str], **expected: type) -> Any:  # noqa: ANN401
    """Call a function that a reader declares in addition to `read`, with its options parsed."""
    from echub.errors import EchubError
    from echub.files.rehearsal import rehearse
    from echub.registry.calling import call, options_of
    from echub.registry.options import parse_options

    parsed = parse_options(options_of(chosen), options, f"the reader {chosen.name}")
    try:
        rehearse(chosen, target, source, parsed)
        return call(chosen, target, source, parsed, returns=expected.get("returns"), items=expected.get("items"))
    except EchubError as error:
        error.path = error.path or source.shown
        raise


def _write_profile(chosen: Reader, source: Source, options: dict[str, str], target: Path, *, force: bool) -> None:
    from echub.errors import CommandError
    from echub.files.output import require_free, write_text

    if not chosen.profile:
        raise CommandError(
            f"the reader {chosen.name} needs no profile",
            path=source.shown,
            hint="profiles are for files whose meaning has to be inferred, such as generic tables",
        )
    require_free(target, force=force)
    text = _ask(chosen, chosen.profile, source, options, returns=str)
    write_text(target, text)
    typer.echo(f"{target} written: look at each line with (guess), then give it with --table-profile {target}")


def _exit_code(source: Source) -> int:
    from echub.errors import EchubError
    from echub.files.detect import choose
    from echub.registry.registry import registry

    try:
        choose(source, registry())
    except EchubError as error:
        return error.exit_code
    return 0


def _remark(reader: object) -> str:
    if getattr(reader, "explicit_only", False):
        return "only with --reader"
    return "asked only when no other reader knows the file" if getattr(reader, "fallback", False) else ""

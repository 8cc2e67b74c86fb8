"""Standard input and output as files (`-`), and silence on request (`-q`)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echub.errors import CommandError, EchubError, TargetNotWritable, UnknownOption

if TYPE_CHECKING:
    from echub.files.conversion import Conversion, Writing
    from echub.files.reading import Reading
    from echub.model.source import Source

DASH = Path("-")
"""Stands for standard input or output; a file of that name is `./-` to a shell, and an absolute path to us."""
Name = Annotated[
    str | None, typer.Option("--name", help="File name of what comes from standard input (FILE is -).")
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]
_LOOKED_AT = 1024
"""Bytes of the output that decide whether it is text: the head of every binary format has a zero byte."""


def sources(files: Sequence[Path], name: str | None) -> list[Path | Source]:
    """Return the files, with standard input read where `-` stands; it can be named once.

    Raises `UnknownOption` for a `--name` without `-`, and `CommandError` if nothing is sent.
    """
    dashes = list(files).count(DASH)
    if dashes > 1:
        raise UnknownOption("standard input can be read once", expected="one -", found=f"{dashes} of them")
    if name is not None and not dashes:
        raise UnknownOption("--name is the name of standard input", expected="echub … - --name run.mpr")
    return [_standard_input(name or "stdin") if file == DASH else file for file in files]


def shown(what: Path | Source) -> str:
    """Return what a file is called in output: its path, or the name of standard input."""
    return str(what) if isinstance(what, Path) else what.shown


def _standard_input(name: str) -> Source:
    from echub.model.source import Source

    if Path(name).name != name:
        raise UnknownOption("--name is a name, not a path", expected="run.mpr", found=name)
    if sys.stdin is None or sys.stdin.isatty():
        raise CommandError(
            "nothing is sent to standard input", expected="a file: echub … - < run.mpr", found="a terminal"
        )
    return Source.from_bytes(sys.stdin.buffer.read(), name)


def require_one(files: Sequence[Path], output: Path | None, *, as_json: bool, others: dict[str, bool]) -> None:
    """Raise `UnknownOption` for `-` together with what needs files that can be named."""
    if DASH not in (*files, output):
        return
    refused = {**others, "several files": len(files) > 1}
    if output == DASH:
        refused |= {"--json, which is printed there too": as_json, "a folder": files[0].is_dir()}
    if found := next((name for name, used in refused.items() if used), ""):
        piped = "-o -" if output == DASH else "-"
        raise UnknownOption(f"{piped} takes one file and gives one", expected="one file", found=found)


def to_standard_output(what: Path | Source, reading: Reading, writing: Writing, *, quiet: bool) -> None:
    """Convert one file to standard output; warnings go to standard error. Raises what `convert` raises.

    The output is made in a temporary folder first: an error leaves the stream empty, never half a file.
    """
    import tempfile

    from echub.files.conversion import convert_sources
    from echub.files.output import Target
    from echub.registry.registry import registry

    suffix = next(iter(registry().writer(writing.to).suffixes), "")  # some name their files by the dataset
    with tempfile.TemporaryDirectory(prefix="echub-") as folder:
        target = Target(Path(folder) / f"output{suffix}", exact=True)
        try:
            made = convert_sources((reading.source(what),), (), target, reading, writing)
        except EchubError as error:
            error.path = "standard output" if error.path == str(target.path) else error.path
            raise
        if not quiet:
            _say(made)
        _send(Path(made.outputs[0]))


def _send(path: Path) -> None:
    with path.open("rb") as file:
        if sys.stdout.isatty() and b"\0" in file.read(_LOOKED_AT):
            raise TargetNotWritable(
                "the output is binary, and standard output is a terminal",
                hint="-o FILE, or send it to a file or a program: echub convert … -o - > FILE",
            )
        file.seek(0)
        sys.stdout.flush()
        shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _say(made: Conversion) -> None:
    from echub.text import printable

    for notice in made.record.notices if made.record is not None else ():
        typer.echo(f"warning: {printable(notice.text)} [{notice.code}]", err=True)
    if made.companions:
        typer.echo(
            "note: the file that describes the columns (origins, signs, metadata) is not part of the stream",
            err=True,
        )


@contextmanager
def hushed(quiet: bool) -> Iterator[None]:
    """Drop what is printed for people; errors, on standard error, stay."""
    if not quiet:
        yield
        return
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        yield

"""`echub verify`: whether a converted file still says what its source says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from echub.cli import new_app
from echub.cli.common import Json, print_json

app = new_app()


@app.command()
def verify(
    files: Annotated[list[Path], typer.Argument(help="Native files.", metavar="FILE...", readable=False)],
    source: Annotated[
        Path | None, typer.Option("--source", help="The source, if it is not next to the file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check converted files: their content hash, their source's hash, and every value of the source.

    Exit code 0: all holds, 1: something does not, 3: a file could not be read.
    """
    from echub.cli.show.terminal import field, heading
    from echub.files.verification import verify

    sound = True
    for file in files:
        checks = verify(file, source)
        holds = all(check.holds for check in checks)
        sound &= holds
        if as_json:
            print_json({"file": str(file), "holds": holds, "checks": [check.as_dict() for check in checks]})
            continue
        heading(f"{file}: {'verified' if holds else 'NOT VERIFIED'}")
        for check in checks:
            field(check.what, check.found, "green" if check.holds else "red")
    raise typer.Exit(0 if sound else 1)

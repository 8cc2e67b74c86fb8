"""`echub plot`: a sensible first picture of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from echub.cli import new_app
from echub.cli.common import (
    File,
    Json,
    MetaTables,
    ReaderName,
    ReaderOptions,
    SetValues,
    pairs,
    print_json,
    user_metadata,
)

app = new_app()


@app.command()
def plot(
    file: File,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Picture to write: .svg, .png or .pdf (default FILE.png)."),
    ] = None,
    select: Annotated[str | None, typer.Option(help='Rows to show, such as "cycle == 3".')] = None,
    reader: ReaderName = None,
    option: ReaderOptions = None,
    meta: MetaTables = None,
    set_: SetValues = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing picture.")] = False,
    as_json: Json = False,
) -> None:
    """Draw a file: potential and current against time; Nyquist and Bode for impedance.

    Needs the extra `plot` (pip install 'echub[plot]').
    """
    from echub import drawing
    from echub.analysis import figures
    from echub.files.output import require_free, write_atomically
    from echub.files.reading import read

    target = output or file.with_name(file.name + ".png")
    figures.require_format(target)
    require_free(target, force=force)
    record = read(file, reader=reader, options=pairs(option, "--option"), annotations=user_metadata(meta, set_))
    figure = figures.draw(record, select=select, title=file.name)
    write_atomically([(target, lambda path: drawing.save(figure, path, target.suffix[1:]))])
    if as_json:
        print_json({"source": str(file), "output": str(target)})
    else:
        typer.echo(str(target))

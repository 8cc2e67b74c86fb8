"""`echub plot`: the picture of one or several files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from echub.cli import completing, new_app
from echub.cli.common import (
    Json,
    MetaTables,
    ReaderName,
    ReaderOptions,
    SetValues,
    pairs,
    print_json,
    user_metadata,
)
from echub.cli.streams import Name, Quiet, shown, sources

app = new_app()

PICTURES = (
    "aligned", "impedance", "voltammogram", "capacity", "time", "profile", "mass-spectrum", "table", "maps"
)  # fmt: skip
STYLES = ("screen", "single-column", "slide", "origin")
"""As `echub.pictures` and `echub.drawing` have them, without importing matplotlib for the help."""

Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--y",
        help="Column upwards, such as current/mA; repeat for more panels.",
        autocompletion=completing.quantities,
    ),
]


@app.command()
def plot(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Instrument files or native files; several share one figure.", metavar="FILE...", readable=False
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Picture to write: .svg, .png or .pdf (default FILE.png)."),
    ] = None,
    select: Annotated[str | None, typer.Option(help='Rows to show, such as "cycle == 3".')] = None,
    picture: Annotated[
        str | None,
        typer.Option(
            "--as",
            help=f"{', '.join(PICTURES[:-1])} or {PICTURES[-1]}.",
            autocompletion=completing.choices(*PICTURES),
        ),
    ] = None,
    x: Annotated[
        str | None,
        typer.Option(
            "--x", help="Column across, with a unit if wanted: time/h.", autocompletion=completing.quantities
        ),
    ] = None,
    y: Columns = None,
    by: Annotated[
        str | None,
        typer.Option(
            help="Metadata that labels and colours the files, such as sample.group.",
            autocompletion=completing.metadata,
        ),
    ] = None,
    xlim: Annotated[str | None, typer.Option(help="Limits across, in the unit of the axis: 0:10.")] = None,
    ylim: Annotated[str | None, typer.Option(help="Limits upwards, of the first axes: -1:1.")] = None,
    size: Annotated[str | None, typer.Option(help="Size in inches, or with a unit: 8x5, 86x60mm.")] = None,
    dpi: Annotated[int, typer.Option(min=30, max=1200, help="Dots per inch of a .png.")] = 150,
    style: Annotated[
        str,
        typer.Option(
            help=f"{', '.join(STYLES[:-1])} or {STYLES[-1]}.", autocompletion=completing.choices(*STYLES)
        ),
    ] = "screen",
    reader: ReaderName = None,
    option: ReaderOptions = None,
    meta: MetaTables = None,
    set_: SetValues = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing picture.")] = False,
    name: Name = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Draw files: each gets the picture of its technique, several share one figure.

    Voltammograms, potential against charge and time, Nyquist and Bode, depth profiles, mass spectra, ion maps; or
    any columns with --x and --y. Needs the extra `plot` (pip install 'echub[plot]').
    """
    from echub import drawing
    from echub.analysis import figures
    from echub.cli.figure import inches, limits
    from echub.files.output import require_free, write_atomically
    from echub.files.reading import read

    given = sources(files, name)
    first = files[0] if isinstance(given[0], Path) else Path(given[0].name)
    target = output or first.parent / f"{first.name or 'picture'}.png"
    figures.require_format(target)
    require_free(target, force=force)
    options, annotations = pairs(option, "--option"), user_metadata(meta, set_)
    figure = figures.plot(
        [read(file, reader=reader, options=options, annotations=annotations) for file in given],
        select=select,
        picture=picture,
        x=x,
        y=y or (),
        by=by,
        xlim=limits(xlim, "--xlim"),
        ylim=limits(ylim, "--ylim"),
        size=inches(size),
        style=style,
        title=first.name if len(files) == 1 else "",
    )
    write_atomically([(target, lambda path: drawing.save(figure, path, target.suffix[1:].lower(), dpi=dpi))])
    if as_json:
        read_from = [shown(what) for what in given]
        print_json({"source": read_from[0] if len(read_from) == 1 else read_from, "output": str(target)})
    elif not quiet:
        typer.echo(str(target))

"""`echub app`: files, figures and analyses on a page in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from echub.cli import new_app

app = new_app()


@app.command()
def page(
    folder: Annotated[Path, typer.Argument(help="Folder with the files to choose from.")] = Path(),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 is any free one.")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
) -> None:
    """Open a page in the browser: drop files, see them, add metadata, analyse, convert, compare, validate.

    The page is served on this machine only, at an address with a random token; it asks nothing of the internet and
    stores nothing but what you tell it to. Needs the extra `app` (pip install 'echub[app]'). Ctrl-C ends it.
    """
    from echub.cli.page.server import bound, serve
    from echub.errors import DataError

    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder", expected="a folder with instrument files")

    def ready(address: str) -> None:
        typer.echo(f"echub is at {address}\nCtrl-C ends it.")
        if browser:
            import webbrowser

            webbrowser.open(address)

    serve(folder.resolve(), bound(port), ready)

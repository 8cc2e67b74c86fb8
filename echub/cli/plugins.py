"""`echub plugins`: what is installed, and what went wrong with it."""

from __future__ import annotations

import warnings
from typing import Annotated

import typer

from echub.cli import new_app
from echub.cli.common import Json, print_json

app = new_app(no_args_is_help=True)


@app.callback()
def plugins() -> None:
    """Show the plugins: readers, writers, vocabularies."""


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List every plugin with its distribution, state and what it offers.

    Exit code 4 where a plugin failed to load.
    """
    from echub.cli.terminal import table
    from echub.registry import PluginWarning, registry

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)  # the list says it all
        found = registry().plugins
    if as_json:
        print_json([vars(plugin) for plugin in found])
    else:
        rows = [
            (p.name, p.state, f"{p.distribution} {p.version}", ", ".join(p.offers) or "nothing") for p in found
        ]
        table(("plugin", "state", "distribution", "offers"), rows)
        for plugin in found:
            for problem in plugin.problems:
                typer.echo(f"  {plugin.name}: {problem}", err=True)
    raise typer.Exit(4 if any(plugin.state == "failed" for plugin in found) else 0)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A plugin of `echub plugins list`.")], as_json: Json = False
) -> None:
    """Print what a plugin has its users fill in: the templates of its manifests.

    Example: echub plugins show acme > acme.toml
    """
    from echub.errors import UnknownReader
    from echub.registry import registry, resolve

    known = {plugin.name: plugin for plugin in registry().plugins}
    if name not in known:
        raise UnknownReader(f"no plugin is called {name!r}", expected=", ".join(known), found=name)
    templates = registry().templates_of(name)
    if as_json:
        texts = [{"name": t.name, "title": t.title, "text": str(resolve(t.text)())} for t in templates]
        print_json({**vars(known[name]), "templates": texts})
        return
    for template in templates:
        typer.echo(str(resolve(template.text)()).rstrip())
    if not templates:
        offers = ", ".join(known[name].offers) or "nothing"
        typer.echo(f"the plugin {name} has no template; it offers {offers}", err=True)

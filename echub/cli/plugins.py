"""`echub plugins`: what is installed, what went wrong with it, and how to start and check a new one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echub.cli import completing, new_app
from echub.cli.common import Json, print_json
from echub.text import nearest

if TYPE_CHECKING:
    from echub.registry.registry import Plugin

app = new_app(no_args_is_help=True)


_ASKED = {
    "reader": "A reader of a file format?",
    "writer": "A writer of a file format?",
    "analysis": "An analysis?",
    "rules": "Rules of validation?",
}
"""What `echub plugins new` asks on a terminal, by the part of the plugin."""


@app.callback()
def plugins() -> None:
    """Show the plugins, start a new one, check one by the rules of the hub."""


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List every plugin with its distribution, licence, state and what it offers.

    Exit code 4 if a plugin failed to load.
    """
    from echub.cli.show.terminal import table

    found = _quietly()
    if as_json:
        print_json([vars(plugin) for plugin in found])
    else:
        headers = ("plugin", "state", "distribution", "licence", "offers")
        table(headers, [(p.name, p.state, _shown(p), p.licence or "not stated", _offers(p)) for p in found])
        for plugin in found:
            for problem in plugin.problems:
                typer.echo(f"  {plugin.name}: {problem}", err=True)
    raise typer.Exit(4 if any(plugin.state == "failed" for plugin in found) else 0)


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            help="A plugin or a distribution of `echub plugins list`.", autocompletion=completing.plugins
        ),
    ],
    as_json: Json = False,
) -> None:
    """Show what a plugin is and declares; if it has templates of manifests, print them.

    The templates alone go to standard output: echub plugins show acme > acme.toml
    """
    from echub.cli.show.plugin import describe
    from echub.registry.calling import call
    from echub.registry.registry import registry

    found = _named(name)
    templates = {p.name: registry().templates_of(p.name) for p in found}
    if as_json:
        texts = {
            plugin: [{"name": t.name, "title": t.title, "text": call(t, t.text, returns=str)} for t in listed]
            for plugin, listed in templates.items()
        }
        described = [{**vars(p), "declares": describe(p), "templates": texts[p.name]} for p in found]
        print_json(described[0] if len(described) == 1 else described)
        return
    from echub.cli.show.plugin import show_plugin

    has_templates = any(templates.values())
    for plugin in found:
        show_plugin(plugin, err=has_templates)
        for template in templates[plugin.name]:
            typer.echo(call(template, template.text, returns=str).rstrip())


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the distribution, such as echub-acme.")],
    reader: Annotated[bool, typer.Option("--reader", help="With a reader of a file format.")] = False,
    writer: Annotated[bool, typer.Option("--writer", help="With a writer of a file format.")] = False,
    analysis: Annotated[bool, typer.Option("--analysis", help="With an analysis.")] = False,
    rules: Annotated[bool, typer.Option("--rules", help="With a group's rules of validation.")] = False,
) -> None:
    """Write the distribution of a new plugin into ./NAME: a reader, a writer, an analysis, rules, with tests.

    It works as it stands, on an invented format; edit it until it is yours.
    Without a flag it asks, on a terminal. Exit code 2: the name cannot be, or the target exists.
    """
    from echub.errors import UnknownOption
    from echub.registry import scaffold

    scaffold.check_name(name)
    flags = {"reader": reader, "writer": writer, "analysis": analysis, "rules": rules}
    parts = [part for part, chosen in flags.items() if chosen]
    if not parts and sys.stdin.isatty():
        for part, asked in _ASKED.items():  # "yes" is proposed until there is one
            parts += [part] * typer.confirm(asked, default=not parts and part != "rules")
    if not parts:
        raise UnknownOption(
            "it is not stated what the plugin offers",
            expected="--reader, --writer, --analysis, --rules, or several",
            hint=f"echub plugins new {name} --reader",
        )
    for path in scaffold.write(name, Path(name), parts):
        typer.echo(f"{name}/{path}")
    typer.echo(f'next: pip install -e "{name}[test]" && echub plugins check {name}', err=True)


@app.command()
def check(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A distribution or a plugin; all of them without it.",
            metavar="DIST",
            autocompletion=completing.plugins,
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Also show the rules that are kept.")] = False,
    as_json: Json = False,
) -> None:
    """Check an installed plugin by the rules of the hub, on the samples that it declares.

    Without samples a reader, without an example an analysis is judged by its declaration alone.
    Exit code 4: a rule is broken. Needs pytest.
    """
    import importlib.util

    from echub.errors import PluginError

    if importlib.util.find_spec("pytest") is None:
        raise PluginError("the rules are run by pytest, which is not installed", hint="pip install pytest")
    from echub.cli.show.plugin import show_verdicts
    from echub.testing import checking

    subjects = checking.check(_quietly() if name is None else _named(name))
    broken = sum(subject.count("broken") for subject in subjects)
    if as_json:
        print_json({"status": "broken" if broken else "kept", "subjects": [s.as_dict() for s in subjects]})
    else:
        show_verdicts(subjects, verbose=verbose)
    raise typer.Exit(4 if broken else 0)


# -- which plugins ---------------------------------------------------------------------------


def _quietly() -> list[Plugin]:
    """Return all plugins without warnings: the command itself shows what is wrong with one."""
    import warnings

    from echub.registry.registry import PluginWarning, registry

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)
        return registry().plugins


def _named(name: str) -> list[Plugin]:
    """Return the plugin of a name, or all plugins of the distribution of that name."""
    from echub.errors import UnknownReader

    found = _quietly()
    chosen = [p for p in found if p.name == name] or [p for p in found if _folded(p.distribution) == _folded(name)]
    if not chosen:
        known = sorted({p.name for p in found} | {p.distribution for p in found})
        raise UnknownReader(
            f"no plugin is called {name!r}",
            expected=", ".join(known),
            found=name,
            hint=nearest(name, known)
            or "pip install -e FOLDER installs one that you write; its entry point is in the group `echub`",
        )
    return chosen


def _folded(distribution: str) -> str:
    return distribution.lower().replace("_", "-").replace(".", "-")


def _shown(plugin: Plugin) -> str:
    return f"{plugin.distribution} {plugin.version}"


def _offers(plugin: Plugin) -> str:
    return ", ".join(plugin.offers) or "nothing"

"""`echub config`: your defaults: where they are, what they are, and where each came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_type_hints

from echub.cli import commands, new_app
from echub.cli.common import Json, print_json
from echub.cli.defaults import INSIDE, PARAMETERS, Tree, load

app = new_app()


@app.command()
def config(as_json: Json = False) -> None:
    """Show your defaults: the file they are in, every option that can be there, its value, its origin.

    The file is TOML, with a table per command and a key per option: `[convert]`, then `to = "csv"`. The variable
    ECHUB_CONFIG names another file; empty, it means none. An option on the command line always wins.
    """
    from echub.cli.show.terminal import heading, table

    defaults = load()
    rows = [
        (command, key, tables[key], str(defaults.path)) if key in tables else (command, key, value, "built in")
        for command, key, value in built_in()
        for tables in [defaults.tables.get(command, {})]
    ]
    if as_json:
        names = ("command", "option", "value", "from")
        print_json(
            {"file": str(defaults.path or ""), "defaults": [dict(zip(names, r, strict=True)) for r in rows]}
        )
        return
    missing = "" if defaults.path and defaults.path.is_file() else "  (not there: all is built in)"
    heading(f"{defaults.path or 'no file: ECHUB_CONFIG is empty'}{missing}")
    table(("command", "option", "value", "from"), [(c, k, _text(v), origin) for c, k, v, origin in rows])


def built_in() -> Iterator[tuple[str, str, Any]]:
    """Return command, key and built-in value of everything that the file can hold."""
    for name, kind in get_type_hints(Tree).items():
        command = commands.command(name)
        if name in INSIDE:
            command = command.commands[INSIDE[name]]
        values = {parameter.name: parameter.default for parameter in command.params}
        for key in get_type_hints(kind):
            yield name, key, values[PARAMETERS.get(key, key.replace("-", "_"))]


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

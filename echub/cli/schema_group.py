"""`echub schema init|check|diff|export`: for the author of a group's schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from echub.cli.common import Json, print_json
from echub.errors import SchemaError, UnknownOption
from echub.text import nearest

if TYPE_CHECKING:
    from echub.validation.group import Group

TEMPLATE = """\
# The schema of our group, checked by `echub validate` for every file below this folder.
# It may add and narrow; it can redefine or loosen nothing of the core schema.
# `echub schema check` reads it, `echub schema diff` shows what it changes.

[schema]
name = "{name}"
prefix = "{prefix}"            # our own quantities and units begin with {prefix}_
version = "1.0.0"
core = "{core}"
extends = []               # other schemas: "../common/.echub.toml", "plugin:acme"
ignore = []                # warnings and notes that do not count here: "ECH203", "missing-context"

[severity]                 # what counts for more here: any rule, or any notice of a reader
# truncated = "error"

[metadata]
required = []              # what every file must say: "cell.area", "cell.temperature"

[metadata.range]
# "cell.temperature" = ["-40 degC", "100 degC"]

[range]
# current = ["-50 mA", "50 mA"]

[columns]
# timeseries = ["temperature"]

[files]
# name = '\\d{{8}}_[A-Z]+\\d+_.*\\.mpr(\\.h5)?'
# example = "20240314_NA012_ramp.mpr"

# [quantities.{prefix}_gas_flow]
# unit = "{prefix}_sccm"
# definition = "flow of argon over the cell"

# [units.{prefix}_sccm]
# of = "length^3 time^-1"
# factor = "1/60000000"
"""

GroupFile = Annotated[
    str, typer.Argument(help="A group's schema; by default the nearest .echub.toml.", metavar="[FILE]")
]


def init(
    folder: Annotated[Path, typer.Argument(help="The root of the repository.")] = Path(),
    name: Annotated[str, typer.Option("--name", help="Name of the group.")] = "",
    prefix: Annotated[str, typer.Option("--prefix", help="Lower-case letters that start the group's names.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write a first .echub.toml, with a comment at each choice."""
    import re

    import echub_schemas
    from echub.files.output import require_free, write_text
    from echub.validation.group import GROUP_FILE

    target = folder / GROUP_FILE
    require_free(target, force=force)
    chosen = name or folder.resolve().name
    own = prefix or re.sub(r"[^a-z0-9]", "", chosen.lower()).lstrip("0123456789")[:8] or "group"
    text = TEMPLATE.format(
        name=re.sub(r'["\\\x00-\x1f\x7f]', "", chosen), prefix=own, core=echub_schemas.VERSION.split(".")[0]
    )
    write_text(target, text)
    typer.echo(str(target))


def check(file: GroupFile = "", as_json: Json = False) -> None:
    """Read a group's schema and say whether it is valid. Exit code 4 if it is not."""
    group = _load(file)
    if as_json:
        print_json({"name": group.name, "version": group.version, "sources": list(group.sources)})
        return
    from echub.cli.show.terminal import field, heading

    heading(f"{group.name} {group.version}: valid")
    for source in group.sources:
        field("read", source)
    field("changes", str(len(list(group.differences()))))


def diff(file: GroupFile = "", as_json: Json = False) -> None:
    """Show what a group's schema changes in the core schema."""
    rows = list(_load(file).differences())
    if as_json:
        print_json([dict(zip(("what", "core", "group"), row, strict=True)) for row in rows])
        return
    from echub.cli.show.terminal import table

    table(("what", "core", "group"), rows)
    if not rows:
        typer.echo("nothing differs from the core schema")


def export(
    to: Annotated[str, typer.Option("--to", help="json-schema or markdown.")] = "json-schema",
    schema: Annotated[str, typer.Option("--schema", help="With this group's schema.")] = "",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="File to write.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Export the schema, the group's included: JSON Schema 2020-12, or the reference page."""
    from echub.files.output import require_free, write_text
    from echub.validation.export import FORMS
    from echub.validation.group import CORE, load

    if to not in FORMS:
        raise UnknownOption(f"--to cannot be {to!r}", expected=", ".join(FORMS), found=to, hint=nearest(to, FORMS))
    text = FORMS[to](load(schema) if schema else CORE)
    if output is None:
        typer.echo(text, nl=False)
        return
    require_free(output, force=force)
    write_text(output, text)


def _load(file: str) -> Group:
    from echub.validation.group import GROUP_FILE, find, load

    found = file or find(Path.cwd() / GROUP_FILE)
    if not found:
        raise SchemaError(f"there is no {GROUP_FILE} here or above", hint="`echub schema init` writes a first one")
    return load(found)

"""`echub schema`: the vocabulary that files are checked against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

import typer

from echub.cli import completing, new_app, schema_group
from echub.cli.common import Json, print_json
from echub.errors import UnknownOption
from echub.text import nearest

app = new_app(no_args_is_help=True)
for _command in (schema_group.init, schema_group.check, schema_group.diff, schema_group.export):
    app.command()(_command)


@app.callback()
def schema() -> None:
    """Show the canonical vocabulary: quantities, units, dataset kinds, metadata paths."""


def _quantities() -> Iterable[Any]:
    from echub.model.vocabulary import quantities
    from echub.registry.registry import registry

    registry()  # plugins may add quantities
    return quantities().values()


def _units() -> Iterable[Any]:
    from echub.model.units import table

    return table().units.values()


def _kinds() -> Iterable[Any]:
    from echub.model.vocabulary import kinds

    return kinds().values()


def _metadata() -> Iterable[Any]:
    from echub.model.metadata import leaves

    return leaves().values()


def _rules() -> Iterable[Any]:
    from echub.validation.rules import rules

    return rules().values()


def _codes() -> Iterable[Any]:
    from echub.registry.codes import entries

    return entries()


PARTS: dict[str, tuple[str, Callable[[], Iterable[Any]], Sequence[str]]] = {
    "quantities": ("what a column can be", _quantities, ("name", "unit", "sign", "definition")),
    "units": ("which unit texts are understood", _units, ("symbol", "dimension", "factor")),
    "kinds": ("what a dataset can be", _kinds, ("name", "axes", "required")),
    "metadata": ("what is known besides the columns", _metadata, ("path", "type", "unit", "description")),
    "rules": ("what `echub validate` checks", _rules, ("id", "name", "level", "severity", "rule")),
    "codes": ("what codes of errors, notices, flags and refusals mean", _codes, ("code", "kind", "owner", "says")),
}
"""The parts of the schema: what each is for, its entries, and the fields that a table shows."""


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the parts of the schema, with its version."""
    import echub_schemas
    from echub.cli.show.terminal import heading, table

    rows = [(name, str(len(list(entries()))), what) for name, (what, entries, _) in PARTS.items()]
    if as_json:
        print_json({"version": echub_schemas.VERSION, "parts": {name: int(count) for name, count, _ in rows}})
        return
    heading(f"schema {echub_schemas.VERSION}")
    table(("part", "entries", "says"), rows)


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            help="A part (quantities, units, kinds, metadata, rules, codes) or one entry's name.",
            autocompletion=completing.entries,
        ),
    ],
    as_json: Json = False,
) -> None:
    """Show a part of the schema, or one quantity, unit, kind, metadata path, rule or code in full."""
    from echub.cli.show.terminal import field, heading, table

    if name in PARTS:
        _, entries, fields = PARTS[name]
        if as_json:
            print_json([_plain(entry) for entry in entries()])
            return
        table(fields, [[_text(getattr(entry, f)) for f in fields] for entry in entries()])
        return
    found = _find(name)
    if as_json:
        print_json(_plain(found))
        return
    heading(name)
    for key, value in _plain(found).items():
        if value not in (None, "", [], False):
            field(key, _text(value))


def _find(name: str) -> Any:  # noqa: ANN401
    everything = [
        (getattr(entry, fields[0]), entry) for _, entries, fields in PARTS.values() for entry in entries()
    ]
    for key, entry in everything:
        if key == name:
            return entry
    from echub.registry.codes import find
    from echub.remark import kebab

    if (code := find(kebab(name))) is not None:  # mixed-pulse is one of mixed-…
        return code
    raise UnknownOption(
        f"the schema has no {name!r}",
        expected=f"one of {', '.join(PARTS)}, or the name of an entry",
        found=name,
        hint=nearest(name, [key for key, _ in everything], alike=0.6),
    )


def _plain(entry: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        key: value if isinstance(value, (int, float, type(None))) else _listed(value)
        for key, value in entry._asdict().items()
    }


def _listed(value: Any) -> Any:  # noqa: ANN401
    return [_listed(item) for item in value] if isinstance(value, tuple) else str(value)


def _text(value: Any) -> str:  # noqa: ANN401
    return (
        ", ".join(map(_text, value)) if isinstance(value, (tuple, list)) else "" if value is None else str(value)
    )

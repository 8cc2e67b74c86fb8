"""Options that several commands share, and how their texts are parsed."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from echub.cli import completing
from echub.errors import UnknownOption

if TYPE_CHECKING:
    from echub.files.annotations import Annotations
    from echub.files.deriving import Derivation

# Not `readable`: of many files, one that may not be opened is reported like every file that cannot be read.
Files = Annotated[
    list[Path],
    typer.Argument(help="Instrument files, native files or folders.", metavar="FILE...", readable=False),
]
File = Annotated[Path, typer.Argument(help="An instrument file or a native file.", metavar="FILE", readable=False)]
ReaderName = Annotated[
    str | None,
    typer.Option("--reader", help="Read with this reader; no detection.", autocompletion=completing.readers),
]
ReaderOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        help="Reader option key=value; an unknown key lists them.",
        autocompletion=completing.reader_options,
    ),
]
TableProfile = Annotated[
    Path | None,
    typer.Option("--table-profile", help="Profile of a delimited table; short for --option profile=FILE."),
]
MetaTables = Annotated[
    list[Path] | None,
    typer.Option("--meta", help="Table of metadata by file, CSV or .xlsx; `echub meta init` writes one."),
]
SetValues = Annotated[
    list[str] | None,
    typer.Option("--set", help='Metadata, such as cell.area="0.785 cm^2".', autocompletion=completing.statements),
]
NoSiblings = Annotated[
    bool, typer.Option("--no-siblings", help="Read only the named file; open no file next to it.")
]
TimeZone = Annotated[
    str | None, typer.Option("--timezone", help="IANA zone of the instrument's clock, such as Europe/Berlin.")
]
Derive = Annotated[
    list[str] | None,
    typer.Option(help='Column to add, such as "thickness: material=Na, density=0.968 g/cm^3".'),
]
Json = Annotated[bool, typer.Option("--json", help="Print exact JSON for machines.")]


def stated(text: str, unit: str) -> tuple[float, float | None]:
    """Read a value and its standard uncertainty, if it has one, in a unit: `12.5 s±0.5 s` or `284.8±0.1 eV`.

    A number without a unit is in that of the other one, or in `unit` if neither has one. `UnknownOption` for a
    negative uncertainty.
    """
    import re

    from echub.model.units import parse_value, scale_between

    numbers = [parse_value(part.strip()) for part in re.split(r"±|\+/-|\+-", text, maxsplit=1)]
    common = next((own for _, own in numbers if own), unit)
    value, *spread = (float(scale_between(own or common, unit).apply(number)) for number, own in numbers)
    if spread and spread[0] < 0:
        raise UnknownOption("a standard uncertainty is not negative", expected=f"{value:g} ± u {unit}", found=text)
    return value, spread[0] if spread else None


def time_range(text: str, takes: str, example: str) -> tuple[float | None, float | None]:
    """Read ``0:3600s`` in seconds: a unit at one end alone applies to both; an end that is left out is None.

    `takes` says what the option takes. Raises `UnknownOption` for anything else, and for an end that is not after
    the start: ``5:1min`` is 300 s to 60 s.
    """
    from echub.model.units import parse_value, scale_between

    first, colon, last = map(str.strip, text.partition(":"))
    if not colon or not (first or last):
        raise UnknownOption(takes, expected=example, found=text)
    ends = [parse_value(end) if end else None for end in (first, last)]
    common = next((end[1] for end in reversed(ends) if end and end[1]), "s")
    start, stop = (end and float(scale_between(end[1] or common, "s").apply(end[0])) for end in ends)
    if start is not None and stop is not None and stop <= start:
        raise UnknownOption(
            f"the range {text} does not end after its start",
            expected=f"the earlier end first, such as {example}",
            found=f"{start:g} s to {stop:g} s",
            hint="a unit at one end alone applies to both: 5s:1min names each",
        )
    return start, stop


def pairs(texts: Sequence[str] | None, flag: str) -> dict[str, str]:
    """Split `key=value` texts; `UnknownOption` if one has no equals sign, or names a key a second time."""
    result: dict[str, str] = {}
    for text in texts or ():
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise UnknownOption(f"{flag} takes key=value", expected=f"{flag} key=value", found=text)
        value = value.strip()
        quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
        _add_once(result, key.strip(), value[1:-1] if quoted else value, flag)
    return result


def _add_once(given: dict[str, str], key: str, value: str, flag: str) -> None:
    """Add a pair; `UnknownOption` if the key is there already, because one of the two would count unseen."""
    if key in given:
        raise UnknownOption(
            f"{flag} names {key} twice", expected="each name once", found=f"{key}={given[key]} and {key}={value}"
        )
    given[key] = value


def reader_options(texts: Sequence[str] | None, table_profile: Path | None) -> dict[str, str]:
    """Collect the options of a reader from `--option` and from the flags that abbreviate one."""
    given = pairs(texts, "--option")
    if table_profile is not None:
        _add_once(given, "profile", str(table_profile), "--option, with --table-profile,")
    return given


def user_metadata(
    meta: Sequence[Path] | None, values: Sequence[str] | None, timezone: str | None = None
) -> Annotations:
    """Load the metadata that the user adds."""
    from echub.files.annotations import Annotations

    given = pairs(values, "--set")
    if timezone is not None:
        from echub.model.clock import require_zone

        _add_once(given, "experiment.timezone", require_zone(timezone), "--set, with --timezone,")
    return Annotations.of(meta or (), given)


def derivations(texts: Sequence[str] | None) -> tuple[Derivation, ...]:
    """Read the columns to add; `UnknownOption` if one is not known or lacks a parameter."""
    if not texts:
        return ()
    from echub.files.deriving import Derivation

    return tuple(Derivation.parse(text) for text in texts)


def print_json(value: Any) -> None:  # noqa: ANN401
    """Print one JSON value on one line, in ASCII if the output is not UTF-8; what is not finite is null."""
    how: Any = {"ensure_ascii": (sys.stdout.encoding or "").lower().replace("-", "") != "utf8", "allow_nan": False}
    try:
        text = json.dumps(value, **how)
    except ValueError:
        from echub.model.json_text import with_null

        text = json.dumps(with_null(value), **how)
    typer.echo(text)

"""Defaults of a person: a TOML file that the commands read, checked against a declared shape.

It holds what the output looks like and how the work is done, never what a file means: an area or a time zone in a
file that nobody else sees would give two people different numbers from one measurement.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypedDict

import typer

ENVIRONMENT = "ECHUB_CONFIG"
"""Names another file; empty means none, for scripts that must not depend on a person."""

Convert = TypedDict(
    "Convert",
    {
        "to": str,
        "csv-style": Literal["plain", "origin"],
        "delimiter": Literal[",", ";", "tab"],
        "decimal": Literal[".", ","],
        "columns": str,
        "units": str,
        "for": Literal["excel"],
        "jobs": int,
        "quiet": bool,
    },
    total=False,
)


class Plot(TypedDict, total=False):
    """Defaults of `echub plot`."""

    style: Literal["screen", "single-column", "slide", "origin"]
    size: str
    dpi: int
    quiet: bool


class Analyze(TypedDict, total=False):
    """Defaults of `echub analyze`."""

    verbose: bool
    quiet: bool


class Workers(TypedDict, total=False):
    """Defaults of `echub study` and `echub gather`."""

    jobs: int
    quiet: bool


class Validate(TypedDict, total=False):
    """Defaults of `echub validate`."""

    jobs: int
    format: Literal["text", "json", "sarif", "junit", "github"]


class App(TypedDict, total=False):
    """Defaults of `echub app`."""

    port: int
    browser: bool


class Tree(TypedDict, total=False):
    """The file: a table per command, a key per option."""

    convert: Convert
    plot: Plot
    analyze: Analyze
    study: Workers
    gather: Workers
    validate: Validate
    app: App


PARAMETERS = {"for": "for_", "format": "format_"}
"""Options whose parameter has another name, because the option's is a word of Python."""
INSIDE = {"study": "run"}
"""Commands whose options belong to a command inside."""


@dataclass(frozen=True)
class Defaults:
    """The file and its tables; without a file there is none."""

    path: Path | None = None
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def for_commands(self) -> dict[str, Any]:
        """Return the default of each parameter, by command."""
        found: dict[str, Any] = {}
        for command, table in self.tables.items():
            given = {PARAMETERS.get(key, key.replace("-", "_")): value for key, value in table.items()}
            found[command] = {INSIDE[command]: given} if command in INSIDE else given
        return found

    def told(self, command: str) -> str:
        """Return what is in force for a command, for whoever wonders where a value came from."""
        table = ", ".join(f"{key} = {value}" for key, value in self.tables.get(command, {}).items())
        return f"defaults of {self.path} are in force: {table}" if table else ""


def place() -> Path | None:
    """Return where the file is, or would be; None if there is to be none."""
    named = os.environ.get(ENVIRONMENT)
    if named is not None:
        return Path(named) if named else None
    return Path(typer.get_app_dir("echub", roaming=False)) / "config.toml"


def load() -> Defaults:
    """Read the file; raise `PluginError` for a mistake in it. A file that is named and missing is one too."""
    path = place()
    if path is None or not (path.is_file() or ENVIRONMENT in os.environ):
        return Defaults(path)
    from echub.structured import Shape, read_file

    hint = "`echub config` lists the keys"
    return Defaults(path, read_file(path, Shape("the file of defaults", Tree, hint=hint)))

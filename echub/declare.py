"""What plugins declare: everything that can be said of a reader or writer without running it.

Frozen dataclasses over the standard library only, so that a plugin's declarations cost nothing
to load. Callables are named as ``"module:function"`` and imported when they are used.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Confidence(IntEnum):
    """How sure a sniffer is, from the head and the name of a file.

    A suffix alone is never more than MAYBE; CERTAIN is for a signature that no other format has.
    """

    NO = 0
    MAYBE = 1
    LIKELY = 2
    CERTAIN = 3


@dataclass(frozen=True)
class NoOptions:
    """A reader or writer without options."""


def option(default: Any, help: str, *, unit: str | None = None, choices: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    """Declare one field of an options dataclass.

    `unit` makes ``--option key=30s`` possible: the value arrives in that unit. `choices` closes
    the set of texts. The annotation of the field (str, int, float, bool) says how it is parsed.
    """
    metadata = {"help": help, "unit": unit, "choices": choices}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Reader:
    """Declare a reader of one format.

    `sniff(source) -> Confidence` looks at `source.head` and `source.name` only;
    `read(source, options) -> Record`. A `fallback` reader is asked only when all others say NO,
    an `explicit_only` one never by itself. `requires` names an importable package that comes
    with the extra `extra`; where it is missing the reader is known but not installed.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    sniff: str
    read: str
    options: type = NoOptions
    version: str = "1"
    fallback: bool = False
    explicit_only: bool = False
    requires: str = ""
    extra: str = ""


@dataclass(frozen=True)
class KnownFormat:
    """Declare a format that is recognised but not read, with what to do instead.

    The suffix must fit, and the file must begin with one of `magic` where any are given.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    advice: str
    magic: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Template:
    """Declare a text that users fill in, such as a manifest; `echub plugins show PLUGIN` prints it.

    `text` names a function ``"module:function"`` without arguments that gives the text.
    """

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class Writer:
    """Declare a writer: ``write(record, stem, options) -> Iterator[(suffix, write_to)]``.

    It yields the parts of the output, usually one per dataset: the suffix that follows the
    source's name, and a function that writes the part to an open binary file. The hub makes the
    files appear all at once or not at all.
    """

    name: str
    title: str
    write: str
    options: type = NoOptions
    requires: str = ""
    extra: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """Declare extra quantities and units, each under the plugin's own prefix.

    The tables have the shape of ``quantities.toml`` and ``units.toml``; a name is
    ``<prefix>_<name>`` and may add to the core, never redefine it.
    """

    prefix: str
    quantities: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    units: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)

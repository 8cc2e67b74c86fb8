"""What plugins declare: everything known about a reader, writer or analysis without running it.

Frozen dataclasses over the standard library only, so that a plugin's declarations cost nothing
to load. Callables are named as ``"module:function"`` and imported when they are used.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple


class Confidence(IntEnum):
    """How certain a sniffer is, from the head and the name of a file.

    A suffix alone never gives more than MAYBE; CERTAIN is for a signature that no other format has.
    """

    NO = 0
    MAYBE = 1
    LIKELY = 2
    CERTAIN = 3


@dataclass(frozen=True)
class NoOptions:
    """A reader or writer without options."""


def option(
    default: Any,  # noqa: ANN401
    help: str,
    *,
    unit: str | None = None,
    choices: tuple[str, ...] = (),
    minimum: float | None = None,
    maximum: float | None = None,
) -> Any:  # noqa: ANN401
    """Declare one field of an options dataclass: an option of a reader, a parameter of an analysis.

    `unit` makes ``--option key=30s`` possible: the value arrives in that unit. `choices` closes
    the set of texts, `minimum` and `maximum` (both allowed) the range of numbers. The annotation
    of the field (str, int, float, bool) says how it is parsed.
    """
    metadata = {"help": help, "unit": unit, "choices": choices, "minimum": minimum, "maximum": maximum}
    return dataclasses.field(default=default, metadata=metadata)


class Decision(NamedTuple):
    """One thing a reader inferred about a file: the choice, the evidence for it, and the alternative.

    The rival is the next best choice, with the evidence against it; empty if there was none.
    """

    what: str
    chosen: str
    evidence: str
    rival: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return all fields for `--json`."""
        return self._asdict()


@dataclass(frozen=True)
class Reader:
    """Declare a reader of one format.

    `sniff(source) -> Confidence` looks at `source.head` and `source.name` only;
    `read(source, options) -> Record`. A `fallback` reader is asked only when all others say NO,
    an `explicit_only` one only if the user names it. `requires` names an importable package that comes
    with the extra `extra`; if it is missing, the reader is known but not installed.

    Optional, for readers that infer: ``explain(source, options) -> Iterable[Decision]`` is what
    `echub detect -v` shows; ``profile(source, options) -> str`` is the text of a first profile for
    `echub detect --write-profile FILE`, which people correct and pass as an option.
    ``outline(source, options) -> Record`` reads all but the values, each column an array of its type
    and shape, for checks of the structure alone.
    `link(name)` returns (run, number, part) for a file name that says to which run of linked files it
    belongs, else None; it serves `echub convert --join`. A fourth number, from 1, counts the starts of an
    experiment that was resumed: files that differ only in it become one dataset.

    ``content(source) -> str`` is for a format that holds whole records as echub wrote them: the content
    hash that was written with the record, which `echub verify` compares. What such a reader returns is
    used unchanged, with its own provenance, and files with its suffixes are skipped in folders.

    ``intact(source) -> bool`` is for a format that a native library decodes: whether a cheap check finds that
    any damage would be noticed. Other files are first read in a process that may die, under limits; the names
    of files beside it that the check appends to ``source.used`` count for these limits.

    `options` is a frozen dataclass of `option` fields, or its name, ``"module:Class"``: then it is imported when
    it is used, as the functions are.

    `samples` names small files in the plugin's package, ``"package:samples/*.acm"``: `echub plugins
    check` and a `ReaderContract` without `files` read them. `codes` names the catalogue of the codes
    of its notices and errors, ``"package:codes.toml"``: its meaning, usual cause, and what helps.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    sniff: str
    read: str
    options: type | str = NoOptions
    version: str = "1"
    fallback: bool = False
    explicit_only: bool = False
    requires: str = ""
    extra: str = ""
    explain: str = ""
    profile: str = ""
    link: str = ""
    samples: str = ""
    codes: str = ""
    outline: str = ""
    content: str = ""
    intact: str = ""


@dataclass(frozen=True)
class KnownFormat:
    """Declare a format that is recognised but not read, with what to do instead.

    The suffix must match, and the file must start with one of `magic` if any are given.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    advice: str
    magic: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Template:
    """Declare a text that users fill in, such as a manifest; `echub plugins show PLUGIN` prints it.

    `text` names a function ``"module:function"`` without arguments that returns the text.
    """

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class Writer:
    """Declare a writer: ``write(record, options) -> Iterator[(suffix, write_to)]``.

    It yields the parts of the output, usually one per dataset: the suffix that follows the
    source's name, and a function that writes the part to an open binary file. A part whose suffix
    extends another part's suffix describes that part, and is not an output of its own. The hub makes the files
    appear all at once or not at all. A function that writes a part may return the content hash of
    what it wrote, which is reported.

    `suffixes` are the endings of its outputs: ``echub convert -o run.csv --to csv`` makes exactly that
    file. `whole`: a record becomes one file, with the first suffix, so that its name is known beforehand.
    `codes` and `options` as for a reader.
    """

    name: str
    title: str
    write: str
    options: type | str = NoOptions
    requires: str = ""
    extra: str = ""
    codes: str = ""
    suffixes: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """Declare extra quantities, under the plugin's own prefix, and units.

    The tables have the shape of ``quantities.toml`` and ``units.toml``. A quantity's name is
    ``<prefix>_<name>``, its unit one of the table or of `units`; both add to the core and never
    redefine it. `rules` has the tables of a group's ``.echub.toml``; it applies if one says
    ``extends = ["plugin:<prefix>"]``.
    """

    prefix: str
    quantities: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    units: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    rules: Mapping[str, Any] = dataclasses.field(default_factory=dict)

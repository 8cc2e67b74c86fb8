"""What plugins declare: everything known about a reader, writer or analysis without running it.

Frozen dataclasses over the standard library only, so that a plugin's declarations cost nothing
to load. Callables are named as ``"module:function"`` and imported when they are used.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Literal


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


@dataclass(frozen=True)
class Decision:
    """One thing a reader inferred about a file: the choice, the evidence for it, and the alternative.

    The rival is the next best choice, with the evidence against it; empty if there was none.
    """

    what: str
    chosen: str
    evidence: str
    rival: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return all fields for `--json`."""
        return dataclasses.asdict(self)


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

    `samples` names small files in the plugin's package, ``"package:samples/*.acm"``: `echub plugins
    check` and a `ReaderContract` without `files` read them. `codes` names the catalogue of the codes
    of its notices and errors, ``"package:codes.toml"``: its meaning, usual cause, and what helps.
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
    `codes` as for a reader.
    """

    name: str
    title: str
    write: str
    options: type = NoOptions
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


# -- analyses --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Need:
    """Declare one column that an analysis needs, under the name that its code uses.

    `quantity`, or several in `any_of` in the order of preference. The array arrives in `unit`
    (float64; "" passes texts and codes unchanged). A current or charge becomes a density
    in the hub, and only with a stated `cell.area`; `without_area` is the unit in which it
    arrives if no area is stated (None: then the analysis is refused). `voltage` is also
    met by a two-electrode cell's potential, and by the difference between the two electrode potentials.
    The real and imaginary parts of an impedance are also met by its modulus and phase, and
    vice versa. Time must not decrease; `restarts` allows a clock that restarts. Rows in which a
    required column has no value are left out, of all columns, unless `gaps` says that the analysis
    handles them.

    `kind` asks for a column of another dataset of the same record, such as ``"timeseries"`` next to
    impedance. It arrives whole, even if rows were selected, with its own rows: `data.row_of(name)`.
    """

    name: str
    quantity: str = ""
    unit: str = ""
    any_of: tuple[str, ...] = ()
    without_area: str | None = None
    optional: bool = False
    restarts: bool = False
    gaps: bool = False
    kind: str = ""
    help: str = ""

    @property
    def quantities(self) -> tuple[str, ...]:
        """Return the quantities that meet the need, the preferred one first."""
        return self.any_of or (self.quantity,)


@dataclass(frozen=True)
class NeedMeta:
    """Declare metadata that an analysis needs: a path of the schema, and the unit it arrives in."""

    path: str
    unit: str = ""
    optional: bool = False
    help: str = ""


@dataclass(frozen=True)
class Sampling:
    """Declare the sampling that an analysis needs.

    At least `rows` rows, spanning `span_s` seconds, with a median time step of at most `step_s`.
    """

    rows: int = 1
    span_s: float = 0.0
    step_s: float | None = None


@dataclass(frozen=True)
class Output:
    """Declare one measurand of an analysis: its name, unit (or alternatives) and meaning.

    A name that ends in ``*`` stands for all with that prefix: ``resistance_*`` for the parts of a circuit
    that the user names. `unit_from`: the unit comes from a consumed outcome, and is not known beforehand.
    """

    name: str
    unit: str = ""
    help: str = ""
    or_units: tuple[str, ...] = ()
    unit_from: str = ""

    @property
    def units(self) -> tuple[str, ...]:
        """Return the units that the measurand may have."""
        return (self.unit, *self.or_units)


@dataclass(frozen=True)
class Analysis:
    """Declare an analysis: ``run(data, params) -> Outcome``.

    `consumes` says what `data` is: ``dataset``, one `Inputs`; ``datasets``, a tuple of `Inputs`,
    one per file, that together are one experiment; ``outcomes``, a tuple of `Outcome` of earlier
    analyses or rows of a table. Needs are checked before the module of `run` is imported.
    `params` is a dataclass of `option` fields, `profiles` are named sets of them, `figure` is
    ``figure(outcome, figure) -> None`` drawing on an empty matplotlib figure.
    ``look(data, params)`` is a first look of the plugin at data that meet the needs: it raises the `Refusal` of
    `run` if they are not of its kind of measurement, returns anything otherwise, and takes a fraction of the time;
    `echub analyze --list FILE` and the page put the analyses that suit a file first by it.
    ``example(seed) -> echub.testing.synth.Case`` generates a measurement with known true values: `echub plugins
    check` and an `AnalysisContract` without `generate` use it. `each` names a column, such as
    ``spectrum``: the analysis handles one value of it at a time, refuses if it is given
    several, and handles each on request (``--each``, `echub.analyze_each`). `tolerances` are
    attributes of that contract with values that differ from its defaults, such as
    ``{"moves_with_time": ("onset_time",)}``. `every_dataset` of an analysis of datasets: if a record has
    several of its kind, as a joined run has, they are so many inputs in order of start. `codes` names the
    catalogue of its flags and refusals, as a reader's does.
    """

    name: str
    title: str
    run: str
    needs: tuple[Need | NeedMeta, ...] = ()
    kind: str = "timeseries"
    consumes: Literal["dataset", "datasets", "outcomes"] = "dataset"
    each: str = ""
    every_dataset: bool = False
    sampling: Sampling = Sampling()
    params: type = NoOptions
    profiles: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    outputs: tuple[Output, ...] = ()
    figure: str = ""
    look: str = ""
    example: str = ""
    tolerances: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    reference: str = ""
    version: str = "1"
    requires: str = ""
    extra: str = ""
    codes: str = ""

    @property
    def columns(self) -> tuple[Need, ...]:
        """Return the needs that are columns."""
        return tuple(need for need in self.needs if isinstance(need, Need))

    @property
    def metadata(self) -> tuple[NeedMeta, ...]:
        """Return the needs that are metadata."""
        return tuple(need for need in self.needs if isinstance(need, NeedMeta))

"""What this plugin offers to echub. Nothing heavy is imported here: every command loads this module."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echub.plugin import (
    Analysis,
    Confidence,
    Need,
    Output,
    Reader,
    Sampling,
    Vocabulary,
    Writer,
    hookimpl,
    option,
)

if TYPE_CHECKING:
    from echub.plugin import Source

# -- the reader ------------------------------------------------------------------------------


@hookimpl
def echub_readers() -> Iterable[Reader]:
    """Declare the reader; `read` is imported when a file is read."""
    yield Reader(
        "acme-log",
        "ACME logger (.acme)",
        suffixes=(".acme",),
        sniff="echub_acme:sniff",
        read="echub_acme.decode:read",
        samples="echub_acme:samples/*.acme",
    )


def sniff(source: Source) -> Confidence:
    """Recognise the first line; the first 64 KiB are in `source.head`, and nothing is opened."""
    return Confidence.CERTAIN if source.head.startswith(b"ACME LOG ") else Confidence.NO


# -- the writer ------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlotOptions:
    """Options of the writer, given as `--writer-option decimal=,`."""

    decimal: str = option(".", "decimal mark", choices=(".", ","))


@hookimpl
def echub_writers() -> Iterable[Writer]:
    """Declare the writer; `write` is imported when a file is written."""
    yield Writer(
        "acme-plot",
        "ACME plotter: a table of tabs per dataset, names and units above it",
        write="echub_acme.encode:write",
        options=PlotOptions,
        suffixes=(".acme-plot",),
    )


# -- a quantity that echub does not have, and its unit ---------------------------------------

WATER = {
    "unit": "ppm",
    "dimension": "1",
    "definition": "water in the gas of the glove box, by volume",
    "min": 0,
}
"""What the logger measures beside the cell."""


# -- rules of validation ---------------------------------------------------------------------

RULES = {
    "schema": {"version": "1.0.0"},
    "metadata": {"required": ["cell.area"], "range": {"cell.area": ["0.1 cm^2", "5 cm^2"]}},
    "range": {"voltage": ["-0.2 V", "5 V"]},
    "severity": {"truncated": "error"},
}
"""The tables of an `.echub.toml`; they apply in a group whose own says `extends = ["plugin:acme"]`."""


@hookimpl
def echub_vocabulary() -> Iterable[Vocabulary]:
    """Declare what this plugin adds to the vocabulary of echub."""
    yield Vocabulary(
        "acme",
        quantities={"acme_box_water": WATER},
        units={"ppm": {"of": "1", "factor": "1/1000000"}},
        rules=RULES,
    )


# -- the analysis ----------------------------------------------------------------------------


@dataclass(frozen=True)
class DriftParams:
    """Parameters of `acme-drift`, given as `--param rest=2uA`."""

    rest: float = option(0.001, "largest current that still counts as rest", unit="mA", minimum=0)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis; `run` is imported when its needs are met."""
    yield Analysis(
        "acme-drift",
        "Drift of the voltage at rest",
        run="echub_acme.outcome:run",
        needs=(
            Need("t", "time", "s"),
            Need("U", any_of=("voltage", "potential_we"), unit="V"),
            Need("I", "current", "mA", optional=True, help="shows that the cell rests"),
        ),
        sampling=Sampling(rows=20, span_s=600),
        params=DriftParams,
        outputs=(Output("drift", "mV/h", "slope of the voltage over time"),),
        figure="echub_acme.figure:draw",
        example="echub_acme.example:example",
        codes="echub_acme:codes.toml",
    )

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


# -- a quantity that echub does not have, and its unit ---------------------------------------


@hookimpl
def echub_vocabulary() -> Iterable[Vocabulary]:
    """Declare what the logger measures beside the cell."""
    water = {
        "unit": "ppm",
        "dimension": "1",
        "definition": "water in the gas of the glove box, by volume",
        "min": 0,
    }
    yield Vocabulary(
        "acme",
        quantities={"acme_box_water": water},
        units={"ppm": {"of": "1", "factor": "1/1000000"}},
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
    )

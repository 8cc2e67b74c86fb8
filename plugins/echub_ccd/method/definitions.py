"""What the authors of five publications would report of the same half cycles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from echub.plugin import Refusal, Series
from echub_ccd.data.protocol import Protocol
from echub_ccd.method.detectors import Floats
from echub_ccd.method.verdict import judge


@dataclass(frozen=True)
class Definition:
    """A published way: its name, the publication, criterion in words, the detector, which level is reported.

    The name is author and year; cell and year if the DOI is all that is known here. takes: ``survived``,
    ``failed``, or ``stripped``: the highest level whose first half cycle passed.
    """

    source: str
    publication: str
    words: str
    detector: str
    takes: str


PUBLISHED = (
    Definition(
        "tip2025",
        "doi:10.1039/d5eb00071h",
        "U settles at half or less; highest level survived",
        "half_drop",
        "survived",
    ),
    Definition(
        "querel2021",
        "Quérel et al., Na | Na3.4Zr2Si2.4P0.6O12",
        "soft short on the next plating; highest stripping level",
        "r_drop",
        "stripped",
    ),
    Definition("nak2025", "doi:10.1039/d5eb00097a", "U goes to zero; level of the short", "near_zero", "failed"),
    Definition("sun2023", "doi:10.1038/s41467-023-42308-0", "sudden drop; level of the drop", "r_drop", "failed"),
)
RAMP = (
    "lowack2026",
    "arXiv:2603.23340",
    "5 % nonlinearity of a ramp while oxidising: another quantity, see ramp-onset",
)


def table_of_definitions(
    marks: dict[str, Floats], protocol: Protocol, opened: int | None, spots: bool, unit: str
) -> dict[str, Series]:
    """Return what each definition reports, in `unit`: a level, or more than the last one survived."""
    rows = [(d.source, d.publication, d.words, *_reported(d, marks, protocol, opened, spots)) for d in PUBLISHED]
    rows.append((*RAMP, "", None))
    sources, publications, words, relations, values = zip(*rows, strict=True)
    return {
        "source": Series.of(sources),
        "publication": Series.of(publications),
        "definition": Series.of(words),
        "relation": Series.of(relations),
        "value": Series.of(values, unit),
    }


def _reported(
    definition: Definition, marks: dict[str, Floats], protocol: Protocol, opened: int | None, spots: bool
) -> tuple[str, float | None]:
    fails = marks[definition.detector] == 1
    try:
        verdict = judge(protocol, fails, opened, spots)
    except Refusal:
        return "", None
    if verdict.half_cycle is None:
        return ">", verdict.survived
    return _TAKES[definition.takes](verdict.half_cycle, verdict.survived, verdict.failed, protocol)


def _survived(_: int, survived: float | None, failed: float | None, __: Protocol) -> tuple[str, float | None]:
    return ("=", survived) if survived is not None else ("<", failed)


def _failed(_: int, __: float | None, failed: float | None, ___: Protocol) -> tuple[str, float | None]:
    return "=", failed


def _stripped(
    number: int, survived: float | None, failed: float | None, protocol: Protocol
) -> tuple[str, float | None]:
    """A short in the second half cycle of a level leaves that level's first one, the stripping, done."""
    passed = number > 0 and protocol.level[number - 1] == protocol.level[number]
    return ("=", failed) if passed else _survived(number, survived, failed, protocol)


_TAKES: dict[str, Callable[..., tuple[str, float | None]]] = {
    "survived": _survived,
    "failed": _failed,
    "stripped": _stripped,
}

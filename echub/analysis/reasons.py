"""Why data do not suit an analysis: their kind comes before a statement that they lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from echub.analysis.outcome import Refusal
from echub.declare_analysis import Analysis
from echub.errors import EchubError
from echub.model.record import Record
from echub.registry.calling import call

ASSUMED = ("1 cm^2", "3 cm^2")
"""With densities of any area a plugin can tell what kind of measurement it sees; what it says of two areas alike
does not depend on the area."""


def stating(record: Record, values: Mapping[str, str]) -> Record:
    """Return a copy of a record with statements of the user, by metadata path."""
    copy = Record(
        record.datasets.values(),
        metadata=type(record.metadata)(record.metadata.entries),
        settings=record.settings,
        notices=record.notices,
        dropped=record.dropped,
        provenance=record.provenance,
    )
    for path, text in values.items():
        copy.metadata.set(path, text, source="--set")
    return copy


def first_reason(
    refusal: Refusal,
    analysis: Analysis,
    params: Any,  # noqa: ANN401
    bound: Callable[[Mapping[str, str]], Any],
) -> Refusal:
    """Return why data do not suit an analysis at all, if that is so, rather than that they lack an area.

    Nobody should look up an area to be told then that the file holds something else. `bound` binds the data with
    further statements, for the plugin's own look.
    """
    if refusal.code != "missing-area" or not analysis.look:
        return refusal
    first, second = (_seen(analysis, params, bound, area) for area in ASSUMED)
    if first is None or second is None or first.message != second.message:
        return refusal
    return first


def _seen(analysis: Analysis, params: Any, bound: Callable[[Mapping[str, str]], Any], area: str) -> Refusal | None:  # noqa: ANN401
    """Return why the plugin's first look refuses data with that area, or None."""
    try:
        call(analysis, analysis.look, bound({"cell.area": area}), params)
    except Refusal as other:
        return other
    except EchubError:
        return None
    return None

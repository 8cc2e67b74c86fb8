"""SIMS ion maps: columns with widths, co-location of species, regions of interest as profiles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from echub.plugin import Confidence, Reader, hookimpl

if TYPE_CHECKING:
    from echub.plugin import Analysis, Source

START = 200
"""Bytes in which an outcome names its format and its analysis."""


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis of this plugin."""
    from echub_sims_map.declared import SIMS_MAP

    return (SIMS_MAP,)


@hookimpl
def echub_readers() -> Iterable[Reader]:
    """Declare the reader of this plugin: an outcome whose regions of interest are profiles."""
    return (
        Reader(
            "sims-map-profile",
            "Depth profile of a region of interest, from an outcome of sims-map",
            (".json",),
            sniff="echub_sims_map:sniff",
            read="echub_sims_map.profile:read",
            options="echub_sims_map.options:ProfileOptions",
        ),
    )


def sniff(source: Source) -> Confidence:
    """Recognise an outcome of `sims-map` by its own first keys."""
    start = source.head[:START]
    known = b'"format": "echub-outcome 1"' in start and b'"analysis": "sims-map"' in start
    return Confidence.CERTAIN if known else Confidence.NO

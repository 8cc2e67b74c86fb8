"""Outcomes of one cell on one axis of time: impedance, critical current density, pulses, whatever has a clock."""

from __future__ import annotations

from collections.abc import Iterable

from echub.plugin import Analysis, NoOptions, Output, hookimpl

TIMELINE = Analysis(
    "timeline",
    "What was measured of one cell, on one axis of time",
    run="echub_timeline.outcome:run",
    figure="echub_timeline.figure:draw",
    consumes="outcomes",
    codes="echub_timeline:codes.toml",
    params=NoOptions,
    outputs=(
        Output("duration", "h", "from the first to the last row"),
        Output("outcomes_placed", "1", "outcomes that have a start and a table over time"),
    ),
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis of this plugin."""
    return (TIMELINE,)

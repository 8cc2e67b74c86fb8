"""Several outcomes on one axis: of time, whatever has a clock; or of a setting in which they differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import Analysis, NoOptions, Output, hookimpl, option


@dataclass(frozen=True)
class AgainstParams:
    """Parameters of `against`."""

    x: str = option("", "condition or metadata path on the axis; may be left out if only one number differs")
    measurand: str = option("", "which measurand; without it the first that has a value")
    series: str = option("sample.group", "metadata path whose values are lines of their own")


TIMELINE = Analysis(
    "timeline",
    "All measurements of one cell on a common time axis",
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

AGAINST = Analysis(
    "against",
    "A measured quantity against a setting in which outcomes differ",
    run="echub_timeline.against:run",
    figure="echub_timeline.against_figure:draw",
    consumes="outcomes",
    codes="echub_timeline:codes.toml",
    params=AgainstParams,
    outputs=(
        Output("values_placed", "1", "outcomes that have both"),
        Output("largest_difference", "%", "of two values of one series, of their mean"),
        Output("largest_difference_in_sigma", "1", "the same in standard uncertainties, taken as independent"),
    ),
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analyses of this plugin."""
    return (TIMELINE, AGAINST)

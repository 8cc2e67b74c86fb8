"""The analysis of SIMS ion maps: its needs, parameters and outputs."""

from __future__ import annotations

from dataclasses import dataclass

from echub.plugin import Analysis, Need, NeedMeta, Output, option


@dataclass(frozen=True)
class SimsMapParams:
    """Parameters of `sims-map`."""

    species: str = option("", "ion whose columns are wanted, as labelled in the file; empty: the first")
    region: str = option("", "region that is looked at; empty: the first")
    reference: str = option("", "region without columns that sets the threshold; empty: the map itself, shuffled")
    columns: str = option("brighter", "columns have more or fewer ions", choices=("brighter", "darker"))
    # 26-connected noise does not span 60 % of 15 frames at 99 %; of 6 to 10 frames it does (decision 51).
    quantile: float = option(
        0.99,
        "share of a blank cube below the threshold; stricter where chance makes columns",
        minimum=0.9,
        maximum=0.99999,
    )
    span: float = option(60.0, "share of the depth that a column reaches over", unit="%", minimum=10, maximum=100)
    window: int = option(3, "edge of the window in which counts are summed, in pixels and frames", minimum=1)
    frames: int = option(1, "frames that are added up before anything else", minimum=1)
    partner: str = option("", "ion that is compared with the first; empty: all of the same polarity")
    across_polarities: bool = option(False, "compare ions of opposite polarity as well")
    roi: str = option(
        "columns; outside",
        "profiles: rectangle X0 Y0 X1 Y1, ellipse X Y RX RY, polygon X Y X Y …, mask FILE, columns, outside, all",
    )


SIMS_MAP = Analysis(
    "sims-map",
    "Columns, co-location and regions of interest in SIMS maps",
    run="echub_sims_map.outcome.sims_map:run",
    figure="echub_sims_map.figure:draw",
    kind="ion_map",
    needs=(
        Need("n", "ion_counts", "count"),
        Need("species", "species"),
        Need("polarity", "polarity", "1"),
        Need("region", "region", optional=True),
        Need("mask", "mask", "1", optional=True, help="0 where a pixel was not measured"),
        Need("x", "x", "um", optional=True, help="without it widths are in pixels"),
        Need("y", "y", "um", optional=True),
        Need("z", "depth", "nm", optional=True),
        Need("t", "sputter_time", "s", optional=True, restarts=True),
        NeedMeta("sims.dwell_time", "s", optional=True, help="per pixel and frame"),
        NeedMeta("sims.dead_time", "s", optional=True),
        NeedMeta("sims.crater_depth", "nm", optional=True),
        NeedMeta("sims.regions", optional=True),
    ),
    params=SimsMapParams,
    outputs=(
        Output("column_count", "1", "columns that reach over the asked share of the depth"),
        Output("smallest_column_width", "um", "diameter of the circle of its area", or_units=("1",)),
        Output("largest_column_width", "um", "likewise", or_units=("1",)),
        Output("column_area", "%", "share of the field that whole columns cover"),
        Output("background", "count", "counts per pixel and frame outside the columns"),
        Output("dispersion", "1", "scatter between frames over that of counting; above 1 it widens the intervals"),
    ),
    reference="excess area of connected columns above a blank cube's quantile",
    codes="echub_sims_map:codes.toml",
)

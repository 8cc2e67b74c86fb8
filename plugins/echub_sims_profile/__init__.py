"""SIMS depth profiles: interfaces with intervals, region means and enrichment, by counting statistics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import Analysis, Gives, Need, NeedMeta, Sampling, hookimpl, option


@dataclass(frozen=True)
class SimsProfileParams:
    """Parameters of `sims-profile`."""

    species: str = option("", "ion whose interface is wanted, as labelled in the file; empty: the first")
    region: str = option("", "region whose interface is wanted; empty: the first")
    edge: str = option("either", "which edge: the signal falls, or rises", choices=("either", "falling", "rising"))
    start: float = option(0.0, "begin of the fit on the depth axis (nm), or the time axis (s)", minimum=0)
    stop: float = option(0.0, "end of the fit likewise; 0: the end of the profile", minimum=0)
    reference: str = option("", "region that the enrichment refers to; empty: no enrichment")
    surface: float = option(500.0, "depth of the near-surface window", unit="nm", minimum=0)
    bulk: float = option(2000.0, "depth of the whole window", unit="nm", minimum=0)
    false_discovery: float = option(5.0, "false-discovery rate over all tests", unit="%", minimum=0.01, maximum=50)


SIMS_PROFILE = Analysis(
    "sims-profile",
    "Interfaces and enrichment in SIMS depth profiles",
    run="echub_sims_profile.analysis:run",
    figure="echub_sims_profile.figure:draw",
    kind="depth_profile",
    needs=(
        Need("species", "species"),
        Need("polarity", "polarity", "1"),
        Need("region", "region", optional=True),
        Need("z", "depth", "nm", optional=True),
        Need("t", "sputter_time", "s", optional=True, restarts=True),
        Need("n", "ion_counts", "count", optional=True, help="counting statistics need counts"),
        Need("rate", "ion_count_rate", "count/s", optional=True, help="with sims.dwell_time it becomes counts"),
        Need("analogue", "faraday_cup", optional=True, help="points where no ions are counted"),
        NeedMeta("sims.dwell_time", "s", optional=True),
        NeedMeta("sims.dead_time", "s", optional=True),
        NeedMeta("sims.crater_depth", "nm", optional=True),
        NeedMeta("sims.regions", optional=True),
    ),
    sampling=Sampling(rows=4),
    params=SimsProfileParams,
    gives=(
        Gives("interface_position", "nm", "where the signal is half way", or_units=("s",)),
        Gives("interface_width", "nm", "from 16 to 84 %: two standard deviations of the edge", or_units=("s",)),
        Gives("trailing_decay_length", "nm", "distance of a decade on the low side", or_units=("s",)),
        Gives("dispersion", "1", "variance over that of counting; above 1 it widens the intervals"),
    ),
    reference="Poisson-likelihood fit of an error function",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis of this plugin."""
    return (SIMS_PROFILE,)

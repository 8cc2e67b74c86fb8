"""SIMS depth profiles: interfaces with intervals, region means and enrichment, by counting statistics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import Analysis, Need, NeedMeta, Output, Sampling, hookimpl, option


@dataclass(frozen=True)
class SimsProfileParams:
    """Parameters of `sims-profile`."""

    species: str = option("", "ion whose interface is wanted, as labelled in the file; empty: the first")
    region: str = option("", "region whose interface is wanted; empty: the first")
    polarity: str = option("any", "polarity of that ion, if both have it", choices=("any", "+", "-"))
    edge: str = option("either", "which edge: the signal falls, or rises", choices=("either", "falling", "rising"))
    report: str = option(
        "interface",
        "what is asked: the interface, or the enrichment of the region against `reference`, which needs no edge",
        choices=("interface", "enrichment"),
    )
    window: str = option("near_surface", "window of the enrichment", choices=("surface", "near_surface", "bulk"))
    start: float = option(0.0, "start of the fit on the depth axis (nm), or the time axis (s)", minimum=0)
    stop: float = option(0.0, "end of the fit likewise; 0: the end of the profile", minimum=0)
    dead_time: str = option(
        "non_paralysable",
        "detector model of the dead-time correction (ISO 20411)",
        choices=("non_paralysable", "paralysable", "none"),
    )
    background_start: float = option(0.0, "start of the background plateau, nm or s", minimum=0)
    background_stop: float = option(0.0, "end of the background plateau, nm or s; 0: no background", minimum=0)
    detector_yield: float = option(100.0, "share of ions that are counted", unit="%", minimum=0.1, maximum=100)
    normalise: str = option(
        "none", "what the signal is divided by", choices=("none", "total", "matrix", "primary_current")
    )
    matrix: str = option("", "matrix species for normalise=matrix")
    depth_uncertainty: float = option(
        0.0, "standard uncertainty of the depth calibration, of the depth", unit="%", minimum=0, maximum=100
    )
    smooth: int = option(0, "points of a moving mean, in the figure only", minimum=0, maximum=1001)
    reference: str = option("", "reference of the enrichment: a region, several (a, b), or a state; empty: none")
    # 2 µm is the depth of the profiles of d5eb00071h; the others are by eye.
    surface: float = option(100.0, "depth of the surface window", unit="nm", minimum=0)
    near_surface: float = option(500.0, "depth of the near-surface window", unit="nm", minimum=0)
    bulk: float = option(2000.0, "depth at which the bulk window ends", unit="nm", minimum=0)
    false_discovery: float = option(5.0, "false-discovery rate over all tests", unit="%", minimum=0.01, maximum=50)
    ratios: str = option("", "ratios of species within a region, such as Na+/ZrO+, separated by commas")
    cross_polarity: bool = option(False, "allow ratios of ions of different polarity")
    common: str = option("", "two ions of the same feature, one per polarity, such as Na+,PO2-: gives the lag")
    apply_lag: bool = option(False, "subtract that lag from the negative polarity")
    rebin: float = option(0.0, "width of bins of a wide table, nm or s; 0: none", minimum=0)


SIMS_PROFILE = Analysis(
    "sims-profile",
    "Interfaces and enrichment in SIMS depth profiles",
    run="echub_sims_profile.outcome.sims_profile:run",
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
        Need("quantum", "count_quantum", "count/s", optional=True, help="rate of one count"),
        Need("primary", "primary_current", "nA", optional=True, help="for normalise=primary_current"),
        Need("analogue", "faraday_cup", optional=True, help="points where no ions are counted"),
        NeedMeta("sims.dwell_time", "s", optional=True),
        NeedMeta("sims.dead_time", "s", optional=True),
        NeedMeta("sims.crater_depth", "nm", optional=True),
        NeedMeta("sims.primary_current", "nA", optional=True),
        NeedMeta("sims.acquisition", optional=True, help="simultaneous or sequential, for two polarities"),
        NeedMeta("sims.depth_calibration", optional=True, help="layers with their sputter rates"),
        NeedMeta("sims.rsf", optional=True, help="sensitivity factors with their convention"),
        NeedMeta(
            "sims.regions", optional=True, help="crater depth, state and electrochemical test of each region"
        ),
    ),
    sampling=Sampling(rows=4),
    params=SimsProfileParams,
    outputs=(
        Output("interface_position", "nm", "where the signal is half way", or_units=("s",)),
        Output("interface_width", "nm", "from 16 to 84 %: two standard deviations of the edge", or_units=("s",)),
        Output("leading_decay_length", "nm", "distance of a decade, before the layer", or_units=("s",)),
        Output("trailing_decay_length", "nm", "distance of a decade, behind the layer", or_units=("s",)),
        Output("enrichment", "1", "signal of the region over that of the reference (report=enrichment)"),
        Output("dispersion", "1", "variance over that of counting; above 1 it widens the intervals"),
        Output("polarity_lag", "nm", "negative less positive position of a common feature", or_units=("s",)),
    ),
    reference="Poisson-likelihood fit of an error function, profile-likelihood intervals",
    version="2",
    codes="echub_sims_profile:codes.toml",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis of this plugin."""
    return (SIMS_PROFILE,)

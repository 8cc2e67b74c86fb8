"""Relaxation times from saturation recovery: one, two or a distribution of exponentials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import Analysis, Need, NeedMeta, Output, hookimpl, option

FORMS = ("single", "double", "stretched")


@dataclass(frozen=True)
class RelaxationParams:
    """Parameters of `relaxation`."""

    form: str = option("auto", "the recovery: decided by the data, or stated", choices=("auto", *FORMS))
    offset: bool = option(False, "fit the signal at zero delay too: saturation was not complete")
    level: float = option(95.0, "coverage of the intervals", unit="%", minimum=50, maximum=99.9)


RELAXATION = Analysis(
    "relaxation",
    "Relaxation times and rates from a saturation recovery, by one, two or stretched exponentials",
    run="echub_relaxation.outcome:run",
    figure="echub_relaxation.figure:draw",
    kind="recovery",
    needs=(
        Need("t", "recovery_delay", "s"),
        Need("m", "magnetisation", "1"),
        NeedMeta("cell.temperature", "degC", optional=True),
    ),
    params=RelaxationParams,
    outputs=(
        Output("T1", "s", "time of one exponential, or of a stretched one"),
        Output("T1_mean", "s", "mean time of a stretched exponential, T1 Γ(1/β)/β"),
        Output("T1_fast", "s", "shorter of two times"),
        Output("T1_slow", "s", "longer of two times"),
        Output("R1", "1/s", "rate, 1/T1"),
        Output("R1_fast", "1/s", "rate of the fast component"),
        Output("R1_slow", "1/s", "rate of the slow component"),
        Output("share_fast", "1", "part of the signal that recovers fast"),
        Output("beta", "1", "exponent of a stretched exponential; 1 is a single one"),
    ),
    example="echub.testing.synth.recovery:recovery",
    reference="doi:10.1038/s41467-023-42308-0",
    codes="echub_relaxation:codes.toml",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis of this plugin."""
    return (RELAXATION,)

"""Distribution of relaxation times: a picture of a spectrum, or of a series; its numbers come from circuits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import Analysis, Need, NeedMeta, Output, hookimpl, option
from echub_eis.declared import SPECTRUM, CheckParams


@dataclass(frozen=True)
class DrtParams(CheckParams):
    """Parameters of `eis-drt`."""

    per: str = option(
        "ln", "γ per natural logarithm of τ, or per decade (2.303 times as large)", choices=("ln", "decade")
    )
    points: int = option(10, "time constants per decade", minimum=5, maximum=40)
    beyond: float = option(1.0, "decades of τ beyond both ends of what was measured", minimum=0, maximum=3)
    regularisation: float = option(
        0.0, "λ, for γ over the median of |Z|; 0: by the evidence of the spectrum", minimum=0
    )
    bootstrap: int = option(40, "resamplings that a peak must survive; 0 gives no peaks", minimum=0)
    # Of the false peaks of generated spectra 5 % reach it, of the true ones all: decision 74.
    support: float = option(
        95.0, "resamplings in which a peak must be, to be given", unit="%", minimum=50, maximum=100
    )
    least: float = option(1.0, "smallest area of a peak, of the polarisation resistance", unit="%", minimum=0)


DRT = Analysis(
    "eis-drt",
    "Impedance: distribution of relaxation times of one spectrum or of a series",
    run="echub_eis.drt.outcome:run",
    figure="echub_eis.drt.figure:draw",
    kind="impedance",
    consumes="datasets",
    every_dataset=True,
    codes="echub_eis.drt:codes.toml",
    needs=(
        *SPECTRUM,
        Need("spectrum", "spectrum", help="counted by the hub"),
        Need("t", "time", "s", optional=True, gaps=True, help="an axis of the map"),
        Need(
            "I", any_of=("current", "current_density"), unit="mA/cm^2", without_area="mA", optional=True, gaps=True
        ),
        Need("I_set", "current_setpoint", "mA/cm^2", without_area="mA", optional=True, gaps=True),
        NeedMeta("cell.area", "cm^2", optional=True),
    ),
    params=DrtParams,
    outputs=(
        Output("polarisation_resistance", "ohm", "∫γ dlnτ over all time constants; median over the spectra"),
        Output(
            "outside_window_share",
            "%",
            "part of it at time constants that were not measured; the largest of a series",
        ),
        Output("resistance_infinity", "ohm", "real part at infinite frequency"),
        Output("regularisation", "1", "λ in use, for γ over the median of |Z|; median over the spectra"),
        Output("peaks", "1", "peaks with enough support, of one spectrum"),
        Output("peak_tau_*", "s", "time constant of a peak"),
        Output("peak_area_*", "ohm", "its area, without an interval: the shape is the regularisation's"),
    ),
    reference="doi:10.1016/j.electacta.2015.09.097",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis of this package."""
    return (DRT,)

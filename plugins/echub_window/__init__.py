"""Stability window of an electrolyte from voltammograms, at stated thresholds of current density."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import Analysis, Need, NeedMeta, Output, Sampling, hookimpl, option


@dataclass(frozen=True)
class WindowParams:
    """Parameters of `stability-window`."""

    # A choice, as every threshold is: the table `limits` has those from 1 to 100 µA/cm².
    threshold: float = option(
        10.0, "current density beyond the baseline that counts", unit="uA/cm^2", minimum=1e-6
    )
    scan: int = option(1, "scan whose limits are the answer", minimum=1)
    baseline: str = option("", "where only the double layer is charged, in V: '1.5:3'; found if it is not given")
    plating: str = option("auto", "potential below which the metal itself is plated: '0 V', none, auto")
    resistance: float = option(
        0.0, "R·A between the electrodes, whose voltage is subtracted", unit="ohm*cm^2", minimum=0
    )
    voltage_accuracy: float = option(1e-3, "accuracy of the potential", unit="V", minimum=0)
    current_accuracy: float = option(
        1.0, "accuracy of the current at the threshold, of its value", unit="%", minimum=0
    )
    area_uncertainty: float = option(
        0.0, "standard uncertainty of the area, of its value", unit="%", minimum=0, maximum=100
    )


STABILITY_WINDOW = Analysis(
    "stability-window",
    "Electrochemical stability window, by stated thresholds of the current density above its baseline",
    run="echub_window.outcome.window:run",
    look="echub_window.outcome.window:look",
    figure="echub_window.figure:draw",
    needs=(
        Need("t", "time", "s"),
        Need("j", any_of=("current_density", "current"), unit="uA/cm^2", gaps=True),
        Need(
            "E",
            any_of=("potential_we", "voltage"),
            unit="V",
            gaps=True,
            help="the electrode's potential is preferred",
        ),
        NeedMeta("cell.area", "cm^2", optional=True, help="a threshold is per area"),
        NeedMeta("cell.reference", optional=True, help="a metal names the potential of its plating"),
        NeedMeta("cell.electrodes.counter.material", optional=True, help="the same in a two-electrode cell"),
        NeedMeta("cell.configuration", optional=True),
    ),
    sampling=Sampling(rows=20),
    params=WindowParams,
    outputs=(
        Output("anodic_limit", "V", "first potential at which an oxidation exceeds the threshold"),
        Output("cathodic_limit", "V", "first potential at which a reduction exceeds it"),
        Output("window", "V", "their difference"),
        Output(
            "capacitance", "uF/cm^2", "half the distance of the baselines of both directions over the scan rate"
        ),
        Output("scan_rate", "mV/s", "median of the sweeps"),
    ),
    codes="echub_window:codes.toml",
    reference="doi:10.1038/s41467-023-42308-0",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis of this plugin."""
    return (STABILITY_WINDOW,)

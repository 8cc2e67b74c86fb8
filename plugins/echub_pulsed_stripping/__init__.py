"""Pulsed-stripping capacity: charge per area that pulses strip until the voltage reaches the cut-off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import CURRENT_RANGE, Analysis, Need, NeedMeta, Output, Sampling, hookimpl, option


@dataclass(frozen=True)
class PulsedStrippingParams:
    """Parameters of `pulsed-stripping`."""

    # Of the publication (d5eb00097a, Fig. 4).
    cut_off: float = option(3.0, "voltage that ends the stripping", unit="V", minimum=1e-3)
    direction: str = option(
        "auto", "which current is the stripping", choices=("auto", "we_oxidised", "we_reduced")
    )
    block: int = option(0, "which block of a file with several, from 1; 0 is the only one", minimum=0)
    current_accuracy: float = option(
        0.1,
        "accuracy of current and charge, of the range, or of their value if it is unknown",
        unit="%",
        minimum=0,
    )
    area_uncertainty: float = option(
        0.0, "standard uncertainty of the area, of its value", unit="%", minimum=0, maximum=100
    )


@dataclass(frozen=True)
class PlateauParams:
    """Parameters of `pulsed-stripping-plateau`."""

    tolerance: float = option(5.0, "capacities within this of each other are one plateau", unit="%", minimum=0)
    exclude: str = option("", "outcomes to leave out, each with its reason: 'cell3: short; cell1: leak'")
    allow_mixed: bool = option(False, "take series of different currents, pulses, cut-offs, cells")


PULSED_STRIPPING = Analysis(
    "pulsed-stripping",
    "Charge stripped in pulses with rests until the voltage reaches the cut-off",
    run="echub_pulsed_stripping.outcome.pulsed_stripping:run",
    look="echub_pulsed_stripping.data.train:find",
    figure="echub_pulsed_stripping.figure.pulsed_stripping:draw",
    needs=(
        Need("t", "time", "s"),
        Need("j", any_of=("current_density", "current"), unit="mA/cm^2", without_area="mA"),
        Need(
            "U", any_of=("voltage", "potential_we", "potential_ce"), unit="V", help="the cell voltage is preferred"
        ),
        Need("E_ce", "potential_ce", "V", optional=True, help="answers where the counter electrode is stripped"),
        Need("dq", "charge_increment", "mA*h/cm^2", without_area="mA*h", optional=True, help="decides if there"),
        Need("Q", "charge", "mA*h/cm^2", without_area="mA*h", optional=True, help="decides without increments"),
        Need("j_set", "current_setpoint", "mA/cm^2", without_area="mA", optional=True, help="the commanded level"),
        CURRENT_RANGE,
        Need("mode", "control_mode", optional=True, help="tells current control from potential control"),
        NeedMeta("cell.area", "cm^2", optional=True, help="without it the result is a charge"),
        NeedMeta("cell.configuration", optional=True, help="two_electrode makes the potential the cell voltage"),
        NeedMeta("cell.reference", optional=True, help="what the cut-off is against, in a three-electrode cell"),
    ),
    sampling=Sampling(rows=8),
    params=PulsedStrippingParams,
    outputs=(
        Output("stripping_capacity", "mA*h/cm^2", "charge per area up to the first crossing of the cut-off"),
        Output("stripping_charge", "mA*h", "the same where no area is stated"),
        Output("pulses", "1", "number of pulses, the last one counted in part"),
        Output("charge_per_pulse", "mA*h/cm^2", "charge of a whole pulse, median", or_units=("mA*h",)),
        Output("pulse_current_density", "mA/cm^2", "level of the pulses, median", or_units=("mA",)),
        Output("pulse_duration", "s", "duration of a whole pulse, median"),
        Output("rest_duration", "s", "rest between two pulses, median"),
        Output("asr_jump", "ohm*cm^2", "jump of the voltage where the first pulse begins, over its current"),
        Output("resistance_jump", "ohm", "the same where no area is stated"),
        Output("relaxation_time", "s", "time in which the voltage relaxes to 1/e of its way in a rest, median"),
    ),
    reference="doi:10.1039/d5eb00097a",
    codes="echub_pulsed_stripping:codes.toml",
)

PLATEAU = Analysis(
    "pulsed-stripping-plateau",
    "Stripping capacity against the rest between pulses, and its plateau",
    run="echub_pulsed_stripping.outcome.plateau:run",
    figure="echub_pulsed_stripping.figure.plateau:draw",
    consumes="outcomes",
    params=PlateauParams,
    outputs=(
        Output("capacity_plateau", "mA*h/cm^2", "capacity that longer rests do not raise", or_units=("mA*h",)),
        Output("capacity_slope", "mA*h/cm^2", "rise per factor of e of the rest", or_units=("mA*h",)),
        Output("plateau_from", "s", "shortest rest on the plateau; the interval begins at the next shorter one"),
    ),
    reference="doi:10.1039/d5eb00097a",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analyses of this plugin."""
    return (PULSED_STRIPPING, PLATEAU)

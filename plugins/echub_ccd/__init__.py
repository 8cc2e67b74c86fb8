"""Critical current density of symmetric cells, and its distribution over several cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import CURRENT_RANGE, Analysis, Need, NeedMeta, Output, Sampling, hookimpl, option

DETECTORS = ("r_drop", "below_bulk", "half_drop", "near_zero", "asymmetry", "growth", "limit", "eis_vanish")
DEFAULT = "r_drop_or_below_bulk"


@dataclass(frozen=True)
class CcdParams:
    """Parameters of `ccd`; those of a detector begin with its name."""

    criterion: str = option(DEFAULT, "what counts as the failure", choices=(DEFAULT, *DETECTORS))
    direction: str = option(
        "either", "which half cycles may fail", choices=("either", "we_oxidised", "we_reduced")
    )
    report: str = option("ccd", "the critical current density, or the cycles", choices=("ccd", "cycles"))
    electrolyte_asr: float = option(
        0.0, "R·A of the electrolyte, from impedance; 0: from metadata, or not known", unit="ohm*cm^2", minimum=0
    )
    rest: float = option(0.0, "currents below this are rest; 0: found from the noise", unit="mA", minimum=0)
    # With 15 % and 5 σ soft shorts of 20 % are found, and noise alone never fails (docs/analyses/ccd.md).
    r_drop: float = option(15.0, "fall of R that counts", unit="%", minimum=1, maximum=99)
    r_drop_sigma: float = option(5.0, "and in standard deviations of its noise", minimum=0)
    # 70 % at once parts shorts from healing over a twentieth of a half cycle or more (decision 40).
    r_drop_sharpness: float = option(
        0.7, "part of the fall that must happen at once; 0 takes slow falls too", minimum=0, maximum=1
    )
    below_bulk: float = option(5.0, "R·A so far below the electrolyte's", unit="%", minimum=0, maximum=99)
    # Half, and next to nothing, are the words of two publications (d5eb00071h, d5eb00097a); their figures by eye.
    half_drop: float = option(50.0, "U left of the half cycle before, at the same R", unit="%", minimum=1)
    near_zero: float = option(10.0, "U left of what the lowest earlier R makes expected", unit="%", minimum=0)
    near_zero_floor: float = option(5.0, "a U below this is none", unit="mV", minimum=0)
    asymmetry: float = option(20.0, "difference of R between both directions", unit="%", minimum=0)
    growth: float = option(50.0, "rise of R within a half cycle", unit="%", minimum=0)
    # A third of the electrolyte's: less of each arc is left than the thinnest electrolyte in use has.
    eis_vanish: float = option(3.0, "arcs of a spectrum below the electrolyte's R·A over this are gone", minimum=1)
    limit: float = option(0.0, "the instrument's limit of U; 0: found from the data", unit="V", minimum=0)

    range_accuracy: float = option(0.1, "accuracy of the current, of its range", unit="%", minimum=0)
    area_uncertainty: float = option(
        0.0, "standard uncertainty of the area, of its value", unit="%", minimum=0, maximum=100
    )


@dataclass(frozen=True)
class WeibullParams:
    """Parameters of `ccd-weibull`."""

    measurand: str = option("", "which measurand to use; may be left out if there is only one candidate")
    level: float = option(95.0, "coverage of the interval", unit="%", minimum=50, maximum=99.9)
    allow_mixed: bool = option(False, "take values of different criteria, protocols, directions, temperatures")


CCD = Analysis(
    "ccd",
    "Critical current density, between the last level survived and the first level failed",
    run="echub_ccd.outcome.ccd:run",
    look="echub_ccd.outcome.ccd:look",
    figure="echub_ccd.figure.ccd:draw",
    consumes="datasets",
    needs=(
        Need("t", "time", "s"),
        Need("j", any_of=("current_density", "current"), unit="mA/cm^2", without_area="mA", gaps=True),
        Need("U", any_of=("voltage", "potential_we"), unit="V", help="the cell voltage is preferred"),
        Need(
            "j_set",
            "current_setpoint",
            "mA/cm^2",
            without_area="mA",
            optional=True,
            help="names the levels",
        ),
        Need("U_set", "potential_setpoint", "V", optional=True, help="shows where the potential is controlled"),
        Need("dq", "charge_increment", "mA*h/cm^2", without_area="mA*h", optional=True, help="the best charge"),
        Need("q", "charge", "mA*h/cm^2", without_area="mA*h", optional=True, help="answers where dq is missing"),
        Need("q_half", "charge_half_cycle", "mA*h/cm^2", without_area="mA*h", optional=True, help="cross-check"),
        CURRENT_RANGE,
        Need("counter", "half_cycle", optional=True, help="the instrument's count, cross-checked"),
        Need(
            "z_t", "time", "s", kind="impedance", optional=True, help="spectra beside the current, for eis_vanish"
        ),
        Need("z_re", "impedance_real", "ohm", kind="impedance", optional=True),
        Need("z_n", "spectrum", kind="impedance", optional=True),
        NeedMeta("cell.area", "cm^2", optional=True, help="without it the levels are currents"),
        NeedMeta("cell.area_basis", optional=True),
        NeedMeta("cell.configuration", optional=True),
        NeedMeta("cell.symmetric", optional=True, help="false refuses: U/j is then no resistance"),
        NeedMeta("cell.electrode_of_interest", optional=True, help="names its half cycles strip and plate"),
        NeedMeta("cell.thickness", "cm", optional=True, help="with the conductivity, R·A of the electrolyte"),
        NeedMeta("cell.electrolyte_conductivity", "S/cm", optional=True),
        NeedMeta("cell.n_interfaces", optional=True, help="for asr_interface"),
    ),
    sampling=Sampling(rows=3),
    params=CcdParams,
    profiles={
        "tip2025": {"criterion": "half_drop"},
        "querel2021": {"criterion": "r_drop"},
        "nak2025": {"criterion": "near_zero"},
        "sun2023": {"criterion": "r_drop"},
    },
    outputs=(
        Output("critical_current_density", "mA/cm^2", "[last level survived, first level failed)"),
        Output("critical_current", "mA", "the same where no area is stated"),
        Output("last_survived", "mA/cm^2", "highest level survived before the failure", or_units=("mA",)),
        Output("first_failed", "mA/cm^2", "level of the failure", or_units=("mA",)),
        Output("half_cycle_charge", "mA*h/cm^2", "charge of the failed half cycle up to its end", ("mA*h",)),
        Output("asr_cell", "ohm*cm^2", "R·A of the whole cell before the failure, median of the half cycles"),
        Output("resistance_cell", "ohm", "the same where no area is stated"),
        Output("asr_interface", "ohm*cm^2", "of one interface: electrolyte subtracted, both stated"),
        Output("overpotential", "V", "median |U| of the half cycles (report=cycles)"),
        Output("asymmetry", "%", "R oxidising the working electrode over R reducing it, less 1 (report=cycles)"),
    ),
    codes="echub_ccd:codes.toml",
    reference="doi:10.1039/d5eb00071h",
)

WEIBULL = Analysis(
    "ccd-weibull",
    "Weibull distribution of the critical current densities of many cells, from their intervals",
    run="echub_ccd.outcome.weibull:run",
    figure="echub_ccd.figure.weibull:draw",
    consumes="outcomes",
    params=WeibullParams,
    outputs=(
        Output("median", "mA/cm^2", "half of the cells fail below it", or_units=("mA",)),
        Output("scale", "mA/cm^2", "63.2 % of the cells fail below it", or_units=("mA",)),
        Output("shape", "1", "Weibull modulus: large is a narrow distribution"),
    ),
    reference="W. Weibull, J. Appl. Mech. 18 (1951) 293",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analyses of this plugin."""
    return (CCD, WEIBULL)

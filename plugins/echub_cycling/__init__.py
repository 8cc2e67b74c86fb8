"""Cycles of cells: capacity, efficiency and retention; lifetime of symmetric cells; linearity of a staircase."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import CURRENT_RANGE, Analysis, Need, NeedMeta, Output, Sampling, hookimpl, option

CURRENT_ACCURACY = "accuracy of the current, of its range, or of its value if no range is known"


@dataclass(frozen=True)
class CyclingParams:
    """Parameters of `cycling`."""

    charge: str = option(
        "auto", "which current charges the electrode of interest", choices=("auto", "anodic", "cathodic")
    )
    cycles: str = option("auto", "what makes a cycle", choices=("auto", "current", "counter"))
    reference: int = option(0, "cycle that retention refers to; 0: the first at the rate of the last", minimum=0)
    at: str = option("", "cycles of the summary and the curves: '1, 50, 100'")
    rest: float = option(0.0, "currents below this are rest; 0: found from the noise", unit="mA", minimum=0)
    # Cyclers specify 0.02 to 0.1 % of their range, potentiostats 0.1 % (1 % at the ends of their ranges).
    current_accuracy: float = option(0.1, CURRENT_ACCURACY, unit="%", minimum=0)
    repeatability: float = option(0.02, "drift of the current within a run, of its value", unit="%", minimum=0)
    voltage_accuracy: float = option(1e-3, "accuracy of the voltage", unit="V", minimum=0)
    mass_uncertainty: float = option(
        0.0, "standard uncertainty of the mass, of its value", unit="%", minimum=0, maximum=100
    )
    area_uncertainty: float = option(
        0.0, "standard uncertainty of the area, of its value", unit="%", minimum=0, maximum=100
    )
    # 10 mV resolves the steps of layered oxides and keeps the noise of 1 mV at a tenth of dQ/dV.
    dqdv_step: float = option(0.01, "step of voltage over which dQ/dV is averaged", unit="V", minimum=1e-4)


@dataclass(frozen=True)
class SymmetricParams:
    """Parameters of `symmetric-cycling`."""

    # A short leaves the resistance of a metal filament, far below half of that of the electrolyte.
    drop: float = option(50.0, "fall of R that ends the lifetime, if it lasts", unit="%", minimum=5, maximum=99)
    rise: float = option(3.0, "R that many times the usual is reported as a lost contact", minimum=1.1)
    rest: float = option(0.0, "currents below this are rest; 0: found from the noise", unit="mA", minimum=0)
    current_accuracy: float = option(0.1, CURRENT_ACCURACY, unit="%", minimum=0)
    voltage_gain: float = option(0.1, "accuracy of the voltage, of its value", unit="%", minimum=0)


@dataclass(frozen=True)
class LifetimesParams:
    """Parameters of `cell-lifetimes`."""

    allow_mixed: bool = option(False, "take cells of different levels, criteria, temperatures")


@dataclass(frozen=True)
class StaircaseParams:
    """Parameters of `staircase-linearity`."""

    deviation: float = option(10.0, "U this far off the line is beyond it", unit="%", minimum=0.1)
    fit: int = option(3, "most levels that make the line, the lowest", minimum=1)
    tail: float = option(
        20.0, "part of each level, at its end, that is averaged", unit="%", minimum=1, maximum=100
    )
    rest: float = option(0.0, "levels below this are rest; 0: found from the noise", unit="mA/cm^2", minimum=0)
    current_accuracy: float = option(0.1, CURRENT_ACCURACY, unit="%", minimum=0)
    voltage_accuracy: float = option(
        1e-3, "offset of the voltage, if there is no rest to see it", unit="V", minimum=0
    )


_CHARGES = (
    Need(
        "dq",
        "charge_increment",
        "mA*h/cm^2",
        without_area="mA*h",
        optional=True,
        gaps=True,
        help="counts if there",
    ),
    Need("q", "charge", "mA*h/cm^2", without_area="mA*h", optional=True, gaps=True, help="without increments"),
    Need("q_ox", "charge_anodic", "mA*h/cm^2", without_area="mA*h", optional=True, gaps=True, help="with q_red"),
    Need("q_red", "charge_cathodic", "mA*h/cm^2", without_area="mA*h", optional=True, gaps=True),
    Need("q_step", "charge_step", "mA*h/cm^2", without_area="mA*h", optional=True, gaps=True),
)
_TRACE = (
    Need("t", "time", "s"),
    Need("j", any_of=("current", "current_density"), unit="mA/cm^2", without_area="mA", gaps=True),
    Need("U", any_of=("voltage", "potential_we"), unit="V", gaps=True, help="the cell voltage is preferred"),
    CURRENT_RANGE,
)

CYCLING = Analysis(
    "cycling",
    "Capacity, coulombic efficiency and capacity retention over charge and discharge cycles",
    run="echub_cycling.outcome.cycling:run",
    look="echub_cycling.outcome.cycling:look",
    figure="echub_cycling.figure.cycling:draw",
    needs=(
        *_TRACE,
        *_CHARGES,
        Need("E_set", "potential_setpoint", "V", optional=True, gaps=True, help="shows a sweep"),
        Need("counter", "cycle", optional=True, help="the instrument's count, compared"),
        NeedMeta("cell.area", "cm^2", optional=True, help="for areal_capacity"),
        NeedMeta("cell.active_mass", "g", optional=True, help="for specific_capacity"),
        NeedMeta("cell.electrodes.working.mass", "g", optional=True, help="preferred to cell.active_mass"),
        NeedMeta("cell.electrodes.counter.mass", "g", optional=True),
        NeedMeta("cell.capacity", "mA*h", optional=True, help="what a C-rate refers to"),
        NeedMeta(
            "cell.electrodes.working.polarity", optional=True, help="negative: charged by a cathodic current"
        ),
        NeedMeta("cell.electrode_of_interest", optional=True),
        NeedMeta("cell.symmetric", optional=True),
        NeedMeta("cell.configuration", optional=True),
    ),
    sampling=Sampling(rows=4),
    params=CyclingParams,
    outputs=(
        Output("cycles", "1", "complete cycles"),
        Output("charge_capacity", "mA*h", "charge of the reference cycle", or_units=("mA*h/cm^2",)),
        Output("discharge_capacity", "mA*h", "discharge of the reference cycle", or_units=("mA*h/cm^2",)),
        Output("specific_capacity", "mA*h/g", "that discharge per active mass"),
        Output("areal_capacity", "mA*h/cm^2", "that discharge per area"),
        Output("first_efficiency", "%", "discharge over charge of the first complete cycle"),
        Output("coulombic_efficiency", "%", "the same, median of all later complete cycles"),
        Output("energy_efficiency", "%", "discharged over charged energy, median of the later cycles"),
        Output("retention", "%", "last complete discharge over that of the reference cycle"),
        Output("mean_charge_voltage", "V", "energy over charge, reference cycle"),
        Output("mean_discharge_voltage", "V", "energy over charge, reference cycle"),
        Output("c_rate", "1/h", "discharge current of the reference cycle over the nominal capacity"),
    ),
    codes="echub_cycling:codes.toml",
    reference="doi:10.1038/s41467-023-42308-0",
)

SYMMETRIC = Analysis(
    "symmetric-cycling",
    "Overpotential, area-specific resistance and time to a sudden voltage drop of a symmetric cell",
    run="echub_cycling.outcome.symmetric:run",
    look="echub_cycling.outcome.symmetric:look",
    figure="echub_cycling.figure.symmetric:draw",
    needs=(
        *_TRACE,
        *_CHARGES,
        Need("E_set", "potential_setpoint", "V", optional=True, gaps=True, help="shows a sweep"),
        NeedMeta("cell.area", "cm^2", optional=True, help="for asr_cell"),
        NeedMeta("cell.symmetric", optional=True, help="false refuses"),
        NeedMeta("cell.configuration", optional=True),
    ),
    sampling=Sampling(rows=8),
    params=SymmetricParams,
    outputs=(
        Output("lifetime", "h", "from the first current to the sudden drop; without one, a lower bound"),
        Output("asr_cell", "ohm*cm^2", "U/j of the whole cell before the drop, median"),
        Output("resistance_cell", "ohm", "the same where no area is stated"),
        Output("overpotential", "V", "U in the direction of the current, median before the drop"),
        Output("half_cycle_charge", "mA*h/cm^2", "charge of a half cycle, median", or_units=("mA*h",)),
        Output("half_cycles", "1", "half cycles before the drop"),
        Output("change", "%", "R at the end over R at the start, less 1"),
    ),
    codes="echub_cycling:codes.toml",
    reference="doi:10.1038/s41467-023-42308-0",
)

LIFETIMES = Analysis(
    "cell-lifetimes",
    "Median lifetime of cells; those that have not failed count as censored (Kaplan-Meier)",
    run="echub_cycling.outcome.lifetimes:run",
    figure="echub_cycling.figure.lifetimes:draw",
    consumes="outcomes",
    params=LifetimesParams,
    outputs=(
        Output("median_lifetime", "h", "half of the cells have dropped"),
        Output("cells", "1", "cells with a lifetime, or with a lower bound"),
        Output("failed", "1", "cells that dropped"),
    ),
    codes="echub_cycling:codes.toml",
    reference="E. L. Kaplan and P. Meier, J. Am. Stat. Assoc. 53 (1958) 457",
)

STAIRCASE = Analysis(
    "staircase-linearity",
    "Current density up to which the voltage of a galvanostatic staircase is linear",
    run="echub_cycling.outcome.staircase:run",
    look="echub_cycling.outcome.staircase:look",
    figure="echub_cycling.figure.staircase:draw",
    needs=(
        Need("t", "time", "s"),
        Need("j", any_of=("current_density", "current"), unit="mA/cm^2", without_area="mA", gaps=True),
        Need("U", any_of=("voltage", "potential_we"), unit="V", gaps=True, help="the cell voltage is preferred"),
        Need(
            "j_set",
            "current_setpoint",
            "mA/cm^2",
            without_area="mA",
            optional=True,
            gaps=True,
            help="names levels",
        ),
        CURRENT_RANGE,
        NeedMeta("cell.area", "cm^2", optional=True, help="without it the limits are currents"),
        NeedMeta("cell.configuration", optional=True),
    ),
    sampling=Sampling(rows=6),
    params=StaircaseParams,
    outputs=(
        Output("linear_limit_*", "mA/cm^2", "[last linear level, first beyond), by direction", or_units=("mA",)),
        Output("asr_*", "ohm*cm^2", "slope of the line, by direction"),
        Output("resistance_*", "ohm", "the same where no area is stated"),
    ),
    codes="echub_cycling:codes.toml",
    reference="doi:10.1039/d5eb00097a",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analyses of this plugin."""
    return (CYCLING, SYMMETRIC, LIFETIMES, STAIRCASE)

"""Cycles of cells: capacity, efficiency and retention; lifetime of symmetric cells; linearity of a staircase."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import Analysis, Need, NeedMeta, Output, Sampling, hookimpl, option


@dataclass(frozen=True)
class CyclingParams:
    """Parameters of `cycling`."""

    charge: str = option("auto", "which current charges the electrode of interest", choices=("auto", "anodic", "cathodic"))
    cycles: str = option("auto", "what makes a cycle", choices=("auto", "current", "counter"))
    reference: int = option(0, "cycle that retention refers to; 0: the first at the rate of the last", minimum=0)
    at: str = option("", "cycles of the summary and the curves: '1, 50, 100'")
    rest: float = option(0.0, "currents below this are rest; 0: found from the noise", unit="mA", minimum=0)
    # Cyclers specify 0.02 to 0.1 % of their range, potentiostats 0.1 % (1 % at the ends of their ranges).
    current_accuracy: float = option(0.1, "accuracy of the current, of its value, each way", unit="%", minimum=0)
    repeatability: float = option(0.02, "drift of the current within a run, of its value", unit="%", minimum=0)
    voltage_accuracy: float = option(1e-3, "accuracy of the voltage", unit="V", minimum=0)
    mass_uncertainty: float = option(0.0, "standard uncertainty of the mass, of its value", unit="%", minimum=0)
    area_uncertainty: float = option(0.0, "standard uncertainty of the area, of its value", unit="%", minimum=0)
    # 10 mV resolves the steps of layered oxides and keeps the noise of 1 mV at a tenth of dQ/dV.
    dqdv_step: float = option(0.01, "step of voltage over which dQ/dV is averaged", unit="V", minimum=1e-4)


_CHARGES = (
    Need("dq", "charge_increment", "mA*h/cm^2", without_area="mA*h", optional=True, gaps=True, help="counts if there"),
    Need("q", "charge", "mA*h/cm^2", without_area="mA*h", optional=True, gaps=True, help="without increments"),
    Need("q_ox", "charge_anodic", "mA*h/cm^2", without_area="mA*h", optional=True, gaps=True, help="with q_red"),
    Need("q_red", "charge_cathodic", "mA*h/cm^2", without_area="mA*h", optional=True, gaps=True),
    Need("q_step", "charge_step", "mA*h/cm^2", without_area="mA*h", optional=True, gaps=True),
)
_TRACE = (
    Need("t", "time", "s"),
    Need("j", any_of=("current", "current_density"), unit="mA/cm^2", without_area="mA", gaps=True),
    Need("U", any_of=("voltage", "potential_we"), unit="V", gaps=True, help="the cell voltage is preferred"),
)

CYCLING = Analysis(
    "cycling",
    "Capacity, efficiency and retention of each charge and discharge of a cell",
    run="echub_cycling.outcome.cycling:run",
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
        NeedMeta("cell.electrodes.working.polarity", optional=True, help="negative: charged by a cathodic current"),
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
    reference="https://doi.org/10.1038/s41467-023-42308-0",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analyses of this plugin."""
    return (CYCLING,)

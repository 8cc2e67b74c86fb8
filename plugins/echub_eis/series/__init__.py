"""Impedance while it happens: all spectra of a cell against time, current density and charge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import CURRENT_RANGE, Analysis, Need, NeedMeta, Output, hookimpl, option
from echub_eis.declared import PRESETS, SPECTRUM, CheckParams, FitParams


@dataclass(frozen=True)
class SeriesParams(CheckParams):
    """Parameters of `eis-series`."""

    circuit: str = option(
        "arcs", "circuit such as 'LR:hf (RQ):gb (RQ):int', a preset, or arcs: as many as four of the spectra show"
    )
    max_arcs: int = option(3, "most arcs that are tried", minimum=1, maximum=4)
    level: float = option(95.0, "coverage of the intervals", unit="%", minimum=50, maximum=99.9)
    identified: float = option(
        50.0, "a value with a larger relative uncertainty is not given", unit="%", minimum=1
    )
    follow: str = option(
        "", "label of the arc that is followed; by default the first that begins with int or ct, else the slowest"
    )
    shared: str = option("", "labels of parts that all spectra share, fitted together, as 'hf,gb'")
    times: str = option(
        "own",
        "time of a resistance: that of its own points, or of mid-sweep, to which all points are interpolated",
        choices=("own", "interpolated"),
    )
    # A fit that has missed its optimum is off by more than half; the scatter of χ² of 40 points is 16 %.
    restart: float = option(
        1.5, "χ² over its running median from which a spectrum is fitted from new starting values", minimum=1.1
    )
    restart_every: int = option(10, "every so many spectra new starting values are tried as well", minimum=2)
    onset: float = option(5.0, "deviation from the line through the lower levels", unit="%", minimum=0.5)
    sustained: int = option(6, "levels that must deviate one after another", minimum=1)
    bootstrap: int = option(400, "resamplings for the interval of the onset", minimum=50)
    # Of instruments in use: 0.1 % of the range, or better.
    current_accuracy: float = option(
        0.1, "accuracy of the levels, of the range of the current, or of their value", unit="%", minimum=0
    )
    area_uncertainty: float = option(
        0.0, "standard uncertainty of the area, of its value", unit="%", minimum=0, maximum=100
    )
    vanish: float = option(
        3.0, "arcs below the electrolyte's resistance over this are gone: electrons flow", minimum=1
    )

    def fitting(self) -> FitParams:
        """Return the parameters of a single fit."""
        shared = {name: getattr(self, name) for name in FitParams.__dataclass_fields__ if hasattr(self, name)}
        return FitParams(**shared)


SERIES = Analysis(
    "eis-series",
    "Impedance: resistances of successive spectra, onset of nonlinearity, recovery",
    run="echub_eis.series.outcome.series:run",
    figure="echub_eis.series.figure:draw",
    kind="impedance",
    consumes="datasets",
    every_dataset=True,
    codes="echub_eis.series:codes.toml",
    needs=(
        *SPECTRUM,
        Need("spectrum", "spectrum", help="counted by the hub"),
        Need("t", "time", "s", optional=True, gaps=True, help="without it the axis is the number of the spectrum"),
        Need(
            "I", any_of=("current", "current_density"), unit="mA/cm^2", without_area="mA", optional=True, gaps=True
        ),
        Need(
            "I_set",
            "current_setpoint",
            "mA/cm^2",
            without_area="mA",
            optional=True,
            gaps=True,
            help="names the levels",
        ),
        CURRENT_RANGE,
        Need("U", any_of=("voltage", "potential_we"), unit="V", optional=True, gaps=True, help="for U/j"),
        Need("T", "temperature", "degC", optional=True, gaps=True),
        Need("ts_t", "time", "s", kind="timeseries", optional=True, help="for the charge and the half cycles"),
        Need(
            "ts_I",
            any_of=("current", "current_density"),
            unit="mA/cm^2",
            without_area="mA",
            kind="timeseries",
            optional=True,
            gaps=True,
        ),
        Need("ts_U", any_of=("voltage", "potential_we"), unit="V", kind="timeseries", optional=True, gaps=True),
        NeedMeta("cell.area", "cm^2", optional=True, help="for levels in mA/cm² and resistance times area"),
        NeedMeta("cell.thickness", "cm", optional=True, help="for the conductivity"),
        NeedMeta("cell.n_interfaces", optional=True, help="for the value of one interface"),
        NeedMeta("cell.temperature", "degC", optional=True),
    ),
    params=SeriesParams,
    profiles={name: {"circuit": circuit} for name, circuit in PRESETS.items()},
    outputs=(
        Output("resistance_start", "ohm", "of the arc that is followed, in the first spectrum that tells it"),
        Output("resistance_end", "ohm", "in the last"),
        Output("resistance_max", "ohm", "the greatest; one bad spectrum among its neighbours does not count"),
        Output("onset_level", "mA/cm^2", "where the followed resistance leaves the line", or_units=("mA",)),
        Output(
            "onset_level_voltage",
            "mA/cm^2",
            "where U/j leaves the line: later, for it holds the rest of the cell",
            ("mA",),
        ),
        Output("onset_bracket", "mA/cm^2", "[last level on the line, first beyond], of the resistance", ("mA",)),
        Output("onset_bracket_voltage", "mA/cm^2", "the same of U/j", or_units=("mA",)),
        Output("recovery_time", "s", "time in which the excess of the resistance at rest falls to 1/e"),
        Output("resistance_recovered", "ohm", "the resistance to which it falls"),
        Output("vanish_level", "mA/cm^2", "[last level with arcs, first without)", or_units=("mA",)),
        Output("vanish_time", "s", "[time of the last spectrum with arcs, of the first without)"),
        Output("asr_start", "ohm*cm^2", "resistance times area, of one interface where their number is stated"),
        Output("asr_end", "ohm*cm^2", "the same of the last spectrum"),
        Output("lack_of_fit", "1", "median over the spectra of the rms of residuals over noise"),
    ),
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis of this package."""
    return (SERIES,)

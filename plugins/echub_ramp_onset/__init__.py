"""Onset of the non-ohmic rise of the voltage in a linear current ramp."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import CURRENT_RANGE, Analysis, Need, NeedMeta, Output, Sampling, hookimpl, option


@dataclass(frozen=True)
class RampOnsetParams:
    """Parameters of `ramp-onset`; those that begin with `lowack_` are what the paper leaves open."""

    method: str = option(
        "robust", "which method gives the result; the other stands beside it", choices=("robust", "lowack2026")
    )
    electrode: str = option(
        "auto",
        "whose voltage: the cell's, or one electrode's against the reference; auto prefers the cell's",
        choices=("auto", "cell", "oxidised", "reduced"),
    )
    # 5 %, 30 s, 30 s and 0.7 are those of the paper (arXiv:2603.23340).
    threshold: float = option(5.0, "deviation from the ohmic line that counts as onset", unit="%", minimum=0.1)
    window: float = option(30.0, "moving average, in time", unit="s", minimum=1e-3)
    sustain: float = option(30.0, "how long the deviation must last (robust)", unit="s", minimum=0)
    start: float = option(30.0, "start of the ohmic fit after the start of the ramp", unit="s", minimum=0)
    fit_fraction: float = option(
        0.7, "end of the ohmic fit, as a fraction of the onset time", minimum=0.2, maximum=0.9
    )
    # At 4 σ and 100 µV of noise onsets are off by -0.07 ± 0.08 %; 10 σ keep the scatter at 1 % (decision 30).
    guard: float = option(4.0, "a point counts if the threshold exceeds this many sigma", minimum=0)
    resolution: float = option(10.0, "an onset is given if the threshold exceeds this many sigma", minimum=0)
    bootstrap: int = option(
        200, "residual bootstrap replicates of the interval; 0 gives none", minimum=0, maximum=10_000
    )
    # 1 % alone fails honest ramps near zero (-0.087 mA for -0.0785 on the 10 mA range): hence 0.1 % of the range.
    control: float = option(1.0, "allowed deviation of the current from its set point", unit="%", minimum=0)
    range_accuracy: float = option(0.1, "accuracy of the current, of its range", unit="%", minimum=0)
    area_uncertainty: float = option(
        0.0, "standard uncertainty of the area, of its value", unit="%", minimum=0, maximum=100
    )
    # Of the paper's Supporting Information S2.
    vacancy_charge: float = option(
        0.4,
        "vacancies that a contact holds before it is lost, for the detection delay",
        unit="uA*h/cm^2",
        minimum=0,
    )
    lowack_curvature: float = option(0.2, "second derivative that marks the failure", unit="V/s^2", minimum=0)
    lowack_fit: str = option("raw", "voltage in the fit", choices=("raw", "smoothed"))
    lowack_scheme: str = option("three_point", "second derivative", choices=("three_point", "gradient_twice"))
    lowack_edges: str = option(
        "valid", "where the moving average does not fit: left out, or shorter", choices=("valid", "shorter")
    )
    lowack_search: str = option(
        "start", "search the deviation from `start`, or from zero", choices=("start", "zero")
    )
    lowack_sign: str = option("either", "sign of the deviation", choices=("either", "positive"))
    lowack_offset: str = option(
        "none", "voltage at rest before the ramp: left in, or subtracted", choices=("none", "rest")
    )


RAMP_ONSET = Analysis(
    "ramp-onset",
    "Onset of the non-ohmic rise of the voltage in a linear current ramp",
    run="echub_ramp_onset.outcome.ramp_onset:run",
    look="echub_ramp_onset.data:find",
    figure="echub_ramp_onset.figure:draw",
    needs=(
        Need("t", "time", "s"),
        Need("j", any_of=("current_density", "current"), unit="mA/cm^2", without_area="mA"),
        Need(
            "U", any_of=("voltage", "potential_we", "potential_ce"), unit="V", help="the cell voltage is preferred"
        ),
        Need("E_ce", "potential_ce", "V", optional=True, help="answers where the counter electrode is oxidised"),
        Need("E_we", "potential_we", "V", optional=True, help="with the counter electrode's, both are judged"),
        Need("I", "current", "mA", optional=True, help="compared with the current density, if both are there"),
        Need("I_set", "current_setpoint", "mA", optional=True, help="shows where the current is not controlled"),
        CURRENT_RANGE,
        Need("mode", "control_mode", optional=True),
        NeedMeta("cell.area", "cm^2", optional=True, help="without it the onset is a current"),
        NeedMeta("cell.configuration", optional=True, help="two_electrode makes the potential the cell voltage"),
    ),
    sampling=Sampling(rows=20),
    params=RampOnsetParams,
    profiles={"lowack2026": {"method": "lowack2026"}},
    outputs=(
        Output("onset_current_density", "mA/cm^2", "current density at the onset (onset_current without an area)"),
        Output("onset_current", "mA", "current at the onset, where no area is stated"),
        Output("onset_time", "s", "time of the onset, on the file's clock"),
        Output("asr_cell", "ohm*cm^2", "ohmic slope of the cell voltage: both interfaces and the electrolyte"),
        Output("resistance_cell", "ohm", "the same where no area is stated"),
        Output("asr_to_reference", "ohm*cm^2", "ohmic slope of the potential of the electrode that is watched"),
        Output("resistance_to_reference", "ohm", "the same where no area is stated"),
        Output("ramp_rate", "mA/cm^2/h", "ramp rate, as measured", or_units=("mA/h",)),
        Output("other_deviation_at_onset", "%", "of the other electrode, from its own ohmic line, at the onset"),
        Output("other_largest_deviation", "%", "the same at most, while the current is controlled"),
        Output("detection_delay", "mA/cm^2", "how far the current rises while the vacancies accumulate"),
        Output(
            "detection_delay_above_transport",
            "mA/cm^2",
            "extension: the same if only the current above transport leaves vacancies",
        ),
    ),
    reference="doi:10.48550/arXiv.2603.23340",
    codes="echub_ramp_onset:codes.toml",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analysis of this plugin."""
    return (RAMP_ONSET,)

"""Direct current: electronic conductivity from a polarisation, transference number by Bruce and Vincent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import CURRENT_RANGE, Analysis, Need, NeedMeta, Output, hookimpl, option


@dataclass(frozen=True)
class DecayParams:
    """Parameters of both analyses: which rows, what the instrument adds."""

    offset: float = option(0.0, "current of the instrument without a cell, which is subtracted", unit="nA")
    offset_uncertainty: float = option(
        0.0, "standard uncertainty of the offset; 0: from the rest before the step", unit="nA", minimum=0
    )
    range_accuracy: float = option(0.1, "accuracy of the current, of its range", unit="%", minimum=0)
    level: float = option(95.0, "coverage of the intervals", unit="%", minimum=50, maximum=99.9)
    # A standard normal value is beyond 3 in 3 of 1000 flat tails.
    flat: float = option(3.0, "slope of a tail, in its uncertainty, above which it still falls", minimum=1)
    # Of diffusion |I - I∞| falls with t^-1/2; anything slower has no steady state that a run could show.
    slowest: float = option(0.5, "slowest decay that a flat tail may hide, exponent of t", minimum=0.1, maximum=2)


@dataclass(frozen=True)
class PolarisationParams(DecayParams):
    """Parameters of `dc-polarisation`."""


@dataclass(frozen=True)
class TransferenceParams(DecayParams):
    """Parameters of `transference-number`."""

    resistance_before: float = option(
        0.0, "resistance of the interfaces before the step, from impedance", unit="ohm", minimum=0
    )
    resistance_after: float = option(
        0.0, "resistance of the interfaces in the steady state, from impedance", unit="ohm", minimum=0
    )
    resistance_uncertainty: float = option(
        0.0, "least standard uncertainty of both, of their value", unit="%", minimum=0, maximum=100
    )
    before: str = option("", "outcome of the spectrum before: FILE.outcome.json, or FILE.outcome.json:MEASURAND")
    after: str = option("", "the same of the steady state")
    measurand: str = option(
        "", "name of the resistance of the interfaces in an outcome; by default that which begins with int or ct"
    )
    circuit: str = option("", "circuit for spectra before and after in the same record, such as 'R:hf (RQ):int'")


CODES = "echub_dc:codes.toml"
COLUMNS = (
    Need("t", "time", "s"),
    Need("I", "current", "nA", help="the current itself, not a density"),
    Need("U", any_of=("voltage", "potential_we"), unit="V", help="the step is found in it"),
    CURRENT_RANGE,
)

POLARISATION = Analysis(
    "dc-polarisation",
    "Electronic conductivity from the steady current of a DC polarisation, or its upper bound",
    run="echub_dc.outcome.polarisation:run",
    look="echub_dc.data:look",
    figure="echub_dc.figure:draw",
    codes=CODES,
    needs=(
        *COLUMNS,
        NeedMeta("cell.area", "cm^2", optional=True, help="for the conductivity"),
        NeedMeta("cell.thickness", "cm", optional=True, help="for the conductivity"),
    ),
    params=PolarisationParams,
    outputs=(
        Output("steady_current", "nA", "mean of the flat tail, else an upper bound of what it falls to"),
        Output("extrapolated_current", "nA", "constant of a sum of exponentials; only if its residuals are white"),
        Output("potential_step", "V", "the applied potential"),
        Output("electronic_resistance", "ohm", "potential over steady current"),
        Output("electronic_conductivity", "S/cm", "I L/(U A), of what flows in the steady state"),
    ),
    reference="doi:10.1063/1.1740380",
)

TRANSFERENCE = Analysis(
    "transference-number",
    "Transference number (Bruce and Vincent), from a polarisation and two interface resistances",
    run="echub_dc.outcome.transference:run",
    look="echub_dc.data:look",
    figure="echub_dc.figure:draw",
    codes=CODES,
    needs=(
        *COLUMNS,
        Need("z_f", "frequency", "Hz", kind="impedance", optional=True, help="for spectra before and after"),
        Need("z_re", "impedance_real", "ohm", kind="impedance", optional=True),
        Need("z_im", "impedance_imag", "ohm", kind="impedance", optional=True),
        Need("z_n", "spectrum", kind="impedance", optional=True, help="counted by the hub"),
        Need("z_t", "time", "s", kind="impedance", optional=True, help="on the clock of the current"),
    ),
    params=TransferenceParams,
    outputs=(
        Output("transference_number", "1", "I_ss (ΔV - I_0 R_0)/(I_0 (ΔV - I_ss R_ss))"),
        Output("current_ratio", "1", "I_ss/I_0, without the interfaces"),
        Output("initial_current", "nA", "extrapolated to the step"),
        Output("steady_current", "nA", "mean of the flat tail, else an upper bound"),
        Output("potential_step", "V", "the applied potential"),
    ),
    reference="doi:10.1016/0022-0728(87)80001-3",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analyses of this plugin."""
    return (POLARISATION, TRANSFERENCE)

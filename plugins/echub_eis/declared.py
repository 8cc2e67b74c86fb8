"""The analyses of single spectra: their needs, parameters and outputs."""

from __future__ import annotations

from dataclasses import dataclass

from echub.plugin import Analysis, Need, NeedMeta, Output, option

PRESETS = {
    "blocking": "LR(RQ)Q",
    "randles": "R(Q[RW])",
    "tip": "R:hf (RQ):gb (RQ):int",
    "symmetric": "LR:hf (RQ):gb (RQ):int",
}
"""Circuits by name; `arcs` is not here, for its number of arcs is chosen."""


PAPERS = {
    # doi:10.1039/d5eb00071h: a tip on an island, bulk as the offset, no inductance
    "tip2025": {"circuit": PRESETS["tip"], "interfaces": "int"},
    # Querel et al.: sodium on both sides of Na3.4Zr2Si2.4P0.6O12, whose bulk has 15 mS/cm
    "querel2021": {"circuit": PRESETS["symmetric"], "interfaces": "int", "bulk_conductivity": "15 mS/cm"},
    # Sun et al. 2023, doi:10.1038/s41467-023-42308-0: bulk, grain boundary, interface; the conductivity of the sum
    "sun2023": {"circuit": "R:hf (RQ):gb (RQ):int", "interfaces": "int"},
}
"""How papers evaluated their spectra, by author and year, or by DOI where neither is known to us."""


@dataclass(frozen=True)
class CheckParams:
    """Parameters of `eis-check`, which the fits share: which points are used."""

    f_min: float = option(0.0, "lowest frequency used", unit="Hz", minimum=0)
    f_max: float = option(0.0, "highest frequency used; 0 is all", unit="Hz", minimum=0)
    negative_real: str = option(
        "mask", "points whose real part is negative: left out, or kept", choices=("mask", "keep")
    )
    # Of three points off by 5 % 2.9 are found at 4.5 σ, and 0.1 good ones in a spectrum.
    outliers: float = option(
        4.5, "points this many robust sigma off Kramers-Kronig are left out; 0 keeps all", minimum=0
    )
    # Both count: good instruments show 0.1 % of |Z| with p = 10⁻²⁰; up to 3 % of valid spectra have p < 10⁻³.
    kk_p: float = option(
        1e-3, "a spectrum is inconsistent below this p, and above the residual", minimum=0, maximum=0.5
    )
    kk_residual: float = option(1.0, "largest residual over |Z| that is not yet inconsistent", unit="%", minimum=0)
    # kT/e is 25 mV: a transfer of charge is linear well below that only.
    amplitude: float = option(
        10.0, "excitation above which an arc need not be linear (peak)", unit="mV", minimum=0
    )
    thd: float = option(5.0, "total harmonic distortion that is reported", unit="%", minimum=0)


@dataclass(frozen=True)
class FitParams(CheckParams):
    """Parameters of `eis-fit`."""

    circuit: str = option(
        "arcs", "circuit such as 'LR(RQ):gb Q', a preset, or arcs: as many as the spectrum shows"
    )
    max_arcs: int = option(3, "most arcs that are tried", minimum=1, maximum=4)
    level: float = option(95.0, "coverage of the intervals", unit="%", minimum=50, maximum=99.9)
    # An interval of 95 % then reaches from nothing to twice the value.
    identified: float = option(
        50.0, "a value with a larger relative uncertainty is not given", unit="%", minimum=1
    )
    sensitivity: bool = option(True, "also fit with other masks, weights and circuits")


@dataclass(frozen=True)
class ResistanceParams(FitParams):
    """Parameters of `eis-resistance`."""

    interfaces: str = option("int", "labels of the arcs that are interfaces, by their beginning, as 'int,ct'")
    area_uncertainty: float = option(
        0.0, "standard uncertainty of the area, of its value", unit="%", minimum=0, maximum=100
    )
    thickness_uncertainty: float = option(
        0.0, "standard uncertainty of the thickness, of its value", unit="%", minimum=0, maximum=100
    )
    bulk_conductivity: float = option(
        0.0, "conductivity of the bulk, which no part may exceed; 0 is unknown", unit="mS/cm", minimum=0
    )
    align_to_bulk: bool = option(
        False, "shift Re so that the high-frequency end is what bulk_conductivity demands"
    )
    excess: str = option(
        "none",
        "resistance beyond the fit at low frequency, fitted above excess_from only",
        choices=("none", "below"),
    )
    excess_from: float = option(2e4, "lowest frequency of that fit", unit="Hz", minimum=0)
    interface_capacitance: float = option(
        0.0, "stated capacitance of one interface, for a resistance that shows no arc", unit="uF/cm^2", minimum=0
    )


SPECTRUM = (
    Need("f", "frequency", "Hz"),
    Need("re", "impedance_real", "ohm"),
    Need("im", "impedance_imag", "ohm"),
    Need("E_ac", "potential_amplitude", "mV", optional=True, gaps=True, help="shows how large the excitation was"),
    Need("thd_E", "thd_potential", "%", optional=True, gaps=True, help="total harmonic distortion, as reported"),
    Need("thd_I", "thd_current", "%", optional=True, gaps=True, help="the same of the current"),
)

CHECK = Analysis(
    "eis-check",
    "Impedance: consistency with Kramers-Kronig, noise and outliers",
    run="echub_eis.outcome.check:run",
    figure="echub_eis.figure:draw_check",
    kind="impedance",
    each="spectrum",
    codes="echub_eis:codes.toml",
    needs=SPECTRUM,
    params=CheckParams,
    outputs=(
        Output("noise_proportional", "%", "noise that is proportional to |Z|, one standard deviation of Re or Im"),
        Output("noise_additive", "ohm", "noise that is not"),
        Output("kk_probability", "1", "chance of such a deviation from Kramers-Kronig by noise alone"),
        Output("kk_residual", "%", "largest deviation from Kramers-Kronig over |Z|"),
        Output("points_used", "1", "points that are used"),
    ),
    reference="doi:10.1149/1.2044210",
)

FIT_OUTPUTS = (
    Output("resistance_hf", "ohm", "real part at high frequency, from the circuit"),
    Output("resistance_total", "ohm", "sum of all resistances in series"),
    Output("resistance_*", "ohm", "resistance by label: of an arc, numbered by its time constant"),
    Output("tau_*", "s", "time constant by label, (RQ)^(1/n) of an arc"),
    Output("frequency_*", "Hz", "apex frequency of an arc, 1/(2πτ)"),
    Output("n_*", "1", "exponent by label"),
    Output("inductance", "H", "inductance in series"),
    Output("lack_of_fit", "1", "rms of the residuals over the noise"),
)

FIT = Analysis(
    "eis-fit",
    "Impedance: equivalent circuit with intervals of its elements, and what the spectrum cannot tell",
    run="echub_eis.outcome.fitting:run",
    figure="echub_eis.figure:draw_fit",
    kind="impedance",
    each="spectrum",
    codes="echub_eis:codes.toml",
    needs=SPECTRUM,
    params=FitParams,
    profiles={name: {"circuit": circuit} for name, circuit in PRESETS.items()},
    outputs=FIT_OUTPUTS,
)

RESISTANCE = Analysis(
    "eis-resistance",
    "Impedance: resistance, area-specific resistance, capacitance and conductivity",
    run="echub_eis.outcome.resistance:run",
    figure="echub_eis.figure:draw_fit",
    kind="impedance",
    each="spectrum",
    codes="echub_eis:codes.toml",
    needs=(
        *SPECTRUM,
        NeedMeta("cell.area", "cm^2", optional=True, help="for resistance times area and conductivity"),
        NeedMeta("cell.thickness", "cm", optional=True, help="for the conductivity"),
        NeedMeta("cell.n_interfaces", optional=True, help="for the value of one interface"),
    ),
    params=ResistanceParams,
    profiles={
        **{name: {"circuit": circuit} for name, circuit in PRESETS.items()},
        **PAPERS,
    },
    outputs=(
        *FIT_OUTPUTS,
        Output("asr_*", "ohm*cm^2", "resistance times area by label"),
        Output("asr_interface_*", "ohm*cm^2", "the same of one interface"),
        Output("conductivity", "S/cm", "of the electrolyte, without its interfaces"),
        Output("conductivity_*", "S/cm", "of one part, as if it had the cell's thickness and area"),
        Output("capacitance_peak_*", "F", "Q^(1/n) R^(1/n-1), Hsu and Mansfeld: from the apex frequency"),
        Output("capacitance_brug_*", "F", "Q^(1/n) (1/R_hf + 1/R)^((n-1)/n), Brug et al."),
        Output("capacitance_interface_*", "uF/cm^2", "peak capacitance of one interface"),
        Output("re_at_crossing", "ohm", "real part at which Im Z is zero; not the resistance at high frequency"),
        Output("frequency_at_crossing", "Hz", "where that is"),
        Output(
            "re_at_phase_minimum",
            "ohm",
            "real part at the smallest |phase| below the arcs: the plateau of a blocking cell",
        ),
        Output(
            "excess_resistance_below", "ohm", "Re at the lowest frequency less that of the fit above excess_from"
        ),
        Output(
            "interface_resistance",
            "ohm*cm^2",
            "of one interface that shows no arc, by a stated capacitance",
        ),
    ),
    reference="doi:10.1016/S0022-0728(84)80324-1",
)

ANALYSES = (CHECK, FIT, RESISTANCE)

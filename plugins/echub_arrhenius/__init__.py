"""Activation energies from values at several temperatures, and the comparison of groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echub.plugin import Analysis, Output, hookimpl, option


@dataclass(frozen=True)
class ChoiceParams:
    """Which values are meant, shared by both analyses."""

    measurand: str = option("", "which measurand to use; may be left out if there is only one candidate")
    group_by: str = option(
        "sample.group", "metadata path, or text column of a table, whose values part the groups"
    )
    exclude: str = option("", "outcomes to leave out, each with its reason: 'cell3 90C: short; cell1 0C: leak'")
    allow_mixed: bool = option(False, "take values of different ramp rates, criteria, methods, areas")
    temperature_step: float = option(1.0, "temperatures that differ by no more than this are one (K)", minimum=0)
    trust_temperatures: bool = option(False, "take them as stated: below 150 K, and 213 to 500 °C")


@dataclass(frozen=True)
class ArrheniusParams(ChoiceParams):
    """Parameters of `arrhenius`."""

    form: str = option("ln_y", "what is fitted against 1/T: ln y or ln(yT)", choices=("ln_y", "ln_yT", "both"))
    replicates: str = option(
        "max", "what stands for the cells of one temperature", choices=("max", "mean", "median", "all")
    )
    error_bars: str = option(
        "eq12",
        "error bars of best-of-n: eq. 12 of the paper (three cells), or generalised",
        choices=("eq12", "generalised", "none"),
    )
    weights: str = option(
        "auto",
        "weights of the fit: auto, by what each value states and the scatter beyond it; equal; by the error bars; "
        "by what each value states alone",
        choices=("auto", "none", "eq12", "own"),
    )
    # A thermocouple of class 2 is right within 2.5 K (IEC 60584-1); a cell lags behind its oven by about 1 %.
    temperature_offset: float = option(
        1.0, "standard uncertainty that all temperatures share, in K", minimum=0, maximum=100
    )
    temperature_scale: float = option(
        1.0, "standard uncertainty of their distance from 23 °C, shared", unit="%", minimum=0, maximum=50
    )
    group: str = option("", "use this group only")
    level: float = option(95.0, "coverage of the interval", unit="%", minimum=50, maximum=99.9)


@dataclass(frozen=True)
class CompareParams(ChoiceParams):
    """Parameters of `compare-groups`."""

    higher: str = option("", "group expected to be higher; empty: the question has no direction")
    temperatures: str = option("", "only these, in °C, such as '30, 60, 90'; stated as chosen")


ARRHENIUS = Analysis(
    "arrhenius",
    "Activation energy from values at several temperatures",
    run="echub_arrhenius.outcome.arrhenius:run",
    figure="echub_arrhenius.figure.arrhenius:draw",
    consumes="outcomes",
    params=ArrheniusParams,
    profiles={"lowack2026": {"form": "ln_y", "replicates": "max", "error_bars": "eq12", "weights": "none"}},
    outputs=(
        Output("activation_energy_ln_y", "eV", "from the slope of ln y against 1/T"),
        Output("activation_energy_ln_yT", "eV", "from the slope of ln(yT) against 1/T"),
        Output("activation_energy_ln_1_over_y", "eV", "the same of a resistance: ln(1/y)"),
        Output("activation_energy_ln_T_over_y", "eV", "the same of a resistance: ln(T/y)"),
        Output("ln_prefactor_ln_y", "1", "ln of the value at 1/T = 0, in the unit of y"),
        Output("ln_prefactor_ln_yT", "1", "ln of yT at 1/T = 0, in the unit of y times K"),
        Output("ln_prefactor_ln_1_over_y", "1", "ln of 1/y at 1/T = 0, in one over the unit of y"),
        Output("ln_prefactor_ln_T_over_y", "1", "ln of T/y at 1/T = 0, in K over the unit of y"),
    ),
    reference="doi:10.48550/arXiv.2603.23340",
    codes="echub_arrhenius:codes.toml",
)

COMPARE = Analysis(
    "compare-groups",
    "Difference between two groups at equal temperatures, by an exact permutation test",
    run="echub_arrhenius.outcome.comparison:run",
    figure="echub_arrhenius.figure.comparison:draw",
    consumes="outcomes",
    params=CompareParams,
    outputs=(
        Output("p_permutation", "1", "exact, by exchanging cells; one-sided if `higher` is given, else two-sided"),
        Output("p_least", "1", "the least p that so many cells can give"),
        Output("p_sign", "1", "the same if each pair were an independent throw of a coin"),
        Output("ratio", "1", "geometric mean of the ratio of the groups"),
    ),
    reference="doi:10.48550/arXiv.2603.23340",
)


@hookimpl
def echub_analyses() -> Iterable[Analysis]:
    """Declare the analyses of this plugin."""
    return (ARRHENIUS, COMPARE)

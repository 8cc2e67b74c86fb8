"""What holds in all worlds, so that none of them has to state it: units by name, and what words of a remark mean.

A name has one unit wherever it occurs; `analysis/name`, `=condition`, `~series` and `table.column` are rows for a
name that means different things. What is in no row is a number without a unit, a text or a truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from echub.plugin import Interval, Measurand, Remark

PER_AREA = {"current": ("mA/cm^2", "mA"), "charge": ("mA*h/cm^2", "mA*h"), "resistance": ("ohm*cm^2", "ohm"),
            "rate": ("mA/cm^2/h", "mA/h"), "response": ("V/(mA/cm^2)", "V/mA")}  # fmt: skip
"""Kinds of which a cell with a stated area has the first, and another the second."""
KINDS = {"signal": "count", "depth": "nm", "place": "um", "layer": "", "fitted": "mA/cm^2", "clock": "s",
         "compared": "ohm"}  # fmt: skip
"""Kinds whose unit depends on the input; a world with another unit says so in `units`.

signal: of ions, also over a primary current. layer: the depth of a map, the number of a frame unless calibrated.
fitted: what an Arrhenius plot has upwards. clock: of spectra. compared: the measurand that `against` is asked for.
"""


def _by_name(table: str) -> dict[str, str]:
    rows = (line.split() for line in table.strip().splitlines())
    return {name: unit for unit, *names in rows for name in names}


NAMES = _by_name("""
%       change column_area coulombic_efficiency deviation edge_uncertainty edges_error efficiency
%       energy_efficiency fall
%       fall_sigma first_efficiency integral_error kk_residual largest_difference noise_proportional relative
%       residual_im
%       outside_window_share residual_re resolvable retention rise support surviving asymmetry threshold
%       eis-check/noise eis-resistance/noise cell-lifetimes/low cell-lifetimes/high
1/cm^3  concentration concentrations.low concentrations.high
1/h     c_rate
1/s     R1 R1_fast R1_slow
F       capacitance_brug_gb capacitance_brug_int capacitance_peak_gb capacitance_peak_int
uF/cm^2 capacitance capacitance_interface_int
Hz      curve_frequency frequency frequency_gb frequency_int z_f
K       T cell_T line_T
degC    temperature without
MPa     pressure
kN      cell.load
eV      E_A activation_energy_ln_1_over_y activation_energy_ln_T_over_y activation_energy_ln_y
eV      activation_energy_ln_yT
eV      half_width forms.u
kJ/mol  E_A_molar u_molar
S/cm    conductivity conductivity_gb conductivity_hf electronic_conductivity
V       E U U_charge U_discharge U_end U_fit U_high U_jump U_low U_median U_rest U_rest_end U_smooth U_start
V       anodic_limit cathodic_limit window baseline_low baseline_high cut_off d_U mean_charge_voltage pulse_U
V       mean_discharge_voltage overpotential potential potential_step slow_rise value_V step
V       stability-window/from stability-window/to staircase-linearity/offset
mV/s    scan_rate sweeps.rate
s       begin end start duration event failed_at fell_at fit half_cycle_time time onset_time zero t I_t U_t
s       pulse_t
s       T1 T1_fast T1_first T1_mean T1_second T1_slow delay line_delay relaxation relaxation_time
s       map_tau map_time peak_tau peak_tau_1 peak_tau_2 peak_tau_3 tau tau_gb tau_int eis-drt/window
s       plateau_from plateau_rests pulse_duration recovery_t recovery_time rest rest_before rest_duration
s       blocks.pulse
s       sputter_time sputter_time_from sputter_time_to tail time_gb time_hf time_int time_total vanish_time
s       ramp-onset/~onset t1
h       lifetime median_lifetime watched cycling/start symmetric-cycling/start cell-lifetimes/time
h       timeline/duration
clock   t_gb t_hf t_int t_total
nA      I curve extrapolated_current initial_current steady_current tail.mean tail.u dc-polarisation/ends
nA      transference-number/ends dc-polarisation/offset transference-number/offset
nA/s    slope u_slope
uA/cm^2 base baseline height stability-window/j sweeps.noise stability-window/threshold
mA      critical_current onset_current rates.current
mA      symmetric-cycling/I_low symmetric-cycling/I_high
current level map_level step_level vanish_level j j_low j_high I_low I_high pulse_current_density first_failed
current last_survived linear_limit_we_oxidised linear_limit_we_reduced onset_bracket onset_bracket_voltage
current onset_level
current onset_level_voltage definitions.value methods.onset thresholds.onset methods.difference ramp-onset/x
mA/cm^2 critical_current_density onset_current_density u_onset_current_density detection_delay value_mA/cm^2
mA/cm^2 detection_delay_above_transport
mA/cm^2 compare-groups/cell cell_low cell_high compare-groups/mean mean_low mean_high
mA/cm^2 ccd-weibull/level ccd-weibull/low ccd-weibull/high ccd-weibull/ends ccd-weibull/median ccd-weibull/scale
mA/cm^2 readings.value
rate    ramp_rate
charge  charge charge_per_pulse capacity capacity_plateau capacity_slope plateau more_than half_cycle_charge
charge  edges instrument integral at_rest charge.difference blocks.uncertainty
charge  pulsed-stripping-plateau/value pulsed-stripping-plateau/u capacities.uncertainty
mA*h    anodic cathodic charge_capacity discharge discharge_capacity q stripping_charge cycling/charge
mA*h/V  d_q
mA*h/g  charge_per_mass discharge_per_mass specific_capacity
mA*h/cm^2 areal_capacity charge_above charge_below charge_per_area discharge_per_area stripping_capacity
resistance R_start R_end resistance half_cycles.noise
ohm*cm^2 asr_cell asr_end asr_gb asr_hf asr_int asr_interface asr_interface_int asr_jump asr_start
ohm*cm^2 asr_to_reference
ohm*cm^2 asr_we_oxidised asr_we_reduced value_ohm*cm^2
ohm     arcs_span area curve_im curve_re electronic_resistance fit_im fit_re gamma gamma_per_decade
ohm     gamma_per_ln_tau im
ohm     re map_gamma noise_additive part_gb_im part_gb_re part_int_im part_int_re peak_area_1 peak_area_2
ohm     peak_area_3
ohm     polarisation_resistance r_gb r_hf r_int r_total recovery_r resistance_cell resistance_end resistance_gb
ohm     resistance_hf resistance_infinity resistance_int resistance_jump resistance_max resistance_recovered
ohm     resistance_start resistance_to_reference resistance_total resistance_we_oxidised resistance_we_reduced
ohm     step_line step_value u_gb u_hf u_int u_total value_ohm z_fit_im z_fit_re z_im z_re
ohm     levels.value levels.line eis-drt/low eis-drt/high
response levels_voltage.value levels_voltage.line
compared asr against/u against/low against/high
fitted  y lower upper band_low band_high cell_y arrhenius/line
count   Na+ PO2- Zr+ counts background fit_signal limit_counts mid_depth section roi_profile.low
count   roi_profile.high
count   sims-map/mean sims-map/scale
signal  ~signal ~smooth means.mean means.low means.high ~low ~high detection_limits.limit
depth   depth_from depth_to leading_decay_length trailing_decay_length polarity_lag fit_x interface
depth   interface_position
depth   interface_width interface_window means.from means.to rebinned.from rebinned.to ~x spikes.x
depth   roi_profile.depth
layer   ~depth ~mid_depth_at
place   field section_y outline_x0 outline_x1 outline_y0 outline_y1 lean largest_column_width
place   smallest_column_width
place   columns.x columns.y columns.width columns.uncertainty columns_by_depth.x columns_by_depth.y
place   columns_by_depth.width columns_by_depth.uncertainty
-       cycling/=charge compare-groups/=lower sims-map/=threshold relaxation/=offset relaxation/~signal
-       ccd/detectors.asymmetry detectors.limit limits.limit isotopes.counts steps.step correlation.gb.tau
-       correlation.int.tau concentrations.window enrichment.window means.window ratios.window pulses.pulse
-       colocation.low colocation.high colocation_by_depth.low colocation_by_depth.high enrichment.low
-       enrichment.high
-       ratios.low ratios.high cycles.rate rates.rate summary.rate shapes.width
""")


def unit(analysis: str, path: str, *, per_area: bool, instead: Mapping[str, str]) -> str:
    """Return the unit of a value, condition, series or column; `instead` has other units by path or kind."""
    if path in instead:
        return instead[path]
    name = path.lstrip("=~").partition(".")[2] if "." in path and path[0] not in "=~" else path.lstrip("=~")
    rows = (f"{analysis}/{path}", f"{analysis}/{name}", path, name)
    kind = next((NAMES[row] for row in rows if row in NAMES), "-")
    kinds = {kind: pair[0 if per_area else 1] for kind, pair in PER_AREA.items()} | KINDS | dict(instead)
    found = kinds.get(kind, kind)
    return "" if found == "-" else found


SAID_ONLY = {
    "accuracy-only", "across-polarities", "amplitude-unknown", "best-of-replicates", "cell-lifetimes/left-out",
    "charge-from-own-rows", "clocks-without-zone", "counter-differs", "counting-statistics-only",
    "current-range-unknown", "cycle-counter-differs", "depth-from-time", "direction-assumed",
    "direction-from-data", "doubled-frequencies", "drt-not-resolved", "growth", "incomplete-cycles",
    "kk-deviation-small", "lag-unknown", "matrix-effect", "metal-plated", "no-area", "no-charge-column",
    "no-event", "no-mass", "no-reference-region", "no-resistance", "no-rests", "no-set-point",
    "no-thickness", "no-time", "not-exponential", "not-identified", "offset", "offset-not-measured",
    "one-cycle", "one-electrode", "one-sweep", "outliers", "peaks-without-support", "plating-unknown",
    "scatter-below-stated", "several-levels", "several-ranges", "short-pulses", "threshold-stated",
    "time-not-recorded", "window-not-left",
}  # fmt: skip
"""Flags that doubt no value: what was not known, how it was taken, what else is seen. All others warn."""


def severity(analysis: str, code: str) -> str:
    """Return whether a flag only informs, or warns; a world states what refuses."""
    return "info" if {code, f"{analysis}/{code}"} & SAID_ONLY else "warning"


HINTS = {
    "no-area": '--set cell.area="0.785 cm^2"',
    "pulsed-stripping/no-area": '--set cell.area="0.385 cm^2"',
    "no-thickness": '--set cell.thickness="1 mm"',
    "no-mass": '--set cell.active_mass="2 mg"',
    "current-range-unknown": '--set instrument.current_range="10 mA", if it was fixed',
    "ccd/one-electrode": "--set cell.configuration=two_electrode",
    "plating-unknown": '--set cell.reference="Na+/Na", or --param plating="0 V"',
    "depth-uncalibrated": '--set sims.crater_depth="1 um"',
    "uncertain-point": "--param weights=own",
    "one-level": "--param report=cycles for symmetric cycling",
    "slow-fall": '--param electrolyte_asr="11 ohm*cm^2", '
    "or --set cell.thickness and cell.electrolyte_conductivity",
    "criteria-disagree": "--param criterion=NAME decides by another",
    "negative-real-part": "--param negative_real=keep",
    "outliers": "--param outliers=0",
    "circuit-does-not-fit": "--param circuit=…, or f_min and f_max leave a part out",
    "several-blocks": "--param block=1",
    "form-undecided": "--param form=stretched",
    "saturation-open": "--param offset=true fits it; or measure shorter delays",
    "starts-too-late": "--param offset=true if the saturation was not complete; else measure shorter delays",
    "across-polarities": "--param across_polarities=true",
    "no-reference-region": "--param reference=REGION",
    "direction-from-data": "--param higher=NAME",
    "several-steps": "--param start=… --param stop=… fit one of them",
    "peak-comes-back": "a larger --param threshold=… passes over it, if it is not the limit; "
    "the table `peaks` has all",
    "lag-unknown": "--param common=Na+,PO2- names a feature seen in both",
    "no-pixel-size": 'sims.pixel_size = "0.5 um" in the sims.toml',
    "one-cycle": "the file of the whole run; echub convert --join links its parts",
    "current-at-rest": "use the instrument's own charge, or a smaller current range",
    "copied-points": "the export may have written them twice",
    "tail-still-falls": "measure longer",
    "plateau-not-reached": "measure up to five times the relaxation time",
    "edges-uncertain": "record rows at the edges, or the instrument's charge",
    "directions-differ": "a rest after the staircase shows a drift",
    "level-stands-out": "look at these spectra: the contact moved, or the instrument erred",
    "onset-shape": "the bracket of neighbouring levels holds for any shape",
    "scatter-exceeds-uncertainty": "a circuit that holds, or a narrower band",
    "drop-healed": "the table `half_cycles` shows them; the lifetime is that to a drop that stays",
}
"""What helps, where the same helps always; a world states what depends on its numbers."""


def hint(analysis: str, code: str) -> str:
    """Return what a flag says of what helps."""
    return HINTS.get(f"{analysis}/{code}", HINTS.get(code, ""))


BETWEEN = {
    "plateau_from": "bracketing (]", "vanish_level": "bracketing []", "vanish_time": "bracketing []",
    "symmetric-cycling/lifetime": "bracketing []", "column_count": "asymmetric []",
}  # fmt: skip
"""Intervals of another kind: between two rests, spectra or rows that were observed, or of a named rule."""


def interval(analysis: str, name: str, measurand: Measurand, level: float) -> str | None:
    """Return what an interval is: it covers a value, or stands for one that lies between two that were seen."""
    if measurand.interval is None:
        return None
    known = BETWEEN.get(f"{analysis}/{name}", BETWEEN.get(name))
    if measurand.value is not None:
        return known or f"coverage {level:g}"
    ends = (measurand.interval.low is not None, measurand.interval.high is not None)
    return {(True, False): "right (", (False, True): "left )",
            (True, True): f"interval {(known or 'bracketing [)').partition(' ')[2]}"}[ends]  # fmt: skip


def kind_of(measurand: Measurand) -> str | None:
    """Write down what an interval is."""
    found: Interval | None = measurand.interval
    if found is None:
        return None if measurand.censoring == "none" else measurand.censoring
    low = "" if found.low is None else "(["[found.includes_low]
    high = "" if found.high is None else ")]"[found.includes_high]
    if measurand.censoring != "none":
        wrong = "" if found.kind == "bracketing" else f" {found.kind}"
        return f"{measurand.censoring} {low}{high}{wrong}"
    if found.kind == "coverage":
        return f"coverage {found.level:g}"
    return f"{found.kind} {low}{high}"


STATISTICAL = {"counting statistics", "extrapolation", "fit", "initial current", "noise", "noise (bootstrap)",
               "noise and baseline", "scatter", "scatter of the half cycles", "stated and scatter",
               "scatter of the measured current", "steady current"}  # fmt: skip
"""Parts of an uncertainty that repeated readings show (kind A in the GUM); all others are of kind B."""
SHARED = {"area": "area", "thickness": "thickness", "depth calibration": "depth", "mass": "mass",
          "current": "current",
          "pulsed-stripping/accuracy of the current": "current",
          "pulsed-stripping/accuracy of the current range": "current"}  # fmt: skip
"""Parts that other outcomes of the same cell, or of the same instrument, have too, and the group that says so."""


def part(analysis: str, name: str) -> tuple[str, str]:
    """Return the kind of a part of an uncertainty, and its group."""
    own = f"{analysis}/{name}"
    return "A" if {name, own} & STATISTICAL else "B", SHARED.get(own, SHARED.get(name, ""))


LOCAL = {"current_range", "spectrum", "dc-polarisation/potential", "zero"}
"""Conditions that say which part of the data this is, or how it was recorded: not compared by."""


def compared(analysis: str, name: str) -> bool:
    """Return whether outcomes must share a condition to be compared."""
    return not {name, f"{analysis}/{name}"} & LOCAL


def details(flag: Remark) -> Iterator[tuple[str, Any]]:
    """Yield what a flag says beside its message and place: `severity`, `hint`, and seldom more."""
    yield "severity", flag.severity
    for name in ("expected", "found", "cause", "hint", "column", "rows", "count"):
        if value := getattr(flag, name):
            yield name, value

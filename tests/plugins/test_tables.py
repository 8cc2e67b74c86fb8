"""Columns of tables follow from one another by their definitions: a row is `column | formula of the others`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import echub
from echub.testing import synth
from echub.testing.synth import SymmetricRun
from tests.plugins.examples import outcome_of
from tests.plugins.test_figures import Table, names_of

RELATIONS = {
    "arrhenius": [
        "forms.E_A_molar | forms.E_A * 96.485332",
        "forms.u_molar | forms.u * 96.485332",
        "forms.E_A[0] | activation_energy_ln_y",
        "forms.u[0] | u_activation_energy_ln_y",
        "forms.half_width[0] | (high_activation_energy_ln_y - low_activation_energy_ln_y) / 2",
    ],
    "ccd": [
        "half_cycles.R_end | 1000 * half_cycles.U_end / half_cycles.j",
        "half_cycles.R_start | 1000 * half_cycles.U_start / half_cycles.j",
        "half_cycles.rise | 100 * (half_cycles.R_end / half_cycles.R_start - 1)",
        "half_cycles.level | abs(half_cycles.j)",
        "half_cycles.begin | begin",
        "half_cycles.duration | end - begin",
        "sign | array([1.0 if way == 'we_oxidised' else -1.0 for way in half_cycles.direction])",
        "half_cycles.level | level",
        "charge.edges_error | 100 * (charge.edges - charge.instrument) / abs(charge.instrument)",
        "charge.integral_error | 100 * (charge.integral - charge.instrument) / abs(charge.instrument)",
        "detectors.level | half_cycles.level",
        "criteria.last_survived[0] | last_survived",
        "criteria.first_failed[0] | first_failed",
        "levels.half_cycles | array([2.0] * 5)",
        "levels.first | array([1.0, 3.0, 5.0, 7.0, 9.0])",
        "levels.level | half_cycles.level[::2]",
    ],
    "cycling": [
        "cycles.efficiency | 100 * cycles.discharge / cycles.charge",
        "cycles.retention | 100 * cycles.discharge / cycles.discharge[1]",
        "cycles.charge_per_mass | cycles.charge / 0.012",
        "cycles.discharge_per_mass | cycles.discharge / 0.012",
        "cycles.discharge_per_area | cycles.discharge * areal_capacity / discharge_capacity",
        "cycles.charge_per_area | cycles.charge * areal_capacity / discharge_capacity",
        "cycles.energy_efficiency | cycles.efficiency * cycles.U_discharge / cycles.U_charge",
        "cycles.charge[1] | charge_capacity",
        "cycles.discharge[1] | discharge_capacity",
        "cycles.U_charge[1] | mean_charge_voltage",
        "cycles.U_discharge[1] | mean_discharge_voltage",
        "cycles.efficiency[0] | first_efficiency",
        "cycles.retention[-1] | retention",
        "coulombic_efficiency | sorted(cycles.efficiency[1:])[1]",
        "energy_efficiency | sorted(cycles.energy_efficiency[1:])[1]",
        "specific_capacity | cycles.discharge_per_mass[1]",
        "rates.first_cycle | array([1.0, 2.0])",
        "rates.last_cycle | array([1.0, 4.0])",
    ],
    "symmetric-cycling": [
        "half_cycles.resistance | 1000 * half_cycles.overpotential / half_cycles.level",
        "half_cycles.half_cycle | array([float(n) for n in range(1, 41)])",
        "levels.resistance[0] | asr_cell",
        "levels.overpotential[0] | overpotential",
        "half_cycle_charge | nanmedian(half_cycles.charge)",
    ],
    "staircase-linearity": [
        "levels.resistance | 1000 * abs(levels.U - offset) / levels.level",
        "levels.step + levels.slow_rise | abs(levels.U - offset)",
    ],
    "dc-polarisation": [
        "electronic_resistance | 1e9 * potential_step / steady_current",
        "ends[1] | steady_current",
        "ends[0] | low_steady_current",
        "ends[2] | high_steady_current",
    ],
    "transference-number": ["current_ratio | steady_current / initial_current"],
    "eis-check": [
        "points.re | re",
        "points.im | im",
        "points.residual_re | residual_re",
        "points_used | sum(used)",
    ],
    "eis-fit": [
        "resistance_total | resistance_hf + resistance_1 + resistance_2 + resistance_3",
        "frequency_1 | 1 / (2 * 3.14159265 * tau_1)",
        "frequency_2 | 1 / (2 * 3.14159265 * tau_2)",
        "u_frequency_3 | frequency_3 * u_tau_3 / tau_3",
    ],
    "eis-resistance": [
        "resistance_total | resistance_hf + resistance_gb + resistance_int",
        "asr_gb | 0.5675 * resistance_gb",
        "asr_interface_int | 0.5675 * resistance_int / 2",
        "conductivity_gb | 0.17 / (0.5675 * resistance_gb)",
        "conductivity_hf | 0.17 / (0.5675 * resistance_hf)",
        "capacitance_peak_int | tau_int / resistance_int",
        "capacitance_interface_int | 2e6 * capacitance_peak_int / 0.5675",
    ],
    "eis-series": [
        "levels.deviation | 100 * (levels.value / levels.line - 1)",
        "levels.value | step_value",
        "levels.line | step_line",
        "spectra.asr_int | 0.385 * spectra.resistance_int",
        "spectra.resistance_int | r_int",
        "spectra.u_gb | u_gb",
        "spectra.time_total | t_total",
        "asr_start | 0.385 * resistance_start",
        "asr_end | 0.385 * resistance_end",
        "resistance_start | r_int[0]",
        "resistance_end | r_int[-1]",
        "resistance_max | max(r_int)",
    ],
    "pulsed-stripping": [
        "charge_per_pulse | pulse_current_density * pulse_duration / 3600",
        "blocks.capacity[0] | stripping_capacity",
        "blocks.uncertainty[0] | u_stripping_capacity",
        "charge[-1] | stripping_capacity",
    ],
    "pulsed-stripping-plateau": [
        "plateau[0] | capacity_plateau",
        "plateau[1] | low_capacity_plateau",
        "plateau[2] | high_capacity_plateau",
        "plateau_from | min(plateau_rests)",
        "capacities.capacity | value",
    ],
    "ramp-onset": [
        "methods.onset[0] | onset_current_density",
        "methods.difference | methods.onset - onset_current_density",
        "onset_time | onset[0]",
    ],
    "relaxation": ["R1_fast | 1 / T1_fast", "R1_slow | 1 / T1_slow", "u_R1_fast | u_T1_fast / T1_fast**2"],
    "sims-profile": ["interface[0] | interface_position", "interface[1] | low_interface_position"],
    "sims-map": [
        "columns.width[1] | largest_column_width",
        "columns.width[0] | smallest_column_width",
        "column_count | 2",
    ],
    "against": [
        "values.pressure | pressure",
        "values.low | low",
        "largest_difference | 200 * (max(asr_interface) - min(asr_interface)) / (max(asr_interface) + "
        "min(asr_interface))",
    ],
    "timeline": ["duration | max(time) / 3600"],
    "stability-window": ["window | anodic_limit - cathodic_limit"],
}
MORE = {"sorted": sorted, "sum": sum, "range": range, "float": float}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in RELATIONS.items() for text in texts])
def test_a_column_follows_from_the_others(name, text):
    known = names_of(outcome_of(name)) | MORE
    left, right = (np.asarray(eval(part, {"__builtins__": {}, **known}), float) for part in text.split(" | "))
    assert np.isfinite(left).any()
    assert left == pytest.approx(right, rel=2e-3, abs=1e-9, nan_ok=True)


def test_the_columns_of_a_table_are_as_long_as_one_another():
    for name in RELATIONS:
        for table in outcome_of(name).tables.values():
            assert len({len(series.values) for series in table.values()}) == 1
        assert all(isinstance(names_of(outcome_of(name))[t], Table) or t in outcome_of(name).diagnostics
                   for t in outcome_of(name).tables)  # fmt: skip


def test_the_levels_of_a_cell_are_those_before_its_drop():
    """Two levels; the cell shorts in the first: the second has no half cycle of a whole cell."""
    case = synth.symmetric(1, SymmetricRun(drop_h=12.3))
    n = len(case.columns["time"].values)
    scale = np.where(np.arange(n) < n // 2, 1.0, 2.0)
    columns = dict(case.columns)
    for quantity in [q for q in columns if q in ("current", "current_density", "voltage")]:
        columns[quantity] = replace(columns[quantity], values=columns[quantity].values * scale)
    table = echub.analyze("symmetric-cycling", replace(case, columns=columns).record()).tables["levels"]
    assert len(table["level"].values) == 2
    assert table["resistance"].array() == pytest.approx([SymmetricRun().asr, np.nan], rel=0.05, nan_ok=True)
    assert table["overpotential"].array() == pytest.approx(
        [0.5e-3 * SymmetricRun().asr, np.nan], rel=0.05, nan_ok=True
    )

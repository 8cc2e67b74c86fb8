"""What each figure shows, as formulas over the outcome: from the meaning of each quantity, not from the drawing.

A curve is `x | y` of diagnostics and tables (`table.column`); factors are those of the units on the axes. One that
is named in a legend is `label := x | y`.
"""

from __future__ import annotations

from typing import NamedTuple


class Panel(NamedTuple):
    """One pair of axes: labels, curves (`x | y`), envelopes and bands (`x | low | high`), lines and spans.

    belts: `low | high` of what is shaded from edge to edge.
    """

    ylabel: str
    xlabel: str = ""
    curves: tuple[str, ...] = ()
    envelopes: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    across: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    belts: tuple[str, ...] = ()
    legend: tuple[str, ...] = ()
    scales: tuple[str, str] = ("linear", "linear")
    xlim: str = ""
    ylim: str = ""
    says: tuple[str, ...] = ()


NYQUIST = {"ylabel": "−Im $Z$ / Ω", "xlabel": "Re $Z$ / Ω"}
RESIDUALS = {
    "xlabel": "f / Hz", "bands": ("frequency | -2 * noise | 2 * noise",), "scales": ("log", "linear"),
    "legend": ("± 2 σ of the noise", "Re", "Im"), "across": ("0",),
}  # fmt: skip
POLARISED = "append(quantile(I[I.size // 2:], [0.005, 0.995]), [0, ends[0], ends[2]])"
"""What the lower panel of a polarisation shows, with a tenth of it free at either end."""
WE = ("working electrode oxidised", "working electrode reduced")
FIGURES = {
    "arrhenius": [
        Panel(
            "onset current density / mA/cm²",
            "1000 K / T",
            curves=(
                "1000 / line_T | line",
                "1000 / cell_T | cell_y",
                "1000 / T | y",
                "1000 / T | y - lower",
                "1000 / T | y + upper",
            ),
            bands=("1000 / line_T | band_low | band_high",),
            scales=("linear", "log"),
            legend=("95 % of the line", "cells", "max of the cells"),
            says=(
                "$E_A$ = {activation_energy_ln_y:.4f} ± {u_activation_energy_ln_y:.4f} eV",
                "ln y against 1/T",
                "95%: {low_activation_energy_ln_y:.4f} … {high_activation_energy_ln_y:.4f} eV",
            ),
        ),
    ],
    "compare-groups": [
        Panel(
            "onset current density / mA/cm²",
            curves=(
                "cell_place[cell_side > 0] + 0.08 | cell[cell_side > 0]",
                "cell_place[cell_side < 0] - 0.08 | cell[cell_side < 0]",
                *(
                    f"mean_place[mean_side {way} 0] {sign} 0.2 | {end}[mean_side {way} 0]"
                    for way, sign in ((">", "+"), ("<", "-"))
                    for end in ("mean", "mean_low", "mean_high")
                ),
            ),
            scales=("linear", "log"),
            legend=("bare", "Sn"),
            xlim="-0.5 | 4.5",
        ),
        Panel(
            "Sn / bare",
            "T / °C",
            curves=("array([0, 1, 2, 3, 4]) | temperatures.ratio", "array([-0.5, 4.5]) | array([ratio, ratio])"),
            bands=("array([-0.5, 4.5]) | low_ratio | high_ratio",),
            across=("1",),
            scales=("linear", "log"),
            xlim="-0.5 | 4.5",
        ),
    ],
    "ccd": [
        Panel("U / mV", curves=("t / 60 | 1000 * U",), down=("failed_at / 60",)),
        Panel(
            "R·A / Ω·cm²",
            legend=WE,
            down=("failed_at / 60",),
            curves=(
                "working electrode oxidised := end[sign > 0] / 60 | R_end[sign > 0]",
                "working electrode reduced := end[sign < 0] / 60 | R_end[sign < 0]",
                *(f"array([begin[{n}], end[{n}]]) / 60 | array([R_start[{n}], R_end[{n}]])" for n in range(10)),
            ),
            ylim="0 | min(3 * nanmedian(R_end), 1.15 * max(append(R_start, R_end)))",
        ),
        Panel(
            "level / mA/cm²",
            "t / min",
            across=("last_survived", "first_failed"),
            down=("failed_at / 60",),
            bands=tuple(f"array([begin[{n}], end[{n}]]) / 60 | level[{n}] | level[{n}]" for n in range(10)),
            ylim="0 | free",
        ),
        Panel("j / mA/cm²", curves=("t / 60 | j",)),
    ],
    "ccd-weibull": [
        Panel(
            "fraction of cells failed",
            "level / mA/cm²",
            curves=("Weibull := level | fraction",),
            bands=(
                "append(low, where(isnan(high), level[-1], high)) | append(arange(20), arange(20)) / 20 + 0.025 | "
                "append(arange(20), arange(20)) / 20 + 0.025",
            ),
            down=("median",),
            spans=("ends",),
            legend=("cells: [survived, failed)", "Weibull", "median, 95 %"),
            ylim="0 | 1",
        ),
    ],
    "cycling": [
        Panel(
            "Q / mA·h/g",
            "cycle",
            down=("2",),
            curves=(
                "charge := cycles.cycle | cycles.charge_per_mass",
                "discharge := cycles.cycle | cycles.discharge_per_mass",
            ),
            legend=("charge", "discharge", "reference: cycle 2", "efficiency"),
            ylim="0 | 1.1 * max(cycles.charge_per_mass)",
        ),
        Panel(
            "CE / %",
            curves=("efficiency := cycles.cycle | cycles.efficiency",),
            ylim="nanmedian(cycles.efficiency) - 3 * quartiles(cycles.efficiency) | "
            "nanmedian(cycles.efficiency) + 3 * quartiles(cycles.efficiency)",
        ),
        Panel(
            "U / V",
            "Q / mA·h",
            legend=("1", "2", "3", "4"),
            curves=tuple(f"{n} := q[cycle == {n}] | U[cycle == {n}]" for n in (1, 2, 3, 4)),
        ),
        Panel(
            "dQ/dU / mA·h/V",
            "U / V",
            across=("0",),
            says=("steps of 10 mV",),
            curves=tuple(f"d_U[d_cycle == {n}] | d_q[d_cycle == {n}]" for n in (1, 2, 3, 4)),
        ),
    ],
    "symmetric-cycling": [
        Panel(
            "U / mV",
            bands=("(t - t[0]) / 3600 | 1000 * U_low | 1000 * U_high",),
            down=("(event[0] - t[0]) / 3600",),
            ylim="-3000 * overpotential | 3000 * overpotential",
        ),
        Panel(
            "R·A / Ω·cm²",
            "t / h",
            legend=WE,
            down=("(event[0] - t[0]) / 3600",),
            ylim="0 | 2 * asr_cell",
            curves=tuple(
                f"working electrode {way} := half_cycles.start[half_cycles.direction == 'we_{way}'] | "
                f"half_cycles.resistance[half_cycles.direction == 'we_{way}']"
                for way in ("oxidised", "reduced")
            ),
        ),
    ],
    "cell-lifetimes": [
        Panel(
            "cells without a drop / %",
            "t / h",
            across=("50",),
            ylim="0 | 105",
            curves=(
                "append(append(0, survival.time), max(watched)) | append(append(100, survival.surviving), "
                "survival.surviving[-1])",
                "still alive := watched | array([100 / 5])",
            ),
            bands=("survival.time | survival.low | survival.high",),
            xlim="0 | free",
        ),
    ],
    "staircase-linearity": [
        Panel("U / mV", "t / h", envelopes=("t / 3600 | 1000 * U_low | 1000 * U_high",)),
        Panel(
            "|U| / mV",
            "j / mA/cm²",
            legend=WE,
            curves=(
                *(
                    f"working electrode {way} := levels.level[levels.direction == 'we_{way}'] | "
                    f"1000 * abs(levels.U[levels.direction == 'we_{way}'] - offset)"
                    for way in ("oxidised", "reduced")
                ),
                "array([0, max(levels.level)]) | asr_we_oxidised * array([0, max(levels.level)])",
                "array([0, max(levels.level)]) | asr_we_reduced * array([0, max(levels.level)])",
            ),
            spans=(
                "array([low_linear_limit_we_oxidised, high_linear_limit_we_oxidised])",
                "array([low_linear_limit_we_reduced, high_linear_limit_we_reduced])",
            ),
            ylim="0 | 4 * asr_we_reduced * high_linear_limit_we_reduced",
            xlim="0 | free",
        ),
    ],
    "dc-polarisation": [
        Panel(
            "I / nA",
            curves=("measured := t / 60 | I", "exponentials := t / 60 | curve"),
            scales=("linear", "log"),
            legend=("measured", "exponentials"),
        ),
        Panel(
            "I / nA",
            "t / min",
            curves=("t / 60 | I", "t / 60 | curve", "tail / 60 | array([ends[1], ends[1]])"),
            bands=("tail / 60 | ends[0] | ends[2]",),
            belts=("-2 * offset | 2 * offset",),
            ylim=f"min({POLARISED}) - 0.1 * ptp({POLARISED}) | max({POLARISED}) + 0.1 * ptp({POLARISED})",
        ),
    ],
    "transference-number": [
        Panel(
            "I / µA",
            curves=("measured := t / 60 | I / 1000", "exponentials := t / 60 | curve / 1000"),
            scales=("linear", "log"),
            legend=("measured", "exponentials"),
        ),
        Panel(
            "I / µA",
            "t / min",
            bands=("tail / 60 | ends[0] / 1000 | ends[2] / 1000",),
            belts=("-offset / 500 | offset / 500",),
            curves=("t / 60 | I / 1000", "t / 60 | curve / 1000", "tail / 60 | array([ends[1], ends[1]]) / 1000"),
        ),
    ],
    "eis-check": [
        Panel(**NYQUIST, curves=("re[used > 0] | -im[used > 0]",), legend=("used",), across=("0",)),
        Panel(
            "(Z − KK) / |Z| / %",
            **RESIDUALS,
            curves=("frequency[used > 0] | residual_re[used > 0]", "frequency[used > 0] | residual_im[used > 0]"),
            ylim="-1.15 * 2.4 * nanmedian(noise) | 1.15 * 2.4 * nanmedian(noise)",
        ),
    ],
    "eis-fit": [
        Panel(
            **NYQUIST,
            across=("0",),
            curves=(
                "re[used > 0] | -im[used > 0]",
                "curve_re | -curve_im",
                *(f"part_{n}_re | -part_{n}_im" for n in (1, 2, 3)),
            ),
            bands=tuple(f"part_{n}_re | 0 | -part_{n}_im" for n in (1, 2, 3)),
            legend=(
                "1: {resistance_1:.2f} ± {u_resistance_1:.2f} Ω",
                "2: {resistance_2:.2f} ± {u_resistance_2:.2f} Ω",
                "3: {resistance_3:.2f} ± {u_resistance_3:.2f} Ω",
                "fit",
                "used",
            ),
        ),
        Panel(
            "(Z − fit) / |Z| / %",
            **RESIDUALS,
            curves=(
                "frequency | 100 * (re - fit_re) / hypot(re, im)",
                "frequency | 100 * (im - fit_im) / hypot(re, im)",
            ),
        ),
    ],
    "eis-drt": [
        Panel(
            "γ / Ω per ln τ",
            "τ / s",
            scales=("log", "linear"),
            xlim="tau[0] | tau[-1]",
            curves=(
                "tau | gamma",
                *(f"peak_tau[{n}] | interp(log(peak_tau[{n}]), log(tau), gamma)" for n in range(4)),
            ),
            bands=("tau | low | high",),
            legend=("95 % of resamplings, at 10 λ", "not measured"),
            spans=("array([tau[0], window[0]])", "array([window[1], tau[-1]])"),
            ylim="0 | 1.15 * max(append(gamma, high))",
        ),
        Panel(**NYQUIST, curves=("re | -im", "fit_re | -fit_im")),
    ],
    "eis-series": [
        Panel(
            "$R$ / Ω",
            curves=tuple(f"t_{part} / 60 | r_{part}" for part in ("hf", "gb", "int", "total")),
            bands=tuple(
                f"t_{p} / 60 | r_{p} - 2 * u_{p} | r_{p} + 2 * u_{p}" for p in ("hf", "gb", "int", "total")
            ),
            legend=("hf", "gb", "int", "total"),
        ),
        Panel("U / V", curves=("U_t / 60 | (U_low + U_high) / 2",), bands=("U_t / 60 | U_low | U_high",)),
        Panel(
            "j / mA/cm²",
            "t / min",
            curves=("I_t / 60 | (I_low + I_high) / 2",),
            bands=("I_t / 60 | I_low | I_high",),
        ),
        Panel(
            "$R_{\\mathrm{int}}$ / Ω",
            "j / mA/cm²",
            curves=("step_level | step_value", "step_level | step_line"),
            down=("onset_level",),
            spans=("array([low_onset_level, high_onset_level])",),
        ),
        Panel(
            "−Im $Z$, raised / Ω",
            "f / Hz",
            scales=("log", "linear"),
            curves=("z_f[z_k == 0] | -z_im[z_k == 0]", "z_f[z_k == 0] | -z_fit_im[z_k == 0]"),
        ),
        Panel("f / Hz", "j / mA/cm²", scales=("linear", "log")),
        Panel("j / mA/cm²"),
        Panel("−Im $Z$ / Ω"),
    ],
    "pulsed-stripping": [
        Panel(
            "U / V",
            envelopes=("t | U_low | U_high",),
            across=("cut_off",),
            down=("end",),
            legend=("cut-off", "counted to here"),
            ylim="min(min(U_low), 0) | 1.15 * cut_off[0]",
        ),
        Panel("j / mA/cm²", "t / s", envelopes=("t | j_low | j_high",)),
        Panel("U / mV", "t since the start of the pulse / s", curves=("pulse_t | 1000 * pulse_U",)),
        Panel(
            "U at the end of the pulse / V",
            "stripped / mA·h/cm²",
            curves=("charge | U_end",),
            across=("cut_off",),
            scales=("linear", "log"),
        ),
    ],
    "pulsed-stripping-plateau": [
        Panel(
            "capacity / mA·h/cm²",
            "rest / s",
            scales=("log", "linear"),
            legend=("reached the cut-off",),
            curves=(
                "rest | value",
                "rest | value - 1.96 * u",
                "rest | value + 1.96 * u",
                "array([min(plateau_rests), max(plateau_rests)]) | array([plateau[0], plateau[0]])",
            ),
            bands=("array([min(plateau_rests), max(plateau_rests)]) | plateau[1] | plateau[2]",),
            ylim="0 | free",
        ),
    ],
    "ramp-onset": [
        Panel(
            "U / mV",
            curves=("t / 60 | 1000 * U", "t / 60 | 1000 * U_smooth", "t / 60 | 1000 * U_fit"),
            down=("onset / 60",),
            spans=("fit / 60",),
            legend=("measured", "averaged", "ohmic line", "fit"),
            says=("onset {onset_current_density:.5f} ± {u_onset_current_density:.5f} mA/cm²",),
            ylim="-50 * interp(onset[0], t, U_fit) | 2200 * interp(onset[0], t, U_fit)",
        ),
        Panel(
            "deviation / %",
            "t / min",
            curves=("t / 60 | deviation",),
            across=("threshold", "0"),
            down=("onset / 60",),
            bands=("t / 60 | -resolvable | resolvable",),
            legend=("not resolvable",),
            ylim="-1.2 * threshold[0] | 3 * threshold[0]",
        ),
    ],
    "relaxation": [
        Panel(
            "signal",
            curves=("line_delay | line", "delay | signal"),
            down=("time[0]", "time[1]"),
            scales=("log", "linear"),
            says=(
                "double",
                "$T_1$ fast = {T1_fast:.7f} ± {u_T1_fast:.7f} s",
                "$T_1$ slow = {T1_slow:.5f} ± {u_T1_slow:.5f} s",
            ),
        ),
        Panel("residual", "delay / s", curves=("delay | residual",), across=("0",), scales=("log", "linear")),
    ],
    "sims-profile": [
        Panel(
            "positive ions / counts",
            "depth / nm",
            scales=("linear", "log"),
            down=("interface[0]",),
            spans=("interface[1:]",),
            curves=(
                "fit_x | fit_signal",
                *(
                    f"x[{one}] | positive(signal[{one}])"
                    for one in (f"(region == 'pristine') & (species == '{ion}')" for ion in ("Na+", "Zr+", "Si+"))
                ),
            ),
            bands=tuple(
                f"x[{one}] | maximum(low[{one}], 1e-12) | maximum(high[{one}], 1e-12)"
                for one in (f"(region == 'pristine') & (species == '{ion}')" for ion in ("Na+", "Zr+", "Si+"))
            ),
            ylim="min(signal[signal > 0]) / 2 | 2 * max(signal)",
        ),
        Panel(
            "",
            "depth / nm",
            scales=("linear", "log"),
            legend=("Na+", "Zr+", "Si+"),
            curves=tuple(
                f"x[{one}] | positive(signal[{one}])"
                for one in (f"(region == 'failed') & (species == '{ion}')" for ion in ("Na+", "Zr+", "Si+"))
            ),
            ylim="min(signal[signal > 0]) / 2 | 2 * max(signal)",
        ),
    ],
    "sims-map": [
        Panel(""),
        Panel(""),
        Panel("counts per pixel and frame", "frame", legend=("columns", "outside"), ylim="0 | free"),
        Panel("counts per pixel and frame"),
        Panel("frame"),
        Panel("frame", "x / µm"),
        Panel(""),
    ],
    "against": [
        Panel(
            "asr interface / Ω·cm²",
            "pressure / MPa",
            scales=("log", "linear"),
            curves=("pressure | asr_interface", "pressure | low", "pressure | high"),
        ),
    ],
    "timeline": [
        # A minute with two rows, and half an hour an hour later: each piece with a twentieth free at either end.
        Panel(
            "$R·A$ / Ω·cm²",
            curves=("one: R end := array([0, 60]) | array([10, 20])",),
            xlim="-3 | 63",
            ylim="0 | free",
        ),
        Panel(
            "",
            curves=("two: R end := array([3600, 5400]) | array([30, 40])",),
            legend=("one: R end", "two: R end"),
            xlim="3510 | 5490",
            ylim="0 | free",
        ),
        Panel(
            "$|j|$ / mA/cm²",
            curves=("one: level := array([0, 60]) | array([1, 1])",),
            xlim="-3 | 63",
            ylim="0 | free",
        ),
        Panel("", legend=("one: level",), xlim="3510 | 5490", ylim="0 | free"),
    ],
    "stability-window": [
        Panel(
            "j / µA/cm²",
            legend=("scan 1", "scan 2", "scan 3"),
            curves=tuple(f"E[(scan == {n}) | isnan(scan)] | j[(scan == {n}) | isnan(scan)]" for n in (1, 2, 3)),
        ),
        Panel(
            "j / µA/cm²",
            "E / V",
            down=("anodic_limit", "cathodic_limit"),
            curves=(
                *(f"E[(scan == {n}) | isnan(scan)] | j[(scan == {n}) | isnan(scan)]" for n in (1, 2, 3)),
                "E | base",
                "E | base + threshold",
                "E | base - threshold",
            ),
            ylim="nanmedian(base) - 5 * threshold[0] | nanmedian(base) + 5 * threshold[0]",
        ),
    ],
    "eis-resistance": [
        Panel(**NYQUIST, curves=("re[used > 0] | -im[used > 0]", "curve_re | -curve_im"), across=("0",)),
        Panel("(Z − fit) / |Z| / %", **RESIDUALS, curves=("frequency | 100 * (re - fit_re) / hypot(re, im)",)),
    ],
}

"""Messages of analyses hold the numbers of the input, each in its place: all numbers of a row differ."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Condition, Flag, Interval, Measurand, Outcome, Refusal
from echub_arrhenius import data as arrhenius_data
from echub_arrhenius.outcome import flags as arrhenius_flags
from echub_ccd.method import answerable
from echub_ccd.method import resistance as ccd_resistance
from echub_ccd.outcome import flags as ccd_flags
from echub_ccd.outcome import weibull
from echub_cycling.outcome import flags as cycling_flags
from echub_cycling.outcome import lifetimes, measured, staircase, symmetric
from echub_dc import data as dc_data
from echub_dc import resistances as dc_resistances
from echub_dc.outcome import steady, transference
from echub_eis.declared import FitParams
from echub_eis.drt import outcome as drt
from echub_eis.method import answer, examine
from echub_eis.outcome import fitting
from echub_eis.outcome import resistance as eis_resistance
from echub_eis.series.data import SeriesSpectrum, SpectrumSeries
from echub_eis.series.outcome import flags as series_flags
from echub_pulsed_stripping.data import points
from echub_pulsed_stripping.outcome import flags as pulsed_flags
from echub_pulsed_stripping.outcome import pulsed_stripping
from echub_ramp_onset import data as ramp_data
from echub_ramp_onset import electrodes
from echub_ramp_onset.method import line, lowack, robust
from echub_relaxation import data as relaxation_data
from echub_relaxation import outcome as relaxation
from echub_sims_map.data import cube, mask
from echub_sims_map.method import search
from echub_sims_profile.method import edge, enrichment
from echub_sims_profile.outcome import results, sims_profile
from echub_timeline import against
from echub_window.outcome import window
from tests.messages.saying import Fake, said

A = np.array
OHMS = Outcome({f"resistance_{n}": Measurand("ohm", 7.0 + n, 0.1) for n in (1, 2)})
UNKNOWN = Outcome({"resistance_2": Measurand("ohm")})
ANY = Fake(measurand="", resistance_uncertainty=1.0)
MA = Fake(unit="mA")


def _peaks(*supports, outside, variance, least=None):
    return Fake(
        outside=outside,
        variance=variance,
        least=variance if least is None else least,
        examined=Fake(check=Fake(p=0.5)),
        peaks=[Fake(support=support) for support in supports],
    )


TWO_SPECTRA = [
    _peaks(0.2, 0.9, 0.3, outside=0.3, variance=9.0),
    _peaks(0.7, outside=0.0, variance=25.0),
]


def _band(notices):
    """Let the resistance grow by half without the upper end, and shrink by half without the lower one."""
    known = {"1": Fake(reasons=(), relative=0.01)}
    found = Fake(
        examined=Fake(spectrum=Fake(frequency=A([3.0, 3e4]))),
        fitted=Fake(x=A([0.0]), covariance=lambda: A([[1e-6]]), chi2=1.0, freedom=1),
        known=known,
        model=Fake(at=lambda *_: 0),
        number=lambda _: 0,
    )

    def masked(_, params):
        x = np.log(1.5) if params.f_max else np.log(0.5)
        return Fake(x=A([x]), covariance=lambda: A([[1e-4]]), chi2=1.0, freedom=1)

    with patch.object(fitting, "_masked", masked):
        return list(fitting._band_flags(found, FitParams()))


def _lost(*, whole):
    return Fake(
        fitted=None if not whole else 1,
        reason="" if whole else "noisy",
    )


SERIES = Fake(
    parts={"2": Fake(reason=["", "short", "short", "", ""], label="2")},
    main=None,
    followed=Fake(examined=[None] * 5, fits=[_lost(whole=k not in (0, 3)) for k in range(5)]),
    series=SpectrumSeries(
        tuple(SeriesSpectrum(0, k + 1, None, np.zeros(1)) for k in range(5)), None, "mA", ("a",), None, ()
    ),
)
RAMP = Fake(threshold=5.0, resolution=3.0, window=30.0, guard=2.0, start=12.0, control=1.0, range_accuracy=0.1)
TOP = Fake(x=A([0.0, 0.4]))
SMALL = Fake(value=A([0.01, 0.02, -0.01]), noise=A([1e-3] * 3), line=Fake(slope=0.03))
FALLING = Fake(value=A([0.01, 0.02, -0.25]), noise=A([1e-3] * 3), line=Fake(slope=-0.03))
W = robust.WINDOWS_TO_ONSET
RECOVERY = Fake(delay=A([0.02, 0.3]))
DOUBLE = Fake(log_times=np.log([0.005, 0.1]), residuals=A([1.0]), form="double", aicc=11.5)
STRETCHED = {"stretched": Fake(resolved=True, aicc=12.0)}
CHANNELS = Fake(channels=lambda: [("r1", "Na+", 1), ("r2", "Zr+", 1)])
TWO_OUTCOMES = [Outcome({"u": Measurand("V", v)}, conditions={"load": Condition(3.0)}) for v in (1.0, 2.0)]


def _noisy_staircase():
    line = Fake(sign=1, first=None, confirmed=False, error=A([0.02, 0.25]), level=[1, 2])
    with patch.object(staircase, "_unsettled", lambda *_: 0.0):
        return staircase._flags(Fake(), line, Fake(deviation=10.0, tail=20.0))


def _relaxing(notices):
    with patch.object(relaxation, "runs_p", lambda _: 1.0):
        return list(relaxation._flags(RECOVERY, DOUBLE, STRETCHED, Fake(offset=0.0)))


def _noisy_sweep(notices):
    one = Fake(sweep=Fake(scan=1), base=Fake(noise=2.0, slow=0.0))
    with (
        patch.object(window, "crossing", side_effect=ValueError("the noise is 3 µA/cm²")),
        patch.object(window, "_until", lambda *_: None),
    ):
        return window._limit(one, None, Fake(threshold=10.0))


def _late(notices):
    start = Fake(early=False, first_time=2.5, half_time=0.75)
    with patch.object(transference, "diagnostics", lambda _: {}):
        return transference._require_early(start, Fake(decay=Fake(row=[4])), None, {})


def _half_cycle(digit_u=0.0, digit_j=0.0):
    """Return two half cycles of 173 mV at 1 mA/cm² of two electrodes, read in digits of V and mA/cm²."""
    table = Fake(
        level=A([1.0]), limit=A([np.nan]), u_median=A([0.173] * 2), j=A([1.0, -1.0]), digit_u=A([digit_u] * 2),
        digit_j=A([digit_j] * 2),
    )  # fmt: skip
    return Fake(per_area=True, meta=lambda _: 2, table=table)


def _parts_of_interface(experiment):
    """Return what the uncertainty of one interface consists of."""
    found = ccd_resistance.resistances(experiment, A([173.0, 173.0]), 23.0, Fake(area_uncertainty=0.0))
    return [f"{part.name}: {part.uncertainty:.4g}" for part in found["asr_interface"].components]


def _r_drop(notices):
    table = Fake(
        r_end=A([40.0, 33.0]), fall_before=A([50.0, 60.0]), r_start=A([50.0, 60.0]), fall_sharp=A([0, 0.75]),
        fall=A([0.0, 10.0]),
    )  # fmt: skip
    marks = {"r_drop": [0, 1], "below_bulk": [0, 0]}
    context = Fake(params=Fake(criterion="r_drop", near_zero=5.0), bulk=20.0)
    findings = Fake(marks=marks, context=context, experiment=Fake(table=table))
    with patch.object(ccd_flags, "_number", lambda *_: ""):
        return list(ccd_flags._r_drop_alone(findings, Fake(half_cycle=1)))


def _outside(side):
    found = Fake(examined=Fake(spectrum=Fake(frequency=A([10.0, 1.0]), z=A([5 - 1j, 6 - 5j]))))
    with patch.object(answer, "_apex", lambda *_: 0.25):
        return answer._outside_flag(found, "2", side, "")


def _points(used):
    with patch.object(examine, "_reasons", lambda _: "7 below f_min"):
        return examine._require_points(Fake(used=used, z=used, table=dict))


def _cells(notices):
    parts = Fake(birge=None, cells=Fake(differ=True, count=4, mean=0.456), turn=None, curved=False)
    with patch.object(arrhenius_flags, "_changing", lambda _: False):
        return arrhenius_flags.budget_flags(parts, None, [])


ROWS = {
    "arrhenius: names": (
        lambda _: arrhenius_data._which("none has it", {"b", "a"}), "none has it: they hold a, b"),
    "arrhenius: kelvin": (
        lambda _: arrhenius_data._kelvin_flags([Fake(kelvin=273.15 + c) for c in (298, 333, 303)]),
        "3 temperatures lie between 298 and 333 °C: kelvin stated as °C?"),
    "arrhenius: negative": (
        lambda _: arrhenius_flags.point_flags(
            Fake(points=[], y=[], weights=None), Fake(energy=-0.123, scatter=0.5), "ln σT"),
        "the activation energy of ln σT is negative, -0.123 eV"),
    "arrhenius: cells": (
        _cells,
        "4 cells have energies of their own, 0.456 eV in the mean"),
    "ccd: electrolyte": (
        lambda _: answerable.require_consistent_electrolyte(
            Fake(table=Fake(r_start=A([50.0]), noise=A([0.1]), r_end=A([49.0]))),
            Fake(bulk=80.0, params=Fake(below_bulk=10.0))),
        "the electrolyte is stated as 80 Ω·cm², but the whole cell has 50 Ω·cm² from its first half cycle on: "
        "the statement is wrong, or the cell was shorted before"),
    "ccd: at rest": (
        lambda _: answerable._require_no_offset(Fake(u_median=A([0.2, -0.2]), u_rest=A([0.15, -0.15]))),
        "the voltage at rest is 0.15 V, most of that under current (0.2 V): U/j is not a resistance"),
    "ccd: interface": (
        lambda _: ccd_resistance.resistances(
            _half_cycle(), A([173.0, 173.0]), 23.0, Fake(area_uncertainty=0.0)),
        "(173 - 23) Ω·cm² over 2 interfaces"),
    "ccd: digit of the voltage": (  # 1 mV of 173 mV at 1 mA/cm²: 1 Ω·cm², half of it either way, for 2 interfaces
        lambda _: _parts_of_interface(_half_cycle(digit_u=1e-3)), "digit of the voltage: 0.1443"),
    "ccd: digit of the current": (  # 10 µA/cm² of 1 mA/cm²: 1.73 Ω·cm², half of it either way, for 2 interfaces
        lambda _: _parts_of_interface(_half_cycle(digit_j=1e-2)), "digit of the current: 0.2497"),
    "ccd: r drop": (
        _r_drop,
        "R falls, which alone does not show a short: 75 % of the fall happens at once, but R·A stays at 33, not "
        "below the electrolyte's 20 Ω·cm²; a contact that closes looks the same"),
    "weibull: names": (
        lambda _: weibull._measurand([OHMS], Fake(measurand="ccd")),
        "no outcome has a ccd: they hold resistance_1, resistance_2"),
    "weibull: few": (
        lambda _: weibull._require_enough([OHMS], []),
        f"1 cell can be used; at least {weibull.LEAST_CELLS} are needed"),
    "cycling: counter": (
        lambda _: list(cycling_flags._of_counter(
            Fake(cycles=Fake(items=range(7), source="current")), Fake(groups=9, each=2))),
        "the instrument counts 9 cycles with current, the current itself shows 7"),
    "cycling: reference": (
        lambda _: measured._reference(Fake(number=A([3, 4, 6])), A([0, 1, 2]), 9),
        "cycle 9 is the reference, but complete are 3 … 6 (3)"),
    "lifetimes: few": (
        lambda _: lifetimes.run([Outcome({"lifetime": Measurand("h", 5.0)})] * 2, Fake()),
        "2 outcomes have a lifetime, at least 3 are needed"),
    "staircase: noise": (
        lambda _: _noisy_staircase(),
        f"{staircase.NAMES[1]}: noise is 25.0% of the line, more than the 10 % that count"),
    "symmetric: skipped": (
        lambda _: symmetric._skipped(
            Fake(halves=Fake(begin=A([0, 110, 220, 1000.0]), end=A([100, 210, 320, 1100.0])))),
        "680 s pass between two half cycles, where rests take 10 s"),
    "symmetric: no rows": (
        lambda _: symmetric._missing(
            Fake(trace=Fake(t=A([0, 1, 2, 3, 103, 104.0])), halves=Fake(rows=Fake(start=A([0]), stop=A([6]))))),
        "no row for 100 s while current flows, where rows are 1 s apart"),
    "dc: controlled": (
        lambda _: dc_data._require_response(A([9.5, 1.0, 2.25, 2.0]), 1, Fake(row=[10, 11, 12, 13])),
        "before the potential reached its last value 9.5 nA flowed, after it at most 2.25 nA: the current was "
        "controlled, or an earlier step was larger"),
    "dc: not exponential": (
        lambda _: steady.extrapolated(
            Fake(fitted=Fake(taus=(3.0, 40.0), white=lambda: False, correlation=0.456), decay=Fake()), Fake()),
        "residuals of 2 exponentials are correlated by 0.46"),
    "dc: slow": (
        lambda _: steady.extrapolated(
            Fake(fitted=Fake(taus=(3.0, 40.0), white=lambda: True, seen=lambda _: False), decay=Fake(span=100.0)),
            Fake()),
        "the time constant of 3 s and 40 s is more than a fifth of the run of 100 s"),
    "dc: late": (
        _late,
        "the first row is 2.5 s after the step, and the excess falls to half in 0.75 s: the current at the step "
        "is "
        "not known"),
    "dc: which": (
        lambda _: dc_resistances._of_measurand(OHMS, "", "cell.json", ANY),
        "cell.json does not say which resistance is that of the interfaces: it has resistance_1, resistance_2"),
    "dc: no value": (
        lambda _: dc_resistances._of_measurand(UNKNOWN, "resistance_2", "cell.json", ANY),
        "resistance_2 of cell.json has no value: it is not identified"),
    "drt: left out": (
        lambda _: drt._left([(1, Refusal("too-few-points", "")), (2, Refusal("noisy", ""))], 9),
        "2 of 9 spectra are left out (noisy, too-few-points)"),
    "drt: peaks": (
        lambda _: drt._flags(TWO_SPECTRA, Fake(support=50.0, bootstrap=10)),
        "2 of 4 peaks are in fewer than 50 % of the resamplings"),
    "drt: outside": (
        lambda _: drt._flags(TWO_SPECTRA, Fake(support=50.0, bootstrap=10)),
        "up to 30% of the distribution lies at time constants that were not measured"),
    "drt: where": (lambda _: drt._flags(TWO_SPECTRA, Fake(support=50.0, bootstrap=10)), "1 of 2 spectra"),
    "drt: misfit": (
        lambda _: drt._flags(TWO_SPECTRA, Fake(support=50.0, bootstrap=10)),
        "residuals reach 5.0 times the noise: no distribution of positive resistances describes this"),
    "drt: not resolved": (
        lambda _: drt._flags([_peaks(0.9, outside=0.0, variance=9.0, least=1.44)], Fake(support=9.0, bootstrap=9)),
        "residuals reach 3.0 times the noise, and 1.2 times with more time constants and a weaker λ: they are "
        "those of the grid or of λ, not of the spectrum"),
    "eis: none left": (lambda _: _points(np.zeros(12, bool)), "none of 12 points is left: 7 below f_min"),
    "eis: few left": (
        lambda _: _points(np.arange(12) < 2),
        f"2 points are left, at least {examine.LEAST_POINTS} are needed: 7 below f_min"),
    "eis: amplitude": (
        lambda _: examine._linearity(
            Fake(extras={"E_ac": A([20.0, 55.0])}, used=A([True, True])), Fake(amplitude=30.0, thd=5.0)),
        "the excitation reaches 55 mV: above 30 mV an arc need not be linear"),
    "eis: distortion": (
        lambda _: examine._linearity(
            Fake(extras={"thd_I": A([7.5, 99.0])}, used=A([True, False])), Fake(amplitude=30.0, thd=5.0)),
        "total harmonic distortion of the current reaches 7.5 %"),
    "eis: aligned": (
        lambda _: eis_resistance._alignment(
            Fake(known={"hf": Fake(value=2.0)}), Fake(area=2.0, thickness=0.05), Fake(bulk_conductivity=10.0)),
        "Re is shifted by +0.5 Ω so that its high-frequency end is 2.5 Ω, by a stated conductivity of 10 mS/cm: "
        "this "
        "is an input, no result"),
    "eis: above bulk": (
        lambda _: eis_resistance._above_bulk(
            {"conductivity": Measurand("S/cm", 0.03, interval=Interval(0.02, 0.04))},
            Fake(bulk_conductivity=15.0, align_to_bulk=False)),
        "conductivity is 30 mS/cm, above the bulk's 15: area or thickness are those of another path"),
    "eis: without the upper end": (_band, "resistance_1 changes by +50.0% without the points above 1e+04 Hz"),
    "eis: without the lower end": (_band, "resistance_1 changes by -50.0% without the points below 9 Hz"),
    "eis: tail": (
        lambda _: _outside("low"), "what was fitted as the arc 2 is a tail: its apex would lie at 0.25 Hz"),
    "eis: outside": (
        lambda _: _outside("high"), "the arc 2 has its apex at 0.25 Hz, outside of what was measured"),
    "series: lost": (
        lambda _: list(series_flags._of_lost_parts(SERIES)),
        "resistance_2 is not given in 2 of 5 spectra (short)"),
    "series: left out": (
        lambda _: list(series_flags._of_spectra(SERIES)),
        "2 of 5 spectra are left out (noisy): 1, 4"),
    "pulsed: at rest": (
        lambda _: pulsed_flags._at_rest(
            Fake(threshold=Fake(level=0.02), sign=1, height=1.0, unit="mA"), Fake(at_rest=1.5, total=10.0)),
        "a current of 0.02 mA at rest passes 15.0% of the capacity: it is not counted, but stands in the "
        "uncertainty, since it may be an offset of the reading"),
    "pulsed: more": (
        lambda _: pulsed_flags._after(
            Fake(), Fake(first=3, last=12, fresh=False, number=2, before="plated"),
            Fake(pulses=range(6), end="cut_off", t=[1.0, 77.0])),
        "4 more pulses follow the first crossing of the cut-off: they are not counted"),
    "pulsed: block": (
        lambda _: pulsed_flags._after(
            Fake(), Fake(first=3, last=12, fresh=False, number=2, before="plated"),
            Fake(pulses=range(6), end="end", t=[1.0, 77.0])),
        "block 2 begins on an electrode that was plated: its capacity is not its rest's"),
    "pulsed: rests": (
        lambda _: pulsed_flags.require_resolved_rests(
            Fake(rests=Fake(rows=A([1, 1, 1, 5])), t=A([0, 30.0, 60.0]), rest=A([20.0, 20.0]),
                 data=Fake(how=lambda _: ""))),
        "the rests of 20 s have 1 row, at least 2 are needed (a row every 30 s)"),
    "pulsed: no such block": (
        lambda _: pulsed_stripping._chosen([1, 2, 3], Fake(block=7)),
        "the file has 3 blocks, block 7 is asked for"),
    "pulsed: at once": (
        lambda _: pulsed_stripping._require_something(
            Fake(pulses=Fake(start=[1]), u=A([0, 0.75]), level=A([1.0]), edges=Fake(duration=A([1.0])), unit="mA",
                 t=A([0, 12.0])),
            Fake(first=0), Fake(end="cut_off", pulses=[1]), Fake(cut_off=0.5)),
        "U is 0.75 V where the first pulse begins, beyond the cut-off of 0.5 V"),
    "pulsed: exclusion": (
        lambda _: points._excluded([Fake(label="a"), Fake(label="c")], Fake(exclude="b")),
        "'b' names no capacity with a reason: there are a, c"),
    "ramp: constant": (
        lambda _: ramp_data._why_none(A([0, 100.0]), A([2.0, 2.02]), Fake(items={"j": 0})),
        "the set current is constant: 2 to 2.02 over 100 s"),
    "ramp: jumps": (
        lambda _: ramp_data._why_none(A([0, 50.0, 100.0]), A([2.0, 5.0, 3.0]), Fake(items={"j": 0})),
        "the set current does not rise linearly: it runs from 2 to 5 over 100 s, with 2 jumps"),
    "ramp: area": (
        lambda _: ramp_data._require_one_current(
            Fake(items={"j": A([1.0, 1.0]), "I": A([3.0, 3.0])}, meta=lambda _: 2.0,
                 source_of=lambda _: "current_density", how=lambda _: "")),
        "current over current density is an area of 3 cm², but 2 cm² is stated"),
    "ramp: counter": (
        lambda _: electrodes._other_only(1, {"potential_ce": A([0.0])}),
        "the current oxidises the working electrode, but only the potential of the counter electrode is there"),
    "ramp: working": (
        lambda _: electrodes._other_only(-1, {"potential_we": A([0.0])}),
        "the current reduces the working electrode, but only the potential of the working electrode is there"),
    "ramp: no t1": (
        lambda _: lowack._no_t1(A([0, 0.5, 0.6]), A([0.01, 0.02]), 0.1, Fake(lowack_curvature=0.03, window=25.0)),
        "the second derivative of the averaged voltage never exceeds 0.03 V/s²: its largest value is 0.02 V/s² "
        "at a "
        "time step of 0.1 s. The largest step of U, 0.5 V, can give 0.2 V/s² after 25 s of averaging"),
    "ramp: control": (
        lambda _: robust._require_control(
            Fake(lost_at=50.0, t=np.arange(100.0), x=np.arange(100.0) / 10, unit="mA", line=np.arange(100.0) / 5,
                 limited=False),
            Fake(t=np.arange(100.0)), None, RAMP),
        "the current leaves its course at 5 mA, where 10 was due (allowed: 1 % and 0.1 % of the range)"),
    "ramp: recovered": (
        lambda _: robust._recovered(MA, [(0.25, 300.0), (0.5, 400.0), (0.6, 500.0)], RAMP),
        "U is 5 % above the ohmic line from 0.25 mA on (3 times in all), but comes back before the ramp ends: it "
        "does not last"),
    "ramp: unresolved": (
        lambda _: robust._unresolved(
            MA, Fake(x=[0.0, 0.2]), Fake(line=Fake(slope=0.03, sigma=2e-5), noise=[1.0, 0.02]), RAMP, 1),
        "5 % of the ohmic voltage is 300 µV at 0.2 mA, 2.5 sigma of the averaged voltage; 3 are needed (noise of "
        "a "
        "row: 20 µV)"),
    "ramp: to the end": (
        lambda _: robust._ohmic_to_end(MA, TOP, SMALL, RAMP),
        "U stays within 2.00% of the ohmic line up to 0.4 mA, where the ramp ends"),
    "ramp: no resistance": (
        lambda _: robust._ohmic_to_end(MA, TOP, FALLING, RAMP),
        "the voltage is not proportional to the current after 12 s (slope -0.03 V per mA, deviation down to "
        "-25%)"),
    "ramp: short": (
        lambda _: robust._require_length(Fake(t=[0, 50.0], begin=20.0), Fake(step=1.0), RAMP),
        f"the ramp lasts 30 s, at least {12 + 30 * W:.4g} s are needed (the fit begins after 12 s, {W} windows of "
        "30 s)"),
    "ramp: coarse": (
        lambda _: robust._require_length(
            Fake(t=[0, 500.0], begin=20.0), Fake(step=1.0), Fake(start=12.0, window=2.0)),
        "a row every 1 s gives fewer than 3 rows in the window of 2 s"),
    "ramp: few rows": (
        lambda _: line.fit_line(
            Fake(begin=0.0, t=np.arange(0, 40, 10.0)), None, Fake(start=5.0, fit_fraction=0.7), 100.0),
        "only 3 rows lie between 5 s after the start of the ramp and 0.7 of its length"),
    "ramp: one row": (
        lambda _: line.fit_line(
            Fake(begin=0.0, t=np.arange(0, 20, 10.0)), None, Fake(start=5.0, fit_fraction=0.7), 100.0),
        "only 1 row lies between 5 s after the start of the ramp and 0.7 of its length"),
    "relaxation: few": (
        lambda _: relaxation_data.recovery_of(Fake(items={"t": A([1.0, 2.0, 3.0]), "m": A([1.0, 2.0, 3.0])})),
        f"3 delays; at least {relaxation_data.FEWEST} are needed"),
    "relaxation: delays": (
        lambda _: relaxation_data.recovery_of(Fake(items={"t": np.arange(-1.0, 31), "m": np.arange(32.0)})),
        "the delays run from -1 to 30 s"),
    "relaxation: no plateau": (
        lambda _: relaxation._require_plateau(Fake(delay=A([1e-3, 0.02])), Fake(log_times=np.log([0.005, 0.5]))),
        "the longest delay is 0.02 s, the slowest time 0.5 s"),
    "relaxation: plateau": (_relaxing, "the longest delay is 3.0 times the slowest time"),
    "relaxation: start": (_relaxing, "the shortest delay is 0.02 s, the fastest time 0.005 s"),
    "relaxation: undecided": (_relaxing, "the double and the stretched form differ by 0.5 in AICc"),
    "map: picture": (
        lambda _: cube.require_statistics(
            Fake(dispersion=55.0, dispersion_error=0.01, counts=A([255]), species="Na+")),
        "Na+: neighbouring frames scatter 55 times as counts do, and the brightest pixel is 255: a picture of 8 "
        "bits"),
    "map: scatter": (
        lambda _: cube.require_statistics(
            Fake(dispersion=5.5, dispersion_error=0.01, counts=A([9]), species="Na+")),
        "Na+: neighbouring frames scatter 5.5 times as counts do; intervals are widened"),
    "map: depth": (
        lambda _: search._require_depth(Fake(counts=range(9)), Fake(counts=range(2))),
        f"2 frames have hardly a depth; columns need {search.LEAST_FRAMES}"),
    "map: light": (
        lambda _: search._require_light(
            Fake(measured=np.ones((10, 3, 3)), counts=np.full((10, 3, 3), 0.02), species="Na+"),
            Fake(window=3, frames=1)),
        f"Na+: 0.02 counts per pixel and frame; columns are told from {search.LEAST_IN_WINDOW / 27:.2g} on"),
    "profile: few": (
        lambda _: edge.find_edge(np.arange(3.0), np.ones(3), "falling"),
        "an edge needs 6 points, the profile has 3"),
    "profile: no edge": (
        lambda _: edge.find_edge(np.arange(40.0), np.full(40, 9.0), "falling"),
        "no edge stands out of counting statistics (0.0 < 12)"),
    "profile: reference": (
        lambda _: enrichment.craters_of(["a", "b"], "c", {}), "there is no region c to compare with, but a, b"),
    "profile: species": (
        lambda _: sims_profile._chosen(CHANNELS, Fake(region="r1", species="Cs+", polarity="")),
        "there is no Cs+, but Na+, Zr+"),
    "profile: region": (
        lambda _: sims_profile._chosen(CHANNELS, Fake(region="r9", species="Na+", polarity="")),
        "there is no region r9, but r1, r2"),
    "profile: not there": (
        lambda _: sims_profile._chosen(CHANNELS, Fake(region="r1", species="Zr+", polarity="")),
        "the region r1 has no Zr+"),
    "profile: yield": (
        lambda _: results._yield_changes(
            Fake(position=100.0, sign=-1), Fake(factor=1.5, position=4.0, place=2.0), "nm"),
        "the edge fits better if the yield changes within it, by a factor of 1.50: the position would then be "
        "96 nm; the interval includes both"),
    "profile: yield, where": (
        lambda _: results._yield_changes(
            Fake(position=100.0, sign=-1), Fake(factor=1.5, position=4.0, place=2.0), "nm"), "98 nm"),
    "against: names": (
        lambda _: against._measurand(TWO_OUTCOMES, "i"), "the outcomes have no i: they hold u"),
    "against: setting": (
        lambda _: against._abscissa(TWO_OUTCOMES, ""), "the outcomes differ in 0 numeric conditions: none"),
    "against: one place": (
        lambda _: against.run(TWO_OUTCOMES, Fake(x="load", measurand="", series="")),
        "2 of 2 outcomes have a u, at 1 value of load"),
    "window: noise": (_noisy_sweep, "the noise is 3 µA/cm², the threshold is 10 µA/cm²"),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_a_message_says_the_numbers_of_the_input(row):
    function, expected = ROWS[row]
    assert expected in said(function)


def test_a_mask_of_another_size_is_named_with_both_sizes(tmp_path):
    path = tmp_path / "mask.csv"
    np.savetxt(path, np.ones((3, 2)), delimiter=",")
    expected = f"the mask {path} has 3 × 2 values, the map 5 × 4 pixels (y × x)"
    assert expected in said(lambda _: mask.read_mask(str(path), (5, 4)))


def test_the_place_of_a_gap_is_its_start():
    gap = Fake(halves=Fake(begin=A([0, 110, 220, 1000.0]), end=A([100, 210, 320, 1100.0])))
    assert symmetric._skipped(gap)[0].where == "t = 320 s"


def test_flagged_resistances_name_their_flags():
    flagged = OHMS.replace(flags=(Flag("noisy", ""), Flag("drift", ""), Flag("kept", "", "info")))
    found = dc_resistances._of_measurand(flagged, "resistance_2", "a.json", ANY)
    assert [flag.message for flag in found.flags] == ["resistance_2 of a.json is flagged: drift, noisy"]

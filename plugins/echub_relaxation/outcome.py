"""`relaxation`: from a recovery to times, rates and shares, each with its interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import digamma, gammaln

from echub.plugin import Component, Condition, Flag, Inputs, Interval, Measurand, Outcome, Refusal, Series
from echub.text import percent
from echub_relaxation import RelaxationParams
from echub_relaxation.data import Recovery, recovery_of
from echub_relaxation.method import FittedRecovery, chosen, f_test, fit, outliers, runs_p

TIMES = {"single": ("",), "stretched": ("",), "double": ("_fast", "_slow")}
"""What the times of a form are called, behind T1."""
SEEN = 5.0
"""Standard deviations of the noise that the signal rises at least."""
UNDECIDED = 6.0
"""Difference of Akaike's criterion below which two forms are equally good: odds of 20 to 1."""
PLATEAU, TOO_SHORT = 3.0, 1.0
"""Longest delay over the slowest time: below 3 (5 % are missing) flagged, below 1 (37 %) refused."""
OVER = 5.0
"""Shortest delay over the fastest time from which on less than 1 % of that component is left to be seen."""
RANDOM = 0.001
"""p below which residuals are not random."""
UNSATURATED = 0.01
"""p below which the signal at zero delay is not zero: of 100 saturated recoveries one is refused for nothing."""


def run(data: Inputs, params: RelaxationParams) -> Outcome:
    """Fit the stated form, or the one that the data ask for."""
    recovery = recovery_of(data)
    if not recovery.scale > 0:
        raise Refusal("no-recovery", "the signal is constant")
    if params.form == "auto":
        form, fits = chosen(recovery, offset=params.offset)
    else:
        form = params.form
        fits = {form: fit(recovery, form, offset=params.offset)}
    best = fits[form]
    _require_signal(recovery, best, params)
    _require_plateau(recovery, best)
    _require_start(recovery, best, params)
    free = None if params.offset else _informative(fit(recovery, best.form, offset=True))
    _require_saturated(recovery, best, free)
    _require_resolved(best)
    return Outcome(
        dict(_measurands(best, params.level / 100, free)),
        (
            *_flags(recovery, best, fits, params),
            *_odd(recovery, best, data.row, params),
            *_open(recovery, best, free, params.level / 100),
        ),
        {"forms": _table(fits)},
        diagnostics=_shown(recovery, best),
        conditions={"form": Condition(form), "offset": Condition(params.offset)},
    )


# -- what is refused ---------------------------------------------------------------------------


def _require_signal(recovery: Recovery, best: FittedRecovery, params: RelaxationParams) -> None:
    noise = float(np.sqrt(best.rss / best.freedom))
    rise = float(best.curve(recovery.delay)[-1] - best.curve(recovery.delay)[0])
    if rise < SEEN * noise:
        text = "the signal falls" if rise < 0 else f"the signal rises by {rise / noise:.1f} times its noise"
        raise Refusal("no-recovery", text, hint=_earlier(params))


def _require_plateau(recovery: Recovery, best: FittedRecovery) -> None:
    slowest = float(np.exp(best.log_times[-1]))
    if recovery.delay[-1] < TOO_SHORT * slowest:
        raise Refusal(
            "plateau-not-reached",
            f"the longest delay is {recovery.delay[-1]:.3g} s, the slowest time {slowest:.3g} s",
            hint="measure up to five times the relaxation time",
        )


def _require_start(recovery: Recovery, best: FittedRecovery, params: RelaxationParams) -> None:
    """Refuse a component of which nothing was measured: it stands for a signal that was not saturated."""
    first = float(recovery.delay[recovery.delay > 0][0])
    power = 1.0 if np.isnan(best.beta) else best.beta
    fastest = float(np.exp(best.log_times[0]))
    if (first / fastest) ** power < OVER:
        return
    raise Refusal(
        "starts-too-late",
        f"at the shortest delay, {first:.3g} s, the component of {fastest:.3g} s is over",
        hint=_earlier(params),
    )


def _informative(free: FittedRecovery) -> FittedRecovery | None:
    """Return a fit with an offset, if it describes the data: of one that does not, the offset shows nothing."""
    return None if runs_p(free.residuals) < RANDOM else free


def _require_saturated(recovery: Recovery, best: FittedRecovery, free: FittedRecovery | None) -> None:
    """Refuse a form that starts at zero if the data do not: its times make up for the signal that was left."""
    if free is None or (p := f_test(best, free)) >= UNSATURATED:
        return
    raise Refusal(
        "not-saturated",
        f"at zero delay {percent(_left(recovery, free), '.1%')} of the signal is left by the {best.form} form "
        f"(p = {p:.1g} that it is zero)",
        hint="--param offset=true fits it; or measure shorter delays",
    )


def _left(recovery: Recovery, free: FittedRecovery) -> float:
    return free.offset / float(free.curve(recovery.delay)[-1])


def _earlier(params: RelaxationParams) -> str:
    """Return what helps when the first delays show no recovery from zero."""
    if params.offset:
        return "measure shorter delays"
    return "--param offset=true if the saturation was not complete; else measure shorter delays"


def _require_resolved(best: FittedRecovery) -> None:
    if not best.resolved:
        times = " and ".join(f"{value:.3g} s" for value in np.exp(best.log_times))
        raise Refusal(
            "not-resolved",
            f"the two components, {times}, cannot be told apart",
            hint="--param form=single, or --param form=stretched",
        )


# -- results -----------------------------------------------------------------------------------


def _measurands(
    best: FittedRecovery, level: float, free: FittedRecovery | None = None
) -> Iterator[tuple[str, Measurand]]:
    """Return what a fit says; free: the same form with a signal at zero delay, which the intervals reach to."""
    for number, name in enumerate(TIMES[best.form]):

        def time(one: FittedRecovery, number: int = number) -> tuple[float, float]:
            return float(one.log_times[number]), one.uncertainty(number)

        log = _known(time, best, free, level)
        yield f"T1{name}", _of_log(log, 1, "s", best, level)
        yield f"R1{name}", _of_log(log, -1, "1/s", best, level)
    if best.form == "double":
        yield "share_fast", _plain(_known(_share, best, free, level), best, level)
    if best.form == "stretched":
        yield "beta", _plain(_known(_beta, best, free, level), best, level)
        mean = _of_log(_known(_mean, best, free, level), 1, "s", best, level)
        yield "T1_mean", replace(mean, note="of the distribution of times")


class _Known(NamedTuple):
    """A number of a fit: its standard uncertainty by noise, what a signal at zero delay moves it, its interval."""

    value: float
    noise: float
    moved: float
    low: float
    high: float
    method: str

    @property
    def total(self) -> float:
        return float(np.hypot(self.noise, self.moved))

    def parts(self, scale: float) -> tuple[Component, ...]:
        """Return the parts of the uncertainty, each times a scale; none without a second fit."""
        moved = Component("signal at zero delay", scale * self.moved, "B")
        return (Component("noise", scale * self.noise), moved) if self.moved else ()


def _known(
    of: Callable[[FittedRecovery], tuple[float, float]],
    best: FittedRecovery,
    free: FittedRecovery | None,
    level: float,
) -> _Known:
    """Return a number of a fit; its interval reaches to that of the fit with a signal at zero delay.

    Noise hides how much is left at zero delay. The fit without it takes nothing for certain, and its times make up
    for what was left; the other one does not need to know (decision 145). of: value and standard uncertainty.
    """
    value, noise = of(best)
    ends, moved, method = _ends(value, noise, best, level), 0.0, "Student's t"
    if free is not None:
        other, its_noise = of(free)
        reach = _ends(other, its_noise, free, level)
        ends, moved = (min(ends[0], reach[0]), max(ends[1], reach[1])), abs(other - value)
        method = "Student's t, without and with a signal at zero delay"
    return _Known(value, noise, moved, *ends, method)


def _ends(value: float, u: float, one: FittedRecovery, level: float) -> tuple[float, float]:
    half = _half(one, level) * u
    return value - half, value + half


def _half(best: FittedRecovery, level: float) -> float:
    return float(stats.t.ppf((1 + level) / 2, best.freedom))


def _of_log(log: _Known, sign: int, unit: str, best: FittedRecovery, level: float) -> Measurand:
    """Return exp of a value, or of its negative, whose logarithm has this interval."""
    value = float(np.exp(sign * log.value))
    ends = sorted((float(np.exp(sign * log.low)), float(np.exp(sign * log.high))))
    interval = Interval(ends[0], ends[1], "coverage", level, method=f"least squares in ln T1, {log.method}")
    n = len(best.residuals)
    return Measurand(unit, value, value * log.total, interval, n=n, components=log.parts(value))


def _plain(known: _Known, best: FittedRecovery, level: float) -> Measurand:
    interval = Interval(known.low, known.high, "coverage", level, method=f"least squares, {known.method}")
    n = len(best.residuals)
    return Measurand("1", known.value, known.total, interval, n=n, components=known.parts(1.0))


def _beta(one: FittedRecovery) -> tuple[float, float]:
    return one.beta, one.uncertainty(1)


def _mean(one: FittedRecovery) -> tuple[float, float]:
    """Return ln of T1 Γ(1/β)/β, and its standard uncertainty by ln T1 and β, which are correlated."""
    log = float(one.log_times[0] + gammaln(1 / one.beta) - np.log(one.beta))
    slope = np.array([1.0, -(digamma(1 / one.beta) / one.beta + 1) / one.beta])
    return log, float(np.sqrt(max(slope @ one.covariance[:2, :2] @ slope, 0.0)))


def _share(one: FittedRecovery) -> tuple[float, float]:
    """Return the fast part of the signal; its uncertainty by both amplitudes, which are correlated."""
    fast, slow = map(float, one.amplitudes)
    total = fast + slow
    slope = np.zeros(len(one.covariance))
    slope[2:4] = slow / total**2, -fast / total**2
    return fast / total, float(np.sqrt(slope @ one.covariance @ slope))


def _flags(
    recovery: Recovery, best: FittedRecovery, fits: dict[str, FittedRecovery], params: RelaxationParams
) -> Iterator[Flag]:
    times = np.exp(best.log_times)
    if recovery.delay[-1] < PLATEAU * times[-1]:
        text = f"the longest delay is {recovery.delay[-1] / times[-1]:.1f} times the slowest time"
        yield Flag("plateau-not-reached", text, hint="measure up to five times the relaxation time")
    first = float(recovery.delay[recovery.delay > 0][0])
    if first > times[0]:
        text = f"the shortest delay is {first:.3g} s, the fastest time {times[0]:.3g} s"
        yield Flag("starts-too-late", text, hint=_earlier(params))
    if runs_p(best.residuals) < RANDOM:
        yield Flag(
            "form-does-not-fit", f"neighbouring residuals of the {best.form} form have the same sign too often"
        )
    other = {"double": "stretched", "stretched": "double"}.get(best.form)
    if other in fits and fits[other].resolved and abs(fits[other].aicc - best.aicc) < UNDECIDED:
        text = f"the {best.form} and the {other} form differ by {abs(fits[other].aicc - best.aicc):.1f} in AICc"
        yield Flag("form-undecided", text, hint=f"--param form={other}")


def _odd(
    recovery: Recovery, best: FittedRecovery, rows: NDArray[np.int64], params: RelaxationParams
) -> list[Flag]:
    """Flag the delays whose signal lies far off; if residuals are not random, the form is wrong."""
    found = [] if runs_p(best.residuals) < RANDOM else outliers(recovery, best, offset=params.offset)
    if not found:
        return []
    worst = found[0]
    text = (
        f"the signal at {recovery.delay[worst.at]:.3g} s lies {abs(worst.noises):.3g} times the noise of the "
        f"others {'above' if worst.noises > 0 else 'below'} the {best.form} form"
    )
    if len(found) > 1:
        text += f"; {len(found)} of {len(recovery.delay)} delays stand out"
    without = " and ".join(f"row != {row}" for row in sorted(rows[recovery.order[one.at]] for one in found))
    return [Flag("delay-stands-out", text, hint=f'--select "{without}" leaves {_them(found)} out')]


def _them(several: Sequence[object]) -> str:
    return "it" if len(several) == 1 else "them"


def _open(recovery: Recovery, best: FittedRecovery, free: FittedRecovery | None, level: float) -> Iterator[Flag]:
    """Flag a time that hangs on the saturation: what noise hides at zero delay moves it by more than its noise."""
    if free is None:
        return
    for number, name in enumerate(TIMES[best.form]):
        moved = float(free.log_times[number] - best.log_times[number])
        if abs(moved) > _half(best, level) * best.uncertainty(number):
            time = float(np.exp(free.log_times[number]))
            left = percent(_left(recovery, free), ".1%")
            text = (
                f"with the signal at zero delay fitted too ({left} of it), T1{name} is {time:.3g} s, "
                f"beyond what noise alone explains (p = {f_test(best, free):.1g} that it is zero)"
            )
            yield Flag("saturation-open", text, hint="--param offset=true fits it; or measure shorter delays")


def _table(fits: dict[str, FittedRecovery]) -> dict[str, Series]:
    listed = list(fits.values())
    return {
        "form": Series.of([f.form for f in listed]),
        "T1_first": Series.of([float(np.exp(f.log_times[0])) for f in listed], "s"),
        "T1_second": Series.of(
            [float(np.exp(f.log_times[1])) if len(f.log_times) > 1 else None for f in listed], "s"
        ),
        "beta": Series.of([None if np.isnan(f.beta) else f.beta for f in listed]),
        "rms": Series.of([float(np.sqrt(f.rss / len(f.residuals))) for f in listed]),
        "AICc": Series.of([f.aicc for f in listed]),
        "resolved": Series.of([f.resolved for f in listed]),
    }


def _shown(recovery: Recovery, best: FittedRecovery) -> dict[str, Series]:
    positive = recovery.delay[recovery.delay > 0]
    line = np.geomspace(positive[0] / 2, positive[-1] * 1.2, 200)
    return {
        "delay": Series.of(recovery.delay, "s"),
        "signal": Series.of(recovery.signal),
        "residual": Series.of(best.residuals),
        "line_delay": Series.of(line, "s"),
        "line": Series.of(best.curve(line)),
        "time": Series.of(np.exp(best.log_times), "s"),
    }

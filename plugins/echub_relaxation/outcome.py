"""`relaxation`: from a recovery to times, rates and shares, each with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gamma

from echub.plugin import Condition, Flag, Inputs, Interval, Measurand, Outcome, Refusal, Series
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
        dict(_measurands(best, params.level / 100)),
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


def _measurands(best: FittedRecovery, level: float) -> Iterator[tuple[str, Measurand]]:
    for number, name in enumerate(TIMES[best.form]):
        log, u = float(best.log_times[number]), best.uncertainty(number)
        yield f"T1{name}", _of_log(log, u, "s", best, level)
        yield f"R1{name}", _of_log(-log, u, "1/s", best, level)
    if best.form == "double":
        yield "share_fast", _share(best, level)
    if best.form == "stretched":
        yield "beta", _beta(best, level)
        mean = float(np.exp(best.log_times[0]) * gamma(1 / best.beta) / best.beta)
        yield "T1_mean", Measurand("s", mean, n=len(best.residuals), note="of the distribution of times")


def _half(best: FittedRecovery, level: float) -> float:
    return float(stats.t.ppf((1 + level) / 2, best.freedom))


def _of_log(log: float, u: float, unit: str, best: FittedRecovery, level: float) -> Measurand:
    """Return exp of a value whose logarithm has a symmetric interval."""
    value, half = float(np.exp(log)), _half(best, level) * u
    ends = (float(np.exp(log - half)), float(np.exp(log + half)))
    interval = Interval(*ends, "coverage", level, method="least squares in ln T1, Student's t")
    return Measurand(unit, value, value * u, interval, n=len(best.residuals))


def _beta(best: FittedRecovery, level: float) -> Measurand:
    u = best.uncertainty(1)
    half = _half(best, level) * u
    interval = Interval(best.beta - half, best.beta + half, "coverage", level, method="least squares, Student's t")
    return Measurand("1", best.beta, u, interval, n=len(best.residuals))


def _share(best: FittedRecovery, level: float) -> Measurand:
    """Return the fast part of the signal; its uncertainty by both amplitudes, which are correlated."""
    fast, slow = map(float, best.amplitudes)
    total = fast + slow
    slope = np.zeros(len(best.covariance))
    slope[2:4] = slow / total**2, -fast / total**2
    u = float(np.sqrt(slope @ best.covariance @ slope))
    half = _half(best, level) * u
    value = fast / total
    interval = Interval(value - half, value + half, "coverage", level, method="least squares, Student's t")
    return Measurand("1", value, u, interval, n=len(best.residuals))


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
    """Flag a time that hangs on the saturation: what noise hides at zero delay moves it beyond its interval."""
    if free is None:
        return
    for number, name in enumerate(TIMES[best.form]):
        moved = float(free.log_times[number] - best.log_times[number])
        if abs(moved) > _half(best, level) * best.uncertainty(number):
            time = float(np.exp(free.log_times[number]))
            left = percent(_left(recovery, free), ".1%")
            text = (
                f"with the signal at zero delay fitted too ({left} of it), T1{name} is {time:.3g} s, outside "
                f"its interval (p = {f_test(best, free):.1g} that it is zero)"
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

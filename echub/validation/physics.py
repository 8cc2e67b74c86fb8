"""Level 2: columns against each other, by physical laws.

Tolerances are wide enough for float32 storage and honest sampling, and far narrower than the
mistakes that they detect: a wrong unit, sign, electrode or clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.deferred import fresh
from echub.remark import Remark
from echub.segments.consistency import (
    SENSES,
    Counter,
    charge_ratio,
    direction_of,
    named_factor,
    scale_ratio,
    sign_by_charge,
    sign_by_state,
)
from echub.text import several, some_of
from echub.validation.group import Group
from echub.validation.problem import places

Floats = NDArray[np.float64]

MODULUS, PHASE, POWER, CHARGE, CLOCK = 1e-4, 0.01, 0.01, 0.05, 0.01
"""Largest deviations: of |Z| (relative), of its phase (deg), of power, charge and clock (relative)."""
MOST_DECIMALS, MOST_DIGITS = 6, 7
"""With more decimals or significant digits, the last place is too small to affect a comparison."""
ZEROS, STUCK = 5, 20
"""Rows in a run of potentials exactly at zero, or at their extreme, that noise cannot explain."""
_SIGNIFICANT = 0.05
"""Currents below this fraction of the largest say nothing about signs: offsets and noise."""


def check_dataset(dataset: Dataset, group: Group) -> Iterator[Remark]:
    """Check columns against each other, as far as they are present."""
    for check in _CHECKS:
        with np.errstate(all="ignore"):  # infinite values, which level 1 reports, have no difference
            found = list(check(dataset))
        yield from found


def _get(dataset: Dataset, *names: str) -> list[Floats] | None:
    """Return columns as float64, or None if one is missing or the dataset is empty."""
    if not dataset.rows or any(name not in dataset.columns for name in names):
        return None
    return [_floats(dataset.columns[name]) for name in names]


def _floats(column: Column) -> Floats:
    """Return the values as float64, for one check: a large file is not kept in memory from one to the next."""
    return fresh(column).astype(np.float64, copy=False)


def _finding(
    code: str, message: str, column: str, bad: NDArray[np.bool_], expected: str = "", found: str = ""
) -> Iterator[Remark]:
    rows, count = places(bad)
    if count:
        yield Remark(code, message, column=column, rows=rows, count=count, expected=expected, found=found)


def _worst(deviation: Floats, bad: NDArray[np.bool_]) -> float:
    return float(np.max(deviation[bad])) if bad.any() else 0.0


# -- impedance ---------------------------------------------------------------------------------

_ELECTRODES = ("", "ce_", "wece_")


def _modulus(dataset: Dataset) -> Iterator[Remark]:
    for which in _ELECTRODES:
        name = f"impedance_{which}abs"
        if columns := _get(dataset, f"impedance_{which}real", f"impedance_{which}imag", name):
            real, imag, given = columns
            modulus = np.hypot(real, imag)
            with np.errstate(divide="ignore", invalid="ignore"):
                deviation = np.abs(given - modulus) / modulus
                bad = (deviation > MODULUS) & np.isfinite(given)
                if bad.any():
                    real_step, imag_step, step = _half_steps(dataset, which, name)
                    bad &= np.abs(given - modulus) > MODULUS * modulus + step + np.hypot(real_step, imag_step)
            worst = _worst(deviation, bad)
            found = f"up to {worst:.2g} of |Z| apart" if np.isfinite(worst) else "a |Z| where Re Z and Im Z are 0"
            yield from _finding(
                "impedance-modulus", "|Z| is not the modulus of Re Z and Im Z", name, bad, "1e-4", found
            )


def _phase(dataset: Dataset) -> Iterator[Remark]:
    for which in _ELECTRODES:
        name = f"phase_{which}".rstrip("_")
        if columns := _get(dataset, f"impedance_{which}real", f"impedance_{which}imag", name):
            real, imag, given = columns
            with np.errstate(invalid="ignore"):
                deviation = np.abs((given - np.degrees(np.arctan2(imag, real)) + 180) % 360 - 180)
                size = np.hypot(real, imag)
                bad = (deviation > PHASE) & (size > 0)
                if bad.any():
                    real_step, imag_step, step = _half_steps(dataset, which, name)
                    bad &= deviation > PHASE + step + np.degrees(np.hypot(real_step, imag_step) / size)
            found = f"up to {_worst(deviation, bad):.3g} deg apart"
            yield from _finding(
                "impedance-phase", "the phase is not that of Re Z and Im Z", name, bad, "0.01 deg", found
            )


def _half_steps(dataset: Dataset, which: str, name: str) -> list[Floats]:
    """Return how far Re Z, Im Z and a third column may be from their values before printing."""
    return [half_step(dataset.columns[n]) for n in (f"impedance_{which}real", f"impedance_{which}imag", name)]


def half_step(column: Column) -> Floats:
    """Return half a unit in the last printed place of each value (n,), in the column's unit; 0 if none is cut.

    The digits are those that all values have in the source's own unit: a number of decimals, of
    significant digits, or the coarser of both.
    """
    values = np.asarray(column.source_values(), dtype=np.float64)
    known = np.isfinite(values)
    if column.values.dtype == np.float32 or not known.any():
        return np.zeros(len(values))
    steps = np.zeros(len(values))
    steps[known] = np.maximum(_by_decimals(values[known]), _by_digits(values[known]))
    return steps * abs(float(column.scale.factor))


def _by_decimals(values: Floats) -> float:
    for decimals in range(MOST_DECIMALS):
        # 1e-14: a decimal number in float64 is off by up to 1e-16, and by several times that after scaling back.
        if np.allclose(values, np.round(values, decimals), rtol=1e-14, atol=0):
            return 0.5 * 10.0**-decimals
    return 0.0


def _by_digits(values: Floats) -> Floats:
    size = np.where(values != 0, np.abs(values), 1.0)
    place = 10.0 ** np.floor(np.log10(size))
    for digits in range(1, MOST_DIGITS):
        step = place * 10.0 ** (1 - digits)
        # 1e-12: the quotient adds roundings; still far below the last of seven digits.
        if np.allclose(values / step, np.round(values / step), rtol=1e-12, atol=0):
            return 0.5 * step
    return np.zeros(len(values))


# -- time series -------------------------------------------------------------------------------


def _power(dataset: Dataset) -> Iterator[Remark]:
    for name, potential in (("power_we", "potential_we"), ("power_ce", "potential_ce"), ("power_cell", "voltage")):
        if columns := _get(dataset, name, potential, "current"):
            given, volts, current = columns
            power = volts * current * 1e-3
            scale = np.max(np.abs(power), initial=0.0, where=np.isfinite(power))
            with np.errstate(invalid="ignore"):
                deviation = np.abs(given - power)
                bad = (deviation > POWER * np.abs(power)) & (deviation > 1e-3 * scale) & np.isfinite(deviation)
            worst = _worst(deviation, bad)
            found = f"{worst / scale:.2g} of the largest power apart" if scale else f"{worst:.2g} W where it is 0"
            yield from _finding(
                "power",
                f"the power is not {potential} times current",
                name,
                bad,
                "1 %",
                f"up to {found}",
            )


def _charge(dataset: Dataset) -> Iterator[Remark]:
    """Compare charge and current where sampling does not matter: between rows of nearly equal current.

    Intervals longer than five times the typical one are left out: other techniques may have run there. The
    ratio is the weighted median, so that resets and single rows decide nothing.
    """
    columns = _get(dataset, "time", "current", "charge") if dataset.kind == "timeseries" else None
    if columns is None or dataset.columns["current"].origin == "derived":
        return
    ratio, count = charge_ratio(*columns)
    if count >= 10 and abs(ratio - 1) > CHARGE:
        message = f"the charge changes by {ratio:.3g} times the integral of the current"
        yield Remark(
            "charge-against-current",
            message,
            column="charge",
            expected="1 ± 0.05",
            found=f"{ratio:.4g} over {several(count, 'interval')}",
        )


def _counters(dataset: Dataset) -> Iterator[Counter]:
    """Yield every charge column of a dataset but `charge`, whose sign and scale have a rule of their own.

    Further columns of a quantity are among them; each is read when it comes.
    """
    for name, column in dataset.columns.items():
        if column.quantity in SENSES and name != "charge":
            yield Counter(name, _floats(column), SENSES[column.quantity or ""])


def _scales(dataset: Dataset) -> Iterator[Remark]:
    """Compare every other charge column with the magnitude of the current: factors between units."""
    columns = _get(dataset, "time", "current") if dataset.kind == "timeseries" else None
    if columns is None or dataset.columns["current"].origin == "derived":
        return
    for counter in _counters(dataset):
        ratio, count = scale_ratio(columns[0], columns[1], counter)
        if count >= 10 and named_factor(ratio) is not None:
            message = f"{counter.name} grows {ratio:.4g} times as fast as the current says"
            found = f"{ratio:.4g} over {several(count, 'interval')}"
            yield Remark("charge-against-current", message, column=counter.name, expected="1 ± 0.05", found=found)


def _signs(dataset: Dataset) -> Iterator[Remark]:
    """Check the sign of the current against every charge column with a direction and the step's type."""
    columns = _get(dataset, "time", "current") if dataset.kind == "timeseries" else None
    if columns is None:
        return
    checks = [sign_by_charge(columns[0], columns[1], _counters(dataset))]
    if (technique := dataset.columns.get("technique")) is not None:
        words = {code: direction_of(word) or 0 for code, word in technique.labels.items()}
        direction = np.array([words.get(code, 0) for code in technique.values.tolist()], dtype=np.int8)
        checks.append(sign_by_state(columns[1], direction, "technique"))
    for check in checks:
        if check.verdict in ("opposite", "unsigned", "mixed"):
            message = "the current's sign contradicts " + " and ".join(check.by)
            yield Remark("current-sign", message, column="current", expected="anodic positive", found=str(check))


def _oxidation(dataset: Dataset) -> Iterator[Remark]:
    """Compare the ox/red flag with the sign of the current, if a tenth of the rows contradict.

    Not for impedance: the mean current of a row in a spectrum is close to zero, and its sign is noise.
    """
    columns = _get(dataset, "current") if dataset.kind == "timeseries" else None
    if columns is None or "oxidation_flag" not in dataset:
        return
    current = columns[0]
    with np.errstate(invalid="ignore"):
        sure = np.abs(current) > _SIGNIFICANT * np.nanmax(np.abs(current), initial=0.0)
        bad = sure & ((dataset["oxidation_flag"] == 1) != (current > 0)) & ~_follows_scan(dataset)
    # Ten rows, or a tenth: at each reversal the flag may lag behind the current by a row.
    if bad.sum() > max(10, 0.1 * sure.sum()):
        rows = {"word": "row with a sizeable current", "plural": "rows with a sizeable current"}
        found = some_of(int(bad.sum()), int(sure.sum()), verb="contradicts", verbs="contradict", **rows)
        yield from _finding(
            "oxidation-against-current",
            "the ox/red flag contradicts the sign of the current",
            "oxidation_flag",
            bad,
            "",
            found,
        )


def _follows_scan(dataset: Dataset) -> NDArray[np.bool_]:
    """Find rows where the flag means the direction of a potential scan, as in some instruments.

    At a vertex it lags: if four of five rows agree, all rows of the scan count as such.
    """
    columns = _get(dataset, "potential_we")
    if columns is None or "control_mode" not in dataset or dataset.rows < 2:
        return np.zeros(dataset.rows, bool)
    rising = np.gradient(columns[0]) > 0
    scan: NDArray[np.bool_] = dataset["control_mode"] == 2
    follows: NDArray[np.bool_] = (dataset["oxidation_flag"] == 1) == rising
    agreeing = np.count_nonzero(scan & follows)
    return scan if agreeing >= 0.8 * np.count_nonzero(scan) else scan & follows


def _wall_clock(dataset: Dataset) -> Iterator[Remark]:
    columns = _get(dataset, "time", "unix_time")
    if columns is None:
        return
    elapsed, clock = (np.diff(column) for column in columns)
    forward = np.isfinite(elapsed) & np.isfinite(clock) & (elapsed > 0) & (clock >= 0)
    passed, shown = elapsed[forward].sum(), clock[forward].sum()
    # A clock that prints whole seconds is off by at most one.
    if abs(passed - shown) <= 2 + CLOCK * max(passed, shown):
        return
    ratio = passed / shown if shown else np.inf
    found = f"a ratio of {ratio:.4g}" if shown else "a clock that stands"
    thousand = min(abs(ratio / factor - 1) for factor in (1000, 0.001)) < CLOCK
    cause = ": a factor of 1000, as between milliseconds and seconds" if thousand else ""
    yield Remark(
        "elapsed-against-clock",
        f"elapsed time advances by {passed:.6g} s, the clock by {shown:.6g} s{cause}",
        column="time",
        expected="equal to 1 %",
        found=found,
    )


def _zeros(dataset: Dataset) -> Iterator[Remark]:
    for name in ("potential_we", "potential_ce", "voltage"):
        if (columns := _get(dataset, name, "current")) and dataset.columns[name].origin == "measured":
            potential, current = columns
            bad = _runs((potential == 0) & (np.abs(current) > 0), ZEROS)
            yield from _finding("zero-potential", f"{name} is exactly zero under current", name, bad, found="0 V")


def _compliance(dataset: Dataset) -> Iterator[Remark]:
    """Find a potential that stays exactly at its extreme while the current is held (compliance)."""
    columns = _get(dataset, "potential_we", "current")
    if columns is None or dataset.columns["potential_we"].origin != "measured":
        return
    potential, current = columns
    with np.errstate(invalid="ignore"):
        held = np.abs(current) > _SIGNIFICANT * np.nanmax(np.abs(current), initial=0.0)
        if "control_mode" in dataset:
            held &= dataset["control_mode"] == 1
        lowest, highest = np.nanmin(potential, initial=np.inf), np.nanmax(potential, initial=-np.inf)
        if lowest >= highest:  # one value, or none
            return
        for word, extreme in (("highest", highest), ("lowest", lowest)):
            bad = _runs((potential == extreme) & held & (extreme != 0), STUCK)
            message = f"the potential stands exactly at its {word} value under current"
            yield from _finding("compliance-reached", message, "potential_we", bad, found=f"{extreme:.6g} V")


def _runs(where: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Keep only runs of true of at least `length` consecutive rows."""
    if not where.any():
        return where
    edges = np.flatnonzero(np.diff(np.concatenate([[False], where, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    kept = np.zeros(len(where), bool)
    kept[where] = np.repeat(lengths >= length, lengths)
    return kept


def _cycles(dataset: Dataset) -> Iterator[Remark]:
    columns = _get(dataset, "cycle", "half_cycle")
    if columns is None:
        return
    cycles, halves = (np.diff(column) for column in columns)
    falls = np.concatenate([[False], (cycles < 0) & (halves > 0)])
    message = "the cycle number falls while the half-cycle number rises"
    yield from _finding("cycle-against-half-cycle", message, "cycle", falls)
    risen, half = (int(steps[(steps > 0) & np.isfinite(steps)].sum()) for steps in (cycles, halves))
    if risen > half + 1:
        yield Remark(
            "cycle-against-half-cycle",
            f"the cycle number rises by {risen}, the half-cycle number by {half}",
            column="cycle",
        )


def _errors(dataset: Dataset) -> Iterator[Remark]:
    if "error_flag" in dataset:
        bad = np.asarray(dataset["error_flag"]) != 0
        yield from _finding("instrument-error", "the instrument flags an error", "error_flag", bad)


_CHECKS: tuple[Callable[[Dataset], Iterator[Remark]], ...] = (
    _modulus,
    _phase,
    _power,
    _charge,
    _scales,
    _signs,
    _oxidation,
    _wall_clock,
    _zeros,
    _compliance,
    _cycles,
    _errors,
)

"""Level 2: columns against each other, as physics demands.

Tolerances are wide enough for float32 storage and honest sampling, and far narrower than the
mistakes that they are for: a wrong unit, sign, electrode or clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from echub.model.dataset import Dataset
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
from echub.validation.group import Group
from echub.validation.problem import Finding, places

Floats = NDArray[np.float64]

MODULUS, PHASE, POWER, CHARGE, CLOCK = 1e-4, 0.01, 0.01, 0.05, 0.01
"""Largest deviations: of |Z| (relative), of its phase (deg), of power, charge and clock (relative)."""
ZEROS, STUCK = 5, 20
"""Rows in a run of potentials that are exactly zero, or exactly at their extreme, that call for an explanation."""
_SIGNIFICANT = 0.05
"""Currents below this part of the largest say nothing about signs."""


def check_dataset(dataset: Dataset, group: Group) -> Iterator[Finding]:
    """Check columns against each other, as far as they are there."""
    for check in _CHECKS:
        yield from check(dataset)


def _get(dataset: Dataset, *names: str) -> list[Floats] | None:
    """Return columns as float64, or None where one is missing or the dataset is empty."""
    if not dataset.rows or any(name not in dataset.columns for name in names):
        return None
    return [dataset.columns[name].values.astype(np.float64) for name in names]


def _finding(
    rule: str, message: str, column: str, bad: NDArray[np.bool_], expected: str = "", found: str = ""
) -> Iterator[Finding]:
    rows, count = places(bad)
    if count:
        yield Finding(rule, message, column, rows, count, expected, found)


def _worst(deviation: Floats, bad: NDArray[np.bool_]) -> float:
    return float(np.max(deviation[bad])) if bad.any() else 0.0


# -- impedance ---------------------------------------------------------------------------------

_ELECTRODES = ("", "ce_", "wece_")


def _modulus(dataset: Dataset) -> Iterator[Finding]:
    for which in _ELECTRODES:
        name = f"impedance_{which}abs"
        if columns := _get(dataset, f"impedance_{which}real", f"impedance_{which}imag", name):
            real, imag, given = columns
            modulus = np.hypot(real, imag)
            with np.errstate(divide="ignore", invalid="ignore"):
                deviation = np.abs(given - modulus) / modulus
            bad = deviation > MODULUS
            found = f"up to {_worst(deviation, bad):.2g} of |Z| apart"
            yield from _finding("ECH301", "|Z| is not the modulus of Re Z and Im Z", name, bad, "1e-4", found)


def _phase(dataset: Dataset) -> Iterator[Finding]:
    for which in _ELECTRODES:
        name = f"phase_{which}".rstrip("_")
        if columns := _get(dataset, f"impedance_{which}real", f"impedance_{which}imag", name):
            real, imag, given = columns
            with np.errstate(invalid="ignore"):
                deviation = np.abs((given - np.degrees(np.arctan2(imag, real)) + 180) % 360 - 180)
                bad = (deviation > PHASE) & (np.hypot(real, imag) > 0)
            found = f"up to {_worst(deviation, bad):.3g} deg apart"
            yield from _finding("ECH302", "the phase is not that of Re Z and Im Z", name, bad, "0.01 deg", found)


# -- time series -------------------------------------------------------------------------------


def _power(dataset: Dataset) -> Iterator[Finding]:
    for name, potential in (("power_we", "potential_we"), ("power_ce", "potential_ce"), ("power_cell", "voltage")):
        if columns := _get(dataset, name, potential, "current"):
            given, volts, current = columns
            power = volts * current * 1e-3
            scale = np.nanmax(np.abs(power), initial=0.0)
            with np.errstate(invalid="ignore"):
                deviation = np.abs(given - power)
                bad = (deviation > POWER * np.abs(power)) & (deviation > 1e-3 * scale)
            worst = _worst(deviation / scale if scale else deviation, bad)
            yield from _finding(
                "ECH303",
                f"the power is not {potential} times current",
                name,
                bad,
                "1 %",
                f"up to {worst:.2g} of the largest power apart",
            )


def _charge(dataset: Dataset) -> Iterator[Finding]:
    """Compare charge and current where sampling does not matter: between rows of about equal current.

    Intervals longer than five typical ones are left out: other techniques may have run there. The
    ratio is the weighted median, so that resets and single rows decide nothing.
    """
    columns = _get(dataset, "time", "current", "charge") if dataset.kind == "timeseries" else None
    if columns is None or dataset.columns["current"].origin == "derived":
        return
    ratio, count = charge_ratio(*columns)
    if count >= 10 and abs(ratio - 1) > CHARGE:
        message = f"the charge changes by {ratio:.3g} times the integral of the current"
        yield Finding(
            "ECH304", message, "charge", expected="1 ± 0.05", found=f"{ratio:.4g} over {count} intervals"
        )


def _counters(dataset: Dataset) -> list[Counter]:
    """Return every charge column of a dataset, further ones of a quantity included."""
    return [
        Counter(name, column.values.astype(np.float64), SENSES[column.quantity or ""])
        for name, column in dataset.columns.items()
        if column.quantity in SENSES
    ]


def _scales(dataset: Dataset) -> Iterator[Finding]:
    """Compare every other charge column with the magnitude of the current: factors between units."""
    columns = _get(dataset, "time", "current") if dataset.kind == "timeseries" else None
    if columns is None or dataset.columns["current"].origin == "derived":
        return
    for counter in _counters(dataset):
        if counter.name == "charge":
            continue
        ratio, count = scale_ratio(columns[0], columns[1], counter)
        if count >= 10 and named_factor(ratio) is not None:
            message = f"{counter.name} grows {ratio:.4g} times as fast as the current says"
            yield Finding(
                "ECH304", message, counter.name, expected="1 ± 0.05", found=f"{ratio:.4g} over {count} intervals"
            )


def _signs(dataset: Dataset) -> Iterator[Finding]:
    """Check the sign of the current against every charge column with a direction and the step's type."""
    columns = _get(dataset, "time", "current") if dataset.kind == "timeseries" else None
    if columns is None:
        return
    counters = [counter for counter in _counters(dataset) if counter.name != "charge"]  # ECH304 has its sign
    checks = [sign_by_charge(columns[0], columns[1], counters)]
    if (technique := dataset.columns.get("technique")) is not None and technique.labels:
        words = {code: direction_of(word) or 0 for code, word in technique.labels.items()}
        direction = np.array([words.get(int(code), 0) for code in technique.values], dtype=np.int8)
        checks.append(sign_by_state(columns[1], direction, "technique"))
    for check in checks:
        if check.verdict in ("opposite", "unsigned", "mixed"):
            message = "the current's sign contradicts " + " and ".join(check.by)
            yield Finding("ECH311", message, "current", expected="anodic positive", found=str(check))


def _oxidation(dataset: Dataset) -> Iterator[Finding]:
    """Compare the ox/red flag with the sign of the current, where a tenth of the rows contradict."""
    columns = _get(dataset, "current")
    if columns is None or "oxidation_flag" not in dataset:
        return
    current = columns[0]
    with np.errstate(invalid="ignore"):
        sure = np.abs(current) > _SIGNIFICANT * np.nanmax(np.abs(current), initial=0.0)
        bad = sure & ((dataset["oxidation_flag"] == 1) != (current > 0)) & ~_follows_scan(dataset)
    if bad.sum() > max(10, 0.1 * sure.sum()):
        found = f"{bad.sum()} of {sure.sum()} rows with a sizeable current contradict"
        yield from _finding(
            "ECH305", "the ox/red flag contradicts the sign of the current", "oxidation_flag", bad, "", found
        )


def _follows_scan(dataset: Dataset) -> NDArray[np.bool_]:
    """Find rows where the flag says the direction of a potential scan, as some instruments mean it.

    At a vertex it lags: where four of five rows agree, all rows of the scan count as such.
    """
    columns = _get(dataset, "potential_we")
    if columns is None or "control_mode" not in dataset or dataset.rows < 2:
        return np.zeros(dataset.rows, bool)
    rising = np.gradient(columns[0]) > 0
    scan: NDArray[np.bool_] = dataset["control_mode"] == 2
    follows: NDArray[np.bool_] = (dataset["oxidation_flag"] == 1) == rising
    agreeing = np.count_nonzero(scan & follows)
    return scan if agreeing >= 0.8 * np.count_nonzero(scan) else scan & follows


def _wall_clock(dataset: Dataset) -> Iterator[Finding]:
    columns = _get(dataset, "time", "unix_time")
    if columns is None:
        return
    elapsed, clock = (np.diff(column) for column in columns)
    forward = np.isfinite(elapsed) & np.isfinite(clock) & (elapsed > 0) & (clock >= 0)
    passed, shown = elapsed[forward].sum(), clock[forward].sum()
    # A clock that prints whole seconds is off by one at most.
    if not passed or abs(passed - shown) <= 2 + CLOCK * max(passed, shown):
        return
    ratio = passed / shown if shown else np.inf
    thousand = min(abs(ratio / factor - 1) for factor in (1000, 0.001)) < CLOCK
    cause = ": a factor of 1000, as between milliseconds and seconds" if thousand else ""
    yield Finding(
        "ECH306",
        f"elapsed time advances by {passed:.6g} s, the clock by {shown:.6g} s{cause}",
        "time",
        expected="equal to 1 %",
        found=f"a ratio of {ratio:.4g}",
    )


def _zeros(dataset: Dataset) -> Iterator[Finding]:
    for name in ("potential_we", "potential_ce", "voltage"):
        if (columns := _get(dataset, name, "current")) and dataset.columns[name].origin == "measured":
            potential, current = columns
            bad = _runs((potential == 0) & (current != 0), ZEROS)
            yield from _finding("ECH307", f"{name} is exactly zero under current", name, bad, found="0 V")


def _compliance(dataset: Dataset) -> Iterator[Finding]:
    """Find a potential that stands exactly at its extreme while the current is held."""
    columns = _get(dataset, "potential_we", "current")
    if columns is None or dataset.columns["potential_we"].origin != "measured":
        return
    potential, current = columns
    with np.errstate(invalid="ignore"):
        held = np.abs(current) > _SIGNIFICANT * np.nanmax(np.abs(current), initial=0.0)
        if "control_mode" in dataset:
            held &= dataset["control_mode"] == 1
        if np.nanmin(potential, initial=np.inf) == np.nanmax(potential, initial=-np.inf):
            return
        for word, extreme in (("highest", np.nanmax(potential)), ("lowest", np.nanmin(potential))):
            bad = _runs((potential == extreme) & held & (extreme != 0), STUCK)
            message = f"the potential stands exactly at its {word} value under current"
            yield from _finding("ECH308", message, "potential_we", bad, found=f"{extreme:.6g} V")


def _runs(where: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Keep what is true for at least `length` rows on end."""
    if not where.any():
        return where
    edges = np.flatnonzero(np.diff(np.concatenate([[False], where, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    kept = np.zeros(len(where), bool)
    kept[where] = np.repeat(lengths >= length, lengths)
    return kept


def _cycles(dataset: Dataset) -> Iterator[Finding]:
    columns = _get(dataset, "cycle", "half_cycle")
    if columns is None or len(columns[0]) < 2:
        return
    cycles, halves = (np.diff(column) for column in columns)
    falls = np.concatenate([[False], (cycles < 0) & (halves > 0)])
    message = "the cycle number falls while the half-cycle number rises"
    yield from _finding("ECH309", message, "cycle", falls)
    risen, half = int(cycles[cycles > 0].sum()), int(halves[halves > 0].sum())
    if risen > half + 1:
        yield Finding("ECH309", f"the cycle number rises by {risen}, the half-cycle number by {half}", "cycle")


def _errors(dataset: Dataset) -> Iterator[Finding]:
    if "error_flag" in dataset:
        bad = np.asarray(dataset["error_flag"]) != 0
        yield from _finding("ECH310", "the instrument flags an error", "error_flag", bad)


_CHECKS: tuple[Callable[[Dataset], Iterator[Finding]], ...] = (
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

"""Whether a current agrees with other columns: its sign with charge and state, its scale with charge.

One check for readers, before the meaning of a column is fixed, and for `echub validate`, after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from echub.segments.rows import Floats

Sense = Literal["net", "anodic", "cathodic", "magnitude"]
"""How a counter grows: with the signed current, with its anodic or its cathodic part, or with its magnitude."""

SENSES: dict[str, Sense] = {
    "charge": "net",
    "charge_step": "net",
    "charge_half_cycle": "net",
    "charge_anodic": "anodic",
    "charge_cathodic": "cathodic",
    "capacity": "magnitude",
}
"""The charges of the vocabulary, and what each of them counts; an increment is not a counter."""

Verdict = Literal["", "agrees", "opposite", "unsigned", "mixed"]

SIGNIFICANT = 0.05
"""Currents below this fraction of the largest say nothing about signs: offsets and noise at rest."""
_GROWS = 0.1
"""A counter grows if it changes by more than this fraction of its typical change; less is rounding."""
_RESET = 10.0
"""A change more than this many times the typical one is a reset or a gap, not charge that flowed."""
_GAP = 5.0
"""Intervals more than this many times the typical length are left out: other techniques may have run there."""
_STEADY = 0.05
"""Relative change of the current within an interval up to which its integral does not depend on sampling."""
_CLEAR, _UNCLEAR = 0.8, 0.2
"""Fractions of the evidence that confirm, and refute, a sign; between them it does neither."""
_FACTORS = (1000.0, 3600.0, 60.0, 3.6, 1e6)
"""Factors between units that are easily confused: A and mA, s and h, s and min, mA·h and C, A and µA."""
_NEAR = 0.05
"""Relative distance within which a ratio counts as one of these factors: far below their spacing."""
_FALLS = 0.2
"""Fraction of its changes in which a one-way counter may fall, due to resets; above, it is not a counter."""
FEWEST = 3
"""Fewer intervals of evidence than this prove nothing."""


@dataclass(frozen=True, eq=False)
class Counter:
    """A column that counts charge (mA·h) or energy (W·h): its name, values (n,) and sense."""

    name: str
    values: Floats
    sense: Sense


@dataclass(frozen=True)
class SignCheck:
    """What the evidence says about the sign of a current.

    `up`: share of the evidence for an anodic current where the current is positive; `down`: share of
    that for a cathodic one where it is negative; NaN without such evidence. `one_sided`: the current has one sign.
    """

    verdict: Verdict
    up: float
    down: float
    count: int
    one_sided: bool
    by: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [
            f"{share:.0%} of the {word} part has a {sign} current"
            for share, word, sign in ((self.up, "anodic", "positive"), (self.down, "cathodic", "negative"))
            if share == share
        ]
        return f"by {', '.join(self.by)}: {' and '.join(parts)}" if parts else "nothing to check against"


NO_EVIDENCE = SignCheck("", float("nan"), float("nan"), 0, False)


def sign_by_state(current: ArrayLike, direction: ArrayLike, name: str) -> SignCheck:
    """Check a current (n,), any unit, against a state per row: +1 anodic, -1 cathodic, 0 rest or unknown (n,)."""
    values, wanted = np.asarray(current, np.float64), np.asarray(direction)
    with np.errstate(invalid="ignore"):
        large = np.abs(values) > SIGNIFICANT * _largest(values)
    weights = np.where(large & (wanted != 0), 1.0, 0.0)
    return _sign_check(values, wanted, weights, (name,))


def sign_by_charge(time: ArrayLike, current: ArrayLike, counters: Iterable[Counter]) -> SignCheck:
    """Check a current against counters of one direction or of net charge; those of a magnitude say nothing.

    time: (n,), s; current: (n,), any unit; intervals in which it changes sign are left out. The
    unit of a counter does not matter. Counters that contradict each other give `mixed`.
    """
    t, i = np.asarray(time, np.float64), np.asarray(current, np.float64)
    step, mean, same = _intervals(t, i)
    found: list[SignCheck] = []
    for counter in counters:
        passed = np.diff(counter.values)
        grows = _grows(passed, same)
        if counter.sense == "magnitude" or (counter.sense != "net" and not _counts(passed)):
            continue
        sign = {"net": np.sign(passed), "anodic": passed > 0, "cathodic": -(passed > 0).astype(np.int8)}
        wanted = np.where(grows, sign[counter.sense], 0)
        weights = np.where(grows & (wanted != 0), np.abs(mean) * step, 0.0)
        check = _sign_check(mean, wanted, weights, (counter.name,))
        # A net charge that agrees with only one direction is a magnitude under another name, and says nothing.
        if check.verdict in ("agrees", "opposite") or (check.verdict and counter.sense != "net"):
            found.append(check)
    return _together(found)


def _counts(passed: Floats) -> bool:
    """Return whether a column counts: it grows far more often than it falls."""
    rises, falls = int((passed > 0).sum()), int((passed < 0).sum())
    return falls <= _FALLS * (rises + falls)


def _together(found: Sequence[SignCheck]) -> SignCheck:
    """Combine the checks of several counters: a charge and a discharge column each tell one half."""
    if not found:
        return NO_EVIDENCE
    up, down = (_mean([getattr(check, side) for check in found]) for side in ("up", "down"))
    by = tuple(name for check in found for name in check.by)
    # Each counter sees only the rows in which it grows: the current has one sign if that is the same for all.
    positive = [share for share in (up, 1 - down) if share == share]
    same = min(positive) > 0.5 or max(positive) < 0.5
    one_sided = same and all(check.one_sided for check in found)
    # Two counters that grow under one sign of the current, one up and one down: its sign is missing.
    return SignCheck(_verdict(up, down, one_sided), up, down, sum(c.count for c in found), one_sided, by)


def _mean(shares: Sequence[float]) -> float:
    known = [share for share in shares if share == share]
    return float(np.mean(known)) if known else float("nan")


def _sign_check(values: Floats, wanted: NDArray[Any], weights: Floats, by: tuple[str, ...]) -> SignCheck:
    counted = weights > 0
    if counted.sum() < FEWEST:
        return NO_EVIDENCE
    up = _share(weights, counted & (wanted > 0), values > 0)
    down = _share(weights, counted & (wanted < 0), values < 0)
    positive = _share(np.ones(len(values)), counted, values > 0)
    # 1 % of the rows may have the other sign: noise around zero, or an overshoot at a switch.
    one_sided = positive >= 0.99 or positive <= 0.01
    return SignCheck(_verdict(up, down, one_sided), up, down, int(counted.sum()), one_sided, by)


def _share(weights: Floats, among: NDArray[np.bool_], where: NDArray[np.bool_]) -> float:
    whole = weights[among].sum()
    return float(weights[among & where].sum() / whole) if whole else float("nan")


def _verdict(up: float, down: float, one_sided: bool) -> Verdict:
    shares = [share for share in (up, down) if share == share]
    if all(share >= _CLEAR for share in shares):
        return "agrees"
    if all(share <= _UNCLEAR for share in shares):
        return "opposite"
    return "unsigned" if one_sided else "mixed"


# -- scale -------------------------------------------------------------------------------------


def charge_ratio(time: ArrayLike, current: ArrayLike, charge: ArrayLike) -> tuple[float, int]:
    """Return the typical ratio of charge step to current integral, and the number of steps.

    time: (n,), s; current: (n,), mA; charge: (n,), mA·h, net. Only intervals of about equal current and of usual
    length count, so that sampling does not matter; the weighted median, so that resets and single rows decide
    nothing.
    """
    t, i, q = (np.asarray(values, np.float64) for values in (time, current, charge))
    step, mean, good = _steady(t, i)
    with np.errstate(invalid="ignore", divide="ignore"):
        integral, passed = mean * step / 3600, np.diff(q)
        good &= np.isfinite(passed) & np.isfinite(integral) & (integral != 0)
        # Charge is stored with a resolution; a step near it says nothing.
        good &= np.abs(integral) > 1e-5 * _largest(q)
    return _median_ratio(passed[good], integral[good])


def scale_ratio(time: ArrayLike, rate: ArrayLike, counter: Counter) -> tuple[float, int]:
    """Return the ratio of a counter's growth to the integral of its rate's magnitude, and the number of steps.

    time: (n,), s; rate: (n,), mA for a charge in mA·h, W for an energy in W·h. The sign of the rate is not
    used; only intervals in which the counter grows are. A counter printed so coarsely that it often does not
    change is compared as a whole.
    """
    t, i = np.asarray(time, np.float64), np.asarray(rate, np.float64)
    step, mean, good = _steady(t, i)
    passed = np.diff(counter.values)
    with np.errstate(invalid="ignore"):
        good &= np.isfinite(passed)
        amount = np.abs(passed) if counter.sense in ("net", "magnitude") else passed
        integral = np.abs(mean) * step / 3600
        grows = good & _grows(passed, good) & (amount > 0)
    if counter.sense in ("anodic", "cathodic") and not _counts(passed):
        return 1.0, 0
    side = (
        _growing_side(mean, amount, grows) if counter.sense in ("anodic", "cathodic") else np.ones(len(mean), bool)
    )
    still = good & side & ~grows & (passed == 0)
    # Up to 30 % unchanged intervals are ordinary rounding; with more, the changes alone overstate the growth.
    if still.sum() <= 0.3 * (grows & side).sum():
        return _median_ratio(amount[grows & side], integral[grows & side])
    counted = (grows | still) & side
    whole = float(integral[counted].sum())
    return (float(amount[counted].sum()) / whole if whole else 1.0), int((grows & side).sum())


def _growing_side(mean: Floats, amount: Floats, grows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the intervals with the sign of current for which the counter grows more."""
    up = float(amount[grows & (mean > 0)].sum())
    down = float(amount[grows & (mean < 0)].sum())
    return np.asarray(mean > 0 if up >= down else mean < 0)


def named_factor(ratio: float) -> float | None:
    """Return the factor between two units that a ratio is close to, such as 1000 or 1/3600; None for any other."""
    for factor in _FACTORS:
        for candidate in (factor, 1 / factor):
            if abs(ratio / candidate - 1) < _NEAR:
                return candidate
    return None


def _intervals(time: Floats, current: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return per interval its length, mean current, and whether a sizeable current of one sign flows in it."""
    before, after = current[:-1], current[1:]
    with np.errstate(invalid="ignore"):
        step = np.diff(time)
        large = np.minimum(np.abs(before), np.abs(after)) > SIGNIFICANT * _largest(current)
        good = large & (np.sign(before) == np.sign(after))
        return step, (before + after) / 2, good & _usual(step, good)


def _steady(time: Floats, current: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return per interval its length, mean current, and whether the current is nearly constant in it."""
    before, after = current[:-1], current[1:]
    with np.errstate(invalid="ignore"):
        step = np.diff(time)
        steady = np.abs(after - before) <= _STEADY * np.maximum(np.abs(before), np.abs(after))
        # Below 1 % of the largest current, its offset is no longer small compared with it.
        large = np.maximum(np.abs(before), np.abs(after)) > 0.01 * _largest(current)
        good = steady & large
        return step, (before + after) / 2, good & _usual(step, good)


def _usual(step: Floats, good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the intervals in which time passes, and not far more of it than in the good ones."""
    passes = step > 0
    timed = step[good & passes]
    return passes & (step <= _GAP * (np.median(timed) if len(timed) else 0.0))


def _grows(passed: Floats, good: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the intervals in which a counter changes, by more than its rounding and less than by a reset."""
    with np.errstate(invalid="ignore"):
        size = np.abs(passed)
        known = good & np.isfinite(passed) & (size > 0)
        typical = float(np.median(size[known])) if known.any() else 0.0
        return np.asarray(known & (size > _GROWS * typical) & (size < _RESET * typical))


def _median_ratio(passed: Floats, integral: Floats) -> tuple[float, int]:
    """Return the median of the ratios, weighted by the integral, and their number; 1 if there are none."""
    counted = integral != 0
    if not counted.any():
        return 1.0, 0
    ratios, weights = passed[counted] / integral[counted], np.abs(integral[counted])
    return _weighted_median(ratios, weights), len(ratios)


_SORTED = 1024
"""Values that are sorted; of more, the half without the median is left out first, which takes less time."""


def _weighted_median(values: Floats, weights: Floats) -> float:
    """Return the smallest value up to which half of the weight lies."""
    wanted = weights.sum() / 2
    while len(values) > _SORTED:
        middle = np.partition(values, len(values) // 2)[len(values) // 2]
        below, same = values < middle, values == middle
        before = weights[below].sum()
        if before >= wanted:
            values, weights = values[below], weights[below]
            continue
        wanted -= before + weights[same].sum()
        if wanted <= 0:
            return float(middle)
        above = values > middle
        if not above.any():  # what is wanted beyond it is rounding
            return float(middle)
        values, weights = values[above], weights[above]
    order = np.argsort(values)
    at = int(np.searchsorted(np.cumsum(weights[order]), wanted))
    return float(values[order][min(at, len(order) - 1)])


def _largest(values: Floats) -> float:
    return float(np.nanmax(np.abs(values), initial=0.0)) if np.isfinite(values).any() else 0.0


# -- words -------------------------------------------------------------------------------------

_CATHODIC = re.compile(
    r"dis?[-_ ]?ch|\bdch\b|dchg|dchrg|dsch|entlad|d[ée]charg|descarg|scaric|rozład|разряд"
    r"|放电|放電|방전|cathod|kathod"
)
_ANODIC = re.compile(r"ch(?:a?r)?g|charg|\bcha\b|lad(?:e|ung|en)|carga|caric|ładow|заряд|充电|充電|충전|anod")
_REST = re.compile(
    r"rest|pause|\bpau\b|oc[vp]\b|open[- ]circuit|idle|静置|搁置|擱置|休止|휴지"
    r"|ruhe|repos|reposo|riposo|wait|standby|stop|完了|finish|end"
)
_LETTERS = {"c": 1, "d": -1, "r": 0, "p": 0, "o": 0, "s": 0}
"""One-letter states: charge, discharge, rest, pause, open circuit, suspended."""


def direction_of(word: str, *, letters: bool = False) -> int | None:
    """Return +1 for a word for charging, -1 for discharging, 0 for rest, None for any other.

    Words in several languages, alone or as part of a step's name: `CC Chg`, `CCCV_DChg`, `恒流放电`, `Entladen`.
    Single letters (`C`, `D`, `R`) count only if `letters` says that the column holds states.
    """
    text = word.strip().lower()
    if letters and text in _LETTERS:
        return _LETTERS[text]
    if _CATHODIC.search(text):
        return -1
    if _ANODIC.search(text):
        return 1
    return 0 if _REST.search(text) else None

"""The middle of the pipeline: background, detector yield, normalisation."""

from __future__ import annotations

import numpy as np

from echub.drawing import unit_text
from echub.plugin import Flag, Inputs, Refusal
from echub.text import several
from echub_sims_profile import SimsProfileParams
from echub_sims_profile.data.profile import Array, CountProfile, Mask

_LEAST_POINTS = 3
"""Points of a plateau: with fewer nothing shows that it is one."""
_CLEAR = 3.0
"""Standard errors that a normaliser has to be above zero."""


def background(profile: CountProfile, data: Inputs, params: SimsProfileParams) -> CountProfile:
    """Subtract each channel's mean over a named plateau; its uncertainty goes along.

    Raises `Refusal` `no-plateau` where the asked window holds fewer than 3 points of a channel.
    """
    if not params.background_stop:
        return profile.skipped("background", "no plateau is named (background_start, background_stop)")
    base, error = profile.base.copy(), profile.base_error.copy()
    for key in profile.channels():
        mine = profile.of(*key)
        inside = mine & _inside(profile.x, params)
        inside &= np.isfinite(profile.n)
        if inside.sum() < _LEAST_POINTS:
            ends = profile.x[mine].min(), profile.x[mine].max()
            raise Refusal(
                "no-plateau",
                f"the background window holds {several(int(inside.sum()), 'point')} of {key[1]}, "
                f"{_LEAST_POINTS} are needed",
                hint=f"the profile goes from {ends[0]:.4g} to {ends[1]:.4g} {unit_text(profile.unit)}",
            )
        rate = profile.n[inside].sum() / profile.gain[inside].sum()
        base[mine] = rate * profile.gain[mine]
        error[mine] = np.sqrt(max(profile.n[inside].sum(), 1.0)) / profile.gain[inside].sum() * profile.gain[mine]
    detail = f"mean from {params.background_start:g} to {params.background_stop:g} {unit_text(profile.unit)}"
    return profile.did("background", detail, base=base, base_error=error)


def _inside(x: Array, params: SimsProfileParams) -> Mask:
    return (x >= params.background_start) & (x <= params.background_stop)


def detector_yield(profile: CountProfile, data: Inputs, params: SimsProfileParams) -> CountProfile:
    """Divide by the share of ions that the detector counts."""
    if params.detector_yield == 100:
        return profile.skipped("yield", "100 %: counts are of detected ions")
    return profile.did(
        "yield", f"divided by {params.detector_yield:g} %", gain=profile.gain * params.detector_yield / 100
    )


# -- normalisation ---------------------------------------------------------------------------


def normalisation(profile: CountProfile, data: Inputs, params: SimsProfileParams) -> CountProfile:
    """Divide by the total of the polarity, a matrix species, or the primary current; its error goes along."""
    return NORMALISERS[params.normalise](profile, data, params)


def _none(profile: CountProfile, data: Inputs, params: SimsProfileParams) -> CountProfile:
    return profile.skipped("normalisation", "none asked for")


def _total(profile: CountProfile, data: Inputs, params: SimsProfileParams) -> CountProfile:
    """Divide each polarity of a region by the sum of its channels."""
    ratio, relative = np.ones(len(profile.n)), np.zeros(len(profile.n))
    for region, polarity in dict.fromkeys((r, p) for r, _, p in profile.channels()):
        mine = (profile.region == region) & (profile.polarity == polarity)
        parts = [k for k in profile.channels() if (k[0], k[2]) == (region, polarity)]
        curves = [_interpolated(profile, key, profile.x[mine]) for key in parts]
        _divide(ratio, relative, mine, np.sum(curves, axis=0))
    return _normalised(
        profile, ratio, relative, np.ones(len(ratio), bool), "by the total of each polarity, per region"
    )


def _matrix(profile: CountProfile, data: Inputs, params: SimsProfileParams) -> CountProfile:
    """Divide by a matrix species of the same region and polarity.

    Raises `Refusal` `no-matrix` where it is not there or holds no counts.
    """
    keys = [key for key in profile.channels() if key[1] == params.matrix]
    if not keys:
        known = ", ".join(dict.fromkeys(s for _, s, _ in profile.channels()))
        raise Refusal(
            "no-matrix", f"there is no matrix species {params.matrix!r}, but {known}", hint="--param matrix=…"
        )
    ratio, relative = np.ones(len(profile.n)), np.zeros(len(profile.n))
    done = np.zeros(len(profile.n), bool)
    for key in keys:
        mine = (profile.region == key[0]) & (profile.polarity == key[2])
        _divide(ratio, relative, mine, _interpolated(profile, key, profile.x[mine]))
        done |= mine
    flags = []
    if not done.all():
        text = f"{params.matrix} is of one polarity: the other is not normalised"
        flags.append(Flag("polarity-not-normalised", text))
    return _normalised(profile, ratio, relative, done, f"by {params.matrix}", *flags)


def _primary_current(profile: CountProfile, data: Inputs, params: SimsProfileParams) -> CountProfile:
    """Divide by the primary current: measured with each point, or the stated one."""
    stated = data.meta("sims.primary_current")
    if profile.primary is not None:
        current, how = profile.primary, "as measured with each point"
    elif stated:
        current, how = np.full(len(profile.n), stated), f"of {stated:g} nA"
    else:
        raise Refusal(
            "no-primary-current", "the primary current is not stated", hint='--set sims.primary_current="1 nA"'
        )
    some = current > 0  # neither where it is not known
    if not some.any():
        raise Refusal("no-primary-current", f"the primary current, {how}, is nowhere above zero")
    flags = []
    if lost := int((~some).sum()):
        text = f"{several(lost, 'point is', 'points are')} left out: the primary current is not above zero there"
        flags.append(Flag("normaliser-weak", text))
    detail = f"to one nA of primary current, {how}"
    gain = np.where(some, profile.gain * current, np.nan)
    return profile.did("normalisation", detail, *flags, gain=gain, signal_unit="count/nA")


def _interpolated(profile: CountProfile, key: tuple[str, str, int], x: Array) -> Array:
    """Return three rows: the signal of a channel at other points, its variance there, and that of its level.

    Between two points the variance falls, but neighbours share them: sums and edges see the whole. Points at one
    place are averaged first.
    """
    one = profile.ordered(*key)
    one = one.rows(np.isfinite(one.n) & np.isfinite(one.x))
    at, place, times = np.unique(one.x, return_inverse=True, return_counts=True)
    if len(at) < 2:
        raise Refusal("no-matrix", f"{key[1]} has no two points to interpolate between")
    level = np.bincount(place, one.signal) / times
    variance = np.bincount(place, (np.maximum(one.n, 1.0) + one.base_error**2) / one.gain**2) / times**2
    after = np.clip(np.searchsorted(at, x), 1, len(at) - 1)
    share = np.clip((x - at[after - 1]) / (at[after] - at[after - 1]), 0, 1)
    signal = (1 - share) * level[after - 1] + share * level[after]
    own = (1 - share) ** 2 * variance[after - 1] + share**2 * variance[after]
    return np.stack([signal, own, (1 - share) * variance[after - 1] + share * variance[after]])


def _divide(ratio: Array, relative: Array, mine: Mask, curve: Array) -> None:
    """Set the normaliser of some rows; NaN where it does not stand out of its own noise."""
    by, own, level = curve
    good = by > _CLEAR * np.sqrt(own)
    if 2 * good.sum() < len(by):
        raise Refusal(
            "normaliser-weak",
            f"the normalising signal is above its own noise in {int(good.sum())} of {len(by)} points only",
            hint="name another matrix species, or a background plateau where it is absent",
        )
    by = np.where(good, by, np.nan)
    ratio[mine] = by + own / by  # one over a noisy number is too large by its relative variance
    relative[mine] = np.sqrt(level) / by


def _normalised(
    profile: CountProfile, ratio: Array, relative: Array, done: Mask, detail: str, *flags: Flag
) -> CountProfile:
    ratio = ratio.copy()
    for sign in set(profile.polarity[done].tolist()):  # one scale for all regions, so that they can be compared
        mine = done & (profile.polarity == sign)
        ratio[mine] /= np.nanmedian(ratio[mine])
    lost = int(np.isnan(ratio).sum())
    if lost:
        text = f"{several(lost, 'point is', 'points are')} left out: the normalising signal is too weak there"
        flags = (*flags, Flag("normaliser-weak", text))
    return profile.did(
        "normalisation",
        f"{detail}, relative to its median over all regions",
        *flags,
        gain=profile.gain * ratio,
        relative=np.hypot(profile.relative, relative),
    )


NORMALISERS = {"none": _none, "total": _total, "matrix": _matrix, "primary_current": _primary_current}

"""What the tests of ccd share: ask it of a generated staircase, read the interval; half cycles made by hand."""

from __future__ import annotations

import numpy as np

import echub
from echub.testing import synth
from echub_ccd import CcdParams
from echub_ccd.method.detectors import Context
from tests.messages.saying import Fake

A, NAN = np.array, np.nan


def ask(setup, seed=1, metadata=None, **params):
    return echub.analyze("ccd", synth.staircase(seed, setup).record(), params=params, metadata=metadata)


def bounds(outcome):
    """Return (low, high) of the critical current density, rounded to what levels are."""
    measurand = next(m for name, m in outcome.measurands.items() if name.startswith("critical_current"))
    assert measurand.value is None, "never a bare number"
    ends = (measurand.interval.low, measurand.interval.high)
    return tuple(None if end is None else round(end, 3) for end in ends)


def codes(outcome, *severities):
    return {flag.code for flag in outcome.flags if flag.severity in (severities or ("warning", "refusal"))}


class Halves(Fake):
    """A table of half cycles with what a test states of them."""

    def __len__(self):
        return len(self.r_end)


def halves(r_end, **other):
    """Return half cycles of alternating direction in one file, whose R is r_end all the time, without noise."""
    n = len(r_end)
    values = {
        "r_start": r_end, "r_median": r_end, "sign": [1, -1] * (n // 2) + [1] * (n % 2), "file": [0] * n,
        "level": [1.0] * n, "rise": [0.0] * n, "noise": [0.0] * n, "rows": [60] * n, "u_largest": [1.0] * n,
        "u_end": [1.0] * n, "fall_before": r_end, "slow": [0.0] * n, "u_median": [1.0] * n, "digit_u": [0.0] * n,
    } | other  # fmt: skip
    return Halves(r_end=A(r_end, float), **{k: A(v, float) for k, v in values.items()})


def context(bulk=NAN, arcs=(), **params):
    """Return what detectors know beside the table."""
    return Context(CcdParams(**params), bulk, A(arcs, float))

"""From an analysis's inputs to pyimpspec's data set."""

from __future__ import annotations

import pyimpspec

from echub.plugin import Inputs, Refusal

LEAST = 5
"""Two points for each of R, L, C and one RC element are eight numbers: five points leave two."""


def load(data: Inputs) -> pyimpspec.DataSet:
    """Take the spectrum, Hz and Ω; refuse what has too few points."""
    frequency = data["f"]
    usable = int((frequency > 0).sum())
    if usable < max(LEAST, len(frequency)):
        text = f"{usable} of {len(frequency)} points have a frequency above zero; all must, and at least {LEAST}"
        raise Refusal("too-few-points", text, hint='--select "frequency > 0"')
    return pyimpspec.DataSet(frequency, data["re"] + 1j * data["im"])

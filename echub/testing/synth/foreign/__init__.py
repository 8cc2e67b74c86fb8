"""Measurements that break what the analyses assume, each with its truth and the way to judge an answer.

The generators here know nothing of the analyses: no model, no parameter and no helper is shared with them. One
module per analysis, and in each a table `SHAPES`, name of the shape to a function that draws one:

>>> import numpy as np
>>> from echub.testing.synth.foreign import modules
>>> sorted(modules())  # doctest: +ELLIPSIS
[...'ccd'...]
>>> from echub.testing.synth.foreign import ccd
>>> drawn = ccd.SHAPES["fine steps of 0.1, no short"](np.random.default_rng(1))
>>> drawn.analysis, drawn.measurand, drawn.truth
('ccd', 'critical_current_density', inf)
"""

from __future__ import annotations

import importlib
import pkgutil

from echub.testing.synth.foreign.case import Draw, ForeignCase, Verdict

__all__ = ["Draw", "ForeignCase", "Verdict", "modules"]


def modules() -> dict[str, dict[str, Draw]]:
    """Return the `SHAPES` of every module of this package that has some, by its name."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        shapes = getattr(importlib.import_module(f"{__name__}.{module.name}"), "SHAPES", None)
        if shapes:
            found[module.name] = shapes
    return found

"""Measurements that break what the analyses assume, each with its truth and the way to judge an answer.

The generators here know nothing of the analyses: no model, no parameter and no helper is shared with them. One
module per analysis, and in each a table `SHAPES`, name of the shape to a function that draws one:

>>> import numpy as np
>>> from echub.testing.synth.foreign import ccd
>>> drawn = ccd.SHAPES["fine steps of 0.1, no short"](np.random.default_rng(1))
>>> drawn.analysis, drawn.measurand, drawn.truth
('ccd', 'critical_current_density', inf)

`drawn.judge(drawn.answer())` is "right", "flagged", "refused" or "silently wrong".
"""

from __future__ import annotations

from echub.testing.synth.foreign.case import Draw, ForeignCase, Judgement

__all__ = ["Draw", "ForeignCase", "Judgement"]

"""`pyimpspec-kk`: the result of pyimpspec as an outcome of echub."""

from __future__ import annotations

import numpy as np

from echub.plugin import Inputs, Measurand, NoOptions, Outcome, Series
from echub_pyimpspec.data import load
from echub_pyimpspec.method import check


def run(data: Inputs, params: NoOptions) -> Outcome:
    """Test one spectrum."""
    found = check(load(data))
    at, real, imag = (np.asarray(values) for values in found.get_residuals_data())
    return Outcome(
        {
            "noise": Measurand("%", float(found.get_estimated_percent_noise())),
            "residual": Measurand("%", float(np.abs([real, imag]).max())),
            "rc_elements": Measurand("1", float(found.num_RC)),
        },
        tables={
            "residuals": {
                "frequency": Series.of(at, "Hz"),
                "residual_re": Series.of(real, "%"),
                "residual_im": Series.of(imag, "%"),
            }
        },
    )

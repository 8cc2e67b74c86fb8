"""The test itself: what is asked of pyimpspec."""

from __future__ import annotations

from typing import Any

import pyimpspec


def check(spectrum: pyimpspec.DataSet) -> Any:  # noqa: ANN401
    """Test the impedance with time constants over the band; return pyimpspec's `KramersKronigResult`.

    The number of RC elements is pyimpspec's choice, which takes seconds.
    """
    return pyimpspec.perform_kramers_kronig_test(
        spectrum, test="complex", admittance=False, num_F_ext_evaluations=0, num_procs=1
    )

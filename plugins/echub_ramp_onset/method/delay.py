"""How far the current rises between the start of contact loss and its detection (paper, S2)."""

from __future__ import annotations

import numpy as np


def detection_delay(j: float, rate: float, charge: float) -> float | None:
    """Return Δj = j - √(j² - 2QC) in mA/cm²; None below √(2QC), where it is not defined.

    j: mA/cm², rate: mA cm⁻² h⁻¹, charge: mA·h/cm². Source: A. Lowack et al., arXiv:2603.23340, Supporting
    Information S2.
    """
    rest = j**2 - 2 * charge * rate
    return float(j - np.sqrt(rest)) if rest >= 0 else None


def delay_above_transport(rate: float, charge: float) -> float:
    """Return Δj = √(2QC): only the current above what transport carries leaves vacancies.

    An extension of the paper's formula, several times larger. In mA/cm²; rate: mA cm⁻² h⁻¹, charge: mA·h/cm².
    """
    return float(np.sqrt(2 * charge * rate))

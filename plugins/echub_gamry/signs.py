"""Which current is printed positive: by the file's own setting, checked against programme and curve.

CONVENTION 1 prints anodic currents positive: on real files the current follows the potential of a
sweep, and a programmed current has the sign of the measured one. No real file shows what another value
does to its currents (a square wave with 0 has anodic ones positive), so it is not acted upon.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from echub.plugin import Notice
from echub_gamry.explain import Explain
from echub_gamry.objects import number_of

ANODIC = "1"
_OPTION = {"anodic-positive": 1, "cathodic-positive": -1}
_CLOSED = 0.05
"""Part of its range within which a cycle ends where it began. By eye."""
_SWEPT = 0.02
"""V: a smaller change of potential says nothing about a sweep. By eye."""
_OPPOSED = -0.5
"""Correlation of current and potential over a closed cycle: passive cells are positive, noise is near 0.
Half of the way to a straight line of the wrong sign: by eye."""


def current_sign(explain: Explain, option: str, notices: list[Notice]) -> int | None:
    """Return 1 where anodic currents are printed positive, -1 for cathodic ones, None where it is open."""
    if option in _OPTION:
        return _OPTION[option]
    stated = {entry.fields[0].strip() for entry in explain.entries if entry.name == "CONVENTION" and entry.fields}
    if stated == {ANODIC}:
        return 1
    what = f"CONVENTION is {' and '.join(sorted(stated))}" if stated else "the file states no CONVENTION"
    text = (
        f"{what}: which current is positive is not known, and currents stay vendor columns; "
        "--option current=anodic-positive or --option current=cathodic-positive"
    )
    notices.append(Notice("current-convention", text))
    return None


def contradiction(explain: Explain, columns: Mapping[str, NDArray[np.generic]], mark: str) -> str:
    """Say what speaks against anodic positive currents in a table; empty where nothing does.

    columns: by printed name (rows,), V, A and s as Gamry prints them.
    """
    current = next((columns[name] for name in ("Im", "Current") if name in columns), None)
    if current is None or not len(current):
        return ""
    return _against_curve(columns, current) or _against_programme(explain, columns, current, mark)


def _against_curve(columns: Mapping[str, NDArray[np.generic]], current: NDArray[np.generic]) -> str:
    """Compare with the potential of a closed cycle, where that is swept."""
    potential = columns.get("Vf")
    if potential is None or len(potential) < 8:  # fewer are correlated by chance
        return ""
    e, i = np.asarray(potential, np.float64), np.asarray(current, np.float64)
    span = float(np.ptp(e))
    if not (span > _SWEPT and abs(e[-1] - e[0]) < _CLOSED * span and np.ptp(i) > 0):
        return ""
    with np.errstate(invalid="ignore"):
        correlation = float(np.corrcoef(e, i)[0, 1])
    return f"the current falls where the potential rises (correlation {correlation:.2f})" * (
        correlation < _OPPOSED
    )


def _against_programme(
    explain: Explain, columns: Mapping[str, NDArray[np.generic]], current: NDArray[np.generic], mark: str
) -> str:
    """Compare with the current of the first programmed step."""
    wanted, until = number_of(explain, "ISTEP1", mark), number_of(explain, "TSTEP1", mark)
    time = columns.get("T")
    if not wanted or not until or time is None:
        return ""
    inside = (np.asarray(time) > 0) & (np.asarray(time) <= until)
    if not inside.any():
        return ""
    found = float(np.median(np.asarray(current, np.float64)[inside]))
    return f"step 1 is programmed with {wanted:g} and measured with {found:g} A" * (found * wanted < 0)

"""The figure of `symmetric-cycling`: voltage against time, resistance of each half cycle, the sudden drop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from echub.drawing import BLUE, OCHRE, RED, axis_label, prefixed, reasons, tidy, time_unit, title, unit_text
from echub.plugin import Outcome

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(outcome: Outcome, figure: Figure) -> None:
    """Draw the outcome on an empty figure; a refused one has only its reason."""
    if "half_cycles" not in outcome.tables:
        title(figure, outcome.label, "refused", below=reasons(outcome.refusals))
        return
    shown = {name: series.array() for name, series in outcome.diagnostics.items()}
    length, name = time_unit(shown["t"])
    upper, lower = figure.subplots(2, 1, sharex=True)
    table = outcome.tables["half_cycles"]
    typical = abs(outcome.measurands["overpotential"].value or 0.0)
    factor, unit = prefixed(typical, "V")
    hours = (shown["t"] - shown["t"][0]) / length
    upper.fill_between(hours, factor * shown["U_low"], factor * shown["U_high"], color=BLUE, linewidth=0.6)
    if typical:  # else all that is there is shown
        upper.set_ylim(-3 * factor * typical, 3 * factor * typical)
    upper.set_ylabel(axis_label("U", unit))
    _resistances(lower, table, length)
    usual = outcome.measurands.get("asr_cell") or outcome.measurands["resistance_cell"]
    if usual.value is not None and usual.value > 0:
        lower.set_ylim(0, 2 * usual.value)
    for axis in (upper, lower):
        if len(shown["event"]):
            axis.axvline((shown["event"][0] - shown["t"][0]) / length, color=RED, linewidth=1)
    lower.set_xlabel(axis_label("t", name))
    tidy(upper, lower)
    title(figure, outcome.label, _main(outcome))


def _resistances(axis: Any, table: Any, length: float) -> None:  # noqa: ANN401
    directions = np.array(table["direction"].values)
    x = table["start"].array() * 3600 / length
    for name, colour in (("we_oxidised", BLUE), ("we_reduced", OCHRE)):
        chosen = directions == name
        label = name.replace("we_", "working electrode ")
        axis.plot(x[chosen], table["resistance"].array()[chosen], "o", markersize=2.5, color=colour, label=label)
    unit = table["resistance"].unit
    axis.set_ylabel(axis_label("R·A" if "cm" in unit else "R", unit))
    axis.legend(frameon=False, fontsize=8)


def _main(outcome: Outcome) -> str:
    life = outcome.measurands["lifetime"]
    if life.value is None and life.interval is not None:
        return f"lifetime > {life.interval.low:.4g} {unit_text(life.unit)}"
    return f"sudden drop at {life.value:.4g} {unit_text(life.unit)}"

"""`eis-series`: from files of one cell to resistances over time, level and charge."""

from __future__ import annotations

from echub.plugin import Condition, Inputs, InputSet, Outcome
from echub_eis.data import band_of
from echub_eis.method.circuit import canonical
from echub_eis.series import SeriesParams
from echub_eis.series.data import load_series
from echub_eis.series.method.resolve import SeriesResult, resolve
from echub_eis.series.outcome.answers import answered
from echub_eis.series.outcome.flags import flags
from echub_eis.series.outcome.tables import diagnostics, tables


def run(data: InputSet[Inputs], params: SeriesParams) -> Outcome:
    """Fit every spectrum of a series, and say what happened."""
    series = load_series(list(data), params.current_accuracy)
    result = resolve(series, params)
    found = answered(result, data.seed)
    return Outcome(
        found.measurands,
        (*series.flags, *flags(result, found)),
        tables(result, found),
        diagnostics=diagnostics(result, found),
        conditions=_conditions(result),
    )


def _conditions(result: SeriesResult) -> dict[str, Condition]:
    """Return what outcomes must share to be compared."""
    params = result.params
    return {
        "circuit": Condition(canonical(result.followed.model.circuit)),
        "mask": Condition(band_of(params.f_min, params.f_max)),
        "followed": Condition(result.chosen),
        "times": Condition(params.times),
        "threshold": Condition(params.onset, "%"),
        "zero": Condition(result.series.zero, "s", compared=False),
    }

"""What the outcome says of the other electrode: its deviation at the onset and at most, or why it is not known."""

from __future__ import annotations

from echub.drawing import unit_text
from echub.plugin import Flag, Interval, Measurand, Series
from echub_ramp_onset import RampOnsetParams
from echub_ramp_onset.data import RampTrace
from echub_ramp_onset.method.other import DeviationAt, OtherElectrode

NORMAL_95 = 1.959964
"""Standard deviations to either side that hold 95 % of a normal distribution."""


def measurands_of(other: OtherElectrode, trace: RampTrace) -> dict[str, Measurand]:
    """Return the deviations of the other electrode, %, from its own ohmic line."""
    whose = f"{trace.other_electrode} electrode, from its own line"
    largest = other.largest
    place = f"{whose}, at {largest.x:.4g} {unit_text(trace.unit)} ({largest.t:.0f} s)"
    noise = f"{whose}, from {other.known_from:.4g} {unit_text(trace.unit)} on: no more than noise"
    return {
        "other_deviation_at_onset": _measurand(other.at_onset, whose),
        "other_largest_deviation": _measurand(largest, place)
        if largest.resolved
        else Measurand.less_than("%", 100 * (abs(largest.value) + largest.least), note=noise),
    }


def _measurand(place: DeviationAt, note: str) -> Measurand:
    value, u = 100 * place.value, 100 * place.uncertainty
    interval = Interval(value - NORMAL_95 * u, value + NORMAL_95 * u, level=0.95, method="normal")
    return Measurand("%", value, u, interval, note=note)


def table_of(other: OtherElectrode, trace: RampTrace) -> dict[str, Series]:
    """Tabulate where the other electrode was how far from its line, also in volts."""
    places = {"onset": other.at_onset, "largest up to the onset": other.before, "largest": other.largest}
    return {
        "place": Series.of(list(places)),
        "time": Series.of([p.t for p in places.values()], "s"),
        "x": Series.of([p.x for p in places.values()], trace.unit),
        "deviation": Series.of([100 * p.value for p in places.values()], "%"),
        "u": Series.of([100 * p.uncertainty for p in places.values()], "%"),
        "deviation_V": Series.of([p.value * other.slope * p.x for p in places.values()], "V"),
    }


def flags_of(other: OtherElectrode | str, trace: RampTrace, params: RampOnsetParams) -> list[Flag]:
    """Flag two electrodes that leave their lines; say why nothing is known of the other if it was asked for."""
    if isinstance(other, str):
        if params.electrode in ("auto", "cell") and trace.other is None:
            return []
        text = f"nothing is known of the {trace.other_electrode} electrode: {other}"
        return [Flag("other-electrode-unknown", text, "info", hint="record both potentials, or the cell voltage")]
    before = other.before
    if abs(before.value) - before.least <= params.threshold / 100:
        return []
    text = (
        f"the {trace.other_electrode} electrode was {before.value:+.1%} off its own line before the onset: "
        "the onset is not of one electrode alone"
    )
    return [
        Flag(
            "both-electrodes-deviate", text, where=f"t = {before.t:.1f} s, {before.x:.4g} {unit_text(trace.unit)}"
        )
    ]

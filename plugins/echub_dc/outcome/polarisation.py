"""`dc-polarisation`: steady current, electronic resistance and conductivity."""

from __future__ import annotations

from echub.plugin import Condition, Flag, Inputs, Interval, Measurand, Outcome, Series
from echub_dc import PolarisationParams
from echub_dc.data import decay_of
from echub_dc.outcome.steady import Steady, diagnostics, extrapolated, steady

NANO = 1e-9


def run(data: Inputs, params: PolarisationParams) -> Outcome:
    """Answer for one polarisation."""
    found = steady(decay_of(data, params), params)
    beside, notes = extrapolated(found, params)
    decay = found.decay
    measurands = {
        "steady_current": found.measurand,
        "extrapolated_current": beside,
        "potential_step": Measurand("V", decay.step, decay.u_step or None),
        "electronic_resistance": _inverse(found.measurand, decay.step / NANO, "ohm"),
    }
    area, thickness = data.meta("cell.area"), data.meta("cell.thickness")
    flags: tuple[Flag, ...] = ()
    if area is None or thickness is None:
        path = "cell.area" if area is None else "cell.thickness"
        code, example = ("no-area", "0.785 cm^2") if area is None else ("no-thickness", "1 mm")
        flags = (
            Flag(
                code, f"{path} is not stated: there is no conductivity", "info", hint=f'--set {path}="{example}"'
            ),
        )
    else:
        factor = NANO * float(thickness) / decay.step / float(area)
        measurands["electronic_conductivity"] = _scaled(found.measurand, factor, "S/cm")
    return Outcome(
        measurands,
        (*found.flags, *notes, *flags),
        {"tail": _table(found)},
        diagnostics=diagnostics(found),
        conditions={"potential": Condition(round(decay.sign * decay.step, 4), "V", compared=False)},
    )


def _table(found: Steady) -> dict[str, Series]:
    names = ("mean", "u", "slope", "u_slope")
    units = {"mean": "nA", "u": "nA", "slope": "nA/s", "u_slope": "nA/s"}
    tail = found.tail
    return {
        "part": Series.of([tail.part], "1"),
        **{name: Series.of([getattr(tail, name)], units[name]) for name in names},
        "flat": Series.of([tail.flat]),
    }


def _scaled(m: Measurand, factor: float, unit: str) -> Measurand:
    """Return a measurand times an exact factor, a bound as a bound."""
    interval = m.interval
    if m.value is None and interval is not None and interval.high is not None:
        return Measurand.less_than(unit, interval.high * factor, note=m.note)
    if m.value is None or interval is None or interval.low is None or interval.high is None:
        return Measurand(unit, note=m.note)
    ends = Interval(interval.low * factor, interval.high * factor, level=interval.level, method=interval.method)
    return Measurand(unit, m.value * factor, (m.uncertainty or 0.0) * factor, ends, note=m.note)


def _inverse(m: Measurand, factor: float, unit: str) -> Measurand:
    """Return a factor over a measurand: an upper bound becomes a lower one."""
    interval = m.interval
    if interval is None or interval.high is None or interval.high <= 0:
        return Measurand(unit, note=m.note)
    if m.value is None:
        return Measurand.more_than(unit, factor / interval.high, note=m.note)
    low = factor / interval.high
    high = factor / interval.low if interval.low is not None and interval.low > 0 else None
    value = factor / m.value
    u = value * (m.uncertainty or 0.0) / m.value
    return Measurand(
        unit, value, u, Interval(low, high, level=interval.level, method=interval.method), note=m.note
    )

"""Each number that decides in a rule: just inside it nothing is found, just outside the rule is."""

from __future__ import annotations

import numpy as np
import pytest

from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.validation.validation import check_record
from fixtures.broken import sound, spectrum
from fixtures.broken.base import changed, put, values_of, with_columns
from fixtures.broken.base import column as made

ROWS = np.arange(60.0)


def rules(record):
    """Return the ids of the rules that a record breaks."""
    return {problem.rule.id for problem in check_record(record)}


def modulus(deviation):
    """Return a spectrum in which one |Z| is off by a part of itself."""
    values = values_of(spectrum(), "impedance_abs")
    return changed(spectrum(), "impedance_abs", values=put(values, 7, values[7] * (1 + deviation)))


def phase(deviation):
    """Return a spectrum in which one phase is off by degrees."""
    values = values_of(spectrum(), "phase")
    return changed(spectrum(), "phase", values=put(values, 7, values[7] + deviation))


def power(deviation, current=1.0):
    """Return a run whose power is off by a part of itself in one row."""
    record = changed(sound(), "current", values=np.full(60, current))
    watts = values_of(record, "potential_we") * current * 1e-3
    return with_columns(record, made("power_we", put(watts, 7, watts[7] * (1 + deviation)), "W"))


def charge(factor):
    """Return a run whose charge is a multiple of the integral of its current."""
    return with_columns(sound(), made("charge", factor * ROWS / 3600, "mA*h"))


def zeros(rows):
    """Return a run whose potential is exactly zero in some rows on end."""
    return changed(
        sound(), "potential_we", values=put(values_of(sound(), "potential_we"), slice(10, 10 + rows), 0.0)
    )


def stuck(rows):
    """Return a run whose potential stands at its highest value at the end."""
    values = values_of(sound(), "potential_we")
    return changed(sound(), "potential_we", values=np.minimum(values, values[60 - rows]))


def clock(factor):
    """Return an hour whose wall clock runs faster or slower than the elapsed time."""
    seconds = np.arange(3600.0)
    columns = {
        c.name: c
        for c in (made("row", np.arange(3600), "1", "record", origin="reported"), made("time", seconds, "s"))
    }
    columns["current"] = made("current", np.ones(3600), "mA", sign="anodic_positive")
    columns["potential_we"] = made("potential_we", 0.5 + 1e-4 * seconds, "V")
    columns["unix_time"] = made("unix_time", 1.7e9 + factor * seconds, "s")
    return Record([Dataset("timeseries", columns)], provenance=sound().provenance)


def oxidation(wrong):
    """Return a run in which the ox/red flag contradicts the current in some of 60 rows."""
    return with_columns(sound(), made("oxidation_flag", (np.arange(60) >= wrong).astype(np.uint8), "1"))


def cycles(risen):
    """Return a run of one half cycle in which the cycle number rises by some."""
    cycle = np.minimum(np.arange(60), risen)
    half = np.minimum(np.arange(60), 1)
    return with_columns(
        sound(), made("cycle", cycle.astype(np.int32), "1"), made("half_cycle", half.astype(np.int32), "1")
    )


THRESHOLDS = [
    ("ECH301", modulus, 0.99e-4, 1.01e-4),
    ("ECH301", modulus, -0.99e-4, -1.01e-4),
    ("ECH302", phase, 0.0099, 0.0101),
    ("ECH302", phase, -0.0099, -0.0101),
    ("ECH303", power, 0.0099, 0.0101),
    ("ECH303", power, -0.0099, -0.0101),
    ("ECH304", charge, 1.049, 1.051),
    ("ECH304", charge, 0.951, 0.949),
    ("ECH306", clock, 1.010, 1.012),  # 1 % and, for clocks of whole seconds, 2 s of 3599
    ("ECH306", clock, 0.990, 0.988),
    ("ECH307", zeros, 4, 5),
    ("ECH308", stuck, 19, 20),
    ("ECH305", oxidation, 10, 11),  # 10 rows at least, and more than a tenth
    ("ECH309", cycles, 2, 3),
]


@pytest.mark.parametrize(("rule", "build", "inside", "outside"), THRESHOLDS)
def test_just_inside_nothing_is_found_and_just_outside_the_rule_is(rule, build, inside, outside):
    assert rule not in rules(build(inside))
    assert rule in rules(build(outside))


def test_the_power_of_a_cathodic_current_is_negative():
    """A modulus in the place of the product would pass for anodic currents alone."""
    assert "ECH303" not in rules(power(0.0, current=-1.0))
    assert "ECH303" in rules(power(-2.0, current=-1.0))  # the same number with the other sign


def test_a_phase_just_across_half_a_turn_is_near():
    record = spectrum()
    negative = changed(record, "impedance_real", values=-np.abs(values_of(record, "impedance_real")))
    imaginary = changed(negative, "impedance_imag", values=np.full(20, -1e-9))
    modulus_ = changed(imaginary, "impedance_abs", values=np.abs(values_of(negative, "impedance_real")))
    assert "ECH302" not in rules(changed(modulus_, "phase", values=np.full(20, 180.0)))

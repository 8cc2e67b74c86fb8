"""A symmetric cell with its wires exchanged: currents and voltages turn their signs, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

import echub
from tests.plugins.echub_pulsed_stripping import test_refusals as pulses
from tests.plugins.echub_ramp_onset import test_refusals as ramps
from tests.plugins.test_situations import SITUATIONS, codes

ODD = ("current", "current_density", "current_setpoint", "voltage", "charge", "charge_increment")
SYMMETRIC = ("ccd", "dc-polarisation", "pulsed-stripping", "ramp-onset", "staircase-linearity",
             "symmetric-cycling", "transference-number")  # fmt: skip
HERE = [name for name, (analysis, *_) in SITUATIONS.items() if analysis in SYMMETRIC]


def mirrored(case):
    columns = {name: replace(c, values=-c.values) if name in ODD else c for name, c in case.columns.items()}
    return replace(case, columns=columns)


@pytest.mark.parametrize("name", HERE)
def test_exchanged_wires_change_no_flag(name):
    analysis, so, other, params, *_ = SITUATIONS[name]
    for make in (so, other):
        case = make()
        assert codes(analysis, mirrored(case), params).keys() == codes(analysis, case, params).keys()


def refused(analysis, tests):
    """Yield what a plugin's own tests see refused, but for what names a direction or one electrode's potential."""
    (mark,) = tests.test_it_refuses_for_the_measured_reason.pytestmark
    for code, make, params, _ in mark.args[1]:
        if "direction" not in params and code != "oxidised-electrode-not-observed":
            yield pytest.param(analysis, make, params, code, id=f"{analysis}: {code}")


REFUSED = [*refused("pulsed-stripping", pulses), *refused("ramp-onset", ramps)]


@pytest.mark.parametrize(("analysis", "make", "params", "code"), REFUSED)
def test_exchanged_wires_change_no_refusal(analysis, make, params, code):
    found = echub.analyze(analysis, mirrored(make()).data(), params=params)
    assert [flag.code for flag in found.refusals] == [code]

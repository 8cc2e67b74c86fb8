"""The adapter to pyimpspec, with a stand-in that has the functions which its README names."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from echub.analysis.needs import bind
from echub.plugin import NoOptions, Refusal
from echub.testing import synth

ADAPTER = Path(__file__).parents[2] / "plugins" / "adapter_pyimpspec"
F = np.array([1e4, 3e3, 1e3, 3e2, 1e2, 3e1])
RE = np.array([10.0, 12, 16, 22, 27, 29])
IM = np.array([-1.0, -4, -7, -6, -4, -2])


@pytest.fixture
def adapter(monkeypatch):
    """Return the adapter's modules, and what the stand-in was asked."""
    asked = []
    result = SimpleNamespace(
        num_RC=7,
        get_estimated_percent_noise=lambda: 0.3,
        get_residuals_data=lambda: (F, np.array([0.1, -0.2, 0, 0, 0, 0]), np.array([0, 0, 0.4, 0, -0.9, 0])),
    )
    fake = ModuleType("pyimpspec")
    fake.DataSet = lambda frequencies, impedances: SimpleNamespace(f=frequencies, z=impedances)

    def test_of(spectrum, **options):
        asked.append((spectrum, options))
        return result

    fake.perform_kramers_kronig_test = test_of
    monkeypatch.setitem(sys.modules, "pyimpspec", fake)
    monkeypatch.syspath_prepend(str(ADAPTER))
    names = ("echub_pyimpspec", *(f"echub_pyimpspec.{name}" for name in ("data", "method", "outcome")))
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    made = SimpleNamespace(
        check=import_module("echub_pyimpspec").CHECK,
        run=import_module("echub_pyimpspec.outcome").run,
        declared=import_module("echub_pyimpspec").echub_analyses,
    )
    yield SimpleNamespace(**vars(made), asked=asked)
    for name in names:
        sys.modules.pop(name, None)


def test_it_declares_what_it_takes_and_gives(adapter):
    """Each spectrum of a file, in Hz and Ω; without pyimpspec it says what to install."""
    check = adapter.check
    assert (check.name, check.kind, check.each, check.requires) == (
        "pyimpspec-kk", "impedance", "spectrum", "pyimpspec",
    )  # fmt: skip
    assert [(need.name, need.any_of or need.quantity, need.unit) for need in check.needs] == [
        ("f", "frequency", "Hz"), ("re", "impedance_real", "ohm"), ("im", "impedance_imag", "ohm"),
    ]  # fmt: skip
    assert [(output.name, output.unit) for output in check.outputs] == [
        ("noise", "%"), ("residual", "%"), ("rc_elements", "1"),
    ]  # fmt: skip
    assert check.reference == "doi:10.1016/j.electacta.2024.144951"
    assert list(adapter.declared()) == [check]


def inputs(adapter, frequency=F):
    columns = {
        "frequency": synth.Column(frequency, "Hz"),
        "impedance_real": synth.Column(RE[: len(frequency)], "ohm"),
        "impedance_imag": synth.Column(IM[: len(frequency)], "ohm"),
    }
    return bind(adapter.check, synth.Case(columns, {}, kind="impedance").record())


def test_a_spectrum_is_passed_in_hertz_and_ohm_with_its_signs(adapter):
    adapter.run(inputs(adapter), NoOptions())
    ((spectrum, options),) = adapter.asked
    assert list(spectrum.f) == list(F)
    assert list(spectrum.z) == list(RE + 1j * IM)
    # Boukamp's test of Z, with time constants within the band, in this process.
    assert options == {"test": "complex", "admittance": False, "num_F_ext_evaluations": 0, "num_procs": 1}


def test_what_it_finds_is_given_with_its_units(adapter):
    outcome = adapter.run(inputs(adapter), NoOptions())
    found = {name: (m.value, m.unit) for name, m in outcome.measurands.items()}
    assert found == {"noise": (0.3, "%"), "residual": (0.9, "%"), "rc_elements": (7.0, "1")}
    table = {name: (list(one.values), one.unit) for name, one in outcome.tables["residuals"].items()}
    assert table == {
        "frequency": (list(F), "Hz"), "residual_re": ([0.1, -0.2, 0, 0, 0, 0], "%"),
        "residual_im": ([0, 0, 0.4, 0, -0.9, 0], "%"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("frequency", "says"),
    [
        (F[:4], "4 of 4 points have a frequency above zero; all must, and at least 5"),
        (np.where(F == 1e3, 0, F), "5 of 6 points have a frequency above zero; all must, and at least 5"),
    ],
)
def test_too_few_points_and_frequencies_that_are_none_are_refused(adapter, frequency, says):
    with pytest.raises(Refusal, match=says) as caught:
        adapter.run(inputs(adapter, frequency), NoOptions())
    assert caught.value.code == "too-few-points"
    assert not adapter.asked


def test_five_points_are_enough(adapter):
    adapter.run(inputs(adapter, F[:5]), NoOptions())
    assert len(adapter.asked) == 1

"""The adapter's numbers against generated noise."""

import pytest

import echub
from echub.testing import synth
from echub.testing.synth.impedance import Sweep

pytest.importorskip("pyimpspec")


def test_the_noise_is_that_of_the_spectrum() -> None:
    """The noise is given, 0.2 %."""
    outcome = echub.analyze("pyimpspec-kk", synth.impedance(1, "two_arcs", Sweep(2e-3)).data())
    assert outcome["noise"].value == pytest.approx(0.2, rel=0.25)  # 124 residuals: 6 %, and pyimpspec's choice
    assert (outcome["residual"].value or 9) < 1
    assert len(outcome.tables["residuals"]["frequency"].values) == 62

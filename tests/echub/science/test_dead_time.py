"""Dead time: the corrected rate, counted by a detector of that model, is the counted one again."""

import numpy as np
import pytest

from echub.science import live_share, saturation

COUNTED = {"non_paralysable": lambda true: true / (1 + true), "paralysable": lambda true: true * np.exp(-true)}
"""Counted rate times dead time that a detector shows at a true rate times dead time."""


@pytest.mark.parametrize("model", sorted(COUNTED))
@pytest.mark.parametrize("true", [0.0, 1e-6, 0.05, 0.5, 0.99])
def test_the_true_rate_is_found_again(model, true):
    load = COUNTED[model](true)
    assert load / live_share(load, model) == pytest.approx(true, rel=1e-9)


def test_models_saturate_where_their_counted_rate_ends():
    true = np.linspace(0, 50, 100_001)
    assert COUNTED["non_paralysable"](1e9) == pytest.approx(saturation("non_paralysable"))
    assert COUNTED["paralysable"](true).max() == pytest.approx(saturation("paralysable"), rel=1e-6)


@pytest.mark.parametrize("model", sorted(COUNTED))
def test_at_saturation_and_below_zero_nothing_is_known(model):
    end = saturation(model)
    share = live_share([-0.01, 0.0, 0.999 * end, end, 2 * end, np.nan], model)
    assert np.isfinite(share).tolist() == [False, True, True, False, False, False]
    assert share[1] == 1.0


def test_another_model_is_refused():
    for function in (saturation, lambda model: live_share(0.1, model)):
        with pytest.raises(ValueError, match="non_paralysable or paralysable, not none"):
            function("none")


def test_shapes_stay():
    assert live_share(np.zeros((2, 3))).shape == (2, 3)
    assert live_share(0.25) == 0.75

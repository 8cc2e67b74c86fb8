"""Numbers, tables and pictures of distributions that are stated here, at three time constants each."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from echub.plugin import Measurand, Refusal
from echub_eis.drt import DrtParams, outcome
from echub_eis.drt.method.kernel import DrtKernel
from echub_eis.drt.method.peaks import Peak
from echub_eis.drt.outcome import Distribution
from echub_eis.method.noise import Noise
from echub_eis.series import data as series
from tests.plugins.remarks import warning

A = np.array
STEP = np.log(10)
PEAKS = (Peak(1e-3, 8.0, 0.949), Peak(1e-2, 9.0, 0.95), Peak(1e-1, 7.0, 1.0))


def one(number=1, gamma=(1.0, 6.0, 3.0), r=5.0, tau=-3.0, strength=0.5, level=0.3, times=(4.0, 8.0), peaks=PEAKS,
        window=(3e-3, 3e-2), resampled=None):  # fmt: skip
    """Return a distribution at three time constants, a decade apart from 10^tau on; in Ω, per ln τ."""
    spectrum = series.SeriesSpectrum(0, number, None, A(times), level)
    model = DrtKernel(10.0 ** (tau + np.arange(3)), np.eye(5)[:4], np.eye(3), STEP, window)
    examined = SimpleNamespace(spectrum=SimpleNamespace(z=A([10 - 1j, 20 - 2j]), frequency=A([100.0, 1.0])),
                               noise=Noise(0.0, 2.0, 9.0))  # fmt: skip
    drawn = np.zeros((0, 3)) if resampled is None else A(resampled)
    return Distribution(examined, spectrum, model, strength, A([r, 2.0, *gamma]), tuple(peaks), drawn, 6.25, 1.0)


def of_cell(*found):
    spectra = tuple(each.one for each in found)
    return series.SpectrumSeries(spectra, None, "mA", ("a",), None, ())


def plain(table):
    return {name: (column.unit, list(column.values)) for name, column in table.items()}


def test_the_numbers_of_one_distribution_are_those_of_its_sum_and_its_sure_peaks():
    """10 Ω per ln τ over one decade each; of these 4 outside of the window; two of three peaks are in 95 %."""
    told = "in {}% of the resamplings; a picture, no resistance"
    assert outcome._measurands([one()], DrtParams()) == {
        "polarisation_resistance": Measurand("ohm", pytest.approx(10 * STEP)),
        "outside_window_share": Measurand("%", pytest.approx(40.0)),
        "resistance_infinity": Measurand("ohm", 5.0), "regularisation": Measurand("1", 0.5),
        "peaks": Measurand("1", 2.0),
        "peak_tau_1": Measurand("s", 1e-2, note=told.format(95)),
        "peak_area_1": Measurand("ohm", 9.0, note=told.format(95)),
        "peak_tau_2": Measurand("s", 1e-1, note=told.format(100)),
        "peak_area_2": Measurand("ohm", 7.0, note=told.format(100)),
    }  # fmt: skip
    assert "peak_tau_1" not in outcome._measurands([one()], DrtParams(support=100.1))


def test_the_numbers_of_several_are_medians_and_the_largest_share_outside():
    several = [one(1), one(2, (0.0, 4.0, 0.0), 8.0, strength=2.0), one(3, (2.0, 2.0, 2.0), 6.0, strength=1.0)]
    note = "median of 3 spectra"
    assert outcome._measurands(several, DrtParams()) == {
        "polarisation_resistance": Measurand("ohm", pytest.approx(6 * STEP), note=note),
        "outside_window_share": Measurand("%", pytest.approx(100 * 4 / 6)),
        "resistance_infinity": Measurand("ohm", 6.0, note=note),
        "regularisation": Measurand("1", 1.0, note=note),
    }  # fmt: skip
    assert one(gamma=(0.0, 0.0, 0.0)).outside == 0.0


def test_spectra_that_have_no_distribution_are_counted_with_their_reasons():
    left = [(1, Refusal("too-few-points", "m")), (3, Refusal("all-points-masked", "m"))]
    text = "2 of 5 spectra are left out (all-points-masked, too-few-points)"
    assert [flag.as_dict() for flag in outcome._left(left, 5)] == [warning("spectra-left-out", text)]
    assert outcome._left([], 5) == []


def test_peaks_and_spectra_are_listed():
    found = [one(4, peaks=PEAKS[:2]), one(7, level=-0.2, times=(10.0, 12.0), peaks=PEAKS[2:])]
    assert plain(outcome._peaks(found, of_cell(*found), DrtParams())) == {
        "spectrum": ("", [4, 4, 7]), "level": ("mA", [0.3, 0.3, -0.2]), "tau": ("s", [1e-3, 1e-2, 1e-1]),
        "area": ("ohm", [8.0, 9.0, 7.0]), "support": ("%", pytest.approx([94.9, 95.0, 100.0])),
        "kept": ("", [False, True, True]),
    }  # fmt: skip
    assert plain(outcome._spectra(found, of_cell(*found))) == {
        "spectrum": ("", [4, 7]), "time": ("s", [6.0, 11.0]), "level": ("mA", [0.3, -0.2]),
        "regularisation": ("1", [0.5, 0.5]), "polarisation_resistance": ("ohm", pytest.approx([10 * STEP] * 2)),
        "outside_window_share": ("%", pytest.approx([40.0, 40.0])), "rms_over_noise": ("1", [2.5, 2.5]),
    }  # fmt: skip


@pytest.mark.parametrize(("per", "name", "factor"), [("ln", "gamma_per_ln_tau", 1.0),
                                                     ("decade", "gamma_per_decade", np.log(10))])  # fmt: skip
def test_a_distribution_is_per_ln_tau_or_per_decade(per, name, factor):
    table = plain(outcome._drt(one(window=(1e-3, 1e-2)), DrtParams(per=per)))
    assert table == {
        "tau": ("s", pytest.approx([1e-3, 1e-2, 1e-1])), name: ("ohm", pytest.approx(factor * A([1.0, 6.0, 3.0]))),
        "measured": ("", [True, True, False]),
    }  # fmt: skip


@pytest.mark.parametrize(("per", "factor"), [("ln", 1.0), ("decade", np.log(10))])
def test_the_picture_of_one_has_its_points_with_what_the_distribution_gives(per, factor):
    """Re is 5 and 2 in units of a noise of 2 Ω, Im 1 and 6: so the columns are made here."""
    drawn = [[0.0, 10.0, 100.0], [40.0, 50.0, 140.0]]
    found = one(resampled=drawn)
    shown = plain(outcome._diagnostics([found], of_cell(found), DrtParams(per=per)))
    ends = {name: factor * (A(drawn[0]) + share * 40) for name, share in (("low", 0.025), ("high", 0.975))}
    assert shown == {
        "per_decade": ("", [per == "decade"]), "tau": ("s", pytest.approx([1e-3, 1e-2, 1e-1])),
        "gamma": ("ohm", pytest.approx(factor * A([1.0, 6.0, 3.0]))),
        **{name: ("ohm", pytest.approx(end)) for name, end in ends.items()},
        "window": ("s", [3e-3, 3e-2]), "peak_tau": ("s", [1e-3, 1e-2, 1e-1]),
        "peak_support": ("1", [0.949, 0.95, 1.0]), "frequency": ("Hz", [100.0, 1.0]), "re": ("ohm", [10.0, 20.0]),
        "im": ("ohm", [-1.0, -2.0]), "fit_re": ("ohm", [10.0, 4.0]), "fit_im": ("ohm", [2.0, 12.0]),
    }  # fmt: skip
    alone = plain(outcome._diagnostics([one()], of_cell(one()), DrtParams()))
    assert alone["low"] == alone["high"] == ("ohm", pytest.approx([1.0, 6.0, 3.0]))


def test_the_map_of_several_holds_all_time_constants_and_the_window_that_all_share():
    """The second begins a decade later: beyond its ends there is nothing."""
    found = [one(), one(2, (2.0, 4.0, 8.0), tau=-2.0, level=0.7, times=(20.0, 24.0), window=(1e-2, 1e-1))]
    shown = plain(outcome._diagnostics(found, of_cell(*found), DrtParams(points=1)))
    assert shown == {
        "per_decade": ("", [False]), "map_tau": ("s", pytest.approx([1e-3, 1e-2, 1e-1, 1.0])),
        "map_gamma": ("ohm", pytest.approx([1.0, 6.0, 3.0, 0.0, 0.0, 2.0, 4.0, 8.0], abs=1e-9)),
        "map_level": ("mA", [0.3, 0.7]), "map_time": ("s", [6.0, 22.0]), "window": ("s", [1e-2, 3e-2]),
    }  # fmt: skip

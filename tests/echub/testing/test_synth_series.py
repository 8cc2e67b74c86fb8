"""A generated series of spectra: its interface, its short, its rows beside, and what is stated of them."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from echub.testing.synth.series import SeriesPlan, eis_series

PLAN = SeriesPlan(levels=(0.5, 0.7, 0.9), noise=0.0, onset=0.6, curvature=10.0, hold=4.0, area=0.5)
GROWN = (60.0, 60 * 1.1, 60 * 1.9)
"""The interface at these levels, Ω: 60, and ten times the square of what is above 0.6 mA/cm² more."""


def spectra(case):
    """Return of each spectrum: time, frequency, Z, current, voltage."""
    c = {name: column.values for name, column in case.columns.items()}
    starts = np.append(0, np.flatnonzero(np.diff(c["frequency"]) > 0) + 1)
    z = c["impedance_real"] + 1j * c["impedance_imag"]
    all_rows = (c["time"], c["frequency"], z, c["current"], c["voltage"])
    return list(zip(*(np.split(values, starts[1:]) for values in all_rows), strict=True))


def plain(f, interface):
    """Return Z, Ω: 0.2 µH, 20 Ω, a grain boundary of 40 Ω, and the interface."""
    jw = 2j * math.pi * f
    return 20 + 2e-7 * jw + 1 / (1 / 40 + 1.6e-8 * jw**0.9) + 1 / (1 / interface + 1.2e-6 * jw**0.95)


@pytest.mark.parametrize("area", [0.5, 2.0])
def test_each_spectrum_has_its_level_and_its_interface(area):
    found = spectra(eis_series(1, replace(PLAN, area=area)))
    assert len(found) == 3
    for (t, f, z, current, voltage), level, interface in zip(found, PLAN.levels, GROWN, strict=True):
        assert z == pytest.approx(plain(f, interface))
        assert (f[0], f[-1]) == (pytest.approx(7e6), pytest.approx(5.0))
        assert (np.diff(t) > 0).all()
        assert current == pytest.approx(level * area)
        assert voltage.mean() == pytest.approx(level * area * (60 + interface) / 1000, abs=1e-5)
        assert voltage.std() == pytest.approx(2e-5, rel=0.4)


def test_a_current_is_held_before_each_spectrum():
    long, short = (spectra(eis_series(1, replace(PLAN, hold=hold))) for hold in (4.0, 1.0))
    for hold, found in ((4.0, long), (1.0, short)):
        first = [found[0][0][0], *(b[0][0] - a[0][-1] for a, b in pairwise(found))]
        assert all(hold + 0.12 <= gap <= hold + 0.32 for gap in first)


def test_rows_beside_are_those_of_the_hold():
    case = eis_series(1, replace(PLAN, beside=True))
    t, i, u = (case.beside.columns[name].values for name in ("time", "current", "voltage"))
    begins = [0.0, *(t[-1] for t, *_ in spectra(case)[:-1])]
    assert t == pytest.approx(np.concatenate([begin + np.arange(8) / 2 for begin in begins]))
    assert i == pytest.approx(np.repeat(np.array(PLAN.levels) * 0.5, 8))
    asr = np.repeat(60 + np.array(GROWN), 8)
    assert u == pytest.approx(i * asr / 1000, abs=1e-4)
    record = case.record()
    assert set(record.datasets) == {"impedance", "timeseries"}
    assert record["timeseries"]["current"] == pytest.approx(i)
    assert set(eis_series(1, PLAN).record().datasets) == {"impedance"}


def test_an_interface_relaxes_or_doubles_within_and_between_spectra():
    still = replace(PLAN, levels=(0.1,) * 3)
    for t, f, z, *_ in spectra(eis_series(1, replace(still, relaxation=(0.5, 30.0)))):
        assert z == pytest.approx(plain(f, 60 * (1 + 0.5 * np.exp(-t / 30.0))))
    doubling = spectra(eis_series(1, replace(still, levels=(0.1,) * 5, doubling=2.0)))
    slow = [
        1 / (1 / (z[-1] - plain(f[-1], 1e-9)) - 1.2e-6 * (2j * math.pi * f[-1]) ** 0.95)
        for _, f, z, *_ in doubling
    ]
    found = np.real(slow)
    assert found[2:] / found[:-2] == pytest.approx(2.0, rel=0.02)
    t = np.array([t[-1] for t, *_ in doubling])
    assert np.log2(found / 60) / t == pytest.approx(math.log2(found[0] / 60) / t[0])


@pytest.mark.parametrize("wire", [2.0, 10.0])
def test_from_its_short_on_a_wire_lies_across_the_cell(wire):
    case = eis_series(1, replace(PLAN, shorted=1, wire=wire))
    for number, (_, f, z, current, voltage) in enumerate(spectra(case)):
        whole, direct = plain(f, GROWN[number]), 60 + GROWN[number]
        if number >= 1:
            whole = 1 / (1 / whole + 1 / (wire + 2j * math.pi * f * 2e-7))
            direct = 1 / (1 / direct + 1 / wire)
        assert z == pytest.approx(whole)
        assert voltage == pytest.approx(current * direct / 1000, abs=1e-4)
    assert case.truth == {}


def test_points_that_are_missing_are_the_last_ones():
    whole, cut = (spectra(eis_series(1, replace(PLAN, cut=cut))) for cut in (0, 7))
    assert [len(b[1]) - len(a[1]) for a, b in zip(cut, whole, strict=True)] == [0, 0, 7]
    assert cut[2][1] == pytest.approx(whole[2][1][:-7])


def test_numbers_of_the_instrument_start_again():
    plan = replace(PLAN, levels=tuple(0.1 + 0.01 * n for n in range(7)), per_decade=5)
    case = eis_series(1, replace(plan, reused=True))
    lengths = [len(f) for _, f, *_ in spectra(case)]
    assert case.columns["spectrum_label"].values.tolist() == np.repeat([0, 1, 2, 3, 4, 0, 1], lengths).tolist()
    assert "spectrum_label" not in eis_series(1, plan).columns


@pytest.mark.parametrize("curvature", [10.0, 30.0])
def test_an_onset_is_where_the_interface_or_the_whole_is_a_twentieth_larger(curvature):
    plan = replace(PLAN, curvature=curvature)
    truth = eis_series(1, plan).truth
    at = [(truth[name] - 0.6) ** 2 * curvature for name in ("onset_level", "onset_level_voltage")]
    assert at[0] == pytest.approx(0.05)
    assert 60 * at[1] == pytest.approx(0.05 * 120)
    assert min(truth.values()) > 0.6


def test_what_is_not_seen_is_not_stated():
    assert eis_series(1, replace(PLAN, levels=(0.5, 0.6))).truth == {}
    assert eis_series(1, replace(PLAN, curvature=0.0)).truth == {}
    relaxing = eis_series(1, replace(PLAN, levels=(0.1, 0.1), relaxation=(0.5, 30.0)))
    assert relaxing.truth == {"recovery_time": 30.0}


def test_metadata_units_noise_and_seeds():
    case = eis_series(1, replace(PLAN, beside=True), cell__id="A")
    assert case.metadata == {"cell.area": "0.5 cm^2", "cell.id": "A"}
    units = {name: column.unit for name, column in case.columns.items()}
    assert units == {
        "time": "s", "frequency": "Hz", "impedance_real": "ohm", "impedance_imag": "ohm", "current": "mA",
        "voltage": "V",
    }  # fmt: skip
    assert [column.unit for column in case.beside.columns.values()] == ["s", "mA", "V"]
    noisy, same, other = (spectra(eis_series(seed, replace(PLAN, noise=0.01))) for seed in (1, 1, 2))
    apart = np.concatenate([z / plain(f, r) - 1 for (_, f, z, *_), r in zip(noisy, GROWN, strict=True)])
    assert np.hypot(apart.real.std(), apart.imag.std()) == pytest.approx(0.01 * math.sqrt(2), rel=0.15)
    assert np.array_equal(noisy[0][2], same[0][2])
    assert not np.isclose(noisy[0][2], other[0][2], rtol=1e-9).any()

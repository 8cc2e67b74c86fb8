"""Start values, warm fits and moved points of spectra made of what is searched for: exactly that is found."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub_eis.data import Trace
from echub_eis.method.elements import KINDS, Grid
from echub_eis.method.fit import CircuitFit, Spectrum, solve
from echub_eis.method.model import Model
from echub_eis.method.noise import Noise
from echub_eis.method.parse import parse
from echub_eis.method.start import _forms, _times, further_arc, starts
from echub_eis.series.method import ahead
from echub_eis.series.method.ahead import proposals
from echub_eis.series.method.follow import FollowedFit, FollowedSeries
from echub_eis.series.method.instants import interpolated, own_times, sum_times
from echub_eis.series.method.shared import joint
from echub_eis.series.method.warm import lost, onward, warm

F = np.geomspace(1e5, 1, 31)
GRID = Grid.of(F)
TAU = _times(GRID)
"""Four per decade, from a fifth of the shortest to five times the longest."""


def test_the_grid_of_time_constants_reaches_a_factor_of_five_beyond_the_band():
    assert TAU[0] == pytest.approx(0.2 / (2e5 * np.pi))
    assert TAU[-1] == pytest.approx(5 / (2 * np.pi))
    step = np.diff(np.log10(TAU))
    assert step == pytest.approx(step[0])
    assert 0.25 <= step[0] < 0.27


def exact(circuit, *natural):
    """Return a model, its coordinates, and its impedance."""
    model = Model(parse(circuit))
    x = model.coordinates(natural)
    return model, x, model.impedance(x, GRID)


A, B, C = TAU[4], TAU[11], TAU[18]
MADE = {
    "one arc": ("LR(RQ)", 1e-5, 20, 50, B, 0.88),
    "two arcs": ("R(RQ)(RQ)", 20, 50, A, 0.98, 80, C, 0.75),
    "two arcs, L": ("LR(RQ)(RQ)", 1e-5, 20, 50, A, 0.98, 80, C, 0.75),
    "three arcs": ("R(RQ)(RQ)(RQ)", 20, 50, A, 0.98, 80, B, 0.88, 30, C, 0.88),
    "four arcs": (
        "R(RQ)(RQ)(RQ)(RQ)",
        20,
        50,
        TAU[1],
        0.98,
        80,
        TAU[9],
        0.98,
        30,
        TAU[17],
        0.98,
        40,
        TAU[-2],
        0.98,
    ),
    "a capacitor": ("R(RC)", 20, 50, B),
    "a capacitor and an arc": ("R(RC)(RQ)", 20, 50, A, 80, C, 0.75),
    "a fixed exponent": ("R(RQ{n=0.9f})", 20, 50, B),
    "a tail": ("R(RQ)Q", 20, 50, A, 0.88, 1e-3, 0.72),
    "a warburg tail": ("R(RQ)W", 20, 50, A, 0.88, 1e-3),
    "a capacitor alone": ("RC", 20, 1e-4),
    "diffusion to a sink": ("RWs", 20, 50, B),
    "diffusion to a wall": ("RWo", 20, 50, B),
    "gerischer": ("RG", 20, 50, B),
    "a lossy inductance": ("LaR", 1e-4, 0.9, 20),
    "nothing to search": ("LR", 1e-5, 20),
}


@pytest.mark.parametrize("name", MADE)
def test_what_lies_on_the_grid_is_found_at_once(name):
    circuit, *natural = MADE[name]
    model, x, z = exact(circuit, *natural)
    found = starts(model, GRID, z, np.abs(z))
    assert len(found) == 1
    if "three" in name or "four" in name:  # any order of like arcs, of which the search finds one
        at = [
            [i for i, free in enumerate(model.free) if free.element == leaf]
            for leaf in range(1, len(model.leaves))
        ]
        order = sorted(at, key=lambda arc: found[0][arc[1]])
        assert found[0][[0, *np.ravel(order)]] == pytest.approx(x, abs=1e-4)
        return
    assert found[0] == pytest.approx(x, abs=1e-6)


def test_the_next_starts_have_other_time_constants():
    model, x, z = exact("R(RQ)", 20, 50, B, 0.88)
    found = starts(model, GRID, z, np.abs(z), 4)
    assert found[0] == pytest.approx(x)
    logs = np.array([one[2] for one in found]) / np.log(10)
    assert len(found) == 4
    apart = np.abs(logs[:, None] - logs) + np.eye(4)
    assert apart.min() > 0.375  # one and a half steps


def test_what_is_not_there_starts_small():
    """An inductance of nothing: a millionth of the median |Z|, at the middle of the band."""
    _, _, z = exact("R(RQ)", 20, 50, B, 0.88)
    with_l = Model(parse("LR(RQ)"))
    found = starts(with_l, GRID, z - 1j * 1e-7 * GRID.omega, np.abs(z))[0]
    assert np.exp(found[0]) == pytest.approx(1e-6 * np.median(np.abs(z)) / np.median(GRID.omega), rel=1e-3)


@pytest.mark.parametrize(
    ("circuit", "at", "value"),
    [
        ("R{R=7}(RQ)", 0, 7.0),
        ("R(R{R=9}Q)", 1, 9.0),
        ("R(RQ{n=0.7})", 3, 0.7),
        ("R(R{R=9}Q{Q=1e-4,n=0.7})", 2, (9 * 1e-4) ** (1 / 0.7)),
        ("R(R{R=9}C{C=1e-4})", 2, 9 * 1e-4),
        ("R(R{R=9f}Q{Q=1e-4,n=0.7})", 1, (9 * 1e-4) ** (1 / 0.7)),
    ],
)
def test_a_fit_starts_from_what_the_circuit_states(circuit, at, value):
    model = Model(parse(circuit))
    _, _, z = exact("R(RQ)", 20, 50, B, 0.88)
    assert model.natural(starts(model, GRID, z, np.abs(z))[0])[at] == pytest.approx(value)


@pytest.mark.parametrize("slow_first", [True, False])
def test_of_like_arcs_each_takes_what_is_nearest_to_its_text(slow_first):
    stated = ["(R{R=50}Q):a", "(RQ{n=0.98}):b"]
    _, _, z = exact("R(RQ)(RQ)", 20, 52, C, 0.75, 300, A, 0.98)
    texts = stated if slow_first else stated[::-1]
    model = Model(parse("R" + "".join(f"{text} " for text in texts)))
    natural = model.natural(starts(model, GRID, z, np.abs(z))[0])
    tau = [natural[2], natural[5]] if slow_first else [natural[5], natural[2]]
    assert tau == pytest.approx([C, A])


def test_a_nested_part_starts_from_the_arc_that_stands_for_it():
    """R with W in series beside Q: the arc gives R and Q, its τ^n/R; W as large as R at the lowest frequency."""
    _, _, z = exact("R(RQ)", 20, 50, B, 0.88)
    model = Model(parse("R(Q[RW])"))
    natural = dict(zip([f.name + str(f.element) for f in model.free],
                       model.natural(starts(model, GRID, z, np.abs(z))[0]), strict=True))  # fmt: skip
    assert natural["R0"] == pytest.approx(20)
    assert natural["Q1"] == pytest.approx(B**0.88 / 50)
    assert natural["n1"] == pytest.approx(0.88)
    assert natural["R2"] == pytest.approx(50)
    assert natural["Y3"] == pytest.approx(1 / (50 * np.sqrt(2 * np.pi)))
    slow = Model(parse("R(C[RWs])"))
    found = dict(zip([f.name + str(f.element) for f in slow.free],
                     slow.natural(starts(slow, GRID, z, np.abs(z))[0]), strict=True))  # fmt: skip
    assert found["C1"] == pytest.approx(B / 50)
    assert (found["R3"], found["tau3"]) == pytest.approx((50, 10 * B))
    first = Model(parse("(Q[RW])R"))
    assert first.natural(starts(first, GRID, z, np.abs(z))[0]) == pytest.approx(
        [B**0.88 / 50, 0.88, 50, 1 / (50 * np.sqrt(2 * np.pi)), 20]
    )
    fixed = Model(parse("R(C[WR{R=5f}])"))  # what is fixed has no start, and takes that of no other
    assert fixed.natural(starts(fixed, GRID, z, np.abs(z))[0]) == pytest.approx(
        [20, B / 50, 1 / (50 * np.sqrt(2 * np.pi))]
    )


@pytest.mark.parametrize(("size", "gain"), [(1.0, True), (-1.0, False)])
def test_an_arc_more_lowers_chi2_by_what_is_its_own(size, gain):
    """Of a rest that is an arc of the dictionary: what R and a known arc do not explain of it."""
    shapes, units = _forms("Z", (), GRID.omega.tobytes())
    arc, sigma = units[shapes.index((B, 0.88))], np.linspace(0.5, 2, 31)
    slopes = np.array([np.ones(31), 5 * units[shapes.index((C, 0.75))]])
    rows = np.concatenate([(slopes / sigma).real, (slopes / sigma).imag], axis=1).T
    y = np.concatenate([(arc / sigma).real, (arc / sigma).imag])
    left = np.linalg.lstsq(rows, y, rcond=None)[1][0]
    found = further_arc(GRID, size * arc, slopes, sigma)
    assert found == pytest.approx(left) if gain else found < 0.99 * left


# -- fits that follow each other ---------------------------------------------------------------

NOISE = Noise(1e-3, 0.0, 50.0)
A4 = np.array([1.0, 1.0, 1.0, 0.0])
"""All but the exponent change."""


def noisy(shift=0.0, seed=1):
    """Return a model and a spectrum of an arc whose coordinates are shifted, with noise."""
    model, x, _ = exact("R(RQ)", 20, 50, B, 0.88)
    rng = np.random.default_rng(seed)
    z = model.impedance(x + shift, GRID)
    z = z * (1 + 1e-3 * (rng.standard_normal(31) + 1j * rng.standard_normal(31)))
    return model, x, Spectrum(GRID, z)


@pytest.mark.parametrize("shift", [0.0, 0.02, -0.1, 3.0])
def test_a_warm_fit_ends_at_the_optimum(shift):
    model, x, spectrum = noisy(shift)
    best = solve(model, spectrum, NOISE, x + shift)
    found = warm(model, spectrum, NOISE, x)
    assert found.chi2 == pytest.approx(best.chi2, rel=1e-5)
    assert found.z == pytest.approx(model.impedance(found.x, GRID))
    assert found.jacobian == pytest.approx(model.evaluate(found.x, GRID)[1])


@pytest.mark.parametrize(("limits", "end"), [("1/19", 19), ("0/19", 19), ("21/inf", 21)])
def test_a_warm_fit_stays_within_stated_limits(limits, end):
    _, x, spectrum = noisy()
    limited = Model(parse(f"R{{R=20/{limits}}}(RQ)"))
    assert limited.natural(warm(limited, spectrum, NOISE, x).x)[0] == pytest.approx(end, rel=1e-3)


def test_proposals_are_solved_one_by_one_if_one_of_them_is_singular():
    """2 x = 6 and 0 x = 1."""
    found = ahead._solved(np.array([[[2.0]], [[0.0]]]), np.array([[6.0], [1.0]]))
    assert found.tolist() == [[3.0], [np.inf]]
    assert ahead._solved(np.array([[[0.0]]]), np.array([[1.0]])).tolist() == [[np.inf]]


def test_a_spectrum_without_a_fit_stays_without_one_when_parts_are_shared():
    made = [noisy(0.0, 1), None, noisy(0.0, 2)]
    fits = [FollowedFit(solve(one[0], one[2], NOISE, one[1])) if one else FollowedFit(reason="x") for one in made]
    model = fits[0].fitted.model
    found = joint(FollowedSeries(model, (), tuple(fits), NOISE, ()), np.array([3]))
    first, none, last = found.followed.fits
    assert (none, found.covariances[1]) == (fits[1], None)
    own = [fits[k].fitted.x[3] for k in (0, 2)]
    assert first.fitted.x[3] == last.fitted.x[3] == pytest.approx(sum(own) / 2, rel=0.01)
    assert found.covariances[0].shape == (4, 4)


def test_parts_are_shared_also_by_spectra_of_other_frequencies():
    """Exact spectra, fitted from beside: of every second one each third point is missing."""
    model, x, _ = exact("R(RQ)", 20, 50, B, 0.88)
    fits = []
    for k in range(6):
        grid = Grid.of(F if k % 2 else np.delete(F, slice(0, None, 3)))
        own = x + A4 * 0.1 * k
        spectrum = Spectrum(grid, model.impedance(own, grid))
        z, jacobian = model.evaluate(own + 0.01, grid)
        fits.append(FollowedFit(CircuitFit(model, spectrum, own + 0.01, z, jacobian, NOISE, 1.0)))
    found = joint(FollowedSeries(model, (), tuple(fits), NOISE, ()), np.array([3]))
    for k, one in enumerate(found.followed.fits):
        assert one.fitted.x == pytest.approx(x + A4 * 0.1 * k, abs=1e-6)
        assert one.fitted.spectrum is fits[k].fitted.spectrum
        assert one.fitted.z == pytest.approx(one.fitted.spectrum.z)


@pytest.mark.parametrize("count", [16, 40])
def test_proposals_are_the_optima_of_a_series_that_changes_evenly(count):
    made = [noisy(0.02 * k, k) for k in range(count)]
    model, x, _ = made[0]
    spectra = [spectrum for *_, spectrum in made]
    found = proposals(model, NOISE, spectra, x)
    for k, (one, spectrum) in enumerate(zip(found, spectra, strict=True)):
        best = solve(model, spectrum, NOISE, x + 0.02 * k)
        assert one is not None
        assert one.spectrum is spectrum
        assert one.chi2 == pytest.approx(best.chi2, rel=2e-4)
    assert proposals(model, NOISE, spectra[:15], x) == [None] * 15  # not worth it
    limited = Model(parse("R{R=20/1/50}(RQ)"))
    assert proposals(limited, NOISE, spectra, x) == [None] * count


def test_a_fit_that_has_lost_a_parameter_is_not_proposed():
    spectra = [noisy(0.0, k)[2] for k in range(16)]
    model, x, _ = noisy()
    with patch.object(ahead, "lost", lambda fitted: fitted.spectrum is spectra[5]):
        found = proposals(model, NOISE, spectra, x)
    assert [k for k, one in enumerate(found) if one is None] == [5]


def test_the_next_fit_looks_for_a_time_constant_within_two_decades_of_the_band():
    model, x, _ = noisy()
    for tau, expected in ((1e-12, 1e-2 / (2e5 * np.pi)), (B, B), (1e9, 1e2 / (2 * np.pi))):
        at = x.copy()
        at[2] = np.log(tau)
        z, jacobian = model.evaluate(at, GRID)
        fitted = CircuitFit(model, Spectrum(GRID, z), at, z, jacobian, NOISE, 1.0)
        assert np.exp(onward(fitted)[2]) == pytest.approx(expected)
        assert fitted.x[2] == np.log(tau)


# -- when a point was measured -----------------------------------------------------------------


def a_trace(f, z, reason=None):
    z = np.array(z, complex)
    return Trace(np.array(f, float), z, np.arange(len(z)), np.array(reason or [""] * len(z)), {})


@pytest.mark.parametrize(
    ("given", "at", "again"),
    [
        ({}, None, None),
        ({"r": 0.0901}, 1, 1.0),  # 1 % of the smallest |Z|, 10 Ω, is in no point: again from a tenth
        ({"r": 0.11}, None, None),
        ({"n": 0.9991}, 3, 0.95),  # at its limit it has no derivative: again from inside
        ({"n": 0.9989}, None, None),
    ],
)
def test_what_a_spectrum_does_not_hold_is_lost_and_brought_back_for_the_next_one(given, at, again):
    natural = {"hf": 10.0, "r": 50.0, "tau": B, "n": 0.88} | given
    model = Model(parse("R(RQ)"))
    x = model.coordinates(list(natural.values()))
    z, jacobian = model.evaluate(x, GRID)
    fitted = CircuitFit(model, Spectrum(GRID, z, np.full(31, 10.0)), x, z, jacobian, NOISE, 1.0)
    assert lost(fitted) == (at is not None)
    expected = [*natural.values()]
    if at is not None:
        expected[at] = again
    assert model.natural(onward(fitted)) == pytest.approx(expected)


def test_points_move_to_the_middle_of_their_sweep_on_the_line_to_their_neighbour():
    """Everything grows by 1 Ω/s, so that at the middles, 2, 12 and 22 s, each point is that."""
    times = [np.array([start, start + 1.0, start + 4]) for start in (0.0, 10.0, 20.0)]
    traces = [a_trace([100, 10, 1], t) for t in times]
    made, moved = interpolated(traces, times)
    for one, when, middle in zip(made, moved, (2.0, 12.0, 22.0), strict=True):
        assert one.z.real == pytest.approx([middle] * 3)
        assert list(when) == [middle] * 3
        assert one.used.all()
    assert list(traces[0].z.real) == [0, 1, 4]


@pytest.mark.parametrize(
    ("f", "reason", "used"),
    [
        ([100, 10, 1], ["", "", ""], [True] * 3),
        ([100, 10.005, 1], ["", "", ""], [True] * 3),  # a thousandth is the same frequency
        ([100, 10.02, 1], ["", "", ""], [True, False, True]),
        ([100, 10, 1], ["", "outlier", ""], [True, False, True]),
    ],
)
def test_a_point_without_a_neighbour_of_its_frequency_is_left_out(f, reason, used):
    times = [np.array([0.0, 1, 4]), np.array([10.0, 11, 14])]
    made, _ = interpolated([a_trace([100, 10, 1], [0, 1, 4]), a_trace(f, [10, 11, 14], reason)], times)
    assert list(made[0].used) == used
    assert list(made[0].reason) == ["" if one else "no neighbour" for one in used]


def test_the_time_of_a_parameter_is_that_of_the_points_that_tell_it():
    """Of R alone, equally known points: their mean; with twice the noise a point counts a quarter."""
    model = Model(parse("R"))
    time = np.array([0.0, 10, 20])
    grid = Grid.of(np.array([100.0, 10, 1]))

    def fit(modulus):
        x = np.log([50.0])
        z, jacobian = model.evaluate(x, grid)
        return CircuitFit(model, Spectrum(grid, z, np.array(modulus)), x, z, jacobian, NOISE, 1.0)

    assert own_times(fit([50.0, 50, 50]), time) == pytest.approx([10.0])
    assert own_times(fit([50.0, 50, 100]), time) == pytest.approx([(0 + 10 + 20 / 4) / 2.25])
    assert sum_times(fit([50.0, 50, 100]), time, np.array([0])) == pytest.approx([(0 + 10 + 20 / 4) / 2.25])


def test_the_dictionary_holds_each_element_with_all_its_shapes():
    for symbol, kind in KINDS.items():
        shapes, units = _forms(symbol, (), GRID.omega.tobytes())
        for shape, z in zip(shapes, units, strict=True):
            assert z == pytest.approx(kind.evaluate((1.0, *shape), GRID)[0])
    assert len(_forms("Z", (), GRID.omega.tobytes())[0]) == 4 * len(TAU)
    assert len(_forms("Z", (("n", 1.0),), GRID.omega.tobytes())[0]) == len(TAU)
    assert len(_forms("Q", (), GRID.omega.tobytes())[0]) == 26

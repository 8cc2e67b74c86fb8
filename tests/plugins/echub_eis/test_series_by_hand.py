"""What decides of a series of spectra, on numbers stated here: each limit just inside and just outside."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from scipy.stats import f as fisher

from echub.plugin import Refusal
from echub_eis.data import Trace
from echub_eis.method.answer import labels_of
from echub_eis.method.elements import Grid
from echub_eis.method.fit import Spectrum
from echub_eis.method.model import Model
from echub_eis.method.noise import UNKNOWN, Noise
from echub_eis.method.parse import parse
from echub_eis.method.turn import TurningPoint
from echub_eis.series import SeriesParams
from echub_eis.series import data as series
from echub_eis.series.method import follow, linearity, onset, recovery, resolve, shared, vanish
from echub_eis.series.outcome import answers, flags, tables
from tests.messages.saying import Fake

A = np.array
NAN = np.nan


def trace(f, z, used=None):
    z = A(z, complex)
    reason = np.where(np.ones(len(z), bool) if used is None else used, "", "outlier")
    return Trace(A(f, float), z, np.arange(len(z)), reason, {})


def spectrum(time=(0.0, 10.0), file=0, number=0, **more):
    return series.SeriesSpectrum(file, number, trace([10, 1], [1, 2]), A(time, float), **more)


def a_series(*spectra, names=("a", "b"), course=None):
    nothing = series.Course(A([]), A([]), A([]))
    return series.SpectrumSeries(tuple(spectra), course or nothing, "mA", names, None, ())


# -- levels, times and names -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        ([0.12345, -2.0], [0.123, -2.0]),
        ([0.00199, 2.0], [0.0, 2.0]),
        ([0.002, 2.0], [0.002, 2.0]),
        ([0.00201, 2.0], [0.00201, 2.0]),
        ([-0.00199, -2.0], [0.0, -2.0]),
        ([0.0, 0.0], [0.0, 0.0]),
        ([NAN, 1.2344], [NAN, 1.23]),
        ([NAN, NAN], [NAN, NAN]),
    ],
)
def test_levels_are_rounded_to_what_an_instrument_holds(levels, shown):
    np.testing.assert_array_equal(series._levels(levels), shown)


def test_a_spectrum_tells_its_middle_and_its_direction():
    assert spectrum((4.0, 5.0, 14.0)).middle == 9.0
    told = [spectrum(level=level).direction for level in (NAN, 0.0, 0.1, -0.1)]
    assert told == ["", "rest", "oxidised", "reduced"]


def test_a_spectrum_is_called_by_its_number_and_by_its_file_or_run_if_others_have_it_too():
    parts = [spectrum(file=file, number=number) for file, number in ((0, 0), (0, 1), (1, 1))]
    assert [a_series(*parts).called(k) for k in range(3)] == ["0", "1 of a", "1 of b"]
    assert [a_series(*parts, names=("a", "a")).called(k) for k in range(3)] == ["0", "1 of run 1", "1 of run 2"]


@pytest.mark.parametrize(("count", "end"), [(6, "5"), (7, "5 …")])
def test_of_many_spectra_the_first_six_are_named(count, end):
    many = a_series(*(spectrum(number=k) for k in range(count)))
    assert many.listed(range(count)) == f"0, 1, 2, 3, 4, {end}"


def test_the_accuracy_of_a_level_is_that_of_the_nearest_one():
    known = a_series(*(spectrum(level=level, limit=limit) for level, limit in
                       ((0.0, 9.0), (-0.4, 0.1), (1.0, 0.2), (NAN, 7.0), (2.0, NAN))))  # fmt: skip
    assert [known.limit_at(level) for level in (0.3, 0.8, 1.9)] == [0.1, 0.2, None]
    assert a_series(spectrum(limit=1.0)).limit_at(0.1) is None


def test_a_series_is_timed_if_every_spectrum_is():
    assert a_series(spectrum(), spectrum()).timed
    assert not a_series(spectrum(), spectrum((NAN, NAN))).timed


def course(*time):
    return series.Course(A(time), np.arange(len(time)) + 1.0, np.arange(len(time)) + 10.0)


def recorded(starts, time):
    """Return the times of the rows, and of the gaps that were said, of spectra with some starts."""
    found, said = series._parted(course(*time), [spectrum((start, start + 1)) for start in starts])
    return list(found.time), [(flag.message, flag.where) for flag in said], found


@pytest.mark.parametrize(
    ("starts", "gap", "long"),
    [
        ((0, 10, 20), 29.9, False),
        ((0, 10, 20), 30.0, False),
        ((0, 10, 20), 30.1, True),  # three times as long as spectra lie apart
        ((0, 10), 29.9, False),
        ((0, 10), 30.1, True),
        ((18, 0, 9), 26.9, False),  # in their order they lie 9 s apart
        ((18, 0, 9), 27.1, True),
        ((0, 0.1, 0.2), 0.9, False),
        ((0, 0.1, 0.2), 1.0, False),
        ((0, 0.1, 0.2), 1.1, True),  # a second at least
        ((0,), 1000.0, False),  # nothing tells what a long gap is
    ],
)
def test_a_stretch_without_rows_is_long_beside_the_spectra(starts, gap, long):
    time, said, _ = recorded(starts, (0.0, 0.5, 0.5 + gap))
    assert len(time) == 3 + long
    assert bool(said) == long


def test_a_row_without_values_stands_in_the_middle_of_each_long_stretch():
    time, said, found = recorded((0, 10, 20), (0.0, 10.0, 50.0, 60.0, 160.0))
    assert time == [0, 10, 30, 50, 60, 110, 160]
    assert list(found.empty) == [2, 5]
    np.testing.assert_array_equal(found.current, [1, 2, NAN, 3, 4, NAN, 5])
    np.testing.assert_array_equal(found.potential, [10, 11, NAN, 12, 13, NAN, 14])
    text = "nothing is recorded for 140 s between the spectra: no charge is counted there"
    assert said == [(text, "from 10 s")]


def test_charge_counts_what_flows_between_rows_with_a_current_only():
    """1 mA for an hour, a gap of an hour without rows of current, 2 mA for an hour; 3600 s are 1 mA·h per mA."""
    flowing = series.Course(A([0, 3600, 5400, 7200, 10800.0]), A([1, 1, NAN, 2, 2.0]), A([0.0] * 5))
    found = series._charged(a_series(*(spectrum((t, t)) for t in (1800.0, 5400.0, 9000.0)), course=flowing))
    assert [one.charge for one in found.spectra] == pytest.approx([0.5, 1.0, 2.0])
    two_rows = replace(flowing, current=A([1, 1, NAN, NAN, NAN]))
    assert series._charged(a_series(spectrum((1800, 1800)), course=two_rows)).spectra[0].charge == pytest.approx(
        0.5
    )
    one_row = replace(flowing, current=A([1, NAN, NAN, NAN, NAN]))
    assert np.isnan(series._charged(a_series(spectrum(), course=one_row)).spectra[0].charge)
    assert np.isnan(series._charged(a_series(spectrum((NAN, NAN)), course=flowing)).spectra[0].charge)


def columns(**given):
    return Fake(items={name: A(values, float) for name, values in given.items()}, name=given.get("name", "x"))


def test_a_level_and_a_potential_are_those_of_the_rows_that_have_one():
    data, rows = columns(I=[9, 1, NAN, 2, 6]), A([1, 2, 3, 4])
    assert series._median(data, "I", rows) == 2.0
    assert series._mean(data, "I", rows) == 3.0
    for found in (series._median, series._mean):
        assert np.isnan(found(data, "U", rows))
        assert np.isnan(found(data, "I", A([2])))


@pytest.mark.parametrize(("utc", "local", "shown"), [
    (["2026-01-01T10:00:00+00:00"] * 2, [None] * 2, "2026-01-01T10:00:00+00:00"),
    (["2026-01-01T10:00:00+00:00"] * 2, ["2026-01-01T12:00:00"] * 2, "2026-01-01T12:00:00"),
    (["2026-01-01T10:00:00+00:00"] * 2, [None, "2026-01-01T12:00:00"], "2026-01-01T10:00:00+00:00"),
])  # fmt: skip
def test_a_start_is_shown_by_the_clock_on_the_wall_if_all_state_it(utc, local, shown):
    files = [
        Fake(metadata=Fake(value=dict(zip(series.STARTS, pair, strict=True)).get))
        for pair in zip(utc, local, strict=True)
    ]
    assert series._instants(files) == ([shown] * 2, [dt.datetime(2026, 1, 1, 10, tzinfo=dt.UTC)] * 2)


@pytest.mark.parametrize(("given", "level", "frequency"), [
    ({"I_set": [2, 2, 2], "I": [1, 1, 1]}, 2.0, [30, 20, 10]),
    ({"I_set": [NAN] * 3, "I": [1, 1, 1]}, 1.0, [30, 20, 10]),
    ({"I": [1, 1, 1], "f": [10, 0, 30]}, 1.0, [30, 10, NAN]), ({}, NAN, [30, 20, 10]),
])  # fmt: skip
def test_a_level_is_the_one_that_was_set_and_a_frequency_above_zero(given, level, frequency):
    told = {"f": [10, 20, 30], "re": [1, 2, 3], "im": [-1, -1, -1], **given}
    data = Fake(
        items={name: A(values, float) for name, values in told.items()}, row=A([5, 6, 7]), meta=lambda _: None
    )
    found = series._spectrum(data, A([0, 1, 2]), 0, 3, 0.0)
    assert (found.file, found.spectrum) == (0, 3)
    assert found.level == pytest.approx(level, nan_ok=True)
    assert found.trace.frequency.tolist() == pytest.approx(frequency, nan_ok=True)
    assert list(found.trace.reason) == ["" if f > 0 else "frequency not positive" for f in frequency]


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        ([0, 5], [5, 9], [0, 1]),  # one ends as the other starts
        ([5, 9], [0, 5], [1, 0]),
        ([0, 5], [4.9, 9], None),
        ([0, 5], [], None),  # without a clock it lasts
    ],
)
def test_files_of_one_start_follow_each_other_if_their_times_do_not_overlap(first, second, order):
    class Known:
        def value(self, path):
            return "2026-01-01T00:00:00" if path == "experiment.start" else None

    files = [columns(t=[NAN, *one]) for one in (first, second)]
    for number, one in enumerate(files):
        one.metadata, one.name, one.origin = Known(), f"{number}.mpr", {"source": number}
    if order is None:
        with pytest.raises(Refusal, match="state the same start, 2026-01-01T00:00:00, and their times overlap"):
            series._offsets(files)
        return
    assert series._offsets(files) == (order, [0.0, 0.0])


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ([(5, 9), (0, 5), (9, 12)], [1, 0, 2]),
        ([(0, 5), (5, 9), (8, 12)], "1.mpr and 2.mpr"),
        ([(4, 9), (0, 5), (9, 12)], "1.mpr and 0.mpr"),
    ],
)
def test_of_three_files_of_one_start_each_follows_the_one_before(spans, told):
    files = [columns(t=span) for span in spans]
    for number, one in enumerate(files):
        stated = {"experiment.start": "2026-01-01T00:00:00"}
        one.metadata, one.name, one.origin = Fake(value=stated.get), f"{number}.mpr", {"source": number}
    if isinstance(told, list):
        assert series._offsets(files) == (told, [0.0] * 3)
        return
    with pytest.raises(Refusal, match=f"^{told} state the same start"):
        series._offsets(files)


# -- following arcs ----------------------------------------------------------------------------


def known(a, b, freedom=10.0):
    return SimpleNamespace(noise=Noise(a, b, freedom))


def test_the_noise_of_a_series_is_the_median_of_what_is_known():
    found = follow.pooled([known(1.0, 9.0), known(2.0, 8.0), known(30.0, 1.0), known(99.0, 99.0, 0.0)])
    assert (found.proportional, found.additive, found.freedom) == (2.0, 8.0, 10.0)
    assert follow.pooled([known(1.0, 1.0, 0.0)]) is UNKNOWN
    assert follow.pooled([known(0.0, 0.0)]) is UNKNOWN
    assert follow.pooled([known(0.0, 3.0)]).additive == 3.0


def seen(*pairs):
    return [(k, A([x, 2.0 * x])) for k, x in pairs]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (seen((0, 1.0), (1, 2.0), (2, 3.0)), 3, 3.0),  # three are too few to continue
        (seen((0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)), 4, 5.0),
        (seen((0, 1.0), (1, 2.0), (2, 3.0), (3, 9.0)), 4, 10.0),  # one jump of three does not count
        (seen((0, 1.0), (2, 2.0), (4, 3.0), (6, 4.0)), 7, 4.5),  # per spectrum, also where one is left out
        (seen((0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)), 9, 10.0),
        (seen((0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)), 12, 10.0),  # six spectra further at most
        (seen((0, 0.0), (1, 1.0), (2, 2.0), (3, 5.0), (4, 8.0)), 5, 10.0),  # between the middle two of 1, 1, 3, 3
    ],
)
def test_an_arc_is_expected_where_its_usual_change_leads(before, now, expected):
    assert follow.expected(before, now) == pytest.approx([expected, 2 * expected])


ARCS = [[[0, 1, 2], [3, 4, 5]]]


@pytest.mark.parametrize(
    ("found", "variance", "order"),
    [
        ([1, 1, 9, 5, 5, 8], [0] * 6, [0, 1, 2, 3, 4, 5]),
        ([5, 5, 9, 1, 1, 8], [0] * 6, [3, 4, 5, 0, 1, 2]),
        # τ says exchange, R that they stay, by more; a variance of R makes it count for less.
        ([5, 1, 9, 1, 6, 8], [0] * 6, [0, 1, 2, 3, 4, 5]),
        ([5, 1, 9, 1, 6, 8], [0, 3, 0, 0, 3, 0], [3, 4, 5, 0, 1, 2]),
    ],
)
def test_arcs_stay_nearest_to_where_they_were(found, variance, order):
    x, there = A(found, float), A([1, 1, 0, 5, 5, 0], float)
    assert list(follow.continued(x, A(variance, float), there, ARCS)) == order


def test_arcs_of_each_of_two_forms_are_followed_by_themselves():
    x, there = A([1.0, 1, 5, 5, 7, 7, 0, 3, 3, 0]), A([5.0, 5, 1, 1, 3, 3, 0, 7, 7, 0])
    groups = [[[0, 1], [2, 3]], [[4, 5, 6], [7, 8, 9]]]
    assert list(follow.continued(x, np.zeros(10), there, groups)) == [2, 3, 0, 1, 7, 8, 9, 4, 5, 6]


@pytest.mark.parametrize(
    ("circuit", "alike"),
    [
        ("R(RQ)(RQ)", [[[1, 2, 3], [4, 5, 6]]]),
        ("R(RQ)(RQ)(RC)", [[[1, 2, 3], [4, 5, 6]]]),
        ("R(RQ)(RC)", []),
        ("R(RQ)(R{R=5}Q)(RQ)", [[[1, 2, 3], [7, 8, 9]]]),
        ("R(RC)(RC)(RQ)(RQ)", [[[1, 2], [3, 4]], [[5, 6, 7], [8, 9, 10]]]),
        ("R(RQ)(C[R(RQ)])", []),
        ("(RQ)", []),
    ],
)
def test_arcs_of_one_form_may_exchange_places(circuit, alike):
    """Each by its R, τ and n."""
    model = Model(parse(circuit))
    assert model.alike() == alike
    for arc in (arc for arcs in alike for arc in arcs):
        assert [model.free[at].name for at in arc] == ["R", "tau", "n"][: len(arc)]


def test_spectra_at_which_time_constants_cross_are_told():
    model = Model(parse("R(RQ)(RQ)"))

    def fit(first, second):
        x = np.zeros(len(model))
        x[[2, 5]] = first, second
        return SimpleNamespace(fitted=SimpleNamespace(x=x))

    fits = [fit(1, 2), fit(2, 1), SimpleNamespace(fitted=None), fit(2, 1), fit(1, 2)]
    assert follow.crossed(SimpleNamespace(model=model, fits=fits)) == [1, 4]


def test_time_constants_may_cross_in_each_of_two_forms():
    model = Model(parse("R(RC)(RC)(RQ)(RQ)"))

    def fit(*tau):
        x = np.zeros(len(model))
        x[[2, 4, 6, 9]] = tau
        return SimpleNamespace(fitted=SimpleNamespace(x=x))

    fits = [fit(1, 2, 3, 4), fit(1, 2, 4, 3), fit(2, 1, 4, 3), fit(2, 1, 4, 3), fit(1, 2, 3, 4)]
    assert follow.crossed(SimpleNamespace(model=model, fits=fits)) == [1, 2, 4]


def test_four_spectra_even_over_the_series_are_asked_for_the_number_of_arcs():
    def answer(one, params):
        asked.append(one)
        if one == 3:
            raise Refusal("x", "y")
        return SimpleNamespace(chosen=SimpleNamespace(text="LR(RQ)" if one < 9 else "LR"))

    asked = []
    with patch.object(follow, "answer", answer):
        assert follow._circuits(range(10), SeriesParams()) == ("LR(RQ)", "LR")
        assert asked == [0, 3, 6, 9]
        assert follow._circuits(range(2), SeriesParams()) == ("LR(RQ)",)
        with pytest.raises(Refusal, match="no spectrum has points enough"):
            follow._circuits([3], SeriesParams())


def chain(count=3, usual=(1.0,)):
    made = follow._Chain(Model(parse("R(RQ)")), UNKNOWN, SeriesParams())
    made.count, made.usual = count, list(usual)
    return made


def fit_of(chi2):
    grid = SimpleNamespace(grid=None, z=None, modulus=None)
    return SimpleNamespace(chi2=chi2, freedom=2, spectrum=grid)


@pytest.mark.parametrize(
    ("share", "count", "usual", "anew"),
    [
        (1.49, 3, (1.0,), None),
        (1.5, 3, (1.0,), None),
        (1.51, 3, (1.0,), "fit"),
        (1.0, 10, (1.0,), "solve"),
        (1.0, 11, (1.0,), None),
        (1.51, 10, (1.0,), "fit"),
        (1.51, 3, (9.0, *[1.0] * 9), "fit"),  # of the last nine
        (1.51, 3, (1.0, *[1.1] * 9), None),
    ],
)
def test_a_spectrum_is_fitted_anew_if_its_fit_is_bad_or_now_and_then(share, count, usual, anew):
    with (
        patch.object(follow, "fit", lambda *_: "fit"),
        patch.object(follow, "solve", lambda *_: "solve"),
        patch.object(follow, "starts", lambda *_: [None]),
    ):
        assert chain(count, usual)._from_nothing(fit_of(2 * share)) == anew


@pytest.mark.parametrize(
    ("first", "other", "usual", "taken", "kept"),
    [
        (10.0, None, (1.0,), "first", True),
        (10.0, 9.89, (1.0,), "other", True),
        (10.0, 9.9, (1.0,), "first", True),  # the same optimum, but for a hundredth
        (18.0, None, (1.0,), "first", False),  # nine times the usual χ² per degree of freedom
        (17.9, None, (1.0,), "first", True),
        (18.0, 10.0, (1.0,), "other", True),
        (18.0, None, (), "first", True),  # nothing is usual yet
        (18.0, None, (1.0, *[1.1] * 9), "first", True),
        (18.0, None, (*[5.0] * 10, *[1.0] * 9), "first", False),
    ],
)
def test_a_start_from_nothing_wins_by_a_hundredth_and_a_lost_fit_is_not_continued(
    first, other, usual, taken, kept
):
    made = chain(usual=usual)
    made.last = "before"
    fits = {"first": replace_chi2(first, "first"), "other": other and replace_chi2(other, "other")}
    with (
        patch.object(follow, "affordable", lambda *_: True),
        patch.object(follow, "onward", lambda fitted: f"from {fitted.name}"),
        patch.multiple(made, _nearest=lambda *_: fits["first"], _from_nothing=lambda _: fits["other"],
                       _labelled=lambda fitted, remember: fitted),
    ):  # fmt: skip
        found = made.next(Fake(spectrum=None))
    assert (found.fitted, found.reason, found.restarted) == (fits[taken], "", taken == "other")
    assert made.last == (f"from {taken}" if kept else "before")
    assert made.usual == [*usual, fits[taken].chi2 / 2]
    assert made.count == 4


def replace_chi2(chi2, name):
    return SimpleNamespace(chi2=chi2, freedom=2, name=name)


@pytest.mark.parametrize(("u", "remembered"), [(0.49, True), (0.5, False), (0.51, False)])
@pytest.mark.parametrize("sound", [True, False])
def test_arcs_are_remembered_where_a_sound_fit_knows_them_to_a_half(u, remembered, sound):
    """Two of each of two forms, R and τ of the first of each are known to u; of others to a hundredth."""
    model = Model(parse("R(RC)(RC)(RQ)(RQ)"))
    made = follow._Chain(model, UNKNOWN, SeriesParams())
    made.count = 7
    x = np.arange(11.0)
    fitted = Traced(x)
    variance = np.full(11, 1e-4)
    variance[[1, 6]] = u**2
    with patch.object(follow, "variance_of", lambda _: variance), patch.object(follow, "onward", lambda f: f.x):
        assert made._labelled(fitted, remember=sound) is fitted
    places = {1: (1, 2), 3: (3, 4), 5: (5, 6), 8: (8, 9)}
    assert {arc: [(k, tuple(at)) for k, at in known] for arc, known in made.seen.items()} == {
        arc: [(7, at)] * (1 + (sound and (remembered or arc in (3, 8)))) for arc, at in places.items()
    }


def test_the_last_seven_places_of_an_arc_are_remembered():
    """At each spectrum both arcs are found at the place of the other: they are put back."""
    model = Model(parse("R(RC)(RC)"))
    made = follow._Chain(model, UNKNOWN, SeriesParams())
    made.seen = {1: [(k, A([1.0, 1.0])) for k in range(9)], 3: [(k, A([5.0, 5.0])) for k in range(9)]}
    made.count = 9
    variance = np.array([0, 1e-4, 1e-4, 9.0, 1e-4])  # of the arc that is found second R is vague
    fitted = Traced(A([0.0, 5.0, 5.5, 1.0, 1.5]), np.arange(5)[:, None])
    with patch.object(follow, "variance_of", lambda _: variance):
        found = made._labelled(fitted, remember=True)
    assert list(found.x) == [0, 1.0, 1.5, 5.0, 5.5]
    assert list(found.jacobian[:, 0]) == [0, 3, 4, 1, 2]
    assert [(k, *at) for k, at in made.seen[1]] == [(k, 1.0, 1.0) for k in range(9)]
    assert [(k, *at) for k, at in made.seen[3]] == [*((k, 5.0, 5.0) for k in range(3, 9)), (9, 5.0, 5.5)]


@dataclass(frozen=True)
class Traced:
    """A fit by its coordinates and derivatives."""

    x: np.ndarray
    jacobian: np.ndarray | None = None


@pytest.mark.parametrize(("share", "taken"), [(1.49, True), (1.5, False), (1.51, False)])
def test_a_proposal_is_taken_if_it_is_as_good_as_others(share, taken):
    made, one = chain(), object()
    made.proposed = {id(one): fit_of(2 * share)}
    with (
        patch.object(follow, "warm", lambda *_: "warm"),
        patch.object(follow, "lost", lambda fitted: fitted == "lost"),
        patch.object(follow, "off_its_limits", lambda fitted: f"{fitted}, off"),
    ):
        assert (made._nearest(one, None) != "warm") == taken
        assert made._nearest(object(), None) == "warm"
        with patch.object(follow, "warm", lambda *_: "lost"):
            assert made._nearest(object(), None) == "lost, off"


# -- levels of a staircase ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "value", "run"),
    [
        ([1, 2, 3, 2, 4], [5, 6, 7, 8, 9], ([1, 2, 3], [5, 6, 7])),
        ([0, 1, 2], [5, 6, 7], ([1, 2], [6, 7])),
        ([-1, -2, 3], [5, 6, 7], ([1, 2], [5, 6])),  # one direction
        ([1, 2, 2, 3], [5, 6, 8, 9], ([1, 2, 3], [5, 7, 9])),
        ([1, NAN, 2, 3], [5, 6, NAN, 9], ([1, 3], [5, 9])),
        ([0, NAN], [5, 6], ([], [])),
    ],
)
def test_a_staircase_is_the_first_rising_run(level, value, run):
    found = onset.staircase(A(level, float), A(value, float), np.full(len(level), 0.1))
    assert (list(found.level), list(found.value)) == run


def test_equal_levels_are_known_as_their_mean_and_the_unknown_as_the_median():
    relative = A([0.1, 0.3, 0.4, NAN, 0.0])
    found = onset.staircase(A([1, 2, 2, 3, 4.0]), np.ones(5), relative)
    pair = np.sqrt((0.3**2 + 0.4**2) / 2 / 2)
    assert found.relative == pytest.approx([0.1, pair, 0.3, 0.3])
    assert list(onset.staircase(A([1.0, 2]), np.ones(2), A([NAN, NAN])).relative) == [1.0, 1.0]


@pytest.mark.parametrize(
    ("values", "prominence"),
    [
        ([0, 1, 3, 6], [0, 0, 0, 0]),
        ([0, 5, 1, 1], [0, 4, 0, 0]),  # above both: by the smaller
        ([2, -5, 1, 1], [0, 6, 0, 0]),
        ([8.1, 1, 2, 2], [0, 1, 0, 0]),
        ([9.1, 1, 2, 9], [9.1 - 1, 1, 0, 0]),  # the first, beyond eight times what the next two differ by
        ([0, 0, 0, 9], [0, 0, 0, 0]),
    ],
)
def test_prominence_is_the_distance_from_both_neighbours(values, prominence):
    assert onset._prominence(A(values, float)) == pytest.approx(prominence)


@pytest.mark.parametrize(("count", "size", "kept"), [(8, 8.1, False), (8, 7.9, True), (7, 99.0, True)])
def test_a_level_stands_out_by_eight_of_its_uncertainties(count, size, kept):
    value = np.ones(count)
    value[1] = np.exp(size * 0.01)
    found = onset.sound(onset.Levels(np.arange(count) + 1.0, value, np.full(count, 0.01)))
    assert bool(found[1]) == kept
    assert found.sum() == count - (not kept)


def test_few_levels_stand_out():
    """Of 20 levels three at most are left out, the worst first."""
    value = np.ones(20)
    value[[1, 3, 5, 7]] = np.exp([4.0, 3.0, 2.0, 1.0])
    found = onset.sound(onset.Levels(np.arange(20) + 1.0, value, np.full(20, 0.01)))
    assert list(np.flatnonzero(~found)) == [1, 3, 5]


def test_a_crossing_between_two_levels_lies_on_their_chord():
    """Two levels are 2 and 8 % off their line: 5 % lie half way, later by a sixteenth for the bend after it."""
    level = A([1.0, 2, 3, 4, 5, 6, 7])
    value = A([10.0, 10, 10, 10, 10.2, 10.8, 11.7])
    levels = onset.Levels(level, value, np.full(7, 1e-3))
    found, error = onset._interpolated(levels, 4, 1, 0.05, 5)
    # The next step is 9 %, 3 % more than this one of 6 %: half of a quarter of it, over the rise.
    bend = 0.25 / 2 * 0.03 / 0.06
    assert found == pytest.approx(5.5 + bend)
    own = np.hypot(0.5, 0.5) * 1e-3 * 1.05
    at = A([1, 5.5])
    columns = np.stack([np.ones(4), level[:4]], 1)
    line = 1e-3 * np.sqrt(at @ np.linalg.inv(columns.T @ columns) @ at)
    assert onset._line_error(levels, 4, 5.5) == pytest.approx(line)
    assert error == pytest.approx(np.hypot(np.hypot(own, line) / 0.06, bend / 2))
    falls = onset.Levels(level, 20 - value, np.full(7, 1e-3))
    assert onset._interpolated(falls, 4, -1, 0.05, 5)[0] == pytest.approx(5.5 + bend)
    assert np.isnan(onset._interpolated(falls, 4, 1, 0.05, 5)[0])


@pytest.mark.parametrize(("far", "count"), [([12], 13), ([12, 13], 14), ([10, 12, 13], 14), ([3], 16), ([], 16)])
def test_a_bend_is_fitted_to_the_third_level_that_is_far_off(far, count):
    """A quarter off, five times 5 %; of the first eight levels none is far for certain."""
    value = np.ones(16)
    value[far] = 1.251
    levels = onset.Levels(np.arange(16) + 1.0, value, np.full(16, 1e-3))
    assert onset._usable(levels, 0.05) == count
    value[far] = 1.249
    assert onset._usable(levels, 0.05) == 16


# -- parts over time ---------------------------------------------------------------------------


def fitted_arc(apex=10.0):
    model = Model(parse("R(RQ)"))
    band = SimpleNamespace(frequency=A([1e3, 1.0]))
    return SimpleNamespace(model=model, spectrum=band, natural=[1.0, 1.0, 1 / (2 * np.pi * apex), 0.9])


@pytest.mark.parametrize(
    ("apex", "u", "why"),
    [
        (10.0, 0.5, ""),
        (10.0, 0.501, "not-identified"),
        (1.01, 0.1, ""),
        (0.99, 0.1, "arc-outside-window"),
        (0.99e3, 0.1, ""),
        (1.01e3, 0.1, "arc-outside-window"),
        (0.99, 0.9, "arc-outside-window"),
    ],
)
def test_a_resistance_is_given_if_its_arc_is_seen_and_it_is_known(apex, u, why):
    tau = 1 / (2 * np.pi * apex)
    assert resolve._why_not(fitted_arc(), 1, u, tau, SeriesParams()) == why
    assert resolve._why_not(fitted_arc(), 0, u, np.nan, SeriesParams()) == ("not-identified" if u > 0.5 else "")


@pytest.mark.parametrize(
    ("apex", "u", "why"),
    [(1.01, 0.1, ""), (0.99, 0.1, "arc-outside-window"), (1e6, 0.1, ""), (10.0, np.inf, "not-identified"),
     (10.0, 0.501 * np.sqrt(2), "not-identified"), (10.0, 0.499 * np.sqrt(2), "")],
)  # fmt: skip
def test_a_sum_is_given_if_its_arcs_have_ended_and_it_is_known(apex, u, why):
    """Two resistances of 1 Ω that are equally uncertain, measured at 3 and 5 s."""
    fitted = fitted_arc(apex)
    fitted.natural[2] = 1 / (2 * np.pi * apex)
    followed = SimpleNamespace(labels={0: "hf", 1: "1"})
    fitted.model.values = lambda n, natural: [1.0]
    found = resolve._sum(fitted, np.diag([u**2] * 4), A([3.0, 5, 0, 0]), followed, SeriesParams())
    assert found[4] == why
    if not why:
        assert found[:3] == pytest.approx((2.0, u / np.sqrt(2), 4.0))


@pytest.mark.parametrize(("at_time", "relative"), [(3.0, 0.02 * 20 / 25)])
def test_a_fixed_resistance_is_in_the_sum_without_error_and_has_no_time(at_time, relative):
    """20 Ω known to 2 %, and an arc of 5 Ω that the circuit states; it is named by nothing but its place."""
    model = Model(parse("R:hf (R{R=5f}Q):gb"))
    fitted = SimpleNamespace(model=model, spectrum=Fake(frequency=A([1e3, 1.0])), natural=[20.0, 1e-3, 0.9])
    followed = SimpleNamespace(labels=labels_of(model))
    found = resolve._sum(fitted, np.diag([0.02**2, 9.0, 9.0]), A([3.0, 5.0, 7.0]), followed, SeriesParams())
    assert found[:3] == pytest.approx((25.0, relative, at_time))
    assert found[4] == ""


def test_a_circuit_through_which_no_current_can_flow_has_no_sum():
    model = Model(parse("LWo"))
    fitted = SimpleNamespace(model=model, spectrum=Fake(frequency=A([1e3, 1.0])), natural=[1e-6, 9.0, 0.1])
    followed = SimpleNamespace(labels=labels_of(model))
    found = resolve._sum(fitted, np.eye(3), A([3.0, 5.0, 7.0]), followed, SeriesParams())
    assert np.isnan(found[:4]).all()
    assert found[4] == "no resistance"


def parts_of(**tau):
    """Return a followed series of these labels and their parts; R has no time constant."""
    labels = dict(enumerate(tau))
    leaves = [SimpleNamespace(symbol="R" if t is None else "Z") for t in tau.values()]
    followed = SimpleNamespace(labels=labels, model=SimpleNamespace(leaves=leaves))
    return followed, {name: SimpleNamespace(tau=A([NAN if t is None else t] * 2)) for name, t in tau.items()}


@pytest.mark.parametrize(
    ("tau", "follow", "chosen"),
    [
        ({"hf": None, "gb": 1.0, "int": 0.1}, "", "int"),
        ({"hf": None, "gb": 1.0, "int": 0.1}, "gb", "gb"),
        ({"ct": 0.1, "int_2": 0.2}, "", "int_2"),
        ({"ct": 0.1, "gb": 0.2}, "", "ct"),
        ({"hf": None, "a": 0.1, "b": 0.3, "c": 0.2}, "", "b"),
        ({"hf": None, "a": NAN, "b": 1e-9}, "", "b"),
        ({"hf": None, "hf_2": None}, "", "hf_2"),
    ],
)
def test_an_interface_is_followed_or_the_slowest_arc_or_what_is_asked_for(tau, follow, chosen):
    assert resolve._chosen(*parts_of(**tau), SeriesParams(follow=follow)) == chosen


def test_an_arc_whose_resistance_is_fixed_is_not_followed():
    followed, parts = parts_of(hf=None, a=0.1, b=0.3)
    del parts["b"]
    assert resolve._chosen(followed, parts, SeriesParams()) == "a"


def test_what_is_not_there_is_not_followed():
    with pytest.raises(Refusal, match="no resistance is called x, but hf, gb") as caught:
        resolve._chosen(*parts_of(hf=None, gb=1.0), SeriesParams(follow="x"))
    assert caught.value.hint == "--param follow=hf"


@pytest.mark.parametrize(("circuit", "found"), [
    ("L:l R:hf (RQ):gb", {"hf": 1, "gb": 2}), ("R{R=5f}:hf (RQ):gb", {"gb": 0}), ("R{R=5f}Q", {}),
    ("RWo", {"hf": 0, "wo": 1}), ("R(R{R=2f}C)(RC)", {"hf": 0, "2": 2}),
])  # fmt: skip
def test_a_series_has_the_resistances_that_are_not_fixed(circuit, found):
    """By label, each with its place among the parameters; one at least."""
    model = Model(parse(circuit))
    followed = follow.FollowedSeries(model, (), (), UNKNOWN, (), labels_of(model))
    assert followed.resistances == found
    if found:
        resolve._require_resistance(followed)
        return
    with pytest.raises(Refusal, match="no free resistance to follow"):
        resolve._require_resistance(followed)


def test_a_fall_is_that_to_the_next_spectrum_or_from_the_one_before():
    rows = [[(0.0,), (value,)] for value in (9.0, 7.0, NAN, 4.0, 5.0)]
    np.testing.assert_array_equal(resolve._falls(rows), [2.0, 2.0, NAN, -1.0, -1.0])
    rows = [[(value,)] for value in (9.0, 8.0, 5.0)]
    assert resolve._falls(rows) == [1.0, 3.0, 3.0]
    assert np.isnan(resolve._falls(rows[:1])[0])


@pytest.mark.parametrize(
    ("fell", "misfit", "known_noise", "lost"),
    [
        (4.9, 2.01, True, True),
        (5.0, 2.01, True, False),
        (5.1, 2.01, True, False),  # half of the fall of 10 Ω
        (NAN, 2.01, True, True),
        (4.9, 2.0, True, False),
        (4.9, 2.01, False, False),
    ],
)
def test_the_slowest_arc_of_a_spectrum_that_turns_back_is_withheld(fell, misfit, known_noise, lost):
    rows = [(1.0, 0.1, 5.0, NAN, ""), (2.0, 0.1, 6.0, 0.1, ""), (3.0, 0.1, 7.0, 0.2, ""), (6.0, 0.1, 8.0, NAN, "")]
    fitted = SimpleNamespace(rms_over=lambda _: misfit)
    followed = SimpleNamespace(fits=[SimpleNamespace(fitted=fitted)], noise=SimpleNamespace(known=known_noise),
                               examined=[SimpleNamespace(spectrum=None, noise=None)])  # fmt: skip
    with patch.object(resolve, "turns_back", lambda *_: TurningPoint(1.0, 10.0)):
        found = resolve._without_turned(rows, followed, 0, fell)
    assert [row[4] for row in found] == (["", "", "turns-back", "turns-back"] if lost else [""] * 4)
    assert [np.isnan(row[0]) for row in found] == [False, False, lost, lost]
    with patch.object(resolve, "turns_back", lambda *_: TurningPoint(1.0, 10.0)):
        vague = resolve._without_turned([*rows[:3], (NAN, NAN, 8.0, NAN, "not-identified")], followed, 0, fell)
    assert vague[3][4] == "not-identified"  # the reason that it had
    assert [row[2] for row in found] == [5.0, 6.0, 7.0, 8.0]
    with patch.object(resolve, "turns_back", lambda *_: None):
        assert resolve._without_turned(rows, followed, 0, fell) == rows


@pytest.mark.parametrize(
    ("around", "u", "drift"),
    [(2, 1.05, 1.0), (2, 1.06, 0.0), (1, 0.471, 1.0), (1, 0.472, 0.0), (0, 0.1, 0.0)],
)
def test_a_drift_is_a_slope_of_three_deviations(around, u, drift):
    """1 Ω/s, each known to u in Ω: a slope through n spectra 1 s apart is known to u/√Σx², of five u/√10."""
    r = 100 + np.arange(-2.0, 3)
    part = resolve.PartOverTime("a", r, u / r, np.arange(5.0), None, ())
    assert resolve._drift(part, around)[2] == pytest.approx(drift)
    certain = replace(part, relative=np.where(np.arange(5) == 4, 0.0, u / r))  # of no uncertainty none is known
    assert resolve._drift(certain, 4)[2] == resolve._drift(replace(certain, resistance=A([*r[:4], NAN])), 4)[2]
    gone = replace(part, resistance=np.array([98, NAN, NAN, NAN, 102.0]), relative=np.full(5, 1e-3))
    assert resolve._drift(gone, around)[2] == pytest.approx(1.0 if around == 2 else 0.0)


# -- what vanishes, what is linear -------------------------------------------------------------


@pytest.mark.parametrize(
    ("extent", "first"),
    [
        ([30, 30, 9.9, 9.9], 2),
        ([30, 30, 10, 10], None),  # a third of 30 Ω
        ([9, 9, 30, 9, 30, 9, 9], 5),
        ([9, 9, 9], None),  # never had any
        ([30, 9, 30], None),
        ([30, 30, 9], 2),  # the last
        ([30, 9, 9, 30], 1),
        ([30, NAN, 9, 9], 2),
    ],
)
def test_arcs_are_gone_if_two_spectra_have_none_after_one_that_had(extent, first):
    assert vanish.vanished(A(extent, float), 30.0, 3.0) == first


def test_arcs_span_the_positive_real_parts_of_points_in_use():
    re = [-5, 1, 4, 99]
    found = vanish.extents([trace([4, 3, 2, 1], re, [1, 1, 1, 0]), trace([2, 1], [1, 2], [1, 0]),
                            trace([2, 1], [1, 3]), trace([3, 2, 1], [1j, 1, 5])])  # fmt: skip
    np.testing.assert_array_equal(found, [3.0, NAN, 2.0, 4.0])


@pytest.mark.parametrize(
    ("frequency", "re", "extent"),
    [
        ([1000, 100, 10, 1], [5, 5, 5, 6], 1.0),  # no arcs in the whole band
        ([1000, 100, 10], [5, 5, 6], 1.0),  # nor where the first spectrum spans 10 Ω already
        ([1010, 101, 10.2], [5, 5, 6], 1.0),
        ([1000, 100], [5, 6], NAN),  # where that spans 3 Ω only, none are expected
        ([1000, 100], [5, 25], 20.0),  # and those that are there count
        ([1000], [5], NAN),
    ],
)
def test_a_spectrum_that_ended_early_shows_no_lack_of_arcs(frequency, re, extent):
    spectra = [trace([1000, 100, 10, 1], [5, 5, 5, 6]), trace([1000, 100, 10, 1], [10, 13, 20, 40]),
               trace(frequency, re)]  # fmt: skip
    np.testing.assert_array_equal(vanish.comparable(spectra, 10.0), [1.0, 30.0, extent])
    assert vanish.comparable(spectra, 100.0)[0] == 1.0  # none had arcs


def linear(r=(100.0, 100.0), amplitude=(50.0, 50.0), level=(0.0, 0.0), unit="mA", area=None):
    """Return what is said of resistances in Ω at amplitudes in mV and levels."""
    result = Fake(total=Fake(resistance=A(r)), series=Fake(
        spectra=[Fake(trace=one) for one in amplitude], unit=unit, column=lambda _: A(level),
        first=Fake(meta=lambda _: area)))  # fmt: skip
    with patch.object(linearity, "amplitude_of", lambda one: one):
        return linearity.linear(result)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ""),
        ({"level": (0.1, 0.6)}, "direct current moves the cell by 50 mV"),  # 0.5 mA times 100 Ω
        ({"level": (0.1, 0.599)}, ""),
        ({"level": (0.1, 0.6), "unit": "mA/cm^2", "area": 2.0}, "by 100 mV"),
        ({"level": (0.1, 0.6), "unit": "mA/cm^2", "area": 0.99}, ""),
        ({"level": (0.1, 0.6), "unit": "mA/cm^2"}, ""),  # without an area there is no current
        ({"level": (-0.3, 0.6), "r": (96.0, 104.0)}, "the same within 8 % while"),
        ({"level": (-0.3, 0.6), "r": (95.1, 104.9)}, "the same within 9.8 % while"),
        ({"level": (-0.3, 0.6), "r": (95.0, 105.0)}, "the same within 10 % while"),
        ({"level": (-0.3, 0.6), "r": (94.0, 106.0)}, ""),  # not the same within a tenth
        ({"amplitude": (50.0, 25.0)}, "at amplitudes from 25 mV on"),
        ({"amplitude": (50.0, 25.1)}, ""),
        ({"amplitude": (50.0, NAN), "level": (0.0, 9.0)}, ""),
        ({"r": (100.0, NAN), "level": (0.0, 9.0)}, ""),
        # Of three resistances the middle one counts: 46 mV by 0.46 mA, and not the largest.
        ({"r": (100.0, 100, 109), "level": (0, 0.46, 0.1), "amplitude": (50.0, 50, 50)}, ""),
        ({"r": (91.0, 100, 100), "level": (0, 0.51, 0.1), "amplitude": (50.0, 50, 50)}, "by 51 mV"),
    ],
)
def test_a_series_is_linear_if_its_resistance_stays_while_the_cell_is_moved(given, said):
    found = linear(**given)
    assert said in found
    assert bool(found) == bool(said)


# -- answers, flags and tables -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "smooth"),
    [
        ([1, 9, 2], [1, 9, 2]),  # too few
        ([1, 9, 2, 3], [1, 2, 3, 3]),
        # An end is the middle one of itself, its neighbour, and where the next two lead, two steps on.
        ([9, 1, 2, 3, 4], [2, 2, 2, 3, 4]),
        ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),  # a rise to the end stays
        ([1, 2, 3, 4, 50], [1, 2, 3, 4, 6]),
    ],
)
def test_the_greatest_of_a_series_is_not_one_bad_spectrum(values, smooth):
    assert list(answers._smooth(A(values, float))) == smooth


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ([10, 12, 11, 20], 3),
        ([20, 11, 12, 10], 0),
        ([10, 11, 30, 13, 12], 3),  # one that is high beside all others does not count
        ([12, 13, 30, 11, 10], 1),
        ([10, 11, 30, 13, 14], 4),
        ([10, 11, 12, 2, 13, 12, 11], 5),  # nor one that is low between two that are high
        ([10, 20, 20, 10, 10], 1),
        ([5], 0),
        ([5, 9, 7], 1),
    ],
)
def test_the_greatest_of_a_series_stands_where_its_neighbours_are_high_too(values, place):
    assert answers._greatest(A(values, float)) == place


@pytest.mark.parametrize(("total", "conductivity"), [(30.0, 0.1 / 0.5 / 20), (10.0, NAN), (9.9, NAN), (NAN, NAN)])
def test_the_conductivity_is_that_of_what_is_not_followed(total, conductivity):
    """Of 10 Ω that are followed nothing is left; 0.1 cm over 0.5 cm², two interfaces."""
    sizes = {"cell.area": 0.5, "cell.thickness": 0.1, "cell.n_interfaces": 2}
    result = Fake(series=Fake(first=Fake(meta=sizes.get)), chosen="int", main=Fake(resistance=A([10.0])),
                  total=Fake(resistance=A([total])))  # fmt: skip
    made = tables._per_area(result)
    assert made["asr_int"].values == (2.5,)
    assert made["conductivity"].array().tolist() == pytest.approx([conductivity], nan_ok=True)


@pytest.mark.parametrize(("times", "timed", "count", "moved"), [
    ("interpolated", True, 2, True), ("interpolated", True, 1, False), ("interpolated", False, 2, False),
    ("sweep", True, 2, False),
])  # fmt: skip
def test_points_are_moved_in_time_between_two_spectra_with_a_clock(times, timed, count, moved):
    given = a_series(*(spectrum() if timed else spectrum((NAN, NAN)) for _ in range(count)))
    asked = []
    with (
        patch.object(resolve, "_moved", lambda one: asked.append(one) or one),
        patch.object(resolve, "examine_all", lambda *_: (_ for _ in ()).throw(Refusal("short", "m"))),
        pytest.raises(Refusal, match="m"),
    ):
        resolve.resolve(given, SeriesParams(times=times))
    assert asked == [given] * moved


def test_moved_points_are_those_of_the_middle_of_their_sweep_and_all_else_stays():
    """Everything grows by 1 Ω/s: at the middles, 5 and 25 s, both points are that."""
    spectra = [series.SeriesSpectrum(0, k, trace([10, 1], time), A(time), level=0.1 * k)
               for k, time in enumerate(([0.0, 10.0], [20.0, 30.0]))]  # fmt: skip
    found = resolve._moved(a_series(*spectra))
    for one, given, middle in zip(found.spectra, spectra, (5.0, 25.0), strict=True):
        assert one.trace.z.real.tolist() == pytest.approx([middle] * 2)
        assert one.time.tolist() == [middle] * 2
        assert (one.level, one.spectrum, one.file) == (given.level, given.spectrum, given.file)
    assert (found.names, found.unit) == (("a", "b"), "mA")


@pytest.mark.parametrize(("t", "temperature", "told"), [
    ([0.0, 10.0], [60.0, 20.0], True), ([0.0, 10.0], [20.0, 20.0], False), ([0.0, 10.0], [60.0, NAN], False),
    ([5.0, 5.0], [60.0, 20.0], False),
])  # fmt: skip
def test_a_recovery_is_of_the_temperature_if_two_instants_say_so(t, temperature, told):
    """From 60 to 20 °C half an electronvolt makes a factor of 10; the resistance went from 10 to 5 Ω."""
    found_ = Fake(tau=3.0, curve=A([10.0, 5.0]))
    assert recovery.is_of_temperature(found_, A(t), A(temperature)) == told


def test_the_electrolyte_is_the_median_of_the_first_five_that_are_known():
    total = A([NAN, 31, 30, 90, 30, 29, 5, 5, 5.0])
    result = Fake(total=Fake(resistance=total), main=Fake(resistance=np.full(9, 1.0)))
    assert answers.electrolyte(result) == 29.0
    assert answers.electrolyte(Fake(total=Fake(resistance=A([NAN])), main=Fake(resistance=A([1.0])))) is None


def test_rest_is_the_longest_run_without_a_current():
    run = []
    level = A([0.0, 1.0, 0.0, NAN, 0.0, -1.0, 0.0, 0.0])
    part = Fake(time=np.arange(8.0), resistance=np.arange(8.0) + 10, relative=np.full(8, 0.1))
    result = Fake(series=Fake(timed=True, column=lambda _: level), main=part, params=Fake(level=90.0))
    with patch.object(answers, "recovery", lambda *given: run.append(given)):
        assert answers._recovery(result) == (None, (2, 3, 4))
        (t, r, u, coverage) = run[0]
        assert (list(t), list(r), coverage) == ([2, 3, 4], [12, 13, 14], 0.9)
        assert u == pytest.approx([1.2, 1.3, 1.4])
        result.series.timed = False
        assert answers._recovery(result) == (None, ())
        result.series = Fake(timed=True, column=lambda _: A([1.0, 2.0]))
        assert answers._recovery(result) == (None, ())


def test_what_vanishes_lies_between_two_spectra():
    made = Fake(series=a_series(spectrum((0, 2), level=-0.3), spectrum((10, 12), level=-0.2), spectrum((20, 22))))
    found = answers._vanish_measurands(1, made)
    ends = {name: (one.interval.low, one.interval.high) for name, one in found.items()}
    assert ends == {"vanish_level": (0.2, 0.3), "vanish_time": (1.0, 11.0)}
    assert list(answers._vanish_measurands(2, made)) == ["vanish_time"]  # its level is not known
    assert answers._vanish_measurands(None, made) == {}
    resting = Fake(series=a_series(spectrum(level=0.0), spectrum((NAN, NAN), level=0.0)))
    assert answers._vanish_measurands(1, resting) == {}


@pytest.mark.parametrize(("count", "told"), [(8, True), (7, False)])
def test_scatter_is_that_of_eight_spectra_at_least(count, told):
    r = 60 * np.exp(0.1 * (-1.0) ** np.arange(count))
    assert (flags._scatter(Fake(main=Fake(resistance=r, relative=np.full(count, 1e-3)))) > 0) == told
    assert flags._scatter(Fake(main=Fake(resistance=r, relative=np.zeros(count)))) == 0


@pytest.mark.parametrize(
    ("levels", "axis"), [([0.0, 0.1, 0.2], True), ([0.1, 0.1, -0.1, 0.2], False), ([NAN, 0.0, 0.1], False)]
)
def test_levels_are_an_axis_if_there_are_three(levels, axis):
    assert tables._by_level(Fake(series=Fake(column=lambda _: A(levels)))) == axis


def test_of_many_spectra_64_are_drawn_from_the_first_to_the_last():
    def result(count):
        one = trace([2.0, NAN, 1.0], [1 - 1j, 2 - 2j, 3 - 3j], [1, 1, 0])
        return Fake(series=Fake(items=[0] * count, spectra=[Fake(trace=one)] * count), followed=Fake(
            examined=[None] * count, fits=[Fake(fitted=None)] * count))  # fmt: skip

    for count, drawn in ((64, 64), (65, 64), (200, 64)):
        shown = tables._some_spectra(result(count))
        numbers = shown["z_k"].array()
        assert (len(numbers), numbers[0], numbers[-1]) == (drawn, 0, count - 1)
        assert np.diff(numbers).max() <= np.ceil((count - 1) / 63)
    assert (shown["z_f"].array()[0], shown["z_re"].array()[0], shown["z_im"].array()[0]) == (2.0, 1.0, -1.0)
    assert [shown[name].unit for name in ("z_f", "z_re", "z_fit_im", "z_k")] == ["Hz", "ohm", "ohm", ""]


def test_an_envelope_parts_where_nothing_was_recorded():
    t, values = np.arange(7.0), A([1, 2, NAN, 3, NAN, 5, 6.0])
    time, low, high = tables._envelope(t, values, A([2, 4]))
    np.testing.assert_array_equal(time[np.isnan(low)], [2, 4])
    assert {1.0, 2.0, 3.0, 5.0, 6.0} >= set(low[np.isfinite(low)])
    assert (np.nanmin(low), np.nanmax(high)) == (1.0, 6.0)
    assert list(time) == sorted(time)


# -- onsets and recoveries ---------------------------------------------------------------------


def bent(count, x0=10.0, curvature=0.02, sign=1):
    """Return levels 1, 2, … of 60 Ω that leave their line from x0 on, with the square of the excess."""
    level = np.arange(1.0, count + 1)
    value = 60 * (1 + sign * curvature * np.maximum(level - x0, 0) ** 2)
    return onset.Levels(level, value, np.full(count, 1e-4))


def found_in(levels, threshold=0.05, sustained=6):
    return onset.onset(levels, threshold, sustained, 50, 0.95, 0)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("count", "threshold"),
    [(16, 0.05), (16, 0.1), (14, 0.05), (30, 0.05)],
)
def test_an_onset_lies_where_the_threshold_is_passed(count, threshold, sign):
    found = found_in(bent(count, sign=sign), threshold)
    at = 10 + np.sqrt(threshold / 0.02)
    assert found.value == pytest.approx(at, abs=0.01)
    assert (found.below, found.beyond, found.sign) == (np.floor(at), np.ceil(at), sign)
    assert found.line == pytest.approx((60, 0), abs=0.02)


@pytest.mark.parametrize(("count", "sustained", "found"), [(14, 6, True), (13, 6, False), (13, 2, True)])
def test_an_onset_is_sustained_by_three_levels_or_by_as_many_as_are_asked_for(count, sustained, found):
    """5 % are passed between levels 11 and 12."""
    answer = found_in(bent(count), sustained=sustained)
    assert (answer.value is not None) == found
    if not found:
        assert (answer.below, answer.beyond, answer.low) == (float(count), None, None)


def test_levels_that_return_to_their_line_have_no_onset():
    levels = bent(20)
    levels.value[13:] = 60.0
    answer = found_in(levels)
    assert (answer.value, answer.below) == (None, 20.0)


@pytest.mark.parametrize(("x0", "told"), [(3.5, "value"), (1.5, "bound")])
def test_an_onset_within_the_first_four_levels_is_a_bound(x0, told):
    answer = found_in(bent(20, x0, 0.05))
    if told == "value":
        assert answer.value == pytest.approx(x0 + 1, abs=0.1)
        return
    assert (answer.value, answer.below, answer.beyond) == (None, None, 3.0)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("size", "first", "noise", "told"),
    [
        (0.2, 12, 0.0, True),
        (0.051, 12, 0.0, True),
        (0.049, 12, 0.0, False),
        (0.2, 12, 5e-3, True),
        (0.06, 12, 0.05, False),  # not beyond the scatter
        (0.2, 4, 1e-3, True),  # four levels are a line
        (0.2, 20, 1e-3, True),
        (0.2, 22, 1e-3, False),  # two levels are no more than two odd ones
    ],
)
def test_a_step_lies_between_its_two_levels(size, first, noise, told, sign):
    """Levels 1 to 24; R steps after the level `first`. No power law describes that."""
    levels = bent(24, 99.0)
    levels.value[first:] *= 1 + sign * size
    levels.value[:] *= 1 + noise * np.random.default_rng(2).standard_normal(24)
    found = found_in(levels)
    if not told:
        assert (found.value, found.below) == (None, 24.0)
        return
    assert (found.below, found.beyond, found.sign) == (first, first + 1, sign)
    assert found.value == pytest.approx(first + 0.5, abs=0.5)
    assert found.low >= first - 0.5
    assert found.high <= first + 1.5
    if noise == 0 and size < 0.1:
        assert (found.value, found.low, found.high) == (first + 0.5, first, first + 1)
        assert found.u == pytest.approx(1 / np.sqrt(12))
        assert found.line == pytest.approx((60, 0), abs=1e-6)


def test_the_interval_of_an_onset_is_that_of_what_is_drawn():
    drawn = np.linspace(11.5, 11.7, 201)
    with patch.object(onset.Bend, "drawn", lambda *_: drawn):
        found = onset.onset(bent(16), 0.05, 6, 50, 0.9, 0)
    assert (found.low, found.value, found.high) == pytest.approx((11.51, 11.6, 11.69))
    assert found.u == pytest.approx(np.std(drawn))


def test_a_deviation_is_from_a_line_with_a_slope():
    levels = onset.Levels(A([1.0, 2, 4]), A([12.0, 21, 9]), A([1e-3, 1e-3, 1e-3]))
    assert onset.deviation(levels, (10.0, 2.0)) == pytest.approx([0.0, 0.5, -0.5])
    assert onset._line(onset.Levels(A([1.0, 2, 4]), A([12.0, 14, 99]), A([0.1, 0.2, 9])), 2) == pytest.approx(
        (10, 2)
    )


def test_too_few_levels_say_nothing():
    assert found_in(bent(7, 3.0)) is None
    assert found_in(bent(8, 30.0)).below == 8.0


def falling(count, tau=3.0, excess=20.0, u=0.1, step=1.0, seed=1):
    """Return times, 60 Ω with an excess that falls by tau, with noise, and its uncertainty."""
    t = step * np.arange(float(count))
    noise = u * np.random.default_rng(seed).standard_normal(count)
    return t + 100, 60 + excess * np.exp(-t / tau) + noise, np.full(count, u)


def test_a_recovery_is_told_by_eight_spectra():
    assert recovery.recovery(*falling(7), 0.95) is None
    found = recovery.recovery(*falling(8), 0.95)
    assert found.tau == pytest.approx(3.0, rel=0.1)
    t, value, u = falling(9)
    value[4] = NAN
    assert recovery.recovery(t, value, u, 0.95).tau == pytest.approx(3.0, rel=0.1)
    value[5] = NAN
    assert recovery.recovery(t, value, u, 0.95) is None
    t, value, u = falling(8)
    u[3] = 0.0
    assert recovery.recovery(t, value, u, 0.95) is None


@pytest.mark.parametrize("sign", [1, -1])
def test_a_recovery_is_one_beyond_five_deviations(sign):
    """Of forty values the excess is known to about 0.1 Ω: one of 0.2 Ω is none, one of 1 Ω is."""
    assert recovery.recovery(*falling(40, 6.0, sign * 0.2), 0.95) is None
    found = recovery.recovery(*falling(40, 6.0, sign * 1.0), 0.95)
    assert found is not None
    assert found.rest == pytest.approx(60, abs=0.1)


@pytest.mark.parametrize(("share", "closed"), [(0.47, True), (0.53, False)])
def test_a_recovery_ends_if_its_time_is_less_than_half_of_the_rest(share, closed):
    found = recovery.recovery(*falling(60, share * 59, u=0.01), 0.95)
    assert found.tau == pytest.approx(share * 59, rel=0.02)
    assert (found.high is not None) == closed
    assert found.low < found.tau


def test_a_recovery_that_the_second_spectrum_does_not_see_is_bounded_from_above():
    """After ten time constants of 1 s nothing is left; none shorter than a third of those 10 s is tried."""
    t, value, u = falling(20, 1.0, step=10.0)
    found = recovery.recovery(t, value, u, 0.95)
    assert (found.low, found.u) == (None, np.inf)
    assert 10 / 3 < found.high < 4
    assert found.rest == pytest.approx(60, abs=0.1)


def test_a_recovery_is_found_in_any_unit_of_time():
    one, other = (recovery.recovery(*falling(40, 5 * step, step=step), 0.95) for step in (1.0, 3600.0))
    assert other.tau == pytest.approx(3600 * one.tau, rel=1e-6)
    assert (other.low, other.high) == pytest.approx((3600 * one.low, 3600 * one.high), rel=1e-5)
    assert other.u_rest == pytest.approx(one.u_rest, rel=1e-5)
    assert other.correlation == pytest.approx(one.correlation, abs=1e-4)
    assert other.curve == pytest.approx(one.curve, rel=1e-6)


def test_a_spectrum_that_is_lost_is_no_place_to_start_the_next_one_from():
    """Of 30 Ω in place of 60 Ω at half of the points: χ² is far beyond nine times the usual."""
    f, rng = np.geomspace(1e5, 1, 31), np.random.default_rng(5)
    z = 20 + 60 / (1 + 2j * np.pi * f * 1e-3)

    def examined(z):
        noisy = z * (1 + 1e-3 * (rng.standard_normal(31) + 1j * rng.standard_normal(31)))
        return SimpleNamespace(spectrum=Spectrum(Grid.of(f), noisy))

    made = follow._Chain(Model(parse("R(RQ)")), Noise(1e-3, 0.0, 20.0), SeriesParams())
    first, second = (made.next(examined(z)) for _ in range(2))
    assert (first.restarted, second.restarted) == (True, False)
    kept = made.last.copy()
    odd = np.where(np.arange(31) % 2, z, 20 + 30 / (1 + 2j * np.pi * f * 1e-3))
    made.next(examined(odd))
    assert list(made.last) == list(kept)
    fourth = made.next(examined(z))
    assert fourth.fitted.chi2 < 1.6 * fourth.fitted.freedom
    assert list(made.last) != list(kept)
    short = SimpleNamespace(spectrum=SimpleNamespace(z=np.zeros(7)))
    assert made.next(short).reason == "too-few-points"
    assert made.count == 4


# -- parts that are shared ---------------------------------------------------------------------


def test_shared_parts_are_named_with_or_without_spaces_or_refused():
    model = Model(parse("LR:hf (RQ):gb (RQ):int"))
    followed = SimpleNamespace(model=model, labels={0: "l", 1: "hf", 2: "gb", 3: "int"})
    for text, at in (("hf, gb,", [1, 2, 3, 4]), ("", []), (" gb ", [2, 3, 4]), ("int,l", [0, 5, 6, 7])):
        assert list(shared.shared_coordinates(followed, SeriesParams(shared=text))) == at
    with pytest.raises(Refusal, match="no part of the circuit is called x, y, but l, hf, gb, int") as caught:
        shared.shared_coordinates(followed, SeriesParams(shared="x,hf,y"))
    assert caught.value.where == "shared"


def test_whether_spectra_share_parts_is_the_least_p_of_the_first_the_middle_and_the_last():
    """With parts of its own χ² of 50 degrees of freedom falls to 50: by 2, 8 and 20 for two coordinates."""
    made = [SimpleNamespace(model=k, spectrum=None, noise=None, x=None, chi2=chi2)
            for k, chi2 in enumerate((52.0, 900.0, 58.0, 900.0, 70.0))]  # fmt: skip
    asked = []

    def alone(model, *_):
        asked.append(model)
        return SimpleNamespace(chi2=50.0, freedom=50)

    with patch.object(shared, "solve", alone):
        found = shared._together(made, 2)
        assert asked == [0, 2, 4]
        assert found == pytest.approx(fisher.sf(20 / 2, 2, 50))
        assert shared._together(made[:1], 2) == pytest.approx(fisher.sf(1, 2, 50))
        better = [SimpleNamespace(model=0, spectrum=None, noise=None, x=None, chi2=49.9)]  # of rounding
        assert shared._together(better, 2) == 1.0


@pytest.mark.parametrize(
    ("onset", "voltage", "said"), [(None, None, False), (1, None, True), (None, 1, True), (1, 1, True)]
)
def test_ranges_are_told_if_a_level_is_an_answer(onset, voltage, said):
    ranges = (("100 µA",), (), ("10 mA", "100 µA"))
    parts = [spectrum(number=k, ranges=one, limit=0.1 if one else NAN) for k, one in enumerate(ranges)]
    made = list(flags._of_ranges(Fake(series=a_series(*parts)), Fake(onset=onset, onset_voltage=voltage)))
    assert [flag.code for flag in made] == ["several-ranges", "current-range-unknown"] * said
    if said:
        assert "100 µA (from spectrum 0 on), 10 mA (from spectrum 2 on)" in made[0].message
        assert "in spectrum 1: there" in made[1].message

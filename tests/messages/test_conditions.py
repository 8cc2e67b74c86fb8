"""Each flag appears just inside its condition and not just outside: one row per side, with all codes due."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from echub.plugin import Interval, Measurand, Refusal
from echub_arrhenius.outcome import flags as arrhenius
from echub_cycling.outcome import staircase, symmetric
from echub_eis.drt import outcome as drt
from echub_eis.method import examine
from echub_eis.outcome import resistance
from echub_eis.series.outcome import flags as series
from echub_hiden import manifest
from echub_hiden.images import Stack
from echub_neware.signs import sign_notice
from echub_pulsed_stripping.outcome import flags as pulsed
from echub_relaxation import outcome as relaxation
from echub_sims_map.data import cube
from echub_sims_profile.data import counts as sims_counts
from tests.messages.saying import Fake

A = np.array


def codes(found):
    return {getattr(one, "code", None) or one.remark.code for one in found}


# -- impedance ---------------------------------------------------------------------------------


def _drt(outside=0.0, variance=1.0, least=None, p=0.5, support=1.0, bootstrap=10):
    examined = Fake(check=Fake(p=p))
    least = variance if least is None else least
    one = Fake(outside=outside, variance=variance, least=least, examined=examined, peaks=[Fake(support=support)])
    return drt._flags([one], Fake(support=50.0, bootstrap=bootstrap))


def _kk(p, largest, noise=0.01):
    found = Fake(
        p=p,
        largest=lambda _: largest,
        noise=Fake(sigma=lambda modulus: noise * modulus),
        residual=A([0.1, 0.2]),
    )
    spectrum = Fake(z=A([1.0, 1.0]), modulus=A([1.0, 1.0]), frequency=A([1.0, 10.0]))
    params = Fake(kk_p=0.01, kk_residual=1.0)
    with (
        patch.object(examine, "_linearity", lambda *_: []),
        patch.object(examine, "_is_mirrored", lambda *_: False),
    ):
        return examine._flags(Fake(), spectrum, found, params)


def _linearity(used=(True, True), **extras):
    extras = {"E_ac": (1.0, 1.0), **extras}
    trace = Fake(extras={k: A(v, dtype=float) for k, v in extras.items() if v}, used=A(used))
    return examine._linearity(trace, Fake(amplitude=30.0, thd=5.0))


def _masked(reasons, frequencies):
    n = len(reasons)
    return examine._mask_flags(
        Fake(reason=A(reasons, dtype=object), frequency=A(frequencies, dtype=float), row=np.arange(n))
    )


def _above_bulk(value, low, align=False):
    one = Measurand("S/cm", value, interval=Interval(low, 2 * value))
    return resistance._above_bulk({"conductivity": one}, Fake(bulk_conductivity=15.0, align_to_bulk=align))


def _series(correlation=0.0, timed=True, gone=None, scatter=1.0):
    spectra = Fake(timed=timed, spectra=[Fake(spectrum=1)], column=lambda _: np.ones(1), called=str)
    result = Fake(main=Fake(label="1"), chosen="1", series=spectra)
    recovered = Fake(correlation=correlation)
    found = Fake(recovered=recovered, gone=gone, levels=None, onset=None, onset_voltage=None, warmed=None)
    with (
        patch.object(series, "_of_lost_parts", lambda _: []),
        patch.object(series, "_scatter", lambda _: scatter),
    ):
        return list(series._of_answers(result, found))


def _scatter(sigma, u):
    """Second differences of independent values have √6 of their scatter."""
    r = np.exp(sigma * np.random.default_rng(1).standard_normal(4000))
    return series._scatter(Fake(main=Fake(resistance=r, relative=np.full(4000, u))))


# -- others ------------------------------------------------------------------------------------


def _relaxation(last=1.0, first=1e-3, runs=1.0, other=None):
    best = Fake(log_times=np.log([0.01, 0.1]), residuals=A([1.0]), form="double", aicc=0.0)
    fits = {} if other is None else {"stretched": Fake(resolved=other[0], aicc=other[1])}
    with patch.object(relaxation, "runs_p", lambda _: runs):
        return list(relaxation._flags(Fake(delay=A([0.0, first, last])), best, fits, Fake(offset=0.0)))


def _saturation(moved):
    """Return the flags of a slow time that an offset moves, and whose interval reaches to 2 × 0.1 in ln T1."""
    best = Fake(form="double", log_times=A([-5.0, -3.0]), uncertainty=lambda _: 0.1, parameters=4, rss=1.1)
    free = Fake(log_times=A([-5.0, -3.0 + moved]), offset=0.02, parameters=5, rss=1.0, freedom=20,
                curve=lambda _: A([1.0]))  # fmt: skip
    with patch.object(relaxation, "_half", lambda *_: 2.0):
        return list(relaxation._open(Fake(delay=A([1.0])), best, free, 0.95))


def _at_rest(level=0.01, share=0.1):
    train = Fake(threshold=Fake(level=level), sign=1, height=1.0, unit="mA")
    return pulsed._at_rest(train, Fake(at_rest=share, total=1.0))


def _after(end="cut_off", more=1, fresh=True):
    block = Fake(first=0, last=4 + more, fresh=fresh, number=1, before="plated")
    return pulsed._after(Fake(), block, Fake(pulses=range(5), end=end, t=[1.0]))


def _staircase(first=None, confirmed=True, error=0.0, off=0.2, slow=False, missing=0.0):
    level = A([1.0, 2.0, 3.0])
    behind = 9.0 if first == 1 else error  # noise behind the event does not count
    line = Fake(
        sign=1, first=first, confirmed=confirmed, error=A([np.nan, error, behind]), level=level,
        deviation=A([0.0, off, off]),
    )  # fmt: skip
    with (
        patch.object(staircase, "_slow_from_the_start", lambda *_: slow),
        patch.object(staircase, "_unsettled", lambda *_: missing),
    ):
        return staircase._flags(Fake(), line, Fake(deviation=10.0, tail=20.0))


def _skipped(longest):
    begin = np.cumsum([0.0, 110.0, 110.0, 100.0 + longest])
    return symmetric._skipped(Fake(halves=Fake(begin=begin, end=begin + 100.0)))


def _statistics(scatter, brightest=9):
    try:
        return cube.require_statistics(
            Fake(dispersion=scatter, dispersion_error=0.01, counts=A([brightest]), species="Na+")
        )
    except Refusal as refusal:
        return [refusal]


def _point(stated, scatter=0.01, energy=0.5):
    point = Fake(y=1.0, kelvin=300.0, outcome=Fake(label=""))
    fitted, line = Fake(points=[[point]], y=[1.0], weights=None), Fake(energy=energy, scatter=scatter)
    with patch.object(arrhenius, "own", lambda *_: stated):
        return arrhenius.point_flags(fitted, line, "ln y")


def _images(counts, polarity=1, dtype=float):
    notices = []
    stack = Stack("r", "Na+", polarity, A(counts, dtype=dtype))
    manifest._check_images([stack], notices)
    return notices


def _judged(y, quantity="ion_counts"):
    notices = []
    manifest._judged("Na+", A(y, dtype=float), quantity, Fake(where="p"), notices)
    return notices


def _suspected(rate=2e6, dead=None, origin="measured", mode="non_paralysable"):
    profile = Fake(channels=lambda: [("r", "Na+", 1)], x=A([np.nan]), n=A([rate * 0.001]), of=lambda *_: A([True]))
    data = Fake(items={"n"}, origin_of=lambda _: origin)
    return sims_counts._suspected(profile, data, Fake(dead_time=mode), 0.001, dead)


def _signs(against, along):
    current = A([-1.0] * against + [1.0] * along)
    return sign_notice(current, np.zeros(against + along, dtype=int), {0: "CC_Chg"})


TWO_FRAMES = [[[3.0, 2.0]], [[3.0, 2.0]]]
ROWS = {
    "drt: outside": (_drt(outside=0.1), {"mostly-outside-window"}),
    "drt: inside": (_drt(outside=0.099), set()),
    "drt: misfit": (_drt(variance=4.01), {"drt-does-not-fit"}),
    "drt: fits": (_drt(variance=4.0), set()),
    "drt: misfit of any": (_drt(variance=9.0, least=4.01), {"drt-does-not-fit"}),
    "drt: misfit of this grid": (_drt(variance=9.0, least=4.0), {"drt-not-resolved"}),
    "drt: noise not known": (_drt(variance=9.0, p=None), set()),
    "drt: weak peak": (_drt(support=0.49), {"peaks-without-support"}),
    "drt: strong peak": (_drt(support=0.5), set()),
    "drt: not resampled": (_drt(support=0.1, bootstrap=0), set()),
    "kk: consistent": (_kk(0.01, 0.5), set()),
    "kk: small": (_kk(0.0099, 0.01), {"kk-deviation-small"}),
    "kk: large": (_kk(0.0099, 0.0101), {"kk-inconsistent"}),
    "kk: not assessed": (_kk(None, 0.5), {"kk-not-assessed"}),
    "kk: noisy": (_kk(0.5, 0.5, 0.051), {"noisy"}),
    "kk: just not noisy": (_kk(0.5, 0.5, 0.049), set()),
    "eis: amplitude at the limit": (_linearity(E_ac=(30.0, 1.0)), set()),
    "eis: amplitude above": (_linearity(E_ac=(30.1, 1.0)), {"amplitude-large"}),
    "eis: amplitude above, masked": (_linearity((False, True), E_ac=(30.1, 1.0)), set()),
    "eis: amplitude unknown": (_linearity(E_ac=()), {"amplitude-unknown"}),
    "eis: amplitude zero": (_linearity(E_ac=(0.0, 0.0)), {"amplitude-unknown"}),
    "eis: distortion at the limit": (_linearity(thd_E=(5.0, 1.0)), set()),
    "eis: distortion above": (_linearity(thd_E=(5.1, 1.0)), {"nonlinear"}),
    "eis: distortion masked": (_linearity((False, True), thd_I=(9.0, 1.0)), set()),
    "mask: copy": (_masked(["", "copy", ""], [1, 1, 2]), {"copied-points"}),
    "mask: doubled": (_masked(["", "", ""], [1, 1, 2]), {"doubled-frequencies"}),
    "mask: negative": (_masked(["", "negative real part"], [1, 2]), {"negative-real-part"}),
    "mask: outlier": (_masked(["", "outlier"], [1, 2]), {"outliers"}),
    "mask: nothing": (_masked(["", "below f_min"], [1, 2]), set()),
    "bulk: above": (_above_bulk(0.03, 0.0151), {"conductivity-above-bulk"}),
    "bulk: within": (_above_bulk(0.03, 0.0149), set()),
    "bulk: aligned": (_above_bulk(0.03, 0.02, align=True), set()),
    "series: white": (_series(correlation=series.WHITE), set()),
    "series: not white": (_series(correlation=series.WHITE + 0.01), {"recovery-not-exponential"}),
    "series: the other sign": (_series(correlation=-0.9), set()),
    "series: scatter": (_series(scatter=series.SCATTER + 0.1), {"scatter-exceeds-uncertainty"}),
    "series: little scatter": (_series(scatter=series.SCATTER), set()),
    "series: no time": (_series(timed=False), {"no-time"}),
    "series: gone": (_series(gone=0), {"arcs-vanished"}),
    "relaxation: sound": (_relaxation(last=0.301), set()),
    "relaxation: plateau": (_relaxation(last=0.299), {"plateau-not-reached"}),
    "relaxation: starts": (_relaxation(first=0.011), {"starts-too-late"}),
    "relaxation: starts in time": (_relaxation(first=0.01), set()),
    "relaxation: runs": (_relaxation(runs=0.0009), {"form-does-not-fit"}),
    "relaxation: undecided": (_relaxation(other=(True, 5.9)), {"form-undecided"}),
    "relaxation: decided": (_relaxation(other=(True, 6.0)), set()),
    "relaxation: the saturation moves nothing": (_saturation(0.19), set()),
    "relaxation: the saturation moves a time": (_saturation(0.21), {"saturation-open"}),
    "relaxation: the saturation shortens a time": (_saturation(-0.21), {"saturation-open"}),
    "relaxation: not resolved": (_relaxation(other=(False, 1.0)), set()),
    "pulsed: offset": (_at_rest(), {"offset-current"}),
    "pulsed: small share": (_at_rest(share=0.0009), set()),
    "pulsed: small level": (_at_rest(level=0.0009), set()),
    "pulsed: negative share": (_at_rest(share=-0.1), {"offset-current"}),
    "pulsed: more": (_after(), {"continued-after-cut-off"}),
    "pulsed: no more": (_after(more=0), set()),
    "pulsed: without cut-off": (_after(end="end"), set()),
    "pulsed: not fresh": (_after(more=0, fresh=False), {"not-fresh"}),
    "staircase: linear": (_staircase(), {"no-event"}),
    "staircase: event": (_staircase(first=2), set()),
    "staircase: not confirmed": (_staircase(first=2, confirmed=False), {"event-not-confirmed"}),
    "staircase: falls": (_staircase(first=2, off=-0.2), {"falls-below-line"}),
    "staircase: one level": (_staircase(first=1), {"one-level-line"}),
    "staircase: slow": (_staircase(first=1, slow=True), set()),
    "staircase: settled": (_staircase(missing=0.02), {"no-event"}),
    "staircase: not settled": (_staircase(missing=0.021), {"no-event", "not-settled"}),
    "staircase: noise": (_staircase(error=0.11), {"no-event", "line-uncertain"}),
    "staircase: less noise": (_staircase(error=0.1), {"no-event"}),
    "symmetric: long rest": (_skipped(10 * symmetric.GAP + 101), {"rows-missing"}),
    "symmetric: rest of a half cycle": (_skipped(10 * symmetric.GAP + 100), set()),
    "map: as counts": (_statistics(1.2), set()),
    "map: over": (_statistics(1.21), {"overdispersed"}),
    "map: smooth": (_statistics(0.69), {"smoothed-image"}),
    "map: just not smooth": (_statistics(0.7), set()),
    "map: picture": (_statistics(2.1, 255), {"eight-bit-image"}),
    "map: bright": (_statistics(2.0, 255), {"overdispersed"}),
    "map: brighter than eight bits": (_statistics(2.1, 256), {"overdispersed"}),
    "arrhenius: uncertain": (_point(0.031), {"uncertain-point"}),
    "arrhenius: within scatter": (_point(0.03), set()),
    "arrhenius: uncertain beside a wide scatter": (_point(0.21, scatter=1.0), {"uncertain-point"}),
    "arrhenius: small beside no scatter": (_point(0.02, scatter=0.0), set()),
    "arrhenius: energy": (_point(0.0, energy=-0.01), {"negative-activation-energy"}),
    "images: sound": (_images(TWO_FRAMES), set()),
    "images: zero": (_images([[[0.0]], [[0.0]]]), {"all-zero"}),
    "images: negative": (_images([[[-1.0]], [[2.0]]]), {"negative-counts"}),
    "images: scaled": (_images([[[0.5]], [[1.0]]]), {"normalised-image"}),
    "images: fractions": (_images([[[0.5]], [[1.5]]]), {"not-counts"}),
    "images: eight bits": (_images([[[255]], [[3]]], dtype=np.uint8), {"eight-bit-image"}),
    "images: sixteen bits": (_images([[[255]], [[3]]], dtype=np.uint16), set()),
    "images: one frame": (_images([[[3.0]]]), {"one-frame"}),
    "images: polarity": (_images(TWO_FRAMES, polarity=-1), {"polarity-mismatch"}),
    "images: polarity not stated": (_images(TWO_FRAMES, polarity=0), set()),
    "profile: counts": (_judged([1, 2, 3]), set()),
    "profile: fractions": (_judged([1, 2.5, 3]), {"not-counts"}),
    "profile: rates": (_judged([1, 2.5, 3], "ion_count_rate"), set()),
    "profile: zero": (_judged([0, 0]), {"all-zero"}),
    "profile: negative": (_judged([-1, 2]), {"negative-counts"}),
    "profile: not finite": (_judged([1, np.nan]), {"not-finite"}),
    "dead time: suspected": (_suspected(), {"dead-time-suspected"}),
    "dead time: slow": (_suspected(rate=1e6), set()),
    "dead time: stated": (_suspected(dead=1e-8), set()),
    "dead time: corrected": (_suspected(origin="derived"), set()),
    "dead time: switched off": (_suspected(mode="none"), set()),
    "neware: against": (_signs(6, 94), {"sign-contradicted"}),
    "neware: a few": (_signs(5, 95), set()),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_a_flag_is_there_when_it_is_due_and_only_then(row):
    found, expected = ROWS[row]
    assert codes(found) == expected


def test_scatter_is_in_units_of_the_stated_uncertainty():
    assert _scatter(0.02, 0.02) == pytest.approx(1, abs=0.08)
    assert _scatter(0.06, 0.02) == pytest.approx(3, abs=0.25)


def test_rows_against_their_step_are_counted_among_all():
    (notice,) = _signs(6, 94)
    assert notice.message.startswith("in 6 of 100 rows the current is against the name of its step")

"""Further messages of analyses and readers, with numbers that all differ."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import polars as pl
import pytest

from echub.plugin import Refusal
from echub_arrhenius.outcome import comparison
from echub_cameca import profile as cameca_profile
from echub_ccd.method import answerable
from echub_cycling.outcome import symmetric
from echub_dc import data as dc_data
from echub_eclab import mpt
from echub_eis.method import answer
from echub_eis.outcome import fitting
from echub_eis.series.data import SeriesSpectrum, SpectrumSeries
from echub_eis.series.method import follow
from echub_eis.series.outcome import flags as series
from echub_pulsed_stripping.outcome import flags as pulsed
from echub_sims_map.data import cube
from echub_sims_map.method import search
from echub_sims_profile.method import pairing, sensitivity
from echub_table import columns, samples
from tests.messages.saying import Fake, Noting, said

A = np.array


def _dead(load):
    def run(notices):
        class_ = next(c for c in vars(cube).values() if hasattr(c, "_undead"))
        return class_._undead(Fake(load=load), "Na+", A([1.0, 30.0]), notices) and None

    return run


def _fits(notices):
    fits = [Fake(restarted=k in (0, 2, 3)) for k in range(5)]
    followed = Fake(model=Fake(circuit=None), texts=["R(RQ)", "R(RC)"], fits=fits)
    result = Fake(
        followed=followed,
        series=SpectrumSeries(
            tuple(SeriesSpectrum(0, k + 1, None, np.zeros(1)) for k in range(5)), None, "mA", ("a",), None, ()
        ),
        misfit=A([2.5, 2.5, 9.0]),
        together=Fake(p_shared=1e-9),
        params=Fake(shared="n"),
    )
    with (
        patch.object(series, "canonical", lambda _: "LR(RQ)"),
        patch.object(series, "crossed", lambda _: [1, 4]),
    ):
        return list(series._of_fits(result))


def _arcs(notices):
    found = Fake(
        examined=Fake(spectrum=Fake(frequency=A([1.0, 10.0]))),
        known={"2": Fake(relative=0.01, reasons=())},
        outside={},
        leaf=lambda _: Fake(symbol="Z"),
    )
    with (
        patch.object(answer, "_apex", lambda *_: 0.5),
        patch.object(answer, "is_identified", lambda *_: True),
        patch.object(answer, "_exponent_flags", lambda _: []),
    ):
        return answer._arc_flags(found, Fake())


def _rival(notices):
    known = {"1": Fake(low=9.0, high=11.0, value=10.0), "2": Fake(low=90.0, high=110.0, value=100.0)}
    found = Fake(fitted=None, known=known)
    with (
        patch.object(fitting, "_bic", lambda _: 0.0),
        patch.object(fitting, "_resistances", lambda _: {"resistance_1": 14.0, "resistance_2": 101.0}),
        patch.object(fitting, "is_identified", lambda *_: True),
    ):
        return list(fitting._rival_flags(found, [("circuit", "LR(RC)", Fake())], Fake(circuit="arcs")))


def _hidden(notices):
    """Pulses of 2 s each 10 s; a gap of 40 s and one of 30 s."""
    t = A([0, 10, 20, 60, 70, 100.0])
    train = Fake(edges=Fake(duration=A([2.0, 2.0])))
    rows = Fake(t=t, pulses=Fake(start=[1]))
    way = Fake(deciding=True)
    with patch.object(pulsed, "by_edges_of", lambda _: way):
        return pulsed._missing_rows(train, Fake(rest_s=18.0), rows, [way])


def _steps(notices):
    rate = Fake(t=A([0.0, 1.0]))
    data = {"t": A([0.0] * 12), "I": A([0.0] * 3 + [1.0] * 9), "U": A([0.0] * 3 + [0.01] * 9)}
    return dc_data.decay_of(Fake(items=data, row=list(range(100, 112)), name=""), rate)


def _text(notices):
    cells = pl.Series(["abc", "d"])
    columns._text(0, "U/V", cells, Fake(quantity="voltage", candidates=()), Noting(said=notices))


def _times(cells):
    def run(notices):
        column = Fake(quantity="time", header="time/s", attrs={}, values=None)
        with patch.object(mpt, "replace", lambda one, **_: one):
            mpt._timed(Fake(shown=""), column, pl.Series(cells), Fake(notices=notices))

    return run


def _samples(notices):
    sample = Fake(quantity="sample_id", values=A([0, 0, 1]), labels={0: "a", 1: "b"}, index=0)
    made = Fake(quantity="replicate", values=A([1, 2, 1]), labels={}, index=1)
    samples._replicates([sample, made], True, Noting(said=notices))


def _recoverable(notices):
    column = Fake(quantity=next(iter(cameca_profile._Y.values())), values=A([1.0, 2.0, 3.0]))
    counts = Fake(not_recoverable=A([True, True, False]), values=A([901.0, 950.0, 3.0]), items=[1])
    with (
        patch.object(cameca_profile, "_intensity", lambda *_: A([1.0, 2.0, 3.0])),
        patch.object(cameca_profile, "counts_of", lambda *_: counts),
        patch.object(cameca_profile, "_count_columns", lambda _: []),
    ):
        cameca_profile._counted(Fake(label="Na+"), [column], 1.0, Fake(fields=dict), notices)


def _coarse(notices):
    table = Fake(rows=A([2, 2, 3]), items=range(3))
    with patch.object(answerable, "_require_controlled_current", lambda _: None):
        answerable.require_answerable(Fake(table=table, meta=lambda _: True))


def _rises(notices):
    cell = Fake(halves=Fake(begin=A([0.0, 5.0, 7.0])), overpotential=A([0.1]), offset=0.0, per_area=True)
    with (
        patch.object(symmetric, "rises", lambda *_: 2),
        patch.object(symmetric, "_missing", lambda _: []),
        patch.object(symmetric, "soft_drop", lambda *_: None),
    ):
        return symmetric._flags(cell, Fake(confirmed=True), 9, 1, Fake(rise=3.0))


def _exponent(value):
    model = Fake(at=lambda *_: 0, leaves={3: Fake(symbol="Z")})
    return Fake(labels={3: "gb"}, model=model, fitted=Fake(natural=[value]))


def _stepped(_):
    with patch.object(answer, "gain_step", lambda _: Fake(size=-0.0123, frequency=456.0)):
        return answer._step_flags(Fake(lack_of_fit=1.5, fitted=None))


ROWS = {
    "arrhenius: chosen": (
        lambda _: comparison._flags(
            Fake(temperatures="30, 50", higher="a"), [[Fake(cell="1")], [Fake(cell="2")]], Fake(least=1e-9), []),
        "only 2 temperatures were compared (30, 50 °C), chosen by hand: if after seeing the data, p is too small"),
    "ccd: coarse": (
        _coarse,
        f"half of the half cycles have fewer than {answerable.LEAST_ROWS} rows (median 2)"),
    "symmetric: rises": (
        _rises,
        "R rises to more than 3 times the usual in half cycle 3: a contact is lost"),
    "dc: rows": (_steps, f"9 rows after the step, at least {dc_data.LEAST_ROWS} are needed"),
    "eclab: no times": (_times(["x", "y"]), "time/s: no cell is a time, the first is 'x': kept as text"),
    "eis: n at the limit": (
        lambda _: answer._exponent_flags(_exponent(0.9995)), "the exponent of gb is at its limit, 1"),
    "eis: n at the limit, where": (lambda _: answer._exponent_flags(_exponent(0.9995)), "n_gb"),
    "eis: n below a half": (
        lambda _: answer._exponent_flags(_exponent(0.43)),
        "the exponent of the arc gb is 0.43: below one half it is not the arc of an interface"),
    "eis: a tail": (
        lambda _: answer._tail_flags(Fake(chosen=Fake(text="LR(RQ)Q")), Fake(circuit="arcs")),
        "−Im still rises at the lowest frequency: taken as a tail; the sum holds what lies before it"),
    "eis: a tail, what helps": (
        lambda _: answer._tail_flags(Fake(chosen=Fake(text="LR(RQ)Q")), Fake(circuit="arcs")),
        "--param circuit='LR(RQ)Q' states that it is one"),
    "eis: a step": (
        _stepped,
        "|Z| steps by -1.23% below 456 Hz, as when the instrument changes its range: what lies on one side of it "
        "is off by that much, and no interval contains this"),
    "eis: a step, where": (_stepped, "456 Hz"),
    "eis: arc at the end": (
        _arcs, "the arc 2 has its apex at 0.5 Hz and is seen in part only: resistance_2 is extrapolated"),
    "eis: rival": (_rival, "LR(RC) fits as well, and gives resistance_1 14 Ω"),
    "series: none": (
        lambda _: follow.follow([(None, "noisy"), (None, "short"), (None, "noisy")], Fake()),
        "none of 3 spectra can be used: noisy, short"),
    "series: circuits": (
        _fits, "the spectra asked show R(RQ) and R(RC); all are fitted with LR(RQ)"),
    "series: crossed": (_fits, "time constants cross at spectra 2, 5: labels follow (ln τ, ln R)"),
    "series: again": (_fits, "2 spectra were fitted from new starting values, which was better: 3, 4"),
    "series: misfit": (
        _fits,
        "the residuals are 2.5 times the noise (median): LR(RQ) does not describe the spectra, and the intervals "
        "hold only if it does"),
    "series: shared": (
        _fits,
        "the spectra do not share n (p = 1e-09): what changes in it is taken for a change of the rest"),
    "pulsed: hidden": (_hidden, "2 gaps between rows, of up to 40 s, may hide pulses of 20 s each"),
    "map: dead time": (
        _dead(0.01), "Na+: the dead time hides up to 30 % of the ions; counts are corrected"),
    "map: saturated": (_dead(0.05), "Na+: counts times dead time over dwell time reach 1.50"),
    "map: reference": (
        lambda _: search._blank(
            Fake(region="r1", species="Na+"), [], Fake(names=[("r2", "", ""), ("r1", "", "")], ions=lambda _: []),
            Fake(reference="r2"), [], None),
        "the region r2 is not a reference for Na+ here"),
    "profile: bins": (
        lambda _: pairing.pivot(
            Fake(channels=lambda: [()], ordered=lambda: Fake(x=A([0.0, 4.0, 8.0])), x=A([0.0, 8.0]), unit="nm"),
            2.5),
        "bins of 2.5 nm are finer than the points, 4 nm apart"),
    "profile: factor": (
        lambda _: sensitivity._matrix_mean(
            Fake(region="r", window="w", polarity=1, species="Na+"), {"matrix": "Si+"}, []),
        "the factor of Na+ is per ratio to Si+, which was not measured in that polarity"),
    "table: text": (_text, "U/V should be voltage but holds text such as 'abc'; kept as text"),
    "table: replicates": (_samples, "up to 2 replicates, fewer for b"),
    "cameca: recoverable": (
        _recoverable,
        f"Na+: 2 of 3 points exceed {cameca_profile.RECOVERABLE} counts, not recoverable"),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_a_message_says_the_numbers_of_the_input(row):
    function, expected = ROWS[row]
    assert expected in said(function)


def test_all_refusals_are_read_by_the_helper():
    def refuses(_):
        raise Refusal("x", "seven of nine", hint="take ten")

    assert {"seven of nine", "take ten"} <= set(said(refuses))

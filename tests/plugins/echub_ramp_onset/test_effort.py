"""What is left out to be fast changes no value: counted and compared with the plain way, never timed."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import echub
from echub_ramp_onset.method import crossing, interval, robust

RAMP = Path(__file__).parents[3] / "fixtures" / "eclab" / "ramp.mpr"
FEW = 18
"""Fits of one ramp: three searches of about six, of which two share the first ones."""


def answer():
    return echub.analyze("ramp-onset", RAMP, metadata={"cell.configuration": "two_electrode"})


def test_no_rows_are_fitted_twice_for_one_window(monkeypatch):
    fitted = Counter()
    fit_line = robust.fit_line

    def counted(trace, grid, params, until):
        span = robust.span_of(trace, params, until)
        fitted[params.window, span.first, span.stop] += 1
        return fit_line(trace, grid, params, until)

    monkeypatch.setattr(robust, "fit_line", counted)
    assert answer().status != "refused"
    assert len({window for window, _, _ in fitted}) == 2
    assert set(fitted.values()) == {1}
    assert len(fitted) <= FEW


def test_a_second_search_with_kept_fits_finds_what_it_would_alone(monkeypatch):
    kept = answer()
    fitted = robust._fitted

    def afresh(trace, grid, params, until):
        trace.tried.clear()
        return fitted(trace, grid, params, until)

    monkeypatch.setattr(robust, "_fitted", afresh)
    assert answer().to_json() == kept.to_json()


def test_a_fit_that_is_kept_ends_where_it_was_asked_to(monkeypatch):
    seen = []
    searched = robust.self_consistent
    monkeypatch.setattr(robust, "self_consistent", lambda *given: seen.append(given) or searched(*given))
    answer()
    trace, grid, params = seen[0]
    until = 600.0
    while robust.span_of(trace, params, until)[2:] != robust.span_of(trace, params, until + 0.05)[2:]:
        until += 0.05
    first, second = (robust._fitted(trace, grid, params, end)[0].line for end in (until, until + 0.05))
    assert second.end - first.end == pytest.approx(0.05 * params.fit_fraction)
    assert second.slope == first.slope


@pytest.mark.parametrize("name", ["start", "window", "threshold", "guard", "sustain"])
def test_a_fit_is_not_taken_for_that_of_another_parameter(monkeypatch, name):
    seen = []
    searched = robust.self_consistent
    monkeypatch.setattr(robust, "self_consistent", lambda *given: seen.append(given) or searched(*given))
    answer()
    trace, grid, params = seen[0]
    robust._fitted(trace, grid, params, 600.0)
    kept = len(trace.tried)
    robust._fitted(trace, grid, replace(params, **{name: 1.01 * getattr(params, name)}), 600.0)
    assert len(trace.tried) == kept + 1


def test_what_is_kept_is_gone_with_the_trace(monkeypatch):
    kept = []
    fitted = robust._fitted

    def watched(trace, grid, params, until):
        found = fitted(trace, grid, params, until)
        kept.append(weakref.ref(grid))
        return found

    monkeypatch.setattr(robust, "_fitted", watched)
    gc.disable()
    try:
        answer()
        assert not any(grid() for grid in kept)
    finally:
        gc.enable()


def plain_place(values, limit, half):
    """Place crossings by the medians of all windows."""
    places = []
    for row in values:
        smooth = [np.median(row[k : k + 2 * half + 1]) for k in range(len(row) - 2 * half)]
        shares = []
        for a, b in zip(np.array(smooth) - limit, np.array(smooth)[1:] - limit, strict=False):
            low, high = min(a, b), max(a, b)
            shares.append(1.0 if high <= 0 else 0.0 if low > 0 else -low / (high - low))
        places.append(sum(shares) + half)
    return places


@pytest.mark.parametrize("half", [0, 1, 4, 10])
def test_crossings_by_counting_are_those_of_all_medians(half):
    rng = np.random.default_rng(half)
    values = np.linspace(-1, 1, 65) + rng.normal(0, 0.6, (50, 65))
    values[3] = np.round(values[3])  # many equal values, some of them the limit
    np.testing.assert_allclose(crossing.place(values, 0.0, half), plain_place(values, 0.0, half), rtol=1e-13)
    always, never = np.full((1, 65), 2.0), np.full((1, 65), -2.0)
    assert crossing.place(always, 0.0, half)[0] == half
    assert crossing.place(never, 0.0, half)[0] == 64 - half


def test_a_crossing_beside_a_value_that_is_missing_has_no_place():
    values = np.linspace(-1, 1, 65)[None].repeat(2, axis=0)
    values[1, 20] = np.nan
    first, second = crossing.place(values, 0.0, 10)
    assert first == pytest.approx(32.0)
    assert np.isnan(second)


@pytest.mark.parametrize("count", [7, 200, 20_000, 777])
@pytest.mark.parametrize("part", [0.025, 0.5, 0.975])
def test_ends_of_an_interval_are_those_of_numpy(count, part):
    rng = np.random.default_rng(count)
    for values in rng.normal(0.0, 1.0, (20, count)):
        assert interval._quantile(values, part) == np.quantile(values, part)


def test_the_course_around_a_crossing_is_that_of_the_whole_trace():
    u, half = np.random.default_rng(5).normal(0, 1, 120).cumsum(), 10
    inner = [np.median(u[k - half : k + half + 1]) for k in range(half, 120 - half)]
    whole = np.pad(inner, half, mode="edge")
    for low, high in ((0, 65), (30, 95), (60, 120), (0, 120)):
        np.testing.assert_array_equal(interval._smooth_course(u, half, low, high), whole[low:high])

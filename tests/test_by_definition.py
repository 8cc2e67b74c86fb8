"""Small facts by their definition: recipes, tables of units, keys of caches, what a figure draws."""

from __future__ import annotations

import math
import os
import threading
import time
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from echub import cli
from echub.analysis import study
from echub.drawing.canvas import new_figure
from echub.files import output
from echub.files.annotations import Annotations
from echub.model import polar
from echub.model.spectra import numbered
from echub.model.units import scale_between
from echub.model.workers import in_order
from echub.plugin import Interval, Measurand, Outcome, Series, SourceColumn, build_dataset
from echub.registry.registry import registry
from echub.testing.synth.foreign import ramp_onset as foreign
from echub_ccd.figure import weibull
from echub_dc import data as dc_data
from echub_dc.method import decay as dc_decay
from echub_eclab import mpt
from echub_eis.drt import figure as drt_figure
from echub_eis.series.method import onset as series_onset
from echub_ramp_onset.outcome import diagnostics
from echub_sims_profile.data import depth
from echub_sims_profile.method import yields
from echub_table.cells import Splitter
from echub_table.columns import Findings, source_columns
from tests.messages.saying import Fake

A = np.array

# -- recipes and units ---------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", sorted(polar.RULES))
def test_a_recipe_of_an_impedance_computes_what_it_says(quantity):
    """The formula as printed, with its columns as numbers, is the value; phases are in degrees."""
    first, second, function, formula = polar.RULES[quantity]
    z = -3.0 - 4.0j
    known = {"real": z.real, "imag": z.imag, "abs": abs(z)}
    columns = {
        name: math.degrees(np.angle(z)) if name.startswith("phase") else known[name.rpartition("_")[2]]
        for name in (first, second)
    }
    radians = {name: math.radians(v) if name.startswith("phase") else v for name, v in columns.items()}
    text = formula.replace("·", "*").replace("²", "**2")
    functions = {"cos": math.cos, "sin": math.sin, "sqrt": math.sqrt, "atan2": math.atan2}
    said = eval(text, functions, radians)  # a formula of our own, with names that are columns
    said = math.degrees(said) if quantity.startswith("phase") else said
    assert float(function(A([columns[first]]), A([columns[second]]))[0]) == pytest.approx(said)


@pytest.mark.parametrize(("table", "base"), [(depth._SECONDS, "nm/s"), (depth._LENGTHS, "nm")])
def test_units_of_a_table_are_those_of_the_hub(table, base):
    for unit, factor in table.items():
        assert factor == pytest.approx(float(scale_between(unit, base).factor)), unit


# -- keys and files ------------------------------------------------------------------------------


def key_of(**changes):
    step = study.Step("a", "ramp-onset", **changes)
    return study._key(study._Asked(step, "x", (), (), Annotations(), 0, Path()))


@pytest.mark.parametrize(
    "change",
    [
        {"select": "cycle == 2"},
        {"time": (0.0, 5.0)},
        {"reader": "table"},
        {"columns": {"U": "Ewe"}},
        {"each": "cycle"},
        {"params": {"window": "20 s"}},
        {"profile": "lowack2026"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_stored_answer_belongs_to_every_choice_of_its_step(change):
    assert key_of(**change) != key_of()


DAYS = 86_400


@pytest.mark.parametrize(
    ("owner", "age", "stays"),
    [("", 0.999, True), ("", 1.001, False), ("2-of-3", 9, True), ("1-of-3", 0, False)],
)
def test_only_temporary_files_of_dead_runs_are_removed(tmp_path, owner, age, stays):
    """Those of this run, which is the only one of its mark, and after a day those of nobody."""
    path = tmp_path / f".echub-{owner}{'.' if owner else ''}0123456789abcdef.part"
    path.write_bytes(b"")
    os.utime(path, (time.time() - age * DAYS,) * 2)
    output.remove_stale(tmp_path, "1-of-3")
    assert path.exists() is stays


def test_what_is_not_started_is_not_done_after_an_error():
    started, enough = [], threading.Event()

    def work(item):
        started.append(item)
        if item == 0:
            raise ValueError("damaged")
        enough.wait(0.2)

    with pytest.raises(ValueError, match="damaged"):
        list(in_order(work, range(9), workers=2))
    assert 3 not in started


# -- figures and their series ----------------------------------------------------------------------


def test_cells_stand_at_the_middle_of_their_rank():
    median = Measurand("mA/cm^2", 2.0, 0.1, Interval(1.5, 2.5, level=0.95))
    shown = {
        "level": Series.of([0.0, 4.0], "mA/cm^2"), "fraction": Series.of([0.0, 1.0]),
        "low": Series.of([2.0, 1.0, 3.0, 1.5]), "high": Series.of([2.5, 1.5, np.nan, 2.0]),
        "median": Series.of([2.0]), "ends": Series.of([1.5, 2.5]),
    }  # fmt: skip
    figure = new_figure()
    weibull.draw(Outcome({"median": median}, diagnostics=shown), figure)
    lines = figure.axes[0].collections[0].get_segments()
    assert [(a[0], b[0], a[1]) for a, b in lines] == [
        (2.0, 2.5, 0.625), (1.0, 1.5, 0.125), (3.0, 4.0, 0.875), (1.5, 2.0, 0.375)
    ]  # fmt: skip


def test_a_fit_lies_on_its_spectrum_capacitive_upwards():
    shown = {
        "tau": A([0.01, 1.0]), "gamma": A([1.0, 2.0]), "low": A([0.5, 1.5]), "high": A([1.5, 2.5]),
        "window": A([0.02, 0.5]), "peak_tau": A([0.1]), "peak_support": A([0.96]), "per_decade": A([True]),
        "re": A([1.0, 2.0]), "im": A([-0.5, -0.25]), "fit_re": A([1.0, 2.0]), "fit_im": A([-0.5, -0.25]),
    }  # fmt: skip
    figure = new_figure()
    drt_figure._one(figure, shown)
    points, fit = figure.axes[1].lines
    assert points.get_ydata().tolist() == fit.get_ydata().tolist() == [0.5, 0.25]
    spans = figure.axes[0].patches
    assert [(p.get_x(), p.get_x() + p.get_width()) for p in spans] == [(0.01, 0.02), (0.5, 1.0)]
    (peak,) = [line for line in figure.axes[0].lines if line.get_marker() == "v"]
    assert peak.get_markerfacecolor() == drt_figure.RED


def test_deviation_and_what_is_resolvable_are_in_percent():
    grid = Fake(t=A([0.0, 1.0]), x=A([0.1, 0.2]), u=A([1.0, 2.0]), mean=lambda u, _: u)
    line = Fake(at=lambda x: x, begin=3.0, end=9.0)
    deviation = Fake(grid=grid, line=line, noise=A([0.01, 0.02]), value=A([0.05, 0.06]))
    made = diagnostics.robust_series(
        Fake(deviation=deviation, t=5.0, x=0.3), Fake(unit="mA"), Fake(guard=2.0, threshold=5.0, window=30.0)
    )
    assert (made["deviation"].unit, made["deviation"].values) == ("%", pytest.approx((5.0, 6.0)))
    assert (made["resolvable"].unit, made["resolvable"].values) == ("%", pytest.approx((2.0, 4.0)))
    assert made["fit"].values == (3.0, 9.0)
    assert (made["onset"].values, made["onset_x"].values) == ((5.0,), (0.3,))


# -- methods -------------------------------------------------------------------------------------


def test_the_truth_of_a_law_that_comes_back_is_its_last_crossing():
    law = foreign.excursion(0.35, 0.1, 0.02, 0.2)
    assert foreign.truth_of(law, 0.5) == pytest.approx(0.35, abs=1e-5)
    assert foreign.truth_of(foreign.ohmic(), 0.5) == math.inf
    assert foreign.truth_of(foreign.steep(0.3, 0.03), 0.5) == pytest.approx(0.3, abs=1e-5)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_decay_is_turned_with_its_offset(sign):
    rest = 40
    data = {
        "t": np.arange(200.0),
        "I": 2.0 + sign * np.where(np.arange(200) < rest, 0.0, 10.0),
        "U": sign * np.where(np.arange(200) < rest, 0.0, 0.01),
    }
    params = Fake(offset=2.0, offset_uncertainty=0.5, range_accuracy=0.1)
    columns = type("Columns", (Fake,), {"__len__": lambda self: 200})
    found = dc_data.decay_of(columns(items=data, row=list(range(200)), name=""), params)
    assert found.current == pytest.approx(np.full(160, 10.0))
    assert (found.step, found.sign, found.offset) == (0.01, sign, sign * 2.0)


@pytest.mark.parametrize("taus", [(5.0,), (5.0, 50.0)])
def test_each_exponential_costs_two_parameters(taus):
    """A constant, and a size and a time for each exponential: n - 2k - 1 degrees of freedom."""
    t = np.arange(1.0, 21.0)
    one, two = ((A(taus[:1]), np.ones(2), 3.0), (A([5.0, 50.0]), np.ones(3), 3.0 if len(taus) == 1 else 1e-9))
    with (
        patch.object(dc_decay, "_averaged", lambda _: (t, t, np.ones(20))),
        patch.object(dc_decay, "_fitted", lambda *given: one if given[-1] == 1 else two),
        patch.object(dc_decay, "_variance", lambda *_: 4.0),
    ):
        found = dc_decay.exponentials(Fake(time=t, span=20.0))
    least = 3.0 if len(taus) == 1 else 1e-9
    assert found.u == pytest.approx(np.sqrt(4.0 * least / (20 - 2 * len(taus) - 1)))


def test_loops_start_at_their_rows_and_the_last_ends_the_table():
    prose = Fake(loops=[(0, 3), (4, 9)], sequences=[], notices=[], modifications=[])
    assert mpt._settings([], prose, 10)["loop"] == {"first_rows": [0, 4, 10]}
    assert prose.notices == []


@pytest.mark.parametrize(
    ("first", "given"), [(series_onset.LEAST_LINE, True), (series_onset.LEAST_LINE - 1, False)]
)
def test_an_onset_needs_four_levels_on_its_line_and_no_more(first, given):
    level = np.arange(1.0, 13.0)
    value = np.where(np.arange(12) < first, 10.0, 20.0)
    levels = series_onset.Levels(level, value, np.full(12, 0.01))
    bend = Fake(
        crossing=lambda _: (level[first] - 0.1, 1),
        gain=1e3,
        memory=0.0,
        drawn=lambda *_: np.full(50, level[first] - 0.1),
    )
    with (
        patch.object(series_onset, "Bend", lambda *_: bend),
        patch.object(series_onset, "_line", lambda *_: (10.0, 0.0)),
        patch.object(series_onset, "_step", lambda *_: None),
    ):
        found = series_onset.onset(levels, 0.05, 3, 10, 0.95, 0)
    assert found.beyond == level[first]
    assert (found.value is not None) is given


def test_the_width_of_an_edge_is_two_standard_deviations():
    x = np.arange(40.0)
    fitted = A([0.0, 5.0, 20.0, math.log(3.0), math.log(2.0)]), 1.0
    with (
        patch.object(yields, "_fitted", lambda *_: fitted),
        patch.object(yields, "_scores", lambda *_: (np.ones(30), np.full(30, 9.0))),
        patch.object(yields, "_places", lambda *_: np.arange(30.0)),
    ):
        found = yields.yield_change(A([0.0, 5.0, 10.0, 1.0]), x, np.ones(40), np.ones(40), 1.0)
    assert (found.width, found.factor, found.position) == pytest.approx((6.0, 2.0, 20.0))


@pytest.mark.parametrize("hanging", [",", ";"])
def test_a_cell_that_ends_with_another_delimiter_is_a_text(hanging):
    assert Splitter(" ").kinds(f"1{hanging} 2") == Splitter(" ").kinds("a 2")


def test_a_column_that_is_left_out_is_named_by_its_place_from_one():
    found = Findings()
    dialect = Fake(columns="nnn", names=("a", "b", ""), decimal=".", name_of=("a", "b").__getitem__)
    numbers = np.arange(3.0)
    meant = [Fake(reference="", quantity=None, origin="measured", said_by="", unit=None, negate=False)] * 3
    table = Fake(columns=[numbers, numbers, np.full(3, np.nan)], decimals={})
    assert [c.header for c in source_columns(dialect, table, meant, found, {})] == ["a", "b"]
    assert [d.what for d in found.dropped] == ["column 3"]


# -- declarations and counters ---------------------------------------------------------------------


@pytest.mark.parametrize("counter", ["step_execution", "step", "cycle", "technique"])
def test_every_counter_that_changes_starts_a_spectrum(counter):
    """Two sweeps that go on falling in frequency: only the counter tells them apart."""
    columns = [
        SourceColumn("f", A([8.0, 4.0, 2.0, 1.0]), "frequency", "Hz", index=0),
        SourceColumn("n", A([1, 1, 2, 2]), counter, "1", index=1),
    ]
    numbers = numbered(build_dataset("impedance", columns))
    assert numbers["spectrum"].tolist() == [0, 0, 1, 1]
    assert f"{counter} changes" in numbers.columns["spectrum"].attrs["recipe"]


@pytest.mark.parametrize(("broken", "code"), [(BrokenPipeError(32, "closed"), 1), (OSError(28, "full"), 2)])
def test_an_output_that_nobody_reads_and_a_full_disk_end_differently(broken, code, monkeypatch):
    def fails(_):
        raise broken

    monkeypatch.setattr(cli, "_run", fails)
    monkeypatch.setattr(cli.os, "dup2", lambda *_: None)
    monkeypatch.setattr(cli.sys, "stdout", Fake(fileno=lambda: 1, write=len, flush=lambda: None))
    with pytest.raises(SystemExit) as ended:
        cli._main()
    assert ended.value.code == code


def test_what_plugins_declare_beside_the_usual():
    """A damaged Neware file is asked about, and the sputter time of several regions of a map may start again."""
    assert registry().reader("neware").intact == "echub_neware.intact:is_intact"
    needs = {need.name: need for need in registry().analyses["sims-map"].columns}
    assert needs["t"].restarts

"""The first picture of a file: what is drawn, in which units, and the same bytes twice."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import echub
from echub.errors import DataError, PluginError, SelectionError, UnknownColumn, UnknownOption
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Provenance, Record

pytest.importorskip("matplotlib")
from echub import drawing
from echub.analysis import figures

NAN = np.nan


def series(time=(0.0, 1.0, 2.0), **columns):
    built = [SourceColumn("time/s", time, "time", "s")]
    built += [
        SourceColumn(q, v, q, {"voltage": "V", "current": "mA", "temperature": "degC"}[q])
        for q, v in columns.items()
    ]
    return Record([build_dataset("timeseries", built)])


def labels(figure):
    return [(axis.get_xlabel(), axis.get_ylabel()) for axis in figure.axes]


def lines(axis):
    return [(line.get_xdata().tolist(), line.get_ydata().tolist()) for line in axis.lines]


# -- time series ---------------------------------------------------------------------------------


def test_potential_stands_above_current_with_symbols_and_units():
    figure = figures.plot(series(voltage=[1, 2, 3], current=[4, 5, 6]), title="run.mpr")
    assert labels(figure) == [("", "$U$ / V"), ("$t$ / s", "$I$ / mA")]
    upper, lower = figure.axes
    assert lines(upper) == [([0, 1, 2], [1, 2, 3])]
    assert lines(lower) == [([0, 1, 2], [4, 5, 6])]
    assert figure.get_suptitle() == "run.mpr"


@pytest.mark.parametrize(
    ("span", "unit", "length"),
    [(299.0, "s", 1), (300.0, "min", 60), (7199.0, "min", 60), (7200.0, "h", 3600), (172800.0, "d", 86400)],
)
def test_time_is_in_the_unit_that_reads_well(span, unit, length):
    figure = figures.plot(series([0.0, NAN, span], voltage=[1, 2, 3]))
    assert figure.axes[-1].get_xlabel() == f"$t$ / {unit}"
    assert figure.axes[0].lines[0].get_xdata()[-1] == span / length


def test_a_restart_of_the_clock_breaks_the_line():
    figure = figures.plot(series([0.0, 1.0, 0.0, 1.0], voltage=[1, 2, 3, 4]))
    (line,) = figure.axes[0].lines
    np.testing.assert_array_equal(line.get_data(), [[0, 1, NAN, 0, 1], [1, 2, NAN, 3, 4]])


def test_a_series_without_any_time_is_drawn_empty_and_not_a_crash(tmp_path):
    drawing.save(figures.plot(series([NAN, NAN], voltage=[1, 2])), tmp_path / "a.svg", "svg")
    assert (tmp_path / "a.svg").stat().st_size


def test_one_column_has_one_panel():
    assert labels(figures.plot(series(temperature=[20, 21, 22]))) == [("$t$ / s", "$T$ / °C")]


# -- impedance -----------------------------------------------------------------------------------


def spectra(times=1):
    frequency = np.tile([1000.0, 100.0, 10.0], times)
    columns = [
        SourceColumn("f", frequency, "frequency", "Hz"),
        SourceColumn("Re", np.tile([1.0, 3.0, 5.0], times), "impedance_real", "ohm"),
        SourceColumn("Im", np.tile([-1.0, -2.0, -1.0], times), "impedance_imag", "ohm"),
    ]
    return Record([build_dataset("impedance", columns)])


def test_nyquist_has_equal_axes_and_capacitive_up():
    nyquist, modulus, phase = figures.plot(spectra()).axes
    assert nyquist.get_aspect() == 1.0
    assert (nyquist.get_xlabel(), nyquist.get_ylabel()) == ("Re $Z$ / Ω", "−Im $Z$ / Ω")
    assert lines(nyquist) == [([1, 3, 5], [1, 2, 1])]
    assert (modulus.get_xscale(), modulus.get_yscale(), phase.get_xscale()) == ("log", "log", "log")
    assert modulus.lines[0].get_ydata() == pytest.approx(np.sqrt([2, 13, 26]))
    assert phase.lines[0].get_ydata()[0] == pytest.approx(-45.0)


def test_every_sweep_is_a_line_of_its_own():
    assert len(figures.plot(spectra(3)).axes[0].lines) == 3


def test_modulus_and_phase_do_as_well():
    columns = [
        SourceColumn("f", [10.0, 1.0], "frequency", "Hz"),
        SourceColumn("Z", [2.0, 4.0], "impedance_abs", "ohm"),
        SourceColumn("phi", [-90.0, 0.0], "phase", "deg"),
    ]
    nyquist = figures.plot(Record([build_dataset("impedance", columns)])).axes[0]
    assert nyquist.lines[0].get_xdata() == pytest.approx([0.0, 4.0], abs=1e-12)
    assert nyquist.lines[0].get_ydata() == pytest.approx([2.0, 0.0])


def test_impedance_comes_before_the_time_series(eclab):
    record = echub.read(eclab / "geis_with_dc.mpr")
    assert set(record) == {"timeseries", "impedance"}
    nyquist, _, _, potential, _ = figures.plot(record).axes
    assert nyquist.get_aspect() == 1.0
    assert len(potential.lines[0].get_xdata()) == record["timeseries"].rows


# -- choosing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what", [Path, str, Path.read_bytes, lambda path: [path], lambda path: (path.read_bytes(),)]
)
def test_one_file_is_a_path_a_text_or_its_bytes_and_may_stand_in_a_list(eclab, what):
    """A text and bytes are sequences too: of letters and of numbers, none of which is a file."""
    plain = figures.plot(echub.read(eclab / "cp.mpr"))
    drawn = figures.plot(what(eclab / "cp.mpr"))
    assert [lines(axis) for axis in drawn.axes] == [lines(axis) for axis in plain.axes]


def test_select_works_where_its_columns_are(eclab):
    record = echub.read(eclab / "geis_with_dc.mpr")
    figure = figures.plot(record, select="frequency > 1000")
    assert len(figure.axes) == 3
    assert min(figure.axes[1].lines[0].get_xdata()) > 1000


@pytest.mark.parametrize(
    ("select", "error"),
    [("nothing > 1", UnknownColumn), ("time ** 2 > 1", SelectionError), ("time > 1e9", DataError)],
)
def test_a_selection_that_leaves_nothing_is_refused(eclab, select, error):
    with pytest.raises(error):
        figures.plot(echub.read(eclab / "geis_with_dc.mpr"), select=select)


@pytest.mark.parametrize(
    "record",
    [
        Record([]),
        Record([build_dataset("acme_curve", [])]),
        Record([build_dataset("timeseries", [SourceColumn("E", [1.0], "voltage", "V")])]),
        Record([build_dataset("timeseries", [SourceColumn("t", [1.0], "time", "s")])]),
        Record([build_dataset("impedance", [SourceColumn("f", [1.0], "frequency", "Hz")])]),
    ],
)
def test_what_has_no_picture_is_refused(record):
    with pytest.raises(DataError):
        figures.plot(record)


# -- files ---------------------------------------------------------------------------------------

STARTS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.mark.parametrize("form", sorted(STARTS))
@pytest.mark.parametrize("name", ["cp", "peis"])
def test_the_same_picture_has_the_same_bytes_in_every_process(tmp_path, eclab, form, name):
    code = (
        "import sys, pathlib, echub\nfrom echub import drawing\nfrom echub.analysis import figures\n"
        "figure = figures.plot(echub.read(sys.argv[1]), title='a $ name $')\n"
        "drawing.save(figure, pathlib.Path(sys.argv[2]), sys.argv[3])"
    )
    written = []
    for number in (1, 2):
        target = tmp_path / str(number)
        command = [sys.executable, "-c", code, str(eclab / f"{name}.mpr"), str(target), form]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": str(number)})
        written.append(target.read_bytes())
    assert written[0] == written[1]
    assert written[0].startswith(STARTS[form])


@pytest.mark.parametrize("title", ["a$b", "$\\frac$", "50% {x}_y^z", "\\alpha"])
def test_a_name_is_no_formula(tmp_path, title):
    drawing.save(figures.plot(series(voltage=[1, 2, 3]), title=title), tmp_path / "a.svg", "svg")
    assert (tmp_path / "a.svg").stat().st_size


@pytest.mark.parametrize("name", ["a.gif", "a", "svg", "a.svg.txt"])
def test_another_format_is_refused(name):
    with pytest.raises(UnknownOption, match="has no picture format") as refused:
        figures.require_format(Path(name))
    assert refused.value.expected == ".svg or .png or .pdf"


@pytest.mark.parametrize("name", ["a.svg", "a.PNG", "a.b.pdf"])
def test_a_format_that_is_known(name):
    assert figures.require_format(Path(name)) is None


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(PluginError, match="matplotlib is not installed") as refused:
        figures.plot(series(voltage=[1, 2, 3]))
    assert refused.value.hint == "pip install 'echub[plot]'"


# -- many spectra --------------------------------------------------------------------------------


def many(count, *, bad=(), **columns):
    frequency = np.tile(np.logspace(3, 0, 7), count)
    scale = np.repeat([1000.0 if n in bad else 1 + n / 10 for n in range(count)], 7)
    built = [
        SourceColumn("f", frequency, "frequency", "Hz"),
        SourceColumn("Re", scale * np.tile(np.linspace(1, 5, 7), count), "impedance_real", "ohm"),
        SourceColumn("Im", -scale * np.tile([1, 2, 3, 3, 2, 1, 1], count), "impedance_imag", "ohm"),
    ]
    built += [SourceColumn(q, np.repeat(v, 7), q, unit) for q, (unit, v) in columns.items()]
    return Record([build_dataset("impedance", built)])


def test_few_spectra_are_named_by_their_number_and_many_have_a_colour_bar():
    named = figures.plot(many(3)).axes[0].get_legend().get_texts()
    assert [text.get_text() for text in named] == ["spectrum 0", "spectrum 1", "spectrum 2"]
    figure = figures.plot(many(6))
    assert figure.axes[0].get_legend() is None
    assert figure.axes[3].get_ylabel() == "spectrum"
    assert figures.plot(many(6, time=("s", np.arange(6) * 3600.0))).axes[3].get_ylabel().endswith("$t$ / h")
    levels = {"time": ("s", np.arange(6.0)), "current_setpoint": ("mA", np.arange(6.0))}
    assert figures.plot(many(6, **levels)).axes[3].get_ylabel().endswith("/ mA")


def test_spectra_that_a_file_does_not_number_are_numbered_for_the_picture():
    given = many(3)
    dataset = given["impedance"]
    kept = {name: column for name, column in dataset.columns.items() if name != "spectrum"}
    assert len(kept) == len(dataset.columns) - 1
    named = figures.plot(Record([replace(dataset, columns=kept)])).axes[0].get_legend().get_texts()
    assert [text.get_text() for text in named] == ["spectrum 0", "spectrum 1", "spectrum 2"]


def test_files_of_one_name_are_told_apart_by_their_places():
    def named(name):
        return Record([series(voltage=[1, 2, 3])["timeseries"]], provenance=Provenance(source={"name": name}))

    figure = figures.plot([named("a.mpr"), named("b.mpr"), named("a.mpr")])
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["a.mpr", "b.mpr", "a.mpr (3)"]


def test_one_bad_spectrum_does_not_rule_the_axes():
    figure = figures.plot(many(8, bad=(3,)))
    nyquist = figure.axes[0]
    figure.canvas.draw()
    assert 1.7 * 5 < nyquist.get_xlim()[1] < 20
    assert [text.get_text() for text in nyquist.texts][-1] == "beyond the axes: 1 of 8 spectra"
    assert len(nyquist.lines) == 8
    growing = figures.plot(many(8))
    assert not any("beyond" in text.get_text() for text in growing.axes[0].texts)


def test_decades_of_frequency_are_marked():
    nyquist = figures.plot(many(1)).axes[0]
    marks = [tuple(mark.get_offsets()[0]) for mark in nyquist.collections]
    expected = [(1 + 4 / 6 * k, z) for k, z in ((6, 1), (4, 2), (2, 3), (0, 1))]
    assert marks == [pytest.approx(at) for at in expected]
    assert [text.get_text() for text in nyquist.texts] == ["1 Hz", "10 Hz", "100 Hz", "1 kHz"]

"""What suits a file is first, with the reason why the rest does not; nothing is analysed for it."""

import dataclasses

import numpy as np
import pytest

import echub
from echub.analysis import fitting as module
from echub.analysis.fitting import Standing, fit_of, fitting
from echub.analysis.needs import bind
from echub.declare_analysis import Analysis, Need
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.record import Record
from echub.registry.registry import registry
from echub.testing import synth
from fixtures.eclab.make import FOLDER

HERE = "tests.echub.analysis.test_fitting"
PLAIN = Analysis("plain", "Any time series", run=f"{HERE}:never", needs=(Need("t", "time", "s"),))


def never(data, params):
    raise AssertionError("nothing is analysed")


def broken(data, params):
    raise ValueError("a mistake")


@pytest.mark.parametrize(
    ("made", "first"),
    [
        (synth.ramp, "ramp-onset"),
        (synth.pulses, "pulsed-stripping"),
        (synth.cycles, "cycling"),
        (synth.symmetric, "symmetric-cycling"),
        (synth.sweeps, "stability-window"),
        (synth.layered, "sims-profile"),
        (synth.cube, "sims-map"),
        (synth.recovery, "relaxation"),
    ],
)
def test_what_a_measurement_was_made_for_is_first(made, first):
    best, *_ = fitting(made(0).record())
    assert (best.analysis.name, best.standing) == (first, Standing.SUITS)


def test_an_analysis_that_lacks_only_the_area_stands_before_those_of_other_measurements():
    best, second, *_ = fitting(echub.read(FOLDER / "cv.mpr"))
    assert (best.analysis.name, best.standing) == ("stability-window", Standing.ASKS)
    assert best.advice == '--set cell.area="0.785 cm^2"'
    assert second.standing is Standing.UNSUITED
    assert second.reason


def test_every_installed_analysis_is_there_and_those_that_do_not_suit_say_why():
    found = fitting(echub.read(FOLDER / "ocv.mpr"))
    assert {fit.analysis.name for fit in found} == set(registry().analyses)
    assert all(fit.reason for fit in found if fit.standing is not Standing.SUITS)


def test_one_spectrum_of_several_is_looked_at():
    record = echub.read(FOLDER / "geis_with_dc.mpr")
    assert next(fit for fit in fitting(record) if fit.analysis.name == "eis-fit").standing is Standing.SUITS


def test_a_long_run_is_thinned_evenly(monkeypatch):
    seen = []
    monkeypatch.setattr(module, "LOOKED", 300)
    monkeypatch.setattr(
        module, "bind", lambda *args, dataset, **_: seen.append(dataset) or bind(*args, dataset=dataset)
    )
    record = synth.ramp(0).record()
    assert record["timeseries"].rows > 600
    assert fitting(record)[0].analysis.name == "ramp-onset"
    assert {dataset.rows <= 300 for dataset in seen} == {True}
    assert seen[0]["time"][-1] > 0.9 * record["timeseries"]["time"][-1]


def test_rows_with_curves_are_not_thinned(monkeypatch):
    monkeypatch.setattr(module, "LOOKED", 3)
    axis = Column("row", np.arange(5))
    curves = Column("curve", np.zeros((5, 2)), unit="V", axes=("row", "point"))
    found = fitting(Record([Dataset("curves", {"row": axis, "curve": curves}, label="curves")]))
    assert {fit.analysis.name for fit in found} == set(registry().analyses)


@pytest.mark.parametrize("params", [int, dataclasses.make_dataclass("Needed", [("item", float)])])
def test_a_plugin_of_wrong_parameters_hides_no_other(params):
    fit = fit_of(dataclasses.replace(PLAIN, params=params, look=f"{HERE}:broken"), synth.ramp(0).record())
    assert fit.standing is Standing.UNSUITED
    assert "declares options" in fit.reason


def test_a_plugin_that_fails_hides_no_other():
    fit = fit_of(dataclasses.replace(PLAIN, look=f"{HERE}:broken"), synth.ramp(0).record())
    assert fit.standing is Standing.UNSUITED
    assert fit.reason == "the analysis plain failed"


def test_a_steady_current_is_not_read_off_a_ramp_at_its_limit():
    outcome = echub.analyze("dc-polarisation", synth.ramp(0).record())
    assert [flag.code for flag in outcome.flags if flag.severity == "refusal"] == ["no-step"]

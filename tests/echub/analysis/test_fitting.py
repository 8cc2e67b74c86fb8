"""What suits a file is first, with the reason why the rest does not; nothing is analysed for it."""

import dataclasses

import numpy as np
import pytest

import echub
from echub.analysis import fitting as module
from echub.analysis.analysis import Choice
from echub.analysis.fitting import Standing, fit_of, fitting
from echub.analysis.needs import bind
from echub.analysis.outcome import Refusal
from echub.analysis.reasons import first_reason
from echub.declare import option
from echub.declare_analysis import Analysis, Need
from echub.errors import EchubError, UnknownOption
from echub.model.build import SourceColumn, build_dataset
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
    several = next(fit for fit in fitting(record) if fit.analysis.name == "eis-fit")
    assert several.standing is Standing.SUITS
    assert several.advice == '--select "spectrum == 0" takes one, --each spectrum analyses each'
    one = next(fit for fit in fitting(record, Choice(select="spectrum == 0")) if fit.analysis.name == "eis-fit")
    assert (one.standing, one.advice) == (Standing.SUITS, "")


def test_a_record_of_which_one_dataset_suits_asks_for_its_name():
    ramp = synth.ramp(0).record()
    both = Record(
        [dataclasses.replace(ramp["timeseries"], label=label) for label in ("timeseries_1", "timeseries_2")],
        metadata=ramp.metadata,
    )
    asked = next(fit for fit in fitting(both) if fit.analysis.name == "ramp-onset")
    assert (asked.standing, asked.advice) == (Standing.ASKS, "--dataset timeseries_2 names one of them")
    named = next(fit for fit in fitting(both, Choice(dataset="timeseries_2")) if fit.analysis.name == "ramp-onset")
    assert (named.standing, named.advice) == (Standing.SUITS, "")


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


def spectra(count, label):
    rows = 3 * count
    sweeps = np.tile([100.0, 10.0, 1.0], count)
    columns = [
        SourceColumn("f", sweeps, "frequency", "Hz"),
        SourceColumn("re", np.ones(rows), "impedance_real", "ohm"),
    ]
    return dataclasses.replace(build_dataset("impedance", columns), label=label)


EVERY = Analysis(
    "every", "Each of all", run=f"{HERE}:never", kind="impedance", each="spectrum", consumes="datasets",
    every_dataset=True, needs=(Need("f", "frequency", "Hz"), Need("re", "impedance_real", "ohm")),
)  # fmt: skip


@pytest.mark.parametrize(("counts", "several"), [((1, 1), False), ((1, 2), True), ((2, 1), True), ((1,), False)])
def test_an_analysis_of_all_datasets_looks_at_each(counts, several):
    record = Record([spectra(count, f"part_{n}") for n, count in enumerate(counts)])
    fit = fit_of(EVERY, record)
    hint = '--select "spectrum == 0" takes one, --each spectrum analyses each'
    assert (fit.standing, fit.advice, fit.met) == (Standing.SUITS, hint if several else "", 1.0)


def seeing(data, params):
    """Refuse what is handed over, with how much it is."""
    raise Refusal("seen", " ".join(str(len(one)) for one in data))


def test_a_plugin_looks_at_all_datasets_in_one():
    fit = fit_of(dataclasses.replace(EVERY, look=f"{HERE}:seeing"), Record([spectra(1, "a"), spectra(2, "b")]))
    assert (fit.standing, fit.reason) == (Standing.UNSUITED, "3 3")  # the first spectrum of each


def test_a_dataset_without_rows_suits_no_analysis_of_its_parts():
    empty = spectra(1, "").query("frequency > 1e9")
    fit = fit_of(dataclasses.replace(EVERY, every_dataset=False, consumes="dataset"), Record([empty]))
    assert (fit.standing, fit.why.code) == (Standing.UNSUITED, "empty")


def test_an_analysis_without_needs_meets_no_share_of_them():
    fit = fit_of(dataclasses.replace(PLAIN, needs=()), synth.ramp(0).record())
    assert (fit.standing, fit.met) == (Standing.SUITS, 0.0)


@pytest.mark.parametrize(("first", "standing"), [(0.0, Standing.UNSUITED), (5.0, Standing.ASKS)])
def test_what_depends_on_the_area_is_asked_for(first, standing):
    """The first look refuses densities above a limit: both areas are above it, or one of them."""
    needs = (Need("t", "time", "s"), Need("j", any_of=("current_density", "current"), unit="mA/cm^2"))
    asked = dataclasses.replace(PLAIN, needs=needs, look=f"{HERE}:limited", params=Limit)
    columns = [
        SourceColumn("t", np.arange(3.0), "time", "s"), SourceColumn("I", np.full(3, 9.0), "current", "mA")
    ]  # fmt: skip
    fit = fit_of(asked, Record([build_dataset("timeseries", columns)]), {"above": str(first)})
    assert (fit.standing, fit.why.code) == (
        standing,
        "too-much" if standing is Standing.UNSUITED else "missing-area",
    )


@dataclasses.dataclass(frozen=True)
class Limit:
    above: float = option(0.0, "a limit", unit="mA/cm^2")


def limited(data, params):
    if data["j"].max() > params.above:
        raise Refusal("too-much", f"above {params.above:g} mA/cm^2")


@pytest.mark.parametrize("says", ["area", "nothing"])
def test_a_refusal_that_names_the_area_is_no_reason_of_its_own(says):
    def bound(values):
        return values["cell.area"]

    analysis = dataclasses.replace(PLAIN, look=f"{HERE}:speaking")
    lacks = Refusal("missing-area", "cell.area is not stated")
    found = first_reason(lacks, analysis, says, bound)
    assert (found is lacks) is (says == "area")
    other = Refusal("empty", "no rows")
    assert first_reason(other, analysis, says, bound) is other
    assert first_reason(lacks, PLAIN, says, bound) is lacks


def speaking(area, says):
    raise Refusal("odd", f"{says} {area}" if says == "area" else "odd")


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


def of(found, name):
    return next(fit for fit in found if fit.analysis.name == name)


@pytest.mark.parametrize(
    ("choice", "params", "code"),
    [
        (Choice(select="current > 0"), {}, "one-direction"),
        (Choice(time=(None, 600.0)), {}, "one-direction"),
        (Choice(), {"rest": "1 A"}, "no-current"),
        (Choice(columns={"U": "cycle"}), {}, "unit-mismatch"),
        (Choice(columns={"nobody": "cycle", "U": "cycle"}), {}, "unit-mismatch"),
        (Choice(columns={"U": "cycle", "nobody": "cycle"}), {}, "unit-mismatch"),
        (Choice(), {"fit": "all", "rest": "1 A"}, "no-current"),
    ],
)
def test_what_suits_is_asked_of_the_chosen_part(choice, params, code):
    record = synth.cycles(0).record()
    assert of(fitting(record), "cycling").standing is Standing.SUITS
    fit = of(fitting(record, choice, params), "cycling")
    assert (fit.standing, fit.why.code) == (Standing.UNSUITED, code)


def test_a_named_dataset_is_the_only_one_looked_at():
    record = echub.read(FOLDER / "geis_with_dc.mpr")
    found = fitting(record, Choice(dataset="timeseries"))
    assert of(found, "eis-fit").standing is Standing.ELSEWHERE
    assert of(fitting(record, Choice(dataset="impedance")), "cycling").standing is Standing.ELSEWHERE
    with pytest.raises(UnknownOption, match="no dataset 'nothing'"):
        fitting(record, Choice(dataset="nothing"))


def test_a_choice_that_fits_no_dataset_and_a_parameter_of_no_analysis_are_errors():
    record = echub.read(FOLDER / "geis_with_dc.mpr")
    assert of(fitting(record, Choice(select="spectrum == 1")), "eis-fit").standing is Standing.SUITS
    with pytest.raises(EchubError, match="cyle"):
        fitting(record, Choice(select="cyle == 3"))
    with pytest.raises(UnknownOption) as refused:
        fitting(record, params={"rest": "1 A", "nonsense": "1", "other": "2"})
    assert (refused.value.message, refused.value.found) == ("no analysis has this parameter", "nonsense")


def test_the_kind_of_a_measurement_is_refused_before_an_area_is_asked_for():
    ramp = synth.ramp(0).record()
    ramp.metadata.entries[:] = [entry for entry in ramp.metadata.entries if entry.path != "cell.area"]
    assert [flag.code for flag in echub.analyze("stability-window", ramp).refusals] == ["no-sweep"]
    assert of(fitting(ramp), "stability-window").standing is Standing.UNSUITED
    asked = echub.analyze("stability-window", FOLDER / "cv.mpr")
    assert [flag.code for flag in asked.refusals] == ["missing-area"]

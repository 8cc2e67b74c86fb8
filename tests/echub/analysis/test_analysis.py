"""The hub runs an analysis: needs, units, areas, parameters, refusals, provenance."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pytest

import echub
from echub.analysis.needs import bind
from echub.analysis.outcome import Outcome, Refusal
from echub.errors import PluginError, UnknownOption
from echub.files.annotations import Annotations
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Column
from echub.model.dataset import Dataset
from echub.model.metadata import Metadata
from echub.model.record import Provenance, Record
from tests.echub.toy_analysis import TOY


def record(metadata=(), **columns):
    """A time series; each column is (quantity, unit, values)."""
    built = [SourceColumn(name, np.asarray(v, float), quantity=q, unit=u) for name, (q, u, v) in columns.items()]
    stated = Metadata()
    for path, text in dict(metadata).items():
        stated.set(path, text)
    origin = Provenance(source={"name": "toy.dat", "size": 1, "sha256": "ab" * 32}, reader={"name": "made"})
    return Record([build_dataset("timeseries", built)], metadata=stated, provenance=origin)


def standard(metadata=(), **changes):
    columns = {
        "t": ("time", "h", [0, 1 / 3600, 2 / 3600, 3 / 3600]),
        "U": ("potential_we", "mV", [500, 1500, 2500, 3500]),
        "I": ("current", "A", [1e-3, 1e-3, 3e-3, 3e-3]),
    }
    return record(metadata, **{k: v for k, v in {**columns, **changes}.items() if v is not None})


def refusal_of(outcome):
    assert outcome.status == "refused"
    return outcome.refusals[0]


def test_arrays_arrive_in_the_units_of_the_needs():
    data = bind(TOY, standard({"cell.area": "50 mm^2", "cell.temperature": "30 degC"}))
    np.testing.assert_allclose(data["t"], [0, 1, 2, 3])
    np.testing.assert_allclose(data["U"], [0.5, 1.5, 2.5, 3.5])
    np.testing.assert_allclose(data["j"], [2, 2, 6, 6])
    assert data.unit_of("j") == "mA/cm^2"
    assert data.origin_of("j") == "derived"
    assert "0.5 cm^2" in data.how("j")
    assert data.meta("cell.temperature") == pytest.approx(303.15)
    assert data.source_of("U") == "potential_we"


def test_without_an_area_a_current_stays_a_current():
    outcome = echub.analyze(TOY, standard())
    assert outcome["mean_current"].unit == "mA"
    assert outcome["mean_current"].value == pytest.approx(2)


def test_a_density_that_must_be_is_refused_without_an_area():
    needs = tuple(
        dataclasses.replace(need, without_area=None, optional=False) if getattr(need, "name", "") == "j" else need
        for need in TOY.needs
    )
    flag = refusal_of(echub.analyze(dataclasses.replace(TOY, needs=needs), standard()))
    assert flag.code == "missing-area"
    assert flag.hint == '--set cell.area="0.785 cm^2"'


def test_preference_follows_the_order_of_any_of():
    both = standard(V=("voltage", "V", [9, 9, 9, 9]))
    assert bind(TOY, both).source_of("U") == "voltage"
    assert bind(TOY, standard({"cell.configuration": "two_electrode"})).source_of("U") == "voltage"
    halves = standard(E=("potential_ce", "V", [0.1, 0.1, 0.1, 0.1]))
    np.testing.assert_allclose(bind(TOY, halves)["U"], [0.4, 1.4, 2.4, 3.4])


@pytest.mark.parametrize(
    ("metadata", "columns", "how", "origin"),
    [
        ({}, {"V": ("voltage", "V", [1, 2, 3, 4])}, "voltage", "measured"),
        (
            {"cell.configuration": "two_electrode"},
            {},
            "potential_we of a cell declared two-electrode",
            "measured",
        ),
        ({}, {"E": ("potential_ce", "V", [0, 0, 0, 0])}, "potential_we - potential_ce", "derived"),
    ],
)
def test_a_voltage_says_how_it_was_had_and_whether_it_was_measured(metadata, columns, how, origin):
    data = bind(TOY, standard(metadata, **columns))
    assert (data.how("U"), data.origin_of("U")) == (how, origin)


def test_a_missing_temperature_is_answered_with_its_flag():
    needs = tuple(dataclasses.replace(n, optional=False) if hasattr(n, "path") else n for n in TOY.needs)
    flag = refusal_of(echub.analyze(dataclasses.replace(TOY, needs=needs), standard()))
    assert (flag.code, flag.hint) == ("missing-metadata", '--set cell.temperature="30 degC"')


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: standard(U=None), "missing-column"),
        (lambda: Record([]), "no-dataset"),
        (lambda: standard(U=None, a=("voltage", "V", [1, 2, 3, 4]), b=("voltage", "V", [1, 2, 3, 4])), "ok"),
    ],
)
def test_needs_that_are_not_met_are_refused_by_code(made, code):
    outcome = echub.analyze(TOY, made())
    assert (outcome.refusals[0].code if outcome.refusals else outcome.status) == code


def test_a_column_without_a_unit_is_refused():
    whole = standard()["timeseries"]
    bare = Column("voltage", np.ones(4), "voltage", None)
    changed = Record([Dataset("timeseries", {**whole.columns, "voltage": bare})])
    assert refusal_of(echub.analyze(TOY, changed)).code == "no-unit"


def test_columns_that_answer_alike_are_refused_and_can_be_chosen():
    whole = standard(U=None)["timeseries"]
    twins = {
        name: Column(name, np.full(4, v), "voltage", "V") for name, v in (("voltage__2", 1), ("voltage__3", 2))
    }
    made = Record([Dataset("timeseries", {**whole.columns, **twins})])
    flag = refusal_of(echub.analyze(TOY, made))
    assert (flag.code, flag.hint) == ("ambiguous-column", "--column U=voltage__2")
    assert echub.analyze(TOY, made, columns={"U": "voltage__3"})["level"].value == 2


def test_a_column_without_a_quantity_can_be_chosen():
    whole = standard()["timeseries"]
    vendor = Column("vendor_u", np.array([1000.0, 2000, 3000, 6000]), unit="mV")
    made = Record([Dataset("timeseries", {**whole.columns, "vendor_u": vendor})])
    outcome = echub.analyze(TOY, made, columns={"U": "vendor_u"})
    assert (outcome["level"].value, outcome["level"].unit) == (3.0, "V")
    data = bind(TOY, made, columns={"U": "vendor_u", "j": ""})
    assert (data.source_of("U"), data.how("U")) == ("vendor_u", "vendor_u")
    density = Column("vendor_i", np.array([2.0, 2, 2, 6]), unit="mA")
    made = Record([Dataset("timeseries", {**whole.columns, "vendor_i": density})])
    assert echub.analyze(TOY, made, columns={"j": "vendor_i"})["mean_current"].value == 3.0
    with_area = echub.analyze(TOY, made, columns={"j": "vendor_i"}, metadata={"cell.area": "0.5 cm^2"})
    assert with_area["mean_current"].value == 6.0


def test_the_only_column_of_a_quantity_answers_whatever_its_name():
    whole = standard(U=None)["timeseries"]
    made = Record(
        [Dataset("timeseries", {**whole.columns, "cell": Column("cell", np.full(4, 2.0), "voltage", "V")})]
    )
    assert echub.analyze(TOY, made)["level"].value == 2.0


def test_what_is_stated_with_the_question_counts_before_what_a_table_says():
    table = Annotations(values={"cell.area": "1 cm^2", "cell.temperature": "30 degC"})
    file = "fixtures/eclab/ramp.mpr"
    outcome = echub.analyze("ramp-onset", file, annotations=table, metadata={"cell.area": "2 cm^2"})
    assert (outcome.meta("cell.area"), outcome.meta("cell.temperature")) == (2.0, 30.0)
    assert echub.analyze("ramp-onset", file, annotations=table).meta("cell.area") == 1.0


def test_rows_without_a_value_are_left_out_and_counted():
    outcome = echub.analyze(TOY, standard(U=("potential_we", "V", [1, np.nan, 3, 5])))
    assert outcome["level"].value == 3
    assert [(f.code, f.severity) for f in outcome.flags] == [("rows-without-values", "warning")]
    assert outcome.status == "flagged"


def test_rows_of_one_time_are_merged_and_it_is_said():
    time = [0, 0, 1 / 3600, 1 / 3600, 2 / 3600, 3 / 3600]
    made = standard(t=("time", "h", time), U=("potential_we", "mV", [1, 1, 2, 4, 4, 5]),
                    I=("current", "A", [1, 1, 1, 1, 1, 1]))  # fmt: skip
    data = bind(TOY, made)
    np.testing.assert_allclose(data["t"], [0, 1, 2, 3])
    np.testing.assert_allclose(data["U"], [0.001, 0.003, 0.004, 0.005])
    assert data.row.tolist() == [0, 2, 4, 5]
    (flag,) = data.flags
    assert (flag.code, flag.severity, flag.where) == ("coarse-clock", "warning", "source row 1")
    assert flag.message.startswith("2 of 6 rows")
    assert data.clock_step == pytest.approx(1)


def test_a_need_with_gaps_keeps_its_rows_and_still_needs_a_number():
    needs = tuple(dataclasses.replace(n, gaps=True) if getattr(n, "name", "") == "U" else n for n in TOY.needs)
    patient = dataclasses.replace(TOY, needs=needs)
    data = bind(patient, standard(U=("potential_we", "V", [1, np.nan, 3, 5])))
    assert (len(data), int(np.isnan(data["U"]).sum()), data.flags) == (4, 1, ())
    empty = standard(U=("potential_we", "V", [np.nan] * 4))
    assert refusal_of(echub.analyze(patient, empty)).code == "no-values"


@pytest.mark.parametrize("stated", [{}, {"cell.area": "1 cm^2"}])
def test_an_average_since_the_row_before_is_told(stated):
    whole = standard(stated)
    averaged = dataclasses.replace(whole["timeseries"].columns["current"], averaged=True)
    table = Dataset("timeseries", {**whole["timeseries"].columns, "current": averaged})
    data = bind(TOY, Record([table], metadata=whole.metadata, provenance=whole.provenance))
    assert (data.is_averaged("j"), data.is_averaged("U")) == (True, False)


def test_needs_are_checked_before_the_code_is_loaded():
    unloadable = dataclasses.replace(TOY, run="no_such_module:run")
    assert refusal_of(echub.analyze(unloadable, standard(U=None))).code == "missing-column"
    with pytest.raises(PluginError, match="cannot be loaded"):
        echub.analyze(unloadable, standard())
    assert "no_such_module" not in sys.modules


def test_parameters_over_profile_over_defaults():
    assert echub.analyze(TOY, standard(), profile="high")["level"].value == 3.5
    assert echub.analyze(TOY, standard(), profile="high", params={"how": "mean"})["level"].value == 2.5
    assert echub.analyze(TOY, standard(), params={"above": "2000 mV"})["level"].value == 3
    given = echub.analyze(TOY, standard(), params={"above": 2.0}).provenance["parameters"]
    assert given == {
        "above": {"value": 2.0, "unit": "V", "default": False},
        "how": {"value": "mean", "unit": "", "default": True},
    }


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"profile": "low"}, "low"),
        ({"params": {"above": "11 V"}}, "11 V"),
        ({"params": {"above": "1 s"}}, "1 s"),
        ({"params": {"how": "sum"}}, "sum"),
        ({"params": {"below": "1"}}, "below"),
        ({"params": {"above": float("nan")}}, "nan"),
    ],
)
def test_wrong_parameters_are_errors_of_the_command(settings, found):
    with pytest.raises(UnknownOption) as caught:
        echub.analyze(TOY, standard(), **settings)
    assert caught.value.found == found


@pytest.mark.parametrize("columns", [{"nobody": "voltage"}, {"U": "voltage", "nobody": "voltage"}])
def test_a_column_for_a_need_that_there_is_not_is_refused(columns):
    needs = [need.name for need in TOY.columns]
    for ask in (echub.analyze, echub.analyze_each):
        with pytest.raises(UnknownOption) as caught:
            ask(TOY, standard(), columns=columns)
        assert caught.value.message == f"{TOY.name} needs nothing called 'nobody'"
        assert (caught.value.expected, caught.value.found) == (" or ".join(needs), "nobody")


def test_a_refusal_of_the_analysis_carries_the_measured_reason():
    outcome = echub.analyze(TOY, standard(), params={"above": 9})
    assert refusal_of(outcome).code == "never_above"
    assert "3.5 V" in refusal_of(outcome).message
    assert outcome.provenance["inputs"][0]["sha256"] == "ab" * 32


def test_selection_and_time():
    outcome = echub.analyze(TOY, standard(), select="potential_we > 1")
    assert outcome["level"].n == 3
    assert outcome.provenance["selection"] == [["query potential_we > 1"]]
    assert echub.analyze(TOY, standard(), time=(1, None))["level"].n == 3


def test_metadata_given_with_the_question_counts_and_leaves_the_record_alone():
    made = standard()
    outcome = echub.analyze(TOY, made, metadata={"cell.area": "0.5 cm^2", "sample.group": "bare"})
    assert outcome["mean_current"].unit == "mA/cm^2"
    assert outcome.meta("sample.group") == "bare"
    assert "cell.area" not in made.metadata


@pytest.mark.parametrize(("function", "says"), [("fail", "ZeroDivisionError"), ("undeclared", "surprise")])
def test_a_mistake_in_a_plugin_is_the_plugins(function, says):
    with pytest.raises(PluginError) as caught:
        echub.analyze(dataclasses.replace(TOY, run=f"tests.echub.toy_analysis:{function}"), standard())
    assert says in caught.value.found


def test_provenance_names_everything_that_was_used():
    made = echub.analyze(TOY, standard({"cell.area": "1 cm^2"}), seed=7)
    origin = made.provenance
    assert origin["inputs"] == [
        {"name": "toy.dat", "size": 1, "sha256": "ab" * 32, "reader": {"name": "made"}, "siblings": []}
    ]
    assert origin["seed"] == 7
    assert set(origin["software"]) == {"echub", "schema", "numpy", "scipy"}
    assert "cell.area by file" in origin["columns"][0]["j"]
    assert Outcome.from_json(made.to_json()) == made


def test_a_refusal_survives_a_process_boundary():
    import pickle

    again = pickle.loads(pickle.dumps(Refusal("code", "message", hint="hint")))
    assert (again.code, again.message, again.hint) == ("code", "message", "hint")

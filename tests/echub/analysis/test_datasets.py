"""Which dataset an analysis takes of a record that has several of its kind."""

from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

import echub
from echub.analysis.datasets import chosen_dataset, chosen_datasets
from echub.analysis.outcome import Refusal
from echub.declare_analysis import Need
from echub.errors import UnknownOption
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Record
from echub.remark import Remark
from tests.echub.toy_analysis import TOY
from tests.messages.parts import said


def part(label, volts, quantity="potential_we"):
    columns = [
        SourceColumn("t", np.arange(4.0), "time", "s", index=0),
        SourceColumn("U", np.full(4, volts), quantity, "V", index=1),
    ]
    return replace(build_dataset("timeseries", columns), label=label)


def record(*parts):
    return Record([part(*p) for p in parts])


def test_the_only_one_is_taken_whatever_its_name():
    outcome = echub.analyze(TOY, record(("timeseries_02_GCPL", 2.5)))
    assert outcome.measurands["level"].value == 2.5
    assert outcome.provenance["selection"] == [[]]


def test_the_only_one_that_has_the_columns_is_taken_and_said():
    both = record(("timeseries_01_MS", 1.5, "potential_setpoint"), ("timeseries_02_GCPL", 2.5))
    outcome = echub.analyze(TOY, both)
    assert outcome.measurands["level"].value == 2.5
    assert outcome.provenance["selection"] == [["dataset timeseries_02_GCPL"]]


def test_where_several_would_do_it_is_asked():
    both = record(("timeseries_01_OCV", 1.5), ("timeseries_02_GCPL", 2.5))
    (flag,) = echub.analyze(TOY, both).refusals
    assert flag.code == "several-datasets"
    assert flag.message == (
        "2 datasets of the record would do: timeseries_01_OCV (4 rows), timeseries_02_GCPL (4 rows)"
    )
    assert flag.hint == "--dataset timeseries_02_GCPL names one of them"
    for name, level in [("timeseries_01_OCV", 1.5), ("timeseries_02_GCPL", 2.5)]:
        assert echub.analyze(TOY, both, dataset=name).measurands["level"].value == level


def test_an_appended_run_is_not_taken_for_the_first():
    both = record(("", 1.5), ("timeseries_part_2", 2.5))
    assert echub.analyze(TOY, both).refusals[0].code == "several-datasets"
    assert echub.analyze(TOY, both, dataset="timeseries").measurands["level"].value == 1.5


def test_a_name_that_is_none_lists_those_that_are():
    with pytest.raises(UnknownOption) as caught:
        chosen_dataset(record(("", 1.5), ("timeseries_part_2", 2.5)), TOY, "timeseries_3")
    assert caught.value.message == "the record has no timeseries dataset 'timeseries_3'"
    assert caught.value.expected == caught.value.found == "timeseries, timeseries_part_2"


def test_no_dataset_of_the_kind_is_refused():
    with pytest.raises(Refusal) as caught:
        chosen_dataset(Record([]), TOY)
    assert (caught.value.code, caught.value.message) == (
        "no-dataset", "the record has no timeseries dataset, but none at all"
    )  # fmt: skip
    impedance = replace(TOY, kind="impedance")
    with pytest.raises(Refusal) as caught:
        chosen_dataset(record(("", 1.5), ("timeseries_part_2", 2.5)), impedance)
    assert caught.value.message == "the record has no impedance dataset, but timeseries, timeseries_part_2"
    assert caught.value.hint == "`echub analyze --list FILE` shows what suits it, `echub info FILE` what it holds"


def several(*parts):
    """Return a record of parts: label, first time (None: no clock), technique, rows."""
    found = []
    for label, start, technique, rows in parts:
        made = part(label, 1.5)
        columns = {n: replace(c, values=c.values[:rows]) for n, c in made.columns.items()}
        if start is None:
            del columns["time"]
        else:
            columns["time"] = replace(columns["time"], values=columns["time"].values + start)
        found.append(replace(made, columns=columns, attrs={"technique": technique} if technique else {}))
    return Record(found)


def test_all_datasets_are_taken_in_the_order_of_their_start_on_request():
    every = replace(TOY, every_dataset=True, needs=TOY.needs[1:2])
    given = several(("late", 50.0, "", 4), ("none", None, "", 4), ("early", 5.0, "", 4), ("empty", 0.0, "", 0))
    found = chosen_datasets(given, every)
    assert [(one.name, one.history) for one in found] == [
        (name, (f"dataset {name}",)) for name in ("none", "early", "late")
    ]  # fmt: skip
    assert [one.name for one in chosen_datasets(given, every, "late")] == ["late"]
    alone = several(("a", 0.0, "", 4))
    assert [(one.name, one.history) for one in chosen_datasets(alone, every)] == [("a", ())]
    with pytest.raises(Refusal):
        chosen_datasets(given, replace(every, every_dataset=False))


def test_a_first_row_without_a_time_does_not_hide_when_a_dataset_starts():
    nan = float("nan")
    starts = {"a": [30.0, 31.0], "b": [nan, 10.0], "c": [nan, nan], "d": [20.0, 21.0]}
    made = []
    for label, times in starts.items():
        columns = [SourceColumn("t", np.array(times), "time", "s"), SourceColumn("U", np.ones(2), "voltage", "V")]
        made.append(replace(build_dataset("timeseries", columns), label=label))
    found = chosen_datasets(Record(made), replace(TOY, consumes="datasets", every_dataset=True))
    assert [dataset.name for dataset in found] == ["c", "b", "d", "a"]


def test_datasets_of_which_one_must_be_named_are_told_with_technique_and_rows():
    given = several(("a", 0.0, "OCV", 1), ("b", 0.0, "", 4), ("c", 0.0, "GCPL", 0))
    assert said(lambda: chosen_dataset(given, TOY)) == {
        "message": "2 datasets of the record would do: a (OCV, 1 row), b (4 rows)",
        "hint": "--dataset b names one of them",
    }  # fmt: skip
    nothing = several(("a", 0.0, "OCV", 0), ("c", 0.0, "GCPL", 0))  # all are empty: any could have been meant
    assert said(lambda: chosen_dataset(nothing, TOY))["message"] == (
        "2 datasets of the record would do: a (OCV, 0 rows), c (GCPL, 0 rows)"
    )  # fmt: skip
    assert said(lambda: chosen_dataset(given, replace(TOY, kind="impedance"), "a")) == {
        "message": "the record has no impedance dataset 'a'", "expected": "an impedance dataset",
        "found": "a, b, c",
    }  # fmt: skip
    assert said(lambda: chosen_dataset(Record([]), TOY, "a"))["found"] == "no dataset"


def test_what_the_reader_says_of_rows_that_it_could_not_place_is_what_helps():
    notices = [
        Remark("undeclared-kind", "rows of a depth_profile", hint="not this"),
        Remark("x", "impedance", hint="nor"),
        Remark("undeclared-kind", "rows of impedance", hint="declare it"),
    ]  # fmt: skip
    given = Record([], notices=notices)
    assert said(lambda: chosen_dataset(given, replace(TOY, kind="impedance")))["hint"] == "declare it"
    usual = "`echub analyze --list FILE` shows what suits it, `echub info FILE` what it holds"
    assert said(lambda: chosen_dataset(given, TOY))["hint"] == usual


def test_needs_that_are_optional_or_of_another_kind_do_not_choose():
    pair = record(("a", 1.5, "potential_setpoint"), ("b", 2.5, "voltage"))
    beside = Need("E", "frequency", "Hz", kind="impedance")
    optional = Need("i", "current", "mA", optional=True)
    assert chosen_dataset(pair, replace(TOY, needs=(*TOY.needs, beside, optional))).name == "b"


def test_the_command_line_names_a_dataset(tmp_path):
    from echub.cli.analyze import app
    from fixtures.eclab import SCENARIOS

    first, second = SCENARIOS["ramp"]().file, SCENARIOS["cp"]().file
    path = tmp_path / "two.mpr"
    path.write_bytes(first.to_bytes() + second.to_bytes()[52:])
    asked = CliRunner().invoke(app, ["ramp-onset", str(path)])
    assert asked.exit_code == 1
    assert "--dataset timeseries_part_2" in asked.output
    alone = echub.analyze("ramp-onset", _written(tmp_path, first))
    named = echub.analyze("ramp-onset", path, dataset="timeseries")
    assert named.measurands.keys() == alone.measurands.keys()
    assert all(named.measurands[n].value == m.value for n, m in alone.measurands.items())
    told = CliRunner().invoke(app, ["ramp-onset", str(path), "--dataset", "timeseries"])
    assert "several-datasets" not in told.output


def _written(folder, file):
    path = folder / "alone.mpr"
    path.write_bytes(file.to_bytes())
    return path


def test_a_refusal_of_one_of_several_files_names_it():
    """Of the two others, one has no dataset at all, and one no voltage, which the columns show."""
    together = replace(TOY, consumes="datasets")
    for other, where in ((record(), ""), (record(("a", 1.5, "potential_setpoint")), "columns row, time")):
        other.provenance = replace(other.provenance, source={"name": "b.txt"})
        (refusal,) = echub.analyze(together, [record(("timeseries", 2.5)), other]).refusals
        assert refusal.where.startswith(f"b.txt, {where}" if where else "b.txt")
        (alone,) = echub.analyze(together, [other]).refusals
        assert alone.where.startswith(where)
        assert (alone.code, alone.text) == (refusal.code, refusal.text)

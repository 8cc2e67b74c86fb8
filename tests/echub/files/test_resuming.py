"""An experiment that was stopped and started again: one dataset, one clock, and nothing else made of it."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from echub.files import stored
from echub.files.conversion import Writing, convert_sources
from echub.files.joining import Link, NotOneRun, link_of, runs_of, why_not_one_run
from echub.files.output import Target, plan
from echub.files.reading import Reading, read
from echub.files.verification import verify
from echub.model.source import Source
from echub.validation.validation import check_record
from fixtures.eclab import SCENARIOS
from fixtures.eclab.scenarios.base import START, log

GCPL = SCENARIOS["gcpl"]().file
LENGTH = float(GCPL.rows["4"][-1])
NAMES = ("cell.mpr", "cell_2ndrun.mpr", "cell_3rdrun.mpr")
STARTS = (0.0, LENGTH + 1800.0, 3 * LENGTH)


def made(shift=0.0, scenario="gcpl", **columns):
    file = SCENARIOS[scenario]().file
    columns = {**file.columns, **{int(k[1:]): v for k, v in columns.items()}}
    return replace(file, columns=columns, log=log(start=START + timedelta(seconds=shift))).to_bytes()


@pytest.fixture
def folder(tmp_path):
    for name, start in zip(NAMES, STARTS, strict=True):
        (tmp_path / name).write_bytes(made(start))
    return tmp_path


def joined(folder):
    (parts,) = [item for item in runs_of(plan([folder], None)) if isinstance(item, list)]
    sources = [Source(part.job.source) for part in parts]
    links = [part.link for part in parts]
    target = Target(parts[0].job.stem.with_name(links[0].run))
    return convert_sources(sources, links, target, Reading(), Writing())


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("cell_2ndrun.mpr", Link("cell.mpr", 1, "", 2)),
        ("cell 3rd run.mpt", Link("cell.mpt", 1, "", 3)),
        ("cell_2ndRun_02_GCPL_C04.mpr", Link("cell_C04.mpr", 2, "02_GCPL", 2)),
        ("cell_02_GCPL_2ndrun_C04.mpr", Link("cell_C04.mpr", 2, "02_GCPL", 2)),
        ("cell_02_GCPL_C04.mpr", Link("cell_C04.mpr", 2, "02_GCPL", 1)),
        ("cell_2ndrunner.mpr", None),
        ("2ndrun.mpr", None),
    ],
)
def test_the_name_says_which_run_it_is(tmp_path, name, link):
    path = tmp_path / name
    path.write_bytes(made())
    assert link_of(Source(path)) == link


def test_resumed_runs_are_one_dataset_on_one_clock_with_the_gaps_kept(folder):
    record = joined(folder).record
    dataset, whole = record["timeseries"], read(folder / NAMES[0])["timeseries"]
    rows = whole.rows
    assert list(record) == ["timeseries"]
    assert dataset.rows == 3 * rows
    for number, start in enumerate(STARTS):
        part = slice(number * rows, (number + 1) * rows)
        assert np.allclose(dataset["time"][part], whole["time"] + start, rtol=0, atol=1e-3)
        assert np.array_equal(dataset["potential_we"][part], whole["potential_we"])
        assert np.array_equal(dataset["charge"][part], whole["charge"])
    assert dataset["row"].tolist() == list(range(3 * rows))
    assert dataset.attrs["run_starts"] == f"{rows} {2 * rows}"
    gaps = [float(gap) for gap in dataset.attrs["gaps_s"].split()]
    assert gaps == pytest.approx([1800.0, LENGTH * 1.0 - 1800.0], abs=0.01)
    assert record.metadata.value("experiment.start") == "2024-03-14T09:26:53.250"
    assert record.metadata.value("technique.name") == "GCPL"
    assert set(record.settings) == {"run1", "run2", "run3"}


def test_it_is_written_read_verified_and_sound(folder):
    result = joined(folder)
    path = folder / "cell.mpr.h5"
    assert stored.read(path).same_as(result.record)
    found = {problem.rule.id for problem in check_record(result.record)}
    assert not found & {"ECH206", "ECH207", "ECH211", "ECH212"}


@pytest.mark.parametrize(("first", "word"), [(None, "restarted"), ("last", "continued")])
def test_whether_the_charge_goes_on_is_stated_and_nothing_changed(tmp_path, first, word):
    charge = np.asarray(GCPL.columns[13], dtype=float) + 1.0
    again = charge if first is None else charge - charge[0] + charge[-1]
    (tmp_path / "cell.mpr").write_bytes(made(_13=charge))
    (tmp_path / "cell_2ndrun.mpr").write_bytes(made(LENGTH + 60, _13=again + (0 if first else 50)))
    dataset = joined(tmp_path).record["timeseries"]
    assert dataset.attrs["charge_at_run_starts"] == word
    assert dataset["charge"].tolist() == [*charge, *(again + (0 if first else 50))]


def test_linked_techniques_that_were_resumed_are_one_dataset_each(tmp_path):
    for name, scenario, shift in [
        ("cell_01_OCV_C04.mpr", "ocv", 0.0),
        ("cell_02_GCPL_C04.mpr", "gcpl", 0.0),
        ("cell_2ndrun_02_GCPL_C04.mpr", "gcpl", LENGTH + 60),
    ]:
        (tmp_path / name).write_bytes(made(shift, scenario))
    record = joined(tmp_path).record
    assert list(record) == ["timeseries_01_OCV", "timeseries_02_GCPL"]
    assert record["timeseries_02_GCPL"].rows == 2 * len(GCPL.rows)


def test_columns_of_one_part_only_and_words_of_other_codes(tmp_path):
    columns = {k: v for k, v in GCPL.columns.items() if k != 13}
    file = replace(GCPL, columns=columns, log=log(start=START + timedelta(seconds=LENGTH + 60)))
    (tmp_path / "cell.mpr").write_bytes(made())
    (tmp_path / "cell_2ndrun.mpr").write_bytes(file.to_bytes())
    dataset = joined(tmp_path).record["timeseries"]
    assert np.isnan(dataset["charge"][len(GCPL.rows) :]).all()
    assert not np.isnan(dataset["charge"][: len(GCPL.rows)]).any()
    alone = read(tmp_path / "cell.mpr")["timeseries"]["current_range"].tolist()
    assert dataset["current_range"].tolist() == alone * 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"shift": LENGTH / 2}, "part 2 starts before part 1 ends"),
        ({"shift": LENGTH + 60, "scenario": "cp"}, "the parts are of different techniques: CP, GCPL"),
    ],
)
def test_what_is_no_resumed_run_is_not_joined(tmp_path, change, why):
    (tmp_path / "cell.mpr").write_bytes(made())
    (tmp_path / "cell_2ndrun.mpr").write_bytes(made(**change))
    with pytest.raises(NotOneRun, match=why):
        joined(tmp_path)
    assert not list(tmp_path.glob("*.h5"))


def test_a_later_run_without_its_first_stays_alone(tmp_path):
    (tmp_path / "cell_2ndrun.mpr").write_bytes(made())
    (tmp_path / "other.mpr").write_bytes(made())
    assert not any(isinstance(item, list) for item in runs_of(plan([tmp_path], None)))


def test_the_starts_decide_only_within_a_run(folder):
    records = [read(folder / name) for name in NAMES]
    assert "different starts" in why_not_one_run(records)
    links = [Link("cell.mpr", 1, "", number) for number in (1, 2, 3)]
    assert why_not_one_run(records, links) == ""


def test_the_written_file_verifies_against_its_sources(folder):
    joined(folder)
    checks = verify(folder / "cell.mpr.h5")
    assert len(checks) > 1
    assert [check for check in checks if not check.holds] == []

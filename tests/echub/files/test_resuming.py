"""An experiment that was stopped and started again: one dataset, one clock, and nothing else made of it."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest

from echub.errors import UnitMismatch
from echub.files import stored
from echub.files.conversion import Writing, convert_sources
from echub.files.joining import Link, NotOneRun, link_of, runs_of, why_not_one_run
from echub.files.output import Target, plan
from echub.files.reading import Reading, read
from echub.files.resuming import resume, shifts, why_not_resumed
from echub.files.verification import verify
from echub.model.column import Bits, Column
from echub.model.dataset import Dataset, Omitted
from echub.model.metadata import Metadata
from echub.model.missing import MISSING, is_missing
from echub.model.record import Record
from echub.model.source import Source
from echub.model.units import Scale
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


# -- each part of a joint ------------------------------------------------------------------------


def part(labels=None, omitted=(), restarts="", **columns):
    """Return a time series of columns by name; `word` is a column of codes with labels."""
    known = {"time": "s", "charge": "mA*h"}
    made = {
        name: Column(
            name, np.asarray(values), name if name in known else None, known.get(name, "1"), header=name,
            labels=labels if name == "word" else {},
        )
        for name, values in columns.items()
    }  # fmt: skip
    attrs = {"clock_restarts": restarts} if restarts else {}
    return Dataset("timeseries", made, omitted=omitted, attrs=attrs)


ZERO, SEVEN = (Omitted(name, 9, "<f8", np.float64(value).tobytes().hex()) for name, value in (("x", 0), ("x", 7)))


def test_three_parts_become_one_dataset_row_by_row():
    """A clock restarts within the second part, which has a column of its own; the third has no words."""
    parts = [
        part({0: "a", 1: "b"}, time=[0.0, 1, 2], row=[0, 2, 4], charge=[0.0, 1, 3], word=np.uint8([0, 1, 1])),
        part({0: "b", 1: "c"}, (SEVEN,), "1", time=[0.0, 1], row=[1, 3], charge=[3.03, 4], word=np.uint8([0, 1])),
        part(time=[0.0, 1, 2], row=[0, 1, 2], charge=[4.05, 1, 2], x=[5.0, 6, 7]),
    ]
    whole = resume(parts, [0.0, 10.0, 20.5])
    assert whole["time"].tolist() == [0, 1, 2, 10, 11, 20.5, 21.5, 22.5]
    assert whole["row"].tolist() == [0, 2, 4, 6, 8, 9, 10, 11]  # behind the last source row of each part
    assert np.array_equal(whole["x"], [np.nan] * 3 + [7, 7, 5, 6, 7], equal_nan=True)
    assert is_missing(whole["x"][:3]).all()
    words = whole.columns["word"]
    assert [words.labels[code] for code in words.values] == ["a", "b", "b", "b", "c", "", "", ""]
    assert (words.labels, words.values.dtype) == ({0: "a", 1: "b", 2: "c", 3: ""}, np.uint8)
    assert whole.attrs == {
        "run_starts": "3 5", "gaps_s": "8 9.5", "charge_at_run_starts": "continued restarted",  # of 4.05: 0.0405
        "clock_restarts": "4",
    }  # fmt: skip
    assert whole.omitted == ()


def test_a_new_word_keeps_its_code_if_it_is_free_and_another_omission_says_nothing_of_a_column():
    nine = Omitted("z", 8, "<f8", np.float64(9).tobytes().hex())
    parts = [
        part({0: "a"}, time=[0.0], word=np.uint8([0]), y=[1.0], x=[1.0]),
        part({7: "b"}, (nine, SEVEN), time=[0.0], word=np.uint8([7])),
    ]
    whole = resume(parts, [0.0, 9.0])
    word = whole.columns["word"]
    assert (word.labels, word.values.tolist()) == ({0: "a", 7: "b"}, [0, 7])
    assert whole["x"].tolist() == [1.0, 7.0]
    assert np.array_equal(whole["y"], [1.0, np.nan], equal_nan=True)


def test_parts_without_rows_or_clock_end_nothing():
    first, second, third = stated("2024-03-14T09:00:00", "2024-03-14T09:00:00", "2024-03-14T09:00:05")
    second.datasets["timeseries"] = part(time=np.empty(0))
    assert why_not_resumed([first, second, third]) == "part 3 starts before part 2 ends"
    second.datasets["timeseries"] = part(time=[np.nan, np.nan])
    assert why_not_resumed([first, second, third]) == "part 3 starts before part 2 ends"
    second.datasets["timeseries"] = part(x=[1.0])
    assert why_not_resumed([first, second]) == ""
    assert why_not_resumed([second, first]) == ""


@pytest.mark.parametrize(("again", "word"), [
    (4.04, "continued"), (4.05, "restarted"), (3.97, "continued"), (3.95, "restarted"), (np.nan, "unknown"),
])  # fmt: skip
def test_a_charge_continues_within_a_hundredth_of_its_range(again, word):
    """It ends at 4 and ranges from 0 to 4 or a little more."""
    whole = resume([part(time=[0.0, 1], charge=[0.0, 4]), part(time=[0.0, 1], charge=[again, 4])], [0.0, 9.0])
    assert whole.attrs["charge_at_run_starts"] == word


def test_what_is_not_a_number_at_a_joint_is_unknown():
    nan = np.nan
    whole = resume(
        [part(time=[0.0, nan], charge=[nan, nan]), part(time=[0.0, 1], charge=[nan, nan]), part(time=[0.0])],
        [0.0, 9.0, 20.0],
    )
    assert whole.attrs["gaps_s"] == "unknown 10"
    assert whole.attrs["charge_at_run_starts"] == "unknown unknown"


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0)])
def test_a_part_without_rows_takes_no_words_away(order):
    empty = part({}, time=np.empty(0), word=np.empty(0, np.uint8))
    parts = [empty, part({0: "a", 1: "b"}, time=[0.0, 1], word=np.uint8([1, 0])),
             part({0: "b"}, time=[2.0], word=np.uint8([0]))]  # fmt: skip
    whole = resume([parts[i] for i in order], [0.0] * 3)
    assert whole["word"].tolist() == ["b", "a", "b"]


def test_vendor_columns_in_two_units_become_one():
    def pressed(unit, *values):
        column = Column("vendor_p", np.array(values), unit=unit, header="P", scale=Scale())
        return Dataset("timeseries", {"vendor_p": column})

    column = resume([pressed("mbar", 5.0), pressed("bar", 2.0, 3.0)], [0.0, 9.0]).columns["vendor_p"]
    assert (column.values.tolist(), column.unit) == ([5.0, 2000.0, 3000.0], "mbar")
    for other in ("V", None):
        with pytest.raises(UnitMismatch):
            resume([pressed("mbar", 5.0), pressed(other, 2.0)], [0.0, 9.0])
        with pytest.raises(UnitMismatch):
            resume([pressed(other, 5.0), pressed("mbar", 2.0)], [0.0, 9.0])


def test_flags_that_a_part_does_not_have_are_missing_bit_by_bit():
    mode = Bits("mode", "mode", 0b110)
    column = Column("flags", np.uint8([0b101, 0b011]), unit="1", header="flags", bits=(mode,))
    flagged = Dataset("timeseries", {"flags": column})
    without = part(x=[0.0])
    for order, places in (((flagged, without), slice(2)), ((without, flagged), slice(1, 3))):
        found = resume(order, [0.0, 9.0])["mode"]
        assert found[places].tolist() == [2, 1]
        assert is_missing(found).sum() == 1


def test_clocks_that_restart_several_times_in_a_part_are_all_kept():
    parts = [part(restarts="1 3", time=[0.0, -1, 2, 0]), part(restarts="1 2", time=[0.0, -1, -2])]
    assert resume(parts, [0.0, 9.0]).attrs["clock_restarts"] == "1 3 5 6"


@pytest.mark.parametrize(
    ("codes", "labels", "values", "words"),
    [
        (([1, 3], [3, 1]), ({1: "CC", 3: "CC"}, {1: "CC", 3: "CC"}), [1, 3, 3, 1], ["CC"] * 4),
        (([1, 7], [7, 1]), ({1: "CC"}, {7: "CV", 1: "CC"}), [1, 7, 8, 1], ["CC", "7", "CV", "CC"]),
        (([1.0, MISSING], [2.0, 1.0]), ({1: "CC"}, {2: "CV", 1: "CC"}), [1, np.nan, 2, 1], ["CC", "", "CV", "CC"]),
    ],
)
def test_codes_of_parts_keep_their_words(codes, labels, values, words):
    """Two codes of one word stay two; a bare 7 does not take the word of another part; a missing one stays so."""
    parts = [part(known, time=[0.0, 1.0], word=np.array(own)) for own, known in zip(codes, labels, strict=True)]
    column = resume(parts, [0.0, 10.0]).columns["word"]
    assert column.values.tolist() == pytest.approx(values, nan_ok=True)
    assert column.plain().tolist() == words


def test_codes_below_zero_and_parts_without_rows_keep_their_words():
    whole = resume(
        [part({-1: "a", 300: "b"}, time=[0.0, 1], word=[-1, 300]), part({5: "a"}, time=[0.0], word=[5])],
        [0.0, 9.0],
    )
    assert whole.columns["word"].values.tolist() == [-1, 300, -1]
    assert whole.columns["word"].labels == {-1: "a", 300: "b"}
    empty = part({0: "a"}, time=np.empty(0), word=np.empty(0, np.int64), charge=np.empty(0))
    none = resume([empty, empty], [0.0, 9.0])
    assert (none.rows, none.columns["word"].labels, none.attrs["charge_at_run_starts"]) == (0, {0: "a"}, "")


def test_a_part_without_rows_has_no_joint():
    empty = part(time=np.empty(0), charge=np.empty(0), row=np.empty(0, np.int64))
    one = part(time=[0.0, 1], charge=[0.0, 1], row=[0, 1])
    assert resume([one, empty, one], [0.0, 5.0, 9.0])["row"].tolist() == [0, 1, 2, 3]
    assert resume([empty, one], [0.0, 9.0]).attrs["run_starts"] == "0"
    assert resume([empty, one], [0.0, 9.0]).attrs["gaps_s"] == ""
    assert resume([one, empty], [0.0, 9.0]).attrs["gaps_s"] == ""


def test_what_all_parts_left_out_stays_left_out():
    parts = [part(omitted=omitted, time=[0.0]) for omitted in ((ZERO, SEVEN), (SEVEN,))]
    assert resume(parts, [0.0, 9.0]).omitted == (SEVEN,)


def test_a_scale_that_not_all_parts_share_is_not_stated():
    def scaled(factor):
        column = Column("charge", np.array([1.0]), "charge", "mA*h", scale=Scale(factor), source_dtype="<f4")
        return Dataset("timeseries", {"charge": column})

    bare = Dataset("timeseries", {"time": Column("time", np.array([1.0]), "time", "s")})
    half = Fraction(1, 2)
    for others, scale, dtype in (
        ([scaled(half)], Scale(half), "<f4"), ([scaled(Fraction(1))], Scale(), ""), ([bare], Scale(), ""),
    ):  # fmt: skip
        column = resume([scaled(half), *others], [0.0, 9.0]).columns["charge"]
        assert (column.scale, column.source_dtype) == (scale, dtype)


def stated(*starts, end=10.0):
    """Return records of ten seconds each that state their starts."""
    made = []
    for start in starts:
        metadata = Metadata()
        metadata.set("experiment.start", start)
        made.append(Record([part(time=[0.0, end])], metadata=metadata))
    return made


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ("2024-03-14T09:00:10", ""),
        ("2024-03-14T09:00:09", ""),  # rounded to the second
        ("2024-03-14T09:00:08.999", "part 2 starts before part 1 ends"),
        (
            "2024-03-14T09:00:20+00:00",
            "the starts of the parts cannot be compared: some state a zone, others none",
        ),
    ],
)
def test_a_part_starts_when_the_one_before_has_ended(second, why):
    assert why_not_resumed(stated("2024-03-14T09:00:00", second)) == why


def test_parts_on_one_clock_state_one_start():
    """Their shifts are all zero, which is not the same as unknown."""
    first, second = stated("2024-03-14T09:00:00", "2024-03-14T09:00:00")
    second.datasets["timeseries"] = part(time=[10.0, 20.0])
    assert shifts([first, second]) == [0.0, 0.0]
    assert why_not_resumed([first, second]) == ""
    second.datasets["timeseries"] = part(time=[8.9, 20.0])
    assert why_not_resumed([first, second]) == "part 2 starts before part 1 ends"


@pytest.mark.parametrize(
    ("clocks", "why"),
    [
        (([0, 5], [0, 20], [20, 30], [25, 30]), ""),
        (([0, 20], [0, 5], [20, 30], [25, 30]), ""),
        (([0, 5], [0, 20], [15, 30], [20, 30]), "part 2 starts before part 1 ends"),
        (([0, 20], [0, 5], [20, 30], [15, 30]), "part 2 starts before part 1 ends"),
    ],
)
def test_the_clocks_of_all_datasets_of_a_part_count(clocks, why):
    first, second = stated("2024-03-14T09:00:00", "2024-03-14T09:00:00")
    for record, times in ((first, clocks[:2]), (second, clocks[2:])):
        for kind, time in zip(("timeseries", "impedance"), times, strict=True):
            record.datasets[kind] = part(time=np.array(time, float))
    assert why_not_resumed([first, second]) == why


def test_the_latest_end_of_all_parts_before_counts():
    day = "2024-03-14T09:00:"
    longer = [*stated(f"{day}00", end=30.0), *stated(f"{day}35", end=1.0), *stated(f"{day}36.5", end=1.0)]
    assert why_not_resumed(longer) == ""
    longer[2].metadata.set("experiment.start", f"{day}34.9")
    assert why_not_resumed(longer) == "part 3 starts before part 2 ends"

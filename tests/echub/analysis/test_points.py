"""Earlier outcomes as input: what is none says what helps."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import echub
from echub.analysis.outcome import Outcome
from echub.analysis.points import load_outcomes, with_values
from echub.errors import DataError, SourceNotFound, UnknownOption, UnknownReader
from echub.files import store
from echub.model.record import Record
from tests.messages.parts import said


def test_an_instruments_file_is_no_outcome_and_says_what_helps(tmp_path):
    path = tmp_path / "run.mpr"
    path.write_bytes(b"BIO-LOGIC\xff\x00")
    with pytest.raises(DataError) as caught:
        load_outcomes(path)
    assert caught.value.path == str(path)
    assert caught.value.found == "a file that is not text (byte 9)"
    assert caught.value.hint == "echub analyze NAME FILE -o OUT stores outcomes in OUT"
    assert caught.value.cause == "an instrument's file, which another analysis has to answer first"
    assert caught.value.expected == "an .outcome.json, a folder of them, or a CSV table"


def test_outcomes_of_a_folder_are_in_the_order_of_their_names(tmp_path):
    for name in ("b", "a10", "a2"):
        (tmp_path / f"{name}.outcome.json").write_text(Outcome(label=name).to_json(), encoding="utf-8")
    (tmp_path / "notes.json").write_text("{}", encoding="utf-8")
    assert [one.label for one in load_outcomes(tmp_path)] == ["a10", "a2", "b"]


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(SourceNotFound):
        load_outcomes(tmp_path / "none.outcome.json")


def test_a_table_becomes_an_outcome_per_row(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text("sample.group, j / mA/cm^2\nbare, 0.5\ncoated, 0.25\n", encoding="utf-8")
    bare, coated = load_outcomes(path)
    assert (bare.meta("sample.group"), bare["j"].value, coated["j"].unit) == ("bare", 0.5, "mA/cm^2")
    path.write_text("sample.group, j / mA/cm^2\nbare, much\n", encoding="utf-8")
    with pytest.raises(DataError, match="not a number"):
        load_outcomes(path)


def test_a_table_states_uncertainties(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text(
        "# by hand\n\nj (mA/cm^2),±,s / S/cm,SD(s) / %,n(s),u_shared(s) / %\n0.5,0.1,2,20,4,5\n1.0 ± 0.2,,<3,,,\n",
        "utf-8",
    )
    one, two = load_outcomes(path)
    assert (one["j"].unit, one["j"].uncertainty, two["j"].uncertainty) == ("mA/cm^2", 0.1, 0.2)
    # 20 % of 2 over the root of 4, and the 5 % that all values share
    assert one["s"].uncertainty == pytest.approx((0.2**2 + 0.1**2) ** 0.5)
    assert [(part.uncertainty, bool(part.group)) for part in one["s"].components] == [
        (pytest.approx(0.2), False),
        (pytest.approx(0.1), True),
    ]
    assert (two["s"].censoring, two["s"].interval.high) == ("left", 3)
    assert set(one.measurands) == {"j", "s"}


def test_units_may_stand_in_a_row_of_their_own(tmp_path):
    path = tmp_path / "phases.csv"
    path.write_text("sample.id,NZSP,esd(NZSP),Rwp\n,wt%,wt%,%\nA,88.1,0.4,5.1\nB,86,0.4,5.3\n", "utf-8")
    one, two = load_outcomes(path)
    assert (one["NZSP"].value, one["NZSP"].uncertainty, one["NZSP"].unit) == (88.1, 0.4, "%")
    assert (two.label, two["Rwp"].unit) == ("phases.csv B", "%")
    path.write_text("sample.id,x\nA,1\n", "utf-8")
    assert load_outcomes(path)[0]["x"].value == 1


def test_units_of_a_row_may_be_products_and_short_rows_lack_what_is_behind(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text("Q1,Q2,u(Q2)\nAh/V,V,V\n1,2\n1,2,0.5\n3\n", "utf-8")
    found = [
        {n: (m.value, m.uncertainty, m.unit) for n, m in one.measurands.items()} for one in load_outcomes(path)
    ]
    assert found == [
        {"Q1": (1.0, None, "Ah/V"), "Q2": (2.0, None, "V")},
        {"Q1": (1.0, None, "Ah/V"), "Q2": (2.0, 0.5, "V")},
        {"Q1": (3.0, None, "Ah/V")},
    ]


def test_a_column_without_a_unit_is_a_number(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text('x,y\n"",""\n2,3\n', "utf-8")  # a row of nothing is none of units
    none, one = load_outcomes(path)
    assert dict(none.measurands) == {}
    assert [(m.value, m.unit) for m in one.measurands.values()] == [(2.0, "1"), (3.0, "1")]


@pytest.mark.parametrize(("header", "celsius"), [("T / K", 26.85), ("Temperature (°C)", 300), ("T / 1", None)])
def test_the_temperature_of_a_row(tmp_path, header, celsius):
    path = tmp_path / "cells.csv"
    path.write_text(f"{header},j / mA/cm^2\n300,1\n", "utf-8")
    found = load_outcomes(path)[0].meta("cell.temperature")
    assert found == (None if celsius is None else pytest.approx(celsius))


def test_what_a_table_lacks_can_be_stated_and_what_it_states_stays(tmp_path):
    path = tmp_path / "values.csv"
    path.write_text("sample.id,R1 / 1/s\nS1,1\nS2,2\n")
    rows = with_values(load_outcomes(path), {"cell.temperature": "298.15 K"})
    assert [row.meta("cell.temperature") for row in rows] == [25.0, 25.0]
    path.write_text("sample.id,sample.group,cell.temperature / degC,R1 / 1/s\nS1,a,30,1\nS2,,,2\n")
    rows = with_values(load_outcomes(path), {"cell.temperature": "25 degC"})
    assert [row.meta("sample.group") for row in rows] == ["a", None]
    assert [row.meta("cell.temperature") for row in rows] == [30.0, 25.0]
    with pytest.raises(UnknownOption, match="stated by every outcome"):
        with_values(rows, {"cell.temperature": "20 degC"})


@pytest.mark.parametrize(("cell", "unit"), [("-300", "degC"), ("x", "K")])
def test_only_kelvin_below_zero_is_left_to_the_analysis(cell, unit):
    from echub.analysis.stating import state
    from echub.errors import EchubError
    from echub.model.metadata import Metadata

    metadata = Metadata()
    state(metadata, "cell.temperature", "-5", "K", "t.csv row 2")
    assert metadata.value("cell.temperature") == pytest.approx(-278.15)
    with pytest.raises((EchubError, ValueError)):
        state(metadata, "cell.temperature", cell, unit, "t.csv row 2")
    with pytest.raises(EchubError) as refused:
        state(metadata, "cell.area", "2", "K", "t.csv row 3")
    assert refused.value.where == "t.csv row 3, cell.area"


def test_what_the_reader_notices_of_a_table_of_samples_is_said_of_each_value(tmp_path):
    path = tmp_path / "values.csv"
    path.write_text("sample.id,H / GPa\nS1,1.5\nS2,2 or 3\nS3,1.7\nS4,1.6\n", "utf-8")
    one, two, *_ = load_outcomes(path)
    assert (one["H"].value, {flag.code for flag in one.flags}) == (
        1.5,
        {"unparsable-rows", "table-gaps", "no-replicates"},
    )
    assert two["H"].value is None
    assert two.flags == one.flags


def told(path, text):
    path.write_text(text, "utf-8")
    return said(lambda: load_outcomes(path))


def test_what_is_wrong_with_a_table_is_told_with_its_place(tmp_path):
    path = tmp_path / "cells.csv"
    whose = {"path": str(path)}
    rows = {"message": "the table has no rows", "expected": "a header with units, and a row per value", **whose}
    for text in ("", "j / mA/cm^2\n", "# j / mA/cm^2\n# 1\n", ",;\n"):
        assert told(path, text) == rows
    assert told(path, "j / V\n1\nmuch\n") == {
        "message": "j is not a number", "where": "row 3", "expected": "a number", "found": "much", **whose
    }  # fmt: skip
    assert told(path, "j,u(j)\nV,V\n1,much\n") == {
        "message": "u(j) / V is not a number", "where": "row 3", "expected": "a number", "found": "much", **whose
    }  # fmt: skip
    found = told(path, "cell.area / cm^2,j / V\n-1,2\n")
    assert (found["path"], found["where"]) == (str(path), "cells.csv row 2, cell.area")


def test_each_row_of_a_table_says_where_it_stands(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text("# first\nsample.group;j / V;u(j) / mV;extra.note\n\na;1;2;x\nb;;;\n", "utf-8")
    one, two = load_outcomes(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert one.label == "cells.csv row 2"
    assert one.provenance == {"inputs": [{"name": "cells.csv", "sha256": sha256, "row": 2}]}
    assert one.metadata == {
        "sample.group": {"value": "a", "unit": None, "source": "cells.csv row 2"},
        "extra.note": {"value": "x", "unit": None, "source": "cells.csv row 2"},
    }  # fmt: skip
    measurand = one["j"]
    assert (measurand.value, measurand.uncertainty, measurand.unit, measurand.n) == (1.0, 0.002, "V", 1)
    assert (two.label, dict(two.measurands), list(two.metadata)) == ("cells.csv row 3", {}, ["sample.group"])


def test_what_outcomes_state_themselves_cannot_be_restated():
    stated = Outcome(metadata={"cell.area": {"value": 2.0, "unit": "cm^2", "source": "file"}})
    assert said(lambda: with_values([stated, stated], {"cell.area": "3 cm^2"})) == {
        "message": "cell.area is stated by every outcome, and its values belong to that",
        "expected": "metadata that the outcomes lack", "found": "--set cell.area=3 cm^2",
        "hint": "analyse the measurements again, with --set there",
    }  # fmt: skip
    own, given = with_values([stated, Outcome()], {"cell.area": "300 mm^2"})
    assert own.metadata == stated.metadata
    assert given.metadata == {"cell.area": {"value": 3.0, "unit": "cm^2", "source": "--set"}}
    both = with_values([Outcome(), stated], {"cell.area": "3 cm^2", "cell.thickness": "1 mm", "sample.id": "S1"})
    assert [{path: one.meta(path) for path in ("cell.area", "cell.thickness", "sample.id")} for one in both] == [
        {"cell.area": area, "cell.thickness": 1000.0, "sample.id": "S1"} for area in (3.0, 2.0)
    ]
    assert with_values([], {"cell.area": "3 cm^2"}) == []
    assert with_values([stated], {}) == [stated]


def test_a_named_reader_reads_a_table_of_samples(tmp_path):
    path = tmp_path / "values.csv"
    path.write_text("sample.id,H / GPa\nS1,1.5\n", "utf-8")
    assert load_outcomes(path, reader="table")[0]["H"].value == 1.5
    (tmp_path / "values.h5").write_bytes(path.read_bytes())
    for given in (path, tmp_path / "values.h5"):
        with pytest.raises(UnknownReader) as refused:
            load_outcomes(given, reader="nobody")
        assert refused.value.found == "nobody"


def test_a_record_without_data_is_no_table_of_samples(tmp_path):
    store.write(Record([]), tmp_path / "none.h5")
    assert said(lambda: load_outcomes(tmp_path / "none.h5"))["found"] == "no dataset"


def test_a_record_that_is_no_table_of_samples_says_what_is_taken(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("t / s,U / V\n0,1\n1,2\n2,3\n", "utf-8")
    native = echub.convert(path, tmp_path / "out").outputs[0]
    assert said(lambda: load_outcomes(Path(native))) == {
        "message": "this is not an outcome of an analysis", "path": native,
        "found": "timeseries",
        "expected": "an .outcome.json, a folder of them, or a table with a column sample.id",
        "cause": "an instrument's file, which another analysis has to answer first",
        "hint": "echub analyze NAME FILE -o OUT stores outcomes in OUT",
    }  # fmt: skip

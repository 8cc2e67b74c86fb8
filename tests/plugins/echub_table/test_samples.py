"""CSV and Excel tables of samples: their kind, units, and what is flagged; their values in analyses."""

import numpy as np
import pytest

import echub
from echub.analysis.points import load_outcomes
from echub.errors import ReadError
from echub.model.samples import averaged
from fixtures.samples import make

HEAD = "sample.id,dose / 1/cm^2,replicate,Zr / %,Si / %\n"


def read(tmp_path, text):
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    return echub.read(file)


def codes(record):
    return [notice.code for notice in record.notices]


def test_the_fixtures_are_those_of_the_generator():
    from fixtures.tables.workbook import book

    assert (make.HERE / "leis.csv").read_text("utf-8") == make.fractions()
    assert (make.HERE / "relaxation.csv").read_text("utf-8") == make.rates()
    assert (make.HERE / "hardness.xlsx").read_bytes() == book(make.hardness())


@pytest.mark.parametrize("name", ["leis.csv", "hardness.xlsx"])
def test_csv_and_excel_are_tables(name):
    record = echub.read(make.HERE / name)
    assert list(record.datasets) == ["table"]
    assert record.notices == []


def test_units_stand_behind_the_first_slash(tmp_path):
    record = read(tmp_path, "sample.id,replicate,R1 / 1/s,Zr / %,P / %\na,1,5,1,2\na,2,6,1,2\na,3,6,1,2\n")
    units = [column.unit for column in record["table"].columns.values()][-3:]
    assert units == ["1/s", "%", "%"]
    assert "unit-mismatch" not in codes(record)  # here Zr is an element, not an impedance


def test_a_text_has_no_unit_whatever_its_header(tmp_path):
    record = read(tmp_path, "sample.id,replicate,batch / s,R1 / 1/s\na,1,one,5\na,2,two,6\n")
    assert [column.unit for column in record["table"].columns.values()][-2:] == [None, "1/s"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("a,1e15,1,60,40\na,1e15,2,60,40\nb,1e15,1,60,40\n", "replicates-differ"),
        ("a,1e15,1,60,40\na,1e15,1,61,39\nb,1e15,1,60,40\nb,1e15,2,60,40\n", "repeated-replicate"),
        ("a,1e15,1,60,\na,1e15,2,60,40\nb,1e15,1,60,40\nb,1e15,2,60,40\n", "table-gaps"),
        ("a,1e15,1,60,30\na,1e15,2,60,40\nb,1e15,1,60,40\nb,1e15,2,60,40\n", "no-closure"),
    ],
)
def test_what_is_incomplete_is_flagged(tmp_path, rows, code):
    assert code in codes(read(tmp_path, HEAD + rows))


@pytest.mark.parametrize("cell", ["1300 MPa", "<0.5", "1.2 ± 0.1", "n.d."])
def test_a_column_that_a_cell_makes_text_is_told_with_the_cell(tmp_path, cell):
    record = read(tmp_path, f"sample.id,replicate,H / GPa\na,1,1.2\na,2,{cell}\nb,1,1.1\nb,2,1.0\n")
    notice = next(notice for notice in record.notices if notice.code == "table-text")
    assert repr(cell) in notice.message
    assert "row 2" in notice.message


@pytest.mark.parametrize("cells", [("one", "two", ""), ("1.2 GPa", "1300 MPa", "1 GPa")])
def test_remarks_are_no_numbers_but_numbers_with_units_are(tmp_path, cells):
    rows = "".join(f"{name},1,5,{cell}\n" for name, cell in zip("abc", cells, strict=True))
    found = codes(read(tmp_path, f"sample.id,replicate,R1 / 1/s,seen\n{rows}"))
    assert ("table-text" in found) is ("GPa" in cells[0])


@pytest.mark.parametrize(
    ("name", "told"),
    [("u(R1)", False), ("u_R1", False), ("R1 ±", True), ("SD(R1)", True), ("U(R1)", True), ("u(E)", False)],
)
def test_a_spread_without_a_clear_meaning_is_told(tmp_path, name, told):
    found = codes(read(tmp_path, f"sample.id,replicate,R1 / 1/s,{name} / 1/s\na,1,5,0.1\nb,1,6,0.2\n"))
    assert ("table-uncertainty" in found) is told


def test_a_table_that_states_uncertainties_needs_no_replicates(tmp_path):
    assert codes(read(tmp_path, "sample.id,R1 / 1/s,u(R1) / 1/s\na,5,0.1\nb,6,0.2\nc,6,0.2\n")) == []


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("H 1 / GPa,H 2 / GPa,H 3 / GPa", True),
        ("spot1 / GPa,spot2 / GPa,spot3 / GPa", True),
        ("H (1) / GPa,H (2) / GPa,H (3) / GPa", True),
        ("R1 / 1/s,R2 / 1/s,R3 / 1/s", False),
        ("H 1 / GPa,H 2 / GPa,E 3 / GPa", False),
        ("Si 2p / %,O 1s / %,C 1s / %", False),
    ],
)
def test_replicates_side_by_side_are_told(tmp_path, head, told):
    found = codes(read(tmp_path, f"sample.id,{head}\na,1,2,3\nb,2,3,4\nc,2,3,4\n"))
    assert ("replicates-in-columns" in found) is told


def test_an_uncertainty_is_no_part_of_a_whole(tmp_path):
    rows = "a,1,60,40,5\na,2,59,41,5\n"
    assert "no-closure" not in codes(read(tmp_path, f"sample.id,replicate,Zr / %,Si / %,u(Zr) / %\n{rows}"))


@pytest.mark.parametrize("other", ["s1", "S 1"])
def test_samples_that_differ_by_case_or_blanks_are_told(tmp_path, other):
    found = codes(read(tmp_path, f"sample.id,replicate,H / GPa\nS1,1,1.2\n{other},2,1.3\nS2,1,1.1\n"))
    assert "similar-samples" in found


@pytest.mark.parametrize(("unit", "whole"), [("1", 1), ("wt%", 100), ("mol%", 100)])
def test_fractions_close_whatever_their_unit(tmp_path, unit, whole):
    head, rows = f"sample.id,replicate,A / {unit},B / {unit}\n", [(0.6, 0.4), (0.59, 0.41), (0.6, 0.3)]
    text = head + "".join(f"a,{n},{x * whole:g},{y * whole:g}\n" for n, (x, y) in enumerate(rows))
    assert "no-closure" in codes(read(tmp_path, text))
    assert "no-closure" not in codes(read(tmp_path, text.rsplit("a,", 1)[0]))


def test_ratios_are_no_fractions_of_one(tmp_path):
    text = "sample.id,replicate,A / 1,B / 1\na,1,0.5,0.7\na,2,0.55,0.7\na,3,0.5,0.5\n"
    assert "no-closure" not in codes(read(tmp_path, text))


def test_a_complete_table_is_not_flagged(tmp_path):
    assert codes(read(tmp_path, HEAD + "a,1e15,1,60,40\na,1e15,2,59,41.5\nb,1e15,1,60,40\nb,1e15,2,60,40\n")) == []


def test_parts_that_are_not_all_need_not_add_up(tmp_path):
    assert "no-closure" not in codes(read(tmp_path, HEAD + "a,1e15,1,6,4\na,1e15,2,5,4\na,1e15,3,5,4\n"))


def test_a_bare_name_and_no_replicates_are_flagged(tmp_path):
    found = codes(read(tmp_path, "sample.id,area\na,1.5\nb,2.5\nc,2.5\n"))
    assert {"table-no-unit", "no-replicates"} <= set(found)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("time / s,Sample ID,voltage / V", "timeseries"),
        ("time / s,sample.id,volume / mm^3", "table"),
        ("time / s,replicate,sample.id,voltage / V", "table"),
    ],
)
def test_a_clock_is_the_axis_of_what_an_instrument_records(tmp_path, head, kind):
    rows = "".join(f"{k}," + ("1," if "replicate" in head else "") + f"x,{k + 1}\n" for k in range(3))
    assert list(read(tmp_path, f"{head}\n{rows}").datasets) == [kind]


TOMOGRAMS = """\
sample.id,time / h,replicate,volume / mm^3,u(volume) / mm^3
c1,0,1,0.10,0.01
c1,0,2,0.12,0.01
c1,5,1,0.22,0.01
c1,5,2,0.25,0.01
"""


@pytest.mark.parametrize("left", ["T / K,replicate", "replicate,T / K"])
def test_the_temperature_of_a_row_is_that_of_its_cell(tmp_path, left):
    rows = "".join(
        f"a,{x},2.{k}\n" for k, x in enumerate(["300,1", "310,1"] if left[0] == "T" else ["1,300", "1,310"])
    )
    file = tmp_path / "warm.csv"
    file.write_text(f"sample.id,{left},H / GPa\n{rows}", "utf-8")
    assert [o.meta("cell.temperature") for o in load_outcomes(file)] == pytest.approx([26.85, 36.85])


@pytest.mark.parametrize("name", ["Sample", "Probe Nr.", "specimen"])
def test_a_table_whose_samples_have_another_name_is_refused_with_what_helps(tmp_path, name):
    from echub.errors import ReadError

    with pytest.raises(ReadError) as caught:
        read(tmp_path, f"{name},Zr,Si\nS1,60,40\nS2,50,50\n")
    assert "`sample.id`" in caught.value.hint


def test_values_at_different_times_are_never_averaged(tmp_path):
    file = tmp_path / "tomo.csv"
    file.write_text(TOMOGRAMS, encoding="utf-8")
    outcomes = load_outcomes(file)
    assert [o["volume"].value for o in outcomes] == pytest.approx([0.11, 0.235])
    assert [o.conditions["time"].value for o in outcomes] == [0, 18000]


def test_a_table_with_a_time_goes_onto_the_clock_of_another_file(tmp_path):
    file = tmp_path / "tomo.csv"
    file.write_text(TOMOGRAMS, encoding="utf-8")
    aligned = echub.align(
        [make.HERE.parent / "clocks" / "potentiostat.csv", file], offsets={"tomo.csv": (60.0, 1.0)}
    )
    assert aligned.record["table_2"]["time_aligned"].tolist() == [60, 60, 18060, 18060]


LIMITS = """\
sample.id,sample.group,cell.temperature / degC,replicate,Si / %
a1,a,25,1,1.0 ± 0.1
a1,a,25,2,1.2 ± 0.1
a2,a,25,1,1.4(2)
a2,a,25,2,<0.3
b1,b,25,1,<0.3
b1,b,25,2,<0.2
b2,b,25,1,0.5
"""


def test_cells_with_uncertainties_and_limits_are_values(tmp_path):
    file = tmp_path / "xps.csv"
    file.write_text(LIMITS, encoding="utf-8")
    one, two, three, four = (outcome["Si"] for outcome in load_outcomes(file))
    assert (one.value, one.uncertainty) == (pytest.approx(1.1), pytest.approx(0.1))
    assert two.value is None
    assert "1 of 2 replicates below" in two.note
    assert (three.censoring, three.interval.high) == ("left", 0.3)
    assert (four.value, four.uncertainty, four.unit) == (0.5, None, "%")


GROUPED = """\
sample.id,Treatment,cell.temperature / degC,replicate,H / GPa
a,bare,25,1,1.0
b,bare,25,1,1.1
c,coated,25,1,2.0
d,coated,25,1,2.1
"""


def test_a_text_column_parts_groups_and_the_refusal_without_it_says_so(tmp_path):
    file = tmp_path / "groups.csv"
    file.write_text(GROUPED, encoding="utf-8")
    refused = echub.analyze("compare-groups", file).refusals[0]
    assert (refused.code, refused.hint) == ("mixed-treatment", '--param group_by="Treatment" takes them as groups')
    found = echub.analyze("compare-groups", file, params={"group_by": "Treatment", "higher": "coated"})
    assert found["ratio"].value == pytest.approx((2.0 * 2.1 / 1.1) ** 0.5)


def test_values_of_one_sample_have_labels_of_their_own(tmp_path):
    file = tmp_path / "one.csv"
    rows = "".join(f"a,{celsius},1,{k + 1}\n" for k, celsius in enumerate((25, 50, 75, 100)))
    file.write_text(f"sample.id,cell.temperature / degC,replicate,H / GPa\n{rows}", encoding="utf-8")
    assert [outcome.label for outcome in load_outcomes(file)][:2] == ["one.csv a 25 °C", "one.csv a 50 °C"]
    left = echub.analyze("arrhenius", file, params={"exclude": "one.csv a 50 °C: cracked"})
    assert left.tables["fit"]["value"].values[0] == 3


def test_the_sheet_of_a_workbook_reaches_an_analysis():
    from echub.errors import EchubError

    with pytest.raises(EchubError, match="no sheet"):
        echub.analyze("compare-groups", make.HERE / "hardness.xlsx", options={"sheet": "no such sheet"})


def test_counts_and_percents_of_atoms_are_units_of_a_table(tmp_path):
    file = tmp_path / "xps.csv"
    file.write_text("sample.id,replicate,area / counts,Zr (at.%)\na,1,100,60\na,2,120,61\n", encoding="utf-8")
    only = load_outcomes(file)[0]
    assert (only["Zr"].unit, only["area"].value) == ("%", 110)


def test_what_a_reader_notices_of_a_table_is_repeated_by_analyses(tmp_path):
    file = tmp_path / "xps.csv"
    file.write_text(LIMITS, encoding="utf-8")
    outcome = echub.analyze("compare-groups", file, params={"measurand": "Si"})
    assert {"table-text", "replicates-differ", "left-out"} <= {flag.code for flag in outcome.flags}


def test_replicates_are_one_value_with_an_uncertainty():
    outcomes = load_outcomes(make.HERE / "hardness.xlsx")
    assert [o.meta("sample.id") for o in outcomes][:2] == ["glass1", "glass2"]
    values = [row[4] for row in make.hardness()[1:6]]
    hardness = outcomes[0]["H"]
    assert hardness.value == pytest.approx(np.mean(values))
    assert hardness.uncertainty == pytest.approx(np.std(values, ddof=1) / np.sqrt(5))
    assert (hardness.unit, hardness.n) == ("GPa", 5)


def test_native_and_raw_tables_give_the_same_outcomes(tmp_path):
    echub.convert(make.HERE / "leis.csv", path=tmp_path / "leis.csv.h5")
    raw, native = load_outcomes(make.HERE / "leis.csv"), load_outcomes(tmp_path / "leis.csv.h5")
    assert len(raw) == 8
    assert [o.measurands for o in raw] == [o.measurands for o in native]
    assert raw[0].conditions["dose"].value == 1.6e15


EXACT = {"temperature_offset": 0, "temperature_scale": 0}
"""Temperatures without uncertainty, so that only the scatter of the rates is left."""


def test_arrhenius_recovers_the_energy_of_the_rates():
    outcome = echub.analyze("arrhenius", make.HERE / "relaxation.csv", params={"measurand": "R1", **EXACT})
    assert outcome["activation_energy_ln_y"].interval.covers(make.ENERGY_EV)
    assert outcome["activation_energy_ln_y"].uncertainty < 0.001


def test_three_samples_are_three_cells_whatever_their_replicates():
    outcome = echub.analyze("compare-groups", make.HERE / "hardness.xlsx", params={"measurand": "H"})
    # Three of six cells can be chosen in 20 ways; either group may be the higher one.
    assert outcome["p_permutation"].value == pytest.approx(2 / 20)


def test_values_at_different_doses_are_not_mixed():
    outcome = echub.analyze("compare-groups", make.HERE / "leis.csv", params={"measurand": "Si"})
    assert outcome.status == "refused"


def test_other_files_are_still_no_outcomes():
    from echub.errors import DataError

    with pytest.raises(DataError, match="not an outcome"):
        load_outcomes(make.HERE.parent / "tables" / "workbook.xlsx")


def test_a_table_has_a_picture():
    figure = echub.plot(make.HERE / "leis.csv")
    assert [axis.get_ylabel() for axis in figure.axes] == ["Zr / %", "Si / %", "P / %"]
    assert all(axis.get_xlabel() == "dose / cm⁻²" for axis in figure.axes)


@pytest.mark.parametrize("header", ["Sample", "Sample No.", "Specimen", "Probenname", "样品"])
def test_a_column_that_seems_to_name_samples_is_pointed_at(tmp_path, header):
    record = read(tmp_path, f"{header},cycle,Zr / %\nA,1,3\nB,2,4\nA,3,5\n")
    (notice,) = [n for n in record.notices if n.code == "sample-name"]
    assert notice.message == f"if {header} names samples, call it `sample.id`: the rows are then samples"
    with pytest.raises(ReadError, match="no column of this table is known") as caught:
        read(tmp_path, f"{header},Zr / %,Si / %\nA,1,3\nB,2,4\nA,3,5\n")
    assert f"call the column {header} `sample.id`" in caught.value.hint


def test_the_sample_of_a_measurement_is_not_pointed_at(tmp_path):
    record = read(tmp_path, "Sample,t / s,U / V\nA,1,3\nA,2,4\nA,3,5\n")
    assert "sample-name" not in codes(record)


def test_a_number_that_is_counted_needs_no_unit(tmp_path):
    record = read(tmp_path, "sample.id,replicate,cycle,H,E\na,1,1,2,3\na,2,1,3,4\n")
    assert [n.message for n in record.notices] == [
        "no unit is printed: H, E; write `name / unit`, or `name / 1` for a pure number"
    ]


@pytest.mark.parametrize(
    ("spreads", "stated"),
    [
        ({"n(R1)": 3}, False),
        ({"U(R1) / 1/s": 1}, False),
        ({"n(R1)": 3, "U(R1) / 1/s": 1}, False),
        ({"n(R1)": 3, "u(R1) / 1/s": 1}, True),
        ({"u(R1) / 1/s": 1, "n(R1)": 3}, True),
        ({"n(R1)": 3, "SD(R1) / 1/s": 1}, True),
    ],
)
def test_a_count_of_values_states_no_uncertainty(tmp_path, spreads, stated):
    cells = "".join(f",{value}" for value in spreads.values())
    record = read(tmp_path, f"sample.id,R1 / 1/s,{','.join(spreads)}\na,5{cells}\nb,6{cells}\n")
    assert ("no-replicates" in codes(record)) is not stated
    assert "table-no-unit" not in codes(record)


@pytest.mark.parametrize("unit", ["H (GPa),u(H) (GPa)", "H / GPa,u(H) / GPa"])
def test_the_unit_of_a_spread_is_that_behind_its_brackets(tmp_path, unit):
    columns = read(tmp_path, f"sample.id,replicate,{unit}\na,1,1,2\na,2,1,3\n")["table"].columns.values()
    assert [column.unit for column in columns][-2:] == ["GPa", "GPa"]


@pytest.mark.parametrize("unit", ["n(H)", "u(m)"])
def test_what_stands_in_the_brackets_of_a_spread_is_no_unit(tmp_path, unit):
    name = unit[2]
    columns = read(tmp_path, f"sample.id,replicate,{name} / GPa,{unit}\na,1,1,2\na,2,1,3\n")["table"].columns
    assert list(columns.values())[-1].unit is None


def test_an_empty_cell_is_not_what_makes_a_column_text(tmp_path):
    record = read(tmp_path, "sample.id,replicate,x / GPa\na,1,\nb,1,<0.5\nc,1,1.2\nd,1,??\n")
    assert [n.message for n in record.notices if n.code == "table-text"] == [
        "x / GPa holds '<0.5' in row 2: the column is text, of which 1 of 4 cells counts as a number, 1 as below "
        "a limit, 1 is not used: '??'"
    ]


SAID = {
    # a table, and all that is said of it
    "fractions that do not close": (
        "sample.id,replicate,A / %,B / %\na,1,60,39\na,2,60,30\na,3,60,20\na,4,60,37\n",
        [("no-closure", "A / %, B / % add up to 80 in row 3, not 100; 3 of 4 rows are off by more than 2%")],
    ),
    "fractions beyond the whole": (
        "sample.id,replicate,A / 1,B / 1\na,1,0.6,0.4\na,2,0.6,0.45\na,3,0.6,0.4\n",
        [("no-closure", "A / 1, B / 1 add up to 1.05 in row 2, not 1; 1 of 3 rows is off by more than 2%")],
    ),
    "names that are nearly alike": (
        "sample.id,replicate,H / GPa\nS 1,1,2\ns1,1,3\nS2,1,4\nB,1,5\nb,1,6\n",
        [("similar-samples", "S 1/s1, B/b differ only by case or blanks, and count as different samples")],
    ),
    "a merged cell of two rows": (
        "sample.id,H / GPa,SD(H) / GPa,n(H)\na,1,0.1,3\n,2,0.1,3\nb,3,0.1,3\n",
        [("unnamed-samples", "1 row has no sample name; all such rows are one sample: a merged cell names its "
          "first row")],
    ),
    "a replicate twice": (
        "sample.id,dose / 1/cm^2,replicate,H / GPa\na,1,1,2\na,1,1,3\na,2,1,4\na,2,2,5\n",
        [("repeated-replicate", "1 row has the same replicate as another row that is described equally: a column "
          "to the left of `replicate` should part them")],
    ),
    "two replicates twice": (
        "sample.id,replicate,H / GPa\na,1,2\na,1,3\nb,1,4\nb,1,5\n",
        [("repeated-replicate", "2 rows have the same replicate as another row that is described equally: a "
          "column to the left of `replicate` should part them")],
    ),
    "fewer replicates": (
        "sample.id,replicate,H / GPa\na,1,2\nb,1,3\nb,2,4\nb,3,5\nc,1,4\nc,2,6\n",
        [("replicates-differ", "up to 3 replicates, fewer for a, c")],
    ),
    "a sample with fewer at one dose": (
        "sample.id,dose / 1/cm^2,replicate,H / GPa\na,1,1,2\na,1,2,3\na,2,1,4\n",
        [("replicates-differ", "up to 2 replicates, fewer for a")],
    ),
    "gaps in two columns": (
        "sample.id,replicate,H / GPa,E / GPa\na,1,,2\na,2,3,\na,3,,4\n",
        [("table-gaps", "H / GPa has no value in 2 of 3 rows"),
         ("table-gaps", "E / GPa has no value in 1 of 3 rows")],
    ),
    "infinite values": (
        "sample.id,replicate,H / GPa\na,1,inf\na,2,3\na,3,\n",
        [("table-gaps", "H / GPa has no value in 1 of 3 rows"),
         ("non-finite", "H / GPa has 1 infinite value, the first in row 0")],
    ),
    "spreads without their meaning": (
        "sample.id,H / GPa,SD(H) / GPa,E / GPa,E ± / GPa,R / 1,U(R) / 1\na,1,0.1,2,0.2,3,0.3\nb,2,0.2,3,0.3,4,1\n",
        [("table-uncertainty", "SD(H) / GPa, the spread of H / GPa: taken as the uncertainty of one value, as the "
          "number of values is not stated"),
         ("table-uncertainty", "E ± / GPa, the spread of E / GPa: taken as one standard uncertainty"),
         ("table-uncertainty", "U(R) / 1, the spread of R / 1: not used: an expanded uncertainty, whose factor is "
          "not stated")],
    ),
    "replicates side by side": (
        "sample.id,replicate,H 1 / GPa,H 2 / GPa,H 3 / GPa,E1 / GPa,spot1 / K,spot 2 / K,spot3 / K\n"
        "a,1,1,2,3,4,5,6,7\n",
        [("replicates-in-columns", "H 1 / GPa, H 2 / GPa, H 3 / GPa seem to be replicates side by side: each is "
          "taken as a value of its own"),
         ("replicates-in-columns", "spot1 / K, spot 2 / K, spot3 / K seem to be replicates side by side: each is "
          "taken as a value of its own")],
    ),
    "a spread of values that are counted": (
        "sample.id,replicate,H / GPa,n(H),SD(H) / GPa\na,1,1,3,0.1\nb,1,2,3,0.2\n", [],
    ),
    "the samples in the second column": (
        "batch,sample.id,replicate,H / GPa\nx,S1,1,1\ny,s1,1,2\nx,b,1,2\n",
        [("similar-samples", "S1/s1 differ only by case or blanks, and count as different samples")],
    ),
    "a row of units that contradicts the header": (
        "sample.id,H / GPa,u(H) / GPa\n,MPa,GPa\na,1,0.1\nb,2,0.2\n",
        [("unit-mismatch", "the header of H / GPa says GPa, and the row of units says MPa; kept without a unit")],
    ),
    "a row of units that repeats the header": (
        "sample.id,H / GPa,u(H) / GPa\n,GPa,GPa\na,1,0.1\nb,2,0.2\n", [],
    ),
    "spreads that no value has": (
        "sample.id,H / GPa,u(H) / GPa,n(H)\na,1,-0.1,3\nb,2,,0\nc,,,-1\nd,4,0,1\n",
        [("table-gaps", "H / GPa has no value in 1 of 4 rows"),
         ("table-spread", "u(H) / GPa, the spread of H / GPa, is below 0 in 1 of 4 rows, and not used there"),
         ("table-spread", "u(H) / GPa, the spread of H / GPa, is missing in 1 of 4 rows, and not used there"),
         ("table-spread", "n(H), the spread of H / GPa, is below 1 in 2 of 4 rows, and not used there")],
    ),
    "no replicates": (
        "sample.id,H / GPa\na,1\nb,2\n",
        [("no-replicates", "there is no column `replicate`: each row counts as a value of its own, without an "
          "uncertainty")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SAID)
def test_all_that_is_said_of_a_table_of_samples(tmp_path, what):
    text, notices = SAID[what]
    assert [(n.code, n.message) for n in read(tmp_path, text).notices] == notices


@pytest.mark.parametrize(("header", "unit"), [
    ("H / HV 10", "HV 10"), ("R1 / 1/s", "1/s"), ("a / b / c", "b / c"), ("H/GPa", "GPa"), ("note", None),
])  # fmt: skip
def test_the_unit_of_a_column_is_what_stands_behind_the_first_slash(tmp_path, header, unit):
    columns = read(tmp_path, f"sample.id,replicate,{header}\na,1,1\na,2,2\n")["table"].columns.values()
    assert (list(columns)[-1].header, list(columns)[-1].unit) == (header, unit)


@pytest.mark.parametrize("signal", [
    "Current / mA", "Ewe / V", "Voltage / V", "Charge / mAh", "energy_we / Wh", "Power / W", "Ion current / A",
])  # fmt: skip
def test_what_an_instrument_records_over_a_time_is_no_table_of_samples(tmp_path, signal):
    rows = "".join(f"a,{n},{n}\n" for n in range(3))
    assert list(read(tmp_path, f"sample.id,time / s,{signal}\n{rows}").datasets) == ["timeseries"]
    assert list(read(tmp_path, f"sample.id,time / s,volume / mm^3\n{rows}").datasets) == ["table"]
    rows = "".join(f"a,1,{n},{n}\n" for n in range(3))
    assert list(read(tmp_path, f"sample.id,replicate,time / s,{signal}\n{rows}").datasets) == ["table"]


def test_a_spread_that_no_value_has_is_not_used(tmp_path):
    """0.2 is the uncertainty of one value of b; those of a and c are not known."""
    table = read(tmp_path, "sample.id,H / GPa,SD(H) / GPa,n(H)\na,1,-0.1,4\nb,2,0.2,0\nc,3,,4\nd,4,0.2,4\n")[
        "table"
    ]
    u = averaged(table)["u_vendor_h_gpa"]
    assert u == pytest.approx([np.nan, 0.2, np.nan, 0.1], nan_ok=True)

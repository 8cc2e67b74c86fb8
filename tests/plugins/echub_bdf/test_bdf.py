"""BDF there and back, by its own validator's judgement, and refused where a sign would be a guess."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import echub
import echub_bdf
from echub.declare import Confidence
from echub.errors import DataError, MetadataError, ReadError, UnitMismatch, UnknownColumn
from echub.files.annotations import Annotations
from echub.files.detect import choose
from echub.model import vocabulary
from echub.model.build import SourceColumn, build_dataset
from echub.model.metadata import Metadata
from echub.model.record import Record
from echub.model.source import Source
from echub.registry.registry import registry
from echub_bdf.columns import COLUMNS
from fixtures.eclab.make import FOLDER

POLARITY = "cell.electrodes.working.polarity"
HEADER = "Test Time / s,Voltage / V,Current / A\n"
CORPUS = Path(os.environ.get("ECHUB_CORPUS", Path(__file__).parents[4] / "shared" / "corpus"))

ROOT = Path(__file__).parents[3]


def convert(tmp_path, name="gcpl", polarity="positive", configuration="two_electrode", **options):
    said = {POLARITY: polarity, "cell.configuration": configuration}
    added = Annotations.of(values={key: value for key, value in said.items() if value})
    return echub.convert(FOLDER / f"{name}.mpr", tmp_path, to="bdf", annotations=added, writer_options=options)


def table(text, name="run.bdf.csv"):
    return echub.read(Source.from_bytes(text.encode(), name))


# -- the table of columns -----------------------------------------------------------------------


def test_the_columns_are_those_of_the_vocabulary():
    """Each quantity that the vocabulary gives a BDF name for is written under that name."""
    named = {quantity.bdf: name for name, quantity in vocabulary.core().items() if quantity.bdf}
    ours = {column.name: column.quantity for column in COLUMNS if column.quantity}
    assert set(named) <= set(ours)
    assert all(ours[name] == quantity for name, quantity in named.items())


def test_labels_and_names_are_unique():
    assert len({column.label for column in COLUMNS}) == len(COLUMNS) == len({column.name for column in COLUMNS})


# -- writing ------------------------------------------------------------------------------------


def validated(path):
    bdf = pytest.importorskip("bdf")
    import pandas as pd

    frame = pd.read_csv(path) if str(path).endswith(".csv") else pd.read_parquet(path)
    return bdf.validate_df(frame, report=True, raise_on_error=False), frame


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["gcpl", "cp", "cv", "wait"])
def test_batterydf_accepts_it(tmp_path, form, name):
    output = convert(tmp_path, name, format=form).outputs[0]
    assert output.endswith(f"{name}.mpr.bdf.{form}")
    report, frame = validated(output)
    assert report["ok"], report
    assert report["missing"] == []
    assert report["time_stats"]["monotonic"]
    # What that version of the validator has not heard of yet is BDF 1.3.0 all the same, and the docs name it.
    assert set(report["extras"]) <= {column.label for column in COLUMNS}
    said = (ROOT / "docs/open-elsewhere.md").read_text("utf-8")
    assert all(f"`{label}`" in said for label in report["extras"])
    assert len(frame) == echub.read(FOLDER / f"{name}.mpr")["timeseries"].rows


@pytest.mark.filterwarnings("ignore")
def test_batterydf_can_refuse():
    bdf = pytest.importorskip("bdf")
    import pandas as pd

    bad = pd.DataFrame({"Test Time / s": [0.0], "Voltage / V": [1.0], "Current / kg": [1.0]})
    assert not bdf.validate_df(bad, report=True, raise_on_error=False)["ok"]


@pytest.mark.parametrize(("polarity", "sign"), [("positive", 1), ("negative", -1)])
def test_charging_is_positive(tmp_path, polarity, sign):
    frame = pl.read_csv(convert(tmp_path, polarity=polarity).outputs[0])
    source = echub.read(FOLDER / "gcpl.mpr")["timeseries"]
    current = source.to("current", "A")
    np.testing.assert_allclose(frame["Current / A"].to_numpy(), sign * current, rtol=1e-12, equal_nan=True)
    np.testing.assert_allclose(frame["Voltage / V"].to_numpy(), sign * source.to("potential_we", "V"), rtol=1e-12)
    np.testing.assert_allclose(
        frame["Net Capacity / Ah"].to_numpy(), sign * source.to("charge", "A*h"), rtol=1e-12
    )
    np.testing.assert_array_equal(frame["Test Time / s"].to_numpy(), source["time"])


def test_an_unknown_polarity_is_refused_with_the_flag_to_set(tmp_path):
    with pytest.raises(MetadataError) as error:
        convert(tmp_path, polarity="")
    assert error.value.hint == f"--set {POLARITY}=positive"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("configuration", "found"), [("", "not stated"), ("three_electrode", "three_electrode")])
def test_a_potential_is_no_voltage_unless_the_cell_has_two_electrodes(tmp_path, configuration, found):
    with pytest.raises(MetadataError) as error:
        convert(tmp_path, configuration=configuration)
    assert error.value.where == "cell.configuration"
    assert error.value.found == found


def test_a_required_column_that_is_missing_is_refused(tmp_path):
    with pytest.raises(UnknownColumn, match="Current / A"):
        convert(tmp_path, "ocv")


def test_what_bdf_cannot_hold_is_listed(tmp_path):
    result = convert(tmp_path)
    beside = json.loads(Path(result.outputs[-1]).read_text("utf-8"))
    assert result.outputs[-1].endswith("gcpl.mpr.bdf.metadata.json")
    left = {entry["column"] for entry in beside["not_exported"]}
    written = {entry["source_header"] for entry in beside["tables"][".bdf.csv"]}
    everything = set(result.record["timeseries"].columns)
    assert (
        left | {c.name for c in result.record["timeseries"].columns.values() if c.header in written} == everything
    )
    assert "half_cycle" in left
    assert [n.code for n in result.record.notices] == ["not-exported"]
    assert beside["bdf_version"] == "1.3.0"


INTEGERS = {
    "time": (np.arange(3), "s"),
    "voltage": (np.array([3, 4, 5]), "V"),
    "current": (np.array([100, 200, 300]), "mA"),
    "cycle": (np.array([1, 1, 2]), "1"),
    "frequency": (np.array([1000, 100, 10]), "Hz"),
    "impedance_real": (np.array([1.5, 2.5, 3.5]), "ohm"),
    "impedance_imag": (np.array([-0.25, -0.5, -0.75]), "ohm"),
}
"""Whole numbers where others have decimals, in the hub's units."""
SERIES = tuple(INTEGERS)[:4]


def of_two(*kinds, polarity="negative"):
    """Return a record whose tables have the same headers; the time of the impedance is of the program."""
    metadata = Metadata()
    metadata.set(POLARITY, polarity, source="by hand")
    datasets = []
    for kind in kinds:
        names = SERIES if kind == "timeseries" else INTEGERS
        built = [SourceColumn(n, INTEGERS[n][0], n, INTEGERS[n][1], index=at) for at, n in enumerate(names)]
        if kind == "impedance":
            built[0] = replace(built[0], origin="programmed")
        datasets.append(build_dataset(kind, built))
    return Record(datasets, metadata=metadata)


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize(("polarity", "sign"), [("positive", 1), ("negative", -1)])
def test_whole_numbers_are_converted_and_turned_like_others(tmp_path, form, polarity, sign):
    record = of_two("timeseries", polarity=polarity)
    (path, _) = echub.convert(record, tmp_path, to="bdf", writer_options={"format": form}).outputs
    frame = pl.read_csv(path) if form == "csv" else pl.read_parquet(path)
    assert frame["Current / A"].to_list() == pytest.approx([0.1 * sign, 0.2 * sign, 0.3 * sign], rel=1e-15)
    assert frame["Voltage / V"].to_list() == [3 * sign, 4 * sign, 5 * sign]
    assert frame["Cycle Count / 1"].to_list() == [1, 1, 2]
    assert frame["Cycle Count / 1"].dtype.is_integer()
    assert frame["Test Time / s"].to_list() == [0, 1, 2]


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("kinds", [("impedance",), ("timeseries", "impedance")], ids="+".join)
def test_every_table_of_a_record_comes_back_with_its_electrode(tmp_path, kinds, form):
    *paths, beside = echub.convert(of_two(*kinds), tmp_path, to="bdf", writer_options={"format": form}).outputs
    ends = {"timeseries": "", "impedance": ".impedance"}
    assert [Path(path).name for path in paths] == [f"record{ends[kind]}.bdf.{form}" for kind in kinds]
    for kind, path in zip(kinds, paths, strict=True):
        again = echub.read(path)
        assert again.metadata.value(POLARITY) == "negative"
        assert again[kind]["voltage"].tolist() == [3, 4, 5]
        assert again[kind]["current"].tolist() == pytest.approx([100, 200, 300], rel=1e-15)
        assert again[kind].column("time").origin == ("programmed" if kind == "impedance" else "measured")
        assert again.provenance.siblings == (Path(beside).name,)


@pytest.mark.parametrize(
    "said",
    [
        {"generator": "echub", "tables": {".bdf.csv": []}},
        {"generator": "another", "tables": {".impedance.bdf.csv": []}},
        ["generator", "echub"],
    ],
    ids=["of another table", "of another program", "no object"],
)
def test_a_description_that_does_not_name_the_table_is_not_its_own(tmp_path, said):
    (tmp_path / "run.bdf.metadata.json").write_text(json.dumps(said))
    (tmp_path / "run.impedance.bdf.csv").write_text(HEADER + "0,3.7,0.1\n")
    record = echub.read(tmp_path / "run.impedance.bdf.csv")
    assert record.provenance.siblings == ()
    assert "bdf" not in record.settings


def test_a_record_without_a_table_of_bdf_is_refused(tmp_path):
    metadata = Metadata()
    metadata.set(POLARITY, "positive", source="by hand")
    depth = [SourceColumn("depth", np.arange(3.0), "depth", "nm")]
    with pytest.raises(DataError, match="no table of the Battery Data Format") as error:
        echub.convert(Record([build_dataset("profile", depth)], metadata=metadata), tmp_path, to="bdf")
    assert error.value.found == "profile"
    assert list(tmp_path.iterdir()) == []


# -- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize("polarity", ["positive", "negative"])
def test_there_and_back(tmp_path, polarity):
    record = echub.read(convert(tmp_path, polarity=polarity).outputs[0])
    back, source = record["timeseries"], echub.read(FOLDER / "gcpl.mpr")["timeseries"]
    for name, twin in (
        ("time", "time"),
        ("current", "current"),
        ("charge", "charge"),
        ("voltage", "potential_we"),
    ):
        np.testing.assert_allclose(back[name], source[twin], rtol=1e-12, equal_nan=True)
    np.testing.assert_array_equal(back["step"], source["step"])
    assert back.columns["current"].origin == "derived"
    assert record.metadata.value(POLARITY) == polarity
    assert record.metadata.value("technique.name") == "GCPL"
    assert record.provenance.siblings == ("gcpl.mpr.bdf.metadata.json",)


def test_the_round_trip_validates(tmp_path):
    assert echub.validate(convert(tmp_path).outputs[0]).problems == []


def test_without_metadata_the_positive_electrode_is_the_working_one():
    record = table(HEADER + "0,3.7,0.1\n1,3.7,0.1\n")
    assert record["timeseries"]["current"].tolist() == [100, 100]
    assert record.metadata.get(POLARITY).source == "definition of BDF"


def test_machine_readable_names_are_read():
    record = table(
        "test_time_second,voltage_volt,current_ampere,step_id,step_type\n0,3.7,0.1,2,REST\n1,3.7,0.1,3,CC\n"
    )
    assert record["timeseries"]["step"].tolist() == [2, 3]
    assert record["timeseries"]["technique"].tolist() == ["REST", "CC"]


def test_columns_of_no_quantity_are_kept():
    columns = table(HEADER.strip() + ",Step Index / 1,note\n0,3.7,0.1,7,a b\n1,3.7,0.1,8,c\n")["timeseries"]
    assert columns["vendor_step_index_1"].tolist() == [7, 8]
    assert columns["vendor_note"].tolist() == ["a b", "c"]


def test_another_unit_of_the_same_kind_is_converted_and_said():
    record = table("Test Time / s,Voltage / V,Current / mA\n0,3.7,100\n")
    assert record["timeseries"]["current"].tolist() == [100]
    assert [notice.code for notice in record.notices] == ["bdf-unit"]


def test_a_unit_of_another_kind_is_an_error():
    with pytest.raises(UnitMismatch, match="kg") as error:
        table("Test Time / s,Voltage / V,Current / kg\n0,3.7,0.1\n")
    assert error.value.where == "column Current / kg"


def test_cells_that_are_no_number_become_nan_and_are_listed():
    record = table(HEADER + "0,3.7,x\n1,,0.1\n2,3.7,0.1\n")
    assert np.isnan(record["timeseries"]["current"]).tolist() == [True, False, False]
    assert np.isnan(record["timeseries"]["voltage"]).tolist() == [False, True, False]
    assert [(n.code, n.column, n.message) for n in record.notices] == [
        ("not-a-number", "Current / A", "line 2 'x'")
    ]
    assert record.notices[0].text == "Current / A: line 2 'x'"


def test_many_bad_cells_are_capped():
    (notice,) = table(HEADER + "".join(f"{n},3.7,x\n" for n in range(100))).notices
    assert notice.message.endswith("line 21 'x' … (100 in all)")


@pytest.mark.parametrize("text", [HEADER + "0,3.7,0.1,9,9\n", HEADER + '0,3.7,"0.1\n'])
def test_ragged_tables_are_refused(text):
    with pytest.raises(ReadError):
        table(text)


def test_a_last_line_without_its_end_is_kept_and_said():
    record = table(HEADER + "0,3.7,0.1\n1,3.7,0.1")
    assert record["timeseries"].rows == 2
    assert [notice.code for notice in record.notices] == ["no-line-end"]


def test_a_cut_last_line_is_dropped_and_said():
    record = table(HEADER + "0,3.7,0.1\n1,3.")
    assert record["timeseries"].rows == 1
    assert [dropped.why for dropped in record.dropped] == ["it is cut"]


def test_a_last_number_with_fewer_decimals_than_all_before_it_was_cut():
    rows = "".join(f"{n},3.7,0.{n}50\n" for n in range(5))
    record = table(f"{HEADER}{rows}5,3.7,0.5")
    assert record["timeseries"]["current"].tolist() == [50, 150, 250, 350, 450]
    assert [dropped.why for dropped in record.dropped] == ["it is cut"]


def test_empty_lines_at_the_end_and_other_line_ends_are_no_rows():
    assert table((HEADER + "0,3.7,0.1\n\n\n").replace("\n", "\r\n"))["timeseries"]["current"].tolist() == [100]


def test_a_header_without_rows_is_an_empty_table():
    for blank in ("", "\n", "\r\n\r\n"):
        assert table(HEADER + blank)["timeseries"].rows == 0


@pytest.mark.parametrize(
    ("head", "confidence"),
    [
        (HEADER, Confidence.CERTAIN),
        ("\ufeff" + HEADER, Confidence.CERTAIN),
        ("Test Time / s,Voltage / V,Current / kg\n", Confidence.CERTAIN),
        ("time/s,Ewe/V,I/mA\n", Confidence.NO),
        ("Voltage / V\n", Confidence.NO),
        ("", Confidence.NO),
        ("\x00\xff\n", Confidence.NO),
    ],
)
def test_sniffing_looks_at_the_header(head, confidence):
    assert echub_bdf.sniff(Source.from_bytes(head.encode(), "x.csv")) == confidence


def test_it_wins_over_any_other_reader_of_tables():
    assert choose(Source.from_bytes(HEADER.encode(), "run.csv"), registry()).name == "bdf-csv"


# -- real files ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sample.bdf.csv", "SINTEF__LiGrR2032__2024-04-30__25degC__Landt.bdf.csv"])
def test_real_files_are_read_validated_and_written_again(tmp_path, name):
    path = CORPUS / "tables" / "battery-data-format" / name
    if not path.is_file():
        pytest.skip("the corpus is not here (set ECHUB_CORPUS)")
    report = echub.validate(path)
    assert [p for p in report.problems if p.severity == "error"] == []
    output = echub.convert(path, tmp_path / "again", to="bdf").outputs[0]
    first, again = (echub.read(p)["timeseries"] for p in (path, output))
    for quantity in ("time", "voltage", "current"):
        np.testing.assert_allclose(again[quantity], first[quantity], rtol=1e-12)
    if "charge_anodic" in first:
        np.testing.assert_allclose(again["charge_anodic"], first["charge_anodic"], rtol=1e-12)

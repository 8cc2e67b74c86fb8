"""Tables of samples from the command line: joined by sample, energies referred to a line that is stated."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import echub
from echub.cli import app
from echub.errors import DataError, EchubError
from echub.files.sample_tables import sample_table
from echub.model.energies import refer_energies

LEIS = Path(__file__).parents[3] / "fixtures" / "samples" / "leis.csv"
DOSE = {"leis.csv": "vendor_dose_1_cm_2 == 1.6e15"}
XPS = """\
sample.id,replicate,C 1s / eV,Zr 3d5/2 / eV,Na 1s / eV,Zr FWHM / eV
S1,1,285.3,182.7,1072.0,1.4
S1,2,285.2,182.6,1071.9,1.5
S2,1,286.0,183.4,1073.1,1.4
S2,2,286.1,183.5,1073.2,1.4
S9,1,284.8,182.2,1071.5,1.4
S9,2,284.8,182.2,1071.5,1.4
"""


@pytest.fixture
def xps(tmp_path):
    (tmp_path / "xps.csv").write_text(XPS, "utf-8")
    return tmp_path / "xps.csv"


def codes(record):
    return {notice.code for notice in record.notices}


def test_each_row_is_shifted_by_its_own_charging(xps):
    table, remarks = refer_energies(echub.read(xps)["table"], "C 1s", 284.8, {"Zr 3d5/2": 182.2})
    np.testing.assert_allclose(table["vendor_c_1s_ev"], 284.8, atol=1e-12)
    np.testing.assert_allclose(table["vendor_zr_3d5_2_ev"], 182.2, atol=1e-9)
    assert table["vendor_na_1s_ev"].tolist() == [1071.5, 1071.5, 1071.9, 1071.9, 1071.5, 1071.5]
    assert table["vendor_zr_fwhm_ev"].tolist() == [1.4, 1.5, 1.4, 1.4, 1.4, 1.4]
    assert table.columns["vendor_na_1s_ev"].origin == "derived"
    assert [r.code for r in remarks] == ["energies-left", "reference-uncertainty"]
    assert "C 1s at 284.8 eV" in table.history[-1]


def test_the_uncertainty_of_the_reference_is_stated_with_every_energy_and_in_no_mean(xps):
    record = sample_table([xps, xps], reference=("C 1s", 284.8, 0.2))
    table = record["table"]
    assert "reference-uncertainty" not in codes(record)
    assert "C 1s at 284.8 ± 0.2 eV" in " ".join(table.history)
    line = table.columns["vendor_zr_3d5_2_ev"]
    assert "C 1s at 284.8 ± 0.2 eV" in line.attrs["recipe"]
    np.testing.assert_allclose(table[line.uncertainty], 0, atol=1e-9)  # replicates agree after their own shifts


def test_a_line_that_does_not_close_is_named_with_its_distance(xps):
    record = sample_table([xps], reference=("C 1s", 284.8), closures={"Na 1s": 1071.5, "Zr 3d5/2": 182.2})
    (closure,) = [n for n in record.notices if n.code == "energy-closure"]
    assert "Na 1s is +0.4 eV away from 1071.5 eV" in closure.message
    assert "2 of 6 rows" in closure.message
    assert "S2" in closure.where


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("", ""), "O 1s", "there is no energy of a line O 1s"),
        (("286.0", ""), "C 1s", "no energy in row 3"),
        (("Zr 3d5/2 / eV", "Zr / %"), "Zr", "there is no energy of a line Zr"),
    ],
)
def test_a_reference_that_is_not_there_is_refused(xps, change, line, said):
    xps.write_text(XPS.replace(*change) if change[0] else XPS, "utf-8")
    with pytest.raises(DataError, match=said):
        sample_table([xps], reference=(line, 284.8))


def test_a_line_that_closes_in_one_table_only_is_refused(xps):
    other = xps.with_name("other.csv")
    other.write_text(XPS.replace("Na 1s", "O 1s"), "utf-8")
    with pytest.raises(DataError, match="there is no energy of a line Na 1s") as refused:
        sample_table([xps, other], reference=("C 1s", 284.8), closures={"Na 1s": 1071.5})
    assert refused.value.path == str(other)


def test_of_tables_without_the_line_the_first_is_named(xps):
    other = xps.with_name("other.csv")
    other.write_text(XPS, "utf-8")
    with pytest.raises(DataError, match="there is no energy of a line O 1s") as refused:
        sample_table([xps, other], reference=("O 1s", 530.0))
    assert refused.value.path == str(xps)


def test_tables_are_joined_by_their_means_and_what_is_left_out_is_named(xps):
    record = sample_table([xps, LEIS], where=DOSE, reference=("C 1s", 284.8))
    table = record["table"]
    assert table["sample_id"].tolist() == ["S1", "S2"]
    assert table["vendor_na_1s_ev"].tolist() == [1071.5, 1071.9]
    rows = csv.DictReader(LEIS.read_text("utf-8").splitlines())
    by_hand = [float(r["Zr / %"]) for r in rows if (r["sample.id"], r["dose / 1/cm^2"]) == ("S1", "1.6e+15")]
    assert table["vendor_zr_percent"][0] == pytest.approx(np.mean(by_hand))
    assert table["u_vendor_zr_percent"][0] == pytest.approx(np.std(by_hand, ddof=1) / len(by_hand) ** 0.5)
    (left_out,) = [n for n in record.notices if n.code == "samples-left-out"]
    assert "S9" in left_out.where
    assert len(record.provenance.source["parts"]) == 2
    assert any("1.6e15" in step for step in record.provenance.operations)


def test_three_tables_are_averaged_once(xps, tmp_path):
    (tmp_path / "more.csv").write_text("sample.id,replicate,Zr / %\nS1,1,3\nS1,2,5\n", "utf-8")
    table = sample_table([xps, LEIS, tmp_path / "more.csv"], where=DOSE)["table"]
    assert table["sample_id"].tolist() == ["S1"]
    assert table["vendor_zr_percent__3"].tolist() == [4.0]
    assert table["u_vendor_zr_percent__3"].tolist() == [1.0]
    assert not [name for name in table.columns if name.startswith("u_u_")]


def test_several_values_of_a_sample_and_files_that_are_not_there_are_refused(xps):
    with pytest.raises(DataError, match="several values for a sample"):
        sample_table([xps, LEIS])
    with pytest.raises(EchubError, match="not one of the files"):
        sample_table([xps, LEIS], where={"lies.csv": "replicate == 1"})
    with pytest.raises(DataError, match="not a table of samples"):
        sample_table([xps, LEIS.with_name("recovery.csv")])


def test_the_command_writes_what_it_shows(xps, tmp_path):
    words = ["samples", str(xps), str(LEIS), "--where", "leis.csv=vendor_dose_1_cm_2 == 1.6e15"]
    words += ["--reference", "C 1s=284.8 eV", "--closure", "Na 1s=1071.5"]
    done = CliRunner().invoke(app, [*words, "-o", str(tmp_path / "joined.csv"), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert {n["code"] for n in told["notices"]} >= {"energy-closure", "samples-left-out"}
    rows = list(csv.DictReader((tmp_path / "joined.csv").read_text("utf-8").splitlines()))
    assert [r["sample_id"] for r in rows] == told["table"]["sample_id"]["values"]
    assert [float(r["vendor_na_1s_ev / eV"]) for r in rows] == told["table"]["vendor_na_1s_ev"]["values"]
    shown = CliRunner().invoke(app, words)
    assert "[energy-closure]" in shown.output
    (heads,) = [line for line in shown.output.splitlines() if line.split()[:1] == ["sample_id"]]
    columns = (
        "sample_id|C 1s / eV|Zr 3d5/2 / eV|Na 1s / eV|Zr FWHM / eV|sample.group|dose / 1/cm²|Zr / %|Si / %|P / %"
    )
    assert re.split(r" {2,}", heads.strip()) == columns.split("|")  # a number of replicates has no column


def test_a_condition_keeps_the_quotes_of_its_texts(xps):
    done = CliRunner().invoke(app, ["samples", str(xps), "--where", f"{xps.name}=sample_id == 'S2'", "--json"])
    assert set(json.loads(done.output)["table"]["sample_id"]["values"]) == {"S2"}


@pytest.mark.parametrize("more", [["--closure", "Na 1s=1071.5"], ["-o", "joined.txt"], ["--reference", "C 1s"]])
def test_a_command_line_that_cannot_be_right_is_refused(xps, more):
    done = CliRunner().invoke(app, ["samples", str(xps), *more])
    assert isinstance(done.exception, EchubError)


@pytest.mark.parametrize("count", [1, 2])
def test_a_table_of_samples_keeps_what_its_files_say(tmp_path, count):
    """A row that does not parse is left out and reported, with the name of its file if there are several."""
    files = [tmp_path / name for name in ("one.csv", "two.csv")[:count]]
    for file in files:
        file.write_text(f"{XPS}S9,3\n", "utf-8")
    record, alone = sample_table(files), [echub.read(file) for file in files]
    assert alone[0].dropped
    assert alone[0].notices
    names = ["one.csv: ", "two.csv: "] if count == 2 else [""]
    told = [f"{name}{d.what}" for name, one in zip(names, alone, strict=True) for d in one.dropped]
    assert [d.what for d in record.dropped] == told
    told = [f"{name}{n.message}" for name, one in zip(names, alone, strict=True) for n in one.notices]
    assert [n.message for n in record.notices] == told
    settings = {one.provenance.source["name"]: one.settings for one in alone}
    assert record.settings == (settings if count == 2 else alone[0].settings)
    assert record.settings


def test_samples_that_are_left_out_for_their_spelling_are_told_so(tmp_path):
    head = "sample.id,replicate,H / GPa\n"
    for name, samples in (("a.csv", ("S1", "S2", "S3")), ("b.csv", ("S1", "s2", "S 3"))):
        rows = "".join(f"{sample},1,{n}.5\n" for n, sample in enumerate(samples))
        (tmp_path / name).write_text(head + rows, encoding="utf-8")
    joined = sample_table([tmp_path / "a.csv", tmp_path / "b.csv"])
    left = next(notice for notice in joined.notices if notice.code == "samples-left-out")
    assert left.cause == "S2/s2, S3/S 3 differ only by case or blanks"

"""What is right and was reported: printed digits, channels one below another, spectra, other files."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from echub.files.results import OUTCOMES, PAGE, PARQUET, TABLE, TABLES, is_result
from echub.model.build import SourceColumn, build_dataset, build_tables
from echub.model.column import Bits
from echub.model.record import Record
from echub.validation.validation import Checks, check_record, find_files, run, validate

ROOT = Path(__file__).resolve().parents[3]
SIMS = ROOT / "fixtures" / "sims"


def rules(record):
    return {problem.rule.id for problem in check_record(record)}


# -- impedance of few digits -------------------------------------------------------------------


def spectrum(digits, imag_sign=1.0, unit="ohm"):
    """Return a semicircle of 10 ohm at 1 µF behind 2 ohm, each column rounded to so many significant digits."""
    frequency = np.logspace(5.5, 2.5, 31)
    z = 2 + 10 / (1 + 2j * np.pi * frequency * 10 * 1e-6)
    factor = {"ohm": 1.0, "kohm": 1e-3}[unit]

    def printed(values):
        return np.array([float(f"{value:.{digits - 1}e}") for value in values])

    return Record(
        build_tables(
            [
                SourceColumn("f", frequency, "frequency", "Hz", index=0),
                SourceColumn("re", printed(z.real * factor), "impedance_real", unit, index=1),
                SourceColumn("im", printed(imag_sign * z.imag * factor), "impedance_imag", unit, index=2),
                SourceColumn("abs", printed(abs(z) * factor), "impedance_abs", unit, index=3),
                SourceColumn("phase", printed(np.degrees(np.angle(z))), "phase", "deg", index=4),
            ]
        )
    )


@pytest.mark.parametrize("unit", ["ohm", "kohm"])
@pytest.mark.parametrize("digits", [2, 3, 4, 5, 8])
def test_few_printed_digits_are_no_contradiction(digits, unit):
    assert not rules(spectrum(digits, unit=unit)) & {"ECH301", "ECH302"}


@pytest.mark.parametrize("digits", [2, 3, 4, 8])
def test_a_wrong_sign_is_one_however_few_the_digits(digits):
    assert "ECH302" in rules(spectrum(digits, imag_sign=-1.0))


def test_a_phase_that_is_off_by_more_than_its_digits_allow_is_found():
    record = spectrum(4)
    dataset = record["impedance"]
    columns = dict(dataset.columns)
    columns["phase"] = replace(columns["phase"], values=columns["phase"].values + 0.5)
    assert "ECH302" in rules(Record([replace(dataset, columns=columns)]))


# -- channels and spectra ----------------------------------------------------------------------


def channels(rows):
    return Record(
        [
            build_dataset(
                "depth_profile",
                [
                    SourceColumn("species", np.array(["Na"] * 4 + ["Zr"] * 4), "species", index=0),
                    SourceColumn("t", np.arange(8.0) % 4, "sputter_time", "s", index=1),
                    SourceColumn("c", np.arange(8.0), "ion_counts", "counts", index=2),
                ],
                row=np.array(rows),
            )
        ]
    )


def test_each_channel_counts_the_rows_of_its_source():
    assert "ECH212" not in rules(channels([0, 1, 2, 3, 0, 1, 2, 3]))
    assert "ECH212" in rules(channels([0, 1, 1, 3, 0, 1, 2, 3]))
    assert "ECH212" in rules(channels([0, 1, 2, 3, 0, 1, 2, 1]))


@pytest.mark.parametrize("name", ["profile.dp_rpc_asc", "declared/sims.toml", "maps/sims.toml"])
def test_our_own_sims_fixtures_have_no_error(name):
    assert validate(SIMS / name).ok


def test_the_flag_of_a_spectrum_says_nothing_of_its_mean_current():
    rows = 60
    current = np.where(np.arange(rows) % 2, 1.0, -1.0)
    flag = Bits("oxidation_flag", "ox/red", 0x04, "oxidation_flag")
    columns = [
        SourceColumn("I", current, "current", "mA", index=0),
        SourceColumn("t", np.arange(rows) * 1.0, "time", "s", index=1),
        SourceColumn("flags", np.full(rows, 4, np.uint8), "flags", bits=(flag,), index=2),
    ]
    frequency = SourceColumn("f", np.logspace(5, 0, rows), "frequency", "Hz", index=3)
    assert "ECH305" not in rules(Record(build_tables([*columns, frequency])))
    assert "ECH305" in rules(Record(build_tables(columns)))


# -- a repository ------------------------------------------------------------------------------


def one(path, **changes):
    (checked,) = run(find_files([path]), Checks(**changes))
    return checked


def test_a_table_without_a_known_column_is_unknown_as_to_convert(tmp_path):
    (tmp_path / "people.csv").write_text("x,y,z\n" + "".join(f"{n},{n * 2.5},{n * 0.5}\n" for n in range(20)))
    (tmp_path / "setup.py").write_text(
        "TABLE = [\n    (1.5, 2.5, 3),\n    (2.5, 3.5, 4),\n    (4.5, 5.5, 6),\n]\n"
    )
    checked = list(run(find_files([tmp_path]), Checks()))
    assert [c.unknown for c in checked] == [True, True]
    assert validate(tmp_path).ok
    named = one(tmp_path / "people.csv")
    assert [p.rule.id for p in named.problems] == ["ECH003"]
    assert one(tmp_path / "people.csv", skip_unknown=True).unknown


def test_a_program_that_quotes_a_manifest_is_none(tmp_path):
    (tmp_path / "make.py").write_text('TEXT = """\nformat = "sims"\n"""\n')
    assert one(tmp_path / "make.py", skip_unknown=True).unknown


def test_what_a_study_wrote_is_known_as_ours(tmp_path):
    folder = tmp_path / "study_results"
    (folder / TABLES).mkdir(parents=True)
    (folder / OUTCOMES / "onset").mkdir(parents=True)
    tables = [folder / TABLE, folder / TABLES / "onset.values.csv"]
    for table in tables:
        table.write_text("label,temperature / degC\na,25\nb,30\nc,35\n")
    (folder / OUTCOMES / "onset" / "a.outcome.json").write_text("{}")
    data = folder / "mine.csv"
    shutil.copy(ROOT / "fixtures" / "broken" / "ECH205_implausible.bdf.csv", folder / "mine.bdf.csv")
    data.write_text("Time (s),Temperature (degC)\n0,25\n1,25\n2,25\n")
    assert not is_result(tables[0])
    (folder / PARQUET).write_bytes(b"PAR1")
    (folder / PAGE).write_text("<html>")
    assert all(map(is_result, [*tables, folder / OUTCOMES / "onset" / "a.outcome.json", folder / PAGE]))
    assert not is_result(data)
    assert not is_result(folder / "other" / "x.csv")
    report = validate(tmp_path)
    assert {p.rule.id for p in report.problems if p.path.endswith("mine.bdf.csv")} == {"ECH205"}
    assert not [p for p in report.problems if p.path in map(str, tables)]
    assert one(tables[1]).problems == ()


def test_a_counter_may_start_again_with_a_resumed_run_only():
    columns = [
        SourceColumn("t", np.arange(6.0), "time", "s", index=0),
        SourceColumn("I", np.ones(6), "current", "mA", index=1),
        SourceColumn("n", np.array([0, 1, 2, 0, 1, 2]), "step_execution", index=2),
    ]
    dataset = build_dataset("timeseries", columns)
    assert "ECH211" in rules(Record([dataset]))
    assert "ECH211" not in rules(Record([replace(dataset, attrs={"run_starts": "3"})]))
    assert "ECH211" in rules(Record([replace(dataset, attrs={"run_starts": "2"})]))


def test_what_echub_wrote_beside_its_files_is_no_file_of_an_unknown_format(tmp_path):
    own = ["echub-ledger.jsonl", "echub-ledger.2-of-8.jsonl", "echub-listing.json", "a.ccd.outcome.json"]
    for name in (*own, "a.csv-metadata.json", "b.csv-metadata.json", "other.jsonl"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "a.csv").write_text("time/s,I/mA\n0,1.5\n1,1.5\n")
    for name in (*own, "a.csv-metadata.json"):
        found = one(tmp_path / name)
        assert (found.problems, found.unknown) == ((), False), name
    for name in ("b.csv-metadata.json", "other.jsonl"):
        assert one(tmp_path / name, skip_unknown=True).unknown, name

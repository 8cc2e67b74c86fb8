"""`echub compare`, `echub verify`, and the flags of `convert` and `info` for siblings, zones and runs."""

import json

import pytest
from typer.testing import CliRunner

from echub.cli import app
from echub.errors import CommandError, UnknownOption
from fixtures.eclab import SCENARIOS
from fixtures.eclab.ascii import export
from fixtures.eclab.texts import GCPL, OCV

GALVANI = "galvani is not installed: pip install 'echub[galvani]'"


@pytest.fixture
def twins(tmp_path):
    file = SCENARIOS["gcpl"]().file
    (tmp_path / "run.mpr").write_bytes(file.to_bytes())
    (tmp_path / "run.mpt").write_bytes(export(file, parameters=GCPL))
    return tmp_path


def run(*arguments, code=0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


def test_twins_agree_and_nothing_else_is_printed(twins):
    lines = run("compare", twins / "run.mpr", twins / "run.mpt").splitlines()
    assert len(lines) == 2
    assert lines[1].split() == ["columns", "24", "of", "24", "common", "columns", "agree"]


def test_a_known_anomaly_is_named(twins):
    names, *rows = (twins / "run.mpt").read_bytes().decode("cp1252").split("\r\nmode\t")[1].split("\r\n")
    at = ("mode\t" + names).split("\t").index("Ewe/V")
    data = (twins / "run.mpt").read_bytes()
    for row in rows[5:9]:
        cells = row.split("\t")
        cells[at] = "0.0000000E+000"
        data = data.replace(row.encode(), "\t".join(cells).encode(), 1)
    (twins / "run.mpt").write_bytes(data)
    shown = run("compare", twins / "run.mpr", twins / "run.mpt", code=1)
    assert "KNOWN ANOMALY: the export prints 0 for a potential" in shown
    found = json.loads(run("compare", twins / "run.mpr", twins / "run.mpt", "--json", code=1))
    assert next(v["rows"] for v in found["columns"] if v["verdict"] == "zeroed-potential") == 4


def test_two_readers_on_one_file(twins):
    pytest.importorskip("galvani", reason=GALVANI)
    readers = ("--reader-a", "eclab-mpr", "--reader-b", "galvani-mpr")
    assert "columns agree" in run("compare", twins / "run.mpr", *readers)


def test_galvani_is_never_chosen_by_itself(twins):
    found = json.loads(run("detect", twins / "run.mpr", "--json"))
    assert {m["reader"] for m in found} >= {"galvani-mpr", "eclab-mpr"}
    assert json.loads(run("info", twins / "run.mpr", "--json"))["provenance"]["reader"]["name"] == "eclab-mpr"


def test_one_file_and_one_reader_is_nothing_to_compare(twins):
    with pytest.raises(CommandError, match="nothing to compare"):
        run("compare", twins / "run.mpr")


def test_a_converted_file_compares_with_its_source_and_is_verified(twins):
    run("convert", twins / "run.mpr")
    assert "columns agree" in run("compare", twins / "run.mpr.h5", twins / "run.mpr")
    assert "run.mpr.h5: verified" in run("verify", twins / "run.mpr.h5")
    (twins / "run.mpr").write_bytes((twins / "run.mpr").read_bytes() + b"x")
    assert "NOT VERIFIED" in run("verify", twins / "run.mpr.h5", code=1)
    assert json.loads(run("verify", twins / "run.mpr.h5", "--json", code=1))["holds"] is False


def test_a_zone_makes_absolute_time_and_is_checked(twins):
    tree = json.loads(run("info", twins / "run.mpr", "--timezone", "Europe/Berlin", "--json"))["metadata"]
    assert tree["experiment"]["start_utc"]["value"] == "2024-03-14T08:26:53.250+00:00"
    assert "start_utc" not in json.loads(run("info", twins / "run.mpr", "--json"))["metadata"]["experiment"]
    for wrong in ("Berlin", ""):
        with pytest.raises(UnknownOption):
            run("info", twins / "run.mpr", "--timezone", wrong)


def test_join_writes_one_file_for_a_run(tmp_path):
    (tmp_path / "cell_01_OCV_C04.mpt").write_bytes(export(SCENARIOS["ocv"]().file, parameters=OCV))
    (tmp_path / "cell_02_GCPL_C04.mpt").write_bytes(export(SCENARIOS["gcpl"]().file, parameters=GCPL))
    run("convert", tmp_path, "--join", "-o", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").glob("*.h5")] == ["cell_C04.mpt.h5"]
    run("convert", tmp_path / "cell_01_OCV_C04.mpt", tmp_path / "cell_02_GCPL_C04.mpt", "-o", tmp_path / "each")
    assert len(list((tmp_path / "each").glob("*.h5"))) == 2


def test_the_siblings_that_were_used_are_shown(tmp_path):
    from dataclasses import replace

    from fixtures.eclab.ascii import log_file

    file = SCENARIOS["gcpl"]().file
    (tmp_path / "run.mpr").write_bytes(replace(file, log=None).to_bytes())
    (tmp_path / "run.mpl").write_bytes(log_file(file, "03/14/2024 09:26:53.250"))
    assert "also used     run.mpl" in run("convert", tmp_path / "run.mpr")
    assert "also used" not in run("convert", tmp_path / "run.mpr", "--no-siblings", "--force")

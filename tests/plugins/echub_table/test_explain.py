"""`echub detect -v` and `--write-profile`: what was inferred, for people to correct."""

from __future__ import annotations

import json
import tomllib

import pytest
from typer.testing import CliRunner

import echub
from echub.cli import app
from echub.plugin import Source
from echub_table.explain import explain, first_profile
from echub_table.options import TableOptions
from echub_table.profile import parse
from fixtures.tables.nasty import CASES
from fixtures.tables.nasty.make import FILES


def _run(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_decisions_are_shown_with_evidence_and_rival():
    shown = _run("detect", "-v", FILES / "crlf.csv")
    assert shown.exit_code == 0
    for text in ("semicolon", "6 of the first", "comma", "has no other reading", "line 2", "voltage in V"):
        assert text in shown.stdout


def test_without_verbose_the_answer_is_short():
    assert "semicolon" not in _run("detect", FILES / "crlf.csv").stdout


@pytest.mark.parametrize(
    "name", ["crlf.csv", "units-row.csv", "negated-parts.csv", "spectra-in-a-row.csv", "cp1252.csv", "blanks.txt"]
)
def test_first_profile_reads_the_table_alike(name, tmp_path):
    target = tmp_path / "lab.toml"
    written = _run("detect", FILES / name, "--write-profile", target)
    assert written.exit_code == 0
    (by_headers,) = echub.read(FILES / name).datasets.values()
    (by_profile,) = echub.read(FILES / name, options={"profile": str(target)}).datasets.values()
    for column in by_headers.columns:
        assert by_profile[column].tolist() == by_headers[column].tolist()


def test_guesses_are_marked(tmp_path):
    target = tmp_path / "lab.toml"
    _run("detect", FILES / "no-header.csv", "--write-profile", target)
    text = target.read_text(encoding="utf-8")
    assert 'columns = ["column 1", "column 2", "column 3"]  # (guess)' in text
    assert parse(text, "lab.toml", required=True).dialect["delimiter"] == "comma"


def test_an_open_unit_is_a_question_in_the_profile(tmp_path):
    table, target = tmp_path / "a.csv", tmp_path / "lab.toml"
    table.write_text("test_time,cycle\n0.5,1\n1.0,1\n")
    _run("detect", table, "--write-profile", target)
    assert 'quantity = ""  # (guess) time? no unit is printed' in target.read_text(encoding="utf-8")


def test_a_contradiction_is_written_and_not_hidden(tmp_path):
    target = tmp_path / "lab.toml"
    assert _run("detect", FILES / "unit-contradiction.csv", "--write-profile", target).exit_code == 0
    assert "contradict" in target.read_text(encoding="utf-8")
    assert "contradict" in _run("detect", "-v", FILES / "unit-contradiction.csv").stdout


def test_doubled_names_make_a_valid_profile(tmp_path):
    table, target = tmp_path / "a.csv", tmp_path / "lab.toml"
    table.write_text("t / s,U / V,U / V\n0,1,2\n1,1,2\n2,1,2\n")
    assert _run("detect", table, "--write-profile", target).exit_code == 0
    text = target.read_text(encoding="utf-8")
    assert set(tomllib.loads(text)["columns"]) == {"t / s", "U / V"}
    assert '# column 3 is named "U / V" too' in text
    record = echub.read(table, options={"profile": str(target)})
    assert record["timeseries"]["voltage__2"].tolist() == [2, 2, 2]


def test_an_existing_profile_stays(tmp_path):
    target = tmp_path / "lab.toml"
    target.write_text("mine")
    failed = _run("detect", FILES / "crlf.csv", "--write-profile", target)
    assert failed.exit_code != 0
    assert target.read_text() == "mine"


def test_table_profile_is_the_option_profile(tmp_path):
    table, profile = tmp_path / "a.csv", tmp_path / "lab.toml"
    table.write_bytes(CASES["no-header.csv"].data)
    profile.write_text("[table-profile]\ntitle = 'x'\n[dialect]\ncolumns = ['t / s', 'U / V', 'I / mA']\n")
    out = _run("convert", table, "--table-profile", profile, "-o", tmp_path / "out", "--json")
    assert out.exit_code == 0
    names = [column["name"] for column in json.loads(out.stdout)["datasets"][0]["columns"]]
    assert names == ["row", "time", "voltage", "current"]


def test_a_reader_without_profiles_says_so(tmp_path):
    from fixtures.eclab.scenarios import SCENARIOS

    path = tmp_path / "ocv.mpr"
    path.write_bytes(SCENARIOS["ocv"]().data)
    failed = _run("detect", path, "--write-profile", tmp_path / "lab.toml")
    assert failed.exit_code != 0
    assert "needs no profile" in str(failed.exception)


MIXED = """Operator = x
Cell Id: B 7
t / s,Voltage,Current / kg,note,note,-Z'' / ohm,phase / deg
0,1,2,3,4,5,6
1,1,2,3,4,5,6
2,1,2,3,4,5,6
"""
FIRST = """# A table profile, inferred from a.csv. Lines with (guess) are to be looked at.
[table-profile]
title = "a.csv"
files = ["*.csv"]  # (guess) the files that it is for

[dialect]
# encoding = "utf-8"  # nothing but ASCII
delimiter = "comma"  # 3 of the first 6 lines have 7 fields, 7 of them numbers
decimal = "point"  # the comma delimits fields

[columns."t / s"]
quantity = "time"  # by name and unit
unit = "s"  # printed

[columns."Voltage"]
quantity = ""  # (guess) voltage? no unit is printed
# unit = "?"

[columns."Current / kg"]
quantity = ""  # the column 'Current / kg' names current, but its unit kg does not fit; name and unit contradict \
each other: expected a unit of the dimension of mA (current)

[columns."note"]
quantity = ""  # the name maps to no quantity: a vendor column

# column 5 is named "note" too: what stands above is for both

[columns."-Z'' / ohm"]
quantity = "impedance_imag"  # by name and unit
unit = "ohm"  # printed
sign = "negated"  # declared by the header

[columns."phase / deg"]
quantity = "phase"  # by name and unit
unit = "deg"  # printed
# sign = "negated"  # (guess) undeclared: signed (capacitive negative) or negated (-Z'' is printed)

# [sign]  # which current is positive, where charge and state columns do not prove it
# current = "anodic-positive"  # or cathodic-positive, or unsigned for magnitudes

# [preamble]  # keys over the table to metadata
# "Operator" = { path = "extra.operator" }
# "Cell Id" = { path = "extra.cell_id" }

# [metadata]  # constants
# "cell.area" = "0.785 cm^2"
"""


def _source(text, encoding="utf-8"):
    return Source.from_bytes(text.encode(encoding), "a.csv")


def test_a_first_profile_has_a_line_for_all_that_is_known_and_a_question_for_the_rest():
    assert first_profile(_source(MIXED), TableOptions()).splitlines() == FIRST.splitlines()


def test_a_first_profile_of_names_without_units_guesses_them():
    lines = first_profile(_source("f;|Z|;phase;µ\n3;2;-1;7\n2;2;-1;7\n", "cp1252"), TableOptions()).splitlines()
    assert lines[5:] == [
        "[dialect]", 'encoding = "cp1252"  # byte 0xb5 at offset 12 is not UTF-8',
        'delimiter = "semicolon"  # 2 of the first 3 lines have 4 fields, 4 of them numbers',
        'decimal = "point"  # (guess) no number has a mark', "",
        '[columns."f"]', 'quantity = "frequency"  # (guess) by name', 'unit = "Hz"  # (guess) not printed', "",
        '[columns."|Z|"]', 'quantity = "impedance_abs"  # (guess) by name', 'unit = "ohm"  # (guess) not printed',
        "", '[columns."phase"]', 'quantity = "phase"  # (guess) by name', 'unit = "deg"  # (guess) not printed',
        "# sign = \"negated\"  # (guess) undeclared: signed (capacitive negative) or negated (-Z'' is printed)",
        "", '[columns."µ"]', 'quantity = ""  # the name maps to no quantity: a vendor column', "",
        *FIRST.splitlines()[-9:-5], *FIRST.splitlines()[-3:],
    ]  # fmt: skip


def test_every_decision_about_a_table_is_listed_in_the_order_of_the_file():
    text = "t\tI\tU\ns\tmA\tV\n0,5\t1,5\t2,5\n1,5\t1,5\t2,5\n2,5\t1,5\t2,5\nmean\t1,5\t2,5\n"
    assert [tuple(decision) for decision in explain(_source(text), TableOptions())] == [
        ("encoding", "utf-8", "nothing but ASCII", ""),
        ("delimiter", "tab", "3 of the first 5 lines have 3 fields, 3 of them numbers",
         "blanks: 3 lines, 3 of 3 numbers"),
        ("decimal mark", "comma", "0,5 has no other reading", "point: it cannot group thousands there"),
        ("header", "line 1", "as many texts as the rows have fields: t, I, U", ""),
        ("units row", "line 2", "its cells are units", ""),
        ("first data line", "line 3", "its fields are 3 numbers, as in the rows below", ""),
        ("footer", "1 line", "no data row: mean\t1,5\t2,5", ""),
        ("profile", "none", "no header or first line fits one", ""),
        ("column t", "time in s", "by the header", ""),
        ("column I", "current in mA", "by the header", ""),
        ("column U", "voltage in V", "by the header", ""),
    ]  # fmt: skip


def test_a_table_without_names_has_decisions_and_no_columns():
    decisions = [tuple(decision) for decision in explain(_source("sep=;\n1;2\n3;4\n"), TableOptions())]
    assert decisions == [
        ("encoding", "utf-8", "nothing but ASCII", ""),
        ("delimiter", "semicolon", "the line sep= declares it, 2 of them numbers", ""),
        ("decimal mark", "point", "no number has a mark", ""),
        ("header", "none", "no line over the data has a text for each field", ""),
        ("first data line", "line 2", "its fields are 2 numbers, as in the rows below", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("between", "names"), [(5, "line 1"), (6, "none")])
def test_names_stand_up_to_six_lines_above_the_rows(between, names):
    decisions = explain(_source("t / s,U / V\n" + "remark\n" * between + "0,1\n1,2\n2,3\n"), TableOptions())
    assert next(decision.chosen for decision in decisions if decision.what == "header") == names


def test_a_column_without_a_name_has_no_part_of_a_profile():
    lines = first_profile(_source("t / s,,U / V\n0,1,2\n1,1,2\n2,1,2\n"), TableOptions()).splitlines()
    assert [line for line in lines if line.startswith("[columns.")] == ['[columns."t / s"]', '[columns."U / V"]']


@pytest.mark.parametrize(
    ("sign", "line"), [("signed", '"signed"'), ("negated", '"negated"'), ("as printed", '"signed"')]
)
def test_a_sign_that_a_profile_declares_stands_in_the_next_profile(tmp_path, sign, line):
    profile = tmp_path / "lab.toml"
    profile.write_text(
        f"[table-profile]\n[columns.\"Z''\"]\nquantity = 'impedance_imag'\nunit = 'ohm'\nsign = '{sign}'\n"
    )
    text = first_profile(_source("f / Hz,Z'' \n3,1\n2,1\n1,1\n"), TableOptions(profile=str(profile)))
    lines = text.splitlines()
    at = lines.index("[columns.\"Z''\"]")
    assert lines[at + 1 : at + 5] == [
        'quantity = "impedance_imag"  # (guess) by name', 'unit = "ohm"  # (guess) not printed',
        f"sign = {line}  # declared by the profile", "",
    ]  # fmt: skip

"""Ions over a depth in a plain table: the refusal has the command that declares them, and the command works."""

import subprocess
import sys

import numpy as np
import pytest

import echub
from echub.plugin import SourceColumn
from echub_table.depths import undeclared_profile

DEPTH = np.arange(0.0, 500.0, 5.0)
EDGE = 250.0


def written(path, heads, *, delimiter=",", decimal="."):
    rng = np.random.default_rng(1)
    falling = rng.poisson(20 + 1000 / (1 + np.exp((DEPTH - EDGE) / 10)))
    rising = rng.poisson(20 + 1000 / (1 + np.exp((EDGE - DEPTH) / 10)))
    rows = [
        (f"{d:.1f}".replace(".", decimal), str(f), str(r)) for d, f, r in zip(DEPTH, falling, rising, strict=True)
    ]
    path.write_text("\n".join(delimiter.join(row) for row in [heads, *rows]) + "\n", encoding="utf-8")
    return path


def hint_of(file):
    refusal = echub.analyze("sims-profile", file).refusals[0]
    assert refusal.code == "no-dataset"
    return refusal.hint


@pytest.mark.skipif(sys.platform == "win32", reason="the command is for a shell")
@pytest.mark.parametrize("marks", [(",", "."), (";", ",")])
@pytest.mark.parametrize(
    ("name", "heads"),
    [
        ("depth.csv", ("depth/nm", "Na+/counts", "Zr+/counts")),
        ("it's a depth.csv", ("Depth (nm)", "23Na+ (counts)", "90Zr+ (counts)")),
        ("negative.csv", ("depth / nm", "O- / counts", "ZrO- / counts")),
    ],
)
def test_the_command_of_the_refusal_makes_it_a_profile(tmp_path, name, heads, marks):
    delimiter, decimal = marks
    file = written(tmp_path / name, heads, delimiter=delimiter, decimal=decimal)
    command, _, then = hint_of(file).rpartition("; then ")
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    made = next(tmp_path.glob("*.sims.toml"))
    assert made.name in then.replace("'\"'\"'", "'")
    found = echub.analyze("sims-profile", made, params={"species": heads[1].split("/")[0].split("(")[0].strip()})
    assert found["interface_position"].value == pytest.approx(EDGE, abs=3)


@pytest.mark.parametrize(
    "heads", [("depth / nm", "Na / counts", "Zr / counts"), ("depth / nm", "Na+ / a", "Cl- / a")]
)
def test_what_the_table_leaves_open_is_not_guessed(tmp_path, heads):
    assert "echub plugins show hiden" in hint_of(written(tmp_path / "open.csv", heads))


@pytest.mark.parametrize(
    "heads", [("depth / nm", "load / N", "friction / 1"), ("depth / nm", "H / GPa", "E / GPa")]
)
def test_a_depth_without_ions_is_told_nothing(tmp_path, heads):
    file = written(tmp_path / "wear.csv", heads)
    assert "undeclared-kind" not in [notice.code for notice in echub.read(file).notices]


TEMPLATE = "`echub plugins show hiden > sims.toml` writes a template to fill in; then sims.toml is the file"


@pytest.mark.parametrize(
    ("axis", "unit", "heads", "hint"),
    [
        ("depth", "nm", {"Na+": "counts", "Cl-": "counts"}, TEMPLATE),
        ("depth", "nm", {"Na+": "counts", "Zr+": "cps"}, TEMPLATE),
        ("depth", "nm", {"Na+": "counts", "load": None}, TEMPLATE),
        ("depth", None, {"Na+": "counts"}, TEMPLATE),
        ("depth", "nm", {"Na": "counts"}, TEMPLATE),
        ("depth", "nm", {"Na+": "counts", "T": "degC"}, TEMPLATE),  # a column beside the ions
        ("depth", "nm", {"Na+": "counts", "K+": "counts"}, TEMPLATE),  # one that is known already
        (
            "sputter_time", "s", {"Na+ (cps)": "cps"},
            "printf '%s\\n' 'format = \"sims\"' 'region = [{ name = \"sample\", profile = [{ file = \"run\", "
            'layout = "table", polarity = "+", x = "time", x_unit = "s", y = "rate", separator = "\\t", '
            'decimal = ".", species = { "Na+ (cps)" = "Na+" } }] }]\' > run.sims.toml; then run.sims.toml is the '
            "file",
        ),
    ],
)  # fmt: skip
def test_the_command_is_told_only_where_the_table_says_all_of_it(axis, unit, heads, hint):
    values = np.arange(3.0)
    known = {"T": "temperature", "K+": "ion_counts"}
    ions = [SourceColumn(head, values, known.get(head), unit) for head, unit in heads.items()]
    (said,) = undeclared_profile([SourceColumn(axis, values, axis, unit), *ions], "run", "\t", ".")
    text = f"ions over {axis} are a depth_profile only if they are declared as one"
    assert (said.code, said.message, said.hint) == ("undeclared-kind", text, hint)


AXIS = [SourceColumn("depth", DEPTH, "depth", "nm")]


@pytest.mark.parametrize(
    "columns", [[], AXIS, [*AXIS, SourceColumn("/ counts", DEPTH, None, "counts")], [SourceColumn("Na+", DEPTH)]]
)
def test_a_table_without_ions_is_told_nothing(columns):
    assert undeclared_profile(columns, "run", "\t", ".") == []


@pytest.mark.parametrize(
    ("head", "unit", "told"),
    [
        ("Na+", None, True),
        ("Cl-", None, True),
        ("Cl-", "1", True),
        ("Na", "counts", True),
        ("Cl", "cps", True),
        ("Na", None, False),
        ("Na", "1", False),  # a share
        ("H", "GPa", False),
        ("load-", "counts", False),
    ],
)
def test_an_ion_has_a_charge_of_either_sign_or_is_counted(head, unit, told):
    said = undeclared_profile([*AXIS, SourceColumn(head, DEPTH, None, unit)], "run", "\t", ".")
    assert [notice.code for notice in said] == ["undeclared-kind"] * told

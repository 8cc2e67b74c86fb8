"""Every remark of a small table, word by word: samples that contradict each other, clocks, marks, profiles."""

from __future__ import annotations

import pytest

from echub.plugin import Source
from echub_table.options import TableOptions
from echub_table.profile import find
from echub_table.reader import read


def remarks(*lines, end="\n", **options):
    source = Source.from_bytes(("\n".join(lines) + end).encode(), "a.csv")
    return [(notice.code, notice.message) for notice in read(source, TableOptions(**options)).notices]


NO_REPLICATES = (
    "no-replicates",
    "there is no column `replicate`: each row counts as a value of its own, without an uncertainty",
)  # fmt: skip


def vendor(header):
    return "vendor-columns", f"kept as vendor columns, as their names map to no quantity: {header}"


SIDE = "seem to be replicates side by side: each is taken as a value of its own"


@pytest.mark.parametrize(("lines", "told"), [
    (("sample.id,replicate,H / GPa", "A,1,5", "A,2,6", "B,1,7", "B,2,8"), []),
    (("sample.id,H / GPa", "A,5", "B,7"), [NO_REPLICATES]),
    (("sample.id,replicate,H / GPa", "A,1,5", "A,2,6", "A,3,6", "B,1,7", "C,1,8", "C,2,8"), [
        ("replicates-differ", "up to 3 replicates, fewer for B, C")]),
    (("sample.id,replicate,H / GPa", "A,1,5", "A,1,6", "B,1,7", "B,2,8"), [
        ("repeated-replicate", "1 row has the same replicate as another row that is described equally: a column "
         "to the left of `replicate` should part them")]),
    (("sample.id,replicate,H / GPa", "A,1,5", "A,1,6", "B,2,7", "B,2,8"), [
        ("repeated-replicate", "2 rows have the same replicate as another row that is described equally: a column "
         "to the left of `replicate` should part them")]),
    (("sample.id,replicate,H / GPa", "S 1,1,5", "s1,1,6", "B,1,7"), [
        ("similar-samples", "S 1/s1 differ only by case or blanks, and count as different samples")]),
    (("sample.id,replicate,H,E / GPa", "A,1,5,", "A,2,6,70", "B,1,7,71", "B,2,8,"), [
        ("table-no-unit", "no unit is printed: H; write `name / unit`, or `name / 1` for a pure number"),
        ("table-gaps", "E / GPa has no value in 2 of 4 rows")]),
    (("sample.id,replicate,H 1 / GPa,H 2 / GPa,H 3 / GPa", "A,1,5,5,5", "B,1,6,6,6"), [
        ("replicates-in-columns", f"H 1 / GPa, H 2 / GPa, H 3 / GPa {SIDE}")]),
    (("sample.id,replicate,H 1 / GPa,H 2 / GPa,R1 / ohm,R2 / ohm,R3 / ohm", "A,1,5,5,5,5,5", "B,1,6,6,6,6,6"), []),
    (("sample.id,replicate,run1 / GPa,run2 / GPa,run3 / GPa", "A,1,5,5,5", "B,1,6,6,6"), [
        ("replicates-in-columns", f"run1 / GPa, run2 / GPa, run3 / GPa {SIDE}")]),
    (("sample.id,replicate,A / wt%,B / wt%", "A,1,60,40", "B,1,50,47.5", "C,1,50,49"), [
        ("no-closure", "A / wt%, B / wt% add up to 97.5 in row 2, not 100; 1 of 3 rows are off by more than 2%")]),
    (("sample.id,replicate,A / 1,B / 1", "A,1,0.6,0.4", "B,1,0.5,0.55", "C,1,0.5,0.53", "D,1,0.5,0.5"), [
        ("no-closure", "A / 1, B / 1 add up to 1.05 in row 2, not 1; 2 of 4 rows are off by more than 2%")]),
    (("sample.id,replicate,H / GPa", "A,1,5", "A,2,< 4", "B,1,7(1)", "B,2,good"), [
        ("table-text", "H / GPa holds '< 4' in row 2: the column is text, of which 2 of 4 cells count as numbers, "
         "1 as below a limit, 1 are not used: 'good'")]),
])  # fmt: skip
def test_samples_that_lack_something_or_contradict_each_other(lines, told):
    assert remarks(*lines) == told


@pytest.mark.parametrize(("lines", "options", "told"), [
    (("Uhrzeit,U / V,t / s", "23:59:50,1,0", "00:00:00,2,10", "00:00:10,3,20"), {}, [
        ("time-of-day", "Uhrzeit is a time of day: it starts again at midnight and is not an elapsed time"),
        vendor("Uhrzeit")]),
    (("Uhrzeit,U / V,t / s", "12:59:50,1,0", "13:00:00,2,10", "13:00:10,3,20"), {}, [
        ("time-of-day", "Uhrzeit is a time of day and no elapsed time"), vendor("Uhrzeit")]),
    (("Datum,U / V", "2024-03-14 12:00:00,1", "2024-03-14 12:00:10,2", "2024-03-14 12:00:20,3"), {}, [
        ("derived-time", "the table has no elapsed time: time = Datum - its first value; these are local dates "
         "without a zone: a change of the clocks shows as a jump (--timezone)"), vendor("Datum")]),
    (("Datum,U / V", "2024-03-14 12:00:00,1", "2024-03-14 12:00:10,2", "2024-03-14 12:00:20,3"),
     {"timezone": "Europe/Berlin"}, [
        ("derived-time", "the table has no elapsed time: time = Datum - its first value")]),
    (("t / s,U / V,Voltage / mV", "0,1,1", "1,1,2", "2,1,3"), {}, [
        ("several-columns", "2 columns are voltage: U / V, Voltage / mV; all are kept")]),
    (("time/s,step,U / V", "0,1,1", "1,1,2", "0,2,3", "1,2,4", "0,3,5", "1,3,6"), {}, [
        ("step-clock", "time/s restarts where the step changes: it is the time of the step")]),
])  # fmt: skip
def test_clocks_and_columns_that_mean_the_same(lines, options, told):
    assert remarks(*lines, **options) == told


def test_a_text_in_two_encodings():
    rows = b"".join(b"%d;1;rest\n" % n for n in range(9000))
    data = b"t / s;U / V;note\n" + rows + b"9000;1;R\xfcckbau\n" + b"9001;1;rest\n" * 2000
    found = read(Source.from_bytes(data, "a.csv"), TableOptions())
    assert [(notice.code, notice.message) for notice in found.notices if notice.code != "vendor-columns"] == [
        ("encoding-changes", "some text is not UTF-8 and was read as cp1252"),
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.csv").write_text("t / s,U / V\n0,1\n1,2\n2,3\n")
    return tmp_path


def test_where_a_profile_comes_from(folder):
    source = Source(folder / "a.csv")
    assert find(source, "") == (None, "")
    assert find(source, "none") == (None, "none, as asked for")
    profile, origin = find(source, "maccor")
    assert (profile.name, origin) == ("maccor", "asked for")
    (folder / "lab.toml").write_text("[table-profile]\ntitle = 'x'\n")
    profile, origin = find(source, str(folder / "lab.toml"))
    assert (profile.name, profile.title, origin) == ("lab.toml", "x", "asked for")
    assert source.used == []
    profile, origin = find(source, "")
    assert (profile.name, origin, source.used) == ("lab.toml", "found in the folder", ["lab.toml"])
    (folder / "lab.toml").write_text("[table-profile]\nfiles = ['b*.csv']\n")
    assert find(source, "") == (None, "")
    (folder / "lab.toml").write_text("[table-profile]\nfiles = ['b*.csv', 'a.*']\n")
    assert find(source, "")[0].name == "lab.toml"
    for name in ("echub.toml", "a.echub.toml"):
        (folder / "lab.toml").rename(folder / name)
        assert find(source, "") == (None, "")
        (folder / name).rename(folder / "lab.toml")
    (folder / "lab.toml").write_text("[table-profile]\n" + "#" * 1_000_000)
    assert find(source, "") == (None, "")

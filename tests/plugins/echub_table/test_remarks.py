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


LOCAL = "; these are local dates without a zone: a change of the clocks shows as a jump (--timezone)"
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
    (("sample.id,replicate,H / GPa", "A,1,5", ",2,6", "B,1,7", " ,3,8"), [
        ("unnamed-samples", "2 rows have no sample name; all such rows are one sample: a merged cell names its "
         "first row"),
        ("replicates-differ", "up to 2 replicates, fewer for A, B")]),
    (("sample.id,replicate,H,E / GPa", "A,1,5,", "A,2,6,70", "B,1,7,71", "B,2,8,"), [
        ("table-no-unit", "no unit is printed: H; write `name / unit`, or `name / 1` for a pure number"),
        ("table-gaps", "E / GPa has no value in 2 of 4 rows")]),
    (("sample.id,replicate,H 1 / GPa,H 2 / GPa,H 3 / GPa", "A,1,5,5,5", "B,1,6,6,6"), [
        ("replicates-in-columns", f"H 1 / GPa, H 2 / GPa, H 3 / GPa {SIDE}")]),
    (("sample.id,replicate,H 1 / GPa,H 2 / GPa,R1 / ohm,R2 / ohm,R3 / ohm", "A,1,5,5,5,5,5", "B,1,6,6,6,6,6"), []),
    (("sample.id,replicate,run1 / GPa,run2 / GPa,run3 / GPa", "A,1,5,5,5", "B,1,6,6,6"), [
        ("replicates-in-columns", f"run1 / GPa, run2 / GPa, run3 / GPa {SIDE}")]),
    (("sample.id,replicate,A / wt%,B / wt%", "A,1,60,40", "B,1,50,47.5", "C,1,50,49"), [
        ("no-closure", "A / wt%, B / wt% add up to 97.5 in row 2, not 100; 1 of 3 rows is off by more than 2%")]),
    (("sample.id,replicate,A / 1,B / 1", "A,1,0.6,0.4", "B,1,0.5,0.55", "C,1,0.5,0.53", "D,1,0.5,0.5"), [
        ("no-closure", "A / 1, B / 1 add up to 1.05 in row 2, not 1; 2 of 4 rows are off by more than 2%")]),
    (("sample.id,replicate,H / GPa", "A,1,5", "A,2,< 4", "B,1,7(1)", "B,2,good"), [
        ("table-text", "H / GPa holds '< 4' in row 2: the column is text, of which 2 of 4 cells count as numbers, "
         "1 as below a limit, 1 is not used: 'good'")]),
    (("sample.id,replicate,H / a.u.", "A,1,5", "B,1,6 a.u.", "C,1,7 kg"), [
        ("table-text", "H / a.u. holds '6 a.u.' in row 2: the column is text, of which 2 of 3 cells count as "
         "numbers, 0 as below a limit, 1 is not used: '7 kg'")]),
    (("sample.id,batch,replicate,H / GPa", "A,1 V,1,5", "B,1,1,6"), []),
    (("sample.id,replicate,H / GPa,SD(H) / GPa,n(H)", "A,1,5,1,3", "B,1,6,1,3"), []),
    (("sample.id,replicate,H / GPa,SD(H) / GPa", "A,1,5,1", "B,1,6,1"), [
        ("table-uncertainty", "SD(H) / GPa, the spread of H / GPa: taken as the uncertainty of one value, as the "
         "number of values is not stated")]),
    (("sample.id,H / GPa,n(H)", "A,5,3", "B,6,3"), [NO_REPLICATES]),
    (("sample.id,H / GPa,U(H) / GPa", "A,5,3", "B,6,3"), [
        ("table-uncertainty", "U(H) / GPa, the spread of H / GPa: not used: an expanded uncertainty, whose factor "
         "is not stated"), NO_REPLICATES]),
    (("sample.id,replicate,A / %,B / %", "A,1,,", "B,1,,"), [
        ("table-gaps", "A / % has no value in 2 of 2 rows"), ("table-gaps", "B / % has no value in 2 of 2 rows")]),
    (("sample.id,replicate,A / %,B / %", "A,1,60,40", "B,1,60,38.1", "C,1,60,37.9"), [
        ("no-closure", "A / %, B / % add up to 97.9 in row 3, not 100; 1 of 3 rows is off by more than 2%")]),
    (("sample.id,replicate,H / GPa", "A,1,inf", "B,1,2", "C,1,"), [
        ("table-gaps", "H / GPa has no value in 1 of 3 rows")]),
    (("sample.id,replicate,frequency / Hz,H / GPa", "A,1,1,5", "B,1,2,6"), [vendor("H / GPa")]),
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
    (("Time UTC,U / V", "10:00:00,1", "10:00:01,2"), {}, [
        ("time-of-day", "Time UTC is a time of day and no elapsed time"), vendor("Time UTC")]),
    (("Time,U / V", "0:00:00,1", "0:00:00,1"), {}, []),
    (("Time,U / V", "0:00:00,1", "0:00:01,1"), {"clock": "time-of-day"}, [
        ("time-of-day", "Time is a time of day and no elapsed time"), vendor("Time")]),
    (("Start,Date,Time,U / V", "2023-01-01,2024-03-14,23:59:59,1", "2023-01-01,2024-03-15,00:00:00,3"), {}, [
        ("derived-time", f"the table has no elapsed time: time = Date + Time - its first value{LOCAL}"),
        vendor("Start, Date, Time")]),
    (("Date,Test Time,U / V", "2024-03-14,9:00:00,1", "2024-03-14,9:00:01,2"), {}, [vendor("Date")]),
    (("Date,Step Time,U / V", "2024-03-14,9:00:00,1", "2024-03-14,9:00:01,2"), {}, [vendor("Date")]),
    (("Date,Time,U / V", "2024-03-14,0:00:00,1", "2024-03-14,0:00:01,2"), {}, [vendor("Date")]),
    (("Date,U / V", "2024-03-14,1", "2024-03-15,2", "2024-03-17,3"), {}, [
        ("derived-time", f"the table has no elapsed time: time = Date - its first value{LOCAL}"), vendor("Date")]),
    (("Date,U / V", "2024-03-14,1", "2024-03-14,2", "2024-03-17,3"), {}, [vendor("Date")]),
    (("Current,t", "kg,s", "1,0", "2,1", "3,2"), {}, [
        ("unit-mismatch", "the column 'Current' names current, but its unit kg does not fit; name and unit "
         "contradict each other: expected a unit of the dimension of mA (current); kept as a vendor column with "
         "its unit")]),
    (("t / s,U / V,,", "0,1,,", "1,2,,5", "2,2,,6"), {}, [
        vendor("column 4"), ("non-finite", "column 4 has 1 missing value")]),
    (("t / s,U / V,,", "0,1,,a", "1,2,,b", "2,2,,c"), {}, [vendor("column 4")]),
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

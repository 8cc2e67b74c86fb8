"""Delimited tables and workbooks: what is inferred of them, with the evidence for it, and what their rows hold."""

from __future__ import annotations

import io
from typing import Any

from tests.oracles.records.told import FileWorld, Refused, column, rows, spectra

NAME = "timeseries"
WORDS = {";": "semicolon", ",": "comma", "\t": "tab", " ": "blanks", "|": "pipe"}


def text(*lines: str, end: str = "\n", newline: str = "\n", encoding: str = "utf-8") -> bytes:
    """Return a file."""
    return (newline.join(lines) + end).encode(encoding)


def decided(what: str, chosen: str, evidence: str, rival: str = "") -> dict[str, str]:
    """Return a decision, as the settings list it."""
    return {"what": what, "chosen": chosen, "evidence": evidence, "rival": rival}


def settings(
    delimiter: str, decimal: str, header: int | None, first: int, decisions: list[dict[str, str]], *,
    encoding: str = "utf-8", newline: str = "\n", units: int | None = None, profile: str | None = None,
    preamble: dict[str, str] | None = None, above: list[str] | None = None, footer: list[str] | None = None,
    comments: list[str] | None = None, faulty: list[str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the settings; header and first are 1-based lines, as are those of units."""
    dialect = {"encoding": encoding, "newline": newline, "delimiter": delimiter, "decimal": decimal,
               "header_line": header, "units_line": units, "data_line": first}  # fmt: skip
    told = {f"settings.dialect.{key}": value for key, value in dialect.items()}
    told |= {f"settings.preamble.{key}": value for key, value in (preamble or {}).items()}
    return told | {
        "settings.decisions": decisions, "settings.profile": profile, "settings.preamble_lines": above or [],
        "settings.footer_lines": footer or [], "settings.comments": comments or [],
        "settings.unparsable_rows": faulty or [], **({} if preamble else {"settings.preamble": {}}),
    }  # fmt: skip


def meant(header: str, what: str | None, by: str = "header") -> dict[str, str]:
    """Return the decision on a column; none is a vendor column."""
    if what is None:
        return decided(f"column {header}", "vendor column", "the name maps to no quantity")
    return decided(f"column {header}", what, f"by the {by}")


ASCII = decided("encoding", "utf-8", "nothing but ASCII")
NO_PROFILE = decided("profile", "none", "no header or first line fits one")


def german() -> FileWorld:
    """Return decimal commas between semicolons, below two lines of keys; states say the sign of the current."""
    above = ["Probe:;S-5", "Dicke:;2,5", "", "Zeit (min);U / mV;I [A];T/°C;Zustand;Notiz"]
    lines = ["0,5;3250;0,002;21,5;CHA;erste", "1,5;3500;-0,004;22,5;DCH;", "2,5;;0,006;23,5;CHA;dritte",
             "3,5;3750,5;-0,008;24,5;DCH;vierte"]  # fmt: skip
    states = "100% of the anodic part has a positive current and 100% of the cathodic part has a negative current"
    decisions = [
        decided("encoding", "utf-8", "all of it is valid UTF-8"),
        decided("delimiter", "semicolon", "4 of the first 8 lines have 6 fields, 4 of them numbers"),
        decided("decimal mark", "comma", "0,5 has no other reading", "point: it cannot group thousands there"),
        decided("header", "line 4",
                "as many texts as the rows have fields: Zeit (min), U / mV, I [A], T/°C, Zustand, Notiz"),
        decided("first data line", "line 5", "its fields are 4 numbers, 2 texts, as in the rows below"),
        NO_PROFILE, meant("Zeit (min)", "time in min"), meant("U / mV", "voltage in mV"),
        meant("I [A]", "current in A"),
        meant("T/°C", "temperature in degC"), meant("Zustand", None), meant("Notiz", None),
        decided("sign of I [A]", "anodic positive", f"proven by Zustand: {states}"),
    ]  # fmt: skip
    return FileWorld("run.csv", text(*above, *lines), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(4),
        f"{NAME}.time": column("Zeit (min)", [30.0, 90.0, 150.0, 210.0], "time", "s", 0, factor=60.0),
        f"{NAME}.voltage": column("U / mV", [3.25, 3.5, None, 3.7505], "voltage", "V", 1, factor=0.001),
        f"{NAME}.current": column("I [A]", [2.0, -4.0, 6.0, -8.0], "current", "mA", 2, factor=1000.0,
                                  attrs={"sign_evidence": "proven"}),
        f"{NAME}.temperature": column("T/°C", [21.5, 22.5, 23.5, 24.5], "temperature", "degC", 3),
        f"{NAME}.vendor_zustand": column("Zustand", ["CHA", "DCH", "CHA", "DCH"], None, None, 4),
        f"{NAME}.vendor_notiz": column("Notiz", ["erste", "", "dritte", "vierte"], None, None, 5),
        **settings(";", ",", 4, 5, decisions, preamble={"Probe": "S-5", "Dicke": "2,5"}, above=above),
        "!vendor-columns": "kept as vendor columns, as their names map to no quantity: Zustand, Notiz",
        "!non-finite": ("U / mV has 1 missing value", {"column": "U / mV"}),
    }, "table")  # fmt: skip


def two_spectra() -> FileWorld:
    """Return two spectra under one header that is repeated, in UTF-16; the imaginary part is printed negated."""
    header = "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm"
    lines = [
        "1000.5\t1.5\t0.25",
        "100.5\t2.5\t0.5",
        "10.5\t3.5\t-0.75",
        header,
        "1000.5\t1.25\t0.125",
        "100.5\t2.25\t0.375",
    ]
    one = "impedance"
    decisions = [
        decided("encoding", "utf-16", "a byte order mark"),
        decided("delimiter", "tab", "5 of the first 7 lines have 3 fields, 3 of them numbers",
                "blanks: 5 lines, 3 of 3 numbers"),
        decided("decimal mark", "point", "1000.5 has no other reading", "comma: it cannot group thousands there"),
        decided("header", "line 1", "as many texts as the rows have fields: freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm"),
        decided("first data line", "line 2", "its fields are 3 numbers, as in the rows below"),
        decided("profile", "generic-eis", "shipped: impedance table without printed units"),
        meant("freq/Hz", "frequency in Hz"), meant("Re(Z)/Ohm", "impedance_real in ohm"),
        meant("-Im(Z)/Ohm", "impedance_imag in ohm, negated"),
        decided("sign of Re(Z)/Ohm", "as printed", "100% of its values are positive, as the quantity has it"),
        decided("sign of -Im(Z)/Ohm", "negated", "declared by the header"),
        decided("spectra", "2", "counted from 0 over the rows; a new one where the frequency turns or jumps back, "
                                "or rows are missing, or the source starts one"),
    ]  # fmt: skip
    return FileWorld("eis.txt", text(header, *lines, newline="\r\n", end="\r\n", encoding="utf-16"), {
        one: {"kind": one}, f"{one}.row": rows(5),
        f"{one}.frequency": column("freq/Hz", [1000.5, 100.5, 10.5, 1000.5, 100.5], "frequency", "Hz", 0),
        f"{one}.impedance_real": column("Re(Z)/Ohm", [1.5, 2.5, 3.5, 1.25, 2.25], "impedance_real", "ohm", 1),
        f"{one}.impedance_imag": column("-Im(Z)/Ohm", [-0.25, -0.5, 0.75, -0.125, -0.375], "impedance_imag",
                                        "ohm", 2,
                                        factor=-1.0),
        f"{one}.spectrum": spectra([0, 0, 0, 1, 1]),
        **settings("\t", ".", 1, 2, decisions, encoding="utf-16", newline="\r\n", profile="generic-eis",
                   above=[header]),
        "!repeated-header": "the header is repeated 1 time among the rows",
    }, "table")  # fmt: skip


PROFILE = """[table-profile]
title = "lab"

[dialect]
delimiter = "pipe"

[columns]
a = { quantity = "time", unit = "h" }
b = { quantity = "current", unit = "uA", sign = "negated", origin = "programmed" }
c = { quantity = "", unit = "bar" }

[metadata]
"cell.area" = "2.5 cm^2"

[preamble]
cell = { path = "cell.id" }
made = { path = "experiment.start", dates = "day-first" }
mass = { path = "cell.active_mass", unit = "mg", placeholder = "1" }
"""


def by_profile() -> FileWorld:
    """Return names that say nothing; a profile in the folder says what they mean."""
    above = ["cell: C7", "made: 03/04/2021 10:00:30", "mass: 1", "a|b|c|d"]
    decisions = [
        ASCII,
        decided("delimiter", "pipe", "the profile lab.toml, 4 of them numbers"),
        decided("decimal mark", "point", "0.5 has no other reading", "comma: it cannot group thousands there"),
        decided("header", "line 4", "as many texts as the rows have fields: a, b, c, d"),
        decided("first data line", "line 5", "its fields are 4 numbers, as in the rows below"),
        decided("profile", "lab.toml", "found in the folder"), meant("a", "time in h", "profile"),
        meant("b", "current in uA, negated", "profile"), meant("c", None), meant("d", None),
        decided("sign of b", "anodic positive", "assumed: nothing to check against"),
    ]  # fmt: skip
    by = {"unit_from": "profile"}
    return FileWorld("run.dat", text(*above, "0.5|2.5|3.5|4.5", "1.5|-5|6.5|7.5"), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(2),
        f"{NAME}.time": column("a", [1800.0, 5400.0], "time", "s", 0, factor=3600.0, attrs=by),
        f"{NAME}.current": column("b", [-0.0025, 0.005], "current", "mA", 1, factor=-0.001, origin="programmed",
                                  attrs={**by, "sign_evidence": "assumed"}),
        f"{NAME}.vendor_c": column("c", [3.5, 6.5], None, "bar", 2),
        f"{NAME}.vendor_d": column("d", [4.5, 7.5], None, None, 3),
        **settings("|", ".", 4, 5, decisions, profile="lab.toml", above=above,
                   preamble={"cell": "C7", "made": "03/04/2021 10:00:30", "mass": "1"}),
        "@cell.area": (2.5, "cm^2", "profile lab.toml"), "@cell.id": ("C7", None, "file: cell"),
        "@experiment.start": ("2021-04-03T10:00:30", None, "file: made"), "siblings": ["lab.toml"],
        "!sign-assumed": "the table does not show the sign of b: taken as anodic positive; "
                         "--option current=cathodic-positive or current=unsigned says otherwise",
        "!vendor-columns": "kept as vendor columns, as their names map to no quantity: c, d",
        "!placeholder": "mass = 1 is the software's default and counts as not set",
    }, "table", others={"lab.toml": PROFILE.encode()})  # fmt: skip


def faulty() -> FileWorld:
    """Return instants, units below the names, comments, a word, a mean at the end, and a code page of Windows."""
    above = ["# made by hand", "Datum,U,Réf", ",V,°C"]
    body = [f"2021-03-04T10:00:{n:02d}Z,{3 + n / 100:.3f},{n}.5" for n in range(60)]
    body[30] = "2021-03-04T10:00:30Z,xy,30.5"
    lines = [*body[:10], "# a break", *body[10:], "mean,3.3,30"]
    values = [float("nan") if n == 30 else float(f"{3 + n / 100:.3f}") for n in range(60)]
    start = 1_614_852_000.0  # 2021-03-04 10:00 UTC is 18690 days and 10 h
    decisions = [
        decided("encoding", "cp1252", "byte 0xe9 at offset 24 is not UTF-8"),
        decided("delimiter", "comma", "59 of the first 64 lines have 3 fields, 3 of them numbers"),
        decided("decimal mark", "point", "the comma delimits fields"),
        decided("header", "line 2", "as many texts as the rows have fields: Datum, U, Réf"),
        decided("units row", "line 3", "its cells are units"),
        decided("first data line", "line 4", "its fields are 2 numbers, 1 date, as in the rows below"),
        decided("footer", "1 line", "no data row: mean,3.3,30"), NO_PROFILE,
        meant("Datum", None), meant("U", "voltage in V"), meant("Réf", None),
    ]  # fmt: skip
    return FileWorld("run.csv", text(*above, *lines, encoding="cp1252"), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(60),
        f"{NAME}.unix_time": column("Datum", [start + n for n in range(60)], "unix_time", "s", 0,
                                    attrs={"printed_as": "2021-03-04T10:00:00Z", "zone": "as printed",
                                           "date_order": "ymd", "epoch": "1970-01-01T00:00:00"}),
        f"{NAME}.voltage": column("U", values, "voltage", "V", 1),
        f"{NAME}.vendor_ref": column("Réf", [n + 0.5 for n in range(60)], None, "°C", 2),
        f"{NAME}.time": column("time", [float(n) for n in range(60)], "time", "s", None, origin="derived",
                               attrs={"recipe": "Datum - its first value"}),
        **settings(",", ".", 2, 4, decisions, encoding="cp1252", units=3, above=above, footer=["mean,3.3,30"],
                   comments=["# a break"], faulty=["line 35: U is 'xy', no number"]),
        "@experiment.start": ("2021-03-04T10:00:00", None, "file: Datum"),
        "@experiment.timezone": ("UTC", None, "file: Datum"),
        "@experiment.start_utc": ("2021-03-04T10:00:00.000+00:00", None, "zone by file: Datum"),
        "!derived-time": "the table has no elapsed time: time = Datum - its first value",
        "!vendor-columns": "kept as vendor columns, as their names map to no quantity: Réf",
        "!unparsable-rows": "1 of 60 rows does not parse: line 35: U is 'xy', no number",
        "!encoding-guessed": "read as cp1252: byte 0xe9 at offset 24 is not UTF-8; --option encoding=… says "
                             "another",
        "!non-finite": ("U has 1 NaN", {"column": "U"}),
    }, "table")  # fmt: skip


def workbook() -> FileWorld:
    """Return a workbook of three sheets: remarks, the measurement, nothing."""
    import openpyxl

    book = openpyxl.Workbook()
    first = book.active
    first.title = "about"
    for row in (("operator", "none"), ("cell", "C7")):
        first.append(row)
    sheet = book.create_sheet("data")
    for row in (("t / h", "U / V", "I / mA", "state"), (0.5, 3.25, 2.5, "CHA"), (1.5, None, -5, "DCH"),
                (2.5, "3,5", 7.5, "CHA"), (3.5, 3.75, -2, "DCH")):  # fmt: skip
        sheet.append(row)
    book.create_sheet("empty")
    file = io.BytesIO()
    book.save(file)
    states = "100% of the anodic part has a positive current and 100% of the cathodic part has a negative current"
    decisions = [
        decided("encoding", "utf-8", "said by the user"),
        decided("delimiter", "tab", "said by the user, 3 of them numbers"),
        decided("decimal mark", "point", "said by the user"),
        decided("header", "line 1", "as many texts as the rows have fields: t / h, U / V, I / mA, state"),
        decided("first data line", "line 2", "its fields are 3 numbers, 1 text, as in the rows below"), NO_PROFILE,
        meant("t / h", "time in h"), meant("U / V", "voltage in V"), meant("I / mA", "current in mA"),
        meant("state", None), decided("sign of I / mA", "anodic positive", f"proven by state: {states}"),
    ]  # fmt: skip
    return FileWorld("run.xlsx", file.getvalue(), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(4),
        f"{NAME}.time": column("t / h", [1800.0, 5400.0, 9000.0, 12600.0], "time", "s", 0, factor=3600.0),
        f"{NAME}.voltage": column("U / V", [3.25, None, 3.5, 3.75], "voltage", "V", 1),
        f"{NAME}.current": column("I / mA", [2.5, -5.0, 7.5, -2.0], "current", "mA", 2,
                                  attrs={"sign_evidence": "proven"}),
        f"{NAME}.vendor_state": column("state", ["CHA", "DCH", "CHA", "DCH"], None, None, 3),
        **settings("\t", ".", 1, 2, decisions, above=["t / h\tU / V\tI / mA\tstate"]), "settings.sheet": "data",
        "!sheet-chosen": "data is read, of 2 sheets with cells: it is the only one with a table of measured rows; "
                         "--option sheet=… names another",
        "!numbers-as-text": "U / V: 1 cell holds a number as text, read as such",
        "!vendor-columns": "kept as vendor columns, as their names map to no quantity: state",
        "!non-finite": ("U / V has 1 missing value", {"column": "U / V"}),
    }, "excel")  # fmt: skip


def asked_sheet() -> FileWorld:
    """Return the second of two sheets with rows: spans of time, dates, a formula that was never computed."""
    import datetime as dt

    import openpyxl

    book = openpyxl.Workbook()
    other, sheet = book.active, book.create_sheet("second")
    for row in (("t / s", "U / V"), (0.5, 1), (1.5, 2)):
        other.append(row)
    start = dt.datetime(2021, 3, 4, 10, 0, 0)
    sheet.append(("elapsed", "when", "U / V", "T / degC"))
    for n, (u, t) in enumerate(((3.25, 20.5), (3.5, "=D2+1"), (3.75, 22.5))):
        sheet.append((dt.timedelta(hours=12 * n), start + dt.timedelta(hours=12 * n), u, t))
    file = io.BytesIO()
    book.save(file)
    first = 1_614_852_000.0  # 2021-03-04 10:00 is 18690 days and 10 h
    return FileWorld("run.xlsx", file.getvalue(), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(3),
        f"{NAME}.time": column("elapsed", [0.0, 43_200.0, 86_400.0], "time", "s", 0,
                               attrs={"printed_as": "h:m:s"}),
        f"{NAME}.vendor_when": column("when", [first, first + 43_200, first + 86_400], None, "s", 1, attrs=...),
        f"{NAME}.voltage": column("U / V", [3.25, 3.5, 3.75], "voltage", "V", 2),
        f"{NAME}.temperature": column("T / degC", [20.5, None, 22.5], "temperature", "degC", 3),
        "!formulas-without-values": "1 cell of the workbook holds a formula whose value was never stored: "
                                    "it is empty; open and save it in a spreadsheet program",
        "!vendor-columns": "kept as vendor columns, as their names map to no quantity: when",
        "!non-finite": ("T / degC has 1 missing value", {"column": "T / degC"}),
        "settings.sheet": "second",
    }, "excel", options={"sheet": "second"}, silent=("settings.",))  # fmt: skip


def two_sheets() -> Refused:
    """Return a workbook of two sheets that may both be meant."""
    return Refused("run.xlsx", asked_sheet().data, "excel", {
        "message": "2 sheets of the workbook hold a table", "found": "Sheet, second",
        "hint": '--option sheet="Sheet" or --option sheet="second"',
    })  # fmt: skip


def samples() -> FileWorld:
    """Return measured samples, one of them twice: fractions that do not close in a row, a number without unit."""
    header = "sample.id,cell.temperature / K,replicate,Zr / at%,Si / at%,H / GPa,n,note"
    lines = ["A,300,1,60.5,39.5,2.5,7,first", "A,300,2,61,39,2.25,8,", "B,310,1,40,50,,9,third"]
    decisions = [
        ASCII,
        decided("delimiter", "comma", "it parts sample.id from the names beside it, 6 of them numbers"),
        decided("decimal mark", "point", "the comma delimits fields"),
        decided("header", "line 1", ...), decided("first data line", "line 2", ...), NO_PROFILE,
        meant("sample.id", "sample_id"), meant("cell.temperature / K", None), meant("replicate", "replicate"),
        *(decided(f"column {name}", "vendor column", ...) for name in ("Zr / at%", "Si / at%", "H / GPa", "n",
            "note")),
    ]  # fmt: skip
    name = "table"
    return FileWorld("samples.csv", text(header, *lines), {
        name: {"kind": name}, f"{name}.row": rows(3),
        f"{name}.sample_id": column("sample.id", ["A", "A", "B"], "sample_id", None, 0),
        f"{name}.vendor_cell_temperature_k": column("cell.temperature / K", [300.0, 300.0, 310.0], None, "K", 1),
        f"{name}.replicate": column("replicate", [1, 2, 1], "replicate", "1", 2, source_dtype="<f8"),
        f"{name}.vendor_zr_atpercent": column("Zr / at%", [60.5, 61.0, 40.0], None, "at%", 3),
        f"{name}.vendor_si_atpercent": column("Si / at%", [39.5, 39.0, 50.0], None, "at%", 4),
        f"{name}.vendor_h_gpa": column("H / GPa", [2.5, 2.25, None], None, "GPa", 5),
        f"{name}.vendor_n": column("n", [7.0, 8.0, 9.0], None, None, 6),
        f"{name}.vendor_note": column("note", ["first", "", "third"], None, None, 7),
        **settings(",", ".", 1, 2, decisions, above=[header]),
        "!table-no-unit": "no unit is printed: n; write `name / unit`, or `name / 1` for a pure number",
        "!table-gaps": "H / GPa has no value in 1 of 3 rows",
        "!replicates-differ": "up to 2 replicates, fewer for B",
        "!no-closure": "Zr / at%, Si / at% add up to 90 in row 3, not 100; 1 of 3 rows is off by more than 2%",
    }, "table")  # fmt: skip


def ions() -> FileWorld:
    """Return ions over a depth, which are a profile only if they are declared: the command says all of it."""
    header = "Depth (um);Na+ (counts);Zr+ (counts)"
    decisions = [
        ASCII,
        decided("delimiter", "semicolon", "2 of the first 3 lines have 3 fields, 3 of them numbers"),
        decided("decimal mark", "comma", "0,5 has no other reading", "point: it cannot group thousands there"),
        decided("header", "line 1", f"as many texts as the rows have fields: {header.replace(';', ', ')}"),
        decided("first data line", "line 2", "its fields are 3 numbers, as in the rows below"), NO_PROFILE,
        meant("Depth (um)", "depth in um"), meant("Na+ (counts)", None), meant("Zr+ (counts)", None),
    ]  # fmt: skip
    told = ('file = "p.csv", layout = "table", polarity = "+", x = "depth", x_unit = "um", y = "counts", '
            'separator = ";", decimal = ",", species = '
            '{ "Na+ (counts)" = "Na+", "Zr+ (counts)" = "Zr+" }')  # fmt: skip
    command = (f"printf '%s\\n' 'format = \"sims\"' 'region = "
               f"[{{ name = \"sample\", profile = [{{ {told} }}] }}]' "
               "> p.sims.toml; then p.sims.toml is the file")  # fmt: skip
    return FileWorld("p.csv", text(header, "0,5;10;20", "1,5;30;40"), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(2),
        f"{NAME}.depth": column("Depth (um)", [0.5, 1.5], "depth", "um", 0),
        f"{NAME}.vendor_na_counts": column("Na+ (counts)", [10.0, 30.0], None, "counts", 1),
        f"{NAME}.vendor_zr_counts": column("Zr+ (counts)", [20.0, 40.0], None, "counts", 2),
        **settings(";", ",", 1, 2, decisions, above=[header]),
        "!vendor-columns": "kept as vendor columns, as their names map to no quantity: Na+ (counts), Zr+ (counts)",
        "!undeclared-kind": ("ions over Depth (um) are a depth_profile only if they are declared as one",
                             {"hint": command}),
        "!incomplete": "the timeseries dataset has no time", "!incomplete 2": ...,
    }, "table")  # fmt: skip


def dates_and_clocks() -> FileWorld:
    """Return a day and a time of day, whose order another date proves; the user names the zone of the clock."""
    header = "Date,Time,Test time,U / V"
    lines = [
        "03/04/2021,23:59:30,0:00:00,3.25",
        "04/04/2021,00:00:30,0:01:00,3.5",
        "14/04/2021,00:00:30,240:01:00,3.75",
    ]
    start = 1_617_494_370.0  # 2021-04-03 23:59:30 is 18720 days and 86370 s, had it been UTC
    clock = [start, start + 60, start + 60 + 10 * 86400]
    days = [18720 * 86400.0, 18721 * 86400.0, 18731 * 86400.0]
    return FileWorld("run.csv", text(header, *lines), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(3),
        f"{NAME}.vendor_date": column("Date", days, None, "s", 0, attrs={
            "printed_as": "03/04/2021", "date_order": "dmy", "epoch": "1970-01-01T00:00:00", "zone": "unknown"}),
        f"{NAME}.vendor_time": column("Time", [86_370.0, 30.0, 30.0], None, "s", 1, attrs={"printed_as": "h:m:s"}),
        f"{NAME}.time": column("Test time", [0.0, 60.0, 864_060.0], "time", "s", 2, attrs={"printed_as": "h:m:s"}),
        f"{NAME}.voltage": column("U / V", [3.25, 3.5, 3.75], "voltage", "V", 3),
        f"{NAME}.unix_time": column("Date + Time", [s - 7200 for s in clock], "unix_time", "s", None,
                                    origin="assumed",
                                    attrs={"recipe": "Date + Time", "date_order": "dmy",
                                           "epoch": "1970-01-01T00:00:00", "zone": "Europe/Berlin"}),
        "!vendor-columns": "kept as vendor columns, as their names map to no quantity: Date, Time",
    }, "table", options={"timezone": "Europe/Berlin"}, silent=("settings.",))  # fmt: skip


def without_units() -> FileWorld:
    """Return a spectrum whose headers print no unit: those of the shipped profile are assumed."""
    header, one = "f,Zre,Zim", "impedance"
    return FileWorld("eis.csv", text(header, "100.5,1.5,-0.5", "10.5,2.5,-0.75"), {
        one: {"kind": one}, f"{one}.row": rows(2),
        f"{one}.frequency": column("f", [100.5, 10.5], "frequency", "Hz", 0, attrs={"unit_from": "profile"}),
        f"{one}.impedance_real": column("Zre", [1.5, 2.5], "impedance_real", "ohm", 1,
                                        attrs={"unit_from": "profile"}),
        f"{one}.impedance_imag": column("Zim", [-0.5, -0.75], "impedance_imag", "ohm", 2,
                                        attrs={"unit_from": "profile"}),
        f"{one}.spectrum": spectra([0, 0]),
        "!unit-assumed": "no unit is printed; by the profile generic-eis: f in Hz, Zre in ohm, Zim in ohm",
    }, "table", silent=("settings.",))  # fmt: skip


def lost_clock() -> FileWorld:
    """Return 200 clocks, of which one is a word."""
    body = [f"0:{n // 60:02d}:{n % 60:02d},{n / 8}" for n in range(200)]
    body[70] = "never,8.75"
    seconds = [float("nan") if n == 70 else float(n) for n in range(200)]
    return FileWorld("run.csv", text("Test time,U / V", *body), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(200),
        f"{NAME}.time": column("Test time", seconds, "time", "s", 0, attrs={"printed_as": "h:m:s"}),
        f"{NAME}.voltage": column("U / V", [n / 8 for n in range(200)], "voltage", "V", 1),
        "!unparsable-rows": ("1 clock of Test time does not parse and is NaN: 'never'", {"column": "Test time"}),
        "!non-finite": ("Test time has 1 NaN", {"column": "Test time"}),
    }, "table", silent=("settings.",))  # fmt: skip


def magnitudes() -> FileWorld:
    """Return a current without a sign, which takes that of the states; thousands in groups, units in cells."""
    header = "t/s;I/mA;U/V;Status"
    lines = ["0;1.234,5;3,5 V;CC_Chg", "60;1.250,25;3,6 V;CC_Chg", "120;0;3,4 V;Rest", "180;1.000,5;3,2 V;CC_DChg"]
    size = [1234.5, 1250.25, 0.0, 1000.5]
    decisions = [
        ASCII, decided("delimiter", "semicolon", "4 of the first 5 lines have 4 fields, 3 of them numbers"),
        decided("decimal mark", "comma", "1.234,5 has no other reading", "point: it cannot group thousands there"),
        decided("header", "line 1", "as many texts as the rows have fields: t/s, I/mA, U/V, Status"),
        decided("first data line", "line 2",
                "its fields are 2 numbers, 1 number with a unit, 1 text, as in the rows below"),
        NO_PROFILE, meant("t/s", "time in s"), meant("I/mA", "current in mA"), meant("U/V", "voltage in V"),
        meant("Status", None), decided("sign of I/mA", "unsigned", "said by the user or a profile"),
    ]  # fmt: skip
    return FileWorld("run.csv", text(header, *lines), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(4),
        f"{NAME}.time": column("t/s", [0.0, 60.0, 120.0, 180.0], "time", "s", 0),
        f"{NAME}.vendor_i_ma": column("I/mA", size, None, "mA", 1),
        f"{NAME}.current": column("I/mA, signed", [1234.5, 1250.25, 0.0, -1000.5], "current", "mA", None,
                                  origin="derived",
            attrs={"recipe": "|I/mA| with the sign of Status: charging anodic, discharging cathodic",
                   "sign_evidence": "proven"}),
        f"{NAME}.voltage": column("U/V", [3.5, 3.6, 3.4, 3.2], "voltage", "V", 2),
        f"{NAME}.vendor_status": column("Status", ["CC_Chg", "CC_Chg", "Rest", "CC_DChg"], None, None, 3),
        **settings(";", ",", 1, 2, decisions, above=[header]),
        "!sign-by-state": "I/mA has no sign and takes that of Status",
        "!vendor-columns": "kept as vendor columns, as their names map to no quantity: Status",
    }, "table", options={"current": "unsigned"})  # fmt: skip


def ragged() -> FileWorld:
    """Return 300 rows of which one has a field more, an unnamed empty column, and an end inside a row."""
    header = "time/s,Ewe/V,"
    body = [f"{n},{3 + n / 1000:.3f}," for n in range(300)]
    body[100] += "9,"
    kept = [n for n in range(300) if n != 100]
    return FileWorld("run.csv", text(header, *body, "300", end=""), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(299, of=kept),
        f"{NAME}.time": column("time/s", [float(n) for n in kept], "time", "s", 0),
        f"{NAME}.potential_we": column("Ewe/V", [float(f"{3 + n / 1000:.3f}") for n in kept], "potential_we",
                                       "V", 1),
        "!unparsable-rows": "1 of 300 rows does not parse: line 102: 4 fields, not 3: 100,3.100,9,",
        "!truncated": "the last row is cut short: the file is incomplete",
        "-1 row with another number of fields": "their values have no certain column",
        "-the last row, cut short: 300": "its last value may be incomplete",
    }, "table", silent=("settings.",))  # fmt: skip


def closed_rows() -> FileWorld:
    """Return rows that end with a separator, below names that do not."""
    return FileWorld("run.csv", text("time/s;Ewe/V", "0;3.5;", "1;3.25;", "2;3.75;"), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(3),
        f"{NAME}.time": column("time/s", [0.0, 1.0, 2.0], "time", "s", 0),
        f"{NAME}.potential_we": column("Ewe/V", [3.5, 3.25, 3.75], "potential_we", "V", 1),
    }, "table", silent=("settings.",))  # fmt: skip


def two_times() -> FileWorld:
    """Return a time that restarts with the step beside one that never goes back, a current twice, gaps."""
    header = "step,t (s),Time (s),I (A),I (mA),V"
    otherwise = ": taken as anodic positive; --option current=cathodic-positive or current=unsigned says otherwise"
    lines = ["1,0,10,0.5,500,3.5", "1,5,15,0.25,250,-", "2,0,20,0.125,125,3.25", "2,5,25,0.5,500,n/a"]
    return FileWorld("run.csv", text(header, *lines), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(4),
        f"{NAME}.step": column("step", [1, 1, 2, 2], "step", "1", 0, source_dtype="<f8"),
        f"{NAME}.step_time": column("t (s)", [0.0, 5.0, 0.0, 5.0], "step_time", "s", 1),
        f"{NAME}.time": column("Time (s)", [10.0, 15.0, 20.0, 25.0], "time", "s", 2),
        f"{NAME}.current": column("I (A)", [500.0, 250.0, 125.0, 500.0], "current", "mA", 3, factor=1000.0,
                                  attrs={"sign_evidence": "assumed"}),
        f"{NAME}.current__2": column("I (mA)", [500.0, 250.0, 125.0, 500.0], "current", "mA", 4,
                                     attrs={"sign_evidence": "assumed"}),
        f"{NAME}.vendor_v": column("V", [3.5, None, 3.25, None], None, None, 5),
        "!step-clock": "t (s) restarts where the step changes: it is the time of the step",
        "!sign-assumed": f"the table does not show the sign of I (A){otherwise}",
        "!sign-assumed 2": f"the table does not show the sign of I (mA){otherwise}",
        "!unit-unknown": "kept as vendor columns, as their unit is open: V (no unit is printed); a profile says "
                         "it "
                         "(`echub detect FILE --write-profile lab.toml`)",
        "!several-columns": "2 columns are current: I (A), I (mA); all are kept",
        "!non-finite": ("V has 2 missing values", {"column": "V"}),
    }, "table", silent=("settings.",))  # fmt: skip


def refusals() -> dict[str, Any]:
    """Return what a table is refused for."""
    two = ["t / s;U / V", "1,5;2,5", "2.5;3.5", "3,5;4,5"]
    prose = "nothing here is a table"
    another = "export it with another delimiter, or name the columns in a profile (`columns = [...]`)"
    return {
        "two marks": lambda: Refused("a.csv", text(*two), "table", {
            "code": "ambiguous-dialect", "message": "the numbers mix two decimal marks", "where": "lines 2 to 4",
            "expected": "one decimal mark",
            "found": "both marks occur: 2.5 and 1,5", "cause": "two programs or two locales wrote this file",
            "hint": "`--option decimal=comma` or `--option decimal=point` says which"}),
        "an open mark": lambda: Refused("b.csv", text("t / s;U / V", "1,125;2,125", "2,125;3,125"), "table", {
            "code": "ambiguous-dialect", "message": "the decimal mark is not settled", "where": "lines 2 to 3",
            "expected": "a number that has one reading only, such as 0,5",
            "found": "1,125 may be a decimal or a group of thousands",
            "cause": "every number has three digits behind its mark",
            "hint": "`--option decimal=comma` or `--option decimal=point` says which"}),
        "prose": lambda: Refused("c.csv", text(prose, "and no numbers"), "table", {
            "message": "no block of lines holds numbers in columns",
            "expected": "rows of at least two fields under one delimiter", "found": repr(prose),
            "cause": "this is prose, a single column, or a binary file",
            "hint": "`--option delimiter=tab` (or comma, semicolon, pipe, blanks) insists on one"}),
        "names only": lambda: Refused("d.csv", text("time/s,U/V,I/mA"), "table", {
            "message": "the table has names of columns and no rows", "where": "line 1",
            "expected": "rows of numbers below the names", "found": "time/s,U/V,I/mA",
            "cause": "the measurement never started, or its rows were lost"}),
        "no names": lambda: Refused("e.csv", text("1.5,2.5,3.5", "2.5,3.5,4.5"), "table", {
            "message": "the table has no line of names", "where": "line 1", "found": "1.5 2.5 3.5",
            "expected": "a line with 3 names over the data, or a profile that names the columns",
            "hint": "`echub detect FILE --write-profile lab.toml`, put the names into `columns = [...]`, "
                    "and read it with `--table-profile lab.toml`"}),
        "more fields than names": lambda: Refused("h.csv", text("time/s,U/V", "1,3,5", "2,4,6"), "table", {
            "message": "the header has 2 names but the rows have 3 fields", "where": "lines 1 and 2",
            "expected": "time/s,U/V", "found": "1,3,5",
            "cause": "a comma inside numbers or dates of a comma-delimited file", "hint": another}),
        "more names than fields": lambda: Refused("i.csv", text("time/s;U/V;I/mA", "1.5;3", "2.5;4"), "table", {
            "message": "the header has 3 names but the rows have 2 fields", "where": "lines 1 and 2",
            "expected": "time/s;U/V;I/mA", "found": "1.5;3", "cause": "names or fields are missing",
            "hint": another}),
        "an open sign": lambda: Refused("g.csv", text("f/Hz,Re(Z)/Ohm,Im(Z)/Ohm", "100,1.5,0.5", "10,2.5,0.75",
                                                      "1,3.5,-1"),
            "table", {
            "message": "the sign of Im(Z)/Ohm is not declared, and its values speak against it",
            "expected": "mostly negative values, or a header -Im(Z)/Ohm",
            "found": "67% of the values have the other sign",
            "cause": "the table prints the negated part, or the cell is inductive throughout",
            "hint": "`--option zimag=negated` if it prints the negated part, `--option zimag=signed` if the "
                    "values are "
                    'right; in a profile: [columns."Im(Z)/Ohm"] sign = "negated"'}),
        "two profiles": lambda: Refused("f.csv", text("a,b", "1,2"), "table", {
            "message": "several profiles of the folder could be meant", "found": "one.toml, two.toml",
            "hint": "--table-profile one.toml, or `files = [...]` under [table-profile] in each"},
            others={"one.toml": PROFILE.encode(), "two.toml": PROFILE.encode()}),
    }  # fmt: skip


WORLDS = {f"table: {world.__name__}": world
          for world in (
              german, two_spectra, by_profile, faulty, workbook, samples, ions, dates_and_clocks, magnitudes,
              ragged, closed_rows, two_times, asked_sheet, two_sheets, without_units, lost_clock,
          )}  # fmt: skip
WORLDS |= {f"table: {name}": world for name, world in refusals().items()}

"""Texts of EC-Lab: a head of counted lines, its parameters in 20 characters each, then a table between tabs."""

from __future__ import annotations

from typing import Any

from tests.oracles.records.eclab_binary import single
from tests.oracles.records.told import FileWorld, Refused, column, rows

PROSE = """
Galvanostatic Cycling with Potential Limitation

Run on channel : 4 (SN 15300)
User : nobody
Acquisition started on : 03/14/2024 09:26:53.250
Saved on :
\tFile : cell 7.mpr
\tDirectory : C:\\Data\\
\tHost : 10.0.0.2
Device : SP-300 (SN 0967)
Address : 10.0.0.3
EC-Lab for windows v11.50 (software)
Internet server v11.51 (firmware)
Command interpretor v11.52 (firmware)
Electrode material : zirconia
Initial state : fresh
Electrolyte : salt
Comments : dry
  and cold
Mass of active material : 1.250 mg
Battery capacity : 2.500 mA.h
Electrode surface area : 250.000 mm²
Characteristic mass : 0.001 g
Volume (V) : 4.500 cm³
Number of loops : 2
Loop 0 from point number 0 to 1
Loop 1 from point number 2 to 3"""
TABLE = [
    ("Ns", "0", "1"),
    ("Is", "0.500", "-0.250"),
    ("unit Is", "mA", "mA"),
    ("t1 (h:m:s)", "1:00:0.0000", "0:30:0.0000"),
]
CHANGED = [
    ("Ns", "0", "1"),
    ("Is", "0.750", "-0.250"),
    ("unit Is", "mA", "mA"),
    ("t1 (h:m:s)", "1:00:0.0000", "0:30:0.0000"),
]
NAMES = "mode\tox/red\tNs\ttime/s\tEwe/V\tI/mA\tmy name/V\tI Range\t"
ROWS = ["1\t1\t0\t5.0E-001\t3.2500E+000\t5.00E-001\t1.5\t12", "1\t1\t0\t1.5E+000\t3.5000E+000\t4.00E-001\t2.5\t12",
        "3\t0\t1\t2.5E+000\t3.7500E+000\t0.00E+000\t3.5\t11",
        "1\t0\t1\t3.5E+000\t3.0000E+000\t-2.50E-001\t4.5\t99"]  # fmt: skip
NAME = "timeseries"


def mpt(prose: str, *lines: str, names: str = NAMES, off: int = 0, end: str = "\r\n") -> bytes:
    """Return a text whose second line counts all lines up to the names; `off` is added to the number."""
    head = prose.split("\n")
    count = len(head) + 3 + off
    text = ["EC-Lab ASCII FILE", f"Nb header lines : {count:<20}", *head, names, *lines]
    return ("\r\n".join(text) + end).encode("cp1252")


def printed(table: list[tuple[str, ...]]) -> str:
    """Return parameters as EC-Lab prints them: 20 characters for each value."""
    return "\n".join("".join(f"{cell:<20}" for cell in row) for row in table)


def made(
    header: str, values: list[Any], quantity: str, unit: str | None, recipe: str, **more: Any
) -> dict[str, Any]:
    """Return a column that EC-Lab computes only on export."""
    return column(header, values, quantity, unit, None, origin="derived", attrs={"recipe": recipe}, **more)


HEAD = f"{PROSE}\n{printed(TABLE)}\nModify on : 03/14/2024 09:27:53.250\n{printed(CHANGED)}\n"
METADATA = {
    "@instrument.manufacturer": "BioLogic", "@technique.name": "GCPL",
    "@technique.title": "Galvanostatic Cycling with Potential Limitation", "@instrument.channel": 4,
    "@instrument.channel_serial": "15300", "@experiment.start": "2024-03-14T09:26:53.250",
    "@experiment.timezone": "unknown", "@instrument.model": "SP-300", "@instrument.serial": "0967",
    "@instrument.address": "10.0.0.3", "@instrument.software": "11.50", "@instrument.firmware": "11.52",
    "@cell.electrodes.working.material": "zirconia", "@cell.electrolyte": "salt",
    "@experiment.comments": "dry\r\n  and cold", "@cell.active_mass": (1.25, "mg"),
    "@cell.capacity": (2.5, "mA*h"),
    "@cell.area": (2.5, "cm^2"), "@cell.volume": (4.5, "cm^3"), "@experiment.file_name": "C:\\Data\\cell 7.mpr",
    "@instrument.host": "10.0.0.2",
}  # fmt: skip


def cycling() -> FileWorld:
    """Return four rows of two loops, with settings that were changed after a minute."""
    data = mpt(HEAD, *ROWS)
    lines = ["EC-Lab ASCII FILE", f"Nb header lines : {len(HEAD.split(chr(10))) + 3:<20}", *HEAD.split("\n")]
    digits = {n: {"printed_digits": str(d)} for n, d in ((3, 2), (4, 5), (5, 3), (6, 2))}
    whole = {"source_dtype": "<i8"}
    before = [{"Ns": 0, "Is": 0.5, "unit Is": "mA", "t1 (h:m:s)": 3600.0},
              {"Ns": 1, "Is": -0.25, "unit Is": "mA", "t1 (h:m:s)": 1800.0}]  # fmt: skip
    power = [single(3.25 * 0.5 / 1000), single(3.5 * 0.4 / 1000), 0.0, single(3.0 * -0.25 / 1000)]
    return FileWorld("run.mpt", data, {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(4),
        f"{NAME}.control_mode": column("mode", [1, 1, 3, 1], "control_mode", "1", 0, origin="programmed", **whole),
        f"{NAME}.oxidation_flag": column("ox/red", [1, 1, 0, 0], "oxidation_flag", "1", 1, origin="measured",
                                         **whole),
        f"{NAME}.step": column("Ns", [0, 0, 1, 1], "step", "1", 2, origin="programmed", **whole),
        f"{NAME}.time": column("time/s", [0.5, 1.5, 2.5, 3.5], "time", "s", 3, attrs=digits[3]),
        f"{NAME}.potential_we": column("Ewe/V", [3.25, 3.5, 3.75, 3.0], "potential_we", "V", 4, attrs=digits[4]),
        f"{NAME}.current": column("I/mA", [0.5, 0.4, 0.0, -0.25], "current", "mA", 5, attrs=digits[5]),
        f"{NAME}.vendor_my_name_v": column("my name/V", [1.5, 2.5, 3.5, 4.5], None, "V", 6, origin="reported",
                                           attrs=digits[6]),
        f"{NAME}.current_range": column("I Range", ["1 mA", "1 mA", "10 mA", "99"], "current_range", None, 7,
                                        labels={12: "1 mA", 11: "10 mA", 99: "99"}, **whole),
        f"{NAME}.vendor_loop_number": column("loop number", [0, 0, 1, 1], None, None, None, origin="reported",
                                             attrs={
            "recipe": "the loops that the file lists by their first rows"}),
        f"{NAME}.power_we": made("P/W", power, "power_we", "W", "Ewe/V * I/mA / 1000", dtype="float32"),
        f"{NAME}.resistance_we": made("R/Ohm", [6500.0, 8750.0, None, 12000.0], "resistance_we", "ohm",
                                      "|Ewe/V / (I/mA)| * 1000", dtype="float32"),
        "settings.lines": lines, "settings.parameters": before,
        "settings.modifications": [{"on": "03/14/2024 09:27:53.250", "lines": [*printed(CHANGED).split("\n"), ""],
                                    "parameters": [before[0] | {"Is": 0.75}, before[1]], "time_s": 60.0}],
        "@technique.steps": [
            {"sequence": 0, "control": "current", "current": {"value": 0.5, "unit": "mA"},
             "duration": {"value": 3600.0, "unit": "s"}},
            {"sequence": 1, "control": "current", "current": {"value": -0.25, "unit": "mA"},
             "duration": {"value": 1800.0, "unit": "s"}}],
        "settings.loop.first_rows": [0, 2, 4], **METADATA,
        "!settings-modified": "the settings were changed 1 time while running, last on 03/14/2024 09:27:53.250",
    }, "eclab-mpt")  # fmt: skip


def bare() -> FileWorld:
    """Return a text with dates for times, the day first, decimal commas, an unknown technique; it was cut."""
    prose = "\nStirring\n\nAcquisition started on : 04/03/2024 10:00:00,500\nElectrode surface area : 5,000 acre\n"
    names = "time/s\tEwe/V"
    lines = ["04/03/2024 10:00:01,500\t1,250E+000", "25/03/2024 10:00:00,500\t2,500E+000", "25/03/2024 10:00:0"]
    data = mpt(prose, *lines, names=names, end="")
    head = prose.split("\n")
    said = {"printed_as": "local date and time", "printed_resolution": "1e-3",
            "zero": "2024-03-04T10:00:00.500000 (start of the acquisition)"}  # fmt: skip
    return FileWorld("bare.mpt", data, {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(2),
        f"{NAME}.time": column("time/s", [1.0, 21 * 86400.0], "time", "s", 0, attrs=said, source_dtype=...),
        f"{NAME}.potential_we": column("Ewe/V", [1.25, 2.5], "potential_we", "V", 1,
                                       attrs={"printed_digits": "4"}),
        "settings.lines": ["EC-Lab ASCII FILE", f"Nb header lines : {len(head) + 3:<20}", *head],
        "settings.parameters": [],
        "@instrument.manufacturer": "BioLogic", "@technique.title": "Stirring",
        "@experiment.start": "2024-03-04T10:00:00.500", "@experiment.timezone": "unknown",
        "!unknown-technique": "the technique 'Stirring' has no code name known here",
        "!date-order": "the dates have the day first, unlike EC-Lab's own: 25/03/2024 10:00:00.500 has no other "
                       "reading",
        "!unread-setting": "cell.area: '5,000 acre' is kept verbatim only",
        "!truncated": "the file ends inside row 2: that row was left out",
        "-18 bytes of the incomplete last row": "the file ends inside it",
    }, "eclab-mpt")  # fmt: skip


def without_start() -> FileWorld:
    """Return dates for times without a start, semicolons for tabs, a blank line, a name with a destroyed sign."""
    prose, names = "\nOpen Circuit Voltage\n", "time/s;Ewe/V;Capacitance charge/\u00ef\u00bf\u00bdF"
    lines = ["", "04/25/2024 10:00:01.5;1.250E+000;1.5E+000", "", "04/25/2024 10:01:01.5;2.500E+000;2.5E+000"]
    data = mpt(prose, *lines, names=names)
    head, row = prose.split("\n"), len(prose.split("\n")) + 4
    zero = {
        "printed_as": "local date and time",
        "printed_resolution": "1e-1",
        "zero": "2024-04-25T10:00:01.500000 (first row)",
    }
    said = {n: {"printed_digits": str(d)} for n, d in ((1, 4), (2, 2))}
    return FileWorld("ocv.mpt", data, {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(2),
        f"{NAME}.time": column("time/s", [0.0, 60.0], "time", "s", 0, attrs=zero),
        f"{NAME}.potential_we": column("Ewe/V", [1.25, 2.5], "potential_we", "V", 1, attrs=said[1]),
        f"{NAME}.capacitance_anodic": column("Capacitance charge/\ufffdF", [1.5, 2.5], "capacitance_anodic",
                                             "uF", 2, attrs=said[2],
                                             origin="reported"),
        "settings.lines": ["EC-Lab ASCII FILE", f"Nb header lines : {len(head) + 3:<20}", *head],
        "settings.parameters": [],
        "@instrument.manufacturer": "BioLogic", "@technique.title": "Open Circuit Voltage",
        "@technique.name": "OCV",
        "!clock-zero": "no start is stated: time counts from the first row, 2024-04-25 10:00:01.500000",
        "!destroyed-characters": "characters of the column names were destroyed before (µ, °, ²): read by the "
                                 "names that fit",
        "!separator": "semicolons stand between the columns instead of tabs: read as tabs",
        "!blank-lines": f"2 blank lines in the table left out: line {row}, {row + 2}",
    }, "eclab-mpt")  # fmt: skip


def miscounted() -> FileWorld:
    """Return a head that counts wrongly, a start that is none, and a last whole number that may be cut."""
    prose = "\nOpen Circuit Voltage\n\nAcquisition started on : xx/xx/2024\n"
    names = "mode\ttime/s\tEwe/V\tNs"
    data = mpt(prose, "3\t0.5\t1.5\t1", "3\t1.5\t2.5\t12", names=names, off=3, end="")
    head = prose.split("\n")
    whole = {"source_dtype": "<i8", "origin": "programmed"}
    two = {"printed_digits": "2"}
    return FileWorld("ocv.txt", data, {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(2),
        f"{NAME}.control_mode": column("mode", [3, 3], "control_mode", "1", 0, **whole),
        f"{NAME}.time": column("time/s", [0.5, 1.5], "time", "s", 1, attrs=two),
        f"{NAME}.potential_we": column("Ewe/V", [1.5, 2.5], "potential_we", "V", 2, attrs=two),
        f"{NAME}.step": column("Ns", [1, 12], "step", "1", 3, **whole),
        "settings.lines": ["EC-Lab ASCII FILE", f"Nb header lines : {len(head) + 6:<20}", *head],
        "settings.parameters": [],
        "@instrument.manufacturer": "BioLogic", "@technique.title": "Open Circuit Voltage",
        "@technique.name": "OCV",
        "!no-start": "the start 'xx/xx/2024' is not a date and time: it stays unknown",
        "!header-lines": f"the head states {len(head) + 6} lines up to the names of the columns, which stand in "
                         f"line "
                         f"{len(head) + 3}",
        "!unterminated": "the last line has no line end: its last number, 12, may lack digits",
    }, "eclab-mpt")  # fmt: skip


def clocks() -> FileWorld:
    """Return elapsed times as hours, minutes and seconds."""
    prose = "\nOpen Circuit Voltage\n"
    data = mpt(prose, "0:00:00.5000\t1.5", "100:00:10.2500\t2.5", names="time/s\tEwe/V")
    head = prose.split("\n")
    return FileWorld("ocv.mpt", data, {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(2),
        f"{NAME}.time": column("time/s", [0.5, 360_010.25], "time", "s", 0, attrs={"printed_as": "h:m:s"}),
        f"{NAME}.potential_we": column("Ewe/V", [1.5, 2.5], "potential_we", "V", 1, attrs={"printed_digits": "2"}),
        "settings.lines": ["EC-Lab ASCII FILE", f"Nb header lines : {len(head) + 3:<20}", *head],
        "settings.parameters": [],
        "@instrument.manufacturer": "BioLogic", "@technique.title": "Open Circuit Voltage",
        "@technique.name": "OCV",
    }, "eclab-mpt")  # fmt: skip


def settings_of_three() -> FileWorld:
    """Return a settings file that names three linked techniques and holds two, one without a known name."""
    head = ["EC-LAB SETTING FILE", "", "Number of linked techniques : 3", "", "Device : SP-300",
            "Electrolyte : salt", "Comments : linked", "Electrode surface area : 0.785 cm²"]  # fmt: skip
    lines = [*head, "", "Technique : 1", "Open Circuit Voltage", "tR (h:m:s)          100:00:10.0000", "",
             "Technique : 2", "Stirring", *printed(TABLE).split("\n"), ""]  # fmt: skip
    hold = {"sequence": 0, "control": "rest", "rest": {"duration": {"value": 360_010.0, "unit": "s"}}}
    return FileWorld("three.mps", "\r\n".join(lines).encode("cp1252") + b"\r\n", {
        "settings.lines": lines,
        "settings.techniques": [
            {"number": 1, "name": "OCV", "title": "Open Circuit Voltage",
             "parameters": [{"tR (h:m:s)": 360_010.0}],
             "steps": [hold]},
            {"number": 2, "name": None, "title": "Stirring", "steps": [],
             "parameters": [{"Ns": 0, "Is": 0.5, "unit Is": "mA", "t1 (h:m:s)": 3600.0},
                            {"Ns": 1, "Is": -0.25, "unit Is": "mA", "t1 (h:m:s)": 1800.0}]}],
        "@instrument.manufacturer": "BioLogic", "@instrument.model": "SP-300", "@cell.electrolyte": "salt",
        "@experiment.comments": "linked", "@cell.area": (0.785, "cm^2"),
        "!unknown-technique": "the technique 'Stirring' has no code name known here",
        "!technique-count": "the settings name 3 linked techniques and hold 2",
    }, "eclab-mps")  # fmt: skip


def cut_settings() -> Refused:
    """Return a settings file that ends before its first technique."""
    lines = ["EC-LAB SETTING FILE", "", "Number of linked techniques : 3", "Device : SP-300"]
    return Refused("cut.mps", "\r\n".join(lines).encode(), "eclab-mps", {
        "message": "the settings name 3 techniques and hold none", "where": "line 4", "expected": "Technique : 1",
        "found": "the end of the file", "cause": "the file was truncated",
    })  # fmt: skip


def refusals() -> dict[str, Any]:
    """Return what a text is refused for."""
    prose = "\nOpen Circuit Voltage\n"
    row = len(prose.split("\n")) + 4
    again = "export it again in EC-Lab"

    def refused(data: bytes, **says: Any) -> Any:
        return lambda: Refused("a.mpt", data, "eclab-mpt", says)

    two = "time/s\tEwe/V"
    never = mpt(prose, "0.5\t1.5", "\0\0\0\t2.5", "2.5\t3.5", names=two)
    good = mpt(prose, "0.5\t1.5", names=two)
    return {
        "two exports": refused(good + good, message="the file holds two exports, one behind the other",
            where=f"line {row + 1}", expected="rows of numbers to the end", found="'EC-Lab ASCII FILE'",
            cause="texts were joined; each has its own head, units and clock",
            hint="split the file where the second begins, and convert each part"),
        "a value more": refused(mpt(prose, "0.5\t1.5\t2.5", names=two),
                                message="the table has 2 names for 3 values",
            where=f"line {row}", expected="2 values", found="3 cells",
            cause="the header count is wrong, or the table was edited",
            hint="state the lines up to the column names: --option header_lines=N"),
        "two marks": refused(mpt(prose, "0.5\t1.5", "1,5\t2.5", names=two),
                             message="the decimal mark cannot be settled",
            where=f"line {row + 1}", expected="numbers with one decimal mark", found=...,
            cause="the text was edited or written by another program",
            hint="say which: --option decimal=comma or --option decimal=point"),
        "zero bytes": refused(never, message="this is not text of EC-Lab",
            where=f"a NUL byte at offset {never.index(0)}", expected="cp1252 or UTF-8", found="binary data",
            cause="the file was damaged, or saved again by another program", hint="echub detect a.mpt"),
        "cut names": refused(mpt(prose, names="time/s\tEw", end=""),
                             message="the file ends inside the names of its columns",
            where=f"line {row - 1}", expected="names, and the end of their line", found="'time/s\\tEw'",
            cause="the text was truncated", hint=again),
        "cut head": refused(mpt(prose, names="x", off=2),
                            message=f"the file ends after {row - 1} of its {row + 1} header lines",
            expected="the names of the columns and the data behind the header", found=...,
            cause="the text was truncated, or its header was edited",
            hint="export it again in EC-Lab, or state the lines: --option header_lines=N"),
    }  # fmt: skip


WORLDS = {
    f"eclab: text of {world.__name__}": world
    for world in (cycling, bare, without_start, miscounted, clocks, settings_of_three, cut_settings)
}
WORLDS |= {f"eclab: {name} in a text": world for name, world in refusals().items()}

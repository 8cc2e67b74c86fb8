"""Files of Gamry's Framework: objects (name, type, values, label between tabs), and tables among them."""

from __future__ import annotations

from typing import Any

from tests.oracles.records.told import FileWorld, Refused, column, rows, spectra

OBJECTS: list[tuple[list[str], dict[str, Any]]] = [
    (["TITLE", "LABEL", "cell 7", "Test &Identifier"], {"value": "cell 7", "label": "Test Identifier"}),
    (["DATE", "LABEL", "8/25/2021", "Date"], {"value": "8/25/2021", "label": "Date"}),
    (["TIME", "LABEL", "9:05:07 PM", "Time"], {"value": "9:05:07 PM", "label": "Time"}),
    (["PSTAT", "PSTAT", "Bench", "Potentiostat"], {"value": "Bench", "label": "Potentiostat"}),
    (["PSTATSECTION", "LABEL", "IFC1010-01234", "Pstat"], {"value": "IFC1010-01234", "label": "Pstat"}),
    (["PSTATSERIALNO", "LABEL", "01234", "Serial"], {"value": "01234", "label": "Serial"}),
    (["CONVENTION", "IQUANT", "1", "Convention"], {"value": 1, "label": "Convention"}),
    (["FRAMEWORKVERSION", "LABEL", "7.10.1", "Version"], {"value": "7.10.1", "label": "Version"}),
    (["INSTRUMENTVERSION", "LABEL", "4.71", "Version"], {"value": "4.71", "label": "Version"}),
    (["SAMPLEID", "LABEL", "S-5", "Sample"], {"value": "S-5", "label": "Sample"}),
    (["VINIT", "POTEN", "2.50000E-001", "F", "Initial &E (V)"],
     {"value": 0.25, "unit": "V", "against": "reference", "label": "Initial E (V)"}),
    (["VLIMIT", "POTEN", "5.00000E-001", "T", "Limit (V)"],
     {"value": 0.5, "unit": "V", "against": "open circuit", "label": "Limit (V)"}),
    (["AREA", "QUANT", "7.85000E-001", "Area (cm^2)"], {"value": 0.785, "label": "Area (cm^2)"}),
    (["CAPACITY", "QUANT", "1.00000E+000", "Capacity (A-hr)"], {"value": 1.0, "label": "Capacity (A-hr)"}),
    (["STOPAT", "VARIABLEANDUNITS", "2.5", "mA", "Stop"], {"value": 2.5, "unit": "mA", "label": "Stop"}),
    (["IRCOMP", "TOGGLE", "F", "&IR Comp"], {"value": False, "label": "IR Comp"}),
    (["ACTIVE", "TOGGLE", "T", "Active"], {"value": True, "label": "Active"}),
    (["IRANGE", "SELECTOR", "3", "Range"], {"value": 3, "label": "Range"}),
    (["CONDIT", "TWOPARAM", "T", "300", "0.4", "Condition"], {"label": "Condition"}),
    (["EXPERIMENTABORTED", "TOGGLE", "T", "Stopped"], {"value": True, "label": "Stopped"}),
]  # fmt: skip
NOTES = (["NOTES", "NOTES", "2", "&Notes..."], {"label": "Notes...", "notes": ["wet, 1 2", "dry"]})
METADATA = {
    "@instrument.manufacturer": "Gamry", "@technique.name": "CV", "@technique.title": "Cyclic voltammetry",
    "@instrument.model": "IFC1010", "@instrument.software": "Gamry Framework 7.10.1", "@sample.id": "S-5",
    "@instrument.serial": "01234", "@instrument.firmware": "4.71", "@experiment.comments": "wet, 1 2\ndry",
    "@cell.area": (0.785, "cm^2"), "@experiment.start": "2021-08-25T21:05:07", "@experiment.timezone": "unknown",
}  # fmt: skip
DEFAULT = 'CAPACITY is 1, which the software offers by itself: not taken; --set cell.capacity="1 A*h"'
LETTERS = "techihssiva"
MEANT = ("timing: the data rate is too fast", "potential: the electrometer is beyond its limit",
         "control amplifier beyond its limit", "control amplifier beyond its limit at some time during the point",
         "current: the I/E converter is beyond its limit",
         "current beyond the limit at some time during the point",
         "settling of a hardware setting", "settling of a range", "current channel outside its range",
         "voltage channel outside its range", "auxiliary channel outside its range", "raw data were lost",
         "the queue of processed data was full")  # fmt: skip
BITS = [(f"vendor_over_{n + 1:02d}_{letter}", f"Over, position {n + 1}", 2**n, None, {1: meaning})
        for n, (letter, meaning) in enumerate(zip(f"{LETTERS}rq", MEANT, strict=True))]  # fmt: skip
PACKED = {"recipe": "bit n-1 is set where position n of Over is not a point"}


def dta(tag: str, *parts: str, notes: tuple[str, ...] = ("wet, 1 2", "dry"), end: str = "\r\n") -> bytes:
    """Return a file: two fixed lines, the objects, the notes, the tables."""
    lines = ["EXPLAIN", f"TAG\t{tag}", *("\t".join(cells) for cells, _ in OBJECTS)]
    lines += ["\t".join(NOTES[0]), *(f"\t{note}" for note in notes), *parts]
    return ("\r\n".join(lines) + end).encode("cp1252")


def table(name: str, names: str, units: str, *lines: str, stated: int | None = None) -> str:
    """Return a table: its name, the printed number of rows, names, units and rows, between tabs."""
    first = f"{name}\tTABLE" + (f"\t{stated}" if stated is not None else "")
    return "\r\n".join([first, *("\t" + line.replace(" | ", "\t") for line in (names, units, *lines))])


def header(tag: str, tables: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the settings: each object as printed, with what its type says."""
    found = [{"name": "TAG", "type": "", "fields": [tag], "value": tag}]
    for cells, more in (*OBJECTS, NOTES):
        found.append({"name": cells[0], "type": cells[1], "fields": cells[2:], **more})
    return {"settings.header": found, "settings.tables": tables}


def voltammogram() -> FileWorld:
    """Return an open circuit without a thermocouple, then two cycles; overloads in the second row of the first."""
    names, units = (
        "Pt | T | Vf | Im | Ach | IERange | Over | Temp",
        "# | s | V vs. Ref. | A | V | # | bits | deg C",
    )
    ocv = table("OCVCURVE", "Pt | T | Vm | Temp", "# | s | V | °C",
                "0 | 0.5 | 0.125 | -327.67", "1 | 1.5 | 0.25 | -327.67", stated=5)  # fmt: skip
    one = table("CURVE1", names, units, "0 | 0.5 | 0.25 | 0.002 | 0.001 | 9 | ........... | 25.5",
                "1 | 1 | 0.5 | -0.004 | 0.002 | 8 | ....i.....a | 25.75",
                "2 | 1.5 | 0.75 | 0.5 | 0.003 | 7 | .e......... | 26",
                "3 | 2 | 0.5 | 0.25 | 0.004 | 6 | .e......... | 26.5")  # fmt: skip
    two = table("CURVE2", names, units, "4 | 2.5 | -0.25 | -0.25 |  | 6 | ........... | 27")
    said = {"printed_reference": "Ref."}

    def curve(name: str, number: str, data: list[list[Any]], over: list[int]) -> dict[str, Any]:
        pt, t, e, i, ach, ie, words, temp = data
        whole = {"origin": "reported", "dtype": "int64"}
        return {
            name: {"kind": "timeseries", "part": number}, f"{name}.row": rows(len(pt)),
            f"{name}.vendor_pt": column("Pt", pt, None, "1", 0, **whole),
            f"{name}.time": column("T", t, "time", "s", 1),
            f"{name}.potential_we": column("Vf", e, "potential_we", "V", 2, attrs=said),
            f"{name}.current": column("Im", i, "current", "mA", 3, factor=1000.0),
            f"{name}.vendor_ach": column("Ach", ach, None, "V", 4),
            f"{name}.vendor_ierange": column("IERange", ie, None, "1", 5, **whole),
            f"{name}.vendor_over": column("Over", words, None, "bits", 6, origin="reported", dtype="uint8"),
            f"{name}.temperature": column("Temp", temp, "temperature", "degC", 7),
            f"{name}.flags": column("overloads", over, "flags", "1", None, origin="derived", dtype="uint16",
                                    bits=BITS, attrs=PACKED),
        }  # fmt: skip

    none, tables = "." * 11, []
    for name, stated, printed in (("OCVCURVE", 5, ("Pt | T | Vm | Temp", "# | s | V | °C")),
                                  ("CURVE1", None, (names, units)), ("CURVE2", None, (names, units))):  # fmt: skip
        columns, own = (line.split(" | ") for line in printed)
        tables.append({"name": name, "declared_rows": stated, "columns": columns, "units": own})
    first = [[0, 1, 2, 3], [0.5, 1.0, 1.5, 2.0], [0.25, 0.5, 0.75, 0.5], [2.0, -4.0, 500.0, 250.0],
             [0.001, 0.002, 0.003, 0.004], [9, 8, 7, 6], [none, "....i.....a", ".e.........", ".e........."],
             [25.5, 25.75, 26.0, 26.5]]  # fmt: skip
    second = [[4], [2.5], [-0.25], [-250.0], [None], [6], [none], [27.0]]
    name = "timeseries_ocvcurve"
    found = header("CV", tables)
    found["settings.header"].append(
        {"name": "EOC", "type": "QUANT", "fields": ["0.5", "Open (V)"], "value": 0.5, "label": "Open (V)"}
    )
    hit = f"potential: {MEANT[1].partition(': ')[2]}"
    return FileWorld("cv.DTA", dta("CV", ocv, "EOC\tQUANT\t0.5\tOpen (V)", "\tleft over", one, two), {
        name: {"kind": "timeseries", "part": "OCVCURVE"}, f"{name}.row": rows(2),
        f"{name}.vendor_pt": column("Pt", [0, 1], None, "1", 0, origin="reported", dtype="int64"),
        f"{name}.time": column("T", [0.5, 1.5], "time", "s", 1),
        f"{name}.potential_we": column("Vm", [0.125, 0.25], "potential_we", "V", 2),
        f"{name}.vendor_temp": column("Temp", [-327.67, -327.67], None, "degC", 3),
        **curve("timeseries_curve1", "CURVE1", first, [0, 2**4 + 2**10, 2, 2]),
        **curve("timeseries_curve2", "CURVE2", second, [0]),
        **found, "settings.lines": ["\tleft over"], **METADATA,
        "!row-count": "OCVCURVE states 5 rows and has 2: it was stopped or cut",
        "!no-temperature-sensor": "Temp of OCVCURVE reads -327.67 °C throughout, which no sensor does: "
                                  "kept as a vendor column",
        "!overload": f"3 of 4 rows of CURVE1 are overloaded: e at position 2 ({hit}) in 2; "
                     f"i at position 5 ({MEANT[4]}) in 1; a at position 11 ({MEANT[10]}) in 1",
        "!empty-cells": "1 cell of Ach in CURVE2 is empty: missing",
        "!experiment-aborted": "the measurement was stopped before its end",
        "!stray-lines": "1 line of the header belongs to no object; kept in the settings",
        "!default-value": DEFAULT,
    }, "gamry-dta")  # fmt: skip


def spectrum() -> FileWorld:
    """Return a spectrum that was measured under a current; the file ends inside its third row."""
    names = "Pt | Time | Freq | Zreal | Zimag | Zsig | Zmod | Zphz | ZmodDrCor | Idc | Vdc | Imod"
    units = "# | s | Hz | ohm | ohm | V | ohm | ° | ohm | A | V | A"
    lines = ("0 | 1.5 | 1000.5 | 3 | -4 | 1 | 5 | -53.1 | 5.5 | 0.25 | 0.125 | 0.01",
             "1 | 2.5 | 10.5 | 6 | -8 | 1 | 10 | -53.2 | 10.5 | -0.5 | 0.375 | 0.02", "2 | 3.5 | 1")  # fmt: skip
    data = dta("EISPOT", table("ZCURVE", names, units, *lines, stated=2), end="")
    name, whole, own = "impedance", {"origin": "reported", "dtype": "int64"}, {"origin": "reported"}
    one = {"name": "ZCURVE", "declared_rows": 2, "columns": names.split(" | "), "units": units.split(" | ")}
    titles = {"@technique.name": "EISPOT", "@technique.title": "Potentiostatic impedance spectroscopy"}
    return FileWorld("eis.DTA", data, {
        name: {"kind": name, "part": "ZCURVE"}, f"{name}.row": rows(2),
        f"{name}.vendor_pt": column("Pt", [0, 1], None, "1", 0, **whole),
        f"{name}.time": column("Time", [1.5, 2.5], "time", "s", 1),
        f"{name}.frequency": column("Freq", [1000.5, 10.5], "frequency", "Hz", 2),
        f"{name}.impedance_real": column("Zreal", [3.0, 6.0], "impedance_real", "ohm", 3),
        f"{name}.impedance_imag": column("Zimag", [-4.0, -8.0], "impedance_imag", "ohm", 4),
        f"{name}.vendor_zsig": column("Zsig", [1.0, 1.0], None, "V", 5, origin="programmed"),
        f"{name}.impedance_abs": column("Zmod", [5.0, 10.0], "impedance_abs", "ohm", 6, **own),
        f"{name}.phase": column("Zphz", [-53.1, -53.2], "phase", "deg", 7, **own),
        f"{name}.vendor_zmoddrcor": column("ZmodDrCor", [5.5, 10.5], None, "ohm", 8, **own),
        f"{name}.current": column("Idc", [250.0, -500.0], "current", "mA", 9, factor=1000.0),
        f"{name}.potential_we": column("Vdc", [0.125, 0.375], "potential_we", "V", 10),
        f"{name}.vendor_imod": column("Imod", [0.01, 0.02], None, "A", 11),
        f"{name}.spectrum": spectra([0, 0]),
        **header("EISPOT", [one]), **METADATA, **titles,
        "!experiment-aborted": "the measurement was stopped before its end", "!default-value": DEFAULT,
        "!last-row-cut": "the last row of ZCURVE is cut and left out: the file was truncated",
        "-the last row of ZCURVE, '2\\t3.5\\t1'": "it is cut",
    }, "gamry-dta")  # fmt: skip


def cathodic() -> FileWorld:
    """Return a current that the user calls cathodic positive, in decimal commas; the user settles the date too."""
    data = dta("CORPOT", table("CURVE", "T | Vf | Im | Pwr", "s | V | A | W",
                               "0,5 | 0,25 | 0,002 | 0,5", "1,5 | 0,5 | -0,004 | -1,5"))  # fmt: skip
    changed = {"8/25/2021": "3/4/2021", "CONVENTION\tIQUANT\t1": "CONVENTION\tIQUANT\t0",
               "9:05:07 PM": "12:05:07 AM",
               "7.85000E-001": "0,785", "1.00000E+000": "-2,5", "7.10.1": "7,10,1", "2.50000E-001": "0,25",
               "5.00000E-001": "0,5", "UNITS\t2.5": "UNITS\t2,5", "300\t0.4": "300\t0,4",
               "TOGGLE\tT\tStopped": "TOGGLE\tF\tStopped"}  # fmt: skip
    for old, new in changed.items():
        assert old.encode() in data
        data = data.replace(old.encode(), new.encode())
    found = header("CORPOT", [{"name": "CURVE", "declared_rows": None, "columns": ["T", "Vf", "Im", "Pwr"],
                               "units": ["s", "V", "A", "W"]}])  # fmt: skip
    said = {entry["name"]: entry for entry in found["settings.header"]}
    for key, fields, value in (
        ("DATE", "3/4/2021", "3/4/2021"), ("TIME", "12:05:07 AM", "12:05:07 AM"), ("CONVENTION", "0", 0),
        ("AREA", "0,785", 0.785), ("CAPACITY", "-2,5", -2.5), ("FRAMEWORKVERSION", "7,10,1", "7,10,1"),
        ("VINIT", "0,25", 0.25), ("VLIMIT", "0,5", 0.5), ("STOPAT", "2,5", 2.5), ("EXPERIMENTABORTED", "F", False),
    ):  # fmt: skip
        said[key]["fields"] = [fields, *said[key]["fields"][1:]]
        said[key]["value"] = value
    said["CONDIT"]["fields"] = ["T", "300", "0,4", "Condition"]
    name = "timeseries"
    return FileWorld("cathodic.DTA", data, {
        name: {"kind": name, "part": "CURVE"}, f"{name}.row": rows(2),
        f"{name}.time": column("T", [0.5, 1.5], "time", "s", 0),
        f"{name}.potential_we": column("Vf", [0.25, 0.5], "potential_we", "V", 1),
        f"{name}.current": column("Im", [-2.0, 4.0], "current", "mA", 2, factor=-1000.0),
        f"{name}.power_we": column("Pwr", [-0.5, 1.5], "power_we", "W", 3, factor=-1.0, origin="reported"),
        **found, **METADATA, "@technique.name": "CORPOT", "@technique.title": "Open circuit potential",
        "@experiment.start": "2021-04-03T00:05:07",
        "!impossible-value": "CAPACITY is -2.5: not taken as cell.capacity",
    }, "gamry-dta", options={"current": "cathodic-positive", "dates": "dmy"})  # fmt: skip


def _plain(
    name: str, data: bytes, part: str, columns: dict[str, Any], count: int, more: dict[str, Any]
) -> FileWorld:
    """Return a world of one table whose header is not stated again."""
    kind = "timeseries"
    told = {f"{kind}.{own}": facts for own, facts in columns.items()}
    said = {path: value for path, value in METADATA.items() if not path.startswith("@technique")}
    return FileWorld(name, data, {
        kind: {"kind": kind, "part": part}, f"{kind}.row": rows(count), **told, **said,
        "!experiment-aborted": "the measurement was stopped before its end", "!default-value": DEFAULT, **more,
    }, "gamry-dta", silent=("settings.header", "settings.tables"))  # fmt: skip


def charge() -> FileWorld:
    """Return the columns of a battery programme, and those of a drift correction; a sensor lacks."""
    names = "T | Voltage | Current | Pwr | Sig | Vu | ZrealDrCor | ZimagDrCor | ZmodDrCor | ZphzDrCor | Temp"
    units = "s | V | A | W | V | V | ohm | ohm | ohm | ° | deg C"
    lines = [" | ".join(str(n + k / 8) for k in range(10)) + " | 0.00" for n in (1, 2)]
    reported = {"origin": "reported"}

    def stored(header: str, at: int, quantity: str | None, unit: str, factor: float = 1.0, **more: Any) -> Any:
        return column(header, [factor * (n + at / 8) for n in (1, 2)], quantity, unit, at, factor=factor, **more)

    return _plain("pwr.DTA", dta("PWR800_CHARGE", table("CURVE", names, units, *lines)), "CURVE", {
        "time": stored("T", 0, "time", "s"), "potential_we": stored("Voltage", 1, "potential_we", "V"),
        "current": stored("Current", 2, "current", "mA", 1000.0),
        "power_we": stored("Pwr", 3, "power_we", "W", **reported),
        "vendor_sig": stored("Sig", 4, None, "V", origin="programmed"), "vendor_vu": stored("Vu", 5, None, "V"),
        "vendor_zrealdrcor": stored("ZrealDrCor", 6, None, "ohm", **reported),
        "vendor_zimagdrcor": stored("ZimagDrCor", 7, None, "ohm", **reported),
        "vendor_zmoddrcor": stored("ZmodDrCor", 8, None, "ohm", **reported),
        "vendor_zphzdrcor": stored("ZphzDrCor", 9, None, "deg", **reported),
        "vendor_temp": column("Temp", [0.0, 0.0], None, "degC", 10),
    }, 2, {
        "@technique.name": "PWR800_CHARGE", "@technique.title": "Charge",
        "!no-temperature-sensor": "Temp of CURVE reads 0 °C throughout, as without a sensor: "
                                  "kept as a vendor column",
    })  # fmt: skip


def unlike_programme() -> FileWorld:
    """Return currents of the other sign than the programmed step: they keep no meaning; more rows than stated."""
    programme = ("ISTEP1\tQUANT\t0.5\tI (A)", "TSTEP1\tQUANT\t1.5\tt (s)")
    rows_ = table("CURVE", "T | Im | Cycle | odd | Vf", "s | A | # | furlong | A", "0 | 0.5 | 1 | 7.5 | 1",
                  "0.5 | -0.25 | 1 | 8.5 | 2", "1.5 | -0.25 | 2 | 9.5 | 3", stated=2)  # fmt: skip
    return _plain("cp.DTA", dta("CHRONOP", *programme, rows_), "CURVE", {
        "time": column("T", [0.0, 0.5, 1.5], "time", "s", 0),
        "vendor_im": column("Im", [0.5, -0.25, -0.25], None, "A", 1),
        "cycle": column("Cycle", [1, 1, 2], "cycle", "1", 2, origin="reported", source_dtype="<i8"),
        "vendor_odd": column("odd", [7.5, 8.5, 9.5], None, "furlong", 3),
        "vendor_vf": column("Vf", [1.0, 2.0, 3.0], None, "A", 4),
    }, 3, {
        "@technique.name": "CHRONOP", "@technique.title": "Chronopotentiometry",
        "!row-count": "CURVE states 2 rows and has 3: the number is that of the programme",
        "!sign-contradicted": "CONVENTION is 1, but in CURVE step 1 is programmed with 0.5 and measured with "
                              "-0.25 A: "
                              "its currents stay vendor columns",
        "!unit-unfit": "Vf of CURVE is printed in A, not one of potential_we: vendor column",
        "!incomplete": ...,
    })  # fmt: skip


def unlike_sweep() -> FileWorld:
    """Return a closed cycle in which the current falls where the potential rises, of an unknown technique."""
    potential = [0.0, 0.25, 0.5, 0.25, 0.0, -0.25, -0.5, -0.25, 0.0]
    lines = [f"{n / 2} | {e} | {-e / 1000}" for n, e in enumerate(potential)]
    data = dta("MINE", table("CURVE", "T | Vf | Im", "s | V | A", *lines))
    return _plain("cv.DTA", data, "CURVE", {
        "time": column("T", [n / 2 for n in range(9)], "time", "s", 0),
        "potential_we": column("Vf", potential, "potential_we", "V", 1),
        "vendor_im": column("Im", [-e / 1000 if e else ... for e in potential], None, "A", 2),
    }, 9, {
        "@technique.name": "MINE",
        "!sign-contradicted": "CONVENTION is 1, but in CURVE the current falls where the potential rises "
                              "(correlation -1.00): its currents stay vendor columns",
    })  # fmt: skip


def saved_again() -> FileWorld:
    """Return a file that a spreadsheet saved, without units, of a convention that no file explains."""
    data = dta(
        "LSV",
        "IINIT\tQUANT\t0.5\tI",
        table("CURVE", "T | Im", "0.5 | 0.25", "1.5 | 0.5"),
        notes=("wet, 1 2", "dry"),
    )
    data = data.replace(b"CONVENTION\tIQUANT\t1", b"CONVENTION\tIQUANT\t2").replace(b"\t", b";")
    return _plain("saved.DTA", data, "CURVE", {
        "vendor_t": column("T", [0.5, 1.5], None, None, 0), "vendor_im": column("Im", [0.25, 0.5], None, None, 1),
    }, 2, {
        "@technique.name": "LSV", "@technique.title": "Galvanodynamic scan",
        "!saved-again": "its fields stand between ';', not tabs: another program saved it, and may have rounded "
                        "numbers",
        "!current-convention": "CONVENTION is 2: which current is positive is not known, and currents stay "
                               "vendor columns; "
                               "--option current=anodic-positive or --option current=cathodic-positive",
        "!no-units": "CURVE has no line of units: its columns stay vendor columns without a unit",
        "!incomplete": ..., "!incomplete 2": ...,
    })  # fmt: skip


def never_started() -> FileWorld:
    """Return a header without a table, whose date has two readings."""
    data = dta("VFP600").replace(b"8/25/2021", b"3/4/2021")
    said = {
        path: value
        for path, value in METADATA.items()
        if path not in ("@experiment.start", "@experiment.timezone")
    }
    return FileWorld("none.DTA", data, {
        **said, "@technique.name": "VFP600", "@technique.title": "Virtual front panel recording",
        "!experiment-aborted": "the measurement was stopped before its end", "!default-value": DEFAULT,
        "!no-table": "the file has no table: the measurement never started, or the file was cut in its header",
        "!date-order": "the date 3/4/2021 is 2021-04-03 or 2021-03-04: the start is not known; --option "
                       "dates=dmy or "
                       "--option dates=mdy",
        "settings.tables": [],
    }, "gamry-dta", silent=("settings.header",))  # fmt: skip


def _refused(message: str, data: bytes, **more: str) -> Refused:
    return Refused("refused.DTA", data, "gamry-dta", {"message": message, **more})


def word_in_a_table() -> Refused:
    """Return a word among the numbers."""
    data = dta("CV", table("CURVE", "T | Vf", "s | V", "0.5 | 0.25", "1 | x7"))
    line = data.count(b"\n", 0, data.index(b"x7")) + 1
    return _refused("a cell of a table is not a number", data, where=f"line {line}, column Vf of CURVE",
                    expected="a number with the decimal mark '.'", found="'x7'",
                    cause="the file is damaged, was edited, or has two decimal marks",
                    hint="take the file that the Framework wrote")  # fmt: skip


def short_row() -> Refused:
    """Return a row of one cell in a table of two, before a whole one."""
    data = dta("CV", table("CURVE", "T | Vf", "s | V", "0.5", "1 | 2"))
    line = data.count(b"\n", 0, data.index(b"\t0.5\r")) + 1
    return _refused("a row does not fit the names of its table", data, where=f"line {line}, in CURVE",
                    expected="2 values: T, Vf", found="1 value",
                    cause="the file was edited, or two tables were mixed",
                    hint="take the file that the Framework wrote")  # fmt: skip


def rows_behind() -> Refused:
    """Return rows of a table behind an object that ended it."""
    data = dta(
        "CV", table("CURVE", "T | Vf | Im", "s | V | A", "0.5 | 1 | 2"), "EOC\tQUANT\t0.5\tOpen", "\t1.5\t2\t3"
    )
    line = data.count(b"\n", 0, data.index(b"\t1.5\t2")) + 1
    return _refused("rows of a table stand behind its end", data, where=f"line {line}",
                    expected="an object: name, type and values", found=repr("\t1.5\t2\t3"),
                    cause="a line of the table is damaged or was edited")  # fmt: skip


def units_lacking() -> Refused:
    """Return a table of three names and two units."""
    data = dta("CV", table("CURVE", "T | Vf | Im", "s | V", "0.5 | 1 | 2"))
    return _refused("names and units of a table do not fit", data, where="in CURVE",
                    expected="3 units: one for each of T, Vf, Im", found="2: s, V",
                    cause="the file was edited or is damaged")  # fmt: skip


def two_files() -> Refused:
    """Return two files in one."""
    one = dta("CV", table("CURVE", "T | Vf", "s | V", "0.5 | 1"))
    lines = one.count(b"\n")
    return _refused("the file holds two data files, one after the other", one + one,
                    where=f"line {lines + 1}", expected="one line EXPLAIN, the first",
                    found="EXPLAIN", cause="two files were joined", hint="split the file there")  # fmt: skip


def stranger() -> Refused:
    """Return another program's text."""
    data = b"EXPLAIN\r\nVINIT\tPOTEN\t0.5\tF\tInitial E\r\n"
    return _refused("this is not a Gamry data file", data, where="line 1",
                    expected="EXPLAIN, and TAG in the next line", found=repr(data[:24]),
                    cause="another program's file, or a beginning that was cut")  # fmt: skip


def blanks() -> Refused:
    """Return a file whose tabs became blanks, the second line longer than what is shown of it."""
    data = b"EXPLAIN\r\nTAG    CV" + b" x" * 30 + b"\r\nVINIT   POTEN   0.5\r\n"
    return _refused("the tabs of the file are gone", data, where="line 2",
                    expected="name, type and values between tabs", found=repr(b"x " * 19 + b"x\r"),
                    cause="an editor or a mail program turned tabs into blanks",
                    hint="take the file that the Framework wrote")  # fmt: skip


WORLDS = {f"gamry: {world.__name__}": world for world in (
    voltammogram, spectrum, cathodic, charge, unlike_programme, unlike_sweep, saved_again, never_started,
    word_in_a_table, short_row, rows_behind, units_lacking, two_files, stranger, blanks,
)}  # fmt: skip

"""Tables of the Battery Data Format 1.3.0: fixed labels and units, a charging current positive."""

from __future__ import annotations

import io
import json
from typing import Any

from tests.oracles.records.told import FileWorld, Refused, column, rows

NAME, REPORTED, PROGRAMMED = "timeseries", {"origin": "reported"}, {"origin": "programmed"}
DEFINED = {"what": "sign of Current / A", "chosen": "as defined", "evidence": "by the definition of BDF 1.3.0",
           "rival": ""}  # fmt: skip
POSITIVE = ("positive", None, "definition of BDF")
FLOAT = {"source_dtype": "<f8"}


def text(*lines: str, end: str = "\n") -> bytes:
    """Return a table."""
    return ("\n".join(lines) + end).encode()


def labels() -> FileWorld:
    """Return most labels of the format, once each; charging is anodic, as nothing says otherwise."""
    cells = {
        "Test Time / s": (["0.5", "1.5"], "time", "s", [0.5, 1.5], {}),
        "Voltage / V": (["3.25", "3.5"], "voltage", "V", [3.25, 3.5], {}),
        "Current / A": (["0.002", "-0.004"], "current", "mA", [2.0, -4.0],
                        {"factor": 1000.0, "attrs": {"sign_evidence": "defined"}}),
        "Unix Time / s": (["1700000000", "1700000001"], "unix_time", "s", [1.7e9, 1700000001.0], {}),
        "Record Index / 1": (["5", "6"], "record", "1", [5, 6], REPORTED | FLOAT),
        "Cycle Count / 1": (["7", "8"], "cycle", "1", [7, 8], PROGRAMMED | FLOAT),
        "Step Count / 1": (["9", "10"], "step_execution", "1", [9, 10], PROGRAMMED | FLOAT),
        "Step ID": (["11", "12"], "step", "1", [11, 12], PROGRAMMED | FLOAT),
        "Step Type": (["rest", "hold"], "technique", None, ["rest", "hold"], PROGRAMMED),
        "Step Time / s": (["0.25", "0.75"], "step_time", "s", [0.25, 0.75], {}),
        "Net Capacity / Ah": (["0.001", "-0.002"], "charge", "mA*h", [1.0, -2.0], REPORTED | {"factor": 1000.0}),
        "Step Net Capacity / Ah": (["0.003", "-0.005"], "charge_step", "mA*h", [3.0, -5.0],
                                   REPORTED | {"factor": 1000.0}),
        "Charging Capacity / Ah": (["0.006", "0.007"], "charge_anodic", "mA*h", [6.0, 7.0],
                                   REPORTED | {"factor": 1000.0, "attrs": {"reset": "never"}}),
        "Discharging Capacity / Ah": (["0.008", "0.009"], "charge_cathodic", "mA*h", [8.0, 9.0],
                                      REPORTED | {"factor": 1000.0, "attrs": {"reset": "never"}}),
        "Power / W": (["0.5", "-0.5"], "power_cell", "W", [0.5, -0.5], REPORTED),
        "Ambient Temperature / degC": (["21.5", "22.5"], "temperature_ambient", "degC", [21.5, 22.5], {}),
        "Temperature T1 / degC": (["31.5", "32.5"], "temperature", "degC", [31.5, 32.5], {}),
        "Applied Pressure / Pa": (["250000", "500000"], "stack_pressure", "MPa", [0.25, 0.5], {"factor": 1e-6}),
        "Ambient Pressure / Pa": (["100000", "102500"], "ambient_pressure", "mbar", [1000.0, 1025.0],
                                  {"factor": 0.01}),
        "Step Index / 1": (["13", "14"], None, "1", [13.0, 14.0], {}),
        "Cumulative Capacity / Ah": (["0.25", "0.5"], None, "A*h", [0.25, 0.5], REPORTED),
        "Net Energy / Wh": (["0.75", "1.25"], None, "W*h", [0.75, 1.25], REPORTED),
        "Internal Resistance / ohm": (["1.5", "2.5"], None, "ohm", [1.5, 2.5], {}),
    }  # fmt: skip
    slugs = {"Step Index / 1": "step_index_1", "Cumulative Capacity / Ah": "cumulative_capacity_ah",
             "Net Energy / Wh": "net_energy_wh",
             "Internal Resistance / ohm": "internal_resistance_ohm"}  # fmt: skip
    columns = {}
    for at, (header, (_, quantity, unit, values, more)) in enumerate(cells.items()):
        name = quantity or f"vendor_{slugs[header]}"
        columns[f"{NAME}.{name}"] = column(header, values, quantity, unit, at, **more)
    lines = [",".join(cells), *(",".join(one[0][n] for one in cells.values()) for n in range(2))]
    return FileWorld("run.bdf.csv", text(*lines), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(2), **columns,
        "@cell.electrodes.working.polarity": POSITIVE, "settings.decisions": [DEFINED],
    }, "bdf-csv")  # fmt: skip


BESIDE = {
    "generator": "echub",
    "tables": {".bdf.csv": [{"label": "Voltage / V", "origin": "assumed", "unit": "V"}]},
    "metadata": {"cell": {"electrodes": {"working": {"polarity": {"value": "negative"}}},
                          "area": {"value": 2.5, "unit": "cm^2", "source": "--set"}},
                 "sample": {"id": {"value": "S-5"}}, "odd": {"value": 3}},
}  # fmt: skip


def negative() -> FileWorld:
    """Return a spectrum and three rows of a working electrode that is the negative one; a file beside says so."""
    lines = ["test_time_second,voltage_volt,current_ampere,charging_capacity_ah,discharging_capacity_ah,"
             "frequency_hertz,"
             "real_impedance_ohm,imaginary_impedance_ohm,phase_degree",
             "0.5,0.25,0.002,0.001,0.003,0,0,0,0", "1.5,0.5,-0.004,0.002,0.005,0,0,0,0",
             "2.5,0.75,0.006,0.004,0.006,100.5,1.5,-2.5,-59"]  # fmt: skip
    time, one = [0.5, 1.5, 2.5], "impedance"
    milli, cell = {"factor": 1000.0}, {"attrs": {"sign_evidence": "defined"}}

    def common(name: str, part: slice) -> dict[str, Any]:
        turned = {"factor": -1.0, "origin": "assumed" if False else "measured"}
        return {
            f"{name}.time": column("test_time_second", time[part], "time", "s", 0),
            f"{name}.voltage": column("voltage_volt", [-0.25, -0.5, -0.75][part], "voltage", "V", 1, **turned),
            f"{name}.current": column("current_ampere", [-2.0, 4.0, -6.0][part], "current", "mA", 2,
                                      factor=-1000.0, **cell),
            f"{name}.charge_cathodic": column("charging_capacity_ah", [1.0, 2.0, 4.0][part], "charge_cathodic",
                                              "mA*h",
                                              3, attrs={"reset": "never"}, **milli, **REPORTED),
            f"{name}.charge_anodic": column("discharging_capacity_ah", [3.0, 5.0, 6.0][part], "charge_anodic",
                                            "mA*h",
                                            4, attrs={"reset": "never"}, **milli, **REPORTED),
        }  # fmt: skip

    zero = bytes(8).hex()
    omitted = [("frequency_hertz", 5, "<f8", zero), ("real_impedance_ohm", 6, "<f8", zero),
               ("imaginary_impedance_ohm", 7, "<f8", zero), ("phase_degree", 8, "<f8", zero)]  # fmt: skip
    return FileWorld("run.bdf.csv", text(*lines), {
        NAME: {"kind": NAME, "omitted": omitted}, f"{NAME}.row": rows(2), **common(NAME, slice(0, 2)),
        one: {"kind": one}, f"{one}.row": rows(1, of=[2]), **common(one, slice(2, 3)),
        f"{one}.frequency": column("frequency_hertz", [100.5], "frequency", "Hz", 5),
        f"{one}.impedance_real": column("real_impedance_ohm", [1.5], "impedance_real", "ohm", 6),
        f"{one}.impedance_imag": column("imaginary_impedance_ohm", [-2.5], "impedance_imag", "ohm", 7),
        f"{one}.phase": column("phase_degree", [-59.0], "phase", "deg", 8),
        f"{one}.spectrum": column("spectrum", [0], "spectrum", "1", None, origin="derived", attrs=...),
        "@cell.electrodes.working.polarity": "negative", "@cell.area": (2.5, "cm^2", "--set"), "@sample.id": "S-5",
        **{f"settings.bdf.{path}": value for path, value in (
            ("generator", "echub"), ("tables..bdf.csv", BESIDE["tables"][".bdf.csv"]),
            ("metadata.cell.electrodes.working.polarity.value", "negative"), ("metadata.cell.area.value", 2.5),
            ("metadata.cell.area.unit", "cm^2"), ("metadata.cell.area.source", "--set"),
            ("metadata.sample.id.value", "S-5"), ("metadata.odd.value", 3))},
        "settings.decisions": [DEFINED | {"what": "sign of current_ampere"}],
        "siblings": ["run.bdf.metadata.json"],
    }, "bdf-csv", others={"run.bdf.metadata.json": json.dumps(BESIDE).encode()})  # fmt: skip


def strange() -> FileWorld:
    """Return clocks as texts, another unit, a word, an empty cell, and a last line without its end."""
    lines = ["Unix Time / s,step_time_s,Voltage / V,Current / mA,state,Cycle / 1",
             "2024-03-07T10:00:00,0:00:01,3.25,2.5,a,1", "2024-03-07T10:01:30,0:01:31,,x,,2",
             "2024-03-07T10:02:30,1:00:00,3.5,4.5,b,3.0"]  # fmt: skip
    start = 1_709_805_600.0  # 2024-03-07 10:00 UTC is 19789 days and 10 h
    seconds = [start, start + 90, start + 150]
    return FileWorld("odd.csv", text(*lines, end=""), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(3),
        f"{NAME}.unix_time": column("Unix Time / s", [s - 3600 for s in seconds], "unix_time", "s", 0,
                                    origin="assumed",
                                    attrs={"zone": "Europe/Berlin"}),
        f"{NAME}.step_time": column("step_time_s", [1.0, 91.0, 3600.0], "step_time", "s", 1),
        f"{NAME}.voltage": column("Voltage / V", [3.25, None, 3.5], "voltage", "V", 2),
        f"{NAME}.current": column("Current / mA", [2.5, float("nan"), 4.5], "current", "mA", 3,
                                  attrs={"sign_evidence": "defined"}),
        f"{NAME}.vendor_state": column("state", ["a", "", "b"], None, None, 4),
        f"{NAME}.cycle": column("Cycle / 1", [1, 2, 3], "cycle", "1", 5, **PROGRAMMED, **FLOAT),
        f"{NAME}.time": column("time", [0.0, 90.0, 150.0], "time", "s", None, origin="derived",
                               attrs={"recipe": "Unix Time / s - its first value"}),
        "@cell.electrodes.working.polarity": POSITIVE,
        "settings.decisions": [DEFINED | {"what": "sign of Current / mA"}],
        "!no-line-end": "the last line has no end: its last number may be cut",
        "!text-time": "Unix Time / s holds dates where seconds should be: read as such",
        "!text-time 2": "step_time_s holds h:m:s where seconds should be: read as such",
        "!bdf-unit": ("BDF fixes the unit of Current to A", {"column": "Current / mA"}),
        "!not-a-number": ("line 3 'x'", {"column": "Current / mA"}),
        "!derived-time": "the table has no elapsed time: time = Unix Time / s - its first value",
    }, "bdf-csv", options={"timezone": "Europe/Berlin"})  # fmt: skip


def cut() -> FileWorld:
    """Return a table that ends inside its third row."""
    data = text("Test Time / s,Voltage / V", "0.5,3.25", "1.5,3.5", "2.5", end="")
    return FileWorld("cut.csv", data, {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(2),
        f"{NAME}.time": column("Test Time / s", [0.5, 1.5], "time", "s", 0),
        f"{NAME}.voltage": column("Voltage / V", [3.25, 3.5], "voltage", "V", 1),
        "@cell.electrodes.working.polarity": POSITIVE, "settings.decisions": [],
        "-the last line '2.5'": "it is cut",
    }, "bdf-csv")  # fmt: skip


def older() -> FileWorld:
    """Return labels of earlier versions of the format, each for the column that it is now."""
    milli = {"factor": 1000.0, "attrs": {"reset": "never"}}
    cells = [
        ("Test Time / s", "0.5", "time", "s", 0.5, {}),
        ("Voltage / V", "3.25", "voltage", "V", 3.25, {}),
        ("Surface Temperature T1 / degC", "21.5", "temperature", "degC", 21.5, {}),
        ("Step ID / 1", "3", "step", "1", 3, PROGRAMMED | FLOAT),
        ("Record Index", "4", "record", "1", 4, REPORTED | FLOAT),
        ("Cycle / 1", "5", "cycle", "1", 5, PROGRAMMED | FLOAT),
        ("Charge Capacity / Ah", "0.006", "charge_anodic", "mA*h", 6.0, REPORTED | milli),
        ("Discharge Capacity / Ah", "0.007", "charge_cathodic", "mA*h", 7.0, REPORTED | milli),
        ("Charge Energy / Wh", "8.5", None, "W*h", 8.5, REPORTED),
        ("Discharge Energy / Wh", "9.5", None, "W*h", 9.5, REPORTED),
        ("ambient_temperature_celcius", "22.5", "temperature_ambient", "degC", 22.5, {}),
    ]
    return _one_row("older.csv", cells)


def _one_row(name: str, cells: list[tuple[Any, ...]], said: dict[str, Any] | None = None) -> FileWorld:
    lines = [",".join(cell[0] for cell in cells), ",".join(cell[1] for cell in cells)]
    columns = {}
    for at, (header, _, quantity, unit, value, more) in enumerate(cells):
        own = quantity or "vendor_" + header.lower().replace(" / ", "_").replace(" ", "_")
        columns[f"{NAME}.{own}"] = column(header, [value], quantity, unit, at, **more)
    current = [cell[0] for cell in cells if cell[2] == "current"]
    return FileWorld(name, text(*lines), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(1), **columns, "@cell.electrodes.working.polarity": POSITIVE,
        "settings.decisions": [DEFINED | {"what": f"sign of {header}"} for header in current], **(said or {}),
    }, "bdf-csv")  # fmt: skip


def other_units() -> FileWorld:
    """Return machine-readable names and labels with other units than the format's, which are reported."""
    cells = [
        ("test_time_hour", "0.5", "time", "s", 1800.0, {"factor": 3600.0}),
        ("Voltage / mV", "3250", "voltage", "V", 3.25, {"factor": 0.001}),
        ("current_milliampere", "2.5", "current", "mA", 2.5, {"attrs": {"sign_evidence": "defined"}}),
        ("cycle_dimensionless", "5", "cycle", "1", 5, PROGRAMMED | FLOAT),
        (
            "charge_capacity_ah",
            "0.006",
            "charge_anodic",
            "mA*h",
            6.0,
            REPORTED | {"factor": 1000.0, "attrs": {"reset": "never"}},
        ),
        ("Net Capacity / mAh", "7.5", "charge", "mA*h", 7.5, REPORTED),
        ("Temperature / degC", "21.5", "temperature", "degC", 21.5, {}),
    ]
    told = [("Test Time", "s", "test_time_hour"), ("Voltage", "V", "Voltage / mV"),
            ("Current", "A", "current_milliampere"),
            ("Net Capacity", "A*h", "Net Capacity / mAh")]  # fmt: skip
    said = {f"!bdf-unit{f' {n + 1}' if n else ''}": (f"BDF fixes the unit of {stem} to {unit}", {"column": header})
            for n, (stem, unit, header) in enumerate(told)}  # fmt: skip
    return _one_row("units.csv", cells, said)


def parquet() -> FileWorld:
    """Return a table in Parquet: an instant with its zone, a span, whole numbers with a gap, texts."""
    import datetime as dt

    import pyarrow as pa
    import pyarrow.parquet as pq

    start = dt.datetime(2024, 3, 7, 10, 0, tzinfo=dt.UTC)
    table = pa.table({
        "Unix Time / s": pa.array([start, start + dt.timedelta(seconds=90)], pa.timestamp("us", tz="UTC")),
        "Step Time / s": pa.array([dt.timedelta(seconds=1.5), dt.timedelta(seconds=2.5)], pa.duration("us")),
        "Voltage / V": pa.array([3.25, None], pa.float64()), "Cycle Count / 1": pa.array([1, 2], pa.int32()),
        "Step Type": ["rest", "hold"], "extra": pa.array([7, None], pa.int64()),
    })  # fmt: skip
    file = io.BytesIO()
    pq.write_table(table, file)
    return FileWorld("run.parquet", file.getvalue(), {
        NAME: {"kind": NAME}, f"{NAME}.row": rows(2),
        f"{NAME}.unix_time": column("Unix Time / s", [1_709_805_600.0, 1_709_805_690.0], "unix_time", "s", 0,
                                    attrs={"zone": "as printed"}),
        f"{NAME}.step_time": column("Step Time / s", [1.5, 2.5], "step_time", "s", 1),
        f"{NAME}.voltage": column("Voltage / V", [3.25, None], "voltage", "V", 2),
        f"{NAME}.cycle": column("Cycle Count / 1", [1, 2], "cycle", "1", 3, **PROGRAMMED, **FLOAT),
        f"{NAME}.technique": column("Step Type", ["rest", "hold"], "technique", None, 4, **PROGRAMMED),
        f"{NAME}.vendor_extra": column("extra", [7.0, None], None, None, 5),
        f"{NAME}.time": column("time", [0.0, 90.0], "time", "s", None, origin="derived",
                               attrs={"recipe": "Unix Time / s - its first value"}),
        "@cell.electrodes.working.polarity": POSITIVE, "settings.decisions": [],
        "!derived-time": "the table has no elapsed time: time = Unix Time / s - its first value",
    }, "parquet")  # fmt: skip


def refusals() -> dict[str, Any]:
    """Return what a table is refused for."""
    return {
        "a longer line": lambda: Refused("a.csv", text("Test Time / s,Voltage / V", "0.5,3.25", "1,5,3.5"),
                                         "bdf-csv", {
            "message": "a line has another number of cells than the header", "where": "line 3",
            "expected": "2 cells",
            "found": "3 cells", "cause": "the line is damaged, or commas are decimal marks"}),
        "no table": lambda: Refused("b.csv", text("a,b", "1,2"), "bdf-csv", {
            "message": "this is not a BDF table", "where": "line 1", "found": repr(b"a,b"),
            "expected": "a header with labels of BDF, such as Test Time / s,Voltage / V,Current / A"}),
        "bytes": lambda: Refused("c.parquet", b"PAR1 cut", "parquet", {
            "message": "the table cannot be read", "found": ..., "cause": "the file is damaged or cut off"}),
    }  # fmt: skip


WORLDS = {
    f"bdf: {world.__name__}": world for world in (labels, negative, strange, cut, older, other_units, parquet)
}
WORLDS |= {f"bdf: {name}": world for name, world in refusals().items()}

"""Records of battery cyclers: Arbin's databases, Neware's two formats."""

from __future__ import annotations

import struct
from typing import Any

from fixtures.arbin.jet import BOOLEAN, DOUBLE, INTEGER, LONG, SINGLE, TEXT, Table, database
from fixtures.neware import rows as steps
from fixtures.neware.make import START, nda, ndax
from tests.oracles.records.told import FileWorld, Refused, Single, column, rows

FIXED = {"unit_origin": "fixed by the format; the file does not print it"}
CHARGER = "charging is positive: anodic at the electrode of the positive terminal"
MAIN = [("Test_ID", LONG), ("Data_Point", LONG), ("Test_Time", DOUBLE), ("Step_Time", DOUBLE),
        ("DateTime", DOUBLE),
        ("Step_Index", INTEGER), ("Cycle_Index", INTEGER), ("Current", SINGLE), ("Voltage", SINGLE),
        ("Charge_Capacity", DOUBLE), ("Discharge_Capacity", DOUBLE), ("Charge_Energy", DOUBLE),
        ("Internal_Resistance", SINGLE), ("dV/dt", SINGLE)]  # fmt: skip
FIRST = [(7, 1, 0.5, 0.25, 45000.5, 1, 1, 0.5, 3.25, 0.25, 0.0, 1.5, 0.125, 0.5),
         (7, 2, 1.5, 1.25, 45000.75, 1, 1, 0.25, 3.5, 0.5, 0.0, 2.5, 0.25, -0.5),
         (7, 4, 2.5, 0.75, 45001.0, 2, 1, -0.5, 3.75, 0.5, 0.75, 3.5, 0.375, 1.5)]  # fmt: skip
SECOND = [(9, 1, 5.5, 5.25, 45002.5, 4, 3, 0.5, 2.5, 0.125, 0.0, 4.5, 0.5, 2.5),
          (9, 2, 6.5, 6.25, 45002.75, 5, 3, 0.75, 2.75, 0.0, 0.0, 5.5, 0.75, 3.5)]  # fmt: skip


def arbin() -> FileWorld:
    """Return two tests, the rows of the second first; a data point lacks, and so does a temperature."""
    auxiliary = Table("Auxiliary_Table", [("Test_ID", LONG), ("Data_Point", LONG), ("Auxiliary_Index", INTEGER),
                                          ("Data_Type", INTEGER), ("X", SINGLE)],
                      [[7, 1, 2, 1, 20.5], [7, 4, 2, 1, 21.5], [7, 1, 0, 0, 1.5], [7, 2, 0, 0, 2.5],
                       [7, 4, 0, 0, 3.5],
                       [9, 1, 1, 5, 0.25], [9, 2, 1, 5, 0.5]])  # fmt: skip
    tests = [("Test_ID", LONG), ("Test_Name", TEXT), ("Channel_Index", INTEGER), ("Start_DateTime", DOUBLE),
             ("Schedule_File_Name", TEXT), ("Comments", TEXT), ("Item_ID", TEXT)]  # fmt: skip
    stated = [
        [7, "run 7", 4, 45000.25, "slow.sdu", "dry", "C7"],
        [9, "run 9", 5, 45002.0, "fast.sdu", "wet", "C9"],
    ]
    data = database(
        [Table("Channel_Normal_Table", MAIN, [*SECOND, *FIRST]), Table("Global_Table", tests, stated), auxiliary]
    )

    def test(
        number: int, table: list[tuple[Any, ...]], resets: tuple[str, str], more: dict[str, Any]
    ) -> dict[str, Any]:
        name = f"timeseries_test_{number}"
        given = dict(zip([header for header, _ in MAIN], zip(*table, strict=True), strict=True))
        at = {header: n for n, header in enumerate(given)}

        def plain(header: str, unit: str, origin: str = "reported") -> dict[str, Any]:
            return column(header, list(given[header]), None, unit, at[header], origin=origin, dtype=...,
                          attrs=FIXED if unit != "1" else {})  # fmt: skip

        def known(header: str, quantity: str, unit: str, factor: float = 1.0, **more: Any) -> dict[str, Any]:
            values = [value * factor if factor != 1 else value for value in given[header]]
            return column(header, values, quantity, unit, at[header], factor=factor, source_dtype=..., dtype=...,
                          **{"attrs": FIXED, **more})  # fmt: skip

        charge, discharge = ({**FIXED, "reset": reset} for reset in resets)
        charger = {"made": CHARGER}
        return {
            name: {"kind": "timeseries", "part": f"test {number}"}, f"{name}.row": rows(len(table)),
            f"{name}.vendor_test_id": plain("Test_ID", "1"), f"{name}.vendor_data_point": plain("Data_Point", "1"),
            f"{name}.time": known("Test_Time", "time", "s"),
            f"{name}.step_time": known("Step_Time", "step_time", "s"),
            f"{name}.vendor_datetime": column("DateTime", list(given["DateTime"]), None, "d", at["DateTime"],
                                              attrs={
                **FIXED, "made": "days since 1899-12-30, local time without a zone"}),
            f"{name}.step": known("Step_Index", "step", "1", origin="programmed", attrs={}),
            f"{name}.cycle": known("Cycle_Index", "cycle", "1", origin="reported", attrs={}),
            f"{name}.current": known("Current", "current", "mA", 1000.0, attrs={**FIXED, **charger}),
            f"{name}.voltage": known("Voltage", "voltage", "V"),
            f"{name}.charge_anodic": known("Charge_Capacity", "charge_anodic", "mA*h", 1000.0, origin="reported",
                                           attrs={**charge, **charger}),
            f"{name}.charge_cathodic": known("Discharge_Capacity", "charge_cathodic", "mA*h", 1000.0,
                                             origin="reported",
                                             attrs={**discharge, **charger}),
            f"{name}.vendor_charge_energy": plain("Charge_Energy", "W*h"),
            f"{name}.vendor_internal_resistance": plain("Internal_Resistance", "ohm"),
            f"{name}.vendor_dv_dt": plain("dV/dt", "V/s"),
            **{f"{name}.{key}": value for key, value in more.items()},
        }  # fmt: skip

    listed = [dict(zip([header for header, _ in tests], one, strict=True)) for one in stated]
    return FileWorld("run.res", data, {
        **test(7, FIRST, ("never", "never"), {
            "vendor_aux_voltage_0": column("aux_voltage_0", [1.5, 2.5, 3.5], None, "V", 14, attrs=FIXED),
            "vendor_aux_temperature_2": column("aux_temperature_2", [20.5, None, 21.5], None, "degC", 15,
                                               attrs=FIXED)}),
        **test(9, SECOND, ("step", "never"), {
            "vendor_aux_type_5_1": column("aux_type_5_1", [0.25, 0.5], None, None, 14)}),
        "settings.library": ..., "settings.Global_Table": listed,
        "@instrument.manufacturer": "Arbin", "@experiment.file_name": "run 7", "@technique.title": "slow.sdu",
        "@experiment.comments": "dry", "@cell.id": "C7", "@instrument.address": "channel index 4",
        "@experiment.start": "2023-03-15T06:00:00", "@experiment.timezone": "unknown",
        "!missing-rows": "after the data point 2 comes 4: rows are missing or doubled",
    }, "arbin-res")  # fmt: skip


NEWARE = {
    "nda": {
        "nda_version": 29, "server_version": "BTSServer(made)", "client_version": "BTS Client (made)",
        "active_mass_mg": 0.0, "start_time": "2024-03-14 08:00:00", "creator": "nobody", "sn": "", "remarks": "",
        "barcode": "made-cell", "test_name": "", "step_name": "made.xml",
    },
    "ndax": {
        "VersionInfo.type": "made", "VersionInfo.version": "1", "VersionInfo.ZwjVersion.SvrVer": "BTSServer(made)",
        "VersionInfo.ZwjVersion.CurrClientVer": "BTS Client (made)", "TestInfo.type": "made",
        "TestInfo.version": "1",
        "TestInfo.TestInfo.DevID": "24", "TestInfo.TestInfo.UnitID": "1", "TestInfo.TestInfo.ChlID": "5",
        "TestInfo.TestInfo.StepName": "made.xml", "TestInfo.TestInfo.Barcode": "made-cell",
        "TestInfo.TestInfo.StartTime": "2024-03-14 09:00:00", "TestInfo.TestInfo.EndTime": "2024-03-14 09:03:20",
    },
}  # fmt: skip
"""What both formats say of the test, in fastnda's words for the older one."""


def neware(kind: str) -> FileWorld:
    """Return the steps of a small cell as a record (`nda`), or as an archive with a clock of UTC (`ndax`)."""
    table, name, is_utc = steps(), "timeseries", kind == "ndax"
    own, small = {"origin": "reported"}, {"source_dtype": "<u4"}
    filled = ["between the stored run information fastnda fills it in, from current and time"] if is_utc else []
    fills = own if is_utc else {}

    def told(
        header: str, values: Any, quantity: str | None, unit: str | None, at: int, *notes: str, **more: Any
    ) -> Any:
        facts = column(header, [], quantity, unit, at, attrs={"made": "; ".join(notes)} if notes else {}, **more)
        return facts | {"values": values, "dtype": ...}

    given = {key: [row[key] for row in table] for key in table[0]}
    charge = Single(given["charge"])
    energy = Single([row["charge"] * row["voltage"] for row in table])
    clock = [float(START + 10 * n) for n in range(len(table))]
    if is_utc:
        more = {"@experiment.start": "2024-03-14T09:00:00", "@experiment.end": "2024-03-14T09:03:20",
                "@instrument.address": "24-1-5",
                f"{name}.unix_time": told("unix_time_s", clock, "unix_time", "s", 3, *filled, **own)}  # fmt: skip
    else:
        more = {"@experiment.start": "2024-03-14T08:00:00",
                f"{name}.vendor_unix_time_s": told("unix_time_s", ..., None, "s", 3,
                                                   "local time, no UTC")}  # fmt: skip
    columns = {
        "row": rows(len(table)), "vendor_index": told("index", given["index"], None, "1", 0, **own),
        "voltage": told("voltage_V", Single(given["voltage"]), "voltage", "V", 1),
        "current": told("current_mA", given["current"], "current", "mA", 2, CHARGER),
        "step_time": told("step_time_s", given["step_time"], "step_time", "s", 4, *filled, **fills),
        "time": told("total_time_s", given["time"], "time", "s", 5,
                     "the times of all steps, added up by fastnda", **own),
        "cycle": told("cycle_count", given["cycle"], "cycle", "1", 6, **own, **small),
        "step_execution": told("step_count", given["step"], "step_execution", "1", 7, **own, **small),
        "step": told("step_index", given["step"], "step", "1", 8, origin="programmed", **small),
        "technique": told("step_type", given["type"], "technique", None, 9, origin="programmed",
                          source_dtype="text", labels={1: "CC_Chg", 2: "CC_DChg", 4: "Rest"}),
        "charge_step": told("capacity_mAh", charge, "charge_step", "mA*h", 10, CHARGER, *filled, **own),
        "vendor_energy_mwh": told("energy_mWh", energy, None, "mW*h", 11, "of the step; positive where it charges",
                                  *filled, **own),
    }  # fmt: skip
    placed = {f"{name}.{key}": value for key, value in columns.items()} | more
    order = sorted((path for path in placed if path.startswith(name)), key=lambda path: placed[path]["index"] or 0)
    return FileWorld(f"cell.{kind}", ndax() if is_utc else nda(), {
        name: {"kind": name}, **{path: placed.pop(path) for path in [f"{name}.row", *order] if path in placed},
        **placed,
        "@instrument.manufacturer": "Neware", "@cell.id": "made-cell", "@instrument.software": "BTS Client (made)",
        "@instrument.firmware": "BTSServer(made)", "@technique.title": "made.xml",
        "@experiment.timezone": "unknown",
        **{f"settings.{path}": value for path, value in NEWARE[kind].items()},
    }, "neware")  # fmt: skip


def against_its_name() -> FileWorld:
    """Return a record whose step of charging has a negative current: current and charge lose their meaning."""
    world = neware("nda")
    data, first, size = bytearray(world.data), 1024 + 503, 86
    flipped = [-abs(row["current"]) if row["current"] else 0.0 for row in steps()]
    for n, current in enumerate(flipped):
        struct.pack_into("<i", data, first + size * n + 26, round(1000 * current))
    expected = dict(world.expected)
    current = expected.pop("timeseries.current") | {"values": flipped, "quantity": None, "sign": None}
    charge = expected.pop("timeseries.charge_step") | {"values": ..., "quantity": None, "sign": None}
    energy = expected.pop("timeseries.vendor_energy_mwh") | {"values": ...}
    text = "in 10 of 15 rows the current is against the name of its step: current and charge stay vendor columns"
    columns = {path: facts for path, facts in expected.items() if path.startswith("timeseries.")}
    rest = {path: told for path, told in expected.items() if path not in columns}
    columns |= {"timeseries.vendor_current_ma": current, "timeseries.vendor_capacity_mah": charge,
                "timeseries.vendor_energy_mwh": energy}  # fmt: skip
    order = sorted(columns, key=lambda path: -1 if columns[path]["index"] is None else columns[path]["index"])
    return FileWorld("against.nda", bytes(data), {**rest, **{path: columns[path] for path in order},
                                           "!sign-contradicted": text, "!incomplete": ...}, "neware")  # fmt: skip


def arbin_inputs() -> FileWorld:
    """Return auxiliary inputs whose units are stated, with a slope beside them, and a table of another kind."""
    main = Table("Channel_Normal_Table", [("Test_ID", LONG), ("Data_Point", LONG), ("Test_Time", DOUBLE),
                                          ("Is_FC_Data", BOOLEAN), ("Current", DOUBLE), ("Voltage", DOUBLE)],
                 [[1, 1, 0.5, True, 0.25, 3.5], [1, 2, 1.5, False, 0.5, 3.75]])  # fmt: skip
    inputs = [(0, 1, "X"), (1, 0, "T"), (1, 1, "U"), (1, 2, ""), (2, 0, "P"), (3, 0, ""), (3, 1, "Q")]
    values = {key: [n + 0.25, n + 0.5] for n, key in enumerate(inputs)}
    auxiliary = Table("Auxiliary_Table", [("Test_ID", LONG), ("Data_Point", LONG), ("Auxiliary_Index", INTEGER),
                                          ("Data_Type", INTEGER), ("X", DOUBLE), ("dX/dt", DOUBLE)],
                      [[1, point, number, kind, values[kind, number, name][point - 1], -values[kind, number, name][
                          point - 1]] for kind, number, name in inputs for point in (1, 2)]
                      + [[1, 1, 0, 2, 99.0, 99.0]])  # fmt: skip
    units = [[1, 1, 0, "", "mV"], [1, 0, 1, "in", " C "], [1, 1, 1, "out", "F"], [1, 2, 1, "", None],
             [1, 0, 2, "line", "psi"], [2, 0, 2, "line", "psi"],
             [1, 1, 3, "", "mol"], [2, 1, 3, "", "L"]]  # fmt: skip
    stated = Table("Aux_Global_Data_Table", [("Channel_Index", INTEGER), ("Auxiliary_Index", INTEGER),
                                             ("Data_Type", INTEGER), ("Nickname", TEXT), ("Unit", TEXT)],
                   units)  # fmt: skip
    others = [Table("Smart_Battery_Data_Table", [("Test_ID", LONG)], [[1], [1]]),
              Table("Mine", [("n", LONG)], [[1]]), Table("None", [("n", LONG)], [])]  # fmt: skip
    name, own = "timeseries", {"unit_origin": "stated in Aux_Global_Data_Table"}
    columns = {}
    for n, (key, header, unit, attrs) in enumerate((
        (inputs[0], "aux_voltage_1", "mV", own), (inputs[1], "aux_temperature_0", "degC", own),
        (inputs[2], "aux_temperature_1", "degF", own), (inputs[3], "aux_temperature_2", "degC", FIXED),
        (inputs[4], "aux_type_2_0", "psi", own), (inputs[5], "aux_type_3_0", None, {}),
        (inputs[6], "aux_type_3_1", None, {}),
    )):  # fmt: skip
        at = 6 + 2 * n
        columns[f"{name}.vendor_{header}"] = column(header, values[key], None, unit, at, attrs=attrs)
        columns[f"{name}.vendor_{header}_dx_dt"] = column(f"{header}_dX/dt", [-v for v in values[key]], None, None,
                                                         at + 1, origin="reported")  # fmt: skip
    return FileWorld("inputs.res", database([main, auxiliary, stated, *others]), {
        name: {"kind": name}, f"{name}.row": rows(2),
        f"{name}.vendor_test_id": column("Test_ID", [1, 1], None, "1", 0, origin="reported", dtype=...),
        f"{name}.vendor_data_point": column("Data_Point", [1, 2], None, "1", 1, origin="reported", dtype=...),
        f"{name}.time": column("Test_Time", [0.5, 1.5], "time", "s", 2, attrs=FIXED),
        f"{name}.vendor_is_fc_data": column("Is_FC_Data", [1, 0], None, "1", 3, origin="reported", dtype=...),
        f"{name}.current": column("Current", [250.0, 500.0], "current", "mA", 4, factor=1000.0,
                                  attrs={**FIXED, "made": CHARGER}),
        f"{name}.voltage": column("Voltage", [3.5, 3.75], "voltage", "V", 5, attrs=FIXED), **columns,
        "settings.library": ..., "settings.Aux_Global_Data_Table": ..., "@instrument.manufacturer": "Arbin",
        "-the table Mine, 1 row": "what its columns are is not known",
        "-the table Smart_Battery_Data_Table, 2 rows": "what its columns are is not known",
    }, "arbin-res")  # fmt: skip


def cut_archive() -> Refused:
    """Return a database of which half a page lacks."""
    data = arbin().data
    return Refused("cut.res", data[:-100], "arbin-res", {
        "message": "the database is cut", "expected": "whole pages of 4096 bytes",
        "found": "3996 bytes behind the last whole one", "cause": "a copy that was interrupted",
        "hint": "copy it again",
    })  # fmt: skip


WORLDS = {
    "arbin: two tests": arbin, "arbin: inputs": arbin_inputs, "arbin: cut": cut_archive,
    "neware: a record": lambda: neware("nda"),
    "neware: an archive": lambda: neware("ndax"), "neware: against its name": against_its_name,
}  # fmt: skip

"""Binary files of EC-Lab: a magic, then modules; records are packed in the order of the column ids."""

from __future__ import annotations

import struct
from typing import Any

from tests.oracles.records.told import FileWorld, Refused, column, rows, spectra

MAGIC = b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + bytes(4)
FLAG = {
    1: ("control_mode", "mode", 3, "control_mode", {1: "current", 2: "potential", 3: "rest"}),
    2: ("oxidation_flag", "ox/red", 4, "oxidation_flag", {0: "reduction", 1: "oxidation"}),
    3: ("error_flag", "error", 8, "error_flag", {1: "error"}),
    21: ("vendor_control_changes", "control changes", 16, None, {}),
    31: ("vendor_ns_changes", "Ns changes", 32, None, {}),
    65: ("vendor_counter_inc", "counter inc.", 128, None, {}),
}
LOOP_BIT = ("vendor_loop_end", "last row of a loop", 64, None, {})
TYPES = {4: "d", 7: "d", 6: "f", 8: "f", 9: "f", 5: "f", 39: "H", 131: "H", 467: "d", 468: "I", 16: "f", 17: "f",
         32: "f",
         37: "f", 38: "f", 13: "d", 469: "I", 70: "f"}  # fmt: skip


def module(name: str, data: bytes, *, new: bool = False, version: int = 3, date: str = "03/04/21",
           stated: int | None = None) -> bytes:  # fmt: skip
    """Return a module with a header of 51 bytes, or one of 59."""
    length = len(data) if stated is None else stated
    head = b"MODULE" + name.encode().ljust(10) + f"long {name}".encode().ljust(25)
    numbers = struct.pack("<IIII", 2**32 - 1, length, 0, version) if new else struct.pack("<II", length, version)
    return head + numbers + date.encode() + data


def described(
    name: str, data: bytes, *, new: bool = False, version: int = 3, date: str = "03/04/21"
) -> dict[str, Any]:
    """Return how the settings list a module."""
    return {"name": name, "title": f"long {name}", "header": 2 if new else 1, "version": version, "date": date,
            "length": len(data)}  # fmt: skip


def placed(size: int, *values: tuple[int, str, Any]) -> bytes:
    """Return bytes with values at offsets: by a letter of `struct`, or `p` for a text behind its length."""
    data = bytearray(size)
    for at, letter, value in values:
        raw = bytes([len(value)]) + value.encode("cp1252") if letter == "p" else struct.pack(f"<{letter}", value)
        data[at : at + len(raw)] = raw
    return bytes(data)


def records(ids: tuple[int, ...], table: list[tuple[Any, ...]], *, new: bool = False) -> bytes:
    """Return a data module's content; all flags are one byte, at the place of the first."""
    first = next((n for n, i in enumerate(ids) if i in FLAG), None)
    letters = "".join("B" if n == first else "" if i in FLAG else TYPES[i] for n, i in enumerate(ids))
    start, head = (
        (1007, struct.pack("<IH", len(table), len(ids)))
        if new
        else (406, struct.pack("<IB", len(table), len(ids)))
    )
    head += struct.pack(f"<{len(ids)}H", *ids)
    return head.ljust(start - 1, b"\0") + b"\x01" + b"".join(struct.pack(f"<{letters}", *row) for row in table)


def not_zero(data: bytes) -> dict[str, str]:
    """Return all that is not zero, by offset, where runs are parted by 16 zero bytes or more."""
    found, at = {}, 0
    while at < len(data):
        if not data[at]:
            at += 1
            continue
        end = at
        while end < len(data) and any(data[end : end + 16]):
            end += 1
        run = data[at:end].rstrip(b"\0")
        found[f"0x{at:04x}"] = run.hex()
        at = end
    return found


def single(value: float) -> float:
    """Return a number as single precision has it."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


SET = placed(0x300, (0, "B", 0x04), (7, "p", "dry\r\nMODULE"), (0x107, "f", 1.25), (0x10B, "f", 0.5),
             (0x10F, "f", 90.5),
             (0x113, "f", 23.0), (0x117, "f", 0.75), (0x11B, "H", 2), (0x11E, "p", "zirconia"),
             (0x1C0, "p", "salt"),
             (0x211, "f", 250.0), (0x215, "p", "SCE"), (0x24C, "f", 0.001), (0x250, "B", 3), (0x251, "B", 2),
             (0x25C, "f", 2.5), (0x260, "B", 1), (0x261, "f", 3.5), (0x265, "f", 4.5),
             (0x269, "B", 1))  # fmt: skip
SET_VALUES = {
    "technique": 4, "comments": "dry\r\nMODULE", "active_mass": 1.25, "x_at_active_mass": 0.5,
    "molecular_weight": 90.5,
    "ion_weight": 23.0, "xo": 0.75, "electrons": 2, "electrode_material": "zirconia", "electrolyte": "salt",
    "electrode_area": 250.0, "reference_electrode": "SCE", "characteristic_mass": single(0.001),
    "electrode_area_unit": 3, "characteristic_mass_unit": 2, "battery_capacity": 2.5,
    "battery_capacity_display_unit": 1, "charge_for_dx_1": 3.5, "volume": 4.5, "volume_unit": 1,
}  # fmt: skip
LOG = placed(0x930, (9, "B", 4), (0xAB, "I", 15300), (0x1F8, "f", -5.0), (0x1FC, "f", 10.0),
             (0x249, "d", 44259.25),
             (0x251, "p", "run.mpr"), (0x351, "p", "10.0.0.2"), (0x384, "p", "10.0.0.3"), (0x3B7, "p", "11.43"),
             (0x3BE, "p", "11.44"), (0x3C5, "p", "11.45"), (0x3CF, "p", "0967"), (0x922, "B", 7))  # fmt: skip
LOG_VALUES = {
    "channel": 4, "channel_serial": 15300, "ewe_control_min": -5.0, "ewe_control_max": 10.0, "start": 44259.25,
    "file_name": "run.mpr", "host": "10.0.0.2", "address": "10.0.0.3", "software_version": "11.43",
    "server_version": "11.44", "interpreter_version": "11.45", "device_serial": "0967", "averaging": 7,
}  # fmt: skip
FROM_SET = {
    "@instrument.manufacturer": "BioLogic", "@technique.code": 4, "@technique.name": "GCPL",
    "@technique.title": "Galvanostatic Cycling with Potential Limitation", "@experiment.comments": "dry\r\nMODULE",
    "@cell.electrolyte": "salt", "@cell.electrodes.working.material": "zirconia",
    "@cell.active_mass": (1.25, "mg"),
    "@cell.capacity": (2.5, "mA*h"), "@cell.area": (2.5, "cm^2"), "@cell.volume": (4.5, "cm^3"),
}  # fmt: skip
FROM_LOG = {
    "@experiment.start": "2021-03-04T06:00:00.000", "@experiment.timezone": "unknown", "@instrument.channel": 5,
    "@instrument.channel_serial": "15300", "@instrument.serial": "0967", "@instrument.address": "10.0.0.3",
    "@instrument.host": "10.0.0.2", "@instrument.software": "11.43", "@instrument.firmware": "11.45",
    "@experiment.file_name": "run.mpr",
}  # fmt: skip
"""44259.25 days after 1899-12-30 is 2021-03-04, 6 h."""


def kept(name: str, values: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Return the settings of a module: its values, and its bytes."""
    pairs = {f"settings.{name}.{key}": value for key, value in values.items()}
    return pairs | {f"settings.{name}.bytes.{at}": run for at, run in not_zero(data).items()}


def cycling() -> FileWorld:
    """Return three rows of a cycled cell: a rest, then charge and discharge; two loops."""
    ids = (1, 2, 3, 21, 31, 65, 131, 4, 7, 13, 5, 6, 9, 39, 467, 468)
    table = [(3, 0, 0.5, 0.0, 0.0, 0.0, 3.25, 0.25, 9, 0.0, 0),
             (1 + 4 + 32, 1, 36.5, 0.02, 0.02, 2.0, 3.5, 0.5, 11, 0.02, 1),
             (1 + 16 + 64 + 128, 2, 72.5, -0.04, -0.02, -4.0, 3.75, 0.75, 12, -0.04, 2)]  # fmt: skip
    data, loop = records(ids, table), struct.pack("<IIII", 3, 0, 2, 3)
    parts = [("VMP Set", SET, "03/04/21"), ("VMP data", data, "03/05/21"), ("VMP LOG", LOG, "03-06-21"),
             ("VMP loop", loop, "03.07.21")]  # fmt: skip
    file = MAGIC + b"".join(module(name, content, date=date) for name, content, date in parts)
    name, derived, own = "timeseries", {"origin": "derived"}, {"origin": "reported"}

    def stored(
        header: str, values: list[Any], quantity: str | None, unit: str | None, at: int, i: Any, **more: Any
    ) -> Any:
        return column(header, values, quantity, unit, at, attrs={"source_id": str(i)}, **more)

    def made(header: str, values: list[Any], quantity: str, unit: str, recipe: str, **more: Any) -> Any:
        return column(header, values, quantity, unit, None, attrs={"recipe": recipe}, **{**derived, **more})

    mean = [None, 0.02 * 3600 / 36, -0.04 * 3600 / 36]
    half = "Q charge/discharge/mA.h"
    f4 = {"dtype": "float32"}
    return FileWorld("run.mpr", file, {
        name: {"kind": name}, f"{name}.row": rows(3),
        f"{name}.flags": stored("flags", [3, 37, 209], "flags", "1", 0, "1 2 3 21 31 65", dtype="uint8",
                                bits=[*FLAG.values(), LOOP_BIT], **own),
        f"{name}.step": stored("Ns", [0, 1, 2], "step", "1", 1, 131, origin="programmed", source_dtype="<u2"),
        f"{name}.time": stored("time/s", [0.5, 36.5, 72.5], "time", "s", 2, 4),
        f"{name}.charge_increment": stored("dq/mA.h", [0.0, 0.02, -0.04], "charge_increment", "mA*h", 3, 7, **own),
        f"{name}.charge": stored("(Q-Qo)/mA.h", [0.0, 0.02, -0.02], "charge", "mA*h", 4, 13, **own),
        f"{name}.vendor_control_v_ma": stored("control/V/mA", [0.0, 2.0, -4.0], None, None, 5, 5,
                                              origin="programmed", **f4),
        f"{name}.potential_we": stored("Ewe/V", [3.25, 3.5, 3.75], "potential_we", "V", 6, 6, **f4),
        f"{name}.potential_ce": stored("Ece/V", [0.25, 0.5, 0.75], "potential_ce", "V", 7, 9, **f4),
        f"{name}.current_range": stored("I Range", ["1 A", "10 mA", "1 mA"], "current_range", None, 8, 39,
                                        labels={9: "1 A", 11: "10 mA", 12: "1 mA"}, source_dtype="<u2"),
        f"{name}.charge_half_cycle": stored(half, [0.0, 0.02, -0.04], "charge_half_cycle", "mA*h", 9, 467, **own),
        f"{name}.half_cycle": stored("half cycle", [0, 1, 2], "half_cycle", "1", 10, 468, source_dtype="<u4",
                                     **own),
        f"{name}.vendor_loop_number": column("loop number", [0, 0, 1], None, None, None, attrs={
            "recipe": "the loops that the file lists by their first rows"}, **own),
        f"{name}.current": made("<I>/mA", mean, "current", "mA",
                                "dq/mA.h * 3600 / (time/s - time/s of the row before)", averaged=True),
        f"{name}.current_setpoint": made("control/mA", [None, 2.0, -4.0], "current_setpoint", "mA",
                                         "control/V/mA where mode = 1", dtype="float32"),
        f"{name}.cycle": made("cycle number", [0, 0, 1], "cycle", "1", "floor(half cycle / 2)"),
        f"{name}.charge_anodic": made("Q charge/mA.h", [0.0, 0.02, 0.0], "charge_anodic", "mA*h",
                                      f"max({half}, 0)"),
        f"{name}.charge_cathodic": made("Q discharge/mA.h", [0.0, 0.0, 0.04], "charge_cathodic", "mA*h",
                                        f"max(-{half}, 0)"),
        f"{name}.capacity": made("Capacity/mA.h", [0.0, 0.02, 0.04], "capacity", "mA*h",
                                 f"|{half}|, 0 where the current runs against it within its half cycle"),
        f"{name}.voltage": made("Ewe-Ece/V", [3.0, 3.0, 3.0], "voltage", "V", "Ewe/V - Ece/V", dtype="float32"),
        f"{name}.power_we": made("P/W", [None, single(3.5 * 2.0 / 1000), single(3.75 * -4.0 / 1000)], "power_we",
                                 "W",
                                 "Ewe/V * I/mA / 1000", dtype="float32"),
        f"{name}.resistance_we": made("R/Ohm", [None, 1750.0, 937.5], "resistance_we", "ohm",
                                      "|Ewe/V / (I/mA)| * 1000",
                                      dtype="float32"),
        "settings.modules": [described(name, content, date=date) for name, content, date in parts],
        **kept("set", SET_VALUES, SET), **kept("log", LOG_VALUES, LOG),
        **kept("loop", {"first_rows": [0, 2], "rows": 3}, loop),
        "settings.data.points": 3, "settings.data.column_ids": list(ids),
        **FROM_SET, **FROM_LOG,
        "!unknown-parameters": "the parameter table was not found; its bytes are kept raw",
    }, "eclab-mpr")  # fmt: skip


def spectrum() -> FileWorld:
    """Return a newer file with a rest before a spectrum, an external device, an unknown id; it was cut."""
    ids = (1, 4, 6, 8, 32, 37, 38, 16, 17, 999)
    TYPES[999] = "H"
    table = [(3, 0.5, 3.25, 0.0, 0.0, 0.0, 0.0, 1.5, 20.5, 7), (2, 1.5, 3.5, 1.0, 1000.5, 10.5, 2.5, 2.5, 21.5, 8),
             (2, 2.5, 3.75, -2.0, 10.25, 20.5, -1.5, 3.5, 22.5, 9),
             (2, 3.5, 3.5, 1.0, 1.25, 30.5, 4.5, 4.5, 23.5, 10)]  # fmt: skip
    code = placed(0x300, (0, "B", 0xEE), (0x211, "f", 0.001), (0x250, "B", 2), (0x24C, "f", 2.5), (0x251, "B", 9))
    device = placed(0xA0, (0x37, "p", "Force/N"), (0x64, "p", "Humidity/%"), (0x53, "f", 10.0), (0x57, "f", -10.0),
                    (0x5B, "f", 500.0), (0x5F, "f", -500.0), (0x80, "f", 5.0), (0x84, "f", -5.0),
                    (0x88, "f", 100.0),
                    (0x8C, "f", 1.0))  # fmt: skip
    data = records(ids, table, new=True)
    parts = [("VMP Set", code, 10), ("VMP ExtDev", device, 10), ("VMP data", data, 11)]
    file = MAGIC + b"".join(module(name, content, new=True, version=version) for name, content, version in parts)
    rest, one, f4 = "timeseries", "impedance", {"dtype": "float32"}

    def table_of(name: str, part: slice, at: dict[str, Any]) -> dict[str, Any]:
        def stored(
            header: str, values: list[Any], quantity: str | None, unit: str | None, n: int, **more: Any
        ) -> Any:
            return column(header, values[part], quantity, unit, n,
                          attrs={"source_id": str(ids[n]), **more.pop("also", {})}, **more)  # fmt: skip

        return {
            f"{name}.flags": stored("flags", [3, 2, 2], "flags", "1", 0, dtype="uint8", bits=[FLAG[1], LOOP_BIT],
                                    origin="reported"),
            f"{name}.time": stored("time/s", [0.5, 1.5, 2.5], "time", "s", 1),
            f"{name}.potential_we": stored("Ewe/V", [3.25, 3.5, 3.75], "potential_we", "V", 2, **f4),
            f"{name}.current": stored("I/mA", [0.0, 1.0, -2.0], "current", "mA", 3, **f4),
            **at,
            f"{name}.force": stored("Force/N", [1.5, 2.5, 3.5], "force", "N", 7, **f4),
            f"{name}.vendor_humidity_percent": stored("Humidity/%", [20.5, 21.5, 22.5], None, "%", 8, **f4),
            f"{name}.vendor_unknown_id_999": stored("unknown id 999", [7, 8, 9], None, None, 9, origin="reported",
                                                    dtype="uint16"),
        }  # fmt: skip

    def z(header: str, values: list[float], quantity: str, unit: str, n: int, **more: Any) -> Any:
        return column(header, values, quantity, unit, n, attrs={"source_id": str(ids[n])}, **f4, **more)

    def made(name: str, power: list[float], resistance: list[Any]) -> dict[str, Any]:
        derived = {"origin": "derived", "dtype": "float32"}
        return {
            f"{name}.power_we": column("P/W", power, "power_we", "W", None,
                                       attrs={"recipe": "Ewe/V * I/mA / 1000"}, **derived),
            f"{name}.resistance_we": column("R/Ohm", resistance, "resistance_we", "ohm", None,
                                            attrs={"recipe": "|Ewe/V / (I/mA)| * 1000"}, **derived),
        }  # fmt: skip

    zero, size = bytes(4).hex(), 1 + 8 + 7 * 4 + 2
    omitted = [("freq/Hz", 4, "<f4", zero), ("Re(Z)/Ohm", 5, "<f4", zero), ("-Im(Z)/Ohm", 6, "<f4", zero)]
    setting = {"technique": 0xEE, "electrode_area": single(0.001), "electrode_area_unit": 2,
               "characteristic_mass": 2.5,
               "characteristic_mass_unit": 9}  # fmt: skip
    stated = dict.fromkeys(SET_VALUES, 0) | {"comments": "", "electrode_material": "", "electrolyte": "",
                                             "reference_electrode": ""}  # fmt: skip
    floats = ("active_mass", "x_at_active_mass", "molecular_weight", "ion_weight", "xo", "battery_capacity",
              "charge_for_dx_1", "volume")  # fmt: skip
    stated |= dict.fromkeys(floats, 0.0) | setting
    names = {"analog_in_1": "Force/N", "analog_in_2": "Humidity/%", "analog_in_1_max_volt": 10.0,
             "analog_in_1_min_volt": -10.0, "analog_in_1_max": 500.0, "analog_in_1_min": -500.0,
             "analog_in_2_max_volt": 5.0, "analog_in_2_min_volt": -5.0, "analog_in_2_max": 100.0,
             "analog_in_2_min": 1.0}  # fmt: skip
    cut = len(file) - 5
    lost = f"{size - 5} bytes of the incomplete row 3"
    return FileWorld("cut.mpr", file[:cut], {
        rest: {"kind": rest, "omitted": omitted}, f"{rest}.row": rows(1), **table_of(rest, slice(0, 1), {}),
        **made(rest, [0.0], [None]),
        one: {"kind": one}, f"{one}.row": rows(2, of=[1, 2]),
        **table_of(one, slice(1, 3), {
            f"{one}.frequency": z("freq/Hz", [1000.5, 10.25], "frequency", "Hz", 4),
            f"{one}.impedance_real": z("Re(Z)/Ohm", [10.5, 20.5], "impedance_real", "ohm", 5),
            f"{one}.impedance_imag": z("-Im(Z)/Ohm", [-2.5, 1.5], "impedance_imag", "ohm", 6, factor=-1.0)}),
        **made(one, [single(3.5 / 1000), single(3.75 * -2 / 1000)], [3500.0, 1875.0]),
        f"{one}.spectrum": spectra([0, 0]),
        "settings.modules": [described(name, content, new=True, version=version) for name, content,
                             version in parts],
        **kept("set", stated, code), **kept("extdev", names, device),
        "settings.data.points": 4, "settings.data.column_ids": list(ids),
        "@instrument.manufacturer": "BioLogic", "@technique.code": 0xEE, "@experiment.date": "2021-03-04",
        "!unknown-technique": "the technique code 0xEE is unknown and kept as a number",
        "!unknown-unit-code": "the unit code 9 of characteristic_mass is unknown: 2.5 is kept verbatim, not as "
                              "cell.characteristic_mass",
        "!no-log": "there is no LOG module (an unfinished run, or a cut file): the start time is unknown, and "
                   "whether "
                   "Ewe is a cell voltage, as in BT-Lab files",
        "!truncated": f"the file ends at offset {cut}, inside its data: 3 of 4 rows were recovered",
        "!unknown-column": "the column ids 999 include unknown ones: their bytes are kept raw, their meaning is "
                           "open",
        "!unknown-parameters": "the parameter table was not found; its bytes are kept raw",
        f"-{lost}": "the file ends inside it",
    }, "eclab-mpr")  # fmt: skip


def appended() -> FileWorld:
    """Return a run whose header counts a row too few, an unknown module, and a run behind it."""
    first, second = [(0.5, 1.5), (1.5, 2.5), (2.5, 3.5)], [(10.5, 4.5)]
    one = records((4, 6), first)
    short = struct.pack("<I", 2) + one[4:]
    two, odd = records((4, 6), second), b"\x01\x02".ljust(40, b"\0")
    other = placed(0x300, (0, "B", 0x0B), (7, "p", "wet"))
    parts = [("VMP Set", SET), ("VMP data", short), ("VMP odd", odd), ("VMP Set", other), ("VMP data", two)]
    file = MAGIC + b"".join(module(name, content) for name, content in parts)
    at = file.index(module("VMP data", two)) + 6 + 51
    name, more, f4 = "timeseries", "timeseries_part_2", {"dtype": "float32"}

    def table(own: str, rows_: list[tuple[float, float]]) -> dict[str, Any]:
        time, potential = ([row[n] for row in rows_] for n in range(2))
        return {
            f"{own}.row": rows(len(rows_)),
            f"{own}.time": column("time/s", time, "time", "s", 0, attrs={"source_id": "4"}),
            f"{own}.potential_we": column(
                "Ewe/V", potential, "potential_we", "V", 1, attrs={"source_id": "6"}, **f4
            ),
        }

    no_log = ("there is no LOG module (an unfinished run, or a cut file): the start time is unknown, and "
              "whether Ewe is "
              "a cell voltage, as in BT-Lab files")  # fmt: skip
    return FileWorld("two.mpr", file, {
        name: {"kind": name}, **table(name, first), more: {"kind": name, "part": "part_2", "technique": "OCV"},
        **table(more, second),
        "settings.modules": [described(own, content) for own, content in parts], **kept("odd", {}, odd),
        "settings.data.points": 2, "settings.data.column_ids": [4, 6], **FROM_SET,
        "@experiment.date": "2021-03-04",
        **kept("set", SET_VALUES, SET),
        "!row-count": "the header counts 2 rows, the data hold 3; all were read",
        "!unknown-module": "the module 'VMP odd' is unknown and kept as raw bytes",
        "!unknown-parameters": "the parameter table was not found; its bytes are kept raw",
        "!no-log": no_log, "!appended-data": f"a further run stands behind the first, at offset {at}: {more}",
        "!unknown-parameters 2": "part_2: the parameter table was not found; its bytes are kept raw",
        "!no-log 2": f"part_2: {no_log}",
    }, "eclab-mpr", silent=("settings.part_2",))  # fmt: skip


def log_beside(days: int = 0) -> FileWorld:
    """Return a file without a log of its own, beside a text log of the same day, or of another one."""
    data = records((4, 6), [(0.5, 1.5)])
    parts = [("VMP Set", SET), ("VMP data", data)]
    log = ["EC-Lab LOG FILE", "", "Run on channel : 4 (SN 15300)",
           f"Acquisition started on : 03/{4 + days:02d}/2021 09:26:53.250", "Device : SP-300 (SN 0967)",
           "EC-Lab for windows v11.43 (software)"]  # fmt: skip
    name, of_log = "timeseries", "run.mpl"
    told: dict[str, Any] = {"@experiment.date": "2021-03-04", "!no-log": ...,
                            "!sibling-not-used": "run.mpl was not used: it began on 2021-03-06, this file on "
                                                 "2021-03-04"}  # fmt: skip
    if not days:
        told = {
            "@experiment.start": ("2021-03-04T09:26:53.250", None, of_log),
            "@instrument.channel": (4, None, of_log),
            "@experiment.timezone": ("unknown", None, of_log),
            "@instrument.channel_serial": ("15300", None, of_log),
            "@instrument.model": ("SP-300", None, of_log), "@instrument.serial": ("0967", None, of_log),
            "@instrument.software": ("11.43", None, of_log), "siblings": [of_log], "!no-log": ...,
        }  # fmt: skip
    return FileWorld("run.mpr", MAGIC + b"".join(module(*part) for part in parts), {
        name: {"kind": name}, f"{name}.row": rows(1),
        f"{name}.time": column("time/s", [0.5], "time", "s", 0, attrs={"source_id": "4"}),
        f"{name}.potential_we": column("Ewe/V", [1.5], "potential_we", "V", 1, attrs={"source_id": "6"},
                                       dtype="float32"),
        "settings.modules": [described(*part) for part in parts], **kept("set", SET_VALUES, SET),
        "settings.data.points": 1, "settings.data.column_ids": [4, 6], **FROM_SET,
        "!unknown-parameters": "the parameter table was not found; its bytes are kept raw", **told,
    }, "eclab-mpr", others={of_log: "\r\n".join(log).encode()})  # fmt: skip


def log_of_another_day() -> FileWorld:
    """Return a file beside a log that was left over."""
    return log_beside(2)


def never_written() -> FileWorld:
    """Return a run of four rows of which the last two are zero bytes, behind which the file ends in zeros too."""
    table = [(0.5, 1.5), (1.5, 2.5), (0.0, 0.0), (0.0, 0.0)]
    data = records((4, 6), table)
    file = MAGIC + module("VMP data", data) + bytes(100)
    name, start = "timeseries", len(MAGIC) + 57 + 406
    kept_ = [(0.5, 1.5), (1.5, 2.5)]
    return FileWorld("zero.mpr", file, {
        name: {"kind": name}, f"{name}.row": rows(2),
        f"{name}.time": column("time/s", [row[0] for row in kept_], "time", "s", 0, attrs={"source_id": "4"}),
        f"{name}.potential_we": column("Ewe/V", [row[1] for row in kept_], "potential_we", "V", 1,
                                       attrs={"source_id": "6"}, dtype="float32"),
        "settings.modules": [described("VMP data", data)], "settings.data.points": 4,
        "settings.data.column_ids": [4, 6], "@instrument.manufacturer": "BioLogic",
        "!no-settings": ..., "!no-log": ...,
        "!zero-tail": f"the file ends in 100 zero bytes from offset {len(MAGIC) + 57 + len(data)}: they are not "
                      f"data",
        "!zero-tail 2": f"zero bytes from row 2 (offset {start + 24}) to the end of the data: 2 rows are not data",
        "-2 rows of zero bytes from row 2": "they were never written",
    }, "eclab-mpr")  # fmt: skip


def refusals() -> dict[str, Any]:
    """Return what a file is refused for."""
    good = records((4, 6), [(0.5, 1.5), (1.5, 2.5)])
    none = struct.pack("<IB", 2, 0).ljust(406, b"\0") + good[406:]
    again = {"cause": "the file is damaged",
             "hint": "copy the file again from the instrument's computer, or export it "
                                                     "as text (.mpt) in EC-Lab"}  # fmt: skip
    at = len(MAGIC) + 6 + 51

    def refused(data: bytes, **says: Any) -> Any:
        return lambda: Refused("a.mpr", data, "eclab-mpr", says)

    return {
        "another file": refused(b"not a file of EC-Lab at all", message="this is not an EC-Lab raw data file",
            where="offset 0", expected=repr(MAGIC[:23]), found=repr(b"not a file of EC-Lab at"),
            hint="echub detect a.mpr"),
        "no module": refused(MAGIC + b"MODULE cut", message="the file contains no module", where="offset 52",
            expected="MODULE and a module header", found="the file ends inside a module header",
            cause="the file was truncated or overwritten; copy it again from the instrument's computer"),
        "no column": refused(MAGIC + module("VMP data", none), message="the data header names 0 columns",
            where=f"offset {at + 4}", expected="1 to 200", found="0", **again),
        "other records": refused(MAGIC + module("VMP data", good + b"\x01\x02\x03"),
            message="the size of the records does not fit the size of the data", where=f"offset {at + 406}",
            expected="2 rows of 12 bytes, 24 in all", found="27 bytes",
            cause="a damaged header, or a column of another size than known here",
            hint="export the file as text (.mpt) in EC-Lab"),
        "another version": refused(MAGIC + module("VMP data", good + b"\x01\x02\x03", version=7),
            message="data of the unknown version v1/7", where=f"offset {at}",
            expected="one of v1/0, v1/2, v1/3, v2/11",
            found="v1/7", cause="an EC-Lab newer than those known here, or a damaged header",
            hint="export the file as text (.mpt) in EC-Lab"),
    }  # fmt: skip


WORLDS = {
    f"eclab: {world.__name__}": world
    for world in (cycling, spectrum, appended, never_written, log_beside, log_of_another_day)
}
WORLDS |= {f"eclab: {name}": world for name, world in refusals().items()}

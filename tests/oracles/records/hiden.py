"""Exports of Hiden's MASsoft: the first line counts rows and bytes, the second the lines before "Data"."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from tests.oracles.records.told import FileWorld, Listed, Refused, column, rows

TITLES = ("Scan ID", "Mode", "Input", "Scanned", "Start", "Stop", "Increment", "Dwell", "Settle", "RS", "RelSEM")


def scan(number: int, given: str, start: str, stop: str, step: str) -> dict[str, str]:
    """Return a scan, as the header lists it."""
    cells = (f"Scan {number}", "RGA", given, "mass", start, stop, step, f"{number}%", "90%", "1.5", "2.5")
    return dict(zip(TITLES, cells, strict=True))


def head(date: str, time: str, scans: list[dict[str, str]], count: int, length: int, off: int = 0) -> list[str]:
    """Return the lines before the names; `off` is added to the number of lines."""
    lines = [f'"Date",{date},"Time",{time}', '"ID","HAL RC 7","Version",3', f'"Scans",{len(scans)}']
    lines += [",".join(f'"{title}"' for title in TITLES)]
    lines += [",".join(f'"{cell}"' for cell in one.values()) + "," for one in scans]
    lines += ['"Environment",', '"Global","RGA"', '"multiplier",840,"V"']
    first = [f"{count:010d},scans,{length:010d},DataLength", f'"header",{len(lines) + 2 + off:010d},"lines"']
    return [*first, *lines, f'"Data",{len(scans)}']


def text(*lines: str, end: str = "\r\n") -> bytes:
    """Return a file."""
    return ("\r\n".join(lines) + end).encode("cp1252")


def settings(lines: list[str], scans: list[dict[str, str]]) -> dict[str, Any]:
    """Return the header as printed, and its parts."""
    return {"settings.header": lines, "settings.environment.Global": ["RGA"],
            "settings.environment.multiplier": ["840", "V"], "settings.scans": scans}  # fmt: skip


SAID = {"@instrument.manufacturer": "Hiden Analytical", "@instrument.model": "HAL RC 7",
        "@experiment.timezone": "unknown"}  # fmt: skip
GASES = [scan(1, "Faraday", "2.00", "2.00", "0.01"), scan(2, "Faraday", "28.00", "28.00", "0.01"),
         scan(3, "SEM c/s", "30.00", "30.00", "0.01"), scan(4, "Temperature", "1.00", "1.00", "0.01"),
         scan(5, "Vacuum", "3.00", "3.00", "0.01"), scan(6, "AUX 1", "5.00", "5.00", "0.01")]  # fmt: skip
CHANNELS = {
    "H2": ["1.5e-09", "-2.5e-9", "3.5e-09"], "28": ["4.5e-07", "5.5e-07", "0.0e+00"],
    "CO2": ["6.5e+02", "7.5e+02", "1.#INF0"], "T": ["300.15", "301.15", "302.15"],
    "Vac": ["1.0e+02", "2.0e+02", "3.0e+02"], "A1": ["0.25", "0.50", "0.75"],
}  # fmt: skip
MS = [31, 70_363, 140_695]
CLOCK = ["00:00:00", "00:01:10", "00:02:20"]


def trend() -> FileWorld:
    """Return three rows of six channels, whose units are printed, stated or open."""
    body = [f"{CLOCK[n]},{MS[n]:>8}," + ",".join(f"{cells[n]:>8}" for cells in CHANNELS.values()) + ","
            for n in range(3)]  # fmt: skip
    lines = [*head("6/14/2021", "4:20:01 PM", GASES, 3, len(body[0]) + 2), '"Time","ms",'
             + ",".join(f'"{name}"' for name in CHANNELS) + ","]  # fmt: skip
    name = "timeseries"

    def legend(at: int, printed: str, source: str = "", mass: str = "") -> dict[str, Any]:
        one = {"legend": list(CHANNELS)[at - 2], "input": printed, "scan": f"Scan {at - 1}"}
        one |= {"mass": mass} if mass else {}
        return {"attrs": one | ({"unit_from": source} if source else {})}

    stated = "--option faraday=torr"
    return FileWorld("trend.csv", text(*lines, *body), {
        name: {"kind": name}, f"{name}.row": rows(3),
        f"{name}.time": column("ms", [0.031, 70.363, 140.695], "time", "s", 1, factor=0.001),
        f"{name}.partial_pressure": column("H2", [1.5e-9, -2.5e-9, 3.5e-9], "partial_pressure", "torr", 2,
                                           **legend(2, "Faraday", stated, "2.00")),
        f"{name}.partial_pressure__2": column("28", [4.5e-7, 5.5e-7, 0.0], "partial_pressure", "torr", 3,
                                              **legend(3, "Faraday", stated)),
        f"{name}.ion_count_rate": column("CO2", [650.0, 750.0, float("inf")], "ion_count_rate", "count/s", 4,
                                         **legend(4, "SEM c/s", "the scan's input", "30.00")),
        f"{name}.temperature": column("T", [27.0, 28.0, 29.0], "temperature", "degC", 5, offset=-273.15,
                                      **legend(5, "Temperature", "--option temperature=K", "1.00")),
        f"{name}.ambient_pressure": column("Vac", [1.0, 2.0, 3.0], "ambient_pressure", "mbar", 6, factor=0.01,
                                           **legend(6, "Vacuum", "--option vacuum=Pa", "3.00")),
        f"{name}.vendor_a1": column("A1", [0.25, 0.5, 0.75], None, None, 7, **legend(7, "AUX 1", mass="5.00")),
        f"{name}.vendor_time": column("Time", CLOCK, None, None, 0),
        **settings(lines, GASES), **SAID, "@experiment.start": "2021-06-14T16:20:01",
        "@sims.dwell_time": (500.0, "ms", "--option dwell"),
        "!mass-label": "CO2 was measured at mass 30.00, which is not its own",
        "!not-a-number": ("1.#INF0 is kept as NaN or infinity", {"column": "CO2"}),
        "!non-finite": ("CO2 has 1 infinite value, the first in row 2", {"column": "CO2", "count": 1}),
        "!unit-unknown": "the file prints no unit for the input AUX 1",
    }, "hiden-massoft", options={"faraday": "torr", "temperature": "K", "vacuum": "Pa",
                                 "dwell": "0.5"})  # fmt: skip


def miscounted() -> FileWorld:
    """Return a trend with wrong counts and a clock that was never set, which ends inside its third row."""
    gases = [scan(1, "Faraday", "2.00", "2.00", "0.01"), scan(2, "SEM", "2.00", "2.00", "0.01")]
    body = ["00:00:00,    31, 1.5e-09,", "00:01:10,  5000, 2.5e-09,", "00:01:10,  60"]
    lines = [*head("13.1.2001", "07:05:09", gases, 4, len(body[0]) + 2, off=1), '"Time","ms","H2",']
    name = "timeseries"
    return FileWorld("cut.csv", text(*lines, *body, end=""), {
        name: {"kind": name}, f"{name}.row": rows(2),
        f"{name}.time": column("ms", [0.031, 5.0], "time", "s", 1, factor=0.001),
        f"{name}.vendor_h2": column("H2", [1.5e-9, 2.5e-9], None, None, 2, attrs={"legend": "H2", "input": ""}),
        f"{name}.vendor_time": column("Time", ["00:00:00", "00:01:10"], None, None, 0),
        **settings(lines, gases), **SAID, "@experiment.start": "2001-01-13T07:05:09",
        "!header-lines": 'line 2 says that 12 lines precede "Data", but 11 do; 11 counts',
        "!last-row-cut": "the last row is cut and left out: the file was truncated",
        "!row-count": "line 1 says 4 rows, the file has 2: it was truncated or edited",
        "!clock-never-set": "the instrument's clock says 2001-01-13T07:05:09: it was never set",
        "!scan-count": "the header lists 2 scans, the rows have 1 channel; none is matched",
        "!unit-unknown": "the file prints no unit for the input (none)",
        "!clock-disagrees": "Time says 00:01:10 where ms says 5000; ms counts",
        "!incomplete": ...,
        "-the last row, '00:01:10,  60'": "it is cut",
    }, "hiden-massoft")  # fmt: skip


RANGES = [scan(1, "Faraday", "10.00", "11.00", "1.00"), scan(2, "SEM", "27.00", "27.50", "0.25")]
FARADAY = [(1, "00:00:00", 0, 10.0, 1.5), (1, "00:00:00", 20, 11.0, 2.5), (2, "00:00:05", 5000, 10.0, 3.5),
           (2, "00:00:05", 5020, 11.0, 4.5)]  # fmt: skip
SEM = [(1, "00:00:01", 1000, 27.0, 650.0), (1, "00:00:01", 1020, 27.25, 750.0), (1, "00:00:01", 1040, 27.5, 850.0)]


def scans() -> FileWorld:
    """Return two scans one below the other: bars of a Faraday cup, a profile of a multiplier."""
    body = {detector: [f"{c:>6},{clock},{ms:>6},{mass:>6.2f},{y:>8.2f}," for c, clock, ms, mass, y in block]
            for detector, block in (("Faraday torr", FARADAY), ("SEM c/s", SEM))}  # fmt: skip
    names = '"Cycle","Time","ms","mass amu","{}",'
    lines = [*head("14/06/2021", "16:20:01", RANGES, 7, len(body["SEM c/s"][0]) + 2), names.format("Faraday torr")]
    data = text(*lines, *body["Faraday torr"], names.format("SEM c/s"), *body["SEM c/s"])

    def table(number: int, block: list[tuple[Any, ...]], y: dict[str, Any], shape: str) -> dict[str, Any]:
        name, one = f"mass_spectrum_{number}", RANGES[number - 1]
        told = {key.lower(): value for key, value in one.items() if key != "Scan ID"}
        cycle, clock, ms, mass, _ = ([row[n] for row in block] for n in range(5))
        seconds = [value / 1000 for value in ms]
        return {
            name: {"kind": "mass_spectrum", "part": f"scan {number}"}, f"{name}.row": rows(len(block)),
            f"{name}.time": column("ms", seconds, "time", "s", 2, factor=0.001),
            f"{name}.cycle": column("Cycle", cycle, "cycle", "1", 0, source_dtype="<f8"),
            f"{name}.mass_to_charge": column("mass amu", mass, "mass_to_charge", "1", 3,
                                             attrs={**told, "scan": one["Scan ID"], "shape": shape}),
            f"{name}.{y['quantity']}": y, f"{name}.vendor_time": column("Time", clock, None, None, 1),
        }  # fmt: skip

    faraday = column(
        "Faraday torr", [r[4] for r in FARADAY], "partial_pressure", "torr", 4, attrs={"detector": "Faraday"}
    )
    sem = column("SEM c/s", [r[4] for r in SEM], "ion_count_rate", "count/s", 4, attrs={"detector": "SEM"})
    return FileWorld("scans.csv", data, {
        **table(1, FARADAY, faraday, "bar"), **table(2, SEM, sem, "profile"),
        **settings(lines, RANGES), **SAID, "@experiment.start": "2021-06-14T16:20:01",
    }, "hiden-massoft")  # fmt: skip


def _refused(message: str, lines: list[str], **more: str) -> Refused:
    return Refused("refused.csv", text(*lines), "hiden-massoft", {"message": message, **more})


def refusals() -> dict[str, Any]:
    """Return what an export is refused for; its names are in line 13, as two scans are listed."""
    two = GASES[:2]
    row = "00:00:00,    31, 1.5e-09, 2.5e-09,"
    lines = [*head("6/14/2021", "4:20:01 PM", two, 2, len(row) + 2), '"Time","ms","H2","28",']
    first = len(lines) + 1
    return {
        "a word": lambda: _refused("a cell is not a number", [*lines, row, row.replace("2.5e-09", "     xy")],
            where=f"line {first + 1}", found="'xy'", cause="the file is damaged, or two files were joined"),
        "a longer row": lambda: _refused("a row has another length than line 1 says", [*lines, row, row + " "],
            where=f"line {first + 1}", expected=f"{len(row) + 2} bytes with the line's end",
            found=f"{len(row) + 3} bytes: {row} ", cause="the file was damaged or edited by hand",
            hint="export it again from MASsoft"),
        "two exports": lambda: _refused("the file holds two exports, one after the other",
                                        [*lines, row, *lines, row],
            where=f"line {first + 1}", expected="rows of numbers to the end", found=lines[0],
            hint="split the file there"),
        "decimal commas": lambda: _refused("a row does not fit the column names",
            [*lines, *[row.replace("1.5e", "1,5e").replace("2.5e", "2,5e")] * 2],
            where=f"line {first}", expected="4 cells: Time, ms, H2, 28", found="6 cells",
            cause="decimal commas between commas, which cannot be told apart",
            hint="export it from MASsoft with another list separator"),
        "no data": lambda: _refused("the header has no line Data", lines[:5], where="line 2",
            expected=f'"Data" in line {first - 2}', cause="the file was cut, or edited",
            hint="export it again from MASsoft"),
    }  # fmt: skip


MANIFEST = """format = "sims"

[sims]
primary_ion = "O2+"
pixel_size = "0.5 um"
acquisition = "sequential"

[sample]
id = "S-5"

[[region]]
name = "fresh"
state = "pristine"
crater_depth = "2.5 um"

[[region.profile]]
file = "fresh.csv"
layout = "pairs"
polarity = "+"
x = "time"
x_unit = "min"
y = "counts"
species = { sodium = "Na+" }

[[region.images]]
pattern = "fresh_{species}_{frame:02d}.txt"
species = ["Na+", "Zr+"]
frame_time = "4 s"

[[region]]
name = "used"
state = "failed"
current_density = "0.25 mA/cm^2"
test = "run.mpr"

[[region.profile]]
file = "used.csv"
layout = "table"
polarity = "-"
x = "depth"
x_unit = "nm"
y = "rate"
decimal = ","
separator = ";"
"""
PAIRS = "t;Zr;t2;sodium\n1;5;1.5;7\n2;6;;\n"
TABLE = "z;O;P\n10;1,5;2,5\n20;3,5;-4,5\n30;5,5;nan\n".replace("nan", "")
IMAGES = {"fresh_Na_01.txt": "1 2 3\n4 5 6\n", "fresh_Na_02.txt": "7 8 9\n0 1 2\n",
          "fresh_Zr_01.txt": "11 12 13\n14 15 16\n", "fresh_Zr_02.txt": "17 18 19\n10 nan 12\n"}  # fmt: skip


def declared() -> FileWorld:
    """Return two profiles of two regions, and the images of one of them, with a pixel that is not a number."""
    name, derived = "depth_profile", {"origin": "derived"}

    def places(**where: tuple[int, str]) -> dict[str, str]:
        cells = ",".join(f'"{key[1:]}":[{at},"{header}","<f8"]' for key, (at, header) in where.items())
        return {"places": "{" + cells + "}"}

    def image(*numbers: str) -> list[list[list[int]]]:
        return [[[int(cell.replace("nan", "0")) for cell in line.split()] for line in IMAGES[number].splitlines()]
                for number in numbers]  # fmt: skip

    def coded(values: list[str], quantity: str) -> dict[str, Any]:
        return column(quantity, values, quantity, None, None, axes=["species"])

    sodium, zirconium = image("fresh_Na_01.txt", "fresh_Na_02.txt"), image("fresh_Zr_01.txt", "fresh_Zr_02.txt")
    known = [[[1, 1, 1], [1, 1, 1]], [[1, 1, 1], [1, 1, 1]]]
    lacking = [[[1, 1, 1], [1, 1, 1]], [[1, 1, 1], [1, 0, 1]]]
    maps = "ion_map"
    return FileWorld("sims.toml", MANIFEST.encode(), {
        name: {"kind": name}, f"{name}.row": rows(9, of=[0, 1, 0, 0, 1, 2, 0, 1, 2]),
        f"{name}.species": column("species", ["Zr"] * 2 + ["Na+"] + ["O"] * 3 + ["P"] * 3, "species"),
        f"{name}.polarity": column("polarity", [1] * 3 + [-1] * 6, "polarity", "1", None, dtype="int8"),
        f"{name}.region": column("region", ["fresh"] * 3 + ["used"] * 6, "region"),
        f"{name}.channel": column("channel", [0, 0, 1, 2, 2, 2, 3, 3, 3], "channel", "1", None, origin="reported"),
        f"{name}.sputter_time": column("t", [60.0, 120.0, 90.0, *[None] * 6], "sputter_time", "s", None,
                                       factor=60.0,
                                       attrs=places(_0=(0, "t"), _1=(2, "t2"))),
        f"{name}.ion_counts": column("Zr", [5.0, 6.0, 7.0, *[None] * 6], "ion_counts", "count", None,
                                     attrs=places(_0=(1, "Zr"), _1=(3, "sodium"))),
        f"{name}.depth": column("z", [*[None] * 3, 0.01, 0.02, 0.03, 0.01, 0.02, 0.03], "depth", "um", None,
                                factor=0.001, attrs=places(_2=(4, "z"), _3=(6, "z"))),
        f"{name}.ion_count_rate": column("O", [*[None] * 3, 1.5, 3.5, 5.5, 2.5, -4.5, None], "ion_count_rate",
                                         "count/s", None, attrs=places(_2=(5, "O"), _3=(7, "P"))),
        maps: {"kind": maps},
        f"{maps}.ion_counts": column("counts", [sodium, zirconium], "ion_counts", "count", None, dtype="uint8",
                                     axes=["species", "frame", "y", "x"]),
        f"{maps}.species": coded(["Na+", "Zr+"], "species"),
        f"{maps}.polarity": column("polarity", [1, 1], "polarity", "1", None, dtype="int8", axes=["species"]),
        f"{maps}.region": coded(["fresh", "fresh"], "region"),
        f"{maps}.frame": column("frame", [0, 1], "frame", "1", None, origin="reported", axes=["frame"]),
        f"{maps}.y": column("y", [0.0, 0.5], "y", "um", None, axes=["y"],
                            attrs={"recipe": "pixel number * sims.pixel_size"}, **derived),
        f"{maps}.x": column("x", [0.0, 0.5, 1.0], "x", "um", None, axes=["x"],
                            attrs={"recipe": "pixel number * sims.pixel_size"}, **derived),
        f"{maps}.sputter_time": column("sputter_time", [2.0, 6.0], "sputter_time", "s", None, axes=["frame"],
                                       attrs={"recipe": "(frame + 1/2) * frame_time"}, **derived),
        f"{maps}.mask": column("mask", [known, lacking], "mask", "1", None, dtype="uint8", **derived,
                               axes=["species", "frame", "y", "x"],
                               attrs={"recipe": "1 where the image holds a number"}),
        "settings.manifest": MANIFEST, "siblings": ["fresh.csv", "used.csv", *IMAGES],
        "@sims.primary_ion": ("O2+", None, "sims.toml"), "@sims.pixel_size": (0.5, "um", "sims.toml"),
        "@sims.acquisition": ("sequential", None, "sims.toml"), "@sample.id": ("S-5", None, "sims.toml"),
        "@sims.regions": ([
            {"name": "fresh", "state": "pristine", "crater_depth": 2.5, "crater_depth_unit": "um"},
            {"name": "used", "state": "failed", "current_density": 0.25, "current_density_unit": "mA/cm^2",
             "test": "run.mpr", "test_sha256": None}], None, "sims.toml"),
        "!test-missing": "region used: the test run.mpr is not beside the manifest",
        "!not-finite": "region used, profile 1, P: 1 are not numbers",
        "!negative-counts": "region used, profile 1, P: there are negative values",
        "!nan-pixels": "1 pixel is not a number: masked as not measured",
    }, "sims-declared", others={"fresh.csv": PAIRS.encode(), "used.csv": TABLE.encode(),
                                **{file: data.encode() for file, data in IMAGES.items()}})  # fmt: skip


def cube() -> FileWorld:
    """Return images of two species as one array, and of a third as the pages of a TIFF."""
    import numpy as np
    from PIL import Image

    manifest = """format = "sims"
[sims]
pixel_size = "2 um"
[[region]]
name = "r"
[[region.images]]
pattern = "cube.npy"
species = ["Na+", "K+"]
[[region.images]]
pattern = "{species}.tif"
species = ["Zr+"]
"""
    array = np.arange(2 * 2 * 1 * 3, dtype=np.uint16).reshape(2, 2, 1, 3)
    stack = io.BytesIO()
    np.save(stack, array)
    pages = [np.array([[300, 301, 302]], np.uint16), np.array([[400, 401, 402]], np.uint16)]
    tiff = io.BytesIO()
    first, second = (Image.fromarray(page) for page in pages)
    first.save(tiff, "TIFF", save_all=True, append_images=[second])
    maps, derived = "ion_map", {"origin": "derived"}
    recipe = {"attrs": {"recipe": "pixel number * sims.pixel_size"}}
    counts = [[[[0, 1, 2]], [[3, 4, 5]]], [[[6, 7, 8]], [[9, 10, 11]]], [[[300, 301, 302]], [[400, 401, 402]]]]
    at = "sims.toml"
    return FileWorld(at, manifest.encode(), {
        maps: {"kind": maps},
        f"{maps}.ion_counts": column("counts", counts, "ion_counts", "count", None, dtype="uint16",
                                     axes=["species", "frame", "y", "x"]),
        f"{maps}.species": column("species", ["Na+", "K+", "Zr+"], "species", axes=["species"]),
        f"{maps}.polarity": column("polarity", [1, 1, 1], "polarity", "1", None, dtype="int8", axes=["species"]),
        f"{maps}.region": column("region", ["r"] * 3, "region", axes=["species"]),
        f"{maps}.frame": column("frame", [0, 1], "frame", "1", None, origin="reported", axes=["frame"]),
        f"{maps}.y": column("y", [0.0], "y", "um", None, axes=["y"], **recipe, **derived),
        f"{maps}.x": column("x", [0.0, 2.0, 4.0], "x", "um", None, axes=["x"], **recipe, **derived),
        "@sims.pixel_size": (2.0, "um", at), "@sims.regions": ([{"name": "r"}], None, at),
        "settings.manifest": manifest, "siblings": ["cube.npy", "Zr.tif"],
    }, "sims-declared", others={"cube.npy": stack.getvalue(), "Zr.tif": tiff.getvalue()})  # fmt: skip


def cut_scans() -> FileWorld:
    """Return two blocks of scans, of which the second ends inside its last row."""
    whole = scans()
    data = whole.data[:-12]
    expected = dict(whole.expected)
    for path, facts in whole.expected.items():
        if path.startswith("mass_spectrum_2."):
            expected[path] = facts | {"values": facts["values"][:-1]}
    last = data.decode().rpartition("\n")[2]
    return FileWorld("scans.csv", data, expected | {
        "!last-row-cut": "the last row is cut and left out: the file was truncated",
        "!row-count": "line 1 says 7 rows, the file has 6: it was truncated or edited",
        f"-the last row, {last!r}": "it is cut",
    }, "hiden-massoft")  # fmt: skip


def incomplete() -> Refused:
    """Return a manifest that leaves open what its files do not say: all of it is listed."""
    text_ = """format = "sims"
odd = 1
[[region]]
depth = 3
[[region.profile]]
file = "a.csv"
layout = "rows"
x = "time"
y = "counts"
species = { a = "Na+", b = "Xx" }
[[region.images]]
pattern = "b_{frame}.txt"
species = ["O", "O"]
polarity = "-"
frame_time = "4 m"
[[region]]
name = "two"
[[region.profile]]
layout = "table"
polarity = "+"
x = "deep"
y = "sums"
"""
    lacking = [
        "sims.acquisition: simultaneous or sequential, for two polarities",
        "sims.pixel_size, for maps",
        "region: name",
        "region: depth is not a key here; known are name, state, current_density, test, test_sha256, "
        "crater_depth, "
        "profile, images",
        "region region 1, profile 1: layout is 'rows', not table or pairs",
        "region region 1, profile 1: x_unit, the unit of time",
        ...,
        "region two, profile 1: file",
        "region two, profile 1: x is 'deep', not time, depth, cycle",
        "region two, profile 1: y is 'sums', not counts or rate",
        "region region 1, images 1: O is named twice",
        """region region 1, images 1: frame_time is '4 m', not a time such as "10 s\"""",
        "the manifest: odd is not a key here; known are format, sims, region, instrument, sample",
    ]
    return Refused("sims.toml", text_.encode(), "sims-declared", {
        "code": "sims-undeclared", "message": "the manifest leaves open what the files do not say",
        "expected": Listed(lacking, "\n            "),
        "found": f"{len(lacking)} missing or unknown", "hint": "echub plugins show hiden  prints a template",
    })  # fmt: skip


def judged() -> FileWorld:
    """Return counts that are none, of ions that do not form in the declared polarity, and pictures for images."""
    manifest = """format = "sims"
[sims]
pixel_size = "2 um"
[[region]]
name = "r"
test = "run.mpr"
test_sha256 = "00"
[[region.profile]]
file = "p.csv"
layout = "table"
polarity = "-"
x = "cycle"
y = "counts"
[[region.images]]
pattern = "{species}_{frame}.txt"
species = ["A1", "A2"]
polarity = "-"
""".replace("A1", "Si-").replace("A2", "P-")
    table = "n,Na,K\n1,0,1.5\n2,0,2.5\n"
    others = {"p.csv": table, "Si-_1.txt": "0.5 1\n0 0.25\n", "P-_1.txt": "0 0\n0 0\n", "run.mpr": "x"}
    digest = hashlib.sha256(b"x").hexdigest()
    name, maps, derived = "depth_profile", "ion_map", {"origin": "derived"}
    at = "sims.toml"

    def places(**where: tuple[int, str]) -> dict[str, str]:
        cells = ",".join(f'"{key[1:]}":[{n},"{header}","<f8"]' for key, (n, header) in where.items())
        return {"places": "{" + cells + "}"}

    names = ["Si-", "P-"]
    recipe = {"attrs": {"recipe": "pixel number * sims.pixel_size"}}
    return FileWorld(at, manifest.encode(), {
        name: {"kind": name}, f"{name}.row": rows(4, of=[0, 1, 0, 1]),
        f"{name}.species": column("species", ["Na", "Na", "K", "K"], "species"),
        f"{name}.polarity": column("polarity", [-1] * 4, "polarity", "1", None, dtype="int8"),
        f"{name}.region": column("region", ["r"] * 4, "region"),
        f"{name}.channel": column("channel", [0, 0, 1, 1], "channel", "1", None, origin="reported"),
        f"{name}.cycle": column("n", [1, 2, 1, 2], "cycle", "1", None, attrs=places(_0=(0, "n"), _1=(2, "n"))),
        f"{name}.ion_counts": column("Na", [0.0, 0.0, 1.5, 2.5], "ion_counts", "count", None,
                                     attrs=places(_0=(1, "Na"), _1=(3, "K"))),
        f"{name}.flags": column("flags", [0, 0, 2, 2], "flags", "1", None, dtype="uint8", **derived,
                                bits=[("not_recoverable", "not_recoverable", 2, "not_recoverable", {})],
                                attrs={"recipe": "2: the file holds values that are not whole counts"}),
        maps: {"kind": maps},
        f"{maps}.ion_counts": column("counts", [[[[0.5, 1.0], [0.0, 0.25]]], [[[0.0, 0.0], [0.0, 0.0]]]],
                                     "ion_counts",
                                     "count", None, dtype="float64", axes=["species", "frame", "y", "x"]),
        f"{maps}.species": column("species", names, "species", axes=["species"]),
        f"{maps}.polarity": column("polarity", [-1, -1], "polarity", "1", None, dtype="int8", axes=["species"]),
        f"{maps}.region": column("region", ["r", "r"], "region", axes=["species"]),
        f"{maps}.frame": column("frame", [0], "frame", "1", None, origin="reported", axes=["frame"]),
        f"{maps}.y": column("y", [0.0, 2.0], "y", "um", None, axes=["y"], **recipe, **derived),
        f"{maps}.x": column("x", [0.0, 2.0], "x", "um", None, axes=["x"], **recipe, **derived),
        "@sims.pixel_size": (2.0, "um", at), "settings.manifest": manifest,
        "@sims.regions": ([{"name": "r", "test": "run.mpr", "test_sha256": digest}], None, at),
        "siblings": ["run.mpr", "p.csv", "Si-_1.txt", "P-_1.txt"],
        "!test-changed": f"region r: the test run.mpr has the sha256 {digest}, declared is 00",
        "!all-zero": "region r, profile 1, Na: all values are zero",
        "!not-counts": "region r, profile 1, K: values are not whole counts; Poisson statistics do not hold",
        "!polarity-exchanged": "region r, profile 1: Na, K hardly form negative ions; were the positive ions "
                               "meant?",
        "!normalised-image": "r, Si-: values from 0 to 1 are a scaled picture",
        "!one-frame": "r, Si-: one frame has no depth", "!all-zero 2": "r, P-: all pixels are zero",
        "!one-frame 2": "r, P-: one frame has no depth",
        "!mass-interference": ...,
        "!incomplete": "the depth_profile dataset has no one of sputter_time, depth, ion_dose",
    }, "sims-declared", others={file: data.encode() for file, data in others.items()})  # fmt: skip


def sweeps_of_two_scans() -> FileWorld:
    """Return two scans that share their columns, told apart by where their sweeps start and stop."""
    two = [scan(1, "Faraday", "10.00", "11.00", "1.00"), scan(2, "Faraday", "20.00", "21.00", "1.00")]
    table = [(0, 10.0, 1.5), (10, 11.0, 2.5), (20, 20.0, 3.5), (30, 21.0, 4.5), (40, 10.0, 5.5), (50, 11.0, 6.5)]
    body = [f"{ms:>6},{mass:>6.2f},{y:>8.2f}," for ms, mass, y in table]
    lines = [*head("6/14/2021", "4:20:01 PM", two, 6, len(body[0]) + 2), '"ms","mass amu","Faraday torr",']
    found: dict[str, Any] = {}
    for n, (one, at) in enumerate(((two[0], [0, 1, 4, 5]), (two[1], [2, 3])), 1):
        name = f"mass_spectrum_{n}"
        told = {key.lower(): value for key, value in one.items() if key != "Scan ID"}
        ms, mass, y = ([table[row][part] for row in at] for part in range(3))
        found |= {
            name: {"kind": "mass_spectrum", "part": f"Scan {n}"}, f"{name}.row": rows(len(at), of=at),
            f"{name}.time": column("ms", [value / 1000 for value in ms], "time", "s", 0, factor=0.001),
            f"{name}.mass_to_charge": column("mass amu", mass, "mass_to_charge", "1", 1,
                                             attrs={**told, "scan": f"Scan {n}", "shape": "bar"}),
            f"{name}.partial_pressure": column("Faraday torr", y, "partial_pressure", "torr", 2,
                                               attrs={"detector": "Faraday"}),
        }  # fmt: skip
        if n == 1:  # the first scan starts again
            found[f"{name}.cycle"] = column("(sweep)", [1, 1, 2, 2], "cycle", "1", None, origin="derived")
    return FileWorld("sweeps.csv", text(*lines, *body), {
        **found, **settings(lines, two), **SAID, "@experiment.start": "2021-06-14T16:20:01",
    }, "hiden-massoft")  # fmt: skip


BOTH = [scan(1, "Faraday", "10.00", "11.00", "1.00"), scan(2, "SEM", "10.00", "11.00", "1.00")]


def detectors_at_once() -> FileWorld:
    """Return two scans of one range, whose detectors stand beside one column of masses."""
    table = [(1, 0, 10.0, 1.5, 150), (1, 10, 11.0, 2.5, 250), (2, 20, 10.0, 3.5, 350), (2, 30, 11.0, 4.5, 450)]
    body = [f"{n:>3},{ms:>6},{mass:>6.2f},{y:>8.2f},{z:>8}," for n, ms, mass, y, z in table]
    lines = [*head("6/14/2021", "4:20:01 PM", BOTH, 4, len(body[0]) + 2),
             '"Cycle","ms","mass amu","Faraday torr","SEM c/s",']  # fmt: skip
    cycle, ms, mass, faraday, sem = (list(cells) for cells in zip(*table, strict=True))
    told = [{key.lower(): value for key, value in one.items() if key != "Scan ID"} for one in BOTH]
    alike = {key: value for key, value in told[0].items() if told[1][key] == value}
    assert set(told[0]) - set(alike) == {"input", "dwell"}
    name = "mass_spectrum"
    return FileWorld("both.csv", text(*lines, *body), {
        name: {"kind": name}, f"{name}.row": rows(4),
        f"{name}.time": column("ms", [value / 1000 for value in ms], "time", "s", 1, factor=0.001),
        f"{name}.cycle": column("Cycle", cycle, "cycle", "1", 0, source_dtype="<f8"),
        f"{name}.mass_to_charge": column("mass amu", mass, "mass_to_charge", "1", 2,
                                         attrs={**alike, "scan": "Scan 1, Scan 2", "shape": "bar"}),
        f"{name}.partial_pressure": column("Faraday torr", faraday, "partial_pressure", "torr", 3,
                                           attrs={"detector": "Faraday", **told[0], "scan": "Scan 1"}),
        f"{name}.ion_count_rate": column("SEM c/s", [float(n) for n in sem], "ion_count_rate", "count/s", 4,
                                         attrs={"detector": "SEM", **told[1], "scan": "Scan 2"}),
        **settings(lines, BOTH), **SAID, "@experiment.start": "2021-06-14T16:20:01",
    }, "hiden-massoft")  # fmt: skip


def detectors_in_turn() -> Refused:
    """Return the same two scans one after the other: each row has a value of one detector, and a zero."""
    body = ["  1,     0, 10.00,    1.50,       0,", "  1,    10, 10.00,       0,     150,",
            "  2,    20, 10.00,    3.50,       0,"]  # fmt: skip
    lines = [*head("6/14/2021", "4:20:01 PM", BOTH, 3, len(body[0]) + 2),
             '"Cycle","ms","mass amu","Faraday torr","SEM c/s",']  # fmt: skip
    return _refused("the scans of the export share their columns and cannot be told apart", [*lines, *body],
                    expected="one sweep of Scan 1, Scan 2 per cycle, with all their detectors",
                    found="3 sweeps in 2 cycles",
                    cause="the detectors sweep after one another, and each row has a value of one of them only",
                    hint="export each scan to a file of its own from MASsoft")  # fmt: skip


def sweeps_of_no_scan() -> Refused:
    """Return a sweep that is of neither of the two scans that share the columns."""
    two = [scan(1, "Faraday", "10.00", "11.00", "1.00"), scan(2, "Faraday", "20.00", "21.00", "1.00")]
    body = ["     0, 30.00,    1.50,", "    10, 31.00,    2.50,"]
    lines = [*head("6/14/2021", "4:20:01 PM", two, 2, len(body[0]) + 2), '"ms","mass amu","Faraday torr",']
    return _refused("the scans of the export share their columns and cannot be told apart", [*lines, *body],
                    expected="each sweep has the start and stop of one scan of the header",
                    found="a sweep from 30 to 31, which fits none",
                    cause="two scans of one range, or a layout that is not known yet",
                    hint="export each scan to a file of its own from MASsoft")  # fmt: skip


WORLDS = {
    f"hiden: {world.__name__}": world
    for world in (
        trend,
        miscounted,
        scans,
        declared,
        judged,
        incomplete,
        sweeps_of_two_scans,
        detectors_at_once,
        detectors_in_turn,
        sweeps_of_no_scan,
        cube,
        cut_scans,
    )
}
WORLDS |= {f"hiden: {name}": world for name, world in refusals().items()}

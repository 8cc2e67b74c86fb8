"""Text exports of Cameca: sections between stars; each species has an axis and an intensity of its own."""

from __future__ import annotations

import json
from typing import Any

from tests.oracles.records.told import FileWorld, Refused, column, rows

FRONT = """*** DATA FILES ***

Raw data file name(s)\tmade.dp
Sample ID\t\tS-5
Analysis date\t\t03/04/2016
Analysis time\t\t13:59
Comments\t\tdry

*** DATA START ***

made.dp
"""
BACK = """*** DATA END ***

*** ACQUISITION PARAMETERS ***

# of data point/species\t\t6

*** MEASUREMENT CONDITIONS, made.dp ***:

Species | Mass (amu) | Detector | WT(s) | CT(s)
7Li | 7.016 | EM | 0.88 | 1.04
18O | 17.999 | EM | 0.72 | 0.5
28Si | 29.974 | EM | 0.64 | 1.04

*** MAIN ANALYTICAL PARAMETERS (MAP) ***

Primary ions\t\t\tCs+
Impact energy (eV)\t\t10010
Prim beam intensity @t=0 (nA)\t\t12.5
Raster size (um)\t\t150
Secondary ion polarity\t\t-
Total depth (nm)\t\t-

*** ION DETECTOR PARAMETERS ***

EM yield (%)\t\t\t8.0E+001
EM dead time (ns)\t\t2.5E+001
EM -> FC threshold (c/s)\t100010

*** CALIBRATION PARAMETERS ***

Layer #1 matrix\t\t28Si 16O
  1st Interface (nm)\t0
  Mean SR (nm/min)\t9.5E+001
  Species\t28Si
  RSF  (at/cm3)\t1.0E+018
  Dose (at/cm2)\t2.5E+015
Layer #2 matrix\t\t28Si
  Species\t18O
  Dose (at/cm2)\t7.5E+014
"""
HEADS = (
    "7Li\t\t\t18O\t\t\t28Si\nTime\tDepth[um]\tI[cnt/s]\tTime\tDepth[um]\tI[cnt/s]\tTime\tDepth[um]\tC[atom/cm3]\n"
)
LITHIUM = [2.0, 1e-3, 6.0, 4000.0, 10.0, 4.0]
"""count/s: 1, none, 3, 2000 and so too many to be whole, 5 and 2 counts of 2 count/s."""
OXYGEN = [100_003.0, 137_000.0, 171_500.0, 219_300.0, 100_009.0]
"""count/s; no two are multiples of one rate. The header has 0.5 s and 80 %: 2.5 count/s each."""
SILICON = [2e18, 4e18, 6e18, 1e19, 2e18, 0.001]
"""1/cm³; divided by the sensitivity factor 2, 4, 6, 10, 2 and no count/s."""
NEWLINE = b"\n"
AT = [0.25, 0.5, 0.75, 1.25, 1.5, 2.0]


def profile_text(*lines: str, heads: str = HEADS, back: str = BACK) -> bytes:
    """Return a file of given rows."""
    return (FRONT + heads + "".join(f"{line}\n" for line in lines) + back).replace("\n", "\r\n").encode()


def lines() -> list[str]:
    """Return the rows: the axes of the species are apart by 0.01 and 0.02 µm, and row 3 lacks oxygen."""
    oxygen = iter(OXYGEN)
    found = []
    for n, at in enumerate(AT):
        second = ["", "", ""] if n == 3 else ["", f"{at + 0.01:.5E}", f"{next(oxygen):.5E}"]
        cells = ["", f"{at:.5E}", f"{LITHIUM[n]:.5E}", *second, "", f"{at + 0.02:.5E}", f"{SILICON[n]:.5E}"]
        found.append("\t".join(cells))
    return found


def places(**where: list[Any]) -> dict[str, str]:
    """Return the attribute that says where each channel stands in the source."""
    return {
        "places": json.dumps({key[1:]: [*value, "<f8"] for key, value in where.items()}, separators=(",", ":"))
    }


def section(text: str, title: str) -> list[str]:
    """Return the lines of a section that hold something."""
    body = text.partition(f"*** {title} ***")[2].partition("***")[0]
    return [line for line in body.split("\n") if line.strip() and line != ":"]


METADATA = {
    "@instrument.manufacturer": "Cameca", "@sample.id": "S-5", "@experiment.file_name": "made.dp",
    "@experiment.comments": "dry", "@sims.primary_ion": "Cs+", "@sims.primary_energy": (10.01, "keV"),
    "@sims.primary_current": (12.5, "nA"), "@sims.raster": (150.0, "um"), "@sims.dead_time": (2.5e-5, "ms"),
    "@experiment.start": "2016-03-04T13:59:00", "@experiment.timezone": "unknown",
    "@sims.depth_calibration": [
        {"layer": "Layer #1", "matrix": "28Si 16O", "1st Interface (nm)": "0", "Mean SR (nm/min)": "9.5E+001"},
        {"layer": "Layer #2", "matrix": "28Si"},
    ],
    "@sims.rsf": [{"species": "28Si", "layer": "Layer #1", "value": 1e18, "unit": "1/cm^3",
                   "convention": "per_count_rate", "meaning": "atoms per cm^3 for one count per second",
                   "dose_per_cm2": "2.5E+015"}],
}  # fmt: skip
CONDITIONS = [
    {"Species": "7Li", "Mass (amu)": "7.016", "Detector": "EM", "WT(s)": "0.88", "CT(s)": "1.04"},
    {"Species": "18O", "Mass (amu)": "17.999", "Detector": "EM", "WT(s)": "0.72", "CT(s)": "0.5"},
    {"Species": "28Si", "Mass (amu)": "29.974", "Detector": "EM", "WT(s)": "0.64", "CT(s)": "1.04"},
]
LAYERS = [
    {"layer": "Layer #1", "matrix": "28Si 16O", "1st Interface (nm)": "0", "Mean SR (nm/min)": "9.5E+001",
     "species": [{"species": "28Si", "RSF  (at/cm3)": "1.0E+018", "Dose (at/cm2)": "2.5E+015"}]},
    {"layer": "Layer #2", "matrix": "28Si", "species": [{"species": "18O", "Dose (at/cm2)": "7.5E+014"}]},
]  # fmt: skip
TITLES = ("DATA FILES", "DATA END", "ACQUISITION PARAMETERS", "MEASUREMENT CONDITIONS, made.dp",
          "MAIN ANALYTICAL PARAMETERS (MAP)", "ION DETECTOR PARAMETERS", "CALIBRATION PARAMETERS")  # fmt: skip
SETTINGS = {
    **{f"settings.sections.{title}": section(FRONT + BACK, title) for title in TITLES},
    "settings.layers": LAYERS, "settings.conditions": CONDITIONS,
}  # fmt: skip


def profile() -> FileWorld:
    """Return a profile of three species of negative ions, over the depth."""
    name, six, five = "depth_profile", list(range(6)), [0, 1, 2, 4, 5]
    depth = [*AT, *(AT[n] + 0.01 for n in five), *(at + 0.02 for at in AT)]
    depth = [float(f"{value:.5E}") for value in depth]
    derived = {"origin": "derived"}
    flags = [1 * (0), 1, 0, 2, 0, 0, 2, 2 + 4, 2 + 4, 2 + 4, 2, 0, 0, 0, 0, 0, 1]
    counts = [1.0, 0.0, 3.0, 2000.0, 5.0, 2.0, *(rate / 2.5 for rate in OXYGEN), 1.0, 2.0, 3.0, 5.0, 1.0, 0.0]
    bits = [
        (word, word, 2**n, word, {})
        for n, word in enumerate(("placeholder_zero", "not_recoverable", "faraday_cup"))
    ]
    return FileWorld("made.dp_rpc_asc", profile_text(*lines()), {
        name: {"kind": name}, f"{name}.row": rows(17, of=[*six, *five, *six]),
        f"{name}.species": column("species", ["7Li"] * 6 + ["18O"] * 5 + ["28Si"] * 6, "species", None, None),
        f"{name}.polarity": column("polarity", [-1] * 17, "polarity", "1", None, dtype="int8"),
        f"{name}.channel": column("channel", [0] * 6 + [1] * 5 + [2] * 6, "channel", "1", None, origin="reported"),
        f"{name}.depth": column("Depth[um]", depth, "depth", "um", None, origin="reported",
                                attrs=places(_0=[1, "Depth[um]"], _1=[4, "Depth[um]"], _2=[7, "Depth[um]"])),
        f"{name}.ion_count_rate": column("I[cnt/s]", [*LITHIUM, *OXYGEN, *[None] * 6], "ion_count_rate", "count/s",
                                         None, attrs=places(_0=[2, "I[cnt/s]"], _1=[5, "I[cnt/s]"])),
        f"{name}.flags": column("flags", flags, "flags", "1", None, bits=bits, attrs={
            "recipe": "1: placeholder of 0 counts; 2: counts not recoverable; 4: above the switch to the "
                      "Faraday cup"},
            **derived),
        f"{name}.ion_counts": column("counts", counts, "ion_counts", "count", None, attrs={
            "recipe": "intensity / count_quantum, whole up to 900, an estimate above; placeholders are 0"},
            **derived),
        f"{name}.count_quantum": column("count_quantum", [2.0] * 6 + [2.5] * 5 + [2.0] * 6, "count_quantum",
            "count/s", None, attrs={"recipe": "the largest rate of which low intensities are whole multiples"},
            **derived),
        f"{name}.atomic_concentration": column("C[atom/cm3]", [*[None] * 11, *SILICON], "atomic_concentration",
            "1/cm^3", None, origin="reported", attrs=places(_2=[8, "C[atom/cm3]"])),
        **METADATA, **SETTINGS,
        "!count-quantum-stated": "18O: its rates do not show its count quantum; that of counting time and yield "
                                 "is used",
        "!counts-not-recoverable": "7Li: 1 of 6 points exceeds 900 counts, not recoverable",
        "!counts-not-recoverable 2": "18O: 5 of 5 points exceed 900 counts, not recoverable",
        "!cations-in-negative": "the header says negative ions, but 7Li form almost none; check the polarity",
        "!mass-label": "28Si was measured at mass 29.974, which is not its own",
        **{f"-{label}: Time": "the column is empty in the export" for label in ("7Li", "18O", "28Si")},
    }, "cameca-profile")  # fmt: skip


def spectrum() -> FileWorld:
    """Return a mass spectrum; its header counts nothing, and a field is not a number."""
    text = FRONT + "Mass[a.m.u]\tI[cnt/s]\n6.25\t1.5\n6.5\t2500\n" + BACK.replace("10010", "high")
    name, told = "mass_spectrum", {**METADATA}
    for path in ("@sims.primary_energy", "@sims.rsf", "@sims.depth_calibration"):
        del told[path]
    settings = SETTINGS | {"settings.sections.MAIN ANALYTICAL PARAMETERS (MAP)": [
        line.replace("10010", "high") for line in SETTINGS["settings.sections.MAIN ANALYTICAL PARAMETERS (MAP)"]
    ]}  # fmt: skip
    return FileWorld("made.ms_rpc_asc", text.replace("\n", "\r\n").encode(), {
        name: {"kind": name}, f"{name}.row": rows(2),
        f"{name}.mass_to_charge": column("Mass[a.m.u]", [6.25, 6.5], "mass_to_charge", "1", 0),
        f"{name}.ion_count_rate": column("I[cnt/s]", [1.5, 2500.0], "ion_count_rate", "count/s", 1),
        **told, **settings,
        "!field-unreadable": "Impact energy (eV) is 'high': could not convert string to float: 'high'",
    }, "cameca-spectrum")  # fmt: skip


def _refused(message: str, data: bytes, reader: str = "cameca-profile", **more: str) -> Refused:
    return Refused("refused.txt", data, reader, {"message": message, **more})


def _line(data: bytes, word: bytes) -> str:
    return f"line {data.count(NEWLINE, 0, data.index(word)) + 1}"


def refusals() -> dict[str, Any]:
    """Return what a damaged export is refused for."""
    short = profile_text(*lines()[:1], "\t0.5\t7.125")
    word = profile_text(*lines()[:1], lines()[1].replace("1.00000E-03", "over"))
    heads = profile_text(*lines(), heads=HEADS.replace("\tI[cnt/s]\tTime\tDepth[um]\tC", "\tC"))
    cut = profile_text(*lines()).partition(b"*** DATA END")[0]
    pair = (FRONT + "Mass[a.m.u]\tI[cnt/s]\n6.25\t1.5\n6.75\n" + BACK).encode()
    damaged = {"cause": "the file is damaged"}
    return {
        "a short row": lambda: _refused("a row of the data does not fit the species", short,
                                        where=_line(short, b"7.125"),
            expected="3 cells for each of 3 species", found="3 cells", **damaged),
        "a word": lambda: _refused("a cell is not a number", word, where=_line(word, b"over"), found="'over'",
                                   **damaged),
        "too few heads": lambda: _refused("the column headers do not fit the species", heads,
            where=_line(heads, b"Time\tDepth"), expected="3 for each of 7Li, 18O, 28Si", found="6"),
        "a cut file": lambda: _refused("the data of the export are not whole", cut, cause="the file was cut",
            expected="*** DATA START *** and *** DATA END ***", found="DATA FILES, DATA START",
            hint="export it again"),
        "no pair": lambda: _refused("a row of the spectrum is not a pair of numbers", pair, "cameca-spectrum",
            where=_line(pair, b"6.75"), found="6.75", **damaged),
    }  # fmt: skip


WORLDS = {f"cameca: {world.__name__}": world for world in (profile, spectrum)}
WORLDS |= {f"cameca: {name}": world for name, world in refusals().items()}

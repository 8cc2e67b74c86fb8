"""Formats of other instruments that are recognised, with the export that the hub reads."""

from __future__ import annotations

from collections.abc import Iterable

from echub.plugin import KnownFormat, hookimpl

_THEN = "then convert that text"
FORMATS = (
    ("ivium-dataset", "an IviumSoft dataset (.ids)", (".ids",), f"in IviumSoft save each scan as .idf; {_THEN}"),
    (
        "zahner-isc",
        "a Zahner Thales voltammogram (.isc, .iss)",
        (".isc", ".iss"),
        f"in Thales display the curve and save it as ASCII; {_THEN}",
    ),
    ("zahner-zmx", "a Zahner Lab measurement (.zmx)", (".zmx",), f"in Zahner Lab export it as text; {_THEN}"),
    (
        "autolab-nova",
        "an Autolab NOVA file (.nox)",
        (".nox",),
        f"in NOVA use the command Export ASCII data; {_THEN}",
    ),
    (
        "autolab-gpes",
        "an Autolab GPES or FRA file (.dfr, .i2b, .oew, .ocw, .icw, .ixw)",
        (".dfr", ".i2b", ".oew", ".ocw", ".icw", ".ixw"),
        f"open it in GPES, FRA or NOVA and save the work data as text; {_THEN}",
    ),
    (
        "versastudio",
        "a VersaStudio or PowerSuite file (.par)",
        (".par",),
        f"in VersaStudio select the data and export them as text with column names; {_THEN}",
    ),
    (
        "zview-project",
        "a ZView or ZPlot project (.zvw, .ppj)",
        (".zvw", ".ppj"),
        f"save each spectrum as .z; {_THEN}",
    ),
    ("corrware", "a CorrWare measurement (.cor)", (".cor",), f"in CorrView save the data as text; {_THEN}"),
    (
        "chi",
        "a CH Instruments binary file (.bin)",
        (".bin",),
        f"in the CHI software use File > Convert to Text, with parameters and headers; {_THEN}",
    ),
    (
        "palmsens",
        "a PalmSens session (.pssession, .pss)",
        (".pssession", ".pss"),
        f"in PSTrace export the curves as CSV; {_THEN}",
    ),
    (
        "digatron",
        "a Digatron BTS-600 or Battery Manager file (.bts, .dig)",
        (".bts", ".dig"),
        f"in the BTS-600 data explorer or Battery Manager export the test as CSV with its line of units; {_THEN}",
    ),
    (
        "basytec",
        "a BaSyTec binary result (.bas, .bpr)",
        (".bas", ".bpr"),
        f"in the BaSyTec software export the result as text with all columns and the header; {_THEN}",
    ),
    (
        "maccor",
        "a Maccor binary file (.mac)",
        (".mac",),
        "in MIMS Client (or MacReadDataFile) export the test as text, with the currents in A, and say so with "
        f"--option profile=FILE; {_THEN}",
    ),
    (
        "landt",
        "a LANDT or LANHE binary file (.cex, .ccs)",
        (".cex", ".ccs"),
        f"in LANDT's software export the records as text or Excel with the units in the headers; {_THEN}",
    ),
    (
        "pec",
        "a PEC LifeTest database (.pec)",
        (".pec",),
        f"in LifeTest export the test as CSV; {_THEN}",
    ),
    (
        "novonix",
        "a Novonix working file (.nvx)",
        (".nvx",),
        f"take the .csv that the UHPC software writes beside it; {_THEN}",
    ),
    (
        "pv-massspec",
        "a Pfeiffer PV MassSpec run (.isi)",
        (".isi",),
        f"in PV MassSpec export the data as text and cut off the lines before `Time Relative (sec)`; {_THEN}",
    ),
    (
        "arbin-sql",
        "an Arbin MITS Pro database (.mdf, .ldf)",
        (".mdf", ".ldf"),
        f"in Data Watcher export the test as CSV or Excel; {_THEN}",
    ),
    (
        "archive",
        "a compressed file or an archive (.gz, .zip, .7z, .bz2, .xz, .zst, .tar, .tgz, .rar)",
        (".gz", ".zip", ".7z", ".bz2", ".xz", ".zst", ".tar", ".tgz", ".rar"),
        "unpack it, then convert that file",
    ),
)
"""Name, what it is, suffixes, advice. Words of menus are those of public manuals, as far as there are any."""


@hookimpl
def echub_readers() -> Iterable[KnownFormat]:
    """Declare the formats of this plugin."""
    return tuple(KnownFormat(*fields) for fields in FORMATS)

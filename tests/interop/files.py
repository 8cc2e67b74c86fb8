"""The files that are opened, and what is right for them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import echub

FIXTURES = Path(__file__).parents[2] / "fixtures/eclab"
_CELL = ("--set", "cell.electrodes.working.polarity=positive", "--set", "cell.configuration=two_electrode")
_MADE = (
    ("gcpl.mpr", ()),
    ("gcpl.mpr", ("--to", "csv")),
    ("gcpl.mpr", ("--to", "parquet")),
    ("gcpl.mpr", ("--to", "bdf", *_CELL)),
    ("gcpl.mpr", ("--to", "mat")),
    ("geis_with_dc.mpr", ("--to", "zview")),
)
NAMES = {
    "native": "gcpl.mpr.h5",
    "csv": "gcpl.mpr.timeseries.csv",
    "parquet": "gcpl.mpr.timeseries.parquet",
    "bdf": "gcpl.mpr.bdf.csv",
    "mat": "gcpl.mpr.mat",
    "z": "geis_with_dc.mpr.spectrum-0.z",
}


@dataclass(frozen=True)
class Truth:
    """What a file holds.

    `numbers`: exact columns by their name in the file; `unit`: of the first one; `missing`: a column
    whose first value is missing; `text` and `flag`: columns of labels and of a flag, if the format has them.
    """

    numbers: dict[str, NDArray[np.floating]]
    unit: str
    missing: str = ""
    text: str = ""
    flag: str = ""


def make(folder: Path) -> dict[str, Path]:
    """Convert the fixtures to every format, and return the files by format."""
    for fixture, more in _MADE:
        command = [sys.executable, "-m", "echub", "convert", str(FIXTURES / fixture), "-o", str(folder), *more]
        subprocess.run(command, check=True, capture_output=True)
    return {form: folder / name for form, name in NAMES.items()}


def truths() -> dict[str, Truth]:
    """Return what is right, from the fixtures as echub reads them."""
    series = echub.read(FIXTURES / "gcpl.mpr")["timeseries"]
    spectra = echub.read(FIXTURES / "geis_with_dc.mpr")["impedance"]
    first = spectra["spectrum"] == spectra["spectrum"][0]
    time, potential = series["time"], series["potential_we"]
    plain = {"potential_we": potential, "time": time}
    return {
        "native": Truth(plain, "V", "current", "current_range", "flags"),
        "csv": Truth(
            {"potential_we / V": potential, "time / s": time}, "V", "current / mA", "current_range", "error_flag"
        ),
        "parquet": Truth(plain, "V", "current", "current_range", "error_flag"),
        "bdf": Truth({"Voltage / V": potential, "Test Time / s": time}, "V", "Current / A"),
        "mat": Truth(plain, "V", "current", "current_range", "error_flag"),
        "z": Truth({"Z'(a)": spectra["impedance_real"][first], "Freq(Hz)": spectra["frequency"][first]}, "ohm"),
    }

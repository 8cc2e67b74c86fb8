"""The files that are opened, and what is right for them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import echub

FIXTURES = Path(__file__).parents[2] / "fixtures/eclab"
_CELL = {"cell.electrodes.working.polarity": "positive", "cell.configuration": "two_electrode"}
_MADE = (("gcpl.mpr", ("native", "csv", "parquet", "bdf", "mat")), ("geis_with_dc.mpr", ("zview",)))
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
    for fixture, forms in _MADE:
        for form in forms:
            stated = echub.Annotations(values=_CELL if form == "bdf" else {})
            echub.convert(FIXTURES / fixture, folder, to=form, annotations=stated)
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

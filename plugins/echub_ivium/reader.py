"""Read an IviumSoft file: impedance spectra; other methods as columns without a meaning."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from echub.plugin import (
    Dataset,
    Metadata,
    NoOptions,
    Notice,
    Record,
    Source,
    SourceColumn,
    build_dataset,
    build_tables,
)
from echub_ivium.objects import IviumBlock, Objects, nested, parse

IMPEDANCE = "Impedance"
COLUMNS = (("Z'", "impedance_real", "ohm"), ("Z''", "impedance_imag", "ohm"), ("f", "frequency", "Hz"))
"""Of a spectrum, in the order of the file, which prints no names. On a real file the third column follows the
programmed frequencies, and the second is negative where the first rises towards low frequencies, as it must be."""
_FIXED = "fixed by the format; the file does not print it"
_START = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}) (\d{1,2}:\d{2}:\d{2})\Z")
_TOLERANCE = 1e-3
"""Relative: the programmed frequency is printed with more digits than the measured one."""
RANGE = "Current Range"
_PLACES = {
    "technique.name": "Method",
    "technique.title": "Technique",
    "experiment.comments": "Report.Remarks",
    "instrument.serial": "serialnumber",
    "instrument.software": "software",
    "instrument.firmware": "firmware",
    "instrument.current_range": RANGE,
}


def read(source: Source, options: NoOptions) -> Record:
    """Read a file; raises `ReadError` where it is damaged."""
    found = parse(source)
    method = found.settings.get("Method", "").strip()
    datasets = [_dataset(block, method, found) for block in found.primary if block.rows]
    if len(datasets) > 1:
        datasets = [
            replace(d, label=f"{d.kind}_{n + 1}", attrs={"part": f"scan {n + 1}"}) for n, d in enumerate(datasets)
        ]
    if not datasets:
        found.notices.append(
            Notice("no-table", "the file has no rows: the measurement never started, or it was cut")
        )
    settings = {"parameters": nested(found.settings)}
    if found.oscilloscope:
        settings["osc_data"] = {"blocks": found.oscilloscope}
    if found.further:
        settings["further_settings"] = {"lines": found.further}
    if found.unread:
        settings["unread_rows"] = {"rows": [line for _, line in found.unread]}
    return Record(
        datasets, metadata=_metadata(found), settings=settings, notices=found.notices, dropped=found.dropped
    )


def _dataset(block: IviumBlock, method: str, found: Objects) -> Dataset:
    table = np.array(block.rows, dtype=np.float64)
    if method == IMPEDANCE and block.columns == len(COLUMNS):
        _check_programme(table[:, 2], found)
        return build_tables(
            [
                SourceColumn(header, table[:, n], quantity, unit, index=n, attrs={"unit_origin": _FIXED})
                for n, (header, quantity, unit) in enumerate(COLUMNS)
            ]
        )[0]
    text = (
        f"what the columns of the method {method or '(none)'} are is not verified on a real file: they stay "
        "vendor columns; export the scan from IviumSoft as text with column names, and convert that"
    )
    found.notices.append(Notice("unverified-layout", text))
    return build_dataset(
        "timeseries", [SourceColumn(f"column {n + 1}", table[:, n], index=n) for n in range(table.shape[1])]
    )


def _check_programme(frequency: NDArray[np.float64], found: Objects) -> None:
    """Compare the measured frequencies with the programmed ones."""
    listed = nested(found.settings).get("Frequencies.freq", [])
    if not isinstance(listed, list):
        return
    try:
        programmed = np.array([float(text) for text in listed])
    except ValueError:
        return
    many = min(len(programmed), len(frequency))
    apart = np.flatnonzero(np.abs(frequency[:many] - programmed[:many]) > _TOLERANCE * programmed[:many])
    if len(apart):
        at = int(apart[0])
        text = f"row {at} was measured at {frequency[at]:g} Hz and programmed at {programmed[at]:g} Hz"
        found.notices.append(Notice("frequency-unlike-programme", text))


def _metadata(found: Objects) -> Metadata:
    metadata = Metadata()
    metadata.set("instrument.manufacturer", "Ivium")
    automatic = (
        found.settings.get("AutoCR", "").strip().lower() == "true"
    )  # then it is the range of the start only
    for path, key in _PLACES.items():
        if text := found.settings.get(key, "").strip():
            metadata.set(path, f"{text}, automatic" if key == RANGE and automatic else text)
    printed = found.settings.get("starttime", "").strip()
    if start := _iso(printed):
        metadata.set("experiment.start", start)
        metadata.set("experiment.timezone", "unknown")
    elif printed:
        found.notices.append(Notice("no-start", f"the start {printed!r} cannot be read"))
    return metadata


def _iso(text: str) -> str:
    """Return a start such as 3.4.2022 14:00:00, day first as points are, in ISO 8601; empty for anything else."""
    match = _START.match(text)
    if not match:
        return ""
    try:
        return datetime.fromisoformat(f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}T{match[4]:0>8}").isoformat()
    except ValueError:
        return ""

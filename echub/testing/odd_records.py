"""Records of every kind that a writer may be handed: gaps, texts, spectra, one row, none, a map, long names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from echub.model.build import SourceColumn, build_map, build_tables
from echub.model.metadata import Metadata
from echub.model.missing import MISSING
from echub.model.record import Provenance, Record
from echub.remark import Dropped, Notice

LONG = 120
"""Letters of a long header: instruments and people write whole sentences there."""


STATED = {"cell.area": "0.785 cm^2", "sample.id": "S 7", "cell.electrodes.working.polarity": "positive"}
"""What a user states of the cell: formats that need it are written all the same."""


def _record(*columns: SourceColumn) -> Record:
    """Build a record of tables that knows its source and its cell, with a notice and something dropped."""
    metadata = Metadata()
    for path, text in STATED.items():
        metadata.set(path, text, source="by hand")
    return Record(
        build_tables(list(columns)),
        metadata=metadata,
        notices=[Notice("truncated", "the file was cut")],
        dropped=[Dropped("1;2", "a line that is cut")],
        provenance=Provenance(source={"name": "run.odd", "size": 5, "sha256": "f"}),
    )


def _table() -> Record:
    """Make a table of all types: doubles with a gap, NaN and infinity, singles, integers, texts that end cells."""
    return _record(
        SourceColumn("time/s", np.array([0.0, 0.1, 1 / 3, 2.0]), "time", "s", index=0),
        SourceColumn("I/mA", np.array([0.1, -0.2, 1e-7, 3e7], dtype=np.float32), "current", "mA", index=1),
        SourceColumn("Ewe/V", np.array([1.5, MISSING, np.nan, np.inf]), "potential_we", "V", index=2),
        SourceColumn("U/V", np.array([1.0, 1.1, 1.2, 1.3]), "voltage", "V", index=6),
        SourceColumn("cycle", np.array([1, 1, 2, 2]), "cycle", "1", index=3),
        SourceColumn("note", np.array(["=1+1", "", 'a;b\t"c"', "µ\n,"], dtype=object), index=4),
        SourceColumn("P/kPa", np.array([1.0, 2.0, 3.0, 4.0]), None, "kPa", index=5),
    )


def _rows(count: int) -> Record:
    values = np.arange(float(count))
    return _record(
        SourceColumn("time/s", values, "time", "s", index=0),
        SourceColumn("I/mA", -values, "current", "mA", index=1),
    )


def _spectrum() -> Record:
    """Make two spectra of a resistor and a capacitor in parallel, 10 Ω and 1 mF."""
    frequency = np.tile(np.logspace(3, -1, 9), 2)
    impedance = 10 / (1 + 2j * np.pi * frequency * 10 * 1e-3)
    return _record(
        SourceColumn("f/Hz", frequency, "frequency", "Hz", index=0),
        SourceColumn("Re/Ohm", impedance.real, "impedance_real", "ohm", index=1),
        SourceColumn("Im/Ohm", impedance.imag, "impedance_imag", "ohm", index=2),
    )


def _map() -> Record:
    counts = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    column = SourceColumn("counts", counts, "ion_counts", "count", index=0, axes=("species", "frame", "y", "x"))
    species = SourceColumn(
        "species", np.array(["Na+", "K+"], dtype=object), None, None, index=1, axes=("species",)
    )
    return Record([build_map("ion_map", [column, species])])


def _long_names() -> Record:
    """Make columns whose headers differ only at their end, and that a file name could not hold."""
    time = SourceColumn("time/s", np.arange(3.0), "time", "s", index=0)
    others = [SourceColumn(f"{'x/ ' * (LONG // 3)}{n}", np.arange(3.0), None, "kPa", index=n) for n in (1, 2)]
    return _record(time, *others)


RECORDS: Mapping[str, Callable[[], Record]] = {
    "a table": _table,
    "one row": lambda: _rows(1),
    "no row": lambda: _rows(0),
    "spectra": _spectrum,
    "a map": _map,
    "long names": _long_names,
    "no dataset": lambda: Record([]),
}
"""What makes each record, by its name in a message."""

"""The writer keeps every rule of the hub, and what it writes is what the record holds."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from echub.testing import WriterContract


class TestAcmePlot(WriterContract):
    """The records are those of the hub: a table with gaps, a spectrum, no rows, a map …"""

    writer = "acme-plot"

    def read_back(self, paths: Sequence[Path]) -> Mapping[str, list[float]]:
        """Read a file as the program does that it is for, without echub."""
        lines = paths[0].read_text("utf-8").split("\n")
        names, rows = lines[1].split("\t"), [line.split("\t") for line in lines[3:-1]]
        read = [name for name in ("time", "current") if name in names]
        return {name: [float(row[names.index(name)] or "nan") for row in rows] for name in read}

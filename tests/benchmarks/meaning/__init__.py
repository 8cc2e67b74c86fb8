"""What the files of the corpus and of the cases are taken to mean: ``python -m tests.benchmarks.meaning``.

Files read and refused by reader, columns by origin, and how the sign of each current was settled.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import echub
from echub.errors import EchubError, UnknownFormat

CORPUS = Path(os.environ.get("ECHUB_CORPUS") or Path(__file__).parents[4] / "shared" / "corpus")
PLACES = {"corpus": CORPUS, "cases": CORPUS.parent / "cases"}
_NOT_DATA = {"MANIFEST.tsv", "CASES.tsv"}
ORIGINS = ("measured", "programmed", "reported", "derived", "assumed")
SIGNS = ("proven", "defined", "said", "assumed", "asked")
"""How the sign of a current was settled; `asked`: the file is refused with the option that says it. Columns of
formats whose reader knows the sign carry none of these words and count as `defined`."""


@dataclass
class Tally:
    """What was met in one place: outcomes by reader, columns by origin, currents by what settled their sign."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    signs: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)

    def add(self, path: Path) -> None:
        """Read one file and count what it is taken to mean."""
        try:
            record = echub.read(path)
        except UnknownFormat:
            self.outcomes["-", "unknown"] += 1
        except EchubError as error:
            self.outcomes["-", f"refused: {error.code}"] += 1
            self.signs["asked"] += error.code == "current-sign"
        else:
            self.outcomes[str(record.provenance.reader["name"]), "read"] += 1
            self._add_columns(record)
            self.notices.update({notice.code for notice in record.notices})

    def _add_columns(self, record: echub.Record) -> None:
        for dataset in record.datasets.values():
            for column in dataset.columns.values():
                self.origins[column.origin] += 1
                if column.quantity in ("current", "current_density"):
                    self.signs[column.attrs.get("sign_evidence", "defined")] += 1

    def lines(self) -> Iterator[str]:
        """Print the tally as a table."""
        read = sum(count for (_, outcome), count in self.outcomes.items() if outcome == "read")
        yield f"  files read     {read} of {self.outcomes.total()}"
        for (reader, outcome), count in sorted(self.outcomes.items()):
            yield f"    {reader:18} {outcome:28} {count:5}"
        yield f"  columns        {_counted(self.origins, ORIGINS)}"
        yield f"  signs          {_counted(self.signs, SIGNS)}"
        yield f"  files with     {_counted(self.notices, sorted(self.notices))}"


def _counted(counter: Counter[str], names: Iterable[str]) -> str:
    return ", ".join(f"{name} {counter[name]}" for name in names)


def files(folder: Path) -> list[Path]:
    """List the data files of a folder, sorted; lists of files are none."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in _NOT_DATA)


def tally(folder: Path) -> Tally:
    """Read every file of a folder."""
    found = Tally()
    for path in files(folder):
        found.add(path)
    return found


def main() -> None:
    """Print what is there of the corpus and the cases."""
    warnings.simplefilter("ignore")
    for name, folder in PLACES.items():
        if not folder.is_dir():
            print(f"{name}: not at {folder} (set ECHUB_CORPUS)")
            continue
        print(name)
        print("\n".join(tally(folder).lines()))

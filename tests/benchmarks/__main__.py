"""Run the benchmarks by hand: ``python -m tests.benchmarks [NAME ...] [--json]``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import (
    against,
    batch,
    checks,
    columns,
    eclab_text,
    folder,
    impedance,
    meaning,
    native,
    small_file,
    startup,
    tables,
    validation,
)
from tests.benchmarks.budget import Bench, Figure, table, two_sided

BENCHMARKS = {
    "startup": startup.run,
    "small_file": small_file.run,
    "columns": columns.run,
    "native": native.run,
    "batch": batch.run,
    "folder": folder.run,
    "checks": checks.run,
    "tables": tables.run,
    "eclab_text": eclab_text.run,
    "validation": validation.run,
    "impedance": impedance.run,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the chosen benchmarks and print their figures."""
    chosen = _parser().parse_args(arguments)
    if chosen.names == ["meaning"]:
        meaning.main()  # a report without a budget
        return
    with tempfile.TemporaryDirectory(prefix="echub-benchmarks-", dir=chosen.folder) as folder:
        bench = Bench(Path(folder), chosen.megabytes, chosen.repeats, chosen.gigabytes, chosen.peers)
        print(against.processor(), file=sys.stderr if chosen.json else sys.stdout, flush=True)
        sides: list[Figure] = list(against.run(bench, chosen.against, chosen.only)) if chosen.against else []
        figures: list[Figure] = []
        for name in chosen.names or ([] if chosen.against else BENCHMARKS):
            print(f"{name} …", file=sys.stderr, flush=True)
            part = list(BENCHMARKS[name](bench))
            figures += part
            if not chosen.json:
                print(table(part), flush=True)  # at once: a later part that fails takes none of them along
    if chosen.json:
        print(json.dumps([figure.as_dict() for figure in (*sides, *figures)], ensure_ascii=False, indent=2))
        return
    if sides:
        print(two_sided(sides, chosen.against))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[[], *BENCHMARKS, "meaning"], help="which benchmarks; all by default"
    )
    parser.add_argument("--against", metavar="COMMIT", default="", help="measure against an earlier commit")
    parser.add_argument(
        "--only", nargs="+", choices=against.PARTS, default=(), help="with --against: these parts of its table"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--repeats", type=int, default=3, help="repeats, of which the best counts (3)")
    parser.add_argument("--megabytes", type=float, default=200.0, help="size of the large files (200)")
    parser.add_argument(
        "--gigabytes", type=float, default=0.0, help="with --against: also convert a file of that size (4)"
    )
    parser.add_argument(
        "--peers", type=Path, metavar="FOLDER", help="with --against: also measure yadg, installed in this folder"
    )
    parser.add_argument("--folder", type=Path, help="where to put files of three times that size (temporary)")
    return parser


if __name__ == "__main__":
    main()

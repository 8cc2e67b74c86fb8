"""Odd but valid files: which programs open them, with all rows and columns."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.interop.programs import PROGRAMS

TABLES = {
    "a column all missing": "time/s,voltage/V,current/mA\n0,3.5,\n1,3.6,\n",
    "no rows": "time/s,voltage/V\n",
    "one row": "time/s,voltage/V\n0,3.5\n",
    "doubled names": "time/s,voltage/V,voltage/V\n0,3.5,3.6\n1,3.5,3.6\n",
    "a unit outside UDUNITS": "time/s,voltage/V,signal/a.u.\n0,3.5,1\n1,3.6,2\n",
    "a name with blanks and signs": "time/s,voltage/V,ΔT (aux #1)/K\n0,3.5,1\n1,3.6,2\n",
}
_FORMS = {
    "native": (".h5", ()),
    "csv": (".timeseries.csv", ("--to", "csv")),
    "parquet": (".timeseries.parquet", ("--to", "parquet")),
}


def table(folder: Path) -> list[str]:
    """Return the lines of a Markdown table: a row per odd file, a column per format."""
    lines = [f"| file with | {' | '.join(_FORMS)} |", f"| {'--- | ' * (len(_FORMS) + 1)}".rstrip()]
    for number, (what, text) in enumerate(TABLES.items()):
        source = folder / f"odd{number}.csv"
        source.write_text(text, encoding="utf-8", newline="\n")
        words = [_word(source, folder, form) for form in _FORMS]
        lines.append(f"| {what} | {' | '.join(words)} |")
    return lines


def _word(source: Path, folder: Path, form: str) -> str:
    suffix, more = _FORMS[form]
    command = [sys.executable, "-m", "echub", "convert", str(source), "-o", str(folder / form), *more]
    if subprocess.run(command, capture_output=True).returncode:
        return "refused by echub"
    rows = len(source.read_text(encoding="utf-8").splitlines()) - 1
    columns = source.read_text(encoding="utf-8").splitlines()[0].count(",") + 1
    tried = [program for program in PROGRAMS if form in program.openers and program.version()]
    failed = []
    for program in tried:
        try:
            seen = program.openers[form](folder / form / f"{source.name}{suffix}")
        except Exception as error:  # whatever a program raises is its answer
            failed.append(f"{program.name} ({type(error).__name__})")
            continue
        # The number of the row is added to the columns of the source.
        if len(seen.columns) < columns + 1 or {len(values) for values in seen.columns.values()} != {rows}:
            failed.append(program.name)
    return f"all {len(tried)}" if not failed else f"all of {len(tried)} but {', '.join(failed)}"

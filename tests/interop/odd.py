"""Odd but valid files: which programs open them, with all rows and columns."""

from __future__ import annotations

from pathlib import Path

import echub
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
    "native": ".h5",
    "csv": ".timeseries.csv",
    "parquet": ".timeseries.parquet",
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
    try:
        echub.convert(source, folder / form, to=form)
    except echub.EchubError:
        return "refused by echub"
    rows = len(source.read_text(encoding="utf-8").splitlines()) - 1
    columns = source.read_text(encoding="utf-8").splitlines()[0].count(",") + 1
    tried = [program for program in PROGRAMS if form in program.openers and program.version()]
    failed = []
    for program in tried:
        try:
            seen = program.openers[form](folder / form / f"{source.name}{_FORMS[form]}")
        except Exception as error:  # whatever a program raises is its answer
            failed.append(f"{program.name} ({type(error).__name__})")
            continue
        # The number of the row is added to the columns of the source.
        if len(seen.columns) < columns + 1 or {len(values) for values in seen.columns.values()} != {rows}:
            failed.append(program.name)
    return f"all {len(tried)}" if not failed else f"all of {len(tried)} but {', '.join(failed)}"

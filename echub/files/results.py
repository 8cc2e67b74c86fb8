"""What echub itself writes beside measurements: how it is recognised, so that nothing is read as one."""

from __future__ import annotations

from pathlib import Path

from echub.files.output import LEDGER, LISTING

TABLE, PARQUET, PAGE = "results.csv", "results.parquet", "report.html"
"""The files at the top of a study's results; together they mark the folder."""
OUTCOMES, TABLES, CACHE = "outcomes", "tables", "cache"
"""Its folders."""
OUTCOME_SUFFIX = ".outcome.json"
"""What the name of a stored outcome ends with."""
DESCRIBES = "-metadata.json"
"""What the description of a CSV file adds to its name, as the W3C asks for."""
_DEPTH = 3
"""Most levels between a file of a study and its folder: ``outcomes/<step>/<label>.outcome.json``."""


def is_results_folder(folder: Path) -> bool:
    """Return whether a study wrote this folder."""
    return all((folder / name).is_file() for name in (TABLE, PARQUET, PAGE))


def is_result(path: Path) -> bool:
    """Return whether a file is one that a study wrote: in its folder, or in a folder of its own there."""
    for level, folder in enumerate(path.absolute().parents[:_DEPTH]):
        if is_results_folder(folder):
            inside = path.absolute().relative_to(folder).parts
            return inside[0] in (TABLE, PARQUET, PAGE) if level == 0 else inside[0] in (OUTCOMES, TABLES, CACHE)
    return False


def is_own(path: Path) -> bool:
    """Return whether echub wrote a file about others: a result, an outcome, a ledger, a listing, a description."""
    name = path.name
    if LEDGER.fullmatch(name) or name == LISTING or name.endswith(OUTCOME_SUFFIX) or is_result(path):
        return True
    return name.endswith(DESCRIBES) and path.with_name(name.removesuffix(DESCRIBES)).is_file()

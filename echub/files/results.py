"""The folder that a study writes: how it is recognised, so that its tables are not read as measurements."""

from __future__ import annotations

from pathlib import Path

TABLE, PARQUET, PAGE = "results.csv", "results.parquet", "report.html"
"""The files at the top of a study's results; together they mark the folder."""
OUTCOMES, TABLES, CACHE = "outcomes", "tables", "cache"
"""Its folders."""
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

"""How EC-Lab names the files of linked techniques: ``run_02_GCPL_C01.mpr``."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(?P<run>.+)_(?P<number>\d\d)_(?P<code>[A-Za-z]+)_(?P<channel>(?:D\w+_)?C\w+)\.(?P<suffix>\w+)\Z"
)


def link(name: str) -> tuple[str, int, str] | None:
    """Return run, number and part that a file's name says; None for a name of another form."""
    match = _NAME.match(name)
    if match is None:
        return None
    run = f"{match['run']}_{match['channel']}.{match['suffix']}"
    return run, int(match["number"]), f"{match['number']}_{match['code']}"

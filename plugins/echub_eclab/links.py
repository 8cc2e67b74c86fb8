"""How EC-Lab names the files of linked techniques: ``run_02_GCPL_C01.mpr``."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(?P<run>.+)_(?P<number>\d\d)_(?P<code>[A-Za-z]+\d?)_(?P<channel>(?:D\w+_)?C\w+)\.(?P<suffix>\w+)\Z"
)


_AGAIN = re.compile(r"[ _-](?P<times>\d{1,2})(?:st|nd|rd|th)[ _-]?run(?=[ _.-]|\Z)", re.IGNORECASE)
"""What people write into the name of an experiment that they start again: ``cell_2ndrun_02_GCPL_C01.mpr``."""


def link(name: str) -> tuple[str, int, str, int] | None:
    """Return run, number, part and how often the run was started that a file's name says; None for another form.

    A run that was started again bears the name of the first and its own ordinal.
    """
    again = _AGAIN.search(name)
    times = int(again["times"]) if again else 1
    bare = name[: again.start()] + name[again.end() :] if again else name
    match = _NAME.match(bare)
    if match is None:
        return (bare, 1, "", times) if times > 1 else None
    run = f"{match['run']}_{match['channel']}.{match['suffix']}"
    return run, int(match["number"]), f"{match['number']}_{match['code']}", times

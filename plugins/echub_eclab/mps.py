"""Read EC-Lab and BT-Lab settings (.mps) and logs (.mpl): metadata and parameters, no data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from echub.plugin import Metadata, Notice, ReadError, Record, Source
from echub.text import argument
from echub_eclab.asciihead import kind_of, plain_source, read_lines
from echub_eclab.asciitable import MARKS
from echub_eclab.options import MpsOptions
from echub_eclab.prose import Prose, parameters_of, read_prose, set_technique, statements_in
from echub_eclab.steps import set_steps

_BLOCK = re.compile(r"Technique : ([0-9]{1,9})\s*\Z")
_START = "Acquisition started on :"
_LINKED = re.compile(r"Number of linked techniques : ([0-9]{1,9})\s*\Z")


def read(source: Source, options: MpsOptions) -> Record:
    """Read a settings or log file to a record without datasets.

    The settings hold all lines, and one entry per linked technique with its parameters. Raises
    `ReadError` where the file is cut before the first technique it promises.
    """
    source, remarks = plain_source(source)
    lines = read_lines(source)
    _require_own(source, lines)
    mark = MARKS.get(options.decimal)
    head, blocks = _split(lines)
    prose = read_prose(head, mark)
    prose.notices += remarks
    techniques = [_technique(number, block, mark, prose) for number, block in blocks]
    if len(blocks) == 1:
        set_technique(techniques[0]["title"], prose.metadata, [])
        set_steps(prose.metadata, techniques[0]["parameters"])
    _check_count(source, lines, len(techniques), prose)
    if techniques and source.read(source.size - 1) not in (b"\n", b"\r"):
        last = techniques[-1]["number"]
        text = f"the file ends within a line of technique {last}: its parameters may not be whole"
        prose.notices.append(Notice("truncated", text))
    settings: dict[str, Any] = {"lines": lines}
    if blocks:
        settings["techniques"] = techniques
    else:
        settings["parameters"] = prose.sequences
    if prose.modifications:
        settings["modifications"] = prose.modifications
    return Record((), metadata=prose.metadata, settings=settings, notices=prose.notices)


def _require_own(source: Source, lines: Sequence[str]) -> None:
    if kind_of(source.head) or any(line.startswith(_START) for line in lines):
        return
    raise ReadError(
        "this is not a settings or log file of EC-Lab",
        path=source.shown,
        where="line 1",
        expected="EC-LAB SETTING FILE, EC-Lab LOG FILE, or the same of BT-Lab",
        found=repr(lines[0][:40]) if lines else "an empty file",
        cause="another program's file, or one that was cut",
        hint=f"echub detect {argument(source.name)}",
    )


def _split(lines: Sequence[str]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Split a settings file into its head and one block per technique."""
    head: list[str] = []
    blocks: list[tuple[int, list[str]]] = []
    for line in lines:
        if match := _BLOCK.match(line):
            blocks.append((int(match[1]), []))
        else:
            (blocks[-1][1] if blocks else head).append(line)
    return head, blocks


def _technique(number: int, block: Sequence[str], mark: str | None, prose: Prose) -> dict[str, Any]:
    """Describe one technique: number, name, parameters in the words of the text, typed steps."""
    title = next((line.strip() for line in block if line.strip()), "")
    metadata = Metadata()
    set_technique(title, metadata, prose.notices)
    set_steps(metadata, parameters := parameters_of(block, mark, prose.notices))
    for stated in statements_in(block):
        prose.notices.append(Notice("unread-setting", f"technique {number}: {stated!r} is kept verbatim only"))
    return {
        "number": number,
        "name": metadata.value("technique.name"),
        "title": title,
        "parameters": parameters,
        "steps": metadata.value("technique.steps") or [],
    }


def _check_count(source: Source, lines: Sequence[str], found: int, prose: Prose) -> None:
    stated = next((int(match[1]) for line in lines[:6] if (match := _LINKED.match(line))), None)
    if stated and not found:
        raise ReadError(
            f"the settings name {stated} techniques and hold none",
            path=source.shown,
            where=f"line {len(lines)}",
            expected="Technique : 1",
            found="the end of the file",
            cause="the file was truncated",
        )
    if stated is not None and stated != found:
        text = f"the settings name {stated} linked techniques and hold {found}"
        prose.notices.append(Notice("technique-count", text))

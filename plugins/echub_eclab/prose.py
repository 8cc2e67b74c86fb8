"""The prose of an EC-Lab text head, line by line, into the same metadata as from the binary file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from echub.plugin import EchubError, Metadata, Notice
from echub.text import several
from echub_eclab.asciihead import kind_of
from echub_eclab.sequences import DESTROYED, Parameters, is_parameter_line, read_sequences, table_mark
from echub_eclab.settings import STARTS
from echub_eclab.stamps import DAY_FIRST, MONTH_FIRST, Order, settle_order, stamp
from echub_eclab.steps import set_steps
from echub_eclab.techniques import TECHNIQUES, TITLES

TEXTS = {
    "Electrode material": "cell.electrodes.working.material",
    "Electrolyte": "cell.electrolyte",
    "Address": "instrument.address",
}
"""Keys whose text goes to a path as it is."""

NUMBERS = {
    "Mass of active material": "cell.active_mass",
    "Battery capacity": "cell.capacity",
    "Electrode surface area": "cell.area",
    "Characteristic mass": "cell.characteristic_mass",
    "Volume (V)": "cell.volume",
}
"""Keys of a number with a unit; 0 and 0.001 are EC-Lab's words for `not set`."""

OF_CELL = TEXTS | NUMBERS
"""Keys of the head that say something typed of the cell or the instrument."""

UNITS = {
    f"cm{DESTROYED}": {"cell.area": "cm^2", "cell.volume": "cm^3"},
    f"mm{DESTROYED}": {"cell.area": "mm^2"},
    "cm²": {"cell.area": "cm^2"},
    "mm²": {"cell.area": "mm^2"},
    "cm³": {"cell.volume": "cm^3"},
}
"""Printed units that the hub's table does not know or whose character was destroyed, by path."""

WORDS = {DAY_FIRST: "day", MONTH_FIRST: "month"}
"""What a notice says is first in an order."""
NOT_SET = (0.0, 0.001)
"""EC-Lab prints these where the user typed nothing; they must never normalise anything."""
_KEYED = re.compile(r"(\s*)([^:]{1,60}?) ?: ?(.*)\Z")
_SERIAL = re.compile(r"(.*?)\s*\(SN ([^()\s]+)\)\s*\Z")
_VERSION = re.compile(
    r"(?:EC-LAB|BT-LAB) for windows v(\S+) \(software\)|Command interpretor v(\S+) \(firmware\)", re.I
)
_WHOLE = re.compile(r"[0-9]{1,9}")
_LOOP = re.compile(r"Loop ([0-9]{1,9}) from point number ([0-9]{1,9}) to ([0-9]{1,9})\b")
_DATED = re.compile(r"(?:(?:Acquisition|Technique) started on|Modify on) :(.*)")
_ROWS_DATED = re.compile(r"\s*Time format : Absolute (MMDD|DDMM)YYYY")
"""How the head says which of day and month the automatic text export prints first in the table."""
_NAMED_BY_TITLE = {technique.title.lower(): technique for technique in (*TECHNIQUES.values(), *TITLES)}
_AFTER_COMMENTS = (
    "Mass of active",
    "Battery capacity",
    "Current amplifier",
    "Cable",
    "Reference electrode",
    "Electrode surface",
    "Characteristic mass",
    "Equivalent",
    "Density",
    "Volume (V)",
    "Record ",
    "Text export",
    "External device",
    "Cycle Definition",
    "Ns  ",
)
"""How the lines start that may follow the comments; any other line continues them."""
_KEYS_AFTER = re.compile(r"(?:" + "|".join(re.escape(key.strip()) for key in _AFTER_COMMENTS) + r")[^:]{0,40} : ")


@dataclass
class Prose:
    """What a head says: typed metadata, the parameters per sequence, loops, changes, warnings.

    `started` is the start as printed; `order` that of day and month in the head, `rows_order` in the table.
    """

    metadata: Metadata = field(default_factory=Metadata)
    sequences: list[Parameters] = field(default_factory=list)
    loops: list[tuple[int, int]] = field(default_factory=list)
    modifications: list[dict[str, Any]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    start: dt.datetime | None = None
    started: str = ""
    order: Order = Order(MONTH_FIRST)
    rows_order: Order = Order(MONTH_FIRST)


def read_prose(
    lines: Sequence[str], decimal: str | None = None, dates: str = "auto", times: Sequence[str] = ()
) -> Prose:
    """Read the lines of a head that stand before the names of its table.

    `dates` is the order of day and month, or `auto`; `times` are dates of the table that may decide it.
    """
    prose = Prose()
    lines = [_unquoted(line) for line in lines]
    _settle_order(lines, dates, times, prose)
    prose.metadata.set("instrument.manufacturer", "BioLogic")
    original, later = _split_modifications(lines)
    _technique(original, prose)
    _keyed(original, decimal, prose)
    prose.sequences = parameters_of(original, decimal, prose.notices)
    set_steps(prose.metadata, prose.sequences)
    for when, block in later:
        parameters = parameters_of(block, decimal, prose.notices)
        change: dict[str, Any] = {"on": when, "lines": block, "parameters": parameters}
        if (seconds := _seconds_after_start(when, prose)) is not None:
            change["time_s"] = seconds
        prose.modifications.append(change)
    if later:
        text = f"the settings were changed {several(len(later), 'time')} while running, last on {later[-1][0]}"
        prose.notices.append(Notice("settings-modified", text))
    for line in lines:
        if match := _LOOP.match(line.strip()):
            prose.loops.append((int(match[2]), int(match[3])))
    return prose


def _unquoted(line: str) -> str:
    """Return a line without the quotes that a spreadsheet puts around one that holds a comma."""
    is_quoted = len(line) > 1 and line[0] == line[-1] == '"' and "," in line
    return line[1:-1].replace('""', '"') if is_quoted else line


def _seconds_after_start(when: str, prose: Prose) -> float | None:
    """Return when settings were changed on the clock of the run; EC-Lab often prints minutes only."""
    moment = stamp(when, prose.order.value) or stamp(f"{when}:00", prose.order.value)
    return None if moment is None or prose.start is None else (moment - prose.start).total_seconds()


def _split_modifications(lines: Sequence[str]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Split a head at its `Modify on :` lines: what it began with, and each later state."""
    original: list[str] = []
    later: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("Modify on :"):
            later.append((line.partition(":")[2].strip(), []))
        else:
            (later[-1][1] if later else original).append(line)
    return original, later


def parameters_of(lines: Sequence[str], decimal: str | None, notices: list[Notice]) -> list[Parameters]:
    """Find the parameter table among lines and read it: the last run of lines of its shape.

    One with both decimal marks stays text, and is reported.
    """
    block: list[str] = []
    last: list[str] = []
    for line in [*lines, ""]:
        if is_parameter_line(line):
            block.append(line)
        else:
            last, block = (block or last), []
    mark = decimal or table_mark(last)
    if mark is None:
        text = "both decimal marks occur in the parameters: they stay text; --option decimal=comma|point decides"
        notices.append(Notice("unread-setting", text))
    return read_sequences(last, mark)


def set_technique(title: str, metadata: Metadata, notices: list[Notice]) -> None:
    """Set title and code name of a technique; a title without a code name is reported."""
    metadata.set("technique.title", title)
    technique = _NAMED_BY_TITLE.get(title.lower())
    if technique is not None:
        metadata.set("technique.name", technique.name)
    else:
        notices.append(Notice("unknown-technique", f"the technique {title!r} has no code name known here"))


def _technique(lines: Sequence[str], prose: Prose) -> None:
    """Take the title: the first line after the count of header lines that is not blank."""
    if not lines or not kind_of(lines[0].encode("latin-1", "replace")):
        return
    body = [line.strip() for line in lines[1:10]]
    title = next((text for text in body if text and not text.lower().startswith("nb header lines")), "")
    if title and ":" not in title:
        set_technique(title, prose.metadata, prose.notices)


def _keyed(lines: Sequence[str], decimal: str | None, prose: Prose) -> None:
    """Read the lines `key : value`; the first line of a key with a value counts, all of them for comments."""
    seen: dict[str, str] = {}
    comments: list[str] = []
    in_comments = False
    behind = _behind_comments(lines)
    for number, line in enumerate(lines):
        match = _KEYED.match(line)
        key = match[2] if match else ""
        goes_on = number < behind or (not line.startswith(_AFTER_COMMENTS) and not is_parameter_line(line))
        if in_comments and key != "Comments" and goes_on:
            comments.append(line.rstrip())
            continue
        in_comments = key == "Comments"
        if match and in_comments:
            comments.append(match[3])
        elif match and key not in seen:
            seen |= {key: match[3].strip()} if match[3].strip() else {}
            _statement(key, match[3].strip(), decimal, prose)
        elif match and key in OF_CELL:
            _stated_again(OF_CELL[key], seen[key], match[3].strip(), prose)
        elif version := _VERSION.match(line.strip()):
            path = "instrument.software" if version[1] else "instrument.firmware"
            prose.metadata.set(path, version[1] or version[2])
    if text := "\r\n".join(comments).rstrip():
        prose.metadata.set("experiment.comments", text)
    _file_name(lines, prose.metadata)


def _stated_again(path: str, first: str, again: str, prose: Prose) -> None:
    """Report a second value of a key; one that was never set says nothing."""
    if again not in ("", first) and path in prose.metadata and not _is_unset(again):
        text = f"{path}: stated again as {again!r}, the first counts: {first!r}"
        prose.notices.append(Notice("unread-setting", text))


def _is_unset(text: str) -> bool:
    try:
        return float(text.partition(" ")[0].replace(",", ".")) in NOT_SET
    except ValueError:
        return False


def statements_in(lines: Sequence[str]) -> list[str]:
    """Return the lines that state something typed of the cell or the instrument, if they have a value."""
    found = ((line, _KEYED.match(line)) for line in lines)
    stated = [(line, match[3].strip()) for line, match in found if match and match[2] in OF_CELL]
    return [line.strip() for line, value in stated if value and not _is_unset(value)]


def _behind_comments(lines: Sequence[str]) -> int:
    """Find the line that ends the comments by its key; 0 if none does.

    What stands before it is comment, even if it has the shape of a table row by chance.
    """
    starts = [number for number, line in enumerate(lines) if line.startswith("Comments :")]
    later = range(starts[-1] + 1, len(lines)) if starts else range(0)
    return next((number for number in later if _KEYS_AFTER.match(lines[number])), 0)


def _statement(key: str, value: str, decimal: str | None, prose: Prose) -> None:
    if key in TEXTS and value:
        prose.metadata.set(TEXTS[key], value)
    elif key in NUMBERS:
        _measured(NUMBERS[key], value, prose)
    elif key == "Acquisition started on":
        _started(value, prose)
    elif key == "Run on channel" and (match := _SERIAL.match(value)):
        if _WHOLE.fullmatch(match[1]):
            prose.metadata.set("instrument.channel", int(match[1]))
        prose.metadata.set("instrument.channel_serial", match[2])
    elif key == "Device" and value:
        match = _SERIAL.match(value)
        prose.metadata.set("instrument.model", match[1] if match else value)
        if match:
            prose.metadata.set("instrument.serial", match[2])


def _measured(path: str, text: str, prose: Prose) -> None:
    """Take a number with its unit; without a unit that is known it is kept verbatim, with a notice."""
    number, _, unit = text.partition(" ")
    try:
        value = float(number.replace(",", "."))
        if value in NOT_SET:
            return
        if not unit.strip():
            raise ValueError("no unit")
        printed = UNITS.get(unit.strip(), {})
        prose.metadata.set(path, value, printed.get(path, unit.strip()))
    except (ValueError, EchubError):
        if number:
            prose.notices.append(Notice("unread-setting", f"{path}: {text!r} is kept verbatim only"))


def _started(text: str, prose: Prose) -> None:
    start = stamp(text, prose.order.value) or _in_other_order(text, prose)
    if start is None:
        text = f"the start {text!r} is not a date and time: it stays unknown"
        prose.notices.append(Notice("no-start", text))
        return
    if not STARTS[0] < start < STARTS[1]:
        said = f"the start {text!r} is a date that was never set: it stays unknown"
        prose.notices.append(Notice("no-start", said))
        return
    prose.started = text
    set_start(start, prose)


def set_start(start: dt.datetime, prose: Prose) -> None:
    """Take a start as local time."""
    prose.start = start
    prose.metadata.set("experiment.start", start.isoformat(timespec="milliseconds"))
    prose.metadata.set("experiment.timezone", "unknown")


def _in_other_order(text: str, prose: Prose) -> dt.datetime | None:
    """Read a start that only the other order allows, if the file itself has dates of both."""
    return stamp(text, DAY_FIRST) if prose.order.contradicts else None


def _settle_order(lines: Sequence[str], dates: str, times: Sequence[str], prose: Prose) -> None:
    """Settle the order of day and month by every date of the file, and report what is not EC-Lab's own.

    Where the head and the table contradict each other, and neither itself, each has its own.
    """
    stated = [match[1] for line in lines if (match := _DATED.match(line))]
    prose.order = prose.rows_order = order = settle_order([*stated, *times], dates)
    head, rows = settle_order(stated, dates), _order_of_rows(lines, times, dates)
    if not head.contradicts and not rows.contradicts and rows.proof and rows.value != head.value:
        prose.rows_order = rows
        if head.proof:
            prose.order = head
            text = f"the dates of the table have the {WORDS[rows.value]} first ({rows.proof}), those of the head"
            prose.notices.append(Notice("date-order", f"{text} the {WORDS[head.value]} ({head.proof.strip()})"))
            return
    if order.contradicts:
        text = f"dates of both orders occur: {order.proof} has the month first, {order.contradiction} the day"
        prose.notices.append(Notice("date-order", f"{text}; --option dates=day-first|month-first decides"))
    elif order.value == DAY_FIRST and dates == "auto":
        text = f"the dates have the day first, unlike EC-Lab's own: {order.proof} has no other reading"
        prose.notices.append(Notice("date-order", text))


def _order_of_rows(lines: Sequence[str], times: Sequence[str], dates: str) -> Order:
    """Return the order of day and month in the table: as its dates prove it, else as the head says of it."""
    order = settle_order(times, dates)
    said = next((match for line in lines if (match := _ROWS_DATED.match(line))), None)
    if order.proof or dates != "auto" or said is None or not times:
        return order
    return Order(DAY_FIRST if said[1] == "DDMM" else MONTH_FIRST, said[0].strip())


def _file_name(lines: Sequence[str], metadata: Metadata) -> None:
    """Join folder and name of the block `Saved on :`, as the binary file has them; take its host."""
    saved: Mapping[str, str] = {
        match[2]: match[3].strip() for line in lines if line.startswith("\t") and (match := _KEYED.match(line))
    }
    if saved.get("File"):
        metadata.set("experiment.file_name", saved.get("Directory", "") + saved["File"])
    if saved.get("Host"):
        metadata.set("instrument.host", saved["Host"])

"""What `echub detect -v` says of a file: instrument, software, and what was inferred."""

from __future__ import annotations

from collections.abc import Iterator

from echub.plugin import Decision, Notice, Source
from echub_gamry.cells import header_mark, table_mark
from echub_gamry.explain import parse
from echub_gamry.objects import describe
from echub_gamry.options import GamryOptions
from echub_gamry.signs import current_sign

_SIGNS = {1: "anodic", -1: "cathodic", None: "not known"}


def explain(source: Source, options: GamryOptions) -> Iterator[Decision]:
    """Return instrument and software, the tables, and the choices that reading makes."""
    found = parse(source)
    mark = header_mark(found, options.decimal)
    notices: list[Notice] = []
    metadata = describe(found, mark, options.dates, notices)
    said = {path: str(metadata.value(path) or "") for path in ("instrument.model", "instrument.serial")}
    instrument = " ".join(text for text in said.values() if text) or "not stated"
    yield Decision("instrument", instrument, "PSTATSECTION and PSTATSERIALNO")
    yield Decision("software", str(metadata.value("instrument.software") or "not stated"), "FRAMEWORKVERSION")
    yield Decision("tables", ", ".join(block.name for block in found.blocks) or "none", "lines with TABLE")
    for block in found.blocks:
        yield Decision(f"decimal mark of {block.name}", *table_mark(source, found, block, options.decimal))
    start = str(metadata.value("experiment.start") or "not known")
    yield Decision("start", start, f"DATE {found.text('DATE')}, TIME {found.text('TIME')}")
    sign = current_sign(found, options.current, notices)
    yield Decision("positive current", _SIGNS[sign], f"CONVENTION {found.text('CONVENTION') or 'is not stated'}")

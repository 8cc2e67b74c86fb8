"""What the numbers in a data header mean: ids to types and headers, headers to quantities."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from numpy.typing import NDArray

from echub.plugin import Bits, Deferred, SourceColumn, is_unit, occurring, unit

Origin = Literal["measured", "programmed", "reported", "derived", "assumed"]


class ColumnId(NamedTuple):
    """One id of the data header: type, printed header, number of file pairs that prove them.

    `type` is `flag` for the six ids that share one byte. `pairs` is 0 for a name that no
    text export has confirmed.
    """

    id: int
    type: str
    header: str
    pairs: int


class HeaderMeaning(NamedTuple):
    """What a printed header means: quantity (None: vendor column), printed unit, how to take the numbers."""

    quantity: str | None = None
    unit: str | None = None
    averaged: bool = False
    negate: bool = False
    origin: Origin = "measured"

    def column(self, header: str, values: NDArray[Any], index: int, **rest: Any) -> SourceColumn:  # noqa: ANN401
        """Return the source column of a header with this meaning; values: (rows,), in its unit."""
        return SourceColumn(
            header,
            values,
            self.quantity,
            self.unit,
            origin=self.origin,
            averaged=self.averaged,
            negate=self.negate,
            index=index,
            **rest,
        )


FLAGS: dict[int, Bits] = {
    1: Bits("control_mode", "mode", 0x03, "control_mode", {1: "current", 2: "potential", 3: "rest"}),
    2: Bits("oxidation_flag", "ox/red", 0x04, "oxidation_flag", {0: "reduction", 1: "oxidation"}),
    3: Bits("error_flag", "error", 0x08, "error_flag", {1: "error"}),
    21: Bits("vendor_control_changes", "control changes", 0x10),
    31: Bits("vendor_ns_changes", "Ns changes", 0x20),
    65: Bits("vendor_counter_inc", "counter inc.", 0x80),
}
"""Flag ids to the bits of the one byte that all of them share."""

LOOP_END = Bits("vendor_loop_end", "last row of a loop", 0x40)
"""A bit of the flag byte that has no id of its own."""

ANALOG_INPUTS = {16: "analog_in_1", 17: "analog_in_2"}
"""Column ids that bear the name and unit of an external device, to its setting that holds them."""

ANALOG_QUANTITIES = ("force", "temperature")
"""What an external device may measure here; one whose input is called `I/mA` is not a potentiostat."""

CURRENT_RANGES: dict[int, str] = {
    9: "1 A",
    11: "10 mA",
    12: "1 mA",
    13: "100 µA",
    14: "10 µA",
    37: "1 A",
    39: "10 mA",
    40: "1 mA",
    41: "100 µA",
    65: "10 A",
    116: "1 mA",
    117: "100 µA",
}
"""Codes of the column `I Range` that a text export has confirmed; others stay numbers."""


def current_range_labels(codes: NDArray[Any] | Deferred) -> dict[int, str]:
    """Name the current ranges that occur in (n,); a code without a confirmed name stays a number."""
    return {code: CURRENT_RANGES.get(code, str(code)) for code in occurring(codes).tolist()}


@cache
def column_ids() -> dict[int, ColumnId]:
    """Load the id table."""
    rows = _rows("column_ids.tsv")
    return {int(r["id"]): ColumnId(int(r["id"]), r["type"], r["header"], int(r["pairs"])) for r in rows}


@cache
def meanings() -> dict[str, HeaderMeaning]:
    """Load the header map: printed header, case-sensitive, to its meaning."""
    return {
        r["header"]: HeaderMeaning(
            r["quantity"] or None,
            r["unit_printed"] or None,
            r["averaged"] == "averaged",
            r["sign"] == "negate",
            r["origin"],  # type: ignore[arg-type]
        )
        for r in _rows("headers.tsv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]]


def meaning_of(header: str) -> HeaderMeaning:
    """Say what a printed header means; a header that is not in the map is a vendor column.

    A known name with another unit of the same dimension (`time/h`, `Re(Z)/kOhm`) has the same meaning,
    in that unit. The unit of a vendor column is kept whole, as printed (`mA.h/g`, `Ah/V`); who made
    its numbers is not known, so they count as reported by the software.
    """
    if header in meanings():
        return meanings()[header]
    for base, tail in _splits(header):
        for meaning in _by_base().get(base, ()):
            if _fits(tail, meaning.quantity):
                return meaning._replace(unit=tail)
    printed = next((tail for _, tail in _splits(header)), None)
    return HeaderMeaning(unit=printed, origin="reported")


def _splits(header: str) -> Iterator[tuple[str, str]]:
    """Yield name and printed unit at every slash behind which nothing but units stand, the longest unit first."""
    parts = header.split("/")
    for at in range(1, len(parts)):
        tail = "/".join(parts[at:])
        if is_unit(tail) or all(is_unit(part) and not part.isdecimal() for part in parts[at:]):
            yield "/".join(parts[:at]), tail


@cache
def _by_base() -> dict[str, list[HeaderMeaning]]:
    """Return the meanings of the header map by printed name without its unit."""
    found: dict[str, list[HeaderMeaning]] = {}
    for header, meaning in meanings().items():
        base, tail = next(_splits(header), (header, ""))
        if meaning.quantity and tail:
            found.setdefault(base, []).append(meaning)
    return found


def _fits(printed: str, quantity: str | None) -> bool:
    """Return whether a printed unit is one of a quantity."""
    known = next((meaning.unit for meaning in meanings().values() if meaning.quantity == quantity), None)
    return known is not None and is_unit(printed) and unit(printed).dimension == unit(known).dimension


def meaning_of_input(header: str) -> HeaderMeaning:
    """Say what the name of an analog input means: a quantity of the cell's surroundings, or a unit."""
    meaning = meaning_of(header)
    return (
        meaning if meaning.quantity in ANALOG_QUANTITIES else HeaderMeaning(unit=meaning.unit, origin="measured")
    )

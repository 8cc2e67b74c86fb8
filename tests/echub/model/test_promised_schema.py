"""The canonical schema is a promise to files, scripts and other programs: what it says changes by hand, here too.

`promised_schema.txt` has a line for each unit, quantity, kind, metadata path and rule, without its prose.
"""

import tomllib
from pathlib import Path

import pytest

import echub_schemas
from echub.model.metadata import leaves
from echub.model.units import UnitTable
from echub.model.vocabulary import core, kinds
from echub.validation.rules import rules

PROMISED = Path(__file__).with_name("promised_schema.txt").read_text(encoding="utf-8").splitlines()


def said(name, *parts):
    return ": ".join((name, ", ".join(part for part in parts if part))).strip(": ")


def part(word, value):
    """Return a word with its value, and nothing for what is not stated."""
    return "" if value in (None, "", (), False) else word if value is True else f"{word} {value}"


def number(value):
    return "any" if value is None else f"{value:g}"


def units():
    """Say each unit of the file: those of a group's schema that was read before are none of the schema's own."""
    table = UnitTable(tomllib.loads(echub_schemas.path("units.toml").read_text("utf-8")))
    spelt = {}
    for text in table.spellings():
        spelt.setdefault(table.find(text).symbol, []).append(text)
    for symbol, known in table.units.items():
        others = [text for text in spelt[symbol] if text != symbol]
        file = "" if known.in_file == symbol else known.in_file
        offset = str(known.offset) if known.offset else ""
        yield said(
            f"unit {symbol}", f"{known.factor} of {known.dimension}", part("zero at", offset),
            part("in files", file), part("also", " | ".join(others)),
        )  # fmt: skip


def quantities():
    for name, q in core().items():
        between = "" if q.min is None and q.max is None else f"{number(q.min)} to {number(q.max)}"
        usual = "" if q.plausible is None else " to ".join(map(number, q.plausible))
        yield said(
            f"quantity {name}", q.unit or "no unit", q.type, part("symbol", q.symbol), part("from", between),
            part("plausible", usual), part("sign", q.sign), part("point", q.point), q.monotonic or "",
            part("needs", q.needs), part("bdf", q.bdf), part("iri", q.iri and q.iri.rpartition("#")[2]),
        )  # fmt: skip


def datasets():
    for name, kind in kinds().items():
        groups = "; ".join(" or ".join(group) for group in kind.any_of)
        lists = [part(word, " ".join(getattr(kind, word))) for word in ("recommended", "optional", "own")]
        yield said(
            f"kind {name}", part("over", " ".join(kind.axes)), part("required", " ".join(kind.required)),
            part("one of", groups), *lists,
        )  # fmt: skip


def metadata():
    for path, leaf in leaves().items():
        yield said(
            f"metadata {path}", leaf.type, part("in", leaf.unit), part("of", " | ".join(leaf.choices)),
            part("from", leaf.minimum), part("above", leaf.exclusive_minimum),
        )  # fmt: skip


def checks():
    for id_, rule in rules().items():
        yield said(f"rule {id_}", rule.name, f"level {rule.level}", rule.severity)


@pytest.mark.parametrize("made", [units, quantities, datasets, metadata, checks], ids=lambda made: made.__name__)
def test_the_schema_is_as_promised(made):
    lines = list(made())
    word = lines[0].split()[0]
    assert lines == [line for line in PROMISED if line.split(" ", 1)[0] == word]


def test_every_line_is_a_promise():
    assert {line.split(" ", 1)[0] for line in PROMISED} == {"unit", "quantity", "kind", "metadata", "rule"}

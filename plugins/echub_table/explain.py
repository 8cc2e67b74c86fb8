"""What the reader inferred about a table, for `echub detect -v`, and as a first profile."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from echub.plugin import Decision, Source
from echub_table.blocks import NAMES
from echub_table.dialect import MARKS, Dialect, infer
from echub_table.headers import Meaning
from echub_table.layers import layered
from echub_table.profile import KEY, find
from echub_table.reader import given, plan

if TYPE_CHECKING:
    from echub_table.options import TableOptions


def explain(source: Source, options: TableOptions) -> list[Decision]:
    """List every decision about a table, its evidence and its rival, without reading its rows."""
    dialect = _dialect(source, options)
    return list(plan(source, options).decisions if dialect.names else dialect.decisions)


def _dialect(source: Source, options: TableOptions) -> Dialect:
    folded = layered(source, options.encoding)
    return infer(folded.flat if folded else source, given(options, find(source, options.profile)[0]))


def first_profile(source: Source, options: TableOptions) -> str:
    """Write a profile from what was inferred, with a comment at each guess."""
    dialect = _dialect(source, options)
    meant = plan(source, options).meant if dialect.names else []
    lines = [
        f"# A table profile, inferred from {source.name}. Lines with (guess) are to be looked at.",
        f"[{KEY}]",
        f"title = {_text(source.name)}",
        f"files = [{_text('*' + source.suffix)}]  # (guess) the files that it is for",
        "",
        *_dialect_lines(dialect),
        "",
        *_column_lines(dialect, meant),
        "# [sign]  # which current is positive, where charge and state columns do not prove it",
        '# current = "anodic-positive"  # or cathodic-positive, or unsigned for magnitudes',
        "",
        "# [preamble]  # keys over the table to metadata",
        *_preamble_lines(dialect),
        "",
        "# [metadata]  # constants",
        '# "cell.area" = "0.785 cm^2"',
    ]
    return "\n".join(lines) + "\n"


def _dialect_lines(dialect: Dialect) -> Iterator[str]:
    evidence = {decision.what: decision.evidence for decision in dialect.decisions}
    yield "[dialect]"
    open_code = "# " if "ASCII" in evidence["encoding"] else ""
    yield f"{open_code}encoding = {_text(dialect.encoding)}  # {evidence['encoding']}"
    yield f"delimiter = {_text(NAMES.get(dialect.delimiter, dialect.delimiter))}  # {evidence['delimiter']}"
    guess = "(guess) " if "no number has" in evidence["decimal mark"] else ""
    yield f"decimal = {_text(MARKS[dialect.decimal])}  # {guess}{evidence['decimal mark']}"
    if not dialect.names:
        names = ", ".join(_text(f"column {i + 1}") for i in range(dialect.width))
        yield f"columns = [{names}]  # (guess) the table has no line of names: put them here, units included"


def _column_lines(dialect: Dialect, meant: Sequence[Meaning]) -> Iterator[str]:
    for i, name in enumerate(dialect.names):
        if not name:
            continue
        if name in dialect.names[:i]:
            yield f"# column {i + 1} is named {_text(name)} too: what stands above is for both"
            yield ""
            continue
        meaning = meant[i]
        yield f"[columns.{_text(name)}]"
        if meaning.quantity:
            guessed = meaning.said_by == "profile"
            yield f"quantity = {_text(meaning.quantity)}  # {'(guess) by name' if guessed else 'by name and unit'}"
            if meaning.unit:
                yield f"unit = {_text(meaning.unit)}  # {'(guess) not printed' if guessed else 'printed'}"
            if meaning.declared_sign or meaning.quantity in ("impedance_imag", "phase"):
                yield _sign_line(meaning)
        elif meaning.candidates:
            yield f'quantity = ""  # (guess) {" or ".join(meaning.candidates)}? {meaning.problem}'
            yield '# unit = "?"'
        else:
            yield f'quantity = ""  # {meaning.problem or "the name maps to no quantity: a vendor column"}'
        yield ""


def _sign_line(meaning: Meaning) -> str:
    if meaning.declared_sign:
        return f"sign = {_text('negated' if meaning.negate else 'signed')}  # declared by the {meaning.said_by}"
    return "# sign = \"negated\"  # (guess) undeclared: signed (capacitive negative) or negated (-Z'' is printed)"


def _preamble_lines(dialect: Dialect) -> Iterator[str]:
    from echub_table.preamble import key_values

    for key in list(key_values(dialect))[:20]:
        yield f'# {_text(key)} = {{ path = "extra.{"_".join(key.lower().split())}" }}'


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

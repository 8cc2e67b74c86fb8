"""Columns of ions over a depth: a table does not say what they are, a `sims.toml` does. What to write into it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from echub.plugin import Notice, SourceColumn, UnknownSpecies
from echub.species import parse_species

AXES = {"depth": "depth", "sputter_time": "time"}
"""Quantities of the first column, and what a `sims.toml` calls them."""
COUNTS = {"counts": "counts", "count": "counts", "cts": "counts", "1": "counts"}
RATES = dict.fromkeys(("counts/s", "cts/s", "1/s", "cps", "count/s"), "rate")
TEMPLATE = "`echub plugins show hiden > sims.toml` writes a template to fill in; then sims.toml is the file"


def undeclared_profile(columns: Sequence[SourceColumn], name: str, delimiter: str, decimal: str) -> list[Notice]:
    """Return the notice that columns of ions over a depth are a profile if they are declared; else nothing."""
    if not columns or columns[0].quantity not in AXES:
        return []
    ions = [(column, _ion(column)) for column in columns[1:] if column.quantity is None]
    if not any(ion for _, ion in ions):
        return []
    text = f"ions over {columns[0].header} are a depth_profile only if they are declared as one"
    command = _command(columns[0], ions, name, delimiter, decimal) if len(ions) == len(columns) - 1 else ""
    return [Notice("undeclared-kind", text, hint=command or TEMPLATE)]


def _command(
    axis: SourceColumn, ions: Sequence[tuple[SourceColumn, str]], name: str, delimiter: str, decimal: str
) -> str:
    """Return the command that declares the table; nothing if its units or polarities leave something open."""
    ys = {(COUNTS | RATES).get(column.unit or "") for column, _ in ions}
    signs = {ion[-1:] for _, ion in ions}
    if len(ys) != 1 or None in ys or not axis.unit or len(signs) != 1 or not signs <= {"+", "-"}:
        return ""
    species = ", ".join(f"{_text(column.header)} = {_text(ion)}" for column, ion in ions)
    told = {
        "file": name,
        "layout": "table",
        "polarity": signs.pop(),
        "x": AXES[axis.quantity or ""],
        "x_unit": axis.unit,
        "y": ys.pop(),
        "separator": delimiter,
        "decimal": decimal,
    }
    said = ", ".join(f"{key} = {_text(str(value))}" for key, value in told.items())
    region = f'region = [{{ name = "sample", profile = [{{ {said}, species = {{ {species} }} }}] }}]'
    target = shlex.quote(f"{name.rpartition('.')[0] or name}.sims.toml")  # a sims.toml may be there
    return f"printf '%s\\n' 'format = \"sims\"' {shlex.quote(region)} > {target}; then {target} is the file"


def _ion(column: SourceColumn) -> str:
    """Return the label of the ion that a header names, without its unit; nothing if it names none."""
    label = re.split(r"[/(\[]", column.header, maxsplit=1)[0].strip()
    try:
        parse_species(label)
    except UnknownSpecies:
        return ""
    # Without a charge it is an ion if it is counted: `H / GPa` is a hardness.
    return label if label.endswith(("+", "-")) or column.unit in {*COUNTS, *RATES} - {"1"} else ""


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{escaped}"'

"""What an outcome holds, by name and unit, written down twice: in the code, and in `promised_outcomes.txt`.

Tables and conditions go into papers, studies and other people's scripts. Numbers are not here, but for two: of how
many values a measurand is, and which flags the example has; both follow from how the example is generated.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugins.examples import ALL, outcome_of

PROMISED = Path(__file__).with_name("promised_outcomes.txt")


def columns(table):
    return ", ".join(f"{name} [{series.unit}]" if series.unit else name for name, series in table.items())


def lines(name):
    """Yield a line per table, one for the diagnostics, one per condition and measurand, one for the flags."""
    outcome = outcome_of(name)
    yield name
    yield from (f"table {title}: {columns(table)}" for title, table in outcome.tables.items())
    yield f"diagnostics: {columns(outcome.diagnostics)}"
    yield f"conditions: {', '.join(f'{c} [{v.unit}]' if v.unit else c for c, v in outcome.conditions.items())}"
    for measurand, m in outcome.measurands.items():
        has = [word for word, there in (("interval", m.interval), ("u", m.uncertainty is not None)) if there]
        level = f" of {m.interval.level:g}" if m.interval and m.interval.level else ""
        number = f" from {m.n}" if m.n is not None else ""
        yield f"measurand {measurand} [{m.unit}]{number}: {' '.join(has) or 'value'}{level}"
        if m.components:
            parts = (f"{c.name} ({', '.join(word for word in (c.kind, c.group) if word)})" for c in m.components)
            yield f"  its parts: {'; '.join(parts)}"
    if not name.startswith("eis-"):  # whether a circuit fits is a matter of the last digits
        yield f"flags: {' '.join(f'{flag.code} ({flag.severity})' for flag in outcome.flags) or 'none'}"


def promised():
    blocks = [block.splitlines() for block in PROMISED.read_text("utf-8").strip().split("\n\n")]
    return {block[0]: block for block in blocks}


@pytest.mark.parametrize("name", ALL)
def test_an_outcome_holds_what_is_promised(name):
    assert list(lines(name)) == promised()[name]

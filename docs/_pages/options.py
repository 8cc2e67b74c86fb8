"""What readers, writers and analyses take, from their declarations."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from docs._pages.markdown import code, sections, table, text
from echub.declare_analysis import Analysis, Need
from echub.registry.calling import options_of
from echub.registry.registry import registry

INTRO = """
What the built-in plugins take: a reader's options as `--option key=value`, a writer's as `--writer-option`,
an analysis's parameters as `--param`. A number may bear a unit, as in `--param window=30s`.
"""


def page() -> str:
    """Return the page of all options and parameters."""
    known = registry()
    parts = [(f"Reader {name}", _declared(reader)) for name, reader in sorted(known.readers.items())]
    parts += [(f"Writer {name}", _declared(writer)) for name, writer in sorted(known.writers.items())]
    parts += [(f"Analysis {name}", _analysis(found)) for name, found in sorted(known.analyses.items())]
    return sections("Options and parameters", INTRO, parts)


def _declared(declared: Any) -> str:  # noqa: ANN401
    return f"{text(declared.title)}.\n\n{_fields(options_of(declared))}"


def _analysis(analysis: Analysis) -> str:
    needs = [
        [code(_asked(need)), text(need.unit), "no" if need.optional else "yes", text(need.help)]
        for need in analysis.needs
    ]
    gives = [[code(g.name), text(" or ".join(u for u in g.units if u)), text(g.help)] for g in analysis.outputs]
    return "\n\n".join(
        [
            f"{text(analysis.title)}.",
            table(["needs", "unit", "required", "says"], needs) if needs else "",
            _fields(analysis.params, "parameter"),
            *(f"Profile `{name}`: {_settings(values)}." for name, values in analysis.profiles.items()),
            table(["gives", "unit", "says"], gives) if gives else "",
        ]
    )


def _asked(need: Any) -> str:  # noqa: ANN401
    return " or ".join(need.quantities) if isinstance(need, Need) else need.path


def _settings(values: Any) -> str:  # noqa: ANN401
    return ", ".join(f"`{name}={value}`" for name, value in values.items())


def _fields(options: type, name: str = "option") -> str:
    rows = [_row(field) for field in dataclasses.fields(options)]
    return table([name, "default", "says"], rows) if rows else f"It takes no {name}."


def _row(field: Any) -> list[str]:  # noqa: ANN401
    said = field.metadata
    default = "" if field.default is None else f"{field.default} {said.get('unit') or ''}".strip()
    return [code(field.name), code(default), text(said.get("help", "")) + _limits(said)]


def _limits(said: Any) -> str:  # noqa: ANN401
    parts: Iterable[str] = (
        f"one of {', '.join(code(c) for c in said.get('choices', ()))}" if said.get("choices") else "",
        f"at least {said['minimum']:g}" if said.get("minimum") is not None else "",
        f"at most {said['maximum']:g}" if said.get("maximum") is not None else "",
    )
    given = "; ".join(part for part in parts if part)
    return f" ({given})" if given else ""

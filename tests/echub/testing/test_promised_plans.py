"""What generated measurements are made of, written down twice: in the generators, and in `promised_plans.txt`.

Tests of plugins, ours and those of others, rest on these plans and on their names: whoever changes one of them
changes the numbers of all these tests, and says so in both places.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap

from echub.testing import synth
from echub.testing.synth.impedance import CASES

PROMISED = Path(__file__).with_name("promised_plans.txt")
MODULES = [importlib.import_module(m.name) for m in pkgutil.walk_packages(synth.__path__, f"{synth.__name__}.")]
MANY = 12
"""A longer row of numbers is written by its first two, its last and their count."""


def default_of(field):
    """Return the default of a field as text; nothing if it has none."""
    if field.default_factory is not dataclasses.MISSING:
        return shown(field.default_factory())
    return "" if field.default is dataclasses.MISSING else shown(field.default)


def shown(value, depth=0):
    """Return a value as text: of a plan, what differs from its own defaults."""
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, (tuple, list)):
        items = [shown(v, depth + 1) for v in value]
        return (
            f"[{' '.join(items) if len(items) <= MANY else f'{items[0]} {items[1]} to {items[-1]}: {len(items)}'}]"
        )
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{k}: {shown(v)}' for k, v in value.items())}}}"
    if (named := next((name for name, cell in CASES.items() if cell is value), "")) and depth:
        return named
    if dataclasses.is_dataclass(value):
        given = ((f, shown(getattr(value, f.name))) for f in dataclasses.fields(value))
        own = [f"{f.name} {text}" for f, text in given if text != default_of(f)]
        return f"{type(value).__name__}({', '.join(own)})"
    return "a function" if callable(value) else str(value)


def parts_of(name, found, module):
    """Return what a public name of a module promises: fields, arguments with defaults, or a plan that is ready."""
    if name.isupper():
        held = next(iter(found.values()), None) if isinstance(found, Mapping) else found
        if not (dataclasses.is_dataclass(held) or isinstance(held, tuple)):
            return []
        return [f"{k}: {shown(v)}" for k, v in found.items()] if held is not found else [shown(found)]
    if getattr(found, "__module__", "") != module.__name__:
        return []
    if dataclasses.is_dataclass(found):
        return [" = ".join(filter(None, (f.name, default_of(f)))) for f in dataclasses.fields(found)]
    given = inspect.signature(found).parameters.values() if inspect.isfunction(found) else ()
    return [f"{p.name} = {shown(p.default)}" for p in given if p.default not in (p.empty, None)]


def lines():
    """Iterate over the lines of the promise."""
    for module in MODULES:
        for name, found in vars(module).items():
            parts = [] if name.startswith("_") else parts_of(name, found, module)
            if parts:
                yield f"{module.__name__.removeprefix('echub.testing.')}.{name}"
                for text in parts if isinstance(found, Mapping) else [", ".join(parts)]:
                    yield from wrap(
                        text, 110, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
                    )


def test_plans_are_made_of_what_is_promised():
    assert list(lines()) == PROMISED.read_text("utf-8").splitlines()

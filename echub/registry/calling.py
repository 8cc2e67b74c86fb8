"""The only way into plugins: every function that a plugin declares is called here."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from echub.errors import EchubError, PluginError
from echub.registry.boundary import PluginFault, fault, guarded, guarded_each, one_line
from echub.registry.registry import registry, word_for
from echub.text import with_article

if TYPE_CHECKING:
    from echub.declare import KnownFormat, Reader, Template, Writer
    from echub.declare_analysis import Analysis

    Declared = Reader | Writer | Analysis | Template | KnownFormat


def call(
    declared: Declared,
    target: str | Callable[..., Any],
    *given: object,
    returns: type | tuple[type, ...] | None = None,
    items: type | None = None,
    passes: tuple[type[BaseException], ...] = (),
    seconds: float | None = None,
) -> Any:  # noqa: ANN401
    """Call a function that a declaration names as ``"module:function"``, or one that a plugin returned.

    A generator becomes a list. `returns` is the expected type, `items` that of every item of a list.
    `seconds`: the longest that it may take.
    Raises the plugin's own `EchubError` and errors of `passes`; anything else is `PluginError`
    (exit code 4) that names the plugin, its distribution and what was called.
    """
    where = target if isinstance(target, str) else getattr(target, "__qualname__", "")

    def run() -> Any:  # noqa: ANN401
        result = (resolve(target) if isinstance(target, str) else target)(*given)
        return result if items is None else list(result)

    result = guarded(_who(declared), owner_of(declared), run, where=where, passes=passes, seconds=seconds)
    wanted = returns if items is None else items
    wrong = [r for r in (result if items else [result]) if wanted is not None and not isinstance(r, wanted)]
    if wrong:
        raise failed(declared, f"it gave {with_article(type(wrong[0]).__name__)}, not {_named(wanted)}", where)
    return result


def call_each(
    declared: Sequence[Declared], targets: Sequence[str], *given: object, returns: type | tuple[type, ...]
) -> list[Any]:
    """Call one function of each declaration; the error that `call` would raise takes the place of a result."""
    functions = [partial(_run, target, given) for target in targets]
    found = guarded_each(functions, lambda n: (_who(declared[n]), targets[n], owner_of(declared[n])))
    return [
        result
        if isinstance(result, (returns, EchubError))
        else failed(each, f"it gave {with_article(type(result).__name__)}, not {_named(returns)}", target)
        for each, target, result in zip(declared, targets, found, strict=True)
    ]


def _run(target: str, given: Sequence[object]) -> Any:  # noqa: ANN401
    return resolve(target)(*given)


def failed(declared: Declared, found: str, where: str = "") -> PluginFault:
    """Build the error that names the plugin of a declaration as the cause of an invalid return value."""
    return fault(_who(declared), owner_of(declared), found, where)


def resolve(target: str) -> Callable[..., Any]:
    """Import the function named ``"module:function"``; `PluginError` if that fails."""
    module, _, attribute = target.partition(":")
    try:
        found = getattr(sys.modules.get(module), attribute, None)  # twenty sniffers are looked up for each file
        if found is None:
            found = getattr(importlib.import_module(module), attribute)
    except (Exception, SystemExit) as error:
        raise PluginError(f"{target} cannot be loaded: {one_line(error)}") from error
    if not callable(found):
        raise PluginError(f"{target} is not callable", found=type(found).__name__)
    return found  # type: ignore[no-any-return]


def options_of(declared: Reader | Writer) -> type:
    """Return the class of the options of a reader or writer; `PluginFault` if what is named as one is none."""
    if isinstance(declared.options, type):
        return declared.options
    named = partial(resolve, declared.options)
    found = guarded(_who(declared), owner_of(declared), named, where=declared.options)
    if not isinstance(found, type):
        raise failed(
            declared, f"its options are {with_article(type(found).__name__)}, not a class", declared.options
        )
    return found


def require_callable(target: str) -> None:
    """Raise `PluginError` unless ``"module:function"`` can be imported and called."""
    resolve(target)


def owner_of(declared: Declared) -> str:
    """Return in words which plugin declared something, of which distribution, or that no installed one did."""
    owner = registry().owner_if_known(declared)
    return f"the plugin {owner.shown}" if owner else "a plugin that is not installed"


def _who(declared: Declared) -> str:
    return f"the {word_for(type(declared))} {declared.name}"


def _named(wanted: Any) -> str:  # noqa: ANN401
    kinds = wanted if isinstance(wanted, tuple) else (wanted,)
    return with_article(" or ".join(kind.__name__ for kind in kinds if kind is not type(None)))

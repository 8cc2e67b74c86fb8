"""Rules about a plugin as a whole: that it loads, and that all it names is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from echub.declare import Reader
from echub.errors import EchubError, PluginError
from echub.registry.calling import require_callable
from echub.registry.installed import samples_of
from echub.registry.registry import Plugin, registry
from echub.registry.sound import FUNCTIONS
from echub.testing.base import Contract, RuleViolation, one_line, rule
from echub.validation import group


class PluginContract(Contract):
    """Check one entry point: `plugin` is its name; `entry` which one, if two have that name."""

    plugin: ClassVar[str] = ""
    entry: ClassVar[Plugin | None] = None

    @property
    def subject(self) -> str:
        """Return the name of what is tested."""
        return self.plugin

    @property
    def _found(self) -> Plugin:
        return self.entry or next(plugin for plugin in registry().plugins if plugin.name == self.plugin)

    @rule
    def test_it_loads(self) -> None:
        """It loads, its hooks are known, and no other plugin has the names that it declares."""
        if self._found.state != "ok" or self._found.problems:
            raise RuleViolation(
                "the state ok, and no problem",
                f"{self._found.state}: {'; '.join(self._found.problems)}",
                "mend what is named; `echub plugins list` shows what the hub saw",
            )

    @rule
    def test_it_offers_something(self) -> None:
        """It offers a reader, an analysis, a writer, a vocabulary, or enriches records."""
        if self._found.state == "ok" and not self._found.offers and not registry().enriches(self._found):
            raise RuleViolation(
                "at least one declaration", "none", "implement a hook of echub.registry.hookspecs with @hookimpl"
            )

    @rule
    def test_what_it_names_exists(self) -> None:
        """Every "module:function" of its declarations is there, and so are the samples."""
        missing = list(self._missing())
        if missing:
            raise RuleViolation(
                "functions and files that are there", "; ".join(missing), "correct the declaration"
            )

    @rule
    def test_its_rules_are_a_schema(self) -> None:
        """Its rules of validation are those of a group's schema: known codes, paths, columns and units."""
        prefixes = [o.removeprefix("vocabulary ") for o in self._found.offers if o.startswith("vocabulary ")]
        for prefix in prefixes:
            if not registry().vocabularies[prefix].rules:
                continue
            try:
                group.load(f"plugin:{prefix}")
            except EchubError as error:
                raise RuleViolation(
                    "tables as of an .echub.toml",
                    one_line(error),
                    error.hint or "correct `rules` of its Vocabulary",
                ) from None

    def _missing(self) -> Iterator[str]:
        for declared in registry().declared_by(self._found):
            named = [getattr(declared, field) for field in FUNCTIONS.get(type(declared).__name__, ())]
            for target in filter(None, named):
                try:
                    require_callable(target)
                except PluginError as error:
                    yield error.message
            if isinstance(declared, Reader):
                try:
                    samples_of(declared)
                except PluginError as error:
                    yield f"{error.message} ({error.expected})"

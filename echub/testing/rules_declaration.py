"""Rules about what a plugin declares, and what its declaration costs."""

from __future__ import annotations

import dataclasses
import re
import sys

from echub.errors import EchubError
from echub.registry.calling import options_of, require_callable
from echub.registry.options import parse_options
from echub.registry.registry import registry
from echub.testing.base import Contract, RuleViolation, rule, skip
from echub.testing.processes import imported_by

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SUFFIX = re.compile(r"\.[^\s.A-Z][^\sA-Z]*")
_FREE = {"echub", "pluggy"}


class DeclarationRules(Contract):
    """What can be checked of a reader without running it."""

    @rule
    def test_is_registered(self) -> None:
        """The reader is registered under its name, and its plugin loads without a problem."""
        found = registry().readers.get(self.reader)
        if found is None:
            failed = [f"{plugin.name}: {problem}" for plugin, problem in registry().problems()]
            raise RuleViolation(
                f"a reader {self.reader!r}",
                "; ".join(failed) or f"the readers {', '.join(sorted(registry().readers))}",
                'name the plugin under [project.entry-points.echub], and install it: "pip install -e ."',
            )
        problems = registry().owner(found).problems
        if problems:
            raise RuleViolation("no problem", "; ".join(problems), "`echub plugins list` shows what the hub saw")

    @rule
    def test_is_described(self) -> None:
        """The name is lower-case words with hyphens, the title a text, each suffix `.` and lower case."""
        declared = self._declared
        wrong = [suffix for suffix in declared.suffixes if not _SUFFIX.fullmatch(suffix)]
        if not declared.title.strip():
            raise RuleViolation("a title for people", repr(declared.title), "name the instrument and the suffix")
        if not declared.suffixes or wrong:
            raise RuleViolation(
                "suffixes such as .mpr", repr(tuple(declared.suffixes)), "write them with their dot"
            )
        if not _NAME.fullmatch(declared.name):
            raise RuleViolation("a name such as acme-acm", repr(declared.name), "it is typed: --reader NAME")

    @rule
    def test_its_functions_load(self) -> None:
        """What `sniff`, `read` and `options` name can be imported and called."""
        declared = self._declared
        named = [declared.options] if isinstance(declared.options, str) else []
        for target in (declared.sniff, declared.read, *named):
            try:
                require_callable(target)
            except EchubError as error:
                raise RuleViolation(f"a function at {target}", str(error), 'write "module:function"') from None

    @rule
    def test_options_explain_themselves(self) -> None:
        """Options are a frozen dataclass; each has a help text and a default that is a valid value."""
        options = options_of(self._declared)
        if not dataclasses.is_dataclass(options) or not options.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise RuleViolation("a frozen dataclass", options.__name__, "put @dataclass(frozen=True) above it")
        for field in dataclasses.fields(options):
            if not field.metadata.get("help"):
                raise RuleViolation(
                    "a help text", f"the option {field.name} has none", "use echub.plugin.option(...)"
                )
            self._check_default(options, field)

    def _check_default(self, options: type, field: dataclasses.Field[object]) -> None:
        if field.default is dataclasses.MISSING:
            raise RuleViolation("a default", f"the option {field.name} has none", "a reader works without options")
        if field.default is None:
            return
        try:
            parsed = getattr(parse_options(options, {field.name: str(field.default)}, self.reader), field.name)
        except EchubError as error:
            parsed = str(error)
        if parsed != field.default:
            raise RuleViolation(
                f"--option {field.name}={field.default} to give the default",
                repr(parsed),
                "make the default one of the choices, and of the annotated type",
            )

    @rule
    def test_entry_module_is_light(self) -> None:
        """The module that the entry point names imports the standard library and echub.plugin only."""
        plugin = registry().owner(self._declared)
        module = plugin.module.partition(":")[0]
        loaded = imported_by(module)
        if loaded is None:
            skip(f"{module} cannot be imported by itself: test_is_registered says why")
        own = module.partition(".")[0]
        foreign = sorted(loaded - _FREE - {own} - sys.stdlib_module_names)
        if foreign:
            raise RuleViolation(
                "the standard library and echub.plugin",
                f"import {module} also loads {', '.join(foreign)}",
                'import them in the module that `read="module:function"` names; types under TYPE_CHECKING',
            )

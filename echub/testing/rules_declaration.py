"""Rules about what a plugin declares, and what its declaration costs."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections.abc import Mapping, Sequence
from typing import ClassVar

from echub.declare import Reader, Writer
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
    """What can be checked of a reader without running it; of a writer too, see `word` and `functions`.

    `word` is what the declaration is called, `functions` are its fields that name one and are required.
    """

    word: ClassVar[str] = "reader"
    functions: ClassVar[Sequence[str]] = ("sniff", "read")

    @property
    def _stated(self) -> Reader | Writer:
        """Return the declaration; skip if there is none."""
        return self._declared

    @property
    def _known(self) -> Mapping[str, Reader | Writer]:
        """Return all declarations of this kind, by name."""
        return registry().readers

    @rule
    def test_is_registered(self) -> None:
        """It is registered under its name, and its plugin loads without a problem."""
        found = self._known.get(self.subject)
        if found is None:
            failed = [f"{plugin.name}: {problem}" for plugin, problem in registry().problems()]
            raise RuleViolation(
                f"a {self.word} {self.subject!r}",
                "; ".join(failed) or f"the {self.word}s {', '.join(sorted(self._known))}",
                'name the plugin under [project.entry-points.echub], and install it: "pip install -e ."',
            )
        problems = registry().owner(found).problems
        if problems:
            raise RuleViolation("no problem", "; ".join(problems), "`echub plugins list` shows what the hub saw")

    @rule
    def test_is_described(self) -> None:
        """The name is lower-case words with hyphens, the title a text, each suffix `.` and lower case."""
        declared = self._stated
        wrong = [suffix for suffix in declared.suffixes if not _SUFFIX.fullmatch(suffix)]
        if not declared.title.strip():
            raise RuleViolation("a title for people", repr(declared.title), "name the instrument and the suffix")
        if wrong or not (declared.suffixes or isinstance(declared, Writer)):
            raise RuleViolation(
                "suffixes such as .mpr", repr(tuple(declared.suffixes)), "write them with their dot"
            )
        if not _NAME.fullmatch(declared.name):
            typed = {"reader": "--reader NAME", "writer": "--to NAME"}[self.word]
            raise RuleViolation("a name such as acme-acm", repr(declared.name), f"it is typed: {typed}")

    @rule
    def test_its_functions_load(self) -> None:
        """What it names, such as `read`, `write` and `options`, can be imported and called."""
        declared = self._stated
        named = [declared.options] if isinstance(declared.options, str) else []
        for target in (*(getattr(declared, name) for name in self.functions), *named):
            try:
                require_callable(target)
            except EchubError as error:
                raise RuleViolation(f"a function at {target}", str(error), 'write "module:function"') from None

    @rule
    def test_options_explain_themselves(self) -> None:
        """Options are a frozen dataclass; each has a help text and a default that is a valid value."""
        options = options_of(self._stated)
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
            raise RuleViolation(
                "a default", f"the option {field.name} has none", f"a {self.word} works without options"
            )
        if field.default is None:
            return
        try:
            parsed = getattr(parse_options(options, {field.name: str(field.default)}, self.subject), field.name)
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
        plugin = registry().owner(self._stated)
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
                f'import them in the module that `{self.functions[-1]}="module:function"` names; '
                "types under TYPE_CHECKING",
            )

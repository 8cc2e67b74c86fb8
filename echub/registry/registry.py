"""Discover plugins, load each in isolation, check and index their declarations.

A plugin that fails to load, is blocked, duplicates another or misspells a hook never stops the
others: it becomes a row of `echub plugins list` with its reason.
"""

from __future__ import annotations

import importlib.util
import os
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import pluggy

from echub import __version__
from echub.declare import KnownFormat, Reader, Template, Vocabulary, Writer
from echub.errors import EchubError, PluginError, ReaderNotInstalled, UnknownReader
from echub.model import vocabulary
from echub.registry import hookspecs, installed
from echub.registry.boundary import guarded, one_line
from echub.registry.discovery import EntryPoint, entry_points
from echub.registry.sound import require_sound
from echub.text import nearest, with_article

if TYPE_CHECKING:
    from echub.declare_analysis import Analysis

GROUP = "echub"
ANALYSES = "echub.analyses"
"""The group of plugins that offer nothing but analyses: they are loaded when an analysis is first asked for."""

ENRICHING_SECONDS = 60.0
"""Time of one plugin for one record that was read, after which it is stopped: a slow notebook takes some."""

_PREFIX = "echub_"
"""With which every hook begins."""
_HOOKS = frozenset(name for name in vars(hookspecs) if name.startswith(_PREFIX))

State = Literal["ok", "failed", "shadowed", "blocked"]
Declared = TypeVar("Declared", Reader, Writer, "Analysis")


@dataclass
class Plugin:
    """One entry point of the group, what its distribution states, and how loading it went."""

    name: str
    module: str
    distribution: str
    version: str
    licence: str = ""
    needs_hub: str = ""
    state: State = "ok"
    problems: list[str] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """Return its name with that of its distribution."""
        return f"{self.name} of {self.distribution} {self.version}"

    def run(
        self, function: Callable[..., Any], *given: object, where: str = "", seconds: float | None = None
    ) -> Any:  # noqa: ANN401
        """Run other code of it than a declared function; see `guarded`."""
        who, owner = f"the plugin {self.name}", f"the plugin {self.shown}"
        return guarded(who, owner, lambda: function(*given), where=where, seconds=seconds)

    def fail(self, problem: str, state: State = "failed") -> None:
        """Record a problem."""
        self.state = state
        self.problems.append(problem)


_HOOKABLE = (FunctionType, MethodType, staticmethod, classmethod)
"""What pluggy takes for the implementation of a hook, if it is marked."""


def _is_marked(value: object) -> bool:
    """Return whether a member of a module is marked with `@hookimpl`; nothing else than functions is asked."""
    return isinstance(value, _HOOKABLE) and hasattr(value, f"{GROUP}_impl")


class _Manager(pluggy.PluginManager):
    """Pluggy's manager, which asks `inspect` about each name of a module: here only about what is marked."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        """Return the options of an implementation; None for anything else."""
        if isinstance(plugin, ModuleType) and not _is_marked(vars(plugin).get(name)):
            return None
        return super().parse_hookimpl_opts(plugin, name)


class PluginWarning(UserWarning):
    """Something is wrong with a plugin; the others work."""


class Registry:
    """The plugins of this environment and what they offer, by name.

    `warns`: with one line for each problem, as soon as it is known.
    """

    def __init__(self, entry_points: Iterable[EntryPoint], selection: str = "", *, warns: bool = False) -> None:
        self._plugins: list[Plugin] = []
        self.readers: dict[str, Reader] = {}
        self.writers: dict[str, Writer] = {}
        self._analyses: dict[str, Analysis] = {}
        self.known_formats: dict[str, KnownFormat] = {}
        self.templates: dict[str, Template] = {}
        self.vocabularies: dict[str, Vocabulary] = {}
        self._owner: dict[tuple[type, str], Plugin] = {}
        self._lock, self._completed = threading.RLock(), False
        self._manager = _Manager(GROUP)
        self._manager.add_hookspecs(hookspecs)
        self._selection = _selection(selection)
        stated = cache(installed.stated)  # the hub's own distribution has most of the plugins
        described = [
            (_describe(entry_point, stated(entry_point.dist)), entry_point) for entry_point in entry_points
        ]
        described.sort(key=lambda pair: _order(pair[0]))
        at_once = {plugin.name for plugin, entry_point in described if entry_point.group != ANALYSES}
        self._waiting = [pair for pair in described if pair[0].name not in at_once]
        for plugin, entry_point in described:
            if plugin.name in at_once:
                self._load(plugin, entry_point)
        self._collect("echub_vocabulary", {Vocabulary: self._add_vocabulary})
        of_readers: dict[type, Callable[[Any, Plugin], None]] = {
            Reader: self._add_reader,
            KnownFormat: self._add_known_format,
            Template: self._add_template,
        }
        self._collect("echub_readers", of_readers)
        self._collect("echub_writers", {Writer: self._add_writer})
        self._told: set[tuple[str, str]] | None = set() if warns else None
        self._warn()

    # -- loading ---------------------------------------------------------------------------

    def _load(self, plugin: Plugin, entry_point: EntryPoint) -> None:
        blocked, only = self._selection
        twin = next((p for p in self._plugins if p.name == plugin.name and p.state == "ok"), None)
        self._plugins.append(plugin)
        if plugin.name in blocked or (only and plugin.name not in only):
            plugin.fail("blocked by ECHUB_PLUGINS", "blocked")
        elif twin is not None:
            plugin.fail(
                f"{plugin.distribution} and {twin.distribution} both register the plugin {plugin.name!r}; "
                f"that of {twin.distribution} is used",
                "shadowed",
            )
        elif installed.release(plugin.needs_hub) > installed.release(__version__):
            plugin.fail(
                f"it needs echub {plugin.needs_hub}, this is {__version__}: "
                f"pip install --upgrade 'echub>={plugin.needs_hub}'"
            )
        else:
            self._register(plugin, entry_point)

    def _register(self, plugin: Plugin, entry_point: EntryPoint) -> None:
        try:
            module = plugin.run(entry_point.load, where=plugin.module)
            plugin.problems += _misspelt_hooks(module)
            if entry_point.group == ANALYSES:
                _require_only_analyses(module)
            if twin := self._manager.get_name(module):
                raise PluginError(f"its module is that of the plugin {twin}: register it once")
            self._manager.register(module, plugin.name)
        except (EchubError, pluggy.PluginValidationError) as error:
            plugin.fail(one_line(error))
            if self._manager.has_plugin(plugin.name):  # pluggy checks one hook after the other
                self._manager.unregister(name=plugin.name)

    def _collect(self, hook: str, takers: dict[type, Callable[[Any, Plugin], None]]) -> None:
        """Ask every plugin for its declarations, each in isolation."""
        implementations = getattr(self._manager.hook, hook).get_hookimpls()
        functions = {implementation.plugin_name: implementation.function for implementation in implementations}
        for plugin in [p for name, p in self._loaded().items() if name in functions]:
            try:
                for declared in plugin.run(_listing(functions[plugin.name]), where=hook):
                    self._take(declared, takers, plugin)
            except EchubError as error:
                plugin.fail(f"{hook}: {one_line(error)}")

    def _loaded(self) -> dict[str, Plugin]:
        return {plugin.name: plugin for plugin in self._plugins if plugin.state == "ok"}

    def _complete(self) -> Registry:
        """Load the plugins that wait for somebody to ask for analyses, and ask all plugins for theirs."""
        with self._lock:  # another thread waits until all is there
            if not self._completed:
                from echub.declare_analysis import Analysis

                self._completed = True
                for plugin, entry_point in self._waiting:
                    self._load(plugin, entry_point)
                self._plugins.sort(key=_order)
                self._collect("echub_analyses", {Analysis: self._add_analysis})
                self._warn()
        return self

    def _warn(self) -> None:
        """Warn of the problems that are new, without those of blocked plugins: the user asked for blocking."""
        for plugin in self._plugins:
            for problem in plugin.problems:
                if (
                    self._told is not None
                    and plugin.state != "blocked"
                    and (plugin.name, problem) not in self._told
                ):
                    self._told.add((plugin.name, problem))
                    text = f"the plugin {plugin.name} of {plugin.distribution}: {problem}"
                    warnings.warn(text, PluginWarning, stacklevel=4)

    def _take(self, declared: object, takers: dict[type, Callable[[Any, Plugin], None]], plugin: Plugin) -> None:
        taker = takers.get(type(declared))
        if taker is None:
            wanted = " or ".join(kind.__name__ for kind in takers)
            raise PluginError(f"declares {with_article(type(declared).__name__)}, expected {wanted}")
        require_sound(declared)
        taker(declared, plugin)

    # -- indexing --------------------------------------------------------------------------

    def _add_reader(self, reader: Reader, plugin: Plugin) -> None:
        self._claim(Reader, self.readers, reader, plugin)

    def _add_writer(self, writer: Writer, plugin: Plugin) -> None:
        self._claim(Writer, self.writers, writer, plugin)

    def _add_analysis(self, analysis: Analysis, plugin: Plugin) -> None:
        self._claim(type(analysis), self._analyses, analysis, plugin)

    def _add_known_format(self, known: KnownFormat, plugin: Plugin) -> None:
        self._claim(KnownFormat, self.known_formats, known, plugin)

    def _add_template(self, template: Template, plugin: Plugin) -> None:
        self._claim(Template, self.templates, template, plugin)

    def _add_vocabulary(self, addition: Vocabulary, plugin: Plugin) -> None:
        vocabulary.install(addition)
        self.vocabularies[addition.prefix] = addition
        plugin.offers.append(f"vocabulary {addition.prefix}")

    def _claim(self, kind: type, index: dict[str, Any], declared: Any, plugin: Plugin) -> None:  # noqa: ANN401
        owner = self._owner.setdefault((kind, declared.name), plugin)
        word = word_for(kind)
        if owner is not plugin or declared.name in index:
            plugin.problems.append(
                f"the {word} {declared.name!r} of {plugin.distribution} is also registered by "
                f"{owner.distribution}, which is used"
            )
            return
        index[declared.name] = declared
        plugin.offers.append(f"{word} {declared.name}")

    # -- asking ----------------------------------------------------------------------------

    @property
    def plugins(self) -> list[Plugin]:
        """Return all plugins, the hub's own first."""
        return self._complete()._plugins

    @property
    def analyses(self) -> dict[str, Analysis]:
        """Return the analyses by name."""
        return self._complete()._analyses

    def reader(self, name: str) -> Reader:
        """Find a reader by name; raise `UnknownReader` or `ReaderNotInstalled`."""
        return _installed(_find(name, self.readers, "reader"))

    def writer(self, name: str) -> Writer:
        """Find a writer by name; raise `UnknownReader` or `ReaderNotInstalled`."""
        return _installed(_find(name, self.writers, "writer"))

    def templates_of(self, plugin: str) -> list[Template]:
        """Return the templates that a plugin offers."""
        mine = [p for p in self._plugins if p.name == plugin and p.state == "ok"]
        return [d for p in mine for d in self.declared_by(p) if isinstance(d, Template)]

    def analysis(self, name: str) -> Analysis:
        """Find an analysis by name; raise `UnknownReader` or `ReaderNotInstalled`."""
        return _installed(_find(name, self.analyses, "analysis"))

    def declared_by(self, plugin: Plugin) -> Iterator[Reader | Writer | Analysis | KnownFormat | Template]:
        """Iterate over a plugin's named declarations, kind by kind, without vocabularies."""
        for index in (self.readers, self.known_formats, self.templates, self.writers, self.analyses):
            yield from (d for d in index.values() if self._owner[type(d), d.name] is plugin)

    def enriches(self, plugin: Plugin) -> bool:
        """Return whether a plugin is asked about every record that is read."""
        hooks = self._manager.hook.echub_record_read.get_hookimpls()
        return any(implementation.plugin_name == plugin.name for implementation in hooks)

    def owner(self, declared: Reader | Writer | Analysis) -> Plugin:
        """Return the plugin that declared a reader, writer or analysis."""
        return self._owner[type(declared), declared.name]

    def owner_if_known(self, declared: Any) -> Plugin | None:  # noqa: ANN401
        """Return the plugin that declared something; None if no installed plugin did."""
        return self._owner.get((type(declared), declared.name))

    @property
    def own_suffixes(self) -> tuple[str, ...]:
        """Return the suffixes of files that hold records as echub wrote them."""
        return tuple(suffix for reader in self.readers.values() if reader.content for suffix in reader.suffixes)

    def problems(self) -> Iterator[tuple[Plugin, str]]:
        """Iterate over problems, without those of blocked plugins: the user asked for blocking."""
        for plugin in self.plugins:
            if plugin.state != "blocked":
                yield from ((plugin, problem) for problem in plugin.problems)

    def enriching(self) -> bool:
        """Return whether any plugin may enrich records."""
        return bool(self._manager.hook.echub_record_read.get_hookimpls())

    def enrich(
        self,
        record: Any,  # noqa: ANN401
        source: Any,  # noqa: ANN401
        after: Callable[[Plugin], None] = lambda _: None,
    ) -> list[tuple[Plugin, str]]:
        """Let every plugin enrich a record that was read; return the failures. `after` is called after each."""
        failed = []
        by_name = self._loaded()
        for implementation in self._manager.hook.echub_record_read.get_hookimpls():
            if implementation.plugin_name not in by_name:
                continue
            given = {"record": record, "source": source}
            plugin = by_name[implementation.plugin_name]
            wanted = [given[name] for name in implementation.argnames]
            try:
                plugin.run(implementation.function, *wanted, where="echub_record_read", seconds=ENRICHING_SECONDS)
            except EchubError as error:
                failed.append((plugin, f"echub_record_read: {one_line(error)}"))
            after(plugin)
        return failed


@cache
def registry() -> Registry:
    """Load the plugins of this environment, once; `ECHUB_PLUGINS=-name` blocks one.

    Warns with one line per problem.
    """
    return Registry(entry_points(GROUP, ANALYSES), os.environ.get("ECHUB_PLUGINS", ""), warns=True)


def word_for(kind: type) -> str:
    """Return the word for a kind of declaration: reader, writer, analysis, template, format."""
    return "format" if kind is KnownFormat else kind.__name__.lower()


def is_installed(declared: Reader | Writer | Analysis) -> bool:
    """Return whether the package that a declaration requires is installed."""
    try:
        return not declared.requires or importlib.util.find_spec(declared.requires) is not None
    except (ImportError, ValueError):  # the parent of a dotted name is missing, or a module has no spec
        return False


def _installed(declared: Declared) -> Declared:
    if is_installed(declared):
        return declared
    raise ReaderNotInstalled(
        f"{declared.title} needs the package {declared.requires}, which is not installed",
        hint=f"pip install 'echub[{declared.extra}]'" if declared.extra else f"pip install {declared.requires}",
    )


def _selection(text: str) -> tuple[set[str], set[str]]:
    """Split `ECHUB_PLUGINS` into names to block (``-name``) and names to load exclusively."""
    words = text.replace(",", " ").split()
    return {w[1:] for w in words if w.startswith("-")}, {w for w in words if not w.startswith("-")}


def _order(plugin: Plugin) -> tuple[bool, str, str]:
    """Sort the hub's own plugins first, then by distribution, for the same choice among duplicates everywhere."""
    return plugin.distribution != GROUP, plugin.distribution, plugin.name


def _describe(entry_point: EntryPoint, says: installed.Stated) -> Plugin:
    return Plugin(entry_point.name, entry_point.value, says.name, says.version, says.licence, says.needs_hub)


def _require_only_analyses(module: Any) -> None:  # noqa: ANN401
    """Raise `PluginError` if a plugin that is loaded late offers something that is needed early."""
    hooks = {name for name in _HOOKS if _is_marked(vars(module).get(name))}
    if early := sorted(hooks - {"echub_analyses"}):
        raise PluginError(f"it has {', '.join(early)}: register it in the group {GROUP}, not in {ANALYSES}")


def _misspelt_hooks(module: Any) -> list[str]:  # noqa: ANN401
    """List functions that look like hooks but are not: pluggy would never call them."""
    problems = []
    for name, value in vars(module).items():
        marked = _is_marked(value)
        if name in _HOOKS and not marked and callable(value):
            problems.append(f"{name} is not marked with @hookimpl and is never called")
        elif name not in _HOOKS and (marked or (name.startswith(_PREFIX) and callable(value))):
            hint = nearest(name, _HOOKS, 1, 0.6, prefix=_PREFIX)
            problems.append(f"{name} is not a hook of echub and is never called{f'; {hint}' if hint else ''}")
    return problems


def _find(name: str, index: dict[str, Declared], word: str) -> Declared:
    if name in index:
        return index[name]
    raise UnknownReader(
        f"no {word} is called {name!r}",
        expected=", ".join(sorted(index)) or "no plugin offers one",
        found=name,
        hint=nearest(name, index, alike=0.4) or "`echub plugins list` shows what is installed",
    )


def _listing(function: Callable[[], Iterable[Any]]) -> Callable[[], list[Any]]:
    """Wrap a function to return a list, so that errors while iterating are also caught."""
    return lambda: list(function())

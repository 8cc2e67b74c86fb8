"""Run the contracts on installed plugins, as `echub plugins check` does, and return a verdict for each rule."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

from echub.declare import Reader, Writer
from echub.declare_analysis import Analysis
from echub.errors import PluginError
from echub.registry.installed import samples_of
from echub.registry.registry import Plugin, registry
from echub.testing.analysis import AnalysisContract
from echub.testing.base import Contract, RuleViolation, one_line
from echub.testing.reader import ReaderContract
from echub.testing.rules_declaration import DeclarationRules
from echub.testing.rules_plugin import PluginContract
from echub.testing.writer import WriterContract

Answer = Literal["kept", "broken", "skipped"]

_READERS_ALWAYS = {
    *(name for name in vars(DeclarationRules) if name.startswith("test_")),
    "test_suffix_alone_is_maybe_at_most",
    "test_rejects_strangers",
    "test_refuses_strangers",
}
_ANALYSES_ALWAYS = {"test_its_declaration_is_sound", "test_declaring_it_is_light"}
"""The rules that need no samples, or no example."""
NO_SAMPLES = 'the reader declares no samples="package:folder/*.suffix"'
NO_EXAMPLE = 'the analysis declares no example="module:function"'


@dataclass(frozen=True)
class RuleVerdict:
    """Verdict on one rule; `about` is the sample that breaks it."""

    rule: str
    text: str
    verdict: Answer
    about: str = ""
    reason: str = ""
    expected: str = ""
    found: str = ""
    advice: str = ""


@dataclass
class Subject:
    """One plugin, reader, writer or analysis with its verdicts, rule by rule."""

    plugin: Plugin
    kind: Literal["plugin", "reader", "writer", "analysis"]
    name: str
    samples: list[str] = field(default_factory=list)
    verdicts: list[RuleVerdict] = field(default_factory=list)

    def count(self, verdict: Answer) -> int:
        """Count the rules of one verdict."""
        return sum(found.verdict == verdict for found in self.verdicts)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for `--json`."""
        return {
            "distribution": self.plugin.distribution,
            "version": self.plugin.version,
            "plugin": self.plugin.name,
            "kind": self.kind,
            "name": self.name,
            "samples": self.samples,
            **{verdict: self.count(verdict) for verdict in ("kept", "broken", "skipped")},
            "rules": [asdict(verdict) for verdict in self.verdicts],
        }


def check(plugins: Iterable[Plugin]) -> list[Subject]:
    """Check plugins and all their declarations by the rules of the contracts.

    A reader without samples and an analysis without an example are checked by their declarations
    alone. Raises `PluginError` if pytest itself fails.
    """
    subjects: list[Subject] = []
    classes: dict[str, type[Contract]] = {}
    for subject, contract, left_out in (entry for plugin in plugins for entry in _contracts(plugin)):
        subject.verdicts = [
            RuleVerdict(rule, text, "skipped", reason=why) for rule, (text, why) in left_out.items()
        ]
        classes[f"Test{len(subjects)}"] = contract
        subjects.append(subject)
    seen = _Seen()
    code = _run(classes, seen)
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise PluginError("the rules could not be run", found=f"pytest ended with {code}: {seen.trouble}")
    for name, subject in zip(classes, subjects, strict=True):
        subject.verdicts += seen.verdicts(name)
    return subjects


# -- which rules -----------------------------------------------------------------------------

Entry = tuple[Subject, type[Contract], dict[str, tuple[str, str]]]


def _contracts(plugin: Plugin) -> Iterator[Entry]:
    """Iterate over a plugin and its declarations, each with its contract and the rules left out."""
    yield Subject(plugin, "plugin", plugin.name), _made(PluginContract, plugin=plugin.name, entry=plugin), {}
    for declared in registry().declared_by(plugin):
        if isinstance(declared, Reader):
            yield _of_reader(plugin, declared)
        elif isinstance(declared, Writer):
            contract = _made(WriterContract, writer=declared.name)
            yield Subject(plugin, "writer", declared.name), contract, {}
        elif isinstance(declared, Analysis):
            yield _of_analysis(plugin, declared)


def _of_reader(plugin: Plugin, reader: Reader) -> Entry:
    files = _samples(reader)
    subject = Subject(plugin, "reader", reader.name, [path.name for path in files])
    left_out = {} if files else _others(ReaderContract, _READERS_ALWAYS, NO_SAMPLES)
    others = [r for r in registry().readers.values() if not (r is reader or r.fallback or r.explicit_only)]
    foreign = [path for other in others for path in _samples(other)]
    given = {"reader": reader.name, "files": files, "foreign": foreign, **dict.fromkeys(left_out)}
    return subject, _made(ReaderContract, **given), left_out


def _samples(reader: Reader) -> list[Path]:
    try:
        return samples_of(reader)
    except PluginError:
        return []  # a rule of the plugin says so


def _of_analysis(plugin: Plugin, analysis: Analysis) -> Entry:
    left_out = {} if analysis.example else _others(AnalysisContract, _ANALYSES_ALWAYS, NO_EXAMPLE)
    subject = Subject(plugin, "analysis", analysis.name)
    return subject, _made(AnalysisContract, analysis=analysis.name, **dict.fromkeys(left_out)), left_out


def _others(contract: Any, always: set[str], why: str) -> dict[str, tuple[str, str]]:  # noqa: ANN401
    return {rule: (text, why) for rule, text in contract.rules().items() if rule not in always}


def _made(contract: type[Contract], **attributes: Any) -> type[Contract]:  # noqa: ANN401
    return type("TestSubject", (contract,), {**attributes, "__module__": __name__})


# -- running ---------------------------------------------------------------------------------


class _Seen:
    """A pytest plugin that stores the result of every test."""

    waiting: ClassVar[dict[str, type[Contract]]] = {}

    def __init__(self) -> None:
        self.found: dict[str, dict[str, list[RuleVerdict]]] = {}
        self.trouble = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:  # noqa: ANN401
        """Record a finished test, at any stage."""
        report = yield
        if report.when == "call" or report.outcome != "passed":
            self._note(item, report, call.excinfo.value if call.excinfo else None)
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record why nothing could be collected."""
        if report.failed:
            self.trouble = str(report.longrepr).strip().rpartition("\n")[2]

    def _note(self, item: Any, report: pytest.TestReport, error: BaseException | None) -> None:  # noqa: ANN401
        rule, _, sample = item.name.partition("[")
        text = (item.function.__doc__ or rule).strip().partition("\n")[0]
        verdicts = self.found.setdefault(item.parent.name, {}).setdefault(rule, [])
        if report.outcome == "passed":
            verdicts.append(RuleVerdict(rule, text, "kept"))
        elif report.outcome == "skipped":
            verdicts.append(RuleVerdict(rule, text, "skipped", reason=str(error)))
        else:
            verdicts.append(RuleVerdict(rule, text, "broken", sample.rstrip("]"), "", *_told(error)))

    def verdicts(self, name: str) -> list[RuleVerdict]:
        """Return one verdict for each rule: broken if any sample breaks it, else kept if any sample keeps it."""
        order = ("broken", "kept", "skipped")
        return [min(found, key=lambda v: order.index(v.verdict)) for found in self.found.get(name, {}).values()]


def _told(error: BaseException | None) -> tuple[str, str, str]:
    """Return expected, found and advice; an unforeseen exception is an error in the plugin's code."""
    broken = getattr(error, "broken", None)
    if isinstance(broken, RuleViolation):
        return broken.expected, broken.found, broken.advice
    return "no exception", one_line(error), "a mistake in the plugin's code, or in what it generates"


def _run(classes: dict[str, type[Contract]], seen: _Seen) -> int:
    """Run the rules with pytest, without any configuration, plugin or option of the user."""
    _Seen.waiting = classes
    with tempfile.TemporaryDirectory() as folder, _bare_environment():
        test = Path(folder) / "test_check.py"
        test.write_text(f"from {__name__} import _Seen\nglobals().update(_Seen.waiting)\n", encoding="utf-8")
        (Path(folder) / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        places = ["--rootdir", folder, "-c", str(test.with_name("pytest.ini")), "--basetemp", f"{folder}/work"]
        quiet = ["-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-W", "ignore"]
        return int(pytest.main([str(test), *places, *quiet], plugins=[seen]))


@contextmanager
def _bare_environment() -> Iterator[None]:
    before = dict(os.environ)
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)

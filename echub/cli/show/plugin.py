"""What `echub plugins show` and `check` print for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from echub.cli.show.terminal import coloured
from echub.text import printable

if TYPE_CHECKING:
    from echub.registry.registry import Plugin
    from echub.testing.checking import RuleVerdict, Subject

_COLOURS = {"kept": "green", "broken": "red", "skipped": "yellow"}


def describe(plugin: Plugin) -> list[dict[str, Any]]:
    """Return what a plugin declares: kind, name, title, and the details of each kind."""
    from echub.registry.registry import is_installed, registry, word_for

    found = []
    for declared in registry().declared_by(plugin):
        entry: dict[str, Any] = {"kind": word_for(type(declared)), "name": declared.name, "title": declared.title}
        for name in ("suffixes", "reference", "samples", "example", "requires"):
            if value := getattr(declared, name, None):
                entry[name] = list(value) if isinstance(value, tuple) else value
        if getattr(declared, "requires", ""):
            entry["installed"] = is_installed(declared)  # type: ignore[arg-type]
        found.append(entry)
    prefixes = [offer.removeprefix("vocabulary ") for offer in plugin.offers if offer.startswith("vocabulary ")]
    for prefix in prefixes:
        added = registry().vocabularies[prefix]
        entry = {"kind": "vocabulary", "name": prefix, "title": ", ".join([*added.quantities, *added.units])}
        found.append(entry)
    return found


def show_plugin(plugin: Plugin, *, err: bool = False) -> None:
    """Print what a plugin is, and what it declares."""
    from echub.registry.registry import registry

    lines = [
        f"{plugin.name}: {plugin.distribution} {plugin.version}",
        f"  state    {plugin.state}",
        f"  licence  {plugin.licence or 'not stated'}",
        f"  module   {plugin.module}",
    ]
    if plugin.needs_hub:
        lines.append(f"  needs    echub {plugin.needs_hub}")
    lines += [f"  problem  {problem}" for problem in plugin.problems]
    rows = [(e["kind"], e["name"], e["title"], *_extras(e)) for e in describe(plugin)]
    width = [max((len(row[i]) for row in rows), default=0) for i in range(2)]
    lines += [
        f"  {kind.ljust(width[0])}  {name.ljust(width[1])}  {'; '.join(filter(None, rest))}"
        for kind, name, *rest in rows
    ]
    if registry().enriches(plugin):
        lines.append("  enriches the metadata of every record that is read")
    for line in lines:
        typer.echo(printable(line), err=err)


def _extras(entry: dict[str, Any]) -> list[str]:
    missing = f"needs the package {entry['requires']}" if entry.get("installed") is False else ""
    return [", ".join(entry.get("suffixes", ())), str(entry.get("reference", "")), missing]


# -- verdicts --------------------------------------------------------------------------------


def show_verdicts(subjects: Sequence[Subject], *, verbose: bool) -> None:
    """Print a heading for each plugin, reader and analysis, followed by the rules that matter."""
    for subject in subjects:
        if subject.kind == "plugin":
            plugin = subject.plugin
            typer.echo(printable(f"{plugin.name}: {plugin.distribution} {plugin.version}"))
        typer.echo(f"  {printable(f'{subject.kind} {subject.name}')}{_on(subject)}: {_counts(subject)}")
        for verdict in subject.verdicts:
            if verdict.verdict == "broken" or verbose:
                _show(verdict)
        if not verbose:
            _why_skipped(subject)
    broken = sum(subject.count("broken") for subject in subjects)
    said = {0: "no rule is broken", 1: "1 rule is broken"}.get(broken, f"{broken} rules are broken")
    typer.echo(coloured(said, "red" if broken else "green"))


def _on(subject: Subject) -> str:
    count = len(subject.samples)
    return f" on {count} sample{'s' if count > 1 else ''}" if count else ""


def _counts(subject: Subject) -> str:
    said = (("broken", "broken"), ("kept", "kept"), ("skipped", "not judged"))
    return ", ".join(f"{count} {word}" for verdict, word in said if (count := subject.count(verdict)))  # type: ignore[arg-type]


def _show(verdict: RuleVerdict) -> None:
    about = f" ({verdict.about})" if verdict.about else ""
    word = "not judged" if verdict.verdict == "skipped" else verdict.verdict
    typer.echo(f"    {coloured(word.ljust(10), _COLOURS[verdict.verdict])}  {printable(verdict.text + about)}")
    details = ("expected", "found", "advice", "reason")
    for name in details:
        if text := getattr(verdict, name):
            typer.echo(f"                {'to do' if name == 'advice' else name}: {printable(text)}")


def _why_skipped(subject: Subject) -> None:
    """Say once, for each reason, how many rules could not be checked."""
    reasons = [verdict.reason for verdict in subject.verdicts if verdict.verdict == "skipped"]
    for reason in dict.fromkeys(reasons):
        typer.echo(printable(f"    {reasons.count(reason)} not judged: {reason}"))

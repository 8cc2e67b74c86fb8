"""`echub analyze`: put one question to files, or to earlier outcomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from echub.cli import completing, new_app
from echub.cli.common import (
    Json,
    MetaTables,
    ReaderName,
    ReaderOptions,
    SetValues,
    pairs,
    print_json,
    time_range,
    user_metadata,
)
from echub.cli.streams import Name, Quiet, hushed, shown, sources
from echub.errors import EchubError, TargetClash, UnknownOption

if TYPE_CHECKING:
    from echub.analysis.outcome import Outcome
    from echub.declare_analysis import Analysis
    from echub.model.source import Source

app = new_app()


@app.command(add_help_option=False, no_args_is_help=True)
def analyze(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(help="Analysis; --list shows them.", metavar="NAME", autocompletion=completing.analyses),
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Instrument files, native files, outcomes, tables.", metavar="FILE...", readable=False
        ),
    ] = None,
    list_: Annotated[
        bool,
        typer.Option("--list", help="List the analyses; with FILE, those that suit it first."),
    ] = False,
    help_: Annotated[
        bool, typer.Option("--help", "-h", help="Show this, or with NAME the analysis's needs and parameters.")
    ] = False,
    param: Annotated[
        list[str] | None,
        typer.Option(help="Parameter key=value, such as window=30s.", autocompletion=completing.parameters),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Named set of parameters.", autocompletion=completing.profiles)
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="One answer per value of a metadata path, such as cell.id; or per `file`.")
    ] = None,
    each: Annotated[
        str | None, typer.Option(help="One answer per value of a column, such as spectrum.", metavar="COLUMN")
    ] = None,
    meta: MetaTables = None,
    set_: SetValues = None,
    select: Annotated[str | None, typer.Option(help='Rows to use, such as "cycle == 3".')] = None,
    time: Annotated[str | None, typer.Option(help="Range of time to use, such as 0:3600s or 10min:2h.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="Column for a need, such as U=voltage__2.")] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Dataset to use if a record has several, such as timeseries_02_GCPL.")
    ] = None,
    reader: ReaderName = None,
    option: ReaderOptions = None,
    area_basis: Annotated[
        str | None,
        typer.Option(help="Put areal values on another area: geometric, tip, island, electrode; both are stated."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of random numbers (bootstrap).")] = 0,
    plot: Annotated[Path | None, typer.Option(help="Draw the outcome: .svg, .png or .pdf.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder for .outcome.json files.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace existing results.")] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Also show whole tables, and those of a refused outcome.")
    ] = False,
    stdin_name: Name = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Answer one question: a value with unit, uncertainty and provenance, or a refusal that says why.

    Exit code 0: answered (flagged included), 1: refused or without a needed statement, 2: the
    command line, 3: a file could not be read.
    """
    from echub.registry.registry import registry

    if list_:
        if name and name in registry().analyses and not Path(name).exists():
            raise UnknownOption(
                "--list takes files",
                expected="echub analyze --list FILE",
                found=name,
                hint=f"`echub analyze {name} --help` shows what this one needs",
            )
        named = ([Path(name)] if name else []) + (files or [])
        if not named:
            _list(as_json)
        part = {
            "select": select,
            "time": _time_range(time),
            "columns": pairs(column, "--column"),
            "dataset": dataset,
        }
        how = {"reader": reader, "options": pairs(option, "--option"), "annotations": user_metadata(meta, set_)}
        for source in sources(named, stdin_name) if named else ():
            _list_for(source, how, part, pairs(param, "--param"), as_json=as_json)
        return
    if name is None:
        if as_json and not help_:
            raise UnknownOption(
                "no analysis is named", expected="echub analyze NAME FILE", hint="echub analyze --list"
            )
        typer.echo(context.get_help())
        return
    declared = registry().analysis(name)
    if help_:
        _describe(declared)
        return
    if not files:
        raise UnknownOption(
            "no file is named", expected=f"echub analyze {name} FILE", hint=f"echub analyze {name} --help"
        )
    settings = {
        "params": pairs(param, "--param"),
        "profile": profile,
        "annotations": user_metadata(meta, set_),
        "select": select,
        "time": _time_range(time),
        "columns": pairs(column, "--column"),
        "dataset": dataset,
        "reader": reader,
        "options": pairs(option, "--option"),
        "seed": seed,
    }
    if area_basis is not None:
        settings["area_basis"] = _basis(area_basis, each)
    code = 0
    questions = _questions(declared, sources(files, stdin_name), by, settings)
    targets = _targets(declared, questions, output, plot, force=force)
    if each is not None:
        settings["each"] = each
    for question, target in zip(questions, targets, strict=True):
        with hushed(quiet and not as_json):
            answer = _answer(declared, question, settings, target, as_json=as_json, force=force, verbose=verbose)
        code = max(code, answer)
    raise typer.Exit(code)


# -- one question ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Question:
    """What one answer is about: files, or what was read from them, and the metadata value they share."""

    files: tuple[Path | Source, ...]
    what: tuple[Any, ...]
    value: str = ""

    @property
    def name(self) -> str:
        """Return its name for people."""
        return f"{self.value}: {self.paths}" if self.value else self.paths

    @property
    def paths(self) -> str:
        """Return its files."""
        return ", ".join(map(shown, self.files))

    @property
    def stem(self) -> str:
        """Return the common start of its output names, unless a value names them."""
        return self.files[0].name if len(self.files) == 1 else "all"


def _stems(questions: Sequence[_Question]) -> list[str]:
    """Return the common start of the output names of each; values that a name cannot tell apart get a hash."""
    from echub.files.naming import file_names

    by_value = file_names([(question.value,) for question in questions])
    return [name if q.value else q.stem for q, name in zip(questions, by_value, strict=True)]


def _questions(
    declared: Analysis, files: Sequence[Path | Source], by: str | None, settings: dict[str, Any]
) -> list[_Question]:
    """Divide the files into questions: each by itself, all together, or by a value of their metadata."""
    if by in (None, "file"):
        single = declared.consumes == "dataset" or by == "file"
        parts = [(file,) for file in files] if single else [tuple(files)]
        return [_Question(part, part) for part in parts]
    if declared.consumes != "datasets":
        raise UnknownOption(
            f"{declared.name} has no --by", expected="an analysis of several files", found=f"--by {by}"
        )
    from echub.files.reading import read

    wanted = {"reader": settings["reader"], "options": settings["options"]}
    groups: dict[str, tuple[list[Path | Source], list[Any]]] = {}
    for file in files:
        record = read(file, annotations=settings["annotations"], **wanted)
        value = record.metadata.value(by)
        paths, records = groups.setdefault("not stated" if value is None else str(value), ([], []))
        paths.append(file)
        records.append(record)
    return [_Question(tuple(paths), tuple(records), value) for value, (paths, records) in groups.items()]


def _answer(
    declared: Analysis,
    question: _Question,
    settings: dict[str, Any],
    targets: dict[str, Path],
    *,
    as_json: bool,
    force: bool,
    verbose: bool,
) -> int:
    """Answer, print and store; return the exit code. An error of one file does not stop the others."""
    from echub.analysis.analysis import analyze, analyze_each

    try:
        if "each" not in settings:
            outcomes, parts = [analyze(declared.name, question.what, **settings)], [targets]
        else:
            outcomes = analyze_each(declared.name, question.what, **settings)
            parts = _parts(targets, outcomes, settings["each"], force=force)
        written = [_store(declared, o, part) for o, part in zip(outcomes, parts, strict=True)]
    except EchubError as error:
        error.path = error.path or question.paths
        if as_json:
            print_json({"analysis": declared.name, "status": "failed", "error": error.as_dict()})
        typer.echo(str(error), err=True)
        return error.exit_code
    for outcome, paths in zip(outcomes, written, strict=True):
        if as_json:
            typer.echo(outcome.to_json(indent=None))
        else:
            from echub.cli.show.outcome import show

            part = _part(outcome, settings.get("each"))
            name = f"{question.name}, {part}" if part else question.name
            show(outcome, name, paths, verbose=verbose)
    if not as_json and declared.consumes == "dataset" and all(outcome.status == "refused" for outcome in outcomes):
        _tell_what_suits(declared, question, settings)
    return 1 if any(outcome.status == "refused" for outcome in outcomes) else 0


def _tell_what_suits(declared: Analysis, question: _Question, settings: dict[str, Any]) -> None:
    """Name the analyses that suit a file if the refused one is for another kind of measurement."""
    from echub.analysis.analysis import Choice
    from echub.analysis.fitting import Standing, fitting
    from echub.files.reading import read

    how = {key: settings[key] for key in ("reader", "options", "annotations")}
    part = {key: settings[key] for key in ("select", "time", "dataset")}
    found = fitting(read(question.files[0], **how), Choice(**part))
    own = next((fit for fit in found if fit.analysis.name == declared.name), None)
    if own is None or own.standing < Standing.UNSUITED:
        return
    others = [fit.analysis.name for fit in found if fit.standing < Standing.UNSUITED]
    if others:
        typer.echo(f"  analyses that suit this file: {', '.join(others)}")


def _basis(basis: str, each: str | None) -> str:
    from echub.analysis.area import BASES

    if basis not in BASES or each is not None:
        raise UnknownOption(
            f"--area-basis {basis} cannot be used here",
            expected=f"{', '.join(BASES)}; without --each",
            found=basis if each is None else f"--each {each}",
        )
    return basis


def _part(outcome: Outcome, each: str | None) -> str:
    """Return the part of a file that an outcome is about: ``spectrum 3``."""
    condition = outcome.conditions.get(each or "")
    return f"{each} {condition.value}" if condition else ""


def _parts(
    targets: dict[str, Path], outcomes: Sequence[Outcome], each: str, *, force: bool
) -> list[dict[str, Path]]:
    """Return the output paths for the outcomes of one file, one per part; nothing is replaced without `force`."""
    from echub.files.output import require_free

    found = []
    for outcome in outcomes:
        part = re.sub(r"[^\w.+-]+", "-", _part(outcome, each))
        found.append({what: _with_part(path, what, part) for what, path in targets.items()})
    paths = [path for target in found for path in target.values()]
    if len(set(paths)) < len(paths):
        raise TargetClash(
            "two parts of a file would have one output", hint=f"--select one value of {each} at a time"
        )
    for path in paths:
        require_free(path, force=force)
    return found


def _with_part(path: Path, what: str, part: str) -> Path:
    """Put the part before the suffixes: ``a.mpr.spectrum-3.eis-fit.outcome.json``, ``nyquist.spectrum-3.png``."""
    if not part:
        return path
    suffixes = path.suffixes[-3:] if what == "outcome" else path.suffixes[-1:]
    ending = "".join(suffixes)
    return path.with_name(f"{path.name.removesuffix(ending)}.{part}{ending}")


def _store(declared: Analysis, outcome: Outcome, targets: dict[str, Path]) -> list[Path]:
    from echub import drawing
    from echub.analysis import figures
    from echub.files.output import write_atomically

    parts: list[tuple[Path, Any]] = []
    if path := targets.get("outcome"):
        parts.append((path, lambda target: target.write_text(outcome.to_json() + "\n", encoding="utf-8")))
    path = targets.get("plot")
    if path and outcome.status == "refused" and not outcome.diagnostics:
        typer.echo(f"{path} is not drawn: there is nothing to show of a refused outcome", err=True)
    elif path:
        drawn = figures.draw_outcome(outcome, declared)
        form = path.suffix[1:].lower()
        parts.append((path, lambda target: drawing.save(drawn, target, form)))
    if parts:
        write_atomically(parts)
    return [path for path, _ in parts]


def _targets(
    declared: Analysis, questions: Sequence[_Question], output: Path | None, plot: Path | None, *, force: bool
) -> list[dict[str, Path]]:
    """Return the output paths of each question, before anything is read; several figures are named after files."""
    from echub.analysis import figures
    from echub.analysis.outcome import SUFFIX
    from echub.files.output import require_free

    if plot is not None:
        figures.require_format(plot)
    targets = []
    for stem in _stems(questions):
        target: dict[str, Path] = {}
        if output is not None:
            target["outcome"] = output / f"{stem}.{declared.name}{SUFFIX}"
        if plot is not None:
            several = plot.with_name(f"{plot.stem}.{stem}{plot.suffix}")
            target["plot"] = plot if len(questions) == 1 else several
        targets.append(target)
    paths = [path for target in targets for path in target.values()]
    if len(set(paths)) < len(paths):
        raise TargetClash(
            "two files of the same name would have one output", hint="analyse them one folder at a time"
        )
    for path in paths:
        require_free(path, force=force)
    return targets


def _time_range(text: str | None) -> tuple[float | None, float | None] | None:
    """Read ``0:3600s``: both ends in seconds, either may be left out."""
    return None if text is None else time_range(text, "--time takes START:STOP", "--time 0:3600s")


# -- lists ---------------------------------------------------------------------------


def _list(as_json: bool) -> None:
    from echub.cli.show.terminal import table
    from echub.registry.registry import registry

    known = sorted(registry().analyses.values(), key=lambda analysis: analysis.name)
    if as_json:
        print_json([{"name": a.name, "title": a.title, "reference": a.reference} for a in known])
        return
    table(("analysis", "answers", "reference"), [(a.name, a.title, a.reference) for a in known])


def _list_for(
    source: Path | Source, how: dict[str, Any], part: dict[str, Any], params: dict[str, str], *, as_json: bool
) -> None:
    """List the analyses for a part of one file, the best first, with the reason why the others do not suit it."""
    from echub.analysis.analysis import Choice
    from echub.analysis.fitting import Standing, fitting
    from echub.cli.show.terminal import heading, table
    from echub.files.reading import read

    found = fitting(read(source, **how), Choice(**part), params)
    if as_json:
        print_json({"file": shown(source), "analyses": [fit.as_dict() for fit in found]})
        return
    heading(shown(source))
    words = {Standing.SUITS: "suits it", Standing.ASKS: "needs a statement"}
    rows = [
        (fit.analysis.name, words.get(fit.standing, "no"), fit.reason or fit.analysis.title, fit.advice)
        for fit in found
        if fit.standing is not Standing.ELSEWHERE
    ]
    table(("analysis", "this file", "", "what helps"), rows)


def _describe(declared: Analysis) -> None:
    from echub.cli.show.outcome import describe

    describe(declared)

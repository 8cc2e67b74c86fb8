"""A study: files, their metadata, and steps of analysis, from one TOML file.

::

    title = "Na | solid electrolyte | Na"
    files = ["*.mpr"]
    meta = ["cells.csv"]

    [[step]]
    name = "onset"
    analysis = "ramp-onset"
    params.window = "30 s"

    [[step]]
    name = "activation"
    analysis = "arrhenius"
    from = "onset"
    by = "sample.group"

Every answer is cached under a hash of everything that it depends on, so that a study resumes where it
stopped and repeats only what changed. A file that cannot be read, or an analysis that refuses,
becomes a line of the report and never stops the others.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from echub.analysis.analysis import analyze, analyze_each, parameters
from echub.analysis.outcome import Condition, Outcome
from echub.analysis.outcome_shape import OutcomeShape
from echub.analysis.study_folder import RUN, names_of, writing_in
from echub.analysis.study_pictures import MOST, PICTURES, picture, pictured
from echub.analysis.sweeps import ParameterSweep, grouped, settings_of, shown, sweep_of, with_settings
from echub.batch.skipping import beside
from echub.batch.workers import Died, in_order
from echub.declare_analysis import Analysis
from echub.errors import EchubError, PluginError
from echub.files.annotations import Annotations
from echub.files.output import write_bytes
from echub.files.results import CACHE
from echub.model.json_text import plain, to_json
from echub.model.metadata import Metadata
from echub.model.source import Source
from echub.registry.boundary import PluginFault
from echub.registry.registry import registry
from echub.structured import Number, Shape, Table, parse_written, read_file
from echub.text import argument

_GLOB = frozenset("*?[")
FEW = 4
"""Fewer questions than this are answered in this process: starting others would take longer."""


_StepShape = TypedDict(
    "_StepShape",
    {
        "name": NotRequired[str],
        "analysis": str,
        "params": NotRequired[Table],
        "profile": NotRequired[str],
        "from": NotRequired[str | list[str]],
        "by": NotRequired[str | list[str]],
        "sweep": NotRequired[Table],
        "select": NotRequired[str],
        "time": NotRequired[list[Number]],
        "reader": NotRequired[str],
        "columns": NotRequired[dict[str, str]],
        "each": NotRequired[str],
        "files": NotRequired[str | list[str]],
    },
)


class _StudyShape(TypedDict, total=False):
    format: str
    title: str
    files: str | list[str]
    meta: str | list[str]
    set: Table
    seed: int
    figures: int
    step: list[_StepShape]


STUDY = Shape(
    "the study",
    _StudyShape,
    hint="`echub study --help`, and the page on studies in the documentation",
    version=("format", 1, 0),
)
_STORED = Shape("the stored answers", list[OutcomeShape])
_BESIDE = Shape("the names of files beside the sources", list[list[str]])


@dataclass(frozen=True)
class Step:
    """One analysis, on each file (or group of files), or on the outcomes of an earlier step.

    `by` are metadata paths or conditions: one answer per value of them. `sweep` is a parameter and its values: one
    answer per file and value. `each` is a column, such as ``spectrum``: one answer per file and value of it.
    `settings` are conditions that the outcomes get: what was swept. `sources` are the earlier steps, `source`
    their names in words; `files` are patterns of those files of the study that this step takes.
    """

    name: str
    analysis: str
    params: Mapping[str, Any] = field(default_factory=dict)
    profile: str | None = None
    source: str | None = None
    by: tuple[str, ...] = ()
    select: str | None = None
    time: tuple[float | None, float | None] | None = None
    reader: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    each: str | None = None
    sources: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    sweep: ParameterSweep | None = None
    settings: Mapping[str, Condition] = field(default_factory=dict)

    def of(self, files: Sequence[Path], folder: Path) -> list[Path]:
        """Return those files of the study in a folder that this step takes: all, if it names none."""
        if not self.files:
            return list(files)
        named = {_place(found) for pattern in self.files for found in _files(folder, pattern, folder)}
        return [file for file in files if _place(file) in named]

    @property
    def declared(self) -> Analysis:
        """Return the declaration of the analysis."""
        return registry().analysis(self.analysis)


@dataclass(frozen=True)
class Study:
    """A study as defined by its file."""

    path: Path
    title: str
    files: tuple[Path, ...]
    tables: tuple[Path, ...]
    values: Mapping[str, str]
    steps: tuple[Step, ...]
    seed: int = 0
    figures: int = MOST

    def annotations(self) -> Annotations:
        """Load the metadata of the files."""
        return Annotations.of(self.tables, self.values)


@dataclass(frozen=True)
class Answer:
    """The answer of one step to one question.

    `picture` is a PNG, if the analysis draws one; `anchor` its place in the report, once that is made.
    """

    step: Step
    label: str
    sources: tuple[str, ...]
    outcome: Outcome
    picture: bytes = b""
    cached: bool = False
    anchor: str = ""


def load_study(path: str | os.PathLike[str]) -> Study:
    """Read and check a study file; `PluginError` names the place of a mistake."""
    path = Path(path)
    tree = read_file(path, STUDY)
    folder = path.parent
    patterns = _listed(tree.get("files", []))
    placed: dict[str, Path] = {}
    for pattern in patterns:
        for file in _files(folder, pattern, path):
            placed.setdefault(_place(file), file)
    files = list(placed.values())
    if not files:
        raise PluginError(
            "the study names no file that is there",
            path=str(path),
            found=str(tree.get("files", "no files")),
            where="files",
        )
    for name in patterns:
        if _GLOB.isdisjoint(name) and not (folder / name).is_file():
            raise PluginError(
                "a file that the study names is not there",
                path=str(path),
                where="files",
                found=name,
                hint='correct the name, or take it out; a pattern such as "*.mpr" takes what is there',
            )
    steps: list[Step] = []
    for number, entry in enumerate(tree.get("step", ()), 1):
        steps.append(_step(entry, number, steps, path))
        if not steps[-1].of(files, folder):
            raise PluginError(
                f"step {number} takes none of the files of the study",
                path=str(path),
                where=f"step[{number - 1}].files",
                expected="names or patterns that some of them have, relative to the study",
                found=", ".join(steps[-1].files),
            )
    if not steps:
        raise PluginError(
            "the study has no step",
            path=str(path),
            expected="[[step]] with name and analysis",
            cause="the steps that `echub study init` writes are comments at first",
            hint=f"take the # away from the steps that are wanted, then: echub study {argument(path)}",
        )
    values = {p: str(v) for p, v in _flat(tree.get("set", {}))}
    return Study(
        path,
        tree.get("title", path.stem),
        tuple(files),
        tuple(folder / name for name in _listed(tree.get("meta", []))),
        values,
        tuple(steps),
        tree.get("seed", 0),
        tree.get("figures", MOST),
    )


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _place(file: Path) -> str:
    """Return where a file lies: one that two patterns reach in two ways is one file."""
    return os.path.join(os.path.realpath(file.parent), file.name)


def _files(folder: Path, pattern: str, study: Path, where: str = "files") -> list[Path]:
    """Return the files of a pattern in order; a name may have brackets, which a pattern takes for a choice."""
    try:
        found = {*folder.glob(pattern), folder / pattern}
        return sorted(file for file in found if file.is_file())
    except (ValueError, NotImplementedError, OSError) as error:
        raise PluginError(
            "a pattern of the study cannot be used",
            path=str(study),
            where=where,
            expected='a name or a pattern relative to the study, such as "*.mpr"',
            found=pattern,
            cause=str(error),
        ) from None


def _step(entry: Mapping[str, Any], number: int, before: Sequence[Step], path: Path) -> Step:
    where = f"step {number}"
    name = entry.get("name", entry["analysis"])
    sources = _listed(entry.get("from", []))
    if name in {step.name for step in before}:
        raise PluginError(f"two steps are called {name}", path=str(path), where=where)
    source = ", ".join(sources) if sources else None
    if unknown := [one for one in sources if one not in {step.name for step in before}]:
        raise PluginError(
            f"{where} takes from {unknown[0]!r}, which is not an earlier step",
            path=str(path),
            expected=", ".join(step.name for step in before) or "no earlier step",
        )
    span = entry.get("time")
    if span is not None and not (len(span) == 2 and span[0] < span[1]):
        raise PluginError(
            f"{where} has a time that is not a pair of a start and a later stop",
            path=str(path),
            where=f"step[{number - 1}].time",
            expected="[start, stop] in seconds",
            found=str(span),
        )
    for pattern in _listed(entry.get("files", [])):
        _files(path.parent, pattern, path, f"step[{number - 1}].files")
    step = Step(
        name,
        entry["analysis"],
        entry.get("params", {}),
        entry.get("profile"),
        source,
        tuple(_listed(entry.get("by", []))),
        entry.get("select"),
        (span[0], span[1]) if span else None,
        entry.get("reader"),
        entry.get("columns", {}),
        entry.get("each"),
        tuple(sources),
        tuple(_listed(entry.get("files", []))),
        sweep_of(entry, registry().analysis(entry["analysis"]), where, path),
    )
    if step.each and step.declared.consumes != "dataset":
        raise PluginError(
            f"{step.analysis} takes no `each`: it is not about one file", path=str(path), where=where
        )
    if (step.declared.consumes == "outcomes") != (source is not None):
        wants = "outcomes: it needs `from`" if source is None else "files: it takes no `from`"
        raise PluginError(f"{step.analysis} takes {wants}", path=str(path), where=where)
    parameters(step.declared, step.params, step.profile)
    return step


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


# -- running ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Asked:
    """Everything that one answer depends on, in a form that can be sent to another process."""

    step: Step
    label: str
    files: tuple[Path, ...]
    outcomes: tuple[Outcome, ...]
    annotations: Annotations
    seed: int
    cache: Path
    draws: bool = True


def run_study(
    study: Study,
    output: Path,
    *,
    workers: int | None = None,
    progress: Callable[[Answer], None] | None = None,
) -> list[Answer]:
    """Answer every step; `output` holds the cache and the stored outcomes.

    workers: processes, by default one per core. `progress` is called with every answer.
    """
    annotations = study.annotations()
    answers: list[Answer] = []
    with writing_in(output):
        for step in study.steps:
            for answer in _stepwise(study, step, answers, annotations, output / CACHE, workers):
                answers.append(answer)
                if progress:
                    progress(answer)
    return answers


def _stepwise(
    study: Study,
    step: Step,
    answers: Sequence[Answer],
    annotations: Annotations,
    cache: Path,
    workers: int | None,
) -> Iterator[Answer]:
    """Answer the questions of one step."""
    asked = list(_questions(study, step, answers, annotations, cache))
    drawn = pictured(len(asked), study.figures)
    questions = [replace(one, draws=number in drawn) for number, one in enumerate(asked)]
    for bare in _answered(questions, workers or os.cpu_count() or 1):
        yield replace(bare, outcome=with_settings(bare.outcome, bare.step.settings))


def _answered(questions: Sequence[_Asked], workers: int) -> Iterator[Answer]:
    """Answer questions in order, in processes if there are more than a few."""
    few = workers == 1 or len(questions) < FEW
    for question, answer in in_order(_answer, questions, jobs=None if few else min(workers, len(questions))):
        yield from [_failed(question, answer.error())] if isinstance(answer, Died) else answer


def _failed(question: _Asked, error: EchubError) -> Answer:
    """Return a refused answer to a question that failed, or whose process died."""
    flag = replace(error.remark, message=_told(error), severity="refusal")
    refused = Outcome(flags=(flag,), analysis=question.step.analysis, label=question.label)
    return Answer(question.step, question.label, tuple(map(str, question.files)), refused)


def _told(error: EchubError) -> str:
    """Say in one line what went wrong; for an error in a plugin, also what it was and which plugin."""
    if not isinstance(error, PluginFault):
        return error.message
    return f"{error.message}: {error.found} ({error.cause})"


def _questions(
    study: Study, step: Step, answers: Sequence[Answer], annotations: Annotations, cache: Path
) -> Iterator[_Asked]:
    files_of = step.of(study.files, study.path.parent)
    if step.sources:
        given = [a.outcome for a in answers if a.step.name in step.sources]
        for label, group in grouped(given, step.by, lambda o, path: o.meta(path)):
            own = replace(step, settings=settings_of(group[0], step.by))
            yield _Asked(own, label or step.name, (), tuple(group), annotations, study.seed, cache)
    elif step.declared.consumes == "datasets":
        stated = {file: _stated(file, annotations) for file in files_of}
        for label, files in grouped(files_of, step.by, lambda f, path: stated[f].value(path)):
            for own, setting in swept(step):
                named = f"{label or 'all'}{setting}"
                yield _Asked(own, named, tuple(files), (), annotations, study.seed, cache)
    else:
        for file, name in names_of(files_of, study.path.parent).items():
            for own, setting in swept(step):
                yield _Asked(own, f"{name}{setting}", (file,), (), annotations, study.seed, cache)


def swept(step: Step) -> Iterator[tuple[Step, str]]:
    """Yield a step once per value of its sweep, with what the label says of it; itself if it has none."""
    if step.sweep is None:
        yield step, ""
        return
    for value in step.sweep.values:
        condition = step.sweep.condition(value)
        own = replace(step, params={**step.params, step.sweep.name: value}, settings={step.sweep.name: condition})
        yield own, f", {shown(step.sweep.name, condition)}"


def _stated(file: Path, annotations: Annotations) -> Metadata:
    metadata = Metadata()
    annotations.apply(Source(file), metadata)
    return metadata


def _answer(question: _Asked) -> list[Answer]:
    """Take answers from the cache, or ask: one, or one per part; an error becomes a refused outcome."""
    step = question.step
    try:
        first = _key(question)
        key = _with_beside(first, question)
        outcomes = _loaded(_stored(question, key))
        cached = outcomes is not None
        if outcomes is None:
            sources = [Source(file) for file in question.files]
            outcomes = _ask(question, sources)
            _remember(first, question, sources)
            key = _with_beside(first, question)
        drawn = [question.cache / f"{key}.{number}.png" for number in range(len(outcomes))]
        wanted = pictured(len(outcomes), PICTURES) if question.draws else []
        missing = [number for number in wanted if not drawn[number].is_file()]
        if missing or not cached:
            try:
                pictures = {number: picture(outcomes[number], step.declared) for number in missing}
            except PluginFault as error:  # the values count; not cached, so the figure is tried again
                flag = replace(error.remark, message=_told(error), severity="warning")
                flagged = [outcome.replace(flags=(*outcome.flags, flag)) for outcome in outcomes]
                return [_answer_of(question, outcome, b"", cached=False) for outcome in flagged]
            for number, data in pictures.items():
                if data:
                    write_bytes(drawn[number], data, run=RUN)
            if not cached:
                write_bytes(_stored(question, key), _dumped(outcomes), run=RUN)
    except EchubError as error:
        return [_failed(question, error)]
    return [
        _answer_of(
            question, outcome, path.read_bytes() if question.draws and path.is_file() else b"", cached=cached
        )
        for outcome, path in zip(outcomes, drawn, strict=True)
    ]


def _answer_of(question: _Asked, outcome: Outcome, drawn: bytes, *, cached: bool) -> Answer:
    """Return the answer to a question, or to one part of it, with its label."""
    step, sources = question.step, tuple(str(file) for file in question.files)
    return Answer(step, outcome.label if step.each else question.label, sources, outcome, drawn, cached)


def _dumped(outcomes: Sequence[Outcome]) -> bytes:
    return f"[{','.join(outcome.to_json(indent=None) for outcome in outcomes)}]".encode()


def _stored(question: _Asked, key: str) -> Path:
    return question.cache / f"{key}.outcomes.json"


def _remember(key: str, question: _Asked, sources: Sequence[Source]) -> None:
    """Store which files the readers looked for beside the sources, found or not: answers depend on them too."""
    asked = [sorted(set(source.asked)) for source in sources]
    if any(asked):
        write_bytes(question.cache / f"{key}.beside.json", to_json(asked).encode(), run=RUN)


def _with_beside(key: str, question: _Asked) -> str:
    """Return the key with the state of the files beside the sources, as far as readers have looked for any."""
    told = question.cache / f"{key}.beside.json"
    if not told.is_file():
        return key
    try:
        asked = parse_written(told.read_bytes(), _BESIDE, str(told))
    except (EchubError, OSError):  # damaged: what is stored under the bare key is none of these files
        return key
    states = [beside(file.parent, names) for file, names in zip(question.files, asked, strict=False)]
    return hashlib.sha256(to_json([key, states]).encode()).hexdigest()[:32]


def _loaded(stored: Path) -> list[Outcome] | None:
    """Read stored answers; None if there are none, or if they are damaged: they are then computed again."""
    if not stored.is_file():
        return None
    try:
        told = parse_written(stored.read_bytes(), _STORED, str(stored))
        return [Outcome.from_checked(one, str(stored)) for one in told]
    except (EchubError, OSError):
        return None


def _ask(question: _Asked, sources: Sequence[Source]) -> list[Outcome]:
    step = question.step
    what: Any = list(sources or question.outcomes)
    settings: dict[str, Any] = {
        "params": step.params,
        "profile": step.profile,
        "annotations": question.annotations if question.files else None,
        "select": step.select,
        "time": step.time,
        "columns": step.columns,
        "reader": step.reader,
        "seed": question.seed,
    }
    if step.each:
        return analyze_each(step.analysis, what, each=step.each, **settings)
    outcome = analyze(step.analysis, what, **settings)
    return [outcome if question.files else outcome.replace(label=question.label)]


def _key(question: _Asked) -> str:
    """Hash what an answer depends on: content of the files, metadata, parameters, versions.

    What is beside the files is known only once they were read, see `_with_beside`.
    """
    from echub import __version__

    step = question.step
    declared = step.declared
    owner = registry().owner(declared)
    files = [[f.name, Source(f).sha256(), _entries(f, question.annotations)] for f in question.files]
    depends = {
        "files": files,
        "outcomes": [outcome.to_json(indent=None) for outcome in question.outcomes],
        "analysis": [step.analysis, declared.version, owner.distribution, owner.version, __version__],
        "parameters": plain(vars(parameters(declared, step.params, step.profile))),
        "choice": [step.select, list(step.time or ()), step.reader, dict(step.columns), step.each],
        "seed": question.seed,
        "label": question.label,
        "beside": "as readers look for them",
    }
    # 128 bits suffice against collisions and keep file names short.
    return hashlib.sha256(to_json(depends).encode()).hexdigest()[:32]


def _entries(file: Path, annotations: Annotations) -> list[Any]:
    return plain([[e.path, e.value, e.unit, e.source] for e in _stated(file, annotations).entries])  # type: ignore[no-any-return]


def summary(answers: Sequence[Answer]) -> dict[str, Any]:
    """Count the answers by step and status, for `--json`."""
    counts: dict[str, dict[str, int]] = {}
    for answer in answers:
        step = counts.setdefault(answer.step.name, {})
        step[answer.outcome.status] = step.get(answer.outcome.status, 0) + 1
    return counts

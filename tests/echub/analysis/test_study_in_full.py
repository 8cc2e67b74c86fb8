"""A study to the last key: what its file may say, which questions follow, and on what each answer depends."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import echub
from echub.analysis import study
from echub.analysis.outcome import Condition, Measurand, Outcome, Refusal
from echub.analysis.study import Step, Study, load_study, run_study, summary
from echub.analysis.sweeps import ParameterSweep
from echub.batch.workers import Died
from echub.errors import UnknownFormat
from echub.files.annotations import Annotations
from echub.model.source import Source
from echub.registry.boundary import fault
from echub.registry.registry import registry
from tests.messages.parts import said

WHOLE = """
format = "1.0"
title = "Na cells"
files = ["b.mpr", "*.mpr", "*"]
meta = ["cells.csv", "more.csv"]
seed = 7
figures = 3

[set]
sample.group = "bare"
cell.area = "2 cm^2"
experiment.note.run = 4

[[step]]
name = "onset"
analysis = "ramp-onset"
params = {window = "30 s", threshold = 5}
profile = "lowack2026"
select = "current > 0"
time = [10, 20.5]
reader = "eclab-mpr"
columns = {t = "clock"}
files = ["a.mpr", "c*"]
sweep.bootstrap = [20, 40]

[[step]]
analysis = "eis-fit"
each = "spectrum"
files = "c.mpr"

[[step]]
name = "activation"
analysis = "arrhenius"
from = ["onset", "eis-fit"]
by = ["sample.group", "bootstrap"]

[[step]]
name = "one"
analysis = "arrhenius"
from = "onset"
by = "sample.id"
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("c.mpr", "a.mpr", "b.mpr"):
        (tmp_path / name).write_text(f"content of {name}")
    (tmp_path / "sub").mkdir()
    return tmp_path


def loaded(folder, text):
    path = folder / "s.toml"
    path.write_text(text, "utf-8")
    return load_study(path)


def test_a_study_is_read_to_the_last_key(folder):
    found = loaded(folder, WHOLE)
    names = [folder / name for name in ("b.mpr", "a.mpr", "c.mpr", "s.toml")]
    assert found == Study(
        folder / "s.toml", "Na cells", tuple(names), (folder / "cells.csv", folder / "more.csv"),
        {"sample.group": "bare", "cell.area": "2 cm^2", "experiment.note.run": "4"},
        (
            Step(
                "onset", "ramp-onset", {"window": "30 s", "threshold": 5}, "lowack2026", select="current > 0",
                time=(10, 20.5), reader="eclab-mpr", columns={"t": "clock"}, files=("a.mpr", "c*"),
                sweep=ParameterSweep("bootstrap", (20, 40)),
            ),
            Step("eis-fit", "eis-fit", each="spectrum", files=("c.mpr",)),
            Step(
                "activation", "arrhenius", source="onset, eis-fit", by=("sample.group", "bootstrap"),
                sources=("onset", "eis-fit"),
            ),
            Step("one", "arrhenius", source="onset", by=("sample.id",), sources=("onset",)),
        ),
        7, 3,
    )  # fmt: skip
    assert [step.of(found.files, folder) for step in found.steps] == [
        [folder / "a.mpr", folder / "c.mpr"], [folder / "c.mpr"], names, names
    ]  # fmt: skip


def test_a_file_that_is_named_in_two_ways_is_one(folder):
    again = f'"sub/../a.mpr", "../{folder.name}/c.mpr"'
    step = f'[[step]]\nanalysis = "ramp-onset"\nfiles = [{again}]\n'
    found = loaded(folder, f'files = ["a.mpr", "c.mpr", "b.mpr", "*.mpr", {again}]\n{step}')
    assert found.files == tuple(folder / name for name in ("a.mpr", "c.mpr", "b.mpr"))
    assert found.steps[0].of(found.files, folder) == [folder / "a.mpr", folder / "c.mpr"]


def test_a_name_with_brackets_is_a_name_too(folder):
    """As a pattern, `r[12].mpr` means two others."""
    for name in ("r[12].mpr", "r1.mpr", "r2.mpr", "r3.mpr"):
        (folder / name).write_text("x")
    found = loaded(folder, 'files = "r[12].mpr"\n[[step]]\nanalysis = "ramp-onset"\n')
    assert found.files == tuple(folder / name for name in ("r1.mpr", "r2.mpr", "r[12].mpr"))


def test_what_a_study_leaves_out_is_as_documented(folder):
    found = loaded(folder, 'files = "a.mpr"\n[[step]]\nanalysis = "ramp-onset"\n')
    step = Step("ramp-onset", "ramp-onset")
    assert found == Study(folder / "s.toml", "s", (folder / "a.mpr",), (), {}, (step,), 0, 24)


HINT = "`echub study --help`, and the page on studies in the documentation"
STEPS = '[[step]]\nname = "x"\nanalysis = "ramp-onset"\n[[step]]\n'


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('files = ["*.none", "z"]\n', {
            "message": "the study names no file that is there", "where": "files", "found": "['*.none', 'z']",
        }),
        ("", {"message": "the study names no file that is there", "where": "files", "found": "no files"}),
        ('files = "a.mpr"\n', {
            "message": "the study has no step", "expected": "[[step]] with name and analysis",
            "cause": "the steps that `echub study init` writes are comments at first",
            "hint": "take the # away from the steps that are wanted, then: echub study {path}",
        }),
        ('files = "a.mpr"\n' + STEPS + 'analysis = "eis-fit"\nname = "x"', {
            "message": "two steps are called x", "where": "step 2",
        }),
        ('files = "a.mpr"\n' + STEPS + 'analysis = "ccd"\neach = "cycle"', {
            "message": "ccd takes no `each`: it is not about one file", "where": "step 2",
        }),
        ('files = "a.mpr"\n' + STEPS + 'analysis = "eis-fit"\nfrom = "x"', {
            "message": "eis-fit takes files: it takes no `from`", "where": "step 2",
        }),
        ('files = "a.mpr"\n' + STEPS + 'analysis = "arrhenius"', {
            "message": "arrhenius takes outcomes: it needs `from`", "where": "step 2",
        }),
        ('files = "a.mpr"\n' + STEPS + 'analysis = "arrhenius"\nfrom = ["x", "y"]', {
            "message": "step 2 takes from 'y', which is not an earlier step", "expected": "x",
        }),
        ('files = "a.mpr"\n' + STEPS + 'analysis = "eis-fit"\ntime = [5, 5]', {
            "message": "step 2 has a time that is not a pair of a start and a later stop", "where": "step[1].time",
            "expected": "[start, stop] in seconds", "found": "[5, 5]",
        }),
        ('files = "sub"\n', {
            "message": "the study names no file that is there", "where": "files", "found": "sub",
        }),
        ('files = ["a.mpr", "none*", "d.mpr"]\n', {
            "message": "a file that the study names is not there", "where": "files", "found": "d.mpr",
            "hint": 'correct the name, or take it out; a pattern such as "*.mpr" takes what is there',
        }),
        ('files = "a.mpr"\n' + STEPS + 'analysis = "eis-fit"\nfiles = ["b.mpr", "none*"]', {
            "message": "step 2 takes none of the files of the study", "where": "step[1].files",
            "expected": "names or patterns that some of them have, relative to the study",
            "found": "b.mpr, none*",
        }),
        ('files = "a.mpr"\n' + STEPS + 'analysis = "eis-fit"\nfiles = ["a.mpr", "/a.mpr"]', {
            "message": "a pattern of the study cannot be used", "where": "step[1].files",
            "expected": 'a name or a pattern relative to the study, such as "*.mpr"', "found": "/a.mpr",
            "cause": "Non-relative patterns are unsupported",
        }),
        ('format = "2"', {
            "message": "the study cannot be read: it is of a later version", "where": "format",
            "expected": "version 1.0 or earlier", "found": "2", "hint": "pip install --upgrade echub",
        }),
        ("files = 3", {
            "message": "the study has a mistake: files is a whole number", "hint": HINT,
        }),
    ],
)  # fmt: skip
def test_a_mistake_of_a_study_is_told_with_its_place(folder, text, parts):
    told = said(lambda: loaded(folder, text))
    path = str(folder / "s.toml")
    if "has a mistake" in parts["message"]:  # in the words of the check of texts, which has tests of its own
        assert (told["path"], told["hint"]) == (path, parts["hint"])
    else:
        assert told == {**{name: value.format(path=path) for name, value in parts.items()}, "path": path}


# -- questions and answers --------------------------------------------------------------------------


class Asking:
    """What stands in for analyses: it remembers what was asked, and answers with the number of the question."""

    def __init__(self, monkeypatch):
        self.calls, self.drawn, self.parts, self.number = [], [], 1, 0
        self.looks_for = ""
        monkeypatch.setattr(study, "analyze", lambda *given, **more: self.answers(given, more)[0])
        monkeypatch.setattr(study, "analyze_each", lambda *given, **more: self.answers(given, more))
        monkeypatch.setattr(study, "picture", self.picture)

    def answers(self, given, more):
        sources = [one for one in given[1] if isinstance(one, Source)]
        self.calls.append((given[0], [source.path for source in sources] or given[1], more))
        self.number += 1
        for source in sources if self.looks_for else ():
            source.beside(self.looks_for)
        return [
            Outcome({"x": Measurand("V", self.number + n / 100)}, label=f"part {n}", provenance={"seen": 1})
            for n in range(self.parts if "each" in more else 1)
        ]

    def picture(self, outcome, declared):
        self.drawn.append((outcome["x"].value, declared.name))
        return f"PNG of {outcome['x'].value:g}".encode()

    def new(self):
        """Return the files or outcomes that were asked about since the last look."""
        seen, self.calls = [given[1] for given in self.calls], []
        return seen


@pytest.fixture
def asking(monkeypatch):
    return Asking(monkeypatch)


def studied(folder, *steps, names=("a.mpr", "b.mpr", "c.mpr"), values=None, **more):
    files = tuple(folder / name for name in names)
    return Study(folder / "s.toml", "t", files, (), values or {}, steps, **more)


def ran(folder, *steps, **more):
    return run_study(studied(folder, *steps, **more), folder / "out", workers=1)


def seen(answers):
    """Return what tells an answer from the others."""
    return [(a.step.name, a.label, [Path(s).name for s in a.sources], a.outcome["x"].value) for a in answers]


def test_a_step_asks_about_each_file_with_all_that_it_says(folder, asking):
    step = Step(
        "s", "ramp-onset", {"window": "30 s"}, "lowack2026", select="row < 9", time=(1.0, 2.0), reader="eclab-mpr",
        columns={"t": "clock"}, files=("[ab].mpr",),
    )  # fmt: skip
    told = []
    given = studied(folder, step, values={"cell.area": "2 cm^2"}, seed=5)
    answers = run_study(given, folder / "out", workers=1, progress=told.append)
    assert seen(answers) == [("s", "a.mpr", ["a.mpr"], 1.0), ("s", "b.mpr", ["b.mpr"], 2.0)]
    assert told == answers
    assert [(a.outcome.label, a.cached, a.picture) for a in answers] == [
        ("part 0", False, b"PNG of 1"), ("part 0", False, b"PNG of 2")
    ]  # fmt: skip
    assert asking.calls == [
        ("ramp-onset", [folder / name], {
            "params": {"window": "30 s"}, "profile": "lowack2026",
            "annotations": Annotations(values={"cell.area": "2 cm^2"}), "select": "row < 9", "time": (1.0, 2.0),
            "columns": {"t": "clock"}, "reader": "eclab-mpr", "seed": 5,
        })
        for name in ("a.mpr", "b.mpr")
    ]  # fmt: skip
    assert asking.drawn == [(1.0, "ramp-onset"), (2.0, "ramp-onset")]


def test_files_that_are_one_experiment_are_asked_about_at_once_by_what_is_stated_of_them(folder, asking):
    for name, group in (("a", "bare"), ("b", "coated"), ("c", "bare")):
        (folder / f"{name}.mpr.echub.toml").write_text(f'sample.group = "{group}"\n')
    answers = ran(folder, Step("each", "ccd", by=("sample.group",)), Step("whole", "ccd"))
    assert seen(answers) == [
        ("each", "bare", ["a.mpr", "c.mpr"], 1.0), ("each", "coated", ["b.mpr"], 2.0),
        ("whole", "all", ["a.mpr", "b.mpr", "c.mpr"], 3.0),
    ]  # fmt: skip


@pytest.mark.parametrize(("analysis", "one"), [("ramp-onset", "a.mpr"), ("ccd", "all")])
def test_a_swept_parameter_is_a_question_and_a_condition_for_each_value(folder, asking, analysis, one):
    step = Step("s", analysis, {"rest": 1}, sweep=ParameterSweep("span_of", (2.0, 5), "mA/cm^2"))
    # The key of a stored answer reads the parameters, which this one has not.
    asked = list(study._questions(studied(folder, step, names=("a.mpr",)), step, [], Annotations(), folder))
    assert [(one.label, one.step.params, one.step.settings) for one in asked] == [
        (f"{one}, span of {value:g} mA/cm²", {"rest": 1, "span_of": value},
         {"span_of": Condition(value, "mA/cm^2")})
        for value in (2.0, 5)
    ]  # fmt: skip


def test_outcomes_are_grouped_and_the_conditions_of_the_group_hold_for_what_is_made_of_them(folder, asking):
    first = Step("first", "ramp-onset")
    swept = replace(first, name="swept", params={"bootstrap": 20}, settings={"level": Condition(3.0, "%")})
    both = Step("both", "arrhenius", sources=("first", "swept"), source="first, swept", by=("level",))
    alone = Step("alone", "arrhenius", sources=("swept",), source="swept")
    answers = ran(folder, first, swept, both, alone, names=("a.mpr", "b.mpr"))
    assert seen(answers)[4:] == [
        ("both", "(not stated)", [], 5.0), ("both", "level 3 %", [], 6.0), ("alone", "alone", [], 7.0)
    ]  # fmt: skip
    given = [[outcome["x"].value for outcome in call[1]] for call in asking.calls[4:]]
    assert given == [[1.0, 2.0], [3.0, 4.0], [3.0, 4.0]]
    assert [call[2]["annotations"] for call in asking.calls[4:]] == [None] * 3
    assert [a.outcome.label for a in answers[4:]] == ["(not stated)", "level 3 %", "alone"]
    assert [dict(a.outcome.conditions) for a in answers[4:]] == [{}, {"level": Condition(3.0, "%")}, {}]


@pytest.mark.parametrize(("parts", "drawn"), [(2, 2), (9, 9), (10, 9)])
def test_each_part_of_a_file_is_an_answer_with_its_own_label_and_at_most_nine_are_drawn(
    folder, asking, parts, drawn
):
    asking.parts = parts
    answers = ran(folder, Step("s", "eis-fit", each="spectrum"), names=("a.mpr",))
    assert asking.calls[0][2]["each"] == "spectrum"
    assert [a.label for a in answers] == [f"part {n}" for n in range(parts)]
    assert [a.outcome["x"].value for a in answers] == [1 + n / 100 for n in range(parts)]
    assert sum(bool(a.picture) for a in answers) == len(asking.drawn) == drawn


def test_a_second_run_asks_and_draws_nothing_and_a_larger_number_of_figures_draws_the_rest(folder, asking):
    step = Step("s", "ramp-onset")
    assert [a.picture for a in ran(folder, step, figures=1)] == [b"PNG of 1", b"", b""]
    asking.calls.clear()
    again = ran(folder, step, figures=0)
    assert (asking.calls, len(asking.drawn)) == ([], 1)
    assert [(a.cached, a.picture) for a in again] == [(True, b"")] * 3
    more = ran(folder, step)
    assert (asking.calls, len(asking.drawn)) == ([], 3)
    assert [(a.cached, a.picture) for a in more] == [(True, f"PNG of {n}".encode()) for n in (1, 2, 3)]


def test_files_of_the_cache_are_written_under_the_mark_of_studies(folder, asking, monkeypatch):
    """By it the next run knows what a killed one left."""
    marks = []
    write = study.write_bytes
    monkeypatch.setattr(
        study,
        "write_bytes",
        lambda path, data, **more: marks.append((path.suffix, more)) or write(path, data, **more),
    )
    ran(folder, Step("s", "ramp-onset"), names=("a.mpr",))
    assert marks == [(".png", {"run": "study"}), (".json", {"run": "study"})]


def test_an_answer_depends_on_what_its_reader_looks_for_beside_the_file(folder, asking):
    """The log that a reader looks for is not there, then is, then changes, then is gone again."""
    asking.looks_for = "a.log"
    log, found = folder / "a.log", []
    for text in (None, None, "one", "one", "two", None):
        if text is None:
            log.unlink(missing_ok=True)
        else:
            log.write_text(text)
        (answer,) = ran(folder, Step("s", "ramp-onset"), names=("a.mpr",))
        found.append((answer.outcome["x"].value, answer.cached))
    assert found == [(1.0, False), (1.0, True), (2.0, False), (2.0, True), (3.0, False), (1.0, True)]


@pytest.mark.parametrize("damage", [b"", b"[", b"[{}]", b"{}"])
def test_a_damaged_stored_answer_is_asked_for_again(folder, asking, damage):
    ran(folder, Step("s", "ramp-onset"), names=("a.mpr",))
    (stored,) = (folder / "out" / "cache").glob("*.outcomes.json")
    stored.write_bytes(damage)
    (again,) = ran(folder, Step("s", "ramp-onset"), names=("a.mpr",))
    assert (again.cached, again.outcome["x"].value) == (False, 2.0)
    (third,) = ran(folder, Step("s", "ramp-onset"), names=("a.mpr",))
    assert (third.cached, third.outcome["x"].value) == (True, 2.0)


BASE = Step("s", "ramp-onset", {"threshold": 5})


@pytest.mark.parametrize(
    "changed",
    [
        {"params": {"threshold": 6}}, {"profile": "lowack2026", "params": {}}, {"analysis": "stability-window"},
        {"select": "row < 9"}, {"time": (1.0, 2.0)}, {"reader": "eclab-mpr"}, {"columns": {"t": "x"}},
        {"each": "cycle"},
    ],
)  # fmt: skip
def test_whatever_a_step_says_makes_another_answer(folder, asking, changed):
    ran(folder, BASE, names=("a.mpr",))
    asking.new()
    ran(folder, replace(BASE, **{"params": {"threshold": 5}, **changed}), names=("a.mpr",))
    assert asking.new() == [[folder / "a.mpr"]]


def test_whatever_is_read_stated_or_installed_makes_another_answer(folder, asking, monkeypatch):
    def asks(**more):
        ran(folder, BASE, **{"names": ("a.mpr",), **more})
        return len(asking.new())

    assert [asks(), asks()] == [1, 0]
    assert asks(seed=1) == 1
    assert [asks(values={"cell.area": text}) for text in ("2 cm^2", "3 cm^2", "3 m^2", "3 cm^2")] == [1, 1, 1, 0]
    (folder / "a.mpr.echub.toml").write_text('cell.area = "3 cm^2"\n')
    assert [asks(), asks()] == [1, 0]  # the same value, of another source
    (folder / "a.mpr").write_text("another content")
    assert [asks(), asks()] == [1, 0]
    (folder / "b.mpr").write_text("another content")
    assert asks(names=("b.mpr",)) == 1  # the name is in the answer
    owner = registry().owner(registry().analysis("ramp-onset"))
    for thing, name in ((owner, "version"), (owner, "distribution"), (echub, "__version__")):
        monkeypatch.setattr(thing, name, "another")
        assert asks() == 1, name
    analyses = registry().analyses
    another = replace(analyses["ramp-onset"], version="another")
    monkeypatch.setitem(analyses, "ramp-onset", another)
    monkeypatch.setitem(registry()._owner, (type(another), "ramp-onset"), owner)
    assert [asks(), asks()] == [1, 0]


def test_what_is_said_in_other_words_or_of_another_step_is_the_same_answer(folder, asking):
    ran(folder, BASE)
    asking.new()
    same = replace(BASE, name="t", params={"threshold": "5 %"}, by=("sample.id",), files=("*",))
    assert [a.cached for a in ran(folder, same)] == [True] * 3
    assert asking.new() == []


def test_other_outcomes_and_another_label_make_another_answer(folder, asking):
    first, last = Step("first", "ramp-onset"), Step("last", "arrhenius", sources=("first",), source="first")
    ran(folder, first, last)
    assert len(asking.new()) == 4
    ran(folder, first, last)
    assert asking.new() == []
    ran(folder, first, replace(last, name="renamed"))
    assert len(asking.new()) == 1
    ran(folder, replace(first, params={"threshold": 6}), last)
    assert len(asking.new()) == 4


def test_what_cannot_be_answered_is_a_refusal_with_all_that_the_error_says(folder, asking, monkeypatch):
    error = UnknownFormat("nobody knows it", path="a.mpr", found="b'x'", hint="convert it")
    monkeypatch.setattr(study, "analyze", lambda *_, **__: (_ for _ in ()).throw(error))
    (answer,) = ran(folder, Step("s", "ramp-onset"), names=("a.mpr",))
    assert (answer.label, answer.sources, answer.cached, answer.picture) == (
        "a.mpr", (str(folder / "a.mpr"),), False, b""
    )  # fmt: skip
    remark = replace(error.remark, severity="refusal")
    assert answer.outcome == Outcome(flags=(remark,), analysis="ramp-onset", label="a.mpr")
    assert (remark.code, remark.message, remark.hint) == ("unknown-format", "nobody knows it", "convert it")
    assert not list((folder / "out").rglob("*.json"))


def test_a_refusal_of_a_plugin_that_fails_says_what_it_was_and_which_plugin(folder, asking, monkeypatch):
    error = fault("the analysis toy", "the plugin toy of acme 1.0", "ValueError: no", "toy:run")
    monkeypatch.setattr(study, "analyze", lambda *_, **__: (_ for _ in ()).throw(error))
    (answer,) = ran(folder, Step("s", "ramp-onset"), names=("a.mpr",))
    (flag,) = answer.outcome.flags
    assert flag.severity == "refusal"
    assert flag.message == (
        "the analysis toy failed: ValueError: no (a mistake in the plugin toy of acme 1.0)"
    )  # fmt: skip


def test_a_figure_that_fails_is_a_warning_and_is_tried_again(folder, asking, monkeypatch):
    broken = fault("the analysis toy", "the plugin toy of acme 1.0", "ValueError: no", "toy:draw")
    with monkeypatch.context() as patch:
        patch.setattr(study, "picture", lambda *_: (_ for _ in ()).throw(broken))
        (answer,) = ran(folder, Step("s", "ramp-onset"), names=("a.mpr",))
    (flag,) = answer.outcome.flags
    assert (flag.severity, flag.message) == (
        "warning", "the analysis toy failed: ValueError: no (a mistake in the plugin toy of acme 1.0)"
    )  # fmt: skip
    assert (answer.outcome["x"].value, answer.picture, answer.cached) == (1.0, b"", False)
    (again,) = ran(folder, Step("s", "ramp-onset"), names=("a.mpr",))
    assert (again.outcome.flags, again.picture) == ((), b"PNG of 2")
    asking.parts = 3
    with monkeypatch.context() as patch:
        patch.setattr(study, "picture", lambda *_: (_ for _ in ()).throw(broken))
        parts = ran(folder, Step("e", "eis-fit", each="spectrum"), names=("a.mpr",))
    assert [(a.label, a.outcome["x"].value, a.outcome.flags, a.picture, a.cached) for a in parts] == [
        (f"part {n}", 3 + n / 100, (flag,), b"", False) for n in range(3)
    ]


@pytest.mark.parametrize(
    ("questions", "workers", "jobs"),
    [(1, 8, None), (3, 8, None), (4, 8, 4), (9, 8, 8), (9, 2, 2), (9, 1, None), (9, None, 5)],
)
def test_only_more_than_a_few_questions_start_processes(folder, asking, monkeypatch, questions, workers, jobs):
    used = []

    def in_order(work, items, *, jobs):
        used.append(jobs)
        return [(item, work(item)) for item in items]

    monkeypatch.setattr(study, "in_order", in_order)
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    names = [f"{n}.mpr" for n in range(questions)]
    for name in names:
        (folder / name).write_text(name)
    answers = run_study(studied(folder, BASE, names=names), folder / "out", workers=workers)
    assert [a.label for a in answers] == names
    assert used == [jobs]


def test_a_process_that_dies_is_a_refusal_of_its_question_alone(folder, asking, monkeypatch):
    def in_order(work, items, *, jobs):
        return [(item, Died("the reader x") if item.label == "b.mpr" else work(item)) for item in items]

    monkeypatch.setattr(study, "in_order", in_order)
    answers = ran(folder, BASE)
    assert [(a.label, a.outcome.status) for a in answers] == [
        ("a.mpr", "ok"), ("b.mpr", "refused"), ("c.mpr", "ok")
    ]  # fmt: skip
    assert re.match("the process .* died in the reader x", answers[1].outcome.flags[0].message)


def test_answers_are_counted_by_step_and_status(folder):
    refused = Outcome.refused(Refusal("no", "no"))
    found = [
        study.Answer(Step(name, "ramp-onset"), "", (), outcome)
        for name, outcome in (("one", Outcome()), ("two", refused), ("one", refused), ("one", Outcome()))
    ]
    assert summary(found) == {"one": {"ok": 2, "refused": 1}, "two": {"refused": 1}}
    assert summary([]) == {}

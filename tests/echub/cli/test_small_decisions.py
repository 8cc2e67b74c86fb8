"""What a command decides by itself: names of outputs, exit codes, prefixes, what it writes for a first table."""

from __future__ import annotations

import io
import sys
import tomllib
from pathlib import Path

import pytest

from echub.analysis.outcome import Condition, Measurand, Outcome
from echub.cli import align, analyze, study
from echub.cli.common import pairs
from echub.errors import (
    PluginDied,
    PluginError,
    SourceNotFound,
    TargetClash,
    TargetExists,
    UnknownFormat,
    UnknownOption,
)
from echub.remark import Remark
from tests.messages.saying import Fake

# -- analyze: names of outputs ---------------------------------------------------------------------


def parts(values, targets, **how):
    outcomes = [Outcome(conditions={"step": Condition(value)}) for value in values]
    return analyze._parts(
        {name: Path(text) for name, text in targets.items()}, outcomes, "step", force=False, **how
    )


@pytest.mark.parametrize(
    ("what", "path", "named"),
    [
        ("outcome", "a.mpr.eis-fit.outcome.json", "a.mpr.step-3.eis-fit.outcome.json"),
        ("plot", "nyquist.png", "nyquist.step-3.png"),
        ("plot", "a.b.svg", "a.b.step-3.svg"),
        ("plot", "no-suffix", "no-suffix.step-3"),
    ],
)
def test_the_part_of_a_file_stands_before_the_suffixes(what, path, named):
    assert parts([3], {what: f"x/{path}"}) == [{what: Path("x") / named}]
    assert analyze._with_part(Path(path), what, "") == Path(path)


def test_two_parts_never_share_an_output_and_nothing_is_replaced(tmp_path):
    assert [made["plot"].name for made in parts([1, 2.5], {"plot": "a.svg"})] == ["a.step-1.svg", "a.step-2.5.svg"]
    with pytest.raises(TargetClash) as clash:
        parts(["a b", "a/b"], {"plot": "a.svg"})
    assert clash.value.as_dict() == {
        "code": "target-clash", "message": "two parts of a file would have one output",
        "hint": "--select one value of step at a time",
    }  # fmt: skip
    (tmp_path / "a.step-2.svg").touch()
    with pytest.raises(TargetExists):
        parts([1, 2], {"plot": tmp_path / "a.svg"})


def test_two_files_of_one_name_never_share_an_output(echub, acme_files):
    done = echub("analyze", "acme-level", "a.acme", "group/a.acme", "-o", "found", "--each", "cycle")
    assert (done.code, done.out) == (2, "")
    assert "two files of the same name would have one output [target-clash]" in done.err
    assert (
        echub("analyze", "acme-level", "a.acme", "group/a.acme", "--each", "cycle").code == 0
    )  # nothing is written


def test_an_area_basis_is_one_that_there_is_and_not_for_parts(echub, acme_files):
    unknown = echub("analyze", "acme-level", "b.acme", "--area-basis", "mine")
    assert (unknown.code, unknown.out) == (2, "")
    assert unknown.err.splitlines()[0] == "--area-basis mine cannot be used here [unknown-option]"
    assert unknown.err.splitlines()[2] == "  found: mine"
    parted = echub("analyze", "acme-level", "b.acme", "--area-basis", "tip", "--each", "cycle")
    assert (parted.code, parted.err.splitlines()[2]) == (2, "  found: --each cycle")


def test_the_worst_exit_code_counts_wherever_it_comes(echub, acme_files):
    for names in (["b.acme", "none.acme", "a.acme"], ["none.acme", "b.acme"], ["a.acme", "none.acme"]):
        assert echub("analyze", "acme-level", *names).code == 3
    assert echub("analyze", "acme-level", "a.acme", "b.acme").code == 1
    assert echub("analyze", "acme-level", "b.acme", "b.acme").code == 0


def test_analyses_are_listed_by_how_a_file_suits_them(echub, acme_files, monkeypatch):
    """Of one that suits, the title is told; of another, why not, and what helps. One of other data is left out."""
    from echub.analysis import fitting

    def fit(name, standing, reason="", advice=""):
        return Fake(
            analysis=Fake(name=name, title=f"what {name} is"), standing=standing, reason=reason, advice=advice
        )

    found = [
        fit("one", fitting.Standing.SUITS), fit("two", fitting.Standing.ASKS, "no area", "--set cell.area=…"),
        fit("six", fitting.Standing.UNSUITED, "no pulses"), fit("far", fitting.Standing.ELSEWHERE, "no spectra"),
    ]  # fmt: skip
    monkeypatch.setattr(fitting, "fitting", lambda *_: found)
    assert echub("analyze", "--list", "b.acme").out.splitlines() == [
        "b.acme",
        "  analysis  this file                       what helps",
        "  one       suits it           what one is",
        "  two       needs a statement  no area      --set cell.area=…",
        "  six       no                 no pulses",
    ]


def test_a_file_that_is_called_like_an_analysis_is_asked_about(echub, acme_files):
    refused = echub("analyze", "--list", "acme-level", "--json")
    assert (refused.code, "--list takes files [unknown-option]" in refused.err) == (2, True)
    Path("b.acme").rename("acme-level")
    listed = echub("analyze", "--list", "acme-level", "--json")
    assert (listed.code, listed.json["file"]) == (0, "acme-level")


def test_a_file_that_does_not_state_what_parts_the_files_is_in_a_part_of_its_own(echub, acme_files):
    done = echub("analyze", "acme-count", "a.acme", "b.acme", "group/a.acme", "--by", "technique.name")
    assert [line for line in done.out.splitlines() if line.startswith("acme-count")] == [
        "acme-count: CP: a.acme, group/a.acme",
        "acme-count: not stated: b.acme",
    ]


def test_objects_are_printed_however_quiet_a_command_is(echub, acme_files):
    words = ("analyze", "acme-level", "b.acme")
    loud, quiet = echub(*words, "--json"), echub(*words, "--json", "-q")
    assert loud.json["status"] == quiet.json["status"] == "ok"
    assert echub(*words, "-q").out == ""


@pytest.mark.parametrize(
    ("statuses", "code", "told"),
    [(["ok", "refused"], 1, 0), (["refused", "ok"], 1, 0), (["refused", "refused"], 1, 1), (["ok", "ok"], 0, 0)],
)
def test_what_suits_a_file_is_told_if_all_of_its_parts_are_refused(
    echub, acme_files, monkeypatch, statuses, code, told
):
    asked = []
    refusal = Remark("no-pulse", "there is none", "refusal")
    outcomes = [Outcome(flags=(refusal,) * (status == "refused")) for status in statuses]
    monkeypatch.setattr("echub.analysis.analysis.analyze_each", lambda *_, **__: outcomes)
    monkeypatch.setattr(analyze, "_tell_what_suits", lambda declared, *_: asked.append(declared.name))
    assert echub("analyze", "acme-level", "b.acme", "--each", "cycle").code == code
    assert asked == ["acme-level"] * told


# -- study: the exit code --------------------------------------------------------------------------


def answered(code=None, severity="refusal"):
    flags = () if code is None else (Remark(code, "it says why", severity),)
    refusals = [flag for flag in flags if flag.severity == "refusal"]
    return Fake(outcome=Fake(flags=flags, refusals=refusals))


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([], 0),
        ([answered()], 0),
        ([answered("late", "warning")], 0),
        ([answered(), answered("no-area")], 1),
        ([answered("no-area"), answered(SourceNotFound.code), answered()], 3),
        ([Fake(outcome=Fake(flags=(), refusals=[Remark("no-area", ""), Remark(UnknownFormat.code, "")]))], 3),
        ([Fake(outcome=Fake(flags=[Remark("late", ""), Remark(PluginDied.code, "")], refusals=[]))], 4),
        ([answered(UnknownFormat.code)], 3),
        ([answered(SourceNotFound.code, "warning")], 0),  # one file of several, which is said
        ([answered(SourceNotFound.code), answered(PluginError.code)], 4),
        ([answered(PluginDied.code), answered("no-area")], 4),
        ([answered(PluginError.code, "warning")], 4),  # a figure that could not be drawn
    ],
)
def test_the_exit_code_of_a_study_is_that_of_its_worst_answer(answers, code):
    assert study._exit_code(answers) == code


def test_results_of_a_study_are_beside_it_unless_a_folder_is_named(echub, acme_files):
    Path("group/study.toml").write_text(
        'files = ["a.acme"]\n[[step]]\nname = "early"\nanalysis = "acme-level"\n', "utf-8"
    )
    done = echub("study", "group/study.toml", "--json")
    assert Path("group/study_results") in Path(done.json["written"][0]).parents
    assert sorted(path.name for path in Path("group").iterdir() if path.is_dir()) == ["study_results"]


def test_an_answer_of_a_study_is_told_with_each_of_its_refusals(capsys):
    refusals = (Remark("no-area", "there is no area", "refusal"), Remark("short", "it is short", "refusal"))
    given = (
        (Outcome(flags=refusals), False), (Outcome({"level": Measurand("V", 1.5)}), True), (Outcome(), False),
    )  # fmt: skip
    for outcome, cached in given:
        study._say(Fake(step=Fake(name="early"), label="a.mpr", outcome=outcome, cached=cached))
    assert capsys.readouterr().out.splitlines() == [
        "  refused       early: a.mpr  there is no area [no-area]; it is short [short]",
        "  ok            early: a.mpr  level 1.5 V  (cached)",
        "  ok            early: a.mpr  ",
    ]


def test_a_study_without_a_word_is_its_help(echub):
    done = echub("study")
    assert (done.code, (done.out + done.err).startswith("Usage: echub study")) == (2, True)


# -- schema init: the prefix -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "prefix", "written"),
    [
        ("Na Lab 2", "nalab2", "Na Lab 2"),
        ("7 Zellen 9", "zellen9", "7 Zellen 9"),
        ("Electrochemistry", "electroc", "Electrochemistry"),
        ("日本", "group", "日本"),
        ('a "b" \\ c\n', "abc", "a b  c"),
    ],
)
def test_a_group_has_a_prefix_made_of_its_name(echub, tmp_path, name, prefix, written):
    assert echub("schema", "init", tmp_path, "--name", name).out == f"{tmp_path / '.echub.toml'}\n"
    told = tomllib.loads((tmp_path / ".echub.toml").read_text("utf-8"))["schema"]
    assert (told["name"], told["prefix"], told["core"], told["version"]) == (written, prefix, "1", "1.0.0")
    assert echub("schema", "check", tmp_path / ".echub.toml").code == 0


def test_a_group_is_called_like_its_folder_unless_it_is_named(echub, tmp_path, monkeypatch):
    folder = tmp_path / "Lab 5"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert echub("schema", "init").out == ".echub.toml\n"
    told = tomllib.loads(Path(".echub.toml").read_text("utf-8"))["schema"]
    assert (told["name"], told["prefix"]) == ("Lab 5", "lab5")
    assert echub("schema", "init", "--prefix", "own").code == 2
    assert echub("schema", "init", "--prefix", "own", "--force").code == 0
    assert tomllib.loads(Path(".echub.toml").read_text("utf-8"))["schema"]["prefix"] == "own"


def test_a_schema_is_exported_to_the_output_or_a_file_that_is_free(echub, acme_files):
    printed = echub("schema", "export", "--to", "markdown", "--schema", "group/.echub.toml").out
    assert "Lab" in printed
    assert printed != echub("schema", "export", "--to", "markdown").out
    words = ("schema", "export", "--to", "markdown", "--schema", "group/.echub.toml", "-o", "x.md")
    assert echub(*words).out == ""
    assert Path("x.md").read_text("utf-8") == printed
    assert (echub(*words).code, echub(*words, "--force").code) == (2, 0)
    assert echub("schema", "export").out.startswith("{")  # JSON Schema is the usual form


# -- a first table of metadata ---------------------------------------------------------------------

HEAD = (
    "file,cell.area / cm^2,cell.temperature / degC,cell.configuration,cell.thickness / um,cell.electrolyte,"
    "sample.id,sample.group"
)


def test_a_first_table_has_a_row_for_each_file_with_what_it_says(echub, acme_files):
    from tests.echub.cli import acme

    stated = {"cell.area": [1.5, "cm^2"], "cell.thickness": [2.0, "mm"], "sample.id": ["=1+1", None]}
    acme.write(acme_files / "deep.acme", acme.B["tables"], metadata=stated)
    done = echub("meta", "init", ".", "-o", "a t.csv")
    assert done.out == 'a t.csv: 7 files; fill in what is missing, then: echub convert --meta "a t.csv" .\n'
    head, *rows = Path("a t.csv").read_text("utf-8").splitlines()
    assert head == HEAD
    assert [row for row in rows if ".acme" in row] == [
        "a.acme,2.0,,,,,,",
        "b.acme,,,,,,,",
        "deep.acme,1.5,,,2000.0,,'=1+1,",
        "group/a.acme,2.0,,,,,,",
        "group/c.acme,,,,,,,",
    ]
    assert echub("meta", "init", ".", "-o", "u.csv", "-q").out == ""
    assert Path("u.csv").read_text("utf-8").startswith(HEAD)


def test_a_first_study_takes_the_table_that_is_there_and_writes_one_that_is_not(echub, acme_files):
    before = Path("cells.csv").read_text("utf-8")
    assert echub("study", "init", ".", "-o", "new.toml").out == "new.toml: written\n"
    assert Path("cells.csv").read_text("utf-8") == before
    Path("cells.csv").unlink()
    assert echub("study", "init", ".", "-o", "new.toml").code == 2
    assert not Path("cells.csv").exists()
    assert (
        echub("study", "init", ".", "-o", "new.toml", "--force").out == "new.toml: written\ncells.csv: written\n"
    )
    assert Path("cells.csv").read_text("utf-8").startswith(HEAD)
    assert "cells.csv" not in tomllib.loads(Path("new.toml").read_text("utf-8"))["files"]


# -- key=value -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("a=1", ("a", "1")), (" a = 1 ", ("a", "1")), ("a=b=c", ("a", "b=c")), ("a=", ("a", "")),
        ('a="1 2"', ("a", "1 2")), ("a='1'", ("a", "1")), ("a=\"1'", ("a", "\"1'")), ('a="', ("a", '"')),
        ('a=""', ("a", "")), ("a='", ("a", "'")),
    ],
)  # fmt: skip
def test_a_pair_of_a_key_and_its_value(text, pair):
    assert pairs([text], "--x") == dict([pair])
    assert pairs(["b=2", text], "--x") == {"b": "2", **dict([pair])}


@pytest.mark.parametrize("text", ["", "a", "=", "=1", " = 1"])
def test_a_pair_has_an_equals_sign_and_a_key(text):
    with pytest.raises(UnknownOption) as refused:
        pairs(["b=2", text], "--x")
    assert refused.value.as_dict() == {
        "code": "unknown-option", "message": "--x takes key=value", "expected": "--x key=value",
        **({"found": text} if text else {}),
    }  # fmt: skip


# -- standard input and output ---------------------------------------------------------------------


class Terminal(io.TextIOWrapper):
    def isatty(self):
        return True


@pytest.mark.parametrize(("to", "code"), [("csv", 0), ("native", 2)])
def test_binary_is_not_sent_to_a_terminal(echub, acme_files, monkeypatch, to, code):
    terminal = Terminal(io.BytesIO(), "utf-8")
    monkeypatch.setattr(sys, "stdout", terminal)
    done = echub("convert", "b.acme", "--to", to, "-o", "-", "-q")
    text = terminal.buffer.getvalue().decode("utf-8", "replace")
    assert done.code == code
    assert text.startswith("row,time / s,voltage / V,current / mA\n" if code == 0 else "") or "time" in text
    assert bool(text) == (code == 0)
    assert ("the output is binary, and standard output is a terminal [target-not-writable]" in done.err) == bool(
        code
    )


def test_warnings_of_what_goes_to_standard_output_are_beside_it(process, acme_files, monkeypatch):
    import os

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(acme_files.parent / "site"), *sys.path]))
    said = process("convert", "a.acme", "--to", "zview", "-o", "-")
    assert (said.code, said.err) == (0, "warning: it was cut [truncated]\nwarning: it began late [late]\n")
    process("convert", "a.acme", "--to", "zview")
    assert said.out == Path("a.acme.z").read_text("utf-8")
    hushed = process("convert", "b.acme", "--to", "csv", "--columns", "voltage", "-o", "-", "-q")
    assert (hushed.code, hushed.out, hushed.err) == (0, "voltage / V\n1.0\n2.0\n6.0\n", "")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["convert", "-", "--shard", "1/2"], "--shard"), (["convert", "-", "--on", "dask"], "--on"),
        (["convert", "-", "--watch"], "--watch"), (["convert", "-", "b.acme"], "several files"),
        (["convert", "b.acme", "--join", "-o", "-"], "--join"), (["convert", "group", "-o", "-"], "a folder"),
    ],
)  # fmt: skip
def test_what_goes_with_no_stream_is_named(echub, acme_files, monkeypatch, words, found):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    done = echub(*words)
    piped = "-o -" if words[-1] == "-" else "-"
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[0] == f"{piped} takes one file and gives one [unknown-option]"
    assert done.err.splitlines()[2] == f"  found: {found}"


def test_without_a_standard_input_nothing_is_sent(echub, acme_files, monkeypatch):
    """So it is for a program without a window of text, such as pythonw."""
    monkeypatch.setattr(sys, "stdin", None)
    done = echub("info", "-", "--name", "b.acme")
    assert (done.code, done.err.splitlines()[0]) == (2, "nothing is sent to standard input [command]")


@pytest.mark.parametrize("kind", ["terminal", "not ours", "of text alone", "no errors"])
def test_a_terminal_and_what_is_no_file_stay_as_they_are(monkeypatch, kind):
    """What others print is sent to standard error only if results go to a file or a pipe."""
    from echub.cli import _keep_to_ourselves

    stream = {"terminal": Terminal(io.BytesIO()), "of text alone": io.StringIO()}.get(
        kind, io.TextIOWrapper(io.BytesIO())
    )
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "__stdout__", None if kind == "not ours" else stream)
    if kind == "no errors":
        monkeypatch.setattr(sys, "stderr", None)
    assert _keep_to_ourselves() is False
    assert sys.stdout is stream


# -- convert: one file -----------------------------------------------------------------------------


def test_one_file_is_in_one_of_two_shards(echub, acme_files):
    done = [echub("convert", "b.acme", "-o", "out", "--shard", f"{n}/2", "--json") for n in (1, 2)]
    assert [one.code for one in done] == [0, 0]
    assert [line["source"] for one in done for line in one.lines] == ["b.acme"]


def test_one_file_can_be_watched(echub, acme_files, monkeypatch):
    seen = []

    class Watch:
        def __init__(self, batch, folders, **how):
            seen.append(folders)

        def run(self, stopped, jobs):
            return iter(())

    monkeypatch.setattr("echub.batch.watching.Watch", Watch)
    assert echub("convert", "b.acme", "-o", "out", "--watch").code == 0
    assert seen == [[Path("b.acme")]]


@pytest.mark.skipif(sys.platform == "win32", reason="no name there has a colon")
def test_a_folder_whose_name_ends_with_a_colon_is_no_store(echub, acme_files):
    Path("group").rename("C:")
    done = echub("convert", "C:/c.acme", "-o", "out", "--json")
    assert (done.code, done.json["source"], done.json["output"]) == (0, "C:/c.acme", "out/c.acme.h5")


# -- compare, detect, config, align ----------------------------------------------------------------


def test_one_file_is_compared_with_itself_by_two_readers(echub, acme_files):
    words = ("compare", "b.acme", "--reader-a", "acme", "--reader-b", "acme-too")
    assert echub(*words).out.splitlines()[0] == "b.acme and b.acme"
    told = echub(*words, "--json").json
    assert (told["a"], told["b"]) == ("b.acme", "b.acme")
    told = echub("compare", "b.acme", "group/c.acme", "--json").json
    assert (told["a"], told["b"]) == ("b.acme", "group/c.acme")


def test_a_reader_that_fails_at_a_file_is_shown_among_those_that_know_it(echub, acme_files, monkeypatch):
    from echub.plugin import Confidence

    def match(name, confidence, problem=""):
        return Fake(reader=Fake(name=name, title="T"), confidence=confidence, problem=problem)

    seen, failed = [], match("umbra", Confidence.NO, "it failed")
    found = [match("acme", Confidence.CERTAIN), match("zinc", Confidence.NO), failed]
    monkeypatch.setattr("echub.files.detect.rank", lambda *_: found)
    monkeypatch.setattr("echub.cli.detect._show", lambda name, some: seen.append([m.reader.name for m in some]))
    echub("detect", "b.acme")
    echub("detect", "b.acme", "-v")
    assert seen == [["acme", "umbra"], ["acme", "zinc", "umbra"]]


@pytest.mark.parametrize(("path", "told"), [("table.toml", "table.toml"), (None, "b.acme")])
def test_an_error_of_a_reader_s_answer_names_its_file_or_else_the_measurement(monkeypatch, acme_files, path, told):
    from echub.cli import detect
    from echub.model.source import Source
    from echub.registry.registry import registry

    def fail(*_):
        raise UnknownOption("it is not known", path=path)

    monkeypatch.setattr("echub.files.rehearsal.rehearse", fail)
    with pytest.raises(UnknownOption) as refused:
        detect._ask(registry().reader("acme"), "m:explain", Source(Path("b.acme")), {})
    assert refused.value.path == told


def test_annotations_are_printed_beside_a_report_in_a_file(echub, acme_files):
    words = ("validate", "a.acme")
    plain = echub(*words)
    assert echub(*words, "--annotate").out == plain.out  # which is the report itself
    beside = echub(*words, "--annotate", "-o", "report.txt")
    assert (Path("report.txt").read_text("utf-8").strip(), beside.code) == (plain.out.strip(), plain.code)
    assert beside.out == echub(*words, "--format", "github").out != ""


def test_no_file_of_defaults_is_an_empty_name(echub, monkeypatch):
    monkeypatch.setenv("ECHUB_CONFIG", "")
    told = echub("config", "--json").json
    assert told["file"] == ""
    assert {row["from"] for row in told["defaults"]} == {"built in"}


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Fake(drift=2.5e-5, drift_uncertainty=1e-6), "25 ± 1"), (Fake(drift=0.0, drift_uncertainty=2e-6), "0 ± 2"),
        (Fake(drift=-3e-6, drift_uncertainty=1e-6), "-3 ± 1"), (Fake(drift=2.5e-5, drift_uncertainty=None), ""),
        (Fake(drift=None, drift_uncertainty=1e-6), ""), (None, ""),
    ],
)  # fmt: skip
def test_a_drift_is_told_in_ppm_if_its_uncertainty_is_known(event, text):
    assert align._ppm(event) == text

"""What is printed of clocks, comparisons, readers and plugins: every value in its place, in each case."""

from __future__ import annotations

from pathlib import Path

import pytest

from echub.cli import align, compare, detect
from echub.cli.common import time_range
from echub.cli.show import plugin, progress
from echub.declare import Confidence, Decision
from echub.errors import UnknownOption
from echub.files.aligning import Aligned, Alignment
from echub.files.detect import Match
from echub.model.comparison import Comparison, Verdict
from echub.model.record import Record
from echub.remark import Notice
from echub.science.events import Offset
from tests.messages.saying import Fake


@pytest.fixture
def lines(capsys):
    """Return the lines that a function prints for people."""

    def run(function, *given, **named):
        capsys.readouterr()
        function(*given, **named)
        said = capsys.readouterr()
        assert not said.err
        return said.out.splitlines()

    return run


# -- clocks ----------------------------------------------------------------------------------------


def offset(**more):
    return Offset(1.0, 0.5, 0.0, 2.0, steps=7, inside=9, gain=1.0, **more)


def test_clocks(lines):
    drifting = offset(drift=1.25e-4, drift_uncertainty=4e-5)
    made = Aligned(
        Record([], notices=[Notice("drift", "it drifts"), Notice("late", "it began late")]),
        (
            Alignment("a.x", "its own clock", 0.0, None, None, None),
            Alignment("b.x", "steps of I", 12.3456789, 0.123, -1234567.8, 12.5, event=drifting),
            Alignment("c.x", "steps of I", -3.5, 2.0, -7.5, 0.5, event=offset()),
            Alignment("d.x", "steps of I", 0.0, 0.0, 0.0, 0.0, event=offset(drift=0.0, drift_uncertainty=1e-6)),
        ),
    )
    assert lines(align._show, made, [Path("a.x"), Path("b.x")], [Path("o.h5"), Path("o.svg")]) == [
        "a.x, b.x",
        "  source  offset / s      interval / s                by             steps   drift / ppm",
        "  a.x     0                                           its own clock",
        "  b.x     12.3457 ± 0.12  [-1.23457e+06, 12.5] (95%)  steps of I     7 of 9  125 ± 40",
        "  c.x     -3.5 ± 2        [-7.5, 0.5] (95%)           steps of I     7 of 9",
        "  d.x     0 ± 0           [0, 0] (95%)                steps of I     7 of 9  0 ± 1",
        "  warning       it drifts [drift]",
        "  warning       it began late [late]",
        "  written       o.h5",
        "  written       o.svg",
    ]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("0:10", (0.0, 10.0)), ("1:2min", (60.0, 120.0)), ("1min:120", (60.0, 7200.0)), ("5s:1min", (5.0, 60.0)),
        (":5", (None, 5.0)), ("5:", (5.0, None)), ("5min:", (300.0, None)), (":2h", (None, 7200.0)),
        ("-3:-2", (-3.0, -2.0)), (" 1 : 2 ", (1.0, 2.0)),
    ],
)  # fmt: skip
def test_a_range_of_times(text, ends):
    assert time_range(text, "takes", "example") == ends


@pytest.mark.parametrize("text", ["5", ":", " : ", "", "5:5", "6:5", "5:1min", "1min:60s"])
def test_a_range_without_a_length_is_refused(text):
    with pytest.raises(UnknownOption) as refused:
        time_range(text, "--x takes A:B", "--x 0:3")
    is_none = text in ("5", ":", " : ", "")
    assert refused.value.message == (
        "--x takes A:B" if is_none else f"the range {text} does not end after its start"
    )
    assert refused.value.expected == ("--x 0:3" if is_none else "the earlier end first, such as --x 0:3")
    ends = {"5:5": "5 s to 5 s", "6:5": "6 s to 5 s", "5:1min": "300 s to 60 s", "1min:60s": "60 s to 60 s"}
    assert (refused.value.found or "") == ends.get(text, text)


@pytest.mark.parametrize("text", ["1:", ":1"])
def test_near_needs_both_ends(text):
    with pytest.raises(UnknownOption, match="--near takes FILE=LOW:HIGH") as refused:
        align._range(text)
    assert refused.value.found == text


# -- comparisons -----------------------------------------------------------------------------------


def test_a_comparison_with_every_verdict(lines):
    made = Comparison(
        [
            Verdict("ts", "t", "t", "same", 5),
            Verdict("ts", "U", "Ewe", "differs", 5, 2, 3, 1.23456789012, None),
            Verdict("ts", "I", "I", "no-value-as-zero", 5, 1, 0, None, 0.0),
            Verdict("ts", "V", "V", "zeroed-potential", 5, 4, 1, 2.0, 0.0),
            Verdict("ts", "m", "m", "masked", 5, 3, 2, 7.0, -1.0),
        ],
        ["x"], ["y", "z"], ["one row", "another"], ["cell.id: 1 against 2"],
    )  # fmt: skip
    differs = "                ts       U = Ewe  DIFFERS"
    shown = lines(compare._report, made, "a", "b", False)
    assert shown[:2] == ["a and b", "  columns       2 of 5 common columns agree"]
    assert [line.split()[1] for line in shown[3:6]] == ["U", "V", "m"]
    assert shown[3].startswith(differs)
    assert shown[3].endswith("2 of 5  row 3: 1.23456789 against no value")
    assert "KNOWN ANOMALY: the export prints 0 for a potential that was measured  4 of 5" in shown[4]
    assert "KNOWN ANOMALY: the export masks these points with -1 or 0" in shown[5]
    assert shown[6:] == [
        "  rows          one row",
        "  rows          another",
        "  metadata      cell.id: 1 against 2",
    ]
    whole = lines(compare._report, made, "a", "b", True)
    assert [line.split()[1] for line in whole[3:8]] == ["t", "U", "I", "V", "m"]
    assert whole[3].rstrip().endswith("the same                                                              5")
    assert "the same, with 0 printed for no value" in whole[5]
    assert whole[5].endswith("1 of 5  row 0: no value against 0")
    assert whole[-2:] == ["  only in       a: x", "  only in       b: y, z"]


# -- readers ---------------------------------------------------------------------------------------


def test_readers_with_their_remarks(lines):
    def match(name, confidence, problem="", **more):
        return Match(Fake(name=name, title=f"file of {name}", **more), confidence, problem)

    given = [
        match("a", Confidence.CERTAIN),
        match("b", Confidence.LIKELY, fallback=True),
        match("c", Confidence.MAYBE, explicit_only=True, fallback=True),
        match("d", Confidence.NO, "it failed", explicit_only=True),
    ]
    assert lines(detect._show, "x.csv", given) == [
        "x.csv",
        "  confidence  reader  format",
        "  CERTAIN     a       file of a",
        "  LIKELY      b       file of b  asked only when no other reader knows the file",
        "  MAYBE       c       file of c  only with --reader",
        "  NO          d       file of d  it failed",
    ]
    decisions = [Decision("delimiter", ";", "5 of 5 lines", ", in 1"), Decision("decimal", ",", "3 numbers")]
    assert lines(detect._show_decisions, decisions) == [
        "",
        "  what       chosen  evidence      rival",
        "  delimiter  ;       5 of 5 lines  , in 1",
        "  decimal    ,       3 numbers",
    ]


def test_detect_in_full_names_every_reader_and_what_was_inferred(echub, acme_files):
    short, full = (echub("detect", "s1.csv", *more).out.splitlines() for more in ((), ("-v",)))
    assert len(short) == 4
    count = full.index(short[-1])
    assert count > 10
    assert "  NO          acme" in "\n".join(full[:count])
    assert full[count + 1] == ""
    assert full[count + 2].split() == ["what", "chosen", "evidence", "rival"]
    assert any(line.split()[:2] == ["delimiter", "comma"] for line in full[count + 3 :])
    assert echub("detect", "s1.csv", "--reader", "acme", "-v").out.splitlines()[-1].endswith("would use acme")


def test_a_profile_is_written_once(echub, acme_files):
    said = "p.toml written: look at each line with (guess), then give it with --table-profile p.toml\n"
    assert echub("detect", "s1.csv", "--write-profile", "p.toml").out == said
    text = (acme_files / "p.toml").read_text("utf-8")
    (acme_files / "p.toml").write_text("mine", "utf-8")
    assert echub("detect", "s1.csv", "--write-profile", "p.toml").code == 2
    assert (acme_files / "p.toml").read_text("utf-8") == "mine"
    given = ("--reader", "table", "--option", "delimiter=;", "--force")
    assert echub("detect", "s1.csv", "--write-profile", "p.toml", "--force").code == 0
    assert (acme_files / "p.toml").read_text("utf-8") == text
    assert echub("detect", "a.acme", "--write-profile", "p.toml", *given).code != 0 or (
        (acme_files / "p.toml").read_text("utf-8") != text
    )


def test_a_profile_decides_what_is_shown_and_written(echub, acme_files):
    """One beside the file would be found without being named."""
    (acme_files / "s1.csv").write_text("t / s;U / V\n0;1,5\n1;2,5\n2;3,5\n", "utf-8")
    profile = '[table-profile]\ntitle = "own"\n[columns."U / V"]\nquantity = "potential_we"\nunit = "V"\n'
    named = acme_files.parent / "p.toml"
    named.write_text(profile, "utf-8")
    decided = {}
    for words in ((), ("--table-profile", named)):
        lines = echub("detect", "s1.csv", "-v", *words).out.splitlines()
        decided[words] = [" ".join(line.split()) for line in lines if line.startswith("  column U / V")]
    assert list(decided.values()) == [
        ["column U / V voltage in V by the header"], ["column U / V potential_we in V by the profile"]
    ]  # fmt: skip
    assert echub("detect", "s1.csv", "--table-profile", named, "--write-profile", "q.toml").code == 0
    assert 'quantity = "potential_we"' in (acme_files / "q.toml").read_text("utf-8")


# -- plugins ---------------------------------------------------------------------------------------


def test_a_plugin_with_everything_that_one_can_have(lines, monkeypatch):
    class Reader(Fake):
        pass

    class Analysis(Fake):
        pass

    declared = [
        Reader(
            name="acme", title="Acme file", suffixes=(".acme", ".ac2"), samples=("a.acme",), requires="acmelib"
        ),
        Reader(name="other", title="Other", suffixes=(), requires="there"),
        Analysis(name="mean", title="Mean", reference="doi:1", example="e"),
    ]
    added = Fake(quantities=("acme_flow", "acme_dew"), units=("acme_sccm", "acme_x"))
    more = Fake(quantities=(), units=("zinc_z",))
    known = Fake(
        declared_by=lambda _: declared,
        vocabularies={"acme": added, "zinc": more},
        enriches=lambda asked: asked.name == "acme",
    )
    monkeypatch.setattr("echub.registry.registry.registry", lambda: known)
    monkeypatch.setattr("echub.registry.registry.word_for", lambda kind: kind.__name__.lower())
    monkeypatch.setattr("echub.registry.registry.is_installed", lambda one: one.requires == "there")
    given = Fake(
        name="acme", distribution="echub-acme", version="2.5", state="ok", licence="", module="m", needs_hub="",
        problems=["one", "two"], offers=["reader acme", "vocabulary acme", "vocabulary zinc"],
    )  # fmt: skip
    assert plugin.describe(given) == [
        {
            "kind": "reader", "name": "acme", "title": "Acme file", "suffixes": [".acme", ".ac2"],
            "samples": ["a.acme"], "requires": "acmelib", "installed": False,
        },
        {"kind": "reader", "name": "other", "title": "Other", "requires": "there", "installed": True},
        {"kind": "analysis", "name": "mean", "title": "Mean", "reference": "doi:1", "example": "e"},
        {"kind": "vocabulary", "name": "acme", "title": "acme_flow, acme_dew, acme_sccm, acme_x"},
        {"kind": "vocabulary", "name": "zinc", "title": "zinc_z"},
    ]  # fmt: skip
    head = ["acme: echub-acme 2.5", "  state    ok", "  licence  not stated", "  module   m"]
    body = [
        "  problem  one",
        "  problem  two",
        "  reader      acme   Acme file; .acme, .ac2; needs the package acmelib",
        "  reader      other  Other",
        "  analysis    mean   Mean; doi:1",
        "  vocabulary  acme   acme_flow, acme_dew, acme_sccm, acme_x",
        "  vocabulary  zinc   zinc_z",
    ]
    enriches = "  enriches the metadata of every record that is read"
    assert lines(plugin.show_plugin, given) == [*head, *body, enriches]
    more = Fake(**{**vars(given), "name": "b", "needs_hub": "0.2", "licence": "MIT", "problems": [], "offers": []})
    head = ["b: echub-acme 2.5", "  state    ok", "  licence  MIT", "  module   m", "  needs    echub 0.2"]
    assert lines(plugin.show_plugin, more) == [
        *head,
        "  reader    acme   Acme file; .acme, .ac2; needs the package acmelib",
        "  reader    other  Other",
        "  analysis  mean   Mean; doi:1",
    ]
    declared.clear()
    assert lines(plugin.show_plugin, more) == head


# -- progress --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "total", "shown", "terminal", "bar"),
    [
        (range(8), None, True, True, True), (range(7), None, True, True, False),
        (range(8), None, False, True, False),
        (range(8), None, True, False, False), (iter(range(8)), 8, True, True, True),
        (iter(range(8)), 7, True, True, False), (iter(range(8)), None, True, True, False),
        (range(8), 3, True, True, True),
    ],
)  # fmt: skip
def test_a_bar_is_for_people_who_wait(monkeypatch, items, total, shown, terminal, bar):
    drawn = []
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setattr(progress, "_bar", lambda given, what, count: drawn.append((what, count)) or iter(given))
    assert (
        list(progress.counted(items, "reading", total=total, shown=shown))
        == list(range(8))[: 7 if items == range(7) else 8]
    )
    assert drawn == ([("reading", 8)] if bar else [])


def test_a_bar_gives_every_item_and_names_its_work(monkeypatch, capsys):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    assert list(progress._bar(iter("abc"), "reading", 3)) == ["a", "b", "c"]
    assert "reading" in capsys.readouterr().err


@pytest.mark.parametrize(("speed", "said"), [(None, ""), (12.4, "12 files/s"), (0.25, "0.25 files/s")])
def test_a_bar_says_its_rate_once_it_is_known(monkeypatch, speed, said):
    import rich.progress

    drawn = []

    class Progress(rich.progress.Progress):
        def __init__(self, *columns, **how):
            super().__init__(*columns, **how)
            drawn.extend(column.render(Fake(speed=speed)) for column in columns if type(column).__name__ == "Rate")

    monkeypatch.setattr(rich.progress, "Progress", Progress)
    assert list(progress._bar(iter("ab"), "reading", 2)) == ["a", "b"]
    assert [str(text) for text in drawn] == [said]


@pytest.mark.parametrize(
    ("per_second", "said"), [(9.96, "10"), (10, "10"), (10.4, "10"), (1234, "1234"), (0.123, "0.12")]
)
def test_a_rate_has_two_digits(per_second, said):
    assert progress.rate(per_second) == f"{said} files/s"

"""What a tab of the page works on: files, metadata, answers; nothing leaves its folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

import echub
from echub.cli.page.bench import Bench, explain, parameters, ways
from echub.declare import option
from echub.declare_analysis import Analysis
from echub.errors import DataError, EchubError, MetadataError, TargetExists
from echub.registry.options import parse_options


@pytest.fixture
def bench(tmp_path, eclab):
    shutil.copy(eclab / "ramp.mpr", tmp_path)
    shutil.copy(eclab / "gcpl.mpr", tmp_path)
    (tmp_path / ".hidden").write_text("")
    (tmp_path / "ramp.mpr.echub.toml").write_text("")
    found = Bench(tmp_path)
    yield found
    found.close()


def test_the_folder_is_listed_without_hidden_files_and_sidecars(bench):
    assert [path.name for path in bench.files()] == ["gcpl.mpr", "ramp.mpr"]


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "..", "a\\..\\b.mpr", "", "x\0y"])
def test_no_name_leads_out_of_the_folder_of_what_was_dropped(bench, name):
    place = bench.place_for(name)
    place.write_bytes(b"")
    assert place.resolve().parent == bench.place_for("a").resolve().parent


@pytest.mark.parametrize(
    ("name", "kept"),
    [("C:\\fakepath\\run.mpr", "run.mpr"), ("a/b/run.mpr", "run.mpr"), ("..", "file"), ("", "file")],
)
def test_only_the_last_part_of_a_name_is_kept_on_every_system(bench, name, kept):
    assert bench.place_for(name).name == kept


def test_what_was_dropped_is_removed_with_the_tab(bench):
    place = bench.place_for("a.mpr")
    place.write_bytes(b"x")
    bench.close()
    assert not place.parent.exists()


def test_metadata_that_is_typed_in_is_used_and_saved_for_every_command(bench):
    bench.open(bench.folder / "gcpl.mpr")
    bench.reread({"cell.area": "0.5 cm^2", "sample.id": 'a "b"', "cell.id": "  "})
    assert bench.opened().metadata.value("cell.area", "cm^2") == 0.5
    bench.save_sidecar()
    saved = echub.read(bench.folder / "gcpl.mpr").metadata
    assert (saved.value("cell.area", "cm^2"), saved.value("sample.id"), saved.value("cell.id")) == (
        0.5,
        'a "b"',
        None,
    )


def test_what_a_sidecar_states_otherwise_stays_when_more_is_saved(bench):
    bench.open(bench.folder / "gcpl.mpr")
    sidecar = bench.folder / "gcpl.mpr.echub.toml"
    sidecar.write_text("# echub: ignore ECH113: later\n[cell]\narea = '2 cm^2'\nid = 'A7'\n", "utf-8")
    bench.reread({"cell.area": "0.5 cm^2", "sample.id": "S1"})
    assert bench.save_sidecar() == sidecar
    assert sidecar.read_text("utf-8").splitlines() == [
        "# echub: ignore ECH113: later", 'cell.area = "0.5 cm^2"', 'cell.id = "A7"', 'sample.id = "S1"'
    ]  # fmt: skip


def test_a_wrong_value_changes_nothing(bench):
    bench.open(bench.folder / "gcpl.mpr")
    before = bench.opened()
    with pytest.raises(MetadataError) as caught:
        bench.reread({"cell.area": "0.5 V"})
    assert bench.opened() is before
    assert bench.values == {}
    assert "where: cell.area" in explain(caught.value)


def test_an_analysis_is_asked_with_texts_as_on_the_command_line(bench):
    bench.open(bench.folder / "ramp.mpr")
    names = [fit.analysis.name for fit in bench.analyses()]
    assert "ramp-onset" in names
    assert "arrhenius" not in names
    bench.reread({"cell.area": "0.785 cm^2"})
    outcome = bench.analyze("ramp-onset", {"bootstrap": "0", "window": " "})
    direct = echub.analyze(
        "ramp-onset", bench.folder / "ramp.mpr", metadata={"cell.area": "0.785 cm^2"}, params={"bootstrap": 0}
    )
    assert outcome["onset_current_density"].value == direct["onset_current_density"].value


def test_parameters_have_default_unit_meaning_and_choices(bench):
    bench.open(bench.folder / "ramp.mpr")
    ramp = bench.analyses()[0].analysis  # the best for this file
    rows = {name: (default, meaning, choices) for name, default, meaning, choices in parameters(ramp)}
    assert rows["method"][2]
    assert all(meaning for _, meaning, _ in rows.values())


@dataclass(frozen=True)
class Foreign:
    smooth: bool = option(False, "smooth it first")
    skip: float | None = option(None, "time left out", unit="s")
    rest: float = option(0.001, "current at rest", unit="mA")


def test_a_form_offers_yes_and_no_and_shows_no_default_where_there_is_none():
    rows = parameters(Analysis("a", "A", run="a:b", needs=(), params=Foreign))
    assert [(name, default, choices) for name, default, _, choices in rows] == [
        ("smooth", "False", ("True", "False")),
        ("skip", "", ()),
        ("rest", "0.001 mA", ()),
    ]
    assert [parse_options(Foreign, {"smooth": text}, "a").smooth for text in rows[0][3]] == [True, False]


def test_a_question_that_fails_leaves_no_earlier_answer(bench):
    bench.open(bench.folder / "ramp.mpr")
    bench.analyze("ramp-onset", {"bootstrap": "0"})
    with pytest.raises(EchubError):
        bench.analyze("ramp-onset", {"bootstrap": "many"})
    assert bench.outcome is None


def test_the_open_file_is_converted_with_what_was_typed_in(bench, tmp_path):
    bench.open(bench.folder / "gcpl.mpr")
    bench.reread({"cell.area": "0.5 cm^2"})
    written = bench.convert("native", tmp_path / "out")
    assert [path.name for path in written] == ["gcpl.mpr.h5"]
    assert echub.read(written[0]).metadata.value("cell.area", "cm^2") == 0.5


def test_the_used_reader_comes_first(bench):
    bench.open(bench.folder / "gcpl.mpr")
    assert bench.detection()[0][:2] == ("certain", "eclab-mpr")


def test_what_an_error_says_helps_opens_the_file(bench):
    """Numbers that may be thousands or decimals: either is one click, and stays for metadata and conversion."""
    path = bench.folder / "comma.csv"
    path.write_text("time / s;voltage / V\n" + "".join(f"{n};1,{200 + n}\n" for n in range(5)), "utf-8")
    with pytest.raises(EchubError) as caught:
        bench.open(path)
    found = {text: (reader, options) for text, reader, options in ways(caught.value)}
    assert found["--option decimal=comma"] == (None, {"decimal": "comma"})
    bench.open(path, *found["--option decimal=comma"])
    bench.reread({"sample.id": "S1"})
    assert bench.opened()["timeseries"]["voltage"].tolist() == [1.2, 1.201, 1.202, 1.203, 1.204]
    (written,) = [p for p in bench.convert("csv", bench.folder / "out") if p.suffix == ".csv"]
    assert "1.204" in written.read_text("utf-8")


@pytest.mark.parametrize(
    ("hint", "found"),
    [
        ("--reader eclab-mpr or --reader bdf-csv", ["eclab-mpr", "bdf-csv"]),
        ("`echub plugins list` shows the formats; `--reader NAME` insists on one", []),
        ('--option sheet="Run 1, hot" or --option sheet="b"', [{"sheet": "Run 1, hot"}, {"sheet": "b"}]),
        ("--option current=… says another", []),
        (None, []),
    ],
)
def test_ways_to_read_a_file_are_found_in_hints(hint, found):
    told = ways(DataError("it is ambiguous", hint=hint))
    assert [reader or options for _, reader, options in told] == found


def test_without_a_file_everything_is_refused(bench):
    for work in (bench.opened, bench.detection, bench.metadata_fields, bench.analyses, bench.save_sidecar):
        with pytest.raises(DataError, match="no file is open"):
            work()


def test_another_file_forgets_the_last_answer(bench):
    bench.open(bench.folder / "ramp.mpr")
    bench.analyze("ramp-onset", {"bootstrap": "0"})
    bench.open(Path(bench.folder / "gcpl.mpr"))
    assert bench.outcome is None


# -- everything about a file whose content is stated -----------------------------------------------


@pytest.fixture
def stated(acme_files):
    """Return a bench on the files of `acme`, with A open."""
    found = Bench(acme_files)
    found.open(acme_files / "a.acme")
    yield found
    found.close()


def test_files_are_listed_up_to_a_number_that_a_page_can_show(stated, monkeypatch):
    names = [str(path.relative_to(stated.folder)) for path in stated.files()]
    assert set(names) == {"a.acme", "b.acme", "group/a.acme", "group/c.acme", "s1.csv", "s2.csv"}
    monkeypatch.setattr("echub.cli.page.bench.MOST_FILES", 3)
    assert [str(path.relative_to(stated.folder)) for path in stated.files()] == names[:3]


def test_readers_are_listed_with_the_used_one_first(stated):
    both = [("certain", "acme", "Acme file", ""), ("maybe", "acme-too", "Acme file, otherwise", "")]
    assert stated.detection() == both
    stated.open(stated.folder / "a.acme", "acme-too")
    assert stated.detection() == both[::-1]


def test_a_reader_that_failed_is_listed_with_what_happened(stated, monkeypatch):
    from echub.cli.page import bench as module
    from echub.plugin import Confidence
    from tests.messages.saying import Fake

    def match(name, confidence, problem=""):
        return Fake(reader=Fake(name=name, title=f"{name} file"), confidence=confidence, problem=problem)

    failed = match("umbra", Confidence.NO, "it failed")
    found = [match("acme", Confidence.NO), failed, match("zinc", Confidence.MAYBE)]
    monkeypatch.setattr(module, "rank", lambda *_: found)
    assert stated.detection() == [("no", "umbra", "umbra file", "it failed"), ("maybe", "zinc", "zinc file", "")]


def test_a_file_of_a_record_that_nobody_read_has_the_reader_of_its_format_first(stated):
    from echub.model.build import SourceColumn, build_dataset

    made = echub.Record([build_dataset("timeseries", [SourceColumn("t", [0.0, 1.0], "time", "s")])])
    echub.convert(made, path=stated.folder / "mine.h5")
    stated.open(stated.folder / "mine.h5")
    assert stated.detection()[0][:2] == ("certain", "native")


@pytest.mark.parametrize(("cycles", "parts"), [([1, 1, 1], []), ([1, 1, 2], [1, 2])])
def test_one_part_is_no_choice(stated, cycles, parts):
    from tests.echub.cli import acme

    acme.write(stated.folder / "d.acme", {"timeseries": {"t": [0, 9, 20], "U": [1, 2, 3], "n": cycles}})
    stated.open(stated.folder / "d.acme")
    declared = next(fit.analysis for fit in stated.analyses() if fit.analysis.name == "acme-level")
    assert stated.parts(declared) == parts


def test_metadata_are_listed_with_unit_and_source_what_is_known_first(stated):
    stated.reread({"sample.id": " S1 ", "cell.temperature": "25 degC"})
    rows = stated.metadata_fields()
    known = [row[:3] for row in rows if row[1]]
    assert known == [row[:3] for row in rows[: len(known)]]
    typed = [row[2] for row in known if row[0] in ("cell.temperature", "sample.id")]
    assert typed[0] == typed[1] != "its head"
    assert [row[:2] for row in known] == [
        ("cell.area", "2 cm^2"),
        ("cell.id", "A7"),
        ("cell.temperature", "25 degC"),
        ("experiment.start", "2024-03-14T10:00:00"),
        ("sample.id", "S1"),
        ("technique.name", "CP"),
        ("technique.title", "Constant current"),
    ]
    assert [row[0] for row in rows[len(known) :]] == sorted(row[0] for row in rows[len(known) :])
    assert next(row[3] for row in rows if row[0] == "cell.area").endswith("(cm^2)")


def test_an_answer_is_that_of_the_command_line(stated):
    names = [fit.analysis.name for fit in stated.analyses()]
    assert names[:2] == ["acme-count", "acme-level"]
    declared = next(fit.analysis for fit in stated.analyses() if fit.analysis.name == "acme-level")
    assert stated.parts(declared) == [1, 2]
    outcome = stated.analyze("acme-level", {"above": " 1.5 V ", "how": ""}, select="cycle == 2")
    assert (outcome["level"].value, outcome["charge"].value) == (3.5, 1.5)
    assert stated.outcome is outcome
    assert stated.analyze("acme-level", {}, "top", "cycle == 2")["level"].value == 4.0
    stated.open(stated.folder / "a.acme")
    assert stated.outcome is not None  # the same file: the answer stays
    stated.open(stated.folder / "b.acme")
    assert stated.outcome is None
    assert stated.parts(declared) == []


def test_files_are_compared_converted_and_checked(stated):
    found = stated.compare(stated.folder / "b.acme")
    assert [(v.a_header, v.rows, v.a, v.b) for v in found.verdicts if not v.agrees] == [
        ("t", 2, 1800, 10),
        ("U", 1, 4, 6),
    ]
    stated.open(stated.folder / "b.acme", "acme", {"notes": "skip"})
    stated.reread({"sample.id": "S1"})
    written = stated.convert("csv", stated.folder / "out")
    assert [path.name for path in written] == [
        "b.acme.timeseries.csv",
        "b.acme.timeseries.csv-metadata.json",
    ]
    record = echub.read(written[0])
    assert record.metadata.value("sample.id") == "S1"
    assert stated.opened().provenance.reader["options"] == {"notes": "skip"}
    with pytest.raises(TargetExists) as refused:
        stated.convert("csv", stated.folder / "out")
    assert refused.value.hint == "tick `replace what is there`, or name another folder"
    assert stated.convert("csv", stated.folder / "out", replace=True) == written  # anew, over the earlier ones
    wrong = sorted((Path(p.path).name, p.rule.id) for p in stated.validate() if p.severity == "error")
    assert wrong == [
        ("a.acme", "ECH204"),
        ("a.acme", "truncated"),
        ("c.acme", "ECH104"),
        ("c.acme", "ECH112"),
        ("c.acme", "ECH204"),
    ]


def test_a_page_is_shown_up_to_its_size(stated, monkeypatch):
    page = stated.folder / "report.html"
    page.write_text("a" * 1000, "utf-8")
    monkeypatch.setattr("echub.cli.page.bench.LARGEST_PAGE", 1000)
    assert stated.page_of(page) == "a" * 1000
    page.write_text("a" * 1001, "utf-8")
    with pytest.raises(DataError, match=r"report\.html is too large"):
        stated.page_of(page)


def test_a_page_of_more_than_64_mib_is_left_to_the_browser(stated):
    page = stated.folder / "report.html"
    with page.open("wb") as file:
        file.truncate((65 << 20) + 7)
    with pytest.raises(DataError) as refused:
        stated.page_of(page)
    assert refused.value.as_dict() == {
        "code": "data", "message": "report.html is too large to be shown here", "expected": "at most 64 MB",
        "found": "65 MB", "hint": "open it in the browser itself",
    }  # fmt: skip


@pytest.mark.parametrize("ask", ["opened", "detection", "metadata_fields", "save_sidecar", "analyses"])
def test_without_a_file_it_is_said_that_none_is_open(acme_files, ask):
    with pytest.raises(DataError) as refused:
        getattr(Bench(acme_files), ask)()
    assert refused.value.message == "no file is open"
    assert refused.value.hint == "drop a file, or choose one on the left"


def test_nothing_typed_in_is_nothing_to_save(stated):
    with pytest.raises(DataError) as refused:
        stated.save_sidecar()
    assert explain(refused.value) == ["nothing was typed in [data]", "hint: fill in a value first"]
    assert not list(stated.folder.glob("*.echub.toml"))


def test_an_error_is_explained_line_by_line():
    error = DataError(
        "it is wrong", path="/d/a.x", where="row 3", column="U", expected="1", found="2", cause="c", hint="h"
    )
    assert explain(error) == [
        "a.x: it is wrong [data]",
        "where: row 3, column U",
        "column: U",
        "expected: 1",
        "found: 2",
        "cause: c",
        "hint: h",
    ]

"""What is printed of results, line by line: every name, number, code and count in its place, and nothing else."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from echub.analysis.outcome import Condition, Interval, Measurand, Outcome, Sensitivity, Series
from echub.batch.lake.gathering import Gathered
from echub.batch.task import FileResult
from echub.cli.show import file, folder, outcome
from echub.cli.show.plugin import show_verdicts
from echub.declare_analysis import Analysis, Need, Output, Sampling
from echub.errors import ReadError, UnknownFormat
from echub.files.conversion import Conversion
from echub.model.build import SourceColumn, build_dataset
from echub.model.record import Provenance, Record
from echub.plugin import Flag, option
from echub.remark import Dropped, Notice, Remark
from echub.testing.checking import RuleVerdict, Subject
from tests.messages.saying import Fake


@pytest.fixture
def lines(capsys):
    """Return the lines that a function prints: those for people, or those of errors."""

    def run(function, *given, err=False, **named):
        capsys.readouterr()
        function(*given, **named)
        said = capsys.readouterr()
        assert not (said.out if err else said.err)
        return (said.err if err else said.out).splitlines()

    return run


def fields(*pairs):
    return [f"  {name:<13} {value}" for name, value in pairs]


# -- one file ------------------------------------------------------------------------------------


def a_record():
    columns = [
        SourceColumn("t/h", np.arange(3.0), "time", "s", index=0),
        SourceColumn("I/uA", np.array([1.0, 1.0, 1.0]), "current", "mA", index=1),
        SourceColumn("knob", np.array([5.0, 2.0, 9.0]), None, "mbar", index=2),
    ]
    made = Record(
        [build_dataset("timeseries", columns)],
        notices=[Notice("truncated", "the file was cut")],
        dropped=[Dropped("3 bytes", "no column")],
        provenance=Provenance(
            {"name": "a.x"}, {"name": "acme", "distribution": "echub-acme 2.0"}, siblings=("a.mps", "b.mps")
        ),
    )
    made.metadata.set("technique.name", "CP")
    made.metadata.set("technique.title", "Chronopotentiometry")
    made.metadata.set("experiment.start", "2024-03-14T10:00:00")
    return made


RECORD = [
    *fields(
        ("reader", "acme of echub-acme 2.0"),
        ("technique", "CP  Chronopotentiometry"),
        ("started", "2024-03-14T10:00:00 (time zone unknown)"),
        ("timeseries", "3 rows, 3 columns, 1 vendor column"),
    ),
    "                column       unit  origin    source",
    "                row                reported  (row number)",
    "                time         s     measured  t/h",
    "                current      mA    measured  I/uA",
    "                vendor_knob  mbar  measured  knob",
    *fields(
        ("also used", "a.mps"),
        ("also used", "b.mps"),
        ("dropped", "3 bytes: no column"),
        ("warning", "the file was cut [truncated]"),
    ),
]


def test_a_record(lines):
    found = lines(file.record, a_record())
    advice = [line for line in found if "what helps: " in line]
    assert [line for line in found if line not in advice] == RECORD


def test_a_record_of_a_stated_zone_with_ranges(lines):
    given = a_record()
    given.metadata.set("experiment.timezone", "Europe/Berlin")
    found = lines(file.record, given, ranges=True)
    assert fields(("started", "2024-03-14T10:00:00 (time zone Europe/Berlin)"))[0] in found
    assert "                column       range  unit  origin    source" in found
    assert "                time         0 … 2  s     measured  t/h" in found
    assert "                current      1      mA    measured  I/uA" in found
    assert "                vendor_knob  2 … 9  mbar  measured  knob" in found
    assert fields(("", "2 s"))[0] in found


def test_what_is_missing_or_no_number_is_counted_apart(lines):
    from echub.model.missing import MISSING

    columns = [
        SourceColumn("t", np.arange(4.0), "time", "s", index=0),
        SourceColumn("I", np.array([1.0, np.nan, np.nan, 2.0]), "current", "mA", index=1),
        SourceColumn("U", np.array([1.0, MISSING, 3.0, 2.0]), "voltage", "V", index=2),
    ]
    found = lines(file.record, Record([build_dataset("timeseries", columns)]), ranges=True)
    assert "                column   range  missing  unit  origin    source" in found
    assert "                current  1 … 2  2 NaN    mA    measured  I" in found
    assert "                voltage  1 … 3  1        V     measured  U" in found


def test_columns_that_were_left_out_are_named(lines):
    columns = [SourceColumn("t", np.arange(2.0), "time", "s", index=0)]
    left = tuple(Fake(header=header) for header in ("Q", "Ns"))
    given = dataclasses.replace(build_dataset("timeseries", columns), omitted=left)
    found = lines(file.record, Record([given]))
    assert found[-1:] == fields(("left out", "Q, Ns (nothing but zeros or NaN in these rows)"))


def test_a_conversion(lines):
    done = Conversion("a.x", ["a.csv"], record=a_record(), seconds=1.234)
    done.companions, done.columns = ["a.csv.json"], ("time", "current")
    found = lines(file.one, done)
    assert found[0] == "a.x"
    assert found[-4:] == fields(
        ("written", "a.csv"),
        ("", "only the columns time, current"),
        ("described", "a.csv.json"),
        ("time", "1.23 s"),
    )
    two = Conversion("a.x", ["a.csv", "b.csv"], seconds=0.0)
    two.companions = ["a.json", "b.json"]
    assert lines(file.one, two) == [
        "a.x",
        *fields(("written", "a.csv"), ("written", "b.csv"), ("described", "a.json"), ("described", "b.json")),
        *fields(("time", "0.00 s")),
    ]


def test_a_conversion_that_writes_nothing_says_so(lines):
    """Settings alone, as a format of tables: no file is there, and the exit code is 0."""
    assert lines(file.one, Conversion("a.mps", [], record=Record([]), seconds=0.0))[-2:] == fields(
        ("written", "nothing: the file holds no rows of data; --to native keeps its settings and metadata"),
        ("time", "0.00 s"),
    )


def test_a_table_that_counts_nothing_has_ranges_alone(lines):
    columns = [SourceColumn("knob", np.array([5.0, 2.0]), None, "mbar", index=0)]
    assert lines(file.record, Record([build_dataset("table", columns)]), ranges=True) == [
        *fields(("reader", "None of None"), ("table", "2 rows, 1 column, 1 vendor column")),
        "                column       range  unit  origin    source",
        "                row          0 … 1        reported  (row number)",
        "                vendor_knob  2 … 5  mbar  measured  knob",
    ]


# -- many files ----------------------------------------------------------------------------------

OK = FileResult("b.x", "ok", outputs=("b.h5",), technique="CV", datasets=(("timeseries", 1234, 5),))
FLAGGED = FileResult(
    "c.x", "flagged", outputs=("c.csv", "c.json"), datasets=(("impedance", 7, 4), ("timeseries", 2, 3)),
    columns=("time", "current"), notices=(Notice("truncated", "it was cut"), Notice("truncated", "again")),
    dropped=(Dropped("3 bytes", "no column"),),
)  # fmt: skip
FAILED = FileResult("a.x", "failed", error=ReadError("it is damaged", path="a.x", expected="7", found="8"))
UNKNOWN = FileResult("d.x", "unknown", named=False, error=UnknownFormat("no reader knows it", path="d.x"))
SAME = FileResult("e.x", "unchanged", outputs=("e.h5",))


def summary(*results):
    made = folder.Summary()
    for result in results:
        made.add(result)
    return made


def test_a_summary_starts_with_what_went_wrong(lines):
    found = lines(summary(OK, SAME, FLAGGED, UNKNOWN, FAILED).show, 75.0)
    assert found == [
        "failed  a.x",
        f"          it is damaged [{FAILED.error.code}]",
        "          expected: 7",
        "          found: 8",
        "unknown d.x",
        f"          no reader knows it [{UNKNOWN.error.code}]",
        "flagged c.x",
        "          impedance 7 × 4, timeseries 2 × 3 -> c.csv, c.json (only time, current)",
        "          it was cut [truncated]",
        "          again [truncated]",
        "          dropped: 3 bytes: no column",
        "unchanged e.x",
        "ok      b.x",
        "          CV, timeseries 1,234 × 5 -> b.h5",
        "5 files: 1 ok, 1 unchanged, 1 flagged, 1 unknown, 1 failed in 75.00 s",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (99.4, "99.40 s"),
        (100.0, "1 min 40 s"),
        (3599.0, "59 min 59 s"),
        (3600.0, "1 h 0 min"),
        (7380.0, "2 h 3 min"),
    ],
)
def test_how_long_it_took(lines, seconds, said):
    assert lines(summary(OK).show, seconds)[-1] == f"1 file: 1 ok in {said}"
    assert lines(summary().show, seconds) == [f"0 files: nothing to convert in {said}"]


@pytest.mark.parametrize(("count", "rate"), [(7, ""), (8, ", 4 files/s")])
def test_a_rate_is_said_of_enough_files(lines, count, rate):
    assert lines(summary(*[OK] * count).show, 2.0)[-1] == f"{count} files: {count} ok in 2.00 s{rate}"


def test_no_rate_is_said_of_files_that_took_no_time(lines):
    assert lines(summary(*[OK] * 8).show, 0.0)[-1] == "8 files: 8 ok in 0.00 s"


@pytest.mark.parametrize(("result", "code"), [(OK, 0), (FLAGGED, 0), (SAME, 0), (UNKNOWN, 0), (FAILED, 3)])
def test_the_exit_code_is_that_of_the_worst(result, code):
    assert summary(OK, result, OK).exit_code == code
    named = FileResult("d.x", "unknown", error=UNKNOWN.error)
    assert summary(named).exit_code == UNKNOWN.error.exit_code == 3


def test_quiet_runs_complain_of_failures_and_of_named_files(lines):
    named = FileResult("z.x", "unknown", error=UnknownFormat("no reader knows z", path="z.x"))
    found = lines(summary(named, UNKNOWN, FAILED, FLAGGED).complain, err=True)
    assert [line for line in found if not line.startswith(" ")] == [
        str(FAILED.error).splitlines()[0], str(named.error).splitlines()[0]
    ]  # fmt: skip


@pytest.mark.parametrize(("total", "of_all"), [(None, ""), (9, " of 9")])
@pytest.mark.parametrize(
    ("ledger", "how"),
    [
        (True, "the same command goes on from there"),
        (False, "with -o FOLDER the same command would go on from there"),
    ],
)
def test_an_interruption_says_how_to_go_on(lines, total, of_all, ledger, how):
    found = lines(summary(OK, FAILED).interrupted, total, keeps_ledger=ledger, err=True)
    assert found == [f"interrupted: 2{of_all} files are done; {how}"]


def failures(count, message="it is damaged", hint="read again", first=0):
    return [
        FileResult(f"{n:03d}.x", "failed", error=ReadError(message, path="x", hint=hint))
        for n in range(first, first + count)
    ]


def test_many_failures_are_grouped_by_their_reason_the_most_frequent_first(lines):
    results = [*failures(3, "rare", "", 100), *failures(12), *failures(6, "another", "other hint", 50)]
    found = lines(summary(*results).show, 1.0)
    code = ReadError.code
    assert found == [
        f"failed  12 × it is damaged [{code}]",
        *[f"          {n:03d}.x" for n in range(10)],
        "          … and 2 more (--json and the ledger name all)",
        "          hint: read again",
        f"failed  6 × another [{code}]",
        *[f"          {n:03d}.x" for n in range(50, 56)],
        "          hint: other hint",
        f"failed  3 × rare [{code}]",
        *[f"          {n:03d}.x" for n in range(100, 103)],
        "21 files: 21 failed in 1.00 s, 21 files/s",
    ]
    assert len(lines(summary(*results[1:]).show, 1.0)) > 20 * 2  # twenty are still in full


def test_ten_files_of_one_failure_are_all_named(lines):
    found = lines(summary(*failures(11, "rare", ""), *failures(10, "again", "", 50)).show, 1.0)
    named = [f"          {n:03d}.x" for n in range(50, 60)]
    assert found[-12:-1] == [f"failed  10 × again [{ReadError.code}]", *named]


@pytest.mark.parametrize(("status", "limit"), [("ok", 200), ("flagged", 200)])
def test_only_so_many_converted_files_are_listed(lines, status, limit):
    result = OK if status == "ok" else FLAGGED
    few = [FileResult(f"{n:04d}", result.status, outputs=("o",)) for n in range(limit)]
    assert len(lines(summary(*few).show, 1.0)) == 2 * limit + 1
    assert len(lines(summary(*few, result).show, 1.0)) == 1
    if status == "flagged":  # which are listed among however many that went well
        assert len(lines(summary(*few, *[OK] * 300).show, 1.0)) == 2 * limit + 1


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (OK, "ok      b.x -> b.h5 (CV, timeseries 1,234 × 5)"),
        (FLAGGED, "flagged c.x -> c.csv, c.json (impedance 7 × 4, timeseries 2 × 3) [truncated]"),
        (FAILED, f"failed  a.x: it is damaged [{FAILED.error.code}]"),
        (SAME, "unchanged e.x -> e.h5 (no dataset)"),
    ],
)
def test_a_change_in_a_live_folder_is_one_line(lines, result, line):
    assert lines(folder.change, result) == [line]


# -- outcomes --------------------------------------------------------------------------------------


def an_outcome(**changes):
    made = Outcome(
        {
            "level": Measurand("mA/cm^2", 1.23456, 0.0123, Interval(1.2, 1.3, level=0.95), note="by hand"),
            "onset": Measurand("V", None, None, Interval(0.5, 1.25, kind="bracket", includes_low=False)),
            "over": Measurand.more_than("s", 60.0),
        },
        flags=(
            Flag("noisy", "the noise is large", "info"),
            Remark("truncated", "it was cut", "warning", where="row 7", hint="--time 0:6"),
        ),
        tables={"by_cycle": {"n": Series.of([1.0, 2.0]), "j": Series.of([0.5, 1.5], "mA/cm^2")}},
        sensitivity=(Sensitivity("window", "20 s", "level", 1.5, 0.25),),
        conditions={"cycle": Condition(3)},
        analysis="toy",
    )
    return made.replace(**changes)


def test_an_outcome_in_full(lines):
    found = lines(outcome.show, an_outcome(), "a.x", ["o.json", "p.svg"])
    assert found == [
        "toy: a.x",
        *fields(
            ("status", "flagged"),
            ("warning", "it was cut (row 7) [truncated]"),
            ("", "what helps: --time 0:6"),
            ("info", "the noise is large [noisy]"),
        ),
        "  measurand  value          unit    interval",
        "  level      1.235 ± 0.012  mA/cm²  [1.2, 1.3] (95%)  by hand",
        "  onset      (0.50, 1.25]   V       bracket",
        "  over       > 60           s",
        "  by cycle",
        "    n  j / mA/cm²",
        "    1  0.5",
        "    2  1.5",
        "  sensitivity",
        "    parameter  setting  measurand  value  change",
        "    window     20 s     level      1.5    0.25",
        *fields(("written", "o.json"), ("written", "p.svg")),
    ]


def test_a_refusal_names_its_tables_and_advice(lines):
    refusal = Remark("no-area", "there is no area", "refusal", hint="give one")
    given = an_outcome(flags=(refusal,), measurands={}, sensitivity=())
    found = lines(outcome.show, given, "a.x")
    assert found[1:] == fields(
        ("status", "refused"),
        ("refusal", "there is no area [no-area]"),
        ("", "what helps: give one"),
        ("tables", "by cycle: -v shows them"),
    )
    assert lines(outcome.show, given, "a.x", verbose=True)[-4:-2] == ["  by cycle", "    n  j / mA/cm²"]
    two = {**given.tables, "of_all_steps": {"n": Series.of([1.0])}}
    found = lines(outcome.show, given.replace(tables=two), "a.x")
    assert found[-1:] == fields(("tables", "by cycle, of all steps: -v shows them"))


@pytest.mark.parametrize("verbose", [True, False])
def test_an_outcome_of_nothing_is_its_status(lines, verbose):
    found = lines(outcome.show, Outcome(analysis="toy"), "a.x", verbose=verbose)
    assert found == ["toy: a.x", *fields(("status", "ok"))]


@pytest.mark.parametrize(("rows", "shown"), [(20, 20), (21, 20), (40, 20)])
def test_a_long_table_says_how_many_rows_are_not_shown(lines, rows, shown):
    tables = {"by_cycle": {"n": Series.of(np.arange(float(rows)))}}
    found = lines(outcome.show, an_outcome(tables=tables, sensitivity=()), "a.x")
    body = found[found.index("    n") + 1 :]
    assert body[:shown] == [f"    {n}" for n in range(shown)]
    more = f"    … {rows - shown} more row{'s' * (rows - shown > 1)}; -v shows them, --json has all"
    assert body[shown:] == ([more] if rows > shown else [])
    assert len(lines(outcome.show, an_outcome(tables=tables), "a.x", verbose=True)) > rows


@pytest.mark.parametrize("count", [2, 3, 5])
def test_tables_together_fit_a_screen(lines, count):
    tables = {f"t{k}": {"n": Series.of(np.arange(50.0))} for k in range(count)}
    found = lines(outcome.show, an_outcome(tables=tables, sensitivity=(), flags=(), measurands={}), "a.x")
    assert len(found) - 2 <= 36
    assert len(found) - 2 + count > 36  # one row more of each would not


def test_a_measurand_below_its_limit(lines):
    below = Measurand("V", None, None, Interval(None, 2.0), censoring="left")
    assert outcome.result(below) == ("< 2", "V", "")
    assert outcome.result(Measurand("V")) == ("-", "V", "")


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        (Interval(None, 1.25, kind="bracketing"), "[-, 1.25]"),
        (Interval(0.5, None, kind="bracketing"), "[0.5, -]"),
        (Interval(0.5, 1.25, kind="bracketing"), "[0.50, 1.25]"),
        (Interval(1e-9, 1.25e-7, kind="bracketing"), "[1e-09, 1.25e-07]"),
    ],
)
def test_both_ends_of_an_interval_have_the_same_decimals(interval, said):
    assert outcome.result(Measurand("V", None, None, interval))[0] == said


def test_sampling_and_a_unit_that_is_known_later_are_described(lines):
    outputs = (Output("slope", "V", "by its name", unit_from="that of y per that of x"),)
    found = lines(outcome.describe, Analysis("toy", "T", "m:run", sampling=Sampling(1, 60), outputs=outputs))
    sampling = fields(("sampling", "at least 1 row over at least 60 s"))
    assert [line for line in found if "sampling" in line] == sampling
    assert found[-1] == "    slope      that of y per that of x  by its name"


def test_an_analysis_is_described(lines):
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Params:
        above: float = option(0.5, "use rows above", unit="V", minimum=-1, maximum=2)
        how: str = option("mean", "statistic", choices=("mean", "max"))

    declared = Analysis(
        "toy", "Mean voltage", "m:run", reference="A. Body (2020)", each="cycle",
        needs=(Need("U", "voltage", "V"), Need("I", "current", "mA", optional=True)),
        sampling=Sampling(rows=3, span_s=60), params=Params, profiles={"high": {"above": 1.0, "how": "max"}},
        outputs=(Output("level", "V", "the mean"), Output("j", "mA/cm^2", or_units=("mA",))),
    )  # fmt: skip
    found = lines(outcome.describe, declared)
    assert found == [
        "toy: Mean voltage",
        *fields(
            ("reference", "A. Body (2020)"),
            ("takes", "one file, its timeseries"),
            ("each", "one cycle at a time; --each cycle analyses each"),
            ("sampling", "at least 3 rows over at least 60 s"),
        ),
        "  needs",
        "    name  unit  answered by",
        "    U     V     voltage      required",
        "    I     mA    current      optional",
        "  parameters (--param name=value)",
        "    name   default  meaning",
        "    above  0.5 V    use rows above; at least -1, at most 2",
        "    how    mean     statistic; mean | max",
        *fields(("profile", "high: above=1.0, how=max")),
        "  gives",
        "    measurand  unit          meaning",
        "    level      V             the mean",
        "    j          mA/cm² or mA",
    ]


@pytest.mark.parametrize(
    ("consumes", "takes"),
    [
        ("dataset", "one file, its timeseries"),
        ("datasets", "one file or several, their timeseries"),
        ("outcomes", "outcomes of other analyses (.outcome.json, folders) or a CSV table"),
    ],
)
def test_what_an_analysis_takes(lines, consumes, takes):
    declared = Analysis("toy", "Mean voltage", "m:run", consumes=consumes)
    found = lines(outcome.describe, declared)
    assert [line for line in found if line.startswith("  takes")] == fields(("takes", takes))


# -- plugins -------------------------------------------------------------------------------------


def subjects():
    plugin = Fake(name="acme", distribution="echub-acme", version="2.0")
    kept = RuleVerdict("r1", "it starts", "kept")
    broken = RuleVerdict("r2", "it reads", "broken", "a.x", expected="7", found="8", advice="read on")
    skipped = [RuleVerdict(f"s{n}", f"it {n}", "skipped", reason="no sample") for n in range(2)]
    return [
        Subject(plugin, "plugin", "acme", [], [kept]),
        Subject(plugin, "reader", "umbra", ["a.x", "b.x"], [kept, broken, *skipped]),
        Subject(plugin, "analysis", "mean", ["c.x"], [kept, kept]),
    ]


def test_verdicts(lines):
    assert lines(show_verdicts, subjects(), verbose=False) == [
        "acme: echub-acme 2.0",
        "  plugin acme: 1 kept",
        "  reader umbra on 2 samples: 1 broken, 1 kept, 2 not judged",
        "    broken      it reads (a.x)",
        "                expected: 7",
        "                found: 8",
        "                to do: read on",
        "    2 not judged: no sample",
        "  analysis mean on 1 sample: 2 kept",
        "1 rule is broken",
    ]


def test_verdicts_have_colours_on_a_terminal(lines, monkeypatch):
    monkeypatch.setattr("echub.cli.show.plugin.coloured", lambda text, colour: f"<{colour}>{text}</>")
    found = lines(show_verdicts, subjects()[1:2], verbose=True)
    assert [line.split("  it")[0] for line in found if "<" in line] == [
        "    <green>kept      </>",
        "    <red>broken    </>",
        *["    <yellow>not judged</>"] * 2,
        "<red>1 rule is broken</>",
    ]


def test_all_verdicts_on_request(lines):
    found = lines(show_verdicts, subjects()[1:2], verbose=True)
    assert found[1] == "    kept        it starts"
    assert found[6:8] == ["    not judged  it 0", "                reason: no sample"]
    assert "    2 not judged: no sample" not in found


def test_each_reason_for_which_rules_are_not_judged_is_said_once(lines):
    reasons = ["no sample", "no example", "no sample"]
    rules = [RuleVerdict(f"s{n}", "it reads", "skipped", reason=reason) for n, reason in enumerate(reasons)]
    assert lines(show_verdicts, [Subject(Fake(), "reader", "umbra", [], rules)], verbose=False) == [
        "  reader umbra: 3 not judged",
        "    2 not judged: no sample",
        "    1 not judged: no example",
        "no rule is broken",
    ]


@pytest.mark.parametrize(("broken", "said"), [(0, "no rule is broken"), (2, "2 rules are broken")])
def test_the_last_line_counts_broken_rules(lines, broken, said):
    assert lines(show_verdicts, subjects()[1:2] * broken, verbose=False)[-1] == said


# -- lakes -----------------------------------------------------------------------------------------


class Answer:
    names = ("a", "b")

    def __init__(self, rows):
        self._rows = rows

    def rows(self):
        return iter(self._rows)

    def objects(self):
        return (dict(zip(self.names, row, strict=True)) for row in self._rows)


@pytest.fixture
def ask(echub, monkeypatch):
    """Ask a lake that answers with the rows."""

    def run(rows, *options, outdated=False):
        asked = []
        lake = Fake(is_outdated=outdated, ask=lambda sql: asked.append(sql) or Answer(rows))
        lake.write = lambda sql, path, force: asked.append((sql, str(path), force))
        monkeypatch.setattr("echub.batch.lake.query.Lake", lambda folder: lake)
        return echub("query", "SELECT 1", "lake", *options), asked

    return run


ROWS = [(1.23456789, "x, y"), (None, ["p", "q"]), (3, {"k": 1})]


def test_an_answer_as_a_table(ask):
    done, asked = ask(ROWS)
    assert asked == ["SELECT 1"]
    assert done.out.splitlines() == ["a        b", "1.23457  x, y", "         p, q", "3        {'k': 1}"]
    assert ask([])[0].out.splitlines()[0] == "a  b"


def test_an_answer_as_csv_and_json(ask):
    assert ask(ROWS, "--csv")[0].out == 'a,b\n1.23456789,"x, y"\n,"[""p"", ""q""]"\n3,"{""k"": 1}"\n'
    done, _ = ask(ROWS[:1], "--json")
    assert done.json == [{"a": 1.23456789, "b": "x, y"}]


def test_a_long_answer_says_how_many_rows_are_left(ask):
    from echub.cli.query import _SHOWN

    for more in (0, 3):
        done, _ = ask([(n, n) for n in range(_SHOWN + more)])
        assert len(done.out.splitlines()) == _SHOWN + 1
        assert done.err == (f"… and {more} more rows: -o FILE.csv takes all\n" if more else "")


@pytest.mark.parametrize("force", [True, False])
def test_an_answer_in_a_file(ask, force):
    done, asked = ask(ROWS, "-o", "x.csv", *(["--force"] if force else []), outdated=True)
    assert asked == [("SELECT 1", "x.csv", force)]
    assert done.out == "x.csv\n"
    assert done.err == (
        "lake was gathered by an older echub, which wrote missing values as NaN: convert the archive and gather "
        "again\n"
    )


@pytest.mark.parametrize(("problems", "code"), [([], 0), (["a.h5: it is damaged", "b.h5: it is gone"], 1)])
def test_what_was_gathered(echub, monkeypatch, problems, code):
    made = Gathered(1, 2, 3, 4, 5, 6, 7, problems)
    monkeypatch.setattr("echub.batch.lake.gathering.gather", lambda *_, **__: made)
    done = echub("gather", "archive", "--to", "lake")
    assert done.code == code
    assert done.out == "1 added, 2 replaced, 3 removed, 4 unchanged; 6 parts, 7 outcomes in lake\n"
    unreachable = "5 sources cannot be reached now; their rows stay"
    assert done.err.splitlines() == [*(f"not gathered: {problem}" for problem in problems), unreachable]
    quiet = echub("gather", "archive", "--to", "lake", "-q")
    assert (quiet.out, quiet.err.splitlines()) == ("", [f"not gathered: {problem}" for problem in problems])
    assert echub("gather", "archive", "--to", "lake", "--json").json == made.as_dict()


@pytest.mark.parametrize(("unit", "head"), [("", "n"), ("1", "n"), ("mA/cm^2", "n / mA/cm²"), ("%", "n / %")])
def test_the_head_of_a_column_has_its_unit_if_it_has_one(lines, unit, head):
    tables = {"by_cycle": {"n": Series.of([1.5, 2.5], unit)}}
    found = lines(outcome.show, an_outcome(tables=tables, sensitivity=(), measurands={}, flags=()), "a.x")
    assert found[found.index("    1.5") - 1] == f"    {head}"

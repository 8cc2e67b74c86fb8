"""What a notebook and a prompt show: short, complete, and nothing of a file that acts."""

import re

import numpy as np
import pytest

import echub
from echub.errors import TargetExists
from echub.model.build import SourceColumn, build_dataset
from echub.model.column import Column
from echub.model.notebook import LONG, WIDE, short, span, table
from echub.model.record import Dropped, Provenance, Record
from echub.remark import Notice

HOSTILE = "<script>alert(1)</script>\n" + "x" * 500


def record(rows=3):
    columns = [
        SourceColumn("time/s", np.arange(float(rows)), "time", "s"),
        SourceColumn(HOSTILE, np.linspace(-0.5, 0.25, rows), None, None),
    ]
    return Record([build_dataset("timeseries", columns)])


def cells(html):
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", html)]


def test_a_prompt_shows_one_short_line_of_each():
    shown = record(100_000)
    dataset = shown["timeseries"]
    assert repr(dataset).startswith("<Dataset timeseries: 100,000 rows, 3 columns: row, time, ")
    assert repr(dataset.column("time")) == "<Column time / s: 100000 values, 0 … 99999, measured>"
    assert repr(Column("note", np.array([np.nan]))) == "<Column note: 1 value, only NaN, measured>"
    assert repr(Column("n", np.zeros(0), unit="1")) == "<Column n: 0 values, measured>"
    assert repr(shown.metadata) == "<Metadata: nothing>"
    for thing in (shown, dataset, dataset.column("time"), shown.metadata):
        assert len(repr(thing)) < 700


def test_the_columns_of_a_dataset_have_unit_range_and_source():
    html = record()["timeseries"]._repr_html_()
    assert cells(html)[:5] == ["column", "unit", "range", "origin", "source"]
    assert cells(html)[10:15] == ["time", "s", "0 … 2", "measured", "time/s"]
    assert "-0.5 … 0.25" in cells(html)


@pytest.mark.parametrize("of", [lambda r: r, lambda r: r["timeseries"], lambda r: r["timeseries"].column("time")])
def test_no_text_of_a_file_acts_or_runs_away(of):
    html = of(record())._repr_html_()
    assert "<script" not in html
    assert "x" * (WIDE + 1) not in html


def test_a_record_folds_its_datasets_warnings_and_metadata():
    shown = record()
    shown.metadata.set("cell.area", "0.5 cm^2")
    html = shown._repr_html_()
    assert html.count("<details") == 2
    assert cells(shown.metadata._repr_html_())[4:] == ["cell.area", "0.5", "cm^2", "file"]


def test_a_record_says_what_it_is_of_what_was_said_and_how_much_is_known():
    shown = Record(
        [*record().datasets.values()],
        provenance=Provenance(source={"name": "run.x"}),
        notices=[Notice("odd", "it is odd"), Notice("cut", "it was cut")],
        dropped=[Dropped("a page", "not a table")],
    )
    assert "metadata: 0 values" in shown._repr_html_()
    shown.metadata.set("technique.name", "GCPL")
    shown.metadata.set("cell.area", "0.5 cm^2")
    html = shown._repr_html_()
    assert html.startswith("<b>run.x</b><br>GCPL<")
    titles = re.findall(r"<details( open)?><summary>(.*?)</summary>", html)
    dataset = "Dataset timeseries: 3 rows, 3 columns: row, time, "
    assert titles[0][0] == " open"
    assert titles[0][1].startswith(dataset)
    assert titles[1:] == [(" open", "3 warnings"), ("", "metadata: 2 values")]
    warned = html[html.index("3 warnings") : html.index("metadata:")]
    assert cells(warned)[2:] == ["odd", "it is odd", "cut", "it was cut", "dropped", "a page: not a table"]
    shown.metadata.set("technique.title", "Galvanostatic cycling")
    assert shown._repr_html_().startswith("<b>run.x</b><br>Galvanostatic cycling<")


def test_a_column_says_all_that_is_known_of_it():
    said = {"header": "<I>/mA", "averaged": True, "attrs": {"recipe": "I = dQ/dt"}}
    column = Column("current", np.array([1.0, 2.0]), "current", "mA", **said)
    assert repr(column) == "<Column current / mA: 2 values, 1 … 2, measured>"
    html = column._repr_html_()
    assert html.startswith("<b>Column current / mA: 2 values, 1 … 2, measured</b>")
    shown = cells(html)[2:]
    assert dict(zip(shown[::2], shown[1::2], strict=True)) == {
        "quantity": "current", "unit": "mA", "origin": "measured", "header": "&lt;I&gt;/mA", "averaged": "True",
        "recipe": "I = dQ/dt",
    }  # fmt: skip
    share = Column("share", np.array([[1, 1], [1, 1]]), unit="1", origin="derived", axes=("y", "x"))
    assert repr(share) == "<Column share: 2 × 2 values, 1, derived>"


def test_only_the_entry_that_counts_is_shown():
    shown = record()
    shown.metadata.set("cell.area", "0.5 cm^2")
    shown.metadata.set("cell.area", "0.7 cm^2", source="user")
    assert cells(shown.metadata._repr_html_())[4:] == ["cell.area", "0.7", "cm^2", "user"]


def test_long_tables_say_what_they_leave_out():
    html = table(["n"], [[n] for n in range(LONG + 5)])
    assert html.count("<tr>") == LONG + 1
    assert "… 5 more rows" in html
    assert "more row" not in table(["n"], [[n] for n in range(LONG)])
    assert table(["n"], [[n] for n in range(LONG + 1)]).endswith("<p>… 1 more row</p>")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (np.array([1.0, np.nan, 3.0]), "1 … 3"),
        (np.array([2, 2]), "2"),
        (np.array([np.nan]), "only NaN"),
        (np.array([]), ""),
        (np.array(["a"], dtype=object), ""),
    ],
)
def test_a_range_leaves_out_what_is_not_a_number(values, text):
    assert span(values) == text


def test_a_value_is_one_line_of_five_digits():
    assert (short(0.123456), short(None), short("a\n b")) == ("0.12346", "", "a b")
    assert short("x" * WIDE) == "x" * WIDE
    assert short("x" * (WIDE + 1)) == "x" * (WIDE - 1) + "…"


def test_an_outcome_shows_status_answers_flags_and_figure(eclab):
    pytest.importorskip("matplotlib")
    outcome = echub.analyze(
        "ramp-onset", eclab / "ramp.mpr", metadata={"cell.area": "0.785 cm^2"}, params={"bootstrap": 50}
    )
    html = outcome._repr_html_()
    value = outcome["onset_current_density"]
    assert str(value) in cells(html)
    assert str(value.interval) in cells(html)
    assert "one-electrode" in cells(html)
    assert "<svg" in html
    assert outcome.figure().axes
    assert repr(outcome).startswith(f"<Outcome ramp-onset: flagged; onset_current_density = {value}")


def test_a_refused_outcome_says_why(eclab):
    outcome = echub.analyze("ramp-onset", eclab / "gcpl.mpr")
    assert repr(outcome).startswith("<Outcome ramp-onset: refused; not-a-ramp: ")
    assert "not-a-ramp" in outcome._repr_html_()


def test_a_file_with_a_list_among_its_metadata_is_shown(eclab):
    shown = echub.read(eclab / "ramp.mpr")
    assert any(isinstance(entry.value, list) for entry in shown.metadata)
    assert "metadata: " in shown._repr_html_()


def test_a_conversion_says_what_it_wrote_or_why_it_did_not(eclab, tmp_path):
    done = echub.convert(eclab / "ramp.mpr", tmp_path)
    (output,) = done.outputs
    assert repr(done) == f"<Conversion ramp.mpr: {done.status}: {short(output)}>"
    html = done._repr_html_()
    assert "<br>" + short(output) in html
    assert "Record ramp.mpr" in html
    done.outputs, done.record, done.error = [], None, TargetExists(HOSTILE)
    for shown in (repr(done), done._repr_html_()):
        assert "failed" in shown
        assert "x" * (WIDE + 1) not in shown
    assert "<script" not in done._repr_html_()
